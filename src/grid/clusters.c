/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clusters of k >= 3 on the grid: layout, Sym(f_i x f_j), marginals, weighted points. Everything is
 * a loop over prefixes with an inner loop over the contiguous last entry. Sums over the whole space
 * are sums over multisets with their multiplicities, so mass and mean pass from f_k to its
 * marginals exactly. */
#include "grid/clusters.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sum.h"

/* ---- tuples ---- */

void hud_grid_prefix_first(size_t n, int entries, size_t *t)
{
  for (int p = 0; p < entries; p++)
    t[p] = n - 1;
}

bool hud_grid_prefix_next(int entries, size_t *t)
{
  for (int p = entries - 1; p >= 0; p--) {
    if (t[p] == 0)
      continue;
    size_t next = t[p] - 1;
    for (int q = p; q < entries; q++)
      t[q] = next;
    return true;
  }
  return false;
}

static size_t row_begin(const struct hud_grid_clusters *c, int k, const size_t *prefix)
{
  size_t index = 0;
  for (int p = 0; p < k - 1; p++)
    index += c->count[k - p][prefix[p]];
  return index;
}

static void sort_down(int k, size_t *t)
{
  for (int p = 1; p < k; p++)
    for (int q = p; q > 0 && t[q] > t[q - 1]; q--) {
      size_t other = t[q];
      t[q] = t[q - 1];
      t[q - 1] = other;
    }
}

void hud_grid_cluster_place(const struct hud_grid_clusters *c, int k, size_t index, size_t *t)
{
  for (int p = 0; p < k; p++) {
    size_t cell = 0;
    while (cell + 1 < c->n && c->count[k - p][cell + 1] <= index)
      cell++;
    t[p] = cell;
    index -= c->count[k - p][cell];
  }
}

/* ---- creation ---- */

double hud_grid_length(size_t n, int k)
{
  double length = 1.0;
  for (int j = 1; j <= k; j++)
    length *= (double)(n + (size_t)j - 1) / j;
  return round(length);
}

static hud_status create_counts(struct hud_grid_clusters *c, struct hud_error *error)
{
  for (int j = 1; j <= c->K; j++) {
    hud_status status = HUD_NEW(&c->count[j], c->n + 1, "clusters on the grid", error);
    if (status != HUD_OK)
      return status;
    for (size_t t = 1; t <= c->n; t++)
      c->count[j][t] = c->count[j][t - 1] + (j == 1 ? 1 : c->count[j - 1][t]);
  }
  return HUD_OK;
}

/* Weight m at difference d of clusters of k, reversed. The innermost term moves `across` G_1 from
 * d = 3 to d = 1. */
static hud_status create_weights(struct hud_grid_clusters *c, int k, double across,
                                 struct hud_error *error)
{
  const struct hud_grid_stencil *stencil = &c->grid->stencil;
  struct hud_grid_cluster_size *size = &c->sizes[k];
  double share = 2.0 / k;
  for (int m = 0; m < HUD_GRID_STENCIL; m++) {
    hud_status status = HUD_NEW(&size->weight[m], c->n, "clusters on the grid", error);
    if (status == HUD_OK)
      status = HUD_NEW(&size->border[m], c->n, "clusters on the grid", error);
    if (status != HUD_OK)
      return status;
    for (size_t d = 0; d < c->n; d++) {
      size->weight[m][c->n - 1 - d] = share * stencil->weight[m][d];
      size->border[m][c->n - 1 - d] = share * stencil->border[m][d];
    }
  }
  size->triangular = stencil->attracting && across == 0.0;
  size->weight[HUD_GRID_REACH][c->n - 2] += share * across;
  size->weight[HUD_GRID_REACH - 1][c->n - 4] -= share * across;
  size->border[HUD_GRID_REACH - 1][c->n - 4] -= share * across;
  for (int m = 0; m < HUD_GRID_STENCIL; m++)
    for (size_t y = 0; y < c->n; y++)
      if (size->weight[m][y] != 0.0 || size->border[m][y] != 0.0)
        size->reads[m] = true;
  return HUD_OK;
}

static hud_status create_size(struct hud_grid_clusters *c, int k, double across,
                              struct hud_error *error)
{
  struct hud_grid_cluster_size *size = &c->sizes[k];
  size->length = c->count[k][c->n];
  hud_status status = create_weights(c, k, across, error);
  if (status == HUD_OK)
    status = HUD_NEW(&size->scratch, size->length, "clusters on the grid", error);
  return status;
}

static hud_status create(struct hud_grid_clusters **out, const struct hud_grid *grid, int K,
                         struct hud_error *error)
{
  struct hud_grid_clusters *c = NULL;
  const char *what = "clusters on the grid";
  size_t n = grid->n;
  hud_status status = HUD_NEW(&c, 1, what, error);
  if (status != HUD_OK)
    return status;
  *out = c;
  c->grid = grid;
  c->K = K;
  c->n = n;
  c->h = grid->h;
  status = create_counts(c, error);
  for (int s = 0; s < 2 && status == HUD_OK; s++)
    status = HUD_NEW(&c->square[s], n * n, what, error);
  if (status == HUD_OK)
    status = HUD_NEW(&c->pairs, grid->pair_length, what, error);
  if (status == HUD_OK)
    status = HUD_NEW(&c->row, n, what, error);
  if (status == HUD_OK)
    status = HUD_NEW(&c->diagonal, n, what, error);
  return status;
}

void hud_grid_clusters_free(struct hud_grid_clusters *c)
{
  if (c == NULL)
    return;
  for (int k = 1; k <= c->K; k++) {
    hud_free(c->count[k]);
    for (int m = 0; m < HUD_GRID_STENCIL; m++) {
      hud_free(c->sizes[k].weight[m]);
      hud_free(c->sizes[k].border[m]);
    }
    hud_free(c->sizes[k].scratch);
  }
  for (int s = 0; s < 2; s++)
    hud_free(c->square[s]);
  hud_free(c->pairs);
  hud_free(c->formed);
  hud_free(c->row);
  hud_free(c->diagonal);
  hud_free(c);
}

/* Sizes that have to be formed: dynamic ones, and quasi-stationary ones if the force is not that of
 * alignment, for which triple.c works without them. */
static int largest_formed(const struct hud_network *network, bool alignment)
{
  int K = 0;
  for (int k = 3; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary || !alignment)
      K = k;
  return K;
}

hud_status hud_grid_can_hold(const struct hud_network *network, struct hud_error *error)
{
  if (network->K <= HUD_GRID_MAX_CLUSTERS)
    return HUD_OK;
  return hud_fail_at(error, HUD_ERROR_INPUT, "clusters",
                     "the grid holds clusters of up to %d, not of %d; moments and particles do",
                     HUD_GRID_MAX_CLUSTERS, network->K);
}

hud_status hud_grid_hold(struct hud_representation *rep, const struct hud_network *network,
                         struct hud_error *error)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  int K = largest_formed(network, grid->alignment);
  if (K == 0 || grid->clusters != NULL)
    return HUD_OK;
  if (grid->stencil.biased)
    return hud_fail_at(error, HUD_ERROR_INPUT, "velocity.drift",
                       "the fourth-order drift is inverted for pairs only, and this model holds "
                       "clusters of three; expected second_order");
  hud_status status = hud_grid_can_hold(network, error);
  if (status == HUD_OK)
    status = create(&grid->clusters, grid, K, error);
  bool forms = !grid->alignment && network->sizes[3].quasi_stationary;
  if (status == HUD_OK && forms)
    status = HUD_NEW(&grid->clusters->formed, grid->clusters->count[3][grid->n],
                     "clusters on the grid", error);
  for (int k = 3; k <= K && status == HUD_OK; k++) {
    double drift = network->sizes[k].drift, rate = hud_network_split_rate(network, k);
    double across = hud_grid_across(&grid->stencil, drift > 0.0 ? rate / drift : INFINITY);
    status = create_size(grid->clusters, k, across, error);
  }
  return status;
}

double hud_grid_cluster_memory(size_t n, const struct hud_network *network, bool alignment)
{
  int K = largest_formed(network, alignment);
  double bytes = 0.0;
  for (int k = 3; k <= K; k++)
    bytes += sizeof(double) * (hud_grid_length(n, k) + 15.0 * (double)n);
  if (K >= 3 && network->sizes[3].quasi_stationary)
    bytes += sizeof(double) * hud_grid_length(n, 3);
  return K == 0 ? 0.0 : bytes + sizeof(double) * 2.5 * (double)n * (double)n;
}

/* ---- join ---- */

static void unfold(const struct hud_grid_clusters *c, const double *f2, double *square)
{
  size_t n = c->n;
  for (size_t d = 0; d < n; d++) {
    const double *g = f2 + hud_grid_offset(n, d);
    for (size_t j = 0; j < n - d; j++)
      square[(j + d) * n + j] = square[j * n + j + d] = g[j];
  }
}

/* A density as join reads it: f_2 is unfolded. */
struct factor {
  int k;
  const double *f;
};

static double factor_value(const struct hud_grid_clusters *c, const struct factor *x,
                           const size_t *t)
{
  if (x->k <= 2)
    return x->f[x->k == 1 ? t[0] : t[0] * c->n + t[1]];
  return x->f[hud_grid_tuple_index(c, x->k, t)];
}

static const double *factor_row(const struct hud_grid_clusters *c, const struct factor *x,
                                const size_t *prefix)
{
  if (x->k <= 2)
    return x->f + (x->k == 1 ? 0 : prefix[0] * c->n);
  return x->f + row_begin(c, x->k, prefix);
}

/* The row of one prefix: the mean over all subsets of i velocities of f_i on it, f_j on the rest.
 */
static void join_row(const struct hud_grid_clusters *c, double share, const struct factor *a,
                     const struct factor *b, const size_t *prefix, double *out)
{
  int k = a->k + b->k;
  size_t count = prefix[k - 2] + 1;
  for (unsigned subset = 0; subset < (1u << (k - 1)); subset++) {
    size_t in[HUD_GRID_MAX_CLUSTERS], rest[HUD_GRID_MAX_CLUSTERS];
    int in_count = 0, rest_count = 0;
    for (int p = 0; p < k - 1; p++)
      if ((subset >> p) & 1u)
        in[in_count++] = prefix[p];
      else
        rest[rest_count++] = prefix[p];
    /* The last entry goes to the factor that misses one. */
    if (in_count == a->k - 1)
      hud_grid_add_scaled(count, share * factor_value(c, b, rest), factor_row(c, a, in), out);
    else if (in_count == a->k)
      hud_grid_add_scaled(count, share * factor_value(c, a, in), factor_row(c, b, rest), out);
  }
}

void hud_grid_cluster_join(struct hud_grid_clusters *c, double factor, int i, const double *fi,
                           int j, const double *fj, double *out)
{
  int k = i + j;
  struct factor a = {i, fi}, b = {j, fj};
  if (i == 2) {
    unfold(c, fi, c->square[0]);
    a.f = c->square[0];
  }
  if (j == 2) {
    unfold(c, fj, c->square[1]);
    b.f = c->square[1];
  }
  double subsets = 1.0;
  for (int p = 1; p <= i; p++)
    subsets *= (double)(j + p) / p;
  size_t prefix[HUD_GRID_MAX_CLUSTERS];
  hud_grid_prefix_first(c->n, k - 1, prefix);
  do
    join_row(c, factor / subsets, &a, &b, prefix, out + row_begin(c, k, prefix));
  while (hud_grid_prefix_next(k - 1, prefix));
}

/* ---- marginals ---- */

/* Row of f_{k-1} with this prefix; f_2 is a square. */
static double *target_row(const struct hud_grid_clusters *c, int k, const size_t *prefix,
                          double *out)
{
  return k == 2 ? out + prefix[0] * c->n : out + row_begin(c, k, prefix);
}

/* What the row of f_k with this prefix gives to f_{k-1}: each distinct velocity of a multiset is
 * integrated out once. */
static void integrate_row(const struct hud_grid_clusters *c, double factor, int k,
                          const size_t *prefix, const double *row, double *out)
{
  size_t last = prefix[k - 2], shorter[HUD_GRID_MAX_CLUSTERS];
  target_row(c, k - 1, prefix, out)[last] += factor * hud_grid_line_sum(last + 1, row);
  for (int p = 0; p < k - 1; p++) {
    if (p < k - 2 && prefix[p] == prefix[p + 1])
      continue;
    int entries = 0;
    for (int q = 0; q < k - 1; q++)
      if (q != p)
        shorter[entries++] = prefix[q];
    /* Where the last entry equals prefix[p], it has been integrated out above. */
    hud_grid_add_scaled(p == k - 2 ? last : last + 1, factor, row,
                        target_row(c, k - 1, shorter, out));
  }
}

/* out += factor int f_k dv_k; out is in the layout of f_{k-1}, a square for k = 3. */
static void integrate(const struct hud_grid_clusters *c, double factor, int k, const double *fk,
                      double *out)
{
  size_t prefix[HUD_GRID_MAX_CLUSTERS];
  hud_grid_prefix_first(c->n, k - 1, prefix);
  do
    integrate_row(c, factor * c->h, k, prefix, fk + row_begin(c, k, prefix), out);
  while (hud_grid_prefix_next(k - 1, prefix));
}

/* c->square[0] = int f_k dv_3 .. dv_k, lower triangle. */
static void integrate_to_pairs(struct hud_grid_clusters *c, int k, const double *fk)
{
  for (; k > 3; k--) {
    struct hud_grid_cluster_size *smaller = &c->sizes[k - 1];
    memset(smaller->scratch, 0, smaller->length * sizeof(double));
    integrate(c, 1.0, k, fk, smaller->scratch);
    fk = smaller->scratch;
  }
  memset(c->square[0], 0, c->n * c->n * sizeof(double));
  integrate(c, 1.0, 3, fk, c->square[0]);
}

static void add_pairs(struct hud_grid_clusters *c, double factor, int k, const double *fk,
                      double *out)
{
  size_t n = c->n;
  integrate_to_pairs(c, k, fk);
  for (size_t d = 0; d < n; d++) {
    double *g = out + hud_grid_offset(n, d);
    for (size_t j = 0; j < n - d; j++)
      g[j] += factor * c->square[0][(j + d) * n + j];
  }
}

const double *hud_grid_cluster_to_pairs(struct hud_grid_clusters *c, int k, const double *fk)
{
  memset(c->pairs, 0, c->grid->pair_length * sizeof *c->pairs);
  add_pairs(c, 1.0, k, fk, c->pairs);
  return c->pairs;
}

void hud_grid_cluster_marginal(struct hud_grid_clusters *c, double factor, int k, const double *fk,
                               int i, double *out)
{
  if (i == 2) {
    add_pairs(c, factor, k, fk, out);
    return;
  }
  if (i == 1) {
    hud_grid_cluster_to_pairs(c, k, fk);
    for (size_t d = 0; d < c->n; d++)
      hud_grid_marginal_row(c->n, d, factor * c->h, c->pairs + hud_grid_offset(c->n, d), out);
    return;
  }
  for (; k > i + 1; k--) {
    struct hud_grid_cluster_size *smaller = &c->sizes[k - 1];
    memset(smaller->scratch, 0, smaller->length * sizeof(double));
    integrate(c, 1.0, k, fk, smaller->scratch);
    fk = smaller->scratch;
  }
  integrate(c, factor, k, fk, out);
}

/* ---- weighted points ---- */

/* Number of orders of the sorted tuple t. */
static double orders_of(int k, const size_t *t)
{
  double orders = 1.0;
  int equal = 1;
  for (int p = 1; p < k; p++) {
    equal = t[p] == t[p - 1] ? equal + 1 : 1;
    orders *= (double)(p + 1) / equal;
  }
  return orders;
}

void hud_grid_cluster_add_point(const struct hud_grid_clusters *c, int k, double value, size_t *t,
                                double *out)
{
  sort_down(k, t);
  out[hud_grid_tuple_index(c, k, t)] += value / orders_of(k, t);
}

double hud_grid_cluster_norm(const struct hud_grid_clusters *c, int k, const double *fk)
{
  struct hud_sum sum = {0.0, 0.0};
  size_t t[HUD_GRID_MAX_CLUSTERS];
  double cell = 1.0;
  for (int p = 0; p < k; p++)
    cell *= c->h;
  hud_grid_prefix_first(c->n, k - 1, t);
  do {
    const double *row = fk + row_begin(c, k, t);
    for (t[k - 1] = 0; t[k - 1] <= t[k - 2]; t[k - 1]++)
      hud_sum_add(&sum, orders_of(k, t) * fabs(row[t[k - 1]]));
  } while (hud_grid_prefix_next(k - 1, t));
  return cell * hud_sum_result(&sum);
}
