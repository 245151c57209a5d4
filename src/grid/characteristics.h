/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The characteristic maps Phi_k^s of the potential as the flows of flow.c and cluster_flow.c read
 * them, in cells, for a few times s at once: Picard's iteration asks for the same thirty-five again
 * and again, and a map of a general force is an integration. */
#ifndef HUD_GRID_CHARACTERISTICS_H
#define HUD_GRID_CHARACTERISTICS_H

#include "grid/internal.h"

/* Times for which tables are kept, for each cluster size; the oldest makes room. */
enum { HUD_GRID_TIMES = 48 };

struct hud_grid_characteristics;

hud_status hud_grid_characteristics_create(struct hud_grid_characteristics **characteristics,
                                           struct hud_error *error);
void hud_grid_characteristics_free(struct hud_grid_characteristics *characteristics);

/* Where pairs that are e cells apart after time s have come from: n + 1 distances in cells, e =
 * 0..n, not decreasing; INFINITY if from beyond all bounds. Valid until the next call. */
hud_status hud_grid_pair_origins(const struct hud_grid *grid, double s, const double **origins,
                                 struct hud_error *error);

/* Where clusters of k >= 3 go in time s, for every pattern of k - 1 cells t_0 >= .. >= t_{k-2} >= 0
 * above a last one, in the order of hud_grid_tuple_index: k positions each, in cells from the last.
 */
hud_status hud_grid_cluster_paths(const struct hud_grid *grid, int k, double s,
                                  const double **paths, struct hud_error *error);

#endif
