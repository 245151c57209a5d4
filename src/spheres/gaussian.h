/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a homogeneous Gaussian with temperatures T_x, T_y(, T_z) relaxes at first, exactly. With
 * V* = V - 2 <V,g> g, g uniform on the unit sphere of the velocities of sum zero and the rate
 * proportional to <V,g>_+, the part w_a = sum_p g_pa^2 of g along the axis a is distributed as
 * Dirichlet(l/2, ..., l/2), <V,g> is Gaussian with variance s^2 = sum_a T_a w_a, and
 *
 *   d<v_a^2>/dt = sum_l alpha_l rho^l mu(E) sqrt(l+1)/(l+1) 8/sqrt(2 pi) E[w_a s (s^2 - T_a)].
 *
 * For a small anisotropy that is -8l/((l+1)(ld+2)) nu_l (T_a - T). */
#ifndef HUD_SPHERES_GAUSSIAN_H
#define HUD_SPHERES_GAUSSIAN_H

#include "base/error.h"

/* slope[a] = the term of order l of d<(v_a - <v_a>)^2>/dt at t = 0; prefactor = alpha_l rho^l.
 * Temperatures are positive. HUD_ERROR_COMPUTE if the quadrature fails. */
hud_status hud_gaussian_slopes(int dimension, int order, double prefactor,
                               const double *temperature, double *slope, struct hud_error *error);

#endif
