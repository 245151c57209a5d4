/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a grid that was halved does not hold any more: masses and first and second moments.
 *
 * Write f for what is on the grid and f + g for the whole. The grid goes on by itself, f' = Q(f,
 * f), and the rest obeys g' = Q(f + g, f + g) - Q(f, f): particles outside the window and all that
 * they do to those inside. Moments close at every order (constant rates, alignment), so the moments
 * of g are exact although its shape is not known: those of f + g and of f are integrated side by
 * side, and subtracted. g has constant mass, and its share of the variance is the relative error
 * that leaving it out makes in the f that is on the grid. */
#ifndef HUD_ANALYSIS_OUTSIDE_H
#define HUD_ANALYSIS_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/model.h"

struct hud_outside;

/* Per size: int g_k, int (v_1 - c) g_k, int (v_1 - c)^2 g_k, int (v_1 - c)(v_2 - c) g_k (for k = 1
 * not used), c the conserved mean velocity of the model. */
enum {
  HUD_OUTSIDE_MASS,
  HUD_OUTSIDE_FIRST,
  HUD_OUTSIDE_SECOND,
  HUD_OUTSIDE_MIXED,
  HUD_OUTSIDE_SET
};

/* Nothing is outside at first. The model must outlive the object. */
hud_status hud_outside_create(struct hud_outside **outside, const struct hud_model *model,
                              struct hud_error *error);
void hud_outside_free(struct hud_outside *outside);

/* The HUD_OUTSIDE_SET numbers of size k <= K; zeros for quasi-stationary ones. */
const double *hud_outside_values(const struct hud_outside *outside, int k);

/* Whether nothing was ever put there. */
bool hud_outside_is_empty(const struct hud_outside *outside);

/* sum_k k w_k times the moment of that kind: the outside's part of the totals. */
double hud_outside_total(const struct hud_outside *outside, int kind);

/* Around hud_model_adapt: what y holds before it and not after it goes outside. */
void hud_outside_before(struct hud_outside *outside, const double *y);
void hud_outside_after(struct hud_outside *outside, const double *y);

/* From t to t + step, y being the state on the grid at t. Does nothing while nothing is outside. */
hud_status hud_outside_advance(struct hud_outside *outside, const double *y, double step,
                               struct hud_error *error);

/* All that it knows, for checkpoints: `length` doubles. */
double *hud_outside_data(struct hud_outside *outside, size_t *length);

#endif
