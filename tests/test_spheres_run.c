/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hard spheres from model files: what is read, what is refused and where, runs, tables, densities,
 * the whole space, and a run that goes on from a checkpoint. Runs in the root of the source tree.
 */
#define _XOPEN_SOURCE 700
#include "support.h"

#include <math.h>
#include <netcdf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
                             "time={end: 0.2, output_every: 0.05}"};
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
  scratch_remove(folder);
}

static int open_result(const char *folder, const char *name)
{
  char path[SCRATCH_PATH + 32];
  int id = -1;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
  return id;
}

static size_t length_of(int id, const char *dimension)
{
  int which;
  size_t length = 0;
  assert_int_equal(nc_inq_dimid(id, dimension, &which), NC_NOERR);
  assert_int_equal(nc_inq_dimlen(id, which, &length), NC_NOERR);
  return length;
}

static int variable_of(int id, const char *name)
{
  int which = -1;
  assert_int_equal(nc_inq_varid(id, name, &which), NC_NOERR);
  return which;
}

/* trajectories.nc has positions on the torus whose velocities make up the energy of moments.csv;
 * the first row is the state at t = 0. */
static void trajectories(void **state)
{
  (void)state;
  enum { COUNT = 200, TIMES = 5, SOME = 7 };
  struct hud_error error = {0};
  char folder[SCRATCH_PATH], path[SCRATCH_PATH + 16], line[4096];
  static double x[TIMES][COUNT][2], v[TIMES][COUNT][2], few[TIMES][SOME][2];
  int number[COUNT];
  scratch_create(folder);
  const char *overrides[] = {"output={trajectories: 200}", "particles.count=200",
                             "time={end: 0.2, output_every: 0.05}"};
  assert_ok(hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error),
            &error);
  int id = open_result(folder, "trajectories.nc");
  assert_int_equal(length_of(id, "time"), TIMES);
  assert_int_equal(length_of(id, "particle"), COUNT);
  assert_int_equal(length_of(id, "axis"), 2);
  assert_int_equal(nc_get_var_double(id, variable_of(id, "x"), &x[0][0][0]), NC_NOERR);
  assert_int_equal(nc_get_var_double(id, variable_of(id, "v"), &v[0][0][0]), NC_NOERR);
  assert_int_equal(nc_get_var_int(id, variable_of(id, "particle"), number), NC_NOERR);
  nc_close(id);
  snprintf(path, sizeof path, "%s/moments.csv", folder);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  int moved = 0;
  for (int i = 0; i < TIMES; i++) {
    double energy, px, found = 0.0, momentum = 0.0;
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(sscanf(line, "%*f,%lf,%lf", &energy, &px), 2);
    for (int p = 0; p < COUNT; p++) {
      assert_int_equal(number[p], p);
      for (int a = 0; a < 2; a++) {
        assert_true(x[i][p][a] >= 0.0 && x[i][p][a] < 1.0);
        found += 0.5 * v[i][p][a] * v[i][p][a] / COUNT;
        /* A free flight is a straight line; most flights here are. */
        double travelled = x[i][p][a] - x[0][p][a] - 0.05 * i * v[0][p][a];
        moved += i == 1 && fabs(travelled - round(travelled)) < 1e-12;
      }
      momentum += v[i][p][0] / COUNT;
    }
    assert_close(found, energy, 1e-13);
    assert_close(momentum, px, 1e-13);
  }
  fclose(file);
  assert_true(moved > COUNT / 2);
  overrides[0] = "output={trajectories: 7}";
  assert_ok(hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error),
            &error);
  id = open_result(folder, "trajectories.nc");
  assert_int_equal(nc_get_var_double(id, variable_of(id, "x"), &few[0][0][0]), NC_NOERR);
  nc_close(id);
  for (int i = 0; i < TIMES; i++)
    assert_memory_equal(few[i], x[i], sizeof few[i]);
  scratch_remove(folder);
}

/* events.nc says what events.csv says. */
static void events_as_netcdf(void **state)
{
  (void)state;
  struct hud_error error = {0};
  char folder[SCRATCH_PATH], path[SCRATCH_PATH + 16], line[4096];
  scratch_create(folder);
  const char *overrides[] = {"output={events: true}", "particles.count=200",
                             "time={end: 6, output_every: 0.5}"};
  assert_ok(hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error),
            &error);
  overrides[0] = "output={events: true, event_format: netcdf}";
  assert_ok(hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error),
            &error);
  int id = open_result(folder, "events.nc");
  size_t count = length_of(id, "event");
  assert_true(count > 1100); /* more than one block */
  assert_int_equal(length_of(id, "member"), 3);
  snprintf(path, sizeof path, "%s/events.csv", folder);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  for (size_t e = 0; e < count; e++) {
    size_t start[3] = {e, 0, 0}, members[3] = {1, 3, 0}, impact[3] = {1, 2, 2};
    int k, who[3];
    double time, b, omega[4], expected[7];
    assert_int_equal(nc_get_var1_double(id, variable_of(id, "time"), start, &time), NC_NOERR);
    assert_int_equal(nc_get_var1_int(id, variable_of(id, "k"), start, &k), NC_NOERR);
    assert_int_equal(nc_get_var1_double(id, variable_of(id, "b"), start, &b), NC_NOERR);
    assert_int_equal(nc_get_vara_int(id, variable_of(id, "members"), start, members, who), 0);
    assert_int_equal(nc_get_vara_double(id, variable_of(id, "omega"), start, impact, omega), 0);
    assert_non_null(fgets(line, sizeof line, file));
    int size, one, two, three = -1;
    if (k == 3)
      assert_int_equal(sscanf(line, "%lf,%d,%d %d %d,%lf,%lf %lf %lf %lf", &expected[0], &size,
                              &one, &two, &three, &expected[1], &expected[2], &expected[3],
                              &expected[4], &expected[5]),
                       10);
    else
      assert_int_equal(sscanf(line, "%lf,%d,%d %d,%lf,%lf %lf", &expected[0], &size, &one, &two,
                              &expected[1], &expected[2], &expected[3]),
                       7);
    assert_int_equal(size, k);
    assert_true(who[0] == one && who[1] == two && who[2] == three);
    assert_true(time == expected[0] && b == expected[1]);
    for (int i = 0; i < 4; i++)
      assert_true(i < 2 * k - 2 ? omega[i] == expected[2 + i] : isnan(omega[i]));
  }
  assert_null(fgets(line, sizeof line, file));
  fclose(file);
  nc_close(id);
  scratch_remove(folder);
}

/* A run that cannot write its files says which, and leaves nothing under a final name. */
static void files_that_cannot_be_written(void **state)
{
  (void)state;
  static const struct {
    const char *output, *place, *word;
  } cases[] = {{"output={trajectories: 201}", NULL, "at most `particles.count`"},
               {"output={trajectories: -1}", NULL, "trajectories"},
               {"output={trajectories: all}", NULL, "trajectories"},
               {"output={events: true, event_format: hdf}", NULL, "netcdf"},
               {"output={trajectories: 200}", "trajectories.nc.tmp", "trajectories.nc.tmp"},
               {"output={events: true}", "events.csv.tmp", "events.csv.tmp"},
               {"output={events: true, event_format: netcdf}", "events.nc.tmp", "events.nc.tmp"}};
  struct hud_error error = {0};
  char folder[SCRATCH_PATH], path[SCRATCH_PATH + 32];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *overrides[] = {cases[i].output, "particles.count=200",
                               "time={end: 0.2, output_every: 0.05}"};
    scratch_create(folder);
    if (cases[i].place != NULL) {
      snprintf(path, sizeof path, "%s/%s", folder, cases[i].place);
      assert_int_equal(mkdir(path, 0777), 0);
    }
    hud_status expected = cases[i].place != NULL ? HUD_ERROR_OUTPUT : HUD_ERROR_INPUT;
    hud_status got =
        hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error);
    assert_int_equal(got, expected);
    assert_true(strstr(error.message, cases[i].word) != NULL ||
                strstr(error.where, cases[i].word) != NULL);
    snprintf(path, sizeof path, "%s/moments.csv", folder);
    assert_int_equal(access(path, F_OK), -1);
    scratch_remove(folder);
  }
}

/* The same for a disk that fills up, which is a limit on the size of files here. */
static void full_disk(void **state)
{
  (void)state;
  static const char *const outputs[] = {"output={trajectories: 2000}", "output={events: true}",
                                        "output={events: true, event_format: netcdf}",
                                        "output={pictures: true}"};
  static const char *const files[] = {"trajectories.nc", "events.csv", "events.nc", "gas.html"};
  struct hud_error error = {0};
  char folder[SCRATCH_PATH], path[SCRATCH_PATH + 32];
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, SIG_IGN);
  for (int i = 0; i < 4; i++) {
    const char *overrides[] = {outputs[i], "particles.count=2000",
                               "time={end: 1, output_every: 0.1}", "time.checkpoint_every=3"};
    /* Room for what every run writes, not for these; with checkpoints not even for those. */
    const struct rlimit small = {60000, limit.rlim_max};
    scratch_create(folder);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    hud_status plain =
        hud_simulation_run("models/hard_spheres.yaml", overrides, 3, folder, 1, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_error(plain, HUD_ERROR_OUTPUT, &error, files[i]);
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s/%s.tmp", folder, files[i]);
    assert_int_equal(access(path, F_OK), -1);
    assert_ok(hud_simulation_run("models/hard_spheres.yaml", overrides, 4, folder, 1, &error),
              &error);
    scratch_remove(folder);
  }
  signal(SIGXFSZ, SIG_DFL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_run_has_its_columns),
      cmocka_unit_test(mistakes_are_refused_with_their_place),
      cmocka_unit_test(tables_of_positions_and_velocities),
      cmocka_unit_test(whole_space_and_mixtures),
      cmocka_unit_test(events_and_pictures),
      cmocka_unit_test(trajectories),
      cmocka_unit_test(events_as_netcdf),
      cmocka_unit_test(files_that_cannot_be_written),
      cmocka_unit_test(full_disk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
