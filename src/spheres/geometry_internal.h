/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the files of geometry.h. */
#ifndef HUD_SPHERES_GEOMETRY_INTERNAL_H
#define HUD_SPHERES_GEOMETRY_INTERNAL_H

#include "base/random.h"
#include "spheres/geometry.h"
#include "spheres/zones.h"

/* A random number whose distribution function near 0 is the share of the set with that parameter.
 */
typedef double (*hud_geometry_threshold)(struct hud_random *random, int dimension, int order);

/* The parameter from which on a sample of the flow of three particles has two collisions. */
double hud_geometry_second_collision(struct hud_random *random, int dimension, int order);

/* Whether one adjunction is bad in the sense of Proposition 8.2 for eta. */
bool hud_geometry_adjunction_is_bad(struct hud_random *random, int dimension, int order,
                                    double eta);

/* | |det DPsi^t| - 1 | of one sample by central differences; negative if the sample has no use (no
 * collision, or a different sequence of collisions nearby). */
double hud_geometry_flow_deviation(struct hud_random *random, int dimension, int order);

/* Relative deviation of the Jacobian from 2 (2b/r)^{ld}, and of the image from the ellipsoid. */
double hud_geometry_transition_deviation(struct hud_random *random, int dimension, int order);

/* n independent uniform points of the ball of radius R. */
void hud_geometry_draw_ball(struct hud_random *random, int dimension, int count, double radius,
                            double *out);

#endif
