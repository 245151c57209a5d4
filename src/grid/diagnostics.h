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

/* Over the cell means of f_k. */
struct hud_grid_extremum hud_grid_extremum(const struct hud_representation *rep, int k,
                                           const double *fk);

/* H = int f_1 (ln f_1 - 1) + w_2 int f_2 (ln((mu11/lambda11) f_2) - 1)
 *     + w_3 int f_3 (ln((mu11 mu12/(lambda11 lambda12)) f_3) - 1), the last if triples are dynamic;
 * H' = -pair_reaction - triple_reaction + drift. A jump of the force is not seen in `drift`, which
 * is made of its derivative. */
struct hud_grid_entropy {
  double entropy;
  double pair_reaction;   /* p int ln(lambda11 f_1 f_1/(mu11 f_2)) (lambda11 f_1 f_1 - mu11 f_2) */
  double triple_reaction; /* p int ln(lambda12 f_1 f_2/(mu12 f_3)) (lambda12 f_1 f_2 - mu12 f_3);
                             NaN without f_3 */
  double drift;   /* d_2 int F'(v_1 - v_2) f_2 + 2 d_3 int F'(v_1 - v_2) f_3: M_2 and M_3 for
                     alignment. NaN for quasi-stationary triples under another force */
  size_t skipped; /* cells left out because f_1, f_2 or the product was not positive */
};

/* f2 NULL (quasi-stationary pairs): the f_1 part alone, reactions and drift NaN. All NaN if pairs
 * do not form or do not split. Without the parts of a dynamic f_3. */
struct hud_grid_entropy hud_grid_entropy(const struct hud_representation *rep,
                                         const struct hud_network *network, const double *f1,
                                         const double *f2);

/* Adds the parts of a dynamic f_3; entropy and drift NaN if triples do not form or do not split. */
void hud_grid_entropy_add_triples(const struct hud_representation *rep,
                                  const struct hud_network *network, const double *f1,
                                  const double *f2, const double *f3,
                                  struct hud_grid_entropy *result);

/* Rate at which the drift would carry mass out of the window if the window were open, over the
 * total mass: 0 for forces that attract. f is indexed by size, NULL for quasi-stationary ones. */
double hud_grid_blocked(const struct hud_representation *rep, const struct hud_network *network,
                        const double *const *f);

/* The method's columns of moments.csv: representation.h. */
enum { HUD_GRID_EXTRA_COUNT = 9 };
extern const char *const hud_grid_extra_names[HUD_GRID_EXTRA_COUNT];
void hud_grid_extras(struct hud_representation *rep, const struct hud_network *network,
                     const double *const *f, double *out);

#endif
