/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a grid can say about a state beyond its moments: smallest cell means, the entropy of (38)
 * and its dissipation. */
#ifndef HUD_GRID_DIAGNOSTICS_H
#define HUD_GRID_DIAGNOSTICS_H

#include "grid/grid.h"

struct hud_grid_extremum {
  double smallest, largest;
  size_t place; /* index of the smallest value within f_k; ops->describe names it */
};

/* Over the cell means of f_k, k = 1 or 2. */
struct hud_grid_extremum hud_grid_extremum(const struct hud_representation *rep, int k,
                                           const double *fk);

/* With H = int f_1 (ln f_1 - 1) + w_2 int f_2 (ln((mu11/lambda11) f_2) - 1), the part of the
 * entropy that free particles and pairs carry: H' = -pair_reaction - (reaction term of triples) +
 * drift, where the triples' term needs f_3, which the grid does not hold. */
struct hud_grid_entropy {
  double entropy;
  double pair_reaction; /* p int ln(lambda11 f_1 f_1/(mu11 f_2)) (lambda11 f_1 f_1 - mu11 f_2) */
  double drift;         /* d_2 M_2 + 2 d_3 M_3, M_3 quasi-stationary */
  size_t skipped;       /* cells left out because f_1, f_2 or the product was not positive */
};

/* f2 NULL (quasi-stationary pairs): the f_1 part alone, pair_reaction and drift NaN. All NaN if
 * pairs do not form or do not split. */
struct hud_grid_entropy hud_grid_entropy(const struct hud_representation *rep,
                                         const struct hud_network *network, const double *f1,
                                         const double *f2);

/* The method's columns of moments.csv: representation.h. */
enum { HUD_GRID_EXTRA_COUNT = 6 };
extern const char *const hud_grid_extra_names[HUD_GRID_EXTRA_COUNT];
void hud_grid_extras(struct hud_representation *rep, const struct hud_network *network,
                     const double *const *f, double *out);

#endif
