/* SPDX-License-Identifier: GPL-3.0-or-later
 * Waves and pairs of a gas; see observables.h. */
#include "spheres/observables.h"

#include <gsl/gsl_math.h>
#include <math.h>

const char *const hud_wave_names[HUD_WAVE_COLUMNS] = {"wave_x", "current_x", "heat_x"};
const char *const hud_phi_names[HUD_PHI_COLUMNS] = {"phi", "correlation"};

struct hud_observer hud_observer_begin(const struct hud_phi *phi)
{
  return (struct hud_observer){.phi = *phi};
}

void hud_observer_add(struct hud_observer *observer, double place, const double *v)
{
  double theta = 2.0 * M_PI * place;
  double wave = 2.0 * cos(theta);
  hud_sum_add(&observer->density, wave);
  hud_sum_add(&observer->current, 2.0 * v[0] * sin(theta));
  hud_sum_add(&observer->heat, 0.5 * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) * wave);
  observer->count++;
  if (observer->phi.value == NULL)
    return;
  double phi = observer->phi.value(observer->phi.context, v);
  hud_sum_add(&observer->first, phi);
  hud_sum_add(&observer->square, phi * phi);
}

void hud_observer_waves(const struct hud_observer *observer, double *out)
{
  double n = (double)observer->count;
  out[0] = hud_sum_result(&observer->density) / n;
  out[1] = hud_sum_result(&observer->current) / n;
  out[2] = hud_sum_result(&observer->heat) / n;
}

void hud_observer_pairs(const struct hud_observer *observer, double *out)
{
  double n = (double)observer->count;
  double sum = hud_sum_result(&observer->first);
  out[0] = sum / n;
  out[1] = (sum * sum - hud_sum_result(&observer->square)) / (n * (n - 1.0));
}

/* Sums over replicas of <phi>, its square and the mean over pairs, and what they estimate. */
struct sums {
  double count, first, square, pairs;
};

static double covariance_of(const struct sums *sums)
{
  double r = sums->count;
  return sums->pairs / r - (sums->first * sums->first - sums->square) / (r * (r - 1.0));
}

void hud_pair_covariance(const double *values, size_t stride, int replicas, double *covariance,
                         double *standard_error)
{
  struct sums all = {.count = replicas};
  double centre = 0.0, mean = 0.0, square = 0.0;
  for (int r = 0; r < replicas; r++)
    centre += values[(size_t)r * stride] / replicas;
  /* The covariance is that of phi less any constant: about the mean no digits are lost. */
  for (int r = 0; r < replicas; r++) {
    const double *own = values + (size_t)r * stride;
    double a = own[0] - centre;
    all.first += a;
    all.square += a * a;
    all.pairs += own[1] - centre * (2.0 * own[0] - centre);
  }
  *covariance = covariance_of(&all);
  for (int pass = 0; pass < 2; pass++)
    for (int r = 0; r < replicas; r++) {
      const double *own = values + (size_t)r * stride;
      double a = own[0] - centre;
      struct sums others = {all.count - 1.0, all.first - a, all.square - a * a,
                            all.pairs - (own[1] - centre * (2.0 * own[0] - centre))};
      double without = covariance_of(&others);
      if (pass == 0)
        mean += without / replicas;
      else
        square += (without - mean) * (without - mean);
    }
  *standard_error = replicas < 3 ? NAN : sqrt((replicas - 1.0) / replicas * square);
}
