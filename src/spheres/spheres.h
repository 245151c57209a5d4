/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A system of hard spheres from a description: replicas of one flow with independent initial data,
 * their averages as columns, what to expect before a run, and saved states. */
#ifndef HUD_SPHERES_SPHERES_H
#define HUD_SPHERES_SPHERES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "spheres/flow.h"
#include "spheres/initial.h"
#include "spheres/observables.h"
#include "spheres/statistics.h"

enum { HUD_SPHERES_NAME = 32 };

/* What a model file says. Pointers stay the caller's and must outlive hud_system_create only. */
struct hud_spheres_spec {
  int dimension, orders; /* d, M */
  int64_t count;
  uint64_t seed;
  int replicas;
  bool by_radii; /* zone holds epsilon_2, epsilon_3, ... instead of kappa_1, kappa_2, ... */
  double zone[HUD_SPHERES_MAX_ORDER];
  bool whole_space;
  double side;                         /* of the torus */
  struct hud_position_density density; /* value NULL: uniform (torus only) */
  size_t component_count;              /* velocities, unless rows are given */
  const struct hud_velocity_component *components;
  bool fix_momentum, fix_energy;
  const double *rows; /* NULL, or count x 2d: positions and velocities at t = 0 */
  struct hud_phi phi; /* its context must outlive the system */
  /* Trial insertions of groups of every size into each replica at each row (contact.h); torus only.
   */
  int64_t insertions;
};

/* What is known before a run. */
struct hud_spheres_forecast {
  struct hud_zones zones;
  double kappa[HUD_SPHERES_MAX_ORDER + 1]; /* by order: N epsilon^{d-1/l} */
  double rate[HUD_SPHERES_MAX_ORDER + 1];  /* events per unit time of the ideal gas, by order */
  double boltzmann_rate[HUD_SPHERES_MAX_ORDER + 1]; /* nu_l per particle */
  double prefactor[HUD_SPHERES_MAX_ORDER + 1];      /* A^l_{N,epsilon,1} */
  double neighbours[HUD_SPHERES_MAX_ORDER + 1];     /* expected within the reach of order l */
  double temperature;                               /* mean over the axes */
  double violations; /* expected number of violated zones of independent positions */
  double bytes;      /* of one replica while it runs */
};

/* Fills the forecast: of the gas at t = 0 without correlations, rates and neighbours being means
 * over its density of positions. What positions and velocities from a table decide is NaN.
 * HUD_ERROR_INPUT for what hud_system_create would refuse by its numbers alone. */
hud_status hud_spheres_forecast(const struct hud_spheres_spec *spec,
                                struct hud_spheres_forecast *forecast, struct hud_error *error);

struct hud_system;

/* All replicas at t = 0. With rows given, all replicas are the same. */
hud_status hud_system_create(struct hud_system **system, const struct hud_spheres_spec *spec,
                             struct hud_error *error);
void hud_system_free(struct hud_system *system);

hud_status hud_system_advance(struct hud_system *system, double until, struct hud_error *error);

double hud_system_time(const struct hud_system *system);
int hud_system_replicas(const struct hud_system *system);
struct hud_spheres *hud_system_state(struct hud_system *system, int replica);
struct hud_flow *hud_system_flow(struct hud_system *system, int replica);
const struct hud_position_report *hud_system_positions(const struct hud_system *system);

/* Sum over replicas; least_gap is the least since t = 0. */
void hud_system_counters(const struct hud_system *system, struct hud_flow_counters *sum);

/* Columns t, energy, px, py[, pz], Tx, Ty[, Tz], m4, collisions_2, ..., min_gap, grazing, ties,
 * m6, on the torus wave_x, current_x, heat_x (observables.h), phi if there is one, its correlation
 * with more than one replica, y_2, y_3, ... if there are insertions; then, with more than one
 * replica, the standard error of each but t as NAME_se. */
const char *const *hud_system_names(const struct hud_system *system, size_t *count);

/* One row; starts a new least gap. min_gap is NaN where no zone was touched since the last row.
 * Insertions can run out of memory: HUD_ERROR_MEMORY. */
hud_status hud_system_row(struct hud_system *system, double *row, struct hud_error *error);

/* y_k from the insertions of all rows so far, and its standard error as if they were independent;
 * false without insertions. */
bool hud_system_contact(const struct hud_system *system, int size, double *y,
                        double *standard_error);

/* Writes all replicas to a stream, or reads them into a system created from the same spec. The
 * stream holds the numbers themselves (the machine's own byte order), their sizes and a checksum;
 * what does not fit is refused (HUD_ERROR_INPUT) and leaves the system of no use. A system that
 * goes on from what was read gives the same bits as one that was never stopped. */
hud_status hud_system_write(const struct hud_system *system, FILE *stream, struct hud_error *error);
hud_status hud_system_read(struct hud_system *system, FILE *stream, struct hud_error *error);

#endif
