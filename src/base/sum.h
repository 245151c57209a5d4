/* SPDX-License-Identifier: GPL-3.0-or-later
 * Compensated summation (Neumaier's variant of Kahan's sum). */
#ifndef HUD_BASE_SUM_H
#define HUD_BASE_SUM_H

#include <math.h>
#include <stddef.h>

struct hud_sum {
  double value, correction;
};

static inline void hud_sum_add(struct hud_sum *sum, double term)
{
  double total = sum->value + term;
  if (fabs(sum->value) >= fabs(term))
    sum->correction += (sum->value - total) + term;
  else
    sum->correction += (term - total) + sum->value;
  sum->value = total;
}

static inline double hud_sum_result(const struct hud_sum *sum)
{
  return sum->value + sum->correction;
}

#endif
