/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The equation of f_2 in network.h,
 *
 *   w_2 f_2' + d_2 div(U_2 f_2) = p (lambda11 f_1 x f_1 - mu11 f_2)
 *                               - q (lambda12 M_1 f_2 - mu12 int f_3 dv_3),
 *
 * for frequencies of either sign. The Newton matrix leaves the triples out, which are small and not
 * stiff, and is solved exactly: the model's own, then one small matrix for every p. */
#include "models/pair_sector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/pair_box.h"
#include "spectral/spectral.h"

/* Of the nodes: f_2 is read for its values, and what it gives back to nothing. */
static const double node_tolerance = 1e-7;

struct hud_pair_sector {
  struct hud_model *model;
  const struct hud_system *inner; /* of the model */
  struct hud_pair_box *box;
  size_t begin, length;                  /* of fhat_2 in the state */
  double join, split, loss, gain, drift; /* coefficients of fhat_2' */
  size_t *offsets;
  struct hud_system system;
  double *state; /* the state at the last setup of the preconditioner */
  double gamma;
};

bool hud_pair_sector_fits(const struct hud_model *model)
{
  const struct hud_network *network = model->network;
  if (model->description->method != HUD_METHOD_SPECTRAL || model->scalar != NULL ||
      network->K < 2 || network->K > 3 || network->sizes[2].quasi_stationary)
    return false;
  return network->K == 2 || network->sizes[3].quasi_stationary;
}

static double mass_of(const double *y)
{
  return y[0]; /* M_1 leads f_1, and f_1 the state */
}

static hud_status rhs(void *self, double t, const double *y, double *ydot, struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  const double *F = y + s->begin;
  double *out = ydot + s->begin;
  hud_status status = s->inner->rhs(s->inner->self, t, y, ydot, error);
  double rate = s->split + s->loss * mass_of(y);
  for (size_t a = 0; a < s->length; a++)
    out[a] = -rate * F[a];
  hud_pair_box_drift(s->box, s->drift, F, out);
  hud_pair_box_join(s->box, s->join, y, y, out);
  if (s->gain > 0.0)
    hud_pair_box_triples(s->box, s->gain, y, F, out);
  return status;
}

static hud_status jacobian_times(void *self, double t, const double *y, const double *v, double *jv,
                                 struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  const double *F = y + s->begin, *G = v + s->begin;
  double *out = jv + s->begin, rate = s->split + s->loss * mass_of(y);
  hud_status status = s->inner->jacobian_times(s->inner->self, t, y, v, jv, error);
  for (size_t a = 0; a < s->length; a++)
    out[a] = -rate * G[a] - s->loss * mass_of(v) * F[a];
  hud_pair_box_drift(s->box, s->drift, G, out);
  hud_pair_box_join(s->box, 2.0 * s->join, y, v, out);
  return status;
}

static hud_status precondition_setup(void *self, double t, const double *y, double gamma,
                                     struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  hud_status status = s->inner->precondition_setup(s->inner->self, t, y, gamma, error);
  memcpy(s->state, y, s->system.size * sizeof *y);
  s->gamma = gamma;
  if (status == HUD_OK)
    status = hud_pair_box_setup(s->box, 1.0 + gamma * (s->split + s->loss * mass_of(y)),
                                gamma * s->drift, error);
  return status;
}

static hud_status precondition_solve(void *self, const double *r, double *z,
                                     struct hud_error *error)
{
  struct hud_pair_sector *s = self;
  const double *F = s->state + s->begin;
  double *out = z + s->begin;
  hud_status status = s->inner->precondition_solve(s->inner->self, r, z, error);
  for (size_t a = 0; a < s->length; a++)
    out[a] = r[s->begin + a] - s->gamma * s->loss * mass_of(z) * F[a];
  hud_pair_box_join(s->box, 2.0 * s->gamma * s->join, s->state, z, out);
  hud_pair_box_solve(s->box, out, out);
  return status;
}

/* fhat_2 by its largest value, but not less than what joining makes of f_1. */
static void scale(void *self, const double *y, double *out)
{
  struct hud_pair_sector *s = self;
  s->inner->scale(s->inner->self, y, out);
  double largest = s->join / s->split * mass_of(y) * mass_of(y);
  for (size_t a = 0; a < s->length; a++)
    largest = fmax(largest, fabs(y[s->begin + a]));
  for (size_t a = 0; a < s->length; a++)
    out[s->begin + a] = largest;
}

static void describe(void *self, size_t index, char *text, size_t length)
{
  struct hud_pair_sector *s = self;
  if (index < s->begin)
    s->inner->describe(s->inner->self, index, text, length);
  else
    snprintf(text, length, "f2 at frequency %zu of either sign", index - s->begin);
}

static hud_status set_coefficients(struct hud_pair_sector *s, struct hud_error *error)
{
  const struct hud_network *network = s->model->network;
  const struct hud_reaction *pair = hud_network_reaction(network, 1, 1);
  const struct hud_reaction *triple = hud_network_reaction(network, 1, 2);
  const struct hud_size *size = &network->sizes[2];
  s->join = pair->product * pair->lambda / size->weight;
  s->split = pair->product * pair->mu / size->weight;
  s->drift = size->drift / size->weight;
  s->loss = s->gain = 0.0;
  if (triple == NULL || network->K < 3)
    return HUD_OK;
  s->loss = triple->reactant[1] * triple->lambda / size->weight;
  /* f_3 = (d_3 div U_3 + p mu)^{-1} p lambda Sym */
  s->gain = triple->reactant[1] * triple->mu * triple->lambda / size->weight;
  return hud_pair_box_set_triples(s->box, triple->mu, network->sizes[3].drift / triple->product,
                                  error);
}

hud_status hud_pair_sector_create(struct hud_pair_sector **out, struct hud_model *model,
                                  struct hud_error *error)
{
  struct hud_pair_sector *s = NULL;
  double *y = NULL;
  *out = NULL;
  if (!hud_pair_sector_fits(model))
    return hud_fail_at(error, HUD_ERROR_INPUT, "output.f2",
                       "method spectral gives f_2(v_1, v_2) of first_order and of the hierarchy "
                       "with clusters: 2 only; method grid gives it for this model");
  hud_status status = HUD_NEW(&s, 1, "f_2", error);
  if (status != HUD_OK)
    return status;
  s->model = model;
  s->inner = hud_model_system(model);
  s->begin = s->inner->size;
  status = HUD_NEW(&y, s->begin, "a state", error);
  if (status == HUD_OK)
    status = hud_model_initial(model, y, error);
  if (status == HUD_OK)
    status = hud_pair_box_create(&s->box, model->rep, y, node_tolerance, error);
  if (status == HUD_OK)
    status = set_coefficients(s, error);
  int blocks = s->inner->block_count + 1;
  if (status == HUD_OK)
    status = HUD_NEW(&s->offsets, (size_t)blocks + 1, "f_2", error);
  if (status == HUD_OK) {
    s->length = hud_pair_box_length(s->box);
    memcpy(s->offsets, s->inner->offsets, (size_t)blocks * sizeof *s->offsets);
    s->offsets[blocks] = s->begin + s->length;
    s->system = (struct hud_system){.self = s,
                                    .size = s->begin + s->length,
                                    .block_count = blocks,
                                    .offsets = s->offsets,
                                    .max_order = s->inner->max_order,
                                    .rhs = rhs,
                                    .jacobian_times = jacobian_times,
                                    .precondition_setup = precondition_setup,
                                    .precondition_solve = precondition_solve,
                                    .scale = scale,
                                    .describe = describe};
    status = HUD_NEW(&s->state, s->system.size, "a state", error);
  }
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
  hud_pair_box_free(s->box);
  hud_free(s->offsets);
  hud_free(s->state);
  hud_free(s);
}

const struct hud_system *hud_pair_sector_system(const struct hud_pair_sector *s)
{
  return &s->system;
}

/* ---- initial data ---- */

struct product {
  const struct hud_density *density;
  double factor, origin;
};

static double complex product_transform(const void *context, double xi1, double xi2)
{
  const struct product *product = context;
  return product->factor * hud_density_characteristic(product->density, xi1) *
         hud_density_characteristic(product->density, xi2) *
         cexp(I * (xi1 + xi2) * product->origin);
}

struct points {
  const struct hud_cluster_initial *initial;
  double origin;
};

static double complex points_transform(const void *context, double xi1, double xi2)
{
  const struct points *points = context;
  double complex sum = 0.0;
  for (size_t a = 0; a < points->initial->point_count; a++) {
    const double *row = points->initial->points + 3 * a;
    double v1 = row[1] - points->origin, v2 = row[2] - points->origin;
    sum += 0.5 * row[0] * (cexp(-I * (xi1 * v1 + xi2 * v2)) + cexp(-I * (xi1 * v2 + xi2 * v1)));
  }
  return sum;
}

static hud_status set_product(struct hud_pair_sector *s, const struct hud_cluster_initial *initial,
                              double *F, struct hud_error *error)
{
  struct hud_density *density = NULL;
  hud_status status = hud_density_create(&density, &initial->density, error);
  if (status != HUD_OK)
    return status;
  double mass = hud_density_mass(density);
  const struct product product = {density, initial->amount / (mass * mass), s->model->v_infinity};
  hud_pair_box_set(s->box, product_transform, &product, F);
  hud_density_free(density);
  return HUD_OK;
}

hud_status hud_pair_sector_initial(struct hud_pair_sector *s, double *y, struct hud_error *error)
{
  const struct hud_initial_spec *all = &s->model->description->initial;
  const struct hud_cluster_initial *initial =
      all->cluster_count >= 2 ? &all->clusters[2] : &all->others;
  const struct points points = {initial, s->model->v_infinity};
  double *F = y + s->begin;
  hud_status status = hud_model_initial(s->model, y, error);
  memset(F, 0, s->length * sizeof *F);
  if (status != HUD_OK)
    return status;
  switch (initial->type) {
  case HUD_CLUSTER_ZERO:
    break;
  case HUD_CLUSTER_QUASI_STATIONARY:
    status = hud_pair_box_setup(s->box, s->split, s->drift, error);
    hud_pair_box_join(s->box, s->join, y, y, F);
    if (status == HUD_OK)
      hud_pair_box_solve(s->box, F, F);
    break;
  case HUD_CLUSTER_PRODUCT:
    return set_product(s, initial, F, error);
  case HUD_CLUSTER_ATOMS:
    hud_pair_box_set(s->box, points_transform, &points, F);
    break;
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
  return hud_pair_box_values(s->box, y + s->begin, v[0], step, count,
                             s->model->description->output.mollifier, out, error);
}

void hud_pair_sector_errors(const struct hud_pair_sector *s, const double *y, double *cut,
                            double *tail)
{
  hud_pair_box_errors(s->box, y + s->begin, s->model->description->output.mollifier, cut, tail);
}
