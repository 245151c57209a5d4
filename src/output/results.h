/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run leaves in its folder: moments.csv, f1.csv (the first and the last density;
 * `v_final` are the velocities of the last where they change), result.nc,
 * model.yaml (the resolved model) and summary.json. Everything is written under temporary names;
 * only when all of it is on the disk are the files renamed, summary.json last. A run that fails
 * leaves no file under a final name, and what was there before, untouched. */
#ifndef HUD_OUTPUT_RESULTS_H
#define HUD_OUTPUT_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "output/summary.h"
#include "output/table.h"

struct hud_results; /* results under way */

struct hud_results_spec {
  const char *directory;
  bool force; /* results that are there may be replaced */
  size_t column_count;
  const char *const *column_names; /* of moments.csv behind t: "mass", "mean", "variance", ... */
  size_t v_count;                  /* 0: the method has no f_1 on velocities */
  const double *v;                 /* v_count, increasing */
  bool moving; /* v changes in time: it is looked at again at every record, and stays valid */
  const double *edges;                     /* v_count + 1 if f_1 is given as cell means, or NULL */
  bool f1, f2;                             /* densities over time go to result.nc */
  const struct hud_provenance *provenance; /* borrowed until the end */
};

/* Prepares the folder (see directory.h for what it refuses) and begins result.nc. */
hud_status hud_results_open(struct hud_results **results, const struct hud_results_spec *spec,
                            struct hud_error *error);

/* Takes the state at time t, later than any before. row: column_count values, NaN where undefined.
 * f1: v_count values, needed if v_count > 0. f2: v_count x v_count, needed if spec->f2; NULL
 * otherwise. HUD_ERROR_OUTPUT if it cannot be written; abandon the results then. */
hud_status hud_results_record(struct hud_results *results, double t, const double *row,
                              const double *f1, const double *f2, struct hud_error *error);

/* The table so far, first column t. Owned by the results. */
const struct hud_table *hud_results_moments(const struct hud_results *results);

/* Completes and frees. On failure nothing stays under a final name that was not there before. */
hud_status hud_results_close(struct hud_results *results, const struct hud_summary *summary,
                             struct hud_error *error);

/* Removes all temporary files and frees; NULL is allowed. */
void hud_results_abandon(struct hud_results *results);

#endif
