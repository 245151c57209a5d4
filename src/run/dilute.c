/* SPDX-License-Identifier: GPL-3.0-or-later
 * The Boltzmann equation of a model file; see dilute.h. */
#include "run/dilute.h"

#include <math.h>
#include <string.h>

#include "spheres/zones.h"

/* Mean temperature over the axes, NaN for tables. */
static double temperature_of(const struct hud_gas_data *data)
{
  const struct hud_velocity_mixture mixture = {data->spec.components, data->spec.component_count};
  if (mixture.count == 0)
    return NAN;
  return hud_velocity_mean_square(&mixture, data->spec.dimension, true) / data->spec.dimension;
}

/* A quarter of the time in which a thermal particle crosses a cell, or collides, if less. */
static double automatic_step(const struct hud_gas_description *gas, double temperature)
{
  double speed = sqrt(temperature > 0.0 ? temperature : 1.0);
  double rate = speed * gas->cells.value[0] / gas->domain.side;
  double collisions = 0.0;
  for (int l = 1; l <= gas->orders; l++)
    collisions +=
        hud_boltzmann_rate(gas->dimension, l, gas->alpha.value[l - 1], gas->density, speed * speed);
  return 0.25 / fmax(rate, collisions);
}

void hud_dilute_spec(const struct hud_description *description, const struct hud_gas_data *data,
                     struct hud_boltzmann_spec *spec)
{
  const struct hud_gas_description *gas = &description->gas;
  const struct hud_spheres_spec *common = &data->spec;
  *spec = (struct hud_boltzmann_spec){
      .dimension = gas->dimension,
      .orders = gas->orders,
      .density = gas->density,
      .axes = (int)gas->cells.count,
      .cells = gas->cells.count > 0 ? (int)gas->cells.value[0] : 0,
      .side = gas->domain.side,
      .position = common->density,
      .count = common->count,
      .seed = common->seed,
      .replicas = common->replicas,
      .velocity = {common->components, common->component_count},
      .fix_momentum = common->fix_momentum,
      .fix_energy = common->fix_energy,
      .rows = common->rows,
      .phi = common->phi,
  };
  memcpy(spec->alpha, gas->alpha.value, sizeof spec->alpha);
  if (spec->axes > 0)
    spec->step = gas->step > 0.0 ? gas->step : automatic_step(gas, temperature_of(data));
}

hud_status hud_dilute_forecast(const struct hud_description *description,
                               struct hud_dilute_forecast *forecast, struct hud_error *error)
{
  struct hud_gas_data data;
  struct hud_boltzmann_spec spec;
  *forecast = (struct hud_dilute_forecast){.temperature = NAN};
  hud_status status = hud_gas_data_create(&data, description, false, error);
  if (status != HUD_OK)
    return status;
  hud_dilute_spec(description, &data, &spec);
  int d = spec.dimension;
  forecast->temperature = temperature_of(&data);
  for (int l = 1; l <= spec.orders; l++) {
    forecast->rate[l] =
        hud_boltzmann_rate(d, l, spec.alpha[l - 1], spec.density, forecast->temperature);
    forecast->decay[l] = 8.0 * l / ((l + 1.0) * (l * d + 2.0)) * forecast->rate[l];
  }
  forecast->step = spec.step;
  forecast->unknowns = (double)spec.count * spec.replicas * (d + spec.axes);
  forecast->bytes = hud_boltzmann_memory(&spec);
  /* Where the weighted norm is infinite there is no time of existence to tell, and no error. */
  if (spec.velocity.count > 0 && spec.position.value == NULL &&
      hud_existence_best(&forecast->existence, &spec.velocity, d, spec.density, 1.0, NULL) ==
          HUD_OK)
    forecast->existence_orders = hud_existence_time_orders(
        d, forecast->existence.beta, forecast->existence.mu, 1.0, spec.orders, spec.alpha);
  hud_gas_data_free(&data);
  return HUD_OK;
}

hud_status hud_dilute_report(const struct hud_description *description,
                             const struct hud_boltzmann *system,
                             const struct hud_gas_moments *first, double seconds,
                             struct hud_summary *summary, struct hud_error *error)
{
  struct hud_kac_counters counters;
  struct hud_gas_moments last;
  hud_boltzmann_counters(system, &counters);
  hud_boltzmann_moments(system, 0, &last);
  double events = 0.0;
  double momentum = 0.0;
  hud_status status =
      hud_extras_add_integer(&summary->counters, "particles", description->particles.count, error);
  for (int size = 2; size <= description->gas.orders + 1 && status == HUD_OK; size++) {
    char text[HUD_BOLTZMANN_NAME];
    snprintf(text, sizeof text, "collisions_%d", size);
    events += (double)counters.collisions[size];
    status = hud_extras_add_integer(&summary->counters, text, counters.collisions[size], error);
  }
  if (status == HUD_OK)
    status = hud_extras_add_integer(&summary->counters, "candidates", counters.candidates, error);
  for (int a = 0; a < description->gas.dimension; a++)
    momentum = fmax(momentum, fabs(last.momentum[a] - first->momentum[a]));
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"energy_drift", fabs(last.energy - first->energy) / first->energy},
                 {"momentum_drift", momentum / sqrt(2.0 * first->energy)},
                 {"acceptance", events / (double)counters.candidates},
                 {"collisions_per_second", events / seconds}};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && status == HUD_OK; i++)
    status = hud_extras_add_number(&summary->details, numbers[i].name, numbers[i].value, error);
  return status;
}
