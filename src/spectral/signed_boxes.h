/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fhat_2, and fhat_3 and fhat_4 as far as it depends on them, for frequencies of either sign: the
 * boxes of pairs, triples and quadruples together, and the terms of the equations (network.h)
 * between sizes. f_1 comes from the representation, and nothing here acts back on it. */
#ifndef HUD_SPECTRAL_SIGNED_BOXES_H
#define HUD_SPECTRAL_SIGNED_BOXES_H

#include "spectral/pair_box.h"

enum { HUD_SIGNED_CLUSTERS = 4 }; /* the largest size */

struct hud_signed_boxes;

/* Sizes 2..clusters, each held to tolerance[k] relative to its mass; `rep` must outlive them.
 * HUD_ERROR_INPUT: more nodes would be needed than there is room for. */
hud_status hud_signed_boxes_create(struct hud_signed_boxes **boxes,
                                   const struct hud_representation *rep, const double *f1,
                                   int clusters, const double *tolerance, struct hud_error *error);
void hud_signed_boxes_free(struct hud_signed_boxes *boxes);

struct hud_pair_box *hud_signed_boxes_pairs(struct hud_signed_boxes *boxes);
size_t hud_signed_boxes_length(const struct hud_signed_boxes *boxes, int k);

/* Bytes of the tables of all of them. */
double hud_signed_boxes_memory(const struct hud_signed_boxes *boxes);

/* F = fhat(context, xi) for size k, about the origin. */
void hud_signed_boxes_set(const struct hud_signed_boxes *boxes, int k, hud_signed_transform fhat,
                          const void *context, double *F);

/* Fills the tables of f_1 and of F[2..largest], which join and marginal read. */
void hud_signed_boxes_tabulate(struct hud_signed_boxes *boxes, const double *f1,
                               const double *const *F, int largest);

/* out += c Sym(f_i x f_j), i <= j, for size i + j. */
void hud_signed_boxes_join(struct hud_signed_boxes *boxes, double c, int i, int j, const double *f1,
                           double *out);

/* out += c int f_k dv_{i+1..k} for size i, 2 <= i < k. */
void hud_signed_boxes_marginal(const struct hud_signed_boxes *boxes, double c, int k, int i,
                               double *out);

/* out += -c div(U_k f_k), and z = (loss + drift div U_k)^{-1} r after setup; z may be r. loss > 0,
 * drift >= 0. */
void hud_signed_boxes_drift(const struct hud_signed_boxes *boxes, double c, int k, const double *F,
                            double *out);
hud_status hud_signed_boxes_setup(struct hud_signed_boxes *boxes, int k, double loss, double drift,
                                  struct hud_error *error);
void hud_signed_boxes_solve(const struct hud_signed_boxes *boxes, int k, const double *r,
                            double *z);

/* The size of the last coefficients of F for k >= 3 (that of pairs: hud_pair_box_errors). */
double hud_signed_boxes_tail(const struct hud_signed_boxes *boxes, int k, const double *F);

#endif
