/* SPDX-License-Identifier: GPL-3.0-or-later
 * The models of [KMS] in moments: closed forms, known values, conservation, limits, cost. */
#include <gsl/gsl_odeiv2.h>

#include "base/gsl.h"
#include "base/log.h"
#include "models/assembler.h"
#include "moment_model.h"

static int gsl_right_hand_side(double t, const double *y, double *ydot, void *model)
{
  (void)t;
  right_hand_side(model, y, ydot);
  return GSL_SUCCESS;
}

/* Runge-Kutta of order 8 with error control near round-off, absolute below `floor`. */
static void integrate(struct model *model, double end, double floor, double *y)
{
  gsl_odeiv2_system system = {gsl_right_hand_side, NULL, model_size(model), model};
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_odeiv2_driver *driver =
      gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-4, floor, 1e-13);
  double t = 0.0;
  assert_non_null(driver);
  assert_int_equal(gsl_odeiv2_driver_apply(driver, &t, end, y), GSL_SUCCESS);
  gsl_odeiv2_driver_free(driver);
  hud_gsl_end(previous);
}

/* ---- the 3x3 system of second moments ---- */

static void test_variance_system(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 32, 1);
  for (int trial = 0; trial < 40; trial++) {
    struct model model;
    double y[MAX_SIZE], ydot[MAX_SIZE], a[3], b[3], da[3], db[3], joined[MAX_LENGTH] = {0};
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_FIRST_ORDER, 3, 2, 0.25);
    const struct hud_representation_ops *ops = model.rep->ops;
    const struct hud_description *d = &model.description;
    double l11 = rate(&d->lambda, 1, 1), m11 = rate(&d->mu, 1, 1), eps = d->epsilon;
    double l12 = rate(&d->lambda, 1, 2), m12 = rate(&d->mu, 1, 2), kappa = hud_description_kappa(d);
    random_state(&model, &random, y);
    right_hand_side(&model, y, ydot);
    const double *f2 = y + model.start[2];
    double total[3];
    totals(&model, y, 0.0, total);
    double center = total[1] / total[0], W = ops->spread(model.rep, 2, f2);
    ops->moments(model.rep, 1, y, center, 2, a);
    ops->moments(model.rep, 2, f2, center, 2, b);
    ops->moments(model.rep, 1, ydot, center, 2, da);
    ops->moments(model.rep, 2, ydot + model.start[2], center, 2, db);
    double dW = ops->spread(model.rep, 2, ydot + model.start[2]);
    double T = b[0] * a[2] + a[0] * b[2] - 2.0 * a[1] * b[1];
    /* the spread of Sym(f_1 x f_2) is (M_1 W + 2 T)/3 */
    ops->join(model.rep, 1.0, 1, y, 2, f2, joined);
    assert_close((3.0 * ops->spread(model.rep, 3, joined) - a[0] * W) / 2.0, T, 1e-13);
    double c = 2.0 * kappa * eps * l12 / (9.0 * (m12 + 2.0 * kappa)), S = a[0] * W + 2.0 * T;
    double size = 1e-14 * 20.0 * (l11 + m11 + l12 + m12 + 2.0);
    double exchange = eps * l12 * (a[0] * b[2] - b[0] * a[2]);
    double dV1 = -2.0 * l11 * a[0] * a[2] + 2.0 * m11 * b[2] + 2.0 / 3.0 * exchange - c * S;
    double dV2 = l11 * a[0] * a[2] - m11 * b[2] - W / 2.0 - exchange / 3.0 - c * S;
    assert_close(da[2], dV1, size);
    assert_close(eps * db[2], dV2, size);
    assert_close(eps * dW,
                 2.0 * l11 * (a[0] * a[2] - a[1] * a[1]) - (2.0 + m11) * W - eps * l12 * a[0] * W +
                     eps * l12 * m12 / (3.0 * (m12 + 2.0 * kappa)) * S,
                 size);
    assert_close(da[2] + 2.0 * eps * db[2], -W - 3.0 * c * S, size);
    model_close(&model);
  }
}

/* ---- closed forms ---- */

/* Equilibrium (21): masses in balance, all velocities equal to the mean. */
static void test_equilibrium(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 33, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct model model;
    double y[MAX_SIZE] = {0}, ydot[MAX_SIZE], lost;
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_FIRST_ORDER, 3, 4, 0.25);
    const struct hud_description *d = &model.description;
    double ratio = rate(&d->lambda, 1, 1) / rate(&d->mu, 1, 1), M = 1.7;
    double M1 = 2.0 * M / (1.0 + sqrt(1.0 + 8.0 * ratio * d->epsilon * M)), M2 = ratio * M1 * M1;
    double point1[] = {M1, 0.9}, point2[] = {M2, 0.9, 0.9};
    assert_close(M1 + 2.0 * d->epsilon * M2, M, 1e-13);
    assert_ok(model.rep->ops->project_atoms(model.rep, 1, 1, point1, y, &lost, &model.error),
              &model.error);
    assert_ok(model.rep->ops->project_atoms(model.rep, 2, 1, point2, y + model.start[2], &lost,
                                            &model.error),
              &model.error);
    right_hand_side(&model, y, ydot);
    double size = rate(&d->lambda, 1, 1) * M1 * M1 + rate(&d->lambda, 1, 2) * M1 * M2 + M1 + M2;
    for (size_t index = 0; index < model_size(&model); index++)
      assert_close(d->epsilon * ydot[index], 0.0, 1e-14 * size);
    model_close(&model);
  }
}

/* The rates of the instantaneous limit (33) in central moments. */
static void test_instantaneous_rates(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 34, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct model model;
    double ydot[MAX_SIZE], M = 0.1 + hud_random_uniform(&random);
    double c2 = hud_random_uniform(&random), c3 = hud_random_uniform(&random) - 0.5;
    double c4 = 1.0 + hud_random_uniform(&random), y[5] = {M, 0.0, c2, c3, c4};
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_INSTANTANEOUS, 2, 4, 0.3);
    double l = rate(&model.description.lambda, 1, 1), mu = rate(&model.description.mu, 1, 1);
    double a2 = mu / (mu + 2.0), a4 = mu / (mu + 4.0);
    right_hand_side(&model, y, ydot);
    assert_close(ydot[0], 0.0, 1e-15 * l);
    assert_close(ydot[1], 0.0, 1e-15 * l);
    assert_close(ydot[2], -2.0 * l * M * c2 / (mu + 2.0), 1e-14 * l);
    assert_close(ydot[3], -3.0 * l * M * c3 / (mu + 2.0), 1e-14 * l);
    assert_close(ydot[4],
                 -l * M / 4.0 * (7.0 - 6.0 * a2 - a4) * c4 +
                     0.75 * l * (1.0 - 2.0 * a2 + a4) * c2 * c2,
                 1e-14 * l);
    model_close(&model);
  }
}

/* The variance of the limit over time: relative accuracy however small it becomes. */
static void test_instantaneous_decay(void **state)
{
  (void)state;
  struct model model;
  double y[3] = {1.0, 0.0, 1.0};
  standard_rates(&model, 0.05);
  model_open(&model, HUD_MODEL_INSTANTANEOUS, 2, 2, 1000.3);
  integrate(&model, 60.0, 1e-40, y);
  assert_close_relative(y[2], exp(-30.0), 1e-11);
  assert_close(y[1], 0.0, 0.0);
  model_close(&model);
}

/* ---- known values ---- */

/* f_1 of mass 1, mean 0.3, variance 1, third and fourth central moments 0.5 and 3.5, about the
 * origin; no clusters. */
static void known_start(const struct model *model, double origin, double *y)
{
  static const double central[] = {1.0, 0.0, 1.0, 0.5, 3.5};
  memset(y, 0, model_size(model) * sizeof *y);
  for (int p = 0; p <= 4; p++)
    for (int q = 0, binomial = 1; q <= p; binomial = binomial * (p - q) / (q + 1), q++)
      y[p] += binomial * central[q] * pow(0.3 - origin, p - q);
}

static void test_known_values(void **state)
{
  (void)state;
  static const struct {
    enum hud_model_kind kind;
    enum hud_three_body_drift drift;
    double M1, m2, V;
  } known[] = {
      {HUD_MODEL_HIERARCHY, HUD_DRIFT_CONSISTENT, 0.952807746572, 0.687851145163, 0.624366340363},
      {HUD_MODEL_FIRST_ORDER, HUD_DRIFT_CONSISTENT, 0.954451150103, 0.688183643118, 0.623967815701},
      {HUD_MODEL_FIRST_ORDER, HUD_DRIFT_AS_PRINTED, 0.954451150103, 0.690196620205, 0.626081328405},
  };
  static const double origins[] = {0.3, -0.7};
  for (int row = 0; row < 3; row++) {
    double reference[5] = {0.0};
    for (int about = 0; about < 2; about++) {
      struct model model;
      double y[MAX_SIZE], moment[5], total[3];
      standard_rates(&model, 0.05);
      model.description.three_body_drift = known[row].drift;
      model_open(&model, known[row].kind, 4, 4, origins[about]);
      known_start(&model, origins[about], y);
      integrate(&model, 1.0, 1e-14, y);
      model.rep->ops->moments(model.rep, 1, y, 0.0, 4, moment);
      totals(&model, y, 0.3, total);
      assert_close(moment[0], known[row].M1, 1e-12);
      assert_close(moment[2], known[row].m2, 1e-12);
      assert_close(total[2], known[row].V, 1e-12);
      assert_close(total[0], 1.0, 1e-13);
      assert_close(total[1], 0.0, 1e-13);
      for (int p = 0; p <= 4; p++) { /* whatever the origin */
        if (about > 0)
          assert_close(moment[p], reference[p], 1e-12);
        reference[p] = moment[p];
      }
      model_close(&model);
    }
  }
}

/* ---- conservation, limits, invariance ---- */

/* Total mass and momentum of the right-hand side, and the size of the terms that cancel in them. */
static double total_rates(struct model *model, const double *y, double rates[3])
{
  double ydot[MAX_SIZE], size = 0.0;
  right_hand_side(model, y, ydot);
  totals(model, ydot, 0.0, rates);
  for (size_t r = 0; r < model->network->reaction_count; r++) {
    const struct hud_reaction *reaction = &model->network->reactions[r];
    int k = reaction->i + reaction->j; /* masses of three atoms are below 3, velocities below 2 */
    size += 2.0 * k * reaction->product * (9.0 * reaction->lambda + 3.0 * reaction->mu);
  }
  return size;
}

static void test_conservation(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 35, 1);
  static const enum hud_model_kind kinds[] = {HUD_MODEL_HIERARCHY, HUD_MODEL_RELAXED_TRIPLE,
                                              HUD_MODEL_FIRST_ORDER, HUD_MODEL_INSTANTANEOUS};
  for (int trial = 0; trial < 60; trial++) {
    struct model model;
    double y[MAX_SIZE], rates[3];
    random_rates(&model, &random);
    model_open(&model, kinds[trial % 4], 2 + trial % 5, 3, 0.4);
    random_state(&model, &random, y);
    double size = total_rates(&model, y, rates);
    assert_close(rates[0], 0.0, 1e-15 * size);
    assert_close(rates[1], 0.0, 2e-15 * size);
    assert_below(rates[2], 0.0); /* and the second moment decays */
    model_close(&model);
  }
}

/* Counting as printed makes every reaction of unequal partners gain and split twice: the total mass
 * drifts by sum_{i<j} eps^{i+j-2} (i+j) (lambda_ij M_i M_j - mu_ij M_{i+j}). */
static void test_as_printed(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 36, 1);
  for (int trial = 0; trial < 20; trial++) {
    struct model model;
    double y[MAX_SIZE], rates[3], expected = 0.0;
    random_rates(&model, &random);
    const struct hud_description *d = &model.description;
    model.description.counting = HUD_COUNTING_AS_PRINTED;
    model_open(&model, HUD_MODEL_HIERARCHY, 3 + trial % 4, 2, 0.4);
    random_state(&model, &random, y);
    double size = total_rates(&model, y, rates);
    for (int i = 1; i < model.network->K; i++)
      for (int j = i + 1; i + j <= model.network->K; j++)
        expected += pow(d->epsilon, i + j - 2) * (i + j) *
                    (rate(&d->lambda, i, j) * y[model.start[i]] * y[model.start[j]] -
                     rate(&d->mu, i, j) * y[model.start[i + j]]);
    assert_close(rates[0], expected, 1e-15 * size);
    assert_true(fabs(expected) > 1e-9 * size);
    model_close(&model);
  }
}

/* The assembler of the library over the moments: the same right-hand side, and its derivative is
 * the difference of two right-hand sides (they are quadratic, so central differences are exact). */
static void test_library_assembler(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 40, 1);
  static const enum hud_model_kind kinds[] = {HUD_MODEL_HIERARCHY, HUD_MODEL_RELAXED_TRIPLE,
                                              HUD_MODEL_FIRST_ORDER, HUD_MODEL_INSTANTANEOUS,
                                              HUD_MODEL_FIRST_ORDER_HIERARCHY};
  for (int trial = 0; trial < 30; trial++) {
    struct model model;
    struct hud_assembler *assembler = NULL;
    double y[MAX_SIZE], v[MAX_SIZE], ydot[MAX_SIZE], ours[MAX_SIZE], up[MAX_SIZE], down[MAX_SIZE];
    random_rates(&model, &random);
    if (trial % 3 == 0)
      model.description.counting = HUD_COUNTING_AS_PRINTED;
    model_open(&model, kinds[trial % 5], 2 + trial / 5 % 5, 4, 0.4);
    assert_ok(hud_assembler_create(&assembler, model.network, model.rep, 1, &model.error),
              &model.error);
    const struct hud_system *system = hud_assembler_system(assembler);
    assert_int_equal(system->size, model_size(&model));
    random_state(&model, &random, y);
    random_state(&model, &random, v);
    right_hand_side(&model, y, ours);
    assert_ok(system->rhs(system->self, 0.0, y, ydot, &model.error), &model.error);
    double size = 0.0;
    for (size_t index = 0; index < system->size; index++)
      size = fmax(size, fabs(ours[index]));
    for (size_t index = 0; index < system->size; index++)
      assert_close(ydot[index], ours[index], 1e-13 * size);
    assert_ok(system->jacobian_times(system->self, 0.0, y, v, ydot, &model.error), &model.error);
    for (size_t index = 0; index < system->size; index++) {
      up[index] = y[index] + v[index];
      down[index] = y[index] - v[index];
    }
    right_hand_side(&model, up, ours);
    right_hand_side(&model, down, v);
    for (size_t index = 0; index < system->size; index++)
      size = fmax(size, fmax(fabs(ours[index]), fabs(v[index])));
    for (size_t index = 0; index < system->size; index++)
      assert_close(ydot[index], (ours[index] - v[index]) / 2.0, 1e-13 * size);
    hud_assembler_free(assembler);
    model_close(&model);
  }
}

/* delta = epsilon makes the relaxed triple (37) the hierarchy K = 3. */
static void test_relaxed_triple(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 37, 1);
  struct model triple, hierarchy;
  double y[MAX_SIZE], a[MAX_SIZE], b[MAX_SIZE];
  standard_rates(&triple, 0.05);
  standard_rates(&hierarchy, 0.05);
  model_open(&triple, HUD_MODEL_RELAXED_TRIPLE, 3, 4, 0.4);
  model_open(&hierarchy, HUD_MODEL_HIERARCHY, 3, 4, 0.4);
  assert_int_equal(model_size(&triple), model_size(&hierarchy));
  random_state(&triple, &random, y);
  right_hand_side(&triple, y, a);
  right_hand_side(&hierarchy, y, b);
  for (size_t index = 0; index < model_size(&triple); index++)
    assert_close(a[index], b[index], 1e-12 * 20.0);
  model_close(&triple);
  model_close(&hierarchy);
}

/* The same atoms about two origins: the right-hand sides are the same functionals. */
static void test_origin(void **state)
{
  (void)state;
  for (int trial = 0; trial < 12; trial++) {
    double moment[2][MAX_K + 1][5], spread[2][MAX_K + 1];
    int K = 3 + trial % 4;
    for (int about = 0; about < 2; about++) {
      struct hud_random random;
      struct model model;
      double y[MAX_SIZE], ydot[MAX_SIZE];
      hud_random_seed(&random, 38, (uint64_t)trial);
      random_rates(&model, &random);
      model_open(&model, HUD_MODEL_HIERARCHY, K, 4, about == 0 ? 0.5 : -1.5);
      random_state(&model, &random, y);
      right_hand_side(&model, y, ydot);
      for (int k = 1; k <= K; k++) {
        const double *f = ydot + model.start[k];
        model.rep->ops->moments(model.rep, k, f, 0.1, 4, moment[about][k]);
        spread[about][k] = k > 1 ? model.rep->ops->spread(model.rep, k, f) : 0.0;
      }
      model_close(&model);
    }
    for (int k = 1; k <= K; k++) {
      double size = 0.0;
      for (int p = 0; p <= 4; p++)
        size = fmax(size, 1e-12 * fabs(moment[0][k][p]));
      assert_close(spread[1][k], spread[0][k], size);
      for (int p = 0; p <= 4; p++)
        assert_close(moment[1][k][p], moment[0][k][p], size);
    }
  }
}

/* Unknowns and cost of one right-hand side. */
static void test_cost(void **state)
{
  (void)state;
  static const struct {
    enum hud_model_kind kind;
    int K, order;
    size_t unknowns;
    const char *name;
  } cases[] = {{HUD_MODEL_HIERARCHY, 6, 4, 5 + 9 + 11 + 12 + 12 + 12, "hierarchy K=6 P=4"},
               {HUD_MODEL_FIRST_ORDER, 3, 8, 9 + 25, "first_order P=8"}};
  struct hud_random random;
  hud_random_seed(&random, 39, 1);
  for (int row = 0; row < 2; row++) {
    struct model model;
    double y[MAX_SIZE], ydot[MAX_SIZE], best = INFINITY;
    standard_rates(&model, 0.05);
    model_open(&model, cases[row].kind, cases[row].K, cases[row].order, 0.3);
    random_state(&model, &random, y);
    assert_int_equal(model_size(&model), cases[row].unknowns);
    for (int repeat = 0; repeat < 20; repeat++) {
      double start = hud_clock();
      for (int evaluation = 0; evaluation < 50; evaluation++)
        right_hand_side(&model, y, ydot);
      best = fmin(best, (hud_clock() - start) / 50);
    }
    print_message("%s: %zu unknowns, %.2f us a right-hand side\n", cases[row].name,
                  model_size(&model), 1e6 * best);
    assert_below(best, 1e-3);
    model_close(&model);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_variance_system),
      cmocka_unit_test(test_equilibrium),
      cmocka_unit_test(test_instantaneous_rates),
      cmocka_unit_test(test_instantaneous_decay),
      cmocka_unit_test(test_known_values),
      cmocka_unit_test(test_conservation),
      cmocka_unit_test(test_as_printed),
      cmocka_unit_test(test_library_assembler),
      cmocka_unit_test(test_relaxed_triple),
      cmocka_unit_test(test_origin),
      cmocka_unit_test(test_cost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
