/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the cluster process is at the present time: masses, moments and histograms of the empirical
 * densities f_k = (m / w_k) sum over clusters of size k. Every cluster is taken along its flow to
 * the present on a copy; the process itself is left as it is. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sum.h"
#include "particles/process.h"

struct hud_particles_layout hud_particles_layout(const struct hud_particles *p, int order)
{
  struct hud_particles_layout layout = {
      .dimension = p->dimension, .sizes = p->sizes, .order = order};
  size_t D = (size_t)p->dimension, sizes = (size_t)p->sizes, at = 0;
  layout.mass = at++;
  layout.mean = at;
  at += D;
  layout.variance = at++;
  layout.M_k = at;
  at += sizes;
  layout.I_k = at;
  at += sizes * D;
  layout.V_k = at;
  at += sizes;
  layout.W = at++;
  layout.T = at++;
  layout.f1 = at;
  layout.length = at + D * ((size_t)order + 1);
  return layout;
}

/* The velocities of one cluster at the present time. */
static hud_status present(const struct hud_particles *p, int k, size_t slot, double *v,
                          struct hud_error *error)
{
  const struct hud_clusters *clusters = &p->clusters[k];
  const double *record = hud_clusters_record(clusters, slot);
  memcpy(v, record + clusters->lead, (size_t)(k * p->dimension) * sizeof *v);
  if (k == 1)
    return HUD_OK;
  return hud_cluster_flow(p->potential, k, p->dimension, p->speed[k] * (p->time - record[0]), v,
                          error);
}

/* Sums over the clusters of one size: of v about the mean at t = 0, its square, and |v1 - v2|^2
 * averaged over the pairs in a cluster. */
struct size_sums {
  struct hud_sum first[HUD_MAX_DIMENSION], second, spread;
};

static void add_cluster(const struct hud_particles *p, int k, const double *v,
                        struct size_sums *sums)
{
  for (int c = 0; c < p->dimension; c++) {
    double first = 0.0, second = 0.0;
    for (int i = 0; i < k; i++) {
      double w = v[i * p->dimension + c] - p->mean[c];
      first += w;
      second += w * w;
    }
    hud_sum_add(&sums->first[c], first / k);
    hud_sum_add(&sums->second, second / k);
  }
  if (k != 2)
    return;
  double spread = 0.0;
  for (int c = 0; c < p->dimension; c++) {
    double r = v[c] - v[p->dimension + c];
    spread += r * r;
  }
  hud_sum_add(&sums->spread, spread);
}

static hud_status measure_size(const struct hud_particles *p, int k,
                               const struct hud_particles_layout *layout, double *v, double *out,
                               struct hud_error *error)
{
  struct size_sums sums;
  memset(&sums, 0, sizeof sums);
  for (size_t n = 0; n < p->clusters[k].count; n++) {
    hud_status status = present(p, k, n, v, error);
    if (status != HUD_OK)
      return status;
    add_cluster(p, k, v, &sums);
  }
  double weight = p->network->sizes[k].weight, unit = p->particle_mass / weight;
  double M = unit * (double)p->clusters[k].count, V = unit * hud_sum_result(&sums.second);
  size_t at = (size_t)(k - 1), D = (size_t)p->dimension;
  out[layout->M_k + at] = M;
  out[layout->V_k + at] = V;
  out[layout->variance] += k * weight * V;
  for (size_t c = 0; c < D; c++) {
    double J = unit * hud_sum_result(&sums.first[c]);
    out[layout->I_k + at * D + c] = J + p->mean[c] * M;
    out[layout->mean + c] += k * weight * J;
  }
  if (k == 2)
    out[layout->W] = unit * hud_sum_result(&sums.spread);
  return HUD_OK;
}

/* Raw moments of every component of f_1. */
static void measure_free(const struct hud_particles *p, const struct hud_particles_layout *layout,
                         double *out)
{
  const struct hud_clusters *clusters = &p->clusters[1];
  size_t D = (size_t)p->dimension, order = (size_t)layout->order;
  double *moments = out + layout->f1;
  memset(moments, 0, D * (order + 1) * sizeof *moments);
  for (size_t n = 0; n < clusters->count; n++)
    for (size_t c = 0; c < D; c++) {
      double v = hud_clusters_record(clusters, n)[c], power = 1.0;
      for (size_t q = 0; q <= order; q++) {
        moments[c * (order + 1) + q] += power;
        power *= v;
      }
    }
  double unit = p->particle_mass / p->network->sizes[1].weight;
  for (size_t q = 0; q < D * (order + 1); q++)
    moments[q] *= unit;
}

/* T = M2 V1 + M1 V2 - 2 J1.J2, an identity of the product measure. */
static double product_spread(const struct hud_particles *p,
                             const struct hud_particles_layout *layout, const double *out)
{
  const double *M = out + layout->M_k, *I = out + layout->I_k, *V = out + layout->V_k;
  double T = M[1] * V[0] + M[0] * V[1];
  for (int c = 0; c < p->dimension; c++)
    T -= 2.0 * (I[c] - p->mean[c] * M[0]) * (I[p->dimension + c] - p->mean[c] * M[1]);
  return T;
}

hud_status hud_particles_measure(const struct hud_particles *p, int order, double *out,
                                 struct hud_error *error)
{
  struct hud_particles_layout layout = hud_particles_layout(p, order);
  double *v = NULL;
  if (order < 0)
    return hud_fail(error, HUD_ERROR_USAGE, "moments of f1 to order %d; expected >= 0", order);
  hud_status status =
      HUD_NEW(&v, (size_t)p->sizes * (size_t)p->dimension, "the velocities of a cluster", error);
  if (status != HUD_OK)
    return status;
  memset(out, 0, layout.length * sizeof *out);
  out[layout.W] = out[layout.T] = NAN;
  for (int k = 1; k <= p->sizes && status == HUD_OK; k++)
    status = measure_size(p, k, &layout, v, out, error);
  hud_free(v);
  if (status != HUD_OK)
    return status;
  measure_free(p, &layout, out);
  out[layout.mass] = p->particle_mass * (double)p->count;
  for (int c = 0; c < p->dimension; c++)
    out[layout.mean + (size_t)c] = p->mean[c] + out[layout.mean + (size_t)c] / out[layout.mass];
  if (p->sizes >= 2)
    out[layout.T] = product_spread(p, &layout, out);
  return HUD_OK;
}

/* ---- histograms ---- */

/* The cell of v, or -1. */
static int cell_of(double v, double min, double max, int cells)
{
  double at = (v - min) / (max - min) * cells;
  return at >= 0.0 && at < cells ? (int)at : -1;
}

void hud_particles_histogram(const struct hud_particles *p, double min, double max, int cells,
                             double *out, double *lost)
{
  const struct hud_clusters *clusters = &p->clusters[1];
  double unit = p->particle_mass / p->network->sizes[1].weight,
         density = unit * cells / (max - min);
  size_t outside = 0;
  memset(out, 0, (size_t)cells * sizeof *out);
  for (size_t n = 0; n < clusters->count; n++) {
    int cell = cell_of(hud_clusters_record(clusters, n)[0], min, max, cells);
    if (cell >= 0)
      out[cell] += 1.0;
    else
      outside++;
  }
  for (int cell = 0; cell < cells; cell++)
    out[cell] *= density;
  *lost = unit * (double)outside;
}

hud_status hud_particles_histogram_pairs(const struct hud_particles *p, double min, double max,
                                         int cells, double *out, double *lost,
                                         struct hud_error *error)
{
  if (p->sizes < 2)
    return hud_fail(error, HUD_ERROR_USAGE, "this model has no dynamic pairs, so no f2");
  double unit = p->particle_mass / p->network->sizes[2].weight;
  double h = (max - min) / cells, v[2 * HUD_MAX_DIMENSION];
  size_t outside = 0;
  memset(out, 0, (size_t)cells * (size_t)cells * sizeof *out);
  for (size_t n = 0; n < p->clusters[2].count; n++) {
    hud_status status = present(p, 2, n, v, error);
    if (status != HUD_OK)
      return status;
    int a = cell_of(v[0], min, max, cells), b = cell_of(v[p->dimension], min, max, cells);
    if (a < 0 || b < 0) {
      outside++;
      continue;
    }
    out[(size_t)a * (size_t)cells + (size_t)b] += 0.5;
    out[(size_t)b * (size_t)cells + (size_t)a] += 0.5;
  }
  for (size_t n = 0; n < (size_t)cells * (size_t)cells; n++)
    out[n] *= unit / (h * h);
  *lost = unit * (double)outside;
  return HUD_OK;
}
