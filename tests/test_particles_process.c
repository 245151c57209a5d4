/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cluster process itself: against a plain reference simulation and an exact stationary law at
 * few particles (where counting a pair wrongly is visible, not O(1/N)), conservation, bits that do
 * not depend on threads, on output times or on interruptions, and refusals. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "particles/ensemble.h"
#include "support.h"

/* A hierarchy with rates lambda = 1 (0.6 for {1,2}) and mu = 1.5 (2 for {1,1}); Gaussian f_1. */
struct fixture {
  struct hud_description d;
  struct hud_rate_entry lambda[1], mu[1];
  struct hud_network *network;
  struct hud_particles_options options;
};

static void fixture_setup(struct fixture *x, enum hud_model_kind model, int K, double epsilon,
                          enum hud_cluster_initial_type clusters, int64_t count)
{
  memset(x, 0, sizeof *x);
  x->d.model = model;
  x->d.clusters = K;
  x->d.epsilon = epsilon;
  x->d.delta = 0.5 * epsilon;
  x->lambda[0] = (struct hud_rate_entry){1, 2, 0.6};
  x->mu[0] = (struct hud_rate_entry){1, 1, 2.0};
  x->d.lambda = (struct hud_rate_law){
      .has_default = true, .constant = 1.0, .entry_count = 1, .entries = x->lambda};
  x->d.mu = (struct hud_rate_law){
      .has_default = true, .constant = 1.5, .entry_count = 1, .entries = x->mu};
  x->d.initial.f1 = (struct hud_density_spec){
      .type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = 0.3, .scale = 1.0};
  x->d.initial.others.type = clusters;
  struct hud_error error;
  assert_ok(hud_network_create(&x->network, &x->d, &error), &error);
  x->options = (struct hud_particles_options){
      .network = x->network, .initial = &x->d.initial, .count = count, .seed = 7};
}

static void fixture_teardown(struct fixture *x)
{
  hud_network_free(x->network);
}

/* ---- a plain reference simulation ---- */

enum { REFERENCE_PARTICLES = 24, REFERENCE_K = 4, REFERENCE_STATISTICS = 11 };

/* The process as its definition says: every cluster is advanced at every event, every unordered
 * pair has its rate, and the next event is found by adding rates up. */
struct reference {
  const struct hud_network *network;
  struct hud_random random;
  int count;
  struct {
    int size;
    double v[REFERENCE_K];
  } clusters[REFERENCE_PARTICLES];
};

static double reference_join_rate(const struct reference *x, int a, int b)
{
  int i = x->clusters[a].size, j = x->clusters[b].size;
  const struct hud_reaction *reaction =
      i <= j ? hud_network_reaction(x->network, i, j) : hud_network_reaction(x->network, j, i);
  if (reaction == NULL)
    return 0.0;
  double rate = reaction->product * reaction->lambda /
                (x->network->sizes[i].weight * x->network->sizes[j].weight * REFERENCE_PARTICLES);
  return i == j ? 2.0 * rate : rate;
}

static double reference_split_rate(const struct reference *x, int a, size_t r)
{
  const struct hud_reaction *reaction = &x->network->reactions[r];
  int k = reaction->i + reaction->j;
  if (x->clusters[a].size != k)
    return 0.0;
  return reaction->product * reaction->mu / x->network->sizes[k].weight;
}

static void reference_drift(struct reference *x, double time)
{
  for (int a = 0; a < x->count; a++) {
    int k = x->clusters[a].size;
    const struct hud_size *size = &x->network->sizes[k];
    double mean = 0.0, factor = k > 1 ? exp(-time * size->drift / size->weight) : 1.0;
    for (int n = 0; n < k; n++)
      mean += x->clusters[a].v[n] / k;
    for (int n = 0; n < k; n++)
      x->clusters[a].v[n] = mean + factor * (x->clusters[a].v[n] - mean);
  }
}

static void reference_join(struct reference *x, int a, int b)
{
  memcpy(x->clusters[a].v + x->clusters[a].size, x->clusters[b].v,
         (size_t)x->clusters[b].size * sizeof(double));
  x->clusters[a].size += x->clusters[b].size;
  x->clusters[b] = x->clusters[--x->count];
}

static void reference_split(struct reference *x, int a, int i)
{
  int k = x->clusters[a].size;
  double *v = x->clusters[a].v;
  for (int n = k - 1; n > 0; n--) {
    int other = (int)hud_random_below(&x->random, (uint64_t)n + 1);
    double swapped = v[n];
    v[n] = v[other];
    v[other] = swapped;
  }
  memcpy(x->clusters[x->count].v, v + i, (size_t)(k - i) * sizeof(double));
  x->clusters[x->count++].size = k - i;
  x->clusters[a].size = i;
}

static double reference_total(const struct reference *x)
{
  double total = 0.0;
  for (int a = 0; a < x->count; a++) {
    for (int b = a + 1; b < x->count; b++)
      total += reference_join_rate(x, a, b);
    for (size_t r = 0; r < x->network->reaction_count; r++)
      total += reference_split_rate(x, a, r);
  }
  return total;
}

static void reference_event(struct reference *x, double target)
{
  for (int a = 0; a < x->count; a++) {
    for (int b = a + 1; b < x->count; b++)
      if ((target -= reference_join_rate(x, a, b)) < 0.0) {
        reference_join(x, a, b);
        return;
      }
    for (size_t r = 0; r < x->network->reaction_count; r++)
      if ((target -= reference_split_rate(x, a, r)) < 0.0) {
        reference_split(x, a, x->network->reactions[r].i);
        return;
      }
  }
}

static void reference_run(struct reference *x, double end)
{
  double time = 0.0;
  x->count = REFERENCE_PARTICLES;
  for (int a = 0; a < x->count; a++) {
    x->clusters[a].size = 1;
    x->clusters[a].v[0] = 0.3 + hud_random_normal(&x->random);
  }
  for (;;) {
    double total = reference_total(x), wait = hud_random_exponential(&x->random) / total;
    if (time + wait > end)
      break;
    time += wait;
    reference_drift(x, wait);
    reference_event(x, hud_random_uniform(&x->random) * total);
  }
  reference_drift(x, end - time);
}

/* n_1 .. n_4, n_1^2, n_2^2, n_1 n_3 and, about the exact mean, the second and fourth moment of
 * f_1, that of all pairs, and their relative velocity. */
static void reference_measure(const struct reference *x, double *out)
{
  double n[REFERENCE_K + 1] = {0}, moments[4] = {0};
  for (int a = 0; a < x->count; a++) {
    const double *v = x->clusters[a].v;
    n[x->clusters[a].size] += 1.0;
    double w = v[0] - 0.3, u = v[1] - 0.3;
    if (x->clusters[a].size == 1) {
      moments[0] += w * w;
      moments[1] += w * w * w * w;
    } else if (x->clusters[a].size == 2) {
      moments[2] += 0.5 * (w * w + u * u);
      moments[3] += (w - u) * (w - u);
    }
  }
  const double values[REFERENCE_STATISTICS] = {n[1],        n[2],        n[3],       n[4],
                                               n[1] * n[1], n[2] * n[2], n[1] * n[3]};
  memcpy(out, values, sizeof values);
  for (int q = 0; q < 4; q++)
    out[7 + q] = moments[q] / REFERENCE_PARTICLES;
}

/* The same of the process under test, whose moments are raw or about its own mean. */
static void process_measure(const struct hud_particles *p, double epsilon, double *out)
{
  struct hud_error error;
  double row[64], n[REFERENCE_K + 1];
  struct hud_particles_layout layout = hud_particles_layout(p, 4);
  assert_ok(hud_particles_measure(p, 4, row, &error), &error);
  for (int k = 1; k <= REFERENCE_K; k++)
    n[k] = (double)hud_particles_clusters(p, k);
  const double *m = row + layout.f1, c = 0.3, own = row[layout.mean];
  double M = row[layout.M_k + 1], I = row[layout.I_k + 1], V = row[layout.V_k + 1];
  const double values[REFERENCE_STATISTICS] = {
      n[1],
      n[2],
      n[3],
      n[4],
      n[1] * n[1],
      n[2] * n[2],
      n[1] * n[3],
      m[2] - 2.0 * c * m[1] + c * c * m[0],
      m[4] - 4.0 * c * m[3] + 6.0 * c * c * m[2] - 4.0 * c * c * c * m[1] + c * c * c * c * m[0],
      epsilon * (V + 2.0 * own * I - own * own * M - 2.0 * c * I + c * c * M),
      epsilon * row[layout.W]};
  memcpy(out, values, sizeof values);
}

static void test_reference(void **state)
{
  (void)state;
  enum { RUNS = 6000 };
  const double epsilon = 0.7, end = 1.2;
  struct fixture x;
  struct hud_error error;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, REFERENCE_K, epsilon, HUD_CLUSTER_ZERO,
                REFERENCE_PARTICLES);
  double sums[2][REFERENCE_STATISTICS] = {{0}}, squares[2][REFERENCE_STATISTICS] = {{0}};
  struct reference reference = {.network = x.network};
  hud_random_seed(&reference.random, 1, 1);
  for (int run = 0; run < 2 * RUNS; run++) {
    double values[REFERENCE_STATISTICS];
    if (run % 2 == 0) {
      reference_run(&reference, end);
      reference_measure(&reference, values);
    } else {
      struct hud_particles *p;
      x.options.stream = (uint64_t)run;
      assert_ok(hud_particles_create(&p, &x.options, &error), &error);
      assert_ok(hud_particles_advance(p, end, &error), &error);
      process_measure(p, epsilon, values);
      hud_particles_free(p);
    }
    for (int q = 0; q < REFERENCE_STATISTICS; q++) {
      sums[run % 2][q] += values[q] / RUNS;
      squares[run % 2][q] += values[q] * values[q] / RUNS;
    }
  }
  double total = 0.0;
  for (int q = 0; q < REFERENCE_STATISTICS; q++) {
    double variance = 0.0;
    for (int which = 0; which < 2; which++)
      variance += (squares[which][q] - sums[which][q] * sums[which][q]) / RUNS;
    double z = (sums[1][q] - sums[0][q]) / sqrt(variance);
    total += z * z;
    assert_below(fabs(z), 3.3);
  }
  print_message("fast against reference: rms %.2f\n", sqrt(total / REFERENCE_STATISTICS));
  assert_below(total / REFERENCE_STATISTICS, 2.5);
  fixture_teardown(&x);
}

/* ---- deterministic duration with few particles ---- */

enum { FEW = 60, FEW_TIMES = 4 };

/* Numbers of free particles at `times`, simulated directly: the next join against the oldest pair.
 * Rates are so high that nearly all join at once and part at once. */
static void direct_durations(struct hud_random *random, double lambda, double duration,
                             const double *times, double *free)
{
  double formed[FEW * 100], t = 0.0;
  int n = FEW, first = 0, last = 0;
  for (int k = 0; k < FEW_TIMES;) {
    double rate = lambda / FEW * n * (n - 1);
    double join = rate > 0.0 ? t + hud_random_exponential(random) / rate : INFINITY;
    double part = first < last ? formed[first] + duration : INFINITY;
    double next = join < part ? join : part;
    for (; k < FEW_TIMES && times[k] < next; k++)
      free[k] = n;
    t = next;
    if (join < part) {
      n -= 2;
      formed[last++] = t;
    } else {
      n += 2;
      first++;
    }
  }
}

static void test_few_durations(void **state)
{
  (void)state;
  enum { RUNS = 20000 };
  static const double times[FEW_TIMES] = {0.05, 1.02, 1.05, 2.1};
  struct fixture x;
  struct hud_error error;
  struct hud_random random;
  double sums[2][FEW_TIMES] = {{0}}, squares[2][FEW_TIMES] = {{0}};
  hud_random_seed(&random, 5, 5);
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 2, 0.5, HUD_CLUSTER_ZERO, FEW);
  x.network->reactions[0].lambda = 20.0;
  x.options.duration = HUD_DURATION_DETERMINISTIC;
  x.options.duration_tau = 2.0;
  for (int run = 0; run < 2 * RUNS; run++) {
    double free[FEW_TIMES];
    if (run % 2 == 0)
      direct_durations(&random, 20.0, 1.0, times, free);
    else {
      struct hud_particles *p;
      x.options.stream = (uint64_t)run;
      assert_ok(hud_particles_create(&p, &x.options, &error), &error);
      for (int k = 0; k < FEW_TIMES; k++) {
        assert_ok(hud_particles_advance(p, times[k], &error), &error);
        free[k] = (double)hud_particles_clusters(p, 1);
      }
      hud_particles_free(p);
    }
    for (int k = 0; k < FEW_TIMES; k++) {
      sums[run % 2][k] += free[k] / RUNS;
      squares[run % 2][k] += free[k] * free[k] / RUNS;
    }
  }
  for (int k = 0; k < FEW_TIMES; k++) {
    double variance = 0.0;
    for (int which = 0; which < 2; which++)
      variance += (squares[which][k] - sums[which][k] * sums[which][k]) / RUNS;
    assert_below(fabs(sums[1][k] - sums[0][k]) / sqrt(variance), 3.5);
  }
  fixture_teardown(&x);
}

/* ---- the stationary law of few pairs ---- */

/* K = 2: n_2 is a birth and death chain, up at n_1 (n_1 - 1) lambda / N, down at n_2 mu / epsilon;
 * with N = 6 its law is far from what n_1^2 would give. Samples far apart are independent. */
static void test_stationary_law(void **state)
{
  (void)state;
  enum { N = 6, PAIRS = N / 2, SAMPLES = 20000 };
  struct fixture x;
  struct hud_error error;
  struct hud_particles *p;
  double epsilon = 1.0, law[PAIRS + 1] = {1.0}, sum = 1.0, chi2 = 0.0;
  int seen[PAIRS + 1] = {0};
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 2, epsilon, HUD_CLUSTER_ZERO, N);
  for (int n = 1; n <= PAIRS; n++) {
    int free = N - 2 * (n - 1);
    law[n] = law[n - 1] * (free * (free - 1) / (double)N) / (n * 2.0 / epsilon);
    sum += law[n];
  }
  assert_ok(hud_particles_create(&p, &x.options, &error), &error);
  for (int n = 1; n <= SAMPLES; n++) {
    assert_ok(hud_particles_advance(p, 4.0 * n, &error), &error);
    seen[hud_particles_clusters(p, 2)]++;
  }
  for (int n = 0; n <= PAIRS; n++) {
    double expected = SAMPLES * law[n] / sum;
    chi2 += (seen[n] - expected) * (seen[n] - expected) / expected;
  }
  print_message("stationary law of pairs: chi2 = %.2f with %d degrees of freedom\n", chi2, PAIRS);
  assert_below(chi2, 16.3); /* one in a thousand */
  hud_particles_free(p);
  fixture_teardown(&x);
}

/* ---- conservation ---- */

static void check_conservation(enum hud_model_kind model, int K, int dimension,
                               enum hud_duration duration)
{
  struct fixture x;
  struct hud_error error;
  struct hud_particles *p;
  double before[64], after[64];
  fixture_setup(&x, model, K, 0.4, HUD_CLUSTER_QUASI_STATIONARY, 3001);
  x.options.dimension = dimension;
  x.options.duration = duration;
  x.options.duration_tau = 0.8;
  assert_ok(hud_particles_create(&p, &x.options, &error), &error);
  struct hud_particles_layout layout = hud_particles_layout(p, 2);
  assert_ok(hud_particles_measure(p, 2, before, &error), &error);
  for (int step = 1; step <= 20; step++) {
    assert_ok(hud_particles_advance(p, 0.5 * step, &error), &error);
    assert_ok(hud_particles_measure(p, 2, after, &error), &error);
    size_t particles = 0;
    for (int k = 1; k <= layout.sizes; k++)
      particles += (size_t)k * hud_particles_clusters(p, k);
    assert_int_equal(particles, 3001);
    assert_true(after[layout.mass] == before[layout.mass]);
    for (size_t c = 0; c < (size_t)dimension; c++)
      assert_close(after[layout.mean + c], before[layout.mean + c], 1e-13);
    assert_true(after[layout.variance] < before[layout.variance]); /* alignment dissipates */
    double mass = 0.0;
    for (int k = 1; k <= layout.sizes; k++)
      mass += k * x.network->sizes[k].weight * after[layout.M_k + (size_t)k - 1];
    assert_close_relative(mass, after[layout.mass], 1e-13);
  }
  assert_true(hud_particles_events(p, 0).joins > 1000);
  hud_particles_free(p);
  fixture_teardown(&x);
}

static void test_conservation(void **state)
{
  (void)state;
  for (int dimension = 1; dimension <= 3; dimension++) {
    check_conservation(HUD_MODEL_HIERARCHY, 6, dimension, HUD_DURATION_EXPONENTIAL);
    check_conservation(HUD_MODEL_HIERARCHY, 2, dimension, HUD_DURATION_DETERMINISTIC);
    check_conservation(HUD_MODEL_RELAXED_TRIPLE, 3, dimension, HUD_DURATION_EXPONENTIAL);
    check_conservation(HUD_MODEL_FIRST_ORDER, 3, dimension, HUD_DURATION_EXPONENTIAL);
    check_conservation(HUD_MODEL_INSTANTANEOUS, 2, dimension, HUD_DURATION_EXPONENTIAL);
    check_conservation(HUD_MODEL_INSTANTANEOUS, 2, dimension, HUD_DURATION_DETERMINISTIC);
  }
}

/* Many sizes, most of them empty: the sampler must find its few events, and keep all particles. */
static void test_many_sizes(void **state)
{
  (void)state;
  struct fixture x;
  struct hud_error error;
  struct hud_particles *p;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 60, 1.0, HUD_CLUSTER_ZERO, 2000);
  assert_ok(hud_particles_create(&p, &x.options, &error), &error);
  assert_ok(hud_particles_advance(p, 3.0, &error), &error);
  size_t particles = 0;
  for (int k = 1; k <= 60; k++)
    particles += (size_t)k * hud_particles_clusters(p, k);
  assert_int_equal(particles, 2000);
  assert_true(hud_particles_clusters(p, 3) > 10);
  hud_particles_free(p);
  fixture_teardown(&x);
}

/* ---- the same bits ---- */

enum { ROW = 64 };

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

/* ---- refusals ---- */

static void refuse(struct fixture *x, const char *text)
{
  struct hud_error error;
  struct hud_particles *p;
  assert_error(hud_particles_create(&p, &x->options, &error), HUD_ERROR_INPUT, &error, text);
  assert_null(p);
  fixture_teardown(x);
}

static void test_refusals(void **state)
{
  (void)state;
  struct fixture x;
  struct hud_error error;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_ZERO, 100);
  fixture_teardown(&x);
  x.d.counting = HUD_COUNTING_AS_PRINTED;
  assert_ok(hud_network_create(&x.network, &x.d, &error), &error);
  x.options.network = x.network;
  refuse(&x, "no particle process for counting as printed");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_ZERO, 0);
  refuse(&x, "particles.count is 0");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_ZERO, 100);
  x.options.dimension = 4;
  refuse(&x, "dimension 1 to 3, not 4");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_ZERO, 100);
  x.options.duration = HUD_DURATION_DETERMINISTIC;
  x.options.duration_tau = 1.0;
  refuse(&x, "binary models");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 2, 0.5, HUD_CLUSTER_ZERO, 100);
  x.options.duration = HUD_DURATION_DETERMINISTIC;
  refuse(&x, "duration.deterministic is 0");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_ZERO, 100);
  x.network->sizes[2].quasi_stationary = true;
  refuse(&x, "only the largest clusters");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 4, 0.5, HUD_CLUSTER_ZERO, 100);
  x.network->sizes[4].quasi_stationary = true;
  refuse(&x, "form in 2 ways");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 2, 1.0, HUD_CLUSTER_ZERO, 1);
  double atoms[] = {50.0, 1.0, -1.0};
  struct hud_cluster_initial clusters[3] = {
      [2] = {.type = HUD_CLUSTER_ATOMS, .point_count = 1, .points = atoms}};
  x.d.initial.clusters = clusters;
  x.d.initial.cluster_count = 2;
  x.options.stream = 3;
  refuse(&x, "too few");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 2, 1.0, HUD_CLUSTER_ZERO, 100);
  atoms[0] = -1.0;
  x.d.initial.clusters = clusters;
  x.d.initial.cluster_count = 2;
  refuse(&x, "weights >= 0");

  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_QUASI_STATIONARY, 100);
  for (size_t r = 0; r < x.network->reaction_count; r++)
    x.network->reactions[r].mu = 0.0;
  refuse(&x, "never split");
}

static void test_time_runs_forward(void **state)
{
  (void)state;
  struct fixture x;
  struct hud_error error;
  struct hud_particles *p;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 3, 0.5, HUD_CLUSTER_ZERO, 100);
  assert_ok(hud_particles_create(&p, &x.options, &error), &error);
  assert_ok(hud_particles_advance(p, 0.5, &error), &error);
  assert_ok(hud_particles_advance(p, 0.5, &error), &error);
  assert_error(hud_particles_advance(p, 0.4, &error), HUD_ERROR_USAGE, &error, "cannot advance");
  assert_error(hud_particles_advance(p, NAN, &error), HUD_ERROR_USAGE, &error, "cannot advance");
  double row[ROW];
  assert_error(hud_particles_measure(p, -1, row, &error), HUD_ERROR_USAGE, &error, "order -1");
  hud_particles_free(p);
  fixture_teardown(&x);
}

/* Without any rate there are no events, and the process stands still but for its drift. */
static void test_no_rates(void **state)
{
  (void)state;
  struct fixture x;
  struct hud_error error;
  struct hud_particles *p;
  fixture_setup(&x, HUD_MODEL_HIERARCHY, 2, 1.0, HUD_CLUSTER_ZERO, 100);
  double atoms[] = {0.5, 1.0, -1.0}, row[ROW];
  struct hud_cluster_initial clusters[3] = {
      [2] = {.type = HUD_CLUSTER_ATOMS, .point_count = 1, .points = atoms}};
  x.d.initial.clusters = clusters;
  x.d.initial.cluster_count = 2;
  for (size_t r = 0; r < x.network->reaction_count; r++)
    x.network->reactions[r].mu = x.network->reactions[r].lambda = 0.0;
  assert_ok(hud_particles_create(&p, &x.options, &error), &error);
  struct hud_particles_layout layout = hud_particles_layout(p, 0);
  assert_ok(hud_particles_advance(p, 1.5, &error), &error);
  assert_ok(hud_particles_measure(p, 0, row, &error), &error);
  assert_close_relative(row[layout.M_k + 1], 0.5, 1e-13);
  assert_close_relative(row[layout.W], 0.5 * 4.0 * exp(-3.0), 1e-13);
  assert_true(hud_particles_events(p, 0).joins == 0 && hud_particles_events(p, 0).splits == 0);
  hud_particles_free(p);
  fixture_teardown(&x);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reference),      cmocka_unit_test(test_few_durations),
      cmocka_unit_test(test_stationary_law), cmocka_unit_test(test_conservation),
      cmocka_unit_test(test_many_sizes),     cmocka_unit_test(test_threads_and_stops),
      cmocka_unit_test(test_replicas),       cmocka_unit_test(test_resume),
      cmocka_unit_test(test_damaged_states), cmocka_unit_test(test_histograms),
      cmocka_unit_test(test_refusals),       cmocka_unit_test(test_time_runs_forward),
      cmocka_unit_test(test_no_rates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
