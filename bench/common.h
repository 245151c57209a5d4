/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the programs of bench/ share: the standard model, medians, and stopping on an error. */
#ifndef HUD_BENCH_COMMON_H
#define HUD_BENCH_COMMON_H

#include "base/log.h"
#include "run/simulation.h"

/* The first-order model with Gaussian data on [-8,8], 256 cells, epsilon = 0.05, t = 0..3, rtol
 * 1e-6, changed by overrides "key.path=value". Ends the program if that fails. */
struct hud_simulation *hud_bench_open(const char *const *overrides, size_t count);

/* Ends the program with the message unless status is HUD_OK. */
void hud_bench_require(hud_status status, const struct hud_error *error);

/* Sorts `values` and returns the middle one. */
double hud_bench_median(double *values, int count);

#endif
