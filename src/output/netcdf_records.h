/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NetCDF files of one growing table: records over one unlimited dimension, appended in blocks, with
 * variables of fixed shape beside them. Classic format with 64-bit offsets and CF attributes, for
 * the reasons in netcdf.h; the netCDF library is used by one thread at a time. */
#ifndef HUD_OUTPUT_NETCDF_RECORDS_H
#define HUD_OUTPUT_NETCDF_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "output/summary.h"

enum { HUD_RECORDS_MAX_VARIABLES = 8, HUD_RECORDS_MAX_RANK = 2 };

struct hud_records_dimension {
  const char *name;
  size_t length;
};

/* A variable over records and then the named dimensions, or, with values, over those alone. */
struct hud_records_variable {
  const char *name, *sentence;
  bool integer; /* int32_t instead of double */
  int rank;
  int dimension[HUD_RECORDS_MAX_RANK]; /* indices into the dimensions of the file */
  const void *values;                  /* NULL: of every record */
  bool padded; /* -1 or NaN stands where there is no value: its _FillValue */
};

struct hud_records_spec {
  const char *record; /* name of the unlimited dimension */
  size_t dimension_count;
  const struct hud_records_dimension *dimensions;
  size_t variable_count;
  const struct hud_records_variable *variables;
  const struct hud_provenance *provenance;
};

struct hud_records;

/* Creates `path`, which must not exist. HUD_ERROR_OUTPUT with netCDF's reason. */
hud_status hud_records_create(struct hud_records **file, const char *path,
                              const struct hud_records_spec *spec, struct hud_error *error);

/* Opens a file made from the same spec to go on after `records` records; what follows them is
 * written over. HUD_ERROR_INPUT if it cannot be read or has fewer. */
hud_status hud_records_continue(struct hud_records **file, const char *path,
                                const struct hud_records_spec *spec, int64_t records,
                                struct hud_error *error);

/* Appends `count` records; values[i] belongs to variable i, record after record (ignored where the
 * variable is not of the records). */
hud_status hud_records_append(struct hud_records *file, size_t count, const void *const *values,
                              struct hud_error *error);

/* Records so far. */
int64_t hud_records_count(const struct hud_records *file);

/* Hands everything to the system. */
hud_status hud_records_sync(struct hud_records *file, struct hud_error *error);

/* Closes and frees; the object is gone also after a failure. */
hud_status hud_records_close(struct hud_records *file, struct hud_error *error);

/* Closes and frees without a word, after a failure. NULL is allowed. */
void hud_records_abort(struct hud_records *file);

#endif
