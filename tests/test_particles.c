/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cluster process against the equations whose mean field it simulates: scores
 * z = (mean over replicas - exact) / standard error of many statistics must have mean 0 and rms 1.
 * A process or an equation with the wrong counting must fail the same test. */
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <string.h>

#include "particles/ensemble.h"
#include "second_order.h"
#include "support.h"

/* ---- models ---- */

static const double pair_atoms[] = {0.5, 1.0, -1.0, 0.25, 2.0, 0.5, 0.125, 0.0, 1.5};
static const double triple_atoms[] = {0.25, 1.0, -1.0, 0.5, 0.5, 0.0, 2.0, 1.0};

struct parameters {
  enum hud_model_kind model;
  int K;
  double epsilon, delta, lambda, lambda12, mu, mu11;
  enum hud_three_body_drift drift;
  enum hud_cluster_initial_type clusters;
};

struct fixture {
  struct hud_description d;
  struct hud_rate_entry lambda[1], mu[1];
  struct hud_cluster_initial clusters[4];
  struct hud_network *network;
};

static const double mean_1 = 0.3, variance_1 = 1.0;

static void fixture_setup(struct fixture *x, const struct parameters *p)
{
  memset(x, 0, sizeof *x);
  x->d.model = p->model;
  x->d.clusters = p->K;
  x->d.epsilon = p->epsilon;
  x->d.delta = p->delta;
  x->d.three_body_drift = p->drift;
  x->lambda[0] = (struct hud_rate_entry){1, 2, p->lambda12};
  x->mu[0] = (struct hud_rate_entry){1, 1, p->mu11};
  x->d.lambda = (struct hud_rate_law){
      .has_default = true, .constant = p->lambda, .entry_count = 1, .entries = x->lambda};
  x->d.mu = (struct hud_rate_law){
      .has_default = true, .constant = p->mu, .entry_count = 1, .entries = x->mu};
  x->d.initial.f1 = (struct hud_density_spec){
      .type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = mean_1, .scale = sqrt(variance_1)};
  x->d.initial.others.type = p->clusters;
  if (p->clusters == HUD_CLUSTER_ATOMS) {
    x->clusters[2] = (struct hud_cluster_initial){
        .type = HUD_CLUSTER_ATOMS, .point_count = 3, .points = (double *)(uintptr_t)pair_atoms};
    x->clusters[3] = (struct hud_cluster_initial){
        .type = HUD_CLUSTER_ATOMS, .point_count = 2, .points = (double *)(uintptr_t)triple_atoms};
    x->d.initial.clusters = x->clusters;
    x->d.initial.cluster_count = p->K < 3 ? p->K : 3;
    x->d.initial.others.type = HUD_CLUSTER_QUASI_STATIONARY;
  }
  struct hud_error error;
  assert_ok(hud_network_create(&x->network, &x->d, &error), &error);
}

/* Moments of symmetrised atoms. */
static struct second_moments atom_moments(int k, const struct hud_cluster_initial *spec)
{
  struct second_moments out = {0.0, 0.0, 0.0, 0.0};
  for (size_t n = 0; n < spec->point_count; n++) {
    const double *row = spec->points + n * (size_t)(1 + k), *v = row + 1;
    for (int i = 0; i < k; i++) {
      out.I += row[0] * v[i] / k;
      out.S += row[0] * v[i] * v[i] / k;
      for (int j = 0; j < k; j++)
        if (j != i)
          out.P += row[0] * v[i] * v[j] / (k * (k - 1));
    }
    out.M += row[0];
  }
  return out;
}

static void exact_initial(const struct fixture *x, struct second_moments *f)
{
  memset(f, 0, (SECOND_ORDER_SIZES + 1) * sizeof *f);
  f[1] = (struct second_moments){1.0, mean_1, variance_1 + mean_1 * mean_1, 0.0};
  for (int k = 2; k <= x->network->K; k++) {
    const struct hud_initial_spec *initial = &x->d.initial;
    const struct hud_cluster_initial *spec =
        k <= initial->cluster_count ? &initial->clusters[k] : &initial->others;
    if (spec->type == HUD_CLUSTER_ATOMS)
      f[k] = atom_moments(k, spec);
    else if (spec->type == HUD_CLUSTER_QUASI_STATIONARY)
      f[k] = second_quasi_stationary(x->network, k, f);
  }
}

/* ---- scores ---- */

enum { MOST_SCORES = 4096, REPLICAS = 32, PARTICLES = 12000 };

struct scores {
  size_t count;
  double z[MOST_SCORES];
};

static void add_score(struct scores *scores, const double *values, double exact)
{
  double mean = gsl_stats_mean(values, 1, REPLICAS);
  double error = gsl_stats_sd_m(values, 1, REPLICAS, mean) / sqrt(REPLICAS);
  assert_true(error > 0.0 && scores->count < MOST_SCORES);
  scores->z[scores->count++] = (mean - exact) / error;
}

static double scores_rms(const struct scores *scores)
{
  double sum = 0.0;
  for (size_t n = 0; n < scores->count; n++)
    sum += scores->z[n] * scores->z[n];
  return sqrt(sum / (double)scores->count);
}

/* The bars of the project: at least 60 statistics, rms within [0.8, 1.25], no bias. Statistics of
 * one run are correlated, so the mean score of a set is not as small as 1/sqrt(count). */
static void assert_scores(const struct scores *scores, size_t least, const char *what)
{
  double rms = scores_rms(scores), mean = gsl_stats_mean(scores->z, 1, scores->count);
  print_message("%s: %zu scores, mean %+.3f, rms %.3f\n", what, scores->count, mean, rms);
  assert_true(scores->count >= least);
  assert_true(rms >= 0.8 && rms <= 1.25);
  assert_below(fabs(mean), 0.35);
}

/* Runs replicas of `x`, and scores M_k, J_k, V_k, W against the second-order equations of `exact`,
 * which differs from x->network where a test wants a wrong equation. J_k and V_k are about the
 * exact mean, so that they are not mere copies of M_k. */
static void score_run(struct scores *scores, const struct fixture *x,
                      const struct hud_network *exact, uint64_t seed)
{
  static const double times[] = {0.3, 1.0, 2.0};
  struct hud_error error;
  struct hud_ensemble *ensemble = NULL;
  struct hud_particles_options options = {
      .network = x->network, .initial = &x->d.initial, .count = PARTICLES, .seed = seed};
  assert_ok(hud_ensemble_create(&ensemble, &options, REPLICAS, 2, &error), &error);
  struct hud_particles_layout layout = hud_ensemble_layout(ensemble, 4);
  struct second_moments start[SECOND_ORDER_SIZES + 1];
  exact_initial(x, start);
  double mass = 0.0, center = 0.0;
  for (int k = 1; k <= layout.sizes; k++) {
    mass += k * exact->sizes[k].weight * start[k].M;
    center += k * exact->sizes[k].weight * start[k].I;
  }
  center /= mass;
  for (size_t n = 0; n < sizeof times / sizeof times[0]; n++) {
    struct second_moments f[SECOND_ORDER_SIZES + 1];
    memcpy(f, start, sizeof f);
    assert_int_equal(second_order_advance(exact, f, times[n]), GSL_SUCCESS);
    assert_ok(hud_ensemble_advance(ensemble, times[n], &error), &error);
    double row[64], values[4][SECOND_ORDER_SIZES + 1][REPLICAS];
    for (int r = 0; r < REPLICAS; r++) {
      assert_ok(hud_particles_measure(hud_ensemble_replica(ensemble, r), 4, row, &error), &error);
      for (size_t k = 1; k <= (size_t)layout.sizes; k++) {
        double M = row[layout.M_k + k - 1], I = row[layout.I_k + k - 1];
        double own = row[layout.mean]; /* V_k is about it */
        double S = row[layout.V_k + k - 1] + 2.0 * own * I - own * own * M;
        values[0][k][r] = M;
        values[1][k][r] = I - center * M;
        values[2][k][r] = S - 2.0 * center * I + center * center * M;
      }
      values[3][0][r] = row[layout.W];
    }
    for (int k = 1; k <= layout.sizes; k++) {
      if (layout.sizes > 1)
        add_score(scores, values[0][k], f[k].M);
      add_score(scores, values[1][k], f[k].I - center * f[k].M);
      add_score(scores, values[2][k], f[k].S - 2.0 * center * f[k].I + center * center * f[k].M);
    }
    if (layout.sizes > 1)
      add_score(scores, values[3][0], 2.0 * (f[2].S - f[2].P));
  }
  hud_ensemble_free(ensemble);
}

static void score_model(struct scores *scores, const struct parameters *parameters, uint64_t seed)
{
  struct fixture x;
  fixture_setup(&x, parameters);
  score_run(scores, &x, x.network, seed);
  hud_network_free(x.network);
}

/* ---- the hierarchy (8) ---- */

static const struct parameters sets[3] = {
    {HUD_MODEL_HIERARCHY, 0, 0.5, 0.0, 1.0, 0.8, 1.5, 2.0, HUD_DRIFT_CONSISTENT, HUD_CLUSTER_ZERO},
    {HUD_MODEL_HIERARCHY, 0, 0.2, 0.0, 2.0, 3.0, 1.0, 0.7, HUD_DRIFT_CONSISTENT, HUD_CLUSTER_ZERO},
    {HUD_MODEL_HIERARCHY, 0, 1.0, 0.0, 0.7, 0.5, 0.4, 0.3, HUD_DRIFT_CONSISTENT, HUD_CLUSTER_ZERO}};

static const enum hud_cluster_initial_type kinds[3] = {
    HUD_CLUSTER_ZERO, HUD_CLUSTER_QUASI_STATIONARY, HUD_CLUSTER_ATOMS};

static void check_hierarchy(int K, uint64_t seed, const char *what)
{
  struct scores scores = {0};
  for (size_t set = 0; set < 3; set++)
    for (size_t kind = 0; kind < 3; kind++) {
      struct parameters parameters = sets[set];
      parameters.K = K;
      parameters.clusters = kinds[kind];
      score_model(&scores, &parameters, seed + 3 * set + kind);
    }
  assert_scores(&scores, 60, what);
}

static void test_hierarchy_2(void **state)
{
  (void)state;
  check_hierarchy(2, 200, "hierarchy, K = 2");
}

static void test_hierarchy_3(void **state)
{
  (void)state;
  check_hierarchy(3, 300, "hierarchy, K = 3");
}

static void test_hierarchy_4(void **state)
{
  (void)state;
  check_hierarchy(4, 400, "hierarchy, K = 4");
}

static void test_hierarchy_6(void **state)
{
  (void)state;
  check_hierarchy(6, 600, "hierarchy, K = 6");
}

/* ---- the other models ---- */

static void test_other_models(void **state)
{
  (void)state;
  static const struct parameters others[] = {
      {HUD_MODEL_RELAXED_TRIPLE, 3, 0.2, 0.05, 1.0, 0.8, 1.5, 2.0, HUD_DRIFT_CONSISTENT,
       HUD_CLUSTER_QUASI_STATIONARY},
      {HUD_MODEL_RELAXED_TRIPLE, 3, 0.5, 0.3, 1.0, 2.0, 0.8, 2.0, HUD_DRIFT_AS_PRINTED,
       HUD_CLUSTER_ZERO},
      {HUD_MODEL_FIRST_ORDER, 3, 0.5, 0.0, 1.0, 2.0, 1.5, 2.0, HUD_DRIFT_CONSISTENT,
       HUD_CLUSTER_ZERO},
      {HUD_MODEL_FIRST_ORDER, 3, 0.3, 0.0, 2.0, 3.0, 0.5, 0.7, HUD_DRIFT_AS_PRINTED,
       HUD_CLUSTER_QUASI_STATIONARY},
      {HUD_MODEL_INSTANTANEOUS, 2, 0.5, 0.0, 1.0, 2.0, 1.5, 0.4, HUD_DRIFT_CONSISTENT,
       HUD_CLUSTER_ZERO},
      {HUD_MODEL_INSTANTANEOUS, 2, 0.5, 0.0, 0.8, 2.0, 1.5, 2.0, HUD_DRIFT_CONSISTENT,
       HUD_CLUSTER_ZERO}};
  struct scores scores = {0};
  for (size_t n = 0; n < sizeof others / sizeof others[0]; n++)
    score_model(&scores, &others[n], 700 + n);
  assert_scores(&scores, 60, "relaxed triple, first order, instantaneous");
}

/* ---- what must be rejected ---- */

static void test_wrong_counting_is_rejected(void **state)
{
  (void)state;
  struct scores printed = {0}, doubled = {0};
  struct parameters parameters = sets[0];
  parameters.K = 4;
  parameters.clusters = HUD_CLUSTER_QUASI_STATIONARY;
  struct fixture x;
  fixture_setup(&x, &parameters);
  struct hud_network *other;
  struct hud_error error;
  x.d.counting = HUD_COUNTING_AS_PRINTED;
  assert_ok(hud_network_create(&other, &x.d, &error), &error);
  score_run(&printed, &x, other, 800);
  assert_true(scores_rms(&printed) > 5.0);
  hud_network_free(other);

  /* A process that counts ordered pairs of unlike clusters. */
  x.d.counting = HUD_COUNTING_CONSERVING;
  assert_ok(hud_network_create(&other, &x.d, &error), &error);
  for (size_t r = 0; r < x.network->reaction_count; r++)
    if (x.network->reactions[r].i != x.network->reactions[r].j)
      x.network->reactions[r].lambda *= 2.0;
  parameters.clusters = HUD_CLUSTER_ZERO;
  x.d.initial.others.type = HUD_CLUSTER_ZERO;
  score_run(&doubled, &x, other, 801);
  assert_true(scores_rms(&doubled) > 5.0);
  print_message("rms as printed %.1f, ordered pairs %.1f\n", scores_rms(&printed),
                scores_rms(&doubled));
  hud_network_free(other);
  hud_network_free(x.network);
}

/* ---- the instantaneous limit (33) in closed form ---- */

/* c2, c3, c4 of MATHEMATICS' section on (33), by fixed steps of Runge and Kutta. */
static void central_rates(double lambda, double mu, const double c[3], double out[3])
{
  double a2 = mu / (mu + 2.0), a4 = mu / (mu + 4.0);
  out[0] = -2.0 * lambda * c[0] / (mu + 2.0);
  out[1] = -3.0 * lambda * c[1] / (mu + 2.0);
  out[2] = -0.25 * lambda * (7.0 - 6.0 * a2 - a4) * c[2] +
           0.75 * lambda * (1.0 - 2.0 * a2 + a4) * c[0] * c[0];
}

static void central_advance(double lambda, double mu, double c[3], double t)
{
  enum { STEPS = 2000 };
  double h = t / STEPS;
  for (int n = 0; n < STEPS; n++) {
    double k1[3], k2[3], k3[3], k4[3], at[3];
    central_rates(lambda, mu, c, k1);
    for (int q = 0; q < 3; q++)
      at[q] = c[q] + 0.5 * h * k1[q];
    central_rates(lambda, mu, at, k2);
    for (int q = 0; q < 3; q++)
      at[q] = c[q] + 0.5 * h * k2[q];
    central_rates(lambda, mu, at, k3);
    for (int q = 0; q < 3; q++)
      at[q] = c[q] + h * k3[q];
    central_rates(lambda, mu, at, k4);
    for (int q = 0; q < 3; q++)
      c[q] += h / 6.0 * (k1[q] + 2.0 * k2[q] + 2.0 * k3[q] + k4[q]);
  }
}

/* Skewed data: atoms of weight 3/4 at -1/2 and 1/4 at 3/2, with mean 0. */
static void test_instantaneous_moments(void **state)
{
  (void)state;
  static double points[] = {0.75, -0.5, 0.25, 1.5};
  struct scores scores = {0};
  struct parameters parameters = {.model = HUD_MODEL_INSTANTANEOUS, .lambda = 1.0, .mu = 1.0};
  static const double rates[] = {0.2, 0.5, 1.0, 1.5, 3.0, 8.0, 20.0};
  for (size_t n = 0; n < sizeof rates / sizeof rates[0]; n++) {
    parameters.mu11 = rates[n];
    struct fixture x;
    fixture_setup(&x, &parameters);
    x.d.initial.f1 = (struct hud_density_spec){
        .type = HUD_DENSITY_ATOMS, .mass = 1.0, .point_count = 2, .points = points};
    struct hud_error error;
    struct hud_ensemble *ensemble;
    struct hud_particles_options options = {
        .network = x.network, .initial = &x.d.initial, .count = PARTICLES, .seed = 900 + n};
    assert_ok(hud_ensemble_create(&ensemble, &options, REPLICAS, 2, &error), &error);
    struct hud_particles_layout layout = hud_ensemble_layout(ensemble, 4);
    double c[3] = {0.75, 0.75, 0.75 * 0.0625 + 0.25 * 5.0625}, row[32];
    for (int step = 0; step < 3; step++) {
      double values[3][REPLICAS];
      central_advance(1.0, parameters.mu11, c, 0.8);
      assert_ok(hud_ensemble_advance(ensemble, 0.8 * (step + 1), &error), &error);
      for (int r = 0; r < REPLICAS; r++) {
        assert_ok(hud_particles_measure(hud_ensemble_replica(ensemble, r), 4, row, &error), &error);
        for (size_t q = 0; q < 3; q++)
          values[q][r] = row[layout.f1 + 2 + q];
      }
      for (int q = 0; q < 3; q++)
        add_score(&scores, values[q], c[q]);
    }
    hud_ensemble_free(ensemble);
    hud_network_free(x.network);
  }
  assert_scores(&scores, 60, "instantaneous, moments to order 4");
}

/* ---- deterministic duration ---- */

/* M_1' = -2 lambda M_1^2 + 2 lambda M_1(t - eps tau)^2 and, with a = e^{-tau},
 * S_1' = -2 lambda M_1 S_1 + lambda [(1 + a^2) M_1 S_1 + (1 - a^2) I_1^2](t - eps tau), where
 * I_1 obeys the same equation as M_1 (with products M_1 I_1). Heun's method on a grid that holds
 * the delay a whole number of times, and Richardson's extrapolation. History: constant for
 * quasi-stationary pairs, zero for none. */
enum { DELAY_STEPS = 400, MOST_STEPS = 40 * DELAY_STEPS };

struct delayed {
  double M, I, S;
};

static struct delayed delayed_rate(double lambda, double a, struct delayed now,
                                   struct delayed before)
{
  double a2 = a * a;
  struct delayed out = {
      2.0 * lambda * (before.M * before.M - now.M * now.M),
      2.0 * lambda * (before.M * before.I - now.M * now.I),
      lambda * ((1.0 + a2) * before.M * before.S + (1.0 - a2) * before.I * before.I) -
          2.0 * lambda * now.M * now.S};
  return out;
}

static struct delayed delayed_solve(double lambda, double tau, double epsilon, bool history,
                                    int delay_steps, int steps)
{
  static struct delayed y[2 * MOST_STEPS + 1];
  const struct delayed start = {1.0, mean_1, variance_1 + mean_1 * mean_1}, none = {0.0, 0.0, 0.0};
  double h = epsilon * tau / delay_steps, a = exp(-tau);
  y[0] = start;
  for (int n = 0; n < steps; n++) {
    struct delayed before = n >= delay_steps ? y[n - delay_steps] : history ? start : none;
    /* the end of this step sees the limit from the left: pairs formed at t = 0 part just after */
    struct delayed after = n + 1 > delay_steps ? y[n + 1 - delay_steps] : history ? start : none;
    struct delayed k1 = delayed_rate(lambda, a, y[n], before);
    struct delayed at = {y[n].M + h * k1.M, y[n].I + h * k1.I, y[n].S + h * k1.S};
    struct delayed k2 = delayed_rate(lambda, a, at, after);
    y[n + 1] = (struct delayed){y[n].M + 0.5 * h * (k1.M + k2.M), y[n].I + 0.5 * h * (k1.I + k2.I),
                                y[n].S + 0.5 * h * (k1.S + k2.S)};
  }
  return y[steps];
}

static struct delayed delayed_extrapolated(double lambda, double tau, double epsilon, bool history,
                                           int steps)
{
  struct delayed coarse = delayed_solve(lambda, tau, epsilon, history, DELAY_STEPS, steps);
  struct delayed fine = delayed_solve(lambda, tau, epsilon, history, 2 * DELAY_STEPS, 2 * steps);
  struct delayed out = {fine.M + (fine.M - coarse.M) / 3.0, fine.I + (fine.I - coarse.I) / 3.0,
                        fine.S + (fine.S - coarse.S) / 3.0};
  return out;
}

static void score_delay(struct scores *scores, double lambda, double tau, double epsilon,
                        bool history, uint64_t seed)
{
  struct parameters parameters = {.model = HUD_MODEL_HIERARCHY,
                                  .K = 2,
                                  .epsilon = epsilon,
                                  .lambda = lambda,
                                  .mu = 1.0,
                                  .mu11 = 1.0,
                                  .clusters =
                                      history ? HUD_CLUSTER_QUASI_STATIONARY : HUD_CLUSTER_ZERO};
  struct fixture x;
  fixture_setup(&x, &parameters);
  struct hud_error error;
  struct hud_ensemble *ensemble;
  struct hud_particles_options options = {.network = x.network,
                                          .initial = &x.d.initial,
                                          .duration = HUD_DURATION_DETERMINISTIC,
                                          .duration_tau = tau,
                                          .count = PARTICLES,
                                          .seed = seed};
  assert_ok(hud_ensemble_create(&ensemble, &options, REPLICAS, 2, &error), &error);
  struct hud_particles_layout layout = hud_ensemble_layout(ensemble, 4);
  static const double delays[] = {0.5, 1.0, 1.5, 2.25, 4.0, 7.0};
  for (size_t n = 0; n < sizeof delays / sizeof delays[0]; n++) {
    struct delayed exact =
        delayed_extrapolated(lambda, tau, epsilon, history, (int)(delays[n] * DELAY_STEPS));
    double values[3][REPLICAS], row[32];
    assert_ok(hud_ensemble_advance(ensemble, delays[n] * epsilon * tau, &error), &error);
    for (int r = 0; r < REPLICAS; r++) {
      assert_ok(hud_particles_measure(hud_ensemble_replica(ensemble, r), 4, row, &error), &error);
      values[0][r] = row[layout.f1];
      values[1][r] = row[layout.f1 + 1] - mean_1 * row[layout.f1];
      values[2][r] = row[layout.f1 + 2];
    }
    add_score(scores, values[0], exact.M);
    add_score(scores, values[1], exact.I - mean_1 * exact.M);
    add_score(scores, values[2], exact.S);
  }
  hud_ensemble_free(ensemble);
  hud_network_free(x.network);
}

static void test_deterministic_duration(void **state)
{
  (void)state;
  struct scores scores = {0};
  score_delay(&scores, 1.0, 1.0, 0.5, false, 1000);
  score_delay(&scores, 1.0, 1.0, 0.5, true, 1001);
  score_delay(&scores, 2.0, 0.5, 1.0, false, 1002);
  score_delay(&scores, 0.5, 2.0, 0.3, true, 1003);
  assert_scores(&scores, 60, "deterministic duration");
}

/* ---- velocities in R^d ---- */

/* Components are independent, so V_k, W and T are sums over components. */
static void score_dimension(struct scores *scores, int d, const struct parameters *parameters,
                            uint64_t seed)
{
  static const double variances[3] = {1.0, 4.0, 0.75};
  struct hud_density_spec further[2] = {
      {.type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = -1.0, .scale = 2.0},
      {.type = HUD_DENSITY_UNIFORM, .mass = 1.0, .min = 0.0, .max = 3.0}};
  struct fixture x;
  fixture_setup(&x, parameters);
  struct hud_error error;
  struct hud_ensemble *ensemble;
  struct hud_particles_options options = {.network = x.network,
                                          .initial = &x.d.initial,
                                          .dimension = d,
                                          .further = further,
                                          .count = PARTICLES,
                                          .seed = seed};
  assert_ok(hud_ensemble_create(&ensemble, &options, REPLICAS, 2, &error), &error);
  struct hud_particles_layout layout = hud_ensemble_layout(ensemble, 2);
  struct second_moments f[SECOND_ORDER_SIZES + 1];
  exact_initial(&x, f);
  double all = 0.0;
  for (int c = 0; c < d; c++)
    all += variances[c];
  for (int k = 1; k <= layout.sizes; k++) { /* centred, all components together */
    f[k].S = all * (f[k].S - mean_1 * f[k].I);
    f[k].P = k > 1 ? all * (f[k].P - mean_1 * f[k].I) : 0.0;
    f[k].I = 0.0;
  }
  for (int step = 1; step <= 3; step++) {
    double values[2][REPLICAS], V[SECOND_ORDER_SIZES][REPLICAS], row[64];
    assert_int_equal(second_order_advance(x.network, f, 0.5), GSL_SUCCESS);
    assert_ok(hud_ensemble_advance(ensemble, 0.5 * step, &error), &error);
    for (int r = 0; r < REPLICAS; r++) {
      assert_ok(hud_particles_measure(hud_ensemble_replica(ensemble, r), 2, row, &error), &error);
      for (size_t k = 1; k <= (size_t)layout.sizes; k++)
        V[k - 1][r] = row[layout.V_k + k - 1];
      values[0][r] = row[layout.W];
      values[1][r] = row[layout.T];
    }
    for (int k = 1; k <= layout.sizes; k++)
      add_score(scores, V[k - 1], f[k].S);
    add_score(scores, values[0], 2.0 * (f[2].S - f[2].P));
    add_score(scores, values[1], f[2].M * f[1].S + f[1].M * f[2].S);
  }
  hud_ensemble_free(ensemble);
  hud_network_free(x.network);
}

static void test_dimensions(void **state)
{
  (void)state;
  struct scores scores = {0};
  for (int d = 2; d <= 3; d++)
    for (int n = 0; n < 3; n++) {
      struct parameters parameters = sets[n];
      parameters.K = n + 2;
      parameters.clusters = HUD_CLUSTER_QUASI_STATIONARY;
      score_dimension(&scores, d, &parameters, (uint64_t)(1200 + 10 * d + n));
    }
  assert_scores(&scores, 60, "velocities in two and three dimensions");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hierarchy_2),
      cmocka_unit_test(test_hierarchy_3),
      cmocka_unit_test(test_hierarchy_4),
      cmocka_unit_test(test_hierarchy_6),
      cmocka_unit_test(test_other_models),
      cmocka_unit_test(test_wrong_counting_is_rejected),
      cmocka_unit_test(test_instantaneous_moments),
      cmocka_unit_test(test_deterministic_duration),
      cmocka_unit_test(test_dimensions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
