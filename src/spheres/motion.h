/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Free flight within one horizon, exact to the last bit of a position.
 *
 * Time runs from 0 to 1 as an unsigned fraction of 2^64 (the moving origin: event times are
 * relative to the start of the horizon, with 2000 times the resolution of a double). A velocity v
 * gives the integer step w = v H 2^64/side, the displacement over the whole horizon, and the
 * position at tau is position + floor(w tau). `position` is a virtual origin: after a collision at
 * tau it is moved so that the new line passes through the place of the collision, and nobody else
 * has to be advanced. Whoever needs a place at tau computes the same integer. */
#ifndef HUD_SPHERES_MOTION_H
#define HUD_SPHERES_MOTION_H

#include "spheres/state.h"

__extension__ typedef __int128 hud_wide;
__extension__ typedef unsigned __int128 hud_unsigned_wide;

/* w of a velocity; scale = H 2^64/side. Truncation is odd in v, so reversal keeps its symmetry. */
static inline int64_t hud_motion_step(double velocity, double scale)
{
  return (int64_t)(velocity * scale);
}

/* floor(w tau); most entries are at tau = 0. */
static inline uint64_t hud_motion_path(int64_t step, uint64_t tau)
{
  if (tau == 0)
    return 0;
  return (uint64_t)(((hud_wide)step * (hud_wide)tau) >> 64);
}

static inline uint64_t hud_motion_at(const struct hud_sphere *particle, int axis, double scale,
                                     uint64_t tau)
{
  return particle->position[axis] +
         hud_motion_path(hud_motion_step(particle->velocity[axis], scale), tau);
}

/* High word of x n: the cell of x among n, or the bucket of a time. */
static inline uint64_t hud_high_word(uint64_t x, uint64_t n)
{
  return (uint64_t)(((hud_unsigned_wide)x * n) >> 64);
}

#endif
