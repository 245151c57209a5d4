/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The long form of the comparison of particles with moments: hierarchies of 2, 3, 4 and 6, three
 * parameter sets, clusters at t = 0 absent, quasi-stationary and atoms, three seeds. Prints the
 * mean and the rms of the scores z = (mean - exact) / standard error by kind of quantity, and fails
 * if they are not distributed as they should be. `verify_particles short` takes one seed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/common.h"

enum { KINDS = 7 };
static const char *const kinds[KINDS] = {"M", "I", "V", "W", "T", "f1_m", "variance"};

struct scores {
  size_t count[KINDS];
  double sum[KINDS], squares[KINDS];
};

static int kind_of(const char *name)
{
  if (strcmp(name, "variance") == 0 || strncmp(name, "f1_m", 4) == 0)
    return name[0] == 'v' ? 6 : 5;
  for (int kind = 0; kind < 5; kind++)
    if (name[0] == kinds[kind][0] && name[1] != 'a' && name[1] != 'e')
      return kind;
  return -1;
}

static void score(struct scores *scores, struct hud_simulation *exact,
                  struct hud_simulation *particles)
{
  size_t count;
  struct hud_error error;
  const char *const *names = hud_simulation_quantities(exact, &count);
  for (size_t n = 0; n < count; n++) {
    char name[64];
    double expected, mean, deviation;
    int kind = kind_of(names[n]);
    snprintf(name, sizeof name, "%s_se", names[n]);
    if (kind < 0 || strcmp(names[n], "f1_m0") == 0) /* f1_m0 is M1 again */
      continue;
    hud_bench_require(hud_simulation_quantity(exact, names[n], &expected, &error), &error);
    hud_bench_require(hud_simulation_quantity(particles, names[n], &mean, &error), &error);
    hud_bench_require(hud_simulation_quantity(particles, name, &deviation, &error), &error);
    double z = (mean - expected) / deviation;
    scores->count[kind]++;
    scores->sum[kind] += z;
    scores->squares[kind] += z * z;
  }
}

static void compare(struct scores *scores, const char *const *common, size_t count, int seed)
{
  char particles_key[96];
  const char *overrides[16];
  struct hud_error error;
  snprintf(particles_key, sizeof particles_key, "particles={count: 40000, seed: %d, replicas: 32}",
           seed);
  memcpy(overrides, common, count * sizeof *common);
  overrides[count] = particles_key;
  overrides[count + 1] = "method=moments";
  struct hud_simulation *exact = hud_bench_open(overrides, count + 2);
  overrides[count + 1] = "method=particles";
  struct hud_simulation *particles = hud_bench_open(overrides, count + 2);
  for (int step = 1; step <= 3; step++) {
    hud_bench_require(hud_simulation_advance(exact, step, &error), &error);
    hud_bench_require(hud_simulation_advance(particles, step, &error), &error);
    score(scores, exact, particles);
  }
  hud_simulation_close(exact);
  hud_simulation_close(particles);
}

static const char *const sets[3][3] = {
    {"epsilon=0.5", "rates.lambda={default: 1, \"1,2\": 0.8}",
     "rates.mu={default: 1.5, \"1,1\": 2}"},
    {"epsilon=0.2", "rates.lambda={default: 2, \"1,2\": 3}", "rates.mu={default: 1, \"1,1\": 0.7}"},
    {"epsilon=1", "rates.lambda={default: 0.7, \"1,2\": 0.5}",
     "rates.mu={default: 0.4, \"1,1\": 0.3}"}};

static const char *const starts[3][2] = {
    {"initial.clusters=zero", "initial.f2=zero"},
    {"initial.clusters=quasi_stationary", "initial.f2=quasi_stationary"},
    {"initial.clusters=zero", "initial.f2={atoms: [[0.5, 1, -1], [0.25, 2, 0.5]]}"}};

int main(int argc, char **argv)
{
  int seeds = argc > 1 && strcmp(argv[1], "short") == 0 ? 1 : 3;
  struct scores scores = {0};
  int run =
      0; /* seeds differ everywhere, or scores of different models share their initial noise */
  for (int K = 2; K <= 6; K += K < 4 ? 1 : 2)
    for (int set = 0; set < 3; set++)
      for (int start = 0; start < 3; start++)
        for (int seed = 0; seed < seeds; seed++) {
          char clusters[32];
          snprintf(clusters, sizeof clusters, "clusters=%d", K);
          const char *common[] = {"model=hierarchy", clusters,           sets[set][0],
                                  sets[set][1],      sets[set][2],       starts[start][0],
                                  starts[start][1],  "solver.rtol=1e-10"};
          compare(&scores, common, sizeof common / sizeof common[0], ++run);
        }
  size_t count = 0;
  double sum = 0.0, squares = 0.0;
  printf("%-10s %8s %8s %8s\n", "quantity", "scores", "mean", "rms");
  for (int kind = 0; kind < KINDS; kind++) {
    double n = (double)scores.count[kind];
    printf("%-10s %8zu %8.3f %8.3f\n", kinds[kind], scores.count[kind], scores.sum[kind] / n,
           sqrt(scores.squares[kind] / n));
    count += scores.count[kind];
    sum += scores.sum[kind];
    squares += scores.squares[kind];
  }
  double mean = sum / (double)count, rms = sqrt(squares / (double)count);
  printf("%-10s %8zu %8.3f %8.3f\n", "all", count, mean, rms);
  return fabs(mean) < 0.2 && rms > 0.8 && rms < 1.25 ? EXIT_SUCCESS : EXIT_FAILURE;
}
