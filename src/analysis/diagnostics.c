/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of moments.csv. Totals run over the dynamic sizes with their conserved weights k w_k, never
 * over quasi-stationary ones; V_k is taken about the conserved mean velocity; T is the identity
 * T = M_2 V_1 + M_1 V_2 - 2 J_1 J_2 with J_k = I_k - v_inf M_k. */
#include "analysis/diagnostics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { NAME = 24, LEAST_RAW_ORDER = 4 };

static const char *const outside_names[] = {"outside_mass", "outside_variance", "window_min",
                                            "window_max"};

struct hud_diagnostics {
  struct hud_model *model;
  const struct hud_outside *outside; /* or NULL */
  int raw_order;                     /* f1_m0 .. f1_m<raw_order> */
  int available_order;               /* those above are undefined */
  size_t count;
  char (*text)[NAME];
  const char **names;
  double *moments; /* scratch */
  const double **f;
};

static bool is_dynamic(const struct hud_model *model, int k)
{
  return !model->network->sizes[k].quasi_stationary;
}

static void name(struct hud_diagnostics *d, const char *format, int k)
{
  if (d->text != NULL) {
    snprintf(d->text[d->count], NAME, format, k);
    d->names[d->count] = d->text[d->count];
  }
  d->count++;
}

/* Counts the columns, and names them where d->text is there. */
static void lay_out(struct hud_diagnostics *d)
{
  static const char *const totals[] = {"t", "mass", "mean", "variance"};
  static const char *const families[] = {"M%d", "I%d", "V%d"};
  const struct hud_representation_ops *ops = d->model->rep->ops;
  d->count = 0;
  for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
    name(d, totals[i], 0);
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    for (int k = 1; k <= d->model->network->K; k++)
      if (is_dynamic(d->model, k))
        name(d, families[i], k);
  name(d, "W", 0);
  name(d, "T", 0);
  for (int p = 0; p <= d->raw_order; p++)
    name(d, "f1_m%d", p);
  for (int i = 0; i < ops->extra_count; i++)
    name(d, ops->extra_names[i], 0);
  for (size_t i = 0; d->outside != NULL && i < sizeof outside_names / sizeof outside_names[0]; i++)
    name(d, outside_names[i], 0);
}

hud_status hud_diagnostics_create(struct hud_diagnostics **out, struct hud_model *model,
                                  struct hud_error *error)
{
  return hud_diagnostics_create_with(out, model, NULL, error);
}

hud_status hud_diagnostics_create_with(struct hud_diagnostics **out, struct hud_model *model,
                                       const struct hud_outside *outside, struct hud_error *error)
{
  *out = NULL;
  struct hud_diagnostics *d = NULL;
  hud_status status = HUD_NEW(&d, 1, "diagnostics", error);
  if (status != HUD_OK)
    return status;
  d->model = model;
  d->outside = outside;
  d->raw_order = model->description->moment_order;
  if (d->raw_order < LEAST_RAW_ORDER)
    d->raw_order = LEAST_RAW_ORDER;
  d->available_order =
      model->rep->ops->max_moment != NULL ? model->rep->ops->max_moment(model->rep) : d->raw_order;
  lay_out(d);
  if ((status = HUD_NEW(&d->text, d->count, "column names", error)) == HUD_OK &&
      (status = HUD_NEW(&d->names, d->count, "column names", error)) == HUD_OK &&
      (status = HUD_NEW(&d->f, (size_t)model->network->K + 1, "densities", error)) == HUD_OK)
    status = HUD_NEW(&d->moments, (size_t)d->raw_order + 1, "moments", error);
  if (status == HUD_OK) {
    lay_out(d);
    *out = d;
  } else {
    hud_diagnostics_free(d);
  }
  return status;
}

void hud_diagnostics_free(struct hud_diagnostics *d)
{
  if (d == NULL)
    return;
  hud_free(d->text);
  hud_free(d->names);
  hud_free(d->f);
  hud_free(d->moments);
  hud_free(d);
}

const char *const *hud_diagnostics_names(const struct hud_diagnostics *d, size_t *count)
{
  *count = d->count;
  return d->names;
}

/* T from moments about v_inf: a[k] = (M_k, J_k, V_k). */
static double triple_spread(const double a1[3], const double a2[3])
{
  return a2[0] * a1[2] + a1[0] * a2[2] - 2.0 * a1[1] * a2[1];
}

/* mass, mean, variance, then M, I, V of each dynamic size, then W and T; returns where they end. */
static double *fill_totals(const struct hud_diagnostics *d, double *row)
{
  const struct hud_model *model = d->model;
  const struct hud_network *network = model->network;
  struct hud_representation *rep = model->rep;
  int dynamic = 0;
  for (int k = 1; k <= network->K; k++)
    dynamic += is_dynamic(model, k);
  double total[3] = {0.0, 0.0, 0.0}, first[3] = {0.0}, second[3] = {NAN, NAN, NAN};
  double *cursor = row + 3;
  for (int k = 1; k <= network->K; k++) {
    if (!is_dynamic(model, k))
      continue;
    double about[3];
    rep->ops->moments(rep, k, d->f[k], model->v_infinity, 2, about);
    const double *outside = d->outside != NULL ? hud_outside_values(d->outside, k) : NULL;
    for (int p = 0; p < 3 && outside != NULL; p++)
      about[p] += outside[p];
    cursor[0] = about[0];
    cursor[dynamic] = about[1] + model->v_infinity * about[0];
    cursor[2 * dynamic] = about[2];
    cursor++;
    for (int p = 0; p < 3; p++)
      total[p] += k * network->sizes[k].weight * about[p];
    if (k <= 2)
      memcpy(k == 1 ? first : second, about, sizeof about);
  }
  row[0] = total[0];
  row[1] = model->v_infinity + total[1] / total[0];
  row[2] = total[2];
  cursor = row + 3 + 3 * dynamic;
  bool pairs = network->K >= 2 && is_dynamic(model, 2);
  cursor[0] = pairs ? rep->ops->spread(rep, 2, d->f[2]) : NAN;
  if (pairs && d->outside != NULL) {
    const double *outside = hud_outside_values(d->outside, 2);
    cursor[0] += 2.0 * (outside[HUD_OUTSIDE_SECOND] - outside[HUD_OUTSIDE_MIXED]);
  }
  cursor[1] = pairs ? triple_spread(first, second) : NAN;
  return cursor + 2;
}

/* d->moments, raw moments of f_1 on the grid, with those outside. */
static void add_outside(const struct hud_diagnostics *d)
{
  const double *outside = hud_outside_values(d->outside, 1);
  double c = d->model->v_infinity;
  const double raw[3] = {outside[HUD_OUTSIDE_MASS],
                         outside[HUD_OUTSIDE_FIRST] + c * outside[HUD_OUTSIDE_MASS],
                         outside[HUD_OUTSIDE_SECOND] + c * (2.0 * outside[HUD_OUTSIDE_FIRST] +
                                                            c * outside[HUD_OUTSIDE_MASS])};
  if (hud_outside_is_empty(d->outside))
    return;
  for (int p = 0; p <= d->raw_order; p++)
    d->moments[p] = p < 3 ? d->moments[p] + raw[p] : NAN;
}

static void fill_outside(const struct hud_diagnostics *d, double *out)
{
  out[0] = hud_outside_total(d->outside, HUD_OUTSIDE_MASS);
  out[1] = hud_outside_total(d->outside, HUD_OUTSIDE_SECOND);
  d->model->rep->ops->window(d->model->rep, out + 2);
}

void hud_diagnostics_row(const struct hud_diagnostics *d, double t, const double *y, double *row)
{
  struct hud_representation *rep = d->model->rep;
  for (int k = 1; k <= d->model->network->K; k++)
    d->f[k] = hud_model_density(d->model, y, k);
  row[0] = t;
  double *cursor = fill_totals(d, row + 1);
  int order = d->raw_order < d->available_order ? d->raw_order : d->available_order;
  rep->ops->moments(rep, 1, d->f[1], 0.0, order, d->moments);
  if (d->outside != NULL)
    add_outside(d);
  for (int p = 0; p <= d->raw_order; p++)
    *cursor++ = p <= order ? d->moments[p] : NAN;
  if (rep->ops->extra_count > 0)
    rep->ops->extras(rep, d->model->network, d->f, cursor);
  if (d->outside != NULL)
    fill_outside(d, cursor + rep->ops->extra_count);
}
