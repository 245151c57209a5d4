/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Boltzmann equation df/dt + v . grad_x f = sum_l alpha_l Q_{l+1} for data that depend on one
 * or two coordinates x of a torus, by direct simulation Monte Carlo.
 *
 * The torus is cut into equal cells. A time step moves all particles freely for half the step, lets
 * the particles of each cell collide for the whole step, exactly, as the jump process in which each
 * (l+1)-subset collides at the rate alpha_l l! (w/V)^l times the integral of b_+ dmu (scatter.h; w:
 * mass of a simulated particle, V: volume of a cell), and moves them freely for the other half
 * (Strang splitting). The error is of second order in the time step and in the width of the cells,
 * and of order 1/(particles in a cell). Momentum and energy are conserved to round-off. */
#ifndef HUD_SPHERES_CELL_GAS_H
#define HUD_SPHERES_CELL_GAS_H

#include "spheres/initial.h"
#include "spheres/kac.h"

struct hud_cell_gas_spec {
  int dimension;                       /* d of the velocities: 2 or 3 */
  int axes;                            /* coordinates of x that matter: 1 or 2, at most d */
  int orders;                          /* M */
  double alpha[HUD_SPHERES_MAX_ORDER]; /* each >= 0 */
  double density;                      /* mean density rho over the torus */
  double side;                         /* of the torus */
  int cells;                           /* per axis */
  double step;                         /* longest time step */
  int64_t count;
  uint64_t seed, stream;
};

/* One simulated particle; x[axes..] and v[d..] are 0. */
struct hud_cell_particle {
  double x[2], v[3];
};

/* Means of one cell. */
struct hud_cell_profile {
  double density;        /* rho(x) */
  double velocity[3];    /* mean of v; 0 in an empty cell */
  double temperature[3]; /* variance of each component of v; 0 in an empty cell */
};

struct hud_cell_gas;

/* N particles at rest at the origin. HUD_ERROR_INPUT for values out of range. */
hud_status hud_cell_gas_create(struct hud_cell_gas **gas, const struct hud_cell_gas_spec *spec,
                               struct hud_error *error);
void hud_cell_gas_free(struct hud_cell_gas *gas);

/* Independent positions of the density (NULL: uniform) and velocities of the mixture, with exact
 * totals as for hud_velocities_draw. HUD_ERROR_INPUT where the density is negative, not finite or
 * above its maximum. */
hud_status hud_cell_gas_draw(struct hud_cell_gas *gas, const struct hud_position_density *density,
                             const struct hud_velocity_mixture *mixture, bool fix_momentum,
                             bool fix_energy, struct hud_error *error);

/* Sets particle i; x is taken modulo the side. */
hud_status hud_cell_gas_set(struct hud_cell_gas *gas, int64_t i, const double *x, const double *v,
                            struct hud_error *error);

/* The particles, in an order that changes with every step. */
const struct hud_cell_particle *hud_cell_gas_particles(const struct hud_cell_gas *gas);

/* Runs to `until` in equal steps no longer than spec.step. */
hud_status hud_cell_gas_advance(struct hud_cell_gas *gas, double until, struct hud_error *error);

/* As for hud_kac; the watch is asked between time steps. */
void hud_cell_gas_watch(struct hud_cell_gas *gas, hud_gas_watch watch, void *context);
bool hud_cell_gas_write(const struct hud_cell_gas *gas, FILE *stream);
bool hud_cell_gas_read(struct hud_cell_gas *gas, FILE *stream);

double hud_cell_gas_time(const struct hud_cell_gas *gas);
const struct hud_kac_counters *hud_cell_gas_counters(const struct hud_cell_gas *gas);
void hud_cell_gas_moments(const struct hud_cell_gas *gas, struct hud_gas_moments *moments);

/* Sums over the particles, for waves and pairs. */
struct hud_observer hud_cell_gas_observe(const struct hud_cell_gas *gas, const struct hud_phi *phi);

/* Means over every cell, cells^axes of them; cell (i, j) is at i + cells * j. */
void hud_cell_gas_profile(const struct hud_cell_gas *gas, struct hud_cell_profile *profile);

#endif
