/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report.html: one file that shows a result, or a study, in a browser, from the disk and without a
 * network: interactive plots (uPlot, built in), the resolved model, conservation, solver counters,
 * provenance, warnings. */
#ifndef HUD_OUTPUT_REPORT_H
#define HUD_OUTPUT_REPORT_H

#include "output/netcdf.h"

/* TARGET/report.html of the run whose results are in `directory`; `result` is its result.nc.
 * Densities are thinned to at most 61 times. HUD_ERROR_INPUT: no summary.json; HUD_ERROR_OUTPUT. */
hud_status hud_report_run(const char *target, const char *directory,
                          const struct hud_netcdf_result *result, struct hud_error *error);

/* The same of a study, from its table.csv, table.txt and study.yaml. */
hud_status hud_report_study(const char *target, const char *directory, struct hud_error *error);

#endif
