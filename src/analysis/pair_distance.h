/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances between two densities of pairs f_2(v_1, v_2), for the weak convergence of Theorem 3.3
 * of [KMS]. Each is divided by its mass first; how far the masses differ is for the caller to
 * report. What is given are means of square cells, spread evenly over each. */
#ifndef HUD_ANALYSIS_PAIR_DISTANCE_H
#define HUD_ANALYSIS_PAIR_DISTANCE_H

#include <stddef.h>

#include "base/error.h"

/* Cells of equal width about `count` >= 2 increasing velocities; f2[i * count + j], symmetric. */
struct hud_pair_density {
  size_t count;
  const double *v, *f2;
};

/* sup |fhat_2 - ghat_2|(xi)/|xi|^2 over the box |xi_1|, |xi_2| <= 8/sigma with the larger standard
 * deviation sigma of one velocity, each density about its own mean: 0 if they are the same. The box
 * is searched on 96 intervals a side and the largest value refined; the limit xi -> 0, half the
 * norm of the difference of the covariances, is part of it. Beyond the box the quotient is at most
 * sigma^2/32. HUD_ERROR_USAGE, here and below: a mass is not positive, a number not finite (f_2 of
 * the spectral method on its diagonal), or cells are of unequal width. */
hud_status hud_pair_fourier(const struct hud_pair_density *f, const struct hud_pair_density *g,
                            double *distance, struct hud_error *error);

/* W1 of the marginals int f_2 dv_2. */
hud_status hud_pair_wasserstein(const struct hud_pair_density *f, const struct hud_pair_density *g,
                                double *distance, struct hud_error *error);

/* W1 of the laws of |v_1 - v_2|. */
hud_status hud_pair_wasserstein_difference(const struct hud_pair_density *f,
                                           const struct hud_pair_density *g, double *distance,
                                           struct hud_error *error);

#endif
