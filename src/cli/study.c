/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle study`: a study file to a table of errors and orders. */
#include "study/study.h"

#include <stdio.h>

#include "base/log.h"
#include "cli/cli.h"

static int run_study(const struct hud_cli_options *options)
{
  struct hud_error error = {0};
  struct hud_stream_log state;
  struct hud_log log = hud_log_to_stream(&state, stderr, options->quiet);
  char directory[1024];
  const char *path = options->positional[0];
  hud_cli_default_directory(path, directory, sizeof directory);
  const struct hud_study_options study_options = {
      .directory = options->output != NULL ? options->output : directory,
      .force = options->force,
      .jobs = options->jobs,
      .override_count = options->override_count,
      .overrides = options->overrides,
      .stop = hud_cli_catch_signals(),
      .log = &log,
      .out = stdout,
  };
  if (hud_study_run_file(path, &study_options, &error) != HUD_OK)
    return hud_cli_report(&error);
  hud_log_info(&log, "table and runs in %s", study_options.directory);
  return HUD_EXIT_DONE;
}

int hud_cli_study(int argc, char **argv)
{
  struct hud_cli_options options;
  int status;
  if (hud_cli_parse(&options, argc, argv,
                    HUD_CLI_OUTPUT | HUD_CLI_SET | HUD_CLI_FORCE | HUD_CLI_QUIET | HUD_CLI_JOBS, 1,
                    1, &status))
    status = run_study(&options);
  hud_cli_options_free(&options);
  return status;
}
