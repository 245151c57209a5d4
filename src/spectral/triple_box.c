/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The octahedron of triples (triple_box.h): its patch, nodes and table, and the operations on f_3.
 * The table is fine enough for local interpolation of degree 5. */
#include "spectral/triple_box.h"

#include <cblas.h>
#include <math.h>

#include "base/alloc.h"
#include "base/clones.h"
#include "spectral/triple_internal.h"

enum { X_MEAN, T_EDGE, Y_DISTANCE, DIRECTIONS = HUD_TRIPLE_DIRECTIONS };
enum { STENCIL = 6 };
enum { SAMPLES = 6 }; /* of lines through the patch in each of the other directions */

static const double points_per_node = 3.0;

/* ---- geometry ---- */

void hud_triple_point(double X, const double at[DIRECTIONS], double xi[3])
{
  double m = X * (2.0 * at[X_MEAN] - 1.0) / 3.0, reach = X + m;
  double d1 = 0.5 * at[Y_DISTANCE] * reach;
  double d2 = -at[Y_DISTANCE] * (at[T_EDGE] * m + 0.25 * (1.0 - at[T_EDGE]) * reach);
  xi[0] = m + d1;
  xi[1] = m + d2;
  xi[2] = m - d1 - d2;
}

static double clip(double x)
{
  return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

/* The place of xi or of -xi on the patch; whether it is that of -xi. */
static bool locate(double X, const double xi[3], double at[DIRECTIONS])
{
  double m = (xi[0] + xi[1] + xi[2]) / 3.0;
  double high = fmax(fmax(xi[0], xi[1]), xi[2]) - m, low = fmin(fmin(xi[0], xi[1]), xi[2]) - m;
  double y = 2.0 * high / (X + m), opposite = -2.0 * low / (X - m);
  double middle = -high - low;
  bool reflected = opposite > y;
  if (reflected) {
    m = -m;
    middle = -middle;
    y = opposite;
  }
  double span = y * (X - 3.0 * m);
  at[X_MEAN] = clip(0.5 * (3.0 * m / X + 1.0));
  at[T_EDGE] = span > 1e-14 * X ? clip((4.0 * middle + y * (X + m)) / span) : 0.5;
  at[Y_DISTANCE] = clip(y);
  return reflected;
}

/* ---- nodes ---- */

void hud_triple_box_free(struct hud_triple_box *box)
{
  if (box == NULL)
    return;
  for (int d = 0; d < DIRECTIONS; d++) {
    hud_axis_clear(&box->axis[d]);
    hud_free(box->tabulate[d]);
  }
  hud_free(box->xi);
  hud_free(box->table);
  hud_free(box->in_y);
  hud_free(box->in_ty);
  hud_free(box->part);
  hud_free(box);
}

size_t hud_triple_box_length(const struct hud_triple_box *box)
{
  return 2 * box->nodes;
}

double hud_triple_box_memory(const struct hud_triple_box *box)
{
  double points = 1.0, doubles = 3.0 * (double)box->nodes;
  for (int d = 0; d < DIRECTIONS; d++) {
    points *= (double)box->points[d];
    doubles += (double)(box->points[d] * box->n[d]);
  }
  doubles += (double)(box->n[X_MEAN] * (box->n[T_EDGE] + box->points[T_EDGE])) *
             (double)box->points[Y_DISTANCE];
  return sizeof(double) * (doubles + 3.0 * points);
}

static hud_status create_direction(struct hud_triple_box *box, int d, struct hud_error *error)
{
  size_t n = box->n[d], points = 1 + (size_t)ceil(points_per_node * (double)n);
  hud_status status = hud_axis_create(&box->axis[d], HUD_SPECTRAL_ONE_SIDED, 1.0, n, error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->tabulate[d], points * n, "a box of triples", error);
  for (size_t a = 0; a < points && status == HUD_OK; a++)
    hud_axis_row(&box->axis[d], 0, (double)a / (double)(points - 1), box->tabulate[d] + a * n);
  box->points[d] = points;
  return status;
}

static hud_status create_table(struct hud_triple_box *box, struct hud_error *error)
{
  const size_t *n = box->n, *points = box->points;
  size_t all = points[X_MEAN] * points[T_EDGE] * points[Y_DISTANCE];
  hud_status status = HUD_NEW(&box->table, all, "a box of triples", error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->part, all, "a box of triples", error);
  if (status == HUD_OK)
    status =
        HUD_NEW(&box->in_y, n[X_MEAN] * n[T_EDGE] * points[Y_DISTANCE], "a box of triples", error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->in_ty, n[X_MEAN] * points[T_EDGE] * points[Y_DISTANCE],
                     "a box of triples", error);
  return status;
}

static hud_status create_nodes(struct hud_triple_box **out, struct hud_pair_box *pairs,
                               const size_t n[DIRECTIONS], struct hud_error *error)
{
  struct hud_triple_box *box = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&box, 1, "a box of triples", error);
  if (status != HUD_OK)
    return status;
  box->pairs = pairs;
  box->X = 2.0 * pairs->end;
  box->nodes = 1;
  for (int d = 0; d < DIRECTIONS && status == HUD_OK; d++) {
    box->n[d] = n[d];
    box->nodes *= n[d];
    status = create_direction(box, d, error);
  }
  if (status == HUD_OK)
    status = create_table(box, error);
  if (status == HUD_OK)
    status = HUD_NEW(&box->xi, 3 * box->nodes, "a box of triples", error);
  for (size_t a = 0; a < box->nodes && status == HUD_OK; a++) {
    const double at[DIRECTIONS] = {box->axis[X_MEAN].radial->s[a / (n[T_EDGE] * n[Y_DISTANCE])],
                                   box->axis[T_EDGE].radial->s[a / n[Y_DISTANCE] % n[T_EDGE]],
                                   box->axis[Y_DISTANCE].radial->s[a % n[Y_DISTANCE]]};
    hud_triple_point(box->X, at, box->xi + 3 * a);
  }
  if (status == HUD_OK)
    *out = box;
  else
    hud_triple_box_free(box);
  return status;
}

/* ---- how many nodes ---- */

struct lines {
  const struct hud_pair_box *pairs;
  double mass;
  int direction;
};

/* f_1 x f_1 x f_1, relative to its mass, along lines of one direction. */
static double complex along(const void *context, size_t line, double s)
{
  const struct lines *lines = context;
  double at[DIRECTIONS], xi[3];
  for (int d = 0; d < DIRECTIONS; d++) {
    if (d == lines->direction) {
      at[d] = s;
      continue;
    }
    at[d] = (double)(line % SAMPLES) / (SAMPLES - 1.0);
    line /= SAMPLES;
  }
  hud_triple_point(2.0 * lines->pairs->end, at, xi);
  double complex product = 1.0;
  for (int i = 0; i < 3; i++)
    product *= hud_pair_look_one(lines->pairs, lines->pairs->one, xi[i]) / lines->mass;
  return product;
}

hud_status hud_triple_box_create(struct hud_triple_box **box, struct hud_pair_box *pairs,
                                 const double *f1, double tolerance, struct hud_error *error)
{
  struct lines lines = {.pairs = pairs, .mass = f1[0]};
  size_t n[DIRECTIONS];
  hud_status status = HUD_OK;
  *box = NULL;
  hud_pair_tabulate_one(pairs, f1, pairs->one);
  for (int d = 0; d < DIRECTIONS && status == HUD_OK; d++) {
    lines.direction = d;
    status = hud_axis_choose(along, &lines, SAMPLES * SAMPLES, tolerance, &n[d], error);
  }
  return status == HUD_OK ? create_nodes(box, pairs, n, error) : status;
}

/* ---- operations ---- */

void hud_triple_box_set(const struct hud_triple_box *box, hud_signed_transform fhat,
                        const void *context, double *F)
{
  for (size_t a = 0; a < box->nodes; a++) {
    double complex value = fhat(context, box->xi + 3 * a);
    F[a] = creal(value);
    F[box->nodes + a] = cimag(value);
  }
}

void hud_triple_box_join(const struct hud_triple_box *box, double c, double *out)
{
  const struct hud_pair_box *pairs = box->pairs;
  double least = HUD_NEGLIGIBLE * cabs(hud_pair_look_one(pairs, pairs->one, 0.0));
  for (size_t a = 0; a < box->nodes; a++) {
    const double *xi = box->xi + 3 * a;
    double complex sum = 0.0;
    for (int i = 0; i < 3; i++) {
      double complex factor = hud_pair_look_one(pairs, pairs->one, xi[i]);
      double j = xi[(i + 1) % 3], k = xi[(i + 2) % 3];
      if (cabs(factor) > least)
        sum += factor * hud_pair_look_two(pairs, 0.5 * (j + k), 0.5 * (j - k));
    }
    out[a] += c / 3.0 * creal(sum);
    out[box->nodes + a] += c / 3.0 * cimag(sum);
  }
}

void hud_triple_box_drift(const struct hud_triple_box *box, double c, const double *F, double *out)
{
  hud_axis_drift(&box->axis[Y_DISTANCE], -c, 2 * box->nodes / box->n[Y_DISTANCE], F, out);
}

hud_status hud_triple_box_setup(struct hud_triple_box *box, double loss, double drift,
                                struct hud_error *error)
{
  return hud_axis_setup(&box->axis[Y_DISTANCE], loss, drift, error);
}

void hud_triple_box_solve(const struct hud_triple_box *box, const double *r, double *z)
{
  hud_axis_solve(&box->axis[Y_DISTANCE], 2 * box->nodes / box->n[Y_DISTANCE], r, z);
}

/* ---- the table ---- */

void hud_triple_box_tabulate(struct hud_triple_box *box, const double *F)
{
  const int nx = (int)box->n[X_MEAN], nt = (int)box->n[T_EDGE], ny = (int)box->n[Y_DISTANCE];
  const int px = (int)box->points[X_MEAN], pt = (int)box->points[T_EDGE],
            py = (int)box->points[Y_DISTANCE], plane = pt * py;
  double *table = (double *)box->table;
  for (int part = 0; part < 2; part++) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, nx * nt, py, ny, 1.0,
                F + (size_t)part * box->nodes, ny, box->tabulate[Y_DISTANCE], ny, 0.0, box->in_y,
                py);
    for (int a = 0; a < nx; a++)
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, pt, py, nt, 1.0, box->tabulate[T_EDGE],
                  nt, box->in_y + (size_t)a * (size_t)nt * (size_t)py, py, 0.0,
                  box->in_ty + (size_t)a * (size_t)plane, py);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, px, plane, nx, 1.0,
                box->tabulate[X_MEAN], nx, box->in_ty, plane, 0.0, box->part, plane);
    cblas_dcopy(px * plane, box->part, 1, table + part, 2);
  }
}

HUD_CLONES
double complex hud_triple_box_look(const struct hud_triple_box *box, const double xi[3])
{
  double at[DIRECTIONS], weights[DIRECTIONS][STENCIL], row[2 * STENCIL] = {0.0};
  double re = 0.0, im = 0.0;
  size_t first[DIRECTIONS];
  bool reflected = locate(box->X, xi, at);
  for (int d = 0; d < DIRECTIONS; d++) {
    double x = at[d] * (double)(box->points[d] - 1);
    size_t most = box->points[d] - STENCIL, before = STENCIL / 2 - 1;
    first[d] = (size_t)x < before ? 0 : (size_t)x - before;
    first[d] = first[d] > most ? most : first[d];
    hud_stencil_weights(STENCIL, x - (double)first[d], weights[d]);
  }
  for (size_t i = 0; i < STENCIL; i++)
    for (size_t j = 0; j < STENCIL; j++) {
      size_t place = (first[X_MEAN] + i) * box->points[T_EDGE] + first[T_EDGE] + j;
      const double *line =
          (const double *)(box->table + place * box->points[Y_DISTANCE] + first[Y_DISTANCE]);
      double weight = weights[X_MEAN][i] * weights[T_EDGE][j];
      for (size_t k = 0; k < (size_t)(2 * STENCIL); k++)
        row[k] += weight * line[k];
    }
  for (size_t k = 0; k < STENCIL; k++) {
    re += weights[Y_DISTANCE][k] * row[2 * k];
    im += weights[Y_DISTANCE][k] * row[2 * k + 1];
  }
  return reflected ? re - I * im : re + I * im;
}

void hud_triple_box_marginal(const struct hud_triple_box *box, double c, double *out)
{
  const struct hud_pair_box *pairs = box->pairs;
  const double *s = pairs->axis.radial->s;
  size_t n = pairs->n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      const double xi[3] = {s[i] + s[j], s[i] - s[j], 0.0};
      double complex value = hud_triple_box_look(box, xi);
      out[i * n + j] += c * creal(value);
      out[(n + i) * n + j] += c * cimag(value);
    }
}

double hud_triple_box_tail(const struct hud_triple_box *box, const double *F)
{
  const size_t stride[DIRECTIONS] = {box->n[T_EDGE] * box->n[Y_DISTANCE], box->n[Y_DISTANCE], 1};
  double worst = 0.0, line[HUD_AXIS_MOST_NODES];
  for (size_t a = 0; a < 2 * box->nodes; a++)
    for (int d = 0; d < DIRECTIONS; d++) {
      if (a / stride[d] % box->n[d] != 0)
        continue;
      for (size_t b = 0; b < box->n[d]; b++)
        line[b] = F[a + b * stride[d]];
      worst = fmax(worst, hud_radial_tail(box->axis[d].radial, 0, line));
    }
  return worst;
}
