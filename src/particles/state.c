/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints of the cluster process: the numbers that decide its future, and nothing that can be
 * computed from them. The bounds of the sampler belong to the first kind: without them a resumed
 * run would be as exact, but not the same to the bit. */
#include <string.h>

#include "base/alloc.h"
#include "particles/process.h"

struct state_header {
  char magic[8];
  int64_t count;
  uint64_t seed, stream;
  int32_t dimension, K, sizes, head;
  uint64_t reactions, tried, rejected;
  double time, next, particle_mass, holding_time;
  double mean[HUD_MAX_DIMENSION];
  struct hud_random candidates, choices;
};

static const char magic[8] = "HUDPART1";

static struct state_header make_header(const struct hud_particles *p)
{
  struct state_header header;
  memset(&header, 0, sizeof header);
  memcpy(header.magic, magic, sizeof magic);
  header.count = p->count;
  header.seed = p->seed;
  header.stream = p->stream;
  header.dimension = p->dimension;
  header.K = p->K;
  header.sizes = p->sizes;
  header.head = (int32_t)p->head;
  header.reactions = p->network->reaction_count;
  header.tried = p->tried;
  header.rejected = p->rejected;
  header.time = p->time;
  header.next = p->next;
  header.particle_mass = p->particle_mass;
  header.holding_time = p->holding_time;
  memcpy(header.mean, p->mean, sizeof header.mean);
  header.candidates = p->candidates;
  header.choices = p->choices;
  return header;
}

/* The raw part of a candidate. */
enum { RAW = 4 };

static void pack_ring(const struct hud_particles *p, double raw[HUD_CANDIDATES * RAW])
{
  for (size_t n = 0; n < HUD_CANDIDATES; n++) {
    const struct hud_candidate *candidate = &p->ring[n];
    raw[n * RAW] = candidate->wait;
    raw[n * RAW + 1] = candidate->pick;
    raw[n * RAW + 2] = candidate->first;
    raw[n * RAW + 3] = candidate->second;
  }
}

hud_status hud_particles_write(const struct hud_particles *p, FILE *stream, struct hud_error *error)
{
  struct state_header header = make_header(p);
  double raw[HUD_CANDIDATES * RAW];
  pack_ring(p, raw);
  size_t sizes = (size_t)p->sizes, reactions = p->network->reaction_count;
  bool done = fwrite(&header, sizeof header, 1, stream) == 1 &&
              fwrite(raw, sizeof raw, 1, stream) == 1 &&
              fwrite(p->bound + 1, sizeof *p->bound, sizes, stream) == sizes &&
              fwrite(p->events, sizeof *p->events, reactions, stream) == reactions;
  for (int k = 1; k <= p->sizes && done; k++) {
    const struct hud_clusters *clusters = &p->clusters[k];
    uint64_t count = clusters->count;
    done = fwrite(&count, sizeof count, 1, stream) == 1 &&
           fwrite(clusters->records, clusters->stride * sizeof *clusters->records, clusters->count,
                  stream) == clusters->count;
  }
  return done ? HUD_OK
              : hud_fail(error, HUD_ERROR_OUTPUT, "the state of the particles cannot be written");
}

static hud_status damaged(struct hud_error *error, const char *what)
{
  return hud_fail(error, HUD_ERROR_INPUT, "the state of the particles is damaged: %s", what);
}

static hud_status check_header(const struct hud_particles *p, const struct state_header *header,
                               struct hud_error *error)
{
  struct state_header own = make_header(p);
  if (memcmp(header->magic, magic, sizeof magic) != 0)
    return damaged(error, "it does not begin like one");
  if (header->count != own.count || header->seed != own.seed || header->stream != own.stream ||
      header->dimension != own.dimension || header->K != own.K || header->sizes != own.sizes ||
      header->reactions != own.reactions || header->particle_mass != own.particle_mass ||
      header->holding_time != own.holding_time)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the state belongs to another process (%lld particles, seed %llu, K = %d) than "
                    "this one (%lld, %llu, %d)",
                    (long long)header->count, (unsigned long long)header->seed, (int)header->K,
                    (long long)own.count, (unsigned long long)own.seed, (int)own.K);
  if (header->head < 0 || header->head >= HUD_CANDIDATES || !(header->time >= 0.0) ||
      !(header->next >= header->time))
    return damaged(error, "its times do not fit");
  return HUD_OK;
}

static hud_status unpack_ring(struct hud_particles *p, const double raw[HUD_CANDIDATES * RAW],
                              struct hud_error *error)
{
  for (size_t n = 0; n < HUD_CANDIDATES; n++) {
    const double *from = raw + n * RAW;
    if (!(from[0] >= 0.0))
      return damaged(error, "a waiting time is negative");
    for (int q = 1; q < RAW; q++)
      if (!(from[q] >= 0.0 && from[q] < 1.0))
        return damaged(error, "a random number is outside [0, 1)");
    p->ring[n] = (struct hud_candidate){from[0], from[1], from[2], from[3], NULL, 0, 0};
  }
  return HUD_OK;
}

/* All records; the number of particles in them goes into *particles. */
static hud_status read_clusters(struct hud_particles *p, int k, FILE *stream, int64_t *particles,
                                struct hud_error *error)
{
  struct hud_clusters *clusters = &p->clusters[k];
  uint64_t count;
  if (fread(&count, sizeof count, 1, stream) != 1)
    return damaged(error, "it ends early");
  if (count > (uint64_t)p->count / (uint64_t)k)
    return damaged(error, "it has more clusters than particles");
  hud_clusters_release(clusters);
  hud_status status = hud_clusters_reserve(clusters, (size_t)count, error);
  if (status != HUD_OK)
    return status;
  size_t length = clusters->stride * (size_t)count;
  if (fread(clusters->records, sizeof *clusters->records, length, stream) != length)
    return damaged(error, "it ends early");
  for (size_t n = 0; n < length; n++)
    if (!isfinite(clusters->records[n]))
      return damaged(error, "a velocity is not finite");
  clusters->count = (size_t)count;
  *particles += (int64_t)count * k;
  return (double)count <= p->bound[k] ? HUD_OK : damaged(error, "a bound is exceeded");
}

hud_status hud_particles_read(struct hud_particles *p, FILE *stream, struct hud_error *error)
{
  struct state_header header;
  double raw[HUD_CANDIDATES * RAW];
  size_t sizes = (size_t)p->sizes, reactions = p->network->reaction_count;
  if (fread(&header, sizeof header, 1, stream) != 1)
    return damaged(error, "it ends early");
  hud_status status = check_header(p, &header, error);
  if (status != HUD_OK)
    return status;
  if (fread(raw, sizeof raw, 1, stream) != 1 ||
      fread(p->bound + 1, sizeof *p->bound, sizes, stream) != sizes ||
      fread(p->events, sizeof *p->events, reactions, stream) != reactions)
    return damaged(error, "it ends early");
  status = unpack_ring(p, raw, error);
  int64_t particles = 0;
  for (int k = 1; k <= p->sizes && status == HUD_OK; k++)
    status = read_clusters(p, k, stream, &particles, error);
  if (status == HUD_OK && particles != p->count)
    status = damaged(error, "the number of particles differs");
  if (status != HUD_OK)
    return status;
  p->head = (size_t)header.head;
  p->tried = header.tried;
  p->rejected = header.rejected;
  p->time = header.time;
  p->next = header.next;
  memcpy(p->mean, header.mean, sizeof p->mean);
  p->candidates = header.candidates;
  p->choices = header.choices;
  hud_sampler_rebuild(p, true);
  return HUD_OK;
}

double hud_particles_memory(int64_t count, int dimension)
{
  /* All particles free once, all in clusters once, and an array that is being enlarged. */
  return (double)sizeof(double) * (double)count * (3.5 * dimension + 1.5) + 65536.0;
}
