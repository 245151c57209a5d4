/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Potentials and their characteristic maps. A pair with an odd force keeps its mean and obeys
 * r' = -F(r) for r = v_2 - v_1, so that the determinant of its map is F(r(s))/F(r(0)). Closed
 * forms:
 *
 *   alignment, any k:      v_i -> mean + e^{-s}(v_i - mean), determinant e^{-(k-1)s}
 *   power p, k = 2:        |r|^{1-p} grows at rate p - 1; backwards it blows up in finite time
 *   attraction-repulsion:  (|r| - D)^2/|r| decays like e^{-s} (k = 2)
 *   bounded confidence:    piecewise linear, network/confidence.h (any k)
 *
 * Everything else is integrated by the Runge-Kutta pair of order 8(9) of Prince and Dormand (GSL)
 * with relative tolerance 1e-13, the divergence alongside. In one dimension velocities keep their
 * order along the flow, so the kink of a named force at r = 0 is never crossed. The derivative of
 * an expression is a difference of order six: about twelve digits for smooth forces. */
#include "network/potential.h"

#include <float.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "config/expression.h"
#include "network/confidence.h"

static const double RELATIVE_TOLERANCE = 1e-13, ABSOLUTE_TOLERANCE = 1e-15, BOUND = 1e100;
enum { MAX_STEPS = 100000 };

struct hud_potential {
  enum hud_potential_type type;
  double exponent, radius, distance;
  struct hud_expression *force;
  bool odd;
};

/* ---- creation ---- */

static hud_status check_positive(double value, const char *name, struct hud_error *error)
{
  if (isfinite(value) && value > 0.0)
    return HUD_OK;
  return hud_fail(error, HUD_ERROR_INPUT, "potential.%s is %g; it must be positive", name, value);
}

/* The force at r and -r over six decades: finite, and odd or not. */
static hud_status sample_expression(struct hud_potential *potential, struct hud_error *error)
{
  enum { SAMPLES = 61 };
  potential->odd = true;
  for (int i = 0; i < SAMPLES; i++) {
    double r = i == 0 ? 0.0 : pow(10.0, -4.0 + 0.1 * i);
    double right = hud_potential_force(potential, r), left = hud_potential_force(potential, -r);
    if (!isfinite(right) || !isfinite(left))
      return hud_fail(error, HUD_ERROR_INPUT,
                      "potential.force is %g at r = %g; expected a finite number",
                      isfinite(right) ? left : right, isfinite(right) ? -r : r);
    if (fabs(left + right) > 1e-13 * (fabs(left) + fabs(right)))
      potential->odd = false;
  }
  return HUD_OK;
}

hud_status hud_potential_create(struct hud_potential **out, const struct hud_potential_spec *spec,
                                struct hud_error *error)
{
  struct hud_potential *potential = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&potential, 1, "a potential", error);
  if (status != HUD_OK)
    return status;
  *potential = (struct hud_potential){.type = spec->type,
                                      .exponent = spec->exponent,
                                      .radius = spec->radius,
                                      .distance = spec->distance,
                                      .odd = true};
  switch (spec->type) {
  case HUD_POTENTIAL_ALIGNMENT:
    break;
  case HUD_POTENTIAL_POWER:
    if (!(isfinite(spec->exponent) && spec->exponent >= 1.0))
      status = hud_fail(error, HUD_ERROR_INPUT,
                        "potential.exponent is %g; expected a number >= 1 (below 1 velocities meet "
                        "in finite time and the flow has no inverse)",
                        spec->exponent);
    else if (spec->exponent == 1.0)
      potential->type = HUD_POTENTIAL_ALIGNMENT;
    break;
  case HUD_POTENTIAL_BOUNDED_CONFIDENCE:
    status = check_positive(spec->radius, "radius", error);
    break;
  case HUD_POTENTIAL_ATTRACTION_REPULSION:
    status = check_positive(spec->distance, "distance", error);
    break;
  case HUD_POTENTIAL_EXPRESSION:
    status = hud_expression_create(&potential->force, hud_expression_text(spec->force), "r", error);
    if (status == HUD_OK)
      status = sample_expression(potential, error);
    break;
  }
  if (status == HUD_OK)
    *out = potential;
  else
    hud_potential_free(potential);
  return status;
}

void hud_potential_free(struct hud_potential *potential)
{
  if (potential == NULL)
    return;
  hud_expression_free(potential->force);
  hud_free(potential);
}

bool hud_potential_is_alignment(const struct hud_potential *potential)
{
  return potential->type == HUD_POTENTIAL_ALIGNMENT;
}

bool hud_potential_is_odd(const struct hud_potential *potential)
{
  return potential->odd;
}

/* ---- force, velocity, divergence ---- */

double hud_potential_force(const struct hud_potential *potential, double r)
{
  double size = fabs(r);
  switch (potential->type) {
  case HUD_POTENTIAL_ALIGNMENT:
    break;
  case HUD_POTENTIAL_POWER:
    return r * pow(size, potential->exponent - 1.0);
  case HUD_POTENTIAL_BOUNDED_CONFIDENCE:
    return size < potential->radius ? r : 0.0;
  case HUD_POTENTIAL_ATTRACTION_REPULSION:
    return r * ((size - potential->distance) / (size + potential->distance));
  case HUD_POTENTIAL_EXPRESSION:
    return hud_expression_evaluate(potential->force, &r);
  }
  return r;
}

/* Central difference of order six. Its points stay on one side of r = 0, where forces have their
 * kinks. */
static double expression_derivative(const struct hud_potential *potential, double r)
{
  static const double factor[3] = {45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0};
  double h = fmax(fmin(0x1p-8, 0.25 * fabs(r)), 0x1p-26), sum = 0.0;
  for (int n = 1; n <= 3; n++) {
    double right = r + n * h, left = r - n * h;
    sum += factor[n - 1] *
           (hud_potential_force(potential, right) - hud_potential_force(potential, left)) *
           (2.0 * n / (right - left)); /* the step as rounded */
  }
  return sum;
}

double hud_potential_force_derivative(const struct hud_potential *potential, double r)
{
  double size = fabs(r);
  switch (potential->type) {
  case HUD_POTENTIAL_ALIGNMENT:
    break;
  case HUD_POTENTIAL_POWER:
    return potential->exponent * pow(size, potential->exponent - 1.0);
  case HUD_POTENTIAL_BOUNDED_CONFIDENCE:
    return size < potential->radius ? 1.0 : 0.0;
  case HUD_POTENTIAL_ATTRACTION_REPULSION: {
    double sum = size + potential->distance;
    return (size - potential->distance) / sum + 2.0 * potential->distance * size / (sum * sum);
  }
  case HUD_POTENTIAL_EXPRESSION:
    return expression_derivative(potential, r);
  }
  return 1.0;
}

void hud_potential_velocity(const struct hud_potential *potential, int k, const double *v,
                            double *u)
{
  for (int i = 0; i < k; i++) {
    double sum = 0.0;
    for (int j = 0; j < k; j++)
      if (j != i)
        sum += hud_potential_force(potential, v[j] - v[i]);
    u[i] = sum / k;
  }
}

double hud_potential_divergence(const struct hud_potential *potential, int k, const double *v)
{
  double sum = 0.0;
  for (int i = 0; i < k; i++)
    for (int j = 0; j < k; j++)
      if (j != i)
        sum -= hud_potential_force_derivative(potential, v[j] - v[i]);
  return sum / k;
}

/* ---- closed forms ---- */

static double mean_of(int k, const double *v)
{
  double sum = 0.0;
  for (int i = 0; i < k; i++)
    sum += v[i];
  return sum / k;
}

static double align(int k, double s, const double *v, double *out)
{
  double mean = mean_of(k, v), factor = exp(-s);
  for (int i = 0; i < k; i++)
    out[i] = mean + factor * (v[i] - mean);
  return -(k - 1) * s;
}

/* |r| -> |r| (1 + (p-1) s |r|^{p-1})^{-1/(p-1)}; NaN beyond the time of blow-up. */
static double power_distance(double exponent, double s, double size, double *log_jacobian)
{
  double more = exponent - 1.0, stretch = more * s * pow(size, more);
  if (stretch <= -1.0)
    return NAN;
  double logarithm = log1p(stretch) / more;
  *log_jacobian = -exponent * logarithm;
  return size * exp(-logarithm);
}

/* q = (|r|-D)^2/|r| decays like e^{-s}; the two roots for |r| have the product D^2. */
static double repulsion_distance(double equilibrium, double s, double size, double *log_jacobian)
{
  if (size == 0.0) {
    *log_jacobian = s; /* F'(0) = -1 */
    return 0.0;
  }
  double gap = size - equilibrium, q = gap / size * gap * exp(-s);
  double larger = equilibrium + 0.5 * q + sqrt(q) * sqrt(equilibrium + 0.25 * q);
  double result = gap >= 0.0 ? larger : equilibrium / larger * equilibrium;
  *log_jacobian =
      -0.5 * s + 1.5 * log(result / size) - log((result + equilibrium) / (size + equilibrium));
  return result;
}

/* Backwards a pair within the radius separates; when it reaches the radius no earlier state leads
 * to it (network/confidence.h). */
static double confidence_distance(double radius, double s, double size, double *log_jacobian)
{
  *log_jacobian = 0.0;
  if (size >= radius)
    return size;
  double result = size * exp(-s);
  *log_jacobian = result < radius ? -s : -INFINITY;
  return fmin(result, radius);
}

static bool pair_has_closed_form(const struct hud_potential *potential)
{
  return potential->type != HUD_POTENTIAL_EXPRESSION;
}

static double closed_distance(const struct hud_potential *potential, double s, double size,
                              double *log_jacobian)
{
  if (potential->type == HUD_POTENTIAL_POWER)
    return power_distance(potential->exponent, s, size, log_jacobian);
  if (potential->type == HUD_POTENTIAL_ATTRACTION_REPULSION)
    return repulsion_distance(potential->distance, s, size, log_jacobian);
  return confidence_distance(potential->radius, s, size, log_jacobian);
}

/* ---- integration ---- */

struct path {
  const struct hud_potential *potential;
  int k; /* 0: a pair with an odd force, by its difference r alone */
};

/* y = velocities, then the logarithm of the determinant. */
static int path_rhs(double t, const double *y, double *dydt, void *context)
{
  (void)t;
  const struct path *path = context;
  int n = path->k == 0 ? 1 : path->k;
  for (int i = 0; i < n; i++)
    if (!(fabs(y[i]) < BOUND))
      return GSL_EBADFUNC;
  if (path->k == 0) {
    dydt[0] = -hud_potential_force(path->potential, y[0]);
    dydt[1] = -hud_potential_force_derivative(path->potential, y[0]);
  } else {
    hud_potential_velocity(path->potential, path->k, y, dydt);
    dydt[n] = hud_potential_divergence(path->potential, path->k, y);
  }
  for (int i = 0; i <= n; i++)
    if (!isfinite(dydt[i]))
      return GSL_EBADFUNC;
  return GSL_SUCCESS;
}

static hud_status integrate(struct path *path, double s, double *y, struct hud_error *error)
{
  size_t n = path->k == 0 ? 1 : (size_t)path->k;
  double *scale = NULL, spread = 0.0, t = 0.0;
  gsl_odeiv2_driver *driver = NULL;
  hud_status status = HUD_NEW(&scale, n + 1, "a path of a cluster", error);
  if (status != HUD_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    spread = fmax(spread, fabs(y[i]));
  for (size_t i = 0; i < n; i++)
    scale[i] = fmax(spread, DBL_MIN);
  scale[n] = 1e3; /* to 1e-12: differences of an expression are no better */
  gsl_odeiv2_system system = {path_rhs, NULL, n + 1, path};
  gsl_error_handler_t *handler = hud_gsl_begin();
  driver =
      gsl_odeiv2_driver_alloc_scaled_new(&system, gsl_odeiv2_step_rk8pd, copysign(1e-2, s),
                                         ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, 1.0, 0.0, scale);
  if (driver == NULL) {
    status = hud_fail_memory(error, "a path of a cluster", n * sizeof(double));
  } else {
    gsl_odeiv2_driver_set_nmax(driver, MAX_STEPS);
    int result = gsl_odeiv2_driver_apply(driver, &t, s, y);
    if (result != GSL_SUCCESS)
      status =
          hud_fail(error, HUD_ERROR_COMPUTE,
                   "a path of %zu velocities cannot be followed beyond s = %g of %g: %s",
                   path->k == 0 ? 2 : n, t, s,
                   result == GSL_EBADFUNC   ? "it leaves every bound, or the force is not finite"
                   : result == GSL_EMAXITER ? "it needs too many steps; is the force continuous?"
                                            : gsl_strerror(result));
  }
  if (driver != NULL)
    gsl_odeiv2_driver_free(driver);
  hud_gsl_end(handler);
  hud_free(scale);
  return status;
}

static hud_status flow_pair(const struct hud_potential *potential, double s, const double *v,
                            double *out, double *log_jacobian, struct hud_error *error)
{
  double middle = v[0] + 0.5 * (v[1] - v[0]), r = v[1] - v[0], y[2] = {r, 0.0};
  hud_status status = HUD_OK;
  if (pair_has_closed_form(potential)) {
    y[0] = copysign(closed_distance(potential, s, fabs(r), &y[1]), r);
    if (!isfinite(y[0]))
      status = hud_fail(error, HUD_ERROR_COMPUTE,
                        "a pair at distance %g leaves every bound before s = %g", fabs(r), s);
  } else {
    struct path path = {potential, 0};
    status = integrate(&path, s, y, error);
  }
  out[0] = middle - 0.5 * y[0];
  out[1] = middle + 0.5 * y[0];
  *log_jacobian = y[1];
  return status;
}

/* Velocities relative to their mean, so that nothing depends on the frame. The mean of an odd force
 * is a linear invariant, which Runge-Kutta methods keep. */
static hud_status flow_cluster(const struct hud_potential *potential, int k, double s,
                               const double *v, double *out, double *log_jacobian,
                               struct hud_error *error)
{
  double *y = NULL, mean = mean_of(k, v);
  hud_status status = HUD_NEW(&y, (size_t)k + 1, "a path of a cluster", error);
  if (status != HUD_OK)
    return status;
  for (int i = 0; i < k; i++)
    y[i] = v[i] - mean;
  if (potential->type == HUD_POTENTIAL_BOUNDED_CONFIDENCE) {
    status = hud_confidence_flow(potential->radius, k, s, y, y, &y[k], error);
  } else {
    struct path path = {potential, k};
    status = integrate(&path, s, y, error);
  }
  for (int i = 0; status == HUD_OK && i < k; i++)
    out[i] = mean + y[i];
  *log_jacobian = y[k];
  hud_free(y);
  return status;
}

hud_status hud_potential_flow(const struct hud_potential *potential, int k, double s,
                              const double *v, double *out, double *log_jacobian,
                              struct hud_error *error)
{
  double logarithm = 0.0;
  hud_status status = HUD_OK;
  if (k == 1 || s == 0.0) {
    memmove(out, v, (size_t)k * sizeof *v);
  } else if (potential->type == HUD_POTENTIAL_ALIGNMENT) {
    logarithm = align(k, s, v, out);
  } else if (k == 2 && potential->odd) {
    status = flow_pair(potential, s, v, out, &logarithm, error);
  } else {
    status = flow_cluster(potential, k, s, v, out, &logarithm, error);
  }
  for (int i = 0; status == HUD_OK && i < k; i++)
    if (!isfinite(out[i]))
      status = hud_fail(error, HUD_ERROR_COMPUTE, "a path of %d velocities leaves every bound", k);
  if (log_jacobian != NULL)
    *log_jacobian = logarithm;
  return status;
}
