/* SPDX-License-Identifier: GPL-3.0-or-later
 * Least squares by GSL, with times counted from the middle of the window; observed orders. */
#include "analysis/fit.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdbool.h>

#include "base/alloc.h"
#include "base/gsl.h"

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

/* ---- linear least squares ---- */

struct least_squares {
  size_t count, terms;
  gsl_matrix *design, *covariance;
  gsl_vector *y, *weight, *coefficient;
  gsl_multifit_linear_workspace *room;
};

static void least_squares_free(struct least_squares *problem)
{
  gsl_matrix_free(problem->design);
  gsl_matrix_free(problem->covariance);
  gsl_vector_free(problem->y);
  gsl_vector_free(problem->weight);
  gsl_vector_free(problem->coefficient);
  if (problem->room != NULL)
    gsl_multifit_linear_free(problem->room);
}

static hud_status least_squares_create(struct least_squares *problem, size_t count, size_t terms,
                                       struct hud_error *error)
{
  *problem = (struct least_squares){.count = count, .terms = terms};
  problem->design = gsl_matrix_alloc(count, terms);
  problem->covariance = gsl_matrix_alloc(terms, terms);
  problem->y = gsl_vector_alloc(count);
  problem->weight = gsl_vector_alloc(count);
  problem->coefficient = gsl_vector_alloc(terms);
  problem->room = gsl_multifit_linear_alloc(count, terms);
  if (problem->design == NULL || problem->covariance == NULL || problem->y == NULL ||
      problem->weight == NULL || problem->coefficient == NULL || problem->room == NULL)
    return hud_fail_memory(error, "a fit", count * terms * sizeof(double));
  return HUD_OK;
}

/* Without weights the covariance is scaled by the scatter. */
static hud_status least_squares_solve(struct least_squares *problem, bool weighted, double *squares,
                                      struct hud_error *error)
{
  int failed = weighted ? gsl_multifit_wlinear(problem->design, problem->weight, problem->y,
                                               problem->coefficient, problem->covariance, squares,
                                               problem->room)
                        : gsl_multifit_linear(problem->design, problem->y, problem->coefficient,
                                              problem->covariance, squares, problem->room);
  return failed == 0 ? HUD_OK : hud_fail(error, HUD_ERROR_COMPUTE, "a fit by least squares failed");
}

hud_status hud_fit_slope(size_t count, const double *t, const double *value, double from, double to,
                         double *start, double *slope, struct hud_error *error)
{
  enum { TERMS = 4 };
  struct least_squares problem = {0};
  size_t inside = 0, row = 0;
  double squares;
  *start = *slope = NAN;
  for (size_t i = 0; i < count; i++) {
    bool counts = t[i] >= from && t[i] <= to;
    inside += counts;
    if (counts && !isfinite(value[i]))
      return hud_fail(error, HUD_ERROR_USAGE, "the value at t = %g is %g", t[i], value[i]);
  }
  if (inside <= TERMS)
    return hud_fail(error, HUD_ERROR_USAGE,
                    "%zu points between t = %g and %g; a slope needs %d or more", inside, from, to,
                    TERMS + 1);
  gsl_error_handler_t *handler = hud_gsl_begin();
  hud_status status = least_squares_create(&problem, inside, TERMS, error);
  for (size_t i = 0; i < count && status == HUD_OK; i++) {
    if (!(t[i] >= from && t[i] <= to))
      continue;
    double power = 1.0, step = (t[i] - from) / (to - from);
    for (size_t k = 0; k < TERMS; k++, power *= step)
      gsl_matrix_set(problem.design, row, k, power);
    gsl_vector_set(problem.y, row++, value[i]);
  }
  if (status == HUD_OK)
    status = least_squares_solve(&problem, false, &squares, error);
  if (status == HUD_OK) {
    *start = gsl_vector_get(problem.coefficient, 0);
    *slope = gsl_vector_get(problem.coefficient, 1) / (to - from);
  }
  least_squares_free(&problem);
  hud_gsl_end(handler);
  return status;
}

/* ---- powers ---- */

static hud_status check_points(size_t count, const double *x, const double *y, const double *sigma,
                               size_t terms, struct hud_error *error)
{
  size_t unknowns = terms > 0 ? terms : 2;
  if (count <= unknowns)
    return hud_fail(error, HUD_ERROR_USAGE, "%zu points for %zu unknowns; a fit needs more", count,
                    unknowns);
  if (terms > HUD_FIT_TERMS)
    return hud_fail(error, HUD_ERROR_USAGE, "%zu terms; at most %d are fitted", terms,
                    HUD_FIT_TERMS);
  for (size_t i = 0; i < count; i++) {
    bool good = x[i] > 0.0 && isfinite(x[i]) && isfinite(y[i]) && (terms > 0 || y[i] > 0.0);
    if (!good || (sigma != NULL && !(sigma[i] > 0.0 && isfinite(sigma[i]))))
      return hud_fail(error, HUD_ERROR_USAGE,
                      "the point (%g, %g) with the error %g cannot be fitted", x[i], y[i],
                      sigma != NULL ? sigma[i] : 0.0);
  }
  return HUD_OK;
}

/* One row: the terms at x, or log y = log c + p log x, whose weight is (y/sigma)^2. */
static void set_row(struct least_squares *problem, size_t i, double x, double y, double sigma,
                    size_t terms, const double *powers)
{
  bool logarithms = terms == 0;
  for (size_t k = 0; k < problem->terms; k++)
    gsl_matrix_set(problem->design, i, k, !logarithms ? pow(x, powers[k]) : k == 0 ? 1.0 : log(x));
  gsl_vector_set(problem->y, i, logarithms ? log(y) : y);
  double error = logarithms ? sigma / y : sigma;
  gsl_vector_set(problem->weight, i, 1.0 / (error * error));
}

static void read_solution(const struct least_squares *problem, size_t terms, const double *powers,
                          struct hud_power_fit *fit)
{
  double value[HUD_FIT_TERMS], error[HUD_FIT_TERMS];
  for (size_t k = 0; k < problem->terms; k++) {
    value[k] = gsl_vector_get(problem->coefficient, k);
    error[k] = sqrt(gsl_matrix_get(problem->covariance, k, k));
  }
  if (terms == 0) {
    fit->terms = 1;
    fit->coefficient[0] = exp(value[0]);
    fit->coefficient_error[0] = fit->coefficient[0] * error[0];
    fit->power[0] = value[1];
    fit->power_error = error[1];
    return;
  }
  fit->terms = terms;
  for (size_t k = 0; k < terms; k++) {
    fit->power[k] = powers[k];
    fit->coefficient[k] = value[k];
    fit->coefficient_error[k] = error[k];
  }
}

hud_status hud_fit_powers(size_t count, const double *x, const double *y, const double *sigma,
                          size_t terms, const double *powers, struct hud_power_fit *fit,
                          struct hud_error *error)
{
  struct least_squares problem = {0};
  double squares = NAN;
  *fit = (struct hud_power_fit){.chi_square = NAN, .count = count};
  hud_status status = check_points(count, x, y, sigma, terms, error);
  if (status != HUD_OK)
    return status;
  gsl_error_handler_t *handler = hud_gsl_begin();
  status = least_squares_create(&problem, count, terms > 0 ? terms : 2, error);
  for (size_t i = 0; i < count && status == HUD_OK; i++)
    set_row(&problem, i, x[i], y[i], sigma != NULL ? sigma[i] : 1.0, terms, powers);
  if (status == HUD_OK)
    status = least_squares_solve(&problem, sigma != NULL, &squares, error);
  if (status == HUD_OK) {
    read_solution(&problem, terms, powers, fit);
    fit->degrees = (int)(count - problem.terms);
    fit->chi_square = sigma != NULL ? squares : NAN;
  }
  least_squares_free(&problem);
  hud_gsl_end(handler);
  return status;
}

/* ---- orders ---- */

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
