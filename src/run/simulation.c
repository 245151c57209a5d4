/* SPDX-License-Identifier: GPL-3.0-or-later
 * A simulation: model file, model, integrator and diagnostics held together. */
#include "run/simulation.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

static hud_status start_picard(struct hud_simulation *simulation, const volatile sig_atomic_t *stop,
                               struct hud_error *error)
{
  const struct hud_description *d = simulation->description;
  const struct hud_model *model = simulation->model;
  const struct hud_picard_options options = {
      .tolerance = 1e-3 * d->solver.rtol,
      .max_wall = d->solver.max_wall,
      .stop = stop,
  };
  if (model->scalar != NULL)
    return hud_fail_at(error, HUD_ERROR_INPUT, "solver.integrator",
                       "the scalar models have no mild form (30) for the integrator picard");
  if (d->method == HUD_METHOD_GRID && d->velocity.drift == HUD_SCHEME_FOURTH_ORDER)
    return hud_fail_at(error, HUD_ERROR_INPUT, "velocity.drift",
                       "the integrator picard moves pairs by their flow, which is of second order; "
                       "expected second_order");
  return hud_picard_create(&simulation->picard, model->network, model->rep, model->assembler, 0.0,
                           simulation->y, &options, error);
}

struct hud_evolve_options hud_simulation_solver(const struct hud_description *d,
                                                const volatile sig_atomic_t *stop)
{
  struct hud_evolve_options options = {
      .rtol = d->solver.rtol,
      .atol = d->solver.atol,
      .max_steps = d->solver.max_steps,
      .max_wall = d->solver.max_wall,
      .end = d->time.end,
      .stop = stop,
  };
  if (d->method == HUD_METHOD_SPECTRAL) {
    /* The error in time must not hide that in frequency. Scales are natural ones and shrink with
     * the variance, so that an absolute tolerance only has to be above zero. */
    options.rtol = fmin(options.rtol, 1e-3 * d->solver.spectral_tol);
    options.atol = 1e-40;
  }
  return options;
}

static hud_status start(struct hud_simulation *simulation, const volatile sig_atomic_t *stop,
                        const struct hud_log *log, struct hud_error *error)
{
  struct hud_evolve_options options = hud_simulation_solver(simulation->description, stop);
  options.log = log;
  hud_status status = hud_model_initial(simulation->model, simulation->y, error);
  if (status == HUD_OK && simulation->description->solver.integrator == HUD_INTEGRATOR_PICARD)
    return start_picard(simulation, stop, error);
  if (status == HUD_OK)
    status = hud_evolve_create(&simulation->evolve, hud_model_system(simulation->model), 0.0,
                               simulation->y, &options, error);
  return status;
}

static hud_status create_model(struct hud_simulation *simulation, const volatile sig_atomic_t *stop,
                               const struct hud_log *log, struct hud_error *error)
{
  hud_status status = hud_model_create(&simulation->model, simulation->description, error);
  if (status == HUD_OK && simulation->description->velocity.regrid)
    status = hud_outside_create(&simulation->outside, simulation->model, error);
  if (status == HUD_OK)
    status = hud_diagnostics_create_with(&simulation->diagnostics, simulation->model,
                                         simulation->outside, error);
  if (status != HUD_OK)
    return status;
  size_t size = hud_model_system(simulation->model)->size;
  if ((status = HUD_NEW(&simulation->y, size, "a state", error)) == HUD_OK &&
      (status = HUD_NEW(&simulation->next, size, "a state", error)) == HUD_OK)
    status = start(simulation, stop, log, error);
  return status;
}

hud_status hud_simulation_create(struct hud_simulation **out, struct hud_model_file *file,
                                 const volatile sig_atomic_t *stop, const struct hud_log *log,
                                 struct hud_error *error)
{
  *out = NULL;
  struct hud_simulation *simulation = NULL;
  hud_status status = HUD_NEW(&simulation, 1, "a simulation", error);
  if (status != HUD_OK) {
    hud_model_file_free(file);
    return status;
  }
  size_t columns = 0;
  simulation->file = file;
  simulation->log = log;
  simulation->stop = stop;
  simulation->description = hud_model_file_description(file);
  if (hud_gas_is_model(simulation->description->model))
    status = hud_gas_create(&simulation->gas, simulation->description, stop, log, error);
  else if (simulation->description->method == HUD_METHOD_PARTICLES)
    status =
        hud_stochastic_create(&simulation->stochastic, simulation->description, stop, log, error);
  else
    status = create_model(simulation, stop, log, error);
  if (status == HUD_OK && simulation->description->output.f2 &&
      simulation->description->method == HUD_METHOD_SPECTRAL &&
      hud_simulation_has_pairs(simulation)) /* so that what cannot be done is said at once */
    status = hud_pair_density_create(&simulation->pairs, simulation->model, stop, error);
  if (status == HUD_OK) {
    hud_simulation_quantities(simulation, &columns);
    status = HUD_NEW(&simulation->row, columns, "a row", error);
  }
  if (status == HUD_ERROR_INPUT)
    hud_model_file_locate(file, error);
  if (status == HUD_OK)
    *out = simulation;
  else
    hud_simulation_close(simulation);
  return status;
}

hud_status hud_simulation_open(struct hud_simulation **simulation, const char *path,
                               const char *const *overrides, size_t count, struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  *simulation = NULL;
  hud_status status = hud_model_file_load(&file, path, overrides, count, error);
  return status == HUD_OK ? hud_simulation_create(simulation, file, NULL, NULL, error) : status;
}

hud_status hud_simulation_parse(struct hud_simulation **simulation, const char *text,
                                const char *name, struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  *simulation = NULL;
  hud_status status = hud_model_file_parse(&file, name, text, strlen(text), NULL, 0, error);
  return status == HUD_OK ? hud_simulation_create(simulation, file, NULL, NULL, error) : status;
}

void hud_simulation_close(struct hud_simulation *simulation)
{
  if (simulation == NULL)
    return;
  hud_stochastic_free(simulation->stochastic);
  hud_gas_free(simulation->gas);
  hud_pair_density_free(simulation->pairs);
  hud_evolve_free(simulation->evolve);
  hud_picard_free(simulation->picard);
  hud_diagnostics_free(simulation->diagnostics);
  hud_outside_free(simulation->outside);
  hud_model_free(simulation->model);
  hud_model_file_free(simulation->file);
  hud_free(simulation->y);
  hud_free(simulation->next);
  hud_free(simulation->row);
  hud_free(simulation);
}

double hud_simulation_time(const struct hud_simulation *simulation)
{
  return simulation->time;
}

double hud_simulation_end(const struct hud_simulation *simulation)
{
  return simulation->description->time.end;
}

static hud_status integrate_to(struct hud_simulation *simulation, double t, struct hud_error *error)
{
  hud_status status = simulation->picard != NULL
                          ? hud_picard_to(simulation->picard, t, simulation->next, error)
                          : hud_evolve_to(simulation->evolve, t, simulation->next, error);
  if (status == HUD_OK && simulation->outside != NULL)
    status = hud_outside_advance(simulation->outside, simulation->y, t - simulation->time, error);
  if (status != HUD_OK)
    return status;
  double *reached = simulation->next;
  simulation->next = simulation->y;
  simulation->y = reached;
  simulation->time = t;
  return HUD_OK;
}

/* Halves the grid as often as the state asks for it, and starts the integrator afresh on it. */
static hud_status adapt(struct hud_simulation *simulation, struct hud_error *error)
{
  bool changed = true, any = false;
  hud_status status = HUD_OK;
  while (changed && status == HUD_OK) {
    hud_outside_before(simulation->outside, simulation->y);
    status = hud_model_adapt(simulation->model, simulation->y, &changed, error);
    if (status == HUD_OK && changed) {
      hud_outside_after(simulation->outside, simulation->y);
      any = true;
    }
  }
  if (status == HUD_OK && any) {
    double window[2];
    simulation->model->rep->ops->window(simulation->model->rep, window);
    hud_log_info(simulation->log, "t = %.6g: the grid is now [%.6g, %.6g]", simulation->time,
                 window[0], window[1]);
    status = hud_evolve_restart(simulation->evolve, simulation->time, simulation->y, error);
  }
  return status;
}

/* The state is looked at in steps in which the standard deviation shrinks by less than an eighth:
 * pairs form at the rate 2 lambda11 M_1 at most and halve their energy at most. */
static hud_status advance_adapting(struct hud_simulation *simulation, double t,
                                   struct hud_error *error)
{
  const struct hud_model *model = simulation->model;
  const struct hud_reaction *pair = hud_network_reaction(model->network, 1, 1);
  double start = simulation->time, rate = pair->lambda * model->total_mass;
  double pieces = fmax(1.0, ceil(4.0 * rate * (t - start)));
  hud_status status = HUD_OK;
  for (double piece = 1.0; piece <= pieces && status == HUD_OK; piece += 1.0) {
    double stop = piece < pieces ? start + (t - start) * (piece / pieces) : t;
    status = integrate_to(simulation, stop, error);
    if (status == HUD_OK && stop < hud_simulation_end(simulation))
      status = adapt(simulation, error);
  }
  return status;
}

hud_status hud_simulation_advance(struct hud_simulation *simulation, double t,
                                  struct hud_error *error)
{
  if (!(t >= simulation->time && t <= hud_simulation_end(simulation)))
    return hud_fail(error, HUD_ERROR_USAGE,
                    "t = %.17g is not between the time %.17g and the end %.17g", t,
                    simulation->time, hud_simulation_end(simulation));
  hud_status status = HUD_OK;
  if (simulation->stochastic != NULL || simulation->gas != NULL) {
    status = simulation->gas != NULL ? hud_gas_advance(simulation->gas, t, error)
                                     : hud_stochastic_advance(simulation->stochastic, t, error);
    simulation->time = status == HUD_OK ? t : simulation->time;
    return status;
  }
  return simulation->outside != NULL ? advance_adapting(simulation, t, error)
                                     : integrate_to(simulation, t, error);
}

bool hud_simulation_regrids(const struct hud_simulation *simulation)
{
  return simulation->outside != NULL;
}

const char *const *hud_simulation_quantities(const struct hud_simulation *simulation, size_t *count)
{
  if (simulation->gas != NULL)
    return hud_gas_names(simulation->gas, count);
  if (simulation->stochastic != NULL)
    return hud_stochastic_names(simulation->stochastic, count);
  return hud_diagnostics_names(simulation->diagnostics, count);
}

hud_status hud_simulation_measure(struct hud_simulation *simulation, struct hud_error *error)
{
  if (simulation->stochastic != NULL)
    return hud_stochastic_row(simulation->stochastic, simulation->row, error);
  if (simulation->gas != NULL)
    return hud_gas_row(simulation->gas, simulation->row, error);
  hud_diagnostics_row(simulation->diagnostics, simulation->time, simulation->y, simulation->row);
  return HUD_OK;
}

hud_status hud_simulation_quantity(struct hud_simulation *simulation, const char *name,
                                   double *value, struct hud_error *error)
{
  size_t count;
  const char *const *names = hud_simulation_quantities(simulation, &count);
  *value = NAN;
  for (size_t i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0) {
      hud_status status = hud_simulation_measure(simulation, error);
      if (status == HUD_OK)
        *value = simulation->row[i];
      return status;
    }
  return hud_fail(error, HUD_ERROR_USAGE, "this model has no quantity \"%s\"", name);
}

size_t hud_simulation_velocities(const struct hud_simulation *simulation, const double **velocities)
{
  const double *edges;
  *velocities = NULL;
  if (simulation->gas != NULL)
    return 0;
  if (simulation->stochastic != NULL)
    return hud_stochastic_velocities(simulation->stochastic, velocities, &edges);
  const struct hud_representation *rep = simulation->model->rep;
  *velocities = NULL;
  return rep->ops->nodes != NULL ? rep->ops->nodes(rep, velocities) : 0;
}

const double *hud_simulation_edges(const struct hud_simulation *simulation)
{
  const double *velocities, *edges = NULL;
  if (simulation->stochastic != NULL)
    hud_stochastic_velocities(simulation->stochastic, &velocities, &edges);
  return edges;
}

bool hud_simulation_has_pairs(const struct hud_simulation *simulation)
{
  if (simulation->gas != NULL)
    return false;
  if (simulation->stochastic != NULL)
    return hud_stochastic_has_pairs(simulation->stochastic);
  return simulation->model->network->K >= 2;
}

/* The frequencies of a spectral state do not hold f_2(v_1, v_2): its own computation does. */
static hud_status spectral_pairs(struct hud_simulation *simulation, double *out,
                                 struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (simulation->pairs == NULL)
    status =
        hud_pair_density_create(&simulation->pairs, simulation->model, simulation->stop, error);
  return status == HUD_OK ? hud_pair_density_values(simulation->pairs, simulation->time,
                                                    simulation->y, out, error)
                          : status;
}

hud_status hud_simulation_density(struct hud_simulation *simulation, int k, double *out,
                                  size_t length, struct hud_error *error)
{
  const double *velocities;
  size_t n = hud_simulation_velocities(simulation, &velocities);
  if (n == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "method %s gives no densities",
                    simulation->gas != NULL          ? hud_gas_model_name(simulation->gas)
                    : simulation->stochastic != NULL ? "particles without the key `velocity`"
                                                     : simulation->model->rep->ops->name);
  if (k < 1 || k > 2 || (k == 2 && !hud_simulation_has_pairs(simulation)))
    return hud_fail(error, HUD_ERROR_USAGE, "this model has no density f_%d to read", k);
  size_t needed = k == 1 ? n : n * n;
  if (length < needed)
    return hud_fail(error, HUD_ERROR_USAGE, "f_%d has %zu values, there is room for %zu", k, needed,
                    length);
  if (simulation->stochastic != NULL)
    return hud_stochastic_density(simulation->stochastic, k, out, error);
  const struct hud_model *model = simulation->model;
  if (k == 2 && simulation->description->method == HUD_METHOD_SPECTRAL)
    return spectral_pairs(simulation, out, error);
  return hud_model_values(model, simulation->y, k, out, error);
}

hud_status hud_simulation_estimate(const struct hud_description *description,
                                   struct hud_model_size *size, struct hud_error *error)
{
  *size = (struct hud_model_size){0};
  if (description->model == HUD_MODEL_BOLTZMANN) {
    struct hud_dilute_forecast forecast;
    hud_status status = hud_dilute_forecast(description, &forecast, error);
    size->unknowns = forecast.unknowns;
    size->bytes = forecast.bytes;
    return status;
  }
  if (description->model == HUD_MODEL_HARD_SPHERES) {
    struct hud_spheres_forecast forecast;
    hud_status status = hud_gas_forecast(description, &forecast, error);
    size->unknowns = 2.0 * description->gas.dimension * (double)description->particles.count *
                     description->particles.replicas;
    size->bytes = forecast.bytes;
    return status;
  }
  if (description->method == HUD_METHOD_PARTICLES)
    return hud_stochastic_estimate(description, &size->unknowns, &size->bytes, error);
  return hud_model_estimate(description, size, error);
}
