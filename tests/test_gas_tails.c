/* SPDX-License-Identifier: GPL-3.0-or-later
 * Student distributions of velocities: what is drawn against the closed form of the tail, the
 * density against what is drawn, what does not go with an infinite weighted norm, and how
 * a collision shares out the moments of a fast particle and those of an excess over the Maxwellian.
 */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "huddle/simulation.h"
#include "spheres/scatter.h"
#include "spheres/wellposed.h"
#include "spheres/zones.h"

static const double pi = 3.14159265358979323846;

/* In the plane, P(|v - m| > r) = (1 + r^2/((n-2) T))^(-n/2). */
static void tail_of_the_plane(void **state)
{
  (void)state;
  enum { SAMPLES = 400000, RADII = 4 };
  static const double radius[RADII] = {0.5, 1.5, 5.0, 15.0};
  for (int degrees = 3; degrees <= 6; degrees++) {
    const struct hud_velocity_component component = {
        1.0, {0.3, -0.4, 0.0}, {2.0, 2.0, 2.0}, degrees};
    const struct hud_velocity_mixture mixture = {&component, 1};
    struct hud_random random;
    int64_t beyond[RADII] = {0};
    hud_random_seed(&random, 31, (uint64_t)degrees);
    for (int i = 0; i < SAMPLES; i++) {
      double v[3];
      hud_velocity_draw(&mixture, 2, &random, v);
      for (int r = 0; r < RADII; r++)
        beyond[r] += hypot(v[0] - 0.3, v[1] + 0.4) > radius[r];
    }
    for (int r = 0; r < RADII; r++) {
      double share = pow(1.0 + radius[r] * radius[r] / (2.0 * (degrees - 2)), -0.5 * degrees);
      assert_close((double)beyond[r] / SAMPLES, share, 4.0 * sqrt(share / SAMPLES));
    }
  }
}

/* The densities have the mass 1 and the temperatures that they state, and those of one axis in
 * space are those of the tail in the plane. */
static void densities(void **state)
{
  (void)state;
  for (int d = 2; d <= 3; d++)
    for (int degrees = 3; degrees <= 8; degrees += 5) {
      const struct hud_velocity_component component = {1.0, {0.0}, {1.5, 1.5, 1.5}, degrees};
      const struct hud_velocity_mixture mixture = {&component, 1};
      double mass = 0.0, square = 0.0;
      /* r = s/(1 - s) carries the tail to s = 1, where the integrands vanish like (1-s)^{n-3}. */
      enum { STEPS = 200000 };
      for (int i = 0; i < STEPS; i++) {
        double s = (i + 0.5) / STEPS, r = s / (1.0 - s);
        const double v[3] = {r, 0.0, 0.0};
        double shell = d == 2 ? 2.0 * pi * r : 4.0 * pi * r * r;
        double term =
            hud_velocity_density(&mixture, d, v) * shell / ((1.0 - s) * (1.0 - s)) / STEPS;
        mass += term;
        square += r * r * term;
      }
      assert_close(mass, 1.0, 1e-6);
      assert_close(square, d * 1.5, degrees == 3 ? 1e-4 : 1e-6);
    }
  assert_close(hud_velocity_mean_square(
                   &(struct hud_velocity_mixture){
                       &(struct hud_velocity_component){1.0, {1.0, 0.0}, {2.0, 3.0}, 3}, 1},
                   2, false),
               6.0, 1e-15);
}

static void refused(const char *velocity, const char *message)
{
  char text[1000];
  struct hud_simulation *simulation = NULL;
  struct hud_error error = {0};
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: boltzmann\ndimension: 2\norders: 1\ntime: {end: 1}\n"
           "particles: {count: 10}\ninitial: {velocity: %s}\n",
           velocity);
  assert_error(hud_simulation_parse(&simulation, text, "model", &error), HUD_ERROR_INPUT, &error,
               message);
  assert_null(simulation);
}

static void mistakes(void **state)
{
  (void)state;
  refused("{student: {degrees: 2, temperature: 1}}", "degrees");
  refused("{student: {degrees: 3}}", "temperature");
  refused("{student: {temperature: 1}}", "degrees");
  refused("{gaussian: {degrees: 3, temperature: 1}}", "degrees");
  refused("{mixture: [{student: {degrees: 3, temperature: 1}}, {table: a.csv}]}", "neither");
  const struct hud_velocity_component bad = {1.0, {0.0}, {1.0, 1.0, 1.0}, 2};
  const struct hud_velocity_component good = {1.0, {0.0}, {1.0, 1.0, 1.0}, 3};
  const struct hud_velocity_mixture mixture = {&good, 1};
  struct hud_error error = {0};
  struct hud_existence best;
  assert_error(hud_velocity_mixture_check(&(struct hud_velocity_mixture){&bad, 1}, 2, &error),
               HUD_ERROR_INPUT, &error, "no temperature");
  assert_true(isinf(hud_weighted_norm(&mixture, 2, 1.0, 0.1, 0.0)));
  assert_error(hud_existence_best(&best, &mixture, 2, 1.0, 1.0, &error), HUD_ERROR_INPUT, &error,
               "infinite");
}

static double square_of(int d, const double *v)
{
  double sum = 0.0;
  for (int a = 0; a < d; a++)
    sum += v[a] * v[a];
  return sum;
}

/* What is left of <|v|^4> when |v|^2 is as in equilibrium: data M (1 + a S) with the
 * Sonine polynomial S = |v|^4 - 2(d+2)|v|^2 + d(d+2), whose excess a <S^2> decays at
 *
 *   alpha rho^l/(2k <S^2>) integral of M^k b_+ (sum of |v*|^4 - sum of |v|^4)^2
 *
 * at first. With V = s g + w, w orthogonal to g, that is a Gaussian mean of a polynomial in s, w
 * and the |g_p|^2; these numbers are the means, exactly. */
static void small_excess_decays_at_the_closed_rate(void **state)
{
  (void)state;
  static const double share[2][3] = {{1.0 / 2, 19.0 / 27, 459.0 / 640},
                                     {8.0 / 15, 248.0 / 405, 23.0 / 39}};
  enum { SAMPLES = 300000 };
  struct hud_random random;
  hud_random_seed(&random, 6, 0);
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 3; l++) {
      double sum = 0.0, square = 0.0;
      int k = l + 1;
      double constant = hud_scatter_constant(d, l);
      double norm = d == 2 ? 64.0 : 120.0;
      for (int sample = 0; sample < SAMPLES; sample++) {
        double v[12], *at[4];
        double change = 0.0;
        for (int p = 0; p < k; p++)
          at[p] = v + p * d;
        for (int i = 0; i < d * k; i++)
          v[i] = hud_random_normal(&random);
        for (int p = 0; p < k; p++)
          change -= square_of(d, at[p]) * square_of(d, at[p]);
        double r = constant * sqrt(hud_scatter_square(d, k, at));
        hud_scatter(&random, d, k, at);
        for (int p = 0; p < k; p++)
          change += square_of(d, at[p]) * square_of(d, at[p]);
        double rate = r * change * change / (2.0 * k * norm);
        sum += rate / SAMPLES;
        square += rate * rate / SAMPLES;
      }
      double expected = share[d - 2][l - 1] * hud_boltzmann_rate(d, l, 1.0, 1.0, 1.0);
      double error = sqrt((square - sum * sum) / SAMPLES);
      assert_close(sum, expected, 3.5 * error);
      assert_below(error / expected, 0.025);
    }
}

/* A particle of speed v among slow ones collides at the rate c_l v, c_l = alpha_l (l+1)^(-d(l-1)/2)
 * |Ball_{ld-1}| sqrt(l), and leaves the group the share 1 - G_l(p) of |v|^p. Together c_l G_l(p)
 * says how fast moments come down from infinity. For pairs in the plane G is one integral over the
 * angle,
 *
 *   G_1(p) = 1 - 1/(p+1) - int_0^{pi/2} cos^(p+1),
 *
 * the other numbers are those of an independent computation. */
static void fast_particle_among_slow_ones(void **state)
{
  (void)state;
  static const double gap[2][3][3] = {
      {{0.75 - 3.0 / 16 * 3.14159265358979323846, 4.0 / 15,
        5.0 / 6 - 5.0 / 32 * 3.14159265358979323846},
       {0.27869, 0.44163, 0.54727},
       {0.32259, 0.49457, 0.59868}},
      {{0.2, 1.0 / 3, 3.0 / 7}, {0.27572, 0.43517, 0.53764}, {0.29550, 0.44990, 0.54369}}};
  enum { SAMPLES = 200000 };
  struct hud_random random;
  hud_random_seed(&random, 41, 0);
  for (int d = 2; d <= 3; d++)
    for (int l = 1; l <= 3; l++) {
      double sum[3] = {0.0}, square[3] = {0.0};
      double v[4 * 3], *at[4];
      double ball = pow(pi, 0.5 * (l * d - 1)) / tgamma(0.5 * (l * d + 1));
      for (int sample = 0; sample < SAMPLES; sample++) {
        for (int i = 0; i < 12; i++)
          v[i] = i == 0;
        for (int p = 0; p <= l; p++)
          at[p] = v + p * d;
        if (sample == 0)
          assert_close(hud_scatter_constant(d, l) * sqrt(hud_scatter_square(d, l + 1, at)),
                       pow(l + 1.0, -0.5 * d * (l - 1)) * ball * sqrt(l), 1e-12);
        hud_scatter(&random, d, l + 1, at);
        for (int power = 3; power <= 5; power++) {
          double left = 0.0;
          for (int p = 0; p <= l; p++)
            left += pow(square_of(d, at[p]), 0.5 * power);
          sum[power - 3] += (1.0 - left) / SAMPLES;
          square[power - 3] += (1.0 - left) * (1.0 - left) / SAMPLES;
        }
      }
      for (int i = 0; i < 3; i++) {
        double error = sqrt((square[i] - sum[i] * sum[i]) / SAMPLES);
        assert_close(sum[i], gap[d - 2][l - 1][i], 4.0 * error + 1e-4);
        assert_below(error, 1e-3);
      }
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tail_of_the_plane),
      cmocka_unit_test(densities),
      cmocka_unit_test(mistakes),
      cmocka_unit_test(fast_particle_among_slow_ones),
      cmocka_unit_test(small_excess_decays_at_the_closed_rate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
