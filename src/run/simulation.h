/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of a simulation (huddle/simulation.h), for run.c. */
#ifndef HUD_RUN_SIMULATION_H
#define HUD_RUN_SIMULATION_H

#include "huddle/simulation.h"

#include "analysis/diagnostics.h"
#include "config/model_file.h"
#include "evolve/evolve.h"
#include "models/model.h"

struct hud_simulation {
  struct hud_model_file *file;
  const struct hud_description *description; /* of the file */
  struct hud_model *model;
  struct hud_diagnostics *diagnostics;
  struct hud_evolve *evolve;
  double time;
  double *y, *next; /* the state, and room for the one being computed */
  double *row;      /* room for one row of diagnostics */
};

/* Takes over `file`, also on failure. */
hud_status hud_simulation_create(struct hud_simulation **simulation, struct hud_model_file *file,
                                 const volatile sig_atomic_t *stop, const struct hud_log *log,
                                 struct hud_error *error);

#endif
