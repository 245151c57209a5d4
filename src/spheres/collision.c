/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The collisional law as a reflection in the space of the group's velocities; see collision.h. Sums
 * over pairs are written through the mean, sum_{i<j} <x_i - x_j, v_i - v_j> = k sum <x_p - mean,
 * v_p>, which costs O(kd) and, with positions taken about their mean, loses no digits. */
#include "spheres/collision.h"

#include <gsl/gsl_math.h>
#include <math.h>

enum { MAX_COORDINATES = 3 * HUD_SPHERES_MAX_GROUP };

/* g_p = x_p - mean; returns |g|^2, so that d_k^2 = k |g|^2. */
static double centred(int dimension, int size, const double *x, double *g)
{
  double square = 0.0;
  for (int a = 0; a < dimension; a++) {
    double mean = 0.0;
    for (int p = 0; p < size; p++)
      mean += x[p * dimension + a];
    mean /= size;
    for (int p = 0; p < size; p++) {
      g[p * dimension + a] = x[p * dimension + a] - mean;
      square += g[p * dimension + a] * g[p * dimension + a];
    }
  }
  return square;
}

double hud_group_distance2(int dimension, int size, const double *x)
{
  double g[MAX_COORDINATES];
  return size * centred(dimension, size, x, g);
}

double hud_group_impact(int dimension, int size, const double *x, const double *v, double epsilon)
{
  double g[MAX_COORDINATES];
  double u[MAX_COORDINATES];
  (void)centred(dimension, size, x, g);
  (void)centred(dimension, size, v, u);
  double product = 0.0;
  for (int i = 0; i < size * dimension; i++)
    product += g[i] * u[i];
  return size * product / epsilon;
}

double hud_group_collide(int dimension, int size, const double *x, double *v)
{
  double g[MAX_COORDINATES];
  double u[MAX_COORDINATES];
  double square = centred(dimension, size, x, g);
  if (!(square > 0.0))
    return 0.0;
  (void)centred(dimension, size, v, u);
  double product = 0.0;
  for (int i = 0; i < size * dimension; i++)
    product += g[i] * u[i];
  double factor = 2.0 * product / square;
  for (int i = 0; i < size * dimension; i++)
    v[i] -= factor * g[i];
  return product / sqrt(square);
}

double hud_impact_transform(int dimension, int size, const double *omega, double *v)
{
  int order = size - 1;
  double b = 0.0;
  for (int a = 0; a < dimension; a++) {
    double sum_omega = 0.0;
    double sum_nu = 0.0;
    double dot = 0.0;
    for (int i = 0; i < order; i++) {
      double nu = v[(i + 1) * dimension + a] - v[a];
      sum_omega += omega[i * dimension + a];
      sum_nu += nu;
      dot += omega[i * dimension + a] * nu;
    }
    b += size * dot - sum_omega * sum_nu;
  }
  double c = 2.0 * b / size;
  for (int a = 0; a < dimension; a++) {
    double sum = 0.0;
    for (int i = 0; i < order; i++)
      sum += omega[i * dimension + a];
    v[a] += c * sum;
    for (int i = 0; i < order; i++)
      v[(i + 1) * dimension + a] += c * (sum - size * omega[i * dimension + a]);
  }
  return b;
}

void hud_group_draw_contact(struct hud_random *random, int dimension, int size, double epsilon,
                            double *x)
{
  /* B = (l+1) I - 1 1^T turns <omega, B omega> into k sum |x_p - mean|^2, so the coarea measure,
   * uniform in B^{1/2} omega, is the uniform direction in the space of positions of mean zero. */
  double g[MAX_COORDINATES];
  double square;
  do {
    for (int i = 0; i < size * dimension; i++)
      g[i] = hud_random_normal(random);
    square = centred(dimension, size, g, x);
  } while (!(square > 0.0));
  double scale = epsilon / sqrt(size * square);
  for (int i = 0; i < size * dimension; i++)
    x[i] *= scale;
}

double hud_impact_measure(int dimension, int order)
{
  double n = order * dimension;
  double sphere = log(2.0) + 0.5 * n * log(M_PI) - lgamma(0.5 * n);
  return exp(sphere - 0.5 * dimension * (order - 1) * log(order + 1.0));
}
