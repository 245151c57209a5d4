/* SPDX-License-Identifier: GPL-3.0-or-later
 * The spectral representation for a described model. */
#ifndef HUD_MODELS_SPECTRAL_SETUP_H
#define HUD_MODELS_SPECTRAL_SETUP_H

#include <stdbool.h>

#include "config/description.h"
#include "network/network.h"
#include "network/representation.h"

/* Box and resolution from the initial data, solver.spectral_tol and time.end; velocities for the
 * read-out of f_1 from `velocity` where given. finer: the same box with half as many nodes and
 * degrees again. HUD_ERROR_INPUT: see hud_spectral_choose. */
hud_status hud_spectral_setup(struct hud_representation **rep,
                              const struct hud_description *description,
                              const struct hud_network *network, double v_infinity, bool finer,
                              struct hud_error *error);

#endif
