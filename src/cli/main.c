/* SPDX-License-Identifier: GPL-3.0-or-later
 * huddle: picks the subcommand. GSL's error handler, which would abort, is off for the whole
 * program; a file that grows beyond a limit is a write error like any other, not a deadly signal.
 * OpenBLAS keeps to one thread: the matrices here are small, its threads spin on one another when
 * processors are busy (ten times slower was measured), and results must not depend on them. */
#include <cblas.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"

int main(int argc, char **argv)
{
  gsl_set_error_handler_off();
  openblas_set_num_threads(1);
  signal(SIGXFSZ, SIG_IGN);
  if (argc < 2) {
    hud_command_list(stderr);
    return HUD_EXIT_INPUT;
  }
  const char *name = argv[1];
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    name = "help";
  if (strcmp(name, "--version") == 0)
    name = "version";
  const struct hud_command *command = hud_command_find(name);
  if (command == NULL) {
    fprintf(stderr, "huddle: no command %s\n\n", name);
    hud_command_list(stderr);
    return HUD_EXIT_INPUT;
  }
  int status = command->run(argc - 1, argv + 1);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "huddle: standard output could not be written\n");
    return status == HUD_EXIT_DONE ? HUD_EXIT_OUTPUT : status;
  }
  return status;
}
