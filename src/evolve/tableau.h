/* SPDX-License-Identifier: GPL-3.0-or-later
 * The coefficients of Radau IIA methods. */
#ifndef HUD_EVOLVE_TABLEAU_H
#define HUD_EVOLVE_TABLEAU_H

#include <complex.h>

#include "base/error.h"

enum { HUD_RADAU_MOST_STAGES = 7 };

struct hud_radau_tableau {
  int stages;                                                   /* odd */
  double c[HUD_RADAU_MOST_STAGES];                              /* c[stages-1] = 1 */
  double inverse[HUD_RADAU_MOST_STAGES][HUD_RADAU_MOST_STAGES]; /* of A */
  double estimate[HUD_RADAU_MOST_STAGES]; /* error = gamma h f(y) + sum estimate_i Z_i */
  double gamma;                           /* 1 / the real eigenvalue of A^{-1} */

  /* Eigenvalues of A^{-1} with non-negative imaginary part, the real one first, `pairs` + 1 of
   * them; column e of `right` and row e of `left` are the eigenvectors: Z = sum Re(share right w).
   */
  int pairs;
  double complex eigenvalue[HUD_RADAU_MOST_STAGES];
  double complex right[HUD_RADAU_MOST_STAGES][HUD_RADAU_MOST_STAGES];
  double complex left[HUD_RADAU_MOST_STAGES][HUD_RADAU_MOST_STAGES];
};

/* stages: 3, 5 or 7. */
hud_status hud_radau_tableau_set(struct hud_radau_tableau *tableau, int stages,
                                 struct hud_error *error);

/* Weights on (0, Z_1, .., Z_s) of the collocation polynomial's Z at time x in units of the step. */
void hud_radau_tableau_weights(const struct hud_radau_tableau *tableau, double x, double *weights);

#endif
