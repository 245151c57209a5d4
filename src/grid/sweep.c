/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * (own - drift D) G = source, D the pair drift of pair.c, solved exactly in O(n^2): upwinding makes
 * the matrix triangular along every antidiagonal, so one sweep over the diagonals from the largest
 * |r| to the smallest does it. This is the quasi-stationary f_2 of the instantaneous limit (33) and
 * the stiff part of the preconditioner. The term c0 of the second-order scheme couples diagonals 1
 * and 3 on each antidiagonal; those are solved as a 2 x 2 system with determinant
 * own (own + 2 drift) > 0. The fourth-order drift has one more neighbour, towards the diagonal,
 * which an elimination in front of the sweep removes; it needs own > drift across, as it is where
 * splitting allows that term at all. */
#include <string.h>

#include "base/clones.h"
#include "grid/clusters.h"

HUD_CLONES static void substitute(size_t count, double inverse, const double *weight,
                                  const double *source, const double *restrict g2,
                                  const double *restrict g4, const double *restrict g6, double *out)
{
  double near = weight[0], far = weight[1], farther = weight[2];
  for (size_t j = 0; j < count; j++)
    out[j] = inverse * ((source[j] + near * g2[j]) + (far * g4[j] + farther * g6[j]));
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

static inline double inflow(const double weight[3], const double *const g[3], size_t j,
                            size_t terms)
{
  double value = 0.0;
  for (size_t k = 0; k < terms; k++)
    value += weight[k] * g[k][j - k - 1];
  return value;
}

/* out[j] = inverse (source[j] + weight[0] g2[j-1] + weight[1] g4[j-2] + weight[2] g6[j-3]) for the
 * `length` values of diagonal d, given the diagonals d + 2, d + 4, d + 6; what lies outside the
 * window is zero. out may be source. */
static void substitute_row(size_t length, double inverse, const double weight[3],
                           const double *source, const double *const g[3], double *out)
{
  if (length < 7) {
    for (size_t j = 0; j < length; j++)
      out[j] =
          inverse * (source[j] + inflow(weight, g, j, j < length - 1 - j ? j : length - 1 - j));
    return;
  }
  size_t last = length - 1;
  out[0] = inverse * source[0];
  out[1] = inverse * (source[1] + inflow(weight, g, 1, 1));
  out[2] = inverse * (source[2] + inflow(weight, g, 2, 2));
  substitute(length - 6, inverse, weight, source + 3, g[0] + 2, g[1] + 1, g[2], out + 3);
  out[last - 2] = inverse * (source[last - 2] + inflow(weight, g, last - 2, 2));
  out[last - 1] = inverse * (source[last - 1] + inflow(weight, g, last - 1, 1));
  out[last] = inverse * source[last];
}

/* Where diagonal d of the result goes: into out, or into a ring of lines. */
static double *result_row(const struct hud_grid *grid, double *out, size_t d)
{
  if (d >= grid->n)
    return NULL;
  return out != NULL ? out + hud_grid_offset(grid->n, d)
                     : grid->lines + (d % HUD_GRID_RING) * grid->n;
}

/* out <- (source + drift (what flows in from further out))/pivot on diagonal d. */
static void gather_row(const struct hud_grid *grid, double pivot, double drift, size_t d,
                       const double *source, double *out)
{
  const struct hud_grid_stencil *s = &grid->stencil;
  const double weight[3] = {drift * s->weight[HUD_GRID_REACH + 1][d],
                            drift * s->weight[HUD_GRID_REACH + 2][d],
                            drift * s->weight[HUD_GRID_REACH + 3][d]};
  const double *g[3] = {result_row(grid, out, d + 2), result_row(grid, out, d + 4),
                        result_row(grid, out, d + 6)};
  substitute_row(grid->n - d, 1.0 / pivot, weight, source, g, result_row(grid, out, d));
}

/* Diagonals 3 and 1 together: with x = across and p = near[1] = -own[3],
 *   (own - drift x) G_1 - drift p G_3 = R_1,   drift x G_1 + (own + drift p) G_3 = R_3. */
static void solve_innermost(const struct hud_grid *grid, double own, double drift,
                            const struct hud_grid_source *source, double *out)
{
  const struct hud_grid_stencil *s = &grid->stencil;
  size_t n = grid->n;
  double *g1 = result_row(grid, out, 1), *g3 = result_row(grid, out, 3);
  gather_row(grid, 1.0, drift, 3, source_row(grid, source, 3, grid->rows), out);
  /* R_1, without what comes from diagonal 3. */
  const double *source1 = source_row(grid, source, 1, grid->rows + n);
  const double weight[3] = {0.0, drift * s->weight[HUD_GRID_REACH + 2][1],
                            drift * s->weight[HUD_GRID_REACH + 3][1]};
  const double *g[3] = {g3, result_row(grid, out, 5), result_row(grid, out, 7)};
  substitute_row(n - 1, 1.0, weight, source1, g, g1);

  double x = drift * grid->across, p = drift * s->weight[HUD_GRID_REACH + 1][1];
  double inverse = 1.0 / (own * (own + p - x));
  g1[0] /= own;
  g1[n - 2] /= own;
  for (size_t j = 1; j + 2 < n; j++) {
    double r1 = g1[j], r3 = g3[j - 1];
    g1[j] = inverse * ((own + p) * r1 + p * r3);
    g3[j - 1] = inverse * ((own - x) * r3 - x * r1);
  }
}

/* ---- the fourth-order drift ---- */

/* Row d of the matrix after elimination of G_{d-2}: pivot G_d - outer[.] G_{d+2(.+1)}, and what it
 * took of row d - 2. end: the pivot where the antidiagonal ends at d. */
struct elimination {
  double *pivot, *end, *inner, *outer[3];
};

static struct elimination eliminate(const struct hud_grid *grid, double own, double drift)
{
  size_t n = grid->n;
  double *x = grid->elimination;
  const struct hud_grid_stencil *s = &grid->stencil;
  struct elimination e = {x, x + n, x + 2 * n, {x + 3 * n, x + 4 * n, x + 5 * n}};
  for (size_t d = 0; d < n; d++) {
    double inner = s->weight[HUD_GRID_REACH - 1][d] - (d == 3 ? grid->across : 0.0);
    double here = s->weight[HUD_GRID_REACH][d] + (d == 1 ? grid->across : 0.0);
    e.inner[d] = d >= 2 ? drift * inner / e.pivot[d - 2] : 0.0;
    double taken = d >= 2 ? e.inner[d] * e.outer[0][d - 2] : 0.0;
    e.pivot[d] = own - drift * here - taken;
    e.end[d] = own - drift * s->border[HUD_GRID_REACH][d] - taken;
    for (size_t k = 0; k < 3; k++)
      e.outer[k][d] = drift * s->weight[HUD_GRID_REACH + 1 + k][d] +
                      (d >= 2 && k < 2 ? e.inner[d] * e.outer[k + 1][d - 2] : 0.0);
  }
  return e;
}

/* Each row reads one neighbour further in too. From the diagonal outwards that is eliminated, with
 * factors that depend on d alone because every antidiagonal of a parity begins alike; then it is a
 * sweep inwards like the other. */
static void sweep_biased(const struct hud_grid *grid, double own, double drift,
                         const struct hud_grid_source *source, double *out, double c,
                         double *marginal)
{
  size_t n = grid->n;
  const struct elimination e = eliminate(grid, own, drift);
  double *result = out != NULL ? out : grid->eliminated;
  for (size_t d = 0; d < n; d++) {
    double *row = result + hud_grid_offset(n, d);
    const double *given = source_row(grid, source, d, grid->rows);
    if (row != given)
      memcpy(row, given, (n - d) * sizeof *row);
    if (d >= 2)
      hud_grid_add_scaled(n - d, e.inner[d], result + hud_grid_offset(n, d - 2) + 1, row);
  }
  for (size_t d = n; d-- > 0;) {
    const double weight[3] = {e.outer[0][d], e.outer[1][d], e.outer[2][d]};
    double *row = result + hud_grid_offset(n, d), first = row[0], last = row[n - 1 - d];
    const double *g[3];
    for (size_t k = 0; k < 3; k++)
      g[k] = d + 2 * k + 2 < n ? result + hud_grid_offset(n, d + 2 * k + 2) : NULL;
    substitute_row(n - d, 1.0 / e.pivot[d], weight, row, g, row);
    row[0] = first / e.end[d];
    row[n - 1 - d] = last / e.end[d];
    if (marginal != NULL)
      hud_grid_marginal_row(n, d, c * grid->h, row, marginal);
  }
}

void hud_grid_sweep(const struct hud_grid *grid, double own, double drift,
                    const struct hud_grid_source *source, double *out, double c, double *marginal)
{
  if (!grid->stencil.attracting) {
    hud_grid_antidiagonal_solve(grid, own, drift, source, out, c, marginal);
    return;
  }
  if (grid->stencil.biased) {
    sweep_biased(grid, own, drift, source, out, c, marginal);
    return;
  }
  bool coupled = grid->across != 0.0;
  for (size_t d = grid->n; d-- > 0;) {
    if (coupled && d == 3)
      solve_innermost(grid, own, drift, source, out);
    else if (!(coupled && d == 1))
      gather_row(grid, own - drift * grid->stencil.weight[HUD_GRID_REACH][d], drift, d,
                 source_row(grid, source, d, grid->rows), out);
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
  if (rep->ops->length(rep, k) == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of %d", k);
  if (k >= 3) {
    if (out != source)
      memcpy(out, source, rep->ops->length(rep, k) * sizeof *out);
    return hud_grid_cluster_solve(grid->clusters, k, mu, kappa, 0, out, error);
  }
  struct hud_grid_source stored = {.stored = source};
  hud_grid_sweep(grid, mu, kappa, &stored, out, 0.0, NULL);
  return HUD_OK;
}
