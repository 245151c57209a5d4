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
#include "spheres/picture.h"

struct hud_gas_files {
  struct hud_spheres *spheres;
  struct hud_flow *flow;
  struct hud_picture_window window;
  const char *directory;
  struct hud_file events, player;
};

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

hud_status hud_gas_files_open(struct hud_gas_files **files, struct hud_gas *gas,
                              const struct hud_description *description, const char *directory,
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
  if (description->output.events)
    status = hud_file_create(&f->events, directory, "events.csv", error);
  if (status == HUD_OK && description->output.events) {
    fputs("t,k,members,b,omega\n", f->events.stream);
    hud_flow_observe(f->flow, write_event, f);
  }
  if (status == HUD_OK && description->output.pictures)
    status = hud_file_create(&f->player, directory, "gas.html", error);
  if (status == HUD_OK && description->output.pictures)
    hud_picture_html_begin(f->spheres, &f->window, f->player.stream);
  if (status == HUD_OK)
    *files = f;
  else
    hud_gas_files_free(f);
  return status;
}

void hud_gas_files_frame(struct hud_gas_files *files)
{
  struct hud_locale locale = hud_locale_begin();
  if (files->player.stream != NULL)
    hud_picture_html_frame(files->spheres, &files->window, files->player.stream);
  hud_locale_end(locale);
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
  hud_status status = HUD_OK;
  bool pictures = files->player.stream != NULL;
  if (pictures)
    hud_picture_html_end(files->player.stream);
  if (files->events.stream != NULL)
    status = hud_file_commit(&files->events, error);
  if (status == HUD_OK && pictures)
    status = hud_file_commit(&files->player, error);
  return status == HUD_OK && pictures ? write_last_frame(files, error) : status;
}

void hud_gas_files_free(struct hud_gas_files *files)
{
  if (files == NULL)
    return;
  hud_flow_observe(files->flow, NULL, NULL);
  hud_file_discard(&files->events);
  hud_file_discard(&files->player);
  hud_free(files);
}
