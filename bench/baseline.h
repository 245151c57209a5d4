/* SPDX-License-Identifier: GPL-3.0-or-later
 * The baseline: CVODE on the same right-hand side, as one would set it up in an afternoon. */
#ifndef HUD_BENCH_BASELINE_H
#define HUD_BENCH_BASELINE_H

#include "run/simulation.h"

struct hud_baseline_result {
  long evaluations, steps;
  double wall, time, mass_drift;
};

/* Integrates the initial state of `simulation` to t = end with stock vectors, scalar tolerances
 * (rtol, 1e-12), difference quotients and unpreconditioned GMRES; gives up after `seconds`. */
struct hud_baseline_result hud_baseline_run(struct hud_simulation *simulation, double end,
                                            double rtol, double seconds);

#endif
