/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures and report.html of a run and of a study. A headless Chromium opens the report as a phone
 * and a desktop would: every plot is drawn, no script fails, nothing sticks out sideways. Where
 * there is no Chromium those tests are skipped. Runs the executable in the build folder (HUD_BUILD)
 * from the root of the source. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "scratch.h"

enum { OUTPUT = 1 << 20 };

static char output[OUTPUT];

/* Runs a shell command; its output, errors left out, goes to `output`. */
static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
  char command[4096];
  va_list args;
  va_start(args, format);
  vsnprintf(command, sizeof command, format, args);
  va_end(args);
  FILE *stream = popen(command, "r");
  assert_non_null(stream);
  size_t length = fread(output, 1, OUTPUT - 1, stream);
  output[length] = '\0';
  int status = pclose(stream);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *program(void)
{
  static char path[SCRATCH_PATH];
  const char *folder = getenv("HUD_BUILD");
  snprintf(path, sizeof path, "%s/huddle", folder != NULL ? folder : "build");
  return path;
}

static void make_run(const char *name, const char *options)
{
  assert_int_equal(run("%s run models/first_order.yaml --set velocity.cells=32 --set time.end=0.5 "
                       "--set solver.rtol=1e-5 %s --quiet --force -o %s/%s 2>&1",
                       program(), options, scratch, name),
                   0);
}

static const char *browser(void)
{
  static const char *const names[] = {"chromium", "chromium-browser", "google-chrome"};
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
    if (run("command -v %s 2>/dev/null", names[n]) == 0)
      return names[n];
  return NULL;
}

/* The number after data-NAME=" in the page that the browser gives back. */
static int reported(const char *name)
{
  char key[64];
  snprintf(key, sizeof key, "data-%s=\"", name);
  const char *found = strstr(output, key);
  return found != NULL ? atoi(found + strlen(key)) : -1;
}

/* Opens NAME/report.html in a frame of this width. The report counts its own plots, and looks at
 * their pixels, when it is opened with #check. */
static void open_report(const char *chromium, const char *name, int width)
{
  char page[1024];
  int length = snprintf(
      page, sizeof page,
      "<!DOCTYPE html><body style='margin:0'><iframe src='%s/report.html#check' style='border:0;"
      "width:%dpx;height:2000px'></iframe><script>addEventListener('message',e=>Object.assign("
      "document.body.dataset,e.data))</script></body>",
      name, width);
  scratch_write(scratch, "frame.html", page, (size_t)length);
  run("rm -rf %s/profile; timeout 60 %s --headless --no-sandbox --disable-gpu --disable-quic "
      "--no-first-run --disable-background-networking --disable-component-update --disable-sync "
      "--hide-scrollbars "
      "--user-data-dir=%s/profile --virtual-time-budget=5000 --window-size=1400,2000 --dump-dom "
      "file://%s/frame.html 2>/dev/null",
      scratch, chromium, scratch, scratch);
}

/* At least so many plots: methods add columns of their own. */
static void assert_report_shows(const char *name, int plots)
{
  static const int widths[] = {360, 1280};
  const char *chromium = browser();
  if (chromium == NULL) {
    print_message("skipped: there is no Chromium to open report.html with\n");
    skip();
  }
  for (int w = 0; w < 2; w++) {
    open_report(chromium, name, widths[w]);
    if (reported("errors") != 0 || reported("plots") < plots ||
        reported("drawn") != reported("plots") || reported("width") != widths[w] ||
        reported("scroll") != 0) {
      print_error("%s at %d: %.400s\n", name, widths[w], output);
      fail();
    }
  }
}

/* ---- what is there ---- */

static void test_figures(void **state)
{
  (void)state;
  static const char *const names[] = {"figure-overview.svg", "figure-moments.svg", "figure-f1.svg",
                                      "figure-f2.svg", "report.html"};
  make_run("run", "--set output.f2=true");
  assert_int_equal(run("%s plot %s/run 2>&1", program(), scratch), 0);
  char path[SCRATCH_PATH];
  scratch_path(path, scratch, "run");
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
    assert_true(scratch_has(path, names[n]));
  make_run("plain", "");
  assert_int_equal(run("%s plot %s/plain -o %s/elsewhere 2>&1", program(), scratch, scratch), 0);
  assert_null(strstr(output, "figure-f2"));
  assert_true(scratch_has(scratch, "elsewhere/report.html"));
  assert_false(scratch_has(scratch, "plain/report.html"));
  assert_int_equal(
      run("%s plot %s/run %s/plain -o %s/both 2>&1", program(), scratch, scratch, scratch), 0);
  assert_true(scratch_has(scratch, "both/figure-moments.svg"));
  assert_false(scratch_has(scratch, "both/report.html"));
}

/* One file: nothing is fetched, and what it says of the run is in it. */
static void test_report_is_whole(void **state)
{
  (void)state;
  size_t length;
  char *page = scratch_read(scratch, "run/report.html", &length);
  assert_null(strstr(page, "<link"));
  assert_null(strstr(page, "<script src"));
  assert_null(strstr(page, "@import"));
  assert_null(strstr(page, "fetch("));
  assert_non_null(strstr(page, "Leon Sorokin")); /* the licence of what is built in */
  assert_non_null(strstr(page, "three_body_drift"));
  assert_non_null(strstr(page, "\"mass_drift\""));
  assert_non_null(strstr(page, "\"git_commit\""));
  free(page);
}

/* No text of a model file becomes markup or script. */
static void test_hostile_title(void **state)
{
  (void)state;
  make_run("hostile", "--set 'title=\"</script><script>document.body.dataset.owned=1</script>"
                      "<img src=x onerror=alert(1)> \\\" & \\\\\"'");
  assert_int_equal(run("%s plot %s/hostile 2>&1", program(), scratch), 0);
  size_t length;
  char *page = scratch_read(scratch, "hostile/report.html", &length);
  assert_null(strstr(page, "<script>document.body.dataset.owned"));
  assert_null(strstr(page, "<img src=x"));
  free(page);
  assert_report_shows("hostile", 10);
}

static void test_run_in_browser(void **state)
{
  (void)state;
  assert_report_shows("run", 11);
}

static void test_moments_in_browser(void **state)
{
  (void)state;
  make_run("moments", "--set method=moments");
  assert_int_equal(run("%s plot %s/moments 2>&1", program(), scratch), 0);
  assert_report_shows("moments", 7);
}

/* A gas has other columns; particles have standard errors. */
static void test_gas_in_browser(void **state)
{
  (void)state;
  assert_int_equal(run("%s run models/hard_spheres.yaml --set time.end=0.2 --quiet -o %s/gas 2>&1",
                       program(), scratch),
                   0);
  assert_int_equal(run("%s plot %s/gas 2>&1", program(), scratch), 0);
  assert_non_null(strstr(output, "figure-gas.svg"));
  assert_null(strstr(output, "figure-overview"));
  assert_report_shows("gas", 4);
}

static void test_particles_in_browser(void **state)
{
  (void)state;
  assert_int_equal(run("%s run models/particles.yaml --set particles.count=2000 --set time.end=0.5 "
                       "--quiet -o %s/particles 2>&1",
                       program(), scratch),
                   0);
  assert_int_equal(run("%s plot %s/particles 2>&1", program(), scratch), 0);
  assert_report_shows("particles", 7);
}

/* One plot a quantity: the values of a second parameter are curves of it. */
static void test_product_in_browser(void **state)
{
  (void)state;
  assert_int_equal(run("%s study models/studies/bounds.yaml -o %s/bounds --quiet --set "
                       "'vary.epsilon=[0.01, 0.001]' --set 'quantities=[M2, W]' --set "
                       "'expect=[{variant: first order (14), order: 0, within: 1}]' 2>&1",
                       program(), scratch),
                   0);
  assert_int_equal(run("%s plot %s/bounds 2>&1", program(), scratch), 0);
  assert_report_shows("bounds", 2);
  assert_int_equal(reported("plots"), 2);
}

static void test_study_in_browser(void **state)
{
  (void)state;
  assert_int_equal(run("%s study models/studies/limits.yaml -o %s/limits --quiet --set "
                       "'vary.epsilon=[0.025, 0.0125]' 2>&1",
                       program(), scratch),
                   0);
  assert_int_equal(run("%s plot %s/limits 2>&1", program(), scratch), 0);
  assert_non_null(strstr(output, "figure-study.svg"));
  assert_report_shows("limits", 4);
}

/* Folders that hold nothing to draw, or only part of it: what is wrong is said, and nothing is left
 * under a final name. */
static void expect_plot(const char *command, int status, const char *text)
{
  if (run("cd %s && %s 2>&1", scratch, command) != status || strstr(output, text) == NULL) {
    print_error("%s: expected %d and \"%s\", got\n%s\n", command, status, text, output);
    fail();
  }
}

static void test_nothing_to_plot(void **state)
{
  (void)state;
  char path[PATH_MAX];
  assert_non_null(realpath(program(), path));
  assert_int_equal(setenv("HUDDLE", path, 1), 0);
  assert_int_equal(
      run("cd %s && mkdir empty stopped begun torn rest bin && touch file stopped/checkpoint && "
          "mkdir begun/runs && cp plain/* torn && head -c 500 plain/result.nc >torn/result.nc && "
          "cp plain/* rest && rm rest/summary.json && ln -s /bin/sh bin/sh",
          scratch),
      0);
  expect_plot("$HUDDLE plot nowhere", 2, "there is no folder nowhere");
  expect_plot("$HUDDLE plot file", 2, "file is no folder");
  expect_plot("$HUDDLE plot empty", 2, "empty holds no result: there is no result.nc in it");
  expect_plot("$HUDDLE plot stopped", 2, "not finished: `huddle resume stopped` goes on");
  expect_plot("$HUDDLE plot begun", 2, "not finished: the same `huddle study` goes on");
  expect_plot("$HUDDLE plot torn", 2, "torn/result.nc: ");
  expect_plot("$HUDDLE plot rest -o rest-plots", 2, "cannot read rest/summary.json");
  assert_false(scratch_has(scratch, "rest-plots/report.html"));
  expect_plot("$HUDDLE plot plain nowhere -o both-plots", 2, "there is no folder nowhere");
  expect_plot("$HUDDLE plot plain gas -o mixed", 2, "no quantity in common: plot them apart");
  expect_plot("$HUDDLE plot plain -o file/x", 4, "Not a directory");
  /* without gnuplot there is the report, and the script of the first figure */
  expect_plot("PATH=bin $HUDDLE plot plain -o bare", 4, "gnuplot is not installed");
  assert_true(scratch_has(scratch, "bare/report.html"));
  assert_true(scratch_has(scratch, "bare/figure-overview.gp"));
  assert_false(scratch_has(scratch, "bare/figure-overview.svg"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_figures),
      cmocka_unit_test(test_report_is_whole),
      cmocka_unit_test(test_hostile_title),
      cmocka_unit_test(test_run_in_browser),
      cmocka_unit_test(test_moments_in_browser),
      cmocka_unit_test(test_gas_in_browser),
      cmocka_unit_test(test_particles_in_browser),
      cmocka_unit_test(test_study_in_browser),
      cmocka_unit_test(test_product_in_browser),
      cmocka_unit_test(test_nothing_to_plot),
  };
  return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
