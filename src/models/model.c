/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a description to a model: network, potential, representation (taken about the conserved mean
 * velocity where that helps), assembler. The one place that knows which folder implements a method.
 */
#include "models/model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "grid/grid.h"
#include "models/initial.h"
#include "models/pair_boxes.h"
#include "models/registry.h"
#include "models/spectral_setup.h"
#include "moments/moments.h"
#include "spectral/spectral.h"

static bool is_scalar(const struct hud_description *description)
{
  return description->model == HUD_MODEL_SCALAR || description->model == HUD_MODEL_SCALAR_IMPLICIT;
}

/* Moments beyond those asked for cost nothing and V, W, T need two. */
static int moment_order(const struct hud_description *description)
{
  return description->moment_order < 2 ? 2 : description->moment_order;
}

static hud_status resolve_scheme(const struct hud_description *d, const struct hud_network *network,
                                 enum hud_drift_scheme *scheme, struct hud_error *error)
{
  bool smooth = true;
  *scheme = d->velocity.drift;
  if (*scheme != HUD_SCHEME_AUTO)
    return HUD_OK;
  hud_status status = hud_initial_is_smooth(&d->initial, network->K, &smooth, error);
  *scheme = smooth ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND;
  return status;
}

static hud_status create_grid(struct hud_model *model, struct hud_error *error)
{
  const struct hud_description *d = model->description;
  enum hud_drift_scheme scheme;
  const struct hud_reaction *pair = hud_network_reaction(model->network, 1, 1);
  hud_status status = resolve_scheme(d, model->network, &scheme, error);
  if (status == HUD_OK)
    status = hud_grid_create(&model->rep, &d->velocity, model->potential, scheme,
                             pair != NULL ? pair->mu : 0.0, error);
  if (status == HUD_OK)
    status = hud_grid_hold(model->rep, model->network, error);
  return status;
}

static hud_status create_representation(struct hud_model *model, bool finer,
                                        struct hud_error *error)
{
  const struct hud_description *d = model->description;
  if (d->method != HUD_METHOD_GRID && !hud_potential_is_alignment(model->potential))
    return hud_fail_at(
        error, HUD_ERROR_INPUT, "potential",
        "method %s is exact for linear alignment only; other potentials need grid or "
        "particles",
        hud_method_name(d->method));
  switch (d->method) {
  case HUD_METHOD_GRID:
    return create_grid(model, error);
  case HUD_METHOD_MOMENTS:
    return hud_moments_create(&model->rep, model->network->K, moment_order(d), model->v_infinity,
                              error);
  case HUD_METHOD_SPECTRAL:
    return hud_spectral_setup(&model->rep, d, model->network, model->v_infinity, finer, error);
  case HUD_METHOD_PARTICLES:
    break;
  }
  return hud_fail(error, HUD_ERROR_INPUT, "method %s is not available", hud_method_name(d->method));
}

/* States that the integrator keeps: the BDF history, GMRES vectors, weights and work space. */
enum { STATES = 25 };
/* Pair densities that a scalar model keeps aside: scratch, read-out, initial data. */
enum { SCALAR_STATES = 7 };
/* Of the frequencies of either sign that a read-out of f_2 keeps. */
enum { READOUT_STATES = 3 };

static hud_status check_runs(const struct hud_description *description, struct hud_error *error)
{
  if (hud_registry_runs(description->model, description->method))
    return HUD_OK;
  const struct hud_registry_row *row = hud_registry_find(description->model);
  return hud_fail_at(error, HUD_ERROR_INPUT, "method",
                     "model %s does not run with method %s; `huddle models` shows what does",
                     row != NULL ? row->name : "?", hud_method_name(description->method));
}

/* Unknowns of the grid, and bytes: the states of the integrator, what scalar models and the
 * preconditioner keep aside, and the grid itself. */
static void count_grid(const struct hud_description *d, const struct hud_network *network,
                       struct hud_model_size *size)
{
  size_t n = (size_t)d->velocity.cells;
  bool alignment = d->potential.type == HUD_POTENTIAL_ALIGNMENT;
  /* The fourth-order drift is inverted in scratch of this size. */
  double aside = d->velocity.drift == HUD_SCHEME_FOURTH_ORDER ? hud_grid_length(n, 2) : 0.0;
  size->unknowns = (double)n;
  for (int k = 2; k <= network->K; k++) {
    double length = hud_grid_length(n, k);
    if (k == 2 && network->sizes[k].quasi_stationary && d->output.f2)
      aside += length;
    if (network->sizes[k].quasi_stationary)
      continue;
    if (k == 2)
      aside += SCALAR_STATES * length;
    else
      aside += length;
    if (!is_scalar(d))
      size->unknowns += length;
  }
  size->bytes = 8.0 * (STATES * size->unknowns + aside) + hud_grid_memory(n, network, alignment);
  if (d->solver.integrator == HUD_INTEGRATOR_PICARD)
    size->bytes += hud_grid_flow_memory(n, network);
}

static double states_of(const struct hud_description *d, const struct hud_network *network,
                        const struct hud_representation *rep)
{
  double count = 0.0;
  for (int k = 1; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary && (k == 1 || !is_scalar(d)))
      count += (double)rep->ops->length(rep, k);
  return count;
}

/* The numbers that hold f_2(v_1, v_2), and f_3, f_4 of frequencies of either sign where they are
 * dynamic, and what it takes to read values of f_2. */
static void count_values(const struct hud_representation *rep, struct hud_pair_box *pairs,
                         double numbers, double tables, struct hud_model_size *size)
{
  const double *v;
  size_t n = rep->ops->nodes(rep, &v);
  size->pair_unknowns = numbers;
  size->pair_bytes =
      tables + 8.0 * (double)(n * n) +
      hud_pair_box_values_memory(pairs, v[0], (v[n - 1] - v[0]) / (double)(n - 1), n);
}

/* Where it is integrated: with a model of its own and the states of its integrator. */
static hud_status count_sector(const struct hud_description *d, const struct hud_network *network,
                               struct hud_representation *rep, const double *f1,
                               struct hud_model_size *size, struct hud_error *error)
{
  struct hud_signed_boxes *boxes = NULL;
  double share[HUD_SIGNED_CLUSTERS + 1], numbers = states_of(d, network, rep);
  hud_status status = hud_pair_boxes_create(&boxes, network, rep, f1, &d->initial, share, error);
  if (status != HUD_OK)
    return status;
  for (int k = 2; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary)
      numbers += (double)hud_signed_boxes_length(boxes, k);
  count_values(rep, hud_signed_boxes_pairs(boxes), numbers, hud_signed_boxes_memory(boxes), size);
  size->pair_bytes += 8.0 * STATES * numbers + hud_spectral_memory(rep);
  hud_signed_boxes_free(boxes);
  return HUD_OK;
}

static hud_status count_readout(struct hud_representation *rep, const double *f1,
                                struct hud_model_size *size, struct hud_error *error)
{
  struct hud_pair_box *box = NULL;
  hud_status status = hud_pair_box_create(&box, rep, f1, HUD_PAIR_NODE_TOLERANCE, error);
  if (status != HUD_OK)
    return status;
  double numbers = (double)hud_pair_box_length(box);
  count_values(rep, box, numbers, hud_pair_box_memory(box) + 8.0 * READOUT_STATES * numbers, size);
  hud_pair_box_free(box);
  return HUD_OK;
}

static hud_status count_pairs(const struct hud_description *d, const struct hud_network *network,
                              struct hud_representation *rep, struct hud_model_size *size,
                              struct hud_error *error)
{
  double *f1 = NULL;
  hud_status status = hud_initial_single(&d->initial, rep, &f1, error);
  if (status == HUD_OK)
    status = is_scalar(d) || network->sizes[2].quasi_stationary
                 ? count_readout(rep, f1, size, error)
                 : count_sector(d, network, rep, f1, size, error);
  hud_free(f1);
  return status;
}

static hud_status count_moments(const struct hud_description *d, const struct hud_network *network,
                                struct hud_model_size *size, struct hud_error *error)
{
  struct hud_representation *rep = NULL;
  hud_status status = hud_moments_create(&rep, network->K, moment_order(d), 0.0, error);
  if (status != HUD_OK)
    return status;
  size->unknowns = states_of(d, network, rep);
  size->bytes = 8.0 * size->unknowns * (STATES + size->unknowns); /* with the dense Newton matrix */
  rep->ops->free(rep);
  return HUD_OK;
}

/* Frequency boxes are counted by making them, which takes milliseconds. */
static hud_status count_spectral(const struct hud_description *d, const struct hud_network *network,
                                 struct hud_model_size *size, struct hud_error *error)
{
  double mass, mean;
  hud_status status = hud_initial_totals(&d->initial, network, &mass, &mean, error);
  for (int finer = 0; finer <= (d->solver.spectral_check ? 1 : 0) && status == HUD_OK; finer++) {
    struct hud_representation *rep = NULL;
    status = hud_spectral_setup(&rep, d, network, mean, finer == 1, error);
    if (status != HUD_OK)
      break;
    double states = states_of(d, network, rep);
    size->bytes += hud_spectral_memory(rep) + 8.0 * STATES * states;
    if (finer == 0)
      size->unknowns = states;
    if (finer == 0 && d->output.f2 && network->K >= 2)
      status = count_pairs(d, network, rep, size, error);
    rep->ops->free(rep);
  }
  size->bytes += size->pair_bytes;
  return status;
}

hud_status hud_model_estimate(const struct hud_description *description,
                              struct hud_model_size *size, struct hud_error *error)
{
  struct hud_network *network = NULL;
  *size = (struct hud_model_size){0};
  hud_status status = check_runs(description, error);
  if (status == HUD_OK)
    status = hud_network_create(&network, description, error);
  if (status != HUD_OK)
    return status;
  switch (description->method) {
  case HUD_METHOD_MOMENTS:
    status = count_moments(description, network, size, error);
    break;
  case HUD_METHOD_GRID:
    status = hud_grid_can_hold(network, error);
    if (status == HUD_OK)
      count_grid(description, network, size);
    break;
  case HUD_METHOD_SPECTRAL:
    status = count_spectral(description, network, size, error);
    break;
  case HUD_METHOD_PARTICLES:
    break;
  }
  hud_network_free(network);
  double limit = description->solver.memory_limit;
  if (status == HUD_OK && size->bytes > limit)
    status = hud_fail(error, HUD_ERROR_MEMORY,
                      "this run has %.0f unknowns and needs about %.3g GB; solver.memory_gb allows "
                      "%.3g",
                      size->unknowns, 1e-9 * size->bytes, 1e-9 * limit);
  return status;
}

/* Totals at t = 0. Raw initial data of a scalar model are f_1 alone, and f_2 is what (46) makes of
 * it: M_2 = (lambda11/mu11) M_1^2, whatever f_2 was given. */
static hud_status find_totals(struct hud_model *model, struct hud_error *error)
{
  const struct hud_description *d = model->description;
  struct hud_initial_spec initial = d->initial;
  bool raw = is_scalar(d) && initial.matching == HUD_MATCHING_RAW;
  if (raw) {
    initial.cluster_count = 0;
    initial.others.type = HUD_CLUSTER_ZERO;
  }
  hud_status status =
      hud_initial_totals(&initial, model->network, &model->total_mass, &model->v_infinity, error);
  const struct hud_reaction *pair = hud_network_reaction(model->network, 1, 1);
  if (status == HUD_OK && raw && pair->mu > 0.0)
    model->total_mass *=
        1.0 + 2.0 * model->network->sizes[2].weight * pair->lambda / pair->mu * model->total_mass;
  return status;
}

static hud_status create_scalar(struct hud_model *model, struct hud_error *error)
{
  if (!is_scalar(model->description))
    return HUD_OK;
  hud_status status =
      hud_scalar_create(&model->scalar, model->network, model->rep,
                        model->description->model == HUD_MODEL_SCALAR_IMPLICIT, error);
  if (status == HUD_OK)
    status = HUD_NEW(&model->scalar_pairs, model->rep->ops->length(model->rep, 2), "a pair density",
                     error);
  return status;
}

/* velocity.regrid: what the window loses is followed by its moments, which close for the linear
 * alignment of the cluster models. */
static hud_status check_regrid(const struct hud_model *model, struct hud_error *error)
{
  const struct hud_description *d = model->description;
  static const char key[] = "velocity.regrid";
  int changed;
  if (!d->velocity.regrid)
    return HUD_OK;
  if (model->rep->ops->adapt == NULL)
    return hud_fail_at(error, HUD_ERROR_INPUT, key, "method %s has no velocity grid to halve",
                       model->rep->ops->name);
  if (is_scalar(d))
    return hud_fail_at(error, HUD_ERROR_INPUT, key,
                       "the scalar models have no closed equations for what a halved grid loses; "
                       "expected a model of clusters, or method spectral");
  if (!hud_potential_is_alignment(model->potential))
    return hud_fail_at(error, HUD_ERROR_INPUT, key,
                       "what a halved grid loses is followed for the potential alignment only");
  if (d->solver.integrator == HUD_INTEGRATOR_PICARD)
    return hud_fail_at(error, HUD_ERROR_INPUT, key,
                       "the integrator picard needs one grid for the whole run; expected cvode");
  return model->rep->ops->adapt(model->rep, model->network, model->v_infinity, NULL, &changed,
                                error);
}

static hud_status create(struct hud_model **out, const struct hud_description *description,
                         bool finer, struct hud_error *error)
{
  *out = NULL;
  struct hud_model *model = NULL;
  struct hud_model_size size;
  hud_status status = hud_model_estimate(description, &size, error);
  if (status == HUD_OK)
    status = HUD_NEW(&model, 1, "the model", error);
  if (status != HUD_OK)
    return status;
  model->description = description;
  if ((status = hud_network_create(&model->network, description, error)) == HUD_OK &&
      (status = hud_potential_create(&model->potential, &description->potential, error)) ==
          HUD_OK &&
      (status = find_totals(model, error)) == HUD_OK &&
      (status = create_representation(model, finer, error)) == HUD_OK &&
      (status = check_regrid(model, error)) == HUD_OK &&
      (status = hud_assembler_create(&model->assembler, model->network, model->rep, 1, error)) ==
          HUD_OK)
    status = create_scalar(model, error);
  if (status == HUD_OK)
    *out = model;
  else
    hud_model_free(model);
  return status;
}

hud_status hud_model_create(struct hud_model **model, const struct hud_description *description,
                            struct hud_error *error)
{
  return create(model, description, false, error);
}

hud_status hud_model_create_finer(struct hud_model **model,
                                  const struct hud_description *description,
                                  struct hud_error *error)
{
  return create(model, description, true, error);
}

void hud_model_free(struct hud_model *model)
{
  if (model == NULL)
    return;
  hud_scalar_free(model->scalar);
  hud_free(model->scalar_pairs);
  hud_assembler_free(model->assembler);
  if (model->rep != NULL)
    model->rep->ops->free(model->rep);
  hud_potential_free(model->potential);
  hud_network_free(model->network);
  hud_free(model);
}

const struct hud_system *hud_model_system(const struct hud_model *model)
{
  return model->scalar != NULL ? hud_scalar_system(model->scalar)
                               : hud_assembler_system(model->assembler);
}

/* f_1 of the described state, matched with its f_2 or as it is. */
static hud_status scalar_initial(struct hud_model *model, double *f1, struct hud_error *error)
{
  const struct hud_initial_spec *initial = &model->description->initial;
  double *y = NULL;
  hud_status status =
      HUD_NEW(&y, hud_assembler_system(model->assembler)->size, "an initial state", error);
  if (status == HUD_OK)
    status = hud_initial_state(initial, model->network, model->rep, model->assembler, y,
                               &model->lost, error);
  if (status == HUD_OK) {
    memcpy(f1, y, hud_model_system(model)->size * sizeof *f1);
    if (initial->matching == HUD_MATCHING_MATCHED)
      status = hud_scalar_match(model->scalar, hud_assembler_block_const(model->assembler, y, 0, 2),
                                f1, error);
  }
  hud_free(y);
  return status;
}

hud_status hud_model_initial(struct hud_model *model, double *y, struct hud_error *error)
{
  if (model->scalar != NULL)
    return scalar_initial(model, y, error);
  return hud_initial_state(&model->description->initial, model->network, model->rep,
                           model->assembler, y, &model->lost, error);
}

hud_status hud_model_adapt(struct hud_model *model, double *y, bool *changed,
                           struct hud_error *error)
{
  double **f = NULL;
  int done = 0;
  *changed = false;
  hud_status status = HUD_NEW(&f, (size_t)model->network->K + 1, "densities", error);
  for (int k = 1; k <= model->network->K && status == HUD_OK; k++)
    f[k] = hud_assembler_block(model->assembler, y, 0, k);
  if (status == HUD_OK)
    status = model->rep->ops->adapt(model->rep, model->network, model->v_infinity, f, &done, error);
  *changed = done != 0;
  hud_free(f);
  return status;
}

const double *hud_model_density(const struct hud_model *model, const double *y, int k)
{
  if (model->scalar == NULL)
    return hud_assembler_block_const(model->assembler, y, 0, k);
  if (k != 2)
    return k == 1 ? y : NULL;
  if (hud_scalar_pairs(model->scalar, y, model->scalar_pairs, NULL) != HUD_OK)
    for (size_t i = 0; i < model->rep->ops->length(model->rep, 2); i++)
      model->scalar_pairs[i] = NAN;
  return model->scalar_pairs;
}

hud_status hud_model_values(const struct hud_model *model, const double *y, int k, double *out,
                            struct hud_error *error)
{
  const struct hud_representation_ops *ops = model->rep->ops;
  const double *fk = hud_model_density(model, y, k), *below[] = {NULL, y};
  double *formed = NULL;
  hud_status status = HUD_OK;
  if (fk == NULL) {
    status = HUD_NEW(&formed, ops->length(model->rep, k), "a pair density", error);
    if (status == HUD_OK)
      status = hud_assembler_quasi_stationary(model->assembler, k, below, formed, error);
    fk = formed;
  }
  if (status == HUD_OK)
    ops->values(model->rep, k, fk, out);
  hud_free(formed);
  return status;
}
