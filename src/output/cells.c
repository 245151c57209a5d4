/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells of a result. */
#include "output/cells.h"

#include <string.h>

#include "base/alloc.h"

struct hud_cells {
  const struct hud_netcdf_result *result;
  double *edges, *masses;
};

static void fill_edges(struct hud_cells *cells)
{
  const struct hud_netcdf_result *result = cells->result;
  size_t n = result->v_count;
  const double *v = result->v;
  if (result->edges != NULL) {
    memcpy(cells->edges, result->edges, (n + 1) * sizeof *result->edges);
    return;
  }
  for (size_t i = 1; i < n; i++)
    cells->edges[i] = 0.5 * (v[i - 1] + v[i]);
  cells->edges[0] = v[0] - (cells->edges[1] - v[0]);
  cells->edges[n] = v[n - 1] + (v[n - 1] - cells->edges[n - 1]);
}

hud_status hud_cells_create(struct hud_cells **out, const struct hud_netcdf_result *result,
                            struct hud_error *error)
{
  struct hud_cells *cells = NULL;
  *out = NULL;
  if (result->f1 == NULL || result->v_count < 2)
    return hud_fail(error, HUD_ERROR_INPUT, "the result has no density f_1");
  hud_status status = HUD_NEW(&cells, 1, "cells", error);
  if (status != HUD_OK)
    return status;
  cells->result = result;
  status = HUD_NEW(&cells->masses, result->v_count, "cell masses", error);
  if (status == HUD_OK)
    status = HUD_NEW(&cells->edges, result->v_count + 1, "cell edges", error);
  if (status != HUD_OK) {
    hud_cells_free(cells);
    return status;
  }
  fill_edges(cells);
  *out = cells;
  return HUD_OK;
}

void hud_cells_free(struct hud_cells *cells)
{
  if (cells == NULL)
    return;
  hud_free(cells->masses);
  hud_free(cells->edges);
  hud_free(cells);
}

struct hud_measure hud_cells_measure(struct hud_cells *cells, size_t record)
{
  size_t n = cells->result->v_count;
  const double *f1 = cells->result->f1 + record * n;
  for (size_t i = 0; i < n; i++)
    cells->masses[i] = f1[i] * (cells->edges[i + 1] - cells->edges[i]);
  return (struct hud_measure){.count = n, .mass = cells->masses, .edge = cells->edges};
}
