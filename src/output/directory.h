/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The folder a run writes to. A folder with something in it is refused unless `force`; with it, the
 * old results stay as they are until the new ones are complete. Temporary files (NAME.tmp) that a
 * killed run left do not count. The folder is locked while a run writes to it. */
#ifndef HUD_OUTPUT_DIRECTORY_H
#define HUD_OUTPUT_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct hud_directory; /* a folder that is prepared, and locked */

/* The names of the files of a result, in the order in which they appear: summary.json is the last,
 * so that a result with it is complete. NULL ends the list. */
extern const char *const hud_result_names[];

/* Makes the folder and its missing parents. HUD_ERROR_USAGE: not empty and no force, or another run
 * writes there; HUD_ERROR_OUTPUT: it cannot be made, it is no folder, or a folder stands where a
 * result file has to go. */
hud_status hud_directory_prepare(struct hud_directory **directory, const char *path, bool force,
                                 struct hud_error *error);

const char *hud_directory_path(const struct hud_directory *directory);

/* Removes what is there under the names of results: `keep(context, name)` true spares a name.
 * Figures (figure-*) and report.html are drawn from results and go with them. */
hud_status hud_directory_clear(const struct hud_directory *directory,
                               bool (*keep)(const void *context, const char *name),
                               const void *context, struct hud_error *error);

/* Unlocks and frees. `failed`: a folder that prepare made is removed again if it is empty. */
void hud_directory_release(struct hud_directory *directory, bool failed);

#endif
