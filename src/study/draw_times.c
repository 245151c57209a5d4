/* SPDX-License-Identifier: GPL-3.0-or-later
 * Columns against time; see draw_times.h. */
#include "study/draw_times.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/symbols.h"
#include "study/execute.h"
#include "study/measure.h"
#include "study/points.h"

enum { MOST_PANELS = 4, MARKUP = 160 };

struct times {
  const struct hud_study_table *table;
  const char *directory;
  size_t panel_count;
  struct hud_panel panels[MOST_PANELS];
  char labels[MOST_PANELS][MARKUP];
  struct hud_series *series; /* panel x variant */
  double **room;             /* panel x variant: t, values, errors */
};

/* The results of a case, to be closed by close_sample; none where a run failed. */
static hud_status open_sample(const struct times *times, const struct hud_study_case *of,
                              struct hud_study_sample *sample, struct hud_error *error)
{
  const struct hud_study_plan *plan = times->table->plan;
  *sample = (struct hud_study_sample){0, NULL};
  for (size_t s = 0; s < of->seed_count; s++)
    if (plan->runs[of->seeds[s]].state == HUD_RUN_FAILED)
      return HUD_OK;
  hud_status status = hud_alloc((void *)&sample->results, of->seed_count, sizeof *sample->results,
                                "results", error);
  for (size_t s = 0; s < of->seed_count && status == HUD_OK; s++) {
    const struct hud_study_run *run = &plan->runs[of->seeds[s]];
    char *folder = NULL;
    status = hud_study_run_folder(&folder, times->directory, run, error);
    if (status == HUD_OK)
      status = hud_study_result_open(&sample->results[s], folder, run->file, error);
    sample->count += status == HUD_OK;
    hud_free(folder);
  }
  return status;
}

static void close_sample(struct hud_study_sample *sample)
{
  for (size_t s = 0; s < sample->count; s++)
    hud_study_result_close(sample->results[s]);
  hud_free(sample->results);
}

static hud_status add_curve(struct times *times, const struct hud_study_measure *measure,
                            size_t point, size_t variant, struct hud_error *error)
{
  const struct hud_study *study = times->table->plan->study;
  size_t place = times->panel_count * study->variant_count + variant, count = 0;
  struct hud_study_sample sample;
  hud_status status =
      open_sample(times, hud_study_case_at(times->table->plan, point, variant), &sample, error);
  size_t most = sample.count > 0 ? hud_study_record_count(&sample) : 0;
  double **room = &times->room[place];
  if (status == HUD_OK && most > 0)
    status = HUD_NEW(room, 3 * most, "a figure", error);
  if (status == HUD_OK && most > 0)
    hud_study_curve(measure, &sample, *room, *room + most, *room + 2 * most, &count);
  bool known = false;
  for (size_t i = 0; i < count; i++) {
    (*room)[2 * most + i] *= 2.0;
    known = known || (*room)[2 * most + i] > 0.0;
  }
  if (status == HUD_OK)
    times->series[place] = (struct hud_series){.label = study->variants[variant].label,
                                               .count = count,
                                               .x_stride = 1,
                                               .y_stride = 1,
                                               .x = *room,
                                               .y = *room + most,
                                               .colour = (int)variant,
                                               .dash = (int)variant,
                                               .points = known,
                                               .spread = known ? *room + 2 * most : NULL};
  close_sample(&sample);
  return status;
}

static bool has_points(const struct hud_series *series, size_t count)
{
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < series[s].count; i++)
      if (isfinite(series[s].y[i]))
        return true;
  return false;
}

static hud_status add_panel(struct times *times, size_t point, size_t quantity,
                            struct hud_error *error)
{
  const struct hud_study *study = times->table->plan->study;
  struct hud_study_measure measure;
  hud_status status = HUD_OK;
  struct hud_series *series = times->series + times->panel_count * study->variant_count;
  hud_study_measure_at(study, point, &study->quantities[quantity], &measure);
  measure.from = 0.0;
  measure.to = INFINITY;
  for (size_t v = 0; v < study->variant_count && status == HUD_OK; v++)
    status = add_curve(times, &measure, point, v, error);
  if (status != HUD_OK)
    return status;
  if (!has_points(series, study->variant_count)) {
    for (size_t v = 0; v < study->variant_count; v++) {
      double **room = &times->room[times->panel_count * study->variant_count + v];
      hud_free(*room);
      *room = NULL;
    }
    return HUD_OK;
  }
  char symbol[MARKUP / 2], where[MARKUP / 2 - 4];
  hud_symbol_markup(study->quantities[quantity].series.name, symbol, sizeof symbol);
  hud_study_point_text(study, point, -1, where, sizeof where);
  snprintf(times->labels[times->panel_count], MARKUP, "%s%s%s", symbol,
           where[0] != '\0' ? ", " : "", where);
  times->panels[times->panel_count] =
      (struct hud_panel){.x_label = "{/:Italic t}",
                         .y_label = times->labels[times->panel_count],
                         .series_count = study->variant_count,
                         .series = series};
  times->panel_count++;
  return HUD_OK;
}

/* A column, or what is made of one, that no quantity before it shows. */
static bool is_shown(const struct hud_study *study, size_t quantity)
{
  const char *name = study->quantities[quantity].series.name;
  bool shown = name[0] != '\0';
  for (size_t q = 0; q < quantity; q++)
    shown = shown && strcmp(study->quantities[q].series.name, name) != 0;
  return shown;
}

hud_status hud_study_draw_times(const struct hud_study_table *table, const char *directory,
                                char **missing, struct hud_error *error)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  struct times times = {.table = table, .directory = directory};
  size_t most = MOST_PANELS * study->variant_count;
  hud_status status = HUD_NEW(&times.series, most, "a figure", error);
  if (status == HUD_OK)
    status = hud_alloc((void *)&times.room, most, sizeof *times.room, "a figure", error);
  for (size_t q = 0; q < study->quantity_count; q++)
    for (size_t point = 0; point < plan->point_count && status == HUD_OK; point++)
      if (is_shown(study, q) && times.panel_count < MOST_PANELS)
        status = add_panel(&times, point, q, error);
  const struct hud_figure figure = {
      .title = study->description.title,
      .subtitle = study->description.seeds > 1 ? "bars: two standard errors" : NULL,
      .columns = times.panel_count == 4 ? 2 : 3,
      .panel_count = times.panel_count,
      .panels = times.panels};
  if (status == HUD_OK && times.panel_count > 0)
    status = hud_figure_draw(&figure, directory, "study", missing, error);
  for (size_t c = 0; times.room != NULL && c < most; c++)
    hud_free(times.room[c]);
  hud_free(times.room);
  hud_free(times.series);
  return status;
}
