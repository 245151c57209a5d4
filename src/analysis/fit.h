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

/* The value and the derivative at t = from of the cubic of least squares over the points with from
 * <= t <= to. HUD_ERROR_USAGE for fewer than five points there or a value that is not finite. */
hud_status hud_fit_slope(size_t count, const double *t, const double *value, double from, double to,
                         double *start, double *slope, struct hud_error *error);

enum { HUD_FIT_TERMS = 8 };

/* y = sum_i coefficient[i] x^powers[i]; or, of one term, with a fitted power. */
struct hud_power_fit {
  size_t terms;
  double power[HUD_FIT_TERMS], power_error; /* power_error: 0 where powers are given */
  double coefficient[HUD_FIT_TERMS], coefficient_error[HUD_FIT_TERMS];
  double chi_square; /* NaN without sigma */
  size_t count;      /* points */
  int degrees;       /* of freedom */
};

/* Weighted least squares, sigma[i] > 0 the standard error of y[i]; sigma NULL: equal weights, and
 * error bars from the scatter. `powers` of `terms` numbers; terms = 0: c x^p by logarithms.
 * HUD_ERROR_USAGE: not more points than unknowns, x that is not positive, y or sigma that is not
 * finite (for c x^p: y not positive). HUD_ERROR_COMPUTE: the least squares fail. */
hud_status hud_fit_powers(size_t count, const double *x, const double *y, const double *sigma,
                          size_t terms, const double *powers, struct hud_power_fit *fit,
                          struct hud_error *error);

/* order[i] = log(difference[i]/difference[i+1]) / log(parameter[i]/parameter[i+1]) for
 * i = 0..count-2, where `parameter` is a mesh width or epsilon. NaN, that is withheld, where a
 * difference is not positive and finite, or where the error with which either difference is known
 * (discretisation[i]; NULL: none) exceeds a tenth of it. */
void hud_observed_orders(size_t count, const double *parameter, const double *difference,
                         const double *discretisation, double *order);

#endif
