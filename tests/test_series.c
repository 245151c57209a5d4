/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pseudo-trajectories against their definition and Lemma 10.2; the series against exact slopes,
 * conservation laws, the direct simulation, factorisation, free flow; truncations; recollisions. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "spheres/cell_gas.h"
#include "spheres/kac.h"
#include "spheres/scatter.h"
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

/* ---- pseudo-trajectories ---- */

/* Random (t_i; sigma_i, m_i, j_i; omega, v) with b_+ > 0. */
static void draw_pseudo(struct hud_random *random, int d, int s, int k, int orders,
                        struct hud_pseudo *pseudo)
{
  *pseudo = (struct hud_pseudo){.dimension = d, .marginal = s, .adjunctions = k, .time = 1.0};
  for (int i = 0; i < s * d; i++) {
    pseudo->x[i] = 10.0 * hud_random_normal(random);
    pseudo->v[i] = hud_random_normal(random);
  }
  int particles = s;
  for (int i = 0; i < k; i++) {
    struct hud_adjunction *adjunction = &pseudo->adjunction[i];
    struct hud_pseudo upto = *pseudo;
    struct hud_pseudo_end end;
    upto.adjunctions = i;
    hud_pseudo_follow(&upto, NULL, &end);
    adjunction->time = 1.0 - (i + hud_random_uniform(random)) / k;
    adjunction->order = 1 + (int)hud_random_below(random, (uint64_t)orders);
    adjunction->parent = (int)hud_random_below(random, (uint64_t)particles);
    adjunction->sign = hud_random_uniform(random) < 0.5 ? -1 : 1;
    int size = adjunction->order + 1;
    double v[3 * HUD_SPHERES_MAX_GROUP];
    double *at[HUD_SPHERES_MAX_GROUP];
    for (int p = 0; p < size; p++) {
      at[p] = v + p * d;
      for (int a = 0; a < d; a++)
        at[p][a] = p == 0 ? end.velocity[adjunction->parent * d + a] : hud_random_normal(random);
    }
    memcpy(adjunction->velocity, v + d, (size_t)(adjunction->order * d) * sizeof *v);
    assert_true(hud_scatter_draw_impact(random, d, size, at, adjunction->omega));
    particles += adjunction->order;
  }
}

static void impact_parameters_lie_on_the_ellipsoid_with_positive_b(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 1, 0);
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= HUD_SPHERES_MAX_ORDER; l++)
      for (int draw = 0; draw < 100; draw++) {
        int size = l + 1;
        double v[3 * HUD_SPHERES_MAX_GROUP], x[3 * HUD_SPHERES_MAX_GROUP] = {0.0};
        double *at[HUD_SPHERES_MAX_GROUP];
        for (int p = 0; p < size; p++)
          at[p] = v + p * d;
        for (int i = 0; i < size * d; i++)
          v[i] = hud_random_normal(&random);
        assert_true(hud_scatter_draw_impact(&random, d, size, at, x + d));
        assert_close(hud_group_distance2(d, size, x), 1.0, 1e-13);
        assert_true(hud_group_impact(d, size, x, v, 1.0) > 0.0);
      }
}

/* Definition 9.4: velocities and positions followed by hand for one gain and one loss. */
static void pseudo_trajectory_by_hand(void **state)
{
  (void)state;
  struct hud_pseudo pseudo = {.dimension = 2,
                              .marginal = 1,
                              .adjunctions = 2,
                              .time = 3.0,
                              .x = {1.0, 2.0},
                              .v = {1.0, 0.0}};
  /* Gain at t = 2: head-on along x, so the velocities are exchanged; omega = (1/sqrt(2)) x. */
  double half = sqrt(0.5);
  double length = 1.0; /* binary: d_2 = epsilon means |omega| = 1 */
  pseudo.adjunction[0] = (struct hud_adjunction){.time = 2.0,
                                                 .order = 1,
                                                 .parent = 0,
                                                 .sign = 1,
                                                 .omega = {length, 0.0},
                                                 .velocity = {3.0, 5.0}};
  pseudo.adjunction[1] = (struct hud_adjunction){.time = 0.5,
                                                 .order = 1,
                                                 .parent = 1,
                                                 .sign = -1,
                                                 .omega = {half, half},
                                                 .velocity = {-2.0, 0.25}};
  struct hud_zones zones = {.dimension = 2, .orders = 1, .radius = {0.0, 0.0, 0.125}};
  struct hud_pseudo_end end;
  hud_pseudo_follow(&pseudo, &zones, &end);
  assert_int_equal(end.particles, 3);
  /* t = 2: x_0 = (0, 2); velocities become (3, 0) and (1, 5). */
  const double v[6] = {3.0, 0.0, 1.0, 5.0, -2.0, 0.25};
  const double infinite[6] = {0.0 - 3.0 * 2.0, 2.0,        0.0 - 2.0,
                              2.0 - 10.0,      -1.5 + 1.0, -5.5 - 0.125};
  const double shift[6] = {0.0, 0.0, 0.125, 0.0, 0.125 - 0.125 * half, -0.125 * half};
  for (int i = 0; i < 6; i++) {
    assert_close(end.velocity[i], v[i], 1e-14);
    assert_close(end.infinite[i], infinite[i], 1e-14);
    assert_close(end.finite[i], infinite[i] + shift[i], 1e-14);
  }
  assert_close(end.displacement, 0.125, 1e-14);
  assert_false(end.recollision || end.overlap);
}

/* Lemma 10.2, (10.11) and (10.12), with i - 1 = k and n = max(s, k) + 1. */
static void displacement_obeys_the_lemma(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 2, 0);
  struct hud_zones zones = {.dimension = 3, .orders = 3, .radius = {0.0, 0.0, 1e-3, 1e-2, 5e-2}};
  double largest = 0.0;
  for (int draw = 0; draw < 2000; draw++) {
    int s = 1 + draw % 3;
    int k = 1 + draw % 5;
    struct hud_pseudo pseudo;
    struct hud_pseudo_end end;
    draw_pseudo(&random, 3, s, k, 3, &pseudo);
    hud_pseudo_follow(&pseudo, &zones, &end);
    assert_below(end.displacement, 5e-2 * k * (1.0 + 1e-12));
    double n = fmax(s, k) + 1.0;
    assert_below(end.norm, sqrt(3.0) * n * sqrt(n) * 5e-2);
    largest = fmax(largest, end.displacement / (5e-2 * k));
  }
  assert_true(largest > 0.5); /* the bound is of the right size */
}

/* Backwards a group of which b_+ > 0 parts, gain or loss: one adjunction to one particle can break
 * no zone but those of subgroups, and with M = 1 there are none. */
static void adjoined_groups_part(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 3, 0);
  struct hud_zones zones = {.dimension = 2, .orders = 2, .radius = {0.0, 0.0, 0.2, 1.0}};
  int met = 0;
  for (int draw = 0; draw < 2000; draw++) {
    struct hud_pseudo pseudo;
    struct hud_pseudo_end end;
    draw_pseudo(&random, 2, 1, 1, 2, &pseudo);
    hud_pseudo_follow(&pseudo, &zones, &end);
    if (pseudo.adjunction[0].order == 1)
      assert_false(end.recollision || end.overlap);
    if (end.recollision || end.overlap)
      assert_int_equal(end.recollision_size, 2);
    met += end.recollision || end.overlap;
  }
  assert_in_range(met, 50, 800);
}

/* The same answer as small steps of time with all groups looked at. */
static void recollisions_are_those_of_small_steps(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 4, 0);
  struct hud_zones zones = {.dimension = 2, .orders = 2, .radius = {0.0, 0.0, 0.1, 0.3}};
  int met = 0;
  for (int draw = 0; draw < 300; draw++) {
    struct hud_pseudo pseudo, upto;
    struct hud_pseudo_end end, at;
    draw_pseudo(&random, 2, 1, 2, 1, &pseudo);
    hud_pseudo_follow(&pseudo, &zones, &end);
    /* Only stretches after the second adjunction, where three particles fly. */
    double least2 = INFINITY, least3 = INFINITY;
    upto = pseudo;
    hud_pseudo_follow(&upto, &zones, &at);
    double last = pseudo.adjunction[1].time;
    for (int step = 0; step <= 4000; step++) {
      double tau = last * step / 4000.0; /* back from time 0 to the adjunction */
      double x[6];
      for (int i = 0; i < 6; i++)
        x[i] = at.finite[i] + tau * at.velocity[i];
      double pair01[4] = {x[0], x[1], x[2], x[3]};
      double pair02[4] = {x[0], x[1], x[4], x[5]};
      least3 = fmin(least3, sqrt(hud_group_distance2(2, 3, x)));
      if (pseudo.adjunction[1].parent == 0)
        least2 = fmin(least2, sqrt(hud_group_distance2(2, 2, pair01)));
      else
        least2 = fmin(least2, sqrt(hud_group_distance2(2, 2, pair02)));
      least2 = fmin(least2, sqrt(hud_group_distance2(2, 2, x + 2)) +
                                (pseudo.adjunction[1].parent == 1 ? INFINITY : 0.0));
    }
    bool expected = least2 < 0.1 || least3 < 0.3;
    if (fabs(least2 - 0.1) > 1e-3 && fabs(least3 - 0.3) > 1e-3)
      assert_int_equal(expected, end.recollision || end.overlap);
    met += expected;
  }
  assert_in_range(met, 15, 285);
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
      cmocka_unit_test(impact_parameters_lie_on_the_ellipsoid_with_positive_b),
      cmocka_unit_test(pseudo_trajectory_by_hand),
      cmocka_unit_test(displacement_obeys_the_lemma),
      cmocka_unit_test(adjoined_groups_part),
      cmocka_unit_test(recollisions_are_those_of_small_steps),
      cmocka_unit_test(first_term_is_the_exact_slope),
      cmocka_unit_test(mass_and_energy_have_no_terms),
      cmocka_unit_test(maxwellian_stays),
      cmocka_unit_test(series_is_the_direct_simulation),
      cmocka_unit_test(two_particle_series_factorises),
      cmocka_unit_test(series_of_chaotic_data_factorises),
      cmocka_unit_test(two_points_factorise),
      cmocka_unit_test(mean_over_the_torus),
      cmocka_unit_test(density_moves_with_the_pseudo_trajectories),
      cmocka_unit_test(truncations),
      cmocka_unit_test(truncations_converge_at_their_rates),
      cmocka_unit_test(recollisions_fall_with_n),
      cmocka_unit_test(errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
