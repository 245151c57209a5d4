/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inequalities of contraction.h, reaction by reaction: joining i and j puts
 * p lambda (N_j D_i + N_i D_j)/w into i+j, splitting puts q mu D_{i+j}/w into i and into j, and a
 * quasi-stationary size passes on sum p lambda (N_j D_i + N_i D_j) / sum p mu. */
#include "evolve/contraction.h"

#include <math.h>

#include "base/alloc.h"

/* |Sym(f_i x f_j) - Sym(g_i x g_j)| */
static double joined(const struct hud_reaction *r, const double *norms, const double *x)
{
  return norms[r->j] * x[r->i] + norms[r->i] * x[r->j];
}

static double quasi_stationary(const struct hud_network *network, int k, const double *norms,
                               const double *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < network->reaction_count; i++) {
    const struct hud_reaction *r = &network->reactions[i];
    if (r->i + r->j == k)
      sum += r->product * r->lambda * joined(r, norms, x);
  }
  return sum / hud_network_split_rate(network, k);
}

/* int_0^h e^{-split rate s} ds */
static double exposure(const struct hud_network *network, int k, double h)
{
  double rate = hud_network_split_rate(network, k) / network->sizes[k].weight;
  return rate > 0.0 ? -expm1(-rate * h) / rate : h;
}

/* out = K x */
static void apply(const struct hud_network *network, double h, const double *norms, const double *x,
                  double *out)
{
  for (int k = 1; k <= network->K; k++)
    out[k] = 0.0;
  for (size_t i = 0; i < network->reaction_count; i++) {
    const struct hud_reaction *r = &network->reactions[i];
    int k = r->i + r->j;
    bool passing = network->sizes[k].quasi_stationary;
    double changed = passing ? quasi_stationary(network, k, norms, x) : x[k];
    if (!passing)
      out[k] += r->product * r->lambda * joined(r, norms, x);
    out[r->i] += r->reactant[0] * r->mu * changed;
    out[r->j] += r->reactant[1] * r->mu * changed;
  }
  for (int k = 1; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary)
      out[k] *= exposure(network, k, h) / network->sizes[k].weight;
}

static hud_status check_reactants(const struct hud_network *network, struct hud_error *error)
{
  for (size_t i = 0; i < network->reaction_count; i++) {
    const struct hud_reaction *r = &network->reactions[i];
    if (network->sizes[r->i].quasi_stationary || network->sizes[r->j].quasi_stationary)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "the mild form (30) needs dynamic reactants; clusters of %d and %d are not",
                      r->i, r->j);
  }
  return HUD_OK;
}

hud_status hud_contraction_bound(const struct hud_network *network, double h, const double *norms,
                                 const double *x, double *bound, struct hud_error *error)
{
  double *image = NULL;
  *bound = 0.0;
  hud_status status = check_reactants(network, error);
  if (status == HUD_OK)
    status = HUD_NEW(&image, (size_t)network->K + 1, "contraction factor", error);
  if (status != HUD_OK)
    return status;
  apply(network, h, norms, x, image);
  for (int k = 1; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary)
      *bound = fmax(*bound, image[k] / x[k]);
  hud_free(image);
  return HUD_OK;
}

hud_status hud_contraction_weights(const struct hud_network *network, double h, const double *norms,
                                   double *x, struct hud_error *error)
{
  enum { ITERATIONS = 200 };
  double *image = NULL;
  for (int k = 1; k <= network->K; k++)
    x[k] = 1.0;
  hud_status status = check_reactants(network, error);
  if (status == HUD_OK)
    status = HUD_NEW(&image, (size_t)network->K + 1, "contraction factor", error);
  /* The power iteration of K + shift; without the shift it swings between the sizes. */
  for (int i = 0; i < ITERATIONS && status == HUD_OK; i++) {
    double largest = 0.0, shift = 0.0;
    apply(network, h, norms, x, image);
    for (int k = 1; k <= network->K; k++)
      if (!network->sizes[k].quasi_stationary)
        shift = shift > 0.0 ? fmin(shift, image[k] / x[k]) : image[k] / x[k];
    for (int k = 1; k <= network->K; k++)
      if (!network->sizes[k].quasi_stationary) {
        x[k] = image[k] + (shift > 0.0 ? shift : 1.0) * x[k];
        largest = fmax(largest, x[k]);
      }
    /* a size that nothing changes must keep a positive weight */
    for (int k = 1; k <= network->K; k++)
      x[k] = fmax(x[k] / largest, 1e-12);
  }
  hud_free(image);
  return status;
}
