/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The representation `moments`: f_k is held by all its polynomial moments
 *
 *   m_alpha(f_k) = int (v - origin)^alpha f_k dv,   |alpha| <= P,
 *
 * one for every partition alpha with at most k parts (f_k is symmetric). With constant rates and
 * linear alignment (2) the moments close at every order, so this is exact but for round-off and
 * serves as the oracle of the other representations.
 *
 * Unknowns of f_k are ordered by the number of parts, then the degree, then lexicographically from
 * above: entry p <= P is int (v_1 - origin)^p f_k, and the moments of f_i are the first length(i)
 * entries of a marginal of f_k. Memory does not grow with K: tables are shared by all sizes. */
#ifndef HUD_MOMENTS_MOMENTS_H
#define HUD_MOMENTS_MOMENTS_H

#include "network/representation.h"

/* Beyond, binomials and spread^P leave little of 53 bits, and the product table grows beyond reason
 */
enum { HUD_MOMENTS_MAX_ORDER = 32 };

/* Moments to total order `order` (0..HUD_MOMENTS_MAX_ORDER) of f_1..f_K about `origin`. Take the
 * conserved mean velocity as origin: a variance that shrinks to nothing then keeps its relative
 * accuracy. Errors: HUD_ERROR_INPUT for K < 1, an order out of range, an origin that is not
 * finite; HUD_ERROR_MEMORY. */
hud_status hud_moments_create(struct hud_representation **rep, int K, int order, double origin,
                              struct hud_error *error);

#endif
