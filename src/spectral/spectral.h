/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The representation `spectral`: characteristic functions on a closed box of frequencies, for
 * linear alignment (MATHEMATICS, section 7).
 *
 * fhat_k(xi) = int e^{-i xi.v} f_k dv is held on the simplex xi_i >= 0, s = sum xi_i <= X, in the
 * barycentric coordinates alpha = xi/s, after a shift of all velocities to `origin` (v_infinity,
 * where the collapse ends). Every term of the equations evaluates it at dilated points of the same
 * simplex only, so cutting at X makes no error. The unknowns are not fhat_k but
 *
 *     M_k, J_k (real) and g_k(s, alpha) (complex) in  fhat_k = M_k - i s J_k - s^2 g_k,
 *
 * which keeps mass and mean exact to round-off and the small moments of a collapsing state
 * accurate. With the values of g_k go its first Taylor coefficients in s at 0 (radial.h). They obey
 * a closed system of their own, so the moments read from them carry no error of differentiation or
 * of resolution, and keep their relative accuracy however small they become.
 *
 * f_k is the array M_k, J_k, Re g_k, Im g_k with g_k[node on the simplex][column in s]. That of f_1
 * ends with the uncollided share a(t) = exp(-int loss rate): f_1 = a f_1(0) + what collisions made.
 * It starts at 1 and, being only lost, evolves by the same equations without further ado. */
#ifndef HUD_SPECTRAL_SPECTRAL_H
#define HUD_SPECTRAL_SPECTRAL_H

#include <complex.h>

#include "network/representation.h"
#include "spectral/radial.h"

enum { HUD_SPECTRAL_MAX_CLUSTERS = 6 };

struct hud_spectral_options {
  int clusters;                              /* K: sizes 1..K are held, K <= 6 */
  double origin;                             /* v_infinity */
  enum hud_spectral_basis basis;             /* of the first panel */
  double width;                              /* of a panel in s; X = panels * width */
  int panels, nodes, more_nodes;             /* nodes in the first panel and in each other one */
  int degree[HUD_SPECTRAL_MAX_CLUSTERS + 1]; /* in alpha, by size; entries 0 and 1 unused */
  int moment_order;                          /* highest moment held, >= 2 */
};

/* What a resolution is to hold. */
struct hud_spectral_request {
  int clusters, moment_order;
  double origin, epsilon;
  double tolerance;                  /* of fhat_1 on the box, relative to M_1 */
  double box;                        /* X; 0: four over the standard deviation of f_1 */
  const struct hud_density *density; /* f_1 at t = 0 */
  double radius; /* other initial data lie within this distance of the origin; 0: there are none */
};

/* The cheapest options that hold the initial f_1 and its products to the tolerance, found by
 * trying: nothing that the equations make of them is rougher, as the flows contract.
 * HUD_ERROR_INPUT: not within the limits of this representation; a smaller box or a larger
 * tolerance would be. */
hud_status hud_spectral_choose(const struct hud_spectral_request *request,
                               struct hud_spectral_options *options, struct hud_error *error);

/* The same box with about half as many nodes and degrees again: the second resolution of a check.
 */
void hud_spectral_refine(struct hud_spectral_options *options);

/* HUD_ERROR_INPUT for options out of range. The representation is freed by its own operation. */
hud_status hud_spectral_create(struct hud_representation **out,
                               const struct hud_spectral_options *options, struct hud_error *error);

const struct hud_spectral_options *hud_spectral_get_options(const struct hud_representation *rep);

/* Velocities at which `values` gives f_1: `count` equidistant ones from `min` to `max`. mollifier:
 * the standard deviation of a Gaussian that f_1 is convolved with, which makes a density also of
 * atoms; 0 for f_1 itself. Then, with the density that f_1 starts from, its uncollided part is
 * taken from it exactly (jumps stay sharp; its atoms are left out, as they have no density) and
 * only the rest is transformed back from the box. With a mollifier nothing but its atoms are taken
 * from it. `initial` may be NULL and need not live on. HUD_ERROR_INPUT for fewer than two
 * velocities, an empty interval or a negative mollifier. */
hud_status hud_spectral_set_velocities(struct hud_representation *rep, double min, double max,
                                       int count, double mollifier,
                                       const struct hud_density *initial, struct hud_error *error);

/* Bytes that the tables of the representation take. */
double hud_spectral_memory(const struct hud_representation *rep);

/* fhat_1(xi), |xi| <= X (beyond: NaN). */
double complex hud_spectral_characteristic(const struct hud_representation *rep, const double *f1,
                                           double xi);

/* fhat_2(xi1, xi2) for frequencies of one sign, |xi1| + |xi2| <= X (else NaN). */
double complex hud_spectral_pair_characteristic(const struct hud_representation *rep,
                                                const double *f2, double xi1, double xi2);

/* Moments about `center` by differentiating the interpolant of the values on the box, without the
 * Taylor coefficients: their difference from `moments` is an error estimate. order <= 6. */
void hud_spectral_derivative_moments(const struct hud_representation *rep, int k, const double *fk,
                                     double center, int order, double *out);

/* A posteriori estimate of the interpolation error of fhat_k on the box, relative to M_k, from the
 * decay of its coefficients in s and in alpha. */
double hud_spectral_tail(const struct hud_representation *rep, int k, const double *fk);

/* *difference = sup |fhat_k - ghat_k| / M_k over the frequency nodes of `finer`, which holds g_k on
 * the same box about the same origin: with hud_spectral_refine an estimate of the error of f_k. */
hud_status hud_spectral_difference(const struct hud_representation *rep, int k, const double *fk,
                                   const struct hud_representation *finer, const double *gk,
                                   double *difference, struct hud_error *error);

/* The Fourier metric sup_{0<xi<=X} |fhat_1 - ghat_1| / xi^r of two states of representations with
 * the same origin, on the smaller box; r in [0, 2]. Infinite where masses (r > 0) or means (r > 1)
 * differ by more than round-off. */
double hud_spectral_fourier_metric(const struct hud_representation *rep, const double *f1,
                                   const struct hud_representation *other, const double *g1,
                                   double r);

#endif
