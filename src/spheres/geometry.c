/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks of geometry.h. All sets but those of Proposition 8.2 grow with their parameter, so each
 * sample has a threshold from which on it belongs, and the share of the set is the distribution
 * function of thresholds. Shares are read off at fixed levels, which puts the same number of
 * samples into every row; the exponent is the mean of least-squares slopes over batches, its error
 * their scatter. */
#include "spheres/geometry.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "spheres/geometry_internal.h"

enum { BATCHES = 8, LEVELS = 5 };

/* x: contact positions of l + 1 particles; omega_i = x_{i+1} - x_1. */
static void draw_omega(struct hud_random *random, int dimension, int order, double *omega)
{
  double x[3 * HUD_SPHERES_MAX_GROUP];
  hud_group_draw_contact(random, dimension, order + 1, 1.0, x);
  for (int i = 0; i < order * dimension; i++)
    omega[i] = x[dimension + i] - x[i % dimension];
}

static double norm_of(int dimension, const double *v)
{
  double square = 0.0;
  for (int a = 0; a < dimension; a++)
    square += v[a] * v[a];
  return sqrt(square);
}

/* The angle to the line through nu = (1, 2, ...)/norm; through the half-line if `one_sided`. */
static double angle_to_axis(int dimension, const double *w, bool one_sided)
{
  double nu[3] = {1.0, 2.0, -0.5};
  double product = 0.0;
  for (int a = 0; a < dimension; a++)
    product += w[a] * nu[a];
  double length = norm_of(dimension, w) * norm_of(dimension, nu);
  double cosine = (one_sided ? product : fabs(product)) / length;
  return acos(fmin(1.0, fmax(-1.0, cosine)));
}

static double cap(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  draw_omega(random, dimension, order, omega);
  return angle_to_axis(dimension, omega + (order - 1) * dimension, false);
}

static double cap_difference(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  double w[3];
  draw_omega(random, dimension, order, omega);
  for (int a = 0; a < dimension; a++)
    w[a] = omega[a] - omega[dimension + a];
  return angle_to_axis(dimension, w, true);
}

/* The least rho for which w lies in the cylinder of radius rho that touches the sphere |w| = r from
 * inside, axis along the last coordinate: |w_transverse - (r - rho) e_1| <= rho. On a sphere
 * tangent cylinders are the worst ones. For l >= 2 omega_1 fills a ball, with a density that is
 * positive at its centre: there cylinders about the origin are. */
static double tangent_cylinder(int dimension, const double *w, double r)
{
  double square = norm_of(dimension - 1, w) * norm_of(dimension - 1, w);
  /* square - 2 (r - rho) w_1 + (r - rho)^2 <= rho^2 */
  double room = 2.0 * (r - w[0]);
  return fmax(0.0, (square - 2.0 * r * w[0] + r * r) / room);
}

static double sphere_cylinder(struct hud_random *random, int dimension, int order)
{
  (void)order;
  double w[3];
  double length;
  do {
    for (int a = 0; a < dimension; a++)
      w[a] = hud_random_normal(random);
    length = norm_of(dimension, w);
  } while (length == 0.0);
  for (int a = 0; a < dimension; a++)
    w[a] /= length;
  return tangent_cylinder(dimension, w, 1.0);
}

/* |omega_1| <= sqrt(2/(l+1)) on the ellipsoid. */
static double cylinder(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  draw_omega(random, dimension, order, omega);
  return tangent_cylinder(dimension, omega, sqrt(2.0 / (order + 1.0)));
}

/* A ball about a point of largest |omega_1|, r e_1. */
static double ball(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  draw_omega(random, dimension, order, omega);
  omega[0] -= sqrt(2.0 / (order + 1.0));
  return norm_of(dimension, omega);
}

static double centre_cylinder(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  draw_omega(random, dimension, order, omega);
  return norm_of(dimension - 1, omega);
}

static double centre_ball(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  draw_omega(random, dimension, order, omega);
  return norm_of(dimension, omega);
}

static double strip(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  double w[3];
  draw_omega(random, dimension, order, omega);
  for (int a = 0; a < dimension; a++)
    w[a] = omega[a] - 0.7 * omega[dimension + a];
  return norm_of(dimension, w);
}

/* <x, A x> = |omega_1|^2 + <omega_1, omega_2> - |omega_2|^2/2 about rho = 0.1. */
static double annulus(struct hud_random *random, int dimension, int order)
{
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  draw_omega(random, dimension, order, omega);
  double form = 0.0;
  for (int a = 0; a < dimension; a++) {
    double x = omega[a];
    double y = omega[dimension + a];
    form += x * x + x * y - 0.5 * y * y;
  }
  return fabs(form - 0.1);
}

/* ---- the table of checks ---- */

struct check {
  const char *name, *statement;
  hud_geometry_threshold threshold; /* NULL: of another kind */
  int least_order;
};

static const struct check checks[HUD_GEOMETRY_COUNT] = {
    [HUD_GEOMETRY_FLOW_MEASURE] = {"Theorem 2.12", "|det DPsi^t| = 1", NULL, 1},
    [HUD_GEOMETRY_TWO_COLLISIONS] = {"Theorem 2.7", "|two collisions within delta| <= C delta^2",
                                     hud_geometry_second_collision, 1},
    [HUD_GEOMETRY_CAP] = {"Lemma 7.9",
                          "|{|<omega_i,nu>| >= alpha |omega_i||nu|}| <= C arccos alpha", cap, 1},
    [HUD_GEOMETRY_CAP_DIFFERENCE] =
        {"Lemma 7.10", "|{<omega_1-omega_2,nu> >= alpha |omega_1-omega_2||nu|}| <= C arccos alpha",
         cap_difference, 2},
    [HUD_GEOMETRY_SPHERE_CYLINDER] = {"Lemma 7.11", "|sphere n cylinder| <= C rho^((d-1)/2)",
                                      sphere_cylinder, 1},
    [HUD_GEOMETRY_CYLINDER] = {"Lemma 7.13 (1)",
                               "|E n {omega_1 in tangent cylinder}| <= C rho^((d-1)/2)", cylinder,
                               1},
    [HUD_GEOMETRY_CENTRE_CYLINDER] = {"Lemma 7.13 (1)",
                                      "|E n {omega_1 in cylinder about 0}| <= C rho^((d-1)/2)",
                                      centre_cylinder, 1},
    [HUD_GEOMETRY_BALL] = {"Lemma 7.13 (2)",
                           "|E n {omega_1 in ball about the boundary}| <= C rho^((d-1)/2)", ball,
                           1},
    [HUD_GEOMETRY_CENTRE_BALL] = {"Lemma 7.13 (2)",
                                  "|E n {omega_1 in ball about 0}| <= C rho^((d-1)/2)", centre_ball,
                                  2},
    [HUD_GEOMETRY_STRIP] = {"Lemma 7.14",
                            "|E n {|mu omega_1 - lambda omega_2| <= rho}| <= C "
                            "rho^((d-1)/2)",
                            strip, 2},
    [HUD_GEOMETRY_ANNULUS] = {"Lemma 7.15", "|E n {|<x,Ax> - rho| <= beta}| <= C beta", annulus, 2},
    [HUD_GEOMETRY_TRANSITION] = {"Lemma 7.16", "Jac T = 2 (2b/r)^(ld), T(omega) on the ellipsoid",
                                 NULL, 1},
    [HUD_GEOMETRY_BAD_SET] = {"Proposition 8.2", "|bad adjunctions| <= C eta^((d-1)/(2ld+2))", NULL,
                              1},
};

static double bound_of(enum hud_geometry which, int dimension, int order)
{
  switch (which) {
  case HUD_GEOMETRY_TWO_COLLISIONS:
    return 2.0;
  case HUD_GEOMETRY_CAP:
  case HUD_GEOMETRY_CAP_DIFFERENCE:
  case HUD_GEOMETRY_ANNULUS:
    return 1.0;
  case HUD_GEOMETRY_BAD_SET:
    return (dimension - 1.0) / (2.0 * order * dimension + 2.0);
  default:
    return 0.5 * (dimension - 1.0);
  }
}

bool hud_geometry_applies(enum hud_geometry which, int dimension, int order)
{
  if ((dimension != 2 && dimension != 3) || order < 1 || order > HUD_SPHERES_MAX_ORDER)
    return false;
  if (which == HUD_GEOMETRY_SPHERE_CYLINDER)
    return order == 1;
  if (which == HUD_GEOMETRY_FLOW_MEASURE || which == HUD_GEOMETRY_TWO_COLLISIONS)
    return order <= 3;
  return (int)which >= 0 && which < HUD_GEOMETRY_COUNT && order >= checks[which].least_order;
}

/* ---- exponents ---- */

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

static double slope_of(const double *log_parameter, const double *log_share, size_t count)
{
  double intercept, slope, c00, c01, c11, sumsq;
  if (gsl_fit_linear(log_parameter, 1, log_share, 1, count, &intercept, &slope, &c00, &c01, &c11,
                     &sumsq) != 0)
    return NAN;
  return slope;
}

static void set_exponent(struct hud_geometry_result *result, const double *slopes)
{
  double mean = 0.0;
  double square = 0.0;
  for (int b = 0; b < BATCHES; b++)
    mean += slopes[b] / BATCHES;
  for (int b = 0; b < BATCHES; b++)
    square += (slopes[b] - mean) * (slopes[b] - mean);
  result->exponent = mean;
  result->exponent_error = sqrt(square / (BATCHES * (BATCHES - 1.0)));
  /* A ladder of finite length bends a little. */
  result->holds = mean >= result->bound - 0.1 - 3.0 * result->exponent_error;
}

/* Shares 0.05, 0.05/4, ... down to 20 samples a batch, begun where thresholds are below `small`. */
static hud_status run_threshold(hud_geometry_threshold threshold, double small, int dimension,
                                int order, int64_t samples, struct hud_random *random,
                                struct hud_geometry_result *result, struct hud_error *error)
{
  size_t each = (size_t)(samples / BATCHES);
  double *values = NULL;
  hud_status status = HUD_NEW(&values, each, "thresholds", error);
  if (status != HUD_OK)
    return status;
  double slopes[BATCHES];
  for (int b = 0; b < BATCHES; b++) {
    for (size_t i = 0; i < each; i++)
      values[i] = threshold(random, dimension, order);
    qsort(values, each, sizeof *values, ascending);
    double log_parameter[LEVELS];
    double log_share[LEVELS];
    size_t used = 0;
    double share = 0.05;
    while (values[(size_t)(share * (double)each)] > small && share * (double)each > 80.0)
      share /= 2.0;
    if (values[(size_t)(share * (double)each)] > 1.5 * small) {
      hud_free(values);
      return hud_fail(error, HUD_ERROR_INPUT,
                      "%s: %lld samples are too few to see the set where it is small", result->name,
                      (long long)samples);
    }
    for (; used < LEVELS && (used < 2 || share * (double)each >= 20.0); used++, share /= 4.0) {
      size_t rank = (size_t)fmax(share * (double)each, 1.0);
      log_parameter[used] = log(values[rank - 1]);
      log_share[used] = log((double)rank / (double)each);
    }
    slopes[b] = slope_of(log_parameter, log_share, used);
    result->row_count = used;
    for (size_t r = 0; r < used; r++) { /* rows: geometric means of the batches */
      result->row[r].parameter += log_parameter[r] / BATCHES;
      result->row[r].share = exp(log_share[r]);
    }
  }
  for (size_t r = 0; r < result->row_count; r++) {
    struct hud_geometry_row *row = &result->row[r];
    row->parameter = exp(row->parameter);
    row->error = sqrt(row->share * (1.0 - row->share) / ((double)each * BATCHES));
  }
  set_exponent(result, slopes);
  hud_free(values);
  return HUD_OK;
}

/* Proposition 8.2 at eta = 0.4, 0.28, ..., 0.1. */
static hud_status run_bad_set(int dimension, int order, int64_t samples, struct hud_random *random,
                              struct hud_geometry_result *result, struct hud_error *error)
{
  int64_t each = samples / (BATCHES * LEVELS);
  double slopes[BATCHES];
  result->row_count = LEVELS;
  for (int b = 0; b < BATCHES; b++) {
    double log_parameter[LEVELS];
    double log_share[LEVELS];
    size_t used = 0;
    for (int r = 0; r < LEVELS; r++) {
      double eta = 0.4 * pow(0.5, 0.5 * r);
      int64_t bad = 0;
      for (int64_t i = 0; i < each; i++)
        bad += hud_geometry_adjunction_is_bad(random, dimension, order, eta);
      if (bad > 0) {
        log_parameter[used] = log(eta);
        log_share[used++] = log((double)bad / (double)each);
      }
      result->row[r].parameter = eta;
      result->row[r].share += (double)bad / (double)(each * BATCHES);
    }
    if (used < 3)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "Proposition 8.2: %lld samples show too few bad adjunctions",
                      (long long)samples);
    slopes[b] = slope_of(log_parameter, log_share, used);
  }
  for (int r = 0; r < LEVELS; r++)
    result->row[r].error =
        sqrt(result->row[r].share * (1.0 - result->row[r].share) / (double)(each * BATCHES));
  set_exponent(result, slopes);
  return HUD_OK;
}

/* Largest deviation over a number of samples. */
static hud_status run_identity(double (*deviation)(struct hud_random *, int, int), int dimension,
                               int order, int64_t samples, double tolerance,
                               struct hud_random *random, struct hud_geometry_result *result,
                               struct hud_error *error)
{
  int64_t used = 0;
  result->bound = 0.0;
  for (int64_t i = 0; i < samples; i++) {
    double found = deviation(random, dimension, order);
    if (found < 0.0)
      continue;
    used++;
    result->bound = fmax(result->bound, found);
  }
  if (used == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "%s: none of %lld samples can be used", result->name,
                    (long long)samples);
  result->exponent = NAN;
  result->exponent_error = NAN;
  result->holds = result->bound <= tolerance;
  return HUD_OK;
}

hud_status hud_geometry_run(enum hud_geometry which, int dimension, int order, int64_t samples,
                            uint64_t seed, struct hud_geometry_result *result,
                            struct hud_error *error)
{
  *result = (struct hud_geometry_result){.name = "?"};
  if (!hud_geometry_applies(which, dimension, order))
    return hud_fail(error, HUD_ERROR_INPUT, "check %d is not made for d = %d and order %d",
                    (int)which, dimension, order);
  if (samples < 1000)
    return hud_fail(error, HUD_ERROR_INPUT, "%lld samples; a check takes at least 1000",
                    (long long)samples);
  const struct check *check = &checks[which];
  result->name = check->name;
  result->statement = check->statement;
  result->bound = bound_of(which, dimension, order);
  struct hud_random random;
  hud_random_seed(&random, seed, (uint64_t)(16 * (int)which + 4 * order + dimension));
  if (which == HUD_GEOMETRY_FLOW_MEASURE)
    return run_identity(hud_geometry_flow_deviation, dimension, order, samples / 20, 1e-5, &random,
                        result, error);
  if (which == HUD_GEOMETRY_TRANSITION)
    return run_identity(hud_geometry_transition_deviation, dimension, order, samples / 20, 1e-6,
                        &random, result, error);
  if (which == HUD_GEOMETRY_BAD_SET)
    return run_bad_set(dimension, order, samples, &random, result, error);
  return run_threshold(check->threshold, which == HUD_GEOMETRY_TWO_COLLISIONS ? 0.04 : 0.4,
                       dimension, order, samples, &random, result, error);
}
