/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collisions a second of the direct simulation in one cell at equilibrium, on one thread, best of
 * five stretches; and beside it the least that a binary collision can cost: a bare loop of our own
 * over random pairs that accepts with |v - w| over a fixed bound, counts no time and keeps no
 * majorant. To compare with SPARTA, run it in the same minutes on 1e4 particles in one cell with
 * the hard-sphere collision model and divide its collisions by the time of its line `Coll`. */
#include <math.h>
#include <stdio.h>

#include "bench/common.h"
#include "spheres/kac.h"
#include "spheres/zones.h"

enum { STRETCHES = 5 };

static const struct hud_velocity_component one[] = {{1.0, {0.0}, {1.0, 1.0, 1.0}, 0}};

static void measure(int d, int l, int64_t count)
{
  struct hud_error error = {0};
  struct hud_kac_spec spec = {
      .dimension = d, .orders = l, .density = 1.0, .count = count, .seed = 1};
  struct hud_velocity_mixture mixture = {one, 1};
  struct hud_kac *kac = NULL;
  spec.alpha[l - 1] = 1.0;
  hud_bench_require(hud_kac_create(&kac, &spec, &error), &error);
  hud_bench_require(hud_kac_draw_velocities(kac, &mixture, true, true, &error), &error);
  double stretch = 1e6 * (l + 1) / (hud_boltzmann_rate(d, l, 1.0, 1.0, 1.0) * (double)count);
  double best = 0.0;
  for (int s = 0; s < STRETCHES; s++) {
    int64_t before = hud_kac_counters(kac)->collisions[l + 1];
    double start = hud_clock();
    hud_bench_require(hud_kac_advance(kac, (s + 1) * stretch, &error), &error);
    double speed =
        (double)(hud_kac_counters(kac)->collisions[l + 1] - before) / (hud_clock() - start);
    best = fmax(best, speed);
  }
  const struct hud_kac_counters *counters = hud_kac_counters(kac);
  printf("  d = %d, l = %d, N = %-8lld %9.3g collisions/s, acceptance %.2f\n", d, l,
         (long long)count, best,
         (double)counters->collisions[l + 1] / (double)counters->candidates);
  hud_kac_free(kac);
}

/* d = 3: pairs of `count` particles, |v - w|^2 against u^2 times a bound that nothing exceeds. */
static void bare_loop(uint32_t count)
{
  enum { MOST = 100000 };
  static double v[MOST][4];
  struct hud_random random;
  hud_random_seed(&random, 1, 0);
  for (uint32_t i = 0; i < count; i++)
    for (int a = 0; a < 3; a++)
      v[i][a] = hud_random_normal(&random);
  double best = 0.0;
  const double bound = 9.0;
  for (int s = 0; s < STRETCHES; s++) {
    int64_t accepted = 0;
    double start = hud_clock();
    for (int64_t n = 0; n < 4000000; n++) {
      uint64_t bits = hud_random_bits(&random);
      uint32_t i = (uint32_t)(((bits & UINT32_MAX) * count) >> 32);
      uint32_t j = (uint32_t)(((bits >> 32) * count) >> 32);
      double u = bound * hud_random_uniform(&random);
      double *pair[2] = {v[i], v[j]};
      if (u * u < hud_scatter_square(3, 2, pair)) {
        hud_scatter(&random, 3, 2, pair);
        accepted++;
      }
    }
    best = fmax(best, (double)accepted / (hud_clock() - start));
  }
  printf("  bare loop, d = 3, l = 1, N = %-8u %9.3g collisions/s\n", count, best);
}

int main(void)
{
  printf("direct simulation of the Boltzmann equation in one cell:\n");
  measure(2, 1, 10000);
  measure(3, 1, 10000);
  bare_loop(10000);
  measure(2, 1, 100000);
  measure(3, 1, 100000);
  bare_loop(100000);
  for (int l = 2; l <= 6; l++)
    measure(2, l, 10000);
  for (int l = 2; l <= 6; l++)
    measure(3, l, 10000);
  return 0;
}
