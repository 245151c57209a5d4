/* SPDX-License-Identifier: GPL-3.0-or-later
 * The grid that halves itself: what a halving keeps and accounts for, order of its interpolation,
 * totals and positivity over long times against the moments, results on velocities that change, and
 * where it is refused. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <string.h>

#include "analysis/outside.h"
#include "base/random.h"
#include "config/model_file.h"
#include "grid/grid.h"
#include "output/netcdf.h"
#include "run/simulation.h"
#include "scratch.h"
#include "support.h"

static const char grid_text[] =
    "huddle: 1\nmodel: first_order\nmethod: grid\nepsilon: 0.05\n"
    "rates: {lambda: {\"1,1\": 1.0, \"1,2\": 0.8}, mu: {\"1,1\": 2.0, \"1,2\": 1.5}}\n"
    "velocity: {min: -8, max: 8, cells: 64, regrid: true}\n"
    "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}, f2: quasi_stationary}\n"
    "time: {end: 20, output_every: 0.5}\nsolver: {rtol: 1.0e-6, atol: 1.0e-12}\n";
static const char moments_text[] =
    "huddle: 1\nmodel: first_order\nmethod: moments\nepsilon: 0.05\n"
    "rates: {lambda: {\"1,1\": 1.0, \"1,2\": 0.8}, mu: {\"1,1\": 2.0, \"1,2\": 1.5}}\n"
    "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}, f2: quasi_stationary}\n"
    "time: {end: 20}\nsolver: {rtol: 1.0e-11, atol: 1.0e-24}\n";
static const double center = 0.3;

static const char *const drifts[] = {"velocity.drift=second_order", "velocity.drift=fourth_order"};

static struct hud_model_file *parse(const char *text, const char *const *overrides, size_t count)
{
  struct hud_model_file *file = NULL;
  struct hud_error error;
  assert_ok(hud_model_file_parse(&file, "test.yaml", text, strlen(text), overrides, count, &error),
            &error);
  return file;
}

static struct hud_simulation *open(const char *text, const char *const *overrides, size_t count)
{
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  assert_ok(hud_simulation_create(&simulation, parse(text, overrides, count), NULL, NULL, &error),
            &error);
  return simulation;
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  double value;
  struct hud_error error;
  assert_ok(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

static void advance(struct hud_simulation *simulation, double t)
{
  struct hud_error error;
  assert_ok(hud_simulation_advance(simulation, t, &error), &error);
}

/* M, J, V of f_1, then M, J, V, W of f_2. */
enum { MOMENTS = 7 };
static void measure(const struct hud_model *model, const double *y, double out[MOMENTS])
{
  const struct hud_representation_ops *ops = model->rep->ops;
  for (int k = 1; k <= 2; k++)
    ops->moments(model->rep, k, hud_model_density(model, y, k), center, 2, out + 3 * (k - 1));
  out[6] = ops->spread(model->rep, 2, hud_model_density(model, y, 2));
}

/* ---- one halving ---- */

/* Whatever lies inside the new window (a gaussian: 9 sigma) keeps mass, mean and second moments,
 * however rough; with the fourth-order drift f_1 keeps its fourth moment too. */
static void test_halving_keeps_moments(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 20, 1);
  for (int trial = 0; trial < 12; trial++) {
    bool fourth = trial >= 6;
    /* what moves pairs apart makes rough ones leak outwards, by a factor four a cell */
    double rough = fourth ? 1.0 : 2.0;
    const char *narrow[] = {"initial.f1={gaussian: {mass: 1, mean: 0.3, stddev: 0.45}}",
                            drifts[fourth]};
    struct hud_model_file *file = parse(grid_text, narrow, 2);
    struct hud_model *model = NULL;
    struct hud_error error;
    double before[MOMENTS], after[MOMENTS], fine[5], coarse[5], window[2];
    bool changed = false;
    assert_ok(hud_model_create(&model, hud_model_file_description(file), &error), &error);
    double *y = calloc(hud_model_system(model)->size, sizeof *y);
    assert_non_null(y);
    assert_ok(hud_model_initial(model, y, &error), &error);
    double *f2 = hud_assembler_block(model->assembler, y, 0, 2);
    size_t n = hud_grid_cells(model->rep);
    for (size_t i = 0; i < n && trial % 6 > 0; i++)
      for (size_t j = 0; j <= i; j++) {
        double reach = fmax(fabs(hud_grid_velocity(model->rep, i) - center),
                            fabs(hud_grid_velocity(model->rep, j) - center));
        f2[hud_grid_pair_index(model->rep, i, j)] =
            reach < rough ? hud_random_uniform(&random) - 0.2 : 0.0;
      }
    measure(model, y, before);
    model->rep->ops->moments(model->rep, 1, y, center, 4, coarse);
    assert_ok(hud_model_adapt(model, y, &changed, &error), &error);
    assert_true(changed);
    measure(model, y, after);
    model->rep->ops->moments(model->rep, 1, y, center, 4, fine);
    assert_true(fourth == (fabs(fine[4] - coarse[4]) < 1e-14));
    for (int m = 0; m < MOMENTS; m++)
      assert_close(after[m], before[m], 2e-14 * (before[0] + fabs(before[3]) + fabs(before[6])));
    model->rep->ops->window(model->rep, window);
    assert_close(window[1] - window[0], 8.0, 1e-14);
    assert_close(0.5 * (window[0] + window[1]), center, 0.5 * 0.25);
    free(y);
    hud_model_free(model);
    hud_model_file_free(file);
  }
}

/* Values between the old centres are interpolated with third order in h/sigma, or with fifth. */
static void check_interpolation(const char *drift, double order, double bound)
{
  double last = 0.0;
  for (int level = 0; level < 3; level++) {
    char data[128];
    double sigma = 0.25 * (double)(1 << level), h = 0.125, worst = 0.0;
    snprintf(data, sizeof data, "initial.f1={gaussian: {mass: 1, mean: 0.3, stddev: %g}}",
             0.99 * sigma);
    const char *overrides[] = {data, "model=instantaneous",
                               "velocity={min: -16, max: 16, cells: 256, regrid: true}", drift};
    struct hud_simulation *simulation = open(grid_text, overrides, 4);
    struct hud_error error;
    bool changed;
    assert_ok(hud_model_adapt(simulation->model, simulation->y, &changed, &error), &error);
    assert_true(changed);
    assert_close(hud_grid_spacing(simulation->model->rep), 0.5 * h, 1e-15);
    for (size_t i = 0; i < 256; i++) {
      double x = (hud_grid_velocity(simulation->model->rep, i) - center) / (0.99 * sigma);
      double exact = 0.398942280401432678 / (0.99 * sigma) * exp(-0.5 * x * x);
      worst = fmax(worst, fabs(simulation->y[i] - exact) * sigma);
    }
    if (level > 0)
      assert_true(log2(last / worst) > order);
    last = worst;
    hud_simulation_close(simulation);
  }
  assert_below(last, bound);
}

static void test_interpolation_order(void **state)
{
  (void)state;
  check_interpolation(drifts[0], 2.7, 1e-4);
  check_interpolation(drifts[1], 4.6, 1e-6);
}

/* What is cut off is what lies outside, summed cell by cell. */
static void test_halving_accounts_for_the_rest(void **state)
{
  (void)state;
  static const char *const tails[] = {
      "initial.f1={mixture: [{gaussian: {mass: 1, mean: 0.3, stddev: 0.3}}, {gaussian: {mass: "
      "1e-6, mean: 0.3, stddev: 4}}]}"};
  struct hud_simulation *s = open(grid_text, tails, 1);
  struct hud_error error;
  const struct hud_model *model = s->model;
  double old[64], before[MOMENTS], after[MOMENTS], cut[3] = {0.0}, h = 0.25;
  bool changed;
  memcpy(old, s->y, sizeof old);
  measure(model, s->y, before);
  hud_outside_before(s->outside, s->y);
  assert_ok(hud_model_adapt(s->model, s->y, &changed, &error), &error);
  assert_true(changed);
  hud_outside_after(s->outside, s->y);
  measure(model, s->y, after);
  double window[2];
  model->rep->ops->window(model->rep, window);
  /* children of all old cells; beyond the old window too, as interpolation reaches one cell out */
  for (int i = -1; i <= 64; i++)
    for (int side = -1; side <= 1; side += 2) {
      double v = -8.0 + (i + 0.5) * h + side * 0.25 * h, x = v - center;
      double same = i >= 0 && i < 64 ? old[i] : 0.0;
      double near = i + side >= 0 && i + side < 64 ? old[i + side] : 0.0;
      double far = i - side >= 0 && i - side < 64 ? old[i - side] : 0.0;
      double mass = 0.5 * h * (0.9375 * same + 0.15625 * near - 0.09375 * far);
      if (v < window[0] || v > window[1])
        for (int p = 0; p < 3; p++)
          cut[p] += mass * pow(x, p);
    }
  const double *g1 = hud_outside_values(s->outside, 1), *g2 = hud_outside_values(s->outside, 2);
  assert_true(cut[0] > 1e-8);
  for (int p = 0; p < 3; p++) {
    assert_close(g1[p], cut[p], 1e-15);
    assert_close(g1[p] + after[p], before[p], 1e-15);
    assert_close(g2[p] + after[3 + p], before[3 + p], 1e-15);
  }
  assert_true(g2[HUD_OUTSIDE_MASS] > 0.0 && g2[HUD_OUTSIDE_SECOND] > 0.0);
  assert_close(2.0 * (g2[HUD_OUTSIDE_SECOND] - g2[HUD_OUTSIDE_MIXED]) + after[6], before[6], 1e-15);
  hud_simulation_close(s);
}

/* ---- long times ---- */

static double least_over_largest(struct hud_simulation *simulation)
{
  double f1[512], low = INFINITY, high = -INFINITY;
  const double *v;
  struct hud_error error;
  size_t n = hud_simulation_velocities(simulation, &v);
  assert_ok(hud_simulation_density(simulation, 1, f1, sizeof f1 / sizeof *f1, &error), &error);
  for (size_t i = 0; i < n; i++) {
    low = fmin(low, f1[i]);
    high = fmax(high, f1[i]);
  }
  return low / high;
}

/* All second moments of the whole against the moments; the share outside is what the grid lacks. */
static void compare_long(const char *const *overrides, size_t count, double end, double tolerance,
                         double outside_from, double outside_to)
{
  static const char *const names[] = {"variance", "V1", "M1", "V2", "W", "T", "M2"};
  struct hud_simulation *grid = open(grid_text, overrides, count);
  struct hud_simulation *exact =
      open(moments_text, overrides, count - 1); /* the last is of grids */
  size_t compared = strcmp(overrides[0], "model=instantaneous") == 0 ? 3 : 7;
  double width = quantity(grid, "window_max") - quantity(grid, "window_min");
  for (double t = 2.0; t <= end; t += 2.0) {
    advance(grid, t);
    advance(exact, t);
    for (size_t i = 0; i < compared; i++)
      assert_close_relative(quantity(grid, names[i]), quantity(exact, names[i]), tolerance);
    assert_close(quantity(grid, "mass"), quantity(exact, "mass"), 1e-12);
    assert_close(quantity(grid, "mean"), center, 1e-12);
  }
  double share = quantity(grid, "outside_variance") / quantity(grid, "variance");
  assert_true(share > outside_from && share < outside_to);
  assert_true(quantity(grid, "outside_mass") > 0.0);
  assert_true(isnan(quantity(grid, "f1_m3")) != 0);
  assert_close_relative(quantity(grid, "f1_m2"), quantity(exact, "f1_m2"), tolerance);
  assert_true(width / (quantity(grid, "window_max") - quantity(grid, "window_min")) > 7.9);
  hud_simulation_close(grid);
  hud_simulation_close(exact);
}

static void test_long_times(void **state)
{
  (void)state;
  const char *limit[] = {"model=instantaneous", "velocity.cells=256"};
  const char *fourth[] = {"epsilon=0.05", drifts[1], "velocity.cells=96"};
  const char *first_order[] = {"epsilon=0.05", "velocity.cells=64"};
  const char *small_epsilon[] = {"epsilon=1e-5", "velocity.cells=64"};
  compare_long(limit, 2, 20.0, 2e-6, 1e-3, 1e-2);
  compare_long(first_order, 2, 18.0, 5e-6, 1e-3, 2e-2);
  compare_long(fourth, 3, 18.0, 5e-6, 1e-3, 2e-2);
  compare_long(small_epsilon, 2, 18.0, 5e-6, 1e-3, 2e-2);
}

/* f_1 stays resolved and non-negative. */
static void check_density(const char *drift)
{
  const char *overrides[] = {"model=instantaneous", "velocity.cells=256", drift};
  struct hud_simulation *simulation = open(grid_text, overrides, 3);
  for (double t = 4.0; t <= 20.0; t += 4.0) {
    const double *v;
    advance(simulation, t);
    assert_true(least_over_largest(simulation) > -1e-9);
    hud_simulation_velocities(simulation, &v);
    double sigma = sqrt(quantity(simulation, "V1") / quantity(simulation, "M1"));
    assert_true(sigma > 2.5 * (v[1] - v[0]));
  }
  hud_simulation_close(simulation);
}

static void test_density_stays_resolved(void **state)
{
  (void)state;
  for (int d = 0; d < 2; d++)
    check_density(drifts[d]);
}

/* Pairs are put on the finer grid by their source: a restart is cheap at every epsilon. */
static void test_restart_is_cheap(void **state)
{
  (void)state;
  static const char *const epsilons[] = {"epsilon=0.05", "epsilon=1e-3", "epsilon=1e-5"};
  for (int e = 0; e < 3; e++) {
    const char *overrides[] = {epsilons[e], "velocity.cells=128"};
    struct hud_simulation *simulation = open(grid_text, overrides, 2);
    struct hud_evolve_counters before, after;
    double t = 5.0, width = 0.0;
    advance(simulation, t);
    width = quantity(simulation, "window_max") - quantity(simulation, "window_min");
    do {
      hud_evolve_counters(simulation->evolve, &before);
      t += 0.25;
      advance(simulation, t);
    } while (t < 9.0 &&
             quantity(simulation, "window_max") - quantity(simulation, "window_min") > 0.9 * width);
    assert_true(t < 9.0);
    advance(simulation, t + 1.0);
    hud_evolve_counters(simulation->evolve, &after);
    assert_true(after.rhs_evaluations - before.rhs_evaluations < 220);
    hud_simulation_close(simulation);
  }
}

/* ---- around it ---- */

static void test_off_by_default(void **state)
{
  (void)state;
  const char *overrides[] = {"velocity={min: -8, max: 8, cells: 64}", "model=instantaneous"};
  struct hud_simulation *simulation = open(grid_text, overrides, 2);
  struct hud_error error;
  const double *v;
  double value;
  advance(simulation, 4.0);
  hud_simulation_velocities(simulation, &v);
  assert_close(v[0], -7.875, 0.0);
  assert_error(hud_simulation_quantity(simulation, "outside_mass", &value, &error), HUD_ERROR_USAGE,
               &error, "outside_mass");
  assert_true(quantity(simulation, "f1_m4") > 0.0);
  hud_simulation_close(simulation);
}

static void test_refusals(void **state)
{
  (void)state;
  static const struct {
    const char *override, *text;
  } cases[] = {{"model=scalar", "no closed equations"},
               {"velocity.cells=65", "even number"},
               {"potential={type: power, exponent: 2}", "alignment"},
               {"velocity.drift=upwind", "second_order"},
               {"initial.f1={uniform: {mass: 1, min: 0, max: 1}}", "second_order"},
               {"solver.integrator=picard", "expected cvode"},
               {"method=moments", "no velocity grid to halve"},
               {"method=spectral", "no velocity grid to halve"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct hud_model_file *file = NULL;
    struct hud_simulation *simulation = NULL;
    struct hud_error error;
    hud_status status = hud_model_file_parse(&file, "test.yaml", grid_text, strlen(grid_text),
                                             &cases[i].override, 1, &error);
    if (status == HUD_OK)
      status = hud_simulation_create(&simulation, file, NULL, NULL, &error);
    assert_error(status, HUD_ERROR_INPUT, &error, cases[i].text);
    assert_true(strncmp(error.where, "test.yaml:6:", strlen("test.yaml:6:")) == 0);
  }
  const char *triples[] = {"model=relaxed_triple", "delta=0.05", "velocity.cells=32"};
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  assert_error(hud_simulation_create(&simulation, parse(grid_text, triples, 3), NULL, NULL, &error),
               HUD_ERROR_INPUT, &error, "not of 3");
  const char *picard[] = {"solver.integrator=picard", drifts[1], "velocity.regrid=false"};
  assert_error(hud_simulation_create(&simulation, parse(grid_text, picard, 3), NULL, NULL, &error),
               HUD_ERROR_INPUT, &error, "flow, which is of second order");
  /* the same data with the drift that keeps the variance */
  const char *allowed[] = {cases[3].override, "velocity.drift=second_order"};
  hud_simulation_close(open(grid_text, allowed, 2));
}

/* result.nc has v(time, cell): each record's f_1 is on its own velocities. */
static void test_results(void **state)
{
  const char *directory = *state;
  char path[SCRATCH_PATH];
  struct hud_error error;
  struct hud_netcdf_result *result = NULL;
  static const char *const overrides[] = {"model=instantaneous", "time.end=12", "output.f2=false"};
  scratch_write(directory, "model.yaml", grid_text, strlen(grid_text));
  char folder[SCRATCH_PATH];
  assert_ok(hud_simulation_run(scratch_path(path, directory, "model.yaml"), overrides, 3,
                               scratch_path(folder, directory, "out"), 0, &error),
            &error);
  assert_ok(hud_netcdf_read(&result, scratch_path(path, folder, "result.nc"), &error), &error);
  assert_int_equal(result->v_count, 64);
  assert_int_equal(result->v_stride, 64);
  double first = result->v[1] - result->v[0], h = first;
  assert_close(first, 0.25, 1e-15);
  for (size_t i = 0; i < result->time_count; i++) {
    const double *v = result->v + 64 * i, *f1 = result->f1 + 64 * i;
    double mass = 0.0;
    assert_true(v[1] - v[0] < h + 1e-12);
    h = v[1] - v[0];
    for (size_t j = 0; j < 64; j++)
      mass += h * f1[j];
    assert_close(mass, 1.0, 1e-3);
  }
  assert_true(first / h > 7.9);
  hud_netcdf_result_free(result);
  char *csv = scratch_read(folder, "f1.csv", NULL);
  assert_true(strncmp(csv, "v,f1_initial,f1_final,v_final\n", 30) == 0);
  free(csv);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_halving_keeps_moments),
      cmocka_unit_test(test_interpolation_order),
      cmocka_unit_test(test_halving_accounts_for_the_rest),
      cmocka_unit_test(test_long_times),
      cmocka_unit_test(test_density_stays_resolved),
      cmocka_unit_test(test_restart_is_cheap),
      cmocka_unit_test(test_off_by_default),
      cmocka_unit_test(test_refusals),
      scratch_unit_test(test_results),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
