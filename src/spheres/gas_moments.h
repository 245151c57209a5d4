/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments of the velocities of a gas, the columns that the flow and the Boltzmann equation report:
 * energy, momentum, temperatures, and <|v|^4>, <|v|^6>, all per particle. Sums are compensated and
 * in the order of the particles. */
#ifndef HUD_SPHERES_GAS_MOMENTS_H
#define HUD_SPHERES_GAS_MOMENTS_H

#include "spheres/velocities.h"

struct hud_gas_moments {
  double energy;         /* <|v|^2>/2 */
  double momentum[3];    /* <v> */
  double temperature[3]; /* variance of each component of v */
  double m4, m6;         /* <|v|^4>, <|v|^6> */
};

/* Moments of array + frame (frame: dimension numbers, or NULL for 0); count >= 1. */
void hud_gas_moments_of(struct hud_gas_moments *moments, const struct hud_velocity_array *array,
                        const double *frame);

/* Means over replicas of n values each, values[r * n + c], and standard errors unless NULL. */
void hud_replica_means(const double *values, int replicas, size_t n, double *mean,
                       double *standard_error);

#endif
