/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Fourier metric sup |fhat - ghat|/xi^2 of two probabilities with the same mean. With
 * velocities measured from the mean, fhat - 1 is a sum of e^{-iy} - 1 + iy, y = xi v, which is
 * evaluated without cancellation and divided by xi^2, so that the quotient is right down to xi = 0,
 * where it is half the difference of the variances. */
#include "analysis/distance.h"

#include <complex.h>
#include <math.h>

#include "base/sum.h"

static const double PI = 3.141592653589793238462643383279502884;
enum { MOST_STEPS = 40000, REFINED = 8, GOLDEN_STEPS = 60 };

struct centered {
  const struct hud_measure *measure;
  double mass, mean, variance, reach, narrowest;
};

/* sin(z)/z - 1. */
static double sinc_less_one(double z)
{
  if (fabs(z) > 0.5)
    return sin(z) / z - 1.0;
  double square = z * z, term = 1.0, sum = 0.0;
  for (int n = 1; n <= 8; n++) {
    term *= -square / ((2.0 * n) * (2.0 * n + 1.0));
    sum += term;
  }
  return sum;
}

/* e^{-iy} - 1 + iy; y - sin y = -y (sin(y)/y - 1). */
static double complex exponential_remainder(double y)
{
  double sine = sin(0.5 * y);
  return -2.0 * sine * sine - I * y * sinc_less_one(y);
}

static double middle(const struct hud_measure *measure, size_t i)
{
  return measure->edge != NULL ? 0.5 * measure->edge[i] + 0.5 * measure->edge[i + 1]
                               : measure->position[i];
}

static double width(const struct hud_measure *measure, size_t i)
{
  return measure->edge != NULL ? measure->edge[i + 1] - measure->edge[i] : 0.0;
}

static hud_status describe(struct centered *centered, const struct hud_measure *measure,
                           struct hud_error *error)
{
  if ((measure->edge == NULL) == (measure->position == NULL))
    return hud_fail(error, HUD_ERROR_USAGE, "a measure needs either positions or edges");
  *centered = (struct centered){.measure = measure,
                                .mass = hud_measure_mass(measure),
                                .mean = hud_measure_mean(measure),
                                .narrowest = INFINITY};
  if (!(centered->mass > 0.0) || !isfinite(centered->mean))
    return hud_fail(error, HUD_ERROR_USAGE,
                    "a measure of mass %g and mean %g; expected a positive mass and finite numbers",
                    centered->mass, centered->mean);
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = 0; i < measure->count; i++) {
    double v = middle(measure, i) - centered->mean, cell = width(measure, i);
    if (measure->edge != NULL && !(cell > 0.0))
      return hud_fail(error, HUD_ERROR_USAGE, "edge %zu of a measure does not increase", i + 1);
    hud_sum_add(&sum, measure->mass[i] * (v * v + cell * cell / 12.0));
    centered->reach = fmax(centered->reach, fabs(v) + 0.5 * cell);
    if (cell > 0.0)
      centered->narrowest = fmin(centered->narrowest, cell);
  }
  centered->variance = hud_sum_result(&sum) / centered->mass;
  return HUD_OK;
}

/* fhat(xi) - 1 of the centred probability: with cells, e^{-iy} sinc(z) - 1 + iy. */
static double complex remainder_of(const struct centered *centered, double xi)
{
  struct hud_sum re = {0.0, 0.0}, im = {0.0, 0.0};
  for (size_t i = 0; i < centered->measure->count; i++) {
    double y = xi * (middle(centered->measure, i) - centered->mean);
    double spread = sinc_less_one(0.5 * xi * width(centered->measure, i));
    double complex term = exponential_remainder(y);
    if (spread != 0.0)
      term += spread * cexp(-I * y);
    hud_sum_add(&re, centered->measure->mass[i] * creal(term));
    hud_sum_add(&im, centered->measure->mass[i] * cimag(term));
  }
  return (hud_sum_result(&re) + I * hud_sum_result(&im)) / centered->mass;
}

static double quotient(const struct centered *f, const struct centered *g, double xi)
{
  if (xi == 0.0)
    return 0.5 * fabs(f->variance - g->variance);
  return cabs(remainder_of(f, xi) - remainder_of(g, xi)) / (xi * xi);
}

/* The maximum within one step of `at`, by golden sections. */
static void refine(const struct centered *f, const struct centered *g, double at, double step,
                   struct hud_fourier_distance *best)
{
  const double golden = 0.5 * (sqrt(5.0) - 1.0);
  double low = fmax(at - step, 0.0), high = at + step;
  double left = high - golden * (high - low), right = low + golden * (high - low);
  double at_left = quotient(f, g, left), at_right = quotient(f, g, right);
  for (int n = 0; n < GOLDEN_STEPS; n++) {
    if (at_left > at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - golden * (high - low);
      at_left = quotient(f, g, left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + golden * (high - low);
      at_right = quotient(f, g, right);
    }
  }
  double value = fmax(at_left, at_right);
  if (value > best->value) {
    best->value = value;
    best->at = at_left > at_right ? left : right;
  }
}

/* Keeps the largest values found, in descending order. */
static void remember(double *values, double *places, double value, double place)
{
  int i = REFINED;
  for (; i > 0 && value > values[i - 1]; i--)
    if (i < REFINED) {
      values[i] = values[i - 1];
      places[i] = places[i - 1];
    }
  if (i < REFINED) {
    values[i] = value;
    places[i] = place;
  }
}

static double absolute_mass(const struct hud_measure *measure)
{
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = 0; i < measure->count; i++)
    hud_sum_add(&sum, fabs(measure->mass[i]));
  return hud_sum_result(&sum);
}

/* What |fhat - ghat| cannot exceed at any frequency, as long as means are not moved: the L1
 * distance of the probabilities, at most |f - g|/F + |G - F| |g|/(F G); and never more than their
 * absolute masses. */
static double largest_difference(const struct centered *f, const struct centered *g)
{
  double l1 = 0.0, of_f = absolute_mass(f->measure), of_g = absolute_mass(g->measure);
  double most = of_f / f->mass + of_g / g->mass;
  if (f->measure->edge == NULL || g->measure->edge == NULL ||
      hud_distance_l1(f->measure, g->measure, &l1, NULL) != HUD_OK)
    return most;
  return fmin(most, (l1 + fabs(g->mass - f->mass) * of_g / g->mass) / f->mass);
}

static void scan(const struct centered *f, const struct centered *g,
                 struct hud_fourier_distance *best)
{
  double most = largest_difference(f, g), shift = fabs(f->mean - g->mean);
  double values[REFINED] = {0.0}, places[REFINED] = {0.0};
  double step = 0.25 / fmax(fmax(f->reach, g->reach), 1e-300);
  double limit = 2.0 * PI / fmin(f->narrowest, g->narrowest); /* 0 without cells */
  double older = 0.0, old = quotient(f, g, 0.0);
  *best = (struct hud_fourier_distance){.value = old};
  remember(values, places, old, 0.0);
  for (int n = 1; n <= MOST_STEPS; n++) {
    double xi = n * step, value = quotient(f, g, xi);
    if (old >= older && old >= value) /* a local maximum of the samples */
      remember(values, places, old, xi - step);
    if (value > best->value) {
      best->value = value;
      best->at = xi;
    }
    older = old;
    old = value;
    best->scanned = xi;
    best->complete = xi * xi * best->value >= most + fmin(xi * shift, 2.0);
    if (best->complete || (limit > 0.0 && xi >= limit))
      break;
  }
  for (int i = 0; i < REFINED && values[i] > 0.0; i++)
    refine(f, g, places[i], step, best);
}

hud_status hud_fourier_metric(const struct hud_measure *f, const struct hud_measure *g,
                              bool centered, struct hud_fourier_distance *distance,
                              struct hud_error *error)
{
  struct centered both[2];
  hud_status status = describe(&both[0], f, error);
  if (status == HUD_OK)
    status = describe(&both[1], g, error);
  if (status != HUD_OK)
    return status;
  double deviation = sqrt(fmax(fmax(both[0].variance, both[1].variance), 0.0));
  double round_off = 1e-15 * fmax(fabs(both[0].mean), fabs(both[1].mean));
  if (!centered && fabs(both[0].mean - both[1].mean) > fmax(1e-9 * deviation, round_off))
    *distance = (struct hud_fourier_distance){.value = INFINITY, .complete = true};
  else
    scan(&both[0], &both[1], distance);
  return HUD_OK;
}
