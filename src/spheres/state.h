/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of N hard spheres: fixed-point positions on a torus and double velocities.
 *
 * A position is an unsigned 64-bit number of side * 2^-64. Differences wrap, so the nearest image
 * is free and differences are exact; the cell of a position is the high word of a product. The
 * whole space is a torus too, of a side at least four times the extent of the gas, doubled when the
 * gas would outgrow it (flow.c), so that no image ever comes near; there the origin of the
 * coordinates is position 0 and positions are read as signed numbers.
 *
 * Velocities are relative to a frame that moves with `drift`: a fast common motion would make every
 * swept tube long. The laboratory position is position + shift, and shift grows with drift. */
#ifndef HUD_SPHERES_STATE_H
#define HUD_SPHERES_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "spheres/velocities.h"
#include "spheres/zones.h"

/* One particle, one cache line. Third coordinates are zero for d = 2. */
struct hud_sphere {
  uint64_t position[3];
  double velocity[3];
  uint32_t label;    /* its number in 0..N-1; particles are re-sorted in space */
  uint32_t last;     /* sequence number of its last collision in the horizon (flow.c), or 0 */
  uint32_t contacts; /* collisions so far, modulo 2^32 */
  uint32_t unused;
};

struct hud_spheres {
  struct hud_zones zones;
  bool whole_space;
  int64_t count;
  double side;     /* of the torus */
  double time;     /* of the positions */
  double drift[3]; /* velocity of the frame */
  double shift[3]; /* laboratory place of the frame's origin, modulo the side on the torus */
  struct hud_sphere *particles;
};

enum { HUD_SPHERES_MAX_COUNT = 1 << 30 };

/* Whether a state of these numbers can be: see create. */
hud_status hud_spheres_check_size(const struct hud_zones *zones, int64_t count, bool whole_space,
                                  double side, struct hud_error *error);

/* N particles at the origin and at rest. Refuses a torus too small for its zones: every reach must
 * stay below a quarter of the side. In the whole space `side` is a first guess of the extent. */
hud_status hud_spheres_create(struct hud_spheres **spheres, const struct hud_zones *zones,
                              int64_t count, bool whole_space, double side,
                              struct hud_error *error);
void hud_spheres_free(struct hud_spheres *spheres);

/* Sets particle i (slot, and label i) from d coordinates and velocities in the laboratory. On the
 * torus coordinates are taken modulo the side. */
void hud_spheres_set_position(struct hud_spheres *spheres, int64_t i, const double *x);

/* Laboratory coordinates of slot i: in [0, side) on the torus. */
void hud_spheres_position(const struct hud_spheres *spheres, int64_t i, double *x);
void hud_spheres_velocity(const struct hud_spheres *spheres, int64_t i, double *v);

/* The stored velocities as an array; add the drift for those in the laboratory. */
struct hud_velocity_array hud_spheres_velocities(const struct hud_spheres *spheres);

/* Adds `duration` to the time and moves the frame; positions are the caller's. */
void hud_spheres_advance_frame(struct hud_spheres *spheres, double duration);

/* In the whole space: doubles the side until every coordinate is within an eighth of it. Positions
 * get coarser with it, which min_gap shows; HUD_ERROR_COMPUTE beyond 1e-9 epsilon_2. */
hud_status hud_spheres_make_room(struct hud_spheres *spheres, struct hud_error *error);

/* Moves the common velocity into `drift` where it is not small beside the thermal speed. */
void hud_spheres_choose_frame(struct hud_spheres *spheres);

/* Reverses all velocities: the flow then runs backwards. */
void hud_spheres_reverse(struct hud_spheres *spheres);

/* x - y of two fixed-point numbers, nearest image, in units of length. */
static inline double hud_spheres_difference(uint64_t x, uint64_t y, double unit)
{
  return (double)(int64_t)(x - y) * unit;
}

/* The length of one step of a fixed-point position. */
static inline double hud_spheres_unit(const struct hud_spheres *spheres)
{
  return spheres->side * 0x1.0p-64;
}

#endif
