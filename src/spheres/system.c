/* SPDX-License-Identifier: GPL-3.0-or-later
 * A system of hard spheres; see spheres.h. */
#include "spheres/system.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "spheres/gas_moments.h"
#include "spheres/motion.h"

static hud_status make_zones(const struct hud_spheres_spec *spec, struct hud_zones *zones,
                             struct hud_error *error)
{
  if (spec->by_radii)
    return hud_zones_from_radii(zones, spec->dimension, spec->orders, spec->zone, error);
  return hud_zones_from_kappa(zones, spec->dimension, spec->orders, spec->count, spec->zone, error);
}

/* The mean over the axes of the temperature of the mixture about its own mean; NaN for rows. */
static double mean_temperature(const struct hud_spheres_spec *spec)
{
  if (spec->rows != NULL || spec->component_count == 0)
    return NAN;
  double total = 0.0, sum = 0.0;
  for (size_t c = 0; c < spec->component_count; c++)
    total += spec->components[c].weight;
  for (int a = 0; a < spec->dimension; a++) {
    double first = 0.0;
    for (size_t c = 0; c < spec->component_count; c++) {
      const struct hud_velocity_component *part = &spec->components[c];
      first += part->weight / total * part->mean[a];
      sum += part->weight / total * (part->temperature[a] + part->mean[a] * part->mean[a]);
    }
    sum -= first * first;
  }
  return sum / spec->dimension;
}

/* That of the torus, or of the uniform gas that stands for the density of positions at this order.
 */
static double effective_volume(const struct hud_spheres_spec *spec, int order)
{
  if (spec->density.value != NULL)
    return hud_effective_volume(&spec->density, spec->dimension, order);
  return spec->whole_space ? NAN : pow(spec->side, spec->dimension);
}

hud_status hud_spheres_forecast(const struct hud_spheres_spec *spec,
                                struct hud_spheres_forecast *forecast, struct hud_error *error)
{
  *forecast = (struct hud_spheres_forecast){0};
  hud_status status = make_zones(spec, &forecast->zones, error);
  if (status == HUD_OK)
    status =
        hud_spheres_check_size(&forecast->zones, spec->count, spec->whole_space, spec->side, error);
  if (status != HUD_OK)
    return status;
  const struct hud_zones *zones = &forecast->zones;
  double count = (double)spec->count;
  bool table = spec->rows != NULL || spec->component_count == 0;
  forecast->temperature = mean_temperature(spec);
  for (int l = 1; l <= spec->orders; l++) {
    double epsilon = zones->radius[l + 1];
    double volume = table ? NAN : effective_volume(spec, l);
    double b = hud_mean_impact(l, forecast->temperature);
    forecast->kappa[l] = hud_zones_kappa(zones, l, spec->count);
    forecast->rate[l] = hud_zones_rate(zones, l, spec->count, volume, b);
    double alpha = pow(forecast->kappa[l], l) / tgamma(l + 1.0);
    forecast->boltzmann_rate[l] =
        hud_boltzmann_rate(spec->dimension, l, alpha, 1.0 / volume, forecast->temperature);
    forecast->violations += hud_expected_violations_of(zones, l, spec->count, volume);
    forecast->prefactor[l] = hud_hierarchy_prefactor(spec->dimension, l, spec->count, 1, epsilon);
    forecast->neighbours[l] = hud_expected_neighbours(spec->dimension, spec->count,
                                                      table ? NAN : effective_volume(spec, 1),
                                                      hud_zones_reach(zones, l + 1));
  }
  forecast->bytes = hud_flow_memory(spec->dimension, count);
  return HUD_OK;
}

/* Whole space: the largest coordinate of the data, doubled. */
static double extent_of(const struct hud_spheres_spec *spec)
{
  double extent = 0.0;
  int d = spec->dimension;
  for (int a = 0; a < d && spec->rows == NULL; a++)
    extent = fmax(extent, fmax(fabs(spec->density.low[a]), fabs(spec->density.high[a])));
  for (int64_t i = 0; i < spec->count && spec->rows != NULL; i++)
    for (int a = 0; a < d; a++)
      extent = fmax(extent, fabs(spec->rows[2 * d * i + a]));
  return 2.0 * extent;
}

static hud_status create_replica(struct hud_system *system, const struct hud_spheres_spec *spec,
                                 int r, struct hud_error *error)
{
  struct hud_replica *replica = &system->replica[r];
  struct hud_zones zones;
  struct hud_random random;
  replica->least_gap = INFINITY;
  hud_status status = make_zones(spec, &zones, error);
  double side = spec->whole_space ? extent_of(spec) : spec->side;
  if (status == HUD_OK)
    status =
        hud_spheres_create(&replica->spheres, &zones, spec->count, spec->whole_space, side, error);
  if (status != HUD_OK)
    return status;
  struct hud_position_report report = {.method = HUD_POSITIONS_GIVEN};
  if (spec->rows != NULL) {
    status = hud_spheres_set_rows(replica->spheres, spec->rows, error);
  } else {
    hud_random_seed(&random, spec->seed, (uint64_t)r);
    if (spec->whole_space && spec->density.value == NULL)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "in the whole space positions cannot be uniform; a density is needed");
    status = hud_spheres_draw_positions(replica->spheres, &spec->density, HUD_POSITIONS_AUTO,
                                        &random, &report, error);
    if (status == HUD_OK)
      status =
          hud_spheres_draw_velocities(replica->spheres, spec->components, spec->component_count,
                                      spec->fix_momentum, spec->fix_energy, &random, error);
  }
  if (status != HUD_OK)
    return status;
  if (r == 0)
    system->positions = report;
  hud_spheres_choose_frame(replica->spheres);
  return hud_flow_create(&replica->flow, replica->spheres, error);
}

static bool has_waves(const struct hud_system *system)
{
  return !system->replica[0].spheres->whole_space;
}

static size_t phi_columns(const struct hud_system *system)
{
  return system->phi.value == NULL ? 0 : system->replica_count > 1 ? HUD_PHI_COLUMNS : 1;
}

static void name(struct hud_system *system, const char *text, const char *suffix)
{
  char *place = system->text[system->column_count];
  snprintf(place, HUD_SPHERES_NAME, "%s%s", text, suffix);
  system->names[system->column_count++] = place;
}

static void name_values(struct hud_system *system, const struct hud_zones *zones,
                        const char *suffix)
{
  static const char *const momentum[] = {"px", "py", "pz"};
  static const char *const temperature[] = {"Tx", "Ty", "Tz"};
  name(system, "energy", suffix);
  for (int a = 0; a < zones->dimension; a++)
    name(system, momentum[a], suffix);
  for (int a = 0; a < zones->dimension; a++)
    name(system, temperature[a], suffix);
  name(system, "m4", suffix);
  for (int k = 2; k <= zones->orders + 1; k++) {
    char text[HUD_SPHERES_NAME];
    snprintf(text, sizeof text, "collisions_%d", k);
    name(system, text, suffix);
  }
  name(system, "min_gap", suffix);
  name(system, "grazing", suffix);
  name(system, "ties", suffix);
  name(system, "m6", suffix);
  for (int w = 0; w < HUD_WAVE_COLUMNS && has_waves(system); w++)
    name(system, hud_wave_names[w], suffix);
  for (size_t p = 0; p < phi_columns(system); p++)
    name(system, hud_phi_names[p], suffix);
  for (int k = 2; k <= zones->orders + 1 && system->insertions > 0; k++) {
    char text[HUD_SPHERES_NAME];
    snprintf(text, sizeof text, "y_%d", k);
    name(system, text, suffix);
  }
}

static hud_status create_columns(struct hud_system *system, struct hud_error *error)
{
  const struct hud_zones *zones = &system->replica[0].spheres->zones;
  system->place.waves = (size_t)(6 + 2 * zones->dimension + zones->orders);
  system->place.phi = system->place.waves + (has_waves(system) ? HUD_WAVE_COLUMNS : 0);
  system->place.contact = system->place.phi + phi_columns(system);
  system->value_count =
      system->place.contact + (system->insertions > 0 ? (size_t)zones->orders : 0);
  size_t most = 1 + 2 * system->value_count;
  hud_status status = HUD_NEW(&system->text, most, "column names", error);
  if (status == HUD_OK)
    status = HUD_NEW(&system->names, most, "column names", error);
  if (status == HUD_OK)
    status = HUD_NEW(&system->values, (size_t)system->replica_count * system->value_count,
                     "measurements", error);
  if (status != HUD_OK)
    return status;
  name(system, "t", "");
  name_values(system, zones, "");
  if (system->replica_count > 1)
    name_values(system, zones, "_se");
  return HUD_OK;
}

hud_status hud_system_create(struct hud_system **system, const struct hud_spheres_spec *spec,
                             struct hud_error *error)
{
  *system = NULL;
  struct hud_system *s = NULL;
  if (spec->replicas < 1)
    return hud_fail(error, HUD_ERROR_INPUT, "%d replicas: there must be at least one",
                    spec->replicas);
  if (spec->insertions < 0 || (spec->insertions > 0 && spec->whole_space))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "%lld insertions at every row: there must be none or more, and only on a torus",
                    (long long)spec->insertions);
  hud_status status = HUD_NEW(&s, 1, "hard-sphere system", error);
  if (status == HUD_OK)
    status = HUD_NEW(&s->replica, (size_t)spec->replicas, "replicas", error);
  if (status == HUD_OK) {
    s->replica_count = spec->replicas;
    s->seed = spec->seed;
    s->phi = spec->phi;
    s->insertions = spec->insertions;
    s->contact_time = NAN;
  }
  for (int r = 0; r < spec->replicas && status == HUD_OK; r++)
    status = create_replica(s, spec, r, error);
  if (status == HUD_OK)
    status = create_columns(s, error);
  if (status == HUD_OK)
    *system = s;
  else
    hud_system_free(s);
  return status;
}

void hud_system_free(struct hud_system *system)
{
  if (system == NULL)
    return;
  for (int r = 0; r < system->replica_count; r++) {
    hud_flow_free(system->replica[r].flow);
    hud_spheres_free(system->replica[r].spheres);
  }
  hud_free(system->replica);
  hud_free(system->text);
  hud_free(system->names);
  hud_free(system->values);
  hud_free(system);
}

hud_status hud_system_advance(struct hud_system *system, double until, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int r = 0; r < system->replica_count && status == HUD_OK; r++)
    status = hud_flow_advance(system->replica[r].flow, until, error);
  return status;
}

double hud_system_time(const struct hud_system *system)
{
  return system->replica[0].spheres->time;
}

int hud_system_replicas(const struct hud_system *system)
{
  return system->replica_count;
}

struct hud_spheres *hud_system_state(struct hud_system *system, int replica)
{
  return system->replica[replica].spheres;
}

struct hud_flow *hud_system_flow(struct hud_system *system, int replica)
{
  return system->replica[replica].flow;
}

const struct hud_position_report *hud_system_positions(const struct hud_system *system)
{
  return &system->positions;
}

const char *const *hud_system_names(const struct hud_system *system, size_t *count)
{
  *count = system->column_count;
  return system->names;
}

void hud_system_counters(const struct hud_system *system, struct hud_flow_counters *sum)
{
  *sum = (struct hud_flow_counters){.least_gap = INFINITY};
  for (int r = 0; r < system->replica_count; r++) {
    const struct hud_flow_counters *c = hud_flow_counters(system->replica[r].flow);
    for (int k = 2; k <= HUD_SPHERES_MAX_GROUP; k++)
      sum->collisions[k] += c->collisions[k];
    sum->grazing += c->grazing;
    sum->ties += c->ties;
    sum->healed += c->healed;
    sum->predicted += c->predicted;
    sum->roots += c->roots;
    sum->horizons += c->horizons;
    sum->cut += c->cut;
    sum->entries += c->entries;
    sum->cells += c->cells;
    sum->tests += c->tests;
    sum->least_gap = fmin(sum->least_gap, fmin(c->least_gap, system->replica[r].least_gap));
  }
}

static void observe(const struct hud_system *system, const struct hud_spheres *spheres, double *out)
{
  bool waves = has_waves(system);
  if (!waves && system->phi.value == NULL)
    return;
  struct hud_observer observer = hud_observer_begin(&system->phi);
  double x[3], v[3] = {0.0}, pairs[HUD_PHI_COLUMNS];
  for (int64_t i = 0; i < spheres->count; i++) {
    hud_spheres_position(spheres, i, x);
    hud_spheres_velocity(spheres, i, v);
    hud_observer_add(&observer, x[0] / spheres->side, v);
  }
  if (waves)
    hud_observer_waves(&observer, out + system->place.waves);
  hud_observer_pairs(&observer, pairs);
  memcpy(out + system->place.phi, pairs, phi_columns(system) * sizeof *out);
}

/* The values of one replica, in the order of the columns after t, without those of contact. */
static void measure(const struct hud_system *system, struct hud_replica *replica, double *out)
{
  struct hud_spheres_moments moments;
  struct hud_flow_counters *counters = hud_flow_counters(replica->flow);
  const struct hud_zones *zones = &replica->spheres->zones;
  hud_spheres_measure(replica->spheres, &moments);
  observe(system, replica->spheres, out);
  *out++ = moments.energy;
  for (int a = 0; a < zones->dimension; a++)
    *out++ = moments.momentum[a];
  for (int a = 0; a < zones->dimension; a++)
    *out++ = moments.temperature[a];
  *out++ = moments.fourth;
  for (int k = 2; k <= zones->orders + 1; k++)
    *out++ = (double)counters->collisions[k];
  *out++ = isfinite(counters->least_gap) ? counters->least_gap : NAN;
  *out++ = (double)counters->grazing;
  *out++ = (double)counters->ties;
  *out = moments.sixth;
  replica->least_gap = fmin(replica->least_gap, counters->least_gap);
  counters->least_gap = INFINITY;
}

/* Insertions into all replicas, drawn by streams that belong to the time, so that neither the flow
 * nor a run that goes on from a saved state notices them. A row that is asked for again is the
 * same, and counts once. */
static hud_status insert(struct hud_system *system, struct hud_error *error)
{
  double time = hud_system_time(system);
  uint64_t moment;
  memcpy(&moment, &time, sizeof moment);
  hud_status status = HUD_OK;
  for (int k = 2; k <= system->replica[0].spheres->zones.orders + 1; k++) {
    system->row_contact[k] = (struct hud_contact_sums){.configurations = 0.0};
    for (int r = 0; r < system->replica_count && status == HUD_OK; r++) {
      struct hud_random random;
      struct hud_contact_counts counts = {0};
      hud_random_seed(&random, system->seed ^ moment, ((uint64_t)k << 40) + (uint64_t)r);
      status = hud_contact_insert(system->replica[r].spheres, k, system->insertions, &random,
                                  &counts, error);
      if (status != HUD_OK)
        return status;
      hud_contact_add(&system->row_contact[k], &counts);
      if (time != system->contact_time)
        hud_contact_add(&system->all_contact[k], &counts);
    }
  }
  system->contact_time = time;
  return status;
}

hud_status hud_system_row(struct hud_system *system, double *row, struct hud_error *error)
{
  size_t n = system->value_count;
  int replicas = system->replica_count;
  const struct hud_system_places *place = &system->place;
  double *mean = row + 1, *deviation = replicas > 1 ? mean + n : NULL;
  hud_status status = system->insertions > 0 ? insert(system, error) : HUD_OK;
  if (status != HUD_OK)
    return status;
  for (int r = 0; r < replicas; r++)
    measure(system, &system->replica[r], system->values + (size_t)r * n);
  row[0] = hud_system_time(system);
  hud_replica_means(system->values, replicas, n, mean, deviation);
  if (phi_columns(system) == HUD_PHI_COLUMNS)
    hud_pair_covariance(system->values + place->phi, n, replicas, &mean[place->phi + 1],
                        &deviation[place->phi + 1]);
  for (size_t c = place->contact; c < n; c++) {
    double error_of_y;
    hud_contact_ratio(&system->row_contact[c - place->contact + 2], &mean[c], &error_of_y);
    if (deviation != NULL)
      deviation[c] = error_of_y;
  }
  return HUD_OK;
}

bool hud_system_contact(const struct hud_system *system, int size, double *y,
                        double *standard_error)
{
  if (system->insertions == 0)
    return false;
  hud_contact_ratio(&system->all_contact[size], y, standard_error);
  return true;
}
