/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A growing table of doubles with named columns: what moments.csv holds, what the figures are drawn
 * from, and what a study prints. NaN means 'undefined' and is an empty cell on paper. */
#ifndef HUD_OUTPUT_TABLE_H
#define HUD_OUTPUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct hud_table_key {
  const char *name;
  size_t column;
};

/* Read its members freely; change it by the functions only. */
struct hud_table {
  size_t column_count, row_count, capacity;
  char **names;
  double *values; /* row_count x column_count */
  struct hud_table_key *order;
};

/* An empty table. Names begin with a letter or '_' and go on with letters, digits and "_.+-@", so
 * that they stand in a CSV header and as names of NetCDF variables without quoting. They are
 * copied. HUD_ERROR_USAGE for no column, a bad name or a name used twice. */
hud_status hud_table_create(struct hud_table **table, size_t column_count, const char *const *names,
                            struct hud_error *error);
void hud_table_free(struct hud_table *table);

/* Appends a row of column_count values. */
hud_status hud_table_add(struct hud_table *table, const double *row, struct hud_error *error);

/* The column of that name; HUD_ERROR_INPUT, with the names that exist, if there is none. */
hud_status hud_table_find(const struct hud_table *table, const char *name, size_t *column,
                          struct hud_error *error);

bool hud_table_has(const struct hud_table *table, const char *name);

static inline double hud_table_value(const struct hud_table *table, size_t row, size_t column)
{
  return table->values[row * table->column_count + column];
}

#endif
