/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The drift -div(U_k f_k) of clusters of k >= 3, and its inverse. Since
 * (U_k)_i = (1/k) sum_j F(v_j - v_i), the drift is 2/k times the sum over all pairs of velocities
 * of the pair drift with the others as spectators: D_k = (2/k) sum_{p<q} D^(pq). Each D^(pq) is the
 * scheme of stencil.c on the antidiagonals of its two indices, so that D_k keeps mass and mean
 * exactly, is of second order, and inherits the second moments that are exact for pairs:
 * d/dt sum (v_1 - v_2)^2 f = -2 sum (v_1 - v_2)^2 f for alignment.
 *
 * Attraction reads from tuples that are further spread: moving one velocity up and a lower one down
 * makes a tuple whose sorted prefix comes earlier in the order of rows. One sweep over the rows
 * therefore inverts own - drift D_k exactly in O(k^2 n^k/k!). Repulsion and the innermost term read
 * from later rows too: then Gauss-Seidel rounds, up and down within every plane of the largest
 * velocity before the next, carry information along both directions; it converges to round-off in
 * a number of rounds that grows with drift/own for repulsion and is about ten for the innermost
 * term. */
#include "grid/clusters.h"

#include <math.h>
#include <string.h>

#include "base/clones.h"

enum { MAX_ROUNDS = 500 };

HUD_CLONES static void add_weighted(size_t count, const double *restrict weight,
                                    const double *restrict x, double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += weight[j] * x[j];
}

/* A row of tuples: the sorted prefix t of k - 1 entries, and the last entry 0..length-1. */
struct row {
  const struct hud_grid_clusters *c;
  int k;
  const double *f;
  size_t t[HUD_GRID_MAX_CLUSTERS], length;
};

/* The prefix with entries p and q replaced by high >= low, sorted; returns where its row begins.
 * *least becomes its smallest entry. */
static size_t moved_row(const struct row *row, int p, size_t high, int q, size_t low, size_t *t,
                        size_t *least)
{
  int entries = row->k - 1, count = 0;
  size_t moved[2] = {high, low};
  int used = 0, moves = q < 0 ? 1 : 2;
  for (int r = 0; r < entries; r++) {
    if (r == p || r == q)
      continue;
    while (used < moves && moved[used] >= row->t[r])
      t[count++] = moved[used++];
    t[count++] = row->t[r];
  }
  while (used < moves)
    t[count++] = moved[used++];
  size_t begin = 0;
  for (int r = 0; r < entries; r++)
    begin += row->c->count[row->k - r][t[r]];
  *least = t[entries - 1];
  return begin;
}

/* f at the sorted prefix t with one more entry anywhere. */
static double value_at(const struct row *row, const size_t *t, size_t last)
{
  size_t sorted[HUD_GRID_MAX_CLUSTERS];
  int p = 0, k = row->k;
  for (; p < k - 1 && t[p] >= last; p++)
    sorted[p] = t[p];
  sorted[p] = last;
  for (; p < k - 1; p++)
    sorted[p + 1] = t[p];
  return row->f[hud_grid_tuple_index(row->c, k, sorted)];
}

/* Pair of two prefix entries p < q: the weight is the same along the row. */
static void add_prefix_pair(const struct row *row, int p, int q, int m, double weight, double *out)
{
  long n = (long)row->c->n, high = (long)row->t[p] + m, low = (long)row->t[q] - m;
  if (weight == 0.0 || high < 0 || low < 0 || high >= n || low >= n)
    return;
  if (high < low) {
    long other = high;
    high = low;
    low = other;
  }
  size_t t[HUD_GRID_MAX_CLUSTERS], least;
  size_t begin = moved_row(row, p, (size_t)high, q, (size_t)low, t, &least);
  size_t count = least + 1 < row->length ? least + 1 : row->length;
  hud_grid_add_scaled(count, weight, row->f + begin, out);
  for (size_t x = count; x < row->length; x++)
    out[x] += weight * value_at(row, t, x);
}

/* Pair of prefix entry p and the last entry x, which moves to x - m. */
static void add_last_pair(const struct row *row, int p, int m, const double *weight,
                          double first_weight, double *out)
{
  long n = (long)row->c->n, high = (long)row->t[p] + m;
  if (high < 0 || high >= n)
    return;
  size_t t[HUD_GRID_MAX_CLUSTERS], least;
  size_t begin = moved_row(row, p, (size_t)high, -1, 0, t, &least);
  size_t from = m > 0 ? (size_t)m : 0, to = row->length;
  if ((long)to - 1 - m >= n)
    to = (size_t)(n + m);
  const double *w = weight + (row->c->n - 1 - row->t[p]); /* w[x]: difference t[p] - x */
  if (from == 0 && to > 0) {                              /* x = 0 is at the window's end */
    if (first_weight != 0.0)
      out[0] += first_weight * value_at(row, t, (size_t)(-m));
    from = 1;
  }
  /* x - m <= least is contiguous. */
  size_t end = (size_t)((long)least + m + 1);
  end = (long)least + m + 1 < 0 ? 0 : end < to ? end : to;
  if (end > from)
    add_weighted(end - from, w + from, row->f + begin + (from - (size_t)m), out + from);
  for (size_t x = end > from ? end : from; x < to; x++)
    if (w[x] != 0.0)
      out[x] += w[x] * value_at(row, t, (size_t)((long)x - m));
}

/* out = what the row's tuples get from others; forward: only from rows earlier in the order. */
static void inflow(const struct row *row, bool forward, double *out)
{
  const struct hud_grid_clusters *c = row->c;
  const struct hud_grid_cluster_size *size = &c->sizes[row->k];
  memset(out, 0, row->length * sizeof *out);
  for (int m = forward ? 1 : -HUD_GRID_REACH; m <= HUD_GRID_REACH; m++) {
    if (m == 0 || !size->reads[m + HUD_GRID_REACH])
      continue;
    const double *weight = size->weight[m + HUD_GRID_REACH];
    const double *border = size->border[m + HUD_GRID_REACH];
    for (int p = 0; p < row->k - 1; p++) {
      bool top = row->t[p] == c->n - 1;
      for (int q = p + 1; q < row->k - 1; q++) {
        size_t y = c->n - 1 - (row->t[p] - row->t[q]);
        bool ends = top || row->t[q] == 0;
        add_prefix_pair(row, p, q, m, (ends ? border : weight)[y], out);
      }
      add_last_pair(row, p, m, top ? border : weight, border[c->n - 1 - row->t[p]], out);
    }
  }
}

/* out = the weight of the row's own values. */
static void own_weight(const struct row *row, double *out)
{
  const struct hud_grid_clusters *c = row->c;
  const struct hud_grid_cluster_size *size = &c->sizes[row->k];
  const double *weight = size->weight[HUD_GRID_REACH], *border = size->border[HUD_GRID_REACH];
  double common = 0.0, first = 0.0;
  for (int p = 0; p < row->k - 1; p++)
    for (int q = p + 1; q < row->k - 1; q++) {
      bool ends = row->t[p] == c->n - 1 || row->t[q] == 0;
      common += (ends ? border : weight)[c->n - 1 - (row->t[p] - row->t[q])];
    }
  for (size_t x = 0; x < row->length; x++)
    out[x] = common;
  for (int p = 0; p < row->k - 1; p++) {
    size_t shift = c->n - 1 - row->t[p];
    hud_grid_add_scaled(row->length, 1.0, (row->t[p] == c->n - 1 ? border : weight) + shift, out);
    first += border[shift];
  }
  out[0] = common + first;
}

static void row_open(struct row *row, const struct hud_grid_clusters *c, int k, const double *f)
{
  row->c = c;
  row->k = k;
  row->f = f;
  hud_grid_prefix_first(c->n, k - 1, row->t);
}

static size_t row_begin(const struct row *row)
{
  size_t begin = 0;
  for (int p = 0; p < row->k - 1; p++)
    begin += row->c->count[row->k - p][row->t[p]];
  return begin;
}

void hud_grid_cluster_drift(struct hud_grid_clusters *c, double factor, int k, const double *fk,
                            double *out)
{
  struct row row;
  row_open(&row, c, k, fk);
  do {
    size_t begin = row_begin(&row);
    row.length = row.t[k - 2] + 1;
    inflow(&row, false, c->row);
    own_weight(&row, c->diagonal);
    add_weighted(row.length, c->diagonal, fk + begin, c->row);
    hud_grid_add_scaled(row.length, factor, c->row, out + begin);
  } while (hud_grid_prefix_next(k - 1, row.t));
}

/* ---- the inverse ---- */

struct solution {
  struct row row;
  double own, drift;
  const double *source;
  double *out;
  bool forward;
  double change, size; /* of the round: sums of |change| and of |value| */
};

static void relax_row(struct solution *s)
{
  struct row *row = &s->row;
  double *sum = row->c->row, *diagonal = row->c->diagonal;
  size_t begin = row_begin(row);
  row->length = row->t[row->k - 2] + 1;
  inflow(row, s->forward, sum);
  own_weight(row, diagonal);
  for (size_t x = 0; x < row->length; x++) {
    double value = (s->source[begin + x] + s->drift * sum[x]) / (s->own - s->drift * diagonal[x]);
    s->change += fabs(value - s->out[begin + x]);
    s->size += fabs(value);
    s->out[begin + x] = value;
  }
}

/* All rows whose prefix starts with t[0..level): down, then up, at each level. */
static void relax_plane(struct solution *s, int level)
{
  struct row *row = &s->row;
  if (level >= row->k - 1 || level >= HUD_GRID_MAX_CLUSTERS) {
    relax_row(s);
    return;
  }
  size_t top = level == 0 ? row->c->n : row->t[level - 1] + 1;
  for (size_t i = top; i-- > 0;) {
    row->t[level] = i;
    relax_plane(s, level + 1);
  }
  for (size_t i = 1; i < top; i++) {
    row->t[level] = i;
    relax_plane(s, level + 1);
  }
}

static void relax_forward(struct solution *s)
{
  hud_grid_prefix_first(s->row.c->n, s->row.k - 1, s->row.t);
  do
    relax_row(s);
  while (hud_grid_prefix_next(s->row.k - 1, s->row.t));
}

hud_status hud_grid_cluster_solve(struct hud_grid_clusters *c, int k, double own, double drift,
                                  int passes, double *out, struct hud_error *error)
{
  struct hud_grid_cluster_size *size = &c->sizes[k];
  struct solution s = {.own = own, .drift = drift, .source = out, .out = out, .forward = true};
  row_open(&s.row, c, k, out);
  if (size->triangular || passes == 1 || drift == 0.0) {
    relax_forward(&s);
    return HUD_OK;
  }
  memcpy(size->scratch, out, size->length * sizeof *out);
  s.source = size->scratch;
  relax_forward(&s);
  s.forward = false;
  for (int round = 1; round < (passes > 0 ? passes : MAX_ROUNDS); round++) {
    s.change = s.size = 0.0;
    if (c->grid->stencil.attracting)
      relax_forward(&s);
    else
      relax_plane(&s, 0);
    if (passes == 0 && s.change <= 1e-15 * s.size)
      return HUD_OK;
  }
  if (passes > 0)
    return HUD_OK;
  return hud_fail(error, HUD_ERROR_COMPUTE,
                  "the quasi-stationary clusters of %d do not converge: drift %g, splitting %g", k,
                  drift, own);
}
