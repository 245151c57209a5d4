/* SPDX-License-Identifier: GPL-3.0-or-later
 * Initial states of networks, over any representation. */
#ifndef HUD_MODELS_INITIAL_H
#define HUD_MODELS_INITIAL_H

#include "config/description.h"
#include "models/assembler.h"

/* Fills every dynamic size of y from the description; *lost becomes the mass (with its conserved
 * weight) that the representation leaves out. */
hud_status hud_initial_state(const struct hud_initial_spec *initial,
                             const struct hud_network *network, struct hud_representation *rep,
                             const struct hud_assembler *assembler, double *y, double *lost,
                             struct hud_error *error);

/* Mass sum_k k w_k M_k and mean velocity of the initial data, exactly, by first moments. */
hud_status hud_initial_totals(const struct hud_initial_spec *initial,
                              const struct hud_network *network, double *mass, double *mean,
                              struct hud_error *error);

/* Whether a second-order drift suits the data: no atoms, no jumps. */
hud_status hud_initial_is_smooth(const struct hud_initial_spec *initial, int K, bool *smooth,
                                 struct hud_error *error);

/* f_1 of the initial data by itself, in a new array. */
hud_status hud_initial_single(const struct hud_initial_spec *initial,
                              struct hud_representation *rep, double **f1, struct hud_error *error);

/* M_k, k >= 2, of products and points; 0 for what is derived from f_1 or absent. */
double hud_initial_cluster_mass(const struct hud_initial_spec *initial, int k);

#endif
