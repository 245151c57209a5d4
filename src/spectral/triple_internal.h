/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of triple_box.h, for triple_box.c and quadruple_box.c. */
#ifndef HUD_SPECTRAL_TRIPLE_INTERNAL_H
#define HUD_SPECTRAL_TRIPLE_INTERNAL_H

#include "spectral/pair_internal.h"
#include "spectral/triple_box.h"

enum { HUD_TRIPLE_DIRECTIONS = 3 }; /* x, t, y */

struct hud_triple_box {
  struct hud_pair_box *pairs;
  double X;
  struct hud_axis axis[HUD_TRIPLE_DIRECTIONS];
  size_t n[HUD_TRIPLE_DIRECTIONS], nodes;
  double *xi; /* nodes x 3 */
  /* table at equal distances */
  size_t points[HUD_TRIPLE_DIRECTIONS];
  double *tabulate[HUD_TRIPLE_DIRECTIONS]; /* points x n */
  double complex *table;                   /* points x points x points */
  double *in_y, *in_ty, *part;             /* tabulated in y, in t and y, in all three */
};

/* xi at x, t, y. */
void hud_triple_point(double X, const double at[HUD_TRIPLE_DIRECTIONS], double xi[3]);

#endif
