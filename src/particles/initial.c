/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Initial data of the cluster process: how many clusters of each size, and their velocities.
 *
 * Quasi-stationary f_k solves d_k div(U_k f_k) + sum_r p_r mu_r f_k = sum_r p_r lambda_r
 * Sym(f_i x f_j). Read as a genealogy this is a recipe: choose the last join {i,j} with probability
 * proportional to p_r lambda_r M_i M_j, sample its two parents independently from f_i and f_j, and
 * let the whole drift for the time d_k Exp(sum_r p_r mu_r). Samples are exact.
 *
 * n_k = w_k M_k / m is rounded up with the probability of its fractional part; free particles take
 * what is left of N. */
#include <string.h>

#include "base/alloc.h"
#include "base/sum.h"
#include "network/density.h"
#include "particles/process.h"

struct initial {
  struct hud_particles *particles;
  const struct hud_initial_spec *spec;
  struct hud_density *f1[HUD_MAX_DIMENSION]; /* by component */
  struct hud_density **products;             /* by k; NULL unless f_k is a product */
  double *mass;                              /* by k: M_k */
};

static const struct hud_cluster_initial *cluster_spec(const struct initial *initial, int k)
{
  const struct hud_initial_spec *spec = initial->spec;
  return k <= spec->cluster_count ? &spec->clusters[k] : &spec->others;
}

/* Largest size whose data matter: quasi-stationary sizes have none of their own. */
static int largest(const struct initial *initial)
{
  return initial->particles->sizes;
}

/* ---- masses ---- */

static hud_status quasi_stationary_mass(struct initial *initial, int k, struct hud_error *error)
{
  const struct hud_network *network = initial->particles->network;
  double gain = 0.0, loss = hud_network_split_rate(network, k);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    if (reaction->i + reaction->j == k)
      gain += reaction->product * reaction->lambda * initial->mass[reaction->i] *
              initial->mass[reaction->j];
  }
  if (initial->particles->holding_time >= 0.0) {
    initial->mass[k] = gain * initial->particles->holding_flow;
    return HUD_OK;
  }
  if (!(loss > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "clusters of %d never split, so their quasi-stationary density does not exist",
                    k);
  initial->mass[k] = gain / loss;
  return HUD_OK;
}

static hud_status cluster_mass(struct initial *initial, int k, struct hud_error *error)
{
  const struct hud_cluster_initial *spec = cluster_spec(initial, k);
  switch (spec->type) {
  case HUD_CLUSTER_ZERO:
    return HUD_OK;
  case HUD_CLUSTER_QUASI_STATIONARY:
    return quasi_stationary_mass(initial, k, error);
  case HUD_CLUSTER_PRODUCT:
    initial->mass[k] = spec->amount;
    return hud_density_create(&initial->products[k], &spec->density, error);
  case HUD_CLUSTER_ATOMS: {
    size_t row = 1 + (size_t)k * (size_t)initial->particles->dimension;
    for (size_t n = 0; n < spec->point_count; n++) {
      double weight = spec->points[n * row];
      if (!(weight >= 0.0))
        return hud_fail(error, HUD_ERROR_INPUT,
                        "weight %g of atom %zu of f%d; particles need weights >= 0", weight, n + 1,
                        k);
      initial->mass[k] += weight;
    }
    return HUD_OK;
  }
  }
  return HUD_OK;
}

static hud_status prepare(struct initial *initial, const struct hud_particles_options *options,
                          struct hud_error *error)
{
  size_t sizes = (size_t)largest(initial);
  hud_status status = HUD_NEW(&initial->mass, sizes + 1, "initial data", error);
  if (status == HUD_OK)
    status = HUD_NEW(&initial->products, sizes + 1, "initial data", error);
  for (int c = 0; c < initial->particles->dimension && status == HUD_OK; c++) {
    bool further = c > 0 && options->further != NULL;
    status = hud_density_create(&initial->f1[c],
                                further ? &options->further[c - 1] : &initial->spec->f1, error);
  }
  if (status != HUD_OK)
    return status;
  initial->mass[1] = hud_density_mass(initial->f1[0]);
  for (int k = 2; k <= largest(initial) && status == HUD_OK; k++) {
    status = cluster_mass(initial, k, error);
    if (status == HUD_OK && !(initial->mass[k] >= 0.0 && isfinite(initial->mass[k])))
      status = hud_fail(error, HUD_ERROR_INPUT, "the mass of f%d is %g; expected >= 0", k,
                        initial->mass[k]);
  }
  return status;
}

static void release(struct initial *initial)
{
  for (int c = 0; c < HUD_MAX_DIMENSION; c++)
    hud_density_free(initial->f1[c]);
  for (int k = 2; initial->products != NULL && k <= largest(initial); k++)
    hud_density_free(initial->products[k]);
  hud_free(initial->products);
  hud_free(initial->mass);
}

/* ---- samples ---- */

static hud_status sample(struct initial *initial, int k, double *v, struct hud_error *error);

/* The parents of a quasi-stationary cluster, in v; not yet drifted. */
static hud_status sample_parents(struct initial *initial, int k, double *v, struct hud_error *error)
{
  struct hud_particles *p = initial->particles;
  const struct hud_network *network = p->network;
  const struct hud_reaction *chosen = NULL;
  double total = 0.0;
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    if (reaction->i + reaction->j != k)
      continue;
    double gain = reaction->product * reaction->lambda * initial->mass[reaction->i] *
                  initial->mass[reaction->j];
    total += gain;
    if (gain > 0.0 && hud_random_uniform(&p->choices) * total < gain)
      chosen = reaction;
  }
  if (chosen == NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "a sample of f%d, whose mass is zero", k);
  hud_status status = sample(initial, chosen->i, v, error);
  if (status == HUD_OK)
    status = sample(initial, chosen->j, v + chosen->i * p->dimension, error);
  return status;
}

static void sample_atom(struct initial *initial, int k, double *v)
{
  struct hud_particles *p = initial->particles;
  const struct hud_cluster_initial *spec = cluster_spec(initial, k);
  size_t length = (size_t)k * (size_t)p->dimension, n = 0;
  double left = hud_random_uniform(&p->choices) * initial->mass[k];
  for (; n + 1 < spec->point_count; n++) {
    left -= spec->points[n * (1 + length)];
    if (left < 0.0)
      break;
  }
  memcpy(v, spec->points + n * (1 + length) + 1, length * sizeof *v);
}

/* One cluster distributed as f_k / M_k. */
static hud_status sample(struct initial *initial, int k, double *v, struct hud_error *error)
{
  struct hud_particles *p = initial->particles;
  if (k == 1) {
    for (int c = 0; c < p->dimension; c++)
      v[c] = hud_density_sample(initial->f1[c], &p->choices);
    return HUD_OK;
  }
  const struct hud_cluster_initial *spec = cluster_spec(initial, k);
  if (spec->type == HUD_CLUSTER_PRODUCT) {
    for (int n = 0; n < k * p->dimension; n++)
      v[n] = hud_density_sample(initial->products[k], &p->choices);
    return HUD_OK;
  }
  if (spec->type == HUD_CLUSTER_ATOMS) {
    sample_atom(initial, k, v);
    return HUD_OK;
  }
  hud_status status = sample_parents(initial, k, v, error);
  if (status != HUD_OK)
    return status;
  double rate = hud_network_split_rate(p->network, k);
  double s = p->network->sizes[k].drift * hud_random_exponential(&p->choices) / rate;
  return hud_cluster_flow(p->potential, k, p->dimension, s, v, error);
}

/* ---- filling the arrays ---- */

static hud_status count_clusters(struct initial *initial, size_t *counts, struct hud_error *error)
{
  struct hud_particles *p = initial->particles;
  double total = 0.0;
  for (int k = 1; k <= p->sizes; k++)
    total += k * p->network->sizes[k].weight * initial->mass[k];
  if (!(total > 0.0 && isfinite(total)))
    return hud_fail_at(error, HUD_ERROR_INPUT, "initial", "the total mass is %g; expected > 0",
                       total);
  p->particle_mass = total / (double)p->count;
  int64_t left = p->count;
  for (int k = 2; k <= p->sizes; k++) {
    double expected = p->network->sizes[k].weight * initial->mass[k] / p->particle_mass;
    counts[k] = (size_t)(expected + hud_random_uniform(&p->choices));
    left -= (int64_t)counts[k] * k;
  }
  if (left < 0)
    return hud_fail_at(
        error, HUD_ERROR_INPUT, "particles.count",
        "%lld particles are too few for these initial data: clusters alone need %lld",
        (long long)p->count, (long long)(p->count - left));
  counts[1] = (size_t)left;
  return HUD_OK;
}

/* Pairs of deterministic duration in the quasi-stationary state: formed at times uniform over the
 * last holding time, in that order (ratios of sums of exponentials are ordered uniforms). */
static hud_status fill_aged_pairs(struct initial *initial, size_t count, struct hud_error *error)
{
  struct hud_particles *p = initial->particles;
  struct hud_clusters *pairs = &p->clusters[2];
  double sum = 0.0;
  for (size_t n = 0; n < count; n++) {
    double *record;
    hud_status status = hud_clusters_append(pairs, &record, error);
    if (status == HUD_OK)
      status = sample_parents(initial, 2, record + 1, error);
    if (status != HUD_OK)
      return status;
    sum += hud_random_exponential(&p->choices);
    record[0] = sum;
  }
  sum += hud_random_exponential(&p->choices);
  for (size_t n = 0; n < count; n++) {
    double *record = hud_clusters_record(pairs, n);
    record[0] = p->holding_time * (record[0] / sum - 1.0);
  }
  return HUD_OK;
}

static hud_status fill_size(struct initial *initial, int k, size_t count, struct hud_error *error)
{
  struct hud_particles *p = initial->particles;
  struct hud_clusters *clusters = &p->clusters[k];
  hud_status status = hud_clusters_reserve(clusters, count, error);
  if (status != HUD_OK)
    return status;
  if (k == 2 && p->holding_time >= 0.0 &&
      cluster_spec(initial, 2)->type == HUD_CLUSTER_QUASI_STATIONARY)
    return fill_aged_pairs(initial, count, error);
  for (size_t n = 0; n < count && status == HUD_OK; n++) {
    double *record;
    status = hud_clusters_append(clusters, &record, error);
    if (status == HUD_OK)
      status = sample(initial, k, record + clusters->lead, error);
  }
  return status;
}

/* The mean velocity at t = 0. Aged pairs are taken at their formation, which an odd force does not
 * change. */
static void set_mean(struct hud_particles *p)
{
  for (int c = 0; c < p->dimension; c++) {
    struct hud_sum sum = {0.0, 0.0};
    for (int k = 1; k <= p->sizes; k++)
      for (size_t n = 0; n < p->clusters[k].count; n++) {
        const double *v = hud_clusters_record(&p->clusters[k], n) + p->clusters[k].lead;
        for (int i = 0; i < k; i++)
          hud_sum_add(&sum, v[i * p->dimension + c]);
      }
    p->mean[c] = hud_sum_result(&sum) / (double)p->count;
  }
}

hud_status hud_particles_fill(struct hud_particles *p, const struct hud_particles_options *options,
                              struct hud_error *error)
{
  struct initial initial = {.particles = p, .spec = options->initial};
  size_t *counts = NULL;
  hud_status status = prepare(&initial, options, error);
  if (status == HUD_OK)
    status = HUD_NEW(&counts, (size_t)p->sizes + 1, "initial data", error);
  if (status == HUD_OK)
    status = count_clusters(&initial, counts, error);
  for (int k = 1; k <= p->sizes && status == HUD_OK; k++)
    status = fill_size(&initial, k, counts[k], error);
  if (status == HUD_OK)
    set_mean(p);
  hud_free(counts);
  release(&initial);
  return status;
}
