/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two NetCDF files of a gas (of replica 0), for a flow in d dimensions with collisions of at
 * most M + 1:
 *
 *   events.nc        dimensions event (unlimited), member = M + 1, impact = M, axis = d
 *     time(event), k(event), members(event, member), b(event), omega(event, impact, axis):
 *     b of (2.11) before the collision, omega (1.17) = (x_i - x_1)/epsilon_k for i = 2..k;
 *     -1 and NaN stand where a collision has fewer members
 *   trajectories.nc  dimensions time (unlimited), particle, axis = d
 *     time(time), particle(particle), x(time, particle, axis), v(time, particle, axis)
 *     on a torus x lies in [0, side) */
#ifndef HUD_RUN_GAS_RECORDS_H
#define HUD_RUN_GAS_RECORDS_H

#include "base/file.h"
#include "output/summary.h"
#include "spheres/flow.h"

struct hud_gas_records;

/* An event file, or with particles > 0 a file of their trajectories; `spheres` and what provenance
 * points to must outlive it. Nothing is opened yet. */
hud_status hud_gas_records_create(struct hud_gas_records **records,
                                  const struct hud_spheres *spheres, int64_t particles,
                                  const struct hud_provenance *provenance, struct hud_error *error);

/* DIR/NAME from its start, or after `count` records of a run that was stopped. */
hud_status hud_gas_records_open(struct hud_gas_records *records, const char *directory,
                                const char *name, struct hud_error *error);
hud_status hud_gas_records_continue(struct hud_gas_records *records, const char *directory,
                                    const char *name, int64_t count, struct hud_error *error);

/* Adds one collision (kept until there are many), or the present state. */
hud_status hud_gas_records_event(struct hud_gas_records *records,
                                 const struct hud_collision *collision, struct hud_error *error);
hud_status hud_gas_records_state(struct hud_gas_records *records, struct hud_error *error);

/* Brings everything to the disk; *count: records so far. */
hud_status hud_gas_records_save(struct hud_gas_records *records, int64_t *count,
                                struct hud_error *error);

/* Brings the file under its final name. */
hud_status hud_gas_records_commit(struct hud_gas_records *records, struct hud_error *error);

/* Removes the temporary file unless it was committed or is to be kept. NULL is allowed. */
void hud_gas_records_free(struct hud_gas_records *records, bool keep);

#endif
