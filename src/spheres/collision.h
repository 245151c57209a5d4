/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The collision of k = l + 1 hard spheres of Ampatzoglou, Pavlovic and Warner [APW]: the symmetric
 * distance (1.9), the cross-section (2.11), the collisional law (1.13)-(1.14), (2.8)-(2.10), and
 * the measure on the ellipsoid (1.21) of impact parameters.
 *
 * Groups are arrays of k points of R^d, point p at [p * d], k <= HUD_SPHERES_MAX_GROUP. With
 * g_p = k (x_p - mean)/epsilon, so that |g|^2 = k at contact, the law is the reflection
 * V* = V - 2 <V, g> g / |g|^2. It conserves momentum, energy, every sum over pairs of |v_i - v_j|^2
 * and the angular momentum about the centre of the group, turns b into -b and is an involution
 * (Proposition 2.2). b < 0 approaches, b > 0 recedes, b = 0 grazes. */
#ifndef HUD_SPHERES_COLLISION_H
#define HUD_SPHERES_COLLISION_H

#include "base/random.h"

enum { HUD_SPHERES_MAX_ORDER = 6, HUD_SPHERES_MAX_GROUP = HUD_SPHERES_MAX_ORDER + 1 };

/* d_k^2 = sum_{i<j} |x_i - x_j|^2, (1.9). */
double hud_group_distance2(int dimension, int size, const double *x);

/* b = sum_{i<j} <x_i - x_j, v_i - v_j>/epsilon, (2.11). */
double hud_group_impact(int dimension, int size, const double *x, const double *v, double epsilon);

/* Replaces the velocities v by V* for the positions x. The direction g is normalised by its own
 * length, so energy is conserved to round-off even where d_k = epsilon holds only to round-off.
 * Positions need a common origin only; the returned value is <V, g>/|g|, the momentum exchanged is
 * twice that along -g/|g|. Coinciding positions (g = 0) leave v as it is and return 0. */
double hud_group_collide(int dimension, int size, const double *x, double *v);

/* T_omega of Definition 2.1 for impact parameters omega = (omega_1..omega_l), l = size - 1, on the
 * ellipsoid: (2.8)-(2.10). Replaces v; returns b of (2.11) before the collision. */
double hud_impact_transform(int dimension, int size, const double *omega, double *v);

/* Draws positions x of a group at contact, d_k = epsilon and mean 0, such that omega_i =
 * (x_{i+1} - x_1)/epsilon follows the coarea measure of the ellipsoid, normalised. */
void hud_group_draw_contact(struct hud_random *random, int dimension, int size, double epsilon,
                            double *x);

/* Total mass of the coarea (Leray) measure dS/|B omega| on the ellipsoid (1.21), order l >= 1:
 * (l+1)^{-d(l-1)/2} 2 pi^{ld/2}/Gamma(ld/2). */
double hud_impact_measure(int dimension, int order);

#endif
