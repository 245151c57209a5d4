/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Velocity distributions that are mixtures of Gaussian or Student distributions, shared by the
 * hard-sphere flow, the direct simulation Monte Carlo and the hierarchy series: drawing, density
 * and exact moments. */
#ifndef HUD_SPHERES_VELOCITIES_H
#define HUD_SPHERES_VELOCITIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/random.h"

/* One part of a velocity distribution: weight > 0, mean and temperature (variance) of each axis >=
 * 0. A Gaussian, or a Student distribution: a Gaussian of the temperature (n - 2)/q times T with q
 * from chi^2 of n degrees of freedom, common to all axes; its tail is |v|^-(n+d). */
struct hud_velocity_component {
  double weight, mean[3], temperature[3];
  int degrees; /* n >= 3; 0: Gaussian */
};

/* The mixture; weights need not add up to one. */
struct hud_velocity_mixture {
  const struct hud_velocity_component *components;
  size_t count;
};

/* Velocities in memory: component a of particle i is at velocity[i * stride + a]. */
struct hud_velocity_array {
  double *velocity;
  size_t stride; /* in doubles */
  int64_t count;
  int dimension;
};

/* Refuses an empty mixture and components that are not as stated above (HUD_ERROR_INPUT). */
hud_status hud_velocity_mixture_check(const struct hud_velocity_mixture *mixture, int dimension,
                                      struct hud_error *error);

/* One velocity; the mixture has been checked. */
void hud_velocity_draw(const struct hud_velocity_mixture *mixture, int dimension,
                       struct hud_random *random, double *v);

/* The normalised density at v; infinite or 0 on an axis without temperature. */
double hud_velocity_density(const struct hud_velocity_mixture *mixture, int dimension,
                            const double *v);

/* E|v|^2, about zero or about the mixture's mean. */
double hud_velocity_mean_square(const struct hud_velocity_mixture *mixture, int dimension,
                                bool centred);

/* Draws all velocities. fix_momentum makes the total zero; fix_energy makes sum |v|^2 its expected
 * value (N sum_i T_i for one centred Gaussian) by a common factor. */
hud_status hud_velocities_draw(const struct hud_velocity_array *array,
                               const struct hud_velocity_mixture *mixture, bool fix_momentum,
                               bool fix_energy, struct hud_random *random, struct hud_error *error);

#endif
