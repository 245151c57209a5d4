/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events of the cluster process: joining, splitting, and the instantaneous collisions that stand
 * for quasi-stationary sizes (the pair of (33), the triple of (14)). Velocities are advanced along
 * the exact flow only when their cluster takes part in an event. */
#include "particles/process.h"

#include <string.h>

#include "base/alloc.h"

/* ---- creation ---- */

static hud_status check_network(const struct hud_particles_options *options, int *sizes,
                                struct hud_error *error)
{
  const struct hud_network *network = options->network;
  for (size_t r = 0; r < network->reaction_count; r++)
    if (!hud_reaction_conserves(&network->reactions[r]))
      return hud_fail_at(
          error, HUD_ERROR_INPUT, "counting",
          "there is no particle process for counting as printed in (1), nor for the terms of (9): "
          "joining {%d,%d} would make particles, as what is gained is not what is lost; "
          "use model: hierarchy with counting: conserving",
          network->reactions[r].i, network->reactions[r].j);
  *sizes = 0;
  while (*sizes < network->K && !network->sizes[*sizes + 1].quasi_stationary)
    ++*sizes;
  if (*sizes < network->K - 1 || *sizes < 1)
    return hud_fail(
        error, HUD_ERROR_INPUT,
        "particles can hold only the largest clusters quasi-stationary, but those of %d "
        "are, with K = %d",
        *sizes + 1, network->K);
  size_t ways = 0;
  for (size_t r = 0; r < network->reaction_count; r++)
    if (network->reactions[r].i + network->reactions[r].j == network->K)
      ways++;
  if (*sizes < network->K && ways != 1)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "quasi-stationary clusters of %d form in %zu ways; particles can do one",
                    network->K, ways);
  return HUD_OK;
}

static hud_status check_options(const struct hud_particles_options *options, int *sizes,
                                struct hud_error *error)
{
  if (options->dimension < 0 || options->dimension > HUD_MAX_DIMENSION)
    return hud_fail_at(error, HUD_ERROR_INPUT, "particles.dimension",
                       "velocities have dimension 1 to %d, not %d", HUD_MAX_DIMENSION,
                       options->dimension);
  if (options->count < 1)
    return hud_fail_at(error, HUD_ERROR_INPUT, "particles.count",
                       "particles.count is %lld; expected at least 1", (long long)options->count);
  if (options->dimension > 1 && options->potential != NULL &&
      !hud_potential_is_odd(options->potential))
    return hud_fail_at(error, HUD_ERROR_INPUT, "potential",
                       "a force in R^%d acts along v_j - v_i, so it must be odd in r",
                       options->dimension);
  hud_status status = check_network(options, sizes, error);
  if (status != HUD_OK || options->duration != HUD_DURATION_DETERMINISTIC)
    return status;
  if (options->network->K != 2)
    return hud_fail_at(error, HUD_ERROR_INPUT, "duration",
                       "a deterministic duration is for the binary models (K = 2), not for K = %d",
                       options->network->K);
  if (!(options->duration_tau > 0.0 && isfinite(options->duration_tau)))
    return hud_fail_at(error, HUD_ERROR_INPUT, "duration.deterministic",
                       "duration.deterministic is %g; expected > 0", options->duration_tau);
  return HUD_OK;
}

hud_status hud_particles_check(const struct hud_particles_options *options, struct hud_error *error)
{
  int sizes;
  return check_options(options, &sizes, error);
}

static void set_holding(struct hud_particles *p, const struct hud_particles_options *options)
{
  p->holding_time = -1.0;
  if (options->duration != HUD_DURATION_DETERMINISTIC)
    return;
  const struct hud_size *pair = &p->network->sizes[2];
  p->holding_time = pair->weight * options->duration_tau;
  p->holding_flow = pair->drift * options->duration_tau;
}

static hud_status allocate(struct hud_particles *p, struct hud_error *error)
{
  size_t sizes = (size_t)p->sizes, K = (size_t)p->K;
  hud_status status = HUD_NEW(&p->speed, sizes + 1, "the cluster process", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->clusters, sizes + 1, "the cluster process", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->work, K * (size_t)p->dimension, "the cluster process", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->events, p->network->reaction_count, "event counters", error);
  if (status != HUD_OK)
    return status;
  for (int k = 1; k <= p->sizes; k++) {
    hud_clusters_setup(&p->clusters[k], k, p->dimension);
    p->speed[k] = p->network->sizes[k].drift / p->network->sizes[k].weight;
  }
  return HUD_OK;
}

hud_status hud_particles_create(struct hud_particles **out,
                                const struct hud_particles_options *options,
                                struct hud_error *error)
{
  struct hud_particles *p = NULL;
  int sizes = 0;
  *out = NULL;
  hud_status status = check_options(options, &sizes, error);
  if (status == HUD_OK)
    status = HUD_NEW(&p, 1, "the cluster process", error);
  if (status != HUD_OK)
    return status;
  p->network = options->network;
  if (options->potential != NULL && !hud_potential_is_alignment(options->potential))
    p->potential = options->potential;
  p->dimension = options->dimension > 0 ? options->dimension : 1;
  p->K = options->network->K;
  p->sizes = sizes;
  p->count = options->count;
  p->seed = options->seed;
  p->stream = options->stream;
  set_holding(p, options);
  hud_random_seed(&p->choices, options->seed, 2 * options->stream);
  hud_random_seed(&p->candidates, options->seed, 2 * options->stream + 1);
  status = allocate(p, error);
  if (status == HUD_OK)
    status = hud_particles_fill(p, options, error);
  if (status == HUD_OK)
    status = hud_sampler_create(p, error);
  if (status == HUD_OK) {
    hud_sampler_start(p);
    *out = p;
  } else
    hud_particles_free(p);
  return status;
}

void hud_particles_free(struct hud_particles *p)
{
  if (p == NULL)
    return;
  for (int k = 1; p->clusters != NULL && k <= p->sizes; k++)
    hud_clusters_release(&p->clusters[k]);
  hud_sampler_free(p);
  hud_free(p->clusters);
  hud_free(p->speed);
  hud_free(p->work);
  hud_free(p->events);
  hud_free(p);
}

/* ---- events ---- */

/* The velocities of the cluster at `slot`, at the present time. */
static inline hud_status load(const struct hud_particles *p, int k, size_t slot, double *v,
                              struct hud_error *error)
{
  const struct hud_clusters *clusters = &p->clusters[k];
  const double *record = hud_clusters_record(clusters, slot);
  for (int n = 0; n < k * p->dimension; n++)
    v[n] = record[clusters->lead + (size_t)n];
  if (k == 1)
    return HUD_OK;
  return hud_cluster_flow(p->potential, k, p->dimension, p->speed[k] * (p->time - record[0]), v,
                          error);
}

/* Brings a uniformly random choice of i of the k velocities to the front. */
static inline void shuffle(struct hud_particles *p, int i, int k, double *v)
{
  int d = p->dimension;
  if (k == 2)
    return; /* both orders are the same event */
  for (int n = 0; n < i; n++) {
    int other = n + (int)hud_random_below(&p->choices, (uint64_t)(k - n));
    for (int c = 0; c < d; c++) {
      double swapped = v[n * d + c];
      v[n * d + c] = v[other * d + c];
      v[other * d + c] = swapped;
    }
  }
}

static inline hud_status join(struct hud_particles *p, const struct hud_channel *channel, size_t a,
                              size_t b, struct hud_error *error)
{
  int i = channel->i, j = channel->j;
  hud_status status = load(p, i, a, p->work, error);
  if (status == HUD_OK)
    status = load(p, j, b, p->work + i * p->dimension, error);
  if (status == HUD_OK)
    status = hud_particles_append(p, channel->k, p->work, error);
  if (status != HUD_OK)
    return status;
  if (i == j && a < b) { /* the later one first: the last record may be one of the two */
    hud_clusters_remove(&p->clusters[j], b);
    hud_clusters_remove(&p->clusters[i], a);
  } else {
    hud_clusters_remove(&p->clusters[i], a);
    hud_clusters_remove(&p->clusters[j], b);
  }
  return HUD_OK;
}

static inline hud_status split(struct hud_particles *p, int i, int j, size_t a,
                               struct hud_error *error)
{
  hud_status status = load(p, i + j, a, p->work, error);
  if (status != HUD_OK)
    return status;
  shuffle(p, i, i + j, p->work);
  status = hud_particles_append(p, i, p->work, error);
  if (status == HUD_OK)
    status = hud_particles_append(p, j, p->work + i * p->dimension, error);
  if (status == HUD_OK)
    hud_clusters_remove(&p->clusters[i + j], a);
  return status;
}

/* (mu + kappa div U_k)^{-1} as an event: join, drift for an exponential time, part. */
static inline hud_status collide(struct hud_particles *p, const struct hud_channel *channel,
                                 size_t a, size_t b, struct hud_error *error)
{
  int i = channel->i, j = channel->j, k = channel->k;
  double *second = p->work + i * p->dimension;
  hud_status status = load(p, i, a, p->work, error);
  if (status == HUD_OK)
    status = load(p, j, b, second, error);
  if (status != HUD_OK)
    return status;
  double s = channel->holding;
  if (p->holding_time < 0.0)
    s *= hud_random_exponential(&p->choices);
  status = hud_cluster_flow(p->potential, k, p->dimension, s, p->work, error);
  if (status != HUD_OK)
    return status;
  shuffle(p, i, k, p->work);
  hud_particles_store(p, i, hud_clusters_record(&p->clusters[i], a), p->work);
  hud_particles_store(p, j, hud_clusters_record(&p->clusters[j], b), second);
  return HUD_OK;
}

/* Carries out the candidate at `head` unless one of its slots is empty. */
static inline hud_status execute(struct hud_particles *p, bool *happened, struct hud_error *error)
{
  const struct hud_candidate *candidate = &p->ring[p->head];
  const struct hud_channel *channel = candidate->channel;
  size_t a = candidate->a, b = candidate->b;
  if (channel->kind == HUD_CHANNEL_SPLIT) {
    *happened = a < p->clusters[channel->k].count;
    if (!*happened)
      return HUD_OK;
    p->events[channel->reaction].splits++;
    return split(p, channel->i, channel->j, a, error);
  }
  *happened = a < p->clusters[channel->i].count && b < p->clusters[channel->j].count &&
              !(channel->i == channel->j && a == b);
  if (!*happened)
    return HUD_OK;
  p->events[channel->reaction].joins++;
  if (channel->kind == HUD_CHANNEL_JOIN)
    return join(p, channel, a, b, error);
  return collide(p, channel, a, b, error);
}

/* ---- time ---- */

/* Too many candidates fail: worth the cost of new bounds. */
static inline bool is_wasteful(const struct hud_particles *p)
{
  return p->rejected > 256 + 4 * p->channel_count && 5 * p->rejected > p->tried;
}

hud_status hud_particles_advance(struct hud_particles *p, double t, struct hud_error *error)
{
  if (!(t >= p->time))
    return hud_fail(error, HUD_ERROR_USAGE, "cannot advance from t = %.17g back to t = %.17g",
                    p->time, t);
  bool deterministic = p->holding_time >= 0.0 && p->sizes == 2;
  for (;;) {
    if (deterministic) {
      hud_status status = hud_particles_part_due(p, t, error);
      if (status != HUD_OK)
        return status;
    }
    if (p->next > t)
      break;
    p->time = p->next;
    bool happened;
    hud_status status = execute(p, &happened, error);
    if (status != HUD_OK)
      return status;
    p->tried++;
    p->rejected += !happened;
    hud_sampler_step(p);
    if (p->stale || (!happened && is_wasteful(p)))
      hud_sampler_rebuild(p, false);
    hud_sampler_schedule(p);
  }
  p->time = t;
  return HUD_OK;
}

double hud_particles_time(const struct hud_particles *p)
{
  return p->time;
}

size_t hud_particles_clusters(const struct hud_particles *p, int k)
{
  return k >= 1 && k <= p->sizes ? p->clusters[k].count : 0;
}

struct hud_event_counts hud_particles_events(const struct hud_particles *p, size_t r)
{
  return p->events[r];
}
