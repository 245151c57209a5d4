/* SPDX-License-Identifier: GPL-3.0-or-later
 * Theory: formulas against the systems they come from, known values of the first-order model, and
 * the printed system's growing mode. */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>

#include "support.h"

#include "analysis/theory.h"
#include "base/random.h"

static const struct hud_theory standard = {1.0, 2.0, 0.8, 1.5, 0.05, 1.0};

/* Rates over two decades, epsilon over three, both drifts. */
static struct hud_theory random_theory(struct hud_random *random)
{
  double value[5];
  for (int i = 0; i < 5; i++)
    value[i] = pow(10.0, 2.0 * hud_random_uniform(random) - (i < 4 ? 1.0 : 2.5));
  return (struct hud_theory){value[0], value[1], value[2],
                             value[3], value[4], hud_random_below(random, 2) == 0 ? 1.0 : 0.5};
}

static void test_equilibrium(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 1, 0);
  for (int trial = 0; trial < 100; trial++) {
    struct hud_theory theory = random_theory(&random);
    double M1, M2, mass = 0.1 + 3.0 * hud_random_uniform(&random);
    hud_theory_equilibrium(&theory, mass, &M1, &M2);
    assert_close_relative(M1 + 2.0 * theory.epsilon * M2, mass, 1e-14);
    assert_close_relative(theory.lambda11 * M1 * M1, theory.mu11 * M2, 1e-14);
    /* a state of rest of the whole system, at any mean */
    double y[7] = {M1, M2, 0.3 * M1, 0.3 * M2, 0.0, 0.0, 0.0}, dydt[7];
    hud_theory_rhs(&theory, y, dydt);
    for (int i = 0; i < 7; i++)
      assert_close(dydt[i], 0.0,
                   1e-13 * (theory.lambda11 + theory.lambda12) / theory.epsilon * (1.0 + M1) *
                       (1.0 + M1));
  }
}

/* M, I conserved; V' = -W - 3c(M1 W + 2T), never positive. */
static void test_balances(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 2, 0);
  for (int trial = 0; trial < 200; trial++) {
    struct hud_theory theory = random_theory(&random);
    double y[7], dydt[7], e2 = 2.0 * theory.epsilon;
    for (int i = 0; i < 7; i++)
      y[i] = 0.1 + hud_random_uniform(&random);
    hud_theory_rhs(&theory, y, dydt);
    double scale = 1e-14 * (1.0 + fabs(dydt[0]) + fabs(dydt[2]) + fabs(dydt[4])) * 100.0;
    assert_close(dydt[0] + e2 * dydt[1], 0.0, scale);
    assert_close(dydt[2] + e2 * dydt[3], 0.0, scale);
    double mean = (y[2] + e2 * y[3]) / (y[0] + e2 * y[1]);
    double T = y[1] * y[4] + y[0] * y[5] - 2.0 * (y[2] - mean * y[0]) * (y[3] - mean * y[1]);
    double c = 2.0 * theory.kappa * theory.epsilon * theory.lambda12 /
               (9.0 * (theory.mu12 + 2.0 * theory.kappa));
    assert_close(dydt[4] + e2 * dydt[5], -y[6] - 3.0 * c * (y[0] * y[6] + 2.0 * T), scale);
  }
}

/* All free particles at one velocity and all pairs at another: every moment is known, and pairs are
 * made with no spread. What remains of W' is what three-body clusters leave. */
static void test_two_velocities(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 5, 0);
  for (int trial = 0; trial < 100; trial++) {
    struct hud_theory theory = random_theory(&random);
    double M1 = 0.2 + hud_random_uniform(&random), M2 = hud_random_uniform(&random);
    double x = 0.7, z = x + 1.0 + hud_random_uniform(&random), dydt[7];
    double mean = (M1 * x + 2.0 * theory.epsilon * M2 * z) / (M1 + 2.0 * theory.epsilon * M2);
    double y[7] = {M1, M2, M1 * x, M2 * z, M1 * pow(x - mean, 2.0), M2 * pow(z - mean, 2.0), 0.0};
    hud_theory_rhs(&theory, y, dydt);
    double left = theory.lambda12 * theory.mu12 / (3.0 * (theory.mu12 + 2.0 * theory.kappa)) * 2.0 *
                  M1 * M2 * pow(x - z, 2.0);
    double scale = theory.lambda11 / theory.epsilon + theory.lambda12;
    assert_close(dydt[6], left, 1e-13 * (1.0 + 30.0 * scale));
  }
}

static int theory_rhs(double t, const double *y, double *dydt, void *context)
{
  (void)t;
  hud_theory_rhs(context, y, dydt);
  return GSL_SUCCESS;
}

static void integrate(const struct hud_theory *theory, double end, double y[7])
{
  struct hud_theory copy = *theory;
  gsl_odeiv2_system system = {theory_rhs, NULL, 7, &copy};
  gsl_odeiv2_driver *driver =
      gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-4, 1e-16, 1e-13);
  double t = 0.0;
  assert_int_equal(gsl_odeiv2_driver_apply(driver, &t, end, y), GSL_SUCCESS);
  gsl_odeiv2_driver_free(driver);
}

/* f_1 of mass 1, mean 0.3, variance 1, no pairs, epsilon = 0.05 at t = 1: M_1, m_2 and V of (14).
 */
static void test_known_values(void **state)
{
  (void)state;
  const double expected[2][3] = {{0.954451150103, 0.688183643118, 0.623967815701},
                                 {0.954451150103, 0.690196620205, 0.626081328405}};
  for (int i = 0; i < 2; i++) {
    struct hud_theory theory = standard;
    theory.kappa = i == 0 ? 1.0 : 0.5;
    double y[7] = {1.0, 0.0, 0.3, 0.0, 1.0, 0.0, 0.0};
    integrate(&theory, 1.0, y);
    assert_close(y[0], expected[i][0], 1e-11);
    /* int v^2 f_1 = V1 + 2 (0.3) I1 - 0.09 M1 */
    assert_close(y[4] + 0.6 * y[2] - 0.09 * y[0], expected[i][1], 1e-11);
    assert_close(y[4] + 2.0 * theory.epsilon * y[5], expected[i][2], 1e-11);
  }
}

static void test_slow_eigenvalue_is_the_decay(void **state)
{
  (void)state;
  struct hud_error error = {0};
  double complex z[3];
  double y[7] = {1.0, 0.0, 0.3, 0.0, 1.0, 0.0, 0.0}, before;
  assert_ok(hud_theory_variance_eigenvalues(&standard, 1.0, z, &error), &error);
  integrate(&standard, 12.0, y);
  before = y[4] + 0.1 * y[5];
  integrate(&standard, 4.0, y);
  assert_close_relative(log(before / (y[4] + 0.1 * y[5])) / 4.0, -creal(z[0]), 1e-8);
  assert_true(cimag(z[0]) == 0.0 && creal(z[0]) > creal(z[1]));
}

/* The formula for gamma is the slow eigenvalue up to epsilon^2. */
static void test_decay_rate_to_first_order(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 3, 0);
  int measured = 0;
  for (int trial = 0; trial < 40; trial++) {
    struct hud_theory theory = random_theory(&random);
    double difference[4], mass = 0.2 + hud_random_uniform(&random);
    double fast = fmin(theory.mu11, fmin(theory.mu12, 1.0));
    double slow = fmax(fmax(theory.lambda11, theory.lambda12) * mass, 1.0);
    double start = 0.05 * fast * fast / (slow * slow);
    for (int i = 0; i < 4; i++) {
      struct hud_error error = {0};
      double complex z[3];
      theory.epsilon = start * pow(0.5, i);
      assert_ok(hud_theory_variance_eigenvalues(&theory, mass, z, &error), &error);
      difference[i] = fabs(-creal(z[0]) - hud_theory_decay_rate(&theory, mass));
    }
    double floor = 1e-15 * (theory.mu11 + 2.0) / (start / 8.0); /* round-off of the QR */
    for (int i = 0; i < 3; i++)
      if (difference[i + 1] > 300.0 * floor) {
        assert_close(log2(difference[i] / difference[i + 1]), 2.0, 0.15);
        measured++;
      }
  }
  assert_in_range(measured, 60, 120);
  /* and without any excuse for the standard rates */
  for (int drift = 0; drift < 2; drift++) {
    double difference[3];
    struct hud_theory theory = standard;
    theory.kappa = drift == 0 ? 1.0 : 0.5;
    for (int i = 0; i < 3; i++) {
      struct hud_error error = {0};
      double complex z[3];
      theory.epsilon = 0.01 * pow(0.5, i);
      assert_ok(hud_theory_variance_eigenvalues(&theory, 1.0, z, &error), &error);
      difference[i] = fabs(-creal(z[0]) - hud_theory_decay_rate(&theory, 1.0));
    }
    assert_below(difference[0], 2e-4);
    assert_close(log2(difference[0] / difference[1]), 2.0, 0.05);
    assert_close(log2(difference[1] / difference[2]), 2.0, 0.05);
  }
}

static void test_the_right_system_is_stable(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 4, 0);
  for (int trial = 0; trial < 500; trial++) {
    struct hud_theory theory = random_theory(&random);
    struct hud_error error = {0};
    double complex z[3];
    assert_ok(hud_theory_variance_eigenvalues(&theory, 1.0, z, &error), &error);
    for (int i = 0; i < 3; i++)
      assert_below(creal(z[i]), 0.0);
  }
}

/* The printed system grows at these rates, the right one does not. */
static void test_the_printed_system_grows(void **state)
{
  (void)state;
  const struct hud_theory theory = {100.0, 50.0, 20.0, 0.1, 0.5, 1.0};
  struct hud_error error = {0};
  double M1, M2, matrix[16];
  double complex z[4];
  hud_theory_equilibrium(&theory, 1.0, &M1, &M2);
  hud_theory_printed_matrix(&theory, M1, M2, matrix);
  assert_ok(hud_eigenvalues(4, matrix, z, &error), &error);
  assert_close(creal(z[0]), 0.0617313, 1e-6);
  assert_below(creal(z[1]), 0.0);
  assert_ok(hud_theory_variance_eigenvalues(&theory, 1.0, z, &error), &error);
  assert_below(creal(z[0]), -5.0);
}

/* For lambda12 = 0 the print is right in V1, V2 and W, so the matrices must agree there. */
static void test_printed_matrix_without_triples(void **state)
{
  (void)state;
  struct hud_theory theory = standard;
  theory.lambda12 = 0.0;
  double right[9], source[3], printed[16];
  hud_theory_variance_system(&theory, 0.8, 0.3, 0.0, 0.0, right, source);
  hud_theory_printed_matrix(&theory, 0.8, 0.3, printed);
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 3; column++)
      assert_close(printed[4 * row + column], right[3 * row + column], 1e-14);
}

/* One collision of random atoms, averaged by quadrature over the shrinking factor u of density
 * mu11 u^{mu11-1}: 2 lambda M (E (m + u r)^p - E v^p). */
static void test_instantaneous_rates_by_brute_force(void **state)
{
  (void)state;
  enum { ATOMS = 5, NODES = 400000 };
  const double weight[ATOMS] = {0.2, 0.5, 0.3, 0.15, 0.25};
  double v[ATOMS] = {-1.0, 0.4, 1.3, 2.0, -0.2}, mass = 0.0, mean = 0.0;
  const struct hud_theory theory = {0.7, 1.6, 0.0, 0.0, 0.0, 1.0};
  for (int i = 0; i < ATOMS; i++) {
    mass += weight[i];
    mean += weight[i] * v[i];
  }
  double power[5] = {0.0}, c[5] = {0.0}, change[5] = {0.0}; /* power[n] = E u^n by midpoints */
  for (int n = 0; n < NODES; n++) {
    double u = pow((n + 0.5) / NODES, 1.0 / theory.mu11);
    for (int p = 0; p <= 4; p++)
      power[p] += pow(u, p) / NODES;
  }
  for (int i = 0; i < ATOMS; i++)
    v[i] -= mean / mass;
  const int binomial[5][5] = {{1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}};
  for (int p = 2; p <= 4; p++) {
    for (int i = 0; i < ATOMS; i++)
      c[p] += weight[i] * pow(v[i], p);
    for (int i = 0; i < ATOMS; i++)
      for (int j = 0; j < ATOMS; j++)
        for (int n = 0; n <= p; n++)
          change[p] += 2.0 * theory.lambda11 * weight[i] * weight[j] * binomial[p][n] *
                       pow(0.5 * (v[i] + v[j]), p - n) * pow(0.5 * (v[i] - v[j]), n) * power[n];
    change[p] -= 2.0 * theory.lambda11 * mass * c[p];
  }
  struct hud_instantaneous_rates rates = hud_theory_instantaneous(&theory, mass);
  assert_close(change[2], -rates.rate2 * c[2], 1e-8);
  assert_close(change[3], -rates.rate3 * c[3], 1e-8);
  assert_close(change[4], -rates.rate4 * c[4] + rates.source4 * c[2] * c[2], 1e-8);
}

static void test_from_a_description(void **state)
{
  (void)state;
  struct hud_rate_entry entry[] = {{1, 1, 3.0}};
  struct hud_description d = {
      .model = HUD_MODEL_FIRST_ORDER,
      .epsilon = 0.1,
      .three_body_drift = HUD_DRIFT_AS_PRINTED,
      .lambda = {.type = HUD_RATE_TABLE, .entry_count = 1, .entries = entry},
      .mu = {.type = HUD_RATE_ADDITIVE, .constant = 0.5}};
  struct hud_theory theory;
  struct hud_error error = {0};
  assert_error(hud_theory_create(&theory, &d, &error), HUD_ERROR_INPUT, &error, "\"1,2\"");
  d.model = HUD_MODEL_INSTANTANEOUS; /* which has no triples */
  assert_ok(hud_theory_create(&theory, &d, &error), &error);
  assert_true(theory.lambda11 == 3.0 && theory.mu11 == 1.0 && theory.lambda12 == 0.0 &&
              theory.epsilon == 0.0);
  d.model = HUD_MODEL_FIRST_ORDER;
  d.lambda.has_default = true;
  d.lambda.constant = 0.25;
  assert_ok(hud_theory_create(&theory, &d, &error), &error);
  assert_true(theory.lambda12 == 0.25 && theory.mu12 == 1.5 && theory.epsilon == 0.1 &&
              theory.kappa == 0.5);
  d.mu.constant = 0.0;
  assert_error(hud_theory_create(&theory, &d, &error), HUD_ERROR_INPUT, &error, "never part");
}

static void test_eigenvalues(void **state)
{
  (void)state;
  /* a rotation with decay, and a real eigenvalue 1e6 away */
  const double matrix[9] = {-1.0, 3.0, 0.0, -3.0, -1.0, 0.0, 5.0, 7.0, -1e6};
  double complex z[3];
  struct hud_error error = {0};
  assert_ok(hud_eigenvalues(3, matrix, z, &error), &error);
  assert_close(creal(z[0]), -1.0, 1e-9);
  assert_close(cimag(z[0]), 3.0, 1e-9);
  assert_close(cimag(z[1]), -3.0, 1e-9);
  assert_close_relative(creal(z[2]), -1e6, 1e-12);
  const double bad[4] = {1.0, 2.0, NAN, 1.0};
  assert_error(hud_eigenvalues(2, bad, z, &error), HUD_ERROR_COMPUTE, &error, "(1,0)");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_equilibrium),
      cmocka_unit_test(test_balances),
      cmocka_unit_test(test_two_velocities),
      cmocka_unit_test(test_known_values),
      cmocka_unit_test(test_slow_eigenvalue_is_the_decay),
      cmocka_unit_test(test_decay_rate_to_first_order),
      cmocka_unit_test(test_the_right_system_is_stable),
      cmocka_unit_test(test_the_printed_system_grows),
      cmocka_unit_test(test_printed_matrix_without_triples),
      cmocka_unit_test(test_instantaneous_rates_by_brute_force),
      cmocka_unit_test(test_from_a_description),
      cmocka_unit_test(test_eigenvalues),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
