/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulation by particles: what a model file says of them, handed to replicas of the cluster
 * process, and their averages as the columns of moments.csv. With more than one replica every
 * column X has its standard error in X_se. */
#ifndef HUD_RUN_STOCHASTIC_H
#define HUD_RUN_STOCHASTIC_H

#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "config/description.h"
#include "output/summary.h"

struct hud_stochastic;

/* The replicas at t = 0. `description` must outlive it; `stop` and `log` may be NULL.
 * HUD_ERROR_INPUT: the model has no particle process; HUD_ERROR_MEMORY: more than
 * solver.memory_gb would be needed. */
hud_status hud_stochastic_create(struct hud_stochastic **stochastic,
                                 const struct hud_description *description,
                                 const volatile sig_atomic_t *stop, const struct hud_log *log,
                                 struct hud_error *error);
void hud_stochastic_free(struct hud_stochastic *stochastic);

/* Whether the description has a particle process, the numbers that make up its state, and about how
 * many bytes they take; allocates nothing of that size. */
hud_status hud_stochastic_estimate(const struct hud_description *description, double *unknowns,
                                   double *bytes, struct hud_error *error);

/* HUD_ERROR_INTERRUPTED on request, HUD_ERROR_COMPUTE beyond solver.max_wall; the state is then
 * that of some earlier time. */
hud_status hud_stochastic_advance(struct hud_stochastic *stochastic, double t,
                                  struct hud_error *error);

/* The state, into and out of a checkpoint; see hud_ensemble_write. */
hud_status hud_stochastic_write(const struct hud_stochastic *stochastic, FILE *stream,
                                struct hud_error *error);
hud_status hud_stochastic_read(struct hud_stochastic *stochastic, FILE *stream, double time,
                               struct hud_error *error);

/* As hud_diagnostics: names with `t` first, and the values of one row. */
const char *const *hud_stochastic_names(const struct hud_stochastic *stochastic, size_t *count);
hud_status hud_stochastic_row(struct hud_stochastic *stochastic, double *row,
                              struct hud_error *error);

/* Midpoints and edges of the cells of `velocity`, for histograms (first component). The number of
 * cells is 0 without that key. */
size_t hud_stochastic_velocities(const struct hud_stochastic *stochastic, const double **v,
                                 const double **edges);

/* Cell means of f_1 or f_2, averaged over replicas. HUD_ERROR_USAGE if there is no such density. */
hud_status hud_stochastic_density(struct hud_stochastic *stochastic, int k, double *out,
                                  struct hud_error *error);

/* Whether pairs are dynamic, so that there is an f_2 to read. */
bool hud_stochastic_has_pairs(const struct hud_stochastic *stochastic);

/* Events by reaction and kind, replicas and particles, v_infinity and what histograms left out. */
hud_status hud_stochastic_report(const struct hud_stochastic *stochastic,
                                 struct hud_summary *summary, struct hud_error *error);

#endif
