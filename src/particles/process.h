/* SPDX-License-Identifier: GPL-3.0-or-later
 * The state of one cluster process; private to particles/. */
#ifndef HUD_PARTICLES_PROCESS_H
#define HUD_PARTICLES_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "particles/clusters.h"
#include "particles/particles.h"

enum { HUD_CANDIDATES = 32 }; /* pre-drawn; a power of two */

enum hud_channel_kind {
  HUD_CHANNEL_JOIN,    /* i and j become k = i + j */
  HUD_CHANNEL_COLLIDE, /* i and j become k, drift and part at once: k is quasi-stationary */
  HUD_CHANNEL_SPLIT    /* k becomes i and j */
};

/* One kind of event. `rate` is per ordered choice of clusters (i, j), or per cluster k. */
struct hud_channel {
  enum hud_channel_kind kind;
  int i, j, k; /* i <= j, i + j = k */
  size_t reaction;
  double rate;
  double holding; /* COLLIDE: mean of the flow parameter s */
};

/* A possible event: raw random numbers, and what they mean for the present sampler. */
struct hud_candidate {
  double wait;                /* standard exponential */
  double pick, first, second; /* uniform */
  const struct hud_channel *channel;
  size_t a, b; /* slots of the clusters i and j, or of k in a */
};

struct hud_particles {
  const struct hud_network *network;
  const struct hud_potential *potential; /* NULL is alignment */
  int dimension, K;
  int sizes; /* dynamic sizes are 1..sizes */
  int64_t count;
  uint64_t seed, stream;
  double particle_mass;
  double *speed;                  /* d_k / w_k, the drift of size k in physical time */
  struct hud_clusters *clusters;  /* indexed by k = 1..sizes */
  double mean[HUD_MAX_DIMENSION]; /* at t = 0 */
  double *work;                   /* velocities of one cluster of size K */

  /* Deterministic duration: pairs part this long after they formed (in physical time and as the
   * flow parameter); holding_time < 0 otherwise. */
  double holding_time, holding_flow;

  /* The sampler (channels.c). */
  size_t channel_count;
  struct hud_channel *channels;
  double *threshold;        /* alias table over channels */
  size_t *alias;            /* the same */
  size_t *scratch;          /* 2 channel_count, for building it */
  bool *variable;           /* by k: does the number of clusters change? */
  double *bound;            /* by k: upper bound of n_k, a whole number */
  double total;             /* rate of candidates, sum of rate * bounds */
  bool stale;               /* some n_k exceeds its bound */
  uint64_t tried, rejected; /* candidates since the bounds were set */
  struct hud_candidate ring[HUD_CANDIDATES];
  size_t head;

  double time; /* of the last event, or what advance has reached */
  double next; /* of the candidate at `head` */
  struct hud_random candidates, choices;
  struct hud_event_counts *events; /* by reaction */
};

/* ---- channels.c: which event is next ---- */

/* Lists the channels of the network and allocates the sampler. */
hud_status hud_sampler_create(struct hud_particles *particles, struct hud_error *error);
void hud_sampler_free(struct hud_particles *particles);

/* Draws the first candidates, after the initial data. */
void hud_sampler_start(struct hud_particles *particles);

/* Sets new bounds from the present numbers of clusters (or keeps the given ones) and gives the
 * pending candidates their meaning under them. */
void hud_sampler_rebuild(struct hud_particles *particles, bool keep_bounds);

/* Replaces the candidate at `head` by a fresh one and moves on. */
void hud_sampler_step(struct hud_particles *particles);

/* Sets `next`, given the time of the candidate before. */
static inline void hud_sampler_schedule(struct hud_particles *p)
{
  p->next = p->total > 0.0 ? p->time + p->ring[p->head].wait / p->total : INFINITY;
}

/* ---- clusters at the present time; inline because every event does it ---- */

/* Velocities v into the record of a cluster of size k. */
static inline void hud_particles_store(const struct hud_particles *p, int k, double *record,
                                       const double *v)
{
  if (k > 1)
    *record++ = p->time;
  for (int n = 0; n < k * p->dimension; n++)
    record[n] = v[n];
}

/* A new cluster of size k with velocities v. */
static inline hud_status hud_particles_append(struct hud_particles *p, int k, const double *v,
                                              struct hud_error *error)
{
  double *record;
  hud_status status = hud_clusters_append(&p->clusters[k], &record, error);
  if (status != HUD_OK)
    return status;
  hud_particles_store(p, k, record, v);
  if ((double)p->clusters[k].count > p->bound[k])
    p->stale = true;
  return HUD_OK;
}

/* ---- initial.c ---- */

hud_status hud_particles_fill(struct hud_particles *particles,
                              const struct hud_particles_options *options, struct hud_error *error);

/* ---- duration.c ---- */

/* Parts every pair that is due up to `until`, in order of time. */
hud_status hud_particles_part_due(struct hud_particles *particles, double until,
                                  struct hud_error *error);

#endif
