/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts that are built into the program for report.html, see scripts/embed-assets. */
#ifndef HUD_OUTPUT_ASSETS_H
#define HUD_OUTPUT_ASSETS_H

extern const char hud_asset_uplot_js[], hud_asset_uplot_css[], hud_asset_uplot_licence[];
extern const char hud_asset_report_js[], hud_asset_report_css[];

#endif
