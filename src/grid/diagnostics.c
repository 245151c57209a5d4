/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Positivity and entropy on the grid: equations (38) to (40) of [KMS], with the signs and factors
 * of docs/corrections.md. Nothing is clipped: cells where a logarithm does not exist are left out
 * and counted. */
#include "grid/diagnostics.h"

#include <math.h>
#include <stdlib.h>

#include "base/sum.h"
#include "grid/clusters.h"

struct hud_grid_extremum hud_grid_extremum(const struct hud_representation *rep, int k,
                                           const double *fk)
{
  size_t count = rep->ops->length(rep, k);
  struct hud_grid_extremum result = {fk[0], fk[0], 0};
  for (size_t i = 1; i < count; i++) {
    if (fk[i] < result.smallest) {
      result.smallest = fk[i];
      result.place = i;
    }
    if (fk[i] > result.largest)
      result.largest = fk[i];
  }
  return result;
}

static double single_part(const struct hud_grid *grid, const double *f1, size_t *skipped)
{
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = 0; i < grid->n; i++)
    if (f1[i] > 0.0)
      hud_sum_add(&sum, f1[i] * (log(f1[i]) - 1.0));
    else
      ++*skipped;
  return grid->h * hud_sum_result(&sum);
}

/* Adds the parts of f_2: its entropy without w_2, and the reaction term without p. */
static void pair_part(const struct hud_grid *grid, double lambda, double mu, const double *f1,
                      const double *f2, struct hud_grid_entropy *result, double *entropy)
{
  size_t n = grid->n;
  struct hud_sum own = {0.0, 0.0}, reaction = {0.0, 0.0};
  for (size_t d = 0; d < n; d++) {
    const double *g = f2 + hud_grid_offset(n, d);
    double sides = d == 0 ? 1.0 : 2.0;
    for (size_t j = 0; j < n - d; j++) {
      double joining = lambda * f1[j + d] * f1[j], splitting = mu * g[j];
      if (!(splitting > 0.0)) {
        result->skipped++;
        continue;
      }
      hud_sum_add(&own, sides * g[j] * (log(splitting / lambda) - 1.0));
      if (joining > 0.0)
        hud_sum_add(&reaction, sides * log(joining / splitting) * (joining - splitting));
      else
        result->skipped++;
    }
  }
  *entropy = grid->h * grid->h * hud_sum_result(&own);
  result->pair_reaction = grid->h * grid->h * hud_sum_result(&reaction);
}

/* int F'(v_1 - v_2) f_2. */
static double compression(const struct hud_grid *grid, const double *f2)
{
  struct hud_sum sum = {0.0, 0.0};
  for (size_t d = 0; d < grid->n; d++)
    hud_sum_add(&sum, (d == 0 ? 1.0 : 2.0) * grid->slope[d] *
                          hud_grid_line_sum(grid->n - d, f2 + hud_grid_offset(grid->n, d)));
  return grid->h * grid->h * hud_sum_result(&sum);
}

struct hud_grid_entropy hud_grid_entropy(const struct hud_representation *rep,
                                         const struct hud_network *network, const double *f1,
                                         const double *f2)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  const struct hud_reaction *pairing = hud_network_reaction(network, 1, 1);
  struct hud_grid_entropy result = {NAN, NAN, NAN, NAN, 0};
  if (pairing == NULL || !(pairing->lambda > 0.0 && pairing->mu > 0.0))
    return result;
  result.entropy = network->sizes[1].weight * single_part(grid, f1, &result.skipped);
  if (f2 == NULL)
    return result;
  double pairs = 0.0;
  pair_part(grid, pairing->lambda, pairing->mu, f1, f2, &result, &pairs);
  result.entropy += network->sizes[2].weight * pairs;
  result.pair_reaction *= pairing->product;
  result.drift = network->sizes[2].drift * compression(grid, f2);
  const struct hud_reaction *triple = hud_network_reaction(network, 1, 2);
  if (triple != NULL && network->sizes[3].quasi_stationary)
    result.drift += grid->alignment ? 2.0 * network->sizes[3].drift * triple->lambda / triple->mu *
                                          hud_grid_mass(rep, 2, f2) * hud_grid_mass(rep, 1, f1)
                                    : NAN;
  return result;
}

/* One multiset of three cells, t: both sums, without the number of its orders. */
static void triple_terms(const struct hud_grid *grid, const struct hud_reaction *reaction,
                         const size_t *t, double f3, const double *f1, const double *f2,
                         double *reaction_term, size_t *skipped)
{
  double splitting = reaction->mu * f3;
  *reaction_term = 0.0;
  for (int p = 0; p < 3; p++) {
    size_t high = t[p == 0 ? 1 : 0], low = t[p == 2 ? 1 : 2];
    double joining = reaction->lambda * f1[t[p]] * f2[hud_grid_offset(grid->n, high - low) + low];
    if (joining > 0.0)
      *reaction_term += log(joining / splitting) * (joining - splitting) / 3.0;
    else
      ++*skipped;
  }
}

void hud_grid_entropy_add_triples(const struct hud_representation *rep,
                                  const struct hud_network *network, const double *f1,
                                  const double *f2, const double *f3,
                                  struct hud_grid_entropy *result)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  const struct hud_reaction *pairing = hud_network_reaction(network, 1, 1);
  const struct hud_reaction *joining = hud_network_reaction(network, 1, 2);
  struct hud_sum own = {0.0, 0.0}, reaction = {0.0, 0.0};
  if (!(joining->lambda > 0.0 && joining->mu > 0.0)) {
    result->entropy = result->drift = NAN;
    return;
  }
  double scale = pairing->mu * joining->mu / (pairing->lambda * joining->lambda), term;
  double cell = grid->h * grid->h * grid->h;
  size_t t[3];
  hud_grid_prefix_first(grid->n, 2, t);
  do
    for (t[2] = 0; t[2] <= t[1]; t[2]++) {
      double value = f3[hud_grid_tuple_index(grid->clusters, 3, t)];
      double orders = t[0] == t[2] ? 1.0 : t[0] == t[1] || t[1] == t[2] ? 3.0 : 6.0;
      if (!(value > 0.0)) {
        result->skipped++;
        continue;
      }
      hud_sum_add(&own, orders * value * (log(scale * value) - 1.0));
      triple_terms(grid, joining, t, value, f1, f2, &term, &result->skipped);
      hud_sum_add(&reaction, orders * term);
    }
  while (hud_grid_prefix_next(2, t));
  result->entropy += network->sizes[3].weight * cell * hud_sum_result(&own);
  result->triple_reaction = joining->product * cell * hud_sum_result(&reaction);
  result->drift += 2.0 * network->sizes[3].drift *
                   compression(grid, hud_grid_cluster_to_pairs(grid->clusters, 3, f3));
}

/* What would cross the ends of the window, from the difference between `border` and `weight`. */
static double pairs_blocked(const struct hud_grid *grid, const double *f2)
{
  const struct hud_grid_stencil *s = &grid->stencil;
  struct hud_sum sum = {0.0, 0.0};
  size_t n = grid->n;
  for (size_t d = 0; d < n; d++) {
    double sides = d == 0 ? 1.0 : 2.0;
    for (int end = 0; end < (d + 1 < n ? 2 : 1); end++)
      for (int m = 0; m < HUD_GRID_STENCIL; m++) {
        long from = labs((long)d + 2 * (m - HUD_GRID_REACH));
        double weight = s->border[m][d] - s->weight[m][d];
        /* Antidiagonal of (d, 0) or of (n-1, n-1-d). */
        long j = end == 0 ? ((long)d - from) / 2 : (long)n - 1 - ((long)d + from) / 2;
        if (weight != 0.0 && j >= 0 && j + from < (long)n)
          hud_sum_add(&sum, sides * weight * f2[hud_grid_offset(n, (size_t)from) + (size_t)j]);
      }
  }
  return grid->h * grid->h * hud_sum_result(&sum);
}

double hud_grid_blocked(const struct hud_representation *rep, const struct hud_network *network,
                        const double *const *f)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  if (grid->stencil.attracting)
    return 0.0;
  double mass = 0.0, rate = 0.0;
  for (int k = 1; k <= network->K; k++) {
    const struct hud_size *size = &network->sizes[k];
    if (size->quasi_stationary)
      continue;
    mass += k * size->weight * hud_grid_mass(rep, k, f[k]);
    if (k == 1)
      continue;
    /* Of the k(k-1)/2 pairs each moves at 2/k of the pair drift and takes its cluster of k along.
     */
    const double *pairs = k == 2 ? f[k] : hud_grid_cluster_to_pairs(grid->clusters, k, f[k]);
    rate += k * (k - 1) * size->drift * pairs_blocked(grid, pairs);
  }
  return rate / mass;
}

const char *const hud_grid_extra_names[HUD_GRID_EXTRA_COUNT] = {
    "min_f1",         "min_f2",          "entropy", "entropy_pair_reaction",
    "entropy_drift",  "entropy_skipped", "min_f3",  "entropy_triple_reaction",
    "blocked_outflow"};

void hud_grid_extras(struct hud_representation *rep, const struct hud_network *network,
                     const double *const *f, double *out)
{
  const double *f2 = network->K >= 2 ? f[2] : NULL;
  const double *f3 = network->K >= 3 ? f[3] : NULL;
  struct hud_grid_entropy entropy = hud_grid_entropy(rep, network, f[1], f2);
  if (f2 != NULL && f3 != NULL)
    hud_grid_entropy_add_triples(rep, network, f[1], f2, f3, &entropy);
  out[0] = hud_grid_extremum(rep, 1, f[1]).smallest;
  out[1] = f2 != NULL ? hud_grid_extremum(rep, 2, f2).smallest : NAN;
  out[2] = entropy.entropy;
  out[3] = entropy.pair_reaction;
  out[4] = entropy.drift;
  out[5] = (double)entropy.skipped;
  out[6] = f3 != NULL ? hud_grid_extremum(rep, 3, f3).smallest : NAN;
  out[7] = entropy.triple_reaction;
  out[8] = hud_grid_blocked(rep, network, f);
}
