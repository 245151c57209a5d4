/* SPDX-License-Identifier: GPL-3.0-or-later
 * The points of a sweep: the values that the parameters of a study have there. */
#ifndef HUD_STUDY_POINTS_H
#define HUD_STUDY_POINTS_H

#include "study/study_file.h"

/* Points run through the values with the last parameter fastest. The number of the value that
 * parameter p has at a point, and the point where it has another. */
size_t hud_study_value_index(const struct hud_study *study, size_t point, size_t p);
size_t hud_study_point_with(const struct hud_study *study, size_t point, size_t p, size_t value);

/* "epsilon = 0.1, mu11 = 2", without parameter `except` (-1: none); "" if nothing varies. */
void hud_study_point_text(const struct hud_study *study, size_t point, int except, char *text,
                          size_t size);

/* The value of parameter p at a point as a text; a mapping is called by its first key. */
const char *hud_study_value_text(const struct hud_study *study, size_t point, size_t p);

/* What orders, fits and figures are against, at a point: `against`, or the order parameter. */
double hud_study_abscissa(const struct hud_study *study, size_t point);
const char *hud_study_abscissa_name(const struct hud_study *study);

/* An expression of the study at a point. */
double hud_study_evaluate(const struct hud_study *study, size_t point,
                          const struct hud_expression *expression);

#endif
