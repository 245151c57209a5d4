/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Enumerating the partitions of 0..P into few parts, in the order of partition.h, and finding one
 * by bisection within the block of its number of parts and degree. */
#include "moments/partition.h"

#include <string.h>

#include "base/alloc.h"

/* The partition under construction, and where finished ones go (NULL: they are only counted). */
struct listing {
  struct hud_partitions *partitions;
  uint8_t *rows;
  size_t count;
  uint8_t part[UINT8_MAX];
};

/* Lists every way to fill places position..size-1 with parts >= 1 that do not exceed `largest`, go
 * downwards and add up to `rest`; larger parts first. */
static void list_parts(struct listing *listing, size_t size, size_t position, size_t rest,
                       size_t largest)
{
  if (position == size) {
    if (rest != 0)
      return;
    if (listing->rows != NULL)
      memcpy(listing->rows + listing->count * listing->partitions->parts, listing->part, size);
    listing->count++;
    return;
  }
  size_t others = size - position - 1;
  if (rest <= others)
    return;
  for (size_t part = rest - others < largest ? rest - others : largest; part >= 1; part--) {
    if (part * (others + 1) < rest)
      break; /* too small: the later parts are not larger */
    listing->part[position] = (uint8_t)part;
    list_parts(listing, size, position + 1, rest - part, part);
  }
}

/* Lists all of them; fills start[] on the way. */
static size_t list_all(struct hud_partitions *partitions, uint8_t *rows)
{
  struct listing listing = {.partitions = partitions, .rows = rows};
  for (size_t size = 0; size <= partitions->parts; size++) {
    size_t *start = partitions->start + size * (partitions->order + 2);
    for (size_t degree = 0; degree <= partitions->order; degree++) {
      start[degree] = listing.count;
      list_parts(&listing, size, 0, degree, degree);
    }
    start[partitions->order + 1] = listing.count;
  }
  return listing.count;
}

hud_status hud_partitions_create(struct hud_partitions *partitions, size_t order, size_t parts,
                                 struct hud_error *error)
{
  *partitions = (struct hud_partitions){.order = order, .parts = parts < order ? parts : order};
  size_t rows = partitions->parts + 1;
  hud_status status = HUD_NEW(&partitions->start, rows * (order + 2), "moment blocks", error);
  if (status != HUD_OK)
    return status;
  partitions->count = list_all(partitions, NULL);
  status =
      HUD_NEW(&partitions->part, partitions->count * partitions->parts, "moment indices", error);
  if (status == HUD_OK)
    status = HUD_NEW(&partitions->sizes, partitions->count, "moment index sizes", error);
  if (status != HUD_OK) {
    hud_partitions_free(partitions);
    return status;
  }
  list_all(partitions, partitions->part);
  for (size_t size = 0; size <= partitions->parts; size++) {
    size_t first = hud_partition_start(partitions, size, 0);
    size_t last = hud_partition_start(partitions, size, order + 1);
    memset(partitions->sizes + first, (int)size, last - first);
  }
  return HUD_OK;
}

void hud_partitions_free(struct hud_partitions *partitions)
{
  hud_free(partitions->start);
  hud_free(partitions->part);
  hud_free(partitions->sizes);
  *partitions = (struct hud_partitions){0};
}

size_t hud_partition_find(const struct hud_partitions *partitions, const uint8_t *part, size_t size)
{
  size_t degree = 0;
  for (size_t position = 0; position < size; position++)
    degree += part[position];
  size_t low = hud_partition_start(partitions, size, degree);
  size_t high = hud_partition_start(partitions, size, degree + 1);
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (memcmp(hud_partition_parts(partitions, middle), part, size) >= 0)
      low = middle; /* entries go downwards: part is at `middle` or behind it */
    else
      high = middle;
  }
  return low;
}
