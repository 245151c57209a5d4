/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table behind `huddle models`, and the check before a run. */
#include "models/registry.h"

#include <stddef.h>

#define BIT(method) (1u << (method))

static const struct hud_registry_row rows[] = {
    {HUD_MODEL_HIERARCHY, "hierarchy", "[KMS] (1), (8)",
     "clusters of 1..K particles that join, split and align",
     "eps^{k-1} d/dt f_k + eps^{k-2} div(U_k f_k) =\n"
     "    eps^{k-2} sum_{i+j=k} [ lambda_ij Sym(f_i f_j) - mu_ij f_k ]   (unordered pairs)\n"
     "  + sum_j (1+delta_jk) eps^{k+j-2} [ mu_kj int f_{k+j} - lambda_kj M_j f_k ]\n",
     "epsilon, clusters, counting, rates, potential, initial",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_SPECTRAL) | BIT(HUD_METHOD_GRID) |
         BIT(HUD_METHOD_PARTICLES),
     NULL},
    {HUD_MODEL_FIRST_ORDER_HIERARCHY, "first_order_hierarchy", "[KMS] (9)",
     "the hierarchy (8) without its terms of order eps^2: not conserving for K >= 4",
     "d/dt f_1     = 2 mu11 int f_2 - 2 lambda11 M_1 f_1\n"
     "               + eps [ mu12 int f_3 - lambda12 M_2 f_1 ]\n"
     "eps d/dt f_k = -div(U_k f_k) + sum_{i+j=k} [ lambda_ij Sym(f_i f_j) - mu_ij f_k ]\n"
     "               + eps [ mu_1k int f_{k+1} - lambda_1k M_1 f_k ],   k = 2..K, unordered pairs\n"
     "with M = sum_k k eps^{k-1} M_k:\n"
     "d/dt M = sum_{j>=3} eps^{j-1} [ lambda_1j M_1 M_j - mu_1j M_{j+1} ]\n"
     "       + sum_{2<=i<=j} (i+j) eps^{i+j-2} [ lambda_ij M_i M_j - mu_ij M_{i+j} ]\n"
     "The same equations as the hierarchy for K = 2 and 3, where M is conserved; O(eps^2) away "
     "from\n"
     "it for K >= 4, where M drifts at a rate O(eps^2) and the equations are not those of a "
     "process\n"
     "of particles. Where only single particles join and leave (lambda_ij = mu_ij = 0 for i, j >= "
     "2)\n"
     "M_1 + 2 eps M_2 + 3 sum_{k>=3} eps^{k-1} M_k is conserved.\n",
     "epsilon, clusters, counting, rates, potential, initial",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_SPECTRAL) | BIT(HUD_METHOD_GRID), NULL},
    {HUD_MODEL_RELAXED_TRIPLE, "relaxed_triple", "[KMS] (37)",
     "free particles, pairs and triples, the triples with time scale delta",
     "d/dt f_1     = 2 mu11 int f_2 + eps mu12 int f_3 - 2 lambda11 M_1 f_1 - eps lambda12 M_2 "
     "f_1\n"
     "eps d/dt f_2 = -div(U_2 f_2) + lambda11 f_1 f_1 + eps mu12 int f_3\n"
     "               - eps lambda12 M_1 f_2 - mu11 f_2\n"
     "delta d/dt f_3 = -kappa div(U_3 f_3) + lambda12 Sym(f_1 f_2) - mu12 f_3\n",
     "epsilon, delta, three_body_drift, rates, initial",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_GRID) | BIT(HUD_METHOD_SPECTRAL) |
         BIT(HUD_METHOD_PARTICLES),
     NULL},
    {HUD_MODEL_FIRST_ORDER, "first_order", "[KMS] (14)",
     "free particles and pairs with quasi-stationary triples: accurate to O(eps^2)",
     "d/dt f_1     = 2 mu11 int f_2 + eps mu12 int f_3 - 2 lambda11 M_1 f_1 - eps lambda12 M_2 "
     "f_1\n"
     "eps d/dt f_2 = -div(U_2 f_2) + lambda11 f_1 f_1 + eps mu12 int f_3\n"
     "               - eps lambda12 M_1 f_2 - mu11 f_2\n"
     "           0 = -kappa div(U_3 f_3) + lambda12 Sym(f_1 f_2) - mu12 f_3\n",
     "epsilon, three_body_drift, rates, initial",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_SPECTRAL) | BIT(HUD_METHOD_GRID) |
         BIT(HUD_METHOD_PARTICLES),
     NULL},
    {HUD_MODEL_SCALAR_IMPLICIT, "scalar_implicit", "[KMS] (47)",
     "one equation for free particles with delay: accurate to O(eps^2), may lose positivity",
     "(1 + eps A[f_1,.]) d/dt f_1 = B[f_1,f_1] + eps C[f_1,f_1,f_1]\n"
     "with L = div(U_2 .) + mu11, fbar_2 = lambda11 L^{-1} f_1 f_1,\n"
     "     f_3 = lambda12 (kappa div(U_3 .) + mu12)^{-1} Sym(f_1 fbar_2):\n"
     "A[f,g]   = 4 mu11 lambda11 int L^{-2} Sym(f g)\n"
     "B[f,f]   = 2 mu11 int fbar_2 - 2 lambda11 M_1 f\n"
     "C[f,f,f] = 2 mu11 int L^{-1} (mu12 int f_3 - lambda12 M_1 fbar_2)\n"
     "         + mu12 int int f_3 - lambda12 Mbar_2 f\n"
     "f_2      = fbar_2 + eps L^{-1} (-d/dt fbar_2 - lambda12 M_1 fbar_2 + mu12 int f_3)   (46)\n",
     "epsilon, three_body_drift, rates, initial.matching",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_SPECTRAL) | BIT(HUD_METHOD_GRID), NULL},
    {HUD_MODEL_SCALAR, "scalar", "[KMS] (48)",
     "the same made explicit in d/dt f_1: accurate to O(eps^2), may lose positivity",
     "d/dt f_1 = B[f_1,f_1] + eps (C[f_1,f_1,f_1] - A[f_1, B[f_1,f_1]])\n"
     "with A, B, C and f_2 of scalar_implicit; this, and not (49), which has misprints, is "
     "solved\n",
     "epsilon, three_body_drift, rates, initial.matching",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_SPECTRAL) | BIT(HUD_METHOD_GRID), NULL},
    {HUD_MODEL_INSTANTANEOUS, "instantaneous", "[KMS] (32), (33)",
     "the limit of instantaneous binary collisions",
     "d/dt f_1 = 2 mu11 int f_2 dv_2 - 2 lambda11 M_1 f_1\n"
     "       0 = -div(U_2 f_2) + lambda11 f_1 f_1 - mu11 f_2\n",
     "rates, initial",
     BIT(HUD_METHOD_MOMENTS) | BIT(HUD_METHOD_SPECTRAL) | BIT(HUD_METHOD_GRID) |
         BIT(HUD_METHOD_PARTICLES),
     NULL},
    {HUD_MODEL_HARD_SPHERES, "hard_spheres", "[APW] (1.9)-(1.14)",
     "N hard spheres with collisions of 2 .. M+1 particles, event-driven and exact in time",
     "free flight until d_k^2 = sum_{i<j} |x_i - x_j|^2 = epsilon_k^2 for some k = 2 .. M+1, then\n"
     "v_i* = v_i + C sum_j (x_j - x_i)/epsilon_k,\n"
     "C = (2/k) sum_{i<j} <v_i - v_j, (x_i - x_j)/epsilon_k>\n"
     "N epsilon_{l+1}^(d-1/l) = kappa_l\n",
     "dimension, orders, particles.count, zones, domain, initial.velocity, initial.position", 0,
     "event-driven, exact in time"},
    {HUD_MODEL_BOLTZMANN, "boltzmann", "[APW] (3.21), (3.22)",
     "the Boltzmann equation with collisions of 2 .. M+1 particles, by direct simulation",
     "d/dt f + v.grad_x f = sum_l alpha_l int b_+ (f* f_1* ... f_l* - f f_1 ... f_l) dmu(omega) "
     "dV\n"
     "b = <omega, B nu>, nu_i = v_i - v, B = (l+1) I - 1 1^T; mu = dS/|B omega| on <omega, B "
     "omega> "
     "= 1\n"
     "(N velocities in one cell, or cells on a torus; the coarea measure mu is what conserves "
     "energy)\n",
     "dimension, orders, alpha, density, cells, step, particles.count, domain, initial", 0,
     "direct simulation Monte Carlo"},
};

const struct hud_registry_row *hud_registry(int *count)
{
  *count = (int)(sizeof rows / sizeof rows[0]);
  return rows;
}

const struct hud_registry_row *hud_registry_find(enum hud_model_kind model)
{
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].model == model)
      return &rows[i];
  return NULL;
}

bool hud_registry_runs(enum hud_model_kind model, enum hud_method method)
{
  const struct hud_registry_row *row = hud_registry_find(model);
  return row != NULL && (row->methods & BIT(method)) != 0;
}

const char *hud_method_name(enum hud_method method)
{
  static const char *const names[HUD_METHOD_COUNT] = {"grid", "spectral", "moments", "particles"};
  return names[method];
}
