/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments of the velocities of a gas; see gas_moments.h. */
#include "spheres/gas_moments.h"

#include <math.h>

#include "base/sum.h"

void hud_gas_moments_of(struct hud_gas_moments *moments, const struct hud_velocity_array *array,
                        const double *frame)
{
  static const double at_rest[3] = {0.0};
  int d = array->dimension;
  double n = (double)array->count;
  struct hud_sum first[3] = {{0.0, 0.0}};
  struct hud_sum energy = {0.0, 0.0};
  struct hud_sum fourth = {0.0, 0.0};
  struct hud_sum sixth = {0.0, 0.0};
  *moments = (struct hud_gas_moments){.energy = 0.0};
  frame = frame != NULL ? frame : at_rest;
  for (int64_t i = 0; i < array->count; i++) {
    const double *v = array->velocity + (size_t)i * array->stride;
    double square = 0.0;
    for (int a = 0; a < d; a++) {
      double w = v[a] + frame[a];
      square += w * w;
      hud_sum_add(&first[a], w);
    }
    hud_sum_add(&energy, square);
    hud_sum_add(&fourth, square * square);
    hud_sum_add(&sixth, square * square * square);
  }
  moments->energy = 0.5 * hud_sum_result(&energy) / n;
  moments->m4 = hud_sum_result(&fourth) / n;
  moments->m6 = hud_sum_result(&sixth) / n;
  for (int a = 0; a < d; a++) {
    struct hud_sum second = {0.0, 0.0};
    moments->momentum[a] = hud_sum_result(&first[a]) / n;
    /* About the mean, so that a fast common motion costs the temperature no digits. */
    double offset = moments->momentum[a] - frame[a];
    for (int64_t i = 0; i < array->count; i++) {
      double w = array->velocity[(size_t)i * array->stride + (size_t)a] - offset;
      hud_sum_add(&second, w * w);
    }
    moments->temperature[a] = hud_sum_result(&second) / n;
  }
}

void hud_replica_means(const double *values, int replicas, size_t n, double *mean,
                       double *standard_error)
{
  for (size_t c = 0; c < n; c++) {
    double sum = 0.0;
    double square = 0.0;
    for (int r = 0; r < replicas; r++)
      sum += values[(size_t)r * n + c];
    mean[c] = sum / replicas;
    for (int r = 0; r < replicas; r++)
      square += pow(values[(size_t)r * n + c] - mean[c], 2.0);
    if (standard_error != NULL)
      standard_error[c] = sqrt(square / (replicas * (replicas - 1.0)));
  }
}
