/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the tests of the spectral method: one network over two representations, spectral and
 * moments, with the initial value problems of both. */
#ifndef HUD_TESTS_SPECTRAL_MODEL_H
#define HUD_TESTS_SPECTRAL_MODEL_H

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "evolve/radau.h"
#include "models/assembler.h"
#include "moments/moments.h"
#include "spectral/spectral.h"
#include "support.h"

/* One of the two sides. */
struct side {
  struct hud_representation *rep;
  struct hud_assembler *assembler;
  const struct hud_system *system;
  double *y, *ydot;
};

struct twin {
  struct hud_description description;
  struct hud_rate_entry lambda[16], mu[16];
  struct hud_network *network;
  struct side spectral, moments;
  struct hud_error error;
};

static inline double *zeros(size_t count)
{
  double *x = calloc(count, sizeof *x);
  assert_non_null(x);
  return x;
}

static inline void set_rate(struct hud_rate_law *law, struct hud_rate_entry *entries, int i, int j,
                            double value)
{
  law->type = HUD_RATE_TABLE;
  law->entries = entries;
  entries[law->entry_count++] = (struct hud_rate_entry){i, j, value};
}

/* lambda11 = 1, mu11 = 2, lambda12 = 0.8, mu12 = 1.5, all others 1 and 1.5. */
static inline void standard_rates(struct twin *twin, double epsilon)
{
  struct hud_description *d = &twin->description;
  memset(twin, 0, sizeof *twin);
  d->epsilon = d->delta = epsilon;
  set_rate(&d->lambda, twin->lambda, 1, 2, 0.8);
  set_rate(&d->mu, twin->mu, 1, 1, 2.0);
  d->lambda.has_default = d->mu.has_default = true;
  d->lambda.constant = 1.0;
  d->mu.constant = 1.5;
}

static inline double log_uniform(struct hud_random *random, double low, double high)
{
  return low * pow(high / low, hud_random_uniform(random));
}

/* epsilon in [1e-5, 0.3], every mu in [0.3, 5], lambda in [0.3, 3]. */
static inline void random_rates(struct twin *twin, struct hud_random *random)
{
  struct hud_description *d = &twin->description;
  memset(twin, 0, sizeof *twin);
  d->epsilon = log_uniform(random, 1e-5, 0.3);
  d->delta = log_uniform(random, 1e-3, 0.3);
  d->three_body_drift = hud_random_below(random, 2) ? HUD_DRIFT_CONSISTENT : HUD_DRIFT_AS_PRINTED;
  for (int i = 1; i <= 6; i++)
    for (int j = i; i + j <= 6; j++) {
      set_rate(&d->lambda, twin->lambda, i, j, log_uniform(random, 0.3, 3.0));
      set_rate(&d->mu, twin->mu, i, j, log_uniform(random, 0.3, 5.0));
    }
}

static inline void side_open(struct twin *twin, struct side *side)
{
  assert_ok(hud_assembler_create(&side->assembler, twin->network, side->rep, 1, &twin->error),
            &twin->error);
  side->system = hud_assembler_system(side->assembler);
  side->y = zeros(side->system->size);
  side->ydot = zeros(side->system->size);
}

/* options.clusters is set from the model. moment_order is that of the moments. */
static inline void twin_open(struct twin *twin, enum hud_model_kind kind, int K,
                             struct hud_spectral_options options, int moment_order)
{
  twin->description.model = kind;
  twin->description.clusters = K;
  assert_ok(hud_network_create(&twin->network, &twin->description, &twin->error), &twin->error);
  options.clusters = twin->network->K;
  assert_ok(hud_spectral_create(&twin->spectral.rep, &options, &twin->error), &twin->error);
  assert_ok(hud_moments_create(&twin->moments.rep, twin->network->K, moment_order, options.origin,
                               &twin->error),
            &twin->error);
  side_open(twin, &twin->spectral);
  side_open(twin, &twin->moments);
}

static inline void side_close(struct side *side)
{
  hud_assembler_free(side->assembler);
  side->rep->ops->free(side->rep);
  free(side->y);
  free(side->ydot);
}

static inline void twin_close(struct twin *twin)
{
  side_close(&twin->spectral);
  side_close(&twin->moments);
  hud_network_free(twin->network);
}

static inline double *block(const struct side *side, double *y, int k)
{
  return hud_assembler_block(side->assembler, y, 0, k);
}

/* The same weighted points as f_k on both sides. */
static inline void set_atoms(struct twin *twin, int k, size_t count, const double *points)
{
  struct side *sides[] = {&twin->spectral, &twin->moments};
  double lost;
  for (int a = 0; a < 2; a++)
    assert_ok(sides[a]->rep->ops->project_atoms(sides[a]->rep, k, count, points,
                                                block(sides[a], sides[a]->y, k), &lost,
                                                &twin->error),
              &twin->error);
}

/* Three points in [-1, 2]^k for every dynamic size. */
static inline void set_random_atoms(struct twin *twin, struct hud_random *random)
{
  for (int k = 1; k <= twin->network->K; k++) {
    double points[3 * 7];
    if (twin->network->sizes[k].quasi_stationary)
      continue;
    for (int e = 0; e < 3 * (k + 1); e++)
      points[e] = e % (k + 1) == 0 ? 0.1 + hud_random_uniform(random)
                                   : 3.0 * hud_random_uniform(random) - 1.0;
    set_atoms(twin, k, 3, points);
  }
}

static inline struct hud_density *make_density(const struct hud_density_spec *spec)
{
  struct hud_density *density = NULL;
  struct hud_error error;
  assert_ok(hud_density_create(&density, spec, &error), &error);
  return density;
}

/* f_1 from the density on both sides. */
static inline void set_density(struct twin *twin, const struct hud_density_spec *spec)
{
  struct hud_density *density = make_density(spec);
  struct side *sides[] = {&twin->spectral, &twin->moments};
  double lost;
  for (int a = 0; a < 2; a++)
    assert_ok(sides[a]->rep->ops->project(sides[a]->rep, density, block(sides[a], sides[a]->y, 1),
                                          &lost, &twin->error),
              &twin->error);
  hud_density_free(density);
}

static inline void integrate(const struct hud_system *system, double t, double end, double rtol,
                             double atol, double *y)
{
  struct hud_evolve_options options = {.rtol = rtol, .atol = atol, .end = end};
  struct hud_radau *radau = NULL;
  struct hud_error error;
  assert_ok(hud_radau_create(&radau, system, t, y, &options, &error), &error);
  assert_ok(hud_radau_to(radau, end, y, &error), &error);
  hud_radau_free(radau);
}

/* With CVODE; *evaluations receives its evaluations of the right-hand side. */
static inline void integrate_bdf(const struct hud_system *system, double end, double rtol,
                                 double atol, double *y, int64_t *evaluations)
{
  struct hud_evolve_options options = {.rtol = rtol, .atol = atol, .end = end};
  struct hud_evolve *evolve = NULL;
  struct hud_evolve_counters counters;
  struct hud_error error;
  assert_ok(hud_evolve_create(&evolve, system, 0.0, y, &options, &error), &error);
  assert_ok(hud_evolve_to(evolve, end, y, &error), &error);
  hud_evolve_counters(evolve, &counters);
  *evaluations = counters.rhs_evaluations;
  hud_evolve_free(evolve);
}

static const struct hud_density_spec gaussian_data = {
    .type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = 0.3, .scale = 1.0};

/* Two gaussians of stddev 0.4 at -0.7 and 1.3: mean 0.3, variance 1.16. */
static struct hud_density_spec bimodal_parts[2] = {
    {.type = HUD_DENSITY_GAUSSIAN, .mass = 0.5, .mean = -0.7, .scale = 0.4},
    {.type = HUD_DENSITY_GAUSSIAN, .mass = 0.5, .mean = 1.3, .scale = 0.4}};
static const struct hud_density_spec bimodal_data = {
    .type = HUD_DENSITY_MIXTURE, .part_count = 2, .parts = bimodal_parts};

#endif
