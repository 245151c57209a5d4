/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a gas leaves beside moments.csv, if the model file asks for it (of replica 0): events.csv,
 * one line a collision; gas.html, a page that plays the frames of all output times; gas.svg, the
 * last frame. Files appear together at the end of the run or not at all. */
#ifndef HUD_RUN_GAS_FILES_H
#define HUD_RUN_GAS_FILES_H

#include "run/gas.h"

struct hud_gas_files;

/* Opens what `output` asks for and starts to observe; the folder exists. */
hud_status hud_gas_files_open(struct hud_gas_files **files, struct hud_gas *gas,
                              const struct hud_description *description, const char *directory,
                              struct hud_error *error);

/* Adds the present state as a frame. */
void hud_gas_files_frame(struct hud_gas_files *files);

/* Brings the files under their final names. */
hud_status hud_gas_files_commit(struct hud_gas_files *files, struct hud_error *error);

/* Removes what was not committed; NULL is allowed. */
void hud_gas_files_free(struct hud_gas_files *files);

#endif
