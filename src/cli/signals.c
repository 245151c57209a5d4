/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stopping by signals: a run or a study sees the request and ends in good order. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>

#include "cli/cli.h"

/* Set by a signal handler; the only variable of the program that lives outside a function. */
static volatile sig_atomic_t stop_requested;

static void request_stop(int number)
{
  (void)number;
  stop_requested = 1;
}

const volatile sig_atomic_t *hud_cli_catch_signals(void)
{
  struct sigaction action = {0};
  action.sa_handler = request_stop;
  action.sa_flags = (int)SA_RESETHAND; /* a second signal ends the program at once */
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  return &stop_requested;
}
