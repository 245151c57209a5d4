/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints: the state of a run at one of its output times, with everything recorded so far, in
 * the file `checkpoint` of its folder (whole or absent, the machine's own binary form, with a
 * checksum). The integrator starts afresh at every checkpoint also in a run that is not
 * interrupted, so that a resumed run gives the same bits. Written every time.checkpoint_every rows.
 */
#ifndef HUD_RUN_CHECKPOINT_H
#define HUD_RUN_CHECKPOINT_H

#include <stdint.h>

#include "analysis/positivity.h"
#include "run/second_resolution.h"
#include "run/gas_files.h"
#include "run/simulation.h"

/* What a run has recorded: `length` doubles a record, the first of them the time. */
struct hud_history {
  size_t count, capacity, length;
  double *data;
};

hud_status hud_history_add(struct hud_history *history, const double *record,
                           struct hud_error *error);

/* What has been watched during a run; plain data. */
struct hud_watch {
  double mass, mean, spread; /* at t = 0; spread: standard deviation */
  double mass_drift, mean_drift;
  double least_f1, least_f1_time; /* smallest f_1 over its largest value so far, and when */
  struct hud_negativity negativity[2];
  struct hud_resolution_check check; /* with solver.spectral_check */
  struct hud_gas_place place;        /* of a gas: how far its files were */
};

/* Writes directory/checkpoint. HUD_ERROR_OUTPUT. */
hud_status hud_checkpoint_write(const struct hud_simulation *simulation,
                                const struct hud_history *history, const struct hud_watch *watch,
                                const char *directory, struct hud_error *error);

struct hud_checkpoint; /* a checkpoint that has been read and found whole */

/* HUD_ERROR_INPUT: there is none, or it is damaged, or of another version. */
hud_status hud_checkpoint_read(struct hud_checkpoint **checkpoint, const char *directory,
                               struct hud_error *error);
void hud_checkpoint_free(struct hud_checkpoint *checkpoint);

/* The resolved model file of the run. */
const char *hud_checkpoint_model(const struct hud_checkpoint *checkpoint);

/* Puts a simulation that was created from that model at the time of the checkpoint, and gives back
 * history (to be freed by the caller, also on failure) and watch. */
hud_status hud_checkpoint_restore(const struct hud_checkpoint *checkpoint,
                                  struct hud_simulation *simulation, struct hud_history *history,
                                  struct hud_watch *watch, struct hud_error *error);

/* Removes directory/checkpoint if it is there. */
void hud_checkpoint_remove(const char *directory);

#endif
