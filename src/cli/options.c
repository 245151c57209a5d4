/* SPDX-License-Identifier: GPL-3.0-or-later
 * Options of the subcommands, the frame of those that examine one model, and how errors reach the
 * user. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

int hud_cli_report(const struct hud_error *error)
{
  fprintf(stderr, "%s: %s\n", error->where[0] != '\0' ? error->where : "huddle", error->message);
  switch (error->code) {
  case HUD_OK:
    return HUD_EXIT_DONE;
  case HUD_ERROR_INPUT:
  case HUD_ERROR_USAGE:
  case HUD_ERROR_MEMORY:
    return HUD_EXIT_INPUT;
  case HUD_ERROR_COMPUTE:
    return HUD_EXIT_FAILED;
  case HUD_ERROR_INTERRUPTED:
    return HUD_EXIT_INTERRUPTED;
  case HUD_ERROR_OUTPUT:
    return HUD_EXIT_OUTPUT;
  }
  return HUD_EXIT_FAILED;
}

int hud_cli_usage(const char *command, const char *format, ...)
{
  va_list args;
  fprintf(stderr, "huddle %s: ", command);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fprintf(stderr, "\n`huddle help %s` shows the usage\n", command);
  return HUD_EXIT_INPUT;
}

static bool is_option(const char *argument, const char *brief, const char *full)
{
  return (brief != NULL && strcmp(argument, brief) == 0) || strcmp(argument, full) == 0;
}

/* The value of an option that takes one, or NULL if it is missing. */
static const char *value_of(int argc, char **argv, int *i)
{
  return *i + 1 < argc ? argv[++*i] : NULL;
}

static bool parse_jobs(struct hud_cli_options *options, const char *command, const char *value,
                       int *status)
{
  char *end = NULL;
  long jobs = strtol(value, &end, 10);
  if (end == value || *end != '\0' || jobs < 1 || jobs > 1024) {
    *status = hud_cli_usage(command, "-j needs a number from 1 to 1024, not %s", value);
    return false;
  }
  options->jobs = (int)jobs;
  return true;
}

static bool parse_option(struct hud_cli_options *options, int argc, char **argv, int *i,
                         unsigned allowed, int *status)
{
  const char *argument = argv[*i], *value = NULL;
  if ((allowed & HUD_CLI_FORCE) && is_option(argument, NULL, "--force")) {
    options->force = true;
    return true;
  }
  if ((allowed & HUD_CLI_QUIET) && is_option(argument, "-q", "--quiet")) {
    options->quiet = true;
    return true;
  }
  if ((allowed & HUD_CLI_SCAN) && is_option(argument, NULL, "--scan")) {
    options->scan = true;
    return true;
  }
  if ((allowed & HUD_CLI_CORRECTIONS) && is_option(argument, NULL, "--corrections")) {
    options->corrections = true;
    return true;
  }
  bool output = (allowed & HUD_CLI_OUTPUT) && is_option(argument, "-o", "--output");
  bool set = (allowed & HUD_CLI_SET) && is_option(argument, NULL, "--set");
  bool jobs = (allowed & HUD_CLI_JOBS) && is_option(argument, "-j", "--jobs");
  if (!output && !set && !jobs) {
    *status = hud_cli_usage(argv[0], "unknown option %s", argument);
    return false;
  }
  value = value_of(argc, argv, i);
  if (value == NULL) {
    *status = hud_cli_usage(argv[0], "%s needs %s", argument,
                            output ? "a folder"
                            : jobs ? "a number"
                                   : "key.path=value");
    return false;
  }
  if (jobs)
    return parse_jobs(options, argv[0], value, status);
  if (output)
    options->output = value;
  else
    options->overrides[options->override_count++] = value;
  return true;
}

bool hud_cli_parse(struct hud_cli_options *options, int argc, char **argv, unsigned allowed,
                   int least, int most, int *status)
{
  struct hud_error error;
  memset(options, 0, sizeof *options);
  if (HUD_NEW(&options->overrides, (size_t)argc, "options", &error) != HUD_OK) {
    *status = hud_cli_report(&error);
    return false;
  }
  for (int i = 1; i < argc; i++) {
    if (argv[i][0] == '-' && argv[i][1] != '\0') {
      if (!parse_option(options, argc, argv, &i, allowed, status))
        return false;
    } else if (options->positional_count == most) {
      *status = hud_cli_usage(argv[0], "unexpected argument %s", argv[i]);
      return false;
    } else {
      options->positional[options->positional_count++] = argv[i];
    }
  }
  if (options->positional_count < least) {
    *status = hud_cli_usage(argv[0], "%d argument%s needed, %d given", least,
                            least == 1 ? " is" : "s are", options->positional_count);
    return false;
  }
  return true;
}

void hud_cli_options_free(struct hud_cli_options *options)
{
  hud_free((void *)options->overrides);
  options->overrides = NULL;
}

int hud_cli_examine(int argc, char **argv, unsigned allowed, hud_cli_examination *examine)
{
  struct hud_cli_options options;
  struct hud_model_file *file = NULL;
  struct hud_error error;
  int status;
  if (hud_cli_parse(&options, argc, argv, allowed, 1, 1, &status)) {
    hud_status outcome = hud_model_file_load(&file, options.positional[0], options.overrides,
                                             options.override_count, &error);
    if (outcome == HUD_OK)
      outcome = examine(file, &options, &error);
    if (outcome == HUD_ERROR_INPUT && file != NULL)
      hud_model_file_locate(file, &error);
    status = outcome == HUD_OK ? HUD_EXIT_DONE : hud_cli_report(&error);
  }
  hud_model_file_free(file);
  hud_cli_options_free(&options);
  return status;
}

void hud_cli_default_directory(const char *path, char *directory, size_t size)
{
  const char *slash = strrchr(path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr(name, '.');
  int length = (int)(dot != NULL && dot != name ? dot - name : (long)strlen(name));
  snprintf(directory, size, "results/%.*s", length, name);
}
