/* SPDX-License-Identifier: GPL-3.0-or-later
 * Forces other than alignment on the grid: the pair and cluster drift against their conservation
 * laws, their inverses and the characteristic maps; models against particles and against alignment.
 */
#include <gsl/gsl_integration.h>

#include "huddle/simulation.h"

#include "grid/diagnostics.h"
#include "grid_force.h"
#include "grid_run.h"
#include "run/stochastic.h"

/* The drift of clusters of k keeps mass and mean, and the resolvent inverts it. */
static void check_inverse(struct grid *grid, double mu, int k, struct hud_random *random)
{
  size_t length = grid->ops->length(grid->rep, k);
  double *source = zeros(length), *f = zeros(length), *rate = zeros(length);
  double cell = pow(grid->h, k);
  fill_random(random, length, source);
  double size = norm1(length, source);
  assert_ok(grid->ops->resolvent(grid->rep, mu, 0.8, k, source, f, &grid->error), &grid->error);
  grid->ops->drift(grid->rep, -0.8, k, f, rate);
  double scale = norm1(length, f) * (double)grid->n * 6.0 * cell;
  assert_close(grid->ops->mass(grid->rep, k, rate), 0.0, 1e-14 * scale);
  assert_close(grid_moment(grid, k, rate, 1), 0.0, 1e-13 * scale);
  for (size_t i = 0; i < length; i++)
    assert_close(mu * f[i] + rate[i], source[i], 1e-12 * (size + norm1(length, f)));
  free(source), free(f), free(rate);
}

static void drifts_conserve_and_resolvents_invert(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 41, 0);
  for (int trial = 0; trial < 8 * FORCES; trial++)
    for (int k = 2; k <= 3; k++) {
      struct grid grid;
      double mu = trial / FORCES % 2 == 0 ? 0.7 : 2.5;
      grid_open_force(&grid, &forces[trial % FORCES], 9 + trial % 8, -2.0, 2.0,
                      schemes[trial / FORCES / 2 % 2], mu, 3);
      check_inverse(&grid, mu, k, &random);
      grid_close(&grid);
    }
}

/* The fourth-order drift: for pairs whose force attracts everywhere in the window, and no others.
 */
static void fourth_order_is_for_attracted_pairs(void **state)
{
  (void)state;
  struct hud_error error;
  struct hud_random random;
  struct hud_network *network = NULL;
  struct hud_description triples = {.model = HUD_MODEL_HIERARCHY, .epsilon = 1.0, .clusters = 3};
  triples.lambda = triples.mu = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = 1.5};
  assert_ok(hud_network_create(&network, &triples, &error), &error);
  hud_random_seed(&random, 42, 0);
  for (int force = 0; force < FORCES; force++) {
    struct grid grid;
    bool fourth = forces[force].attracting;
    grid_open_force(&grid, &forces[force], 13 + force, -2.0, 2.0,
                    fourth ? HUD_SCHEME_FOURTH_ORDER : HUD_SCHEME_SECOND_ORDER, 1.5, 2);
    if (fourth) {
      check_inverse(&grid, 1.5, 2, &random);
      assert_error(hud_grid_hold(grid.rep, network, &error), HUD_ERROR_INPUT, &error,
                   "clusters of three");
    } else {
      struct hud_velocity_spec window = {.given = true, .min = -2.0, .max = 2.0, .cells = 16};
      struct hud_representation *rep = NULL;
      assert_error(
          hud_grid_create(&rep, &window, grid.potential, HUD_SCHEME_FOURTH_ORDER, 1.5, &error),
          HUD_ERROR_INPUT, &error, "forces that attract");
      assert_null(rep);
    }
    assert_true(fourth || strcmp(error.where, "velocity.drift") == 0);
    grid_close(&grid);
  }
  hud_network_free(network);
}

/* Triples of a smooth density: each value moves as the pair drifts of its three pairs say. */
static void triples_move_as_their_pairs(void **state)
{
  (void)state;
  for (int force = 0; force < FORCES; force++) {
    struct grid grid;
    enum { N = 12 };
    grid_open_force(&grid, &forces[force], N, -2.0, 2.0, HUD_SCHEME_SECOND_ORDER, 0.0, 3);
    double *f1 = zeros(N), *f2 = zeros(grid.pairs), *f3 = zeros(N * (N + 1) * (N + 2) / 6);
    double *rate = zeros(N * (N + 1) * (N + 2) / 6), *slice = zeros(grid.pairs);
    double *moved[N];
    fill_smooth(&grid, f1, f2);
    grid.ops->join(grid.rep, 1.0, 1, f1, 2, f2, f3);
    grid.ops->drift(grid.rep, 1.0, 3, f3, rate);
    for (size_t k = 0; k < N; k++) {
      moved[k] = zeros(grid.pairs);
      for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++)
          slice[hud_grid_pair_index(grid.rep, i, j)] =
              (f1[i] * pair_at(&grid, f2, j, k) + f1[j] * pair_at(&grid, f2, i, k) +
               f1[k] * pair_at(&grid, f2, i, j)) /
              3.0;
      grid.ops->drift(grid.rep, 2.0 / 3.0, 2, slice, moved[k]);
    }
    double largest = 0.0;
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j <= i; j++)
        for (size_t k = 0; k <= j; k++) {
          double expected = pair_at(&grid, moved[k], i, j) + pair_at(&grid, moved[j], i, k) +
                            pair_at(&grid, moved[i], j, k);
          size_t index = i * (i + 1) * (i + 2) / 6 + j * (j + 1) / 2 + k;
          largest = fmax(largest, fabs(expected));
          assert_close(rate[index], expected, 1e-13);
        }
    assert_true(largest > 1e-3);
    for (size_t k = 0; k < N; k++)
      free(moved[k]);
    free(f1), free(f2), free(f3), free(rate), free(slice);
    grid_close(&grid);
  }
}

enum { POINTS = 12 };

/* (mu + kappa div(U_k .))^{-1} f = int_0^inf e^{-mu s} (push-forward for time kappa s): its moments
 * int g(Phi_k^{kappa s}(v)) f(v) dv, by Gauss-Laguerre points in s and the characteristic maps. */
static double resolved_moment(const struct grid *grid, int k, const double *f, double mu, int p)
{
  gsl_integration_fixed_workspace *rule =
      gsl_integration_fixed_alloc(gsl_integration_fixed_laguerre, POINTS, 0.0, 1.0, 0.0, 0.0);
  const double *nodes = gsl_integration_fixed_nodes(rule);
  const double *weights = gsl_integration_fixed_weights(rule);
  double sum = 0.0;
  for (int q = 0; q < POINTS; q++)
    sum += weights[q] / mu * grid_mapped_moment(grid, k, f, nodes[q] / mu, p);
  gsl_integration_fixed_free(rule);
  return sum;
}

static void resolvents_follow_the_characteristics(void **state)
{
  (void)state;
  const int chosen[] = {SQUARE, BALANCE, FADING};
  for (int c = 0; c < 3; c++)
    for (int k = 2; k <= (c < 2 ? 3 : 2); k++) {
      double error[2];
      for (int r = 0; r < 2; r++) {
        struct grid grid;
        grid_open_force(&grid, &forces[chosen[c]], k == 2 ? 24 << r : 11 << r, -3.2, 3.4,
                        HUD_SCHEME_SECOND_ORDER, 3.0, 3);
        size_t length = grid.ops->length(grid.rep, k);
        double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *f = zeros(length);
        double *out = zeros(length), moments[5];
        fill_smooth(&grid, f1, f2);
        grid.ops->join(grid.rep, 1.0, 1, f1, k - 1, k == 2 ? f1 : f2, f);
        for (size_t i = 0; i < length; i++) /* maps are slow: leave out what hardly counts */
          f[i] = f[i] < 1e-3 ? 0.0 : f[i];
        assert_ok(grid.ops->resolvent(grid.rep, 3.0, 1.0, k, f, out, &grid.error), &grid.error);
        grid.ops->moments(grid.rep, k, out, 0.0, 4, moments);
        error[r] = moments[4] / resolved_moment(&grid, k, f, 3.0, 4) - 1.0;
        free(f1), free(f2), free(f), free(out);
        grid_close(&grid);
      }
      print_message("force %d, clusters of %d: fourth moment against maps %.2e %.2e\n", chosen[c],
                    k, error[0], error[1]);
      assert_below(fabs(error[1]), fmax(0.4 * fabs(error[0]), 2e-3));
      assert_below(fabs(error[1]), 2e-2);
    }
}

/* The closed window holds back what a repelling force would carry out, and says how much. */
static void expanding_forces_are_noticed(void **state)
{
  (void)state;
  struct grid grid;
  const struct force repulsion = {{.type = HUD_POTENTIAL_EXPRESSION}, "-r", false, true};
  grid_open_force(&grid, &repulsion, 16, -1.0, 1.0, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
  double *f2 = zeros(grid.pairs), *rate = zeros(grid.pairs);
  /* All pairs at the two ends: nothing can move. */
  f2[hud_grid_pair_index(grid.rep, 15, 0)] = 1.0;
  grid.ops->drift(grid.rep, 1.0, 2, f2, rate);
  assert_true(norm1(grid.pairs, rate) == 0.0);
  /* What the same data lose in an open window, one that is wide enough, is what is blocked. */
  struct hud_description d = {.model = HUD_MODEL_HIERARCHY, .epsilon = 0.5, .clusters = 2};
  struct hud_network *network = NULL;
  struct grid wide;
  d.lambda = d.mu = (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = 1.0};
  assert_ok(hud_network_create(&network, &d, &grid.error), &grid.error);
  grid_open_force(&wide, &repulsion, 32, -2.0, 2.0, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
  double *f1 = zeros(16), *wide_f2 = zeros(wide.pairs), *wide_rate = zeros(wide.pairs);
  fill_smooth(&grid, f1, f2);
  for (size_t i = 0; i < 16; i++)
    for (size_t j = 0; j <= i; j++)
      wide_f2[hud_grid_pair_index(wide.rep, i + 8, j + 8)] = pair_at(&grid, f2, i, j);
  wide.ops->drift(wide.rep, 1.0, 2, wide_f2, wide_rate);
  double outside = 0.0, inside = 0.0;
  for (size_t i = 0; i < 32; i++)
    for (size_t j = 0; j < 32; j++) {
      bool within = i >= 8 && i < 24 && j >= 8 && j < 24;
      *(within ? &inside : &outside) += wide.h * wide.h * pair_at(&wide, wide_rate, i, j);
    }
  const double *f[3] = {NULL, f1, f2};
  double mass = grid.ops->mass(grid.rep, 1, f1) + grid.ops->mass(grid.rep, 2, f2);
  assert_true(outside > 1e-3);
  assert_close_relative(hud_grid_blocked(grid.rep, network, f), 2.0 * outside / mass, 1e-12);
  assert_close(inside, -outside, 1e-12);
  hud_network_free(network);
  free(f1), free(f2), free(rate), free(wide_f2), free(wide_rate);
  grid_close(&wide);
  grid_close(&grid);
}

/* ---- in time ---- */

static const char base[] = "huddle: 1\n"
                           "model: hierarchy\n"
                           "method: grid\n"
                           "clusters: 3\n"
                           "epsilon: 0.1\n"
                           "rates:\n"
                           "  lambda: {\"1,1\": 1.0, \"1,2\": 0.8}\n"
                           "  mu: {\"1,1\": 2.0, \"1,2\": 1.5}\n"
                           "velocity: {min: -5.7, max: 6.3, cells: 40}\n"
                           "initial:\n"
                           "  f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}\n"
                           "  clusters: quasi_stationary\n"
                           "time: {end: 0.5, output_every: 0.5}\n"
                           "solver: {rtol: 1.0e-6, atol: 1.0e-12}\n";

static void too_narrow_windows_are_errors(void **state)
{
  (void)state;
  const char *sets[] = {"potential={type: expression, force: \"-r\"}", "velocity.cells=20",
                        "initial.clusters=zero", "clusters=2", NULL};
  struct run run;
  run_start(&run, base, sets, NULL);
  assert_true(column(&run, "blocked_outflow") == 0.0);
  assert_error(hud_evolve_to(run.evolve, 0.5, run.y, &run.error), HUD_ERROR_COMPUTE, &run.error,
               "the potential expands");
  run_close(&run);
  const char *attraction[] = {"clusters=2", NULL};
  run_start(&run, base, attraction, NULL);
  run_to(&run, 0.5);
  assert_true(column(&run, "blocked_outflow") == 0.0);
  run_close(&run);
}

static void forces_that_move_the_mean_are_refused(void **state)
{
  (void)state;
  const char *sets[] = {"potential={type: expression, force: \"r^2\"}"};
  struct hud_model_file *file = NULL;
  struct hud_model *model = NULL;
  struct hud_error error;
  assert_ok(hud_model_file_parse(&file, "test.yaml", base, strlen(base), sets, 1, &error), &error);
  assert_error(hud_model_create(&model, hud_model_file_description(file), &error), HUD_ERROR_INPUT,
               &error, "does not conserve the mean");
  hud_model_file_free(file);
}

/* The force r through the general code: expressions and powers of exponent one. */
static void alignment_by_other_names_agrees(void **state)
{
  (void)state;
  const char *const names[] = {"M1", "V1", "V2", "W", "f1_m3", "f1_m4"};
  const char *const models[] = {"model=hierarchy", "model=first_order", "model=instantaneous"};
  for (int m = 0; m < 3; m++) {
    struct run alignment, power, expression;
    const char *first[] = {models[m], NULL};
    const char *second[] = {models[m], "potential={type: power, exponent: 1}", NULL};
    const char *third[] = {models[m], "potential={type: expression, force: r}", NULL};
    run_start(&alignment, base, first, NULL);
    run_start(&power, base, second, NULL);
    run_start(&expression, base, third, NULL);
    run_to(&alignment, 0.5);
    run_to(&power, 0.5);
    run_to(&expression, 0.5);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      if (m == 2 && names[i][0] != 'f' && names[i][1] != '1')
        continue;
      double value = column(&alignment, names[i]);
      assert_close(column(&power, names[i]), value, 1e-14);
      /* Quasi-stationary triples are made by two different schemes of second order. */
      double bound = m == 1 && i == 5 ? 3e-3 : m == 1 ? 2e-5 : 1e-12;
      assert_close(column(&expression, names[i]), value, bound);
    }
    run_close(&alignment);
    run_close(&power);
    run_close(&expression);
  }
}

/* The statistics that are compared, and their differences over their errors. */
static const char *const statistics[] = {"M1", "M2", "V1", "V2", "W", "f1_m3", "f1_m4"};
enum { STATISTICS = sizeof statistics / sizeof *statistics };

static void grid_values(const char *model, const char *potential, const char *cells, double *out)
{
  const char *sets[] = {model, potential, cells, NULL};
  struct run run;
  run_start(&run, base, sets, NULL);
  double mass = column(&run, "mass"), mean = column(&run, "mean");
  run_to(&run, 0.5);
  assert_close_relative(column(&run, "mass"), mass, 1e-12);
  assert_close(column(&run, "mean"), mean, 1e-12);
  assert_true(column(&run, "min_f1") > -1e-9);
  for (int i = 0; i < STATISTICS; i++)
    out[i] = column_index(&run, statistics[i]) < 0 ? NAN : column(&run, statistics[i]);
  run_close(&run);
}

/* Means over replicas and their standard errors. */
static void particle_values(const char *model, const char *potential, int seed, double *out,
                            double *se)
{
  char particles_key[64];
  snprintf(particles_key, sizeof particles_key, "particles={count: 30000, seed: %d, replicas: 12}",
           seed);
  const char *sets[] = {model, potential, "method=particles", particles_key};
  struct hud_model_file *file = NULL;
  struct hud_stochastic *particles = NULL;
  struct hud_error error;
  double row[128];
  size_t count;
  assert_ok(hud_model_file_parse(&file, "test.yaml", base, strlen(base), sets, 4, &error), &error);
  assert_ok(hud_stochastic_create(&particles, hud_model_file_description(file), NULL, NULL, &error),
            &error);
  assert_ok(hud_stochastic_advance(particles, 0.5, &error), &error);
  assert_ok(hud_stochastic_row(particles, row, &error), &error);
  const char *const *names = hud_stochastic_names(particles, &count);
  assert_true(count <= 128);
  for (int i = 0; i < STATISTICS; i++) {
    char with_error[32];
    snprintf(with_error, sizeof with_error, "%s_se", statistics[i]);
    out[i] = se[i] = NAN;
    for (size_t c = 0; c < count; c++)
      if (strcmp(names[c], statistics[i]) == 0)
        out[i] = row[c];
      else if (strcmp(names[c], with_error) == 0)
        se[i] = row[c];
  }
  hud_stochastic_free(particles);
  hud_model_file_free(file);
}

/* Differences over the standard error and the discretisation error together, the latter taken as
 * the change between two grids; radius/h is a half-integer on both. */
static void models_agree_with_particles(void **state)
{
  (void)state;
  const char *const cases[][2] = {
      {"model=hierarchy", "potential=alignment"},
      {"model=first_order", "potential={type: power, exponent: 1}"},
      {"model=hierarchy", "potential={type: power, exponent: 2}"},
      {"model=hierarchy", "potential={type: power, exponent: 1.5}"},
      {"model=instantaneous", "potential={type: power, exponent: 2.7}"},
      {"model=first_order", "potential={type: expression, force: \"r*exp(-r^2)\"}"},
      {"model=hierarchy", "potential={type: bounded_confidence, radius: 0.75}"},
      {"model=hierarchy", "potential={type: attraction_repulsion, distance: 1}"},
      {"model=first_order", "potential={type: power, exponent: 2}"},
      {"model=first_order", "potential={type: bounded_confidence, radius: 0.75}"},
      {"model=instantaneous", "potential={type: attraction_repulsion, distance: 1}"}};
  double sum = 0.0, count = 0.0;
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    double coarse[STATISTICS], fine[STATISTICS], particles[STATISTICS], se[STATISTICS];
    grid_values(cases[c][0], cases[c][1], "velocity.cells=40", coarse);
    grid_values(cases[c][0], cases[c][1], "velocity.cells=56", fine);
    particle_values(cases[c][0], cases[c][1], 1 + (int)c, particles, se);
    print_message("%s %s:", cases[c][0], cases[c][1]);
    for (int i = 0; i < STATISTICS; i++) {
      if (isnan(fine[i]))
        continue;
      double z = (fine[i] - particles[i]) /
                 (hypot(se[i], fine[i] - coarse[i]) + 1e-8); /* 2e-9: the mass beyond the window */
      print_message(" %s %.1f", statistics[i], z);
      assert_below(fabs(z), 4.0);
      assert_below(se[i], 0.02 * fabs(particles[i]) + 0.01);
      sum += z * z;
      count += 1.0;
    }
    print_message("\n");
  }
  print_message("rms score %.2f of %.0f\n", sqrt(sum / count), count);
  assert_below(sqrt(sum / count), 1.5);
}

/* Beyond the radius of bounded confidence no force acts: f_2 only splits, whatever the drift reads
 * within the radius. */
static void pairs_beyond_the_radius_only_split(void **state)
{
  (void)state;
  static const char *const drifts[] = {"upwind", "second_order", "fourth_order"};
  for (int n = 0; n < 3; n++) {
    char text[640];
    double before[80 * 80], after[80 * 80];
    const double *v;
    struct hud_simulation *s = NULL;
    struct hud_error error;
    snprintf(text, sizeof text,
             "huddle: 1\nmodel: hierarchy\nclusters: 2\nmethod: grid\nepsilon: 0.1\n"
             "rates: {lambda: 0, mu: 0.1}\npotential: {type: bounded_confidence, radius: 1}\n"
             "velocity: {min: -5, max: 5, cells: 80, drift: %s}\ntime: {end: 1}\n"
             "initial: {f1: {gaussian: {mass: 1, mean: 0, stddev: 0.5}}, f2: {product: {mass: 0.2, "
             "density: {gaussian: {mass: 1, mean: 0.3, stddev: 0.7}}}}}\n"
             "solver: {rtol: 1e-10, atol: 1e-16}\n",
             drifts[n]);
    assert_ok(hud_simulation_parse(&s, text, "test", &error), &error);
    assert_ok(hud_simulation_density(s, 2, before, 80 * 80, &error), &error);
    assert_ok(hud_simulation_advance(s, 1.0, &error), &error);
    assert_ok(hud_simulation_density(s, 2, after, 80 * 80, &error), &error);
    assert_int_equal(hud_simulation_velocities(s, &v), 80);
    for (int a = 0; a < 80 * 80; a++)
      if (fabs(v[a / 80] - v[a % 80]) > 1.01)
        assert_close(after[a], before[a] * exp(-1.0), 1e-8);
    hud_simulation_close(s);
  }
}

/* Another potential is told apart by the same scores. */
static void wrong_potential_is_rejected(void **state)
{
  (void)state;
  double fine[STATISTICS], particles[STATISTICS], se[STATISTICS], largest = 0.0;
  grid_values("model=hierarchy", "potential={type: power, exponent: 2}", "velocity.cells=40", fine);
  particle_values("model=hierarchy", "potential={type: power, exponent: 1.7}", 1, particles, se);
  for (int i = 0; i < STATISTICS; i++)
    largest = fmax(largest, fabs(fine[i] - particles[i]) / se[i]);
  assert_true(largest > 5.0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drifts_conserve_and_resolvents_invert),
      cmocka_unit_test(fourth_order_is_for_attracted_pairs),
      cmocka_unit_test(triples_move_as_their_pairs),
      cmocka_unit_test(resolvents_follow_the_characteristics),
      cmocka_unit_test(expanding_forces_are_noticed),
      cmocka_unit_test(too_narrow_windows_are_errors),
      cmocka_unit_test(forces_that_move_the_mean_are_refused),
      cmocka_unit_test(alignment_by_other_names_agrees),
      cmocka_unit_test(pairs_beyond_the_radius_only_split),
      cmocka_unit_test(models_agree_with_particles),
      cmocka_unit_test(wrong_potential_is_rejected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
