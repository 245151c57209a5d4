/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replicas and states of the cluster process: bits that do not depend on threads, on output times
 * or on interruptions; averages and errors; damaged states; histograms. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "particle_model.h"
#include "particles/ensemble.h"

/* ---- the same bits ---- */

static void run_ensemble(const struct fixture *x, int replicas, int threads, int steps,
                         double *mean, double *standard_error)
{
  struct hud_error error;
  struct hud_ensemble *ensemble;
  memset(mean, 0, ROW * sizeof *mean);
  memset(standard_error, 0, ROW * sizeof *standard_error);
  assert_ok(hud_ensemble_create(&ensemble, &x->options, replicas, threads, &error), &error);
  for (int step = 1; step <= steps; step++)
    assert_ok(hud_ensemble_advance(ensemble, 1.5 * step / steps, &error), &error);
  assert_ok(hud_ensemble_measure(ensemble, 4, mean, standard_error, &error), &error);
  hud_ensemble_free(ensemble);
}

static void test_threads_and_stops(void **state)
{
  (void)state;
  struct fixture x;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 4, 0.3, HUD_CLUSTER_QUASI_STATIONARY, 2000);
  double mean[ROW], error[ROW], other_mean[ROW], other_error[ROW];
  run_ensemble(&x, 7, 1, 1, mean, error);
  for (int threads = 2; threads <= 5; threads++) {
    run_ensemble(&x, 7, threads, threads, other_mean, other_error);
    assert_memory_equal(mean, other_mean, sizeof mean);
    assert_memory_equal(error, other_error, sizeof error);
  }
  x.options.seed++;
  run_ensemble(&x, 7, 1, 1, other_mean, other_error);
  assert_true(memcmp(mean, other_mean, sizeof mean) != 0);
  fixture_teardown(&x);
}

static void test_replicas(void **state)
{
  (void)state;
  struct fixture x;
  struct hud_error error;
  struct hud_ensemble *ensemble;
  double mean[ROW], deviation[ROW], rows[3][ROW];
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.3, HUD_CLUSTER_ZERO, 500);
  assert_ok(hud_ensemble_create(&ensemble, &x.options, 3, 2, &error), &error);
  assert_ok(hud_ensemble_advance(ensemble, 0.5, &error), &error);
  struct hud_particles_layout layout = hud_ensemble_layout(ensemble, 4);
  assert_ok(hud_ensemble_measure(ensemble, 4, mean, deviation, &error), &error);
  uint64_t joins = 0;
  for (int r = 0; r < 3; r++) {
    const struct hud_particles *p = hud_ensemble_replica(ensemble, r);
    assert_ok(hud_particles_measure(p, 4, rows[r], &error), &error);
    joins += hud_particles_events(p, 0).joins;
  }
  assert_true(hud_ensemble_events(ensemble, 0).joins == joins);
  assert_true(rows[0][layout.W] != rows[1][layout.W]);
  for (size_t n = 0; n < layout.length; n++) {
    double average = (rows[0][n] + rows[1][n] + rows[2][n]) / 3.0, squares = 0.0;
    for (int r = 0; r < 3; r++)
      squares += (rows[r][n] - average) * (rows[r][n] - average);
    assert_close(mean[n], average, 1e-14);
    assert_close(deviation[n], sqrt(squares / 6.0), 1e-14);
  }
  assert_true(deviation[layout.mass] == 0.0);
  hud_ensemble_free(ensemble);
  assert_ok(hud_ensemble_create(&ensemble, &x.options, 1, 1, &error), &error);
  assert_ok(hud_ensemble_measure(ensemble, 4, mean, deviation, &error), &error);
  assert_true(isnan(deviation[layout.W]) && isfinite(mean[layout.W]));
  hud_ensemble_free(ensemble);
  assert_error(hud_ensemble_create(&ensemble, &x.options, 0, 1, &error), HUD_ERROR_INPUT, &error,
               "replicas");
  fixture_teardown(&x);
}

/* ---- checkpoints ---- */

static void check_resume(enum hud_model_kind model, int K, enum hud_duration duration)
{
  struct fixture x;
  struct hud_error error;
  struct hud_ensemble *whole, *first, *second;
  double mean[2][ROW] = {{0}}, deviation[2][ROW] = {{0}};
  fixture_setup(&x, model, K, 0.3, HUD_CLUSTER_QUASI_STATIONARY, 1500);
  x.options.duration = duration;
  x.options.duration_tau = 0.7;
  assert_ok(hud_ensemble_create(&whole, &x.options, 3, 1, &error), &error);
  assert_ok(hud_ensemble_advance(whole, 2.0, &error), &error);
  assert_ok(hud_ensemble_measure(whole, 4, mean[0], deviation[0], &error), &error);

  FILE *stream = tmpfile();
  assert_non_null(stream);
  assert_ok(hud_ensemble_create(&first, &x.options, 3, 2, &error), &error);
  assert_ok(hud_ensemble_advance(first, 0.77, &error), &error);
  assert_ok(hud_ensemble_write(first, stream, &error), &error);
  rewind(stream);
  assert_ok(hud_ensemble_create(&second, &x.options, 3, 1, &error), &error);
  assert_ok(hud_ensemble_read(second, stream, &error), &error);
  assert_true(hud_particles_time(hud_ensemble_replica(second, 2)) == 0.77);
  assert_ok(hud_ensemble_advance(second, 2.0, &error), &error);
  assert_ok(hud_ensemble_measure(second, 4, mean[1], deviation[1], &error), &error);
  assert_memory_equal(mean[0], mean[1], sizeof mean[0]);
  assert_memory_equal(deviation[0], deviation[1], sizeof deviation[0]);
  for (size_t r = 0; r < x.network->reaction_count; r++)
    assert_true(hud_ensemble_events(whole, r).joins == hud_ensemble_events(second, r).joins);
  fclose(stream);
  hud_ensemble_free(whole);
  hud_ensemble_free(first);
  hud_ensemble_free(second);
  fixture_teardown(&x);
}

static void test_resume(void **state)
{
  (void)state;
  check_resume(HUD_MODEL_HIERARCHY, 5, HUD_DURATION_EXPONENTIAL);
  check_resume(HUD_MODEL_HIERARCHY, 2, HUD_DURATION_DETERMINISTIC);
  check_resume(HUD_MODEL_FIRST_ORDER, 3, HUD_DURATION_EXPONENTIAL);
  check_resume(HUD_MODEL_INSTANTANEOUS, 2, HUD_DURATION_EXPONENTIAL);
}

/* Every truncation and many flipped bytes of a state: an error or a valid state, never a crash. */
static void test_damaged_states(void **state)
{
  (void)state;
  struct fixture x;
  struct hud_error error;
  struct hud_particles *p, *other;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.3, HUD_CLUSTER_QUASI_STATIONARY, 40);
  assert_ok(hud_particles_create(&p, &x.options, &error), &error);
  assert_ok(hud_particles_advance(p, 0.5, &error), &error);
  static char text[65536], copy[65536];
  FILE *stream = fmemopen(text, sizeof text, "w");
  assert_ok(hud_particles_write(p, stream, &error), &error);
  size_t length = (size_t)ftell(stream);
  fclose(stream);
  struct hud_random random;
  hud_random_seed(&random, 3, 3);
  for (size_t n = 0; n < 2 * length; n++) {
    memcpy(copy, text, length);
    size_t kept = n < length ? n : length;
    if (n >= length)
      copy[n - length] = (char)(copy[n - length] ^ (char)(1 + hud_random_below(&random, 255)));
    if (kept == 0)
      continue; /* fmemopen refuses an empty buffer */
    stream = fmemopen(copy, kept, "r");
    assert_ok(hud_particles_create(&other, &x.options, &error), &error);
    hud_status status = hud_particles_read(other, stream, &error);
    fclose(stream);
    if (n < length || n - length < 8)
      assert_true(status == HUD_ERROR_INPUT);
    double row[ROW];
    if (status == HUD_OK)
      assert_ok(hud_particles_measure(other, 4, row, &error), &error);
    hud_particles_free(other);
  }
  x.options.seed = 8;
  assert_ok(hud_particles_create(&other, &x.options, &error), &error);
  stream = fmemopen(text, length, "r");
  assert_error(hud_particles_read(other, stream, &error), HUD_ERROR_INPUT, &error,
               "another process");
  fclose(stream);
  stream = fmemopen(copy, 64, "w");
  setvbuf(stream, NULL, _IONBF, 0);
  assert_error(hud_particles_write(p, stream, &error), HUD_ERROR_OUTPUT, &error, "written");
  fclose(stream);
  hud_particles_free(other);
  hud_particles_free(p);
  fixture_teardown(&x);
}

/* ---- histograms ---- */

static void test_histograms(void **state)
{
  (void)state;
  enum { CELLS = 12 };
  struct fixture x;
  struct hud_error error;
  struct hud_ensemble *ensemble;
  double row[ROW], deviation[ROW], f1[CELLS], f2[CELLS * CELLS], lost, mass = 0.0, first = 0.0;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_QUASI_STATIONARY, 20000);
  assert_ok(hud_ensemble_create(&ensemble, &x.options, 2, 2, &error), &error);
  assert_ok(hud_ensemble_advance(ensemble, 0.3, &error), &error);
  struct hud_particles_layout layout = hud_ensemble_layout(ensemble, 4);
  assert_ok(hud_ensemble_measure(ensemble, 4, row, deviation, &error), &error);
  double min = -1.2, max = 2.4, h = (max - min) / CELLS;
  assert_ok(hud_ensemble_histogram(ensemble, min, max, CELLS, f1, &lost, &error), &error);
  for (int n = 0; n < CELLS; n++) {
    mass += h * f1[n];
    first += h * f1[n] * (min + (n + 0.5) * h);
  }
  assert_true(lost > 0.0);
  assert_close_relative(mass + lost, row[layout.M_k], 1e-12);
  assert_close(first / mass, 0.3, 0.1); /* not symmetric about 0.3: cells are in order */
  assert_ok(hud_ensemble_histogram_pairs(ensemble, min, max, CELLS, f2, &lost, &error), &error);
  mass = 0.0;
  for (int a = 0; a < CELLS; a++)
    for (int b = 0; b < CELLS; b++) {
      assert_true(f2[a * CELLS + b] == f2[b * CELLS + a]);
      mass += h * h * f2[a * CELLS + b];
    }
  assert_close_relative(mass + lost, row[layout.M_k + 1], 1e-12);
  hud_ensemble_free(ensemble);
  fixture_teardown(&x);
  fixture_setup(&x, HUD_MODEL_INSTANTANEOUS, 2, 0.5, HUD_CLUSTER_ZERO, 10);
  assert_ok(hud_ensemble_create(&ensemble, &x.options, 1, 1, &error), &error);
  assert_error(hud_ensemble_histogram_pairs(ensemble, min, max, CELLS, f2, &lost, &error),
               HUD_ERROR_USAGE, &error, "no dynamic pairs");
  hud_ensemble_free(ensemble);
  fixture_teardown(&x);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threads_and_stops),
      cmocka_unit_test(test_replicas),
      cmocka_unit_test(test_resume),
      cmocka_unit_test(test_damaged_states),
      cmocka_unit_test(test_histograms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
