/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Geometric convergence of the spectral method beside the algebraic one of the grid: the error of
 * fhat_1 on the frequencies [0, 4/sigma(0)] at t = 1 against the number of unknowns, first-order
 * model at epsilon = 0.05, a Gaussian and two groups. The transform of the grid's f_1 is the sum
 * over its points, which is exact for a smooth f_1 to far below its error. The reference is a box
 * with more nodes and degrees than any of the trials. Writes results/convergence: convergence.csv
 * and figure-convergence.svg, which `scripts/publish build/huddle convergence` takes to
 * results/published. Fails unless every two nodes more divide the spectral error by four in the
 * mean, and the last order of the grid is 1.9. `verify_convergence short` goes to 256 cells. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/spectral_run.h"
#include "output/csv.h"
#include "output/figure.h"

enum { DATA = 2, MOST = 8, FREQUENCIES = 401 };
enum { SPECTRAL_FIRST = 6, SPECTRAL_LAST = 18, GRID_FIRST = 32 };

static const char folder[] = "results/convergence";
static const char *const data[DATA] = {gaussian, bimodal};
static const char *const names[DATA] = {"Gaussian", "two groups"};
static const double boxes[DATA] = {4.0, 3.7139068};
static int missed;

struct curve {
  size_t count;
  double size[MOST]; /* nodes in s, or cells */
  double unknowns[MOST], error[MOST];
};

static void add_point(struct curve *curve, double size, double unknowns, double value)
{
  curve->size[curve->count] = size;
  curve->unknowns[curve->count] = unknowns;
  curve->error[curve->count++] = value;
}

static struct hud_spectral_options options_of(int which, int nodes, int extra)
{
  return (struct hud_spectral_options){.clusters = 3,
                                       .width = boxes[which],
                                       .panels = 1,
                                       .nodes = nodes,
                                       .degree = {0, 0, nodes + extra, nodes},
                                       .moment_order = 4};
}

static void read_box(const struct run *run, double box, double complex *out)
{
  for (int a = 0; a < FREQUENCIES; a++)
    out[a] = hud_spectral_characteristic(run->rep, run->y, box * a / (FREQUENCIES - 1.0));
}

static double distance(const double complex *a, const double complex *b)
{
  double worst = 0.0;
  for (int n = 0; n < FREQUENCIES; n++)
    worst = fmax(worst, cabs(a[n] - b[n]));
  return worst;
}

static void spectral_curve(int which, double complex *reference, struct curve *curve)
{
  const char *overrides[] = {"method=moments", data[which]};
  double complex values[FREQUENCIES];
  struct run run;
  for (int nodes = SPECTRAL_LAST + 4; nodes >= SPECTRAL_FIRST;
       nodes -= nodes > SPECTRAL_LAST ? 4 : 2) {
    bool finest = nodes > SPECTRAL_LAST;
    struct hud_spectral_options options = options_of(which, nodes, finest ? 6 : 0);
    run_open(&run, overrides, 2, &options);
    run_to(&run, 1.0, 1e-13);
    read_box(&run, boxes[which], finest ? reference : values);
    if (!finest)
      add_point(curve, nodes, (double)run.system->size, distance(values, reference));
    run_close(&run);
  }
}

static double grid_error(const double *v, const double *f, size_t count, double box,
                         const double complex *reference)
{
  double complex values[FREQUENCIES];
  for (int a = 0; a < FREQUENCIES; a++) {
    double xi = box * a / (FREQUENCIES - 1.0);
    values[a] = 0.0;
    for (size_t i = 0; i < count; i++)
      values[a] += (v[1] - v[0]) * f[i] * cexp(-I * xi * v[i]);
  }
  return distance(values, reference);
}

static void grid_curve(int which, int largest, const double complex *reference, struct curve *curve)
{
  for (int cells = GRID_FIRST; cells <= largest; cells *= 2) {
    char velocity[64];
    double *f = NULL;
    const double *v;
    snprintf(velocity, sizeof velocity, "velocity={min: -8, max: 8, cells: %d}", cells);
    const char *overrides[] = {velocity, data[which], "time.end=1", "solver.rtol=1e-9",
                               "solver.atol=1e-13"};
    struct hud_simulation *grid = hud_bench_open(overrides, 5);
    hud_bench_require(HUD_NEW(&f, (size_t)cells, "a density", &error), &error);
    hud_bench_require(hud_simulation_advance(grid, 1.0, &error), &error);
    hud_bench_require(hud_simulation_density(grid, 1, f, (size_t)cells, &error), &error);
    hud_simulation_velocities(grid, &v);
    add_point(curve, cells, (double)hud_model_system(grid->model)->size,
              grid_error(v, f, (size_t)cells, boxes[which], reference));
    hud_free(f);
    hud_simulation_close(grid);
  }
}

static void print_curve(const char *method, const char *name, const struct curve *curve)
{
  printf(" %s, %s: unknowns, error of fhat_1\n", method, name);
  for (size_t n = 0; n < curve->count; n++)
    printf("  %8.0f   %.2e\n", curve->unknowns[n], curve->error[n]);
}

/* Curves ascend for the grid and descend for the boxes, which start from the reference. */
static void judge(const struct curve *spectral, const struct curve *grid)
{
  size_t last = spectral->count - 1, end = grid->count - 1;
  double factor = pow(spectral->error[last] / spectral->error[0], 1.0 / (double)last);
  double order = log2(grid->error[end - 1] / grid->error[end]);
  printf("  two nodes more divide the spectral error by %.1f (at least 4)%s\n", factor,
         factor >= 4.0 ? "" : "   MISSED");
  printf("  last order of the grid %.2f in n (at least 1.9)%s\n", order,
         order >= 1.9 ? "" : "   MISSED");
  missed += !(factor >= 4.0) + !(order >= 1.9);
}

/* method 0 spectral, 1 grid; data 0 Gaussian, 1 two groups. */
static void write_table(struct curve curves[2][DATA])
{
  static const char *const columns[] = {"method", "data", "size", "unknowns", "error"};
  struct hud_table *table = NULL;
  hud_bench_require(hud_table_create(&table, 5, columns, &error), &error);
  for (int m = 0; m < 2; m++)
    for (int d = 0; d < DATA; d++)
      for (size_t n = 0; n < curves[m][d].count; n++)
        hud_bench_require(hud_table_add(table,
                                        (double[]){m, d, curves[m][d].size[n],
                                                   curves[m][d].unknowns[n], curves[m][d].error[n]},
                                        &error),
                          &error);
  hud_bench_require(hud_csv_write(table, folder, "convergence.csv", &error), &error);
  hud_table_free(table);
}

static void draw(struct curve curves[2][DATA])
{
  enum { SERIES = 2 * DATA + 1 };
  char labels[2 * DATA][32];
  struct hud_series all[SERIES], legend[SERIES], boxes_only[DATA];
  const struct curve *grid = &curves[1][0];
  size_t end = grid->count - 1;
  double slope_x[2] = {grid->unknowns[0], grid->unknowns[end]};
  double slope_y[2] = {0.3 * grid->error[0], 0.3 * grid->error[0] * slope_x[0] / slope_x[1]};
  for (int n = 0; n < 2 * DATA; n++) {
    const struct curve *curve = &curves[n / DATA][n % DATA];
    snprintf(labels[n], sizeof labels[n], "%s, %s", n < DATA ? "spectral" : "grid",
             names[n % DATA]);
    all[n] = (struct hud_series){.count = curve->count,
                                 .x_stride = 1,
                                 .y_stride = 1,
                                 .x = curve->unknowns,
                                 .y = curve->error,
                                 .colour = n / DATA,
                                 .dash = n % DATA,
                                 .points = true};
  }
  all[2 * DATA] = (struct hud_series){.count = 2,
                                      .x_stride = 1,
                                      .y_stride = 1,
                                      .x = slope_x,
                                      .y = slope_y,
                                      .colour = -1,
                                      .dash = 2};
  for (int n = 0; n < SERIES; n++) {
    legend[n] = all[n];
    legend[n].count = 0;
    legend[n].label = n < 2 * DATA ? labels[n] : "1/unknowns: order 2 in n";
  }
  for (int d = 0; d < DATA; d++) {
    boxes_only[d] = all[d];
    boxes_only[d].x = curves[0][d].size;
  }
  const struct hud_panel panels[2] = {{.x_label = "unknowns",
                                       .y_label = "error of f̂_1, t = 1",
                                       .log_x = true,
                                       .log_y = true,
                                       .series_count = SERIES,
                                       .series = all},
                                      {.x_label = "nodes in s = degree in α",
                                       .y_label = "error of f̂_1, t = 1",
                                       .log_y = true,
                                       .series_count = DATA,
                                       .series = boxes_only}};
  const struct hud_figure figure = {
      .panel_count = 2, .panels = panels, .legend_count = SERIES, .legend = legend};
  hud_bench_require(hud_figure_draw(&figure, folder, "convergence", NULL, &error), &error);
}

int main(int argc, char **argv)
{
  static struct curve curves[2][DATA];
  openblas_set_num_threads(1);
  int largest = argc > 1 && strcmp(argv[1], "short") == 0 ? 256 : 512;
  for (int d = 0; d < DATA; d++) {
    double complex reference[FREQUENCIES];
    spectral_curve(d, reference, &curves[0][d]);
    grid_curve(d, largest, reference, &curves[1][d]);
    print_curve("spectral", names[d], &curves[0][d]);
    print_curve("grid", names[d], &curves[1][d]);
    judge(&curves[0][d], &curves[1][d]);
  }
  hud_bench_require(hud_directory_create(folder, &error), &error);
  write_table(curves);
  draw(curves);
  printf("%d bounds missed; %s/figure-convergence.svg shows it\n", missed, folder);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
