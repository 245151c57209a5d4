/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of this folder share: the inside of the representation `spectral`. */
#ifndef HUD_SPECTRAL_BOX_H
#define HUD_SPECTRAL_BOX_H

#include "spectral/simplex.h"
#include "spectral/spectral.h"

/* Limits: nodes of a panel (and panels), nodes on the simplex of pairs, order of moments. */
enum { HUD_SPECTRAL_MOST_NODES = 256, HUD_SPECTRAL_MOST_MOMENTS = 24 };

/* One way to hand the frequencies of a node of size i + j to f_i and f_j. */
struct hud_join_term {
  size_t node;
  double share; /* of the average over assignments */
  double sigma; /* the share of s that goes to f_i */
  size_t dilation[2];
};

struct hud_join {
  int i, j;
  size_t count;
  struct hud_join_term *terms;
  double *rows[2]; /* count x (nodes of size i, j): interpolation in alpha; NULL for size 1 */
};

/* The inverse of mu + kappa E as last asked for. */
struct hud_resolvent_cache {
  double mu, kappa;
  double *matrix;
};

struct hud_precondition;
struct hud_readout;

struct hud_spectral {
  struct hud_representation base;
  struct hud_spectral_options options;
  struct hud_radial *radial;
  struct hud_simplex *simplex[HUD_SPECTRAL_MAX_CLUSTERS + 1];
  double *vertex[HUD_SPECTRAL_MAX_CLUSTERS + 1]; /* interpolation at alpha = (1, 0, ..) */
  double *middle[HUD_SPECTRAL_MAX_CLUSTERS + 1]; /* and at (1/2, 1/2, 0, ..), k >= 2 */
  double *marginal[HUD_SPECTRAL_MAX_CLUSTERS + 1][HUD_SPECTRAL_MAX_CLUSTERS + 1];
  size_t join_count;
  struct hud_join *joins;
  size_t dilation_count;
  struct hud_dilation *dilations;
  struct hud_resolvent_cache resolvent[HUD_SPECTRAL_MAX_CLUSTERS + 1];
  struct hud_precondition *precondition;
  struct hud_readout *readout; /* NULL: no velocities were asked for */
  /* scratch */
  double *contracted[4]; /* re and im of f_i and f_j at the terms of a join */
  double *dilated[4];    /* one row of columns each */
  double *whole;         /* one f_k of the largest length */
};

/* The parts of an f_k. */
struct hud_deviation {
  double mass, momentum;
  const double *part[2]; /* real, imaginary: [node][column] */
};

static inline struct hud_spectral *hud_spectral_of(struct hud_representation *rep)
{
  return (struct hud_spectral *)rep;
}

static inline const struct hud_spectral *hud_spectral_const(const struct hud_representation *rep)
{
  return (const struct hud_spectral *)rep;
}

static inline size_t hud_spectral_part_length(const struct hud_spectral *sp, int k)
{
  return sp->simplex[k]->count * sp->radial->count;
}

static inline size_t hud_spectral_length(const struct hud_spectral *sp, int k)
{
  return 2 + 2 * hud_spectral_part_length(sp, k) + (k == 1 ? 1 : 0);
}

static inline struct hud_deviation hud_deviation_of(const struct hud_spectral *sp, int k,
                                                    const double *fk)
{
  return (struct hud_deviation){fk[0], fk[1], {fk + 2, fk + 2 + hud_spectral_part_length(sp, k)}};
}

/* join.c */
hud_status hud_join_create_all(struct hud_spectral *sp, struct hud_error *error);
void hud_join_free_all(struct hud_spectral *sp);
void hud_spectral_join(struct hud_representation *rep, double c, int i, const double *fi, int j,
                       const double *fj, double *out);

/* operators.c */
void hud_spectral_marginal(struct hud_representation *rep, double c, int k, const double *fk, int i,
                           double *out);
void hud_spectral_drift(struct hud_representation *rep, double c, int k, const double *fk,
                        double *out);
hud_status hud_spectral_resolvent(struct hud_representation *rep, double mu, double kappa, int k,
                                  const double *source, double *out, struct hud_error *error);
hud_status hud_spectral_flow(struct hud_representation *rep, double s, int k, const double *fk,
                             double *out, struct hud_error *error);
/* out = c matrix u + beta out on every column of one part; matrix is rows x nodes of size k. */
void hud_spectral_apply(const struct hud_spectral *sp, double c, const double *matrix, size_t rows,
                        size_t nodes, const double *u, double beta, double *out);

/* functionals.c */
double hud_spectral_mass(const struct hud_representation *rep, int k, const double *fk);
void hud_spectral_moments(const struct hud_representation *rep, int k, const double *fk,
                          double center, int order, double *out);
int hud_spectral_max_moment(const struct hud_representation *rep);
double hud_spectral_spread(const struct hud_representation *rep, int k, const double *fk);
void hud_spectral_scale(const struct hud_representation *rep, int k, const double *fk, double least,
                        const double *f1, double *scale);
void hud_spectral_describe(const struct hud_representation *rep, int k, size_t index, char *text,
                           size_t size);

/* The estimates of hud_spectral_tail for s and alpha by themselves. */
void hud_spectral_tails(const struct hud_spectral *sp, int k, const double *fk, double *radial,
                        double *angular);

/* readout.c */
size_t hud_spectral_nodes(const struct hud_representation *rep, const double **v);
void hud_spectral_values(const struct hud_representation *rep, int k, const double *fk,
                         double *out);
void hud_spectral_extras(struct hud_representation *rep, const struct hud_network *network,
                         const double *const *f, double *out);
void hud_readout_free(struct hud_readout *readout);

/* fhat_1 about the origin of the representation at s >= 0 in the box. */
double complex hud_spectral_centred(const struct hud_spectral *sp, const double *f1, double s);

/* project.c */
hud_status hud_spectral_project(struct hud_representation *rep, const struct hud_density *density,
                                double *out, double *lost, struct hud_error *error);
hud_status hud_spectral_project_atoms(struct hud_representation *rep, int k, size_t count,
                                      const double *points, double *out, double *lost,
                                      struct hud_error *error);

/* precondition.c */
hud_status hud_spectral_precondition_setup(struct hud_representation *rep,
                                           const struct hud_network *network, double gamma,
                                           const double *const *f, struct hud_error *error);
hud_status hud_spectral_precondition_solve(struct hud_representation *rep, const double *const *r,
                                           double *const *z, struct hud_error *error);
void hud_precondition_free(struct hud_precondition *precondition);

#endif
