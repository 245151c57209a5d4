/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Saved systems of hard spheres: a line that names the format, then the sums of the insertions,
 * then for each replica the numbers of the state and of the counters as they stand in memory, and
 * at the end a checksum (FNV-1a). States are saved between horizons, where positions and velocities
 * are all there is. */
#include <math.h>
#include <string.h>

#include "spheres/system.h"

static const char format[] = "huddle hard spheres 2\n";

struct stored {
  FILE *stream;
  uint64_t checksum;
  bool failed;
};

/* What must agree with the system that reads. */
struct header {
  int64_t replicas, count, dimension, orders, whole_space;
  double radius[HUD_SPHERES_MAX_GROUP + 1];
};

static void mix(struct stored *stored, const void *data, size_t size)
{
  const unsigned char *byte = data;
  for (size_t i = 0; i < size; i++)
    stored->checksum = (stored->checksum ^ byte[i]) * UINT64_C(0x100000001b3);
}

static void put(struct stored *stored, const void *data, size_t size)
{
  mix(stored, data, size);
  stored->failed = stored->failed || fwrite(data, 1, size, stored->stream) != size;
}

static void get(struct stored *stored, void *data, size_t size)
{
  stored->failed = stored->failed || fread(data, 1, size, stored->stream) != size;
  if (!stored->failed)
    mix(stored, data, size);
}

static struct stored begin(FILE *stream)
{
  return (struct stored){.stream = stream, .checksum = UINT64_C(0xcbf29ce484222325)};
}

static struct header header_of(const struct hud_system *system)
{
  const struct hud_spheres *s = system->replica[0].spheres;
  struct header header;
  memset(&header, 0, sizeof header);
  header.replicas = system->replica_count;
  header.count = s->count;
  header.dimension = s->zones.dimension;
  header.orders = s->zones.orders;
  header.whole_space = s->whole_space;
  memcpy(header.radius, s->zones.radius, sizeof header.radius);
  return header;
}

hud_status hud_system_write(const struct hud_system *system, FILE *stream, struct hud_error *error)
{
  struct stored stored = begin(stream);
  struct header header = header_of(system);
  put(&stored, format, sizeof format);
  put(&stored, &header, sizeof header);
  put(&stored, system->all_contact, sizeof system->all_contact);
  put(&stored, &system->contact_time, sizeof system->contact_time);
  for (int r = 0; r < system->replica_count; r++) {
    const struct hud_replica *replica = &system->replica[r];
    const struct hud_spheres *s = replica->spheres;
    put(&stored, &s->side, sizeof s->side);
    put(&stored, &s->time, sizeof s->time);
    put(&stored, s->drift, sizeof s->drift);
    put(&stored, s->shift, sizeof s->shift);
    put(&stored, &replica->least_gap, sizeof replica->least_gap);
    put(&stored, hud_flow_counters(replica->flow), sizeof(struct hud_flow_counters));
    put(&stored, s->particles, (size_t)s->count * sizeof *s->particles);
  }
  uint64_t checksum = stored.checksum;
  put(&stored, &checksum, sizeof checksum);
  if (stored.failed)
    return hud_fail(error, HUD_ERROR_OUTPUT, "the state of the hard spheres could not be written");
  return HUD_OK;
}

/* Whether every number read can be one of a state. */
static bool sound(const struct hud_spheres *s)
{
  bool good = isfinite(s->time) && s->side > 0.0 && isfinite(s->side);
  for (int a = 0; a < 3; a++)
    good = good && isfinite(s->drift[a]) && isfinite(s->shift[a]);
  for (int64_t i = 0; i < s->count && good; i++) {
    good = s->particles[i].label < (uint64_t)s->count;
    for (int a = 0; a < 3; a++)
      good = good && isfinite(s->particles[i].velocity[a]);
  }
  return good;
}

hud_status hud_system_read(struct hud_system *system, FILE *stream, struct hud_error *error)
{
  struct stored stored = begin(stream);
  char name[sizeof format];
  struct header header, expected = header_of(system);
  get(&stored, name, sizeof name);
  if (stored.failed || memcmp(name, format, sizeof name) != 0)
    return hud_fail(error, HUD_ERROR_INPUT, "this is no saved state of hard spheres");
  get(&stored, &header, sizeof header);
  if (!stored.failed && memcmp(&header, &expected, sizeof header) != 0)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the saved state is of another system: %lld replicas of %lld particles, d = "
                    "%lld, M = %lld, epsilon_2 = %.17g; the model has %lld of %lld, d = %lld, M = "
                    "%lld, epsilon_2 = %.17g",
                    (long long)header.replicas, (long long)header.count,
                    (long long)header.dimension, (long long)header.orders, header.radius[2],
                    (long long)expected.replicas, (long long)expected.count,
                    (long long)expected.dimension, (long long)expected.orders, expected.radius[2]);
  bool good = true;
  get(&stored, system->all_contact, sizeof system->all_contact);
  get(&stored, &system->contact_time, sizeof system->contact_time);
  for (int r = 0; r < system->replica_count && !stored.failed; r++) {
    struct hud_replica *replica = &system->replica[r];
    struct hud_spheres *s = replica->spheres;
    struct hud_flow_counters counters = {.least_gap = INFINITY};
    get(&stored, &s->side, sizeof s->side);
    get(&stored, &s->time, sizeof s->time);
    get(&stored, s->drift, sizeof s->drift);
    get(&stored, s->shift, sizeof s->shift);
    get(&stored, &replica->least_gap, sizeof replica->least_gap);
    get(&stored, &counters, sizeof counters);
    get(&stored, s->particles, (size_t)s->count * sizeof *s->particles);
    hud_flow_set_counters(replica->flow, &counters);
    good = good && sound(s);
  }
  uint64_t checksum = stored.checksum, found = 0;
  get(&stored, &found, sizeof found);
  if (stored.failed || found != checksum || !good)
    return hud_fail(error, HUD_ERROR_INPUT, "the saved state of the hard spheres is damaged: %s",
                    stored.failed ? "it ends too early" : "its checksum does not fit");
  return HUD_OK;
}
