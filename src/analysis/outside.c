/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The moments of what lies outside a grid. The assembler holds two batch cells over moments of
 * order two: what is on the grid, and the whole. Both take the same steps, so that what their
 * difference loses by cancellation is round-off and not the tolerance. */
#include "analysis/outside.h"

#include <string.h>

#include "base/alloc.h"
#include "evolve/radau.h"
#include "moments/moments.h"

enum { INSIDE, WHOLE, CELLS };
static const double tolerance = 1e-11;

struct hud_outside {
  const struct hud_model *model;
  struct hud_representation *rep;
  struct hud_assembler *assembler;
  size_t length;  /* of values */
  double *values; /* HUD_OUTSIDE_SET per size 1..K: the moments of g */
  double *kept;   /* the same of the grid's state before it is adapted */
  double *state;  /* of the assembler */
};

hud_status hud_outside_create(struct hud_outside **out, const struct hud_model *model,
                              struct hud_error *error)
{
  *out = NULL;
  struct hud_outside *outside = NULL;
  const struct hud_network *network = model->network;
  hud_status status = HUD_NEW(&outside, 1, "moments outside the grid", error);
  if (status != HUD_OK)
    return status;
  outside->model = model;
  outside->length = HUD_OUTSIDE_SET * (size_t)network->K;
  if ((status = hud_moments_create(&outside->rep, network->K, 2, model->v_infinity, error)) ==
          HUD_OK &&
      (status = hud_assembler_create(&outside->assembler, network, outside->rep, CELLS, error)) ==
          HUD_OK &&
      (status = HUD_NEW(&outside->values, outside->length, "moments", error)) == HUD_OK &&
      (status = HUD_NEW(&outside->kept, outside->length, "moments", error)) == HUD_OK)
    status =
        HUD_NEW(&outside->state, hud_assembler_system(outside->assembler)->size, "moments", error);
  if (status == HUD_OK)
    *out = outside;
  else
    hud_outside_free(outside);
  return status;
}

void hud_outside_free(struct hud_outside *outside)
{
  if (outside == NULL)
    return;
  hud_assembler_free(outside->assembler);
  if (outside->rep != NULL)
    outside->rep->ops->free(outside->rep);
  hud_free(outside->values);
  hud_free(outside->kept);
  hud_free(outside->state);
  hud_free(outside);
}

static double *of_size(double *values, int k)
{
  return values + HUD_OUTSIDE_SET * (size_t)(k - 1);
}

const double *hud_outside_values(const struct hud_outside *outside, int k)
{
  return of_size(outside->values, k);
}

bool hud_outside_is_empty(const struct hud_outside *outside)
{
  for (size_t i = 0; i < outside->length; i++)
    if (outside->values[i] != 0.0)
      return false;
  return true;
}

double hud_outside_total(const struct hud_outside *outside, int kind)
{
  const struct hud_network *network = outside->model->network;
  double sum = 0.0;
  for (int k = 1; k <= network->K; k++)
    sum += k * network->sizes[k].weight * of_size(outside->values, k)[kind];
  return sum;
}

/* The moments of the grid's state y. int (v_1 - v_2)^2 f_k = 2 second - 2 mixed. */
static void measure(const struct hud_outside *outside, const double *y, double *values)
{
  const struct hud_model *model = outside->model;
  const struct hud_representation_ops *ops = model->rep->ops;
  memset(values, 0, outside->length * sizeof *values);
  for (int k = 1; k <= model->network->K; k++) {
    const double *fk = hud_assembler_block_const(model->assembler, y, 0, k);
    double *out = of_size(values, k);
    if (fk == NULL)
      continue;
    ops->moments(model->rep, k, fk, model->v_infinity, 2, out);
    if (k >= 2)
      out[HUD_OUTSIDE_MIXED] = out[HUD_OUTSIDE_SECOND] - 0.5 * ops->spread(model->rep, k, fk);
  }
}

void hud_outside_before(struct hud_outside *outside, const double *y)
{
  measure(outside, y, outside->kept);
  for (size_t i = 0; i < outside->length; i++)
    outside->kept[i] += outside->values[i];
}

void hud_outside_after(struct hud_outside *outside, const double *y)
{
  measure(outside, y, outside->values);
  for (size_t i = 0; i < outside->length; i++)
    outside->values[i] = outside->kept[i] - outside->values[i];
}

/* Moments of order two are (), (1), (2), (1,1): the order of HUD_OUTSIDE_*. */
static void add_to_cell(const struct hud_outside *outside, size_t cell, double c,
                        const double *values)
{
  for (int k = 1; k <= outside->model->network->K; k++) {
    double *block = hud_assembler_block(outside->assembler, outside->state, cell, k);
    for (size_t i = 0; block != NULL && i < (k == 1 ? HUD_OUTSIDE_MIXED : HUD_OUTSIDE_SET); i++)
      block[i] += c * values[HUD_OUTSIDE_SET * (size_t)(k - 1) + i];
  }
}

static void subtract_cells(struct hud_outside *outside)
{
  for (int k = 1; k <= outside->model->network->K; k++) {
    const double *whole = hud_assembler_block(outside->assembler, outside->state, WHOLE, k);
    const double *inside = hud_assembler_block(outside->assembler, outside->state, INSIDE, k);
    double *values = of_size(outside->values, k);
    for (size_t i = 0; whole != NULL && i < (k == 1 ? HUD_OUTSIDE_MIXED : HUD_OUTSIDE_SET); i++)
      values[i] = whole[i] - inside[i];
  }
}

hud_status hud_outside_advance(struct hud_outside *outside, const double *y, double step,
                               struct hud_error *error)
{
  const struct hud_system *system = hud_assembler_system(outside->assembler);
  const struct hud_evolve_options options = {.rtol = tolerance, .atol = 1e-40, .end = step};
  struct hud_radau *radau = NULL;
  if (hud_outside_is_empty(outside) || step == 0.0)
    return HUD_OK;
  memset(outside->state, 0, system->size * sizeof *outside->state);
  measure(outside, y, outside->kept);
  add_to_cell(outside, INSIDE, 1.0, outside->kept);
  add_to_cell(outside, WHOLE, 1.0, outside->kept);
  add_to_cell(outside, WHOLE, 1.0, outside->values);
  hud_status status = hud_radau_create(&radau, system, 0.0, outside->state, &options, error);
  if (status == HUD_OK)
    status = hud_radau_to(radau, step, outside->state, error);
  if (status == HUD_OK)
    subtract_cells(outside);
  hud_radau_free(radau);
  return status;
}

double *hud_outside_data(struct hud_outside *outside, size_t *length)
{
  *length = outside->length;
  return outside->values;
}
