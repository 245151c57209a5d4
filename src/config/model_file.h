/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Model files: from YAML and overrides of the command line to a checked struct hud_description, the
 * resolved model as canonical YAML, and errors that point into the file. */
#ifndef HUD_CONFIG_MODEL_FILE_H
#define HUD_CONFIG_MODEL_FILE_H

#include <stddef.h>

#include "base/error.h"
#include "config/description.h"

struct hud_model_file;

/* Reads `path`. overrides: override_count texts "key.path=value", applied in order; a value is YAML
 * on one line. Errors (HUD_ERROR_INPUT): where is "path:line:column", or "--set key.path=value";
 * the message shows the line with a caret and says what was expected. */
hud_status hud_model_file_load(struct hud_model_file **file, const char *path,
                               const char *const *overrides, size_t override_count,
                               struct hud_error *error);

/* The same from a text of `length` bytes; `name` is shown as its place, and tables of densities are
 * looked for in the folder of `name`. */
hud_status hud_model_file_parse(struct hud_model_file **file, const char *name, const char *text,
                                size_t length, const char *const *overrides, size_t override_count,
                                struct hud_error *error);

struct hud_document;

/* The same from a document, which is taken over, also on failure; tables of densities are looked
 * for in the folder of its first text. */
hud_status hud_model_file_from_document(struct hud_model_file **file, struct hud_document *document,
                                        struct hud_error *error);

void hud_model_file_free(struct hud_model_file *file);

/* Valid as long as the file. */
const struct hud_description *hud_model_file_description(const struct hud_model_file *file);

/* The resolved model: canonical YAML with all defaults filled in and without what is not used.
 * Loading it gives the same description and the same resolved text. */
const char *hud_model_file_resolved(const struct hud_model_file *file);

/* 64-bit FNV-1a of the resolved text, 16 hexadecimal digits. */
const char *hud_model_file_hash(const struct hud_model_file *file);

/* What the run should log: keys that are not used by the model or the method. */
size_t hud_model_file_note_count(const struct hud_model_file *file);
const char *hud_model_file_note(const struct hud_model_file *file, size_t index);

/* Fails with HUD_ERROR_INPUT at the value of a key path ("rates.lambda"), or at the nearest one
 * above it that is in the file; for what is found after reading, such as a rate that is needed. */
hud_status hud_model_file_fail(const struct hud_model_file *file, const char *path,
                               struct hud_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same at a mark of the description. */
hud_status hud_model_file_fail_at(const struct hud_model_file *file, struct hud_mark mark,
                                  struct hud_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Errors that are found after reading name a key path as their place, or none: points them into the
 * file. An error that has its place keeps it. */
void hud_model_file_locate(const struct hud_model_file *file, struct hud_error *error);

#endif
