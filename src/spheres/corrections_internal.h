/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checks behind the table of corrections.c. */
#ifndef HUD_SPHERES_CORRECTIONS_INTERNAL_H
#define HUD_SPHERES_CORRECTIONS_INTERNAL_H

#include "base/random.h"
#include "spheres/corrections.h"

/* Each sets printed, corrected, found and error. */
typedef hud_status hud_correction_function(struct hud_random *random,
                                           struct hud_correction *correction,
                                           struct hud_error *error);

/* The error of what is exact but for round-off. */
#define HUD_CORRECTION_ROUND_OFF 1e-9

static inline hud_status hud_correction_set(struct hud_correction *correction, double printed,
                                            double corrected, double found, double error)
{
  correction->printed = printed;
  correction->corrected = corrected;
  correction->found = found;
  correction->error = error;
  return HUD_OK;
}

/* corrections_law.c: the collision law, its measure, the transition map, Jacobians, sections 1-3, 8
 */
hud_correction_function hud_correction_scaling, hud_correction_ellipsoid, hud_correction_flux,
    hud_correction_energy, hud_correction_gradient, hud_correction_cross_section,
    hud_correction_velocity_sign, hud_correction_velocity_sum, hud_correction_norm_constant,
    hud_correction_norm_bound, hud_correction_velocity_ball, hud_correction_pair_bound,
    hud_correction_relative_bound, hud_correction_inverse_norm, hud_correction_arcsine,
    hud_correction_jacobian, hud_correction_difference, hud_correction_determinant,
    hud_correction_angle;

/* corrections_sets.c: ellipsoids and integrals of sections 2, 4, 6 and 7 */
hud_correction_function hud_correction_square, hud_correction_integral, hud_correction_constant,
    hud_correction_time, hud_correction_energy_ball, hud_correction_first_term,
    hud_correction_surface, hud_correction_factor, hud_correction_permutation,
    hud_correction_slices, hud_correction_substitution, hud_correction_strip, hud_correction_axes,
    hud_correction_congruence, hud_correction_signs;

#endif
