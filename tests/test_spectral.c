/* SPDX-License-Identifier: GPL-3.0-or-later
 * The operations of the spectral method, each against an exact formula, or against the moments. */
#include "base/gsl.h"
#include "spectral/box.h"
#include "spectral_model.h"

#include <cblas.h>
#include <gsl/gsl_integration.h>

static const struct hud_spectral_options pair_box = {.clusters = 3,
                                                     .origin = 0.3,
                                                     .width = 3.0,
                                                     .panels = 1,
                                                     .nodes = 16,
                                                     .degree = {0, 0, 20, 20},
                                                     .moment_order = 6};

static struct hud_representation *open_box(struct hud_spectral_options options)
{
  struct hud_representation *rep = NULL;
  struct hud_error error;
  assert_ok(hud_spectral_create(&rep, &options, &error), &error);
  return rep;
}

static void project(struct hud_representation *rep, const struct hud_density_spec *spec, double *f1)
{
  struct hud_density *density = make_density(spec);
  struct hud_error error;
  double lost;
  assert_ok(rep->ops->project(rep, density, f1, &lost, &error), &error);
  assert_close(lost, 0.0, 0.0);
  hud_density_free(density);
}

/* ---- bases ---- */

static void test_radial_exact(void **state)
{
  (void)state;
  struct hud_error error;
  for (int basis = 0; basis < 2; basis++)
    for (size_t panels = 1; panels <= 3; panels += 2) {
      struct hud_radial *radial = NULL;
      struct hud_dilation dilation;
      assert_ok(
          hud_radial_create(&radial, (enum hud_spectral_basis)basis, 1.5, panels, 7, 9, 3, &error),
          &error);
      for (int part = 0; part < 2; part++) {
        /* degrees that every basis holds: even for the real part, odd for the imaginary one */
        double u[64], out[64];
        for (size_t a = 0; a < radial->nodes; a++) {
          double x = radial->s[a];
          u[a] = part == 0 ? 1.0 - 0.3 * x * x + 0.2 * pow(x, 4.0) : 0.7 * x - 0.1 * pow(x, 3.0);
        }
        for (size_t q = 0; q < 3; q++)
          u[radial->nodes + q] = 1.0 + (double)q;
        assert_ok(hud_dilation_create(&dilation, radial, 0.37, &error), &error);
        hud_dilation_apply(&dilation, radial, part, u, out);
        for (size_t a = 0; a < radial->nodes; a++) {
          double x = 0.37 * radial->s[a];
          assert_close(out[a],
                       part == 0 ? 1.0 - 0.3 * x * x + 0.2 * pow(x, 4.0)
                                 : 0.7 * x - 0.1 * pow(x, 3.0),
                       2e-14 * pow(1.5 * (double)panels, 4.0));
        }
        for (size_t q = 0; q < 3; q++)
          assert_close(out[radial->nodes + q], (1.0 + (double)q) * pow(0.37, (double)q), 1e-15);
        double row[64], exact[2][4] = {{1.0, 0.0, -0.3, 0.0}, {0.0, 0.7, 0.0, -0.1}};
        for (size_t q = 0; q < 4; q++) {
          double value = 0.0;
          hud_radial_taylor_row(radial, part, q, row);
          for (size_t a = 0; a < 7; a++)
            value += row[a] * u[a];
          assert_close(value, exact[part][q], 1e-10);
        }
        hud_dilation_clear(&dilation);
      }
      hud_radial_free(radial);
    }
}

/* Values, Taylor coefficients and the tail converge geometrically for e^{-is}. */
static void test_radial_convergence(void **state)
{
  (void)state;
  struct hud_error error;
  double before = 1.0, row[HUD_SPECTRAL_MOST_NODES], u[64];
  for (size_t n = 4; n <= 10; n += 2) {
    struct hud_radial *radial = NULL;
    assert_ok(hud_radial_create(&radial, HUD_SPECTRAL_PARITY, 4.0, 1, n, 0, 1, &error), &error);
    for (size_t a = 0; a < n; a++)
      u[a] = cos(radial->s[a]);
    double worst = 0.0;
    for (int a = 0; a <= 50; a++) {
      size_t first, size;
      double value = 0.0;
      hud_radial_row(radial, 0, 0.08 * a, &first, &size, row);
      for (size_t b = 0; b < size; b++)
        value += row[b] * u[first + b];
      worst = fmax(worst, fabs(value - cos(0.08 * a)));
    }
    assert_below(worst, before / 8.0);
    assert_below(worst * 16.0, 2.0 * hud_radial_tail(radial, 0, u));
    assert_below(hud_radial_tail(radial, 0, u), 16.0 * 200.0 * worst);
    before = worst;
    hud_radial_free(radial);
  }
  assert_below(before, 1e-9);
}

static double test_polynomial(const double *alpha, size_t k, double shrink)
{
  double p2 = 0.0, p3 = 0.0;
  for (size_t i = 0; i < k; i++) {
    double beta = shrink * (alpha[i] - 1.0 / (double)k);
    p2 += beta * beta;
    p3 += beta * beta * beta;
  }
  return 1.0 + p2 - 2.0 * p3 + 0.5 * p2 * p2;
}

static void check_simplex(size_t k, size_t degree, double accuracy)
{
  struct hud_simplex *simplex = NULL;
  struct hud_error error;
  assert_ok(hud_simplex_create(&simplex, k, degree, &error), &error);
  size_t n = simplex->count;
  double *u = zeros(n), *row = zeros(n), *scratch = zeros(n), *matrix = zeros(n * n);
  for (size_t l = 0; l < n; l++) {
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
      sum += simplex->nodes[l * k + i];
      assert_true(simplex->nodes[l * k + i] >= -1e-15);
    }
    assert_close(sum, 1.0, 1e-14);
    u[l] = test_polynomial(simplex->nodes + l * k, k, 1.0);
    assert_close(simplex->triangle[l * n + l], round(simplex->triangle[l * n + l]), accuracy);
  }
  struct hud_random random;
  hud_random_seed(&random, 3, k);
  for (int trial = 0; trial < 20; trial++) {
    double alpha[6], sum = 0.0, value = 0.0, slope = 0.0, half = 0.0;
    for (size_t i = 0; i < k; i++)
      sum += alpha[i] = hud_random_exponential(&random);
    for (size_t i = 0; i < k; i++)
      alpha[i] /= sum;
    hud_simplex_row(simplex, alpha, scratch, row);
    for (size_t l = 0; l < n; l++) {
      value += row[l] * u[l];
      for (size_t m = 0; m < n; m++)
        slope += row[l] * simplex->drift[l * n + m] * u[m];
    }
    assert_close(value, test_polynomial(alpha, k, 1.0), accuracy);
    double h = 1e-5, p = test_polynomial(alpha, k, 1.0 + h), q = test_polynomial(alpha, k, 1.0 - h);
    assert_close(slope, (p - q) / (2.0 * h), accuracy + 1e-9);
    assert_ok(hud_simplex_flow(simplex, log(2.0), matrix, &error), &error);
    for (size_t l = 0; l < n; l++)
      for (size_t m = 0; m < n; m++)
        half += row[l] * matrix[l * n + m] * u[m];
    assert_close(half, test_polynomial(alpha, k, 0.5), accuracy);
  }
  /* (mu + kappa E) resolvent = 1 */
  assert_ok(hud_simplex_resolvent(simplex, 0.7, 1.3, matrix, &error), &error);
  for (size_t l = 0; l < n; l++) {
    double sum = 0.0;
    scratch[l] = cblas_ddot((int)n, matrix + l * n, 1, u, 1);
    for (size_t m = 0; m < n; m++)
      sum += matrix[l * n + m];
    assert_close(sum, 1.0 / 0.7, accuracy);
  }
  for (size_t l = 0; l < n; l++)
    assert_close(0.7 * scratch[l] + 1.3 * cblas_ddot((int)n, simplex->drift + l * n, 1, scratch, 1),
                 u[l], accuracy);
  free(u);
  free(row);
  free(scratch);
  free(matrix);
  hud_simplex_free(simplex);
}

static void test_simplex(void **state)
{
  (void)state;
  check_simplex(2, 8, 1e-13);
  check_simplex(2, 60, 1e-11);
  check_simplex(3, 8, 1e-12);
  check_simplex(3, 40, 1e-11);
  check_simplex(4, 16, 1e-11);
  check_simplex(6, 8, 1e-11);
}

/* ---- initial data ---- */

static void test_projection(void **state)
{
  (void)state;
  double atoms[] = {0.25, -1.0, 0.5, 0.4, 0.25, 1.2};
  double table[] = {-1.0, 0.0, 0.2, 1.0, 1.5, 0.3, 2.0, 0.0};
  const struct hud_density_spec specs[] = {
      gaussian_data,
      bimodal_data,
      {.type = HUD_DENSITY_UNIFORM, .mass = 0.8, .min = -1.0, .max = 2.0},
      {.type = HUD_DENSITY_ATOMS, .point_count = 3, .points = atoms},
      {.type = HUD_DENSITY_TABLE, .point_count = 4, .points = table},
      {.type = HUD_DENSITY_SELF_SIMILAR, .mass = 0.9, .mean = 0.3, .scale = 1.0}};
  for (size_t a = 0; a < sizeof specs / sizeof *specs; a++) {
    struct hud_spectral_options options = pair_box;
    bool heavy = specs[a].type == HUD_DENSITY_SELF_SIMILAR;
    options.clusters = 1;
    options.nodes = 20;
    options.basis = heavy ? HUD_SPECTRAL_ONE_SIDED : HUD_SPECTRAL_PARITY;
    struct hud_representation *rep = open_box(options);
    struct hud_density *density = make_density(&specs[a]);
    double *f1 = zeros(rep->ops->length(rep, 1)), moments[7], exact[7], derived[5];
    struct hud_error error;
    project(rep, &specs[a], f1);
    for (int n = 0; n <= 60; n++) {
      double xi = 0.05 * n * (n % 2 == 0 ? 1.0 : -1.0);
      double complex value = hud_spectral_characteristic(rep, f1, xi);
      double complex expected = hud_density_characteristic(density, xi);
      assert_close(creal(value), creal(expected), 2e-13);
      assert_close(cimag(value), cimag(expected), 2e-13);
    }
    assert_true(isnan(creal(hud_spectral_characteristic(rep, f1, 3.1))));
    int order = heavy ? 2 : 6;
    rep->ops->moments(rep, 1, f1, 0.1, 6, moments);
    hud_spectral_derivative_moments(rep, 1, f1, 0.1, heavy ? 2 : 4, derived);
    assert_ok(hud_density_moments(density, 0.1, order, exact, &error), &error);
    for (int p = 0; p <= 6; p++) {
      if (p > order)
        assert_true(isnan(moments[p]));
      else
        assert_close(moments[p], exact[p], 1e-13 * exact[order]);
      if (p <= (heavy ? 2 : 4))
        assert_close(derived[p], exact[p], 1e-9);
    }
    assert_close(hud_spectral_tail(rep, 1, f1), 0.0, 1e-11);
    free(f1);
    hud_density_free(density);
    rep->ops->free(rep);
  }
}

/* The deviation keeps its relative accuracy for a distribution that has all but collapsed. */
static void test_projection_of_collapsed(void **state)
{
  (void)state;
  struct hud_representation *rep = open_box(pair_box);
  double *f1 = zeros(rep->ops->length(rep, 1)), moments[5];
  struct hud_density_spec narrow = gaussian_data;
  narrow.scale = 1e-7;
  project(rep, &narrow, f1);
  rep->ops->moments(rep, 1, f1, 0.3, 4, moments);
  assert_close_relative(moments[2], 1e-14, 1e-8);
  assert_close_relative(moments[4], 3e-28, 1e-7);
  free(f1);
  rep->ops->free(rep);
}

/* ---- operators against exact formulas ---- */

/* f_2 = sum of weighted, symmetrised points: its transform. */
static double complex atoms_pair(size_t count, const double *points, double xi1, double xi2)
{
  double complex sum = 0.0;
  for (size_t n = 0; n < count; n++) {
    const double *p = points + 3 * n;
    sum +=
        0.5 * p[0] * (cexp(-I * (xi1 * p[1] + xi2 * p[2])) + cexp(-I * (xi1 * p[2] + xi2 * p[1])));
  }
  return sum;
}

static const double pair_points[] = {0.3, -0.6, 0.5, 0.5, 0.1, 1.2, 0.2, 0.9, 0.8};

static void assert_pair(const struct hud_representation *rep, const double *f2, double p, double q,
                        double complex expected)
{
  double complex value = hud_spectral_pair_characteristic(rep, f2, p + q, p - q);
  assert_close(creal(value), creal(expected), 1e-11);
  assert_close(cimag(value), cimag(expected), 1e-11);
}

static void test_flow_drift_resolvent(void **state)
{
  (void)state;
  struct hud_representation *rep = open_box(pair_box);
  size_t length = rep->ops->length(rep, 2);
  double *f2 = zeros(length), *flown = zeros(length), *solved = zeros(length),
         *moved = zeros(length), lost;
  struct hud_error error;
  assert_ok(rep->ops->project_atoms(rep, 2, 3, pair_points, f2, &lost, &error), &error);
  assert_ok(rep->ops->flow(rep, 0.6, 2, f2, flown, &error), &error);
  assert_ok(rep->ops->resolvent(rep, 0.7, 1.4, 2, f2, solved, &error), &error);
  rep->ops->drift(rep, 1.0, 2, f2, moved);
  gsl_integration_fixed_workspace *rule =
      gsl_integration_fixed_alloc(gsl_integration_fixed_jacobi, 24, 0.0, 1.0, 0.0, 0.7 / 1.4 - 1.0);
  const double *u = gsl_integration_fixed_nodes(rule), *w = gsl_integration_fixed_weights(rule);
  for (int n = 0; n <= 10; n++)
    for (int m = 0; m <= n; m++) {
      double p = 0.15 * n, q = 0.15 * m, h = 1e-4, s = exp(-0.6);
      assert_pair(rep, f2, p, q, atoms_pair(3, pair_points, p + q, p - q));
      assert_pair(rep, flown, p, q, atoms_pair(3, pair_points, p + s * q, p - s * q));
      double complex integral = 0.0;
      for (int a = 0; a < 24; a++)
        integral += w[a] / 1.4 * atoms_pair(3, pair_points, p + u[a] * q, p - u[a] * q);
      assert_pair(rep, solved, p, q, integral);
      double complex slope = -(atoms_pair(3, pair_points, p + q * (1.0 + h), p - q * (1.0 + h)) -
                               atoms_pair(3, pair_points, p + q * (1.0 - h), p - q * (1.0 - h))) /
                             (2.0 * h);
      double complex value = hud_spectral_pair_characteristic(rep, moved, p + q, p - q);
      assert_close(creal(value), creal(slope), 1e-7);
      assert_close(cimag(value), cimag(slope), 1e-7);
    }
  gsl_integration_fixed_free(rule);
  assert_close(rep->ops->mass(rep, 2, solved), 1.0 / 0.7, 1e-15);
  assert_close(moved[0], 0.0, 0.0);
  assert_close(moved[1], 0.0, 0.0);
  free(f2);
  free(flown);
  free(solved);
  free(moved);
  rep->ops->free(rep);
}

static void test_join_marginal(void **state)
{
  (void)state;
  struct hud_representation *rep = open_box(pair_box);
  struct hud_density *a = make_density(&gaussian_data), *b = make_density(&bimodal_data);
  double *f = zeros(rep->ops->length(rep, 1)), *g = zeros(rep->ops->length(rep, 1));
  double *pair = zeros(rep->ops->length(rep, 2)), *triple = zeros(rep->ops->length(rep, 3));
  double *back = zeros(rep->ops->length(rep, 2)), *single = zeros(rep->ops->length(rep, 1));
  project(rep, &gaussian_data, f);
  project(rep, &bimodal_data, g);
  rep->ops->join(rep, 1.5, 1, f, 1, g, pair);
  rep->ops->join(rep, 2.0, 2, pair, 1, f, triple);
  rep->ops->marginal(rep, 1.0, 3, triple, 2, back);
  rep->ops->marginal(rep, 1.0, 3, triple, 1, single);
  for (int n = 0; n <= 10; n++)
    for (int m = 0; m <= n; m++) {
      double p = 0.15 * n, q = 0.15 * m, x = p + q, y = p - q;
      double complex fx = hud_density_characteristic(a, x), fy = hud_density_characteristic(a, y);
      double complex gx = hud_density_characteristic(b, x), gy = hud_density_characteristic(b, y);
      assert_pair(rep, pair, p, q, 0.75 * (fx * gy + fy * gx));
      /* Sym(f f g) with one velocity integrated out: (2 f.g + 2 g.f + 2 f.f)/6 */
      assert_pair(rep, back, p, q, 3.0 * (fx * gy + gx * fy + fx * fy) / 3.0);
    }
  for (int n = 0; n <= 20; n++) {
    double xi = 0.15 * n;
    double complex value = hud_spectral_characteristic(rep, single, xi);
    double complex expected =
        2.0 * hud_density_characteristic(a, xi) + hud_density_characteristic(b, xi);
    assert_close(creal(value), creal(expected), 1e-11);
    assert_close(cimag(value), cimag(expected), 1e-11);
  }
  hud_density_free(a);
  hud_density_free(b);
  double *all[] = {f, g, pair, triple, back, single};
  for (int n = 0; n < 6; n++)
    free(all[n]);
  rep->ops->free(rep);
}

/* ---- right-hand sides against the moments ---- */

static double worst_moment_error(struct twin *twin, bool derived)
{
  double worst = 0.0;
  const struct hud_representation_ops *sp = twin->spectral.rep->ops, *mo = twin->moments.rep->ops;
  for (int k = 1; k <= twin->network->K; k++) {
    double a[5], b[5], size = 0.0;
    if (twin->network->sizes[k].quasi_stationary)
      continue;
    const double *f = block(&twin->spectral, twin->spectral.ydot, k);
    const double *m = block(&twin->moments, twin->moments.ydot, k);
    if (derived)
      hud_spectral_derivative_moments(twin->spectral.rep, k, f, 0.1, 4, a);
    else
      sp->moments(twin->spectral.rep, k, f, 0.1, 4, a);
    mo->moments(twin->moments.rep, k, m, 0.1, 4, b);
    for (int p = 0; p <= 4; p++)
      size = fmax(size, fabs(b[p]));
    for (int p = 0; p <= 4; p++)
      worst = fmax(worst, fabs(a[p] - b[p]) / size);
    if (k > 1)
      worst = fmax(
          worst,
          fabs(sp->spread(twin->spectral.rep, k, f) - mo->spread(twin->moments.rep, k, m)) / size);
    if (!isfinite(a[4]))
      return INFINITY;
  }
  return worst;
}

static void test_right_hand_side(void **state)
{
  (void)state;
  static const struct {
    enum hud_model_kind kind;
    int K;
  } cases[] = {{HUD_MODEL_FIRST_ORDER, 3},    {HUD_MODEL_HIERARCHY, 4},
               {HUD_MODEL_HIERARCHY, 6},      {HUD_MODEL_INSTANTANEOUS, 2},
               {HUD_MODEL_RELAXED_TRIPLE, 3}, {HUD_MODEL_FIRST_ORDER_HIERARCHY, 5}};
  struct hud_random random;
  hud_random_seed(&random, 11, 1);
  for (int trial = 0; trial < 24; trial++) {
    struct twin twin;
    struct hud_spectral_options options = {.origin = 0.3,
                                           .basis = trial % 3 == 2 ? HUD_SPECTRAL_ONE_SIDED
                                                                   : HUD_SPECTRAL_PARITY,
                                           .width = 0.5,
                                           .panels = 1 + trial % 2,
                                           .nodes = 10,
                                           .more_nodes = 9,
                                           .degree = {0, 0, 8, 8, 6, 5, 4},
                                           .moment_order = 4};
    random_rates(&twin, &random);
    twin_open(&twin, cases[trial % 6].kind, cases[trial % 6].K, options, 4);
    set_random_atoms(&twin, &random);
    const struct hud_system *s = twin.spectral.system, *m = twin.moments.system;
    assert_ok(s->rhs(s->self, 0.0, twin.spectral.y, twin.spectral.ydot, &twin.error), &twin.error);
    assert_ok(m->rhs(m->self, 0.0, twin.moments.y, twin.moments.ydot, &twin.error), &twin.error);
    assert_close(worst_moment_error(&twin, false), 0.0, 1e-12);
    assert_close(worst_moment_error(&twin, true), 0.0, 2e-6);
    twin_close(&twin);
  }
}

/* F is a sum of bilinear terms, so that central differences of any width give the derivative. */
static void test_jacobian(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 12, 1);
  for (int trial = 0; trial < 4; trial++) {
    struct twin twin;
    struct hud_spectral_options options = pair_box;
    options.width = 1.0;
    options.nodes = 8;
    options.degree[2] = options.degree[3] = options.degree[4] = 6;
    random_rates(&twin, &random);
    twin_open(&twin, trial % 2 == 0 ? HUD_MODEL_FIRST_ORDER : HUD_MODEL_HIERARCHY,
              trial % 2 == 0 ? 3 : 4, options, 4);
    set_random_atoms(&twin, &random);
    const struct hud_system *s = twin.spectral.system;
    double *v = zeros(s->size), *jv = zeros(s->size), *up = zeros(s->size), *down = zeros(s->size);
    double *shifted = zeros(s->size), largest = 0.0;
    for (size_t i = 0; i < s->size; i++)
      v[i] = hud_random_uniform(&random) - 0.5;
    assert_ok(s->jacobian_times(s->self, 0.0, twin.spectral.y, v, jv, &twin.error), &twin.error);
    for (int sign = -1; sign <= 1; sign += 2) {
      for (size_t i = 0; i < s->size; i++)
        shifted[i] = twin.spectral.y[i] + sign * v[i];
      assert_ok(s->rhs(s->self, 0.0, shifted, sign > 0 ? up : down, &twin.error), &twin.error);
    }
    for (size_t i = 0; i < s->size; i++)
      largest = fmax(largest, fabs(jv[i]));
    for (size_t i = 0; i < s->size; i++)
      assert_close(0.5 * (up[i] - down[i]), jv[i], 1e-13 * largest);
    double *all[] = {v, jv, up, down, shifted};
    for (int n = 0; n < 5; n++)
      free(all[n]);
    twin_close(&twin);
  }
}

/* P^{-1}(I - gamma J) is near 1 at every epsilon, and keeps both totals to round-off. */
static void test_preconditioner(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 13, 1);
  for (int trial = 0; trial < 24; trial++) {
    struct twin twin;
    struct hud_spectral_options options = pair_box;
    bool instantaneous = trial % 4 == 3;
    options.width = 1.0;
    options.nodes = 8;
    options.degree[2] = options.degree[3] = options.degree[4] = 6;
    random_rates(&twin, &random);
    twin.description.epsilon = pow(10.0, -(double)(trial % 6));
    twin.description.delta = twin.description.epsilon;
    enum hud_model_kind kinds[] = {HUD_MODEL_FIRST_ORDER, HUD_MODEL_HIERARCHY,
                                   HUD_MODEL_RELAXED_TRIPLE, HUD_MODEL_INSTANTANEOUS};
    twin_open(&twin, kinds[trial % 4], 4, options, 4);
    set_random_atoms(&twin, &random);
    const struct hud_system *s = twin.spectral.system;
    double *v = zeros(s->size), *r = zeros(s->size), *z = zeros(s->size), gamma = 0.01;
    for (size_t i = 0; i < s->size; i++)
      v[i] = hud_random_uniform(&random) - 0.5;
    assert_ok(s->jacobian_times(s->self, 0.0, twin.spectral.y, v, r, &twin.error), &twin.error);
    for (size_t i = 0; i < s->size; i++)
      r[i] = v[i] - gamma * r[i];
    assert_ok(s->precondition_setup(s->self, 0.0, twin.spectral.y, gamma, &twin.error),
              &twin.error);
    assert_ok(s->precondition_solve(s->self, r, z, &twin.error), &twin.error);
    double defect = 0.0, totals[2] = {0.0, 0.0}, size[2] = {0.0, 0.0};
    for (size_t i = 0; i < s->size; i++)
      defect = fmax(defect, fabs(z[i] - v[i]));
    assert_close(defect, 0.0, instantaneous ? 1e-14 : 0.1);
    for (int k = 1; k <= twin.network->K; k++)
      for (int a = 0; a < 2 && !twin.network->sizes[k].quasi_stationary; a++) {
        double weight = k * twin.network->sizes[k].weight;
        totals[a] += weight * (block(&twin.spectral, z, k)[a] - block(&twin.spectral, r, k)[a]);
        size[a] += weight * fabs(block(&twin.spectral, r, k)[a]);
      }
    assert_close(totals[0], 0.0, 1e-15 * (1.0 + size[0]));
    assert_close(totals[1], 0.0, 1e-15 * (1.0 + size[1]));
    free(v);
    free(r);
    free(z);
    twin_close(&twin);
  }
}

/* ---- choice of the resolution, and errors ---- */

static void test_choice(void **state)
{
  (void)state;
  struct hud_density *density = make_density(&gaussian_data);
  size_t before = 0;
  for (double tolerance = 1e-4; tolerance > 1e-13; tolerance *= 1e-2) {
    struct hud_spectral_request request = {.clusters = 3,
                                           .moment_order = 4,
                                           .origin = 0.3,
                                           .epsilon = 0.05,
                                           .tolerance = tolerance,
                                           .density = density};
    struct hud_spectral_options options;
    struct hud_error error;
    assert_ok(hud_spectral_choose(&request, &options, &error), &error);
    assert_close(options.width * options.panels, 4.0, 1e-12);
    struct hud_representation *rep = open_box(options);
    double *f1 = zeros(rep->ops->length(rep, 1));
    project(rep, &gaussian_data, f1);
    for (int n = 0; n <= 40; n++) {
      double complex exact = hud_density_characteristic(density, 0.1 * n);
      assert_close(cabs(hud_spectral_characteristic(rep, f1, 0.1 * n) - exact), 0.0,
                   tolerance + 1e-14);
    }
    size_t size = rep->ops->length(rep, 1) + rep->ops->length(rep, 2);
    assert_true(size > before && size < 1000);
    before = size;
    hud_spectral_refine(&options);
    assert_true(options.nodes > hud_spectral_get_options(rep)->nodes);
    assert_true(options.degree[2] > hud_spectral_get_options(rep)->degree[2]);
    free(f1);
    rep->ops->free(rep);
  }
  hud_density_free(density);
}

static void test_errors(void **state)
{
  (void)state;
  struct hud_representation *rep = NULL;
  struct hud_error error;
  struct hud_spectral_options bad[6];
  for (int n = 0; n < 6; n++)
    bad[n] = pair_box;
  bad[0].clusters = 7;
  bad[1].width = -1.0;
  bad[2].nodes = 1;
  bad[3].degree[2] = 0;
  bad[4].moment_order = 1;
  bad[5].origin = NAN;
  static const char *const texts[] = {"1 to 6", "width", "nodes", "degree", "moments", "finite"};
  for (int n = 0; n < 6; n++) {
    assert_error(hud_spectral_create(&rep, &bad[n], &error), HUD_ERROR_INPUT, &error, texts[n]);
    assert_null(rep);
  }
  rep = open_box(pair_box);
  struct hud_density_spec heavy = {
      .type = HUD_DENSITY_SELF_SIMILAR, .mass = 1.0, .mean = 0.0, .scale = 1.0};
  struct hud_density *density = make_density(&heavy);
  double *f1 = zeros(rep->ops->length(rep, 1)), lost;
  assert_error(rep->ops->project(rep, density, f1, &lost, &error), HUD_ERROR_INPUT, &error,
               "one-sided");
  assert_error(hud_spectral_set_velocities(rep, 1.0, 1.0, 10, 0.0, NULL, &error), HUD_ERROR_INPUT,
               &error, "interval");
  struct hud_spectral_options options;
  struct hud_spectral_request request = {
      .clusters = 3, .moment_order = 4, .tolerance = 0.0, .density = density};
  assert_error(hud_spectral_choose(&request, &options, &error), HUD_ERROR_INPUT, &error,
               "spectral_tol");
  request.tolerance = 1e-9;
  request.clusters = 9;
  assert_error(hud_spectral_choose(&request, &options, &error), HUD_ERROR_INPUT, &error, "1 to 6");
  assert_int_equal(rep->ops->length(rep, 4), 0);
  hud_density_free(density);
  free(f1);
  rep->ops->free(rep);
}

static void test_metric_and_names(void **state)
{
  (void)state;
  struct hud_representation *rep = open_box(pair_box);
  double *f = zeros(rep->ops->length(rep, 1)), *g = zeros(rep->ops->length(rep, 1));
  struct hud_density_spec wide = gaussian_data;
  wide.scale = 1.1;
  project(rep, &gaussian_data, f);
  project(rep, &wide, g);
  /* sup |e^{-x^2/2} - e^{-1.21 x^2/2}|/x^2 = 0.21/2 at 0, and its maximum over x at r = 0 */
  assert_close(hud_spectral_fourier_metric(rep, f, rep, g, 2.0), 0.105, 1e-5);
  double x2 = 2.0 * log(1.21) / 0.21;
  assert_close(hud_spectral_fourier_metric(rep, f, rep, g, 0.0), exp(-0.5 * x2) - exp(-0.605 * x2),
               1e-6);
  assert_close(hud_spectral_fourier_metric(rep, f, rep, f, 2.0), 0.0, 0.0);
  g[0] *= 1.001;
  assert_true(isinf(hud_spectral_fourier_metric(rep, f, rep, g, 2.0)));
  char text[128];
  rep->ops->describe(rep, 2, 2 + 16 + 5, text, sizeof text);
  assert_non_null(strstr(text, "alpha = "));
  rep->ops->describe(rep, 1, rep->ops->length(rep, 1) - 1, text, sizeof text);
  assert_string_equal(text, "uncollided share");
  rep->ops->describe(rep, 1, 1, text, sizeof text);
  assert_string_equal(text, "momentum");
  free(f);
  free(g);
  rep->ops->free(rep);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_radial_exact),
      cmocka_unit_test(test_radial_convergence),
      cmocka_unit_test(test_simplex),
      cmocka_unit_test(test_projection),
      cmocka_unit_test(test_projection_of_collapsed),
      cmocka_unit_test(test_flow_drift_resolvent),
      cmocka_unit_test(test_join_marginal),
      cmocka_unit_test(test_right_hand_side),
      cmocka_unit_test(test_jacobian),
      cmocka_unit_test(test_preconditioner),
      cmocka_unit_test(test_choice),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_metric_and_names),
  };
  openblas_set_num_threads(1);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
