/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the description of a gas to hud_spheres_spec: components of the velocity distribution, the
 * density of positions with its box and its maximum, and tables. */
#ifndef HUD_RUN_GAS_DATA_H
#define HUD_RUN_GAS_DATA_H

#include "config/description.h"
#include "spheres/spheres.h"

/* Owns what spec points to. */
struct hud_gas_data {
  struct hud_spheres_spec spec;
  struct hud_velocity_component *components;
  double *rows;
};

/* with_rows: read the table too, if there is one. On failure nothing is left to free, but freeing
 * is allowed. HUD_ERROR_INPUT has the key, or the file and line of a table, as its place. */
hud_status hud_gas_data_create(struct hud_gas_data *data, const struct hud_description *description,
                               bool with_rows, struct hud_error *error);
void hud_gas_data_free(struct hud_gas_data *data);

#endif
