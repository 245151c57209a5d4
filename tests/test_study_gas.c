/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Studies of hard spheres and of their Boltzmann equation: exact values, seeds and their errors,
 * fits, expectations that fail. Runs the executable in the build folder (HUD_BUILD) from the root
 * of the source. */
#define _GNU_SOURCE
#include <math.h>
#include <sys/wait.h>

#include "config/model_file.h"
#include "scratch.h"
#include "spheres/gaussian.h"
#include "spheres/zones.h"
#include "study/execute.h"
#include "study/table.h"
#include "study/theory.h"
#include "support.h"

/* ---- exact values ---- */

/* The numbers of docs/hard-spheres.md at T_x = 1.5, others 0.5, alpha_l = 1/l!. */
static void test_slopes_of_gaussians(void **state)
{
  (void)state;
  const double temperature[3] = {1.5, 0.5, 0.5};
  const struct {
    int dimension, order;
    double slope;
  } known[] = {{2, 1, -1.758016}, {2, 2, -1.003795}, {3, 1, -3.614549}, {3, 2, -0.863873}};
  struct hud_error error = {0};
  for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
    double slope[3], sum = 0.0;
    int d = known[k].dimension, order = known[k].order;
    assert_ok(hud_gaussian_slopes(d, order, 1.0 / tgamma(order + 1.0), temperature, slope, &error),
              &error);
    assert_close(slope[0], known[k].slope, 1e-6);
    for (int a = 0; a < d; a++)
      sum += slope[a];
    assert_close(sum, 0.0, 1e-12); /* energy */
    if (d == 3)
      assert_close(slope[1], slope[2], 1e-12);
  }
}

/* 8l/((l+1)(ld+2)) nu_l for small anisotropies, of any order; a Maxwellian stays. */
static void test_small_anisotropy(void **state)
{
  (void)state;
  const double delta = 1e-4, temperature[3] = {0.7 + delta, 0.7 - delta, 0.7};
  struct hud_error error = {0};
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 5; l++) {
      double slope[3], still[3] = {0.7, 0.7, 0.7};
      double rate = 8.0 * l / ((l + 1.0) * (l * d + 2.0)) * hud_boltzmann_rate(d, l, 0.3, 1.0, 0.7);
      assert_ok(hud_gaussian_slopes(d, l, 0.3, temperature, slope, &error), &error);
      assert_close_relative(slope[0], -rate * delta, 1e-3);
      assert_close_relative(slope[1], rate * delta, 1e-3);
      assert_ok(hud_gaussian_slopes(d, l, 0.3, still, slope, &error), &error);
      for (int a = 0; a < d; a++)
        assert_close(slope[a], 0.0, 1e-12 * rate);
    }
}

static double theory_of(const char *model, enum hud_study_quantity_kind kind, int size,
                        const char *column)
{
  struct hud_study_quantity quantity = {.name = "quantity", .kind = kind, .size = size};
  struct hud_model_file *file = NULL;
  struct hud_error error = {0};
  double value;
  snprintf(quantity.series.columns[0], sizeof quantity.series.columns[0], "%s", column);
  quantity.series.count = 1;
  assert_ok(hud_model_file_parse(&file, "model", model, strlen(model), NULL, 0, &error), &error);
  assert_ok(hud_study_theory(&value, &quantity, file, &error), &error);
  hud_model_file_free(file);
  return value;
}

#define HEAD "huddle: 1\ndimension: 2\norders: 2\n"
#define FLOW HEAD "model: hard_spheres\nparticles: {count: 1000}\nzones: {kappa: 1}\n"
#define DILUTE HEAD "model: boltzmann\nparticles: {count: 1000}\nalpha: [1, 0.5]\n"
#define TIME "time: {end: 1, output_every: 0.1}\n"
#define REST "initial: {velocity: {gaussian: {temperature: 1}}}\n" TIME
#define TWO "initial: {velocity: {gaussian: {temperature: [1.5, 0.5]}}}\n" TIME
#define MIX                                                                                        \
  "initial: {velocity: {mixture: [{gaussian: {weight: 1, temperature: 1}}, {gaussian: {weight: "   \
  "1, temperature: 2}}]}}\n" TIME

/* nu_1 = 2 sqrt(pi), nu_2 = 2.27326; the flow's limit is the same. Where there is no formula there
 * is no number. */
static void test_theory_of_models(void **state)
{
  (void)state;
  const char *const models[] = {FLOW REST, DILUTE REST};
  for (int m = 0; m < 2; m++) {
    assert_close(theory_of(models[m], HUD_QUANTITY_FREQUENCY, 2, ""), 2.0 * sqrt(M_PI), 1e-12);
    assert_close(theory_of(models[m], HUD_QUANTITY_FREQUENCY, 3, ""), 2.27326, 5e-6);
    assert_close(theory_of(models[m], HUD_QUANTITY_CONTACT, 3, ""), 1.0, 0.0);
    assert_close(theory_of(models[m], HUD_QUANTITY_SLOPE, 0, "Tx"), 0.0, 1e-12);
  }
  assert_close(theory_of(FLOW TWO, HUD_QUANTITY_SLOPE, 0, "Tx"), -2.761811, 2e-6);
  assert_close(theory_of(DILUTE TWO, HUD_QUANTITY_SLOPE, 0, "Ty"), 2.761811, 2e-6);
  assert_close(theory_of(DILUTE TWO, HUD_QUANTITY_RELAXATION, 0, "Tx"), 2.761811 / 1.5, 2e-6);
  assert_true(isnan(theory_of(FLOW TWO, HUD_QUANTITY_FREQUENCY, 2, "")));
  assert_true(isnan(theory_of(FLOW MIX, HUD_QUANTITY_SLOPE, 0, "Tx")));
  assert_true(isnan(theory_of(FLOW TWO, HUD_QUANTITY_SLOPE, 0, "m4")));
  assert_true(isnan(theory_of(FLOW TWO, HUD_QUANTITY_DECAY, 0, "Tx")));
}

/* ---- studies ---- */

#define STUDY                                                                                      \
  "huddle: 1\nstudy: Small\nsettles: Nothing.\nbase: {huddle: 1, model: boltzmann, dimension: 2, " \
  "orders: 2, particles: {count: 2000, seed: 1}, initial: {velocity: {gaussian: {temperature: "    \
  "1}}, fix: [momentum, energy]}, time: {end: 1, output_every: 0.1}}\n"

static int run_study(const char *text, const char *name, const char *options, char *output,
                     size_t size)
{
  char file[80], command[3 * SCRATCH_PATH + 200];
  const char *folder = getenv("HUD_BUILD");
  size_t length;
  snprintf(file, sizeof file, "%s.yaml", name);
  scratch_write(scratch, file, text, strlen(text));
  snprintf(command, sizeof command, "%s/huddle study %s/%s -o %s/%s --quiet %s >%s/log 2>&1",
           folder != NULL ? folder : "build", scratch, file, scratch, name, options, scratch);
  int status = system(command);
  char *log = scratch_read(scratch, "log", &length);
  snprintf(output, size, "%s", log);
  free(log);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

enum { OUTPUT = 1 << 16 };
static char output[OUTPUT];

static void expect(const char *text, const char *name, const char *options, int status,
                   const char *words)
{
  int got = run_study(text, name, options, output, sizeof output);
  if (got != status || strstr(output, words) == NULL) {
    print_error("%s gave %d, expected %d with \"%s\":\n%s\n", name, got, status, words, output);
    fail();
  }
}

/* The process has exactly the rates of the equation; a wrong number is not met, and neither is one
 * for which nothing was fitted. */
static void test_frequencies(void **state)
{
  (void)state;
  static const char text[] =
      STUDY "variants: [{label: kac}]\nreference: theory\ndifference: relative\nseeds: 8\n"
            "quantities: [frequency_2, frequency_3, contact_2]\nnorm: final\n";
  expect(text, "rates", "--set 'expect=[{variant: kac, value: 0, sigmas: 4}]'", 0,
         "met     kac, frequency_3: value");
  expect(text, "rates", "--set 'expect=[{variant: kac, value: 0, within: 0.03}]'", 0, "met ");
  expect(text, "rates", "--set 'expect=[{variant: kac, value: 0.1, sigmas: 4}]'", 1,
         "NOT MET kac, frequency_3: value");
}

static double entry_value(const char *name, size_t point, size_t quantity, double *error_bar)
{
  char file[80], path[SCRATCH_PATH], folder[SCRATCH_PATH];
  struct hud_error error = {0};
  struct hud_study *study = NULL;
  struct hud_study_plan *plan = NULL;
  struct hud_study_table *table = NULL;
  snprintf(file, sizeof file, "%s.yaml", name);
  scratch_path(path, scratch, file);
  assert_ok(hud_study_load(&study, path, NULL, 0, &error), &error);
  assert_ok(hud_study_plan_create(&plan, study, &error), &error);
  assert_ok(hud_study_table_create(&table, plan, scratch_path(folder, scratch, name), NULL, &error),
            &error);
  const struct hud_study_entry *entry = hud_study_entry_at(table, point, 0, quantity);
  double value = entry->value;
  *error_bar = entry->discretisation;
  hud_study_table_free(table);
  hud_study_plan_free(plan);
  hud_study_free(study);
  return value;
}

/* Eight seeds and eight replicas are the same kind of sample: means agree within their errors, and
 * the errors with each other. A defined column has at most the errors of its parts. */
static void test_seeds_and_replicas(void **state)
{
  (void)state;
  static const char common[] = STUDY
      "set: {initial: {velocity: {gaussian: {temperature: [1.5, 0.5]}}, fix: [momentum, energy]}}\n"
      "define: {anisotropy: Tx - Ty, twice: 2*Tx}\n"
      "variants: [{label: kac}]\nquantities: [Tx, anisotropy, frequency_2, slope(anisotropy), "
      "twice]\nnorm: final\nwindow: [0, 0.4]\n";
  char seeds[2048], replicas[2048], one[2048];
  snprintf(seeds, sizeof seeds, "%sseeds: 32\n", common);
  snprintf(replicas, sizeof replicas, "%slink: {particles.replicas: 32}\n", common);
  snprintf(one, sizeof one, "%s", common);
  expect(seeds, "seeds", "", 0, "anisotropy, kac");
  expect(replicas, "replicas", "", 0, "anisotropy, kac");
  expect(one, "one", "", 0, "anisotropy, kac");
  for (size_t q = 0; q < 3; q++) {
    double first, second, a = entry_value("seeds", 0, q, &first);
    double b = entry_value("replicas", 0, q, &second);
    assert_true(first > 0.0 && second > 0.0);
    assert_close(a, b, 2.0 * (first + second)); /* four standard errors and more */
    assert_true(first < 2.0 * second && second < 2.0 * first);
  }
  double Tx, twice, anisotropy, slope, third;
  entry_value("seeds", 0, 0, &Tx);
  entry_value("seeds", 0, 4, &twice);
  entry_value("seeds", 0, 1, &anisotropy);
  assert_close_relative(twice, 2.0 * Tx, 1e-9);
  assert_close_relative(anisotropy, 2.0 * Tx, 1e-6); /* the energy is fixed */
  double value = entry_value("seeds", 0, 3, &slope);
  assert_close(value, -2.0 * 2.761811, 2.0 * slope + 0.02); /* 0.02: of the cubic */
  entry_value("one", 0, 0, &third); /* a second seed in place of repetitions */
  assert_true(third > 0.0);
  entry_value("replicas", 0, 3, &third); /* replicas say nothing about a fit */
  assert_true(isnan(third));
}

/* The flow against its equation: the deficit of collisions vanishes like sqrt(epsilon_3). */
static void test_contact_of_the_flow(void **state)
{
  (void)state;
  static const char text[] =
      "huddle: 1\nstudy: Small\nsettles: Nothing.\nbase: {huddle: 1, model: hard_spheres, "
      "dimension: 2, orders: 2, zones: {kappa: 1}, domain: {torus: 1}, particles: {count: 100}, "
      "initial: {velocity: {gaussian: {temperature: 1}}, position: uniform, fix: [momentum, "
      "energy]}, time: {end: 1}}\n"
      "vary: {particles.count: [100, 200, 400]}\n"
      "link: {time.end: 40/count, time.output_every: 40/count, particles.replicas: "
      "rint(20000/count)}\n"
      "against: {root_epsilon: count^(-1/3)}\nseeds: 8\n"
      "variants: [{label: flow}]\nreference: theory\ndifference: relative\n"
      "quantities: [contact_2]\nnorm: final\n"
      "fit: [{powers: [1, 2]}, {quantity: contact_2, largest: 1}]\n"
      "expect: [{variant: flow, coefficient: 1.5708, within: 0.3}, {variant: flow, exponent: 0.5, "
      "within: 0.25}]\n";
  size_t length;
  expect(text, "contact", "", 0, "met     flow, contact_2: coefficient");
  assert_non_null(strstr(output, "root_epsilon^1 + ("));
  assert_non_null(strstr(output, "chi^2/dof"));
  char *fits = scratch_read(scratch, "contact/fits.csv", &length);
  assert_non_null(strstr(fits, "\"flow\",contact_2,,1,0,"));
  free(fits);
  char *table = scratch_read(scratch, "contact/table.csv", &length);
  assert_int_equal(strncmp(table, "count,root_epsilon,variant,", 27), 0);
  free(table);
  table = scratch_read(scratch, "contact/runs.csv", &length);
  size_t lines = 0;
  for (const char *c = table; *c != '\0'; c++)
    lines += *c == '\n';
  assert_int_equal(lines, 25); /* three numbers of particles, eight seeds */
  free(table);
  assert_true(scratch_has(scratch, "contact/figure-study.svg"));
  expect(text, "contact",
         "--set 'expect=[{variant: flow, exponent: 2, within: 0.2}, {variant: flow, coefficient: "
         "3, sigmas: 3}]'",
         1, "2 expectations of the study are not met");
}

/* Values beside theory; curves of columns where nothing varies. */
static void test_values_beside_theory(void **state)
{
  (void)state;
  static const char text[] = STUDY
      "set: {initial: {velocity: {gaussian: {temperature: [1.5, 0.5]}}, fix: [momentum, energy]}, "
      "time: {end: 0.1, output_every: 0.01}}\n"
      "define: {anisotropy: Tx - Ty}\nseeds: 16\n"
      "variants: [{label: binary, set: {alpha: [1, 0]}}, {label: ternary, set: {alpha: [0, "
      "0.5]}}]\n"
      "quantities: [anisotropy, relaxation(anisotropy), decay_rate(anisotropy)]\n";
  size_t length;
  expect(text, "beside",
         "--set 'expect=[{variant: ternary, quantity: relaxation(anisotropy), theory: true, "
         "sigmas: 4}]'",
         0, "met     ternary, relaxation(anisotropy): value");
  assert_non_null(strstr(output, "expected 2.0075"));
  char *table = scratch_read(scratch, "beside/table.csv", &length);
  assert_non_null(strstr(table, "value,discretisation,theory,order,"));
  free(table);
  table = scratch_read(scratch, "beside/figure-study.gp", &length);
  assert_non_null(strstr(table, "label_1_2 = \"ternary\"")); /* one panel, of the column */
  assert_null(strstr(table, "label_2_1"));
  assert_non_null(strstr(table, "with yerrorbars"));
  free(table);
  expect(text, "beside",
         "--set 'expect=[{variant: binary, quantity: decay_rate(anisotropy), value: 2, sigmas: "
         "4}]'",
         1, "NOT MET binary, decay_rate(anisotropy): value");
}

/* Where nothing varies, what is made of a column shows that column against time, once; what is made
 * of none is not drawn. */
static void test_curves_behind_rates(void **state)
{
  (void)state;
  static const char text[] =
      STUDY "set: {initial: {velocity: {gaussian: {temperature: [1.5, 0.5]}}}, "
            "time: {end: 0.1, output_every: 0.01}}\n"
            "define: {anisotropy: Tx - Ty}\nseeds: 2\n"
            "variants: [{label: binary, set: {alpha: [1, 0]}}, {label: both}]\n"
            "quantities: [relaxation(anisotropy), slope(anisotropy), frequency_2]\n";
  expect(text, "behind", "", 0, "relaxation(anisotropy), both");
  char *script = scratch_read(scratch, "behind/figure-study.gp", NULL);
  assert_non_null(strstr(script, "anisotropy"));
  assert_non_null(strstr(script, "label_1_2 = \"both\""));
  assert_null(strstr(script, "label_2_1"));
  free(script);
  expect(text, "numbers", "--set 'quantities=[frequency_2]'", 0, "frequency_2, both");
  assert_false(scratch_has(scratch, "numbers/figure-study.gp"));
}

/* Too few points: nothing is fitted, and nothing expected of it is met. */
static void test_no_fit(void **state)
{
  (void)state;
  static const char text[] =
      STUDY "vary: {particles.count: [1000, 2000]}\nvariants: [{label: kac}]\nquantities: [m4]\n"
            "fit: [{quantity: m4}]\nexpect: [{variant: kac, exponent: 0, within: 1000}]\n";
  expect(text, "unfitted", "", 1, "NOT MET kac, m4: exponent -");
  assert_non_null(strstr(output, "not fitted: too few points"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_slopes_of_gaussians),
      cmocka_unit_test(test_small_anisotropy),
      cmocka_unit_test(test_theory_of_models),
      cmocka_unit_test(test_frequencies),
      cmocka_unit_test(test_seeds_and_replicas),
      cmocka_unit_test(test_contact_of_the_flow),
      cmocka_unit_test(test_values_beside_theory),
      cmocka_unit_test(test_curves_behind_rates),
      cmocka_unit_test(test_no_fit),
  };
  return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
