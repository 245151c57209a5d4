/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fhat_2 for frequencies of either sign, which f_2(v_1, v_2) needs and the simplex of non-negative
 * frequencies does not hold (MATHEMATICS, section 7).
 *
 * In p = (xi_1 + xi_2)/2, q = (xi_1 - xi_2)/2 the square |p|, |q| <= X/2 is closed: drift is
 * q d/dq at fixed p, a product is fhat_1(p + q) fhat_1(p - q), and what a quasi-stationary triple
 * gives back is evaluated at contracted points. Nothing here acts back on f_1: this sector is
 * driven by it. fhat_2 is even in q, and at -p the conjugate of that at p, so 0 <= p, q <= X/2 is
 * held, by values at Chebyshev nodes in both: real parts, then imaginary parts, [p][q]. Velocities
 * count from the origin of the representation. */
#ifndef HUD_SPECTRAL_PAIR_BOX_H
#define HUD_SPECTRAL_PAIR_BOX_H

#include <complex.h>

#include "spectral/axis.h"
#include "spectral/spectral.h"

struct hud_pair_box;

/* Of the nodes, for an f_2 that is read for its values only. */
#define HUD_PAIR_NODE_TOLERANCE 1e-7

/* Most nodes in each direction; most powers in a tail. */
enum { HUD_PAIR_MOST_NODES = HUD_AXIS_MOST_NODES, HUD_PAIR_POWERS = 4 };

/* fhat_2 beyond the box in q, a sum of powers (q/end)^-exponent, with their amplitudes at the nodes
 * in p: real parts, then imaginary parts from hud_pair_box_nodes on. */
struct hud_pair_tail {
  int count;
  double exponent[HUD_PAIR_POWERS]; /* > 0 */
  double amplitude[HUD_PAIR_POWERS][2 * HUD_PAIR_MOST_NODES];
};

/* With the nodes that hold f_1 x f_1 to `tolerance` relative to M_1^2, for the box of `rep`, which
 * must outlive it. HUD_ERROR_INPUT: more than HUD_PAIR_MOST_NODES would be needed. */
hud_status hud_pair_box_create(struct hud_pair_box **box, const struct hud_representation *rep,
                               const double *f1, double tolerance, struct hud_error *error);
void hud_pair_box_free(struct hud_pair_box *box);

size_t hud_pair_box_nodes(const struct hud_pair_box *box); /* in each direction */
size_t hud_pair_box_length(const struct hud_pair_box *box);

/* Bytes that its tables take, and that hud_pair_box_values takes besides while it runs. */
double hud_pair_box_memory(const struct hud_pair_box *box);
double hud_pair_box_values_memory(const struct hud_pair_box *box, double first, double step,
                                  size_t count);

/* F = fhat(context, xi), xi two frequencies, about the origin. */
typedef double complex (*hud_signed_transform)(const void *context, const double *xi);
void hud_pair_box_set(const struct hud_pair_box *box, hud_signed_transform fhat,
                      const void *context, double *F);

/* out += c (f1 x g1 + g1 x f1)/2. */
void hud_pair_box_join(struct hud_pair_box *box, double c, const double *f1, const double *g1,
                       double *out);

/* Fills the tables of f_1 and f_2 that larger sizes are joined from (triple_box.h). */
void hud_pair_box_tabulate(struct hud_pair_box *box, const double *f1, const double *F);

/* out += -c q dF/dq. */
void hud_pair_box_drift(const struct hud_pair_box *box, double c, const double *F, double *out);

/* z = (loss + drift q d/dq)^{-1} r after setup; z may be r. loss > 0, drift >= 0. */
hud_status hud_pair_box_setup(struct hud_pair_box *box, double loss, double drift,
                              struct hud_error *error);
void hud_pair_box_solve(const struct hud_pair_box *box, const double *r, double *z);

/* The triples that out += c int f_3 dv_3 with f_3 = (mu + kappa div U_3)^{-1} Sym(f_1 x f_2)
 * integrates over. mu > 0, kappa > 0. */
hud_status hud_pair_box_set_triples(struct hud_pair_box *box, double mu, double kappa,
                                    struct hud_error *error);
void hud_pair_box_triples(struct hud_pair_box *box, double c, const double *f1, const double *F,
                          double *out);

/* out = F at the end of the box in q, at the nodes in p, as an amplitude of a tail: 2 nodes. */
void hud_pair_box_end(const struct hud_pair_box *box, const double *F, double *out);

/* The amplitudes of a tail whose count and exponents are given, by least squares to F in the outer
 * part of the box. */
hud_status hud_pair_box_fit(const struct hud_pair_box *box, const double *F,
                            struct hud_pair_tail *tail, struct hud_error *error);

/* Means of f_2 over the squares of side `step` about (v_i, v_j), v_i = first + i step, row by row:
 * finite also where f_2 is not (|v_1 - v_2|^{mu11 - 1} on the diagonal). Beyond the box fhat_2 goes
 * on as `tail`; hud_pair_box_values measures it at the end of the box. A mollifier > 0
 * convolves f_2 with a Gaussian of that standard deviation in both velocities instead. */
hud_status hud_pair_box_values_with(const struct hud_pair_box *box, const double *F,
                                    const struct hud_pair_tail *tail, double first, double step,
                                    size_t count, double mollifier, double *out,
                                    struct hud_error *error);
hud_status hud_pair_box_values(const struct hud_pair_box *box, const double *F, double first,
                               double step, size_t count, double mollifier, double *out,
                               struct hud_error *error);

/* Relative to M_2: what is cut off (with the mollifier), |fhat_2| at the end of the box in p and,
 * less the power law, in q; and the size of the last coefficients. */
void hud_pair_box_errors(const struct hud_pair_box *box, const double *F, double mollifier,
                         double *cut, double *tail);

#endif
