/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run reports about a state: totals with their conserved weights, M_k, I_k, V_k of every
 * dynamic size, W, T, raw moments of f_1 and quantities of the method. The columns of moments.csv.
 */
#ifndef HUD_ANALYSIS_DIAGNOSTICS_H
#define HUD_ANALYSIS_DIAGNOSTICS_H

#include "analysis/outside.h"

struct hud_diagnostics; /* the column layout for one model */

hud_status hud_diagnostics_create(struct hud_diagnostics **diagnostics, struct hud_model *model,
                                  struct hud_error *error);
/* The same for a grid that is halved: moments include what lies outside it (f1_m3 and higher, which
 * are not known there, become undefined), and columns say how much that is and where the window is.
 * `outside` is borrowed. */
hud_status hud_diagnostics_create_with(struct hud_diagnostics **diagnostics,
                                       struct hud_model *model, const struct hud_outside *outside,
                                       struct hud_error *error);
void hud_diagnostics_free(struct hud_diagnostics *diagnostics);

/* Column names in order, `t` first; *count receives their number. */
const char *const *hud_diagnostics_names(const struct hud_diagnostics *diagnostics, size_t *count);

/* One row for the state y at time t; undefined values are NaN. */
void hud_diagnostics_row(const struct hud_diagnostics *diagnostics, double t, const double *y,
                         double *row);

#endif
