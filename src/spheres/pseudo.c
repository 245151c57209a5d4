/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pseudo-trajectories; see pseudo.h. Every group of 2 .. M+1 particles is checked on every stretch
 * of free flow: d_k^2 is a quadratic function of time with a minimum in closed form. The group that
 * has just been joined is at d_k = epsilon_k and parts, so it is left out until the next stretch.
 */
#include "spheres/pseudo.h"

#include <math.h>
#include <string.h>

#include "spheres/groups_of.h"

/* Contact holds to round-off only. */
static const double contact_tolerance = 1e-10;

struct stretch {
  int dimension, particles;
  double duration;
  const double *x, *v; /* particles x dimension */
  uint64_t fresh;      /* members of the group that has just been joined, or 0 */
  const struct hud_zones *zones;
};

/* Whether the group comes into its zone under x - tau v: 0 no, 1 within the stretch, 2 at once. */
static int breaks_zone(const struct stretch *stretch, const int *member, int size)
{
  int d = stretch->dimension;
  double x[3 * HUD_SPHERES_MAX_GROUP];
  double v[3 * HUD_SPHERES_MAX_GROUP];
  uint64_t set = 0;
  for (int p = 0; p < size; p++) {
    set |= UINT64_C(1) << member[p];
    memcpy(x + p * d, stretch->x + member[p] * d, (size_t)d * sizeof *x);
    memcpy(v + p * d, stretch->v + member[p] * d, (size_t)d * sizeof *v);
  }
  if (set == stretch->fresh)
    return 0;
  double epsilon = stretch->zones->radius[size];
  double bound = epsilon * epsilon * (1.0 - contact_tolerance);
  double start = hud_group_distance2(d, size, x);
  if (start < bound)
    return 2;
  double speed2 = hud_group_distance2(d, size, v);
  double approach = hud_group_impact(d, size, x, v, 1.0); /* -1/2 d/dtau of d_k^2 at tau = 0 */
  if (approach <= 0.0 || speed2 == 0.0)
    return 0;
  double tau = fmin(approach / speed2, stretch->duration);
  return start - 2.0 * approach * tau + speed2 * tau * tau < bound ? 1 : 0;
}

static void check_stretch(const struct stretch *stretch, struct hud_pseudo_end *end)
{
  for (int size = 2; size <= stretch->zones->orders + 1 && size <= stretch->particles; size++) {
    int member[HUD_SPHERES_MAX_GROUP];
    hud_first_group(member, size);
    do {
      int broken = breaks_zone(stretch, member, size);
      if (broken == 0)
        continue;
      end->overlap = end->overlap || broken == 2;
      end->recollision = end->recollision || broken == 1;
      if (end->recollision_size == 0)
        end->recollision_size = size;
    } while (hud_next_group(member, size, stretch->particles));
  }
}

static void move(struct hud_pseudo_end *end, int dimension, double duration)
{
  for (int i = 0; i < end->particles * dimension; i++) {
    end->infinite[i] -= duration * end->velocity[i];
    end->finite[i] -= duration * end->velocity[i];
  }
}

/* Adds the particles of one adjunction; returns the set of members of the new group. */
static uint64_t join(struct hud_pseudo_end *end, int d, const struct hud_adjunction *adjunction,
                     double epsilon)
{
  int size = adjunction->order + 1;
  double v[3 * HUD_SPHERES_MAX_GROUP];
  memcpy(v, end->velocity + adjunction->parent * d, (size_t)d * sizeof *v);
  memcpy(v + d, adjunction->velocity, (size_t)(adjunction->order * d) * sizeof *v);
  if (adjunction->sign > 0)
    (void)hud_impact_transform(d, size, adjunction->omega, v);
  uint64_t set = UINT64_C(1) << adjunction->parent;
  memcpy(end->velocity + adjunction->parent * d, v, (size_t)d * sizeof *v);
  for (int q = 0; q < adjunction->order; q++) {
    int p = end->particles++;
    set |= UINT64_C(1) << p;
    for (int a = 0; a < d; a++) {
      int parent = adjunction->parent * d + a;
      end->velocity[p * d + a] = v[(q + 1) * d + a];
      end->infinite[p * d + a] = end->infinite[parent];
      end->finite[p * d + a] =
          end->finite[parent] + adjunction->sign * epsilon * adjunction->omega[q * d + a];
    }
  }
  return set;
}

static void measure_displacement(struct hud_pseudo_end *end, int d)
{
  double total = 0.0;
  for (int p = 0; p < end->particles; p++) {
    double square = 0.0;
    for (int a = 0; a < d; a++) {
      double difference = end->finite[p * d + a] - end->infinite[p * d + a];
      square += difference * difference;
    }
    total += square;
    end->displacement = fmax(end->displacement, sqrt(square));
  }
  end->norm = fmax(end->norm, sqrt(total));
}

void hud_pseudo_follow(const struct hud_pseudo *pseudo, const struct hud_zones *zones,
                       struct hud_pseudo_end *end)
{
  int d = pseudo->dimension;
  size_t bytes = (size_t)(pseudo->marginal * d) * sizeof(double);
  memset(end, 0, sizeof *end);
  end->particles = pseudo->marginal;
  memcpy(end->infinite, pseudo->x, bytes);
  memcpy(end->finite, pseudo->x, bytes);
  memcpy(end->velocity, pseudo->v, bytes);
  double now = pseudo->time;
  uint64_t fresh = 0;
  for (int i = 0; i <= pseudo->adjunctions; i++) {
    double until = i < pseudo->adjunctions ? pseudo->adjunction[i].time : 0.0;
    if (zones != NULL) {
      const struct stretch stretch = {
          d, end->particles, now - until, end->finite, end->velocity, fresh, zones};
      check_stretch(&stretch, end);
    }
    move(end, d, now - until);
    now = until;
    if (i < pseudo->adjunctions)
      fresh = join(end, d, &pseudo->adjunction[i],
                   zones != NULL ? zones->radius[pseudo->adjunction[i].order + 1] : 0.0);
    measure_displacement(end, d);
  }
}
