/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Corrections to [APW] about the collision law: the scaling, the measure of impact parameters, the
 * transition map of Lemma 7.16 and the estimates of section 8. Relative velocities of order l have
 * the form <nu, B nu> = sum over pairs, B = (l+1) I - 1 1^T; its eigenvalues are 1 and l + 1. */
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <string.h>

#include "spheres/collision.h"
#include "spheres/corrections_internal.h"
#include "spheres/velocities.h"
#include "spheres/zones.h"

enum { MAX = 3 * HUD_SPHERES_MAX_GROUP };

static void draw_normal(struct hud_random *random, int count, double *out)
{
  for (int i = 0; i < count; i++)
    out[i] = hud_random_normal(random);
}

static double dot(int count, const double *a, const double *b)
{
  double sum = 0.0;
  for (int i = 0; i < count; i++)
    sum += a[i] * b[i];
  return sum;
}

/* omega_1..omega_l on the ellipsoid, distributed as mu. */
static void draw_omega(struct hud_random *random, int dimension, int order, double *omega)
{
  double x[MAX];
  hud_group_draw_contact(random, dimension, order + 1, 1.0, x);
  for (int i = 0; i < order * dimension; i++)
    omega[i] = x[dimension + i] - x[i % dimension];
}

/* w = B u. */
static void apply_form(int dimension, int order, const double *u, double *w)
{
  for (int a = 0; a < dimension; a++) {
    double sum = 0.0;
    for (int i = 0; i < order; i++)
      sum += u[i * dimension + a];
    for (int i = 0; i < order; i++)
      w[i * dimension + a] = (order + 1.0) * u[i * dimension + a] - sum;
  }
}

/* <u, B u> = sum of |u_i|^2 and, over pairs, of |u_i - u_j|^2, from that definition. */
static double pair_sum(int dimension, int order, const double *u)
{
  double sum = dot(order * dimension, u, u);
  for (int i = 0; i < order; i++)
    for (int j = i + 1; j < order; j++)
      for (int a = 0; a < dimension; a++)
        sum += gsl_pow_2(u[i * dimension + a] - u[j * dimension + a]);
  return sum;
}

/* c of (2.10) for velocities v_1..v_{l+1}, by its definition; the second sum is left to pair_sum.
 */
static double coefficient(int dimension, int order, const double *omega, const double *v)
{
  double sum[MAX], difference[MAX], relative[MAX];
  for (int i = 0; i < order * dimension; i++) {
    relative[i] = v[dimension + i] - v[i % dimension];
    sum[i] = omega[i] + relative[i];
    difference[i] = omega[i] - relative[i];
  }
  double b = 0.25 * (pair_sum(dimension, order, sum) - pair_sum(dimension, order, difference));
  return 2.0 / (order + 1.0) * b;
}

/* ---- scaling and measure ---- */

hud_status hud_correction_scaling(struct hud_random *random, struct hud_correction *correction,
                                  struct hud_error *error)
{
  (void)random;
  (void)error;
  enum { ORDER = 2 };
  int64_t count = INT64_C(1000000000000);
  double radius = pow(0.5 / (double)count, 1.0 / (2.0 - 1.0 / ORDER)); /* (1.22): 1/l! = 1/2 */
  return hud_correction_set(correction, 0.5, 0.125,
                            hud_hierarchy_prefactor(2, ORDER, count, 1, radius), 1e-6);
}

hud_status hud_correction_ellipsoid(struct hud_random *random, struct hud_correction *correction,
                                    struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 2000 };
  double change[2] = {0.0};
  for (int n = 0; n < DRAWS; n++)
    for (int on_ellipsoid = 0; on_ellipsoid < 2; on_ellipsoid++) {
      double omega[4], v[6];
      draw_normal(random, 6, v);
      draw_normal(random, 4, omega);
      double size = on_ellipsoid ? pair_sum(2, 2, omega) : dot(4, omega, omega);
      for (int i = 0; i < 4; i++)
        omega[i] /= sqrt(size);
      double before = dot(6, v, v);
      (void)hud_impact_transform(2, 3, omega, v);
      change[on_ellipsoid] += fabs(dot(6, v, v) / before - 1.0) / DRAWS;
    }
  return hud_correction_set(correction, change[0], change[1], 0.0, HUD_CORRECTION_ROUND_OFF);
}

/* Starts (y, nu) outside the ellipsoid that free flight brings into it within h fill the volume h
 * times the flux; the printed one takes the surface measure dS = |B omega| dmu. */
hud_status hud_correction_flux(struct hud_random *random, struct hud_correction *correction,
                               struct hud_error *error)
{
  (void)error;
  enum { TRIALS = 4000000, DRAWS = 200000 };
  const double duration = 0.1;
  const double half = 1.55; /* 5 standard deviations of flight beyond the ellipsoid */
  int64_t hits = 0;
  for (int n = 0; n < TRIALS; n++) {
    double y[4], v[6], nu[4], w[4];
    for (int i = 0; i < 4; i++)
      y[i] = half * (2.0 * hud_random_uniform(random) - 1.0);
    double start = pair_sum(2, 2, y);
    if (start <= 1.0)
      continue;
    draw_normal(random, 6, v);
    for (int i = 0; i < 4; i++)
      nu[i] = v[2 + i] - v[i % 2];
    apply_form(2, 2, nu, w);
    double approach = -dot(4, y, w);
    double speed2 = dot(4, nu, w);
    double time = fmin(approach / speed2, duration);
    hits += approach > 0.0 && start - 2.0 * approach * time + speed2 * time * time < 1.0;
  }
  double volume = gsl_pow_4(2.0 * half) / duration;
  double share = (double)hits / TRIALS;
  double surface = 0.0;
  for (int n = 0; n < DRAWS; n++) {
    double omega[4], w[4];
    draw_omega(random, 2, 2, omega);
    apply_form(2, 2, omega, w);
    surface += sqrt(dot(4, w, w)) / DRAWS;
  }
  double coarea = hud_impact_measure(2, 2) * sqrt(3.0 / (2.0 * M_PI));
  return hud_correction_set(correction, coarea * surface, coarea, share * volume,
                            3.0 * volume * sqrt(share / TRIALS));
}

/* d<|v|^2>/dt of the first member, weight 1 for mu and |B omega| for dS; the mean of the latter has
 * less noise about 1.4 times the former, which is 0. */
hud_status hud_correction_energy(struct hud_random *random, struct hud_correction *correction,
                                 struct hud_error *error)
{
  (void)error;
  enum { DRAWS = 1000000 };
  static const struct hud_velocity_component parts[] = {{0.75, {0.0}, {0.5, 0.5, 0.5}, 0},
                                                        {0.25, {0.0}, {2.5, 2.5, 2.5}, 0}};
  const struct hud_velocity_mixture mixture = {parts, 2};
  double sum[2] = {0.0}, square = 0.0;
  for (int n = 0; n < DRAWS; n++) {
    double v[6], omega[4], w[4];
    for (int p = 0; p < 3; p++)
      hud_velocity_draw(&mixture, 2, random, v + 2 * p);
    draw_omega(random, 2, 2, omega);
    apply_form(2, 2, omega, w);
    double before = dot(2, v, v);
    double total = dot(6, v, v);
    double b = hud_impact_transform(2, 3, omega, v);
    double each = 0.25 * hud_impact_measure(2, 2) * fabs(b); /* alpha_2 = 1/2, and b_+ = |b|/2 */
    double value = each * (dot(2, v, v) - before) * (sqrt(dot(4, w, w)) - 1.4);
    sum[0] += value;
    square += value * value;
    sum[1] += each * (dot(6, v, v) - total) / 3.0; /* members alike, as under mu */
  }
  double mean = sum[0] / DRAWS;
  return hud_correction_set(correction, mean, sum[1] / DRAWS, 0.0,
                            3.0 * sqrt((square / DRAWS - mean * mean) / DRAWS));
}

/* ---- the transition map ---- */

/* (7.97) against differences of c, which is linear in omega. */
hud_status hud_correction_gradient(struct hud_random *random, struct hud_correction *correction,
                                   struct hud_error *error)
{
  (void)error;
  enum { D = 2, ORDER = 3, N = D * ORDER };
  double omega[N], v[N + D], relative[N], form[N];
  draw_omega(random, D, ORDER, omega);
  draw_normal(random, N + D, v);
  double found = 0.0;
  for (int i = 0; i < N; i++) {
    relative[i] = v[D + i] - v[i % D];
    double at = omega[i];
    omega[i] = at + 1.0;
    double up = coefficient(D, ORDER, omega, v);
    omega[i] = at - 1.0;
    found += gsl_pow_2(0.5 * (up - coefficient(D, ORDER, omega, v)));
    omega[i] = at;
  }
  apply_form(D, ORDER, relative, form);
  double printed = sqrt(dot(N, form, form));
  return hud_correction_set(correction, printed, 2.0 / (ORDER + 1.0) * printed, sqrt(found),
                            HUD_CORRECTION_ROUND_OFF);
}

/* (7.99) against the c that the collision law applies: v_1* - v_1 = c sum of omega. */
hud_status hud_correction_cross_section(struct hud_random *random,
                                        struct hud_correction *correction, struct hud_error *error)
{
  (void)error;
  enum { D = 2, ORDER = 3, N = D * ORDER };
  double omega[N], v[N + D], star[N + D], relative[N], form[N];
  draw_omega(random, D, ORDER, omega);
  draw_normal(random, N + D, v);
  memcpy(star, v, sizeof star);
  (void)hud_impact_transform(D, ORDER + 1, omega, star);
  for (int i = 0; i < N; i++)
    relative[i] = v[D + i] - v[i % D];
  apply_form(D, ORDER, relative, form);
  double printed = fabs(dot(N, omega, form));
  double sum = omega[0] + omega[D] + omega[2 * D];
  return hud_correction_set(correction, printed, 2.0 / (ORDER + 1.0) * printed,
                            fabs((star[0] - v[0]) / sum), HUD_CORRECTION_ROUND_OFF);
}

hud_status hud_correction_velocity_sign(struct hud_random *random,
                                        struct hud_correction *correction, struct hud_error *error)
{
  (void)error;
  enum { D = 2, ORDER = 3, N = D * ORDER };
  double omega[N], v[N + D], x[N + D] = {0.0};
  draw_omega(random, D, ORDER, omega);
  draw_normal(random, N + D, v);
  memcpy(x + D, omega, sizeof omega); /* contact positions with epsilon = 1 */
  double c = coefficient(D, ORDER, omega, v);
  double others = omega[D] + omega[2 * D];
  double printed = v[D] + c * (ORDER * omega[0] + others);
  double corrected = v[D] + c * (-ORDER * omega[0] + others);
  (void)hud_group_collide(D, ORDER + 1, x, v); /* (1.13)-(1.14) */
  return hud_correction_set(correction, printed, corrected, v[D], HUD_CORRECTION_ROUND_OFF);
}

/* (7.122)-(7.124) for i = 2: v_3* = mean + r/(l+1) nu~_2. */
hud_status hud_correction_velocity_sum(struct hud_random *random, struct hud_correction *correction,
                                       struct hud_error *error)
{
  (void)error;
  enum { D = 2, ORDER = 3, N = D * ORDER };
  double omega[N], v[N + D], nu[N];
  draw_omega(random, D, ORDER, omega);
  draw_normal(random, N + D, v);
  double mean = 0.25 * (v[0] + v[D] + v[2 * D] + v[3 * D]);
  double r = sqrt(hud_group_distance2(D, ORDER + 1, v));
  (void)hud_impact_transform(D, ORDER + 1, omega, v);
  for (int i = 0; i < N; i++)
    nu[i] = (v[i % D] - v[D + i]) / r;
  double first = nu[0], second = nu[D], third = nu[2 * D];
  return hud_correction_set(correction, -ORDER * second + first + second,
                            -ORDER * second + first + third, (ORDER + 1.0) * (v[2 * D] - mean) / r,
                            HUD_CORRECTION_ROUND_OFF);
}

/* ---- constants of quadratic forms ---- */

/* The largest |grad Psi|^2/Psi by iterating nu -> grad Psi(nu), gradients by differences, which are
 * exact for a quadratic Psi. */
static double steepest(struct hud_random *random, int dimension, int order)
{
  enum { ROUNDS = 60 };
  double nu[3 * 8], gradient[3 * 8];
  int n = order * dimension;
  draw_normal(random, n, nu);
  double ratio = 0.0;
  for (int round = 0; round < ROUNDS; round++) {
    double psi = pair_sum(dimension, order, nu);
    for (int i = 0; i < n; i++) {
      double at = nu[i];
      nu[i] = at + 0.5;
      double up = pair_sum(dimension, order, nu);
      nu[i] = at - 0.5;
      gradient[i] = up - pair_sum(dimension, order, nu);
      nu[i] = at;
    }
    double square = dot(n, gradient, gradient);
    ratio = square / psi;
    for (int i = 0; i < n; i++)
      nu[i] = gradient[i] / sqrt(square);
  }
  return ratio;
}

hud_status hud_correction_norm_constant(struct hud_random *random,
                                        struct hud_correction *correction, struct hud_error *error)
{
  (void)error;
  enum { ORDER = 6 };
  return hud_correction_set(correction, 24.0, 4.0 * (ORDER + 1.0), steepest(random, 2, ORDER),
                            HUD_CORRECTION_ROUND_OFF);
}

hud_status hud_correction_norm_bound(struct hud_random *random, struct hud_correction *correction,
                                     struct hud_error *error)
{
  (void)error;
  enum { ORDER = 6 };
  return hud_correction_set(correction, 4.0, 2.0 * sqrt(ORDER + 1.0),
                            sqrt(steepest(random, 2, ORDER)), HUD_CORRECTION_ROUND_OFF);
}

/* |v_m| = R = 1, and l velocities of total square 1 with sum -v_m. */
hud_status hud_correction_velocity_ball(struct hud_random *random,
                                        struct hud_correction *correction, struct hud_error *error)
{
  (void)random;
  (void)error;
  enum { ORDER = 8 };
  double relative[2 * ORDER];
  double square = 0.0;
  for (int i = 0; i < ORDER; i++) {
    double across = (i % 2 == 0 ? 1.0 : -1.0) * sqrt((1.0 - 1.0 / ORDER) / ORDER);
    square += gsl_pow_2(1.0 / ORDER) + across * across;
    relative[2 * i] = -1.0 / ORDER - 1.0; /* v_m = (1, 0) */
    relative[2 * i + 1] = across;
  }
  return hud_correction_set(correction, 16.0, 2.0 * (ORDER + 1.0),
                            pair_sum(2, ORDER, relative) / square, HUD_CORRECTION_ROUND_OFF);
}

/* Opposite velocities, seen from v_m. */
hud_status hud_correction_pair_bound(struct hud_random *random, struct hud_correction *correction,
                                     struct hud_error *error)
{
  (void)error;
  double a[2], b[2], difference[2];
  draw_normal(random, 2, a);
  for (int i = 0; i < 2; i++) {
    b[i] = -a[i];
    difference[i] = a[i] - b[i];
  }
  return hud_correction_set(correction, 1.0, 2.0,
                            dot(2, difference, difference) / (dot(2, a, a) + dot(2, b, b)),
                            HUD_CORRECTION_ROUND_OFF);
}

/* The largest r^2/|v'|^2; of it grad Psi = 2 B nu has the square, times 4, on the same vectors. */
hud_status hud_correction_relative_bound(struct hud_random *random,
                                         struct hud_correction *correction, struct hud_error *error)
{
  (void)error;
  enum { ORDER = 3 };
  return hud_correction_set(correction, ORDER, ORDER + 1.0, 0.25 * steepest(random, 2, ORDER),
                            HUD_CORRECTION_ROUND_OFF);
}

/* |v'|/|B v'| for v' = (u, ..., u), where B = T^{-T} A, T the triangular factor of A = T^T T. */
hud_status hud_correction_inverse_norm(struct hud_random *random, struct hud_correction *correction,
                                       struct hud_error *error)
{
  (void)random;
  enum { ORDER = 3 };
  double a[ORDER * ORDER], b[ORDER * ORDER], v[ORDER * ORDER], s[ORDER], work[ORDER];
  for (int i = 0; i < ORDER * ORDER; i++)
    a[i] = b[i] = i % (ORDER + 1) == 0 ? ORDER : -1.0;
  gsl_matrix_view factor = gsl_matrix_view_array(a, ORDER, ORDER);
  gsl_matrix_view product = gsl_matrix_view_array(b, ORDER, ORDER);
  gsl_matrix_view right = gsl_matrix_view_array(v, ORDER, ORDER);
  gsl_vector_view values = gsl_vector_view_array(s, ORDER);
  gsl_vector_view space = gsl_vector_view_array(work, ORDER);
  if (gsl_linalg_cholesky_decomp1(&factor.matrix) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "a matrix is not positive definite");
  /* A = L L^T, T = L^T, and B = T^{-T} A = L^{-1} A. */
  double found = 0.0;
  for (int column = 0; column < ORDER; column++) {
    gsl_vector_view at = gsl_matrix_column(&product.matrix, (size_t)column);
    gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, &factor.matrix, &at.vector);
  }
  for (int i = 0; i < ORDER; i++)
    found += gsl_pow_2(b[i * ORDER] + b[i * ORDER + 1] + b[i * ORDER + 2]);
  if (gsl_linalg_SV_decomp(&product.matrix, &right.matrix, &values.vector, &space.vector) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "a matrix has no singular values");
  return hud_correction_set(correction, 1.0 / s[0], 1.0 / s[ORDER - 1], sqrt(ORDER / found),
                            HUD_CORRECTION_ROUND_OFF);
}

hud_status hud_correction_arcsine(struct hud_random *random, struct hud_correction *correction,
                                  struct hud_error *error)
{
  (void)random;
  (void)error;
  return hud_correction_set(correction, 0.5, 0.5 * M_PI * 0.5, asin(0.5), 1e-12);
}

/* ---- changes of velocities ---- */

static double two_by_two(const double *m)
{
  return m[0] * m[3] - m[1] * m[2];
}

/* F^{1,2}(v_{m+2}) = v_{m+2}* - v_{m+1}*, linear: its derivative is a difference. Velocities are
 * (v_m, v_{m+1}, ..., v_{m+3}). */
static void difference_of_stars(const double *omega, const double *velocity, double *out)
{
  enum { D = 2, ORDER = 3 };
  double v[D * (ORDER + 1)];
  memcpy(v, velocity, sizeof v);
  (void)hud_impact_transform(D, ORDER + 1, omega, v);
  for (int a = 0; a < D; a++)
    out[a] = v[2 * D + a] - v[D + a];
}

hud_status hud_correction_jacobian(struct hud_random *random, struct hud_correction *correction,
                                   struct hud_error *error)
{
  (void)error;
  enum { D = 2, ORDER = 3, N = D * ORDER };
  double omega[N], v[N + D], matrix[D * D];
  draw_omega(random, D, ORDER, omega);
  draw_normal(random, N + D, v);
  for (int a = 0; a < D; a++) {
    double up[D], down[D];
    v[2 * D + a] += 1.0;
    difference_of_stars(omega, v, up);
    v[2 * D + a] -= 2.0;
    difference_of_stars(omega, v, down);
    v[2 * D + a] += 1.0;
    for (int b = 0; b < D; b++)
      matrix[b * D + a] = 0.5 * (up[b] - down[b]);
  }
  double mixed = dot(D, omega, omega + D);
  double rest = dot(D, omega, omega) + ORDER * dot(D, omega + D, omega + D) -
                dot(D, omega + D, omega + 2 * D) + dot(D, omega, omega + 2 * D);
  return hud_correction_set(correction, 1.0 - 2.0 * (rest - mixed),
                            1.0 - 2.0 * (rest - (ORDER + 1.0) * mixed), two_by_two(matrix),
                            HUD_CORRECTION_ROUND_OFF);
}

/* The two sides of (8.189): found is the right one. */
hud_status hud_correction_difference(struct hud_random *random, struct hud_correction *correction,
                                     struct hud_error *error)
{
  (void)error;
  enum { D = 2, ORDER = 3, N = D * ORDER };
  double omega[N], v[N + D], star[D];
  draw_omega(random, D, ORDER, omega);
  draw_normal(random, N + D, v);
  double found =
      v[2 * D] - v[D] - (ORDER + 1.0) * coefficient(D, ORDER, omega, v) * (omega[D] - omega[0]);
  difference_of_stars(omega, v, star);
  return hud_correction_set(correction, -star[0], star[0], found, HUD_CORRECTION_ROUND_OFF);
}

hud_status hud_correction_determinant(struct hud_random *random, struct hud_correction *correction,
                                      struct hud_error *error)
{
  (void)error;
  enum { N = 2 };
  double w[N], u[N], matrix[N * N];
  const double lambda = 1.7;
  draw_normal(random, N, w);
  draw_normal(random, N, u);
  for (int i = 0; i < N * N; i++)
    matrix[i] = (i % (N + 1) == 0 ? lambda : 0.0) + w[i / N] * u[i % N];
  double product = dot(N, w, u);
  return hud_correction_set(correction,
                            gsl_pow_int(lambda, N) + (1.0 + gsl_pow_int(lambda, -N) * product),
                            gsl_pow_int(lambda, N) * (1.0 + product / lambda), two_by_two(matrix),
                            HUD_CORRECTION_ROUND_OFF);
}

/* arccos gamma' at gamma = 0.01: half the opening of the set of (8.50) about a velocity, from
 * |<omega, v>| = gamma' |omega||v|. */
hud_status hud_correction_angle(struct hud_random *random, struct hud_correction *correction,
                                struct hud_error *error)
{
  (void)random;
  (void)error;
  const double gamma = 0.01;
  /* Discriminant (8.51) of unit vectors at the angle theta: cos^2 theta - (1 - gamma). */
  double low = 0.0, high = 1.0;
  while (high - low > 1e-14) {
    double middle = 0.5 * (low + high);
    if (gsl_pow_2(cos(middle)) - (1.0 - gamma) >= 0.0)
      low = middle;
    else
      high = middle;
  }
  return hud_correction_set(correction, acos(sqrt(1.0 - 0.5 * gamma)), acos(sqrt(1.0 - gamma)), low,
                            1e-12);
}
