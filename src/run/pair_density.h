/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_2(v_1, v_2) beside a spectral run, which does not hold it. Where f_2 is a function of f_1 it is
 * formed from the state of the run (models/pair_readout.h). Else it takes a model of its own with
 * the sector of frequencies of either sign (models/pair_sector.h), integrated from t = 0 when it is
 * first asked for. The run itself is not touched by it. */
#ifndef HUD_RUN_PAIR_DENSITY_H
#define HUD_RUN_PAIR_DENSITY_H

#include <signal.h>

#include "models/model.h"

struct hud_pair_density;

/* `model` is that of the run and must outlive it. HUD_ERROR_INPUT: not of this model, or data too
 * rough (hud_pair_sector_create, hud_pair_readout_create). */
hud_status hud_pair_density_create(struct hud_pair_density **density, struct hud_model *model,
                                   const volatile sig_atomic_t *stop, struct hud_error *error);
void hud_pair_density_free(struct hud_pair_density *density);

/* Means of f_2 over the squares about the velocities of the model, n x n, at a time that is not
 * before that of the last call, at which y is the state of the run. */
hud_status hud_pair_density_values(struct hud_pair_density *density, double t, const double *y,
                                   double *out, struct hud_error *error);

/* At the time of the last call, relative to M_2: what is cut off, and the last coefficients. */
void hud_pair_density_errors(const struct hud_pair_density *density, double *cut, double *tail);

/* Real numbers that hold fhat_2, with those of the model where that is integrated beside the run.
 */
size_t hud_pair_density_unknowns(const struct hud_pair_density *density);

#endif
