/* SPDX-License-Identifier: GPL-3.0-or-later
 * f_2(v_1, v_2) by the spectral method: against the closed form of the quasi-stationary f_2 of a
 * Gaussian, singular diagonal included; against its own moments; against the grid, with the order;
 * and what a run says of it. */
#define _XOPEN_SOURCE 700
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "huddle/simulation.h"

#include "run/simulation.h"
#include "scratch.h"
#include "read_pairs.h"
#include "support.h"

static const double pi = 3.14159265358979323846;
static const char *const gaussian = "{gaussian: {mass: 1, mean: 0.3, stddev: 1}}";
static const char *const bimodal = "{mixture: [{gaussian: {mass: 0.6, mean: -0.5, stddev: 0.5}}, "
                                   "{gaussian: {mass: 0.4, mean: 1.1, stddev: 0.6}}]}";

static struct hud_simulation *open_text(const char *model, const char *method, double mu11,
                                        const char *window, const char *initial, double end)
{
  char text[1024];
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: %s\nmethod: %s\nepsilon: 0.1\n"
           "rates: {lambda: {default: 0.8, \"1,1\": 1}, mu: {default: 1.5, \"1,1\": %g}}\n"
           "velocity: %s\ninitial: {%s}\ntime: {end: %g}\n"
           "solver: {rtol: 1e-8, atol: 1e-14, spectral_tol: 1e-6}\n",
           model, method, mu11, window, initial, end);
  assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
  return simulation;
}

/* ---- the quasi-stationary f_2 of a Gaussian ---- */

/* Gamma(a, x), a no integer <= 0; GSL's loses its digits where x is tiny and a < 0. */
static double gamma_upper(double a, double x)
{
  double sum = 0.0, term = 1.0;
  if (x > 0.1)
    return gsl_sf_gamma_inc(a, x);
  for (int k = 0; k < 20; k++) {
    sum += term / (a + k);
    term *= -x / (k + 1.0);
  }
  return tgamma(a) - pow(x, a) * sum;
}

/* With m, r mean and half difference about v_infinity and f_1 of unit mass and variance,
 * f_2 = lambda11 r^{mu-1} int_r^inf w^{-mu} f_1(m+w) f_1(m-w) dw, here by the incomplete gamma. */
static double exact(double mu, double m, double r)
{
  return pow(r, mu - 1.0) / (4.0 * pi) * exp(-m * m) * gamma_upper(0.5 * (1.0 - mu), r * r);
}

/* The mean over the square of side h about (a, b), by halves on either side of its diagonal; nodes
 * crowd towards small |r|. */
static double exact_mean(double mu, double a, double b, double h)
{
  enum { NODES = 64 };
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(NODES);
  double m0 = 0.5 * (a + b), r0 = 0.5 * (a - b), sum = 0.0;
  for (int side = -1; side <= 1; side += 2)
    for (size_t i = 0; i < NODES; i++) {
      double x, weight, y, weight_m;
      gsl_integration_glfixed_point(0.0, 1.0, i, &x, &weight, table);
      /* r = r0 + side e, e from 0 to h/2; m within h/2 - e of m0 */
      bool corner = fabs(fabs(r0) - 0.5 * h) < 1e-9 && side * r0 < 0.0;
      double e = corner ? 0.5 * h * (1.0 - pow(x, 8.0)) : 0.5 * h * pow(x, 8.0);
      double jacobian = 0.5 * h * 8.0 * pow(x, 7.0);
      double r = corner ? 0.5 * h * pow(x, 8.0) : fabs(r0 + side * e);
      for (size_t j = 0; j < NODES; j++) {
        gsl_integration_glfixed_point(-1.0, 1.0, j, &y, &weight_m, table);
        sum += weight * weight_m * jacobian * (0.5 * h - e) * exact(mu, m0 + y * (0.5 * h - e), r);
      }
    }
  gsl_integration_glfixed_table_free(table);
  return 2.0 * sum / (h * h); /* dv_1 dv_2 = 2 dm dr */
}

static void test_quasi_stationary(void **state)
{
  (void)state;
  static const double rates[] = {0.5, 1.3, 2.0, 3.7};
  static const char *const models[] = {"first_order", "instantaneous"};
  for (int n = 0; n < 8; n++) {
    double mu = rates[n % 4];
    char initial[128];
    size_t count;
    double h;
    snprintf(initial, sizeof initial, "f1: %s, f2: quasi_stationary", gaussian);
    struct hud_simulation *s =
        open_text(models[n / 4], "spectral", mu, "{min: -1.7, max: 2.3, cells: 32}", initial, 1.0);
    const double *v;
    hud_simulation_velocities(s, &v);
    double *f2 = read_pairs(s, &count, &h), largest = exact_mean(mu, 0.0, 0.0, h);
    assert_int_equal(count, 32);
    for (size_t i = 0; i < count; i += 5)
      for (size_t j = 0; j <= i; j++) {
        double expected = exact_mean(mu, v[i] - 0.3, v[j] - 0.3, h);
        assert_close(f2[i * count + j], expected, (n < 4 ? 2e-7 : 6e-8) * largest);
        assert_close(f2[j * count + i], f2[i * count + j], 1e-14 * largest);
      }
    free(f2);
    hud_simulation_close(s);
  }
}

/* ---- its moments ---- */

/* With output.mollifier = w, which adds w^2 to every variance. */
static void check_mollified(const char *model, const char *initial, double mu11, double end,
                            double w)
{
  struct hud_simulation *s =
      open_text(model, "spectral", mu11, "{min: -8, max: 8, cells: 128}", initial, end);
  struct hud_error error;
  double sums[3] = {0.0, 0.0, 0.0}, mass, momentum, variance, h, center = s->model->v_infinity;
  double apart = 0.0, difference;
  size_t count;
  const double *v;
  assert_ok(hud_simulation_advance(s, end, &error), &error);
  hud_simulation_velocities(s, &v);
  double *f2 = read_pairs(s, &count, &h);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++) {
      for (int p = 0; p < 3; p++)
        sums[p] += h * h * f2[i * count + j] * pow(v[i] - center, p);
      apart += h * h * f2[i * count + j] * (v[i] - v[j]) * (v[i] - v[j]);
    }
  assert_ok(hud_simulation_quantity(s, "M2", &mass, &error), &error);
  assert_ok(hud_simulation_quantity(s, "I2", &momentum, &error), &error);
  assert_ok(hud_simulation_quantity(s, "V2", &variance, &error), &error);
  assert_close_relative(sums[0], mass, 3e-6);
  assert_close(sums[1], momentum - center * mass, 1e-6 * mass);
  assert_close(sums[2], variance + (h * h / 12.0 + w * w) * mass, 1e-5 * mass);
  assert_ok(hud_simulation_quantity(s, "W", &difference, &error), &error);
  assert_close(apart, difference + 2.0 * (h * h / 12.0 + w * w) * mass, 2e-5 * mass);
  free(f2);
  hud_simulation_close(s);
}

static void check_moments(const char *model, const char *initial, double mu11, double end)
{
  check_mollified(model, initial, mu11, end, 0.0);
}

static void test_moments(void **state)
{
  (void)state;
  char initial[512];
  snprintf(initial, sizeof initial, "f1: %s", gaussian);
  check_moments("first_order", initial, 2.0, 0.3);
  check_moments("first_order\nthree_body_drift: as_printed", initial, 0.6, 0.2);
  check_moments("hierarchy\nclusters: 2", initial, 1.0, 0.02);
  snprintf(initial, sizeof initial,
           "f1: %s, f2: {product: {mass: 0.3, density: {gaussian: {mass: 2, mean: 0.8, stddev: "
           "0.7}}}}",
           gaussian);
  check_moments("hierarchy\nclusters: 2", initial, 2.0, 0.3);
}

/* Where larger clusters are dynamic, and where they start from something. */
static void test_moments_of_larger_clusters(void **state)
{
  (void)state;
  char initial[512];
  snprintf(initial, sizeof initial, "f1: %s", gaussian);
  check_moments("relaxed_triple\ndelta: 0.3", initial, 2.0, 0.2);
  check_moments("hierarchy\nclusters: 3\ncounting: as_printed", initial, 1.0, 0.1);
  check_moments("first_order_hierarchy\nclusters: 3", initial, 2.0, 0.1);
  snprintf(initial, sizeof initial, "f1: %s, clusters: quasi_stationary", gaussian);
  check_moments("hierarchy\nclusters: 3", initial, 2.0, 0.1);
  check_moments("hierarchy\nclusters: 4", initial, 1.5, 0.06);
  snprintf(initial, sizeof initial,
           "f1: %s, f3: {product: {mass: 0.5, density: {gaussian: {mass: 2, mean: 0.8, stddev: "
           "0.7}}}}",
           gaussian);
  check_moments("hierarchy\nclusters: 3", initial, 2.0, 0.05);
  snprintf(initial, sizeof initial,
           "f1: %s, f3: {atoms: [[0.2, -0.4, 0.3, 0.6], [0.3, 0.1, 0.2, 0.8]]}}\n"
           "output: {mollifier: 0.4",
           gaussian);
  check_mollified("hierarchy\nclusters: 3", initial, 2.0, 0.05, 0.4);
}

/* ---- models that coincide, or tend to one another ---- */

/* f_2 at t = 0.04; to be freed. */
static double *pairs_of(const char *model, const char *rates, size_t *count)
{
  char text[1024];
  double h;
  struct hud_simulation *s = NULL;
  struct hud_error error;
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: %s\nmethod: spectral\nepsilon: 0.1\n"
           "rates: {lambda: {default: 0.8%s}, mu: {default: 1.5, \"1,1\": 2}}\n"
           "velocity: {min: -4, max: 4, cells: 32}\ninitial: {f1: %s, f2: quasi_stationary}\n"
           "time: {end: 1}\nsolver: {spectral_tol: 1e-6}\n",
           model, rates, gaussian);
  assert_ok(hud_simulation_parse(&s, text, "test", &error), &error);
  assert_ok(hud_simulation_advance(s, 0.04, &error), &error);
  double *f2 = read_pairs(s, count, &h);
  hud_simulation_close(s);
  return f2;
}

static double apart(const double *f, const double *g, size_t count)
{
  double largest = 0.0, difference = 0.0;
  for (size_t i = 0; i < count * count; i++) {
    largest = fmax(largest, fabs(f[i]));
    difference = fmax(difference, fabs(f[i] - g[i]));
  }
  return difference / largest;
}

static void test_models_agree(void **state)
{
  (void)state;
  size_t n;
  const char *without = ", \"1,3\": 0, \"2,2\": 0";
  double *three = pairs_of("hierarchy\nclusters: 3", "", &n);
  double *relaxed = pairs_of("relaxed_triple\ndelta: 0.1", "", &n);
  double *four = pairs_of("hierarchy\nclusters: 4", "", &n);
  double *none = pairs_of("hierarchy\nclusters: 4", without, &n);
  assert_below(apart(three, relaxed, n), 1e-13); /* delta = epsilon */
  assert_below(apart(three, none, n), 1e-7);     /* quadruples that never form */
  assert_below(apart(three, four, n), 0.05);
  assert_true(apart(three, four, n) > 1e-3);
  double *first = pairs_of("first_order", "", &n), errors[2];
  for (int a = 0; a < 2; a++) { /* delta -> 0 */
    double *triple =
        pairs_of(a == 0 ? "relaxed_triple\ndelta: 0.01" : "relaxed_triple\ndelta: 0.005", "", &n);
    errors[a] = apart(triple, first, n);
    free(triple);
  }
  assert_close(log2(errors[0] / errors[1]), 1.0, 0.1);
  free(three);
  free(relaxed);
  free(four);
  free(none);
  free(first);
}

/* ---- against the grid: second order, but for the kink of f_2 on its diagonal ---- */

static void test_grid(void **state)
{
  (void)state;
  char initial[512];
  double before = 0.0, apart_before = 0.0;
  snprintf(initial, sizeof initial, "f1: %s", bimodal);
  for (int cells = 48; cells <= 192; cells *= 2) {
    char window[64];
    size_t count;
    double h, distance = 0.0, apart = 0.0, mass;
    struct hud_error error;
    snprintf(window, sizeof window, "{min: -6, max: 6, cells: %d}", cells);
    struct hud_simulation *s = open_text("first_order", "spectral", 2.0, window, initial, 0.25);
    struct hud_simulation *g = open_text("first_order", "grid", 2.0, window, initial, 0.25);
    assert_ok(hud_simulation_advance(s, 0.25, &error), &error);
    assert_ok(hud_simulation_advance(g, 0.25, &error), &error);
    double *a = read_pairs(s, &count, &h), *b = read_pairs(g, &count, &h);
    for (size_t i = 0; i < count * count; i++)
      distance += h * h * fabs(a[i] - b[i]);
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0; h * (double)j < h * (double)i - 0.75; j++)
        apart += h * h * fabs(a[i * count + j] - b[i * count + j]);
    assert_ok(hud_simulation_quantity(s, "M2", &mass, &error), &error);
    if (cells == 192) {
      assert_below(log2(apart / apart_before), -1.7);
      assert_below(log2(distance / before), -1.3);
      assert_below(distance, 0.02 * mass);
    }
    before = distance;
    apart_before = apart;
    free(a);
    free(b);
    hud_simulation_close(s);
    hud_simulation_close(g);
  }
}

/* ---- runs, and what is refused ---- */

static void test_run(void **state)
{
  (void)state;
  struct hud_error error = {0};
  char folder[SCRATCH_PATH];
  const char *const overrides[] = {
      "method=spectral", "output.f2=true", "time={end: 0.2, output_every: 0.1}",
      "velocity={min: -6, max: 6, cells: 40}", "solver={spectral_tol: 1e-6}"};
  scratch_create(folder);
  assert_ok(hud_simulation_run("models/first_order.yaml", overrides, 5, folder, 1, &error), &error);
  char *text = scratch_read(folder, "summary.json", NULL);
  const char *cut = strstr(text, "\"f2hat_cut_end\": "),
             *tail = strstr(text, "\"f2hat_error_end\": ");
  assert_non_null(cut);
  assert_non_null(tail);
  assert_below(strtod(strchr(cut, ':') + 1, NULL), 1e-4);
  assert_below(strtod(strchr(tail, ':') + 1, NULL), 1e-6);
  assert_true(strtod(strchr(cut, ':') + 1, NULL) > 0.0);
  assert_non_null(strstr(text, "\"f2_unknowns\": "));
  free(text);
  scratch_remove(folder);
}

static void test_refused(void **state)
{
  (void)state;
  static const char *const models[] = {"hierarchy\nclusters: 5",
                                       "first_order_hierarchy\nclusters: 6"};
  for (int n = 0; n < 2; n++) {
    char text[512];
    struct hud_simulation *s = NULL;
    struct hud_error error;
    snprintf(text, sizeof text,
             "huddle: 1\nmodel: %s\nmethod: spectral\nepsilon: 0.1\nrates: {lambda: 1, mu: 2}\n"
             "initial: {f1: %s}\ntime: {end: 1}\noutput: {f2: true}\n"
             "solver: {spectral_tol: 1e-4}\n",
             models[n], gaussian);
    assert_error(hud_simulation_parse(&s, text, "test", &error), HUD_ERROR_INPUT, &error,
                 "of clusters of up to 4");
    assert_non_null(strstr(error.where, "test:"));
    assert_null(s);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_quasi_stationary),
      cmocka_unit_test(test_moments),
      cmocka_unit_test(test_moments_of_larger_clusters),
      cmocka_unit_test(test_models_agree),
      cmocka_unit_test(test_grid),
      cmocka_unit_test(test_run),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
