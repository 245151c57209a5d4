/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From neighbours to predicted collisions: the roots of d_k^2(t) = epsilon_k^2 for all groups of a
 * particle that has just entered the grid and those it may meet.
 *
 * d_k^2 is a t^2 + 2 beta t + d_0^2 with a = sum_{i<j} |v_i - v_j|^2, beta = sum_{i<j} <x_i - x_j,
 * v_i - v_j>. Only beta < 0 approaches; the first root is (d_0^2 - epsilon^2)/(-beta + sqrt(D)). It
 * is polished once by solving again from the predicted time, with the exact positions there. A
 * group that stands within its zone by round-off and approaches collides at once (the rule of
 * "Stable algorithm for event detection in event-driven particle dynamics", arXiv:1211.6718):
 * overlaps heal instead of growing. */
#ifndef HUD_SPHERES_GROUPS_H
#define HUD_SPHERES_GROUPS_H

#include "spheres/calendar.h"
#include "spheres/counters.h"
#include "spheres/tubes.h"

/* A neighbour relative to the particle that entered. */
struct hud_group_candidate {
  uint32_t slot;
  double x[3], v[3];
};

struct hud_groups {
  double scale, unit, duration; /* of the horizon; scale as in motion.h */
  double reach2;                /* square of the largest reach of pairs, with a tolerance */
  uint32_t sequence;            /* of the last collision */
  size_t candidate_count, candidate_room;
  struct hud_group_candidate *candidate;
};

void hud_groups_free(struct hud_groups *groups);

/* Predicts all collisions from tau on of `slot` with the neighbours in tubes->hit. */
hud_status hud_groups_predict(struct hud_groups *groups, const struct hud_spheres *spheres,
                              const struct hud_tubes *tubes, uint32_t slot, uint64_t tau,
                              struct hud_calendar *calendar, struct hud_flow_counters *counters,
                              struct hud_error *error);

/* Sums over a group at one time: x and v (size x 3, relative to the first member), and with them a,
 * beta and the square of d_k. */
struct hud_group_state {
  double x[3 * HUD_SPHERES_MAX_GROUP], v[3 * HUD_SPHERES_MAX_GROUP];
  double a, beta, square;
};
void hud_group_state_at(const struct hud_groups *groups, const struct hud_sphere *particles,
                        int size, const uint32_t *member, uint64_t tau,
                        struct hud_group_state *state);

#endif
