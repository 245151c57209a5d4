/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances between measures on the line, exact for what is given: atoms, or masses of cells that
 * are spread evenly over each cell. The two may be of different kind, length and grid.
 *
 * W1, W2 and the Fourier metric compare probabilities: each measure is divided by its mass first,
 * so that models with different M_1 can be compared; how far the masses differ is for the caller to
 * report. L1 compares the densities as they are. */
#ifndef HUD_ANALYSIS_DISTANCE_H
#define HUD_ANALYSIS_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* `count` masses: at `position`s in any order, or in the cells between count + 1 increasing
 * `edge`s; the other pointer is NULL. Small negative cell masses, as a linear scheme makes them,
 * are allowed.
 */
struct hud_measure {
  size_t count;
  const double *mass, *position, *edge;
};

/* Mass and mean (normalised). */
double hud_measure_mass(const struct hud_measure *measure);
double hud_measure_mean(const struct hud_measure *measure);

/* W1 = int |F - G| dv with the distribution functions F, G; negative masses are no obstacle.
 * HUD_ERROR_USAGE, here and below, if a mass is not positive or a number not finite, or if edges do
 * not increase. */
hud_status hud_wasserstein_1(const struct hud_measure *f, const struct hud_measure *g,
                             double *distance, struct hud_error *error);

/* W2^2 = int_0^1 (F^-1 - G^-1)^2 ds. Negative masses have no quantiles: they count as zero, and
 * are an error (HUD_ERROR_COMPUTE) if they add up to more than 1e-6 of the mass. */
hud_status hud_wasserstein_2(const struct hud_measure *f, const struct hud_measure *g,
                             double *distance, struct hud_error *error);

struct hud_fourier_distance {
  double value;   /* sup over |xi| <= scanned of |fhat - ghat|/xi^2 */
  double at;      /* where; 0 means the limit xi -> 0 */
  double scanned; /* largest frequency looked at */
  bool complete;  /* no larger frequency can give more: |fhat - ghat| is at most the L1 distance */
};

/* The Fourier metric. It is finite only if the means agree; means that differ by more than 1e-9 of
 * the larger standard deviation give INFINITY at 0, unless `centered` shifts each measure to its
 * own mean first (smaller differences are always removed so). Frequencies are scanned from 0 in
 * steps of a quarter of the inverse of the largest |v - mean| with the best ones refined, up to the
 * frequency beyond which nothing can be larger (|fhat - ghat| <= 2, of cells at most their L1
 * distance), but at most to 2 pi over the narrowest cell, a scale on which cells say nothing, and
 * at most 40000 steps. */
hud_status hud_fourier_metric(const struct hud_measure *f, const struct hud_measure *g,
                              bool centered, struct hud_fourier_distance *distance,
                              struct hud_error *error);

/* int |f - g| dv of two cell densities. HUD_ERROR_USAGE for atoms, which have none. */
hud_status hud_distance_l1(const struct hud_measure *f, const struct hud_measure *g,
                           double *distance, struct hud_error *error);

#endif
