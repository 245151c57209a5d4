/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Building networks: the hierarchy (8) of any size K with either counting, its terms up to first
 * order (9), the relaxed triple (37), the first-order model (14) and the instantaneous limit (33),
 * all as the numbers w_k, d_k, p_r, q_{r,i} and q_{r,j} of network.h. */
#include "network/network.h"

#include <math.h>

#include "base/alloc.h"
#include "config/expression.h"

static hud_status rate_from_table(const struct hud_rate_law *law, const char *name, int i, int j,
                                  double *value, struct hud_error *error)
{
  for (size_t e = 0; e < law->entry_count; e++)
    if (law->entries[e].i == i && law->entries[e].j == j) {
      *value = law->entries[e].value;
      return HUD_OK;
    }
  if (!law->has_default)
    return hud_fail_at(error, HUD_ERROR_INPUT, name,
                       "%s has neither an entry \"%d,%d\" nor a default, and the model needs it",
                       name, i, j);
  *value = law->constant;
  return HUD_OK;
}

hud_status hud_rate_evaluate(const struct hud_rate_law *law, const char *name, int i, int j,
                             double *value, struct hud_error *error)
{
  *value = 0.0;
  if (i > j)
    return hud_rate_evaluate(law, name, j, i, value, error);
  hud_status status = HUD_OK;
  switch (law->type) {
  case HUD_RATE_TABLE:
    status = rate_from_table(law, name, i, j, value, error);
    break;
  case HUD_RATE_CONSTANT:
    *value = law->constant;
    break;
  case HUD_RATE_ADDITIVE:
    *value = law->constant * (i + j);
    break;
  case HUD_RATE_MULTIPLICATIVE:
    *value = law->constant * i * j;
    break;
  case HUD_RATE_EXPRESSION: {
    double arguments[2] = {(double)i, (double)j}, swapped[2] = {(double)j, (double)i};
    *value = hud_expression_evaluate(law->expression, arguments);
    double other = hud_expression_evaluate(law->expression, swapped);
    if (isfinite(*value) && !(fabs(*value - other) <= 1e-12 * fabs(*value)))
      return hud_fail_at(error, HUD_ERROR_INPUT, name,
                         "%s must be symmetric in i and j, but is %.17g at (%d,%d) and %.17g at "
                         "(%d,%d)",
                         name, *value, i, j, other, j, i);
    break;
  }
  }
  if (status == HUD_OK && !(isfinite(*value) && *value >= 0.0))
    status = hud_fail_at(error, HUD_ERROR_INPUT, name,
                         "%s at (%d,%d) is %g; expected a finite number >= 0", name, i, j, *value);
  return status;
}

/* Sizes of the hierarchy: w_k = eps^{k-1}, d_k = eps^{k-2}; the other models change entry 2 or 3.
 */
static void set_sizes(struct hud_network *network, const struct hud_description *d)
{
  for (int k = 1; k <= network->K; k++) {
    struct hud_size *size = &network->sizes[k];
    size->weight = pow(d->epsilon, k - 1);
    size->drift = k == 1 ? 0.0 : pow(d->epsilon, k - 2);
    size->quasi_stationary = false;
  }
  switch (d->model) {
  case HUD_MODEL_HIERARCHY:
  case HUD_MODEL_FIRST_ORDER_HIERARCHY:
    break;
  case HUD_MODEL_RELAXED_TRIPLE:
    network->sizes[3].weight = d->delta * d->epsilon;
    network->sizes[3].drift *= hud_description_kappa(d);
    break;
  case HUD_MODEL_FIRST_ORDER:
  case HUD_MODEL_SCALAR_IMPLICIT:
  case HUD_MODEL_SCALAR:
    network->sizes[3] = (struct hud_size){0.0, d->epsilon * hud_description_kappa(d), true};
    break;
  case HUD_MODEL_INSTANTANEOUS:
    network->sizes[2] = (struct hud_size){0.0, 1.0, true};
    break;
  case HUD_MODEL_HARD_SPHERES: /* no clusters: hud_network_create refuses them */
  case HUD_MODEL_BOLTZMANN:
    break;
  }
}

static int largest_size(const struct hud_description *d)
{
  switch (d->model) {
  case HUD_MODEL_HIERARCHY:
  case HUD_MODEL_FIRST_ORDER_HIERARCHY:
    return d->clusters;
  case HUD_MODEL_INSTANTANEOUS:
    return 2;
  case HUD_MODEL_RELAXED_TRIPLE:
  case HUD_MODEL_FIRST_ORDER:
  case HUD_MODEL_SCALAR_IMPLICIT:
  case HUD_MODEL_SCALAR:
  case HUD_MODEL_HARD_SPHERES:
  case HUD_MODEL_BOLTZMANN:
    break;
  }
  return 3;
}

/* Whether (9) keeps what size k loses to the partner j and gets back. */
static bool is_first_order(int k, int j)
{
  return j == 1 || (j == 2 && k == 1);
}

static hud_status set_reactions(struct hud_network *network, const struct hud_description *d,
                                struct hud_error *error)
{
  bool first_order = d->model == HUD_MODEL_FIRST_ORDER_HIERARCHY;
  bool printed = hud_description_is_hierarchy(d) && d->counting == HUD_COUNTING_AS_PRINTED;
  hud_status status = HUD_OK;
  for (int k = 2; k <= network->K; k++)
    for (int i = 1; 2 * i <= k && status == HUD_OK; i++) {
      int j = k - i;
      struct hud_reaction *reaction = &network->reactions[network->reaction_count++];
      reaction->i = i;
      reaction->j = j;
      double power = pow(d->epsilon, k - 2);
      reaction->product = power * (printed && i != j ? 2.0 : 1.0);
      reaction->reactant[0] = first_order && !is_first_order(i, j) ? 0.0 : power;
      reaction->reactant[1] = first_order && !is_first_order(j, i) ? 0.0 : power;
      status = hud_rate_evaluate(&d->lambda, "rates.lambda", i, j, &reaction->lambda, error);
      if (status == HUD_OK)
        status = hud_rate_evaluate(&d->mu, "rates.mu", i, j, &reaction->mu, error);
    }
  return status;
}

/* Powers of epsilon must be numbers to divide by. */
static hud_status check_weights(const struct hud_network *network, double epsilon,
                                struct hud_error *error)
{
  for (int k = 1; k <= network->K; k++) {
    const struct hud_size *size = &network->sizes[k];
    if (!size->quasi_stationary && !(isnormal(size->weight) && size->weight > 0.0))
      return hud_fail_at(error, HUD_ERROR_INPUT, "epsilon",
                         "the weight of clusters of %d is %g for epsilon = %g; it must be a "
                         "positive number that does not underflow",
                         k, size->weight, epsilon);
  }
  return HUD_OK;
}

/* A quasi-stationary size must split, or its resolvent does not exist. */
static hud_status check_quasi_stationary(const struct hud_network *network, struct hud_error *error)
{
  for (int k = 2; k <= network->K; k++)
    if (network->sizes[k].quasi_stationary && !(hud_network_split_rate(network, k) > 0.0))
      return hud_fail_at(error, HUD_ERROR_INPUT, "rates.mu",
                         "clusters of %d are quasi-stationary in this model but never split: "
                         "rates.mu at (1,%d) must be > 0",
                         k, k - 1);
  return HUD_OK;
}

hud_status hud_network_create(struct hud_network **out, const struct hud_description *description,
                              struct hud_error *error)
{
  struct hud_network *network = NULL;
  *out = NULL;
  if (description->model == HUD_MODEL_HARD_SPHERES || description->model == HUD_MODEL_BOLTZMANN)
    return hud_fail_at(error, HUD_ERROR_USAGE, "model", "hard spheres form no clusters");
  hud_status status = HUD_NEW(&network, 1, "a network", error);
  if (status != HUD_OK)
    return status;
  network->K = largest_size(description);
  size_t K = (size_t)network->K;
  size_t count = (K / 2) * (K - K / 2); /* pairs i <= j with i + j <= K */
  status = HUD_NEW(&network->sizes, K + 1, "cluster sizes", error);
  if (status == HUD_OK)
    status = HUD_NEW(&network->reactions, count, "reactions", error);
  if (status == HUD_OK) {
    set_sizes(network, description);
    status = check_weights(network, description->epsilon, error);
  }
  if (status == HUD_OK)
    status = set_reactions(network, description, error);
  if (status == HUD_OK)
    status = check_quasi_stationary(network, error);
  if (status == HUD_OK)
    *out = network;
  else
    hud_network_free(network);
  return status;
}

void hud_network_free(struct hud_network *network)
{
  if (network == NULL)
    return;
  hud_free(network->sizes);
  hud_free(network->reactions);
  hud_free(network);
}

bool hud_reaction_conserves(const struct hud_reaction *reaction)
{
  return reaction->product == reaction->reactant[0] && reaction->product == reaction->reactant[1];
}

double hud_reaction_reactant(const struct hud_reaction *reaction, int k, int *partner)
{
  *partner = reaction->i == k ? reaction->j : reaction->i;
  if (reaction->i == k)
    return reaction->reactant[0] * (reaction->j == k ? 2.0 : 1.0);
  return reaction->j == k ? reaction->reactant[1] : 0.0;
}

/* Reactions that make fewer than k: sum_{m<k} floor(m/2) = floor((k-1)^2/4). */
static size_t reactions_below(int k)
{
  return (size_t)(k - 1) * (size_t)(k - 1) / 4;
}

const struct hud_reaction *hud_network_reaction(const struct hud_network *network, int i, int j)
{
  int k = i + j, smaller = i < j ? i : j;
  if (smaller < 1 || k > network->K)
    return NULL;
  return &network->reactions[reactions_below(k) + (size_t)smaller - 1];
}

double hud_network_split_rate(const struct hud_network *network, int k)
{
  double rate = 0.0;
  for (int i = 1; 2 * i <= k; i++) {
    const struct hud_reaction *reaction = hud_network_reaction(network, i, k - i);
    if (reaction != NULL)
      rate += reaction->product * reaction->mu;
  }
  return rate;
}

void hud_network_typical_masses(const struct hud_network *network, double mass, double *masses)
{
  masses[1] = mass;
  for (int k = 2; k <= network->K; k++) {
    double gain = 0.0, loss = hud_network_split_rate(network, k) + network->sizes[k].drift;
    for (int i = 1; 2 * i <= k; i++) {
      const struct hud_reaction *reaction = hud_network_reaction(network, i, k - i);
      gain += reaction->product * reaction->lambda * masses[i] * masses[k - i];
    }
    masses[k] = loss > 0.0 ? gain / loss : 0.0;
  }
}
