/* SPDX-License-Identifier: GPL-3.0-or-later
 * Showing a place in a text: the line with a caret. Lines and columns count from 1, columns in
 * characters, with YAML's line breaks. */
#ifndef HUD_CONFIG_SOURCE_H
#define HUD_CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct hud_source {
  const char *name, *text;
  size_t length;
  bool is_override; /* one --set argument, which is its own place */
};

/* Line and column of the byte at `offset`. */
void hud_source_locate(const struct hud_source *source, size_t offset, size_t *line,
                       size_t *column);

/* The byte at a place, or 0 beyond the text. */
char hud_source_character(const struct hud_source *source, size_t line, size_t column);

/* HUD_ERROR_INPUT with where = "name:line:column" or "--set text", and a message of `what`, the
 * line, a caret and `expected` (may be NULL). Long lines and names are shortened around the place.
 */
hud_status hud_source_fail(const struct hud_source *source, size_t line, size_t column,
                           const char *what, const char *expected, struct hud_error *error);

#endif
