/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The masses M_k(t) of a network, which obey equations of their own ((20) for the first-order
 * model), and the integrals of the rates at which clusters are lost. By an explicit Runge-Kutta
 * method of GSL, to round-off: for times that are short on the scale of the fastest rate. */
#ifndef HUD_EVOLVE_MASSES_H
#define HUD_EVOLVE_MASSES_H

#include "models/assembler.h"

struct hud_masses {
  const struct hud_network *network;
  struct hud_representation *rep; /* moments of order 0 */
  struct hud_assembler *assembler;
  double *unknowns; /* masses of the dynamic sizes, then the integrals by size */
  double *by_size;  /* scratch */
  struct hud_error error;
};

hud_status hud_masses_create(struct hud_masses *masses, const struct hud_network *network,
                             struct hud_error *error);
/* Frees what is in it; a cleared struct is fine. */
void hud_masses_free(struct hud_masses *masses);

/* The rate at which clusters of size k (dynamic) split or join others, masses[j] being M_j. */
double hud_masses_loss(const struct hud_network *network, int k, const double *masses);

/* From the masses start[k] at time 0: integrals[s (K+1) + k] = int_0^{h stops[s]} loss_k dt for
 * the increasing stops[0..count-1] >= 0. HUD_ERROR_COMPUTE if a mass grows beyond all bounds. */
hud_status hud_masses_follow(struct hud_masses *masses, const double *start, double h, size_t count,
                             const double *stops, double *integrals, struct hud_error *error);

#endif
