/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figure of a study: a panel for each quantity against the order parameter, logarithmic, with
 * the fitted curves, or, where nothing is fitted, lines of the slopes nearest to the observed
 * orders; a curve for each variant and each value of the other parameters. Error bars are
 * discretisation errors, where one would see them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/symbols.h"
#include "study/draw_times.h"
#include "study/points.h"

enum { MOST_PANELS = 9, MOST_CURVES = 16, SLOPES = 8, TEXT = 160, FITTED = 60 };
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
  char x_label[TEXT], y_labels[MOST_PANELS][2 * TEXT], subtitle[2 * TEXT];
  struct hud_series *series; /* panel x series, then those of the legend */
  double *x;                 /* of the points */
  double *values, *spreads;  /* panel x curve x point */
  double *fitted;            /* fit x (FITTED x, then FITTED y) */
  char (*fit_labels)[TEXT];
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

static void quantity_markup(const struct drawing *drawing,
                            const struct hud_study_quantity *quantity, char *text, size_t size)
{
  const struct hud_study *study = drawing->table->plan->study;
  char symbol[TEXT / 2], over[TEXT / 2] = "";
  bool error = study->reference != HUD_REFERENCE_NONE && quantity->kind < HUD_QUANTITY_W1;
  bool relative = study->description.difference == HUD_DIFFERENCE_RELATIVE;
  double power = study->description.compensate;
  hud_symbol_markup(quantity->name, symbol, sizeof symbol);
  if (power != 0.0)
    snprintf(over, sizeof over, " / %.50s^{%g}", drawing->x_label, power);
  /* the space is one that SVG keeps before a change of font */
  snprintf(text, size, "%s%s%s",
           !error     ? ""
           : relative ? "relative error in\u00a0"
                      : "error in\u00a0",
           symbol, over);
}

/* The name of the abscissa: N for the number of particles, t for the end of a run, and with its
 * index: epsilon_3 is an epsilon with the index 3. */
static void abscissa_markup(const struct hud_study *study, char *text, size_t size)
{
  const char *name = hud_study_abscissa_name(study);
  char stem[HUD_STUDY_NAME] = "", symbol[TEXT / 2];
  size_t length = strcspn(name, "_");
  if (strcmp(name, "count") == 0)
    stem[0] = 'N';
  else if (strcmp(name, "end") == 0)
    stem[0] = 't';
  else
    memcpy(stem, name, length < sizeof stem ? length : sizeof stem - 1);
  hud_symbol_greek(stem, symbol, sizeof symbol);
  if (name[length] == '_')
    snprintf(text, size, "%s_{%.30s}", symbol, name + length + 1);
  else
    snprintf(text, size, "%s", symbol);
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

/* 1, or what values at x are divided by. */
static double divisor(const struct drawing *drawing, double x)
{
  return pow(x, drawing->table->plan->study->description.compensate);
}

/* "1.57 x^0.5 - 2.9 x^1", in plain text. */
static void label_fit(const struct hud_power_fit *curve, char *text, size_t size)
{
  size_t used =
      (size_t)snprintf(text, size, "fit: %.3g x^%.3g", curve->coefficient[0], curve->power[0]);
  for (size_t k = 1; k < curve->terms && used < size; k++)
    used += (size_t)snprintf(text + used, size - used, " %c %.3g x^%.3g",
                             curve->coefficient[k] < 0.0 ? '-' : '+', fabs(curve->coefficient[k]),
                             curve->power[k]);
}

/* The fitted curves of the panel's quantity in the first group, over the points that counted. */
static size_t add_fits(struct drawing *drawing, size_t panel, struct hud_series *series)
{
  const struct hud_study_table *table = drawing->table;
  size_t added = 0;
  for (size_t f = 0; f < table->fitted_count; f++) {
    const struct hud_study_fitted *fitted = &table->fitted[f];
    if (fitted->group != 0 || fitted->quantity != panel || !fitted->defined)
      continue;
    double *x = drawing->fitted + f * 2 * FITTED, *y = x + FITTED;
    double to = fmin(drawing->x_max, table->plan->study->fits[fitted->fit].largest);
    for (int i = 0; i < FITTED; i++) {
      x[i] = drawing->x_min * pow(to / drawing->x_min, (double)i / (FITTED - 1));
      y[i] = 0.0;
      for (size_t k = 0; k < fitted->curve.terms; k++)
        y[i] += fitted->curve.coefficient[k] * pow(x[i], fitted->curve.power[k]);
      y[i] /= divisor(drawing, x[i]);
    }
    label_fit(&fitted->curve, drawing->fit_labels[f], TEXT);
    series[added] = (struct hud_series){.label = drawing->fit_labels[f],
                                        .count = FITTED,
                                        .x_stride = 1,
                                        .y_stride = 1,
                                        .x = x,
                                        .y = y,
                                        .colour = -1,
                                        .dash = 1 + (int)added};
    added++;
  }
  return added;
}

/* Lines of slope 1, 2, ... below the lowest curve, for the orders that are seen. */
static size_t add_slopes(struct drawing *drawing, size_t panel, struct hud_series *series)
{
  const double *x = drawing->x;
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
  size_t n = drawing->point_count, first = (panel * drawing->curve_count + c) * n;
  bool bars = false;
  for (size_t i = 0; i < n; i++) {
    const struct hud_study_entry *entry = entry_of(drawing, panel, &drawing->curves[c], i);
    drawing->values[first + i] = entry->value / divisor(drawing, drawing->x[i]);
    drawing->spreads[first + i] = entry->discretisation / divisor(drawing, drawing->x[i]);
    bars = bars || entry->discretisation > least_bar * fabs(entry->value);
  }
  *series = (struct hud_series){.label = drawing->curves[c].label,
                                .count = n,
                                .x_stride = 1,
                                .y_stride = 1,
                                .x = drawing->x,
                                .y = drawing->values + first,
                                .spread = bars ? drawing->spreads + first : NULL,
                                .colour = (int)c,
                                .dash = (int)c,
                                .points = true};
}

/* Values that hardly change are shown from zero: a logarithmic axis would make them change.
 * Compensated ones are as they are. */
static void choose_scale(const struct drawing *drawing, size_t panel, struct hud_panel *drawn)
{
  size_t count = drawing->curve_count * drawing->point_count;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (size_t i = 0; i < count; i++) {
    double value = drawing->values[panel * count + i];
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  if (drawing->table->plan->study->description.compensate != 0.0)
    return;
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
  if (study->fit_count > 0)
    used += add_fits(drawing, panel, series + used);
  else if (drawn->log_y)
    used += add_slopes(drawing, panel, series + used);
  drawn->series_count = used;
  quantity_markup(drawing, &study->quantities[panel], drawing->y_labels[panel], 2 * TEXT);
}

/* The fitted curves, the only black ones, are of their panel. */
static bool is_fit(const struct hud_series *series)
{
  return series->colour < 0;
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
        bool known = series->label == NULL || series->guide != (guides == 1) || is_fit(series);
        for (size_t l = 0; l < used && !known; l++)
          known = strcmp(legend[l].label, series->label) == 0;
        if (!known) {
          legend[used] = *series;
          legend[used++].count = 0;
        }
      }
  for (size_t s = 0; s < drawing->panel_count * drawing->series_count; s++)
    if (!is_fit(&drawing->series[s]))
      drawing->series[s].label = NULL;
  return used;
}

/* The points, and a little beyond them, so that none is on the frame. */
static void choose_range(struct drawing *drawing)
{
  const struct hud_study_plan *plan = drawing->table->plan;
  double *x = drawing->x;
  for (size_t i = 0; i < drawing->point_count; i++)
    x[i] = hud_study_abscissa(plan->study, hud_study_group_point(plan, 0, i));
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
  drawing->series_count = drawing->curve_count + SLOPES + drawing->table->fitted_count;
  size_t panels = drawing->panel_count;
  size_t values = panels * drawing->curve_count * drawing->point_count;
  hud_status status =
      HUD_NEW(&drawing->series, (panels + 1) * drawing->series_count, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&drawing->values, values, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&drawing->spreads, values, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&drawing->x, drawing->point_count, "a figure", error);
  size_t fits = drawing->table->fitted_count;
  if (status == HUD_OK && fits > 0)
    status = HUD_NEW(&drawing->fitted, fits * 2 * FITTED, "a figure", error);
  if (status == HUD_OK && fits > 0)
    status = HUD_NEW(&drawing->fit_labels, fits, "a figure", error);
  if (status != HUD_OK)
    return status;
  abscissa_markup(study, drawing->x_label, TEXT);
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
    return hud_study_draw_times(table, directory, missing, error);
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
  hud_free(drawing->x);
  hud_free(drawing->fitted);
  hud_free(drawing->fit_labels);
  hud_free(drawing);
  return status;
}
