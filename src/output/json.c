/* SPDX-License-Identifier: GPL-3.0-or-later
 * A writer of JSON (RFC 8259) that cannot write anything else. */
#define _POSIX_C_SOURCE 200809L
#include "output/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Length of the UTF-8 character at s (RFC 3629: shortest form, no surrogates, up to U+10FFFF), or 0
 * if there is none. A NUL ends the text and fits no continuation, so nothing is read behind it. */
static size_t character_length(const unsigned char *s)
{
  unsigned char low = 0x80, high = 0xbf;
  size_t length;
  if (s[0] < 0x80)
    return 1;
  if (s[0] >= 0xc2 && s[0] <= 0xdf)
    length = 2;
  else if (s[0] >= 0xe0 && s[0] <= 0xef)
    length = 3;
  else if (s[0] >= 0xf0 && s[0] <= 0xf4)
    length = 4;
  else
    return 0;
  if (s[0] == 0xe0)
    low = 0xa0;
  else if (s[0] == 0xed)
    high = 0x9f;
  else if (s[0] == 0xf0)
    low = 0x90;
  else if (s[0] == 0xf4)
    high = 0x8f;
  if (s[1] < low || s[1] > high)
    return 0;
  for (size_t i = 2; i < length; i++)
    if (s[i] < 0x80 || s[i] > 0xbf)
      return 0;
  return length;
}

static void print_string(FILE *stream, const char *text)
{
  fputc('"', stream);
  for (const unsigned char *s = (const unsigned char *)text; *s != '\0';) {
    size_t length = character_length(s);
    if (length == 0)
      fputs("\\ufffd", stream);
    else if (*s == '"' || *s == '\\')
      fprintf(stream, "\\%c", *s);
    else if (*s == '\n')
      fputs("\\n", stream);
    else if (*s == '\t')
      fputs("\\t", stream);
    else if (*s < 0x20 || *s == 0x7f)
      fprintf(stream, "\\u%04x", *s);
    else
      fwrite(s, 1, length, stream);
    s += length > 0 ? length : 1;
  }
  fputc('"', stream);
}

/* Comma, line break, indentation and key of the next value; false if no value may stand here. */
static bool start_value(struct hud_json *json, const char *key)
{
  bool in_object = json->depth > 0 && json->closers[json->depth - 1] == '}';
  if (json->done || in_object != (key != NULL)) {
    json->misused = true;
    return false;
  }
  if (json->depth > 0) {
    fprintf(json->stream, "%s\n%*s", json->empty ? "" : ",", 2 * json->depth, "");
    if (key != NULL) {
      print_string(json->stream, key);
      fputs(": ", json->stream);
    }
  }
  json->empty = false;
  return true;
}

static void end_value(struct hud_json *json)
{
  json->done = json->depth == 0;
}

static void open_group(struct hud_json *json, const char *key, char opener, char closer)
{
  if (json->depth >= HUD_JSON_DEPTH)
    json->misused = true;
  else if (start_value(json, key)) {
    fputc(opener, json->stream);
    json->closers[json->depth++] = closer;
    json->empty = true;
  }
}

static void close_group(struct hud_json *json, char closer)
{
  if (json->depth == 0 || json->closers[json->depth - 1] != closer) {
    json->misused = true;
    return;
  }
  json->depth--;
  if (!json->empty)
    fprintf(json->stream, "\n%*s", 2 * json->depth, "");
  fputc(closer, json->stream);
  json->empty = false;
  end_value(json);
}

void hud_json_begin(struct hud_json *json, FILE *stream)
{
  *json = (struct hud_json){.stream = stream, .empty = true};
  json->locale = hud_locale_begin();
}

hud_status hud_json_end(struct hud_json *json, struct hud_error *error)
{
  hud_locale_end(json->locale);
  if (json->misused || !json->done)
    return hud_fail(error, HUD_ERROR_USAGE,
                    "values were written in an order that does not make JSON");
  fputc('\n', json->stream);
  return HUD_OK;
}

void hud_json_object_begin(struct hud_json *json, const char *key)
{
  open_group(json, key, '{', '}');
}

void hud_json_object_end(struct hud_json *json)
{
  close_group(json, '}');
}

void hud_json_array_begin(struct hud_json *json, const char *key)
{
  open_group(json, key, '[', ']');
}

void hud_json_array_end(struct hud_json *json)
{
  close_group(json, ']');
}

void hud_json_string(struct hud_json *json, const char *key, const char *value)
{
  if (!start_value(json, key))
    return;
  if (value != NULL)
    print_string(json->stream, value);
  else
    fputs("null", json->stream);
  end_value(json);
}

void hud_json_number(struct hud_json *json, const char *key, double value)
{
  if (!start_value(json, key))
    return;
  if (isfinite(value))
    fprintf(json->stream, "%.17g", value);
  else
    fputs("null", json->stream);
  end_value(json);
}

void hud_json_integer(struct hud_json *json, const char *key, int64_t value)
{
  if (!start_value(json, key))
    return;
  fprintf(json->stream, "%" PRId64, value);
  end_value(json);
}

void hud_json_boolean(struct hud_json *json, const char *key, bool value)
{
  if (!start_value(json, key))
    return;
  fputs(value ? "true" : "false", json->stream);
  end_value(json);
}
