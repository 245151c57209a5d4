/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Integrals over the grid: sums over lines (lines.c) and compensated sums over diagonals, so that
 * masses and moments are good to round-off and do not depend on the vector width. */
#include "grid/internal.h"

#include <math.h>
#include <string.h>

#include "base/clones.h"
#include "base/sum.h"

/* sum of x_j (first + j step). */
HUD_CLONES static double line_moment(size_t count, double first, double step, const double *x)
{
  double part[8] = {0.0};
  size_t j = 0;
  for (; j + 8 <= count; j += 8)
    for (size_t l = 0; l < 8; l++)
      part[l] += x[j + l] * (first + step * (double)(int)(j + l));
  for (size_t l = 0; j + l < count; l++)
    part[l] += x[j + l] * (first + step * (double)(int)(j + l));
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

/* grid->line = int f_k dv_2 .. dv_k. */
static void to_line(const struct hud_grid *grid, int k, const double *fk)
{
  memset(grid->line, 0, grid->n * sizeof *grid->line);
  hud_grid_cluster_marginal(grid->clusters, 1.0, k, fk, 1, grid->line);
}

double hud_grid_mass(const struct hud_representation *rep, int k, const double *fk)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (k == 1)
    return grid->h * hud_grid_line_sum(n, fk);
  if (k >= 3) {
    to_line(grid, k, fk);
    return grid->h * hud_grid_line_sum(n, grid->line);
  }
  struct hud_sum sum = {0.0, 0.0};
  for (size_t d = 0; d < n; d++)
    hud_sum_add(&sum, (d == 0 ? 1.0 : 2.0) * hud_grid_line_sum(n - d, fk + hud_grid_offset(n, d)));
  return grid->h * grid->h * hud_sum_result(&sum);
}

double hud_grid_first_moment(const struct hud_grid *grid, int k, const double *fk, double center)
{
  size_t n = grid->n;
  if (k == 1)
    return grid->h * line_moment(n, grid->v[0] - center, grid->h, fk);
  if (k >= 3) {
    to_line(grid, k, fk);
    return grid->h * line_moment(n, grid->v[0] - center, grid->h, grid->line);
  }
  /* v_1 + v_2 over both orders of a pair, which is twice the moment in v_1. */
  struct hud_sum sum = {0.0, 0.0};
  for (size_t d = 0; d < n; d++)
    hud_sum_add(&sum, (d == 0 ? 1.0 : 2.0) *
                          line_moment(n - d, grid->v[0] - center + 0.5 * (double)d * grid->h,
                                      grid->h, fk + hud_grid_offset(n, d)));
  return grid->h * grid->h * hud_sum_result(&sum);
}

void hud_grid_moments(const struct hud_representation *rep, int k, const double *fk, double center,
                      int order, double *out)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  const double *f = fk;
  if (k == 2) {
    memset(grid->line, 0, grid->n * sizeof *grid->line);
    for (size_t d = 0; d < grid->n; d++)
      hud_grid_marginal_row(grid->n, d, grid->h, fk + hud_grid_offset(grid->n, d), grid->line);
    f = grid->line;
  }
  if (k >= 3) {
    to_line(grid, k, fk);
    f = grid->line;
  }
  for (int p = 0; p <= order; p++) {
    struct hud_sum sum = {0.0, 0.0};
    for (size_t i = 0; i < grid->n; i++) {
      double term = f[i];
      for (int q = 0; q < p; q++)
        term *= grid->v[i] - center;
      hud_sum_add(&sum, term);
    }
    out[p] = grid->h * hud_sum_result(&sum);
  }
}

double hud_grid_spread(const struct hud_representation *rep, int k, const double *fk)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  struct hud_sum sum = {0.0, 0.0};
  const double *pairs = fk;
  if (k >= 3)
    pairs = hud_grid_cluster_to_pairs(grid->clusters, k, fk);
  if (k >= 2)
    for (size_t d = 1; d < n; d++)
      hud_sum_add(&sum, 2.0 * (double)d * (double)d *
                            hud_grid_line_sum(n - d, pairs + hud_grid_offset(n, d)));
  double cell = grid->h * grid->h;
  return cell * cell * hud_sum_result(&sum);
}

double hud_grid_norm(const struct hud_representation *rep, int k, const double *fk)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (k >= 3)
    return hud_grid_cluster_norm(grid->clusters, k, fk);
  struct hud_sum sum = {0.0, 0.0};
  for (size_t d = 0; d < (k == 1 ? 1 : n); d++) {
    const double *row = fk + hud_grid_offset(n, d);
    for (size_t j = 0; j < n - d; j++)
      hud_sum_add(&sum, (d == 0 ? 1.0 : 2.0) * fabs(row[j]));
  }
  return (k == 1 ? grid->h : grid->h * grid->h) * hud_sum_result(&sum);
}
