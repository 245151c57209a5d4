/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Initial data on the grid. Smooth densities are sampled at the centres: sums over a uniform grid
 * then give all moments of a Gaussian to round-off once it is resolved. Densities with jumps are
 * averaged over cells. Atoms go to the two nearest centres, which keeps mass and mean. Nothing is
 * renormalised: what lies outside the window is returned as `lost`; for atoms that is what lies
 * outside the outermost centres, where two neighbours do not exist. */
#include "grid/internal.h"

#include <math.h>
#include <string.h>

#include "base/sum.h"

/* Cell `index` and the share of `index + 1` of a point; false if it lies outside the centres. */
static bool locate(const struct hud_grid *grid, double v, size_t *index, double *share)
{
  double x = (v - grid->v[0]) / grid->h;
  if (!(x >= 0.0 && x <= (double)(grid->n - 1)))
    return false;
  *index = (size_t)x;
  if (*index == grid->n - 1)
    *index = grid->n - 2;
  *share = x - (double)*index;
  return true;
}

/* Adds weight/h^k at each corner of the cell of centres around the points. */
static void spread_atom(const struct hud_grid *grid, int k, double weight, const size_t *index,
                        const double *share, double *out)
{
  for (unsigned corner = 0; corner < (1u << k); corner++) {
    double value = weight;
    size_t node[HUD_GRID_MAX_CLUSTERS] = {0};
    for (int p = 0; p < k; p++) {
      bool upper = (corner >> p) & 1u;
      value *= (upper ? share[p] : 1.0 - share[p]) / grid->h;
      node[p] = index[p] + (upper ? 1u : 0u);
    }
    /* Off the diagonal one value stands for both orders of the pair. */
    if (k == 1)
      out[node[0]] += value;
    else if (k >= 3)
      hud_grid_cluster_add_point(grid->clusters, k, value, node, out);
    else
      out[hud_grid_pair_index(&grid->base, node[0], node[1])] +=
          node[0] == node[1] ? value : 0.5 * value;
  }
}

hud_status hud_grid_project_atoms(struct hud_representation *rep, int k, size_t count,
                                  const double *points, double *out, double *lost,
                                  struct hud_error *error)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t length = rep->ops->length(rep, k), columns = (size_t)k + 1;
  if (length == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of %d", k);
  memset(out, 0, length * sizeof *out);
  struct hud_sum outside = {0.0, 0.0};
  for (size_t p = 0; p < count; p++) {
    const double *row = points + p * columns;
    size_t index[HUD_GRID_MAX_CLUSTERS];
    double share[HUD_GRID_MAX_CLUSTERS];
    bool inside = true;
    for (int q = 0; q < k; q++)
      inside = inside && locate(grid, row[1 + q], &index[q], &share[q]);
    if (inside)
      spread_atom(grid, k, row[0], index, share, out);
    else
      hud_sum_add(&outside, row[0]);
  }
  *lost = hud_sum_result(&outside);
  return HUD_OK;
}

/* Mass of the density without its atoms in [a, b). */
static double diffuse_mass(const struct hud_density *density, double a, double b)
{
  size_t count;
  const double *atoms = hud_density_atoms(density, &count);
  double all = hud_density_interval(density, a, b), mass = all;
  for (size_t p = 0; p < count; p++)
    if (atoms[2 * p + 1] >= a && atoms[2 * p + 1] < b)
      mass -= atoms[2 * p];
  /* What is left of a cell that holds atoms alone is round-off. */
  return count > 0 && fabs(mass) < 1e-14 * all ? 0.0 : mass;
}

hud_status hud_grid_project(struct hud_representation *rep, const struct hud_density *density,
                            double *out, double *lost, struct hud_error *error)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  size_t count;
  const double *atoms = hud_density_atoms(density, &count);
  hud_status status = hud_grid_project_atoms(rep, 1, count, atoms, out, lost, error);
  if (status != HUD_OK)
    return status;
  bool smooth = hud_density_is_smooth(density);
  for (size_t i = 0; i < grid->n; i++) {
    double a = grid->min + (double)i * grid->h, b = grid->min + (double)(i + 1) * grid->h;
    out[i] +=
        smooth ? hud_density_value(density, grid->v[i]) : diffuse_mass(density, a, b) / grid->h;
    if (!isfinite(out[i]))
      return hud_fail(error, HUD_ERROR_COMPUTE, "the density is %g at v = %g", out[i], grid->v[i]);
  }
  *lost += diffuse_mass(density, -INFINITY, grid->min) + diffuse_mass(density, grid->max, INFINITY);
  return HUD_OK;
}
