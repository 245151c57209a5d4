/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Monte Carlo checks of the geometric lemmas of [APW]: measures of sets that shrink with a
 * parameter, the exponent fitted to them beside the exponent of the paper's bound, and three
 * identities.
 *
 * A bound |set(p)| <= C p^a says that the fitted exponent is at least a. Impact parameters are
 * drawn from the coarea measure, whose density against the surface measure of the ellipsoid lies
 * between two positive constants, so exponents are the same for both. */
#ifndef HUD_SPHERES_GEOMETRY_H
#define HUD_SPHERES_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum hud_geometry {
  HUD_GEOMETRY_FLOW_MEASURE,    /* Theorem 2.12: |det DPsi^t| = 1 */
  HUD_GEOMETRY_TWO_COLLISIONS,  /* Theorem 2.7: two collisions within delta, delta^2 */
  HUD_GEOMETRY_CAP,             /* Lemma 7.9 */
  HUD_GEOMETRY_CAP_DIFFERENCE,  /* Lemma 7.10, order >= 2 */
  HUD_GEOMETRY_SPHERE_CYLINDER, /* Lemma 7.11, tangent cylinders */
  HUD_GEOMETRY_CYLINDER,        /* Lemma 7.13 (1), tangent cylinders */
  HUD_GEOMETRY_CENTRE_CYLINDER, /* Lemma 7.13 (1), cylinders about the origin */
  HUD_GEOMETRY_BALL,            /* Lemma 7.13 (2), balls about a point of largest |omega_1| */
  HUD_GEOMETRY_CENTRE_BALL,     /* Lemma 7.13 (2), balls about the origin, order >= 2 */
  HUD_GEOMETRY_STRIP,           /* Lemma 7.14, order >= 2 */
  HUD_GEOMETRY_ANNULUS,         /* Lemma 7.15, order >= 2 */
  HUD_GEOMETRY_TRANSITION,      /* Lemma 7.16: Jacobian 2 (2b/r)^{ld}, image on the ellipsoid */
  HUD_GEOMETRY_BAD_SET,         /* Proposition 8.2 */
  HUD_GEOMETRY_COUNT
};

enum { HUD_GEOMETRY_MAX_ROWS = 10 };

struct hud_geometry_row {
  double parameter, share, error; /* measure as a share of the whole space; its standard error */
};

struct hud_geometry_result {
  const char *name, *statement; /* "Lemma 7.9", "P(...) <= C (arccos alpha)^1" */
  size_t row_count;             /* 0 for identities */
  struct hud_geometry_row row[HUD_GEOMETRY_MAX_ROWS];
  double exponent, exponent_error; /* NaN for identities */
  double bound;                    /* the paper's exponent; for identities the largest deviation */
  bool holds; /* exponent >= bound - 0.1 - 3 errors; identities: deviation within round-off of
               * differences
               */
};

/* Whether the check makes sense for (dimension, order). */
bool hud_geometry_applies(enum hud_geometry which, int dimension, int order);

/* Runs one check. order: l, of the ellipsoid or of the adjunction; for the flow, M. HUD_ERROR_INPUT
 * where it does not apply or samples < 1000. */
hud_status hud_geometry_run(enum hud_geometry which, int dimension, int order, int64_t samples,
                            uint64_t seed, struct hud_geometry_result *result,
                            struct hud_error *error);

#endif
