/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lattice side of the three-body gain: masses at real positions are deposited with quadratic
 * B-splines on the lattice of differences i - j (rows) and second velocities j (columns).
 *
 * Positions are counted from the centre of the window in cells. A deposit keeps mass and mean and
 * adds the variance 1/4 wherever the point is, so that the sum over all deposits is known and can
 * be taken out exactly. A map of a pair is done in two steps, each a loop over contiguous memory:
 * first one coordinate is deposited along the diagonal direction (1,1) of the lattice, then the
 * resulting line is deposited as a whole at a point of the plane. Lattices are symmetric about the
 * centre, so that reflected data give reflected results to round-off. */
#include "grid/triple.h"

#include <math.h>
#include <string.h>

/* Quadratic B-spline weights at nodes `first`, first + 1, first + 2 of the integers. */
struct spline {
  long first;
  double weight[3];
};

static struct spline spline_at(double x)
{
  double nearest = round(x), f = x - nearest;
  struct spline s = {(long)nearest - 1,
                     {0.5 * (0.5 - f) * (0.5 - f), 0.75 - f * f, 0.5 * (0.5 + f) * (0.5 + f)}};
  return s;
}

static double centred(const struct hud_grid_triple *t, double index)
{
  return index - 0.5 * (double)(t->n - 1);
}

static size_t wrapped(long index, size_t period)
{
  return (size_t)(index < 0 ? index + (long)period : index);
}

/* Free particle, if the other two are observed: it moves both by beta v. */
void hud_grid_triple_free_line(struct hud_grid_triple *t, double u, const double *f1)
{
  double beta = (1.0 - u) / 3.0;
  memset(t->line, 0, t->stride * sizeof *t->line);
  for (size_t a = 0; a < t->n; a++) {
    struct spline s = spline_at(beta * centred(t, (double)a));
    for (int l = 0; l < 3; l++)
      t->line[wrapped(s.first + l, t->period)] += s.weight[l] * f1[a];
  }
}

/* Free particle, if it is observed with one of the pair: (alpha, beta) v. */
void hud_grid_triple_free_point(struct hud_grid_triple *t, double u, const double *f1)
{
  double alpha = (1.0 + 2.0 * u) / 3.0, beta = (1.0 - u) / 3.0;
  memset(t->free, 0, t->period * t->stride * sizeof *t->free);
  for (size_t a = 0; a < t->n; a++) {
    double v = centred(t, (double)a);
    struct spline x = spline_at(alpha * v), y = spline_at(beta * v);
    for (int p = 0; p < 3; p++)
      for (int q = 0; q < 3; q++) {
        long row = x.first + p - y.first - q + (long)(t->period / 2);
        t->free[(size_t)row * t->stride + wrapped(y.first + q, t->period)] +=
            x.weight[p] * y.weight[q] * f1[a];
      }
  }
}

/* The line line[0..count), which lies at diagonal positions first, first + 1, ... (plus the
 * lattice's offset), goes to the point (x, y): row x - y + shift, column y, each entry times c. */
static void add_line(struct hud_grid_triple *t, double c, struct spline x, struct spline y,
                     long shift, long first, size_t count, const double *line)
{
  long column = first + (long)(t->n / 2) + HUD_TRIPLE_MARGIN;
  for (int p = 0; p < 3; p++)
    for (int q = 0; q < 3; q++) {
      size_t row = wrapped(x.first + p - y.first - q + shift, t->period);
      double weight = c * x.weight[p] * y.weight[q];
      if (weight != 0.0)
        hud_grid_add_scaled(count, weight, line,
                            t->pair + row * t->stride + (size_t)(column + y.first + q));
    }
}

/* Both of the pair observed: sum and difference scale apart. Diagonal d >= 0 of f_2 is deposited
 * along the diagonal at (alpha + beta) times the mean, then at the half-difference u d/2. */
void hud_grid_triple_pair_stays(struct hud_grid_triple *t, double u, const double *f2)
{
  double scale = (2.0 + u) / 3.0; /* alpha + beta */
  memset(t->pair, 0, t->period * t->stride * sizeof *t->pair);
  double *line = t->columns;
  for (size_t d = 0; d < t->n; d++) {
    size_t length = t->n - d;
    const double *g = f2 + hud_grid_offset(t->n, d);
    double start = scale * centred(t, 0.5 * (double)d) - t->offset;
    long first = (long)round(start) - 1;
    size_t count = (size_t)((long)round(start + scale * (double)(length - 1)) + 2 - first);
    memset(line, 0, (count + 1) * sizeof *line);
    for (size_t c = 0; c < length; c++) {
      struct spline s = spline_at(start + scale * (double)c);
      for (int l = 0; l < 3; l++)
        line[s.first + l - first] += s.weight[l] * g[c];
    }
    double x = 0.5 * u * (double)d;
    add_line(t, d == 0 ? 1.0 : 2.0, spline_at(x), spline_at(-x), 0, first, count, line);
  }
}

void hud_grid_triple_unfold(struct hud_grid_triple *t, const double *f2)
{
  size_t n = t->n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      double value = f2[hud_grid_offset(n, i - j) + j];
      t->square[i * n + j] = value;
      t->square[j * n + i] = value;
    }
}

static void transpose(size_t rows, size_t columns, const double *in, double *out)
{
  enum { BLOCK = 16 };
  for (size_t r0 = 0; r0 < rows; r0 += BLOCK)
    for (size_t c0 = 0; c0 < columns; c0 += BLOCK)
      for (size_t c = c0; c < c0 + BLOCK && c < columns; c++)
        for (size_t r = r0; r < r0 + BLOCK && r < rows; r++)
          out[c * rows + r] = in[r * columns + c];
}

/* One of the pair observed with the free particle: the other, c, moves both by beta v_c and is
 * deposited along the diagonal; the observed one goes to (beta, alpha) v_b. */
void hud_grid_triple_mixed_pair(struct hud_grid_triple *t, double u)
{
  double alpha = (1.0 + 2.0 * u) / 3.0, beta = (1.0 - u) / 3.0;
  size_t n = t->n;
  long first = spline_at(beta * centred(t, 0.0)).first;
  size_t rows = (size_t)(spline_at(beta * centred(t, (double)(n - 1))).first + 3 - first);
  memset(t->strip, 0, rows * n * sizeof *t->strip);
  for (size_t c = 0; c < n; c++) {
    struct spline s = spline_at(beta * centred(t, (double)c));
    for (int l = 0; l < 3; l++)
      hud_grid_add_scaled(n, s.weight[l], t->square + c * n,
                          t->strip + (size_t)(s.first + l - first) * n);
  }
  transpose(rows, n, t->strip, t->columns);
  memset(t->pair, 0, t->period * t->stride * sizeof *t->pair);
  for (size_t b = 0; b < n; b++) {
    double v = centred(t, (double)b);
    add_line(t, 1.0, spline_at(beta * v - t->offset), spline_at(alpha * v - t->offset),
             (long)(t->period / 2), first, rows, t->columns + b * rows);
  }
}

/* ---- from the lattice back to f_2 ---- */

/* Diagonal d of the wide lattice, m = n + 2 margin cells a side: the mean of both triangles. */
static void symmetrise(struct hud_grid_triple *t)
{
  size_t m = t->n + 2 * HUD_TRIPLE_MARGIN;
  for (size_t d = 0; d < m; d++) {
    const double *upper = t->sum + d * t->stride;
    const double *lower = t->sum + (d == 0 ? 0 : t->period - d) * t->stride + d;
    double *out = t->wide + hud_grid_offset(m, d);
    for (size_t e = 0; e < m - d; e++)
      out[e] = 0.5 * (upper[e] + lower[e]);
  }
}

/* (1 + (1 - cos k_1)/4)(1 + (1 - cos k_2)/4) at inner points of diagonal d: the weights are 25/16
 * at the point, -5/32 at its four neighbours and 1/64 at the corners; rows below 0 are mirrored. */
static void sharpen_row(size_t m, size_t d, size_t from, size_t to, const double *wide, double *out)
{
  const double *same = wide + hud_grid_offset(m, d), *up = wide + hud_grid_offset(m, d + 1);
  const double *up2 = wide + hud_grid_offset(m, d + 2);
  const double *down = d >= 1 ? wide + hud_grid_offset(m, d - 1) : up - 1;
  const double *down2 = d >= 2 ? wide + hud_grid_offset(m, d - 2) + 1 : d == 1 ? same : up2 - 1;
  for (size_t e = from; e < to; e++)
    out[e] = 1.5625 * same[e] - 0.15625 * (up[e] + up[e - 1] + down[e] + down[e + 1]) +
             0.015625 * (same[e + 1] + same[e - 1] + up2[e - 1] + down2[e]);
}

/* Where the mass at wide index e goes: itself, or extrapolated onto the two outermost cells so that
 * mass and mean stay. */
static size_t fold_index(size_t n, size_t e, size_t *node, double *weight)
{
  size_t low = HUD_TRIPLE_MARGIN, high = HUD_TRIPLE_MARGIN + n - 1;
  if (e >= low && e <= high) {
    node[0] = e - low;
    weight[0] = 1.0;
    return 1;
  }
  double beyond = e < low ? (double)(low - e) : (double)(e - high);
  node[0] = e < low ? 0 : n - 1;
  node[1] = e < low ? 1 : n - 2;
  weight[0] = 1.0 + beyond;
  weight[1] = -beyond;
  return 2;
}

/* Adds the value at the wide pair (i, j), i >= j, which stands for (j, i) too. */
static void fold_pair(struct hud_grid_triple *t, size_t i, size_t j, double value)
{
  size_t p[2], q[2];
  double wp[2], wq[2];
  size_t p_count = fold_index(t->n, i, p, wp), q_count = fold_index(t->n, j, q, wq);
  for (size_t a = 0; a < p_count; a++)
    for (size_t b = 0; b < q_count; b++) {
      if (i == j && p[a] < q[b])
        continue; /* its mirror image is among the terms */
      size_t high = p[a] > q[b] ? p[a] : q[b], low = p[a] > q[b] ? q[b] : p[a];
      double sides = high == low && i != j ? 2.0 : 1.0;
      t->gain[hud_grid_offset(t->n, high - low) + low] += sides * wp[a] * wq[b] * value;
    }
}

void hud_grid_triple_collect(struct hud_grid_triple *t)
{
  size_t n = t->n, margin = HUD_TRIPLE_MARGIN, m = n + 2 * margin;
  symmetrise(t);
  double *row = t->line;
  for (size_t d = 0; d < n; d++)
    memset(t->gain + hud_grid_offset(n, d), 0, (n - d) * sizeof *t->gain);
  for (size_t d = 0; d + 2 < m; d++) {
    size_t length = m - d;
    if (t->compensate)
      sharpen_row(m, d, 1, length - 1, t->wide, row);
    else
      memcpy(row, t->wide + hud_grid_offset(m, d), length * sizeof *row);
    for (size_t e = 1; e + 1 < length; e++) {
      bool inside = e >= margin && e + d < margin + n;
      if (inside)
        t->gain[hud_grid_offset(n, d) + e - margin] += row[e];
      else if (row[e] != 0.0)
        fold_pair(t, e + d, e, row[e]);
    }
  }
}
