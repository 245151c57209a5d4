/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Studies as a user meets them: orders against known numbers, what is withheld, what is run again
 * and what not, stopping and killing half-way, mistakes in study files. Runs the executable in the
 * build folder (HUD_BUILD) from the root of the source. */
#define _GNU_SOURCE
#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "base/file.h"
#include "output/csv.h"
#include "scratch.h"
#include "study/execute.h"
#include "study/plan_check.h"
#include "study/table.h"

enum { OUTPUT = 1 << 18 };

static char output[OUTPUT]; /* of the last command, stdout and stderr */

static const char limits[] = "models/studies/limits.yaml";

static const char *program(void)
{
  static char path[SCRATCH_PATH];
  const char *folder = getenv("HUD_BUILD");
  snprintf(path, sizeof path, "%s/huddle", folder != NULL ? folder : "build");
  return path;
}

/* Runs `huddle ARGUMENTS` in a shell after replacing %s by the scratch folder. */
static int run(const char *arguments)
{
  char line[4096], log[SCRATCH_PATH + 16];
  size_t used = (size_t)snprintf(line, sizeof line, "%s ", program());
  for (const char *c = arguments; *c != '\0' && used + SCRATCH_PATH < sizeof line; c++) {
    if (c[0] == '%' && c[1] == 's')
      used += (size_t)snprintf(line + used, sizeof line - used, "%s", scratch);
    else
      line[used++] = *c;
    c += c[0] == '%' && c[1] == 's';
  }
  snprintf(log, sizeof log, "%s/log", scratch);
  snprintf(line + used, sizeof line - used, " >%s 2>&1", log);
  int status = system(line);
  FILE *stream = fopen(log, "r");
  assert_non_null(stream);
  size_t length = fread(output, 1, OUTPUT - 1, stream);
  output[length] = '\0';
  fclose(stream);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void expect(const char *arguments, int status, const char *text)
{
  int got = run(arguments);
  if (got != status || strstr(output, text) == NULL) {
    print_error("%s\ngave %d, expected %d with \"%s\":\n%s\n", arguments, got, status, text,
                output);
    fail();
  }
}

static void write_study(const char *name, const char *text)
{
  scratch_write(scratch, name, text, strlen(text));
}

/* A small study: a base, and what differs from test to test. */
#define SMALL                                                                                      \
  "huddle: 1\n"                                                                                    \
  "study: Small\n"                                                                                 \
  "settles: Nothing.\n"                                                                            \
  "base:\n"                                                                                        \
  "  huddle: 1\n"                                                                                  \
  "  model: first_order\n"                                                                         \
  "  method: moments\n"                                                                            \
  "  epsilon: 0.1\n"                                                                               \
  "  rates: {lambda: {\"1,1\": 1.0, \"1,2\": 0.8}, mu: {\"1,1\": 2.0, \"1,2\": 1.5}}\n"            \
  "  velocity: {min: -8, max: 8, cells: 32}\n"                                                     \
  "  initial: {f1: {gaussian: {mean: 0.3, stddev: 1.0}}}\n"                                        \
  "  time: {end: 1.0, output_every: 0.1}\n"                                                        \
  "  solver: {rtol: 1.0e-9, atol: 1.0e-13}\n"

/* ---- numbers ---- */

/* The published table: sup over [1, 3] of the error in m2, to the digits that it has. */
static void test_table_of_limits(void **state)
{
  (void)state;
  static const struct {
    const char *label;
    double error[3]; /* at epsilon = 0.2, 0.05, 0.0125 */
  } rows[] = {{"instantaneous (33)", {3.81e-2, 8.68e-3, 2.07e-3}},
              {"first order (14) kappa 1/2", {9.78e-3, 2.65e-3, 6.96e-4}},
              {"first order (14)", {4.21e-3, 3.33e-4, 2.19e-5}},
              {"scalar implicit (47)", {8.38e-3, 7.23e-4, 4.96e-5}}};
  expect("study models/studies/limits.yaml -o %s/limits --quiet", 0, "Last observed orders");
  assert_null(strstr(output, "withheld"));
  assert_null(strstr(output, "NOT MET"));
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    char heading[80];
    snprintf(heading, sizeof heading, "f1_m2, %s\n", rows[r].label);
    const char *line = strstr(output, heading);
    assert_non_null(line);
    for (int i = -2; i < 5; i++) { /* two lines of heading, five of values */
      double epsilon, error;
      if (i >= 0) {
        assert_int_equal(sscanf(line, "%lf %lf", &epsilon, &error), 2);
        assert_close_relative(epsilon, 0.2 * pow(0.5, i), 1e-9);
        if (i % 2 == 0)
          assert_close_relative(error, rows[r].error[i / 2], 2e-3);
      }
      line = strchr(line, '\n') + 1;
    }
  }
}

/* sup over [1, 3] of the difference of a column between two runs, from their moments.csv. */
static double column_distance(const struct hud_study_plan *plan, size_t one, size_t other,
                              const char *column)
{
  struct hud_error error = {0};
  struct hud_table *tables[2] = {NULL, NULL};
  const size_t runs[2] = {one, other};
  char directory[SCRATCH_PATH];
  double largest = 0.0;
  size_t c;
  scratch_path(directory, scratch, "limits");
  for (int i = 0; i < 2; i++) {
    char *folder = NULL, path[2 * SCRATCH_PATH];
    assert_ok(hud_study_run_folder(&folder, directory, &plan->runs[runs[i]], &error), &error);
    snprintf(path, sizeof path, "%s/moments.csv", folder);
    assert_ok(hud_csv_read(&tables[i], path, &error), &error);
    hud_free(folder);
  }
  assert_ok(hud_table_find(tables[0], column, &c, &error), &error);
  size_t c2 = c;
  assert_ok(hud_table_find(tables[1], column, &c2, &error), &error);
  for (size_t row = 0; row < tables[0]->row_count; row++)
    if (hud_table_value(tables[0], row, 0) >= 1.0 - 1e-9)
      largest = fmax(
          largest, fabs(hud_table_value(tables[0], row, c) - hud_table_value(tables[1], row, c2)));
  hud_table_free(tables[0]);
  hud_table_free(tables[1]);
  return largest;
}

/* The entries behind the print: orders and uncertainties follow from values and errors. */
static void test_orders_from_values(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_study *study = NULL;
  struct hud_study_plan *plan = NULL;
  struct hud_study_table *table = NULL;
  char path[SCRATCH_PATH];
  assert_ok(hud_study_load(&study, limits, NULL, 0, &error), &error);
  assert_ok(hud_study_plan_create(&plan, study, &error), &error);
  assert_int_equal(plan->run_count, 72); /* the limit has no epsilon: one run for five points */
  assert_ok(
      hud_study_table_create(&table, plan, scratch_path(path, scratch, "limits"), NULL, &error),
      &error);
  for (size_t v = 1; v < study->variant_count; v++)
    for (size_t q = 0; q < study->quantity_count; q++)
      for (size_t i = 0; i < 5; i++) {
        const struct hud_study_entry *entry = hud_study_entry_at(table, i, v, q);
        assert_true(entry->discretisation > 0.0);
        assert_below(entry->discretisation, 1e-3 * entry->value);
        if (i == 0) {
          assert_true(isnan(entry->order));
          continue;
        }
        const struct hud_study_entry *before = hud_study_entry_at(table, i - 1, v, q);
        assert_close(entry->order, log2(before->value / entry->value), 1e-6);
        assert_close_relative(
            entry->uncertainty,
            (before->discretisation / before->value + entry->discretisation / entry->value) /
                log(2.0),
            1e-6);
      }
  for (size_t v = 1; v < study->variant_count; v++) { /* values and errors, from the files */
    const struct hud_study_entry *entry = hud_study_entry_at(table, 2, v, 2);
    const struct hud_study_case *of = hud_study_case_at(plan, 2, v);
    const struct hud_study_case *reference = hud_study_case_at(plan, 2, 0);
    assert_close_relative(entry->value, column_distance(plan, of->run, reference->run, "f1_m4"),
                          1e-12);
    assert_close_relative(entry->discretisation,
                          column_distance(plan, of->run, of->refined, "f1_m4") +
                              column_distance(plan, reference->run, reference->refined, "f1_m4"),
                          1e-9);
  }
  hud_study_table_free(table);
  hud_study_plan_free(plan);
  hud_study_free(study);
}

static void test_withheld(void **state)
{
  (void)state;
  write_study("rough.yaml", SMALL "set: {solver.rtol: 1.0e-3, solver.atol: 1.0e-5}\n"
                                  "vary: {epsilon: [0.01, 0.001, 0.0001]}\n"
                                  "variants: [{label: a}, {label: b, set: {three_body_drift: "
                                  "as_printed}}]\n"
                                  "reference: a\n"
                                  "quantities: [f1_m2]\n");
  expect("study %s/rough.yaml -o %s/rough --quiet", 0, "withheld: the discretisation error");
  expect("study %s/rough.yaml -o %s/rough --quiet --set "
         "'expect=[{variant: b, order: 1, within: 0.2}]'",
         1, "order withheld, expected 1 +- 0.2");
  expect("study %s/rough.yaml -o %s/rough --quiet --set "
         "'expect=[{variant: b, order: 1, within: 0.2}]'",
         1, "1 expectation of the study is not met");
  expect("study %s/rough.yaml -o %s/fine --quiet --set set.solver.rtol=1e-11 --set "
         "'set={solver.rtol: 1.0e-11, solver.atol: 1.0e-15}' --set "
         "'expect=[{variant: b, order: 1, within: 0.1}]'",
         0, "met     b, f1_m2");
  assert_null(strstr(output, "withheld"));
}

/* (33) against itself from a grid: W1 of the resolutions falls with order 2. */
static void test_distances_of_grids(void **state)
{
  (void)state;
  write_study("grid.yaml", SMALL "set: {model: instantaneous, method: grid, velocity.min: -6, "
                                 "velocity.max: 6.5}\n"
                                 "vary: {velocity.cells: [32, 64, 128]}\n"
                                 "variants: [{label: fine, set: {velocity.cells: 512}}, "
                                 "{label: coarse}]\n"
                                 "reference: fine\n"
                                 "quantities: [W1, W2, L1, fourier]\n"
                                 "norm: final\n"
                                 "refine: none\n");
  expect("study %s/grid.yaml -o %s/grid --quiet --set 'expect=[{variant: coarse, order: -2, "
         "within: 0.4, quantity: W1}]'",
         0, "met     coarse, W1");
}

/* Distances of f_2 fall with epsilon; they need f_2, on a grid. */
static void test_distances_of_pairs(void **state)
{
  (void)state;
  write_study("pairs.yaml",
              SMALL "set: {method: grid, output.f2: true}\n"
                    "vary: {epsilon: [0.2, 0.1, 0.05]}\n"
                    "variants: [{label: limit, set: {epsilon: 1e-5}}, {label: a}]\n"
                    "reference: limit\n"
                    "quantities: [fourier_f2, W1_f2, W1_r]\n"
                    "window: [0.5, 1]\n"
                    "refine: none\n"
                    "expect: [{variant: a, order: 0.9, within: 0.1}, {variant: a, most: 0.1}]\n");
  expect("study %s/pairs.yaml -o %s/pairs --quiet", 0, "met     a, W1_r: order 0.");
  expect("study %s/pairs.yaml -o %s/pairs --quiet --set set.output.f2=false", 2,
         "f_2 is needed: output.f2: true, by grid or spectral");
  expect("study %s/pairs.yaml -o %s/pairs --quiet --set set.method=moments", 2,
         "`fourier_f2` is not defined in the window");
}

/* The formula for gamma is right to first order: its error is of second order. */
static void test_theory(void **state)
{
  (void)state;
  write_study("decay.yaml", SMALL "set: {time.end: 3, initial.clusters: quasi_stationary}\n"
                                  "vary: {epsilon: [0.02, 0.01, 0.005]}\n"
                                  "variants: [{label: first order}]\n"
                                  "reference: theory\n"
                                  "quantities: [decay_rate]\n"
                                  "window: [2, 3]\n"
                                  "expect: [{variant: first order, order: 2, within: 0.1}]\n");
  expect("study %s/decay.yaml -o %s/decay --quiet", 0, "met ");
}

/* Layer and reduced system: of first order in every moment, the first 0.1 of a layer included; zero
 * at t = 0, where both have the data of the run. */
static void test_composite(void **state)
{
  (void)state;
#define COMPOSITE                                                                                  \
  "set: {initial.f2: {product: {mass: 0.4, density: {gaussian: {mean: 1, stddev: 0.5}}}}}\n"       \
  "vary: {epsilon: [0.01, 0.005, 0.0025]}\n"                                                       \
  "link: {time.output_every: epsilon/10, time.end: 5*epsilon}\n"                                   \
  "variants: [{label: first order}, {label: full, set: {model: hierarchy, clusters: 3}}]\n"        \
  "reference: composite\n"                                                                         \
  "quantities: [M2, I2, V1, V2, W, T]\n"
  write_study("composite.yaml",
              SMALL COMPOSITE "window: [0, 5*epsilon]\n"
                              "expect: [{variant: first order, order: 1, within: 0.1}, "
                              "{variant: full, order: 1, within: 0.1}]\n");
  expect("study %s/composite.yaml -o %s/composite --quiet", 0, "layer and reduced system");
  assert_null(strstr(output, "withheld"));
  write_study("start.yaml", SMALL COMPOSITE "window: [0, 0]\n");
  expect("study %s/start.yaml -o %s/start --quiet", 0, "W, first order");
  assert_close(strtod(strstr(strstr(output, "W, first order"), " 0.01 ") + 6, NULL), 0.0, 1e-12);
  expect("study %s/start.yaml -o %s/other --quiet --set 'set.potential={type: power, exponent: 2}' "
         "--set set.method=grid --set 'set.velocity={min: -5, max: 5, cells: 16}'",
         2, "alignment only");
}

/* Bounds are on all values that are meant, with their discretisation errors; `at` says which. */
static void test_bounds(void **state)
{
  (void)state;
  write_study("bounds.yaml",
              SMALL "vary: {epsilon: [0.1, 0.01], \"rates.mu.1,1\": [1, 2]}\n"
                    "variants: [{label: a}, {label: b, set: {model: instantaneous}}]\n"
                    "quantities: [mass, M2]\n");
  static const struct {
    const char *row;
    int status;
    const char *text;
  } cases[] = {
      {"{variant: a, quantity: mass, least: 0.999}", 0, "met     a, mass, mu11 = 2"},
      {"{variant: a, quantity: mass, most: 1.001}", 0, "met     a, mass, mu11 = 1"},
      {"{variant: a, quantity: mass, most: 1}", 1, "NOT MET a, mass, mu11 = 1: 1.000e+00"},
      {"{variant: a, quantity: mass, least: 1.001}", 1, "2 expectations of the study are not met"},
      {"{variant: a, quantity: M2, at: {\"rates.mu.1,1\": 2.0}, most: 0.51}", 0,
       "met     a, M2, mu11 = 2"},
      {"{variant: a, quantity: M2, at: {\"rates.mu.1,1\": 1}, most: 0.51}", 1,
       "1 expectation of the study is not met"},
      {"{variant: a, quantity: M2, at: {epsilon: 0.1}, most: 0.1}", 1,
       "NOT MET a, M2, epsilon = 0.1, mu11 = 1"},
      {"{variant: b, quantity: M2, most: 10}", 1, "NOT MET b, M2, mu11 = 1: not known"},
      {"{variant: a, quantity: M2, at: {\"rates.mu.1,1\": 2}, order: 0, within: 0.3}", 0,
       "met     a, M2, mu11 = 2: order"},
      {"{variant: a, quantity: M2, at: {epsilon: 0.1}, value: 0.3, within: 0.01}", 1,
       "NOT MET a, M2, epsilon = 0.1, mu11 = 1: value"},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    char arguments[400];
    snprintf(arguments, sizeof arguments,
             "study %%s/bounds.yaml -o %%s/bounds --quiet --set 'expect=[%s]'", cases[c].row);
    expect(arguments, cases[c].status, cases[c].text);
  }
}

/* Without a reference the quantities themselves are shown; links follow the parameters. */
static void test_values_and_links(void **state)
{
  (void)state;
  write_study("values.yaml", SMALL "vary: {epsilon: [0.1, 0.01], \"rates.mu.1,1\": [1, 2]}\n"
                                   "link: {time.end: 10*epsilon, time.output_every: epsilon/mu11}\n"
                                   "variants: [{label: a}]\n"
                                   "quantities: [mass, M2]\n"
                                   "window: [5*epsilon, 10*epsilon]\n");
  expect("study %s/values.yaml -o %s/values --quiet", 0, "---- mu11 = 2 ----");
  expect("study %s/values.yaml -o %s/values --quiet", 0, "0.01    1.00000e+00");
  size_t length;
  char *table = scratch_read(scratch, "values/table.csv", &length);
  assert_int_equal(strncmp(table, "epsilon,mu11,variant,quantity,value,", 36), 0);
  free(table);
  table = scratch_read(scratch, "values/table.tex", &length);
  assert_non_null(strstr(table, "\\begin{tabular}"));
  free(table);
  assert_true(scratch_has(scratch, "values/figure-study.svg"));
}

/* ---- runs ---- */

static int finished_runs(const char *folder)
{
  char path[SCRATCH_PATH], name[SCRATCH_PATH];
  int count = 0;
  DIR *stream = opendir(scratch_path(path, folder, "runs"));
  for (const struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
    snprintf(name, sizeof name, "%.64s/summary.json", entry->d_name);
    count += entry->d_name[0] != '.' && scratch_has(path, name);
  }
  if (stream != NULL)
    closedir(stream);
  return count;
}

/* A failed run spoils its own cells only. */
static void test_failed_runs(void **state)
{
  (void)state;
  write_study("failing.yaml", SMALL "vary: {epsilon: [0.1, 0.05]}\n"
                                    "variants: [{label: a}, {label: b, set: {model: "
                                    "instantaneous}}, {label: c, set: {solver.max_steps: 2}}]\n"
                                    "reference: a\n"
                                    "quantities: [f1_m2]\n");
  expect("study %s/failing.yaml -o %s/failing --quiet", 1, "4 of 10 runs failed");
  expect("study %s/failing.yaml -o %s/failing --quiet", 1, "c, epsilon = 0.1: ");
  assert_non_null(strstr(output, "failed               -"));
  assert_non_null(strstr(output, "f1_m2, b"));
}

static void test_nothing_is_run_twice(void **state)
{
  (void)state;
  write_study("twice.yaml",
              SMALL "vary: {epsilon: [0.1, 0.05]}\n"
                    "variants: [{label: a}, {label: b, set: {model: instantaneous}}]\n"
                    "reference: a\n"
                    "quantities: [f1_m2]\n");
  expect("study %s/twice.yaml -o %s/twice -j 2", 0, "6 runs, 0 of them finished before");
  expect("study %s/twice.yaml -o %s/twice", 0, "6 runs, 6 of them finished before");
  /* another point: two runs more; a label: none; --force: all */
  expect("study %s/twice.yaml -o %s/twice --set 'vary.epsilon=[0.1, 0.05, 0.02]'", 0,
         "8 runs, 6 of them finished before");
  expect("study %s/twice.yaml -o %s/twice --set variants.1.label=limit", 0,
         "6 runs, 6 of them finished before");
  expect("study %s/twice.yaml -o %s/twice --force", 0, "6 runs, 0 of them finished before");
  /* a run without its summary, or of another model, is no run */
  expect("study %s/twice.yaml -o %s/twice", 0, "6 of them finished before");
  char command[3 * SCRATCH_PATH];
  snprintf(command, sizeof command,
           "cd %s/twice/runs && set -- $(cut -d, -f3,4 ../runs.csv | "
           "tr , '\\n' | sed -n 's|^runs/||p' | sort -u) && rm $1/summary.json && echo >> "
           "$2/model.yaml",
           scratch);
  assert_int_equal(system(command), 0);
  expect("study %s/twice.yaml -o %s/twice", 0, "6 runs, 4 of them finished before");
  expect("study %s/twice.yaml -o %s/twice", 0, "6 runs, 6 of them finished before");
}

/* The table is the same bytes for any number of processes, also of particles, whose seeds are those
 * of the models. */
static void test_number_of_jobs(void **state)
{
  (void)state;
  write_study("jobs.yaml",
              SMALL "set: {solver.rtol: 1e-6, particles: {count: 500, seed: 3, replicas: 2}}\n"
                    "vary: {epsilon: [0.1, 0.05]}\n"
                    "variants: [{label: a}, {label: b, set: {method: particles}}]\n"
                    "reference: a\n"
                    "quantities: [f1_m2, variance]\n");
  static const char *const names[] = {"table.txt", "table.csv", "table.tex", "runs.csv"};
  expect("study %s/jobs.yaml -o %s/jobs1 --quiet -j 1", 0, "Last observed orders");
  expect("study %s/jobs.yaml -o %s/jobs5 --quiet -j 5", 0, "Last observed orders");
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
    char one[64], five[64];
    snprintf(one, sizeof one, "jobs1/%s", names[n]);
    snprintf(five, sizeof five, "jobs5/%s", names[n]);
    char *first = scratch_read(scratch, one, NULL), *second = scratch_read(scratch, five, NULL);
    assert_string_equal(first, second);
    free(first);
    free(second);
  }
}

static void test_folders(void **state)
{
  (void)state;
  write_study("folder.yaml", SMALL "variants: [{label: a}]\nquantities: [mass]\n");
  assert_int_equal(mkdir(scratch_path(output, scratch, "taken"), 0777), 0);
  scratch_write(scratch, "taken/thesis.tex", "x", 1);
  expect("study %s/folder.yaml -o %s/taken --quiet", 2, "holds no study");
  expect("study %s/folder.yaml -o %s/taken --quiet --force", 0, "mass, a");
  expect("study %s/folder.yaml -o /dev/null/x --quiet", 4, "/dev/null");
  expect("study %s/nothing.yaml", 2, "nothing.yaml");
  expect("study", 2, "1 argument is needed");
  expect("study %s/folder.yaml -j 0", 2, "-j needs a number from 1 to 1024");
  expect("study %s/folder.yaml -j", 2, "-j needs a number");
}

/* ---- interruptions ---- */

/* Starts the short study in scratch/NAME. */
static pid_t start(const char *name)
{
  char directory[SCRATCH_PATH];
  scratch_path(directory, scratch, name);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (freopen("/dev/null", "w", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL)
      _exit(99);
    execl(program(), "huddle", "study", limits, "-o", directory, "-j", "2", (char *)NULL);
    _exit(98);
  }
  return child;
}

/* Sends the signal once `least` runs are there; returns the status of the end. */
static int interrupt(const char *name, int number, int least)
{
  char directory[SCRATCH_PATH];
  scratch_path(directory, scratch, name);
  pid_t child = start(name);
  for (int wait = 0; wait < 20000 && finished_runs(directory) < least; wait++)
    nanosleep(&(struct timespec){.tv_sec = 0, .tv_nsec = 1000000}, NULL);
  assert_int_equal(kill(child, number), 0);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  int finished = finished_runs(directory);
  assert_in_range(finished, least, 71); /* of 72: it was in the middle */
  assert_false(scratch_has(directory, "table.txt"));
  return status;
}

static void assert_same_file(const char *a, const char *b)
{
  size_t first, second;
  char *one = scratch_read(scratch, a, &first), *other = scratch_read(scratch, b, &second);
  assert_int_equal(first, second);
  assert_memory_equal(one, other, first);
  free(one);
  free(other);
}

static void assert_resumes(const char *name)
{
  static const char *const files[] = {"table.txt", "table.csv", "table.tex", "runs.csv"};
  char command[200], a[100], b[100];
  snprintf(command, sizeof command, "study models/studies/limits.yaml -o %%s/%s", name);
  expect(command, 0, "Last observed orders");
  assert_null(strstr(output, " 0 of them finished before"));
  for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
    snprintf(a, sizeof a, "limits/%s", files[f]);
    snprintf(b, sizeof b, "%s/%s", name, files[f]);
    assert_same_file(a, b);
  }
}

/* Killed twice, without a chance to tidy up, and called again: the same bytes. */
static void test_killed(void **state)
{
  (void)state;
  assert_true(WIFSIGNALED(interrupt("killed", SIGKILL, 8)));
  assert_true(WIFSIGNALED(interrupt("killed", SIGKILL, 30)));
  assert_resumes("killed");
}

static void test_stopped(void **state)
{
  (void)state;
  static const int numbers[] = {SIGTERM, SIGINT};
  for (int i = 0; i < 2; i++) {
    int status = interrupt("stopped", numbers[i], i == 0 ? 5 : 25);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
  }
  assert_resumes("stopped");
}

/* ---- mistakes ---- */

static int is_study(const struct dirent *entry)
{
  size_t length = strlen(entry->d_name);
  return length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

/* Every study of tests/bad_studies is refused with exactly the message of its .expected file, and
 * leaves nothing. */
static void test_bad_studies(void **state)
{
  (void)state;
  struct dirent **entries = NULL;
  int wrong = 0, count = scandir("tests/bad_studies", &entries, is_study, alphasort);
  assert_true(count >= 82);
  for (int n = 0; n < count; n++) {
    char arguments[400], name[300];
    size_t length;
    int stem = (int)strlen(entries[n]->d_name) - 5;
    snprintf(arguments, sizeof arguments, "study tests/bad_studies/%s -o %%s/bad",
             entries[n]->d_name);
    snprintf(name, sizeof name, "%.*s.expected", stem, entries[n]->d_name);
    char *expected = scratch_read("tests/bad_studies", name, &length);
    int status = run(arguments);
    if (status != 2 || strcmp(output, expected) != 0 || scratch_has(scratch, "bad")) {
      print_error("%s: %d, got\n%sexpected\n%s", entries[n]->d_name, status, output, expected);
      wrong++;
    }
    free(expected);
    free(entries[n]);
  }
  free(entries);
  assert_int_equal(wrong, 0);
}

/* The twin: every study that ships can be planned. */
static void test_shipped_studies(void **state)
{
  (void)state;
  struct dirent **entries = NULL;
  int count = scandir("models/studies", &entries, is_study, alphasort);
  assert_true(count >= 1);
  for (int n = 0; n < count; n++) {
    char path[300];
    struct hud_error error = {0};
    struct hud_study *study = NULL;
    struct hud_study_plan *plan = NULL;
    snprintf(path, sizeof path, "models/studies/%s", entries[n]->d_name);
    assert_ok(hud_study_load(&study, path, NULL, 0, &error), &error);
    assert_ok(hud_study_plan_create(&plan, study, &error), &error);
    assert_ok(hud_study_plan_check(plan, &error), &error);
    hud_study_plan_free(plan);
    hud_study_free(study);
    free(entries[n]);
  }
  free(entries);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table_of_limits),
      cmocka_unit_test(test_orders_from_values),
      cmocka_unit_test(test_withheld),
      cmocka_unit_test(test_distances_of_grids),
      cmocka_unit_test(test_theory),
      cmocka_unit_test(test_composite),
      cmocka_unit_test(test_distances_of_pairs),
      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_values_and_links),
      cmocka_unit_test(test_failed_runs),
      cmocka_unit_test(test_nothing_is_run_twice),
      cmocka_unit_test(test_number_of_jobs),
      cmocka_unit_test(test_folders),
      cmocka_unit_test(test_killed),
      cmocka_unit_test(test_stopped),
      cmocka_unit_test(test_bad_studies),
      cmocka_unit_test(test_shipped_studies),
  };
  return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
