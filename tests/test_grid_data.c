/* SPDX-License-Identifier: GPL-3.0-or-later
 * Initial data on the grid, the flow of pairs, the preconditioner, and what the grid reports about
 * a state. */
#include "grid/diagnostics.h"
#include "grid_model.h"

static struct hud_density *density_of(const struct hud_density_spec *spec)
{
  struct hud_density *density = NULL;
  struct hud_error error;
  assert_ok(hud_density_create(&density, spec, &error), &error);
  return density;
}

static double project(struct grid *grid, const struct hud_density_spec *spec, double *f1)
{
  double lost = NAN;
  struct hud_density *density = density_of(spec);
  assert_ok(grid->ops->project(grid->rep, density, f1, &lost, &grid->error), &grid->error);
  hud_density_free(density);
  return lost;
}

static void gaussians_have_exact_moments(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 64, -8.0, 8.5, HUD_SCHEME_SECOND_ORDER, 1.0);
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_GAUSSIAN, .mass = 2.0, .mean = 0.3, .scale = 0.8};
  double *f1 = zeros(grid.n), exact[7], moments[7];
  double lost = project(&grid, &spec, f1);
  struct hud_density *density = density_of(&spec);
  assert_ok(hud_density_moments(density, 0.3, 6, exact, &grid.error), &grid.error);
  grid.ops->moments(grid.rep, 1, f1, 0.3, 6, moments);
  for (int p = 0; p <= 6; p++)
    assert_close(moments[p], exact[p], 1e-12);
  assert_close(lost, 0.0, 1e-15);
  hud_density_free(density);
  free(f1);
  grid_close(&grid);
}

static void what_is_outside_is_reported(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 400, -20.0, 20.0, HUD_SCHEME_SECOND_ORDER, 1.0);
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_SELF_SIMILAR, .mass = 1.0, .mean = 0.0, .scale = 1.0};
  double *f1 = zeros(grid.n), lost = project(&grid, &spec, f1);
  assert_true(lost > 1e-5 && lost < 1e-3);
  assert_close(grid.ops->mass(grid.rep, 1, f1) + lost, 1.0, 1e-6);
  free(f1);
  grid_close(&grid);
}

static void jumps_keep_their_mass(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 50, -2.0, 2.0, HUD_SCHEME_UPWIND, 1.0);
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_UNIFORM, .mass = 3.0, .min = -0.77, .max = 1.013};
  double *f1 = zeros(grid.n), lost = project(&grid, &spec, f1), mean = 3.0 * (1.013 - 0.77) / 2.0;
  assert_close(grid.ops->mass(grid.rep, 1, f1), 3.0, 1e-14);
  assert_close(single_moment(&grid, f1, 0.0, 1), mean, grid.h * grid.h * 3.0);
  assert_close(lost, 0.0, 1e-15);
  for (size_t i = 0; i < grid.n; i++)
    assert_true(f1[i] >= 0.0);
  free(f1);
  grid_close(&grid);
}

static void atoms_keep_mass_and_mean(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 20, -1.0, 1.0, HUD_SCHEME_UPWIND, 1.0);
  double points[] = {0.5, -0.333, 1.5, 0.41, 0.25, 0.95, 0.125, -0.951, 4.0, 7.0};
  struct hud_density_spec spec = {
      .type = HUD_DENSITY_ATOMS, .mass = 6.375, .point_count = 5, .points = points};
  double *f1 = zeros(grid.n), lost = project(&grid, &spec, f1);
  /* The last two lie outside the centres, of which the outermost are at +-0.95. */
  assert_close(lost, 4.125, 1e-14);
  assert_close(grid.ops->mass(grid.rep, 1, f1), 2.25, 1e-14);
  assert_close(single_moment(&grid, f1, 0.0, 1), 0.5 * -0.333 + 1.5 * 0.41 + 0.25 * 0.95, 1e-14);
  size_t filled = 0;
  for (size_t i = 0; i < grid.n; i++) {
    assert_true(f1[i] >= 0.0);
    filled += f1[i] > 0.0;
  }
  assert_in_range(filled, 5, 6); /* the third sits on the outermost centre, up to round-off */
  free(f1);
  grid_close(&grid);
}

static void pair_atoms_are_symmetrised(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 20, -1.0, 1.0, HUD_SCHEME_UPWIND, 1.0);
  double points[] = {0.5, -0.333, 0.41, 1.5, 0.2, 0.22, 2.0, 0.0, 1.2}, lost;
  double *f2 = zeros(grid.pairs);
  assert_ok(grid.ops->project_atoms(grid.rep, 2, 3, points, f2, &lost, &grid.error), &grid.error);
  assert_close(lost, 2.0, 0.0);
  assert_close(grid.ops->mass(grid.rep, 2, f2), 2.0, 1e-14);
  double first = 0.5 * (-0.333 + 0.41) / 2.0 + 1.5 * (0.2 + 0.22) / 2.0;
  assert_close(pair_moment(&grid, f2, 0.0, 1, 0), first, 1e-14);
  assert_close(pair_moment(&grid, f2, 0.0, 1, 1), 0.5 * -0.333 * 0.41 + 1.5 * 0.2 * 0.22, 1e-14);
  free(f2);
  grid_close(&grid);
}

/* ---- flow ---- */

static void flow_keeps_mass_mean_and_sign(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 31, 0);
  const double times[] = {0.0, 1e-3, 0.3, 1.7, 40.0, INFINITY};
  for (int trial = 0; trial < 48; trial++) {
    struct grid grid;
    enum hud_drift_scheme scheme = trial % 2 == 0 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND;
    double s = times[trial / 2 % 6];
    grid_open(&grid, 8 + (int)hud_random_below(&random, 30), -1.0, 2.0, scheme, 1.0);
    double *f2 = zeros(grid.pairs), *out = zeros(grid.pairs);
    fill_random(&random, grid.pairs, f2);
    for (size_t i = 0; i < grid.pairs; i++)
      f2[i] = fabs(f2[i]);
    assert_ok(grid.ops->flow(grid.rep, s, 2, f2, out, &grid.error), &grid.error);
    double size = norm1(grid.pairs, f2) * grid.h * grid.h;
    assert_close(grid.ops->mass(grid.rep, 2, out), grid.ops->mass(grid.rep, 2, f2), 1e-14 * size);
    assert_close(pair_moment(&grid, out, 0.0, 1, 0), pair_moment(&grid, f2, 0.0, 1, 0),
                 1e-13 * size);
    if (s == 0.0)
      assert_memory_equal(out, f2, grid.pairs * sizeof *out);
    if (scheme == HUD_SCHEME_UPWIND)
      for (size_t i = 0; i < grid.pairs; i++)
        assert_true(out[i] >= 0.0);
    if (isinf(s)) /* everything has met */
      for (size_t i = 0; i < grid.n; i++)
        for (size_t j = 0; j + 1 < i; j++)
          assert_close(out[hud_grid_pair_index(grid.rep, i, j)], 0.0, 0.0);
    free(f2), free(out);
    grid_close(&grid);
  }
}

/* Half of a cell of difference 2 goes inward: by hand, for u = 1/2 on one antidiagonal of even d.
 */
static void flow_splits_cells_as_it_says(void **state)
{
  (void)state;
  struct grid grid;
  grid_open(&grid, 17, -1.0, 1.0, HUD_SCHEME_SECOND_ORDER, 1.0);
  double *f2 = zeros(grid.pairs), *out = zeros(grid.pairs);
  for (size_t d = 0; d <= 4; d++) /* cells at (8 + d, 8 - d): values 1, 2, 4, 8, 16 */
    f2[hud_grid_pair_index(grid.rep, 8 + d, 8 - d)] = pow(2.0, (double)d);
  assert_ok(grid.ops->flow(grid.rep, log(2.0), 2, f2, out, &grid.error), &grid.error);
  /* d = 0: all of cell 0, and the inner half [1, 2] of cells d = +-2 with slope (4 - 1)/4. */
  double inner = 2.0 - 0.5 * 0.75;
  assert_close(out[hud_grid_pair_index(grid.rep, 8, 8)], 1.0 + inner, 1e-14);
  /* d = 2: the outer half of cell 2, all of cell 4, the inner half of cell 6. */
  double outer = 2.0 + 0.5 * 0.75, next = 8.0 - 0.5 * (16.0 - 4.0) / 4.0;
  assert_close(out[hud_grid_pair_index(grid.rep, 9, 7)], 0.5 * outer + 4.0 + 0.5 * next, 1e-14);
  free(f2), free(out);
  grid_close(&grid);
}

static double flow_error(int n, enum hud_drift_scheme scheme)
{
  struct grid grid;
  double s = 0.4, stretch = exp(s), error = 0.0;
  grid_open(&grid, n, -6.0, 6.0, scheme, 1.0);
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *out = zeros(grid.pairs);
  fill_smooth(&grid, f1, f2);
  assert_ok(grid.ops->flow(grid.rep, s, 2, f2, out, &grid.error), &grid.error);
  for (size_t i = 0; i < grid.n; i++)
    for (size_t j = 0; j < grid.n; j++) {
      double v1 = hud_grid_velocity(grid.rep, i), v2 = hud_grid_velocity(grid.rep, j);
      double mean = 0.5 * (v1 + v2), half = 0.5 * stretch * (v1 - v2);
      error += grid.h * grid.h *
               fabs(pair_at(&grid, out, i, j) - stretch * pair_bump(mean + half, mean - half));
    }
  free(f1), free(f2), free(out);
  grid_close(&grid);
  return error;
}

static void flow_has_its_order(void **state)
{
  (void)state;
  for (int s = 0; s < 2; s++) {
    enum hud_drift_scheme scheme = s == 0 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND;
    double e[3] = {flow_error(48, scheme), flow_error(96, scheme), flow_error(192, scheme)};
    print_message("flow, %s: L1 errors %.2e %.2e %.2e\n", s == 0 ? "second order" : "upwind", e[0],
                  e[1], e[2]);
    double order = s == 0 ? 1.9 : 0.9;
    assert_below(e[1], e[0] / pow(2.0, order));
    assert_below(e[2], e[1] / pow(2.0, order));
  }
}

/* ---- preconditioner ---- */

static void make_network(struct hud_network **network, enum hud_model_kind model, double epsilon)
{
  static struct hud_rate_entry lambda[] = {{1, 1, 1.3}, {1, 2, 0.8}},
                               mu[] = {{1, 1, 2.0}, {1, 2, 1.5}};
  struct hud_description d = {
      .model = model,
      .clusters = model == HUD_MODEL_FIRST_ORDER ? 3 : 2,
      .epsilon = epsilon,
      .lambda = {.type = HUD_RATE_TABLE, .entry_count = 2, .entries = lambda},
      .mu = {.type = HUD_RATE_TABLE, .entry_count = 2, .entries = mu}};
  struct hud_error error;
  assert_ok(hud_network_create(network, &d, &error), &error);
}

static void preconditioner_keeps_invariants_and_inverts_pairs(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 32, 0);
  const enum hud_model_kind models[] = {HUD_MODEL_FIRST_ORDER, HUD_MODEL_HIERARCHY,
                                        HUD_MODEL_INSTANTANEOUS};
  for (int trial = 0; trial < 36; trial++) {
    struct grid grid;
    struct hud_network *network = NULL;
    double epsilon = pow(10.0, -(double)hud_random_below(&random, 7)), gamma = 0.02;
    make_network(&network, models[trial % 3], epsilon);
    grid_open(&grid, 20 + (int)hud_random_below(&random, 30), -3.0, 4.0,
              trial % 2 == 0 ? HUD_SCHEME_SECOND_ORDER : HUD_SCHEME_UPWIND, 2.0);
    bool pairs = !network->sizes[2].quasi_stationary;
    double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), *r1 = zeros(grid.n);
    double *r2 = zeros(grid.pairs), *z1 = zeros(grid.n), *z2 = zeros(grid.pairs);
    double *back = zeros(grid.pairs);
    fill_smooth(&grid, f1, f2);
    if (trial % 4 == 3) { /* everything in one cell: no spread to put a correction on */
      memset(f1, 0, grid.n * sizeof *f1);
      f1[hud_random_below(&random, grid.n)] = 1.0 / grid.h;
    }
    fill_random(&random, grid.n, r1);
    fill_random(&random, grid.pairs, r2);
    const double *f[4] = {NULL, f1, pairs ? f2 : NULL, NULL};
    const double *r[4] = {NULL, r1, pairs ? r2 : NULL, NULL};
    double *z[4] = {NULL, z1, pairs ? z2 : NULL, NULL};
    assert_ok(grid.ops->precondition_setup(grid.rep, network, gamma, f, &grid.error), &grid.error);
    assert_ok(grid.ops->precondition_solve(grid.rep, r, z, &grid.error), &grid.error);
    double weight = pairs ? 2.0 * epsilon : 0.0;
    double size = norm1(grid.n, r1) * grid.h + weight * norm1(grid.pairs, r2) * grid.h * grid.h +
                  norm1(grid.n, z1) * grid.h + weight * norm1(grid.pairs, z2) * grid.h * grid.h;
    for (int p = 0; p < 2; p++)
      assert_close(single_moment(&grid, z1, 0.0, p) + weight * pair_moment(&grid, z2, 0.0, p, 0),
                   single_moment(&grid, r1, 0.0, p) + weight * pair_moment(&grid, r2, 0.0, p, 0),
                   1e-13 * size);
    if (pairs) {
      /* (1 + step (mu - D)) z_2 = r_2 + step lambda (f_1 x z + z x f_1), z from the losses alone.
       */
      double step = gamma / epsilon, rank = 2.0 * gamma * 1.3;
      double mass = single_moment(&grid, f1, 0.0, 0), own = 1.0 + rank * mass;
      double loss = rank * single_moment(&grid, r1, 0.0, 0) / (own + rank * mass);
      for (size_t i = 0; i < grid.n; i++)
        z1[i] = (r1[i] - loss * f1[i]) / own;
      for (size_t i = 0; i < grid.pairs; i++)
        back[i] = (1.0 + 2.0 * step) * z2[i];
      grid.ops->drift(grid.rep, -step, 2, z2, back);
      grid.ops->join(grid.rep, -2.0 * 1.3 * step, 1, f1, 1, z1, back);
      double scale = norm1(grid.pairs, back) + norm1(grid.pairs, r2);
      for (size_t i = 0; i < grid.pairs; i++)
        assert_close(back[i], r2[i], 1e-12 * (scale + step * norm1(grid.pairs, z2)));
    }
    free(f1), free(f2), free(r1), free(r2), free(z1), free(z2), free(back);
    hud_network_free(network);
    grid_close(&grid);
  }
}

static void preconditioner_refuses_dynamic_triples(void **state)
{
  (void)state;
  struct grid grid;
  struct hud_network *network = NULL;
  grid_open(&grid, 16, -1.0, 1.0, HUD_SCHEME_UPWIND, 2.0);
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs);
  const double *f[4] = {NULL, f1, f2, NULL};
  double *z[4] = {NULL, f1, f2, NULL};
  assert_error(grid.ops->precondition_solve(grid.rep, f, z, &grid.error), HUD_ERROR_USAGE,
               &grid.error, "not set up");
  make_network(&network, HUD_MODEL_FIRST_ORDER, 0.1);
  network->sizes[3].quasi_stationary = false;
  assert_error(grid.ops->precondition_setup(grid.rep, network, 0.1, f, &grid.error),
               HUD_ERROR_USAGE, &grid.error, "clusters of 3");
  hud_network_free(network);
  free(f1), free(f2);
  grid_close(&grid);
}

/* ---- reports ---- */

static void entropy_is_its_formula(void **state)
{
  (void)state;
  struct grid grid;
  struct hud_network *network = NULL;
  grid_open(&grid, 40, -3.0, 3.0, HUD_SCHEME_UPWIND, 2.0);
  make_network(&network, HUD_MODEL_FIRST_ORDER, 0.1);
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs);
  fill_smooth(&grid, f1, f2);
  double entropy = 0.0, reaction = 0.0, m2 = 0.0, m1 = 0.0;
  for (size_t i = 0; i < grid.n; i++) {
    entropy += grid.h * f1[i] * (log(f1[i]) - 1.0);
    m1 += grid.h * f1[i];
    for (size_t j = 0; j < grid.n; j++) {
      double g = pair_at(&grid, f2, i, j), gain = 1.3 * f1[i] * f1[j], cell = grid.h * grid.h;
      entropy += 0.1 * cell * g * (log(2.0 / 1.3 * g) - 1.0);
      reaction += cell * log(gain / (2.0 * g)) * (gain - 2.0 * g);
      m2 += cell * g;
    }
  }
  struct hud_grid_entropy result = hud_grid_entropy(grid.rep, network, f1, f2);
  assert_close(result.entropy, entropy, 1e-13);
  assert_close(result.pair_reaction, reaction, 1e-13 * reaction);
  assert_close(result.drift, m2 + 2.0 * 0.1 * 0.8 / 1.5 * m1 * m2, 1e-13);
  assert_int_equal(result.skipped, 0);
  /* Detailed balance: no dissipation by reactions. */
  memset(f2, 0, grid.pairs * sizeof *f2);
  grid.ops->join(grid.rep, 1.3 / 2.0, 1, f1, 1, f1, f2);
  assert_close(hud_grid_entropy(grid.rep, network, f1, f2).pair_reaction, 0.0, 1e-13);
  /* Cells without a logarithm are counted: one of f_1, its row of products, one of f_2. */
  f1[3] = 0.0;
  f2[hud_grid_pair_index(grid.rep, 20, 10)] = -1e-3;
  result = hud_grid_entropy(grid.rep, network, f1, f2);
  assert_int_equal(result.skipped, 1 + grid.n + 1);
  assert_true(isfinite(result.entropy) && isfinite(result.pair_reaction));
  struct hud_grid_extremum extremum = hud_grid_extremum(grid.rep, 2, f2);
  assert_close(extremum.smallest, -1e-3, 0.0);
  assert_int_equal(extremum.place, hud_grid_pair_index(grid.rep, 10, 20));
  hud_network_free(network);
  free(f1), free(f2);
  grid_close(&grid);
}

static void extra_columns_match_their_names(void **state)
{
  (void)state;
  struct grid grid;
  struct hud_network *network = NULL;
  grid_open(&grid, 40, -3.0, 3.0, HUD_SCHEME_UPWIND, 2.0);
  make_network(&network, HUD_MODEL_INSTANTANEOUS, 0.1);
  double *f1 = zeros(grid.n), *f2 = zeros(grid.pairs), row[HUD_GRID_EXTRA_COUNT];
  fill_smooth(&grid, f1, f2);
  const double *f[3] = {NULL, f1, NULL};
  grid.ops->extras(grid.rep, network, f, row);
  assert_int_equal(grid.ops->extra_count, HUD_GRID_EXTRA_COUNT);
  assert_string_equal(grid.ops->extra_names[0], "min_f1");
  assert_string_equal(grid.ops->extra_names[2], "entropy");
  assert_close(row[0], fmin(f1[0], f1[grid.n - 1]), 0.0);
  assert_true(isnan(row[1]) && isfinite(row[2]) && isnan(row[3]));
  hud_network_free(network);
  free(f1), free(f2);
  grid_close(&grid);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gaussians_have_exact_moments),
      cmocka_unit_test(what_is_outside_is_reported),
      cmocka_unit_test(jumps_keep_their_mass),
      cmocka_unit_test(atoms_keep_mass_and_mean),
      cmocka_unit_test(pair_atoms_are_symmetrised),
      cmocka_unit_test(flow_keeps_mass_mean_and_sign),
      cmocka_unit_test(flow_splits_cells_as_it_says),
      cmocka_unit_test(flow_has_its_order),
      cmocka_unit_test(preconditioner_keeps_invariants_and_inverts_pairs),
      cmocka_unit_test(preconditioner_refuses_dynamic_triples),
      cmocka_unit_test(entropy_is_its_formula),
      cmocka_unit_test(extra_columns_match_their_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
