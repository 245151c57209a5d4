/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_2(v_1, v_2) from fhat_2(p, q), with c = v_1 + v_2, d = v_1 - v_2 counted from the origin,
 *
 *   f_2 = (2/pi^2) Re int_0^inf dp e^{i p c} int_0^inf dq cos(q d) fhat_2(p, q),
 *
 * averaged over a square of side h by the factor sinc((p+q)h/2) sinc((p-q)h/2).
 *
 * The joining of pairs is smooth, so at large q nothing but loss and drift acts and fhat_2 falls
 * like A(p) q^{-m}, m = mu11 up to O(epsilon): the singularity |v_1 - v_2|^{m-1} of f_2. Beyond the
 * box it is a sum of powers of q. Where the caller does not know them, m is measured at the end of
 * the box near p = 0, and fitted is A(p) q^{-m} + B(p) q^{-m} log q, the logarithm as the
 * difference of two powers: for m depends on p at O(epsilon), where f_2 has a history. q^{-m} is
 * matched by functions (1 + q^2/b^2)^{-m/2-k}, k = 0..7, to about 1e-9 beyond the box; their cosine
 * transforms are Bessel functions,
 *
 *   int_0^inf cos(q d) (1 + q^2/b^2)^{-a} dq = b sqrt(pi)/Gamma(a) (b|d|/2)^nu K_nu(b|d|),
 *   nu = a - 1/2,
 *
 * which are averaged over the squares in velocity. Only the rest is integrated over the box. */
#include <cblas.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "spectral/pair_internal.h"

static const double pi = 3.14159265358979323846;

enum { GAUSS = 16, FINE_GAUSS = 64, TERMS = 8, SAMPLES = 24 };

/* Powers are fitted between here and the end of the box, to this relative accuracy. */
static const double fitted_from = 0.9, resolved = 1e-7;

/* Relative distance of exponents that make a logarithm. */
static const double nearby = 1e-3;

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
  double *space;      /* nodes x n */
  double *grid[2];    /* nodes x nodes: the rest of fhat_2, re and im; reused for cosines */
  double *half[2];    /* nodes x count: transformed in q, at d = 0, h, 2h, .. */
  double *cosine;     /* nodes x count */
  double *waves[2];   /* (2 count - 1) x nodes: cos(p c), -sin(p c), weighted */
  double *sums;       /* (2 count - 1) x count */
};

/* (q/end)^-m by functions that have a transform. */
struct law {
  double exponent; /* m */
  double scale;    /* b of the functions (1 + q^2/b^2)^{-m/2-k} */
  double coefficient[TERMS];
};

static double row_value(const struct hud_pair_box *box, double q, const double *u)
{
  double row[HUD_AXIS_MOST_NODES], sum = 0.0;
  hud_axis_row(&box->axis, 0, q, row);
  for (size_t a = 0; a < box->n; a++)
    sum += row[a] * u[a];
  return sum;
}

static struct law make_law(const struct hud_pair_box *box, double m)
{
  struct law law = {.exponent = m, .scale = 0.25 * box->end};
  double sum = 0.0, term = 1.0; /* q^-m = (q^2+b^2)^{-m/2} sum_k (m/2)_k/k! (b^2/(q^2+b^2))^k */
  double base = 1.0 + pow(box->end / law.scale, 2.0);
  for (int k = 0; k < TERMS; k++) {
    law.coefficient[k] = term;
    sum += term * pow(base, -0.5 * m - k);
    term *= (0.5 * m + k) / (k + 1.0);
  }
  for (int k = 0; k < TERMS; k++)
    law.coefficient[k] /= sum; /* 1 at the end of the box */
  return law;
}

void hud_pair_box_end(const struct hud_pair_box *box, const double *F, double *out)
{
  double row[HUD_AXIS_MOST_NODES];
  int n = (int)box->n;
  hud_axis_row(&box->axis, 0, box->end, row);
  cblas_dgemv(CblasRowMajor, CblasNoTrans, 2 * n, n, 1.0, F, n, row, 1, 0.0, out, 1);
}

double hud_pair_measure_exponent(const struct hud_pair_box *box, const double *F)
{
  /* the innermost node in p: real there but for round-off, and cheap */
  double mass = fabs(row_value(box, 0.0, F));
  double last = row_value(box, box->end, F), before = row_value(box, 0.9 * box->end, F);
  double m = log(before / last) / log(1.0 / 0.9);
  bool seen = last * before > 0.0 && fabs(last) > least_tail * mass && m > 0.2 && m < 20.0;
  return seen ? m : 0.0;
}

hud_status hud_pair_box_fit(const struct hud_pair_box *box, const double *F,
                            struct hud_pair_tail *tail, struct hud_error *error)
{
  double matrix[SAMPLES * HUD_PAIR_POWERS], values[SAMPLES * 2 * HUD_PAIR_MOST_NODES];
  double singular[HUD_PAIR_POWERS], row[HUD_AXIS_MOST_NODES];
  int n = (int)box->n, rank;
  for (int s = 0; s < SAMPLES; s++) {
    double x = 1.0 - (1.0 - fitted_from) * (s + 0.5) / SAMPLES;
    hud_axis_row(&box->axis, 0, x * box->end, row);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, 2 * n, n, 1.0, F, n, row, 1, 0.0, values + s * 2 * n,
                1);
    for (int j = 0; j < tail->count; j++)
      matrix[s * tail->count + j] = pow(x, -tail->exponent[j]);
  }
  if (LAPACKE_dgelsd(LAPACK_ROW_MAJOR, SAMPLES, tail->count, 2 * n, matrix, tail->count, values,
                     2 * n, singular, resolved, &rank) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the tail of fhat_2 has no fit");
  for (int j = 0; j < tail->count; j++)
    memcpy(tail->amplitude[j], values + j * 2 * n, 2 * box->n * sizeof *values);
  return HUD_OK;
}

static double law_transform(const struct law *law, double q)
{
  double base = 1.0 + q * q / (law->scale * law->scale), sum = 0.0;
  for (int k = 0; k < TERMS; k++)
    sum += law->coefficient[k] * pow(base, -0.5 * law->exponent - k);
  return sum;
}

/* Its cosine transform at d, which may be infinite at d = 0. */
static double law_value(const struct law *law, double d)
{
  double x = law->scale * fmax(fabs(d), 1e-300), sum = 0.0;
  if (x > 600.0)
    return 0.0;
  for (int k = 0; k < TERMS; k++) {
    double a = 0.5 * law->exponent + k, nu = a - 0.5;
    gsl_sf_result bessel;
    double value = 0.5 * gsl_sf_gamma(fmax(nu, 1e-3)); /* the limit at 0 for nu > 0 */
    if (x > 1e-8 || nu < 1.0) {
      if (gsl_sf_bessel_Knu_scaled_e(fabs(nu), fmax(x, 1e-100), &bessel) != GSL_SUCCESS)
        continue;
      value = pow(0.5 * x, nu) * bessel.val * exp(-x);
    }
    sum += law->coefficient[k] * sqrt(pi) * law->scale / gsl_sf_gamma(a) * value;
  }
  return sum;
}

/* ---- work space ---- */

/* The arrays and their lengths. */
struct wanted {
  double **array;
  size_t length;
};

enum { ARRAYS = 13 };

static void list_arrays(struct values *v, struct wanted wanted[ARRAYS])
{
  size_t n = v->box->n, m = v->nodes, count = v->count;
  const struct wanted list[ARRAYS] = {{&v->s, m},
                                      {&v->weight, m},
                                      {&v->rows[0], m * n},
                                      {&v->rows[1], m * n},
                                      {&v->space, m * n},
                                      {&v->grid[0], m * m},
                                      {&v->grid[1], m * m},
                                      {&v->half[0], m * count},
                                      {&v->half[1], m * count},
                                      {&v->cosine, m * count},
                                      {&v->waves[0], 2 * count * m},
                                      {&v->waves[1], 2 * count * m},
                                      {&v->sums, 2 * count * count}};
  memcpy(wanted, list, sizeof list);
}

static void free_values(struct values *v)
{
  struct wanted wanted[ARRAYS];
  list_arrays(v, wanted);
  for (size_t a = 0; a < ARRAYS; a++)
    hud_free(*wanted[a].array);
}

static hud_status allocate(struct values *v, struct hud_error *error)
{
  struct wanted wanted[ARRAYS];
  hud_status status = HUD_OK;
  list_arrays(v, wanted);
  for (size_t a = 0; a < ARRAYS && status == HUD_OK; a++)
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
  return HUD_OK;
}

static size_t nodes_needed(const struct values *v)
{
  double origin = v->box->sp->options.origin;
  double last = v->first + v->step * (double)(v->count - 1);
  double reach = 2.0 * fmax(fabs(v->first - origin), fabs(last - origin));
  return GAUSS * ((size_t)ceil(v->box->end * reach / piece_phase) + 2);
}

double hud_pair_box_values_memory(const struct hud_pair_box *box, double first, double step,
                                  size_t count)
{
  struct values v = {.box = box, .first = first, .step = step, .count = count};
  struct wanted wanted[ARRAYS];
  double doubles = 0.0;
  v.nodes = nodes_needed(&v);
  list_arrays(&v, wanted);
  for (size_t a = 0; a < ARRAYS; a++)
    doubles += (double)wanted[a].length;
  return sizeof(double) * doubles;
}

static hud_status open_values(struct values *v, struct hud_error *error)
{
  v->nodes = nodes_needed(v);
  hud_status status = allocate(v, error);
  return status == HUD_OK ? set_quadrature(v, error) : status;
}

/* ---- the rest on the box ---- */

static double sinc(double x)
{
  return fabs(x) < 1e-4 ? 1.0 - x * x / 6.0 : sin(x) / x;
}

/* grid = fhat_2 at the quadrature nodes; amplitude[law][node in p] those of the tail. */
static void evaluate(struct values *v, const struct hud_pair_tail *tail, const double *F,
                     double *const amplitude[2])
{
  int n = (int)v->box->n, m = (int)v->nodes;
  for (int part = 0; part < 2; part++) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, n, 1.0, v->rows[part], n,
                F + (size_t)part * v->box->n * v->box->n, n, 0.0, v->space, n);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, m, n, 1.0, v->space, n, v->rows[0], n,
                0.0, v->grid[part], m);
    for (int j = 0; j < tail->count; j++)
      cblas_dgemv(CblasRowMajor, CblasNoTrans, m, n, 1.0, v->rows[part], n,
                  tail->amplitude[j] + part * n, 1, 0.0, amplitude[part] + (size_t)j * v->nodes, 1);
  }
}

/* half = int dq cos(q d) of the rest of fhat_2, with the averaging factor. */
static void transform_rest(struct values *v, int laws, const struct law *law,
                           double *const amplitude[2])
{
  int m = (int)v->nodes, count = (int)v->count;
  for (size_t b = 0; b < v->nodes; b++) {
    double q = v->s[b], share[HUD_PAIR_POWERS];
    for (int j = 0; j < laws; j++)
      share[j] = law_transform(&law[j], q);
    for (size_t a = 0; a < v->nodes; a++) {
      double p = v->s[a];
      double factor = v->weight[b] * sinc(0.5 * (p + q) * v->step) * sinc(0.5 * (p - q) * v->step) *
                      exp(-v->mollifier * v->mollifier * (p * p + q * q));
      for (int part = 0; part < 2; part++) {
        double *value = &v->grid[part][a * v->nodes + b];
        for (int j = 0; j < laws; j++)
          *value -= share[j] * amplitude[part][(size_t)j * v->nodes + a];
        *value *= factor;
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
static void add_average(const struct values *v, const struct law *law,
                        gsl_integration_glfixed_table *table, double d, double from, double width,
                        bool singular, double *omega)
{
  double h = v->step, power = singular ? fmax(8.0, 1.5 / law->exponent) : 1.0;
  for (size_t g = 0; g < table->n; g++) {
    double x, weight;
    gsl_integration_glfixed_point(0.0, 1.0, g, &x, &weight, table);
    double within = width * pow(x, power), e = from + within, room = h - fabs(e);
    double share = weight * fabs(width) * power * pow(x, power - 1.0) / (h * h) *
                   law_value(law, singular ? within : d + e);
    for (size_t a = 0; a < v->nodes; a++)
      omega[a] += share * room * sinc(v->s[a] * room);
  }
}

/* half += A(p) times the average of the law's transform. */
static hud_status add_law(struct values *v, const struct law *law, const double *const amplitude[2],
                          struct hud_error *error)
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
      add_average(v, law, fine, distance, -h, h, true, omega);
    else
      add_average(v, law, d == 0 ? fine : table, distance, 0.0, -h, d == 0, omega);
    add_average(v, law, d == 0 ? fine : table, distance, 0.0, h, d == 0, omega);
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

hud_status hud_pair_box_values_with(const struct hud_pair_box *box, const double *F,
                                    const struct hud_pair_tail *tail, double first, double step,
                                    size_t count, double mollifier, double *out,
                                    struct hud_error *error)
{
  struct values v = {
      .box = box, .first = first, .step = step, .count = count, .mollifier = mollifier};
  double *amplitude[2] = {NULL, NULL};
  struct law law[HUD_PAIR_POWERS];
  int laws = mollifier > 0.0 ? 0 : tail->count; /* which leaves nothing beyond the box */
  for (int j = 0; j < laws; j++)
    law[j] = make_law(box, tail->exponent[j]);
  hud_status status = open_values(&v, error);
  for (int part = 0; part < 2 && status == HUD_OK; part++)
    status = HUD_NEW(&amplitude[part], HUD_PAIR_POWERS * v.nodes, "values of f_2", error);
  if (status == HUD_OK) {
    evaluate(&v, tail, F, amplitude);
    transform_rest(&v, laws, law, amplitude);
  }
  for (int j = 0; j < laws && status == HUD_OK; j++) {
    const double *const parts[2] = {amplitude[0] + (size_t)j * v.nodes,
                                    amplitude[1] + (size_t)j * v.nodes};
    status = add_law(&v, &law[j], parts, error);
  }
  if (status == HUD_OK)
    transform_mean(&v, out);
  hud_free(amplitude[0]);
  hud_free(amplitude[1]);
  free_values(&v);
  return status;
}

hud_status hud_pair_box_values(const struct hud_pair_box *box, const double *F, double first,
                               double step, size_t count, double mollifier, double *out,
                               struct hud_error *error)
{
  double m = hud_pair_measure_exponent(box, F);
  struct hud_pair_tail tail = {.count = m > 0.0 ? 2 : 0,
                               .exponent = {(1.0 - nearby) * m, (1.0 + nearby) * m}};
  hud_status status = tail.count > 0 ? hud_pair_box_fit(box, F, &tail, error) : HUD_OK;
  return status == HUD_OK
             ? hud_pair_box_values_with(box, F, &tail, first, step, count, mollifier, out, error)
             : status;
}
