/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a gas leaves beside moments.csv, if the model file asks for it (of replica 0):
 *
 *   events.csv       one line a collision, or
 *   events.nc        the same as NetCDF (see gas_records.h)
 *   trajectories.nc  positions and velocities of the first particles at all output times
 *   gas.html         a page that plays the frames of all output times
 *   gas.svg          the last frame
 *
 * Files appear together at the end of the run or not at all. A run with checkpoints leaves what it
 * has written under temporary names when it is stopped; one that goes on from a checkpoint cuts
 * that back to the time of the checkpoint, so that its files are the same to the byte as those of a
 * run that was never stopped. */
#ifndef HUD_RUN_GAS_FILES_H
#define HUD_RUN_GAS_FILES_H

#include "run/gas.h"

struct hud_gas_files;

/* How far the files are; plain data. */
struct hud_gas_place {
  long long event_bytes, player_bytes;
  int64_t events, frames; /* records of events.nc and trajectories.nc */
};

/* Opens what `output` asks for and starts to observe; the folder exists. `resumed`: the files of a
 * run that was stopped are opened, and hud_gas_files_continue must follow. */
hud_status hud_gas_files_open(struct hud_gas_files **files, struct hud_gas *gas,
                              const struct hud_description *description, const char *directory,
                              const struct hud_provenance *provenance, bool resumed,
                              struct hud_error *error);

/* Adds the present state as a frame. Also where an earlier failure to write an event is told. */
hud_status hud_gas_files_frame(struct hud_gas_files *files, struct hud_error *error);

/* Brings everything to the disk and says how far the files are, for a checkpoint. */
hud_status hud_gas_files_save(struct hud_gas_files *files, struct hud_gas_place *place,
                              struct hud_error *error);

/* Goes on from there. HUD_ERROR_INPUT where a file is missing or too short. */
hud_status hud_gas_files_continue(struct hud_gas_files *files, const struct hud_gas_place *place,
                                  struct hud_error *error);

/* Brings the files under their final names. */
hud_status hud_gas_files_commit(struct hud_gas_files *files, struct hud_error *error);

/* Removes what was not committed, or leaves it for a run that goes on (`keep`). NULL is allowed. */
void hud_gas_files_free(struct hud_gas_files *files, bool keep);

#endif
