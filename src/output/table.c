/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables of doubles with named columns. Names are kept sorted beside the table, since a hierarchy
 * with many cluster sizes has very many columns. */
#include "output/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static bool is_name(const char *name)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  static const char others[] = "0123456789.+-@";
  if (name == NULL || name[0] == '\0' || strchr(letters, name[0]) == NULL)
    return false;
  for (const char *c = name; *c != '\0'; c++)
    if (strchr(letters, *c) == NULL && strchr(others, *c) == NULL)
      return false;
  return true;
}

static int compare_keys(const void *a, const void *b)
{
  const struct hud_table_key *left = a, *right = b;
  return strcmp(left->name, right->name);
}

static hud_status sort_names(struct hud_table *table, struct hud_error *error)
{
  for (size_t c = 0; c < table->column_count; c++)
    table->order[c] = (struct hud_table_key){table->names[c], c};
  qsort(table->order, table->column_count, sizeof *table->order, compare_keys);
  for (size_t c = 1; c < table->column_count; c++)
    if (strcmp(table->order[c - 1].name, table->order[c].name) == 0)
      return hud_fail(error, HUD_ERROR_USAGE, "two columns of a table are named '%s'",
                      table->order[c].name);
  return HUD_OK;
}

hud_status hud_table_create(struct hud_table **table, size_t column_count, const char *const *names,
                            struct hud_error *error)
{
  *table = NULL;
  if (column_count == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "a table needs a column");
  struct hud_table *made = NULL;
  hud_status status = HUD_NEW(&made, 1, "a table", error);
  if (status == HUD_OK)
    status = HUD_NEW(&made->names, column_count, "the names of a table", error);
  if (status == HUD_OK) {
    made->column_count = column_count;
    status = HUD_NEW(&made->order, column_count, "the names of a table", error);
  }
  for (size_t c = 0; status == HUD_OK && c < column_count; c++) {
    if (is_name(names[c]))
      status = hud_copy_text(&made->names[c], names[c], error);
    else
      status = hud_fail(error, HUD_ERROR_USAGE,
                        "column %zu: '%.80s' is no name (a letter, then letters, digits, _.+-@)",
                        c + 1, names[c] != NULL ? names[c] : "");
  }
  if (status == HUD_OK)
    status = sort_names(made, error);
  if (status == HUD_OK)
    *table = made;
  else
    hud_table_free(made);
  return status;
}

void hud_table_free(struct hud_table *table)
{
  if (table == NULL)
    return;
  for (size_t c = 0; c < table->column_count; c++)
    hud_free(table->names[c]);
  hud_free(table->names);
  hud_free(table->order);
  hud_free(table->values);
  hud_free(table);
}

hud_status hud_table_add(struct hud_table *table, const double *row, struct hud_error *error)
{
  size_t columns = table->column_count;
  if (table->row_count == table->capacity) {
    size_t capacity = table->capacity > 0 ? 2 * table->capacity : 16;
    hud_status status = hud_grow((void *)&table->values, table->row_count, capacity,
                                 columns * sizeof(double), "the rows of a table", error);
    if (status != HUD_OK)
      return status;
    table->capacity = capacity;
  }
  memcpy(table->values + table->row_count * columns, row, columns * sizeof(double));
  table->row_count++;
  return HUD_OK;
}

static const struct hud_table_key *look_up(const struct hud_table *table, const char *name)
{
  struct hud_table_key wanted = {name, 0};
  return bsearch(&wanted, table->order, table->column_count, sizeof *table->order, compare_keys);
}

bool hud_table_has(const struct hud_table *table, const char *name)
{
  return look_up(table, name) != NULL;
}

hud_status hud_table_find(const struct hud_table *table, const char *name, size_t *column,
                          struct hud_error *error)
{
  const struct hud_table_key *key = look_up(table, name);
  if (key != NULL) {
    *column = key->column;
    return HUD_OK;
  }
  enum { LIST = 400 };
  char list[LIST] = "";
  size_t used = 0;
  for (size_t c = 0; c < table->column_count && used < LIST; c++)
    used += (size_t)snprintf(list + used, LIST - used, "%s%s", c > 0 ? ", " : "", table->names[c]);
  return hud_fail(error, HUD_ERROR_INPUT, "there is no column '%.80s'; the columns are %s%s", name,
                  list, used >= LIST ? "..." : "");
}
