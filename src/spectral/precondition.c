/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * P ~ I - gamma dF/dy, solved directly. Masses and momenta come first (scalars.c). For the
 * deviations the stiff terms at size k are (loss_k + d_k E)/w_k, one small matrix for all s, and
 * the gain by joining smaller sizes: block lower triangular in k. What pairs give back to single
 * particles is not small, so sizes 1 and 2 are solved together through the Schur complement on g_1;
 * what larger clusters give back is O(epsilon) against the stiff terms or not stiff, and is left
 * out. Hence about one iteration of GMRES at any epsilon. */
#include "spectral/precondition.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"

struct hud_precondition {
  const struct hud_network *network;
  double gamma;
  struct hud_scalar_block scalars;
  double *state[HUD_SPECTRAL_MAX_CLUSTERS + 1];   /* copies of f_k, NULL where quasi-stationary */
  double *inverse[HUD_SPECTRAL_MAX_CLUSTERS + 1]; /* (identity part + drift part)^{-1} */
  double *schur;                                  /* on g_1: part and column */
  int *pivots;
  double diagonal;   /* of the rows of f_1 */
  double *direction; /* one f_1 */
  double *gain;      /* one f_k of the largest length */
  double *pair;      /* f_2 where it is quasi-stationary */
};

static bool is_dynamic(const struct hud_precondition *p, int k)
{
  return !p->network->sizes[k].quasi_stationary;
}

/* gamma/w_k for a dynamic size; a quasi-stationary one solves its own equation, without gamma. */
static double time_factor(const struct hud_precondition *p, int k)
{
  return is_dynamic(p, k) ? p->gamma / p->network->sizes[k].weight : 1.0;
}

/* Rate at which f_k is lost, splitting and joining. */
static double loss_rate(const struct hud_precondition *p, int k)
{
  double rate = hud_network_split_rate(p->network, k);
  for (size_t n = 0; n < p->network->reaction_count && is_dynamic(p, k); n++) {
    const struct hud_reaction *r = &p->network->reactions[n];
    if (r->i == k)
      rate += r->reactant[0] * r->lambda * p->scalars.mass[r->j];
    if (r->j == k)
      rate += r->reactant[1] * r->lambda * p->scalars.mass[r->i];
  }
  return rate;
}

/* out -= time factor * sum q lambda z_M(partner) f_k: the loss by a change of the partners' mass.
 */
static void subtract_partner_change(const struct hud_precondition *p, const struct hud_spectral *sp,
                                    int k, double *const *z, double *out)
{
  double c = 0.0;
  for (size_t n = 0; n < p->network->reaction_count; n++) {
    const struct hud_reaction *r = &p->network->reactions[n];
    for (int side = 0; side < 2; side++) {
      int own = side == 0 ? r->i : r->j, partner = side == 0 ? r->j : r->i;
      if (own == k && is_dynamic(p, partner))
        c += r->reactant[side] * r->lambda * z[partner][0];
    }
  }
  c *= time_factor(p, k);
  for (size_t a = 2; a < hud_spectral_length(sp, k); a++)
    out[a] -= c * p->state[k][a];
}

/* out += time factor * p lambda times the change of Sym(f_i x f_j) in the direction z. */
static void add_join_change(struct hud_precondition *p, struct hud_spectral *sp,
                            const struct hud_reaction *r, const double *zi, const double *zj,
                            double *out)
{
  double c = time_factor(p, r->i + r->j) * r->product * r->lambda;
  if (r->i == r->j) {
    hud_spectral_join(&sp->base, 2.0 * c, r->i, zi, r->j, p->state[r->j], out);
    return;
  }
  hud_spectral_join(&sp->base, c, r->i, zi, r->j, p->state[r->j], out);
  hud_spectral_join(&sp->base, c, r->i, p->state[r->i], r->j, zj, out);
}

/* out = inverse_k in, deviations only. */
static void apply_inverse(const struct hud_precondition *p, const struct hud_spectral *sp, int k,
                          const double *in, double *out)
{
  size_t part = hud_spectral_part_length(sp, k), nodes = sp->simplex[k]->count;
  for (size_t a = 0; a < 2; a++)
    hud_spectral_apply(sp, 1.0, p->inverse[k], nodes, nodes, in + 2 + a * part, 0.0,
                       out + 2 + a * part);
}

/* g_1 += c (deviation of f_2 at theta = 1). */
static void add_marginal(const struct hud_spectral *sp, double c, const double *f2, double *f1)
{
  size_t part = hud_spectral_part_length(sp, 2), columns = sp->radial->count;
  for (size_t a = 0; a < 2; a++)
    hud_spectral_apply(sp, c, sp->marginal[2][1], 1, sp->simplex[2]->count, f2 + 2 + a * part, 1.0,
                       f1 + 2 + a * columns);
}

/* ---- setup ---- */

static hud_status allocate(struct hud_spectral *sp, const struct hud_network *network,
                           struct hud_error *error)
{
  struct hud_precondition *p = NULL;
  size_t n = 2 * sp->radial->count, longest = 0;
  hud_status status = HUD_NEW(&sp->precondition, 1, "a preconditioner", error);
  if (status != HUD_OK)
    return status;
  p = sp->precondition;
  for (int k = 1; k <= sp->options.clusters && status == HUD_OK; k++) {
    size_t nodes = sp->simplex[k]->count, length = hud_spectral_length(sp, k);
    longest = length > longest ? length : longest;
    if (k <= network->K)
      status = HUD_NEW(&p->state[k], length, "a preconditioner", error);
    if (status == HUD_OK)
      status = HUD_NEW(&p->inverse[k], nodes * nodes, "a preconditioner", error);
  }
  if (status == HUD_OK)
    status = HUD_NEW(&p->schur, n * n, "a preconditioner", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->pivots, n, "a preconditioner", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->direction, hud_spectral_length(sp, 1), "a preconditioner", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->gain, 2 * longest, "a preconditioner", error);
  if (status == HUD_OK && sp->options.clusters > 1)
    status = HUD_NEW(&p->pair, hud_spectral_length(sp, 2), "a preconditioner", error);
  return status;
}

void hud_precondition_free(struct hud_precondition *p)
{
  if (p == NULL)
    return;
  for (int k = 1; k <= HUD_SPECTRAL_MAX_CLUSTERS; k++) {
    hud_free(p->state[k]);
    hud_free(p->inverse[k]);
  }
  hud_free(p->schur);
  hud_free(p->pivots);
  hud_free(p->direction);
  hud_free(p->gain);
  hud_free(p->pair);
  hud_free(p);
}

/* The Schur complement column by column: a z_1 - c marginal inverse_2 (2 p lambda Join(z_1, f_1)).
 */
static hud_status factor_schur(struct hud_spectral *sp, struct hud_error *error)
{
  struct hud_precondition *p = sp->precondition;
  const struct hud_reaction *pairing = hud_network_reaction(p->network, 1, 1);
  size_t columns = sp->radial->count, n = 2 * columns;
  p->diagonal = 1.0 + time_factor(p, 1) * loss_rate(p, 1);
  for (size_t b = 0; b < n; b++) {
    double *z = p->direction, *result = sp->whole;
    double *solved = pairing != NULL ? p->gain + hud_spectral_length(sp, 2) : NULL;
    memset(z, 0, hud_spectral_length(sp, 1) * sizeof *z);
    z[2 + b] = 1.0;
    memset(result, 0, hud_spectral_length(sp, 1) * sizeof *result);
    if (pairing != NULL) {
      memset(p->gain, 0, hud_spectral_length(sp, 2) * sizeof *p->gain);
      add_join_change(p, sp, pairing, z, z, p->gain);
      apply_inverse(p, sp, 2, p->gain, solved);
      add_marginal(sp, 2.0 * time_factor(p, 1) * pairing->reactant[0] * pairing->mu, solved,
                   result);
    }
    for (size_t a = 0; a < n; a++)
      p->schur[a * n + b] = (a == b ? p->diagonal : 0.0) - result[2 + a];
  }
  if (LAPACKE_dgetrf(LAPACK_ROW_MAJOR, (int)n, (int)n, p->schur, (int)n, p->pivots) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the preconditioner of method spectral is singular");
  return HUD_OK;
}

hud_status hud_spectral_precondition_setup(struct hud_representation *rep,
                                           const struct hud_network *network, double gamma,
                                           const double *const *f, struct hud_error *error)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  hud_status status = HUD_OK;
  if (sp->precondition == NULL)
    status = allocate(sp, network, error);
  struct hud_precondition *p = sp->precondition;
  if (status != HUD_OK)
    return status;
  p->network = network;
  p->gamma = gamma;
  status = hud_scalar_block_factor(&p->scalars, network, gamma, f, error);
  for (int k = 1; k <= network->K && status == HUD_OK; k++) {
    if (is_dynamic(p, k))
      memcpy(p->state[k], f[k], hud_spectral_length(sp, k) * sizeof *f[k]);
    double c = time_factor(p, k), one = is_dynamic(p, k) ? 1.0 : 0.0;
    if (k > 1 && (k == 2 || is_dynamic(p, k)))
      status = hud_simplex_resolvent(sp->simplex[k], one + c * loss_rate(p, k),
                                     c * network->sizes[k].drift, p->inverse[k], error);
  }
  return status == HUD_OK ? factor_schur(sp, error) : status;
}

/* ---- solve ---- */

/* Right-hand side of size k but for joins that involve deviations of z. */
static void start_size(struct hud_precondition *p, struct hud_spectral *sp, int k,
                       const double *const *r, double *const *z, double *out)
{
  memset(out, 0, 2 * sizeof *out);
  memcpy(out + 2, r[k] + 2, (hud_spectral_length(sp, k) - 2) * sizeof *out);
  subtract_partner_change(p, sp, k, z, out);
}

/* Sizes 1 and 2 together. */
static hud_status solve_pairs(struct hud_precondition *p, struct hud_spectral *sp,
                              const double *const *r, double *const *z, struct hud_error *error)
{
  const struct hud_reaction *pairing = hud_network_reaction(p->network, 1, 1);
  size_t n = 2 * sp->radial->count;
  double *z1 = p->direction, *rest = sp->whole;
  double *z2 = pairing == NULL ? NULL : is_dynamic(p, 2) ? z[2] : p->pair;
  memset(z1, 0, hud_spectral_length(sp, 1) * sizeof *z1);
  z1[0] = z[1][0];
  z1[1] = z[1][1];
  if (pairing != NULL) {
    if (is_dynamic(p, 2))
      start_size(p, sp, 2, r, z, p->gain);
    else
      memset(p->gain, 0, hud_spectral_length(sp, 2) * sizeof *p->gain);
    add_join_change(p, sp, pairing, z1, z1, p->gain);
    apply_inverse(p, sp, 2, p->gain, z2);
  }
  start_size(p, sp, 1, r, z, z1);
  if (pairing != NULL)
    add_marginal(sp, 2.0 * time_factor(p, 1) * pairing->reactant[0] * pairing->mu, z2, z1);
  if (LAPACKE_dgetrs(LAPACK_ROW_MAJOR, 'N', (int)n, 1, p->schur, (int)n, p->pivots, z1 + 2, 1) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "the preconditioner of method spectral failed");
  memcpy(z[1] + 2, z1 + 2, n * sizeof *z1);
  z[1][n + 2] = z1[n + 2] / p->diagonal; /* the uncollided share is only lost */
  if (pairing != NULL && is_dynamic(p, 2)) {
    memset(p->gain, 0, hud_spectral_length(sp, 2) * sizeof *p->gain);
    z1[0] = z1[1] = 0.0;
    add_join_change(p, sp, pairing, z1, z1, p->gain);
    memset(rest, 0, 2 * sizeof *rest);
    apply_inverse(p, sp, 2, p->gain, rest);
    for (size_t a = 2; a < hud_spectral_length(sp, 2); a++)
      z2[a] += rest[a];
  }
  return HUD_OK;
}

hud_status hud_spectral_precondition_solve(struct hud_representation *rep, const double *const *r,
                                           double *const *z, struct hud_error *error)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  struct hud_precondition *p = sp->precondition;
  hud_status status = hud_scalar_block_solve(&p->scalars, r, z, error);
  if (status == HUD_OK)
    status = solve_pairs(p, sp, r, z, error);
  for (int k = 3; k <= p->network->K && status == HUD_OK; k++) {
    if (!is_dynamic(p, k))
      continue;
    start_size(p, sp, k, r, z, p->gain);
    for (size_t n = 0; n < p->network->reaction_count; n++) {
      const struct hud_reaction *reaction = &p->network->reactions[n];
      if (reaction->i + reaction->j == k)
        add_join_change(p, sp, reaction, z[reaction->i], z[reaction->j], p->gain);
    }
    apply_inverse(p, sp, k, p->gain, z[k]);
  }
  return status;
}
