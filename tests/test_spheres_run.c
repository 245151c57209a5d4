/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hard spheres from model files: what is read, what is refused and where, runs, tables, densities,
 * the whole space, and a run that goes on from a checkpoint. Runs in the root of the source tree.
 */
#define _XOPEN_SOURCE 700
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/simulation.h"
#include "scratch.h"

static const char model[] = "huddle: 1\n"
                            "model: hard_spheres\n"
                            "dimension: 2\n"
                            "orders: 2\n"
                            "particles: {count: 300, seed: 3}\n"
                            "zones: {kappa: [1.0, 0.5]}\n"
                            "initial:\n"
                            "  velocity: {gaussian: {temperature: [1.5, 0.5]}}\n"
                            "  fix: [momentum, energy]\n"
                            "time: {end: 0.2, output_every: 0.1}\n";

static hud_status open_model(struct hud_simulation **simulation, const char *const *overrides,
                             size_t count, struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  *simulation = NULL;
  hud_status status =
      hud_model_file_parse(&file, "gas.yaml", model, strlen(model), overrides, count, error);
  return status == HUD_OK ? hud_simulation_create(simulation, file, NULL, NULL, error) : status;
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error = {0};
  double value;
  assert_ok(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

static void a_run_has_its_columns(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *simulation;
  const char *overrides[] = {"particles.replicas=2"};
  assert_ok(open_model(&simulation, overrides, 1, &error), &error);
  assert_close(quantity(simulation, "energy"), 1.0, 1e-14);
  assert_close(quantity(simulation, "px"), 0.0, 1e-16);
  assert_close(quantity(simulation, "Tx") + quantity(simulation, "Ty"), 2.0, 1e-13);
  assert_true(quantity(simulation, "Tx_se") > 0.0);
  assert_ok(hud_simulation_advance(simulation, 0.2, &error), &error);
  assert_close(quantity(simulation, "energy"), 1.0, 1e-13);
  assert_true(quantity(simulation, "collisions_2") > 50.0);
  assert_true(quantity(simulation, "collisions_3") > 2.0);
  assert_error(hud_simulation_density(simulation, 1, NULL, 0, &error), HUD_ERROR_USAGE, &error,
               "hard_spheres gives no densities");
  hud_simulation_close(simulation);
}

static void mistakes_are_refused_with_their_place(void **state)
{
  (void)state;
  static const struct {
    const char *override, *place, *text;
  } rows[] = {
      {"zones={kappa: 1, radii: [0.1, 0.2]}", "--set", "both `kappa` and `radii`"},
      {"zones={radii: [0.01]}", "--set", "expected 2, one for each order"},
      {"zones={kappa: [1, 1, 1]}", "--set", "expected 2, one for each order"},
      {"zones={kappa: [1, -1]}", "--set", "`zones.kappa`"},
      {"zones={radii: [0.01, 0.011]}", "--set", "geometrically impossible"},
      {"zones={radii: [0.1, 0.4]}", "--set", "too large for the torus"},
      {"initial.velocity={gaussian: {temperature: [1, 2, 3]}}", "--set", "expected 2"},
      {"initial.velocity={mixture: [{table: a.csv}]}", "--set", "neither gaussian nor student"},
      {"initial.velocity={table: nowhere.csv}", "--set", "`initial.fix` do not go with it"},
      {"initial.fix=[momentum, mass]", "--set", "momentum, energy"},
      {"initial.position=x +", "--set", "`initial.position`"},
      {"initial.position=-1", "--set", "density of positions"},
      {"domain=whole_space", "--set", "cannot be uniform"},
      {"domain={torus: 0}", "--set", "`domain.torus`"},
      {"dimension=4", "--set", "`dimension`"},
      {"orders=7", "--set", "`orders`"},
      {"method=grid", "--set", "not a key of the model hard_spheres"},
      {"solver.memory_gb=1e-6", NULL, "memory_gb allows"},
  };
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    struct hud_error error = {0};
    struct hud_simulation *simulation;
    hud_status status = open_model(&simulation, &rows[r].override, 1, &error);
    bool placed =
        rows[r].place == NULL || strncmp(error.where, rows[r].place, strlen(rows[r].place)) == 0;
    if (status == HUD_OK || !placed || strstr(error.message, rows[r].text) == NULL) {
      print_error("%s gave %s at %s: %s\n", rows[r].override, hud_status_name(status), error.where,
                  error.message);
      fail();
    }
    hud_simulation_close(simulation);
  }
}

static void write_file(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void tables_of_positions_and_velocities(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *simulation;
  char folder[SCRATCH_PATH], path[SCRATCH_PATH + 16], assignment[SCRATCH_PATH + 64];
  scratch_create(folder);
  snprintf(path, sizeof path, "%s/rows.csv", folder);
  snprintf(assignment, sizeof assignment, "initial={velocity: {table: \"%s\"}}", path);
  const char *overrides[] = {assignment, "particles.count=2", "orders=1", "zones={radii: 0.1}"};
  write_file(path, "x,y,vx,vy\n0.2, 0.5, 1, 0\n0.5,0.5,-1,0\n");
  assert_ok(open_model(&simulation, overrides, 4, &error), &error);
  assert_ok(hud_simulation_advance(simulation, 0.2, &error), &error);
  assert_close(quantity(simulation, "collisions_2"), 1.0, 0.0);
  hud_simulation_close(simulation);
  write_file(path, "0.2,0.5,1,0\n0.5,0.5,-1\n");
  assert_error(open_model(&simulation, overrides, 4, &error), HUD_ERROR_INPUT, &error,
               "expected 4 numbers");
  assert_non_null(strstr(error.where, ":2:1"));
  write_file(path, "0.2,0.5,1,0\n");
  assert_error(open_model(&simulation, overrides, 4, &error), HUD_ERROR_INPUT, &error, "1 lines");
  write_file(path, "0.2,0.5,1,0\n0.21,0.5,1,0\n");
  assert_error(open_model(&simulation, overrides, 4, &error), HUD_ERROR_INPUT, &error,
               "violate a zone");
  write_file(path, "0.2,0.5,1,0\n0.5,0.5,1,0\n0.7,0.5,1,0\n");
  assert_error(open_model(&simulation, overrides, 4, &error), HUD_ERROR_INPUT, &error,
               "more lines");
  scratch_remove(folder);
}

static void whole_space_and_mixtures(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *simulation;
  static const char mixture[] =
      "initial.velocity={mixture: [{gaussian: {temperature: 1, weight: 3}}, "
      "{gaussian: {temperature: 0.1, mean: [2, 0]}}]}";
  const char *overrides[] = {"domain=whole_space", "initial.position=exp(-x^2-y^2)", mixture};
  assert_ok(open_model(&simulation, overrides, 3, &error), &error);
  /* E|v|^2 about the mean of the mixture: 2 (3/4 + 0.1/4) + 3/4 1/4 4 */
  assert_close(quantity(simulation, "energy"), 0.5 * (2.0 * 0.775 + 0.75), 1e-13);
  assert_ok(hud_simulation_advance(simulation, 0.2, &error), &error);
  assert_true(quantity(simulation, "collisions_2") > 0.0);
  hud_simulation_close(simulation);
  overrides[1] = "initial.position=1";
  assert_error(open_model(&simulation, overrides, 3, &error), HUD_ERROR_INPUT, &error,
               "does not fall off");
}

/* events.csv has a line for every collision, gas.html a frame for every output time. */
static void events_and_pictures(void **state)
{
  (void)state;
  struct hud_error error = {0};
  char folder[SCRATCH_PATH], path[SCRATCH_PATH + 16], line[4096];
  scratch_create(folder);
  const char *overrides[] = {"output={events: true, pictures: true}", "particles.count=200",
                             "time={end: 0.2, output_every: 0.05}", "time.checkpoint_every=1"};
  assert_ok(hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error),
            &error);
  snprintf(path, sizeof path, "%s/events.csv", folder);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  int pairs = 0, triples = 0;
  assert_non_null(fgets(line, sizeof line, file));
  assert_string_equal(line, "t,k,members,b,omega\n");
  double before = 0.0;
  while (fgets(line, sizeof line, file) != NULL) {
    double t, b;
    int k, first, second, fields = 0;
    assert_int_equal(sscanf(line, "%lf,%d,%d %d", &t, &k, &first, &second), 4);
    assert_true(t >= before && t <= 0.2 && first != second);
    pairs += k == 2;
    triples += k == 3;
    before = t;
    char *rest = line;
    for (; fields < 3; fields++)
      rest = strchr(rest, ',') + 1;
    assert_int_equal(sscanf(rest, "%lf", &b), 1);
    assert_true(b < 0.0);
  }
  fclose(file);
  assert_true(pairs > 20 && triples > 5);
  snprintf(path, sizeof path, "%s/moments.csv", folder);
  assert_non_null(file = fopen(path, "r"));
  double column[8] = {0.0};
  while (fgets(line, sizeof line, file) != NULL)
    sscanf(line, "%lf,%*f,%*f,%*f,%*f,%*f,%*f,%lf,%lf", &column[0], &column[1], &column[2]);
  fclose(file);
  assert_close(column[0], 0.2, 0.0);
  assert_close(column[1], pairs, 0.0);
  assert_close(column[2], triples, 0.0);
  snprintf(path, sizeof path, "%s/gas.html", folder);
  assert_non_null(file = fopen(path, "r"));
  int frames = 0;
  while (fgets(line, sizeof line, file) != NULL)
    frames += line[0] == '[';
  fclose(file);
  assert_int_equal(frames, 5);
  assert_error(hud_simulation_run("models/hard_spheres.yaml", overrides, 4, folder, 1, &error),
               HUD_ERROR_INPUT, &error, "checkpoint_every");
  scratch_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_run_has_its_columns),
      cmocka_unit_test(mistakes_are_refused_with_their_place),
      cmocka_unit_test(tables_of_positions_and_velocities),
      cmocka_unit_test(whole_space_and_mixtures),
      cmocka_unit_test(events_and_pictures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
