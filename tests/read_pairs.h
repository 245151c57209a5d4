/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the tests of f_2(v_1, v_2): reading it from a simulation. */
#ifndef HUD_TESTS_READ_PAIRS_H
#define HUD_TESTS_READ_PAIRS_H

#include <stdlib.h>

#include "huddle/simulation.h"

#include "support.h"

/* f_2 at the velocities, count x count of them `step` apart; to be freed. */
static inline double *read_pairs(struct hud_simulation *s, size_t *count, double *step)
{
  const double *v;
  struct hud_error error;
  *count = hud_simulation_velocities(s, &v);
  *step = v[1] - v[0];
  double *f2 = malloc(*count * *count * sizeof *f2);
  assert_non_null(f2);
  assert_ok(hud_simulation_density(s, 2, f2, *count * *count, &error), &error);
  return f2;
}

#endif
