/* SPDX-License-Identifier: GPL-3.0-or-later
 * Eigenvalues at one point and over a box: corners first, because extremes are where a printed
 * formula breaks, then points at random. */
#include "analysis/stability.h"

#include <math.h>

#include "base/error.h"
#include "base/random.h"

enum { PARAMETERS = 6 };

/* Real parts below this, relative to the largest eigenvalue, are round-off of the QR iteration. */
static const double ROUND_OFF = 1e-13;

static void parameters(struct hud_theory *theory, double *mass, double *values[PARAMETERS])
{
  double *all[PARAMETERS] = {&theory->lambda11, &theory->mu11,    &theory->lambda12,
                             &theory->mu12,     &theory->epsilon, mass};
  for (int i = 0; i < PARAMETERS; i++)
    values[i] = all[i];
}

static bool grows(int n, const double complex *eigenvalues)
{
  double largest = 0.0;
  for (int i = 0; i < n; i++)
    largest = fmax(largest, cabs(eigenvalues[i]));
  return creal(eigenvalues[0]) > ROUND_OFF * largest;
}

hud_status hud_stability_examine(const struct hud_theory *theory, double mass,
                                 struct hud_stability *result, struct hud_error *error)
{
  static const char *const names[PARAMETERS] = {"lambda11", "mu11",    "lambda12",
                                                "mu12",     "epsilon", "mass"};
  double *values[PARAMETERS], M1, M2, matrix[16];
  *result = (struct hud_stability){.theory = *theory, .mass = mass};
  parameters(&result->theory, &result->mass, values);
  for (int i = 0; i < PARAMETERS; i++)
    if (!(*values[i] > 0.0 && isfinite(*values[i])))
      return hud_fail(error, HUD_ERROR_INPUT,
                      "stability is examined for positive parameters; %s is %g", names[i],
                      *values[i]);
  hud_theory_equilibrium(theory, mass, &M1, &M2);
  hud_status status = hud_theory_variance_eigenvalues(theory, mass, result->corrected, error);
  hud_theory_printed_matrix(theory, M1, M2, matrix);
  if (status == HUD_OK)
    status = hud_eigenvalues(4, matrix, result->printed, error);
  if (status != HUD_OK)
    return status;
  double rate = 2.0 * theory->lambda11 * M1 / (2.0 + theory->mu11);
  result->decay = -creal(result->corrected[0]) / rate;
  result->growth = creal(result->printed[0]) / rate;
  result->unstable = grows(3, result->corrected);
  result->printed_unstable = grows(4, result->printed);
  return HUD_OK;
}

static hud_status examine_next(struct hud_stability_scan *scan, const struct hud_theory *theory,
                               double mass, struct hud_error *error)
{
  struct hud_stability found;
  hud_status status = hud_stability_examine(theory, mass, &found, error);
  if (status != HUD_OK)
    return status;
  if (scan->count == 0 || found.decay < scan->worst.decay)
    scan->worst = found;
  if (scan->count == 0 || found.growth > scan->printed_worst.growth)
    scan->printed_worst = found;
  scan->count++;
  scan->unstable += found.unstable;
  scan->printed_unstable += found.printed_unstable;
  return HUD_OK;
}

hud_status hud_stability_scan(const struct hud_theory *theory, double mass, double factor,
                              int64_t count, uint64_t seed, struct hud_stability_scan *scan,
                              struct hud_error *error)
{
  struct hud_random random;
  hud_status status = HUD_OK;
  *scan = (struct hud_stability_scan){.count = 0};
  if (!(factor > 1.0 && isfinite(factor)))
    return hud_fail(error, HUD_ERROR_INPUT, "a box with factor %g; expected a number > 1", factor);
  hud_random_seed(&random, seed, 0);
  for (int64_t i = 0; i < (1 << PARAMETERS) + count && status == HUD_OK; i++) {
    struct hud_theory at = *theory;
    double at_mass = mass, *values[PARAMETERS];
    parameters(&at, &at_mass, values);
    for (int p = 0; p < PARAMETERS; p++) {
      double corner = (i >> p) & 1 ? 1.0 : -1.0;
      double where = i < 1 << PARAMETERS ? corner : 2.0 * hud_random_uniform(&random) - 1.0;
      *values[p] *= pow(factor, where);
    }
    status = examine_next(scan, &at, at_mass, error);
  }
  return status;
}
