/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Formulas of [APW] that a program cannot take over as they are printed, each with a number that
 * shows it: a quantity by the printed formula, by the corrected one, and found by other means
 * (differences, counting, quadrature, the law it comes from). Where nothing can be evaluated the
 * correction is one of wording, with its reason. */
#ifndef HUD_SPHERES_CORRECTIONS_H
#define HUD_SPHERES_CORRECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum hud_correction_kind {
  HUD_CORRECTION_VALUE,  /* found = corrected, not printed */
  HUD_CORRECTION_BOUND,  /* printed and corrected are upper bounds; found is above the former */
  HUD_CORRECTION_WORDING /* by reading: no numbers */
};

struct hud_correction {
  const char *place;  /* "(8.192)" */
  const char *change; /* "-<omega_2,omega_1> for ..." */
  /* What is computed and how it is found; for wording, why. */
  const char *quantity;
  enum hud_correction_kind kind;
  double printed, corrected, found;
  double error;   /* three standard errors, or the round-off, of found and of the other two */
  bool confirmed; /* true for wording */
};

size_t hud_correction_count(void);

/* Evaluates correction `index`, some tenths of a second at most. */
hud_status hud_correction_check(size_t index, uint64_t seed, struct hud_correction *correction,
                                struct hud_error *error);

#endif
