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

#include "analysis/positivity.h"
#include "base/alloc.h"
#include "grid/grid.h"
#include "huddle/version.h"
#include "output/results.h"
#include "run/gas_files.h"
#include "run/checkpoint.h"
#include "run/second_resolution.h"
#include "run/simulation.h"

enum { LIBRARIES = 5 };

/* |fhat_1| at the end of the box, relative to M_1, from which on f_1(v) is visibly wrong. */
static const double most_cut = 1e-3;

struct run {
  const struct hud_run_options *options;
  struct hud_simulation *simulation;
  struct hud_results *results;
  struct hud_gas_files *gas_files; /* of hard spheres, else NULL */
  struct hud_summary summary;
  struct hud_watch watch;
  struct hud_positivity *positivity;    /* of a scalar model where it can be seen, else NULL */
  struct hud_second_resolution *second; /* with solver.spectral_check, else NULL */
  size_t v_count;
  double *f1, *f2;
  double *v;                  /* of the present record, where velocities change; else NULL */
  struct hud_history history; /* kept only where checkpoints are written */
  double *record;             /* one entry of it: row, f1, f2, v */
  double checkpoint_time;     /* of the last checkpoint; NaN: none */
  double wall_start;
  char muparser[32], yaml[32], fftw[32];
  struct hud_named_text libraries[LIBRARIES];
  struct hud_provenance provenance;
};

static void describe_origin(struct run *run)
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
  const struct hud_named_text libraries[LIBRARIES] = {{"SUNDIALS", hud_evolve_library_version()},
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
      .library_count = LIBRARIES,
      .libraries = run->libraries,
  };
}

static hud_status open_results(struct run *run, struct hud_error *error)
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
static void observe(struct run *run, const double *row)
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
static size_t record_length(const struct run *run)
{
  size_t n = run->v_count, columns;
  hud_simulation_quantities(run->simulation, &columns);
  return columns + n + (run->f2 != NULL ? n * n : 0) + (run->v != NULL ? n : 0);
}

static hud_status keep_record(struct run *run, struct hud_error *error)
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

static void observe_positivity(struct run *run)
{
  const struct hud_simulation *simulation = run->simulation;
  double cut, tail;
  hud_positivity_observe(run->positivity, simulation->time, simulation->y);
  if (run->f2 == NULL || simulation->pairs == NULL)
    return;
  hud_pair_density_errors(simulation->pairs, &cut, &tail);
  hud_positivity_observe_pairs(run->positivity, simulation->time, run->f2, cut);
}

static hud_status record(struct run *run, struct hud_error *error)
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
static hud_status save(struct run *run, long long i, struct hud_error *error)
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
static hud_status take_up(struct run *run, struct hud_error *error)
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

static hud_status integrate(struct run *run, struct hud_error *error)
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

/* What the inverse of I + eps A cost a scalar model. */
static hud_status add_inversions(struct run *run, struct hud_error *error)
{
  const struct hud_scalar *scalar = run->simulation->model->scalar;
  struct hud_extras *extras = &run->summary.counters;
  struct hud_scalar_counters c;
  if (scalar == NULL)
    return HUD_OK;
  hud_scalar_counters(scalar, &c);
  hud_status status = hud_extras_add_integer(extras, "inversions", c.inversions, error);
  if (status == HUD_OK)
    status = hud_extras_add_integer(extras, "inversion_iterations", c.iterations, error);
  if (status == HUD_OK)
    status = hud_extras_add_integer(extras, "inversion_iterations_most", c.most, error);
  return status;
}

/* What the Picard iteration took, and its contraction factor against that of Theorem 3.2. */
static hud_status add_picard_counters(struct run *run, struct hud_error *error)
{
  struct hud_picard_counters c;
  struct hud_extras *extras = &run->summary.counters;
  hud_picard_counters(run->simulation->picard, &c);
  const struct hud_named_integer counters[] = {
      {"unknowns", (int64_t)hud_model_system(run->simulation->model)->size},
      {"windows", c.windows},
      {"iterations", c.iterations},
      {"iterations_most", c.most},
      {"rhs_evaluations", c.rhs_evaluations},
  };
  hud_status status =
      hud_extras_add_integers(extras, sizeof counters / sizeof counters[0], counters, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(extras, "contraction_observed", c.observed, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(extras, "contraction_theory", c.theory, error);
  hud_log_info(run->options->log,
               "Picard: %lld windows, contraction factor %.3g; Theorem 3.2 allows %.3g",
               (long long)c.windows, c.observed, c.theory);
  return status;
}

static hud_status add_counters(struct run *run, struct hud_error *error)
{
  struct hud_evolve_counters c;
  if (run->simulation->picard != NULL)
    return add_picard_counters(run, error);
  hud_evolve_counters(run->simulation->evolve, &c);
  const struct hud_named_integer counters[] = {
      {"unknowns", (int64_t)hud_model_system(run->simulation->model)->size},
      {"steps", c.steps},
      {"rhs_evaluations", c.rhs_evaluations},
      {"newton_iterations", c.newton_iterations},
      {"linear_iterations", c.linear_iterations},
      {"jacobian_products", c.jacobian_products},
      {"preconditioner_setups", c.preconditioner_setups},
      {"preconditioner_solves", c.preconditioner_solves},
      {"error_test_failures", c.error_test_failures},
      {"newton_failures", c.newton_failures},
      {"linear_failures", c.linear_failures},
      {"last_order", c.last_order},
  };
  hud_status status = hud_extras_add_integers(
      &run->summary.counters, sizeof counters / sizeof counters[0], counters, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(&run->summary.counters, "last_step", c.last_step, error);
  return status == HUD_OK ? add_inversions(run, error) : status;
}

/* A warning goes into the summary and to the log. */
static hud_status warn(struct run *run, const char *text, struct hud_error *error)
{
  hud_log_warning(run->options->log, "%s", text);
  return hud_summary_add_warning(&run->summary, text, error);
}

/* Loss of positivity of f_k: into the details of the summary, and as a warning. */
static hud_status report_positivity(struct run *run, int k, struct hud_error *error)
{
  struct hud_negativity found = hud_positivity_found(run->positivity, k);
  const struct {
    const char *name;
    double value;
  } details[] = {
      {"f%d_negative_since", found.since},         {"f%d_negative_v1", found.place[0]},
      {"f%d_negative_v2", found.place[1]},         {"f%d_negative_mass", found.mass},
      {"f%d_negative_mass_time", found.mass_time}, {"f%d_least_over_largest", found.least},
      {"f%d_negative_threshold", found.threshold},
  };
  hud_status status = HUD_OK;
  char text[512], place[64] = "";
  if (!found.measured) {
    snprintf(text, sizeof text, "f%d_positivity", k);
    return hud_extras_add_text(&run->summary.details, text,
                               run->simulation->description->method == HUD_METHOD_SPECTRAL && k == 2
                                   ? "not measured: method spectral gives its values with output.f2"
                                   : "not measured: this method gives no values of it",
                               error);
  }
  for (size_t i = 0; i < sizeof details / sizeof details[0] && status == HUD_OK; i++) {
    snprintf(text, sizeof text, details[i].name, k);
    if (k == 2 || i != 2)
      status = hud_extras_add_number(&run->summary.details, text, details[i].value, error);
  }
  if (status != HUD_OK || !found.lost)
    return status;
  if (k == 2)
    snprintf(place, sizeof place, ", v2 = %.4g", found.place[1]);
  snprintf(text, sizeof text,
           "f_%d lost its positivity, as scalar models may: negative since t = %.6g, first at v1 = "
           "%.4g%s; negative mass up to %.3g (t = %.6g), smallest value %.3g of the largest",
           k, found.since, found.place[0], place, found.mass, found.mass_time, found.least);
  return warn(run, text, error);
}

/* Value and worst value over the output times of a column of the table of moments. */
static hud_status report_column(struct run *run, const char *column, struct hud_error *error)
{
  const struct hud_table *table = hud_results_moments(run->results);
  size_t c = 0;
  char name[64];
  double worst = 0.0;
  if (!hud_table_has(table, column) || hud_table_find(table, column, &c, error) != HUD_OK)
    return HUD_OK;
  for (size_t row = 0; row < table->row_count; row++)
    worst = fmax(worst, hud_table_value(table, row, c));
  snprintf(name, sizeof name, "%s_end", column);
  hud_status status = hud_extras_add_number(&run->summary.details, name,
                                            hud_table_value(table, table->row_count - 1, c), error);
  snprintf(name, sizeof name, "%s_worst", column);
  return status == HUD_OK ? hud_extras_add_number(&run->summary.details, name, worst, error)
                          : status;
}

/* What the frequencies of f_2(v_1, v_2) cut off and do not resolve at the end of the run. */
static hud_status report_pairs(struct run *run, struct hud_error *error)
{
  const struct hud_pair_density *pairs = run->simulation->pairs;
  double cut, tail;
  hud_pair_density_errors(pairs, &cut, &tail);
  hud_status status = hud_extras_add_number(&run->summary.details, "f2hat_cut_end", cut, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(&run->summary.details, "f2hat_error_end", tail, error);
  if (status == HUD_OK)
    status = hud_extras_add_integer(&run->summary.counters, "f2_unknowns",
                                    (int64_t)hud_pair_density_unknowns(pairs), error);
  return status;
}

/* The a posteriori estimates of method spectral: the decay of its coefficients, and where asked for
 * what a second resolution makes of it. */
static hud_status report_resolution(struct run *run, struct hud_error *error)
{
  hud_status status = report_column(run, "fhat_error", error);
  if (status == HUD_OK)
    status = report_column(run, "fhat_cut", error);
  if (status == HUD_OK && run->f2 != NULL && run->simulation->pairs != NULL)
    status = report_pairs(run, error);
  if (status != HUD_OK || run->second == NULL)
    return status;
  for (int i = 0; i < HUD_CHECKED_COUNT && status == HUD_OK; i++)
    status = hud_extras_add_number(&run->summary.details, hud_checked_names[i],
                                   run->watch.check.worst[i], error);
  if (status == HUD_OK)
    status = hud_extras_add_integer(&run->summary.counters, "check_unknowns",
                                    (int64_t)hud_second_resolution_unknowns(run->second), error);
  return status;
}

/* What concerns an initial value problem and not particles. */
static hud_status add_model_facts(struct run *run, struct hud_error *error)
{
  const struct hud_model *model = run->simulation->model;
  struct hud_extras *details = &run->summary.details;
  char text[512];
  hud_status status = add_counters(run, error);
  if (status == HUD_OK)
    status = report_resolution(run, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(details, "v_infinity", model->v_infinity, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(details, "initial_mass_not_represented", model->lost, error);
  if (status == HUD_OK && fabs(model->lost) > 1e-12 * model->total_mass) {
    snprintf(text, sizeof text,
             "a mass of %.3g (%.3g of the total) of the initial data lies outside the velocity "
             "window and is not represented",
             model->lost, model->lost / model->total_mass);
    status = warn(run, text, error);
  }
  return status;
}

/* On a grid, at the end: what is narrower than a few cells has no shape there. */
static hud_status warn_if_narrow(struct run *run, struct hud_error *error)
{
  const struct hud_simulation *simulation = run->simulation;
  const double *v;
  char text[256];
  if (simulation->model == NULL || simulation->description->method != HUD_METHOD_GRID)
    return HUD_OK;
  size_t n = hud_simulation_velocities(simulation, &v);
  double m[3] = {0.0}, h = v[1] - v[0];
  for (size_t i = 0; i < n; i++) {
    double x = (v[i] - v[0]) / h;
    m[0] += run->f1[i];
    m[1] += run->f1[i] * x;
    m[2] += run->f1[i] * x * x;
  }
  double mean = m[1] / m[0], cells = sqrt(fmax(m[2] / m[0] - mean * mean, 0.0));
  if (!(cells < HUD_GRID_CELLS_NEEDED))
    return HUD_OK;
  snprintf(
      text, sizeof text,
      "f_1 is not resolved at t = %.6g: its standard deviation is %.2g cells and should be %d; "
      "more cells%s, or method: spectral",
      simulation->time, cells, HUD_GRID_CELLS_NEEDED,
      run->v == NULL ? ", velocity.regrid: true" : "");
  return warn(run, text, error);
}

/* By method spectral, at the end: what f_1(v) misses beyond the box of frequencies. */
static hud_status warn_if_cut(struct run *run, struct hud_error *error)
{
  const struct hud_table *table = hud_results_moments(run->results);
  const struct hud_output_spec *output = &run->simulation->description->output;
  size_t c = 0;
  char text[256];
  if (run->v_count == 0 || !output->f1 || output->mollifier > 0.0 ||
      !hud_table_has(table, "fhat_cut") || hud_table_find(table, "fhat_cut", &c, error) != HUD_OK)
    return HUD_OK;
  double cut = hud_table_value(table, table->row_count - 1, c);
  if (!(cut > most_cut))
    return HUD_OK;
  snprintf(text, sizeof text,
           "f_1(v) is cut off at t = %.6g: its transform is still %.2g of M_1 at the end of the "
           "box; a larger solver.spectral_box, or output.mollifier, cures that",
           run->simulation->time, cut);
  return warn(run, text, error);
}

static hud_status add_warnings(struct run *run, struct hud_error *error)
{
  const struct hud_watch *watch = &run->watch;
  char text[512];
  hud_status status = HUD_OK;
  if (run->positivity == NULL && watch->least_f1 < -1e-9) {
    snprintf(text, sizeof text,
             "f_1 is negative: its smallest value is %.3g of its largest, at t = %.6g; %s",
             watch->least_f1, watch->least_f1_time,
             run->simulation->description->method == HUD_METHOD_GRID
                 ? run->v != NULL ? "more cells cure that"
                                  : "more cells, or velocity.drift: upwind, cure that"
                 : "that is an error of its read-out, and says how large it is");
    status = warn(run, text, error);
  }
  if (status == HUD_OK)
    status = warn_if_narrow(run, error);
  if (status == HUD_OK)
    status = warn_if_cut(run, error);
  if (status == HUD_OK && watch->mass_drift > 1e-12) {
    snprintf(text, sizeof text, "the total mass drifted by %.3g of itself", watch->mass_drift);
    status = warn(run, text, error);
  }
  return status;
}

static hud_status finish(struct run *run, struct hud_error *error)
{
  struct hud_summary *summary = &run->summary;
  summary->state = "done";
  bool gas = run->simulation->gas != NULL;
  summary->mass_drift = gas ? NAN : run->watch.mass_drift;
  summary->mean_drift = gas ? NAN : run->watch.mean_drift;
  summary->wall_seconds = hud_clock() - run->wall_start;
  summary->peak_memory = hud_peak_memory();
  const struct hud_stochastic *stochastic = run->simulation->stochastic;
  hud_status status = HUD_OK;
  if (run->simulation->gas != NULL)
    status = hud_gas_report(run->simulation->gas, summary, error);
  else if (stochastic != NULL)
    status = hud_stochastic_report(stochastic, summary, error);
  else
    status = add_model_facts(run, error);
  if (status == HUD_OK && run->v_count > 0)
    status = hud_extras_add_number(&summary->details, "smallest_f1_over_largest",
                                   run->watch.least_f1, error);
  for (int k = 1; k <= 2 && run->positivity != NULL && status == HUD_OK; k++)
    status = report_positivity(run, k, error);
  if (status == HUD_OK)
    status = add_warnings(run, error);
  struct hud_results *results = run->results;
  if (status != HUD_OK)
    return status;
  if (run->gas_files != NULL)
    status = hud_gas_files_commit(run->gas_files, error);
  if (status != HUD_OK)
    return status;
  run->results = NULL; /* closing frees it, also on failure */
  return hud_results_close(results, summary, error);
}

hud_status hud_run(struct hud_model_file *file, const struct hud_run_options *options,
                   struct hud_error *error)
{
  struct run run = {.options = options, .wall_start = hud_clock(), .checkpoint_time = NAN};
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
