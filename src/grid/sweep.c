/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * (own - drift D) G = source, D the pair drift of pair.c, solved exactly in O(n^2): upwinding makes
 * the matrix triangular along every antidiagonal, so one sweep over the diagonals from the largest
 * |r| to the smallest does it. This is the quasi-stationary f_2 of the instantaneous limit (33) and
 * the stiff part of the preconditioner. The term c0 of the second-order scheme couples diagonals 1
 * and 3 on each antidiagonal; those are solved as a 2 x 2 system with determinant
 * own (own + 2 drift) > 0. */
#include "grid/internal.h"

#include "base/clones.h"

HUD_CLONES static void divide(size_t count, double inverse, const double *source, double *out)
{
  for (size_t j = 0; j < count; j++)
    out[j] = inverse * source[j];
}

HUD_CLONES static void substitute(size_t count, double inverse, double near, double far,
                                  const double *source, const double *restrict g2,
                                  const double *restrict g4, double *out)
{
  for (size_t j = 0; j < count; j++)
    out[j] = inverse * (source[j] + near * g2[j] + far * g4[j]);
}

HUD_CLONES static void form_source(size_t count, const double *restrict stored, double c,
                                   const double *restrict a, const double *restrict b,
                                   const double *restrict a_shifted,
                                   const double *restrict b_shifted, double *restrict out)
{
  if (stored == NULL)
    for (size_t j = 0; j < count; j++)
      out[j] = c * (a_shifted[j] * b[j] + b_shifted[j] * a[j]);
  else
    for (size_t j = 0; j < count; j++)
      out[j] = stored[j] + c * (a_shifted[j] * b[j] + b_shifted[j] * a[j]);
}

static const double *source_row(const struct hud_grid *grid, const struct hud_grid_source *source,
                                size_t d, double *scratch)
{
  const double *stored =
      source->stored == NULL ? NULL : source->stored + hud_grid_offset(grid->n, d);
  if (source->join == 0.0 && stored != NULL)
    return stored;
  form_source(grid->n - d, stored, source->join, source->a, source->b, source->a + d, source->b + d,
              scratch);
  return scratch;
}

/* out[j] = inverse (source[j] + near g2[j-1] + far g4[j-2]); rows d, d + 2, d + 4 have `length`,
 * length - 2 and length - 4 values, and what lies outside is zero. out may be source. */
static void substitute_row(size_t length, double inverse, double near, double far,
                           const double *source, const double *g2, const double *g4, double *out)
{
  if (length <= 2) {
    divide(length, inverse, source, out);
    return;
  }
  out[0] = inverse * source[0];
  out[length - 1] = inverse * source[length - 1];
  out[1] = inverse * (source[1] + near * g2[0]);
  if (length > 3)
    out[length - 2] = inverse * (source[length - 2] + near * g2[length - 3]);
  if (length > 4)
    substitute(length - 4, inverse, near, far, source + 2, g2 + 1, g4, out + 2);
}

/* Where diagonal d of the result goes: into out, or into a ring of eight lines. */
static double *result_row(const struct hud_grid *grid, double *out, size_t d)
{
  if (d >= grid->n)
    return NULL;
  return out != NULL ? out + hud_grid_offset(grid->n, d) : grid->lines + (d % 8) * grid->n;
}

static void solve_row(const struct hud_grid *grid, double own, double drift, size_t d,
                      const double *source, double *out)
{
  const struct hud_grid_stencil *s = &grid->stencil;
  substitute_row(grid->n - d, 1.0 / (own - drift * s->own[d]), drift * s->near[d],
                 drift * s->far[d], source, result_row(grid, out, d + 2),
                 result_row(grid, out, d + 4), result_row(grid, out, d));
}

/* Diagonals 3 and 1 together: with x = across and p = near[1] = -own[3],
 *   (own - drift x) G_1 - drift p G_3 = R_1,   drift x G_1 + (own + drift p) G_3 = R_3. */
static void solve_innermost(const struct hud_grid *grid, double own, double drift,
                            const struct hud_grid_source *source, double *out)
{
  const struct hud_grid_stencil *s = &grid->stencil;
  size_t n = grid->n;
  double *g1 = result_row(grid, out, 1), *g3 = result_row(grid, out, 3);
  const double *g5 = result_row(grid, out, 5), *g7 = result_row(grid, out, 7);
  const double *source3 = source_row(grid, source, 3, grid->rows);
  substitute_row(n - 3, 1.0, drift * s->near[3], drift * s->far[3], source3, g5, g7, g3);
  const double *source1 = source_row(grid, source, 1, grid->rows + n);
  substitute_row(n - 1, 1.0, 0.0, drift * s->far[1], source1, g3, g5, g1);

  double x = drift * s->across, p = drift * s->near[1];
  double inverse = 1.0 / (own * (own + p - x));
  g1[0] /= own;
  g1[n - 2] /= own;
  for (size_t j = 1; j + 2 < n; j++) {
    double r1 = g1[j], r3 = g3[j - 1];
    g1[j] = inverse * ((own + p) * r1 + p * r3);
    g3[j - 1] = inverse * ((own - x) * r3 - x * r1);
  }
}

void hud_grid_sweep(const struct hud_grid *grid, double own, double drift,
                    const struct hud_grid_source *source, double *out, double c, double *marginal)
{
  bool coupled = grid->stencil.across != 0.0;
  for (size_t d = grid->n; d-- > 0;) {
    if (coupled && d == 3)
      solve_innermost(grid, own, drift, source, out);
    else if (!(coupled && d == 1))
      solve_row(grid, own, drift, d, source_row(grid, source, d, grid->rows), out);
    if (marginal != NULL)
      hud_grid_marginal_row(grid->n, d, c * grid->h, result_row(grid, out, d), marginal);
  }
}

hud_status hud_grid_resolvent(struct hud_representation *rep, double mu, double kappa, int k,
                              const double *source, double *out, struct hud_error *error)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  if (k == 1) {
    for (size_t i = 0; i < grid->n; i++)
      out[i] = source[i] / mu;
    return HUD_OK;
  }
  if (k != 2)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of %d", k);
  struct hud_grid_source stored = {.stored = source};
  hud_grid_sweep(grid, mu, kappa, &stored, out, 0.0, NULL);
  return HUD_OK;
}
