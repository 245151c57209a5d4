/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_2(v_1, v_2) by the spectral method where it is a function of f_1: (46) of the scalar models,
 * with f' the model's own, and the quasi-stationary f_2 of the instantaneous limit (33),
 *
 *   f_2 = lambda11 L^{-1} f_1 x f_1,   L = div(U_2 .) + mu11.
 *
 * Nothing is integrated: fhat_2 for frequencies of either sign (spectral/pair_box.h) is formed from
 * a state when it is asked for. */
#ifndef HUD_MODELS_PAIR_READOUT_H
#define HUD_MODELS_PAIR_READOUT_H

#include "models/model.h"
#include "spectral/pair_box.h"

struct hud_pair_readout;

/* Whether the model is one of those, by method spectral. */
bool hud_pair_readout_fits(const struct hud_model *model);

/* `model`, one that fits, must outlive it. HUD_ERROR_INPUT: its initial data are too rough. */
hud_status hud_pair_readout_create(struct hud_pair_readout **readout, struct hud_model *model,
                                   struct hud_error *error);
void hud_pair_readout_free(struct hud_pair_readout *readout);

/* Real numbers that hold fhat_2. */
size_t hud_pair_readout_length(const struct hud_pair_readout *readout);

/* f_2 of the state y of the model, at the velocities of its representation, as
 * hud_pair_box_values: n x n. */
hud_status hud_pair_readout_values(struct hud_pair_readout *readout, const double *y, double *out,
                                   struct hud_error *error);

/* Of the last values, as hud_pair_box_errors. */
void hud_pair_readout_errors(const struct hud_pair_readout *readout, double *cut, double *tail);

#endif
