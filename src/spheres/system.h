/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of a system of hard spheres (spheres.h). */
#ifndef HUD_SPHERES_SYSTEM_H
#define HUD_SPHERES_SYSTEM_H

#include "spheres/spheres.h"

struct hud_replica {
  struct hud_spheres *spheres;
  struct hud_flow *flow;
  double least_gap; /* since t = 0, up to the last row */
};

struct hud_system {
  int replica_count;
  struct hud_replica *replica;
  struct hud_position_report positions; /* of the first replica */
  size_t column_count, value_count;     /* columns; values of one replica without t */
  char (*text)[HUD_SPHERES_NAME];
  const char **names;
  double *values; /* replica_count x value_count */
};

#endif
