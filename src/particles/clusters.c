/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Storage of clusters, and the flow (11), (17) within a cluster for general forces.
 *
 * In R^d a pair force is radial, F(r) = F(|r|) r/|r|. A pair then moves along its own line, which
 * is the flow on R; larger clusters in d > 1 are integrated by GSL (Runge-Kutta-Fehlberg, local
 * error 1e-11 of the cluster's diameter). */
#include "particles/clusters.h"

#include <gsl/gsl_odeiv2.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"

void hud_clusters_setup(struct hud_clusters *clusters, int size, int dimension)
{
  memset(clusters, 0, sizeof *clusters);
  clusters->size = size;
  clusters->lead = size == 1 ? 0 : 1;
  clusters->stride = clusters->lead + (size_t)size * (size_t)dimension;
}

void hud_clusters_release(struct hud_clusters *clusters)
{
  hud_free(clusters->storage);
  clusters->storage = clusters->records = NULL;
  clusters->count = clusters->capacity = clusters->dropped = 0;
}

hud_status hud_clusters_reserve(struct hud_clusters *clusters, size_t count,
                                struct hud_error *error)
{
  size_t stride = clusters->stride;
  if (count <= clusters->capacity)
    return HUD_OK;
  if (clusters->dropped > 0) { /* reuse the space in front, if that is worth the move */
    size_t whole = clusters->capacity + clusters->dropped;
    if (clusters->dropped >= whole / 4 && count <= whole) {
      memmove(clusters->storage, clusters->records,
              clusters->count * stride * sizeof *clusters->records);
      clusters->records = clusters->storage;
      clusters->capacity = whole;
      clusters->dropped = 0;
      return HUD_OK;
    }
  }
  size_t wanted = count + count / 2 + 16;
  double *storage = NULL;
  hud_status status = hud_alloc(&storage, wanted, stride * sizeof *storage, "clusters", error);
  if (status != HUD_OK)
    return status;
  if (clusters->count > 0)
    memcpy(storage, clusters->records, clusters->count * stride * sizeof *storage);
  hud_free(clusters->storage);
  clusters->records = clusters->storage = storage;
  clusters->capacity = wanted;
  clusters->dropped = 0;
  return HUD_OK;
}

/* ---- general forces in R^d ---- */

static hud_status flow_pair(const struct hud_potential *potential, int dimension, double s,
                            double *v, struct hud_error *error)
{
  double middle[HUD_MAX_DIMENSION], half[HUD_MAX_DIMENSION], square = 0.0;
  for (int c = 0; c < dimension; c++) {
    middle[c] = 0.5 * (v[c] + v[dimension + c]);
    half[c] = 0.5 * (v[dimension + c] - v[c]);
    square += half[c] * half[c];
  }
  double radius = sqrt(square);
  if (!(radius > 0.0))
    return HUD_OK;
  double line[2] = {-radius, radius};
  hud_status status = hud_potential_flow(potential, 2, s, line, line, NULL, error);
  if (status != HUD_OK)
    return status;
  double ratio = 0.5 * (line[1] - line[0]) / radius;
  for (int c = 0; c < dimension; c++) {
    v[c] = middle[c] - ratio * half[c];
    v[dimension + c] = middle[c] + ratio * half[c];
  }
  return HUD_OK;
}

struct radial_field {
  const struct hud_potential *potential;
  int k, dimension;
};

/* (U_k)_i = (1/k) sum_j F(|v_j - v_i|) (v_j - v_i) / |v_j - v_i|. */
static int radial_velocity(double s, const double v[], double u[], void *context)
{
  (void)s;
  const struct radial_field *field = context;
  int k = field->k, d = field->dimension;
  memset(u, 0, (size_t)(k * d) * sizeof *u);
  for (int i = 0; i < k; i++)
    for (int j = i + 1; j < k; j++) {
      const double *vi = v + i * d, *vj = v + j * d;
      double square = 0.0;
      for (int c = 0; c < d; c++)
        square += (vj[c] - vi[c]) * (vj[c] - vi[c]);
      double distance = sqrt(square);
      if (!(distance > 0.0))
        continue;
      double pull = hud_potential_force(field->potential, distance) / (k * distance);
      for (int c = 0; c < d; c++) {
        u[i * d + c] += pull * (vj[c] - vi[c]);
        u[j * d + c] -= pull * (vj[c] - vi[c]);
      }
    }
  return GSL_SUCCESS;
}

static double diameter(int count, const double *v)
{
  double widest = 0.0;
  for (int n = 1; n < count; n++)
    widest = fmax(widest, fabs(v[n] - v[0]));
  return widest;
}

static hud_status flow_radial(const struct hud_potential *potential, int k, int dimension, double s,
                              double *v, struct hud_error *error)
{
  struct radial_field field = {potential, k, dimension};
  gsl_odeiv2_system system = {radial_velocity, NULL, (size_t)(k * dimension), &field};
  double scale = diameter(k * dimension, v), at = 0.0;
  if (!(scale > 0.0) || s == 0.0)
    return HUD_OK;
  gsl_error_handler_t *handler = hud_gsl_begin();
  gsl_odeiv2_driver *driver =
      gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rkf45, 0.01 * s, 1e-11 * scale, 0.0);
  int outcome = GSL_ENOMEM;
  if (driver != NULL) {
    gsl_odeiv2_driver_set_nmax(driver, 1000000);
    outcome = gsl_odeiv2_driver_apply(driver, &at, s, v);
    gsl_odeiv2_driver_free(driver);
  }
  hud_gsl_end(handler);
  if (outcome != GSL_SUCCESS || !isfinite(diameter(k * dimension, v)))
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "the drift of a cluster of %d over s = %g stopped at s = %g (%s)", k, s, at,
                    gsl_strerror(outcome));
  return HUD_OK;
}

hud_status hud_cluster_flow_general(const struct hud_potential *potential, int k, int dimension,
                                    double s, double *v, struct hud_error *error)
{
  if (dimension == 1)
    return hud_potential_flow(potential, k, s, v, v, NULL, error);
  if (k == 2)
    return flow_pair(potential, dimension, s, v, error);
  return flow_radial(potential, k, dimension, s, v, error);
}
