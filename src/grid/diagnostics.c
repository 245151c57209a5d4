/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Positivity and entropy on the grid: equations (38) to (40) of [KMS], with the signs and factors
 * of docs/corrections.md. Nothing is clipped: cells where a logarithm does not exist are left out
 * and counted. */
#include "grid/diagnostics.h"

#include <math.h>

#include "base/sum.h"
#include "grid/internal.h"

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

struct hud_grid_entropy hud_grid_entropy(const struct hud_representation *rep,
                                         const struct hud_network *network, const double *f1,
                                         const double *f2)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  const struct hud_reaction *pairing = hud_network_reaction(network, 1, 1);
  struct hud_grid_entropy result = {NAN, NAN, NAN, 0};
  if (pairing == NULL || !(pairing->lambda > 0.0 && pairing->mu > 0.0))
    return result;
  result.entropy = network->sizes[1].weight * single_part(grid, f1, &result.skipped);
  if (f2 == NULL)
    return result;
  double pairs = 0.0;
  pair_part(grid, pairing->lambda, pairing->mu, f1, f2, &result, &pairs);
  result.entropy += network->sizes[2].weight * pairs;
  result.pair_reaction *= pairing->product;
  double mass = hud_grid_mass(rep, 2, f2);
  result.drift = network->sizes[2].drift * mass;
  const struct hud_reaction *triple = hud_network_reaction(network, 1, 2);
  if (triple != NULL && network->sizes[3].quasi_stationary)
    result.drift += 2.0 * network->sizes[3].drift * triple->lambda / triple->mu * mass *
                    hud_grid_mass(rep, 1, f1);
  return result;
}

const char *const hud_grid_extra_names[HUD_GRID_EXTRA_COUNT] = {
    "min_f1", "min_f2", "entropy", "entropy_pair_reaction", "entropy_drift", "entropy_skipped"};

void hud_grid_extras(struct hud_representation *rep, const struct hud_network *network,
                     const double *const *f, double *out)
{
  const double *f2 = network->K >= 2 ? f[2] : NULL;
  struct hud_grid_entropy entropy = hud_grid_entropy(rep, network, f[1], f2);
  out[0] = hud_grid_extremum(rep, 1, f[1]).smallest;
  out[1] = f2 != NULL ? hud_grid_extremum(rep, 2, f2).smallest : NAN;
  out[2] = entropy.entropy;
  out[3] = entropy.pair_reaction;
  out[4] = entropy.drift;
  out[5] = (double)entropy.skipped;
}
