/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replicas of the cluster process: threads over replicas, means and standard errors. */
#include "particles/ensemble.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"

enum { MAX_THREADS = 1024 };

/* Work on one replica. */
typedef hud_status (*replica_task)(struct hud_ensemble *ensemble, int r, void *argument,
                                   struct hud_error *error);

struct hud_ensemble {
  int replicas, threads;
  struct hud_particles **particles;
  struct hud_error *errors; /* by replica */
};

/* ---- threads ---- */

struct share {
  struct hud_ensemble *ensemble;
  int first; /* then every `threads`-th */
  replica_task task;
  void *argument;
};

static void *work_share(void *argument)
{
  struct share *share = argument;
  struct hud_ensemble *ensemble = share->ensemble;
  for (int r = share->first; r < ensemble->replicas; r += ensemble->threads) {
    struct hud_error *error = &ensemble->errors[r];
    error->code = HUD_OK;
    error->code = share->task(ensemble, r, share->argument, error);
  }
  return NULL;
}

/* The task on every replica. Where a thread cannot be started its share is done here. */
static hud_status for_all(struct hud_ensemble *ensemble, replica_task task, void *argument,
                          struct hud_error *error)
{
  pthread_t threads[MAX_THREADS];
  struct share shares[MAX_THREADS];
  bool started[MAX_THREADS];
  for (int n = 0; n < ensemble->threads; n++) {
    shares[n] = (struct share){ensemble, n, task, argument};
    started[n] = n > 0 && pthread_create(&threads[n], NULL, work_share, &shares[n]) == 0;
  }
  for (int n = 0; n < ensemble->threads; n++)
    if (!started[n])
      work_share(&shares[n]);
  for (int n = 0; n < ensemble->threads; n++)
    if (started[n])
      pthread_join(threads[n], NULL);
  for (int r = 0; r < ensemble->replicas; r++)
    if (ensemble->errors[r].code != HUD_OK) {
      if (error != NULL)
        *error = ensemble->errors[r];
      return ensemble->errors[r].code;
    }
  return HUD_OK;
}

/* ---- creation ---- */

static hud_status create_replica(struct hud_ensemble *ensemble, int r, void *argument,
                                 struct hud_error *error)
{
  struct hud_particles_options options = *(const struct hud_particles_options *)argument;
  options.stream = (uint64_t)r;
  return hud_particles_create(&ensemble->particles[r], &options, error);
}

hud_status hud_ensemble_create(struct hud_ensemble **out,
                               const struct hud_particles_options *options, int replicas,
                               int threads, struct hud_error *error)
{
  struct hud_ensemble *ensemble = NULL;
  *out = NULL;
  if (replicas < 1)
    return hud_fail(error, HUD_ERROR_INPUT, "particles.replicas is %d; expected at least 1",
                    replicas);
  hud_status status = HUD_NEW(&ensemble, 1, "replicas", error);
  if (status != HUD_OK)
    return status;
  ensemble->replicas = replicas;
  ensemble->threads = threads < 1 ? 1 : threads;
  if (ensemble->threads > replicas)
    ensemble->threads = replicas;
  if (ensemble->threads > MAX_THREADS)
    ensemble->threads = MAX_THREADS;
  status = HUD_NEW(&ensemble->particles, (size_t)replicas, "replicas", error);
  if (status == HUD_OK)
    status = HUD_NEW(&ensemble->errors, (size_t)replicas, "replicas", error);
  struct hud_particles_options shared = *options;
  if (status == HUD_OK)
    status = for_all(ensemble, create_replica, &shared, error);
  if (status == HUD_OK)
    *out = ensemble;
  else
    hud_ensemble_free(ensemble);
  return status;
}

void hud_ensemble_free(struct hud_ensemble *ensemble)
{
  if (ensemble == NULL)
    return;
  for (int r = 0; ensemble->particles != NULL && r < ensemble->replicas; r++)
    hud_particles_free(ensemble->particles[r]);
  hud_free(ensemble->particles);
  hud_free(ensemble->errors);
  hud_free(ensemble);
}

int hud_ensemble_replicas(const struct hud_ensemble *ensemble)
{
  return ensemble->replicas;
}

const struct hud_particles *hud_ensemble_replica(const struct hud_ensemble *ensemble, int r)
{
  return ensemble->particles[r];
}

/* ---- time ---- */

static hud_status advance_replica(struct hud_ensemble *ensemble, int r, void *argument,
                                  struct hud_error *error)
{
  return hud_particles_advance(ensemble->particles[r], *(const double *)argument, error);
}

hud_status hud_ensemble_advance(struct hud_ensemble *ensemble, double t, struct hud_error *error)
{
  return for_all(ensemble, advance_replica, &t, error);
}

/* ---- averages ---- */

struct hud_particles_layout hud_ensemble_layout(const struct hud_ensemble *ensemble, int order)
{
  return hud_particles_layout(ensemble->particles[0], order);
}

hud_status hud_ensemble_measure(const struct hud_ensemble *ensemble, int order, double *mean,
                                double *standard_error, struct hud_error *error)
{
  size_t length = hud_ensemble_layout(ensemble, order).length;
  size_t R = (size_t)ensemble->replicas;
  double *values = NULL;
  hud_status status = HUD_NEW(&values, length * R, "measurements of replicas", error);
  for (size_t r = 0; r < R && status == HUD_OK; r++)
    status = hud_particles_measure(ensemble->particles[r], order, values + r * length, error);
  for (size_t n = 0; n < length && status == HUD_OK; n++) {
    double sum = 0.0, squares = 0.0;
    for (size_t r = 0; r < R; r++)
      sum += values[r * length + n];
    mean[n] = sum / (double)R;
    for (size_t r = 0; r < R; r++) {
      double deviation = values[r * length + n] - mean[n];
      squares += deviation * deviation;
    }
    standard_error[n] = R > 1 ? sqrt(squares / ((double)(R - 1) * (double)R)) : NAN;
  }
  hud_free(values);
  return status;
}

/* Adds up `length` values of every replica and divides. */
static void average(double *sum, const double *values, size_t length, int replicas)
{
  for (size_t n = 0; n < length; n++)
    sum[n] += values[n] / replicas;
}

hud_status hud_ensemble_histogram(const struct hud_ensemble *ensemble, double min, double max,
                                  int cells, double *out, double *lost, struct hud_error *error)
{
  size_t length = (size_t)cells;
  double *one = NULL, outside = 0.0;
  hud_status status = HUD_NEW(&one, length, "a histogram", error);
  if (status != HUD_OK)
    return status;
  memset(out, 0, length * sizeof *out);
  *lost = 0.0;
  for (int r = 0; r < ensemble->replicas; r++) {
    hud_particles_histogram(ensemble->particles[r], min, max, cells, one, &outside);
    average(out, one, length, ensemble->replicas);
    average(lost, &outside, 1, ensemble->replicas);
  }
  hud_free(one);
  return HUD_OK;
}

hud_status hud_ensemble_histogram_pairs(const struct hud_ensemble *ensemble, double min, double max,
                                        int cells, double *out, double *lost,
                                        struct hud_error *error)
{
  size_t length = (size_t)cells * (size_t)cells;
  double *one = NULL, outside = 0.0;
  hud_status status = HUD_NEW(&one, length, "a histogram of pairs", error);
  memset(out, 0, length * sizeof *out);
  *lost = 0.0;
  for (int r = 0; r < ensemble->replicas && status == HUD_OK; r++) {
    status = hud_particles_histogram_pairs(ensemble->particles[r], min, max, cells, one, &outside,
                                           error);
    if (status != HUD_OK)
      break;
    average(out, one, length, ensemble->replicas);
    average(lost, &outside, 1, ensemble->replicas);
  }
  hud_free(one);
  return status;
}

struct hud_event_counts hud_ensemble_events(const struct hud_ensemble *ensemble, size_t r)
{
  struct hud_event_counts total = {0, 0};
  for (int n = 0; n < ensemble->replicas; n++) {
    struct hud_event_counts one = hud_particles_events(ensemble->particles[n], r);
    total.joins += one.joins;
    total.splits += one.splits;
  }
  return total;
}

/* ---- checkpoint ---- */

hud_status hud_ensemble_write(const struct hud_ensemble *ensemble, FILE *stream,
                              struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int r = 0; r < ensemble->replicas && status == HUD_OK; r++)
    status = hud_particles_write(ensemble->particles[r], stream, error);
  return status;
}

hud_status hud_ensemble_read(struct hud_ensemble *ensemble, FILE *stream, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int r = 0; r < ensemble->replicas && status == HUD_OK; r++)
    status = hud_particles_read(ensemble->particles[r], stream, error);
  return status;
}
