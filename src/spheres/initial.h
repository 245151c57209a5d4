/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Initial data of the hard-sphere flow: independent positions and velocities conditioned on the
 * phase space D_N of (1.24)-(1.25), where every zone is respected (Definition 5.2 of [APW]).
 *
 * Positions: exact rejection (draw all N independently, start again at the first violation) where
 * its expected work is small; otherwise a Metropolis chain that starts from sequential insertion.
 * Insertion alone is biased: later particles avoid earlier ones. Velocities are independent of the
 * positions. */
#ifndef HUD_SPHERES_INITIAL_H
#define HUD_SPHERES_INITIAL_H

#include "base/random.h"
#include "spheres/state.h"
#include "spheres/velocities.h"

/* A density of positions, not normalised, on a box: positive and at most `maximum` there. */
struct hud_position_density {
  double (*value)(void *context, const double *x); /* NULL: uniform on the torus */
  void *context;
  double low[3], high[3];
  double maximum;
};

/* Over the midpoints of n cells along each axis of the box: the means of the density and of its
 * power, and its largest value. */
struct hud_position_survey {
  double mean, mean_power, largest;
};
struct hud_position_survey hud_position_survey(const struct hud_position_density *density,
                                               int dimension, int n, int power);

enum hud_position_method {
  HUD_POSITIONS_AUTO, /* rejection where feasible, otherwise Metropolis */
  HUD_POSITIONS_GIVEN,
  HUD_POSITIONS_REJECTION,
  HUD_POSITIONS_METROPOLIS
};

/* How the positions came about. acceptance: share of whole configurations (rejection) or of single
 * moves (Metropolis). */
struct hud_position_report {
  enum hud_position_method method;
  int64_t attempts, sweeps;
  double acceptance;
};

/* "exact rejection: 1 of 12 configurations accepted", for logs and summaries. */
void hud_position_report_text(const struct hud_position_report *report, char *text, size_t length);

/* Expected number of violated zones of N independent uniform positions: sum_k C(N,k) |{d_k <
 * epsilon_k}| / |Omega|^{k-1}; exp(-this) estimates the acceptance of exact rejection. The second
 * is the term of one order, k = l + 1. */
double hud_expected_violations(const struct hud_zones *zones, int64_t count, double volume);
double hud_expected_violations_of(const struct hud_zones *zones, int order, int64_t count,
                                  double volume);

/* V with V^{-l} = int rho^{l+1} for the normalised density: the volume of a uniform gas in which
 * groups of l + 1 come together as often. By the midpoint rule on the box, which is exact to
 * round-off for smooth densities that are periodic or fall off. */
double hud_effective_volume(const struct hud_position_density *density, int dimension, int order);

/* Draws all positions by AUTO, REJECTION or METROPOLIS. HUD_ERROR_INPUT where the zones leave no
 * room that the method finds, or where the density is not finite, negative or above its maximum.
 * report may be NULL. */
hud_status hud_spheres_draw_positions(struct hud_spheres *spheres,
                                      const struct hud_position_density *density,
                                      enum hud_position_method method, struct hud_random *random,
                                      struct hud_position_report *report, struct hud_error *error);

/* Draws all velocities from a mixture of Gaussians. fix_momentum makes the total zero; fix_energy
 * makes sum |v|^2 its expected value (N sum_i T_i for one centred Gaussian) by a common factor. */
hud_status hud_spheres_draw_velocities(struct hud_spheres *spheres,
                                       const struct hud_velocity_component *components,
                                       size_t component_count, bool fix_momentum, bool fix_energy,
                                       struct hud_random *random, struct hud_error *error);

/* Positions and velocities from rows of 2d numbers (x, y[, z], vx, vy[, vz]), N rows; refuses data
 * outside D_N, naming the gap. */
hud_status hud_spheres_set_rows(struct hud_spheres *spheres, const double *rows,
                                struct hud_error *error);

#endif
