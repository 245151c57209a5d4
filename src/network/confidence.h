/* SPDX-License-Identifier: GPL-3.0-or-later
 * The flow of bounded confidence, F(r) = r for |r| < radius and 0 beyond, with its jumps. */
#ifndef HUD_NETWORK_CONFIDENCE_H
#define HUD_NETWORK_CONFIDENCE_H

#include "base/error.h"

/* As hud_potential_flow, for the force of bounded confidence. */
hud_status hud_confidence_flow(double radius, int k, double s, const double *v, double *out,
                               double *log_jacobian, struct hud_error *error);

#endif
