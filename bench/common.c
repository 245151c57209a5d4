/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the programs of bench/ share. */
#include "bench/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const model_text =
    "huddle: 1\nmodel: first_order\nmethod: grid\nepsilon: 0.05\n"
    "rates: {lambda: {\"1,1\": 1.0, \"1,2\": 0.8}, mu: {\"1,1\": 2.0, \"1,2\": 1.5}}\n"
    "velocity: {min: -8, max: 8, cells: 256}\n"
    "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}}\n"
    "time: {end: 3.0}\nsolver: {rtol: 1.0e-6}\n";

void hud_bench_require(hud_status status, const struct hud_error *error)
{
  if (status == HUD_OK)
    return;
  fprintf(stderr, "%s: %s\n", error->where, error->message);
  exit(EXIT_FAILURE);
}

struct hud_simulation *hud_bench_open(const char *const *overrides, size_t count)
{
  struct hud_error error;
  struct hud_model_file *file;
  struct hud_simulation *simulation;
  hud_bench_require(hud_model_file_parse(&file, "bench.yaml", model_text, strlen(model_text),
                                         overrides, count, &error),
                    &error);
  hud_bench_require(hud_simulation_create(&simulation, file, NULL, NULL, &error), &error);
  return simulation;
}

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double hud_bench_median(double *values, int count)
{
  qsort(values, (size_t)count, sizeof *values, by_value);
  return values[count / 2];
}
