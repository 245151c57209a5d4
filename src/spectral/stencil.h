/* SPDX-License-Identifier: GPL-3.0-or-later
 * Interpolation in a table at equal distances by the polynomial through `count` neighbours. */
#ifndef HUD_SPECTRAL_STENCIL_H
#define HUD_SPECTRAL_STENCIL_H

/* Weights at x steps from the first neighbour; count <= 8. */
static inline void hud_stencil_weights(int count, double x, double *weights)
{
  static const double factorials[] = {1, 1, 2, 6, 24, 120, 720, 5040};
  double below = 1.0, above = 1.0;
  for (int j = 0; j < count; j++) {
    weights[j] = below / factorials[j];
    below *= x - j;
  }
  for (int j = count - 1; j >= 0; j--) {
    weights[j] *= above / factorials[count - 1 - j];
    above *= j - x; /* the sign of x - j goes with (-1)^(count-1-j) */
  }
}

#endif
