/* SPDX-License-Identifier: GPL-3.0-or-later
 * Replicas of a gas that obeys the Boltzmann equation; see boltzmann.h. */
#include "spheres/boltzmann.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

/* One of the two. */
struct replica {
  struct hud_kac *kac;
  struct hud_cell_gas *cells;
};

struct hud_boltzmann {
  struct hud_boltzmann_spec spec;
  struct replica *replica;
  size_t column_count, value_count;
  char (*text)[HUD_BOLTZMANN_NAME];
  const char **names;
  double *values; /* replicas x value_count */
};

/* ---- data ---- */

static hud_status create_homogeneous(struct replica *replica, const struct hud_boltzmann_spec *spec,
                                     int r, struct hud_error *error)
{
  struct hud_kac_spec own = {.dimension = spec->dimension,
                             .orders = spec->orders,
                             .density = spec->density,
                             .count = spec->count,
                             .seed = spec->seed,
                             .stream = (uint64_t)r};
  memcpy(own.alpha, spec->alpha, sizeof own.alpha);
  hud_status status = hud_kac_create(&replica->kac, &own, error);
  if (status != HUD_OK)
    return status;
  if (spec->rows == NULL)
    return hud_kac_draw_velocities(replica->kac, &spec->velocity, spec->fix_momentum,
                                   spec->fix_energy, error);
  size_t d = (size_t)spec->dimension;
  double *v = NULL;
  status = HUD_NEW(&v, (size_t)spec->count * d, "velocities of a table", error);
  for (size_t i = 0; i < (size_t)spec->count && status == HUD_OK; i++)
    memcpy(v + i * d, spec->rows + i * 2 * d + d, d * sizeof *v);
  if (status == HUD_OK)
    status = hud_kac_set_velocities(replica->kac, v, error);
  hud_free(v);
  return status;
}

static hud_status create_cells(struct replica *replica, const struct hud_boltzmann_spec *spec,
                               int r, struct hud_error *error)
{
  struct hud_cell_gas_spec own = {.dimension = spec->dimension,
                                  .axes = spec->axes,
                                  .orders = spec->orders,
                                  .density = spec->density,
                                  .side = spec->side,
                                  .cells = spec->cells,
                                  .step = spec->step,
                                  .count = spec->count,
                                  .seed = spec->seed,
                                  .stream = (uint64_t)r};
  memcpy(own.alpha, spec->alpha, sizeof own.alpha);
  hud_status status = hud_cell_gas_create(&replica->cells, &own, error);
  if (status != HUD_OK)
    return status;
  if (spec->rows == NULL)
    return hud_cell_gas_draw(replica->cells, &spec->position, &spec->velocity, spec->fix_momentum,
                             spec->fix_energy, error);
  for (int64_t i = 0; i < spec->count && status == HUD_OK; i++) {
    const double *row = spec->rows + i * 2 * spec->dimension;
    status = hud_cell_gas_set(replica->cells, i, row, row + spec->dimension, error);
  }
  return status;
}

/* ---- columns ---- */

static int phi_columns(const struct hud_boltzmann_spec *spec)
{
  return spec->phi.value == NULL ? 0 : spec->replicas > 1 ? HUD_PHI_COLUMNS : 1;
}

static void name(struct hud_boltzmann *system, const char *text, const char *suffix)
{
  char *place = system->text[system->column_count];
  snprintf(place, HUD_BOLTZMANN_NAME, "%s%s", text, suffix);
  system->names[system->column_count++] = place;
}

static void name_values(struct hud_boltzmann *system, const char *suffix)
{
  static const char *const momentum[] = {"px", "py", "pz"};
  static const char *const temperature[] = {"Tx", "Ty", "Tz"};
  name(system, "energy", suffix);
  for (int a = 0; a < system->spec.dimension; a++)
    name(system, momentum[a], suffix);
  for (int a = 0; a < system->spec.dimension; a++)
    name(system, temperature[a], suffix);
  name(system, "m4", suffix);
  for (int size = 2; size <= system->spec.orders + 1; size++) {
    char text[HUD_BOLTZMANN_NAME];
    snprintf(text, sizeof text, "collisions_%d", size);
    name(system, text, suffix);
  }
  name(system, "m6", suffix);
  for (int w = 0; w < HUD_WAVE_COLUMNS && system->spec.axes > 0; w++)
    name(system, hud_wave_names[w], suffix);
  for (int p = 0; p < phi_columns(&system->spec); p++)
    name(system, hud_phi_names[p], suffix);
}

static hud_status create_columns(struct hud_boltzmann *system, struct hud_error *error)
{
  const struct hud_boltzmann_spec *spec = &system->spec;
  system->value_count = (size_t)(3 + 2 * spec->dimension + spec->orders +
                                 (spec->axes > 0 ? HUD_WAVE_COLUMNS : 0) + phi_columns(spec));
  size_t most = 1 + 2 * system->value_count;
  hud_status status = HUD_NEW(&system->text, most, "column names", error);
  if (status == HUD_OK)
    status = HUD_NEW(&system->names, most, "column names", error);
  if (status == HUD_OK)
    status = HUD_NEW(&system->values, (size_t)spec->replicas * system->value_count, "measurements",
                     error);
  if (status != HUD_OK)
    return status;
  name(system, "t", "");
  name_values(system, "");
  if (spec->replicas > 1)
    name_values(system, "_se");
  return HUD_OK;
}

hud_status hud_boltzmann_create(struct hud_boltzmann **out, const struct hud_boltzmann_spec *spec,
                                struct hud_error *error)
{
  *out = NULL;
  struct hud_boltzmann *system = NULL;
  if (spec->replicas < 1)
    return hud_fail(error, HUD_ERROR_INPUT, "%d replicas: there must be at least one",
                    spec->replicas);
  hud_status status = HUD_NEW(&system, 1, "a gas", error);
  if (status != HUD_OK)
    return status;
  system->spec = *spec;
  status = HUD_NEW(&system->replica, (size_t)spec->replicas, "replicas", error);
  for (int r = 0; r < spec->replicas && status == HUD_OK; r++)
    status = spec->axes == 0 ? create_homogeneous(&system->replica[r], spec, r, error)
                             : create_cells(&system->replica[r], spec, r, error);
  if (status == HUD_OK)
    status = create_columns(system, error);
  if (status == HUD_OK)
    *out = system;
  else
    hud_boltzmann_free(system);
  return status;
}

void hud_boltzmann_free(struct hud_boltzmann *system)
{
  if (system == NULL)
    return;
  for (int r = 0; r < system->spec.replicas && system->replica != NULL; r++) {
    hud_kac_free(system->replica[r].kac);
    hud_cell_gas_free(system->replica[r].cells);
  }
  hud_free(system->replica);
  hud_free(system->text);
  hud_free(system->names);
  hud_free(system->values);
  hud_free(system);
}

hud_status hud_boltzmann_advance(struct hud_boltzmann *system, double until,
                                 struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int r = 0; r < system->spec.replicas && status == HUD_OK; r++) {
    struct replica *replica = &system->replica[r];
    status = replica->kac != NULL ? hud_kac_advance(replica->kac, until, error)
                                  : hud_cell_gas_advance(replica->cells, until, error);
  }
  return status;
}

void hud_boltzmann_watch(struct hud_boltzmann *system, hud_gas_watch watch, void *context)
{
  for (int r = 0; r < system->spec.replicas; r++) {
    if (system->replica[r].kac != NULL)
      hud_kac_watch(system->replica[r].kac, watch, context);
    else
      hud_cell_gas_watch(system->replica[r].cells, watch, context);
  }
}

static const struct hud_kac_counters *counters_of(const struct replica *replica)
{
  return replica->kac != NULL ? hud_kac_counters(replica->kac)
                              : hud_cell_gas_counters(replica->cells);
}

void hud_boltzmann_counters(const struct hud_boltzmann *system, struct hud_kac_counters *sum)
{
  *sum = (struct hud_kac_counters){.candidates = 0};
  for (int r = 0; r < system->spec.replicas; r++) {
    const struct hud_kac_counters *own = counters_of(&system->replica[r]);
    sum->candidates += own->candidates;
    for (int size = 2; size <= HUD_SPHERES_MAX_GROUP; size++)
      sum->collisions[size] += own->collisions[size];
  }
}

void hud_boltzmann_moments(const struct hud_boltzmann *system, int r,
                           struct hud_gas_moments *moments)
{
  const struct replica *replica = &system->replica[r];
  if (replica->kac != NULL)
    hud_kac_moments(replica->kac, moments);
  else
    hud_cell_gas_moments(replica->cells, moments);
}

const char *const *hud_boltzmann_names(const struct hud_boltzmann *system, size_t *count)
{
  *count = system->column_count;
  return system->names;
}

static void measure(const struct hud_boltzmann *system, int r, double *out)
{
  const struct hud_boltzmann_spec *spec = &system->spec;
  const struct replica *replica = &system->replica[r];
  const struct hud_kac_counters *counters = counters_of(replica);
  struct hud_gas_moments moments;
  hud_boltzmann_moments(system, r, &moments);
  *out++ = moments.energy;
  for (int a = 0; a < spec->dimension; a++)
    *out++ = moments.momentum[a];
  for (int a = 0; a < spec->dimension; a++)
    *out++ = moments.temperature[a];
  *out++ = moments.m4;
  for (int size = 2; size <= spec->orders + 1; size++)
    *out++ = (double)counters->collisions[size];
  *out++ = moments.m6;
  if (spec->axes == 0 && spec->phi.value == NULL)
    return;
  struct hud_observer observer = spec->axes > 0 ? hud_cell_gas_observe(replica->cells, &spec->phi)
                                                : hud_kac_observe(replica->kac, &spec->phi);
  if (spec->axes > 0)
    hud_observer_waves(&observer, out);
  out += spec->axes > 0 ? HUD_WAVE_COLUMNS : 0;
  double pairs[HUD_PHI_COLUMNS];
  hud_observer_pairs(&observer, pairs);
  memcpy(out, pairs, (size_t)phi_columns(spec) * sizeof *out);
}

void hud_boltzmann_row(const struct hud_boltzmann *system, double *row)
{
  size_t n = system->value_count;
  int replicas = system->spec.replicas;
  for (int r = 0; r < replicas; r++)
    measure(system, r, system->values + (size_t)r * n);
  const struct replica *first = &system->replica[0];
  row[0] = first->kac != NULL ? hud_kac_time(first->kac) : hud_cell_gas_time(first->cells);
  hud_replica_means(system->values, replicas, n, row + 1, replicas > 1 ? row + 1 + n : NULL);
  if (phi_columns(&system->spec) == HUD_PHI_COLUMNS)
    hud_pair_covariance(system->values + n - HUD_PHI_COLUMNS, n, replicas, &row[n], &row[2 * n]);
}

hud_status hud_boltzmann_write(const struct hud_boltzmann *system, FILE *stream,
                               struct hud_error *error)
{
  bool good = true;
  for (int r = 0; r < system->spec.replicas && good; r++) {
    const struct replica *replica = &system->replica[r];
    good = replica->kac != NULL ? hud_kac_write(replica->kac, stream)
                                : hud_cell_gas_write(replica->cells, stream);
  }
  return good ? HUD_OK : hud_fail(error, HUD_ERROR_OUTPUT, "the state of a gas was not written");
}

hud_status hud_boltzmann_read(struct hud_boltzmann *system, FILE *stream, struct hud_error *error)
{
  bool good = true;
  for (int r = 0; r < system->spec.replicas && good; r++) {
    struct replica *replica = &system->replica[r];
    good = replica->kac != NULL ? hud_kac_read(replica->kac, stream)
                                : hud_cell_gas_read(replica->cells, stream);
  }
  return good ? HUD_OK
              : hud_fail(error, HUD_ERROR_INPUT, "the saved state of a gas ends too early");
}

double hud_boltzmann_memory(const struct hud_boltzmann_spec *spec)
{
  double each = spec->axes == 0
                    ? (spec->dimension == 2 ? 2.0 : 4.0) * sizeof(double) + 1.5 * sizeof(uint32_t)
                    : 2.0 * sizeof(struct hud_cell_particle) + sizeof(uint32_t);
  double cells = spec->axes == 0 ? 0.0 : pow(spec->cells, spec->axes) * sizeof(int64_t);
  double rows = spec->rows != NULL ? 2.0 * spec->dimension * sizeof(double) : 0.0;
  return spec->replicas * ((double)spec->count * each + cells) + (double)spec->count * rows;
}
