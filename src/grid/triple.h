/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three-body gain of a quasi-stationary f_3 (triple.c), and its scratch. */
#ifndef HUD_GRID_TRIPLE_H
#define HUD_GRID_TRIPLE_H

#include <fftw3.h>

#include "grid/internal.h"

/* Nodes of the integral over u = e^{-kappa s}: 4, whose error in W1 is 1e-5 of the gain, or, with
 * the fourth-order drift, 8. */
enum { HUD_TRIPLE_NODES = 4, HUD_TRIPLE_MORE_NODES = 8 };

struct hud_grid_triple {
  size_t n;
  double h;
  bool compensate; /* take the variance of the deposits out again */
  size_t period;   /* N, even, of the Fourier transforms */
  size_t stride;   /* doubles in a row of the arrays of N rows, N/2 + 1 complex values used */
  double offset;   /* of the lattice of pair positions about the centre: 0 or 1/2 */

  double mu, kappa; /* of the nodes; mu = 0: none yet */
  size_t wanted_nodes, node_count;
  double u[HUD_TRIPLE_MORE_NODES], weight[HUD_TRIPLE_MORE_NODES]; /* weights sum to 1/mu */

  double *square;  /* n x n: f_2 in full */
  double *strip;   /* strip_rows x n: one velocity of each pair deposited along the diagonal */
  double *columns; /* n x strip_rows: its transpose */
  size_t strip_rows;
  double *line;        /* stride: a line along the diagonal and its transform */
  double *pair, *free; /* N x stride: deposits of f_2 and of f_1, and their transforms */
  double *sum, *along; /* N x stride: sums over nodes in both frequencies, and in the second */
  double *sharpen;     /* 2 N: 1 + (1 - cos)/4, repeated */
  double *gain;        /* f_2 layout: the result */
  double *wide;        /* symmetric lattice of n + 2 margin cells, before folding */
  fftw_plan row_forward, row_backward, column_forward, column_backward;
};

hud_status hud_grid_triple_create(struct hud_grid_triple **triple, size_t n, double h,
                                  enum hud_drift_scheme scheme, struct hud_error *error);
void hud_grid_triple_free(struct hud_grid_triple *triple);

/* Bytes that the scratch of n cells takes. */
double hud_grid_triple_memory(size_t n);

/* triple->gain = int f dv_3 with f = (mu + kappa div(U_3 .))^{-1} Sym(f1 x f2). */
hud_status hud_grid_triple_apply(struct hud_grid_triple *triple, double mu, double kappa,
                                 const double *f1, const double *f2, struct hud_error *error);

/* triple_deposit.c: the lattice side. */

/* Cells beyond each end of the window: three deposits reach 4, three sharpenings one each, and one
 * more lets the stencils run without tests. */
enum { HUD_TRIPLE_MARGIN = 8 };

/* The deposits of one node into triple->line, ->free and ->pair, which are cleared first. Rows are
 * the difference i - j (shifted by N/2 in ->free and in pairs of mixed_pair, whose sum of shifts is
 * a period), columns are j (shifted by the margin in ->pair); all modulo N. */
void hud_grid_triple_free_line(struct hud_grid_triple *triple, double u, const double *f1);
void hud_grid_triple_pair_stays(struct hud_grid_triple *triple, double u, const double *f2);
void hud_grid_triple_free_point(struct hud_grid_triple *triple, double u, const double *f1);
void hud_grid_triple_mixed_pair(struct hud_grid_triple *triple, double u);

/* triple->square from f_2. */
void hud_grid_triple_unfold(struct hud_grid_triple *triple, const double *f2);

/* triple->gain from the real array triple->sum: symmetrised, sharpened, folded into the window. */
void hud_grid_triple_collect(struct hud_grid_triple *triple);

#endif
