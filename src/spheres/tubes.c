/* SPDX-License-Identifier: GPL-3.0-or-later
 * The grid of swept tubes; see tubes.h.
 *
 * The test, for two lines with difference r + w s, 0 <= s <= T (r at the present time): the closest
 * approach of the whole lines is |r x w|/|w|, the times to it are -b/a with b = <r, w>, a = |w|^2.
 * The pair is within R at some time of the window only if |r x w|^2 <= R^2 a, and if the closest
 * point is not further back than R: b <= 0 or b^2 <= R^2 a, nor further ahead: -b - a T <= 0 or its
 * square <= R^2 a. Cross products, not b^2 - a c, because single precision must survive r >> R. */
#include "spheres/tubes.h"

#include <math.h>

#include "base/alloc.h"
#include "base/clones.h"
#include "spheres/motion.h"

/* Blocks whose masks are kept until the end of an entry; more are looked at in portions. */
enum { MASKS = 32 };

#define HUD_INLINE static inline __attribute__((always_inline))

/* The particle that enters, relative to the centre of the first cell of its box. */
struct entrant {
  uint32_t slot, last;
  float now;         /* time of entry */
  float velocity[3]; /* cells per horizon */
  double offset[3];  /* position now */
  uint32_t low[3];   /* first cell per axis */
  uint32_t width[3]; /* cells per axis */
};

/* Masks of hits per tested block. */
struct portion {
  hud_lane_mask any, mask[MASKS];
  uint32_t block[MASKS];
  int count;
};

hud_status hud_tubes_clear(struct hud_tubes *tubes, const struct hud_spheres *spheres,
                           uint32_t cells, double duration, double fastest, struct hud_error *error)
{
  int d = spheres->zones.dimension;
  tubes->dimension = d;
  tubes->cells = cells;
  tubes->cell_count = (size_t)cells * cells * (d == 3 ? cells : 1);
  tubes->scale = duration / hud_spheres_unit(spheres);
  double reach = hud_zones_largest_reach(&spheres->zones);
  tubes->half_reach = (uint64_t)(0.5 * reach / hud_spheres_unit(spheres) * (1.0 + 1e-9)) + 16;
  /* Coordinates in a cell, at virtual times too, are at most `extent` cells; each of the few
   * roundings of a difference costs 2^-24 of that. */
  double cell = spheres->side / (double)cells;
  double extent = 2.0 + 4.0 * fastest * duration / cell;
  double tolerant = 1.001 * reach / cell + 0x1.0p-20 * extent;
  tubes->reach2 = (float)(tolerant * tolerant);
  hud_status status = HUD_OK;
  if (tubes->cell_count > tubes->cell_room) {
    hud_free(tubes->cell);
    tubes->cell_room = 0;
    status = HUD_NEW(&tubes->cell, tubes->cell_count, "cells of swept tubes", error);
    if (status == HUD_OK)
      tubes->cell_room = tubes->cell_count;
  }
  size_t room = tubes->cell_count + tubes->cell_count / 4 + 16;
  if (status == HUD_OK && room > tubes->block_room) {
    hud_free(tubes->block);
    hud_free(tubes->next);
    tubes->block = NULL;
    tubes->next = NULL;
    tubes->block_room = 0;
    status = HUD_NEW(&tubes->block, room, "records of swept tubes", error);
    if (status == HUD_OK)
      status = HUD_NEW(&tubes->next, room, "records of swept tubes", error);
    if (status == HUD_OK)
      tubes->block_room = room;
  }
  if (status != HUD_OK)
    return status;
  for (size_t c = 0; c < tubes->cell_count; c++)
    tubes->cell[c] = (struct hud_tube_cell){.count = 0, .block = (uint32_t)c};
  tubes->block_count = tubes->cell_count;
  tubes->hit_count = 0;
  return HUD_OK;
}

void hud_tubes_free(struct hud_tubes *tubes)
{
  hud_free(tubes->cell);
  hud_free(tubes->block);
  hud_free(tubes->next);
  hud_free(tubes->hit);
  *tubes = (struct hud_tubes){0};
}

size_t hud_tubes_memory(size_t cell_count, size_t entries)
{
  size_t blocks = cell_count + cell_count / 4 + entries / HUD_TUBE_LANES;
  return cell_count * sizeof(struct hud_tube_cell) +
         blocks * (sizeof(struct hud_tube_block) + sizeof(uint32_t));
}

static hud_status more_blocks(struct hud_tubes *tubes, struct hud_error *error)
{
  size_t room = tubes->block_room + tubes->block_room / 2;
  hud_status status = hud_grow(&tubes->block, tubes->block_count, room, sizeof *tubes->block,
                               "records of swept tubes", error);
  if (status == HUD_OK)
    status = hud_grow(&tubes->next, tubes->block_count, room, sizeof *tubes->next,
                      "records of swept tubes", error);
  if (status == HUD_OK)
    tubes->block_room = room;
  return status;
}

static hud_status add_hit(struct hud_tubes *tubes, uint32_t slot, struct hud_error *error)
{
  for (size_t h = 0; h < tubes->hit_count; h++)
    if (tubes->hit[h] == slot)
      return HUD_OK;
  if (tubes->hit_count == tubes->hit_room) {
    size_t room = tubes->hit_room == 0 ? 64 : 2 * tubes->hit_room;
    hud_status status =
        hud_grow(&tubes->hit, tubes->hit_count, room, sizeof *tubes->hit, "neighbours", error);
    if (status != HUD_OK)
      return status;
    tubes->hit_room = room;
  }
  tubes->hit[tubes->hit_count++] = slot;
  return HUD_OK;
}

/* Turns the masks of a portion into hits, leaving out records older than their particle. */
static hud_status collect(struct hud_tubes *tubes, const struct hud_sphere *particles,
                          uint32_t slot, struct portion *portion, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int m = 0; m < portion->count && status == HUD_OK; m++) {
    const struct hud_tube_block *block = &tubes->block[portion->block[m]];
    for (int lane = 0; lane < HUD_TUBE_LANES && status == HUD_OK; lane++) {
      if (portion->mask[m][lane] == 0)
        continue;
      uint32_t other = block->slot[lane];
      if (particles[other].last == block->last[lane] && other != slot)
        status = add_hit(tubes, other, error);
    }
  }
  return status;
}

HUD_INLINE bool any_lane(const hud_lane_mask *mask)
{
  int32_t any = 0;
  for (int lane = 0; lane < HUD_TUBE_LANES; lane++)
    any |= (*mask)[lane];
  return any != 0;
}

/* max(x, 0), written without a call: vectors wider than the default are not passed by value. */
#define POSITIVE_PART(x) ((hud_lanes)((hud_lane_mask)(x) & ((x) > 0.0f)))

/* Tests a block against the entrant at `at` (virtual position at time 0 relative to the centre). */
HUD_INLINE void test_block(const struct hud_tube_block *block, int d, const float *at,
                           const float *velocity, float now, float reach2, int32_t filled,
                           hud_lane_mask *mask)
{
  hud_lanes r[3], w[3];
  for (int a = 0; a < d; a++) {
    w[a] = block->velocity[a] - velocity[a];
    r[a] = block->position[a] - at[a] + w[a] * now;
  }
  hud_lanes cross2, square, product;
  if (d == 2) {
    hud_lanes cross = r[0] * w[1] - r[1] * w[0];
    cross2 = cross * cross;
    square = w[0] * w[0] + w[1] * w[1];
    product = r[0] * w[0] + r[1] * w[1];
  } else {
    hud_lanes x = r[1] * w[2] - r[2] * w[1];
    hud_lanes y = r[2] * w[0] - r[0] * w[2];
    hud_lanes z = r[0] * w[1] - r[1] * w[0];
    cross2 = x * x + y * y + z * z;
    square = w[0] * w[0] + w[1] * w[1] + w[2] * w[2];
    product = r[0] * w[0] + r[1] * w[1] + r[2] * w[2];
  }
  hud_lanes bound = reach2 * square;
  hud_lanes beyond = -product - square * (1.0f - now);
  hud_lanes back = POSITIVE_PART(product);
  hud_lanes ahead = POSITIVE_PART(beyond);
  const hud_lane_mask lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  *mask = (cross2 <= bound) & (back * back <= bound) & (ahead * ahead <= bound) & (lanes < filled);
}

HUD_INLINE hud_status test_cell(struct hud_tubes *tubes, const struct hud_sphere *particles, int d,
                                const struct entrant *entrant, const float *at, size_t cell,
                                struct portion *portion, struct hud_error *error)
{
  uint32_t count = tubes->cell[cell].count;
  uint32_t block = tubes->cell[cell].block;
  int32_t filled = (int32_t)((count - 1) % HUD_TUBE_LANES + 1);
  while (count > 0) {
    if (portion->count == MASKS) {
      hud_status status = collect(tubes, particles, entrant->slot, portion, error);
      if (status != HUD_OK)
        return status;
      portion->count = 0;
    }
    hud_lane_mask *mask = &portion->mask[portion->count];
    test_block(&tubes->block[block], d, at, entrant->velocity, entrant->now, tubes->reach2, filled,
               mask);
    portion->block[portion->count] = block;
    portion->any |= *mask;
    portion->count++;
    tubes->tests++;
    count -= (uint32_t)filled;
    filled = HUD_TUBE_LANES;
    block = tubes->next[block];
  }
  return HUD_OK;
}

HUD_INLINE hud_status append(struct hud_tubes *tubes, int d, const struct entrant *entrant,
                             const float *at, size_t cell, struct hud_error *error)
{
  struct hud_tube_cell *c = &tubes->cell[cell];
  uint32_t lane = c->count % HUD_TUBE_LANES;
  if (lane == 0 && c->count > 0) {
    if (tubes->block_count == tubes->block_room) {
      hud_status status = more_blocks(tubes, error);
      if (status != HUD_OK)
        return status;
    }
    uint32_t fresh = (uint32_t)tubes->block_count++;
    tubes->next[fresh] = c->block;
    c->block = fresh;
  }
  struct hud_tube_block *block = &tubes->block[c->block];
  for (int a = 0; a < d; a++) {
    ((float *)&block->position[a])[lane] = at[a];
    ((float *)&block->velocity[a])[lane] = entrant->velocity[a];
  }
  block->slot[lane] = entrant->slot;
  block->last[lane] = entrant->last;
  c->count++;
  return HUD_OK;
}

/* The box of cells around the tube from tau to the end of the horizon. */
HUD_INLINE void prepare(const struct hud_tubes *tubes, const struct hud_sphere *particle, int d,
                        uint32_t slot, uint64_t tau, struct entrant *entrant)
{
  uint32_t cells = tubes->cells;
  uint64_t half_cell = (UINT64_C(1) << 63) / cells;
  double per_cell = (double)cells * 0x1.0p-64;
  entrant->slot = slot;
  entrant->last = particle->last;
  entrant->now = (float)((double)(tau >> 11) * 0x1.0p-53);
  for (int a = 0; a < d; a++) {
    int64_t step = hud_motion_step(particle->velocity[a], tubes->scale);
    uint64_t start = particle->position[a] + hud_motion_path(step, tau);
    uint64_t end = particle->position[a] + (uint64_t)step;
    uint64_t low = (step >= 0 ? start : end) - tubes->half_reach;
    uint64_t high = (step >= 0 ? end : start) + tubes->half_reach;
    uint32_t first = (uint32_t)hud_high_word(low, cells);
    uint32_t last = (uint32_t)hud_high_word(high, cells);
    uint32_t width = last + (last < first ? cells : 0) - first + 1;
    entrant->low[a] = first;
    entrant->width[a] = width < cells ? width : cells;
    entrant->velocity[a] = (float)((double)step * per_cell);
    uint64_t centre = (2 * (uint64_t)first + 1) * half_cell;
    entrant->offset[a] = (double)(int64_t)(start - centre) * per_cell;
  }
}

HUD_INLINE hud_status enter(struct hud_tubes *tubes, const struct hud_sphere *particles, int d,
                            uint32_t slot, uint64_t tau, struct hud_error *error)
{
  struct entrant entrant;
  struct portion portion;
  prepare(tubes, &particles[slot], d, slot, tau, &entrant);
  portion.count = 0;
  portion.any = (hud_lane_mask){0};
  tubes->hit_count = 0;
  tubes->entries++;
  uint32_t cells = tubes->cells;
  uint32_t depth = d == 3 ? entrant.width[2] : 1;
  hud_status status = HUD_OK;
  float at[3];
  size_t plane = d == 3 ? entrant.low[2] : 0;
  for (uint32_t k = 0; k < depth; k++) {
    if (d == 3)
      at[2] = (float)(entrant.offset[2] - k) - entrant.velocity[2] * entrant.now;
    size_t row = entrant.low[1];
    for (uint32_t j = 0; j < entrant.width[1]; j++) {
      at[1] = (float)(entrant.offset[1] - j) - entrant.velocity[1] * entrant.now;
      size_t column = entrant.low[0];
      for (uint32_t i = 0; i < entrant.width[0]; i++) {
        at[0] = (float)(entrant.offset[0] - i) - entrant.velocity[0] * entrant.now;
        size_t cell = (plane * cells + row) * cells + column;
        status = test_cell(tubes, particles, d, &entrant, at, cell, &portion, error);
        if (status == HUD_OK)
          status = append(tubes, d, &entrant, at, cell, error);
        if (status != HUD_OK)
          return status;
        column = column + 1 == cells ? 0 : column + 1;
      }
      tubes->cells_entered += entrant.width[0];
      row = row + 1 == cells ? 0 : row + 1;
    }
    plane = plane + 1 == cells ? 0 : plane + 1;
  }
  if (any_lane(&portion.any))
    status = collect(tubes, particles, slot, &portion, error);
  return status;
}

HUD_CLONES
static hud_status enter_plane(struct hud_tubes *tubes, const struct hud_sphere *particles,
                              uint32_t slot, uint64_t tau, struct hud_error *error)
{
  return enter(tubes, particles, 2, slot, tau, error);
}

HUD_CLONES
static hud_status enter_space(struct hud_tubes *tubes, const struct hud_sphere *particles,
                              uint32_t slot, uint64_t tau, struct hud_error *error)
{
  return enter(tubes, particles, 3, slot, tau, error);
}

hud_status hud_tubes_enter(struct hud_tubes *tubes, const struct hud_sphere *particles,
                           uint32_t slot, uint64_t tau, struct hud_error *error)
{
  return tubes->dimension == 2 ? enter_plane(tubes, particles, slot, tau, error)
                               : enter_space(tubes, particles, slot, tau, error);
}
