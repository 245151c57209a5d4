/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The contraction factor of the Picard iteration of the mild form (30), [KMS] Theorem 3.2, for any
 * network. On a window of length h, with D_k the largest L1 distance of two iterates f_k, N_k a
 * bound of |f_k|, and the masses in the loss rates given, one iteration makes
 *
 *   D_1 <= h [ 2 mu11 D_2 + eps lambda12 (N_2 D_1 + N_1 D_2) ]
 *   D_2 <= t_2 [ 2 (lambda11/eps) N_1 D_1 + lambda12 (N_2 D_1 + N_1 D_2) ],
 *   t_2 = int_0^h e^{-mu11 s/eps} ds <= h
 *
 * for the first-order model, which are the estimates of the proof with two corrections: the minus
 * between the two terms of |f_1 f_2 - g_1 g_2| is a plus, and the exponent int_0^t M_1 is
 * int_s^t M_1 (neither changes the constants; t_2 <= t is sharpened). The paper adds the four
 * constants up, which is large like h/eps (Remark 3.1); as the two inequalities are a matrix, its
 * spectral radius, about h sqrt(4 mu11 lambda11 N_1/eps), is a factor in the norm
 * max_k D_k/x_k with x its positive eigenvector. */
#ifndef HUD_EVOLVE_CONTRACTION_H
#define HUD_EVOLVE_CONTRACTION_H

#include "network/network.h"

/* Bounds the factor in the norm max D_k/x_k over the dynamic sizes: max_k (K x)_k/x_k with the
 * matrix K of the inequalities for |f_k| <= norms[k]. x[k] > 0 on entry; arrays are indexed by
 * k = 1..K, entries of quasi-stationary sizes are not read. HUD_ERROR_MEMORY; HUD_ERROR_INPUT if a
 * quasi-stationary size takes part in a reaction as a reactant. */
hud_status hud_contraction_bound(const struct hud_network *network, double h, const double *norms,
                                 const double *x, double *bound, struct hud_error *error);

/* x = a positive vector close to the best one for hud_contraction_bound. */
hud_status hud_contraction_weights(const struct hud_network *network, double h, const double *norms,
                                   double *x, struct hud_error *error);

#endif
