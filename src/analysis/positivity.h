/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loss of positivity, measured: when f_1 and f_2 of a model first have negative values, where, and
 * how much mass is negative. The scalar models (47) and (48) lose it for data that the first-order
 * model keeps positive ([KMS], section 4), usually first in the f_2 of (46). Small negative values
 * count as round-off and interpolation, not as a loss: to 1e-9 of the largest, and where f_1 or
 * f_2 is transformed back from a frequency box to 1e-6 or five times what the box cuts off
 * (fhat_cut, f2hat_cut), whose ripples they may be. Times are those at which a state is observed.
 * Limits: only methods that give densities at velocities; f_2 of frequency boxes only as it is
 * handed in. On a grid the value in the cells
 * of v_1 = v_2 itself depends on the grid, where f_2 is not smooth; the negative mass converges. */
#ifndef HUD_ANALYSIS_POSITIVITY_H
#define HUD_ANALYSIS_POSITIVITY_H

#include "models/model.h"

struct hud_negativity {
  bool measured; /* values were there; if not, nothing is known */
  bool lost;
  double since;     /* the first observed time with a negative value; NaN: none */
  double place[2];  /* (v_1, v_2) of the smallest value at that time; v_2 = NaN for f_1 */
  double mass;      /* largest int max(-f, 0) over the observed times */
  double mass_time; /* when */
  double least;     /* smallest lost value over the largest, worst over the observed times */
  double threshold; /* the largest that was in force, relative to the largest value */
};

struct hud_positivity;

/* HUD_ERROR_USAGE if the method gives no densities at velocities (hud_positivity_measurable). */
hud_status hud_positivity_create(struct hud_positivity **positivity, const struct hud_model *model,
                                 struct hud_error *error);
void hud_positivity_free(struct hud_positivity *positivity);

bool hud_positivity_measurable(const struct hud_model *model);

/* Looks at the state y at time t. */
void hud_positivity_observe(struct hud_positivity *positivity, double t, const double *y);

/* Looks at f_2 at time t where the method does not hold it: n x n values at the velocities of the
 * method, with what the frequency box of f_2 cuts off, relative to M_2. */
void hud_positivity_observe_pairs(struct hud_positivity *positivity, double t, const double *f2,
                                  double cut);

/* What was found for f_k, k = 1 or 2; f_2 is not measured where it is not part of the model or the
 * method gives no values of it. */
struct hud_negativity hud_positivity_found(const struct hud_positivity *positivity, int k);

/* Goes on from what an earlier process had found. */
void hud_positivity_resume(struct hud_positivity *positivity, int k, struct hud_negativity found);

#endif
