/* SPDX-License-Identifier: GPL-3.0-or-later
 * The Radau integrator: its coefficients, accuracy at the tolerance asked for, steps that do not
 * depend on stiffness, invariants, restarts, and every way to fail. */
#include <complex.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "evolve/radau.h"
#include "evolve/tableau.h"
#include "support.h"

/* A small system: F and its derivative in a direction, with one number to steer it. */
struct problem {
  double parameter;
  void (*f)(double parameter, double t, const double *y, double *out);
  void (*df)(double parameter, double t, const double *y, const double *v, double *out);
  size_t offsets[2];
  struct hud_system system;
};

static hud_status rhs(void *self, double t, const double *y, double *out, struct hud_error *error)
{
  (void)error;
  struct problem *p = self;
  p->f(p->parameter, t, y, out);
  return HUD_OK;
}

static hud_status jacobian_times(void *self, double t, const double *y, const double *v,
                                 double *out, struct hud_error *error)
{
  (void)error;
  struct problem *p = self;
  p->df(p->parameter, t, y, v, out);
  return HUD_OK;
}

static void scale(void *self, const double *y, double *out)
{
  struct problem *p = self;
  for (size_t i = 0; i < p->system.size; i++)
    out[i] = fabs(y[i]);
}

static void describe(void *self, size_t index, char *text, size_t size)
{
  (void)self;
  snprintf(text, size, "unknown %zu", index);
}

static void problem_open(struct problem *p, size_t size, double parameter,
                         void (*f)(double, double, const double *, double *),
                         void (*df)(double, double, const double *, const double *, double *))
{
  *p = (struct problem){.parameter = parameter, .f = f, .df = df, .offsets = {0, size}};
  p->system = (struct hud_system){.self = p,
                                  .size = size,
                                  .block_count = 1,
                                  .offsets = p->offsets,
                                  .max_order = 5,
                                  .rhs = rhs,
                                  .jacobian_times = jacobian_times,
                                  .scale = scale,
                                  .describe = describe};
}

/* y' = -L (y - cos t) - sin t, solved by cos t however large L is (Prothero and Robinson). */
static void stiff_f(double L, double t, const double *y, double *out)
{
  out[0] = -L * (y[0] - cos(t)) - sin(t);
}

static void stiff_df(double L, double t, const double *y, const double *v, double *out)
{
  (void)t;
  (void)y;
  out[0] = -L * v[0];
}

/* y1 + y2 <-> y3 with the forward rate L: two invariants. */
static void reaction_f(double L, double t, const double *y, double *out)
{
  (void)t;
  double flux = L * y[0] * y[1] - y[2];
  out[0] = out[1] = -flux;
  out[2] = flux;
}

static void reaction_df(double L, double t, const double *y, const double *v, double *out)
{
  (void)t;
  double flux = L * (v[0] * y[1] + y[0] * v[1]) - v[2];
  out[0] = out[1] = -flux;
  out[2] = flux;
}

/* y' = (n + 1) t^n: quadrature. */
static void power_f(double n, double t, const double *y, double *out)
{
  (void)y;
  out[0] = (n + 1.0) * pow(t, n);
}

static void power_df(double n, double t, const double *y, const double *v, double *out)
{
  (void)n;
  (void)t;
  (void)y;
  (void)v;
  out[0] = 0.0;
}

/* An oscillator whose frequency grows with its amplitude. */
static void pendulum_f(double g, double t, const double *y, double *out)
{
  (void)t;
  out[0] = y[1];
  out[1] = -g * sin(y[0]);
}

static void pendulum_df(double g, double t, const double *y, const double *v, double *out)
{
  (void)t;
  out[0] = v[1];
  out[1] = -g * cos(y[0]) * v[0];
}

/* sqrt of a negative number once y < 0. */
static void broken_f(double c, double t, const double *y, double *out)
{
  (void)t;
  out[0] = -c - sqrt(y[0]);
}

static void broken_df(double c, double t, const double *y, const double *v, double *out)
{
  (void)c;
  (void)t;
  out[0] = -0.5 * v[0] / sqrt(y[0]);
}

static void run(struct problem *p, double end, double rtol, double atol, double *y,
                struct hud_evolve_counters *counters)
{
  struct hud_evolve_options options = {.rtol = rtol, .atol = atol, .end = end};
  struct hud_radau *radau = NULL;
  struct hud_error error;
  assert_ok(hud_radau_create(&radau, &p->system, 0.0, y, &options, &error), &error);
  assert_ok(hud_radau_to(radau, end, y, &error), &error);
  hud_radau_counters(radau, counters);
  hud_radau_free(radau);
}

/* ---- coefficients ---- */

static void test_tableau(void **state)
{
  (void)state;
  for (int s = 3; s <= 7; s += 2) {
    struct hud_radau_tableau t;
    struct hud_error error;
    assert_ok(hud_radau_tableau_set(&t, s, &error), &error);
    /* A^{-1} c^k = k c^{k-1}: the stage order, k = 1..s */
    for (int k = 1; k <= s; k++)
      for (int i = 0; i < s; i++) {
        double sum = 0.0;
        for (int j = 0; j < s; j++)
          sum += t.inverse[i][j] * pow(t.c[j], k);
        assert_close(sum, k * pow(t.c[i], k - 1), 1e-11);
      }
    /* eigenvectors: sum over e of Re(lambda right left) gives A^{-1} back */
    for (int i = 0; i < s; i++)
      for (int j = 0; j < s; j++) {
        double sum = 0.0;
        for (int e = 0; e <= t.pairs; e++)
          sum += creal(t.eigenvalue[e] * t.right[i][e] * t.left[e][j]);
        assert_close(sum, t.inverse[i][j], 1e-10);
      }
    assert_int_equal(t.pairs, (s - 1) / 2);
    double weights[HUD_RADAU_MOST_STAGES + 1], value = 0.0;
    hud_radau_tableau_weights(&t, 1.3, weights);
    for (int j = 0; j < s; j++)
      value += weights[j + 1] * pow(t.c[j], s);
    assert_close_relative(value, pow(1.3, s), 1e-11);
  }
  /* The known nodes of three stages: (4 -+ sqrt 6)/10 and 1. */
  struct hud_radau_tableau t;
  assert_ok(hud_radau_tableau_set(&t, 3, NULL), NULL);
  assert_close(t.c[0], (4.0 - sqrt(6.0)) / 10.0, 1e-15);
  assert_close(t.c[1], (4.0 + sqrt(6.0)) / 10.0, 1e-15);
  assert_close(t.gamma, 1.0 / 3.6378342527444957, 1e-13);
}

/* The weights integrate polynomials of degree 2s - 2 exactly, whatever the steps, and no more. */
static void test_quadrature_order(void **state)
{
  (void)state;
  static const double tolerances[] = {1e-4, 1e-7, 1e-10};
  static const int stages[] = {3, 5, 7};
  for (int n = 0; n < 3; n++) {
    struct problem p;
    struct hud_evolve_counters counters;
    double y[1] = {0.0};
    problem_open(&p, 1, 2.0 * stages[n] - 2.0, power_f, power_df);
    run(&p, 1.0, tolerances[n], tolerances[n], y, &counters);
    assert_close(y[0], 1.0, 1e-14);
    assert_int_equal(counters.last_order, 2 * stages[n] - 1);
  }
}

/* ---- accuracy and cost ---- */

static void test_accuracy(void **state)
{
  (void)state;
  static const double tolerances[] = {1e-4, 1e-6, 1e-7, 1e-9, 1e-12, 1e-13};
  for (int n = 0; n < 6; n++) {
    struct hud_evolve_counters soft = {0}, stiff = {0};
    for (double L = 1.0; L <= 1e8; L *= 1e2) {
      struct problem p;
      struct hud_evolve_counters counters;
      double y[1] = {1.0};
      problem_open(&p, 1, L, stiff_f, stiff_df);
      run(&p, 4.0, tolerances[n], 0.01 * tolerances[n], y, &counters);
      assert_close(y[0], cos(4.0), tolerances[n]);
      soft = L == 1.0 ? counters : soft;
      stiff = counters;
    }
    assert_true(stiff.steps <= 2 * soft.steps + 10);
  }
}

/* cos of the pendulum's period from the arithmetic-geometric mean: back to the start. */
static void test_pendulum(void **state)
{
  (void)state;
  struct problem p;
  struct hud_evolve_counters counters;
  double amplitude = 2.0, a = 1.0, g = cos(0.5 * amplitude), y[2] = {amplitude, 0.0};
  for (int n = 0; n < 8; n++) {
    double mean = 0.5 * (a + g);
    g = sqrt(a * g);
    a = mean;
  }
  double period = 2.0 * 3.14159265358979323846 / (a * sqrt(9.81));
  problem_open(&p, 2, 9.81, pendulum_f, pendulum_df);
  run(&p, 3.0 * period, 1e-12, 1e-13, y, &counters);
  assert_close(y[0], amplitude, 2e-11);
  assert_close(y[1], 0.0, 2e-11);
  assert_true(counters.steps < 250);
}

static void test_invariants(void **state)
{
  (void)state;
  for (double L = 1.0; L <= 1e9; L *= 1e3) {
    struct problem p;
    struct hud_evolve_counters counters;
    double y[3] = {1.0, 0.7, 0.0};
    problem_open(&p, 3, L, reaction_f, reaction_df);
    run(&p, 50.0, 1e-10, 1e-14, y, &counters);
    assert_close(y[0] + y[2], 1.0, 5e-15);
    assert_close(y[1] + y[2], 0.7, 5e-15);
    assert_close(L * y[0] * y[1], y[2], 1e-9); /* equilibrium */
    assert_true(counters.steps < 150);
  }
}

/* Outputs on the way and a restart change the result by no more than the tolerance. */
static void test_outputs_and_restart(void **state)
{
  (void)state;
  struct problem p;
  struct hud_evolve_options options = {.rtol = 1e-11, .atol = 1e-13, .end = 2.0};
  struct hud_radau *radau = NULL;
  struct hud_evolve_counters counters, before;
  struct hud_error error;
  double y[2] = {1.0, 0.0}, whole[2] = {1.0, 0.0};
  problem_open(&p, 2, 4.0, pendulum_f, pendulum_df);
  run(&p, 2.0, 1e-11, 1e-13, whole, &counters);
  assert_ok(hud_radau_create(&radau, &p.system, 0.0, y, &options, &error), &error);
  for (int n = 1; n <= 10; n++)
    assert_ok(hud_radau_to(radau, 0.1 * n, y, &error), &error);
  hud_radau_counters(radau, &before);
  assert_ok(hud_radau_restart(radau, 1.0, y, &error), &error);
  assert_ok(hud_radau_to(radau, 2.0, y, &error), &error);
  hud_radau_counters(radau, &counters);
  assert_true(counters.steps > before.steps && before.steps >= 10);
  assert_close(y[0], whole[0], 1e-10);
  assert_close(y[1], whole[1], 1e-10);
  assert_error(hud_radau_to(radau, 1.5, y, &error), HUD_ERROR_USAGE, &error, "before");
  assert_error(hud_radau_to(radau, 2.5, y, &error), HUD_ERROR_USAGE, &error, "beyond the end");
  hud_radau_free(radau);
}

static void test_failures(void **state)
{
  (void)state;
  struct problem p;
  struct hud_evolve_options options = {.rtol = 1e-9, .atol = 1e-12, .end = 10.0};
  struct hud_radau *radau = NULL;
  struct hud_error error;
  double y[2] = {1.0, NAN};
  volatile sig_atomic_t stop = 1;
  problem_open(&p, 2, 1.0, pendulum_f, pendulum_df);
  assert_error(hud_radau_create(&radau, &p.system, 0.0, y, &options, &error), HUD_ERROR_COMPUTE,
               &error, "unknown 1");
  assert_null(radau);
  p.system.size = 5000;
  assert_error(hud_radau_create(&radau, &p.system, 0.0, y, &options, &error), HUD_ERROR_USAGE,
               &error, "5000 unknowns");
  problem_open(&p, 2, 1.0, pendulum_f, pendulum_df);
  y[1] = 0.0;
  options.max_steps = 2;
  assert_ok(hud_radau_create(&radau, &p.system, 0.0, y, &options, &error), &error);
  assert_error(hud_radau_to(radau, 10.0, y, &error), HUD_ERROR_COMPUTE, &error, "step cap");
  hud_radau_free(radau);
  options.max_steps = 0;
  options.stop = &stop;
  assert_ok(hud_radau_create(&radau, &p.system, 0.0, y, &options, &error), &error);
  assert_error(hud_radau_to(radau, 10.0, y, &error), HUD_ERROR_INTERRUPTED, &error, "stopped");
  hud_radau_free(radau);
  options.stop = NULL;
  problem_open(&p, 1, 1.0, broken_f, broken_df);
  y[0] = 0.5;
  assert_ok(hud_radau_create(&radau, &p.system, 0.0, y, &options, &error), &error);
  assert_error(hud_radau_to(radau, 10.0, y, &error), HUD_ERROR_COMPUTE, &error, "t = 0.3");
  hud_radau_free(radau);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tableau),    cmocka_unit_test(test_quadrature_order),
      cmocka_unit_test(test_accuracy),   cmocka_unit_test(test_pendulum),
      cmocka_unit_test(test_invariants), cmocka_unit_test(test_outputs_and_restart),
      cmocka_unit_test(test_failures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
