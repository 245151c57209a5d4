/* SPDX-License-Identifier: GPL-3.0-or-later
 * The event-driven flow; see flow.h. */
#include "spheres/flow.h"

#include <math.h>

#include "base/alloc.h"
#include "spheres/calendar.h"
#include "spheres/groups.h"
#include "spheres/motion.h"
#include "spheres/tubes.h"

enum { SORT_EVERY = 4 /* horizons */ };

struct hud_flow {
  struct hud_spheres *spheres;
  struct hud_tubes tubes;
  struct hud_calendar calendar;
  struct hud_groups groups;
  struct hud_flow_counters counters;
  struct hud_sphere *sorted; /* the other half of the counting sort */
  uint32_t *start;           /* per cell, for the sort */
  size_t start_room;
  uint64_t previous; /* time of the last collision in the horizon */
  double fastest;
  bool too_fast;
  void (*observe)(void *context, const struct hud_collision *collision);
  void *observe_context;
  hud_status (*watch)(void *context, double time, struct hud_error *error);
  void *watch_context;
};

hud_status hud_flow_create(struct hud_flow **flow, struct hud_spheres *spheres,
                           struct hud_error *error)
{
  *flow = NULL;
  struct hud_flow *f = NULL;
  hud_status status = HUD_NEW(&f, 1, "hard-sphere flow", error);
  if (status != HUD_OK)
    return status;
  f->spheres = spheres;
  f->counters.least_gap = INFINITY;
  status = HUD_NEW(&f->sorted, (size_t)spheres->count, "sorted particles", error);
  if (status != HUD_OK) {
    hud_flow_free(f);
    return status;
  }
  *flow = f;
  return HUD_OK;
}

void hud_flow_free(struct hud_flow *flow)
{
  if (flow == NULL)
    return;
  hud_tubes_free(&flow->tubes);
  hud_calendar_free(&flow->calendar);
  hud_groups_free(&flow->groups);
  hud_free(flow->sorted);
  hud_free(flow->start);
  hud_free(flow);
}

void hud_flow_observe(struct hud_flow *flow,
                      void (*observe)(void *context, const struct hud_collision *collision),
                      void *context)
{
  flow->observe = observe;
  flow->observe_context = context;
}

void hud_flow_watch(struct hud_flow *flow,
                    hud_status (*watch)(void *context, double time, struct hud_error *error),
                    void *context)
{
  flow->watch = watch;
  flow->watch_context = context;
}

struct hud_flow_counters *hud_flow_counters(struct hud_flow *flow)
{
  flow->counters.entries = flow->tubes.entries;
  flow->counters.cells = flow->tubes.cells_entered;
  flow->counters.tests = flow->tubes.tests;
  return &flow->counters;
}

void hud_flow_set_counters(struct hud_flow *flow, const struct hud_flow_counters *counters)
{
  flow->counters = *counters;
  flow->tubes.entries = counters->entries;
  flow->tubes.cells_entered = counters->cells;
  flow->tubes.tests = counters->tests;
}

/* Sorts the particles by cell, so that what is near in space is near in memory. */
static hud_status sort_particles(struct hud_flow *flow, uint32_t cells, struct hud_error *error)
{
  struct hud_spheres *spheres = flow->spheres;
  int d = spheres->zones.dimension;
  size_t cell_count = (size_t)cells * cells * (d == 3 ? cells : 1);
  if (cell_count + 1 > flow->start_room) {
    hud_free(flow->start);
    flow->start_room = 0;
    hud_status status = HUD_NEW(&flow->start, cell_count + 1, "cells for sorting", error);
    if (status != HUD_OK)
      return status;
    flow->start_room = cell_count + 1;
  }
  for (size_t c = 0; c <= cell_count; c++)
    flow->start[c] = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (int64_t i = 0; i < spheres->count; i++) {
      const struct hud_sphere *particle = &spheres->particles[i];
      size_t cell = 0;
      for (int a = d - 1; a >= 0; a--)
        cell = cell * cells + hud_high_word(particle->position[a], cells);
      if (pass == 0)
        flow->start[cell + 1]++;
      else
        flow->sorted[flow->start[cell]++] = *particle;
    }
    for (size_t c = 0; c < cell_count && pass == 0; c++)
      flow->start[c + 1] += flow->start[c];
  }
  struct hud_sphere *sorted = flow->sorted;
  flow->sorted = spheres->particles;
  spheres->particles = sorted;
  return HUD_OK;
}

static hud_status enter_and_predict(struct hud_flow *flow, uint32_t slot, uint64_t tau,
                                    struct hud_error *error)
{
  hud_status status = hud_tubes_enter(&flow->tubes, flow->spheres->particles, slot, tau, error);
  if (status == HUD_OK && flow->tubes.hit_count > 0)
    status = hud_groups_predict(&flow->groups, flow->spheres, &flow->tubes, slot, tau,
                                &flow->calendar, &flow->counters, error);
  return status;
}

static void report_collision(const struct hud_flow *flow, const struct hud_encounter *encounter,
                             const struct hud_group_state *before)
{
  struct hud_collision collision = {.size = (int)encounter->size};
  int d = flow->spheres->zones.dimension;
  double since = (double)encounter->tau * 0x1.0p-64 * flow->groups.duration;
  collision.time = flow->spheres->time + since;
  collision.b = before->beta / flow->spheres->zones.radius[encounter->size];
  for (int p = 0; p < collision.size; p++) {
    const struct hud_sphere *particle = &flow->spheres->particles[encounter->member[p]];
    collision.label[p] = particle->label;
    for (int a = 0; a < d; a++) {
      collision.x[p * d + a] = before->x[3 * p + a];
      collision.v[p * d + a] = particle->velocity[a] + flow->spheres->drift[a];
    }
  }
  flow->observe(flow->observe_context, &collision);
}

/* Gives the members their new velocities and lines through the place of the collision. */
static void reflect(struct hud_flow *flow, const struct hud_encounter *encounter,
                    const struct hud_group_state *state)
{
  struct hud_sphere *particles = flow->spheres->particles;
  double scale = flow->groups.scale;
  int size = (int)encounter->size;
  double v[3 * HUD_SPHERES_MAX_GROUP];
  for (int p = 0; p < size; p++)
    for (int a = 0; a < 3; a++)
      v[3 * p + a] = particles[encounter->member[p]].velocity[a];
  hud_group_collide(3, size, state->x, v);
  uint32_t sequence = ++flow->groups.sequence;
  for (int p = 0; p < size; p++) {
    struct hud_sphere *particle = &particles[encounter->member[p]];
    for (int a = 0; a < 3; a++) {
      uint64_t place = hud_motion_at(particle, a, scale, encounter->tau);
      particle->velocity[a] = v[3 * p + a];
      int64_t step = hud_motion_step(v[3 * p + a], scale);
      particle->position[a] = place - hud_motion_path(step, encounter->tau);
      flow->too_fast = flow->too_fast || !(fabs(v[3 * p + a]) <= flow->fastest);
    }
    particle->last = sequence;
    particle->contacts++;
  }
}

static bool is_valid(const struct hud_flow *flow, const struct hud_encounter *encounter)
{
  for (uint32_t m = 0; m < encounter->size; m++)
    if (flow->spheres->particles[encounter->member[m]].last > encounter->sequence)
      return false;
  return true;
}

/* Carries out one encounter; its members enter the grid anew. */
static hud_status carry_out(struct hud_flow *flow, const struct hud_encounter *predicted,
                            struct hud_error *error)
{
  const struct hud_encounter encounter = *predicted;
  int size = (int)encounter.size;
  struct hud_group_state state;
  hud_group_state_at(&flow->groups, flow->spheres->particles, size, encounter.member, encounter.tau,
                     &state);
  if (!(state.beta < 0.0)) {
    flow->counters.grazing++;
    return HUD_OK;
  }
  double epsilon = flow->spheres->zones.radius[size];
  double gap = 0.5 * (state.square - epsilon * epsilon) / (epsilon * epsilon);
  if (gap < flow->counters.least_gap)
    flow->counters.least_gap = gap;
  flow->counters.ties += flow->groups.sequence > 0 && encounter.tau == flow->previous;
  flow->previous = encounter.tau;
  reflect(flow, &encounter, &state);
  flow->counters.collisions[size]++;
  if (flow->observe != NULL)
    report_collision(flow, &encounter, &state);
  hud_status status = HUD_OK;
  if (!flow->too_fast)
    for (int m = 0; m < size && status == HUD_OK; m++)
      status = enter_and_predict(flow, encounter.member[m], encounter.tau, error);
  return status;
}

/* Moves all particles to the end of the horizon, or to tau where it was cut. */
static void move_all(struct hud_flow *flow, bool whole, uint64_t tau)
{
  struct hud_spheres *spheres = flow->spheres;
  double scale = flow->groups.scale;
  for (int64_t i = 0; i < spheres->count; i++) {
    struct hud_sphere *particle = &spheres->particles[i];
    for (int a = 0; a < 3; a++) {
      int64_t step = hud_motion_step(particle->velocity[a], scale);
      particle->position[a] += whole ? (uint64_t)step : hud_motion_path(step, tau);
    }
    particle->last = 0;
  }
  double share = whole ? 1.0 : (double)tau * 0x1.0p-64;
  hud_spheres_advance_frame(spheres, share * flow->groups.duration);
}

static double expected_events(const struct hud_spheres *spheres, double temperature,
                              double duration)
{
  double volume = pow(spheres->side, spheres->zones.dimension);
  double sum = 0.0;
  for (int order = 1; order <= spheres->zones.orders; order++)
    sum += hud_zones_rate(&spheres->zones, order, spheres->count, volume,
                          hud_mean_impact(order, temperature));
  return sum * duration;
}

static hud_status run_horizon(struct hud_flow *flow, const struct hud_flow_plan *plan,
                              struct hud_error *error)
{
  struct hud_spheres *spheres = flow->spheres;
  flow->groups.unit = hud_spheres_unit(spheres);
  flow->groups.scale = plan->duration / flow->groups.unit;
  flow->groups.duration = plan->duration;
  double reach = 1.0001 * hud_zones_largest_reach(&spheres->zones);
  flow->groups.reach2 = reach * reach;
  flow->groups.sequence = 0;
  flow->fastest = plan->fastest;
  flow->too_fast = false;
  hud_status status =
      hud_tubes_clear(&flow->tubes, spheres, plan->cells, plan->duration, plan->fastest, error);
  if (status == HUD_OK)
    status = hud_calendar_clear(&flow->calendar,
                                expected_events(spheres, plan->temperature, plan->duration), error);
  for (int64_t i = 0; i < spheres->count && status == HUD_OK; i++)
    status = enter_and_predict(flow, (uint32_t)i, 0, error);
  const struct hud_encounter *encounter = NULL;
  while (status == HUD_OK && !flow->too_fast &&
         (encounter = hud_calendar_take(&flow->calendar)) != NULL)
    if (is_valid(flow, encounter))
      status = carry_out(flow, encounter, error);
  if (status != HUD_OK)
    return status;
  move_all(flow, !flow->too_fast, flow->previous);
  flow->counters.horizons++;
  flow->counters.cut += flow->too_fast;
  return HUD_OK;
}

hud_status hud_flow_advance(struct hud_flow *flow, double until, struct hud_error *error)
{
  struct hud_spheres *spheres = flow->spheres;
  hud_status status = HUD_OK;
  for (int64_t h = 0; spheres->time < until && status == HUD_OK; h++) {
    struct hud_flow_plan plan;
    double remaining = until - spheres->time;
    if (flow->watch != NULL)
      status = flow->watch(flow->watch_context, spheres->time, error);
    if (status == HUD_OK)
      status = hud_spheres_make_room(spheres, error);
    if (status == HUD_OK)
      status = hud_flow_plan(spheres, remaining, &plan, error);
    if (status == HUD_OK && h % SORT_EVERY == 0)
      status = sort_particles(flow, plan.cells, error);
    if (status == HUD_OK)
      status = run_horizon(flow, &plan, error);
    if (status == HUD_OK && plan.duration >= remaining && !flow->too_fast)
      spheres->time = until; /* the sum of the horizons misses it by round-off */
  }
  return status;
}
