/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of quantities that are known without a run. */
#ifndef HUD_STUDY_THEORY_H
#define HUD_STUDY_THEORY_H

#include "analysis/theory.h"
#include "config/model_file.h"
#include "study/study_file.h"

/* The value of the quantity for a model; NaN where theory says nothing. Alignment: `decay_rate` is
 * gamma to first order in epsilon. Gases: frequencies nu_l at a homogeneous Maxwellian, contact
 * 1, slopes and relaxation at t = 0 of temperatures of a homogeneous Gaussian. */
hud_status hud_study_theory(double *value, const struct hud_study_quantity *quantity,
                            const struct hud_model_file *file, struct hud_error *error);

/* Collisions of `size` that one particle of a gas takes part in per unit time if positions are
 * uniform and independent and velocities those of a Maxwellian with the momentum and energy that
 * the model fixes: y_k = 1. NaN where that does not apply. */
hud_status hud_study_independent_frequency(double *frequency, const struct hud_description *d,
                                           int size, struct hud_error *error);

/* The rates of the layer equations (36) for a model, for the composite of layer and reduced system.
 * HUD_ERROR_INPUT, with the place in the file, for another potential than alignment. */
hud_status hud_study_layer_theory(struct hud_theory *theory, const struct hud_model_file *file,
                                  struct hud_error *error);

#endif
