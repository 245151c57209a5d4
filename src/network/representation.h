/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A representation is code, written once: how f_k is held, and the few operations on it, behind one
 * const struct. grid, moments and spectral each implement it; models/ assembles y' = F(t,y) from a
 * network over any of them and knows nothing else about them.
 *
 * f_k is an array of length(k) doubles. Unless said otherwise an operation is linear in each
 * density argument and *accumulates*: out += c * (...). Arguments and out never overlap. Densities
 * handed in need not be positive (they may be directions of a derivative). A representation owns
 * its scratch space, so one representation serves one thread; everything else about it is fixed
 * after creation, but for what `adapt` changes. */
#ifndef HUD_NETWORK_REPRESENTATION_H
#define HUD_NETWORK_REPRESENTATION_H

#include <stddef.h>

#include "base/error.h"
#include "network/density.h"
#include "network/network.h"

struct hud_representation; /* an implementation embeds it as its first member */

struct hud_representation_ops {
  const char *name;

  void (*free)(struct hud_representation *rep);

  /* Number of doubles that hold one f_k; 0 if this representation cannot hold size k. */
  size_t (*length)(const struct hud_representation *rep, int k);

  /* ---- operators ---- */

  /* out(f_{i+j}) += c Sym(f_i x f_j); Sym averages over all assignments of the velocities. */
  void (*join)(struct hud_representation *rep, double c, int i, const double *fi, int j,
               const double *fj, double *out);

  /* out(f_i) += c int f_k dv_{i+1} .. dv_k, i < k. */
  void (*marginal)(struct hud_representation *rep, double c, int k, const double *fk, int i,
                   double *out);

  /* out(f_k) += -c div(U_k f_k). */
  void (*drift)(struct hud_representation *rep, double c, int k, const double *fk, double *out);

  /* out = (mu + kappa div(U_k .))^{-1} source: *assigns*. mu > 0, kappa >= 0. out may be source. */
  hud_status (*resolvent)(struct hud_representation *rep, double mu, double kappa, int k,
                          const double *source, double *out, struct hud_error *error);

  /* out = push-forward of f_k along the U_k flow for time s >= 0 (no e^{-mu s}): *assigns*. */
  hud_status (*flow)(struct hud_representation *rep, double s, int k, const double *fk, double *out,
                     struct hud_error *error);

  /* Fused and optional (NULL: models/ uses join, resolvent, marginal, which needs length(i+j) > 0):
   * with f = (mu + kappa div(U .))^{-1} Sym(f_i x f_j),
   *   out_i += ci * marginal_i f,  out_j += cj * marginal_j f.
   * For i == j, out_i == out_j may hold and both are added. mass and mean are those of f exactly.
   */
  hud_status (*joined_marginals)(struct hud_representation *rep, double mu, double kappa, int i,
                                 const double *fi, int j, const double *fj, double ci,
                                 double *out_i, double cj, double *out_j, struct hud_error *error);

  /* ---- functionals ---- */

  double (*mass)(const struct hud_representation *rep, int k, const double *fk);

  /* out[p] = int (v_1 - center)^p f_k, p = 0..order. */
  void (*moments)(const struct hud_representation *rep, int k, const double *fk, double center,
                  int order, double *out);

  /* Optional: the highest moment that this representation holds; NULL means any. */
  int (*max_moment)(const struct hud_representation *rep);

  /* int (v_1 - v_2)^2 f_k, k >= 2. */
  double (*spread)(const struct hud_representation *rep, int k, const double *fk);

  /* Optional: a norm in which joins, marginals and flows are bounded by one, |join| <= |f_i| |f_j|,
   * |marginal| <= |f_k|, |flow| <= |f_k|: the L1 norm where values are held (up to the scheme's own
   * over- and undershoots). */
  double (*norm)(const struct hud_representation *rep, int k, const double *fk);

  /* ---- initial data ---- */

  /* out = the density (assigns). Warnings about what does not fit (mass outside a window) go into
   * *lost as the mass that is not represented. */
  hud_status (*project)(struct hud_representation *rep, const struct hud_density *density,
                        double *out, double *lost, struct hud_error *error);

  /* out = sum of weighted, symmetrised points in k velocities (assigns); rows (weight, v_1..v_k).
   */
  hud_status (*project_atoms)(struct hud_representation *rep, int k, size_t count,
                              const double *points, double *out, double *lost,
                              struct hud_error *error);

  /* ---- what the time integration needs ---- */

  /* Natural magnitude of every unknown of f_k for error weights: the local error is kept below
   * rtol*scale + atol. Optional; NULL means |f_k|. Clusters may not be there yet: where no absolute
   * tolerance takes care of that, f_k counts as at least a density of mass `least` with the shape
   * of f_1. */
  void (*scale)(const struct hud_representation *rep, int k, const double *fk, double least,
                const double *f1, double *scale);

  /* Largest BDF order that is stable and useful (5, or 4 where the spectrum is near the imaginary
   * axis). */
  int max_order;

  /* Nonzero: the Newton matrix may leave out the reactions whose product is a quasi-stationary size
   * of three or more (their right-hand side is smooth and not stiff, and costs most of the time).
   */
  int skip_triples_in_jacobian;

  /* P ~ I - gamma dF/dy at the state f (f[k], k = 1..K; NULL for quasi-stationary sizes), exact
   * enough that GMRES needs about one iteration at any epsilon, and such that the functionals
   * mass sum_k k w_k M_k and momentum sum_k k w_k I_k of z = P^{-1} r equal those of r to
   * round-off. Both NULL: models/ uses a dense LU of the analytic Jacobian. */
  hud_status (*precondition_setup)(struct hud_representation *rep,
                                   const struct hud_network *network, double gamma,
                                   const double *const *f, struct hud_error *error);
  hud_status (*precondition_solve)(struct hud_representation *rep, const double *const *r,
                                   double *const *z, struct hud_error *error);

  /* ---- adaptation ---- */

  /* Optional: changes how densities are held, if the state f (indexed by size, NULL where
   * quasi-stationary) asks for it, and rewrites f in place; lengths stay. `center` is the conserved
   * mean velocity. *changed says whether anything was done. What the new form cannot hold is
   * dropped from f: the caller accounts for it by comparing moments. f NULL: only says whether this
   * representation can adapt for the network at all (HUD_ERROR_INPUT if not). */
  hud_status (*adapt)(struct hud_representation *rep, const struct hud_network *network,
                      double center, double *const *f, int *changed, struct hud_error *error);

  /* With adapt: all that it changes, the ends of the velocity window. set_window is for going on
   * from a checkpoint. The nodes move, in the array that `nodes` gave. */
  void (*window)(const struct hud_representation *rep, double window[2]);
  void (*set_window)(struct hud_representation *rep, const double window[2]);

  /* ---- read-out ---- */

  /* Optional: the velocities at which densities are naturally given, and their number. */
  size_t (*nodes)(const struct hud_representation *rep, const double **v);

  /* Optional: f_k at the nodes (assigns): n values for k = 1, n x n row by row for k = 2. */
  void (*values)(const struct hud_representation *rep, int k, const double *fk, double *out);

  /* Optional: columns of moments.csv that only this method has (extra_count of them), for the state
   * f (indexed by size, NULL where quasi-stationary); NaN where undefined. */
  int extra_count;
  const char *const *extra_names;
  void (*extras)(struct hud_representation *rep, const struct hud_network *network,
                 const double *const *f, double *out);

  /* Says where unknown `index` of f_k is: "v1 = 0.5, v2 = -1" or "moment (2,1)". */
  void (*describe)(const struct hud_representation *rep, int k, size_t index, char *text,
                   size_t size);
};

struct hud_representation {
  const struct hud_representation_ops *ops;
};

#endif
