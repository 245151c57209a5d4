/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers of the local well-posedness theory of section 4 of [APW] in spaces with Maxwellian weight
 * e^{mu + beta |v|^2/2}.
 *
 * The time of existence. (4.23)-(4.25) bound 2^l A C_{l+1} by C T/l! with a constant taken over
 * finitely many l, which fails for large l because 2^l l^3 e^{cl} is not bounded, and leaves the
 * power (2/beta_0)^{ld/2} in a constant that does not depend on l. Summed as it stands, sum_l l^3
 * y^l/l! = (y + 3 y^2 + y^3) e^y, the condition sum_l 2^l A C_{l+1} = 1/2 of Theorems 4.7, 4.15
 * and 4.20 gives
 *
 *   T = beta_0/(4 C_d (1 + sqrt(2/beta_0)) e^y (y + 3 y^2 + y^3)),
 *   y = 2 e^{beta_0/2 - mu_0} (2/beta_0)^{d/2}.
 *
 * C_d, the constant of Lemma 4.2, is not given in the paper and is an input. */
#ifndef HUD_SPHERES_WELLPOSED_H
#define HUD_SPHERES_WELLPOSED_H

#include "spheres/velocities.h"

/* y above. */
double hud_existence_parameter(int dimension, double beta, double mu);

/* T above for all orders at once and prefactors 1/l!. */
double hud_existence_time(int dimension, double beta, double mu, double constant);

/* T for orders 1..M and prefactors alpha_l: 4 C_d/beta_0 (1 + sqrt(2/beta_0)) T sum_l alpha_l l^3
 * y^l = 1. Not less than the above where alpha_l <= 1/l!. */
double hud_existence_time_orders(int dimension, double beta, double mu, double constant, int orders,
                                 const double *alpha);

/* |f|_{beta,mu} = sup |f| e^{mu + beta |v|^2/2} of f = density times the mixture: exact where all
 * means are zero, otherwise the sum of the components' suprema, an upper bound. INFINITY where beta
 * exceeds 1/temperature of some axis (or equals it and the mean is not zero), and for a Student
 * distribution. */
double hud_weighted_norm(const struct hud_velocity_mixture *mixture, int dimension, double density,
                         double beta, double mu);

/* The largest mu with |f|_{beta,mu} <= bound; -INFINITY if no mu has. */
double hud_weighted_norm_mu(const struct hud_velocity_mixture *mixture, int dimension,
                            double density, double beta, double bound);

/* The choice of beta_0, and of mu_0 with |f_0|_{beta_0,mu_0} = 1/2 as Theorem 4.20 asks, that makes
 * T longest. */
struct hud_existence {
  double beta, mu, time;
};

hud_status hud_existence_best(struct hud_existence *best,
                              const struct hud_velocity_mixture *mixture, int dimension,
                              double density, double constant, struct hud_error *error);

#endif
