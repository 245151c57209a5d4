/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of a simulation (huddle/simulation.h), for run.c. */
#ifndef HUD_RUN_SIMULATION_H
#define HUD_RUN_SIMULATION_H

#include <stdbool.h>

#include "huddle/simulation.h"

#include "analysis/diagnostics.h"
#include "config/model_file.h"
#include "evolve/evolve.h"
#include "evolve/picard.h"
#include "models/model.h"
#include "run/gas.h"
#include "run/pair_density.h"
#include "run/stochastic.h"

/* Either particles, or a gas of hard spheres, or a model with its integrator. */
struct hud_simulation {
  struct hud_model_file *file;
  const struct hud_description *description; /* of the file */
  struct hud_stochastic *stochastic;         /* NULL unless the method is particles */
  struct hud_gas *gas;                       /* NULL unless it is one of [APW] */
  struct hud_model *model;
  struct hud_diagnostics *diagnostics;
  struct hud_outside *outside; /* for velocity.regrid, else NULL */
  struct hud_evolve *evolve;
  struct hud_picard *picard;      /* instead of evolve for solver.integrator: picard, else NULL */
  struct hud_pair_density *pairs; /* f_2 of method spectral once asked for, else NULL */
  const volatile sig_atomic_t *stop;
  const struct hud_log *log; /* NULL: silence */
  double time;
  double *y, *next; /* the state, and room for the one being computed */
  double *row;      /* room for one row of diagnostics */
};

/* Takes over `file`, also on failure. */
hud_status hud_simulation_create(struct hud_simulation **simulation, struct hud_model_file *file,
                                 const volatile sig_atomic_t *stop, const struct hud_log *log,
                                 struct hud_error *error);

/* Tolerances and limits of the time integration as described. */
struct hud_evolve_options hud_simulation_solver(const struct hud_description *description,
                                                const volatile sig_atomic_t *stop);

/* Whether the velocities of hud_simulation_velocities may change as time goes on. */
bool hud_simulation_regrids(const struct hud_simulation *simulation);

/* Fills simulation->row, the quantities at the present time. */
hud_status hud_simulation_measure(struct hud_simulation *simulation, struct hud_error *error);

/* The edges of the cells of which hud_simulation_velocities are the midpoints, or NULL. */
const double *hud_simulation_edges(const struct hud_simulation *simulation);

/* Whether there is a density f_2 to read. */
bool hud_simulation_has_pairs(const struct hud_simulation *simulation);

/* What a run will take. HUD_ERROR_INPUT as for create. */
hud_status hud_simulation_estimate(const struct hud_description *description,
                                   struct hud_model_size *size, struct hud_error *error);

#endif
