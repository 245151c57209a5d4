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

/* Blocks with hits whose masks are kept until the end of an entry; more are looked at in portions.
 */
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

/* Masks of the blocks that had a hit. */
struct portion {
  float at[MASKS][3];   /* the entrant relative to the cell */
  uint32_t hits[MASKS]; /* bit i: lane i */
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
  double pair = 1.001 * spheres->zones.radius[2] / cell + 0x1.0p-20 * extent;
  tubes->reach2 = (float)(tolerant * tolerant);
  tubes->pair_reach2 = (float)(pair * pair);
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
    for (uint32_t hits = portion->hits[m]; hits != 0 && status == HUD_OK; hits &= hits - 1) {
      int lane = __builtin_ctz(hits);
      uint32_t other = block->slot[lane];
      if (particles[other].last == block->last[lane] && other != slot)
        status = add_hit(tubes, other, error);
    }
  }
  return status;
}

/* Tests a block against the entrant at `at` (virtual position at time 0 relative to the centre).
 * A plain loop over lanes, for the compiler makes one vector operation of each line for every clone
 * (vector types are cut to the default width before cloning). `fresh`: now is 0, which saves some.
 * At most one of "behind" and "ahead" is positive, so their larger stands for both. Returns one bit
 * a lane. */
HUD_INLINE uint32_t test_block(const struct hud_tube_block *block, int d, bool fresh,
                               const float *at, const float *velocity, float now, float reach2,
                               int32_t filled)
{
  int32_t hits = 0;
  float left = 1.0f - now;
  for (int32_t lane = 0; lane < HUD_TUBE_LANES; lane++) {
    float w0 = block->velocity[0][lane] - velocity[0];
    float w1 = block->velocity[1][lane] - velocity[1];
    float r0 = block->position[0][lane] - at[0];
    float r1 = block->position[1][lane] - at[1];
    if (!fresh) {
      r0 += w0 * now;
      r1 += w1 * now;
    }
    float cross = r0 * w1 - r1 * w0;
    float cross2 = cross * cross;
    float square = w0 * w0 + w1 * w1;
    float product = r0 * w0 + r1 * w1;
    if (d == 3) {
      float w2 = block->velocity[2][lane] - velocity[2];
      float r2 = block->position[2][lane] - at[2];
      if (!fresh)
        r2 += w2 * now;
      float x = r1 * w2 - r2 * w1;
      float y = r2 * w0 - r0 * w2;
      cross2 += x * x + y * y;
      square += w2 * w2;
      product += r2 * w2;
    }
    float bound = reach2 * square;
    float beyond = -product - (fresh ? square : square * left);
    float away = product > beyond ? product : beyond;
    away = away > 0.0f ? away : 0.0f;
    bool hit = (cross2 <= bound) & (away * away <= bound) & (lane < filled);
    hits |= hit ? 1 << lane : 0;
  }
  return (uint32_t)hits;
}

/* Whether the only hit of an entry can be left out: alone it makes no group, so it matters only if
 * the two lines pass within epsilon_2. Most hits of a gas with triples are of this kind. */
HUD_INLINE bool lone_miss(const struct hud_tubes *tubes, int d, const struct entrant *entrant,
                          const struct portion *portion)
{
  uint32_t hits = portion->hits[0];
  if (portion->count != 1 || (hits & (hits - 1)) != 0 || tubes->hit_count > 0)
    return false;
  const struct hud_tube_block *block = &tubes->block[portion->block[0]];
  int lane = __builtin_ctz(hits);
  float r[3] = {0.0f}, w[3] = {0.0f};
  for (int a = 0; a < d; a++) {
    w[a] = block->velocity[a][lane] - entrant->velocity[a];
    r[a] = block->position[a][lane] - portion->at[0][a];
  }
  float x = r[1] * w[2] - r[2] * w[1];
  float y = r[2] * w[0] - r[0] * w[2];
  float z = r[0] * w[1] - r[1] * w[0];
  return x * x + y * y + z * z > tubes->pair_reach2 * (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
}

HUD_INLINE hud_status test_cell(struct hud_tubes *tubes, const struct hud_sphere *particles, int d,
                                bool fresh, const struct entrant *entrant, const float *at,
                                size_t cell, struct portion *portion, struct hud_error *error)
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
    uint32_t hits = test_block(&tubes->block[block], d, fresh, at, entrant->velocity, entrant->now,
                               tubes->reach2, filled);
    portion->hits[portion->count] = hits;
    for (int a = 0; a < d; a++)
      portion->at[portion->count][a] = at[a];
    portion->block[portion->count] = block;
    portion->count += hits != 0;
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
    block->position[a][lane] = at[a];
    block->velocity[a][lane] = entrant->velocity[a];
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
                            bool fresh, uint32_t slot, uint64_t tau, struct hud_error *error)
{
  struct entrant entrant;
  struct portion portion;
  prepare(tubes, &particles[slot], d, slot, tau, &entrant);
  portion.count = 0;
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
        status = test_cell(tubes, particles, d, fresh, &entrant, at, cell, &portion, error);
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
  if (portion.count > 0 && !lone_miss(tubes, d, &entrant, &portion))
    status = collect(tubes, particles, slot, &portion, error);
  return status;
}

HUD_CLONES
static hud_status enter_plane(struct hud_tubes *tubes, const struct hud_sphere *particles,
                              uint32_t slot, uint64_t tau, struct hud_error *error)
{
  return tau == 0 ? enter(tubes, particles, 2, true, slot, tau, error)
                  : enter(tubes, particles, 2, false, slot, tau, error);
}

HUD_CLONES
static hud_status enter_space(struct hud_tubes *tubes, const struct hud_sphere *particles,
                              uint32_t slot, uint64_t tau, struct hud_error *error)
{
  return tau == 0 ? enter(tubes, particles, 3, true, slot, tau, error)
                  : enter(tubes, particles, 3, false, slot, tau, error);
}

hud_status hud_tubes_enter(struct hud_tubes *tubes, const struct hud_sphere *particles,
                           uint32_t slot, uint64_t tau, struct hud_error *error)
{
  return tubes->dimension == 2 ? enter_plane(tubes, particles, slot, tau, error)
                               : enter_space(tubes, particles, slot, tau, error);
}
