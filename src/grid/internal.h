/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of grid/ share. Nothing outside this folder includes it. */
#ifndef HUD_GRID_INTERNAL_H
#define HUD_GRID_INTERNAL_H

#include <stdbool.h>

#include "grid/grid.h"

struct hud_grid_triple; /* triple.h: plans and scratch of the three-body gain */

/* Diagonals that a sweep has to remember: six further out, and those in between. */
enum { HUD_GRID_RING = 10 };

/* The pair drift as a stencil (pair.c): the right-hand side at (d, j) is
 *   own[d] G_d[j] + near[d] G_{d+2}[j-1] + far[d] G_{d+4}[j-2] + farther[d] G_{d+6}[j-3],
 * values outside the window being zero, and `across` is what the edge between d = 1 and d = 3 takes
 * from G_1. */
struct hud_grid_stencil {
  double *own, *near, *far, *farther;
  double across;
};

/* The linearised two-body model at one state (preconditioner.c). */
struct hud_grid_linearisation {
  bool ready, pairs;
  double *f1;
  double mass, mean, variance; /* of f1; variance not normalised */
  double own, rank_one;        /* own z_1 + rank_one mass(z_1) f1 = r_1 */
  double pair_own, pair_drift; /* (pair_own - pair_drift D) z_2 = r_2 + ... */
  double pair_join;            /* ... pair_join (f1 x z_1 + z_1 x f1) */
  double weight1, weight2;     /* mass = weight1 mass(z_1) + weight2 mass(z_2) */
};

struct hud_grid {
  struct hud_representation base;
  size_t n, pair_length;
  double min, max, h;
  double *v;
  enum hud_drift_scheme scheme;
  struct hud_grid_stencil stencil;
  struct hud_grid_linearisation linearisation;
  struct hud_grid_triple *triple;
  double *line;  /* n: a marginal */
  double *lines; /* HUD_GRID_RING n: diagonals of a sweep whose result is not kept */
  double *rows;  /* 2 n: sources of a sweep */
};

/* Index of value (d, 0) of f_2. d = n is allowed. */
static inline size_t hud_grid_offset(size_t n, size_t d)
{
  return d * n - d * (d - 1) / 2; /* d = 0: 0 * huge wraps to 0, as unsigned arithmetic may */
}

static inline const struct hud_grid *hud_grid_of(const struct hud_representation *rep)
{
  return (const struct hud_grid *)rep;
}

/* sum of x, in a fixed order with eight accumulators. */
double hud_grid_line_sum(size_t count, const double *x);

/* out += c x. */
void hud_grid_add_scaled(size_t count, double c, const double *x, double *out);

/* pair.c */
hud_status hud_grid_stencil_create(struct hud_grid_stencil *stencil, size_t n,
                                   enum hud_drift_scheme scheme, double mu11,
                                   struct hud_error *error);
void hud_grid_stencil_clear(struct hud_grid_stencil *stencil);
void hud_grid_join(struct hud_representation *rep, double c, int i, const double *fi, int j,
                   const double *fj, double *out);
void hud_grid_marginal(struct hud_representation *rep, double c, int k, const double *fk, int i,
                       double *out);
void hud_grid_drift(struct hud_representation *rep, double c, int k, const double *fk, double *out);
/* marginal += c (density summed over the second velocity) of one diagonal. */
void hud_grid_marginal_row(size_t n, size_t d, double c, const double *row, double *marginal);

/* sweep.c. The source is stored[.] (may be NULL) + join (a_{j+d} b_j + b_{j+d} a_j). */
struct hud_grid_source {
  const double *stored;
  double join;
  const double *a, *b;
};
/* Solves (own - drift D) G = source. G goes to out (which may be source->stored), or, if out is
 * NULL, only its marginal is formed; marginal += c int G dv_2 unless NULL. own > 0, drift >= 0. */
void hud_grid_sweep(const struct hud_grid *grid, double own, double drift,
                    const struct hud_grid_source *source, double *out, double c, double *marginal);
hud_status hud_grid_resolvent(struct hud_representation *rep, double mu, double kappa, int k,
                              const double *source, double *out, struct hud_error *error);

/* flow.c */
hud_status hud_grid_flow(struct hud_representation *rep, double s, int k, const double *fk,
                         double *out, struct hud_error *error);

/* joined.c */
hud_status hud_grid_joined_marginals(struct hud_representation *rep, double mu, double kappa, int i,
                                     const double *fi, int j, const double *fj, double ci,
                                     double *out_i, double cj, double *out_j,
                                     struct hud_error *error);

/* functionals.c */
double hud_grid_mass(const struct hud_representation *rep, int k, const double *fk);
void hud_grid_moments(const struct hud_representation *rep, int k, const double *fk, double center,
                      int order, double *out);
double hud_grid_spread(const struct hud_representation *rep, int k, const double *fk);
/* L1 norm. */
double hud_grid_norm(const struct hud_representation *rep, int k, const double *fk);
/* int (v_1 - center) f_k. */
double hud_grid_first_moment(const struct hud_grid *grid, int k, const double *fk, double center);

/* projection.c */
hud_status hud_grid_project(struct hud_representation *rep, const struct hud_density *density,
                            double *out, double *lost, struct hud_error *error);
hud_status hud_grid_project_atoms(struct hud_representation *rep, int k, size_t count,
                                  const double *points, double *out, double *lost,
                                  struct hud_error *error);

/* preconditioner.c */
hud_status hud_grid_precondition_setup(struct hud_representation *rep,
                                       const struct hud_network *network, double gamma,
                                       const double *const *f, struct hud_error *error);
hud_status hud_grid_precondition_solve(struct hud_representation *rep, const double *const *r,
                                       double *const *z, struct hud_error *error);

#endif
