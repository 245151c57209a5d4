/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Boltzmann equation of a model file: its spec from the description, what is known before a
 * run, and the facts of a summary. */
#ifndef HUD_RUN_DILUTE_H
#define HUD_RUN_DILUTE_H

#include "config/description.h"
#include "output/summary.h"
#include "run/gas_data.h"
#include "spheres/boltzmann.h"
#include "spheres/wellposed.h"

struct hud_dilute_forecast {
  double temperature;                      /* mean over the axes; NaN for tables */
  double rate[HUD_SPHERES_MAX_ORDER + 1];  /* nu_l at that temperature */
  double decay[HUD_SPHERES_MAX_ORDER + 1]; /* 8l/((l+1)(ld+2)) nu_l */
  double step;                             /* longest time step in cells; 0 without cells */
  double unknowns, bytes;
  /* Section 4 with C_d = 1: the longest T, for all orders and for those of the model; time 0 for
   * tables, cold data, or data that depend on x. */
  struct hud_existence existence;
  double existence_orders;
};

hud_status hud_dilute_forecast(const struct hud_description *description,
                               struct hud_dilute_forecast *forecast, struct hud_error *error);

/* Fills the spec, which points into data. */
void hud_dilute_spec(const struct hud_description *description, const struct hud_gas_data *data,
                     struct hud_boltzmann_spec *spec);

/* Drifts of replica 0 since `first`, events by order, speed. */
hud_status hud_dilute_report(const struct hud_description *description,
                             const struct hud_boltzmann *system,
                             const struct hud_gas_moments *first, double seconds,
                             struct hud_summary *summary, struct hud_error *error);

#endif
