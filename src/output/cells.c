/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells of a result. */
#include "output/cells.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"

struct hud_cells {
  const struct hud_netcdf_result *result;
  double *edges, *masses;
  /* common cells with a partner */
  const struct hud_cells *partner;
  size_t common_count;
  double *common_edges, *common_masses;
};

enum { MOST_COMMON = 1 << 20 };

static const double *velocities(const struct hud_cells *cells, size_t record)
{
  return cells->result->v + record * cells->result->v_stride;
}

static void fill_edges(struct hud_cells *cells, size_t record)
{
  const struct hud_netcdf_result *result = cells->result;
  size_t n = result->v_count;
  const double *v = velocities(cells, record);
  if (result->edges != NULL) {
    memcpy(cells->edges, result->edges, (n + 1) * sizeof *result->edges);
    return;
  }
  for (size_t i = 1; i < n; i++)
    cells->edges[i] = 0.5 * (v[i - 1] + v[i]);
  cells->edges[0] = v[0] - (cells->edges[1] - v[0]);
  cells->edges[n] = v[n - 1] + (v[n - 1] - cells->edges[n - 1]);
}

hud_status hud_cells_create(struct hud_cells **out, const struct hud_netcdf_result *result,
                            struct hud_error *error)
{
  struct hud_cells *cells = NULL;
  *out = NULL;
  if (result->f1 == NULL || result->v_count < 2)
    return hud_fail(error, HUD_ERROR_INPUT, "the result has no density f_1");
  hud_status status = HUD_NEW(&cells, 1, "cells", error);
  if (status != HUD_OK)
    return status;
  cells->result = result;
  status = HUD_NEW(&cells->masses, result->v_count, "cell masses", error);
  if (status == HUD_OK)
    status = HUD_NEW(&cells->edges, result->v_count + 1, "cell edges", error);
  if (status != HUD_OK) {
    hud_cells_free(cells);
    return status;
  }
  fill_edges(cells, 0);
  *out = cells;
  return HUD_OK;
}

void hud_cells_free(struct hud_cells *cells)
{
  if (cells == NULL)
    return;
  hud_free(cells->masses);
  hud_free(cells->edges);
  hud_free(cells->common_masses);
  hud_free(cells->common_edges);
  hud_free(cells);
}

static struct hud_measure as_given(struct hud_cells *cells, size_t record)
{
  size_t n = cells->result->v_count;
  const double *f1 = cells->result->f1 + record * n;
  for (size_t i = 0; i < n; i++)
    cells->masses[i] = f1[i] * (cells->edges[i + 1] - cells->edges[i]);
  return (struct hud_measure){.count = n, .mass = cells->masses, .edge = cells->edges};
}

static bool have_the_same_cells(const struct hud_cells *a, const struct hud_cells *b)
{
  size_t n = a->result->v_count;
  return n == b->result->v_count && memcmp(a->edges, b->edges, (n + 1) * sizeof(double)) == 0;
}

static double narrowest(const struct hud_cells *cells)
{
  double width = INFINITY;
  for (size_t i = 0; i < cells->result->v_count; i++)
    width = fmin(width, cells->edges[i + 1] - cells->edges[i]);
  return width;
}

/* Gives `cells` the lattice that it shares with `partner`. */
static hud_status make_common(struct hud_cells *cells, const struct hud_cells *partner,
                              struct hud_error *error)
{
  if (cells->partner == partner)
    return HUD_OK;
  size_t n = cells->result->v_count, m = partner->result->v_count;
  double low = fmin(cells->edges[0], partner->edges[0]);
  double high = fmax(cells->edges[n], partner->edges[m]);
  double cell_count = ceil((high - low) / fmin(narrowest(cells), narrowest(partner)) - 1e-9);
  if (!(cell_count <= MOST_COMMON))
    return hud_fail(error, HUD_ERROR_INPUT, "the two results need %.3g common cells to compare f_1",
                    cell_count);
  size_t count = (size_t)cell_count;
  hud_free(cells->common_edges);
  hud_free(cells->common_masses);
  cells->common_edges = cells->common_masses = NULL;
  cells->partner = NULL;
  hud_status status = HUD_NEW(&cells->common_edges, count + 1, "common cells", error);
  if (status == HUD_OK)
    status = HUD_NEW(&cells->common_masses, count, "common cells", error);
  if (status != HUD_OK)
    return status;
  for (size_t i = 0; i <= count; i++)
    cells->common_edges[i] = low + (high - low) * (double)i / cell_count;
  cells->common_count = count;
  cells->partner = partner;
  return HUD_OK;
}

/* Spline values times the width of each common cell; zero outside the cells of the result. */
static hud_status on_common(struct hud_cells *cells, size_t record, struct hud_measure *measure,
                            struct hud_error *error)
{
  const struct hud_netcdf_result *result = cells->result;
  size_t n = result->v_count;
  const double *v = velocities(cells, record), *f1 = result->f1 + record * n;
  gsl_error_handler_t *handler = hud_gsl_begin();
  gsl_interp *spline = gsl_interp_alloc(gsl_interp_cspline, n);
  int failed = spline == NULL || gsl_interp_init(spline, v, f1, n) != GSL_SUCCESS;
  gsl_interp_accel *accelerator = gsl_interp_accel_alloc();
  for (size_t i = 0; i < cells->common_count && !failed; i++) {
    double width = cells->common_edges[i + 1] - cells->common_edges[i];
    double x = 0.5 * (cells->common_edges[i + 1] + cells->common_edges[i]), value = 0.0;
    if (x >= cells->edges[0] && x <= cells->edges[n])
      value = gsl_interp_eval(spline, v, f1, fmin(fmax(x, v[0]), v[n - 1]), accelerator);
    cells->common_masses[i] = width * value;
  }
  gsl_interp_accel_free(accelerator);
  if (spline != NULL)
    gsl_interp_free(spline);
  hud_gsl_end(handler);
  *measure = (struct hud_measure){
      .count = cells->common_count, .mass = cells->common_masses, .edge = cells->common_edges};
  return failed ? hud_fail(error, HUD_ERROR_INPUT, "f_1 with %zu values cannot be interpolated", n)
                : HUD_OK;
}

/* Velocities that change in time are those of the record. */
static void set_record(struct hud_cells *cells, size_t record, struct hud_cells *other)
{
  if (cells->result->v_stride == 0)
    return;
  fill_edges(cells, record);
  cells->partner = other->partner = NULL;
}

hud_status hud_cells_pair(struct hud_cells *a, size_t i, struct hud_cells *b, size_t j,
                          struct hud_measure *f, struct hud_measure *g, struct hud_error *error)
{
  set_record(a, i, b);
  set_record(b, j, a);
  bool points = a->result->edges == NULL && b->result->edges == NULL;
  if (!points || have_the_same_cells(a, b)) {
    *f = as_given(a, i);
    *g = as_given(b, j);
    return HUD_OK;
  }
  hud_status status = make_common(a, b, error);
  if (status == HUD_OK)
    status = make_common(b, a, error);
  if (status == HUD_OK)
    status = on_common(a, i, f, error);
  if (status == HUD_OK)
    status = on_common(b, j, g, error);
  return status;
}
