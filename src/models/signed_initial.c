/* SPDX-License-Identifier: GPL-3.0-or-later
 * Characteristic functions of products, and of symmetrised points as permanents
 * (signed_initial.h). */
#include "models/signed_initial.h"

#include <complex.h>

#include "network/density.h"

struct source {
  const struct hud_cluster_initial *initial;
  const struct hud_density *density; /* of a product */
  int k;
  double origin;
};

static double complex product_transform(const void *context, const double *xi)
{
  const struct source *source = context;
  double mass = hud_density_mass(source->density);
  double complex product = source->initial->amount;
  for (int i = 0; i < source->k; i++)
    product *= hud_density_characteristic(source->density, xi[i]) *
               cexp(I * xi[i] * source->origin) / mass;
  return product;
}

/* The sum over all ways to give the remaining velocities, those not in `used`, to xi_i, .. xi_k. */
static double complex permanent(const struct source *source, const double *xi, const double *v,
                                int i, unsigned used)
{
  double complex sum = 0.0;
  if (i == source->k)
    return 1.0;
  for (int j = 0; j < source->k; j++)
    if ((used >> j & 1u) == 0)
      sum += cexp(-I * xi[i] * (v[j] - source->origin)) *
             permanent(source, xi, v, i + 1, used | 1u << j);
  return sum;
}

static double complex points_transform(const void *context, const double *xi)
{
  const struct source *source = context;
  double complex sum = 0.0;
  double ways = 1.0;
  for (int i = 2; i <= source->k; i++)
    ways *= i;
  for (size_t a = 0; a < source->initial->point_count; a++) {
    const double *row = source->initial->points + a * (size_t)(1 + source->k);
    sum += row[0] / ways * permanent(source, xi, row + 1, 0, 0u);
  }
  return sum;
}

hud_status hud_signed_initial(const struct hud_cluster_initial *initial, int k, double origin,
                              const struct hud_signed_boxes *boxes, double *F,
                              struct hud_error *error)
{
  struct source source = {.initial = initial, .k = k, .origin = origin};
  if (initial->type == HUD_CLUSTER_ATOMS) {
    hud_signed_boxes_set(boxes, k, points_transform, &source, F);
    return HUD_OK;
  }
  struct hud_density *density = NULL;
  hud_status status = hud_density_create(&density, &initial->density, error);
  if (status != HUD_OK)
    return status;
  source.density = density;
  hud_signed_boxes_set(boxes, k, product_transform, &source, F);
  hud_density_free(density);
  return HUD_OK;
}
