/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dense LU of I - gamma J through LAPACK. */
#include "models/dense.h"

#include <lapacke.h>

#include "base/alloc.h"

hud_status hud_dense_create(struct hud_dense *dense, size_t size, struct hud_error *error)
{
  *dense = (struct hud_dense){size, NULL, NULL};
  hud_status status = HUD_NEW(&dense->matrix, size * size, "a dense Newton matrix", error);
  if (status == HUD_OK)
    status = HUD_NEW(&dense->pivots, size, "pivots", error);
  return status;
}

void hud_dense_free(struct hud_dense *dense)
{
  hud_free(dense->matrix);
  hud_free(dense->pivots);
  *dense = (struct hud_dense){0, NULL, NULL};
}

hud_status hud_dense_factor(struct hud_dense *dense, double gamma,
                            hud_status (*column)(void *context, size_t c, double *out,
                                                 struct hud_error *error),
                            void *context, struct hud_error *error)
{
  size_t n = dense->size;
  for (size_t c = 0; c < n; c++) {
    double *out = dense->matrix + c * n;
    hud_status status = column(context, c, out, error);
    if (status != HUD_OK)
      return status;
    for (size_t row = 0; row < n; row++)
      out[row] *= -gamma;
    out[c] += 1.0;
  }
  lapack_int info = LAPACKE_dgetrf(LAPACK_COL_MAJOR, (lapack_int)n, (lapack_int)n, dense->matrix,
                                   (lapack_int)n, dense->pivots);
  if (info != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the Newton matrix is singular (LAPACK dgetrf: %d)",
                    (int)info);
  return HUD_OK;
}

hud_status hud_dense_solve(const struct hud_dense *dense, double *x, struct hud_error *error)
{
  lapack_int n = (lapack_int)dense->size;
  lapack_int info =
      LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'N', n, 1, dense->matrix, n, dense->pivots, x, n);
  if (info != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "a dense solve failed (LAPACK dgetrs: %d)",
                    (int)info);
  return HUD_OK;
}
