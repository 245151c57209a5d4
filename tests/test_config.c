/* SPDX-License-Identifier: GPL-3.0-or-later
 * Model files that load: typed values, defaults, overrides, notes, the canonical form, and errors
 * that are found later. Runs in the root of the source tree. */
#define _XOPEN_SOURCE 700
#include "support.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "config/document.h"
#include "config/expression.h"
#include "config/model_file.h"
#include "network/network.h"
#include "scratch.h"

static const char hierarchy[] = "huddle: 1\n"
                                "model: hierarchy\n"
                                "method: moments\n"
                                "epsilon: 0.05\n"
                                "clusters: 4\n"
                                "rates: {lambda: 1, mu: 2}\n"
                                "initial: {f1: {gaussian: {mean: 0.3, stddev: 2}}}\n"
                                "time: {end: 3}\n";

static struct hud_model_file *parse(const char *text, const char *const *overrides, size_t count)
{
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  assert_ok(hud_model_file_parse(&file, "m.yaml", text, strlen(text), overrides, count, &error),
            &error);
  return file;
}

static struct hud_model_file *parse_with(const char *override)
{
  return parse(hierarchy, &override, 1);
}

static const struct hud_description *of(const struct hud_model_file *file)
{
  return hud_model_file_description(file);
}

static void assert_fails(const char *text, const char *override, const char *where,
                         const char *message)
{
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  assert_error(hud_model_file_parse(&file, "m.yaml", text, strlen(text), &override,
                                    override != NULL, &error),
               HUD_ERROR_INPUT, &error, message);
  assert_string_equal(error.where, where);
  assert_null(file);
}

/* ---- values and defaults ---- */

static void test_first_order_model(void **state)
{
  (void)state;
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  assert_ok(hud_model_file_load(&file, "models/first_order.yaml", NULL, 0, &error), &error);
  const struct hud_description *d = of(file);
  assert_string_equal(d->title, "First-order model, Gaussian data");
  assert_int_equal(d->model, HUD_MODEL_FIRST_ORDER);
  assert_int_equal(d->method, HUD_METHOD_GRID);
  assert_close(d->epsilon, 0.05, 0.0);
  assert_int_equal(d->clusters, 3);
  assert_close(hud_description_kappa(d), 1.0, 0.0);
  assert_int_equal(d->lambda.type, HUD_RATE_TABLE);
  assert_int_equal(d->lambda.entry_count, 2);
  assert_false(d->lambda.has_default);
  assert_int_equal(d->lambda.entries[1].j, 2);
  assert_close(d->lambda.entries[1].value, 0.8, 0.0);
  assert_int_equal(d->lambda.mark.line, 12);
  assert_int_equal(d->potential.type, HUD_POTENTIAL_ALIGNMENT);
  assert_true(d->velocity.given);
  assert_close(d->velocity.min, -8.0, 0.0);
  assert_int_equal(d->velocity.cells, 256);
  assert_int_equal(d->initial.f1.type, HUD_DENSITY_GAUSSIAN);
  assert_close(d->initial.f1.mean, 0.3, 0.0);
  assert_int_equal(d->initial.cluster_count, 2);
  assert_int_equal(d->initial.clusters[2].type, HUD_CLUSTER_ZERO);
  assert_close(d->time.end, 3.0, 0.0);
  assert_close(d->time.output_every, 0.05, 0.0);
  hud_model_file_free(file);
}

static void test_defaults(void **state)
{
  (void)state;
  struct hud_model_file *file = parse(hierarchy, NULL, 0);
  const struct hud_description *d = of(file);
  assert_null(d->title);
  assert_int_equal(d->clusters, 4);
  assert_int_equal(d->counting, HUD_COUNTING_CONSERVING);
  assert_int_equal(d->three_body_drift, HUD_DRIFT_CONSISTENT);
  assert_int_equal(d->duration, HUD_DURATION_EXPONENTIAL);
  assert_int_equal(d->potential.type, HUD_POTENTIAL_ALIGNMENT);
  assert_false(d->velocity.given);
  assert_close(d->initial.f1.mass, 1.0, 0.0);
  assert_int_equal(d->initial.cluster_count, 0);
  assert_null(d->initial.clusters);
  assert_int_equal(d->initial.others.type, HUD_CLUSTER_ZERO);
  assert_int_equal(d->initial.matching, HUD_MATCHING_MATCHED);
  assert_close(d->time.output_every, 0.03, 0.0);
  assert_close(d->solver.rtol, 1e-8, 0.0);
  assert_close(d->solver.atol, 1e-12, 0.0);
  assert_int_equal(d->solver.integrator, HUD_INTEGRATOR_CVODE);
  assert_close(d->solver.spectral_tol, 1e-9, 0.0);
  assert_int_equal(d->solver.max_steps, 0);
  assert_close(d->solver.max_wall, 0.0, 0.0);
  assert_close(d->solver.memory_limit, 8e9, 0.0);
  assert_int_equal(d->moment_order, 4);
  assert_int_equal(d->particles.seed, 1);
  assert_int_equal(d->particles.replicas, 1);
  assert_true(d->output.f1);
  assert_false(d->output.f2);
  hud_model_file_free(file);
}

static void test_models_and_sizes(void **state)
{
  (void)state;
  static const struct {
    const char *model;
    enum hud_model_kind kind;
    int clusters;
    double epsilon;
  } cases[] = {
      {"model=hierarchy", HUD_MODEL_HIERARCHY, 4, 0.05},
      {"model=first_order_hierarchy", HUD_MODEL_FIRST_ORDER_HIERARCHY, 4, 0.05},
      {"model=relaxed_triple", HUD_MODEL_RELAXED_TRIPLE, 3, 0.05},
      {"model=first_order", HUD_MODEL_FIRST_ORDER, 3, 0.05},
      {"model=scalar_implicit", HUD_MODEL_SCALAR_IMPLICIT, 3, 0.05},
      {"model=scalar", HUD_MODEL_SCALAR, 3, 0.05},
      {"model=instantaneous", HUD_MODEL_INSTANTANEOUS, 2, 1.0},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    const char *overrides[] = {cases[c].model, "delta=0.01"};
    struct hud_model_file *file = parse(hierarchy, overrides, 2);
    assert_int_equal(of(file)->model, cases[c].kind);
    assert_int_equal(of(file)->clusters, cases[c].clusters);
    assert_close(of(file)->epsilon, cases[c].epsilon, 0.0);
    assert_close(of(file)->delta, cases[c].kind == HUD_MODEL_RELAXED_TRIPLE ? 0.01 : 0.0, 0.0);
    hud_model_file_free(file);
  }
}

static void test_integers(void **state)
{
  (void)state;
  const char *overrides[] = {"method=particles", "particles.count=1e6",
                             "particles.seed=9223372036854775807", "particles.replicas=3"};
  struct hud_model_file *file = parse(hierarchy, overrides, 4);
  assert_int_equal(of(file)->particles.count, 1000000);
  assert_true(of(file)->particles.seed == UINT64_C(9223372036854775807));
  assert_int_equal(of(file)->particles.replicas, 3);
  hud_model_file_free(file);
  assert_fails(hierarchy, "particles.seed=9223372036854775808",
               "--set particles.seed=9223372036854775808", "too large");
}

/* ---- rates ---- */

static double rate(const char *override, int i, int j)
{
  struct hud_model_file *file = parse_with(override);
  struct hud_error error = {0};
  double value = NAN;
  assert_ok(hud_rate_evaluate(&of(file)->lambda, "lambda", i, j, &value, &error), &error);
  hud_model_file_free(file);
  return value;
}

static void test_rates(void **state)
{
  (void)state;
  assert_close(rate("rates.lambda=0.5", 1, 3), 0.5, 0.0);
  assert_close(rate("rates.lambda={type: constant, value: 0.5}", 1, 3), 0.5, 0.0);
  assert_close(rate("rates.lambda={type: additive, value: 0.5}", 1, 3), 2.0, 0.0);
  assert_close(rate("rates.lambda={type: multiplicative, value: 0.5}", 1, 3), 1.5, 0.0);
  assert_close(rate("rates.lambda={type: expression, expression: \"sqrt(i*j)\"}", 1, 3), sqrt(3.0),
               1e-15);
  const char *table = "rates.lambda={default: 7, \"3,1\": 2, \"1, 1\": 3}";
  assert_close(rate(table, 1, 3), 2.0, 0.0);
  assert_close(rate(table, 3, 1), 2.0, 0.0);
  assert_close(rate(table, 1, 1), 3.0, 0.0);
  assert_close(rate(table, 2, 2), 7.0, 0.0);
}

/* A pair that the network needs and the file does not give: the place is put in afterwards. */
static void test_missing_pair_gets_a_place(void **state)
{
  (void)state;
  struct hud_model_file *file = parse_with("rates.lambda={\"1,1\": 1}");
  struct hud_network *network = NULL;
  struct hud_error error = {0}, placed = {0};
  assert_error(hud_network_create(&network, of(file), &error), HUD_ERROR_INPUT, &error, "\"1,2\"");
  assert_error(hud_model_file_fail(file, "rates.lambda", &placed, "%s", error.message),
               HUD_ERROR_INPUT, &placed, error.message);
  assert_string_equal(placed.where, "--set rates.lambda={\"1,1\": 1}");
  assert_error(hud_model_file_fail_at(file, of(file)->mu.mark, &placed, "too %s", "fast"),
               HUD_ERROR_INPUT, &placed, "too fast\n  rates: {lambda: 1, mu: 2}\n");
  assert_string_equal(placed.where, "m.yaml:6:24");
  hud_model_file_fail(file, "solver.rtol", &placed, "not in the file");
  assert_string_equal(placed.where, "m.yaml:1:1");
  hud_model_file_fail(file, "time.output_every", &placed, "nearest is time");
  assert_string_equal(placed.where, "m.yaml:8:7");
  hud_model_file_free(file);
}

/* ---- densities and clusters ---- */

static void test_densities(void **state)
{
  (void)state;
  struct hud_model_file *file = parse_with("initial.f1={uniform: {mass: 2, min: -1, max: 3}}");
  const struct hud_density_spec *f1 = &of(file)->initial.f1;
  assert_int_equal(f1->type, HUD_DENSITY_UNIFORM);
  assert_close(f1->mass + f1->min + f1->max, 4.0, 0.0);
  hud_model_file_free(file);

  file = parse_with("initial.f1={self_similar: {mean: 1, scale: 0.5}}");
  assert_int_equal(of(file)->initial.f1.type, HUD_DENSITY_SELF_SIMILAR);
  assert_close(of(file)->initial.f1.scale, 0.5, 0.0);
  hud_model_file_free(file);

  file = parse_with("initial.f1={mixture: [{gaussian: {mass: 0.3, mean: -1, stddev: 1}}, "
                    "{mixture: [{atoms: [[0.5, 2], [0.25, -2]]}]}]}");
  f1 = &of(file)->initial.f1;
  assert_int_equal(f1->part_count, 2);
  assert_close(f1->parts[0].mass, 0.3, 0.0);
  assert_int_equal(f1->parts[1].parts[0].point_count, 2);
  assert_close(f1->parts[1].parts[0].points[3], -2.0, 0.0);
  hud_model_file_free(file);

  const double at = 0.5;
  file = parse_with("initial.f1={expression: \"exp(-v^2)\"}");
  f1 = &of(file)->initial.f1;
  assert_close(hud_expression_evaluate(f1->expression, &at), exp(-0.25), 1e-16);
  assert_true(isinf(f1->min) && f1->min < 0.0 && isinf(f1->max) && f1->max > 0.0);
  hud_model_file_free(file);

  file = parse_with("initial.f1={expression: {formula: 1, min: 0, max: 2}}");
  assert_close(of(file)->initial.f1.max, 2.0, 0.0);
  hud_model_file_free(file);
}

static void test_tables_from_files(void **state)
{
  static const char table[] = "v, f\r\n# a comment\n\n-1,0\n 0.5 , 2e0 \r\n3,1";
  char path[SCRATCH_PATH];
  scratch_write(*state, "f.csv", table, strlen(table));
  scratch_write(*state, "model.yaml", hierarchy, strlen(hierarchy));
  scratch_path(path, *state, "model.yaml");
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  const char *override = "initial.f1={table: f.csv}";
  assert_ok(hud_model_file_load(&file, path, &override, 1, &error), &error);
  const struct hud_density_spec *f1 = &of(file)->initial.f1;
  static const double expected[] = {-1, 0, 0.5, 2, 3, 1};
  assert_int_equal(f1->type, HUD_DENSITY_TABLE);
  assert_int_equal(f1->point_count, 3);
  for (int n = 0; n < 6; n++)
    assert_close(f1->points[n], expected[n], 0.0);
  /* the resolved model does not need the file any more */
  assert_non_null(strstr(hud_model_file_resolved(file), "{table: [[-1, 0], [0.5, 2], [3, 1]]}"));
  hud_model_file_free(file);
}

#define PRODUCT                                                                                    \
  "initial.f2={product: {mass: 0.2, density: {mixture: [{gaussian: {mass: 3, mean: 0, stddev: "    \
  "1}}, {atoms: [[1, 0]]}]}}}"

static void test_clusters(void **state)
{
  (void)state;
  const char *overrides[] = {"initial.clusters=quasi_stationary",
                             "initial.f3={atoms: [[0.1, 1, 2, 3], [0.2, 0, 0, 0]]}", PRODUCT};
  struct hud_model_file *file = parse(hierarchy, overrides, 3);
  const struct hud_initial_spec *initial = &of(file)->initial;
  assert_int_equal(initial->cluster_count, 3);
  assert_int_equal(initial->others.type, HUD_CLUSTER_QUASI_STATIONARY);
  assert_int_equal(initial->clusters[2].type, HUD_CLUSTER_PRODUCT);
  assert_close(initial->clusters[2].amount, 0.2, 0.0);
  assert_close(initial->clusters[2].density.parts[0].mass, 0.75, 0.0); /* scaled to mass one */
  assert_close(initial->clusters[2].density.parts[1].points[0], 0.25, 0.0);
  assert_int_equal(initial->clusters[3].point_count, 2);
  assert_close(initial->clusters[3].points[3], 3.0, 0.0);
  hud_model_file_free(file);

  const char *gap[] = {"initial.clusters=quasi_stationary", "initial.f4=zero"};
  file = parse(hierarchy, gap, 2);
  initial = &of(file)->initial;
  assert_int_equal(initial->cluster_count, 4);
  assert_int_equal(initial->clusters[2].type, HUD_CLUSTER_QUASI_STATIONARY);
  assert_int_equal(initial->clusters[3].type, HUD_CLUSTER_QUASI_STATIONARY);
  assert_int_equal(initial->clusters[4].type, HUD_CLUSTER_ZERO);
  hud_model_file_free(file);
}

static void test_potentials_and_duration(void **state)
{
  (void)state;
  const char *overrides[] = {"method=particles", "particles={count: 10}",
                             "potential={type: bounded_confidence, radius: 0.5}"};
  struct hud_model_file *file = parse(hierarchy, overrides, 3);
  assert_int_equal(of(file)->potential.type, HUD_POTENTIAL_BOUNDED_CONFIDENCE);
  assert_close(of(file)->potential.radius, 0.5, 0.0);
  hud_model_file_free(file);

  const double r = 2.0;
  overrides[2] = "potential={type: expression, force: \"r*exp(-r^2)\"}";
  file = parse(hierarchy, overrides, 3);
  assert_close(hud_expression_evaluate(of(file)->potential.force, &r), 2.0 * exp(-4.0), 1e-16);
  hud_model_file_free(file);

  const char *delayed[] = {"method=particles", "particles={count: 10}", "clusters=2",
                           "duration={deterministic: 1.5}"};
  file = parse(hierarchy, delayed, 4);
  assert_int_equal(of(file)->duration, HUD_DURATION_DETERMINISTIC);
  assert_close(of(file)->duration_tau, 1.5, 0.0);
  hud_model_file_free(file);
}

/* ---- overrides ---- */

static void test_overrides(void **state)
{
  (void)state;
  const char *overrides[] = {"epsilon=0.1",
                             "epsilon=0.2",
                             "solver.rtol=1e-5",
                             "solver.atol=1e-9",
                             "title=a = b",
                             "initial.f1={mixture: [{gaussian: {mean: 0, stddev: 1}}]}",
                             "initial.f1.mixture.0.gaussian.mean=5",
                             "rates.mu={\"1,1\": 1, default: 2}",
                             "rates.mu.1,2=4"};
  struct hud_model_file *file = parse(hierarchy, overrides, 9);
  const struct hud_description *d = of(file);
  assert_close(d->epsilon, 0.2, 0.0);
  assert_close(d->solver.rtol, 1e-5, 0.0);
  assert_close(d->solver.atol, 1e-9, 0.0);
  assert_string_equal(d->title, "a = b");
  assert_close(d->initial.f1.parts[0].mean, 5.0, 0.0);
  assert_close(d->mu.entries[1].value, 4.0, 0.0);
  hud_model_file_free(file);
}

static void test_bad_overrides(void **state)
{
  (void)state;
  static const struct {
    const char *override, *message;
  } cases[] = {
      {"epsilon", "there is no `=` in it\n  epsilon\n  ^\nexpected key.path=value"},
      {"", "there is no `=`"},
      {"=1", "part of the key path is empty"},
      {"solver..rtol=1", "part of the key path is empty"},
      {"solver.=1", "part of the key path is empty"},
      {"epsilon=", "there is no value after `=`\n  epsilon=\n          ^"},
      {"epsilon=-1", "`epsilon` is `-1`\n  epsilon=-1\n          ^\nexpected a number > 0"},
      {"solver.rtoll=1", "unknown key `rtoll` in `solver`\n  solver.rtoll=1\n         ^\ndid you "
                         "mean `rtol`?"},
      {"epsilon.x=1", "`epsilon` is `0.05` in the file and has no keys\n  epsilon.x=1\n          "
                      "^"},
      {"initial.f1.mixture.0=1", "both `gaussian` and `mixture`"},
      {"title=[1", "not valid YAML"},
      {"title=*a", "aliases are not accepted\n  title=*a\n        ^"},
      {"title=a\x01", "control characters"},
      {"huddle=2", "`huddle` is `2`"},
      {"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", "more than 32"},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct hud_model_file *file = NULL;
    struct hud_error error = {0};
    assert_error(hud_model_file_parse(&file, "m.yaml", hierarchy, strlen(hierarchy),
                                      &cases[c].override, 1, &error),
                 HUD_ERROR_INPUT, &error, cases[c].message);
    assert_int_equal(strncmp(error.where, "--set ", 6), 0);
  }
  const char *list[] = {"initial.f1={atoms: [[1, 2]]}", "initial.f1.atoms.1=3"};
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  assert_error(hud_model_file_parse(&file, "m.yaml", hierarchy, strlen(hierarchy), list, 2, &error),
               HUD_ERROR_INPUT, &error, "the list has 1 items, none is `1`");
}

/* ---- what is not used ---- */

static void test_notes(void **state)
{
  (void)state;
  const char *overrides[] = {
      "velocity={min: -1, max: 1, cells: 64}", "initial.f5={atoms: [[1, 1, 2, 3, 4, 5]]}",
      "delta=0.5", "rates.lambda={default: 1, \"4,1\": 3, \"5,5\": 2}", "particles={seed: 4}"};
  static const char *const expected[] = {
      "--set: `delta` is not used by the model hierarchy",
      "--set: `rates.lambda`: 2 pairs are not used, the model has clusters of at most 4",
      "--set: `velocity` is not used by the method moments",
      "--set: `initial.f5` is not used: the model has no clusters of 5",
      "--set: `particles` is not used by the method moments"};
  struct hud_model_file *file = parse(hierarchy, overrides, 5);
  assert_int_equal(hud_model_file_note_count(file), 5);
  for (size_t n = 0; n < 5; n++)
    assert_string_equal(hud_model_file_note(file, n), expected[n]);
  assert_null(hud_model_file_note(file, 5));
  hud_model_file_free(file);

  file = parse_with("epsilon=0.05");
  assert_int_equal(hud_model_file_note_count(file), 0);
  hud_model_file_free(file);

  file = parse_with("model=instantaneous");
  assert_string_equal(hud_model_file_note(file, 0),
                      "line 4: `epsilon` is not used by the model instantaneous");
  hud_model_file_free(file);
}

/* Unused keys are checked all the same, and leave no trace in the resolved model. */
static void test_unused_keys(void **state)
{
  (void)state;
  assert_fails(hierarchy, "delta=-1", "--set delta=-1", "expected a number > 0");
  assert_fails(hierarchy, "velocity={cells: 1}", "--set velocity={cells: 1}", "`velocity.cells`");
  assert_fails(hierarchy, "initial.f7={atoms: [[1]]}", "--set initial.f7={atoms: [[1]]}", "row 0");
  struct hud_model_file *plain = parse(hierarchy, NULL, 0);
  static const char *const unused[] = {"delta=0.5",
                                       "velocity={min: 1}",
                                       "particles={count: 5}",
                                       "initial.f9={atoms: [[1,1,2,3,4,5,6,7,8,9]]}",
                                       "initial.matching=raw",
                                       "three_body_drift=as_printed",
                                       "solver={spectral_tol: 1e-4}"};
  for (size_t u = 0; u < sizeof unused / sizeof unused[0]; u++) {
    struct hud_model_file *file = parse_with(unused[u]);
    assert_int_equal(hud_model_file_note_count(file), 1);
    assert_string_equal(hud_model_file_resolved(file), hud_model_file_resolved(plain));
    assert_string_equal(hud_model_file_hash(file), hud_model_file_hash(plain));
    hud_model_file_free(file);
  }
  struct hud_model_file *other = parse_with("epsilon=0.06");
  assert_string_not_equal(hud_model_file_hash(other), hud_model_file_hash(plain));
  assert_int_equal(strlen(hud_model_file_hash(plain)), 16);
  hud_model_file_free(other);
  hud_model_file_free(plain);
}

/* ---- the canonical form ---- */

static const char *const variants[][6] = {
    {"epsilon=1e-300", "time.end=0.1", "title=\"tab\\t, \\\"quotes\\\" \\\\ and \xce\xb5\""},
    {"rates.mu={type: additive, value: 0.1}", "rates.lambda={type: multiplicative, value: 3e22}"},
    {"rates.mu={type: expression, expression: \"1 + (i-j)^2\"}", "counting=as_printed"},
    {"rates.mu={\"2,1\": 0.3, \"1,1\": 0.1, \"2,2\": 1, default: 5e-324}"},
    {"initial.f1={uniform: {min: -0.1, max: 0.7}}", "solver.max_wall=0.3", "solver.memory_gb=0.7"},
    {"initial.f1={expression: {formula: \"1/(1+v^4)\", min: -3}}", "initial.f2=quasi_stationary"},
    {"initial.f1={table: [[-1, 0], [0.3, 0.1], [0.7, 0]]}", "moments.order=7",
     "initial.f2={product: {mass: 0.1, density: {table: [[0, 1], [0.3, 2], [1, 0]]}}}"},
    {"initial.f1={mixture: [{gaussian: {mass: 0.1, mean: 0.2, stddev: 0.3}}, {self_similar: {mean: "
     "0, scale: 1}}, {atoms: [[0.1, 0.2]]}]}",
     "initial.f3={atoms: [[0.1, 0.2, 0.3, 0.4]]}", "initial.clusters=quasi_stationary"},
    {"initial.f4={product: {mass: 1, density: {mixture: [{gaussian: {mass: 0.1, mean: 0, stddev: "
     "1}}, {uniform: {mass: 0.2, min: 0, max: 1}}, {atoms: [[0.4, 1], [0.1, 2]]}]}}}",
     "output={f1: false, f2: true}"},
    {"method=particles", "particles={count: 12345, seed: 9007199254740993}",
     "potential={type: power, exponent: 2.2}"},
    {"method=particles", "particles={count: 7}", "clusters=2", "duration={deterministic: 0.1}"},
    {"method=grid", "velocity={min: -0.1, max: 0.3, cells: 64, regrid: true, drift: upwind}",
     "potential={type: expression, force: \"r*exp(-r^2)\"}", "solver.integrator=picard"},
    {"method=grid", "velocity={min: -1, max: 1, cells: 64}",
     "potential={type: attraction_repulsion, distance: 0.3}", "solver.max_steps=100000"},
    {"model=relaxed_triple", "delta=0.01", "initial.f3=quasi_stationary",
     "three_body_drift=as_printed"},
    {"model=scalar", "initial.matching=raw", "method=spectral", "solver.spectral_tol=1e-11"},
    {"model=scalar_implicit", "initial.f2=quasi_stationary"},
    {"model=instantaneous", "method=spectral"},
};

/* Written, read and written again: the same bytes, the same hash, nothing left to note. */
static void test_round_trip(void **state)
{
  (void)state;
  for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
    size_t count = 0;
    while (count < 6 && variants[v][count] != NULL)
      count++;
    struct hud_model_file *first = parse(hierarchy, variants[v], count);
    const char *text = hud_model_file_resolved(first);
    struct hud_model_file *second = parse(text, NULL, 0);
    assert_string_equal(hud_model_file_resolved(second), text);
    assert_string_equal(hud_model_file_hash(second), hud_model_file_hash(first));
    assert_int_equal(hud_model_file_note_count(second), 0);
    assert_close(of(second)->epsilon, of(first)->epsilon, 0.0);
    assert_close(of(second)->time.end, of(first)->time.end, 0.0);
    assert_close(of(second)->solver.memory_limit, of(first)->solver.memory_limit, 0.0);
    assert_int_equal(of(second)->initial.cluster_count, of(first)->initial.cluster_count);
    if (of(first)->title != NULL)
      assert_string_equal(of(second)->title, of(first)->title);
    hud_model_file_free(first);
    hud_model_file_free(second);
  }
}

/* Numbers that need all their 17 digits, and weights of a product that are scaled to mass one. */
static void test_random_numbers_round_trip(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 11, 0);
  for (int n = 0; n < 500; n++) {
    char epsilon[64], product[300];
    double value = ldexp(hud_random_uniform(&random) + 0x1p-60, (int)hud_random_below(&random, 80));
    snprintf(epsilon, sizeof epsilon, "epsilon=%.17g", value);
    snprintf(
        product, sizeof product,
        "initial.f2={product: {mass: 1, density: {mixture: [{atoms: [[%.17g, 1], [%.17g, 2]]}, "
        "{gaussian: {mass: %.17g, mean: 0, stddev: 1}}]}}}",
        hud_random_exponential(&random), hud_random_exponential(&random),
        hud_random_exponential(&random));
    const char *overrides[] = {epsilon, product};
    struct hud_model_file *first = parse(hierarchy, overrides, 2);
    assert_close(of(first)->epsilon, value, 0.0);
    struct hud_model_file *second = parse(hud_model_file_resolved(first), NULL, 0);
    assert_close(of(second)->epsilon, value, 0.0);
    assert_string_equal(hud_model_file_resolved(second), hud_model_file_resolved(first));
    hud_model_file_free(first);
    hud_model_file_free(second);
  }
}

/* The order of keys and the way numbers are written do not matter. */
static void test_same_model_same_hash(void **state)
{
  (void)state;
  struct hud_model_file *first = parse_with("rates.mu={\"1,1\": 2, \"1,2\": 3, \"2,2\": 4}");
  struct hud_model_file *second =
      parse_with("rates.mu={\"2,2\": 4.0, \"2,1\": 30e-1, \"1,1\": +2}");
  assert_string_equal(hud_model_file_hash(first), hud_model_file_hash(second));
  hud_model_file_free(first);
  hud_model_file_free(second);
}

static void test_canonical_text(void **state)
{
  (void)state;
  struct hud_model_file *file = parse(hierarchy, NULL, 0);
  assert_string_equal(hud_model_file_resolved(file),
                      "huddle: 1\n"
                      "model: hierarchy\n"
                      "method: moments\n"
                      "epsilon: 0.05\n"
                      "clusters: 4\n"
                      "counting: conserving\n"
                      "duration: exponential\n"
                      "rates:\n"
                      "  lambda: {type: constant, value: 1}\n"
                      "  mu: {type: constant, value: 2}\n"
                      "potential: alignment\n"
                      "initial:\n"
                      "  f1: {gaussian: {mass: 1, mean: 0.3, stddev: 2}}\n"
                      "  clusters: zero\n"
                      "time:\n"
                      "  end: 3\n"
                      "  output_every: 0.03\n"
                      "  checkpoint_every: 0\n"
                      "solver:\n"
                      "  rtol: 1e-8\n"
                      "  atol: 1e-12\n"
                      "  integrator: cvode\n"
                      "  max_steps: 0\n"
                      "  max_wall: 0\n"
                      "  memory_gb: 8\n"
                      "moments:\n"
                      "  order: 4\n"
                      "output:\n"
                      "  f1: true\n"
                      "  f2: false\n");
  /* FNV-1a of this text, computed by another program */
  assert_string_equal(hud_model_file_hash(file), "a41edae5721adace");
  hud_model_file_free(file);
}

/* A program in a locale with a decimal comma reads and writes the same. */
static void test_locale(void **state)
{
  (void)state;
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
  struct hud_model_file *plain = parse(hierarchy, NULL, 0);
  bool found = false;
  for (size_t n = 0; n < 4 && !found; n++)
    found = setlocale(LC_ALL, names[n]) != NULL;
  struct hud_model_file *file = parse(hierarchy, NULL, 0);
  setlocale(LC_ALL, "C");
  assert_close(of(file)->epsilon, 0.05, 0.0);
  assert_string_equal(hud_model_file_resolved(file), hud_model_file_resolved(plain));
  hud_model_file_free(file);
  hud_model_file_free(plain);
  if (!found)
    skip(); /* this system has no such locale */
}

/* ---- limits of the text ---- */

static void test_marks_count_characters(void **state)
{
  (void)state;
  assert_fails("\xef\xbb\xbfhuddle: 2\n", NULL, "m.yaml:1:9", "  huddle: 2\n          ^");
  assert_fails("huddle: 1\r\ntitle: {\xce\xb5\xce\xb5: 1, b: *c}\r\n", NULL, "m.yaml:2:19",
               "  title: {\xce\xb5\xce\xb5: 1, b: *c}\n                    ^");
  assert_fails("huddle: 1\n\n# \xe2\x80\xa8 \xc2\x85\nmodle: a\n", NULL, "m.yaml:6:1",
               "unknown key `modle`");
}

static void test_sizes_are_capped(void **state)
{
  (void)state;
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  size_t length = HUD_DOCUMENT_BYTES + 1;
  char *text = NULL;
  assert_ok(HUD_NEW(&text, length + 1, "a text", &error), &error);
  memset(text, '#', length);
  assert_error(hud_model_file_parse(&file, "m.yaml", text, length, NULL, 0, &error),
               HUD_ERROR_INPUT, &error, "4194305 bytes");
  assert_string_equal(error.where, "m.yaml");
  memset(text, '[', length - 1);
  assert_error(hud_model_file_parse(&file, "m.yaml", text, length - 1, NULL, 0, &error),
               HUD_ERROR_INPUT, &error, "more than 32 levels");
  for (size_t n = 0; n + 8 <= length - 1; n += 8) {
    char key[16];
    snprintf(key, sizeof key, "%06zx:\n", n / 8);
    memcpy(text + n, key, 8);
  }
  text[length - 1] = '\0';
  assert_error(hud_model_file_parse(&file, "m.yaml", text, strlen(text), NULL, 0, &error),
               HUD_ERROR_INPUT, &error, "more than 4096 keys");
  hud_free(text);
}

static void test_unreadable_files(void **state)
{
  (void)state;
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  assert_error(hud_model_file_load(&file, "no/such/model.yaml", NULL, 0, &error), HUD_ERROR_INPUT,
               &error, "cannot read no/such/model.yaml");
  assert_error(hud_model_file_load(&file, "tests", NULL, 0, &error), HUD_ERROR_INPUT, &error,
               "not a regular file");
  assert_null(file);
  hud_model_file_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_first_order_model),
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_models_and_sizes),
      cmocka_unit_test(test_integers),
      cmocka_unit_test(test_rates),
      cmocka_unit_test(test_missing_pair_gets_a_place),
      cmocka_unit_test(test_densities),
      scratch_unit_test(test_tables_from_files),
      cmocka_unit_test(test_clusters),
      cmocka_unit_test(test_potentials_and_duration),
      cmocka_unit_test(test_overrides),
      cmocka_unit_test(test_bad_overrides),
      cmocka_unit_test(test_notes),
      cmocka_unit_test(test_unused_keys),
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_random_numbers_round_trip),
      cmocka_unit_test(test_same_model_same_hash),
      cmocka_unit_test(test_canonical_text),
      cmocka_unit_test(test_locale),
      cmocka_unit_test(test_marks_count_characters),
      cmocka_unit_test(test_sizes_are_capped),
      cmocka_unit_test(test_unreadable_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
