/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The index set of symmetric moments. f_k is symmetric, so m_alpha = int v^alpha f_k depends on the
 * multi-index alpha only through its nonzero entries sorted downwards: a partition of the degree
 * |alpha| into at most k parts. Zeros are not stored, so the same partition names the same moment
 * for every k.
 *
 * Order: by the number of parts, then by degree, then lexicographically from above:
 *   (), (1), (2), .. (P), (1,1), (2,1), (3,1), (2,2), .., (1,1,1), ..
 * The partitions with at most k parts are therefore a prefix of the list: the moments of f_i are
 * the first entries of those of f_k, i < k, and entry p <= P is int v_1^p f_k. */
#ifndef HUD_MOMENTS_PARTITION_H
#define HUD_MOMENTS_PARTITION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct hud_partitions {
  size_t order;   /* P: largest degree */
  size_t parts;   /* largest number of parts kept, at most P */
  size_t count;   /* how many partitions */
  size_t *start;  /* see hud_partition_start */
  uint8_t *part;  /* count rows of `parts` entries, downwards, zeros behind */
  uint8_t *sizes; /* number of parts of each */
};

/* All partitions of 0..order into at most min(parts, order) parts. HUD_ERROR_MEMORY. */
hud_status hud_partitions_create(struct hud_partitions *partitions, size_t order, size_t parts,
                                 struct hud_error *error);
/* Frees what is in it, not the struct itself; a cleared struct is fine. */
void hud_partitions_free(struct hud_partitions *partitions);

/* Index of the first partition with `parts` parts and degree >= `degree` (0..order+1; order+1 gives
 * the first with more parts). */
static inline size_t hud_partition_start(const struct hud_partitions *partitions, size_t parts,
                                         size_t degree)
{
  return partitions->start[parts * (partitions->order + 2) + degree];
}

/* How many partitions have at most `parts` parts. */
static inline size_t hud_partition_count(const struct hud_partitions *partitions, size_t parts)
{
  size_t most = parts < partitions->parts ? parts : partitions->parts;
  return hud_partition_start(partitions, most, partitions->order + 1);
}

/* The parts of partition `index`: sizes[index] entries, then zeros. */
static inline const uint8_t *hud_partition_parts(const struct hud_partitions *partitions,
                                                 size_t index)
{
  return partitions->part + index * partitions->parts;
}

/* The index of the partition with the given parts, sorted downwards and nonzero; it must be in the
 * set (degree at most `order`, at most `parts` parts). */
size_t hud_partition_find(const struct hud_partitions *partitions, const uint8_t *part,
                          size_t size);

#endif
