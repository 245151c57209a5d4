/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checks of geometry.h that need a flow: two collisions in a short time (Theorem 2.7), measure
 * preservation (Theorem 2.12), the transition map (Lemma 7.16), bad adjunctions (Proposition 8.2).
 */
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "spheres/few.h"
#include "spheres/geometry_internal.h"
#include "spheres/pseudo.h"

enum { MAX_SIZE = 2 * 3 * HUD_FEW_MAX_COUNT };

void hud_geometry_draw_ball(struct hud_random *random, int dimension, int count, double radius,
                            double *out)
{
  for (int i = 0; i < count; i++) {
    double square;
    do {
      square = 0.0;
      for (int a = 0; a < dimension; a++) {
        double u = 2.0 * hud_random_uniform(random) - 1.0;
        out[i * dimension + a] = radius * u;
        square += u * u;
      }
    } while (square > 1.0);
  }
}

/* Zones for a unit ball: every order is possible, and collisions are frequent. */
static struct hud_zones wide_zones(int dimension, int orders)
{
  static const double radius[2][3] = {{0.4, 0.9, 1.6}, {0.6, 1.2, 2.0}};
  struct hud_zones zones = {.dimension = dimension, .orders = orders};
  memcpy(zones.radius + 2, radius[dimension - 2], (size_t)orders * sizeof **radius);
  return zones;
}

/* Particles in D_m, positions and velocities in the unit ball. */
static void draw_few(struct hud_random *random, const struct hud_zones *zones, int count,
                     struct hud_few *few)
{
  few->count = count;
  do
    hud_geometry_draw_ball(random, zones->dimension, few->count, 1.0, few->x);
  while (!hud_few_allowed(few, zones));
  hud_geometry_draw_ball(random, zones->dimension, few->count, 1.0, few->v);
}

double hud_geometry_second_collision(struct hud_random *random, int dimension, int order)
{
  struct hud_zones zones = wide_zones(dimension, order);
  struct hud_few few;
  draw_few(random, &zones, 3 + dimension, &few);
  struct hud_few_event event;
  hud_few_next(&few, &zones, INFINITY, &event);
  if (event.size == 0)
    return INFINITY;
  double first = event.time;
  /* Just past the first collision; what is left of it is round-off. */
  if (hud_few_advance(&few, &zones, first) < 1 &&
      hud_few_advance(&few, &zones, 1e-12 * (1.0 + first)) < 1)
    return INFINITY;
  hud_few_next(&few, &zones, INFINITY, &event);
  return event.size > 0 ? first + event.time : INFINITY;
}

/* ---- Theorem 2.12 ---- */

static void shift(struct hud_few *few, int dimension, int i, double h)
{
  int n = few->count * dimension;
  if (i < n)
    few->x[i] += h;
  else
    few->v[i - n] += h;
}

static double determinant(double *matrix, size_t n)
{
  size_t permutation_data[MAX_SIZE];
  gsl_matrix_view view = gsl_matrix_view_array(matrix, n, n);
  gsl_permutation permutation = {n, permutation_data};
  int sign;
  if (gsl_linalg_LU_decomp(&view.matrix, &permutation, &sign) != 0)
    return NAN;
  return gsl_linalg_LU_det(&view.matrix, sign);
}

/* DPsi^1 by fourth-order differences; false where a neighbour collides another number of times. */
static bool differentiate(const struct hud_few *start, const struct hud_zones *zones,
                          int collisions, double step, double *matrix)
{
  static const double offset[4] = {-2.0, -1.0, 1.0, 2.0};
  static const double weight[4] = {1.0 / 12.0, -8.0 / 12.0, 8.0 / 12.0, -1.0 / 12.0};
  int n = start->count * zones->dimension;
  for (int i = 0; i < 2 * n; i++) {
    for (int j = 0; j < 2 * n; j++)
      matrix[j * 2 * n + i] = 0.0;
    for (int p = 0; p < 4; p++) {
      struct hud_few moved = *start;
      shift(&moved, zones->dimension, i, step * offset[p]);
      if (!hud_few_allowed(&moved, zones) || hud_few_advance(&moved, zones, 1.0) != collisions)
        return false;
      for (int j = 0; j < 2 * n; j++)
        matrix[j * 2 * n + i] += weight[p] / step * (j < n ? moved.x[j] : moved.v[j - n]);
    }
  }
  return true;
}

/* Two steps of differences, which must agree: near grazing collisions, or where the order of
 * collisions changes close by, differences say nothing about the derivative. */
double hud_geometry_flow_deviation(struct hud_random *random, int dimension, int order)
{
  struct hud_zones zones = wide_zones(dimension, order);
  struct hud_few start;
  draw_few(random, &zones, order + 1 > 3 ? order + 1 : 3, &start);
  struct hud_few end = start;
  int collisions = hud_few_advance(&end, &zones, 1.0);
  if (collisions < 1)
    return -1.0;
  size_t size = (size_t)(2 * start.count * dimension);
  double matrix[MAX_SIZE * MAX_SIZE];
  double found[2];
  for (int round = 0; round < 2; round++) {
    if (!differentiate(&start, &zones, collisions, round == 0 ? 1e-4 : 4e-5, matrix))
      return -1.0;
    found[round] = fabs(determinant(matrix, size));
  }
  if (!(fabs(found[0] - found[1]) < 1e-6))
    return -1.0;
  return fabs(found[1] - 1.0);
}

/* ---- Lemma 7.16 ---- */

/* (7.90): (v_1* - v_{i+1}*)/r for omega, which need not be on the ellipsoid. */
static void transition(int dimension, int order, const double *omega, const double *v, double r,
                       double *nu)
{
  double star[3 * HUD_SPHERES_MAX_GROUP];
  memcpy(star, v, (size_t)((order + 1) * dimension) * sizeof *v);
  (void)hud_impact_transform(dimension, order + 1, omega, star);
  for (int i = 0; i < order * dimension; i++)
    nu[i] = (star[i % dimension] - star[dimension + i]) / r;
}

double hud_geometry_transition_deviation(struct hud_random *random, int dimension, int order)
{
  static const double step = 1e-3;
  int n = order * dimension;
  int size = order + 1;
  double x[3 * HUD_SPHERES_MAX_GROUP];
  double v[3 * HUD_SPHERES_MAX_GROUP];
  double omega[3 * HUD_SPHERES_MAX_ORDER];
  double nu[2][3 * HUD_SPHERES_MAX_ORDER];
  double matrix[MAX_SIZE * MAX_SIZE];
  hud_group_draw_contact(random, dimension, size, 1.0, x);
  hud_geometry_draw_ball(random, dimension, size, 1.0, v);
  for (int i = 0; i < n; i++)
    omega[i] = x[dimension + i] - x[i % dimension];
  double r = sqrt(hud_group_distance2(dimension, size, v));
  double b = hud_group_impact(dimension, size, x, v, 1.0);
  if (fabs(b) < 0.05 * r) /* the relative deviation of a tiny determinant means nothing */
    return -1.0;
  for (int i = 0; i < n; i++) { /* T is quadratic: central differences are exact */
    double at = omega[i];
    omega[i] = at + step;
    transition(dimension, order, omega, v, r, nu[1]);
    omega[i] = at - step;
    transition(dimension, order, omega, v, r, nu[0]);
    omega[i] = at;
    for (int j = 0; j < n; j++)
      matrix[j * n + i] = 0.5 / step * (nu[1][j] - nu[0][j]);
  }
  double expected = 2.0 * pow(2.0 * b / r, n);
  double jacobian = fabs(determinant(matrix, (size_t)n) / expected - 1.0);
  transition(dimension, order, omega, v, r, nu[0]);
  double group[3 * HUD_SPHERES_MAX_GROUP] = {0.0};
  memcpy(group + dimension, nu[0], (size_t)n * sizeof **nu);
  double image = fabs(hud_group_distance2(dimension, size, group) - 1.0);
  return fmax(jacobian, image);
}

/* ---- Proposition 8.2 ---- */

/* Whether all pairs are further apart than theta at all backward times t > after: G_m(theta,
 * after), (8.4). */
static bool stays_apart(int dimension, int count, const double *x, const double *v, double theta,
                        double after)
{
  for (int i = 0; i < count; i++)
    for (int j = i + 1; j < count; j++) {
      double square = 0.0;
      double speed = 0.0;
      double approach = 0.0;
      for (int a = 0; a < dimension; a++) {
        double w = v[i * dimension + a] - v[j * dimension + a];
        double y = x[i * dimension + a] - x[j * dimension + a] - after * w;
        square += y * y;
        speed += w * w;
        approach += y * w;
      }
      double least = approach > 0.0 ? square - approach * approach / speed : square;
      if (least <= theta * theta)
        return false;
    }
  return true;
}

/* One sign of the adjunction: (8.7)-(8.9) or (8.11)-(8.13). */
static bool is_good(const struct hud_pseudo *pseudo, const double *centres,
                    const struct hud_zones *zones, double far, double after)
{
  struct hud_pseudo_end end;
  int d = pseudo->dimension;
  hud_pseudo_follow(pseudo, zones, &end); /* all zones, for 1e6 units of time */
  if (end.overlap || end.recollision)
    return false;
  struct hud_pseudo near = *pseudo;
  near.time = 0.0;
  near.adjunction[0].time = 0.0;
  hud_pseudo_follow(&near, zones, &end);
  if (!stays_apart(d, end.particles, end.finite, end.velocity, 0.5 * far, after))
    return false;
  memcpy(near.x, centres, sizeof near.x);
  hud_pseudo_follow(&near, zones, &end);
  return stays_apart(d, end.particles, end.finite, end.velocity, far, after);
}

bool hud_geometry_adjunction_is_bad(struct hud_random *random, int dimension, int order, double eta)
{
  enum { M = 2 };                   /* particles before the adjunction */
  static const double radius = 2.0; /* R */
  static const double delta = 0.5;
  /* (8.5): alpha << epsilon_0 << eta delta, R alpha << eta epsilon_0. */
  double far = 0.3 * eta * delta;
  double alpha = 0.1 * eta * far / radius;
  struct hud_zones zones = {.dimension = dimension, .orders = order};
  zones.radius[order + 1] = 0.1 * alpha;
  for (int size = order; size >= 2; size--)
    zones.radius[size] = 0.5 * eta * eta * zones.radius[size + 1];
  double centres[3 * HUD_PSEUDO_MAX_MARGINAL] = {0.0};
  struct hud_pseudo pseudo = {.dimension = dimension, .marginal = M, .adjunctions = 1, .time = 1e6};
  do {
    hud_geometry_draw_ball(random, dimension, M, 1.0, centres);
    hud_geometry_draw_ball(random, dimension, M, radius, pseudo.v);
  } while (!stays_apart(dimension, M, centres, pseudo.v, far, 0.0));
  double moved[3 * HUD_PSEUDO_MAX_MARGINAL];
  hud_geometry_draw_ball(random, dimension, M, 0.5 * alpha / sqrt(M), moved);
  for (int i = 0; i < M * dimension; i++)
    pseudo.x[i] = centres[i] + moved[i];
  struct hud_adjunction *adjunction = &pseudo.adjunction[0];
  *adjunction = (struct hud_adjunction){.time = 1e6, .order = order, .parent = M - 1};
  /* Uniform on {b > 0} of E x B_R: omega ~ mu, turned round where b < 0. */
  double x[3 * HUD_SPHERES_MAX_GROUP];
  double v[3 * HUD_SPHERES_MAX_GROUP];
  hud_group_draw_contact(random, dimension, order + 1, 1.0, x);
  hud_geometry_draw_ball(random, dimension, order, radius, adjunction->velocity);
  memcpy(v, pseudo.v + (M - 1) * dimension, (size_t)dimension * sizeof *v);
  memcpy(v + dimension, adjunction->velocity, (size_t)(order * dimension) * sizeof *v);
  double sign = hud_group_impact(dimension, order + 1, x, v, 1.0) > 0.0 ? 1.0 : -1.0;
  for (int i = 0; i < order * dimension; i++)
    adjunction->omega[i] = sign * (x[dimension + i] - x[i % dimension]);
  for (adjunction->sign = -1; adjunction->sign <= 1; adjunction->sign += 2)
    if (!is_good(&pseudo, centres, &zones, far, delta))
      return true;
  return false;
}
