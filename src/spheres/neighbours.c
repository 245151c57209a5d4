/* SPDX-License-Identifier: GPL-3.0-or-later
 * Neighbours at one instant; see neighbours.h. */
#include "spheres/neighbours.h"

#include <math.h>

#include "base/alloc.h"

hud_status hud_neighbours_create(struct hud_neighbours **neighbours,
                                 const struct hud_spheres *spheres, int64_t capacity,
                                 double distance, struct hud_error *error)
{
  *neighbours = NULL;
  struct hud_neighbours *n = NULL;
  hud_status status = HUD_NEW(&n, 1, "neighbour grid", error);
  if (status != HUD_OK)
    return status;
  n->zones = spheres->zones;
  n->side = spheres->side;
  n->unit = hud_spheres_unit(spheres);
  n->distance = distance;
  n->capacity = capacity;
  int dimension = spheres->zones.dimension;
  double by_count = floor(pow((double)capacity, 1.0 / dimension));
  double by_distance = floor(0.999 * n->side / distance);
  n->cells = (int)fmax(1.0, fmin(by_count, by_distance));
  size_t cell_count = (size_t)n->cells * (size_t)n->cells;
  if (dimension == 3)
    cell_count *= (size_t)n->cells;
  status = HUD_NEW(&n->first, cell_count, "neighbour cells", error);
  if (status == HUD_OK)
    status = HUD_NEW(&n->next, (size_t)capacity, "neighbour lists", error);
  if (status == HUD_OK)
    status = HUD_NEW(&n->positions, (size_t)capacity, "neighbour positions", error);
  if (status != HUD_OK) {
    hud_neighbours_free(n);
    return status;
  }
  hud_neighbours_clear(n);
  *neighbours = n;
  return HUD_OK;
}

void hud_neighbours_free(struct hud_neighbours *neighbours)
{
  if (neighbours == NULL)
    return;
  hud_free(neighbours->first);
  hud_free(neighbours->next);
  hud_free(neighbours->positions);
  hud_free(neighbours->relative);
  hud_free(neighbours->who);
  hud_free(neighbours);
}

static int64_t cell_count(const struct hud_neighbours *n)
{
  int64_t cells = n->cells;
  return n->zones.dimension == 3 ? cells * cells * cells : cells * cells;
}

void hud_neighbours_clear(struct hud_neighbours *neighbours)
{
  int64_t count = cell_count(neighbours);
  for (int64_t c = 0; c < count; c++)
    neighbours->first[c] = -1;
}

/* floor(position * cells / 2^64). */
static int axis_cell(uint64_t position, int cells)
{
  uint64_t high = (position >> 32) * (uint64_t)cells;
  uint64_t low = (position & UINT32_MAX) * (uint64_t)cells;
  return (int)((high + (low >> 32)) >> 32);
}

static int64_t cell_of(const struct hud_neighbours *n, const uint64_t *position)
{
  int64_t cell = 0;
  for (int a = n->zones.dimension - 1; a >= 0; a--)
    cell = cell * n->cells + axis_cell(position[a], n->cells);
  return cell;
}

void hud_neighbours_add(struct hud_neighbours *neighbours, int64_t i, const uint64_t *position)
{
  for (int a = 0; a < 3; a++)
    neighbours->positions[i][a] = position[a];
  int64_t cell = cell_of(neighbours, position);
  neighbours->next[i] = neighbours->first[cell];
  neighbours->first[cell] = (int32_t)i;
}

void hud_neighbours_remove(struct hud_neighbours *neighbours, int64_t i)
{
  int32_t *link = &neighbours->first[cell_of(neighbours, neighbours->positions[i])];
  while (*link != i)
    link = &neighbours->next[*link];
  *link = neighbours->next[i];
}

static hud_status more_room(struct hud_neighbours *n, struct hud_error *error)
{
  int64_t room = n->room == 0 ? 32 : 2 * n->room;
  hud_status status = hud_grow(&n->relative, (size_t)n->room, (size_t)room, sizeof *n->relative,
                               "neighbours", error);
  if (status == HUD_OK)
    status = hud_grow(&n->who, (size_t)n->room, (size_t)room, sizeof *n->who, "neighbours", error);
  if (status == HUD_OK)
    n->room = room;
  return status;
}

static hud_status find_in_cell(struct hud_neighbours *n, int64_t cell, const uint64_t *position,
                               int64_t except, struct hud_error *error)
{
  int dimension = n->zones.dimension;
  for (int32_t i = n->first[cell]; i >= 0; i = n->next[i]) {
    double r[3] = {0.0};
    double square = 0.0;
    for (int a = 0; a < dimension; a++) {
      r[a] = hud_spheres_difference(n->positions[i][a], position[a], n->unit);
      square += r[a] * r[a];
    }
    if (square > n->distance * n->distance || i == except)
      continue;
    if (n->found == n->room) {
      hud_status status = more_room(n, error);
      if (status != HUD_OK)
        return status;
    }
    for (int a = 0; a < 3; a++)
      n->relative[n->found][a] = r[a];
    n->who[n->found] = i;
    n->found++;
  }
  return HUD_OK;
}

hud_status hud_neighbours_find(struct hud_neighbours *neighbours, const uint64_t *position,
                               int64_t except, struct hud_error *error)
{
  int cells = neighbours->cells;
  int width = cells < 3 ? cells : 3; /* with fewer than three cells every cell is a neighbour */
  bool solid = neighbours->zones.dimension == 3;
  int depth = solid ? width : 1;
  int64_t start[3] = {0, 0, 0};
  for (int a = 0; a < neighbours->zones.dimension; a++)
    start[a] = cells < 3 ? 0 : axis_cell(position[a], cells) + cells - 1;
  neighbours->found = 0;
  hud_status status = HUD_OK;
  for (int k = 0; k < depth; k++)
    for (int j = 0; j < width; j++)
      for (int i = 0; i < width && status == HUD_OK; i++) {
        int64_t plane = solid ? (start[2] + k) % cells : 0;
        int64_t cell = (plane * cells + (start[1] + j) % cells) * cells + (start[0] + i) % cells;
        status = find_in_cell(neighbours, cell, position, except, error);
      }
  return status;
}

/* The search through groups: members chosen so far, and the sum of squares over their pairs. */
struct group_search {
  const struct hud_neighbours *neighbours;
  double bound[HUD_SPHERES_MAX_GROUP + 1]; /* a group of k is of interest while its sum is below */
  const double *member[HUD_SPHERES_MAX_GROUP];
  double widest; /* the largest bound */
  double least;
};

/* Adds each neighbour from `from` on to a group of `size` members (the centre is member 0). */
static void extend(struct group_search *search, int size, int64_t from, double pair_sum)
{
  const struct hud_neighbours *n = search->neighbours;
  for (int64_t c = from; c < n->found; c++) {
    const double *x = n->relative[c];
    double sum = pair_sum + x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
    for (int m = 1; m < size; m++) {
      const double *y = search->member[m];
      double r0 = x[0] - y[0];
      double r1 = x[1] - y[1];
      double r2 = x[2] - y[2];
      sum += r0 * r0 + r1 * r1 + r2 * r2;
    }
    int grown = size + 1;
    if (sum < search->bound[grown]) {
      double gap = (sqrt(sum) - n->zones.radius[grown]) / n->zones.radius[grown];
      if (gap < search->least)
        search->least = gap;
    }
    /* Sums only grow with more members. */
    if (grown <= n->zones.orders && grown < HUD_SPHERES_MAX_GROUP && sum < search->widest) {
      search->member[size] = x;
      extend(search, grown, c + 1, sum);
    }
  }
}

double hud_neighbours_least_gap(const struct hud_neighbours *neighbours, double margin)
{
  struct group_search search = {.neighbours = neighbours, .least = INFINITY};
  for (int k = 2; k <= neighbours->zones.orders + 1; k++) {
    double radius = (1.0 + margin) * neighbours->zones.radius[k];
    search.bound[k] = radius * radius;
    search.widest = fmax(search.widest, search.bound[k]);
  }
  extend(&search, 1, 0, 0.0);
  return search.least;
}

hud_status hud_spheres_least_gap(const struct hud_spheres *spheres, double margin, double *gap,
                                 struct hud_error *error)
{
  *gap = INFINITY;
  struct hud_neighbours *neighbours = NULL;
  double distance = (1.0 + margin) * (1.0 + 1e-9) * hud_zones_largest_reach(&spheres->zones);
  hud_status status = hud_neighbours_create(&neighbours, spheres, spheres->count, distance, error);
  /* Each particle is compared with those added before it: every group is seen once. */
  for (int64_t i = 0; i < spheres->count && status == HUD_OK; i++) {
    const uint64_t *position = spheres->particles[i].position;
    status = hud_neighbours_find(neighbours, position, -1, error);
    if (status == HUD_OK) {
      *gap = fmin(*gap, hud_neighbours_least_gap(neighbours, margin));
      hud_neighbours_add(neighbours, i, position);
    }
  }
  hud_neighbours_free(neighbours);
  return status;
}
