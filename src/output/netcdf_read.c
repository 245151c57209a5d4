/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading result.nc back. netcdf_header.h looks at the file first, so that the sizes below are
 * those of data that are there. */
#include "output/netcdf.h"

#include <netcdf.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "output/netcdf_header.h"

struct source {
  int id;
  const char *path;
  struct hud_error *error;
};

static hud_status fail(const struct source *source, const char *what, int code)
{
  return hud_fail_at(source->error, HUD_ERROR_INPUT, source->path, "cannot read %s: %s", what,
                     nc_strerror(code));
}

/* Rank, dimensions and lengths of a variable of doubles. */
struct shape {
  int variable, rank;
  int dimensions[NC_MAX_VAR_DIMS];
  uint64_t size; /* number of doubles */
};

static hud_status look_at_variable(const struct source *source, int variable, struct shape *shape)
{
  nc_type type;
  int code = nc_inq_var(source->id, variable, NULL, &type, &shape->rank, shape->dimensions, NULL);
  shape->variable = variable;
  shape->size = 1;
  for (int d = 0; code == NC_NOERR && d < shape->rank; d++) {
    size_t length = 0;
    code = nc_inq_dimlen(source->id, shape->dimensions[d], &length);
    if (length > 0 && shape->size > UINT64_MAX / 16 / length)
      code = NC_EVARSIZE;
    shape->size *= length;
  }
  if (code == NC_NOERR && type != NC_DOUBLE)
    code = NC_EBADTYPE;
  return code == NC_NOERR ? HUD_OK : fail(source, "a variable", code);
}

/* *values stays NULL if there is no such variable; otherwise it must have that many doubles. */
static hud_status read_variable(const struct source *source, const char *name, size_t size,
                                double **values)
{
  struct shape shape;
  int variable;
  int code = nc_inq_varid(source->id, name, &variable);
  if (code == NC_ENOTVAR)
    return HUD_OK;
  if (code != NC_NOERR)
    return fail(source, name, code);
  hud_status status = look_at_variable(source, variable, &shape);
  if (status == HUD_OK && shape.size != size)
    status = hud_fail_at(source->error, HUD_ERROR_INPUT, source->path,
                         "'%s' has %llu values; expected %zu", name, (unsigned long long)shape.size,
                         size);
  if (status == HUD_OK)
    status = HUD_NEW(values, size, "a result", source->error);
  if (status == HUD_OK && size > 0) {
    code = nc_get_var_double(source->id, variable, *values);
    if (code != NC_NOERR)
      status = fail(source, name, code);
  }
  return status;
}

static hud_status read_text(const struct source *source, const char *name, char **text)
{
  size_t length = 0;
  nc_type type = NC_CHAR;
  int code = nc_inq_att(source->id, NC_GLOBAL, name, &type, &length);
  if (code != NC_NOERR || type != NC_CHAR)
    length = 0;
  hud_status status = HUD_NEW(text, length + 1, "a result", source->error);
  if (status == HUD_OK && length > 0) {
    code = nc_get_att_text(source->id, NC_GLOBAL, name, *text);
    if (code != NC_NOERR)
      status = fail(source, name, code);
  }
  return status;
}

static hud_status dimension_length(const struct source *source, const char *name, size_t *length)
{
  int dimension;
  *length = 0;
  int code = nc_inq_dimid(source->id, name, &dimension);
  if (code == NC_EBADDIM)
    return HUD_OK;
  if (code == NC_NOERR)
    code = nc_inq_dimlen(source->id, dimension, length);
  return code == NC_NOERR ? HUD_OK : fail(source, name, code);
}

/* ---- the table of moments ---- */

/* The variables over time alone, but time itself; names point into `store`. */
static hud_status list_columns(const struct source *source, int variable_count, const char **names,
                               char (*store)[NC_MAX_NAME + 1], size_t *count)
{
  int time = -1, unlimited = -1;
  int code = nc_inq_unlimdim(source->id, &unlimited);
  if (code == NC_NOERR)
    code = nc_inq_varid(source->id, "time", &time);
  if (code != NC_NOERR || unlimited < 0)
    return hud_fail_at(source->error, HUD_ERROR_INPUT, source->path,
                       "there is no unlimited 'time': huddle did not write this file");
  names[0] = "t";
  *count = 1;
  for (int i = 0; i < variable_count; i++) {
    struct shape shape;
    hud_status status = look_at_variable(source, i, &shape);
    if (status != HUD_OK)
      return status;
    if (i == time || shape.rank != 1 || shape.dimensions[0] != unlimited)
      continue;
    code = nc_inq_varname(source->id, i, store[*count]);
    if (code != NC_NOERR)
      return fail(source, "the name of a variable", code);
    names[*count] = store[*count];
    (*count)++;
  }
  return HUD_OK;
}

static hud_status read_rows(const struct source *source, struct hud_netcdf_result *result)
{
  struct hud_table *table = result->moments;
  size_t rows = result->time_count, columns = table->column_count;
  double *values = NULL, *column = NULL;
  hud_status status = HUD_NEW(&values, rows * columns, "a result", source->error);
  for (size_t c = 0; status == HUD_OK && c < columns; c++) {
    status = read_variable(source, c == 0 ? "time" : table->names[c], rows, &column);
    for (size_t r = 0; status == HUD_OK && r < rows; r++)
      values[r * columns + c] = column[r];
    hud_free(column);
    column = NULL;
  }
  for (size_t r = 0; status == HUD_OK && r < rows; r++)
    status = hud_table_add(table, values + r * columns, source->error);
  hud_free(values);
  return status;
}

static hud_status read_moments(const struct source *source, struct hud_netcdf_result *result)
{
  int variable_count = 0;
  int code = nc_inq_nvars(source->id, &variable_count);
  if (code != NC_NOERR)
    return fail(source, "the variables", code);
  const char **names = NULL;
  char(*store)[NC_MAX_NAME + 1] = NULL;
  size_t count = 0, room = (size_t)variable_count + 1;
  hud_status status = hud_alloc((void *)&names, room, sizeof *names, "a result", source->error);
  if (status == HUD_OK)
    status = hud_alloc((void *)&store, room, sizeof *store, "a result", source->error);
  if (status == HUD_OK)
    status = list_columns(source, variable_count, names, store, &count);
  if (status == HUD_OK && hud_table_create(&result->moments, count, names, source->error) != HUD_OK)
    status = hud_fail_at(source->error, HUD_ERROR_INPUT, source->path,
                         "a variable has a name that huddle does not write");
  if (status == HUD_OK)
    status = read_rows(source, result);
  hud_free(names);
  hud_free(store);
  return status;
}

/* ---- the whole ---- */

static hud_status read_edges(const struct source *source, struct hud_netcdf_result *result)
{
  size_t n = result->v_count;
  double *bounds = NULL;
  hud_status status = read_variable(source, "v_bounds", 2 * n, &bounds);
  if (status == HUD_OK && bounds != NULL && n > 0)
    status = HUD_NEW(&result->edges, n + 1, "a result", source->error);
  if (status == HUD_OK && result->edges != NULL) {
    for (size_t i = 0; i < n; i++)
      result->edges[i] = bounds[2 * i];
    result->edges[n] = bounds[2 * n - 1];
  }
  hud_free(bounds);
  return status;
}

/* Without an axis v there may be cells whose velocities change. */
static hud_status read_velocity_count(const struct source *source, struct hud_netcdf_result *result)
{
  hud_status status = dimension_length(source, "v", &result->v_count);
  if (status != HUD_OK || result->v_count > 0)
    return status;
  status = dimension_length(source, "cell", &result->v_count);
  result->v_stride = result->v_count;
  return status;
}

static hud_status read_result(const struct source *source, struct hud_netcdf_result *result)
{
  hud_status status = dimension_length(source, "time", &result->time_count);
  if (status == HUD_OK)
    status = read_velocity_count(source, result);
  if (status == HUD_OK)
    status = read_moments(source, result);
  if (status == HUD_OK)
    status = read_variable(source, "time", result->time_count, &result->time);
  if (status == HUD_OK)
    status = read_variable(
        source, "v", result->v_count * (result->v_stride > 0 ? result->time_count : 1), &result->v);
  if (status == HUD_OK)
    status = read_edges(source, result);
  if (status == HUD_OK)
    status = read_variable(source, "f1", result->time_count * result->v_count, &result->f1);
  if (status == HUD_OK)
    status = read_text(source, "title", &result->title);
  if (status == HUD_OK)
    status = read_text(source, "model", &result->model_text);
  if (status == HUD_OK)
    status = read_text(source, "model_hash", &result->model_hash);
  if (status == HUD_OK)
    status = read_text(source, "huddle_version", &result->version);
  return status;
}

static hud_status open_source(struct source *source)
{
  char *path = NULL;
  hud_status status = hud_netcdf_path(&path, source->path, source->error);
  if (status == HUD_OK) {
    int code = nc_open(path, NC_NOWRITE, &source->id);
    if (code != NC_NOERR)
      status = fail(source, "the result", code);
  }
  hud_free(path);
  return status;
}

hud_status hud_netcdf_read(struct hud_netcdf_result **result, const char *path,
                           struct hud_error *error)
{
  *result = NULL;
  struct source source = {-1, path, error};
  hud_status status = hud_netcdf_header_check(path, error);
  if (status == HUD_OK)
    status = open_source(&source);
  if (status != HUD_OK)
    return status;
  struct hud_netcdf_result *made = NULL;
  status = HUD_NEW(&made, 1, "a result", error);
  if (status == HUD_OK)
    status = read_result(&source, made);
  nc_close(source.id);
  if (status == HUD_OK)
    *result = made;
  else
    hud_netcdf_result_free(made);
  return status;
}

hud_status hud_netcdf_read_f2(const char *path, size_t record, size_t v_count, double **f2,
                              struct hud_error *error)
{
  struct source source = {-1, path, error};
  int variable;
  *f2 = NULL;
  hud_status status = hud_netcdf_header_check(path, error);
  if (status == HUD_OK)
    status = open_source(&source);
  if (status != HUD_OK)
    return status;
  if (nc_inq_varid(source.id, "f2", &variable) == NC_NOERR) {
    const size_t start[3] = {record, 0, 0}, count[3] = {1, v_count, v_count};
    status = HUD_NEW(f2, v_count * v_count, "f_2", error);
    int code =
        status == HUD_OK ? nc_get_vara_double(source.id, variable, start, count, *f2) : NC_NOERR;
    if (code != NC_NOERR)
      status = fail(&source, "f2", code);
  }
  nc_close(source.id);
  if (status != HUD_OK) {
    hud_free(*f2);
    *f2 = NULL;
  }
  return status;
}

void hud_netcdf_result_free(struct hud_netcdf_result *result)
{
  if (result == NULL)
    return;
  hud_table_free(result->moments);
  hud_free(result->time);
  hud_free(result->v);
  hud_free(result->edges);
  hud_free(result->f1);
  hud_free(result->title);
  hud_free(result->model_text);
  hud_free(result->model_hash);
  hud_free(result->version);
  hud_free(result);
}
