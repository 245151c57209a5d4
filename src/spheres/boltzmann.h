/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Boltzmann equation sum_l alpha_l Q_{l+1} as a system to run: replicas of one gas, homogeneous
 * (kac.h) or in cells (cell_gas.h), with independent data and streams, their averages as columns,
 * and saved states. */
#ifndef HUD_SPHERES_BOLTZMANN_H
#define HUD_SPHERES_BOLTZMANN_H

#include "spheres/cell_gas.h"

enum { HUD_BOLTZMANN_NAME = 32 };

/* What a model file says. Pointers must outlive hud_boltzmann_create only. */
struct hud_boltzmann_spec {
  int dimension, orders;
  double alpha[HUD_SPHERES_MAX_ORDER];
  double density; /* mean density */
  int axes;       /* coordinates that matter: 0 (homogeneous), 1 or 2 */
  int cells;      /* per axis; of use with axes > 0, as are the next two */
  double side, step;
  struct hud_position_density position; /* value NULL: uniform */
  int64_t count;
  uint64_t seed;
  int replicas;
  struct hud_velocity_mixture velocity;
  bool fix_momentum, fix_energy;
  const double *rows; /* NULL, or count x 2d: positions and velocities at t = 0 */
  struct hud_phi phi; /* its context must outlive the system */
};

struct hud_boltzmann;

hud_status hud_boltzmann_create(struct hud_boltzmann **system,
                                const struct hud_boltzmann_spec *spec, struct hud_error *error);
void hud_boltzmann_free(struct hud_boltzmann *system);

hud_status hud_boltzmann_advance(struct hud_boltzmann *system, double until,
                                 struct hud_error *error);
void hud_boltzmann_watch(struct hud_boltzmann *system, hud_gas_watch watch, void *context);

/* Sums over the replicas; moments of one replica. */
void hud_boltzmann_counters(const struct hud_boltzmann *system, struct hud_kac_counters *sum);
void hud_boltzmann_moments(const struct hud_boltzmann *system, int replica,
                           struct hud_gas_moments *moments);

/* Columns t, energy, px, py[, pz], Tx, Ty[, Tz], m4, collisions_2, ..., m6, wave_x, current_x,
 * heat_x (observables.h) where data depend on x, phi if there is one, and its correlation with more
 * than one replica; then, with more than one, the standard error of each but t as NAME_se. */
const char *const *hud_boltzmann_names(const struct hud_boltzmann *system, size_t *count);
void hud_boltzmann_row(const struct hud_boltzmann *system, double *row);

/* All replicas to a stream or from one into a system of the same spec (HUD_ERROR_INPUT if it does
 * not fit). A system that goes on gives the same bits as one that was never stopped. */
hud_status hud_boltzmann_write(const struct hud_boltzmann *system, FILE *stream,
                               struct hud_error *error);
hud_status hud_boltzmann_read(struct hud_boltzmann *system, FILE *stream, struct hud_error *error);

/* Bytes of all replicas. */
double hud_boltzmann_memory(const struct hud_boltzmann_spec *spec);

#endif
