/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The collision kernel of the higher-order Boltzmann equation (3.21)-(3.22) integrated over the
 * impact parameters. For k = l + 1 velocities, with the coarea measure mu on the ellipsoid (1.21),
 *
 *   integral of b_+ dmu = (l+1)^{-d(l-1)/2} |Ball_{ld-1}| r,   r^2 = sum_{i<j} |v_i - v_j|^2,
 *
 * and omega distributed as b_+ dmu is drawn without rejection: in the space of velocities of sum
 * zero, of dimension ld, let u = V/|V| and xi uniform in the unit ball orthogonal to u; then
 * g = sqrt(1 - |xi|^2) u + xi and V* = V - 2 <V, g> g. The cost is O(ld).
 *
 * With the surface measure of the ellipsoid in place of mu, l >= 2 would not conserve energy on
 * average: see the test that shows it. */
#ifndef HUD_SPHERES_SCATTER_H
#define HUD_SPHERES_SCATTER_H

#include <stdbool.h>

#include "base/random.h"
#include "spheres/collision.h"

/* (l+1)^{-d(l-1)/2} |Ball_{ld-1}|, the factor of r above. */
double hud_scatter_constant(int dimension, int order);

/* r^2 of the k = size velocities v[0..size-1]. */
static inline double hud_scatter_square(int dimension, int size, double *const *v)
{
  double square = 0.0;
  for (int a = 0; a < dimension; a++) {
    double sum = 0.0;
    double squares = 0.0;
    for (int p = 1; p < size; p++) {
      double w = v[p][a] - v[0][a];
      sum += w;
      squares += w * w;
    }
    square += size * squares - sum * sum;
  }
  return square;
}

/* Replaces the velocities by V* for an omega distributed as b_+ dmu. Velocities that all agree stay
 * as they are. */
void hud_scatter(struct hud_random *random, int dimension, int size, double *const *v);

/* The omega itself, order x dimension numbers on the ellipsoid (1.21), distributed as b_+ dmu for
 * the velocities v; false, and nothing drawn, where they all agree. */
bool hud_scatter_draw_impact(struct hud_random *random, int dimension, int size, double *const *v,
                             double *omega);

#endif
