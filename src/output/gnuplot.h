/* SPDX-License-Identifier: GPL-3.0-or-later
 * Running gnuplot on a script. No shell is between: the program is found on PATH and executed. */
#ifndef HUD_OUTPUT_GNUPLOT_H
#define HUD_OUTPUT_GNUPLOT_H

#include "base/error.h"

/* Runs `gnuplot -d -e COMMAND SCRIPT` in DIRECTORY, SCRIPT being relative to it, for two minutes at
 * most. HUD_ERROR_OUTPUT: there is no gnuplot on PATH (the message says what to do), or it failed
 * (the message has the first of what it said). */
hud_status hud_gnuplot_run(const char *directory, const char *command, const char *script,
                           struct hud_error *error);

#endif
