/* SPDX-License-Identifier: GPL-3.0-or-later
 * Closed forms of the layer and of the reduced system: linear equations with constant coefficients,
 * one after the other. */
#include "analysis/layer.h"

#include <math.h>
#include <string.h>

double hud_layer_moment(const struct hud_layer_moments *m, const char *name)
{
  static const char *const names[] = {"M1", "M2", "I1", "I2", "V1", "V2", "W", "T"};
  const double values[] = {m->M1, m->M2, m->I1, m->I2, m->V1, m->V2, m->W, m->T};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0)
      return values[i];
  return NAN;
}

/* T = M_2 V_1 + M_1 V_2 - 2 J_1 J_2 */
static double triple_spread(const struct hud_layer *layer, const struct hud_layer_moments *m)
{
  double J2 = m->I2 - layer->v_infinity * m->M2;
  return m->M2 * m->V1 + m->M1 * m->V2 - 2.0 * layer->J1 * J2;
}

/* The fast moments where the layer ends, for given slow ones. */
static struct hud_layer_moments stationary(const struct hud_layer *layer, double V1)
{
  double lambda = layer->theory.lambda11, mu = layer->theory.mu11;
  struct hud_layer_moments m = {.M1 = layer->start.M1, .I1 = layer->start.I1, .V1 = V1};
  m.M2 = lambda / mu * m.M1 * m.M1;
  m.I2 = lambda / mu * m.M1 * m.I1;
  m.W = 2.0 * lambda * (m.M1 * V1 - layer->J1 * layer->J1) / (2.0 + mu);
  m.V2 = (lambda * m.M1 * V1 - 0.5 * m.W) / mu;
  m.T = triple_spread(layer, &m);
  return m;
}

struct hud_layer hud_layer_begin(const struct hud_theory *theory, double v_infinity,
                                 const struct hud_layer_moments *start)
{
  struct hud_layer layer = {.theory = *theory, .v_infinity = v_infinity, .start = *start};
  layer.J1 = start->I1 - v_infinity * start->M1;
  layer.start.T = triple_spread(&layer, &layer.start);
  return layer;
}

struct hud_layer_moments hud_layer_inner(const struct hud_layer *layer, double tau)
{
  double mu = layer->theory.mu11, slow = exp(-mu * tau), fast = exp(-(2.0 + mu) * tau);
  const struct hud_layer_moments *start = &layer->start;
  struct hud_layer_moments m = stationary(layer, start->V1);
  double from_W = 0.25 * (start->W - m.W); /* what W' = -(2 + mu) W puts into V_2 */
  m.M2 += slow * (start->M2 - m.M2);
  m.I2 += slow * (start->I2 - m.I2);
  m.V2 += slow * (start->V2 - m.V2 - from_W) + fast * from_W;
  m.W += fast * (start->W - m.W);
  m.T = triple_spread(layer, &m);
  return m;
}

struct hud_layer_moments hud_layer_reduced(const struct hud_layer *layer, double t)
{
  const struct hud_layer_moments *start = &layer->start;
  double rate = 2.0 * layer->theory.lambda11 * start->M1 / (2.0 + layer->theory.mu11);
  double rest = layer->J1 * layer->J1 / start->M1; /* of f_1 about its own mean nothing remains */
  return stationary(layer, rest + (start->V1 - rest) * exp(-rate * t));
}

struct hud_layer_moments hud_layer_composite(const struct hud_layer *layer, double t)
{
  struct hud_layer_moments m = hud_layer_reduced(layer, t);
  struct hud_layer_moments inner = hud_layer_inner(layer, t / layer->theory.epsilon);
  struct hud_layer_moments overlap = stationary(layer, layer->start.V1);
  m.M2 += inner.M2 - overlap.M2;
  m.I2 += inner.I2 - overlap.I2;
  m.V2 += inner.V2 - overlap.V2;
  m.W += inner.W - overlap.W;
  m.T = triple_spread(layer, &m);
  return m;
}
