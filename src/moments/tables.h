/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the operations on moments do to multi-indices, compiled once to sparse tables over the
 * partitions of partition.h. The tables hold only combinatorial numbers, all positive; the cluster
 * sizes enter as weights when they are applied. One set of tables serves every size, so its memory
 * does not grow with K.
 *
 *   raise:  gamma -> gamma + e_j     mean over the k positions j: moments of vbar v^gamma
 *   lower:  alpha -> alpha - e_i     summed with weight alpha_i: the gradient of v^alpha
 *   split:  alpha -> alpha_S, alpha_{S^c}   over the ways to deal its parts out to two clusters */
#ifndef HUD_MOMENTS_TABLES_H
#define HUD_MOMENTS_TABLES_H

#include "moments/partition.h"

/* Row r has the entries start[r] .. start[r+1]-1: sum of coefficient * x[column]. */
struct hud_moment_rows {
  size_t *start;
  uint32_t *column;
  double *coefficient;
};

/* out[row] += weight * count * x[left] * y[right]. */
struct hud_moment_product {
  uint32_t row, left, right;
  double count; /* in how many ways these parts are chosen among equal ones */
};

struct hud_moment_tables {
  struct hud_partitions partitions;
  /* Rows of degree < P: a part v of multiplicity n becomes v+1 with coefficient n. The zeros that
   * become 1 are apart, in `fresh` (index of gamma with a part 1 more; valid where it exists):
   * their number k - (parts of gamma) depends on k. */
  struct hud_moment_rows raise;
  uint32_t *fresh;
  /* A part v of multiplicity n becomes v-1 with coefficient n v. */
  struct hud_moment_rows lower;
  /* Group (l, a) holds the products whose row has l parts, of which a go left:
   * split_start[l(l+1)/2 + a] .. split_start[l(l+1)/2 + a + 1] - 1. */
  size_t *split_start;
  struct hud_moment_product *split;
};

/* Tables for all moments up to order P of functions of at most `parts` velocities.
 * HUD_ERROR_MEMORY. */
hud_status hud_moment_tables_create(struct hud_moment_tables *tables, size_t order, size_t parts,
                                    struct hud_error *error);
void hud_moment_tables_free(struct hud_moment_tables *tables);

static inline size_t hud_moment_split_group(size_t parts, size_t left)
{
  return parts * (parts + 1) / 2 + left;
}

#endif
