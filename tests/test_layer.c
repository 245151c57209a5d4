/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layer equations (36), corrected, the reduced system, and their composite against the full
 * moments of the first-order model and of the hierarchy as eps -> 0. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/layer.h"
#include "base/random.h"
#include "huddle.h"
#include "support.h"

static struct hud_layer random_layer(struct hud_random *random)
{
  struct hud_theory theory = {.lambda11 = 0.1 + hud_random_uniform(random),
                              .mu11 = 0.1 + 3.0 * hud_random_uniform(random),
                              .epsilon = 0.1};
  struct hud_layer_moments start;
  double *values[] = {&start.M1, &start.M2, &start.I1, &start.I2, &start.V1, &start.V2, &start.W};
  for (int i = 0; i < 7; i++)
    *values[i] = 0.1 + hud_random_uniform(random);
  return hud_layer_begin(&theory, hud_random_uniform(random) - 0.5, &start);
}

static double slope(double after, double before, double h)
{
  return (after - before) / (2.0 * h);
}

/* The closed forms solve the equations; T obeys the identity and the equation that follows from it,
 * not the printed one. */
static void test_equations(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 81, 1);
  for (int trial = 0; trial < 50; trial++) {
    struct hud_layer layer = random_layer(&random);
    double l = layer.theory.lambda11, mu = layer.theory.mu11, h = 1e-4, J1 = layer.J1;
    double tau = h + 2.0 * hud_random_uniform(&random);
    struct hud_layer_moments m = hud_layer_inner(&layer, tau);
    struct hud_layer_moments a = hud_layer_inner(&layer, tau + h),
                             b = hud_layer_inner(&layer, tau - h);
    assert_close(J1, m.I1 - layer.v_infinity * m.M1, 1e-15);
    assert_close(slope(a.M2, b.M2, h), l * m.M1 * m.M1 - mu * m.M2, 2e-6);
    assert_close(slope(a.I2, b.I2, h), l * m.M1 * m.I1 - mu * m.I2, 2e-6);
    assert_close(slope(a.V2, b.V2, h), l * m.M1 * m.V1 - mu * m.V2 - 0.5 * m.W, 2e-6);
    assert_close(slope(a.W, b.W, h), 2.0 * l * (m.M1 * m.V1 - J1 * J1) - (2.0 + mu) * m.W, 2e-6);
    /* with J_1 = 0: T' = 2 lambda11 M_1^2 V_1 - mu11 T - M_1 W/2 */
    double J2 = m.I2 - layer.v_infinity * m.M2;
    assert_close(m.T, m.M2 * m.V1 + m.M1 * m.V2 - 2.0 * J1 * J2, 1e-14);
    double rate = 2.0 * l * m.M1 * (m.M1 * m.V1 - J1 * J1) - mu * m.T - 0.5 * m.M1 * m.W;
    assert_close(slope(a.T, b.T, h), rate, 2e-6);
    assert_true(fabs(slope(a.T, b.T, h) - (rate - 1.5 * m.M1 * m.W)) > 1e-4); /* as printed */
    /* the reduced system */
    m = hud_layer_reduced(&layer, tau);
    a = hud_layer_reduced(&layer, tau + h);
    b = hud_layer_reduced(&layer, tau - h);
    assert_close(l * m.M1 * m.M1, mu * m.M2, 1e-14);
    assert_close(l * m.M1 * m.I1, mu * m.I2, 1e-14);
    assert_close(l * m.M1 * m.V1, mu * m.V2 + 0.5 * m.W, 1e-14);
    assert_close(slope(a.V1, b.V1, h), -m.W, 1e-6);
    assert_close(slope(a.V1, b.V1, h), -2.0 * l * m.M1 * m.V1 + 2.0 * mu * m.V2, 1e-6);
    if (fabs(J1) < 1e-12) /* the lines after (36) */
      assert_close(m.V2, l / mu * (1.0 + mu) / (2.0 + mu) * m.M1 * m.V1, 1e-14);
  }
}

static void assert_moments(struct hud_layer_moments a, struct hud_layer_moments b, double tolerance)
{
  assert_close(a.M1, b.M1, tolerance);
  assert_close(a.M2, b.M2, tolerance);
  assert_close(a.I1, b.I1, tolerance);
  assert_close(a.I2, b.I2, tolerance);
  assert_close(a.V1, b.V1, tolerance);
  assert_close(a.V2, b.V2, tolerance);
  assert_close(a.W, b.W, tolerance);
  assert_close(a.T, b.T, tolerance);
}

/* The composite begins with the data and ends as the reduced system; layer and reduced system meet.
 */
static void test_matching(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 82, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct hud_layer layer = random_layer(&random);
    layer.theory.epsilon = 1e-4;
    assert_moments(hud_layer_inner(&layer, 0.0), layer.start, 1e-14);
    assert_moments(hud_layer_composite(&layer, 0.0), layer.start, 1e-14);
    assert_moments(hud_layer_inner(&layer, 1e4), hud_layer_reduced(&layer, 0.0), 1e-14);
    assert_moments(hud_layer_composite(&layer, 1.0), hud_layer_reduced(&layer, 1.0), 1e-14);
  }
}

/* ---- against the full moments ---- */

static const char *const names[] = {"M1", "M2", "I1", "I2", "V1", "V2", "W", "T"};

static void read(struct hud_simulation *s, double values[8])
{
  struct hud_error error = {0};
  for (int i = 0; i < 8; i++)
    assert_ok(hud_simulation_quantity(s, names[i], &values[i], &error), &error);
}

static void list(const struct hud_layer_moments *m, double values[8])
{
  const double all[8] = {m->M1, m->M2, m->I1, m->I2, m->V1, m->V2, m->W, m->T};
  memcpy(values, all, sizeof all);
}

/* sup over [0, 1] of the errors of the composite and of the reduced system, per moment; times are
 * dense in the layer. */
static void errors(const char *head, const char *pairs, double epsilon, double composite[8],
                   double reduced[8])
{
  char text[1024];
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  snprintf(text, sizeof text,
           "huddle: 1\n%s\nmethod: moments\nepsilon: %.17g\n"
           "rates:\n  lambda: {default: 1.0, \"1,2\": 0.8}\n  mu: {default: 1.5, \"1,1\": 2.0}\n"
           "initial:\n  f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}\n%s\n"
           "time: {end: 1.0}\nsolver: {rtol: 1.0e-11, atol: 1.0e-14}\n",
           head, epsilon, pairs);
  assert_ok(hud_simulation_parse(&s, text, "layer.yaml", &error), &error);
  double full[8], approximate[8], v_infinity;
  const struct hud_theory theory = {.lambda11 = 1.0, .mu11 = 2.0, .epsilon = epsilon};
  assert_ok(hud_simulation_quantity(s, "mean", &v_infinity, &error), &error);
  read(s, full);
  struct hud_layer_moments start = {full[0], full[1], full[2], full[3],
                                    full[4], full[5], full[6], 0.0};
  struct hud_layer layer = hud_layer_begin(&theory, v_infinity, &start);
  assert_close(layer.start.T, full[7], 1e-13);
  memset(composite, 0, 8 * sizeof *composite);
  memset(reduced, 0, 8 * sizeof *reduced);
  for (int i = 0; i <= 60; i++) {
    double t = i <= 40 ? 0.2 * i * epsilon : 8.0 * epsilon + (1.0 - 8.0 * epsilon) * (i - 40) / 20;
    assert_ok(hud_simulation_advance(s, t, &error), &error);
    read(s, full);
    struct hud_layer_moments m = hud_layer_composite(&layer, t), r = hud_layer_reduced(&layer, t);
    list(&m, approximate);
    for (int l = 0; l < 8; l++)
      composite[l] = fmax(composite[l], fabs(approximate[l] - full[l]));
    list(&r, approximate);
    for (int l = 0; l < 8; l++)
      reduced[l] = fmax(reduced[l], fabs(approximate[l] - full[l]));
  }
  hud_simulation_close(s);
}

static void test_order(void **state)
{
  (void)state;
  static const char *const heads[] = {"model: first_order",
                                      "model: first_order\nthree_body_drift: as_printed",
                                      "model: hierarchy\nclusters: 4"};
  static const char *const pairs[] = {
      "  f2: zero", "  f2: quasi_stationary",
      "  f2: {product: {mass: 0.8, density: {gaussian: {mean: -0.5, stddev: 0.7}}}}"};
  for (int head = 0; head < 3; head++)
    for (int start = 0; start < 3; start++) {
      double composite[3][8], reduced[3][8];
      for (int e = 0; e < 3; e++)
        errors(heads[head], pairs[start], 1e-3 / (1 << e), composite[e], reduced[e]);
      for (int l = 0; l < 8; l++) {
        if (start == 1 && l < 4 && (head < 2 || l % 2 == 0)) {
          /* quasi-stationary pairs: f_1 keeps mass and momentum, but for O(eps^2) in triples */
          assert_below(composite[2][l], head < 2 ? 1e-14 : 1e-6);
          continue;
        }
        assert_close(log2(composite[0][l] / composite[1][l]), 1.0, 0.1);
        assert_close(log2(composite[1][l] / composite[2][l]), 1.0, 0.05);
        assert_below(composite[2][l], 10.0 * 0.25e-3);
        /* without its layer the reduced system misses the fast moments by O(1) */
        bool fast = l == 1 || l == 3 || l >= 5;
        if (fast && start != 1)
          assert_true(reduced[2][l] > 20.0 * composite[2][l]);
      }
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_equations),
      cmocka_unit_test(test_matching),
      cmocka_unit_test(test_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
