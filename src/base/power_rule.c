/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gauss-Jacobi quadrature by eigenvalues of the matrix of the recurrence (Golub and Welsch), whose
 * entries are rational in a. */
#include "base/power_rule.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>

hud_status hud_power_rule(size_t count, double a, double *nodes, double *weights,
                          struct hud_error *error)
{
  double beta = a - 1.0, below[HUD_POWER_RULE_MOST] = {0.0};
  double vectors[HUD_POWER_RULE_MOST * HUD_POWER_RULE_MOST];
  bool usable = a > 0.0 && isfinite(a) && count >= 1 && count <= HUD_POWER_RULE_MOST;
  for (size_t j = 0; j < count && usable; j++) { /* Jacobi polynomials for (1 + x)^beta */
    double n = (double)j, twice = 2.0 * n + beta, m = n + 1.0, next = twice + 2.0;
    nodes[j] = j == 0 ? beta / (beta + 2.0) : beta * beta / (twice * (twice + 2.0));
    below[j] = 2.0 * m * (m + beta) / (next * sqrt((next + 1.0) * (next - 1.0)));
  }
  int size = (int)count;
  if (!usable || LAPACKE_dstev(LAPACK_ROW_MAJOR, 'V', size, nodes, below, vectors, size) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "no quadrature of %zu nodes for the weight u^%g",
                    count, beta);
  for (size_t j = 0; j < count; j++) {
    nodes[j] = fmin(fmax(0.5 * (1.0 + nodes[j]), 0.0), 1.0);
    weights[j] = vectors[j] * vectors[j]; /* row 0, column j */
  }
  return HUD_OK;
}
