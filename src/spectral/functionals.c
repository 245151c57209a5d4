/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers read from f_k. With m_p = int (v_1 - origin)^p f_k, the Taylor coefficient of order q of
 * g_k(s, (1,0,..)) is -(-i)^p m_p / p! with p = q + 2: m_2/2, -i m_3/6, -m_4/24, ... The wrong
 * phase in a coefficient means |s|^p in fhat, hence a moment that does not exist. */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/box.h"

double hud_spectral_mass(const struct hud_representation *rep, int k, const double *fk)
{
  (void)rep;
  (void)k;
  return fk[0];
}

int hud_spectral_max_moment(const struct hud_representation *rep)
{
  return hud_spectral_const(rep)->options.moment_order;
}

/* One column of one part at the alpha that `row` interpolates to. */
static double read_column(const struct hud_spectral *sp, int k, const double *row,
                          const double *part, size_t column)
{
  return cblas_ddot((int)sp->simplex[k]->count, row, 1, part + column, (int)sp->radial->count);
}

/* m_p from the Taylor coefficient of order p - 2: -p! i^p (re + i im); *wrong is its other phase.
 */
static double moment_of_taylor(int p, double re, double im, double *wrong)
{
  double factor = 1.0;
  for (int a = 2; a <= p; a++)
    factor *= a;
  factor *= (p % 4 == 0 || p % 4 == 3) ? -1.0 : 1.0;
  *wrong = p % 2 == 0 ? im : re;
  return factor * (p % 2 == 0 ? re : im);
}

/* From moments about origin to moments about center. */
static void shift_moments(int order, double shift, const double *about_origin, double *out)
{
  for (int p = 0; p <= order; p++) {
    double sum = 0.0, binomial = 1.0, power = 1.0; /* term r = p, p-1, .. : shift^{p-r} */
    for (int r = p; r >= 0; r--) {
      sum += binomial * power * about_origin[r];
      power *= shift;
      binomial *= (double)r / (double)(p - r + 1);
    }
    out[p] = sum;
  }
}

void hud_spectral_moments(const struct hud_representation *rep, int k, const double *fk,
                          double center, int order, double *out)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  struct hud_deviation d = hud_deviation_of(sp, k, fk);
  double about_origin[HUD_SPECTRAL_MOST_MOMENTS + 1] = {d.mass, d.momentum};
  int held = order < sp->options.moment_order ? order : sp->options.moment_order;
  bool exists = true;
  for (int p = 2; p <= held; p++) {
    size_t column = sp->radial->nodes + (size_t)p - 2;
    double re = read_column(sp, k, sp->vertex[k], d.part[0], column);
    double im = read_column(sp, k, sp->vertex[k], d.part[1], column), wrong;
    about_origin[p] = moment_of_taylor(p, re, im, &wrong);
    exists = exists && fabs(wrong) <= 1e-9 * (fabs(re) + fabs(im));
    if (!exists)
      about_origin[p] = NAN;
  }
  shift_moments(held, sp->options.origin - center, about_origin, out);
  for (int p = held + 1; p <= order; p++)
    out[p] = NAN;
}

void hud_spectral_derivative_moments(const struct hud_representation *rep, int k, const double *fk,
                                     double center, int order, double *out)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  struct hud_deviation d = hud_deviation_of(sp, k, fk);
  double about_origin[HUD_SPECTRAL_MOST_MOMENTS + 1] = {d.mass, d.momentum},
                                                  row[HUD_SPECTRAL_MOST_NODES];
  size_t nodes = sp->radial->offsets[1];
  for (int p = 2; p <= order; p++) {
    double taylor[2] = {0.0, 0.0}, wrong;
    for (int part = 0; part < 2; part++) {
      hud_radial_taylor_row(sp->radial, part, (size_t)p - 2, row);
      for (size_t a = 0; a < nodes; a++)
        taylor[part] += row[a] * read_column(sp, k, sp->vertex[k], d.part[part], a);
    }
    about_origin[p] = moment_of_taylor(p, taylor[0], taylor[1], &wrong);
  }
  shift_moments(order, sp->options.origin - center, about_origin, out);
}

double hud_spectral_spread(const struct hud_representation *rep, int k, const double *fk)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  struct hud_deviation d = hud_deviation_of(sp, k, fk);
  size_t column = sp->radial->nodes;
  return 8.0 * (read_column(sp, k, sp->vertex[k], d.part[0], column) -
                read_column(sp, k, sp->middle[k], d.part[0], column));
}

/* Magnitudes of M_k, J_k, the values of g_k and its Taylor coefficients. */
struct magnitudes {
  double mass, momentum, values;
  double jets[HUD_SPECTRAL_MOST_MOMENTS];
};

static struct magnitudes magnitudes_of(const struct hud_spectral *sp, int k, const double *fk)
{
  struct hud_deviation d = hud_deviation_of(sp, k, fk);
  size_t columns = sp->radial->count, nodes = sp->radial->nodes;
  struct magnitudes m = {.mass = fabs(d.mass)};
  for (size_t a = 0; a < 2 * hud_spectral_part_length(sp, k); a++) {
    size_t column = a % columns;
    double *size = column < nodes ? &m.values : &m.jets[column - nodes];
    *size = fmax(*size, fabs(d.part[0][a]));
  }
  double second = 0.0;
  for (size_t l = 0; l < sp->simplex[k]->count; l++)
    second = fmax(second, fabs(d.part[0][l * columns + nodes]));
  double width = m.mass > 0.0 ? sqrt(2.0 * second / m.mass) : 0.0;
  double natural = 0.5 * m.mass * width * width; /* mass width^p / p!, p = q + 2 */
  m.momentum = fmax(fabs(d.momentum), m.mass * width);
  for (size_t q = 0; q < sp->radial->jets; q++) {
    m.jets[q] = fmax(m.jets[q], natural);
    natural *= width / (double)(q + 3);
  }
  return m;
}

void hud_spectral_scale(const struct hud_representation *rep, int k, const double *fk, double least,
                        const double *f1, double *scale)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  size_t length = hud_spectral_part_length(sp, k), columns = sp->radial->count;
  struct magnitudes own = magnitudes_of(sp, k, fk), single = magnitudes_of(sp, 1, f1);
  double share = k > 1 && own.mass < least ? (least - own.mass) / single.mass : 0.0;
  scale[0] = own.mass + share * single.mass;
  scale[1] = own.momentum + share * single.momentum;
  for (size_t a = 0; a < 2 * length; a++) {
    size_t column = a % columns, jet = column - sp->radial->nodes;
    scale[2 + a] = column < sp->radial->nodes ? own.values + share * single.values
                                              : own.jets[jet] + share * single.jets[jet];
  }
  if (k == 1)
    scale[2 + 2 * length] = 1.0;
}

/* fhat_k about the origin of the representation, s >= 0 in the box, at the alpha of the row. */
static double complex centred(const struct hud_spectral *sp, int k, const double *weights,
                              const double *fk, double s)
{
  struct hud_deviation d = hud_deviation_of(sp, k, fk);
  double row[HUD_SPECTRAL_MOST_NODES], g[2] = {0.0, 0.0};
  for (int part = 0; part < 2; part++) {
    size_t first, size;
    hud_radial_row(sp->radial, part, s, &first, &size, row);
    for (size_t a = 0; a < size; a++)
      g[part] += row[a] * read_column(sp, k, weights, d.part[part], first + a);
  }
  return d.mass - s * s * g[0] - I * (s * d.momentum + s * s * g[1]);
}

double complex hud_spectral_centred(const struct hud_spectral *sp, const double *f1, double s)
{
  return centred(sp, 1, sp->vertex[1], f1, s);
}

double complex hud_spectral_pair_characteristic(const struct hud_representation *rep,
                                                const double *f2, double xi1, double xi2)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  double s = fabs(xi1 + xi2), sign = xi1 + xi2 < 0.0 ? -1.0 : 1.0;
  if (xi1 * xi2 < 0.0 || s > sp->radial->edges[sp->radial->panels] * (1.0 + 1e-14))
    return NAN;
  double alpha[2] = {s > 0.0 ? fabs(xi1) / s : 0.5, s > 0.0 ? fabs(xi2) / s : 0.5};
  double scratch[HUD_SPECTRAL_MOST_NODES], weights[HUD_SPECTRAL_MOST_NODES];
  hud_simplex_row(sp->simplex[2], alpha, scratch, weights);
  double complex value = centred(sp, 2, weights, f2, s) * cexp(-I * s * sp->options.origin);
  return sign > 0.0 ? value : conj(value);
}

double complex hud_spectral_characteristic(const struct hud_representation *rep, const double *f1,
                                           double xi)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  double s = fabs(xi);
  if (!(s <= sp->radial->edges[sp->radial->panels] * (1.0 + 1e-14)))
    return NAN;
  double complex value = hud_spectral_centred(sp, f1, s) * cexp(-I * s * sp->options.origin);
  return xi < 0.0 ? conj(value) : value;
}

void hud_spectral_tails(const struct hud_spectral *sp, int k, const double *fk, double *radial,
                        double *angular)
{
  struct hud_deviation d = hud_deviation_of(sp, k, fk);
  size_t columns = sp->radial->count, rows = sp->simplex[k]->count;
  *radial = *angular = 0.0;
  for (int part = 0; part < 2; part++) {
    for (size_t l = 0; l < rows; l++)
      *radial = fmax(*radial, hud_radial_tail(sp->radial, part, d.part[part] + l * columns));
    for (size_t a = 0; a < sp->radial->nodes; a++) {
      double s = sp->radial->s[a];
      *angular =
          fmax(*angular, s * s * hud_simplex_tail(sp->simplex[k], d.part[part] + a, columns));
    }
  }
  if (d.mass != 0.0) {
    *radial /= fabs(d.mass);
    *angular /= fabs(d.mass);
  }
}

double hud_spectral_tail(const struct hud_representation *rep, int k, const double *fk)
{
  double radial, angular;
  hud_spectral_tails(hud_spectral_const(rep), k, fk, &radial, &angular);
  return fmax(radial, angular);
}

hud_status hud_spectral_difference(const struct hud_representation *rep, int k, const double *fk,
                                   const struct hud_representation *finer, const double *gk,
                                   double *difference, struct hud_error *error)
{
  const struct hud_spectral *a = hud_spectral_const(rep), *b = hud_spectral_const(finer);
  const struct hud_radial *radial = b->radial;
  struct hud_deviation g = hud_deviation_of(b, k, gk);
  double *scratch = NULL, *weights = NULL, supremum = 0.0;
  hud_status status = HUD_NEW(&scratch, a->simplex[k]->count, "a comparison", error);
  if (status == HUD_OK)
    status = HUD_NEW(&weights, a->simplex[k]->count, "a comparison", error);
  for (size_t l = 0; l < b->simplex[k]->count && status == HUD_OK; l++) {
    hud_simplex_row(a->simplex[k], b->simplex[k]->nodes + l * (size_t)k, scratch, weights);
    for (size_t n = 0; n < radial->nodes; n++) {
      double s = radial->s[n];
      size_t at = l * radial->count + n;
      double complex fine =
          g.mass - s * s * g.part[0][at] - I * (s * g.momentum + s * s * g.part[1][at]);
      supremum = fmax(supremum, cabs(centred(a, k, weights, fk, s) - fine));
    }
  }
  *difference = supremum / fabs(g.mass);
  hud_free(scratch);
  hud_free(weights);
  return status;
}

double hud_spectral_fourier_metric(const struct hud_representation *rep, const double *f1,
                                   const struct hud_representation *other, const double *g1,
                                   double r)
{
  const struct hud_spectral *a = hud_spectral_const(rep), *b = hud_spectral_const(other);
  double end = fmin(a->radial->edges[a->radial->panels], b->radial->edges[b->radial->panels]);
  double width = fmax(fabs(f1[0]), fabs(g1[0])), supremum = 0.0;
  if (r > 0.0 && fabs(f1[0] - g1[0]) > 1e-12 * width)
    return INFINITY;
  if (r > 1.0 && fabs(f1[1] - g1[1]) > 1e-12 * width)
    return INFINITY;
  enum { SAMPLES = 2000 };
  for (int n = 1; n <= SAMPLES; n++) {
    double s = end * n / SAMPLES;
    supremum =
        fmax(supremum,
             cabs(hud_spectral_centred(a, f1, s) - hud_spectral_centred(b, g1, s)) / pow(s, r));
  }
  return supremum;
}

void hud_spectral_describe(const struct hud_representation *rep, int k, size_t index, char *text,
                           size_t size)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  size_t length = hud_spectral_part_length(sp, k), columns = sp->radial->count;
  if (k == 1 && index + 1 == hud_spectral_length(sp, 1)) {
    snprintf(text, size, "uncollided share");
    return;
  }
  if (index < 2) {
    snprintf(text, size, "%s", index == 0 ? "mass" : "momentum");
    return;
  }
  size_t within = (index - 2) % length, node = within / columns, column = within % columns;
  const char *part = index - 2 < length ? "real" : "imaginary";
  char place[96] = "";
  const double *alpha = sp->simplex[k]->nodes + node * (size_t)k;
  for (int a = 0, used = 0; a < k && k > 1; a++)
    used += snprintf(place + used, sizeof place - (size_t)used, "%s%.3g",
                     a == 0 ? ", alpha = " : ",", alpha[a]);
  if (column < sp->radial->nodes)
    snprintf(text, size, "s = %.6g%s (%s part)", sp->radial->s[column], place, part);
  else
    snprintf(text, size, "Taylor coefficient %zu at s = 0%s (%s part)", column - sp->radial->nodes,
             place, part);
}
