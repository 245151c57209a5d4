/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle version`. */
#include <fftw3.h>
#include <gsl/gsl_version.h>
#include <netcdf.h>
#include <stdio.h>
#include <yaml.h>

#include "cli/cli.h"
#include "evolve/evolve.h"
#include "huddle/version.h"

int hud_cli_version(int argc, char **argv)
{
  if (argc > 1)
    return hud_cli_usage(argv[0], "unexpected argument %s", argv[1]);
  printf("huddle %s (%s)\n", hud_version(), hud_version_commit());
  printf("SUNDIALS %s, GSL %s, %s, libyaml %s, netCDF %s\n", hud_evolve_library_version(),
         gsl_version, fftw_version, yaml_get_version_string(), nc_inq_libvers());
  printf("Licence GPL-3.0-or-later; there is no warranty.\n");
  return HUD_EXIT_DONE;
}
