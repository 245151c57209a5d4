/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The boxes of frequencies of either sign (spectral/signed_boxes.h) that the dynamic sizes of a
 * network need for f_2(v_1, v_2), each as fine as f_2 feels it. */
#ifndef HUD_MODELS_PAIR_BOXES_H
#define HUD_MODELS_PAIR_BOXES_H

#include "config/description.h"
#include "network/network.h"
#include "spectral/signed_boxes.h"

/* Whether f_2 is dynamic and no size larger than HUD_SIGNED_CLUSTERS. */
bool hud_pair_boxes_fit(const struct hud_network *network);

/* The largest dynamic size of such a network. */
int hud_pair_boxes_largest(const struct hud_network *network);

/* For initial data, f_1 of them being f1 in `rep`, which must outlive the boxes. share[k], k <=
 * HUD_SIGNED_CLUSTERS, becomes about the part of f_2 that splits off f_k. HUD_ERROR_INPUT: the
 * network does not fit, or the data are too rough. */
hud_status hud_pair_boxes_create(struct hud_signed_boxes **boxes, const struct hud_network *network,
                                 const struct hud_representation *rep, const double *f1,
                                 const struct hud_initial_spec *initial, double *share,
                                 struct hud_error *error);

#endif
