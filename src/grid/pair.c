/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs on the grid: layout, join, marginal, and the drift -div(U_2 f_2) by the differences of
 * stencil.c. For attracting forces each row of f_2 reads the rows d, d + 2, d + 4, d + 6, a loop
 * over contiguous j, and with the fourth-order drift the row d - 2; other forces go antidiagonal by
 * antidiagonal (antidiagonal.c). */
#include "grid/internal.h"

#include "base/clones.h"

size_t hud_grid_pair_index(const struct hud_representation *rep, size_t i, size_t j)
{
  size_t high = i > j ? i : j, low = i > j ? j : i;
  return hud_grid_offset(hud_grid_of(rep)->n, high - low) + low;
}

HUD_CLONES static void add_stencil(size_t count, double own, double near, double far,
                                   double farther, const double *restrict g,
                                   const double *restrict g2, const double *restrict g4,
                                   const double *restrict g6, double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += (own * g[j] + near * g2[j]) + (far * g4[j] + farther * g6[j]);
}

static inline double end_value(const double *weight, const double *const *g, size_t j, size_t terms)
{
  double value = weight[0] * g[0][j];
  for (size_t k = 1; k < terms; k++)
    value += weight[k] * g[k][j - k];
  return value;
}

/* Diagonal d: values outside the window are zero, so the three values at each end take fewer terms.
 */
static void drift_row(const struct hud_grid *grid, double c, size_t d, const double *f2,
                      double *out)
{
  size_t n = grid->n, length = n - d;
  const struct hud_grid_stencil *s = &grid->stencil;
  const double weight[4] = {c * s->weight[HUD_GRID_REACH][d], c * s->weight[HUD_GRID_REACH + 1][d],
                            c * s->weight[HUD_GRID_REACH + 2][d],
                            c * s->weight[HUD_GRID_REACH + 3][d]};
  const double *g[4];
  for (size_t k = 0; k < 4; k++)
    g[k] = d + 2 * k < n ? f2 + hud_grid_offset(n, d + 2 * k) : NULL;
  double *row = out + hud_grid_offset(n, d);
  if (length < 7) {
    for (size_t j = 0; j < length; j++)
      row[j] += end_value(weight, g, j, 1 + (j < length - 1 - j ? j : length - 1 - j));
    return;
  }
  row[0] += end_value(weight, g, 0, 1);
  row[1] += end_value(weight, g, 1, 2);
  row[2] += end_value(weight, g, 2, 3);
  add_stencil(length - 6, weight[0], weight[1], weight[2], weight[3], g[0] + 3, g[1] + 2, g[2] + 1,
              g[3], row + 3);
  row[length - 3] += end_value(weight, g, length - 3, 3);
  row[length - 2] += end_value(weight, g, length - 2, 2);
  row[length - 1] += end_value(weight, g, length - 1, 1);
}

/* What the edges of a biased stencil take from the inner side, on diagonal d. */
static void add_inner_row(const struct hud_grid *grid, double c, size_t d, const double *f2,
                          double *out)
{
  size_t n = grid->n, last = n - 1 - d;
  const struct hud_grid_stencil *s = &grid->stencil;
  const double *g = f2 + hud_grid_offset(n, d);
  double *row = out + hud_grid_offset(n, d);
  double missing = c * (s->border[HUD_GRID_REACH][d] - s->weight[HUD_GRID_REACH][d]);
  if (d >= 2)
    hud_grid_add_scaled(n - d, c * s->weight[HUD_GRID_REACH - 1][d],
                        f2 + hud_grid_offset(n, d - 2) + 1, row);
  row[0] += missing * g[0];
  if (last > 0)
    row[last] += missing * g[last];
}

void hud_grid_drift(struct hud_representation *rep, double c, int k, const double *fk, double *out)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (k >= 3 && grid->clusters != NULL)
    hud_grid_cluster_drift(grid->clusters, c, k, fk, out);
  if (k != 2)
    return; /* a single particle does not drift */
  if (!grid->stencil.attracting) {
    hud_grid_antidiagonal_drift(grid, c, fk, out);
    return;
  }
  for (size_t d = 0; d < n; d++) {
    drift_row(grid, c, d, fk, out);
    if (grid->stencil.biased)
      add_inner_row(grid, c, d, fk, out);
  }
  double across = c * grid->across;
  if (across == 0.0)
    return;
  const double *inner = fk + hud_grid_offset(n, 1);
  double *gain = out + hud_grid_offset(n, 1), *loss = out + hud_grid_offset(n, 3);
  for (size_t j = 1; j + 2 < n; j++) {
    gain[j] += across * inner[j];
    loss[j - 1] -= across * inner[j];
  }
}

HUD_CLONES static void add_products(size_t count, double c, const double *restrict a,
                                    const double *restrict b, const double *restrict a_shifted,
                                    const double *restrict b_shifted, double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += c * (a_shifted[j] * b[j] + b_shifted[j] * a[j]);
}

void hud_grid_join(struct hud_representation *rep, double c, int i, const double *fi, int j,
                   const double *fj, double *out)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (i + j >= 3) {
    if (grid->clusters != NULL)
      hud_grid_cluster_join(grid->clusters, c, i, fi, j, fj, out);
    return;
  }
  for (size_t d = 0; d < n; d++)
    add_products(n - d, 0.5 * c, fi, fj, fi + d, fj + d, out + hud_grid_offset(n, d));
}

void hud_grid_marginal(struct hud_representation *rep, double c, int k, const double *fk, int i,
                       double *out)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (k >= 3) {
    if (grid->clusters != NULL)
      hud_grid_cluster_marginal(grid->clusters, c, k, fk, i, out);
    return;
  }
  for (size_t d = 0; d < n; d++)
    hud_grid_marginal_row(n, d, c * grid->h, fk + hud_grid_offset(n, d), out);
}
