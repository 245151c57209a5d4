/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The flows of pairs and of larger clusters on the grid, for every force: mass and mean, second
 * moments that are exact, the maps themselves, the flow property, and with them Picard's iteration
 * of the mild form (30) against CVODE. */
#include <stdio.h>

#include "grid_force.h"
#include "huddle.h"

/* Random values everywhere, up to the ends of the window. */
static void flows_keep_mass_and_mean(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 51, 0);
  const double times[] = {0.0, 1e-4, 0.05, 0.7, 3.0};
  for (int trial = 0; trial < 10 * FORCES; trial++) {
    struct grid grid;
    const struct force *force = &forces[trial % FORCES];
    enum hud_drift_scheme scheme = schemes[trial / FORCES % 2];
    double s = times[trial / FORCES / 2 % 5];
    int K = trial / FORCES % 5 < 4 ? 3 : 4;
    grid_open_force(&grid, force, 8 + (int)hud_random_below(&random, 4), -2.0, 1.5, scheme, 1.0, K);
    for (int k = 2; k <= K; k++) {
      size_t length = grid.ops->length(grid.rep, k);
      double *f = zeros(length), *out = zeros(length), smallest = 0.0;
      for (size_t i = 0; i < length; i++)
        f[i] = hud_random_uniform(&random);
      assert_ok(grid.ops->flow(grid.rep, s, k, f, out, &grid.error), &grid.error);
      double mass = grid_moment(&grid, k, f, 0), mean = grid_moment(&grid, k, f, 1);
      assert_close_relative(grid_moment(&grid, k, out, 0), mass, 2e-14);
      assert_close(grid_moment(&grid, k, out, 1), mean, 1e-13 * mass);
      if (s == 0.0)
        assert_memory_equal(out, f, length * sizeof *f);
      for (size_t i = 0; i < length; i++)
        smallest = fmin(smallest, out[i]);
      if (scheme == HUD_SCHEME_UPWIND && force->attracting)
        assert_true(smallest >= -1e-15);
      free(f), free(out);
    }
    grid_close(&grid);
  }
}

/* (1 - (v/a)^2)^4 in every velocity, with a dependence on their sum. */
static void fill(const struct grid *grid, int k, double *f)
{
  double *f1 = zeros(grid->n), *f2 = zeros(grid->pairs);
  for (size_t i = 0; i < grid->n; i++) {
    double x = hud_grid_velocity(grid->rep, i) / 2.0;
    f1[i] = fabs(x) < 1.0 ? pow(1.0 - x * x, 4) * (1.0 + 0.5 * x) : 0.0;
  }
  if (k == 2) {
    grid->ops->join(grid->rep, 1.0, 1, f1, 1, f1, f);
  } else {
    grid->ops->join(grid->rep, 1.0, 1, f1, 1, f1, f2);
    grid->ops->join(grid->rep, 1.0, 1, f1, 2, f2, f);
  }
  free(f1), free(f2);
}

/* Alignment for time s: int (v_1 - v_2)^2 f_3 shrinks by e^{-2s}, at any n. */
static void second_moments_of_alignment_are_exact(void **state)
{
  (void)state;
  for (int n = 14; n <= 26; n += 6)
    for (int step = 0; step < 4; step++) {
      struct grid grid;
      double s = 0.1 * pow(0.2, step);
      grid_open_force(&grid, &forces[ALIGNMENT], n, -4.0, 4.1, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
      size_t length = grid.ops->length(grid.rep, 3);
      double *f = zeros(length), *out = zeros(length);
      fill(&grid, 3, f);
      double before = grid.ops->spread(grid.rep, 3, f), variance = grid_moment(&grid, 3, f, 2);
      assert_ok(grid.ops->flow(grid.rep, s, 3, f, out, &grid.error), &grid.error);
      assert_close_relative(grid.ops->spread(grid.rep, 3, out), exp(-2.0 * s) * before, 1e-12);
      /* v_1^2 loses (k-1)/(2k) of what (v_1 - v_2)^2 loses */
      assert_close_relative(grid_moment(&grid, 3, out, 2),
                            variance + expm1(-2.0 * s) * before / 3.0, 1e-12);
      free(f), free(out);
      grid_close(&grid);
    }
}

static void flows_follow_the_characteristics(void **state)
{
  (void)state;
  for (int force = 0; force < FORCES; force++)
    for (int k = 2; k <= 3; k++) {
      double error[3];
      for (int r = 0; r < 3; r++) {
        struct grid grid;
        int n = k == 2 ? 25 << r : r == 0 ? 13 : r == 1 ? 19 : 28;
        grid_open_force(&grid, &forces[force], n, -2.5, 2.4, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
        size_t length = grid.ops->length(grid.rep, k);
        double *f = zeros(length), *out = zeros(length);
        fill(&grid, k, f);
        assert_ok(grid.ops->flow(grid.rep, 0.25, k, f, out, &grid.error), &grid.error);
        error[r] = grid_moment(&grid, k, out, 4) / grid_mapped_moment(&grid, k, f, 0.25, 4) - 1.0;
        free(f), free(out);
        grid_close(&grid);
      }
      print_message("force %d, k = %d: fourth moment against maps %.1e %.1e %.1e\n", force, k,
                    error[0], error[1], error[2]);
      double ratio = k == 2 ? 2.0 : 28.0 / 19.0; /* of the widths of the last two */
      if (forces[force].smooth)
        assert_below(fabs(error[2]), fabs(error[1]) * pow(ratio, -1.7) + 1e-4);
      assert_below(fabs(error[2]), forces[force].smooth ? 1e-2 : 2e-2);
    }
}

/* Phi^s Phi^t = Phi^{s+t}: the L1 distance of the two is of second order for pairs. For triples it
 * is below the beat of the longest step, and the marginals, where beats cancel, come together. */
static void flows_compose(void **state)
{
  (void)state;
  const int chosen[] = {ALIGNMENT, SQUARE, BALANCE, FADING};
  for (int c = 0; c < 4; c++)
    for (int k = 2; k <= 3; k++) {
      double distance[2];
      for (int r = 0; r < 2; r++) {
        struct grid grid;
        int n = k == 2 ? 40 << r : 20 << r;
        grid_open_force(&grid, &forces[chosen[c]], n, -2.5, 2.4, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
        size_t length = grid.ops->length(grid.rep, k);
        double *f = zeros(length), *once = zeros(length), *half = zeros(length);
        double *twice = zeros(length), *marginal = zeros(grid.n);
        fill(&grid, k, f);
        assert_ok(grid.ops->flow(grid.rep, 0.29, k, f, once, &grid.error), &grid.error);
        assert_ok(grid.ops->flow(grid.rep, 0.12, k, f, half, &grid.error), &grid.error);
        assert_ok(grid.ops->flow(grid.rep, 0.17, k, half, twice, &grid.error), &grid.error);
        for (size_t i = 0; i < length; i++)
          twice[i] -= once[i];
        double size = grid.ops->norm(grid.rep, k, once);
        assert_below(grid.ops->norm(grid.rep, k, twice) / size, 1e-2);
        grid.ops->marginal(grid.rep, 1.0, k, twice, 1, marginal);
        distance[r] = grid.ops->norm(grid.rep, k == 2 ? 2 : 1, k == 2 ? twice : marginal) / size;
        free(f), free(once), free(half), free(twice), free(marginal);
        grid_close(&grid);
      }
      print_message("force %d, k = %d: two flows against one %.1e %.1e, order %.2f\n", chosen[c], k,
                    distance[0], distance[1], log2(distance[0] / distance[1]));
      assert_true(log2(distance[0] / distance[1]) > (k == 2 ? 1.4 : 1.7));
      assert_below(distance[1], 5e-3);
    }
}

/* More times than tables are kept for: the first ones come out as before. */
static void tables_make_room(void **state)
{
  (void)state;
  struct grid grid;
  grid_open_force(&grid, &forces[SQUARE], 9, -2.0, 2.0, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
  size_t length = grid.ops->length(grid.rep, 3);
  double *f = zeros(length), *first = zeros(length), *out = zeros(length);
  fill(&grid, 3, f);
  for (int n = 0; n <= 120; n++)
    assert_ok(
        grid.ops->flow(grid.rep, 0.01 * (1 + n % 60), 3, f, n == 0 ? first : out, &grid.error),
        &grid.error);
  assert_memory_equal(out, first, length * sizeof *out); /* 120 % 60 = 0 */
  free(f), free(first), free(out);
  grid_close(&grid);
}

/* ---- the mild form ---- */

static const char text[] =
    "huddle: 1\n%s\nmethod: grid\n"
    "rates: {lambda: {default: 1.0, \"1,2\": 0.8}, mu: 6.0}\n"
    "velocity: {min: -2.7, max: 3.3, cells: %d}\n"
    "initial:\n"
    "  f1: {expression: {formula: \"0.41*(1-((v-0.3)/3)^2)^4*(1+0.3*v)\", min: -2.7, max: 3.3}}\n"
    "  clusters: quasi_stationary\n"
    "time: {end: 1}\nsolver: {rtol: 1.0e-9, atol: 1.0e-13, integrator: %s}\n";

static double quantity(struct hud_simulation *s, const char *name)
{
  struct hud_error error = {0};
  double value = NAN;
  assert_ok(hud_simulation_quantity(s, name, &value, &error), &error);
  return value;
}

static struct hud_simulation *run(const char *head, int cells, const char *integrator, double t)
{
  char whole[2048];
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  snprintf(whole, sizeof whole, text, head, cells, integrator);
  assert_ok(hud_simulation_parse(&s, whole, "test.yaml", &error), &error);
  double mass = quantity(s, "mass"), mean = quantity(s, "mean");
  assert_ok(hud_simulation_advance(s, t, &error), &error);
  assert_close_relative(quantity(s, "mass"), mass, 1e-12);
  assert_close(quantity(s, "mean"), mean, 1e-12);
  return s;
}

/* Masses, which move nowhere, agree; the rest by the order of the discretisations. Splitting is
 * fast so that f_2 ~ |r|^{mu11 - 1} is smooth on coarse grids. */
static void picard_agrees_with_cvode(void **state)
{
  (void)state;
  static const struct {
    const char *head;
    double t;
    int cells[3];
  } cases[] = {
      {"model: hierarchy\nclusters: 3\nepsilon: 0.5", 0.03, {18, 25, 36}},
      {"model: hierarchy\nclusters: 2\nepsilon: 0.3\npotential: {type: power, exponent: 2}",
       0.1,
       {24, 48, 96}},
      {"model: hierarchy\nclusters: 2\nepsilon: 0.3\n"
       "potential: {type: attraction_repulsion, distance: 1}",
       0.1,
       {24, 48, 96}},
      {"model: hierarchy\nclusters: 3\nepsilon: 0.5\npotential: {type: power, exponent: 2}",
       0.03,
       {16, 22, 32}},
      {"model: first_order\nepsilon: 0.5\npotential: {type: expression, force: \"r*exp(-r^2)\"}",
       0.03,
       {16, 22, 32}},
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    double distance[3];
    for (int r = 0; r < 3; r++) {
      struct hud_simulation *picard = run(cases[c].head, cases[c].cells[r], "picard", cases[c].t);
      struct hud_simulation *cvode = run(cases[c].head, cases[c].cells[r], "cvode", cases[c].t);
      assert_close(quantity(picard, "M1"), quantity(cvode, "M1"), 1e-9);
      assert_close(quantity(picard, "M2"), quantity(cvode, "M2"), 1e-9);
      assert_close(quantity(picard, "f1_m4"), quantity(cvode, "f1_m4"), 2e-3);
      distance[r] = fabs(quantity(picard, "W") - quantity(cvode, "W"));
      hud_simulation_close(picard);
      hud_simulation_close(cvode);
    }
    double order =
        log(distance[1] / distance[2]) / log((double)cases[c].cells[2] / cases[c].cells[1]);
    print_message("%s: W %.1e %.1e %.1e, order %.2f\n", cases[c].head, distance[0], distance[1],
                  distance[2], order);
    assert_below(distance[2], 2e-3);
    assert_true(order > 1.3);
  }
}

static void bad_flows_are_errors(void **state)
{
  (void)state;
  struct grid grid;
  grid_open_force(&grid, &forces[SQUARE], 9, -2.0, 2.0, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
  double *f = zeros(1000), *out = zeros(1000);
  assert_error(grid.ops->flow(grid.rep, NAN, 3, f, out, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "time nan");
  assert_error(grid.ops->flow(grid.rep, -0.1, 2, f, out, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "time -0.1");
  assert_error(grid.ops->flow(grid.rep, 0.1, 4, f, out, &grid.error), HUD_ERROR_USAGE, &grid.error,
               "does not hold clusters of 4");
  grid_close(&grid);
  /* a force under which triples run away in no time */
  const struct force wild = {{.type = HUD_POTENTIAL_EXPRESSION}, "-r^3", false, true};
  grid_open_force(&grid, &wild, 9, -2.0, 2.0, HUD_SCHEME_SECOND_ORDER, 1.0, 3);
  assert_error(grid.ops->flow(grid.rep, 5.0, 3, f, out, &grid.error), HUD_ERROR_COMPUTE,
               &grid.error, "cannot be followed");
  assert_ok(grid.ops->flow(grid.rep, 0.01, 3, f, out, &grid.error), &grid.error);
  grid_close(&grid);
  free(f), free(out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(flows_keep_mass_and_mean),
      cmocka_unit_test(second_moments_of_alignment_are_exact),
      cmocka_unit_test(flows_follow_the_characteristics),
      cmocka_unit_test(flows_compose),
      cmocka_unit_test(tables_make_room),
      cmocka_unit_test(picard_agrees_with_cvode),
      cmocka_unit_test(bad_flows_are_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
