/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collisions a second of processor time of the hard-sphere flow on one thread, median of five
 * stretches after a first one that is not counted. `spheres peers` runs only what bench/beside-edmd
 * and bench/beside-dynamo compare: N and packing fractions at which those programs can be run, and
 * N = 1e5 with triples. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spheres/spheres.h"

enum { STRETCHES = 5 };

static const struct hud_velocity_component gas = {.weight = 1.0, .temperature = {1.0, 1.0, 1.0}};

static void require(hud_status status, const struct hud_error *error)
{
  if (status == HUD_OK)
    return;
  fprintf(stderr, "%s\n", error->message);
  exit(1);
}

/* Processor time: a busy machine then costs caches, but not its share of the core. */
static double seconds(void)
{
  return (double)clock() / CLOCKS_PER_SEC;
}

static int by_value(const void *one, const void *other)
{
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

static int64_t events(struct hud_system *system)
{
  struct hud_flow_counters counters;
  hud_system_counters(system, &counters);
  int64_t sum = 0;
  for (int k = 2; k <= HUD_SPHERES_MAX_GROUP; k++)
    sum += counters.collisions[k];
  return sum;
}

/* zone: kappa, or with phi > 0 the packing fraction of a binary gas. */
static void measure(int dimension, int orders, int64_t count, const double *kappa, double phi,
                    double wanted)
{
  struct hud_error error = {0};
  struct hud_system *system;
  struct hud_spheres_forecast forecast;
  struct hud_spheres_spec spec = {.dimension = dimension,
                                  .orders = orders,
                                  .count = count,
                                  .seed = 1,
                                  .replicas = 1,
                                  .side = 1.0,
                                  .by_radii = phi > 0.0,
                                  .component_count = 1,
                                  .components = &gas};
  if (phi > 0.0)
    spec.zone[0] = dimension == 2 ? sqrt(4.0 * phi / (M_PI * (double)count))
                                  : cbrt(6.0 * phi / (M_PI * (double)count));
  else
    memcpy(spec.zone, kappa, (size_t)orders * sizeof *kappa);
  require(hud_spheres_forecast(&spec, &forecast, &error), &error);
  require(hud_system_create(&system, &spec, &error), &error);
  double rate = 0.0, speed[STRETCHES], time = 0.0;
  for (int l = 1; l <= orders; l++)
    rate += forecast.rate[l];
  for (int s = -1; s < STRETCHES; s++) {
    int64_t before = events(system);
    double start = seconds();
    require(hud_system_advance(system, time += wanted / rate, &error), &error);
    if (s >= 0)
      speed[s] = (double)(events(system) - before) / (seconds() - start);
  }
  qsort(speed, STRETCHES, sizeof *speed, by_value);
  printf("%2d %2d %9lld %8s %12.4g\n", dimension, orders, (long long)count,
         phi > 0.0 ? "" : "kappa", speed[STRETCHES / 2]);
  hud_system_free(system);
}

int main(int argc, char **argv)
{
  bool peers = argc > 1 && strcmp(argv[1], "peers") == 0;
  const double one[3] = {1.0, 1.0, 1.0}, quartets[3] = {1.0, 0.5, 2.0};
  const double fractions[3] = {0.01, 0.005, 0.001};
  printf("Hard spheres, collisions a second\n%2s %2s %9s %8s %12s\n", "d", "M", "N", "zones",
         "per second");
  for (int i = 0; i < 3; i++) {
    printf("phi = %g\n", fractions[i]);
    measure(3, 1, 10976, one, fractions[i], 1e5);
  }
  printf("phi = 0.01\n");
  measure(3, 1, 108000, one, 0.01, 1e5);
  for (int64_t n = peers ? 100000 : 1000; n <= (peers ? 100000 : 1000000); n *= 10)
    measure(2, 2, n, one, 0.0, n < 1000000 ? 5e4 : 1e5);
  if (!peers)
    measure(2, 3, 10000, quartets, 0.0, 5e4);
  return 0;
}
