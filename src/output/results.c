/* SPDX-License-Identifier: GPL-3.0-or-later
 * The results of one run. result.nc grows on the disk record by record; the table of moments, small
 * beside it, is kept in memory and written at the end. */
#include "output/results.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "output/csv.h"
#include "output/directory.h"
#include "output/netcdf.h"

enum result_file { MODEL, MOMENTS, F1, NETCDF, SUMMARY, FILE_COUNT };

struct hud_results {
  struct hud_directory *directory;
  const struct hud_provenance *provenance;
  struct hud_table *moments;
  struct hud_netcdf *netcdf;
  bool f2;
  const double *moving; /* the velocities that change in time, or NULL */
  size_t v_count;
  double *row; /* t and the columns */
  double *v, *v_last, *f1_first, *f1_last;
  struct hud_file files[FILE_COUNT]; /* named as hud_result_names */
};

/* ---- opening ---- */

static hud_status make_table(struct hud_results *results, const struct hud_results_spec *spec,
                             struct hud_error *error)
{
  size_t count = spec->column_count + 1;
  const char **names = NULL;
  hud_status status = hud_alloc((void *)&names, count, sizeof *names, "a table", error);
  if (status == HUD_OK) {
    names[0] = "t";
    for (size_t c = 1; c < count; c++)
      names[c] = spec->column_names[c - 1];
    status = hud_table_create(&results->moments, count, names, error);
  }
  if (status == HUD_OK)
    status = HUD_NEW(&results->row, count, "a table", error);
  hud_free(names);
  return status;
}

static hud_status make_densities(struct hud_results *results, const struct hud_results_spec *spec,
                                 struct hud_error *error)
{
  size_t n = results->v_count = spec->v_count;
  hud_status status = HUD_NEW(&results->v, n, "velocities", error);
  if (status == HUD_OK)
    status = HUD_NEW(&results->v_last, n, "velocities", error);
  if (status == HUD_OK)
    status = HUD_NEW(&results->f1_first, n, "a density", error);
  if (status == HUD_OK)
    status = HUD_NEW(&results->f1_last, n, "a density", error);
  if (status == HUD_OK && n > 0)
    memcpy(results->v, spec->v, n * sizeof *spec->v);
  return status;
}

static hud_status begin_netcdf(struct hud_results *results, const struct hud_results_spec *spec,
                               struct hud_error *error)
{
  struct hud_netcdf_spec netcdf = {.column_count = spec->column_count,
                                   .column_names = spec->column_names,
                                   .v_count = spec->v_count,
                                   .v = spec->v,
                                   .moving = spec->moving,
                                   .edges = spec->edges,
                                   .f1 = spec->f1 && spec->v_count > 0,
                                   .f2 = spec->f2,
                                   .provenance = spec->provenance};
  struct hud_file *file = &results->files[NETCDF];
  hud_status status = hud_file_reserve(file, hud_directory_path(results->directory),
                                       hud_result_names[NETCDF], error);
  return status == HUD_OK ? hud_netcdf_create(&results->netcdf, file->temporary, &netcdf, error)
                          : status;
}

hud_status hud_results_open(struct hud_results **results, const struct hud_results_spec *spec,
                            struct hud_error *error)
{
  *results = NULL;
  if (spec->f2 && spec->v_count == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "f_2 cannot be written without velocities");
  struct hud_results *made = NULL;
  hud_status status = HUD_NEW(&made, 1, "results", error);
  if (status != HUD_OK)
    return status;
  made->provenance = spec->provenance;
  made->f2 = spec->f2;
  made->moving = spec->moving ? spec->v : NULL;
  status = make_table(made, spec, error);
  if (status == HUD_OK)
    status = make_densities(made, spec, error);
  if (status == HUD_OK)
    status = hud_directory_prepare(&made->directory, spec->directory, spec->force, error);
  if (status == HUD_OK)
    status = begin_netcdf(made, spec, error);
  if (status == HUD_OK)
    *results = made;
  else
    hud_results_abandon(made);
  return status;
}

static void free_results(struct hud_results *results, bool failed)
{
  for (int i = 0; i < FILE_COUNT; i++)
    hud_file_discard(&results->files[i]);
  hud_directory_release(results->directory, failed);
  hud_table_free(results->moments);
  hud_free(results->row);
  hud_free(results->v);
  hud_free(results->v_last);
  hud_free(results->f1_first);
  hud_free(results->f1_last);
  hud_free(results);
}

void hud_results_abandon(struct hud_results *results)
{
  if (results == NULL)
    return;
  hud_netcdf_abort(results->netcdf);
  free_results(results, true);
}

/* ---- records ---- */

const struct hud_table *hud_results_moments(const struct hud_results *results)
{
  return results->moments;
}

hud_status hud_results_record(struct hud_results *results, double t, const double *row,
                              const double *f1, const double *f2, struct hud_error *error)
{
  struct hud_table *table = results->moments;
  size_t rows = table->row_count, n = results->v_count;
  if (!isfinite(t) || (rows > 0 && t <= hud_table_value(table, rows - 1, 0)))
    return hud_fail(error, HUD_ERROR_USAGE, "a record at t = %g does not follow the one before", t);
  if ((n > 0 && f1 == NULL) || (results->f2 && f2 == NULL))
    return hud_fail(error, HUD_ERROR_USAGE, "a record lacks its density at t = %g", t);
  hud_status status = hud_netcdf_record(results->netcdf, t, row, f1, f2, error);
  if (status != HUD_OK)
    return status;
  if (n > 0) {
    memcpy(results->f1_last, f1, n * sizeof *f1);
    if (rows == 0)
      memcpy(results->f1_first, f1, n * sizeof *f1);
    if (results->moving != NULL)
      memcpy(rows == 0 ? results->v : results->v_last, results->moving, n * sizeof *f1);
  }
  results->row[0] = t;
  memcpy(results->row + 1, row, (table->column_count - 1) * sizeof *row);
  return hud_table_add(table, results->row, error);
}

/* ---- closing ---- */

static hud_status create_file(struct hud_results *results, enum result_file which,
                              struct hud_error *error)
{
  return hud_file_create(&results->files[which], hud_directory_path(results->directory),
                         hud_result_names[which], error);
}

static hud_status stage_model(struct hud_results *results, struct hud_error *error)
{
  hud_status status = create_file(results, MODEL, error);
  if (status != HUD_OK)
    return status;
  if (results->provenance->model_text != NULL)
    fputs(results->provenance->model_text, results->files[MODEL].stream);
  return hud_file_seal(&results->files[MODEL], error);
}

static hud_status stage_f1(struct hud_results *results, struct hud_error *error)
{
  static const char *const names[] = {"v", "f1_initial", "f1_final", "v_final"};
  if (results->v_count == 0)
    return HUD_OK;
  struct hud_table *table = NULL;
  hud_status status = hud_table_create(&table, results->moving != NULL ? 4 : 3, names, error);
  for (size_t i = 0; status == HUD_OK && i < results->v_count; i++)
    status = hud_table_add(
        table,
        (double[]){results->v[i], results->f1_first[i], results->f1_last[i], results->v_last[i]},
        error);
  if (status == HUD_OK)
    status = hud_csv_stage(&results->files[F1], table, hud_directory_path(results->directory),
                           hud_result_names[F1], error);
  hud_table_free(table);
  return status;
}

static bool has_file(const struct hud_results *results, int which)
{
  return which != F1 || results->v_count > 0;
}

static hud_status stage_summary(struct hud_results *results, const struct hud_summary *summary,
                                struct hud_error *error)
{
  const char *names[FILE_COUNT];
  size_t count = 0;
  for (int i = 0; i < FILE_COUNT; i++)
    if (has_file(results, i))
      names[count++] = hud_result_names[i];
  struct hud_file *file = &results->files[SUMMARY];
  hud_status status = create_file(results, SUMMARY, error);
  if (status == HUD_OK)
    status = hud_summary_print(summary, results->provenance, count, names, file->stream, error);
  return status == HUD_OK ? hud_file_seal(file, error) : status;
}

static hud_status stage_netcdf(struct hud_results *results, struct hud_error *error)
{
  hud_status status = hud_netcdf_finish(results->netcdf, error);
  results->netcdf = NULL;
  return status == HUD_OK ? hud_file_seal(&results->files[NETCDF], error) : status;
}

static bool keep_new(const void *context, const char *name)
{
  const struct hud_results *results = context;
  for (int i = 0; i < SUMMARY; i++)
    if (strcmp(name, hud_result_names[i]) == 0)
      return has_file(results, i);
  return false;
}

/* Takes away what was published before a rename failed: half a result is none. */
static void withdraw(const struct hud_results *results, int published)
{
  for (int i = 0; i < published; i++) {
    char *path = NULL;
    if (has_file(results, i) && hud_path_join(&path, hud_directory_path(results->directory),
                                              hud_result_names[i], NULL) == HUD_OK)
      unlink(path);
    hud_free(path);
  }
}

/* The old summary, figures and what has no successor go first: from there on, until the new summary
 * is in place, the folder does not claim to be complete. */
static hud_status publish(struct hud_results *results, struct hud_error *error)
{
  hud_status status = hud_directory_clear(results->directory, keep_new, results, error);
  for (int i = 0; status == HUD_OK && i < FILE_COUNT; i++) {
    if (!has_file(results, i))
      continue;
    status = hud_file_publish(&results->files[i], error);
    if (status != HUD_OK)
      withdraw(results, i);
  }
  return status;
}

hud_status hud_results_close(struct hud_results *results, const struct hud_summary *summary,
                             struct hud_error *error)
{
  hud_status status = stage_netcdf(results, error);
  if (status == HUD_OK)
    status = stage_model(results, error);
  if (status == HUD_OK)
    status =
        hud_csv_stage(&results->files[MOMENTS], results->moments,
                      hud_directory_path(results->directory), hud_result_names[MOMENTS], error);
  if (status == HUD_OK)
    status = stage_f1(results, error);
  if (status == HUD_OK)
    status = stage_summary(results, summary, error);
  if (status == HUD_OK)
    status = publish(results, error);
  free_results(results, status != HUD_OK);
  return status;
}
