/* SPDX-License-Identifier: GPL-3.0-or-later
 * Figures: the pictures appear whole, hostile text stays text, and a gnuplot that is absent or
 * fails is an error that says so. With HUDDLE_TEST_FIGURES set to a folder, the pictures stay
 * there. */
#define _XOPEN_SOURCE 700
#include "scratch.h"

#include <math.h>
#include <stdbool.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/gnuplot.h"
#include "output/plots.h"
#include "output/symbols.h"

enum { TIMES = 31, CELLS = 256 };

struct sample {
  struct hud_table *moments;
  double time[TIMES], v[CELLS], f1[TIMES * CELLS];
};

/* A Gaussian that contracts at the rate of the instantaneous limit, or somewhat slower. */
static void make_sample(struct sample *sample, double rate)
{
  static const char *const names[] = {"t", "mass", "variance", "M_2"};
  struct hud_error error = {0};
  assert_ok(hud_table_create(&sample->moments, 4, names, &error), &error);
  for (int i = 0; i < CELLS; i++)
    sample->v[i] = -8.0 + 16.0 * (i + 0.5) / CELLS;
  for (int r = 0; r < TIMES; r++) {
    double t = sample->time[r] = 0.1 * r, variance = exp(-rate * t);
    double row[] = {t, 1.0, variance, r == 0 ? (double)NAN : 0.1};
    assert_ok(hud_table_add(sample->moments, row, &error), &error);
    for (int i = 0; i < CELLS; i++)
      sample->f1[r * CELLS + i] =
          exp(-0.5 * pow(sample->v[i] - 0.3, 2.0) / variance) / sqrt(2.0 * acos(-1.0) * variance);
  }
}

static struct hud_plot_run make_run(const struct sample *sample, const char *label)
{
  return (struct hud_plot_run){.label = label,
                               .moments = sample->moments,
                               .time_count = TIMES,
                               .v_count = CELLS,
                               .time = sample->time,
                               .v = sample->v,
                               .f1 = sample->f1};
}

static bool has_gnuplot(const char *folder)
{
  struct hud_error error = {0};
  scratch_write(folder, "nothing.gp", "", 0);
  hud_status status = hud_gnuplot_run(folder, "", "nothing.gp", &error);
  char path[SCRATCH_PATH];
  unlink(scratch_path(path, folder, "nothing.gp"));
  return status == HUD_OK;
}

static void need_gnuplot(const char *folder)
{
  if (has_gnuplot(folder))
    return;
  print_message("skipped: gnuplot is not installed\n");
  skip();
}

static void keep_pictures(const char *folder)
{
  const char *target = getenv("HUDDLE_TEST_FIGURES");
  static const char *const names[] = {"variance", "f1", "overview"};
  static const char *const kinds[] = {"svg", "pdf", "png", "gp"};
  for (int i = 0; target != NULL && i < 12; i++) {
    char name[64];
    size_t length;
    snprintf(name, sizeof name, "figure-%s.%s", names[i / 4], kinds[i % 4]);
    char *bytes = scratch_read(folder, name, &length);
    scratch_write(target, name, bytes, length);
    free(bytes);
  }
}

static void assert_picture(const char *folder, const char *name, const char *start)
{
  size_t length;
  char *bytes = scratch_read(folder, name, &length);
  assert_true(length > 2000);
  assert_memory_equal(bytes, start, strlen(start));
  free(bytes);
}

static void assert_in_file(const char *folder, const char *name, const char *text)
{
  char *bytes = scratch_read(folder, name, NULL);
  if (strstr(bytes, text) == NULL)
    fail_msg("%s has no %s", name, text);
  free(bytes);
}

static void test_pictures(void **state)
{
  const char *folder = *state;
  need_gnuplot(folder);
  struct sample first, limit;
  make_sample(&first, 0.6);
  make_sample(&limit, 0.5);
  struct hud_plot_run runs[] = {make_run(&first, "first order"), make_run(&limit, "instantaneous")};
  struct hud_error error = {0};
  char *missing = NULL;
  double times[] = {0.0, 1.0, 3.0};
  assert_ok(hud_plot_variance(folder, 2, runs, NULL, &missing, &error), &error);
  assert_null(missing);
  assert_ok(hud_plot_f1(folder, 1, runs, 0, NULL, NULL, &missing, &error), &error);
  assert_ok(hud_plot_overview(folder, 2, runs, 3, times, "Both models", &missing, &error), &error);
  assert_int_equal(scratch_count(folder), 12); /* three figures in three kinds, three scripts */
  assert_picture(folder, "figure-variance.svg", "<?xml");
  assert_picture(folder, "figure-f1.pdf", "%PDF");
  assert_picture(folder, "figure-overview.png", "\x89PNG");
  assert_in_file(folder, "figure-variance.svg", "instantaneous");
  assert_in_file(folder, "figure-variance.svg", ">V<");
  assert_in_file(folder, "figure-f1.svg", "t = 2");
  assert_in_file(folder, "figure-overview.svg", "Both models");
  keep_pictures(folder);
  hud_table_free(first.moments);
  hud_table_free(limit.moments);
}

/* The script alone draws the same picture, under the final names. */
static void test_script_draws_again(void **state)
{
  const char *folder = *state;
  need_gnuplot(folder);
  struct sample sample;
  make_sample(&sample, 0.6);
  struct hud_plot_run run = make_run(&sample, "x");
  struct hud_error error = {0};
  char path[SCRATCH_PATH];
  assert_ok(hud_plot_variance(folder, 1, &run, NULL, NULL, &error), &error);
  char *before = scratch_read(folder, "figure-variance.svg", NULL);
  assert_int_equal(unlink(scratch_path(path, folder, "figure-variance.svg")), 0);
  assert_ok(hud_gnuplot_run(folder, "", "figure-variance.gp", &error), &error);
  char *after = scratch_read(folder, "figure-variance.svg", NULL);
  assert_string_equal(before, after);
  assert_int_equal(scratch_count(folder), 4);
  free(before);
  free(after);
  hud_table_free(sample.moments);
}

static void test_hostile_text(void **state)
{
  const char *folder = *state;
  need_gnuplot(folder);
  struct sample sample;
  make_sample(&sample, 0.6);
  struct hud_plot_run runs[] = {make_run(&sample, "`touch owned` $(touch owned) 'it''s' @x"),
                                make_run(&sample, "a_b^c{d}\\n\"e\" <&> %d \xce\xb5")};
  struct hud_error error = {0};
  assert_ok(
      hud_plot_variance(folder, 2, runs, "'; system('touch owned') #\n!touch owned", NULL, &error),
      &error);
  assert_int_equal(scratch_count(folder), 4);
  assert_false(scratch_has(folder, "owned"));
  assert_in_file(folder, "figure-variance.svg", "`touch owned` $(touch owned) 'it''s' @x");
  assert_in_file(folder, "figure-variance.svg", "a_b^c{d}\\n\"e\" &lt;&amp;> %d \xce\xb5");
  assert_in_file(folder, "figure-variance.svg", "'; system('touch owned') # !touch owned");
  hud_table_free(sample.moments);
}

static hud_status draw(const char *folder, struct hud_panel *panel, const double *y, size_t count,
                       struct hud_error *error)
{
  double x[16];
  for (int i = 0; i < 16; i++)
    x[i] = i;
  struct hud_series series = {.count = count, .x_stride = 1, .y_stride = 1, .x = x, .y = y};
  panel->series = &series;
  panel->series_count = 1;
  struct hud_figure figure = {.panel_count = 1, .panels = panel};
  return hud_figure_draw(&figure, folder, "a", NULL, error);
}

/* Points that cannot be drawn break the line; numbers stand on short and long logarithmic axes. */
static void test_script(void **state)
{
  const char *folder = *state;
  need_gnuplot(folder);
  struct hud_error error = {0};
  struct hud_panel panel = {.log_y = true};
  double y[] = {1.0, 0.5, (double)NAN, -1.0, 0.0, INFINITY, 0.2, 0.125};
  assert_ok(draw(folder, &panel, y, 8, &error), &error);
  assert_in_file(folder, "figure-a.gp", "<< END\n0 1\n1 0.5\n\n\n\n\n6 0.2\n7 0.125\nEND\n");
  assert_in_file(folder, "figure-a.svg", ">0.2<");
  assert_in_file(folder, "figure-a.svg", ">0.5<");
  double steep[] = {1.0, 1e-3, 1e-6};
  assert_ok(draw(folder, &panel, steep, 3, &error), &error);
  assert_in_file(folder, "figure-a.gp", "set format y '10^{%T}'");
  double flat[] = {1.0, 1.0};
  assert_ok(draw(folder, &panel, flat, 2, &error), &error);
  panel.log_y = false;
  double zero[] = {0.0};
  assert_ok(draw(folder, &panel, zero, 1, &error), &error);
}

static void test_nothing_to_draw(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  struct hud_panel panel = {.log_y = true};
  double y[] = {0.0, -1.0, (double)NAN};
  assert_error(draw(folder, &panel, y, 3, &error), HUD_ERROR_INPUT, &error, "no point");
  assert_error(draw(folder, &panel, y, 0, &error), HUD_ERROR_INPUT, &error, "no point");
  struct sample sample;
  make_sample(&sample, 0.6);
  struct hud_series series;
  assert_error(hud_series_from_table(&series, sample.moments, "t", "W", NULL, &error),
               HUD_ERROR_INPUT, &error, "t, mass, variance");
  struct hud_plot_run run = make_run(&sample, "x");
  run.f1 = NULL;
  assert_error(hud_plot_f1(folder, 1, &run, 0, NULL, NULL, NULL, &error), HUD_ERROR_INPUT, &error,
               "no density");
  struct hud_figure figure = {.panel_count = 1, .panels = &panel};
  assert_error(hud_figure_draw(&figure, folder, "../a", NULL, &error), HUD_ERROR_USAGE, &error,
               "name a figure");
  assert_int_equal(scratch_count(folder), 0);
  hud_table_free(sample.moments);
}

/* Puts a program of that text in place of gnuplot, or none. */
static char *replace_gnuplot(const char *folder, const char *text)
{
  char path[SCRATCH_PATH];
  assert_int_equal(mkdir(scratch_path(path, folder, "bin"), 0777), 0);
  if (text != NULL) {
    scratch_write(folder, "bin/gnuplot", text, strlen(text));
    assert_int_equal(chmod(scratch_path(path, folder, "bin/gnuplot"), 0755), 0);
  }
  char *before = strdup(getenv("PATH"));
  assert_non_null(before);
  assert_int_equal(setenv("PATH", scratch_path(path, folder, "bin"), 1), 0);
  return before;
}

static void restore_gnuplot(char *before)
{
  setenv("PATH", before, 1);
  free(before);
}

static hud_status draw_with(const char *folder, const char *program, struct hud_error *error)
{
  double y[] = {1.0, 2.0};
  struct hud_panel panel = {.log_y = false};
  char *before = replace_gnuplot(folder, program);
  hud_status status = draw(folder, &panel, y, 2, error);
  restore_gnuplot(before);
  return status;
}

static void test_no_gnuplot(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  assert_error(draw_with(folder, NULL, &error), HUD_ERROR_OUTPUT, &error, "not installed");
  assert_int_equal(scratch_count(folder), 2); /* bin and the script, which the message names */
  assert_non_null(strstr(error.message, "gnuplot figure-a.gp"));
  assert_true(scratch_has(folder, "figure-a.gp"));
}

static void test_gnuplot_fails(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  assert_error(
      draw_with(folder, "#!/bin/sh\necho oh no >&2\n: > figure-a.svg.tmp\nexit 3\n", &error),
      HUD_ERROR_OUTPUT, &error, "oh no");
  assert_int_equal(scratch_count(folder), 2);
  assert_error(hud_gnuplot_run("/nonexistent", "", "a.gp", &error), HUD_ERROR_OUTPUT, &error,
               "cannot enter");
}

static void test_gnuplot_killed(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  assert_error(draw_with(folder, "#!/bin/sh\nkill -9 $$\n", &error), HUD_ERROR_OUTPUT, &error,
               "signal 9");
}

/* More output than a pipe holds does not block. */
static void test_gnuplot_talks(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  assert_error(draw_with(folder,
                         "#!/bin/sh\ni=0\nwhile [ $i -lt 20000 ]; do echo talk talk; "
                         "i=$((i+1)); done\nexit 1\n",
                         &error),
               HUD_ERROR_OUTPUT, &error, "talk talk");
}

static void test_missing_kinds(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  double x[] = {1.0, 2.0};
  struct hud_series series = {.count = 2, .x_stride = 1, .y_stride = 1, .x = x, .y = x};
  struct hud_panel panel = {.series_count = 1, .series = &series};
  struct hud_figure figure = {.panel_count = 1, .panels = &panel};
  char *missing = NULL;
  char *before = replace_gnuplot(folder, "#!/bin/sh\necho '<svg/>' > figure-a.svg.tmp\n");
  hud_status status = hud_figure_draw(&figure, folder, "a", &missing, &error);
  restore_gnuplot(before);
  assert_ok(status, &error);
  assert_string_equal(missing, "pdf png");
  assert_int_equal(scratch_count(folder), 3);
  hud_free(missing);
}

static void test_symbols(void **state)
{
  (void)state;
  static const struct {
    const char *column, *sentence, *markup;
  } cases[] = {
      {"variance", "total variance V, sum of k w_k V_k, not divided by the mass",
       "{/:Italic V}({/:Italic t})"},
      {"M12", "M_12, mass of clusters of size 12", "{/:Italic M}_{12}({/:Italic t})"},
      {"f1_m3", "raw moment of f_1 of order 3, integral of v^3 f_1",
       "{/:Italic m}_{3}({/:Italic t})"},
      {"M", "M", "M"},
      {"Mx", "Mx", "Mx"},
      {"a_b@c", "a_b@c", "a\\_b\\@c"},
      {"T_se", "standard error of: T, integral of (v_1-v_2)^2 f_1(v_1) f_2(v_2,v_3)", "T\\_se"},
      {"_se", "_se", "\\_se"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[256];
    hud_symbol_sentence(cases[i].column, text, sizeof text);
    assert_string_equal(text, cases[i].sentence);
    hud_symbol_markup(cases[i].column, text, sizeof text);
    assert_string_equal(text, cases[i].markup);
  }
  char small[6];
  hud_symbol_sentence("M123456", small, sizeof small);
  assert_string_equal(small, "M_123");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      scratch_unit_test(test_pictures),        scratch_unit_test(test_script_draws_again),
      scratch_unit_test(test_hostile_text),    scratch_unit_test(test_script),
      scratch_unit_test(test_nothing_to_draw), scratch_unit_test(test_no_gnuplot),
      scratch_unit_test(test_gnuplot_fails),   scratch_unit_test(test_gnuplot_killed),
      scratch_unit_test(test_gnuplot_talks),   scratch_unit_test(test_missing_kinds),
      cmocka_unit_test(test_symbols),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
