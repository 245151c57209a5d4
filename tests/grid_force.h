/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by the tests of forces on the grid: the forces, a grid for one of them, and moments moved
 * by the characteristic maps. */
#ifndef HUD_TESTS_GRID_FORCE_H
#define HUD_TESTS_GRID_FORCE_H

#include "config/expression.h"
#include "grid_model.h"

struct force {
  struct hud_potential_spec spec;
  const char *text; /* of an expression */
  bool attracting;  /* pulls pairs together at every distance */
  bool smooth;      /* without a jump */
};

enum { ALIGNMENT, SQUARE, POWER, CONFIDENCE, BALANCE, FADING, WAVE, REPULSION, FORCES };
static const struct force forces[FORCES] = {
    [ALIGNMENT] = {{.type = HUD_POTENTIAL_ALIGNMENT}, NULL, true, true},
    [SQUARE] = {{.type = HUD_POTENTIAL_POWER, .exponent = 2.0}, NULL, true, true},
    [POWER] = {{.type = HUD_POTENTIAL_POWER, .exponent = 1.5}, NULL, true, true},
    [CONFIDENCE] = {{.type = HUD_POTENTIAL_BOUNDED_CONFIDENCE, .radius = 0.9}, NULL, true, false},
    [BALANCE] = {{.type = HUD_POTENTIAL_ATTRACTION_REPULSION, .distance = 1.1}, NULL, false, true},
    [FADING] = {{.type = HUD_POTENTIAL_EXPRESSION}, "r*exp(-r^2)", true, true},
    [WAVE] = {{.type = HUD_POTENTIAL_EXPRESSION}, "sin(2*r)", false, true},
    [REPULSION] = {{.type = HUD_POTENTIAL_EXPRESSION}, "-r/(1+r^2)", false, true}};
static const enum hud_drift_scheme schemes[] = {HUD_SCHEME_SECOND_ORDER, HUD_SCHEME_UPWIND};

/* A grid for one force that holds clusters of up to K, at rates mu. */
static inline void grid_open_force(struct grid *grid, const struct force *force, int n, double min,
                                   double max, enum hud_drift_scheme scheme, double mu, int K)
{
  struct hud_potential_spec spec = force->spec;
  struct hud_expression *expression = NULL;
  struct hud_description d = {.model = HUD_MODEL_HIERARCHY, .epsilon = 1.0, .clusters = K};
  struct hud_network *network = NULL;
  struct hud_error error;
  if (force->text != NULL)
    assert_ok(hud_expression_create(&expression, force->text, "r", &error), &error);
  spec.force = expression;
  grid_open_potential(grid, &spec, n, min, max, scheme, mu);
  hud_expression_free(expression);
  d.lambda = d.mu = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = mu};
  assert_ok(hud_network_create(&network, &d, &error), &error);
  assert_ok(hud_grid_hold(grid->rep, network, &error), &error);
  hud_network_free(network);
}

static inline double grid_moment(const struct grid *grid, int k, const double *f, int p)
{
  double moments[9];
  grid->ops->moments(grid->rep, k, f, 0.0, p, moments);
  return moments[p];
}

/* int Phi_k^s(v)_1^p f dv for pairs or triples, by the maps at the centres. */
static inline double grid_mapped_moment(const struct grid *grid, int k, const double *f, double s,
                                        int p)
{
  double sum = 0.0;
  struct hud_error error;
  for (size_t a = 0; a < grid->n; a++)
    for (size_t b = 0; b <= a; b++)
      for (size_t c = 0; c <= (k == 3 ? b : 0); c++) {
        size_t index = k == 3 ? a * (a + 1) * (a + 2) / 6 + b * (b + 1) / 2 + c
                              : hud_grid_pair_index(grid->rep, a, b);
        double orders = k == 2 ? (a == b ? 1.0 : 2.0) : a == c ? 1.0 : a == b || b == c ? 3.0 : 6.0;
        double v[3] = {hud_grid_velocity(grid->rep, a), hud_grid_velocity(grid->rep, b),
                       hud_grid_velocity(grid->rep, c)};
        if (f[index] == 0.0)
          continue;
        assert_ok(hud_potential_flow(grid->potential, k, s, v, v, NULL, &error), &error);
        for (int i = 0; i < k; i++)
          sum += orders * pow(v[i], p) / k * f[index];
      }
  return sum * pow(grid->h, k);
}

#endif
