/* SPDX-License-Identifier: GPL-3.0-or-later
 * What can be wrong with a study only once its models are known. */
#ifndef HUD_STUDY_PLAN_CHECK_H
#define HUD_STUDY_PLAN_CHECK_H

#include "study/plan.h"

/* The window ends with the runs; `against` is positive and differs from point to point; some
 * variant has each quantity; theory has a value where it is the reference. */
hud_status hud_study_plan_check(const struct hud_study_plan *plan, struct hud_error *error);

#endif
