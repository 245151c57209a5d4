/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fitted decay rates and observed orders. */
#include <math.h>

#include "support.h"

#include "analysis/fit.h"
#include "base/random.h"

enum { COUNT = 101 };

static void test_exact_decay(void **state)
{
  (void)state;
  double t[COUNT], value[COUNT];
  for (int i = 0; i < COUNT; i++) {
    t[i] = 0.1 * i;
    value[i] = 2.5 * exp(-0.7 * t[i]) + (t[i] < 2.0 ? 1.0 : 0.0); /* a layer, to be left out */
  }
  struct hud_decay_fit fit;
  struct hud_error error = {0};
  assert_ok(hud_fit_decay(COUNT, t, value, 3.0, 10.0, &fit, &error), &error);
  assert_close(fit.rate, 0.7, 1e-13);
  assert_close_relative(fit.amplitude, 2.5, 1e-12);
  assert_below(fit.standard_error, 1e-13);
  assert_in_range(fit.count, 70, 71);
  assert_ok(hud_fit_decay(COUNT, t, value, 0.0, 10.0, &fit, &error), &error);
  assert_true(fabs(fit.rate - 0.7) > 1e-3);
}

/* Over many noisy series the error of the rate is as large as the standard error says. */
static void test_standard_error(void **state)
{
  (void)state;
  enum { TRIALS = 2000 };
  struct hud_random random;
  hud_random_seed(&random, 77, 0);
  double sum = 0.0, sum_of_squares = 0.0;
  for (int trial = 0; trial < TRIALS; trial++) {
    double t[COUNT], value[COUNT];
    for (int i = 0; i < COUNT; i++) {
      t[i] = 50.0 + 0.1 * i;
      value[i] = exp(-0.3 * t[i] + 0.05 * hud_random_normal(&random));
    }
    struct hud_decay_fit fit;
    struct hud_error error = {0};
    assert_ok(hud_fit_decay(COUNT, t, value, 0.0, 100.0, &fit, &error), &error);
    double normalised = (fit.rate - 0.3) / fit.standard_error;
    sum += normalised;
    sum_of_squares += normalised * normalised;
  }
  assert_close(sum / TRIALS, 0.0, 3.5 / sqrt(TRIALS));
  assert_close(sum_of_squares / TRIALS, 99.0 / 97.0, 3.5 * sqrt(2.0 / TRIALS));
}

static void test_bad_fits(void **state)
{
  (void)state;
  double t[4] = {0.0, 1.0, 2.0, 3.0}, value[4] = {1.0, 0.5, 0.0, 0.1}, same[3] = {1.0, 1.0, 1.0};
  struct hud_decay_fit fit;
  struct hud_error error = {0};
  assert_error(hud_fit_decay(4, t, value, 0.0, 3.0, &fit, &error), HUD_ERROR_USAGE, &error,
               "t = 2");
  assert_error(hud_fit_decay(4, t, value, 0.0, 1.5, &fit, &error), HUD_ERROR_USAGE, &error,
               "2 points");
  assert_error(hud_fit_decay(3, same, same, 0.0, 1.5, &fit, &error), HUD_ERROR_USAGE, &error,
               "different times");
  value[2] = NAN;
  assert_error(hud_fit_decay(4, t, value, 0.0, 3.0, &fit, &error), HUD_ERROR_USAGE, &error, "nan");
  assert_error(hud_fit_decay(0, NULL, NULL, 0.0, 3.0, &fit, &error), HUD_ERROR_USAGE, &error,
               "0 points");
}

/* y = 2 x - 3 x^2 exactly: both coefficients, and chi^2 = 0; errors scale with sigma. */
static void test_powers(void **state)
{
  (void)state;
  const double x[5] = {0.01, 0.02, 0.05, 0.1, 0.2}, powers[2] = {1.0, 2.0};
  double y[5], sigma[5], more[5];
  struct hud_power_fit fit, wide;
  struct hud_error error = {0};
  for (int i = 0; i < 5; i++) {
    y[i] = 2.0 * x[i] - 3.0 * x[i] * x[i];
    sigma[i] = 0.01 * x[i];
    more[i] = 0.03 * x[i];
  }
  assert_ok(hud_fit_powers(5, x, y, sigma, 2, powers, &fit, &error), &error);
  assert_close(fit.coefficient[0], 2.0, 1e-11);
  assert_close(fit.coefficient[1], -3.0, 1e-10);
  assert_close(fit.chi_square, 0.0, 1e-18);
  assert_int_equal(fit.degrees, 3);
  assert_ok(hud_fit_powers(5, x, y, more, 2, powers, &wide, &error), &error);
  assert_close_relative(wide.coefficient_error[0], 3.0 * fit.coefficient_error[0], 1e-12);
  y[3] += 2.0 * sigma[3]; /* one point two errors off */
  assert_ok(hud_fit_powers(5, x, y, sigma, 1, powers, &fit, &error), &error);
  assert_true(fit.chi_square > 4.0);
  double mean = 0.0; /* of y/x, whose errors are all alike */
  for (int i = 0; i < 5; i++)
    mean += 0.2 * y[i] / x[i];
  assert_close_relative(fit.coefficient[0], mean, 1e-12);
  assert_close_relative(fit.coefficient_error[0], 0.01 / sqrt(5.0), 1e-12);
  assert_ok(hud_fit_powers(5, x, y, NULL, 1, powers, &fit, &error), &error);
  assert_true(isnan(fit.chi_square) && fit.coefficient_error[0] > 0.0);
}

static void test_exponent(void **state)
{
  (void)state;
  const double x[4] = {0.01, 0.03, 0.1, 0.5};
  double y[4], sigma[4];
  struct hud_power_fit fit;
  struct hud_error error = {0};
  for (int i = 0; i < 4; i++) {
    y[i] = 1.5 * pow(x[i], 0.75);
    sigma[i] = 0.02 * y[i];
  }
  assert_ok(hud_fit_powers(4, x, y, sigma, 0, NULL, &fit, &error), &error);
  assert_close(fit.power[0], 0.75, 1e-12);
  assert_close(fit.coefficient[0], 1.5, 1e-11);
  double mean = 0.0, spread = 0.0; /* of log x */
  for (int i = 0; i < 4; i++)
    mean += 0.25 * log(x[i]);
  for (int i = 0; i < 4; i++)
    spread += pow(log(x[i]) - mean, 2.0);
  assert_close_relative(fit.power_error, 0.02 / sqrt(spread), 1e-12);
}

/* e^{-t}: the slope at the start of a short window, to the order of the cubic. */
static void test_slopes(void **state)
{
  (void)state;
  enum { N = 21 };
  double t[N], value[N], start, slope;
  struct hud_error error = {0};
  for (int i = 0; i < N; i++) {
    t[i] = 0.02 * i;
    value[i] = exp(-t[i]);
  }
  assert_ok(hud_fit_slope(N, t, value, 0.1, 0.3, &start, &slope, &error), &error);
  assert_close(start, exp(-0.1), 1e-6);
  assert_close(slope, -exp(-0.1), 2e-4);
  assert_error(hud_fit_slope(N, t, value, 0.1, 0.16, &start, &slope, &error), HUD_ERROR_USAGE,
               &error, "4 points");
  value[7] = NAN;
  assert_error(hud_fit_slope(N, t, value, 0.1, 0.3, &start, &slope, &error), HUD_ERROR_USAGE,
               &error, "t = 0.14");
}

static void test_bad_curves(void **state)
{
  (void)state;
  double x[3] = {0.1, 0.2, 0.3}, y[3] = {1.0, 2.0, 3.0}, sigma[3] = {0.1, 0.1, 0.1};
  const double powers[3] = {1.0, 2.0, 3.0};
  struct hud_power_fit fit;
  struct hud_error error = {0};
  assert_error(hud_fit_powers(3, x, y, sigma, 3, powers, &fit, &error), HUD_ERROR_USAGE, &error,
               "3 points for 3 unknowns");
  assert_error(hud_fit_powers(2, x, y, sigma, 0, NULL, &fit, &error), HUD_ERROR_USAGE, &error,
               "2 points for 2 unknowns");
  sigma[1] = 0.0;
  assert_error(hud_fit_powers(3, x, y, sigma, 1, powers, &fit, &error), HUD_ERROR_USAGE, &error,
               "cannot be fitted");
  sigma[1] = 0.1;
  y[2] = -3.0; /* only logarithms mind */
  assert_ok(hud_fit_powers(3, x, y, sigma, 1, powers, &fit, &error), &error);
  assert_error(hud_fit_powers(3, x, y, sigma, 0, NULL, &fit, &error), HUD_ERROR_USAGE, &error,
               "(0.3, -3)");
  x[0] = -0.1;
  assert_error(hud_fit_powers(3, x, y, sigma, 1, powers, &fit, &error), HUD_ERROR_USAGE, &error,
               "(-0.1, 1)");
}

static void test_orders(void **state)
{
  (void)state;
  const double epsilon[5] = {0.4, 0.2, 0.1, 0.025, 0.0125};
  double difference[5], known[5], order[4];
  for (int i = 0; i < 5; i++) {
    difference[i] = 3.0 * pow(epsilon[i], 1.7);
    known[i] = 0.09 * difference[i];
  }
  hud_observed_orders(5, epsilon, difference, NULL, order);
  for (int i = 0; i < 4; i++)
    assert_close(order[i], 1.7, 1e-13);
  hud_observed_orders(5, epsilon, difference, known, order);
  for (int i = 0; i < 4; i++)
    assert_close(order[i], 1.7, 1e-13);
  known[2] = 0.11 * difference[2]; /* spoils the two orders it enters */
  hud_observed_orders(5, epsilon, difference, known, order);
  assert_true(!isnan(order[0]) && isnan(order[1]) && isnan(order[2]) && !isnan(order[3]));
  known[2] = NAN; /* an error that is not known */
  difference[4] = 0.0;
  hud_observed_orders(5, epsilon, difference, known, order);
  assert_true(!isnan(order[0]) && isnan(order[1]) && isnan(order[2]) && isnan(order[3]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exact_decay), cmocka_unit_test(test_standard_error),
      cmocka_unit_test(test_bad_fits),    cmocka_unit_test(test_powers),
      cmocka_unit_test(test_exponent),    cmocka_unit_test(test_slopes),
      cmocka_unit_test(test_bad_curves),  cmocka_unit_test(test_orders),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
