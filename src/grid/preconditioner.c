/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * P ~ I - gamma dF/dy. Reactions that form quasi-stationary clusters of three are left out, here
 * and in the Jacobian that models/ uses. z = P^{-1} r is one pass from small sizes to large:
 *   1. (own + rank_one f_1 (x) mass) z_1 = r_1, the losses of f_1, by Sherman and Morrison;
 *   2. (pair_own - pair_drift D) z_2 = r_2 + pair_join (f_1 x z_1 + z_1 x f_1), one exact sweep,
 *      which is what makes the iteration uniform in epsilon;
 *   3. the same for every larger dynamic size, (own - drift D_k) z_k = r_k + the gains by joining
 *      in the directions of the smaller ones; what splitting gives back to smaller sizes is slower
 *      by a factor epsilon and left to the iteration;
 *   4. the gain of f_1 enters through the invariants: z_1 += f_1 (A + B (v - vbar)) with A and B
 *      such that mass and momentum of z equal those of r. Newton's iteration then never leaves the
 *      manifold of conserved mass and mean. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "grid/clusters.h"
#include "grid/diagnostics.h"

/* Rounds of Gauss-Seidel where one sweep does not invert the drift of larger clusters. */
enum { ROUNDS = 2 };

/* Part of the mass per unit time that the closed window may hold back from leaving. */
static const double BLOCKED_LIMIT = 1e-3;

static hud_status check_network(const struct hud_representation *rep,
                                const struct hud_network *network, struct hud_error *error)
{
  for (int k = 3; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary && rep->ops->length(rep, k) == 0)
      return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of %d", k);
  if (hud_network_reaction(network, 1, 1) == NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "a network without pairs has no kinetics");
  return HUD_OK;
}

/* Rate at which clusters of k join others into dynamic clusters of three and more. */
static double joining_rate(const struct hud_network *network, int k, const double *mass)
{
  double rate = 0.0;
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int i = reaction->i, j = reaction->j;
    if (i + j < 3 || network->sizes[i + j].quasi_stationary)
      continue;
    double weight = network->sizes[k].weight;
    double c[2] = {reaction->reactant[0] * reaction->lambda / weight,
                   reaction->reactant[1] * reaction->lambda / weight};
    rate += (i == k ? c[0] * mass[j] : 0.0) + (j == k ? c[1] * mass[i] : 0.0);
  }
  return rate;
}

static hud_status setup_larger(struct hud_representation *rep, const struct hud_network *network,
                               double gamma, const double *const *f, struct hud_error *error)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  struct hud_grid_linearisation *p = &grid->linearisation;
  double mass[HUD_GRID_MAX_CLUSTERS + 1] = {0.0};
  int largest = 2;
  for (int k = 3; k <= network->K && grid->clusters != NULL; k++)
    if (!network->sizes[k].quasi_stationary)
      largest = k;
  if (largest == 2)
    return HUD_OK;
  for (int k = 1; k <= largest; k++)
    mass[k] = hud_grid_mass(rep, k, f[k]);
  p->own += gamma * joining_rate(network, 1, mass);
  p->pair_own += gamma * joining_rate(network, 2, mass);
  for (int k = 2; k <= largest; k++) {
    struct hud_grid_linear_size *size = &p->larger[k];
    double weight = network->sizes[k].weight, step = gamma / weight;
    size->dynamic = k >= 3;
    size->own =
        1.0 + step * hud_network_split_rate(network, k) + gamma * joining_rate(network, k, mass);
    size->drift = step * network->sizes[k].drift;
    size->weight = k * weight;
    if (k == largest)
      break;
    size_t length = rep->ops->length(rep, k);
    hud_status status =
        size->f != NULL ? HUD_OK : HUD_NEW(&size->f, length, "a linearised model", error);
    if (status != HUD_OK)
      return status;
    memcpy(size->f, f[k], length * sizeof *size->f);
  }
  return HUD_OK;
}

hud_status hud_grid_precondition_setup(struct hud_representation *rep,
                                       const struct hud_network *network, double gamma,
                                       const double *const *f, struct hud_error *error)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  struct hud_grid_linearisation *p = &grid->linearisation;
  p->ready = false;
  hud_status status = check_network(rep, network, error);
  if (status != HUD_OK)
    return status;
  double blocked = hud_grid_blocked(rep, network, f);
  if (blocked > BLOCKED_LIMIT)
    return hud_fail_at(error, HUD_ERROR_COMPUTE, "velocity",
                       "the force pushes %.3g of the mass per unit time against the ends of the "
                       "window [%g, %g]; the potential expands and needs a wider one",
                       blocked, grid->min, grid->max);
  const struct hud_reaction *pairing = hud_network_reaction(network, 1, 1);
  const struct hud_size *single = &network->sizes[1], *pair = &network->sizes[2];
  memcpy(p->f1, f[1], grid->n * sizeof *p->f1);
  p->network = network;
  p->gamma = gamma;
  p->mass = hud_grid_mass(rep, 1, p->f1);
  p->mean = p->mass == 0.0 ? 0.0 : hud_grid_first_moment(grid, 1, p->f1, 0.0) / p->mass;
  double moments[3];
  hud_grid_moments(rep, 1, p->f1, p->mean, 2, moments);
  p->variance = moments[2];
  p->rank_one = 2.0 * gamma * pairing->reactant[0] * pairing->lambda / single->weight;
  p->own = 1.0 + p->rank_one * p->mass;
  p->weight1 = single->weight;
  p->pairs = !pair->quasi_stationary;
  p->weight2 = 2.0 * pair->weight;
  if (p->pairs) {
    double step = gamma / pair->weight;
    p->pair_own = 1.0 + step * pairing->product * pairing->mu;
    p->pair_drift = step * pair->drift;
    p->pair_join = step * pairing->product * pairing->lambda;
    status = setup_larger(rep, network, gamma, f, error);
  }
  p->ready = status == HUD_OK;
  return status;
}

/* z_k of a dynamic size k >= 3, given those of the smaller sizes. */
static hud_status solve_larger(const struct hud_grid *grid, int k, const double *rk,
                               double *const *z, struct hud_error *error)
{
  const struct hud_grid_linearisation *p = &grid->linearisation;
  const struct hud_network *network = p->network;
  struct hud_grid_clusters *c = grid->clusters;
  memcpy(z[k], rk, c->sizes[k].length * sizeof **z);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int i = reaction->i, j = reaction->j;
    if (i + j != k)
      continue;
    double step = p->gamma / network->sizes[k].weight * reaction->product * reaction->lambda;
    const double *fi = i == 1 ? p->f1 : p->larger[i].f, *fj = p->larger[j].f;
    hud_grid_cluster_join(c, step, i, fi, j, z[j], z[k]);
    hud_grid_cluster_join(c, step, i, z[i], j, fj, z[k]);
  }
  return hud_grid_cluster_solve(c, k, p->larger[k].own, p->larger[k].drift, ROUNDS, z[k], error);
}

/* z_1 += f_1 (A + B (v - vbar)) such that mass grows by `mass` and momentum about vbar by
 * `momentum`. Where f_1 sits in one cell a dipole around it stands in for f_1 (v - vbar). */
static void add_invariants(const struct hud_grid *grid, double mass, double momentum, double *z1)
{
  const struct hud_grid_linearisation *p = &grid->linearisation;
  size_t n = grid->n;
  double level = p->mass == 0.0 ? 0.0 : mass / p->mass;
  bool resolved = p->variance > 1e-6 * grid->h * grid->h * fabs(p->mass);
  double slope = resolved ? momentum / p->variance : 0.0;
  for (size_t i = 0; i < n; i++)
    z1[i] += p->f1[i] * (level + slope * (grid->v[i] - p->mean));
  if (resolved)
    return;
  double x = (p->mean - grid->v[0]) / grid->h + 0.5;
  size_t center = x >= 1.0 ? (size_t)x : 1;
  if (center > n - 2)
    center = n - 2;
  double dipole = momentum / (2.0 * grid->h * grid->h);
  z1[center + 1] += dipole;
  z1[center - 1] -= dipole;
}

hud_status hud_grid_precondition_solve(struct hud_representation *rep, const double *const *r,
                                       double *const *z, struct hud_error *error)
{
  const struct hud_grid *grid = hud_grid_of(rep);
  const struct hud_grid_linearisation *p = &grid->linearisation;
  if (!p->ready)
    return hud_fail(error, HUD_ERROR_USAGE, "the preconditioner was not set up");
  double *z1 = z[1];
  double loss = p->rank_one * hud_grid_mass(rep, 1, r[1]) / (p->own + p->rank_one * p->mass);
  for (size_t i = 0; i < grid->n; i++)
    z1[i] = (r[1][i] - loss * p->f1[i]) / p->own;
  double mass = p->weight1 * (hud_grid_mass(rep, 1, r[1]) - hud_grid_mass(rep, 1, z1));
  double momentum = p->weight1 * (hud_grid_first_moment(grid, 1, r[1], p->mean) -
                                  hud_grid_first_moment(grid, 1, z1, p->mean));
  if (p->pairs) {
    struct hud_grid_source source = {.stored = r[2], .join = p->pair_join, .a = p->f1, .b = z1};
    hud_grid_sweep(grid, p->pair_own, p->pair_drift, &source, z[2], 0.0, NULL);
    mass += p->weight2 * (hud_grid_mass(rep, 2, r[2]) - hud_grid_mass(rep, 2, z[2]));
    momentum += p->weight2 * (hud_grid_first_moment(grid, 2, r[2], p->mean) -
                              hud_grid_first_moment(grid, 2, z[2], p->mean));
  }
  hud_status status = HUD_OK;
  for (int k = 3; k <= HUD_GRID_MAX_CLUSTERS && status == HUD_OK; k++) {
    const struct hud_grid_linear_size *size = &p->larger[k];
    if (!size->dynamic)
      continue;
    status = solve_larger(grid, k, r[k], z, error);
    mass += size->weight * (hud_grid_mass(rep, k, r[k]) - hud_grid_mass(rep, k, z[k]));
    momentum += size->weight * (hud_grid_first_moment(grid, k, r[k], p->mean) -
                                hud_grid_first_moment(grid, k, z[k], p->mean));
  }
  add_invariants(grid, mass / p->weight1, momentum / p->weight1, z1);
  return status;
}
