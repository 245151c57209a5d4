/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Formulas of MATHEMATICS, sections 3 and 5. The system of second moments has three unknowns:
 * T = int (v_1-v_2)^2 f_1(v_1) f_2(v_2,v_3) is M2 V1 + M1 V2 - 2 J1 J2 identically, so that the
 * fourth equation of the paper's (29) and (34) is not an equation. */
#include "analysis/theory.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>

#include "base/gsl.h"
#include "network/network.h"

hud_status hud_theory_create(struct hud_theory *theory, const struct hud_description *description,
                             struct hud_error *error)
{
  const struct hud_description *d = description;
  *theory = (struct hud_theory){.kappa = hud_description_kappa(d)};
  hud_status status = hud_rate_evaluate(&d->lambda, "rates.lambda", 1, 1, &theory->lambda11, error);
  if (status == HUD_OK)
    status = hud_rate_evaluate(&d->mu, "rates.mu", 1, 1, &theory->mu11, error);
  if (status == HUD_OK && !(theory->mu11 > 0.0))
    status = hud_fail_at(error, HUD_ERROR_INPUT, "rates.mu",
                         "rates.mu at (1,1) is 0: pairs never part, and there is no equilibrium");
  if (status != HUD_OK || d->model == HUD_MODEL_INSTANTANEOUS)
    return status;
  theory->epsilon = d->epsilon;
  if (d->clusters < 3 && hud_description_is_hierarchy(d))
    return status;
  status = hud_rate_evaluate(&d->lambda, "rates.lambda", 1, 2, &theory->lambda12, error);
  if (status == HUD_OK)
    status = hud_rate_evaluate(&d->mu, "rates.mu", 1, 2, &theory->mu12, error);
  return status;
}

void hud_theory_equilibrium(const struct hud_theory *theory, double mass, double *M1, double *M2)
{
  double ratio = theory->lambda11 / theory->mu11;
  *M1 = 2.0 * mass / (1.0 + sqrt(1.0 + 8.0 * ratio * theory->epsilon * mass));
  *M2 = ratio * *M1 * *M1;
}

double hud_theory_decay_rate(const struct hud_theory *theory, double mass)
{
  double m = theory->mu11, kappa = theory->kappa;
  double pair = -4.0 * theory->lambda11 * mass * (m * m + 3.0 * m + 3.0);
  double triple = theory->lambda12 * mass * (2.0 * kappa * (m * m + 2.0 * m + 2.0) + theory->mu12);
  double g =
      pair / (m * (m + 2.0) * (m + 2.0)) + triple / (m * (theory->mu12 + 2.0 * kappa) * (m + 2.0));
  return 2.0 * theory->lambda11 * mass / (2.0 + m) * (1.0 + theory->epsilon * g);
}

void hud_theory_variance_system(const struct hud_theory *theory, double M1, double M2, double J1,
                                double J2, double matrix[9], double source[3])
{
  double epsilon = theory->epsilon, join = epsilon * theory->lambda12;
  double relax = theory->mu12 + 2.0 * theory->kappa;
  double c = 2.0 * theory->kappa * join / (9.0 * relax);
  double gain = join * theory->mu12 / (3.0 * relax);
  double pair = theory->lambda11 * M1;
  /* M1 W + 2T by (V1, V2, W), and its source */
  double triple[3] = {2.0 * M2, 2.0 * M1, M1}, rest = -4.0 * J1 * J2;
  double linear[3][3] = {
      {-2.0 * pair - 2.0 / 3.0 * join * M2, 2.0 * theory->mu11 + 2.0 / 3.0 * join * M1, 0.0},
      {pair + join * M2 / 3.0, -theory->mu11 - join * M1 / 3.0, -0.5},
      {2.0 * pair, 0.0, -(2.0 + theory->mu11) - join * M1}};
  double weight[3] = {1.0, epsilon, epsilon}, coupling[3] = {-c, -c, gain};
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++)
      matrix[3 * row + column] =
          (linear[row][column] + coupling[row] * triple[column]) / weight[row];
    source[row] = coupling[row] * rest / weight[row];
  }
  source[2] -= 2.0 * theory->lambda11 * J1 * J1 / epsilon;
}

void hud_theory_rhs(const struct hud_theory *theory, const double y[7], double dydt[7])
{
  double epsilon = theory->epsilon, M1 = y[0], M2 = y[1], I1 = y[2], I2 = y[3];
  double mean = (I1 + 2.0 * epsilon * I2) / (M1 + 2.0 * epsilon * M2);
  double pairs = theory->lambda11 * M1 * M1 - theory->mu11 * M2;
  double flux = theory->lambda11 * M1 * I1 - theory->mu11 * I2 +
                epsilon * theory->lambda12 / 3.0 * (M2 * I1 - M1 * I2);
  dydt[0] = -2.0 * pairs;
  dydt[1] = pairs / epsilon;
  dydt[2] = -2.0 * flux;
  dydt[3] = flux / epsilon;
  double matrix[9], source[3];
  hud_theory_variance_system(theory, M1, M2, I1 - mean * M1, I2 - mean * M2, matrix, source);
  for (int row = 0; row < 3; row++) {
    dydt[4 + row] = source[row];
    for (int column = 0; column < 3; column++)
      dydt[4 + row] += matrix[3 * row + column] * y[4 + column];
  }
}

void hud_theory_printed_matrix(const struct hud_theory *theory, double M1, double M2,
                               double matrix[16])
{
  double epsilon = theory->epsilon, join = epsilon * theory->lambda12;
  double mu11 = theory->mu11, mu12 = theory->mu12, relax = 9.0 * (1.0 + mu12);
  double half_relax = 9.0 * (0.5 + mu12), pair = theory->lambda11 * M1;
  const double rows[4][4] = {{-2.0 / 3.0 * (3.0 * pair + join * M2), 2.0 * (mu11 + join * M1 / 3.0),
                              -2.0 * join * M1 / relax, -4.0 * join / relax},
                             {(3.0 * pair + join * M2) / 3.0, -(mu11 + join * M1 / 3.0),
                              -(0.5 + 2.0 * join * M1 / relax), -4.0 * join / relax},
                             {2.0 * pair, 0.0,
                              -(2.0 + mu11 + 6.0 * join * (3.0 + 2.0 * mu12) / relax * M1),
                              6.0 * join * mu12 / relax},
                             {2.0 * pair * M1 + 2.0 * join * M1 * M2 / half_relax, 0.0,
                              -(2.0 * mu11 * M1 + join * M1 * M1 / relax),
                              -(mu11 + join * M1 * (10.0 + 3.0 * mu12) / relax)}};
  for (int row = 0; row < 4; row++)
    for (int column = 0; column < 4; column++)
      matrix[4 * row + column] = rows[row][column] / (row == 0 ? 1.0 : epsilon);
}

static int descending(const void *a, const void *b)
{
  double complex x, y;
  x = *(const double complex *)a;
  y = *(const double complex *)b;
  if (creal(x) != creal(y))
    return creal(x) < creal(y) ? 1 : -1;
  return (cimag(x) < cimag(y)) - (cimag(x) > cimag(y));
}

hud_status hud_eigenvalues(int n, const double *matrix, double complex *eigenvalues,
                           struct hud_error *error)
{
  size_t size = (size_t)n;
  for (size_t i = 0; i < size * size; i++)
    if (!isfinite(matrix[i]))
      return hud_fail(error, HUD_ERROR_COMPUTE,
                      "entry (%zu,%zu) of a matrix is %g; its eigenvalues do not exist", i / size,
                      i % size, matrix[i]);
  hud_status status = HUD_OK;
  gsl_error_handler_t *handler = hud_gsl_begin();
  gsl_matrix *copy = gsl_matrix_alloc(size, size);
  gsl_vector_complex *values = gsl_vector_complex_alloc(size);
  gsl_eigen_nonsymm_workspace *space = gsl_eigen_nonsymm_alloc(size);
  if (copy == NULL || values == NULL || space == NULL) {
    status = hud_fail_memory(error, "eigenvalues", size * size * sizeof(double));
  } else {
    for (size_t i = 0; i < size * size; i++)
      gsl_matrix_set(copy, i / size, i % size, matrix[i]);
    gsl_eigen_nonsymm_params(0, 1, space); /* balanced: entries differ by powers of 1/epsilon */
    int result = gsl_eigen_nonsymm(copy, values, space);
    if (result != GSL_SUCCESS)
      status = hud_fail(error, HUD_ERROR_COMPUTE, "the eigenvalues of a %d x %d matrix: %s", n, n,
                        gsl_strerror(result));
    for (size_t i = 0; status == HUD_OK && i < size; i++) {
      gsl_complex value = gsl_vector_complex_get(values, i);
      eigenvalues[i] = GSL_REAL(value) + I * GSL_IMAG(value);
    }
    if (status == HUD_OK)
      qsort(eigenvalues, size, sizeof *eigenvalues, descending);
  }
  gsl_eigen_nonsymm_free(space);
  gsl_vector_complex_free(values);
  gsl_matrix_free(copy);
  hud_gsl_end(handler);
  return status;
}

hud_status hud_theory_variance_eigenvalues(const struct hud_theory *theory, double mass,
                                           double complex eigenvalues[3], struct hud_error *error)
{
  double M1, M2, matrix[9], source[3];
  hud_theory_equilibrium(theory, mass, &M1, &M2);
  hud_theory_variance_system(theory, M1, M2, 0.0, 0.0, matrix, source);
  return hud_eigenvalues(3, matrix, eigenvalues, error);
}

/* a_n = mu11/(mu11 + n) is the n-th moment of the shrinking factor. */
struct hud_instantaneous_rates hud_theory_instantaneous(const struct hud_theory *theory,
                                                        double mass)
{
  double mu11 = theory->mu11, speed = theory->lambda11 * mass;
  double a2 = mu11 / (mu11 + 2.0), a4 = mu11 / (mu11 + 4.0);
  return (struct hud_instantaneous_rates){.rate2 = 2.0 * speed / (mu11 + 2.0),
                                          .rate3 = 3.0 * speed / (mu11 + 2.0),
                                          .rate4 = 0.25 * speed * (7.0 - 6.0 * a2 - a4),
                                          .source4 =
                                              0.75 * theory->lambda11 * (1.0 - 2.0 * a2 + a4)};
}
