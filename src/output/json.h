/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A writer of JSON (RFC 8259): objects, arrays, escaped strings, numbers as `%.17g`, null for
 * what JSON cannot say (NaN and the infinities). Strings are UTF-8; bytes that are not become
 * U+FFFD, so that the text is always valid. Two spaces a level; values in the order written. */
#ifndef HUD_OUTPUT_JSON_H
#define HUD_OUTPUT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/locale.h"

enum { HUD_JSON_DEPTH = 32 };

struct hud_json {
  FILE *stream;
  int depth;
  char closers[HUD_JSON_DEPTH];
  bool empty; /* nothing yet in the innermost object or array */
  bool done;  /* the outermost value is complete */
  bool misused;
  struct hud_locale locale;
};

/* One value is written between begin and end, which the same thread calls in pairs. `key` names the
 * value inside an object and is NULL elsewhere. Calls that do not make JSON (a key in an array, a
 * missing one in an object, an end without a begin, a second outermost value) write nothing and
 * make hud_json_end return HUD_ERROR_USAGE. Errors of the stream are left to its owner. */
void hud_json_begin(struct hud_json *json, FILE *stream);
hud_status hud_json_end(struct hud_json *json, struct hud_error *error);

void hud_json_object_begin(struct hud_json *json, const char *key);
void hud_json_object_end(struct hud_json *json);
void hud_json_array_begin(struct hud_json *json, const char *key);
void hud_json_array_end(struct hud_json *json);

void hud_json_string(struct hud_json *json, const char *key, const char *value); /* NULL: null */
void hud_json_number(struct hud_json *json, const char *key, double value);
void hud_json_integer(struct hud_json *json, const char *key, int64_t value);
void hud_json_boolean(struct hud_json *json, const char *key, bool value);

#endif
