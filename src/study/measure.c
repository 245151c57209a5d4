/* SPDX-License-Identifier: GPL-3.0-or-later
 * Differences of results. */
#define _POSIX_C_SOURCE 200809L
#include "study/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/fit.h"
#include "analysis/layer.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "config/scalar.h"
#include "output/cells.h"
#include "run/gas.h"
#include "study/pairs.h"
#include "study/plan.h"
#include "study/points.h"
#include "study/theory.h"

enum { SUMMARY_BYTES = 1 << 20, MOST_SEEDS = 1000 }; /* of the schema */
static const double time_tolerance = 1e-9;

struct hud_study_result {
  char *path; /* of result.nc */
  struct hud_netcdf_result *netcdf;
  struct hud_cells *cells;      /* NULL: no densities */
  struct hud_document *summary; /* JSON is YAML */
  const struct hud_model_file *file;
};

hud_status hud_study_result_open(struct hud_study_result **out, const char *folder,
                                 const struct hud_model_file *file, struct hud_error *error)
{
  struct hud_study_result *result = NULL;
  char *path = NULL, *text = NULL;
  size_t length = 0;
  *out = NULL;
  hud_status status = HUD_NEW(&result, 1, "a result", error);
  if (status == HUD_OK)
    result->file = file;
  if (status == HUD_OK)
    status = hud_path_join(&path, folder, "result.nc", error);
  if (status == HUD_OK)
    status = hud_netcdf_read(&result->netcdf, path, error);
  if (status == HUD_OK && result->netcdf->f1 != NULL)
    status = hud_cells_create(&result->cells, result->netcdf, error);
  if (status == HUD_OK)
    result->path = path;
  else
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
  hud_free(result->path);
  hud_cells_free(result->cells);
  hud_netcdf_result_free(result->netcdf);
  hud_document_free(result->summary);
  hud_free(result);
}

void hud_study_measure_at(const struct hud_study *study, size_t point,
                          const struct hud_study_quantity *quantity,
                          struct hud_study_measure *measure)
{
  *measure = (struct hud_study_measure){.quantity = quantity,
                                        .norm = study->description.norm,
                                        .difference = study->description.difference,
                                        .to = INFINITY,
                                        .theory = NAN,
                                        .composite = study->reference == HUD_REFERENCE_COMPOSITE};
  if (study->window[0] == NULL)
    return;
  measure->from = hud_study_evaluate(study, point, study->window[0]);
  measure->to = hud_study_evaluate(study, point, study->window[1]);
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

static double series_value(const struct hud_study_series *series,
                           const struct hud_study_result *result, size_t record)
{
  double values[HUD_STUDY_COLUMNS];
  for (size_t c = 0; c < series->count; c++)
    values[c] = column_value(result, series->columns[c], record);
  return series->expression != NULL ? hud_expression_evaluate(series->expression, values)
                                    : values[0];
}

/* What the columns of errors change: the error of a column, or the sum of what one error of each
 * column changes in the expression, an upper bound. NaN without such columns. */
static double series_error(const struct hud_study_series *series,
                           const struct hud_study_result *result, size_t record)
{
  double values[HUD_STUDY_COLUMNS], errors[HUD_STUDY_COLUMNS], sum = 0.0;
  for (size_t c = 0; c < series->count; c++) {
    char name[HUD_STUDY_NAME + 4];
    snprintf(name, sizeof name, "%s_se", series->columns[c]);
    values[c] = column_value(result, series->columns[c], record);
    errors[c] = column_value(result, name, record);
  }
  if (series->expression == NULL)
    return errors[0];
  for (size_t c = 0; c < series->count; c++) {
    double middle = values[c];
    values[c] = middle + errors[c];
    double above = hud_expression_evaluate(series->expression, values);
    values[c] = middle - errors[c];
    sum += 0.5 * fabs(above - hud_expression_evaluate(series->expression, values));
    values[c] = middle;
  }
  return sum;
}

/* Mean and standard error of n numbers; the error is NaN for fewer than two. */
struct mean {
  double value, error;
};

static struct mean mean_of(size_t n, const double *values)
{
  struct mean mean = {0.0, NAN};
  double squares = 0.0;
  for (size_t i = 0; i < n; i++)
    mean.value += values[i] / (double)n;
  for (size_t i = 0; i < n; i++)
    squares += (values[i] - mean.value) * (values[i] - mean.value);
  if (n > 1)
    mean.error = sqrt(squares / ((double)n * (double)(n - 1)));
  return mean;
}

/* A series over the results of a sample; NaN where one of them has no such record. */
static struct mean sample_at(const struct hud_study_series *series,
                             const struct hud_study_sample *sample, size_t record)
{
  double values[MOST_SEEDS] = {0.0};
  for (size_t s = 0; s < sample->count; s++)
    values[s] = record < sample->results[s]->netcdf->time_count
                    ? series_value(series, sample->results[s], record)
                    : NAN;
  struct mean mean = mean_of(sample->count, values);
  if (sample->count == 1)
    mean.error = series_error(series, sample->results[0], record);
  return mean;
}

/* A metric that cannot be taken (no density, too much negative mass) is undefined. */
static double distance_of_two(enum hud_study_quantity_kind kind, struct hud_study_result *a,
                              size_t i, struct hud_study_result *b, size_t j)
{
  double value = NAN;
  struct hud_fourier_distance fourier = {.value = NAN};
  if (kind >= HUD_QUANTITY_FOURIER_F2)
    return hud_study_pair_distance(kind, &(struct hud_study_pairs){a->path, a->netcdf, i},
                                   &(struct hud_study_pairs){b->path, b->netcdf, j});
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

static double distance(enum hud_study_quantity_kind kind, const struct hud_study_sample *a,
                       size_t i, const struct hud_study_sample *b, size_t j)
{
  size_t pairs = a->count > b->count ? a->count : b->count;
  double sum = 0.0;
  for (size_t s = 0; s < pairs; s++)
    sum += distance_of_two(kind, a->results[s % a->count], i, b->results[s % b->count], j);
  return sum / (double)pairs;
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

static double window_end(const struct hud_study_measure *measure,
                         const struct hud_study_result *result)
{
  double last = result->netcdf->time[result->netcdf->time_count - 1];
  return isfinite(measure->to) ? measure->to * (1.0 + time_tolerance) : last;
}

/* Decay rate, slope or relaxation of a series. */
static double fitted(const struct hud_study_measure *measure, const struct hud_study_result *result)
{
  size_t rows = result->netcdf->moments->row_count;
  double *values = NULL, rate = NAN, slope, start, to = window_end(measure, result);
  struct hud_decay_fit fit;
  if (HUD_NEW(&values, rows, "a fit", NULL) != HUD_OK)
    return NAN;
  for (size_t i = 0; i < rows; i++)
    values[i] = series_value(&measure->quantity->series, result, i);
  const double *t = result->netcdf->time;
  if (measure->quantity->kind == HUD_QUANTITY_DECAY) {
    if (hud_fit_decay(rows, t, values, measure->from, to, &fit, NULL) == HUD_OK)
      rate = fit.rate;
  } else if (hud_fit_slope(rows, t, values, measure->from, to, &start, &slope, NULL) == HUD_OK) {
    rate = measure->quantity->kind == HUD_QUANTITY_SLOPE ? slope : -slope / start;
  }
  hud_free(values);
  return rate;
}

/* Collisions of k over the window, and the error of their number by the columns of errors. */
static struct mean frequency(const struct hud_study_measure *measure,
                             const struct hud_study_result *result)
{
  const struct hud_description *d = hud_model_file_description(result->file);
  const struct hud_netcdf_result *times = result->netcdf;
  struct hud_study_series series = {.count = 1};
  size_t first = times->time_count, last = 0;
  int size = measure->quantity->size;
  snprintf(series.columns[0], sizeof series.columns[0], "collisions_%d", size);
  for (size_t i = 0; i < times->time_count; i++)
    if (in_window(measure, times->time[i])) {
      first = first < i ? first : i;
      last = i;
    }
  struct mean frequency = {NAN, NAN};
  if (first >= last || !hud_gas_is_model(d->model))
    return frequency;
  double factor = size / ((double)d->particles.count * (times->time[last] - times->time[first]));
  if (measure->quantity->kind == HUD_QUANTITY_CONTACT) {
    double independent = NAN;
    if (hud_study_independent_frequency(&independent, d, size, NULL) != HUD_OK)
      return frequency;
    factor /= independent;
  }
  frequency.value =
      factor * (series_value(&series, result, last) - series_value(&series, result, first));
  frequency.error =
      factor * (series_error(&series, result, last) + series_error(&series, result, first));
  return frequency;
}

static struct mean of_run(const struct hud_study_measure *measure,
                          const struct hud_study_result *result)
{
  switch (measure->quantity->kind) {
  case HUD_QUANTITY_FREQUENCY:
  case HUD_QUANTITY_CONTACT:
    return frequency(measure, result);
  case HUD_QUANTITY_DETAIL:
    return (struct mean){detail(result, measure->quantity->name), NAN};
  default:
    return (struct mean){fitted(measure, result), NAN};
  }
}

static struct mean of_sample(const struct hud_study_measure *measure,
                             const struct hud_study_sample *sample)
{
  double values[MOST_SEEDS] = {0.0};
  if (sample->count == 1)
    return of_run(measure, sample->results[0]);
  for (size_t s = 0; s < sample->count; s++)
    values[s] = of_run(measure, sample->results[s]).value;
  return mean_of(sample->count, values);
}

static bool is_of_run(const struct hud_study_measure *measure)
{
  return measure->quantity->kind != HUD_QUANTITY_COLUMN &&
         measure->quantity->kind < HUD_QUANTITY_W1;
}

/* ---- differences ---- */

/* The composite that begins as a result does; NaN throughout where it has no such columns. */
static struct hud_layer composite_of(const struct hud_study_result *result)
{
  struct hud_layer_moments start;
  struct hud_theory theory = {0};
  const struct {
    const char *name;
    double *value;
  } columns[] = {{"M1", &start.M1}, {"M2", &start.M2}, {"I1", &start.I1}, {"I2", &start.I2},
                 {"V1", &start.V1}, {"V2", &start.V2}, {"W", &start.W}};
  for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
    *columns[c].value = column_value(result, columns[c].name, 0);
  if (hud_study_layer_theory(&theory, result->file, NULL) != HUD_OK)
    start.M1 = NAN; /* the plan was checked */
  return hud_layer_begin(&theory, column_value(result, "mean", 0), &start);
}

static double composite_at(const struct hud_layer *layer, const struct hud_study_series *series,
                           double t)
{
  struct hud_layer_moments m = hud_layer_composite(layer, t);
  double values[HUD_STUDY_COLUMNS];
  for (size_t c = 0; c < series->count; c++)
    values[c] = hud_layer_moment(&m, series->columns[c]);
  return series->expression != NULL ? hud_expression_evaluate(series->expression, values)
                                    : values[0];
}

static double combine(const struct hud_study_measure *measure, double a, double reference)
{
  return measure->difference == HUD_DIFFERENCE_RELATIVE ? 1.0 - a / reference : fabs(a - reference);
}

/* By how much the entry changes with the value of one side. */
static double weight(const struct hud_study_measure *measure, double of, double other,
                     bool is_reference)
{
  bool compared = is_reference || !isnan(measure->theory) || !isnan(other);
  if (measure->difference != HUD_DIFFERENCE_RELATIVE || !compared)
    return 1.0;
  if (isnan(other))
    return 1.0 / fabs(measure->theory);
  return is_reference ? fabs(other) / (of * of) : 1.0 / fabs(other);
}

/* The record of a sample at time t, from *j on; false if there is none. */
static bool find_record(const struct hud_study_sample *sample, double t, size_t *j)
{
  const struct hud_netcdf_result *times = sample->results[0]->netcdf;
  double tolerance = time_tolerance * (1.0 + fabs(t));
  while (*j < times->time_count && times->time[*j] < t - tolerance)
    ++*j;
  return *j < times->time_count && times->time[*j] <= t + tolerance;
}

static double over_window(const struct hud_study_measure *measure, const struct hud_study_sample *a,
                          const struct hud_study_sample *b)
{
  struct tally tally = {.measure = measure};
  const struct hud_netcdf_result *times = a->results[0]->netcdf;
  const struct hud_study_series *series = &measure->quantity->series;
  enum hud_study_quantity_kind kind = measure->quantity->kind;
  struct hud_layer layer = {.J1 = NAN};
  if (measure->composite)
    layer = composite_of(a->results[0]);
  for (size_t i = 0, j = 0; i < times->time_count; i++) {
    double t = times->time[i];
    if ((b != NULL && !find_record(b, t, &j)) || !in_window(measure, t))
      continue;
    if (kind >= HUD_QUANTITY_W1)
      tally_add(&tally, t, distance(kind, a, i, b, j));
    else if (b != NULL)
      tally_add(&tally, t,
                combine(measure, sample_at(series, a, i).value, sample_at(series, b, j).value));
    else if (measure->composite)
      tally_add(&tally, t,
                combine(measure, sample_at(series, a, i).value, composite_at(&layer, series, t)));
    else
      tally_add(&tally, t, sample_at(series, a, i).value);
  }
  return tally_norm(&tally);
}

hud_status hud_study_compare(const struct hud_study_measure *measure,
                             const struct hud_study_sample *a, const struct hud_study_sample *b,
                             double *value, struct hud_error *error)
{
  *value = NAN;
  if (measure->quantity->kind >= HUD_QUANTITY_W1 && b == NULL)
    return hud_fail(error, HUD_ERROR_USAGE, "%s is of two results", measure->quantity->name);
  if (!is_of_run(measure)) {
    *value = over_window(measure, a, b);
    return HUD_OK;
  }
  *value = of_sample(measure, a).value;
  if (b != NULL)
    *value = combine(measure, *value, of_sample(measure, b).value);
  else if (!isnan(measure->theory))
    *value = combine(measure, *value, measure->theory);
  return HUD_OK;
}

/* The norm of deviations of one side: its standard errors, or its distances from a refined result,
 * each times what it changes in the entry. */
static double deviation(const struct hud_study_measure *measure, const struct hud_study_sample *of,
                        const struct hud_study_sample *refined,
                        const struct hud_study_sample *other, bool is_reference)
{
  struct tally tally = {.measure = measure};
  const struct hud_netcdf_result *times = of->results[0]->netcdf;
  const struct hud_study_series *series = &measure->quantity->series;
  for (size_t i = 0, j = 0, k = 0; i < times->time_count; i++) {
    double t = times->time[i];
    if (!in_window(measure, t) || (refined != NULL && !find_record(refined, t, &j)) ||
        (other != NULL && !find_record(other, t, &k)))
      continue;
    struct mean own = sample_at(series, of, i);
    double change =
        refined != NULL ? fabs(own.value - sample_at(series, refined, j).value) : own.error;
    tally_add(&tally, t,
              change * weight(measure, own.value,
                              other != NULL ? sample_at(series, other, k).value : NAN,
                              is_reference));
  }
  return tally_norm(&tally);
}

double hud_study_own_error(const struct hud_study_measure *measure,
                           const struct hud_study_sample *of, const struct hud_study_sample *other,
                           bool is_reference)
{
  if (measure->quantity->kind >= HUD_QUANTITY_W1)
    return NAN;
  if (!is_of_run(measure))
    return 2.0 * deviation(measure, of, NULL, other, is_reference);
  struct mean own = of_sample(measure, of);
  return 2.0 * own.error *
         weight(measure, own.value, other != NULL ? of_sample(measure, other).value : NAN,
                is_reference);
}

hud_status hud_study_refined_error(const struct hud_study_measure *measure,
                                   const struct hud_study_sample *of,
                                   const struct hud_study_sample *refined,
                                   const struct hud_study_sample *other, bool is_reference,
                                   double *value, struct hud_error *error)
{
  struct hud_study_measure absolute = *measure;
  absolute.difference = HUD_DIFFERENCE_ABSOLUTE;
  if (!is_of_run(measure) && measure->quantity->kind < HUD_QUANTITY_W1 &&
      measure->norm != HUD_NORM_LEAST) {
    *value = deviation(measure, of, refined, other, is_reference);
    return HUD_OK;
  }
  if (is_of_run(measure)) {
    double own = of_sample(measure, of).value;
    *value =
        fabs(own - of_sample(measure, refined).value) *
        weight(measure, own, other != NULL ? of_sample(measure, other).value : NAN, is_reference);
    return HUD_OK;
  }
  if (measure->norm != HUD_NORM_LEAST)
    return hud_study_compare(&absolute, of, refined, value, error);
  *value = fabs(over_window(measure, of, NULL) - over_window(measure, refined, NULL));
  return HUD_OK;
}

/* ---- curves ---- */

size_t hud_study_record_count(const struct hud_study_sample *sample)
{
  return sample->results[0]->netcdf->time_count;
}

void hud_study_curve(const struct hud_study_measure *measure, const struct hud_study_sample *sample,
                     double *t, double *value, double *standard_error, size_t *count)
{
  const struct hud_netcdf_result *times = sample->results[0]->netcdf;
  *count = 0;
  for (size_t i = 0; i < times->time_count; i++) {
    if (!in_window(measure, times->time[i]))
      continue;
    struct mean own = sample_at(&measure->quantity->series, sample, i);
    t[*count] = times->time[i];
    value[*count] = own.value;
    standard_error[(*count)++] = isnan(own.error) ? 0.0 : own.error;
  }
}
