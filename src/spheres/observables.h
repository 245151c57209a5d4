/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Averages over the particles of a gas that go beyond the moments of its velocities, for the flow
 * and for the Boltzmann equation alike.
 *
 * Waves: with theta = 2 pi x_1/side, the first Fourier mode of density, current and energy,
 *
 *   wave_x = 2 <cos theta>,  current_x = 2 <v_1 sin theta>,  heat_x = 2 <|v|^2/2 cos theta>,
 *
 * of which the first two obey d wave_x/dt = -(2 pi/side) current_x along every path, collisions or
 * not, for collisions move nothing.
 *
 * Pairs: for a function phi of the velocity, the covariance of phi(v_1) and phi(v_2) of two
 * different particles, <phi phi>_2 - <phi>^2, which propagation of chaos sends to zero. With S =
 * sum_i phi(v_i) a replica gives the mean over pairs (S^2 - sum_i phi^2)/(N(N-1)); the square of
 * <phi> is taken over pairs of different replicas, so that the estimate has no bias. Its error is
 * about sqrt(2/R) Var(phi)/N with R replicas: it falls with N as fast as the covariance itself, so
 * N times the covariance is seen equally well at every N. */
#ifndef HUD_SPHERES_OBSERVABLES_H
#define HUD_SPHERES_OBSERVABLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/sum.h"

/* phi(v) with v of three components, v_z = 0 in the plane; value NULL: none. */
struct hud_phi {
  double (*value)(void *context, const double *v);
  void *context;
};

enum { HUD_WAVE_COLUMNS = 3, HUD_PHI_COLUMNS = 2 };

/* Sums over the particles of one state. */
struct hud_observer {
  struct hud_phi phi;
  int64_t count;
  struct hud_sum density, current, heat, first, square;
};

struct hud_observer hud_observer_begin(const struct hud_phi *phi);

/* One particle: x_1/side, and its velocity with three components. */
void hud_observer_add(struct hud_observer *observer, double place, const double *v);

/* wave_x, current_x, heat_x. */
void hud_observer_waves(const struct hud_observer *observer, double *out);

/* <phi> and the mean of phi phi over pairs; the latter needs two particles. */
void hud_observer_pairs(const struct hud_observer *observer, double *out);

/* Names of columns, in the order of the above; one replica alone has no correlation. */
extern const char *const hud_wave_names[HUD_WAVE_COLUMNS];
extern const char *const hud_phi_names[HUD_PHI_COLUMNS];

/* The covariance from what hud_observer_pairs gave for each of at least two replicas, values[r *
 * stride] and values[r * stride + 1], and its standard error by the jackknife, NaN for two. */
void hud_pair_covariance(const double *values, size_t stride, int replicas, double *covariance,
                         double *standard_error);

#endif
