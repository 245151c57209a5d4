/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Masses and momenta of all sizes obey a closed system (network.h, moments of order 0 and 1), here
 * linearised. Solved by itself and exactly, it makes the preconditioner respect both invariants. */
#include <lapacke.h>
#include <string.h>

#include "base/error.h"
#include "spectral/precondition.h"

/* A linear function of the unknowns (M.., J..). */
struct linear {
  double value[HUD_SCALARS];
};

static void add(struct linear *to, double c, const struct linear *x)
{
  for (int a = 0; a < HUD_SCALARS; a++)
    to->value[a] += c * x->value[a];
}

/* The state and its first variation, for every size. */
struct scalars {
  double mass[HUD_SPECTRAL_MAX_CLUSTERS + 1], momentum[HUD_SPECTRAL_MAX_CLUSTERS + 1];
  struct linear mass_change[HUD_SPECTRAL_MAX_CLUSTERS + 1];
  struct linear momentum_change[HUD_SPECTRAL_MAX_CLUSTERS + 1];
};

/* Variation of M_i M_j and of (i J_i M_j + j J_j M_i)/(i + j). */
static struct linear joined_mass(const struct scalars *s, int i, int j)
{
  struct linear change = {{0.0}};
  add(&change, s->mass[j], &s->mass_change[i]);
  add(&change, s->mass[i], &s->mass_change[j]);
  return change;
}

static struct linear joined_momentum(const struct scalars *s, int i, int j)
{
  struct linear change = {{0.0}};
  double a = (double)i / (i + j), b = (double)j / (i + j);
  add(&change, a * s->mass[j], &s->momentum_change[i]);
  add(&change, a * s->momentum[i], &s->mass_change[j]);
  add(&change, b * s->mass[i], &s->momentum_change[j]);
  add(&change, b * s->momentum[j], &s->mass_change[i]);
  return change;
}

static void set_quasi_stationary(struct scalars *s, const struct hud_network *network, int k)
{
  double rate = hud_network_split_rate(network, k);
  for (size_t n = 0; n < network->reaction_count; n++) {
    const struct hud_reaction *r = &network->reactions[n];
    if (r->i + r->j != k)
      continue;
    double c = r->product * r->lambda / rate;
    struct linear mass = joined_mass(s, r->i, r->j), momentum = joined_momentum(s, r->i, r->j);
    s->mass[k] += c * s->mass[r->i] * s->mass[r->j];
    s->momentum[k] +=
        c * (r->i * s->momentum[r->i] * s->mass[r->j] + r->j * s->momentum[r->j] * s->mass[r->i]) /
        k;
    add(&s->mass_change[k], c, &mass);
    add(&s->momentum_change[k], c, &momentum);
  }
}

static void set_scalars(struct scalars *s, const struct hud_scalar_block *block,
                        const struct hud_network *network, const double *const *f)
{
  memset(s, 0, sizeof *s);
  for (int k = 1; k <= network->K; k++) {
    int position = block->position[k];
    if (position < 0) {
      set_quasi_stationary(s, network, k);
      continue;
    }
    s->mass[k] = f[k][0];
    s->momentum[k] = f[k][1];
    s->mass_change[k].value[position] = 1.0;
    s->momentum_change[k].value[block->count + position] = 1.0;
  }
}

/* Adds what reaction r does to size k, divided by w_k, to the rows of M_k and J_k. */
static void add_product(struct linear *rows, const struct scalars *s,
                        const struct hud_scalar_block *block, const struct hud_reaction *r,
                        double weight)
{
  int k = r->i + r->j, position = block->position[k];
  if (position < 0)
    return;
  double c = r->product / weight;
  struct linear mass = joined_mass(s, r->i, r->j), momentum = joined_momentum(s, r->i, r->j);
  add(&rows[position], c * r->lambda, &mass);
  add(&rows[position], -c * r->mu, &s->mass_change[k]);
  add(&rows[block->count + position], c * r->lambda, &momentum);
  add(&rows[block->count + position], -c * r->mu, &s->momentum_change[k]);
}

static void add_reactant(struct linear *rows, const struct scalars *s,
                         const struct hud_scalar_block *block, const struct hud_reaction *r,
                         int side, double weight)
{
  int k = r->i + r->j, a = side == 0 ? r->i : r->j, partner = k - a;
  int position = block->position[a];
  if (position < 0)
    return;
  double c = r->reactant[side] / weight;
  struct linear mass = joined_mass(s, r->i, r->j);
  add(&rows[position], -c * r->lambda, &mass);
  add(&rows[position], c * r->mu, &s->mass_change[k]);
  struct linear *row = &rows[block->count + position];
  add(row, -c * r->lambda * s->mass[partner], &s->momentum_change[a]);
  add(row, -c * r->lambda * s->momentum[a], &s->mass_change[partner]);
  add(row, c * r->mu, &s->momentum_change[k]);
}

hud_status hud_scalar_block_factor(struct hud_scalar_block *block,
                                   const struct hud_network *network, double gamma,
                                   const double *const *f, struct hud_error *error)
{
  struct scalars s;
  struct linear rows[HUD_SCALARS];
  memset(rows, 0, sizeof rows);
  block->count = 0;
  block->largest = network->K;
  block->conserving = true;
  for (int k = 1; k <= network->K; k++) {
    bool dynamic = !network->sizes[k].quasi_stationary;
    block->position[k] = dynamic ? block->count++ : -1;
    block->weight[k] = k * network->sizes[k].weight;
  }
  set_scalars(&s, block, network, f);
  memcpy(block->mass, s.mass, sizeof s.mass);
  for (size_t n = 0; n < network->reaction_count; n++) {
    const struct hud_reaction *r = &network->reactions[n];
    const struct hud_size *sizes = network->sizes;
    add_product(rows, &s, block, r, sizes[r->i + r->j].weight);
    add_reactant(rows, &s, block, r, 0, sizes[r->i].weight);
    add_reactant(rows, &s, block, r, 1, sizes[r->j].weight);
    block->conserving = block->conserving && hud_reaction_conserves(r);
  }
  int size = 2 * block->count;
  for (int a = 0; a < size; a++)
    for (int b = 0; b < size; b++)
      block->matrix[a * size + b] = (a == b ? 1.0 : 0.0) - gamma * rows[a].value[b];
  if (LAPACKE_dgetrf(LAPACK_ROW_MAJOR, size, size, block->matrix, size, block->pivots) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "the linearised system of masses and momenta is singular");
  return HUD_OK;
}

hud_status hud_scalar_block_solve(const struct hud_scalar_block *block, const double *const *r,
                                  double *const *z, struct hud_error *error)
{
  double x[HUD_SCALARS], defect[2] = {0.0, 0.0};
  int size = 2 * block->count;
  for (int k = 1; k <= block->largest; k++)
    for (int a = 0; a < 2 && r[k] != NULL; a++)
      x[block->position[k] + a * block->count] = r[k][a];
  if (LAPACKE_dgetrs(LAPACK_ROW_MAJOR, 'N', size, 1, block->matrix, size, block->pivots, x, 1) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "solving for masses and momenta failed");
  for (int k = 1; k <= block->largest; k++)
    for (int a = 0; a < 2 && r[k] != NULL; a++) {
      z[k][a] = x[block->position[k] + a * block->count];
      defect[a] += block->weight[k] * (r[k][a] - z[k][a]);
    }
  for (int a = 0; a < 2 && block->conserving; a++)
    z[1][a] += defect[a] / block->weight[1];
  return HUD_OK;
}
