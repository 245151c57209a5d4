/* SPDX-License-Identifier: GPL-3.0-or-later
 * Slopes of a Gaussian; see gaussian.h. Gauss-Jacobi quadrature of the Dirichlet distribution: w_x
 * has a Beta(l/2, l(d-1)/2) distribution, and in three dimensions w_y/(1 - w_x) a Beta(l/2, l/2)
 * one. The integrand is analytic for positive temperatures. */
#include "spheres/gaussian.h"

#include <gsl/gsl_integration.h>
#include <math.h>

#include "base/gsl.h"
#include "spheres/collision.h"

enum { POINTS = 48 };

/* Points on [0, 1] for the weight x^(a-1) (1-x)^(b-1). */
static hud_status beta_rule(gsl_integration_fixed_workspace **rule, double a, double b,
                            struct hud_error *error)
{
  *rule =
      gsl_integration_fixed_alloc(gsl_integration_fixed_jacobi, POINTS, 0.0, 1.0, b - 1.0, a - 1.0);
  return *rule != NULL ? HUD_OK
                       : hud_fail(error, HUD_ERROR_COMPUTE, "a quadrature could not be made");
}

/* Adds the integrand at w, for all axes. */
static void add(int dimension, const double *temperature, const double *w, double weight,
                double *sum)
{
  double square = 0.0;
  for (int a = 0; a < dimension; a++)
    square += temperature[a] * w[a];
  for (int a = 0; a < dimension; a++)
    sum[a] += weight * w[a] * sqrt(square) * (square - temperature[a]);
}

/* E[w_a s (s^2 - T_a)]. */
static hud_status mean(int dimension, int order, const double *temperature, double *result,
                       struct hud_error *error)
{
  gsl_integration_fixed_workspace *first = NULL, *second = NULL;
  double half = 0.5 * order, total = 0.0;
  hud_status status = beta_rule(&first, half, half * (dimension - 1), error);
  if (status == HUD_OK)
    status = beta_rule(&second, half, half, error);
  for (int a = 0; a < dimension; a++)
    result[a] = 0.0;
  for (int i = 0; i < POINTS && status == HUD_OK; i++)
    for (int j = 0; j < (dimension == 3 ? POINTS : 1); j++) {
      double x = first->x[i], weight = first->weights[i];
      double y = dimension == 3 ? second->x[j] : 1.0;
      const double w[3] = {x, (1.0 - x) * y, (1.0 - x) * (1.0 - y)};
      weight *= dimension == 3 ? second->weights[j] : 1.0;
      add(dimension, temperature, w, weight, result);
      total += weight;
    }
  for (int a = 0; a < dimension; a++)
    result[a] /= total;
  if (first != NULL)
    gsl_integration_fixed_free(first);
  if (second != NULL)
    gsl_integration_fixed_free(second);
  return status;
}

hud_status hud_gaussian_slopes(int dimension, int order, double prefactor,
                               const double *temperature, double *slope, struct hud_error *error)
{
  gsl_error_handler_t *handler = hud_gsl_begin();
  hud_status status = mean(dimension, order, temperature, slope, error);
  hud_gsl_end(handler);
  double factor =
      prefactor * hud_impact_measure(dimension, order) / sqrt(order + 1.0) * 8.0 / sqrt(2.0 * M_PI);
  for (int a = 0; a < dimension && status == HUD_OK; a++)
    slope[a] *= factor;
  return status;
}
