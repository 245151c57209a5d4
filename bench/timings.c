/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Timings of this machine: one evaluation of the first-order model against the number of cells, the
 * pair drift, whole runs against epsilon, and beside them what a user would write without huddle:
 * CVODE on the same equations with stock vectors, difference quotients and GMRES without a
 * preconditioner. Figures are medians; machines are noisy, so compare within one output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/baseline.h"
#include "bench/common.h"

enum { REPEATS = 7, RUNS = 3 };

/* Median seconds of one call of work(context). */
static double time_call(void (*work)(void *context), void *context)
{
  double times[REPEATS];
  for (int r = 0; r < REPEATS; r++) {
    int count = 0;
    double start = hud_clock();
    do {
      work(context);
      count++;
    } while (hud_clock() - start < 0.02);
    times[r] = (hud_clock() - start) / count;
  }
  return hud_bench_median(times, REPEATS);
}

static void call_rhs(void *context)
{
  struct hud_simulation *simulation = context;
  const struct hud_system *system = hud_model_system(simulation->model);
  struct hud_error error;
  hud_bench_require(system->rhs(system->self, 0.0, simulation->y, simulation->next, &error),
                    &error);
}

static void call_drift(void *context)
{
  struct hud_simulation *simulation = context;
  struct hud_representation *rep = simulation->model->rep;
  rep->ops->drift(rep, 1.0, 2, hud_model_density(simulation->model, simulation->y, 2),
                  simulation->next);
}

static void bench_rhs(void)
{
  double previous = NAN;
  printf("One evaluation of the first-order model (14) on the grid\n");
  printf("%6s %10s %12s %8s %18s\n", "n", "unknowns", "ms", "growth", "drift, ns a cell");
  for (int n = 64; n <= 1024; n *= 2) {
    char cells[64];
    const char *overrides[] = {cells};
    struct hud_error error;
    snprintf(cells, sizeof cells, "velocity.cells=%d", n);
    struct hud_simulation *simulation = hud_bench_open(overrides, 1);
    hud_bench_require(hud_simulation_advance(simulation, 0.01, &error), &error);
    double seconds = time_call(call_rhs, simulation), drift = time_call(call_drift, simulation);
    printf("%6d %10zu %12.3f %8.2f %18.3f\n", n, hud_model_system(simulation->model)->size,
           1e3 * seconds, seconds / previous, 1e9 * drift / (0.5 * n * (n + 1.0)));
    previous = seconds;
    hud_simulation_close(simulation);
  }
}

/* Runs to the end RUNS times and prints the counters and the median wall time. */
static void print_runs(const char *label, const char *const *overrides, size_t count)
{
  struct hud_evolve_counters counters;
  double walls[RUNS], drift = NAN;
  for (int r = 0; r < RUNS; r++) {
    struct hud_error error;
    struct hud_simulation *simulation = hud_bench_open(overrides, count);
    double before, after, start = hud_clock();
    hud_simulation_quantity(simulation, "mass", &before, &error);
    hud_bench_require(hud_simulation_advance(simulation, hud_simulation_end(simulation), &error),
                      &error);
    walls[r] = hud_clock() - start;
    hud_simulation_quantity(simulation, "mass", &after, &error);
    drift = fabs(after - before) / before;
    hud_evolve_counters(simulation->evolve, &counters);
    hud_simulation_close(simulation);
  }
  printf("%-44s %8lld %8lld %10.3f %10.1e\n", label, (long long)counters.rhs_evaluations,
         (long long)counters.steps, hud_bench_median(walls, RUNS), drift);
}

static void print_heading(const char *title)
{
  printf("\n%s\n%-44s %8s %8s %10s %10s\n", title, "", "evals", "steps", "wall, s", "mass drift");
}

static void bench_epsilon(void)
{
  static const char *const starts[] = {"initial.f2=zero", "initial.f2=quasi_stationary"};
  print_heading("Whole runs to t = 3, n = 256, rtol = 1e-6");
  print_runs("initial.f2=zero, epsilon=0.05", NULL, 0);
  for (int s = 0; s < 2; s++)
    for (int power = 1; power <= 6; power++) {
      char epsilon[32], label[80];
      const char *overrides[] = {starts[s], epsilon};
      snprintf(epsilon, sizeof epsilon, "epsilon=1.0e-%d", power);
      snprintf(label, sizeof label, "%s, %s", starts[s], epsilon);
      print_runs(label, overrides, 2);
    }
  const char *const loose[] = {"solver.rtol=1.0e-3"};
  print_runs("initial.f2=zero, epsilon=0.05, rtol=1e-3", loose, 1);
}

static void bench_baseline(void)
{
  static const char *const epsilons[] = {"epsilon=0.05", "epsilon=1.0e-2", "epsilon=1.0e-3"};
  print_heading("n = 128: huddle, and plain CVODE (stock vectors, difference quotients, GMRES\n"
                "without a preconditioner; at most 20 s)");
  for (int i = 0; i < 3; i++) {
    char label[80];
    const char *overrides[] = {epsilons[i], "velocity.cells=128"};
    snprintf(label, sizeof label, "huddle, %s", epsilons[i]);
    print_runs(label, overrides, 2);
    struct hud_simulation *simulation = hud_bench_open(overrides, 2);
    struct hud_baseline_result result = hud_baseline_run(simulation, 3.0, 1e-6, 20.0);
    printf("plain CVODE, %-31s %8ld %8ld %10.3f %10.1e  came to t = %.3g\n", epsilons[i],
           result.evaluations, result.steps, result.wall, result.mass_drift, result.time);
    hud_simulation_close(simulation);
  }
}

int main(void)
{
  bench_rhs();
  bench_epsilon();
  bench_baseline();
  return EXIT_SUCCESS;
}
