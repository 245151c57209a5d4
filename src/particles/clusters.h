/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All clusters of one size, as a dense array of records, and the drift within a cluster.
 *
 * A record is the time of the cluster's last event and its k velocities at that time (d numbers
 * each); a free particle does not drift and has no time. Order carries no meaning, neither of
 * records nor of velocities within one, so a removed record is replaced by the last one. */
#ifndef HUD_PARTICLES_CLUSTERS_H
#define HUD_PARTICLES_CLUSTERS_H

#include <math.h>
#include <stddef.h>

#include "base/error.h"
#include "network/potential.h"

struct hud_clusters {
  int size;        /* k */
  size_t lead;     /* where the velocities begin in a record: 0 for k = 1, else 1 */
  size_t stride;   /* doubles of one record */
  size_t count;    /* records in use */
  size_t capacity; /* records that fit behind `records` */
  size_t dropped;  /* records between storage and `records`: taken from the front */
  double *records, *storage;
};

void hud_clusters_setup(struct hud_clusters *clusters, int size, int dimension);
void hud_clusters_release(struct hud_clusters *clusters);

/* Makes room for `count` records in all. */
hud_status hud_clusters_reserve(struct hud_clusters *clusters, size_t count,
                                struct hud_error *error);

static inline double *hud_clusters_record(const struct hud_clusters *clusters, size_t index)
{
  return clusters->records + index * clusters->stride;
}

/* A new record at the end. */
static inline hud_status hud_clusters_append(struct hud_clusters *clusters, double **record,
                                             struct hud_error *error)
{
  if (clusters->count == clusters->capacity) {
    hud_status status = hud_clusters_reserve(clusters, clusters->count + 1, error);
    if (status != HUD_OK)
      return status;
  }
  *record = hud_clusters_record(clusters, clusters->count++);
  return HUD_OK;
}

static inline void hud_clusters_remove(struct hud_clusters *clusters, size_t index)
{
  const double *last = hud_clusters_record(clusters, --clusters->count);
  double *hole = hud_clusters_record(clusters, index);
  if (hole != last)
    for (size_t n = 0; n < clusters->stride; n++)
      hole[n] = last[n];
}

/* Takes away the first record, keeping the order of the others (for first in, first out). */
static inline void hud_clusters_remove_first(struct hud_clusters *clusters)
{
  clusters->records += clusters->stride;
  clusters->dropped++;
  clusters->count--;
  clusters->capacity--;
}

/* v = Phi_k^s(v) for k velocities in R^dimension. A NULL potential is alignment, whose flow (11)
 * contracts the cluster to its mean by e^{-s}. */
hud_status hud_cluster_flow_general(const struct hud_potential *potential, int k, int dimension,
                                    double s, double *v, struct hud_error *error);

static inline void hud_cluster_align(int k, int dimension, double s, double *v)
{
  double contraction = exp(-s);
  for (int c = 0; c < dimension; c++) {
    double mean = 0.0;
    for (int i = 0; i < k; i++)
      mean += v[i * dimension + c];
    mean /= k;
    for (int i = 0; i < k; i++)
      v[i * dimension + c] = mean + contraction * (v[i * dimension + c] - mean);
  }
}

static inline hud_status hud_cluster_flow(const struct hud_potential *potential, int k,
                                          int dimension, double s, double *v,
                                          struct hud_error *error)
{
  if (k == 1)
    return HUD_OK;
  if (potential != NULL)
    return hud_cluster_flow_general(potential, k, dimension, s, v, error);
  hud_cluster_align(k, dimension, s, v);
  return HUD_OK;
}

#endif
