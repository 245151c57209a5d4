/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the tests of the moments: a network over the representation, and its right-hand side
 * assembled from the operations alone, apart from the assembler of the library. */
#ifndef HUD_TESTS_MOMENT_MODEL_H
#define HUD_TESTS_MOMENT_MODEL_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/random.h"
#include "moments/moments.h"
#include "support.h"

enum { MAX_K = 6, MAX_LENGTH = 64, MAX_SIZE = 160 };

struct model {
  struct hud_description description;
  struct hud_rate_entry lambda[16], mu[16];
  struct hud_network *network;
  struct hud_representation *rep;
  size_t start[MAX_K + 2]; /* of f_k in the state; quasi-stationary sizes have no room */
  struct hud_error error;
};

static inline void model_open(struct model *model, enum hud_model_kind kind, int K, int order,
                              double origin)
{
  struct hud_description *d = &model->description;
  d->model = kind;
  d->clusters = K;
  assert_ok(hud_network_create(&model->network, d, &model->error), &model->error);
  assert_ok(hud_moments_create(&model->rep, model->network->K, order, origin, &model->error),
            &model->error);
  model->start[1] = 0;
  for (int k = 1; k <= model->network->K; k++) {
    bool dynamic = !model->network->sizes[k].quasi_stationary;
    model->start[k + 1] = model->start[k] + (dynamic ? model->rep->ops->length(model->rep, k) : 0);
  }
  assert_true(model->start[model->network->K + 1] <= MAX_SIZE);
}

static inline void model_close(struct model *model)
{
  hud_network_free(model->network);
  model->rep->ops->free(model->rep);
}

static inline size_t model_size(const struct model *model)
{
  return model->start[model->network->K + 1];
}

static inline void set_rate(struct hud_rate_law *law, struct hud_rate_entry *entries, int i, int j,
                            double value)
{
  law->type = HUD_RATE_TABLE;
  law->entries = entries;
  entries[law->entry_count++] = (struct hud_rate_entry){i, j, value};
}

/* The case of the known values: lambda11=1, mu11=2, lambda12=0.8, mu12=1.5, all others 1 and 1.5.
 */
static inline void standard_rates(struct model *model, double epsilon)
{
  struct hud_description *d = &model->description;
  memset(model, 0, sizeof *model);
  d->epsilon = d->delta = epsilon;
  set_rate(&d->lambda, model->lambda, 1, 2, 0.8);
  set_rate(&d->mu, model->mu, 1, 1, 2.0);
  d->lambda.has_default = d->mu.has_default = true;
  d->lambda.constant = 1.0;
  d->mu.constant = 1.5;
}

/* Rates over four decades; a tenth of the lambda vanish. */
static inline void random_rates(struct model *model, struct hud_random *random)
{
  struct hud_description *d = &model->description;
  memset(model, 0, sizeof *model);
  d->epsilon = pow(10.0, -3.0 * hud_random_uniform(random));
  d->delta = pow(10.0, -3.0 * hud_random_uniform(random));
  d->three_body_drift = hud_random_below(random, 2) ? HUD_DRIFT_CONSISTENT : HUD_DRIFT_AS_PRINTED;
  for (int i = 1; i <= MAX_K; i++)
    for (int j = i; i + j <= MAX_K; j++) {
      double off = hud_random_below(random, 10) == 0 ? 0.0 : 1.0;
      set_rate(&d->lambda, model->lambda, i, j,
               off * pow(10.0, 4.0 * hud_random_uniform(random) - 2.0));
      set_rate(&d->mu, model->mu, i, j, pow(10.0, 4.0 * hud_random_uniform(random) - 2.0));
    }
}

/* Three atoms of positive weight in k velocities within [-1, 2]. */
static inline void random_density(struct model *model, struct hud_random *random, int k, double *f)
{
  double points[3 * (MAX_K + 1)], lost;
  for (int entry = 0; entry < 3 * (k + 1); entry++)
    points[entry] =
        entry % (k + 1) == 0 ? hud_random_uniform(random) : 3.0 * hud_random_uniform(random) - 1.0;
  assert_ok(model->rep->ops->project_atoms(model->rep, k, 3, points, f, &lost, &model->error),
            &model->error);
}

static inline void random_state(struct model *model, struct hud_random *random, double *y)
{
  for (int k = 1; k <= model->network->K; k++)
    if (!model->network->sizes[k].quasi_stationary)
      random_density(model, random, k, y + model->start[k]);
}

/* f_k of a quasi-stationary size: resolvent of its gain. */
static inline void quasi_stationary(struct model *model, int k, const double *const *f, double *fk)
{
  const struct hud_network *network = model->network;
  const struct hud_representation_ops *ops = model->rep->ops;
  memset(fk, 0, MAX_LENGTH * sizeof *fk);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    if (reaction->i + reaction->j == k)
      ops->join(model->rep, reaction->product * reaction->lambda, reaction->i, f[reaction->i],
                reaction->j, f[reaction->j], fk);
  }
  assert_ok(ops->resolvent(model->rep, hud_network_split_rate(network, k), network->sizes[k].drift,
                           k, fk, fk, &model->error),
            &model->error);
}

static inline void add_loss(struct model *model, const struct hud_reaction *reaction, int side,
                            const double *const *f, double *out)
{
  const struct hud_representation_ops *ops = model->rep->ops;
  int k = side == 0 ? reaction->i : reaction->j, partner = reaction->i + reaction->j - k;
  double power = reaction->reactant[side];
  double rate = power * reaction->lambda * ops->mass(model->rep, partner, f[partner]);
  for (size_t index = 0; index < ops->length(model->rep, k); index++)
    out[index] -= rate * f[k][index];
  ops->marginal(model->rep, power * reaction->mu, reaction->i + reaction->j,
                f[reaction->i + reaction->j], k, out);
}

/* The equation of network/network.h. */
static inline void right_hand_side(struct model *model, const double *y, double *ydot)
{
  const struct hud_network *network = model->network;
  const struct hud_representation_ops *ops = model->rep->ops;
  const double *f[MAX_K + 1] = {NULL};
  double held[MAX_K + 1][MAX_LENGTH], out[MAX_K + 1][MAX_LENGTH];
  memset(out, 0, sizeof out);
  for (int k = 1; k <= network->K; k++) {
    f[k] = y + model->start[k];
    if (network->sizes[k].quasi_stationary) {
      quasi_stationary(model, k, f, held[k]);
      f[k] = held[k];
    }
    ops->drift(model->rep, network->sizes[k].drift, k, f[k], out[k]);
  }
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int i = reaction->i, j = reaction->j, k = i + j;
    ops->join(model->rep, reaction->product * reaction->lambda, i, f[i], j, f[j], out[k]);
    for (size_t index = 0; index < ops->length(model->rep, k); index++)
      out[k][index] -= reaction->product * reaction->mu * f[k][index];
    add_loss(model, reaction, 0, f, out[i]);
    add_loss(model, reaction, 1, f, out[j]);
  }
  for (int k = 1; k <= network->K; k++)
    for (size_t index = 0; model->start[k] + index < model->start[k + 1]; index++)
      ydot[model->start[k] + index] = out[k][index] / network->sizes[k].weight;
}

/* Totals sum_k k w_k int (v_1 - center)^p f_k over dynamic sizes, p = 0, 1, 2. */
static inline void totals(const struct model *model, const double *y, double center,
                          double total[3])
{
  memset(total, 0, 3 * sizeof *total);
  for (int k = 1; k <= model->network->K; k++) {
    double moment[3];
    if (model->network->sizes[k].quasi_stationary)
      continue;
    model->rep->ops->moments(model->rep, k, y + model->start[k], center, 2, moment);
    for (int p = 0; p <= 2; p++)
      total[p] += k * model->network->sizes[k].weight * moment[p];
  }
}

static inline double rate(const struct hud_rate_law *law, int i, int j)
{
  double value;
  assert_ok(hud_rate_evaluate(law, "rate", i, j, &value, NULL), NULL);
  return value;
}

#endif
