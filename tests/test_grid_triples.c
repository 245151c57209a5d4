/* SPDX-License-Identifier: GPL-3.0-or-later
 * Clusters of three and more on the grid: every operation against brute force over the full cube,
 * and the hierarchy and the relaxed triple in time against the moments, which are exact. */
#include "grid/diagnostics.h"
#include "grid_model.h"
#include "grid_run.h"

static const enum hud_drift_scheme schemes[] = {HUD_SCHEME_SECOND_ORDER, HUD_SCHEME_UPWIND};

/* A grid that holds clusters of up to K; all rates of splitting are mu. */
static void open_clusters(struct grid *grid, int n, enum hud_drift_scheme scheme, double mu, int K)
{
  struct hud_description d = {.model = HUD_MODEL_HIERARCHY, .epsilon = 1.0, .clusters = K};
  struct hud_network *network = NULL;
  grid_open(grid, n, -2.0, 2.5, scheme, mu);
  d.lambda = d.mu = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = mu};
  assert_ok(hud_network_create(&network, &d, &grid->error), &grid->error);
  assert_ok(hud_grid_hold(grid->rep, network, &grid->error), &grid->error);
  hud_network_free(network);
}

/* Index of f_k at cells t in any order: sorted t_0 >= .. and summed binomials, as clusters.h says.
 */
static size_t tuple_index(int k, const size_t *cells)
{
  size_t t[4], index = 0;
  memcpy(t, cells, (size_t)k * sizeof *t);
  for (int p = 0; p < k; p++)
    for (int q = p + 1; q < k; q++)
      if (t[q] > t[p]) {
        size_t other = t[p];
        t[p] = t[q];
        t[q] = other;
      }
  for (int p = 0; p < k; p++) {
    size_t choose = 1; /* C(t_p + k-p-1, k-p) */
    for (int q = 1; q <= k - p; q++)
      choose = choose * (t[p] + (size_t)q - 1) / (size_t)q;
    index += choose;
  }
  return index;
}

static double at(const struct grid *grid, int k, const double *fk, const size_t *t)
{
  return k == 1   ? fk[t[0]]
         : k == 2 ? fk[hud_grid_pair_index(grid->rep, t[0], t[1])]
                  : fk[tuple_index(k, t)];
}

/* The next of all n^k tuples; false after the last. */
static bool next_tuple(size_t n, int k, size_t *t)
{
  for (int p = 0; p < k; p++) {
    if (++t[p] < n)
      return true;
    t[p] = 0;
  }
  return false;
}

/* sum h^k v_1^p f_k over all tuples. */
static double cluster_moment(const struct grid *grid, int k, const double *fk, int p)
{
  size_t t[4] = {0};
  long double sum = 0.0L;
  do
    sum +=
        (long double)pow(hud_grid_velocity(grid->rep, t[0]), p) * (long double)at(grid, k, fk, t);
  while (next_tuple(grid->n, k, t));
  return (double)sum * pow(grid->h, k);
}

static double *random_cluster(const struct grid *grid, int k, struct hud_random *random)
{
  size_t length = grid->ops->length(grid->rep, k);
  double *f = zeros(length);
  fill_random(random, length, f);
  return f;
}

static void drift_is_the_pair_drift_of_every_pair(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 31, 0);
  for (int trial = 0; trial < 24; trial++) {
    struct grid grid;
    int k = trial % 4 == 3 ? 4 : 3;
    double mu = trial % 3 == 0 ? 0.2 : 2.0;
    open_clusters(&grid, k == 4 ? 8 : 8 + trial % 7, schemes[trial % 2], mu, k);
    size_t length = grid.ops->length(grid.rep, k), n = grid.n, t[4] = {0};
    double *f = random_cluster(&grid, k, &random), *out = zeros(length);
    double *slice = zeros(grid.pairs), *moved = zeros(grid.pairs), *expected = zeros(length);
    grid.ops->drift(grid.rep, 1.5, k, f, out);
    /* For every choice of spectators t[2..k): the slice in the other two. */
    do {
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
          t[0] = i, t[1] = j;
          slice[hud_grid_pair_index(grid.rep, i, j)] = at(&grid, k, f, t);
        }
      memset(moved, 0, grid.pairs * sizeof *moved);
      grid.ops->drift(grid.rep, 1.5 * 2.0 / k, 2, slice, moved);
      /* f is symmetric: all k(k-1)/2 pairs of a tuple are seen by summing over the orders of it. */
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
          size_t s[4] = {i, j, t[2], t[3]};
          double orders = 1.0, seen = 1.0;
          for (int p = 0; p < k; p++) {
            double equal = 0.0;
            for (int q = 0; q <= p; q++)
              equal += s[q] == s[p];
            orders *= (p + 1) / equal;
            seen *= p + 1;
          }
          seen /= orders; /* orders that look alike */
          expected[tuple_index(k, s)] += 0.5 * seen * at(&grid, 2, moved, s) / (k == 4 ? 2.0 : 1.0);
        }
      t[0] = t[1] = n - 1;
    } while (next_tuple(n, k, t));
    double size = norm1(length, expected) / (double)length;
    for (size_t i = 0; i < length; i++)
      assert_close(out[i], expected[i], 1e-13 * (fabs(expected[i]) + 10.0 * size));
    double scale = (double)n * norm1(length, f) * pow(grid.h, k) * 24.0;
    assert_close(cluster_moment(&grid, k, out, 0), 0.0, 1e-14 * scale);
    assert_close(cluster_moment(&grid, k, out, 1), 0.0, 1e-13 * scale);
    free(f), free(out), free(slice), free(moved), free(expected);
    grid_close(&grid);
  }
}

static void second_moments_decay_exactly(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 32, 0);
  for (int k = 3; k <= 4; k++) {
    struct grid grid;
    open_clusters(&grid, k == 3 ? 19 : 12, HUD_SCHEME_SECOND_ORDER, 1.0, k);
    size_t length = grid.ops->length(grid.rep, k), t[4] = {0};
    double *f = random_cluster(&grid, k, &random), *rate = zeros(length);
    do /* nothing at the ends, where there is no neighbour to exchange with */
      for (int p = 0; p < k; p++)
        if (t[p] < 2 || t[p] + 2 >= grid.n)
          f[tuple_index(k, t)] = 0.0;
    while (next_tuple(grid.n, k, t));
    grid.ops->drift(grid.rep, 1.0, k, f, rate);
    double spread = grid.ops->spread(grid.rep, k, f);
    assert_true(fabs(spread) > 1e-3);
    assert_close(grid.ops->spread(grid.rep, k, rate), -2.0 * spread,
                 1e-11 * norm1(length, f) * pow(grid.h, k) * 24.0);
    free(f), free(rate);
    grid_close(&grid);
  }
}

static void joins_are_brute_force(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 33, 0);
  const int sizes[][2] = {{1, 2}, {1, 3}, {2, 2}, {2, 1}};
  for (size_t s = 0; s < 4; s++) {
    struct grid grid;
    open_clusters(&grid, 9, HUD_SCHEME_UPWIND, 1.0, 4);
    int i = sizes[s][0], j = sizes[s][1], k = i + j;
    double *a = random_cluster(&grid, i, &random), *b = random_cluster(&grid, j, &random);
    double *out = zeros(grid.ops->length(grid.rep, k));
    grid.ops->join(grid.rep, 3.0, i, a, j, b, out);
    size_t t[4] = {0};
    do {
      double sum = 0.0, count = 0.0;
      for (unsigned subset = 0; subset < (1u << k); subset++) {
        size_t in[4], rest[4];
        int in_count = 0, rest_count = 0;
        for (int p = 0; p < k; p++)
          if ((subset >> p) & 1u)
            in[in_count++] = t[p];
          else
            rest[rest_count++] = t[p];
        if (in_count != i)
          continue;
        sum += at(&grid, i, a, in) * at(&grid, j, b, rest);
        count += 1.0;
      }
      double value = out[tuple_index(k, t)];
      assert_close(value, 3.0 * sum / count, 1e-13 * (fabs(value) + 1e-3));
    } while (next_tuple(grid.n, k, t));
    free(a), free(b), free(out);
    grid_close(&grid);
  }
}

static void marginals_and_functionals_are_brute_force(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 34, 0);
  for (int trial = 0; trial < 6; trial++) {
    struct grid grid;
    int k = 3 + trial % 2;
    open_clusters(&grid, 9, HUD_SCHEME_UPWIND, 1.0, 4);
    double *f = random_cluster(&grid, k, &random);
    double size = norm1(grid.ops->length(grid.rep, k), f) * 24.0;
    for (int i = 1; i < k; i++) {
      size_t length = grid.ops->length(grid.rep, i), t[4] = {0}, s[4];
      double *out = zeros(length), *sums = zeros(length);
      grid.ops->marginal(grid.rep, -2.0, k, f, i, out);
      /* Every order of the observed cells once; tuples of cells in falling order stand for all. */
      do {
        bool falling = true;
        for (int p = 1; p < i; p++)
          falling = falling && t[p] <= t[p - 1];
        if (!falling)
          continue;
        memcpy(s, t, sizeof s);
        sums[i == 1   ? s[0]
             : i == 2 ? hud_grid_pair_index(grid.rep, s[0], s[1])
                      : tuple_index(i, s)] += pow(grid.h, k - i) * at(&grid, k, f, t);
      } while (next_tuple(grid.n, k, t));
      for (size_t x = 0; x < length; x++)
        assert_close(out[x], -2.0 * sums[x], 1e-14 * size);
      free(out), free(sums);
    }
    double moments[5], norm = 0.0, spread = 0.0, cell = pow(grid.h, k);
    size_t t[4] = {0};
    grid.ops->moments(grid.rep, k, f, 0.0, 4, moments);
    for (int p = 0; p <= 4; p++)
      assert_close(moments[p], cluster_moment(&grid, k, f, p), 1e-13 * size * cell * pow(2.5, p));
    do {
      norm += cell * fabs(at(&grid, k, f, t));
      spread += cell * at(&grid, k, f, t) *
                pow(hud_grid_velocity(grid.rep, t[0]) - hud_grid_velocity(grid.rep, t[1]), 2);
    } while (next_tuple(grid.n, k, t));
    assert_close(grid.ops->mass(grid.rep, k, f), moments[0], 1e-14 * size * cell);
    assert_close(grid.ops->norm(grid.rep, k, f), norm, 1e-13 * norm);
    assert_close(grid.ops->spread(grid.rep, k, f), spread, 1e-13 * size * cell * 25.0);
    free(f);
    grid_close(&grid);
  }
}

static void resolvent_inverts_the_drift(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 35, 0);
  for (int trial = 0; trial < 16; trial++) {
    struct grid grid;
    int k = 3 + trial / 2 % 2;
    /* mu = 1: at the limit of the innermost term; 0.1: without it. */
    double mu = trial % 4 < 2 ? 1.0 : 0.1, kappa = trial % 5 == 0 ? 0.0 : 0.5 * (1 + trial % 2);
    open_clusters(&grid, 8 + trial % 5, schemes[trial % 2], mu, k);
    size_t length = grid.ops->length(grid.rep, k);
    double *source = random_cluster(&grid, k, &random), *f = zeros(length), *back = zeros(length);
    assert_ok(grid.ops->resolvent(grid.rep, mu, kappa, k, source, f, &grid.error), &grid.error);
    for (size_t i = 0; i < length; i++)
      back[i] = mu * f[i];
    grid.ops->drift(grid.rep, -kappa, k, f, back);
    for (size_t i = 0; i < length; i++)
      assert_close(back[i], source[i], 1e-13 * norm1(length, source));
    for (int p = 0; p < 2; p++)
      assert_close(mu * cluster_moment(&grid, k, f, p), cluster_moment(&grid, k, source, p),
                   1e-12 * norm1(length, source) * pow(grid.h, k) * 24.0);
    assert_ok(grid.ops->resolvent(grid.rep, mu, kappa, k, source, source, &grid.error),
              &grid.error);
    assert_memory_equal(source, f, length * sizeof *f);
    free(source), free(f), free(back);
    grid_close(&grid);
  }
}

static void atoms_keep_mass_and_mean(void **state)
{
  (void)state;
  struct grid grid;
  open_clusters(&grid, 12, HUD_SCHEME_UPWIND, 1.0, 3);
  const double points[] = {0.7, -1.1, 0.3, 0.31, 0.2, 1.7, 1.7, 1.7, 0.1, 0.0, 0.0, 9.0};
  double *f = zeros(grid.ops->length(grid.rep, 3)), lost = NAN;
  assert_ok(grid.ops->project_atoms(grid.rep, 3, 3, points, f, &lost, &grid.error), &grid.error);
  assert_close(lost, 0.1, 1e-16);
  assert_close(cluster_moment(&grid, 3, f, 0), 0.9, 1e-14);
  assert_close(cluster_moment(&grid, 3, f, 1), 0.7 * (0.3 + 0.31 - 1.1) / 3.0 + 0.2 * 1.7, 1e-14);
  free(f);
  grid_close(&grid);
}

static void clusters_are_described_and_refused(void **state)
{
  (void)state;
  struct grid grid;
  open_clusters(&grid, 9, HUD_SCHEME_UPWIND, 1.0, 4);
  const size_t t[4] = {1, 8, 3, 3}, wanted[4] = {8, 3, 3, 1};
  char text[96], expected[96];
  grid.ops->describe(grid.rep, 4, tuple_index(4, t), text, sizeof text);
  snprintf(expected, sizeof expected, "v1 = %g, v2 = %g, v3 = %g, v4 = %g",
           hud_grid_velocity(grid.rep, wanted[0]), hud_grid_velocity(grid.rep, wanted[1]),
           hud_grid_velocity(grid.rep, wanted[2]), hud_grid_velocity(grid.rep, wanted[3]));
  assert_string_equal(text, expected);
  assert_int_equal(grid.ops->length(grid.rep, 3), 9 * 10 * 11 / 6);
  assert_int_equal(grid.ops->length(grid.rep, 5), 0);
  assert_true(hud_grid_length(1000, 3) == 167167000.0);
  double *f = zeros(grid.ops->length(grid.rep, 4));
  assert_error(grid.ops->flow(grid.rep, 1.0, 5, f, f, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "does not hold clusters of 5");
  assert_error(grid.ops->flow(grid.rep, -1.0, 3, f, f, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "time -1");
  free(f);
  grid_close(&grid);
}

/* The parts of f_3 in the entropy and its dissipation, summed over all triples of cells. */
static void entropy_of_triples_is_its_formula(void **state)
{
  (void)state;
  struct grid grid;
  struct hud_description d = {
      .model = HUD_MODEL_RELAXED_TRIPLE, .epsilon = 0.2, .delta = 0.3, .clusters = 3};
  struct hud_network *network = NULL;
  d.lambda = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = 1.3};
  d.mu = (struct hud_rate_law){.type = HUD_RATE_ADDITIVE, .constant = 0.9}; /* 1.8 and 2.7 */
  open_clusters(&grid, 11, HUD_SCHEME_UPWIND, 1.0, 3);
  assert_ok(hud_network_create(&network, &d, &grid.error), &grid.error);
  size_t length = grid.ops->length(grid.rep, 3), t[4] = {0};
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *f3 = zeros(length);
  struct hud_random random;
  hud_random_seed(&random, 36, 0);
  fill_smooth(&grid, f1, f2);
  for (size_t i = 0; i < length; i++)
    f3[i] = 0.01 + hud_random_uniform(&random);
  double entropy = 0.0, reaction = 0.0, mass = 0.0, cell = pow(grid.h, 3);
  do {
    double g = at(&grid, 3, f3, t), gain = 1.3 * f1[t[0]] * at(&grid, 2, f2, t + 1);
    entropy += cell * g * (log(1.8 * 2.7 / (1.3 * 1.3) * g) - 1.0);
    reaction += cell * log(gain / (2.7 * g)) * (gain - 2.7 * g);
    mass += cell * g;
  } while (next_tuple(grid.n, 3, t));
  struct hud_grid_entropy pairs = hud_grid_entropy(grid.rep, network, f1, f2), all = pairs;
  hud_grid_entropy_add_triples(grid.rep, network, f1, f2, f3, &all);
  assert_close_relative(all.entropy - pairs.entropy, 0.3 * 0.2 * entropy, 1e-11);
  assert_close_relative(all.triple_reaction, 0.2 * reaction, 1e-12);
  assert_close_relative(all.drift - pairs.drift, 2.0 * 0.2 * mass, 1e-12);
  assert_int_equal(all.skipped, 0);
  f3[tuple_index(3, (size_t[]){4, 2, 7})] = -1e-3;
  hud_grid_entropy_add_triples(grid.rep, network, f1, f2, f3, &all);
  assert_int_equal(all.skipped, 1);
  assert_true(isfinite(all.entropy));
  hud_network_free(network);
  free(f1), free(f2), free(f3);
  grid_close(&grid);
}

/* ---- in time ---- */

/* Smooth data that vanish at the ends of the window: all cells count. */
static const char base[] =
    "huddle: 1\n"
    "model: hierarchy\n"
    "method: grid\n"
    "clusters: 3\n"
    "epsilon: 0.1\n"
    "rates:\n"
    "  lambda: {\"1,1\": 1.0, \"1,2\": 0.8, default: 1.0}\n"
    "  mu: {\"1,1\": 2.0, \"1,2\": 1.5, default: 1.5}\n"
    "velocity: {min: -2.7, max: 3.3, cells: 16}\n"
    "initial:\n"
    "  f1: {expression: {formula: \"0.41*(1-((v-0.3)/3)^2)^4\", min: -2.7, max: 3.3}}\n"
    "  clusters: zero\n"
    "time: {end: 1.0, output_every: 0.1}\n"
    "solver: {rtol: 1.0e-7, atol: 1.0e-12}\n";

static void hierarchy_agrees_with_the_moments(void **state)
{
  (void)state;
  const char *oracle[] = {"method=moments", "solver.rtol=1e-11", "solver.atol=1e-15", NULL};
  const char *cells[] = {"velocity.cells=16", "velocity.cells=32", "velocity.cells=64"};
  const char *const exact_names[] = {"M1", "M3", "V1", "V2", "V3", "W", "T", "variance"};
  struct run exact;
  run_start(&exact, base, oracle, NULL);
  run_to(&exact, 1.0);
  double error[3];
  for (int c = 0; c < 3; c++) {
    struct run run;
    run_start(&run, base, NULL, cells[c]);
    double mass = column(&run, "mass"), mean = column(&run, "mean");
    run_to(&run, 1.0);
    assert_close_relative(column(&run, "mass"), mass, 1e-12);
    assert_close(column(&run, "mean"), mean, 1e-12);
    /* What is left is the sampling of the data, which decays like h^6, and the time integrator. */
    for (size_t i = 0; i < sizeof exact_names / sizeof *exact_names; i++)
      assert_close(column(&run, exact_names[i]), column(&exact, exact_names[i]),
                   2e-7 + 3e-5 * pow(0.5, 6 * c));
    error[c] = column(&run, "f1_m4") - column(&exact, "f1_m4");
    run_close(&run);
  }
  print_message("f1_m4 at n = 16, 32, 64: errors %.2e %.2e %.2e\n", error[0], error[1], error[2]);
  assert_true(log2(error[0] / error[1]) > 1.6);
  assert_true(log2(error[1] / error[2]) > 1.9);
  run_close(&exact);
}

static void four_clusters_agree_with_the_moments(void **state)
{
  (void)state;
  const char *oracle[] = {"method=moments", "clusters=4", "time.end=0.3",
                          "initial.clusters=quasi_stationary", NULL};
  const char *sets[] = {"clusters=4", "time.end=0.3", "initial.clusters=quasi_stationary", NULL};
  struct run exact, run;
  run_start(&exact, base, oracle, NULL);
  run_start(&run, base, sets, NULL);
  double mass = column(&run, "mass"), mean = column(&run, "mean");
  run_to(&run, 0.3);
  run_to(&exact, 0.3);
  assert_close_relative(column(&run, "mass"), mass, 1e-12);
  assert_close(column(&run, "mean"), mean, 1e-12);
  const char *const names[] = {"M4", "V1", "V3", "V4", "W"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_close(column(&run, names[i]), column(&exact, names[i]), 3e-5);
  run_close(&run);
  run_close(&exact);
}

static void delta_epsilon_is_the_hierarchy(void **state)
{
  (void)state;
  const char *relaxed[] = {"model=relaxed_triple", "delta=0.1", NULL};
  struct run a, b;
  run_start(&a, base, NULL, NULL);
  run_start(&b, base, relaxed, NULL);
  run_to(&a, 1.0);
  run_to(&b, 1.0);
  size_t size = hud_model_system(a.model)->size;
  assert_int_equal(size, hud_model_system(b.model)->size);
  for (size_t i = 0; i < size; i++)
    assert_close(b.y[i], a.y[i], 1e-15);
  run_close(&a);
  run_close(&b);
}

static void relaxed_triple_tends_to_first_order(void **state)
{
  (void)state;
  const char *first_order[] = {"model=first_order", NULL};
  const char *deltas[] = {"delta=1e-2", "delta=1e-3", "delta=1e-4"};
  const char *const names[] = {"M1", "V1", "W"};
  struct run limit;
  double previous[3] = {0.0};
  run_start(&limit, base, first_order, NULL);
  run_to(&limit, 1.0);
  for (int d = 0; d < 3; d++) {
    const char *relaxed[] = {"model=relaxed_triple", deltas[d], NULL};
    struct run run;
    run_start(&run, base, relaxed, NULL);
    double mass = column(&run, "mass");
    run_to(&run, 1.0);
    assert_close_relative(column(&run, "mass"), mass, 1e-12);
    for (int i = 0; i < 3; i++) {
      double difference = column(&run, names[i]) - column(&limit, names[i]);
      if (d > 0) /* first order in delta */
        assert_close(difference / previous[i], 0.1, 0.01);
      previous[i] = difference;
    }
    run_close(&run);
  }
  run_close(&limit);
}

static void cost_is_uniform_in_epsilon(void **state)
{
  (void)state;
  const char *const starts[] = {"initial.clusters=zero", "initial.clusters=quasi_stationary"};
  const char *const epsilons[] = {"epsilon=0.1", "epsilon=1e-3", "epsilon=1e-6"};
  for (int s = 0; s < 2; s++) {
    int64_t least = INT64_MAX, most = 0;
    for (int e = 0; e < 3; e++) {
      const char *sets[] = {starts[s], epsilons[e], "solver.rtol=1e-6", NULL};
      struct run run;
      struct hud_evolve_counters counters;
      run_start(&run, base, sets, NULL);
      run_to(&run, 1.0);
      hud_evolve_counters(run.evolve, &counters);
      least = counters.rhs_evaluations < least ? counters.rhs_evaluations : least;
      most = counters.rhs_evaluations > most ? counters.rhs_evaluations : most;
      /* 0.97 and 1.2 of Newton's iterations at most. */
      assert_true((double)counters.linear_iterations <=
                  (s == 0 ? 1.0 : 1.3) * (double)counters.newton_iterations);
      run_close(&run);
    }
    print_message("%s: %ld to %ld evaluations\n", starts[s], (long)least, (long)most);
    assert_true(most <= 2 * least);
  }
}

/* H' = -(reactions of pairs) - (reactions of triples) + drift, (38) to (40) with correct signs;
 * fast splitting keeps f_2 and f_3 smooth at equal velocities. */
static void entropy_obeys_its_identity(void **state)
{
  (void)state;
  const char *const cells[] = {"velocity.cells=24", "velocity.cells=36", "velocity.cells=54"};
  const char *const models[][2] = {{"model=hierarchy", "three_body_drift=consistent"},
                                   {"model=relaxed_triple", "three_body_drift=as_printed"}};
  const double step = 0.01;
  for (int m = 0; m < 2; m++) {
    double defect[3];
    for (int c = 0; c < 3; c++) {
      const char *sets[] = {models[m][0],
                            m == 0 ? "epsilon=0.2" : "delta=0.05",
                            models[m][1],
                            "rates.mu={default: 5}",
                            "velocity={min: -5.7, max: 6.3, cells: 24}",
                            "initial.f1={gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}",
                            "initial.clusters=quasi_stationary",
                            "solver.rtol=1e-8",
                            cells[c],
                            NULL};
      struct run run;
      double entropy[5], terms = NAN;
      run_start(&run, base, sets, NULL);
      for (int s = 0; s < 5; s++) {
        run_to(&run, 0.2 + s * step);
        entropy[s] = column(&run, "entropy");
        if (s == 2)
          terms = column(&run, "entropy_drift") - column(&run, "entropy_pair_reaction") -
                  column(&run, "entropy_triple_reaction");
      }
      assert_true(column(&run, "entropy_skipped") == 0.0);
      assert_true(column(&run, "min_f3") > 0.0);
      double slope = (8.0 * (entropy[3] - entropy[1]) - (entropy[4] - entropy[0])) / (12.0 * step);
      assert_true(column(&run, "entropy_triple_reaction") > 1e-4);
      defect[c] = fabs(slope - terms);
      run_close(&run);
    }
    print_message("defect of the entropy identity: %.2e %.2e %.2e\n", defect[0], defect[1],
                  defect[2]);
    assert_true(log(defect[0] / defect[2]) / log(54.0 / 24.0) > 1.9);
    assert_below(defect[2], 4e-3);
  }
}

static void too_large_runs_are_refused_with_numbers(void **state)
{
  (void)state;
  const char *const cases[][3] = {{"velocity.cells=1000", "clusters=3", "167668500 unknowns"},
                                  {"velocity.cells=200", "clusters=4", "unknowns"},
                                  {"velocity.cells=16", "clusters=9", "clusters of up to 6"}};
  for (int c = 0; c < 3; c++) {
    const char *sets[] = {cases[c][0], cases[c][1]};
    struct hud_model_file *file = NULL;
    struct hud_error error;
    struct hud_model_size size;
    assert_ok(hud_model_file_parse(&file, "test.yaml", base, strlen(base), sets, 2, &error),
              &error);
    assert_error(hud_model_estimate(hud_model_file_description(file), &size, &error),
                 c == 2 ? HUD_ERROR_INPUT : HUD_ERROR_MEMORY, &error, cases[c][2]);
    hud_model_file_free(file);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drift_is_the_pair_drift_of_every_pair),
      cmocka_unit_test(second_moments_decay_exactly),
      cmocka_unit_test(joins_are_brute_force),
      cmocka_unit_test(marginals_and_functionals_are_brute_force),
      cmocka_unit_test(resolvent_inverts_the_drift),
      cmocka_unit_test(atoms_keep_mass_and_mean),
      cmocka_unit_test(clusters_are_described_and_refused),
      cmocka_unit_test(entropy_of_triples_is_its_formula),
      cmocka_unit_test(hierarchy_agrees_with_the_moments),
      cmocka_unit_test(four_clusters_agree_with_the_moments),
      cmocka_unit_test(delta_epsilon_is_the_hierarchy),
      cmocka_unit_test(relaxed_triple_tends_to_first_order),
      cmocka_unit_test(cost_is_uniform_in_epsilon),
      cmocka_unit_test(entropy_obeys_its_identity),
      cmocka_unit_test(too_large_runs_are_refused_with_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
