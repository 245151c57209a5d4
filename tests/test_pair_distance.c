/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distances of densities of pairs against closed forms, against a search of the transforms of
 * densities that have one, and their invariances. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/pair_distance.h"

enum { CELLS = 121 };

static const double PI = 3.141592653589793238462643383279502884;

struct sample {
  double v[CELLS], f2[CELLS * CELLS];
  struct hud_pair_density density;
};

typedef double density_of(double x, double y, double parameter);

static struct sample *make(size_t n, double low, double high, density_of *of, double parameter)
{
  struct sample *sample = malloc(sizeof *sample);
  assert_non_null(sample);
  for (size_t i = 0; i < n; i++)
    sample->v[i] = low + (high - low) * ((double)i + 0.5) / (double)n;
  for (size_t i = 0; i < n * n; i++)
    sample->f2[i] = of(sample->v[i / n], sample->v[i % n], parameter);
  sample->density = (struct hud_pair_density){n, sample->v, sample->f2};
  return sample;
}

static double gaussian(double x, double y, double deviation)
{
  return exp(-0.5 * (x * x + y * y) / (deviation * deviation));
}

static double correlated(double x, double y, double rho)
{
  return exp(-0.5 * (x * x - 2.0 * rho * x * y + y * y) / (1.0 - rho * rho));
}

static double bump(double x, double distance)
{
  return exp(-2.0 * (x - distance) * (x - distance)) + exp(-2.0 * (x + distance) * (x + distance));
}

/* Two groups at +-distance, of deviation 1/2 each. */
static double groups(double x, double y, double distance)
{
  return bump(x, distance) * bump(y, distance);
}

static double fourier(const struct sample *f, const struct sample *g)
{
  double distance = NAN;
  struct hud_error error = {0};
  assert_ok(hud_pair_fourier(&f->density, &g->density, &distance, &error), &error);
  return distance;
}

static double marginal(const struct sample *f, const struct sample *g)
{
  double distance = NAN;
  struct hud_error error = {0};
  assert_ok(hud_pair_wasserstein(&f->density, &g->density, &distance, &error), &error);
  return distance;
}

static double difference(const struct sample *f, const struct sample *g)
{
  double distance = NAN;
  struct hud_error error = {0};
  assert_ok(hud_pair_wasserstein_difference(&f->density, &g->density, &distance, &error), &error);
  return distance;
}

/* Gaussians differ most at xi = 0, by half the difference of the variances. */
static void test_gaussians(void **state)
{
  (void)state;
  struct sample *f = make(CELLS, -8.0, 8.0, gaussian, 1.0);
  struct sample *g = make(CELLS, -8.0, 8.0, gaussian, 1.2);
  assert_close(fourier(f, g), 0.22, 1e-9);
  assert_close(fourier(g, f), 0.22, 1e-9);
  assert_close(marginal(f, g), 0.2 * sqrt(2.0 / PI), 1e-4);
  assert_close(difference(f, g), 0.2 * sqrt(2.0) * sqrt(2.0 / PI), 1e-3);
  assert_close(fourier(f, f), 0.0, 0.0);
  assert_close(marginal(f, f), 0.0, 0.0);
  assert_close(difference(f, f), 0.0, 0.0);
  free(f);
  free(g);
}

/* The same marginals: only what sees both velocities sees the correlation. */
static void test_correlation(void **state)
{
  (void)state;
  struct sample *f = make(CELLS, -8.0, 8.0, correlated, 0.5);
  struct sample *g = make(CELLS, -8.0, 8.0, correlated, 0.0);
  assert_close(marginal(f, g), 0.0, 1e-12);
  assert_close(fourier(f, g), 0.25, 1e-9);
  assert_close(difference(f, g), (sqrt(2.0) - 1.0) * sqrt(2.0 / PI), 1e-3);
  free(f);
  free(g);
}

/* Equal covariances: the maximum is inside, where a search of the transforms finds it. */
static void test_maximum_inside(void **state)
{
  (void)state;
  double variance = 1.25, largest = 0.0; /* 1 + 1/4 */
  struct sample *f = make(CELLS, -8.0, 8.0, groups, 1.0);
  struct sample *g = make(CELLS, -8.0, 8.0, gaussian, sqrt(variance));
  for (int i = 1; i <= 1200; i++)
    for (int j = -i; j <= i; j++) {
      double a = 0.005 * i, b = 0.005 * j, square = a * a + b * b;
      double of_f = cos(a) * cos(b) * exp(-square / 8.0), of_g = exp(-0.5 * variance * square);
      double x = 0.5 * a * 16.0 / CELLS, y = b == 0.0 ? 1e-9 : 0.5 * b * 16.0 / CELLS;
      double spread = sin(x) / x * sin(y) / y; /* of a cell */
      largest = fmax(largest, fabs(of_f - of_g) * fabs(spread) / square);
    }
  assert_true(largest > 0.02);
  assert_close(fourier(f, g), largest, 1e-5 * largest);
  free(f);
  free(g);
}

/* Neither where they are, nor their masses, nor the cells count. */
static double shifted(double x, double y, double shift)
{
  return 3.0 * groups(x - shift, y - shift, 1.0);
}

static void test_invariances(void **state)
{
  (void)state;
  struct sample *f = make(CELLS, -8.0, 8.0, groups, 1.0);
  struct sample *moved = make(CELLS, -7.0, 9.0, shifted, 1.0);
  struct sample *coarse = make(CELLS / 2, -8.0, 8.0, groups, 1.0);
  struct sample *g = make(CELLS, -8.0, 8.0, gaussian, 1.0);
  assert_close(fourier(f, moved), 0.0, 1e-12);
  assert_close(fourier(moved, g), fourier(f, g), 1e-12);
  assert_close(difference(moved, g), difference(f, g), 1e-12);
  assert_close(marginal(f, moved), 1.0, 1e-12);
  assert_close(fourier(coarse, g), fourier(f, g), 5e-3);
  free(f);
  free(moved);
  free(coarse);
  free(g);
}

static void test_bad_densities(void **state)
{
  (void)state;
  struct sample *good = make(16, -4.0, 4.0, gaussian, 1.0);
  struct sample *bad[5];
  static const char *const words[] = {"not finite", "the mass 0", "equal width", "equal width",
                                      "1 x 1"};
  for (int i = 0; i < 5; i++)
    bad[i] = make(16, -4.0, 4.0, gaussian, 1.0);
  bad[0]->f2[17] = NAN;
  for (int i = 0; i < 256; i++)
    bad[1]->f2[i] = 0.0;
  bad[2]->v[3] += 0.1;
  for (int i = 0; i < 16; i++)
    bad[3]->v[i] = 1.0;
  bad[4]->density.count = 1;
  for (int i = 0; i < 5; i++) {
    struct hud_error error = {0};
    double distance;
    assert_error(hud_pair_fourier(&good->density, &bad[i]->density, &distance, &error),
                 HUD_ERROR_USAGE, &error, words[i]);
    assert_error(hud_pair_wasserstein(&bad[i]->density, &good->density, &distance, &error),
                 HUD_ERROR_USAGE, &error, words[i]);
    assert_error(
        hud_pair_wasserstein_difference(&bad[i]->density, &good->density, &distance, &error),
        HUD_ERROR_USAGE, &error, words[i]);
    free(bad[i]);
  }
  free(good);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gaussians),      cmocka_unit_test(test_correlation),
      cmocka_unit_test(test_maximum_inside), cmocka_unit_test(test_invariances),
      cmocka_unit_test(test_bad_densities),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
