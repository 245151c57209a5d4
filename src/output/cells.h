/* SPDX-License-Identifier: GPL-3.0-or-later
 * The f_1 of a result as masses of cells, which is what distances compare. Where the result has
 * point values, a cell reaches half-way to the neighbours. */
#ifndef HUD_OUTPUT_CELLS_H
#define HUD_OUTPUT_CELLS_H

#include "analysis/distance.h"
#include "output/netcdf.h"

struct hud_cells;

/* `result` is borrowed. HUD_ERROR_INPUT if it has no f_1. */
hud_status hud_cells_create(struct hud_cells **cells, const struct hud_netcdf_result *result,
                            struct hud_error *error);
void hud_cells_free(struct hud_cells *cells);

/* f_1 at a record; valid until the next call. */
struct hud_measure hud_cells_measure(struct hud_cells *cells, size_t record);

#endif
