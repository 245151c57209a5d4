/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pseudo-trajectories against their definition, Lemma 10.2 and small steps of time. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "spheres/pseudo.h"
#include "spheres/scatter.h"

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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(impact_parameters_lie_on_the_ellipsoid_with_positive_b),
      cmocka_unit_test(pseudo_trajectory_by_hand),
      cmocka_unit_test(displacement_obeys_the_lemma),
      cmocka_unit_test(adjoined_groups_part),
      cmocka_unit_test(recollisions_are_those_of_small_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
