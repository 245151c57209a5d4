/* SPDX-License-Identifier: GPL-3.0-or-later
 * summary.json. The keys are the same for every method; what only one method knows stands under
 * "details". */
#define _DEFAULT_SOURCE
#include "output/summary.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "output/json.h"

void hud_summary_init(struct hud_summary *summary)
{
  *summary = (struct hud_summary){.state = "done",
                                  .mass_drift = (double)NAN,
                                  .mean_drift = (double)NAN,
                                  .wall_seconds = (double)NAN,
                                  .peak_memory = (double)NAN};
}

static void free_extras(struct hud_extras *extras)
{
  for (size_t i = 0; i < extras->count; i++) {
    hud_free(extras->items[i].name);
    hud_free(extras->items[i].text);
  }
  hud_free(extras->items);
}

void hud_summary_free(struct hud_summary *summary)
{
  if (summary == NULL)
    return;
  free_extras(&summary->counters);
  free_extras(&summary->details);
  for (size_t i = 0; i < summary->warning_count; i++)
    hud_free(summary->warnings[i]);
  hud_free(summary->warnings);
  hud_summary_init(summary);
}

/* The item of that name, made if it is not there; its value is to be set by the caller. */
static hud_status extras_item(struct hud_extras *extras, const char *name, struct hud_extra **item,
                              struct hud_error *error)
{
  for (size_t i = 0; i < extras->count; i++) {
    *item = &extras->items[i];
    if (strcmp((*item)->name, name) == 0) {
      hud_free((*item)->text);
      (*item)->text = NULL;
      return HUD_OK;
    }
  }
  hud_status status = hud_grow((void *)&extras->items, extras->count, extras->count + 1,
                               sizeof *extras->items, "a summary", error);
  if (status != HUD_OK)
    return status;
  *item = &extras->items[extras->count];
  status = hud_copy_text(&(*item)->name, name, error);
  if (status == HUD_OK)
    extras->count++;
  return status;
}

hud_status hud_extras_add_number(struct hud_extras *extras, const char *name, double value,
                                 struct hud_error *error)
{
  struct hud_extra *item;
  hud_status status = extras_item(extras, name, &item, error);
  if (status == HUD_OK) {
    item->kind = HUD_EXTRA_NUMBER;
    item->number = value;
  }
  return status;
}

hud_status hud_extras_add_integer(struct hud_extras *extras, const char *name, int64_t value,
                                  struct hud_error *error)
{
  struct hud_extra *item;
  hud_status status = extras_item(extras, name, &item, error);
  if (status == HUD_OK) {
    item->kind = HUD_EXTRA_INTEGER;
    item->integer = value;
  }
  return status;
}

hud_status hud_extras_add_integers(struct hud_extras *extras, size_t count,
                                   const struct hud_named_integer *integers,
                                   struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (size_t i = 0; i < count && status == HUD_OK; i++)
    status = hud_extras_add_integer(extras, integers[i].name, integers[i].value, error);
  return status;
}

hud_status hud_extras_add_text(struct hud_extras *extras, const char *name, const char *value,
                               struct hud_error *error)
{
  struct hud_extra *item;
  hud_status status = extras_item(extras, name, &item, error);
  if (status == HUD_OK) {
    item->kind = HUD_EXTRA_TEXT;
    status = hud_copy_text(&item->text, value, error);
  }
  return status;
}

hud_status hud_summary_add_warning(struct hud_summary *summary, const char *text,
                                   struct hud_error *error)
{
  size_t count = summary->warning_count;
  hud_status status = hud_grow((void *)&summary->warnings, count, count + 1,
                               sizeof *summary->warnings, "a summary", error);
  if (status == HUD_OK)
    status = hud_copy_text(&summary->warnings[count], text, error);
  if (status == HUD_OK)
    summary->warning_count++;
  return status;
}

double hud_peak_memory(void)
{
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0)
    return (double)NAN;
#ifdef __APPLE__
  return (double)usage.ru_maxrss;
#else
  return 1024.0 * (double)usage.ru_maxrss;
#endif
}

static void print_extras(struct hud_json *json, const char *key, const struct hud_extras *extras)
{
  hud_json_object_begin(json, key);
  for (size_t i = 0; i < extras->count; i++) {
    const struct hud_extra *item = &extras->items[i];
    switch (item->kind) {
    case HUD_EXTRA_NUMBER:
      hud_json_number(json, item->name, item->number);
      break;
    case HUD_EXTRA_INTEGER:
      hud_json_integer(json, item->name, item->integer);
      break;
    case HUD_EXTRA_TEXT:
      hud_json_string(json, item->name, item->text);
      break;
    }
  }
  hud_json_object_end(json);
}

static void print_provenance(struct hud_json *json, const struct hud_provenance *provenance)
{
  hud_json_string(json, "version", provenance->version);
  hud_json_string(json, "git_commit", provenance->git_commit);
  hud_json_string(json, "title", provenance->title);
  hud_json_string(json, "model_hash", provenance->model_hash);
  hud_json_object_begin(json, "libraries");
  for (size_t i = 0; i < provenance->library_count; i++)
    hud_json_string(json, provenance->libraries[i].name, provenance->libraries[i].value);
  char netcdf[64];
  hud_netcdf_version(netcdf, sizeof netcdf);
  hud_json_string(json, "netCDF", netcdf);
  hud_json_object_end(json);
}

static void print_list(struct hud_json *json, const char *key, size_t count,
                       const char *const *texts)
{
  hud_json_array_begin(json, key);
  for (size_t i = 0; i < count; i++)
    hud_json_string(json, NULL, texts[i]);
  hud_json_array_end(json);
}

hud_status hud_summary_print(const struct hud_summary *summary,
                             const struct hud_provenance *provenance, size_t file_count,
                             const char *const *files, FILE *stream, struct hud_error *error)
{
  struct hud_json json;
  hud_json_begin(&json, stream);
  hud_json_object_begin(&json, NULL);
  hud_json_string(&json, "state", summary->state);
  print_provenance(&json, provenance);
  hud_json_object_begin(&json, "conservation");
  hud_json_number(&json, "mass_drift", summary->mass_drift);
  hud_json_number(&json, "mean_drift", summary->mean_drift);
  hud_json_object_end(&json);
  print_extras(&json, "solver", &summary->counters);
  print_extras(&json, "details", &summary->details);
  hud_json_number(&json, "wall_seconds", summary->wall_seconds);
  hud_json_number(&json, "peak_memory_bytes", summary->peak_memory);
  print_list(&json, "warnings", summary->warning_count, (const char *const *)summary->warnings);
  print_list(&json, "files", file_count, files);
  hud_json_object_end(&json);
  return hud_json_end(&json, error);
}
