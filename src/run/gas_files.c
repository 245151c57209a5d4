/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The files of a gas; see gas_files.h. A line of events.csv holds t, the number of members k, their
 * numbers joined by spaces, b of (2.11) before the collision, and the impact vector omega (1.17)
 * joined by spaces: (x_i - x_1)/epsilon_k for i = 2..k. Errors of the streams are found when the
 * files are committed. */
#define _POSIX_C_SOURCE 200809L
#include "run/gas_files.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "run/gas_records.h"
#include "spheres/picture.h"

struct hud_gas_files {
  struct hud_spheres *spheres;
  struct hud_flow *flow;
  struct hud_picture_window window;
  const char *directory;
  struct hud_file events, player;
  struct hud_gas_records *collisions, *trajectories; /* NetCDF */
  hud_status failed;                                 /* of a collision that could not be written */
  struct hud_error error;
};

static const char collisions_name[] = "events.nc", trajectories_name[] = "trajectories.nc";

static void write_event(void *context, const struct hud_collision *collision)
{
  struct hud_gas_files *files = context;
  FILE *stream = files->events.stream;
  int d = files->spheres->zones.dimension;
  double epsilon = files->spheres->zones.radius[collision->size];
  struct hud_locale locale = hud_locale_begin();
  fprintf(stream, "%.17g,%d,", collision->time, collision->size);
  for (int p = 0; p < collision->size; p++)
    fprintf(stream, "%s%u", p > 0 ? " " : "", (unsigned)collision->label[p]);
  fprintf(stream, ",%.17g,", collision->b);
  for (int i = d; i < collision->size * d; i++)
    fprintf(stream, "%s%.17g", i > d ? " " : "", collision->x[i] / epsilon);
  fputc('\n', stream);
  hud_locale_end(locale);
}

static void record_event(void *context, const struct hud_collision *collision)
{
  struct hud_gas_files *files = context;
  if (files->failed == HUD_OK)
    files->failed = hud_gas_records_event(files->collisions, collision, &files->error);
}

/* What a collision could not say. */
static hud_status earlier_failure(const struct hud_gas_files *files, struct hud_error *error)
{
  if (files->failed != HUD_OK && error != NULL)
    *error = files->error;
  return files->failed;
}

/* Those files that are streams. */
static hud_status open_streams(struct hud_gas_files *f, const struct hud_output_spec *output,
                               bool resumed, struct hud_error *error)
{
  hud_status (*open)(struct hud_file *, const char *, const char *, struct hud_error *) =
      resumed ? hud_file_continue : hud_file_create;
  hud_status status = HUD_OK;
  bool lines = output->events && output->event_format == HUD_EVENTS_CSV;
  if (lines)
    status = open(&f->events, f->directory, "events.csv", error);
  if (status == HUD_OK && lines) {
    if (!resumed)
      fputs("t,k,members,b,omega\n", f->events.stream);
    hud_flow_observe(f->flow, write_event, f);
  }
  if (status == HUD_OK && output->pictures)
    status = open(&f->player, f->directory, "gas.html", error);
  if (status == HUD_OK && output->pictures && !resumed)
    hud_picture_html_begin(f->spheres, &f->window, f->player.stream);
  return status;
}

/* The NetCDF files; those of a run that was stopped are opened when it is known how far they were.
 */
static hud_status open_records(struct hud_gas_files *f, const struct hud_output_spec *output,
                               const struct hud_provenance *provenance, bool resumed,
                               struct hud_error *error)
{
  hud_status status = HUD_OK;
  bool events = output->events && output->event_format == HUD_EVENTS_NETCDF;
  if (events)
    status = hud_gas_records_create(&f->collisions, f->spheres, 0, provenance, error);
  if (status == HUD_OK && events)
    hud_flow_observe(f->flow, record_event, f);
  if (status == HUD_OK && output->trajectories > 0)
    status = hud_gas_records_create(&f->trajectories, f->spheres, output->trajectories, provenance,
                                    error);
  if (status == HUD_OK && f->collisions != NULL && !resumed)
    status = hud_gas_records_open(f->collisions, f->directory, collisions_name, error);
  if (status == HUD_OK && f->trajectories != NULL && !resumed)
    status = hud_gas_records_open(f->trajectories, f->directory, trajectories_name, error);
  return status;
}

hud_status hud_gas_files_open(struct hud_gas_files **files, struct hud_gas *gas,
                              const struct hud_description *description, const char *directory,
                              const struct hud_provenance *provenance, bool resumed,
                              struct hud_error *error)
{
  struct hud_gas_files *f = NULL;
  *files = NULL;
  hud_status status = HUD_NEW(&f, 1, "files of the gas", error);
  if (status != HUD_OK)
    return status;
  f->spheres = hud_system_state(hud_gas_system(gas), 0);
  f->flow = hud_system_flow(hud_gas_system(gas), 0);
  f->directory = directory;
  f->window = hud_picture_window(f->spheres);
  status = open_streams(f, &description->output, resumed, error);
  if (status == HUD_OK)
    status = open_records(f, &description->output, provenance, resumed, error);
  if (status == HUD_OK)
    *files = f;
  else
    hud_gas_files_free(f, resumed);
  return status;
}

hud_status hud_gas_files_frame(struct hud_gas_files *files, struct hud_error *error)
{
  struct hud_locale locale = hud_locale_begin();
  if (files->player.stream != NULL)
    hud_picture_html_frame(files->spheres, &files->window, files->player.stream);
  hud_locale_end(locale);
  hud_status status = earlier_failure(files, error);
  if (status == HUD_OK && files->trajectories != NULL)
    status = hud_gas_records_state(files->trajectories, error);
  return status;
}

hud_status hud_gas_files_save(struct hud_gas_files *files, struct hud_gas_place *place,
                              struct hud_error *error)
{
  *place = (struct hud_gas_place){0, 0, 0, 0};
  hud_status status = earlier_failure(files, error);
  if (status == HUD_OK && files->events.stream != NULL)
    status = hud_file_sync(&files->events, &place->event_bytes, error);
  if (status == HUD_OK && files->player.stream != NULL)
    status = hud_file_sync(&files->player, &place->player_bytes, error);
  if (status == HUD_OK && files->collisions != NULL)
    status = hud_gas_records_save(files->collisions, &place->events, error);
  if (status == HUD_OK && files->trajectories != NULL)
    status = hud_gas_records_save(files->trajectories, &place->frames, error);
  return status;
}

hud_status hud_gas_files_continue(struct hud_gas_files *files, const struct hud_gas_place *place,
                                  struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (files->events.stream != NULL)
    status = hud_file_cut(&files->events, place->event_bytes, error);
  if (status == HUD_OK && files->player.stream != NULL)
    status = hud_file_cut(&files->player, place->player_bytes, error);
  if (status == HUD_OK && files->collisions != NULL)
    status = hud_gas_records_continue(files->collisions, files->directory, collisions_name,
                                      place->events, error);
  if (status == HUD_OK && files->trajectories != NULL)
    status = hud_gas_records_continue(files->trajectories, files->directory, trajectories_name,
                                      place->frames, error);
  return status;
}

static hud_status write_last_frame(const struct hud_gas_files *files, struct hud_error *error)
{
  struct hud_file file;
  struct hud_picture_window window = hud_picture_window(files->spheres);
  hud_status status = hud_file_create(&file, files->directory, "gas.svg", error);
  if (status != HUD_OK)
    return status;
  struct hud_locale locale = hud_locale_begin();
  hud_picture_svg(files->spheres, &window, file.stream);
  hud_locale_end(locale);
  return hud_file_commit(&file, error);
}

hud_status hud_gas_files_commit(struct hud_gas_files *files, struct hud_error *error)
{
  hud_status status = earlier_failure(files, error);
  bool pictures = files->player.stream != NULL;
  if (pictures)
    hud_picture_html_end(files->player.stream);
  if (status == HUD_OK && files->events.stream != NULL)
    status = hud_file_commit(&files->events, error);
  if (status == HUD_OK && files->collisions != NULL)
    status = hud_gas_records_commit(files->collisions, error);
  if (status == HUD_OK && files->trajectories != NULL)
    status = hud_gas_records_commit(files->trajectories, error);
  if (status == HUD_OK && pictures)
    status = hud_file_commit(&files->player, error);
  return status == HUD_OK && pictures ? write_last_frame(files, error) : status;
}

void hud_gas_files_free(struct hud_gas_files *files, bool keep)
{
  if (files == NULL)
    return;
  void (*release)(struct hud_file *) = keep ? hud_file_leave : hud_file_discard;
  hud_flow_observe(files->flow, NULL, NULL);
  release(&files->events);
  release(&files->player);
  hud_gas_records_free(files->collisions, keep);
  hud_gas_records_free(files->trajectories, keep);
  hud_free(files);
}
