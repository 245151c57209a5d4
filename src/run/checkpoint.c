/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints. Layout: a line that names the format; the length and text of the resolved model;
 * number, length and data of the records; what was watched; the time and the state (of the
 * integrator: its counters and unknowns, and for a grid that is halved its window and the moments
 * outside; of particles: what their ensemble writes); and a 64-bit
 * FNV-1a checksum of all that. */
#define _POSIX_C_SOURCE 200809L
#include "run/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

static const char magic[] = "huddle checkpoint 3\n";
#define CHECKPOINT_LIMIT ((size_t)1 << 36)

struct hud_checkpoint {
  char *bytes; /* the whole file */
  size_t length;
  char *model;
  size_t after_model; /* where the records begin */
};

hud_status hud_history_add(struct hud_history *history, const double *record,
                           struct hud_error *error)
{
  if (history->count == history->capacity) {
    size_t capacity = history->capacity > 0 ? 2 * history->capacity : 64;
    hud_status status = hud_grow((void *)&history->data, history->count * history->length,
                                 capacity * history->length, sizeof(double), "the records", error);
    if (status != HUD_OK)
      return status;
    history->capacity = capacity;
  }
  memcpy(history->data + history->count++ * history->length, record,
         history->length * sizeof(double));
  return HUD_OK;
}

static uint64_t checksum(const char *bytes, size_t length)
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
  return hash;
}

/* ---- writing ---- */

static void put(FILE *stream, const void *data, size_t size)
{
  fwrite(data, 1, size, stream); /* the caller looks at ferror */
}

static void put_size(FILE *stream, size_t value)
{
  uint64_t number = value;
  put(stream, &number, sizeof number);
}

static void put_outside(FILE *stream, const struct hud_simulation *simulation)
{
  const struct hud_representation *rep = simulation->model->rep;
  double window[2];
  size_t length;
  const double *values = hud_outside_data(simulation->outside, &length);
  rep->ops->window(rep, window);
  put(stream, window, sizeof window);
  put(stream, values, length * sizeof *values);
}

static hud_status put_state(FILE *stream, const struct hud_simulation *simulation,
                            struct hud_error *error)
{
  put(stream, &simulation->time, sizeof simulation->time);
  if (simulation->gas != NULL)
    return hud_gas_write(simulation->gas, stream, error);
  if (simulation->stochastic != NULL)
    return hud_stochastic_write(simulation->stochastic, stream, error);
  struct hud_evolve_counters counters;
  struct hud_picard_counters picard;
  size_t size = hud_model_system(simulation->model)->size;
  if (simulation->picard != NULL) {
    hud_picard_counters(simulation->picard, &picard);
    put(stream, &picard, sizeof picard);
  } else {
    hud_evolve_counters(simulation->evolve, &counters);
    put(stream, &counters, sizeof counters);
  }
  put_size(stream, size);
  put(stream, simulation->y, size * sizeof(double));
  if (simulation->outside != NULL)
    put_outside(stream, simulation);
  return HUD_OK;
}

static hud_status put_all(FILE *stream, const struct hud_simulation *simulation,
                          const struct hud_history *history, const struct hud_watch *watch,
                          struct hud_error *error)
{
  const char *model = hud_model_file_resolved(simulation->file);
  put(stream, magic, sizeof magic - 1);
  put_size(stream, strlen(model));
  put(stream, model, strlen(model));
  put_size(stream, history->count);
  put_size(stream, history->length);
  put(stream, history->data, history->count * history->length * sizeof(double));
  put(stream, watch, sizeof *watch);
  return put_state(stream, simulation, error);
}

hud_status hud_checkpoint_write(const struct hud_simulation *simulation,
                                const struct hud_history *history, const struct hud_watch *watch,
                                const char *directory, struct hud_error *error)
{
  char *bytes = NULL;
  size_t length = 0;
  struct hud_file file;
  FILE *stream = open_memstream(&bytes, &length);
  if (stream == NULL)
    return hud_fail_memory(error, "a checkpoint", 0);
  hud_status status = put_all(stream, simulation, history, watch, error);
  bool bad = ferror(stream) != 0;
  bad = fclose(stream) != 0 || bad;
  if (status == HUD_OK && bad)
    status = hud_fail_memory(error, "a checkpoint", length);
  if (status == HUD_OK)
    status = hud_file_create(&file, directory, "checkpoint", error);
  if (status == HUD_OK) {
    uint64_t sum = checksum(bytes, length);
    put(file.stream, bytes, length);
    put(file.stream, &sum, sizeof sum);
    status = hud_file_commit(&file, error);
  }
  free(bytes);
  return status;
}

/* ---- reading ---- */

static bool get(FILE *stream, void *data, size_t size)
{
  return fread(data, 1, size, stream) == size;
}

static bool get_size(FILE *stream, size_t limit, size_t *value)
{
  uint64_t number;
  if (!get(stream, &number, sizeof number) || number > limit)
    return false;
  *value = (size_t)number;
  return true;
}

static hud_status fail_damaged(struct hud_error *error)
{
  return hud_fail(error, HUD_ERROR_INPUT,
                  "the checkpoint is damaged, or was written by another version of huddle");
}

static hud_status check_whole(struct hud_checkpoint *checkpoint, struct hud_error *error)
{
  uint64_t sum, size;
  size_t head = sizeof magic - 1, body = checkpoint->length - sizeof sum;
  if (checkpoint->length < head + sizeof size + sizeof sum ||
      memcmp(checkpoint->bytes, magic, head) != 0)
    return fail_damaged(error);
  memcpy(&sum, checkpoint->bytes + body, sizeof sum);
  memcpy(&size, checkpoint->bytes + head, sizeof size);
  if (sum != checksum(checkpoint->bytes, body) || size > body - head - sizeof size)
    return fail_damaged(error);
  checkpoint->length = body;
  checkpoint->after_model = head + sizeof size + (size_t)size;
  hud_status status = HUD_NEW(&checkpoint->model, (size_t)size + 1, "a model", error);
  if (status == HUD_OK)
    memcpy(checkpoint->model, checkpoint->bytes + head + sizeof size, (size_t)size);
  return status;
}

hud_status hud_checkpoint_read(struct hud_checkpoint **out, const char *directory,
                               struct hud_error *error)
{
  *out = NULL;
  char *path = NULL;
  struct hud_checkpoint *checkpoint = NULL;
  hud_status status = hud_path_join(&path, directory, "checkpoint", error);
  if (status == HUD_OK)
    status = HUD_NEW(&checkpoint, 1, "a checkpoint", error);
  if (status == HUD_OK)
    status = hud_file_read(&checkpoint->bytes, &checkpoint->length, path, CHECKPOINT_LIMIT, error);
  if (status == HUD_OK)
    status = check_whole(checkpoint, error);
  hud_free(path);
  if (status == HUD_OK)
    *out = checkpoint;
  else
    hud_checkpoint_free(checkpoint);
  return status;
}

void hud_checkpoint_free(struct hud_checkpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  hud_free(checkpoint->bytes);
  hud_free(checkpoint->model);
  hud_free(checkpoint);
}

const char *hud_checkpoint_model(const struct hud_checkpoint *checkpoint)
{
  return checkpoint->model;
}

static hud_status get_outside(FILE *stream, struct hud_simulation *simulation,
                              struct hud_error *error)
{
  struct hud_representation *rep = simulation->model->rep;
  double window[2];
  size_t length;
  double *values = hud_outside_data(simulation->outside, &length);
  if (!get(stream, window, sizeof window) || !get(stream, values, length * sizeof *values) ||
      !(window[0] < window[1]))
    return fail_damaged(error);
  rep->ops->set_window(rep, window);
  return HUD_OK;
}

static hud_status get_state(FILE *stream, struct hud_simulation *simulation,
                            struct hud_error *error)
{
  double time;
  if (!get(stream, &time, sizeof time))
    return fail_damaged(error);
  simulation->time = time;
  if (simulation->gas != NULL)
    return hud_gas_read(simulation->gas, stream, error);
  if (simulation->stochastic != NULL)
    return hud_stochastic_read(simulation->stochastic, stream, time, error);
  struct hud_evolve_counters counters;
  struct hud_picard_counters picard;
  size_t size = hud_model_system(simulation->model)->size, written = 0;
  bool counted = simulation->picard != NULL ? get(stream, &picard, sizeof picard)
                                            : get(stream, &counters, sizeof counters);
  if (!counted || !get_size(stream, size, &written) || written != size ||
      !get(stream, simulation->y, size * sizeof(double)))
    return fail_damaged(error);
  if (simulation->outside != NULL && get_outside(stream, simulation, error) != HUD_OK)
    return HUD_ERROR_INPUT;
  if (simulation->picard != NULL)
    return hud_picard_resume(simulation->picard, time, simulation->y, &picard, error);
  return hud_evolve_resume(simulation->evolve, time, simulation->y, &counters, error);
}

hud_status hud_checkpoint_restore(const struct hud_checkpoint *checkpoint,
                                  struct hud_simulation *simulation, struct hud_history *history,
                                  struct hud_watch *watch, struct hud_error *error)
{
  size_t rest = checkpoint->length - checkpoint->after_model, count = 0, length = 0;
  *history = (struct hud_history){0, 0, 0, NULL};
  if (rest == 0)
    return fail_damaged(error);
  FILE *stream = fmemopen(checkpoint->bytes + checkpoint->after_model, rest, "rb");
  if (stream == NULL)
    return hud_fail_memory(error, "a checkpoint", rest);
  hud_status status = HUD_OK;
  if (!get_size(stream, rest, &count) || !get_size(stream, rest, &length) ||
      (length > 0 && count > rest / sizeof(double) / length))
    status = fail_damaged(error);
  if (status == HUD_OK)
    status = HUD_NEW(&history->data, count * length, "the records", error);
  if (status == HUD_OK) {
    history->count = history->capacity = count;
    history->length = length;
    if (!get(stream, history->data, count * length * sizeof(double)) ||
        !get(stream, watch, sizeof *watch))
      status = fail_damaged(error);
  }
  if (status == HUD_OK)
    status = get_state(stream, simulation, error);
  fclose(stream);
  return status;
}

void hud_checkpoint_remove(const char *directory)
{
  char *path = NULL;
  if (hud_path_join(&path, directory, "checkpoint", NULL) == HUD_OK)
    unlink(path);
  hud_free(path);
}
