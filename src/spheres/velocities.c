/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mixtures of Gaussian and Student distributions; see velocities.h. */
#include "spheres/velocities.h"

#include <gsl/gsl_math.h>
#include <math.h>

#include "base/sum.h"

static double total_weight(const struct hud_velocity_mixture *mixture)
{
  double total = 0.0;
  for (size_t c = 0; c < mixture->count; c++)
    total += mixture->components[c].weight;
  return total;
}

hud_status hud_velocity_mixture_check(const struct hud_velocity_mixture *mixture, int dimension,
                                      struct hud_error *error)
{
  for (size_t c = 0; c < mixture->count; c++) {
    const struct hud_velocity_component *component = &mixture->components[c];
    for (int a = 0; a < dimension; a++) {
      double temperature = component->temperature[a];
      if (!(temperature >= 0.0) || !isfinite(temperature) || !isfinite(component->mean[a]))
        return hud_fail(error, HUD_ERROR_INPUT,
                        "velocity component %zu: temperature %g and mean %g of axis %d must be "
                        "finite, the temperature not negative",
                        c + 1, temperature, component->mean[a], a + 1);
    }
    if (component->degrees != 0 && component->degrees < 3)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "velocity component %zu: a Student distribution of %d degrees has no "
                      "temperature; it takes 3",
                      c + 1, component->degrees);
    if (!(component->weight > 0.0) || !isfinite(component->weight))
      return hud_fail(error, HUD_ERROR_INPUT, "velocity component %zu: weight %g is not positive",
                      c + 1, component->weight);
  }
  if (mixture->count == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "no velocity distribution is given");
  return HUD_OK;
}

static double draw_chi_square(int degrees, struct hud_random *random)
{
  double normal = degrees % 2 == 1 ? hud_random_normal(random) : 0.0;
  double sum = normal * normal;
  for (int i = 0; i < degrees / 2; i++)
    sum += 2.0 * hud_random_exponential(random);
  return sum;
}

/* Draws with the weights' total known, so that many draws do not add it up again. */
static void draw(const struct hud_velocity_mixture *mixture, double total, int dimension,
                 struct hud_random *random, double *v)
{
  const struct hud_velocity_component *components = mixture->components;
  size_t c = 0;
  double level = hud_random_uniform(random) * total - components[0].weight;
  while (level >= 0.0 && c + 1 < mixture->count)
    level -= components[++c].weight;
  int degrees = components[c].degrees;
  double factor = degrees == 0 ? 1.0 : (degrees - 2) / draw_chi_square(degrees, random);
  for (int a = 0; a < dimension; a++)
    v[a] = components[c].mean[a] +
           sqrt(components[c].temperature[a] * factor) * hud_random_normal(random);
}

void hud_velocity_draw(const struct hud_velocity_mixture *mixture, int dimension,
                       struct hud_random *random, double *v)
{
  draw(mixture, total_weight(mixture), dimension, random, v);
}

/* The density of unit temperature at the distance sqrt(square) from the mean. */
static double shape(int degrees, int dimension, double square)
{
  if (degrees == 0)
    return exp(-0.5 * square) / pow(2.0 * M_PI, 0.5 * dimension);
  double half = 0.5 * degrees;
  double room = degrees - 2.0;
  return exp(lgamma(half + 0.5 * dimension) - lgamma(half)) / pow(M_PI * room, 0.5 * dimension) *
         pow(1.0 + square / room, -half - 0.5 * dimension);
}

double hud_velocity_density(const struct hud_velocity_mixture *mixture, int dimension,
                            const double *v)
{
  double sum = 0.0;
  for (size_t c = 0; c < mixture->count; c++) {
    const struct hud_velocity_component *component = &mixture->components[c];
    double square = 0.0;
    double norm = component->weight;
    for (int a = 0; a < dimension; a++) {
      double w = v[a] - component->mean[a];
      square += w * w / component->temperature[a];
      norm /= sqrt(component->temperature[a]);
    }
    sum += norm * shape(component->degrees, dimension, square);
  }
  return sum / total_weight(mixture);
}

double hud_velocity_mean_square(const struct hud_velocity_mixture *mixture, int dimension,
                                bool centred)
{
  double total = total_weight(mixture);
  double sum = 0.0;
  for (int a = 0; a < dimension; a++) {
    double first = 0.0;
    for (size_t c = 0; c < mixture->count; c++) {
      const struct hud_velocity_component *component = &mixture->components[c];
      double share = component->weight / total;
      first += share * component->mean[a];
      sum += share * (component->temperature[a] + component->mean[a] * component->mean[a]);
    }
    if (centred)
      sum -= first * first;
  }
  return sum;
}

static void make_momentum_zero(const struct hud_velocity_array *array)
{
  for (int a = 0; a < array->dimension; a++) {
    double *component = array->velocity + a;
    struct hud_sum sum = {0.0, 0.0};
    for (int64_t i = 0; i < array->count; i++)
      hud_sum_add(&sum, component[(size_t)i * array->stride]);
    double mean = hud_sum_result(&sum) / (double)array->count;
    for (int64_t i = 0; i < array->count; i++)
      component[(size_t)i * array->stride] -= mean;
  }
}

static hud_status scale_energy(const struct hud_velocity_array *array, double wanted,
                               struct hud_error *error)
{
  struct hud_sum sum = {0.0, 0.0};
  for (int64_t i = 0; i < array->count; i++) {
    const double *v = array->velocity + (size_t)i * array->stride;
    for (int a = 0; a < array->dimension; a++)
      hud_sum_add(&sum, v[a] * v[a]);
  }
  double square = hud_sum_result(&sum);
  if (!(square > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT, "the energy cannot be fixed: all velocities are zero");
  double factor = sqrt(wanted / square);
  for (int64_t i = 0; i < array->count; i++)
    for (int a = 0; a < array->dimension; a++)
      array->velocity[(size_t)i * array->stride + (size_t)a] *= factor;
  return HUD_OK;
}

hud_status hud_velocities_draw(const struct hud_velocity_array *array,
                               const struct hud_velocity_mixture *mixture, bool fix_momentum,
                               bool fix_energy, struct hud_random *random, struct hud_error *error)
{
  int dimension = array->dimension;
  hud_status status = hud_velocity_mixture_check(mixture, dimension, error);
  if (status != HUD_OK)
    return status;
  double total = total_weight(mixture);
  for (int64_t i = 0; i < array->count; i++)
    draw(mixture, total, dimension, random, array->velocity + (size_t)i * array->stride);
  if (fix_momentum)
    make_momentum_zero(array);
  if (fix_energy)
    status = scale_energy(
        array, (double)array->count * hud_velocity_mean_square(mixture, dimension, fix_momentum),
        error);
  return status;
}
