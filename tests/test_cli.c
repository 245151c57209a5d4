/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program as a user meets it: exit statuses, messages, what a run leaves and what a failed run
 * does not leave. Runs the executable in the build folder (HUD_BUILD) from the root of the source.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#include "scratch.h"

enum { OUTPUT = 1 << 16 };

static char output[OUTPUT]; /* of the last command, stdout and stderr */

static const char *build(void)
{
  const char *folder = getenv("HUD_BUILD");
  return folder != NULL ? folder : "build";
}

/* Runs `COMMAND` in a shell after replacing %b by the build folder and %s by the scratch folder;
 * returns its exit status. */
static int run(const char *command)
{
  char line[4096], log[SCRATCH_PATH + 16];
  size_t used = 1;
  line[0] = '(';
  for (const char *c = command; *c != '\0' && used + SCRATCH_PATH < sizeof line; c++) {
    if (c[0] == '%' && (c[1] == 'b' || c[1] == 's')) {
      used +=
          (size_t)snprintf(line + used, sizeof line - used, "%s", c[1] == 'b' ? build() : scratch);
      c++;
    } else {
      line[used++] = *c;
    }
  }
  snprintf(log, sizeof log, "%s/log", scratch);
  snprintf(line + used, sizeof line - used, ") >%s 2>&1", log);
  int status = system(line);
  FILE *stream = fopen(log, "r");
  assert_non_null(stream);
  size_t length = fread(output, 1, OUTPUT - 1, stream);
  output[length] = '\0';
  fclose(stream);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void expect(const char *command, int status, const char *text)
{
  int got = run(command);
  if (got != status || strstr(output, text) == NULL) {
    print_error("%s\ngave %d, expected %d with \"%s\":\n%s\n", command, got, status, text, output);
    fail();
  }
}

static int exists(const char *name)
{
  char path[SCRATCH_PATH + 128];
  struct stat info;
  snprintf(path, sizeof path, "%s/%s", scratch, name);
  return stat(path, &info) == 0;
}

/* Printed (34) has a growing mode for these, the corrected system has none. */
#define PRINTED_UNSTABLE                                                                           \
  " --set rates.lambda='{\"1,1\": 100, \"1,2\": 20}' --set rates.mu='{\"1,1\": 50, \"1,2\": 0.1}'" \
  " --set epsilon=0.5 --set initial.f1.gaussian.mass=1.0"

/* The layer of (36): for data of the model itself, and only where pairs have data. */
static void test_layer(void **state)
{
  (void)state;
  expect("%b/huddle check models/first_order.yaml", 0,
         "initial layer (36), corrected: widths epsilon/mu11 = 0.025, epsilon/(2+mu11) = 0.0125\n"
         "#   M2  at t = 0: 0                  after it: 0.5 + O(epsilon)\n");
  expect("%b/huddle check models/first_order.yaml --set initial.f2=quasi_stationary", 0,
         "#   V2  at t = 0: 0.375              after it: 0.375 + O(epsilon)\n"
         "#   W   at t = 0: 0.5                after it: 0.5 + O(epsilon)\n");
  const char *const without[] = {"%b/huddle check models/instantaneous.yaml",
                                 "%b/huddle check models/scalar.yaml",
                                 "%b/huddle check models/bounded_confidence.yaml"};
  for (int n = 0; n < 3; n++) {
    expect(without[n], 0, "mean velocity");
    assert_null(strstr(output, "initial layer"));
  }
}

/* How narrow f_1 becomes: foretold, and said of a run that has come there. */
static void test_cells_to_a_deviation(void **state)
{
  (void)state;
#define NARROW " models/instantaneous.yaml --set velocity.cells=64 --set time.end="
  expect("%b/huddle check" NARROW "12", 0, "f_1 needs 2 of them");
  expect("%b/huddle check" NARROW "1", 0, "cells to a standard deviation of f_1: ");
  assert_null(strstr(output, "f_1 needs"));
  expect("%b/huddle check" NARROW "12 --set velocity.regrid=true", 0, "mean velocity");
  assert_null(strstr(output, "cells to a standard"));
  expect("%b/huddle check" NARROW "12 --set method=spectral", 0, "mean velocity");
  assert_null(strstr(output, "cells to a standard"));
  expect("%b/huddle run" NARROW "12 -o %s/narrow", 0, "f_1 is not resolved at t = 12");
  expect("%b/huddle run" NARROW "1 -o %s/wide", 0, "results in");
  assert_null(strstr(output, "not resolved"));
#undef NARROW
}

static void test_stability(void **state)
{
  (void)state;
  expect("%b/huddle stability models/first_order.yaml", 0, "stable; (34) as printed: stable");
  expect("%b/huddle stability models/first_order.yaml" PRINTED_UNSTABLE, 0,
         "equilibrium: stable; (34) as printed: unstable");
  expect("%b/huddle stability models/first_order.yaml --scan", 0, "20064 sets of parameters");
  expect("%b/huddle stability models/first_order.yaml --scan", 0,
         "system of (V1, V2, W): unstable for 0\n");
  expect("%b/huddle stability models/instantaneous.yaml", 2, "models/instantaneous.yaml:");
  expect("%b/huddle stability models/instantaneous.yaml", 2, "Lemma 3.1");
  expect("%b/huddle stability --scan", 2, "1 argument is needed");
  expect("%b/huddle check models/first_order.yaml --scan", 2, "unknown option --scan");
}

/* A small, quick model: overrides for models/first_order.yaml. */
#define QUICK " --set velocity.cells=32 --set time.end=0.1 --set solver.rtol=1e-4 --quiet "

static void test_series_and_geometry(void **state)
{
  (void)state;
  expect("%b/huddle series models/boltzmann.yaml --set time.end=0.05 --set series.samples=20000 "
         "--set 'series.counts=[1000]'",
         0, "phi = vx^2 - vy^2, M = 2, d = 2");
  expect("%b/huddle series models/boltzmann.yaml --set time.end=0.05 --set series.samples=20000 "
         "--set 'series.observable=vx^2+vy^2' --set 'series.counts=[1000]'",
         0, "shares of the bounds of Lemma 10.2");
  expect("%b/huddle series models/boltzmann.yaml --set 'series.counts=[3]'", 2,
         "geometrically impossible");
  /* Every variable has its place. */
  expect("%b/huddle series models/boltzmann.yaml --set time.end=0.05 --set series.terms=0 "
         "--set 'series.observable=3+0*v2x*v3y'",
         0, "0  400000     3 ");
  expect("%b/huddle series models/boltzmann.yaml --set time.end=0.05 --set series.terms=0 "
         "--set 'series.observable=x1+10*y1+100*x2+1000*y2' --set 'series.at=[1,2,3,4]'",
         0, "0  400000     4321 ");
  expect("%b/huddle series models/boltzmann.yaml --set cells=4 --set series.terms=0 --set "
         "time.end=0.05 "
         "--set 'initial.position=3' "
         "--set 'series.observable=1+0*vx'",
         0, "0  400000     1 ");
  expect("%b/huddle series models/boltzmann.yaml --set time.end=0.05 --set series.samples=20000 "
         "--set 'series.energy_cuts=[2,3]' --set 'series.separations=[0.001]'",
         0, "delta      left out");
  expect("%b/huddle series models/boltzmann.yaml --set 'series.observable=v1z'", 2, "z component");
  expect("%b/huddle series models/boltzmann.yaml --set 'series.observable=v4x'", 2, "not known");
  expect("%b/huddle series models/boltzmann.yaml --set 'series.at=[1]'", 2, "expected 2");
  expect("%b/huddle series models/first_order.yaml", 2, "model: boltzmann");
  expect("%b/huddle geometry 2", 2, "expected a dimension");
  expect("%b/huddle geometry 2 9", 2, "expected a dimension");
  expect("%b/huddle geometry --corrections", 0, "45 corrections: 34 by numbers, 11 by reading\n");
  expect("%b/huddle geometry --corrections 2 2", 2, "--corrections alone");
  expect("%b/huddle geometry 2 1 1000", 2, "too few");
  expect("%b/huddle check models/boltzmann.yaml", 0, "local existence");
  expect("%b/huddle check models/hard_spheres.yaml --set 'initial.velocity={table: x.csv}' --set "
         "initial.fix=[]",
         0, "depend on the table");
  expect("%b/huddle check models/hard_spheres.yaml --set domain=whole_space --set "
         "'initial.position=exp(-x^2-y^2)' | grep -c nan",
         1, "0");
  expect("%b/huddle models boltzmann", 0, "coarea measure");
}

static void test_usage(void **state)
{
  (void)state;
  expect("%b/huddle", 2, "usage: huddle COMMAND");
  expect("%b/huddle fly", 2, "no command fly");
  expect("%b/huddle fly", 2, "compare");
  expect("%b/huddle run", 2, "1 argument is needed");
  expect("%b/huddle run a b", 2, "unexpected argument b");
  expect("%b/huddle run --fast models/first_order.yaml", 2, "unknown option --fast");
  expect("%b/huddle run models/first_order.yaml -o", 2, "-o needs a folder");
  expect("%b/huddle check models/first_order.yaml --force", 2, "unknown option --force");
  expect("%b/huddle help", 0, "exit status: 0 done");
  expect("%b/huddle --help", 0, "usage");
  expect("%b/huddle help run", 0, "--set changes one value");
  expect("%b/huddle help fly", 2, "no command fly");
  expect("%b/huddle version", 0, "SUNDIALS");
  expect("%b/huddle version now", 2, "unexpected argument now");
}

/* Help names every command, and every command that it names runs. */
static void test_help_is_true(void **state)
{
  (void)state;
  static const char *const names[] = {"run",    "check", "compare", "study", "plot",
                                      "models", "init",  "version", "help",  "resume"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char command[128];
    snprintf(command, sizeof command, "%%b/huddle help %s", names[i]);
    expect(command, 0, names[i]);
  }
}

static void test_models_and_init(void **state)
{
  (void)state;
  expect("%b/huddle models", 0, "first_order");
  expect("%b/huddle models first_order", 0, "-kappa div(U_3 f_3)");
  expect("%b/huddle models third_order", 2, "no model third_order");
  expect("%b/huddle init", 0, "instantaneous");
  expect("%b/huddle init nothing", 2, "no model file nothing");
  expect("for m in models/*.yaml; do n=$(basename $m .yaml); %b/huddle init $n | cmp - $m && "
         "%b/huddle check $m || exit 9; done",
         0, "# mass 1");
}

static void test_check(void **state)
{
  (void)state;
  expect("%b/huddle check models/first_order.yaml", 0, "33152 unknowns");
  expect("%b/huddle check models/first_order.yaml", 0, "equilibrium (21)");
  expect("%b/huddle check models/first_order.yaml --set epsilon=-1", 2, "epsilon");
  expect("%b/huddle check models/first_order.yaml --set solver.memory_gb=0.001", 2,
         "solver.memory_gb allows");
  expect("%b/huddle check models/nothing.yaml", 2, "models/nothing.yaml");
  expect("%b/huddle check models/first_order.yaml --set method=spectral --set output.f2=true --set "
         "velocity.cells=32 --set model=hierarchy --set clusters=3",
         0, "MB for f_2(v_1, v_2)");
  expect("%b/huddle check models/first_order.yaml --set method=spectral --set output.f2=true --set "
         "velocity.cells=32 --set model=hierarchy --set clusters=5",
         2, "models/first_order.yaml:");
  expect("%b/huddle check models/first_order.yaml --set model=relaxed_triple --set delta=0.1", 0,
         "2862208 unknowns");
  expect("%b/huddle check models/first_order.yaml --set model=relaxed_triple --set delta=0.1"
         " --set velocity.cells=1024",
         2, "solver.memory_gb allows 8");
}

/* What a density misses is said where it is read. */
static void test_run_warns(void **state)
{
  (void)state;
  static const char *const spectral = "%b/huddle run models/first_order.yaml" QUICK
                                      "--set method=spectral --set solver.spectral_tol=1e-5 ";
  char command[512];
  snprintf(command, sizeof command, "%s--set solver.spectral_box=2 -o %%s/cut 2>&1", spectral);
  expect(command, 0, "f_1(v) is cut off at t = 0.1");
  snprintf(command, sizeof command,
           "%s--set solver.spectral_box=12 -o %%s/whole 2>&1 | grep -c cut", spectral);
  expect(command, 1, "0");
  expect("%b/huddle run models/first_order.yaml" QUICK "--set velocity.cells=8 -o %s/coarse 2>&1",
         0, "f_1 is not resolved at t = 0.1");
}

static void test_run_leaves_results(void **state)
{
  (void)state;
  expect("%b/huddle run models/first_order.yaml" QUICK "-o %s/a", 0, "");
  static const char *const names[] = {"a/moments.csv", "a/f1.csv", "a/result.nc", "a/summary.json",
                                      "a/model.yaml"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_true(exists(names[i]));
  expect("head -n 1 %s/a/moments.csv", 0,
         "t,mass,mean,variance,M1,M2,I1,I2,V1,V2,W,T,f1_m0,f1_m1,f1_m2,f1_m3,f1_m4,");
  expect("cut -d, -f1 %s/a/moments.csv | sed -n 2p", 0, "0\n");
  expect("cut -d, -f1 %s/a/moments.csv | tail -n 1", 0, "0.10000000000000001\n");
  /* the resolved model gives the same result to the last bit */
  expect("%b/huddle run %s/a/model.yaml --quiet -o %s/b && cmp %s/a/moments.csv %s/b/moments.csv &&"
         " cmp %s/a/f1.csv %s/b/f1.csv",
         0, "");
  /* a result is not overwritten, and with --force it is */
  expect("%b/huddle run models/first_order.yaml" QUICK "-o %s/a", 2, "--force");
  expect("%b/huddle run models/first_order.yaml" QUICK "-o %s/a --force", 0, "");
}

static void test_failed_runs_leave_nothing(void **state)
{
  (void)state;
  expect("%b/huddle run models/first_order.yaml" QUICK "--set solver.max_steps=5 -o %s/c", 1,
         "step cap: 5");
  assert_false(exists("c/moments.csv"));
  assert_false(exists("c/result.nc"));
  assert_false(exists("c/summary.json"));
  expect("%b/huddle run models/first_order.yaml" QUICK "--set epsilon=0 -o %s/d", 2,
         "--set epsilon=0");
  assert_false(exists("d"));
  /* a failed run over an older result leaves that as it was */
  expect("%b/huddle run models/first_order.yaml" QUICK "-o %s/e && cp %s/e/moments.csv %s/kept", 0,
         "");
  expect("%b/huddle run models/first_order.yaml" QUICK
         "--set solver.max_steps=5 -o %s/e --force; cmp %s/e/moments.csv %s/kept",
         0, "step cap");
}

static void test_output_failures(void **state)
{
  (void)state;
  expect("touch %s/file; %b/huddle run models/first_order.yaml" QUICK "-o %s/file/below", 4,
         "Not a directory");
  expect("%b/huddle help > /dev/full", 4, "standard output");
  char path[SCRATCH_PATH + 16];
  snprintf(path, sizeof path, "%s/small", scratch);
  assert_int_equal(mkdir(path, 0700), 0);
  if (mount("huddle-test", path, "tmpfs", 0, "size=64k") != 0) {
    print_message("no right to mount a small file system: the full disk is not tested here\n");
    return;
  }
  int got = run("%b/huddle run models/first_order.yaml --set velocity.cells=256"
                " --set time.end=0.5 --set time.output_every=0.01 --set solver.rtol=1e-4"
                " -o %s/small/full");
  int left = exists("small/full/result.nc") || exists("small/full/moments.csv") ||
             exists("small/full/summary.json");
  umount(path);
  assert_int_equal(got, 4);
  assert_non_null(strstr(output, "space"));
  assert_false(left);
}

/* A signal stops a run between steps: status 3, nothing under a final name. */
static void test_signal(void **state)
{
  (void)state;
  char program[SCRATCH_PATH], directory[SCRATCH_PATH + 8];
  snprintf(program, sizeof program, "%s/huddle", build());
  snprintf(directory, sizeof directory, "%s/stopped", scratch);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (freopen("/dev/null", "w", stderr) == NULL)
      _exit(99);
    execl(program, "huddle", "run", "models/first_order.yaml", "--set", "time.end=1e6", "--set",
          "time.output_every=1e6", "-o", directory, (char *)NULL);
    _exit(98);
  }
  nanosleep(&(struct timespec){.tv_sec = 0, .tv_nsec = 700000000}, NULL);
  assert_int_equal(kill(child, SIGTERM), 0);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 3);
  assert_false(exists("stopped/moments.csv"));
}

/* A run stopped by a signal goes on from its checkpoint to the same bits; a damaged one is refused.
 */
static void test_resume(void **state)
{
  (void)state;
  static const char *const models[] = {"first_order.yaml --set velocity.cells=64",
                                       "scalar_implicit.yaml --set velocity.cells=100",
                                       "first_order.yaml --set velocity.cells=32 --set "
                                       "solver.integrator=picard --set epsilon=0.1",
                                       "first_order.yaml --set velocity.cells=64 "
                                       "--set velocity.regrid=true --set time.end=8",
                                       "first_order.yaml --set method=spectral --set "
                                       "solver.spectral_check=true --set "
                                       "solver.spectral_tol=1e-5",
                                       "particles.yaml --set particles.count=100000"};
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
    char command[1024];
    snprintf(command, sizeof command,
             "m='models/%s --set time.checkpoint_every=5 --quiet'; rm -rf %%s/whole %%s/cut; "
             "%%b/huddle run $m -o %%s/whole && { %%b/huddle run $m -o %%s/cut & "
             "while kill -0 $! && [ ! -e %%s/cut/checkpoint ]; do sleep 0.01; done; kill -TERM $!; "
             "wait $!; echo status $?; }",
             models[i]);
    expect(command, 0, "status 3");
    assert_false(exists("cut/moments.csv"));
    expect("cp %s/cut/checkpoint %s/good; printf X | dd of=%s/cut/checkpoint "
           "bs=1 seek=300 conv=notrunc 2>/dev/null; %b/huddle resume %s/cut; r=$?; "
           "cp %s/good %s/cut/checkpoint; exit $r",
           2, "damaged");
    expect("head -c 500 %s/good > %s/cut/checkpoint; %b/huddle resume %s/cut; r=$?; "
           "cp %s/good %s/cut/checkpoint; exit $r",
           2, "damaged");
    expect(
        "%b/huddle resume %s/cut --quiet && for f in moments.csv f1.csv result.nc model.yaml; do "
        "cmp %s/whole/$f %s/cut/$f || exit 9; done",
        0, "");
    assert_false(exists("cut/checkpoint"));
    expect("%b/huddle resume %s/cut", 2, "checkpoint");
  }
}

/* The files of a gas beside moments.csv, cut back and gone on with, are the same to the byte; a run
 * killed without warning has written more than its checkpoint knows. One that lost such a file is
 * refused and leaves the others alone. */
static void test_resume_gas(void **state)
{
  (void)state;
  static const char *const formats[] = {"csv", "netcdf"}, *const events[] = {"csv", "nc"};
  for (int i = 0; i < 4; i++) {
    char command[1024];
    int f = i / 2;
    snprintf(command, sizeof command,
             "echo '{events: true, pictures: true, trajectories: 50, event_format: %s}' > "
             "%%s/output; run() { exec %%b/huddle run models/hard_spheres.yaml --set "
             "output=\"$(cat %%s/output)\" --set particles.count=3000 --set time.end=3 --set "
             "time.checkpoint_every=3 --quiet -o $1; }; rm -rf %%s/whole %%s/cut; "
             "(run %%s/whole) && { run %%s/cut & "
             "while kill -0 $! && [ ! -e %%s/cut/checkpoint ]; do sleep 0.01; done; "
             "kill -%s $!; wait $!; echo status $?; }",
             formats[f], i % 2 == 0 ? "TERM" : "KILL");
    expect(command, 0, i % 2 == 0 ? "status 3" : "status 137");
    assert_false(exists("cut/gas.html"));
    expect("mv %s/cut/trajectories.nc.tmp %s/aside; %b/huddle resume %s/cut; r=$?; "
           "mv %s/aside %s/cut/trajectories.nc.tmp; exit $r",
           2, "cannot go on writing");
    expect("cp %s/cut/gas.html.tmp %s/aside; head -c 100 %s/aside > %s/cut/gas.html.tmp; "
           "%b/huddle resume %s/cut; r=$?; cp %s/aside %s/cut/gas.html.tmp; exit $r",
           2, "shorter than when the run was stopped");
    snprintf(command, sizeof command,
             "%%b/huddle resume %%s/cut --quiet && for f in moments.csv result.nc events.%s "
             "trajectories.nc gas.html gas.svg; do cmp %%s/whole/$f %%s/cut/$f || exit 9; done; "
             "ls %%s/cut",
             events[f]);
    expect(command, 0, "moments.csv");
    assert_false(exists("cut/trajectories.nc.tmp") || exists("cut/checkpoint"));
  }
}

static void test_plot_and_compare(void **state)
{
  (void)state;
  expect("%b/huddle run models/first_order.yaml" QUICK "-o %s/p && %b/huddle run "
         "models/instantaneous.yaml" QUICK "-o %s/q",
         0, "");
  expect("%b/huddle plot %s/p %s/q -o %s/figures", 0, "figure-overview.svg");
  assert_true(exists("figures/figure-overview.svg"));
  expect("%b/huddle plot %s/nowhere", 2, "nowhere");
  expect("%b/huddle compare %s/p %s/p", 0, "W1");
  expect("%b/huddle compare %s/p %s/q", 0, "fourier");
  expect("%b/huddle compare %s/p", 2, "2 arguments are needed");
  expect("%b/huddle compare %s/p %s/nowhere", 2, "nowhere");
}

static void test_examples(void **state)
{
  (void)state;
  expect("%b/examples/compare_limits", 0, "0.6239678157");
  expect("%b/examples/read_density models/first_order.yaml velocity.cells=64 time.end=0.5", 0,
         "f_1 is largest at v = ");
  expect("%b/examples/read_density models/first_order.yaml epsilon=x", 1, "epsilon");
  expect("%b/examples/run_model models/instantaneous.yaml %s/from-c", 0, "left the results in");
  assert_true(exists("from-c/summary.json"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_usage),
      cmocka_unit_test(test_help_is_true),
      cmocka_unit_test(test_models_and_init),
      cmocka_unit_test(test_check),
      cmocka_unit_test(test_run_warns),
      cmocka_unit_test(test_run_leaves_results),
      cmocka_unit_test(test_failed_runs_leave_nothing),
      cmocka_unit_test(test_layer),
      cmocka_unit_test(test_cells_to_a_deviation),
      cmocka_unit_test(test_stability),
      cmocka_unit_test(test_series_and_geometry),
      cmocka_unit_test(test_output_failures),
      cmocka_unit_test(test_signal),
      cmocka_unit_test(test_resume),
      cmocka_unit_test(test_resume_gas),
      cmocka_unit_test(test_plot_and_compare),
      cmocka_unit_test(test_examples),
  };
  return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
