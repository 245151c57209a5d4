/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y' = F(t, y) for a network of clusters (network.h) over any representation (representation.h),
 * written once: hierarchy, relaxed triple, first-order model and instantaneous limit differ only in
 * the numbers of the network. The state holds, for each batch cell (1 for homogeneous models), the
 * dynamic sizes in increasing order. Quasi-stationary sizes are eliminated: through the fused
 * operation of the representation where it has one and nothing else needs them, and otherwise by
 * forming (d_k div U_k + sum p mu)^{-1} sum p lambda Sym(f_i x f_j). */
#ifndef HUD_MODELS_ASSEMBLER_H
#define HUD_MODELS_ASSEMBLER_H

#include <stdbool.h>

#include "models/system.h"
#include "network/representation.h"

struct hud_assembler;

/* Neither network nor representation is owned; both must outlive the assembler. HUD_ERROR_INPUT if
 * the representation cannot hold a size that the network needs. */
hud_status hud_assembler_create(struct hud_assembler **assembler, const struct hud_network *network,
                                struct hud_representation *rep, size_t batch,
                                struct hud_error *error);
void hud_assembler_free(struct hud_assembler *assembler);

/* The initial value problem, valid as long as the assembler. */
const struct hud_system *hud_assembler_system(const struct hud_assembler *assembler);

/* f_k of batch cell b inside a state y (const or not); NULL for a quasi-stationary size. */
double *hud_assembler_block(const struct hud_assembler *assembler, double *y, size_t cell, int k);
const double *hud_assembler_block_const(const struct hud_assembler *assembler, const double *y,
                                        size_t cell, int k);

/* out = the quasi-stationary f_k of the sizes below k in f (indexed by size), whatever size k is in
 * the network: (d_k div U_k + sum p mu)^{-1} sum p lambda Sym(f_i x f_j). For initial data, (46)
 * and read-out. HUD_ERROR_INPUT if size k never splits. */
hud_status hud_assembler_quasi_stationary(const struct hud_assembler *assembler, int k,
                                          const double *const *f, double *out,
                                          struct hud_error *error);

#endif
