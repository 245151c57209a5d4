/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables as comma-separated values. The reader is strict: what it cannot read as this format is an
 * error with its place, never a guess. */
#define _POSIX_C_SOURCE 200809L
#include "output/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/locale.h"

static const size_t size_limit = (size_t)1 << 30;

/* ---- writing ---- */

void hud_csv_print(const struct hud_table *table, FILE *stream)
{
  struct hud_locale saved = hud_locale_begin();
  for (size_t c = 0; c < table->column_count; c++)
    fprintf(stream, "%s%s", c > 0 ? "," : "", table->names[c]);
  fputc('\n', stream);
  for (size_t r = 0; r < table->row_count; r++) {
    for (size_t c = 0; c < table->column_count; c++) {
      double value = hud_table_value(table, r, c);
      if (c > 0)
        fputc(',', stream);
      if (!isnan(value))
        fprintf(stream, "%.17g", value);
    }
    fputc('\n', stream);
  }
  hud_locale_end(saved);
}

hud_status hud_csv_stage(struct hud_file *file, const struct hud_table *table,
                         const char *directory, const char *name, struct hud_error *error)
{
  hud_status status = hud_file_create(file, directory, name, error);
  if (status != HUD_OK)
    return status;
  hud_csv_print(table, file->stream);
  return hud_file_seal(file, error);
}

hud_status hud_csv_write(const struct hud_table *table, const char *directory, const char *name,
                         struct hud_error *error)
{
  struct hud_file file;
  hud_status status = hud_csv_stage(&file, table, directory, name, error);
  return status == HUD_OK ? hud_file_publish(&file, error) : status;
}

/* ---- reading ---- */

struct reader {
  const char *path;
  char *next, *end; /* what is left of the text */
  size_t line;
};

static hud_status fail_at(const struct reader *reader, size_t column, struct hud_error *error,
                          const char *message)
{
  char where[HUD_ERROR_WHERE];
  if (column > 0)
    snprintf(where, sizeof where, "%s:%zu:%zu", reader->path, reader->line, column);
  else
    snprintf(where, sizeof where, "%s:%zu", reader->path, reader->line);
  return hud_fail_at(error, HUD_ERROR_INPUT, where, "%s", message);
}

/* The next line, ended by NUL in place of its newline; NULL at the end of the text. */
static char *next_line(struct reader *reader)
{
  if (reader->next >= reader->end)
    return NULL;
  char *line = reader->next;
  char *newline = memchr(line, '\n', (size_t)(reader->end - line));
  char *stop = newline != NULL ? newline : reader->end;
  reader->next = newline != NULL ? newline + 1 : reader->end;
  *stop = '\0';
  if (stop > line && stop[-1] == '\r')
    stop[-1] = '\0';
  reader->line++;
  return line;
}

/* Cuts the cell that begins at *rest off, and moves *rest behind its comma, or to NULL. */
static char *next_cell(char **rest)
{
  char *cell = *rest;
  char *comma = strchr(cell, ',');
  if (comma != NULL)
    *comma = '\0';
  *rest = comma != NULL ? comma + 1 : NULL;
  return cell;
}

static size_t count_cells(const char *line)
{
  size_t count = 1;
  for (; *line != '\0'; line++)
    count += *line == ',';
  return count;
}

static hud_status read_header(struct reader *reader, struct hud_table **table,
                              struct hud_error *error)
{
  char *line = next_line(reader);
  if (line == NULL)
    return fail_at(reader, 0, error, "the file is empty; expected a header row");
  size_t count = count_cells(line);
  char **names = NULL;
  hud_status status = HUD_NEW(&names, count, "a header row", error);
  if (status == HUD_OK) {
    char *rest = line;
    for (size_t c = 0; c < count; c++)
      names[c] = next_cell(&rest);
    struct hud_error reason = {0};
    status = hud_table_create(table, count, (const char *const *)names, &reason);
    if (status == HUD_ERROR_USAGE)
      status = fail_at(reader, 0, error, reason.message);
    else if (status != HUD_OK && error != NULL)
      *error = reason;
  }
  hud_free(names);
  return status;
}

/* strtod also takes 1e999 for infinity, which is more likely damage than meant. */
static bool parse_number(const char *cell, double *value)
{
  if (cell[0] == '\0') {
    *value = (double)NAN;
    return true;
  }
  char *end;
  *value = strtod(cell, &end);
  if (end == cell || *end != '\0')
    return false;
  return !isinf(*value) || strpbrk(cell, "0123456789") == NULL;
}

static hud_status read_row(const struct reader *reader, char *line, struct hud_table *table,
                           double *row, struct hud_error *error)
{
  enum { TEXT = 200 };
  char message[TEXT];
  size_t count = count_cells(line);
  if (count != table->column_count) {
    snprintf(message, sizeof message, "the row has %zu cell%s; the header has %zu", count,
             count == 1 ? "" : "s", table->column_count);
    return fail_at(reader, 0, error, message);
  }
  char *rest = line;
  for (size_t c = 0; c < count; c++) {
    const char *cell = next_cell(&rest);
    if (parse_number(cell, &row[c]))
      continue;
    snprintf(message, sizeof message, "'%.60s' is not a number (column '%.60s')", cell,
             table->names[c]);
    return fail_at(reader, (size_t)(cell - line) + 1, error, message);
  }
  return hud_table_add(table, row, error);
}

static hud_status read_all(struct reader *reader, struct hud_table **table, struct hud_error *error)
{
  hud_status status = read_header(reader, table, error);
  if (status != HUD_OK)
    return status;
  double *row = NULL;
  status = HUD_NEW(&row, (*table)->column_count, "a row", error);
  for (char *line; status == HUD_OK && (line = next_line(reader)) != NULL;)
    status = read_row(reader, line, *table, row, error);
  hud_free(row);
  return status;
}

hud_status hud_csv_read(struct hud_table **table, const char *path, struct hud_error *error)
{
  *table = NULL;
  char *text = NULL;
  size_t length = 0;
  hud_status status = hud_file_read(&text, &length, path, size_limit, error);
  if (status != HUD_OK)
    return status;
  struct reader reader = {path, text, text + length, 0};
  struct hud_locale saved = hud_locale_begin();
  if (memchr(text, '\0', length) != NULL)
    status = hud_fail_at(error, HUD_ERROR_INPUT, path, "the file holds a NUL byte: it is not text");
  else
    status = read_all(&reader, table, error);
  hud_locale_end(saved);
  if (status != HUD_OK) {
    hud_table_free(*table);
    *table = NULL;
  }
  hud_free(text);
  return status;
}
