/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Integrates a hud_system with the implicit Runge-Kutta methods of Radau IIA type with 3, 5 or 7
 * stages (orders 5, 9, 13): for tolerances of 1e-9 to 1e-13, where BDF needs thousands of steps and
 * this tens. The Newton matrix is dense and made column by column from the analytic Jacobian
 * product: for systems of up to about 1500 unknowns (memory: (4 + stages) 8 n^2 bytes). L-stable,
 * so steps do not depend on how stiff the system is. Linear invariants are kept to round-off.
 *
 * After Hairer and Wanner, Stiff differential equations by Radau methods, J. Comput. Appl. Math.
 * 111 (1999): transformation of the stage equations by the eigenvectors of A^{-1}, simplified
 * Newton iteration, embedded error estimate of order `stages`, hence the loosened internal
 * tolerance. */
#ifndef HUD_EVOLVE_RADAU_H
#define HUD_EVOLVE_RADAU_H

#include "evolve/evolve.h"

struct hud_radau;

/* As hud_evolve_create; options->rtol decides the number of stages. HUD_ERROR_USAGE for more than
 * 4096 unknowns. */
hud_status hud_radau_create(struct hud_radau **radau, const struct hud_system *system, double t,
                            const double *y, const struct hud_evolve_options *options,
                            struct hud_error *error);
void hud_radau_free(struct hud_radau *radau);

/* As hud_evolve_to: steps end at t, so that y has the full order there. */
hud_status hud_radau_to(struct hud_radau *radau, double t, double *y, struct hud_error *error);

/* Starts afresh from (t, y); counters go on. */
hud_status hud_radau_restart(struct hud_radau *radau, double t, const double *y,
                             struct hud_error *error);

/* jacobian_products counts columns, preconditioner_setups factorisations, preconditioner_solves
 * linear systems; linear_iterations and linear_failures are 0; last_order is 2 stages - 1. */
void hud_radau_counters(const struct hud_radau *radau, struct hud_evolve_counters *counters);

#endif
