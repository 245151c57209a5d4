/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models from their files through time integration: the spot values of the hierarchy and of the
 * first-order model with either three-body drift, invariants, limits, the oracle over long times,
 * and the errors of the C interface. Method `moments` throughout; grids have their own tests. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "huddle.h"
#include "support.h"

#define RATES                                                                                      \
  "rates:\n"                                                                                       \
  "  lambda: {default: 1.0, \"1,1\": 1.0, \"1,2\": 0.8}\n"                                         \
  "  mu: {default: 1.5, \"1,1\": 2.0, \"1,2\": 1.5}\n"

/* f_1 at t = 0 as three atoms: the Gauss rule of order 3 for central moments 1, 0, 1, 0.5, 3.5
 * (fifth free): nodes are the roots of the third orthogonal polynomial with recurrence b_0 = 0, a_1
 * = 1, b_1 = 0.5, a_2 = 2.25, b_2 = 0. */
struct rule {
  double weight[3], node[3];
};

static double cubic(double x)
{
  return (x * ((x - 0.5) * x - 1.0)) - 2.25 * x;
}

static struct rule gauss_rule(void)
{
  const double bracket[3][2] = {{-3.0, -0.5}, {-0.5, 0.5}, {0.5, 4.0}};
  struct rule rule;
  for (int i = 0; i < 3; i++) {
    double low = bracket[i][0], high = bracket[i][1];
    for (int step = 0; step < 200; step++) {
      double middle = 0.5 * (low + high);
      if ((cubic(low) < 0.0) == (cubic(middle) < 0.0))
        low = middle;
      else
        high = middle;
    }
    double x = 0.5 * (low + high), p1 = x, p2 = (x - 0.5) * x - 1.0;
    rule.node[i] = 0.3 + x;
    rule.weight[i] = 1.0 / (1.0 + p1 * p1 + p2 * p2 / 2.25);
  }
  return rule;
}

static struct hud_simulation *open_text(const char *head, const char *initial, double end)
{
  struct hud_error error = {0};
  struct hud_simulation *simulation = NULL;
  char text[2048];
  snprintf(text, sizeof text,
           "huddle: 1\n%s%s"
           "time: {end: %.17g}\n"
           "solver: {rtol: 1.0e-12, atol: 1.0e-15}\n",
           head, initial, end);
  assert_ok(hud_simulation_parse(&simulation, text, "test.yaml", &error), &error);
  return simulation;
}

static const char *atoms_initial(void)
{
  static char text[512];
  struct rule rule = gauss_rule();
  snprintf(text, sizeof text,
           "initial: {f1: {atoms: [[%.17g, %.17g], [%.17g, %.17g], [%.17g, %.17g]]}}\n",
           rule.weight[0], rule.node[0], rule.weight[1], rule.node[1], rule.weight[2],
           rule.node[2]);
  return text;
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error = {0};
  double value = NAN;
  assert_ok(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

static void advance(struct hud_simulation *simulation, double t)
{
  struct hud_error error = {0};
  assert_ok(hud_simulation_advance(simulation, t, &error), &error);
}

static void test_initial_moments(void **state)
{
  (void)state;
  struct hud_simulation *s =
      open_text("model: instantaneous\nmethod: moments\n" RATES, atoms_initial(), 1.0);
  assert_close(quantity(s, "mass"), 1.0, 1e-14);
  assert_close(quantity(s, "mean"), 0.3, 1e-14);
  assert_close(quantity(s, "variance"), 1.0, 1e-14);
  double m2 = quantity(s, "f1_m2"), m3 = quantity(s, "f1_m3"), m4 = quantity(s, "f1_m4");
  assert_close(m2, 1.09, 1e-14);
  assert_close(m3 - 0.9 * m2 + 2 * 0.027, 0.5, 1e-13);
  assert_close(m4 - 1.2 * m3 + 6 * 0.09 * m2 - 3 * 0.0081, 3.5, 1e-13);
  hud_simulation_close(s);
}

static void check_spot(const char *head, double M1, double m2, double V)
{
  struct hud_simulation *s = open_text(head, atoms_initial(), 1.0);
  advance(s, 1.0);
  assert_close(quantity(s, "M1"), M1, 1e-10);
  assert_close(quantity(s, "f1_m2"), m2, 1e-10);
  assert_close(quantity(s, "variance"), V, 1e-10);
  hud_simulation_close(s);
}

static void test_spot_values(void **state)
{
  (void)state;
  check_spot("model: hierarchy\nclusters: 4\nmethod: moments\nepsilon: 0.05\n" RATES,
             0.952807746572, 0.687851145163, 0.624366340363);
  check_spot("model: first_order\nmethod: moments\nepsilon: 0.05\n" RATES, 0.954451150103,
             0.688183643118, 0.623967815701);
  check_spot(
      "model: first_order\nmethod: moments\nepsilon: 0.05\nthree_body_drift: as_printed\n" RATES,
      0.954451150103, 0.690196620205, 0.626081328405);
}

/* Mass and mean over long times at every epsilon, both starts, and a variance that never grows. */
static void test_invariants_and_cost(void **state)
{
  (void)state;
  const char *const starts[] = {"clusters: zero", "clusters: quasi_stationary"};
  for (int start = 0; start < 2; start++)
    for (int power = 1; power <= 6; power++) {
      char head[512], initial[256];
      snprintf(head, sizeof head,
               "model: hierarchy\nclusters: 4\nmethod: moments\nepsilon: 1.0e-%d\n%s", power,
               RATES);
      snprintf(initial, sizeof initial,
               "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}, %s}\n",
               starts[start]);
      struct hud_simulation *s = open_text(head, initial, 10.0);
      double mass = quantity(s, "mass"), mean = quantity(s, "mean");
      double before = quantity(s, "variance");
      for (int i = 1; i <= 20; i++) {
        advance(s, 0.5 * i);
        double after = quantity(s, "variance");
        assert_close(quantity(s, "mass"), mass, 1e-12 * mass);
        assert_close(quantity(s, "mean"), mean, 1e-12);
        assert_below(after, before);
        before = after;
      }
      hud_simulation_close(s);
    }
}

/* delta = epsilon makes (37) the hierarchy of K = 3, to round-off. */
static void test_relaxed_triple_is_hierarchy(void **state)
{
  (void)state;
  struct hud_simulation *relaxed =
      open_text("model: relaxed_triple\nmethod: moments\nepsilon: 0.1\ndelta: 0.1\n" RATES,
                atoms_initial(), 2.0);
  struct hud_simulation *full = open_text(
      "model: hierarchy\nclusters: 3\nmethod: moments\nepsilon: 0.1\n" RATES, atoms_initial(), 2.0);
  size_t count;
  const char *const *names = hud_simulation_quantities(relaxed, &count);
  for (int i = 1; i <= 4; i++) {
    advance(relaxed, 0.5 * i);
    advance(full, 0.5 * i);
    for (size_t c = 0; c < count; c++)
      assert_close(quantity(relaxed, names[c]), quantity(full, names[c]), 1e-13);
  }
  hud_simulation_close(relaxed);
  hud_simulation_close(full);
}

/* delta -> 0 gives (14): first order in delta. */
static void test_relaxed_triple_limit(void **state)
{
  (void)state;
  struct hud_simulation *limit =
      open_text("model: first_order\nmethod: moments\nepsilon: 0.1\n" RATES, atoms_initial(), 2.0);
  advance(limit, 2.0);
  double error[3];
  for (int i = 0; i < 3; i++) {
    char head[512];
    snprintf(head, sizeof head,
             "model: relaxed_triple\nmethod: moments\nepsilon: 0.1\ndelta: %g\n%s", 0.01 / (1 << i),
             RATES);
    struct hud_simulation *s = open_text(head, atoms_initial(), 2.0);
    advance(s, 2.0);
    error[i] = fabs(quantity(s, "f1_m2") - quantity(limit, "f1_m2"));
    hud_simulation_close(s);
  }
  assert_close(log2(error[0] / error[1]), 1.0, 0.05);
  assert_close(log2(error[1] / error[2]), 1.0, 0.05);
  hud_simulation_close(limit);
}

/* Counting as printed loses mass at the rate that its extra terms say; conserving counting none. */
static void test_as_printed_drift(void **state)
{
  (void)state;
  struct hud_simulation *s =
      open_text("model: hierarchy\nclusters: 3\nmethod: moments\nepsilon: 0.1\n"
                "counting: as_printed\n" RATES,
                atoms_initial(), 1.0);
  advance(s, 0.05);
  double M1 = quantity(s, "M1"), M2 = quantity(s, "M2"), M3 = quantity(s, "M3");
  double h = 1e-4, at[3];
  for (int i = 0; i < 3; i++) {
    if (i > 0)
      advance(s, 0.05 + h * i);
    at[i] = quantity(s, "mass");
  }
  /* extra gain eps (lambda12 M1 M2 - mu12 M3) of triples, each of mass 3 */
  double expected = 3.0 * 0.1 * (0.8 * M1 * M2 - 1.5 * M3);
  assert_close((-3.0 * at[0] + 4.0 * at[1] - at[2]) / (2.0 * h), expected, 2e-5);
  assert_true(fabs(expected) > 0.02);
  hud_simulation_close(s);
}

/* Instantaneous limit: central moments decay as MATHEMATICS section 3 says, to nothing. */
static void test_instantaneous_rates(void **state)
{
  (void)state;
  struct hud_simulation *s =
      open_text("model: instantaneous\nmethod: moments\n" RATES, atoms_initial(), 8.0);
  for (int i = 1; i <= 4; i++) {
    double t = 2.0 * i;
    advance(s, t);
    assert_close_relative(quantity(s, "variance"), exp(-2.0 * t / 4.0), 1e-10);
  }
  hud_simulation_close(s);
}

static void test_self_similar_moments(void **state)
{
  (void)state;
  const char *initial = "initial: {f1: {self_similar: {mass: 1.0, mean: 0.3, scale: 0.7}}}\n"
                        "moments: {order: 2}\n";
  struct hud_simulation *s =
      open_text("model: instantaneous\nmethod: moments\n" RATES, initial, 2.0);
  advance(s, 2.0);
  assert_close_relative(quantity(s, "variance"), 0.49 * exp(-1.0), 1e-10);
  assert_true(isnan(quantity(s, "f1_m3")));
  hud_simulation_close(s);
}

static void test_interface_errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *s =
      open_text("model: instantaneous\nmethod: moments\n" RATES, atoms_initial(), 1.0);
  double value, buffer[4];
  const double *v;
  assert_error(hud_simulation_advance(s, 2.0, &error), HUD_ERROR_USAGE, &error, "the end 1");
  assert_error(hud_simulation_advance(s, NAN, &error), HUD_ERROR_USAGE, &error, "nan");
  assert_error(hud_simulation_quantity(s, "V9", &value, &error), HUD_ERROR_USAGE, &error, "V9");
  assert_int_equal(hud_simulation_velocities(s, &v), 0);
  assert_error(hud_simulation_density(s, 1, buffer, 4, &error), HUD_ERROR_USAGE, &error,
               "gives no densities");
  advance(s, 0.5);
  assert_error(hud_simulation_advance(s, 0.25, &error), HUD_ERROR_USAGE, &error, "0.5");
  hud_simulation_close(s);
  assert_error(hud_simulation_open(&s, "no-such-file.yaml", NULL, 0, &error), HUD_ERROR_INPUT,
               &error, "no-such-file.yaml");
  assert_null(s);
}

/* A rate that the model needs and the file does not give is found after reading: with its line. */
static void test_late_errors_have_a_place(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  const char *text = "huddle: 1\nmodel: first_order\nmethod: moments\nepsilon: 0.1\n"
                     "rates:\n  lambda: {\"1,1\": 1.0}\n  mu: 1.0\n"
                     "initial: {f1: {gaussian: {mass: 1.0, mean: 0.0, stddev: 1.0}}}\n"
                     "time: {end: 1.0}\n";
  assert_error(hud_simulation_parse(&s, text, "late.yaml", &error), HUD_ERROR_INPUT, &error,
               "neither an entry \"1,2\" nor a default");
  assert_null(s);
  assert_string_equal(error.where, "late.yaml:6:11");
}

static void test_caps(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  const char *text = "huddle: 1\nmodel: instantaneous\nmethod: moments\n"
                     "rates: {lambda: 1.0, mu: 1.0}\n"
                     "initial: {f1: {gaussian: {mass: 1.0, mean: 0.0, stddev: 1.0}}}\n"
                     "time: {end: 100.0}\nsolver: {rtol: 1.0e-12, max_steps: 50}\n";
  assert_ok(hud_simulation_parse(&s, text, "cap.yaml", &error), &error);
  assert_error(hud_simulation_advance(s, 100.0, &error), HUD_ERROR_COMPUTE, &error, "step cap: 50");
  assert_close(hud_simulation_time(s), 0.0, 0.0);
  hud_simulation_close(s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_initial_moments),
      cmocka_unit_test(test_spot_values),
      cmocka_unit_test(test_invariants_and_cost),
      cmocka_unit_test(test_relaxed_triple_is_hierarchy),
      cmocka_unit_test(test_relaxed_triple_limit),
      cmocka_unit_test(test_as_printed_drift),
      cmocka_unit_test(test_instantaneous_rates),
      cmocka_unit_test(test_self_similar_moments),
      cmocka_unit_test(test_interface_errors),
      cmocka_unit_test(test_late_errors_have_a_place),
      cmocka_unit_test(test_caps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
