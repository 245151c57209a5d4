/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of values on the grid: sums with eight accumulators in a fixed order, which do not depend
 * on the vector width, and what a line gives to another. */
#include "grid/internal.h"

#include "base/clones.h"

HUD_CLONES void hud_grid_add_scaled(size_t count, double c, const double *restrict x,
                                    double *restrict out)
{
  for (size_t j = 0; j < count; j++)
    out[j] += c * x[j];
}

HUD_CLONES double hud_grid_line_sum(size_t count, const double *x)
{
  double part[8] = {0.0};
  size_t j = 0;
  for (; j + 8 <= count; j += 8)
    for (size_t l = 0; l < 8; l++)
      part[l] += x[j + l];
  for (size_t l = 0; j + l < count; l++)
    part[l] += x[j + l];
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

void hud_grid_marginal_row(size_t n, size_t d, double c, const double *row, double *marginal)
{
  hud_grid_add_scaled(n - d, c, row, marginal);
  if (d > 0)
    hud_grid_add_scaled(n - d, c, row, marginal + d);
}
