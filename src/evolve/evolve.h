/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Integrates a hud_system in time with CVODE: BDF of variable order, Newton iteration, and GMRES
 * with the system's own Jacobian product and preconditioner. Linear invariants of the system are
 * kept to round-off when the Jacobian product and the preconditioner respect them. */
#ifndef HUD_EVOLVE_EVOLVE_H
#define HUD_EVOLVE_EVOLVE_H

#include <signal.h>
#include <stdint.h>

#include "base/log.h"
#include "models/system.h"

struct hud_evolve_options {
  double rtol, atol;
  int64_t max_steps;                 /* 0: no cap */
  double max_wall;                   /* seconds; 0: no cap */
  double end;                        /* the integrator never evaluates beyond this time */
  const volatile sig_atomic_t *stop; /* checked after every step; NULL: never */
  const struct hud_log *log;         /* progress; NULL: none */
};

struct hud_evolve_counters {
  int64_t steps, rhs_evaluations, newton_iterations, linear_iterations;
  int64_t jacobian_products, preconditioner_setups, preconditioner_solves;
  int64_t error_test_failures, newton_failures, linear_failures;
  int last_order;
  double last_step;
};

struct hud_evolve;

/* Starts at (t, y); `system` must outlive the object, y is copied. HUD_ERROR_COMPUTE if y is not
 * finite. */
hud_status hud_evolve_create(struct hud_evolve **evolve, const struct hud_system *system, double t,
                             const double *y, const struct hud_evolve_options *options,
                             struct hud_error *error);
void hud_evolve_free(struct hud_evolve *evolve);

/* Writes the solution at time t (not before the last call's time, not beyond `end`) to y.
 * HUD_ERROR_COMPUTE: a value was not finite (the message names the unknown and the time), a step or
 * wall cap was reached, or the solver gave up. HUD_ERROR_INTERRUPTED: *stop was set. */
hud_status hud_evolve_to(struct hud_evolve *evolve, double t, double *y, struct hud_error *error);

/* Starts afresh from (t, y), as after reading a checkpoint; counters go on. */
hud_status hud_evolve_restart(struct hud_evolve *evolve, double t, const double *y,
                              struct hud_error *error);

/* The same in another process than the one that reached t: counters go on from `before`. */
hud_status hud_evolve_resume(struct hud_evolve *evolve, double t, const double *y,
                             const struct hud_evolve_counters *before, struct hud_error *error);

void hud_evolve_counters(const struct hud_evolve *evolve, struct hud_evolve_counters *counters);

/* "6.4.1" */
const char *hud_evolve_library_version(void);

#endif
