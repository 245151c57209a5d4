/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The flow of a few particles in the whole space by the plain method: all groups are looked at
 * after every collision. It serves where derivatives of the flow or measures of sets of few
 * particles are wanted (geometry.h); flow.h is the one for many. */
#ifndef HUD_SPHERES_FEW_H
#define HUD_SPHERES_FEW_H

#include <stdbool.h>

#include "spheres/zones.h"

enum { HUD_FEW_MAX_COUNT = 8 };

/* count x dimension positions and velocities. */
struct hud_few {
  int count;
  double x[3 * HUD_FEW_MAX_COUNT], v[3 * HUD_FEW_MAX_COUNT];
};

/* The first collision within `duration`: its time and members, or INFINITY and size 0. */
struct hud_few_event {
  double time;
  int size;
  int member[HUD_SPHERES_MAX_GROUP];
};
void hud_few_next(const struct hud_few *few, const struct hud_zones *zones, double duration,
                  struct hud_few_event *event);

/* Moves the state by `duration` (backwards if negative); returns the number of collisions, or -1 if
 * there are more than 10000. */
int hud_few_advance(struct hud_few *few, const struct hud_zones *zones, double duration);

/* Whether every zone is respected, d_k >= epsilon_k. */
bool hud_few_allowed(const struct hud_few *few, const struct hud_zones *zones);

#endif
