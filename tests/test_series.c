/* SPDX-License-Identifier: GPL-3.0-or-later
 * The series against exact slopes, conservation laws, the direct simulation, factorisation, free
 * flow; truncations; recollisions. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "spheres/cell_gas.h"
#include "spheres/kac.h"
#include "spheres/series.h"

static const double two_pi = 6.283185307179586;

static const struct hud_velocity_component anisotropic[] = {{1.0, {0.0}, {1.5, 0.5, 0.5}, 0}};
static const struct hud_velocity_component one_gaussian[] = {{1.0, {0.0}, {1.0, 1.0, 1.0}, 0}};

static double anisotropy(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return v[0] * v[0] - v[1] * v[1];
}

static double energy(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return v[0] * v[0] + v[1] * v[1];
}

static double one(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  (void)v;
  return 1.0;
}

static struct hud_series_spec base(int orders, double t, int n, int64_t samples)
{
  struct hud_series_spec spec = {.dimension = 2,
                                 .orders = orders,
                                 .density = 1.0,
                                 .velocity = {anisotropic, 1},
                                 .marginal = 1,
                                 .time = t,
                                 .adjunctions = n,
                                 .energy_cut = INFINITY,
                                 .samples = samples,
                                 .seed = 1,
                                 .observable = anisotropy};
  for (int l = 1; l <= orders; l++)
    spec.alpha[l - 1] = hud_boltzmann_alpha(l, 1.0);
  return spec;
}

static struct hud_series_result run(const struct hud_series_spec *spec)
{
  struct hud_series_result result;
  struct hud_error error = {0};
  assert_ok(hud_series_run(spec, &result, &error), &error);
  return result;
}

/* ---- the series ---- */

/* I_1 = t times the exact initial slope: T_x - T_y falls at -3.516032 (binary), and ternary
 * collisions add -2.007590. */
static void first_term_is_the_exact_slope(void **state)
{
  (void)state;
  const double slope[2] = {-3.516032, -5.523622};
  for (int orders = 1; orders <= 2; orders++) {
    struct hud_series_spec spec = base(orders, 0.05, 1, 600000);
    struct hud_series_result result = run(&spec);
    assert_close(result.sum[0], 1.0, 3.0 * result.error[0]);
    const struct hud_series_term *term = &result.term[1];
    assert_close(term->value, 0.05 * slope[orders - 1], 3.0 * term->error);
    assert_below(term->error, 0.02 * fabs(term->value));
  }
}

static void mass_and_energy_have_no_terms(void **state)
{
  (void)state;
  for (int orders = 1; orders <= 3; orders++) {
    struct hud_series_spec spec = base(orders, 0.1, 4, 40000);
    spec.observable = one;
    struct hud_series_result result = run(&spec);
    assert_close(result.sum[0], 1.0, 1e-12);
    for (int k = 1; k <= 4; k++)
      assert_close(result.term[k].value, 0.0, 1e-13 * result.term[k].absolute);
    spec.observable = energy;
    result = run(&spec);
    for (int k = 1; k <= 4; k++)
      assert_close(result.term[k].value, 0.0, 3.5 * result.term[k].error);
    assert_below(result.term[1].error, 0.05);
  }
}

static void maxwellian_stays(void **state)
{
  (void)state;
  struct hud_series_spec spec = base(2, 0.1, 3, 100000);
  spec.velocity.components = one_gaussian;
  spec.observable = energy;
  struct hud_series_result result = run(&spec);
  for (int k = 1; k <= 3; k++)
    assert_close(result.term[k].value, 0.0, 3.5 * result.term[k].error);
  spec.observable = anisotropy;
  result = run(&spec);
  for (int k = 1; k <= 3; k++)
    assert_close(result.term[k].value, 0.0, 3.5 * result.term[k].error);
}

static double simulated(int orders, double t, double *sigma)
{
  enum { RUNS = 4, N = 200000 };
  double sum = 0.0;
  for (int r = 0; r < RUNS; r++) {
    struct hud_kac_spec spec = {.dimension = 2,
                                .orders = orders,
                                .density = 1.0,
                                .count = N,
                                .seed = 50,
                                .stream = (uint64_t)r};
    for (int l = 1; l <= orders; l++)
      spec.alpha[l - 1] = hud_boltzmann_alpha(l, 1.0);
    struct hud_error error = {0};
    struct hud_kac *kac = NULL;
    struct hud_velocity_mixture mixture = {anisotropic, 1};
    struct hud_gas_moments moments;
    assert_ok(hud_kac_create(&kac, &spec, &error), &error);
    assert_ok(hud_kac_draw_velocities(kac, &mixture, true, false, &error), &error);
    assert_ok(hud_kac_advance(kac, t, &error), &error);
    hud_kac_moments(kac, &moments);
    sum += (moments.temperature[0] - moments.temperature[1]) / RUNS;
    hud_kac_free(kac);
  }
  *sigma = sqrt(5.0 / (RUNS * (double)N)); /* Var(v_x^2 - v_y^2) = 2 (1.5^2 + 0.5^2) at the start */
  return sum;
}

/* Two terms at t = 0.02 leave an error of order t^2; six at t = 0.1 agree within error bars. */
static void series_is_the_direct_simulation(void **state)
{
  (void)state;
  double sigma;
  for (int orders = 1; orders <= 3; orders++) {
    struct hud_series_spec spec = base(orders, 0.02, 2, 800000);
    struct hud_series_result result = run(&spec);
    double dsmc = simulated(orders, 0.02, &sigma);
    assert_close(result.sum[1], dsmc, 3.0 * hypot(sigma, result.error[1]) + 30.0 * 0.02 * 0.02);
    assert_close(result.sum[2], dsmc, 3.0 * hypot(sigma, result.error[2]));
    assert_below(result.error[2], 0.005);
  }
  struct hud_series_spec spec = base(2, 0.1, 5, 1000000);
  struct hud_series_result result = run(&spec);
  double dsmc = simulated(2, 0.1, &sigma);
  assert_close(dsmc, 0.5799, 3.0 * hypot(sigma, 0.0019));
  assert_close(result.sum[5], dsmc, 3.0 * hypot(sigma, result.error[5]));
  assert_below(result.error[5], 0.05);
  /* It converges: what k adjunctions add falls after the first. */
  for (int k = 2; k <= 4; k++)
    assert_below(fabs(result.term[k].value),
                 0.6 * fabs(result.term[k - 1].value) + 3.0 * result.term[k].error);
  assert_true(fabs(result.sum[1] - dsmc) > 10.0 * result.error[1]); /* two terms do not suffice */
}

/* For data uniform in x, I_k is a multiple of t^k, so that for short times the series converges as
 * fast as Lemma 6.1 says: each term is less than half of the one before, and so is what is left
 * out.
 */
static void terms_are_powers_of_time(void **state)
{
  (void)state;
  struct hud_series_spec spec = base(2, 0.06, 3, 400000);
  struct hud_series_result late = run(&spec);
  spec.time = 0.03;
  spec.seed = 2;
  struct hud_series_result early = run(&spec);
  for (int k = 1; k <= 3; k++) {
    assert_close(late.term[k].value, ldexp(early.term[k].value, k),
                 3.5 * hypot(late.term[k].error, ldexp(early.term[k].error, k)));
    assert_close_relative(late.term[k].absolute, ldexp(early.term[k].absolute, k), 0.06);
    assert_below(fabs(early.term[k].value),
                 0.5 * fabs(early.term[k - 1].value) + 2.0 * early.term[k].error);
  }
  assert_below(late.term[2].error, 0.2 * fabs(late.term[2].value));
}

static double two_anisotropies(void *context, const double *x, const double *v)
{
  return anisotropy(context, x, v) * (1.0 + v[2] * v[2]);
}

/* Chaos: the series of f (x) f is the product of the series, order by order; with phi(v_1) psi(v_2)
 * I_1 = I_1(phi) I_0(psi) + I_0(phi) I_1(psi), where psi = 1 + v_x^2. */
static void two_particle_series_factorises(void **state)
{
  (void)state;
  struct hud_series_spec spec = base(2, 0.05, 1, 1500000);
  spec.marginal = 2;
  spec.observable = two_anisotropies;
  struct hud_series_result result = run(&spec);
  double slope = -5.523622;
  double expected = 0.05 * (slope * 2.5 + 1.0 * slope / 2.0);
  assert_close(result.sum[0], 2.5, 3.0 * result.error[0]);
  assert_close(result.term[1].value, expected, 3.0 * result.term[1].error);
  assert_below(result.term[1].error, 0.06 * fabs(expected));
}

/* phi_1 = v_x^2 - v_y^2 for particle 1, psi = 1 + v_x^2 for all others. */
static double product_of(int dimension, int marginal, const double *v)
{
  double product = v[0] * v[0] - v[1] * v[1];
  for (int p = 1; p < marginal; p++)
    product *= 1.0 + v[p * dimension] * v[p * dimension];
  return product;
}

static double product_2_2(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return product_of(2, 2, v);
}

static double product_2_3(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return product_of(2, 3, v);
}

static double product_3_2(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return product_of(3, 2, v);
}

static double psi(void *context, const double *x, const double *v)
{
  (void)context;
  (void)x;
  return 1.0 + v[0] * v[0];
}

/* Theorem 4.21: f^(s) = f (x) ... (x) f. I_k is homogeneous of degree k in the alphas, so the
 * series of a product is the Cauchy product of the series, term by term: s = 2 and 3. */
static void series_of_chaotic_data_factorises(void **state)
{
  (void)state;
  static const struct {
    int dimension, marginal;
    double (*observable)(void *, const double *, const double *);
  } cases[] = {{2, 2, product_2_2}, {3, 2, product_3_2}, {2, 3, product_2_3}};
  enum { TERMS = 3 };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct hud_series_spec spec = base(2, 0.05, TERMS, 500000);
    spec.dimension = cases[c].dimension;
    struct hud_series_result first = run(&spec);
    spec.observable = psi;
    spec.seed = 2;
    struct hud_series_result other = run(&spec);
    spec.observable = cases[c].observable;
    spec.marginal = cases[c].marginal;
    spec.samples = 1500000;
    spec.seed = 3;
    struct hud_series_result all = run(&spec);
    double value[TERMS + 1], variance[TERMS + 1];
    for (int k = 0; k <= TERMS; k++) {
      value[k] = first.term[k].value;
      variance[k] = first.term[k].error * first.term[k].error;
    }
    for (int p = 1; p < cases[c].marginal; p++)
      for (int k = TERMS; k >= 0; k--) {
        double sum = 0.0, square = 0.0;
        for (int j = 0; j <= k; j++) {
          double a = value[j], b = other.term[k - j].value, e = other.term[k - j].error;
          sum += a * b;
          square += variance[j] * b * b + a * a * e * e;
        }
        value[k] = sum;
        variance[k] = square;
      }
    for (int k = 0; k <= TERMS; k++)
      assert_close(all.term[k].value, value[k], 3.5 * hypot(all.term[k].error, sqrt(variance[k])));
    for (int k = 0; k <= 2; k++) /* and the comparison has bite */
      assert_below(hypot(all.term[k].error, sqrt(variance[k])), 0.12 * fabs(value[k]));
  }
}

static double wave(void *context, const double *x)
{
  (void)context;
  return 1.0 + 0.5 * cos(two_pi * x[0]);
}

/* Observables at two points X_1, X_2 of data that depend on x are the products of those at each of
 * them, term by term; free transport has the closed form. */
static void two_points_factorise(void **state)
{
  (void)state;
  const double at[2] = {0.05, 0.3};
  struct hud_series_result single[2];
  struct hud_series_spec spec = base(2, 0.06, 2, 400000);
  spec.relative = wave;
  for (int p = 0; p < 2; p++) {
    spec.x[0] = at[p];
    spec.observable = one;
    single[p] = run(&spec);
    double decay = exp(-0.5 * two_pi * two_pi * 1.5 * 0.06 * 0.06);
    assert_close(single[p].sum[0], 1.0 + 0.5 * cos(two_pi * at[p]) * decay,
                 3.5 * single[p].error[0]);
    spec.observable = p == 0 ? anisotropy : psi;
    single[p] = run(&spec);
  }
  spec.marginal = 2;
  spec.observable = product_2_2;
  spec.x[0] = at[0];
  spec.x[2] = at[1];
  spec.samples = 800000;
  struct hud_series_result both = run(&spec);
  for (int k = 0; k <= 2; k++) {
    double expected = 0.0, square = 0.0;
    for (int j = 0; j <= k; j++) {
      const struct hud_series_term *a = &single[0].term[j], *b = &single[1].term[k - j];
      expected += a->value * b->value;
      square +=
          a->error * a->error * b->value * b->value + b->error * b->error * a->value * a->value;
    }
    assert_close(both.term[k].value, expected, 3.5 * hypot(both.term[k].error, sqrt(square)));
  }
  assert_true(fabs(both.term[1].value) > 15.0 * both.term[1].error);
}

static double wave_observable(void *context, const double *x, const double *v)
{
  (void)context;
  (void)v;
  return cos(two_pi * x[0]);
}

/* The mean over the torus of cos(2 pi x), by free transport exp(-q^2 T_x t^2/2)/4 with q = 2 pi,
 * and with collisions as the simulation in cells has it. */
static void mean_over_the_torus(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_series_spec spec = base(2, 0.1, 3, 500000);
  spec.observable = wave_observable;
  spec.relative = wave;
  spec.side = 1.0;
  struct hud_series_result result = run(&spec);
  double free = 0.25 * exp(-0.5 * two_pi * two_pi * 1.5 * 0.01);
  assert_close(result.sum[0], free, 3.5 * result.error[0]);
  struct hud_cell_gas_spec cells = {.dimension = 2,
                                    .axes = 1,
                                    .orders = 2,
                                    .density = 1.0,
                                    .side = 1.0,
                                    .cells = 40,
                                    .step = 0.0125,
                                    .count = 1000000,
                                    .seed = 12};
  memcpy(cells.alpha, spec.alpha, sizeof cells.alpha);
  struct hud_cell_gas *gas = NULL;
  struct hud_position_density density = {.value = wave, .maximum = 1.5};
  assert_ok(hud_cell_gas_create(&gas, &cells, &error), &error);
  assert_ok(hud_cell_gas_draw(gas, &density, &spec.velocity, false, false, &error), &error);
  assert_ok(hud_cell_gas_advance(gas, 0.1, &error), &error);
  double sum = 0.0;
  for (int64_t i = 0; i < cells.count; i++) {
    const struct hud_cell_particle *particle = &hud_cell_gas_particles(gas)[i];
    sum += wave_observable(NULL, particle->x, particle->v) / (double)cells.count;
  }
  hud_cell_gas_free(gas);
  double sigma = sqrt(0.5 / (double)cells.count);
  assert_close(result.sum[3], sum, 3.0 * hypot(sigma, result.error[3]));
  assert_below(result.error[3], 0.01);
  assert_true(fabs(free - sum) > 8.0 * sigma); /* collisions are seen */
}

/* The density near x = `at` by direct simulation, to about 0.004: 62500 of 1e6 particles. */
static double density_in_cells(const struct hud_series_spec *spec, double at)
{
  struct hud_error error = {0};
  struct hud_cell_gas_spec cells = {.dimension = 2,
                                    .axes = 1,
                                    .orders = spec->orders,
                                    .density = 1.0,
                                    .side = 1.0,
                                    .cells = 40,
                                    .step = 0.015,
                                    .count = 1000000,
                                    .seed = 9};
  memcpy(cells.alpha, spec->alpha, sizeof cells.alpha);
  struct hud_cell_gas *gas = NULL;
  struct hud_position_density density = {.value = wave, .maximum = 1.5};
  assert_ok(hud_cell_gas_create(&gas, &cells, &error), &error);
  assert_ok(hud_cell_gas_draw(gas, &density, &spec->velocity, false, false, &error), &error);
  assert_ok(hud_cell_gas_advance(gas, spec->time, &error), &error);
  int64_t inside = 0; /* of (at - 1/32, at + 1/32) */
  for (int64_t i = 0; i < cells.count; i++)
    inside += fabs(hud_cell_gas_particles(gas)[i].x[0] - at) < 1.0 / 32.0;
  hud_cell_gas_free(gas);
  return 16.0 * (double)inside / (double)cells.count;
}

/* Data that depend on x: without collisions 1 + 0.5 cos(2 pi x) exp(-(2 pi)^2 T t^2/2); with them
 * the first term has the sign of what free flow has left unequal, and mass still needs its
 * transport. */
static void density_moves_with_the_pseudo_trajectories(void **state)
{
  (void)state;
  struct hud_series_spec spec = base(2, 0.1, 1, 200000);
  spec.velocity.components = one_gaussian;
  spec.observable = one;
  spec.relative = wave;
  spec.x[0] = 0.1;
  spec.x[1] = 0.7;
  struct hud_series_result result = run(&spec);
  double expected = 1.0 + 0.5 * cos(two_pi * 0.1) * exp(-0.5 * two_pi * two_pi * 0.01);
  assert_close(result.sum[0], expected, 3.5 * result.error[0]);
  assert_below(result.error[0], 0.005);
  spec.time = 0.15;
  spec.adjunctions = 3;
  spec.samples = 300000;
  result = run(&spec);
  double density = density_in_cells(&spec, 0.1);
  assert_close(result.sum[3], density, 3.0 * hypot(result.error[3], 0.005));
  assert_below(result.error[3], 0.015);
  spec.time = 0.1;
  spec.adjunctions = 1;
  spec.samples = 200000;
  /* At x where the wave vanishes by symmetry free flow and collisions leave 1. */
  spec.x[0] = 0.25;
  result = run(&spec);
  assert_close(result.sum[0], 1.0, 3.5 * result.error[0]);
}

static void truncations(void **state)
{
  (void)state;
  /* Times apart by delta shrink the set of times: (t - (k+1) delta)^k/k!. */
  struct hud_series_spec spec = base(1, 0.1, 2, 400000);
  struct hud_series_result whole = run(&spec);
  spec.separation = 0.01;
  struct hud_series_result apart = run(&spec);
  for (int k = 1; k <= 2; k++) {
    double factor = pow(1.0 - 0.1 * (k + 1), k);
    assert_close(apart.term[k].value, factor * whole.term[k].value,
                 3.5 * hypot(apart.term[k].error, factor * whole.term[k].error));
    assert_close_relative(apart.term[k].absolute, factor * whole.term[k].absolute, 0.04);
  }
  spec.separation = 0.06; /* no room for one collision */
  struct hud_series_result none = run(&spec);
  assert_close(none.term[1].absolute, 0.0, 0.0);
  spec.separation = 0.2; /* none at all, but free flow stays */
  none = run(&spec);
  assert_close(none.term[0].value, 1.0, 4.0 * none.term[0].error);
  /* Energy: for one Maxwellian particle |v|^2/2 is exponential. */
  spec = base(1, 0.1, 3, 200000);
  spec.velocity.components = one_gaussian;
  spec.observable = energy;
  spec.energy_cut = 1.2;
  struct hud_series_result cut = run(&spec);
  double r2 = 1.44;
  assert_close(cut.sum[0], 2.0 * (1.0 - (1.0 + r2) * exp(-r2)), 3.5 * cut.error[0]);
  spec.energy_cut = 6.0;
  struct hud_series_result hardly = run(&spec);
  assert_close(hardly.sum[0], 2.0, 3.5 * hardly.error[0]);
  assert_below(cut.term[3].absolute, 0.2 * hardly.term[3].absolute);
}

/* Lemma 6.4: delta leaves out sum_k I_k (1 - (1 - (k+1) delta/t)^k), of first order in delta.
 * Lemma 6.2: R leaves out less than e^{-beta_0 R^2/3} says; without adjunctions (1 + R^2) e^{-R^2}
 * of the energy of one Maxwellian particle. */
static void truncations_converge_at_their_rates(void **state)
{
  (void)state;
  struct hud_series_spec spec = base(2, 0.1, 3, 400000);
  spec.separations = (struct hud_series_ladder){4, {2e-4, 4e-4, 8e-4, 1.6e-3}};
  struct hud_series_result result = run(&spec);
  for (int i = 0; i < 4; i++) {
    double expected = 0.0, absolute = 0.0;
    for (int k = 1; k <= 3; k++) {
      double share = 1.0 - pow(1.0 - (k + 1) * spec.separations.value[i] / 0.1, k);
      expected += share * result.term[k].value;
      absolute += share * result.term[k].absolute;
    }
    assert_close(result.beyond_separation[i].value, expected,
                 3.5 * result.beyond_separation[i].error);
    assert_close_relative(result.beyond_separation[i].absolute, absolute, 0.1);
    assert_true(result.beyond_separation[i].error > 0.0);
  }
  double order =
      log(result.beyond_separation[3].absolute / result.beyond_separation[0].absolute) / log(8.0);
  assert_close(order, 1.0, 0.06);
  spec = base(2, 0.1, 0, 400000);
  spec.velocity.components = one_gaussian;
  spec.observable = energy;
  spec.energy_cuts = (struct hud_series_ladder){4, {1.0, 1.5, 2.0, 2.5}};
  result = run(&spec);
  for (int i = 0; i < 4; i++) {
    double r2 = spec.energy_cuts.value[i] * spec.energy_cuts.value[i];
    assert_close(result.beyond_energy[i].value, 2.0 * (1.0 + r2) * exp(-r2),
                 3.5 * result.beyond_energy[i].error);
  }
  /* With collisions, E is that of all particles of a tree; beta_0 < 1 is free. */
  spec.adjunctions = 3;
  spec.energy_cuts = (struct hud_series_ladder){4, {2.5, 3.5, 4.0, 4.5}};
  result = run(&spec);
  for (int i = 2; i < 4; i++) {
    double before = spec.energy_cuts.value[i - 1], now = spec.energy_cuts.value[i];
    assert_below(result.beyond_energy[i].absolute,
                 result.beyond_energy[i - 1].absolute * exp(-(now * now - before * before) / 3.0));
  }
  /* The ladder tells what a run with that cut would have given. */
  struct hud_series_result whole = result;
  spec.energy_cut = 2.5;
  spec.seed = 4;
  result = run(&spec);
  assert_close(result.sum[3], whole.sum[3] - whole.beyond_energy[0].value,
               3.5 * hypot(result.error[3], hypot(whole.error[3], whole.beyond_energy[0].error)));
}

/* The share of recollisions falls like epsilon_2/epsilon_3 ~ N^{-1/3} where ternary adjunctions
 * have pairs to bring together, and the same ratio fixes it: 0.9 (epsilon_2/epsilon_3). */
static void recollisions_fall_with_n(void **state)
{
  (void)state;
  double share[3], displacement[3];
  const double kappa[2] = {1.0, 1.0};
  for (int i = 0; i < 3; i++) {
    struct hud_error error = {0};
    struct hud_zones zones;
    int64_t n = i == 0 ? 1000 : i == 1 ? 30000 : 1000000;
    struct hud_series_spec spec = base(2, 0.05, 1, 200000);
    spec.alpha[0] = 0.0; /* ternary adjunctions alone */
    assert_ok(hud_zones_from_kappa(&zones, 2, 2, n, kappa, &error), &error);
    spec.zones = &zones;
    spec.count = n;
    struct hud_series_result result = run(&spec);
    share[i] = result.term[1].recollision;
    displacement[i] = result.term[1].displacement;
    double ratio = zones.radius[2] / zones.radius[3];
    assert_close(share[i], 0.95 * ratio, 0.12 * ratio + 3.0 * result.term[1].recollision_error);
    assert_below(displacement[i], zones.radius[3] * sqrt(2.0 / 3.0) * (1.0 + 1e-12));
    assert_true(displacement[i] > 0.7 * zones.radius[3]);
    assert_true(result.term[1].overlap < share[i]);
  }
  assert_close(log(share[0] / share[2]) / log(1000.0), 1.0 / 3.0, 0.06);
}

/* With small zones the BBGKY series, its data taken where its own particles are, is Boltzmann's;
 * with zones of a fifth of the wave the adjoined particles see another density, by some 10 %. */
static void finite_zones_vanish(void **state)
{
  (void)state;
  struct hud_series_spec spec = base(2, 0.05, 1, 400000);
  spec.alpha[0] = 0.0;
  spec.relative = wave;
  spec.count = INT64_C(1000000000000);
  for (int wide = 0; wide < 2; wide++) {
    struct hud_error error = {0};
    struct hud_zones zones;
    const double kappa[2] = {1.0, 1.0};
    assert_ok(hud_zones_from_kappa(&zones, 2, 2, spec.count, kappa, &error), &error);
    if (wide)
      zones.radius[3] = 0.2;
    spec.zones = &zones;
    struct hud_series_result result = run(&spec);
    const struct hud_series_term *term = &result.term[1];
    double prefactor =
        hud_hierarchy_prefactor(2, 2, spec.count, 1, zones.radius[3]) / spec.alpha[1];
    double ratio = term->finite_value / (prefactor * term->value);
    if (wide)
      assert_true(fabs(ratio - 1.0) > 0.03);
    else
      assert_close(ratio, 1.0, 2e-3);
    assert_close(result.term[0].finite_value, result.term[0].value, 1e-12);
  }
}

/* The probability that a ternary adjunction brings a pair together, (epsilon_2/epsilon_3)^{d-1}:
 * 0.93 of it in d = 2, 1.95 in d = 3. Overlaps at once are one power smaller, so that the share
 * with them falls a little faster, and without them a little slower. */
static void recollisions_scale_with_the_ratio_of_zones(void **state)
{
  (void)state;
  for (int d = 2; d <= 3; d++) {
    double share[3], later[3];
    for (int i = 0; i < 3; i++) {
      double ratio = (d == 2 ? 0.02 : 0.025) * (1 << i);
      struct hud_zones zones = {
          .dimension = d, .orders = 2, .radius = {0.0, 0.0, ratio * 1e-3, 1e-3}};
      struct hud_series_spec spec = base(2, 0.05, 1, d == 2 ? 300000 : 600000);
      spec.dimension = d;
      spec.alpha[0] = 0.0;
      spec.velocity.components = one_gaussian;
      spec.observable = one; /* leaves the trees to k = 1 */
      spec.zones = &zones;
      spec.count = 1000;
      struct hud_series_result result = run(&spec);
      share[i] = result.term[1].recollision;
      later[i] = share[i] - result.term[1].overlap;
      assert_below(result.term[1].recollision_error, 0.08 * share[i]);
    }
    assert_true(log(share[2] / share[0]) / log(4.0) > d - 1.0);
    assert_below(log(share[2] / share[0]) / log(4.0), d - 1.0 + 0.25);
    assert_below(log(later[2] / later[0]) / log(4.0), d - 1.0 + 0.05);
    assert_true(log(later[2] / later[0]) / log(4.0) > d - 1.0 - 0.25);
    if (d == 2)
      assert_close(share[0], 0.0182, 0.0015);
    else
      assert_close(share[0] / (0.025 * 0.025), 1.95, 0.4);
  }
}

static void errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_series_result result;
  struct hud_series_spec bad = base(2, 0.1, 2, 1000);
  bad.marginal = 0;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "marginal");
  bad = base(2, 0.1, 2, 1000);
  bad.adjunctions = 9;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "adjunctions");
  bad = base(2, -0.1, 2, 1000);
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "time");
  bad = base(2, 0.1, 2, 1000);
  bad.alpha[0] = bad.alpha[1] = 0.0;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "all alpha");
  bad = base(2, 0.1, 2, 1000);
  bad.energy_cut = NAN;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "energy cut");
  bad = base(2, 0.1, 2, 1000);
  bad.separation = -1.0;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "separation");
  bad = base(2, 0.1, 5, 3);
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "too few");
  bad = base(2, 0.1, 2, 1000);
  bad.separations = (struct hud_series_ladder){1, {0.0}};
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "separations");
  bad = base(2, 0.1, 2, 1000);
  bad.energy_cuts.count = 10;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "10 energy cuts");
  bad = base(2, 0.1, 2, 1000);
  bad.side = NAN;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "side");
  struct hud_zones zones = {.dimension = 3, .orders = 2};
  bad = base(2, 0.1, 2, 1000);
  bad.zones = &zones;
  bad.count = 10;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "zones");
  bad = base(2, 0.1, 2, 1000);
  bad.velocity.count = 0;
  assert_error(hud_series_run(&bad, &result, &error), HUD_ERROR_INPUT, &error, "velocity");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_term_is_the_exact_slope),
      cmocka_unit_test(mass_and_energy_have_no_terms),
      cmocka_unit_test(maxwellian_stays),
      cmocka_unit_test(series_is_the_direct_simulation),
      cmocka_unit_test(terms_are_powers_of_time),
      cmocka_unit_test(two_particle_series_factorises),
      cmocka_unit_test(series_of_chaotic_data_factorises),
      cmocka_unit_test(two_points_factorise),
      cmocka_unit_test(mean_over_the_torus),
      cmocka_unit_test(density_moves_with_the_pseudo_trajectories),
      cmocka_unit_test(truncations),
      cmocka_unit_test(truncations_converge_at_their_rates),
      cmocka_unit_test(recollisions_fall_with_n),
      cmocka_unit_test(finite_zones_vanish),
      cmocka_unit_test(recollisions_scale_with_the_ratio_of_zones),
      cmocka_unit_test(errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
