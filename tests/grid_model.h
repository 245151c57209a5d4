/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the tests of the grid: making one, smooth and random data, brute-force sums. */
#ifndef HUD_TESTS_GRID_MODEL_H
#define HUD_TESTS_GRID_MODEL_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "grid/grid.h"
#include "network/potential.h"
#include "support.h"

struct grid {
  struct hud_representation *rep;
  const struct hud_representation_ops *ops;
  struct hud_potential *potential;
  size_t n, pairs;
  double h;
  struct hud_error error;
};

static inline void grid_open_potential(struct grid *grid,
                                       const struct hud_potential_spec *potential, int n,
                                       double min, double max, enum hud_drift_scheme scheme,
                                       double mu11)
{
  struct hud_velocity_spec window = {.given = true, .min = min, .max = max, .cells = n};
  memset(grid, 0, sizeof *grid);
  assert_ok(hud_potential_create(&grid->potential, potential, &grid->error), &grid->error);
  assert_ok(hud_grid_create(&grid->rep, &window, grid->potential, scheme, mu11, &grid->error),
            &grid->error);
  grid->ops = grid->rep->ops;
  grid->n = grid->ops->length(grid->rep, 1);
  grid->pairs = grid->ops->length(grid->rep, 2);
  grid->h = hud_grid_spacing(grid->rep);
}

static inline void grid_open(struct grid *grid, int n, double min, double max,
                             enum hud_drift_scheme scheme, double mu11)
{
  struct hud_potential_spec alignment = {.type = HUD_POTENTIAL_ALIGNMENT};
  grid_open_potential(grid, &alignment, n, min, max, scheme, mu11);
}

static inline void grid_close(struct grid *grid)
{
  grid->ops->free(grid->rep);
  hud_potential_free(grid->potential);
}

static inline double *zeros(size_t count)
{
  double *x = calloc(count, sizeof *x);
  assert_non_null(x);
  return x;
}

/* f_2(i, j) by the layout that grid.h promises. */
static inline double pair_at(const struct grid *grid, const double *f2, size_t i, size_t j)
{
  size_t d = i > j ? i - j : j - i, low = i > j ? j : i, offset = 0;
  for (size_t e = 0; e < d; e++)
    offset += grid->n - e;
  return f2[offset + low];
}

/* sum h^2 v_1^p v_2^q f_2 about `center`, cell by cell. */
static inline double pair_moment(const struct grid *grid, const double *f2, double center, int p,
                                 int q)
{
  long double sum = 0.0L;
  for (size_t i = 0; i < grid->n; i++)
    for (size_t j = 0; j < grid->n; j++)
      sum += (long double)(pow(hud_grid_velocity(grid->rep, i) - center, p) *
                           pow(hud_grid_velocity(grid->rep, j) - center, q)) *
             (long double)f2[hud_grid_pair_index(grid->rep, i, j)];
  return (double)sum * grid->h * grid->h;
}

static inline double single_moment(const struct grid *grid, const double *f1, double center, int p)
{
  long double sum = 0.0L;
  for (size_t i = 0; i < grid->n; i++)
    sum += (long double)(pow(hud_grid_velocity(grid->rep, i) - center, p)) * (long double)f1[i];
  return (double)sum * grid->h;
}

/* A skew smooth density of mass one. */
static inline double bump(double v)
{
  double a = (v - 0.9) / 0.8, b = (v + 0.7) / 0.6;
  return 0.398942280401432678 * (0.6 / 0.8 * exp(-0.5 * a * a) + 0.4 / 0.6 * exp(-0.5 * b * b));
}

/* A smooth symmetric density of two velocities that is not a product. */
static inline double pair_bump(double v1, double v2)
{
  double m = 0.5 * (v1 + v2) - 0.2, r = v1 - v2;
  return 0.7 * exp(-m * m / 0.9 - r * r / 2.5) * (1.0 + 0.3 * m + 0.1 * r * r);
}

static inline void fill_smooth(const struct grid *grid, double *f1, double *f2)
{
  for (size_t i = 0; i < grid->n; i++) {
    double v = hud_grid_velocity(grid->rep, i);
    f1[i] = bump(v);
    for (size_t j = 0; j <= i; j++)
      f2[hud_grid_pair_index(grid->rep, i, j)] = pair_bump(v, hud_grid_velocity(grid->rep, j));
  }
}

/* Random numbers biased to corners: zeros, spikes, huge and tiny magnitudes. */
static inline void fill_random(struct hud_random *random, size_t count, double *x)
{
  uint64_t kind = hud_random_below(random, 4);
  for (size_t i = 0; i < count; i++) {
    double u = hud_random_uniform(random);
    x[i] = kind == 0   ? u
           : kind == 1 ? (u < 0.05 ? 1.0 / (u + 1e-3) : 0.0)
           : kind == 2 ? pow(10.0, 12.0 * u - 8.0)
                       : u - 0.5;
  }
  if (hud_random_below(random, 3) == 0) {
    memset(x, 0, count * sizeof *x);
    x[hud_random_below(random, 2) == 0 ? 0 : hud_random_below(random, count)] = 1.0;
  }
}

static inline double norm1(size_t count, const double *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < count; i++)
    sum += fabs(x[i]);
  return sum;
}

#endif
