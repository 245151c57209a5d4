/* SPDX-License-Identifier: GPL-3.0-or-later
 * The closed system of masses and momenta, which the preconditioner solves exactly. */
#ifndef HUD_SPECTRAL_PRECONDITION_H
#define HUD_SPECTRAL_PRECONDITION_H

#include <stdbool.h>

#include "network/network.h"
#include "spectral/box.h"

enum { HUD_SCALARS = 2 * HUD_SPECTRAL_MAX_CLUSTERS };

/* LU of I - gamma A for (M_k, J_k) of the dynamic sizes. */
struct hud_scalar_block {
  int count;                                    /* of dynamic sizes */
  int largest;                                  /* K */
  int position[HUD_SPECTRAL_MAX_CLUSTERS + 1];  /* of a dynamic size, else -1 */
  double weight[HUD_SPECTRAL_MAX_CLUSTERS + 1]; /* k w_k where totals are conserved */
  bool conserving;
  double matrix[HUD_SCALARS * HUD_SCALARS]; /* 2 count x 2 count, row by row */
  int pivots[HUD_SCALARS];
  double mass[HUD_SPECTRAL_MAX_CLUSTERS + 1]; /* of the state, quasi-stationary sizes included */
};

/* f[k][0] and f[k][1] are M_k and J_k; f[k] NULL where quasi-stationary. */
hud_status hud_scalar_block_factor(struct hud_scalar_block *block,
                                   const struct hud_network *network, double gamma,
                                   const double *const *f, struct hud_error *error);

/* z[k][0], z[k][1] from r[k][0], r[k][1]; total mass and momentum of z equal those of r to
 * round-off where the network conserves them. */
hud_status hud_scalar_block_solve(const struct hud_scalar_block *block, const double *const *r,
                                  double *const *z, struct hud_error *error);

#endif
