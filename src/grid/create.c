/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Creation of the grid representation, its table of operations, and the layout of its unknowns. */
#include "grid/grid.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "grid/characteristics.h"
#include "grid/clusters.h"
#include "grid/diagnostics.h"
#include "grid/triple.h"

size_t hud_grid_cells(const struct hud_representation *rep)
{
  return hud_grid_of(rep)->n;
}

double hud_grid_spacing(const struct hud_representation *rep)
{
  return hud_grid_of(rep)->h;
}

double hud_grid_velocity(const struct hud_representation *rep, size_t i)
{
  return hud_grid_of(rep)->v[i];
}

double hud_grid_memory(size_t n, const struct hud_network *network, bool alignment)
{
  bool triple = alignment && network->K >= 3 && network->sizes[3].quasi_stationary;
  return (double)sizeof(struct hud_grid) +
         (double)sizeof(double) * (HUD_GRID_RING + 35.0) * (double)n +
         (triple ? hud_grid_triple_memory(n) : 0.0) +
         hud_grid_cluster_memory(n, network, alignment);
}

static size_t grid_length(const struct hud_representation *rep, int k)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  if (k <= 2)
    return k == 1 ? grid->n : grid->pair_length;
  return grid->clusters != NULL && k <= grid->clusters->K ? grid->clusters->sizes[k].length : 0;
}

static void grid_free(struct hud_representation *rep)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  if (grid == NULL)
    return;
  hud_free(grid->v);
  hud_free(grid->slope);
  hud_free(grid->line);
  hud_free(grid->lines);
  hud_free(grid->rows);
  hud_free(grid->elimination);
  hud_free(grid->eliminated);
  hud_free(grid->linearisation.f1);
  for (int k = 0; k <= HUD_GRID_MAX_CLUSTERS; k++)
    hud_free(grid->linearisation.larger[k].f);
  hud_grid_stencil_clear(&grid->stencil);
  hud_grid_triple_free(grid->triple);
  hud_grid_clusters_free(grid->clusters);
  hud_grid_characteristics_free(grid->characteristics);
  hud_free(grid->band);
  hud_free(grid->pivots);
  hud_free(grid);
}

/* "v1 = 0.5", "v1 = 0.5, v2 = -1" and so on. */
static void grid_describe(const struct hud_representation *rep, int k, size_t index, char *text,
                          size_t size)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  if (k == 1) {
    snprintf(text, size, "v1 = %g", grid->v[index]);
    return;
  }
  if (k > 2) {
    size_t t[HUD_GRID_MAX_CLUSTERS], used = 0;
    hud_grid_cluster_place(grid->clusters, k, index, t);
    for (int p = 0; p < k && used < size; p++)
      used += (size_t)snprintf(text + used, size - used, "%sv%d = %g", p == 0 ? "" : ", ", p + 1,
                               grid->v[t[p]]);
    return;
  }
  size_t d = 0;
  while (hud_grid_offset(grid->n, d + 1) <= index)
    d++;
  size_t j = index - hud_grid_offset(grid->n, d);
  snprintf(text, size, "v1 = %g, v2 = %g", grid->v[j + d], grid->v[j]);
}

static size_t grid_nodes(const struct hud_representation *rep, const double **v)
{
  *v = hud_grid_of(rep)->v;
  return hud_grid_of(rep)->n;
}

static void grid_values(const struct hud_representation *rep, int k, const double *fk, double *out)
{
  size_t n = hud_grid_of(rep)->n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < (k == 1 ? 1 : n); j++)
      out[k == 1 ? i : i * n + j] = fk[k == 1 ? i : hud_grid_pair_index(rep, i, j)];
}

static const struct hud_representation_ops grid_ops = {
    .name = "grid",
    .free = grid_free,
    .length = grid_length,
    .join = hud_grid_join,
    .marginal = hud_grid_marginal,
    .drift = hud_grid_drift,
    .resolvent = hud_grid_resolvent,
    .flow = hud_grid_flow,
    .joined_marginals = hud_grid_joined_marginals,
    .mass = hud_grid_mass,
    .moments = hud_grid_moments,
    .spread = hud_grid_spread,
    .norm = hud_grid_norm,
    .project = hud_grid_project,
    .project_atoms = hud_grid_project_atoms,
    .scale = NULL,
    .max_order = 4,
    .skip_triples_in_jacobian = 1,
    .precondition_setup = hud_grid_precondition_setup,
    .precondition_solve = hud_grid_precondition_solve,
    .adapt = hud_grid_adapt,
    .window = hud_grid_window,
    .set_window = hud_grid_set_window,
    .nodes = grid_nodes,
    .values = grid_values,
    .extra_count = HUD_GRID_EXTRA_COUNT,
    .extra_names = hud_grid_extra_names,
    .extras = hud_grid_extras,
    .describe = grid_describe,
};

static hud_status check_window(const struct hud_velocity_spec *velocity, struct hud_error *error)
{
  if (!(isfinite(velocity->min) && isfinite(velocity->max) && velocity->min < velocity->max))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "velocity.min = %g and velocity.max = %g: expected finite numbers, min < max",
                    velocity->min, velocity->max);
  if (velocity->cells < HUD_GRID_MIN_CELLS || velocity->cells > HUD_GRID_MAX_CELLS)
    return hud_fail(error, HUD_ERROR_INPUT, "velocity.cells = %d: expected %d to %d",
                    velocity->cells, HUD_GRID_MIN_CELLS, HUD_GRID_MAX_CELLS);
  return HUD_OK;
}

static hud_status allocate(struct hud_grid *grid, const struct hud_potential *potential,
                           struct hud_error *error)
{
  size_t n = grid->n;
  hud_status status = HUD_NEW(&grid->v, n, "velocity grid", error);
  if (status == HUD_OK)
    status = HUD_NEW(&grid->slope, n, "velocity grid", error);
  for (size_t d = 0; d < n && status == HUD_OK; d++)
    grid->slope[d] = hud_potential_force_derivative(potential, (double)d * grid->h);
  if (status == HUD_OK)
    status = HUD_NEW(&grid->line, n, "velocity grid", error);
  if (status == HUD_OK)
    status = HUD_NEW(&grid->lines, HUD_GRID_RING * n, "velocity grid", error);
  if (status == HUD_OK)
    status = HUD_NEW(&grid->rows, 2 * n, "velocity grid", error);
  if (status == HUD_OK)
    status = HUD_NEW(&grid->linearisation.f1, n, "velocity grid", error);
  if (status == HUD_OK)
    status = hud_grid_stencil_create(&grid->stencil, n, grid->h, grid->scheme, potential, error);
  if (status == HUD_OK)
    status = hud_grid_characteristics_create(&grid->characteristics, error);
  if (status == HUD_OK && grid->stencil.biased) {
    status = HUD_NEW(&grid->elimination, 6 * n, "velocity grid", error);
    if (status == HUD_OK)
      status = HUD_NEW(&grid->eliminated, grid->pair_length, "velocity grid", error);
  }
  if (status == HUD_OK && !grid->stencil.attracting) {
    status = HUD_NEW(&grid->band, (3 * HUD_GRID_REACH + 1) * (n / 2 + 1), "velocity grid", error);
    if (status == HUD_OK)
      status = HUD_NEW(&grid->pivots, n / 2 + 1, "velocity grid", error);
  }
  return status;
}

hud_status hud_grid_create(struct hud_representation **rep,
                           const struct hud_velocity_spec *velocity,
                           const struct hud_potential *potential, enum hud_drift_scheme scheme,
                           double mu11, struct hud_error *error)
{
  *rep = NULL;
  hud_status status = check_window(velocity, error);
  if (status != HUD_OK)
    return status;
  if (!hud_potential_is_odd(potential))
    return hud_fail_at(error, HUD_ERROR_INPUT, "potential",
                       "the grid moves pairs along v_1 + v_2 = const, which needs a force with "
                       "F(-r) = -F(r); this one does not conserve the mean: use particles");
  if (scheme == HUD_SCHEME_AUTO)
    return hud_fail(error, HUD_ERROR_USAGE, "the drift scheme of a grid must be resolved first");
  struct hud_grid *grid = NULL;
  status = HUD_NEW(&grid, 1, "velocity grid", error);
  if (status != HUD_OK)
    return status;
  grid->base.ops = &grid_ops;
  grid->n = (size_t)velocity->cells;
  grid->pair_length = grid->n * (grid->n + 1) / 2;
  grid->h = (velocity->max - velocity->min) / (double)velocity->cells;
  grid->scheme = scheme;
  grid->alignment = hud_potential_is_alignment(potential);
  grid->potential = potential;
  status = allocate(grid, potential, error);
  if (status != HUD_OK) {
    grid_free(&grid->base);
    return status;
  }
  grid->across = hud_grid_across(&grid->stencil, mu11);
  hud_grid_place(grid, velocity->min, velocity->max);
  *rep = &grid->base;
  return HUD_OK;
}
