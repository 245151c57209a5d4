/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_2(v_1, v_2) from fhat_2(p, q), with c = v_1 + v_2, d = v_1 - v_2 counted from the origin,
 *
 *   f_2 = (2/pi^2) Re int_0^inf dp e^{i p c} int_0^inf dq cos(q d) fhat_2(p, q),
 *
 * averaged over a square of side h by the factor sinc((p+q)h/2) sinc((p-q)h/2).
 *
 * The joining of pairs is smooth, so at large q nothing but loss and drift acts and fhat_2 falls
 * like A(p) q^{-m}, m = mu11 up to O(epsilon): the singularity |v_1 - v_2|^{m-1} of f_2. m is
 * measured at the end of the box. A(p) q^{-m} is matched by functions (1 + q^2/b^2)^{-m/2-k},
 * k = 0..7, to about 1e-9 beyond the box; their cosine transforms are Bessel functions,
 *
 *   int_0^inf cos(q d) (1 + q^2/b^2)^{-a} dq = b sqrt(pi)/Gamma(a) (b|d|/2)^nu K_nu(b|d|),
 *   nu = a - 1/2,
 *
 * which are averaged over the squares in velocity. Only the rest is integrated over the box. */
#include <cblas.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "spectral/pair_internal.h"

static const double pi = 3.14159265358979323846;

enum { GAUSS = 16, FINE_GAUSS = 64, TERMS = HUD_TAIL_TERMS };

/* Radians of phase on a piece of the quadrature. */
static const double piece_phase = 14.0;

/* fhat_2 below this share of M_2 at the end of the box has no tail worth adding. */
static const double least_tail = 1e-12;

struct values {
  const struct hud_pair_box *box;
  double first, step, mollifier;
  size_t count;       /* velocities */
  size_t nodes;       /* of the quadrature on [0, end] */
  double *s, *weight; /* nodes */
  double *rows[2];    /* nodes x n: even, odd functions at the quadrature nodes */
  double *end;        /* n: even functions at the end of the box */
  double *space;      /* nodes x n */
  double *grid[2];    /* nodes x nodes: the rest of fhat_2, re and im; reused for cosines */
  double *half[2];    /* nodes x count: transformed in q, at d = 0, h, 2h, .. */
  double *cosine;     /* nodes x count */
  double *waves[2];   /* (2 count - 1) x nodes: cos(p c), -sin(p c), weighted */
  double *sums;       /* (2 count - 1) x count */
};

static double row_value(const struct hud_pair_box *box, double q, const double *u)
{
  double row[HUD_AXIS_MOST_NODES], sum = 0.0;
  hud_axis_row(&box->axis, 0, q, row);
  for (size_t a = 0; a < box->n; a++)
    sum += row[a] * u[a];
  return sum;
}

struct hud_pair_tail hud_pair_find_tail(const struct hud_pair_box *box, const double *F)
{
  struct hud_pair_tail tail = {.scale = 0.25 * box->end};
  /* the innermost node in p: real there but for round-off, and cheap */
  double mass = fabs(row_value(box, 0.0, F));
  double last = row_value(box, box->end, F), before = row_value(box, 0.9 * box->end, F);
  double m = log(before / last) / log(1.0 / 0.9);
  if (!(last * before > 0.0 && fabs(last) > least_tail * mass && m > 0.2 && m < 20.0))
    return tail;
  tail.exponent = m;
  double sum = 0.0, term = 1.0; /* q^-m = (q^2+b^2)^{-m/2} sum_k (m/2)_k/k! (b^2/(q^2+b^2))^k */
  double base = 1.0 + pow(box->end / tail.scale, 2.0);
  for (int k = 0; k < TERMS; k++) {
    tail.coefficient[k] = term;
    sum += term * pow(base, -0.5 * m - k);
    term *= (0.5 * m + k) / (k + 1.0);
  }
  for (int k = 0; k < TERMS; k++)
    tail.coefficient[k] /= sum; /* 1 at the end of the box */
  return tail;
}

static double tail_transform(const struct hud_pair_tail *tail, double q)
{
  double base = 1.0 + q * q / (tail->scale * tail->scale), sum = 0.0;
  for (int k = 0; k < TERMS; k++)
    sum += tail->coefficient[k] * pow(base, -0.5 * tail->exponent - k);
  return sum;
}

/* Its cosine transform at d, which may be infinite at d = 0. */
static double tail_value(const struct hud_pair_tail *tail, double d)
{
  double x = tail->scale * fmax(fabs(d), 1e-300), sum = 0.0;
  if (x > 600.0)
    return 0.0;
  for (int k = 0; k < TERMS; k++) {
    double a = 0.5 * tail->exponent + k, nu = a - 0.5;
    gsl_sf_result bessel;
    double value = 0.5 * gsl_sf_gamma(fmax(nu, 1e-3)); /* the limit at 0 for nu > 0 */
    if (x > 1e-8 || nu < 1.0) {
      if (gsl_sf_bessel_Knu_scaled_e(fabs(nu), fmax(x, 1e-100), &bessel) != GSL_SUCCESS)
        continue;
      value = pow(0.5 * x, nu) * bessel.val * exp(-x);
    }
    sum += tail->coefficient[k] * sqrt(pi) * tail->scale / gsl_sf_gamma(a) * value;
  }
  return sum;
}

/* ---- work space ---- */

static void free_values(struct values *v)
{
  double *arrays[] = {v->s,      v->weight,   v->rows[0],  v->rows[1], v->end,
                      v->space,  v->grid[0],  v->grid[1],  v->half[0], v->half[1],
                      v->cosine, v->waves[0], v->waves[1], v->sums};
  for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
    hud_free(arrays[a]);
}

static hud_status allocate(struct values *v, struct hud_error *error)
{
  size_t n = v->box->n, m = v->nodes, count = v->count;
  const struct {
    double **array;
    size_t length;
  } wanted[] = {{&v->s, m},
                {&v->weight, m},
                {&v->rows[0], m * n},
                {&v->rows[1], m * n},
                {&v->end, n},
                {&v->space, m * n},
                {&v->grid[0], m * m},
                {&v->grid[1], m * m},
                {&v->half[0], m * count},
                {&v->half[1], m * count},
                {&v->cosine, m * count},
                {&v->waves[0], 2 * count * m},
                {&v->waves[1], 2 * count * m},
                {&v->sums, 2 * count * count}};
  hud_status status = HUD_OK;
  for (size_t a = 0; a < sizeof wanted / sizeof *wanted && status == HUD_OK; a++)
    status = HUD_NEW(wanted[a].array, wanted[a].length, "values of f_2", error);
  return status;
}

static hud_status set_quadrature(struct values *v, struct hud_error *error)
{
  const struct hud_pair_box *box = v->box;
  double width = box->end * GAUSS / (double)v->nodes;
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(GAUSS);
  for (size_t a = 0; a < v->nodes && table != NULL; a++) {
    double begin = width * (double)(a / GAUSS);
    gsl_integration_glfixed_point(begin, begin + width, a % GAUSS, &v->s[a], &v->weight[a], table);
  }
  hud_gsl_end(previous);
  if (table == NULL)
    return hud_fail_memory(error, "a Gauss rule", GAUSS * sizeof(double));
  gsl_integration_glfixed_table_free(table);
  for (int part = 0; part < 2; part++) {
    for (size_t a = 0; a < v->nodes; a++)
      hud_axis_row(&box->axis, part, v->s[a], v->rows[part] + a * box->n);
  }
  hud_axis_row(&box->axis, 0, box->end, v->end);
  return HUD_OK;
}

static hud_status open_values(struct values *v, struct hud_error *error)
{
  double origin = v->box->sp->options.origin;
  double last = v->first + v->step * (double)(v->count - 1);
  double reach = 2.0 * fmax(fabs(v->first - origin), fabs(last - origin));
  v->nodes = GAUSS * ((size_t)ceil(v->box->end * reach / piece_phase) + 2);
  hud_status status = allocate(v, error);
  return status == HUD_OK ? set_quadrature(v, error) : status;
}

/* ---- the rest on the box ---- */

static double sinc(double x)
{
  return fabs(x) < 1e-4 ? 1.0 - x * x / 6.0 : sin(x) / x;
}

/* grid = fhat_2 at the quadrature nodes; amplitude (nodes) = fhat_2 at q = end. */
static void evaluate(struct values *v, const double *F, double *amplitude[2])
{
  int n = (int)v->box->n, m = (int)v->nodes;
  for (int part = 0; part < 2; part++) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, n, 1.0, v->rows[part], n,
                F + (size_t)part * v->box->n * v->box->n, n, 0.0, v->space, n);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, m, n, 1.0, v->space, n, v->rows[0], n,
                0.0, v->grid[part], m);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, m, n, 1.0, v->space, n, v->end, 1, 0.0,
                amplitude[part], 1);
  }
}

/* half = int dq cos(q d) of the rest of fhat_2, with the averaging factor. */
static void transform_rest(struct values *v, const struct hud_pair_tail *tail,
                           double *const amplitude[2])
{
  int m = (int)v->nodes, count = (int)v->count;
  for (size_t b = 0; b < v->nodes; b++) {
    double q = v->s[b], law = tail->exponent > 0.0 ? tail_transform(tail, q) : 0.0;
    for (size_t a = 0; a < v->nodes; a++) {
      double p = v->s[a];
      double factor = v->weight[b] * sinc(0.5 * (p + q) * v->step) * sinc(0.5 * (p - q) * v->step) *
                      exp(-v->mollifier * v->mollifier * (p * p + q * q));
      for (int part = 0; part < 2; part++) {
        double *value = &v->grid[part][a * v->nodes + b];
        *value = factor * (*value - law * amplitude[part][a]);
      }
    }
    for (size_t d = 0; d < v->count; d++)
      v->cosine[b * v->count + d] = cos(q * v->step * (double)d);
  }
  for (int part = 0; part < 2; part++)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, count, m, 1.0, v->grid[part], m,
                v->cosine, count, 0.0, v->half[part], count);
}

/* ---- the power law ---- */

/* Adds to omega[p] the part of int K(d + e) sin(p(h - |e|))/p de / h^2 between e = from and from +
 * width, nodes crowding at `from` where K may be singular there. */
static void add_average(const struct values *v, const struct hud_pair_tail *tail,
                        gsl_integration_glfixed_table *table, double d, double from, double width,
                        bool singular, double *omega)
{
  double h = v->step, power = singular ? 8.0 : 1.0;
  for (size_t g = 0; g < table->n; g++) {
    double x, weight;
    gsl_integration_glfixed_point(0.0, 1.0, g, &x, &weight, table);
    double within = width * pow(x, power), e = from + within, room = h - fabs(e);
    double share = weight * fabs(width) * power * pow(x, power - 1.0) / (h * h) *
                   tail_value(tail, singular ? within : d + e);
    for (size_t a = 0; a < v->nodes; a++)
      omega[a] += share * room * sinc(v->s[a] * room);
  }
}

/* half += A(p) times the average of the law's transform. */
static hud_status add_tail(struct values *v, const struct hud_pair_tail *tail,
                           double *const amplitude[2], struct hud_error *error)
{
  double h = v->step, *omega = NULL;
  hud_status status = HUD_NEW(&omega, v->nodes, "values of f_2", error);
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(GAUSS);
  gsl_integration_glfixed_table *fine = gsl_integration_glfixed_table_alloc(FINE_GAUSS);
  if (status == HUD_OK && (table == NULL || fine == NULL))
    status = hud_fail_memory(error, "a Gauss rule", FINE_GAUSS * sizeof(double));
  for (size_t d = 0; d < v->count && status == HUD_OK; d++) {
    double distance = h * (double)d;
    memset(omega, 0, v->nodes * sizeof *omega);
    if (d == 1) /* the corner of the square lies on the diagonal */
      add_average(v, tail, fine, distance, -h, h, true, omega);
    else
      add_average(v, tail, d == 0 ? fine : table, distance, 0.0, -h, d == 0, omega);
    add_average(v, tail, d == 0 ? fine : table, distance, 0.0, h, d == 0, omega);
    for (size_t a = 0; a < v->nodes; a++)
      for (int part = 0; part < 2; part++)
        v->half[part][a * v->count + d] += amplitude[part][a] * omega[a];
  }
  hud_gsl_end(previous);
  if (table != NULL)
    gsl_integration_glfixed_table_free(table);
  if (fine != NULL)
    gsl_integration_glfixed_table_free(fine);
  hud_free(omega);
  return status;
}

/* ---- the transform in p ---- */

static void transform_mean(struct values *v, double *out)
{
  int m = (int)v->nodes, count = (int)v->count, sums = 2 * count - 1;
  double origin = v->box->sp->options.origin;
  for (int a = 0; a < sums; a++)
    for (size_t b = 0; b < v->nodes; b++) {
      double c = 2.0 * (v->first - origin) + v->step * a;
      double weight = 2.0 / (pi * pi) * v->weight[b];
      v->waves[0][(size_t)a * v->nodes + b] = weight * cos(v->s[b] * c);
      v->waves[1][(size_t)a * v->nodes + b] = -weight * sin(v->s[b] * c);
    }
  for (int part = 0; part < 2; part++)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, sums, count, m, 1.0, v->waves[part], m,
                v->half[part], count, part == 0 ? 0.0 : 1.0, v->sums, count);
  for (size_t i = 0; i < v->count; i++)
    for (size_t j = 0; j < v->count; j++)
      out[i * v->count + j] = v->sums[(i + j) * v->count + (i > j ? i - j : j - i)];
}

hud_status hud_pair_box_values(const struct hud_pair_box *box, const double *F, double first,
                               double step, size_t count, double mollifier, double *out,
                               struct hud_error *error)
{
  struct values v = {
      .box = box, .first = first, .step = step, .count = count, .mollifier = mollifier};
  double *amplitude[2] = {NULL, NULL};
  struct hud_pair_tail tail = {.exponent = 0.0};
  if (!(mollifier > 0.0))
    tail = hud_pair_find_tail(box, F);
  hud_status status = open_values(&v, error);
  for (int part = 0; part < 2 && status == HUD_OK; part++)
    status = HUD_NEW(&amplitude[part], v.nodes, "values of f_2", error);
  if (status == HUD_OK) {
    evaluate(&v, F, amplitude);
    transform_rest(&v, &tail, amplitude);
    if (tail.exponent > 0.0)
      status = add_tail(&v, &tail, amplitude, error);
  }
  if (status == HUD_OK)
    transform_mean(&v, out);
  hud_free(amplitude[0]);
  hud_free(amplitude[1]);
  free_values(&v);
  return status;
}
