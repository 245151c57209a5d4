/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pseudo-trajectories of the Boltzmann and the BBGKY hierarchy (sections 9.3 and 10.1 of [APW],
 * Definitions 9.4 and 10.1; the sphere written there is meant to be the ellipsoid). From Z_s at
 * time t the particles move backwards freely; at t_i particle m_i is joined by sigma_i others,
 * before the collision (j_i = -1, loss) or after it (j_i = +1, gain, where all take their
 * velocities before it). In the Boltzmann hierarchy the new particles sit on m_i, in the BBGKY
 * hierarchy at x_{m_i} - epsilon omega (loss) or x_{m_i} + epsilon omega (gain).
 *
 * A pseudo-trajectory whose backward free flow would bring a group into its zone is one with a
 * recollision: there, and only there, the two hierarchies differ by more than displacements of
 * order epsilon. Distances are those of the whole space. */
#ifndef HUD_SPHERES_PSEUDO_H
#define HUD_SPHERES_PSEUDO_H

#include <stdbool.h>

#include "spheres/zones.h"

enum {
  HUD_PSEUDO_MAX_MARGINAL = 4,
  HUD_PSEUDO_MAX_ADJUNCTIONS = 8,
  HUD_PSEUDO_MAX_PARTICLES =
      HUD_PSEUDO_MAX_MARGINAL + HUD_PSEUDO_MAX_ADJUNCTIONS * HUD_SPHERES_MAX_ORDER
};

/* (t_i; sigma_i, m_i, j_i; omega, v): omega and v are order x dimension numbers, parent counts from
 * 0. */
struct hud_adjunction {
  double time;
  int order, parent, sign;
  double omega[3 * HUD_SPHERES_MAX_ORDER], velocity[3 * HUD_SPHERES_MAX_ORDER];
};

struct hud_pseudo {
  int dimension, marginal, adjunctions;
  double time;                                                  /* t */
  double x[3 * HUD_PSEUDO_MAX_MARGINAL];                        /* X_s: s x d */
  double v[3 * HUD_PSEUDO_MAX_MARGINAL];                        /* V_s */
  struct hud_adjunction adjunction[HUD_PSEUDO_MAX_ADJUNCTIONS]; /* times decreasing in [0, t] */
};

/* What has become of it at time 0. */
struct hud_pseudo_end {
  int particles;                                 /* s + sum of sigma */
  double infinite[3 * HUD_PSEUDO_MAX_PARTICLES]; /* positions, Boltzmann hierarchy */
  double finite[3 * HUD_PSEUDO_MAX_PARTICLES];   /* positions, BBGKY hierarchy */
  double velocity[3 * HUD_PSEUDO_MAX_PARTICLES]; /* the same in both */
  double displacement;                           /* largest |x_p^N - x_p^infinity| */
  double norm;          /* largest |X^N - X^infinity|, all particles together */
  bool overlap;         /* an adjunction, or Z_s, breaks a zone at once */
  bool recollision;     /* backward free flow breaks a zone later */
  int recollision_size; /* members of the first group that does, overlap included; or 0 */
};

/* Follows the pseudo-trajectory to time 0. zones NULL: the Boltzmann hierarchy alone (finite =
 * infinite, no recollisions). */
void hud_pseudo_follow(const struct hud_pseudo *pseudo, const struct hud_zones *zones,
                       struct hud_pseudo_end *end);

#endif
