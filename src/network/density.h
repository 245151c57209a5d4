/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Densities of one velocity, as initial data: the same object gives exact moments, cell masses,
 * characteristic functions and samples, so that every representation starts from the same data. */
#ifndef HUD_NETWORK_DENSITY_H
#define HUD_NETWORK_DENSITY_H

#include <complex.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/random.h"
#include "config/description.h"

struct hud_density; /* immutable after creation */

/* An expression is resolved here, once (network/piecewise.h says how well); neither it nor the spec
 * is needed afterwards, so a density may be shared by threads. HUD_ERROR_INPUT for data that are no
 * density: negative, not finite, without mass or without a mean. */
hud_status hud_density_create(struct hud_density **density, const struct hud_density_spec *spec,
                              struct hud_error *error);
void hud_density_free(struct hud_density *density);

double hud_density_mass(const struct hud_density *density);
double hud_density_mean(const struct hud_density *density); /* normalised by the mass */

/* Highest moment that is finite: INT_MAX, or 2 for self-similar data (2.99 in fact); for an
 * expression the highest that has converged numerically. */
int hud_density_finite_moments(const struct hud_density *density);

/* out[p] = int (v - center)^p f dv for p = 0..order. HUD_ERROR_INPUT above the finite order. */
hud_status hud_density_moments(const struct hud_density *density, double center, int order,
                               double *out, struct hud_error *error);

/* f(v); atoms count as zero. */
double hud_density_value(const struct hud_density *density, double v);

/* int_a^b f dv; a may be -INFINITY and b INFINITY. An atom at a counts, one at b does not. */
double hud_density_interval(const struct hud_density *density, double a, double b);

/* fhat(xi) = int e^{-i xi v} f dv. */
double complex hud_density_characteristic(const struct hud_density *density, double xi);

/* One velocity distributed as f / mass. */
double hud_density_sample(const struct hud_density *density, struct hud_random *random);

/* No atoms and no jumps: a grid may use its second-order drift. */
bool hud_density_is_smooth(const struct hud_density *density);

/* The atoms and their number; NULL and 0 if there are none. Rows (weight, v). */
const double *hud_density_atoms(const struct hud_density *density, size_t *count);

#endif
