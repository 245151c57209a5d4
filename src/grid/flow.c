/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Push-forward of f_2 along an odd force for time s: on every antidiagonal r -> psi_s(r), the map
 * S_2(s) of [KMS] (16), which keeps the order of differences and r = 0. A cell of difference d
 * covers [d - 1, d + 1] on its antidiagonal; its mass, taken as constant over the cell (upwind
 * scheme: positive, first order) or linear with the centred slope (second order), is split where
 * the edges of the cells that it comes to have been at time 0 (characteristics.h). Both rules are
 * linear in f_2, keep mass exactly, and keep the mean exactly because mass never leaves its
 * antidiagonal; both are the identity at s = 0. Compositions of many short flows diffuse like an
 * upwind scheme of the same order. The window is closed: what a repelling force would carry beyond
 * the last cell of an antidiagonal stays there. Larger clusters: cluster_flow.c. */
#include "grid/internal.h"

#include <math.h>
#include <string.h>

#include "grid/characteristics.h"

/* slope[j] = G_{d+2} - G_{d-2} at the cells of diagonal d; G_{-1} = G_1. */
static void find_slopes(const struct hud_grid *grid, size_t d, const double *fk, double *slope)
{
  size_t n = grid->n, length = n - d;
  const double *inner = d == 1 ? fk + hud_grid_offset(n, 1) : fk + hud_grid_offset(n, d - 2) + 1;
  for (size_t j = 0; j < length; j++)
    slope[j] = -inner[j];
  if (length > 2)
    hud_grid_add_scaled(length - 2, 1.0, fk + hud_grid_offset(n, d + 2), slope + 1);
}

/* The part of source cell d between d + x0 and d + x1 goes to diagonal `target`, or to the last one
 * inside the window. In the scale of densities: level is the fraction of the cell, slope that of
 * (G_{d+2} - G_{d-2})/4 times r - d. Cell 0 is both its halves. */
static void move_piece(const struct hud_grid *grid, size_t d, size_t target, double x0, double x1,
                       const double *g, const double *slopes, double *out)
{
  size_t n = grid->n, length = n - d;
  double sides = target == 0 ? 2.0 : 1.0;
  double level = sides * 0.5 * (x1 - x0), slope = sides * (x1 * x1 - x0 * x0) / 16.0;
  if (target <= d) {
    double *row = out + hud_grid_offset(n, target) + (d - target) / 2;
    hud_grid_add_scaled(length, level, g, row);
    if (slopes != NULL && slope != 0.0)
      hud_grid_add_scaled(length, slope, slopes, row);
    return;
  }
  for (size_t j = 0; j < length; j++) {
    size_t room = j < length - 1 - j ? j : length - 1 - j, steps = (target - d) / 2;
    size_t m = steps < room ? steps : room;
    double both = d == 0 && m == 0 ? 2.0 : 1.0; /* of cell 0, which did not get away */
    out[hud_grid_offset(n, d + 2 * m) + j - m] +=
        both * (level * g[j] + (slopes != NULL ? slope * slopes[j] : 0.0));
  }
}

static void move_row(const struct hud_grid *grid, const double *origins, size_t d, const double *fk,
                     double *out)
{
  double start = d == 0 ? 0.0 : (double)d - 1.0, end = (double)d + 1.0;
  size_t target = d % 2, n = grid->n;
  const double *g = fk + hud_grid_offset(n, d), *slopes = NULL;
  if (grid->scheme != HUD_SCHEME_UPWIND && d > 0) {
    find_slopes(grid, d, fk, grid->line);
    slopes = grid->line;
  }
  while (target + 2 < n && origins[target + 1] <= start)
    target += 2;
  for (double from = start; from < end; target += 2) {
    bool last = target + 2 >= n || origins[target + 1] >= end;
    double to = last ? end : origins[target + 1];
    if (to > from)
      move_piece(grid, d, target, from - (double)d, to - (double)d, g, slopes, out);
    from = to > from ? to : from;
  }
}

hud_status hud_grid_flow(struct hud_representation *rep, double s, int k, const double *fk,
                         double *out, struct hud_error *error)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  const double *origins;
  if (k == 1) {
    memcpy(out, fk, grid->n * sizeof *out);
    return HUD_OK;
  }
  if (rep->ops->length(rep, k) == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of %d", k);
  if (!(s >= 0.0))
    return hud_fail(error, HUD_ERROR_USAGE, "a flow for time %g; expected a time >= 0", s);
  if (s == 0.0) {
    memcpy(out, fk, rep->ops->length(rep, k) * sizeof *out);
    return HUD_OK;
  }
  if (k > 2)
    return hud_grid_cluster_flow(grid, s, k, fk, out, error);
  hud_status status = hud_grid_pair_origins(grid, s, &origins, error);
  if (status != HUD_OK)
    return status;
  memset(out, 0, grid->pair_length * sizeof *out);
  for (size_t d = 0; d < grid->n; d++)
    move_row(grid, origins, d, fk, out);
  return HUD_OK;
}
