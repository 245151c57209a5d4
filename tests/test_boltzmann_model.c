/* SPDX-License-Identifier: GPL-3.0-or-later
 * model: boltzmann from its text to numbers: columns, conservation, scaling by kappa, cells,
 * replicas, tables of mistakes, and saved states that go on with the same bits. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "huddle/simulation.h"
#include "spheres/boltzmann.h"

static const char head[] = "huddle: 1\nmodel: boltzmann\ndimension: 2\norders: 2\n"
                           "initial: {velocity: {gaussian: {temperature: [1.5, 0.5]}}, "
                           "fix: [momentum, energy]}\n";

static struct hud_simulation *open_model(const char *text)
{
  struct hud_simulation *simulation = NULL;
  struct hud_error error = {0};
  assert_ok(hud_simulation_parse(&simulation, text, "model", &error), &error);
  return simulation;
}

static double value(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error = {0};
  double result;
  assert_ok(hud_simulation_quantity(simulation, name, &result, &error), &error);
  return result;
}

static void homogeneous_run(void **state)
{
  (void)state;
  char text[1000];
  snprintf(text, sizeof text, "%sparticles: {count: 40000}\ntime: {end: 0.1}\n", head);
  struct hud_simulation *simulation = open_model(text);
  struct hud_error error = {0};
  assert_close(value(simulation, "energy"), 1.0, 1e-12);
  assert_close(value(simulation, "Tx") - value(simulation, "Ty"), 1.0, 0.05);
  assert_ok(hud_simulation_advance(simulation, 0.1, &error), &error);
  assert_close(value(simulation, "energy"), 1.0, 1e-12);
  assert_close(value(simulation, "px"), 0.0, 1e-13);
  assert_close(value(simulation, "Tx") - value(simulation, "Ty"), 0.5799, 0.05);
  /* Two rates: 3.545 and 2.273 a particle at equilibrium, a few per cent less at the start. */
  assert_close(value(simulation, "collisions_2"), 0.1 * 3.5 * 20000, 600.0);
  assert_close(value(simulation, "collisions_3"), 0.1 * 2.25 * 40000 / 3, 300.0);
  assert_close(value(simulation, "m6"), 57.0, 12.0);
  assert_error(hud_simulation_density(simulation, 1, NULL, 0, &error), HUD_ERROR_USAGE, &error,
               "boltzmann gives no densities");
  hud_simulation_close(simulation);
}

static void kappa_and_alpha(void **state)
{
  (void)state;
  struct hud_error error = {0};
  char text[1000];
  double events[2];
  for (int i = 0; i < 2; i++) {
    snprintf(text, sizeof text, "%sparticles: {count: 20000}\ntime: {end: 0.1}\n%s\n", head,
             i == 0 ? "zones: {kappa: [1, 2]}" : "alpha: [0, 2]"); /* alpha_2 = 2^2/2! both times */
    struct hud_simulation *simulation = open_model(text);
    assert_ok(hud_simulation_advance(simulation, 0.1, &error), &error);
    events[i] = value(simulation, "collisions_3");
    assert_true((value(simulation, "collisions_2") > 0.0) == (i == 0));
    hud_simulation_close(simulation);
  }
  assert_true(events[0] > 4000.0);
  assert_close(events[0], events[1], 5.0 * sqrt(events[0] + events[1]));
}

static void cells_and_replicas(void **state)
{
  (void)state;
  struct hud_error error = {0};
  char text[1000];
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: boltzmann\ndimension: 3\norders: 1\ncells: [6, 6]\n"
           "domain: {torus: 2}\nalpha: 0\ndensity: 0.5\n"
           "initial: {velocity: {gaussian: {temperature: 1}}, "
           "position: 1 + 0.6*cos(3.141592653589793*x)}\n"
           "particles: {count: 20000, replicas: 3}\ntime: {end: 0.4}\n");
  struct hud_simulation *simulation = open_model(text);
  assert_close(value(simulation, "wave_x"), 0.6, 0.03);
  assert_true(value(simulation, "wave_x_se") > 0.0);
  assert_ok(hud_simulation_advance(simulation, 0.4, &error), &error);
  double q = acos(-1.0);
  assert_close(value(simulation, "wave_x"), 0.6 * exp(-0.5 * q * q * 0.16), 0.025);
  assert_close(value(simulation, "collisions_2"), 0.0, 0.0);
  hud_simulation_close(simulation);
}

static void mistakes(void **state)
{
  (void)state;
  static const struct {
    const char *lines, *message;
  } cases[] = {
      {"alpha: [1, 2, 3]\nparticles: {count: 10}", "`alpha` has 3 numbers; expected 2"},
      {"alpha: [1, -2]\nparticles: {count: 10}", "alpha"},
      {"cells: [4, 5]\nparticles: {count: 10}", "two equal ones"},
      {"cells: 4.5\nparticles: {count: 10}", "not one number of cells"},
      {"domain: whole_space\nparticles: {count: 10}", "not in the whole space"},
      {"density: 0\nparticles: {count: 10}", "density"},
      {"particles: {count: 2}", "must be more than 2"},
      {"step: -1\ncells: 4\nparticles: {count: 10}", "step"},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    char text[1000];
    struct hud_simulation *simulation = NULL;
    struct hud_error error = {0};
    snprintf(text, sizeof text, "%s%s\ntime: {end: 0.1}\n", head, cases[c].lines);
    assert_error(hud_simulation_parse(&simulation, text, "model", &error), HUD_ERROR_INPUT, &error,
                 cases[c].message);
    assert_null(simulation);
  }
  const char *homogeneous = "huddle: 1\nmodel: boltzmann\ndimension: 2\norders: 1\n"
                            "initial: {velocity: {gaussian: {temperature: 1}}, position: 1 + x}\n"
                            "particles: {count: 10}\ntime: {end: 1}\n";
  struct hud_simulation *simulation = NULL;
  struct hud_error error = {0};
  assert_error(hud_simulation_parse(&simulation, homogeneous, "model", &error), HUD_ERROR_INPUT,
               &error, "no use to a homogeneous gas");
}

/* Written at t = 0.2 and read into a fresh system, the run ends with the same bits. */
static void saved_states_go_on(void **state)
{
  (void)state;
  static const struct hud_velocity_component one = {1.0, {0.0}, {1.5, 0.5, 1.0}, 0};
  for (int axes = 0; axes <= 2; axes++) {
    struct hud_error error = {0};
    struct hud_boltzmann_spec spec = {.dimension = 2,
                                      .orders = 2,
                                      .alpha = {1.0, 0.5},
                                      .density = 1.0,
                                      .axes = axes,
                                      .cells = 5,
                                      .side = 1.0,
                                      .step = 0.05,
                                      .count = 500,
                                      .seed = 3,
                                      .replicas = 2,
                                      .velocity = {&one, 1}};
    struct hud_boltzmann *whole = NULL, *halves = NULL;
    double rows[2][40];
    assert_ok(hud_boltzmann_create(&whole, &spec, &error), &error);
    assert_ok(hud_boltzmann_create(&halves, &spec, &error), &error);
    assert_ok(hud_boltzmann_advance(whole, 0.2, &error), &error);
    FILE *stream = tmpfile();
    assert_non_null(stream);
    assert_ok(hud_boltzmann_write(whole, stream, &error), &error);
    rewind(stream);
    assert_ok(hud_boltzmann_read(halves, stream, &error), &error);
    assert_error(hud_boltzmann_read(halves, stream, &error), HUD_ERROR_INPUT, &error,
                 "ends too early");
    rewind(stream);
    assert_ok(hud_boltzmann_read(halves, stream, &error), &error);
    fclose(stream);
    assert_ok(hud_boltzmann_advance(whole, 0.5, &error), &error);
    assert_ok(hud_boltzmann_advance(halves, 0.5, &error), &error);
    size_t count;
    hud_boltzmann_names(whole, &count);
    assert_in_range(count, 10, 40);
    hud_boltzmann_row(whole, rows[0]);
    hud_boltzmann_row(halves, rows[1]);
    assert_memory_equal(rows[0], rows[1], count * sizeof rows[0][0]);
    assert_true(rows[0][7] > 100.0);
    hud_boltzmann_free(whole);
    hud_boltzmann_free(halves);
  }
}

static hud_status stop(void *context, double t, struct hud_error *error)
{
  int *asked = context;
  (*asked)++;
  return hud_fail(error, HUD_ERROR_INTERRUPTED, "stopped at t = %g", t);
}

static void watches_stop_a_run(void **state)
{
  (void)state;
  static const struct hud_velocity_component one = {1.0, {0.0}, {1.0, 1.0, 1.0}, 0};
  for (int axes = 0; axes <= 1; axes++) {
    struct hud_error error = {0};
    struct hud_boltzmann_spec spec = {.dimension = 2,
                                      .orders = 1,
                                      .alpha = {1.0},
                                      .density = 1.0,
                                      .axes = axes,
                                      .cells = 5,
                                      .side = 1.0,
                                      .step = 0.05,
                                      .count = 1000,
                                      .seed = 3,
                                      .replicas = 1,
                                      .velocity = {&one, 1}};
    struct hud_boltzmann *system = NULL;
    int asked = 0;
    assert_ok(hud_boltzmann_create(&system, &spec, &error), &error);
    hud_boltzmann_watch(system, stop, &asked);
    assert_error(hud_boltzmann_advance(system, 1000.0, &error), HUD_ERROR_INTERRUPTED, &error,
                 "stopped");
    assert_int_equal(asked, 1);
    hud_boltzmann_free(system);
    spec.replicas = 0;
    assert_error(hud_boltzmann_create(&system, &spec, &error), HUD_ERROR_INPUT, &error, "replicas");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(homogeneous_run),    cmocka_unit_test(kappa_and_alpha),
      cmocka_unit_test(cells_and_replicas), cmocka_unit_test(mistakes),
      cmocka_unit_test(saved_states_go_on), cmocka_unit_test(watches_stop_a_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
