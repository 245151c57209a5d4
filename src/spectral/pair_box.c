/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sector of pairs with frequencies of either sign (pair_box.h): its nodes, and the operations
 * that need no triples. fhat_1 is looked up in a table fine enough for local interpolation of
 * degree 7 to be exact to about 1e-9. */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/pair_internal.h"

enum { LEAST_NODES = 12, MOST_NODES = HUD_PAIR_MOST_NODES };

/* Table points for each node of the frequency axis, which resolve fhat_1 to its tolerance. */
static const double points_per_node = 6.0;

void hud_pair_box_free(struct hud_pair_box *box)
{
  if (box == NULL)
    return;
  hud_axis_clear(&box->axis);
  for (int part = 0; part < 2; part++) {
    hud_free(box->tabulate[part]);
    hud_free(box->planes[part]);
  }
  hud_free(box->one);
  hud_free(box->other);
  hud_free(box->two);
  hud_free(box->scratch);
  hud_free(box->u);
  hud_free(box->weight);
  hud_free(box);
}

size_t hud_pair_box_nodes(const struct hud_pair_box *box)
{
  return box->n;
}

size_t hud_pair_box_length(const struct hud_pair_box *box)
{
  return 2 * box->n * box->n;
}

double hud_pair_box_memory(const struct hud_pair_box *box)
{
  double n = (double)box->n, points = (double)box->points, plane = points + HUD_MARGIN;
  return sizeof(double) * 2.0 * (n * n + 2.0 * points * n + points * points) +
         sizeof(double complex) * (4.0 * points + plane * plane);
}

/* ---- tables ---- */

void hud_pair_tabulate_one(const struct hud_pair_box *box, const double *f1, double complex *table)
{
  size_t last = 2 * (box->points - 1);
  for (size_t m = 0; m <= last; m++)
    table[HUD_MARGIN + m] = hud_spectral_centred(box->sp, f1, box->mesh * (double)m);
  for (size_t m = 1; m <= HUD_MARGIN; m++)
    table[HUD_MARGIN - m] = conj(table[HUD_MARGIN + m]);
}

double complex hud_pair_look_one(const struct hud_pair_box *box, const double complex *table,
                                 double s)
{
  double x = fabs(s) / box->mesh + HUD_MARGIN, weights[HUD_STENCIL];
  size_t most = HUD_MARGIN + 2 * (box->points - 1) + 1 - HUD_STENCIL;
  size_t first = (size_t)x - (HUD_STENCIL / 2 - 1);
  first = first > most ? most : first;
  hud_stencil_weights(HUD_STENCIL, x - (double)first, weights);
  double complex sum = 0.0;
  for (size_t j = 0; j < HUD_STENCIL; j++)
    sum += weights[j] * table[first + j];
  return s < 0.0 ? conj(sum) : sum;
}

static hud_status create_tables(struct hud_pair_box *box, struct hud_error *error)
{
  size_t length = 2 * box->points + HUD_MARGIN;
  hud_status status = HUD_NEW(&box->one, length, "a frequency table", error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->other, length, "a frequency table", error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->scratch, 2 * box->points * box->n, "a frequency table", error);
  return status;
}

/* Those of fhat_2, which are large: for the nodes that were chosen. */
static hud_status create_planes(struct hud_pair_box *box, struct hud_error *error)
{
  size_t points = box->points, plane = points + HUD_MARGIN;
  hud_status status = HUD_OK;
  for (int part = 0; part < 2 && status == HUD_OK; part++) {
    status = HUD_NEW(&box->tabulate[part], points * box->n, "a frequency table", error);
    if (status == HUD_OK)
      status = HUD_NEW(&box->planes[part], points * points, "a frequency table", error);
    for (size_t m = 0; m < points && status == HUD_OK; m++)
      hud_axis_row(&box->axis, part, fmin(box->mesh * (double)m, box->end),
                   box->tabulate[part] + m * box->n);
  }
  return status == HUD_OK ? HUD_NEW(&box->two, plane * plane, "a frequency table", error) : status;
}

/* ---- nodes ---- */

static hud_status create_nodes(struct hud_pair_box **out, const struct hud_spectral *sp, size_t n,
                               struct hud_error *error)
{
  struct hud_pair_box *box = NULL;
  hud_status status = HUD_NEW(&box, 1, "a box of pairs", error);
  *out = box;
  if (status != HUD_OK)
    return status;
  box->sp = sp;
  box->n = n;
  box->end = 0.5 * sp->radial->edges[sp->radial->panels];
  box->points = 1 + (size_t)ceil(0.5 * points_per_node * (double)sp->radial->nodes);
  box->points = box->points < 2 * HUD_STENCIL ? 2 * HUD_STENCIL : box->points;
  box->mesh = box->end / (double)(box->points - 1);
  status = hud_axis_create(&box->axis, sp->radial->basis, box->end, n, error);
  return status == HUD_OK ? create_tables(box, error) : status;
}

/* The last coefficients in q of every row and in p of every column. */
static double last_coefficients(const struct hud_pair_box *box, const double *F)
{
  size_t n = box->n;
  double worst = 0.0, *column = box->scratch;
  for (int part = 0; part < 2; part++)
    for (size_t i = 0; i < n; i++) {
      const double *plane = F + (size_t)part * n * n;
      for (size_t j = 0; j < n; j++)
        column[j] = plane[j * n + i];
      worst = fmax(worst, hud_radial_tail(box->axis.radial, 0, plane + i * n));
      worst = fmax(worst, hud_radial_tail(box->axis.radial, part, column));
    }
  return worst / (box->end * box->end); /* hud_radial_tail is for s^2 times its argument */
}

/* The interpolant of F at zero frequencies. */
static double mass_of(const struct hud_pair_box *box, const double *F)
{
  double row[MOST_NODES], mass = 0.0;
  size_t n = box->n;
  hud_axis_row(&box->axis, 0, 0.0, row);
  for (size_t i = 0; i < n; i++)
    mass += row[i] * cblas_ddot((int)n, row, 1, F + i * n, 1);
  return mass;
}

/* The last coefficients, or what nodes that are too far apart to see fhat_2 at all make of M_2. */
static bool resolves(const struct hud_pair_box *box, const double *F, double tolerance, double mass)
{
  return last_coefficients(box, F) <= tolerance * mass &&
         fabs(mass_of(box, F) - mass) <= 10.0 * tolerance * mass;
}

hud_status hud_pair_box_create(struct hud_pair_box **out, const struct hud_representation *rep,
                               const double *f1, double tolerance, struct hud_error *error)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  hud_status status = HUD_OK;
  *out = NULL;
  for (size_t n = LEAST_NODES; n <= MOST_NODES && status == HUD_OK; n += 2 + n / 16 * 2) {
    double *trial = NULL;
    struct hud_pair_box *box = NULL;
    status = create_nodes(&box, sp, n, error);
    if (status == HUD_OK)
      status = HUD_NEW(&trial, hud_pair_box_length(box), "a box of pairs", error);
    if (status == HUD_OK) {
      hud_pair_box_join(box, 1.0, f1, f1, trial);
      if (resolves(box, trial, tolerance, f1[0] * f1[0]))
        *out = box;
    }
    hud_free(trial);
    if (*out != NULL)
      status = create_planes(box, error);
    if (*out != NULL && status == HUD_OK)
      return HUD_OK;
    *out = NULL;
    hud_pair_box_free(box);
  }
  return status != HUD_OK
             ? status
             : hud_fail_at(error, HUD_ERROR_INPUT, "output.f2",
                           "f_2(v_1, v_2) of these data needs more than %d frequencies in each "
                           "direction; smoother data, or method grid, give it",
                           MOST_NODES);
}

/* ---- operations ---- */

void hud_pair_box_set(const struct hud_pair_box *box, hud_signed_transform fhat,
                      const void *context, double *F)
{
  size_t n = box->n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double p = box->axis.radial->s[i], q = box->axis.radial->s[j];
      const double xi[2] = {p + q, p - q};
      double complex value = fhat(context, xi);
      F[i * n + j] = creal(value);
      F[(n + i) * n + j] = cimag(value);
    }
}

void hud_pair_box_join(struct hud_pair_box *box, double c, const double *f1, const double *g1,
                       double *out)
{
  size_t n = box->n;
  const double complex *g = f1 == g1 ? box->one : box->other;
  hud_pair_tabulate_one(box, f1, box->one);
  if (f1 != g1)
    hud_pair_tabulate_one(box, g1, box->other);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double p = box->axis.radial->s[i], q = box->axis.radial->s[j];
      double complex value =
          c * hud_pair_look_one(box, box->one, p + q) * hud_pair_look_one(box, g, p - q);
      if (f1 != g1)
        value = 0.5 * (value + c * hud_pair_look_one(box, g, p + q) *
                                   hud_pair_look_one(box, box->one, p - q));
      out[i * n + j] += creal(value);
      out[(n + i) * n + j] += cimag(value);
    }
}

void hud_pair_box_drift(const struct hud_pair_box *box, double c, const double *F, double *out)
{
  hud_axis_drift(&box->axis, -c, 2 * box->n, F, out);
}

hud_status hud_pair_box_setup(struct hud_pair_box *box, double loss, double drift,
                              struct hud_error *error)
{
  return hud_axis_setup(&box->axis, loss, drift, error);
}

void hud_pair_box_solve(const struct hud_pair_box *box, const double *r, double *z)
{
  hud_axis_solve(&box->axis, 2 * box->n, r, z);
}

void hud_pair_box_errors(const struct hud_pair_box *box, const double *F, double mollifier,
                         double *cut, double *tail)
{
  bool power = hud_pair_measure_exponent(box, F) > 0.0;
  size_t n = box->n;
  double row[2][MOST_NODES], mass = mass_of(box, F);
  *cut = 0.0;
  *tail = last_coefficients(box, F);
  hud_axis_row(&box->axis, 0, box->end, row[0]);
  hud_axis_row(&box->axis, 1, box->end, row[1]);
  for (size_t a = 0; a < n; a++) {
    double complex at_p = 0.0, at_q = 0.0;
    for (size_t b = 0; b < n; b++) {
      at_p += row[0][b] * F[b * n + a] + I * row[1][b] * F[(n + b) * n + a];
      at_q += row[0][b] * (F[a * n + b] + I * F[(n + a) * n + b]);
    }
    *cut = fmax(*cut, cabs(at_p));
    if (!power || mollifier > 0.0)
      *cut = fmax(*cut, cabs(at_q));
  }
  *cut *= exp(-mollifier * mollifier * box->end * box->end);
  *cut = mass > 0.0 ? *cut / mass : NAN;
  *tail = mass > 0.0 ? *tail / mass : NAN;
}
