/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Method particles from a model file: its averages against method moments to order four for every
 * model, the columns and their errors, histograms, general potentials, and refusals that point into
 * the file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "huddle/simulation.h"
#include "particles/clusters.h"
#include "support.h"

#define RATES                                                                                      \
  "rates:\n"                                                                                       \
  "  lambda: {default: 1.0, \"1,2\": 0.8}\n"                                                       \
  "  mu: {default: 1.5, \"1,1\": 2.0}\n"

static const char mixture[] = "initial:\n"
                              "  f1: {mixture: [{gaussian: {mass: 0.7, mean: -0.5, stddev: 0.6}},"
                              " {uniform: {mass: 0.3, min: 1, max: 2}}]}\n";

static struct hud_simulation *open_in(int dimension, const char *method, const char *model)
{
  char text[2048];
  struct hud_error error;
  struct hud_simulation *simulation;
  snprintf(text, sizeof text,
           "huddle: 1\nmethod: %s\n%s" RATES "%stime: {end: 2.0}\nmoments: {order: 4}\n"
           "particles: {count: 10000, seed: 5, replicas: 30, dimension: %d}\n",
           method, model, mixture, dimension);
  assert_ok(hud_simulation_parse(&simulation, text, "test.yaml", &error), &error);
  return simulation;
}

static struct hud_simulation *open_model(const char *method, const char *model)
{
  return open_in(1, method, model);
}

static double quantity(struct hud_simulation *simulation, const char *name)
{
  struct hud_error error;
  double value;
  assert_ok(hud_simulation_quantity(simulation, name, &value, &error), &error);
  return value;
}

static void advance(struct hud_simulation *simulation, double t)
{
  struct hud_error error;
  assert_ok(hud_simulation_advance(simulation, t, &error), &error);
}

/* ---- against moments ---- */

struct scores {
  int count;
  double sum, squares;
};

/* Particles of `model` against moments of `equation`. */
static void score_models(struct scores *scores, const char *equation, const char *model,
                         const char *const *names)
{
  struct hud_simulation *exact = open_model("moments", equation),
                        *particles = open_model("particles", model);
  for (int step = 1; step <= 2; step++) {
    advance(exact, step);
    advance(particles, step);
    for (int n = 0; names[n] != NULL; n++) {
      char error_name[32];
      snprintf(error_name, sizeof error_name, "%s_se", names[n]);
      double z = (quantity(particles, names[n]) - quantity(exact, names[n])) /
                 quantity(particles, error_name);
      assert_true(isfinite(z));
      scores->count++;
      scores->sum += z;
      scores->squares += z * z;
    }
  }
  hud_simulation_close(exact);
  hud_simulation_close(particles);
}

static void score_model(struct scores *scores, const char *model, const char *const *names)
{
  score_models(scores, model, model, names);
}

static const char *const pair_names[] = {"M2",    "I2",    "V1",    "V2",    "W", "T",
                                         "f1_m1", "f1_m2", "f1_m3", "f1_m4", NULL};

static void test_against_moments(void **state)
{
  (void)state;
  static const char *const free_names[] = {"f1_m2", "f1_m3", "f1_m4", NULL};
  struct scores scores = {0};
  score_model(&scores, "model: hierarchy\nclusters: 4\nepsilon: 0.3\n", pair_names);
  score_model(&scores, "model: hierarchy\nclusters: 2\nepsilon: 1.0\n", pair_names);
  score_model(&scores, "model: relaxed_triple\nepsilon: 0.3\ndelta: 0.1\n", pair_names);
  score_model(&scores, "model: first_order\nepsilon: 0.4\n", pair_names);
  score_model(&scores, "model: first_order\nepsilon: 0.4\nthree_body_drift: as_printed\n",
              pair_names);
  score_model(&scores, "model: instantaneous\n", free_names);
  double rms = sqrt(scores.squares / scores.count);
  print_message("%d scores, mean %+.3f, rms %.3f\n", scores.count, scores.sum / scores.count, rms);
  assert_true(scores.count >= 60 && rms >= 0.8 && rms <= 1.25);
  assert_below(fabs(scores.sum / scores.count), 0.35);
}

/* Velocities in R^d (Remark 2.1). Alignment acts on every component alone, so each obeys the
 * equations of d = 1, and their moments are exact for it: sums over components are d times those.
 */
static void score_in(struct scores *scores, int dimension, const char *model, double factor)
{
  static const struct {
    const char *name, *of_one;
    bool sum;
  } columns[] = {{"M2", "M2", false},       {"I1", "I1", false},      {"V1", "V1", true},
                 {"V2", "V2", true},        {"W", "W", true},         {"T", "T", true},
                 {"f1_m2", "f1_m2", false}, {"f1_m4", "f1_m4", false}};
  struct hud_simulation *exact = open_model("moments", model),
                        *particles = open_in(dimension, "particles", model);
  for (int step = 1; step <= 2; step++) {
    advance(exact, step);
    advance(particles, step);
    for (size_t n = 0; n < sizeof columns / sizeof *columns; n++) {
      char error_name[32];
      snprintf(error_name, sizeof error_name, "%s_se", columns[n].name);
      double value = quantity(exact, columns[n].of_one) * (columns[n].sum ? factor : 1.0);
      double z = (quantity(particles, columns[n].name) - value) / quantity(particles, error_name);
      assert_true(isfinite(z));
      scores->count++;
      scores->sum += z;
      scores->squares += z * z;
    }
    if (dimension > 1) { /* another component of another sample, with the same law */
      double z =
          (quantity(particles, "I1_y") - quantity(exact, "I1")) / quantity(particles, "I1_y_se");
      assert_below(fabs(z), 4.0);
      assert_true(quantity(particles, "I1_y") != quantity(particles, "I1"));
    }
  }
  hud_simulation_close(exact);
  hud_simulation_close(particles);
}

static void test_dimensions(void **state)
{
  (void)state;
  struct scores scores = {0}, wrong = {0};
  for (int d = 1; d <= 3; d++) {
    score_in(&scores, d, "model: hierarchy\nclusters: 3\nepsilon: 0.3\n", d);
    score_in(&scores, d, "model: first_order\nepsilon: 0.4\n", d);
  }
  double rms = sqrt(scores.squares / scores.count);
  print_message("%d scores, mean %+.3f, rms %.3f\n", scores.count, scores.sum / scores.count, rms);
  assert_true(scores.count >= 90 && rms >= 0.75 && rms <= 1.25);
  assert_below(fabs(scores.sum / scores.count), 0.35);
  score_in(&wrong, 3, "model: hierarchy\nclusters: 3\nepsilon: 0.3\n", 2.9);
  assert_true(sqrt(wrong.squares / wrong.count) > 3.0);
}

/* Counting as printed is another model, and the same scores say so. */
static void test_printed_counting_is_rejected(void **state)
{
  (void)state;
  struct scores scores = {0};
  score_models(&scores, "model: hierarchy\nclusters: 4\nepsilon: 0.3\ncounting: as_printed\n",
               "model: hierarchy\nclusters: 4\nepsilon: 0.3\n", pair_names);
  print_message("rms %.1f\n", sqrt(scores.squares / scores.count));
  assert_true(sqrt(scores.squares / scores.count) > 3.0);
}

/* ---- columns ---- */

static hud_status parse(const char *text, struct hud_error *error)
{
  struct hud_simulation *simulation;
  hud_status status = hud_simulation_parse(&simulation, text, "test.yaml", error);
  if (status == HUD_OK)
    hud_simulation_close(simulation);
  return status;
}

#define HEAD "huddle: 1\nmethod: particles\ntime: {end: 1.0}\n" RATES
#define GAUSSIAN "initial: {f1: {gaussian: {mass: 2, mean: 0.3, stddev: 1}}}\n"

static void test_columns(void **state)
{
  (void)state;
  struct hud_error error;
  struct hud_simulation *s;
  const char *text = HEAD GAUSSIAN "model: first_order\nepsilon: 0.1\n"
                                   "particles: {count: 500, replicas: 3, dimension: 2}\n";
  static const char *const expected[] = {"t",     "mass",  "mean",    "mean_y", "variance", "M1",
                                         "M2",    "I1",    "I1_y",    "I2",     "I2_y",     "V1",
                                         "V2",    "W",     "T",       "f1_m0",  "f1_m1",    "f1_m2",
                                         "f1_m3", "f1_m4", "mass_se", "mean_se"};
  assert_ok(hud_simulation_parse(&s, text, "test.yaml", &error), &error);
  size_t count;
  const char *const *names = hud_simulation_quantities(s, &count);
  assert_int_equal(count, 1 + 2 * 19);
  for (size_t n = 0; n < sizeof expected / sizeof expected[0]; n++)
    assert_string_equal(names[n], expected[n]);
  assert_string_equal(names[count - 1], "f1_m4_se");
  advance(s, 0.7);
  assert_close(quantity(s, "t"), 0.7, 0.0);
  assert_close(quantity(s, "mass"), 2.0, 1e-14);
  assert_close(quantity(s, "mass_se"), 0.0, 1e-14);
  assert_close(quantity(s, "f1_m0"), quantity(s, "M1"), 1e-13);
  assert_close(quantity(s, "f1_m1"), quantity(s, "I1"), 1e-13);
  assert_true(quantity(s, "I1_y") != quantity(s, "I1"));
  hud_simulation_close(s);

  text = HEAD GAUSSIAN "model: instantaneous\nparticles: {count: 500}\n";
  assert_ok(hud_simulation_parse(&s, text, "test.yaml", &error), &error);
  hud_simulation_quantities(s, &count);
  assert_int_equal(count, 14);
  assert_true(isnan(quantity(s, "W")) && isnan(quantity(s, "T")));
  double value;
  assert_error(hud_simulation_quantity(s, "V1_se", &value, &error), HUD_ERROR_USAGE, &error,
               "no quantity");
  hud_simulation_close(s);
}

static void test_densities(void **state)
{
  (void)state;
  enum { CELLS = 40 };
  struct hud_error error;
  struct hud_simulation *s;
  const double *v;
  double f1[CELLS], f2[CELLS * CELLS], mass = 0.0;
  assert_ok(hud_simulation_parse(&s,
                                 HEAD GAUSSIAN "model: hierarchy\nclusters: 2\nepsilon: 0.5\n"
                                               "particles: {count: 2000, replicas: 2}\n"
                                               "velocity: {min: -9.7, max: 10.3, cells: 40}\n",
                                 "test.yaml", &error),
            &error);
  advance(s, 0.5);
  assert_int_equal(hud_simulation_velocities(s, &v), CELLS);
  assert_close(v[0], -9.45, 1e-14);
  assert_ok(hud_simulation_density(s, 1, f1, CELLS, &error), &error);
  for (int n = 0; n < CELLS; n++)
    mass += 0.5 * f1[n];
  assert_close(mass, quantity(s, "M1"), 1e-12);
  assert_ok(hud_simulation_density(s, 2, f2, CELLS * CELLS, &error), &error);
  mass = 0.0;
  for (int n = 0; n < CELLS * CELLS; n++)
    mass += 0.25 * f2[n];
  assert_close(mass, quantity(s, "M2"), 1e-12);
  assert_error(hud_simulation_density(s, 1, f1, CELLS - 1, &error), HUD_ERROR_USAGE, &error,
               "room for 39");
  assert_error(hud_simulation_density(s, 3, f2, CELLS * CELLS, &error), HUD_ERROR_USAGE, &error,
               "no density f_3");
  hud_simulation_close(s);
  s = open_model("particles", "model: instantaneous\n");
  assert_int_equal(hud_simulation_velocities(s, &v), 0);
  assert_error(hud_simulation_density(s, 1, f1, CELLS, &error), HUD_ERROR_USAGE, &error,
               "without the key `velocity`");
  hud_simulation_close(s);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
  (void)state;
  static const struct {
    const char *text, *where, *message;
  } cases[] = {
      {HEAD GAUSSIAN "model: hierarchy\nclusters: 3\nepsilon: 0.1\nparticles: {count: 100}\n"
                     "counting: as_printed\n",
       "test.yaml:12:", "no particle process for counting as printed"},
      {HEAD GAUSSIAN "model: scalar\nepsilon: 0.1\nparticles: {count: 100}\n",
       "test.yaml:2:", "no particle process for the scalar models"},
      {HEAD "initial: {f1: {gaussian: {mass: 2, mean: 0.3, stddev: 1}},"
            " f2: {atoms: [[1, 0, 1]]}}\nmodel: hierarchy\nclusters: 2\nepsilon: 0.1\n"
            "particles: {count: 100, dimension: 2}\n",
       "test.yaml:11:", "atoms of f_2 have one component"},
      {HEAD GAUSSIAN "model: hierarchy\nclusters: 2\nepsilon: 0.1\n"
                     "particles: {count: 100, dimension: 2}\n"
                     "potential: {type: expression, force: \"r + r^2\"}\n",
       "test.yaml:12:", "must be odd"},
  };
  for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
    struct hud_error error;
    assert_error(parse(cases[n].text, &error), HUD_ERROR_INPUT, &error, cases[n].message);
    if (strncmp(error.where, cases[n].where, strlen(cases[n].where)) != 0)
      fail_msg("case %zu at %s, expected %s", n, error.where, cases[n].where);
  }
  struct hud_error error;
  assert_error(parse(HEAD GAUSSIAN "model: instantaneous\nparticles: {count: 1000000000}\n"
                                   "solver: {memory_gb: 1}\n",
                     &error),
               HUD_ERROR_MEMORY, &error, "1000000000 particles need about");
}

static void test_wall_cap(void **state)
{
  (void)state;
  struct hud_error error;
  struct hud_simulation *s;
  assert_ok(
      hud_simulation_parse(&s,
                           "huddle: 1\nmethod: particles\ntime: {end: 1.0e+9}\n" RATES GAUSSIAN
                           "model: instantaneous\nparticles: {count: 1000}\n"
                           "solver: {max_wall: 0.05}\n",
                           "test.yaml", &error),
      &error);
  assert_error(hud_simulation_advance(s, 1e9, &error), HUD_ERROR_COMPUTE, &error, "wall cap");
  hud_simulation_close(s);
}

/* ---- general potentials ---- */

static struct hud_potential *create_potential(enum hud_potential_type type, double parameter)
{
  struct hud_potential_spec spec = {
      .type = type, .exponent = parameter, .radius = parameter, .distance = parameter};
  struct hud_potential *potential;
  struct hud_error error;
  assert_ok(hud_potential_create(&potential, &spec, &error), &error);
  return potential;
}

/* Clusters on a line in R^d move as on R, whatever the line. */
static void test_flow_on_a_line(void **state)
{
  (void)state;
  static const double direction[3] = {2.0 / 7.0, -3.0 / 7.0, 6.0 / 7.0};
  static const double start[4] = {-0.4, 0.1, 0.9, 1.3};
  struct hud_error error;
  struct hud_potential *potentials[] = {create_potential(HUD_POTENTIAL_POWER, 2.0),
                                        create_potential(HUD_POTENTIAL_POWER, 1.5),
                                        create_potential(HUD_POTENTIAL_ATTRACTION_REPULSION, 0.7)};
  for (size_t n = 0; n < 3; n++) {
    for (int k = 2; k <= 4; k++) {
      double line[4], space[12];
      memcpy(line, start, sizeof line);
      for (int i = 0; i < k; i++)
        for (int c = 0; c < 3; c++)
          space[3 * i + c] = 0.5 + start[i] * direction[c];
      assert_ok(hud_cluster_flow(potentials[n], k, 1, 0.8, line, &error), &error);
      assert_ok(hud_cluster_flow(potentials[n], k, 3, 0.8, space, &error), &error);
      assert_true(fabs(line[0] - start[0]) > 0.01);
      for (int i = 0; i < k; i++)
        for (int c = 0; c < 3; c++)
          assert_close(space[3 * i + c], 0.5 + line[i] * direction[c], 1e-9);
    }
    hud_potential_free(potentials[n]);
  }
}

/* The general path with the force r is alignment, also in a whole simulation. */
static void test_alignment_by_another_name(void **state)
{
  (void)state;
  static const char *const forces[] = {"potential: alignment\n",
                                       "potential: {type: expression, force: \"r\"}\n"};
  for (int dimension = 1; dimension <= 2; dimension++) {
    double values[2][3];
    for (int n = 0; n < 2; n++) {
      char text[1024];
      struct hud_error error;
      struct hud_simulation *s;
      snprintf(text, sizeof text,
               HEAD GAUSSIAN "model: hierarchy\nclusters: 3\nepsilon: 0.3\n%s"
                             "particles: {count: 300, dimension: %d}\n",
               forces[n], dimension);
      assert_ok(hud_simulation_parse(&s, text, "test.yaml", &error), &error);
      advance(s, 1.0);
      values[n][0] = quantity(s, "variance");
      values[n][1] = quantity(s, "W");
      values[n][2] = quantity(s, "f1_m4");
      hud_simulation_close(s);
    }
    for (int q = 0; q < 3; q++)
      assert_close_relative(values[1][q], values[0][q], 1e-8);
  }
}

/* Instantaneous collisions with F(r) = |r| r: over the time s a pair's r becomes r/(1 + |r| s), so
 * that c_2' = lambda M E[r'^2 - r^2]/2 with r from f_1 x f_1. For equal atoms at -1 and 1 the first
 * collisions have |r| = 2 or 0: c_2'(0) = (E[1/(1 + 2s)^2] - 1), s exponential with rate mu. */
static void test_power_law(void **state)
{
  (void)state;
  struct hud_error error;
  struct hud_simulation *s;
  const double mu = 2.0, t = 0.01;
  assert_ok(hud_simulation_parse(
                &s,
                HEAD "initial: {f1: {atoms: [[0.5, -1], [0.5, 1]]}}\nmodel: instantaneous\n"
                     "potential: {type: power, exponent: 2}\n"
                     "particles: {count: 20000, replicas: 40}\n",
                "test.yaml", &error),
            &error);
  double before = quantity(s, "f1_m2"), expectation = 0.0;
  enum { STEPS = 200000 };
  for (int n = 0; n < STEPS; n++) { /* midpoint rule in u = e^{-mu s} */
    double at = -log((n + 0.5) / STEPS) / mu, factor = 1.0 / (1.0 + 2.0 * at);
    expectation += factor * factor / STEPS;
  }
  advance(s, t);
  double slope = (quantity(s, "f1_m2") - before) / t, error_of_slope = quantity(s, "f1_m2_se") / t;
  assert_true(error_of_slope < 0.02);
  /* the second derivative of c_2 is below 2 lambda^2 M^2 c_2 */
  assert_close(slope, expectation - 1.0, 4.0 * error_of_slope + t);
  hud_simulation_close(s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_moments),
      cmocka_unit_test(test_printed_counting_is_rejected),
      cmocka_unit_test(test_dimensions),
      cmocka_unit_test(test_columns),
      cmocka_unit_test(test_densities),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_wall_cap),
      cmocka_unit_test(test_flow_on_a_line),
      cmocka_unit_test(test_alignment_by_another_name),
      cmocka_unit_test(test_power_law),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
