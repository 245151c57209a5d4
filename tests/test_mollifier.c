/* SPDX-License-Identifier: GPL-3.0-or-later
 * Densities of atoms, convolved with a Gaussian: at t = 0 exactly, later against exact moments and
 * against particles. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/distance.h"
#include "run/simulation.h"
#include "spectral/spectral.h"
#include "support.h"

static const double pi = 3.14159265358979323846;
enum { ATOMS = 3, CELLS = 400 };
static const double atoms[ATOMS][2] = {{0.5, -0.8}, {0.3, 1.1}, {0.2, 0.35}};
static const double width = 0.15, low = -3.0, high = 3.0;

static struct hud_simulation *open_text(const char *method, double mollifier, const char *window)
{
  char text[1024], output[64] = "";
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  if (strcmp(method, "spectral") == 0)
    snprintf(output, sizeof output, "output: {mollifier: %g}\n", mollifier);
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: first_order\nmethod: %s\nepsilon: 0.1\n"
           "rates: {lambda: {default: 0.8, \"1,1\": 1}, mu: {default: 1.5, \"1,1\": 2}}\n"
           "velocity: %s\n%s"
           "initial: {f1: {atoms: [[0.5, -0.8], [0.3, 1.1], [0.2, 0.35]]}}\n"
           "time: {end: 1}\nsolver: {rtol: 1e-9, atol: 1e-14, spectral_tol: 1e-6}\n"
           "particles: {count: 400000, seed: 5}\n",
           method, window, output);
  assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
  return simulation;
}

static const char *const window = "{min: -3, max: 3, cells: 400}";

static void read_masses(struct hud_simulation *s, double *mass)
{
  struct hud_error error;
  assert_ok(hud_simulation_density(s, 1, mass, CELLS, &error), &error);
  for (int a = 0; a < CELLS; a++)
    mass[a] *= (high - low) / CELLS;
}

static void test_initial(void **state)
{
  (void)state;
  struct hud_simulation *s = open_text("spectral", width, window);
  const double *v;
  double f[CELLS];
  struct hud_error error;
  assert_int_equal(hud_simulation_velocities(s, &v), CELLS);
  assert_ok(hud_simulation_density(s, 1, f, CELLS, &error), &error);
  for (int a = 0; a < CELLS; a++) {
    double expected = 0.0;
    for (int i = 0; i < ATOMS; i++)
      expected += atoms[i][0] * exp(-0.5 * pow((v[a] - atoms[i][1]) / width, 2.0)) /
                  (width * sqrt(2.0 * pi));
    assert_close(f[a], expected, 1e-9);
  }
  hud_simulation_close(s);
}

/* Convolution adds the variance of the Gaussian and leaves mass and mean; f_2 likewise. */
static void test_moments(void **state)
{
  (void)state;
  struct hud_simulation *s = open_text("spectral", width, window);
  struct hud_simulation *small = open_text("spectral", width, "{min: -3, max: 3, cells: 96}");
  struct hud_error error;
  double mass[CELLS], sums[3] = {0.0}, pairs[3] = {0.0}, moments[5], mass2, variance2, cut;
  double *f2 = malloc(96 * 96 * sizeof *f2), center = s->model->v_infinity, h = 6.0 / 96.0;
  const double *v;
  assert_non_null(f2);
  assert_ok(hud_simulation_advance(s, 1.0, &error), &error);
  assert_ok(hud_simulation_advance(small, 1.0, &error), &error);
  read_masses(s, mass);
  hud_simulation_velocities(s, &v);
  for (int a = 0; a < CELLS; a++)
    for (int p = 0; p < 3; p++)
      sums[p] += mass[a] * pow(v[a] - center, p);
  s->model->rep->ops->moments(s->model->rep, 1, s->y, center, 4, moments);
  assert_ok(hud_simulation_quantity(s, "fhat_cut", &cut, &error), &error);
  assert_below(cut, 1e-4);
  assert_close_relative(sums[0], moments[0], 1e-6);
  assert_close(sums[1], moments[1], 1e-6);
  assert_close(sums[2], moments[2] + width * width * moments[0], 1e-6);
  assert_ok(hud_simulation_density(small, 2, f2, 96 * 96, &error), &error);
  hud_simulation_velocities(small, &v);
  for (int a = 0; a < 96 * 96; a++)
    for (int p = 0; p < 3; p++)
      pairs[p] += h * h * f2[a] * pow(v[a / 96] - center, p);
  assert_ok(hud_simulation_quantity(small, "M2", &mass2, &error), &error);
  assert_ok(hud_simulation_quantity(small, "V2", &variance2, &error), &error);
  assert_close_relative(pairs[0], mass2, 1e-5);
  assert_close(pairs[2], variance2 + (width * width + h * h / 12.0) * mass2, 1e-4 * mass2);
  free(f2);
  hud_simulation_close(s);
  hud_simulation_close(small);
}

/* W1 to 400000 particles, whose histogram is convolved with the same Gaussian; and to the histogram
 * itself, where it is no more than the mean distance that the Gaussian moves. */
static void test_particles(void **state)
{
  (void)state;
  struct hud_simulation *s = open_text("spectral", width, window);
  struct hud_simulation *particles = open_text("particles", width, window);
  struct hud_error error;
  double a[CELLS], b[CELLS], smooth[CELLS] = {0.0}, edge[CELLS + 1], h = (high - low) / CELLS, w1;
  assert_ok(hud_simulation_advance(s, 1.0, &error), &error);
  assert_ok(hud_simulation_advance(particles, 1.0, &error), &error);
  read_masses(s, a);
  read_masses(particles, b);
  for (int i = 0; i <= CELLS; i++)
    edge[i] = low + h * i;
  for (int i = 0; i < CELLS; i++)
    for (int j = 0; j < CELLS; j++)
      smooth[i] += b[j] * h * exp(-0.5 * pow(h * (i - j) / width, 2.0)) / (width * sqrt(2.0 * pi));
  struct hud_measure f = {.count = CELLS, .mass = a, .edge = edge};
  struct hud_measure g = {.count = CELLS, .mass = smooth, .edge = edge};
  assert_ok(hud_wasserstein_1(&f, &g, &w1, &error), &error);
  assert_below(w1, 4e-3);
  g.mass = b;
  assert_ok(hud_wasserstein_1(&f, &g, &w1, &error), &error);
  assert_below(w1, width * sqrt(2.0 / pi) + 4e-3);
  assert_below(0.2 * width, w1);
  hud_simulation_close(s);
  hud_simulation_close(particles);
}

static void test_errors(void **state)
{
  (void)state;
  struct hud_simulation *s = open_text("spectral", 0.0, window);
  struct hud_error error;
  assert_error(hud_spectral_set_velocities(s->model->rep, -1.0, 1.0, 9, -0.1, NULL, &error),
               HUD_ERROR_INPUT, &error, "mollifier is -0.1");
  hud_simulation_close(s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_initial),
      cmocka_unit_test(test_moments),
      cmocka_unit_test(test_particles),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
