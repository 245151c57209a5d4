/* SPDX-License-Identifier: GPL-3.0-or-later
 * Least squares by GSL, with times counted from the middle of the window; observed orders. */
#include "analysis/fit.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdbool.h>

#include "base/alloc.h"

hud_status hud_fit_decay(size_t count, const double *t, const double *value, double from, double to,
                         struct hud_decay_fit *fit, struct hud_error *error)
{
  double *time = NULL, *logarithm = NULL, middle = 0.5 * (from + to);
  double first = INFINITY, last = -INFINITY;
  *fit = (struct hud_decay_fit){NAN, NAN, NAN, 0};
  hud_status status = HUD_NEW(&time, count, "a fit", error);
  if (status == HUD_OK)
    status = HUD_NEW(&logarithm, count, "a fit", error);
  for (size_t i = 0; status == HUD_OK && i < count; i++) {
    if (!(t[i] >= from && t[i] <= to))
      continue;
    if (!(value[i] > 0.0 && isfinite(value[i]))) {
      status = hud_fail(error, HUD_ERROR_USAGE,
                        "the value at t = %g is %g; a decay needs positive "
                        "ones",
                        t[i], value[i]);
      break;
    }
    first = fmin(first, t[i]);
    last = fmax(last, t[i]);
    time[fit->count] = t[i] - middle;
    logarithm[fit->count++] = log(value[i]);
  }
  if (status == HUD_OK && (fit->count < 3 || !(first < last)))
    status = hud_fail(error, HUD_ERROR_USAGE,
                      "%zu points between t = %g and %g; a fit needs three at different times",
                      fit->count, from, to);
  if (status == HUD_OK) {
    double intercept, slope, variance0, covariance, variance1, squares;
    gsl_fit_linear(time, 1, logarithm, 1, fit->count, &intercept, &slope, &variance0, &covariance,
                   &variance1, &squares);
    fit->rate = -slope;
    fit->standard_error = sqrt(variance1);
    fit->amplitude = exp(intercept - slope * middle);
  }
  hud_free(time);
  hud_free(logarithm);
  return status;
}

static bool is_known(double difference, double uncertainty)
{
  return difference > 0.0 && isfinite(difference) && uncertainty <= 0.1 * difference;
}

void hud_observed_orders(size_t count, const double *parameter, const double *difference,
                         const double *discretisation, double *order)
{
  for (size_t i = 0; i + 1 < count; i++) {
    bool known = true;
    for (size_t j = i; j <= i + 1; j++)
      known = known && is_known(difference[j], discretisation != NULL ? discretisation[j] : 0.0);
    order[i] =
        known ? log(difference[i] / difference[i + 1]) / log(parameter[i] / parameter[i + 1]) : NAN;
  }
}
