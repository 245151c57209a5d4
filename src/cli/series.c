/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle series`: the Duhamel series of the Boltzmann hierarchy ([APW] section 6) for the data of
 * a model and an observable of s particles, what its truncations leave out, and what finite zones
 * change in its pseudo-trajectories (sections 9 and 10). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "config/expression.h"
#include "run/dilute.h"
#include "spheres/series.h"

/* The variables of series.observable in the order of the schema: (vx, vy, vz, x, y), then the
 * velocities of particles 1..3, then their positions. */
enum {
  PARTICLES = 3,
  FIRST_VELOCITY = 5,
  FIRST_POSITION = FIRST_VELOCITY + 3 * PARTICLES,
  VARIABLES = FIRST_POSITION + 2 * PARTICLES
};

/* What both callbacks of the series need. */
struct setting {
  struct hud_expression *observable; /* NULL: vx^2 - vy^2 */
  int dimension, marginal;
  const struct hud_position_density *position;
  int axes;
  double side, mean; /* of the torus; of the density over it */
};

static double evaluate(void *context, const double *x, const double *v)
{
  const struct setting *setting = context;
  int d = setting->dimension;
  if (setting->observable == NULL)
    return v[0] * v[0] - v[1] * v[1];
  double values[VARIABLES] = {0.0};
  for (int p = 0; p < setting->marginal; p++) {
    memcpy(values + FIRST_VELOCITY + 3 * p, v + p * d, (size_t)d * sizeof *v);
    memcpy(values + FIRST_POSITION + 2 * p, x + p * d, 2 * sizeof *x);
  }
  memcpy(values, values + FIRST_VELOCITY, 3 * sizeof *values);
  memcpy(values + 3, values + FIRST_POSITION, 2 * sizeof *values);
  return hud_expression_evaluate(setting->observable, values);
}

/* n(x) with mean 1; x is taken back to the torus, where the density is given. */
static double relative_density(void *context, const double *x)
{
  const struct setting *setting = context;
  double at[3] = {0.0};
  for (int a = 0; a < setting->axes; a++)
    at[a] = x[a] - setting->side * floor(x[a] / setting->side);
  return setting->position->value(setting->position->context, at) / setting->mean;
}

/* The mean over the axes that matter by midpoints: exact beyond round-off for smooth periodic
 * densities. */
static double mean_density(const struct setting *setting)
{
  enum { POINTS = 256 };
  double sum = 0.0;
  int rows = setting->axes > 1 ? POINTS : 1;
  for (int j = 0; j < rows; j++)
    for (int i = 0; i < POINTS; i++) {
      const double at[3] = {setting->side * (i + 0.5) / POINTS,
                            setting->axes > 1 ? setting->side * (j + 0.5) / POINTS : 0.0, 0.0};
      sum += setting->position->value(setting->position->context, at);
    }
  return sum / (POINTS * rows);
}

/* The number of the particle whose velocity or position the variable is. */
static int particle_of(int variable)
{
  if (variable < FIRST_VELOCITY)
    return 1;
  return variable < FIRST_POSITION ? (variable - FIRST_VELOCITY) / 3 + 1
                                   : (variable - FIRST_POSITION) / 2 + 1;
}

static bool is_position(int variable)
{
  return variable >= FIRST_POSITION || variable == 3 || variable == 4;
}

static bool is_third_component(int variable)
{
  return variable == 2 || (variable >= FIRST_VELOCITY && variable < FIRST_POSITION &&
                           (variable - FIRST_VELOCITY) % 3 == 2);
}

/* Sets s and whether positions occur. */
static hud_status survey_observable(struct setting *setting, bool *positions,
                                    struct hud_error *error)
{
  setting->marginal = 1;
  *positions = false;
  for (int i = 0; i < VARIABLES && setting->observable != NULL; i++) {
    if (!hud_expression_uses(setting->observable, i))
      continue;
    if (is_third_component(i) && setting->dimension < 3)
      return hud_fail_at(error, HUD_ERROR_INPUT, "series.observable",
                         "the observable has a z component of a velocity; the dimension is %d",
                         setting->dimension);
    setting->marginal = particle_of(i) > setting->marginal ? particle_of(i) : setting->marginal;
    *positions = *positions || is_position(i);
  }
  return HUD_OK;
}

static void copy_ladder(struct hud_series_ladder *ladder, const struct hud_numbers *numbers)
{
  ladder->count = (int)numbers->count;
  memcpy(ladder->value, numbers->value, numbers->count * sizeof *numbers->value);
}

/* Where the s particles are: at `series.at`; on average over the torus if that matters. */
static hud_status place_marginal(struct hud_series_spec *spec, const struct hud_numbers *at,
                                 bool matters, double side, struct hud_error *error)
{
  size_t expected = (size_t)(spec->marginal * spec->dimension);
  if (at->count == 0) {
    spec->side = matters ? side : 0.0;
    return HUD_OK;
  }
  if (at->count != expected)
    return hud_fail_at(error, HUD_ERROR_INPUT, "series.at",
                       "series.at has %zu numbers; expected %zu, %d for each of %d particles",
                       at->count, expected, spec->dimension, spec->marginal);
  memcpy(spec->x, at->value, expected * sizeof *at->value);
  return HUD_OK;
}

static hud_status fill_spec(struct hud_series_spec *spec, const struct hud_description *d,
                            const struct hud_boltzmann_spec *gas, struct setting *setting,
                            struct hud_error *error)
{
  const struct hud_series_description *series = &d->gas.series;
  bool positions;
  hud_status status = survey_observable(setting, &positions, error);
  if (status != HUD_OK)
    return status;
  *spec = (struct hud_series_spec){
      .dimension = gas->dimension,
      .orders = gas->orders,
      .density = gas->density,
      .velocity = gas->velocity,
      .marginal = setting->marginal,
      .time = d->time.end,
      .adjunctions = series->terms,
      .energy_cut = series->energy_cut > 0.0 ? series->energy_cut : INFINITY,
      .separation = series->separation,
      .samples = series->samples,
      .seed = gas->seed,
      .observable = evaluate,
      .context = setting,
  };
  memcpy(spec->alpha, gas->alpha, sizeof spec->alpha);
  copy_ladder(&spec->energy_cuts, &series->energy_cuts);
  copy_ladder(&spec->separations, &series->separations);
  if (gas->position.value != NULL) {
    setting->mean = mean_density(setting);
    spec->relative = relative_density;
    positions = true;
  }
  if (spec->marginal > 1 && series->counts.count > 0)
    positions = true;
  return place_marginal(spec, &series->at, positions, gas->side, error);
}

static void print_left_out(const char *name, const struct hud_series_ladder *ladder,
                           const struct hud_series_left_out *left_out)
{
  if (ladder->count > 0)
    printf("\n%-10s left out       error      without signs\n", name);
  for (int i = 0; i < ladder->count; i++)
    printf("%-10.4g %-14.5g %-10.2g %.4g\n", ladder->value[i], left_out[i].value, left_out[i].error,
           left_out[i].absolute);
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
  print_left_out("R", &spec->energy_cuts, result.beyond_energy);
  print_left_out("delta", &spec->separations, result.beyond_separation);
  return HUD_OK;
}

/* The zones of N particles by kappa. The last columns are what Lemma 10.2 bounds by k epsilon_{M+1}
 * and sqrt(M) n^{3/2} epsilon_{M+1} with n = max(s, k) + 1. */
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
    double n = fmax(spec->marginal, k) + 1.0;
    printf("%-10.4g %-2d %-12.5g %-9.2g %-12.5g %-13.5g %-10.4g %-10.4g\n", count, k,
           term->recollision, term->recollision_error, term->overlap, term->finite_value,
           term->displacement / (k * widest),
           term->norm / (sqrt(spec->orders) * pow(n, 1.5) * widest));
  }
  spec->zones = NULL;
  return status;
}

static hud_status examine(const struct hud_model_file *file, const struct hud_cli_options *options,
                          struct hud_error *error)
{
  (void)options;
  const struct hud_description *d = hud_model_file_description(file);
  struct hud_gas_data data;
  struct hud_boltzmann_spec gas;
  struct hud_series_spec spec;
  if (d->model != HUD_MODEL_BOLTZMANN || d->gas.velocity.type == HUD_GAS_TABLE)
    return hud_model_file_fail(file, "model", error,
                               "the series is that of model: boltzmann for velocities given "
                               "by Gaussians");
  hud_status status = hud_gas_data_create(&data, d, false, error);
  if (status != HUD_OK)
    return status;
  hud_dilute_spec(d, &data, &gas);
  struct setting setting = {.observable = d->gas.series.observable,
                            .dimension = gas.dimension,
                            .position = &gas.position,
                            .axes = gas.axes,
                            .side = gas.side};
  status = fill_spec(&spec, d, &gas, &setting, error);
  if (status == HUD_OK) {
    printf("<phi> under f^(%d)(t) at t = %.6g, phi = %s, M = %d, d = %d\n", spec.marginal,
           spec.time,
           setting.observable != NULL ? hud_expression_text(setting.observable) : "vx^2 - vy^2",
           spec.orders, spec.dimension);
    status = print_series(&spec, error);
  }
  const struct hud_numbers *counts = &d->gas.series.counts;
  spec.energy_cuts.count = spec.separations.count = 0;
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
  return hud_cli_examine(argc, argv, HUD_CLI_SET, examine);
}
