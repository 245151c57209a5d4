/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments of the velocities of a gas; see gas_moments.h. */
#include "spheres/gas_moments.h"

#include "base/sum.h"

void hud_gas_moments_of(struct hud_gas_moments *moments, const struct hud_velocity_array *array,
                        const double *frame)
{
  int d = array->dimension;
  double n = (double)array->count;
  struct hud_sum first[3] = {{0.0, 0.0}};
  struct hud_sum second[3] = {{0.0, 0.0}};
  struct hud_sum fourth = {0.0, 0.0};
  struct hud_sum sixth = {0.0, 0.0};
  *moments = (struct hud_gas_moments){.energy = 0.0};
  for (int64_t i = 0; i < array->count; i++) {
    const double *v = array->velocity + (size_t)i * array->stride;
    double square = 0.0;
    for (int a = 0; a < d; a++) {
      double w = v[a] + (frame != NULL ? frame[a] : 0.0);
      hud_sum_add(&first[a], w);
      square += w * w;
    }
    hud_sum_add(&fourth, square * square);
    hud_sum_add(&sixth, square * square * square);
  }
  for (int a = 0; a < d; a++)
    moments->momentum[a] = hud_sum_result(&first[a]) / n;
  /* About the mean, so that a fast common motion costs the temperature no digits. */
  for (int64_t i = 0; i < array->count; i++) {
    const double *v = array->velocity + (size_t)i * array->stride;
    for (int a = 0; a < d; a++) {
      double w = v[a] + (frame != NULL ? frame[a] : 0.0) - moments->momentum[a];
      hud_sum_add(&second[a], w * w);
    }
  }
  for (int a = 0; a < d; a++) {
    moments->temperature[a] = hud_sum_result(&second[a]) / n;
    moments->energy +=
        0.5 * (moments->temperature[a] + moments->momentum[a] * moments->momentum[a]);
  }
  moments->m4 = hud_sum_result(&fourth) / n;
  moments->m6 = hud_sum_result(&sixth) / n;
}
