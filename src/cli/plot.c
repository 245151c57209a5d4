/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle plot`: figures of one or several results. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/cli.h"
#include "output/netcdf.h"
#include "output/plots.h"

enum { MOST_RUNS = 8 };

static hud_status load(const char *directory, struct hud_netcdf_result **result,
                       struct hud_plot_run *run, struct hud_error *error)
{
  char *path = NULL;
  hud_status status = hud_path_join(&path, directory, "result.nc", error);
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

static hud_status draw(const char *directory, size_t count, const struct hud_plot_run *runs,
                       struct hud_error *error)
{
  char *missing = NULL;
  hud_status status = hud_directory_create(directory, error);
  if (status == HUD_OK)
    status = hud_plot_overview(directory, count, runs, 0, NULL, NULL, &missing, error);
  if (status == HUD_OK) {
    printf("figure: %s/figure-overview.svg", directory);
    if (missing != NULL)
      printf(" (this gnuplot cannot make: %s)", missing);
    else
      printf(", .pdf and .png");
    printf("\n");
  }
  hud_free(missing);
  return status;
}

int hud_cli_plot(int argc, char **argv)
{
  struct hud_cli_options options;
  struct hud_netcdf_result *results[MOST_RUNS] = {NULL};
  struct hud_plot_run runs[MOST_RUNS];
  struct hud_error error;
  int status = HUD_EXIT_DONE;
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_OUTPUT, 1, MOST_RUNS, &status)) {
    hud_status outcome = HUD_OK;
    for (int i = 0; i < options.positional_count && outcome == HUD_OK; i++)
      outcome = load(options.positional[i], &results[i], &runs[i], &error);
    if (outcome == HUD_OK)
      outcome = draw(options.output != NULL ? options.output : options.positional[0],
                     (size_t)options.positional_count, runs, &error);
    status = outcome == HUD_OK ? HUD_EXIT_DONE : hud_cli_report(&error);
  }
  for (int i = 0; i < MOST_RUNS; i++)
    hud_netcdf_result_free(results[i]);
  hud_cli_options_free(&options);
  return status;
}
