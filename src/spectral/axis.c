/* SPDX-License-Identifier: GPL-3.0-or-later
 * s d/ds on Chebyshev nodes by the barycentric formula (axis.h). */
#include "spectral/axis.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

enum { LEAST_NODES = 6 };

/* In y = s/end, or in its square for even functions. */
static void set_drift(struct hud_axis *axis)
{
  size_t n = axis->n;
  const double *s = axis->radial->s;
  double end = axis->radial->edges[1];
  bool parity = axis->radial->basis == HUD_SPECTRAL_PARITY;
  for (size_t i = 0; i < n; i++) {
    double x = s[i] / end, yi = parity ? x * x : x, sum = 0.0;
    double wi = parity ? x * sqrt(1.0 - yi) : sqrt(yi * (1.0 - yi));
    for (size_t j = 0; j < n; j++) {
      double z = s[j] / end, yj = parity ? z * z : z;
      if (i == j)
        continue;
      double wj = parity ? z * sqrt(1.0 - yj) : sqrt(yj * (1.0 - yj));
      double entry = ((i + j) % 2 == 0 ? 1.0 : -1.0) * wj / wi / (yi - yj);
      sum += entry;
      axis->drift[i * n + j] = (parity ? 2.0 : 1.0) * yi * entry;
    }
    axis->drift[i * n + i] = -(parity ? 2.0 : 1.0) * yi * sum;
  }
}

hud_status hud_axis_create(struct hud_axis *axis, enum hud_spectral_basis basis, double end,
                           size_t n, struct hud_error *error)
{
  memset(axis, 0, sizeof *axis);
  axis->n = n;
  hud_status status = hud_radial_create(&axis->radial, basis, end, 1, n, n, 0, error);
  if (status == HUD_OK)
    status = HUD_NEW(&axis->drift, n * n, "a frequency axis", error);
  if (status == HUD_OK)
    status = HUD_NEW(&axis->inverse, n * n, "a frequency axis", error);
  if (status == HUD_OK)
    status = HUD_NEW(&axis->pivots, n, "a frequency axis", error);
  if (status == HUD_OK)
    set_drift(axis);
  return status;
}

void hud_axis_clear(struct hud_axis *axis)
{
  hud_radial_free(axis->radial);
  hud_free(axis->drift);
  hud_free(axis->inverse);
  hud_free(axis->pivots);
  memset(axis, 0, sizeof *axis);
}

void hud_axis_drift(const struct hud_axis *axis, double c, size_t rows, const double *F,
                    double *out)
{
  int n = (int)axis->n;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, n, n, c, F, n, axis->drift, n,
              1.0, out, n);
}

hud_status hud_axis_setup(struct hud_axis *axis, double loss, double drift, struct hud_error *error)
{
  int n = (int)axis->n;
  for (size_t a = 0; a < axis->n * axis->n; a++)
    axis->inverse[a] = drift * axis->drift[a] + (a % (axis->n + 1) == 0 ? loss : 0.0);
  if (LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, axis->inverse, n, axis->pivots) != 0 ||
      LAPACKE_dgetri(LAPACK_ROW_MAJOR, n, axis->inverse, n, axis->pivots) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the drift in frequency is singular");
  return HUD_OK;
}

void hud_axis_solve(const struct hud_axis *axis, size_t rows, const double *r, double *z)
{
  int n = (int)axis->n;
  double row[HUD_AXIS_MOST_NODES];
  for (size_t i = 0; i < rows; i++) {
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1.0, axis->inverse, n, r + i * axis->n, 1, 0.0,
                row, 1);
    memcpy(z + i * axis->n, row, axis->n * sizeof *row);
  }
}

void hud_axis_row(const struct hud_axis *axis, int part, double s, double *row)
{
  size_t first, size;
  hud_radial_row(axis->radial, part, s, &first, &size, row);
}

static double last_coefficients(const struct hud_radial *radial, hud_axis_function function,
                                const void *context, size_t lines)
{
  double worst = 0.0, part[2][HUD_AXIS_MOST_NODES];
  for (size_t line = 0; line < lines; line++) {
    for (size_t a = 0; a < radial->nodes; a++) {
      double complex value = function(context, line, radial->s[a]);
      part[0][a] = creal(value);
      part[1][a] = cimag(value);
    }
    worst = fmax(worst, hud_radial_tail(radial, 0, part[0]));
    worst = fmax(worst, hud_radial_tail(radial, 1, part[1]));
  }
  return worst;
}

hud_status hud_axis_choose(hud_axis_function function, const void *context, size_t lines,
                           double tolerance, size_t *n, struct hud_error *error)
{
  for (*n = LEAST_NODES; *n <= HUD_AXIS_MOST_NODES; *n += 2 + *n / 16 * 2) {
    struct hud_radial *radial = NULL;
    hud_status status =
        hud_radial_create(&radial, HUD_SPECTRAL_ONE_SIDED, 1.0, 1, *n, *n, 0, error);
    if (status != HUD_OK)
      return status;
    double worst = last_coefficients(radial, function, context, lines);
    hud_radial_free(radial);
    if (worst <= tolerance)
      return HUD_OK;
  }
  return hud_fail(error, HUD_ERROR_INPUT,
                  "f_2(v_1, v_2) of these data needs more than %d frequencies in each direction; "
                  "smoother data, or method grid, give it",
                  HUD_AXIS_MOST_NODES);
}
