/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables as comma-separated values: a header row of names, `%.17g` (every double comes back to the
 * last bit), undefined values as empty cells, lines ended by a single newline, a decimal point in
 * every locale. */
#ifndef HUD_OUTPUT_CSV_H
#define HUD_OUTPUT_CSV_H

#include <stdio.h>

#include "base/file.h"
#include "output/table.h"

/* Writes to an open stream; the caller looks at ferror. */
void hud_csv_print(const struct hud_table *table, FILE *stream);

/* DIRECTORY/NAME, whole or absent. HUD_ERROR_OUTPUT. */
hud_status hud_csv_write(const struct hud_table *table, const char *directory, const char *name,
                         struct hud_error *error);

/* The same as far as the sealed temporary file; hud_file_publish gives it its name. */
hud_status hud_csv_stage(struct hud_file *file, const struct hud_table *table,
                         const char *directory, const char *name, struct hud_error *error);

/* Reads a table. HUD_ERROR_INPUT with where = "path:line:column" for a cell that is not a number,
 * a row of another length, a bad header; also for a file that is missing, not regular or longer
 * than a gigabyte. Lines may end in CR LF, and the last one without a newline. */
hud_status hud_csv_read(struct hud_table **table, const char *path, struct hud_error *error);

#endif
