/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fhat_4 for frequencies of either sign, as far as f_2 depends on it: at the contracted points
 *
 *   m + u ((xi, 0) - m),   m the mean of (xi, 0), 0 <= u <= 1,
 *
 * of the patch of triples (triple_box.h). They are closed under the drift, u d/du at fixed xi; what
 * splits off is read at u = 1; and what joins, f_1 x f_3 and f_2 x f_2, at sets of three, two and
 * one of the four, which lie in the boxes of those sizes. [xi][u], real parts, then imaginary. */
#ifndef HUD_SPECTRAL_QUADRUPLE_BOX_H
#define HUD_SPECTRAL_QUADRUPLE_BOX_H

#include "spectral/triple_box.h"

struct hud_quadruple_box;

/* With the nodes that hold f_1 x f_1 x f_1 x f_1 to `tolerance` relative to M_1^4; `triples`, and
 * the pairs that it was made with, must outlive it. Errors: as hud_triple_box_create. */
hud_status hud_quadruple_box_create(struct hud_quadruple_box **box, struct hud_pair_box *pairs,
                                    const struct hud_triple_box *triples, const double *f1,
                                    double tolerance, struct hud_error *error);
void hud_quadruple_box_free(struct hud_quadruple_box *box);

size_t hud_quadruple_box_length(const struct hud_quadruple_box *box);
double hud_quadruple_box_memory(const struct hud_quadruple_box *box); /* bytes of its tables */

/* F = fhat(context, four frequencies). */
void hud_quadruple_box_set(const struct hud_quadruple_box *box, hud_signed_transform fhat,
                           const void *context, double *F);

/* out += c Sym(f_1 x f_3) and c Sym(f_2 x f_2), with the tables of pairs and triples filled. */
void hud_quadruple_box_join_triple(const struct hud_quadruple_box *box, double c, double *out);
void hud_quadruple_box_join_pairs(const struct hud_quadruple_box *box, double c, double *out);

/* As hud_triple_box_drift, _setup and _solve. */
void hud_quadruple_box_drift(const struct hud_quadruple_box *box, double c, const double *F,
                             double *out);
hud_status hud_quadruple_box_setup(struct hud_quadruple_box *box, double loss, double drift,
                                   struct hud_error *error);
void hud_quadruple_box_solve(const struct hud_quadruple_box *box, const double *r, double *z);

/* Fills the table of f_4 that the next two read: out += c int f_4 dv_3 dv_4, for pairs, and
 * c int f_4 dv_4, for triples. */
void hud_quadruple_box_tabulate(struct hud_quadruple_box *box, const double *F);
void hud_quadruple_box_onto_pairs(const struct hud_quadruple_box *box, double c, double *out);
void hud_quadruple_box_onto_triples(const struct hud_quadruple_box *box, double c, double *out);

/* The size of the last coefficients of F at u = 1 on the patch, and along u. */
double hud_quadruple_box_tail(const struct hud_quadruple_box *box, const double *F);

#endif
