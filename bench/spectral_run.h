/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the programs that verify the spectral method: a model in a frequency box of our choice,
 * beside the same model by moments. */
#ifndef HUD_BENCH_SPECTRAL_RUN_H
#define HUD_BENCH_SPECTRAL_RUN_H

#include <cblas.h>
#include <complex.h>
#include <math.h>
#include <time.h>

#include "base/alloc.h"
#include "bench/common.h"
#include "evolve/radau.h"
#include "spectral/spectral.h"

static struct hud_error error;

static const char *const gaussian = "initial.f1={gaussian: {mass: 1, mean: 0, stddev: 1}}";
static const char *const bimodal =
    "initial.f1={mixture: [{gaussian: {mass: 0.5, mean: -1, stddev: 0.4}}, "
    "{gaussian: {mass: 0.5, mean: 1, stddev: 0.4}}]}";

/* A model by the spectral method in a box of our choice: network and data of an open simulation. */
struct run {
  struct hud_simulation *source; /* by moments, to the same time */
  struct hud_representation *rep;
  struct hud_assembler *assembler;
  const struct hud_system *system;
  struct hud_density *density;
  double *y, seconds;
};

static inline void run_open(struct run *run, const char *const *overrides, size_t count,
                            const struct hud_spectral_options *options)
{
  run->source = hud_bench_open(overrides, count);
  const struct hud_model *model = run->source->model;
  double lost;
  hud_bench_require(hud_spectral_create(&run->rep, options, &error), &error);
  hud_bench_require(hud_assembler_create(&run->assembler, model->network, run->rep, 1, &error),
                    &error);
  run->system = hud_assembler_system(run->assembler);
  hud_bench_require(HUD_NEW(&run->y, run->system->size, "a state", &error), &error);
  hud_bench_require(
      hud_density_create(&run->density, &run->source->description->initial.f1, &error), &error);
  hud_bench_require(run->rep->ops->project(run->rep, run->density, run->y, &lost, &error), &error);
}

static inline void run_close(struct run *run)
{
  hud_density_free(run->density);
  hud_free(run->y);
  hud_assembler_free(run->assembler);
  run->rep->ops->free(run->rep);
  hud_simulation_close(run->source);
}

static inline void run_to(struct run *run, double end, double rtol)
{
  struct hud_evolve_options options = {.rtol = rtol, .atol = 1e-40, .end = end};
  struct hud_evolve *evolve = NULL;
  clock_t start = clock(); /* processor time: other work on the machine should not fail a bound */
  hud_bench_require(hud_evolve_create(&evolve, run->system, 0.0, run->y, &options, &error), &error);
  hud_bench_require(hud_evolve_to(evolve, end, run->y, &error), &error);
  run->seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  hud_evolve_free(evolve);
}

static inline void run_radau(const struct hud_system *system, double end, double rtol, double *y)
{
  struct hud_evolve_options options = {.rtol = rtol, .atol = 1e-40, .end = end};
  struct hud_radau *radau = NULL;
  hud_bench_require(hud_radau_create(&radau, system, 0.0, y, &options, &error), &error);
  hud_bench_require(hud_radau_to(radau, end, y, &error), &error);
  hud_radau_free(radau);
}

static inline double box_difference(const struct run *a, const struct run *b, double box)
{
  double worst = 0.0;
  for (int n = 0; n <= 400; n++) {
    double xi = box * n / 400.0;
    worst = fmax(worst, cabs(hud_spectral_characteristic(a->rep, a->y, xi) -
                             hud_spectral_characteristic(b->rep, b->y, xi)));
  }
  return worst;
}

#endif
