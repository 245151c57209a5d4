/* SPDX-License-Identifier: GPL-3.0-or-later
 * Potentials: the flow against itself (semigroup, inverse, frame), against its derivative by finite
 * differences, against the same force run another way, and against a plain small-step reference. */
#include <math.h>
#include <string.h>

#include "support.h"

#include "base/random.h"
#include "config/expression.h"
#include "network/potential.h"

enum { MOST = 5 };

static struct hud_potential *create(enum hud_potential_type type, double parameter)
{
  struct hud_potential_spec spec = {
      .type = type, .exponent = parameter, .radius = parameter, .distance = parameter};
  struct hud_potential *potential = NULL;
  struct hud_error error = {0};
  assert_ok(hud_potential_create(&potential, &spec, &error), &error);
  return potential;
}

static struct hud_potential *create_expression(const char *text)
{
  struct hud_potential_spec spec = {.type = HUD_POTENTIAL_EXPRESSION};
  struct hud_potential *potential = NULL;
  struct hud_error error = {0};
  assert_ok(hud_expression_create(&spec.force, text, "r", &error), &error);
  assert_ok(hud_potential_create(&potential, &spec, &error), &error);
  hud_expression_free(spec.force); /* the potential keeps its own */
  return potential;
}

static double flow(const struct hud_potential *potential, int k, double s, const double *v,
                   double *out)
{
  struct hud_error error = {0};
  double log_jacobian;
  assert_ok(hud_potential_flow(potential, k, s, v, out, &log_jacobian, &error), &error);
  return log_jacobian;
}

/* Every kind, in one place; the third expression is not odd. */
enum { KINDS = 8 };
static struct hud_potential *kind(int index)
{
  switch (index) {
  case 0:
    return create(HUD_POTENTIAL_ALIGNMENT, 0.0);
  case 1:
    return create(HUD_POTENTIAL_POWER, 2.0);
  case 2:
    return create(HUD_POTENTIAL_POWER, 3.5);
  case 3:
    return create(HUD_POTENTIAL_ATTRACTION_REPULSION, 0.8);
  case 4:
    return create(HUD_POTENTIAL_BOUNDED_CONFIDENCE, 1.1);
  case 5:
    return create_expression("r*exp(-r^2)");
  case 6:
    return create_expression("r*(abs(r)-0.8)/(abs(r)+0.8)");
  default:
    return create_expression("sin(r)+0.3*cos(2*r)");
  }
}

static void random_velocities(struct hud_random *random, int k, double *v)
{
  for (int i = 0; i < k; i++)
    v[i] = 0.4 + 1.2 * hud_random_normal(random);
}

static void test_semigroup_and_inverse(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 7, 0);
  for (int index = 0; index < KINDS; index++) {
    struct hud_potential *potential = kind(index);
    for (int k = 1; k <= MOST; k++)
      for (int trial = 0; trial < 10; trial++) {
        double v[MOST], half[MOST], full[MOST], twice[MOST], back[MOST];
        double s = 0.7 * hud_random_uniform(&random), t = 0.9 * hud_random_uniform(&random);
        random_velocities(&random, k, v);
        double first = flow(potential, k, s, v, half);
        double second = flow(potential, k, t, half, twice);
        double once = flow(potential, k, s + t, v, full);
        double backward = flow(potential, k, -(s + t), full, back);
        assert_close(first + second, once, 1e-10);
        assert_close(backward, -once, 1e-10);
        for (int i = 0; i < k; i++) {
          assert_close(twice[i], full[i], 2e-12);
          assert_close(back[i], v[i], 2e-11);
        }
      }
    hud_potential_free(potential);
  }
}

/* log |det| of a k x k matrix by elimination with pivots. */
static double log_determinant(int k, double a[MOST][MOST])
{
  double sum = 0.0;
  for (int c = 0; c < k; c++) {
    int pivot = c;
    for (int r = c + 1; r < k; r++)
      if (fabs(a[r][c]) > fabs(a[pivot][c]))
        pivot = r;
    for (int j = 0; j < k; j++) {
      double swap = a[c][j];
      a[c][j] = a[pivot][j];
      a[pivot][j] = swap;
    }
    sum += log(fabs(a[c][c]));
    for (int r = c + 1; r < k; r++)
      for (int j = k - 1; j >= c; j--)
        a[r][j] -= a[r][c] / a[c][c] * a[c][j];
  }
  return sum;
}

static double difference_determinant(const struct hud_potential *potential, int k, double s,
                                     const double *v)
{
  static const double factor[3] = {0.75, -0.15, 1.0 / 60.0};
  const double h = 1e-3;
  double a[MOST][MOST] = {{0.0}};
  for (int c = 0; c < k; c++)
    for (int n = 1; n <= 3; n++) {
      double shifted[MOST], right[MOST], left[MOST];
      memcpy(shifted, v, sizeof shifted);
      shifted[c] = v[c] + n * h;
      flow(potential, k, s, shifted, right);
      shifted[c] = v[c] - n * h;
      flow(potential, k, s, shifted, left);
      for (int r = 0; r < k; r++)
        a[r][c] += factor[n - 1] * (right[r] - left[r]) / h;
    }
  return log_determinant(k, a);
}

/* Spaced velocities: no pair passes r = 0 or a radius within the reach of the differences. */
static void test_jacobian_by_differences(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 8, 0);
  for (int index = 0; index < KINDS; index++) {
    struct hud_potential *potential = kind(index);
    for (int k = 2; k <= MOST; k++)
      for (int trial = 0; trial < 4; trial++) {
        double v[MOST] = {0.0}, out[MOST], s = trial % 2 == 0 ? 0.45 : -0.05;
        for (int i = 0; i < k; i++)
          v[i] = -1.0 + 0.63 * i + 0.1 * hud_random_uniform(&random);
        if (index == 4 && s < 0.0)
          continue; /* not every state has a past; see below */
        double log_jacobian = flow(potential, k, s, v, out);
        assert_close(log_jacobian, difference_determinant(potential, k, s, v), 2e-9);
      }
    hud_potential_free(potential);
  }
}

/* dPhi/ds = U_k(Phi), and the determinant grows at the rate of the divergence. */
static void test_flow_follows_the_field(void **state)
{
  (void)state;
  const double h = 2e-5, v[MOST] = {-0.9, -0.42, 0.05, 0.45, 0.8};
  for (int index = 0; index < KINDS; index++) {
    struct hud_potential *potential = kind(index);
    for (int k = 2; k <= MOST; k++) {
      double right[MOST], left[MOST], u[MOST];
      double rate = (flow(potential, k, h, v, right) - flow(potential, k, -h, v, left)) / (2.0 * h);
      hud_potential_velocity(potential, k, v, u);
      for (int i = 0; i < k; i++)
        assert_close((right[i] - left[i]) / (2.0 * h), u[i], 1e-7);
      assert_close(rate, hud_potential_divergence(potential, k, v), 1e-6);
    }
    hud_potential_free(potential);
  }
}

static void test_derivative_of_the_force(void **state)
{
  (void)state;
  for (int index = 0; index < KINDS; index++) {
    struct hud_potential *potential = kind(index);
    for (double r = -2.0; r < 2.05; r += 0.37) {
      double h = 1e-5;
      double slope =
          (hud_potential_force(potential, r + h) - hud_potential_force(potential, r - h));
      assert_close(hud_potential_force_derivative(potential, r), slope / (2.0 * h), 1e-8);
    }
    hud_potential_free(potential);
  }
  struct hud_potential *closed = kind(3), *expression = kind(6);
  for (double r = -3.0; r < 3.05; r += 0.123)
    assert_close(hud_potential_force_derivative(expression, r),
                 hud_potential_force_derivative(closed, r), 2e-12);
  assert_close(hud_potential_force_derivative(expression, 0.0), -1.0, 1e-6);
  hud_potential_free(closed);
  hud_potential_free(expression);
}

static void test_mean_and_frame(void **state)
{
  (void)state;
  const double shift = 1024.0; /* exact in binary, so that the frame makes no error of its own */
  struct hud_random random;
  hud_random_seed(&random, 9, 0);
  for (int index = 0; index < KINDS; index++) {
    struct hud_potential *potential = kind(index);
    assert_int_equal(hud_potential_is_odd(potential), index != KINDS - 1);
    assert_int_equal(hud_potential_is_alignment(potential), index == 0);
    for (int k = 2; k <= MOST; k++) {
      double v[MOST], moved[MOST], out[MOST], other[MOST], before = 0.0, after = 0.0;
      random_velocities(&random, k, v);
      for (int i = 0; i < k; i++)
        moved[i] = v[i] + shift;
      flow(potential, k, 1.5, v, out);
      flow(potential, k, 1.5, moved, other);
      for (int i = 0; i < k; i++) {
        assert_close(other[i] - shift, out[i], 4e-12);
        before += v[i] / k;
        after += out[i] / k;
      }
      if (hud_potential_is_odd(potential))
        assert_close(after, before, 4e-15);
      else
        assert_true(fabs(after - before) > 1e-3);
    }
    hud_potential_free(potential);
  }
}

/* ---- one force, two ways ---- */

static void compare(struct hud_potential *a, struct hud_potential *b, double tolerance)
{
  struct hud_random random;
  hud_random_seed(&random, 10, 0);
  for (int k = 1; k <= MOST; k++)
    for (int trial = 0; trial < 10; trial++) {
      double v[MOST], x[MOST], y[MOST], s = -0.1 + 1.6 * hud_random_uniform(&random);
      random_velocities(&random, k, v);
      double one = flow(a, k, s, v, x), two = flow(b, k, s, v, y);
      assert_close(one, two, 20.0 * tolerance);
      for (int i = 0; i < k; i++)
        assert_close(x[i], y[i], tolerance);
    }
  hud_potential_free(a);
  hud_potential_free(b);
}

static void test_closed_forms_against_integration(void **state)
{
  (void)state;
  compare(create(HUD_POTENTIAL_ALIGNMENT, 0.0), create_expression("r"), 2e-12);
  compare(create(HUD_POTENTIAL_POWER, 1.0), create_expression("r+0"), 2e-12);
  compare(create(HUD_POTENTIAL_POWER, 2.0), create_expression("r*abs(r)"), 2e-12);
  compare(kind(3), kind(6), 2e-12);
  compare(create(HUD_POTENTIAL_BOUNDED_CONFIDENCE, 100.0), create_expression("r"), 2e-12);
}

static void test_alignment_is_equation_16(void **state)
{
  (void)state;
  struct hud_potential *potential = kind(0);
  double v[3] = {1.0, -2.0, 4.0}, out[3];
  assert_close(flow(potential, 2, 0.5, v, out), -0.5, 1e-15);
  assert_close(out[0], -0.5 + exp(-0.5) * 1.5, 1e-15);
  assert_close(flow(potential, 3, 0.5, v, v), -1.0, 1e-15); /* in place */
  assert_close(v[2], 1.0 + exp(-0.5) * 3.0, 1e-15);
  hud_potential_free(potential);
}

/* ---- bounded confidence ---- */

static void test_confidence_against_small_steps(void **state)
{
  (void)state;
  struct hud_potential *potential = create(HUD_POTENTIAL_BOUNDED_CONFIDENCE, 1.0);
  /* 0.95-chains: ends drift out of one another's reach and come into it */
  const double start[2][MOST] = {{0.0, 0.95, 1.9, 2.85, 3.5}, {-2.0, -1.9, -1.05, -0.2, 0.6}};
  for (int c = 0; c < 2; c++) {
    enum { STEPS = 200000 };
    double v[MOST], out[MOST], u[MOST], h = 3.0 / STEPS;
    memcpy(v, start[c], sizeof v);
    for (int n = 0; n < STEPS; n++) {
      double middle[MOST];
      hud_potential_velocity(potential, MOST, v, u);
      for (int i = 0; i < MOST; i++)
        middle[i] = v[i] + 0.5 * h * u[i];
      hud_potential_velocity(potential, MOST, middle, u);
      for (int i = 0; i < MOST; i++)
        v[i] += h * u[i];
    }
    flow(potential, MOST, 3.0, start[c], out);
    for (int i = 0; i < MOST; i++)
      assert_close(out[i], v[i], 5e-5);
    /* the crossings show in the determinant: more than the divergence at the start explains */
    assert_close(flow(potential, MOST, 3.0, start[c], out),
                 difference_determinant(potential, MOST, 3.0, start[c]), 1e-8);
  }
  hud_potential_free(potential);
}

static void test_confidence_states_without_a_past(void **state)
{
  (void)state;
  struct hud_potential *potential = create(HUD_POTENTIAL_BOUNDED_CONFIDENCE, 1.0);
  double pair[2] = {0.0, 0.5}, out[4];
  assert_close(flow(potential, 2, -0.6, pair, out), 0.6, 1e-15); /* 0.5 e^0.6 < 1 */
  assert_close(out[1] - out[0], 0.5 * exp(0.6), 1e-15);
  assert_true(flow(potential, 2, -0.8, pair, out) == -INFINITY);
  assert_close(out[1] - out[0], 1.0, 1e-15);
  double far[2] = {0.0, 1.0}; /* |r| = radius is out of reach */
  assert_true(flow(potential, 2, -5.0, far, out) == 0.0 && out[1] == 1.0);
  /* the same pair beside strangers: the general code agrees */
  double strangers[4] = {-9.0, 0.0, 0.5, 7.0};
  assert_close(flow(potential, 4, -1.2, strangers, out), 0.6, 1e-14); /* rate 2/4 of a pair's */
  assert_true(flow(potential, 4, -1.6, strangers, out) == -INFINITY);
  /* a neighbour draws the pair apart outside, the pair's own force draws it together inside: going
   * back, the radius is met from either side */
  double drawn[3] = {0.0, 0.95, 1.7}, outside[3] = {0.0, 1.05, 1.8};
  assert_true(flow(potential, 3, -0.5, drawn, out) == -INFINITY);
  assert_close(out[1] - out[0], 1.0, 1e-14);
  assert_true(flow(potential, 3, -0.5, outside, out) == -INFINITY);
  assert_close(out[1] - out[0], 1.0, 1e-14);
  hud_potential_free(potential);
}

/* Two pairs of neighbours stretch a pair to 4e-6 beyond the radius, where its bond breaks: between
 * two looks at the ends of a step nothing has happened. */
static void test_confidence_sees_a_short_excess(void **state)
{
  (void)state;
  struct hud_potential *potential = create(HUD_POTENTIAL_BOUNDED_CONFIDENCE, 1.0);
  double r = 1.0 - 0.5e-5, g = (6e-3 + 2.0 * r) / 4.0, out[6];
  double broken[6] = {-g, -g, 0.0, r, r + g, r + g}, whole[6];
  flow(potential, 6, 1.0, broken, out);
  assert_true(out[3] - out[2] > 1.2);
  for (int i = 0; i < 6; i++) /* and one that stays just within */
    whole[i] = broken[i] * (1.0 - 1e-5);
  flow(potential, 6, 1.0, whole, out);
  assert_below(out[3] - out[2], 0.999);
  hud_potential_free(potential);
}

/* ---- long times and failures ---- */

static void test_long_times(void **state)
{
  (void)state;
  struct hud_potential *power = kind(1), *repulsion = kind(3), *expression = kind(6);
  double v[3] = {-1.0, 0.2, 1.5}, out[3];
  flow(power, 2, 1e6, v, out); /* r' = -r^2: 1/(1/r + s) */
  assert_close(out[1] - out[0], 1.0 / (1.0 / 1.2 + 1e6), 1e-16);
  flow(repulsion, 2, 60.0, v, out);
  assert_close(out[1] - out[0], 0.8, 1e-12);
  flow(expression, 3, 200.0, v, out); /* three at rest: forces balance */
  double u[3];
  hud_potential_velocity(expression, 3, out, u);
  for (int i = 0; i < 3; i++)
    assert_close(u[i], 0.0, 1e-12);
  hud_potential_free(power);
  hud_potential_free(repulsion);
  hud_potential_free(expression);
}

static void test_paths_that_blow_up(void **state)
{
  (void)state;
  struct hud_error error = {0};
  double v[3] = {-1.0, 0.2, 1.5}, out[3];
  struct hud_potential *potential = kind(1);
  assert_error(hud_potential_flow(potential, 2, -0.84, v, out, NULL, &error), HUD_ERROR_COMPUTE,
               &error, "leaves every bound"); /* 1/1.2 = 0.833 */
  assert_ok(hud_potential_flow(potential, 2, -0.83, v, out, NULL, &error), &error);
  assert_error(hud_potential_flow(potential, 3, -5.0, v, out, NULL, &error), HUD_ERROR_COMPUTE,
               &error, "cannot be followed");
  hud_potential_free(potential);
  potential = kind(0);
  assert_error(hud_potential_flow(potential, 3, -800.0, v, out, NULL, &error), HUD_ERROR_COMPUTE,
               &error, "leaves every bound");
  hud_potential_free(potential);
  potential = create_expression("-r*(1+r^2)");
  assert_error(hud_potential_flow(potential, 2, 5.0, v, out, NULL, &error), HUD_ERROR_COMPUTE,
               &error, "cannot be followed");
  hud_potential_free(potential);
}

static void refuse(const struct hud_potential_spec *spec, const char *text)
{
  struct hud_potential *potential = (struct hud_potential *)1;
  struct hud_error error = {0};
  assert_error(hud_potential_create(&potential, spec, &error), HUD_ERROR_INPUT, &error, text);
  assert_null(potential);
}

static void test_bad_input(void **state)
{
  (void)state;
  struct hud_potential_spec spec = {.type = HUD_POTENTIAL_POWER, .exponent = 0.5};
  refuse(&spec, "exponent");
  spec.exponent = NAN;
  refuse(&spec, "exponent");
  spec.type = HUD_POTENTIAL_BOUNDED_CONFIDENCE;
  refuse(&spec, "radius");
  spec.type = HUD_POTENTIAL_ATTRACTION_REPULSION;
  spec.distance = -1.0;
  refuse(&spec, "distance");
  struct hud_error error = {0};
  spec = (struct hud_potential_spec){.type = HUD_POTENTIAL_EXPRESSION};
  assert_ok(hud_expression_create(&spec.force, "log(r)", "r", &error), &error);
  refuse(&spec, "finite");
  hud_expression_free(spec.force);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_semigroup_and_inverse),
      cmocka_unit_test(test_jacobian_by_differences),
      cmocka_unit_test(test_flow_follows_the_field),
      cmocka_unit_test(test_derivative_of_the_force),
      cmocka_unit_test(test_mean_and_frame),
      cmocka_unit_test(test_closed_forms_against_integration),
      cmocka_unit_test(test_alignment_is_equation_16),
      cmocka_unit_test(test_confidence_against_small_steps),
      cmocka_unit_test(test_confidence_states_without_a_past),
      cmocka_unit_test(test_confidence_sees_a_short_excess),
      cmocka_unit_test(test_long_times),
      cmocka_unit_test(test_paths_that_blow_up),
      cmocka_unit_test(test_bad_input),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
