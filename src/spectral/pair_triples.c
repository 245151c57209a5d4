/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * int f_3 dv_3 of a quasi-stationary triple, for frequencies of either sign. At xi = (xi_1, xi_2,
 * 0) with mean m = 2p/3,
 *
 *   fhat_3(xi) = int_0^1 Sym[fhat_1 x fhat_2](m + u (xi - m)) u^{mu/kappa - 1} du / kappa,
 *
 * by Gauss-Jacobi quadrature. The free particle is the third, or one of the first two:
 *
 *   fhat_1(2 (1-u) p/3) fhat_2(p' = (2+u) p/3, q' = u q),
 *   fhat_1((2+u) p/3 +- u q) fhat_2(p' = (4-u) p/6 -+ u q/2, q' = u (p -+ q)/2). */
#include <cblas.h>
#include <math.h>

#include "base/alloc.h"
#include "base/clones.h"
#include "base/power_rule.h"
#include "spectral/pair_internal.h"

hud_status hud_pair_box_set_triples(struct hud_pair_box *box, double mu, double kappa,
                                    struct hud_error *error)
{
  size_t count = 8 + box->n / 2;
  hud_free(box->u);
  hud_free(box->weight);
  box->u = box->weight = NULL;
  hud_status status = HUD_NEW(&box->u, count, "a quadrature", error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->weight, count, "a quadrature", error);
  if (status != HUD_OK)
    return status;
  status = hud_power_rule(count, mu / kappa, box->u, box->weight, error);
  for (size_t a = 0; a < count; a++)
    box->weight[a] /= mu; /* u^{mu/kappa - 1}/kappa has the integral 1/mu */
  box->rule_count = count;
  return status;
}

static void tabulate_two(struct hud_pair_box *box, const double *F)
{
  int n = (int)box->n, points = (int)box->points;
  size_t plane = box->points + HUD_MARGIN;
  for (int part = 0; part < 2; part++) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, points, n, n, 1.0, box->tabulate[part],
                n, F + (size_t)part * box->n * box->n, n, 0.0, box->scratch, n);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, points, points, n, 1.0, box->scratch, n,
                box->tabulate[0], n, 0.0, box->planes[part], points);
  }
  for (size_t a = 0; a < plane; a++)
    for (size_t b = 0; b < plane; b++) {
      size_t p = a < HUD_MARGIN ? HUD_MARGIN - a : a - HUD_MARGIN;
      size_t q = b < HUD_MARGIN ? HUD_MARGIN - b : b - HUD_MARGIN, at = p * box->points + q;
      double sign = a < HUD_MARGIN ? -1.0 : 1.0;
      box->two[a * plane + b] = box->planes[0][at] + I * sign * box->planes[1][at];
    }
}

void hud_pair_box_tabulate(struct hud_pair_box *box, const double *f1, const double *F)
{
  hud_pair_tabulate_one(box, f1, box->one);
  tabulate_two(box, F);
}

static size_t stencil(const struct hud_pair_box *box, double s, double weights[HUD_STENCIL])
{
  double x = fabs(s) / box->mesh + HUD_MARGIN;
  size_t most = HUD_MARGIN + box->points - HUD_STENCIL;
  size_t first = (size_t)x - (HUD_STENCIL / 2 - 1);
  first = first > most ? most : first;
  hud_stencil_weights(HUD_STENCIL, x - (double)first, weights);
  return first;
}

HUD_CLONES
double complex hud_pair_look_two(const struct hud_pair_box *box, double p, double q)
{
  double wp[HUD_STENCIL], wq[HUD_STENCIL], row[2 * HUD_STENCIL] = {0.0}, re = 0.0, im = 0.0;
  size_t plane = box->points + HUD_MARGIN, a = stencil(box, p, wp), b = stencil(box, q, wq);
  for (size_t i = 0; i < HUD_STENCIL; i++) {
    const double *line = (const double *)(box->two + (a + i) * plane + b);
    for (size_t j = 0; j < (size_t)(2 * HUD_STENCIL); j++)
      row[j] += wp[i] * line[j];
  }
  for (size_t j = 0; j < HUD_STENCIL; j++) {
    re += wq[j] * row[2 * j];
    im += wq[j] * row[2 * j + 1];
  }
  return p < 0.0 ? re - I * im : re + I * im;
}

/* Sym[fhat_1 x fhat_2] times three at the contracted point. */
static double complex joined(const struct hud_pair_box *box, double u, double p, double q,
                             double least)
{
  double complex sum = 0.0, factor = hud_pair_look_one(box, box->one, 2.0 * (1.0 - u) * p / 3.0);
  if (cabs(factor) > least)
    sum += factor * hud_pair_look_two(box, (2.0 + u) * p / 3.0, u * q);
  for (int sign = -1; sign <= 1; sign += 2) {
    double signed_q = sign * q;
    factor = hud_pair_look_one(box, box->one, (2.0 + u) * p / 3.0 + u * signed_q);
    if (cabs(factor) > least)
      sum += factor * hud_pair_look_two(box, (4.0 - u) * p / 6.0 - 0.5 * u * signed_q,
                                        0.5 * u * (p - signed_q));
  }
  return sum;
}

void hud_pair_box_triples(struct hud_pair_box *box, double c, const double *f1, const double *F,
                          double *out)
{
  size_t n = box->n;
  double least = HUD_NEGLIGIBLE * fabs(f1[0]);
  hud_pair_box_tabulate(box, f1, F);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double complex sum = 0.0;
      for (size_t a = 0; a < box->rule_count; a++)
        sum += box->weight[a] *
               joined(box, box->u[a], box->axis.radial->s[i], box->axis.radial->s[j], least);
      out[i * n + j] += c / 3.0 * creal(sum);
      out[(n + i) * n + j] += c / 3.0 * cimag(sum);
    }
}
