/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figure of a study in which no parameter varies: columns against time. */
#ifndef HUD_STUDY_DRAW_TIMES_H
#define HUD_STUDY_DRAW_TIMES_H

#include "study/table.h"

/* figure-study: a panel for each column that the quantities are, or of which they are the slope,
 * the relaxation or the decay rate, and each point, the first four; a curve over the whole run for
 * each variant, with error bars of two standard errors where they are known. Nothing if no quantity
 * is made of a column. */
hud_status hud_study_draw_times(const struct hud_study_table *table, const char *directory,
                                char **missing, struct hud_error *error);

#endif
