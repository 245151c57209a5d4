/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study from its file to its table. */
#ifndef HUD_STUDY_STUDY_H
#define HUD_STUDY_STUDY_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/log.h"

struct hud_study_options {
  const char *directory;
  bool force; /* runs that are finished are run again; a folder of something else is taken */
  int jobs;   /* 0: as many as there are processors */
  size_t override_count;
  const char *const *overrides; /* "key.path=value" of the study file */
  const volatile sig_atomic_t *stop;
  const struct hud_log *log;
  FILE *out; /* receives the table; NULL: nobody */
};

/* Runs the study at `path`. The folder receives runs/HASH (the results of each run), runs.csv
 * (which is which), table.txt, table.csv, table.tex, fits.csv, figure-study.* and study.yaml, a
 * copy of the file. HUD_ERROR_COMPUTE: runs failed, or expectations are not met; the table is there
 * then. HUD_ERROR_INTERRUPTED after *stop; what was finished stays. HUD_ERROR_USAGE: the folder
 * holds something else, or another study writes to it. */
hud_status hud_study_run_file(const char *path, const struct hud_study_options *options,
                              struct hud_error *error);

#endif
