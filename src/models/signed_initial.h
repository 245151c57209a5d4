/* SPDX-License-Identifier: GPL-3.0-or-later
 * Initial products and weighted points of clusters, as fhat_k for frequencies of either sign. */
#ifndef HUD_MODELS_SIGNED_INITIAL_H
#define HUD_MODELS_SIGNED_INITIAL_H

#include "config/description.h"
#include "spectral/signed_boxes.h"

/* F = fhat_k of `initial`, which is HUD_CLUSTER_PRODUCT or HUD_CLUSTER_ATOMS, about `origin`. */
hud_status hud_signed_initial(const struct hud_cluster_initial *initial, int k, double origin,
                              const struct hud_signed_boxes *boxes, double *F,
                              struct hud_error *error);

#endif
