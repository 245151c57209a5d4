/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of a system of hard spheres (spheres.h). */
#ifndef HUD_SPHERES_SYSTEM_H
#define HUD_SPHERES_SYSTEM_H

#include "spheres/contact.h"
#include "spheres/spheres.h"

struct hud_replica {
  struct hud_spheres *spheres;
  struct hud_flow *flow;
  double least_gap; /* since t = 0, up to the last row */
};

/* Columns of a row after those of the moments: where they start among the values of one replica. */
struct hud_system_places {
  size_t waves, phi, contact; /* contact: y_2, ..., y_{M+1} */
};

struct hud_system {
  int replica_count;
  struct hud_replica *replica;
  struct hud_position_report positions; /* of the first replica */
  size_t column_count, value_count;     /* columns; values of one replica without t */
  char (*text)[HUD_SPHERES_NAME];
  const char **names;
  double *values; /* replica_count x value_count */
  uint64_t seed;
  struct hud_phi phi;
  int64_t insertions; /* of each size, into each replica at each row; 0: none */
  struct hud_system_places place;
  struct hud_contact_sums row_contact[HUD_SPHERES_MAX_GROUP + 1]; /* of the last row, by size */
  struct hud_contact_sums all_contact[HUD_SPHERES_MAX_GROUP + 1]; /* of all rows */
  double contact_time;                                            /* of the last row among them */
};

#endif
