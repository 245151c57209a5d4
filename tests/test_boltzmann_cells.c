/* SPDX-License-Identifier: GPL-3.0-or-later
 * The Boltzmann equation in cells: free transport against its closed form, uniform data against the
 * homogeneous process, a sound wave, the order in the time step, conservation, errors. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "spheres/cell_gas.h"

static const double two_pi = 6.283185307179586;

static const struct hud_velocity_component one_gaussian[] = {{1.0, {0.0}, {1.0, 1.0, 1.0}, 0}};
static const struct hud_velocity_component anisotropic[] = {{1.0, {0.0}, {1.5, 0.5, 0.5}, 0}};
static const struct hud_velocity_mixture maxwellian = {one_gaussian, 1};
static const struct hud_velocity_mixture squeezed = {anisotropic, 1};

/* 1 + 0.8 cos(2 pi (i . x)), i = context. */
static double wave(void *context, const double *x)
{
  const int *mode = context;
  return 1.0 + 0.8 * cos(two_pi * (mode[0] * x[0] + mode[1] * x[1]));
}

static double amplitude(const struct hud_cell_gas *gas, int64_t count, const int *mode)
{
  double sum = 0.0;
  const struct hud_cell_particle *particle = hud_cell_gas_particles(gas);
  for (int64_t i = 0; i < count; i++)
    sum += cos(two_pi * (mode[0] * particle[i].x[0] + mode[1] * particle[i].x[1]));
  return 2.0 * sum / (double)count;
}

static struct hud_cell_gas *make(const struct hud_cell_gas_spec *spec, int *mode,
                                 const struct hud_velocity_mixture *mixture)
{
  struct hud_error error = {0};
  struct hud_cell_gas *gas = NULL;
  struct hud_position_density density = {.value = wave, .context = mode, .maximum = 1.8};
  assert_ok(hud_cell_gas_create(&gas, spec, &error), &error);
  assert_ok(hud_cell_gas_draw(gas, mode != NULL ? &density : NULL, mixture, false, false, &error),
            &error);
  return gas;
}

static void advance(struct hud_cell_gas *gas, double until)
{
  struct hud_error error = {0};
  assert_ok(hud_cell_gas_advance(gas, until, &error), &error);
}

/* Without collisions a mode of wave number q of a Maxwellian gas decays as exp(-q^2 T t^2/2), in
 * any number of steps. */
static void free_transport(void **state)
{
  (void)state;
  int modes[2][2] = {{1, 0}, {1, -1}};
  for (int axes = 1; axes <= 2; axes++) {
    struct hud_cell_gas_spec spec = {.dimension = 3,
                                     .axes = axes,
                                     .orders = 1,
                                     .density = 1.0,
                                     .side = 1.0,
                                     .cells = 8,
                                     .step = 0.03,
                                     .count = 100000,
                                     .seed = 1};
    int *mode = modes[axes - 1];
    struct hud_cell_gas *gas = make(&spec, mode, &maxwellian);
    double sigma = sqrt(2.0 / (double)spec.count);
    assert_close(amplitude(gas, spec.count, mode), 0.8, 4.0 * sigma);
    advance(gas, 0.1);
    advance(gas, 0.2);
    double q2 = two_pi * two_pi * (mode[0] * mode[0] + mode[1] * mode[1]);
    assert_close(amplitude(gas, spec.count, mode), 0.8 * exp(-0.5 * q2 * 0.04), 4.0 * sigma);
    assert_int_equal(hud_cell_gas_counters(gas)->collisions[2], 0);
    hud_cell_gas_free(gas);
  }
}

/* Data uniform in x: rates of collision, and T_x - T_y, as the homogeneous process has them. */
static void uniform_data_are_the_homogeneous_gas(void **state)
{
  (void)state;
  struct hud_error error = {0};
  const double alpha[2] = {1.0, 0.5};
  struct hud_cell_gas_spec spec = {.dimension = 2,
                                   .axes = 2,
                                   .orders = 2,
                                   .density = 1.3,
                                   .side = 2.0,
                                   .cells = 40,
                                   .step = 0.02,
                                   .count = 100000,
                                   .seed = 2};
  struct hud_kac_spec one = {
      .dimension = 2, .orders = 2, .density = 1.3, .count = 100000, .seed = 3};
  memcpy(spec.alpha, alpha, sizeof alpha);
  memcpy(one.alpha, alpha, sizeof alpha);
  struct hud_cell_gas *gas = make(&spec, NULL, &squeezed);
  struct hud_kac *kac = NULL;
  assert_ok(hud_kac_create(&kac, &one, &error), &error);
  assert_ok(hud_kac_draw_velocities(kac, &squeezed, false, false, &error), &error);
  advance(gas, 0.3);
  assert_ok(hud_kac_advance(kac, 0.3, &error), &error);
  struct hud_gas_moments cells, homogeneous;
  hud_cell_gas_moments(gas, &cells);
  hud_kac_moments(kac, &homogeneous);
  /* Standard error of a temperature: about 2/sqrt(N); the runs are independent. */
  double sigma = 2.0 * sqrt(2.0 / (double)spec.count);
  assert_close(cells.temperature[0] - cells.temperature[1],
               homogeneous.temperature[0] - homogeneous.temperature[1], 3.0 * sigma);
  for (int size = 2; size <= 3; size++) {
    double a = (double)hud_cell_gas_counters(gas)->collisions[size];
    double b = (double)hud_kac_counters(kac)->collisions[size];
    assert_true(b > 1e4);
    /* Counts fluctuate like Poisson numbers and with the energy of the sample, 1/sqrt(N). */
    assert_close(a, b, 4.0 * sqrt(a + b + 2.0 * b * b * size * size / (double)spec.count / 4.0));
  }
  hud_kac_free(kac);
  hud_cell_gas_free(gas);
}

/* A uniform gas at T = 1 with the velocity amplitude cos(2 pi x). */
static struct hud_cell_gas *make_sound(struct hud_cell_gas_spec *spec, double speed)
{
  struct hud_error error = {0};
  struct hud_cell_gas *gas = make(spec, NULL, &maxwellian);
  for (int64_t i = 0; i < spec->count; i++) {
    struct hud_cell_particle particle = hud_cell_gas_particles(gas)[i];
    particle.v[0] += speed * cos(two_pi * particle.x[0]);
    assert_ok(hud_cell_gas_set(gas, i, particle.x, particle.v, &error), &error);
  }
  return gas;
}

/* The mode of the velocity in units of its start. */
static double velocity_mode(const struct hud_cell_gas *gas, int64_t count, double speed)
{
  double sum = 0.0;
  const struct hud_cell_particle *particle = hud_cell_gas_particles(gas);
  for (int64_t i = 0; i < count; i++)
    sum += particle[i].v[0] * cos(two_pi * particle[i].x[0]);
  return 2.0 * sum / ((double)count * speed);
}

/* Many collisions make a perfect gas of adiabatic exponent (d+2)/d whatever the order l: a small
 * standing wave swings at the speed of sound c = sqrt(gamma T). */
static void sound_wave(void **state)
{
  (void)state;
  for (int l = 1; l <= 2; l++) {
    int d = 4 - l; /* 3, then 2 */
    double c = sqrt((d + 2.0) / d);
    double speed = 0.3 * c;
    struct hud_cell_gas_spec spec = {.dimension = d,
                                     .axes = 1,
                                     .orders = l,
                                     .density = 1.0,
                                     .side = 1.0,
                                     .cells = 50,
                                     .step = 0.005,
                                     .count = 50000,
                                     .seed = 4};
    spec.alpha[l - 1] = 60.0 * l;
    struct hud_cell_gas *gas = make_sound(&spec, speed);
    double quarter = 0.25 / c;
    double sigma = sqrt(2.0 / (double)spec.count) / speed;
    assert_close(velocity_mode(gas, spec.count, speed), 1.0, 4.0 * sigma);
    advance(gas, quarter);
    assert_close(velocity_mode(gas, spec.count, speed), 0.0, 0.04 + 4.0 * sigma);
    struct hud_cell_profile profile[50];
    hud_cell_gas_profile(gas, profile);
    double mass = 0.0;
    for (int cell = 0; cell < 50; cell++)
      mass += profile[cell].density / 50.0;
    assert_close(mass, 1.0, 1e-12);
    /* -rho div u: the gas has gathered at x = 1/4, and is hot there. */
    assert_close(profile[12].density - profile[37].density, 0.6, 0.15);
    assert_close(profile[12].temperature[0] - profile[37].temperature[0], 0.6 * (c * c - 1.0),
                 0.25);
    advance(gas, 2.0 * quarter);
    assert_close(velocity_mode(gas, spec.count, speed), -0.88, 0.08); /* free flow: -0.3 */
    hud_cell_gas_free(gas);
  }
}

/* The wave at t = 0.3 in 1, 2 and 4 steps: with Strang splitting the second difference is about a
 * quarter of the first; with an error of first order it would be a half. */
static void second_order_in_the_time_step(void **state)
{
  (void)state;
  double value[3];
  enum { N = 1200000 };
  double speed = 0.9;
  for (int s = 0; s < 3; s++) {
    struct hud_cell_gas_spec spec = {.dimension = 2,
                                     .axes = 1,
                                     .orders = 1,
                                     .alpha = {4.0},
                                     .density = 1.0,
                                     .side = 1.0,
                                     .cells = 40,
                                     .step = ldexp(0.3, -s),
                                     .count = N,
                                     .seed = 5};
    struct hud_cell_gas *gas = make_sound(&spec, speed);
    advance(gas, 0.3);
    value[s] = velocity_mode(gas, N, speed);
    hud_cell_gas_free(gas);
  }
  /* Var(2 v_x cos) is 2 (T + speed^2/2) or so, and differences have twice that. */
  double sigma = sqrt(5.6 / N) / speed;
  double first = fabs(value[0] - value[1]);
  double second = fabs(value[1] - value[2]);
  assert_true(first > 15.0 * sigma);
  assert_below(second, first / 3.0 + sigma);
}

static void momentum_and_energy_are_conserved(void **state)
{
  (void)state;
  int mode[2] = {2, 1};
  for (int d = 2; d <= 3; d++) {
    struct hud_cell_gas_spec spec = {.dimension = d,
                                     .axes = 2,
                                     .orders = 3,
                                     .alpha = {1.0, 1.0, 1.0},
                                     .density = 2.0,
                                     .side = 1.0,
                                     .cells = 10,
                                     .step = 0.05,
                                     .count = 3000,
                                     .seed = 6};
    struct hud_cell_gas *gas = make(&spec, mode, &squeezed);
    struct hud_gas_moments before, after;
    hud_cell_gas_moments(gas, &before);
    advance(gas, 10.0);
    hud_cell_gas_moments(gas, &after);
    for (int size = 2; size <= 4; size++)
      assert_true(hud_cell_gas_counters(gas)->collisions[size] > 1000);
    assert_close_relative(after.energy, before.energy, 1e-13);
    for (int a = 0; a < d; a++)
      assert_close(after.momentum[a], before.momentum[a], 1e-14);
    const struct hud_cell_particle *particle = hud_cell_gas_particles(gas);
    for (int i = 0; i < 3000; i++)
      for (int a = 0; a < 2; a++)
        assert_true(particle[i].x[a] >= 0.0 && particle[i].x[a] < 1.0);
    hud_cell_gas_free(gas);
  }
}

static void errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_cell_gas *gas = NULL;
  const struct hud_cell_gas_spec good = {.dimension = 2,
                                         .axes = 1,
                                         .orders = 1,
                                         .alpha = {1.0},
                                         .density = 1.0,
                                         .side = 1.0,
                                         .cells = 4,
                                         .step = 0.1,
                                         .count = 10};
  struct hud_cell_gas_spec bad = good;
  bad.axes = 3;
  assert_error(hud_cell_gas_create(&gas, &bad, &error), HUD_ERROR_INPUT, &error, "coordinates");
  assert_null(gas);
  bad = good;
  bad.side = -1.0;
  assert_error(hud_cell_gas_create(&gas, &bad, &error), HUD_ERROR_INPUT, &error, "side");
  bad = good;
  bad.cells = 0;
  assert_error(hud_cell_gas_create(&gas, &bad, &error), HUD_ERROR_INPUT, &error, "cells");
  bad = good;
  bad.step = NAN;
  assert_error(hud_cell_gas_create(&gas, &bad, &error), HUD_ERROR_INPUT, &error, "time step");
  bad = good;
  bad.dimension = 1;
  assert_error(hud_cell_gas_create(&gas, &bad, &error), HUD_ERROR_INPUT, &error, "dimension");
  assert_ok(hud_cell_gas_create(&gas, &good, &error), &error);
  int mode[2] = {1, 0};
  struct hud_position_density density = {.value = wave, .context = mode, .maximum = 0.1};
  assert_error(hud_cell_gas_draw(gas, &density, &maxwellian, false, false, &error), HUD_ERROR_INPUT,
               &error, "maximum 0.1");
  double x[2] = {-0.25, 0.0};
  double v[2] = {0.0, NAN};
  assert_error(hud_cell_gas_set(gas, 0, x, v, &error), HUD_ERROR_INPUT, &error,
               "velocity component 2");
  assert_error(hud_cell_gas_set(gas, 10, x, v, &error), HUD_ERROR_USAGE, &error, "particle 10");
  v[1] = 1.0;
  assert_ok(hud_cell_gas_set(gas, 0, x, v, &error), &error);
  assert_close(hud_cell_gas_particles(gas)[0].x[0], 0.75, 0.0);
  advance(gas, 1.0);
  assert_error(hud_cell_gas_advance(gas, 0.5, &error), HUD_ERROR_USAGE, &error, "t = 0.5");
  hud_cell_gas_free(gas);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(free_transport),
      cmocka_unit_test(uniform_data_are_the_homogeneous_gas),
      cmocka_unit_test(sound_wave),
      cmocka_unit_test(second_order_in_the_time_step),
      cmocka_unit_test(momentum_and_energy_are_conserved),
      cmocka_unit_test(errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
