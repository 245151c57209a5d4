/* SPDX-License-Identifier: GPL-3.0-or-later
 * A look at the header of a NetCDF file of the classic format before the library sees it. */
#ifndef HUD_OUTPUT_NETCDF_HEADER_H
#define HUD_OUTPUT_NETCDF_HEADER_H

#include "base/error.h"

/* HUD_ERROR_INPUT with where = path: no regular file, not of the classic format (version 1 or 2, as
 * huddle and most programs write it), a header that contradicts itself, or one that speaks of more
 * data than the file holds. */
hud_status hud_netcdf_header_check(const char *path, struct hud_error *error);

#endif
