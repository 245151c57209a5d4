/* SPDX-License-Identifier: GPL-3.0-or-later
 * One run while it goes on: what run.c and run_summary.c share. */
#ifndef HUD_RUN_RUN_INTERNAL_H
#define HUD_RUN_RUN_INTERNAL_H

#include "analysis/positivity.h"
#include "output/results.h"
#include "run/checkpoint.h"
#include "run/gas_files.h"
#include "run/run.h"
#include "run/second_resolution.h"
#include "run/simulation.h"

enum { HUD_RUN_LIBRARIES = 5 };

struct hud_run {
  const struct hud_run_options *options;
  struct hud_simulation *simulation;
  struct hud_results *results;
  struct hud_gas_files *gas_files; /* of hard spheres, else NULL */
  struct hud_summary summary;
  struct hud_watch watch;
  struct hud_positivity *positivity;    /* of a scalar model where it can be seen, else NULL */
  struct hud_second_resolution *second; /* with solver.spectral_check, else NULL */
  size_t v_count;
  double *f1, *f2;
  double *v;                  /* of the present record, where velocities change; else NULL */
  struct hud_history history; /* kept only where checkpoints are written */
  double *record;             /* one entry of it: row, f1, f2, v */
  double checkpoint_time;     /* of the last checkpoint; NaN: none */
  double wall_start;
  char muparser[32], yaml[32], fftw[32];
  struct hud_named_text libraries[HUD_RUN_LIBRARIES];
  struct hud_provenance provenance;
};

/* run_summary.c: fills the summary of a run that is done, warnings included, which go to the log
 * too. */
hud_status hud_run_summarise(struct hud_run *run, struct hud_error *error);

#endif
