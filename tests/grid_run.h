/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by tests of models in time: a model text with overrides, integrated and diagnosed. */
#ifndef HUD_TESTS_GRID_RUN_H
#define HUD_TESTS_GRID_RUN_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diagnostics.h"
#include "config/model_file.h"
#include "evolve/evolve.h"
#include "models/model.h"
#include "support.h"

enum { MAX_OVERRIDES = 16, MAX_COLUMNS = 48 };

struct run {
  struct hud_model_file *file;
  struct hud_model *model;
  struct hud_diagnostics *diagnostics;
  struct hud_evolve *evolve;
  double *y, row[MAX_COLUMNS];
  struct hud_error error;
};

/* overrides: texts "key=value", the last NULL. */
static inline void run_start(struct run *run, const char *base, const char *const *overrides,
                             const char *last)
{
  const char *all[MAX_OVERRIDES] = {NULL};
  size_t count = 0;
  for (; overrides != NULL && overrides[count] != NULL; count++)
    all[count] = overrides[count];
  if (last != NULL)
    all[count++] = last;
  memset(run, 0, sizeof *run);
  assert_ok(
      hud_model_file_parse(&run->file, "test.yaml", base, strlen(base), all, count, &run->error),
      &run->error);
  const struct hud_description *d = hud_model_file_description(run->file);
  assert_ok(hud_model_create(&run->model, d, &run->error), &run->error);
  const struct hud_system *system = hud_model_system(run->model);
  run->y = calloc(system->size, sizeof *run->y);
  assert_non_null(run->y);
  assert_ok(hud_model_initial(run->model, run->y, &run->error), &run->error);
  assert_ok(hud_diagnostics_create(&run->diagnostics, run->model, &run->error), &run->error);
  struct hud_evolve_options options = {
      .rtol = d->solver.rtol, .atol = d->solver.atol, .end = d->time.end};
  assert_ok(hud_evolve_create(&run->evolve, system, 0.0, run->y, &options, &run->error),
            &run->error);
  hud_diagnostics_row(run->diagnostics, 0.0, run->y, run->row);
}

static inline void run_to(struct run *run, double t)
{
  assert_ok(hud_evolve_to(run->evolve, t, run->y, &run->error), &run->error);
  hud_diagnostics_row(run->diagnostics, t, run->y, run->row);
}

static inline void run_close(struct run *run)
{
  hud_evolve_free(run->evolve);
  hud_diagnostics_free(run->diagnostics);
  hud_model_free(run->model);
  hud_model_file_free(run->file);
  free(run->y);
}

/* Index of a column of run->row, -1 if there is none. */
static inline int column_index(const struct run *run, const char *name)
{
  size_t count;
  const char *const *names = hud_diagnostics_names(run->diagnostics, &count);
  for (size_t c = 0; c < count; c++)
    if (strcmp(names[c], name) == 0)
      return (int)c;
  return -1;
}

static inline double column(const struct run *run, const char *name)
{
  int c = column_index(run, name);
  if (c < 0)
    fail_msg("no column %s", name);
  return run->row[c];
}

#endif
