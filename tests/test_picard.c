/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Picard iteration of the mild form (30): against CVODE for every network, its order in time, its
 * contraction factor against Theorem 3.2, conservation, grids, and errors. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "evolve/contraction.h"
#include "evolve/masses.h"
#include "evolve/picard.h"
#include "huddle.h"
#include "moment_model.h"
#include "run/simulation.h"

#define RATES                                                                                      \
  "rates:\n"                                                                                       \
  "  lambda: {default: 1.0, \"1,1\": 1.0, \"1,2\": 0.8}\n"                                         \
  "  mu: {default: 1.5, \"1,1\": 2.0, \"1,2\": 1.5}\n"

static hud_status parse(struct hud_simulation **s, const char *head, double end,
                        const char *integrator, struct hud_error *error)
{
  char text[2048];
  snprintf(text, sizeof text,
           "huddle: 1\n%s\n" RATES
           "initial: {f1: {mixture: [{gaussian: {mass: 0.7, mean: 0.5, stddev: 1.0}}, "
           "{gaussian: {mass: 0.3, mean: -1.0, stddev: 0.5}}]}}\n"
           "time: {end: %g}\nsolver: {rtol: 1.0e-12, atol: 1.0e-15, integrator: %s}\n",
           head, end, integrator);
  return hud_simulation_parse(s, text, "test.yaml", error);
}

static struct hud_simulation *open_text(const char *head, double end, const char *integrator)
{
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  assert_ok(parse(&s, head, end, integrator, &error), &error);
  return s;
}

static void advance(struct hud_simulation *s, double t)
{
  struct hud_error error = {0};
  assert_ok(hud_simulation_advance(s, t, &error), &error);
}

/* ---- against CVODE ---- */

static void test_against_cvode(void **state)
{
  (void)state;
  static const char *const heads[] = {
      "model: first_order\nmethod: moments\nepsilon: 0.1",
      "model: first_order\nmethod: moments\nepsilon: 0.01",
      "model: first_order\nmethod: moments\nepsilon: 0.1\nthree_body_drift: as_printed",
      "model: hierarchy\nclusters: 4\nmethod: moments\nepsilon: 0.1",
      "model: hierarchy\nclusters: 6\nmethod: moments\nepsilon: 1.0",
      "model: hierarchy\nclusters: 3\nmethod: moments\nepsilon: 0.1\ncounting: as_printed",
      "model: first_order_hierarchy\nclusters: 5\nmethod: moments\nepsilon: 0.1",
      "model: relaxed_triple\nmethod: moments\nepsilon: 0.1\ndelta: 0.05",
      "model: instantaneous\nmethod: moments",
  };
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    struct hud_simulation *picard = open_text(heads[i], 0.4, "picard");
    struct hud_simulation *cvode = open_text(heads[i], 0.4, "cvode");
    struct hud_picard_counters c;
    assert_non_null(picard->picard);
    assert_null(picard->evolve);
    for (int step = 1; step <= 2; step++) {
      advance(picard, 0.2 * step);
      advance(cvode, 0.2 * step);
      for (size_t l = 0; l < hud_model_system(cvode->model)->size; l++)
        assert_close(picard->y[l], cvode->y[l], 3e-11 * (1.0 + fabs(cvode->y[l])));
    }
    hud_picard_counters(picard->picard, &c);
    assert_true(c.windows > 0 && c.iterations >= 2 * c.windows && c.most >= 2);
    assert_int_equal(c.rhs_evaluations, HUD_PICARD_NODES * c.iterations);
    assert_true(c.observed > 0.0);
    assert_below(c.observed, c.theory);
    assert_below(c.theory, 0.5);
    hud_simulation_close(picard);
    hud_simulation_close(cvode);
  }
}

static double quantity(struct hud_simulation *s, const char *name)
{
  struct hud_error error = {0};
  double value = NAN;
  assert_ok(hud_simulation_quantity(s, name, &value, &error), &error);
  return value;
}

static void test_conservation(void **state)
{
  (void)state;
  static const char *const heads[] = {
      "model: first_order\nmethod: moments\nepsilon: 0.02",
      "model: hierarchy\nclusters: 4\nmethod: moments\nepsilon: 0.05",
      "model: first_order\nmethod: grid\nvelocity: {min: -6, max: 6, cells: 32}\nepsilon: 0.1",
  };
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    struct hud_simulation *s = open_text(heads[i], 0.5, "picard");
    double mass = quantity(s, "mass"), mean = quantity(s, "mean");
    advance(s, 0.5);
    assert_close(quantity(s, "mass"), mass, 1e-12);
    assert_close(quantity(s, "mean"), mean, 1e-12);
    hud_simulation_close(s);
  }
}

/* On a grid the flow interpolates where CVODE's drift is a finite difference: what is left between
 * the two is their discretisation errors, of second order; masses, which move nowhere, agree. */
static void test_grid(void **state)
{
  (void)state;
  double distance[3];
  for (int e = 0; e < 3; e++) {
    char head[256];
    snprintf(head, sizeof head,
             "model: first_order\nmethod: grid\nvelocity: {min: -6, max: 6, cells: %d}\n"
             "epsilon: 0.2",
             32 << e);
    struct hud_simulation *picard = open_text(head, 0.2, "picard");
    struct hud_simulation *cvode = open_text(head, 0.2, "cvode");
    struct hud_picard_counters c;
    advance(picard, 0.2);
    advance(cvode, 0.2);
    assert_close(quantity(picard, "M1"), quantity(cvode, "M1"), 1e-10);
    assert_close(quantity(picard, "M2"), quantity(cvode, "M2"), 1e-10);
    distance[e] = fabs(quantity(picard, "W") - quantity(cvode, "W"));
    hud_picard_counters(picard->picard, &c);
    assert_below(c.observed, c.theory);
    const struct hud_representation *rep = cvode->model->rep;
    for (int k = 1; k <= 2; k++) { /* the L1 norm of a density is its mass */
      double *fk = cvode->y + (k == 1 ? 0 : (size_t)(32 << e));
      assert_close(rep->ops->norm(rep, k, fk), rep->ops->mass(rep, k, fk), 1e-6);
      fk[5] -= 1e3;
      assert_true(rep->ops->norm(rep, k, fk) > rep->ops->mass(rep, k, fk) + 1.0);
    }
    hud_simulation_close(picard);
    hud_simulation_close(cvode);
  }
  assert_true(log2(distance[1] / distance[2]) > 1.7);
}

/* ---- order ---- */

struct setting {
  struct model model;
  struct hud_assembler *assembler;
  double y[MAX_SIZE];
};

static void open_setting(struct setting *s, enum hud_model_kind kind, double epsilon)
{
  struct hud_random random;
  hud_random_seed(&random, 71, 1);
  standard_rates(&s->model, epsilon);
  model_open(&s->model, kind, 3, 4, 0.3);
  assert_ok(hud_assembler_create(&s->assembler, s->model.network, s->model.rep, 1, &s->model.error),
            &s->model.error);
  random_state(&s->model, &random, s->y);
}

static void close_setting(struct setting *s)
{
  hud_assembler_free(s->assembler);
  model_close(&s->model);
}

static void run(struct setting *s, const struct hud_picard_options *options, double end, double *y,
                struct hud_picard_counters *counters)
{
  struct hud_picard *picard = NULL;
  struct hud_error *error = &s->model.error;
  assert_ok(hud_picard_create(&picard, s->model.network, s->model.rep, s->assembler, 0.0, s->y,
                              options, error),
            error);
  assert_ok(hud_picard_to(picard, end, y, error), error);
  hud_picard_counters(picard, counters);
  hud_picard_free(picard);
}

/* Order 2n - 2 at the ends of windows, for n nodes. */
static void test_order(void **state)
{
  (void)state;
  for (int nodes = 2; nodes <= 4; nodes++) {
    struct setting s;
    double reference[MAX_SIZE], y[MAX_SIZE], error[4];
    struct hud_picard_counters counters;
    struct hud_picard_options options = {.tolerance = 1e-15, .window = 0.01, .nodes = 8};
    open_setting(&s, HUD_MODEL_FIRST_ORDER, 0.5);
    run(&s, &options, 0.4, reference, &counters);
    assert_int_equal(counters.windows, 40);
    for (int e = 0; e < 4; e++) {
      options = (struct hud_picard_options){
          .tolerance = 1e-15, .window = 0.2 / pow(2.0, e), .nodes = nodes};
      run(&s, &options, 0.4, y, &counters);
      assert_int_equal(counters.windows, 2 << e);
      error[e] = 0.0;
      for (size_t l = 0; l < model_size(&s.model); l++)
        error[e] = fmax(error[e], fabs(y[l] - reference[l]));
    }
    assert_close(log2(error[0] / error[1]), 2.0 * nodes - 2.0, 0.45);
    assert_close(log2(error[1] / error[2]), 2.0 * nodes - 2.0, 0.25);
    if (nodes < 4) /* of order 6 the last is round-off */
      assert_close(log2(error[2] / error[3]), 2.0 * nodes - 2.0, 0.15);
    close_setting(&s);
  }
}

/* Stops, in whatever steps they are asked for, change nothing but round-off; a restart goes on. */
static void test_stops_and_restart(void **state)
{
  (void)state;
  struct setting s;
  double whole[MAX_SIZE], parts[MAX_SIZE], again[MAX_SIZE];
  struct hud_picard_counters counters;
  struct hud_picard *picard = NULL;
  struct hud_picard_options options = {.tolerance = 1e-15};
  open_setting(&s, HUD_MODEL_HIERARCHY, 0.3);
  struct hud_error *error = &s.model.error;
  run(&s, &options, 0.3, whole, &counters);
  assert_ok(hud_picard_create(&picard, s.model.network, s.model.rep, s.assembler, 0.0, s.y,
                              &options, error),
            error);
  assert_ok(hud_picard_to(picard, 0.0, parts, error), error);
  assert_memory_equal(parts, s.y, model_size(&s.model) * sizeof(double));
  assert_ok(hud_picard_to(picard, 0.07, parts, error), error);
  assert_ok(hud_picard_to(picard, 0.3, parts, error), error);
  assert_ok(hud_picard_resume(picard, 0.0, s.y, &counters, error), error);
  assert_ok(hud_picard_to(picard, 0.3, again, error), error);
  int64_t windows = counters.windows;
  hud_picard_counters(picard, &counters);
  assert_int_equal(counters.windows, 2 * windows);
  for (size_t l = 0; l < model_size(&s.model); l++) {
    assert_close(parts[l], whole[l], 1e-12);
    assert_close(again[l], whole[l], 0.0);
  }
  hud_picard_free(picard);
  close_setting(&s);
}

/* ---- Theorem 3.2 ---- */

/* The four constants of the proof for the first-order model, and the spectral radius. */
static void test_theory(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 72, 1);
  for (int trial = 0; trial < 30; trial++) {
    struct model model;
    random_rates(&model, &random);
    const struct hud_description *d = &model.description;
    model_open(&model, HUD_MODEL_FIRST_ORDER, 3, 0, 0.0);
    double e = d->epsilon, l11 = rate(&d->lambda, 1, 1), m11 = rate(&d->mu, 1, 1);
    double l12 = rate(&d->lambda, 1, 2), h = 0.01 + hud_random_uniform(&random);
    double N[4] = {0.0, 0.1 + hud_random_uniform(&random), 2.0 * hud_random_uniform(&random), NAN};
    double t2 = e / m11 * (1.0 - exp(-m11 * h / e)), bound;
    double K11 = h * e * l12 * N[2], K12 = h * (2.0 * m11 + e * l12 * N[1]);
    double K21 = t2 * (2.0 * l11 / e * N[1] + l12 * N[2]), K22 = t2 * l12 * N[1];
    assert_true(t2 <= h);
    double unit[2][4] = {{0.0, 1.0, 1e-9, NAN}, {0.0, 1e-9, 1.0, NAN}};
    /* one column at a time, through the row that it dominates */
    assert_ok(hud_contraction_bound(model.network, h, N, unit[0], &bound, NULL), NULL);
    if (K21 > 0.0)
      assert_close_relative(bound, 1e9 * K21 + K22, 1e-7);
    assert_ok(hud_contraction_bound(model.network, h, N, unit[1], &bound, NULL), NULL);
    assert_close_relative(bound, 1e9 * K12 + K11, 1e-7);
    double even[4] = {0.0, 1.0, 1.0, NAN}, x[4];
    assert_ok(hud_contraction_bound(model.network, h, N, even, &bound, NULL), NULL);
    assert_close_relative(bound, fmax(K11 + K12, K21 + K22), 1e-12);
    double half = 0.5 * (K11 + K22), product = K12 * K21;
    double radius = half + sqrt(0.25 * (K11 - K22) * (K11 - K22) + product);
    assert_ok(hud_contraction_weights(model.network, h, N, x, NULL), NULL);
    assert_ok(hud_contraction_bound(model.network, h, N, x, &bound, NULL), NULL);
    assert_true(bound >= radius * (1.0 - 1e-9));
    if (l11 > 0.0)
      assert_close_relative(bound, radius, 1e-3);
    model_close(&model);
  }
}

/* The observed factor is below the bound at any window and rate, and grows like it. */
static void test_contraction(void **state)
{
  (void)state;
  static const enum hud_model_kind kinds[] = {HUD_MODEL_FIRST_ORDER, HUD_MODEL_HIERARCHY,
                                              HUD_MODEL_RELAXED_TRIPLE, HUD_MODEL_INSTANTANEOUS};
  for (size_t kind = 0; kind < 4; kind++) {
    double observed[3];
    for (int e = 0; e < 3; e++) {
      struct setting s;
      double y[MAX_SIZE];
      struct hud_picard_counters counters;
      struct hud_picard_options options = {.tolerance = 1e-14, .window = 0.02 * pow(4.0, e)};
      open_setting(&s, kinds[kind], 0.4);
      run(&s, &options, options.window, y, &counters);
      assert_int_equal(counters.windows, 1);
      assert_below(counters.observed, counters.theory);
      assert_true(counters.observed > 0.01 * counters.theory);
      observed[e] = counters.observed;
      close_setting(&s);
    }
    assert_true(observed[1] > 1.5 * observed[0] && observed[2] > 1.5 * observed[1]);
  }
}

/* ---- masses ---- */

/* (20) in closed form: M_1' = (mu11/eps)(M - M_1) - 2 lambda11 M_1^2. */
static void test_masses(void **state)
{
  (void)state;
  struct setting s;
  struct hud_masses masses;
  double stops[] = {0.0, 0.25, 1.0}, integrals[3 * 4], start[] = {0.0, 0.9, 0.4, 0.0};
  double epsilon = 0.2, h = 0.3, total = 0.9 + 0.4 * 0.4;
  open_setting(&s, HUD_MODEL_FIRST_ORDER, epsilon);
  struct hud_error *error = &s.model.error;
  assert_ok(hud_masses_create(&masses, s.model.network, error), error);
  assert_ok(hud_masses_follow(&masses, start, h, 3, stops, integrals, error), error);
  /* roots of 2 M_1^2 + 10 M_1 - 10 M, lambda11 = 1 and mu11/eps = 10 */
  double up = (-10.0 + sqrt(100.0 + 80.0 * total)) / 4.0;
  double down = (-10.0 - sqrt(100.0 + 80.0 * total)) / 4.0;
  double ratio = (0.9 - up) / (0.9 - down), speed = 2.0 * (up - down);
  for (int i = 0; i < 3; i++) {
    double t = h * stops[i], shrunk = ratio * exp(-speed * t);
    double I1 = up * t + 0.5 * log((1.0 - shrunk) / (1.0 - ratio)); /* int_0^t M_1 */
    double I2 = (total * t - I1) / (2.0 * epsilon);
    assert_close(integrals[4 * i + 1], 2.0 * I1 + epsilon * 0.8 * I2, 1e-13);
    assert_close(integrals[4 * i + 2], 10.0 * t + 0.8 * I1, 1e-13);
  }
  assert_close(hud_masses_loss(s.model.network, 1, start), 2.0 * 0.9 + 0.2 * 0.8 * 0.4, 1e-15);
  hud_masses_free(&masses);
  close_setting(&s);
}

/* ---- errors ---- */

static void test_errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *simulation = NULL;
  struct hud_picard *picard = NULL;
  struct setting s;
  double y[MAX_SIZE];
  assert_error(
      parse(&simulation, "model: scalar\nmethod: moments\nepsilon: 0.1", 1.0, "picard", &error),
      HUD_ERROR_INPUT, &error, "no mild form");
  assert_null(simulation);
  open_setting(&s, HUD_MODEL_FIRST_ORDER, 0.1);
  struct hud_picard_options options = {.tolerance = 1e-14, .nodes = 1};
#define CREATE()                                                                                   \
  hud_picard_create(&picard, s.model.network, s.model.rep, s.assembler, 0.0, s.y, &options, &error)
  assert_error(CREATE(), HUD_ERROR_USAGE, &error, "1 nodes");
  options = (struct hud_picard_options){.tolerance = NAN};
  assert_error(CREATE(), HUD_ERROR_USAGE, &error, "tolerance nan");
  assert_null(picard);
  /* so much mass that products overflow */
  s.y[0] *= 1e200;
  options = (struct hud_picard_options){.tolerance = 1e-14, .window = 0.1};
  assert_ok(CREATE(), &error);
  assert_error(hud_picard_to(picard, 0.1, y, &error), HUD_ERROR_COMPUTE, &error,
               "cannot be followed");
  assert_error(hud_picard_to(picard, -1.0, y, &error), HUD_ERROR_USAGE, &error, "before 0");
  hud_picard_free(picard);
  s.y[0] *= 1e-200;
  /* momentum that overflows where masses do not */
  s.y[1] = 1e308;
  assert_ok(CREATE(), &error);
  assert_error(hud_picard_to(picard, 0.1, y, &error), HUD_ERROR_COMPUTE, &error, "not finite");
  hud_picard_free(picard);
  s.y[1] = 0.1;
  volatile sig_atomic_t stop = 1;
  options = (struct hud_picard_options){.tolerance = 1e-14, .stop = &stop};
  assert_ok(CREATE(), &error);
  assert_error(hud_picard_to(picard, 1.0, y, &error), HUD_ERROR_INTERRUPTED, &error, "t = 0");
  hud_picard_free(picard);
  options = (struct hud_picard_options){.tolerance = 1e-14, .max_wall = 1e-9};
  assert_ok(CREATE(), &error);
  assert_error(hud_picard_to(picard, 1.0, y, &error), HUD_ERROR_COMPUTE, &error, "wall cap");
  hud_picard_free(picard);
  s.y[1] = NAN;
  assert_error(CREATE(), HUD_ERROR_COMPUTE, &error, "moment (1)");
  assert_null(picard);
  close_setting(&s);
  /* a quasi-stationary reactant */
  struct hud_size sizes[] = {{0}, {1.0, 0.0, false}, {0.0, 1.0, true}, {1.0, 1.0, false}};
  struct hud_reaction reactions[] = {{1, 1, 1.0, 1.0, 1.0, {1.0, 1.0}},
                                     {1, 2, 1.0, 1.0, 1.0, {1.0, 1.0}}};
  struct hud_network network = {3, sizes, 2, reactions};
  double x[4] = {0.0, 1.0, 1.0, 1.0}, bound;
  assert_error(hud_contraction_bound(&network, 1.0, x, x, &bound, &error), HUD_ERROR_INPUT, &error,
               "dynamic reactants");
  assert_error(hud_contraction_weights(&network, 1.0, x, x, &error), HUD_ERROR_INPUT, &error,
               "dynamic reactants");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_cvode),
      cmocka_unit_test(test_conservation),
      cmocka_unit_test(test_grid),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_stops_and_restart),
      cmocka_unit_test(test_theory),
      cmocka_unit_test(test_contraction),
      cmocka_unit_test(test_masses),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
