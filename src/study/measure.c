/* SPDX-License-Identifier: GPL-3.0-or-later
 * Differences of results. */
#define _POSIX_C_SOURCE 200809L
#include "study/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/fit.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "config/scalar.h"
#include "output/cells.h"

enum { SUMMARY_BYTES = 1 << 20 };
static const double time_tolerance = 1e-9;

struct hud_study_result {
  struct hud_netcdf_result *netcdf;
  struct hud_cells *cells;      /* NULL: no densities */
  struct hud_document *summary; /* JSON is YAML */
};

hud_status hud_study_result_open(struct hud_study_result **out, const char *folder,
                                 struct hud_error *error)
{
  struct hud_study_result *result = NULL;
  char *path = NULL, *text = NULL;
  size_t length = 0;
  *out = NULL;
  hud_status status = HUD_NEW(&result, 1, "a result", error);
  if (status == HUD_OK)
    status = hud_path_join(&path, folder, "result.nc", error);
  if (status == HUD_OK)
    status = hud_netcdf_read(&result->netcdf, path, error);
  if (status == HUD_OK && result->netcdf->f1 != NULL)
    status = hud_cells_create(&result->cells, result->netcdf, error);
  hud_free(path);
  path = NULL;
  if (status == HUD_OK)
    status = hud_path_join(&path, folder, "summary.json", error);
  if (status == HUD_OK)
    status = hud_file_read(&text, &length, path, SUMMARY_BYTES, error);
  if (status == HUD_OK)
    status = hud_document_create(&result->summary, path, text, length, error);
  hud_free(path);
  hud_free(text);
  if (status == HUD_OK)
    *out = result;
  else
    hud_study_result_close(result);
  return status;
}

void hud_study_result_close(struct hud_study_result *result)
{
  if (result == NULL)
    return;
  hud_cells_free(result->cells);
  hud_netcdf_result_free(result->netcdf);
  hud_document_free(result->summary);
  hud_free(result);
}

/* ---- norms over time ---- */

struct tally {
  const struct hud_study_measure *measure;
  size_t count;
  double sup, least, last, squares, t; /* squares: int e^2 dt so far */
};

static bool in_window(const struct hud_study_measure *measure, double t)
{
  return t >= measure->from - time_tolerance * (1.0 + measure->from) &&
         t <= measure->to + time_tolerance * (1.0 + measure->to);
}

static void tally_add(struct tally *tally, double t, double e)
{
  if (tally->count > 0)
    tally->squares += 0.5 * (t - tally->t) * (e * e + tally->last * tally->last);
  bool first = tally->count++ == 0;
  /* a comparison with NaN is false: an undefined value stays */
  tally->sup = first || !(fabs(e) <= tally->sup) ? fabs(e) : tally->sup;
  tally->least = first || !(e >= tally->least) ? e : tally->least;
  tally->last = e;
  tally->t = t;
}

static double tally_norm(const struct tally *tally)
{
  if (tally->count == 0)
    return NAN;
  switch (tally->measure->norm) {
  case HUD_NORM_SUP:
    return tally->sup;
  case HUD_NORM_L2:
    return sqrt(tally->squares);
  case HUD_NORM_FINAL:
    return tally->last;
  case HUD_NORM_LEAST:
    return tally->least;
  }
  return NAN;
}

/* ---- values at one time ---- */

static double column_value(const struct hud_study_result *result, const char *name, size_t record)
{
  size_t column;
  const struct hud_table *table = result->netcdf->moments;
  return hud_table_find(table, name, &column, NULL) == HUD_OK
             ? hud_table_value(table, record, column)
             : NAN;
}

/* A metric that cannot be taken (no density, too much negative mass) is undefined. */
static double distance(enum hud_study_quantity_kind kind, struct hud_study_result *a, size_t i,
                       struct hud_study_result *b, size_t j)
{
  double value = NAN;
  struct hud_fourier_distance fourier = {.value = NAN};
  if (a->cells == NULL || b->cells == NULL)
    return NAN;
  struct hud_measure f, g;
  hud_status status = hud_cells_pair(a->cells, i, b->cells, j, &f, &g, NULL);
  if (status != HUD_OK)
    return NAN;
  if (kind == HUD_QUANTITY_W1)
    status = hud_wasserstein_1(&f, &g, &value, NULL);
  else if (kind == HUD_QUANTITY_W2)
    status = hud_wasserstein_2(&f, &g, &value, NULL);
  else if (kind == HUD_QUANTITY_L1)
    status = hud_distance_l1(&f, &g, &value, NULL);
  else if (kind == HUD_QUANTITY_FOURIER) {
    status = hud_fourier_metric(&f, &g, true, &fourier, NULL);
    value = fourier.value;
  }
  return status == HUD_OK ? value : NAN;
}

static double over_window(const struct hud_study_measure *measure, struct hud_study_result *a,
                          struct hud_study_result *b)
{
  struct tally tally = {.measure = measure};
  const struct hud_netcdf_result *times = a->netcdf;
  const char *name = measure->quantity->name;
  enum hud_study_quantity_kind kind = measure->quantity->kind;
  for (size_t i = 0, j = 0; i < times->time_count; i++) {
    double t = times->time[i], tolerance = time_tolerance * (1.0 + fabs(t));
    while (b != NULL && j < b->netcdf->time_count && b->netcdf->time[j] < t - tolerance)
      j++;
    bool shared = b == NULL || (j < b->netcdf->time_count && b->netcdf->time[j] <= t + tolerance);
    if (!shared || !in_window(measure, t))
      continue;
    if (kind >= HUD_QUANTITY_W1)
      tally_add(&tally, t, distance(kind, a, i, b, j));
    else if (b != NULL)
      tally_add(&tally, t, fabs(column_value(a, name, i) - column_value(b, name, j)));
    else
      tally_add(&tally, t, column_value(a, name, i));
  }
  return tally_norm(&tally);
}

/* ---- values of a whole run ---- */

static double detail(const struct hud_study_result *result, const char *name)
{
  double value = NAN;
  const struct hud_node *root = hud_document_root(result->summary);
  const struct hud_node *node = hud_node_find(hud_node_find(root, "details"), name);
  struct hud_locale locale = hud_locale_begin();
  if (node == NULL || node->kind != HUD_NODE_SCALAR ||
      hud_scalar_number(node->text, &value) != HUD_SCALAR_OK)
    value = NAN;
  hud_locale_end(locale);
  return value;
}

static double decay_rate(const struct hud_study_measure *measure,
                         const struct hud_study_result *result)
{
  const struct hud_table *table = result->netcdf->moments;
  size_t column, rows = table->row_count;
  double *variance = NULL, rate = NAN;
  struct hud_decay_fit fit;
  if (hud_table_find(table, "variance", &column, NULL) != HUD_OK ||
      HUD_NEW(&variance, rows, "a fit", NULL) != HUD_OK)
    return NAN;
  for (size_t i = 0; i < rows; i++)
    variance[i] = hud_table_value(table, i, column);
  double last = result->netcdf->time[result->netcdf->time_count - 1];
  double to = isfinite(measure->to) ? measure->to * (1.0 + time_tolerance) : last;
  if (hud_fit_decay(rows, result->netcdf->time, variance, measure->from, to, &fit, NULL) == HUD_OK)
    rate = fit.rate;
  hud_free(variance);
  return rate;
}

static double of_run(const struct hud_study_measure *measure, const struct hud_study_result *result)
{
  return measure->quantity->kind == HUD_QUANTITY_DECAY ? decay_rate(measure, result)
                                                       : detail(result, measure->quantity->name);
}

hud_status hud_study_compare(const struct hud_study_measure *measure, struct hud_study_result *a,
                             struct hud_study_result *b, double *value, struct hud_error *error)
{
  enum hud_study_quantity_kind kind = measure->quantity->kind;
  *value = NAN;
  if (kind >= HUD_QUANTITY_W1 && b == NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "%s is of two results", measure->quantity->name);
  if (kind == HUD_QUANTITY_DECAY || kind == HUD_QUANTITY_DETAIL)
    *value = b != NULL ? fabs(of_run(measure, a) - of_run(measure, b)) : of_run(measure, a);
  else
    *value = over_window(measure, a, b);
  return HUD_OK;
}

double hud_study_own_error(const struct hud_study_measure *measure,
                           const struct hud_study_result *result)
{
  char name[80];
  struct tally tally = {.measure = measure};
  snprintf(name, sizeof name, "%.70s_se", measure->quantity->name);
  if (measure->quantity->kind != HUD_QUANTITY_COLUMN ||
      !hud_table_has(result->netcdf->moments, name))
    return NAN;
  for (size_t i = 0; i < result->netcdf->time_count; i++)
    if (in_window(measure, result->netcdf->time[i]))
      tally_add(&tally, result->netcdf->time[i], column_value(result, name, i));
  return 2.0 * tally_norm(&tally);
}
