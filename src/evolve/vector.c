/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arithmetic for N_Vectors: the operations that CVODE with Newton-Krylov calls, as plain loops that
 * the compiler vectorises. Reductions keep eight partial sums that are added in a fixed order. */
#include "evolve/vector.h"

#include <math.h>

#include "base/clones.h"

enum { LANES = 8 };

static double *data_of(N_Vector v)
{
  return NV_DATA_S(v);
}

static sunindextype length_of(N_Vector v)
{
  return NV_LENGTH_S(v);
}

static double add_lanes(const double *partial)
{
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

/* z = a x + b y. z may be x or y, so no restrict here: the loops have no other dependence. */
HUD_CLONES static void combine(sunindextype n, double a, const double *x, double b, const double *y,
                               double *z)
{
  if (a == 1.0) {
    for (sunindextype i = 0; i < n; i++)
      z[i] = x[i] + b * y[i];
  } else if (b == 1.0) {
    for (sunindextype i = 0; i < n; i++)
      z[i] = a * x[i] + y[i];
  } else {
    for (sunindextype i = 0; i < n; i++)
      z[i] = a * x[i] + b * y[i];
  }
}

static void linear_sum(sunrealtype a, N_Vector x, sunrealtype b, N_Vector y, N_Vector z)
{
  combine(length_of(x), a, data_of(x), b, data_of(y), data_of(z));
}

HUD_CLONES static void scale_loop(sunindextype n, double c, const double *x, double *z)
{
  if (c == 1.0 && x == z)
    return;
  for (sunindextype i = 0; i < n; i++)
    z[i] = c * x[i];
}

static void scale(sunrealtype c, N_Vector x, N_Vector z)
{
  scale_loop(length_of(x), c, data_of(x), data_of(z));
}

HUD_CLONES static void fill_loop(sunindextype n, double c, double *z)
{
  for (sunindextype i = 0; i < n; i++)
    z[i] = c;
}

static void fill(sunrealtype c, N_Vector z)
{
  fill_loop(length_of(z), c, data_of(z));
}

HUD_CLONES static void product_loop(sunindextype n, const double *x, const double *y, double *z)
{
  for (sunindextype i = 0; i < n; i++)
    z[i] = x[i] * y[i];
}

static void product(N_Vector x, N_Vector y, N_Vector z)
{
  product_loop(length_of(x), data_of(x), data_of(y), data_of(z));
}

HUD_CLONES static void quotient_loop(sunindextype n, const double *x, const double *y, double *z)
{
  for (sunindextype i = 0; i < n; i++)
    z[i] = x[i] / y[i];
}

static void quotient(N_Vector x, N_Vector y, N_Vector z)
{
  quotient_loop(length_of(x), data_of(x), data_of(y), data_of(z));
}

HUD_CLONES static void absolute_loop(sunindextype n, const double *x, double *z)
{
  for (sunindextype i = 0; i < n; i++)
    z[i] = fabs(x[i]);
}

static void absolute(N_Vector x, N_Vector z)
{
  absolute_loop(length_of(x), data_of(x), data_of(z));
}

HUD_CLONES static void inverse_loop(sunindextype n, const double *x, double *z)
{
  for (sunindextype i = 0; i < n; i++)
    z[i] = 1.0 / x[i];
}

static void inverse(N_Vector x, N_Vector z)
{
  inverse_loop(length_of(x), data_of(x), data_of(z));
}

HUD_CLONES static void shift_loop(sunindextype n, const double *x, double b, double *z)
{
  for (sunindextype i = 0; i < n; i++)
    z[i] = x[i] + b;
}

static void shift(N_Vector x, sunrealtype b, N_Vector z)
{
  shift_loop(length_of(x), data_of(x), b, data_of(z));
}

HUD_CLONES static double dot_loop(sunindextype n, const double *x, const double *y)
{
  double partial[LANES] = {0.0};
  sunindextype i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int lane = 0; lane < LANES; lane++)
      partial[lane] += x[i + lane] * y[i + lane];
  for (; i < n; i++)
    partial[i % LANES] += x[i] * y[i];
  return add_lanes(partial);
}

static sunrealtype dot(N_Vector x, N_Vector y)
{
  return dot_loop(length_of(x), data_of(x), data_of(y));
}

HUD_CLONES static double weighted_squares(sunindextype n, const double *x, const double *w)
{
  double partial[LANES] = {0.0};
  sunindextype i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int lane = 0; lane < LANES; lane++) {
      double term = x[i + lane] * w[i + lane];
      partial[lane] += term * term;
    }
  for (; i < n; i++) {
    double term = x[i] * w[i];
    partial[i % LANES] += term * term;
  }
  return add_lanes(partial);
}

static sunrealtype weighted_rms_norm(N_Vector x, N_Vector w)
{
  sunindextype n = length_of(x);
  return sqrt(weighted_squares(n, data_of(x), data_of(w)) / (double)n);
}

static sunrealtype weighted_l2_norm(N_Vector x, N_Vector w)
{
  return sqrt(weighted_squares(length_of(x), data_of(x), data_of(w)));
}

static sunrealtype max_norm(N_Vector x)
{
  double largest = 0.0;
  const double *values = data_of(x);
  for (sunindextype i = 0, n = length_of(x); i < n; i++)
    if (!(fabs(values[i]) <= largest)) /* keeps a NaN */
      largest = fabs(values[i]);
  return largest;
}

static int linear_combination(int count, sunrealtype *c, N_Vector *x, N_Vector z)
{
  sunindextype n = length_of(z);
  double *out = data_of(z);
  if (data_of(x[0]) != out || c[0] != 1.0)
    scale_loop(n, c[0], data_of(x[0]), out);
  for (int i = 1; i < count; i++)
    combine(n, c[i], data_of(x[i]), 1.0, out, out);
  return 0;
}

static int scale_add_multi(int count, sunrealtype *a, N_Vector x, N_Vector *y, N_Vector *z)
{
  sunindextype n = length_of(x);
  for (int i = 0; i < count; i++)
    combine(n, a[i], data_of(x), 1.0, data_of(y[i]), data_of(z[i]));
  return 0;
}

static int dot_multi(int count, N_Vector x, N_Vector *y, sunrealtype *products)
{
  for (int i = 0; i < count; i++)
    products[i] = dot(x, y[i]);
  return 0;
}

N_Vector hud_vector_create(size_t size, SUNContext context)
{
  N_Vector v = N_VNew_Serial((sunindextype)size, context);
  if (v == NULL)
    return NULL;
  v->ops->nvlinearsum = linear_sum;
  v->ops->nvconst = fill;
  v->ops->nvprod = product;
  v->ops->nvdiv = quotient;
  v->ops->nvscale = scale;
  v->ops->nvabs = absolute;
  v->ops->nvinv = inverse;
  v->ops->nvaddconst = shift;
  v->ops->nvdotprod = dot;
  v->ops->nvmaxnorm = max_norm;
  v->ops->nvwrmsnorm = weighted_rms_norm;
  v->ops->nvwl2norm = weighted_l2_norm;
  v->ops->nvlinearcombination = linear_combination;
  v->ops->nvscaleaddmulti = scale_add_multi;
  v->ops->nvdotprodmulti = dot_multi;
  return v;
}
