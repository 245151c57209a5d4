/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cluster process itself: against a plain reference simulation and an exact stationary law at
 * few particles (where counting a pair wrongly is visible, not O(1/N)), conservation, and
 * refusals. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "particle_model.h"

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
      cmocka_unit_test(test_reference),         cmocka_unit_test(test_few_durations),
      cmocka_unit_test(test_stationary_law),    cmocka_unit_test(test_conservation),
      cmocka_unit_test(test_many_sizes),        cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_time_runs_forward), cmocka_unit_test(test_no_rates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
