/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Functions of one velocity as Legendre series on panels. Uniform data are one panel of degree 0, a
 * table of points is panels of degree 1, and an expression is resolved once, at creation, into
 * panels of degree 15 by bisection. After that mass, moments, cell masses, characteristic function
 * and samples are exact operations on polynomials: the only error is that of the resolution. */
#ifndef HUD_NETWORK_PIECEWISE_H
#define HUD_NETWORK_PIECEWISE_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/random.h"

enum { HUD_PANEL_COEFFICIENTS = 16, HUD_PANEL_NODES = 8 };

/* sum_n coefficient[n] P_n((v - middle)/half) for |v - middle| <= half, n = 0..degree. */
struct hud_panel {
  double middle, half, mass;
  int degree;
  double coefficient[HUD_PANEL_COEFFICIENTS];
};

/* Panels of nonzero mass from left to right; between them the function is zero. */
struct hud_piecewise {
  size_t count, capacity;
  struct hud_panel *panels;
  double *cumulative; /* mass up to and including panel i */
  double mass;
  bool jumps;
  double node[HUD_PANEL_NODES], weight[HUD_PANEL_NODES]; /* Gauss-Legendre on [-1,1] */
};

/* Piecewise linear through count >= 2 rows (v, f), v increasing, f >= 0; zero outside. */
hud_status hud_piecewise_create_linear(struct hud_piecewise **pieces, size_t count,
                                       const double *points, struct hud_error *error);

/* Resolves `function` on [min, max]; the ends may be infinite. HUD_ERROR_INPUT, naming v, if the
 * function is negative or not finite, has no mass, an infinite mass, or cannot be resolved to a
 * relative 1e-12 of its mass. Limits: a feature narrower than 1/1000 of a finite interval, or,
 * where an end is infinite, narrower than 1/20 near the origin (growing in proportion to |v| beyond
 * 32), may be missed; functions are followed to |v| = 2^60. */
hud_status hud_piecewise_create(struct hud_piecewise **pieces,
                                double (*function)(const void *context, double v),
                                const void *context, double min, double max,
                                struct hud_error *error);
void hud_piecewise_free(struct hud_piecewise *pieces);

/* Highest order whose moment has converged at |v| = 2^60; INT_MAX if the function vanishes there.
 */
int hud_piecewise_finite_moments(const struct hud_piecewise *pieces);

double hud_piecewise_value(const struct hud_piecewise *pieces, double v);

/* out[p] = int (v - center)^p, p = 0..order. */
hud_status hud_piecewise_moments(const struct hud_piecewise *pieces, double center, int order,
                                 double *out, struct hud_error *error);

double hud_piecewise_interval(const struct hud_piecewise *pieces, double a, double b);
double complex hud_piecewise_characteristic(const struct hud_piecewise *pieces, double xi);
double hud_piecewise_sample(const struct hud_piecewise *pieces, struct hud_random *random);

#endif
