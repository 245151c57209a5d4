/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle compare`: distances between the free-particle densities f_1 of two results, and the
 * differences of their moments, at the output times that they share. */
#include <math.h>
#include <stdio.h>

#include "analysis/distance.h"
#include "base/alloc.h"
#include "base/file.h"
#include "cli/cli.h"
#include "output/cells.h"
#include "output/netcdf.h"

/* One of the two: its result, and its f_1 as masses of cells. */
struct side {
  struct hud_netcdf_result *result;
  struct hud_cells *cells; /* NULL: no densities */
};

static hud_status load(const char *directory, struct side *side, struct hud_error *error)
{
  char *path = NULL;
  hud_status status = hud_path_join(&path, directory, "result.nc", error);
  if (status == HUD_OK)
    status = hud_netcdf_read(&side->result, path, error);
  hud_free(path);
  if (status != HUD_OK || side->result->f1 == NULL)
    return status;
  return hud_cells_create(&side->cells, side->result, error);
}

static void release(struct side *side)
{
  hud_cells_free(side->cells);
  hud_netcdf_result_free(side->result);
}

/* Prints W1, W2, the Fourier metric of the centred densities, and L1. */
static hud_status print_distances(struct side *a, size_t i, struct side *b, size_t j,
                                  struct hud_error *error)
{
  struct hud_measure f, g;
  struct hud_fourier_distance fourier;
  double W1, W2, L1;
  hud_status status = hud_cells_pair(a->cells, i, b->cells, j, &f, &g, error);
  if (status == HUD_OK)
    status = hud_wasserstein_1(&f, &g, &W1, error);
  if (status == HUD_OK)
    status = hud_wasserstein_2(&f, &g, &W2, error);
  if (status == HUD_OK)
    status = hud_fourier_metric(&f, &g, true, &fourier, error);
  if (status == HUD_OK)
    status = hud_distance_l1(&f, &g, &L1, error);
  if (status == HUD_OK)
    printf(" %12.5e %12.5e %12.5e %12.5e", W1, W2, fourier.value, L1);
  return status;
}

static const char *const compared[] = {"M1", "mean", "V1", "variance", "f1_m3", "f1_m4"};
enum { COMPARED = sizeof compared / sizeof compared[0] };

/* b minus a, for the columns that both have. */
static void print_differences(const struct hud_table *a, size_t i, const struct hud_table *b,
                              size_t j)
{
  for (int c = 0; c < COMPARED; c++) {
    size_t in_a, in_b;
    if (hud_table_find(a, compared[c], &in_a, NULL) != HUD_OK ||
        hud_table_find(b, compared[c], &in_b, NULL) != HUD_OK)
      printf(" %12s", "");
    else
      printf(" %12.5e", hud_table_value(b, j, in_b) - hud_table_value(a, i, in_a));
  }
}

static hud_status print_table(struct side *a, struct side *b, struct hud_error *error)
{
  bool densities = a->cells != NULL && b->cells != NULL;
  printf(
      "# differences are of the second result minus the first; f_1 is normalised for W1, W2 and\n"
      "# the Fourier metric sup |f^ - g^|/xi^2, which is taken of the centred densities\n%10s",
      "t");
  if (densities)
    printf(" %12s %12s %12s %12s", "W1", "W2", "fourier", "L1");
  for (int c = 0; c < COMPARED; c++)
    printf(" %12s", compared[c]);
  printf("\n");
  size_t shared = 0, j = 0;
  double tolerance = 1e-9;
  hud_status status = HUD_OK;
  for (size_t i = 0; i < a->result->time_count && status == HUD_OK; i++) {
    double t = a->result->time[i];
    while (j < b->result->time_count && b->result->time[j] < t - tolerance * (1.0 + fabs(t)))
      j++;
    if (j == b->result->time_count || b->result->time[j] > t + tolerance * (1.0 + fabs(t)))
      continue;
    shared++;
    printf("%10.6g", t);
    if (densities)
      status = print_distances(a, i, b, j, error);
    print_differences(a->result->moments, i, b->result->moments, j);
    printf("\n");
  }
  if (status == HUD_OK && shared == 0)
    status = hud_fail(error, HUD_ERROR_INPUT, "the two results share no output time");
  return status;
}

int hud_cli_compare(int argc, char **argv)
{
  struct hud_cli_options options;
  struct side sides[2] = {{NULL, NULL}, {NULL, NULL}};
  struct hud_error error;
  int status;
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_NO_OPTIONS, 2, 2, &status)) {
    hud_status outcome = load(options.positional[0], &sides[0], &error);
    if (outcome == HUD_OK)
      outcome = load(options.positional[1], &sides[1], &error);
    if (outcome == HUD_OK)
      outcome = print_table(&sides[0], &sides[1], &error);
    status = outcome == HUD_OK ? HUD_EXIT_DONE : hud_cli_report(&error);
  }
  release(&sides[0]);
  release(&sides[1]);
  hud_cli_options_free(&options);
  return status;
}
