/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building the header of a NetCDF file; see netcdf.h and netcdf_records.h. */
#ifndef HUD_OUTPUT_NETCDF_DEFINE_H
#define HUD_OUTPUT_NETCDF_DEFINE_H

#include <stddef.h>

#include "output/summary.h"

/* A first failure sticks, so that a header reads as a list. */
struct hud_netcdf_header {
  int id, code;
};

/* An attribute; none if text is NULL or empty. */
void hud_netcdf_put_text(struct hud_netcdf_header *header, int variable, const char *name,
                         const char *text);
int hud_netcdf_define_dimension(struct hud_netcdf_header *header, const char *name, size_t length);

/* type: NC_DOUBLE or NC_INT. The sentence is its long_name; its units are "1". */
int hud_netcdf_define_variable(struct hud_netcdf_header *header, const char *name, int type,
                               int rank, const int *dimensions, const char *sentence);
void hud_netcdf_define_provenance(struct hud_netcdf_header *header,
                                  const struct hud_provenance *provenance);

#endif
