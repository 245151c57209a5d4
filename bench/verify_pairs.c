/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_2(v_1, v_2) by method spectral, for every model that has it, at t = 0.25: its sums over cells
 * against the moments of method moments, and the L1 distance of the grid's f_2 from it, relative to
 * M_2, with the order between n/2 and n cells (the diagonals next to the kink of f_2 are of lower
 * order). Prints Markdown for
 * docs/verification.md; `verify_pairs short` leaves quadruples and the finer grids out. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/common.h"

enum { READ = 160, FINE = 192 };
static const double low = -8.0, high = 8.0, end = 0.25;

/* Of the sums, relative to M_2 and to the scale of the moment, and of the grid's last order. */
static const double sum_bound = 5e-6, order_bound = 1.3;

struct model {
  const char *name, *clusters;
  bool grid, triples, slow;
};

static const struct model models[] = {{"instantaneous", "2", true, false, false},
                                      {"scalar", "3", true, false, false},
                                      {"scalar_implicit", "3", true, false, false},
                                      {"first_order", "3", true, false, false},
                                      {"hierarchy", "2", true, false, false},
                                      {"relaxed_triple", "3", true, true, false},
                                      {"first_order_hierarchy", "3", true, true, false},
                                      {"hierarchy", "3", true, true, false},
                                      {"first_order_hierarchy", "4", false, true, true},
                                      {"hierarchy", "4", false, true, true}};

static const char *const text =
    "huddle: 1\nmodel: first_order\nmethod: spectral\nepsilon: 0.1\nclusters: 3\ndelta: 0.05\n"
    "rates: {lambda: {default: 1.0, \"1,2\": 0.8}, mu: {default: 1.5, \"1,1\": 2.0}}\n"
    "velocity: {min: -8, max: 8, cells: 160}\n"
    "initial: {f1: {mixture: [{gaussian: {mass: 0.6, mean: 0.8, stddev: 0.7}},\n"
    "  {gaussian: {mass: 0.4, mean: -0.7, stddev: 0.9}}]}}\n"
    "time: {end: 1.0}\nsolver: {rtol: 1.0e-8, atol: 1.0e-14, spectral_tol: 1.0e-6}\n";

static struct hud_simulation *open_model(const struct model *model, const char *method, int cells)
{
  struct hud_error error;
  struct hud_model_file *file;
  struct hud_simulation *simulation;
  char set[4][64];
  const char *overrides[4];
  snprintf(set[0], sizeof set[0], "model=%s", model->name);
  snprintf(set[1], sizeof set[1], "method=%s", method);
  snprintf(set[2], sizeof set[2], "velocity.cells=%d", cells);
  snprintf(set[3], sizeof set[3], "clusters=%s", model->clusters);
  for (int i = 0; i < 4; i++)
    overrides[i] = set[i];
  hud_bench_require(
      hud_model_file_parse(&file, "pairs.yaml", text, strlen(text), overrides, 4, &error), &error);
  hud_bench_require(hud_simulation_create(&simulation, file, NULL, NULL, &error), &error);
  hud_bench_require(hud_simulation_advance(simulation, end, &error), &error);
  return simulation;
}

static double *read_pairs(struct hud_simulation *simulation, int cells)
{
  struct hud_error error;
  size_t length = (size_t)cells * (size_t)cells;
  double *f2 = malloc(length * sizeof *f2);
  if (f2 == NULL)
    exit(EXIT_FAILURE);
  hud_bench_require(hud_simulation_density(simulation, 2, f2, length, &error), &error);
  return f2;
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error;
  double value;
  hud_bench_require(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

/* M_2, V_2 and W. Those of the limit (33) by hand, J_1 being 0: mu11 V_2 = lambda11 M_1 V_1 - W/2
 * and (2 + mu11) W = 2 lambda11 M_1 V_1, with the rates 1 and 2. */
static void exact_moments(const struct model *model, struct hud_simulation *moments, double out[3])
{
  if (strcmp(model->name, "instantaneous") == 0) {
    double mass = quantity(moments, "M1"), variance = quantity(moments, "variance");
    out[0] = 0.5 * mass * mass;
    out[2] = 0.5 * mass * variance;
    out[1] = 0.5 * (mass * variance - 0.5 * out[2]);
    return;
  }
  out[0] = quantity(moments, "M2");
  out[1] = quantity(moments, "V2");
  out[2] = quantity(moments, "W");
}

/* Errors of M_2, V_2 and W of the sums of f_2, relative; cells widen variances by h^2/12. */
static void measure_sums(const struct model *model, const double *f2,
                         struct hud_simulation *moments, double out[3])
{
  double h = (high - low) / READ, sums[3] = {0.0, 0.0, 0.0}, center = quantity(moments, "mean");
  double expected[3];
  for (int i = 0; i < READ; i++)
    for (int j = 0; j < READ; j++) {
      double v = low + h * (i + 0.5), w = low + h * (j + 0.5), mass = h * h * f2[i * READ + j];
      sums[0] += mass;
      sums[1] += mass * (v - center) * (v - center);
      sums[2] += mass * (v - w) * (v - w);
    }
  exact_moments(model, moments, expected);
  expected[1] += expected[0] * h * h / 12.0;
  expected[2] += expected[0] * h * h / 6.0;
  for (int a = 0; a < 3; a++)
    out[a] = fabs(sums[a] / expected[a] - 1.0);
}

/* The L1 distance of the grid's f_2 at n cells, relative to M_2. */
static double from_grid(const struct model *model, int n)
{
  struct hud_simulation *spectral = open_model(model, "spectral", n);
  struct hud_simulation *grid = open_model(model, "grid", n);
  double *f = read_pairs(spectral, n), *g = read_pairs(grid, n), sum = 0.0, mass = 0.0;
  for (int i = 0; i < n * n; i++) {
    sum += fabs(f[i] - g[i]);
    mass += f[i];
  }
  free(f);
  free(g);
  hud_simulation_close(spectral);
  hud_simulation_close(grid);
  return sum / mass;
}

static int print_model(const struct model *model, bool brief)
{
  struct timespec before, after;
  double sums[3], worst = 0.0, order = 0.0;
  clock_gettime(CLOCK_MONOTONIC, &before);
  struct hud_simulation *spectral = open_model(model, "spectral", READ);
  double *f2 = read_pairs(spectral, READ);
  clock_gettime(CLOCK_MONOTONIC, &after);
  struct hud_simulation *moments = open_model(model, "moments", READ);
  measure_sums(model, f2, moments, sums);
  for (int a = 0; a < 3; a++)
    worst = fmax(worst, sums[a]);
  printf("| `%s`, K = %s | %.1e | %.1e | %.1e | %.1f |", model->name, model->clusters, sums[0],
         sums[1], sums[2],
         (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec));
  free(f2);
  hud_simulation_close(spectral);
  hud_simulation_close(moments);
  if (model->grid) {
    int n = model->triples || brief ? 48 : FINE;
    double coarse = from_grid(model, n / 2), fine = from_grid(model, n);
    order = log2(coarse / fine);
    printf(" %.1e at n = %d (order %.2f) |\n", fine, n, order);
  } else {
    printf(" |\n");
  }
  fflush(stdout);
  bool coarse_grid = model->triples || brief;
  return (worst > sum_bound ? 1 : 0) + (model->grid && !coarse_grid && order < order_bound ? 1 : 0);
}

int main(int argc, char **argv)
{
  bool brief = argc > 1 && strcmp(argv[1], "short") == 0;
  int missed = 0;
  printf("| model | M2 | V2 | W | seconds | grid, L1 |\n|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < sizeof models / sizeof *models; i++)
    if (!(brief && models[i].slow))
      missed += print_model(&models[i], brief);
  printf("%d bounds missed\n", missed);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
