/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Radau IIA is collocation at the zeros of the Jacobi polynomial P^{(1,0)} and at 1. Everything
 * else follows from the nodes, to round-off: no table of numbers is needed. */
#include "evolve/tableau.h"

#include <gsl/gsl_integration.h>
#include <lapacke.h>
#include <string.h>

#include "base/gsl.h"

enum { MOST = HUD_RADAU_MOST_STAGES };

/* Nodes and weights of a Gauss rule on [0,1]; alpha 1 has the weight 1 - x. */
static hud_status gauss_rule(int count, double alpha, double *nodes, double *weights,
                             struct hud_error *error)
{
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_integration_fixed_workspace *rule = gsl_integration_fixed_alloc(
      gsl_integration_fixed_jacobi, (size_t)count, 0.0, 1.0, alpha, 0.0);
  hud_gsl_end(previous);
  if (rule == NULL)
    return hud_fail(error, HUD_ERROR_MEMORY, "no Gauss rule with %d nodes", count);
  memcpy(nodes, gsl_integration_fixed_nodes(rule), (size_t)count * sizeof *nodes);
  memcpy(weights, gsl_integration_fixed_weights(rule), (size_t)count * sizeof *weights);
  gsl_integration_fixed_free(rule);
  return HUD_OK;
}

static double lagrange(const struct hud_radau_tableau *t, int j, double x)
{
  double value = 1.0;
  for (int i = 0; i < t->stages; i++)
    if (i != j)
      value *= (x - t->c[i]) / (t->c[j] - t->c[i]);
  return value;
}

void hud_radau_tableau_weights(const struct hud_radau_tableau *t, double x, double *weights)
{
  weights[0] = 1.0;
  for (int i = 0; i < t->stages; i++)
    weights[0] *= (x - t->c[i]) / (0.0 - t->c[i]);
  for (int j = 0; j < t->stages; j++)
    weights[j + 1] = lagrange(t, j, x) * x / t->c[j];
}

/* a_ij = int_0^{c_i} l_j, then its inverse. */
static hud_status set_inverse(struct hud_radau_tableau *t, struct hud_error *error)
{
  int s = t->stages, pivots[MOST];
  double nodes[MOST], weights[MOST], a[MOST * MOST];
  hud_status status = gauss_rule(s, 0.0, nodes, weights, error);
  if (status != HUD_OK)
    return status;
  for (int i = 0; i < s; i++)
    for (int j = 0; j < s; j++) {
      a[i * s + j] = 0.0;
      for (int q = 0; q < s; q++)
        a[i * s + j] += t->c[i] * weights[q] * lagrange(t, j, t->c[i] * nodes[q]);
    }
  if (LAPACKE_dgetrf(LAPACK_ROW_MAJOR, s, s, a, s, pivots) != 0 ||
      LAPACKE_dgetri(LAPACK_ROW_MAJOR, s, a, s, pivots) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the Radau coefficients are singular");
  for (int i = 0; i < s; i++)
    for (int j = 0; j < s; j++)
      t->inverse[i][j] = a[i * s + j];
  return HUD_OK;
}

static hud_status set_eigenvectors(struct hud_radau_tableau *t, struct hud_error *error)
{
  int s = t->stages, pivots[MOST], kept = 0;
  double a[MOST * MOST], re[MOST], im[MOST], vectors[MOST * MOST];
  double complex full[MOST * MOST], inverse[MOST * MOST];
  for (int i = 0; i < s; i++)
    for (int j = 0; j < s; j++)
      a[i * s + j] = t->inverse[i][j];
  if (LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'V', s, a, s, re, im, NULL, 1, vectors, s) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "no eigenvectors of the Radau coefficients");
  for (int e = 0; e < s; e++)
    for (int i = 0; i < s; i++) {
      int first = im[e] < 0.0 ? e - 1 : e; /* LAPACK: pairs are adjacent, positive first */
      double complex value = vectors[i * s + first];
      if (im[e] != 0.0)
        value += (im[e] > 0.0 ? I : -I) * vectors[i * s + first + 1];
      full[i * s + e] = inverse[i * s + e] = value;
    }
  if (LAPACKE_zgetrf(LAPACK_ROW_MAJOR, s, s, inverse, s, pivots) != 0 ||
      LAPACKE_zgetri(LAPACK_ROW_MAJOR, s, inverse, s, pivots) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the Radau coefficients are defective");
  for (int pass = 0; pass < 2; pass++)
    for (int e = 0; e < s; e++) {
      if (pass == 0 ? im[e] != 0.0 : im[e] <= 0.0)
        continue;
      t->eigenvalue[kept] = re[e] + I * im[e];
      for (int i = 0; i < s; i++) {
        t->right[i][kept] = (pass == 0 ? 1.0 : 2.0) * full[i * s + e];
        t->left[kept][i] = inverse[e * s + i];
      }
      kept++;
    }
  t->pairs = kept - 1;
  t->gamma = 1.0 / creal(t->eigenvalue[0]);
  return HUD_OK;
}

/* The embedded formula has weight gamma at time 0 and order s: its weights differ from those of the
 * method by d with sum d_j c_j^{k-1} = -gamma (k = 1), 0 (k = 2..s); in terms of Z: d A^{-1}. */
static hud_status set_estimate(struct hud_radau_tableau *t, struct hud_error *error)
{
  int s = t->stages, pivots[MOST];
  double vandermonde[MOST * MOST], d[MOST] = {-t->gamma};
  for (int j = 0; j < s; j++) {
    double power = 1.0;
    for (int k = 0; k < s; k++) {
      vandermonde[k * s + j] = power;
      power *= t->c[j];
    }
  }
  if (LAPACKE_dgesv(LAPACK_ROW_MAJOR, s, 1, vandermonde, s, pivots, d, 1) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "no embedded formula for the Radau method");
  for (int i = 0; i < s; i++) {
    t->estimate[i] = 0.0;
    for (int j = 0; j < s; j++)
      t->estimate[i] += d[j] * t->inverse[j][i];
  }
  return HUD_OK;
}

hud_status hud_radau_tableau_set(struct hud_radau_tableau *t, int stages, struct hud_error *error)
{
  double weights[MOST];
  memset(t, 0, sizeof *t);
  t->stages = stages;
  hud_status status = gauss_rule(stages - 1, 1.0, t->c, weights, error);
  t->c[stages - 1] = 1.0;
  if (status == HUD_OK)
    status = set_inverse(t, error);
  if (status == HUD_OK)
    status = set_eigenvectors(t, error);
  return status == HUD_OK ? set_estimate(t, error) : status;
}
