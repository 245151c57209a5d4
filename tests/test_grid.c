/* SPDX-License-Identifier: GPL-3.0-or-later
 * The two-body operators of the grid against brute force, their conservation laws on random and
 * corner inputs, inverses, symmetries and orders. */
#include "config/expression.h"
#include "grid_model.h"

static const enum hud_drift_scheme schemes[] = {HUD_SCHEME_SECOND_ORDER, HUD_SCHEME_UPWIND,
                                                HUD_SCHEME_FOURTH_ORDER};
enum { SCHEMES = sizeof schemes / sizeof *schemes };

/* Share of q at d, d + 2, d + 4, d + 6 in the flux of the edge between d and d + 2. */
static void shares(enum hud_drift_scheme scheme, long d, double c0, double b[4])
{
  static const double table[SCHEMES][3][4] = {
      [HUD_SCHEME_SECOND_ORDER - 1] = {{0.0, 2.0, -1.0, 1.0 / 6.0},
                                       {0.0, 1.5, -5.0 / 6.0, 1.0 / 6.0},
                                       {0.0, 5.0 / 3.0, -5.0 / 6.0, 1.0 / 6.0}},
      [HUD_SCHEME_FOURTH_ORDER - 1] = {{0.0, 1.25, -0.5, 1.0 / 12.0},
                                       {0.0, 1.0, -5.0 / 12.0, 1.0 / 12.0},
                                       {0.25, 13.0 / 12.0, -5.0 / 12.0, 1.0 / 12.0}},
      [HUD_SCHEME_UPWIND - 1] = {{0.0, 1.0, 0.0, 0.0}, {0.0, 1.0, 0.0, 0.0}, {0.0, 1.0, 0.0, 0.0}}};
  memcpy(b, table[scheme - 1][d < 2 ? d : 2], 4 * sizeof *b);
  if (d == 1)
    b[0] = c0;
}

/* The fluxes of pair.c, edge by edge over the full square of (i, j). */
static void flux_drift(const struct grid *grid, enum hud_drift_scheme scheme, double c0,
                       const double *f2, double *out)
{
  long n = (long)grid->n;
  for (long d = 0; d < n; d++)
    for (long j = 1; j + d + 1 < n; j++) {
      double b[4], flux = 0.0;
      shares(scheme, d, c0, b);
      for (long k = 0; k <= 3 && j >= k && j + d + k < n; k++)
        flux += b[k] * 0.5 * (double)(d + 2 * k) *
                pair_at(grid, f2, (size_t)(j + d + k), (size_t)(j - k));
      out[hud_grid_pair_index(grid->rep, (size_t)(j + d), (size_t)j)] += d == 0 ? 2.0 * flux : flux;
      out[hud_grid_pair_index(grid->rep, (size_t)(j + d + 1), (size_t)j - 1)] -= flux;
    }
}

static void drift_is_its_fluxes(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 11, 0);
  for (int trial = 0; trial < 48; trial++) {
    struct grid grid;
    enum hud_drift_scheme scheme = schemes[trial % SCHEMES];
    double mu11 = trial % 2 == 0 ? 0.5 : 2.0;
    grid_open(&grid, 8 + (int)hud_random_below(&random, 24), -3.0, 4.0, scheme, mu11);
    double *f2 = zeros(grid.pairs), *out = zeros(grid.pairs), *expected = zeros(grid.pairs);
    fill_random(&random, grid.pairs, f2);
    grid.ops->drift(grid.rep, 1.5, 2, f2, out);
    flux_drift(&grid, scheme, mu11 >= 1.0 && scheme != HUD_SCHEME_UPWIND ? 0.5 : 0.0, f2, expected);
    double size = norm1(grid.pairs, expected) / (double)grid.pairs;
    for (size_t i = 0; i < grid.pairs; i++)
      assert_close(out[i], 1.5 * expected[i], 1e-14 * (fabs(expected[i]) + size * 100.0));
    double scale = (double)grid.n * norm1(grid.pairs, f2) * grid.h * grid.h;
    assert_close(grid.ops->mass(grid.rep, 2, out), 0.0, 1e-14 * scale);
    assert_close(pair_moment(&grid, out, 0.0, 1, 0), 0.0, 1e-13 * scale);
    free(f2), free(out), free(expected);
    grid_close(&grid);
  }
}

/* Data that vanish in the two outermost cells, where pairs have no neighbour to exchange with. */
static void clear_border(const struct grid *grid, double *f2)
{
  for (size_t i = 0; i < grid->n; i++)
    for (size_t j = 0; j <= i; j++)
      if (j < 2 || i + 2 >= grid->n)
        f2[hud_grid_pair_index(grid->rep, i, j)] = 0.0;
}

static void second_moments_are_exact_from_mu11_one(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 12, 0);
  for (int trial = 0; trial < 24; trial++) {
    struct grid grid;
    double mu11 = trial % 2 == 0 ? 1.0 : 0.99;
    grid_open(&grid, 17 + (int)hud_random_below(&random, 24), -2.0, 2.0,
              trial % 3 == 0 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_FOURTH_ORDER, mu11);
    double *f2 = zeros(grid.pairs), *rate = zeros(grid.pairs);
    fill_random(&random, grid.pairs, f2);
    clear_border(&grid, f2);
    grid.ops->drift(grid.rep, 1.0, 2, f2, rate);
    double trapped = 0.0; /* the part at r = +-h, which only c0 accounts for */
    for (size_t j = 0; j + 1 < grid.n; j++)
      trapped += 2.0 * pow(grid.h, 4) * f2[hud_grid_pair_index(grid.rep, j + 1, j)];
    double spread = grid.ops->spread(grid.rep, 2, f2);
    double expected = -2.0 * spread + (mu11 < 1.0 ? 2.0 * trapped : 0.0);
    assert_close(grid.ops->spread(grid.rep, 2, rate), expected,
                 1e-12 * pow(grid.h, 4) * pow((double)grid.n, 3) * norm1(grid.pairs, f2));
    /* Second moments of v_1 follow: m^2 stays and r^2/4 falls at rate 2. */
    assert_close(pair_moment(&grid, rate, 0.0, 2, 0), 0.25 * expected,
                 1e-12 * norm1(grid.pairs, f2) * (double)grid.n);
    free(f2), free(rate);
    grid_close(&grid);
  }
}

/* sum r^p f_2. */
static double difference_moment(const struct grid *grid, const double *f2, int p)
{
  double sum = 0.0;
  for (size_t i = 0; i < grid->n; i++)
    for (size_t j = 0; j < grid->n; j++)
      sum += pow(grid->h * ((double)i - (double)j), p) * grid->h * grid->h *
             f2[hud_grid_pair_index(grid->rep, i, j)];
  return sum;
}

/* Away from the diagonal: d/dt sum r^4 f = -4 sum r^4 f + 16 h^2 sum r^2 f, no term of order h^3;
 * with the fourth-order drift no defect at all. */
static void fourth_moments_have_a_defect_of_order_two_or_none(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 16, 0);
  for (int trial = 0; trial < 8; trial++) {
    struct grid grid;
    bool fourth = trial % 2 == 1;
    grid_open(&grid, 30 + (int)hud_random_below(&random, 9), -2.0, 2.0,
              fourth ? HUD_SCHEME_FOURTH_ORDER : HUD_SCHEME_SECOND_ORDER, 2.0);
    double *f2 = zeros(grid.pairs), *rate = zeros(grid.pairs);
    fill_random(&random, grid.pairs, f2);
    clear_border(&grid, f2);
    for (size_t i = 0; i < grid.n; i++)
      for (size_t j = i < 7 ? 0 : i - 7; j <= i; j++)
        f2[hud_grid_pair_index(grid.rep, i, j)] = 0.0;
    grid.ops->drift(grid.rep, 1.0, 2, f2, rate);
    double expected = -4.0 * difference_moment(&grid, f2, 4) +
                      (fourth ? 0.0 : 16.0 * grid.h * grid.h * difference_moment(&grid, f2, 2));
    assert_close(difference_moment(&grid, rate, 4), expected,
                 1e-10 * norm1(grid.pairs, f2) * (double)grid.n);
    free(f2), free(rate);
    grid_close(&grid);
  }
}

static void join_marginal_and_functionals_are_brute_force(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 13, 0);
  for (int trial = 0; trial < 12; trial++) {
    struct grid grid;
    grid_open(&grid, 8 + (int)hud_random_below(&random, 30), -1.0, 5.0, schemes[trial % SCHEMES],
              1.0);
    double *a = zeros(grid.n), *b = zeros(grid.n), *f2 = zeros(grid.pairs);
    double *out1 = zeros(grid.n);
    fill_random(&random, grid.n, a);
    fill_random(&random, grid.n, b);
    grid.ops->join(grid.rep, 3.0, 1, a, 1, b, f2);
    for (size_t i = 0; i < grid.n; i++)
      for (size_t j = 0; j < grid.n; j++) {
        double expected = 1.5 * (a[i] * b[j] + a[j] * b[i]);
        assert_close(pair_at(&grid, f2, i, j), expected, 1e-15 * fabs(expected) + 1e-300);
        assert_true(pair_at(&grid, f2, i, j) == f2[hud_grid_pair_index(grid.rep, i, j)]);
      }
    fill_random(&random, grid.pairs, f2);
    grid.ops->marginal(grid.rep, -2.0, 2, f2, 1, out1);
    double size = norm1(grid.pairs, f2) * grid.h;
    for (size_t i = 0; i < grid.n; i++) {
      double sum = 0.0;
      for (size_t j = 0; j < grid.n; j++)
        sum += pair_at(&grid, f2, i, j);
      assert_close(out1[i], -2.0 * grid.h * sum, 1e-14 * size);
    }
    double moments[5];
    grid.ops->moments(grid.rep, 2, f2, 0.7, 4, moments);
    for (int p = 0; p <= 4; p++)
      assert_close(moments[p], pair_moment(&grid, f2, 0.7, p, 0),
                   1e-13 * size * grid.h * pow(4.3, p));
    grid.ops->moments(grid.rep, 1, a, 0.7, 4, moments);
    for (int p = 0; p <= 4; p++)
      assert_close(moments[p], single_moment(&grid, a, 0.7, p),
                   1e-14 * norm1(grid.n, a) * grid.h * pow(4.3, p));
    assert_close(grid.ops->mass(grid.rep, 2, f2), pair_moment(&grid, f2, 0.0, 0, 0),
                 1e-15 * size * grid.h);
    assert_close(grid.ops->spread(grid.rep, 2, f2),
                 2.0 * (pair_moment(&grid, f2, 0.0, 2, 0) - pair_moment(&grid, f2, 0.0, 1, 1)),
                 1e-13 * size * 50.0);
    free(a), free(b), free(f2), free(out1);
    grid_close(&grid);
  }
}

static void resolvent_inverts_the_drift(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 14, 0);
  const double rates[] = {0.25, 1.0, 2.5, 40.0}; /* 1/4: where diagonal 1 alone is singular */
  for (int trial = 0; trial < 72; trial++) {
    struct grid grid;
    enum hud_drift_scheme scheme = schemes[trial % SCHEMES];
    double mu = rates[trial / 3 % 4], kappa = trial % 5 == 0 ? 0.0 : trial % 5 == 1 ? 0.5 : 1.0;
    if (scheme == HUD_SCHEME_FOURTH_ORDER && mu < 1.0) /* eliminates diagonal 1 by itself */
      mu = 0.5;
    grid_open(&grid, 8 + (int)hud_random_below(&random, 40), -2.0, 2.0, scheme, 2.0);
    double *source = zeros(grid.pairs), *f2 = zeros(grid.pairs), *back = zeros(grid.pairs);
    fill_random(&random, grid.pairs, source);
    assert_ok(grid.ops->resolvent(grid.rep, mu, kappa, 2, source, f2, &grid.error), &grid.error);
    for (size_t i = 0; i < grid.pairs; i++)
      back[i] = mu * f2[i];
    grid.ops->drift(grid.rep, -kappa, 2, f2, back);
    double size = norm1(grid.pairs, source);
    for (size_t i = 0; i < grid.pairs; i++)
      assert_close(back[i], source[i], 1e-13 * size);
    double mass = grid.ops->mass(grid.rep, 2, source) / mu, cell = grid.h * grid.h;
    assert_close(grid.ops->mass(grid.rep, 2, f2), mass, 1e-13 * size * cell);
    assert_close(pair_moment(&grid, f2, 0.0, 1, 0), pair_moment(&grid, source, 0.0, 1, 0) / mu,
                 1e-12 * size * cell);
    /* In place. */
    assert_ok(grid.ops->resolvent(grid.rep, mu, kappa, 2, source, source, &grid.error),
              &grid.error);
    assert_memory_equal(source, f2, grid.pairs * sizeof *f2);
    free(source), free(f2), free(back);
    grid_close(&grid);
  }
}

static void instantaneous_gain_is_the_marginal_of_the_resolvent(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 15, 0);
  for (int trial = 0; trial < 12; trial++) {
    struct grid grid;
    grid_open(&grid, 8 + (int)hud_random_below(&random, 40), -2.0, 2.0, schemes[trial % SCHEMES],
              1.5);
    double *a = zeros(grid.n), *b = zeros(grid.n), *f2 = zeros(grid.pairs);
    double *fused = zeros(grid.n), *plain = zeros(grid.n);
    fill_random(&random, grid.n, a);
    fill_random(&random, grid.n, b);
    grid.ops->join(grid.rep, 1.0, 1, a, 1, b, f2);
    assert_ok(grid.ops->resolvent(grid.rep, 1.5, 0.8, 2, f2, f2, &grid.error), &grid.error);
    grid.ops->marginal(grid.rep, 3.0, 2, f2, 1, plain);
    assert_ok(grid.ops->joined_marginals(grid.rep, 1.5, 0.8, 1, a, 1, b, 1.0, fused, 2.0, fused,
                                         &grid.error),
              &grid.error);
    for (size_t i = 0; i < grid.n; i++) {
      assert_close(fused[i], plain[i], 1e-13 * norm1(grid.n, plain));
      plain[i] *= 5.0 / 3.0;
    }
    double *other = zeros(grid.n); /* two outputs, each with its factor */
    assert_ok(grid.ops->joined_marginals(grid.rep, 1.5, 0.8, 1, a, 1, b, 2.0, fused, -3.0, other,
                                         &grid.error),
              &grid.error);
    for (size_t i = 0; i < grid.n; i++) {
      assert_close(fused[i], plain[i], 1e-13 * norm1(grid.n, plain));
      assert_close(other[i], -0.6 * plain[i], 1e-13 * norm1(grid.n, plain));
    }
    free(other);
    free(a), free(b), free(f2), free(fused), free(plain);
    grid_close(&grid);
  }
}

static void reflect(const struct grid *grid, const double *f1, const double *f2, double *g1,
                    double *g2)
{
  size_t last = grid->n - 1;
  for (size_t i = 0; i < grid->n; i++) {
    g1[last - i] = f1[i];
    for (size_t j = 0; j <= i; j++)
      g2[hud_grid_pair_index(grid->rep, last - i, last - j)] =
          f2[hud_grid_pair_index(grid->rep, i, j)];
  }
}

static void reflected_data_give_reflected_results(void **state)
{
  (void)state;
  for (int trial = 0; trial < 2 * SCHEMES; trial++) {
    struct grid grid;
    grid_open(&grid, 30 + trial % 2, -3.0, 3.0, schemes[trial / 2], 2.0);
    double *f[2] = {zeros(grid.n), zeros(grid.n)}, *g[2] = {zeros(grid.pairs), zeros(grid.pairs)};
    double *drift[2] = {zeros(grid.pairs), zeros(grid.pairs)};
    double *gain[2] = {zeros(grid.n), zeros(grid.n)};
    fill_smooth(&grid, f[0], g[0]);
    reflect(&grid, f[0], g[0], f[1], g[1]);
    for (int side = 0; side < 2; side++) {
      grid.ops->drift(grid.rep, 1.0, 2, g[side], drift[side]);
      assert_ok(grid.ops->joined_marginals(grid.rep, 2.0, 1.0, 1, f[side], 1, f[side], 1.0,
                                           gain[side], 0.0, gain[side], &grid.error),
                &grid.error);
    }
    reflect(&grid, gain[0], drift[0], f[0], g[0]);
    for (size_t i = 0; i < grid.pairs; i++)
      assert_close(g[0][i], drift[1][i], 1e-13);
    for (size_t i = 0; i < grid.n; i++)
      assert_close(f[0][i], gain[1][i], 1e-14);
    for (int side = 0; side < 2; side++)
      free(f[side]), free(g[side]), free(drift[side]), free(gain[side]);
    grid_close(&grid);
  }
}

/* Data moved by whole cells: the same bits, as long as nothing is near the ends. */
static void shifted_data_give_shifted_results(void **state)
{
  (void)state;
  enum { N = 40, SHIFT = 3 };
  struct grid grid;
  grid_open(&grid, N, -4.0, 4.0, HUD_SCHEME_SECOND_ORDER, 2.0);
  double *f[2] = {zeros(N), zeros(N)}, *gain[2] = {zeros(N), zeros(N)};
  for (size_t i = 12; i < 26; i++)
    f[1][i + SHIFT] = f[0][i] = bump(hud_grid_velocity(grid.rep, i));
  for (int side = 0; side < 2; side++)
    assert_ok(grid.ops->joined_marginals(grid.rep, 2.0, 1.0, 1, f[side], 1, f[side], 1.0,
                                         gain[side], 0.0, gain[side], &grid.error),
              &grid.error);
  for (size_t i = 0; i + SHIFT < N; i++)
    assert_close(gain[1][i + SHIFT], gain[0][i], 1e-16);
  assert_true(norm1(N, gain[0]) > 1.0);
  for (int side = 0; side < 2; side++)
    free(f[side]), free(gain[side]);
  grid_close(&grid);
}

static void creation_refuses_what_it_cannot_do(void **state)
{
  (void)state;
  struct hud_error error;
  struct hud_representation *rep = NULL;
  struct hud_potential *alignment = NULL, *other = NULL;
  struct hud_potential_spec spec = {.type = HUD_POTENTIAL_ALIGNMENT};
  assert_ok(hud_potential_create(&alignment, &spec, &error), &error);
  struct hud_expression *force = NULL;
  assert_ok(hud_expression_create(&force, "r^2", "r", &error), &error);
  spec = (struct hud_potential_spec){.type = HUD_POTENTIAL_EXPRESSION, .force = force};
  assert_ok(hud_potential_create(&other, &spec, &error), &error);
  struct hud_velocity_spec good = {.given = true, .min = -1.0, .max = 1.0, .cells = 16}, bad = good;
  assert_error(hud_grid_create(&rep, &good, other, HUD_SCHEME_UPWIND, 1.0, &error), HUD_ERROR_INPUT,
               &error, "does not conserve the mean");
  assert_error(hud_grid_create(&rep, &good, alignment, HUD_SCHEME_AUTO, 1.0, &error),
               HUD_ERROR_USAGE, &error, "scheme");
  bad.max = -1.0;
  assert_error(hud_grid_create(&rep, &bad, alignment, HUD_SCHEME_UPWIND, 1.0, &error),
               HUD_ERROR_INPUT, &error, "min < max");
  bad.max = NAN;
  assert_error(hud_grid_create(&rep, &bad, alignment, HUD_SCHEME_UPWIND, 1.0, &error),
               HUD_ERROR_INPUT, &error, "finite");
  bad = good;
  bad.cells = 7;
  assert_error(hud_grid_create(&rep, &bad, alignment, HUD_SCHEME_UPWIND, 1.0, &error),
               HUD_ERROR_INPUT, &error, "velocity.cells = 7");
  assert_null(rep);
  hud_potential_free(alignment);
  hud_potential_free(other);
  hud_expression_free(force);
}

static void operations_refuse_larger_clusters(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 16, -1.0, 1.0, HUD_SCHEME_UPWIND, 1.0);
  double *f = zeros(grid.pairs), *out = zeros(grid.pairs), lost;
  assert_int_equal(grid.ops->length(grid.rep, 3), 0);
  assert_error(grid.ops->resolvent(grid.rep, 1.0, 1.0, 3, f, out, &grid.error), HUD_ERROR_USAGE,
               &grid.error, "clusters of 3");
  assert_error(grid.ops->flow(grid.rep, 1.0, 3, f, out, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "clusters of 3");
  assert_error(grid.ops->flow(grid.rep, -1.0, 2, f, out, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "time -1");
  assert_error(grid.ops->project_atoms(grid.rep, 3, 0, NULL, out, &lost, &grid.error),
               HUD_ERROR_USAGE, &grid.error, "clusters of 3");
  assert_error(
      grid.ops->joined_marginals(grid.rep, 1.0, 1.0, 2, f, 2, f, 1.0, out, 1.0, out, &grid.error),
      HUD_ERROR_USAGE, &grid.error, "2 and 2");
  assert_error(
      grid.ops->joined_marginals(grid.rep, 0.0, 1.0, 1, f, 1, f, 1.0, out, 1.0, out, &grid.error),
      HUD_ERROR_USAGE, &grid.error, "split rate 0");
  free(f), free(out);
  grid_close(&grid);
}

static void unknowns_are_described_where_they_are(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 16, -4.0, 4.0, HUD_SCHEME_UPWIND, 1.0);
  char text[64];
  grid.ops->describe(grid.rep, 1, 3, text, sizeof text);
  assert_string_equal(text, "v1 = -2.25");
  grid.ops->describe(grid.rep, 2, hud_grid_pair_index(grid.rep, 2, 9), text, sizeof text);
  assert_string_equal(text, "v1 = 0.75, v2 = -2.75");
  const double *v;
  assert_int_equal(grid.ops->nodes(grid.rep, &v), 16);
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *square = zeros(grid.n * grid.n);
  fill_smooth(&grid, f1, f2);
  grid.ops->values(grid.rep, 2, f2, square);
  for (size_t i = 0; i < grid.n; i++)
    for (size_t j = 0; j < grid.n; j++)
      assert_close(square[i * grid.n + j], pair_bump(v[i], v[j]), 1e-15);
  grid.ops->values(grid.rep, 1, f1, square);
  assert_memory_equal(square, f1, grid.n * sizeof *f1);
  free(f1), free(f2), free(square);
  grid_close(&grid);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drift_is_its_fluxes),
      cmocka_unit_test(second_moments_are_exact_from_mu11_one),
      cmocka_unit_test(fourth_moments_have_a_defect_of_order_two_or_none),
      cmocka_unit_test(join_marginal_and_functionals_are_brute_force),
      cmocka_unit_test(resolvent_inverts_the_drift),
      cmocka_unit_test(instantaneous_gain_is_the_marginal_of_the_resolvent),
      cmocka_unit_test(reflected_data_give_reflected_results),
      cmocka_unit_test(shifted_data_give_shifted_results),
      cmocka_unit_test(creation_refuses_what_it_cannot_do),
      cmocka_unit_test(operations_refuse_larger_clusters),
      cmocka_unit_test(unknowns_are_described_where_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
