/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network of clusters is data. For sizes k = 1..K and reactions r = {i,j} <-> i+j,
 *
 *   w_k d/dt f_k + d_k div(U_k f_k) = sum_{r: i+j=k} p_r [ lambda_r Sym(f_i x f_j) - mu_r f_k ]
 *                                   - sum_{r: k in {i,j}} q_r [ lambda_r M_partner f_k - mu_r
 * marginal_k f_{i+j} ]
 *
 * where a reaction {k,k} counts twice in the second sum. All densities are the rescaled f_k^epsilon
 * of (7), and every model of [KMS] is a choice of the numbers (MATHEMATICS, sections 1 and 2):
 *
 *   hierarchy (8):        w_k = eps^{k-1}, d_k = eps^{k-2}, p_r = q_r = eps^{i+j-2}
 *   relaxed triple (37):  K = 3, w_3 = delta eps, d_3 = kappa eps, reactions {1,1} and {1,2} only
 *   first order (14):     the same with w_3 = 0 (quasi-stationary), d_3 = kappa eps
 *   instantaneous (33):   K = 2, w_2 = 0 (quasi-stationary)
 *
 * With p_r = q_r the totals sum_k k w_k M_k and sum_k k w_k I_k are conserved. Counting as printed
 * in (1) has p_r = 2 q_r for i != j and does not conserve. */
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
  double product;  /* p_r */
  double reactant; /* q_r */
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

/* The reaction {i,j} in either order, or NULL. */
const struct hud_reaction *hud_network_reaction(const struct hud_network *network, int i, int j);

/* lambda or mu of a law at (i,j). `name` is the law's key path ("rates.lambda"), which becomes the
 * place of an error. HUD_ERROR_INPUT: a table has neither entry nor default, an expression is not
 * symmetric, a value is negative or not finite. */
hud_status hud_rate_evaluate(const struct hud_rate_law *law, const char *name, int i, int j,
                             double *value, struct hud_error *error);

/* Total rate sum p_r mu_r at which size k splits, and whether any reaction makes it. */
double hud_network_split_rate(const struct hud_network *network, int k);

#endif
