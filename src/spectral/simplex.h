/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symmetric polynomials in the barycentric coordinates alpha = xi / s of k frequencies (alpha_i >=
 * 0, sum alpha_i = 1), held by values at nodes. For k = 2, alpha = ((1 + theta)/2, (1 - theta)/2)
 * and the functions are even polynomials in theta.
 *
 * The alignment drift acts at fixed s as E = (alpha - 1/k) . grad, under which the polynomials of
 * each degree map to themselves: drift, resolvent (mu + kappa E)^{-1} and flow exp(-s E) are exact
 * on them. */
#ifndef HUD_SPECTRAL_SIMPLEX_H
#define HUD_SPECTRAL_SIMPLEX_H

#include <stddef.h>

#include "base/error.h"

struct hud_simplex {
  size_t k, degree;
  size_t count;  /* nodes, and dimension of the polynomial space */
  double *nodes; /* count x k; each row descends */
  double *drift; /* count x count: values -> values of E f */

  /* The orthonormal basis, by recurrence: b_0 = 1 and
   * b_m = (p_j b_l - sum_{i<m} h_{m,i} b_i) / norm_m with p_j the scaled power sum of degree j. */
  size_t *generator, *predecessor;
  double *recurrence;      /* count x count, row m holds h_{m,i} and, at i = m, norm_m */
  double *generator_scale; /* k + 1, indexed by j */
  double *values;          /* count x count: [node][basis] */
  double *inverse;         /* count x count: [basis][node], values -> coefficients */
  double *triangle;        /* count x count, upper triangular: E in the basis */
};

/* All symmetric polynomials of degree <= `degree` in k >= 1 coordinates. For k = 2 the nodes in
 * theta are Chebyshev-Lobatto points with theta = 1 the first. */
hud_status hud_simplex_create(struct hud_simplex **out, size_t k, size_t degree,
                              struct hud_error *error);
void hud_simplex_free(struct hud_simplex *simplex);

/* Interpolation weights on the nodes of the value at alpha (k entries). scratch: count doubles. */
void hud_simplex_row(const struct hud_simplex *simplex, const double *alpha, double *scratch,
                     double *row);

/* matrix (count x count) = (mu + kappa E)^{-1} on values; mu > 0, kappa >= 0. */
hud_status hud_simplex_resolvent(const struct hud_simplex *simplex, double mu, double kappa,
                                 double *matrix, struct hud_error *error);

/* matrix (count x count) = exp(-s E) on values, s >= 0: evaluation at 1/k + e^{-s} (alpha - 1/k).
 */
hud_status hud_simplex_flow(const struct hud_simplex *simplex, double s, double *matrix,
                            struct hud_error *error);

/* The size of the polynomials of the highest degree in the values u (entries `stride` apart): the
 * last orthonormal coefficient, for k >= 3 the larger of the last two. 0 for k = 1. */
double hud_simplex_tail(const struct hud_simplex *simplex, const double *u, size_t stride);

#endif
