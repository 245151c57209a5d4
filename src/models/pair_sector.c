/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The equations of f_2, f_3 and f_4 in network.h for frequencies of either sign, with the
 * coefficients divided by w_k. The Newton matrix holds loss, drift and the joining of pairs, and is
 * solved exactly: the model's own, then one small matrix for every size. Left out is what sizes
 * beyond one give each other, which goes upwards but for small terms that are not stiff. */
#include "models/pair_sector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "models/pair_boxes.h"
#include "models/signed_initial.h"
#include "spectral/spectral.h"

enum { MOST = HUD_SIGNED_CLUSTERS };

struct hud_pair_sector {
  struct hud_model *model;
  const struct hud_system *inner; /* of the model */
  struct hud_signed_boxes *boxes;
  struct hud_pair_box *pairs;               /* one of them */
  int largest;                              /* the largest dynamic size: 2, 3 or 4 */
  size_t begin[MOST + 1], length[MOST + 1]; /* of fhat_k in the state, 2 <= k <= largest */
  double share[MOST + 1];                   /* of f_2, about, what comes from f_k; 1 for k = 2 */
  size_t *offsets;
  struct hud_system system;
  double *state; /* the state at the last setup of the preconditioner */
  double gamma;
};

/* ---- coefficients ---- */

/* M_k of the model's own state, where M_k leads f_k. */
static double mass_of(const struct hud_pair_sector *s, const double *y, int k)
{
  return y[s->inner->offsets[k - 1]];
}

static const struct hud_size *size_of(const struct hud_pair_sector *s, int k)
{
  return &s->model->network->sizes[k];
}

/* The rate at which f_k splits, with w_k. */
static double split_rate(const struct hud_pair_sector *s, int k)
{
  return hud_network_split_rate(s->model->network, k) / size_of(s, k)->weight;
}

/* sum q lambda M_partner / w_k over the reactions that use f_k, for masses in y. */
static double join_rate(const struct hud_pair_sector *s, const double *y, int k)
{
  const struct hud_network *network = s->model->network;
  double rate = 0.0;
  for (size_t r = 0; r < network->reaction_count; r++) {
    int partner;
    double q = hud_reaction_reactant(&network->reactions[r], k, &partner);
    if (q > 0.0)
      rate += q * network->reactions[r].lambda * mass_of(s, y, partner);
  }
  return rate / size_of(s, k)->weight;
}

/* ---- the equations ---- */

static void set_blocks(const struct hud_pair_sector *s, const double *y, const double **F)
{
  for (int k = 2; k <= s->largest; k++)
    F[k] = y + s->begin[k];
}

/* out += sum p lambda Sym(f_i x f_j) / weight over the reactions that make k, from the tables. */
static void add_joined(const struct hud_pair_sector *s, int k, double weight, const double *y,
                       double *out)
{
  for (int i = 1; 2 * i <= k; i++) {
    const struct hud_reaction *reaction = hud_network_reaction(s->model->network, i, k - i);
    double c = reaction->product * reaction->lambda / weight;
    if (c > 0.0)
      hud_signed_boxes_join(s->boxes, c, i, k - i, y, out);
  }
}

/* out += what larger clusters give size k when they split. */
static void add_split(const struct hud_pair_sector *s, int k, const double *y, double *out)
{
  const struct hud_network *network = s->model->network;
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int partner, whole = reaction->i + reaction->j;
    double c = hud_reaction_reactant(reaction, k, &partner) * reaction->mu / size_of(s, k)->weight;
    if (!(c > 0.0))
      continue;
    if (whole <= s->largest)
      hud_signed_boxes_marginal(s->boxes, c, whole, k, out);
    else /* f_3 = (d_3 div U_3 + p mu)^{-1} p lambda Sym(f_1 x f_2) */
      hud_pair_box_triples(s->pairs, c * reaction->lambda, y, y + s->begin[2], out);
  }
}

static hud_status rhs(void *self, double t, const double *y, double *ydot, struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  const double *F[MOST + 1] = {NULL};
  hud_status status = s->inner->rhs(s->inner->self, t, y, ydot, error);
  set_blocks(s, y, F);
  if (s->largest > 2)
    hud_signed_boxes_tabulate(s->boxes, y, F, s->largest);
  for (int k = 2; k <= s->largest; k++) {
    double *out = ydot + s->begin[k], rate = split_rate(s, k) + join_rate(s, y, k);
    for (size_t a = 0; a < s->length[k]; a++)
      out[a] = -rate * F[k][a];
    hud_signed_boxes_drift(s->boxes, size_of(s, k)->drift / size_of(s, k)->weight, k, F[k], out);
    add_joined(s, k, size_of(s, k)->weight, y, out);
    add_split(s, k, y, out);
  }
  return status;
}

/* The coefficient of f_1 x f_1 in f_2'. */
static double pair_rate(const struct hud_pair_sector *s)
{
  const struct hud_reaction *reaction = hud_network_reaction(s->model->network, 1, 1);
  return reaction->product * reaction->lambda / size_of(s, 2)->weight;
}

static hud_status jacobian_times(void *self, double t, const double *y, const double *v, double *jv,
                                 struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  hud_status status = s->inner->jacobian_times(s->inner->self, t, y, v, jv, error);
  for (int k = 2; k <= s->largest; k++) {
    const double *F = y + s->begin[k], *G = v + s->begin[k];
    double *out = jv + s->begin[k];
    double rate = split_rate(s, k) + join_rate(s, y, k), change = join_rate(s, v, k);
    for (size_t a = 0; a < s->length[k]; a++)
      out[a] = -rate * G[a] - change * F[a];
    hud_signed_boxes_drift(s->boxes, size_of(s, k)->drift / size_of(s, k)->weight, k, G, out);
  }
  hud_pair_box_join(s->pairs, 2.0 * pair_rate(s), y, v, jv + s->begin[2]);
  return status;
}

static hud_status precondition_setup(void *self, double t, const double *y, double gamma,
                                     struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  hud_status status = s->inner->precondition_setup(s->inner->self, t, y, gamma, error);
  memcpy(s->state, y, s->system.size * sizeof *y);
  s->gamma = gamma;
  for (int k = 2; k <= s->largest && status == HUD_OK; k++)
    status =
        hud_signed_boxes_setup(s->boxes, k, 1.0 + gamma * (split_rate(s, k) + join_rate(s, y, k)),
                               gamma * size_of(s, k)->drift / size_of(s, k)->weight, error);
  return status;
}

static hud_status precondition_solve(void *self, const double *r, double *z,
                                     struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  hud_status status = s->inner->precondition_solve(s->inner->self, r, z, error);
  for (int k = 2; k <= s->largest; k++) {
    const double *F = s->state + s->begin[k];
    double *out = z + s->begin[k], change = s->gamma * join_rate(s, z, k);
    for (size_t a = 0; a < s->length[k]; a++)
      out[a] = r[s->begin[k] + a] - change * F[a];
    if (k == 2)
      hud_pair_box_join(s->pairs, 2.0 * s->gamma * pair_rate(s), s->state, z, out);
    hud_signed_boxes_solve(s->boxes, k, out, out);
  }
  return status;
}

/* fhat_k by its largest value, but not less than what joining makes of smaller sizes; more where
 * little of it comes to f_2. */
static void scale(void *self, const double *y, double *out)
{
  struct hud_pair_sector *s = self;
  double masses[MOST + 1];
  s->inner->scale(s->inner->self, y, out);
  hud_network_typical_masses(s->model->network, mass_of(s, y, 1), masses);
  for (int k = 2; k <= s->largest; k++) {
    double largest = masses[k];
    for (size_t a = 0; a < s->length[k]; a++)
      largest = fmax(largest, fabs(y[s->begin[k] + a]));
    for (size_t a = 0; a < s->length[k]; a++)
      out[s->begin[k] + a] = largest / s->share[k];
  }
}

static void describe(void *self, size_t index, char *text, size_t length)
{
  struct hud_pair_sector *s = self;
  if (index < s->begin[2]) {
    s->inner->describe(s->inner->self, index, text, length);
    return;
  }
  int k = s->largest;
  while (index < s->begin[k])
    k--;
  snprintf(text, length, "f%d at frequency %zu of either sign", k, index - s->begin[k]);
}

/* ---- creation ---- */

static hud_status create_boxes(struct hud_pair_sector *s, const double *y, struct hud_error *error)
{
  const struct hud_network *network = s->model->network;
  hud_status status = hud_pair_boxes_create(&s->boxes, network, s->model->rep, y,
                                            &s->model->description->initial, s->share, error);
  if (status != HUD_OK)
    return status;
  s->pairs = hud_signed_boxes_pairs(s->boxes);
  const struct hud_reaction *triple = hud_network_reaction(network, 1, 2);
  if (triple == NULL || s->largest > 2)
    return HUD_OK;
  return hud_pair_box_set_triples(s->pairs, triple->mu, network->sizes[3].drift / triple->product,
                                  error);
}

static hud_status lay_out(struct hud_pair_sector *s, struct hud_error *error)
{
  int inner_blocks = s->inner->block_count, blocks = inner_blocks + s->largest - 1;
  hud_status status = HUD_NEW(&s->offsets, (size_t)blocks + 1, "f_2", error);
  if (status != HUD_OK)
    return status;
  memcpy(s->offsets, s->inner->offsets, (size_t)(inner_blocks + 1) * sizeof *s->offsets);
  for (int k = 2; k <= s->largest; k++) {
    s->begin[k] = s->offsets[inner_blocks + k - 2];
    s->length[k] = hud_signed_boxes_length(s->boxes, k);
    s->offsets[inner_blocks + k - 1] = s->begin[k] + s->length[k];
  }
  s->system = (struct hud_system){.self = s,
                                  .size = s->offsets[blocks],
                                  .block_count = blocks,
                                  .offsets = s->offsets,
                                  .max_order = s->inner->max_order,
                                  .rhs = rhs,
                                  .jacobian_times = jacobian_times,
                                  .precondition_setup = precondition_setup,
                                  .precondition_solve = precondition_solve,
                                  .scale = scale,
                                  .describe = describe};
  return HUD_NEW(&s->state, s->system.size, "a state", error);
}

hud_status hud_pair_sector_create(struct hud_pair_sector **out, struct hud_model *model,
                                  struct hud_error *error)
{
  struct hud_pair_sector *s = NULL;
  double *y = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&s, 1, "f_2", error);
  if (status != HUD_OK)
    return status;
  s->model = model;
  s->inner = hud_model_system(model);
  s->largest = hud_pair_boxes_largest(model->network);
  status = HUD_NEW(&y, s->inner->size, "a state", error);
  if (status == HUD_OK)
    status = hud_model_initial(model, y, error);
  if (status == HUD_OK)
    status = create_boxes(s, y, error);
  if (status == HUD_OK)
    status = lay_out(s, error);
  hud_free(y);
  if (status == HUD_OK)
    *out = s;
  else
    hud_pair_sector_free(s);
  return status;
}

void hud_pair_sector_free(struct hud_pair_sector *s)
{
  if (s == NULL)
    return;
  hud_signed_boxes_free(s->boxes);
  hud_free(s->offsets);
  hud_free(s->state);
  hud_free(s);
}

const struct hud_system *hud_pair_sector_system(const struct hud_pair_sector *s)
{
  return &s->system;
}

/* ---- initial data ---- */

/* (d_k div U_k + split) f_k = sum p lambda Sym(f_i x f_j) with the sizes below. */
static hud_status quasi_stationary(struct hud_pair_sector *s, int k, double *y,
                                   struct hud_error *error)
{
  const double *F[MOST + 1] = {NULL};
  double *out = y + s->begin[k];
  set_blocks(s, y, F);
  if (k > 2)
    hud_signed_boxes_tabulate(s->boxes, y, F, k - 1);
  hud_status status = hud_signed_boxes_setup(
      s->boxes, k, hud_network_split_rate(s->model->network, k), size_of(s, k)->drift, error);
  add_joined(s, k, 1.0, y, out);
  if (status == HUD_OK)
    hud_signed_boxes_solve(s->boxes, k, out, out);
  return status;
}

hud_status hud_pair_sector_initial(struct hud_pair_sector *s, double *y, struct hud_error *error)
{
  const struct hud_initial_spec *all = &s->model->description->initial;
  hud_status status = hud_model_initial(s->model, y, error);
  for (int k = 2; k <= s->largest && status == HUD_OK; k++) {
    const struct hud_cluster_initial *initial =
        k <= all->cluster_count ? &all->clusters[k] : &all->others;
    memset(y + s->begin[k], 0, s->length[k] * sizeof *y);
    if (initial->type == HUD_CLUSTER_QUASI_STATIONARY)
      status = quasi_stationary(s, k, y, error);
    else if (initial->type != HUD_CLUSTER_ZERO)
      status =
          hud_signed_initial(initial, k, s->model->v_infinity, s->boxes, y + s->begin[k], error);
  }
  return status;
}

/* ---- read-out ---- */

hud_status hud_pair_sector_values(const struct hud_pair_sector *s, const double *y, double *out,
                                  struct hud_error *error)
{
  const double *v;
  size_t count = s->model->rep->ops->nodes(s->model->rep, &v);
  double step = (v[count - 1] - v[0]) / (double)(count - 1);
  return hud_pair_box_values(s->pairs, y + s->begin[2], v[0], step, count,
                             s->model->description->output.mollifier, out, error);
}

void hud_pair_sector_errors(const struct hud_pair_sector *s, const double *y, double *cut,
                            double *tail)
{
  double masses[MOST + 1];
  hud_pair_box_errors(s->pairs, y + s->begin[2], s->model->description->output.mollifier, cut,
                      tail);
  hud_network_typical_masses(s->model->network, mass_of(s, y, 1), masses);
  for (int k = 3; k <= s->largest; k++) {
    double mass = fmax(masses[k], fabs(mass_of(s, y, k)));
    if (!(mass > 0.0))
      continue;
    *tail = fmax(*tail, s->share[k] * hud_signed_boxes_tail(s->boxes, k, y + s->begin[k]) / mass);
  }
}
