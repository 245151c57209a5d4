/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs what a plan needs, several processes at a time. Each run has the folder runs/HASH of its
 * model; one that is complete there (summary.json, which comes last, and the same resolved model)
 * is kept. Runs appear whole or not at all, so a study can be killed at any time and goes on where
 * it was. */
#ifndef HUD_STUDY_EXECUTE_H
#define HUD_STUDY_EXECUTE_H

#include <signal.h>

#include "base/log.h"
#include "study/plan.h"

struct hud_study_execution {
  const char *directory; /* of the study */
  int jobs;              /* processes at a time, >= 1 */
  bool again;            /* also what is finished */
  const volatile sig_atomic_t *stop;
  const struct hud_log *log;
};

/* Sets the state of every run. A run whose computation fails does not stop the others.
 * HUD_ERROR_INTERRUPTED after *stop: what was running has been stopped and left nothing.
 * HUD_ERROR_INPUT, HUD_ERROR_OUTPUT, HUD_ERROR_MEMORY: of the first run that fails so; the others
 * are stopped. */
hud_status hud_study_execute(struct hud_study_plan *plan,
                             const struct hud_study_execution *execution, struct hud_error *error);

/* The folder of a run, to be freed with hud_free. */
hud_status hud_study_run_folder(char **folder, const char *directory,
                                const struct hud_study_run *run, struct hud_error *error);

#endif
