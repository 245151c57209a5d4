/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The equation of network.h, term by term, over any representation; its derivative in the direction
 * of a state, which is exact on the conserved functionals because every term is bilinear; and the
 * preconditioner: that of the representation, or a dense LU (dense.h). */
#include "models/assembler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "models/dense.h"

struct hud_assembler {
  const struct hud_network *network;
  struct hud_representation *rep;
  size_t batch, cell_length;
  size_t *begin;   /* per size: where f_k starts within a cell */
  size_t *lengths; /* per size: doubles of f_k; 0 for one that is never formed */
  double *typical; /* per size: masses that clusters tend to */
  bool *fused;     /* per size: quasi-stationary and eliminated by joined_marginals */
  double **formed, **formed_direction; /* per size: scratch for quasi-stationary f_k, or NULL */
  const double **f, **v;               /* per size: the densities at hand, and a direction */
  double **out;
  struct hud_dense *dense; /* one per batch cell, or NULL */
  double *scratch_state;   /* one cell */
  size_t *offsets;
  struct hud_system system;
};

static void add(size_t n, double c, const double *x, double *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] += c * x[i];
}

/* ---- the right-hand side of one cell ---- */

static bool makes(const struct hud_reaction *r, int k)
{
  return r->i + r->j == k;
}

hud_status hud_assembler_quasi_stationary(const struct hud_assembler *a, int k,
                                          const double *const *f, double *out,
                                          struct hud_error *error)
{
  const struct hud_network *network = a->network;
  double rate = hud_network_split_rate(network, k), drift = network->sizes[k].drift;
  size_t n = a->rep->ops->length(a->rep, k);
  if (n == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "method %s cannot hold clusters of %d",
                    a->rep->ops->name, k);
  if (!(rate > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "clusters of %d never split, so they have no quasi-stationary state", k);
  memset(out, 0, n * sizeof *out);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    if (makes(reaction, k))
      a->rep->ops->join(a->rep, reaction->product * reaction->lambda / rate, reaction->i,
                        f[reaction->i], reaction->j, f[reaction->j], out);
  }
  return a->rep->ops->resolvent(a->rep, 1.0, drift / rate, k, out, out, error);
}

/* The derivative of a formed quasi-stationary size: f -> f + v. */
static hud_status formed_direction(struct hud_assembler *a, int k, struct hud_error *error)
{
  const struct hud_network *network = a->network;
  double rate = hud_network_split_rate(network, k);
  double *out = a->formed_direction[k];
  memset(out, 0, a->lengths[k] * sizeof *out);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    if (!makes(reaction, k))
      continue;
    double c = reaction->product * reaction->lambda / rate;
    a->rep->ops->join(a->rep, c, reaction->i, a->f[reaction->i], reaction->j, a->v[reaction->j],
                      out);
    a->rep->ops->join(a->rep, c, reaction->i, a->v[reaction->i], reaction->j, a->f[reaction->j],
                      out);
  }
  return a->rep->ops->resolvent(a->rep, 1.0, network->sizes[k].drift / rate, k, out, out, error);
}

/* q/w_k of reactant i (side 0) or j (side 1); 0 for a quasi-stationary one, which the reaction does
 * not change. */
static double reactant_factor(const struct hud_assembler *a, const struct hud_reaction *r, int side)
{
  const struct hud_size *size = &a->network->sizes[side == 0 ? r->i : r->j];
  return size->quasi_stationary ? 0.0 : r->reactant[side] / size->weight;
}

static void lose(struct hud_assembler *a, double c, int k, const double *fk, double partner_mass)
{
  if (c != 0.0)
    add(a->lengths[k], -c * partner_mass, fk, a->out[k]);
}

static void split(struct hud_assembler *a, double c, int from, const double *f, int k)
{
  if (c != 0.0)
    a->rep->ops->marginal(a->rep, c, from, f, k, a->out[k]);
}

/* Both gains by splitting of a size that is eliminated by the fused operation. */
static hud_status split_fused(struct hud_assembler *a, const struct hud_reaction *r,
                              const double *fi, const double *fj, struct hud_error *error)
{
  if (!(r->lambda > 0.0))
    return HUD_OK;
  double c = r->mu * r->lambda, drift = a->network->sizes[r->i + r->j].drift;
  return a->rep->ops->joined_marginals(a->rep, r->mu, drift / r->product, r->i, fi, r->j, fj,
                                       c * reactant_factor(a, r, 0), a->out[r->i],
                                       c * reactant_factor(a, r, 1), a->out[r->j], error);
}

static hud_status add_reaction(struct hud_assembler *a, const struct hud_reaction *r,
                               struct hud_error *error)
{
  const struct hud_representation_ops *ops = a->rep->ops;
  int i = r->i, j = r->j, k = i + j;
  const struct hud_size *size = &a->network->sizes[k];
  if (!size->quasi_stationary) {
    ops->join(a->rep, r->product * r->lambda / size->weight, i, a->f[i], j, a->f[j], a->out[k]);
    add(a->lengths[k], -r->product * r->mu / size->weight, a->f[k], a->out[k]);
  }
  double ci = reactant_factor(a, r, 0), cj = reactant_factor(a, r, 1);
  if (r->lambda > 0.0) {
    double mass_i = ops->mass(a->rep, i, a->f[i]), mass_j = ops->mass(a->rep, j, a->f[j]);
    lose(a, ci * r->lambda, i, a->f[i], mass_j);
    lose(a, cj * r->lambda, j, a->f[j], mass_i);
  }
  if (a->fused[k])
    return split_fused(a, r, a->f[i], a->f[j], error);
  split(a, ci * r->mu, k, a->f[k], i);
  split(a, cj * r->mu, k, a->f[k], j);
  return HUD_OK;
}

/* The same in the direction v. */
static hud_status add_reaction_direction(struct hud_assembler *a, const struct hud_reaction *r,
                                         struct hud_error *error)
{
  const struct hud_representation_ops *ops = a->rep->ops;
  int i = r->i, j = r->j, k = i + j;
  const struct hud_size *size = &a->network->sizes[k];
  if (size->quasi_stationary && k >= 3 && ops->skip_triples_in_jacobian)
    return HUD_OK;
  if (!size->quasi_stationary) {
    double c = r->product * r->lambda / size->weight;
    ops->join(a->rep, c, i, a->f[i], j, a->v[j], a->out[k]);
    ops->join(a->rep, c, i, a->v[i], j, a->f[j], a->out[k]);
    add(a->lengths[k], -r->product * r->mu / size->weight, a->v[k], a->out[k]);
  }
  double ci = reactant_factor(a, r, 0), cj = reactant_factor(a, r, 1);
  if (r->lambda > 0.0) {
    double mass_i = ops->mass(a->rep, i, a->f[i]), mass_j = ops->mass(a->rep, j, a->f[j]);
    double change_i = ops->mass(a->rep, i, a->v[i]), change_j = ops->mass(a->rep, j, a->v[j]);
    lose(a, ci * r->lambda, i, a->f[i], change_j);
    lose(a, ci * r->lambda, i, a->v[i], mass_j);
    lose(a, cj * r->lambda, j, a->f[j], change_i);
    lose(a, cj * r->lambda, j, a->v[j], mass_i);
  }
  if (a->fused[k]) {
    hud_status status = split_fused(a, r, a->f[i], a->v[j], error);
    return status != HUD_OK ? status : split_fused(a, r, a->v[i], a->f[j], error);
  }
  split(a, ci * r->mu, k, a->v[k], i);
  split(a, cj * r->mu, k, a->v[k], j);
  return HUD_OK;
}

static void set_blocks(const struct hud_assembler *a, const double *cell, const double **f)
{
  for (int k = 1; k <= a->network->K; k++)
    f[k] = a->network->sizes[k].quasi_stationary ? NULL : cell + a->begin[k];
}

static void clear_output(struct hud_assembler *a, double *cell)
{
  memset(cell, 0, a->cell_length * sizeof *cell);
  for (int k = 1; k <= a->network->K; k++)
    a->out[k] = a->network->sizes[k].quasi_stationary ? NULL : cell + a->begin[k];
}

static void add_drift(struct hud_assembler *a, const double *const *f)
{
  for (int k = 2; k <= a->network->K; k++) {
    const struct hud_size *size = &a->network->sizes[k];
    if (!size->quasi_stationary)
      a->rep->ops->drift(a->rep, size->drift / size->weight, k, f[k], a->out[k]);
  }
}

static hud_status form_quasi_stationary(struct hud_assembler *a, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int k = 2; k <= a->network->K && status == HUD_OK; k++)
    if (a->formed[k] != NULL) {
      status = hud_assembler_quasi_stationary(a, k, a->f, a->formed[k], error);
      a->f[k] = a->formed[k];
    }
  return status;
}

static hud_status cell_rhs(struct hud_assembler *a, const double *y, double *ydot,
                           struct hud_error *error)
{
  set_blocks(a, y, a->f);
  clear_output(a, ydot);
  hud_status status = form_quasi_stationary(a, error);
  if (status == HUD_OK)
    add_drift(a, a->f);
  for (size_t r = 0; r < a->network->reaction_count && status == HUD_OK; r++)
    status = add_reaction(a, &a->network->reactions[r], error);
  return status;
}

static hud_status cell_jacobian_times(struct hud_assembler *a, const double *y, const double *v,
                                      double *jv, struct hud_error *error)
{
  set_blocks(a, y, a->f);
  set_blocks(a, v, a->v);
  clear_output(a, jv);
  hud_status status = form_quasi_stationary(a, error);
  for (int k = 2; k <= a->network->K && status == HUD_OK; k++)
    if (a->formed_direction[k] != NULL) {
      status = formed_direction(a, k, error);
      a->v[k] = a->formed_direction[k];
    }
  if (status == HUD_OK)
    add_drift(a, a->v);
  for (size_t r = 0; r < a->network->reaction_count && status == HUD_OK; r++)
    status = add_reaction_direction(a, &a->network->reactions[r], error);
  return status;
}

/* ---- the system: all cells ---- */

static hud_status rhs(void *self, double t, const double *y, double *ydot, struct hud_error *error)
{
  (void)t;
  struct hud_assembler *a = self;
  hud_status status = HUD_OK;
  for (size_t b = 0; b < a->batch && status == HUD_OK; b++)
    status = cell_rhs(a, y + b * a->cell_length, ydot + b * a->cell_length, error);
  return status;
}

static hud_status jacobian_times(void *self, double t, const double *y, const double *v, double *jv,
                                 struct hud_error *error)
{
  (void)t;
  struct hud_assembler *a = self;
  hud_status status = HUD_OK;
  for (size_t b = 0; b < a->batch && status == HUD_OK; b++) {
    size_t shift = b * a->cell_length;
    status = cell_jacobian_times(a, y + shift, v + shift, jv + shift, error);
  }
  return status;
}

struct column_source {
  struct hud_assembler *assembler;
  const double *y;
};

static hud_status jacobian_column(void *context, size_t column, double *out,
                                  struct hud_error *error)
{
  struct column_source *source = context;
  struct hud_assembler *a = source->assembler;
  memset(a->scratch_state, 0, a->cell_length * sizeof(double));
  a->scratch_state[column] = 1.0;
  return cell_jacobian_times(a, source->y, a->scratch_state, out, error);
}

static hud_status precondition_setup(void *self, double t, const double *y, double gamma,
                                     struct hud_error *error)
{
  (void)t;
  struct hud_assembler *a = self;
  if (a->dense == NULL) {
    set_blocks(a, y, a->f);
    return a->rep->ops->precondition_setup(a->rep, a->network, gamma, a->f, error);
  }
  hud_status status = HUD_OK;
  for (size_t b = 0; b < a->batch && status == HUD_OK; b++) {
    struct column_source source = {a, y + b * a->cell_length};
    status = hud_dense_factor(&a->dense[b], gamma, jacobian_column, &source, error);
  }
  return status;
}

static hud_status precondition_solve(void *self, const double *r, double *z,
                                     struct hud_error *error)
{
  struct hud_assembler *a = self;
  if (a->dense == NULL) {
    set_blocks(a, r, a->f);
    for (int k = 1; k <= a->network->K; k++)
      a->out[k] = a->network->sizes[k].quasi_stationary ? NULL : z + a->begin[k];
    return a->rep->ops->precondition_solve(a->rep, a->f, a->out, error);
  }
  hud_status status = HUD_OK;
  memcpy(z, r, a->batch * a->cell_length * sizeof *z);
  for (size_t b = 0; b < a->batch && status == HUD_OK; b++)
    status = hud_dense_solve(&a->dense[b], z + b * a->cell_length, error);
  return status;
}

static void add_scale(void *self, const double *y, double *scale)
{
  struct hud_assembler *a = self;
  for (size_t b = 0; b < a->batch; b++) {
    const double *f1 = y + b * a->cell_length;
    hud_network_typical_masses(a->network, fabs(a->rep->ops->mass(a->rep, 1, f1)), a->typical);
    for (int k = 1; k <= a->network->K; k++) {
      if (a->network->sizes[k].quasi_stationary)
        continue;
      const double *fk = f1 + a->begin[k];
      double *out = scale + b * a->cell_length + a->begin[k];
      if (a->rep->ops->scale != NULL) {
        a->rep->ops->scale(a->rep, k, fk, a->typical[k], f1, out);
        continue;
      }
      for (size_t i = 0; i < a->lengths[k]; i++)
        out[i] = fk[i] < 0.0 ? -fk[i] : fk[i];
    }
  }
}

static void describe(void *self, size_t index, char *text, size_t size)
{
  const struct hud_assembler *a = self;
  size_t within = index % a->cell_length;
  int k = a->network->K;
  while (k > 1 && (a->network->sizes[k].quasi_stationary || a->begin[k] > within))
    k--;
  char place[128];
  a->rep->ops->describe(a->rep, k, within - a->begin[k], place, sizeof place);
  if (a->batch > 1)
    snprintf(text, size, "f%d at %s in cell %zu", k, place, index / a->cell_length);
  else
    snprintf(text, size, "f%d at %s", k, place);
}

/* ---- creation ---- */

/* Size k can be eliminated by the fused operation if exactly one reaction makes it and none uses
 * it. */
static bool can_fuse(const struct hud_assembler *a, int k)
{
  if (!a->network->sizes[k].quasi_stationary || a->rep->ops->joined_marginals == NULL)
    return false;
  int makers = 0;
  for (size_t r = 0; r < a->network->reaction_count; r++) {
    const struct hud_reaction *reaction = &a->network->reactions[r];
    if (reaction->i == k || reaction->j == k)
      return false;
    if (makes(reaction, k))
      makers++;
  }
  return makers == 1;
}

static hud_status lay_out(struct hud_assembler *a, struct hud_error *error)
{
  int blocks = 0;
  for (int k = 1; k <= a->network->K; k++) {
    const struct hud_size *size = &a->network->sizes[k];
    a->fused[k] = can_fuse(a, k);
    a->lengths[k] = a->fused[k] ? 0 : a->rep->ops->length(a->rep, k);
    if (!a->fused[k] && a->lengths[k] == 0)
      return hud_fail(error, HUD_ERROR_INPUT, "method %s cannot hold clusters of %d",
                      a->rep->ops->name, k);
    if (size->quasi_stationary)
      continue;
    a->begin[k] = a->cell_length;
    a->cell_length += a->lengths[k];
    a->offsets[++blocks] = a->cell_length;
  }
  for (size_t b = 1; b < a->batch; b++)
    for (int block = 1; block <= blocks; block++)
      a->offsets[b * (size_t)blocks + (size_t)block] = b * a->cell_length + a->offsets[block];
  a->system = (struct hud_system){
      .self = a,
      .size = a->batch * a->cell_length,
      .block_count = (int)a->batch * blocks,
      .offsets = a->offsets,
      .max_order = a->rep->ops->max_order,
      .rhs = rhs,
      .jacobian_times = jacobian_times,
      .precondition_setup = precondition_setup,
      .precondition_solve = precondition_solve,
      .scale = add_scale,
      .describe = describe,
  };
  return HUD_OK;
}

static hud_status allocate_scratch(struct hud_assembler *a, struct hud_error *error)
{
  hud_status status = HUD_NEW(&a->scratch_state, a->cell_length, "a state", error);
  for (int k = 2; k <= a->network->K && status == HUD_OK; k++) {
    if (!a->network->sizes[k].quasi_stationary || a->fused[k])
      continue;
    status = HUD_NEW(&a->formed[k], a->lengths[k], "a quasi-stationary density", error);
    if (status == HUD_OK)
      status = HUD_NEW(&a->formed_direction[k], a->lengths[k], "a direction", error);
  }
  if (status == HUD_OK && a->rep->ops->precondition_setup == NULL) {
    status = HUD_NEW(&a->dense, a->batch, "preconditioners", error);
    for (size_t b = 0; b < a->batch && status == HUD_OK; b++)
      status = hud_dense_create(&a->dense[b], a->cell_length, error);
  }
  return status;
}

hud_status hud_assembler_create(struct hud_assembler **out, const struct hud_network *network,
                                struct hud_representation *rep, size_t batch,
                                struct hud_error *error)
{
  *out = NULL;
  struct hud_assembler *a = NULL;
  size_t count = (size_t)network->K + 1;
  if (batch > 1 && rep->ops->precondition_setup != NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "method %s preconditions one cell at a time, not %zu",
                    rep->ops->name, batch);
  hud_status status = HUD_NEW(&a, 1, "the model", error);
  if (status != HUD_OK)
    return status;
  a->network = network;
  a->rep = rep;
  a->batch = batch;
  const char *what = "tables of cluster sizes";
  if ((status = HUD_NEW(&a->begin, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->lengths, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->typical, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->fused, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->formed, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->formed_direction, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->f, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->v, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->out, count, what, error)) == HUD_OK &&
      (status = HUD_NEW(&a->offsets, batch * count + 1, what, error)) == HUD_OK &&
      (status = lay_out(a, error)) == HUD_OK)
    status = allocate_scratch(a, error);
  if (status == HUD_OK)
    *out = a;
  else
    hud_assembler_free(a);
  return status;
}

void hud_assembler_free(struct hud_assembler *a)
{
  if (a == NULL)
    return;
  for (int k = 0; a->formed != NULL && a->formed_direction != NULL && k <= a->network->K; k++) {
    hud_free(a->formed[k]);
    hud_free(a->formed_direction[k]);
  }
  for (size_t b = 0; a->dense != NULL && b < a->batch; b++)
    hud_dense_free(&a->dense[b]);
  hud_free(a->begin);
  hud_free(a->lengths);
  hud_free(a->typical);
  hud_free(a->fused);
  hud_free(a->formed);
  hud_free(a->formed_direction);
  hud_free(a->f);
  hud_free(a->v);
  hud_free(a->out);
  hud_free(a->offsets);
  hud_free(a->dense);
  hud_free(a->scratch_state);
  hud_free(a);
}

const struct hud_system *hud_assembler_system(const struct hud_assembler *a)
{
  return &a->system;
}

double *hud_assembler_block(const struct hud_assembler *a, double *y, size_t cell, int k)
{
  return a->network->sizes[k].quasi_stationary ? NULL : y + cell * a->cell_length + a->begin[k];
}

const double *hud_assembler_block_const(const struct hud_assembler *a, const double *y, size_t cell,
                                        int k)
{
  return a->network->sizes[k].quasi_stationary ? NULL : y + cell * a->cell_length + a->begin[k];
}
