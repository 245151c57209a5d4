/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The method of Saad and Schultz: Arnoldi with modified Gram-Schmidt, applied twice so that the
 * basis is orthogonal to round-off, and Givens rotations of the Hessenberg matrix. No restarts: the
 * operators for which this is meant need a dozen iterations. */
#include "base/gmres.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "base/alloc.h"

enum { MOST = HUD_GMRES_MAX_ITERATIONS };

/* A residual that counts as a solution, relative to the right-hand side. */
static const double ACCEPTED = 1e-13;

hud_status hud_gmres_create(struct hud_gmres *gmres, size_t size, struct hud_error *error)
{
  gmres->size = size;
  return HUD_NEW(&gmres->basis, size * (MOST + 1), "Krylov vectors", error);
}

void hud_gmres_free(struct hud_gmres *gmres)
{
  hud_free(gmres->basis);
  gmres->basis = NULL;
}

static double dot(size_t n, const double *x, const double *y)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

/* The projected problem: the triangular factor R, the rotations, and the rotated right-hand side,
 * whose entry after the last is the residual's norm. */
struct projected {
  double r[MOST][MOST + 1]; /* by columns */
  double cosine[MOST], sine[MOST];
  double g[MOST + 1];
};

/* Brings column j of the Hessenberg matrix to triangular form. */
static void rotate(struct projected *p, int j)
{
  double *column = p->r[j];
  for (int i = 0; i < j; i++) {
    double upper = column[i];
    column[i] = p->cosine[i] * upper + p->sine[i] * column[i + 1];
    column[i + 1] = p->cosine[i] * column[i + 1] - p->sine[i] * upper;
  }
  double length = hypot(column[j], column[j + 1]);
  p->cosine[j] = length > 0.0 ? column[j] / length : 0.0; /* a direction that I + A annihilates */
  p->sine[j] = length > 0.0 ? column[j + 1] / length : 1.0;
  column[j] = length;
  p->g[j + 1] = -p->sine[j] * p->g[j];
  p->g[j] *= p->cosine[j];
}

/* The next basis vector from (I + A) v_j; its coefficients become column j. Returns its length
 * beside that of (I + A) v_j: what is left of round-off size is no new direction. */
static double orthogonalise(const struct hud_gmres *gmres, int j, double *column)
{
  size_t n = gmres->size;
  double *next = gmres->basis + (size_t)(j + 1) * n;
  double before = sqrt(dot(n, next, next));
  for (int i = 0; i <= j; i++)
    column[i] = 0.0;
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i <= j; i++) {
      const double *v = gmres->basis + (size_t)i * n;
      double c = dot(n, v, next);
      column[i] += c;
      for (size_t l = 0; l < n; l++)
        next[l] -= c * v[l];
    }
  column[j + 1] = sqrt(dot(n, next, next));
  for (size_t l = 0; l < n && column[j + 1] > 0.0; l++)
    next[l] /= column[j + 1];
  return before > 0.0 ? column[j + 1] / before : 0.0;
}

static void combine(const struct hud_gmres *gmres, struct projected *p, int count, double *x)
{
  size_t n = gmres->size;
  for (int i = count - 1; i >= 0; i--) {
    for (int l = i + 1; l < count; l++)
      p->g[i] -= p->r[l][i] * p->g[l];
    p->g[i] /= p->r[i][i];
  }
  for (size_t l = 0; l < n; l++)
    x[l] = 0.0;
  for (int i = 0; i < count; i++)
    for (size_t l = 0; l < n; l++)
      x[l] += p->g[i] * gmres->basis[(size_t)i * n + l];
}

hud_status hud_gmres_solve(struct hud_gmres *gmres, hud_gmres_apply apply, void *context,
                           const double *b, double *x, int *iterations, struct hud_error *error)
{
  size_t n = gmres->size;
  struct projected p;
  double norm = sqrt(dot(n, b, b));
  *iterations = 0;
  if (!isfinite(norm))
    return hud_fail(error, HUD_ERROR_COMPUTE, "a linear equation has a right-hand side of norm %g",
                    norm);
  for (size_t l = 0; l < n; l++)
    gmres->basis[l] = norm > 0.0 ? b[l] / norm : 0.0;
  p.g[0] = norm;
  bool more = norm > 0.0;
  int count = 0;
  while (more && count < MOST) {
    const double *v = gmres->basis + (size_t)count * n;
    double *next = gmres->basis + (size_t)(count + 1) * n;
    hud_status status = apply(context, v, next, error);
    if (status != HUD_OK)
      return status;
    for (size_t l = 0; l < n; l++)
      next[l] += v[l];
    double fresh = orthogonalise(gmres, count, p.r[count]);
    rotate(&p, count);
    count++;
    more = fresh > DBL_EPSILON && fabs(p.g[count]) > DBL_EPSILON * norm;
  }
  *iterations = count;
  if (!(fabs(p.g[count]) <= ACCEPTED * norm))
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "a linear equation is not solved after %d iterations (residual %.2g of %.2g)",
                    count, fabs(p.g[count]), norm);
  combine(gmres, &p, count, x);
  return HUD_OK;
}
