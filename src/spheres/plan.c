/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The length of a horizon and the cells of the grid, by formula from the state (hud_flow_plan of
 * flow.h).
 *
 * With s the mean spacing and T the temperature of one axis, the work of a horizon is one entry a
 * particle; the work of a collision is an entry for each member. Long horizons save the first and
 * make the second dearer, for tubes get long. The constants were found by measurement in d = 2 and
 * 3 over densities and N; the optimum is flat. */
#include "spheres/flow.h"

#include <math.h>

#include "spheres/calendar.h"
#include "spheres/motion.h"
#include "spheres/tubes.h"

/* Moments and extents of the state. */
struct survey {
  double square;  /* sum |v|^2 */
  double fastest; /* largest component of a velocity */
  double extent;  /* whole space: largest coordinate */
};

static struct survey look_at(const struct hud_spheres *spheres)
{
  struct survey survey = {0.0, 0.0, 0.0};
  uint64_t extent = 0;
  for (int64_t i = 0; i < spheres->count; i++) {
    const struct hud_sphere *p = &spheres->particles[i];
    const double *v = p->velocity;
    survey.square += v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    for (int a = 0; a < 3; a++)
      survey.fastest = fabs(v[a]) > survey.fastest ? fabs(v[a]) : survey.fastest;
    for (int a = 0; a < 3 && spheres->whole_space; a++) {
      int64_t x = (int64_t)p->position[a];
      uint64_t size = x < 0 ? (uint64_t)-x : (uint64_t)x;
      extent = size > extent ? size : extent;
    }
  }
  survey.extent = (double)extent * hud_spheres_unit(spheres);
  return survey;
}

/* Mean free time in equilibrium at this volume. */
static double free_time(const struct hud_spheres *spheres, double volume, double temperature)
{
  double rate = 0.0;
  for (int order = 1; order <= spheres->zones.orders; order++)
    rate += (order + 1) * hud_zones_rate(&spheres->zones, order, spheres->count, volume,
                                         hud_mean_impact(order, temperature));
  return (double)spheres->count / rate;
}

static uint32_t cells_for(const struct hud_spheres *spheres, double spacing, double width)
{
  int d = spheres->zones.dimension;
  double reach = hud_zones_largest_reach(&spheres->zones);
  double cell = fmax(width * spacing, 1.5 * reach);
  double most = pow(8.0 * (double)spheres->count + 4096.0, 1.0 / d);
  double cells = fmin(floor(spheres->side / cell), floor(most));
  return (uint32_t)fmax(cells, HUD_TUBE_LEAST_CELLS);
}

hud_status hud_flow_plan(const struct hud_spheres *spheres, double remaining,
                         struct hud_flow_plan *plan, struct hud_error *error)
{
  int d = spheres->zones.dimension;
  double count = (double)spheres->count;
  struct survey survey = look_at(spheres);
  if (!isfinite(survey.square) || !(remaining > 0.0) || !isfinite(remaining))
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "the flow cannot go on for %g from t = %.17g: the sum of |v|^2 is %g",
                    remaining, spheres->time, survey.square);
  double extent =
      spheres->whole_space ? fmax(2.0 * survey.extent, 0x1.0p-6 * spheres->side) : spheres->side;
  double spacing = extent / pow(count, 1.0 / d);
  double temperature = survey.square / (count * d);
  /* Nothing gets faster than all energy in one particle. */
  plan->fastest = fmin(1.2 * survey.fastest, sqrt(survey.square) * (1.0 + 1e-9));
  plan->temperature = temperature;
  double duration = remaining;
  double ratio = 1.0;
  if (temperature > 0.0) {
    double speed = sqrt(temperature);
    ratio = free_time(spheres, pow(extent, d), temperature) * speed / spacing;
    double share = fmin(0.5 * sqrt(ratio), 4.0);
    /* The nearest image must stay the only one: two particles may travel half the side less the
     * reach; in the whole space all stay within a quarter of the side. */
    double clear = spheres->whole_space
                       ? 0.25 * spheres->side
                       : 0.5 * spheres->side - hud_zones_largest_reach(&spheres->zones);
    duration = fmin(share * spacing / speed, 0.95 * clear / (2.0 * plan->fastest));
  }
  plan->duration = remaining / fmax(1.0, ceil(remaining / duration - 1e-9));
  double width = d == 3 ? 2.0 : fmin(2.0 + log(fmax(ratio, 1.0)), 6.0);
  plan->cells = cells_for(spheres, spacing, width);
  if (!(plan->duration > 0.0))
    return hud_fail(error, HUD_ERROR_COMPUTE, "no horizon of positive length at t = %.17g",
                    spheres->time);
  return HUD_OK;
}

double hud_flow_memory(int dimension, double count)
{
  /* Cells of two spacings and more hold 2^d particles and more; two to four entries a particle. */
  double cells = fmax(count / (dimension == 3 ? 8.0 : 4.0), 64.0);
  double tubes = (double)hud_tubes_memory((size_t)cells, (size_t)(4.0 * count));
  double events = 0.5 * count * sizeof(struct hud_encounter);
  return 2.0 * count * sizeof(struct hud_sphere) + tubes + events + 8.0 * cells;
}
