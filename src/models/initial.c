/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Initial data: f_1 from its density; f_k zero, a product, weighted points, or quasi-stationary,
 * that is, the solution of div(U_k f_k) + sum mu f_k = sum lambda_ij Sym(f_i x f_j) with the sizes
 * below k, in increasing k. */
#include "models/initial.h"

#include <string.h>

#include "base/alloc.h"
#include "moments/moments.h"

static const struct hud_cluster_initial *cluster_spec(const struct hud_initial_spec *initial, int k)
{
  return k <= initial->cluster_count ? &initial->clusters[k] : &initial->others;
}

static hud_status project_density(struct hud_representation *rep,
                                  const struct hud_density_spec *spec, double *out, double *lost,
                                  struct hud_error *error)
{
  struct hud_density *density = NULL;
  hud_status status = hud_density_create(&density, spec, error);
  if (status == HUD_OK)
    status = rep->ops->project(rep, density, out, lost, error);
  hud_density_free(density);
  return status;
}

hud_status hud_initial_single(const struct hud_initial_spec *initial,
                              struct hud_representation *rep, double **f1, struct hud_error *error)
{
  double lost;
  hud_status status = HUD_NEW(f1, rep->ops->length(rep, 1), "an initial density", error);
  return status == HUD_OK ? project_density(rep, &initial->f1, *f1, &lost, error) : status;
}

/* power = (c rho)(v_1) ... (c rho)(v_k), built up by joining one factor at a time; next is scratch.
 */
static void raise_to_power(struct hud_representation *rep, double c, const double *rho, int k,
                           double *power, double *next)
{
  const struct hud_representation_ops *ops = rep->ops;
  for (size_t i = 0; i < ops->length(rep, 1); i++)
    power[i] = c * rho[i];
  for (int size = 2; size <= k; size++) {
    size_t length = ops->length(rep, size);
    memset(next, 0, length * sizeof *next);
    ops->join(rep, c, 1, rho, size - 1, power, next);
    memcpy(power, next, length * sizeof *power);
  }
}

/* amount * rho(v_1) ... rho(v_k) with the density rho normalised to mass one. */
static hud_status product_state(struct hud_representation *rep,
                                const struct hud_cluster_initial *spec, int k, double *out,
                                double *lost, struct hud_error *error)
{
  const struct hud_representation_ops *ops = rep->ops;
  struct hud_density *density = NULL;
  double *rho = NULL, *power = NULL, *next = NULL, lost_factor = 0.0;
  size_t largest = 0;
  for (int size = 1; size <= k; size++)
    if (ops->length(rep, size) > largest)
      largest = ops->length(rep, size);
  hud_status status = HUD_NEW(&rho, ops->length(rep, 1), "an initial density", error);
  if (status == HUD_OK)
    status = HUD_NEW(&power, largest, "an initial density", error);
  if (status == HUD_OK)
    status = HUD_NEW(&next, largest, "an initial density", error);
  if (status == HUD_OK)
    status = hud_density_create(&density, &spec->density, error);
  if (status == HUD_OK)
    status = ops->project(rep, density, rho, &lost_factor, error);
  if (status == HUD_OK) {
    raise_to_power(rep, 1.0 / hud_density_mass(density), rho, k, power, next);
    for (size_t i = 0; i < ops->length(rep, k); i++)
      out[i] = spec->amount * power[i];
    *lost = spec->amount - ops->mass(rep, k, out);
  }
  hud_density_free(density);
  hud_free(rho);
  hud_free(power);
  hud_free(next);
  return status;
}

static hud_status cluster_state(const struct hud_cluster_initial *spec,
                                struct hud_representation *rep,
                                const struct hud_assembler *assembler, int k,
                                const double *const *f, double *out, double *lost,
                                struct hud_error *error)
{
  switch (spec->type) {
  case HUD_CLUSTER_ZERO:
    memset(out, 0, rep->ops->length(rep, k) * sizeof *out);
    return HUD_OK;
  case HUD_CLUSTER_QUASI_STATIONARY:
    return hud_assembler_quasi_stationary(assembler, k, f, out, error);
  case HUD_CLUSTER_PRODUCT:
    return product_state(rep, spec, k, out, lost, error);
  case HUD_CLUSTER_ATOMS:
    return rep->ops->project_atoms(rep, k, spec->point_count, spec->points, out, lost, error);
  }
  return HUD_OK;
}

hud_status hud_initial_state(const struct hud_initial_spec *initial,
                             const struct hud_network *network, struct hud_representation *rep,
                             const struct hud_assembler *assembler, double *y, double *lost,
                             struct hud_error *error)
{
  const double **f = NULL;
  *lost = 0.0;
  hud_status status = HUD_NEW(&f, (size_t)network->K + 1, "initial densities", error);
  for (int k = 1; k <= network->K && status == HUD_OK; k++) {
    double *out = hud_assembler_block(assembler, y, 0, k);
    double missing = 0.0;
    if (out == NULL)
      continue;
    f[k] = out;
    status = k == 1 ? project_density(rep, &initial->f1, out, &missing, error)
                    : cluster_state(cluster_spec(initial, k), rep, assembler, k, f, out, &missing,
                                    error);
    *lost += k * network->sizes[k].weight * missing;
  }
  hud_free(f);
  return status;
}

hud_status hud_initial_totals(const struct hud_initial_spec *initial,
                              const struct hud_network *network, double *mass, double *mean,
                              struct hud_error *error)
{
  struct hud_representation *rep = NULL;
  struct hud_assembler *assembler = NULL;
  double *y = NULL, lost = 0.0, momentum = 0.0;
  *mass = *mean = 0.0;
  hud_status status = hud_moments_create(&rep, network->K, 1, 0.0, error);
  if (status == HUD_OK)
    status = hud_assembler_create(&assembler, network, rep, 1, error);
  if (status == HUD_OK)
    status = HUD_NEW(&y, hud_assembler_system(assembler)->size, "first moments", error);
  if (status == HUD_OK)
    status = hud_initial_state(initial, network, rep, assembler, y, &lost, error);
  for (int k = 1; k <= network->K && status == HUD_OK; k++) {
    const double *fk = hud_assembler_block_const(assembler, y, 0, k);
    double moments[2];
    if (fk == NULL)
      continue;
    rep->ops->moments(rep, k, fk, 0.0, 1, moments);
    *mass += k * network->sizes[k].weight * moments[0];
    momentum += k * network->sizes[k].weight * moments[1];
  }
  if (status == HUD_OK && !(*mass > 0.0))
    status = hud_fail(error, HUD_ERROR_INPUT, "the total mass is %g; it must be > 0", *mass);
  if (status == HUD_OK)
    *mean = momentum / *mass;
  hud_free(y);
  hud_assembler_free(assembler);
  if (rep != NULL)
    rep->ops->free(rep);
  return status;
}

double hud_initial_cluster_mass(const struct hud_initial_spec *initial, int k)
{
  const struct hud_cluster_initial *spec = cluster_spec(initial, k);
  double mass = spec->type == HUD_CLUSTER_PRODUCT ? spec->amount : 0.0;
  for (size_t a = 0; spec->type == HUD_CLUSTER_ATOMS && a < spec->point_count; a++)
    mass += spec->points[a * (size_t)(1 + k)];
  return mass;
}

static hud_status density_is_smooth(const struct hud_density_spec *spec, bool *smooth,
                                    struct hud_error *error)
{
  struct hud_density *density = NULL;
  hud_status status = hud_density_create(&density, spec, error);
  if (status == HUD_OK)
    *smooth = *smooth && hud_density_is_smooth(density);
  hud_density_free(density);
  return status;
}

hud_status hud_initial_is_smooth(const struct hud_initial_spec *initial, int K, bool *smooth,
                                 struct hud_error *error)
{
  *smooth = true;
  hud_status status = density_is_smooth(&initial->f1, smooth, error);
  for (int k = 2; k <= K && status == HUD_OK; k++) {
    const struct hud_cluster_initial *spec = cluster_spec(initial, k);
    if (spec->type == HUD_CLUSTER_ATOMS)
      *smooth = false;
    else if (spec->type == HUD_CLUSTER_PRODUCT)
      status = density_is_smooth(&spec->density, smooth, error);
  }
  return status;
}
