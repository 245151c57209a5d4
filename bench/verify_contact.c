/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first two coefficients of the deficit of collisions of hard spheres with d = 2, M = 2, kappa
 * = 1, for `make verify`; `verify_contact short` draws a tenth. The ratio y_k of the rate to that
 * of independent particles is P(D_N | k particles at contact)/P(D_N). With x = epsilon_3^{1/2} =
 * N^{-1/3}, lengths in units of epsilon_3, and in the order of x^2,
 *
 *   1 - y_k = a_k x - b_k x^2,   a_k = <A>,   b_k = <A^2>/2 + <C> - p_k.
 *
 * A is the area from which the group keeps a third particle: the points r with d_3(x_i, x_j, r) < 1
 * for some pair of the group (N epsilon_3^2 = x). C is the part that two particles r, s
 * contribute together,
 *
 *   C = 1/2 int dr ds (sum_i [d_3(x_i, r, s) < 1] - U(r) U(s) [some d_3(x_i, r, s) < 1]),
 *
 * U = 1 outside the area of A; the sum is what k free particles contribute to P(D_N). p_3 = 9/2 is
 * the share of triples on the ellipsoid with a pair closer than epsilon_2 = x epsilon_3, p_2 = 0.
 * The mean is over omega ~ mu. A pair, of distance 0 on this scale, has the disc A = pi/2, and C =
 * pi^2/6, because d_3(0, r, s) < 1 puts r or s into the disc. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"

static const double half_side = 1.3; /* of the square of r and s: sqrt(2)/3 + sqrt(2/3) is less */

static double distance_square(const double *a, const double *b)
{
  return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

static bool is_inside(const double *a, const double *b, const double *c)
{
  return distance_square(a, b) + distance_square(a, c) + distance_square(b, c) < 1.0;
}

/* k particles at contact about their centre: uniform on the sphere of the zero-sum space, which is
 * mu on the ellipsoid; two of them are one point. */
static void draw_group(struct hud_random *random, int k, double x[3][2])
{
  double mean[2] = {0.0, 0.0}, square = 0.0;
  memset(x, 0, 3 * sizeof x[0]);
  if (k == 2)
    return;
  for (int p = 0; p < k; p++)
    for (int a = 0; a < 2; a++) {
      x[p][a] = hud_random_normal(random);
      mean[a] += x[p][a] / k;
    }
  for (int p = 0; p < k; p++)
    for (int a = 0; a < 2; a++) {
      x[p][a] -= mean[a];
      square += x[p][a] * x[p][a];
    }
  for (int p = 0; p < k; p++)
    for (int a = 0; a < 2; a++)
      x[p][a] /= sqrt(k * square);
}

static bool is_outside(const double x[3][2], int k, const double *r)
{
  for (int i = 0; i < k; i++)
    for (int j = 0; j < i; j++)
      if (is_inside(x[i], x[j], r))
        return false;
  return true;
}

struct mean {
  double sum, squares;
};

static void add(struct mean *mean, double value)
{
  mean->sum += value;
  mean->squares += value * value;
}

static int check(const char *name, const struct mean *mean, int64_t count, double offset,
                 double known)
{
  double n = (double)count, value = mean->sum / n;
  double error = sqrt((mean->squares / n - value * value) / n);
  bool holds = fabs(value + offset - known) <= 4.0 * error;
  printf("%s = %8.4f +- %.4f", name, value + offset, error);
  if (isnan(known))
    printf("\n");
  else
    printf(", exact %.4f: %s\n", known, holds ? "holds" : "FAILS");
  return isnan(known) || holds ? 0 : 1;
}

static int measure(int k, int64_t count, uint64_t seed)
{
  struct hud_random random;
  struct mean first = {0.0, 0.0}, second = {0.0, 0.0};
  const double square = 4.0 * half_side * half_side;
  hud_random_seed(&random, seed, 0);
  for (int64_t n = 0; n < count; n++) {
    double x[3][2], r[2][2];
    bool outside[2];
    int violated = 0;
    draw_group(&random, k, x);
    for (int e = 0; e < 2; e++) {
      for (int a = 0; a < 2; a++)
        r[e][a] = half_side * (2.0 * hud_random_uniform(&random) - 1.0);
      outside[e] = is_outside((const double(*)[2])x, k, r[e]);
    }
    for (int p = 0; p < k; p++)
      violated += is_inside(x[p], r[0], r[1]);
    double areas = square * square * (!outside[0]) * (!outside[1]); /* A^2 in the mean */
    double both = square * square * (violated - (outside[0] && outside[1] && violated > 0));
    add(&first, 0.5 * square * (!outside[0] + !outside[1]));
    add(&second, 0.5 * areas + 0.5 * both);
  }
  char name[2][16];
  for (int i = 0; i < 2; i++)
    snprintf(name[i], sizeof name[i], "%c_%d", "ab"[i], k);
  int failed = check(name[0], &first, count, 0.0, k == 2 ? M_PI_2 : NAN);
  return failed + check(name[1], &second, count, k == 3 ? -4.5 : 0.0,
                        k == 2 ? 7.0 * M_PI * M_PI / 24.0 : NAN);
}

int main(int argc, char **argv)
{
  int64_t count = argc > 1 && strcmp(argv[1], "short") == 0 ? 2000000 : 20000000;
  printf("1 - y_k = a_k epsilon_3^(1/2) - b_k epsilon_3 + ..., d = 2, M = 2, kappa = 1\n");
  int failed = measure(2, count, 1) + measure(3, count, 2);
  return failed > 0;
}
