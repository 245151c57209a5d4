/* SPDX-License-Identifier: GPL-3.0-or-later
 * Observables of a gas against what is known of them exactly: the covariance of particle pairs
 * where a total is conserved, its error against the spread over seeds, the continuity equation of
 * the waves along every path, free flight, and y_k against the rates. */
#include "support.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/model_file.h"
#include "huddle/simulation.h"
#include "spheres/observables.h"

static struct hud_simulation *open_model(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static struct hud_simulation *open_model(const char *format, ...)
{
  char text[2000];
  va_list arguments;
  struct hud_simulation *simulation = NULL;
  struct hud_error error = {0};
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  assert_ok(hud_simulation_parse(&simulation, text, "model", &error), &error);
  return simulation;
}

static void refused(const char *text, const char *message)
{
  struct hud_simulation *simulation = NULL;
  struct hud_error error = {0};
  assert_error(hud_simulation_parse(&simulation, text, "model", &error), HUD_ERROR_INPUT, &error,
               message);
  assert_null(simulation);
}

static void advance(struct hud_simulation *simulation, double t)
{
  struct hud_error error = {0};
  assert_ok(hud_simulation_advance(simulation, t, &error), &error);
}

static double value(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error = {0};
  double result;
  assert_ok(hud_simulation_quantity(simulation, name, &result, &error), &error);
  return result;
}

static const char flow[] = "huddle: 1\nmodel: hard_spheres\ndimension: 2\norders: 1\n"
                           "zones: {radii: 0.1}\ntime: {end: 10}\n";
static const char dilute[] = "huddle: 1\nmodel: boltzmann\ndimension: 2\norders: 1\n"
                             "time: {end: 10}\n";

/* Three replicas of two particles by hand: <phi> = 1, 2, 6, phi_1 phi_2 = 0, 3, 20. */
static void covariance_by_hand(void **state)
{
  (void)state;
  const double phi[3][2] = {{0, 2}, {1, 3}, {2, 10}};
  double values[3][HUD_PHI_COLUMNS], covariance, deviation;
  struct hud_phi none = {NULL, NULL};
  for (int r = 0; r < 3; r++) {
    struct hud_observer observer = hud_observer_begin(&none);
    observer.count = 2;
    for (int i = 0; i < 2; i++) {
      hud_sum_add(&observer.first, phi[r][i]);
      hud_sum_add(&observer.square, phi[r][i] * phi[r][i]);
    }
    hud_observer_pairs(&observer, values[r]);
  }
  assert_close(values[2][0], 6.0, 0.0);
  assert_close(values[2][1], 20.0, 1e-14);
  hud_pair_covariance(values[0], HUD_PHI_COLUMNS, 3, &covariance, &deviation);
  /* 23/3 - (1*2 + 1*6 + 2*6)/3; without one replica: 23/2 - 12, 20/2 - 6, 3/2 - 2. */
  assert_close(covariance, 1.0, 1e-14);
  assert_close(deviation, sqrt(2.0 / 3.0 * (2.25 + 9.0 + 2.25)), 1e-14);
  hud_pair_covariance(values[0], HUD_PHI_COLUMNS, 2, &covariance, &deviation);
  assert_close(covariance, 1.5 - 2.0, 1e-14);
  assert_true(isnan(deviation));
}

/* sum phi is conserved, so its variance is that of independent particles: (N - 1) C(t) = Var
 * phi(0) - Var phi(t) in the mean over replicas, here with phi = v_x and T_x from 1.5 towards 1. */
static void conserved_totals(void **state)
{
  (void)state;
  const char *const models[] = {flow, dilute};
  for (int m = 0; m < 2; m++) {
    struct hud_simulation *simulation =
        open_model("%sinitial: {velocity: {gaussian: {temperature: [1.5, 0.5], mean: [3, 0]}}}\n"
                   "observables: {phi: vx}\nparticles: {count: 8, replicas: 12000}\n",
                   models[m]);
    assert_close(value(simulation, "correlation"), 0.0, 4.0 * value(simulation, "correlation_se"));
    assert_close(value(simulation, "phi"), 3.0, 0.03);
    advance(simulation, 1.0);
    double se = value(simulation, "correlation_se");
    /* T_x is about the mean of each replica, whose own variance is 1.5/8. */
    double expected = (1.5 - (value(simulation, "Tx") + 1.5 / 8)) / 7;
    assert_true(expected > 0.04);
    assert_below(se, 0.004);
    assert_close(value(simulation, "correlation"), expected, 4.0 * se);
    hud_simulation_close(simulation);
  }
}

/* With zero momentum v_x has the correlation -T_x/(N - 1), to round-off. */
static void fixed_momentum(void **state)
{
  (void)state;
  struct hud_simulation *simulation =
      open_model("%sinitial: {velocity: {gaussian: {temperature: 1}}, fix: [momentum]}\n"
                 "observables: {phi: vx}\nparticles: {count: 20, replicas: 5}\n",
                 flow);
  advance(simulation, 0.5);
  assert_close(value(simulation, "correlation"), -value(simulation, "Tx") / 19, 1e-14);
  assert_close(value(simulation, "phi"), 0.0, 1e-15);
  hud_simulation_close(simulation);
}

/* The jackknife error is the spread over seeds. */
static void errors_of_correlations(void **state)
{
  (void)state;
  enum { SEEDS = 60 };
  double sum = 0.0, square = 0.0, deviation = 0.0;
  for (int seed = 0; seed < SEEDS; seed++) {
    struct hud_simulation *simulation =
        open_model("%sinitial: {velocity: {gaussian: {temperature: [1.5, 0.5]}}}\n"
                   "observables: {phi: vx^2 - vy^2}\n"
                   "particles: {count: 10, replicas: 200, seed: %d}\n",
                   dilute, seed);
    advance(simulation, 0.3);
    double c = value(simulation, "correlation");
    sum += c;
    square += c * c;
    deviation += value(simulation, "correlation_se") / SEEDS;
    hud_simulation_close(simulation);
  }
  double spread = sqrt((square - sum * sum / SEEDS) / (SEEDS - 1));
  assert_close(deviation / spread, 1.0, 0.25);
}

/* wave_x changes by -(2 pi/side) times the integral of current_x along every path. */
static void continuity(const char *model, double tolerance)
{
  struct hud_simulation *simulation = open_model("%s", model);
  enum { STEPS = 400 };
  double rate = 3.141592653589793, first = value(simulation, "wave_x");
  double before = value(simulation, "current_x"), integral = 0.0;
  for (int step = 1; step <= STEPS; step++) {
    advance(simulation, 0.4 * step / STEPS);
    double now = value(simulation, "current_x");
    integral += 0.5 * (before + now) * 0.4 / STEPS;
    before = now;
  }
  assert_true(fabs(value(simulation, "wave_x") - first) > 0.1);
  assert_close(value(simulation, "wave_x") - first, -rate * integral, tolerance);
  hud_simulation_close(simulation);
}

static void waves_obey_continuity(void **state)
{
  (void)state;
  static const char common[] = "dimension: 2\norders: 2\ndomain: {torus: 2}\ntime: {end: 1}\n"
                               "initial: {velocity: {gaussian: {temperature: 1, mean: [0.4, 0]}}, "
                               "position: 1 + 0.6*cos(3.141592653589793*x)}\n";
  char text[1000];
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: hard_spheres\nparticles: {count: 500}\nzones: {kappa: 4}\n%s",
           common);
  continuity(text, 1e-4);
  snprintf(text, sizeof text, "huddle: 1\nmodel: boltzmann\nparticles: {count: 500}\ncells: 8\n%s",
           common);
  continuity(text, 1e-4);
}

/* Without collisions the mode of a Maxwellian decays as exp(-T (q t)^2/2), and of the data. */
static void waves_of_free_flight(void **state)
{
  (void)state;
  struct hud_simulation *simulation = open_model(
      "huddle: 1\nmodel: hard_spheres\ndimension: 2\norders: 1\nzones: {radii: 1e-9}\n"
      "initial: {velocity: {gaussian: {temperature: [2, 1]}}, position: 1 + 0.5*cos(2*pi*x)}\n"
      "particles: {count: 2000, replicas: 40}\ntime: {end: 1}\n");
  double q = 2.0 * 3.141592653589793, t = 0.1;
  const double sigma = 0.005;
  assert_close(value(simulation, "wave_x"), 0.5, 4.0 * sigma);
  assert_close(value(simulation, "wave_x_se"), sigma, 0.4 * sigma);
  assert_close(value(simulation, "heat_x"), 0.5 * 1.5, 0.06);
  advance(simulation, t);
  double wave = 0.5 * exp(-q * q * t * t);
  assert_close(value(simulation, "wave_x"), wave, 4.0 * sigma);
  assert_close(value(simulation, "current_x"), 2.0 * q * t * wave, 8.0 * sigma);
  /* <v_x^2 e^{i q v_x t}> = (T - T^2 q^2 t^2) e^{-T q^2 t^2/2} */
  assert_close(value(simulation, "heat_x"), 0.5 * (2.0 - 4.0 * q * q * t * t + 1.0) * wave, 0.06);
  hud_simulation_close(simulation);
}

/* N = 64, epsilon = (0.004, 0.03): Gamma y_k is the measured rate. Insertions into 61 particles
 * give y_3 of 64; y_2 of 63 is that of 64 within 0.2 %. */
static void rates_are_ideal_times_y(void **state)
{
  (void)state;
  static const char gas[] = "huddle: 1\nmodel: hard_spheres\ndimension: 2\norders: 2\n"
                            "zones: {radii: [0.004, 0.03]}\ntime: {end: 2}\n"
                            "initial: {velocity: {gaussian: {temperature: 1}}, "
                            "fix: [momentum, energy]}\n";
  const double ideal[2] = {28.64, 5.13};
  struct hud_simulation *reduced =
      open_model("%sobservables: {insertions: 400}\nparticles: {count: 61, replicas: 200}\n", gas);
  struct hud_simulation *full = open_model("%sparticles: {count: 64, replicas: 400}\n", gas);
  advance(full, 2.0);
  for (int k = 2; k <= 3; k++) {
    char y[40], y_se[40], events[40], events_se[40];
    snprintf(y, sizeof y, "y_%d", k);
    snprintf(y_se, sizeof y_se, "y_%d_se", k);
    snprintf(events, sizeof events, "collisions_%d", k);
    snprintf(events_se, sizeof events_se, "collisions_%d_se", k);
    double expected = ideal[k - 2] * value(reduced, y);
    double error = ideal[k - 2] * value(reduced, y_se);
    double measured = value(full, events) / 2.0;
    assert_below(error, 0.005 * ideal[k - 2]);
    assert_close(measured, expected, 3.5 * hypot(error, value(full, events_se) / 2.0));
    assert_true(fabs(measured - ideal[k - 2]) > 4.0 * value(full, events_se) / 2.0);
  }
  hud_simulation_close(reduced);
  hud_simulation_close(full);
}

/* Disks of packing eta: y_2 = (1 - 7 eta/16)/(1 - eta)^2 (Henderson), good to 0.1 % at 0.126. */
static void dense_disks(void **state)
{
  (void)state;
  struct hud_simulation *simulation =
      open_model("huddle: 1\nmodel: hard_spheres\ndimension: 2\norders: 1\nzones: {radii: 0.02}\n"
                 "time: {end: 1}\nparticles: {count: 400, replicas: 40}\n"
                 "initial: {velocity: {gaussian: {temperature: 1}}}\n"
                 "observables: {insertions: 10000}\n");
  double eta = 400.0 * 3.141592653589793 * 0.01 * 0.01;
  double y = (1.0 - 7.0 * eta / 16.0) / ((1.0 - eta) * (1.0 - eta));
  assert_below(value(simulation, "y_2_se"), 0.005);
  assert_close(value(simulation, "y_2"), y, 3.0 * value(simulation, "y_2_se") + 0.003);
  hud_simulation_close(simulation);
}

/* Insertions do not touch the flow, and a row asked for again is the same. */
static void insertions_only_look(void **state)
{
  (void)state;
  static const char gas[] = "huddle: 1\nmodel: hard_spheres\ndimension: 2\norders: 1\n"
                            "zones: {kappa: 2}\ntime: {end: 1}\nparticles: {count: 100}\n"
                            "initial: {velocity: {gaussian: {temperature: 1}}}\n";
  struct hud_simulation *plain = open_model("%s", gas);
  struct hud_simulation *looked_at = open_model("%sobservables: {insertions: 1000}\n", gas);
  double y = value(looked_at, "y_2");
  assert_true(y > 0.9 && y < 1.2);
  assert_close(value(looked_at, "y_2"), y, 0.0);
  advance(plain, 0.5);
  advance(looked_at, 0.5);
  assert_close(value(looked_at, "m4"), value(plain, "m4"), 0.0);
  assert_close(value(looked_at, "m6"), value(plain, "m6"), 0.0);
  assert_true(value(looked_at, "y_2") != y);
  hud_simulation_close(plain);
  hud_simulation_close(looked_at);
}

static void mistakes(void **state)
{
  (void)state;
  char text[1000];
  static const char data[] = "initial: {velocity: {gaussian: {temperature: 1}}}\n"
                             "particles: {count: 10}\n";
  snprintf(text, sizeof text, "%s%sobservables: {phi: v}\n", flow, data);
  refused(text, "not known: `v`");
  snprintf(text, sizeof text, "%s%sobservables: {insertions: -1}\n", flow, data);
  refused(text, "insertions");
  snprintf(text, sizeof text, "%s%sobservables: {insertions: 5}\n", dilute, data);
  refused(text, "observables.insertions");
  struct hud_simulation *simulation = open_model("%s%sobservables: {phi: vx}\n", flow, data);
  struct hud_error error = {0};
  double one;
  assert_error(hud_simulation_quantity(simulation, "correlation", &one, &error), HUD_ERROR_USAGE,
               &error, "correlation");
  hud_simulation_close(simulation);
  refused("huddle: 1\nmodel: hard_spheres\ndimension: 2\norders: 1\ndomain: whole_space\n"
          "zones: {radii: 0.01}\ntime: {end: 1}\nparticles: {count: 10}\n"
          "initial: {velocity: {gaussian: {temperature: 1}}, position: exp(-x^2-y^2)}\n"
          "observables: {insertions: 5}\n",
          "whole space");
}

/* The resolved model is a model again, with and without observables. */
static void resolved_models(void **state)
{
  (void)state;
  static const char *const lines[] = {"", "observables: {phi: vx}\n"};
  for (int m = 0; m < 4; m++) {
    char text[1000];
    struct hud_model_file *file = NULL, *again = NULL;
    struct hud_error error = {0};
    snprintf(text, sizeof text,
             "%sinitial: {velocity: {student: {degrees: 3, temperature: 1}}}\n"
             "particles: {count: 10}\n%s",
             m / 2 == 0 ? flow : dilute, lines[m % 2]);
    assert_ok(hud_model_file_parse(&file, "model", text, strlen(text), NULL, 0, &error), &error);
    const char *resolved = hud_model_file_resolved(file);
    assert_true((strstr(resolved, "observables") != NULL) == (m != 2));
    assert_ok(hud_model_file_parse(&again, "model", resolved, strlen(resolved), NULL, 0, &error),
              &error);
    assert_string_equal(hud_model_file_resolved(again), resolved);
    hud_model_file_free(file);
    hud_model_file_free(again);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(covariance_by_hand),
      cmocka_unit_test(conserved_totals),
      cmocka_unit_test(fixed_momentum),
      cmocka_unit_test(errors_of_correlations),
      cmocka_unit_test(waves_obey_continuity),
      cmocka_unit_test(waves_of_free_flight),
      cmocka_unit_test(rates_are_ideal_times_y),
      cmocka_unit_test(insertions_only_look),
      cmocka_unit_test(dense_disks),
      cmocka_unit_test(mistakes),
      cmocka_unit_test(resolved_models),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
