/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rates and orders from numbers: the fitted decay of a variance, and observed orders that are given
 * only where the numbers carry them. */
#ifndef HUD_ANALYSIS_FIT_H
#define HUD_ANALYSIS_FIT_H

#include <stddef.h>

#include "base/error.h"

struct hud_decay_fit {
  double rate;           /* of value ~ amplitude e^{-rate t} */
  double standard_error; /* of the rate, from the scatter about the line */
  double amplitude;
  size_t count; /* points in the window */
};

/* Least squares of log(value) over the points with from <= t <= to. HUD_ERROR_USAGE for fewer than
 * three distinct times there or a value that is not positive and finite. */
hud_status hud_fit_decay(size_t count, const double *t, const double *value, double from, double to,
                         struct hud_decay_fit *fit, struct hud_error *error);

/* order[i] = log(difference[i]/difference[i+1]) / log(parameter[i]/parameter[i+1]) for
 * i = 0..count-2, where `parameter` is a mesh width or epsilon. NaN, that is withheld, where a
 * difference is not positive and finite, or where the error with which either difference is known
 * (discretisation[i]; NULL: none) exceeds a tenth of it. */
void hud_observed_orders(size_t count, const double *parameter, const double *difference,
                         const double *discretisation, double *order);

#endif
