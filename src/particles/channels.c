/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The next event of the cluster process, exactly and in O(1) whatever K and the rates.
 *
 * Every size has an upper bound c_k >= n_k, a few fluctuations above the present number. Candidates
 * of channel {i,j} come at the constant rate rate * c_i * c_j and name two slots below c_i and c_j;
 * a candidate is an event if both slots are occupied (and different, for i = j). That happens with
 * probability n_i n_j / (c_i c_j) (or n_i (n_i - 1) / c_i^2), so thinning gives exactly the rates
 * of the process, and slots are uniform. Between two settings of the bounds the candidates are
 * independent of the state: the channel comes from a fixed alias table, and candidates are drawn
 * ahead into a ring so that their records are on the way from memory when their turn comes.
 *
 * Bounds are set anew when a number exceeds its bound or when too many candidates fail. That
 * decision depends on executed candidates only, so the pending raw numbers are still independent
 * and are given a new meaning under the new bounds. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "particles/process.h"

/* ---- the list of channels ---- */

static size_t list_reaction(struct hud_particles *p, size_t r, struct hud_channel *out)
{
  const struct hud_reaction *reaction = &p->network->reactions[r];
  const struct hud_size *sizes = p->network->sizes;
  int i = reaction->i, j = reaction->j, k = i + j;
  bool instantaneous = sizes[k].quasi_stationary;
  size_t count = 0;
  if (reaction->lambda > 0.0) {
    struct hud_channel join = {HUD_CHANNEL_JOIN, i, j, k, r, 0.0, 0.0};
    join.rate = p->particle_mass * reaction->product * reaction->lambda /
                (sizes[i].weight * sizes[j].weight);
    if (instantaneous) {
      join.kind = HUD_CHANNEL_COLLIDE;
      join.holding = p->holding_time >= 0.0 ? p->holding_flow
                                            : sizes[k].drift / (reaction->product * reaction->mu);
    }
    out[count++] = join;
  }
  if (reaction->mu > 0.0 && !instantaneous && p->holding_time < 0.0)
    out[count++] = (struct hud_channel){
        HUD_CHANNEL_SPLIT, i, j, k, r, reaction->product * reaction->mu / sizes[k].weight, 0.0};
  return count;
}

hud_status hud_sampler_create(struct hud_particles *p, struct hud_error *error)
{
  size_t most = 2 * p->network->reaction_count, sizes = (size_t)p->sizes;
  hud_status status = HUD_NEW(&p->channels, most, "event channels", error);
  if (status != HUD_OK)
    return status;
  for (size_t r = 0; r < p->network->reaction_count; r++)
    p->channel_count += list_reaction(p, r, p->channels + p->channel_count);
  if (status == HUD_OK)
    status = HUD_NEW(&p->threshold, p->channel_count, "the event sampler", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->alias, p->channel_count, "the event sampler", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->scratch, 2 * p->channel_count, "the event sampler", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->variable, sizes + 1, "the event sampler", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->bound, sizes + 1, "the event sampler", error);
  if (status != HUD_OK)
    return status;
  for (size_t n = 0; n < p->channel_count; n++) {
    const struct hud_channel *channel = &p->channels[n];
    if (channel->kind != HUD_CHANNEL_COLLIDE)
      p->variable[channel->i] = p->variable[channel->j] = p->variable[channel->k] = true;
  }
  return HUD_OK;
}

void hud_sampler_free(struct hud_particles *p)
{
  hud_free(p->channels);
  hud_free(p->threshold);
  hud_free(p->alias);
  hud_free(p->scratch);
  hud_free(p->variable);
  hud_free(p->bound);
}

/* ---- the alias table ---- */

static double channel_total(const struct hud_particles *p, const struct hud_channel *channel)
{
  if (channel->kind == HUD_CHANNEL_SPLIT)
    return channel->rate * p->bound[channel->k];
  return channel->rate * p->bound[channel->i] * p->bound[channel->j];
}

/* Vose's construction: channel n is taken with probability threshold[n], else alias[n]. */
static void build_alias(struct hud_particles *p)
{
  size_t count = p->channel_count, few = 0, many = count;
  size_t *small = p->scratch, *large = p->scratch + count;
  p->total = 0.0;
  for (size_t n = 0; n < count; n++)
    p->total += channel_total(p, &p->channels[n]);
  if (!(p->total > 0.0))
    return;
  for (size_t n = 0; n < count; n++) {
    p->threshold[n] = channel_total(p, &p->channels[n]) / p->total * (double)count;
    p->alias[n] = n;
    if (p->threshold[n] < 1.0)
      small[few++] = n;
    else
      large[--many] = n;
  }
  while (few > 0 && many < count) {
    size_t lower = small[--few], upper = large[many];
    p->alias[lower] = upper;
    p->threshold[upper] -= 1.0 - p->threshold[lower];
    if (p->threshold[upper] < 1.0) {
      small[few++] = upper;
      many++;
    }
  }
  while (few > 0) /* left over by round-off, or never below one */
    p->threshold[small[--few]] = 1.0;
  while (many < count)
    p->threshold[large[many++]] = 1.0;
}

/* ---- candidates ---- */

/* gcc takes a function that only prefetches for one without effect and drops calls to it, unless it
 * is inlined before that analysis. */
__attribute__((always_inline)) static inline void prefetch(const struct hud_clusters *clusters,
                                                           size_t slot)
{
  if (slot >= clusters->count)
    return;
  const double *record = hud_clusters_record(clusters, slot);
  __builtin_prefetch(record, 1);
  __builtin_prefetch(record + clusters->stride - 1, 1);
}

static inline void decode(struct hud_particles *p, struct hud_candidate *candidate)
{
  double scaled = candidate->pick * (double)p->channel_count;
  size_t n = (size_t)scaled;
  if (scaled - (double)n >= p->threshold[n])
    n = p->alias[n];
  const struct hud_channel *channel = &p->channels[n];
  candidate->channel = channel;
  if (channel->kind == HUD_CHANNEL_SPLIT) {
    candidate->a = (size_t)(candidate->first * p->bound[channel->k]);
    prefetch(&p->clusters[channel->k], candidate->a);
    return;
  }
  candidate->a = (size_t)(candidate->first * p->bound[channel->i]);
  candidate->b = (size_t)(candidate->second * p->bound[channel->j]);
  prefetch(&p->clusters[channel->i], candidate->a);
  prefetch(&p->clusters[channel->j], candidate->b);
}

static inline void draw(struct hud_random *random, struct hud_candidate *candidate)
{
  candidate->wait = hud_random_exponential(random);
  candidate->pick = hud_random_uniform(random);
  candidate->first = hud_random_uniform(random);
  candidate->second = hud_random_uniform(random);
}

void hud_sampler_step(struct hud_particles *p)
{
  struct hud_candidate *candidate = &p->ring[p->head];
  draw(&p->candidates, candidate);
  decode(p, candidate);
  p->head = (p->head + 1) % HUD_CANDIDATES;
}

void hud_sampler_rebuild(struct hud_particles *p, bool keep_bounds)
{
  if (!keep_bounds) {
    for (int k = 1; k <= p->sizes; k++) {
      double n = (double)p->clusters[k].count;
      p->bound[k] = p->variable[k] ? floor(n + n / 64.0 + 2.0 * sqrt(n) + 4.0) : n;
    }
    p->tried = p->rejected = 0;
  }
  p->stale = false;
  build_alias(p);
  if (p->total > 0.0)
    for (size_t n = 0; n < HUD_CANDIDATES; n++)
      decode(p, &p->ring[n]);
}

void hud_sampler_start(struct hud_particles *p)
{
  for (size_t n = 0; n < HUD_CANDIDATES; n++)
    draw(&p->candidates, &p->ring[n]);
  p->head = 0;
  hud_sampler_rebuild(p, false);
  hud_sampler_schedule(p);
}
