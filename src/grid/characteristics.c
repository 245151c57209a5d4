/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables of characteristic maps. Pairs are followed backwards, since a cell is found exactly by
 * where its edges come from, even where the force jumps; larger clusters forwards, from the centres
 * of their cells. Maps commute with translations, so a table is one for all positions. */
#include "grid/characteristics.h"

#include <math.h>

#include "base/alloc.h"
#include "grid/clusters.h"

struct table {
  double s, *values;
};

struct hud_grid_characteristics {
  double h; /* of the grid that the tables are for */
  struct {
    struct table table[HUD_GRID_TIMES];
    size_t count, next;
  } sizes[HUD_GRID_MAX_CLUSTERS + 1];
};

static void forget(struct hud_grid_characteristics *c)
{
  for (int k = 0; k <= HUD_GRID_MAX_CLUSTERS; k++) {
    for (size_t n = 0; n < HUD_GRID_TIMES; n++)
      hud_free(c->sizes[k].table[n].values);
    for (size_t n = 0; n < HUD_GRID_TIMES; n++)
      c->sizes[k].table[n].values = NULL;
    c->sizes[k].count = c->sizes[k].next = 0;
  }
}

double hud_grid_flow_memory(size_t n, const struct hud_network *network)
{
  double length = 0.0;
  for (int k = 2; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary)
      length += k == 2 ? (double)n + 1.0 : k * hud_grid_length(n, k - 1);
  return (double)sizeof(struct hud_grid_characteristics) +
         (double)sizeof(double) * HUD_GRID_TIMES * length;
}

void hud_grid_characteristics_free(struct hud_grid_characteristics *c)
{
  if (c == NULL)
    return;
  forget(c);
  hud_free(c);
}

/* An attracting force may come from infinity in finite time: there its flow has no inverse. */
static hud_status origin_of(const struct hud_grid *grid, double s, double e, double *origin,
                            struct hud_error *error)
{
  double distance = e * grid->h, v[2] = {-0.5 * distance, 0.5 * distance}, out[2];
  *origin = INFINITY;
  if (isinf(s) && grid->alignment)
    return HUD_OK;
  hud_status status = hud_potential_flow(grid->potential, 2, -s, v, out, NULL, error);
  if (status == HUD_OK)
    *origin = (out[1] - out[0]) / grid->h;
  else if (status == HUD_ERROR_COMPUTE && hud_potential_force(grid->potential, distance) > 0.0)
    status = HUD_OK;
  return status;
}

static hud_status find_origins(const struct hud_grid *grid, double s, double *origins,
                               struct hud_error *error)
{
  origins[0] = 0.0; /* the force is odd */
  for (size_t e = 1; e <= grid->n; e++) {
    origins[e] = INFINITY;
    if (isinf(origins[e - 1]))
      continue;
    hud_status status = origin_of(grid, s, (double)e, &origins[e], error);
    if (status != HUD_OK)
      return status;
    origins[e] = fmax(origins[e], origins[e - 1]); /* but for round-off, it is */
  }
  return HUD_OK;
}

static hud_status find_paths(const struct hud_grid *grid, int k, double s, double *paths,
                             struct hud_error *error)
{
  size_t t[HUD_GRID_MAX_CLUSTERS];
  double v[HUD_GRID_MAX_CLUSTERS];
  hud_grid_prefix_first(grid->n, k - 1, t);
  do {
    double *path = paths + (size_t)k * hud_grid_tuple_index(grid->clusters, k - 1, t);
    for (int p = 0; p < k; p++)
      v[p] = p < k - 1 ? (double)t[p] * grid->h : 0.0;
    hud_status status = hud_potential_flow(grid->potential, k, s, v, path, NULL, error);
    if (status != HUD_OK)
      return status;
    for (int p = 0; p < k; p++)
      path[p] /= grid->h;
  } while (hud_grid_prefix_next(k - 1, t));
  return HUD_OK;
}

/* The table of (k, s), made if there is none. */
static hud_status look_up(const struct hud_grid *grid, int k, double s, const double **values,
                          struct hud_error *error)
{
  struct hud_grid_characteristics *c = grid->characteristics;
  *values = NULL;
  if (c->h != grid->h)
    forget(c);
  c->h = grid->h;
  for (size_t n = 0; n < c->sizes[k].count; n++)
    if (c->sizes[k].table[n].s == s)
      *values = c->sizes[k].table[n].values;
  if (*values != NULL)
    return HUD_OK;
  size_t next = c->sizes[k].next;
  struct table *table = &c->sizes[k].table[next];
  size_t length = k == 2 ? grid->n + 1 : (size_t)k * grid->clusters->count[k - 1][grid->n];
  table->s = NAN; /* until it is filled */
  hud_status status = table->values != NULL
                          ? HUD_OK
                          : HUD_NEW(&table->values, length, "a table of characteristics", error);
  if (status == HUD_OK)
    status = k == 2 ? find_origins(grid, s, table->values, error)
                    : find_paths(grid, k, s, table->values, error);
  if (status != HUD_OK)
    return status;
  table->s = s;
  *values = table->values;
  c->sizes[k].count = next + 1 > c->sizes[k].count ? next + 1 : c->sizes[k].count;
  c->sizes[k].next = (next + 1) % HUD_GRID_TIMES;
  return HUD_OK;
}

hud_status hud_grid_pair_origins(const struct hud_grid *grid, double s, const double **origins,
                                 struct hud_error *error)
{
  return look_up(grid, 2, s, origins, error);
}

hud_status hud_grid_cluster_paths(const struct hud_grid *grid, int k, double s,
                                  const double **paths, struct hud_error *error)
{
  return look_up(grid, k, s, paths, error);
}

hud_status hud_grid_characteristics_create(struct hud_grid_characteristics **c,
                                           struct hud_error *error)
{
  return HUD_NEW(c, 1, "tables of characteristics", error);
}
