/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One run: integrate from output time to output time, record each state, and close the results with
 * a summary of what was conserved, what the solver did and what a reader should be warned of. */
#include "run/run.h"

#include <fftw3.h>
#include <gsl/gsl_version.h>
#include <math.h>
#include <muParserDLL.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "huddle/version.h"
#include "run/run_internal.h"

static void describe_origin(struct hud_run *run)
{
  const struct hud_model_file *file = run->simulation->file;
  int major, minor, patch;
  yaml_get_version(&major, &minor, &patch);
  snprintf(run->yaml, sizeof run->yaml, "%d.%d.%d", major, minor, patch);
  snprintf(run->fftw, sizeof run->fftw, "%s", fftw_version);
  muParserHandle_t parser = mupCreate(muBASETYPE_FLOAT);
  snprintf(run->muparser, sizeof run->muparser, "%s", parser ? mupGetVersion(parser) : "?");
  run->muparser[strcspn(run->muparser, " ")] = '\0'; /* it goes on with how it was built */
  if (parser != NULL)
    mupRelease(parser);
  const struct hud_named_text libraries[HUD_RUN_LIBRARIES] = {
      {"SUNDIALS", hud_evolve_library_version()},
      {"GSL", gsl_version},
      {"FFTW", run->fftw},
      {"libyaml", run->yaml},
      {"muParser", run->muparser}};
  memcpy(run->libraries, libraries, sizeof libraries);
  run->provenance = (struct hud_provenance){
      .title = run->simulation->description->title,
      .model_text = hud_model_file_resolved(file),
      .model_hash = hud_model_file_hash(file),
      .version = hud_version(),
      .git_commit = hud_version_commit(),
      .library_count = HUD_RUN_LIBRARIES,
      .libraries = run->libraries,
  };
}

static hud_status open_results(struct hud_run *run, struct hud_error *error)
{
  struct hud_simulation *simulation = run->simulation;
  const struct hud_description *d = simulation->description;
  const double *v = NULL;
  size_t columns;
  const char *const *names = hud_simulation_quantities(simulation, &columns);
  run->v_count = hud_simulation_velocities(simulation, &v);
  bool f2 = d->output.f2 && run->v_count > 0 && hud_simulation_has_pairs(simulation);
  hud_status status = HUD_NEW(&run->f1, run->v_count, "f_1", error);
  if (status == HUD_OK && f2)
    status = HUD_NEW(&run->f2, run->v_count * run->v_count, "f_2", error);
  if (status == HUD_OK && hud_simulation_regrids(simulation))
    status = HUD_NEW(&run->v, run->v_count, "velocities", error);
  if (status != HUD_OK)
    return status;
  if (simulation->model != NULL && simulation->model->scalar != NULL &&
      hud_positivity_measurable(simulation->model))
    status = hud_positivity_create(&run->positivity, simulation->model, error);
  if (status != HUD_OK)
    return status;
  describe_origin(run);
  const struct hud_results_spec spec = {
      .directory = run->options->directory,
      .force = run->options->force,
      .column_count = columns - 1,
      .column_names = names + 1,
      .v_count = run->v_count,
      .v = run->v != NULL ? run->v : v,
      .moving = run->v != NULL,
      .edges = hud_simulation_edges(simulation),
      .f1 = d->output.f1 && run->v_count > 0,
      .f2 = f2,
      .provenance = &run->provenance,
  };
  status = hud_results_open(&run->results, &spec, error);
  if (status == HUD_OK && simulation->gas != NULL && hud_gas_system(simulation->gas) != NULL)
    status = hud_gas_files_open(&run->gas_files, simulation->gas, d, run->options->directory,
                                &run->provenance, run->options->checkpoint != NULL, error);
  return status;
}

static double largest(size_t count, const double *values)
{
  double result = 0.0;
  for (size_t i = 0; i < count; i++)
    result = fmax(result, values[i]);
  return result;
}

static double smallest(size_t count, const double *values)
{
  double result = INFINITY;
  for (size_t i = 0; i < count; i++)
    result = fmin(result, values[i]);
  return result;
}

/* row: t, mass, mean, variance, ... */
static void observe(struct hud_run *run, const double *row)
{
  struct hud_watch *watch = &run->watch;
  if (run->simulation->gas != NULL) /* which keeps account of its own invariants */
    return;
  if (row[0] == 0.0) {
    *watch = (struct hud_watch){.mass = row[1],
                                .mean = row[2],
                                .spread = sqrt(fmax(row[3], 0.0) / row[1]),
                                .least_f1 = NAN};
  }
  double scale = watch->spread > 0.0 ? watch->spread : 1.0;
  watch->mass_drift = fmax(watch->mass_drift, fabs(row[1] - watch->mass) / watch->mass);
  watch->mean_drift = fmax(watch->mean_drift, fabs(row[2] - watch->mean) / scale);
  if (run->v_count > 0) {
    double least = smallest(run->v_count, run->f1) / largest(run->v_count, run->f1);
    if (!(least >= watch->least_f1)) {
      watch->least_f1 = least;
      watch->least_f1_time = row[0];
    }
  }
}

/* Of a record as it is kept: row, f1, f2, v. */
static size_t record_length(const struct hud_run *run)
{
  size_t n = run->v_count, columns;
  hud_simulation_quantities(run->simulation, &columns);
  return columns + n + (run->f2 != NULL ? n * n : 0) + (run->v != NULL ? n : 0);
}

static hud_status keep_record(struct hud_run *run, struct hud_error *error)
{
  size_t n = run->v_count, columns;
  if (run->simulation->description->time.checkpoint_every == 0)
    return HUD_OK;
  hud_simulation_quantities(run->simulation, &columns);
  if (run->record == NULL) {
    run->history.length = record_length(run);
    hud_status status = HUD_NEW(&run->record, run->history.length, "a record", error);
    if (status != HUD_OK)
      return status;
  }
  memcpy(run->record, run->simulation->row, columns * sizeof(double));
  if (n > 0)
    memcpy(run->record + columns, run->f1, n * sizeof(double));
  if (run->f2 != NULL)
    memcpy(run->record + columns + n, run->f2, n * n * sizeof(double));
  if (run->v != NULL)
    memcpy(run->record + run->history.length - n, run->v, n * sizeof(double));
  return hud_history_add(&run->history, run->record, error);
}

static void observe_positivity(struct hud_run *run)
{
  const struct hud_simulation *simulation = run->simulation;
  double cut, tail;
  hud_positivity_observe(run->positivity, simulation->time, simulation->y);
  if (run->f2 == NULL || simulation->pairs == NULL)
    return;
  hud_pair_density_errors(simulation->pairs, &cut, &tail);
  hud_positivity_observe_pairs(run->positivity, simulation->time, run->f2, cut);
}

static hud_status record(struct hud_run *run, struct hud_error *error)
{
  struct hud_simulation *simulation = run->simulation;
  hud_status status = HUD_OK;
  size_t n = run->v_count;
  if (n > 0)
    status = hud_simulation_density(simulation, 1, run->f1, n, error);
  if (status == HUD_OK && run->f2 != NULL)
    status = hud_simulation_density(simulation, 2, run->f2, n * n, error);
  if (status == HUD_OK)
    status = hud_simulation_measure(simulation, error);
  if (status != HUD_OK)
    return status;
  const double *v;
  if (run->v != NULL && hud_simulation_velocities(simulation, &v) == n)
    memcpy(run->v, v, n * sizeof *v);
  observe(run, simulation->row);
  if (run->gas_files != NULL)
    status = hud_gas_files_frame(run->gas_files, error);
  if (run->positivity != NULL)
    observe_positivity(run);
  if (run->second != NULL && status == HUD_OK)
    status = hud_second_resolution_compare(run->second, simulation->time, simulation->model,
                                           simulation->y, &run->watch.check, error);
  if (status == HUD_OK)
    status = keep_record(run, error);
  if (status == HUD_OK)
    status = hud_results_record(run->results, simulation->time, simulation->row + 1,
                                n > 0 ? run->f1 : NULL, run->f2, error);
  return status;
}

/* Writes the checkpoint that is due after row i, and starts the integrator afresh, so that a run
 * that goes on from here gives the same bits. */
static hud_status save(struct hud_run *run, long long i, struct hud_error *error)
{
  struct hud_simulation *simulation = run->simulation;
  long long every = simulation->description->time.checkpoint_every;
  if (every == 0 || i % every != 0 || simulation->time >= simulation->description->time.end)
    return HUD_OK;
  for (int k = 1; k <= 2 && run->positivity != NULL; k++)
    run->watch.negativity[k - 1] = hud_positivity_found(run->positivity, k);
  hud_status status = HUD_OK;
  if (run->gas_files != NULL)
    status = hud_gas_files_save(run->gas_files, &run->watch.place, error);
  if (status == HUD_OK)
    status = hud_checkpoint_write(simulation, &run->history, &run->watch, run->options->directory,
                                  error);
  if (status == HUD_OK && simulation->evolve != NULL)
    status = hud_evolve_restart(simulation->evolve, simulation->time, simulation->y, error);
  run->checkpoint_time = simulation->time;
  return status;
}

/* Takes up a run where its checkpoint left it: the state, and the records so far. */
static hud_status take_up(struct hud_run *run, struct hud_error *error)
{
  size_t columns, n = run->v_count;
  hud_simulation_quantities(run->simulation, &columns);
  hud_status status = hud_checkpoint_restore(run->options->checkpoint, run->simulation,
                                             &run->history, &run->watch, error);
  if (status == HUD_OK && run->history.length != record_length(run))
    status = hud_fail(error, HUD_ERROR_INPUT, "the checkpoint does not fit its model");
  if (status == HUD_OK)
    status = HUD_NEW(&run->record, run->history.length, "a record", error);
  for (size_t i = 0; i < run->history.count && status == HUD_OK; i++) {
    const double *row = run->history.data + i * run->history.length;
    if (run->v != NULL)
      memcpy(run->v, row + run->history.length - n, n * sizeof *row);
    status = hud_results_record(run->results, row[0], row + 1, n > 0 ? row + columns : NULL,
                                run->f2 != NULL ? row + columns + n : NULL, error);
  }
  if (status == HUD_OK && run->gas_files != NULL)
    status = hud_gas_files_continue(run->gas_files, &run->watch.place, error);
  for (int k = 1; k <= 2 && run->positivity != NULL && status == HUD_OK; k++)
    hud_positivity_resume(run->positivity, k, run->watch.negativity[k - 1]);
  run->checkpoint_time = run->simulation->time;
  return status;
}

/* Output times are multiples of output_every, and the end; a multiple that is the end but for
 * round-off is the end. */
static double output_time(const struct hud_time_spec *time, long long i)
{
  double t = (double)i * time->output_every;
  return t >= time->end * (1.0 - 1e-12) ? time->end : t;
}

static hud_status integrate(struct hud_run *run, struct hud_error *error)
{
  const struct hud_time_spec *time = &run->simulation->description->time;
  hud_status status = run->options->checkpoint != NULL ? take_up(run, error) : record(run, error);
  double t = run->simulation->time;
  long long i = run->options->checkpoint != NULL ? (long long)run->history.count : 1;
  for (; t < time->end && status == HUD_OK; i++) {
    t = output_time(time, i);
    status = hud_simulation_advance(run->simulation, t, error);
    if (status == HUD_OK)
      status = record(run, error);
    if (status == HUD_OK)
      status = save(run, i, error);
  }
  return status;
}

static hud_status finish(struct hud_run *run, struct hud_error *error)
{
  hud_status status = hud_run_summarise(run, error);
  struct hud_results *results = run->results;
  if (status != HUD_OK)
    return status;
  if (run->gas_files != NULL)
    status = hud_gas_files_commit(run->gas_files, error);
  if (status != HUD_OK)
    return status;
  run->results = NULL; /* closing frees it, also on failure */
  return hud_results_close(results, &run->summary, error);
}

hud_status hud_run(struct hud_model_file *file, const struct hud_run_options *options,
                   struct hud_error *error)
{
  struct hud_run run = {.options = options, .wall_start = hud_clock(), .checkpoint_time = NAN};
  hud_summary_init(&run.summary);
  for (size_t i = 0; i < hud_model_file_note_count(file); i++)
    hud_log_info(options->log, "note: %s", hud_model_file_note(file, i));
  hud_status status =
      hud_simulation_create(&run.simulation, file, options->stop, options->log, error);
  if (status == HUD_OK && run.simulation->description->solver.spectral_check &&
      run.simulation->description->method == HUD_METHOD_SPECTRAL)
    status = hud_second_resolution_create(&run.second, run.simulation->description, options->stop,
                                          error);
  if (status == HUD_OK)
    status = open_results(&run, error);
  if (status == HUD_OK)
    status = integrate(&run, error);
  if (status == HUD_OK)
    status = finish(&run, error);
  if (status == HUD_OK)
    hud_checkpoint_remove(options->directory);
  else if (!isnan(run.checkpoint_time))
    hud_log_warning(options->log, "`huddle resume %s` goes on from the checkpoint at t = %.6g",
                    options->directory, run.checkpoint_time);
  hud_gas_files_free(run.gas_files, options->checkpoint != NULL || !isnan(run.checkpoint_time));
  hud_results_abandon(run.results);
  hud_simulation_close(run.simulation);
  hud_summary_free(&run.summary);
  hud_positivity_free(run.positivity);
  hud_second_resolution_free(run.second);
  hud_free(run.f1);
  hud_free(run.f2);
  hud_free(run.v);
  hud_free(run.history.data);
  hud_free(run.record);
  return status;
}

hud_status hud_run_resume(const struct hud_run_options *options, struct hud_error *error)
{
  struct hud_checkpoint *checkpoint = NULL;
  struct hud_model_file *file = NULL;
  hud_status status = hud_checkpoint_read(&checkpoint, options->directory, error);
  if (status == HUD_OK) {
    const char *model = hud_checkpoint_model(checkpoint);
    status = hud_model_file_parse(&file, "checkpoint", model, strlen(model), NULL, 0, error);
  }
  if (status == HUD_OK) {
    struct hud_run_options resumed = *options;
    resumed.force = true;
    resumed.checkpoint = checkpoint;
    status = hud_run(file, &resumed, error);
  }
  hud_checkpoint_free(checkpoint);
  return status;
}

hud_status hud_simulation_run(const char *path, const char *const *overrides, size_t count,
                              const char *directory, int force, struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  hud_status status = hud_model_file_load(&file, path, overrides, count, error);
  const struct hud_run_options options = {.directory = directory, .force = force != 0};
  return status == HUD_OK ? hud_run(file, &options, error) : status;
}
