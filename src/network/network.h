/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network of clusters is data. For sizes k = 1..K and reactions r = {i,j} <-> i+j,
 *
 *   w_k d/dt f_k + d_k div(U_k f_k)
 *     = sum_{r: i+j=k} p_r [ lambda_r Sym(f_i x f_j) - mu_r f_k ]
 *     - sum_{r: k in {i,j}} q_{r,k} [ lambda_r M_partner f_k - mu_r marginal_k f_{i+j} ]
 *
 * where a reaction {k,k} counts twice in the second sum. All densities are the rescaled f_k^epsilon
 * of (7), and every model of [KMS] is a choice of the numbers (MATHEMATICS, sections 1 and 2):
 *
 *   hierarchy (8):        w_k = eps^{k-1}, d_k = eps^{k-2}, p_r = q_{r,i} = q_{r,j} = eps^{i+j-2}
 *   first order (9):      the same, but of the second sum, which has the power eps^j beside the
 *                         terms without eps of its equation (eps^{j-1} for k = 1), only what is of
 *                         first order: q_{r,k} = 0 but for partners j = 1, and j = 2 if k = 1
 *   relaxed triple (37):  K = 3, w_3 = delta eps, d_3 = kappa eps, reactions {1,1} and {1,2} only
 *   first order (14):     the same with w_3 = 0 (quasi-stationary), d_3 = kappa eps
 *   instantaneous (33):   K = 2, w_2 = 0 (quasi-stationary)
 *
 * With p_r = q_{r,i} = q_{r,j} the totals sum_k k w_k M_k and sum_k k w_k I_k are conserved.
 * Otherwise the mass grows at the rate
 *   sum_r ((i+j) p_r - i q_{r,i} - j q_{r,j}) (lambda_r M_i M_j - mu_r M_{i+j}):
 * under counting as printed in (1), where p_r is twice q_r for i != j, and in (9) with K >= 4. */
#ifndef HUD_NETWORK_NETWORK_H
#define HUD_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/description.h"

struct hud_size {
  double weight; /* w_k; 0 for a quasi-stationary size */
  double drift;  /* d_k; 0 for k = 1 */
  bool quasi_stationary;
};

struct hud_reaction {
  int i, j; /* i <= j */
  double lambda, mu;
  double product;     /* p_r */
  double reactant[2]; /* q_{r,i} and q_{r,j}; equal if i = j */
};

struct hud_network {
  int K;
  struct hud_size *sizes; /* indexed by k = 1..K; entry 0 unused */
  size_t reaction_count;
  struct hud_reaction *reactions; /* ordered by product size, then i */
};

/* The network of a described model. The scalar models (47), (48) get that of the first-order model:
 * their operators A, B, C are made of its reactions. Errors: HUD_ERROR_INPUT for a rate that is
 * needed and not given, negative or not finite, for a weight that is zero or underflows, and for a
 * quasi-stationary size that never splits. */
hud_status hud_network_create(struct hud_network **network,
                              const struct hud_description *description, struct hud_error *error);
void hud_network_free(struct hud_network *network);

/* p_r = q_{r,i} = q_{r,j}: what one equation loses another gains. */
bool hud_reaction_conserves(const struct hud_reaction *reaction);

/* q_{r,k} of a size k in a reaction {i,j}, counted twice for {k,k}, and its partner; 0 if k is
 * neither. */
double hud_reaction_reactant(const struct hud_reaction *reaction, int k, int *partner);

/* The reaction {i,j} in either order, or NULL. */
const struct hud_reaction *hud_network_reaction(const struct hud_network *network, int i, int j);

/* lambda or mu of a law at (i,j). `name` is the law's key path ("rates.lambda"), which becomes the
 * place of an error. HUD_ERROR_INPUT: a table has neither entry nor default, an expression is not
 * symmetric, a value is negative or not finite. */
hud_status hud_rate_evaluate(const struct hud_rate_law *law, const char *name, int i, int j,
                             double *value, struct hud_error *error);

/* Total rate sum p_r mu_r at which size k splits, and whether any reaction makes it. */
double hud_network_split_rate(const struct hud_network *network, int k);

/* masses[k], 1 <= k <= K: about what M_k tends to for M_1 = mass, joining against splitting and
 * drift. */
void hud_network_typical_masses(const struct hud_network *network, double mass, double *masses);

#endif
