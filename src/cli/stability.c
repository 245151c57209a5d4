/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle stability`: Lemma 3.1 by numbers, for the rates of a model or for a box around them. */
#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stability.h"
#include "base/error.h"
#include "cli/cli.h"
#include "models/initial.h"

/* The box of --scan, and how many points are taken at random besides its corners. */
static const double FACTOR = 100.0;
enum { POINTS = 20000, SEED = 1 };

static void print_eigenvalues(const char *what, int n, const double complex *eigenvalues)
{
  printf("  %s:", what);
  for (int i = 0; i < n; i++)
    printf(cimag(eigenvalues[i]) == 0.0 ? " %.6g" : " %.6g%+.6gi", creal(eigenvalues[i]),
           cimag(eigenvalues[i]));
  printf("\n");
}

static void print_case(const struct hud_stability *found)
{
  const struct hud_theory *t = &found->theory;
  printf("  lambda11 = %.6g, mu11 = %.6g, lambda12 = %.6g, mu12 = %.6g, epsilon = %.6g, mass = "
         "%.6g, kappa = %g\n",
         t->lambda11, t->mu11, t->lambda12, t->mu12, t->epsilon, found->mass, t->kappa);
  print_eigenvalues("eigenvalues of (V1, V2, W)", 3, found->corrected);
  print_eigenvalues("eigenvalues of (34) as printed", 4, found->printed);
}

static void print_scan(const struct hud_stability_scan *scan)
{
  printf("%lld sets of parameters (the corners of a box and points in it): all six between 1/%g "
         "and %g times the model's\n\n",
         (long long)scan->count, FACTOR, FACTOR);
  printf("system of (V1, V2, W): unstable for %lld\n", (long long)scan->unstable);
  printf("slowest decay, %.4g of 2 lambda11 M1/(2+mu11):\n", scan->worst.decay);
  print_case(&scan->worst);
  printf("\nmatrix of (34) as printed: unstable for %lld\n", (long long)scan->printed_unstable);
  printf("its %s, %.4g of the same rate:\n",
         scan->printed_worst.printed_unstable ? "fastest growth" : "slowest mode",
         scan->printed_worst.growth);
  print_case(&scan->printed_worst);
}

static hud_status examine(const struct hud_model_file *file, const struct hud_cli_options *options,
                          struct hud_error *error)
{
  const struct hud_description *d = hud_model_file_description(file);
  struct hud_network *network = NULL;
  struct hud_theory theory;
  double mass = 0.0, mean = 0.0;
  if (d->model == HUD_MODEL_INSTANTANEOUS)
    return hud_model_file_fail(
        file, "model", error,
        "Lemma 3.1 is about the first-order model; the instantaneous limit has no "
        "pairs that could be unstable");
  hud_status status = hud_theory_create(&theory, d, error);
  if (status == HUD_OK)
    status = hud_network_create(&network, d, error);
  if (status == HUD_OK)
    status = hud_initial_totals(&d->initial, network, &mass, &mean, error);
  hud_network_free(network);
  if (status != HUD_OK)
    return status;
  if (options->scan) {
    struct hud_stability_scan scan;
    status = hud_stability_scan(&theory, mass, FACTOR, POINTS, SEED, &scan, error);
    if (status == HUD_OK)
      print_scan(&scan);
    return status;
  }
  struct hud_stability found;
  status = hud_stability_examine(&theory, mass, &found, error);
  if (status == HUD_OK) {
    printf("second moments at equilibrium: %s; (34) as printed: %s\n",
           found.unstable ? "unstable" : "stable", found.printed_unstable ? "unstable" : "stable");
    print_case(&found);
  }
  return status;
}

int hud_cli_stability(int argc, char **argv)
{
  return hud_cli_examine(argc, argv, HUD_CLI_SET | HUD_CLI_SCAN, examine);
}
