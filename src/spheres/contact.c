/* SPDX-License-Identifier: GPL-3.0-or-later
 * Correlation at contact by insertion; see contact.h. */
#include "spheres/contact.h"

#include <math.h>

#include "spheres/neighbours.h"

/* The group's own zone holds with equality, that is to round-off. */
static const double own_zone = -1e-11;

/* Inserts the positions one after the other; *respected tells whether all zones are. */
static hud_status try_group(struct hud_neighbours *neighbours, int64_t count, int size,
                            uint64_t (*positions)[3], bool *respected, struct hud_error *error)
{
  hud_status status = HUD_OK;
  int inserted = 0;
  *respected = true;
  while (inserted < size && *respected && status == HUD_OK) {
    status = hud_neighbours_find(neighbours, positions[inserted], -1, error);
    if (status == HUD_OK) {
      *respected = hud_neighbours_least_gap(neighbours, 0.0) >= own_zone;
      hud_neighbours_add(neighbours, count + inserted, positions[inserted]);
      inserted++;
    }
  }
  while (inserted > 0)
    hud_neighbours_remove(neighbours, count + --inserted);
  return status;
}

static void draw_group(const struct hud_spheres *spheres, int size, bool contact,
                       struct hud_random *random, uint64_t (*positions)[3])
{
  int d = spheres->zones.dimension;
  double x[3 * HUD_SPHERES_MAX_GROUP] = {0.0};
  uint64_t centre[3] = {0, 0, 0};
  if (contact) {
    hud_group_draw_contact(random, d, size, spheres->zones.radius[size], x);
    for (int a = 0; a < d; a++)
      centre[a] = hud_random_bits(random);
  }
  double scale = 1.0 / hud_spheres_unit(spheres);
  for (int p = 0; p < size; p++)
    for (int a = 0; a < 3; a++) {
      positions[p][a] = centre[a];
      if (a < d)
        positions[p][a] +=
            contact ? (uint64_t)(int64_t)(x[p * d + a] * scale) : hud_random_bits(random);
    }
}

hud_status hud_contact_insert(const struct hud_spheres *spheres, int size, int64_t trials,
                              struct hud_random *random, struct hud_contact_counts *counts,
                              struct hud_error *error)
{
  if (size < 2 || size > spheres->zones.orders + 1 || spheres->whole_space)
    return hud_fail(error, HUD_ERROR_USAGE,
                    "insertion at contact of %d particles: the zones are for 2 to %d, on a torus",
                    size, spheres->zones.orders + 1);
  struct hud_neighbours *neighbours = NULL;
  double reach = (1.0 + 1e-9) * hud_zones_largest_reach(&spheres->zones);
  int64_t count = spheres->count;
  hud_status status = hud_neighbours_create(&neighbours, spheres, count + size, reach, error);
  for (int64_t i = 0; i < count && status == HUD_OK; i++)
    hud_neighbours_add(neighbours, i, spheres->particles[i].position);
  for (int64_t t = 0; t < trials && status == HUD_OK; t++) {
    uint64_t positions[HUD_SPHERES_MAX_GROUP][3];
    bool respected = false;
    draw_group(spheres, size, true, random, positions);
    status = try_group(neighbours, count, size, positions, &respected, error);
    counts->contact += respected;
    draw_group(spheres, size, false, random, positions);
    if (status == HUD_OK)
      status = try_group(neighbours, count, size, positions, &respected, error);
    counts->free += respected;
    counts->trials++;
  }
  hud_neighbours_free(neighbours);
  return status;
}

void hud_contact_add(struct hud_contact_sums *sums, const struct hud_contact_counts *counts)
{
  double contact = (double)counts->contact / (double)counts->trials;
  double free_share = (double)counts->free / (double)counts->trials;
  sums->configurations += 1.0;
  sums->contact += contact;
  sums->free += free_share;
  sums->contact2 += contact * contact;
  sums->product += contact * free_share;
  sums->free2 += free_share * free_share;
}

void hud_contact_ratio(const struct hud_contact_sums *sums, double *y, double *standard_error)
{
  double n = sums->configurations;
  *y = sums->contact / sums->free;
  /* Sum of the squares of contact - y free, which have the mean zero. */
  double square = sums->contact2 - *y * (2.0 * sums->product - *y * sums->free2);
  *standard_error = n < 2.0 ? NAN : sqrt(fmax(square, 0.0) * n / (n - 1.0)) / sums->free;
}

void hud_contact_correlation(const struct hud_contact_counts *counts, int64_t configurations,
                             double *y, double *standard_error)
{
  struct hud_contact_sums sums = {.configurations = 0.0};
  for (int64_t c = 0; c < configurations; c++)
    hud_contact_add(&sums, &counts[c]);
  hud_contact_ratio(&sums, y, standard_error);
}
