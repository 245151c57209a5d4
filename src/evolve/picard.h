/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mild form (30) of a network of clusters, solved by Picard iteration on a time grid: a check
 * of CVODE that shares neither its time discretisation nor its linear algebra, for short horizons.
 *
 *   f_k(t) = E_k(0,t) S_k(t) f_k(0) + (1/w_k) int_0^t E_k(s,t) S_k(t-s) gain_k(s) ds
 *
 * with S_k the flow of (d_k/w_k) U_k and E_k the probability that nothing happens to a cluster,
 * exp(-int_s^t loss_k/w_k), in which the masses are those of their own closed equations (20), as in
 * Theorem 3.2. Time is cut into windows with n Gauss-Lobatto nodes each: the gain is interpolated
 * through them, and the integral between neighbouring nodes is done by n Gauss points that go along
 * the exact flow. Order 2n - 2 at the ends of windows.
 *
 * Limits: networks with dynamic reactants (all but the scalar models); windows of about the
 * duration of a collision, so the cost grows like end/epsilon; on grids each flow interpolates,
 * which diffuses like the drift scheme does. */
#ifndef HUD_EVOLVE_PICARD_H
#define HUD_EVOLVE_PICARD_H

#include "evolve/evolve.h"
#include "models/assembler.h"

enum { HUD_PICARD_NODES = 6, HUD_PICARD_MAX_NODES = 12, HUD_PICARD_MAX_ITERATIONS = 100 };

struct hud_picard_options {
  double tolerance; /* a window is done when an iteration changes less, relative to the norms */
  double window;    /* length of windows; 0: short enough for a factor of 1/2 and full accuracy */
  int nodes;        /* 2 .. HUD_PICARD_MAX_NODES; 0: HUD_PICARD_NODES */
  double max_wall;  /* seconds; 0: no cap */
  const volatile sig_atomic_t *stop; /* checked after every window; NULL: never */
};

/* What it took. observed: largest ratio of the changes of two successive iterations, in the norm of
 * contraction.h; theory: largest bound of it, that is, of Theorem 3.2 (the interpolation in time
 * comes on top with its Lebesgue constant, below 2 for 6 nodes). Both NaN where the representation
 * has no norm. */
struct hud_picard_counters {
  int64_t windows, iterations, rhs_evaluations;
  int most; /* iterations in one window */
  double observed, theory;
};

struct hud_picard;

/* Starts at (t, y). Network, representation and assembler (of this network over it) must outlive
 * the object. HUD_ERROR_INPUT if the network has no mild form; HUD_ERROR_USAGE for options out of
 * range; HUD_ERROR_COMPUTE if y is not finite. */
hud_status hud_picard_create(struct hud_picard **picard, const struct hud_network *network,
                             struct hud_representation *rep, const struct hud_assembler *assembler,
                             double t, const double *y, const struct hud_picard_options *options,
                             struct hud_error *error);
void hud_picard_free(struct hud_picard *picard);

/* Goes on to time t (not before the last call's) and writes the state to y. HUD_ERROR_COMPUTE: the
 * iteration does not converge, a value is not finite, or the wall cap was reached.
 * HUD_ERROR_INTERRUPTED: *stop was set. */
hud_status hud_picard_to(struct hud_picard *picard, double t, double *y, struct hud_error *error);

/* Starts afresh from (t, y), with the counters of the run that came there. An iteration keeps
 * nothing from one call of hud_picard_to to the next but the state. */
hud_status hud_picard_resume(struct hud_picard *picard, double t, const double *y,
                             const struct hud_picard_counters *counters, struct hud_error *error);

void hud_picard_counters(const struct hud_picard *picard, struct hud_picard_counters *counters);

#endif
