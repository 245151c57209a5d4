/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Free transport and collisions cell by cell; see cell_gas.h. Particles are sorted by cell before
 * the collisions of every step, so each cell works on memory of its own. In a cell speeds are
 * bounded by W about the cell's mean velocity, r <= (l+1) W, and W grows when a collision makes a
 * faster particle: the majorant is local in space and valid at every moment. */
#include "spheres/cell_gas.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

struct hud_cell_gas {
  struct hud_cell_gas_spec spec;
  struct hud_kac_counters counters;
  struct hud_random random;
  double time;
  hud_gas_watch watch;
  void *watch_context;
  size_t cell_count;
  double factor[HUD_SPHERES_MAX_GROUP + 1]; /* alpha l! (w/V)^l c_l, by size */
  struct hud_cell_particle *particle, *sorted;
  uint32_t *cell; /* of each particle */
  int64_t *begin; /* of each cell in the sorted order; one more at the end */
};

enum { MAX_CELLS = 1 << 24 };

static hud_status check_spec(const struct hud_cell_gas_spec *spec, struct hud_error *error)
{
  if (spec->axes < 1 || spec->axes > 2)
    return hud_fail(error, HUD_ERROR_INPUT, "the data depend on %d coordinates; it must be 1 or 2",
                    spec->axes);
  if (!(spec->side > 0.0) || !isfinite(spec->side))
    return hud_fail(error, HUD_ERROR_INPUT, "the side of the torus is %g; it must be positive",
                    spec->side);
  if (spec->cells < 1 || pow(spec->cells, spec->axes) > (double)MAX_CELLS)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "%d cells per axis; it must be at least 1 and make at most 2^24 cells",
                    spec->cells);
  if (!(spec->step > 0.0) || !isfinite(spec->step))
    return hud_fail(error, HUD_ERROR_INPUT, "the time step is %g; it must be positive", spec->step);
  return HUD_OK;
}

/* What the homogeneous gas asks of the same keys. */
static hud_status check_common(const struct hud_cell_gas_spec *spec, struct hud_error *error)
{
  struct hud_kac_spec common = {.dimension = spec->dimension,
                                .orders = spec->orders,
                                .density = spec->density,
                                .count = spec->count};
  memcpy(common.alpha, spec->alpha, sizeof common.alpha);
  return hud_kac_spec_check(&common, error);
}

hud_status hud_cell_gas_create(struct hud_cell_gas **gas, const struct hud_cell_gas_spec *spec,
                               struct hud_error *error)
{
  *gas = NULL;
  hud_status status = check_common(spec, error);
  if (status == HUD_OK)
    status = check_spec(spec, error);
  if (status == HUD_OK)
    status = HUD_NEW(gas, 1, "gas in cells", error);
  if (status != HUD_OK)
    return status;
  struct hud_cell_gas *made = *gas;
  made->spec = *spec;
  hud_random_seed(&made->random, spec->seed, spec->stream);
  made->cell_count = (size_t)spec->cells * (spec->axes == 2 ? (size_t)spec->cells : 1);
  double factor = 1.0;
  for (int l = 1; l <= spec->orders; l++) {
    factor *= l * spec->density * (double)made->cell_count / (double)spec->count;
    made->factor[l + 1] = factor * spec->alpha[l - 1] * hud_scatter_constant(spec->dimension, l);
  }
  size_t count = (size_t)spec->count;
  status = HUD_NEW(&made->particle, count, "particles", error);
  if (status == HUD_OK)
    status = HUD_NEW(&made->sorted, count, "particles", error);
  if (status == HUD_OK)
    status = HUD_NEW(&made->cell, count, "cells of particles", error);
  if (status == HUD_OK)
    status = HUD_NEW(&made->begin, made->cell_count + 1, "cells", error);
  if (status != HUD_OK) {
    hud_cell_gas_free(made);
    *gas = NULL;
  }
  return status;
}

void hud_cell_gas_free(struct hud_cell_gas *gas)
{
  if (gas == NULL)
    return;
  hud_free(gas->begin);
  hud_free(gas->cell);
  hud_free(gas->sorted);
  hud_free(gas->particle);
  hud_free(gas);
}

/* x modulo the side; round-off may lead to the side itself, which is 0. */
static double wrap(double x, double side)
{
  double wrapped = x - side * floor(x / side);
  return wrapped < side ? wrapped : 0.0;
}

hud_status hud_cell_gas_set(struct hud_cell_gas *gas, int64_t i, const double *x, const double *v,
                            struct hud_error *error)
{
  if (i < 0 || i >= gas->spec.count)
    return hud_fail(error, HUD_ERROR_USAGE, "particle %lld of %lld", (long long)i,
                    (long long)gas->spec.count);
  struct hud_cell_particle *particle = &gas->particle[i];
  for (int a = 0; a < gas->spec.axes; a++) {
    if (!isfinite(x[a]))
      return hud_fail(error, HUD_ERROR_INPUT, "coordinate %d of particle %lld is %g", a + 1,
                      (long long)i + 1, x[a]);
    particle->x[a] = wrap(x[a], gas->spec.side);
  }
  for (int a = 0; a < gas->spec.dimension; a++) {
    if (!isfinite(v[a]))
      return hud_fail(error, HUD_ERROR_INPUT, "velocity component %d of particle %lld is %g", a + 1,
                      (long long)i + 1, v[a]);
    particle->v[a] = v[a];
  }
  return HUD_OK;
}

static hud_status draw_position(struct hud_cell_gas *gas,
                                const struct hud_position_density *density, double *x,
                                struct hud_error *error)
{
  double level, value;
  do {
    for (int a = 0; a < gas->spec.axes; a++)
      x[a] = gas->spec.side * hud_random_uniform(&gas->random);
    if (density == NULL || density->value == NULL)
      return HUD_OK;
    value = density->value(density->context, x);
    if (!(value >= 0.0) || value > density->maximum)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "the density at x = (%g, %g) is %g; it must be between 0 and its stated "
                      "maximum %g",
                      x[0], x[1], value, density->maximum);
    level = density->maximum * hud_random_uniform(&gas->random);
  } while (level >= value);
  return HUD_OK;
}

static struct hud_velocity_array array_of(const struct hud_cell_gas *gas)
{
  return (struct hud_velocity_array){gas->particle[0].v,
                                     sizeof(struct hud_cell_particle) / sizeof(double),
                                     gas->spec.count, gas->spec.dimension};
}

hud_status hud_cell_gas_draw(struct hud_cell_gas *gas, const struct hud_position_density *density,
                             const struct hud_velocity_mixture *mixture, bool fix_momentum,
                             bool fix_energy, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int64_t i = 0; i < gas->spec.count && status == HUD_OK; i++) {
    double x[3] = {0.0};
    status = draw_position(gas, density, x, error);
    memcpy(gas->particle[i].x, x, sizeof gas->particle[i].x);
  }
  struct hud_velocity_array array = array_of(gas);
  if (status == HUD_OK)
    status = hud_velocities_draw(&array, mixture, fix_momentum, fix_energy, &gas->random, error);
  return status;
}

void hud_cell_gas_watch(struct hud_cell_gas *gas, hud_gas_watch watch, void *context)
{
  gas->watch = watch;
  gas->watch_context = context;
}

bool hud_cell_gas_write(const struct hud_cell_gas *gas, FILE *stream)
{
  size_t count = (size_t)gas->spec.count;
  return fwrite(&gas->counters, sizeof gas->counters, 1, stream) == 1 &&
         fwrite(&gas->random, sizeof gas->random, 1, stream) == 1 &&
         fwrite(&gas->time, sizeof gas->time, 1, stream) == 1 &&
         fwrite(gas->particle, sizeof *gas->particle, count, stream) == count;
}

bool hud_cell_gas_read(struct hud_cell_gas *gas, FILE *stream)
{
  size_t count = (size_t)gas->spec.count;
  return fread(&gas->counters, sizeof gas->counters, 1, stream) == 1 &&
         fread(&gas->random, sizeof gas->random, 1, stream) == 1 &&
         fread(&gas->time, sizeof gas->time, 1, stream) == 1 &&
         fread(gas->particle, sizeof *gas->particle, count, stream) == count;
}

struct hud_observer hud_cell_gas_observe(const struct hud_cell_gas *gas, const struct hud_phi *phi)
{
  struct hud_observer observer = hud_observer_begin(phi);
  for (int64_t i = 0; i < gas->spec.count; i++)
    hud_observer_add(&observer, gas->particle[i].x[0] / gas->spec.side, gas->particle[i].v);
  return observer;
}

const struct hud_cell_particle *hud_cell_gas_particles(const struct hud_cell_gas *gas)
{
  return gas->particle;
}

double hud_cell_gas_time(const struct hud_cell_gas *gas)
{
  return gas->time;
}

const struct hud_kac_counters *hud_cell_gas_counters(const struct hud_cell_gas *gas)
{
  return &gas->counters;
}

void hud_cell_gas_moments(const struct hud_cell_gas *gas, struct hud_gas_moments *moments)
{
  struct hud_velocity_array array = array_of(gas);
  hud_gas_moments_of(moments, &array, NULL);
}

/* ---- cells ---- */

static uint32_t cell_of(const struct hud_cell_gas *gas, const double *x)
{
  uint32_t cells = (uint32_t)gas->spec.cells;
  uint32_t index[2] = {0, 0};
  for (int a = 0; a < gas->spec.axes; a++) {
    index[a] = (uint32_t)(x[a] * (cells / gas->spec.side));
    index[a] = index[a] < cells ? index[a] : cells - 1;
  }
  return index[0] + cells * index[1];
}

void hud_cell_gas_profile(const struct hud_cell_gas *gas, struct hud_cell_profile *profile)
{
  int d = gas->spec.dimension;
  double unit = gas->spec.density * (double)gas->cell_count / (double)gas->spec.count;
  memset(profile, 0, gas->cell_count * sizeof *profile);
  for (int64_t i = 0; i < gas->spec.count; i++) {
    struct hud_cell_profile *cell = &profile[cell_of(gas, gas->particle[i].x)];
    cell->density += 1.0;
    for (int a = 0; a < d; a++)
      cell->velocity[a] += gas->particle[i].v[a];
  }
  for (size_t c = 0; c < gas->cell_count; c++)
    for (int a = 0; a < d && profile[c].density > 0.0; a++)
      profile[c].velocity[a] /= profile[c].density;
  for (int64_t i = 0; i < gas->spec.count; i++) {
    struct hud_cell_profile *cell = &profile[cell_of(gas, gas->particle[i].x)];
    for (int a = 0; a < d; a++) {
      double w = gas->particle[i].v[a] - cell->velocity[a];
      cell->temperature[a] += w * w / cell->density;
    }
  }
  for (size_t c = 0; c < gas->cell_count; c++)
    profile[c].density *= unit;
}

/* Sorts the particles by cell, keeping the order within a cell. */
static void sort_into_cells(struct hud_cell_gas *gas)
{
  size_t count = (size_t)gas->spec.count;
  memset(gas->begin, 0, (gas->cell_count + 1) * sizeof *gas->begin);
  for (size_t i = 0; i < count; i++) {
    gas->cell[i] = cell_of(gas, gas->particle[i].x);
    gas->begin[gas->cell[i] + 1]++;
  }
  for (size_t c = 0; c < gas->cell_count; c++)
    gas->begin[c + 1] += gas->begin[c];
  for (size_t i = 0; i < count; i++)
    gas->sorted[gas->begin[gas->cell[i]]++] = gas->particle[i];
  memmove(gas->begin + 1, gas->begin, gas->cell_count * sizeof *gas->begin);
  gas->begin[0] = 0;
  struct hud_cell_particle *swap = gas->particle;
  gas->particle = gas->sorted;
  gas->sorted = swap;
}

static void transport(struct hud_cell_gas *gas, double duration)
{
  for (int64_t i = 0; i < gas->spec.count; i++)
    for (int a = 0; a < gas->spec.axes; a++)
      gas->particle[i].x[a] =
          wrap(gas->particle[i].x[a] + duration * gas->particle[i].v[a], gas->spec.side);
}

/* ---- collisions of one cell ---- */

static double speed_about(int d, const double *v, const double *mean)
{
  double square = 0.0;
  for (int a = 0; a < d; a++)
    square += (v[a] - mean[a]) * (v[a] - mean[a]);
  return sqrt(square);
}

/* `size` different members of a cell of n. */
static void draw_members(struct hud_random *random, struct hud_cell_particle *members, int64_t n,
                         int size, double **v)
{
  for (int p = 0; p < size; p++) {
    bool taken;
    do {
      v[p] = members[hud_random_below(random, (uint64_t)n)].v;
      taken = false;
      for (int q = 0; q < p; q++)
        taken = taken || v[q] == v[p];
    } while (taken);
  }
}

/* Lets n particles collide for `duration`. */
static void collide_cell(struct hud_cell_gas *gas, struct hud_cell_particle *members, int64_t n,
                         double duration)
{
  int d = gas->spec.dimension;
  double mean[3] = {0.0};
  for (int64_t i = 0; i < n; i++)
    for (int a = 0; a < d; a++)
      mean[a] += members[i].v[a] / (double)n;
  double fastest = 0.0;
  for (int64_t i = 0; i < n; i++)
    fastest = fmax(fastest, speed_about(d, members[i].v, mean));
  double rate[HUD_SPHERES_MAX_GROUP + 1] = {0.0}; /* C(n, k) times the factor, per unit of r */
  double total = 0.0;
  double subsets = (double)n;
  for (int size = 2; size <= gas->spec.orders + 1 && size <= n; size++) {
    subsets *= (double)(n - size + 1) / size;
    rate[size] = subsets * gas->factor[size] * size;
    total += rate[size];
  }
  double time = 0.0;
  while (total * fastest > 0.0) {
    time += hud_random_exponential(&gas->random) / (total * fastest);
    if (time > duration)
      break;
    double level = hud_random_uniform(&gas->random) * total;
    int size = 2;
    while (size <= gas->spec.orders && level >= rate[size])
      level -= rate[size++];
    double *v[HUD_SPHERES_MAX_GROUP];
    draw_members(&gas->random, members, n, size, v);
    gas->counters.candidates++;
    double bound = hud_random_uniform(&gas->random) * size * fastest;
    if (bound * bound >= hud_scatter_square(d, size, v))
      continue;
    hud_scatter(&gas->random, d, size, v);
    gas->counters.collisions[size]++;
    for (int p = 0; p < size; p++)
      fastest = fmax(fastest, speed_about(d, v[p], mean));
  }
}

hud_status hud_cell_gas_advance(struct hud_cell_gas *gas, double until, struct hud_error *error)
{
  if (!(until >= gas->time) || !isfinite(until))
    return hud_fail(error, HUD_ERROR_USAGE, "advance to t = %g from t = %g", until, gas->time);
  double steps = ceil((until - gas->time) / gas->spec.step * (1.0 - 1e-12));
  if (steps > 1e9)
    return hud_fail(error, HUD_ERROR_USAGE, "%g time steps from t = %g to %g", steps, gas->time,
                    until);
  double step = steps > 0.0 ? (until - gas->time) / steps : 0.0;
  for (int64_t s = 0; s < (int64_t)steps; s++) {
    hud_status status = gas->watch != NULL
                            ? gas->watch(gas->watch_context, gas->time + (double)s * step, error)
                            : HUD_OK;
    if (status != HUD_OK)
      return status;
    transport(gas, s == 0 ? 0.5 * step : step);
    sort_into_cells(gas);
    for (size_t c = 0; c < gas->cell_count; c++)
      if (gas->begin[c + 1] - gas->begin[c] > 1)
        collide_cell(gas, gas->particle + gas->begin[c], gas->begin[c + 1] - gas->begin[c], step);
  }
  transport(gas, 0.5 * step);
  gas->time = until;
  struct hud_gas_moments moments;
  hud_cell_gas_moments(gas, &moments);
  if (!isfinite(moments.energy))
    return hud_fail(error, HUD_ERROR_COMPUTE, "the energy of the gas is not finite at t = %.17g",
                    until);
  return HUD_OK;
}
