/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_1 on velocity grids against the spectral method: fixed grids of 64 to 512 cells with smooth
 * data and with jumps, when a fixed grid loses the shape of f_1, and the halving grid of
 * velocity.regrid to t = 20. Prints tables and ends with 1 if a bound is missed.
 * `verify_regrid short` leaves out what takes minutes.
 *
 * Distances are taken after cubic splines through both have been brought to common cells
 * (output/cells.h); sigma is the standard deviation of f_1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/distance.h"
#include "base/alloc.h"
#include "bench/common.h"
#include "models/initial.h"
#include "output/cells.h"
#include "spectral/spectral.h"

static const char model_text[] =
    "huddle: 1\nmodel: first_order\nmethod: moments\nepsilon: 0.05\n"
    "rates: {lambda: {\"1,1\": 1.0, \"1,2\": 0.8}, mu: {\"1,1\": 2.0, \"1,2\": 1.5}}\n"
    "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}}\n"
    "time: {end: 20}\nsolver: {rtol: 1.0e-11, atol: 1.0e-30}\n";

static const char instantaneous[] = "model=instantaneous";
static const char bimodal[] = "initial.f1={mixture: [{gaussian: {mass: 0.5, mean: -0.7, stddev: "
                              "0.4}}, {gaussian: {mass: 0.5, "
                              "mean: 1.3, stddev: 0.4}}]}";
static const char box[] = "initial.f1={uniform: {mass: 1, min: -0.7, max: 1.3}}";
static const char fourth_order[] = "velocity.drift=fourth_order";
static const double center = 0.3; /* mean of all these data */

static int failures;

/* Says so, and remembers it, if value is not below the bound; NaN is not. */
static void require_below(double value, double bound, const char *what)
{
  if (value < bound)
    return;
  printf("MISSED: %s is %.3g, bound %.3g\n", what, value, bound);
  failures++;
}

/* ---- densities at velocities, and distances of them ---- */

struct curve {
  struct hud_netcdf_result result; /* one record; v and f1 are owned */
  double sigma;                    /* of what it is taken from; 0: not known */
};

static void curve_create(struct curve *curve, size_t n)
{
  struct hud_error error;
  memset(curve, 0, sizeof *curve);
  curve->result.time_count = 1;
  curve->result.v_count = n;
  hud_bench_require(HUD_NEW(&curve->result.v, n, "velocities", &error), &error);
  hud_bench_require(HUD_NEW(&curve->result.f1, n, "a density", &error), &error);
}

static void curve_free(struct curve *curve)
{
  hud_free(curve->result.v);
  hud_free(curve->result.f1);
  hud_free(curve->result.edges);
}

/* Data with jumps are means over cells, and splines would ring. */
static void take_as_cells(struct curve *curve)
{
  struct hud_error error;
  size_t n = curve->result.v_count;
  const double *v = curve->result.v;
  double half = 0.5 * (v[1] - v[0]);
  hud_bench_require(HUD_NEW(&curve->result.edges, n + 1, "edges", &error), &error);
  for (size_t i = 0; i < n; i++)
    curve->result.edges[i] = v[i] - half;
  curve->result.edges[n] = v[n - 1] + half;
}

static void distances(const struct curve *a, const struct curve *b, double *W1, double *L1)
{
  struct hud_error error;
  struct hud_cells *of_a, *of_b;
  struct hud_measure f, g;
  hud_bench_require(hud_cells_create(&of_a, &a->result, &error), &error);
  hud_bench_require(hud_cells_create(&of_b, &b->result, &error), &error);
  hud_bench_require(hud_cells_pair(of_a, 0, of_b, 0, &f, &g, &error), &error);
  hud_bench_require(hud_wasserstein_1(&f, &g, W1, &error), &error);
  hud_bench_require(hud_distance_l1(&f, &g, L1, &error), &error);
  hud_cells_free(of_a);
  hud_cells_free(of_b);
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  double value;
  struct hud_error error;
  hud_bench_require(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

static void curve_of_grid(struct curve *curve, struct hud_simulation *simulation)
{
  struct hud_error error;
  const double *v;
  size_t n = hud_simulation_velocities(simulation, &v);
  curve_create(curve, n);
  memcpy(curve->result.v, v, n * sizeof *v);
  hud_bench_require(hud_simulation_density(simulation, 1, curve->result.f1, n, &error), &error);
  curve->sigma = sqrt(quantity(simulation, "V1") / quantity(simulation, "M1"));
}

/* ---- the spectral reference ---- */

struct reference {
  struct hud_model_file *file;
  const struct hud_description *description;
  struct hud_network *network;
  struct hud_density *density;
  struct hud_representation *rep;
  struct hud_assembler *assembler;
  struct hud_evolve *evolve;
  double *y, time, tolerance; /* of the frequencies; in time a hundredth */
};

/* f_1 = r->density, and quasi-stationary pairs. */
static void start_from_density(struct reference *r)
{
  struct hud_error error;
  double lost, *f[3] = {NULL};
  for (int k = 1; k <= 2; k++)
    f[k] = hud_assembler_block(r->assembler, r->y, 0, k);
  hud_bench_require(r->rep->ops->project(r->rep, r->density, f[1], &lost, &error), &error);
  if (f[2] != NULL)
    hud_bench_require(hud_assembler_quasi_stationary(
                          r->assembler, 2, (const double *const[]){NULL, f[1], NULL}, f[2], &error),
                      &error);
}

/* From f_1 = `density` (of the description if NULL, else taken over) on frequencies up to `limit`.
 */
static void reference_start(struct reference *r, struct hud_density *density, double limit,
                            double start, double end)
{
  struct hud_error error;
  struct hud_initial_spec initial = r->description->initial;
  struct hud_spectral_options options;
  struct hud_evolve_options evolve = {.rtol = 1e-2 * r->tolerance, .atol = 1e-40, .end = end};
  double lost;
  r->density = density;
  if (density == NULL)
    hud_bench_require(hud_density_create(&r->density, &initial.f1, &error), &error);
  struct hud_spectral_request request = {.clusters = r->network->K,
                                         .moment_order = 2,
                                         .origin = center,
                                         .epsilon = r->description->epsilon,
                                         .tolerance = r->tolerance,
                                         .box = limit,
                                         .density = r->density};
  hud_bench_require(hud_spectral_choose(&request, &options, &error), &error);
  hud_bench_require(hud_spectral_create(&r->rep, &options, &error), &error);
  hud_bench_require(hud_assembler_create(&r->assembler, r->network, r->rep, 1, &error), &error);
  const struct hud_system *system = hud_assembler_system(r->assembler);
  hud_bench_require(HUD_NEW(&r->y, system->size, "a state", &error), &error);
  hud_bench_require(
      hud_initial_state(&initial, r->network, r->rep, r->assembler, r->y, &lost, &error), &error);
  if (density != NULL)
    start_from_density(r);
  hud_bench_require(hud_evolve_create(&r->evolve, system, start, r->y, &evolve, &error), &error);
  r->time = start;
}

static void reference_stop(struct reference *r)
{
  hud_evolve_free(r->evolve);
  hud_assembler_free(r->assembler);
  r->rep->ops->free(r->rep);
  hud_density_free(r->density);
  hud_free(r->y);
  r->y = NULL;
}

static void reference_open(struct reference *r, const char *const *overrides, size_t count,
                           double limit, double tolerance)
{
  struct hud_error error;
  memset(r, 0, sizeof *r);
  r->tolerance = tolerance;
  hud_bench_require(hud_model_file_parse(&r->file, "verify.yaml", model_text, strlen(model_text),
                                         overrides, count, &error),
                    &error);
  r->description = hud_model_file_description(r->file);
  hud_bench_require(hud_network_create(&r->network, r->description, &error), &error);
  reference_start(r, NULL, limit, 0.0, r->description->time.end);
}

static void reference_close(struct reference *r)
{
  reference_stop(r);
  hud_network_free(r->network);
  hud_model_file_free(r->file);
}

static void reference_to(struct reference *r, double t)
{
  struct hud_error error;
  hud_bench_require(hud_evolve_to(r->evolve, t, r->y, &error), &error);
  r->time = t;
}

/* n values at the midpoints of cells within `reach` of the centre. */
static void curve_of_reference(struct curve *curve, struct reference *r, double reach, int n)
{
  struct hud_error error;
  const double *f1 = hud_assembler_block(r->assembler, r->y, 0, 1), *v;
  double moments[3], half = reach / n;
  hud_bench_require(hud_spectral_set_velocities(r->rep, center - reach + half,
                                                center + reach - half, n, 0.0, r->density, &error),
                    &error);
  curve_create(curve, (size_t)n);
  r->rep->ops->nodes(r->rep, &v);
  memcpy(curve->result.v, v, (size_t)n * sizeof *v);
  r->rep->ops->values(r->rep, 1, f1, curve->result.f1);
  r->rep->ops->moments(r->rep, 1, f1, center, 2, moments);
  curve->sigma = sqrt(moments[2] / moments[0]);
}

/* On to time `end` with frequencies up to `limit`: f_1 is read out and taken for initial data.
 * Pairs start quasi-stationary, which in the first-order model is wrong by O(eps) of them and
 * O(eps^2) of the total; the variance of the reference is printed beside. */
static void reference_widen(struct reference *r, double reach, int n, double limit, double end)
{
  struct hud_error error;
  struct curve curve;
  struct hud_density *density;
  double *points, start = r->time;
  curve_of_reference(&curve, r, reach, n);
  hud_bench_require(HUD_NEW(&points, 2 * (size_t)n, "a table", &error), &error);
  for (int i = 0; i < n; i++) {
    points[2 * i] = curve.result.v[i];
    points[2 * i + 1] = fmax(curve.result.f1[i], 0.0); /* -1e-8 of the largest, where it is zero */
  }
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_TABLE, .point_count = (size_t)n, .points = points};
  hud_bench_require(hud_density_create(&density, &spec, &error), &error);
  curve_free(&curve);
  hud_free(points);
  reference_stop(r);
  reference_start(r, density, limit, start, end);
}

/* ---- fixed grids ---- */

static struct hud_simulation *open_grid(int n, const char *const *overrides, size_t count,
                                        const char *window)
{
  enum { MOST = 8 };
  char cells[32];
  const char *all[MOST] = {window, cells, "time.end=20", "solver.rtol=1e-7"};
  snprintf(cells, sizeof cells, "velocity.cells=%d", n);
  for (size_t i = 0; i < count && i + 4 < MOST; i++)
    all[4 + i] = overrides[i];
  return hud_bench_open(all, 4 + count);
}

/* A series of fixed grids: `grid` are overrides of the grid, the first data_count of them are those
 * of the reference too. */
struct order_case {
  const char *name, *const *grid;
  size_t grid_count, data_count;
  const char *window;
  double limit, tolerance; /* of the reference */
  bool jumps;
  double least; /* sigma/h from which on the order is required to be 1.9 */
};

/* Errors and observed orders of fixed grids at three times. */
static void order_study(const struct order_case *c, int most)
{
  static const double times[] = {0.5, 2.0, 8.0};
  enum { TIMES = 3 };
  struct reference reference;
  struct curve exact[TIMES];
  double last[TIMES][2] = {{0.0}};
  reference_open(&reference, c->grid, c->data_count, c->limit, c->tolerance);
  for (int i = 0; i < TIMES; i++) {
    reference_to(&reference, times[i]);
    curve_of_reference(&exact[i], &reference, 4.0, 8000);
    if (c->jumps)
      take_as_cells(&exact[i]);
  }
  reference_close(&reference);
  printf("%s\n%6s %6s %10s %7s %10s %7s %10s\n", c->name, "t", "n", "W1", "order", "L1", "order",
         "sigma/h");
  for (int n = 64; n <= most; n *= 2) {
    struct hud_simulation *simulation = open_grid(n, c->grid, c->grid_count, c->window);
    for (int i = 0; i < TIMES; i++) {
      struct hud_error error;
      struct curve curve;
      double W1, L1;
      hud_bench_require(hud_simulation_advance(simulation, times[i], &error), &error);
      curve_of_grid(&curve, simulation);
      if (c->jumps)
        take_as_cells(&curve);
      distances(&curve, &exact[i], &W1, &L1);
      double cells = curve.sigma / (curve.result.v[1] - curve.result.v[0]);
      if (n > 64 && cells >= c->least) {
        require_below(-log2(last[i][0] / W1), -1.9, "minus the order of W1");
        require_below(-log2(last[i][1] / L1), -1.9, "minus the order of L1");
      }
      printf("%6.3g %6d %10.2e %7.2f %10.2e %7.2f", times[i], n, W1,
             n == 64 ? (double)NAN : log2(last[i][0] / W1), L1,
             n == 64 ? (double)NAN : log2(last[i][1] / L1));
      printf(" %10.2f\n", cells);
      memcpy(last[i], (double[2]){W1, L1}, sizeof last[i]);
      curve_free(&curve);
    }
    hud_simulation_close(simulation);
  }
  for (int i = 0; i < TIMES; i++)
    curve_free(&exact[i]);
  printf("\n");
}

/* ---- long times ---- */

/* On a halving grid of 256 cells: W1 over sigma, and L1. Measured at worst: 3.7e-3, and 1.2e-2 for
 * the first-order model at t = 20, where f_1 alternates from cell to cell (docs/numerics.md). */
static const double bound_W1 = 5e-3, bound_L1 = 1.5e-2;

static double smallest_over_largest(const struct curve *curve)
{
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < curve->result.v_count; i++) {
    low = fmin(low, curve->result.f1[i]);
    high = fmax(high, curve->result.f1[i]);
  }
  return low / high;
}

/* Worst over a run of a grid, and what the last comparison gave. */
struct record {
  double W1, L1; /* W1 over sigma */
  double sigma_over_h, smallest;
};

static struct record compare_with(struct hud_simulation *simulation, const struct curve *exact)
{
  struct curve curve;
  struct record record;
  curve_of_grid(&curve, simulation);
  distances(&curve, exact, &record.W1, &record.L1);
  record.W1 /= exact->sigma;
  record.sigma_over_h = exact->sigma / (curve.result.v[1] - curve.result.v[0]);
  record.smallest = smallest_over_largest(&curve);
  curve_free(&curve);
  return record;
}

static void print_record(const struct record *record)
{
  printf(" %8.2f %9.2e %9.2e %9.1e", record->sigma_over_h, record->W1, record->L1,
         record->smallest);
}

/* Relative error of the total variance against the moment method. */
static double variance_error(struct hud_simulation *grid, struct hud_simulation *moments)
{
  return fabs(quantity(grid, "variance") / quantity(moments, "variance") - 1.0);
}

static struct hud_simulation *open_moments(const char *const *overrides, size_t count)
{
  struct hud_error error;
  struct hud_model_file *file;
  struct hud_simulation *simulation;
  hud_bench_require(hud_model_file_parse(&file, "verify.yaml", model_text, strlen(model_text),
                                         overrides, count, &error),
                    &error);
  hud_bench_require(hud_simulation_create(&simulation, file, NULL, NULL, &error), &error);
  return simulation;
}

/* What does not need f_1 itself: variance, mass, mean, positivity, at every unit of time. */
static void check_totals(struct hud_simulation *grid, struct hud_simulation *moments)
{
  struct curve curve;
  curve_of_grid(&curve, grid);
  require_below(variance_error(grid, moments), 2e-3, "the relative error of the variance");
  require_below(fabs(quantity(grid, "mass") - 1.0), 1e-12, "the drift of the mass");
  require_below(fabs(quantity(grid, "mean") - center), 1e-12, "the drift of the mean");
  require_below(-smallest_over_largest(&curve), 1e-9, "the negative part of f_1");
  curve_free(&curve);
}

static void advance(struct hud_simulation *simulation, double t)
{
  struct hud_error error;
  hud_bench_require(hud_simulation_advance(simulation, t, &error), &error);
}

/* The instantaneous model on a fixed and on a halving grid, against the spectral method. */
static void long_instantaneous(int n, int end)
{
  static const double rate = 0.25; /* of sigma */
  const char *model[] = {instantaneous, "velocity.regrid=true"};
  struct hud_simulation *fixed = open_grid(n, model, 1, "velocity.min=-8");
  struct hud_simulation *halving = open_grid(n, model, 2, "velocity.min=-8");
  struct hud_simulation *moments = open_moments(model, 1);
  struct reference reference;
  bool lost = false;
  reference_open(&reference, model, 1, 14.0 * exp(8.0 * rate), 1e-7);
  printf("instantaneous model, Gaussian data, n = %d: fixed grid | halving grid\n"
         "%4s %8s %9s %9s %9s %9s %8s %9s %9s %9s %9s\n",
         n, "t", "sigma/h", "W1/sigma", "L1", "min/max", "sigma/h", "W1/sigma", "L1", "min/max",
         "V error", "outside");
  for (int t = 2; t <= end; t += 2) {
    double sigma = exp(-rate * t);
    if (t > 8 && t % 4 == 2)
      reference_widen(&reference, 40.0 * exp(-rate * reference.time), 8000,
                      14.0 * exp(rate * (t + 2)), t + 2);
    reference_to(&reference, t);
    advance(fixed, t);
    advance(halving, t);
    advance(moments, t);
    struct curve exact;
    curve_of_reference(&exact, &reference, 40.0 * sigma, 8000);
    struct record on_fixed = compare_with(fixed, &exact),
                  on_halving = compare_with(halving, &exact);
    printf("%4d", t);
    print_record(&on_fixed);
    print_record(&on_halving);
    printf(" %9.1e %9.1e\n", variance_error(halving, moments),
           quantity(halving, "outside_variance") / quantity(halving, "variance"));
    if (!lost && !(on_fixed.L1 < 0.1)) {
      printf("     the fixed grid has lost f_1: L1 above 0.1\n");
      lost = true;
    }
    check_totals(halving, moments);
    require_below(on_halving.W1, bound_W1, "W1/sigma on the halving grid");
    require_below(on_halving.L1, bound_L1, "L1 on the halving grid");
    curve_free(&exact);
  }
  printf("\n");
  reference_close(&reference);
  hud_simulation_close(fixed);
  hud_simulation_close(halving);
  hud_simulation_close(moments);
}

static double reference_variance_error(const struct reference *r, struct hud_simulation *moments)
{
  double about[3];
  r->rep->ops->moments(r->rep, 1, hud_assembler_block(r->assembler, r->y, 0, 1), center, 2, about);
  return fabs(about[2] / quantity(moments, "V1") - 1.0);
}

/* The first-order model. */
static void long_first_order(int n)
{
  const char *regrid[] = {"velocity.regrid=true"};
  struct hud_simulation *halving = open_grid(n, regrid, 1, "velocity.min=-8");
  struct hud_simulation *moments = open_moments(NULL, 0);
  struct reference reference;
  struct curve exact;
  struct hud_evolve_counters counters;
  reference_open(&reference, NULL, 0, 14.0 * exp(0.25 * 8.0), 1e-7);
  printf("first-order model, Gaussian data, n = %d, halving grid\n"
         "%4s %8s %9s %9s %9s %9s %9s %9s\n",
         n, "t", "sigma/h", "W1/sigma", "L1", "min/max", "V error", "outside", "reference");
  for (int t = 4; t <= 20; t += 4) {
    if (t > 8)
      reference_widen(&reference, 40.0 * exp(-0.25 * reference.time), 8000, 14.0 * exp(0.25 * t),
                      t);
    reference_to(&reference, t);
    advance(halving, t);
    advance(moments, t);
    check_totals(halving, moments);
    curve_of_reference(&exact, &reference, 40.0 * exp(-0.25 * t), 8000);
    struct record record = compare_with(halving, &exact);
    printf("%4d", t);
    print_record(&record);
    printf(" %9.1e %9.1e %9.1e\n", variance_error(halving, moments),
           quantity(halving, "outside_variance") / quantity(halving, "variance"),
           reference_variance_error(&reference, moments));
    require_below(record.W1, bound_W1, "W1/sigma on the halving grid");
    require_below(record.L1, bound_L1, "L1 on the halving grid");
    curve_free(&exact);
  }
  hud_evolve_counters(halving->evolve, &counters);
  printf("%lld evaluations\n\n", (long long)counters.rhs_evaluations);
  reference_close(&reference);
  hud_simulation_close(halving);
  hud_simulation_close(moments);
}

int main(int argc, char **argv)
{
  bool brief = argc > 1 && strcmp(argv[1], "short") == 0;
  int most = brief ? 256 : 512;
  const char *first_order[] = {bimodal, "solver.rtol=1e-9", fourth_order};
  const char *limit[] = {bimodal, instantaneous, "solver.rtol=1e-9", fourth_order};
  const char *jumps[] = {box, instantaneous, "velocity.drift=second_order"};
  const char *fourth_jumps[] = {box, instantaneous, fourth_order};
  const char *window = "velocity={min: -2.7, max: 3.3, cells: 64}";
  const char *wider = "velocity={min: -3.3, max: 3.9, cells: 64}"; /* the other cuts off 3e-7 */
  const struct order_case cases[] = {
      {"bimodal data, instantaneous model, drift: fourth_order", limit, 4, 2, wider, 150.0, 1e-9,
       false, 0.0},
      {"bimodal data, instantaneous model", limit, 2, 2, window, 120.0, 1e-7, false, 12.0},
      {"uniform data, instantaneous model, drift: second_order", jumps, 3, 2, window, 96.0, 1e-7,
       true, INFINITY},
      {"uniform data, instantaneous model, drift: upwind", jumps, 2, 2, window, 96.0, 1e-7, true,
       INFINITY},
      {"uniform data, instantaneous model, drift: fourth_order", fourth_jumps, 3, 2, window, 96.0,
       1e-7, true, INFINITY},
      {"bimodal data, first-order model, drift: fourth_order", first_order, 3, 1, wider, 150.0,
       1e-9, false, 0.0},
      {"bimodal data, first-order model", first_order, 1, 1, window, 120.0, 1e-7, false, 12.0},
  };
  size_t count = sizeof cases / sizeof *cases;
  for (size_t i = 0; i < (brief ? count - 2 : count); i++)
    order_study(&cases[i], most);
  long_instantaneous(256, brief ? 8 : 20);
  if (!brief)
    long_first_order(256);
  printf(failures == 0 ? "all bounds hold\n" : "%d bounds missed\n", failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
