/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Initial data. For points, g = sum w x^2 phi(s x) with x = alpha.(v - origin) and
 * phi(z) = (1 - i z - e^{-iz})/z^2, evaluated without cancellation. For a density, g comes from its
 * moments as a power series where that converges without cancellation, and from its characteristic
 * function elsewhere: the error of g is then about 1e-16/s^2, which s^2 g, the part of fhat, does
 * not notice. The Taylor coefficients are the moments; where these do not exist (self-similar data)
 * they are those of the interpolant on the one-sided basis. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/box.h"

/* (1 - i z - e^{-iz}) / z^2, near 1/2 for small z. */
static double complex phi(double z)
{
  if (fabs(z) < 0.5) { /* -sum_{p >= 2} (-i)^p z^{p-2}/p! */
    double complex sum = 0.0, term = 0.5;
    for (int p = 2; p < 20; p++) {
      sum += term;
      term *= -I * z / (p + 1);
    }
    return sum;
  }
  double half = sin(0.5 * z) / z;
  return 2.0 * half * half + I * (sin(z) - z) / (z * z);
}

/* -(-i)^p / p!, the coefficient of m_p in the Taylor coefficient of order p - 2. */
static double complex taylor_factor(int p)
{
  double complex factor = -1.0;
  for (int a = 1; a <= p; a++)
    factor *= -I / (double)a;
  return factor;
}

/* ---- points ---- */

/* Adds weight times the deviation of one assignment of a point to one node. */
static void add_point(const struct hud_spectral *sp, double weight, double x, double *re,
                      double *im)
{
  const struct hud_radial *radial = sp->radial;
  for (size_t a = 0; a < radial->nodes; a++) {
    double complex value = weight * x * x * phi(radial->s[a] * x);
    re[a] += creal(value);
    im[a] += cimag(value);
  }
  double power = x * x;
  for (size_t q = 0; q < radial->jets; q++) {
    double complex value = weight * power * taylor_factor((int)q + 2);
    re[radial->nodes + q] += creal(value);
    im[radial->nodes + q] += cimag(value);
    power *= x;
  }
}

/* The next permutation in lexicographic order of indices; false after the last. */
static bool next_permutation(int k, int *order)
{
  int i = k - 2;
  while (i >= 0 && order[i] > order[i + 1])
    i--;
  if (i < 0)
    return false;
  int j = k - 1;
  while (order[j] < order[i])
    j--;
  int swap = order[i];
  order[i] = order[j];
  order[j] = swap;
  for (int a = i + 1, b = k - 1; a < b; a++, b--) {
    swap = order[a];
    order[a] = order[b];
    order[b] = swap;
  }
  return true;
}

static void add_symmetrised(const struct hud_spectral *sp, int k, double weight, const double *v,
                            double *out)
{
  const struct hud_simplex *simplex = sp->simplex[k];
  size_t columns = sp->radial->count, length = hud_spectral_part_length(sp, k);
  int order[HUD_SPECTRAL_MAX_CLUSTERS], permutations = 1;
  for (int a = 0; a < k; a++) {
    order[a] = a;
    permutations *= a + 1;
  }
  out[0] += weight;
  for (int a = 0; a < k; a++)
    out[1] += weight * (v[a] - sp->options.origin) / k;
  do {
    for (size_t l = 0; l < simplex->count; l++) {
      double x = 0.0;
      for (int a = 0; a < k; a++)
        x += simplex->nodes[l * (size_t)k + (size_t)a] * (v[order[a]] - sp->options.origin);
      double *re = out + 2 + l * columns;
      add_point(sp, weight / permutations, x, re, re + length);
    }
  } while (next_permutation(k, order));
}

hud_status hud_spectral_project_atoms(struct hud_representation *rep, int k, size_t count,
                                      const double *points, double *out, double *lost,
                                      struct hud_error *error)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  (void)error;
  memset(out, 0, rep->ops->length(rep, k) * sizeof *out);
  *lost = 0.0;
  for (size_t n = 0; n < count; n++) {
    const double *row = points + n * (size_t)(k + 1);
    add_symmetrised(sp, k, row[0], row + 1, out);
  }
  if (k == 1)
    out[hud_spectral_length(sp, 1) - 1] = 1.0;
  return HUD_OK;
}

/* ---- densities ---- */

enum { SERIES = 48 };

/* g(s) by the series of moments, if it converges and does not cancel. */
static bool series_value(const double *moments, int order, double s, double complex *value)
{
  double complex sum = 0.0;
  double largest = 0.0, last = 0.0, power = 1.0;
  for (int p = 2; p <= order; p++) {
    double complex term = taylor_factor(p) * moments[p] * power;
    sum += term;
    last = p >= order - 1 ? fmax(last, cabs(term)) : 0.0;
    largest = fmax(largest, cabs(term));
    power *= s;
  }
  *value = sum;
  return last <= DBL_EPSILON * 0.1 * cabs(sum) && largest <= 4.0 * cabs(sum);
}

static double complex characteristic_value(const struct hud_density *density, double origin,
                                           double mass, double momentum, double s)
{
  double complex value = hud_density_characteristic(density, s) * cexp(I * s * origin);
  return (mass - I * s * momentum - value) / (s * s);
}

static void set_jets(const struct hud_spectral *sp, const double *moments, int finite, double *out)
{
  const struct hud_radial *radial = sp->radial;
  size_t n = radial->nodes, columns = radial->count;
  double row[HUD_SPECTRAL_MOST_NODES], *part[2] = {out + 2, out + 2 + columns};
  for (size_t q = 0; q < radial->jets; q++) {
    int p = (int)q + 2;
    if (p <= finite) {
      double complex value = taylor_factor(p) * moments[p];
      part[0][n + q] = creal(value);
      part[1][n + q] = cimag(value);
      continue;
    }
    for (int side = 0; side < 2; side++) {
      hud_radial_taylor_row(radial, side, q, row);
      for (size_t a = 0; a < radial->offsets[1]; a++)
        part[side][n + q] += row[a] * part[side][a];
    }
  }
}

hud_status hud_spectral_project(struct hud_representation *rep, const struct hud_density *density,
                                double *out, double *lost, struct hud_error *error)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  double origin = sp->options.origin, moments[SERIES + 1] = {0.0};
  int finite = hud_density_finite_moments(density), order = finite < SERIES ? finite : SERIES;
  *lost = 0.0;
  if (finite < sp->options.moment_order && sp->options.basis == HUD_SPECTRAL_PARITY)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the density has finite moments to order %d only; the parity basis needs %d "
                    "(take the one-sided basis)",
                    finite, sp->options.moment_order);
  hud_status status = hud_density_moments(density, origin, order, moments, error);
  if (status != HUD_OK)
    return status;
  size_t columns = sp->radial->count;
  memset(out, 0, (2 + 2 * columns) * sizeof *out);
  out[2 + 2 * columns] = 1.0;
  out[0] = moments[0];
  out[1] = moments[1];
  for (size_t a = 0; a < sp->radial->nodes; a++) {
    double complex value;
    if (!series_value(moments, order, sp->radial->s[a], &value))
      value = characteristic_value(density, origin, moments[0], moments[1], sp->radial->s[a]);
    out[2 + a] = creal(value);
    out[2 + columns + a] = cimag(value);
  }
  set_jets(sp, moments, finite, out);
  return HUD_OK;
}
