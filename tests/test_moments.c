/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every operation of the moments against brute force: a discrete measure of atoms in k velocities,
 * whose moments are summed over all permutations of every atom. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_integration.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "base/random.h"
#include "moments/moments.h"
#include "support.h"

enum { MAX_K = 5, MAX_ATOMS = 9, MAX_LENGTH = 64, TRIALS = 40 };

/* Atoms, not symmetrised: rows (weight, v_1..v_k). */
struct measure {
  int k;
  size_t count;
  double point[MAX_ATOMS * (MAX_K + 1)];
};

struct fixture {
  struct hud_representation *rep;
  const struct hud_representation_ops *ops;
  int order;
  double origin;
  struct hud_error error;
};

static void fixture_open(struct fixture *fixture, int K, int order, double origin)
{
  *fixture = (struct fixture){.order = order, .origin = origin};
  assert_ok(hud_moments_create(&fixture->rep, K, order, origin, &fixture->error), &fixture->error);
  fixture->ops = fixture->rep->ops;
}

static void fixture_close(struct fixture *fixture)
{
  fixture->ops->free(fixture->rep);
}

/* Velocities with repetitions, zeros and the origin among them; weights of both signs and zero. */
static struct measure random_measure(struct hud_random *random, int k, size_t count, double origin)
{
  struct measure measure = {.k = k, .count = count};
  double previous = 0.0;
  for (size_t entry = 0; entry < count * ((size_t)k + 1); entry++) {
    double value = 3.0 * hud_random_uniform(random) - 1.5;
    switch (hud_random_below(random, 8)) {
    case 0:
      value = 0.0;
      break;
    case 1:
      value = previous;
      break;
    case 2:
      value = origin;
      break;
    default:
      break;
    }
    measure.point[entry] = previous = value;
  }
  return measure;
}

/* The multi-index that `describe` prints, zeros behind; returns its degree. */
static int multi_index(const struct fixture *fixture, int k, size_t index, int *alpha)
{
  char text[128];
  fixture->ops->describe(fixture->rep, k, index, text, sizeof text);
  assert_int_equal(strncmp(text, "moment (", 8), 0);
  memset(alpha, 0, (size_t)k * sizeof *alpha);
  int degree = 0, position = 0;
  for (char *rest = text + 7; *rest != ')'; position++) {
    long part = strtol(rest + 1, &rest, 10);
    assert_true(position < k && (*rest == ',' || *rest == ')'));
    alpha[position] = (int)part;
    degree += (int)part;
  }
  return degree;
}

static double power(double base, int exponent)
{
  double result = 1.0;
  for (int factor = 0; factor < exponent; factor++)
    result *= base;
  return result;
}

/* g(v) summed over all orders of the velocities, divided by their number (Heap's algorithm). */
/* Not inlined: gcc 12 unrolls the recursion beyond k and warns of what it made up. */
__attribute__((noinline)) static double
permuted(int k, int fixed, double *v, double (*g)(int k, const double *v, const void *context),
         const void *context)
{
  if (fixed == k)
    return g(k, v, context);
  double sum = 0.0;
  for (int other = fixed; other < k; other++) {
    double kept = v[fixed];
    v[fixed] = v[other];
    v[other] = kept;
    sum += permuted(k, fixed + 1, v, g, context);
    v[other] = v[fixed];
    v[fixed] = kept;
  }
  return sum / (k - fixed);
}

static double integral(const struct measure *measure,
                       double (*g)(int k, const double *v, const void *context),
                       const void *context)
{
  double sum = 0.0;
  for (size_t atom = 0; atom < measure->count; atom++) {
    const double *row = measure->point + atom * ((size_t)measure->k + 1);
    double v[MAX_K];
    memcpy(v, row + 1, (size_t)measure->k * sizeof *v);
    sum += row[0] * permuted(measure->k, 0, v, g, context);
  }
  return sum;
}

struct monomial {
  const int *alpha;
  int parts; /* entries of alpha that count; the rest of the velocities is integrated out */
  double origin;
};

static double monomial_value(int k, const double *v, const void *context)
{
  (void)k;
  const struct monomial *monomial = context;
  double product = 1.0;
  for (int position = 0; position < monomial->parts; position++)
    product *= power(v[position] - monomial->origin, monomial->alpha[position]);
  return product;
}

/* U_k . grad v^alpha with U_k = mean - v_i. */
static double monomial_drift(int k, const double *v, const void *context)
{
  const struct monomial *monomial = context;
  double mean = 0.0, sum = 0.0;
  for (int position = 0; position < k; position++)
    mean += v[position] / k;
  for (int i = 0; i < k; i++) {
    double product = monomial->alpha[i] * (mean - v[i]);
    for (int j = 0; j < k; j++)
      product *= power(v[j] - monomial->origin,
                       monomial->alpha[j] - (i == j && monomial->alpha[j] > 0 ? 1 : 0));
    sum += product;
  }
  return sum;
}

/* f_k of a measure, through the representation. */
static void project(struct fixture *fixture, const struct measure *measure, double *f)
{
  double lost = NAN;
  assert_ok(fixture->ops->project_atoms(fixture->rep, measure->k, measure->count, measure->point, f,
                                        &lost, &fixture->error),
            &fixture->error);
  assert_close(lost, 0.0, 0.0);
}

/* f are the moments of the marginal in `parts` velocities of the measure, within round-off. */
static void assert_moments(const struct fixture *fixture, const struct measure *measure, int parts,
                           double (*g)(int k, const double *v, const void *context),
                           const double *f)
{
  size_t length = fixture->ops->length(fixture->rep, parts);
  for (size_t index = 0; index < length; index++) {
    int alpha[MAX_K] = {0};
    int degree = multi_index(fixture, parts, index, alpha);
    struct monomial monomial = {alpha, parts, fixture->origin};
    double bound = 1e-14 * (double)measure->count * power(2.0 + fabs(fixture->origin), degree);
    assert_close(f[index], integral(measure, g, &monomial), bound * 10.0);
  }
}

static void test_index_set(void **state)
{
  (void)state;
  struct fixture fixture;
  fixture_open(&fixture, 5, 6, 0.0);
  /* partitions of 0..6 into at most 1, 2, 3, 4, 5 parts */
  static const size_t expected[] = {0, 7, 16, 23, 27, 29, 0};
  for (int k = 0; k <= 6; k++)
    assert_int_equal(fixture.ops->length(fixture.rep, k), expected[k]);
  for (size_t index = 0; index < expected[5]; index++) { /* sorted downwards and all different */
    int alpha[5], other[5];
    assert_true(multi_index(&fixture, 5, index, alpha) <= 6);
    for (int position = 1; position < 5; position++)
      assert_true(alpha[position] <= alpha[position - 1]);
    for (size_t earlier = 0; earlier < index; earlier++) {
      multi_index(&fixture, 5, earlier, other);
      assert_int_not_equal(memcmp(alpha, other, sizeof alpha), 0);
    }
  }
  char text[32];
  fixture.ops->describe(fixture.rep, 2, 8, text, sizeof text);
  assert_string_equal(text, "moment (2,1)");
  fixture.ops->describe(fixture.rep, 2, 8, text, 10);
  assert_string_equal(text, "moment (2");
  fixture.ops->describe(fixture.rep, 2, 0, text, sizeof text);
  assert_string_equal(text, "moment (0)");
  assert_string_equal(fixture.ops->name, "moments");
  assert_int_equal(fixture.ops->max_moment(fixture.rep), 6);
  fixture_close(&fixture);
}

static void test_atoms_and_functionals(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 20, 1);
  for (int trial = 0; trial < TRIALS; trial++) {
    int k = 1 + trial % MAX_K;
    struct fixture fixture;
    fixture_open(&fixture, MAX_K, trial % 7, hud_random_uniform(&random) - 0.5);
    struct measure measure = random_measure(&random, k, 3, fixture.origin);
    double f[MAX_LENGTH], shifted[9];
    project(&fixture, &measure, f);
    assert_moments(&fixture, &measure, k, monomial_value, f);
    double weight = 0.0, spread = 0.0, center = 0.7;
    fixture.ops->moments(fixture.rep, k, f, center, 8, shifted);
    for (int p = 0; p <= 8; p++) {
      struct monomial first = {&p, 1, center};
      if (p <= fixture.order)
        assert_close(shifted[p], integral(&measure, monomial_value, &first), 3e-13 * power(2.5, p));
      else
        assert_true(isnan(shifted[p]));
    }
    for (size_t atom = 0; atom < measure.count; atom++) {
      const double *row = measure.point + atom * ((size_t)k + 1);
      weight += row[0];
      for (int i = 1; i <= k; i++)
        for (int j = 1; j <= k; j++)
          spread += row[0] * power(row[i] - row[j], 2) / (k * (k - 1.0));
    }
    assert_close(fixture.ops->mass(fixture.rep, k, f), weight, 1e-15 * 3);
    if (k >= 2 && fixture.order >= 2)
      assert_close(fixture.ops->spread(fixture.rep, k, f), spread, 1e-13);
    else if (k >= 2)
      assert_true(isnan(fixture.ops->spread(fixture.rep, k, f)));
    fixture_close(&fixture);
  }
}

static void test_join_and_marginal(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 21, 1);
  for (int trial = 0; trial < TRIALS; trial++) {
    int i = 1 + (int)hud_random_below(&random, MAX_K - 1);
    int j = 1 + (int)hud_random_below(&random, (uint64_t)(MAX_K - i));
    struct fixture fixture;
    fixture_open(&fixture, i + j + trial % 2, trial % 7, hud_random_uniform(&random) - 0.5);
    struct measure a = random_measure(&random, i, 3, fixture.origin);
    struct measure b = random_measure(&random, j, 3, fixture.origin);
    struct measure joined = {.k = i + j, .count = 9};
    for (size_t atom = 0; atom < 9; atom++) {
      const double *left = a.point + atom / 3 * ((size_t)i + 1);
      const double *right = b.point + atom % 3 * ((size_t)j + 1);
      double *row = joined.point + atom * ((size_t)(i + j) + 1);
      row[0] = left[0] * right[0];
      memcpy(row + 1, left + 1, (size_t)i * sizeof *row);
      memcpy(row + 1 + i, right + 1, (size_t)j * sizeof *row);
    }
    double fa[MAX_LENGTH], fb[MAX_LENGTH], f[MAX_LENGTH] = {0}, part[MAX_LENGTH];
    project(&fixture, &a, fa);
    project(&fixture, &b, fb);
    fixture.ops->join(fixture.rep, 0.75, i, fa, j, fb, f);
    fixture.ops->join(fixture.rep, 0.25, j, fb, i, fa, f); /* accumulates, and is symmetric */
    assert_moments(&fixture, &joined, i + j, monomial_value, f);
    int to = 1 + (int)hud_random_below(&random, (uint64_t)(i + j - 1));
    memset(part, 0, sizeof part);
    fixture.ops->marginal(fixture.rep, 0.75, i + j, f, to, part);
    fixture.ops->marginal(fixture.rep, 0.25, i + j, f, to, part);
    assert_moments(&fixture, &joined, to, monomial_value, part);
    fixture_close(&fixture);
  }
}

static struct measure moved(const struct measure *measure, double s)
{
  struct measure result = *measure;
  for (size_t atom = 0; atom < measure->count; atom++) {
    double *row = result.point + atom * ((size_t)measure->k + 1), mean = 0.0;
    for (int position = 1; position <= measure->k; position++)
      mean += row[position] / measure->k;
    for (int position = 1; position <= measure->k; position++)
      row[position] = mean + exp(-s) * (row[position] - mean);
  }
  return result;
}

static void test_drift_and_flow(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 22, 1);
  static const double times[] = {0.0, 1e-9, 0.3, 2.0, 40.0, INFINITY};
  for (int trial = 0; trial < TRIALS; trial++) {
    int k = 1 + trial % MAX_K;
    struct fixture fixture;
    fixture_open(&fixture, MAX_K, (trial * 3) % 7, hud_random_uniform(&random) - 0.5);
    struct measure measure = random_measure(&random, k, 3, fixture.origin);
    double f[MAX_LENGTH], derivative[MAX_LENGTH] = {0}, flowed[MAX_LENGTH];
    project(&fixture, &measure, f);
    fixture.ops->drift(fixture.rep, 0.75, k, f, derivative);
    fixture.ops->drift(fixture.rep, 0.25, k, f, derivative);
    assert_moments(&fixture, &measure, k, monomial_drift, derivative);
    double s = times[trial % 6];
    assert_ok(fixture.ops->flow(fixture.rep, s, k, f, flowed, &fixture.error), &fixture.error);
    struct measure after = moved(&measure, s);
    assert_moments(&fixture, &after, k, monomial_value, flowed);
    fixture_close(&fixture);
  }
}

/* int_0^infinity e^{-mu s} flow(kappa s) ds = int_0^1 u^{mu/kappa - 1} flow(-log u) du / kappa by
 * Gauss-Jacobi, exact for the polynomials in u that moments are. */
static void integrate_flow(struct fixture *fixture, double mu, double kappa, int k, const double *f,
                           double *out)
{
  size_t length = fixture->ops->length(fixture->rep, k);
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_integration_fixed_workspace *rule =
      gsl_integration_fixed_alloc(gsl_integration_fixed_jacobi, 6, 0.0, 1.0, 0.0, mu / kappa - 1.0);
  hud_gsl_end(previous);
  assert_non_null(rule);
  memset(out, 0, length * sizeof *out);
  for (size_t node = 0; node < 6; node++) {
    double flowed[MAX_LENGTH];
    double s = -log(gsl_integration_fixed_nodes(rule)[node]);
    assert_ok(fixture->ops->flow(fixture->rep, s, k, f, flowed, &fixture->error), &fixture->error);
    for (size_t index = 0; index < length; index++)
      out[index] += gsl_integration_fixed_weights(rule)[node] / kappa * flowed[index];
  }
  gsl_integration_fixed_free(rule);
}

static void test_resolvent(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 23, 1);
  for (int trial = 0; trial < TRIALS; trial++) {
    int k = 1 + trial % MAX_K;
    struct fixture fixture;
    fixture_open(&fixture, MAX_K, (trial * 5) % 7, hud_random_uniform(&random) - 0.5);
    struct measure measure = random_measure(&random, k, 3, fixture.origin);
    double source[MAX_LENGTH], f[MAX_LENGTH], back[MAX_LENGTH] = {0}, expected[MAX_LENGTH];
    double mu = pow(10.0, 2.0 * hud_random_uniform(&random) - 1.0);
    double kappa = trial % 8 == 0 ? 0.0 : pow(10.0, 2.0 * hud_random_uniform(&random) - 1.0);
    size_t length = fixture.ops->length(fixture.rep, k);
    project(&fixture, &measure, source);
    memcpy(f, source, sizeof f);
    assert_ok(fixture.ops->resolvent(fixture.rep, mu, kappa, k, f, f, &fixture.error),
              &fixture.error); /* out may be source */
    fixture.ops->drift(fixture.rep, -kappa, k, f, back);
    for (size_t index = 0; index < length; index++)
      assert_close(mu * f[index] + back[index], source[index], 1e-13 * power(3.0, fixture.order));
    assert_close_relative(mu * f[0], source[0], 1e-15);
    if (kappa > 0.0) {
      integrate_flow(&fixture, mu, kappa, k, source, expected);
      for (size_t index = 0; index < length; index++)
        assert_close(mu * f[index], mu * expected[index], 1e-12 * power(2.0, fixture.order));
    }
    fixture_close(&fixture);
  }
}

/* Sizes beyond brute force: k independent velocities of one law have m_alpha = prod m_{alpha_i}. */
static void test_large_sizes(void **state)
{
  (void)state;
  enum { ORDER = 6, K = 70000 };
  static const double law[ORDER + 1] = {1.0, 0.25, 1.5, -0.5, 3.5, 0.75, 9.0};
  static const int sizes[][2] = {{60, 40}, {3, 5}, {1, 69999}, {35000, 35000}, {6, 1}};
  struct fixture fixture;
  fixture_open(&fixture, K, ORDER, 0.0);
  for (size_t trial = 0; trial < sizeof sizes / sizeof sizes[0]; trial++) {
    int i = sizes[trial][0], j = sizes[trial][1], k = i + j;
    size_t length = fixture.ops->length(fixture.rep, k);
    double f[MAX_LENGTH] = {0}, product[MAX_LENGTH], drift[MAX_LENGTH] = {0};
    int *alpha = NULL;
    assert_ok(HUD_NEW(&alpha, (size_t)k, "multi-index", &fixture.error), &fixture.error);
    for (size_t index = 0; index < length; index++) {
      multi_index(&fixture, k, index, alpha);
      product[index] = 1.0;
      for (int position = 0; position < ORDER && position < k; position++)
        product[index] *= law[alpha[position]];
    }
    fixture.ops->join(fixture.rep, 1.0, i, product, j, product, f);
    fixture.ops->drift(fixture.rep, 1.0, k, product, drift);
    for (size_t index = 0; index < length; index++) {
      assert_close(f[index], product[index], 1e-14 * (1.0 + fabs(product[index])));
      int degree = multi_index(&fixture, k, index, alpha), parts = 0;
      while (parts < k && alpha[parts] > 0)
        parts++;
      double expected = -degree * (k - 1.0) / k * product[index];
      for (int a = 0; a < parts; a++)
        for (int b = 0; b <= parts && b < k; b++) {
          if (a == b)
            continue;
          double term = 1.0; /* all other entries, then the two that change */
          for (int other = 0; other < parts; other++)
            if (other != a && other != b)
              term *= law[alpha[other]];
          term *= law[alpha[a] - 1] * law[alpha[b] + 1];
          expected += alpha[a] * term / k * (b == parts ? k - parts : 1.0);
        }
      assert_close(drift[index], expected, 1e-12);
    }
    hud_free(alpha);
  }
  fixture_close(&fixture);
}

/* Order 0 is the ladder of cluster masses. */
static void test_order_zero(void **state)
{
  (void)state;
  struct fixture fixture;
  fixture_open(&fixture, 16384, 0, 0.0);
  double a = 2.0, b = 3.0, out = 1.0, moment[3];
  assert_int_equal(fixture.ops->length(fixture.rep, 16384), 1);
  fixture.ops->join(fixture.rep, 0.5, 8000, &a, 8384, &b, &out);
  assert_close(out, 4.0, 0.0);
  fixture.ops->marginal(fixture.rep, 0.5, 16384, &out, 3, &a);
  assert_close(a, 4.0, 0.0);
  fixture.ops->drift(fixture.rep, 1.0, 16384, &out, &a);
  assert_close(a, 4.0, 0.0);
  assert_ok(fixture.ops->resolvent(fixture.rep, 4.0, 1.0, 16384, &out, &a, &fixture.error),
            &fixture.error);
  assert_close(a, 1.0, 0.0);
  assert_ok(fixture.ops->flow(fixture.rep, 1.0, 16384, &out, &a, &fixture.error), &fixture.error);
  assert_close(a, 4.0, 0.0);
  fixture.ops->moments(fixture.rep, 16384, &a, 1.0, 2, moment);
  assert_close(moment[0], 4.0, 0.0);
  assert_true(isnan(moment[1]) && isnan(moment[2]));
  fixture.ops->scale(fixture.rep, 16384, &a, 0.0, &a, moment);
  assert_close(moment[0], 4.0, 0.0);
  fixture_close(&fixture);
}

static void test_project(void **state)
{
  (void)state;
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_GAUSSIAN, .mass = 2.0, .mean = 0.3, .scale = 0.5};
  struct hud_density *density = NULL;
  struct fixture fixture;
  fixture_open(&fixture, 3, 4, 0.1);
  assert_ok(hud_density_create(&density, &spec, &fixture.error), &fixture.error);
  double f[5], lost = NAN;
  assert_ok(fixture.ops->project(fixture.rep, density, f, &lost, &fixture.error), &fixture.error);
  double d = 0.2, v = 0.25;
  const double expected[] = {2.0, 2.0 * d, 2.0 * (v + d * d), 2.0 * (3.0 * v * d + d * d * d),
                             2.0 * (3.0 * v * v + 6.0 * v * d * d + d * d * d * d)};
  for (int p = 0; p <= 4; p++)
    assert_close(f[p], expected[p], 1e-14);
  assert_close(lost, 0.0, 0.0);
  hud_density_free(density);
  fixture_close(&fixture);
}

static void test_project_errors(void **state)
{
  (void)state;
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_SELF_SIMILAR, .mass = 2.0, .mean = 0.5, .scale = 0.5};
  struct hud_density *density = NULL;
  for (int order = 2; order <= 3; order++) {
    struct fixture fixture;
    double f[4], lost;
    fixture_open(&fixture, 2, order, 0.5);
    assert_ok(hud_density_create(&density, &spec, &fixture.error), &fixture.error);
    hud_status status = fixture.ops->project(fixture.rep, density, f, &lost, &fixture.error);
    if (order == 2) {
      assert_ok(status, &fixture.error);
      assert_close(f[2], 2.0 * 0.25, 1e-14);
    } else {
      assert_error(status, HUD_ERROR_INPUT, &fixture.error, "only to order 2");
    }
    hud_density_free(density);
    fixture_close(&fixture);
  }
}

/* The magnitudes bound the moments of their degree, do not vanish with odd moments, and follow a
 * change of the velocity unit exactly however small. */
static void test_scale(void **state)
{
  (void)state;
  enum { ORDER = 5 };
  static const double unit[] = {1.0, 0x1p-20, 0x1p-40};
  static const double points[] = {0.5, -1.0, 1.0, 0.5, 1.0, 1.0, 0.5, -1.0, -1.0, 0.5, 2.0, -2.0};
  double reference[MAX_LENGTH];
  for (int trial = 0; trial < 3; trial++) {
    struct fixture fixture;
    fixture_open(&fixture, 2, ORDER, 0.0);
    struct measure measure = {.k = 2, .count = 4};
    for (size_t entry = 0; entry < 12; entry++)
      measure.point[entry] = points[entry] * (entry % 3 == 0 ? 1.0 : unit[trial]);
    double f[MAX_LENGTH], scale[MAX_LENGTH];
    project(&fixture, &measure, f);
    fixture.ops->scale(fixture.rep, 2, f, 0.0, f, scale);
    for (size_t index = 0; index < fixture.ops->length(fixture.rep, 2); index++) {
      int alpha[2], degree = multi_index(&fixture, 2, index, alpha);
      double spread = sqrt(f[2] / f[0]);
      assert_true(scale[index] >= fabs(f[index]));
      assert_true(scale[index] >= 0.999 * f[0] * power(spread, degree));
      assert_true(scale[index] <= 2.0 * f[0] * power(2.0 * unit[trial], degree));
      if (trial == 0)
        reference[index] = scale[index];
      assert_close_relative(scale[index], reference[index] * power(unit[trial], degree), 1e-15);
    }
    fixture_close(&fixture);
  }
}

static void test_errors(void **state)
{
  (void)state;
  struct hud_representation *rep = NULL;
  struct hud_error error = {0};
  assert_error(hud_moments_create(&rep, 0, 2, 0.0, &error), HUD_ERROR_INPUT, &error, "size 0");
  assert_null(rep);
  assert_error(hud_moments_create(&rep, 2, -1, 0.0, &error), HUD_ERROR_INPUT, &error, "-1");
  assert_error(hud_moments_create(&rep, 2, HUD_MOMENTS_MAX_ORDER + 1, 0.0, &error), HUD_ERROR_INPUT,
               &error, "expected 0 to 32");
  assert_error(hud_moments_create(&rep, 2, 2, NAN, &error), HUD_ERROR_INPUT, &error, "finite");
  assert_error(hud_moments_create(&rep, 2, 2, INFINITY, &error), HUD_ERROR_INPUT, &error, "finite");
  assert_null(rep);
  assert_ok(hud_moments_create(&rep, 2, 2, 0.0, &error), &error);
  const struct hud_representation_ops *ops = rep->ops;
  double f[4] = {1.0, 0.0, 1.0, 0.0}, lost;
  static const double bad_mu[] = {0.0, -1.0, NAN, INFINITY}, bad_kappa[] = {-1.0, NAN, INFINITY};
  for (int trial = 0; trial < 4; trial++)
    assert_error(ops->resolvent(rep, bad_mu[trial], 1.0, 2, f, f, &error), HUD_ERROR_USAGE, &error,
                 "must be > 0");
  for (int trial = 0; trial < 3; trial++)
    assert_error(ops->resolvent(rep, 1.0, bad_kappa[trial], 2, f, f, &error), HUD_ERROR_USAGE,
                 &error, "kappa");
  assert_error(ops->flow(rep, -0.5, 2, f, f, &error), HUD_ERROR_USAGE, &error, "-0.5");
  assert_error(ops->flow(rep, NAN, 2, f, f, &error), HUD_ERROR_USAGE, &error, ">= 0");
  assert_close(f[2], 1.0, 0.0); /* untouched */
  double points[] = {1.0, 0.0, 1.0, 1.0, NAN, 1.0};
  assert_error(ops->project_atoms(rep, 2, 2, points, f, &lost, &error), HUD_ERROR_INPUT, &error,
               "atom 2 of f2: entry 2");
  assert_error(ops->project_atoms(rep, 3, 1, points, f, &lost, &error), HUD_ERROR_USAGE, &error,
               "sizes 1..2");
  ops->free(rep);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_index_set),
      cmocka_unit_test(test_atoms_and_functionals),
      cmocka_unit_test(test_join_and_marginal),
      cmocka_unit_test(test_drift_and_flow),
      cmocka_unit_test(test_resolvent),
      cmocka_unit_test(test_large_sizes),
      cmocka_unit_test(test_order_zero),
      cmocka_unit_test(test_project),
      cmocka_unit_test(test_project_errors),
      cmocka_unit_test(test_scale),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
