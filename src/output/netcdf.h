/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * result.nc: a NetCDF file of the classic format with 64-bit offsets and CF attributes, so that
 * xarray, Python, R, Julia, MATLAB and ncview open it. Never NetCDF-4: HDF5 loses all records when
 * the process is killed, and crashes on a full disk. Layout:
 *
 *   dimensions  time (unlimited), v, v2, bound = 2
 *   time(time), v(v), v_bounds(v, bound), v2(v2), f1(time, v), f2(time, v, v2),
 *   and every column of the table of moments as COLUMN(time), undefined values as NaN
 *
 * Where velocities change in time (velocity.regrid) there is no axis v: the dimensions are called
 * cell and cell2, and v(time, cell) is an auxiliary coordinate of f1(time, cell) and
 * f2(time, cell, cell2), as in ds.f1.isel(time=-1).plot(x="v") of xarray.
 *
 * The netCDF library has global state: one thread of the process at a time may be in here. */
#ifndef HUD_OUTPUT_NETCDF_H
#define HUD_OUTPUT_NETCDF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "output/summary.h"
#include "output/table.h"

/* The same path as netCDF takes it for one: it reads "file://x" and "s3://x" as addresses, but
 * "./file:/x" as a path. To be freed with hud_free. */
hud_status hud_netcdf_path(char **out, const char *path, struct hud_error *error);

/* ---- writing ---- */

struct hud_netcdf; /* a file under way */

struct hud_netcdf_spec {
  size_t column_count; /* of the table of moments, the time not among them */
  const char *const *column_names;
  size_t v_count;      /* 0: no velocities, no densities */
  const double *v;     /* v_count: where f_1 is given */
  bool moving;         /* v is looked at again at every record, and stays valid till the end */
  const double *edges; /* v_count + 1: f_1 is cell means between these; or NULL: point values */
  bool f1, f2;         /* which densities are written */
  const struct hud_provenance *provenance;
};

/* Creates `path`, which must not exist (hud_file_reserve sees to that), and writes the header.
 * HUD_ERROR_OUTPUT with netCDF's reason. The caller removes the file after a failure. */
hud_status hud_netcdf_create(struct hud_netcdf **file, const char *path,
                             const struct hud_netcdf_spec *spec, struct hud_error *error);

/* Appends a record and hands it to the system, so that a kill loses none that is complete. row:
 * column_count values. f1: v_count values; f2: v_count x v_count; NULL where not written. */
hud_status hud_netcdf_record(struct hud_netcdf *file, double t, const double *row, const double *f1,
                             const double *f2, struct hud_error *error);

/* Closes and frees; the object is gone also after a failure. The data are on the disk only after
 * an fsync (hud_file_seal). */
hud_status hud_netcdf_finish(struct hud_netcdf *file, struct hud_error *error);

/* Closes and frees without a word, after a failure. NULL is allowed. */
void hud_netcdf_abort(struct hud_netcdf *file);

/* ---- reading ---- */

struct hud_netcdf_result {
  struct hud_table *moments; /* first column t, then those of the file in its order */
  size_t time_count, v_count;
  double *time;
  double *v;                                       /* or NULL; those of record i are at */
  size_t v_stride;                                 /* v + i v_stride (0: they stay) */
  double *edges;                                   /* v_count + 1, or NULL */
  double *f1;                                      /* time_count x v_count, or NULL */
  char *title, *model_text, *model_hash, *version; /* "" where the file does not say */
};

/* Reads a result.nc. HUD_ERROR_INPUT with where = path for a file that is missing, of another
 * format, cut short, or not written by huddle. */
hud_status hud_netcdf_read(struct hud_netcdf_result **result, const char *path,
                           struct hud_error *error);
/* f_2 at one record, v_count x v_count, to be freed with hud_free; NULL where none was written. */
hud_status hud_netcdf_read_f2(const char *path, size_t record, size_t v_count, double **f2,
                              struct hud_error *error);

void hud_netcdf_result_free(struct hud_netcdf_result *result);

#endif
