/* SPDX-License-Identifier: GPL-3.0-or-later
 * The f_1 of a result as masses of cells, which is what distances compare. Where the result has
 * point values, a cell reaches half-way to the neighbours; two results with point values at
 * different velocities are first brought, by cubic splines, to common cells as narrow as the
 * narrowest of either, so that a distance does not measure the difference of two lattices. */
#ifndef HUD_OUTPUT_CELLS_H
#define HUD_OUTPUT_CELLS_H

#include "analysis/distance.h"
#include "output/netcdf.h"

struct hud_cells;

/* `result` is borrowed. HUD_ERROR_INPUT if it has no f_1. */
hud_status hud_cells_create(struct hud_cells **cells, const struct hud_netcdf_result *result,
                            struct hud_error *error);
void hud_cells_free(struct hud_cells *cells);

/* f of a at record i and g of b at record j, to be compared; valid until the next call. a and b are
 * different objects. */
hud_status hud_cells_pair(struct hud_cells *a, size_t i, struct hud_cells *b, size_t j,
                          struct hud_measure *f, struct hud_measure *g, struct hud_error *error);

#endif
