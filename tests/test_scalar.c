/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scalar models (47), (48): their operators against second moments worked out by hand, the
 * equation (9a) that (47) came from, orders against the hierarchy, conservation, matched data, grid
 * against moments, spectral, the limit eps -> 0. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/gmres.h"
#include "base/random.h"
#include "models/scalar.h"
#include "moment_model.h"
#include "scalar_model.h"

/* ---- GMRES ---- */

enum { SMALL = 12 };

static hud_status multiply(void *context, const double *x, double *out, struct hud_error *error)
{
  (void)error;
  const double *matrix = context;
  for (int i = 0; i < SMALL; i++) {
    out[i] = 0.0;
    for (int j = 0; j < SMALL; j++)
      out[i] += matrix[i * SMALL + j] * x[j];
  }
  return HUD_OK;
}

static void test_gmres(void **state)
{
  (void)state;
  struct hud_random random;
  struct hud_gmres gmres;
  struct hud_error error = {0};
  double matrix[SMALL * SMALL], x[SMALL], product[SMALL], exact[SMALL];
  int iterations;
  hud_random_seed(&random, 61, 1);
  assert_ok(hud_gmres_create(&gmres, SMALL, &error), &error);
  for (int trial = 0; trial < 20; trial++) {
    double size = 0.0;
    for (int i = 0; i < SMALL * SMALL; i++)
      matrix[i] = 0.3 * (hud_random_uniform(&random) - 0.5);
    for (int i = 0; i < SMALL; i++) {
      exact[i] = hud_random_uniform(&random) - 0.5;
      size = fmax(size, fabs(exact[i]));
    }
    multiply(matrix, exact, product, NULL);
    for (int i = 0; i < SMALL; i++)
      x[i] = exact[i] + product[i];
    assert_ok(hud_gmres_solve(&gmres, multiply, matrix, x, x, &iterations, &error), &error);
    for (int i = 0; i < SMALL; i++)
      assert_close(x[i], exact[i], 2e-15 * size * SMALL);
    assert_true(iterations <= SMALL);
  }
  /* I + A of rank 2 over the identity: three directions hold the solution. */
  memset(matrix, 0, sizeof matrix);
  matrix[0] = 2.0;
  matrix[SMALL + 1] = -0.5;
  for (int i = 0; i < SMALL; i++)
    exact[i] = 1.0;
  assert_ok(hud_gmres_solve(&gmres, multiply, matrix, exact, x, &iterations, &error), &error);
  assert_int_equal(iterations, 3);
  assert_close(x[0], 1.0 / 3.0, 1e-15);
  assert_close(x[1], 2.0, 1e-14);
  memset(exact, 0, sizeof exact);
  assert_ok(hud_gmres_solve(&gmres, multiply, matrix, exact, x, &iterations, &error), &error);
  assert_int_equal(iterations, 0);
  assert_close(x[3], 0.0, 0.0);
  /* errors: a singular equation, values that are not finite */
  matrix[0] = -1.0;
  exact[0] = 1.0;
  assert_error(hud_gmres_solve(&gmres, multiply, matrix, exact, x, &iterations, &error),
               HUD_ERROR_COMPUTE, &error, "not solved");
  exact[0] = NAN;
  assert_error(hud_gmres_solve(&gmres, multiply, matrix, exact, x, &iterations, &error),
               HUD_ERROR_COMPUTE, &error, "norm nan");
  hud_gmres_free(&gmres);
}

/* ---- second moments by hand ---- */

/* (M, V) of a density of mean zero, (M, V, W) of a pair density of mean zero. */
struct one {
  double M, V;
};
struct two {
  double M, V, W;
};
struct rates {
  double l11, m11, l12, m12, kappa, epsilon;
};

static struct rates rates_of(const struct hud_description *d)
{
  return (struct rates){rate(&d->lambda, 1, 1), rate(&d->mu, 1, 1),       rate(&d->lambda, 1, 2),
                        rate(&d->mu, 1, 2),     hud_description_kappa(d), d->epsilon};
}

static struct two by_hand_resolvent(struct rates r, struct two x)
{
  double W = x.W / (2.0 + r.m11);
  return (struct two){x.M / r.m11, (x.V - 0.5 * W) / r.m11, W};
}

static struct two by_hand_pair(struct rates r, struct one f, struct one g)
{
  double cross = r.l11 * (f.M * g.V + f.V * g.M);
  return by_hand_resolvent(r, (struct two){r.l11 * f.M * g.M, 0.5 * cross, cross});
}

static struct one by_hand_A(struct rates r, struct one f, struct one g)
{
  struct two x = by_hand_resolvent(r, by_hand_pair(r, f, g));
  return (struct one){4.0 * r.m11 * x.M, 4.0 * r.m11 * x.V};
}

static struct one by_hand_B(struct rates r, struct one f)
{
  struct two x = by_hand_pair(r, f, f);
  return (struct one){2.0 * (r.m11 * x.M - r.l11 * f.M * f.M),
                      2.0 * (r.m11 * x.V - r.l11 * f.M * f.V)};
}

/* mu12 int f_3 dv_3 - lambda12 M_1 fbar_2, with the coefficients of the second-moment equations. */
static struct two by_hand_exchange(struct rates r, struct one f, struct two pair)
{
  double S = f.M * pair.W + 2.0 * (pair.M * f.V + f.M * pair.V);
  double c = 2.0 * r.kappa * r.l12 / (9.0 * (r.m12 + 2.0 * r.kappa));
  return (struct two){0.0, r.l12 / 3.0 * (pair.M * f.V - f.M * pair.V) - c * S,
                      r.l12 * r.m12 / (3.0 * (r.m12 + 2.0 * r.kappa)) * S - r.l12 * f.M * pair.W};
}

static struct one by_hand_C(struct rates r, struct one f)
{
  struct two pair = by_hand_pair(r, f, f), x = by_hand_exchange(r, f, pair);
  struct two split = by_hand_resolvent(r, x);
  /* of f_1: the gain is the same, the loss is lambda12 M_2 f_1 */
  double V = x.V + r.l12 * (f.M * pair.V - pair.M * f.V);
  return (struct one){0.0, 2.0 * r.m11 * split.V + V};
}

static struct one moments_of(const struct hud_representation *rep, const double *f)
{
  double m[3];
  rep->ops->moments(rep, 1, f, 0.0, 2, m);
  assert_close(m[1], 0.0, 1e-13 * (fabs(m[0]) + fabs(m[2])));
  return (struct one){m[0], m[2]};
}

static void assert_one(struct one value, struct one expected, double size)
{
  assert_close(value.M, expected.M, 1e-14 * size);
  assert_close(value.V, expected.V, 1e-14 * size);
}

/* A density of mean zero: two atoms. */
static void centred(struct model *model, struct hud_random *random, double *f)
{
  double v = 0.2 + hud_random_uniform(random), w = 0.2 + hud_random_uniform(random), lost;
  double points[] = {w, v, 0.7, -w * v / 0.7};
  assert_ok(model->rep->ops->project_atoms(model->rep, 1, 2, points, f, &lost, &model->error),
            &model->error);
}

static void test_second_moments(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 62, 1);
  for (int trial = 0; trial < 40; trial++) {
    struct model model;
    struct hud_scalar *scalar = NULL;
    double f[3], g[3], A[3] = {0}, B[3] = {0}, C[3] = {0}, ydot[3], f2[MAX_LENGTH];
    bool implicit = trial % 2 == 0;
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_SCALAR, 3, 2, 0.0);
    struct rates r = rates_of(&model.description);
    assert_ok(hud_scalar_create(&scalar, model.network, model.rep, implicit, &model.error),
              &model.error);
    centred(&model, &random, f);
    centred(&model, &random, g);
    assert_ok(hud_scalar_delay(scalar, 1.0, f, g, A, &model.error), &model.error);
    assert_ok(hud_scalar_binary(scalar, 1.0, f, B, &model.error), &model.error);
    assert_ok(hud_scalar_ternary(scalar, 1.0, f, C, &model.error), &model.error);
    struct one x = moments_of(model.rep, f), b = by_hand_B(r, x), c = by_hand_C(r, x);
    double slow = 1.0 + 1.0 / r.m11, size = 30.0 * r.l11 * slow, small = size * r.l12 * slow;
    assert_one(moments_of(model.rep, A), by_hand_A(r, x, moments_of(model.rep, g)), size * slow);
    assert_one(moments_of(model.rep, B), b, size);
    assert_one(moments_of(model.rep, C), c, small);
    /* the systems, A being linear in g and triangular on (M, V) */
    const struct hud_system *system = hud_scalar_system(scalar);
    assert_ok(system->rhs(system->self, 0.0, f, ydot, &model.error), &model.error);
    double e = r.epsilon, diagonal = by_hand_A(r, x, (struct one){0.0, 1.0}).V, rate_V;
    if (implicit)
      rate_V = (b.V + e * c.V) / (1.0 + e * diagonal);
    else
      rate_V = b.V + e * (c.V - diagonal * b.V);
    assert_one(moments_of(model.rep, ydot), (struct one){0.0, rate_V},
               (size + e * small) * (1.0 + e * diagonal));
    /* (46) */
    struct two pair = by_hand_pair(r, x, x), s = by_hand_exchange(r, x, pair);
    struct two late = by_hand_pair(r, x, (struct one){0.0, rate_V});
    s.V -= 2.0 * late.V;
    s.W -= 2.0 * late.W;
    s = by_hand_resolvent(r, s);
    double m[3], room = (size + e * small) * slow * slow * (1.0 + e * diagonal);
    assert_ok(hud_scalar_pairs(scalar, f, f2, &model.error), &model.error);
    model.rep->ops->moments(model.rep, 2, f2, 0.0, 2, m);
    assert_close(m[0], r.l11 / r.m11 * x.M * x.M, 1e-14 * size * slow);
    assert_close(m[1], 0.0, 1e-14 * size * slow);
    assert_close(m[2], pair.V + e * s.V, 1e-14 * room);
    assert_close(model.rep->ops->spread(model.rep, 2, f2), pair.W + e * s.W, 1e-14 * room);
    hud_scalar_free(scalar);
    model_close(&model);
  }
}

/* (47) is (9a) with the f_2 of (46) and the f_3 made of f_1 and fbar_2, in all moments. */
static void test_implicit_is_the_first_equation(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 63, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct model model;
    struct hud_scalar *scalar = NULL;
    double f[7], ydot[7], f2[MAX_LENGTH], pair[MAX_LENGTH] = {0}, f3[MAX_LENGTH] = {0}, left[7];
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_SCALAR_IMPLICIT, 3, 6, 0.3);
    const struct hud_representation_ops *ops = model.rep->ops;
    struct rates r = rates_of(&model.description);
    assert_ok(hud_scalar_create(&scalar, model.network, model.rep, true, &model.error),
              &model.error);
    random_density(&model, &random, 1, f);
    const struct hud_system *system = hud_scalar_system(scalar);
    assert_ok(system->rhs(system->self, 0.0, f, ydot, &model.error), &model.error);
    assert_ok(hud_scalar_pairs(scalar, f, f2, &model.error), &model.error);
    ops->join(model.rep, r.l11, 1, f, 1, f, pair);
    assert_ok(ops->resolvent(model.rep, r.m11, 1.0, 2, pair, pair, &model.error), &model.error);
    ops->join(model.rep, r.l12, 1, f, 2, pair, f3);
    assert_ok(ops->resolvent(model.rep, r.m12, r.kappa, 3, f3, f3, &model.error), &model.error);
    memcpy(left, ydot, sizeof left);
    ops->marginal(model.rep, -2.0 * r.m11, 2, f2, 1, left);
    ops->marginal(model.rep, -r.epsilon * r.m12, 3, f3, 1, left);
    double loss = 2.0 * r.l11 * ops->mass(model.rep, 1, f) +
                  r.epsilon * r.l12 * ops->mass(model.rep, 2, pair);
    double size = 30.0 * (loss + 2.0 * r.m11 * fabs(ops->mass(model.rep, 2, f2)));
    for (int p = 0; p < 7; p++)
      assert_close(left[p] + loss * f[p], 0.0,
                   1e-13 * size * pow(2.0, p) * (1.0 + r.epsilon * r.l12 / r.m11));
    hud_scalar_free(scalar);
    model_close(&model);
  }
}

/* The Jacobian product is the derivative of B, a quadratic form: its central difference is exact.
 */
static void test_jacobian(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 64, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct model model;
    struct hud_scalar *scalar = NULL;
    double f[5], v[5], sum[5], difference[5], jv[5], expected[5] = {0};
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_SCALAR, 3, 4, 0.3);
    double size = 200.0 * rate(&model.description.lambda, 1, 1);
    assert_ok(hud_scalar_create(&scalar, model.network, model.rep, false, &model.error),
              &model.error);
    random_density(&model, &random, 1, f);
    random_density(&model, &random, 1, v);
    for (int p = 0; p < 5; p++) {
      sum[p] = f[p] + v[p];
      difference[p] = f[p] - v[p];
    }
    assert_ok(hud_scalar_binary(scalar, 0.5, sum, expected, &model.error), &model.error);
    assert_ok(hud_scalar_binary(scalar, -0.5, difference, expected, &model.error), &model.error);
    const struct hud_system *system = hud_scalar_system(scalar);
    assert_ok(system->jacobian_times(system->self, 0.0, f, v, jv, &model.error), &model.error);
    for (int p = 0; p < 5; p++)
      assert_close(jv[p], expected[p], 1e-14 * size);
    hud_scalar_free(scalar);
    model_close(&model);
  }
}

/* ---- orders ---- */

/* sup over t in [1, 3] of the error in int v^2 f_1 against the hierarchy of K = 4. */
static double second_moment_error(const char *model, double epsilon, const char *matching)
{
  char initial[256];
  double sup = 0.0;
  snprintf(initial, sizeof initial, GAUSSIAN ", matching: %s", matching);
  struct hud_simulation *s = open_text(model, epsilon, "method: moments", initial, 1e-12);
  struct hud_simulation *full =
      open_text("hierarchy", epsilon, "clusters: 4\nmethod: moments", GAUSSIAN, 1e-12);
  for (int i = 0; i <= 20; i++) {
    advance(s, 1.0 + 0.1 * i);
    advance(full, 1.0 + 0.1 * i);
    sup = fmax(sup, fabs(quantity(s, "f1_m2") - quantity(full, "f1_m2")));
  }
  hud_simulation_close(s);
  hud_simulation_close(full);
  return sup;
}

static void test_orders(void **state)
{
  (void)state;
  static const double epsilon[] = {0.2, 0.05, 0.0125};
  static const double known[2][3] = {{8.38e-3, 7.23e-4, 4.96e-5}, {8.43e-3, 7.28e-4, 4.99e-5}};
  for (int kind = 0; kind < 2; kind++) {
    double matched[3], raw[3];
    for (int e = 0; e < 3; e++) {
      matched[e] = second_moment_error(kinds[kind], epsilon[e], "matched");
      raw[e] = second_moment_error(kinds[kind], epsilon[e], "raw");
      assert_close_relative(matched[e], known[kind][e], 0.0007); /* its three digits */
    }
    assert_close(log(matched[1] / matched[2]) / log(4.0), 1.95, 0.1);
    assert_close(log(raw[1] / raw[2]) / log(4.0), 1.0, 0.1);
    assert_true(raw[2] > 20.0 * matched[2]);
  }
}

/* eps -> 0: the instantaneous limit with quasi-stationary pairs, in first order. */
static void test_limit(void **state)
{
  (void)state;
  static const char *const names[] = {"f1_m2", "f1_m4", "M2", "V2", "W"};
  const char *initial = GAUSSIAN ", f2: quasi_stationary";
  struct hud_simulation *limit =
      open_text("instantaneous", 1.0, "method: moments", GAUSSIAN, 1e-12);
  advance(limit, 1.0);
  double V = quantity(limit, "variance"), W = 2.0 * V / 4.0;
  double expected[] = {quantity(limit, "f1_m2"), quantity(limit, "f1_m4"), 0.5, (V - W / 2) / 2, W};
  for (int kind = 0; kind < 2; kind++) {
    double error[3][5];
    for (int e = 0; e < 3; e++) {
      struct hud_simulation *s =
          open_text(kinds[kind], 1e-3 / pow(2.0, e), "method: moments", initial, 1e-12);
      advance(s, 1.0);
      for (int i = 0; i < 5; i++)
        error[e][i] = fabs(quantity(s, names[i]) - expected[i]);
      hud_simulation_close(s);
    }
    for (int i = 0; i < 5; i++) {
      if (i == 2) { /* M_2 = (lambda11/mu11) M_1^2 in both */
        assert_close(error[2][i], 0.0, 1e-13);
        continue;
      }
      assert_true(error[2][i] > 1e-7);
      assert_close(log2(error[0][i] / error[1][i]), 1.0, 0.05);
      assert_close(log2(error[1][i] / error[2][i]), 1.0, 0.05);
    }
  }
  hud_simulation_close(limit);
}

/* ---- conservation and initial data ---- */

static void test_conservation(void **state)
{
  (void)state;
  static const char *const methods[] = {"method: moments",
                                        "method: grid\nvelocity: {min: -8, max: 8, cells: 64}"};
  static const char *const starts[] = {GAUSSIAN, GAUSSIAN ", f2: quasi_stationary",
                                       GAUSSIAN ", matching: raw"};
  for (int kind = 0; kind < 2; kind++)
    for (int method = 0; method < 2; method++)
      for (int start = 0; start < 3; start++) {
        struct hud_simulation *s =
            open_text(kinds[kind], 0.15, methods[method], starts[start], 1e-6);
        double mass = quantity(s, "mass"), mean = quantity(s, "mean"), M1 = quantity(s, "M1");
        /* raw: f_2 of (46) comes on top; quasi-stationary: it was there before */
        assert_close(mass, start == 0 ? 1.0 : 1.15, 1e-13);
        assert_close(s->model->total_mass, mass, 1e-13);
        assert_close(mean, 0.3, 1e-13);
        assert_close(s->model->v_infinity, 0.3, 1e-13);
        assert_close(M1 + 0.3 * 0.5 * M1 * M1, mass, 1e-13);
        for (int i = 1; i <= 6; i++) {
          advance(s, 0.5 * i);
          assert_close(quantity(s, "mass"), mass, 1e-13);
          assert_close(quantity(s, "mean"), mean, 1e-13);
          assert_close(quantity(s, "M1"), M1, 1e-13);
        }
        hud_simulation_close(s);
      }
}

/* Quasi-stationary pairs shift nothing; without pairs, f_1 loses what it owes to them. */
static void test_matching(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 65, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct model model;
    struct hud_scalar *scalar = NULL;
    double given[5], f[5], f2[MAX_LENGTH] = {0}, A[5] = {0};
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_SCALAR, 3, 4, 0.3);
    const struct hud_representation_ops *ops = model.rep->ops;
    struct rates r = rates_of(&model.description);
    assert_ok(hud_scalar_create(&scalar, model.network, model.rep, false, &model.error),
              &model.error);
    random_density(&model, &random, 1, given);
    memcpy(f, given, sizeof f);
    assert_ok(hud_scalar_match(scalar, f2, f, &model.error), &model.error);
    assert_ok(hud_scalar_delay(scalar, 0.5 * r.epsilon, f, f, A, &model.error), &model.error);
    for (int p = 0; p < 5; p++)
      assert_close(f[p] + A[p], given[p], 1e-13 * (1.0 + fabs(given[p]) + fabs(A[p])));
    double a = 2.0 * r.epsilon * r.l11 / r.m11, M = ops->mass(model.rep, 1, given);
    assert_close_relative(f[0], 2.0 * M / (1.0 + sqrt(1.0 + 4.0 * a * M)), 1e-12);
    memcpy(f, given, sizeof f);
    ops->join(model.rep, r.l11, 1, f, 1, f, f2);
    assert_ok(ops->resolvent(model.rep, r.m11, 1.0, 2, f2, f2, &model.error), &model.error);
    assert_ok(hud_scalar_match(scalar, f2, f, &model.error), &model.error);
    for (int p = 0; p < 5; p++)
      assert_close(f[p], given[p], 1e-13 * (1.0 + a * M) * (1.0 + fabs(given[p])));
    hud_scalar_free(scalar);
    model_close(&model);
  }
}

/* ---- grid against moments ---- */

static void test_grid_against_moments(void **state)
{
  (void)state;
  static const char *const names[] = {"f1_m2", "V2", "W", "f1_m3", "f1_m4"};
  for (int kind = 0; kind < 2; kind++) {
    struct hud_simulation *exact = open_text(kinds[kind], 0.1, "method: moments", GAUSSIAN, 1e-10);
    double expected[5], error[3][5];
    advance(exact, 1.0);
    for (int i = 0; i < 5; i++)
      expected[i] = quantity(exact, names[i]);
    for (int e = 0; e < 3; e++) {
      char method[128];
      snprintf(method, sizeof method, "method: grid\nvelocity: {min: -8, max: 8, cells: %d}",
               64 << e);
      struct hud_simulation *s = open_text(kinds[kind], 0.1, method, GAUSSIAN, 1e-9);
      advance(s, 1.0);
      for (int i = 0; i < 5; i++)
        error[e][i] = fabs(quantity(s, names[i]) - expected[i]);
      hud_simulation_close(s);
    }
    for (int i = 0; i < 3; i++) /* mu11 >= 1: second moments are exact on any grid */
      assert_below(error[0][i], 2e-9);
    assert_below(error[2][3], 1e-7);
    assert_close(log2(error[1][4] / error[2][4]), 2.0, 0.2);
    hud_simulation_close(exact);
  }
}

static void test_spectral_against_moments(void **state)
{
  (void)state;
  static const char *const names[] = {"M1", "M2", "f1_m2", "f1_m3", "f1_m4", "V2", "W"};
  for (int kind = 0; kind < 2; kind++) {
    struct hud_simulation *exact = open_text(kinds[kind], 0.1, "method: moments", GAUSSIAN, 1e-12);
    struct hud_simulation *s = open_text(kinds[kind], 0.1, "method: spectral", GAUSSIAN, 1e-9);
    for (int step = 1; step <= 2; step++) {
      advance(exact, step);
      advance(s, step);
      for (int i = 0; i < 7; i++)
        assert_close(quantity(s, names[i]), quantity(exact, names[i]), 1e-9);
    }
    hud_simulation_close(exact);
    hud_simulation_close(s);
  }
}

/* ---- errors ---- */

static void expect_error(const char *text, const char *message)
{
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  assert_error(hud_simulation_parse(&s, text, "wrong.yaml", &error), HUD_ERROR_INPUT, &error,
               message);
  assert_null(s);
}

static void test_errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_scalar *scalar = NULL;
  struct model model;
#define TAIL "initial: {f1: {gaussian: {mass: 1.0, mean: 0.0, stddev: 1.0}}}\ntime: {end: 1.0}\n"
  expect_error("huddle: 1\nmodel: scalar\nmethod: moments\nepsilon: 0.1\n"
               "rates: {lambda: 1.0, mu: {\"1,1\": 0.0, \"1,2\": 1.0}}\n" TAIL,
               "pairs that split");
  expect_error("huddle: 1\nmodel: scalar\nmethod: particles\nepsilon: 0.1\n"
               "rates: {lambda: 1.0, mu: 1.0}\nparticles: {count: 10}\n" TAIL,
               "no particle process for the scalar models");
  standard_rates(&model, 0.1);
  model_open(&model, HUD_MODEL_INSTANTANEOUS, 2, 2, 0.0);
  assert_error(hud_scalar_create(&scalar, model.network, model.rep, true, &error), HUD_ERROR_USAGE,
               &error, "network of the first-order model");
  assert_null(scalar);
  model_close(&model);
  /* a state that is not finite comes to an end */
  double f[3] = {1.0, NAN, 1.0}, f2[MAX_LENGTH] = {0};
  standard_rates(&model, 0.1);
  model_open(&model, HUD_MODEL_SCALAR_IMPLICIT, 3, 2, 0.0);
  assert_ok(hud_scalar_create(&scalar, model.network, model.rep, true, &error), &error);
  assert_error(hud_scalar_match(scalar, f2, f, &error), HUD_ERROR_COMPUTE, &error, "nan");
  const struct hud_system *system = hud_scalar_system(scalar);
  double ydot[3];
  f[1] = NAN;
  assert_error(system->rhs(system->self, 0.0, f, ydot, &error), HUD_ERROR_COMPUTE, &error, "nan");
  hud_scalar_free(scalar);
  model_close(&model);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gmres),
      cmocka_unit_test(test_second_moments),
      cmocka_unit_test(test_implicit_is_the_first_equation),
      cmocka_unit_test(test_jacobian),
      cmocka_unit_test(test_orders),
      cmocka_unit_test(test_limit),
      cmocka_unit_test(test_conservation),
      cmocka_unit_test(test_matching),
      cmocka_unit_test(test_grid_against_moments),
      cmocka_unit_test(test_spectral_against_moments),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
