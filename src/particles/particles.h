/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The N-particle cluster process: the exact stochastic simulation whose mean field is the network
 * of network.h with conserving counting, and so (8), (37), (14) or (33) of [KMS], whichever the
 * network describes.
 *
 * N particles share the total mass M = sum_k k w_k M_k, so each has mass m = M/N and there are
 * n_k = w_k M_k / m clusters of size k. With the rates
 *
 *   {i,j} -> i+j   m p_r lambda_r / (w_i w_j) for every *ordered* choice of two different clusters
 *                  (i != j: n_i n_j choices; i = j: n_i (n_i - 1), twice the unordered pairs)
 *   i+j -> {i,j}   p_r mu_r / w_{i+j} for every cluster, a uniformly random choice of who goes
 * where drift          (d_k / w_k) U_k within every cluster of size k
 *
 * the empirical densities obey the network equation as N -> infinity. A quasi-stationary size is an
 * instantaneous collision: the clusters that would join are merged, moved along the flow of d_k U_k
 * for the holding time Exp(p_r mu_r), and parted at once.
 *
 * Errors. Fluctuations are O(N^{-1/2}); expectations differ from the mean field by O(1/N), because
 * E[n_i n_j] != E[n_i] E[n_j]. Choosing n(n-1), that is, no cluster that joins itself, is both the
 * physical process and the one whose factorial moments close for Poissonian counts. Averages over R
 * replicas therefore show the bias only once R is comparable to N. Total mass is exact (particles
 * are neither made nor lost), total momentum is conserved to round-off if the force is odd.
 *
 * Limits. Counting as printed in (1) makes and loses mass and has no particle process; the scalar
 * models (47), (48) are signed and have none either. Both are refused. */
#ifndef HUD_PARTICLES_PARTICLES_H
#define HUD_PARTICLES_PARTICLES_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "config/description.h"
#include "network/network.h"
#include "network/potential.h"

/* Everything that is pointed to must outlive the process, except `initial` and `further`. */
struct hud_particles_options {
  const struct hud_network *network;
  const struct hud_potential *potential; /* NULL is alignment */

  /* Velocities are in R^d (Remark 2.1), d = 1..3; 0 counts as 1. Densities are sampled component by
   * component: the first from the given density, the others from `further` (which may be NULL: then
   * from the same). Rows of atoms are (weight, v_1, .., v_k), each v_i with d components. */
  int dimension;
  const struct hud_initial_spec *initial;
  const struct hud_density_spec *further; /* dimension - 1 densities; their masses are not used */

  /* Deterministic: every pair lives for w_2 duration_tau (epsilon tau) and then parts
   * (Kanzler, Schmeiser, Tora). Networks with K = 2 only; mu_11 is not used. */
  enum hud_duration duration;
  double duration_tau;

  int64_t count;   /* N */
  uint64_t seed;   /* of all replicas */
  uint64_t stream; /* number of this replica */
};

struct hud_particles;

/* Whether there is such a process, without making it. error->where is the key of the model file at
 * fault. HUD_ERROR_INPUT: no such process (above), a dimension or a number that is out of range. */
hud_status hud_particles_check(const struct hud_particles_options *options,
                               struct hud_error *error);

/* The process at t = 0. Velocities are independent samples of the initial densities (so f_1 at
 * t = 0 carries the noise N^{-1/2} of its moments; weights of atoms are met in the mean); numbers
 * of clusters are rounded up or down at random so that their expectation is exact and that exactly
 * N particles result. Quasi-stationary clusters are sampled exactly, by simulating how they joined.
 * Deterministic duration: quasi-stationary pairs have uniform ages, any others are formed at t = 0.
 * HUD_ERROR_INPUT: as for check, mass not positive, too few particles for the data. */
hud_status hud_particles_create(struct hud_particles **particles,
                                const struct hud_particles_options *options,
                                struct hud_error *error);
void hud_particles_free(struct hud_particles *particles);

/* Runs all events up to and including time t. The path does not depend on the times at which one
 * stops on the way. HUD_ERROR_USAGE if t is in the past. */
hud_status hud_particles_advance(struct hud_particles *particles, double t,
                                 struct hud_error *error);

double hud_particles_time(const struct hud_particles *particles);

/* Clusters of size k at present. */
size_t hud_particles_clusters(const struct hud_particles *particles, int k);

/* Events so far of reaction r of the network: joins (or, for a quasi-stationary product, whole
 * collisions) and splits. Candidates of the sampler that were rejected count as neither. */
struct hud_event_counts {
  uint64_t joins, splits;
};
struct hud_event_counts hud_particles_events(const struct hud_particles *particles, size_t r);

/* ---- measurement ---- */

/* What a measurement holds, as offsets into an array of `length` doubles. D is the dimension,
 * sizes the number of dynamic sizes 1..sizes. Moments of second order sum over components and are
 * about the mean at t = 0. */
struct hud_particles_layout {
  int dimension, sizes, order;
  size_t mass;          /* sum k w_k M_k */
  size_t mean;          /* D: momentum / mass */
  size_t variance;      /* V = sum k w_k V_k */
  size_t M_k, I_k, V_k; /* at k-1: M_k; at (k-1) D + c: I_k; at k-1: V_k */
  size_t W, T;          /* NaN without dynamic pairs */
  size_t f1;            /* at c (order+1) + p: int v_c^p f_1, p = 0..order */
  size_t length;
};
struct hud_particles_layout hud_particles_layout(const struct hud_particles *particles, int order);

/* All of the above at the present time; out has layout.length doubles. Does not disturb the
 * process. */
hud_status hud_particles_measure(const struct hud_particles *particles, int order, double *out,
                                 struct hud_error *error);

/* Cell means of f_1 (first component) on `cells` equal cells of [min, max]; *lost is the mass
 * outside. */
void hud_particles_histogram(const struct hud_particles *particles, double min, double max,
                             int cells, double *out, double *lost);

/* The same of f_2, symmetric: out[a * cells + b]. HUD_ERROR_USAGE without dynamic pairs. */
hud_status hud_particles_histogram_pairs(const struct hud_particles *particles, double min,
                                         double max, int cells, double *out, double *lost,
                                         struct hud_error *error);

/* ---- checkpoint ---- */

/* The whole state in the machine's own binary form. Read it into a process created from the same
 * options: it then continues to the same bits. HUD_ERROR_OUTPUT; HUD_ERROR_INPUT if the state is
 * damaged or belongs to another process (which leaves `particles` fit only to be freed). */
hud_status hud_particles_write(const struct hud_particles *particles, FILE *stream,
                               struct hud_error *error);
hud_status hud_particles_read(struct hud_particles *particles, FILE *stream,
                              struct hud_error *error);

/* Rough upper estimate of the bytes that one process of `count` particles takes. */
double hud_particles_memory(int64_t count, int dimension);

#endif
