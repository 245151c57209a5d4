/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What docs/corrections.md says about printed formulas of [KMS], shown in numbers that
 * `make test-corrections` prints: the mass under the counting of (1), the order of (14) with the
 * three-body drift of (10), the redundant fourth moment of (34) and (36), and inequality (40). The
 * growing mode of (34) is in test_theory.c. */
#include <stdio.h>

#include "grid_run.h"

static const char base[] = "huddle: 1\n"
                           "model: first_order\n"
                           "method: moments\n"
                           "epsilon: 0.1\n"
                           "rates:\n"
                           "  lambda: {default: 1.0, \"1,1\": 1.0, \"1,2\": 0.8}\n"
                           "  mu: {default: 1.5, \"1,1\": 2.0, \"1,2\": 1.5}\n"
                           "initial:\n"
                           "  f1: {mixture: [{gaussian: {mass: 0.7, mean: 0.0, stddev: 0.8}}, "
                           "{gaussian: {mass: 0.3, mean: 1.0, stddev: 1.2}}]}\n"
                           "time: {end: 3.0, output_every: 1.0}\n"
                           "solver: {rtol: 1.0e-11, atol: 1.0e-15}\n";

/* Slope of a column about t from four values. */
static double slope(const double value[5], double step)
{
  return (8.0 * (value[3] - value[1]) - (value[4] - value[0])) / (12.0 * step);
}

/* (1): with ordered pairs beside unordered ones the mass changes at the rate
 * sum_{i<j} (i+j) eps^{i+j-2} (lambda_ij M_i M_j - mu_ij M_{i+j}). */
static void ordered_pairs_do_not_conserve_mass(void **state)
{
  (void)state;
  const char *const countings[] = {"counting=conserving", "counting=as_printed"};
  double measured[2], printed = 0.0;
  for (int c = 0; c < 2; c++) {
    const char *sets[] = {"model=hierarchy", "clusters=4", countings[c], NULL};
    const double step = 0.002, eps = 0.1;
    struct run run;
    double mass[5];
    run_start(&run, base, sets, NULL);
    for (int s = 0; s < 5; s++) {
      run_to(&run, 0.3 + s * step);
      mass[s] = column(&run, "mass");
      if (s == 2) {
        double M1 = column(&run, "M1"), M2 = column(&run, "M2"), M3 = column(&run, "M3");
        printed = 3.0 * eps * (0.8 * M1 * M2 - 1.5 * M3) +
                  4.0 * eps * eps * (1.0 * M1 * M3 - 1.5 * column(&run, "M4"));
      }
    }
    measured[c] = slope(mass, step);
    run_close(&run);
  }
  print_message("(1): d(mass)/dt = %.1e unordered, %.9f as printed; formula %.9f\n", measured[0],
                measured[1], printed);
  assert_close(measured[0], 0.0, 1e-12);
  assert_close_relative(measured[1], printed, 1e-6);
  assert_true(fabs(measured[1]) > 1e-4);
}

/* Error of the first-order model in int v^2 f_1 at t = 1 against the hierarchy of four sizes. */
static double error_of_first_order(const char *epsilon, const char *drift)
{
  const char *full[] = {"model=hierarchy", "clusters=4", epsilon, NULL};
  const char *model[] = {epsilon, drift, NULL};
  struct run run;
  run_start(&run, base, full, NULL);
  run_to(&run, 1.0);
  double exact = column(&run, "f1_m2");
  run_close(&run);
  run_start(&run, base, model, NULL);
  run_to(&run, 1.0);
  double error = fabs(column(&run, "f1_m2") - exact);
  run_close(&run);
  return error;
}

/* (10), (17), (18): kappa = 1/2 costs the model one order. */
static void the_drift_of_triples_decides_the_order(void **state)
{
  (void)state;
  const char *const drifts[] = {"three_body_drift=consistent", "three_body_drift=as_printed"};
  for (int d = 0; d < 2; d++) {
    double error[3] = {error_of_first_order("epsilon=0.02", drifts[d]),
                       error_of_first_order("epsilon=0.01", drifts[d]),
                       error_of_first_order("epsilon=0.005", drifts[d])};
    double order = log2(error[1] / error[2]);
    print_message("(14), %s: errors %.2e %.2e %.2e, last order %.3f\n", drifts[d], error[0],
                  error[1], error[2], order);
    assert_close(order, d == 0 ? 2.0 : 1.0, 0.05);
  }
}

/* int (v_1 - v_2)^2 f_1(v_1) f_2(v_2, v_3) as a double sum over the cells of a grid. */
static double fourth_moment(const struct run *run, int cells, double min, double h)
{
  enum { MOST = 128 };
  double marginal[MOST] = {0.0}, sum = 0.0;
  struct hud_representation *rep = run->model->rep;
  const double *f1 = hud_model_density(run->model, run->y, 1);
  const double *f2 = hud_model_density(run->model, run->y, 2);
  assert_true(cells <= MOST);
  rep->ops->marginal(rep, 1.0, 2, f2, 1, marginal);
  for (int i = 0; i < cells; i++)
    for (int j = 0; j < cells; j++) {
      double difference = (min + (i + 0.5) * h) - (min + (j + 0.5) * h);
      sum += h * h * difference * difference * f1[i] * marginal[j];
    }
  return sum;
}

/* The integral T is M_2 V_1 + M_1 V_2 - 2 J_1 J_2, V about the conserved mean, and no unknown. */
static void the_fourth_moment_is_redundant(void **state)
{
  (void)state;
  const char *const sets[] = {"method=grid", "velocity={min: -10, max: 10, cells: 128}",
                              "solver={rtol: 1e-7, atol: 1e-11}", NULL};
  struct run run;
  double largest = 0.0;
  run_start(&run, base, sets, NULL);
  for (double t = 0.02; t < 3.0; t *= 2.7) {
    run_to(&run, t);
    double v = column(&run, "mean"), M1 = column(&run, "M1"), M2 = column(&run, "M2");
    double identity = M2 * column(&run, "V1") + M1 * column(&run, "V2") -
                      2.0 * (column(&run, "I1") - v * M1) * (column(&run, "I2") - v * M2);
    double T = fourth_moment(&run, 128, -10.0, 0.15625);
    largest = fmax(largest, fabs(T / identity - 1.0));
  }
  run_close(&run);
  print_message("(34): |T / (M_2 V_1 + M_1 V_2 - 2 J_1 J_2) - 1| <= %.1e\n", largest);
  assert_below(largest, 1e-12);
}

/* (36), last line, in the layer variable tau = t / eps: -M_1 W / 2 and not -2 M_1 W. */
static void the_layer_of_the_fourth_moment(void **state)
{
  (void)state;
  const double eps = 1e-6, step = 0.02;
  struct run run;
  double T[5], right = NAN, printed = NAN;
  run_start(&run, base, (const char *[]){"epsilon=1e-6", NULL}, NULL);
  for (int s = 0; s < 5; s++) {
    run_to(&run, eps * (0.5 + s * step));
    T[s] = column(&run, "T");
    if (s == 2) {
      double M1 = column(&run, "M1"), W = column(&run, "W");
      double both = 2.0 * M1 * M1 * column(&run, "V1") - 2.0 * T[s];
      right = both - 0.5 * M1 * W;
      printed = both - 2.0 * M1 * W;
    }
  }
  run_close(&run);
  print_message("(36): dT/dtau = %.6f; corrected %.6f, printed %.6f\n", slope(T, step), right,
                printed);
  assert_close(slope(T, step), right, 1e-5);
  assert_true(fabs(printed - right) > 0.1);
}

/* (40) bounds d/dt of (39) by M_2 + 2 eps M_3. With mu11/lambda11 in the logarithm of f_2 it holds;
 * as (39) is printed it does not: here lambda11 = 10, mu11 = 1/2, pairs on their way to their
 * quasi-stationary number. */
static void the_entropy_needs_its_factor(void **state)
{
  (void)state;
  const double eps = 1e-3, lambda = 10.0, mu = 0.5, step = 0.02 * eps;
  const char *const sets[] = {"method=grid",
                              "velocity={min: -8, max: 8, cells: 128}",
                              "epsilon=1e-3",
                              "rates.lambda={\"1,1\": 10, \"1,2\": 0.8}",
                              "rates.mu={\"1,1\": 0.5, \"1,2\": 1.5}",
                              "initial.f1={gaussian: {mass: 1, mean: 0, stddev: 1}}",
                              "solver={rtol: 1e-9, atol: 1e-13}",
                              NULL};
  struct run run;
  double right[5], printed[5], bound = NAN;
  run_start(&run, base, sets, NULL);
  for (int s = 0; s < 5; s++) {
    run_to(&run, 0.5 * eps + s * step);
    double M2 = column(&run, "M2");
    right[s] = column(&run, "entropy");
    printed[s] = right[s] - eps * log(mu / lambda) * M2;
    if (s == 2)
      bound = M2 + 2.0 * eps * 0.8 / 1.5 * column(&run, "M1") * M2;
  }
  run_close(&run);
  print_message("(40): dH/dt = %.3f with mu11/lambda11, %.3f as printed; M_2 + 2 eps M_3 = %.3f\n",
                slope(right, step), slope(printed, step), bound);
  assert_below(slope(right, step), bound);
  assert_below(bound, slope(printed, step));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ordered_pairs_do_not_conserve_mass),
      cmocka_unit_test(the_drift_of_triples_decides_the_order),
      cmocka_unit_test(the_fourth_moment_is_redundant),
      cmocka_unit_test(the_layer_of_the_fourth_moment),
      cmocka_unit_test(the_entropy_needs_its_factor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
