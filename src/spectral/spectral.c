/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making the representation `spectral` (spectral.h): checks of its options, the bases, and the
 * interpolation rows that its operators and functionals use. */
#include "spectral/spectral.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/box.h"

enum { MOST_DEGREE = 200 };

static size_t length(const struct hud_representation *rep, int k)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  if (k < 1 || k > sp->options.clusters)
    return 0;
  return hud_spectral_length(sp, k);
}

static void free_spectral(struct hud_representation *rep)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  if (sp == NULL)
    return;
  if (sp->radial != NULL)
    hud_join_free_all(sp);
  for (int k = 1; k <= HUD_SPECTRAL_MAX_CLUSTERS; k++) {
    hud_simplex_free(sp->simplex[k]);
    hud_free(sp->vertex[k]);
    hud_free(sp->middle[k]);
    hud_free(sp->resolvent[k].matrix);
    for (int i = 1; i < k; i++)
      hud_free(sp->marginal[k][i]);
  }
  hud_precondition_free(sp->precondition);
  hud_readout_free(sp->readout);
  hud_radial_free(sp->radial);
  hud_free(sp->whole);
  hud_free(sp);
}

static const char *const extra_names[] = {"uncollided", "fhat_error", "fhat_cut"};

static const struct hud_representation_ops ops = {
    .name = "spectral",
    .free = free_spectral,
    .length = length,
    .join = hud_spectral_join,
    .marginal = hud_spectral_marginal,
    .drift = hud_spectral_drift,
    .resolvent = hud_spectral_resolvent,
    .flow = hud_spectral_flow,
    .mass = hud_spectral_mass,
    .moments = hud_spectral_moments,
    .max_moment = hud_spectral_max_moment,
    .spread = hud_spectral_spread,
    .project = hud_spectral_project,
    .project_atoms = hud_spectral_project_atoms,
    .scale = hud_spectral_scale,
    .max_order = 5,
    .skip_triples_in_jacobian = 0,
    .precondition_setup = hud_spectral_precondition_setup,
    .precondition_solve = hud_spectral_precondition_solve,
    .nodes = hud_spectral_nodes,
    .values = hud_spectral_values,
    .extra_count = sizeof extra_names / sizeof *extra_names,
    .extra_names = extra_names,
    .extras = hud_spectral_extras,
    .describe = hud_spectral_describe,
};

static hud_status check(const struct hud_spectral_options *o, struct hud_error *error)
{
  if (o->clusters < 1 || o->clusters > HUD_SPECTRAL_MAX_CLUSTERS)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "method spectral holds clusters of 1 to %d particles; %d were asked for",
                    HUD_SPECTRAL_MAX_CLUSTERS, o->clusters);
  if (!(o->width > 0.0 && isfinite(o->width) && isfinite(o->origin)))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the frequency box has panels of width %g about velocity %g; expected finite "
                    "numbers and a positive width",
                    o->width, o->origin);
  if (o->panels < 1 || o->panels > HUD_SPECTRAL_MOST_NODES || o->nodes < 2 ||
      o->nodes > HUD_SPECTRAL_MOST_NODES ||
      (o->panels > 1 && (o->more_nodes < 2 || o->more_nodes > HUD_SPECTRAL_MOST_NODES)))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the frequency axis has %d panels with %d and %d nodes; expected 1 to %d "
                    "panels and 2 to %d nodes",
                    o->panels, o->nodes, o->more_nodes, HUD_SPECTRAL_MOST_NODES,
                    HUD_SPECTRAL_MOST_NODES);
  for (int k = 2; k <= o->clusters; k++)
    if (o->degree[k] < 2 || o->degree[k] > MOST_DEGREE)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "the degree for clusters of %d is %d; expected 2 to %d", k, o->degree[k],
                      MOST_DEGREE);
  if (o->moment_order < 2 || o->moment_order > HUD_SPECTRAL_MOST_MOMENTS)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "method spectral carries moments to an order of 2 to %d; %d was asked for",
                    HUD_SPECTRAL_MOST_MOMENTS, o->moment_order);
  return HUD_OK;
}

/* Rows that read size k at (1, 0, ..) and (1/2, 1/2, 0, ..), and its marginals. */
static hud_status create_rows(struct hud_spectral *sp, int k, struct hud_error *error)
{
  size_t count = sp->simplex[k]->count;
  double alpha[HUD_SPECTRAL_MAX_CLUSTERS] = {1.0}, *scratch = NULL;
  hud_status status = HUD_NEW(&scratch, count, "interpolation rows", error);
  if (status == HUD_OK)
    status = HUD_NEW(&sp->vertex[k], count, "interpolation rows", error);
  if (status == HUD_OK)
    status = HUD_NEW(&sp->middle[k], count, "interpolation rows", error);
  if (status == HUD_OK)
    status = HUD_NEW(&sp->resolvent[k].matrix, count * count, "a resolvent", error);
  if (status == HUD_OK)
    hud_simplex_row(sp->simplex[k], alpha, scratch, sp->vertex[k]);
  if (status == HUD_OK && k > 1) {
    alpha[0] = alpha[1] = 0.5;
    hud_simplex_row(sp->simplex[k], alpha, scratch, sp->middle[k]);
  }
  for (int i = 1; i < k && status == HUD_OK; i++) {
    size_t rows = sp->simplex[i]->count;
    status = HUD_NEW(&sp->marginal[k][i], rows * count, "marginals", error);
    for (size_t l = 0; l < rows && status == HUD_OK; l++) {
      memset(alpha, 0, sizeof alpha);
      memcpy(alpha, sp->simplex[i]->nodes + l * (size_t)i, (size_t)i * sizeof *alpha);
      hud_simplex_row(sp->simplex[k], alpha, scratch, sp->marginal[k][i] + l * count);
    }
  }
  hud_free(scratch);
  return status;
}

hud_status hud_spectral_create(struct hud_representation **out,
                               const struct hud_spectral_options *options, struct hud_error *error)
{
  struct hud_spectral *sp = NULL;
  *out = NULL;
  hud_status status = check(options, error);
  if (status == HUD_OK)
    status = HUD_NEW(&sp, 1, "a spectral representation", error);
  if (status != HUD_OK)
    return status;
  sp->base.ops = &ops;
  sp->options = *options;
  status = hud_radial_create(&sp->radial, options->basis, options->width, (size_t)options->panels,
                             (size_t)options->nodes, (size_t)options->more_nodes,
                             (size_t)options->moment_order - 1, error);
  size_t longest = 0;
  for (int k = 1; k <= options->clusters && status == HUD_OK; k++) {
    status = hud_simplex_create(&sp->simplex[k], (size_t)k, k == 1 ? 0 : (size_t)options->degree[k],
                                error);
    if (status == HUD_OK)
      status = create_rows(sp, k, error);
    if (status == HUD_OK && length(&sp->base, k) > longest)
      longest = length(&sp->base, k);
  }
  if (status == HUD_OK)
    status = HUD_NEW(&sp->whole, longest, "a density", error);
  if (status == HUD_OK)
    status = hud_join_create_all(sp, error);
  if (status == HUD_OK)
    *out = &sp->base;
  else
    free_spectral(&sp->base);
  return status;
}

const struct hud_spectral_options *hud_spectral_get_options(const struct hud_representation *rep)
{
  return &hud_spectral_const(rep)->options;
}

double hud_spectral_memory(const struct hud_representation *rep)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  size_t doubles =
      sp->dilation_count * 2 * sp->radial->widest * sp->radial->nodes; /* the bulk of it */
  for (int k = 1; k <= sp->options.clusters; k++)
    doubles += 6 * sp->simplex[k]->count * sp->simplex[k]->count;
  for (size_t a = 0; a < sp->join_count; a++) {
    const struct hud_join *join = &sp->joins[a];
    size_t nodes = sp->simplex[join->i]->count + sp->simplex[join->j]->count;
    doubles += join->count * (nodes + 4 * sp->radial->count);
  }
  return (double)sizeof(double) * (double)doubles;
}
