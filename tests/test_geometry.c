/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plain flow of a few particles; geometric lemmas against exponents known in closed form; norms
 * and the time of existence against the sums they come from. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "spheres/few.h"
#include "spheres/geometry.h"
#include "spheres/geometry_internal.h"
#include "spheres/wellposed.h"

/* ---- the plain flow ---- */

static void two_particles_by_hand(void **state)
{
  (void)state;
  struct hud_zones zones = {.dimension = 2, .orders = 1, .radius = {0.0, 0.0, 0.5}};
  struct hud_few few = {.count = 2, .x = {0.0, 0.0, 2.0, 0.0}, .v = {1.0, 0.25, -0.5, 0.25}};
  struct hud_few_event event;
  hud_few_next(&few, &zones, 10.0, &event);
  assert_close(event.time, 1.0, 1e-14); /* gap 1.5 at relative speed 1.5 */
  assert_int_equal(event.size, 2);
  hud_few_next(&few, &zones, 0.9, &event);
  assert_int_equal(event.size, 0);
  assert_int_equal(hud_few_advance(&few, &zones, 3.0), 1);
  const double x[4] = {1.0 - 1.0, 0.75, 1.5 + 2.0, 0.75};
  const double v[4] = {-0.5, 0.25, 1.0, 0.25};
  for (int i = 0; i < 4; i++) {
    assert_close(few.x[i], x[i], 1e-14);
    assert_close(few.v[i], v[i], 1e-14);
  }
  assert_true(hud_few_allowed(&few, &zones));
  few.x[2] = 0.4;
  few.x[3] = 0.75;
  assert_false(hud_few_allowed(&few, &zones));
}

static void draw_state(struct hud_random *random, const struct hud_zones *zones, int count,
                       struct hud_few *few)
{
  few->count = count;
  do
    hud_geometry_draw_ball(random, zones->dimension, count, 1.0, few->x);
  while (!hud_few_allowed(few, zones));
  hud_geometry_draw_ball(random, zones->dimension, count, 1.0, few->v);
}

/* Energy, momentum; zones at many times; there and back again. */
static void few_particles_flow(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 1, 0);
  int collisions = 0;
  int by_three = 0;
  for (int draw = 0; draw < 800; draw++) {
    int d = 2 + draw % 2;
    int n = 3 + draw % 4;
    struct hud_zones zones = {.dimension = d, .orders = 3, .radius = {0, 0, 0.3, 0.8, 1.5}};
    struct hud_few start, few;
    draw_state(&random, &zones, n, &start);
    few = start;
    struct hud_few_event event;
    hud_few_next(&few, &zones, 2.0, &event);
    by_three += event.size >= 3;
    int forward = hud_few_advance(&few, &zones, 0.7);
    forward += hud_few_advance(&few, &zones, 1.3);
    double energy[2] = {0.0}, momentum[3] = {0.0};
    for (int i = 0; i < n * d; i++) {
      energy[0] += start.v[i] * start.v[i];
      energy[1] += few.v[i] * few.v[i];
      momentum[i % d] += few.v[i] - start.v[i];
    }
    assert_close_relative(energy[1], energy[0], 1e-13);
    for (int a = 0; a < d; a++)
      assert_close(momentum[a], 0.0, 1e-13);
    for (int size = 2; size <= 4; size++) /* zones hold to round-off */
      zones.radius[size] *= 1.0 - 1e-11;
    assert_true(hud_few_allowed(&few, &zones));
    for (int size = 2; size <= 4; size++)
      zones.radius[size] /= 1.0 - 1e-11;
    assert_int_equal(hud_few_advance(&few, &zones, -2.0), forward);
    for (int i = 0; i < n * d; i++) {
      assert_close(few.x[i], start.x[i], 1e-8);
      assert_close(few.v[i], start.v[i], 1e-8);
    }
    collisions += forward;
  }
  assert_true(collisions > 200);
  assert_true(by_three > 30);
}

/* ---- lemmas ---- */

static struct hud_geometry_result run(enum hud_geometry which, int d, int l, int64_t samples)
{
  struct hud_geometry_result result;
  struct hud_error error = {0};
  assert_ok(hud_geometry_run(which, d, l, samples, 3, &result, &error), &error);
  return result;
}

/* Sets of which the measure is known: caps of angle theta have theta^{d-1}; a strip tangent to a
 * circle rho^{1/2}, a cylinder tangent to a sphere rho^{3/2}, one about the origin rho^{d-1}; |mu
 * omega_1 - lambda omega_2| <= rho has codimension d; an annulus beta. The paper's bounds are the
 * last column. */
static void exponents_known_in_closed_form(void **state)
{
  (void)state;
  static const struct {
    enum hud_geometry which;
    int d, l;
    double exponent, bound;
  } cases[] = {
      {HUD_GEOMETRY_CAP, 2, 1, 1.0, 1.0},
      {HUD_GEOMETRY_CAP, 3, 2, 2.0, 1.0},
      {HUD_GEOMETRY_CAP_DIFFERENCE, 2, 3, 1.0, 1.0},
      {HUD_GEOMETRY_CAP_DIFFERENCE, 3, 2, 2.0, 1.0},
      {HUD_GEOMETRY_SPHERE_CYLINDER, 2, 1, 0.5, 0.5},
      {HUD_GEOMETRY_SPHERE_CYLINDER, 3, 1, 1.5, 1.0},
      {HUD_GEOMETRY_CYLINDER, 2, 1, 0.5, 0.5},
      {HUD_GEOMETRY_CYLINDER, 2, 2, 1.5, 0.5},
      {HUD_GEOMETRY_CENTRE_CYLINDER, 2, 1, 1.0, 0.5},
      {HUD_GEOMETRY_CENTRE_CYLINDER, 2, 2, 1.0, 0.5},
      {HUD_GEOMETRY_CENTRE_CYLINDER, 3, 2, 2.0, 1.0},
      {HUD_GEOMETRY_CENTRE_BALL, 2, 2, 2.0, 0.5},
      {HUD_GEOMETRY_CENTRE_BALL, 3, 3, 3.0, 1.0},
      {HUD_GEOMETRY_BALL, 2, 1, 1.0, 0.5},
      {HUD_GEOMETRY_BALL, 3, 1, 2.0, 1.0},
      {HUD_GEOMETRY_STRIP, 2, 2, 2.0, 0.5},
      {HUD_GEOMETRY_STRIP, 3, 2, 3.0, 1.0},
      {HUD_GEOMETRY_ANNULUS, 2, 2, 1.0, 1.0},
      {HUD_GEOMETRY_ANNULUS, 3, 3, 1.0, 1.0},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct hud_geometry_result result = run(cases[c].which, cases[c].d, cases[c].l, 120000);
    assert_close(result.bound, cases[c].bound, 1e-15);
    assert_close(result.exponent, cases[c].exponent,
                 4.0 * result.exponent_error + 0.05 * cases[c].exponent);
    assert_below(result.exponent_error, 0.08 * cases[c].exponent);
    assert_true(result.holds);
    assert_true(result.row_count >= 2);
    for (size_t r = 1; r < result.row_count; r++)
      assert_below(result.row[r].parameter, result.row[r - 1].parameter);
  }
}

/* A cap of angle theta on the circle has the share 2 theta/pi, on the sphere 1 - cos theta. */
static void shares_of_caps(void **state)
{
  (void)state;
  for (int d = 2; d <= 3; d++) {
    struct hud_geometry_result result = run(HUD_GEOMETRY_CAP, d, 1, 400000);
    for (size_t r = 0; r < result.row_count; r++) {
      double theta = result.row[r].parameter;
      double expected = d == 2 ? 2.0 * theta / acos(-1.0) : 1.0 - cos(theta);
      assert_close(result.row[r].share, expected, 4.0 * result.row[r].error + 0.02 * expected);
    }
  }
}

static void identities(void **state)
{
  (void)state;
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 3; l++) {
      struct hud_geometry_result flow = run(HUD_GEOMETRY_FLOW_MEASURE, d, l, 60000);
      assert_true(flow.holds);
      assert_below(flow.bound, 1e-6);
      struct hud_geometry_result transition = run(HUD_GEOMETRY_TRANSITION, d, l, 20000);
      assert_true(transition.holds);
      assert_below(transition.bound, 1e-8);
      assert_true(isnan(transition.exponent));
    }
}

static void two_collisions_need_delta_squared(void **state)
{
  (void)state;
  struct hud_geometry_result result = run(HUD_GEOMETRY_TWO_COLLISIONS, 2, 2, 300000);
  assert_close(result.exponent, 2.0, 4.0 * result.exponent_error + 0.1);
  assert_below(result.exponent_error, 0.15);
  assert_true(result.holds);
}

/* The bad sets fall much faster than (8.15) says, about as eta^{d-1} for binary adjunctions. */
static void bad_adjunctions(void **state)
{
  (void)state;
  struct hud_geometry_result result = run(HUD_GEOMETRY_BAD_SET, 2, 1, 200000);
  assert_close(result.bound, 1.0 / 6.0, 1e-15);
  assert_close(result.exponent, 1.0, 0.15);
  assert_true(result.holds);
  result = run(HUD_GEOMETRY_BAD_SET, 2, 2, 120000);
  assert_true(result.exponent > 1.0);
  assert_true(result.holds);
}

static void geometry_errors(void **state)
{
  (void)state;
  struct hud_geometry_result result;
  struct hud_error error = {0};
  assert_error(hud_geometry_run(HUD_GEOMETRY_STRIP, 2, 1, 10000, 1, &result, &error),
               HUD_ERROR_INPUT, &error, "not made for");
  assert_error(hud_geometry_run(HUD_GEOMETRY_CAP, 4, 1, 10000, 1, &result, &error), HUD_ERROR_INPUT,
               &error, "d = 4");
  assert_error(hud_geometry_run(HUD_GEOMETRY_CAP, 2, 1, 10, 1, &result, &error), HUD_ERROR_INPUT,
               &error, "1000");
  assert_error(hud_geometry_run(HUD_GEOMETRY_COUNT, 2, 1, 10000, 1, &result, &error),
               HUD_ERROR_INPUT, &error, "not made for");
}

/* ---- well-posedness ---- */

static void time_of_existence_is_the_sum(void **state)
{
  (void)state;
  double alpha[60];
  double factorial = 1.0;
  for (int l = 1; l <= 60; l++) {
    factorial *= l;
    alpha[l - 1] = 1.0 / factorial;
  }
  for (int d = 2; d <= 3; d++)
    for (double beta = 0.5; beta < 5.0; beta *= 2.0)
      for (double mu = -0.5; mu < 3.0; mu += 1.0) {
        double time = hud_existence_time(d, beta, mu, 7.0);
        if (hud_existence_parameter(d, beta, mu) < 15.0)
          assert_close_relative(hud_existence_time_orders(d, beta, mu, 7.0, 60, alpha), time,
                                1e-12);
        assert_true(hud_existence_time_orders(d, beta, mu, 7.0, 2, alpha) > time);
        assert_close_relative(hud_existence_time(d, beta, mu, 14.0), 0.5 * time, 1e-14);
        /* sum_l 2^l A C_{l+1} = 1/2 with C_{l+1} of (4.20). */
        double sum = 0.0;
        for (int l = 1; l <= 60; l++)
          sum += alpha[l - 1] * pow(2.0, l) * 7.0 * l * l * l * (2.0 * time / beta) *
                 exp(-l * (mu - 0.5 * beta)) * pow(0.5 * beta, -0.5 * l * d) *
                 (1.0 + 1.0 / sqrt(0.5 * beta));
        if (hud_existence_parameter(d, beta, mu) < 15.0)
          assert_close_relative(sum, 0.5, 1e-12);
      }
}

/* (4.24) as written: 2^l A C_{l+1} <= C_{d,beta,mu} T/l! with the constant of (4.23), a maximum
 * over the l with 2^l l^3 e^{l(|mu| + beta/2)} > l!. Even with the factors (2/beta)^{ld/2} left out
 * (beta = 2) a later l breaks it. */
static void the_printed_constant_fails(void **state)
{
  (void)state;
  double mu = 0.5;
  double c = mu + 1.0;
  double largest = 0.0;
  double factorial = 1.0;
  bool broken = false;
  for (int l = 1; l <= 80; l++) {
    factorial *= l;
    double term = pow(2.0, l) * pow(l, 3.0) * exp(l * c);
    if (term > factorial)
      largest = fmax(largest, term);
    broken = broken || term / factorial > largest / factorial;
  }
  assert_true(broken);
}

static void weighted_norms(void **state)
{
  (void)state;
  static const struct hud_velocity_component centred[] = {{0.75, {0.0}, {0.5, 0.4, 0.3}, 0},
                                                          {0.5, {0.0}, {2.5, 1.0, 2.0}, 0}};
  static const struct hud_velocity_component moving[] = {
      {1.0, {0.7, -0.2, 0.1}, {1.5, 0.5, 1.0}, 0}};
  const struct hud_velocity_mixture mixtures[2] = {{centred, 2}, {moving, 1}};
  struct hud_random random;
  hud_random_seed(&random, 5, 0);
  for (int m = 0; m < 2; m++) {
    double beta = 0.35;
    double norm = hud_weighted_norm(&mixtures[m], 3, 1.7, beta, 0.3);
    double largest = 0.0;
    for (int i = 0; i < 20000; i++) {
      double v[3], square = 0.0;
      for (int a = 0; a < 3; a++) {
        v[a] = (i % 2 == 0 ? 0.2 : 2.0) * hud_random_normal(&random) +
               mixtures[m].components[0].mean[a] /
                   (1.0 - beta * mixtures[m].components[0].temperature[a]);
        square += v[a] * v[a];
      }
      double value =
          1.7 * hud_velocity_density(&mixtures[m], 3, v) * exp(0.3 + 0.5 * beta * square);
      assert_below(value, norm * (1.0 + 1e-12));
      largest = fmax(largest, value);
    }
    assert_true(largest > 0.97 * norm);
    double mu = hud_weighted_norm_mu(&mixtures[m], 3, 1.7, beta, 0.5);
    assert_close_relative(hud_weighted_norm(&mixtures[m], 3, 1.7, beta, mu), 0.5, 1e-14);
  }
  assert_true(hud_weighted_norm(&mixtures[0], 3, 1.0, 0.41, 0.0) == INFINITY);
  assert_below(hud_weighted_norm(&mixtures[0], 3, 1.0, 0.4, 0.0), 1.0);
  assert_true(hud_weighted_norm(&mixtures[1], 3, 1.0, 2.0 / 3.0, 0.0) == INFINITY);
}

static void best_time_of_existence(void **state)
{
  (void)state;
  struct hud_error error = {0};
  static const struct hud_velocity_component one[] = {{1.0, {0.0}, {1.5, 0.5, 0.5}, 0}};
  const struct hud_velocity_mixture mixture = {one, 1};
  struct hud_existence best;
  assert_ok(hud_existence_best(&best, &mixture, 2, 1.0, 10.0, &error), &error);
  assert_true(best.time > 0.0 && best.beta > 0.0 && best.beta <= 1.0 / 1.5);
  assert_close_relative(hud_existence_time(2, best.beta, best.mu, 10.0), best.time, 1e-14);
  assert_close_relative(hud_weighted_norm(&mixture, 2, 1.0, best.beta, best.mu), 0.5, 1e-14);
  for (double beta = 0.001; beta < 1.0 / 1.5; beta *= 1.01) {
    double mu = hud_weighted_norm_mu(&mixture, 2, 1.0, beta, 0.5);
    assert_true(hud_existence_time(2, beta, mu, 10.0) <= best.time * (1.0 + 1e-6));
  }
  assert_error(hud_existence_best(&best, &mixture, 2, -1.0, 10.0, &error), HUD_ERROR_INPUT, &error,
               "density");
  static const struct hud_velocity_component cold[] = {{1.0, {0.0}, {1.5, 0.0, 0.5}, 0}};
  const struct hud_velocity_mixture frozen = {cold, 1};
  assert_error(hud_existence_best(&best, &frozen, 2, 1.0, 10.0, &error), HUD_ERROR_INPUT, &error,
               "temperature 0");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_particles_by_hand),
      cmocka_unit_test(few_particles_flow),
      cmocka_unit_test(exponents_known_in_closed_form),
      cmocka_unit_test(shares_of_caps),
      cmocka_unit_test(identities),
      cmocka_unit_test(two_collisions_need_delta_squared),
      cmocka_unit_test(bad_adjunctions),
      cmocka_unit_test(geometry_errors),
      cmocka_unit_test(time_of_existence_is_the_sum),
      cmocka_unit_test(the_printed_constant_fails),
      cmocka_unit_test(weighted_norms),
      cmocka_unit_test(best_time_of_existence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
