/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distances between measures: shifts, Gaussians, brute force on random atoms, cells against many
 * atoms, and the Fourier metric against its closed forms. */
#include <complex.h>
#include <math.h>
#include <string.h>

#include "support.h"

#include "analysis/distance.h"
#include "base/random.h"

#define PI 3.14159265358979323846
enum { CELLS = 400 };

struct cells {
  double edge[CELLS + 1], mass[CELLS];
};

/* Cell masses of a normal law. */
static struct hud_measure normal_cells(struct cells *cells, double mass, double mean, double stddev,
                                       double min, double max)
{
  for (int i = 0; i <= CELLS; i++)
    cells->edge[i] = min + (max - min) * i / CELLS;
  for (int i = 0; i < CELLS; i++)
    cells->mass[i] = 0.5 * mass *
                     (erf((cells->edge[i + 1] - mean) / stddev / sqrt(2.0)) -
                      erf((cells->edge[i] - mean) / stddev / sqrt(2.0)));
  return (struct hud_measure){.count = CELLS, .mass = cells->mass, .edge = cells->edge};
}

typedef hud_status (*distance_function)(const struct hud_measure *, const struct hud_measure *,
                                        double *, struct hud_error *);

static double distance(distance_function function, const struct hud_measure *f,
                       const struct hud_measure *g)
{
  double value = NAN, other = NAN;
  struct hud_error error = {0};
  assert_ok(function(f, g, &value, &error), &error);
  assert_ok(function(g, f, &other, &error), &error);
  assert_close(other, value, 1e-14 * (1.0 + value)); /* symmetric */
  return value;
}

static struct hud_fourier_distance fourier(const struct hud_measure *f, const struct hud_measure *g,
                                           bool centered)
{
  struct hud_fourier_distance result = {.value = NAN};
  struct hud_error error = {0};
  assert_ok(hud_fourier_metric(f, g, centered, &result, &error), &error);
  return result;
}

static void test_a_shift_is_the_distance(void **state)
{
  (void)state;
  struct cells one, two;
  struct hud_measure f = normal_cells(&one, 1.0, 0.3, 1.0, -8.0, 8.0);
  /* the same masses on a grid moved by a quarter, half and many cells */
  const double shifts[] = {0.0, 0.01, 0.02, 0.037, 3.3};
  for (int i = 0; i < 5; i++) {
    struct hud_measure g = normal_cells(&two, 5.0, 0.3 + shifts[i], 1.0, -8.0 + shifts[i],
                                        8.0 + shifts[i]); /* mass 5: normalised */
    assert_close(distance(hud_wasserstein_1, &f, &g), shifts[i], 1e-13);
    assert_close(distance(hud_wasserstein_2, &f, &g), shifts[i], 1e-7 * (shifts[i] == 0.0) + 1e-11);
    assert_close(hud_measure_mean(&g) - hud_measure_mean(&f), shifts[i], 1e-14);
    assert_close_relative(hud_measure_mass(&g), 5.0, 1e-13);
  }
  const double mass[3] = {0.25, 0.5, 0.25}, position[3] = {3.0, -1.0, 0.5},
               moved[3] = {3.5, -0.5, 1.0};
  struct hud_measure a = {3, mass, position, NULL}, b = {3, mass, moved, NULL};
  assert_close(distance(hud_wasserstein_1, &a, &b), 0.5, 1e-15);
  assert_close(distance(hud_wasserstein_2, &a, &b), 0.5, 1e-15);
  assert_true(distance(hud_wasserstein_2, &a, &a) == 0.0);
}

/* The same atoms with one of them in two parts, whose sum is not quite the whole: a misplaced
 * 5e-17 of mass would count as 1e-8 over a gap. */
static void test_round_off_of_mass(void **state)
{
  (void)state;
  const double mass[2] = {0.3, 0.7}, place[2] = {-1.0, 1.0};
  const double parts[4] = {0.1, 0.2, 0.6, 0.1}, places[4] = {-1.0, -1.0, 1.0, 1.0};
  struct hud_measure f = {2, mass, place, NULL}, g = {4, parts, places, NULL};
  assert_true(parts[0] + parts[1] != mass[0]);
  assert_below(distance(hud_wasserstein_2, &f, &g), 1e-15);
}

/* W2^2 = (difference of means)^2 + (difference of deviations)^2; cells add O(h^2). */
static void test_gaussians(void **state)
{
  (void)state;
  struct cells one, two;
  struct hud_measure f = normal_cells(&one, 1.0, 0.3, 1.0, -9.0, 9.0);
  struct hud_measure g = normal_cells(&two, 1.0, -0.2, 1.4, -12.0, 12.0);
  assert_close(distance(hud_wasserstein_2, &f, &g), hypot(0.5, 0.4), 1e-4);
  g = normal_cells(&two, 1.0, 0.3, 1.4, -12.0, 12.0); /* E|0.4 Z| */
  assert_close(distance(hud_wasserstein_1, &f, &g), 0.4 * sqrt(2.0 / PI), 1e-4);
}

/* Atoms of mass 1/n: both distances pair them in order. */
static void test_random_atoms_by_brute_force(void **state)
{
  (void)state;
  enum { MOST = 12 };
  struct hud_random random;
  hud_random_seed(&random, 21, 0);
  for (int trial = 0; trial < 200; trial++) {
    size_t m = 1 + (size_t)hud_random_below(&random, 4),
           n = 1 + (size_t)hud_random_below(&random, 4);
    double x[MOST], y[MOST], p[MOST], q[MOST];
    /* m atoms of mass n and n atoms of mass m, with ties now and then */
    for (size_t i = 0; i < m; i++) {
      x[i] = (double)hud_random_below(&random, 7) - 3.0;
      p[i] = (double)n;
    }
    for (size_t i = 0; i < n; i++) {
      y[i] = 0.5 * (double)hud_random_below(&random, 13) - 3.0;
      q[i] = (double)m;
    }
    /* the k-th of the m n equal parts of a measure is the k/n-th smallest atom */
    double one = 0.0, two = 0.0;
    for (size_t part = 0; part < m * n; part++) {
      double value[2] = {0.0, 0.0};
      for (int side = 0; side < 2; side++) {
        size_t count = side == 0 ? m : n, copies = side == 0 ? n : m;
        const double *z = side == 0 ? x : y;
        for (size_t i = 0; i < count; i++) {
          size_t rank = 0;
          for (size_t j = 0; j < count; j++)
            rank += z[j] < z[i] || (z[j] == z[i] && j < i);
          if (rank == part / copies)
            value[side] = z[i];
        }
      }
      one += fabs(value[0] - value[1]) / (double)(m * n);
      two += pow(value[0] - value[1], 2.0) / (double)(m * n);
    }
    struct hud_measure f = {m, p, x, NULL}, g = {n, q, y, NULL};
    assert_close(distance(hud_wasserstein_1, &f, &g), one, 1e-14);
    assert_close(distance(hud_wasserstein_2, &f, &g), sqrt(two), 1e-13);
  }
}

/* Cells of any width against the same mass as many atoms; and cells against cells. */
static void test_cells_against_atoms(void **state)
{
  (void)state;
  enum { PARTS = 4000 };
  static double position[3 * PARTS], mass[3 * PARTS];
  const double edge[4] = {-1.0, -0.2, 0.1, 2.0}, weight[3] = {0.3, 0.5, 0.2};
  const double other_edge[3] = {-1.5, 0.3, 1.0}, other_weight[2] = {0.6, 0.4};
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < PARTS; i++) {
      position[c * PARTS + i] = edge[c] + (edge[c + 1] - edge[c]) * (i + 0.5) / PARTS;
      mass[c * PARTS + i] = weight[c] / PARTS;
    }
  struct hud_measure f = {3, weight, NULL, edge}, atoms = {3 * PARTS, mass, position, NULL};
  struct hud_measure g = {2, other_weight, NULL, other_edge};
  assert_close(distance(hud_wasserstein_1, &f, &g), distance(hud_wasserstein_1, &atoms, &g), 1e-6);
  assert_close(distance(hud_wasserstein_2, &f, &g), distance(hud_wasserstein_2, &atoms, &g), 1e-6);
  /* int |f - atoms|: each cell's share moves by a quarter of a part on average */
  double expected = (0.3 * 0.8 + 0.5 * 0.3 + 0.2 * 1.9) / PARTS / 4.0;
  assert_close_relative(distance(hud_wasserstein_1, &f, &atoms), expected, 1e-8);
}

static void test_l1(void **state)
{
  (void)state;
  const double edge[3] = {0.0, 1.0, 2.0}, mass[2] = {1.0, 3.0};
  const double other_edge[4] = {-1.0, 0.5, 1.5, 2.0}, other_mass[3] = {1.5, 2.0, 0.5};
  struct hud_measure f = {2, mass, NULL, edge}, g = {3, other_mass, NULL, other_edge};
  /* densities 1, 3 and 1, 2, 1: differences 1 on [-1,0], 0, 1 on [.5,1], 1 on [1,1.5], 2 */
  assert_close(distance(hud_distance_l1, &f, &g), 1.0 + 0.0 + 0.5 + 0.5 + 1.0, 1e-15);
  assert_close(distance(hud_distance_l1, &f, &f), 0.0, 0.0);
}

/* ---- Fourier metric ---- */

/* Two symmetric atoms against one: |cos(a xi) - 1|/xi^2 is largest at 0, a^2/2. */
static void test_fourier_limit_at_zero(void **state)
{
  (void)state;
  const double half[2] = {0.5, 0.5}, one[1] = {2.0};
  const double pair[2] = {1.7, 0.3}, middle[1] = {1.0};
  struct hud_measure f = {2, half, pair, NULL}, g = {1, one, middle, NULL};
  struct hud_fourier_distance d = fourier(&f, &g, false);
  assert_close(d.value, 0.5 * 0.49, 1e-15);
  assert_close(d.at, 0.0, 1e-6);
  assert_true(d.complete);
}

/* One cell against its middle: |sin(xi)/xi - 1|/xi^2 is largest at 0, 1/6; and against two cells.
 */
static void test_fourier_of_cells(void **state)
{
  (void)state;
  const double one[1] = {1.0}, edge[2] = {-1.0, 1.0}, middle[1] = {0.0};
  const double two[2] = {0.4, 0.6}, edges[3] = {-1.0, -0.2, 1.0}; /* the same density */
  struct hud_measure f = {1, one, NULL, edge}, g = {1, one, middle, NULL},
                     h = {2, two, NULL, edges};
  assert_close(fourier(&f, &g, false).value, 1.0 / 6.0, 1e-15);
  assert_close(fourier(&f, &h, false).value, 0.0, 1e-15);
  assert_close(fourier(&h, &g, false).value, 1.0 / 6.0, 1e-15);
}

/* Same mean and variance: the maximum is inside, and a fine search by hand finds it. */
static void test_fourier_maximum_inside(void **state)
{
  (void)state;
  const double half[2] = {0.5, 0.5}, pair[2] = {-1.0, 1.0};
  const double third[3] = {1.0 / 8.0, 0.75, 1.0 / 8.0}, triple[3] = {-2.0, 0.0, 2.0};
  struct hud_measure f = {2, half, pair, NULL}, g = {3, third, triple, NULL};
  double best = 0.0, at = 0.0;
  for (int n = 1; n < 400000; n++) {
    double xi = 1e-4 * n;
    double value = fabs(cos(xi) - 0.75 - 0.25 * cos(2.0 * xi)) / (xi * xi);
    if (value > best) {
      best = value;
      at = xi;
    }
  }
  struct hud_fourier_distance d = fourier(&f, &g, false);
  assert_close(d.value, best, 1e-9);
  assert_close(d.at, at, 1e-3);
  assert_true(d.complete && d.scanned * d.scanned * d.value >= 2.0);
}

/* sup |e^{-x^2/2} - e^{-s^2 x^2/2}|/x^2 is (s^2-1)/2; the cells' own variance cancels. */
static void test_fourier_of_gaussians(void **state)
{
  (void)state;
  struct cells one, two;
  struct hud_measure f = normal_cells(&one, 1.0, 0.3, 1.0, -8.7, 9.3);
  struct hud_measure g = normal_cells(&two, 1.0, 0.3, 1.2, -8.7, 9.3);
  struct hud_fourier_distance d = fourier(&f, &g, false);
  assert_close(d.value, 0.22, 1e-10);
  assert_close(fourier(&g, &f, false).value, d.value, 1e-15);
  assert_close(fourier(&f, &f, false).value, 0.0, 0.0);
  /* |fhat - ghat| is at most the L1 distance: beyond this frequency nothing can be larger */
  struct hud_error error = {0};
  double l1;
  assert_ok(hud_distance_l1(&f, &g, &l1, &error), &error);
  assert_true(d.complete);
  assert_below(d.scanned, sqrt(l1 / 0.22) + 0.1);
}

static void test_fourier_needs_equal_means(void **state)
{
  (void)state;
  struct cells one, two;
  struct hud_measure f = normal_cells(&one, 1.0, 0.3, 1.0, -8.7, 9.3);
  struct hud_measure g = normal_cells(&two, 1.0, 0.5, 1.2, -8.5, 9.5);
  assert_true(fourier(&f, &g, false).value == INFINITY);
  assert_close(fourier(&f, &g, true).value, 0.22, 1e-10);
}

/* ---- negative cells and bad input ---- */

static void test_negative_cells(void **state)
{
  (void)state;
  const double edge[4] = {0.0, 1.0, 2.0, 3.0}, small[3] = {1.0, -1e-9, 1.0};
  const double large[3] = {1.0, -0.1, 1.0}, none[3] = {1.0, 0.0, 1.0};
  struct hud_measure clean = {3, none, NULL, edge}, bad = {3, large, NULL, edge};
  struct hud_measure nearly = {3, small, NULL, edge};
  assert_below(distance(hud_wasserstein_2, &nearly, &clean), 1e-8);
  assert_below(distance(hud_wasserstein_1, &bad, &clean), 0.2);
  double value;
  struct hud_error error = {0};
  assert_error(hud_wasserstein_2(&bad, &clean, &value, &error), HUD_ERROR_COMPUTE, &error,
               "negative");
}

static void test_bad_measures(void **state)
{
  (void)state;
  const double edge[3] = {0.0, 2.0, 1.0}, mass[2] = {1.0, 1.0}, zero[2] = {1.0, -1.0};
  const double place[2] = {0.0, 1.0}, hole[2] = {0.0, NAN};
  struct hud_measure good = {2, mass, place, NULL};
  const struct hud_measure bad[] = {
      {2, mass, NULL, edge}, {2, zero, place, NULL}, {2, mass, hole, NULL}, {2, hole, place, NULL},
      {2, mass, NULL, NULL}, {2, mass, place, edge}, {0, mass, place, NULL}};
  struct hud_error error = {0};
  double value;
  struct hud_fourier_distance result;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_error(hud_fourier_metric(&good, &bad[i], true, &result, &error), HUD_ERROR_USAGE, &error,
                 "measure");
    assert_error(hud_wasserstein_1(&good, &bad[i], &value, &error), HUD_ERROR_USAGE, &error,
                 "measure");
    assert_error(hud_wasserstein_2(&bad[i], &good, &value, &error), HUD_ERROR_USAGE, &error,
                 "measure");
  }
  assert_error(hud_distance_l1(&good, &good, &value, &error), HUD_ERROR_USAGE, &error, "atoms");
  assert_error(hud_distance_l1(&bad[0], &bad[0], &value, &error), HUD_ERROR_USAGE, &error,
               "increase");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_shift_is_the_distance),
      cmocka_unit_test(test_round_off_of_mass),
      cmocka_unit_test(test_gaussians),
      cmocka_unit_test(test_random_atoms_by_brute_force),
      cmocka_unit_test(test_cells_against_atoms),
      cmocka_unit_test(test_l1),
      cmocka_unit_test(test_fourier_limit_at_zero),
      cmocka_unit_test(test_fourier_of_cells),
      cmocka_unit_test(test_fourier_maximum_inside),
      cmocka_unit_test(test_fourier_of_gaussians),
      cmocka_unit_test(test_fourier_needs_equal_means),
      cmocka_unit_test(test_negative_cells),
      cmocka_unit_test(test_bad_measures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
