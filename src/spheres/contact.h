/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The correlation of k particles at contact, by insertion. In equilibrium the collision rate of
 * order l is exactly the ideal rate times y_k, k = l + 1,
 *
 *   y_k = P(D_N | k particles at contact, omega ~ mu)/P(D_N)
 *       = E[a group inserted at contact respects all zones] / E[k free particles do],
 *
 * both means over N - k particles uniform in D_{N-k}. The same means over a state of the flow with
 * N particles give y_k of N + k particles. */
#ifndef HUD_SPHERES_CONTACT_H
#define HUD_SPHERES_CONTACT_H

#include "base/random.h"
#include "spheres/state.h"

/* Trial insertions of groups of `size` into one configuration. */
struct hud_contact_counts {
  int64_t trials, contact, free; /* trials of each kind; how many respected all zones */
};

/* Adds `trials` insertions of each kind into the configuration (torus only). */
hud_status hud_contact_insert(const struct hud_spheres *spheres, int size, int64_t trials,
                              struct hud_random *random, struct hud_contact_counts *counts,
                              struct hud_error *error);

/* Sums over configurations of the shares of both kinds, and of their squares and product. */
struct hud_contact_sums {
  double configurations, contact, free, contact2, product, free2;
};

/* Adds one configuration. */
void hud_contact_add(struct hud_contact_sums *sums, const struct hud_contact_counts *counts);

/* y_k and its standard error by the linearised ratio of means, as if the configurations were
 * independent; the error is NaN for fewer than two. */
void hud_contact_ratio(const struct hud_contact_sums *sums, double *y, double *standard_error);

/* The same from the counts of `configurations` configurations. */
void hud_contact_correlation(const struct hud_contact_counts *counts, int64_t configurations,
                             double *y, double *standard_error);

#endif
