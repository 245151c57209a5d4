/* SPDX-License-Identifier: GPL-3.0-or-later
 * The counters of the flow, which its parts keep. */
#ifndef HUD_SPHERES_COUNTERS_H
#define HUD_SPHERES_COUNTERS_H

#include "spheres/state.h"

/* What the flow has done. Counts are cumulative; least_gap is what the caller last reset. */
struct hud_flow_counters {
  int64_t collisions[HUD_SPHERES_MAX_GROUP + 1]; /* events by number of members */
  int64_t grazing;        /* contacts without approach, where nothing happens */
  int64_t ties;           /* collisions at exactly the time of the one before */
  int64_t healed;         /* predictions that began within a zone, by round-off */
  int64_t predicted;      /* encounters put into the calendar */
  int64_t roots;          /* quadratic equations of groups */
  int64_t horizons, cut;  /* horizons; those ended early by a very fast particle */
  int64_t entries, cells; /* particles entered into the grid, cells entered by them */
  int64_t tests;          /* blocks of 16 pairs tested */
  double least_gap;       /* least (d_k - epsilon_k)/epsilon_k seen */
};

#endif
