/* SPDX-License-Identifier: GPL-3.0-or-later
 * The NetCDF files of a gas; see gas_records.h. */
#include "run/gas_records.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "output/netcdf_records.h"

enum { BLOCK = 1024 /* events written at once */ };

/* Dimensions, in the order of the lists below. */
enum { MEMBER, IMPACT, EVENT_AXIS };
enum { PARTICLE, AXIS };

struct hud_gas_records {
  const struct hud_spheres *spheres;
  const struct hud_provenance *provenance;
  struct hud_file file;
  struct hud_records *records;
  int64_t particles; /* 0: events */
  int dimension, most;
  size_t waiting; /* events in the block */
  int32_t *size, *member, *label;
  double *time, *b, *omega; /* of the block */
  double *x, *v;            /* of one state */
};

hud_status hud_gas_records_create(struct hud_gas_records **out, const struct hud_spheres *spheres,
                                  int64_t particles, const struct hud_provenance *provenance,
                                  struct hud_error *error)
{
  struct hud_gas_records *r = NULL;
  size_t d = (size_t)spheres->zones.dimension, most = (size_t)spheres->zones.orders + 1;
  size_t block = particles > 0 ? 1 : BLOCK, n = (size_t)particles;
  *out = NULL;
  hud_status status = HUD_NEW(&r, 1, "records of the gas", error);
  if (status != HUD_OK)
    return status;
  r->spheres = spheres;
  r->provenance = provenance;
  r->particles = particles;
  r->dimension = (int)d;
  r->most = (int)most;
  const struct {
    void *place;
    size_t count, size;
  } parts[] = {{&r->size, block, sizeof *r->size},
               {&r->member, block * most, sizeof *r->member},
               {&r->time, block, sizeof *r->time},
               {&r->b, block, sizeof *r->b},
               {&r->omega, block * (most - 1) * d, sizeof *r->omega},
               {&r->label, n, sizeof *r->label},
               {&r->x, n * d, sizeof *r->x},
               {&r->v, n * d, sizeof *r->v}};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == HUD_OK; i++)
    status = hud_alloc(parts[i].place, parts[i].count, parts[i].size, "records of the gas", error);
  for (int64_t i = 0; i < particles && status == HUD_OK; i++)
    r->label[i] = (int32_t)i;
  if (status == HUD_OK)
    *out = r;
  else
    hud_gas_records_free(r, false);
  return status;
}

/* Opens the file of the right kind; count < 0: a new one. */
static hud_status open_file(struct hud_gas_records *r, int64_t count, struct hud_error *error)
{
  size_t d = (size_t)r->dimension, most = (size_t)r->most;
  const struct hud_records_dimension of_events[] = {
      {"member", most}, {"impact", most - 1}, {"axis", d}};
  const struct hud_records_variable events[] = {
      {.name = "time", .sentence = "time of the collision"},
      {.name = "k", .sentence = "number of members", .integer = true},
      {.name = "members",
       .sentence = "numbers of the particles",
       .integer = true,
       .rank = 1,
       .dimension = {MEMBER},
       .padded = true},
      {.name = "b", .sentence = "impact b of (2.11) before the collision"},
      {.name = "omega",
       .sentence = "impact vector (1.17), (x_i - x_1)/epsilon_k, i = 2..k",
       .rank = 2,
       .dimension = {IMPACT, EVENT_AXIS},
       .padded = true}};
  const struct hud_records_dimension of_states[] = {{"particle", (size_t)r->particles},
                                                    {"axis", d}};
  const struct hud_records_variable states[] = {
      {.name = "time", .sentence = "time"},
      {.name = "particle",
       .sentence = "number of the particle",
       .integer = true,
       .rank = 1,
       .dimension = {PARTICLE},
       .values = r->label},
      {.name = "x", .sentence = "position", .rank = 2, .dimension = {PARTICLE, AXIS}},
      {.name = "v", .sentence = "velocity", .rank = 2, .dimension = {PARTICLE, AXIS}}};
  const struct hud_records_spec event_spec = {"event", 3, of_events, 5, events, r->provenance};
  const struct hud_records_spec state_spec = {"time", 2, of_states, 4, states, r->provenance};
  const struct hud_records_spec *spec = r->particles > 0 ? &state_spec : &event_spec;
  return count < 0 ? hud_records_create(&r->records, r->file.temporary, spec, error)
                   : hud_records_continue(&r->records, r->file.temporary, spec, count, error);
}

hud_status hud_gas_records_open(struct hud_gas_records *records, const char *directory,
                                const char *name, struct hud_error *error)
{
  hud_status status = hud_file_reserve(&records->file, directory, name, error);
  return status == HUD_OK ? open_file(records, -1, error) : status;
}

hud_status hud_gas_records_continue(struct hud_gas_records *records, const char *directory,
                                    const char *name, int64_t count, struct hud_error *error)
{
  hud_status status = hud_file_continue(&records->file, directory, name, error);
  if (status != HUD_OK)
    return status;
  fclose(records->file.stream); /* netCDF opens it itself */
  records->file.stream = NULL;
  return open_file(records, count, error);
}

static hud_status write_block(struct hud_gas_records *r, struct hud_error *error)
{
  const void *const values[] = {r->time, r->size, r->member, r->b, r->omega};
  size_t count = r->waiting;
  r->waiting = 0;
  return hud_records_append(r->records, count, values, error);
}

hud_status hud_gas_records_event(struct hud_gas_records *r, const struct hud_collision *collision,
                                 struct hud_error *error)
{
  size_t e = r->waiting++;
  int width = (r->most - 1) * r->dimension;
  double epsilon = r->spheres->zones.radius[collision->size];
  r->time[e] = collision->time;
  r->size[e] = collision->size;
  r->b[e] = collision->b;
  for (int p = 0; p < r->most; p++)
    r->member[e * (size_t)r->most + (size_t)p] =
        p < collision->size ? (int32_t)collision->label[p] : -1;
  double *omega = r->omega + e * (size_t)width;
  for (int i = 0; i < width; i++)
    omega[i] = i < (collision->size - 1) * r->dimension ? collision->x[r->dimension + i] / epsilon
                                                        : (double)NAN;
  return r->waiting == BLOCK ? write_block(r, error) : HUD_OK;
}

hud_status hud_gas_records_state(struct hud_gas_records *r, struct hud_error *error)
{
  for (int64_t i = 0; i < r->spheres->count; i++) {
    int64_t label = r->spheres->particles[i].label;
    if (label >= r->particles)
      continue;
    hud_spheres_position(r->spheres, i, r->x + label * r->dimension);
    hud_spheres_velocity(r->spheres, i, r->v + label * r->dimension);
  }
  const void *const values[] = {&r->spheres->time, NULL, r->x, r->v};
  hud_status status = hud_records_append(r->records, 1, values, error);
  return status == HUD_OK ? hud_records_sync(r->records, error) : status;
}

hud_status hud_gas_records_save(struct hud_gas_records *r, int64_t *count, struct hud_error *error)
{
  hud_status status = r->waiting > 0 ? write_block(r, error) : HUD_OK;
  if (status == HUD_OK)
    status = hud_records_sync(r->records, error);
  *count = hud_records_count(r->records);
  return status;
}

hud_status hud_gas_records_commit(struct hud_gas_records *r, struct hud_error *error)
{
  hud_status status = r->waiting > 0 ? write_block(r, error) : HUD_OK;
  if (status != HUD_OK)
    return status;
  struct hud_records *records = r->records;
  r->records = NULL; /* closing frees it, also on failure */
  status = hud_records_close(records, error);
  return status == HUD_OK ? hud_file_commit(&r->file, error) : status;
}

void hud_gas_records_free(struct hud_gas_records *r, bool keep)
{
  if (r == NULL)
    return;
  hud_records_abort(r->records);
  if (keep)
    hud_file_leave(&r->file);
  else
    hud_file_discard(&r->file);
  void *const parts[] = {r->size, r->member, r->label, r->time, r->b, r->omega, r->x, r->v};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    hud_free(parts[i]);
  hud_free(r);
}
