/* SPDX-License-Identifier: GPL-3.0-or-later
 * The boxes of pairs, triples and quadruples for frequencies of either sign, term by term against
 * closed forms: Gaussians whose velocities are correlated,
 *
 *   fhat_k(xi) = M_k exp(-(a_k |xi|^2 + b_k (xi_1 + .. + xi_k)^2)/2 - i c_k (xi_1 + .. + xi_k)). */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "run/simulation.h"
#include "spectral/signed_boxes.h"
#include "spectral/triple_internal.h"
#include "support.h"

/* M, a, b, c for k = 1..4; f_1 is that of the model below. */
static const double laws[5][4] = {{0.0, 0.0, 0.0, 0.0},
                                  {1.0, 1.0, 0.0, 0.0},
                                  {0.5, 0.7, 0.2, 0.1},
                                  {0.3, 0.6, 0.15, -0.2},
                                  {0.2, 0.8, 0.1, 0.15}};

struct fixture {
  struct hud_simulation *simulation;
  struct hud_signed_boxes *boxes;
  const double *f1;
  double *F[5], *out[5], *expected[5]; /* from 2 */
};

static double complex law(int k, const double *xi)
{
  double square = 0.0, sum = 0.0;
  for (int i = 0; i < k; i++) {
    square += xi[i] * xi[i];
    sum += xi[i];
  }
  return laws[k][0] *
         cexp(-0.5 * (laws[k][1] * square + laws[k][2] * sum * sum) - I * laws[k][3] * sum);
}

/* (xi - mean) . grad fhat_k, where b and c drop out. */
static double complex contracted_derivative(int k, const double *xi)
{
  double square = 0.0, sum = 0.0;
  for (int i = 0; i < k; i++) {
    square += xi[i] * xi[i];
    sum += xi[i];
  }
  return -laws[k][1] * (square - sum * sum / k) * law(k, xi);
}

struct function {
  int k;
  double complex (*of)(int k, const double *xi);
};

static double complex evaluate(const void *context, const double *xi)
{
  const struct function *function = context;
  return function->of(function->k, xi);
}

static void set(const struct fixture *f, int k, double complex (*of)(int k, const double *xi),
                double *out)
{
  const struct function function = {k, of};
  hud_signed_boxes_set(f->boxes, k, evaluate, &function, out);
}

static void open_fixture(struct fixture *f)
{
  static const double tolerance[5] = {0.0, 0.0, 1e-7, 1e-6, 1e-6};
  struct hud_error error;
  memset(f, 0, sizeof *f);
  assert_ok(hud_simulation_parse(
                &f->simulation,
                "huddle: 1\nmodel: instantaneous\nmethod: spectral\nepsilon: 0.1\n"
                "rates: {lambda: 1, mu: 2}\ntime: {end: 0.1}\nsolver: {spectral_tol: 1e-7}\n"
                "initial: {f1: {gaussian: {mass: 1, mean: 0.3, stddev: 1}}}\n",
                "test", &error),
            &error);
  f->f1 = f->simulation->y;
  assert_ok(
      hud_signed_boxes_create(&f->boxes, f->simulation->model->rep, f->f1, 4, tolerance, &error),
      &error);
  for (int k = 2; k <= 4; k++) {
    size_t length = hud_signed_boxes_length(f->boxes, k);
    f->F[k] = calloc(length, sizeof(double));
    f->out[k] = calloc(length, sizeof(double));
    f->expected[k] = calloc(length, sizeof(double));
    assert_true(f->F[k] != NULL && f->out[k] != NULL && f->expected[k] != NULL);
    set(f, k, law, f->F[k]);
  }
  hud_signed_boxes_tabulate(f->boxes, f->f1, (const double *const *)f->F, 4);
}

static void close_fixture(struct fixture *f)
{
  for (int k = 2; k <= 4; k++) {
    free(f->F[k]);
    free(f->out[k]);
    free(f->expected[k]);
  }
  hud_signed_boxes_free(f->boxes);
  hud_simulation_close(f->simulation);
}

static void compare(const struct fixture *f, int k, double tolerance)
{
  for (size_t a = 0; a < hud_signed_boxes_length(f->boxes, k); a++)
    assert_close(f->out[k][a], f->expected[k][a], tolerance);
}

static void clear(const struct fixture *f, int k)
{
  memset(f->out[k], 0, hud_signed_boxes_length(f->boxes, k) * sizeof(double));
}

/* ---- joining ---- */

static double complex pairs_of_one(int k, const double *xi)
{
  (void)k;
  return law(1, xi) * law(1, xi + 1);
}

static double complex one_and_pair(int k, const double *xi)
{
  (void)k;
  double complex sum = 0.0;
  for (int i = 0; i < 3; i++) {
    const double rest[2] = {xi[(i + 1) % 3], xi[(i + 2) % 3]};
    sum += law(1, xi + i) * law(2, rest) / 3.0;
  }
  return sum;
}

static double complex one_and_triple(int k, const double *xi)
{
  (void)k;
  double complex sum = 0.0;
  for (int i = 0; i < 4; i++) {
    double rest[3];
    for (int j = 0, n = 0; j < 4; j++)
      if (j != i)
        rest[n++] = xi[j];
    sum += 0.25 * law(1, xi + i) * law(3, rest);
  }
  return sum;
}

static double complex two_pairs(int k, const double *xi)
{
  (void)k;
  static const int partners[3][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}};
  double complex sum = 0.0;
  for (int n = 0; n < 3; n++) {
    const double a[2] = {xi[partners[n][0]], xi[partners[n][1]]};
    const double b[2] = {xi[partners[n][2]], xi[partners[n][3]]};
    sum += law(2, a) * law(2, b) / 3.0;
  }
  return sum;
}

static void check_join(const struct fixture *f, int i, int j,
                       double complex (*of)(int k, const double *xi))
{
  int k = i + j;
  clear(f, k);
  hud_signed_boxes_join(f->boxes, 1.0, i, j, f->f1, f->out[k]);
  set(f, k, of, f->expected[k]);
  compare(f, k, 2e-7);
}

static void test_joins(void **state)
{
  (void)state;
  struct fixture f;
  open_fixture(&f);
  check_join(&f, 1, 1, pairs_of_one);
  check_join(&f, 1, 2, one_and_pair);
  check_join(&f, 1, 3, one_and_triple);
  check_join(&f, 2, 2, two_pairs);
  close_fixture(&f);
}

/* ---- splitting ---- */

/* With the velocities that leave at frequency zero. */
static double complex marginal_of_triples(int k, const double *xi)
{
  (void)k;
  const double all[3] = {xi[0], xi[1], 0.0};
  return law(3, all);
}

static double complex marginal_of_quadruples(int k, const double *xi)
{
  double all[4] = {0.0};
  memcpy(all, xi, (size_t)k * sizeof *xi);
  return law(4, all);
}

static void check_marginal(const struct fixture *f, int k, int i,
                           double complex (*of)(int k, const double *xi))
{
  clear(f, i);
  hud_signed_boxes_marginal(f->boxes, 2.0, k, i, f->out[i]);
  set(f, i, of, f->expected[i]);
  for (size_t a = 0; a < hud_signed_boxes_length(f->boxes, i); a++)
    f->expected[i][a] *= 2.0;
  compare(f, i, 2e-6 * laws[k][0]);
}

static void test_marginals(void **state)
{
  (void)state;
  struct fixture f;
  open_fixture(&f);
  check_marginal(&f, 3, 2, marginal_of_triples);
  check_marginal(&f, 4, 2, marginal_of_quadruples);
  check_marginal(&f, 4, 3, marginal_of_quadruples);
  close_fixture(&f);
}

/* ---- drift ---- */

static void test_drift(void **state)
{
  (void)state;
  struct fixture f;
  struct hud_error error;
  open_fixture(&f);
  for (int k = 2; k <= 4; k++) {
    clear(&f, k);
    hud_signed_boxes_drift(f.boxes, -1.0, k, f.F[k], f.out[k]);
    set(&f, k, contracted_derivative, f.expected[k]);
    compare(&f, k, 2e-5 * laws[k][0]);
    /* (1.3 + 0.4 div U_k)^{-1} undoes 1.3 + 0.4 div U_k */
    size_t length = hud_signed_boxes_length(f.boxes, k);
    for (size_t a = 0; a < length; a++) {
      f.out[k][a] = 1.3 * f.F[k][a] + 0.4 * f.out[k][a];
      f.expected[k][a] = f.F[k][a];
    }
    assert_ok(hud_signed_boxes_setup(f.boxes, k, 1.3, 0.4, &error), &error);
    hud_signed_boxes_solve(f.boxes, k, f.out[k], f.out[k]);
    compare(&f, k, 1e-12);
  }
  close_fixture(&f);
}

/* ---- the octahedron ---- */

/* Anywhere in it, faces, edges and vertices too; order and sign do not matter. */
static void test_octahedron(void **state)
{
  (void)state;
  struct fixture f;
  struct hud_triple_box *triples;
  struct hud_error error;
  struct hud_random random;
  const struct function function = {3, law};
  open_fixture(&f);
  assert_ok(hud_triple_box_create(&triples, hud_signed_boxes_pairs(f.boxes), f.f1, 1e-6, &error),
            &error);
  double *F = calloc(hud_triple_box_length(triples), sizeof *F);
  assert_non_null(F);
  hud_triple_box_set(triples, evaluate, &function, F);
  hud_triple_box_tabulate(triples, F);
  hud_random_seed(&random, 7, 0);
  for (int n = 0; n < 20000; n++) {
    double xi[3], sum = 0.0, reach = n % 4 == 0 ? 1.0 : hud_random_uniform(&random);
    for (int i = 0; i < 3; i++) {
      xi[i] = n % (i + 2) == 0 ? 0.0 : 2.0 * hud_random_uniform(&random) - 1.0;
      sum += fabs(xi[i]);
    }
    for (int i = 0; i < 3 && sum > 0.0; i++)
      xi[i] *= reach * triples->X / sum;
    const double swapped[3] = {xi[2], xi[0], xi[1]}, opposite[3] = {-xi[0], -xi[1], -xi[2]};
    double complex value = hud_triple_box_look(triples, xi), expected = law(3, xi);
    assert_below(cabs(value - expected), 1e-6);
    assert_below(cabs(hud_triple_box_look(triples, swapped) - value), 1e-12);
    assert_below(cabs(conj(hud_triple_box_look(triples, opposite)) - value), 1e-6);
  }
  free(F);
  hud_triple_box_free(triples);
  close_fixture(&f);
}

/* ---- what is refused ---- */

static void test_too_rough(void **state)
{
  (void)state;
  struct fixture f;
  struct hud_triple_box *triples;
  struct hud_error error;
  open_fixture(&f);
  assert_error(hud_triple_box_create(&triples, hud_signed_boxes_pairs(f.boxes), f.f1, 0.0, &error),
               HUD_ERROR_INPUT, &error, "more than 160 frequencies");
  assert_null(triples);
  close_fixture(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_joins),     cmocka_unit_test(test_marginals),
      cmocka_unit_test(test_drift),     cmocka_unit_test(test_octahedron),
      cmocka_unit_test(test_too_rough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
