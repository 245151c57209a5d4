/* SPDX-License-Identifier: GPL-3.0-or-later
 * Prediction of collisions; see groups.h. Third coordinates are zero for d = 2. */
#include "spheres/groups.h"

#include <math.h>

#include "base/alloc.h"
#include "spheres/motion.h"

void hud_groups_free(struct hud_groups *groups)
{
  hud_free(groups->candidate);
  *groups = (struct hud_groups){0};
}

/* The search through groups of one particle. */
struct prediction {
  struct hud_groups *groups;
  const struct hud_spheres *spheres;
  struct hud_calendar *calendar;
  struct hud_flow_counters *counters;
  struct hud_error *error;
  uint64_t tau;
  double remaining; /* time to the end of the horizon */
  double reach2;    /* of pairs, with a tolerance */
  uint32_t member[HUD_SPHERES_MAX_GROUP];
  const struct hud_group_candidate *chosen[HUD_SPHERES_MAX_GROUP];
};

/* Sums over the members but the first, relative to it: sum x, sum v, sum x^2, sum x v, sum v^2. */
struct sums {
  double x[3], v[3], xx, xv, vv;
};

static inline void add_member(struct sums *sums, const double *x, const double *v)
{
  for (int a = 0; a < 3; a++) {
    sums->x[a] += x[a];
    sums->v[a] += v[a];
    sums->xx += x[a] * x[a];
    sums->xv += x[a] * v[a];
    sums->vv += v[a] * v[a];
  }
}

static inline double dot(const double *x, const double *y)
{
  return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
}

/* a, beta and d_k^2 by sum_{i<j} <x_i - x_j, y_i - y_j> = k sum <x_p, y_p> - <sum x, sum y>. */
static inline void quadratic(const struct sums *sums, int size, double *a, double *beta,
                             double *square)
{
  *a = size * sums->vv - dot(sums->v, sums->v);
  *beta = size * sums->xv - dot(sums->x, sums->v);
  *square = size * sums->xx - dot(sums->x, sums->x);
}

void hud_group_state_at(const struct hud_groups *groups, const struct hud_sphere *particles,
                        int size, const uint32_t *member, uint64_t tau,
                        struct hud_group_state *state)
{
  struct sums sums = {{0.0}, {0.0}, 0.0, 0.0, 0.0};
  const struct hud_sphere *first = &particles[member[0]];
  uint64_t origin[3];
  for (int a = 0; a < 3; a++) {
    origin[a] = hud_motion_at(first, a, groups->scale, tau);
    state->x[a] = 0.0;
    state->v[a] = 0.0;
  }
  for (int p = 1; p < size; p++) {
    const struct hud_sphere *particle = &particles[member[p]];
    double *x = state->x + 3 * p;
    double *v = state->v + 3 * p;
    for (int a = 0; a < 3; a++) {
      x[a] = hud_spheres_difference(hud_motion_at(particle, a, groups->scale, tau), origin[a],
                                    groups->unit);
      v[a] = particle->velocity[a] - first->velocity[a];
    }
    add_member(&sums, x, v);
  }
  quadratic(&sums, size, &state->a, &state->beta, &state->square);
}

/* tau + delay as a fraction of the horizon, at least `least`; false beyond the end. */
static bool later(uint64_t tau, double delay, double duration, uint64_t least, uint64_t *out)
{
  double fraction = delay / duration;
  double size = fabs(fraction) * 0x1.0p64;
  if (!(size < 0x1.0p64))
    return false;
  uint64_t offset = (uint64_t)size;
  if (fraction < 0.0) {
    *out = tau - least > offset ? tau - offset : least;
    return true;
  }
  *out = tau + offset;
  return *out >= tau;
}

/* Solves once more from the predicted time and adds the encounter. */
static hud_status add_encounter(const struct prediction *p, int size, double delay)
{
  uint64_t tau;
  double epsilon = p->spheres->zones.radius[size];
  double duration = p->groups->duration;
  if (!later(p->tau, delay, duration, p->tau, &tau))
    return HUD_OK;
  struct hud_group_state state;
  hud_group_state_at(p->groups, p->spheres->particles, size, p->member, tau, &state);
  double c = state.square - epsilon * epsilon;
  double discriminant = state.beta * state.beta - state.a * c;
  if (state.beta < 0.0 && discriminant >= 0.0) {
    uint64_t polished;
    double correction = c / (-state.beta + sqrt(discriminant));
    if (!later(tau, correction, duration, p->tau, &polished))
      return HUD_OK;
    tau = polished;
  }
  struct hud_encounter *encounter = hud_calendar_add(p->calendar, tau, p->error);
  if (encounter == NULL)
    return HUD_ERROR_MEMORY;
  encounter->sequence = p->groups->sequence;
  encounter->size = (uint32_t)size;
  for (int m = 0; m < size; m++)
    encounter->member[m] = p->member[m];
  p->counters->predicted++;
  return HUD_OK;
}

/* The first contact of the group, if it lies within the horizon. */
static hud_status solve(const struct prediction *p, int size, const struct sums *sums)
{
  double a, beta, square;
  double epsilon = p->spheres->zones.radius[size];
  quadratic(sums, size, &a, &beta, &square);
  double c = square - epsilon * epsilon;
  p->counters->roots++;
  if (c < 0.0) {
    p->counters->healed += beta < 0.0;
    double gap = 0.5 * c / (epsilon * epsilon);
    if (gap < p->counters->least_gap)
      p->counters->least_gap = gap;
  }
  if (!(beta < 0.0))
    return HUD_OK;
  if (c <= 0.0)
    return add_encounter(p, size, 0.0);
  double discriminant = beta * beta - a * c;
  if (discriminant < 0.0)
    return HUD_OK;
  double delay = c / (-beta + sqrt(discriminant));
  /* A delay past the end by round-off is still looked at again from there. */
  if (delay > p->remaining * (1.0 + 1e-12))
    return HUD_OK;
  return add_encounter(p, size, delay);
}

/* Whether two candidates come within the largest reach in the rest of the horizon. */
static bool meet(const struct prediction *p, const struct hud_group_candidate *one,
                 const struct hud_group_candidate *other)
{
  double x[3], v[3];
  for (int a = 0; a < 3; a++) {
    x[a] = other->x[a] - one->x[a];
    v[a] = other->v[a] - one->v[a];
  }
  double beta = dot(x, v);
  double a = dot(v, v);
  double square = dot(x, x);
  if (square <= p->reach2)
    return true;
  if (beta >= 0.0)
    return false;
  double time = -beta < a * p->remaining ? -beta / a : p->remaining;
  return square + time * (2.0 * beta + time * a) <= p->reach2;
}

/* Extends a group of `size` members by every candidate from `from` on that meets all of them. */
static hud_status extend(struct prediction *p, int size, size_t from, const struct sums *sums)
{
  hud_status status = HUD_OK;
  const struct hud_groups *groups = p->groups;
  for (size_t c = from; c < groups->candidate_count && status == HUD_OK; c++) {
    const struct hud_group_candidate *candidate = &groups->candidate[c];
    bool all = true;
    for (int m = 1; m < size && all; m++)
      all = meet(p, p->chosen[m], candidate);
    if (!all)
      continue;
    struct sums grown = *sums;
    add_member(&grown, candidate->x, candidate->v);
    p->member[size] = candidate->slot;
    status = solve(p, size + 1, &grown);
    if (status == HUD_OK && size < p->spheres->zones.orders && size + 1 < HUD_SPHERES_MAX_GROUP) {
      p->chosen[size] = candidate;
      status = extend(p, size + 1, c + 1, &grown);
    }
  }
  return status;
}

static hud_status fill_candidates(struct hud_groups *groups, const struct hud_sphere *particles,
                                  const struct hud_tubes *tubes, uint32_t slot, uint64_t tau,
                                  struct hud_error *error)
{
  if (tubes->hit_count > groups->candidate_room) {
    size_t room = 2 * tubes->hit_count;
    hud_free(groups->candidate);
    groups->candidate = NULL;
    groups->candidate_room = 0;
    hud_status status = HUD_NEW(&groups->candidate, room, "neighbours", error);
    if (status != HUD_OK)
      return status;
    groups->candidate_room = room;
  }
  const struct hud_sphere *centre = &particles[slot];
  uint64_t origin[3];
  for (int a = 0; a < 3; a++)
    origin[a] = hud_motion_at(centre, a, groups->scale, tau);
  for (size_t h = 0; h < tubes->hit_count; h++) {
    struct hud_group_candidate *candidate = &groups->candidate[h];
    const struct hud_sphere *other = &particles[tubes->hit[h]];
    candidate->slot = tubes->hit[h];
    for (int a = 0; a < 3; a++) {
      uint64_t place = hud_motion_at(other, a, groups->scale, tau);
      candidate->x[a] = hud_spheres_difference(place, origin[a], groups->unit);
      candidate->v[a] = other->velocity[a] - centre->velocity[a];
    }
  }
  groups->candidate_count = tubes->hit_count;
  return HUD_OK;
}

hud_status hud_groups_predict(struct hud_groups *groups, const struct hud_spheres *spheres,
                              const struct hud_tubes *tubes, uint32_t slot, uint64_t tau,
                              struct hud_calendar *calendar, struct hud_flow_counters *counters,
                              struct hud_error *error)
{
  hud_status status = fill_candidates(groups, spheres->particles, tubes, slot, tau, error);
  if (status != HUD_OK)
    return status;
  struct prediction p = {.groups = groups,
                         .spheres = spheres,
                         .calendar = calendar,
                         .counters = counters,
                         .error = error,
                         .tau = tau,
                         .remaining = groups->duration * (1.0 - (double)tau * 0x1.0p-64),
                         .reach2 = groups->reach2};
  p.member[0] = slot;
  const struct sums none = {{0.0}, {0.0}, 0.0, 0.0, 0.0};
  return extend(&p, 1, 0, &none);
}
