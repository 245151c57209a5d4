/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distances of densities of pairs. A symmetric density has fhat(a, b) = fhat(b, a) and
 * fhat(-a, -b) = conj fhat(a, b): the wedge a >= |b| is searched. */
#include "analysis/pair_distance.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "analysis/distance.h"
#include "base/alloc.h"
#include "base/sum.h"

enum { STEPS = 48, HALVINGS = 14 };
static const double box = 8.0; /* over the standard deviation */

struct pairs {
  const struct hud_pair_density *density;
  double width, mass, mean;     /* mass: sum of f2, without the width */
  double variance, covariance;  /* of one velocity; of two */
  double complex *row, *column; /* count x (STEPS + 1): factors of v_1; sums over v_2 */
  double complex *factors[2];   /* count: those of one frequency */
};

/* ---- what one density is ---- */

static hud_status check(const struct hud_pair_density *density, double width,
                        struct hud_error *error)
{
  size_t n = density->count;
  for (size_t i = 1; i < n; i++)
    if (!(fabs(density->v[i] - density->v[i - 1] - width) <= 1e-9 * fabs(width)) || !(width > 0.0))
      return hud_fail(error, HUD_ERROR_USAGE, "the cells of f_2 are not of equal width");
  for (size_t i = 0; i < n * n; i++)
    if (!isfinite(density->f2[i]))
      return hud_fail(error, HUD_ERROR_USAGE, "f_2(%g, %g) is not finite", density->v[i / n],
                      density->v[i % n]);
  return HUD_OK;
}

static hud_status describe(struct pairs *pairs, const struct hud_pair_density *density,
                           struct hud_error *error)
{
  size_t n = density->count;
  struct hud_sum mass = {0}, first = {0}, second = {0}, mixed = {0};
  *pairs = (struct pairs){.density = density};
  if (n < 2)
    return hud_fail(error, HUD_ERROR_USAGE, "f_2 on %zu x %zu cells", n, n);
  pairs->width = (density->v[n - 1] - density->v[0]) / (double)(n - 1);
  hud_status status = check(density, pairs->width, error);
  for (size_t i = 0; i < n * n && status == HUD_OK; i++) {
    hud_sum_add(&mass, density->f2[i]);
    hud_sum_add(&first, density->f2[i] * density->v[i / n]);
  }
  pairs->mass = hud_sum_result(&mass);
  pairs->mean = hud_sum_result(&first) / pairs->mass;
  if (status == HUD_OK && !(pairs->mass > 0.0))
    return hud_fail(error, HUD_ERROR_USAGE, "f_2 has the mass %g; expected a positive one",
                    pairs->mass * pairs->width * pairs->width);
  for (size_t i = 0; i < n * n && status == HUD_OK; i++) {
    double x = density->v[i / n] - pairs->mean, y = density->v[i % n] - pairs->mean;
    hud_sum_add(&second, density->f2[i] * x * x);
    hud_sum_add(&mixed, density->f2[i] * x * y);
  }
  pairs->variance = hud_sum_result(&second) / pairs->mass + pairs->width * pairs->width / 12.0;
  pairs->covariance = hud_sum_result(&mixed) / pairs->mass;
  return status;
}

/* ---- the transform ---- */

/* int over the cell of e^{-i xi (v - mean)}, over its width. */
static double complex factor(const struct pairs *pairs, size_t i, double xi)
{
  double half = 0.5 * xi * pairs->width;
  double spread = fabs(half) > 1e-8 ? sin(half) / half : 1.0;
  return spread * cexp(-I * xi * (pairs->density->v[i] - pairs->mean));
}

/* Sums over v_2 for one frequency. */
static void sum_columns(const struct pairs *pairs, const double complex *factors,
                        double complex *column)
{
  size_t n = pairs->density->count;
  for (size_t i = 0; i < n; i++) {
    const double *row = pairs->density->f2 + i * n;
    double re = 0.0, im = 0.0;
    for (size_t j = 0; j < n; j++) {
      re += row[j] * creal(factors[j]);
      im += row[j] * cimag(factors[j]);
    }
    column[i] = (re + I * im) / pairs->mass;
  }
}

static hud_status transform(struct pairs *pairs, double step, struct hud_error *error)
{
  size_t n = pairs->density->count;
  hud_status status = HUD_NEW(&pairs->row, n * (STEPS + 1), "a transform", error);
  if (status == HUD_OK)
    status = HUD_NEW(&pairs->column, n * (STEPS + 1), "a transform", error);
  for (int k = 0; k < 2 && status == HUD_OK; k++)
    status = HUD_NEW(&pairs->factors[k], n, "a transform", error);
  for (size_t k = 0; k <= STEPS && status == HUD_OK; k++) {
    for (size_t i = 0; i < n; i++)
      pairs->row[k * n + i] = factor(pairs, i, (double)k * step);
    sum_columns(pairs, pairs->row + k * n, pairs->column + k * n);
  }
  return status;
}

static void clear(struct pairs *pairs)
{
  hud_free(pairs->row);
  hud_free(pairs->column);
  hud_free(pairs->factors[0]);
  hud_free(pairs->factors[1]);
}

/* At a lattice frequency (k, l) step, k >= |l|. */
static double complex at_lattice(const struct pairs *pairs, int k, int l)
{
  size_t n = pairs->density->count;
  const double complex *row = pairs->row + (size_t)k * n;
  const double complex *column = pairs->column + (size_t)(l < 0 ? -l : l) * n;
  double complex sum = 0.0;
  for (size_t i = 0; i < n; i++)
    sum += row[i] * (l < 0 ? conj(column[i]) : column[i]);
  return sum;
}

/* At any frequency. */
static double complex at_any(const struct pairs *pairs, double a, double b)
{
  size_t n = pairs->density->count;
  double complex sum = 0.0;
  for (size_t i = 0; i < n; i++)
    pairs->factors[0][i] = factor(pairs, i, b);
  sum_columns(pairs, pairs->factors[0], pairs->factors[1]);
  for (size_t i = 0; i < n; i++)
    sum += factor(pairs, i, a) * pairs->factors[1][i];
  return sum;
}

static double quotient(const struct pairs both[2], double a, double b)
{
  return cabs(at_any(&both[0], a, b) - at_any(&both[1], a, b)) / (a * a + b * b);
}

/* From the best point of the lattice to better neighbours, with shorter and shorter steps; not so
 * near to xi = 0, whose limit is known, that the quotient is round-off. */
static double climb(const struct pairs both[2], double a, double b, double step, double best)
{
  static const double directions[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
  double edge = 2.0 * STEPS * step, least = 0.5 * step;
  for (int halving = 0; halving < HALVINGS;) {
    bool better = false;
    for (int d = 0; d < 4 && !better; d++) {
      double x = a + step * directions[d][0], y = b + step * directions[d][1];
      if (fabs(x) > edge || fabs(y) > edge || hypot(x, y) < least)
        continue;
      double value = quotient(both, x, y);
      if (value > best) {
        better = true;
        best = value;
        a = x;
        b = y;
      }
    }
    if (better)
      continue;
    halving++;
    step *= 0.5;
  }
  return best;
}

static double search(const struct pairs both[2], double step)
{
  double variance = both[0].variance - both[1].variance;
  double covariance = both[0].covariance - both[1].covariance;
  double at_zero = 0.5 * (fabs(variance) + fabs(covariance)), best = 0.0;
  int best_k = 1, best_l = 0;
  for (int k = 1; k <= STEPS; k++)
    for (int l = -k; l <= k; l++) {
      double difference = cabs(at_lattice(&both[0], k, l) - at_lattice(&both[1], k, l));
      double value = difference / (step * step * ((double)k * k + (double)l * l));
      if (value > best) {
        best = value;
        best_k = k;
        best_l = l;
      }
    }
  if (best > 0.0)
    best = climb(both, best_k * step, best_l * step, 0.5 * step, best);
  return fmax(best, at_zero);
}

hud_status hud_pair_fourier(const struct hud_pair_density *f, const struct hud_pair_density *g,
                            double *distance, struct hud_error *error)
{
  struct pairs both[2] = {{.row = NULL}, {.row = NULL}};
  hud_status status = describe(&both[0], f, error);
  if (status == HUD_OK)
    status = describe(&both[1], g, error);
  double step = box / STEPS / sqrt(fmax(both[0].variance, both[1].variance));
  for (int m = 0; m < 2 && status == HUD_OK; m++)
    status = transform(&both[m], step, error);
  if (status == HUD_OK)
    *distance = search(both, step);
  clear(&both[0]);
  clear(&both[1]);
  return status;
}

/* ---- laws of one number ---- */

/* Masses of the marginal in the cells, or of |v_1 - v_2| in cells as wide; edge[count + 1]. Two
 * evenly filled cells that are d apart have differences in the two cells beside d; those of a cell
 * with itself are in the first. */
static hud_status law(const struct hud_pair_density *density, bool of_difference, double **mass,
                      double **edge, struct hud_error *error)
{
  struct pairs pairs;
  size_t n = density->count;
  hud_status status = describe(&pairs, density, error);
  if (status == HUD_OK)
    status = HUD_NEW(mass, n, "a marginal", error);
  if (status == HUD_OK)
    status = HUD_NEW(edge, n + 1, "a marginal", error);
  for (size_t i = 0; i < n * n && status == HUD_OK; i++) {
    size_t apart = i / n > i % n ? i / n - i % n : i % n - i / n;
    if (of_difference) {
      (*mass)[apart] += 0.5 * density->f2[i];
      (*mass)[apart > 0 ? apart - 1 : 0] += 0.5 * density->f2[i];
    } else {
      (*mass)[i / n] += density->f2[i];
    }
  }
  for (size_t i = 0; i <= n && status == HUD_OK; i++)
    (*edge)[i] =
        of_difference ? (double)i * pairs.width : density->v[0] + ((double)i - 0.5) * pairs.width;
  return status;
}

static hud_status compare_laws(const struct hud_pair_density *f, const struct hud_pair_density *g,
                               bool of_difference, double *distance, struct hud_error *error)
{
  double *mass[2] = {NULL, NULL}, *edge[2] = {NULL, NULL};
  const struct hud_pair_density *of[2] = {f, g};
  struct hud_measure measures[2];
  hud_status status = HUD_OK;
  for (int m = 0; m < 2 && status == HUD_OK; m++) {
    status = law(of[m], of_difference, &mass[m], &edge[m], error);
    measures[m] = (struct hud_measure){.count = of[m]->count, .mass = mass[m], .edge = edge[m]};
  }
  if (status == HUD_OK)
    status = hud_wasserstein_1(&measures[0], &measures[1], distance, error);
  for (int m = 0; m < 2; m++) {
    hud_free(mass[m]);
    hud_free(edge[m]);
  }
  return status;
}

hud_status hud_pair_wasserstein(const struct hud_pair_density *f, const struct hud_pair_density *g,
                                double *distance, struct hud_error *error)
{
  return compare_laws(f, g, false, distance, error);
}

hud_status hud_pair_wasserstein_difference(const struct hud_pair_density *f,
                                           const struct hud_pair_density *g, double *distance,
                                           struct hud_error *error)
{
  return compare_laws(f, g, true, distance, error);
}
