/* SPDX-License-Identifier: GPL-3.0-or-later
 * The steps of a study and its folder. The folder is locked by the study and, through it, by its
 * children: as long as one of a killed study lives, no other study starts there. */
#define _DEFAULT_SOURCE
#include "study/study.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "config/document.h"
#include "study/execute.h"
#include "study/plan_check.h"
#include "study/points.h"
#include "study/table.h"

enum { LOCK_TRIES = 50, LOCK_PAUSE = 100000000 /* ns */ };

/* ---- the folder ---- */

/* A folder with something in it must be that of a study. */
static hud_status check_folder(const char *directory, struct hud_error *error)
{
  char *mine = NULL;
  hud_status status = hud_path_join(&mine, directory, "study.yaml", error);
  DIR *stream = status == HUD_OK ? opendir(directory) : NULL;
  bool empty = true, study = status == HUD_OK && hud_path_exists(mine);
  for (const struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;)
    empty = empty && entry->d_name[0] == '.';
  if (stream != NULL)
    closedir(stream);
  hud_free(mine);
  if (status == HUD_OK && !empty && !study)
    status = hud_fail(error, HUD_ERROR_USAGE,
                      "%s is not empty and holds no study; name another folder, or use --force",
                      directory);
  return status;
}

/* A killed study's children are gone a moment later: the lock is tried for a few seconds. */
static hud_status lock_folder(const char *directory, int *lock, struct hud_error *error)
{
  *lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*lock < 0)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot open the folder %s: %s", directory,
                    strerror(errno));
  for (int i = 0; i < LOCK_TRIES; i++) {
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
      return HUD_OK; /* a file system without locks is taken as it is */
    nanosleep(&(struct timespec){0, LOCK_PAUSE}, NULL);
  }
  return hud_fail(error, HUD_ERROR_USAGE, "another study is running in %s", directory);
}

static hud_status open_folder(const struct hud_study_options *options, int *lock,
                              struct hud_error *error)
{
  char *runs = NULL;
  hud_status status = hud_directory_create(options->directory, error);
  if (status == HUD_OK && !options->force)
    status = check_folder(options->directory, error);
  if (status == HUD_OK)
    status = lock_folder(options->directory, lock, error);
  if (status == HUD_OK)
    status = hud_path_join(&runs, options->directory, "runs", error);
  if (status == HUD_OK)
    status = hud_directory_create(runs, error);
  hud_free(runs);
  return status;
}

/* ---- files ---- */

static hud_status copy_study(const char *path, const char *directory, struct hud_error *error)
{
  char *text = NULL;
  size_t length = 0;
  struct hud_file file = {0};
  hud_status status = hud_file_read(&text, &length, path, HUD_DOCUMENT_BYTES, error);
  if (status == HUD_OK)
    status = hud_file_create(&file, directory, "study.yaml", error);
  if (status == HUD_OK) {
    fwrite(text, 1, length, file.stream);
    status = hud_file_commit(&file, error);
  }
  hud_file_discard(&file);
  hud_free(text);
  return status;
}

/* A line for each seed. */
static void print_case(const struct hud_study_plan *plan, size_t point, size_t variant,
                       FILE *stream)
{
  const struct hud_study *study = plan->study;
  const struct hud_study_case *of = hud_study_case_at(plan, point, variant);
  for (size_t s = 0; s < of->seed_count; s++) {
    for (size_t p = 0; p < study->parameter_count; p++)
      fprintf(stream, "\"%s\",", hud_study_value_text(study, point, p));
    fprintf(stream, "\"%s\",runs/%s,", study->variants[variant].label,
            hud_model_file_hash(plan->runs[of->seeds[s]].file));
    if (of->refined != HUD_NO_RUN)
      fprintf(stream, "runs/%s", hud_model_file_hash(plan->runs[of->refined].file));
    fputc('\n', stream);
  }
}

/* Which folder is whose. */
static void print_runs(const struct hud_study_plan *plan, FILE *stream)
{
  const struct hud_study *study = plan->study;
  for (size_t p = 0; p < study->parameter_count; p++)
    fprintf(stream, "%s,", study->parameters[p].name);
  fputs("variant,run,refined_run\n", stream);
  for (size_t point = 0; point < plan->point_count; point++)
    for (size_t v = 0; v < study->variant_count; v++)
      print_case(plan, point, v, stream);
}

static hud_status write_runs(const struct hud_study_plan *plan, const char *directory,
                             struct hud_error *error)
{
  struct hud_file file;
  hud_status status = hud_file_create(&file, directory, "runs.csv", error);
  if (status != HUD_OK)
    return status;
  print_runs(plan, file.stream);
  return hud_file_commit(&file, error);
}

static hud_status write_tables(const struct hud_study_table *table, const char *directory,
                               struct hud_error *error)
{
  static const struct {
    const char *name;
    void (*print)(const struct hud_study_table *table, FILE *stream);
  } files[] = {{"table.txt", hud_study_table_print},
               {"table.csv", hud_study_table_csv},
               {"table.tex", hud_study_table_latex},
               {"fits.csv", hud_study_fits_csv}};
  hud_status status = HUD_OK;
  for (size_t f = 0; f < sizeof files / sizeof files[0] && status == HUD_OK; f++) {
    struct hud_file file;
    if (files[f].print == hud_study_fits_csv && table->fitted_count == 0)
      continue;
    status = hud_file_create(&file, directory, files[f].name, error);
    if (status != HUD_OK)
      return status;
    files[f].print(table, file.stream);
    if (f == 0)
      hud_study_table_expectations(table, file.stream);
    status = hud_file_commit(&file, error);
  }
  return status;
}

/* ---- the whole ---- */

/* A study without gnuplot has its tables; the figure is then left out with a word. */
static void draw(const struct hud_study_table *table, const struct hud_study_options *options)
{
  struct hud_error reason = {0};
  char *missing = NULL;
  if (hud_study_table_draw(table, options->directory, &missing, &reason) != HUD_OK)
    hud_log_warning(options->log, "no figure: %s", reason.message);
  else if (missing != NULL)
    hud_log_warning(options->log, "this gnuplot cannot make the figure as %s", missing);
  hud_free(missing);
}

static hud_status report(const struct hud_study_plan *plan, const struct hud_study_options *options,
                         struct hud_error *error)
{
  struct hud_study_table *table = NULL;
  size_t failed = 0, missed = 0;
  hud_status status =
      hud_study_table_create(&table, plan, options->directory, options->stop, error);
  if (status == HUD_OK)
    status = write_tables(table, options->directory, error);
  if (status == HUD_OK) {
    if (options->out != NULL)
      hud_study_table_print(table, options->out);
    missed = hud_study_table_expectations(table, options->out);
    draw(table, options);
  }
  for (size_t r = 0; r < plan->run_count; r++)
    failed += plan->runs[r].state == HUD_RUN_FAILED;
  if (status == HUD_OK && failed > 0)
    status = hud_fail(error, HUD_ERROR_COMPUTE, "%zu of %zu runs failed", failed, plan->run_count);
  else if (status == HUD_OK && missed > 0)
    status = hud_fail(error, HUD_ERROR_COMPUTE, "%zu expectation%s of the study %s not met", missed,
                      missed == 1 ? "" : "s", missed == 1 ? "is" : "are");
  hud_study_table_free(table);
  return status;
}

static int job_count(const struct hud_study_options *options)
{
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (options->jobs > 0)
    return options->jobs;
  return processors > 0 && processors < 4096 ? (int)processors : 1;
}

hud_status hud_study_run_file(const char *path, const struct hud_study_options *options,
                              struct hud_error *error)
{
  struct hud_study *study = NULL;
  struct hud_study_plan *plan = NULL;
  int lock = -1;
  hud_status status =
      hud_study_load(&study, path, options->overrides, options->override_count, error);
  if (status == HUD_OK)
    status = hud_study_plan_create(&plan, study, error);
  if (status == HUD_OK)
    status = hud_study_plan_check(plan, error);
  if (status == HUD_OK)
    status = open_folder(options, &lock, error);
  if (status == HUD_OK)
    status = copy_study(path, options->directory, error);
  if (status == HUD_OK)
    status = write_runs(plan, options->directory, error);
  const struct hud_study_execution execution = {.directory = options->directory,
                                                .jobs = job_count(options),
                                                .again = options->force,
                                                .stop = options->stop,
                                                .log = options->log};
  if (status == HUD_OK)
    status = hud_study_execute(plan, &execution, error);
  if (status == HUD_OK)
    status = report(plan, options, error);
  if (lock >= 0)
    close(lock);
  hud_study_plan_free(plan);
  hud_study_free(study);
  return status;
}
