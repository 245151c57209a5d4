/* SPDX-License-Identifier: GPL-3.0-or-later
 * What theory says; see theory.h. */
#include "study/theory.h"

#include <math.h>
#include <string.h>

#include "models/initial.h"
#include "network/network.h"
#include "run/gas.h"
#include "spheres/gaussian.h"

/* ---- alignment ---- */

/* gamma to first order in epsilon. */
static hud_status alignment_rate(double *rate, const struct hud_model_file *file,
                                 struct hud_error *error)
{
  const struct hud_description *d = hud_model_file_description(file);
  struct hud_network *network = NULL;
  struct hud_theory theory;
  double mass = NAN, mean;
  hud_status status = hud_network_create(&network, d, error);
  if (status == HUD_OK)
    status = hud_initial_totals(&d->initial, network, &mass, &mean, error);
  if (status == HUD_OK)
    status = hud_theory_create(&theory, d, error);
  if (status == HUD_OK)
    *rate = hud_theory_decay_rate(&theory, mass);
  else if (status == HUD_ERROR_INPUT)
    hud_model_file_locate(file, error);
  hud_network_free(network);
  return status;
}

hud_status hud_study_layer_theory(struct hud_theory *theory, const struct hud_model_file *file,
                                  struct hud_error *error)
{
  const struct hud_description *d = hud_model_file_description(file);
  hud_status status = HUD_OK;
  if (hud_gas_is_model(d->model))
    status = hud_fail_at(error, HUD_ERROR_INPUT, "model", "gases have no layer equations (36)");
  else if (d->potential.type != HUD_POTENTIAL_ALIGNMENT)
    status = hud_fail_at(error, HUD_ERROR_INPUT, "potential",
                         "the layer equations (36) close for the potential alignment only");
  if (status == HUD_OK)
    status = hud_theory_create(theory, d, error);
  if (status == HUD_ERROR_INPUT)
    hud_model_file_locate(file, error);
  return status;
}

/* ---- gases ---- */

/* A single Gaussian, uniform in a torus or without positions. */
static bool is_gaussian(const struct hud_gas_description *gas)
{
  return gas->velocity.type == HUD_GAS_GAUSSIAN && gas->position == NULL &&
         gas->domain.type == HUD_DOMAIN_TORUS;
}

/* At rest. */
static bool is_maxwellian(const struct hud_gas_description *gas)
{
  const struct hud_numbers *temperature = &gas->velocity.temperature;
  bool equal = is_gaussian(gas);
  for (size_t a = 1; a < (size_t)gas->dimension; a++)
    equal = equal && temperature->value[a] == temperature->value[0];
  for (size_t a = 0; a < (size_t)gas->dimension; a++)
    equal = equal && gas->velocity.mean.value[a] == 0.0;
  return equal && temperature->value[0] > 0.0;
}

/* alpha_l rho^l. */
static hud_status prefactor(double *value, const struct hud_description *d, int order,
                            struct hud_error *error)
{
  const struct hud_gas_description *gas = &d->gas;
  if (d->model == HUD_MODEL_BOLTZMANN) {
    *value = gas->alpha.value[order - 1] * pow(gas->density, order);
    return HUD_OK;
  }
  struct hud_spheres_forecast forecast;
  hud_status status = hud_gas_forecast(d, &forecast, error);
  double volume = pow(gas->domain.side, gas->dimension);
  *value = pow(forecast.kappa[order] / volume, order) / tgamma(order + 1.0);
  return status;
}

static hud_status limit_frequency(double *value, const struct hud_description *d, int size,
                                  struct hud_error *error)
{
  const struct hud_gas_description *gas = &d->gas;
  double factor;
  *value = NAN;
  if (!is_maxwellian(gas) || size < 2 || size > gas->orders + 1)
    return HUD_OK;
  hud_status status = prefactor(&factor, d, size - 1, error);
  if (status == HUD_OK)
    *value = hud_boltzmann_rate(gas->dimension, size - 1, factor, 1.0,
                                gas->velocity.temperature.value[0]);
  return status;
}

/* E[b_+] for the totals that are fixed, over that of the Maxwellian: one degree of freedom less a
 * fixed momentum of each axis, none where the energy is free. */
static double fixed_totals(const struct hud_description *d, int order)
{
  const struct hud_gas_description *gas = &d->gas;
  double temperature = gas->velocity.temperature.value[0];
  double square = (double)d->particles.count * gas->dimension * temperature;
  int64_t count = d->particles.count + ((gas->fix & HUD_FIX_MOMENTUM) == 0);
  if ((gas->fix & HUD_FIX_ENERGY) == 0)
    return 1.0;
  return hud_mean_impact_fixed(gas->dimension, order, count, square) /
         hud_mean_impact(order, temperature);
}

hud_status hud_study_independent_frequency(double *frequency, const struct hud_description *d,
                                           int size, struct hud_error *error)
{
  struct hud_spheres_forecast forecast;
  hud_status status = limit_frequency(frequency, d, size, error);
  if (status != HUD_OK || isnan(*frequency))
    return status;
  if (d->model == HUD_MODEL_HARD_SPHERES) {
    status = hud_gas_forecast(d, &forecast, error);
    *frequency = size * forecast.rate[size - 1] / (double)d->particles.count;
  }
  *frequency *= fixed_totals(d, size - 1);
  return status;
}

/* Values and slopes at t = 0 of the columns that are known: temperatures. */
static hud_status start_of_columns(const struct hud_study_series *series,
                                   const struct hud_description *d, double *value, double *slope,
                                   struct hud_error *error)
{
  static const char *const names[] = {"Tx", "Ty", "Tz"};
  const struct hud_gas_description *gas = &d->gas;
  double sum[3] = {0.0};
  hud_status status = HUD_OK;
  for (int l = 1; l <= gas->orders && status == HUD_OK; l++) {
    double part[3], factor;
    status = prefactor(&factor, d, l, error);
    if (status == HUD_OK)
      status = hud_gaussian_slopes(gas->dimension, l, factor, gas->velocity.temperature.value, part,
                                   error);
    for (int a = 0; a < gas->dimension && status == HUD_OK; a++)
      sum[a] += part[a];
  }
  for (size_t c = 0; c < series->count; c++) {
    value[c] = slope[c] = NAN;
    for (int a = 0; a < gas->dimension; a++)
      if (strcmp(series->columns[c], names[a]) == 0) {
        value[c] = gas->velocity.temperature.value[a];
        slope[c] = sum[a];
      }
  }
  return status;
}

static double of_columns(const struct hud_study_series *series, const double *values)
{
  return series->expression != NULL ? hud_expression_evaluate(series->expression, values)
                                    : values[0];
}

/* The slope of what is defined by columns, by a central difference along their slopes. */
static hud_status initial_slope(double *result, const struct hud_study_quantity *quantity,
                                const struct hud_description *d, struct hud_error *error)
{
  const double step = 1e-6;
  const struct hud_study_series *series = &quantity->series;
  double value[HUD_STUDY_COLUMNS], slope[HUD_STUDY_COLUMNS], before[HUD_STUDY_COLUMNS],
      after[HUD_STUDY_COLUMNS];
  *result = NAN;
  if (!is_gaussian(&d->gas))
    return HUD_OK;
  for (int a = 0; a < d->gas.dimension; a++)
    if (!(d->gas.velocity.temperature.value[a] > 0.0))
      return HUD_OK;
  hud_status status = start_of_columns(series, d, value, slope, error);
  for (size_t c = 0; c < series->count; c++) {
    before[c] = value[c] - step * slope[c];
    after[c] = value[c] + step * slope[c];
  }
  *result = (of_columns(series, after) - of_columns(series, before)) / (2.0 * step);
  if (quantity->kind == HUD_QUANTITY_RELAXATION)
    *result /= -of_columns(series, value);
  return status;
}

hud_status hud_study_theory(double *value, const struct hud_study_quantity *quantity,
                            const struct hud_model_file *file, struct hud_error *error)
{
  const struct hud_description *d = hud_model_file_description(file);
  bool gas = hud_gas_is_model(d->model);
  *value = NAN;
  switch (quantity->kind) {
  case HUD_QUANTITY_DECAY:
    return !gas && strcmp(quantity->name, "decay_rate") == 0 ? alignment_rate(value, file, error)
                                                             : HUD_OK;
  case HUD_QUANTITY_FREQUENCY:
    return gas ? limit_frequency(value, d, quantity->size, error) : HUD_OK;
  case HUD_QUANTITY_CONTACT:
    *value = gas && is_maxwellian(&d->gas) ? 1.0 : NAN;
    return HUD_OK;
  case HUD_QUANTITY_SLOPE:
  case HUD_QUANTITY_RELAXATION:
    return gas ? initial_slope(value, quantity, d, error) : HUD_OK;
  default:
    return HUD_OK;
  }
}
