/* SPDX-License-Identifier: GPL-3.0-or-later
 * The data of a gas; see gas_data.h. */
#define _POSIX_C_SOURCE 200809L
#include "run/gas_data.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "config/expression.h"
#include "config/scalar.h"

enum { GRID_PLANE = 128, GRID_SPACE = 40, MAX_FIELD = 64, MOST_DOUBLINGS = 40 };
static const size_t most_bytes = (size_t)4 << 30;

/* ---- velocities ---- */

static void set_component(struct hud_velocity_component *component, const struct hud_gas_spec *gas)
{
  component->weight = gas->weight;
  component->degrees = gas->degrees;
  memcpy(component->mean, gas->mean.value, sizeof component->mean);
  memcpy(component->temperature, gas->temperature.value, sizeof component->temperature);
}

static hud_status set_velocities(struct hud_gas_data *data, const struct hud_gas_spec *gas,
                                 struct hud_error *error)
{
  size_t count = gas->type == HUD_GAS_MIXTURE ? gas->part_count : 1;
  hud_status status = HUD_NEW(&data->components, count, "velocity distribution", error);
  if (status != HUD_OK)
    return status;
  for (size_t c = 0; c < count; c++)
    set_component(&data->components[c], gas->type == HUD_GAS_MIXTURE ? &gas->parts[c] : gas);
  data->spec.components = data->components;
  data->spec.component_count = count;
  return HUD_OK;
}

/* ---- the density of positions ---- */

/* Three numbers: a point or a velocity. */
static double expression_value(void *context, const double *x)
{
  return hud_expression_evaluate(context, x);
}

static struct hud_position_survey survey(const struct hud_position_density *density, int dimension)
{
  return hud_position_survey(density, dimension, dimension == 2 ? GRID_PLANE : GRID_SPACE, 1);
}

static void set_box(struct hud_position_density *density, int dimension, double low, double high)
{
  for (int a = 0; a < dimension; a++) {
    density->low[a] = low;
    density->high[a] = high;
  }
}

/* A box that holds the density: doubled until the doubled one adds less than 1e-10. */
static hud_status find_box(struct hud_position_density *density, int dimension,
                           struct hud_error *error)
{
  double before = 0.0, half = 0x1.0p-10;
  for (int doubling = 0; doubling < MOST_DOUBLINGS; doubling++, half *= 2.0) {
    set_box(density, dimension, -half, half);
    double mass = survey(density, dimension).mean * pow(2.0 * half, dimension);
    if (before > 0.0 && fabs(mass - before) <= 1e-10 * mass)
      return HUD_OK;
    before = mass;
  }
  return hud_fail_at(
      error, HUD_ERROR_INPUT, "initial.position",
      "the density of positions does not fall off: no box holds all but 1e-10 of it");
}

static hud_status set_density(struct hud_gas_data *data, const struct hud_gas_description *gas,
                              struct hud_error *error)
{
  struct hud_position_density *density = &data->spec.density;
  hud_status status = HUD_OK;
  if (gas->position == NULL)
    return HUD_OK;
  density->value = expression_value;
  density->context = gas->position;
  if (gas->domain.type == HUD_DOMAIN_WHOLE_SPACE)
    status = find_box(density, gas->dimension, error);
  else
    set_box(density, gas->dimension, 0.0, gas->domain.side);
  if (status != HUD_OK)
    return status;
  struct hud_position_survey seen = survey(density, gas->dimension);
  if (!(seen.mean > 0.0) || !isfinite(seen.mean))
    return hud_fail_at(error, HUD_ERROR_INPUT, "initial.position",
                       "the density of positions has the mean %g over a grid; expected a finite "
                       "number > 0",
                       seen.mean);
  density->maximum = 1.5 * seen.largest; /* for what lies between the points of the grid */
  return HUD_OK;
}

/* ---- tables ---- */

/* `width` numbers of one line; false where there are not exactly so many. */
static bool parse_line(const char *line, size_t length, int width, double *out)
{
  size_t at = 0;
  for (int f = 0; f < width; f++) {
    const char *comma = memchr(line + at, ',', length - at);
    size_t end = comma != NULL ? (size_t)(comma - line) : length;
    char field[MAX_FIELD];
    while (at < end && strchr(" \t", line[at]) != NULL)
      at++;
    size_t size = end - at;
    while (size > 0 && strchr(" \t\r", line[at + size - 1]) != NULL)
      size--;
    if (size >= MAX_FIELD || (comma == NULL) != (f == width - 1))
      return false;
    memcpy(field, line + at, size);
    field[size] = '\0';
    if (hud_scalar_number(field, &out[f]) != HUD_SCALAR_OK)
      return false;
    at = end + 1;
  }
  return true;
}

static hud_status parse_rows(struct hud_gas_data *data, const char *path, const char *text,
                             size_t length, struct hud_error *error)
{
  int width = 2 * data->spec.dimension;
  const char *end = text + length;
  int64_t found = 0;
  char place[HUD_ERROR_WHERE];
  for (size_t number = 1; text < end; number++) {
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    size_t size = (size_t)((newline != NULL ? newline : end) - text);
    bool blank = strspn(text, " \t\r") >= size || *text == '#';
    bool header = number == 1 && !blank && strchr("+-.0123456789", *text) == NULL;
    snprintf(place, sizeof place, "%.200s:%zu:1", path, number);
    if (!blank && !header) {
      if (found == data->spec.count)
        return hud_fail_at(error, HUD_ERROR_INPUT, place,
                           "the table has more lines than `particles.count`, which is %lld",
                           (long long)data->spec.count);
      if (!parse_line(text, size, width, data->rows + found * width))
        return hud_fail_at(error, HUD_ERROR_INPUT, place,
                           "expected %d numbers separated by commas: positions, then velocities",
                           width);
      found++;
    }
    text += size + 1;
  }
  if (found < data->spec.count)
    return hud_fail_at(error, HUD_ERROR_INPUT, path,
                       "the table has %lld lines; `particles.count` is %lld", (long long)found,
                       (long long)data->spec.count);
  return HUD_OK;
}

static hud_status read_rows(struct hud_gas_data *data, const char *path, struct hud_error *error)
{
  char *text = NULL;
  size_t length = 0;
  hud_status status = hud_file_read(&text, &length, path, most_bytes, error);
  if (status == HUD_OK)
    status = HUD_NEW(&data->rows, (size_t)data->spec.count * 2 * (size_t)data->spec.dimension,
                     "a table", error);
  if (status == HUD_OK) {
    struct hud_locale locale = hud_locale_begin();
    status = parse_rows(data, path, text, length, error);
    hud_locale_end(locale);
  }
  data->spec.rows = data->rows;
  hud_free(text);
  return status;
}

/* ---- all ---- */

hud_status hud_gas_data_create(struct hud_gas_data *data, const struct hud_description *d,
                               bool with_rows, struct hud_error *error)
{
  const struct hud_gas_description *gas = &d->gas;
  bool table = gas->velocity.type == HUD_GAS_TABLE;
  *data = (struct hud_gas_data){.spec = {.dimension = gas->dimension,
                                         .orders = gas->orders,
                                         .count = d->particles.count,
                                         .seed = d->particles.seed,
                                         .replicas = d->particles.replicas,
                                         .by_radii = gas->radii.count > 0,
                                         .whole_space = gas->domain.type == HUD_DOMAIN_WHOLE_SPACE,
                                         .side = gas->domain.side,
                                         .fix_momentum = (gas->fix & HUD_FIX_MOMENTUM) != 0,
                                         .fix_energy = (gas->fix & HUD_FIX_ENERGY) != 0}};
  data->spec.insertions = gas->observables.insertions;
  if (gas->observables.phi != NULL)
    data->spec.phi = (struct hud_phi){expression_value, gas->observables.phi};
  const struct hud_numbers *zone = data->spec.by_radii ? &gas->radii : &gas->kappa;
  for (size_t l = 0; l < zone->count; l++)
    data->spec.zone[l] = zone->value[l];
  hud_status status = table ? HUD_OK : set_velocities(data, &gas->velocity, error);
  if (status == HUD_OK)
    status = set_density(data, gas, error);
  if (status == HUD_OK && table && with_rows)
    status = read_rows(data, gas->velocity.table, error);
  if (status != HUD_OK)
    hud_gas_data_free(data);
  return status;
}

void hud_gas_data_free(struct hud_gas_data *data)
{
  hud_free(data->components);
  hud_free(data->rows);
  *data = (struct hud_gas_data){0};
}
