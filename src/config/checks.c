/* SPDX-License-Identifier: GPL-3.0-or-later
 * What single keys cannot say: which values go together. */
#include "config/reader.h"

#include <math.h>

enum { MAX_OUTPUTS = 1000000 };

static hud_status check_time(struct hud_reader *reader)
{
  struct hud_time_spec *time = &reader->description->time;
  static const char key[] = "time.output_every";
  if (time->output_every == 0.0)
    time->output_every = time->end / 100.0;
  if (time->output_every > time->end)
    return hud_reader_fail_path(reader, key, NULL, "`%s` is %g, more than `time.end`, which is %g",
                                key, time->output_every, time->end);
  if (time->end / time->output_every > MAX_OUTPUTS)
    return hud_reader_fail_path(
        reader, key, NULL, "`%s` is %g: %.3g rows of output up to t = %g; at most %d fit", key,
        time->output_every, time->end / time->output_every, time->end, MAX_OUTPUTS);
  return HUD_OK;
}

static hud_status check_velocity(struct hud_reader *reader)
{
  const struct hud_velocity_spec *velocity = &reader->description->velocity;
  if (reader->unused->velocity.regrid)
    return hud_reader_fail_path(
        reader, "velocity.regrid", "expected method: grid, or false",
        "the method %s has no velocity grid to halve",
        hud_choice_name(hud_method_choices, (int)reader->description->method));
  if (!velocity->given || velocity->min < velocity->max)
    return HUD_OK;
  return hud_reader_fail_path(reader, "velocity.max", NULL,
                              "`velocity` has min = %g and max = %g; expected min < max",
                              velocity->min, velocity->max);
}

static hud_status check_potential(struct hud_reader *reader)
{
  const struct hud_description *d = reader->description;
  bool linear = d->method == HUD_METHOD_SPECTRAL || d->method == HUD_METHOD_MOMENTS;
  if (!linear || d->potential.type == HUD_POTENTIAL_ALIGNMENT)
    return HUD_OK;
  return hud_reader_fail_path(reader, "potential",
                              "expected alignment here, or the method grid or particles",
                              "the method %s closes for alignment only",
                              hud_choice_name(hud_method_choices, (int)d->method));
}

/* Deterministic durations are those of the binary models, as particles. */
static hud_status check_duration(struct hud_reader *reader)
{
  const struct hud_description *d = reader->description;
  if (d->duration == HUD_DURATION_EXPONENTIAL)
    return HUD_OK;
  bool binary =
      d->model == HUD_MODEL_INSTANTANEOUS || (d->model == HUD_MODEL_HIERARCHY && d->clusters == 2);
  if (!binary)
    return hud_reader_fail_path(reader, "duration",
                                "expected model: hierarchy with clusters: 2, or instantaneous",
                                "deterministic durations are for binary models only");
  if (d->method != HUD_METHOD_PARTICLES)
    return hud_reader_fail_path(reader, "duration", "expected method: particles",
                                "deterministic durations are simulated by particles only");
  return HUD_OK;
}

/* As many numbers as orders or axes; one number stands for all. */
static hud_status spread(struct hud_reader *reader, const char *path, struct hud_numbers *numbers,
                         int wanted, const char *what)
{
  if (numbers->count == 1)
    for (int n = 1; n < wanted; n++)
      numbers->value[n] = numbers->value[0];
  else if (numbers->count != (size_t)wanted)
    return hud_reader_fail_path(reader, path, NULL,
                                "`%s` has %zu numbers; expected %d, one for "
                                "each %s",
                                path, numbers->count, wanted, what);
  numbers->count = (size_t)wanted;
  return HUD_OK;
}

static hud_status check_gas(struct hud_reader *reader, struct hud_gas_spec *gas, int dimension)
{
  static const char path[] = "initial.velocity";
  hud_status status = HUD_OK;
  if (gas->type == HUD_GAS_GAUSSIAN || gas->type == HUD_GAS_STUDENT) {
    if (gas->mean.count == 0)
      gas->mean.count = 1;
    status = spread(reader, path, &gas->temperature, dimension, "axis");
    return status == HUD_OK ? spread(reader, path, &gas->mean, dimension, "axis") : status;
  }
  for (size_t p = 0; p < gas->part_count && status == HUD_OK; p++) {
    if (gas->parts[p].type != HUD_GAS_GAUSSIAN && gas->parts[p].type != HUD_GAS_STUDENT)
      return hud_reader_fail_path(reader, path, "expected {gaussian: {...}} or {student: {...}}",
                                  "item %zu of the mixture is neither gaussian nor student", p);
    status = check_gas(reader, &gas->parts[p], dimension);
  }
  return status;
}

static hud_status check_table(struct hud_reader *reader)
{
  const struct hud_gas_description *gas = &reader->description->gas;
  if (gas->velocity.type != HUD_GAS_TABLE || (gas->position == NULL && gas->fix == 0))
    return HUD_OK;
  return hud_reader_fail_path(reader, "initial.velocity", NULL,
                              "a table holds positions and velocities; `initial.position` and "
                              "`initial.fix` do not go with it");
}

static hud_status check_boltzmann(struct hud_reader *reader)
{
  struct hud_gas_description *gas = &reader->description->gas;
  if (gas->kappa.count == 0)
    gas->kappa = (struct hud_numbers){.count = 1, .value = {1.0}};
  hud_status status = spread(reader, "zones.kappa", &gas->kappa, gas->orders, "order");
  if (status != HUD_OK)
    return status;
  if (gas->alpha.count == 0) {
    gas->alpha.count = (size_t)gas->orders;
    for (int l = 1; l <= gas->orders; l++)
      gas->alpha.value[l - 1] = pow(gas->kappa.value[l - 1], l) / tgamma(l + 1.0);
  }
  if (gas->alpha.count != (size_t)gas->orders)
    return hud_reader_fail_path(reader, "alpha", NULL,
                                "`alpha` has %zu numbers; expected %d, one for each order",
                                gas->alpha.count, gas->orders);
  if (gas->domain.type == HUD_DOMAIN_WHOLE_SPACE)
    return hud_reader_fail_path(reader, "domain", "expected {torus: side}",
                                "the Boltzmann equation is solved on a torus, not in the whole "
                                "space");
  if (gas->position != NULL && gas->cells.count == 0)
    return hud_reader_fail_path(reader, "initial.position", "expected the key `cells` with it",
                                "a density of positions is of no use to a homogeneous gas");
  const double *cells = gas->cells.value;
  if (gas->cells.count > 2 || (gas->cells.count == 2 && cells[0] != cells[1]) ||
      (gas->cells.count > 0 && cells[0] != floor(cells[0])))
    return hud_reader_fail_path(reader, "cells", "expected a whole number n, or [n, n]",
                                "`cells` is not one number of cells, or two equal ones");
  status = check_gas(reader, &gas->velocity, gas->dimension);
  return status == HUD_OK ? check_table(reader) : status;
}

static hud_status check_spheres(struct hud_reader *reader)
{
  struct hud_gas_description *gas = &reader->description->gas;
  hud_status status = HUD_OK;
  if (gas->domain.side == 0.0) /* not given */
    gas->domain.side = 1.0;
  if (reader->description->model == HUD_MODEL_BOLTZMANN)
    return check_boltzmann(reader);
  if (reader->description->model != HUD_MODEL_HARD_SPHERES)
    return HUD_OK;
  if (gas->radii.count > 0 && gas->kappa.count > 0)
    return hud_reader_fail_path(reader, "zones.radii", NULL,
                                "`zones` has both `kappa` and `radii`; expected one of them");
  if (gas->radii.count > 0) {
    if (gas->radii.count != (size_t)gas->orders)
      status =
          hud_reader_fail_path(reader, "zones.radii", NULL,
                               "`zones.radii` has %zu numbers; expected %d, one for each order",
                               gas->radii.count, gas->orders);
  } else {
    if (gas->kappa.count == 0)
      gas->kappa = (struct hud_numbers){.count = 1, .value = {1.0}};
    status = spread(reader, "zones.kappa", &gas->kappa, gas->orders, "order");
  }
  if (status == HUD_OK)
    status = check_gas(reader, &gas->velocity, gas->dimension);
  const struct hud_description *d = reader->description;
  if (status == HUD_OK && d->output.trajectories > d->particles.count)
    status =
        hud_reader_fail_path(reader, "output.trajectories", "expected at most `particles.count`",
                             "trajectories of %lld particles are asked for; there are %lld",
                             (long long)d->output.trajectories, (long long)d->particles.count);
  bool whole = gas->domain.type == HUD_DOMAIN_WHOLE_SPACE;
  if (status == HUD_OK && whole && gas->position == NULL && gas->velocity.type != HUD_GAS_TABLE)
    status = hud_reader_fail_path(reader, "domain", "expected an expression in `initial.position`",
                                  "in the whole space positions cannot be uniform");
  if (status == HUD_OK && whole && gas->observables.insertions > 0)
    status = hud_reader_fail_path(reader, "observables.insertions", "expected a torus",
                                  "a group cannot be inserted uniformly into the whole space");
  return status == HUD_OK ? check_table(reader) : status;
}

hud_status hud_reader_check(struct hud_reader *reader)
{
  hud_status (*const checks[])(struct hud_reader *) = {check_time, check_velocity, check_potential,
                                                       check_duration, check_spheres};
  hud_status status = HUD_OK;
  for (size_t c = 0; c < sizeof checks / sizeof checks[0] && status == HUD_OK; c++)
    status = checks[c](reader);
  return status;
}
