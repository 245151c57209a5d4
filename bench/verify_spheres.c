/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Long checks of the hard-sphere flow, for `make verify`; `verify_spheres short` is a tenth of it.
 *
 * 1. Collision rates at N = 64 (d = 2, epsilon = (0.004, 0.03)) against the exact identity ideal
 *    rate x y_k, y_k by insertion into independent configurations of N - k particles.
 * 2. Binary rates at N = 1e4, packing fraction 0.01, against Enskog's with the contact values of
 *    Henderson (d = 2) and Carnahan and Starling (d = 3).
 * 3. N = 1e6, M = 2, kappa = 1, d = 2: the least gap at collisions and over all groups, energy and
 *    momentum, and memory.
 * Every line says what was measured, what was expected and whether it holds; exit status 1 if not.
 */
#define _DEFAULT_SOURCE
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "spheres/contact.h"
#include "spheres/neighbours.h"
#include "spheres/spheres.h"

static const struct hud_velocity_component gas = {.weight = 1.0, .temperature = {1.0, 1.0, 1.0}};

static void require(hud_status status, const struct hud_error *error)
{
  if (status == HUD_OK)
    return;
  fprintf(stderr, "%s\n", error->message);
  exit(1);
}

static int verdict(bool holds)
{
  printf("   %s\n", holds ? "holds" : "FAILS");
  return holds ? 0 : 1;
}

static struct hud_system *open_system(int dimension, int orders, int64_t count, bool by_radii,
                                      const double *zone, uint64_t seed)
{
  struct hud_error error = {0};
  struct hud_system *system;
  struct hud_spheres_spec spec = {.dimension = dimension,
                                  .orders = orders,
                                  .count = count,
                                  .seed = seed,
                                  .replicas = 1,
                                  .by_radii = by_radii,
                                  .side = 1.0,
                                  .component_count = 1,
                                  .components = &gas,
                                  .fix_momentum = true,
                                  .fix_energy = true};
  memcpy(spec.zone, zone, (size_t)orders * sizeof *zone);
  require(hud_system_create(&system, &spec, &error), &error);
  return system;
}

/* y_k of N particles, from configurations of N - k. */
static void insert(const struct hud_zones *zones, int64_t count, int size, int configurations,
                   double *y, double *sigma)
{
  struct hud_error error = {0};
  struct hud_random random;
  struct hud_spheres *spheres;
  struct hud_contact_counts *counts = calloc((size_t)configurations, sizeof *counts);
  if (counts == NULL)
    exit(1);
  hud_random_seed(&random, 17, (uint64_t)size);
  require(hud_spheres_create(&spheres, zones, count - size, false, 1.0, &error), &error);
  for (int c = 0; c < configurations; c++) {
    require(hud_spheres_draw_positions(spheres, NULL, HUD_POSITIONS_AUTO, &random, NULL, &error),
            &error);
    require(hud_contact_insert(spheres, size, 1000, &random, &counts[c], &error), &error);
  }
  hud_contact_correlation(counts, configurations, y, sigma);
  hud_spheres_free(spheres);
  free(counts);
}

/* Independent runs of fixed energy and zero momentum from equilibrium data; the spread of the runs
 * gives the error of the rate, configurations frozen into one run included. */
static int rates_small(bool quick)
{
  const double radius[2] = {0.004, 0.03};
  enum { COUNT = 64 };
  int runs = quick ? 40 : 400, failures = 0;
  double sum[4] = {0.0}, square[4] = {0.0}, time = 10.0;
  struct hud_error error = {0};
  struct hud_zones zones;
  require(hud_zones_from_radii(&zones, 2, 2, radius, &error), &error);
  for (int run = 0; run < runs; run++) {
    struct hud_system *system = open_system(2, 2, COUNT, true, radius, (uint64_t)(1000 + run));
    struct hud_flow_counters counters;
    require(hud_system_advance(system, time, &error), &error);
    hud_system_counters(system, &counters);
    for (int k = 2; k <= 3; k++) {
      double rate = (double)counters.collisions[k] / time;
      sum[k] += rate;
      square[k] += rate * rate;
    }
    hud_system_free(system);
  }
  for (int k = 2; k <= 3; k++) {
    double y, sigma_y, mean = sum[k] / runs;
    double sigma = sqrt((square[k] / runs - mean * mean) / (runs - 1));
    insert(&zones, COUNT, k, quick ? 400 : 4000, &y, &sigma_y);
    /* fix_energy: sum |v|^2 = N d T (1 - 0), shared by d (N - 1) degrees of freedom. */
    double ideal = hud_zones_rate(&zones, k - 1, COUNT, 1.0,
                                  hud_mean_impact_fixed(2, k - 1, COUNT, 2.0 * COUNT));
    double total = hypot(sigma, ideal * sigma_y);
    printf("N=64 d=2, %d-body: rate %.3f +- %.3f, identity %.3f x %.4f = %.3f +- %.3f, %+.2f sigma",
           k, mean, sigma, ideal, y, ideal * y, ideal * sigma_y, (mean - ideal * y) / total);
    failures += verdict(fabs(mean - ideal * y) < 3.0 * total);
  }
  return failures;
}

static int rates_enskog(bool quick)
{
  int failures = 0;
  for (int d = 2; d <= 3; d++) {
    enum { COUNT = 10000 };
    double phi = 0.01;
    double radius = d == 2 ? sqrt(4.0 * phi / (M_PI * COUNT)) : cbrt(6.0 * phi / (M_PI * COUNT));
    double contact = d == 2 ? (1.0 - 7.0 / 16.0 * phi) / pow(1.0 - phi, 2.0)
                            : (1.0 - 0.5 * phi) / pow(1.0 - phi, 3.0);
    struct hud_error error = {0};
    struct hud_system *system = open_system(d, 1, COUNT, true, &radius, 3);
    const struct hud_zones *zones = &hud_system_state(system, 0)->zones;
    double rate = contact * hud_zones_rate(zones, 1, COUNT, 1.0, hud_mean_impact(1, 1.0));
    double time = (quick ? 1e5 : 1e6) / rate;
    struct hud_flow_counters counters;
    require(hud_system_advance(system, time, &error), &error);
    hud_system_counters(system, &counters);
    double ratio = (double)counters.collisions[2] / (rate * time);
    printf("N=1e4 d=%d phi=%g: rate / Enskog = %.5f", d, phi, ratio);
    failures += verdict(fabs(ratio - 1.0) < 0.01);
    hud_system_free(system);
  }
  return failures;
}

static int million(bool quick)
{
  const double kappa[2] = {1.0, 1.0};
  int failures = 0;
  struct hud_error error = {0};
  double start = hud_clock();
  struct hud_system *system = open_system(2, 2, 1000000, false, kappa, 4);
  double drawn = hud_clock();
  struct hud_spheres *spheres = hud_system_state(system, 0);
  struct hud_spheres_moments before, after;
  struct hud_flow_counters counters;
  double rate = 0.0, gap, time;
  for (int l = 1; l <= 2; l++)
    rate += hud_zones_rate(&spheres->zones, l, spheres->count, 1.0, hud_mean_impact(l, 1.0));
  time = (quick ? 1e5 : 1e6) / rate;
  hud_spheres_measure(spheres, &before);
  require(hud_system_advance(system, time, &error), &error);
  double run = hud_clock();
  hud_spheres_measure(spheres, &after);
  require(hud_spheres_least_gap(spheres, 1e-3, &gap, &error), &error);
  hud_system_counters(system, &counters);
  int64_t events = counters.collisions[2] + counters.collisions[3];
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double memory = (double)usage.ru_maxrss * 1024.0;
  printf("N=1e6 d=2 M=2: %lld + %lld collisions in %.1f s (%.3g/s; data %.1f s), "
         "%lld healed, %lld ties, %lld grazing\n",
         (long long)counters.collisions[2], (long long)counters.collisions[3], run - drawn,
         (double)events / (run - drawn), drawn - start, (long long)counters.healed,
         (long long)counters.ties, (long long)counters.grazing);
  printf("  least gap at collisions %.2e, over all groups at the end %.2e", counters.least_gap,
         gap);
  failures += verdict(counters.least_gap > -1e-12 && gap > -1e-12);
  printf("  energy drift %.2e, momentum drift %.2e", after.energy / before.energy - 1.0,
         hypot(after.momentum[0] - before.momentum[0], after.momentum[1] - before.momentum[1]));
  failures += verdict(fabs(after.energy / before.energy - 1.0) < 1e-14 &&
                      hypot(after.momentum[0] - before.momentum[0],
                            after.momentum[1] - before.momentum[1]) < 1e-13);
  printf("  memory %.3f GB (forecast %.3f)", 1e-9 * memory, 1e-9 * hud_flow_memory(2, 1e6));
  failures += verdict(memory < 1e9);
  hud_system_free(system);
  return failures;
}

int main(int argc, char **argv)
{
  bool quick = argc > 1 && strcmp(argv[1], "short") == 0;
  int failures = rates_small(quick) + rates_enskog(quick) + million(quick);
  return failures > 0;
}
