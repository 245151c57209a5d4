/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Corrections to [APW] about ellipsoids and integrals: sections 2, 4, 6 and 7.1. */
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_ellint.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

#include "spheres/collision.h"
#include "spheres/corrections_internal.h"
#include "spheres/kac.h"
#include "spheres/series.h"
#include "spheres/wellposed.h"

enum { N3 = 3 }; /* size of the matrices here */

static void multiply(const double *matrix, const double *x, double *out)
{
  for (int i = 0; i < N3; i++) {
    out[i] = 0.0;
    for (int j = 0; j < N3; j++)
      out[i] += matrix[i * N3 + j] * x[j];
  }
}

static double form(const double *matrix, const double *x)
{
  double out[N3];
  multiply(matrix, x, out);
  return out[0] * x[0] + out[1] * x[1] + out[2] * x[2];
}

/* x with <x, A x> = c, of random direction. */
static void draw_on(struct hud_random *random, const double *matrix, double c, double *x)
{
  for (int i = 0; i < N3; i++)
    x[i] = hud_random_normal(random);
  double scale = sqrt(c / form(matrix, x));
  for (int i = 0; i < N3; i++)
    x[i] *= scale;
}

/* The integral of f over [low, high], to about 1e-10; high may be INFINITY. */
static hud_status integrate(double (*f)(double, void *), void *context, double low, double high,
                            double *value, struct hud_error *error)
{
  enum { INTERVALS = 200 };
  gsl_function function = {f, context};
  double estimate;
  gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(INTERVALS);
  if (workspace == NULL)
    return hud_fail_memory(error, "a quadrature", 0);
  int outcome = isinf(high) ? gsl_integration_qagiu(&function, low, 0.0, 1e-10, INTERVALS,
                                                    workspace, value, &estimate)
                            : gsl_integration_qags(&function, low, high, 0.0, 1e-10, INTERVALS,
                                                   workspace, value, &estimate);
  gsl_integration_workspace_free(workspace);
  return outcome == 0 ? HUD_OK : hud_fail(error, HUD_ERROR_COMPUTE, "a quadrature fails");
}

/* ---- section 2 ---- */

/* d_4^2 by completing the square in the second particle, (2.53)-(2.54); l = 3, d = 2. */
hud_status hud_correction_square(struct hud_random *random, struct hud_correction *correction,
                                 struct hud_error *error)
{
  (void)error;
  enum { D = 2, SIZE = 4, ORDER = SIZE - 1, K = 1 };
  double x[D * SIZE];
  for (int i = 0; i < D * SIZE; i++)
    x[i] = hud_random_normal(random);
  double others[D * ORDER]; /* without K */
  memcpy(others, x, sizeof(double) * D * K);
  memcpy(others + D * K, x + D * (K + 1), sizeof(double) * D * (ORDER - K));
  double alpha2 = hud_group_distance2(D, ORDER, others);
  double printed = 0.0, corrected = 0.0;
  for (int a = 0; a < D; a++) {
    double all = 0.0, short_sum = 0.0;
    for (int j = 0; j < SIZE; j++) {
      all += j != K ? x[j * D + a] : 0.0;
      short_sum += j != K && j < ORDER ? x[j * D + a] : 0.0;
      alpha2 += j != K ? x[j * D + a] * x[j * D + a] : 0.0;
    }
    alpha2 -= all * all / ORDER;
    printed += ORDER * gsl_pow_2(x[K * D + a] - short_sum / ORDER);
    corrected += ORDER * gsl_pow_2(x[K * D + a] - all / ORDER);
  }
  return hud_correction_set(correction, printed + alpha2, corrected + alpha2,
                            hud_group_distance2(D, SIZE, x), HUD_CORRECTION_ROUND_OFF);
}

/* ---- section 4 ---- */

static double mean_speed(double r, void *context)
{
  const double *beta = context;
  return 2.0 * M_PI * r * r * exp(-0.5 * *beta * r * r);
}

/* The power of beta in (4.13), d = 2, from beta = 1 and 1/100. */
hud_status hud_correction_integral(struct hud_random *random, struct hud_correction *correction,
                                   struct hud_error *error)
{
  (void)random;
  double value[2];
  for (int i = 0; i < 2; i++) {
    double beta = i == 0 ? 1.0 : 0.01;
    hud_status status = integrate(mean_speed, &beta, 0.0, INFINITY, &value[i], error);
    if (status != HUD_OK)
      return status;
  }
  return hud_correction_set(correction, -1.0, -1.5, log(value[1] / value[0]) / log(0.01), 1e-8);
}

/* (4.24): l! 2^l A C_{l+1} over the constant of (4.23) at l = 40, beta_0 = 2, mu_0 = 0. The common
 * factor C_{d,beta_0} T drops out, and 2/beta_0 = 1 hides nothing. */
hud_status hud_correction_constant(struct hud_random *random, struct hud_correction *correction,
                                   struct hud_error *error)
{
  (void)random;
  (void)error;
  enum { LAST = 40 };
  double largest = 0.0, term = 0.0, factorial = 1.0;
  for (int l = 1; l <= LAST; l++) {
    factorial *= l;
    term = gsl_pow_int(2.0 * M_E, l) * gsl_pow_3(l);
    if (term > factorial)
      largest = fmax(largest, term);
  }
  return hud_correction_set(correction, 1.0, INFINITY, term / largest, 1e-6);
}

/* The longest T with sum_l 2^l C_{l+1}/l! <= 1/2, C_{l+1} of (4.20) with C_d = 1, d = 2, beta_0 =
 * 2, mu_0 = 0: by the constant of (4.23), in closed form, and by the sum itself. */
hud_status hud_correction_time(struct hud_random *random, struct hud_correction *correction,
                               struct hud_error *error)
{
  (void)random;
  (void)error;
  enum { LAST = 80 };
  const double beta = 2.0;
  double largest = 0.0, sum = 0.0, factorial = 1.0;
  for (int l = 1; l <= LAST; l++) {
    factorial *= l;
    double term = gsl_pow_int(2.0 * exp(0.5 * beta), l) * gsl_pow_3(l);
    if (term > factorial)
      largest = fmax(largest, term);
    sum += term / factorial;
  }
  double common = 2.0 / beta * (1.0 + sqrt(2.0 / beta));
  return hud_correction_set(correction, 1.0 / (2.0 * (M_E - 1.0) * common * largest),
                            hud_existence_time(2, beta, 0.0, 1.0), 1.0 / (2.0 * common * sum),
                            1e-12);
}

/* ---- section 6 ---- */

/* The share of Maxwellian velocities with E <= R^2, R = 1, d = 2, counted. */
hud_status hud_correction_energy_ball(struct hud_random *random, struct hud_correction *correction,
                                      struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 1000000 };
  int64_t inside = 0;
  for (int n = 0; n < DRAWS; n++) {
    double x = hud_random_normal(random), y = hud_random_normal(random);
    inside += 0.5 * (x * x + y * y) <= 1.0;
  }
  double share = (double)inside / DRAWS;
  return hud_correction_set(correction, 1.0 - exp(-0.5), 1.0 - exp(-1.0), share,
                            3.0 * sqrt(share * (1.0 - share) / DRAWS));
}

static double anisotropy(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return v[0] * v[0] - v[1] * v[1];
}

/* T_x - T_y at t = 0.02 by the series without and with its first term, and by simulation. */
hud_status hud_correction_first_term(struct hud_random *random, struct hud_correction *correction,
                                     struct hud_error *error)
{
  enum { COUNT = 100000, TERMS = 3 };
  static const struct hud_velocity_component parts[] = {{1.0, {0.0}, {1.5, 0.5, 0.5}, 0}};
  struct hud_series_spec spec = {.dimension = 2,
                                 .orders = 2,
                                 .alpha = {1.0, 0.5},
                                 .density = 1.0,
                                 .velocity = {parts, 1},
                                 .marginal = 1,
                                 .time = 0.02,
                                 .adjunctions = TERMS,
                                 .energy_cut = INFINITY,
                                 .samples = 100000,
                                 .seed = hud_random_bits(random),
                                 .observable = anisotropy};
  struct hud_kac_spec gas = {.dimension = 2,
                             .orders = 2,
                             .alpha = {1.0, 0.5},
                             .density = 1.0,
                             .count = COUNT,
                             .seed = spec.seed};
  struct hud_series_result result;
  struct hud_gas_moments moments;
  struct hud_kac *kac = NULL;
  hud_status status = hud_series_run(&spec, &result, error);
  if (status == HUD_OK)
    status = hud_kac_create(&kac, &gas, error);
  if (status == HUD_OK)
    status = hud_kac_draw_velocities(kac, &spec.velocity, false, false, error);
  if (status == HUD_OK)
    status = hud_kac_advance(kac, spec.time, error);
  if (status == HUD_OK) {
    hud_kac_moments(kac, &moments);
    status = hud_correction_set(correction, result.sum[TERMS] - result.sum[0], result.sum[TERMS],
                                moments.temperature[0] - moments.temperature[1],
                                3.0 * hypot(sqrt(5.0 / COUNT), result.error[TERMS]));
  }
  hud_kac_free(kac);
  return status;
}

/* ---- section 7.1: maps between ellipsoid and sphere ---- */

/* The length of x^2/4 + y^2 = 1, by the side of (7.10) on the circle and by polygons. */
hud_status hud_correction_surface(struct hud_random *random, struct hud_correction *correction,
                                  struct hud_error *error)
{
  (void)random;
  (void)error;
  enum { SIDES = 100000 };
  double length = 0.0;
  for (int i = 0; i < SIDES; i++) {
    double a = 2.0 * M_PI * i / SIDES, b = 2.0 * M_PI * (i + 1) / SIDES;
    length += hypot(2.0 * (cos(b) - cos(a)), sin(b) - sin(a));
  }
  double exact = 8.0 * gsl_sf_ellint_Ecomp(sqrt(0.75), GSL_PREC_DOUBLE);
  return hud_correction_set(correction, 2.0 * 2.0 * M_PI, exact, length, 1e-7);
}

/* A = L^T L with L lower triangular: Cholesky from the last row upwards. */
static void factorise(const double *matrix, double *lower)
{
  memset(lower, 0, N3 * N3 * sizeof *lower);
  for (int j = N3 - 1; j >= 0; j--)
    for (int i = j; i >= 0; i--) {
      double sum = matrix[j * N3 + i];
      for (int k = j + 1; k < N3; k++)
        sum -= lower[k * N3 + i] * lower[k * N3 + j];
      lower[j * N3 + i] = i == j ? sqrt(sum) : sum / lower[j * N3 + j];
    }
}

static void solve_lower(const double *lower, const double *x, double *out)
{
  for (int i = 0; i < N3; i++) {
    out[i] = x[i];
    for (int j = 0; j < i; j++)
      out[i] -= lower[i * N3 + j] * out[j];
    out[i] /= lower[i * N3 + i];
  }
}

static double length_of(const double *x)
{
  return sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
}

static const double example[N3 * N3] = {2.0, 0.5, 0.3, 0.5, 1.0, -0.2, 0.3, -0.2, 4.0};

/* The mean of |T x| over the ellipsoid <x, A x> = 2, which must be 1: (7.12), i = 1. */
hud_status hud_correction_factor(struct hud_random *random, struct hud_correction *correction,
                                 struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 1000 };
  const double c = 2.0;
  double lower[N3 * N3];
  double mean[2] = {0.0};
  factorise(example, lower);
  for (int n = 0; n < DRAWS; n++) {
    double x[N3], y[N3];
    draw_on(random, example, c, x);
    solve_lower(lower, x, y);
    mean[0] += sqrt(c) * length_of(y) / DRAWS;
    multiply(lower, x, y);
    mean[1] += length_of(y) / sqrt(c) / DRAWS;
  }
  return hud_correction_set(correction, mean[0], mean[1], 1.0, HUD_CORRECTION_ROUND_OFF);
}

static void swap_ends(double *x)
{
  double first = x[0];
  x[0] = x[2];
  x[2] = first;
}

/* The mean of |T_3 x|, T_3 = P L P/sqrt(c), with the factor of A and with that of P A P, where P
 * exchanges the first and the third component. */
hud_status hud_correction_permutation(struct hud_random *random, struct hud_correction *correction,
                                      struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 1000 };
  const double c = 2.0;
  double lower[2][N3 * N3], permuted[N3 * N3];
  double mean[2] = {0.0};
  for (int i = 0; i < N3 * N3; i++) /* rows and columns in reverse order are P A P with 3 x 3 */
    permuted[i] = example[N3 * N3 - 1 - i];
  factorise(example, lower[0]);
  factorise(permuted, lower[1]);
  for (int n = 0; n < DRAWS; n++) {
    double x[N3], y[N3];
    draw_on(random, example, c, x);
    swap_ends(x);
    for (int i = 0; i < 2; i++) {
      multiply(lower[i], x, y);
      mean[i] += length_of(y) / sqrt(c) / DRAWS;
    }
  }
  return hud_correction_set(correction, mean[0], mean[1], 1.0, HUD_CORRECTION_ROUND_OFF);
}

/* x = S y for y on the sphere, B = O D O^T with a rotation O about the third axis, c = 2. */
static void rotated_form(double *rotation, double *diagonal, double *matrix)
{
  const double angle = 0.6;
  const double o[N3 * N3] = {cos(angle), -sin(angle), 0.0, sin(angle), cos(angle),
                             0.0,        0.0,         0.0, 1.0};
  memcpy(rotation, o, sizeof o);
  diagonal[0] = 0.5;
  diagonal[1] = 3.0;
  diagonal[2] = 1.7;
  for (int i = 0; i < N3 * N3; i++) {
    matrix[i] = 0.0;
    for (int k = 0; k < N3; k++)
      matrix[i] += o[i / N3 * N3 + k] * diagonal[k] * o[i % N3 * N3 + k];
  }
}

/* x = sqrt(c) D O y, or sqrt(c) O D^{-1/2} y. */
static void map_from_sphere(bool as_printed, double c, const double *rotation,
                            const double *diagonal, const double *y, double *x)
{
  double inner[N3];
  if (as_printed)
    multiply(rotation, y, inner);
  for (int i = 0; i < N3; i++)
    inner[i] = sqrt(c) * (as_printed ? diagonal[i] * inner[i] : y[i] / sqrt(diagonal[i]));
  if (as_printed)
    memcpy(x, inner, sizeof inner);
  else
    multiply(rotation, inner, x);
}

/* The mean of <S y, B S y> over the sphere, which must be c = 2. */
hud_status hud_correction_axes(struct hud_random *random, struct hud_correction *correction,
                               struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 1000 };
  static const double identity[N3 * N3] = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
  const double c = 2.0;
  double rotation[N3 * N3], diagonal[N3], matrix[N3 * N3];
  double mean[2] = {0.0};
  rotated_form(rotation, diagonal, matrix);
  for (int n = 0; n < DRAWS; n++) {
    double x[N3], y[N3];
    draw_on(random, identity, 1.0, y);
    for (int i = 0; i < 2; i++) {
      map_from_sphere(i == 0, c, rotation, diagonal, y, x);
      mean[i] += form(matrix, x) / DRAWS;
    }
  }
  return hud_correction_set(correction, mean[0], mean[1], c, HUD_CORRECTION_ROUND_OFF);
}

/* <x, A x> for one x = S y with the right S, as <y, A~ y>: A~ = S^{-T} A S^{-1} or S^T A S. */
hud_status hud_correction_congruence(struct hud_random *random, struct hud_correction *correction,
                                     struct hud_error *error)
{
  (void)error;
  const double c = 2.0;
  double rotation[N3 * N3], diagonal[N3], matrix[N3 * N3];
  double y[N3], x[N3], inverse[N3], transposed[N3];
  rotated_form(rotation, diagonal, matrix);
  for (int i = 0; i < N3; i++)
    y[i] = hud_random_normal(random);
  map_from_sphere(false, c, rotation, diagonal, y, x);
  /* S^{-1} y = D^{1/2} O^T y/sqrt(c). */
  for (int i = 0; i < N3; i++) {
    transposed[i] = 0.0;
    for (int k = 0; k < N3; k++)
      transposed[i] += rotation[k * N3 + i] * y[k];
    inverse[i] = sqrt(diagonal[i] / c) * transposed[i];
  }
  /* <y, S^T A S y>, by the columns of S. */
  double corrected = 0.0;
  for (int i = 0; i < N3; i++)
    for (int j = 0; j < N3; j++)
      for (int k = 0; k < N3 * N3; k++)
        corrected += y[i] * y[j] * c / sqrt(diagonal[i] * diagonal[j]) * rotation[k / N3 * N3 + i] *
                     example[k] * rotation[k % N3 * N3 + j];
  return hud_correction_set(correction, form(example, inverse), corrected, form(example, x),
                            HUD_CORRECTION_ROUND_OFF);
}

/* ---- section 7.1: slices ---- */

struct slice {
  double power, weight; /* s^power (1 - s^2)^weight */
};

static double slice_value(double s, void *context)
{
  const struct slice *slice = context;
  return pow(s, slice->power) * pow(1.0 - s * s, slice->weight);
}

/* |S_1^{2d-1}| for d = 2 from the slices of (7.40), without and with 1/sqrt(1 - |omega_2|^2). */
hud_status hud_correction_slices(struct hud_random *random, struct hud_correction *correction,
                                 struct hud_error *error)
{
  (void)random;
  double value[2];
  for (int i = 0; i < 2; i++) {
    struct slice slice = {1.0, i == 0 ? 0.5 : 0.0};
    hud_status status = integrate(slice_value, &slice, 0.0, 1.0, &value[i], error);
    if (status != HUD_OK)
      return status;
  }
  return hud_correction_set(correction, gsl_pow_2(2.0 * M_PI) * value[0],
                            gsl_pow_2(2.0 * M_PI) * value[1], 2.0 * M_PI * M_PI / gsl_sf_gamma(2.0),
                            1e-7);
}

static double substituted(double u, void *context)
{
  const struct slice *slice = context;
  return 0.5 * pow(1.0 - u, slice->power) * pow(u, slice->weight);
}

/* The second integral of (7.44), l = d = 2, rho = 0.9, under u = 1 - s^2. */
hud_status hud_correction_substitution(struct hud_random *random, struct hud_correction *correction,
                                       struct hud_error *error)
{
  (void)random;
  const double rho = 0.9;
  double value[3];
  struct slice before = {1.0, 0.5};
  hud_status status = integrate(slice_value, &before, sqrt(1.0 - rho * rho), 1.0, &value[2], error);
  for (int i = 0; i < 2 && status == HUD_OK; i++) {
    struct slice after = {i == 0 ? 0.5 : 0.0, 0.5}; /* (ld - d - 1)/2, (ld - d - 2)/2 */
    status = integrate(substituted, &after, 0.0, rho * rho, &value[i], error);
  }
  return status == HUD_OK ? hud_correction_set(correction, value[0], value[1], value[2], 1e-7)
                          : status;
}

/* The share of the strip (7.52) that the sets of (7.55) hold; d = 1 and a square of side 2 suffice.
 */
hud_status hud_correction_strip(struct hud_random *random, struct hud_correction *correction,
                                struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 100000 };
  const double mu = 1.0, lambda = 3.0, rho = 0.5;
  int64_t inside[3] = {0};
  for (int n = 0; n < DRAWS; n++) {
    double first = 2.0 * hud_random_uniform(random) - 1.0;
    double second = 2.0 * hud_random_uniform(random) - 1.0;
    if (fabs(mu * first - lambda * second) > rho)
      continue;
    inside[0] += fabs(first - mu / lambda * second) <= rho / lambda;
    inside[1] += fabs(second - mu / lambda * first) <= rho / lambda;
    inside[2]++;
  }
  return hud_correction_set(correction, (double)inside[0] / (double)inside[2],
                            (double)inside[1] / (double)inside[2], 1.0, 1e-3);
}

/* rho(r, lambda) of (7.74) for l = 3, m = 1, at a point of the sphere with rho = sum lambda_i
 * |x_i|^2, where (7.73) makes it (lambda_1 - lambda_2)|x_1|^2. */
hud_status hud_correction_signs(struct hud_random *random, struct hud_correction *correction,
                                struct hud_error *error)
{
  (void)error;
  const double lambda[3] = {2.0, 1.1, -0.4};
  double square[3];
  double total = 0.0;
  for (int i = 0; i < 3; i++) {
    square[i] = gsl_pow_2(hud_random_normal(random));
    total += square[i];
  }
  double rho = 0.0;
  for (int i = 0; i < 3; i++) {
    square[i] /= total;
    rho += lambda[i] * square[i];
  }
  double r2 = square[0] + square[1];
  return hud_correction_set(correction, rho - lambda[2] * (1.0 + r2) - lambda[1] * r2,
                            rho - lambda[2] * (1.0 - r2) - lambda[1] * r2,
                            (lambda[0] - lambda[1]) * square[0], HUD_CORRECTION_ROUND_OFF);
}
