/* SPDX-License-Identifier: GPL-3.0-or-later
 * Averages over the particles of a state, in the laboratory frame. */
#ifndef HUD_SPHERES_STATISTICS_H
#define HUD_SPHERES_STATISTICS_H

#include "spheres/state.h"

/* Per particle. Sums are compensated. */
struct hud_spheres_moments {
  double energy;         /* <|v|^2>/2 */
  double momentum[3];    /* <v> */
  double temperature[3]; /* variance of each component */
  double fourth, sixth;  /* <|v|^4>, <|v|^6> */
};

void hud_spheres_measure(const struct hud_spheres *spheres, struct hud_spheres_moments *moments);

#endif
