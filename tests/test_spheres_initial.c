/* SPDX-License-Identifier: GPL-3.0-or-later
 * Initial data in D_N: both samplers against a plain rejection sampler, the zone check against all
 * groups, velocities, fixed totals, and the correlation at contact. */
#include "support.h"

#include <math.h>

#include "spheres/contact.h"
#include "spheres/initial.h"
#include "spheres/neighbours.h"

static struct hud_spheres *make(int dimension, int orders, const double *radius, int64_t count)
{
  struct hud_error error = {0};
  struct hud_zones zones;
  struct hud_spheres *spheres;
  assert_ok(hud_zones_from_radii(&zones, dimension, orders, radius, &error), &error);
  assert_ok(hud_spheres_create(&spheres, &zones, count, false, 1.0, &error), &error);
  return spheres;
}

static double wrapped(double r)
{
  return r - floor(r + 0.5);
}

/* Least gap over all pairs and triples, straight from the definition. */
static double plain_gap(int d, int orders, int n, const double *radius, const double *x)
{
  double least = INFINITY;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) {
      double pair[3][3];
      double ij = 0.0;
      for (int a = 0; a < d; a++) {
        pair[0][a] = wrapped(x[j * d + a] - x[i * d + a]);
        ij += pair[0][a] * pair[0][a];
      }
      least = fmin(least, sqrt(ij) / radius[0] - 1.0);
      for (int k = j + 1; k < n && orders > 1; k++) {
        double sum = ij;
        for (int a = 0; a < d; a++) {
          double ik = wrapped(x[k * d + a] - x[i * d + a]);
          double jk = wrapped(x[k * d + a] - x[j * d + a]);
          sum += ik * ik + jk * jk;
        }
        least = fmin(least, sqrt(sum) / radius[1] - 1.0);
      }
    }
  return least;
}

static void read_positions(const struct hud_spheres *spheres, double *x)
{
  for (int64_t i = 0; i < spheres->count; i++)
    hud_spheres_position(spheres, i, x + i * spheres->zones.dimension);
}

static void zone_check_sees_every_group(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 1, 0);
  double radius[2] = {0.05, 0.18};
  int violated = 0;
  for (int draw = 0; draw < 300; draw++) {
    int d = 2 + draw % 2;
    struct hud_spheres *spheres = make(d, 2, radius, 14);
    struct hud_error error = {0};
    double x[14 * 3];
    for (int i = 0; i < 14; i++) {
      for (int a = 0; a < d; a++)
        x[i * d + a] = hud_random_uniform(&random);
      hud_spheres_set_position(spheres, i, x + i * d);
    }
    double gap;
    assert_ok(hud_spheres_least_gap(spheres, 0.4, &gap, &error), &error);
    double expected = plain_gap(d, 2, 14, radius, x);
    if (expected < 0.39)
      assert_close(gap, expected, 1e-9);
    violated += gap < 0.0;
    hud_spheres_free(spheres);
  }
  assert_in_range(violated, 30, 290);
}

/* Mean of the least pair distance, a statistic that sequential insertion gets wrong. */
struct statistic {
  double sum, square;
  int count;
};

static void add(struct statistic *s, double value)
{
  s->sum += value;
  s->square += value * value;
  s->count++;
}

static double mean(const struct statistic *s)
{
  return s->sum / s->count;
}

static double error_of(const struct statistic *s)
{
  double m = mean(s);
  return sqrt((s->square / s->count - m * m) / s->count);
}

/* The number of close triples: insertion alone makes too few. */
static double crowding(int d, int n, const double *x)
{
  double sum = 0.0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double square = 0.0;
      for (int a = 0; a < d; a++)
        square += pow(wrapped(x[i * d + a] - x[j * d + a]), 2.0);
      sum += i != j ? exp(-square / 0.02) : 0.0;
    }
  return sum;
}

static void compare_samplers(int n, const double *radius, enum hud_position_method method,
                             int draws)
{
  struct hud_random random;
  hud_random_seed(&random, 3, (uint64_t)n);
  struct statistic library = {0}, plain = {0};
  double x[24] = {0.0};
  struct hud_spheres *spheres = make(2, 2, radius, n);
  for (int draw = 0; draw < draws; draw++) {
    struct hud_error error = {0};
    struct hud_position_report report;
    assert_ok(hud_spheres_draw_positions(spheres, NULL, method, &random, &report, &error), &error);
    assert_int_equal(report.method, method);
    read_positions(spheres, x);
    assert_true(plain_gap(2, 2, n, radius, x) >= 0.0);
    add(&library, crowding(2, n, x));
    do
      for (int i = 0; i < 2 * n; i++)
        x[i] = hud_random_uniform(&random);
    while (plain_gap(2, 2, n, radius, x) < 0.0);
    add(&plain, crowding(2, n, x));
  }
  double sigma = hypot(error_of(&library), error_of(&plain));
  assert_close(mean(&library), mean(&plain), 4.0 * sigma);
  assert_below(sigma, 0.02 * mean(&plain));
  hud_spheres_free(spheres);
}

static void rejection_and_metropolis_draw_the_conditioned_law(void **state)
{
  (void)state;
  double radius[2] = {0.17, 0.3};
  compare_samplers(10, radius, HUD_POSITIONS_REJECTION, 1000);
  compare_samplers(10, radius, HUD_POSITIONS_METROPOLIS, 3000);
}

static double slope(void *context, const double *x)
{
  (void)context;
  return x[0];
}

static double broken(void *context, const double *x)
{
  (void)context;
  return x[0] > 0.5 ? NAN : 1.0;
}

static void positions_follow_a_density(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 5, 0);
  struct hud_error error = {0};
  double radius = 1e-4;
  struct hud_spheres *spheres = make(2, 1, &radius, 20000);
  struct hud_position_density density = {
      .value = slope, .low = {0.0, 0.0}, .high = {1.0, 1.0}, .maximum = 1.0};
  struct hud_position_report report;
  assert_ok(
      hud_spheres_draw_positions(spheres, &density, HUD_POSITIONS_AUTO, &random, &report, &error),
      &error);
  double sums[2] = {0.0};
  for (int64_t i = 0; i < spheres->count; i++) {
    double x[2];
    hud_spheres_position(spheres, i, x);
    sums[0] += x[0] / 20000.0;
    sums[1] += x[1] / 20000.0;
  }
  assert_close(sums[0], 2.0 / 3.0, 4.0 * sqrt(1.0 / 18.0 / 20000.0));
  assert_close(sums[1], 0.5, 4.0 * sqrt(1.0 / 12.0 / 20000.0));
  density.maximum = 0.9;
  assert_error(
      hud_spheres_draw_positions(spheres, &density, HUD_POSITIONS_AUTO, &random, &report, &error),
      HUD_ERROR_INPUT, &error, "maximum");
  density.value = broken;
  assert_error(
      hud_spheres_draw_positions(spheres, &density, HUD_POSITIONS_AUTO, &random, &report, &error),
      HUD_ERROR_INPUT, &error, "nan");
  hud_spheres_free(spheres);
}

static void too_dense_is_refused(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 6, 0);
  struct hud_error error = {0};
  double radius = 0.2;
  struct hud_spheres *spheres = make(2, 1, &radius, 40);
  assert_error(hud_spheres_draw_positions(spheres, NULL, HUD_POSITIONS_AUTO, &random, NULL, &error),
               HUD_ERROR_INPUT, &error, "no room for particle");
  assert_error(
      hud_spheres_draw_positions(spheres, NULL, HUD_POSITIONS_REJECTION, &random, NULL, &error),
      HUD_ERROR_INPUT, &error, "exact rejection");
  hud_spheres_free(spheres);
  struct hud_zones zones;
  radius = 0.25;
  assert_ok(hud_zones_from_radii(&zones, 2, 1, &radius, &error), &error);
  assert_error(hud_spheres_create(&spheres, &zones, 10, false, 1.0, &error), HUD_ERROR_INPUT,
               &error, "too large for the torus");
  assert_error(hud_spheres_create(&spheres, &zones, 0, false, 2.0, &error), HUD_ERROR_INPUT, &error,
               "count");
  assert_error(hud_spheres_create(&spheres, &zones, 10, false, -2.0, &error), HUD_ERROR_INPUT,
               &error, "side");
}

static void velocities_have_the_moments_asked_for(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 11, 0);
  struct hud_error error = {0};
  double radius = 1e-4;
  enum { N = 40000 };
  struct hud_spheres *spheres = make(3, 1, &radius, N);
  struct hud_velocity_component parts[2] = {
      {.weight = 3.0, .mean = {1.0, 0.0, 0.0}, .temperature = {1.5, 0.5, 0.25}},
      {.weight = 1.0, .mean = {-1.0, 0.0, 0.0}, .temperature = {0.5, 0.5, 0.0}}};
  assert_ok(hud_spheres_draw_velocities(spheres, parts, 2, false, false, &random, &error), &error);
  double first[3] = {0.0}, second[3] = {0.0};
  for (int i = 0; i < N; i++)
    for (int a = 0; a < 3; a++) {
      first[a] += spheres->particles[i].velocity[a] / N;
      second[a] += pow(spheres->particles[i].velocity[a], 2.0) / N;
    }
  const double means[3] = {0.5, 0.0, 0.0};
  const double squares[3] = {2.25, 0.5, 0.1875};
  for (int a = 0; a < 3; a++) {
    assert_close(first[a], means[a], 4.0 * sqrt(2.25 / N));
    assert_close(second[a], squares[a], 4.0 * 3.2 / sqrt(N));
  }
  assert_ok(hud_spheres_draw_velocities(spheres, parts, 2, true, true, &random, &error), &error);
  double total[3] = {0.0}, square = 0.0;
  for (int i = 0; i < N; i++)
    for (int a = 0; a < 3; a++) {
      total[a] += spheres->particles[i].velocity[a];
      square += pow(spheres->particles[i].velocity[a], 2.0);
    }
  for (int a = 0; a < 3; a++)
    assert_close(total[a], 0.0, 1e-9);
  assert_close_relative(square, N * (2.25 + 0.5 + 0.1875 - 0.25), 1e-12);
  parts[1].temperature[0] = -1.0;
  assert_error(hud_spheres_draw_velocities(spheres, parts, 2, true, true, &random, &error),
               HUD_ERROR_INPUT, &error, "component 2");
  struct hud_velocity_component rest = {.weight = 1.0};
  assert_error(hud_spheres_draw_velocities(spheres, &rest, 1, false, true, &random, &error),
               HUD_ERROR_INPUT, &error, "all velocities are zero");
  hud_spheres_free(spheres);
}

static void tables_are_read_and_checked(void **state)
{
  (void)state;
  struct hud_error error = {0};
  double radius = 0.1;
  struct hud_spheres *spheres = make(2, 1, &radius, 2);
  double rows[8] = {0.95, 0.5, 1.0, 2.0, 1.05, 0.5, 3.0, 4.0};
  assert_ok(hud_spheres_set_rows(spheres, rows, &error), &error);
  double x[2];
  hud_spheres_position(spheres, 1, x);
  assert_close(x[0], 0.05, 1e-15);
  hud_spheres_velocity(spheres, 1, x);
  assert_close(x[1], 4.0, 0.0);
  rows[4] = 1.04;
  assert_error(hud_spheres_set_rows(spheres, rows, &error), HUD_ERROR_INPUT, &error,
               "violate a zone");
  rows[7] = INFINITY;
  assert_error(hud_spheres_set_rows(spheres, rows, &error), HUD_ERROR_INPUT, &error, "row 2");
  hud_spheres_free(spheres);
}

/* N = 64, epsilon = (0.004, 0.03): 26.5/28.64 and 4.40/5.13 of an independent computation. */
static void correlation_at_contact(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 13, 0);
  struct hud_error error = {0};
  double radius[2] = {0.004, 0.03};
  const double expected[2] = {26.5 / 28.64, 4.40 / 5.13};
  for (int size = 2; size <= 3; size++) {
    enum { CONFIGURATIONS = 200 };
    struct hud_contact_counts counts[CONFIGURATIONS] = {{0}};
    struct hud_spheres *spheres = make(2, 2, radius, 64 - size);
    for (int c = 0; c < CONFIGURATIONS; c++) {
      assert_ok(
          hud_spheres_draw_positions(spheres, NULL, HUD_POSITIONS_AUTO, &random, NULL, &error),
          &error);
      assert_ok(hud_contact_insert(spheres, size, 500, &random, &counts[c], &error), &error);
    }
    double y, sigma;
    hud_contact_correlation(counts, CONFIGURATIONS, &y, &sigma);
    assert_close(y, expected[size - 2], 3.0 * sigma + 0.002);
    assert_below(sigma, 0.003);
    assert_error(hud_contact_insert(spheres, 4, 1, &random, counts, &error), HUD_ERROR_USAGE,
                 &error, "insertion");
    hud_spheres_free(spheres);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zone_check_sees_every_group),
      cmocka_unit_test(rejection_and_metropolis_draw_the_conditioned_law),
      cmocka_unit_test(positions_follow_a_density),
      cmocka_unit_test(too_dense_is_refused),
      cmocka_unit_test(velocities_have_the_moments_asked_for),
      cmocka_unit_test(tables_are_read_and_checked),
      cmocka_unit_test(correlation_at_contact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
