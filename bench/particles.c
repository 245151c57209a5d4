/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events a second of the cluster process on one thread, and beside it the simulation that one would
 * write first: pointers to clusters, rates added up and searched at every event, memory from the
 * system for every cluster. Best and median of several runs; compare within one output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "bench/common.h"
#include "particles/particles.h"

enum { REPEATS = 7, MOST_SIZES = 8 };

/* lambda = 1, mu = 1.5, Gaussian data, clusters at t = 0 in their quasi-stationary numbers. */
static struct hud_description describe(enum hud_model_kind model, int K, double epsilon)
{
  struct hud_description d;
  memset(&d, 0, sizeof d);
  d.model = model;
  d.clusters = K;
  d.epsilon = epsilon;
  d.lambda = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = 1.0};
  d.mu = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = 1.5};
  d.initial.f1 = (struct hud_density_spec){
      .type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = 0.3, .scale = 1.0};
  d.initial.others.type = HUD_CLUSTER_QUASI_STATIONARY;
  return d;
}

static double count_events(const struct hud_particles *p, const struct hud_network *network)
{
  double total = 0.0;
  for (size_t r = 0; r < network->reaction_count; r++) {
    struct hud_event_counts events = hud_particles_events(p, r);
    total += (double)(events.joins + events.splits);
  }
  return total;
}

/* ---- what one would write first ---- */

struct cluster {
  double time, v[MOST_SIZES];
};
struct plain {
  const struct hud_network *network;
  struct hud_random random;
  double mass, time;
  size_t count[MOST_SIZES + 1];
  struct cluster **clusters[MOST_SIZES + 1];
};

static struct cluster *take(struct plain *x, int k, size_t a)
{
  struct cluster *c = x->clusters[k][a];
  x->clusters[k][a] = x->clusters[k][--x->count[k]];
  double mean = 0.0, rate = k > 1 ? x->network->sizes[k].drift / x->network->sizes[k].weight : 0.0;
  double factor = exp(-rate * (x->time - c->time));
  for (int i = 0; i < k; i++)
    mean += c->v[i] / k;
  for (int i = 0; i < k; i++)
    c->v[i] = mean + factor * (c->v[i] - mean);
  return c;
}

static void put(struct plain *x, int k, const double *v)
{
  struct cluster *c = malloc(sizeof *c);
  if (c == NULL)
    exit(EXIT_FAILURE);
  c->time = x->time;
  memcpy(c->v, v, (size_t)k * sizeof *v);
  x->clusters[k][x->count[k]++] = c;
}

static double join_rate(const struct plain *x, const struct hud_reaction *reaction)
{
  double n = (double)x->count[reaction->i], m = (double)x->count[reaction->j];
  const struct hud_size *sizes = x->network->sizes;
  return x->mass * reaction->product * reaction->lambda /
         (sizes[reaction->i].weight * sizes[reaction->j].weight) * n *
         (reaction->i == reaction->j ? n - 1.0 : m);
}

static double split_rate(const struct plain *x, const struct hud_reaction *reaction)
{
  int k = reaction->i + reaction->j;
  return reaction->product * reaction->mu / x->network->sizes[k].weight * (double)x->count[k];
}

static void plain_event(struct plain *x, const struct hud_reaction *reaction, int join)
{
  int i = reaction->i, j = reaction->j, k = i + j;
  double v[MOST_SIZES];
  if (join) {
    struct cluster *a = take(x, i, hud_random_below(&x->random, x->count[i]));
    struct cluster *b = take(x, j, hud_random_below(&x->random, x->count[j]));
    memcpy(v, a->v, (size_t)i * sizeof *v);
    memcpy(v + i, b->v, (size_t)j * sizeof *v);
    put(x, k, v);
    free(a);
    free(b);
    return;
  }
  struct cluster *a = take(x, k, hud_random_below(&x->random, x->count[k]));
  for (int n = 0; n < i; n++) {
    int other = n + (int)hud_random_below(&x->random, (uint64_t)(k - n));
    double swapped = a->v[n];
    a->v[n] = a->v[other];
    a->v[other] = swapped;
  }
  put(x, i, a->v);
  put(x, j, a->v + i);
  free(a);
}

static void plain_step(struct plain *x)
{
  const struct hud_network *network = x->network;
  double total = 0.0;
  for (size_t r = 0; r < network->reaction_count; r++)
    total += join_rate(x, &network->reactions[r]) + split_rate(x, &network->reactions[r]);
  x->time += hud_random_exponential(&x->random) / total;
  double target = hud_random_uniform(&x->random) * total;
  for (size_t r = 0; r < network->reaction_count; r++)
    for (int join = 0; join < 2; join++) {
      const struct hud_reaction *reaction = &network->reactions[r];
      target -= join ? join_rate(x, reaction) : split_rate(x, reaction);
      if (target < 0.0) {
        plain_event(x, reaction, join);
        return;
      }
    }
}

/* Free particles only at first; the events that bring the clusters are not timed. */
static void bench_plain(const struct hud_network *network, size_t N)
{
  struct plain x = {.network = network, .mass = 2.0 / (double)N};
  double rates[REPEATS];
  hud_random_seed(&x.random, 1, 1);
  for (int k = 1; k <= network->K; k++)
    if ((x.clusters[k] = malloc(N * sizeof *x.clusters[k])) == NULL)
      exit(EXIT_FAILURE);
  for (size_t n = 0; n < N; n++) {
    double v = hud_random_normal(&x.random);
    put(&x, 1, &v);
  }
  for (size_t n = 0; n < 3 * N; n++)
    plain_step(&x);
  for (int r = 0; r < REPEATS; r++) {
    double start = hud_clock();
    for (size_t n = 0; n < 500000; n++)
      plain_step(&x);
    rates[r] = 500000.0 / (hud_clock() - start);
  }
  double median = hud_bench_median(rates, REPEATS); /* sorts */
  printf("%-28s %9zu %12.3g %12.3g\n", "plain, hierarchy K = 4", N, rates[REPEATS - 1], median);
  for (int k = 1; k <= network->K; k++) {
    for (size_t n = 0; n < x.count[k]; n++)
      free(x.clusters[k][n]);
    free(x.clusters[k]);
  }
}

/* ---- huddle ---- */

static void bench_process(const char *label, const struct hud_description *d,
                          const struct hud_network *network, int64_t N)
{
  struct hud_particles *p;
  struct hud_error error;
  double rates[REPEATS], time = 0.0, step = 5e5 / (double)N;
  const struct hud_particles_options options = {
      .network = network, .initial = &d->initial, .count = N, .seed = 1};
  hud_bench_require(hud_particles_create(&p, &options, &error), &error);
  for (int r = -1; r < REPEATS; r++) {
    double before = count_events(p, network), start = hud_clock();
    time += step;
    hud_bench_require(hud_particles_advance(p, time, &error), &error);
    if (r >= 0)
      rates[r] = (count_events(p, network) - before) / (hud_clock() - start);
  }
  double median = hud_bench_median(rates, REPEATS);
  printf("%-28s %9lld %12.3g %12.3g\n", label, (long long)N, rates[REPEATS - 1], median);
  hud_particles_free(p);
}

int main(void)
{
  static const struct {
    const char *label;
    enum hud_model_kind model;
    int K;
    double epsilon;
  } cases[] = {{"hierarchy K = 4, eps = 0.5", HUD_MODEL_HIERARCHY, 4, 0.5},
               {"hierarchy K = 4, eps = 0.05", HUD_MODEL_HIERARCHY, 4, 0.05},
               {"hierarchy K = 8, eps = 1", HUD_MODEL_HIERARCHY, 8, 1.0},
               {"first order, eps = 0.05", HUD_MODEL_FIRST_ORDER, 3, 0.05},
               {"instantaneous", HUD_MODEL_INSTANTANEOUS, 2, 1.0}};
  static const int64_t counts[] = {10000, 100000, 1000000};
  printf("Cluster process, one thread, alignment, constant rates\n%-28s %9s %12s %12s\n", "", "N",
         "best ev/s", "median ev/s");
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct hud_description d = describe(cases[c].model, cases[c].K, cases[c].epsilon);
    struct hud_network *network;
    struct hud_error error;
    hud_bench_require(hud_network_create(&network, &d, &error), &error);
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
      bench_process(cases[c].label, &d, network, counts[n]);
      if (c == 0)
        bench_plain(network, (size_t)counts[n]);
    }
    hud_network_free(network);
  }
  return EXIT_SUCCESS;
}
