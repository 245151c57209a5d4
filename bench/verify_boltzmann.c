/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Boltzmann equation with collisions of many against exact kinetic numbers, to a relative error
 * of 0.3 % within 3 standard errors: rates nu_l in equilibrium, initial slopes of <v_x^2> from
 * temperatures (1.5, 0.5[, 0.5]) and of <|v|^4> from 0.75 N(0, 0.5) + 0.25 N(0, 2.5), measured on
 * the process itself; the order in the time step of the gas in cells; and the series against the
 * simulation at t = 0.1. The program fails if a number is missed. `verify_boltzmann short` takes a
 * twelfth of the work and allows 1.5 %. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/common.h"
#include "spheres/cell_gas.h"
#include "spheres/kac.h"
#include "spheres/series.h"
#include "spheres/zones.h"

static struct hud_error error;
static int missed;

static const struct hud_velocity_component one[] = {{1.0, {0.0}, {1.0, 1.0, 1.0}, 0}};
static const struct hud_velocity_component squeezed[] = {{1.0, {0.0}, {1.5, 0.5, 0.5}, 0}};
static const struct hud_velocity_component peaked[] = {{0.75, {0.0}, {0.5, 0.5, 0.5}, 0},
                                                       {0.25, {0.0}, {2.5, 2.5, 2.5}, 0}};

static void report(const char *what, int d, int l, double found, double sigma, double exact,
                   double precision)
{
  double relative = sigma / fabs(exact);
  double deviation = (found - exact) / sigma;
  bool good = fabs(deviation) <= 3.0 && relative <= precision;
  printf("  %-18s d = %d, l = %d  %12.6f +- %-9.2g exact %12.6f  %+5.2f sigma, %.2f %%%s\n", what,
         d, l, found, sigma, exact, deviation, 100.0 * relative, good ? "" : "   MISSED");
  missed += !good;
}

static struct hud_kac *open_gas(int d, int l, int64_t count, uint64_t seed, uint64_t stream)
{
  struct hud_kac *kac = NULL;
  struct hud_kac_spec spec = {
      .dimension = d, .orders = l, .density = 1.0, .count = count, .seed = seed, .stream = stream};
  spec.alpha[l - 1] = hud_boltzmann_alpha(l, 1.0);
  hud_bench_require(hud_kac_create(&kac, &spec, &error), &error);
  return kac;
}

static void rate(int d, int l, double effort, double precision)
{
  enum { N = 100000 };
  static const double printed[2][3] = {{3.54491, 2.27326, 0.25770}, {7.08982, 2.06162, 0.06168}};
  struct hud_velocity_mixture mixture = {one, 1};
  struct hud_kac *kac = open_gas(d, l, N, 1, 0);
  hud_bench_require(hud_kac_draw_velocities(kac, &mixture, true, true, &error), &error);
  double nu = hud_boltzmann_rate(d, l, hud_boltzmann_alpha(l, 1.0), 1.0, 1.0);
  double end = 2e6 * effort * (l + 1) / (nu * N);
  hud_bench_require(hud_kac_advance(kac, end, &error), &error);
  double events = (double)hud_kac_counters(kac)->collisions[l + 1];
  double per_event = (l + 1) / (N * end);
  report("nu", d, l, events * per_event, sqrt(events) * per_event + 3e-6, printed[d - 2][l - 1],
         precision);
  hud_kac_free(kac);
}

/* The slope at 0 from D(t) = (m(t) - m(0))/t at h, 2h and 3h of one run, 3 D(h) - 3 D(2h) + D(3h):
 * the error is of order (nu h)^3, a tenth of the standard error for nu h = 0.1. */
static void slope(int d, int l, bool fourth, double exact, double effort, double precision)
{
  enum { N = 200000 };
  struct hud_velocity_mixture mixture = {fourth ? peaked : squeezed, fourth ? 2 : 1};
  double h = 0.1 / hud_boltzmann_rate(d, l, hud_boltzmann_alpha(l, 1.0), 1.0, 1.0);
  double sum = 0.0, square = 0.0;
  int runs = (int)(effort * (fourth ? 1800.0 : 450.0));
  for (int r = 0; r < runs; r++) {
    struct hud_kac *kac = open_gas(d, l, N, 7, (uint64_t)r);
    struct hud_gas_moments at[4];
    hud_bench_require(hud_kac_draw_velocities(kac, &mixture, false, false, &error), &error);
    for (int i = 0; i < 4; i++) {
      hud_bench_require(hud_kac_advance(kac, i * h, &error), &error);
      hud_kac_moments(kac, &at[i]);
    }
    hud_kac_free(kac);
    double value[4];
    for (int i = 0; i < 4; i++)
      value[i] = fourth ? at[i].m4 : at[i].temperature[0] + at[i].momentum[0] * at[i].momentum[0];
    double found =
        (3.0 * (value[1] - value[0]) - 1.5 * (value[2] - value[0]) + (value[3] - value[0]) / 3.0) /
        h;
    sum += found;
    square += found * found;
  }
  double mean = sum / runs;
  report(fourth ? "d<|v|^4>/dt" : "d<v_x^2>/dt", d, l, mean,
         sqrt((square / runs - mean * mean) / (runs - 1.0)), exact, precision);
}

/* The mode of the velocity at t = 0.3 of a uniform gas that starts with 0.9 cos(2 pi x), for the
 * given number of steps; *square receives the square of its standard error. */
static double sound(int steps, int runs, double *square)
{
  enum { N = 200000 };
  const double wave = 2.0 * acos(-1.0), speed = 0.9, end = 0.3;
  struct hud_velocity_mixture mixture = {one, 1};
  double sum = 0.0;
  for (int r = 0; r < runs; r++) {
    struct hud_cell_gas *gas = NULL;
    struct hud_cell_gas_spec spec = {.dimension = 2,
                                     .axes = 1,
                                     .orders = 1,
                                     .alpha = {8.0},
                                     .density = 1.0,
                                     .side = 1.0,
                                     .cells = 40,
                                     .step = end / steps,
                                     .count = N,
                                     .seed = (uint64_t)steps,
                                     .stream = (uint64_t)r};
    hud_bench_require(hud_cell_gas_create(&gas, &spec, &error), &error);
    hud_bench_require(hud_cell_gas_draw(gas, NULL, &mixture, false, false, &error), &error);
    const struct hud_cell_particle *particle = hud_cell_gas_particles(gas);
    for (int64_t i = 0; i < N; i++) {
      struct hud_cell_particle moved = particle[i];
      moved.v[0] += speed * cos(wave * moved.x[0]);
      hud_bench_require(hud_cell_gas_set(gas, i, moved.x, moved.v, &error), &error);
    }
    hud_bench_require(hud_cell_gas_advance(gas, end, &error), &error);
    for (int64_t i = 0; i < N; i++)
      sum += 2.0 * particle[i].v[0] * cos(wave * particle[i].x[0]) / (speed * N * runs);
    hud_cell_gas_free(gas);
  }
  /* Var(2 v_x cos) is 2 (T + speed^2/2) or so. */
  *square = 2.0 * (1.0 + 0.5 * speed * speed) / (speed * speed * N * runs);
  return sum;
}

/* From 4, 8 and 16 steps. */
static void splitting_order(double effort)
{
  double value[3], square[3];
  int runs = (int)(100.0 * effort);
  for (int s = 0; s < 3; s++)
    value[s] = sound(4 << s, runs, &square[s]);
  double first = value[0] - value[1], second = value[1] - value[2];
  double order = log(fabs(first / second)) / log(2.0);
  double sigma = sqrt((square[0] + square[1]) / (first * first) +
                      (square[1] + square[2]) / (second * second)) /
                 log(2.0);
  bool good = fabs(order - 2.0) <= 3.0 * sigma && sigma < (effort < 1.0 ? 0.7 : 0.2);
  printf("  sound wave at t = 0.3 in 4, 8, 16 steps: %.4f %.4f %.4f, order %.2f +- %.2f%s\n",
         value[0], value[1], value[2], order, sigma, good ? "" : "   MISSED");
  missed += !good;
}

static double anisotropy(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return v[0] * v[0] - v[1] * v[1];
}

static void series_and_simulation(double effort)
{
  enum { N = 200000 };
  for (int orders = 1; orders <= 3; orders++) {
    struct hud_series_spec spec = {.dimension = 2,
                                   .orders = orders,
                                   .density = 1.0,
                                   .velocity = {squeezed, 1},
                                   .marginal = 1,
                                   .time = 0.1,
                                   .adjunctions = 5,
                                   .energy_cut = INFINITY,
                                   .samples = (int64_t)(6e6 * effort),
                                   .seed = 1,
                                   .observable = anisotropy};
    struct hud_series_result result;
    double sum = 0.0;
    int runs = 20;
    for (int l = 1; l <= orders; l++)
      spec.alpha[l - 1] = hud_boltzmann_alpha(l, 1.0);
    hud_bench_require(hud_series_run(&spec, &result, &error), &error);
    for (int r = 0; r < runs; r++) {
      struct hud_kac_spec own = {.dimension = 2,
                                 .orders = orders,
                                 .density = 1.0,
                                 .count = N,
                                 .seed = 3,
                                 .stream = (uint64_t)r};
      struct hud_kac *kac = NULL;
      struct hud_gas_moments moments;
      memcpy(own.alpha, spec.alpha, sizeof own.alpha);
      hud_bench_require(hud_kac_create(&kac, &own, &error), &error);
      hud_bench_require(hud_kac_draw_velocities(kac, &spec.velocity, true, false, &error), &error);
      hud_bench_require(hud_kac_advance(kac, 0.1, &error), &error);
      hud_kac_moments(kac, &moments);
      hud_kac_free(kac);
      sum += (moments.temperature[0] - moments.temperature[1]) / runs;
    }
    double sigma = hypot(result.error[5], sqrt(5.0 / (runs * (double)N)));
    bool good = fabs(result.sum[5] - sum) <= 3.0 * sigma;
    printf("  Tx - Ty at t = 0.1, M = %d: simulation %.4f +- %.4f, series to k = 0..5", orders, sum,
           sqrt(5.0 / (runs * (double)N)));
    for (int k = 0; k <= 5; k++)
      printf(" %.4f", result.sum[k]);
    printf(" +- %.4f%s\n", result.error[5], good ? "" : "   MISSED");
    missed += !good;
  }
}

int main(int argc, char **argv)
{
  static const double second[2][2] = {{-1.758016, -1.003795}, {-3.614549, -0.863873}};
  static const double fourth[2][2] = {{-13.024823, -11.381752}, {-52.099290, -16.757463}};
  bool is_short = argc > 1 && strcmp(argv[1], "short") == 0;
  double effort = is_short ? 1.0 / 12.0 : 1.0;
  double precision = is_short ? 0.015 : 0.003;
  printf("exact kinetic numbers, alpha_l = 1/l!:\n");
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 3; l++)
      rate(d, l, effort, precision);
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 2; l++)
      slope(d, l, false, second[d - 2][l - 1], effort, precision);
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 2; l++)
      slope(d, l, true, fourth[d - 2][l - 1], effort, precision);
  printf("the gas in cells:\n");
  splitting_order(effort);
  printf("the hierarchy series:\n");
  series_and_simulation(effort);
  printf("%d missed\n", missed);
  return missed == 0 ? 0 : 1;
}
