/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distances between the densities of pairs of two results. */
#ifndef HUD_STUDY_PAIRS_H
#define HUD_STUDY_PAIRS_H

#include "output/netcdf.h"
#include "study/study_file.h"

/* A record of a result whose file is at `path`. */
struct hud_study_pairs {
  const char *path;
  const struct hud_netcdf_result *result;
  size_t record;
};

/* NaN where it cannot be taken: f_2 is not written, or not finite, or has no positive mass. */
double hud_study_pair_distance(enum hud_study_quantity_kind kind, const struct hud_study_pairs *a,
                               const struct hud_study_pairs *b);

#endif
