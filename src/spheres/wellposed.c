/* SPDX-License-Identifier: GPL-3.0-or-later
 * Weighted norms and the time of existence; see wellposed.h. */
#include "spheres/wellposed.h"

#include <gsl/gsl_math.h>
#include <math.h>

double hud_existence_parameter(int dimension, double beta, double mu)
{
  return 2.0 * exp(0.5 * beta - mu) * pow(2.0 / beta, 0.5 * dimension);
}

static double time_from(double beta, double constant, double sum)
{
  return beta / (4.0 * constant * (1.0 + sqrt(2.0 / beta)) * sum);
}

double hud_existence_time(int dimension, double beta, double mu, double constant)
{
  double y = hud_existence_parameter(dimension, beta, mu);
  return time_from(beta, constant, exp(y) * (y + 3.0 * y * y + y * y * y));
}

double hud_existence_time_orders(int dimension, double beta, double mu, double constant, int orders,
                                 const double *alpha)
{
  double y = hud_existence_parameter(dimension, beta, mu);
  double power = 1.0;
  double sum = 0.0;
  for (int l = 1; l <= orders; l++) {
    power *= y;
    sum += alpha[l - 1] * l * l * l * power;
  }
  return time_from(beta, constant, sum);
}

double hud_weighted_norm(const struct hud_velocity_mixture *mixture, int dimension, double density,
                         double beta, double mu)
{
  double total = 0.0;
  double sum = 0.0;
  for (size_t c = 0; c < mixture->count; c++) {
    const struct hud_velocity_component *component = &mixture->components[c];
    double term = component->weight;
    if (component->degrees != 0)
      return INFINITY;
    for (int a = 0; a < dimension; a++) {
      double temperature = component->temperature[a];
      double mean = component->mean[a];
      double room = 1.0 - beta * temperature;
      if (temperature == 0.0 || room < 0.0 || (room == 0.0 && mean != 0.0))
        return INFINITY;
      /* sup over v of -(v - m)^2/(2T) + beta v^2/2, at v = m/(1 - beta T). */
      double exponent = mean == 0.0 ? 0.0 : 0.5 * beta * mean * mean / room;
      term *= exp(exponent) / sqrt(2.0 * M_PI * temperature);
    }
    sum += term;
    total += component->weight;
  }
  return density * exp(mu) * sum / total;
}

double hud_weighted_norm_mu(const struct hud_velocity_mixture *mixture, int dimension,
                            double density, double beta, double bound)
{
  return log(bound / hud_weighted_norm(mixture, dimension, density, beta, 0.0));
}

static double time_at(const struct hud_velocity_mixture *mixture, int dimension, double density,
                      double constant, double beta, double *mu)
{
  *mu = hud_weighted_norm_mu(mixture, dimension, density, beta, 0.5);
  return hud_existence_time(dimension, beta, *mu, constant);
}

/* T has one maximum in beta for centred data, and is checked on a fine logarithmic ladder in any
 * case; two rounds of it leave four digits of beta, and T is flat there. */
hud_status hud_existence_best(struct hud_existence *best,
                              const struct hud_velocity_mixture *mixture, int dimension,
                              double density, double constant, struct hud_error *error)
{
  hud_status status = hud_velocity_mixture_check(mixture, dimension, error);
  if (status != HUD_OK)
    return status;
  if (!(density > 0.0) || !(constant > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT, "density %g and C_d = %g must be positive", density,
                    constant);
  double hottest = 0.0;
  for (size_t c = 0; c < mixture->count; c++)
    if (mixture->components[c].degrees != 0)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "velocity component %zu is a Student distribution: its weighted norm is "
                      "infinite",
                      c + 1);
  for (size_t c = 0; c < mixture->count; c++)
    for (int a = 0; a < dimension; a++) {
      hottest = fmax(hottest, mixture->components[c].temperature[a]);
      if (mixture->components[c].temperature[a] == 0.0)
        return hud_fail(error, HUD_ERROR_INPUT,
                        "velocity component %zu has temperature 0: its weighted norm is infinite",
                        c + 1);
    }
  *best = (struct hud_existence){.time = -1.0};
  double low = 1e-4 / hottest;
  double high = 1.0 / hottest;
  for (int round = 0; round < 2; round++) {
    double ratio = pow(high / low, 1.0 / 400.0);
    double from = low;
    for (int i = 0; i <= 400; i++) {
      double mu;
      double beta = i == 400 ? high : from * pow(ratio, i);
      double time = time_at(mixture, dimension, density, constant, beta, &mu);
      if (time > best->time)
        *best = (struct hud_existence){beta, mu, time};
    }
    low = best->beta / ratio;
    high = fmin(best->beta * ratio, 1.0 / hottest);
  }
  return HUD_OK;
}
