/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which particles come near each other within the horizon: a grid of cells into which every
 * particle enters once with its swept tube, so that no cell-crossing events are needed.
 *
 * The tube of a particle is its path over the rest of the horizon, widened by half the largest pair
 * reach R = max epsilon_k sqrt(2/k). Two particles that come within R do so with the midpoint
 * between them in both tubes, hence they share a cell. A collision of k particles has all pairs
 * within R, so all its members are found when the last of them enters.
 *
 * A cell holds its records in blocks of 16 in single precision, relative to its centre, in units of
 * one cell and one horizon. One entering particle is tested against 16 records at once without
 * division; the test errs to the side of a hit, and hits are confirmed in double precision
 * (groups.h). After a collision the members enter again with their new tubes; their old records
 * stay and are recognised by their sequence number. */
#ifndef HUD_SPHERES_TUBES_H
#define HUD_SPHERES_TUBES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "spheres/state.h"

enum { HUD_TUBE_LANES = 16, HUD_TUBE_LEAST_CELLS = 4 };

struct hud_tube_block {
  float position[3][HUD_TUBE_LANES]; /* at the start of the horizon, along the present line */
  float velocity[3][HUD_TUBE_LANES];
  uint32_t slot[HUD_TUBE_LANES];
  uint32_t last[HUD_TUBE_LANES]; /* of the particle when it entered */
};

struct hud_tube_cell {
  uint32_t count; /* records */
  uint32_t block; /* the block that is filling; a cell's first block has the cell's number */
};

struct hud_tubes {
  int dimension;
  uint32_t cells;      /* per axis */
  size_t cell_count;   /* cells^d */
  double scale;        /* H 2^64/side, see motion.h */
  uint64_t half_reach; /* R/2 in fixed point, rounded up */
  float pair_reach2;   /* square of epsilon_2, likewise */
  float reach2;        /* square of R in cells, with its tolerance */
  struct hud_tube_cell *cell;
  size_t cell_room;
  struct hud_tube_block *block;
  uint32_t *next; /* of a block: the one filled before it, for blocks beyond cell_count */
  size_t block_count, block_room;
  uint32_t *hit; /* particles that the last entry found, each once */
  size_t hit_count, hit_room;
  int64_t entries, cells_entered, tests; /* counters: blocks tested */
};

/* Empties the grid for a horizon of `duration` at most `fastest` fast. */
hud_status hud_tubes_clear(struct hud_tubes *tubes, const struct hud_spheres *spheres,
                           uint32_t cells, double duration, double fastest,
                           struct hud_error *error);
void hud_tubes_free(struct hud_tubes *tubes);

/* Enters particle `slot` for the times from tau on; tubes->hit lists particles that may come within
 * R of it then, among those that entered before. */
hud_status hud_tubes_enter(struct hud_tubes *tubes, const struct hud_sphere *particles,
                           uint32_t slot, uint64_t tau, struct hud_error *error);

/* Bytes that a grid of this many cells and entries takes, for the estimate before a run. */
size_t hud_tubes_memory(size_t cell_count, size_t entries);

#endif
