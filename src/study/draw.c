/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figure of a study: a panel for each quantity against the order parameter, logarithmic, with
 * lines of the slopes nearest to the observed orders; a curve for each variant and each value of
 * the other parameters. Error bars are discretisation errors, where one would see them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/symbols.h"
#include "study/table.h"

enum { MOST_PANELS = 9, MOST_CURVES = 16, SLOPES = 8, TEXT = 160 };
static const double least_bar = 0.02; /* of the value */

struct curve {
  size_t group, variant;
  char label[TEXT];
};

struct drawing {
  const struct hud_study_table *table;
  size_t panel_count, point_count, curve_count, series_count; /* series of one panel */
  struct curve curves[MOST_CURVES];
  struct hud_panel panels[MOST_PANELS];
  double x_min, x_max;
  char x_label[TEXT], y_labels[MOST_PANELS][TEXT], subtitle[2 * TEXT];
  struct hud_series *series; /* panel x series, then those of the legend */
  double *values, *spreads;  /* panel x curve x point */
  double slope_x[2], slope_y[MOST_PANELS][SLOPES][2];
  char slope_labels[SLOPES][32];
};

static const struct hud_study_entry *entry_of(const struct drawing *drawing, size_t panel,
                                              const struct curve *curve, size_t i)
{
  size_t point = hud_study_group_point(drawing->table->plan, curve->group, i);
  return hud_study_entry_at(drawing->table, point, curve->variant, panel);
}

/* ---- texts ---- */

static void quantity_markup(const struct hud_study *study,
                            const struct hud_study_quantity *quantity, char *text, size_t size)
{
  char symbol[TEXT - 40];
  bool error = study->reference != HUD_REFERENCE_NONE && quantity->kind < HUD_QUANTITY_W1;
  hud_symbol_markup(quantity->name, symbol, sizeof symbol);
  /* the space is one that SVG keeps before a change of font */
  snprintf(text, size, "%s%s", error ? "error in\u00a0" : "", symbol);
}

/* What is told apart: variants, values of the other parameters, or both. */
static void label_curve(const struct drawing *drawing, struct curve *curve, bool variants,
                        bool groups)
{
  const struct hud_study *study = drawing->table->plan->study;
  char point[TEXT], text[2 * TEXT];
  hud_study_point_text(study, hud_study_group_point(drawing->table->plan, curve->group, 0),
                       study->order_parameter, point, sizeof point);
  snprintf(text, sizeof text, "%s%s%s",
           variants || !groups ? study->variants[curve->variant].label : "",
           variants && groups ? ", " : "", groups ? point : "");
  hud_symbol_greek(text, curve->label, sizeof curve->label);
}

/* All variants of a group follow each other; groups that are too many are left out. */
static void choose_curves(struct drawing *drawing)
{
  const struct hud_study *study = drawing->table->plan->study;
  size_t variants = study->variant_count - (study->reference >= 0);
  size_t groups = hud_study_group_count(drawing->table->plan), drawn = groups;
  while (drawn > 1 && drawn * variants > MOST_CURVES)
    drawn--;
  for (size_t g = 0; g < drawn; g++)
    for (size_t v = 0; v < study->variant_count && drawing->curve_count < MOST_CURVES; v++)
      if ((int)v != study->reference) {
        struct curve *curve = &drawing->curves[drawing->curve_count++];
        *curve = (struct curve){.group = g, .variant = v};
        label_curve(drawing, curve, variants > 1, groups > 1);
      }
}

/* ---- panels ---- */

/* Lines of slope 1, 2, ... below the lowest curve, for the orders that are seen. */
static size_t add_slopes(struct drawing *drawing, size_t panel, struct hud_series *series)
{
  const struct hud_study *study = drawing->table->plan->study;
  const double *x = study->parameters[study->order_parameter].numbers;
  size_t n = drawing->point_count, added = 0;
  double first = drawing->slope_x[0] = x[0], last = drawing->slope_x[1] = x[n - 1];
  for (int slope = 1; slope <= SLOPES; slope++) {
    double lowest = HUGE_VAL;
    for (size_t c = 0; c < drawing->curve_count; c++) {
      const struct hud_study_entry *entry = entry_of(drawing, panel, &drawing->curves[c], n - 1);
      if (fabs(entry->order - slope) < 0.5 && entry->value > 0.0)
        lowest = fmin(lowest, entry->value);
    }
    if (!isfinite(lowest))
      continue;
    double *y = drawing->slope_y[panel][slope - 1];
    y[1] = 0.6 * lowest;
    y[0] = y[1] * pow(first / last, slope);
    snprintf(drawing->slope_labels[slope - 1], sizeof drawing->slope_labels[0], "slope %d", slope);
    series[added++] = (struct hud_series){.label = drawing->slope_labels[slope - 1],
                                          .count = 2,
                                          .x_stride = 1,
                                          .y_stride = 1,
                                          .x = drawing->slope_x,
                                          .y = y,
                                          .guide = true,
                                          .dash = slope - 1};
  }
  return added;
}

static void fill_curve(struct drawing *drawing, size_t panel, size_t c, struct hud_series *series)
{
  const struct hud_study *study = drawing->table->plan->study;
  size_t n = drawing->point_count, first = (panel * drawing->curve_count + c) * n;
  bool bars = false;
  for (size_t i = 0; i < n; i++) {
    const struct hud_study_entry *entry = entry_of(drawing, panel, &drawing->curves[c], i);
    drawing->values[first + i] = entry->value;
    drawing->spreads[first + i] = entry->discretisation;
    bars = bars || entry->discretisation > least_bar * fabs(entry->value);
  }
  *series = (struct hud_series){.label = drawing->curves[c].label,
                                .count = n,
                                .x_stride = 1,
                                .y_stride = 1,
                                .x = study->parameters[study->order_parameter].numbers,
                                .y = drawing->values + first,
                                .spread = bars ? drawing->spreads + first : NULL,
                                .colour = (int)c,
                                .dash = (int)c,
                                .points = true};
}

/* Values that hardly change are shown from zero: a logarithmic axis would make them change. */
static void choose_scale(const struct drawing *drawing, size_t panel, struct hud_panel *drawn)
{
  size_t count = drawing->curve_count * drawing->point_count;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (size_t i = 0; i < count; i++) {
    double value = drawing->values[panel * count + i];
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  bool values = drawing->table->plan->study->reference == HUD_REFERENCE_NONE;
  drawn->log_y = !(low < 0.0) && !(values && high < 10.0 * low);
  if (!drawn->log_y && low >= 0.0)
    drawn->y_max = 1.15 * high;
}

static void fill_panel(struct drawing *drawing, size_t panel)
{
  const struct hud_study *study = drawing->table->plan->study;
  struct hud_series *series = drawing->series + panel * drawing->series_count;
  struct hud_panel *drawn = &drawing->panels[panel];
  size_t used = drawing->curve_count;
  *drawn = (struct hud_panel){.x_label = drawing->x_label,
                              .y_label = drawing->y_labels[panel],
                              .log_x = true,
                              .x_min = drawing->x_min,
                              .x_max = drawing->x_max,
                              .series = series};
  for (size_t c = 0; c < drawing->curve_count; c++)
    fill_curve(drawing, panel, c, &series[c]);
  choose_scale(drawing, panel, drawn);
  if (drawn->log_y)
    used += add_slopes(drawing, panel, series + used);
  drawn->series_count = used;
  quantity_markup(study, &study->quantities[panel], drawing->y_labels[panel], TEXT);
}

/* The curves of all panels look the same: one legend names them, and the slopes that any panel
 * has. */
static size_t share_legend(struct drawing *drawing)
{
  struct hud_series *legend = drawing->series + drawing->panel_count * drawing->series_count;
  size_t used = 0;
  for (int guides = 0; guides < 2; guides++)
    for (size_t p = 0; p < drawing->panel_count; p++)
      for (size_t s = 0; s < drawing->panels[p].series_count; s++) {
        struct hud_series *series = &drawing->series[p * drawing->series_count + s];
        bool known = series->label == NULL || series->guide != (guides == 1);
        for (size_t l = 0; l < used && !known; l++)
          known = strcmp(legend[l].label, series->label) == 0;
        if (!known) {
          legend[used] = *series;
          legend[used++].count = 0;
        }
      }
  for (size_t s = 0; s < drawing->panel_count * drawing->series_count; s++)
    drawing->series[s].label = NULL;
  return used;
}

/* A little beyond the values, so that no point is on the frame. */
static void choose_range(struct drawing *drawing)
{
  const struct hud_study *study = drawing->table->plan->study;
  const double *x = study->parameters[study->order_parameter].numbers;
  drawing->x_min = drawing->x_max = x[0];
  for (size_t i = 0; i < drawing->point_count; i++) {
    drawing->x_min = fmin(drawing->x_min, x[i]);
    drawing->x_max = fmax(drawing->x_max, x[i]);
  }
  drawing->x_min *= 0.8;
  drawing->x_max *= 1.25;
}

/* A panel without a point (all undefined, or zero on a logarithmic axis) cannot be drawn. */
static bool has_points(const struct hud_panel *panel)
{
  for (size_t s = 0; s < panel->series_count; s++)
    for (size_t i = 0; i < panel->series[s].count; i++)
      if (panel->log_y ? panel->series[s].y[i] > 0.0 : isfinite(panel->series[s].y[i]))
        return true;
  return false;
}

/* ---- the whole ---- */

static hud_status make_drawing(struct drawing *drawing, struct hud_error *error)
{
  const struct hud_study *study = drawing->table->plan->study;
  drawing->panel_count = study->quantity_count < MOST_PANELS ? study->quantity_count : MOST_PANELS;
  drawing->point_count = hud_study_group_size(drawing->table->plan);
  choose_curves(drawing);
  drawing->series_count = drawing->curve_count + SLOPES;
  size_t panels = drawing->panel_count;
  size_t values = panels * drawing->curve_count * drawing->point_count;
  hud_status status =
      HUD_NEW(&drawing->series, (panels + 1) * drawing->series_count, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&drawing->values, values, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&drawing->spreads, values, "a figure", error);
  if (status != HUD_OK)
    return status;
  hud_symbol_greek(study->parameters[study->order_parameter].name, drawing->x_label, TEXT);
  hud_study_describe(study, drawing->subtitle, sizeof drawing->subtitle);
  choose_range(drawing);
  for (size_t p = 0; p < panels; p++)
    fill_panel(drawing, p);
  return status;
}

static hud_status draw(struct drawing *drawing, const char *directory, char **missing,
                       struct hud_error *error)
{
  size_t legend = share_legend(drawing), drawn = 0;
  for (size_t p = 0; p < drawing->panel_count; p++)
    if (has_points(&drawing->panels[p]))
      drawing->panels[drawn++] = drawing->panels[p];
  const struct hud_figure figure = {.title = drawing->table->plan->study->description.title,
                                    .subtitle = drawing->subtitle,
                                    .columns = drawn == 4 ? 2 : 3,
                                    .panel_count = drawn,
                                    .panels = drawing->panels,
                                    .legend_count = legend,
                                    .legend = drawing->series +
                                              drawing->panel_count * drawing->series_count};
  return drawn > 0 ? hud_figure_draw(&figure, directory, "study", missing, error) : HUD_OK;
}

hud_status hud_study_table_draw(const struct hud_study_table *table, const char *directory,
                                char **missing, struct hud_error *error)
{
  struct drawing *drawing = NULL;
  if (table->plan->study->order_parameter < 0)
    return HUD_OK;
  hud_status status = HUD_NEW(&drawing, 1, "a figure", error);
  if (status != HUD_OK)
    return status;
  drawing->table = table;
  status = make_drawing(drawing, error);
  if (status == HUD_OK)
    status = draw(drawing, directory, missing, error);
  hud_free(drawing->series);
  hud_free(drawing->values);
  hud_free(drawing->spreads);
  hud_free(drawing);
  return status;
}
