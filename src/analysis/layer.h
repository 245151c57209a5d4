/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The initial layer of the second moments and the reduced system, [KMS] (36) and the lines after
 * it, with corrections: the last equation of (36) is not one, because
 *
 *   T = M_2 V_1 + M_1 V_2 - 2 J_1 J_2,   J_k = I_k - v_inf M_k,
 *
 * is an identity (from which T' = 2 lambda11 M_1^2 V_1 - mu11 T - M_1 W/2 in the layer when J_1 =
 * 0, where 2 M_1 W is printed), and the gain of W keeps its -2 lambda11 J_1^2. To leading order in
 * eps:
 *
 *   layer, tau = t/eps, slow quantities M_1, I_1, V_1 as at t = 0:
 *     M_2' = lambda11 M_1^2 - mu11 M_2            I_2' = lambda11 M_1 I_1 - mu11 I_2
 *     V_2' = lambda11 M_1 V_1 - mu11 V_2 - W/2    W'  = 2 lambda11 (M_1 V_1 - J_1^2) - (2+mu11) W
 *   reduced: the stationary states of these, with M_1, I_1 constant and V_1' = -W
 *   composite = reduced(t) + layer(t/eps) - layer(infinity)
 *
 * in closed form. The composite is accurate to O(eps) uniformly on bounded time intervals, for (14)
 * and for the hierarchy alike. W is the paper's Vbar_2, T its Vtilde_2; v_inf is that of the data.
 */
#ifndef HUD_ANALYSIS_LAYER_H
#define HUD_ANALYSIS_LAYER_H

#include "analysis/theory.h"

struct hud_layer_moments {
  double M1, M2, I1, I2, V1, V2, W, T; /* V_k about v_inf */
};

/* The layer and the reduced system that begin with given moments. */
struct hud_layer {
  struct hud_theory theory; /* only lambda11, mu11 and, for the composite, epsilon matter */
  double v_infinity, J1;
  struct hud_layer_moments start; /* T is recomputed */
};

/* `start` at t = 0, v_infinity = (I1 + 2 eps I2 + ...)/(M1 + 2 eps M2 + ...). M1 > 0. */
struct hud_layer hud_layer_begin(const struct hud_theory *theory, double v_infinity,
                                 const struct hud_layer_moments *start);

/* Solutions at layer time tau = t/eps >= 0, or at time t >= 0. */
struct hud_layer_moments hud_layer_inner(const struct hud_layer *layer, double tau);
struct hud_layer_moments hud_layer_reduced(const struct hud_layer *layer, double t);
struct hud_layer_moments hud_layer_composite(const struct hud_layer *layer, double t);

/* The member called `name` ("M1", ... "T"), or NaN if there is none. */
double hud_layer_moment(const struct hud_layer_moments *moments, const char *name);

#endif
