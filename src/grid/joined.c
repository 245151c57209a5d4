/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Marginals of a quasi-stationary cluster without holding the cluster:
 * pairs (the instantaneous limit (33)) by one sweep over the diagonals of Sym(f_1 x f_1), triples
 * of alignment (the first-order model (14)) by the Fourier sum of triple.c. Triples under other
 * forces are formed in scratch: O(n^3), by the same scheme as dynamic ones. */
#include <string.h>

#include "grid/clusters.h"
#include "grid/triple.h"

static void joined_pair(struct hud_grid *grid, double mu, double kappa, const double *fi,
                        const double *fj, double ci, double *out_i, double cj, double *out_j)
{
  struct hud_grid_source source = {.stored = NULL, .join = 0.5, .a = fi, .b = fj};
  for (size_t i = 0; i < grid->n; i++)
    grid->line[i] = 0.0;
  hud_grid_sweep(grid, mu, kappa, &source, NULL, 1.0, grid->line);
  hud_grid_add_scaled(grid->n, ci, grid->line, out_i);
  hud_grid_add_scaled(grid->n, cj, grid->line, out_j);
}

static hud_status joined_triple(struct hud_grid *grid, double mu, double kappa, const double *f1,
                                const double *f2, double c1, double *out1, double c2, double *out2,
                                struct hud_error *error)
{
  struct hud_grid_clusters *c = grid->clusters;
  double *f3 = c->formed;
  memset(f3, 0, c->sizes[3].length * sizeof *f3);
  hud_grid_cluster_join(c, 1.0, 1, f1, 2, f2, f3);
  hud_status status = hud_grid_cluster_solve(c, 3, mu, kappa, 0, f3, error);
  if (status != HUD_OK)
    return status;
  const double *pairs = hud_grid_cluster_to_pairs(c, 3, f3);
  hud_grid_marginal(&grid->base, c1, 2, pairs, 1, out1);
  hud_grid_add_scaled(grid->pair_length, c2, pairs, out2);
  return HUD_OK;
}

hud_status hud_grid_joined_marginals(struct hud_representation *rep, double mu, double kappa, int i,
                                     const double *fi, int j, const double *fj, double ci,
                                     double *out_i, double cj, double *out_j,
                                     struct hud_error *error)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  if (!(mu > 0.0 && kappa >= 0.0))
    return hud_fail(error, HUD_ERROR_USAGE,
                    "a quasi-stationary cluster with split rate %g and drift %g", mu, kappa);
  if (i == 1 && j == 1) {
    joined_pair(grid, mu, kappa, fi, fj, ci, out_i, cj, out_j);
    return HUD_OK;
  }
  if (i != 1 || j != 2)
    return hud_fail(error, HUD_ERROR_USAGE,
                    "the grid has no quasi-stationary clusters of %d and %d", i, j);
  hud_status status = HUD_OK;
  if (!grid->alignment && grid->clusters == NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of 3");
  if (!grid->alignment)
    return joined_triple(grid, mu, kappa, fi, fj, ci, out_i, cj, out_j, error);
  if (grid->triple == NULL)
    status = hud_grid_triple_create(&grid->triple, grid->n, grid->h, grid->scheme, error);
  if (status == HUD_OK)
    status = hud_grid_triple_apply(grid->triple, mu, kappa, fi, fj, error);
  if (status != HUD_OK)
    return status;
  hud_grid_marginal(rep, ci, 2, grid->triple->gain, 1, out_i);
  hud_grid_add_scaled(grid->pair_length, cj, grid->triple->gain, out_j);
  return HUD_OK;
}
