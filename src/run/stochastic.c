/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Particles as a method of `huddle run`. Replicas run on all processors; time is cut into slices of
 * about a fifth of a second of work, between which a request to stop is heard. The path of the
 * process depends neither on the slices nor on the processors. */
#define _POSIX_C_SOURCE 200809L
#include "run/stochastic.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "models/initial.h"
#include "models/registry.h"
#include "particles/ensemble.h"

enum { NAME = 32, LEAST_RAW_ORDER = 4 };
static const double slice_seconds = 0.2;

struct hud_stochastic {
  const struct hud_description *description;
  const volatile sig_atomic_t *stop;
  const struct hud_log *log;
  struct hud_network *network;
  struct hud_potential *potential;
  struct hud_ensemble *ensemble;
  struct hud_particles_layout layout;
  double v_infinity, total_mass;
  double time, slice; /* reached; the length of the next slice */
  double wall_start;
  size_t column_count;
  char (*text)[NAME];
  const char **names;
  double *mean, *standard_error;
  size_t cells;
  double *v, *edges;
  double outside; /* largest mass of f_1 seen outside the histogram */
};

/* ---- what can run ---- */

static hud_status check_model(const struct hud_description *d, struct hud_error *error)
{
  if (d->model == HUD_MODEL_SCALAR || d->model == HUD_MODEL_SCALAR_IMPLICIT)
    return hud_fail_at(error, HUD_ERROR_INPUT, "method",
                       "there is no particle process for the scalar models (47), (48): their f_1 "
                       "is not the law of anything, it becomes negative");
  if (!hud_registry_runs(d->model, HUD_METHOD_PARTICLES))
    return hud_fail_at(error, HUD_ERROR_INPUT, "method",
                       "this model does not run with particles; `huddle models` shows what does");
  if (d->particles.dimension > 1)
    for (int k = 2; k <= d->initial.cluster_count; k++)
      if (d->initial.clusters[k].type == HUD_CLUSTER_ATOMS)
        return hud_fail_at(error, HUD_ERROR_INPUT, "particles.dimension",
                           "atoms of f_%d have one component a velocity, not %d", k,
                           d->particles.dimension);
  return HUD_OK;
}

static struct hud_particles_options make_options(const struct hud_description *d,
                                                 const struct hud_network *network,
                                                 const struct hud_potential *potential)
{
  return (struct hud_particles_options){.network = network,
                                        .potential = potential,
                                        .dimension = d->particles.dimension,
                                        .initial = &d->initial,
                                        .duration = d->duration,
                                        .duration_tau = d->duration_tau,
                                        .count = d->particles.count,
                                        .seed = d->particles.seed};
}

hud_status hud_stochastic_estimate(const struct hud_description *d, double *unknowns, double *bytes,
                                   struct hud_error *error)
{
  struct hud_network *network = NULL;
  struct hud_potential *potential = NULL;
  int dimension = d->particles.dimension > 0 ? d->particles.dimension : 1;
  hud_status status = check_model(d, error);
  *unknowns = (double)d->particles.count * dimension * d->particles.replicas;
  *bytes = hud_particles_memory(d->particles.count, dimension) * d->particles.replicas;
  if (status == HUD_OK)
    status = hud_network_create(&network, d, error);
  if (status == HUD_OK)
    status = hud_potential_create(&potential, &d->potential, error);
  if (status == HUD_OK) {
    struct hud_particles_options options = make_options(d, network, potential);
    status = hud_particles_check(&options, error);
  }
  hud_potential_free(potential);
  hud_network_free(network);
  return status;
}

static hud_status check_memory(const struct hud_description *d, struct hud_error *error)
{
  double unknowns, bytes, limit = d->solver.memory_limit;
  hud_status status = hud_stochastic_estimate(d, &unknowns, &bytes, error);
  if (status == HUD_OK && bytes > limit)
    status = hud_fail(error, HUD_ERROR_MEMORY,
                      "%d replicas of %" PRId64
                      " particles need about %.3g GB; solver.memory_gb allows %.3g",
                      d->particles.replicas, d->particles.count, 1e-9 * bytes, 1e-9 * limit);
  return status;
}

/* Expressions are not to be evaluated by two threads at once. */
static int thread_count(const struct hud_description *d)
{
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (d->potential.type == HUD_POTENTIAL_EXPRESSION || processors < 1)
    return 1;
  return processors > 1024 ? 1024 : (int)processors;
}

/* ---- columns ---- */

/* One column, "M2" or, for the further components of a vector, "I2_y". */
static void name(struct hud_stochastic *s, const char *format, int k, int component,
                 const char *suffix)
{
  static const char *const components[] = {"", "_y", "_z"};
  char *text = s->text[s->column_count];
  int length = snprintf(text, NAME, format, k);
  snprintf(text + length, NAME - (size_t)length, "%s%s", components[component], suffix);
  s->names[s->column_count] = text;
  s->column_count++;
}

/* In the order of hud_particles_layout, but f_1 with its first component only. */
static void name_columns(struct hud_stochastic *s, const char *suffix)
{
  const struct hud_particles_layout *layout = &s->layout;
  name(s, "mass", 0, 0, suffix);
  for (int c = 0; c < layout->dimension; c++)
    name(s, "mean", 0, c, suffix);
  name(s, "variance", 0, 0, suffix);
  for (int k = 1; k <= layout->sizes; k++)
    name(s, "M%d", k, 0, suffix);
  for (int k = 1; k <= layout->sizes; k++)
    for (int c = 0; c < layout->dimension; c++)
      name(s, "I%d", k, c, suffix);
  for (int k = 1; k <= layout->sizes; k++)
    name(s, "V%d", k, 0, suffix);
  name(s, "W", 0, 0, suffix);
  name(s, "T", 0, 0, suffix);
  for (int p = 0; p <= layout->order; p++)
    name(s, "f1_m%d", p, 0, suffix);
}

/* How many of the measured values are columns. */
static size_t written(const struct hud_stochastic *s)
{
  return s->layout.f1 + (size_t)s->layout.order + 1;
}

static hud_status create_columns(struct hud_stochastic *s, struct hud_error *error)
{
  int order = s->description->moment_order;
  bool errors = s->description->particles.replicas > 1;
  s->layout = hud_ensemble_layout(s->ensemble, order < LEAST_RAW_ORDER ? LEAST_RAW_ORDER : order);
  size_t most = 1 + 2 * written(s);
  hud_status status = HUD_NEW(&s->text, most, "column names", error);
  if (status == HUD_OK)
    status = HUD_NEW(&s->names, most, "column names", error);
  if (status == HUD_OK)
    status = HUD_NEW(&s->mean, s->layout.length, "measurements", error);
  if (status == HUD_OK)
    status = HUD_NEW(&s->standard_error, s->layout.length, "measurements", error);
  if (status != HUD_OK)
    return status;
  name(s, "t", 0, 0, "");
  name_columns(s, "");
  if (errors)
    name_columns(s, "_se");
  return HUD_OK;
}

hud_status hud_stochastic_write(const struct hud_stochastic *s, FILE *stream,
                                struct hud_error *error)
{
  return hud_ensemble_write(s->ensemble, stream, error);
}

hud_status hud_stochastic_read(struct hud_stochastic *s, FILE *stream, double time,
                               struct hud_error *error)
{
  s->time = time;
  return hud_ensemble_read(s->ensemble, stream, error);
}

const char *const *hud_stochastic_names(const struct hud_stochastic *s, size_t *count)
{
  *count = s->column_count;
  return s->names;
}

hud_status hud_stochastic_row(struct hud_stochastic *s, double *row, struct hud_error *error)
{
  hud_status status =
      hud_ensemble_measure(s->ensemble, s->layout.order, s->mean, s->standard_error, error);
  if (status != HUD_OK)
    return status;
  size_t length = written(s);
  row[0] = s->time;
  memcpy(row + 1, s->mean, length * sizeof *row);
  if (s->column_count > 1 + length)
    memcpy(row + 1 + length, s->standard_error, length * sizeof *row);
  return HUD_OK;
}

/* ---- creation ---- */

static hud_status create_cells(struct hud_stochastic *s, struct hud_error *error)
{
  const struct hud_velocity_spec *velocity = &s->description->velocity;
  if (!velocity->given)
    return HUD_OK;
  s->cells = (size_t)velocity->cells;
  hud_status status = HUD_NEW(&s->v, s->cells, "histogram cells", error);
  if (status == HUD_OK)
    status = HUD_NEW(&s->edges, s->cells + 1, "histogram cells", error);
  if (status != HUD_OK)
    return status;
  double h = (velocity->max - velocity->min) / velocity->cells;
  for (size_t n = 0; n <= s->cells; n++) {
    s->edges[n] = velocity->min + (double)n * h;
    if (n < s->cells)
      s->v[n] = velocity->min + ((double)n + 0.5) * h;
  }
  return HUD_OK;
}

hud_status hud_stochastic_create(struct hud_stochastic **out, const struct hud_description *d,
                                 const volatile sig_atomic_t *stop, const struct hud_log *log,
                                 struct hud_error *error)
{
  struct hud_stochastic *s = NULL;
  *out = NULL;
  hud_status status = check_memory(d, error);
  if (status == HUD_OK)
    status = HUD_NEW(&s, 1, "a simulation by particles", error);
  if (status != HUD_OK)
    return status;
  s->description = d;
  s->stop = stop;
  s->log = log;
  s->wall_start = hud_clock();
  s->slice = 1e-9 * d->time.end; /* nothing is known yet of the speed; grows tenfold */
  status = hud_network_create(&s->network, d, error);
  if (status == HUD_OK)
    status = hud_potential_create(&s->potential, &d->potential, error);
  if (status == HUD_OK)
    status = hud_initial_totals(&d->initial, s->network, &s->total_mass, &s->v_infinity, error);
  if (status == HUD_OK) {
    struct hud_particles_options options = make_options(d, s->network, s->potential);
    status =
        hud_ensemble_create(&s->ensemble, &options, d->particles.replicas, thread_count(d), error);
  }
  if (status == HUD_OK)
    status = create_columns(s, error);
  if (status == HUD_OK)
    status = create_cells(s, error);
  if (status == HUD_OK)
    *out = s;
  else
    hud_stochastic_free(s);
  return status;
}

void hud_stochastic_free(struct hud_stochastic *s)
{
  if (s == NULL)
    return;
  hud_ensemble_free(s->ensemble);
  hud_potential_free(s->potential);
  hud_network_free(s->network);
  hud_free(s->text);
  hud_free(s->names);
  hud_free(s->mean);
  hud_free(s->standard_error);
  hud_free(s->v);
  hud_free(s->edges);
  hud_free(s);
}

/* ---- time ---- */

static hud_status check_limits(const struct hud_stochastic *s, struct hud_error *error)
{
  double cap = s->description->solver.max_wall;
  if (s->stop != NULL && *s->stop)
    return hud_fail(error, HUD_ERROR_INTERRUPTED, "stopped at t = %.9g", s->time);
  if (cap > 0.0 && hud_clock() - s->wall_start > cap)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "wall cap: %.3g s brought the run to t = %.9g of %.9g (solver.max_wall)", cap,
                    s->time, s->description->time.end);
  return HUD_OK;
}

hud_status hud_stochastic_advance(struct hud_stochastic *s, double t, struct hud_error *error)
{
  while (s->time < t) {
    hud_status status = check_limits(s, error);
    if (status != HUD_OK)
      return status;
    double start = hud_clock(), next = fmin(t, s->time + s->slice);
    if (!(next > s->time))
      next = t;
    status = hud_ensemble_advance(s->ensemble, next, error);
    if (status != HUD_OK)
      return status;
    double seconds = fmax(hud_clock() - start, 1e-6);
    s->slice = fmin(10.0 * s->slice, (next - s->time) * slice_seconds / seconds);
    s->time = next;
    hud_log_progress(s->log, s->time / s->description->time.end, "t = %.4g", s->time);
  }
  return HUD_OK;
}

/* ---- densities ---- */

size_t hud_stochastic_velocities(const struct hud_stochastic *s, const double **v,
                                 const double **edges)
{
  *v = s->v;
  *edges = s->edges;
  return s->cells;
}

bool hud_stochastic_has_pairs(const struct hud_stochastic *s)
{
  return s->layout.sizes >= 2;
}

hud_status hud_stochastic_density(struct hud_stochastic *s, int k, double *out,
                                  struct hud_error *error)
{
  const struct hud_velocity_spec *velocity = &s->description->velocity;
  double lost = 0.0;
  if (k < 1 || k > 2 || k > s->layout.sizes)
    return hud_fail(error, HUD_ERROR_USAGE, "this model has no density f_%d to read", k);
  if (k == 2)
    return hud_ensemble_histogram_pairs(s->ensemble, velocity->min, velocity->max, velocity->cells,
                                        out, &lost, error);
  hud_status status = hud_ensemble_histogram(s->ensemble, velocity->min, velocity->max,
                                             velocity->cells, out, &lost, error);
  s->outside = fmax(s->outside, lost);
  return status;
}

/* ---- report ---- */

static hud_status add_events(const struct hud_stochastic *s, struct hud_extras *counters,
                             struct hud_error *error)
{
  hud_status status = HUD_OK;
  uint64_t total = 0;
  for (size_t r = 0; r < s->network->reaction_count && status == HUD_OK; r++) {
    const struct hud_reaction *reaction = &s->network->reactions[r];
    struct hud_event_counts events = hud_ensemble_events(s->ensemble, r);
    char text[64];
    bool instantaneous = s->network->sizes[reaction->i + reaction->j].quasi_stationary;
    snprintf(text, sizeof text, "%s_%d_%d", instantaneous ? "collisions" : "joins", reaction->i,
             reaction->j);
    status = hud_extras_add_integer(counters, text, (int64_t)events.joins, error);
    snprintf(text, sizeof text, "splits_%d_%d", reaction->i, reaction->j);
    if (status == HUD_OK && !instantaneous)
      status = hud_extras_add_integer(counters, text, (int64_t)events.splits, error);
    total += events.joins + events.splits;
  }
  return status == HUD_OK ? hud_extras_add_integer(counters, "events", (int64_t)total, error)
                          : status;
}

hud_status hud_stochastic_report(const struct hud_stochastic *s, struct hud_summary *summary,
                                 struct hud_error *error)
{
  const struct hud_particles_spec *spec = &s->description->particles;
  struct hud_extras *counters = &summary->counters, *details = &summary->details;
  hud_status status = hud_extras_add_integer(counters, "particles", spec->count, error);
  if (status == HUD_OK)
    status = hud_extras_add_integer(counters, "replicas", spec->replicas, error);
  if (status == HUD_OK)
    status = add_events(s, counters, error);
  if (status == HUD_OK)
    status = hud_extras_add_number(details, "v_infinity", s->v_infinity, error);
  if (status != HUD_OK || s->cells == 0)
    return status;
  status = hud_extras_add_number(details, "largest_f1_mass_outside_histogram", s->outside, error);
  if (status == HUD_OK && s->outside > 0.0) {
    char text[160];
    snprintf(text, sizeof text,
             "up to %.3g of the mass of f_1 was outside the histogram; moments are not affected",
             s->outside);
    hud_log_warning(s->log, "%s", text);
    status = hud_summary_add_warning(summary, text, error);
  }
  return status;
}
