/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The terms of (46) one after the other, for frequencies of either sign: joins, L^{-1} = (q d/dq +
 * mu11)^{-1}, the same small matrix for every p, and what quasi-stationary triples of f_1 and
 * fbar_2 leave to pairs. */
#include "models/pair_readout.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "models/initial.h"
#include "spectral/spectral.h"

/* Exponent beyond which a power is nothing at the end of the box. */
static const double steepest = 15.0;

struct hud_pair_readout {
  struct hud_model *model;
  struct hud_pair_box *box;
  struct hud_scalar_rates rates; /* epsilon = 0 for (33) */
  size_t length;
  double *f1_rate; /* f', of the length of the model's state */
  double *fhat;    /* of the last values */
  double *correction, *triples;
  struct hud_pair_tail tail;
};

bool hud_pair_readout_fits(const struct hud_model *model)
{
  const struct hud_network *network = model->network;
  if (model->description->method != HUD_METHOD_SPECTRAL)
    return false;
  return model->scalar != NULL || (network->K == 2 && network->sizes[2].quasi_stationary);
}

static struct hud_scalar_rates rates_of(const struct hud_model *model)
{
  if (model->scalar != NULL)
    return hud_scalar_get_rates(model->scalar);
  const struct hud_reaction *pair = hud_network_reaction(model->network, 1, 1);
  return (struct hud_scalar_rates){.lambda11 = pair->lambda, .mu11 = pair->mu};
}

hud_status hud_pair_readout_create(struct hud_pair_readout **out, struct hud_model *model,
                                   struct hud_error *error)
{
  struct hud_pair_readout *readout = NULL;
  double *f1 = NULL;
  *out = NULL;
  size_t size = hud_model_system(model)->size;
  hud_status status = HUD_NEW(&readout, 1, "f_2", error);
  if (status != HUD_OK)
    return status;
  readout->model = model;
  readout->rates = rates_of(model);
  status = hud_initial_single(&model->description->initial, model->rep, &f1, error);
  if (status == HUD_OK)
    status = hud_pair_box_create(&readout->box, model->rep, f1, HUD_PAIR_NODE_TOLERANCE, error);
  hud_free(f1);
  if (status == HUD_OK)
    status = hud_pair_box_setup(readout->box, readout->rates.mu11, 1.0, error);
  if (status == HUD_OK && readout->rates.lambda12 > 0.0)
    status =
        hud_pair_box_set_triples(readout->box, readout->rates.mu12, readout->rates.kappa, error);
  if (status == HUD_OK) {
    readout->length = hud_pair_box_length(readout->box);
    status = HUD_NEW(&readout->fhat, readout->length, "f_2", error);
  }
  if (status == HUD_OK)
    status = HUD_NEW(&readout->correction, readout->length, "f_2", error);
  if (status == HUD_OK)
    status = HUD_NEW(&readout->triples, readout->length, "f_2", error);
  if (status == HUD_OK)
    status = HUD_NEW(&readout->f1_rate, size, "the rate of f_1", error);
  if (status == HUD_OK)
    *out = readout;
  else
    hud_pair_readout_free(readout);
  return status;
}

void hud_pair_readout_free(struct hud_pair_readout *readout)
{
  if (readout == NULL)
    return;
  hud_pair_box_free(readout->box);
  hud_free(readout->f1_rate);
  hud_free(readout->fhat);
  hud_free(readout->correction);
  hud_free(readout->triples);
  hud_free(readout);
}

size_t hud_pair_readout_length(const struct hud_pair_readout *readout)
{
  return readout->length;
}

/* out = c L^{-1} Sym(f x g) */
static void quasi_stationary(struct hud_pair_readout *readout, double c, const double *f,
                             const double *g, double *out)
{
  memset(out, 0, readout->length * sizeof *out);
  hud_pair_box_join(readout->box, c, f, g, out);
  hud_pair_box_solve(readout->box, out, out);
}

/* correction = -2 G[f,f'] - lambda12 M fbar_2, triples = mu12 int f_3 dv_3. */
static hud_status set_terms(struct hud_pair_readout *readout, const double *f1,
                            struct hud_error *error)
{
  const struct hud_scalar_rates *rates = &readout->rates;
  const struct hud_system *system = hud_model_system(readout->model);
  double mass = readout->model->rep->ops->mass(readout->model->rep, 1, f1);
  hud_status status = system->rhs(system->self, 0.0, f1, readout->f1_rate, error);
  if (status != HUD_OK)
    return status;
  quasi_stationary(readout, -2.0 * rates->lambda11, f1, readout->f1_rate, readout->correction);
  for (size_t a = 0; a < readout->length; a++)
    readout->correction[a] -= rates->lambda12 * mass * readout->fhat[a];
  memset(readout->triples, 0, readout->length * sizeof *readout->triples);
  if (rates->lambda12 > 0.0)
    hud_pair_box_triples(readout->box, rates->mu12 * rates->lambda12, f1, readout->fhat,
                         readout->triples);
  return HUD_OK;
}

/* Beyond the box nothing joins, and with x = q/end, m = mu11 fbar_2 and G[f,f'] go on as x^-m. So
 * do triples, of pairs that they formed from, and as x^-n, n = mu12/kappa. Of these
 *
 *   L^{-1} x^-m = x^-m log x,   L^{-1} x^-n = (x^-n - x^-m)/(m - n)
 *
 * and multiples of x^-m. The logarithm is made a difference of two powers. */
static hud_status set_tail(struct hud_pair_readout *readout, struct hud_error *error)
{
  const struct hud_scalar_rates *rates = &readout->rates;
  struct hud_pair_tail *tail = &readout->tail, triples = {.count = 2};
  size_t values = 2 * hud_pair_box_nodes(readout->box);
  double m = rates->mu11, step = 1e-3 * m, logarithm[2 * HUD_PAIR_MOST_NODES];
  hud_status status = HUD_OK;
  tail->count = 3;
  tail->exponent[1] = m - step;
  tail->exponent[2] = m + step;
  hud_pair_box_end(readout->box, readout->correction, logarithm);
  if (rates->lambda12 > 0.0) {
    double n = rates->mu12 / rates->kappa;
    n = fabs(m - n) < step ? m - step : n;
    tail->count = 4;
    tail->exponent[3] = triples.exponent[0] = n;
    triples.exponent[1] = m;
    status = hud_pair_box_fit(readout->box, readout->triples, &triples, error);
    for (size_t a = 0; a < values && status == HUD_OK; a++) {
      logarithm[a] += triples.amplitude[1][a];
      tail->amplitude[3][a] = rates->epsilon * triples.amplitude[0][a] / (m - n);
    }
  }
  for (size_t a = 0; a < values; a++) {
    tail->amplitude[1][a] = rates->epsilon * logarithm[a] / (2.0 * step);
    tail->amplitude[2][a] = -tail->amplitude[1][a];
  }
  return status;
}

/* fhat = f_2 of (46) from fbar_2, and its tail. */
static hud_status correct(struct hud_pair_readout *readout, const double *f1,
                          struct hud_error *error)
{
  double *correction = readout->correction;
  hud_status status = set_terms(readout, f1, error);
  if (status == HUD_OK)
    status = set_tail(readout, error);
  if (status != HUD_OK)
    return status;
  for (size_t a = 0; a < readout->length; a++)
    correction[a] += readout->triples[a];
  hud_pair_box_solve(readout->box, correction, correction);
  for (size_t a = 0; a < readout->length; a++)
    readout->fhat[a] += readout->rates.epsilon * correction[a];
  return HUD_OK;
}

/* Powers that have fallen to nothing at the end of the box are left to the box: their functions are
 * too large at q = 0 to be taken off there and added again. x^-m and its logarithm, the first
 * three, go together. */
static void drop_steep(struct hud_pair_tail *tail, double m)
{
  int kept = 0;
  for (int j = 0; j < tail->count; j++) {
    if ((j < 3 ? m : tail->exponent[j]) > steepest)
      continue;
    tail->exponent[kept] = tail->exponent[j];
    memmove(tail->amplitude[kept], tail->amplitude[j], sizeof tail->amplitude[j]);
    kept++;
  }
  tail->count = kept;
}

hud_status hud_pair_readout_values(struct hud_pair_readout *readout, const double *y, double *out,
                                   struct hud_error *error)
{
  const struct hud_model *model = readout->model;
  struct hud_pair_tail *tail = &readout->tail;
  const double *v;
  size_t count = model->rep->ops->nodes(model->rep, &v);
  hud_status status = HUD_OK;
  tail->count = 1;
  tail->exponent[0] = readout->rates.mu11;
  quasi_stationary(readout, readout->rates.lambda11, y, y, readout->fhat);
  if (model->scalar != NULL)
    status = correct(readout, y, error);
  if (status != HUD_OK)
    return status;
  hud_pair_box_end(readout->box, readout->fhat, tail->amplitude[0]);
  for (size_t a = 0; a < 2 * hud_pair_box_nodes(readout->box) && tail->count == 4; a++)
    tail->amplitude[0][a] -= tail->amplitude[3][a]; /* the values at the end are those of fhat */
  drop_steep(tail, readout->rates.mu11);
  return hud_pair_box_values_with(readout->box, readout->fhat, tail, v[0],
                                  (v[count - 1] - v[0]) / (double)(count - 1), count,
                                  model->description->output.mollifier, out, error);
}

void hud_pair_readout_errors(const struct hud_pair_readout *readout, double *cut, double *tail)
{
  hud_pair_box_errors(readout->box, readout->fhat, readout->model->description->output.mollifier,
                      cut, tail);
}
