/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the tests of the scalar models: simulations from a line or two of a model file. */
#ifndef HUD_TESTS_SCALAR_MODEL_H
#define HUD_TESTS_SCALAR_MODEL_H

#include <math.h>
#include <stdio.h>

#include "huddle.h"
#include "run/simulation.h"
#include "support.h"

#define RATES                                                                                      \
  "rates:\n"                                                                                       \
  "  lambda: {default: 1.0, \"1,1\": 1.0, \"1,2\": 0.8}\n"                                         \
  "  mu: {default: 1.5, \"1,1\": 2.0, \"1,2\": 1.5}\n"
#define GAUSSIAN "f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}"
#define TWO_GROUPS                                                                                 \
  "f1: {mixture: [{gaussian: {mass: 0.5, mean: -1.5, stddev: 0.3}}, "                              \
  "{gaussian: {mass: 0.5, mean: 1.5, stddev: 0.3}}]}"

static const char *const kinds[2] = {"scalar_implicit", "scalar"};

static inline struct hud_simulation *open_text(const char *model, double epsilon,
                                               const char *method, const char *initial, double rtol)
{
  struct hud_error error = {0};
  struct hud_simulation *simulation = NULL;
  char text[2048];
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: %s\nepsilon: %.17g\n%s\n" RATES "initial: {%s}\n"
           "time: {end: 3.0}\nsolver: {rtol: %g, atol: %g}\n",
           model, epsilon, method, initial, rtol, 1e-3 * rtol);
  assert_ok(hud_simulation_parse(&simulation, text, "test.yaml", &error), &error);
  return simulation;
}

static inline void advance(struct hud_simulation *simulation, double t)
{
  struct hud_error error = {0};
  assert_ok(hud_simulation_advance(simulation, t, &error), &error);
}

static inline double quantity(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error = {0};
  double value = NAN;
  assert_ok(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

#endif
