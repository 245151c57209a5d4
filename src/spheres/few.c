/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plain flow of a few particles; see few.h. */
#include "spheres/few.h"

#include <math.h>
#include <string.h>

#include "spheres/groups_of.h"

enum { MAX_COLLISIONS = 10000 };

static void gather(const double *values, int dimension, const int *member, int size, double *out)
{
  for (int p = 0; p < size; p++)
    memcpy(out + p * dimension, values + member[p] * dimension, (size_t)dimension * sizeof *out);
}

/* Time at which the group meets, or INFINITY. d_k^2 = a t^2 + 2 beta t + d0^2. */
static double meeting(const struct hud_few *few, const struct hud_zones *zones, const int *member,
                      int size)
{
  int d = zones->dimension;
  double x[3 * HUD_SPHERES_MAX_GROUP];
  double v[3 * HUD_SPHERES_MAX_GROUP];
  gather(few->x, d, member, size, x);
  gather(few->v, d, member, size, v);
  double beta = hud_group_impact(d, size, x, v, 1.0);
  if (beta >= 0.0)
    return INFINITY;
  double a = hud_group_distance2(d, size, v);
  double excess = hud_group_distance2(d, size, x) - zones->radius[size] * zones->radius[size];
  double discriminant = beta * beta - a * excess;
  if (discriminant < 0.0)
    return INFINITY;
  return fmax(excess, 0.0) / (-beta + sqrt(discriminant));
}

void hud_few_next(const struct hud_few *few, const struct hud_zones *zones, double duration,
                  struct hud_few_event *event)
{
  *event = (struct hud_few_event){.time = INFINITY};
  for (int size = 2; size <= zones->orders + 1 && size <= few->count; size++) {
    int member[HUD_SPHERES_MAX_GROUP];
    hud_first_group(member, size);
    do {
      double time = meeting(few, zones, member, size);
      if (time <= duration && time < event->time) {
        event->time = time;
        event->size = size;
        memcpy(event->member, member, sizeof member);
      }
    } while (hud_next_group(member, size, few->count));
  }
}

static void collide(struct hud_few *few, const struct hud_zones *zones,
                    const struct hud_few_event *event)
{
  int d = zones->dimension;
  double x[3 * HUD_SPHERES_MAX_GROUP];
  double v[3 * HUD_SPHERES_MAX_GROUP];
  gather(few->x, d, event->member, event->size, x);
  gather(few->v, d, event->member, event->size, v);
  (void)hud_group_collide(d, event->size, x, v);
  for (int p = 0; p < event->size; p++)
    memcpy(few->v + event->member[p] * d, v + p * d, (size_t)d * sizeof *v);
}

static void reverse(struct hud_few *few, int dimension)
{
  for (int i = 0; i < few->count * dimension; i++)
    few->v[i] = -few->v[i];
}

int hud_few_advance(struct hud_few *few, const struct hud_zones *zones, double duration)
{
  int n = few->count * zones->dimension;
  double left = fabs(duration);
  if (duration < 0.0)
    reverse(few, zones->dimension);
  int collisions = 0;
  for (;;) {
    struct hud_few_event event;
    hud_few_next(few, zones, left, &event);
    double step = event.size > 0 ? event.time : left;
    for (int i = 0; i < n; i++)
      few->x[i] += step * few->v[i];
    left -= step;
    if (event.size == 0)
      break;
    collide(few, zones, &event);
    if (++collisions > MAX_COLLISIONS)
      return -1;
  }
  if (duration < 0.0)
    reverse(few, zones->dimension);
  return collisions;
}

bool hud_few_allowed(const struct hud_few *few, const struct hud_zones *zones)
{
  int d = zones->dimension;
  for (int size = 2; size <= zones->orders + 1 && size <= few->count; size++) {
    int member[HUD_SPHERES_MAX_GROUP];
    hud_first_group(member, size);
    do {
      double x[3 * HUD_SPHERES_MAX_GROUP];
      gather(few->x, d, member, size, x);
      if (hud_group_distance2(d, size, x) < zones->radius[size] * zones->radius[size])
        return false;
    } while (hud_next_group(member, size, few->count));
  }
  return true;
}
