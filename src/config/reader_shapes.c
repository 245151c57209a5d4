/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values that are no single number or word: rate tables, mixtures, atoms, and tables of a density
 * in the file or in a CSV file beside it. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "config/reader.h"
#include "config/scalar.h"
#include "config/source.h"

enum { MAX_PARTS = 1000, MAX_TABLE_BYTES = 16 * 1024 * 1024, MAX_FIELD = 64 };

/* ---- rate tables ---- */

/* "i,j" with blanks allowed; sizes from 1. */
static bool parse_pair(const char *key, int *i, int *j)
{
  char *end = NULL;
  long first = strtol(key, &end, 10);
  if (end == key || *end != ',')
    return false;
  const char *rest = end + 1;
  long second = strtol(rest, &end, 10);
  if (end == rest || *end != '\0')
    return false;
  if (first < 1 || second < 1 || first > HUD_MAX_CLUSTERS || second > HUD_MAX_CLUSTERS)
    return false;
  *i = (int)(first < second ? first : second);
  *j = (int)(first < second ? second : first);
  return true;
}

static int compare_entries(const void *a, const void *b)
{
  const struct hud_rate_entry *first = a, *second = b;
  return first->i != second->i ? (first->i > second->i) - (first->i < second->i)
                               : (first->j > second->j) - (first->j < second->j);
}

static hud_status read_entry(struct hud_reader *reader, const struct hud_node *child,
                             struct hud_rate_law *law)
{
  static const char expected[] = "a number >= 0";
  double value;
  size_t length = hud_reader_enter(reader, child->key);
  hud_status status = hud_reader_number(reader, child, expected, &value);
  if (status == HUD_OK && value < 0.0)
    status = hud_reader_fail_type(reader, child, expected);
  hud_reader_leave(reader, length);
  if (status != HUD_OK)
    return status;
  if (strcmp(child->key, "default") == 0) {
    law->has_default = true;
    law->constant = value;
    return HUD_OK;
  }
  struct hud_rate_entry entry = {0, 0, value};
  if (!parse_pair(child->key, &entry.i, &entry.j))
    return hud_document_fail(reader->document, child->key_mark, reader->error,
                             "expected `default`, `type`, or a pair of sizes like \"1,2\"",
                             "unknown key `%.60s` in `%s`", child->key, reader->path);
  for (size_t e = 0; e < law->entry_count; e++)
    if (compare_entries(&law->entries[e], &entry) == 0)
      return hud_document_fail(reader->document, child->key_mark, reader->error,
                               "rates are symmetric: \"1,2\" and \"2,1\" are the same pair",
                               "the pair %d,%d stands twice in `%s`", entry.i, entry.j,
                               reader->path);
  law->entries[law->entry_count++] = entry;
  return HUD_OK;
}

/* Pairs that form no cluster of the model are left out, with one note. */
static hud_status drop_unused_pairs(struct hud_reader *reader, const struct hud_node *node,
                                    struct hud_rate_law *law)
{
  size_t kept = 0;
  for (size_t e = 0; e < law->entry_count; e++)
    if (law->entries[e].i + law->entries[e].j <= reader->description->clusters)
      law->entries[kept++] = law->entries[e];
  size_t dropped = law->entry_count - kept;
  law->entry_count = kept;
  if (dropped == 0)
    return HUD_OK;
  return hud_reader_note(
      reader, node->mark, "`%s`: %zu %s not used, the model has clusters of at most %d",
      reader->path, dropped, dropped == 1 ? "pair is" : "pairs are", reader->description->clusters);
}

hud_status hud_reader_rate_table(struct hud_reader *reader, const struct hud_node *node,
                                 struct hud_rate_law *law)
{
  law->type = HUD_RATE_TABLE;
  if (node->count == 0)
    return hud_document_fail(reader->document, node->mark, reader->error,
                             "expected entries like \"1,1\": 2.0, or `default: 1.0`",
                             "`%s` is empty", reader->path);
  hud_status status = HUD_NEW(&law->entries, node->count, "rates", reader->error);
  for (const struct hud_node *child = node->first; child != NULL && status == HUD_OK;
       child = child->next)
    status = read_entry(reader, child, law);
  if (status == HUD_OK)
    status = drop_unused_pairs(reader, node, law);
  if (status == HUD_OK)
    qsort(law->entries, law->entry_count, sizeof *law->entries, compare_entries);
  return status;
}

/* ---- lists ---- */

hud_status hud_reader_items(struct hud_reader *reader, const struct hud_node *node,
                            enum hud_scope scope, void *items, size_t *count)
{
  size_t size = hud_schema_scope(scope)->size;
  if (node->kind != HUD_NODE_LIST || node->count == 0)
    return hud_reader_fail_type(reader, node, "a list of densities, like [{gaussian: {...}}, ...]");
  if (node->count > MAX_PARTS)
    return hud_document_fail(reader->document, node->mark, reader->error, NULL,
                             "`%s` has %zu parts; at most %d fit", reader->path, node->count,
                             MAX_PARTS);
  char *array = NULL;
  hud_status status = hud_alloc(&array, node->count, size, "a mixture", reader->error);
  memcpy(items, &array, sizeof array);
  const struct hud_node *child = node->first;
  for (size_t p = 0; p < node->count && status == HUD_OK; p++, child = child->next) {
    char index[24];
    snprintf(index, sizeof index, "%zu", p);
    size_t length = hud_reader_enter(reader, index);
    *count = p + 1;
    status = hud_reader_scope(reader, scope, child, array + p * size);
    hud_reader_leave(reader, length);
  }
  return status;
}

/* A list of rows of `width` numbers, which `form` describes. */
static hud_status read_rows(struct hud_reader *reader, const struct hud_node *node, size_t width,
                            const char *form, double **points, size_t *count)
{
  if (node->kind != HUD_NODE_LIST || node->count == 0)
    return hud_reader_fail_type(reader, node, form);
  hud_status status = HUD_NEW(points, node->count * width, "points", reader->error);
  char expected[160];
  snprintf(expected, sizeof expected, "expected %s", form);
  const struct hud_node *row = node->first;
  for (size_t r = 0; r < node->count && status == HUD_OK; r++, row = row->next) {
    if (row->kind != HUD_NODE_LIST || row->count != width)
      return hud_document_fail(reader->document, row->mark, reader->error, expected,
                               "row %zu of `%s` does not hold %zu numbers", r, reader->path, width);
    const struct hud_node *item = row->first;
    for (size_t c = 0; c < width && status == HUD_OK; c++, item = item->next)
      status = hud_reader_number(reader, item, "a finite number", &(*points)[r * width + c]);
  }
  if (status == HUD_OK)
    *count = node->count;
  return status;
}

static const struct hud_node *nth_child(const struct hud_node *node, size_t index)
{
  const struct hud_node *child = node->first;
  while (index-- > 0)
    child = child->next;
  return child;
}

hud_status hud_reader_atoms(struct hud_reader *reader, const struct hud_node *node, size_t width,
                            double **points, size_t *count)
{
  char form[120];
  if (width == 2)
    snprintf(form, sizeof form, "a list of rows [weight, v]");
  else
    snprintf(form, sizeof form, "a list of rows [weight, v_1, %sv_%zu]", width > 3 ? "..., " : "",
             width - 1);
  hud_status status = read_rows(reader, node, width, form, points, count);
  for (size_t r = 0; r < *count && status == HUD_OK; r++)
    if (!((*points)[r * width] > 0.0))
      status = hud_document_fail(reader->document, nth_child(node, r)->first->mark, reader->error,
                                 "expected a weight > 0", "row %zu of `%s` has the weight %g", r,
                                 reader->path, (*points)[r * width]);
  return status;
}

/* ---- tables of a density ---- */

/* What is wrong with row `r` of a table, or NULL. */
static const char *check_point(const double *points, size_t r)
{
  if (points[2 * r + 1] < 0.0)
    return "f is negative";
  if (r > 0 && !(points[2 * r] > points[2 * r - 2]))
    return "v does not increase";
  return NULL;
}

static hud_status read_inline_table(struct hud_reader *reader, const struct hud_node *node,
                                    struct hud_density_spec *spec)
{
  hud_status status =
      read_rows(reader, node, 2, "a list of rows [v, f]", &spec->points, &spec->point_count);
  for (size_t r = 0; r < spec->point_count && status == HUD_OK; r++) {
    const char *problem = check_point(spec->points, r);
    if (problem != NULL)
      status = hud_document_fail(reader->document, nth_child(node, r)->mark, reader->error, NULL,
                                 "row %zu of `%s`: %s", r, reader->path, problem);
  }
  return status;
}

struct csv {
  struct hud_source source;
  struct hud_density_spec *spec;
  size_t capacity;
  struct hud_error *error;
};

/* One field without blanks around it; false if it does not fit. */
static bool copy_field(const char *text, size_t length, char *field)
{
  while (length > 0 && (*text == ' ' || *text == '\t')) {
    text++;
    length--;
  }
  while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
    length--;
  if (length >= MAX_FIELD)
    return false;
  memcpy(field, text, length);
  field[length] = '\0';
  return true;
}

/* Two fields of a line as numbers; *column is where it goes wrong. */
static const char *parse_fields(const char *line, size_t length, double *values, size_t *column)
{
  size_t at = 0;
  for (int f = 0; f < 2; f++) {
    char field[MAX_FIELD];
    const char *comma = memchr(line + at, ',', length - at);
    size_t end = comma != NULL ? (size_t)(comma - line) : length;
    *column = at + 1;
    if (f == 0 && comma == NULL)
      return "a line must hold v and f, separated by a comma";
    if (!copy_field(line + at, end - at, field))
      return "a field is too long for a number";
    enum hud_scalar_result result = hud_scalar_number(field, &values[f]);
    if (result == HUD_SCALAR_NOT_FINITE || result == HUD_SCALAR_TOO_LARGE)
      return "a number is not finite";
    if (result != HUD_SCALAR_OK)
      return "a field is not a number";
    at = end + (f == 0);
    if (f == 1 && comma != NULL)
      return "a line must hold two fields, v and f";
  }
  return NULL;
}

static hud_status add_line(struct csv *csv, size_t number, const char *line, size_t length)
{
  struct hud_density_spec *spec = csv->spec;
  double values[2];
  size_t column = 1;
  const char *problem = parse_fields(line, length, values, &column);
  bool header = number == 1 && length > 0 && strchr("+-.0123456789", line[0]) == NULL;
  if (problem != NULL && header)
    return HUD_OK;
  if (problem == NULL && spec->point_count == csv->capacity) {
    size_t capacity = csv->capacity > 0 ? 2 * csv->capacity : 256;
    hud_status status = hud_grow(&spec->points, 2 * csv->capacity, 2 * capacity,
                                 sizeof *spec->points, "a table", csv->error);
    if (status != HUD_OK)
      return status;
    csv->capacity = capacity;
  }
  if (problem == NULL) {
    memcpy(spec->points + 2 * spec->point_count, values, sizeof values);
    problem = check_point(spec->points, spec->point_count++);
    column = 1;
  }
  if (problem == NULL)
    return HUD_OK;
  return hud_source_fail(&csv->source, number, column, problem, "expected a line `v,f`, v rising",
                         csv->error);
}

static hud_status read_lines(struct csv *csv)
{
  hud_status status = HUD_OK;
  const char *text = csv->source.text, *end = text + csv->source.length;
  for (size_t number = 1; text < end && status == HUD_OK; number++) {
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    size_t length = (size_t)((newline != NULL ? newline : end) - text);
    size_t blank = strspn(text, " \t\r");
    if (blank < length && *text != '#')
      status = add_line(csv, number, text, length);
    text += length + 1;
  }
  return status;
}

static hud_status read_csv(struct hud_reader *reader, const struct hud_node *node,
                           struct hud_density_spec *spec)
{
  struct hud_error reason;
  char *path = NULL, *text = NULL;
  size_t length = 0;
  hud_status status = node->text[0] == '/'
                          ? hud_copy_text(&path, node->text, reader->error)
                          : hud_path_join(&path, reader->folder, node->text, reader->error);
  if (status == HUD_OK) {
    status = hud_file_read(&text, &length, path, MAX_TABLE_BYTES, &reason);
    if (status != HUD_OK)
      status = hud_document_fail(reader->document, node->mark, reader->error, NULL, "`%s`: %.400s",
                                 reader->path, reason.message);
  }
  if (status == HUD_OK) {
    struct csv csv = {.source = {path, text, length, false}, .spec = spec, .error = reader->error};
    status = read_lines(&csv);
  }
  hud_free(path);
  hud_free(text);
  return status;
}

hud_status hud_reader_table(struct hud_reader *reader, const struct hud_node *node,
                            struct hud_density_spec *spec)
{
  hud_status status = HUD_OK;
  if (node->kind == HUD_NODE_LIST)
    status = read_inline_table(reader, node, spec);
  else if (node->kind == HUD_NODE_SCALAR && node->text[0] != '\0' && !hud_node_is_null(node))
    status = read_csv(reader, node, spec);
  else
    status = hud_reader_fail_type(reader, node, "the name of a CSV file, or rows [[v, f], ...]");
  if (status == HUD_OK && spec->point_count < 2)
    status = hud_document_fail(reader->document, node->mark, reader->error, NULL,
                               "`%s` has %zu points; expected two or more", reader->path,
                               spec->point_count);
  return status;
}
