/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models on the grid in time: against the moments, which are exact; against the self-similar
 * solution; conservation, positivity and cost for any epsilon. */
#include "grid_model.h"
#include "grid_run.h"

static const char base[] = "huddle: 1\n"
                           "model: first_order\n"
                           "method: grid\n"
                           "epsilon: 0.05\n"
                           "rates:\n"
                           "  lambda: {\"1,1\": 1.0, \"1,2\": 0.8}\n"
                           "  mu: {\"1,1\": 2.0, \"1,2\": 1.5}\n"
                           "velocity: {min: -8, max: 8, cells: 64}\n"
                           "initial:\n"
                           "  f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}\n"
                           "  f2: zero\n"
                           "time: {end: 3.0, output_every: 0.1}\n"
                           "solver: {rtol: 1.0e-6, atol: 1.0e-12}\n";

static void run_open(struct run *run, const char *const *overrides, const char *last)
{
  run_start(run, base, overrides, last);
}

/* The moment method with the same overrides. */
static void oracle_open(struct run *run, const char *const *overrides)
{
  const char *all[MAX_OVERRIDES] = {NULL};
  size_t count = 0;
  for (; overrides != NULL && overrides[count] != NULL; count++)
    all[count] = overrides[count];
  all[count++] = "solver.rtol=1e-12";
  all[count++] = "solver.atol=1e-15";
  all[count] = NULL;
  run_open(run, all, "method=moments");
}

static void mass_and_mean_stay_for_long_times(void **state)
{
  (void)state;
  const char *const starts[] = {
      "initial.f2=zero", "initial.f2=quasi_stationary", /* then pairs with a mean of their own */
      "initial.f2={product: {mass: 0.5, density: {gaussian: {mass: 1, mean: -1.5, stddev: 0.6}}}}",
      "model=instantaneous", "velocity.drift=fourth_order"};
  for (int s = 0; s < 5; s++)
    for (int loose = 0; loose < 2; loose++) {
      const char *overrides[] = {starts[s], "time.end=10",
                                 loose ? "solver.rtol=1e-3" : "solver.rtol=1e-6", NULL};
      struct run run, exact;
      run_open(&run, overrides, NULL);
      oracle_open(&exact, overrides);
      double mass = column(&run, "mass"), mean = column(&run, "mean");
      double variance = column(&run, "variance");
      for (int k = 1; k <= 20; k++) {
        run_to(&run, 0.5 * k);
        run_to(&exact, 0.5 * k);
        assert_close(column(&run, "mass"), mass, 1e-12 * mass);
        assert_close(column(&run, "mean"), mean, 1e-12);
        assert_true(column(&run, "variance") <= variance);
        variance = column(&run, "variance");
        assert_close(column(&run, "M1"), column(&exact, "M1"), loose ? 2e-2 : 2e-5);
        if (s != 3)
          assert_close(column(&run, "M2"), column(&exact, "M2"), loose ? 2e-2 : 2e-5);
      }
      run_close(&run);
      run_close(&exact);
    }
}

static void second_moments_are_exact(void **state)
{
  (void)state;
  const char *const cases[][3] = {{"velocity.cells=48", "three_body_drift=consistent", NULL},
                                  {"velocity.cells=65", "three_body_drift=as_printed", NULL},
                                  {"velocity.cells=48", "rates.mu={default: 1.0}", NULL},
                                  {"velocity.cells=80", "initial.f2=quasi_stationary", NULL},
                                  {"velocity.cells=48", "velocity.drift=fourth_order", NULL},
                                  {"velocity.cells=64", "model=instantaneous", NULL}};
  const char *const names[] = {"variance", "V1", "f1_m2", "V2", "W", "T"};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    const char *overrides[] = {cases[c][0], cases[c][1], "time.end=2", NULL};
    const char *tight[] = {cases[c][0],         cases[c][1],         "time.end=2",
                           "solver.rtol=1e-10", "solver.atol=1e-14", NULL};
    struct run run, exact;
    run_open(&run, tight, NULL);
    oracle_open(&exact, overrides);
    size_t count = c == 5 ? 3 : sizeof names / sizeof *names;
    for (int k = 1; k <= 4; k++) {
      run_to(&run, 0.5 * k);
      run_to(&exact, 0.5 * k);
      for (size_t i = 0; i < count; i++)
        assert_close(column(&run, names[i]), column(&exact, names[i]), 1e-9);
    }
    run_close(&run);
    run_close(&exact);
  }
}

static double order(double coarse, double fine)
{
  return log2(coarse / fine);
}

/* mu11 = 1/2: f_2 blows up at the diagonal and its mass at r = +-h is left standing. */
static void second_moments_converge_below_mu11_one(void **state)
{
  (void)state;
  const char *const cells[] = {"velocity.cells=64", "velocity.cells=128", "velocity.cells=256"};
  const char *overrides[] = {"rates.mu={\"1,1\": 0.5, \"1,2\": 1.5}", "time.end=1",
                             "solver.rtol=1e-7", NULL};
  double error[3];
  struct run exact;
  oracle_open(&exact, overrides);
  run_to(&exact, 1.0);
  for (int level = 0; level < 3; level++) {
    struct run run;
    run_open(&run, overrides, cells[level]);
    run_to(&run, 1.0);
    error[level] = fabs(column(&run, "f1_m2") - column(&exact, "f1_m2"));
    run_close(&run);
  }
  run_close(&exact);
  print_message("mu11 = 0.5, error of m2 at n = 64, 128, 256: %.2e %.2e %.2e, orders %.2f %.2f\n",
                error[0], error[1], error[2], order(error[0], error[1]), order(error[1], error[2]));
  assert_true(order(error[0], error[1]) >= 2.2 && order(error[1], error[2]) >= 2.2);
}

/* Mass of f_1 below each of n/skip - 1 inner cell edges. */
static void cumulate(size_t n, size_t skip, double h, const double *f1, double *out)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) {
    sum += h * f1[i];
    if ((i + 1) % skip == 0)
      out[i / skip] = sum;
  }
}

/* W1 between solutions at n and 2n, taken as constant on cells, and m4 against the moments. */
static void w1_and_fourth_moments_have_order_two(void **state)
{
  (void)state;
  enum { LEVELS = 4, FIRST = 64 };
  const char *const cells[LEVELS] = {"velocity.cells=64", "velocity.cells=128",
                                     "velocity.cells=256", "velocity.cells=512"};
  const char *overrides[] = {"time.end=0.5", "solver.rtol=1e-6", NULL};
  static double f1[LEVELS][FIRST << (LEVELS - 1)];
  double m4[LEVELS], w1[LEVELS - 1];
  struct run exact;
  oracle_open(&exact, overrides);
  run_to(&exact, 0.5);
  for (int level = 0; level < LEVELS; level++) {
    struct run run;
    run_open(&run, overrides, cells[level]);
    run_to(&run, 0.5);
    m4[level] = fabs(column(&run, "f1_m4") - column(&exact, "f1_m4"));
    const double *density = hud_model_density(run.model, run.y, 1);
    memcpy(f1[level], density, ((size_t)FIRST << level) * sizeof *density);
    size_t n = (size_t)FIRST << level;
    double smallest = 0.0, largest = 0.0;
    for (size_t i = 0; i < n; i++) {
      smallest = fmin(smallest, density[i]);
      largest = fmax(largest, density[i]);
    }
    assert_true(smallest >= -1e-9 * largest);
    assert_true(column(&run, "min_f2") >= -1e-9 * largest * largest);
    run_close(&run);
  }
  run_close(&exact);
  for (int level = 0; level + 1 < LEVELS; level++) {
    double coarse[FIRST << (LEVELS - 1)], fine[FIRST << (LEVELS - 1)], sum = 0.0;
    size_t n = (size_t)FIRST << level;
    cumulate(n, 1, 16.0 / (double)n, f1[level], coarse);
    cumulate(2 * n, 2, 8.0 / (double)n, f1[level + 1], fine);
    for (size_t i = 0; i < n; i++)
      sum += 16.0 / (double)n * fabs(coarse[i] - fine[i]);
    w1[level] = sum;
  }
  print_message("   n    W1(n, 2n)  order   m4 error  order\n");
  for (int level = 0; level < LEVELS; level++) {
    print_message("%4d", FIRST << level);
    if (level + 1 < LEVELS)
      print_message("   %9.2e", w1[level]);
    if (level > 0 && level + 1 < LEVELS)
      print_message("  %5.2f", order(w1[level - 1], w1[level]));
    print_message("%*s%9.2e", level == 0 ? 10 : level + 1 < LEVELS ? 3 : 22, "", m4[level]);
    print_message(level > 0 ? "  %5.2f\n" : "\n", level > 0 ? order(m4[level - 1], m4[level]) : 0);
    if (level > 1)
      assert_true(order(m4[level - 1], m4[level]) >= 1.9);
    if (level > 0 && level + 1 < LEVELS)
      assert_true(order(w1[level - 1], w1[level]) >= 1.9);
  }
}

/* Point values of f_1 at n cells against those at 3n, which has every centre of the n: the mean of
 * the differences, over the window. */
static double against_three_times(const char *const *overrides, int n, struct run *fine)
{
  char cells[32];
  struct run coarse;
  snprintf(cells, sizeof cells, "velocity.cells=%d", n);
  run_open(&coarse, overrides, cells);
  run_to(&coarse, 0.5);
  const double *f = hud_model_density(coarse.model, coarse.y, 1);
  const double *g = hud_model_density(fine->model, fine->y, 1);
  double sum = 0.0, smallest = 0.0;
  for (int i = 0; i < n; i++) {
    sum += hud_grid_spacing(coarse.model->rep) * fabs(f[i] - g[3 * i + 1]);
    smallest = fmin(smallest, f[i]);
  }
  assert_true(smallest >= -1e-9);
  run_close(&coarse);
  return sum;
}

static const char two_groups[] =
    "initial.f1={mixture: [{gaussian: {mass: 0.6, mean: -0.7, stddev: 0.4}}, {gaussian: {mass: "
    "0.4, mean: 1.3, stddev: 0.4}}]}";

static void fourth_order_drift_has_order_four(void **state)
{
  (void)state;
  static const struct {
    const char *model, *rates;
    double least; /* order */
    int first;
  } cases[] = {{"model=instantaneous", "rates.mu={\"1,1\": 2, \"1,2\": 1.5}", 3.9, 32},
               {"model=instantaneous", "rates.mu={\"1,1\": 1, \"1,2\": 1.5}", 3.9, 32},
               {"model=instantaneous", "rates.mu={\"1,1\": 0.5, \"1,2\": 1.5}", 2.2, 48},
               {"model=first_order", "rates.mu={\"1,1\": 2, \"1,2\": 1.5}", 3.9, 24}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    const char *overrides[] = {cases[c].model,     cases[c].rates,
                               "time.end=0.5",     "velocity={min: -3.3, max: 3.9, cells: 24}",
                               "solver.rtol=1e-9", "velocity.drift=fourth_order",
                               two_groups,         NULL};
    double difference[3];
    for (int level = 0, n = cases[c].first; level < 3; level++, n *= 2) {
      char cells[32];
      struct run fine;
      snprintf(cells, sizeof cells, "velocity.cells=%d", 3 * n);
      run_open(&fine, overrides, cells);
      run_to(&fine, 0.5);
      difference[level] = against_three_times(overrides, n, &fine);
      run_close(&fine);
    }
    print_message("%s, %s: L1 of f_1(n) - f_1(3n) %.2e %.2e %.2e, orders %.2f %.2f\n",
                  cases[c].model, cases[c].rates, difference[0], difference[1], difference[2],
                  order(difference[0], difference[1]), order(difference[1], difference[2]));
    for (int level = 0; level < 2; level++)
      assert_true(order(difference[level], difference[level + 1]) >= cases[c].least);
  }
}

/* (2M/(pi sigma)) (1 + (v/sigma)^2)^-2 and its distribution function. */
static double self_similar_below(double v, double sigma)
{
  double x = v / sigma;
  return 0.5 + (atan(x) + x / (1.0 + x * x)) / 3.141592653589793;
}

static void self_similar_solution_is_followed(void **state)
{
  (void)state;
  const char *const cells[] = {"velocity.cells=640", "velocity.cells=1280", "velocity.cells=2560"};
  const char *overrides[] = {"model=instantaneous",
                             "velocity={min: -80, max: 80, cells: 640}",
                             "initial.f1={self_similar: {mass: 1.0, mean: 0.0, scale: 1.0}}",
                             "time.end=1",
                             "solver.rtol=1e-7",
                             NULL};
  double distance[3];
  for (int level = 0; level < 3; level++) {
    struct run run;
    run_open(&run, overrides, cells[level]);
    assert_true(run.model->lost > 1e-7 && run.model->lost < 1e-5);
    run_to(&run, 1.0);
    const double *f1 = hud_model_density(run.model, run.y, 1);
    double sigma = exp(-0.25), h = hud_grid_spacing(run.model->rep), below = 0.0;
    distance[level] = 0.0;
    for (size_t i = 0; i < hud_grid_cells(run.model->rep); i++) {
      double edge = hud_grid_velocity(run.model->rep, i) + 0.5 * h;
      below += h * f1[i];
      if (fabs(edge) < 10.0)
        distance[level] +=
            h * fabs(below + 0.5 * run.model->lost - self_similar_below(edge, sigma));
    }
    run_close(&run);
  }
  print_message("self-similar solution at t = 1: W1 within [-10, 10]: %.2e %.2e %.2e\n",
                distance[0], distance[1], distance[2]);
  assert_true(order(distance[0], distance[1]) >= 1.8 && order(distance[1], distance[2]) >= 1.9);
}

static void cost_does_not_depend_on_epsilon(void **state)
{
  (void)state;
  const char *const epsilons[] = {"epsilon=1e-1", "epsilon=1e-2", "epsilon=1e-3",
                                  "epsilon=1e-4", "epsilon=1e-5", "epsilon=1e-6"};
  const char *const starts[] = {"initial.f2=zero", "initial.f2=quasi_stationary",
                                "velocity.drift=fourth_order"};
  for (int s = 0; s < 3; s++) {
    double least = INFINITY, most = 0.0;
    print_message("evaluations, %s:", starts[s]);
    for (int e = 0; e < 6; e++) {
      const char *overrides[] = {starts[s], NULL};
      struct run run;
      run_open(&run, overrides, epsilons[e]);
      double variance = column(&run, "variance");
      for (int k = 1; k <= 30; k++) {
        run_to(&run, 0.1 * k);
        assert_true(column(&run, "variance") <= variance);
        variance = column(&run, "variance");
      }
      struct hud_evolve_counters counters;
      hud_evolve_counters(run.evolve, &counters);
      double evaluations = (double)counters.rhs_evaluations;
      print_message(" %g", evaluations);
      least = fmin(least, evaluations);
      most = fmax(most, evaluations);
      assert_true(counters.linear_iterations < 2 * counters.newton_iterations);
      run_close(&run);
    }
    print_message("\n");
    assert_below(most, 2.0 * least);
    assert_below(most, 400.0);
  }
}

/* Atoms and jumps get the upwind drift: non-negative, up to the round-off of Fourier sums and of
 * the integrator's history where the first-order model has next to nothing. */
static void rough_data_stay_non_negative(void **state)
{
  (void)state;
  const char *const data[] = {"initial.f1={atoms: [[0.5, -1.03], [0.5, 1.6]]}",
                              "initial.f1={uniform: {mass: 1, min: -1.5, max: 1.77}}"};
  const char *const models[] = {"model=first_order", "model=instantaneous"};
  for (int c = 0; c < 4; c++) {
    const char *overrides[] = {data[c / 2], models[c % 2], NULL};
    struct run run;
    run_open(&run, overrides, NULL);
    for (int k = 1; k <= 6; k++) {
      run_to(&run, 0.5 * k);
      for (int size = 1; size <= 2 - c % 2; size++) {
        const double *f = hud_model_density(run.model, run.y, size);
        size_t length = run.model->rep->ops->length(run.model->rep, size);
        double smallest = INFINITY, largest = 0.0;
        for (size_t i = 0; i < length; i++) {
          smallest = fmin(smallest, f[i]);
          largest = fmax(largest, f[i]);
        }
        assert_true(smallest >= (c % 2 == 0 ? -2e-15 * largest : 0.0));
      }
    }
    run_close(&run);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mass_and_mean_stay_for_long_times),
      cmocka_unit_test(second_moments_are_exact),
      cmocka_unit_test(second_moments_converge_below_mu11_one),
      cmocka_unit_test(w1_and_fourth_moments_have_order_two),
      cmocka_unit_test(fourth_order_drift_has_order_four),
      cmocka_unit_test(self_similar_solution_is_followed),
      cmocka_unit_test(cost_does_not_depend_on_epsilon),
      cmocka_unit_test(rough_data_stay_non_negative),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
