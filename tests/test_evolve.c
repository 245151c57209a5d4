/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time integration on small systems with known solutions: accuracy follows the tolerance, output is
 * exact at the requested times, blocks weigh equally, a linear invariant is kept at loose
 * tolerance, values that are not finite are named with their place and time, caps and stops are
 * obeyed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evolve/evolve.h"
#include "support.h"

/* y' = A y: a decaying rotation, a stiff exchange y2 <-> y3 that keeps y2 + y3, and a slow decay.
 */
enum { SIZE = 5 };

struct problem {
  double stiffness;
  double poison_after; /* the right-hand side of unknown 3 is NaN beyond this time */
  double gamma;        /* of the last preconditioner set-up */
  long evaluations;
  volatile sig_atomic_t *stop; /* set at the 20th evaluation, or NULL */
};

static const size_t offsets[] = {0, 2, 4, 5};

static void multiply(const struct problem *p, const double *y, double *out)
{
  out[0] = -0.5 * y[0] - 3.0 * y[1];
  out[1] = 3.0 * y[0] - 0.5 * y[1];
  out[2] = p->stiffness * (y[3] - y[2]);
  out[3] = p->stiffness * (y[2] - y[3]);
  out[4] = -0.1 * y[4];
}

static hud_status rhs(void *self, double t, const double *y, double *ydot, struct hud_error *error)
{
  (void)error;
  struct problem *p = self;
  multiply(p, y, ydot);
  if (t > p->poison_after)
    ydot[3] = NAN;
  if (++p->evaluations == 20 && p->stop != NULL)
    *p->stop = 1;
  return HUD_OK;
}

static hud_status jacobian_times(void *self, double t, const double *y, const double *v, double *jv,
                                 struct hud_error *error)
{
  (void)t;
  (void)y;
  (void)error;
  multiply(self, v, jv);
  return HUD_OK;
}

static hud_status setup(void *self, double t, const double *y, double gamma,
                        struct hud_error *error)
{
  (void)t;
  (void)y;
  (void)error;
  ((struct problem *)self)->gamma = gamma;
  return HUD_OK;
}

/* Exact for the stiff pair, the identity elsewhere. */
static hud_status solve(void *self, const double *r, double *z, struct hud_error *error)
{
  (void)error;
  const struct problem *p = self;
  double half_sum = 0.5 * (r[2] + r[3]);
  double half_difference = 0.5 * (r[2] - r[3]) / (1.0 + 2.0 * p->gamma * p->stiffness);
  memcpy(z, r, SIZE * sizeof *z);
  z[2] = half_sum + half_difference;
  z[3] = half_sum - half_difference;
  return HUD_OK;
}

static void scale(void *self, const double *y, double *out)
{
  (void)self;
  for (int i = 0; i < SIZE; i++)
    out[i] = fabs(y[i]);
}

static void describe(void *self, size_t index, char *text, size_t length)
{
  (void)self;
  snprintf(text, length, "unknown %zu", index);
}

static struct hud_system system_of(struct problem *problem)
{
  return (struct hud_system){.self = problem,
                             .size = SIZE,
                             .block_count = 3,
                             .offsets = offsets,
                             .max_order = 5,
                             .rhs = rhs,
                             .jacobian_times = jacobian_times,
                             .precondition_setup = setup,
                             .precondition_solve = solve,
                             .scale = scale,
                             .describe = describe};
}

static const double start[SIZE] = {1.0, 0.0, 2.0, 0.0, 1.0};

static void exact(const struct problem *p, double t, double *y)
{
  y[0] = exp(-0.5 * t) * cos(3.0 * t);
  y[1] = exp(-0.5 * t) * sin(3.0 * t);
  y[2] = 1.0 + exp(-2.0 * p->stiffness * t);
  y[3] = 1.0 - exp(-2.0 * p->stiffness * t);
  y[4] = exp(-0.1 * t);
}

static double error_at(double rtol, double stiffness)
{
  struct problem problem = {.stiffness = stiffness, .poison_after = INFINITY};
  struct hud_system system = system_of(&problem);
  struct hud_evolve_options options = {.rtol = rtol, .atol = 1e-3 * rtol, .end = 5.0};
  struct hud_evolve *evolve;
  struct hud_error error = {0};
  double worst = 0.0;
  assert_ok(hud_evolve_create(&evolve, &system, 0.0, start, &options, &error), &error);
  for (int i = 1; i <= 10; i++) {
    double y[SIZE], reference[SIZE], t = 0.5 * i;
    assert_ok(hud_evolve_to(evolve, t, y, &error), &error);
    exact(&problem, t, reference);
    for (int k = 0; k < SIZE; k++)
      worst = fmax(worst, fabs(y[k] - reference[k]));
    assert_close(y[2] + y[3], 2.0, 1e-13);
  }
  hud_evolve_free(evolve);
  return worst;
}

static void test_accuracy_follows_tolerance(void **state)
{
  (void)state;
  for (double stiffness = 1.0; stiffness < 1e7; stiffness *= 1e3) {
    double loose = error_at(1e-4, stiffness), tight = error_at(1e-10, stiffness);
    assert_below(loose, 3e-2);
    assert_below(tight, 3e-8);
    assert_below(tight, 1e-4 * loose);
  }
}

static void test_not_finite(void **state)
{
  (void)state;
  struct problem problem = {.stiffness = 10.0, .poison_after = 1.25};
  struct hud_system system = system_of(&problem);
  struct hud_evolve_options options = {.rtol = 1e-6, .atol = 1e-9, .end = 5.0};
  struct hud_evolve *evolve;
  struct hud_error error = {0};
  double y[SIZE], bad[SIZE] = {1.0, INFINITY, 0.0, 0.0, 0.0};
  assert_ok(hud_evolve_create(&evolve, &system, 0.0, start, &options, &error), &error);
  assert_ok(hud_evolve_to(evolve, 1.0, y, &error), &error);
  assert_error(hud_evolve_to(evolve, 4.0, y, &error), HUD_ERROR_COMPUTE, &error,
               "the right-hand side is not finite (nan) at unknown 3, t = 1.");
  assert_below((double)problem.evaluations, 400.0);
  hud_evolve_free(evolve);
  assert_error(hud_evolve_create(&evolve, &system, 0.0, bad, &options, &error), HUD_ERROR_COMPUTE,
               &error, "the initial state is not finite (inf) at unknown 1");
  assert_null(evolve);
}

static void test_caps_and_stop(void **state)
{
  (void)state;
  volatile sig_atomic_t stop = 0;
  struct problem problem = {.stiffness = 10.0, .poison_after = INFINITY};
  struct hud_system system = system_of(&problem);
  struct hud_evolve_options options = {.rtol = 1e-8, .atol = 1e-9, .end = 5.0, .max_steps = 10};
  struct hud_evolve *evolve;
  struct hud_error error = {0};
  struct hud_evolve_counters counters;
  double y[SIZE];
  assert_ok(hud_evolve_create(&evolve, &system, 0.0, start, &options, &error), &error);
  assert_error(hud_evolve_to(evolve, 6.0, y, &error), HUD_ERROR_USAGE, &error, "beyond the end");
  assert_error(hud_evolve_to(evolve, 5.0, y, &error), HUD_ERROR_COMPUTE, &error, "step cap: 10");
  hud_evolve_counters(evolve, &counters);
  assert_int_equal(counters.steps, 10);
  hud_evolve_free(evolve);
  options.max_steps = 0;
  options.max_wall = 1e-9;
  assert_ok(hud_evolve_create(&evolve, &system, 0.0, start, &options, &error), &error);
  assert_error(hud_evolve_to(evolve, 5.0, y, &error), HUD_ERROR_COMPUTE, &error, "wall cap");
  hud_evolve_free(evolve);
  options.max_wall = 0.0;
  options.stop = problem.stop = &stop;
  problem.evaluations = 0;
  assert_ok(hud_evolve_create(&evolve, &system, 0.0, start, &options, &error), &error);
  assert_error(hud_evolve_to(evolve, 5.0, y, &error), HUD_ERROR_INTERRUPTED, &error, "stopped at");
  hud_evolve_free(evolve);
}

/* A restart at the same state and time gives the same bits as another one, and counters go on. */
static void test_restart(void **state)
{
  (void)state;
  struct problem problem = {.stiffness = 100.0, .poison_after = INFINITY};
  struct hud_system system = system_of(&problem);
  struct hud_evolve_options options = {.rtol = 1e-8, .atol = 1e-10, .end = 4.0};
  struct hud_evolve *one, *two;
  struct hud_error error = {0};
  struct hud_evolve_counters before, after;
  double y[SIZE], z[SIZE], kept[SIZE];
  assert_ok(hud_evolve_create(&one, &system, 0.0, start, &options, &error), &error);
  assert_ok(hud_evolve_to(one, 2.0, kept, &error), &error);
  hud_evolve_counters(one, &before);
  assert_ok(hud_evolve_restart(one, 2.0, kept, &error), &error);
  assert_ok(hud_evolve_to(one, 4.0, y, &error), &error);
  hud_evolve_counters(one, &after);
  assert_true(after.steps > before.steps);
  assert_ok(hud_evolve_create(&two, &system, 2.0, kept, &options, &error), &error);
  assert_ok(hud_evolve_to(two, 4.0, z, &error), &error);
  assert_memory_equal(y, z, sizeof y);
  hud_evolve_free(one);
  hud_evolve_free(two);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_accuracy_follows_tolerance),
      cmocka_unit_test(test_not_finite),
      cmocka_unit_test(test_caps_and_stop),
      cmocka_unit_test(test_restart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
