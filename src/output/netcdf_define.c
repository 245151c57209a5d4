/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building the header of a NetCDF file; see netcdf_define.h. */
#include "output/netcdf_define.h"

#include <netcdf.h>
#include <stdio.h>
#include <string.h>

void hud_netcdf_version(char *text, size_t size)
{
  /* "4.9.0 of Mar  1 2023 ..." */
  const char *version = nc_inq_libvers();
  snprintf(text, size, "%.*s", (int)strcspn(version, " "), version);
}

void hud_netcdf_put_text(struct hud_netcdf_header *header, int variable, const char *name,
                         const char *text)
{
  if (header->code == NC_NOERR && text != NULL && text[0] != '\0')
    header->code = nc_put_att_text(header->id, variable, name, strlen(text), text);
}

int hud_netcdf_define_dimension(struct hud_netcdf_header *header, const char *name, size_t length)
{
  int dimension = -1;
  if (header->code == NC_NOERR)
    header->code = nc_def_dim(header->id, name, length, &dimension);
  return dimension;
}

int hud_netcdf_define_variable(struct hud_netcdf_header *header, const char *name, int type,
                               int rank, const int *dimensions, const char *sentence)
{
  int variable = -1;
  if (header->code == NC_NOERR)
    header->code = nc_def_var(header->id, name, type, rank, dimensions, &variable);
  hud_netcdf_put_text(header, variable, "long_name", sentence);
  hud_netcdf_put_text(header, variable, "units", "1");
  return variable;
}

void hud_netcdf_define_provenance(struct hud_netcdf_header *header,
                                  const struct hud_provenance *provenance)
{
  char text[128], libraries[512] = "", netcdf[64];
  const char *version = provenance->version != NULL ? provenance->version : "";
  hud_netcdf_put_text(header, NC_GLOBAL, "Conventions", "CF-1.8");
  hud_netcdf_put_text(header, NC_GLOBAL, "title", provenance->title);
  snprintf(text, sizeof text, "huddle %s", version);
  hud_netcdf_put_text(header, NC_GLOBAL, "source", text);
  snprintf(text, sizeof text, "written by huddle run, version %s", version);
  hud_netcdf_put_text(header, NC_GLOBAL, "history", text);
  hud_netcdf_put_text(header, NC_GLOBAL, "huddle_version", provenance->version);
  hud_netcdf_put_text(header, NC_GLOBAL, "git_commit", provenance->git_commit);
  hud_netcdf_put_text(header, NC_GLOBAL, "model", provenance->model_text);
  hud_netcdf_put_text(header, NC_GLOBAL, "model_hash", provenance->model_hash);
  size_t used = 0;
  for (size_t i = 0; i < provenance->library_count && used < sizeof libraries; i++)
    used += (size_t)snprintf(libraries + used, sizeof libraries - used, "%s %s, ",
                             provenance->libraries[i].name, provenance->libraries[i].value);
  hud_netcdf_version(netcdf, sizeof netcdf);
  if (used < sizeof libraries)
    snprintf(libraries + used, sizeof libraries - used, "netCDF %s", netcdf);
  hud_netcdf_put_text(header, NC_GLOBAL, "libraries", libraries);
}
