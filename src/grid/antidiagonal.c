/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs under a force that repels at some distances. The differences of stencil.c then read from
 * both sides, so that (own - drift D) G = source is no longer triangular; but every antidiagonal
 * i + j = s of the grid is still a problem of its own, a band matrix with three neighbours on
 * either side, which LAPACK solves with pivoting: O(n^2) in all. */
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "grid/internal.h"

enum { BAND = HUD_GRID_REACH, LEADING = 3 * HUD_GRID_REACH + 1 };

/* Differences on antidiagonal s are parity + 2 a, a = 0..count-1. */
static size_t count_of(size_t n, size_t s)
{
  size_t largest = s < n ? s : 2 * (n - 1) - s;
  return largest / 2 + 1;
}

static size_t index_of(size_t n, size_t s, size_t a)
{
  size_t d = s % 2 + 2 * a;
  return hud_grid_offset(n, d) + (s - d) / 2;
}

/* Weight m of row a, and the row that it reads; false if that is outside the window. */
static bool neighbour(const struct hud_grid_stencil *stencil, size_t parity, size_t count, size_t a,
                      int m, double *weight, size_t *from)
{
  size_t d = parity + 2 * a;
  long there = (long)d + 2 * (m - HUD_GRID_REACH);
  *weight = (a + 1 == count ? stencil->border : stencil->weight)[m][d];
  *from = (size_t)(there < 0 ? -there : there) / 2;
  return *weight != 0.0 && *from < count;
}

void hud_grid_antidiagonal_drift(const struct hud_grid *grid, double c, const double *f2,
                                 double *out)
{
  size_t n = grid->n;
  double *line = grid->rows, weight;
  for (size_t s = 0; s + 1 < 2 * n; s++) {
    size_t count = count_of(n, s), from;
    for (size_t a = 0; a < count; a++)
      line[a] = f2[index_of(n, s, a)];
    for (size_t a = 0; a < count; a++) {
      double sum = 0.0;
      for (int m = 0; m < HUD_GRID_STENCIL; m++)
        if (neighbour(&grid->stencil, s % 2, count, a, m, &weight, &from))
          sum += weight * line[from];
      out[index_of(n, s, a)] += c * sum;
    }
  }
}

/* x <- (own - drift D)^{-1} x on one antidiagonal. The matrix is scratch of LEADING count. */
static bool solve(const struct hud_grid *grid, double own, double drift, size_t parity,
                  size_t count, double *matrix, lapack_int *pivots, double *x)
{
  double weight;
  size_t from;
  memset(matrix, 0, LEADING * count * sizeof *matrix);
  for (size_t a = 0; a < count; a++) {
    matrix[a * LEADING + 2 * BAND] += own;
    for (int m = 0; m < HUD_GRID_STENCIL; m++)
      if (neighbour(&grid->stencil, parity, count, a, m, &weight, &from))
        matrix[from * LEADING + 2 * BAND + a - from] -= drift * weight;
  }
  lapack_int size = (lapack_int)count;
  return LAPACKE_dgbsv_work(LAPACK_COL_MAJOR, size, BAND, BAND, 1, matrix, LEADING, pivots, x,
                            size) == 0;
}

static double source_at(const struct hud_grid *grid, const struct hud_grid_source *source, size_t s,
                        size_t a)
{
  size_t d = s % 2 + 2 * a, j = (s - d) / 2, i = j + d;
  double value = source->stored == NULL ? 0.0 : source->stored[hud_grid_offset(grid->n, d) + j];
  if (source->join != 0.0)
    value += source->join * (source->a[i] * source->b[j] + source->b[i] * source->a[j]);
  return value;
}

void hud_grid_antidiagonal_solve(const struct hud_grid *grid, double own, double drift,
                                 const struct hud_grid_source *source, double *out, double c,
                                 double *marginal)
{
  size_t n = grid->n;
  double *x = grid->rows;
  for (size_t s = 0; s + 1 < 2 * n; s++) {
    size_t count = count_of(n, s);
    for (size_t a = 0; a < count; a++)
      x[a] = source_at(grid, source, s, a);
    bool solved = solve(grid, own, drift, s % 2, count, grid->band, grid->pivots, x);
    for (size_t a = 0; a < count; a++) {
      size_t d = s % 2 + 2 * a, j = (s - d) / 2;
      double value = solved ? x[a] : NAN;
      if (out != NULL)
        out[hud_grid_offset(n, d) + j] = value;
      if (marginal == NULL)
        continue;
      marginal[j] += c * grid->h * value;
      if (d > 0)
        marginal[j + d] += c * grid->h * value;
    }
  }
}
