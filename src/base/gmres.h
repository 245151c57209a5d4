/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GMRES without preconditioner for x + A x = b, down to round-off, where A is a small or smoothing
 * operator given by a function. Everything is a linear combination of b, A b, A^2 b, ..., so a
 * linear functional that vanishes on b and on the range of A vanishes on x to round-off. */
#ifndef HUD_BASE_GMRES_H
#define HUD_BASE_GMRES_H

#include <stddef.h>

#include "base/error.h"

enum { HUD_GMRES_MAX_ITERATIONS = 60 };

struct hud_gmres {
  size_t size;
  double *basis; /* (HUD_GMRES_MAX_ITERATIONS + 1) vectors */
};

/* out = A x (assigns). */
typedef hud_status (*hud_gmres_apply)(void *context, const double *x, double *out,
                                      struct hud_error *error);

hud_status hud_gmres_create(struct hud_gmres *gmres, size_t size, struct hud_error *error);
void hud_gmres_free(struct hud_gmres *gmres);

/* x = (I + A)^{-1} b to a residual of a few units of round-off; *iterations becomes the number of
 * products with A. x and b may be the same array. HUD_ERROR_COMPUTE if HUD_GMRES_MAX_ITERATIONS do
 * not suffice, I + A is singular, or a value is not finite. */
hud_status hud_gmres_solve(struct hud_gmres *gmres, hud_gmres_apply apply, void *context,
                           const double *b, double *x, int *iterations, struct hud_error *error);

#endif
