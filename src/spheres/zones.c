/* SPDX-License-Identifier: GPL-3.0-or-later
 * Zones, scaling, ideal rates; see zones.h. */
#include "spheres/zones.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>

static double pairs_of(int size)
{
  return 0.5 * size * (size - 1);
}

/* d - 1/l, the exponent of (3.11). */
static double scaling_exponent(int dimension, int order)
{
  return dimension - 1.0 / order;
}

double hud_zones_reach(const struct hud_zones *zones, int size)
{
  return zones->radius[size] * sqrt(2.0 / size);
}

double hud_zones_largest_reach(const struct hud_zones *zones)
{
  double reach = 0.0;
  for (int size = 2; size <= zones->orders + 1; size++)
    reach = fmax(reach, hud_zones_reach(zones, size));
  return reach;
}

double hud_zones_kappa(const struct hud_zones *zones, int order, int64_t count)
{
  return (double)count * pow(zones->radius[order + 1], scaling_exponent(zones->dimension, order));
}

/* epsilon_l = (kappa_l/N)^{p_l}, so epsilon_k^2 > ratio epsilon_j^2 is a condition on a power of N;
 * for kappas that differ it may also bound N from above, which hud_zones_check sees. */
double hud_zones_least_count(int dimension, int size, const double *kappa)
{
  double least = 1.0;
  double pk = 1.0 / scaling_exponent(dimension, size - 1);
  for (int j = 2; j < size; j++) {
    double pj = 1.0 / scaling_exponent(dimension, j - 1);
    double log_ratio = 0.5 * log(pairs_of(size) / pairs_of(j));
    double log_count = (log_ratio + pj * log(kappa[j - 2]) - pk * log(kappa[size - 2])) / (pj - pk);
    least = fmax(least, floor(exp(log_count)) + 1.0);
  }
  return least;
}

/* least[k]: smallest N for order k, or 0 where the scaling by kappa is not used. */
static hud_status check_possible(const struct hud_zones *zones, const double *least,
                                 struct hud_error *error)
{
  for (int size = 3; size <= zones->orders + 1; size++) {
    for (int j = 2; j < size; j++) {
      double bound = zones->radius[j] * sqrt(pairs_of(size) / pairs_of(j));
      if (zones->radius[size] > bound)
        continue;
      char advice[160] = "";
      if (least != NULL)
        snprintf(advice, sizeof advice, "; with these kappa it takes at least %.0f particles",
                 least[size]);
      return hud_fail(error, HUD_ERROR_INPUT,
                      "collisions of %d particles are geometrically impossible: every group of %d "
                      "obeys d_%d >= sqrt(C(%d,2)/C(%d,2)) epsilon_%d = %.6g because its subgroups "
                      "of %d keep d_%d >= epsilon_%d, but epsilon_%d = %.6g%s",
                      size, size, size, size, j, j, bound, j, j, j, size, zones->radius[size],
                      advice);
    }
  }
  return HUD_OK;
}

static hud_status check_shape(int dimension, int orders, struct hud_error *error)
{
  if (dimension != 2 && dimension != 3)
    return hud_fail(error, HUD_ERROR_INPUT, "dimension is %d; hard spheres need 2 or 3", dimension);
  if (orders < 1 || orders > HUD_SPHERES_MAX_ORDER)
    return hud_fail(error, HUD_ERROR_INPUT, "orders is %d; it must be from 1 to %d", orders,
                    (int)HUD_SPHERES_MAX_ORDER);
  return HUD_OK;
}

hud_status hud_zones_from_radii(struct hud_zones *zones, int dimension, int orders,
                                const double *radius, struct hud_error *error)
{
  *zones = (struct hud_zones){.dimension = dimension, .orders = orders};
  hud_status status = check_shape(dimension, orders, error);
  if (status != HUD_OK)
    return status;
  for (int order = 1; order <= orders; order++) {
    double value = radius[order - 1];
    if (!(value > 0.0) || !isfinite(value))
      return hud_fail(error, HUD_ERROR_INPUT, "epsilon_%d is %g; a zone must be positive",
                      order + 1, value);
    zones->radius[order + 1] = value;
  }
  return check_possible(zones, NULL, error);
}

hud_status hud_zones_from_kappa(struct hud_zones *zones, int dimension, int orders, int64_t count,
                                const double *kappa, struct hud_error *error)
{
  *zones = (struct hud_zones){.dimension = dimension, .orders = orders};
  hud_status status = check_shape(dimension, orders, error);
  if (status != HUD_OK)
    return status;
  if (count < 1)
    return hud_fail(error, HUD_ERROR_INPUT, "the number of particles is %lld; it must be positive",
                    (long long)count);
  double least[HUD_SPHERES_MAX_GROUP + 1] = {0.0};
  for (int order = 1; order <= orders; order++) {
    double value = kappa[order - 1];
    if (!(value > 0.0) || !isfinite(value))
      return hud_fail(error, HUD_ERROR_INPUT, "kappa_%d is %g; it must be positive", order, value);
    zones->radius[order + 1] = pow(value / (double)count, 1.0 / scaling_exponent(dimension, order));
    least[order + 1] = hud_zones_least_count(dimension, order + 1, kappa);
  }
  return check_possible(zones, least, error);
}

double hud_expected_neighbours(int dimension, int64_t count, double volume, double distance)
{
  double ball = dimension == 2 ? M_PI * distance * distance
                               : 4.0 / 3.0 * M_PI * distance * distance * distance;
  return (double)(count - 1) * ball / volume;
}

double hud_mean_impact(int order, double temperature)
{
  return sqrt((order + 1) * temperature / (2.0 * M_PI));
}

/* Gamma(x)/Gamma(x + 1/2); the difference of logarithms loses digits where its expansion is good.
 */
static double half_step_ratio(double x)
{
  if (x < 1000.0)
    return exp(lgamma(x) - lgamma(x + 0.5));
  double y = 1.0 / x;
  return sqrt(y) * (1.0 + y * (1.0 / 8.0 + y * (1.0 / 128.0 - y * (5.0 / 1024.0))));
}

double hud_mean_impact_fixed(int dimension, int order, int64_t count, double square)
{
  double degrees = (double)dimension * (double)(count - 1);
  return 0.5 * sqrt((order + 1) * square / M_PI) * half_step_ratio(0.5 * degrees);
}

/* C(n, k) for small k as a double. */
static double choose(double n, int k)
{
  double value = 1.0;
  for (int i = 0; i < k; i++)
    value *= (n - i) / (i + 1.0);
  return value > 0.0 ? value : 0.0;
}

double hud_zones_rate(const struct hud_zones *zones, int order, int64_t count, double volume,
                      double mean_impact)
{
  return hud_hierarchy_prefactor(zones->dimension, order, count, 1, zones->radius[order + 1]) *
         (double)count / (order + 1) / pow(volume, order) *
         hud_impact_measure(zones->dimension, order) * mean_impact;
}

double hud_boltzmann_rate(int dimension, int order, double alpha, double density,
                          double temperature)
{
  return alpha * pow(density, order) * hud_impact_measure(dimension, order) *
         hud_mean_impact(order, temperature);
}

double hud_hierarchy_prefactor(int dimension, int order, int64_t count, int64_t marginal,
                               double epsilon)
{
  return pow(epsilon, order * dimension - 1) * choose((double)(count - marginal), order);
}
