/* SPDX-License-Identifier: GPL-3.0-or-later
 * NetCDF files of one growing table; see netcdf_records.h. */
#include "output/netcdf_records.h"

#include <math.h>
#include <netcdf.h>

#include "base/alloc.h"
#include "output/netcdf.h"
#include "output/netcdf_define.h"
#include "output/netcdf_header.h"

struct hud_records {
  int id;
  char *path;
  int64_t count;
  size_t variable_count;
  struct {
    int id, rank;
    bool integer, fixed;
    size_t length[HUD_RECORDS_MAX_RANK];
  } variable[HUD_RECORDS_MAX_VARIABLES];
};

static hud_status fail(const struct hud_records *file, int code, struct hud_error *error)
{
  return hud_fail(error, HUD_ERROR_OUTPUT, "cannot write %s: %s", file->path, nc_strerror(code));
}

static void define_fill(struct hud_netcdf_header *header, int variable, bool integer)
{
  const int none = -1;
  const double undefined = (double)NAN;
  if (header->code == NC_NOERR && integer)
    header->code = nc_put_att_int(header->id, variable, "_FillValue", NC_INT, 1, &none);
  else if (header->code == NC_NOERR)
    header->code = nc_put_att_double(header->id, variable, "_FillValue", NC_DOUBLE, 1, &undefined);
}

static int write_header(struct hud_records *file, const struct hud_records_spec *spec)
{
  struct hud_netcdf_header header = {file->id, NC_NOERR};
  int dimension[HUD_RECORDS_MAX_VARIABLES];
  int record = hud_netcdf_define_dimension(&header, spec->record, NC_UNLIMITED);
  for (size_t i = 0; i < spec->dimension_count; i++)
    dimension[i] =
        hud_netcdf_define_dimension(&header, spec->dimensions[i].name, spec->dimensions[i].length);
  for (size_t i = 0; i < spec->variable_count; i++) {
    const struct hud_records_variable *variable = &spec->variables[i];
    int over[1 + HUD_RECORDS_MAX_RANK] = {record}, rank = variable->values == NULL;
    for (int k = 0; k < variable->rank; k++)
      over[rank++] = dimension[variable->dimension[k]];
    file->variable[i].id =
        hud_netcdf_define_variable(&header, variable->name, variable->integer ? NC_INT : NC_DOUBLE,
                                   rank, over, variable->sentence);
    if (variable->padded)
      define_fill(&header, file->variable[i].id, variable->integer);
  }
  hud_netcdf_define_provenance(&header, spec->provenance);
  int mode;
  if (header.code == NC_NOERR) /* every value is written: no need to fill first */
    header.code = nc_set_fill(file->id, NC_NOFILL, &mode);
  if (header.code == NC_NOERR)
    header.code = nc_enddef(file->id);
  for (size_t i = 0; i < spec->variable_count && header.code == NC_NOERR; i++)
    if (spec->variables[i].values != NULL)
      header.code = nc_put_var(file->id, file->variable[i].id, spec->variables[i].values);
  return header.code == NC_NOERR ? nc_sync(file->id) : header.code;
}

static hud_status start(struct hud_records **out, const char *path,
                        const struct hud_records_spec *spec, struct hud_error *error)
{
  struct hud_records *file = NULL;
  hud_status status = HUD_NEW(&file, 1, "a result file", error);
  if (status != HUD_OK)
    return status;
  file->id = -1;
  file->variable_count = spec->variable_count;
  for (size_t i = 0; i < spec->variable_count; i++) {
    const struct hud_records_variable *variable = &spec->variables[i];
    file->variable[i].rank = variable->rank;
    file->variable[i].integer = variable->integer;
    file->variable[i].fixed = variable->values != NULL;
    for (int k = 0; k < variable->rank; k++)
      file->variable[i].length[k] = spec->dimensions[variable->dimension[k]].length;
  }
  status = hud_netcdf_path(&file->path, path, error);
  if (status == HUD_OK)
    *out = file;
  else
    hud_free(file);
  return status;
}

void hud_records_abort(struct hud_records *file)
{
  if (file == NULL)
    return;
  if (file->id >= 0) {
    nc_redef(file->id); /* see hud_netcdf_abort */
    nc_abort(file->id);
  }
  hud_free(file->path);
  hud_free(file);
}

hud_status hud_records_create(struct hud_records **file, const char *path,
                              const struct hud_records_spec *spec, struct hud_error *error)
{
  struct hud_records *made = NULL;
  *file = NULL;
  hud_status status = start(&made, path, spec, error);
  if (status != HUD_OK)
    return status;
  int code = nc_create(made->path, NC_NOCLOBBER | NC_64BIT_OFFSET, &made->id);
  if (code != NC_NOERR)
    made->id = -1;
  else
    code = write_header(made, spec);
  if (code != NC_NOERR) {
    status = fail(made, code, error);
    hud_records_abort(made);
    return status;
  }
  *file = made;
  return HUD_OK;
}

/* The variables and the number of records of a file that is there. */
static int find(struct hud_records *file, const struct hud_records_spec *spec, size_t *found)
{
  int dimension, mode;
  int code = nc_inq_dimid(file->id, spec->record, &dimension);
  if (code == NC_NOERR)
    code = nc_inq_dimlen(file->id, dimension, found);
  for (size_t i = 0; i < spec->variable_count && code == NC_NOERR; i++)
    code = nc_inq_varid(file->id, spec->variables[i].name, &file->variable[i].id);
  return code == NC_NOERR ? nc_set_fill(file->id, NC_NOFILL, &mode) : code;
}

hud_status hud_records_continue(struct hud_records **file, const char *path,
                                const struct hud_records_spec *spec, int64_t records,
                                struct hud_error *error)
{
  struct hud_records *made = NULL;
  size_t found = 0;
  *file = NULL;
  hud_status status = hud_netcdf_header_check(path, error);
  if (status == HUD_OK)
    status = start(&made, path, spec, error);
  if (status != HUD_OK)
    return status;
  int code = nc_open(made->path, NC_WRITE, &made->id);
  if (code != NC_NOERR)
    made->id = -1;
  else
    code = find(made, spec, &found);
  if (code != NC_NOERR)
    status = hud_fail(error, HUD_ERROR_INPUT, "cannot go on writing %s: %s", made->path,
                      nc_strerror(code));
  else if (found < (size_t)records)
    status = hud_fail(error, HUD_ERROR_INPUT,
                      "cannot go on writing %s: it has %zu records; there were %lld when the run "
                      "was stopped",
                      made->path, found, (long long)records);
  if (status != HUD_OK) {
    if (made->id >= 0)
      nc_close(made->id);
    made->id = -1;
    hud_records_abort(made);
    return status;
  }
  made->count = records;
  *file = made;
  return HUD_OK;
}

hud_status hud_records_append(struct hud_records *file, size_t count, const void *const *values,
                              struct hud_error *error)
{
  int code = NC_NOERR;
  for (size_t i = 0; i < file->variable_count && code == NC_NOERR && count > 0; i++) {
    size_t first[1 + HUD_RECORDS_MAX_RANK] = {(size_t)file->count, 0, 0};
    size_t extent[1 + HUD_RECORDS_MAX_RANK] = {count, 1, 1};
    if (file->variable[i].fixed)
      continue;
    for (int k = 0; k < file->variable[i].rank; k++)
      extent[1 + k] = file->variable[i].length[k];
    code = nc_put_vara(file->id, file->variable[i].id, first, extent, values[i]);
  }
  if (code != NC_NOERR)
    return fail(file, code, error);
  file->count += (int64_t)count;
  return HUD_OK;
}

int64_t hud_records_count(const struct hud_records *file)
{
  return file->count;
}

hud_status hud_records_sync(struct hud_records *file, struct hud_error *error)
{
  int code = nc_sync(file->id);
  return code == NC_NOERR ? HUD_OK : fail(file, code, error);
}

hud_status hud_records_close(struct hud_records *file, struct hud_error *error)
{
  /* Where nc_close cannot write it has already freed what nc_abort would look at. */
  int code = nc_sync(file->id);
  if (code == NC_NOERR) {
    code = nc_close(file->id);
    file->id = -1;
  }
  hud_status status = code == NC_NOERR ? HUD_OK : fail(file, code, error);
  hud_records_abort(file);
  return status;
}
