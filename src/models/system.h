/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An initial value problem y' = F(t, y) as evolve/ sees it: functions and blocks, nothing of
 * kinetics. */
#ifndef HUD_MODELS_SYSTEM_H
#define HUD_MODELS_SYSTEM_H

#include <stddef.h>

#include "base/error.h"

struct hud_system {
  void *self;
  size_t size;

  /* Blocks weigh equally in the error norm, whatever their lengths. offsets has block_count + 1
   * entries, offsets[0] = 0 and offsets[block_count] = size. */
  int block_count;
  const size_t *offsets;
  int max_order;

  hud_status (*rhs)(void *self, double t, const double *y, double *ydot, struct hud_error *error);

  /* jv = dF/dy(y) v, analytic: exact on the conserved functionals. */
  hud_status (*jacobian_times)(void *self, double t, const double *y, const double *v, double *jv,
                               struct hud_error *error);

  /* Prepares, then applies P^{-1} with P ~ I - gamma dF/dy. */
  hud_status (*precondition_setup)(void *self, double t, const double *y, double gamma,
                                   struct hud_error *error);
  hud_status (*precondition_solve)(void *self, const double *r, double *z, struct hud_error *error);

  /* scale[i]: natural magnitude of y[i] for the error weights 1/(rtol scale + atol). */
  void (*scale)(void *self, const double *y, double *scale);

  /* "f2 at v1 = 0.5, v2 = -1" for unknown `index`. */
  void (*describe)(void *self, size_t index, char *text, size_t length);
};

#endif
