/* SPDX-License-Identifier: GPL-3.0-or-later
 * The models of [KMS] by the spectral method: against the exact self-similar solution, against the
 * moments, against itself at a second resolution, and through the collapse. */
#include <cblas.h>

#include "run/simulation.h"
#include "spectral_model.h"

static const double pi = 3.14159265358979323846;

/* A box for moments to order 4. */
static const struct hud_spectral_options small_box = {.origin = 0.3,
                                                      .width = 1.0,
                                                      .panels = 1,
                                                      .nodes = 8,
                                                      .degree = {0, 0, 6, 6, 6},
                                                      .moment_order = 4};

/* ---- the exact solution of (33) ---- */

static void open_self_similar(struct twin *twin, double mu11, double width, int panels, int nodes)
{
  struct hud_spectral_options options = {.origin = 0.4,
                                         .basis = HUD_SPECTRAL_ONE_SIDED,
                                         .width = width,
                                         .panels = panels,
                                         .nodes = nodes,
                                         .more_nodes = nodes,
                                         .degree = {0, 0, 6},
                                         .moment_order = 2};
  struct hud_density_spec data = {
      .type = HUD_DENSITY_SELF_SIMILAR, .mass = 0.9, .mean = 0.4, .scale = 1.0};
  memset(twin, 0, sizeof *twin);
  twin->description.epsilon = 1.0;
  set_rate(&twin->description.lambda, twin->lambda, 1, 1, 1.3);
  set_rate(&twin->description.mu, twin->mu, 1, 1, mu11);
  twin_open(twin, HUD_MODEL_INSTANTANEOUS, 2, options, 2);
  set_density(twin, &data);
}

static void test_self_similar(void **state)
{
  (void)state;
  static const double rates[] = {0.5, 1.0, 2.0, 5.0};
  for (int n = 0; n < 4; n++) {
    struct twin twin;
    double moments[3], end = 2.0, sigma = exp(-1.3 * 0.9 * end / (rates[n] + 2.0));
    open_self_similar(&twin, rates[n], 10.0, 1, 20);
    double *f1 = twin.spectral.y;
    assert_true(twin.spectral.system->size <= 50);
    integrate(twin.spectral.system, 0.0, end, 1e-13, 1e-16, f1);
    for (int a = 0; a <= 500; a++) {
      double xi = 0.02 * a;
      double complex exact = 0.9 * (1.0 + sigma * xi) * exp(-sigma * xi) * cexp(-I * xi * 0.4);
      double complex value = hud_spectral_characteristic(twin.spectral.rep, f1, xi);
      assert_close(cabs(value - exact), 0.0, 1e-10);
    }
    twin.spectral.rep->ops->moments(twin.spectral.rep, 1, f1, 0.4, 2, moments);
    assert_close_relative(moments[2], 0.9 * sigma * sigma, 1e-13);
    twin_close(&twin);
  }
}

static void test_self_similar_density(void **state)
{
  (void)state;
  static const double rates[] = {0.5, 2.0};
  for (int n = 0; n < 2; n++) {
    struct twin twin;
    double f[801], extras[3], end = 2.0, sigma = exp(-1.3 * 0.9 * end / (rates[n] + 2.0));
    open_self_similar(&twin, rates[n], 20.0, 3, 22);
    struct hud_density_spec data = {
        .type = HUD_DENSITY_SELF_SIMILAR, .mass = 0.9, .mean = 0.4, .scale = 1.0};
    struct hud_density *density = make_density(&data);
    const struct hud_representation_ops *ops = twin.spectral.rep->ops;
    const double *v = NULL, *blocks[] = {NULL, twin.spectral.y, NULL};
    assert_ok(
        hud_spectral_set_velocities(twin.spectral.rep, -8.0, 8.0, 801, 0.0, density, &twin.error),
        &twin.error);
    assert_int_equal(ops->nodes(twin.spectral.rep, &v), 801);
    integrate(twin.spectral.system, 0.0, end, 1e-13, 1e-16, twin.spectral.y);
    ops->values(twin.spectral.rep, 1, twin.spectral.y, f);
    for (int a = 0; a < 801; a++) {
      double w = (v[a] - 0.4) / sigma;
      assert_close(f[a], 1.8 / (pi * sigma) / pow(1.0 + w * w, 2.0), 1e-7);
    }
    ops->extras(twin.spectral.rep, twin.network, blocks, extras);
    assert_close_relative(extras[0], exp(-2.0 * 1.3 * 0.9 * end), 1e-10);
    assert_below(extras[1], 1e-9);
    assert_below(extras[2], 1e-7);
    hud_density_free(density);
    twin_close(&twin);
  }
}

/* ---- against the moments ---- */

static void compare_moments(struct twin *twin, double second, double fourth)
{
  const struct side *s = &twin->spectral, *m = &twin->moments;
  for (int k = 1; k <= twin->network->K; k++) {
    double a[5], b[5];
    if (twin->network->sizes[k].quasi_stationary)
      continue;
    s->rep->ops->moments(s->rep, k, block(s, s->y, k), 0.0, 4, a);
    m->rep->ops->moments(m->rep, k, block(m, m->y, k), 0.0, 4, b);
    assert_close_relative(a[0], b[0], second);
    assert_close(a[1], b[1], second * b[0]);
    s->rep->ops->moments(s->rep, k, block(s, s->y, k), 0.3, 4, a);
    m->rep->ops->moments(m->rep, k, block(m, m->y, k), 0.3, 4, b);
    assert_close_relative(a[2], b[2], second);
    assert_close(a[3], b[3], second * pow(b[2], 1.5) / sqrt(b[0]));
    assert_close_relative(a[4], b[4], fourth);
  }
}

static void total(const struct twin *twin, const struct side *side, double out[2])
{
  out[0] = out[1] = 0.0;
  for (int k = 1; k <= twin->network->K; k++) {
    double moments[2];
    if (twin->network->sizes[k].quasi_stationary)
      continue;
    side->rep->ops->moments(side->rep, k, block(side, side->y, k), 0.0, 1, moments);
    for (int a = 0; a < 2; a++)
      out[a] += k * twin->network->sizes[k].weight * moments[a];
  }
}

/* Runs both sides and compares; half of the data are atoms, half gaussians. */
static void random_run(struct hud_random *random, enum hud_model_kind kind, int K, bool atoms,
                       size_t most_unknowns)
{
  struct twin twin;
  double before[2], after[2];
  random_rates(&twin, random);
  twin_open(&twin, kind, K, small_box, 4);
  if (atoms)
    set_random_atoms(&twin, random);
  else
    set_density(&twin, &gaussian_data);
  assert_true(twin.spectral.system->size <= most_unknowns);
  total(&twin, &twin.spectral, before);
  integrate(twin.spectral.system, 0.0, 2.0, 1e-12, 1e-16, twin.spectral.y);
  integrate(twin.moments.system, 0.0, 2.0, 1e-13, 1e-18, twin.moments.y);
  compare_moments(&twin, 1e-9, 1e-8);
  total(&twin, &twin.spectral, after);
  assert_close_relative(after[0], before[0], 5e-14);
  assert_close(after[1] / after[0], before[1] / before[0], 5e-14);
  twin_close(&twin);
}

static void test_random_parameters(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 21, 1);
  for (int trial = 0; trial < 16; trial++)
    random_run(&random, HUD_MODEL_FIRST_ORDER, 3, trial % 2 == 0, 150);
  random_run(&random, HUD_MODEL_RELAXED_TRIPLE, 3, true, 300);
  random_run(&random, HUD_MODEL_INSTANTANEOUS, 2, true, 40);
}

static void test_random_hierarchies(void **state)
{
  (void)state;
  struct hud_random random;
  struct hud_spectral_options options = small_box;
  hud_random_seed(&random, 22, 1);
  options.nodes = 5;
  options.degree[4] = 5;
  for (int trial = 0; trial < 4; trial++) {
    struct twin twin;
    int64_t evaluations;
    random_rates(&twin, &random);
    twin_open(&twin, trial < 2 ? HUD_MODEL_HIERARCHY : HUD_MODEL_FIRST_ORDER_HIERARCHY, 4, options,
              4);
    set_random_atoms(&twin, &random);
    assert_true(twin.spectral.system->size <= 400);
    integrate_bdf(twin.spectral.system, 2.0, 1e-13, 1e-18, twin.spectral.y, &evaluations);
    integrate(twin.moments.system, 0.0, 2.0, 1e-13, 1e-18, twin.moments.y);
    compare_moments(&twin, 1e-9, 1e-8);
    twin_close(&twin);
  }
}

/* delta = epsilon makes the relaxed triple the hierarchy of three. */
static void test_relaxed_triple_is_hierarchy(void **state)
{
  (void)state;
  struct twin a, b;
  standard_rates(&a, 0.07);
  standard_rates(&b, 0.07);
  twin_open(&a, HUD_MODEL_RELAXED_TRIPLE, 3, small_box, 4);
  twin_open(&b, HUD_MODEL_HIERARCHY, 3, small_box, 4);
  set_density(&a, &bimodal_data);
  set_density(&b, &bimodal_data);
  integrate(a.spectral.system, 0.0, 0.2, 1e-10, 1e-14, a.spectral.y);
  integrate(b.spectral.system, 0.0, 0.2, 1e-10, 1e-14, b.spectral.y);
  assert_int_equal(a.spectral.system->size, b.spectral.system->size);
  for (size_t i = 0; i < a.spectral.system->size; i++)
    assert_close(a.spectral.y[i], b.spectral.y[i], 1e-13);
  twin_close(&a);
  twin_close(&b);
}

/* Clusters grow from nothing through a layer of fast rates: round-off in steps that are far too
 * short would be carried on as mass, to 2e-10 of it at loose tolerances. */
static void test_mass_through_the_layer(void **state)
{
  (void)state;
  static const double tolerances[] = {1e-3, 1e-5, 1e-6, 1e-9};
  for (int clusters = 2; clusters <= 4; clusters++)
    for (int n = 0; n < 4; n++) {
      char text[512];
      double start, mass;
      struct hud_simulation *simulation = NULL;
      struct hud_error error;
      snprintf(text, sizeof text,
               "huddle: 1\nmodel: hierarchy\nclusters: %d\nmethod: spectral\nepsilon: 0.1\n"
               "rates: {lambda: {default: 0.8, \"1,1\": 1}, mu: {default: 1.5, \"1,1\": 2}}\n"
               "initial: {f1: {gaussian: {mass: 1, mean: 0.3, stddev: 1}}}\ntime: {end: 0.5}\n"
               "solver: {spectral_tol: %g}\n",
               clusters, tolerances[n]);
      assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
      assert_ok(hud_simulation_quantity(simulation, "mass", &start, &error), &error);
      assert_ok(hud_simulation_advance(simulation, 0.5, &error), &error);
      assert_ok(hud_simulation_quantity(simulation, "mass", &mass, &error), &error);
      assert_close(mass, start, 5e-15);
      hud_simulation_close(simulation);
    }
}

/* Free particles alone have nothing to do. */
static void test_one_size(void **state)
{
  (void)state;
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  double start, value;
  assert_ok(hud_simulation_parse(&simulation,
                                 "huddle: 1\nmodel: hierarchy\nclusters: 1\nmethod: spectral\n"
                                 "epsilon: 0.1\nrates: {lambda: 1, mu: 1}\ntime: {end: 1}\n"
                                 "initial: {f1: {gaussian: {mass: 1, mean: 0.3, stddev: 1}}}\n",
                                 "test", &error),
            &error);
  assert_ok(hud_simulation_quantity(simulation, "f1_m4", &start, &error), &error);
  assert_ok(hud_simulation_advance(simulation, 1.0, &error), &error);
  assert_ok(hud_simulation_quantity(simulation, "f1_m4", &value, &error), &error);
  assert_close_relative(value, start, 1e-14);
  hud_simulation_close(simulation);
}

/* ---- the whole box ---- */

/* The Taylor sum of fhat_1 from moments to order 24 about the origin. */
static double complex taylor_sum(const double *moments, double xi, double origin)
{
  double complex sum = 0.0, factor = 1.0;
  for (int p = 0; p <= 24; p++) {
    sum += factor * moments[p];
    factor *= -I * xi / (p + 1.0);
  }
  return sum * cexp(-I * xi * origin);
}

static void run_box(const struct hud_density_spec *data, double box, double reach)
{
  struct hud_spectral_options options = {.origin = 0.3,
                                         .width = box,
                                         .panels = 1,
                                         .nodes = 16,
                                         .degree = {0, 0, 14, 14},
                                         .moment_order = 4};
  struct twin coarse, fine;
  double moments[25];
  int64_t evaluations;
  standard_rates(&coarse, 0.05);
  standard_rates(&fine, 0.05);
  twin_open(&coarse, HUD_MODEL_FIRST_ORDER, 3, options, 24);
  hud_spectral_refine(&options);
  twin_open(&fine, HUD_MODEL_FIRST_ORDER, 3, options, 24);
  set_density(&coarse, data);
  set_density(&fine, data);
  assert_true(coarse.spectral.system->size <= 350);
  integrate_bdf(coarse.spectral.system, 1.0, 1e-12, 1e-15, coarse.spectral.y, &evaluations);
  integrate_bdf(fine.spectral.system, 1.0, 1e-12, 1e-15, fine.spectral.y, &evaluations);
  integrate(coarse.moments.system, 0.0, 1.0, 1e-12, 1e-16, coarse.moments.y);
  const struct hud_representation *rep = coarse.moments.rep;
  rep->ops->moments(rep, 1, coarse.moments.y, 0.3, 24, moments);
  for (int a = 0; a <= 200; a++) {
    double xi = box * a / 200.0;
    double complex value = hud_spectral_characteristic(coarse.spectral.rep, coarse.spectral.y, xi);
    double complex other = hud_spectral_characteristic(fine.spectral.rep, fine.spectral.y, xi);
    assert_close(cabs(value - other), 0.0, 1e-9);
    if (xi <= reach)
      assert_close(cabs(value - taylor_sum(moments, xi, 0.3)), 0.0, 1e-9);
  }
  double metric = hud_spectral_fourier_metric(coarse.spectral.rep, coarse.spectral.y,
                                              fine.spectral.rep, fine.spectral.y, 0.0);
  assert_below(metric, 1e-9);
  twin_close(&coarse);
  twin_close(&fine);
}

static void test_whole_box(void **state)
{
  (void)state;
  run_box(&gaussian_data, 4.0, 1.2);
  run_box(&bimodal_data, 4.0 / sqrt(1.16), 2.0);
}

/* The error of fhat_1 on the box falls geometrically with the number of unknowns. */
static void test_geometric_convergence(void **state)
{
  (void)state;
  struct hud_spectral_options options = {
      .origin = 0.3, .width = 4.0, .panels = 1, .moment_order = 2};
  struct twin twin;
  double complex reference[41];
  double before = INFINITY, error = 0.0;
  int64_t evaluations;
  static const int sizes[] = {18, 6, 8, 10, 12}; /* the reference first */
  for (int a = 0; a < 5; a++) {
    options.nodes = sizes[a];
    options.degree[2] = options.degree[3] = sizes[a] + 2;
    standard_rates(&twin, 0.05);
    twin_open(&twin, HUD_MODEL_FIRST_ORDER, 3, options, 2);
    set_density(&twin, &gaussian_data);
    integrate_bdf(twin.spectral.system, 0.5, 1e-12, 1e-15, twin.spectral.y, &evaluations);
    error = 0.0;
    for (int b = 0; b <= 40; b++) {
      double complex value =
          hud_spectral_characteristic(twin.spectral.rep, twin.spectral.y, 0.1 * b);
      if (a == 0)
        reference[b] = value;
      error = fmax(error, cabs(value - reference[b]));
    }
    twin_close(&twin);
    if (a > 0) {
      assert_below(error, before / 8.0);
      before = error;
    }
  }
  assert_below(before, 1e-6);
}

/* ---- stiffness, long times ---- */

static void test_cost_uniform(void **state)
{
  (void)state;
  int64_t least = INT64_MAX, most = 0;
  for (int n = 1; n <= 6; n++) {
    struct twin twin;
    int64_t evaluations;
    standard_rates(&twin, pow(10.0, -n));
    twin_open(&twin, HUD_MODEL_FIRST_ORDER, 3, small_box, 4);
    set_density(&twin, &gaussian_data);
    integrate_bdf(twin.spectral.system, 3.0, 1e-9, 1e-13, twin.spectral.y, &evaluations);
    least = evaluations < least ? evaluations : least;
    most = evaluations > most ? evaluations : most;
    twin_close(&twin);
  }
  assert_true(most <= 2 * least);
}

static void test_collapse(void **state)
{
  (void)state;
  struct twin twin;
  double moments[5];
  standard_rates(&twin, 0.05);
  twin_open(&twin, HUD_MODEL_FIRST_ORDER, 3, small_box, 4);
  set_density(&twin, &bimodal_data);
  integrate(twin.spectral.system, 0.0, 62.0, 1e-12, 1e-40, twin.spectral.y);
  integrate(twin.moments.system, 0.0, 62.0, 1e-13, 1e-44, twin.moments.y);
  twin.spectral.rep->ops->moments(twin.spectral.rep, 1, twin.spectral.y, 0.3, 4, moments);
  assert_below(moments[2], 1e-12);
  compare_moments(&twin, 1e-8, 1e-6);
  twin_close(&twin);
}

/* ---- densities ---- */

/* Sums of f and of (v - 0.3)^2 f over the nodes. */
static void sum_density(const double *v, const double *f, int count, double *mass, double *second)
{
  double h = v[1] - v[0];
  *mass = *second = 0.0;
  for (int a = 0; a < count; a++) {
    *mass += h * f[a];
    *second += h * f[a] * pow(v[a] - 0.3, 2.0);
  }
}

static void test_density(void **state)
{
  (void)state;
  struct hud_spectral_options options = {.origin = 0.3,
                                         .width = 8.0,
                                         .panels = 2,
                                         .nodes = 34,
                                         .more_nodes = 24,
                                         .degree = {0, 0, 24, 16},
                                         .moment_order = 4};
  struct twin twin;
  double f[1601], mass, second, moments[3], lowest = 0.0;
  const double *v = NULL;
  int64_t evaluations;
  struct hud_density *density = make_density(&gaussian_data);
  standard_rates(&twin, 0.05);
  twin_open(&twin, HUD_MODEL_FIRST_ORDER, 3, options, 4);
  const struct hud_representation_ops *ops = twin.spectral.rep->ops;
  assert_int_equal(ops->nodes(twin.spectral.rep, &v), 0);
  assert_ok(
      hud_spectral_set_velocities(twin.spectral.rep, -7.7, 8.3, 1601, 0.0, density, &twin.error),
      &twin.error);
  ops->nodes(twin.spectral.rep, &v);
  set_density(&twin, &gaussian_data);
  ops->values(twin.spectral.rep, 1, twin.spectral.y, f);
  for (int a = 0; a < 1601; a++) /* at t = 0 all is uncollided: exact */
    assert_close(f[a], hud_density_value(density, v[a]), 1e-12);
  integrate_bdf(twin.spectral.system, 1.0, 1e-10, 1e-13, twin.spectral.y, &evaluations);
  ops->values(twin.spectral.rep, 1, twin.spectral.y, f);
  ops->moments(twin.spectral.rep, 1, twin.spectral.y, 0.3, 2, moments);
  sum_density(v, f, 1601, &mass, &second);
  assert_close(mass, moments[0], 1e-8);
  assert_close(second, moments[2], 1e-7);
  for (int a = 0; a < 1601; a++)
    lowest = fmin(lowest, f[a]);
  assert_close(lowest, 0.0, 1e-7);
  hud_density_free(density);
  twin_close(&twin);
}

/* ---- whole runs ---- */

static struct hud_simulation *open_text(const char *method, const char *rest)
{
  char text[1024];
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  snprintf(text, sizeof text,
           "huddle: 1\nmethod: %s\nepsilon: 0.1\nrates: {lambda: 1, mu: 1.5}\n"
           "time: {end: 0.5}\nsolver: {rtol: 1e-12, atol: 1e-18, spectral_tol: 1e-5}\n%s",
           method, rest);
  assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
  return simulation;
}

/* The same model file by both methods: clusters of every kind at t = 0. */
static void test_runs(void **state)
{
  (void)state;
  static const char *const models[] = {
      "model: first_order\ninitial: {f1: {gaussian: {mass: 1, mean: 0.3, stddev: 1}}, "
      "f2: {atoms: [[0.5, 1.2, -0.4], [0.25, 0.8, 0.5]]}}",
      "model: hierarchy\nclusters: 3\ninitial: {f1: {gaussian: {mass: 1, mean: 0.3, stddev: 1}}, "
      "f2: quasi_stationary, f3: {product: {mass: 0.3, density: {gaussian: {mass: 1, mean: 0, "
      "stddev: 0.5}}}}}",
      "model: instantaneous\ninitial: {f1: {uniform: {mass: 1, min: -1, max: 2}}}"};
  for (int n = 0; n < 3; n++) {
    struct hud_simulation *a = open_text("spectral", models[n]);
    struct hud_simulation *b = open_text("moments", models[n]);
    struct hud_error error;
    static const char *const names[] = {"mass", "mean", "variance", "M1", "f1_m2", "f1_m4"};
    assert_ok(hud_simulation_advance(a, 0.5, &error), &error);
    assert_ok(hud_simulation_advance(b, 0.5, &error), &error);
    for (int q = 0; q < 6; q++) {
      double x, y;
      assert_ok(hud_simulation_quantity(a, names[q], &x, &error), &error);
      assert_ok(hud_simulation_quantity(b, names[q], &y, &error), &error);
      assert_close_relative(x, y, 1e-9);
    }
    double estimate;
    assert_ok(hud_simulation_quantity(a, "fhat_error", &estimate, &error), &error);
    assert_below(estimate, 1e-2);
    hud_simulation_close(a);
    hud_simulation_close(b);
  }
}

/* Two groups at t = 8, an eighth as wide as at the start: their f_1(v) needs a larger box than is
 * taken unasked, and a run says so. */
static void test_larger_box(void **state)
{
  (void)state;
  static const char *const boxes[] = {"0", "50", "90"};
  double cut[3];
  for (int n = 0; n < 3; n++) {
    char text[512];
    struct hud_simulation *simulation = NULL;
    struct hud_error error;
    snprintf(text, sizeof text,
             "huddle: 1\nmodel: instantaneous\nmethod: spectral\nepsilon: 0.1\n"
             "rates: {lambda: 1, mu: 2}\ntime: {end: 8}\n"
             "initial: {f1: {mixture: [{gaussian: {mass: 0.5, mean: -0.7, stddev: 0.4}}, "
             "{gaussian: {mass: 0.5, mean: 1.3, stddev: 0.4}}]}}\n"
             "solver: {spectral_tol: 1e-6, spectral_box: %s}\n",
             boxes[n]);
    assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
    assert_ok(hud_simulation_advance(simulation, 8.0, &error), &error);
    assert_ok(hud_simulation_quantity(simulation, "fhat_cut", &cut[n], &error), &error);
    hud_simulation_close(simulation);
  }
  assert_true(cut[0] > 1e-2);
  assert_below(cut[1], 0.1 * cut[0]);
  assert_below(cut[2], 0.1 * cut[1]);
}

static void test_refused_box(void **state)
{
  (void)state;
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  assert_error(hud_simulation_parse(&simulation,
                                    "huddle: 1\nmodel: first_order\nmethod: spectral\n"
                                    "epsilon: 0.1\nrates: {lambda: 1, mu: 1}\ntime: {end: 1}\n"
                                    "initial: {f1: {uniform: {mass: 1, min: -1, max: 1}}}\n"
                                    "solver: {spectral_box: 300}\n",
                                    "test", &error),
               HUD_ERROR_INPUT, &error, "take a smaller solver.spectral_box");
  assert_null(simulation);
}

static void test_refused_runs(void **state)
{
  (void)state;
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  assert_error(hud_simulation_parse(&simulation,
                                    "huddle: 1\nmodel: hierarchy\nclusters: 7\nmethod: spectral\n"
                                    "epsilon: 0.1\nrates: {lambda: 1, mu: 1}\ntime: {end: 1}\n"
                                    "initial: {f1: {gaussian: {mass: 1, mean: 0, stddev: 1}}}",
                                    "test", &error),
               HUD_ERROR_INPUT, &error, "1 to 6");
  assert_null(simulation);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_self_similar),
      cmocka_unit_test(test_self_similar_density),
      cmocka_unit_test(test_random_parameters),
      cmocka_unit_test(test_random_hierarchies),
      cmocka_unit_test(test_relaxed_triple_is_hierarchy),
      cmocka_unit_test(test_mass_through_the_layer),
      cmocka_unit_test(test_one_size),
      cmocka_unit_test(test_whole_box),
      cmocka_unit_test(test_geometric_convergence),
      cmocka_unit_test(test_cost_uniform),
      cmocka_unit_test(test_collapse),
      cmocka_unit_test(test_density),
      cmocka_unit_test(test_runs),
      cmocka_unit_test(test_larger_box),
      cmocka_unit_test(test_refused_box),
      cmocka_unit_test(test_refused_runs),
  };
  openblas_set_num_threads(1);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
