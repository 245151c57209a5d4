/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle series`: the Duhamel series of the Boltzmann hierarchy ([APW] section 6) for the data of
 * a model, and what finite zones change in its pseudo-trajectories (sections 9 and 10). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "config/expression.h"
#include "config/model_file.h"
#include "run/dilute.h"
#include "spheres/series.h"

struct observable {
  struct hud_expression *expression; /* NULL: vx^2 - vy^2 */
  int dimension;
};

static double evaluate(void *context, const double *v)
{
  const struct observable *observable = context;
  double values[3] = {0.0};
  memcpy(values, v, (size_t)observable->dimension * sizeof *v);
  return observable->expression != NULL ? hud_expression_evaluate(observable->expression, values)
                                        : v[0] * v[0] - v[1] * v[1];
}

static void fill_spec(struct hud_series_spec *spec, const struct hud_description *d,
                      const struct hud_boltzmann_spec *gas, struct observable *observable)
{
  const struct hud_series_description *series = &d->gas.series;
  *spec = (struct hud_series_spec){
      .dimension = gas->dimension,
      .orders = gas->orders,
      .density = gas->density,
      .velocity = gas->velocity,
      .marginal = 1,
      .time = d->time.end,
      .adjunctions = series->terms,
      .energy_cut = series->energy_cut > 0.0 ? series->energy_cut : INFINITY,
      .separation = series->separation,
      .samples = series->samples,
      .seed = gas->seed,
      .observable = evaluate,
      .context = observable,
  };
  memcpy(spec->alpha, gas->alpha, sizeof spec->alpha);
}

static hud_status print_series(const struct hud_series_spec *spec, struct hud_error *error)
{
  struct hud_series_result result;
  hud_status status = hud_series_run(spec, &result, error);
  if (status != HUD_OK)
    return status;
  printf("k  trees      I_k            error      without signs  sum to k       error\n");
  for (int k = 0; k <= spec->adjunctions; k++) {
    const struct hud_series_term *term = &result.term[k];
    printf("%-2d %-10lld %-14.6g %-10.2g %-14.4g %-14.6g %.2g\n", k, (long long)term->samples,
           term->value, term->error, term->absolute, result.sum[k], result.error[k]);
  }
  return HUD_OK;
}

/* The zones of N particles by kappa. The last columns are what Lemma 10.2 bounds by k epsilon_{M+1}
 * and sqrt(M) (k+1)^{3/2} epsilon_{M+1}. */
static hud_status print_count(struct hud_series_spec *spec, const double *kappa, double count,
                              struct hud_error *error)
{
  struct hud_series_result result;
  struct hud_zones zones;
  spec->count = (int64_t)count;
  hud_status status =
      hud_zones_from_kappa(&zones, spec->dimension, spec->orders, spec->count, kappa, error);
  if (status != HUD_OK)
    return status;
  spec->zones = &zones;
  status = hud_series_run(spec, &result, error);
  for (int k = 1; k <= spec->adjunctions && status == HUD_OK; k++) {
    const struct hud_series_term *term = &result.term[k];
    double widest = zones.radius[spec->orders + 1];
    printf("%-10.4g %-2d %-12.5g %-9.2g %-12.5g %-13.5g %-10.4g %-10.4g\n", count, k,
           term->recollision, term->recollision_error, term->overlap, term->finite_value,
           term->displacement / (k * widest),
           term->norm / (sqrt(spec->orders) * pow(k + 1.0, 1.5) * widest));
  }
  spec->zones = NULL;
  return status;
}

static hud_status print_all(const struct hud_description *d, struct hud_error *error)
{
  struct hud_gas_data data;
  struct hud_boltzmann_spec gas;
  struct hud_series_spec spec;
  struct observable observable = {d->gas.series.observable, d->gas.dimension};
  hud_status status = hud_gas_data_create(&data, d, false, error);
  if (status != HUD_OK)
    return status;
  hud_dilute_spec(d, &data, &gas);
  fill_spec(&spec, d, &gas, &observable);
  printf("<phi> under f(t) at t = %.6g, phi = %s, M = %d, d = %d\n", spec.time,
         observable.expression != NULL ? hud_expression_text(observable.expression) : "vx^2 - vy^2",
         spec.orders, spec.dimension);
  status = print_series(&spec, error);
  const struct hud_numbers *counts = &d->gas.series.counts;
  if (status == HUD_OK && counts->count > 0)
    printf("\nN          k  recollisions error     overlaps     I_k without   displacement, norm "
           "(shares of the bounds of Lemma 10.2)\n");
  for (size_t c = 0; c < counts->count && status == HUD_OK; c++)
    status = print_count(&spec, d->gas.kappa.value, counts->value[c], error);
  hud_gas_data_free(&data);
  return status;
}

int hud_cli_series(int argc, char **argv)
{
  struct hud_cli_options options;
  struct hud_model_file *file = NULL;
  struct hud_error error;
  int status;
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_SET, 1, 1, &status)) {
    hud_status outcome = hud_model_file_load(&file, options.positional[0], options.overrides,
                                             options.override_count, &error);
    const struct hud_description *d = outcome == HUD_OK ? hud_model_file_description(file) : NULL;
    if (d != NULL && (d->model != HUD_MODEL_BOLTZMANN || d->gas.velocity.type == HUD_GAS_TABLE ||
                      d->gas.cells.count > 0))
      outcome = hud_model_file_fail(file, "model", &error,
                                    "the series is that of model: boltzmann for homogeneous data "
                                    "given by Gaussians");
    else if (d != NULL)
      outcome = print_all(d, &error);
    status = outcome == HUD_OK ? HUD_EXIT_DONE : hud_cli_report(&error);
  }
  hud_model_file_free(file);
  hud_cli_options_free(&options);
  return status;
}
