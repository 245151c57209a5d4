/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What summary.json says about a run: where its result comes from, how well the invariants held,
 * what the solver did, what it cost, and what a reader should be warned of. */
#ifndef HUD_OUTPUT_SUMMARY_H
#define HUD_OUTPUT_SUMMARY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* Where a result comes from; goes into summary.json and the attributes of result.nc. The texts are
 * borrowed. NULL: not known. */
struct hud_named_text {
  const char *name, *value;
};
struct hud_provenance {
  const char *title;
  const char *model_text; /* the resolved model file, in full */
  const char *model_hash;
  const char *version; /* of huddle */
  const char *git_commit;
  size_t library_count;
  const struct hud_named_text *libraries; /* ("SUNDIALS", "6.4.1"), ...; netCDF is added */
};

enum hud_extra_kind { HUD_EXTRA_NUMBER, HUD_EXTRA_INTEGER, HUD_EXTRA_TEXT };
struct hud_extra {
  char *name;
  enum hud_extra_kind kind;
  double number;
  int64_t integer;
  char *text;
};
struct hud_extras {
  size_t count;
  struct hud_extra *items;
};

/* Plain data; begin with hud_summary_init, end with hud_summary_free. */
struct hud_summary {
  const char *state; /* "done", or what else ended the run; borrowed */
  double mass_drift; /* sup_t |mass(t) - mass(0)| / mass(0); NaN: not measured */
  double mean_drift; /* sup_t |mean(t) - mean(0)| over the velocity scale that the run names */
  double wall_seconds;
  double peak_memory;         /* bytes */
  struct hud_extras counters; /* of the solver: steps, right-hand sides, ... */
  struct hud_extras details;  /* what a method reports beyond the common */
  size_t warning_count;
  char **warnings;
};

void hud_summary_init(struct hud_summary *summary);
void hud_summary_free(struct hud_summary *summary);

/* Appends a value, or gives it anew if the name is there. Name and text are copied. */
hud_status hud_extras_add_number(struct hud_extras *extras, const char *name, double value,
                                 struct hud_error *error);
hud_status hud_extras_add_integer(struct hud_extras *extras, const char *name, int64_t value,
                                  struct hud_error *error);
struct hud_named_integer {
  const char *name;
  int64_t value;
};
hud_status hud_extras_add_integers(struct hud_extras *extras, size_t count,
                                   const struct hud_named_integer *integers,
                                   struct hud_error *error);
hud_status hud_extras_add_text(struct hud_extras *extras, const char *name, const char *value,
                               struct hud_error *error);

hud_status hud_summary_add_warning(struct hud_summary *summary, const char *text,
                                   struct hud_error *error);

/* Largest resident memory of this process so far, in bytes; NaN where the system does not say. */
double hud_peak_memory(void);

/* Version of the netCDF library, "4.9.0". */
void hud_netcdf_version(char *text, size_t size);

/* The summary as JSON; `files` are the names of the result files. */
hud_status hud_summary_print(const struct hud_summary *summary,
                             const struct hud_provenance *provenance, size_t file_count,
                             const char *const *files, FILE *stream, struct hud_error *error);

#endif
