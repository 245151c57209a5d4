/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The flow of N hard spheres with collisions of 2 .. M+1 particles (Theorem 2.12 of [APW]),
 * event-driven and exact in time.
 *
 * Time is cut into horizons. At the start of one every particle enters the grid of swept tubes
 * (tubes.h) and every collision that the present lines lead to within the horizon is predicted
 * (groups.h) and put into the calendar. Collisions are then carried out in order; their members
 * enter the grid again with their new tubes, which predicts what follows. At the end all positions
 * are moved once. No event is spent on cells.
 *
 * Horizon and cells come from formulas in the state, never from timings, and nothing is random: the
 * same state gives the same bits. A horizon ends at every call's `until`, so the bits depend on
 * where a run stops to look, and a run continued from a saved state is the same run. */
#ifndef HUD_SPHERES_FLOW_H
#define HUD_SPHERES_FLOW_H

#include "spheres/counters.h"
#include "spheres/state.h"

/* One collision, after the velocities have changed. Members are labels; x and v are size x d, x
 * relative to the first member. b is (2.11) before the collision. */
struct hud_collision {
  double time;
  int size;
  uint32_t label[HUD_SPHERES_MAX_GROUP];
  double x[3 * HUD_SPHERES_MAX_GROUP], v[3 * HUD_SPHERES_MAX_GROUP];
  double b;
};

struct hud_flow;

/* A flow over the state, which it changes and must not outlive. */
hud_status hud_flow_create(struct hud_flow **flow, struct hud_spheres *spheres,
                           struct hud_error *error);
void hud_flow_free(struct hud_flow *flow);

/* Calls observe after each collision; NULL for none. */
void hud_flow_observe(struct hud_flow *flow,
                      void (*observe)(void *context, const struct hud_collision *collision),
                      void *context);

/* Asks `watch` before each horizon, with the time reached; what is not HUD_OK ends the advance and
 * is returned, the state being that of this time. NULL for none. */
void hud_flow_watch(struct hud_flow *flow,
                    hud_status (*watch)(void *context, double time, struct hud_error *error),
                    void *context);

/* Moves the state to the time `until`. HUD_ERROR_COMPUTE where velocities are not finite or a
 * horizon cannot be found; the state is then of no use. */
hud_status hud_flow_advance(struct hud_flow *flow, double until, struct hud_error *error);

/* Counters; the caller may set least_gap (to INFINITY) to start a new minimum. */
struct hud_flow_counters *hud_flow_counters(struct hud_flow *flow);

/* Replaces all counters, for a state that was saved. */
void hud_flow_set_counters(struct hud_flow *flow, const struct hud_flow_counters *counters);

/* The plan of a horizon, by formula: its length, at most `remaining`, and the cells per axis. */
struct hud_flow_plan {
  double duration, fastest; /* no component of a velocity may exceed `fastest` */
  double temperature;       /* of one axis */
  uint32_t cells;
};
hud_status hud_flow_plan(const struct hud_spheres *spheres, double remaining,
                         struct hud_flow_plan *plan, struct hud_error *error);

/* About how many bytes a flow of so many particles takes, its state included. */
double hud_flow_memory(int dimension, double count);

#endif
