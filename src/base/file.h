/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are whole or absent: a result is written under a temporary name beside its final one,
 * flushed, fsynced and renamed. A run that fails leaves no file under a final name. */
#ifndef HUD_BASE_FILE_H
#define HUD_BASE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* An output file under way. */
struct hud_file {
  FILE *stream; /* write here; errors may be left to hud_file_commit */
  char *temporary, *final;
};

/* The names DIR/NAME and DIR/NAME.tmp for a file that another library will create under
 * file->temporary (stream stays NULL); *file is cleared first. What a killed run left under the
 * temporary name is removed; a folder or a device there is an error, so that no library is ever
 * pointed at one. */
hud_status hud_file_reserve(struct hud_file *file, const char *directory, const char *name,
                            struct hud_error *error);

/* Reserves the names and opens DIR/NAME.tmp for writing. */
hud_status hud_file_create(struct hud_file *file, const char *directory, const char *name,
                           struct hud_error *error);

/* Opens DIR/NAME.tmp, which a run that was stopped has left, to go on writing it: hud_file_cut sets
 * where. HUD_ERROR_INPUT where it is not there or no regular file. */
hud_status hud_file_continue(struct hud_file *file, const char *directory, const char *name,
                             struct hud_error *error);

/* Brings everything written so far to the disk and gives the length of the file. */
hud_status hud_file_sync(struct hud_file *file, long long *length, struct hud_error *error);

/* Cuts the file to `length` and goes on there; HUD_ERROR_INPUT if it is shorter. */
hud_status hud_file_cut(struct hud_file *file, long long length, struct hud_error *error);

/* Closes, leaving DIR/NAME.tmp to hud_file_continue. Safe on a cleared or committed file. */
void hud_file_leave(struct hud_file *file);

/* The two halves of a commit, for results that appear together or not at all. Seal: flush, close,
 * fsync; all data are on the disk under the temporary name. Publish: rename to the final name,
 * fsync the directory. On failure the temporary file is removed and the final name is untouched. */
hud_status hud_file_seal(struct hud_file *file, struct hud_error *error);
hud_status hud_file_publish(struct hud_file *file, struct hud_error *error);

/* Both in one. */
hud_status hud_file_commit(struct hud_file *file, struct hud_error *error);

/* Closes and removes the temporary file. Safe on a cleared, published or committed file. */
void hud_file_discard(struct hud_file *file);

/* fsync and rename for a file that another library has written and closed. */
hud_status hud_file_rename(const char *temporary, const char *final, struct hud_error *error);

/* DIR/NAME, to be freed with hud_free. */
hud_status hud_path_join(char **path, const char *directory, const char *name,
                         struct hud_error *error);

/* Makes the directory and its missing parents; an existing directory is no error. */
hud_status hud_directory_create(const char *path, struct hud_error *error);

bool hud_path_exists(const char *path);

/* The whole of a regular file, NUL-terminated, to be freed with hud_free; refuses more than `limit`
 * bytes, directories and devices (HUD_ERROR_INPUT). */
hud_status hud_file_read(char **text, size_t *length, const char *path, size_t limit,
                         struct hud_error *error);

#endif
