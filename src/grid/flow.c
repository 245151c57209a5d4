/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Push-forward of f_2 along alignment for time s: on every antidiagonal r -> u r, u = e^{-s}, the
 * map S_2(s) of [KMS] (16). A cell of difference d covers [d - 1, d + 1] on its antidiagonal; its
 * mass, taken as constant over the cell (upwind scheme: positive, first order) or linear with the
 * centred slope (second order), is moved to [u(d - 1), u(d + 1)] and split among the cells it
 * meets. Both rules are linear in f_2, keep mass exactly, and keep the mean exactly because mass
 * never leaves its antidiagonal; both are the identity at s = 0. Compositions of many short flows
 * diffuse like an upwind scheme of the same order. */
#include "grid/internal.h"

#include <math.h>
#include <string.h>

#include "base/clones.h"

HUD_CLONES static void add_piece(size_t count, double level, double slope, const double *restrict g,
                                 const double *restrict outer, const double *restrict inner,
                                 double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += level * g[j] + slope * (outer[j] - inner[j]);
}

HUD_CLONES static void add_level(size_t count, double level, const double *restrict g,
                                 double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += level * g[j];
}

/* The part of source cell d between d + x0 and d + x1 goes to diagonal `target`. In the scale of
 * densities: level is the fraction of the cell, slope that of (G_{d+2} - G_{d-2})/4 times r - d. */
static void move_piece(const struct hud_grid *grid, size_t d, size_t target, double x0, double x1,
                       const double *fk, double *out)
{
  size_t n = grid->n, length = n - d;
  double sides = target == 0 && d > 0 ? 2.0 : 1.0;
  double level = sides * 0.5 * (x1 - x0);
  double slope = sides * (x1 * x1 - x0 * x0) / 16.0;
  const double *g = fk + hud_grid_offset(n, d);
  double *row = out + hud_grid_offset(n, target) + (d - target) / 2;
  if (grid->scheme == HUD_SCHEME_UPWIND || d == 0 || slope == 0.0) {
    add_level(length, level, g, row);
    return;
  }
  /* G_{d-2}[j+1]; the mirror image of d = 1 is d = -1. */
  const double *inner = d == 1 ? g : fk + hud_grid_offset(n, d - 2) + 1;
  if (length > 2) {
    const double *outer = fk + hud_grid_offset(n, d + 2);
    add_piece(length - 2, level, slope, g + 1, outer, inner + 1, row + 1);
  }
  row[0] += level * g[0] - slope * inner[0];
  if (length > 1)
    row[length - 1] += level * g[length - 1] - slope * inner[length - 1];
}

static void move_row(const struct hud_grid *grid, double u, size_t d, const double *fk, double *out)
{
  double start = u * ((double)d - 1.0), end = u * ((double)d + 1.0);
  size_t parity = d % 2;
  if (d <= 1) {
    move_piece(grid, d, d, -1.0, 1.0, fk, out);
    return;
  }
  /* The cell [target - 1, target + 1] that holds the start. */
  size_t target = parity + 2 * (size_t)((start + 1.0 - (double)parity) / 2.0);
  double from = -1.0;
  while (from < 1.0) {
    double edge = (double)target + 1.0;
    double to = edge >= end || target == d ? 1.0 : edge / u - (double)d;
    if (to > from) {
      move_piece(grid, d, target, from, to, fk, out);
      from = to;
    }
    target += 2;
  }
}

hud_status hud_grid_flow(struct hud_representation *rep, double s, int k, const double *fk,
                         double *out, struct hud_error *error)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  if (k == 1) {
    memcpy(out, fk, grid->n * sizeof *out);
    return HUD_OK;
  }
  if (!grid->alignment)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid has the flow of alignment only");
  if (k != 2)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid has no flow of clusters of %d", k);
  if (!(s >= 0.0))
    return hud_fail(error, HUD_ERROR_USAGE, "a flow for time %g; expected a time >= 0", s);
  memset(out, 0, grid->pair_length * sizeof *out);
  for (size_t d = 0; d < grid->n; d++)
    move_row(grid, exp(-s), d, fk, out);
  return HUD_OK;
}
