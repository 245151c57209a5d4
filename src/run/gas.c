/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hard spheres as a model of `huddle run`; see gas.h. */
#include "run/gas.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "config/expression.h"
#include "run/gas_data.h"

struct hud_gas {
  const struct hud_description *description;
  const volatile sig_atomic_t *stop;
  const struct hud_log *log;
  struct hud_gas_data data;
  struct hud_system *system; /* one of the two */
  struct hud_boltzmann *boltzmann;
  double wall_start, flow_seconds;
  struct hud_gas_moments dilute_first; /* of replica 0 of the Boltzmann equation, at t = 0 */
  struct hud_spheres_moments first,
      last; /* of the flow's replica 0, at t = 0 and at the last row */
};

hud_status hud_gas_forecast(const struct hud_description *description,
                            struct hud_spheres_forecast *forecast, struct hud_error *error)
{
  struct hud_gas_data data;
  hud_status status = hud_gas_data_create(&data, description, false, error);
  if (status == HUD_OK) {
    status = hud_spheres_forecast(&data.spec, forecast, error);
    forecast->bytes *= description->particles.replicas;
    if (status == HUD_ERROR_INPUT && error != NULL && error->where[0] == '\0')
      snprintf(error->where, sizeof error->where, "zones");
  }
  hud_gas_data_free(&data);
  return status;
}

hud_status hud_gas_check(const struct hud_description *d, struct hud_error *error)
{
  struct hud_spheres_forecast forecast;
  struct hud_dilute_forecast dilute;
  bool flow = d->model == HUD_MODEL_HARD_SPHERES;
  double limit = d->solver.memory_limit;
  hud_status status =
      flow ? hud_gas_forecast(d, &forecast, error) : hud_dilute_forecast(d, &dilute, error);
  double bytes = status != HUD_OK ? 0.0 : flow ? forecast.bytes : dilute.bytes;
  if (status == HUD_OK && bytes > limit)
    status = hud_fail(error, HUD_ERROR_MEMORY,
                      "%d replicas of %" PRId64
                      " spheres need about %.3g GB; solver.memory_gb allows %.3g",
                      d->particles.replicas, d->particles.count, 1e-9 * bytes, 1e-9 * limit);
  return status;
}

/* Asked by the flow between horizons. */
static hud_status check_limits(void *context, double t, struct hud_error *error)
{
  const struct hud_gas *gas = context;
  double cap = gas->description->solver.max_wall, end = gas->description->time.end;
  if (gas->stop != NULL && *gas->stop)
    return hud_fail(error, HUD_ERROR_INTERRUPTED, "stopped at t = %.9g", t);
  if (cap > 0.0 && hud_clock() - gas->wall_start > cap)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "wall cap: %.3g s brought the run to t = %.9g of %.9g (solver.max_wall)", cap,
                    t, end);
  hud_log_progress(gas->log, t / end, "t = %.4g", t);
  return HUD_OK;
}

static hud_status start_flow(struct hud_gas *gas, struct hud_error *error)
{
  char text[200];
  hud_status status = hud_system_create(&gas->system, &gas->data.spec, error);
  if (status != HUD_OK)
    return status;
  hud_position_report_text(hud_system_positions(gas->system), text, sizeof text);
  hud_log_info(gas->log, "positions: %s", text);
  hud_spheres_measure(hud_system_state(gas->system, 0), &gas->first);
  gas->last = gas->first;
  for (int r = 0; r < hud_system_replicas(gas->system); r++)
    hud_flow_watch(hud_system_flow(gas->system, r), check_limits, gas);
  return HUD_OK;
}

static hud_status start_boltzmann(struct hud_gas *gas, struct hud_error *error)
{
  struct hud_boltzmann_spec spec;
  hud_dilute_spec(gas->description, &gas->data, &spec);
  hud_status status = hud_boltzmann_create(&gas->boltzmann, &spec, error);
  if (status == HUD_OK) {
    hud_boltzmann_watch(gas->boltzmann, check_limits, gas);
    hud_boltzmann_moments(gas->boltzmann, 0, &gas->dilute_first);
  }
  return status;
}

hud_status hud_gas_create(struct hud_gas **out, const struct hud_description *description,
                          const volatile sig_atomic_t *stop, const struct hud_log *log,
                          struct hud_error *error)
{
  struct hud_gas *gas = NULL;
  *out = NULL;
  hud_status status = hud_gas_check(description, error);
  if (status == HUD_OK)
    status = HUD_NEW(&gas, 1, "a gas of hard spheres", error);
  if (status != HUD_OK)
    return status;
  gas->description = description;
  gas->stop = stop;
  gas->log = log;
  gas->wall_start = hud_clock();
  status = hud_gas_data_create(&gas->data, description, true, error);
  if (status == HUD_OK)
    status = description->model == HUD_MODEL_BOLTZMANN ? start_boltzmann(gas, error)
                                                       : start_flow(gas, error);
  if (status == HUD_OK)
    *out = gas;
  else
    hud_gas_free(gas);
  return status;
}

void hud_gas_free(struct hud_gas *gas)
{
  if (gas == NULL)
    return;
  hud_system_free(gas->system);
  hud_boltzmann_free(gas->boltzmann);
  hud_gas_data_free(&gas->data);
  hud_free(gas);
}

hud_status hud_gas_advance(struct hud_gas *gas, double t, struct hud_error *error)
{
  double start = hud_clock();
  hud_status status = gas->boltzmann != NULL ? hud_boltzmann_advance(gas->boltzmann, t, error)
                                             : hud_system_advance(gas->system, t, error);
  gas->flow_seconds += hud_clock() - start;
  return status;
}

const char *const *hud_gas_names(const struct hud_gas *gas, size_t *count)
{
  return gas->boltzmann != NULL ? hud_boltzmann_names(gas->boltzmann, count)
                                : hud_system_names(gas->system, count);
}

hud_status hud_gas_row(struct hud_gas *gas, double *row, struct hud_error *error)
{
  if (gas->boltzmann != NULL) {
    hud_boltzmann_row(gas->boltzmann, row);
    return HUD_OK;
  }
  hud_spheres_measure(hud_system_state(gas->system, 0), &gas->last);
  return hud_system_row(gas->system, row, error);
}

const char *hud_gas_model_name(const struct hud_gas *gas)
{
  return gas->boltzmann != NULL ? "boltzmann" : "hard_spheres";
}

struct hud_system *hud_gas_system(struct hud_gas *gas)
{
  return gas->system;
}

hud_status hud_gas_write(const struct hud_gas *gas, FILE *stream, struct hud_error *error)
{
  return gas->boltzmann != NULL ? hud_boltzmann_write(gas->boltzmann, stream, error)
                                : hud_system_write(gas->system, stream, error);
}

hud_status hud_gas_read(struct hud_gas *gas, FILE *stream, struct hud_error *error)
{
  return gas->boltzmann != NULL ? hud_boltzmann_read(gas->boltzmann, stream, error)
                                : hud_system_read(gas->system, stream, error);
}

static hud_status add_events(struct hud_extras *extras, const struct hud_flow_counters *c,
                             int orders, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int k = 2; k <= orders + 1 && status == HUD_OK; k++) {
    char text[HUD_SPHERES_NAME];
    snprintf(text, sizeof text, "collisions_%d", k);
    status = hud_extras_add_integer(extras, text, c->collisions[k], error);
  }
  const struct hud_named_integer counters[] = {
      {"grazing", c->grazing},       {"ties", c->ties},       {"healed", c->healed},
      {"predicted", c->predicted},   {"roots", c->roots},     {"horizons", c->horizons},
      {"horizons_cut", c->cut},      {"entries", c->entries}, {"cells_entered", c->cells},
      {"pair_tests_of_16", c->tests}};
  if (status == HUD_OK)
    status = hud_extras_add_integers(extras, sizeof counters / sizeof counters[0], counters, error);
  return status;
}

/* y_k over all rows. */
static hud_status add_contact(struct hud_extras *extras, const struct hud_system *system,
                              int orders, struct hud_error *error)
{
  double y, deviation;
  hud_status status = HUD_OK;
  for (int k = 2; k <= orders + 1 && status == HUD_OK; k++) {
    char text[HUD_SPHERES_NAME];
    if (!hud_system_contact(system, k, &y, &deviation))
      return HUD_OK;
    snprintf(text, sizeof text, "contact_y_%d", k);
    status = hud_extras_add_number(extras, text, y, error);
    snprintf(text, sizeof text, "contact_y_%d_se", k);
    if (status == HUD_OK)
      status = hud_extras_add_number(extras, text, deviation, error);
  }
  return status;
}

hud_status hud_gas_report(const struct hud_gas *gas, struct hud_summary *summary,
                          struct hud_error *error)
{
  if (gas->boltzmann != NULL)
    return hud_dilute_report(gas->description, gas->boltzmann, &gas->dilute_first,
                             gas->flow_seconds, summary, error);
  struct hud_flow_counters c;
  struct hud_extras *details = &summary->details;
  int d = gas->description->gas.dimension, orders = gas->description->gas.orders;
  hud_system_counters(gas->system, &c);
  double events = 0.0, momentum = 0.0;
  for (int k = 2; k <= orders + 1; k++)
    events += (double)c.collisions[k];
  for (int a = 0; a < d; a++)
    momentum = fmax(momentum, fabs(gas->last.momentum[a] - gas->first.momentum[a]));
  char text[200];
  hud_position_report_text(hud_system_positions(gas->system), text, sizeof text);
  hud_status status = hud_extras_add_integer(&summary->counters, "particles",
                                             gas->description->particles.count, error);
  if (status == HUD_OK)
    status = add_events(&summary->counters, &c, orders, error);
  if (status == HUD_OK)
    status = hud_extras_add_text(details, "positions", text, error);
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"energy_drift", fabs(gas->last.energy - gas->first.energy) / gas->first.energy},
                 {"momentum_drift", momentum / sqrt(2.0 * gas->first.energy)},
                 {"least_gap", isfinite(c.least_gap) ? c.least_gap : NAN},
                 {"roots_per_collision", (double)c.roots / events},
                 {"cells_per_collision", (double)c.cells / events},
                 {"collisions_per_second", events / gas->flow_seconds}};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && status == HUD_OK; i++)
    status = hud_extras_add_number(details, numbers[i].name, numbers[i].value, error);
  if (status == HUD_OK)
    status = add_contact(details, gas->system, orders, error);
  if (status == HUD_OK && c.least_gap < -1e-9) {
    snprintf(text, sizeof text, "a zone was violated by %.3g of itself, which is beyond round-off",
             -c.least_gap);
    hud_log_warning(gas->log, "%s", text);
    status = hud_summary_add_warning(summary, text, error);
  }
  return status;
}
