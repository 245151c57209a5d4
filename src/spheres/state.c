/* SPDX-License-Identifier: GPL-3.0-or-later
 * The state of N hard spheres; see state.h. */
#include "spheres/state.h"

#include <math.h>

#include "base/alloc.h"
#include "base/sum.h"

hud_status hud_spheres_check_size(const struct hud_zones *zones, int64_t count, bool whole_space,
                                  double side, struct hud_error *error)
{
  if (count < 1 || count > HUD_SPHERES_MAX_COUNT)
    return hud_fail(error, HUD_ERROR_INPUT, "%lld particles: the count must be from 1 to %d",
                    (long long)count, (int)HUD_SPHERES_MAX_COUNT);
  if (!whole_space && (!(side > 0.0) || !isfinite(side)))
    return hud_fail(error, HUD_ERROR_INPUT, "the side of the torus is %g; it must be positive",
                    side);
  double reach = hud_zones_largest_reach(zones);
  if (!whole_space && !(reach < 0.25 * side))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the zones are too large for the torus: members of one collision can be %.6g "
                    "apart, which must stay below a quarter of the side %.6g so that the nearest "
                    "image is the only one",
                    reach, side);
  return HUD_OK;
}

hud_status hud_spheres_create(struct hud_spheres **spheres, const struct hud_zones *zones,
                              int64_t count, bool whole_space, double side, struct hud_error *error)
{
  *spheres = NULL;
  hud_status status = hud_spheres_check_size(zones, count, whole_space, side, error);
  if (status != HUD_OK)
    return status;
  struct hud_spheres *s = NULL;
  status = HUD_NEW(&s, 1, "hard spheres", error);
  if (status != HUD_OK)
    return status;
  status = HUD_NEW(&s->particles, (size_t)count, "particles", error);
  if (status != HUD_OK) {
    hud_spheres_free(s);
    return status;
  }
  s->zones = *zones;
  s->whole_space = whole_space;
  s->count = count;
  s->side = side;
  if (whole_space)
    s->side = 8.0 * fmax(side, 4.0 * hud_zones_largest_reach(zones));
  for (int64_t i = 0; i < count; i++)
    s->particles[i].label = (uint32_t)i;
  *spheres = s;
  return HUD_OK;
}

void hud_spheres_free(struct hud_spheres *spheres)
{
  if (spheres != NULL)
    hud_free(spheres->particles);
  hud_free(spheres);
}

void hud_spheres_set_position(struct hud_spheres *spheres, int64_t i, const double *x)
{
  for (int a = 0; a < spheres->zones.dimension; a++) {
    double share = (x[a] - spheres->shift[a]) / spheres->side;
    share -= floor(share);
    /* 2^64 share, in two halves so that the conversion cannot overflow at share = 1. */
    double high = floor(share * 0x1.0p32);
    double low = (share * 0x1.0p32 - high) * 0x1.0p32;
    spheres->particles[i].position[a] = ((uint64_t)high << 32) + (uint64_t)low;
  }
}

void hud_spheres_position(const struct hud_spheres *spheres, int64_t i, double *x)
{
  double unit = hud_spheres_unit(spheres);
  for (int a = 0; a < spheres->zones.dimension; a++) {
    uint64_t position = spheres->particles[i].position[a];
    if (spheres->whole_space) {
      x[a] = (double)(int64_t)position * unit + spheres->shift[a];
    } else {
      x[a] = (double)position * unit + spheres->shift[a];
      if (x[a] >= spheres->side)
        x[a] -= spheres->side;
    }
  }
}

struct hud_velocity_array hud_spheres_velocities(const struct hud_spheres *spheres)
{
  return (struct hud_velocity_array){spheres->particles[0].velocity,
                                     sizeof(struct hud_sphere) / sizeof(double), spheres->count,
                                     spheres->zones.dimension};
}

void hud_spheres_advance_frame(struct hud_spheres *spheres, double duration)
{
  spheres->time += duration;
  for (int a = 0; a < spheres->zones.dimension; a++) {
    double shift = spheres->shift[a] + spheres->drift[a] * duration;
    if (!spheres->whole_space)
      shift -= spheres->side * floor(shift / spheres->side);
    spheres->shift[a] = shift;
  }
}

void hud_spheres_velocity(const struct hud_spheres *spheres, int64_t i, double *v)
{
  for (int a = 0; a < spheres->zones.dimension; a++)
    v[a] = spheres->particles[i].velocity[a] + spheres->drift[a];
}

void hud_spheres_choose_frame(struct hud_spheres *spheres)
{
  double mean[3] = {0.0};
  double square = 0.0;
  double mean_square = 0.0;
  for (int a = 0; a < spheres->zones.dimension; a++) {
    struct hud_sum first = {0.0, 0.0};
    struct hud_sum second = {0.0, 0.0};
    for (int64_t i = 0; i < spheres->count; i++) {
      double v = spheres->particles[i].velocity[a];
      hud_sum_add(&first, v);
      hud_sum_add(&second, v * v);
    }
    mean[a] = hud_sum_result(&first) / (double)spheres->count;
    square += hud_sum_result(&second) / (double)spheres->count;
    mean_square += mean[a] * mean[a];
  }
  if (mean_square <= 0.25 * (square - mean_square) || spheres->count < 2)
    return;
  for (int a = 0; a < spheres->zones.dimension; a++) {
    spheres->drift[a] += mean[a];
    for (int64_t i = 0; i < spheres->count; i++)
      spheres->particles[i].velocity[a] -= mean[a];
  }
}

void hud_spheres_reverse(struct hud_spheres *spheres)
{
  for (int a = 0; a < spheres->zones.dimension; a++) {
    if (spheres->drift[a] != 0.0)
      spheres->drift[a] = -spheres->drift[a];
    for (int64_t i = 0; i < spheres->count; i++)
      spheres->particles[i].velocity[a] = -spheres->particles[i].velocity[a];
  }
}

hud_status hud_spheres_make_room(struct hud_spheres *spheres, struct hud_error *error)
{
  if (!spheres->whole_space)
    return HUD_OK;
  uint64_t extent = 0;
  for (int64_t i = 0; i < spheres->count; i++)
    for (int a = 0; a < 3; a++) {
      int64_t x = (int64_t)spheres->particles[i].position[a];
      uint64_t size = x < 0 ? (uint64_t)-x : (uint64_t)x;
      extent = size > extent ? size : extent;
    }
  int doublings = 0;
  for (; extent >> doublings > UINT64_C(1) << 61; doublings++)
    spheres->side *= 2.0;
  if (doublings == 0)
    return HUD_OK;
  /* Division, not a shift, is defined for negative numbers. */
  for (int64_t i = 0; i < spheres->count; i++)
    for (int a = 0; a < 3; a++) {
      int64_t x = (int64_t)spheres->particles[i].position[a];
      spheres->particles[i].position[a] = (uint64_t)(x / (INT64_C(1) << doublings));
    }
  if (hud_spheres_unit(spheres) > 1e-9 * spheres->zones.radius[2])
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "at t = %.6g the gas has spread so far that positions no longer resolve "
                    "epsilon_2 = %g to 1e-9 of itself",
                    spheres->time, spheres->zones.radius[2]);
  return HUD_OK;
}
