/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One direction of frequencies s in [0, end] along which alignment acts: Chebyshev nodes, s d/ds
 * and (loss + drift s d/ds)^{-1} as matrices on values there. */
#ifndef HUD_SPECTRAL_AXIS_H
#define HUD_SPECTRAL_AXIS_H

#include <complex.h>

#include "spectral/radial.h"

enum { HUD_AXIS_MOST_NODES = 160 };

struct hud_axis {
  struct hud_radial *radial; /* one panel */
  size_t n;
  double *drift, *inverse; /* n x n: values -> s d/ds, and as last set up */
  int *pivots;
};

/* n <= HUD_AXIS_MOST_NODES. In the parity basis the matrices are those of even functions. After an
 * error, or for {0}, the axis may be cleared. */
hud_status hud_axis_create(struct hud_axis *axis, enum hud_spectral_basis basis, double end,
                           size_t n, struct hud_error *error);
void hud_axis_clear(struct hud_axis *axis);

/* out += c s dF/ds for `rows` functions, values of each in a row. */
void hud_axis_drift(const struct hud_axis *axis, double c, size_t rows, const double *F,
                    double *out);

/* z = (loss + drift s d/ds)^{-1} r after setup; z may be r. loss > 0, drift >= 0. */
hud_status hud_axis_setup(struct hud_axis *axis, double loss, double drift,
                          struct hud_error *error);
void hud_axis_solve(const struct hud_axis *axis, size_t rows, const double *r, double *z);

/* The weights of the value at s: n of them. part: 0 even or real, 1 odd or imaginary. */
void hud_axis_row(const struct hud_axis *axis, int part, double s, double *row);

/* The fewest nodes on [0, 1], one-sided, for which `lines` functions of s have their last
 * coefficients below the tolerance. HUD_ERROR_INPUT: HUD_AXIS_MOST_NODES do not suffice. */
typedef double complex (*hud_axis_function)(const void *context, size_t line, double s);
hud_status hud_axis_choose(hud_axis_function function, const void *context, size_t lines,
                           double tolerance, size_t *n, struct hud_error *error);

#endif
