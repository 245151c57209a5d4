/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulation of hard spheres or of their Boltzmann equation: what a model file says of them,
 * handed to the flow or to the direct simulation of spheres/, and averages as the columns of
 * moments.csv. */
#ifndef HUD_RUN_GAS_H
#define HUD_RUN_GAS_H

#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "config/description.h"
#include "output/summary.h"
#include "run/dilute.h"
#include "spheres/spheres.h"

struct hud_gas;

/* hard_spheres or boltzmann. */
static inline bool hud_gas_is_model(enum hud_model_kind model)
{
  return model == HUD_MODEL_HARD_SPHERES || model == HUD_MODEL_BOLTZMANN;
}

/* The system at t = 0. `description` must outlive it; `stop` and `log` may be NULL.
 * HUD_ERROR_INPUT names the key at fault; HUD_ERROR_MEMORY: more than solver.memory_gb is needed.
 */
hud_status hud_gas_create(struct hud_gas **gas, const struct hud_description *description,
                          const volatile sig_atomic_t *stop, const struct hud_log *log,
                          struct hud_error *error);
void hud_gas_free(struct hud_gas *gas);

/* What is known before a run of hard spheres (dilute.h for the other model); allocates nothing of
 * the system's size. HUD_ERROR_INPUT as above. */
hud_status hud_gas_forecast(const struct hud_description *description,
                            struct hud_spheres_forecast *forecast, struct hud_error *error);

/* HUD_ERROR_INPUT: an order is not possible; HUD_ERROR_MEMORY: the model needs more than
 * solver.memory_gb. */
hud_status hud_gas_check(const struct hud_description *description, struct hud_error *error);

/* HUD_ERROR_INTERRUPTED on request, HUD_ERROR_COMPUTE beyond solver.max_wall; the state is then
 * that of some earlier time. */
hud_status hud_gas_advance(struct hud_gas *gas, double t, struct hud_error *error);

const char *const *hud_gas_names(const struct hud_gas *gas, size_t *count);
hud_status hud_gas_row(struct hud_gas *gas, double *row, struct hud_error *error);

/* "hard_spheres" or "boltzmann". */
const char *hud_gas_model_name(const struct hud_gas *gas);

/* The flow, NULL for the Boltzmann equation. */
struct hud_system *hud_gas_system(struct hud_gas *gas);

/* Drifts, events by kind, work per collision, how the positions were drawn. */
hud_status hud_gas_report(const struct hud_gas *gas, struct hud_summary *summary,
                          struct hud_error *error);

/* For checkpoints: hud_system_write and hud_system_read. */
hud_status hud_gas_write(const struct hud_gas *gas, FILE *stream, struct hud_error *error);
hud_status hud_gas_read(struct hud_gas *gas, FILE *stream, struct hud_error *error);

#endif
