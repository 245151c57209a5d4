/* SPDX-License-Identifier: GPL-3.0-or-later
 * Showing a place in a text. What is shown goes to a terminal: control characters and bytes that
 * are no UTF-8 appear as '?'. */
#include "config/source.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_CHARACTERS = 96, SHOWN_BEFORE = 64, SHOWN_BYTES = 4 * SHOWN_CHARACTERS + 16 };

/* Bytes of the line break at `at` as YAML sees it (LF, CR, CRLF, NEL, LS, PS), or 0. */
static size_t break_length(const struct hud_source *source, size_t at)
{
  const char *text = source->text + at;
  size_t left = source->length - at;
  if (left >= 2 && memcmp(text, "\r\n", 2) == 0)
    return 2;
  if (left >= 1 && (*text == '\n' || *text == '\r'))
    return 1;
  if (left >= 2 && memcmp(text, "\xc2\x85", 2) == 0)
    return 2;
  if (left >= 3 && (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0))
    return 3;
  return 0;
}

/* Bytes of the UTF-8 character at `at`; 1 for a byte that starts none. Overlong forms do not matter
 * here: they are only shown. */
static size_t character_length(const struct hud_source *source, size_t at)
{
  unsigned char lead = (unsigned char)source->text[at];
  size_t length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (length > source->length - at)
    return 1;
  for (size_t b = 1; b < length; b++)
    if (((unsigned char)source->text[at + b] & 0xc0) != 0x80)
      return 1;
  return length;
}

static bool is_printable(const struct hud_source *source, size_t at, size_t length)
{
  unsigned char lead = (unsigned char)source->text[at];
  if (length == 1)
    return lead == '\t' || (lead >= ' ' && lead < 0x7f);
  return !(lead == 0xc2 && (unsigned char)source->text[at + 1] < 0xa0); /* C1 controls */
}

/* The byte where a line starts; the text's length if there is no such line. */
static size_t line_start(const struct hud_source *source, size_t line)
{
  size_t at = 0;
  for (size_t number = 1; number < line && at < source->length;) {
    size_t length = break_length(source, at);
    number += length > 0;
    at += length > 0 ? length : 1;
  }
  return at;
}

/* Steps over `count` characters within the line; *count is what was left when the line ended. */
static size_t skip_characters(const struct hud_source *source, size_t at, size_t *count)
{
  while (*count > 0 && at < source->length && break_length(source, at) == 0) {
    at += character_length(source, at);
    --*count;
  }
  return at;
}

void hud_source_locate(const struct hud_source *source, size_t offset, size_t *line, size_t *column)
{
  *line = *column = 1;
  for (size_t at = 0; at < offset && at < source->length;) {
    size_t length = break_length(source, at);
    if (length > 0) {
      ++*line;
      *column = 1;
      at += length;
    } else {
      ++*column;
      at += character_length(source, at);
    }
  }
}

char hud_source_character(const struct hud_source *source, size_t line, size_t column)
{
  size_t left = column - 1;
  size_t at = skip_characters(source, line_start(source, line), &left);
  return left == 0 && at < source->length ? source->text[at] : '\0';
}

/* The line's part around `column`, two blanks before it, and the caret below. */
static void show_line(const struct hud_source *source, size_t line, size_t column, char *shown,
                      char *caret)
{
  size_t hidden = column > SHOWN_CHARACTERS ? column - SHOWN_BEFORE : 0, left = hidden;
  size_t at = skip_characters(source, line_start(source, line), &left);
  char *s = shown + sprintf(shown, "  %s", hidden > 0 ? "..." : "");
  char *c = caret + sprintf(caret, "  %s", hidden > 0 ? "   " : "");
  size_t number = hidden + 1;
  for (; number <= hidden + SHOWN_CHARACTERS; number++) {
    if (at >= source->length || break_length(source, at) > 0)
      break;
    size_t length = character_length(source, at);
    if (number < column)
      *c++ = source->text[at] == '\t' ? '\t' : ' ';
    if (is_printable(source, at, length)) {
      memcpy(s, source->text + at, length);
      s += length;
    } else {
      *s++ = '?';
    }
    at += length;
  }
  for (; number < column && number <= hidden + SHOWN_CHARACTERS; number++)
    *c++ = ' ';
  bool more = at < source->length && break_length(source, at) == 0;
  strcpy(s, more ? "..." : "");
  strcpy(c, "^");
}

/* Messages quote keys and values of the file, which may hold escape sequences. */
static void blank_controls(char *text)
{
  for (; *text != '\0'; text++)
    if (((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f)
      *text = '?';
}

hud_status hud_source_fail(const struct hud_source *source, size_t line, size_t column,
                           const char *what, const char *expected, struct hud_error *error)
{
  char shown[SHOWN_BYTES], caret[SHOWN_BYTES], place[HUD_ERROR_WHERE], safe[HUD_ERROR_TEXT];
  snprintf(safe, sizeof safe, "%.600s", what);
  blank_controls(safe);
  show_line(source, line, column, shown, caret);
  if (source->is_override) {
    snprintf(place, sizeof place, "--set %.200s", source->text);
  } else {
    size_t length = strlen(source->name), most = HUD_ERROR_WHERE - 64;
    bool cut = length > most;
    snprintf(place, sizeof place, "%s%s:%zu:%zu", cut ? "..." : "",
             source->name + (cut ? length - most : 0), line, column);
  }
  blank_controls(place);
  return hud_fail_at(error, HUD_ERROR_INPUT, place, "%s\n%s\n%s%s%.400s", safe, shown, caret,
                     expected != NULL ? "\n" : "", expected != NULL ? expected : "");
}
