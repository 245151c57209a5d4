/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * solver.spectral_check: the described model once more, on the same frequency box with half as many
 * nodes and degrees again and with a tenth of the tolerance in time, beside a spectral run. The
 * differences are the error of the run as far as the second one is better. */
#ifndef HUD_RUN_SECOND_RESOLUTION_H
#define HUD_RUN_SECOND_RESOLUTION_H

#include <signal.h>
#include <stddef.h>

#include "models/model.h"

enum hud_checked {
  HUD_CHECKED_MASS,
  HUD_CHECKED_MEAN,
  HUD_CHECKED_VARIANCE,
  HUD_CHECKED_THIRD,
  HUD_CHECKED_FOURTH,
  HUD_CHECKED_FHAT1,
  HUD_CHECKED_FHAT2,
  HUD_CHECKED_COUNT
};

/* "check_mass", ...: as in summary.json. */
extern const char *const hud_checked_names[HUD_CHECKED_COUNT];

/* Differences, the worst so far over times and over sizes that are held: of M_k, V_k and m4
 * relative, of the mean in standard deviations, of m3 in units of V_k times the standard deviation
 * (moments about the conserved mean velocity), of fhat_1 and fhat_2 on the box relative to M_k.
 * Plain data; NaN where a moment does not exist or there is no f_2. */
struct hud_resolution_check {
  double worst[HUD_CHECKED_COUNT];
};

struct hud_second_resolution;

/* HUD_ERROR_INPUT as for hud_model_create. */
hud_status hud_second_resolution_create(struct hud_second_resolution **second,
                                        const struct hud_description *description,
                                        const volatile sig_atomic_t *stop, struct hud_error *error);
void hud_second_resolution_free(struct hud_second_resolution *second);

size_t hud_second_resolution_unknowns(const struct hud_second_resolution *second);

/* Goes on to t, not before the last call's, and compares with the state y of the first model.
 * HUD_ERROR_COMPUTE, HUD_ERROR_INTERRUPTED as for hud_evolve_to. */
hud_status hud_second_resolution_compare(struct hud_second_resolution *second, double t,
                                         const struct hud_model *model, const double *y,
                                         struct hud_resolution_check *check,
                                         struct hud_error *error);

#endif
