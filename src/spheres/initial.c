/* SPDX-License-Identifier: GPL-3.0-or-later
 * Initial data in D_N; see initial.h. */
#include "spheres/initial.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "spheres/neighbours.h"

enum {
  INSERTION_BUDGET = 5000000, /* single positions that exact rejection may draw */
  INSERTION_TRIES = 20000,    /* for one particle of the sequential insertion */
  DENSITY_TRIES = 100000,     /* draws of one position from a density */
  MOST_SWEEPS = 200
};

struct position_work {
  struct hud_spheres *spheres;
  const struct hud_position_density *density;
  struct hud_random *random;
  struct hud_neighbours *neighbours;
};

void hud_position_report_text(const struct hud_position_report *report, char *text, size_t length)
{
  if (report->method == HUD_POSITIONS_GIVEN)
    snprintf(text, length, "positions given");
  else if (report->method == HUD_POSITIONS_REJECTION)
    snprintf(text, length, "exact rejection: 1 of %lld configurations lay in D_N",
             (long long)report->attempts);
  else
    snprintf(text, length, "Metropolis: %lld sweeps from sequential insertion, acceptance %.4g",
             (long long)report->sweeps, report->acceptance);
}

double hud_expected_violations_of(const struct hud_zones *zones, int order, int64_t count,
                                  double volume)
{
  double epsilon = zones->radius[order + 1];
  double ball = pow(epsilon, order * zones->dimension) *
                hud_impact_measure(zones->dimension, order) / (order * zones->dimension);
  double groups = 1.0;
  for (int i = 0; i <= order; i++)
    groups *= (double)(count - i) / (i + 1.0);
  return groups * ball / pow(volume, order);
}

double hud_expected_violations(const struct hud_zones *zones, int64_t count, double volume)
{
  double sum = 0.0;
  for (int order = 1; order <= zones->orders; order++)
    sum += hud_expected_violations_of(zones, order, count, volume);
  return sum;
}

struct hud_position_survey hud_position_survey(const struct hud_position_density *density,
                                               int dimension, int n, int power)
{
  struct hud_position_survey sums = {0.0, 0.0, 0.0};
  double points = pow(n, dimension);
  for (int k = 0; k < (dimension == 3 ? n : 1); k++)
    for (int j = 0; j < n; j++)
      for (int i = 0; i < n; i++) {
        const int index[3] = {i, j, k};
        double x[3] = {0.0};
        for (int a = 0; a < dimension; a++)
          x[a] = density->low[a] + (density->high[a] - density->low[a]) * (index[a] + 0.5) / n;
        double value = density->value(density->context, x);
        sums.mean += value;
        sums.mean_power += pow(value, power);
        sums.largest = fmax(sums.largest, value);
      }
  sums.mean /= points;
  sums.mean_power /= points;
  return sums;
}

double hud_effective_volume(const struct hud_position_density *density, int dimension, int order)
{
  struct hud_position_survey s =
      hud_position_survey(density, dimension, dimension == 2 ? 256 : 64, order + 1);
  double box = 1.0;
  for (int a = 0; a < dimension; a++)
    box *= density->high[a] - density->low[a];
  return box * pow(s.mean_power / pow(s.mean, order + 1), -1.0 / order);
}

static hud_status evaluate(const struct hud_position_density *density, const double *x,
                           double *value, struct hud_error *error)
{
  *value = density->value(density->context, x);
  if (!(*value >= 0.0) || *value > density->maximum)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the density of positions is %g at (%g, %g, %g); it must lie between 0 and the "
                    "maximum %g found before",
                    *value, x[0], x[1], x[2], density->maximum);
  return HUD_OK;
}

/* A position of slot i from the density, or uniform; stored in the slot. */
static hud_status draw_position(const struct position_work *work, int64_t i,
                                struct hud_error *error)
{
  struct hud_sphere *particle = &work->spheres->particles[i];
  int dimension = work->spheres->zones.dimension;
  if (work->density == NULL || work->density->value == NULL) {
    for (int a = 0; a < dimension; a++)
      particle->position[a] = hud_random_bits(work->random);
    return HUD_OK;
  }
  const struct hud_position_density *density = work->density;
  for (int try = 0; try < DENSITY_TRIES; try++) {
    double x[3] = {0.0};
    double value;
    for (int a = 0; a < dimension; a++)
      x[a] =
          density->low[a] + (density->high[a] - density->low[a]) * hud_random_uniform(work->random);
    hud_status status = evaluate(density, x, &value, error);
    if (status != HUD_OK)
      return status;
    if (hud_random_uniform(work->random) * density->maximum < value) {
      hud_spheres_set_position(work->spheres, i, x);
      return HUD_OK;
    }
  }
  return hud_fail(error, HUD_ERROR_INPUT,
                  "no position was accepted in %d draws from the density of positions: it is zero "
                  "nearly everywhere",
                  (int)DENSITY_TRIES);
}

/* Whether slot i at its present position violates a zone with the particles in the grid. */
static hud_status violates(const struct position_work *work, int64_t i, bool *violated,
                           struct hud_error *error)
{
  const uint64_t *position = work->spheres->particles[i].position;
  hud_status status = hud_neighbours_find(work->neighbours, position, i, error);
  if (status == HUD_OK)
    *violated = hud_neighbours_least_gap(work->neighbours, 0.0) < 0.0;
  return status;
}

/* Exact rejection; *done tells whether a configuration was found within the budget. */
static hud_status reject(const struct position_work *work, struct hud_position_report *report,
                         bool *done, struct hud_error *error)
{
  int64_t drawn = 0;
  int64_t count = work->spheres->count;
  hud_status status = HUD_OK;
  *done = false;
  report->attempts = 0;
  while (status == HUD_OK && !*done && drawn < INSERTION_BUDGET) {
    bool violated = false;
    report->attempts++;
    int64_t i = 0;
    while (i < count && status == HUD_OK && !violated) {
      status = draw_position(work, i, error);
      if (status == HUD_OK)
        status = violates(work, i, &violated, error);
      if (status == HUD_OK && !violated) {
        hud_neighbours_add(work->neighbours, i, work->spheres->particles[i].position);
        i++;
      }
    }
    drawn += i + 1;
    *done = status == HUD_OK && !violated;
    if (!*done) /* cheaper than clearing all cells while attempts end early */
      while (i > 0)
        hud_neighbours_remove(work->neighbours, --i);
  }
  report->acceptance = 1.0 / (double)report->attempts;
  return status;
}

static hud_status insert_in_turn(const struct position_work *work, struct hud_error *error)
{
  for (int64_t i = 0; i < work->spheres->count; i++) {
    bool violated = true;
    for (int try = 0; try < INSERTION_TRIES && violated; try++) {
      hud_status status = draw_position(work, i, error);
      if (status == HUD_OK)
        status = violates(work, i, &violated, error);
      if (status != HUD_OK)
        return status;
    }
    if (violated)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "no room for particle %lld of %lld: %d random places all violate a zone; the "
                      "system is too dense for insertion",
                      (long long)i + 1, (long long)work->spheres->count, (int)INSERTION_TRIES);
    hud_neighbours_add(work->neighbours, i, work->spheres->particles[i].position);
  }
  return HUD_OK;
}

/* A small displacement of slot i (step: half width per axis in units of length), kept or undone by
 * the density. */
static hud_status nudge(const struct position_work *work, int64_t i, double step, bool *refused,
                        struct hud_error *error)
{
  struct hud_sphere *particle = &work->spheres->particles[i];
  double x[3] = {0.0};
  double ratio = 1.0;
  hud_spheres_position(work->spheres, i, x);
  const struct hud_position_density *density = work->density;
  bool weighted = density != NULL && density->value != NULL;
  double before = 1.0;
  if (weighted) {
    hud_status status = evaluate(density, x, &before, error);
    if (status != HUD_OK)
      return status;
  }
  for (int a = 0; a < work->spheres->zones.dimension; a++) {
    double offset = step * (2.0 * hud_random_uniform(work->random) - 1.0);
    particle->position[a] += (uint64_t)(int64_t)(offset / work->spheres->side * 0x1.0p63) << 1;
    x[a] += offset;
    if (weighted && (x[a] < density->low[a] || x[a] >= density->high[a]))
      ratio = 0.0;
  }
  if (weighted && ratio > 0.0) {
    double after;
    hud_status status = evaluate(density, x, &after, error);
    if (status != HUD_OK)
      return status;
    ratio = after / before;
  }
  *refused = hud_random_uniform(work->random) >= ratio;
  return HUD_OK;
}

/* One systematic sweep: every particle once, by a fresh draw or by a small displacement; either
 * leaves the conditioned law as it is. *accepted counts moves. */
static hud_status sweep(const struct position_work *work, bool local, int64_t *accepted,
                        struct hud_error *error)
{
  struct hud_spheres *spheres = work->spheres;
  double spacing = spheres->side / pow((double)spheres->count, 1.0 / spheres->zones.dimension);
  for (int64_t i = 0; i < spheres->count; i++) {
    struct hud_sphere before = spheres->particles[i];
    bool refused = false;
    hud_status status =
        local ? nudge(work, i, 0.25 * spacing, &refused, error) : draw_position(work, i, error);
    if (status == HUD_OK && !refused)
      status = violates(work, i, &refused, error);
    if (status != HUD_OK)
      return status;
    if (refused) {
      spheres->particles[i] = before;
    } else {
      hud_neighbours_remove(work->neighbours, i);
      hud_neighbours_add(work->neighbours, i, spheres->particles[i].position);
      ++*accepted;
    }
  }
  return HUD_OK;
}

/* Two copies of the chain driven by the same draws agree at a particle once both accept its draw;
 * with refusal probability q the expected number of disagreements falls by about 4 q a sweep. Where
 * 4 q < 1/2 the sweeps stop once it is below 1e-9; a denser system gets the full number, half of
 * them small displacements. */
static hud_status metropolis(const struct position_work *work, struct hud_position_report *report,
                             struct hud_error *error)
{
  int64_t count = work->spheres->count;
  hud_status status = insert_in_turn(work, error);
  int64_t accepted = 0;
  int64_t wanted = 1;
  report->sweeps = 0;
  while (status == HUD_OK && report->sweeps < wanted) {
    bool dense = wanted == MOST_SWEEPS;
    status = sweep(work, dense && report->sweeps % 2 == 1, &accepted, error);
    report->sweeps++;
    if (report->sweeps == 1) {
      double factor = 4.0 * (double)(count - accepted + 1) / (double)count;
      double sweeps = ceil(log(1e-9 / (double)count) / log(fmin(factor, 0.99)));
      wanted = factor < 0.5 ? (int64_t)fmax(3.0, fmin(sweeps, MOST_SWEEPS)) : MOST_SWEEPS;
    }
  }
  report->attempts = report->sweeps * count;
  report->acceptance = (double)accepted / (double)(report->attempts > 0 ? report->attempts : 1);
  return status;
}

hud_status hud_spheres_draw_positions(struct hud_spheres *spheres,
                                      const struct hud_position_density *density,
                                      enum hud_position_method method, struct hud_random *random,
                                      struct hud_position_report *report, struct hud_error *error)
{
  struct hud_position_report local;
  if (report == NULL)
    report = &local;
  *report = (struct hud_position_report){.method = HUD_POSITIONS_REJECTION};
  struct position_work work = {.spheres = spheres, .density = density, .random = random};
  double reach = (1.0 + 1e-9) * hud_zones_largest_reach(&spheres->zones);
  hud_status status =
      hud_neighbours_create(&work.neighbours, spheres, spheres->count, reach, error);
  if (status != HUD_OK)
    return status;
  /* A uniform density makes the fewest violations for its volume, so this bound never rules out
   * what could work. */
  double volume = pow(spheres->side, spheres->zones.dimension);
  double expected = hud_expected_violations(&spheres->zones, spheres->count, volume);
  bool done = false;
  if (method == HUD_POSITIONS_REJECTION || (method != HUD_POSITIONS_METROPOLIS && expected < 12.0))
    status = reject(&work, report, &done, error);
  if (status == HUD_OK && !done && method == HUD_POSITIONS_REJECTION)
    status = hud_fail(error, HUD_ERROR_INPUT,
                      "exact rejection found no configuration in D_N in %lld attempts",
                      (long long)report->attempts);
  if (status == HUD_OK && !done) {
    report->method = HUD_POSITIONS_METROPOLIS;
    status = metropolis(&work, report, error);
  }
  hud_neighbours_free(work.neighbours);
  return status;
}

hud_status hud_spheres_draw_velocities(struct hud_spheres *spheres,
                                       const struct hud_velocity_component *components,
                                       size_t component_count, bool fix_momentum, bool fix_energy,
                                       struct hud_random *random, struct hud_error *error)
{
  const struct hud_velocity_mixture mixture = {components, component_count};
  const struct hud_velocity_array array = hud_spheres_velocities(spheres);
  return hud_velocities_draw(&array, &mixture, fix_momentum, fix_energy, random, error);
}

hud_status hud_spheres_set_rows(struct hud_spheres *spheres, const double *rows,
                                struct hud_error *error)
{
  int d = spheres->zones.dimension;
  for (int64_t i = 0; i < spheres->count; i++) {
    const double *row = rows + i * 2 * d;
    for (int a = 0; a < 2 * d; a++)
      if (!isfinite(row[a]))
        return hud_fail(error, HUD_ERROR_INPUT, "row %lld, column %d is %g", (long long)i + 1,
                        a + 1, row[a]);
    hud_spheres_set_position(spheres, i, row);
    for (int a = 0; a < d; a++)
      spheres->particles[i].velocity[a] = row[d + a];
  }
  double gap;
  hud_status status = hud_spheres_least_gap(spheres, 0.0, &gap, error);
  /* Contact itself is allowed; decimal tables hold it to round-off only. */
  if (status == HUD_OK && gap < -1e-12)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the positions violate a zone: (d_k - epsilon_k)/epsilon_k = %.3g", gap);
  return status;
}
