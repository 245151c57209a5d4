/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lemma 3.1 over boxes of parameters: the corrected system of second moments is stable, the printed
 * one is not; what a scan reports is what its points give one by one. */
#include "analysis/stability.h"

#include <math.h>

#include "base/random.h"
#include "support.h"

static const struct hud_theory usual = {1.0, 2.0, 0.8, 1.5, 0.05, 1.0};

static void test_known_cases(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_stability found;
  assert_ok(hud_stability_examine(&usual, 1.0, &found, &error), &error);
  assert_false(found.unstable || found.printed_unstable);
  /* the slow mode against the rate that is right to first order in eps */
  double M1, M2;
  hud_theory_equilibrium(&usual, 1.0, &M1, &M2);
  double rate = hud_theory_decay_rate(&usual, 1.0) / (2.0 * M1 / 4.0);
  assert_close(found.decay, rate, 6.0 * 0.05 * 0.05);
  assert_close(found.decay, -creal(found.corrected[0]) / (0.5 * M1), 1e-15);
  /* the printed matrix has a growing mode here */
  const struct hud_theory wild = {100.0, 50.0, 20.0, 0.1, 0.5, 1.0};
  assert_ok(hud_stability_examine(&wild, 1.0, &found, &error), &error);
  assert_false(found.unstable);
  assert_true(found.printed_unstable);
  assert_true(found.growth > 0.0 && creal(found.printed[0]) > 0.0 && found.decay > 0.0);
  assert_close(found.mass, 1.0, 0.0);
  assert_close(found.theory.mu12, 0.1, 0.0);
}

/* Rates of joining times c and mass over c: the same eigenvalues. */
static void test_invariance(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_random random;
  hud_random_seed(&random, 91, 1);
  for (int trial = 0; trial < 50; trial++) {
    struct hud_theory theory = {.kappa = hud_random_below(&random, 2) ? 1.0 : 0.5};
    double *values[] = {&theory.lambda11, &theory.mu11, &theory.lambda12, &theory.mu12,
                        &theory.epsilon};
    for (int i = 0; i < 5; i++)
      *values[i] = pow(10.0, 2.0 * hud_random_uniform(&random) - 1.0);
    double c = pow(10.0, 2.0 * hud_random_uniform(&random) - 1.0);
    struct hud_stability a, b;
    assert_ok(hud_stability_examine(&theory, 1.3, &a, &error), &error);
    theory.lambda11 *= c;
    theory.lambda12 *= c;
    assert_ok(hud_stability_examine(&theory, 1.3 / c, &b, &error), &error);
    assert_close_relative(b.decay, a.decay, 1e-9);
    for (int i = 0; i < 3; i++)
      assert_close(cabs(b.corrected[i] - a.corrected[i]), 0.0, 1e-9 * cabs(a.corrected[2]));
  }
}

/* The corners one by one give the counts and the worst cases of the scan. */
static void test_scan(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_stability_scan scan;
  const struct hud_theory wild = {100.0, 50.0, 20.0, 0.1, 0.5, 1.0};
  const double factor = 2.0;
  double least = INFINITY, most = -INFINITY;
  int printed = 0;
  assert_ok(hud_stability_scan(&wild, 0.7, factor, 0, 1, &scan, &error), &error);
  for (int i = 0; i < 64; i++) {
    struct hud_stability found;
    double s[6];
    for (int p = 0; p < 6; p++)
      s[p] = (i >> p) & 1 ? factor : 1.0 / factor;
    const struct hud_theory at = {100.0 * s[0], 50.0 * s[1], 20.0 * s[2],
                                  0.1 * s[3],   0.5 * s[4],  1.0};
    assert_ok(hud_stability_examine(&at, 0.7 * s[5], &found, &error), &error);
    assert_false(found.unstable);
    printed += found.printed_unstable;
    least = fmin(least, found.decay);
    most = fmax(most, found.growth);
  }
  assert_int_equal(scan.count, 64);
  assert_int_equal(scan.unstable, 0);
  assert_int_equal(scan.printed_unstable, printed);
  assert_true(printed > 0 && printed < 64);
  assert_close_relative(scan.worst.decay, least, 1e-10);
  assert_close_relative(scan.printed_worst.growth, most, 1e-10);
}

static void test_random_points(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_stability_scan scan, again;
  assert_ok(hud_stability_scan(&usual, 1.0, 100.0, 5000, 3, &scan, &error), &error);
  assert_int_equal(scan.count, 5064);
  assert_int_equal(scan.unstable, 0);
  assert_true(scan.printed_unstable > 5 && scan.printed_unstable < 500);
  assert_true(scan.worst.decay > 0.0 && scan.worst.decay < 0.01);
  assert_true(scan.printed_worst.printed_unstable);
  assert_ok(hud_stability_scan(&usual, 1.0, 100.0, 5000, 3, &again, &error), &error);
  assert_close(again.printed_worst.growth, scan.printed_worst.growth, 0.0);
  /* inside the box, in its lower half and not a corner */
  assert_true(scan.printed_worst.theory.mu12 > 0.0151 && scan.printed_worst.theory.mu12 <= 1.0);
  assert_true(scan.printed_worst.theory.mu11 >= 2.0 && scan.printed_worst.theory.mu11 <= 200.0);
  assert_ok(hud_stability_scan(&usual, 1.0, 100.0, 5000, 4, &again, &error), &error);
  assert_true(again.printed_unstable != scan.printed_unstable ||
              again.printed_worst.growth != scan.printed_worst.growth);
}

static void test_errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_stability found;
  struct hud_stability_scan scan;
  struct hud_theory theory = usual;
  theory.lambda12 = 0.0;
  assert_error(hud_stability_examine(&theory, 1.0, &found, &error), HUD_ERROR_INPUT, &error,
               "lambda12 is 0");
  assert_error(hud_stability_scan(&theory, 1.0, 10.0, 5, 1, &scan, &error), HUD_ERROR_INPUT, &error,
               "lambda12 is 0");
  assert_error(hud_stability_examine(&usual, NAN, &found, &error), HUD_ERROR_INPUT, &error,
               "mass is nan");
  assert_error(hud_stability_scan(&usual, 1.0, 1.0, 5, 1, &scan, &error), HUD_ERROR_INPUT, &error,
               "factor 1");
  assert_error(hud_stability_scan(&usual, 1.0, INFINITY, 5, 1, &scan, &error), HUD_ERROR_INPUT,
               &error, "factor inf");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_cases), cmocka_unit_test(test_invariance),
      cmocka_unit_test(test_scan),        cmocka_unit_test(test_random_points),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
