/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Potentials U_k: (U_k)_i = (1/k) sum_{j != i} F(v_j - v_i) with a pair force F (equation (2) is
 * F(r) = r), their divergence and their characteristic maps Phi_k^s, equations (11), (16) and (17),
 * the last with e^{-s} (MATHEMATICS, section 2; the print has e^{-s/2}). Alignment is in closed
 * form, so are pairs of every named force, and bounded confidence is exact for any k; what remains
 * is integrated by GSL with error control, to about 1e-12. The force of an expression must be
 * continuous: at a jump the determinant has a factor that is not seen there. */
#ifndef HUD_NETWORK_POTENTIAL_H
#define HUD_NETWORK_POTENTIAL_H

#include <stdbool.h>

#include "base/error.h"
#include "config/description.h"

/* Immutable after creation; may be shared by threads, except for an expression. */
struct hud_potential;

/* The expression is copied. HUD_ERROR_INPUT for a radius or distance that is not positive, an
 * exponent below one, and a force that is not finite. */
hud_status hud_potential_create(struct hud_potential **potential,
                                const struct hud_potential_spec *spec, struct hud_error *error);
void hud_potential_free(struct hud_potential *potential);

/* True for F(r) = r, also as a power of exponent one: every linear method may be used. */
bool hud_potential_is_alignment(const struct hud_potential *potential);

/* True if F(-r) = -F(r): the cluster mean is conserved. Expressions are tested at sample points. */
bool hud_potential_is_odd(const struct hud_potential *potential);

/* F(r) and F'(r) (the derivative is one-sided at kinks). */
double hud_potential_force(const struct hud_potential *potential, double r);
double hud_potential_force_derivative(const struct hud_potential *potential, double r);

/* u_i = (U_k)_i(v), i = 0..k-1. */
void hud_potential_velocity(const struct hud_potential *potential, int k, const double *v,
                            double *u);

/* div U_k at v; alignment: -(k-1). */
double hud_potential_divergence(const struct hud_potential *potential, int k, const double *v);

/* out = Phi_k^s(v), s of either sign, and *log_jacobian (may be NULL) = log |det D Phi_k^s| =
 * int_0^s div U_k along the path, with its jumps. v and out may be the same array.
 * HUD_ERROR_COMPUTE if the path leaves every bound (an expanding force run for too long). Bounded
 * confidence run backwards may meet a state that no earlier one leads to: *log_jacobian is
 * -INFINITY, so that a density f(Phi^{-s}(v)) |det| is zero there, and out is where the path ended.
 */
hud_status hud_potential_flow(const struct hud_potential *potential, int k, double s,
                              const double *v, double *out, double *log_jacobian,
                              struct hud_error *error);

#endif
