/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_2(v_1, v_2) of a model by the spectral method: the model's own state with fhat_2 for
 * frequencies of either sign appended, and fhat_3, fhat_4 where they are dynamic, which f_1 drives
 * and which drive nothing (spectral/signed_boxes.h). Sizes up to four. */
#ifndef HUD_MODELS_PAIR_SECTOR_H
#define HUD_MODELS_PAIR_SECTOR_H

#include "models/model.h"

struct hud_pair_sector;

/* `model` must outlive it, and be used for nothing else while a function of the system runs.
 * HUD_ERROR_INPUT where it does not fit, with what does. */
hud_status hud_pair_sector_create(struct hud_pair_sector **sector, struct hud_model *model,
                                  struct hud_error *error);
void hud_pair_sector_free(struct hud_pair_sector *sector);

/* y' = F(t, y) of both together, and its initial state. */
const struct hud_system *hud_pair_sector_system(const struct hud_pair_sector *sector);
hud_status hud_pair_sector_initial(struct hud_pair_sector *sector, double *y,
                                   struct hud_error *error);

/* f_2 at the velocities of the representation, as hud_pair_box_values: n x n. */
hud_status hud_pair_sector_values(const struct hud_pair_sector *sector, const double *y,
                                  double *out, struct hud_error *error);

/* As hud_pair_box_errors. */
void hud_pair_sector_errors(const struct hud_pair_sector *sector, const double *y, double *cut,
                            double *tail);

#endif
