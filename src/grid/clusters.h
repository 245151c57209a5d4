/* SPDX-License-Identifier: GPL-3.0-or-later
 * Clusters of three and more on the grid: layout (clusters.c), drift and its inverse
 * (cluster_drift.c).
 *
 * f_k is symmetric, so one value is held for every multiset of k cells, as a tuple
 * t_0 >= t_1 >= ... >= t_{k-1}: C(n+k-1, k) doubles. The tuple has index
 *   C(t_0 + k-1, k) + C(t_1 + k-2, k-1) + ... + C(t_{k-1}, 1),
 * so that tuples with the same first k - 1 entries, the prefix, are a contiguous row in the last.
 */
#ifndef HUD_GRID_CLUSTERS_H
#define HUD_GRID_CLUSTERS_H

#include "grid/internal.h"

/* Clusters of one size. */
struct hud_grid_cluster_size {
  size_t length; /* doubles of f_k; 0: not held */
  /* weight[m][y], border[m][y]: those of the pair stencil times 2/k at d = n-1-y, so that they run
   * with the last entry of a tuple; with the innermost term where it is used. */
  double *weight[HUD_GRID_STENCIL], *border[HUD_GRID_STENCIL];
  bool reads[HUD_GRID_STENCIL]; /* some weight m is not zero */
  bool triangular;              /* no weights for m < 0: one sweep inverts the drift */
  double *scratch;              /* length: a marginal on its way to a smaller size, or a source */
};

struct hud_grid_clusters {
  const struct hud_grid *grid;
  int K;
  double h;
  size_t n;
  size_t *count[HUD_GRID_MAX_CLUSTERS + 1]; /* count[j][t] = C(t+j-1, j): tuples of j below t */
  struct hud_grid_cluster_size sizes[HUD_GRID_MAX_CLUSTERS + 1];
  double *square[2];      /* n x n each: pair densities in full */
  double *pairs;          /* n(n+1)/2: a marginal */
  double *formed;         /* a quasi-stationary f_3; NULL for alignment */
  double *row, *diagonal; /* n each */
};

/* Index of the sorted tuple t of k cells. */
static inline size_t hud_grid_tuple_index(const struct hud_grid_clusters *c, int k, const size_t *t)
{
  size_t index = 0;
  for (int p = 0; p < k; p++)
    index += c->count[k - p][t[p]];
  return index;
}

/* The largest prefix of `entries` cells in *t, and the next one; false after the last. */
void hud_grid_prefix_first(size_t n, int entries, size_t *t);
bool hud_grid_prefix_next(int entries, size_t *t);

/* out <- (own - drift D_k)^{-1} out, in place. If the drift is not triangular: `passes` rounds of
 * Gauss-Seidel, or as many as it takes if passes = 0 (HUD_ERROR_COMPUTE if that does not end). */
hud_status hud_grid_cluster_solve(struct hud_grid_clusters *clusters, int k, double own,
                                  double drift, int passes, double *out, struct hud_error *error);

#endif
