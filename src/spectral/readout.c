/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * f_1(v) from its characteristic function,
 *
 *   f_1(v) = a f_1(0, v) + (1/pi) Re int_0^X [fhat_1(s) - a fhat_1(0, s)] e^{i s v} ds,
 *
 * a the uncollided share. Convolved with a Gaussian of width w (mollifier), f_1(0) is replaced by
 * its atoms, and with them become Gaussians, and the rest gets the factor e^{-w^2 s^2/2}. What is
 * cut off beyond X is reported (fhat_cut). The integral is a composite Gauss rule fine enough for
 * the fastest phase: with a recurrence for the phases of equidistant velocities it costs a
 * multiplication a node and velocity, so a fast transform, which would tie the velocities to the
 * box, is not needed. f_2(v_1, v_2) needs frequencies of both signs, which the simplex does not
 * hold: pair_box.h does. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "spectral/box.h"

static const double pi = 3.14159265358979323846;

enum { GAUSS = 16 };

struct hud_readout {
  size_t velocities;
  double *v, *initial; /* f_1(0, v) without atoms, or NULL */
  size_t count;        /* quadrature nodes */
  double *s, *weight;
  double complex *initial_hat; /* about the origin; NULL without initial data */
  double complex *rest;        /* scratch */
  double mollifier;            /* 0: none */
};

void hud_readout_free(struct hud_readout *readout)
{
  if (readout == NULL)
    return;
  hud_free(readout->v);
  hud_free(readout->initial);
  hud_free(readout->s);
  hud_free(readout->weight);
  hud_free(readout->initial_hat);
  hud_free(readout->rest);
  hud_free(readout);
}

/* Gauss-Legendre on equal pieces of every panel, each spanning at most 10 radians of phase. */
static hud_status set_quadrature(struct hud_readout *readout, const struct hud_radial *radial,
                                 double reach, struct hud_error *error)
{
  size_t pieces = (size_t)ceil(radial->edges[1] * reach / 10.0) + 1;
  readout->count = pieces * radial->panels * GAUSS;
  hud_status status = HUD_NEW(&readout->s, readout->count, "a quadrature", error);
  if (status == HUD_OK)
    status = HUD_NEW(&readout->weight, readout->count, "a quadrature", error);
  if (status == HUD_OK)
    status = HUD_NEW(&readout->rest, readout->count, "a quadrature", error);
  if (status != HUD_OK)
    return status;
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(GAUSS);
  double width = radial->edges[1] / (double)pieces;
  for (size_t n = 0; n < readout->count && table != NULL; n++) {
    double a = width * (double)(n / GAUSS);
    gsl_integration_glfixed_point(a, a + width, n % GAUSS, &readout->s[n], &readout->weight[n],
                                  table);
  }
  hud_gsl_end(previous);
  if (table == NULL)
    return hud_fail_memory(error, "a Gauss rule", GAUSS * sizeof(double));
  gsl_integration_glfixed_table_free(table);
  return HUD_OK;
}

/* An atom of the initial data as the Gaussian that it becomes, and its transform. */
static void add_atom(struct hud_readout *readout, double origin, double mass, double place)
{
  double width = readout->mollifier;
  for (size_t a = 0; a < readout->velocities; a++) {
    double x = (readout->v[a] - place) / width;
    readout->initial[a] += mass * exp(-0.5 * x * x) / (width * sqrt(2.0 * pi));
  }
  for (size_t n = 0; n < readout->count; n++)
    readout->initial_hat[n] += mass * cexp(-I * readout->s[n] * (place - origin));
}

static double mollified(const struct hud_readout *readout, double s)
{
  double x = readout->mollifier * s;
  return exp(-0.5 * x * x);
}

static hud_status set_initial(struct hud_readout *readout, double origin,
                              const struct hud_density *initial, struct hud_error *error)
{
  hud_status status = HUD_NEW(&readout->initial, readout->velocities, "initial values", error);
  if (status == HUD_OK)
    status = HUD_NEW(&readout->initial_hat, readout->count, "an initial transform", error);
  if (status != HUD_OK)
    return status;
  if (readout->mollifier > 0.0) {
    size_t count;
    const double *atoms = hud_density_atoms(initial, &count);
    for (size_t i = 0; i < count; i++)
      add_atom(readout, origin, atoms[2 * i], atoms[2 * i + 1]);
    return HUD_OK;
  }
  for (size_t a = 0; a < readout->velocities; a++)
    readout->initial[a] = hud_density_value(initial, readout->v[a]);
  for (size_t n = 0; n < readout->count; n++)
    readout->initial_hat[n] =
        hud_density_characteristic(initial, readout->s[n]) * cexp(I * readout->s[n] * origin);
  return HUD_OK;
}

hud_status hud_spectral_set_velocities(struct hud_representation *rep, double min, double max,
                                       int count, double mollifier,
                                       const struct hud_density *initial, struct hud_error *error)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  double origin = sp->options.origin;
  struct hud_readout *readout = NULL;
  if (!(isfinite(min) && isfinite(max) && min < max) || count < 2)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "f1 was asked for at %d velocities from %g to %g; expected at least two on a "
                    "proper interval",
                    count, min, max);
  if (!(mollifier >= 0.0 && isfinite(mollifier)))
    return hud_fail(error, HUD_ERROR_INPUT, "the mollifier is %g wide; expected a number >= 0",
                    mollifier);
  hud_status status = HUD_NEW(&readout, 1, "a read-out", error);
  if (status != HUD_OK)
    return status;
  readout->velocities = (size_t)count;
  readout->mollifier = mollifier;
  status = HUD_NEW(&readout->v, readout->velocities, "velocities", error);
  if (status == HUD_OK) {
    for (int a = 0; a < count; a++)
      readout->v[a] = min + (max - min) * a / (count - 1.0);
    double reach = fmax(fabs(max - origin), fabs(min - origin));
    status = set_quadrature(readout, sp->radial, reach, error);
  }
  if (status == HUD_OK && initial != NULL)
    status = set_initial(readout, origin, initial, error);
  if (status != HUD_OK) {
    hud_readout_free(readout);
    return status;
  }
  hud_readout_free(sp->readout);
  sp->readout = readout;
  return HUD_OK;
}

size_t hud_spectral_nodes(const struct hud_representation *rep, const double **v)
{
  const struct hud_readout *readout = hud_spectral_const(rep)->readout;
  *v = readout != NULL ? readout->v : NULL;
  return readout != NULL ? readout->velocities : 0;
}

void hud_spectral_values(const struct hud_representation *rep, int k, const double *fk, double *out)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  struct hud_readout *readout = sp->readout;
  if (readout == NULL)
    return;
  size_t velocities = readout->velocities;
  if (k > 1) {
    for (size_t a = 0; a < velocities * velocities && k == 2; a++)
      out[a] = NAN;
    return;
  }
  double share = readout->initial != NULL ? fk[hud_spectral_length(sp, 1) - 1] : 0.0;
  double step = (readout->v[velocities - 1] - readout->v[0]) / (double)(velocities - 1);
  for (size_t n = 0; n < readout->count; n++) {
    readout->rest[n] = hud_spectral_centred(sp, fk, readout->s[n]);
    if (readout->initial != NULL)
      readout->rest[n] -= share * readout->initial_hat[n];
    readout->rest[n] *= readout->weight[n] / pi * mollified(readout, readout->s[n]);
  }
  for (size_t a = 0; a < velocities; a++)
    out[a] = readout->initial != NULL ? share * readout->initial[a] : 0.0;
  for (size_t n = 0; n < readout->count; n++) {
    double complex turn = cexp(I * readout->s[n] * step);
    double complex term =
        readout->rest[n] * cexp(I * readout->s[n] * (readout->v[0] - sp->options.origin));
    for (size_t a = 0; a < velocities; a++) {
      out[a] += creal(term);
      term *= turn;
    }
  }
}

/* Largest |fhat_1|, or of its collided part where the initial data are known, over the last
 * twentieth of the box, relative to M_1. */
static double cut(const struct hud_spectral *sp, const double *f1)
{
  const struct hud_readout *readout = sp->readout;
  double end = sp->radial->edges[sp->radial->panels], largest = 0.0;
  if (readout == NULL || readout->initial == NULL) {
    for (int n = 0; n <= 20; n++) {
      double s = end * (0.95 + 0.0025 * n);
      double factor = readout != NULL ? mollified(readout, s) : 1.0;
      largest = fmax(largest, factor * cabs(hud_spectral_centred(sp, f1, s)));
    }
    return largest / fabs(f1[0]);
  }
  double share = f1[hud_spectral_length(sp, 1) - 1];
  for (size_t n = 0; n < readout->count; n++)
    if (readout->s[n] >= 0.95 * end)
      largest = fmax(largest, mollified(readout, readout->s[n]) *
                                  cabs(hud_spectral_centred(sp, f1, readout->s[n]) -
                                       share * readout->initial_hat[n]));
  return largest / fabs(f1[0]);
}

void hud_spectral_extras(struct hud_representation *rep, const struct hud_network *network,
                         const double *const *f, double *out)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  double error = 0.0;
  for (int k = 1; k <= network->K; k++)
    if (f[k] != NULL && f[k][0] != 0.0)
      error = fmax(error, hud_spectral_tail(rep, k, f[k]));
  out[0] = f[1][hud_spectral_length(sp, 1) - 1];
  out[1] = error;
  out[2] = cut(sp, f[1]);
}
