/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operators that act on the simplex alone, at each s by itself. Integrating a velocity out sets
 * its frequency to 0; the drift -div(U_k f_k) is -E at fixed s (simplex.h), under which M_k and J_k
 * stay, so that its resolvent only divides them by mu. */
#include <cblas.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/box.h"

void hud_spectral_apply(const struct hud_spectral *sp, double c, const double *matrix, size_t rows,
                        size_t nodes, const double *u, double beta, double *out)
{
  int columns = (int)sp->radial->count;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, columns, (int)nodes, c, matrix,
              (int)nodes, u, columns, beta, out, columns);
}

/* out = c matrix f_k + beta out for real and imaginary part; out has size i with `rows` nodes. */
static void apply_both(const struct hud_spectral *sp, double c, const double *matrix, int i, int k,
                       const double *fk, double beta, double *out)
{
  size_t rows = sp->simplex[i]->count, nodes = sp->simplex[k]->count;
  size_t from = hud_spectral_part_length(sp, k), to = hud_spectral_part_length(sp, i);
  for (size_t part = 0; part < 2; part++)
    hud_spectral_apply(sp, c, matrix, rows, nodes, fk + 2 + part * from, beta, out + 2 + part * to);
}

void hud_spectral_marginal(struct hud_representation *rep, double c, int k, const double *fk, int i,
                           double *out)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  out[0] += c * fk[0];
  out[1] += c * fk[1];
  apply_both(sp, c, sp->marginal[k][i], i, k, fk, 1.0, out);
}

void hud_spectral_drift(struct hud_representation *rep, double c, int k, const double *fk,
                        double *out)
{
  const struct hud_spectral *sp = hud_spectral_const(rep);
  apply_both(sp, -c, sp->simplex[k]->drift, k, k, fk, 1.0, out);
}

/* The matrix of (mu + kappa E)^{-1}, kept from the last call where the numbers agree. */
static hud_status resolvent_matrix(struct hud_spectral *sp, double mu, double kappa, int k,
                                   const double **matrix, struct hud_error *error)
{
  struct hud_resolvent_cache *cache = &sp->resolvent[k];
  *matrix = cache->matrix;
  if (cache->mu == mu && cache->kappa == kappa)
    return HUD_OK;
  cache->mu = 0.0;
  hud_status status = hud_simplex_resolvent(sp->simplex[k], mu, kappa, cache->matrix, error);
  if (status == HUD_OK) {
    cache->mu = mu;
    cache->kappa = kappa;
  }
  return status;
}

/* out = matrix source, which may be the same array. */
static void apply_in_place(struct hud_spectral *sp, const double *matrix, int k, double factor,
                           const double *source, double *out)
{
  size_t length = hud_spectral_length(sp, k);
  apply_both(sp, 1.0, matrix, k, k, source, 0.0, sp->whole);
  sp->whole[0] = factor * source[0];
  sp->whole[1] = factor * source[1];
  if (k == 1)
    sp->whole[length - 1] = factor * source[length - 1];
  memcpy(out, sp->whole, length * sizeof *out);
}

hud_status hud_spectral_resolvent(struct hud_representation *rep, double mu, double kappa, int k,
                                  const double *source, double *out, struct hud_error *error)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  const double *matrix = NULL;
  hud_status status = resolvent_matrix(sp, mu, kappa, k, &matrix, error);
  if (status == HUD_OK)
    apply_in_place(sp, matrix, k, 1.0 / mu, source, out);
  return status;
}

hud_status hud_spectral_flow(struct hud_representation *rep, double s, int k, const double *fk,
                             double *out, struct hud_error *error)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  size_t count = sp->simplex[k]->count;
  double *matrix = NULL;
  hud_status status = HUD_NEW(&matrix, count * count, "a flow", error);
  if (status == HUD_OK)
    status = hud_simplex_flow(sp->simplex[k], s, matrix, error);
  if (status == HUD_OK)
    apply_in_place(sp, matrix, k, 1.0, fk, out);
  hud_free(matrix);
  return status;
}
