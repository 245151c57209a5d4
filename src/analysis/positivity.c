/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Negative values and negative mass of f_1 and f_2 on the velocities of a method, weighted by the
 * widths that belong to them. */
#include "analysis/positivity.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

/* Ripples of a positive f_1, relative to its largest value, over what the box cuts off: up to 3.6
 * in trials with the first-order model (gaussians, two groups, jumps; horizons 0.5, 2, 8); of f_2
 * up to 4.5 in trials with the instantaneous limit and the scalar models (the same data, mu11 from
 * 0.5 to 4), where they exceed 1e-6 at all. */
static const double RIPPLE = 5.0;

struct hud_positivity {
  const struct hud_model *model;
  size_t n;
  const double *v;
  double *width, *values;
  double threshold; /* relative to the largest value */
  int cut;          /* which of the method's columns says what a frequency box cuts off; -1: none */
  double *extras;
  const double **f;
  struct hud_negativity found[2];
};

bool hud_positivity_measurable(const struct hud_model *model)
{
  const struct hud_representation_ops *ops = model->rep->ops;
  const double *v;
  return ops->nodes != NULL && ops->values != NULL && ops->nodes(model->rep, &v) > 1;
}

static int cut_column(const struct hud_representation_ops *ops)
{
  for (int i = 0; i < ops->extra_count; i++)
    if (strcmp(ops->extra_names[i], "fhat_cut") == 0)
      return i;
  return -1;
}

hud_status hud_positivity_create(struct hud_positivity **out, const struct hud_model *model,
                                 struct hud_error *error)
{
  *out = NULL;
  struct hud_positivity *p = NULL;
  if (!hud_positivity_measurable(model))
    return hud_fail(error, HUD_ERROR_USAGE,
                    "method %s gives no densities in which negative values could be seen",
                    model->rep->ops->name);
  hud_status status = HUD_NEW(&p, 1, "positivity", error);
  if (status != HUD_OK)
    return status;
  p->model = model;
  p->n = model->rep->ops->nodes(model->rep, &p->v);
  p->cut = cut_column(model->rep->ops);
  p->threshold = p->cut < 0 ? 1e-9 : 1e-6;
  status = HUD_NEW(&p->width, p->n, "positivity", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->values, p->n * p->n, "positivity", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->extras, (size_t)model->rep->ops->extra_count, "positivity", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->f, (size_t)model->network->K + 1, "positivity", error);
  if (status != HUD_OK) {
    hud_positivity_free(p);
    return status;
  }
  size_t last = p->n - 1;
  p->width[0] = p->v[1] - p->v[0];
  p->width[last] = p->v[last] - p->v[last - 1];
  for (size_t i = 1; i < last; i++)
    p->width[i] = 0.5 * (p->v[i + 1] - p->v[i - 1]);
  for (int k = 0; k < 2; k++)
    p->found[k] = (struct hud_negativity){.since = NAN, .place = {NAN, NAN}, .mass_time = NAN};
  *out = p;
  return HUD_OK;
}

void hud_positivity_free(struct hud_positivity *p)
{
  if (p == NULL)
    return;
  hud_free(p->width);
  hud_free(p->values);
  hud_free(p->extras);
  hud_free((void *)p->f);
  hud_free(p);
}

/* `columns` values in each of n rows: 1 for f_1, n for f_2. */
static void look(struct hud_positivity *p, double t, int k, size_t columns, const double *values,
                 double cut)
{
  struct hud_negativity *found = &p->found[k - 1];
  size_t where = 0;
  double largest = 0.0, mass = 0.0;
  bool unknown = false;
  for (size_t i = 0; i < p->n * columns; i++) {
    double value = values[i];
    unknown = unknown || isnan(value);
    if (value < values[where])
      where = i;
    largest = fmax(largest, value);
    if (value < 0.0)
      mass -= value * p->width[i / columns] * (k == 2 ? p->width[i % columns] : 1.0);
  }
  if (unknown)
    return;
  found->measured = true;
  double least = values[where] / largest, threshold = fmax(p->threshold, RIPPLE * cut);
  found->threshold = fmax(found->threshold, threshold);
  if (!(values[where] < -threshold * largest))
    return;
  if (!found->lost) {
    found->lost = true;
    found->since = t;
    found->place[0] = p->v[where / columns];
    if (k == 2)
      found->place[1] = p->v[where % columns];
  }
  found->least = fmin(found->least, least);
  if (mass > found->mass) {
    found->mass = mass;
    found->mass_time = t;
  }
}

void hud_positivity_observe(struct hud_positivity *p, double t, const double *y)
{
  const struct hud_network *network = p->model->network;
  struct hud_representation *rep = p->model->rep;
  for (int k = 1; k <= network->K; k++)
    p->f[k] = hud_model_density(p->model, y, k);
  if (p->cut >= 0)
    rep->ops->extras(rep, network, p->f, p->extras);
  rep->ops->values(rep, 1, p->f[1], p->values);
  double cut = p->cut >= 0 ? p->extras[p->cut] : 0.0;
  look(p, t, 1, 1, p->values, cut);
  if (network->K < 2 || network->sizes[2].quasi_stationary)
    return;
  rep->ops->values(rep, 2, p->f[2], p->values);
  look(p, t, 2, p->n, p->values, cut);
}

void hud_positivity_observe_pairs(struct hud_positivity *p, double t, const double *f2, double cut)
{
  look(p, t, 2, p->n, f2, cut);
}

struct hud_negativity hud_positivity_found(const struct hud_positivity *p, int k)
{
  return p->found[k - 1];
}

void hud_positivity_resume(struct hud_positivity *p, int k, struct hud_negativity found)
{
  p->found[k - 1] = found;
}
