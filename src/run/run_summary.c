/* SPDX-License-Identifier: GPL-3.0-or-later
 * The summary of a run: what was conserved, what the solver did, how far to trust the densities,
 * and what a reader should be warned of. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "grid/grid.h"
#include "run/run_internal.h"

/* |fhat_1| at the end of the box, relative to M_1, from which on f_1(v) is visibly wrong. */
static const double most_cut = 1e-3;

/* What the inverse of I + eps A cost a scalar model. */
static hud_status add_inversions(struct hud_run *run, struct hud_error *error)
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
static hud_status add_picard_counters(struct hud_run *run, struct hud_error *error)
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

static hud_status add_counters(struct hud_run *run, struct hud_error *error)
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
static hud_status warn(struct hud_run *run, const char *text, struct hud_error *error)
{
  hud_log_warning(run->options->log, "%s", text);
  return hud_summary_add_warning(&run->summary, text, error);
}

/* Loss of positivity of f_k: into the details of the summary, and as a warning. */
static hud_status report_positivity(struct hud_run *run, int k, struct hud_error *error)
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
static hud_status report_column(struct hud_run *run, const char *column, struct hud_error *error)
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
static hud_status report_pairs(struct hud_run *run, struct hud_error *error)
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
static hud_status report_resolution(struct hud_run *run, struct hud_error *error)
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
static hud_status add_model_facts(struct hud_run *run, struct hud_error *error)
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
static hud_status warn_if_narrow(struct hud_run *run, struct hud_error *error)
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
static hud_status warn_if_cut(struct hud_run *run, struct hud_error *error)
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

static hud_status add_warnings(struct hud_run *run, struct hud_error *error)
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

hud_status hud_run_summarise(struct hud_run *run, struct hud_error *error)
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
  return status;
}
