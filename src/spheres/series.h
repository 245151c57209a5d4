/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Duhamel (Dyson) series (6.12)-(6.14) of the Boltzmann hierarchy for an observable,
 *
 *   I_phi f^(s)(t)(X_s) = sum_{k=0}^{n} I_k,   I_k = integral of phi(V_s) f^(s,k)(t, X_s, V_s)
 * dV_s,
 *
 * by Monte Carlo over pseudo-trajectories with k adjunctions (pseudo.h), and the same trees with
 * the finite zones of the BBGKY hierarchy: the share of pseudo-trajectories with recollisions
 * (section 9) and the distance of the two pseudo-trajectories (Lemma 10.2).
 *
 * Every map in a pseudo-trajectory keeps measure, so the integral may be drawn from its far end:
 * the s + sigma_1 + ... + sigma_k velocities at time 0 from f_0, ordered times, orders and parents;
 * then at t_k, t_{k-1}, ... the last sigma_i particles meet their parent and are dropped, with the
 * weight (s + sum of sigma below i) alpha rho^sigma times the integral of b_+ dmu, and omega
 * distributed as b_+ dmu. Gain and loss (j_i = +1, -1) are both followed, all 2^k signs of a tree.
 * Weights are bounded by speeds; no density is ever divided by another. The tree read from the
 * other end is the pseudo-trajectory of Definition 9.4.
 *
 * f_0^(s) is the product of (density) n(x) g(v) with g a mixture of Gaussians; results are in units
 * of density^s. Truncations: n (section 6.1), energy E <= R^2 (6.19)-(6.20), times apart by delta
 * (6.25). What a ladder of R and of delta leaves out is told from the same trees, so that small
 * differences have small errors. */
#ifndef HUD_SPHERES_SERIES_H
#define HUD_SPHERES_SERIES_H

#include "spheres/pseudo.h"
#include "spheres/velocities.h"

enum { HUD_SERIES_MAX_LADDER = 9 };

/* Values of a truncation parameter, each positive. */
struct hud_series_ladder {
  int count;
  double value[HUD_SERIES_MAX_LADDER];
};

struct hud_series_spec {
  int dimension, orders;               /* d, M */
  double alpha[HUD_SPHERES_MAX_ORDER]; /* alpha_l >= 0 */
  double density;
  struct hud_velocity_mixture velocity; /* g */
  int marginal;                         /* s */
  double time;                          /* t >= 0 */
  int adjunctions;                      /* n */
  double energy_cut;                    /* R; INFINITY for none */
  double separation;                    /* delta >= 0 */
  int64_t samples;                      /* trees in all, shared out over k = 1..n */
  uint64_t seed;
  /* phi(X_s, V_s), both s x d. The paper's phi depends on V_s alone. */
  double (*observable)(void *context, const double *x, const double *v);
  void *context;
  double x[3 * HUD_PSEUDO_MAX_MARGINAL]; /* X_s; of use with `relative` or zones */
  double side; /* > 0: the mean over X_s in [0, side)^(s d) instead, x is not read */
  /* n(x), of mean 1 say; NULL: uniform. */
  double (*relative)(void *context, const double *x);
  const struct hud_zones *zones; /* for the BBGKY hierarchy, or NULL */
  int64_t count;                 /* its N */
  struct hud_series_ladder energy_cuts, separations;
};

/* One k. */
struct hud_series_term {
  int64_t samples;
  double value, error; /* I_k and its standard error */
  double absolute;     /* the same with |weight| and |phi|, no signs: what has to cancel */
  /* With zones, as shares of the absolute weight of phi = 1: */
  double recollision, recollision_error; /* pseudo-trajectories with a recollision or overlap */
  double overlap;                        /* those that overlap at once */
  double displacement, norm;             /* largest |x_p^N - x_p^inf|, |X^N - X^inf| */
  /* I_k with prefactors (3.9) and without the trees that recollide. */
  double finite_value, finite_error;
};

/* What a truncation takes away, summed over k: the series up to n less the truncated one. */
struct hud_series_left_out {
  double value, error, absolute;
};

struct hud_series_result {
  struct hud_series_term term[HUD_PSEUDO_MAX_ADJUNCTIONS + 1];
  double sum[HUD_PSEUDO_MAX_ADJUNCTIONS + 1];                      /* partial sums */
  double error[HUD_PSEUDO_MAX_ADJUNCTIONS + 1];                    /* and their standard errors */
  struct hud_series_left_out beyond_energy[HUD_SERIES_MAX_LADDER]; /* by energy_cuts */
  struct hud_series_left_out beyond_separation[HUD_SERIES_MAX_LADDER]; /* by separations */
};

/* HUD_ERROR_INPUT for values out of range. */
hud_status hud_series_run(const struct hud_series_spec *spec, struct hud_series_result *result,
                          struct hud_error *error);

#endif
