/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three-body gain of the grid, written plainly: what triple.c computes fast. */
#ifndef HUD_TESTS_GRID_REFERENCE_H
#define HUD_TESTS_GRID_REFERENCE_H

#include <stddef.h>

/* gain (n x n, assigned) = int f dv_3, f = (mu + kappa div(U_3 .))^{-1} Sym(f1 x f2), with f2 given
 * as an n x n array and `nodes` quadrature points. Every triple is deposited by itself; the
 * variance of the deposit is taken out if `compensate`. */
void grid_reference_triple(size_t n, double h, int nodes, double mu, double kappa, int compensate,
                           const double *f1, const double *f2, double *gain);

#endif
