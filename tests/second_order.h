/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An independent oracle for tests: masses, momenta and second moments of any network under linear
 * alignment close among themselves. Per size k: M = int f_k, I = int v_1 f_k, S = int v_1^2 f_k,
 * P = int v_1 v_2 f_k. Integrated by GSL; written from network.h's equation and not from any code
 * of the library. */
#ifndef HUD_TESTS_SECOND_ORDER_H
#define HUD_TESTS_SECOND_ORDER_H

#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <string.h>

#include "network/network.h"

enum { SECOND_ORDER_SIZES = 9 };

struct second_moments {
  double M, I, S, P;
};

/* Sym(f_i x f_j). */
static struct second_moments second_join(int i, struct second_moments a, int j,
                                         struct second_moments b)
{
  int k = i + j;
  struct second_moments out = {
      a.M * b.M, (i * a.I * b.M + j * a.M * b.I) / k, (i * a.S * b.M + j * a.M * b.S) / k,
      (i * (i - 1) * a.P * b.M + j * (j - 1) * a.M * b.P + 2.0 * i * j * a.I * b.I) /
          (k * (k - 1))};
  return out;
}

/* (mu + d div(U_k .))^{-1}: S + (k-1) P is conserved by the drift, S - P decays at rate 2. */
static struct second_moments second_resolvent(int k, double mu, double d, struct second_moments f)
{
  double sum = (f.S + (k - 1) * f.P) / mu, difference = (f.S - f.P) / (mu + 2.0 * d);
  struct second_moments out = {f.M / mu, f.I / mu, (sum + (k - 1) * difference) / k,
                               (sum - difference) / k};
  return out;
}

/* The quasi-stationary f_k for given smaller sizes. */
static struct second_moments second_quasi_stationary(const struct hud_network *network, int k,
                                                     const struct second_moments *f)
{
  struct second_moments gain = {0.0, 0.0, 0.0, 0.0};
  double mu = 0.0;
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    if (reaction->i + reaction->j != k)
      continue;
    struct second_moments one =
        second_join(reaction->i, f[reaction->i], reaction->j, f[reaction->j]);
    double rate = reaction->product * reaction->lambda;
    gain.M += rate * one.M;
    gain.I += rate * one.I;
    gain.S += rate * one.S;
    gain.P += rate * one.P;
    mu += reaction->product * reaction->mu;
  }
  return second_resolvent(k, mu, network->sizes[k].drift, gain);
}

static void second_add(struct second_moments *to, double c, struct second_moments f)
{
  to->M += c * f.M;
  to->I += c * f.I;
  to->S += c * f.S;
  to->P += c * f.P;
}

static int second_rhs(double t, const double y[], double ydot[], void *context)
{
  (void)t;
  const struct hud_network *network = context;
  struct second_moments f[SECOND_ORDER_SIZES + 1], g[SECOND_ORDER_SIZES + 1];
  memset(g, 0, sizeof g);
  memcpy(f + 1, y, (size_t)network->K * sizeof *f);
  for (int k = 2; k <= network->K; k++)
    if (network->sizes[k].quasi_stationary)
      f[k] = second_quasi_stationary(network, k, f);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int i = reaction->i, j = reaction->j, k = i + j;
    second_add(&g[k], reaction->product * reaction->lambda, second_join(i, f[i], j, f[j]));
    second_add(&g[k], -reaction->product * reaction->mu, f[k]);
    second_add(&g[i], -reaction->reactant[0] * reaction->lambda * f[j].M, f[i]);
    second_add(&g[j], -reaction->reactant[1] * reaction->lambda * f[i].M, f[j]);
    second_add(&g[i], reaction->reactant[0] * reaction->mu, f[k]);
    second_add(&g[j], reaction->reactant[1] * reaction->mu, f[k]);
  }
  for (int k = 1; k <= network->K; k++) {
    double d = network->sizes[k].drift, e = f[k].S - f[k].P;
    if (k > 1) {
      g[k].S -= d * 2.0 * (k - 1) / k * e;
      g[k].P += d * 2.0 / k * e;
    } else
      g[k].P = 0.0;
    double weight = network->sizes[k].weight;
    double factor = weight > 0.0 ? 1.0 / weight : 0.0;
    struct second_moments rate = {0.0, 0.0, 0.0, 0.0};
    second_add(&rate, factor, g[k]);
    memcpy(ydot + 4 * (k - 1), &rate, sizeof rate);
  }
  return GSL_SUCCESS;
}

/* Moves f[1..K] from t = 0 to t. Returns a GSL status. */
static int second_order_advance(const struct hud_network *network, struct second_moments *f,
                                double t)
{
  double y[4 * SECOND_ORDER_SIZES], at = 0.0;
  size_t size = 4 * (size_t)network->K;
  memcpy(y, f + 1, size * sizeof *y);
  gsl_odeiv2_system system = {second_rhs, NULL, size, (void *)(uintptr_t)network};
  gsl_odeiv2_driver *driver =
      gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-4, 1e-11, 1e-11);
  int outcome = t > 0.0 ? gsl_odeiv2_driver_apply(driver, &at, t, y) : GSL_SUCCESS;
  gsl_odeiv2_driver_free(driver);
  memcpy(f + 1, y, size * sizeof *y);
  return outcome;
}

#endif
