/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loss of positivity of the scalar models, measured: known cases where it is lost and kept, by grid
 * and by frequency boxes, the record of a state made by hand, and the summary of a run. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/positivity.h"
#include "grid/grid.h"
#include "scalar_model.h"
#include "scratch.h"

/* The negative part of what hud_simulation_density gives, by hand: mass, smallest over largest. */
static void negative_part(struct hud_simulation *s, int k, double *mass, double *least)
{
  enum { N = 100 };
  static double values[N * N];
  double largest = 0.0, h = 0.1;
  struct hud_error error = {0};
  size_t count = k == 1 ? N : N * N;
  assert_ok(hud_simulation_density(s, k, values, count, &error), &error);
  *mass = *least = 0.0;
  for (size_t i = 0; i < count; i++) {
    largest = fmax(largest, values[i]);
    *least = fmin(*least, values[i]);
    *mass -= fmin(values[i], 0.0) * (k == 1 ? h : h * h);
  }
  *least /= largest;
}

static void test_positivity_is_lost(void **state)
{
  (void)state;
  struct hud_error error = {0};
  const char *grid = "method: grid\nvelocity: {min: -5, max: 5, cells: 100}";
  struct hud_simulation *s = open_text("scalar", 0.1, grid, TWO_GROUPS, 1e-8);
  struct hud_positivity *positivity = NULL;
  double mass, least;
  assert_ok(hud_positivity_create(&positivity, s->model, &error), &error);
  for (int i = 0; i <= 3; i++) {
    advance(s, 0.5 * i);
    hud_positivity_observe(positivity, s->time, s->y);
    if (i == 0)
      for (int k = 1; k <= 2; k++) {
        negative_part(s, k, &mass, &least);
        assert_close_relative(hud_positivity_found(positivity, k).mass, mass, 1e-12);
        assert_close_relative(hud_positivity_found(positivity, k).least, least, 1e-12);
      }
  }
  struct hud_negativity f1 = hud_positivity_found(positivity, 1);
  struct hud_negativity f2 = hud_positivity_found(positivity, 2);
  assert_true(f1.lost && f2.lost);
  assert_close(f1.since, 0.0, 0.0);
  assert_close(f1.mass_time, 0.0, 0.0);
  assert_close(fabs(f1.place[0]), 0.45, 0.1); /* inside the gap */
  assert_true(isnan(f1.place[1]));
  assert_close(f1.mass, 0.0186, 0.0004);
  assert_close(f2.mass, 0.0174, 0.0004);
  /* after t = 0.5 the gap is filled, and the record keeps what was seen */
  negative_part(s, 1, &mass, &least);
  assert_true(least > -1e-9);
  hud_positivity_free(positivity);
  hud_simulation_close(s);
}

/* Gaussian data stay positive, and so does f_1 from quasi-stationary pairs, but not its f_2. */
static void test_positivity_is_kept(void **state)
{
  (void)state;
  static const char *const starts[] = {GAUSSIAN, TWO_GROUPS ", f2: quasi_stationary"};
  struct hud_error error = {0};
  const char *grid = "method: grid\nvelocity: {min: -5, max: 5, cells: 100}";
  for (int kind = 0; kind < 2; kind++)
    for (int start = 0; start < 2; start++) {
      struct hud_simulation *s = open_text(kinds[kind], 0.1, grid, starts[start], 1e-8);
      struct hud_positivity *positivity = NULL;
      assert_ok(hud_positivity_create(&positivity, s->model, &error), &error);
      for (int i = 0; i <= 4; i++) {
        advance(s, 0.25 * i);
        hud_positivity_observe(positivity, s->time, s->y);
      }
      assert_true(hud_positivity_found(positivity, 1).measured);
      assert_true(hud_positivity_found(positivity, 2).measured);
      assert_false(hud_positivity_found(positivity, 1).lost);
      assert_true(isnan(hud_positivity_found(positivity, 1).since));
      assert_close(hud_positivity_found(positivity, 1).mass, 0.0, 0.0);
      assert_int_equal(hud_positivity_found(positivity, 2).lost, start == 1);
      hud_positivity_free(positivity);
      hud_simulation_close(s);
    }
}

/* Frequency boxes give f_1 at velocities, not f_2, and say so; the ripples of what a box cuts off
 * are no loss. */
static void test_positivity_by_spectral(void **state)
{
  (void)state;
  static const char *const starts[] = {GAUSSIAN, TWO_GROUPS, TWO_GROUPS ", f2: quasi_stationary"};
  struct hud_error error = {0};
  for (int start = 0; start < 3; start++) {
    struct hud_simulation *s = open_text("scalar", 0.3, "method: spectral", starts[start], 1e-8);
    struct hud_positivity *positivity = NULL;
    assert_ok(hud_positivity_create(&positivity, s->model, &error), &error);
    hud_positivity_observe(positivity, 0.0, s->y);
    struct hud_negativity found = hud_positivity_found(positivity, 1);
    double cut = quantity(s, "fhat_cut");
    assert_true(found.measured);
    assert_int_equal(found.lost, start == 1);
    assert_close_relative(found.threshold, fmax(1e-6, 5.0 * cut), 1e-12);
    assert_true(start != 1 || cut > 1e-5);
    if (start == 1)
      assert_close(found.mass, 0.0475, 0.002);
    assert_false(hud_positivity_found(positivity, 2).measured);
    assert_false(hud_positivity_found(positivity, 2).lost);
    hud_positivity_free(positivity);
    hud_simulation_close(s);
  }
}

/* A state made by hand: one negative cell appears, grows, and goes. */
static void test_positivity_record(void **state)
{
  (void)state;
  struct hud_error error = {0};
  const char *grid = "method: grid\nvelocity: {min: -5, max: 5, cells: 100}";
  struct hud_simulation *s = open_text("first_order", 0.1, grid, TWO_GROUPS, 1e-8);
  struct hud_positivity *positivity = NULL;
  static const double depth[] = {0.0, 1e-10, 0.02, 0.05, 0.01};
  double largest = 0.0;
  for (int i = 0; i < 100; i++)
    largest = fmax(largest, s->y[i]);
  assert_ok(hud_positivity_create(&positivity, s->model, &error), &error);
  for (int i = 0; i < 5; i++) {
    s->y[47] = -depth[i] * largest;
    hud_positivity_observe(positivity, 0.1 * i, s->y);
  }
  struct hud_negativity found = hud_positivity_found(positivity, 1);
  assert_true(found.lost);
  assert_close(found.since, 0.2, 1e-15);
  assert_close(found.place[0], -0.25, 1e-13);
  assert_close(found.mass_time, 0.3, 1e-15);
  assert_close(found.mass, 0.05 * largest * 0.1, 1e-14);
  assert_close(found.least, -0.05, 1e-15);
  assert_false(hud_positivity_found(positivity, 2).lost);
  s->y[100 + hud_grid_pair_index(s->model->rep, 60, 30)] = -1.0;
  hud_positivity_observe(positivity, 0.5, s->y);
  found = hud_positivity_found(positivity, 2);
  assert_close(found.since, 0.5, 0.0);
  assert_close(found.place[0] + found.place[1], 1.05 - 1.95, 1e-13);
  assert_close(fabs(found.place[0] - found.place[1]), 3.0, 1e-13);
  assert_close(found.mass, 2.0 * 0.1 * 0.1, 1e-14); /* both orders of the pair */
  hud_positivity_free(positivity);
  hud_simulation_close(s);
}

/* A run of the model file that shows it says so in its summary. */
static void test_positivity_in_the_summary(void **state)
{
  (void)state;
  static const char *const overrides[] = {"velocity.cells=64", "time.end=0.05"};
  struct hud_error error = {0};
  char folder[SCRATCH_PATH], line[64];
  double mass = 0.0;
  scratch_create(folder);
  assert_ok(hud_simulation_run("models/scalar.yaml", overrides, 2, folder, 1, &error), &error);
  char *text = scratch_read(folder, "summary.json", NULL);
  const char *found = strstr(text, "\"f2_negative_mass\": ");
  assert_non_null(found);
  assert_int_equal(sscanf(found, "\"f2_negative_mass\": %lf", &mass), 1);
  assert_close(mass, 0.0174, 0.001);
  assert_non_null(strstr(text, "f_1 lost its positivity"));
  assert_non_null(strstr(text, "\"f1_negative_since\": 0,"));
  assert_non_null(strstr(text, "\"inversion_iterations\": "));
  free(text);
  assert_ok(hud_simulation_run("models/scalar_implicit.yaml", overrides, 2, folder, 1, &error),
            &error);
  text = scratch_read(folder, "summary.json", NULL);
  snprintf(line, sizeof line, "f_%d lost its positivity", 1);
  assert_null(strstr(text, line));
  snprintf(line, sizeof line, "f_%d lost its positivity", 2);
  assert_non_null(strstr(text, line));
  free(text);
  scratch_remove(folder);
}

static void test_not_measurable(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_positivity *positivity = NULL;
  struct hud_simulation *s = open_text("scalar", 0.1, "method: moments", GAUSSIAN, 1e-8);
  assert_false(hud_positivity_measurable(s->model));
  assert_error(hud_positivity_create(&positivity, s->model, &error), HUD_ERROR_USAGE, &error,
               "gives no densities");
  assert_null(positivity);
  hud_simulation_close(s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_positivity_is_lost),        cmocka_unit_test(test_positivity_is_kept),
      cmocka_unit_test(test_positivity_by_spectral),    cmocka_unit_test(test_positivity_record),
      cmocka_unit_test(test_positivity_in_the_summary), cmocka_unit_test(test_not_measurable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
