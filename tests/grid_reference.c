/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gain of a quasi-stationary triple as the definition says: for every node u, every free
 * particle a and every ordered pair (b, c), move the three, and deposit each of the six ordered
 * pairs of them with weight 1/6. O(n^3) a node. Deposits are quadratic B-splines about the plain
 * cell numbers, so nothing but the idea is shared with triple.c. */
#include "grid_reference.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>

enum { MARGIN = 4 };

struct lattice {
  size_t size;
  double *value; /* size x size, cell (i, j) at (i + MARGIN, j + MARGIN) */
};

static void weights(double x, long *first, double w[3])
{
  double nearest = floor(x + 0.5), f = x - nearest;
  *first = (long)nearest - 1;
  w[0] = (0.5 - f) * (0.5 - f) / 2.0;
  w[2] = (0.5 + f) * (0.5 + f) / 2.0;
  w[1] = 1.0 - w[0] - w[2];
}

static void deposit(struct lattice *lattice, double mass, double x, double y)
{
  long i, j;
  double wx[3], wy[3];
  weights(x, &i, wx);
  weights(y, &j, wy);
  for (int p = 0; p < 3; p++)
    for (int q = 0; q < 3; q++)
      lattice->value[(size_t)(i + p + MARGIN) * lattice->size + (size_t)(j + q + MARGIN)] +=
          mass * wx[p] * wy[q];
}

static void add_node(struct lattice *lattice, size_t n, double u, double weight, const double *f1,
                     const double *f2)
{
  for (size_t a = 0; a < n; a++)
    for (size_t b = 0; b < n; b++)
      for (size_t c = 0; c < n; c++) {
        double mass = weight * f1[a] * f2[b * n + c] / 6.0;
        if (mass == 0.0)
          continue;
        double x[3] = {(double)a, (double)b, (double)c}, mean = (x[0] + x[1] + x[2]) / 3.0;
        for (int p = 0; p < 3; p++)
          for (int q = 0; q < 3; q++)
            if (p != q)
              deposit(lattice, mass, mean + u * (x[p] - mean), mean + u * (x[q] - mean));
      }
}

/* value -= (second difference)/8 in each direction: 1 + (1 - cos k)/4. */
static void sharpen(struct lattice *lattice)
{
  size_t m = lattice->size;
  double *line = calloc(m, sizeof *line);
  for (int direction = 0; direction < 2; direction++) {
    size_t step = direction == 0 ? 1 : m, other = direction == 0 ? m : 1;
    for (size_t l = 0; l < m; l++) {
      double *value = lattice->value + l * other;
      for (size_t k = 1; k + 1 < m; k++)
        line[k] = 1.25 * value[k * step] - 0.125 * (value[(k - 1) * step] + value[(k + 1) * step]);
      for (size_t k = 1; k + 1 < m; k++)
        value[k * step] = line[k];
    }
  }
  free(line);
}

/* Mass beyond an end goes to the two cells there, mass and mean kept: one direction at a time. */
static void fold(struct lattice *lattice, size_t n)
{
  size_t m = lattice->size;
  for (int direction = 0; direction < 2; direction++) {
    size_t step = direction == 0 ? 1 : m, other = direction == 0 ? m : 1;
    for (size_t l = 0; l < m; l++) {
      double *value = lattice->value + l * other;
      for (size_t beyond = 1; beyond <= MARGIN; beyond++) {
        double *low = value + (MARGIN - beyond) * step;
        double *high = value + (MARGIN + n - 1 + beyond) * step;
        value[MARGIN * step] += (1.0 + (double)beyond) * *low;
        value[(MARGIN + 1) * step] -= (double)beyond * *low;
        value[(MARGIN + n - 1) * step] += (1.0 + (double)beyond) * *high;
        value[(MARGIN + n - 2) * step] -= (double)beyond * *high;
        *low = *high = 0.0;
      }
    }
  }
}

void grid_reference_triple(size_t n, double h, int nodes, double mu, double kappa, int compensate,
                           const double *f1, const double *f2, double *gain)
{
  struct lattice lattice = {n + 2 * MARGIN, NULL};
  lattice.value = calloc(lattice.size * lattice.size, sizeof *lattice.value);
  gsl_integration_fixed_workspace *rule = gsl_integration_fixed_alloc(
      gsl_integration_fixed_jacobi, (size_t)nodes, 0.0, 1.0, 0.0, mu / kappa - 1.0);
  for (int q = 0; q < nodes; q++)
    add_node(&lattice, n, gsl_integration_fixed_nodes(rule)[q],
             h * gsl_integration_fixed_weights(rule)[q] / kappa, f1, f2);
  if (compensate)
    sharpen(&lattice);
  fold(&lattice, n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      gain[i * n + j] = lattice.value[(i + MARGIN) * lattice.size + j + MARGIN];
  gsl_integration_fixed_free(rule);
  free(lattice.value);
}
