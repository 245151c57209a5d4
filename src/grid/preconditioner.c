/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * P ~ I - gamma dF/dy for the two-body part of a network: sizes 1 and 2, both dynamic or the second
 * quasi-stationary; reactions that form clusters of three are left out, here and in the Jacobian
 * that models/ uses. z = P^{-1} r is one pass:
 *   1. (own + rank_one f_1 (x) mass) z_1 = r_1, the losses of f_1, by Sherman and Morrison;
 *   2. (pair_own - pair_drift D) z_2 = r_2 + pair_join (f_1 x z_1 + z_1 x f_1), one exact sweep,
 *      which is what makes the iteration uniform in epsilon;
 *   3. the gain of f_1 enters through the invariants: z_1 += f_1 (A + B (v - vbar)) with A and B
 * such that mass and momentum of z equal those of r. Newton's iteration then never leaves the
 *      manifold of conserved mass and mean. */
#include "grid/internal.h"

#include <math.h>
#include <string.h>

static hud_status check_network(const struct hud_network *network, struct hud_error *error)
{
  for (int k = 3; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary)
      return hud_fail(error, HUD_ERROR_USAGE, "the grid does not hold clusters of %d", k);
  if (hud_network_reaction(network, 1, 1) == NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "a network without pairs has no kinetics");
  return HUD_OK;
}

hud_status hud_grid_precondition_setup(struct hud_representation *rep,
                                       const struct hud_network *network, double gamma,
                                       const double *const *f, struct hud_error *error)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  struct hud_grid_linearisation *p = &grid->linearisation;
  p->ready = false;
  hud_status status = check_network(network, error);
  if (status != HUD_OK)
    return status;
  const struct hud_reaction *pairing = hud_network_reaction(network, 1, 1);
  const struct hud_size *single = &network->sizes[1], *pair = &network->sizes[2];
  memcpy(p->f1, f[1], grid->n * sizeof *p->f1);
  p->mass = hud_grid_mass(rep, 1, p->f1);
  p->mean = p->mass == 0.0 ? 0.0 : hud_grid_first_moment(grid, 1, p->f1, 0.0) / p->mass;
  double moments[3];
  hud_grid_moments(rep, 1, p->f1, p->mean, 2, moments);
  p->variance = moments[2];
  p->rank_one = 2.0 * gamma * pairing->reactant * pairing->lambda / single->weight;
  p->own = 1.0 + p->rank_one * p->mass;
  p->weight1 = single->weight;
  p->pairs = !pair->quasi_stationary;
  p->weight2 = 2.0 * pair->weight;
  if (p->pairs) {
    double step = gamma / pair->weight;
    p->pair_own = 1.0 + step * pairing->product * pairing->mu;
    p->pair_drift = step * pair->drift;
    p->pair_join = step * pairing->product * pairing->lambda;
  }
  p->ready = true;
  return HUD_OK;
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
  add_invariants(grid, mass / p->weight1, momentum / p->weight1, z1);
  return HUD_OK;
}
