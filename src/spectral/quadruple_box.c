/* SPDX-License-Identifier: GPL-3.0-or-later
 * The contracted points of quadruples (quadruple_box.h): the patch of triples with fewer nodes of
 * its own, and nodes in u. */
#include "spectral/quadruple_box.h"

#include <cblas.h>
#include <math.h>

#include "base/alloc.h"
#include "spectral/triple_internal.h"

enum { SAMPLES = 4 }; /* of lines along u in each direction of the patch */

struct hud_quadruple_box {
  const struct hud_triple_box *triples; /* of f_3 */
  struct hud_triple_box *patch;         /* nodes in xi, and the table of f_4 at u = 1 */
  struct hud_axis axis;                 /* u in [0, 1] */
  size_t n, nodes;                      /* of u, of xi */
  double *at_one;                       /* weights of the value at u = 1 */
  double *end;                          /* f_4 at u = 1: 2 nodes */
};

static void contracted_point(const double xi[3], double u, double zeta[4])
{
  double m = 0.25 * (xi[0] + xi[1] + xi[2]);
  for (int i = 0; i < 3; i++)
    zeta[i] = m + u * (xi[i] - m);
  zeta[3] = m - u * m;
}

/* ---- nodes ---- */

static double complex along_u(const void *context, size_t line, double u)
{
  const struct hud_triple_box *patch = context;
  double at[HUD_TRIPLE_DIRECTIONS], xi[3], zeta[4];
  for (int d = 0; d < HUD_TRIPLE_DIRECTIONS; d++) {
    at[d] = (double)(line % SAMPLES) / (SAMPLES - 1.0);
    line /= SAMPLES;
  }
  hud_triple_point(patch->X, at, xi);
  contracted_point(xi, u, zeta);
  double complex product = 1.0;
  double mass = creal(hud_pair_look_one(patch->pairs, patch->pairs->one, 0.0));
  for (int i = 0; i < 4; i++)
    product *= hud_pair_look_one(patch->pairs, patch->pairs->one, zeta[i]) / mass;
  return product;
}

hud_status hud_quadruple_box_create(struct hud_quadruple_box **out, struct hud_pair_box *pairs,
                                    const struct hud_triple_box *triples, const double *f1,
                                    double tolerance, struct hud_error *error)
{
  struct hud_quadruple_box *box = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&box, 1, "a box of quadruples", error);
  if (status != HUD_OK)
    return status;
  box->triples = triples;
  status = hud_triple_box_create(&box->patch, pairs, f1, tolerance, error);
  if (status == HUD_OK)
    status = hud_axis_choose(along_u, box->patch, SAMPLES * SAMPLES * SAMPLES, tolerance, &box->n,
                             error);
  if (status == HUD_OK)
    status = hud_axis_create(&box->axis, HUD_SPECTRAL_ONE_SIDED, 1.0, box->n, error);
  if (status == HUD_OK) {
    box->nodes = box->patch->nodes;
    status = HUD_NEW(&box->at_one, box->n, "a box of quadruples", error);
  }
  if (status == HUD_OK)
    status = HUD_NEW(&box->end, 2 * box->nodes, "a box of quadruples", error);
  if (status == HUD_OK) {
    hud_axis_row(&box->axis, 0, 1.0, box->at_one);
    *out = box;
  } else {
    hud_quadruple_box_free(box);
  }
  return status;
}

void hud_quadruple_box_free(struct hud_quadruple_box *box)
{
  if (box == NULL)
    return;
  hud_triple_box_free(box->patch);
  hud_axis_clear(&box->axis);
  hud_free(box->at_one);
  hud_free(box->end);
  hud_free(box);
}

size_t hud_quadruple_box_length(const struct hud_quadruple_box *box)
{
  return 2 * box->nodes * box->n;
}

double hud_quadruple_box_memory(const struct hud_quadruple_box *box)
{
  return hud_triple_box_memory(box->patch) + sizeof(double) * 2.0 * (double)box->nodes;
}

/* ---- joining ---- */

void hud_quadruple_box_set(const struct hud_quadruple_box *box, hud_signed_transform fhat,
                           const void *context, double *F)
{
  size_t half = box->nodes * box->n;
  for (size_t a = 0; a < half; a++) {
    double zeta[4];
    contracted_point(box->patch->xi + 3 * (a / box->n), box->axis.radial->s[a % box->n], zeta);
    double complex value = fhat(context, zeta);
    F[a] = creal(value);
    F[half + a] = cimag(value);
  }
}

void hud_quadruple_box_join_triple(const struct hud_quadruple_box *box, double c, double *out)
{
  const struct hud_pair_box *pairs = box->patch->pairs;
  size_t half = box->nodes * box->n;
  double least = HUD_NEGLIGIBLE * cabs(hud_pair_look_one(pairs, pairs->one, 0.0));
  for (size_t a = 0; a < half; a++) {
    double zeta[4];
    double complex sum = 0.0;
    contracted_point(box->patch->xi + 3 * (a / box->n), box->axis.radial->s[a % box->n], zeta);
    for (int i = 0; i < 4; i++) {
      const double rest[3] = {zeta[(i + 1) % 4], zeta[(i + 2) % 4], zeta[(i + 3) % 4]};
      double complex factor = hud_pair_look_one(pairs, pairs->one, zeta[i]);
      if (cabs(factor) > least)
        sum += factor * hud_triple_box_look(box->triples, rest);
    }
    out[a] += 0.25 * c * creal(sum);
    out[half + a] += 0.25 * c * cimag(sum);
  }
}

void hud_quadruple_box_join_pairs(const struct hud_quadruple_box *box, double c, double *out)
{
  const struct hud_pair_box *pairs = box->patch->pairs;
  size_t half = box->nodes * box->n;
  for (size_t a = 0; a < half; a++) {
    double zeta[4];
    double complex sum = 0.0;
    contracted_point(box->patch->xi + 3 * (a / box->n), box->axis.radial->s[a % box->n], zeta);
    for (int i = 0; i < 3; i++) { /* the partner of the fourth */
      double j = zeta[(i + 1) % 3], k = zeta[(i + 2) % 3];
      sum += hud_pair_look_two(pairs, 0.5 * (zeta[3] + zeta[i]), 0.5 * (zeta[3] - zeta[i])) *
             hud_pair_look_two(pairs, 0.5 * (j + k), 0.5 * (j - k));
    }
    out[a] += c / 3.0 * creal(sum);
    out[half + a] += c / 3.0 * cimag(sum);
  }
}

/* ---- drift ---- */

void hud_quadruple_box_drift(const struct hud_quadruple_box *box, double c, const double *F,
                             double *out)
{
  hud_axis_drift(&box->axis, -c, 2 * box->nodes, F, out);
}

hud_status hud_quadruple_box_setup(struct hud_quadruple_box *box, double loss, double drift,
                                   struct hud_error *error)
{
  return hud_axis_setup(&box->axis, loss, drift, error);
}

void hud_quadruple_box_solve(const struct hud_quadruple_box *box, const double *r, double *z)
{
  hud_axis_solve(&box->axis, 2 * box->nodes, r, z);
}

/* ---- splitting ---- */

void hud_quadruple_box_tabulate(struct hud_quadruple_box *box, const double *F)
{
  cblas_dgemv(CblasRowMajor, CblasNoTrans, 2 * (int)box->nodes, (int)box->n, 1.0, F, (int)box->n,
              box->at_one, 1, 0.0, box->end, 1);
  hud_triple_box_tabulate(box->patch, box->end);
}

void hud_quadruple_box_onto_pairs(const struct hud_quadruple_box *box, double c, double *out)
{
  hud_triple_box_marginal(box->patch, c, out); /* (xi_1, xi_2, 0, 0) is (xi_1, xi_2, 0) there */
}

void hud_quadruple_box_onto_triples(const struct hud_quadruple_box *box, double c, double *out)
{
  size_t nodes = box->triples->nodes;
  for (size_t a = 0; a < nodes; a++) {
    double complex value = hud_triple_box_look(box->patch, box->triples->xi + 3 * a);
    out[a] += c * creal(value);
    out[nodes + a] += c * cimag(value);
  }
}

double hud_quadruple_box_tail(const struct hud_quadruple_box *box, const double *F)
{
  double worst = 0.0;
  for (size_t a = 0; a < 2 * box->nodes; a++)
    worst = fmax(worst, hud_radial_tail(box->axis.radial, 0, F + a * box->n));
  cblas_dgemv(CblasRowMajor, CblasNoTrans, 2 * (int)box->nodes, (int)box->n, 1.0, F, (int)box->n,
              box->at_one, 1, 0.0, box->end, 1);
  return fmax(worst, hud_triple_box_tail(box->patch, box->end));
}
