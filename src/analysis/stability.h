/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lemma 3.1 of [KMS]: the second moments of the first-order model decay. The eigenvalues of the
 * system of (V_1, V_2, W) at equilibrium, where the lemma holds, beside those of the 4x4 matrix
 * printed in (34), where it does not, at one set of parameters or over a box of them. */
#ifndef HUD_ANALYSIS_STABILITY_H
#define HUD_ANALYSIS_STABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/theory.h"

struct hud_stability {
  struct hud_theory theory;
  double mass;
  double complex corrected[3], printed[4]; /* by decreasing real part */
  double decay;  /* -Re of the slowest mode over 2 lambda11 M_1/(2+mu11), that of (33) with M_1 */
  double growth; /* largest real part of the printed matrix over the same rate */
  bool unstable, printed_unstable; /* a real part above round-off */
};

/* One set of parameters, all > 0. HUD_ERROR_INPUT otherwise. */
hud_status hud_stability_examine(const struct hud_theory *theory, double mass,
                                 struct hud_stability *result, struct hud_error *error);

struct hud_stability_scan {
  int64_t count, unstable, printed_unstable;
  struct hud_stability worst;         /* the smallest decay */
  struct hud_stability printed_worst; /* the largest growth of the printed matrix */
};

/* The 64 corners and `count` points, uniform in the logarithm, of the box in which lambda11, mu11,
 * lambda12, mu12, epsilon and the mass are between 1/factor and factor times the given ones;
 * factor > 1. kappa stays. HUD_ERROR_INPUT as above; HUD_ERROR_COMPUTE from an eigenvalue. */
hud_status hud_stability_scan(const struct hud_theory *theory, double mass, double factor,
                              int64_t count, uint64_t seed, struct hud_stability_scan *scan,
                              struct hud_error *error);

#endif
