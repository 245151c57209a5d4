/* SPDX-License-Identifier: GPL-3.0-or-later
 * Right-hand sides in moments against the moment equations written out for ordered multi-indices:
 * the hierarchy (8), its terms of first order (9), and the first-order model (14). */
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_linalg.h>

#include "moment_model.h"

/* m(a_1, .., a_k) for entries 0..order each, at sum a_i (order+1)^{i-1}. */
enum { TENSOR_ORDER = 4, TENSOR_BASE = TENSOR_ORDER + 1, TENSOR = 625 };

static int degree_of(const int *alpha, int k)
{
  int degree = 0;
  for (int position = 0; position < k; position++)
    degree += alpha[position];
  return degree;
}

static void unpack(int entry, int k, int *alpha)
{
  for (int position = 0; position < k; position++, entry /= TENSOR_BASE)
    alpha[position] = entry % TENSOR_BASE;
}

static int pack(const int *alpha, int k)
{
  int entry = 0;
  for (int position = k; position-- > 0;)
    entry = entry * TENSOR_BASE + alpha[position];
  return entry;
}

/* The multi-index that `describe` prints, zeros behind. */
static void described(const struct model *model, int k, size_t index, int *alpha)
{
  char text[64], *rest = text + 7;
  model->rep->ops->describe(model->rep, k, index, text, sizeof text);
  memset(alpha, 0, (size_t)k * sizeof *alpha);
  for (int position = 0; *rest != ')' && position < k; position++)
    alpha[position] = (int)strtol(rest + 1, &rest, 10);
}

static int downwards(const void *a, const void *b)
{
  return *(const int *)b - *(const int *)a;
}

static void to_tensor(const struct model *model, int k, const double *f, double *tensor)
{
  int size = (int)lround(pow(TENSOR_BASE, k));
  for (int entry = 0; entry < size; entry++) {
    int alpha[MAX_K], other[MAX_K];
    unpack(entry, k, alpha);
    tensor[entry] = NAN;
    if (degree_of(alpha, k) > TENSOR_ORDER)
      continue;
    qsort(alpha, (size_t)k, sizeof *alpha, downwards);
    for (size_t index = 0; index < model->rep->ops->length(model->rep, k); index++) {
      described(model, k, index, other);
      if (memcmp(alpha, other, (size_t)k * sizeof *alpha) == 0)
        tensor[entry] = f[index];
    }
    assert_true(!isnan(tensor[entry]));
  }
}

/* D_k m_alpha = sum_i alpha_i [ (1/k) sum_{j != i} m_{alpha-e_i+e_j} - ((k-1)/k) m_alpha ]; as a
 * row of coefficients over the tensor. */
static void drift_row(int k, const int *alpha, double *row, double c)
{
  for (int i = 0; i < k; i++) {
    if (alpha[i] == 0)
      continue;
    row[pack(alpha, k)] -= c * alpha[i] * (k - 1.0) / k;
    for (int j = 0; j < k; j++) {
      int moved[MAX_K];
      if (j == i)
        continue;
      memcpy(moved, alpha, sizeof moved);
      moved[i]--;
      moved[j]++;
      row[pack(moved, k)] += c * alpha[i] / k;
    }
  }
}

static double drift_of(int k, const int *alpha, const double *tensor)
{
  double row[TENSOR] = {0}, sum = 0.0;
  drift_row(k, alpha, row, 1.0);
  for (int entry = 0; entry < TENSOR; entry++)
    if (row[entry] != 0.0)
      sum += row[entry] * tensor[entry];
  return sum;
}

/* Average over the subsets of i positions. */
static double sym(int i, const double *fi, int j, const double *fj, const int *alpha)
{
  double sum = 0.0;
  int count = 0;
  for (unsigned subset = 0; subset < 1u << (i + j); subset++) {
    int inside[MAX_K] = {0}, outside[MAX_K] = {0}, ins = 0, outs = 0;
    if (__builtin_popcount(subset) != i)
      continue;
    for (int position = 0; position < i + j; position++)
      if (subset >> position & 1u)
        inside[ins++] = alpha[position];
      else
        outside[outs++] = alpha[position];
    sum += fi[pack(inside, i)] * fj[pack(outside, j)];
    count++;
  }
  return sum / count;
}

static double largest(const double *values, size_t count)
{
  double most = 0.0;
  for (size_t index = 0; index < count; index++)
    most = fmax(most, fabs(values[index]));
  return most;
}

/* d/dt m_alpha(f_k) of the hierarchy (8), conserving counting, from section 1 of the mathematics.
 */
static double hierarchy_rate(const struct model *model, double (*f)[TENSOR], int k,
                             const int *alpha)
{
  const struct hud_description *d = &model->description;
  double eps = d->epsilon, m = f[k][pack(alpha, k)];
  double sum = k > 1 ? pow(eps, k - 2) * drift_of(k, alpha, f[k]) : 0.0;
  for (int i = 1; 2 * i <= k; i++)
    sum += pow(eps, k - 2) * (rate(&d->lambda, i, k - i) * sym(i, f[i], k - i, f[k - i], alpha) -
                              rate(&d->mu, i, k - i) * m);
  for (int j = 1; j + k <= d->clusters; j++) {
    int longer[MAX_K] = {0};
    memcpy(longer, alpha, (size_t)k * sizeof *alpha);
    sum +=
        pow(eps, k + j - 2) * (j == k ? 2.0 : 1.0) *
        (rate(&d->mu, k, j) * f[k + j][pack(longer, k + j)] - rate(&d->lambda, k, j) * m * f[j][0]);
  }
  return sum / pow(eps, k - 1);
}

/* The same of (9), equation by equation, with unordered pairs. */
static double first_order_rate(const struct model *model, double (*f)[TENSOR], int k,
                               const int *alpha)
{
  const struct hud_description *d = &model->description;
  double eps = d->epsilon, m = f[k][pack(alpha, k)];
  int longer[MAX_K] = {0}, K = d->clusters;
  memcpy(longer, alpha, (size_t)k * sizeof *alpha);
  if (k == 1) /* (9a) */
    return 2.0 * rate(&d->mu, 1, 1) * f[2][pack(longer, 2)] +
           eps * rate(&d->mu, 1, 2) * f[3][pack(longer, 3)] -
           2.0 * rate(&d->lambda, 1, 1) * m * f[1][0] - eps * rate(&d->lambda, 2, 1) * m * f[2][0];
  double sum = drift_of(k, alpha, f[k]); /* (9b), (9c), (9d) */
  for (int i = 1; 2 * i <= k; i++)
    sum += rate(&d->lambda, i, k - i) * sym(i, f[i], k - i, f[k - i], alpha) -
           rate(&d->mu, i, k - i) * m;
  if (k < K)
    sum += eps * (rate(&d->mu, k, 1) * f[k + 1][pack(longer, k + 1)] -
                  rate(&d->lambda, 1, k) * m * f[1][0]);
  return sum / eps;
}

static void check_hierarchy(enum hud_model_kind kind,
                            double (*formula)(const struct model *model, double (*f)[TENSOR], int k,
                                              const int *alpha))
{
  struct hud_random random;
  hud_random_seed(&random, 30, 1);
  for (int trial = 0; trial < 6; trial++) {
    static double tensor[5][TENSOR];
    struct model model;
    double y[MAX_SIZE], ydot[MAX_SIZE];
    random_rates(&model, &random);
    model_open(&model, kind, 4, TENSOR_ORDER, 0.25);
    random_state(&model, &random, y);
    right_hand_side(&model, y, ydot);
    for (int k = 1; k <= 4; k++)
      to_tensor(&model, k, y + model.start[k], tensor[k]);
    for (int k = 1; k <= 4; k++) {
      double size = largest(ydot + model.start[k], model.rep->ops->length(model.rep, k));
      for (size_t index = 0; index < model.rep->ops->length(model.rep, k); index++) {
        int alpha[MAX_K];
        described(&model, k, index, alpha);
        assert_close(ydot[model.start[k] + index], formula(&model, tensor, k, alpha), 1e-13 * size);
      }
    }
    model_close(&model);
  }
}

static void test_hierarchy_equations(void **state)
{
  (void)state;
  check_hierarchy(HUD_MODEL_HIERARCHY, hierarchy_rate);
  check_hierarchy(HUD_MODEL_FIRST_ORDER_HIERARCHY, first_order_rate);
}

/* (mu12 - kappa D_3) T_abc = lambda12 (m_a m_bc + m_b m_ac + m_c m_ab)/3, solved as it stands. */
static void solve_triples(double mu, double kappa, double lambda, const double *m1,
                          const double *m2, double *triples)
{
  int entries[TENSOR], count = 0, alpha[MAX_K];
  for (int entry = 0; entry < 125; entry++) {
    unpack(entry, 3, alpha);
    if (degree_of(alpha, 3) <= TENSOR_ORDER)
      entries[count++] = entry;
  }
  gsl_matrix *matrix = gsl_matrix_alloc((size_t)count, (size_t)count);
  gsl_vector *gain = gsl_vector_alloc((size_t)count), *solution = gsl_vector_alloc((size_t)count);
  gsl_permutation *order = gsl_permutation_alloc((size_t)count);
  for (int r = 0; r < count; r++) {
    double row[TENSOR] = {0};
    unpack(entries[r], 3, alpha);
    int a = alpha[0], b = alpha[1], c = alpha[2];
    row[entries[r]] = mu;
    drift_row(3, alpha, row, -kappa);
    for (int column = 0; column < count; column++)
      gsl_matrix_set(matrix, (size_t)r, (size_t)column, row[entries[column]]);
    gsl_vector_set(gain, (size_t)r,
                   lambda / 3.0 *
                       (m1[a] * m2[b + TENSOR_BASE * c] + m1[b] * m2[a + TENSOR_BASE * c] +
                        m1[c] * m2[a + TENSOR_BASE * b]));
  }
  int sign;
  gsl_linalg_LU_decomp(matrix, order, &sign);
  gsl_linalg_LU_solve(matrix, order, gain, solution);
  for (int r = 0; r < count; r++)
    triples[entries[r]] = gsl_vector_get(solution, (size_t)r);
  gsl_permutation_free(order);
  gsl_vector_free(solution);
  gsl_vector_free(gain);
  gsl_matrix_free(matrix);
}

static void test_first_order_equations(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 31, 1);
  for (int trial = 0; trial < 20; trial++) {
    static double m1[TENSOR], m2[TENSOR], triples[TENSOR];
    struct model model;
    double y[MAX_SIZE], ydot[MAX_SIZE];
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_FIRST_ORDER, 3, TENSOR_ORDER, 0.25);
    const struct hud_description *d = &model.description;
    double lambda11 = rate(&d->lambda, 1, 1), mu11 = rate(&d->mu, 1, 1);
    double lambda12 = rate(&d->lambda, 1, 2), mu12 = rate(&d->mu, 1, 2), eps = d->epsilon;
    random_state(&model, &random, y);
    right_hand_side(&model, y, ydot);
    to_tensor(&model, 1, y, m1);
    to_tensor(&model, 2, y + model.start[2], m2);
    solve_triples(mu12, hud_description_kappa(d), lambda12, m1, m2, triples);
    double size = 1e-14 * 20.0 * (lambda11 + mu11 + lambda12 + mu12 + 2.0);
    for (int a = 0; a <= TENSOR_ORDER; a++) {
      double expected = 2.0 * mu11 * m2[a] - 2.0 * lambda11 * m1[0] * m1[a] +
                        eps * (mu12 * triples[a] - lambda12 * m2[0] * m1[a]);
      assert_close(ydot[a], expected, size);
    }
    for (size_t index = 0; index < model.rep->ops->length(model.rep, 2); index++) {
      int alpha[MAX_K];
      described(&model, 2, index, alpha);
      int ab = pack(alpha, 2);
      double expected = drift_of(2, alpha, m2) + lambda11 * m1[alpha[0]] * m1[alpha[1]] -
                        mu11 * m2[ab] + eps * (mu12 * triples[ab] - lambda12 * m1[0] * m2[ab]);
      assert_close(eps * ydot[model.start[2] + index], expected, size);
    }
    model_close(&model);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hierarchy_equations),
      cmocka_unit_test(test_first_order_equations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
