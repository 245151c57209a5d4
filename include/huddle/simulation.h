/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulation: a model file, opened, that can be stepped through time and read. */
#ifndef HUDDLE_SIMULATION_H
#define HUDDLE_SIMULATION_H

#include <stddef.h>

#include "huddle/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hud_simulation;

/* Opens the model file at `path`. `overrides` are `count` texts "key.path=value", as for
 * `huddle run --set`; NULL with 0 for none. On success *simulation is at t = 0 with its initial
 * data. HUD_ERROR_INPUT: the file is wrong (error->where is "file:line:column"). */
HUD_API hud_status hud_simulation_open(struct hud_simulation **simulation, const char *path,
                                       const char *const *overrides, size_t count,
                                       struct hud_error *error);

/* The same from text in memory; `name` stands for the file in messages. */
HUD_API hud_status hud_simulation_parse(struct hud_simulation **simulation, const char *text,
                                        const char *name, struct hud_error *error);

HUD_API void hud_simulation_close(struct hud_simulation *simulation);

/* The time reached, and the time.end of the model. */
HUD_API double hud_simulation_time(const struct hud_simulation *simulation);
HUD_API double hud_simulation_end(const struct hud_simulation *simulation);

/* Integrates to time t, time() <= t <= end(). On failure the state is that of the last success. */
HUD_API hud_status hud_simulation_advance(struct hud_simulation *simulation, double t,
                                          struct hud_error *error);

/* Names of the quantities that moments.csv has as columns ("t", "mass", "V1", ...). */
HUD_API const char *const *hud_simulation_quantities(const struct hud_simulation *simulation,
                                                     size_t *count);

/* The value of one quantity now; NaN where it is undefined. HUD_ERROR_USAGE for an unknown name. */
HUD_API hud_status hud_simulation_quantity(struct hud_simulation *simulation, const char *name,
                                           double *value, struct hud_error *error);

/* The velocities v_0 < v_1 < ... at which densities are given; 0 if the method has none. With
 * velocity.regrid each advance may change them, in place. */
HUD_API size_t hud_simulation_velocities(const struct hud_simulation *simulation,
                                         const double **velocities);

/* The rescaled density f_k^eps at these velocities: n values for k = 1, n x n row by row for k = 2.
 * `length` is the room in out. HUD_ERROR_USAGE if it does not fit, or the model has no such
 * density. */
HUD_API hud_status hud_simulation_density(struct hud_simulation *simulation, int k, double *out,
                                          size_t length, struct hud_error *error);

/* Runs the model file at `path` from t = 0 to its end and leaves the results in the folder
 * `directory` (moments.csv, f1.csv, result.nc, summary.json, model.yaml). Refuses a folder with
 * results in it unless `force` is nonzero; a run that fails leaves nothing under a final name. */
HUD_API hud_status hud_simulation_run(const char *path, const char *const *overrides, size_t count,
                                      const char *directory, int force, struct hud_error *error);

#ifdef __cplusplus
}
#endif
#endif
