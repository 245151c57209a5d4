/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fhat_3 for frequencies of either sign, on the octahedron sum |xi_i| <= X, which is closed:
 * alignment contracts it, the sets of two of the three lie in the square of pair_box.h, and so does
 * (xi_1, xi_2, 0) for a pair of that square.
 *
 * With m the mean of xi and d_1 >= d_2 >= d_3 its deviations, |m| <= X/3 and the octahedron is
 * d_1 <= (X + m)/2, -d_3 <= (X - m)/2. Where the first is the closer bound,
 *
 *   m = X (2 x - 1)/3,   d_1 = y (X + m)/2,   d_2 = -y (t m + (1 - t) (X + m)/4),   x, t, y in [0,
 * 1]
 *
 * and where it is the second the same holds for -xi, at which fhat_3 is the conjugate: this patch,
 * and the symmetry of f_3, are the whole octahedron. Drift is y d/dy at fixed x and t. A function
 * is held at Chebyshev nodes in all three, [x][t][y], real parts, then imaginary parts. */
#ifndef HUD_SPECTRAL_TRIPLE_BOX_H
#define HUD_SPECTRAL_TRIPLE_BOX_H

#include "spectral/pair_box.h"

struct hud_triple_box;

/* With the nodes that hold f_1 x f_1 x f_1 to `tolerance` relative to M_1^3, on the octahedron of
 * the pairs' square; `pairs` must outlive it. HUD_ERROR_INPUT: more nodes than there is room for.
 */
hud_status hud_triple_box_create(struct hud_triple_box **box, struct hud_pair_box *pairs,
                                 const double *f1, double tolerance, struct hud_error *error);
void hud_triple_box_free(struct hud_triple_box *box);

size_t hud_triple_box_length(const struct hud_triple_box *box);
double hud_triple_box_memory(const struct hud_triple_box *box); /* bytes of its tables */

/* F = fhat(context, xi), xi three frequencies. */
void hud_triple_box_set(const struct hud_triple_box *box, hud_signed_transform fhat,
                        const void *context, double *F);

/* out += c Sym(f_1 x f_2), with the pairs' tables filled (hud_pair_box_tabulate). */
void hud_triple_box_join(const struct hud_triple_box *box, double c, double *out);

/* out += -c div(U_3 f_3), and z = (loss + drift div U_3)^{-1} r after setup; z may be r. */
void hud_triple_box_drift(const struct hud_triple_box *box, double c, const double *F, double *out);
hud_status hud_triple_box_setup(struct hud_triple_box *box, double loss, double drift,
                                struct hud_error *error);
void hud_triple_box_solve(const struct hud_triple_box *box, const double *r, double *z);

/* Fills the table of f_3 that the next two read. */
void hud_triple_box_tabulate(struct hud_triple_box *box, const double *F);
/* fhat_3 in the octahedron. */
double complex hud_triple_box_look(const struct hud_triple_box *box, const double xi[3]);
/* out += c int f_3 dv_3, for pairs. */
void hud_triple_box_marginal(const struct hud_triple_box *box, double c, double *out);

/* The size of the last coefficients of F. */
double hud_triple_box_tail(const struct hud_triple_box *box, const double *F);

#endif
