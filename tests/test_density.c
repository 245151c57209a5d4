/* SPDX-License-Identifier: GPL-3.0-or-later
 * Densities: closed forms against adaptive quadrature of the value, kind against kind (the same
 * density written in two ways), samples against distribution functions, and bad input. */
#include <float.h>
#include <gsl/gsl_integration.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

#include "base/alloc.h"
#include "base/gsl.h"
#include "config/expression.h"
#include "network/density.h"

#define PI 3.14159265358979323846

static struct hud_density *create(const struct hud_density_spec *spec)
{
  struct hud_density *density = NULL;
  struct hud_error error = {0};
  assert_ok(hud_density_create(&density, spec, &error), &error);
  return density;
}

static struct hud_density *create_expression(const char *text, double min, double max)
{
  struct hud_error error = {0};
  struct hud_density_spec spec = {.type = HUD_DENSITY_EXPRESSION, .min = min, .max = max};
  assert_ok(hud_expression_create(&spec.expression, text, "v", &error), &error);
  struct hud_density *density = create(&spec);
  hud_expression_free(spec.expression); /* it must not be needed any more */
  return density;
}

static const struct hud_density_spec gaussian = {
    .type = HUD_DENSITY_GAUSSIAN, .mass = 1.7, .mean = 0.3, .scale = 0.8};
static const struct hud_density_spec self_similar = {
    .type = HUD_DENSITY_SELF_SIMILAR, .mass = 0.9, .mean = -0.4, .scale = 1.3};
static const struct hud_density_spec uniform = {
    .type = HUD_DENSITY_UNIFORM, .mass = 2.0, .min = -1.0, .max = 0.5};
static double table_points[] = {-2.0, 0.0, -1.5, 0.7, 0.25, 0.1, 1.0, 1.2, 3.0, 0.0};
static const struct hud_density_spec table = {
    .type = HUD_DENSITY_TABLE, .point_count = 5, .points = table_points};
static double atom_points[] = {0.5, -1.0, 0.0, 9.0, 1.25, 0.75, 0.25, 2.0};
static const struct hud_density_spec atoms = {
    .type = HUD_DENSITY_ATOMS, .point_count = 4, .points = atom_points};

/* ---- quadrature of the value as an independent reference ---- */

struct integrand {
  const struct hud_density *density;
  double center, xi;
  int power, part; /* part: 0 polynomial, 1 cosine, 2 sine */
};

static double integrand_value(double v, void *context)
{
  const struct integrand *in = context;
  double f = hud_density_value(in->density, v);
  if (in->part == 1)
    return f * cos(in->xi * v);
  if (in->part == 2)
    return -f * sin(in->xi * v);
  return f * pow(v - in->center, in->power);
}

/* Over [a,b] cut at the breaks where f is not smooth. */
static double quadrature(const struct integrand *in, double a, double b, size_t breaks,
                         const double *cut)
{
  gsl_integration_workspace *space = gsl_integration_workspace_alloc(2000);
  gsl_error_handler_t *handler = hud_gsl_begin();
  gsl_function f = {integrand_value, (void *)(size_t)in};
  double sum = 0.0, from = a;
  for (size_t i = 0; i <= breaks; i++) {
    double to = i < breaks ? fmin(fmax(cut[i], a), b) : b, part = 0.0, bound;
    if (to > from)
      gsl_integration_qag(&f, from, to, 1e-15, 1e-13, 2000, GSL_INTEG_GAUSS31, space, &part,
                          &bound);
    sum += part;
    from = to;
  }
  hud_gsl_end(handler);
  gsl_integration_workspace_free(space);
  return sum;
}

struct density_case {
  const struct hud_density_spec *spec;
  double min, max;
  size_t breaks;
  double cut[5];
  int order;
};
static const struct density_case cases[] = {
    {&gaussian, -7.7, 8.3, 1, {0.3}, 8},
    {&self_similar, -2e5, 2e5, 5, {-500.0, -10.0, -0.4, 10.0, 500.0}, 1},
    {&uniform, -1.0, 0.5, 2, {-1.0, 0.5}, 9},
    {&table, -2.0, 3.0, 5, {-2.0, -1.5, 0.25, 1.0, 3.0}, 9},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static void test_moments_by_quadrature(void **state)
{
  (void)state;
  for (int c = 0; c < CASES; c++) {
    struct hud_density *density = create(cases[c].spec);
    struct hud_error error = {0};
    double centers[] = {0.0, hud_density_mean(density), -3.7}, moment[10];
    for (int i = 0; i < 3; i++) {
      assert_ok(hud_density_moments(density, centers[i], cases[c].order, moment, &error), &error);
      for (int p = 0; p <= cases[c].order; p++) {
        struct integrand in = {density, centers[i], 0.0, p, 0};
        double expected =
            quadrature(&in, cases[c].min, cases[c].max, cases[c].breaks, cases[c].cut);
        assert_close(moment[p], expected,
                     2e-9 * (1.0 + fabs(expected)) * (c == 1) + 3e-13 * (1.0 + fabs(moment[p])));
      }
    }
    assert_close(hud_density_mass(density), moment[0], 1e-14 * moment[0]);
    hud_density_free(density);
  }
}

static void test_intervals_by_quadrature(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 11, 0);
  for (int c = 0; c < CASES; c++) {
    struct hud_density *density = create(cases[c].spec);
    for (int trial = 0; trial < 60; trial++) {
      double a = -4.0 + 8.0 * hud_random_uniform(&random);
      double b = a + pow(10.0, -6.0 * hud_random_uniform(&random)) * 4.0;
      struct integrand in = {density, 0.0, 0.0, 0, 0};
      double expected = quadrature(&in, a, b, cases[c].breaks, cases[c].cut);
      assert_close(hud_density_interval(density, a, b), expected,
                   1e-13 * expected + 4e-16 * hud_density_mass(density));
      double all = hud_density_interval(density, -INFINITY, a) +
                   hud_density_interval(density, a, b) + hud_density_interval(density, b, INFINITY);
      assert_close_relative(all, hud_density_mass(density), 1e-14);
    }
    assert_true(hud_density_interval(density, 1.0, 1.0) == 0.0);
    assert_true(hud_density_interval(density, 1.0, 0.0) == 0.0);
    hud_density_free(density);
  }
}

static void test_characteristic_by_quadrature(void **state)
{
  (void)state;
  const double xis[] = {0.0, 1e-12, 1e-7, 1e-3, 0.1, 1.0, -2.5, 7.0, 40.0, -300.0};
  for (int c = 0; c < CASES; c++) {
    struct hud_density *density = create(cases[c].spec);
    for (size_t i = 0; i < sizeof xis / sizeof xis[0]; i++) {
      if (c == 1 && fabs(xis[i]) > 0.0 && fabs(xis[i]) < 0.5)
        continue; /* too long a line for the quadrature; the next test covers it */
      struct integrand in = {density, 0.0, xis[i], 0, 1};
      double reach = c == 1 ? 2e3 : 1e9, tolerance = c == 1 ? 3e-9 : 2e-13;
      double a = fmax(cases[c].min, -reach), b = fmin(cases[c].max, reach);
      double re = quadrature(&in, a, b, cases[c].breaks, cases[c].cut);
      in.part = 2;
      double im = quadrature(&in, a, b, cases[c].breaks, cases[c].cut);
      double complex value = hud_density_characteristic(density, xis[i]);
      if (xis[i] == 0.0)
        assert_close_relative(creal(value), hud_density_mass(density), 1e-14);
      assert_close(creal(value), re, tolerance);
      assert_close(cimag(value), im, tolerance);
    }
    hud_density_free(density);
  }
}

/* A transform of small argument must show the moments: (fhat(xi) - M + i xi I)/xi^2 -> -m2/2. */
static void test_characteristic_small_frequencies(void **state)
{
  (void)state;
  for (int c = 0; c < CASES; c++) {
    struct hud_density *density = create(cases[c].spec);
    struct hud_error error = {0};
    double m[3], xi = 1e-5;
    assert_ok(hud_density_moments(density, 0.0, 2, m, &error), &error);
    double complex value = hud_density_characteristic(density, xi);
    assert_close(creal(value), m[0] - 0.5 * xi * xi * m[2], 1e-14);
    assert_close(cimag(value), -xi * m[1], 1e-14);
    hud_density_free(density);
  }
}

/* ---- masses far in the tails, in units of the tail itself ---- */

static void test_tails_do_not_cancel(void **state)
{
  (void)state;
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = 0.0, .scale = 1.0};
  struct hud_density *density = create(&spec);
  double expected = 0.5 * erfc(20.0 / sqrt(2.0));
  assert_close_relative(hud_density_interval(density, 20.0, INFINITY), expected, 1e-13);
  assert_close_relative(hud_density_interval(density, -INFINITY, -20.0), expected, 1e-13);
  assert_close_relative(hud_density_interval(density, -1e-9, 1e-9), 2e-9 / sqrt(2.0 * PI), 1e-14);
  hud_density_free(density);
  spec.type = HUD_DENSITY_SELF_SIMILAR;
  density = create(&spec);
  double x = 1e6; /* (1/pi)(2/(3 x^3) - 4/(5 x^5) ...) */
  assert_close_relative(hud_density_interval(density, x, INFINITY), 2.0 / (3.0 * PI * x * x * x),
                        3e-12);
  for (double y = 2.9; y < 3.2; y += 0.1) { /* where series and closed form meet */
    struct integrand in = {density, 0.0, 0.0, 0, 0};
    assert_close_relative(hud_density_interval(density, y, y + 0.2),
                          quadrature(&in, y, y + 0.2, 0, NULL), 1e-13);
  }
  hud_density_free(density);
}

static void test_moments_do_not_cancel(void **state)
{
  (void)state;
  struct hud_error error = {0};
  double m[5], far = 1e8;
  struct hud_density_spec spec = uniform;
  spec.min = far - 0.5;
  spec.max = far + 0.5;
  struct hud_density *density = create(&spec);
  assert_close_relative(hud_density_mean(density), far, DBL_EPSILON);
  assert_ok(hud_density_moments(density, far, 4, m, &error), &error);
  assert_close_relative(m[2], 2.0 / 12.0, 1e-14);
  assert_close_relative(m[4], 2.0 / 80.0, 1e-14);
  hud_density_free(density);
  spec = gaussian;
  spec.mean = far;
  density = create(&spec);
  assert_ok(hud_density_moments(density, far, 4, m, &error), &error);
  assert_close_relative(m[4], 3.0 * 1.7 * pow(0.8, 4.0), 1e-14);
  hud_density_free(density);
}

/* ---- the same density in two ways ---- */

static void compare(const struct hud_density *a, const struct hud_density *b, int order,
                    double tolerance)
{
  struct hud_error error = {0};
  struct hud_random random;
  hud_random_seed(&random, 5, 0);
  assert_close_relative(hud_density_mass(a), hud_density_mass(b), tolerance);
  assert_close(hud_density_mean(a), hud_density_mean(b), tolerance);
  double ma[13], mb[13];
  assert_ok(hud_density_moments(a, 0.7, order, ma, &error), &error);
  assert_ok(hud_density_moments(b, 0.7, order, mb, &error), &error);
  for (int p = 0; p <= order; p++)
    assert_close(ma[p], mb[p], tolerance * (1.0 + fabs(mb[p])));
  for (int trial = 0; trial < 100; trial++) {
    double from = 6.0 * hud_random_uniform(&random) - 3.0;
    double to = from + 2.0 * hud_random_uniform(&random);
    assert_close(hud_density_interval(a, from, to), hud_density_interval(b, from, to), tolerance);
    assert_close(hud_density_value(a, from), hud_density_value(b, from), tolerance);
    double complex difference =
        hud_density_characteristic(a, 4.0 * from) - hud_density_characteristic(b, 4.0 * from);
    assert_below(cabs(difference), tolerance);
  }
}

static void test_expression_is_gaussian(void **state)
{
  (void)state;
  struct hud_density *closed = create(&gaussian);
  char text[160];
  snprintf(text, sizeof text, "1.7/sqrt(2*%.17g)/0.8*exp(-((v-0.3)/0.8)^2/2)", PI);
  struct hud_density *line = create_expression(text, -INFINITY, INFINITY);
  compare(line, closed, 12, 1e-13);
  assert_int_equal(hud_density_finite_moments(line), INT_MAX);
  assert_true(hud_density_is_smooth(line));
  struct hud_density *interval = create_expression(text, -9.0, 9.5);
  compare(interval, closed, 12, 1e-13);
  assert_true(hud_density_is_smooth(interval));
  hud_density_free(line);
  hud_density_free(interval);
  hud_density_free(closed);
}

static void test_expression_is_self_similar(void **state)
{
  (void)state;
  struct hud_density *closed = create(&self_similar);
  char text[160];
  snprintf(text, sizeof text, "1.8/(%.17g*1.3)*(1+((v+0.4)/1.3)^2)^(-2)", PI);
  struct hud_density *line = create_expression(text, -INFINITY, INFINITY);
  compare(line, closed, 2, 1e-13);
  assert_int_equal(hud_density_finite_moments(line), 2);
  double moment[4];
  struct hud_error error = {0};
  assert_error(hud_density_moments(line, 0.0, 3, moment, &error), HUD_ERROR_INPUT, &error,
               "order 2 only");
  assert_error(hud_density_moments(closed, 0.0, 3, moment, &error), HUD_ERROR_INPUT, &error,
               "order 2 only");
  hud_density_free(line);
  hud_density_free(closed);
}

/* Kinks, a jump inside, and a half line. */
static void test_expression_with_corners(void **state)
{
  (void)state;
  double hat_points[] = {-1.0 / 3.0, 0.0, 0.1, 2.0, 0.7, 0.0};
  struct hud_density_spec hat = {.type = HUD_DENSITY_TABLE, .point_count = 3, .points = hat_points};
  struct hud_density *closed = create(&hat);
  struct hud_density *line = create_expression(
      "v<0.1 ? max(0,2*(v+1/3)/(0.1+1/3)) : max(0,2*(0.7-v)/0.6)", -INFINITY, INFINITY);
  compare(line, closed, 8, 1e-12);
  assert_true(hud_density_is_smooth(line));
  assert_true(hud_density_is_smooth(closed));
  hud_density_free(line);
  hud_density_free(closed);

  double step_points[] = {1.0 / 3.0, 1.5, 1.1, 1.5};
  struct hud_density_spec step = {
      .type = HUD_DENSITY_TABLE, .point_count = 2, .points = step_points};
  closed = create(&step);
  line = create_expression("v>1/3 && v<1.1 ? 1.5 : 0", -5.0, 5.0);
  compare(line, closed, 8, 1e-12);
  assert_false(hud_density_is_smooth(line));
  assert_false(hud_density_is_smooth(closed));
  hud_density_free(line);
  hud_density_free(closed);

  struct hud_error error = {0};
  double moment[5];
  line = create_expression("exp(1-v)", 1.0, INFINITY);
  assert_ok(hud_density_moments(line, 1.0, 4, moment, &error), &error);
  assert_close_relative(moment[4], 24.0, 1e-13);
  assert_false(hud_density_is_smooth(line)); /* the jump falls on the end of the half line */
  hud_density_free(line);
  line = create_expression("v<0 ? exp(v) : 0", -INFINITY, INFINITY);
  assert_false(hud_density_is_smooth(line)); /* and here on a joint of panels */
  hud_density_free(line);
}

static void test_mixture(void **state)
{
  (void)state;
  struct hud_density_spec parts[] = {gaussian, atoms, table};
  struct hud_density_spec spec = {.type = HUD_DENSITY_MIXTURE, .part_count = 3, .parts = parts};
  struct hud_density *mixture = create(&spec), *part[3];
  struct hud_error error = {0};
  double sum[5] = {0}, moment[5], mass = 0.0;
  double complex characteristic = 0.0;
  for (int i = 0; i < 3; i++) {
    part[i] = create(&parts[i]);
    assert_ok(hud_density_moments(part[i], 0.2, 4, moment, &error), &error);
    for (int p = 0; p < 5; p++)
      sum[p] += moment[p];
    mass += hud_density_interval(part[i], -1.0, 0.75);
    characteristic += hud_density_characteristic(part[i], 1.3);
  }
  assert_ok(hud_density_moments(mixture, 0.2, 4, moment, &error), &error);
  for (int p = 0; p < 5; p++)
    assert_close_relative(moment[p], sum[p], 1e-14);
  assert_close_relative(hud_density_interval(mixture, -1.0, 0.75), mass, 1e-14);
  assert_below(cabs(hud_density_characteristic(mixture, 1.3) - characteristic), 1e-14);
  size_t count;
  const double *points = hud_density_atoms(mixture, &count);
  assert_int_equal(count, 4);
  assert_true(points[0] == 0.5 && points[1] == -1.0 && points[6] == 0.25 && points[7] == 2.0);
  assert_false(hud_density_is_smooth(mixture));
  assert_true(hud_density_is_smooth(part[0]));
  assert_null(hud_density_atoms(part[0], &count));
  assert_int_equal(count, 0);
  for (int i = 0; i < 3; i++)
    hud_density_free(part[i]);
  hud_density_free(mixture);
}

static void test_atoms_exact(void **state)
{
  (void)state;
  struct hud_density *density = create(&atoms);
  assert_true(hud_density_mass(density) == 2.0);
  assert_true(hud_density_interval(density, -1.0, 0.75) == 0.5); /* left end counts, right not */
  assert_true(hud_density_interval(density, -0.5, 0.76) == 1.25);
  assert_true(hud_density_value(density, 0.75) == 0.0);
  double m[3];
  struct hud_error error = {0};
  assert_ok(hud_density_moments(density, 0.75, 2, m, &error), &error);
  assert_close(m[2], 0.5 * 1.75 * 1.75 + 0.25 * 1.25 * 1.25, 1e-15);
  double complex value = hud_density_characteristic(density, 2.0);
  assert_close(creal(value), 0.5 * cos(2.0) + 1.25 * cos(1.5) + 0.25 * cos(4.0), 1e-15);
  assert_close(cimag(value), 0.5 * sin(2.0) - 1.25 * sin(1.5) - 0.25 * sin(4.0), 1e-15);
  hud_density_free(density);
}

/* ---- samples ---- */

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance; 1.95/sqrt(n) is exceeded once in a thousand, and the seed is
 * fixed. */
static void check_samples(const struct hud_density *density)
{
  enum { COUNT = 20000 };
  static double sample[COUNT];
  struct hud_random random;
  hud_random_seed(&random, 2024, 3);
  for (int i = 0; i < COUNT; i++)
    sample[i] = hud_density_sample(density, &random);
  qsort(sample, COUNT, sizeof sample[0], ascending);
  double distance = 0.0;
  for (int i = 0; i < COUNT; i++) {
    double below = hud_density_interval(density, -INFINITY, sample[i]) / hud_density_mass(density);
    double up_to = hud_density_interval(density, -INFINITY, nextafter(sample[i], INFINITY)) /
                   hud_density_mass(density);
    if (i == 0 || sample[i] != sample[i - 1])
      distance = fmax(distance, fabs((double)i / COUNT - below));
    if (i == COUNT - 1 || sample[i] != sample[i + 1])
      distance = fmax(distance, fabs((double)(i + 1) / COUNT - up_to));
  }
  assert_below(distance, 1.95 / sqrt(COUNT));
}

static void test_samples(void **state)
{
  (void)state;
  struct hud_density_spec parts[] = {gaussian, atoms, table, uniform, self_similar};
  struct hud_density_spec mixture = {.type = HUD_DENSITY_MIXTURE, .part_count = 5, .parts = parts};
  for (int i = 0; i < 5; i++) {
    struct hud_density *density = create(&parts[i]);
    check_samples(density);
    hud_density_free(density);
  }
  struct hud_density *density = create(&mixture);
  check_samples(density);
  hud_density_free(density);
  density = create_expression("v^2*exp(-abs(v))*(2+sin(3*v))", -INFINITY, INFINITY);
  check_samples(density);
  hud_density_free(density);
}

/* ---- bad input ---- */

static void refuse(const struct hud_density_spec *spec, const char *text)
{
  struct hud_density *density = (struct hud_density *)1;
  struct hud_error error = {0};
  assert_error(hud_density_create(&density, spec, &error), HUD_ERROR_INPUT, &error, text);
  assert_null(density);
}

static void test_bad_numbers(void **state)
{
  (void)state;
  struct hud_density_spec spec = gaussian;
  spec.scale = 0.0;
  refuse(&spec, "width");
  spec.scale = NAN;
  refuse(&spec, "width");
  spec = gaussian;
  spec.mean = INFINITY;
  refuse(&spec, "mean");
  spec = self_similar;
  spec.mass = -1.0;
  refuse(&spec, "mass");
  spec = uniform;
  spec.max = spec.min;
  refuse(&spec, "min < max");
  spec.max = INFINITY;
  refuse(&spec, "min < max");

  double wrong[] = {0.0, 1.0, 1.0, -0.5};
  spec = (struct hud_density_spec){.type = HUD_DENSITY_TABLE, .point_count = 2, .points = wrong};
  refuse(&spec, "row 2");
  spec.point_count = 1;
  refuse(&spec, "at least 2");
  double repeated[] = {0.0, 1.0, 0.0, 1.0};
  spec = (struct hud_density_spec){.type = HUD_DENSITY_TABLE, .point_count = 2, .points = repeated};
  refuse(&spec, "increasing");
  double zeros[] = {0.0, 0.0, 1.0, 0.0};
  spec.points = zeros;
  refuse(&spec, "mass");

  double negative[] = {1.0, 0.0, -1.0, 1.0};
  spec = (struct hud_density_spec){.type = HUD_DENSITY_ATOMS, .point_count = 2, .points = negative};
  refuse(&spec, "atom 2");
  double weightless[] = {0.0, 0.0, 0.0, 1.0};
  spec.points = weightless;
  refuse(&spec, "mass");
  spec.point_count = 0;
  refuse(&spec, "has none");
  spec = (struct hud_density_spec){.type = HUD_DENSITY_MIXTURE};
  refuse(&spec, "no parts");
  struct hud_density_spec parts[] = {gaussian, {.type = HUD_DENSITY_GAUSSIAN, .mass = 1.0}};
  spec = (struct hud_density_spec){.type = HUD_DENSITY_MIXTURE, .part_count = 2, .parts = parts};
  refuse(&spec, "width");
}

static void test_bad_expressions(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    double min, max;
    const char *message;
  } bad[] = {
      {"v", -1.0, 1.0, "negative"},
      {"exp(-v^2)-0.001", -INFINITY, INFINITY, "negative"},
      {"log(v)", -1.0, 3.0, "expected a number"},
      {"1/(1+v^2)^0.5", -INFINITY, INFINITY, "decays too slowly"},
      {"1/(1+v^2)", -INFINITY, INFINITY, "decays too slowly"}, /* no mean */
      {"1", 0.0, INFINITY, "decays too slowly"},
      {"0*v", -1.0, 1.0, "mass"},
      {"1", 1.0, 1.0, "min < max"},
      {"1/v", 0.0, 1.0, "unresolved"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct hud_error error = {0};
    struct hud_density_spec spec = {
        .type = HUD_DENSITY_EXPRESSION, .min = bad[i].min, .max = bad[i].max};
    assert_ok(hud_expression_create(&spec.expression, bad[i].text, "v", &error), &error);
    refuse(&spec, bad[i].message);
    hud_expression_free(spec.expression);
  }
}

static void test_overflowing_moment(void **state)
{
  (void)state;
  struct hud_density *density = create(&gaussian);
  struct hud_error error = {0};
  double moment[401];
  assert_error(hud_density_moments(density, 0.0, 400, moment, &error), HUD_ERROR_COMPUTE, &error,
               "overflows");
  hud_density_free(density);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_moments_by_quadrature),
      cmocka_unit_test(test_intervals_by_quadrature),
      cmocka_unit_test(test_characteristic_by_quadrature),
      cmocka_unit_test(test_characteristic_small_frequencies),
      cmocka_unit_test(test_tails_do_not_cancel),
      cmocka_unit_test(test_moments_do_not_cancel),
      cmocka_unit_test(test_expression_is_gaussian),
      cmocka_unit_test(test_expression_is_self_similar),
      cmocka_unit_test(test_expression_with_corners),
      cmocka_unit_test(test_mixture),
      cmocka_unit_test(test_atoms_exact),
      cmocka_unit_test(test_samples),
      cmocka_unit_test(test_bad_numbers),
      cmocka_unit_test(test_bad_expressions),
      cmocka_unit_test(test_overflowing_moment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
