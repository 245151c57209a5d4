/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Push-forward of f_k, k >= 3, along U_k for time s: the mass of every tuple of cells goes along
 * its characteristic and is shared among the cells around where it ends, velocity by velocity, by
 * splines: linear ones (upwind scheme: positive, first order), or quadratic ones (second order),
 * whose variance of h^2/4 is taken out again by weights (-1/8, 5/4, -1/8), not positive. Splines
 * and not interpolation, and short steps one after another, because contracted tuples fall on the
 * grid at another spacing than its own: a beat, which for a contraction by u in one step is about
 * sinc(1/u)^3 of the density (1e-3 for the longest step). Mass and mean are exact; with quadratic
 * splines all second moments of the positions too, so that those of alignment are exact, and what
 * many short flows smear is of fourth order. Positions beyond the outermost centres, which a
 * repelling force may reach, are taken by the two outermost cells with mass and mean.
 *
 * Maps commute with translations: tuples with the same differences go to the same places relative
 * to their last velocity, which are found once. Cost O(3^k n^k/k!). */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "grid/characteristics.h"
#include "grid/clusters.h"

/* The longest step, and how many are made before the rest goes in one. */
static const double STEP = 0.1;
enum { STEPS = 32 };

/* Shares of one velocity: weights of cells first, first + 1, .. relative to the last velocity. */
struct share {
  long first;
  int count;
  double weight[3];
};

static struct share share_of(enum hud_drift_scheme scheme, double position)
{
  struct share share = {.count = 0};
  if (scheme == HUD_SCHEME_UPWIND) {
    share.first = (long)floor(position);
    double x = position - (double)share.first;
    share.weight[0] = 1.0 - x;
    share.weight[1] = x;
    share.count = x > 0.0 ? 2 : 1;
    return share;
  }
  share.first = lround(position) - 1;
  double x = position - (double)(share.first + 1);
  share.weight[0] = 0.5 * (0.5 - x) * (0.5 - x);
  share.weight[1] = 0.75 - x * x;
  share.weight[2] = 0.5 * (0.5 + x) * (0.5 + x);
  share.count = 3;
  return share;
}

/* What takes the variance of quadratic splines out. */
static struct share sharpened(long cell)
{
  return (struct share){cell - 1, 3, {-0.125, 1.25, -0.125}};
}

/* The same for cells `base` higher, with what lies outside the window on its two outermost cells.
 * Cells are as relative as before. */
static struct share fold(const struct share *share, long base, long n)
{
  struct share folded = {.first = share->first, .count = 3};
  long last = n - 1 - base; /* the window is [-base, last] */
  if (share->first < -base)
    folded.first = -base;
  if (folded.first + 2 > last)
    folded.first = last - 2;
  for (int c = 0; c < share->count; c++) {
    long cell = share->first + c;
    double weight = share->weight[c];
    if (cell < -base) {
      folded.weight[-base - folded.first] += weight * (double)(1 - base - cell);
      folded.weight[1 - base - folded.first] -= weight * (double)(-base - cell);
    } else if (cell > last) {
      folded.weight[last - folded.first] += weight * (double)(1 + cell - last);
      folded.weight[last - 1 - folded.first] -= weight * (double)(cell - last);
    } else {
      folded.weight[cell - folded.first] += weight;
    }
  }
  return folded;
}

/* Number of orders of k cells, sorted downwards in place. */
static double sort_and_count(int k, long *cell)
{
  double orders = 1.0;
  int equal = 1;
  for (int p = 1; p < k; p++)
    for (int q = p; q > 0 && cell[q] > cell[q - 1]; q--) {
      long other = cell[q];
      cell[q] = cell[q - 1];
      cell[q - 1] = other;
    }
  for (int p = 1; p < k; p++) {
    equal = cell[p] == cell[p - 1] ? equal + 1 : 1;
    orders *= (double)(p + 1) / equal;
  }
  return orders;
}

/* Places relative to the last velocity of a pattern, with the factors of its value. */
struct places {
  size_t count;
  long *cell; /* k each, sorted downwards */
  double *factor;
};

/* All combinations of the shares; `orders` is that of the tuple. */
static void combine(int k, const struct share *share, double orders, struct places *places)
{
  int choice[HUD_GRID_MAX_CLUSTERS] = {0}, p = 0;
  places->count = 0;
  while (p < k) {
    long *cell = places->cell + places->count * (size_t)k;
    double factor = orders;
    for (int q = 0; q < k; q++) {
      cell[q] = share[q].first + choice[q];
      factor *= share[q].weight[choice[q]];
    }
    if (factor != 0.0)
      places->factor[places->count++] = factor / sort_and_count(k, cell);
    for (p = 0; p < k && ++choice[p] == share[p].count; p++)
      choice[p] = 0;
  }
}

static size_t index_above(const struct hud_grid_clusters *c, int k, const long *cell, size_t base)
{
  size_t t[HUD_GRID_MAX_CLUSTERS];
  for (int p = 0; p < k; p++)
    t[p] = (size_t)(cell[p] + (long)base);
  return hud_grid_tuple_index(c, k, t);
}

/* Moves all tuples of one pattern of differences to where the shares of its velocities are. */
static void move_pattern(const struct hud_grid *grid, int k, const long *pattern,
                         const struct share *share, struct places *places, const double *fk,
                         double *out)
{
  const struct hud_grid_clusters *c = grid->clusters;
  struct share folded[HUD_GRID_MAX_CLUSTERS];
  long low = 0, high = 0, n = (long)grid->n, sorted[HUD_GRID_MAX_CLUSTERS];
  memcpy(sorted, pattern, (size_t)k * sizeof *sorted);
  double orders = sort_and_count(k, sorted);
  for (int p = 0; p < k; p++) {
    long top = share[p].first + share[p].count - 1;
    low = p == 0 || share[p].first < low ? share[p].first : low;
    high = p == 0 || top > high ? top : high;
  }
  bool plain = false; /* places are those of the unfolded shares */
  for (long base = 0; base + pattern[0] < n; base++) {
    double value = fk[index_above(c, k, pattern, (size_t)base)];
    bool inside = base + low >= 0 && base + high < n;
    if (value == 0.0)
      continue;
    for (int p = 0; p < k && !inside; p++)
      folded[p] = fold(&share[p], base, n);
    if (!inside || !plain)
      combine(k, inside ? share : folded, orders, places);
    plain = inside;
    for (size_t m = 0; m < places->count; m++)
      out[index_above(c, k, places->cell + m * (size_t)k, (size_t)base)] +=
          places->factor[m] * value;
  }
}

/* out = f_k with every tuple moved along its path, or, without paths, sharpened where it is. */
static void move_all(const struct hud_grid *grid, int k, const double *paths, struct places *places,
                     const double *fk, double *out)
{
  size_t t[HUD_GRID_MAX_CLUSTERS];
  long pattern[HUD_GRID_MAX_CLUSTERS] = {0};
  struct share share[HUD_GRID_MAX_CLUSTERS];
  memset(out, 0, grid->clusters->sizes[k].length * sizeof *out);
  hud_grid_prefix_first(grid->n, k - 1, t);
  do {
    size_t place = (size_t)k * hud_grid_tuple_index(grid->clusters, k - 1, t);
    for (int p = 0; p < k - 1; p++)
      pattern[p] = (long)t[p];
    for (int p = 0; p < k; p++)
      share[p] =
          paths != NULL ? share_of(grid->scheme, paths[place + (size_t)p]) : sharpened(pattern[p]);
    move_pattern(grid, k, pattern, share, places, fk, out);
  } while (hud_grid_prefix_next(k - 1, t));
}

/* One step of length s; from and to may be the same. */
static hud_status step(const struct hud_grid *grid, double s, int k, struct places *places,
                       const double *from, double *to, struct hud_error *error)
{
  const double *paths;
  double *moved = grid->clusters->sizes[k].scratch;
  hud_status status = hud_grid_cluster_paths(grid, k, s, &paths, error);
  if (status != HUD_OK)
    return status;
  move_all(grid, k, paths, places, from, moved);
  if (grid->scheme == HUD_SCHEME_UPWIND)
    memcpy(to, moved, grid->clusters->sizes[k].length * sizeof *to);
  else
    move_all(grid, k, NULL, places, moved, to);
  return HUD_OK;
}

hud_status hud_grid_cluster_flow(const struct hud_grid *grid, double s, int k, const double *fk,
                                 double *out, struct hud_error *error)
{
  struct places places = {0};
  size_t most = 1;
  for (int p = 0; p < k; p++)
    most *= 3;
  bool all = s > STEP * STEPS;
  double count = all ? STEPS : ceil(s / STEP), length = all ? STEP : s / count;
  hud_status status = HUD_NEW(&places.cell, most * (size_t)k, "a flow of clusters", error);
  if (status == HUD_OK)
    status = HUD_NEW(&places.factor, most, "a flow of clusters", error);
  for (double n = 0.0; n < count && status == HUD_OK; n++)
    status = step(grid, length, k, &places, n == 0.0 ? fk : out, out, error);
  if (status == HUD_OK && all)
    status = step(grid, s - STEP * STEPS, k, &places, out, out, error);
  hud_free(places.cell);
  hud_free(places.factor);
  return status;
}
