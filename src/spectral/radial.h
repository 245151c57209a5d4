/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The radial direction s = sum of the frequencies, 0 <= s <= X, of a characteristic function on the
 * simplex of non-negative frequencies (MATHEMATICS, section 7).
 *
 * A function of s is held by `count` columns: its values at Chebyshev nodes of one or more panels,
 * then its first `jets` Taylor coefficients at s = 0+. The closed equations evaluate functions only
 * at dilated points sigma s, 0 <= sigma <= 1, never beyond, so the Taylor coefficients evolve among
 * themselves (they are the moments) and a panel depends on itself and those before it.
 *
 * The first panel has either the parity basis (real parts are even in s, imaginary parts odd: data
 * with many moments, about twice as efficient) or the one-sided basis (all polynomials on [0, b]:
 * heavy tails, where the characteristic function has |s|^3). */
#ifndef HUD_SPECTRAL_RADIAL_H
#define HUD_SPECTRAL_RADIAL_H

#include <stddef.h>

#include "base/error.h"

enum hud_spectral_basis { HUD_SPECTRAL_PARITY, HUD_SPECTRAL_ONE_SIDED };

/* Consecutive targets whose dilated points lie in the same panel. */
struct hud_dilation_segment {
  size_t begin, end;          /* targets */
  size_t source, source_size; /* nodes of that panel */
};

/* (D u)(s_a) = u(sigma s_a) by interpolation; Taylor coefficient q is multiplied by sigma^q. */
struct hud_dilation {
  double sigma;
  size_t segment_count;
  struct hud_dilation_segment *segments;
  double *weights[2]; /* for the real and the imaginary part: [source node in panel][target] */
};

struct hud_radial {
  enum hud_spectral_basis basis;
  size_t panels;
  double *edges;   /* panels + 1, edges[0] = 0 */
  size_t *offsets; /* panels + 1: first node of each panel */
  size_t nodes;    /* offsets[panels] */
  size_t jets;     /* Taylor coefficients of order 0..jets-1 follow the nodes */
  size_t count;    /* nodes + jets */
  double *s;       /* nodes */
  size_t widest;   /* most nodes in a panel */
};

/* Panels of equal width; `first_nodes` in the first and `more_nodes` in the others. */
hud_status hud_radial_create(struct hud_radial **out, enum hud_spectral_basis basis, double width,
                             size_t panels, size_t first_nodes, size_t more_nodes, size_t jets,
                             struct hud_error *error);
void hud_radial_free(struct hud_radial *radial);

/* Interpolation weights of a value at s in [0, X] (beyond X: extrapolation): the value is
 * sum_b row[b] u[*first + b], b < *size <= widest. part: 0 real, 1 imaginary. */
void hud_radial_row(const struct hud_radial *radial, int part, double s, size_t *first,
                    size_t *size, double *row);

/* The weights on the first panel's nodes of the Taylor coefficient of order q at 0, from the
 * interpolant: what the jets replace, kept as an independent check of them. */
void hud_radial_taylor_row(const struct hud_radial *radial, int part, size_t q, double *row);

hud_status hud_dilation_create(struct hud_dilation *dilation, const struct hud_radial *radial,
                               double sigma, struct hud_error *error);
void hud_dilation_clear(struct hud_dilation *dilation);

/* out = D u for one part (0 real, 1 imaginary), all columns; out and u do not overlap. */
void hud_dilation_apply(const struct hud_dilation *dilation, const struct hud_radial *radial,
                        int part, const double *u, double *out);

/* An estimate of the interpolation error of s^2 u(s): the largest, over the panels, of the last
 * Chebyshev coefficient of u (the last two, without parity) times s^2 at the panel's end. */
double hud_radial_tail(const struct hud_radial *radial, int part, const double *u);

#endif
