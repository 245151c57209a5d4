/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle run`: a model file to a folder of results. `huddle resume`: on from a checkpoint. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/cli.h"
#include "run/run.h"

static int run_model(const struct hud_cli_options *options)
{
  struct hud_error error = {0};
  struct hud_stream_log state;
  struct hud_log log = hud_log_to_stream(&state, stderr, options->quiet);
  char directory[1024];
  struct hud_model_file *file = NULL;
  const char *path = options->positional[0];
  hud_cli_default_directory(path, directory, sizeof directory);
  if (hud_model_file_load(&file, path, options->overrides, options->override_count, &error) !=
      HUD_OK) {
    int status = hud_cli_report(&error);
    if (!hud_path_exists(path))
      fprintf(stderr, "`huddle init` lists model files to start from\n");
    return status;
  }
  const struct hud_run_options run_options = {
      .directory = options->output != NULL ? options->output : directory,
      .force = options->force,
      .stop = hud_cli_catch_signals(),
      .log = &log,
  };
  if (hud_run(file, &run_options, &error) != HUD_OK)
    return hud_cli_report(&error);
  hud_log_info(&log, "results in %s", run_options.directory);
  return HUD_EXIT_DONE;
}

static int resume_run(const struct hud_cli_options *options)
{
  struct hud_error error = {0};
  struct hud_stream_log state;
  struct hud_log log = hud_log_to_stream(&state, stderr, options->quiet);
  const struct hud_run_options run_options = {
      .directory = options->positional[0], .stop = hud_cli_catch_signals(), .log = &log};
  if (hud_run_resume(&run_options, &error) != HUD_OK)
    return hud_cli_report(&error);
  hud_log_info(&log, "results in %s", run_options.directory);
  return HUD_EXIT_DONE;
}

int hud_cli_resume(int argc, char **argv)
{
  struct hud_cli_options options;
  int status;
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_QUIET, 1, 1, &status))
    status = resume_run(&options);
  hud_cli_options_free(&options);
  return status;
}

int hud_cli_run(int argc, char **argv)
{
  struct hud_cli_options options;
  int status;
  if (hud_cli_parse(&options, argc, argv,
                    HUD_CLI_OUTPUT | HUD_CLI_SET | HUD_CLI_FORCE | HUD_CLI_QUIET, 1, 1, &status))
    status = run_model(&options);
  hud_cli_options_free(&options);
  return status;
}
