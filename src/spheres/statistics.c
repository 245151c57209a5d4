/* SPDX-License-Identifier: GPL-3.0-or-later
 * Averages over the particles; see statistics.h. */
#include "spheres/statistics.h"

#include "base/sum.h"

void hud_spheres_measure(const struct hud_spheres *spheres, struct hud_spheres_moments *moments)
{
  struct hud_sum first[3] = {{0.0, 0.0}}, energy = {0.0, 0.0}, fourth = {0.0, 0.0};
  int d = spheres->zones.dimension;
  double count = (double)spheres->count;
  *moments = (struct hud_spheres_moments){0};
  for (int64_t i = 0; i < spheres->count; i++) {
    double v[3], square = 0.0;
    hud_spheres_velocity(spheres, i, v);
    for (int a = 0; a < d; a++) {
      square += v[a] * v[a];
      hud_sum_add(&first[a], v[a]);
    }
    hud_sum_add(&energy, square);
    hud_sum_add(&fourth, square * square);
  }
  moments->energy = 0.5 * hud_sum_result(&energy) / count;
  moments->fourth = hud_sum_result(&fourth) / count;
  for (int a = 0; a < d; a++) {
    struct hud_sum second = {0.0, 0.0};
    moments->momentum[a] = hud_sum_result(&first[a]) / count;
    double offset = moments->momentum[a] - spheres->drift[a];
    for (int64_t i = 0; i < spheres->count; i++) {
      double v = spheres->particles[i].velocity[a] - offset;
      hud_sum_add(&second, v * v);
    }
    moments->temperature[a] = hud_sum_result(&second) / count;
  }
}
