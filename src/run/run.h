/* SPDX-License-Identifier: GPL-3.0-or-later
 * One run, from a model file to a folder of results. */
#ifndef HUD_RUN_RUN_H
#define HUD_RUN_RUN_H

#include <signal.h>
#include <stdbool.h>

#include "base/log.h"
#include "config/model_file.h"

struct hud_checkpoint; /* run/checkpoint.h */

struct hud_run_options {
  const char *directory;
  bool force;
  const volatile sig_atomic_t *stop;       /* NULL: never */
  const struct hud_log *log;               /* NULL: silence */
  const struct hud_checkpoint *checkpoint; /* go on from here; NULL: from t = 0 */
};

/* Runs the model of `file` (taken over, also on failure) from 0 to its end. On failure nothing is
 * left under a final name in the folder. */
hud_status hud_run(struct hud_model_file *file, const struct hud_run_options *options,
                   struct hud_error *error);

/* Goes on from the checkpoint in options->directory, to the same bits as without interruption;
 * options->checkpoint and force are not looked at. HUD_ERROR_INPUT if there is none or it is
 * damaged. */
hud_status hud_run_resume(const struct hud_run_options *options, struct hud_error *error);

#endif
