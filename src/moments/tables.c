/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiling the tables of tables.h. Every table is walked twice by the same code: once to count its
 * entries, once to write them. */
#include "moments/tables.h"

#include <string.h>

#include "base/alloc.h"

/* A partition as distinct values with multiplicities. */
struct multiset {
  size_t distinct;
  uint8_t value[UINT8_MAX], multiplicity[UINT8_MAX];
};

static void multiset_of(const struct hud_partitions *partitions, size_t index, struct multiset *set)
{
  const uint8_t *part = hud_partition_parts(partitions, index);
  set->distinct = 0;
  for (size_t position = 0; position < partitions->sizes[index]; position++) {
    if (position > 0 && part[position] == part[position - 1]) {
      set->multiplicity[set->distinct - 1]++;
      continue;
    }
    set->value[set->distinct] = part[position];
    set->multiplicity[set->distinct++] = 1;
  }
}

/* Index of partition `index` with one part `value` replaced by `other`; 0 removes it. */
static size_t replaced(const struct hud_partitions *partitions, size_t index, uint8_t value,
                       uint8_t other)
{
  uint8_t part[UINT8_MAX];
  size_t size = partitions->sizes[index];
  memcpy(part, hud_partition_parts(partitions, index), size);
  size_t position = 0;
  if (other > value) { /* the first of its equals stays sorted when it grows, the last when it
                          shrinks */
    while (part[position] != value)
      position++;
  } else {
    position = size - 1;
    while (part[position] != value)
      position--;
  }
  part[position] = other;
  return hud_partition_find(partitions, part, other == 0 ? size - 1 : size);
}

static size_t degree_of(const struct hud_partitions *partitions, size_t index)
{
  const uint8_t *part = hud_partition_parts(partitions, index);
  size_t degree = 0;
  for (size_t position = 0; position < partitions->sizes[index]; position++)
    degree += part[position];
  return degree;
}

/* step +1: the raise table, -1: the lower table. Counts if rows->column is NULL. Returns the
 * number of entries. */
static size_t walk_rows(const struct hud_partitions *partitions, int step,
                        struct hud_moment_rows *rows)
{
  size_t entries = 0;
  struct multiset set;
  for (size_t index = 0; index < partitions->count; index++) {
    rows->start[index] = entries;
    if (step > 0 && degree_of(partitions, index) == partitions->order)
      continue;
    multiset_of(partitions, index, &set);
    for (size_t d = 0; d < set.distinct; d++, entries++) {
      if (rows->column == NULL)
        continue;
      uint8_t other = (uint8_t)(set.value[d] + step);
      rows->column[entries] = (uint32_t)replaced(partitions, index, set.value[d], other);
      rows->coefficient[entries] = set.multiplicity[d] * (step > 0 ? 1.0 : (double)set.value[d]);
    }
  }
  rows->start[partitions->count] = entries;
  return entries;
}

static hud_status compile_rows(const struct hud_partitions *partitions, int step,
                               struct hud_moment_rows *rows, struct hud_error *error)
{
  hud_status status = HUD_NEW(&rows->start, partitions->count + 1, "moment table", error);
  if (status != HUD_OK)
    return status;
  size_t entries = walk_rows(partitions, step, rows);
  status = HUD_NEW(&rows->coefficient, entries, "moment table", error);
  if (status == HUD_OK)
    status = HUD_NEW(&rows->column, entries, "moment table", error);
  if (status == HUD_OK)
    walk_rows(partitions, step, rows);
  return status;
}

static hud_status compile_fresh(struct hud_moment_tables *tables, struct hud_error *error)
{
  const struct hud_partitions *partitions = &tables->partitions;
  hud_status status = HUD_NEW(&tables->fresh, partitions->count, "moment table", error);
  for (size_t index = 0; status == HUD_OK && index < partitions->count; index++) {
    size_t size = partitions->sizes[index];
    if (size == partitions->parts || degree_of(partitions, index) == partitions->order)
      continue;
    uint8_t part[UINT8_MAX];
    memcpy(part, hud_partition_parts(partitions, index), size);
    part[size] = 1;
    tables->fresh[index] = (uint32_t)hud_partition_find(partitions, part, size + 1);
  }
  return status;
}

/* One way to deal a multiset out: taken[d] of the parts value[d] go left. */
static struct hud_moment_product product_of(const struct hud_partitions *partitions,
                                            const struct multiset *set, const uint8_t *taken,
                                            size_t *left_size)
{
  uint8_t left[UINT8_MAX], right[UINT8_MAX];
  size_t lefts = 0, rights = 0;
  double count = 1.0;
  for (size_t d = 0; d < set->distinct; d++) {
    for (uint8_t n = 0; n < set->multiplicity[d]; n++) {
      if (n < taken[d]) {
        left[lefts++] = set->value[d];
        count *= (double)(set->multiplicity[d] - n) / (double)(taken[d] - n);
      } else {
        right[rights++] = set->value[d];
      }
    }
  }
  *left_size = lefts;
  return (struct hud_moment_product){
      .left = (uint32_t)hud_partition_find(partitions, left, lefts),
      .right = (uint32_t)hud_partition_find(partitions, right, rights),
      .count = count,
  };
}

/* Next choice of taken[] (an odometer); 0 after the last. */
static int next_choice(const struct multiset *set, uint8_t *taken)
{
  for (size_t d = 0; d < set->distinct; d++) {
    if (taken[d] < set->multiplicity[d]) {
      taken[d]++;
      return 1;
    }
    taken[d] = 0;
  }
  return 0;
}

/* Walks all products; adds to filled[group], and writes them behind split_start[group] if there is
 * room. */
static void walk_splits(struct hud_moment_tables *tables, size_t *filled)
{
  const struct hud_partitions *partitions = &tables->partitions;
  struct multiset set;
  for (size_t row = 0; row < partitions->count; row++) {
    uint8_t taken[UINT8_MAX] = {0};
    multiset_of(partitions, row, &set);
    do {
      size_t left_size;
      struct hud_moment_product product = product_of(partitions, &set, taken, &left_size);
      size_t group = hud_moment_split_group(partitions->sizes[row], left_size);
      if (tables->split != NULL) {
        product.row = (uint32_t)row;
        tables->split[tables->split_start[group] + filled[group]] = product;
      }
      filled[group]++;
    } while (next_choice(&set, taken));
  }
}

static hud_status compile_splits(struct hud_moment_tables *tables, struct hud_error *error)
{
  size_t groups = hud_moment_split_group(tables->partitions.parts + 1, 0);
  size_t *filled = NULL;
  hud_status status = HUD_NEW(&filled, groups, "moment table", error);
  if (status == HUD_OK)
    status = HUD_NEW(&tables->split_start, groups + 1, "moment table", error);
  if (status != HUD_OK)
    goto out;
  walk_splits(tables, filled);
  for (size_t group = 0; group < groups; group++) {
    tables->split_start[group + 1] = tables->split_start[group] + filled[group];
    filled[group] = 0;
  }
  status = HUD_NEW(&tables->split, tables->split_start[groups], "moment product table", error);
  if (status == HUD_OK)
    walk_splits(tables, filled);
out:
  hud_free(filled);
  return status;
}

hud_status hud_moment_tables_create(struct hud_moment_tables *tables, size_t order, size_t parts,
                                    struct hud_error *error)
{
  *tables = (struct hud_moment_tables){0};
  hud_status status = hud_partitions_create(&tables->partitions, order, parts, error);
  if (status == HUD_OK)
    status = compile_rows(&tables->partitions, 1, &tables->raise, error);
  if (status == HUD_OK)
    status = compile_fresh(tables, error);
  if (status == HUD_OK)
    status = compile_rows(&tables->partitions, -1, &tables->lower, error);
  if (status == HUD_OK)
    status = compile_splits(tables, error);
  if (status != HUD_OK)
    hud_moment_tables_free(tables);
  return status;
}

static void free_rows(struct hud_moment_rows *rows)
{
  hud_free(rows->start);
  hud_free(rows->column);
  hud_free(rows->coefficient);
}

void hud_moment_tables_free(struct hud_moment_tables *tables)
{
  hud_partitions_free(&tables->partitions);
  free_rows(&tables->raise);
  free_rows(&tables->lower);
  hud_free(tables->fresh);
  hud_free(tables->split_start);
  hud_free(tables->split);
  *tables = (struct hud_moment_tables){0};
}
