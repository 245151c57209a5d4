/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The matrix model x method x quantity x error: every cell of the table that `huddle models` prints
 * is run on the same data to t = 1 and compared with exact moments (method moments, relative
 * tolerance 1e-13). Prints Markdown, which docs/verification.md holds (`verify_matrix > ...`), and
 * fails if a cell misses its bound. Grid errors at two resolutions give an order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/common.h"
#include "models/registry.h"

static const char *const text =
    "huddle: 1\nmodel: first_order\nmethod: moments\nepsilon: 0.1\nclusters: 3\ndelta: 0.05\n"
    "rates: {lambda: {default: 1.0, \"1,1\": 1.0, \"1,2\": 0.8}, mu: {default: 1.5, \"1,1\": "
    "2.0}}\n"
    "velocity: {min: -8, max: 8, cells: 128}\n"
    "initial: {f1: {mixture: [{gaussian: {mass: 0.6, mean: 0.8, stddev: 0.7}},\n"
    "  {gaussian: {mass: 0.4, mean: -0.7, stddev: 0.9}}]}}\n"
    "time: {end: 1.0}\nsolver: {rtol: 1.0e-13, atol: 1.0e-16}\n"
    "particles: {count: 100000, seed: 7, replicas: 32}\n";

enum { QUANTITIES = 4 };
static const char *const quantities[QUANTITIES] = {"M1", "variance", "f1_m3", "f1_m4"};

struct outcome {
  double value[QUANTITIES], standard_error[QUANTITIES], mass_drift;
};

static struct hud_simulation *open_model(const char *model, const char *method, int cells)
{
  struct hud_error error;
  struct hud_model_file *file;
  struct hud_simulation *simulation;
  char a[64], b[64], c[64];
  const char *overrides[] = {a, b, c, "solver.rtol=1e-9"};
  snprintf(a, sizeof a, "model=%s", model);
  snprintf(b, sizeof b, "method=%s", method);
  snprintf(c, sizeof c, "velocity.cells=%d", cells);
  size_t count = strcmp(method, "grid") == 0 ? 4 : 3;
  hud_bench_require(
      hud_model_file_parse(&file, "matrix.yaml", text, strlen(text), overrides, count, &error),
      &error);
  hud_bench_require(hud_simulation_create(&simulation, file, NULL, NULL, &error), &error);
  return simulation;
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error;
  double value = NAN;
  hud_bench_require(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

static struct outcome run(const char *model, enum hud_method method, int cells)
{
  struct hud_error error;
  struct outcome outcome;
  struct hud_simulation *simulation = open_model(model, hud_method_name(method), cells);
  double before = quantity(simulation, "mass");
  hud_bench_require(hud_simulation_advance(simulation, 1.0, &error), &error);
  outcome.mass_drift = fabs(quantity(simulation, "mass") - before) / before;
  for (int q = 0; q < QUANTITIES; q++) {
    char name[32];
    snprintf(name, sizeof name, "%s_se", quantities[q]);
    outcome.value[q] = quantity(simulation, quantities[q]);
    outcome.standard_error[q] = method == HUD_METHOD_PARTICLES ? quantity(simulation, name) : NAN;
  }
  hud_simulation_close(simulation);
  return outcome;
}

/* One row of the table; returns how many bounds were missed. */
static int print_exact(const char *model, enum hud_method method, const struct outcome *exact)
{
  int missed = 0;
  struct outcome found = run(model, method, 128);
  printf("| `%s` | %s | %.0e |", model, hud_method_name(method), found.mass_drift);
  for (int q = 0; q < QUANTITIES; q++) {
    double difference = fabs(found.value[q] - exact->value[q]) / fabs(exact->value[q]);
    printf(" %.1e |", difference);
    missed += !(difference <= 1e-9);
  }
  printf("\n");
  return missed + !(found.mass_drift <= 1e-12);
}

/* The hierarchies and the relaxed triple hold O(n^3) cells: they run on coarser grids. */
static int print_grid(const char *model, const struct outcome *exact)
{
  bool cubic = strcmp(model, "hierarchy") == 0 || strcmp(model, "first_order_hierarchy") == 0 ||
               strcmp(model, "relaxed_triple") == 0;
  int coarse = cubic ? 48 : 128, missed = 0;
  struct outcome first = run(model, HUD_METHOD_GRID, coarse);
  struct outcome second = run(model, HUD_METHOD_GRID, 2 * coarse);
  printf("| `%s` | grid, n = %d | %.0e |", model, 2 * coarse, second.mass_drift);
  for (int q = 0; q < QUANTITIES; q++) {
    double before = fabs(first.value[q] - exact->value[q]) / fabs(exact->value[q]);
    double after = fabs(second.value[q] - exact->value[q]) / fabs(exact->value[q]);
    double order = log2(before / after);
    if (after > 1e-7)
      printf(" %.1e (order %.2f) |", after, order);
    else
      printf(" %.1e |", after);
    missed += !(after <= 1e-7 || order >= 1.8);
  }
  printf("\n");
  return missed + !(second.mass_drift <= 1e-12);
}

static int print_particles(const char *model, const struct outcome *exact)
{
  int missed = 0;
  struct outcome found = run(model, HUD_METHOD_PARTICLES, 128);
  printf("| `%s` | particles, 32 x 1e5 | %.0e |", model, found.mass_drift);
  for (int q = 0; q < QUANTITIES; q++) {
    double difference = found.value[q] - exact->value[q];
    double spread = found.standard_error[q];
    double score = difference == 0.0 && spread == 0.0 ? 0.0 : difference / spread;
    printf(" %.1e (%+.1f s.e.) |", fabs(difference / exact->value[q]), score);
    missed += !(fabs(score) <= 4.0);
  }
  printf("\n");
  return missed + !(found.mass_drift <= 1e-12);
}

int main(void)
{
  int count, missed = 0;
  const struct hud_registry_row *rows = hud_registry(&count);
  printf("| model | method | mass drift |");
  for (int q = 0; q < QUANTITIES; q++)
    printf(" %s |", quantities[q]);
  printf("\n|---|---|---|---|---|---|---|\n");
  for (int i = 0; i < count; i++) {
    if (!hud_registry_runs(rows[i].model, HUD_METHOD_MOMENTS))
      continue;
    struct outcome exact = run(rows[i].name, HUD_METHOD_MOMENTS, 128);
    if (hud_registry_runs(rows[i].model, HUD_METHOD_SPECTRAL))
      missed += print_exact(rows[i].name, HUD_METHOD_SPECTRAL, &exact);
    if (hud_registry_runs(rows[i].model, HUD_METHOD_GRID) &&
        (rows[i].model != HUD_MODEL_HIERARCHY ||
         hud_registry_runs(HUD_MODEL_RELAXED_TRIPLE, HUD_METHOD_GRID)))
      missed += print_grid(rows[i].name, &exact);
    if (hud_registry_runs(rows[i].model, HUD_METHOD_PARTICLES))
      missed += print_particles(rows[i].name, &exact);
  }
  fprintf(stderr, "%d bounds missed\n", missed);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
