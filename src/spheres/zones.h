/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The interaction zones epsilon_2 .. epsilon_{M+1} of [APW] and the numbers that follow from them:
 * the scaling N epsilon_{l+1}^{d-1/l} = kappa_l ((3.11) with kappa = 1), which orders are possible
 * at all, pair reaches, ideal collision rates and the prefactors of the BBGKY hierarchy. */
#ifndef HUD_SPHERES_ZONES_H
#define HUD_SPHERES_ZONES_H

#include <stdint.h>

#include "base/error.h"
#include "spheres/collision.h"

/* radius[k] = epsilon_k for k = 2..orders+1; entries 0 and 1 are unused. */
struct hud_zones {
  int dimension; /* d: 2 or 3 */
  int orders;    /* M: collisions of 2 .. M+1 particles */
  double radius[HUD_SPHERES_MAX_GROUP + 1];
};

/* Zones from kappa[0..orders-1] (kappa_1, ..., kappa_M) and the number of particles. Refuses values
 * that are not positive and orders that are geometrically impossible (HUD_ERROR_INPUT). */
hud_status hud_zones_from_kappa(struct hud_zones *zones, int dimension, int orders, int64_t count,
                                const double *kappa, struct hud_error *error);

/* Zones from radius[0..orders-1] = epsilon_2, epsilon_3, ... Refuses as above. */
hud_status hud_zones_from_radii(struct hud_zones *zones, int dimension, int orders,
                                const double *radius, struct hud_error *error);

/* kappa_l = N epsilon_{l+1}^{d-1/l}. */
double hud_zones_kappa(const struct hud_zones *zones, int order, int64_t count);

/* The smallest N at which collisions of `size` particles can occur in the scaling by kappa; the
 * mean over the j-subsets of a group gives d_k^2 >= C(k,2)/C(j,2) epsilon_j^2 for every j < k, and
 * d_k = epsilon_k must not contradict it. May be infinite; 1 for size = 2. */
double hud_zones_least_count(int dimension, int size, const double *kappa);

/* The largest distance of two members of a group with d_k <= epsilon_k: epsilon_k sqrt(2/k). */
double hud_zones_reach(const struct hud_zones *zones, int size);

/* The largest reach of all orders. */
double hud_zones_largest_reach(const struct hud_zones *zones);

/* Expected number of neighbours of a particle within `distance` at mean density. */
double hud_expected_neighbours(int dimension, int64_t count, double volume, double distance);

/* E[b_+] for a Maxwellian of temperature T: sqrt((l+1) T/(2 pi)), for every omega. */
double hud_mean_impact(int order, double temperature);

/* The same at fixed energy and zero momentum, square = sum_i |v_i|^2 over N particles. */
double hud_mean_impact_fixed(int dimension, int order, int64_t count, double square);

/* Total collision rate of order l of an ideal gas of N particles in volume |Omega|:
 * C(N, l+1) epsilon^{ld-1} |Omega|^{-l} mu(E) E[b_+] (events, not particles, per unit time). The
 * exact rate in equilibrium is this times y_k (contact.h). */
double hud_zones_rate(const struct hud_zones *zones, int order, int64_t count, double volume,
                      double mean_impact);

/* nu_l = alpha rho^l mu(E) E[b_+]: events of order l per particle and unit time in the Boltzmann
 * equation, counted once for each member. */
double hud_boltzmann_rate(int dimension, int order, double alpha, double density,
                          double temperature);

/* A^l_{N,epsilon,s} = epsilon^{ld-1} C(N-s, l), (3.9): prefactor of the BBGKY hierarchy. */
double hud_hierarchy_prefactor(int dimension, int order, int64_t count, int64_t marginal,
                               double epsilon);

#endif
