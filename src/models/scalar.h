/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scalar models of [KMS], section 4, over any representation that can hold pairs: one equation
 * for f_1, accurate to O(eps^2) like the first-order model, with f_2 as a function of f_1. With
 *
 *   L = div(U_2 .) + mu11,   G[f,g] = lambda11 L^{-1} Sym(f x g),   fbar_2 = G[f,f]            (44)
 *   A[f,g] = 4 mu11 int L^{-1} G[f,g] dv_2
 *   B[f,f] = 2 mu11 int fbar_2 dv_2 - 2 lambda11 M f
 *   C[f,f,f] = 2 mu11 int L^{-1} (mu12 int f_3 dv_3 - lambda12 M fbar_2) dv_2
 *            + mu12 int int f_3 dv_2 dv_3 - lambda12 Mbar_2 f,
 *   f_3 = lambda12 (kappa div(U_3 .) + mu12)^{-1} Sym(f x fbar_2)
 *
 * they are
 *
 *   scalar_implicit (47):  (I + eps A[f,.]) f' = B[f,f] + eps C[f,f,f]
 *   scalar (48):           f' = B[f,f] + eps (C[f,f,f] - A[f,B[f,f]])
 *
 * and f_2 is read out from (46):
 *
 *   f_2 = fbar_2 + eps L^{-1} ( -2 G[f,f'] - lambda12 M fbar_2 + mu12 int f_3 dv_3 ).
 *
 * Conservation. Every L^{-1} and f_3 multiplies mass and momentum by a number and joins are
 * bilinear, so B and C have neither mass nor momentum, whatever f, and those of A[f,g] are
 * multiples of (M_f M_g) and (M_f I_g + I_f M_g). Hence f' has neither, -2 G[f,f'] in (46)
 * contributes nothing, and M_2 = (lambda11/mu11) M_1^2, I_2 = (lambda11/mu11) M_1 I_1: all four are
 * constant, and with them M_1 + 2 eps M_2 and I_1 + 2 eps I_2.
 *
 * Neither model preserves positivity, and the f_2 of (46) is usually the first to lose it:
 * analysis/positivity.h measures it. */
#ifndef HUD_MODELS_SCALAR_H
#define HUD_MODELS_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "models/system.h"
#include "network/representation.h"

struct hud_scalar;

struct hud_scalar_counters {
  int64_t inversions; /* of I + eps A */
  int64_t iterations; /* products with A in all of them */
  int most;           /* in one of them */
};

/* What A, B, C and (46) are made of. */
struct hud_scalar_rates {
  double epsilon, lambda11, mu11, lambda12, mu12, kappa;
};

/* The network is that of the first-order model with the same rates; neither it nor the
 * representation is owned. HUD_ERROR_INPUT: mu11 is zero or the representation holds no pairs. */
hud_status hud_scalar_create(struct hud_scalar **scalar, const struct hud_network *network,
                             struct hud_representation *rep, bool implicit,
                             struct hud_error *error);
void hud_scalar_free(struct hud_scalar *scalar);

/* The initial value problem for f_1, valid as long as the object. The Jacobian product leaves out
 * the terms of order eps: nothing is stiff, and each of them costs as much as an evaluation. */
const struct hud_system *hud_scalar_system(const struct hud_scalar *scalar);

struct hud_scalar_rates hud_scalar_get_rates(const struct hud_scalar *scalar);

/* f_2 of (46) with f' the model's own; assigns. */
hud_status hud_scalar_pairs(struct hud_scalar *scalar, const double *f1, double *f2,
                            struct hud_error *error);

/* Matched initial data: replaces f1 = f_1^I by the solution f of
 *   f + 2 eps mu11 int L^{-1} G[f,f] dv_2 = f_1^I + 2 eps mu11 int L^{-1} f_2^I dv_2
 * by Newton's method. HUD_ERROR_COMPUTE if it does not converge. */
hud_status hud_scalar_match(struct hud_scalar *scalar, const double *f2, double *f1,
                            struct hud_error *error);

/* out += c A[f,g];  out += c B[f,f];  out += c C[f,f,f]. */
hud_status hud_scalar_delay(struct hud_scalar *scalar, double c, const double *f, const double *g,
                            double *out, struct hud_error *error);
hud_status hud_scalar_binary(struct hud_scalar *scalar, double c, const double *f, double *out,
                             struct hud_error *error);
hud_status hud_scalar_ternary(struct hud_scalar *scalar, double c, const double *f, double *out,
                              struct hud_error *error);

void hud_scalar_counters(const struct hud_scalar *scalar, struct hud_scalar_counters *counters);

#endif
