/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of pair_box.h, for pair_box.c, pair_triples.c and pair_values.c. */
#ifndef HUD_SPECTRAL_PAIR_INTERNAL_H
#define HUD_SPECTRAL_PAIR_INTERNAL_H

#include "spectral/axis.h"
#include "spectral/box.h"
#include "spectral/pair_box.h"
#include "spectral/stencil.h"

/* Local interpolation in tables at equal distances: 8 points, MARGIN of them below zero. */
enum { HUD_STENCIL = 8, HUD_MARGIN = 4 };

/* A factor below this share of the mass leaves nothing to see. */
#define HUD_NEGLIGIBLE 1e-11

struct hud_pair_box {
  const struct hud_spectral *sp;
  struct hud_axis axis; /* on [0, X/2], for p and q; the drift acts in q */
  size_t n;
  double end; /* X/2 */
  /* tables at distance `mesh`: fhat_1 on [0, X], fhat_2 on [0, X/2]^2, with MARGIN below 0 */
  double mesh;
  size_t points;         /* of [0, X/2], both ends */
  double *tabulate[2];   /* points x n: even, odd functions */
  double complex *one;   /* MARGIN + 2 points - 1 */
  double complex *other; /* the same for a second density */
  double complex *two;   /* (MARGIN + points)^2 */
  double *scratch;       /* 2 points n */
  double *planes[2];     /* points x points: real and imaginary part of fhat_2 */
  size_t rule_count;     /* of the triples' integral over u */
  double *u, *weight;
};

/* fhat_1 from the table at s in [-X, X]. */
double complex hud_pair_look_one(const struct hud_pair_box *box, const double complex *table,
                                 double s);
/* Fills a table with f1. */
void hud_pair_tabulate_one(const struct hud_pair_box *box, const double *f1, double complex *table);

/* fhat_2 from the table at mean frequency p and half difference q, of either sign. */
double complex hud_pair_look_two(const struct hud_pair_box *box, double p, double q);

/* m in fhat_2 ~ q^-m at the end of the box near p = 0; 0: no power law is seen. */
double hud_pair_measure_exponent(const struct hud_pair_box *box, const double *F);

#endif
