/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figure of a study: a panel for each quantity, log-log against the order parameter, with lines
 * of the slopes nearest to the observed orders. Of a product of parameters the first group is
 * drawn, and of many quantities the first four. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/symbols.h"
#include "study/table.h"

enum { MOST_PANELS = 4, SLOPES = 6, MARKUP = 160 };

struct drawing {
  const struct hud_study_table *table;
  size_t panel_count, point_count, series_count; /* series of one panel */
  struct hud_panel panels[MOST_PANELS + 1];
  double x_min, x_max;
  char x_label[MARKUP], y_labels[MOST_PANELS][MARKUP];
  struct hud_series *series; /* panel x series */
  double *values;            /* panel x variant x point */
  double slope_x[MOST_PANELS][2], slope_y[MOST_PANELS][SLOPES][2];
  char slope_labels[SLOPES][32];
};

/* A word of the file as the symbol of the papers, in gnuplot's markup. */
static void parameter_markup(const char *name, char *text, size_t size)
{
  static const struct {
    const char *name, *symbol;
  } greek[] = {{"epsilon", "ε"}, {"delta", "δ"}, {"lambda", "λ"}, {"mu", "μ"}};
  for (size_t g = 0; g < sizeof greek / sizeof greek[0]; g++) {
    size_t length = strlen(greek[g].name);
    const char *index = name + length;
    if (strncmp(name, greek[g].name, length) != 0 || strspn(index, "0123456789") != strlen(index))
      continue;
    snprintf(text, size, index[0] != '\0' ? "%s_{%s}" : "%s", greek[g].symbol, index);
    return;
  }
  hud_symbol_markup(name, text, size);
}

static void quantity_markup(const struct hud_study *study, const char *name, char *text,
                            size_t size)
{
  char symbol[MARKUP - 40];
  hud_symbol_markup(name, symbol, sizeof symbol);
  snprintf(text, size, "%s%s", study->reference != HUD_REFERENCE_NONE ? "error in " : "", symbol);
}

/* Lines of slope 1, 2, ... below the lowest curve, for the orders that are seen. */
static size_t add_slopes(struct drawing *drawing, size_t panel, struct hud_series *series)
{
  const struct hud_study_table *table = drawing->table;
  const struct hud_study *study = table->plan->study;
  const double *x = study->parameters[study->order_parameter].numbers;
  size_t n = drawing->point_count, added = 0;
  double first = x[0], last = x[n - 1];
  drawing->slope_x[panel][0] = first;
  drawing->slope_x[panel][1] = last;
  for (int slope = 1; slope <= SLOPES; slope++) {
    double lowest = HUGE_VAL;
    for (size_t v = 0; v < study->variant_count; v++) {
      const struct hud_study_entry *entry =
          hud_study_entry_at(table, hud_study_group_point(table->plan, 0, n - 1), v, panel);
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
                                          .x = drawing->slope_x[panel],
                                          .y = y,
                                          .colour = -1,
                                          .dash = slope};
  }
  return added;
}

static void fill_panel(struct drawing *drawing, size_t panel)
{
  const struct hud_study_table *table = drawing->table;
  const struct hud_study *study = table->plan->study;
  struct hud_series *series = drawing->series + panel * drawing->series_count;
  size_t n = drawing->point_count, used = 0;
  bool positive = true;
  for (size_t v = 0; v < study->variant_count; v++) {
    if ((int)v == study->reference)
      continue;
    double *values = drawing->values + (panel * study->variant_count + v) * n;
    for (size_t i = 0; i < n; i++) {
      values[i] =
          hud_study_entry_at(table, hud_study_group_point(table->plan, 0, i), v, panel)->value;
      positive = positive && !(values[i] < 0.0);
    }
    series[used] = (struct hud_series){.label = study->variants[v].label,
                                       .count = n,
                                       .x_stride = 1,
                                       .y_stride = 1,
                                       .x = study->parameters[study->order_parameter].numbers,
                                       .y = values,
                                       .colour = (int)used,
                                       .dash = (int)used,
                                       .points = true};
    used++;
  }
  if (positive)
    used += add_slopes(drawing, panel, series + used);
  quantity_markup(study, study->quantities[panel].name, drawing->y_labels[panel], MARKUP);
  drawing->panels[panel] = (struct hud_panel){.x_label = drawing->x_label,
                                              .y_label = drawing->y_labels[panel],
                                              .log_x = true,
                                              .log_y = positive,
                                              .x_min = drawing->x_min,
                                              .x_max = drawing->x_max,
                                              .legend_outside = drawing->panel_count == 1,
                                              .series_count = used,
                                              .series = series};
}

/* The curves of all panels look the same: one place without axes names them, and the slopes that
 * any panel has. */
static void move_legend(struct drawing *drawing)
{
  struct hud_series *legend = drawing->series + drawing->panel_count * drawing->series_count;
  size_t used = 0;
  for (size_t p = 0; p < drawing->panel_count; p++)
    for (size_t s = 0; s < drawing->panels[p].series_count; s++) {
      struct hud_series *series = &drawing->series[p * drawing->series_count + s];
      bool known = false;
      for (size_t l = 0; l < used; l++)
        known = known || strcmp(legend[l].label, series->label) == 0;
      if (!known && used < drawing->series_count) {
        legend[used] = *series;
        legend[used++].count = 0;
      }
      series->label = NULL;
    }
  drawing->panels[drawing->panel_count] =
      (struct hud_panel){.legend_only = true, .series_count = used, .series = legend};
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
static bool has_points(const struct drawing *drawing, size_t panel)
{
  const struct hud_panel *p = &drawing->panels[panel];
  for (size_t s = 0; s < p->series_count; s++)
    for (size_t i = 0; i < p->series[s].count; i++)
      if (p->log_y ? p->series[s].y[i] > 0.0 : isfinite(p->series[s].y[i]))
        return true;
  return false;
}

hud_status hud_study_table_draw(const struct hud_study_table *table, const char *directory,
                                char **missing, struct hud_error *error)
{
  const struct hud_study *study = table->plan->study;
  struct drawing *drawing = NULL;
  if (study->order_parameter < 0)
    return HUD_OK;
  hud_status status = HUD_NEW(&drawing, 1, "a figure", error);
  if (status != HUD_OK)
    return status;
  drawing->table = table;
  drawing->panel_count = study->quantity_count < MOST_PANELS ? study->quantity_count : MOST_PANELS;
  drawing->point_count = hud_study_group_size(table->plan);
  drawing->series_count = study->variant_count + SLOPES;
  size_t panels = drawing->panel_count;
  status = HUD_NEW(&drawing->series, (panels + 1) * drawing->series_count, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&drawing->values, panels * study->variant_count * drawing->point_count,
                     "a figure", error);
  if (status == HUD_OK) {
    size_t drawn = 0;
    parameter_markup(study->parameters[study->order_parameter].name, drawing->x_label, MARKUP);
    choose_range(drawing);
    for (size_t p = 0; p < panels; p++)
      fill_panel(drawing, p);
    if (panels > 1)
      move_legend(drawing);
    for (size_t p = 0; p < panels; p++)
      if (has_points(drawing, p))
        drawing->panels[drawn++] = drawing->panels[p];
    size_t shown = drawn;
    if (panels > 1)
      drawing->panels[shown++] = drawing->panels[panels];
    const struct hud_figure figure = {study->description.title, shown, drawing->panels,
                                      shown > 3 ? (shown + 1) / 2 : 0};
    if (drawn > 0)
      status = hud_figure_draw(&figure, directory, "study", missing, error);
  }
  hud_free(drawing->series);
  hud_free(drawing->values);
  hud_free(drawing);
  return status;
}
