/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing result.nc. The size of a record is limited by the format to 4 GiB a variable (f_2 on
 * 23,000 velocities). No time of day is stored: the same run gives the same file. */
#include "output/netcdf.h"

#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "output/netcdf_define.h"
#include "output/symbols.h"

struct hud_netcdf {
  int id;
  char *path;
  size_t records, v_count, column_count;
  int time, f1, f2; /* variables; -1 where not written */
  int v;            /* over time; -1: not so */
  const double *velocities;
  int *columns;
};

static hud_status fail(const struct hud_netcdf *file, int code, struct hud_error *error)
{
  return hud_fail(error, HUD_ERROR_OUTPUT, "cannot write %s: %s", file->path, nc_strerror(code));
}

/* ---- header ---- */

static void define_columns(struct hud_netcdf_header *header, struct hud_netcdf *file,
                           const struct hud_netcdf_spec *spec, int time)
{
  for (size_t c = 0; c < spec->column_count; c++) {
    char sentence[256];
    hud_symbol_sentence(spec->column_names[c], sentence, sizeof sentence);
    int variable =
        hud_netcdf_define_variable(header, spec->column_names[c], NC_DOUBLE, 1, &time, sentence);
    double undefined = (double)NAN;
    if (header->code == NC_NOERR)
      header->code =
          nc_put_att_double(header->id, variable, "_FillValue", NC_DOUBLE, 1, &undefined);
    file->columns[c] = variable;
  }
}

struct velocity_variables {
  int v, bounds, v2;
};

static void define_moving(struct hud_netcdf_header *header, struct hud_netcdf *file,
                          const struct hud_netcdf_spec *spec, int time)
{
  int dimensions[3] = {time, hud_netcdf_define_dimension(header, "cell", spec->v_count), -1};
  file->v = hud_netcdf_define_variable(header, "v", NC_DOUBLE, 2, dimensions, "velocity");
  file->velocities = spec->v;
  if (spec->f1) {
    file->f1 = hud_netcdf_define_variable(header, "f1", NC_DOUBLE, 2, dimensions,
                                          "density of free particles, f_1");
    hud_netcdf_put_text(header, file->f1, "coordinates", "v");
  }
  if (spec->f2) {
    dimensions[2] = hud_netcdf_define_dimension(header, "cell2", spec->v_count);
    file->f2 = hud_netcdf_define_variable(header, "f2", NC_DOUBLE, 3, dimensions,
                                          "rescaled density of pairs, f_2");
    hud_netcdf_put_text(header, file->f2, "coordinates", "v");
  }
}

static void define_densities(struct hud_netcdf_header *header, struct hud_netcdf *file,
                             const struct hud_netcdf_spec *spec, int time,
                             struct velocity_variables *made)
{
  *made = (struct velocity_variables){-1, -1, -1};
  if (spec->v_count == 0)
    return;
  if (spec->moving) {
    define_moving(header, file, spec, time);
    return;
  }
  int dimensions[3] = {time, hud_netcdf_define_dimension(header, "v", spec->v_count), -1};
  made->v = hud_netcdf_define_variable(header, "v", NC_DOUBLE, 1, &dimensions[1], "velocity");
  if (spec->edges != NULL) {
    int bounds[2] = {dimensions[1], hud_netcdf_define_dimension(header, "bound", 2)};
    hud_netcdf_put_text(header, made->v, "bounds", "v_bounds");
    if (header->code == NC_NOERR)
      header->code = nc_def_var(header->id, "v_bounds", NC_DOUBLE, 2, bounds, &made->bounds);
  }
  const char *cells = spec->edges != NULL ? "v: mean" : "v: point";
  if (spec->f1) {
    file->f1 = hud_netcdf_define_variable(header, "f1", NC_DOUBLE, 2, dimensions,
                                          "density of free particles, f_1");
    hud_netcdf_put_text(header, file->f1, "cell_methods", cells);
  }
  if (spec->f2) {
    dimensions[2] = hud_netcdf_define_dimension(header, "v2", spec->v_count);
    made->v2 = hud_netcdf_define_variable(header, "v2", NC_DOUBLE, 1, &dimensions[2],
                                          "velocity of the second particle");
    file->f2 = hud_netcdf_define_variable(header, "f2", NC_DOUBLE, 3, dimensions,
                                          "rescaled density of pairs, f_2");
    hud_netcdf_put_text(header, file->f2, "cell_methods",
                        spec->edges != NULL ? "v: v2: mean" : "v: v2: point");
  }
}

static void put_velocities(struct hud_netcdf_header *header, const struct hud_netcdf_spec *spec,
                           const struct velocity_variables *variables)
{
  if (header->code == NC_NOERR && variables->v >= 0)
    header->code = nc_put_var_double(header->id, variables->v, spec->v);
  if (header->code == NC_NOERR && variables->v2 >= 0)
    header->code = nc_put_var_double(header->id, variables->v2, spec->v);
  for (size_t i = 0; header->code == NC_NOERR && variables->bounds >= 0 && i < spec->v_count; i++) {
    size_t start[2] = {i, 0}, count[2] = {1, 2};
    header->code = nc_put_vara_double(header->id, variables->bounds, start, count, spec->edges + i);
  }
}

static int write_header(struct hud_netcdf *file, const struct hud_netcdf_spec *spec)
{
  struct hud_netcdf_header header = {file->id, NC_NOERR};
  struct velocity_variables variables;
  int time = hud_netcdf_define_dimension(&header, "time", NC_UNLIMITED);
  file->time = hud_netcdf_define_variable(&header, "time", NC_DOUBLE, 1, &time, "time");
  define_densities(&header, file, spec, time, &variables);
  define_columns(&header, file, spec, time);
  hud_netcdf_define_provenance(&header, spec->provenance);
  int mode;
  if (header.code == NC_NOERR) /* every value is written: no need to fill first */
    header.code = nc_set_fill(file->id, NC_NOFILL, &mode);
  if (header.code == NC_NOERR)
    header.code = nc_enddef(file->id);
  put_velocities(&header, spec, &variables);
  return header.code == NC_NOERR ? nc_sync(file->id) : header.code;
}

/* ---- life of a file ---- */

hud_status hud_netcdf_path(char **out, const char *path, struct hud_error *error)
{
  hud_status status =
      path[0] == '/' ? hud_copy_text(out, path, error) : hud_path_join(out, ".", path, error);
  if (status != HUD_OK)
    return status;
  char *end = *out;
  for (const char *c = *out; *c != '\0'; c++)
    if (c[0] != '/' || c[1] != '/')
      *end++ = *c;
  *end = '\0';
  return HUD_OK;
}

hud_status hud_netcdf_create(struct hud_netcdf **file, const char *path,
                             const struct hud_netcdf_spec *spec, struct hud_error *error)
{
  *file = NULL;
  struct hud_netcdf *made = NULL;
  hud_status status = HUD_NEW(&made, 1, "a result file", error);
  if (status != HUD_OK)
    return status;
  *made = (struct hud_netcdf){.id = -1,
                              .v_count = spec->v_count,
                              .column_count = spec->column_count,
                              .f1 = -1,
                              .f2 = -1,
                              .v = -1};
  status = hud_netcdf_path(&made->path, path, error);
  if (status == HUD_OK)
    status = HUD_NEW(&made->columns, spec->column_count, "a result file", error);
  if (status == HUD_OK) {
    int code = nc_create(made->path, NC_NOCLOBBER | NC_64BIT_OFFSET, &made->id);
    if (code != NC_NOERR)
      made->id = -1;
    else
      code = write_header(made, spec);
    if (code != NC_NOERR)
      status = fail(made, code, error);
  }
  if (status == HUD_OK)
    *file = made;
  else
    hud_netcdf_abort(made);
  return status;
}

hud_status hud_netcdf_record(struct hud_netcdf *file, double t, const double *row, const double *f1,
                             const double *f2, struct hud_error *error)
{
  if ((file->f1 >= 0 && f1 == NULL) || (file->f2 >= 0 && f2 == NULL))
    return hud_fail(error, HUD_ERROR_USAGE, "a record lacks its density at t = %g", t);
  size_t n = file->v_count;
  size_t start[3] = {file->records, 0, 0}, count[3] = {1, n, n};
  int code = nc_put_var1_double(file->id, file->time, start, &t);
  for (size_t c = 0; code == NC_NOERR && c < file->column_count; c++)
    code = nc_put_var1_double(file->id, file->columns[c], start, &row[c]);
  if (code == NC_NOERR && file->v >= 0)
    code = nc_put_vara_double(file->id, file->v, start, count, file->velocities);
  if (code == NC_NOERR && file->f1 >= 0)
    code = nc_put_vara_double(file->id, file->f1, start, count, f1);
  if (code == NC_NOERR && file->f2 >= 0)
    code = nc_put_vara_double(file->id, file->f2, start, count, f2);
  if (code == NC_NOERR)
    code = nc_sync(file->id);
  if (code != NC_NOERR)
    return fail(file, code, error);
  file->records++;
  return HUD_OK;
}

hud_status hud_netcdf_finish(struct hud_netcdf *file, struct hud_error *error)
{
  hud_status status = HUD_OK;
  int code = nc_close(file->id);
  if (code == NC_NOERR)
    file->id = -1;
  else
    status = fail(file, code, error);
  hud_netcdf_abort(file);
  return status;
}

void hud_netcdf_abort(struct hud_netcdf *file)
{
  if (file == NULL)
    return;
  if (file->id >= 0) {
    /* nc_abort first writes what is pending, and where that fails again it leaves the file open and
     * its memory in use; not so while a header is being redefined */
    nc_redef(file->id);
    nc_abort(file->id);
  }
  hud_free(file->columns);
  hud_free(file->path);
  hud_free(file);
}
