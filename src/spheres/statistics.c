/* SPDX-License-Identifier: GPL-3.0-or-later
 * Averages over the particles; see statistics.h. */
#include "spheres/statistics.h"

#include <string.h>

#include "spheres/gas_moments.h"

void hud_spheres_measure(const struct hud_spheres *spheres, struct hud_spheres_moments *moments)
{
  const struct hud_velocity_array array = hud_spheres_velocities(spheres);
  struct hud_gas_moments all;
  hud_gas_moments_of(&all, &array, spheres->drift);
  moments->energy = all.energy;
  memcpy(moments->momentum, all.momentum, sizeof moments->momentum);
  memcpy(moments->temperature, all.temperature, sizeof moments->temperature);
  moments->fourth = all.m4;
  moments->sixth = all.m6;
}
