/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs on the grid: join, marginal, and the drift -div(U_2 f_2) of alignment.
 *
 * The drift keeps v_1 + v_2 and shrinks the difference, r' = -r. On the grid the sum is i + j and
 * the difference is r = d h, so each antidiagonal is a conservation law of its own on
 * d = parity, parity + 2, ...: mean and mass are exact. With q_d = (d/2) G_d, the edge between d
 * and d + 2 carries
 *   Phi_d[j] = c0 q_d[j] + b1 q_{d+2}[j-1] + b2 q_{d+4}[j-2],
 *   (DG)_d[j] += (d = 0 ? 2 : 1) Phi_d[j],   (DG)_{d+2}[j-1] -= Phi_d[j]
 * (twice at d = 0, which takes in both signs of r). Upwind: b1 = 1. Second order: b1 = 3/2,
 * b2 = -1/2, and b1 = 2 at d = 0. Then d/dt sum r^2 f = -2 sum r^2 f exactly, but for the mass at
 * r = +-h, which nothing moves; c0 = 1/2 at d = 1 takes it into account and makes second moments
 * exact at every n (docs/numerics.md). That term lets G_1 grow at rate 1/4, so it is used only
 * where mu11 >= 1 outweighs it. The linear second-order scheme is not positive for unresolved data.
 */
#include "grid/internal.h"

#include "base/alloc.h"
#include "base/clones.h"

static double inner_weight(enum hud_drift_scheme scheme, size_t d)
{
  if (scheme == HUD_SCHEME_UPWIND)
    return 1.0;
  return d == 0 ? 2.0 : 1.5;
}

static double outer_weight(enum hud_drift_scheme scheme)
{
  return scheme == HUD_SCHEME_UPWIND ? 0.0 : -0.5;
}

hud_status hud_grid_stencil_create(struct hud_grid_stencil *stencil, size_t n,
                                   enum hud_drift_scheme scheme, double mu11,
                                   struct hud_error *error)
{
  hud_status status = HUD_NEW(&stencil->own, n, "pair drift", error);
  if (status == HUD_OK)
    status = HUD_NEW(&stencil->near, n, "pair drift", error);
  if (status == HUD_OK)
    status = HUD_NEW(&stencil->far, n, "pair drift", error);
  if (status != HUD_OK)
    return status;
  for (size_t d = 0; d < n; d++) {
    double speed = 0.5 * (double)d, sides = d == 0 ? 2.0 : 1.0;
    stencil->own[d] = d < 2 ? 0.0 : -inner_weight(scheme, d - 2) * speed;
    stencil->near[d] =
        (sides * inner_weight(scheme, d) - (d < 2 ? 0.0 : outer_weight(scheme))) * (speed + 1.0);
    stencil->far[d] = sides * outer_weight(scheme) * (speed + 2.0);
  }
  stencil->across = scheme == HUD_SCHEME_SECOND_ORDER && mu11 >= 1.0 ? 0.25 : 0.0;
  return HUD_OK;
}

void hud_grid_stencil_clear(struct hud_grid_stencil *stencil)
{
  hud_free(stencil->own);
  hud_free(stencil->near);
  hud_free(stencil->far);
}

HUD_CLONES static void add_stencil(size_t count, double own, double near, double far,
                                   const double *restrict g, const double *restrict g2,
                                   const double *restrict g4, double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += own * g[j] + near * g2[j] + far * g4[j];
}

/* Diagonal d: values outside the window are zero, so the two ends take fewer terms. */
static void drift_row(const struct hud_grid *grid, double c, size_t d, const double *f2,
                      double *out)
{
  size_t n = grid->n, length = n - d;
  double own = c * grid->stencil.own[d], near = c * grid->stencil.near[d];
  const double *g = f2 + hud_grid_offset(n, d);
  double *row = out + hud_grid_offset(n, d);
  row[0] += own * g[0];
  if (length == 1)
    return;
  row[length - 1] += own * g[length - 1];
  if (length == 2)
    return;
  const double *g2 = f2 + hud_grid_offset(n, d + 2);
  row[1] += own * g[1] + near * g2[0];
  if (length == 3)
    return;
  row[length - 2] += own * g[length - 2] + near * g2[length - 3];
  if (length > 4)
    add_stencil(length - 4, own, near, c * grid->stencil.far[d], g + 2, g2 + 1,
                f2 + hud_grid_offset(n, d + 4), row + 2);
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
