/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs on the grid: join, marginal, and the drift -div(U_2 f_2) of alignment.
 *
 * The drift keeps v_1 + v_2 and shrinks the difference, r' = -r. On the grid the sum is i + j and
 * the difference is r = d h, so each antidiagonal is a conservation law of its own on
 * d = parity, parity + 2, ...: mean and mass are exact. With q_d = (d/2) G_d, the edge between d
 * and d + 2 carries
 *   Phi_d[j] = c0 q_d[j] + b1 q_{d+2}[j-1] + b2 q_{d+4}[j-2] + b3 q_{d+6}[j-3],
 *   (DG)_d[j] += (d = 0 ? 2 : 1) Phi_d[j],   (DG)_{d+2}[j-1] -= Phi_d[j]
 * (twice at d = 0, which takes in both signs of r). Upwind: b1 = 1. Second order: b1 = 5/3,
 * b2 = -5/6, b3 = 1/6, but b1 = 2, b2 = -1 at d = 0 and b1 = 3/2 at d = 1: of the schemes that read
 * from outside only, that with the least dispersion that still damps every wave. Then
 * d/dt sum r^2 f = -2 sum r^2 f exactly, but for the mass at r = +-h, which nothing moves; c0 = 1/2
 * at d = 1 takes it into account and makes second moments exact at every n (docs/numerics.md). That
 * term lets G_1 grow at rate 1/4, so it is used only where mu11 >= 1 outweighs it. The linear
 * second-order scheme is not positive for unresolved data. */
#include "grid/internal.h"

#include "base/alloc.h"
#include "base/clones.h"

/* b1, b2, b3 of the edge between d and d + 2; there is none below d = 0. */
struct edge {
  double b1, b2, b3;
};

static struct edge edge_at(enum hud_drift_scheme scheme, long d)
{
  if (d < 0)
    return (struct edge){0.0, 0.0, 0.0};
  if (scheme == HUD_SCHEME_UPWIND)
    return (struct edge){1.0, 0.0, 0.0};
  struct edge edge = {5.0 / 3.0, -5.0 / 6.0, 1.0 / 6.0};
  if (d == 0) {
    edge.b1 = 2.0;
    edge.b2 = -1.0;
  } else if (d == 1) {
    edge.b1 = 1.5;
  }
  return edge;
}

hud_status hud_grid_stencil_create(struct hud_grid_stencil *stencil, size_t n,
                                   enum hud_drift_scheme scheme, double mu11,
                                   struct hud_error *error)
{
  double **rows[] = {&stencil->own, &stencil->near, &stencil->far, &stencil->farther};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    hud_status status = HUD_NEW(rows[r], n, "pair drift", error);
    if (status != HUD_OK)
      return status;
  }
  for (size_t d = 0; d < n; d++) {
    double speed = 0.5 * (double)d, sides = d == 0 ? 2.0 : 1.0;
    struct edge in = edge_at(scheme, (long)d), out = edge_at(scheme, (long)d - 2);
    stencil->own[d] = -out.b1 * speed;
    stencil->near[d] = (sides * in.b1 - out.b2) * (speed + 1.0);
    stencil->far[d] = (sides * in.b2 - out.b3) * (speed + 2.0);
    stencil->farther[d] = sides * in.b3 * (speed + 3.0);
  }
  stencil->across = scheme == HUD_SCHEME_SECOND_ORDER && mu11 >= 1.0 ? 0.25 : 0.0;
  return HUD_OK;
}

void hud_grid_stencil_clear(struct hud_grid_stencil *stencil)
{
  hud_free(stencil->own);
  hud_free(stencil->near);
  hud_free(stencil->far);
  hud_free(stencil->farther);
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
  const double weight[4] = {c * s->own[d], c * s->near[d], c * s->far[d], c * s->farther[d]};
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

void hud_grid_drift(struct hud_representation *rep, double c, int k, const double *fk, double *out)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (k != 2)
    return; /* a single particle does not drift */
  for (size_t d = 0; d < n; d++)
    drift_row(grid, c, d, fk, out);
  double across = c * grid->stencil.across;
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
  if (i != 1 || j != 1)
    return; /* length() of the product is 0: there is nothing to add to */
  for (size_t d = 0; d < n; d++)
    add_products(n - d, 0.5 * c, fi, fj, fi + d, fj + d, out + hud_grid_offset(n, d));
}

void hud_grid_marginal_row(size_t n, size_t d, double c, const double *row, double *marginal)
{
  hud_grid_add_scaled(n - d, c, row, marginal);
  if (d > 0)
    hud_grid_add_scaled(n - d, c, row, marginal + d);
}

void hud_grid_marginal(struct hud_representation *rep, double c, int k, const double *fk, int i,
                       double *out)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t n = grid->n;
  if (k != 2 || i != 1)
    return;
  for (size_t d = 0; d < n; d++)
    hud_grid_marginal_row(n, d, c * grid->h, fk + hud_grid_offset(n, d), out);
}
