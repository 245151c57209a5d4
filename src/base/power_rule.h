/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gauss quadrature on [0, 1] with a power as weight. */
#ifndef HUD_BASE_POWER_RULE_H
#define HUD_BASE_POWER_RULE_H

#include <stddef.h>

#include "base/error.h"

enum { HUD_POWER_RULE_MOST = 160 };

/* sum weights[a] f(nodes[a]) = a int_0^1 f(u) u^{a-1} du for polynomials f of degree < 2 count:
 * weights of sum 1. a > 0, also where it is so large that gamma functions overflow;
 * 1 <= count <= HUD_POWER_RULE_MOST. HUD_ERROR_COMPUTE: a is too large for anything to be left. */
hud_status hud_power_rule(size_t count, double a, double *nodes, double *weights,
                          struct hud_error *error);

#endif
