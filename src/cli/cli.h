/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the subcommands share: one function a subcommand, options, and exit statuses. */
#ifndef HUD_CLI_CLI_H
#define HUD_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/model_file.h"

enum hud_exit {
  HUD_EXIT_DONE = 0,
  HUD_EXIT_FAILED = 1,      /* the computation failed */
  HUD_EXIT_INPUT = 2,       /* bad usage or input */
  HUD_EXIT_INTERRUPTED = 3, /* stopped by a signal */
  HUD_EXIT_OUTPUT = 4       /* output could not be written */
};

/* Each takes its own arguments (argv[0] is the subcommand) and returns an exit status. */
int hud_cli_run(int argc, char **argv);
int hud_cli_resume(int argc, char **argv);
int hud_cli_check(int argc, char **argv);
int hud_cli_compare(int argc, char **argv);
int hud_cli_study(int argc, char **argv);
int hud_cli_plot(int argc, char **argv);
int hud_cli_stability(int argc, char **argv);
int hud_cli_series(int argc, char **argv);
int hud_cli_geometry(int argc, char **argv);
int hud_cli_models(int argc, char **argv);
int hud_cli_init(int argc, char **argv);
int hud_cli_version(int argc, char **argv);
int hud_cli_help(int argc, char **argv);

/* From here on SIGINT and SIGTERM set the flag that is returned, once; a second one kills. */
const volatile sig_atomic_t *hud_cli_catch_signals(void);

/* results/NAME for models/NAME.yaml. */
void hud_cli_default_directory(const char *path, char *directory, size_t size);

/* Prints `place: message` to stderr and returns the exit status that the error asks for. */
int hud_cli_report(const struct hud_error *error);

/* Prints a usage error with the line that helps and returns HUD_EXIT_INPUT. */
int hud_cli_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Options that several subcommands take; positional arguments are left in argv order. */
struct hud_cli_options {
  const char *positional[8];
  int positional_count;
  const char *output;     /* -o, --output */
  const char **overrides; /* --set, repeated; owned */
  size_t override_count;
  bool force, quiet, scan, corrections;
  int jobs; /* -j; 0: not given */
};

enum hud_cli_option_set {
  HUD_CLI_NO_OPTIONS = 0,
  HUD_CLI_OUTPUT = 1,
  HUD_CLI_SET = 2,
  HUD_CLI_FORCE = 4,
  HUD_CLI_QUIET = 8,
  HUD_CLI_JOBS = 16,
  HUD_CLI_SCAN = 32,
  HUD_CLI_CORRECTIONS = 64
};

/* Parses argv; options outside `allowed` and more than `most` positional arguments are usage errors
 * (false is returned and *status is the exit status). Free with hud_cli_options_free. */
bool hud_cli_parse(struct hud_cli_options *options, int argc, char **argv, unsigned allowed,
                   int least, int most, int *status);
void hud_cli_options_free(struct hud_cli_options *options);

/* A subcommand of one model file that prints what it finds: parses argv with `allowed`, loads the
 * model and calls `examine`; returns the exit status. */
typedef hud_status hud_cli_examination(const struct hud_model_file *file,
                                       const struct hud_cli_options *options,
                                       struct hud_error *error);
int hud_cli_examine(int argc, char **argv, unsigned allowed, hud_cli_examination *examine);

#endif
