/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle plot`: figures of one or several results, and report.html of one result or study. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/cli.h"
#include "output/gnuplot.h"
#include "output/netcdf.h"
#include "output/plots.h"
#include "output/report.h"
#include "output/table.h"

enum { MOST_RUNS = 8 };

static bool holds(const char *directory, const char *name)
{
  char *path = NULL;
  struct hud_error ignored;
  bool found = hud_path_join(&path, directory, name, &ignored) == HUD_OK && hud_path_exists(path);
  hud_free(path);
  return found;
}

/* Why there is nothing to draw in a folder without result.nc. */
static hud_status check_folder(const char *directory, struct hud_error *error)
{
  if (holds(directory, "result.nc"))
    return HUD_OK;
  if (!hud_path_exists(directory))
    return hud_fail(error, HUD_ERROR_INPUT, "there is no folder %s", directory);
  if (!holds(directory, "."))
    return hud_fail(error, HUD_ERROR_INPUT, "%s is no folder; expected that of a run or a study",
                    directory);
  if (holds(directory, "runs"))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the study in %s is not finished: the same `huddle study` goes on", directory);
  if (holds(directory, "checkpoint"))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the run in %s is not finished: `huddle resume %s` goes on", directory,
                    directory);
  return hud_fail(error, HUD_ERROR_INPUT, "%s holds no result: there is no result.nc in it",
                  directory);
}

static hud_status load(const char *directory, struct hud_netcdf_result **result,
                       struct hud_plot_run *run, struct hud_error *error)
{
  char *path = NULL;
  hud_status status = check_folder(directory, error);
  if (status == HUD_OK)
    status = hud_path_join(&path, directory, "result.nc", error);
  if (status == HUD_OK)
    status = hud_netcdf_read(result, path, error);
  hud_free(path);
  if (status != HUD_OK)
    return status;
  const struct hud_netcdf_result *r = *result;
  *run = (struct hud_plot_run){.label = r->title[0] != '\0' ? r->title : directory,
                               .moments = r->moments,
                               .time_count = r->time_count,
                               .v_count = r->v_count,
                               .time = r->time,
                               .v = r->v,
                               .v_stride = r->v_stride,
                               .f1 = r->f1};
  return HUD_OK;
}

/* What is drawn into a folder, and what this gnuplot could not make of it. */
struct drawing {
  const char *directory;
  char *missing;
};

static void report_figure(struct drawing *drawing, const char *name)
{
  printf("figure: %s/figure-%s.svg", drawing->directory, name);
  if (drawing->missing != NULL)
    printf(" (this gnuplot cannot make: %s)\n", drawing->missing);
  else
    printf(", .pdf and .png\n");
  hud_free(drawing->missing);
  drawing->missing = NULL;
}

/* f_2 at the last time, where the first run has written it. */
static hud_status draw_pairs(struct drawing *drawing, const char *source,
                             const struct hud_netcdf_result *result, struct hud_error *error)
{
  char *path = NULL;
  double *f2 = NULL;
  hud_status status = hud_path_join(&path, source, "result.nc", error);
  if (status == HUD_OK && result->time_count > 0)
    status = hud_netcdf_read_f2(path, result->time_count - 1, result->v_count, &f2, error);
  if (status == HUD_OK && f2 != NULL) {
    status =
        hud_plot_f2(drawing->directory, result->v_count, result->v, f2,
                    result->time[result->time_count - 1], result->title, &drawing->missing, error);
    if (status == HUD_OK)
      report_figure(drawing, "f2");
  }
  hud_free(path);
  hud_free(f2);
  return status;
}

static hud_status draw_runs(struct drawing *drawing, size_t count, const struct hud_plot_run *runs,
                            struct hud_error *error)
{
  size_t gases = 0;
  for (size_t r = 0; r < count; r++)
    gases += hud_table_has(runs[r].moments, "energy");
  if (gases > 0 && gases < count)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "a gas and a kinetic model have no quantity in common: plot them apart");
  if (gases > 0) {
    hud_status status =
        hud_plot_gas(drawing->directory, count, runs, NULL, &drawing->missing, error);
    if (status == HUD_OK)
      report_figure(drawing, "gas");
    return status;
  }
  hud_status status =
      hud_plot_overview(drawing->directory, count, runs, 0, NULL, NULL, &drawing->missing, error);
  if (status == HUD_OK) {
    report_figure(drawing, "overview");
    status = hud_plot_moments(drawing->directory, count, runs, NULL, &drawing->missing, error);
  }
  if (status == HUD_OK)
    report_figure(drawing, "moments");
  return status;
}

static hud_status draw(struct drawing *drawing, size_t count, const char *const *sources,
                       struct hud_netcdf_result *const *results, const struct hud_plot_run *runs,
                       struct hud_error *error)
{
  bool densities = false;
  for (size_t r = 0; r < count; r++)
    densities = densities || (runs[r].f1 != NULL && runs[r].v_count > 0);
  hud_status status = hud_directory_create(drawing->directory, error);
  /* the report first: it needs no gnuplot */
  if (status == HUD_OK && count == 1)
    status = hud_report_run(drawing->directory, sources[0], results[0], error);
  if (status == HUD_OK && count == 1)
    printf("report: %s/report.html\n", drawing->directory);
  if (status == HUD_OK)
    status = draw_runs(drawing, count, runs, error);
  if (status == HUD_OK && densities) {
    status = hud_plot_f1(drawing->directory, count, runs, 0, NULL, NULL, &drawing->missing, error);
    if (status == HUD_OK)
      report_figure(drawing, "f1");
  }
  if (status == HUD_OK && count == 1)
    status = draw_pairs(drawing, sources[0], results[0], error);
  return status;
}

/* `huddle study` has drawn the figure; the script that lies beside it draws it again. */
static hud_status show_study(const char *source, const char *target, struct hud_error *error)
{
  char *script = NULL;
  hud_status status = hud_directory_create(target, error);
  if (status == HUD_OK)
    status = hud_report_study(target, source, error);
  if (status == HUD_OK)
    printf("report: %s/report.html\n", target);
  if (status == HUD_OK)
    status = hud_path_join(&script, source, "figure-study.gp", error);
  if (status == HUD_OK && hud_path_exists(script)) {
    status = hud_gnuplot_run(source, "suffix=''", "figure-study.gp", error);
    if (status == HUD_OK)
      printf("figure: %s/figure-study.svg, .pdf and .png\n", source);
  }
  hud_free(script);
  return status;
}

static hud_status plot(const struct hud_cli_options *options, struct hud_error *error)
{
  struct hud_netcdf_result *results[MOST_RUNS] = {NULL};
  struct hud_plot_run runs[MOST_RUNS];
  size_t count = (size_t)options->positional_count;
  const char *target = options->output != NULL ? options->output : options->positional[0];
  struct drawing drawing = {target, NULL};
  hud_status status = HUD_OK;
  if (count == 1 && holds(options->positional[0], "table.csv"))
    return show_study(options->positional[0], target, error);
  for (size_t i = 0; i < count && status == HUD_OK; i++)
    status = load(options->positional[i], &results[i], &runs[i], error);
  if (status == HUD_OK)
    status = draw(&drawing, count, options->positional, results, runs, error);
  hud_free(drawing.missing);
  for (size_t i = 0; i < count; i++)
    hud_netcdf_result_free(results[i]);
  return status;
}

int hud_cli_plot(int argc, char **argv)
{
  struct hud_cli_options options;
  struct hud_error error = {0};
  int status = HUD_EXIT_DONE;
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_OUTPUT, 1, MOST_RUNS, &status))
    status = plot(&options, &error) == HUD_OK ? HUD_EXIT_DONE : hud_cli_report(&error);
  hud_cli_options_free(&options);
  return status;
}
