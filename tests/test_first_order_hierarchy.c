/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * System (9): the numbers of its network against the list of terms that the paper keeps, its mass
 * balance, what is conserved when only single particles join and leave, moments against grid (and
 * spectral: test_spectral_models), the hierarchy (8) to the last bit for K <= 3 and at order two in
 * epsilon beyond, and what refuses it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "grid_run.h"
#include "huddle.h"
#include "moment_model.h"
#include "particles/particles.h"
#include "run/simulation.h"

/* ---- the network ---- */

/* {size, partner} of the losses in (9a), (9b), (9c), (9d), up to K = 6. */
static const int kept[][2] = {{1, 1}, {1, 2}, {2, 1}, {3, 1}, {4, 1}, {5, 1}};

static bool is_kept(int size, int partner)
{
  for (size_t n = 0; n < sizeof kept / sizeof *kept; n++)
    if (kept[n][0] == size && kept[n][1] == partner)
      return true;
  return false;
}

static void test_terms(void **state)
{
  (void)state;
  for (int printed = 0; printed < 2; printed++) {
    struct model model;
    int losses = 0;
    standard_rates(&model, 0.3);
    model.description.counting = printed ? HUD_COUNTING_AS_PRINTED : HUD_COUNTING_CONSERVING;
    model_open(&model, HUD_MODEL_FIRST_ORDER_HIERARCHY, 6, 0, 0.0);
    assert_int_equal(model.network->K, 6);
    assert_int_equal(model.network->reaction_count, 9);
    for (int k = 1; k <= 6; k++) {
      assert_close_relative(model.network->sizes[k].weight, pow(0.3, k - 1), 1e-15);
      assert_close_relative(model.network->sizes[k].drift, k == 1 ? 0.0 : pow(0.3, k - 2), 1e-15);
      assert_false(model.network->sizes[k].quasi_stationary);
    }
    for (size_t r = 0; r < model.network->reaction_count; r++) {
      const struct hud_reaction *reaction = &model.network->reactions[r];
      int i = reaction->i, j = reaction->j;
      double power = pow(0.3, i + j - 2), twice = printed && i != j ? 2.0 : 1.0;
      assert_close_relative(reaction->product, twice * power, 1e-15);
      assert_close_relative(reaction->reactant[0], is_kept(i, j) ? power : 0.0, 1e-15);
      assert_close_relative(reaction->reactant[1], is_kept(j, i) ? power : 0.0, 1e-15);
      assert_true(hud_reaction_conserves(reaction) == (i + j <= (printed ? 2 : 3)));
      losses += is_kept(i, j) + (i != j && is_kept(j, i));
    }
    assert_int_equal(losses, 6);
    model_close(&model);
  }
}

/* Up to K = 3 nothing of (8) is of second order. */
static void test_small_networks_are_the_hierarchy(void **state)
{
  (void)state;
  for (int K = 1; K <= 4; K++) {
    struct model first, full;
    standard_rates(&first, 0.3);
    standard_rates(&full, 0.3);
    model_open(&first, HUD_MODEL_FIRST_ORDER_HIERARCHY, K, 0, 0.0);
    model_open(&full, HUD_MODEL_HIERARCHY, K, 0, 0.0);
    size_t count = first.network->reaction_count;
    assert_int_equal(count, full.network->reaction_count);
    bool same = count == 0 || memcmp(first.network->reactions, full.network->reactions,
                                     count * sizeof *first.network->reactions) == 0;
    assert_true(same == (K <= 3));
    model_close(&first);
    model_close(&full);
  }
}

/* ---- balance ---- */

/* The rate of mass that `huddle models first_order_hierarchy` states. */
static double stated_mass_rate(const struct model *model, const double *y, double *size)
{
  const struct hud_description *d = &model->description;
  int K = model->network->K;
  double sum = 0.0;
  *size = 0.0;
  for (int i = 1; 2 * i <= K; i++)
    for (int j = i; i + j <= K; j++) {
      double gain = rate(&d->lambda, i, j) * y[model->start[i]] * y[model->start[j]];
      double loss = rate(&d->mu, i, j) * y[model->start[i + j]];
      double power = pow(d->epsilon, i + j - 2);
      *size += (i + j) * power * (gain + loss);
      if (i == 1 && j >= 3)
        sum += power * (gain - loss);
      if (i >= 2)
        sum += (i + j) * power * (gain - loss);
    }
  return sum;
}

static void test_mass_balance(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 91, 1);
  for (int trial = 0; trial < 40; trial++) {
    struct model model;
    double y[MAX_SIZE], ydot[MAX_SIZE], size, total[3];
    random_rates(&model, &random);
    model_open(&model, HUD_MODEL_FIRST_ORDER_HIERARCHY, 2 + trial % 5, 2, 0.4);
    random_state(&model, &random, y);
    right_hand_side(&model, y, ydot);
    totals(&model, ydot, 0.0, total);
    double expected = stated_mass_rate(&model, y, &size);
    assert_close(total[0], expected, 4e-15 * size);
    if (model.network->K <= 3) {
      assert_close(expected, 0.0, 0.0);
      assert_close(total[1], 0.0, 4e-15 * 2.0 * size);
    } else {
      assert_true(fabs(expected) > 1e-13 * size);
    }
    model_close(&model);
  }
}

/* Only single particles join and leave: M_1 + 2 eps M_2 + 3 sum_{k>=3} eps^{k-1} M_k stays, the
 * mass does not. */
static void test_single_particles(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  const char *text =
      "huddle: 1\nmodel: first_order_hierarchy\nclusters: 5\nmethod: moments\nepsilon: 0.3\n"
      "rates:\n"
      "  lambda: {default: 1.2, \"2,2\": 0, \"2,3\": 0}\n"
      "  mu: {default: 0.8, \"2,2\": 0, \"2,3\": 0}\n"
      "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}}\n"
      "time: {end: 4.0}\nsolver: {rtol: 1.0e-10, atol: 1.0e-14}\n";
  assert_ok(hud_simulation_parse(&s, text, "test.yaml", &error), &error);
  double total[2], mass[2];
  for (int i = 0; i < 2; i++) {
    const char *const names[] = {"M1", "M2", "M3", "M4", "M5"};
    total[i] = mass[i] = 0.0;
    for (int k = 1; k <= 5; k++) {
      double value;
      assert_ok(hud_simulation_quantity(s, names[k - 1], &value, &error), &error);
      total[i] += (k < 3 ? k : 3) * pow(0.3, k - 1) * value;
    }
    assert_ok(hud_simulation_quantity(s, "mass", &mass[i], &error), &error);
    assert_ok(hud_simulation_advance(s, 4.0, &error), &error);
  }
  assert_close(total[1], total[0], 1e-13);
  assert_true(fabs(mass[1] - mass[0]) > 1e-3);
  hud_simulation_close(s);
}

/* ---- in time ---- */

static const char base[] =
    "huddle: 1\n"
    "model: first_order_hierarchy\n"
    "method: moments\n"
    "clusters: 4\n"
    "epsilon: 0.1\n"
    "rates:\n"
    "  lambda: {\"1,1\": 1.0, \"1,2\": 0.8, default: 1.0}\n"
    "  mu: {\"1,1\": 2.0, \"1,2\": 1.5, default: 1.5}\n"
    "velocity: {min: -2.7, max: 3.3, cells: 16}\n"
    "initial:\n"
    "  f1: {expression: {formula: \"0.41*(1-((v-0.3)/3)^2)^4*(1+0.3*v)\", min: -2.7, max: 3.3}}\n"
    "  clusters: zero\n"
    "time: {end: 1.0, output_every: 0.1}\n"
    "solver: {rtol: 1.0e-12, atol: 1.0e-16}\n";

static const char *const names[] = {"M1", "M2", "M3", "M4", "I1",    "I3",    "I4",       "V1",
                                    "V2", "V4", "W",  "T",  "f1_m3", "f1_m4", "variance", "mass"};
enum { NAMES = sizeof names / sizeof *names };

static void values(const char *const *sets, double t, double *out)
{
  struct run run;
  run_start(&run, base, sets, NULL);
  run_to(&run, t);
  for (int n = 0; n < NAMES; n++)
    out[n] = column_index(&run, names[n]) < 0 ? NAN : column(&run, names[n]);
  run_close(&run);
}

/* The discrete second moments obey their equations exactly (docs/numerics.md); what is left is the
 * sampling of the data. Fourth moments are of second order. */
static void test_grid_agrees(void **state)
{
  (void)state;
  const char *const cells[] = {"velocity.cells=16", "velocity.cells=32", "velocity.cells=64"};
  const char *moments[] = {"clusters=3", NULL};
  double exact[NAMES], error[3];
  values(moments, 0.5, exact);
  for (int c = 0; c < 3; c++) {
    double found[NAMES];
    const char *sets[] = {"clusters=3",        "method=grid", "solver.rtol=1e-7",
                          "solver.atol=1e-13", cells[c],      NULL};
    values(sets, 0.5, found);
    for (int n = 0; n < NAMES; n++)
      if (strncmp(names[n], "f1_", 3) != 0 && !isnan(exact[n]))
        assert_close(found[n], exact[n], 2e-7 + 1e-4 * pow(0.5, 5 * c));
    error[c] = found[NAMES - 3] - exact[NAMES - 3];
  }
  print_message("f1_m4 errors %.2e %.2e %.2e\n", error[0], error[1], error[2]);
  assert_true(log2(error[0] / error[1]) > 1.6);
  assert_true(log2(error[1] / error[2]) > 1.85);
}

/* K = 4, where (9) is not (8): what the left-out terms change is the same on a grid. */
static void test_grid_of_four_agrees(void **state)
{
  (void)state;
  double change[2][NAMES];
  for (int m = 0; m < 2; m++) {
    const char *method = m == 0 ? "method=moments" : "method=grid";
    const char *first[] = {method, "solver.rtol=1e-8", NULL};
    const char *full[] = {method, "solver.rtol=1e-8", "model=hierarchy", NULL};
    double of_full[NAMES];
    values(first, 0.3, change[m]);
    values(full, 0.3, of_full);
    for (int n = 0; n < NAMES; n++)
      change[m][n] -= of_full[n];
  }
  for (int n = 0; n < NAMES; n++) {
    print_message("%-8s %+.3e moments %+.3e grid\n", names[n], change[0][n], change[1][n]);
    assert_true(fabs(change[0][n]) > 1e-6);
    assert_close_relative(change[1][n], change[0][n],
                          strncmp(names[n], "f1_", 3) == 0 ? 0.03 : 2e-3);
  }
}

static void test_three_are_the_hierarchy(void **state)
{
  (void)state;
  const char *const methods[] = {"method=moments", "method=grid", "method=spectral"};
  for (int m = 0; m < 3; m++) {
    double first[NAMES], full[NAMES];
    const char *ours[] = {"clusters=3", "solver.rtol=1e-7", methods[m], NULL};
    const char *theirs[] = {"clusters=3", "solver.rtol=1e-7", methods[m], "model=hierarchy", NULL};
    values(ours, 0.5, first);
    values(theirs, 0.5, full);
    for (int n = 0; n < NAMES; n++)
      assert_true(first[n] == full[n] || (isnan(first[n]) && isnan(full[n])));
  }
}

/* Differences from (8), sup over [0, 1], at epsilon = 1/200, 1/400, 1/800, 1/1600. */
static void test_order_in_epsilon(void **state)
{
  (void)state;
  const char *const sizes[] = {"clusters=4", "clusters=6"};
  const char *const epsilons[] = {"epsilon=0.005", "epsilon=0.0025", "epsilon=0.00125",
                                  "epsilon=0.000625"};
  for (int s = 0; s < 2; s++) {
    double distance[4][NAMES] = {{0.0}};
    for (int e = 0; e < 4; e++) {
      struct run run[2];
      const char *first[] = {sizes[s], epsilons[e], NULL};
      const char *full[] = {sizes[s], epsilons[e], "model=hierarchy", NULL};
      run_start(&run[0], base, first, NULL);
      run_start(&run[1], base, full, NULL);
      for (int step = 1; step <= 10; step++) {
        run_to(&run[0], 0.1 * step);
        run_to(&run[1], 0.1 * step);
        for (int n = 0; n < NAMES; n++)
          distance[e][n] =
              fmax(distance[e][n], fabs(column(&run[0], names[n]) - column(&run[1], names[n])));
      }
      run_close(&run[0]);
      run_close(&run[1]);
    }
    for (int n = 0; n < NAMES; n++) {
      double order[3];
      for (int e = 0; e < 3; e++)
        order[e] = log2(distance[e][n] / distance[e + 1][n]);
      print_message("%s %-8s %.2e  orders %.3f %.3f %.3f\n", sizes[s], names[n], distance[0][n],
                    order[0], order[1], order[2]);
      assert_close(order[2], 2.0, 0.06);
      assert_true(order[2] > order[0] - 0.05);
      assert_true(distance[3][n] > 1e-9); /* far above the tolerance in time */
    }
  }
}

/* ---- what does not run ---- */

static void refused_both(const char *set, const char *other, const char *where, const char *text)
{
  struct hud_model_file *file = NULL;
  struct hud_model *model = NULL;
  struct hud_error error = {0};
  const char *sets[] = {set, other};
  hud_status status = hud_model_file_parse(&file, "test.yaml", base, strlen(base), sets,
                                           other != NULL ? 2 : 1, &error);
  if (status == HUD_OK)
    status = hud_model_create(&model, hud_model_file_description(file), &error);
  assert_error(status, HUD_ERROR_INPUT, &error, text);
  if (strstr(error.where, where) == NULL)
    fail_msg("%s: at %s, not %s", set, error.where, where);
  hud_model_file_free(file);
}

static void refused(const char *set, const char *where, const char *text)
{
  refused_both(set, NULL, where, text);
}

static void test_errors(void **state)
{
  (void)state;
  refused_both("method=particles", "particles.count=100", "method",
               "first_order_hierarchy does not run with method particles");
  refused("rates.mu={\"1,1\": 2.0, \"1,2\": 1.5, \"2,2\": 1}", "rates.mu", "\"1,3\"");
  refused("potential={type: power, exponent: 2}", "", "alignment");
  refused("clusters=0", "", "clusters");
  /* the process itself, for whoever hands it this network */
  struct model model;
  struct hud_particles *particles = NULL;
  standard_rates(&model, 0.5);
  model_open(&model, HUD_MODEL_FIRST_ORDER_HIERARCHY, 4, 0, 0.0);
  struct hud_particles_options options = {.network = model.network, .count = 100};
  assert_error(hud_particles_create(&particles, &options, &model.error), HUD_ERROR_INPUT,
               &model.error, "nor for the terms of (9): joining {1,3}");
  assert_null(particles);
  model_close(&model);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_terms),
      cmocka_unit_test(test_small_networks_are_the_hierarchy),
      cmocka_unit_test(test_mass_balance),
      cmocka_unit_test(test_single_particles),
      cmocka_unit_test(test_grid_agrees),
      cmocka_unit_test(test_grid_of_four_agrees),
      cmocka_unit_test(test_three_are_the_hierarchy),
      cmocka_unit_test(test_order_in_epsilon),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
