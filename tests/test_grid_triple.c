/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three-body gain of the grid: conservation on random and corner inputs, moments against the
 * closed equations of triples, the plain triple loop, symmetry, positivity. */
#include <gsl/gsl_linalg.h>

#include "grid_model.h"
#include "grid_reference.h"

static void gain_of(struct grid *grid, double mu, double kappa, const double *f1, const double *f2,
                    double *out1, double *out2)
{
  memset(out1, 0, grid->n * sizeof *out1);
  memset(out2, 0, grid->pairs * sizeof *out2);
  assert_ok(grid->ops->joined_marginals(grid->rep, mu, kappa, 1, f1, 2, f2, 1.0, out1, 1.0, out2,
                                        &grid->error),
            &grid->error);
}

static void mass_and_mean_are_kept(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 21, 0);
  const double kappas[] = {1.0, 0.5, 0.0};
  for (int trial = 0; trial < 48; trial++) {
    struct grid grid;
    double mu = trial % 4 == 0 ? 0.3 : 1.5, kappa = kappas[trial % 3];
    grid_open(&grid, 8 + (int)hud_random_below(&random, 40), -2.0, 2.0,
              trial % 2 == 0 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND, 2.0);
    double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs);
    double *out1 = zeros(grid.n), *out2 = zeros(grid.pairs);
    fill_random(&random, grid.n, f1);
    fill_random(&random, grid.pairs, f2);
    gain_of(&grid, mu, kappa, f1, f2, out1, out2);
    double m1 = single_moment(&grid, f1, 0.0, 0), m2 = pair_moment(&grid, f2, 0.0, 0, 0);
    double i1 = single_moment(&grid, f1, 0.0, 1), i2 = pair_moment(&grid, f2, 0.0, 1, 0);
    double size = norm1(grid.n, f1) * norm1(grid.pairs, f2) * pow(grid.h, 3) / mu;
    double mean = (i1 * m2 + 2.0 * m1 * i2) / (3.0 * mu);
    assert_close(pair_moment(&grid, out2, 0.0, 0, 0), m1 * m2 / mu, 2e-14 * size);
    assert_close(pair_moment(&grid, out2, 0.0, 1, 0), mean, 2e-14 * size);
    assert_close(single_moment(&grid, out1, 0.0, 0), m1 * m2 / mu, 2e-14 * size);
    assert_close(single_moment(&grid, out1, 0.0, 1), mean, 2e-14 * size);
    free(f1), free(f2), free(out1), free(out2);
    grid_close(&grid);
  }
}

/* T_abc of f for all a + b + c = order from (mu - kappa D_3) T = (m_a m_bc + m_b m_ac + m_c
 * m_ab)/3, with the moments of the grid's own data; T_ab0 into out[a]. */
static void triple_moments(const struct grid *grid, double mu, double kappa, int order,
                           const double *f1, const double *f2, double *out)
{
  int index[8][8], exponent[40][3], count = 0;
  double m1[8], m2[8][8];
  for (int a = 0; a <= order; a++) {
    m1[a] = single_moment(grid, f1, 0.0, a);
    for (int b = 0; a + b <= order; b++) {
      m2[a][b] = pair_moment(grid, f2, 0.0, a, b);
      exponent[count][0] = a;
      exponent[count][1] = b;
      exponent[count][2] = order - a - b;
      index[a][b] = count++;
    }
  }
  gsl_matrix *matrix = gsl_matrix_calloc((size_t)count, (size_t)count);
  gsl_vector *right = gsl_vector_alloc((size_t)count), *t = gsl_vector_alloc((size_t)count);
  gsl_permutation *permutation = gsl_permutation_alloc((size_t)count);
  for (int row = 0; row < count; row++) {
    const int *e = exponent[row];
    *gsl_matrix_ptr(matrix, (size_t)row, (size_t)row) += mu + kappa * 2.0 / 3.0 * order;
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++)
        if (i != j && e[i] > 0) {
          int moved[3] = {e[0], e[1], e[2]};
          moved[i]--;
          moved[j]++;
          *gsl_matrix_ptr(matrix, (size_t)row, (size_t)index[moved[0]][moved[1]]) -=
              kappa * e[i] / 3.0;
        }
    gsl_vector_set(
        right, (size_t)row,
        (m1[e[0]] * m2[e[1]][e[2]] + m1[e[1]] * m2[e[0]][e[2]] + m1[e[2]] * m2[e[0]][e[1]]) / 3.0);
  }
  int sign;
  gsl_linalg_LU_decomp(matrix, permutation, &sign);
  gsl_linalg_LU_solve(matrix, permutation, right, t);
  for (int a = 0; a <= order; a++)
    out[a] = gsl_vector_get(t, (size_t)index[a][order - a]);
  gsl_matrix_free(matrix);
  gsl_vector_free(right);
  gsl_vector_free(t);
  gsl_permutation_free(permutation);
}

static void moments_are_those_of_triples(void **state)
{
  (void)state;
  const double kappas[] = {1.0, 0.5};
  const int cells[] = {48, 97, 192};
  for (int k = 0; k < 2; k++) {
    double fourth[3] = {0.0, 0.0, 0.0}, third[3] = {0.0, 0.0, 0.0};
    for (int level = 0; level < 3; level++) {
      struct grid grid;
      grid_open(&grid, cells[level], -8.0, 8.0, HUD_SCHEME_SECOND_ORDER, 2.0);
      double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs);
      double *out1 = zeros(grid.n), *out2 = zeros(grid.pairs), exact[5];
      fill_smooth(&grid, f1, f2);
      gain_of(&grid, 1.5, kappas[k], f1, f2, out1, out2);
      for (int order = 0; order <= 4; order++) {
        triple_moments(&grid, 1.5, kappas[k], order, f1, f2, exact);
        for (int a = 0; a <= order; a++) {
          double error = fabs(pair_moment(&grid, out2, 0.0, a, order - a) - exact[a]);
          if (order <= 2)
            assert_close(error, 0.0, 1e-12);
          if (order == 3)
            third[level] = fmax(third[level], error);
          if (order == 4)
            fourth[level] = fmax(fourth[level], error);
        }
        assert_close(single_moment(&grid, out1, 0.0, order),
                     pair_moment(&grid, out2, 0.0, order, 0), 1e-12);
      }
      free(f1), free(f2), free(out1), free(out2);
      grid_close(&grid);
    }
    print_message("kappa %g: errors of moments of order 3: %.1e %.1e %.1e, 4: %.1e %.1e %.1e\n",
                  kappas[k], third[0], third[1], third[2], fourth[0], fourth[1], fourth[2]);
    for (int level = 0; level + 1 < 3; level++) {
      double ratio = pow((double)cells[level] / (double)cells[level + 1], 2.0);
      assert_below(fourth[level + 1], 1.1 * ratio * fourth[level]);
      assert_below(third[level + 1], fmax(1.1 * ratio * third[level], 1e-12));
    }
  }
}

/* W1 between two densities of one velocity of equal mass. */
static double w1(const struct grid *grid, const double *a, const double *b)
{
  double cumulative = 0.0, sum = 0.0;
  for (size_t i = 0; i < grid->n; i++) {
    cumulative += grid->h * (a[i] - b[i]);
    sum += grid->h * fabs(cumulative);
  }
  return sum;
}

/* The same for two velocities: integral of the difference of distribution functions. */
static double distribution_distance(const struct grid *grid, const double *a, const double *b)
{
  double *above = zeros(grid->n), sum = 0.0;
  for (size_t i = 0; i < grid->n; i++) {
    double row = 0.0;
    for (size_t j = 0; j < grid->n; j++) {
      row += grid->h * grid->h * (a[i * grid->n + j] - b[i * grid->n + j]);
      above[j] += row;
      sum += grid->h * grid->h * fabs(above[j]);
    }
  }
  free(above);
  return sum;
}

struct distances {
  double single, pairs; /* fast against plain */
  double nodes;         /* W1 of f_1 gains, plain with its nodes against plain with twelve */
};

static void marginal_of(const struct grid *grid, const double *square, double *marginal)
{
  for (size_t i = 0; i < grid->n; i++) {
    marginal[i] = 0.0;
    for (size_t j = 0; j < grid->n; j++)
      marginal[i] += grid->h * square[i * grid->n + j];
  }
}

static struct distances distances(int n, double kappa, enum hud_drift_scheme scheme)
{
  struct grid grid;
  struct distances result;
  grid_open(&grid, n, -6.0, 6.0, scheme, 2.0);
  size_t square_length = grid.n * grid.n;
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *square = zeros(square_length);
  double *out1 = zeros(grid.n), *out2 = zeros(grid.pairs), *plain = zeros(square_length);
  double *marginal = zeros(grid.n), *fine = zeros(grid.n), *gain = zeros(square_length);
  fill_smooth(&grid, f1, f2);
  gain_of(&grid, 1.5, kappa, f1, f2, out1, out2);
  grid.ops->values(grid.rep, 2, out2, gain);
  grid.ops->values(grid.rep, 2, f2, square);
  int compensate = scheme != HUD_SCHEME_UPWIND, nodes = scheme == HUD_SCHEME_FOURTH_ORDER ? 8 : 4;
  grid_reference_triple(grid.n, grid.h, nodes, 1.5, kappa, compensate, f1, square, plain);
  marginal_of(&grid, plain, marginal);
  result.single = w1(&grid, out1, marginal);
  result.pairs = distribution_distance(&grid, gain, plain);
  grid_reference_triple(grid.n, grid.h, 12, 1.5, kappa, compensate, f1, square, plain);
  marginal_of(&grid, plain, fine);
  result.nodes = w1(&grid, marginal, fine);
  free(f1), free(f2), free(square), free(out1), free(out2), free(plain), free(marginal);
  free(fine), free(gain);
  grid_close(&grid);
  return result;
}

/* Nodes of small u make ridges along the diagonal that no grid here resolves, so f_2 gains are
 * compared by distribution functions. */
static void fast_and_plain_converge_to_each_other(void **state)
{
  (void)state;
  const int cells[] = {24, 48, 96};
  static const struct {
    enum hud_drift_scheme scheme;
    const char *name;
    double kappa, nodes;
  } cases[] = {{HUD_SCHEME_SECOND_ORDER, "second order", 1.0, 3e-5},
               {HUD_SCHEME_UPWIND, "upwind", 0.5, 3e-5},
               {HUD_SCHEME_FOURTH_ORDER, "fourth order", 1.0, 4e-6}};
  for (int s = 0; s < 3; s++) {
    struct distances d[3];
    for (int level = 0; level < 3; level++) {
      d[level] = distances(cells[level], cases[s].kappa, cases[s].scheme);
      print_message(
          "%s, n = %d: fast against plain: W1 %.1e, pairs %.1e; its nodes against 12 %.1e\n",
          cases[s].name, cells[level], d[level].single, d[level].pairs, d[level].nodes);
    }
    assert_below(d[2].nodes, cases[s].nodes);
    for (int level = 0; level < 2; level++) {
      assert_below(d[level + 1].single, d[level].single / 3.5);
      assert_below(d[level + 1].pairs, d[level].pairs / 3.5);
    }
  }
}

static void reflected_data_give_reflected_gains(void **state)
{
  (void)state;
  for (int trial = 0; trial < 4; trial++) {
    struct grid grid;
    grid_open(&grid, 30 + trial % 2, -3.0, 3.0,
              trial < 2 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND, 2.0);
    double *f1[2], *f2[2], *out1[2], *out2[2];
    for (int side = 0; side < 2; side++) {
      f1[side] = zeros(grid.n), f2[side] = zeros(grid.pairs);
      out1[side] = zeros(grid.n), out2[side] = zeros(grid.pairs);
    }
    fill_smooth(&grid, f1[0], f2[0]);
    size_t last = grid.n - 1;
    for (size_t i = 0; i < grid.n; i++) {
      f1[1][last - i] = f1[0][i];
      for (size_t j = 0; j <= i; j++)
        f2[1][hud_grid_pair_index(grid.rep, last - i, last - j)] =
            f2[0][hud_grid_pair_index(grid.rep, i, j)];
    }
    for (int side = 0; side < 2; side++)
      gain_of(&grid, 1.5, 1.0, f1[side], f2[side], out1[side], out2[side]);
    for (size_t i = 0; i < grid.n; i++) {
      assert_close(out1[0][i], out1[1][last - i], 1e-13);
      for (size_t j = 0; j <= i; j++)
        assert_close(out2[0][hud_grid_pair_index(grid.rep, i, j)],
                     out2[1][hud_grid_pair_index(grid.rep, last - i, last - j)], 1e-13);
    }
    for (int side = 0; side < 2; side++)
      free(f1[side]), free(f2[side]), free(out1[side]), free(out2[side]);
    grid_close(&grid);
  }
}

static void upwind_gain_is_not_negative(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 22, 0);
  for (int trial = 0; trial < 24; trial++) {
    struct grid grid;
    grid_open(&grid, 8 + (int)hud_random_below(&random, 60), -2.0, 2.0, HUD_SCHEME_UPWIND, 2.0);
    double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs);
    double *out1 = zeros(grid.n), *out2 = zeros(grid.pairs);
    fill_random(&random, grid.n, f1);
    fill_random(&random, grid.pairs, f2);
    for (size_t i = 0; i < grid.n; i++)
      f1[i] = fabs(f1[i]);
    for (size_t i = 0; i < grid.pairs; i++)
      f2[i] = fabs(f2[i]);
    gain_of(&grid, 1.5, 1.0, f1, f2, out1, out2);
    for (size_t i = 0; i < grid.n; i++)
      assert_true(out1[i] >= 0.0);
    for (size_t i = 0; i < grid.pairs; i++)
      assert_true(out2[i] >= 0.0);
    free(f1), free(f2), free(out1), free(out2);
    grid_close(&grid);
  }
}

/* Directions of a derivative are not positive: nothing may be cut there. */
static void gain_is_bilinear(void **state)
{
  (void)state;
  for (int s = 0; s < 2; s++) {
    struct grid grid;
    grid_open(&grid, 40, -5.0, 5.0, s == 0 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND, 2.0);
    double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *out1[2], *out2[2];
    for (int side = 0; side < 2; side++)
      out1[side] = zeros(grid.n), out2[side] = zeros(grid.pairs);
    fill_smooth(&grid, f1, f2);
    gain_of(&grid, 1.5, 1.0, f1, f2, out1[0], out2[0]);
    for (size_t i = 0; i < grid.n; i++)
      f1[i] *= -2.0;
    gain_of(&grid, 1.5, 1.0, f1, f2, out1[1], out2[1]);
    for (size_t i = 0; i < grid.pairs; i++)
      assert_close(out2[1][i], -2.0 * out2[0][i], 1e-15);
    for (size_t i = 0; i < grid.n; i++)
      assert_close(out1[1][i], -2.0 * out1[0][i], 1e-15);
    free(f1), free(f2);
    for (int side = 0; side < 2; side++)
      free(out1[side]), free(out2[side]);
    grid_close(&grid);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mass_and_mean_are_kept),
      cmocka_unit_test(moments_are_those_of_triples),
      cmocka_unit_test(fast_and_plain_converge_to_each_other),
      cmocka_unit_test(reflected_data_give_reflected_gains),
      cmocka_unit_test(upwind_gain_is_not_negative),
      cmocka_unit_test(gain_is_bilinear),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
