/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of grid/ share. Nothing outside this folder includes it. */
#ifndef HUD_GRID_INTERNAL_H
#define HUD_GRID_INTERNAL_H

#include <stdbool.h>

#include "grid/grid.h"

struct hud_grid_clusters;        /* clusters.h: clusters of three and more */
struct hud_grid_characteristics; /* characteristics.h: maps for the flows */
struct hud_grid_triple;          /* triple.h: plans and scratch of the three-body gain */

/* Diagonals that a sweep has to remember: six further out, and those in between. */
enum { HUD_GRID_RING = 10 };

/* Neighbours that the pair drift reads on an antidiagonal: m = -REACH..REACH, index m + REACH. */
enum { HUD_GRID_REACH = 3, HUD_GRID_STENCIL = 2 * HUD_GRID_REACH + 1 };

/* The pair drift (stencil.c): the right-hand side at difference d is the sum over m of
 *   weight[m + REACH][d] G_{d + 2m},   G_{-d} = G_d, values outside the window being zero,
 * and with border[.] in place of weight[.] where d + 2 is outside the window. attracting: no force
 * below zero within the window, so that weights with m < 0 vanish and border does as weight, but
 * for biased: then d - 2 is read too, by an edge that the end of an antidiagonal does not have. */
struct hud_grid_stencil {
  double *weight[HUD_GRID_STENCIL], *border[HUD_GRID_STENCIL];
  bool attracting, biased;
  double innermost; /* what the edge between d = 1 and 3 may take from G_1 (hud_grid_across) */
};

/* Clusters of three and more in the linearised model: (own - drift D_k) z_k = r_k + gains. */
struct hud_grid_linear_size {
  bool dynamic;
  double own, drift, weight; /* weight: mass = sum weight mass(z_k) */
  double *f;                 /* f_k, k >= 2, where a larger size is made of it */
};

/* The linearised model at one state (preconditioner.c). */
struct hud_grid_linearisation {
  bool ready, pairs;
  double *f1;
  double mass, mean, variance; /* of f1; variance not normalised */
  double own, rank_one;        /* own z_1 + rank_one mass(z_1) f1 = r_1 */
  double pair_own, pair_drift; /* (pair_own - pair_drift D) z_2 = r_2 + ... */
  double pair_join;            /* ... pair_join (f1 x z_1 + z_1 x f1) */
  double weight1, weight2;     /* mass = weight1 mass(z_1) + weight2 mass(z_2) */
  const struct hud_network *network;
  double gamma;
  struct hud_grid_linear_size larger[HUD_GRID_MAX_CLUSTERS + 1];
};

struct hud_grid {
  struct hud_representation base;
  size_t n, pair_length;
  double min, max, h;
  double *v;
  double *slope; /* n: F'(d h) */
  enum hud_drift_scheme scheme;
  struct hud_grid_stencil stencil;
  double across; /* what the edge between d = 1 and d = 3 takes from G_1 in pairs */
  bool alignment;
  const struct hud_potential *potential; /* not owned */
  struct hud_grid_characteristics *characteristics;
  struct hud_grid_linearisation linearisation;
  struct hud_grid_triple *triple;
  struct hud_grid_clusters *clusters; /* NULL: only free particles and pairs */
  double *band; /* (3 REACH + 1)(n + 1)/2 and pivots, if the force repels (antidiagonal.c) */
  int *pivots;
  double *line;  /* n: a marginal */
  double *lines; /* HUD_GRID_RING n: diagonals of a sweep whose result is not kept */
  double *rows;  /* 2 n: sources of a sweep */
  double *elimination, *eliminated; /* 6 n and pair_length, for a biased stencil (sweep.c) */
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

/* lines.c */
/* sum of x, in a fixed order with eight accumulators. */
double hud_grid_line_sum(size_t count, const double *x);

/* out += c x. */
void hud_grid_add_scaled(size_t count, double c, const double *x, double *out);
/* marginal += c (density summed over the second velocity) of one diagonal. */
void hud_grid_marginal_row(size_t n, size_t d, double c, const double *row, double *marginal);

/* stencil.c. Clear even if create failed. */
hud_status hud_grid_stencil_create(struct hud_grid_stencil *stencil, size_t n, double h,
                                   enum hud_drift_scheme scheme,
                                   const struct hud_potential *potential, struct hud_error *error);
void hud_grid_stencil_clear(struct hud_grid_stencil *stencil);
/* The innermost term for clusters that split at split_rate relative to their drift. */
double hud_grid_across(const struct hud_grid_stencil *stencil, double split_rate);

/* pair.c */
void hud_grid_join(struct hud_representation *rep, double c, int i, const double *fi, int j,
                   const double *fj, double *out);
void hud_grid_marginal(struct hud_representation *rep, double c, int k, const double *fk, int i,
                       double *out);
void hud_grid_drift(struct hud_representation *rep, double c, int k, const double *fk, double *out);

/* antidiagonal.c: the same for forces that repel somewhere. A singular matrix gives NaN. */
void hud_grid_antidiagonal_drift(const struct hud_grid *grid, double c, const double *f2,
                                 double *out);
struct hud_grid_source;
void hud_grid_antidiagonal_solve(const struct hud_grid *grid, double own, double drift,
                                 const struct hud_grid_source *source, double *out, double c,
                                 double *marginal);

/* clusters.c, cluster_drift.c: the operations for k >= 3. */
void hud_grid_clusters_free(struct hud_grid_clusters *clusters);
double hud_grid_cluster_memory(size_t n, const struct hud_network *network, bool alignment);
void hud_grid_cluster_join(struct hud_grid_clusters *clusters, double factor, int i,
                           const double *fi, int j, const double *fj, double *out);
void hud_grid_cluster_marginal(struct hud_grid_clusters *clusters, double factor, int k,
                               const double *fk, int i, double *out);
/* int f_k dv_3 .. dv_k, in scratch of the clusters. */
const double *hud_grid_cluster_to_pairs(struct hud_grid_clusters *clusters, int k,
                                        const double *fk);
void hud_grid_cluster_drift(struct hud_grid_clusters *clusters, double factor, int k,
                            const double *fk, double *out);
/* L1 norm. */
double hud_grid_cluster_norm(const struct hud_grid_clusters *clusters, int k, const double *fk);
/* The cells t[0] >= .. >= t[k-1] of value `index`. */
void hud_grid_cluster_place(const struct hud_grid_clusters *clusters, int k, size_t index,
                            size_t *t);
/* Adds the symmetrised point at cells t (which become sorted): f_k += value there, summed over all
 * orders. */
void hud_grid_cluster_add_point(const struct hud_grid_clusters *clusters, int k, double value,
                                size_t *t, double *out);

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

/* cluster_flow.c: the push-forward of f_k, k >= 3 (assigns). */
hud_status hud_grid_cluster_flow(const struct hud_grid *grid, double s, int k, const double *fk,
                                 double *out, struct hud_error *error);

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

/* regrid.c: window, cell width and centres; and the optional operations of the contract. */
void hud_grid_place(struct hud_grid *grid, double min, double max);
void hud_grid_window(const struct hud_representation *rep, double window[2]);
void hud_grid_set_window(struct hud_representation *rep, const double window[2]);
hud_status hud_grid_adapt(struct hud_representation *rep, const struct hud_network *network,
                          double center, double *const *f, int *changed, struct hud_error *error);

/* preconditioner.c */
hud_status hud_grid_precondition_setup(struct hud_representation *rep,
                                       const struct hud_network *network, double gamma,
                                       const double *const *f, struct hud_error *error);
hud_status hud_grid_precondition_solve(struct hud_representation *rep, const double *const *r,
                                       double *const *z, struct hud_error *error);

#endif
