/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Neighbours at one instant: a grid of cells over the positions of a state, and the search through
 * groups for the zone that is nearest to being violated. For initial data, insertion and checks;
 * the flow has its own search over swept tubes (tubes.h). */
#ifndef HUD_SPHERES_NEIGHBOURS_H
#define HUD_SPHERES_NEIGHBOURS_H

#include "spheres/state.h"

/* Cells of linked lists; cell sides are at least the search distance. Particles are numbered by
 * slot. `positions` has room for more particles than the state (for insertion). */
struct hud_neighbours {
  struct hud_zones zones;
  double side, unit, distance; /* distance: neighbours farther than this are left out */
  int cells;                   /* per axis */
  int64_t capacity;
  uint64_t (*positions)[3];
  int32_t *first, *next; /* per cell, per particle; -1 ends a list */
  int64_t found, room;   /* of the last search */
  double (*relative)[3];
  int32_t *who;
};

/* An empty grid for up to `capacity` particles on the torus of the state. */
hud_status hud_neighbours_create(struct hud_neighbours **neighbours,
                                 const struct hud_spheres *spheres, int64_t capacity,
                                 double distance, struct hud_error *error);
void hud_neighbours_free(struct hud_neighbours *neighbours);

void hud_neighbours_clear(struct hud_neighbours *neighbours);
void hud_neighbours_add(struct hud_neighbours *neighbours, int64_t i, const uint64_t *position);
void hud_neighbours_remove(struct hud_neighbours *neighbours, int64_t i);

/* Finds all particles but `except` (-1: none) within the distance of a position: neighbours->found,
 * their coordinates relative to it and their numbers. */
hud_status hud_neighbours_find(struct hud_neighbours *neighbours, const uint64_t *position,
                               int64_t except, struct hud_error *error);

/* Least (d_k - epsilon_k)/epsilon_k over the groups that consist of the position of the last search
 * and some of the neighbours found; INFINITY if there is no group. Groups that exceed
 * (1 + margin) epsilon_k are passed over. */
double hud_neighbours_least_gap(const struct hud_neighbours *neighbours, double margin);

/* Least gap over all groups of the state that come within (1 + margin) epsilon_k: negative where a
 * zone is violated, INFINITY where no group is that near. O(N). */
hud_status hud_spheres_least_gap(const struct hud_spheres *spheres, double margin, double *gap,
                                 struct hud_error *error);

#endif
