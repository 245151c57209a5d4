/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle geometry`: Monte Carlo checks of the geometric lemmas of [APW]. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "spheres/corrections.h"
#include "spheres/geometry.h"

enum { SEED = 1 };

static void print_result(const struct hud_geometry_result *result)
{
  const char *verdict = result->holds ? "" : "   DOES NOT HOLD";
  printf("%-16s %s\n", result->name, result->statement);
  if (isnan(result->exponent)) {
    printf("                 largest deviation %.2g%s\n", result->bound, verdict);
    return;
  }
  printf("                 exponent %.3f +- %.3f, bound %.3g%s   ", result->exponent,
         result->exponent_error, result->bound, verdict);
  for (size_t r = 0; r < result->row_count; r++)
    printf(" %.3g: %.2e", result->row[r].parameter, result->row[r].share);
  printf("\n");
}

static int check_all(int dimension, int order, int64_t samples)
{
  int status = HUD_EXIT_DONE;
  for (int which = 0; which < HUD_GEOMETRY_COUNT; which++) {
    struct hud_geometry_result result;
    struct hud_error error;
    if (!hud_geometry_applies((enum hud_geometry)which, dimension, order))
      continue;
    if (hud_geometry_run((enum hud_geometry)which, dimension, order, samples, SEED, &result,
                         &error) != HUD_OK)
      return hud_cli_report(&error);
    print_result(&result);
    fflush(stdout);
    if (!result.holds)
      status = HUD_EXIT_FAILED;
  }
  return status;
}

/* A whole number of at least 1, or false. */
static bool read_number(const char *text, long long *value)
{
  char *end;
  *value = strtoll(text, &end, 10);
  return *text != '\0' && *end == '\0' && *value >= 1;
}

static void print_correction(const struct hud_correction *correction)
{
  printf("%s: %s\n", correction->place, correction->change);
  if (correction->kind == HUD_CORRECTION_WORDING) {
    printf("    by reading: %s\n", correction->quantity);
    return;
  }
  printf("    %s\n    printed %.6g, corrected %.6g, found %.6g +- %.1g   %s\n",
         correction->quantity, correction->printed, correction->corrected, correction->found,
         correction->error, correction->confirmed ? "confirmed" : "NOT CONFIRMED");
}

/* The formulas of [APW] that need a correction, each with numbers. */
static int check_corrections(void)
{
  int status = HUD_EXIT_DONE;
  size_t by_reading = 0;
  for (size_t i = 0; i < hud_correction_count(); i++) {
    struct hud_correction correction;
    struct hud_error error;
    if (hud_correction_check(i, SEED, &correction, &error) != HUD_OK)
      return hud_cli_report(&error);
    print_correction(&correction);
    fflush(stdout);
    by_reading += correction.kind == HUD_CORRECTION_WORDING;
    if (!correction.confirmed)
      status = HUD_EXIT_FAILED;
  }
  printf("%zu corrections: %zu by numbers, %zu by reading%s\n", hud_correction_count(),
         hud_correction_count() - by_reading, by_reading,
         status == HUD_EXIT_DONE ? "" : "; not all are confirmed");
  return status;
}

int hud_cli_geometry(int argc, char **argv)
{
  struct hud_cli_options options;
  int status;
  long long number[3] = {2, 2, 800000};
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_CORRECTIONS, 0, 3, &status)) {
    if (options.corrections && options.positional_count == 0) {
      status = check_corrections();
      hud_cli_options_free(&options);
      return status;
    }
    bool good = options.positional_count != 1 && !options.corrections;
    for (int i = 0; i < options.positional_count; i++)
      good = read_number(options.positional[i], &number[i]) && good;
    good = good && number[0] >= 2 && number[0] <= 3 && number[1] <= 6 && number[2] >= 1000;
    status = good ? check_all((int)number[0], (int)number[1], number[2])
                  : hud_cli_usage("geometry", "expected a dimension (2 or 3), an order (1 to 6) "
                                              "and a number of samples (at least 1000), or "
                                              "--corrections alone");
  }
  hud_cli_options_free(&options);
  return status;
}
