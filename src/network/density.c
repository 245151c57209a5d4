/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Densities of one velocity in closed form. Gaussian, self-similar (MATHEMATICS, section 3) and
 * atoms have their own formulas; uniform data, tables and expressions are panels of polynomials
 * (network/piecewise.h). Formulas are chosen so that nothing cancels: moments about a centre are
 * recursions or sums of one sign, and masses in the tails are differences of complementary
 * functions. An expression is resolved once, at creation, and not needed afterwards. */
#include "network/density.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sum.h"
#include "config/expression.h"
#include "network/piecewise.h"

static const double PI = 3.141592653589793238462643383279502884;

struct hud_density {
  enum hud_density_type type;
  double mass, mean;
  double middle, scale;         /* gaussian, self-similar */
  struct hud_piecewise *pieces; /* uniform, table, expression */
  size_t part_count;            /* mixture */
  struct hud_density **parts;
  size_t atom_count; /* atoms, and those of all parts of a mixture */
  double *atoms;     /* rows (weight, v) */
};

/* ---- creation ---- */

static hud_status check_number(double value, const char *what, bool positive,
                               struct hud_error *error)
{
  if (!isfinite(value))
    return hud_fail(error, HUD_ERROR_INPUT, "the %s of a density is %g; expected a finite number",
                    what, value);
  if (positive && !(value > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT, "the %s of a density is %g; it must be positive", what,
                    value);
  return HUD_OK;
}

static hud_status create_shape(struct hud_density *density, const struct hud_density_spec *spec,
                               struct hud_error *error)
{
  hud_status status = check_number(spec->mass, "mass", true, error);
  if (status == HUD_OK)
    status = check_number(spec->mean, "mean", false, error);
  if (status == HUD_OK)
    status = check_number(spec->scale, "width", true, error);
  density->mass = spec->mass;
  density->middle = spec->mean;
  density->scale = spec->scale;
  return status;
}

static hud_status create_uniform(struct hud_density *density, const struct hud_density_spec *spec,
                                 struct hud_error *error)
{
  hud_status status = check_number(spec->mass, "mass", true, error);
  if (status == HUD_OK && !(spec->min < spec->max && isfinite(spec->max - spec->min)))
    status = hud_fail(error, HUD_ERROR_INPUT,
                      "a uniform density on [%g, %g]: expected finite numbers with min < max",
                      spec->min, spec->max);
  if (status != HUD_OK)
    return status;
  double height = spec->mass / (spec->max - spec->min);
  double points[4] = {spec->min, height, spec->max, height};
  return hud_piecewise_create_linear(&density->pieces, 2, points, error);
}

static hud_status create_table(struct hud_density *density, const struct hud_density_spec *spec,
                               struct hud_error *error)
{
  if (spec->point_count < 2)
    return hud_fail(error, HUD_ERROR_INPUT, "a table of %zu points; expected at least 2",
                    spec->point_count);
  for (size_t i = 0; i < spec->point_count; i++) {
    const double *row = spec->points + 2 * i;
    if (!isfinite(row[0]) || !isfinite(row[1]) || row[1] < 0.0)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "row %zu of a table is (%g, %g); expected finite numbers, the density not "
                      "negative",
                      i + 1, row[0], row[1]);
    if (i > 0 && !(row[-2] < row[0]))
      return hud_fail(error, HUD_ERROR_INPUT,
                      "row %zu of a table has v = %g after v = %g; expected increasing values",
                      i + 1, row[0], row[-2]);
  }
  return hud_piecewise_create_linear(&density->pieces, spec->point_count, spec->points, error);
}

static double evaluate_expression(const void *context, double v)
{
  return hud_expression_evaluate(context, &v);
}

static hud_status create_atoms(struct hud_density *density, const struct hud_density_spec *spec,
                               struct hud_error *error)
{
  if (spec->point_count == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "a density of atoms has none");
  struct hud_sum mass = {0.0, 0.0};
  for (size_t i = 0; i < spec->point_count; i++) {
    const double *row = spec->points + 2 * i;
    if (!isfinite(row[0]) || !isfinite(row[1]) || row[0] < 0.0)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "atom %zu is (weight %g, v %g); expected finite numbers, the weight not "
                      "negative",
                      i + 1, row[0], row[1]);
    hud_sum_add(&mass, row[0]);
  }
  density->mass = hud_sum_result(&mass);
  hud_status status = check_number(density->mass, "mass", true, error);
  if (status == HUD_OK)
    status = HUD_NEW(&density->atoms, 2 * spec->point_count, "atoms", error);
  if (status == HUD_OK) {
    memcpy(density->atoms, spec->points, 2 * spec->point_count * sizeof *density->atoms);
    density->atom_count = spec->point_count;
  }
  return status;
}

static hud_status create_mixture(struct hud_density *density, const struct hud_density_spec *spec,
                                 struct hud_error *error)
{
  if (spec->part_count == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "a mixture has no parts");
  hud_status status = HUD_NEW(&density->parts, spec->part_count, "a mixture", error);
  for (size_t i = 0; status == HUD_OK && i < spec->part_count; i++) {
    status = hud_density_create(&density->parts[i], &spec->parts[i], error);
    if (status == HUD_OK) {
      density->part_count++;
      density->mass += density->parts[i]->mass;
      density->atom_count += density->parts[i]->atom_count;
    }
  }
  if (status == HUD_OK)
    status = check_number(density->mass, "mass", true, error);
  if (status == HUD_OK && density->atom_count > 0)
    status = HUD_NEW(&density->atoms, 2 * density->atom_count, "atoms", error);
  double *next = density->atoms;
  for (size_t i = 0; status == HUD_OK && i < density->part_count; i++) {
    const struct hud_density *part = density->parts[i];
    if (part->atom_count > 0)
      memcpy(next, part->atoms, 2 * part->atom_count * sizeof *next);
    next = next != NULL ? next + 2 * part->atom_count : NULL;
  }
  return status;
}

/* Twice, the second time about the mean found first, so that data far from zero keep their digits.
 */
static hud_status find_mean(struct hud_density *density, struct hud_error *error)
{
  hud_status status = HUD_OK;
  double moment[2];
  density->mean = density->middle;
  if (hud_density_finite_moments(density) < 1)
    return hud_fail(error, HUD_ERROR_INPUT, "the density decays too slowly to have a mean");
  for (int pass = 0; pass < 2 && status == HUD_OK; pass++) {
    status = hud_density_moments(density, density->mean, 1, moment, error);
    if (status == HUD_OK)
      density->mean += moment[1] / density->mass;
  }
  return status;
}

hud_status hud_density_create(struct hud_density **out, const struct hud_density_spec *spec,
                              struct hud_error *error)
{
  struct hud_density *density = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&density, 1, "a density", error);
  if (status != HUD_OK)
    return status;
  density->type = spec->type;
  switch (spec->type) {
  case HUD_DENSITY_GAUSSIAN:
  case HUD_DENSITY_SELF_SIMILAR:
    status = create_shape(density, spec, error);
    break;
  case HUD_DENSITY_UNIFORM:
    status = create_uniform(density, spec, error);
    break;
  case HUD_DENSITY_TABLE:
    status = create_table(density, spec, error);
    break;
  case HUD_DENSITY_EXPRESSION:
    status = hud_piecewise_create(&density->pieces, evaluate_expression, spec->expression,
                                  spec->min, spec->max, error);
    break;
  case HUD_DENSITY_ATOMS:
    status = create_atoms(density, spec, error);
    break;
  case HUD_DENSITY_MIXTURE:
    status = create_mixture(density, spec, error);
    break;
  }
  if (status == HUD_OK && density->pieces != NULL)
    density->mass = density->pieces->mass;
  if (status == HUD_OK)
    status = find_mean(density, error);
  if (status == HUD_OK)
    *out = density;
  else
    hud_density_free(density);
  return status;
}

void hud_density_free(struct hud_density *density)
{
  if (density == NULL)
    return;
  for (size_t i = 0; i < density->part_count; i++)
    hud_density_free(density->parts[i]);
  hud_free(density->parts);
  hud_free(density->atoms);
  hud_piecewise_free(density->pieces);
  hud_free(density);
}

/* ---- simple queries ---- */

double hud_density_mass(const struct hud_density *density)
{
  return density->mass;
}

double hud_density_mean(const struct hud_density *density)
{
  return density->mean;
}

int hud_density_finite_moments(const struct hud_density *density)
{
  if (density->type == HUD_DENSITY_SELF_SIMILAR)
    return 2;
  if (density->pieces != NULL)
    return hud_piecewise_finite_moments(density->pieces);
  int finite = INT_MAX;
  for (size_t i = 0; i < density->part_count; i++) {
    int part = hud_density_finite_moments(density->parts[i]);
    finite = part < finite ? part : finite;
  }
  return finite;
}

bool hud_density_is_smooth(const struct hud_density *density)
{
  if (density->atom_count > 0 || (density->pieces != NULL && density->pieces->jumps))
    return false;
  for (size_t i = 0; i < density->part_count; i++)
    if (!hud_density_is_smooth(density->parts[i]))
      return false;
  return true;
}

const double *hud_density_atoms(const struct hud_density *density, size_t *count)
{
  *count = density->atom_count;
  return density->atoms;
}

/* ---- moments ---- */

/* E (v-c)^{p+1} = d E (v-c)^p + p sigma^2 E (v-c)^{p-1}, d = mean - c: both terms have the sign of
 * d^{p+1}. */
static void gaussian_moments(const struct hud_density *density, double center, int order,
                             double *out)
{
  double d = density->middle - center, variance = density->scale * density->scale;
  out[0] = density->mass;
  for (int p = 0; p < order; p++)
    out[p + 1] = d * out[p] + (p > 0 ? p * variance * out[p - 1] : 0.0);
}

/* The second moment about the mean is mass scale^2; the third does not exist. */
static void self_similar_moments(const struct hud_density *density, double center, int order,
                                 double *out)
{
  double d = density->middle - center;
  double moment[3] = {1.0, d, d * d + density->scale * density->scale};
  for (int p = 0; p <= order; p++)
    out[p] = density->mass * moment[p];
}

static void atom_moments(const struct hud_density *density, double center, int order, double *out)
{
  for (int p = 0; p <= order; p++) {
    struct hud_sum sum = {0.0, 0.0};
    for (size_t i = 0; i < density->atom_count; i++) {
      const double *row = density->atoms + 2 * i;
      hud_sum_add(&sum, row[0] * pow(row[1] - center, p));
    }
    out[p] = hud_sum_result(&sum);
  }
}

static hud_status mixture_moments(const struct hud_density *density, double center, int order,
                                  double *out, struct hud_error *error)
{
  double *part = NULL;
  hud_status status = HUD_NEW(&part, (size_t)order + 1, "moments", error);
  for (int p = 0; p <= order; p++)
    out[p] = 0.0;
  for (size_t i = 0; status == HUD_OK && i < density->part_count; i++) {
    status = hud_density_moments(density->parts[i], center, order, part, error);
    for (int p = 0; status == HUD_OK && p <= order; p++)
      out[p] += part[p];
  }
  hud_free(part);
  return status;
}

hud_status hud_density_moments(const struct hud_density *density, double center, int order,
                               double *out, struct hud_error *error)
{
  int finite = hud_density_finite_moments(density);
  if (order > finite)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "moments of order %d are asked for, but this density has finite ones to order "
                    "%d only",
                    order, finite);
  hud_status status = HUD_OK;
  if (density->pieces != NULL)
    status = hud_piecewise_moments(density->pieces, center, order, out, error);
  else if (density->type == HUD_DENSITY_GAUSSIAN)
    gaussian_moments(density, center, order, out);
  else if (density->type == HUD_DENSITY_SELF_SIMILAR)
    self_similar_moments(density, center, order, out);
  else if (density->type == HUD_DENSITY_ATOMS)
    atom_moments(density, center, order, out);
  else
    status = mixture_moments(density, center, order, out, error);
  for (int p = 0; status == HUD_OK && p <= order; p++)
    if (!isfinite(out[p]))
      status = hud_fail(error, HUD_ERROR_COMPUTE, "the moment of order %d overflows", p);
  return status;
}

/* ---- values and masses ---- */

double hud_density_value(const struct hud_density *density, double v)
{
  if (density->pieces != NULL)
    return hud_piecewise_value(density->pieces, v);
  double value = 0.0;
  for (size_t i = 0; i < density->part_count; i++)
    value += hud_density_value(density->parts[i], v);
  double x = (v - density->middle) / density->scale;
  if (density->type == HUD_DENSITY_GAUSSIAN)
    value = density->mass * exp(-0.5 * x * x) / (sqrt(2.0 * PI) * density->scale);
  else if (density->type == HUD_DENSITY_SELF_SIMILAR)
    value = 2.0 * density->mass / (PI * density->scale * (1.0 + x * x) * (1.0 + x * x));
  return value;
}

/* A standard symmetric law by its mass in [0, x] and its mass beyond x, for x >= 0. */
struct symmetric_law {
  double (*inner)(double x);
  double (*tail)(double x);
};

static double gaussian_inner(double x)
{
  return 0.5 * erf(x * sqrt(0.5));
}

static double gaussian_tail(double x)
{
  return 0.5 * erfc(x * sqrt(0.5));
}

/* int_0^x (2/pi) (1+y^2)^-2 dy; the second form so that x may be infinite. */
static double self_similar_inner(double x)
{
  return (atan(x) + (x < 1.0 ? x / (1.0 + x * x) : 1.0 / (x + 1.0 / x))) / PI;
}

/* (arctan(1/x) - x/(1+x^2)) / pi; with y = 1/x the difference is
 * sum_n (-1)^{n+1} (2n/(2n+1)) y^{2n+1}, used where it would cancel. */
static double self_similar_tail(double x)
{
  enum { TERMS = 24 };
  if (x < 3.0)
    return 0.5 - self_similar_inner(x);
  double y = 1.0 / x, power = y, sum = 0.0;
  for (int n = 1; n <= TERMS; n++) {
    power *= -y * y;
    sum -= power * (2.0 * n) / (2.0 * n + 1.0);
  }
  return sum / PI;
}

static const struct symmetric_law gaussian_law = {gaussian_inner, gaussian_tail};
static const struct symmetric_law self_similar_law = {self_similar_inner, self_similar_tail};

/* Always the difference, or sum, that does not cancel. */
static double symmetric_interval(const struct symmetric_law *law, double a, double b)
{
  if (b <= 0.0)
    return symmetric_interval(law, -b, -a);
  if (a < 0.0)
    return law->inner(-a) + law->inner(b);
  return b < 1.0 ? law->inner(b) - law->inner(a) : law->tail(a) - law->tail(b);
}

static double atoms_between(const struct hud_density *density, double a, double b)
{
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = 0; i < density->atom_count; i++) {
    const double *row = density->atoms + 2 * i;
    if (row[1] >= a && row[1] < b)
      hud_sum_add(&sum, row[0]);
  }
  return hud_sum_result(&sum);
}

double hud_density_interval(const struct hud_density *density, double a, double b)
{
  if (!(a < b))
    return 0.0;
  if (density->pieces != NULL)
    return hud_piecewise_interval(density->pieces, a, b);
  double from = (a - density->middle) / density->scale, to = (b - density->middle) / density->scale;
  double mass = 0.0;
  switch (density->type) {
  case HUD_DENSITY_GAUSSIAN:
    mass = density->mass * symmetric_interval(&gaussian_law, from, to);
    break;
  case HUD_DENSITY_SELF_SIMILAR:
    mass = density->mass * symmetric_interval(&self_similar_law, from, to);
    break;
  case HUD_DENSITY_ATOMS:
    mass = atoms_between(density, a, b);
    break;
  default: /* a mixture */
    for (size_t i = 0; i < density->part_count; i++)
      mass += hud_density_interval(density->parts[i], a, b);
    break;
  }
  return mass;
}

/* ---- characteristic functions and samples ---- */

double complex hud_density_characteristic(const struct hud_density *density, double xi)
{
  if (density->pieces != NULL)
    return hud_piecewise_characteristic(density->pieces, xi);
  double complex value = 0.0;
  double width = fabs(xi) * density->scale;
  switch (density->type) {
  case HUD_DENSITY_GAUSSIAN:
    return density->mass * exp(-0.5 * width * width) * cexp(-I * xi * density->middle);
  case HUD_DENSITY_SELF_SIMILAR:
    return density->mass * (1.0 + width) * exp(-width) * cexp(-I * xi * density->middle);
  case HUD_DENSITY_ATOMS:
    for (size_t i = 0; i < density->atom_count; i++)
      value += density->atoms[2 * i] * cexp(-I * xi * density->atoms[2 * i + 1]);
    return value;
  default: /* a mixture */
    for (size_t i = 0; i < density->part_count; i++)
      value += hud_density_characteristic(density->parts[i], xi);
    return value;
  }
}

static double atom_sample(const struct hud_density *density, struct hud_random *random)
{
  double target = hud_random_uniform(random) * density->mass;
  size_t last = 0;
  for (size_t i = 0; i < density->atom_count; i++) {
    double weight = density->atoms[2 * i];
    if (weight == 0.0)
      continue;
    last = i; /* round-off must not lead past the last atom that has a weight */
    if (target < weight)
      break;
    target -= weight;
  }
  return density->atoms[2 * last + 1];
}

double hud_density_sample(const struct hud_density *density, struct hud_random *random)
{
  if (density->pieces != NULL)
    return hud_piecewise_sample(density->pieces, random);
  switch (density->type) {
  case HUD_DENSITY_GAUSSIAN:
    return density->middle + density->scale * hud_random_normal(random);
  case HUD_DENSITY_SELF_SIMILAR: {
    /* Student's law with three degrees of freedom: a normal over the root of a chi-square. */
    double x = hud_random_normal(random), sum = 0.0;
    for (int i = 0; i < 3; i++) {
      double z = hud_random_normal(random);
      sum += z * z;
    }
    return density->middle + density->scale * x / sqrt(sum);
  }
  case HUD_DENSITY_ATOMS:
    return atom_sample(density, random);
  default: { /* a mixture */
    double target = hud_random_uniform(random) * density->mass;
    size_t i = 0;
    while (i + 1 < density->part_count && target >= density->parts[i]->mass)
      target -= density->parts[i++]->mass;
    return hud_density_sample(density->parts[i], random);
  }
  }
}
