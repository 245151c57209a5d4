/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawing the outcome of a collision; see scatter.h.
 *
 * Pairs have closed forms: for d = 2 the relative velocity turns by an angle whose half has a
 * uniform sine, for d = 3 it becomes isotropic. Larger groups go to orthonormal Jacobi coordinates
 *   y_j = (v_1 + ... + v_j - j v_{j+1})/sqrt(j(j+1)),  j = 1..l,
 * which span the velocities of sum zero; there the vector (sqrt(1 - |xi|^2), xi) is carried to u by
 * the Householder reflection that exchanges u and the first axis (up to a sign, of which neither xi
 * nor the collisional reflection takes notice). xi = g/sqrt(|g|^2 + 2 E) with g Gaussian and E
 * exponential is uniform in the ball of any dimension. */
#include "spheres/scatter.h"

#include <gsl/gsl_math.h>
#include <math.h>

enum { MAX_DEGREES = 3 * HUD_SPHERES_MAX_ORDER };

double hud_scatter_constant(int dimension, int order)
{
  double m = order * dimension - 1.0;
  double ball = 0.5 * m * log(M_PI) - lgamma(0.5 * m + 1.0);
  return exp(ball - 0.5 * dimension * (order - 1) * log(order + 1.0));
}

static void scatter_pair_2d(struct hud_random *random, double *v, double *w)
{
  double s = 2.0 * hud_random_uniform(random) - 1.0;
  double c = sqrt(1.0 - s * s);
  double x = v[0] - w[0];
  double y = v[1] - w[1];
  /* (V* - V)/2 with V* = (2 s^2 - 1) V - 2 c s V_perp. */
  double dx = c * (s * y - c * x);
  double dy = -c * (s * x + c * y);
  v[0] += dx;
  v[1] += dy;
  w[0] -= dx;
  w[1] -= dy;
}

static void scatter_pair_3d(struct hud_random *random, double *v, double *w)
{
  double x = v[0] - w[0];
  double y = v[1] - w[1];
  double z = v[2] - w[2];
  double a, b, s;
  do { /* Marsaglia's uniform direction */
    a = 2.0 * hud_random_uniform(random) - 1.0;
    b = 2.0 * hud_random_uniform(random) - 1.0;
    s = a * a + b * b;
  } while (s >= 1.0);
  double r = sqrt(x * x + y * y + z * z);
  double c = 2.0 * r * sqrt(1.0 - s);
  double dx = 0.5 * (a * c - x);
  double dy = 0.5 * (b * c - y);
  double dz = 0.5 * (r * (1.0 - 2.0 * s) - z);
  v[0] += dx;
  v[1] += dy;
  v[2] += dz;
  w[0] -= dx;
  w[1] -= dy;
  w[2] -= dz;
}

/* (sqrt(1 - |xi|^2), xi) with xi uniform in the unit ball of dimension count - 1. */
static void draw_half_sphere(struct hud_random *random, int count, double *q)
{
  double square = 0.0;
  for (int i = 1; i < count; i += 2) { /* polar method, both deviates */
    double a, b, s;
    do {
      a = 2.0 * hud_random_uniform(random) - 1.0;
      b = 2.0 * hud_random_uniform(random) - 1.0;
      s = a * a + b * b;
    } while (s >= 1.0 || s == 0.0);
    double factor = sqrt(-2.0 * log(s) / s);
    q[i] = a * factor;
    square += q[i] * q[i];
    if (i + 1 < count) {
      q[i + 1] = b * factor;
      square += q[i + 1] * q[i + 1];
    }
  }
  double excess = 2.0 * hud_random_exponential(random);
  double norm = 1.0 / sqrt(square + excess);
  for (int i = 1; i < count; i++)
    q[i] *= norm;
  q[0] = sqrt(excess) * norm;
}

/* The same for count = 4 by rejection from the cube, about twice as fast. */
static void draw_half_sphere_4(struct hud_random *random, double *q)
{
  double square;
  do {
    square = 0.0;
    for (int i = 1; i < 4; i++) {
      q[i] = 2.0 * hud_random_uniform(random) - 1.0;
      square += q[i] * q[i];
    }
  } while (square >= 1.0);
  q[0] = sqrt(1.0 - square);
}

/* 1/sqrt(j (j + 1)) for j = 1..6. */
static const double jacobi_norm[HUD_SPHERES_MAX_ORDER + 1] = {0.0,
                                                              0.70710678118654752,
                                                              0.40824829046386302,
                                                              0.28867513459481288,
                                                              0.22360679774997897,
                                                              0.18257418583505537,
                                                              0.15430334996209191};

/* y: Jacobi coordinates of the velocities; returns |y|^2. */
static double to_jacobi(int dimension, int size, double *const *v, double *y)
{
  double square = 0.0;
  for (int a = 0; a < dimension; a++) {
    double sum = v[0][a];
    for (int j = 1; j < size; j++) {
      double value = (sum - j * v[j][a]) * jacobi_norm[j];
      sum += v[j][a];
      y[(j - 1) * dimension + a] = value;
      square += value * value;
    }
  }
  return square;
}

/* Adds to the velocities the displacement whose Jacobi coordinates are y. */
static void add_jacobi(int dimension, int size, const double *y, double *const *v)
{
  for (int a = 0; a < dimension; a++) {
    double tail = 0.0; /* sum over j' >= j of y_j'/sqrt(j'(j'+1)) */
    for (int j = size - 1; j >= 1; j--) {
      double value = y[(j - 1) * dimension + a] * jacobi_norm[j];
      v[j][a] += tail - j * value;
      tail += value;
    }
    v[0][a] += tail;
  }
}

/* y: Jacobi coordinates of the velocities; q becomes a direction with <y, q> = |y| sqrt(1 - |xi|^2)
 * times the sign that `draw` happened to give. Returns false where y = 0. */
static bool draw_direction(struct hud_random *random, int dimension, int size, double *const *v,
                           double *y, double *q)
{
  int n = (size - 1) * dimension;
  double square = to_jacobi(dimension, size, v, y);
  if (!(square > 0.0))
    return false;
  if (n == 4)
    draw_half_sphere_4(random, q);
  else
    draw_half_sphere(random, n, q);
  /* H = I - h h^T/(|y| (|y| + |y_1|)) with h = y +- |y| e_1 exchanges y/|y| and -+ e_1. */
  double length = copysign(sqrt(square), y[0]);
  double h0 = y[0] + length;
  double dot = h0 * q[0];
  for (int i = 1; i < n; i++)
    dot += y[i] * q[i];
  double factor = dot / (length * h0);
  q[0] -= factor * h0;
  for (int i = 1; i < n; i++)
    q[i] -= factor * y[i];
  return true;
}

static double product_of(int n, const double *y, const double *q)
{
  double product = 0.0;
  for (int i = 0; i < n; i++)
    product += y[i] * q[i];
  return product;
}

static void scatter_group(struct hud_random *random, int dimension, int size, double *const *v)
{
  int n = (size - 1) * dimension;
  double y[MAX_DEGREES];
  double q[MAX_DEGREES];
  if (!draw_direction(random, dimension, size, v, y, q))
    return;
  double product = product_of(n, y, q);
  for (int i = 0; i < n; i++)
    q[i] *= -2.0 * product;
  add_jacobi(dimension, size, q, v);
}

bool hud_scatter_draw_impact(struct hud_random *random, int dimension, int size, double *const *v,
                             double *omega)
{
  int n = (size - 1) * dimension;
  double y[MAX_DEGREES];
  double q[MAX_DEGREES];
  if (!draw_direction(random, dimension, size, v, y, q))
    return false;
  /* d_k^2 = k |q|^2 for positions with Jacobi coordinates q; b has the sign of <y, q>. */
  double scale = copysign(1.0 / sqrt(size), product_of(n, y, q));
  double x[MAX_DEGREES + 3] = {0.0};
  double *at[HUD_SPHERES_MAX_GROUP];
  for (int p = 0; p < size; p++)
    at[p] = x + p * dimension;
  for (int i = 0; i < n; i++)
    q[i] *= scale;
  add_jacobi(dimension, size, q, at);
  for (int i = 0; i < n; i++)
    omega[i] = x[dimension + i] - x[i % dimension];
  return true;
}

void hud_scatter(struct hud_random *random, int dimension, int size, double *const *v)
{
  if (size == 2 && dimension == 2)
    scatter_pair_2d(random, v[0], v[1]);
  else if (size == 2 && dimension == 3)
    scatter_pair_3d(random, v[0], v[1]);
  else
    scatter_group(random, dimension, size, v);
}
