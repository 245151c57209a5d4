/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers out of results: a quantity of one result, or the difference of two, over a window of
 * times and in a norm. */
#ifndef HUD_STUDY_MEASURE_H
#define HUD_STUDY_MEASURE_H

#include "study/study_file.h"

struct hud_study_result; /* the results of one run, read once */

/* HUD_ERROR_INPUT if the folder holds no readable result. */
hud_status hud_study_result_open(struct hud_study_result **result, const char *folder,
                                 struct hud_error *error);
void hud_study_result_close(struct hud_study_result *result);

/* What is measured. Times count from `from` to `to`, both included. */
struct hud_study_measure {
  const struct hud_study_quantity *quantity;
  enum hud_study_norm norm;
  double from, to;
};

/* The norm of the difference of two results at the times that both have, or of one alone if b is
 * NULL. NaN where it is not defined: a result lacks the column or the density, the value is empty
 * in the window, no time is shared there. */
hud_status hud_study_compare(const struct hud_study_measure *measure, struct hud_study_result *a,
                             struct hud_study_result *b, double *value, struct hud_error *error);

/* Twice the norm of the standard error that the result gives itself; NaN if it gives none. */
double hud_study_own_error(const struct hud_study_measure *measure,
                           const struct hud_study_result *result);

#endif
