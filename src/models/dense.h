/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LU of I - gamma J for systems of up to a few thousand unknowns (moments, small spectral boxes), J
 * column by column from the analytic Jacobian product. LAPACK does the work. */
#ifndef HUD_MODELS_DENSE_H
#define HUD_MODELS_DENSE_H

#include <stddef.h>

#include "base/error.h"

struct hud_dense {
  size_t size;
  double *matrix; /* column by column */
  int *pivots;
};

hud_status hud_dense_create(struct hud_dense *dense, size_t size, struct hud_error *error);
void hud_dense_free(struct hud_dense *dense);

/* Factors I - gamma J; column(context, c, out) gives column c of J. */
hud_status hud_dense_factor(struct hud_dense *dense, double gamma,
                            hud_status (*column)(void *context, size_t c, double *out,
                                                 struct hud_error *error),
                            void *context, struct hud_error *error);

/* x = (I - gamma J)^{-1} x */
hud_status hud_dense_solve(const struct hud_dense *dense, double *x, struct hud_error *error);

#endif
