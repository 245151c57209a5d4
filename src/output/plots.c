/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figures that every run has. In the figure of densities the colour says the time and the dash
 * says the run. */
#include "output/plots.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/symbols.h"

enum { MARKUP = 128, LABEL = 64, DEFAULT_TIMES = 4 };

/* A panel with what it owns. */
struct plot {
  struct hud_panel panel;
  struct hud_series *series;
  char x_label[MARKUP], y_label[MARKUP];
  char (*labels)[LABEL];
};

static void free_plot(struct plot *plot)
{
  hud_free(plot->series);
  hud_free(plot->labels);
}

static void set_panel(struct plot *plot, size_t series_count)
{
  plot->panel.x_label = plot->x_label;
  plot->panel.y_label = plot->y_label;
  plot->panel.series = plot->series;
  plot->panel.series_count = series_count;
}

/* ---- variance ---- */

static bool has_positive(const struct hud_series *series)
{
  for (size_t i = 0; i < series->count; i++)
    if (series->y[i * series->y_stride] > 0.0)
      return true;
  return false;
}

static hud_status variance_plot(struct plot *plot, size_t run_count,
                                const struct hud_plot_run *runs, struct hud_error *error)
{
  *plot = (struct plot){.series = NULL};
  hud_status status = HUD_NEW(&plot->series, run_count, "a figure", error);
  for (size_t r = 0; status == HUD_OK && r < run_count; r++) {
    status = hud_series_from_table(&plot->series[r], runs[r].moments, "t", "variance",
                                   run_count > 1 ? runs[r].label : NULL, error);
    if (status != HUD_OK)
      break;
    plot->series[r].colour = plot->series[r].dash = (int)(r % HUD_COLOURS);
    plot->panel.log_y = plot->panel.log_y || has_positive(&plot->series[r]);
  }
  hud_symbol_markup("t", plot->x_label, sizeof plot->x_label);
  hud_symbol_markup("variance", plot->y_label, sizeof plot->y_label);
  set_panel(plot, run_count);
  return status;
}

/* ---- densities ---- */

static bool has_density(const struct hud_plot_run *run)
{
  return run->f1 != NULL && run->v_count > 0 && run->time_count > 0;
}

static size_t nearest_record(const struct hud_plot_run *run, double time)
{
  size_t best = 0;
  for (size_t i = 1; i < run->time_count; i++)
    if (fabs(run->time[i] - time) < fabs(run->time[best] - time))
      best = i;
  return best;
}

/* The curves of one run, one a time. */
static void add_run(struct hud_series *series, const struct hud_plot_run *run, int dash,
                    size_t time_count, const double *times)
{
  for (size_t i = 0; i < time_count; i++) {
    size_t record = nearest_record(run, times[i]);
    series[i] = (struct hud_series){.count = run->v_count,
                                    .x_stride = 1,
                                    .y_stride = 1,
                                    .x = run->v + record * run->v_stride,
                                    .y = run->f1 + record * run->v_count,
                                    .colour = (int)(i % HUD_COLOURS),
                                    .dash = dash};
  }
}

/* The window is wide for the tails: what is drawn is where some curve exceeds a thousandth of its
 * largest value, and a tenth more. */
static void choose_window(struct hud_panel *panel)
{
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (size_t s = 0; s < panel->series_count; s++) {
    const struct hud_series *series = &panel->series[s];
    double largest = 0.0;
    for (size_t i = 0; i < series->count; i++)
      largest = fmax(largest, series->y[i]);
    for (size_t i = 0; i < series->count; i++)
      if (series->y[i] > 1e-3 * largest) {
        low = fmin(low, series->x[i]);
        high = fmax(high, series->x[i]);
      }
  }
  if (low < high) {
    panel->x_min = low - 0.1 * (high - low);
    panel->x_max = high + 0.1 * (high - low);
  }
}

/* With one run, labels say the times; with several, entries without points say which dash is whose.
 * The times are those of the first run's records. */
static size_t fill_density_series(struct plot *plot, size_t run_count,
                                  const struct hud_plot_run *runs, size_t time_count,
                                  const double *times)
{
  size_t used = 0, shown = 0;
  for (size_t r = 0; r < run_count; r++) {
    if (!has_density(&runs[r]))
      continue;
    add_run(plot->series + used, &runs[r], (int)(r % HUD_DASHES), time_count, times);
    for (size_t i = 0; shown == 0 && i < time_count; i++) {
      snprintf(plot->labels[i], LABEL, "t = %.3g",
               runs[r].time[nearest_record(&runs[r], times[i])]);
      plot->series[used + i].label = plot->labels[i];
    }
    used += time_count;
    shown++;
  }
  for (size_t r = 0; shown > 1 && r < run_count; r++)
    if (has_density(&runs[r]))
      plot->series[used++] =
          (struct hud_series){.label = runs[r].label, .colour = -1, .dash = (int)(r % HUD_DASHES)};
  return used;
}

static hud_status density_plot(struct plot *plot, size_t run_count, const struct hud_plot_run *runs,
                               size_t time_count, const double *times, struct hud_error *error)
{
  *plot = (struct plot){.series = NULL};
  size_t first = 0;
  while (first < run_count && !has_density(&runs[first]))
    first++;
  if (first == run_count)
    return hud_fail(error, HUD_ERROR_INPUT, "there is no density f_1 to draw");
  double defaults[DEFAULT_TIMES];
  if (time_count == 0) {
    const struct hud_plot_run *run = &runs[first];
    double start = run->time[0], length = run->time[run->time_count - 1] - start;
    for (int i = 0; i < DEFAULT_TIMES; i++)
      defaults[i] = start + length * i / (DEFAULT_TIMES - 1);
    times = defaults;
    time_count = length > 0.0 ? DEFAULT_TIMES : 1;
  }
  hud_status status = HUD_NEW(&plot->series, run_count * (time_count + 1), "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&plot->labels, time_count, "a figure", error);
  if (status != HUD_OK)
    return status;
  set_panel(plot, fill_density_series(plot, run_count, runs, time_count, times));
  choose_window(&plot->panel);
  hud_symbol_markup("v", plot->x_label, sizeof plot->x_label);
  snprintf(plot->y_label, sizeof plot->y_label, "{/:Italic f}_1({/:Italic v}, {/:Italic t})");
  return HUD_OK;
}

/* ---- figures ---- */

hud_status hud_plot_variance(const char *directory, size_t run_count,
                             const struct hud_plot_run *runs, const char *title, char **missing,
                             struct hud_error *error)
{
  struct plot plot;
  hud_status status = variance_plot(&plot, run_count, runs, error);
  struct hud_figure figure = {.title = title, .panel_count = 1, .panels = &plot.panel};
  if (status == HUD_OK)
    status = hud_figure_draw(&figure, directory, "variance", missing, error);
  free_plot(&plot);
  return status;
}

hud_status hud_plot_f1(const char *directory, size_t run_count, const struct hud_plot_run *runs,
                       size_t time_count, const double *times, const char *title, char **missing,
                       struct hud_error *error)
{
  struct plot plot;
  hud_status status = density_plot(&plot, run_count, runs, time_count, times, error);
  struct hud_figure figure = {.title = title, .panel_count = 1, .panels = &plot.panel};
  if (status == HUD_OK)
    status = hud_figure_draw(&figure, directory, "f1", missing, error);
  free_plot(&plot);
  return status;
}

hud_status hud_plot_overview(const char *directory, size_t run_count,
                             const struct hud_plot_run *runs, size_t time_count,
                             const double *times, const char *title, char **missing,
                             struct hud_error *error)
{
  struct plot plots[2] = {{.series = NULL}, {.series = NULL}};
  bool densities = false;
  for (size_t r = 0; r < run_count; r++)
    densities = densities || has_density(&runs[r]);
  hud_status status = variance_plot(&plots[0], run_count, runs, error);
  if (status == HUD_OK && densities)
    status = density_plot(&plots[1], run_count, runs, time_count, times, error);
  struct hud_panel panels[2] = {plots[0].panel, plots[1].panel};
  struct hud_figure figure = {.title = title, .panel_count = densities ? 2 : 1, .panels = panels};
  if (status == HUD_OK)
    status = hud_figure_draw(&figure, directory, "overview", missing, error);
  free_plot(&plots[0]);
  free_plot(&plots[1]);
  return status;
}

/* ---- moments ---- */

enum { MOST_PANELS = 8 };

/* The panels that have curves, in two columns. */
static hud_status draw_panels(size_t count, const struct plot *plots, const char *directory,
                              const char *name, const char *title, char **missing,
                              struct hud_error *error)
{
  struct hud_panel panels[MOST_PANELS];
  size_t shown = 0;
  for (size_t p = 0; p < count; p++)
    if (plots[p].panel.series_count > 0)
      panels[shown++] = plots[p].panel;
  if (shown == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "none of the quantities of figure-%s is there", name);
  struct hud_figure figure = {.title = title, .columns = 2, .panel_count = shown, .panels = panels};
  return hud_figure_draw(&figure, directory, name, missing, error);
}

/* A panel for one column; no series where no run has it. */
static hud_status column_plot(struct plot *plot, size_t run_count, const struct hud_plot_run *runs,
                              const char *column, struct hud_error *error)
{
  size_t used = 0;
  *plot = (struct plot){.series = NULL};
  hud_status status = HUD_NEW(&plot->series, run_count, "a figure", error);
  for (size_t r = 0; status == HUD_OK && r < run_count; r++) {
    if (!hud_table_has(runs[r].moments, column))
      continue;
    status = hud_series_from_table(&plot->series[used], runs[r].moments, "t", column,
                                   run_count > 1 ? runs[r].label : NULL, error);
    plot->series[used].colour = plot->series[used].dash = (int)(r % HUD_COLOURS);
    used++;
  }
  hud_symbol_markup("t", plot->x_label, sizeof plot->x_label);
  hud_symbol_markup(column, plot->y_label, sizeof plot->y_label);
  set_panel(plot, used);
  return status;
}

hud_status hud_plot_moments(const char *directory, size_t run_count,
                            const struct hud_plot_run *runs, const char *title, char **missing,
                            struct hud_error *error)
{
  static const char *const columns[] = {"M1", "f1_m2", "f1_m3", "f1_m4"};
  enum { COLUMNS = sizeof columns / sizeof columns[0] };
  struct plot plots[COLUMNS] = {{.series = NULL}};
  hud_status status = HUD_OK;
  for (size_t c = 0; c < COLUMNS && status == HUD_OK; c++)
    status = column_plot(&plots[c], run_count, runs, columns[c], error);
  if (status == HUD_OK)
    status = draw_panels(COLUMNS, plots, directory, "moments", title, missing, error);
  for (size_t c = 0; c < COLUMNS; c++)
    free_plot(&plots[c]);
  return status;
}

/* ---- a gas ---- */

enum { GAS_COLUMNS = 8 };

struct gas_group {
  const char *label; /* of the axis; NULL: the symbol of the first column */
  const char *columns[GAS_COLUMNS];
};

/* Curves of the columns of a group that the runs have: the colour says the column, the dash the
 * run. */
static hud_status group_plot(struct plot *plot, size_t run_count, const struct hud_plot_run *runs,
                             const struct gas_group *group, struct hud_error *error)
{
  size_t used = 0;
  *plot = (struct plot){.series = NULL};
  hud_status status = HUD_NEW(&plot->series, run_count * GAS_COLUMNS, "a figure", error);
  if (status == HUD_OK)
    status = HUD_NEW(&plot->labels, run_count * GAS_COLUMNS, "a figure", error);
  for (size_t r = 0; r < run_count; r++)
    for (size_t c = 0; c < GAS_COLUMNS && group->columns[c] != NULL && status == HUD_OK; c++) {
      const char *column = group->columns[c];
      if (!hud_table_has(runs[r].moments, column))
        continue;
      snprintf(plot->labels[used], LABEL, "%s%s%.40s", column, run_count > 1 ? ", " : "",
               run_count > 1 ? runs[r].label : "");
      status = hud_series_from_table(&plot->series[used], runs[r].moments, "t", column,
                                     plot->labels[used], error);
      plot->series[used].colour = (int)c;
      plot->series[used++].dash = (int)(r % HUD_DASHES);
    }
  hud_symbol_markup("t", plot->x_label, sizeof plot->x_label);
  if (group->label != NULL)
    snprintf(plot->y_label, sizeof plot->y_label, "%s", group->label);
  else
    hud_symbol_markup(group->columns[0], plot->y_label, sizeof plot->y_label);
  set_panel(plot, used);
  return status;
}

hud_status hud_plot_gas(const char *directory, size_t run_count, const struct hud_plot_run *runs,
                        const char *title, char **missing, struct hud_error *error)
{
  static const struct gas_group groups[] = {
      {"temperatures", {"Tx", "Ty", "Tz"}},
      {NULL, {"m4"}},
      {"collisions so far", {"collisions_2", "collisions_3", "collisions_4", "collisions_5"}}};
  enum { GROUPS = sizeof groups / sizeof groups[0] };
  struct plot plots[GROUPS] = {{.series = NULL}};
  hud_status status = HUD_OK;
  for (size_t g = 0; g < GROUPS && status == HUD_OK; g++)
    status = group_plot(&plots[g], run_count, runs, &groups[g], error);
  if (status == HUD_OK)
    status = draw_panels(GROUPS, plots, directory, "gas", title, missing, error);
  for (size_t g = 0; g < GROUPS; g++)
    free_plot(&plots[g]);
  return status;
}

/* ---- pairs ---- */

enum { MARKS = 6 };

/* The part of the map that is drawn, and what its colours mean. */
struct pair_map {
  struct hud_map map;
  double *root;
  double at[MARKS], marks[MARKS];
};

static double largest_of(size_t count, const double *values)
{
  double largest = 0.0;
  for (size_t i = 0; i < count; i++)
    largest = fmax(largest, values[i]);
  return largest;
}

void hud_plot_f2_window(size_t n, const double *f2, size_t *first, size_t *last)
{
  double largest = largest_of(n * n, f2);
  *first = n - 1;
  *last = 0;
  for (size_t i = 0; i < n * n; i++)
    if (f2[i] > 1e-4 * largest) {
      size_t low = i / n < i % n ? i / n : i % n, high = i / n > i % n ? i / n : i % n;
      *first = low < *first ? low : *first;
      *last = high > *last ? high : *last;
    }
  if (*first > *last) {
    *first = 0;
    *last = n - 1;
  }
  size_t more = (*last - *first) / 10 + 1;
  *first = *first > more ? *first - more : 0;
  *last = *last + more < n ? *last + more : n - 1;
}

/* The darkness is the fourth root, the numbers beside the scale are of f_2 itself. */
static hud_status fill_pair_map(struct pair_map *pairs, size_t n, const double *v, const double *f2,
                                struct hud_error *error)
{
  double largest = largest_of(n * n, f2);
  size_t first, last;
  hud_plot_f2_window(n, f2, &first, &last);
  size_t shown = last - first + 1;
  hud_status status = HUD_NEW(&pairs->root, shown * shown, "a figure", error);
  if (status != HUD_OK)
    return status;
  for (size_t i = 0; i < shown; i++)
    for (size_t j = 0; j < shown; j++)
      pairs->root[i * shown + j] = sqrt(sqrt(fmax(f2[(first + i) * n + first + j], 0.0)));
  pairs->map = (struct hud_map){.x_count = shown,
                                .y_count = shown,
                                .x = v + first,
                                .y = v + first,
                                .z = pairs->root,
                                .at = pairs->at,
                                .marks = pairs->marks};
  for (size_t m = 0; largest > 0.0 && m < MARKS; m++) {
    pairs->marks[m] = m + 1 < MARKS ? pow(10.0, floor(log10(largest)) - (double)m) : 0.0;
    pairs->at[m] = sqrt(sqrt(pairs->marks[m]));
    pairs->map.mark_count = MARKS;
  }
  return status;
}

hud_status hud_plot_f2(const char *directory, size_t v_count, const double *v, const double *f2,
                       double t, const char *title, char **missing, struct hud_error *error)
{
  char subtitle[LABEL];
  struct pair_map pairs = {.root = NULL};
  if (v_count == 0)
    return hud_fail(error, HUD_ERROR_INPUT, "there is no density f_2 to draw");
  hud_status status = fill_pair_map(&pairs, v_count, v, f2, error);
  if (status != HUD_OK)
    return status;
  /* the diagonal is told at its ends, where it hides nothing */
  const double low = pairs.map.x[0], high = pairs.map.x[pairs.map.x_count - 1];
  const double ends[5] = {low, low + 0.12 * (high - low), (double)NAN, high - 0.12 * (high - low),
                          high};
  const struct hud_series diagonal = {.label = "diagonal v_1 = v_2",
                                      .count = 5,
                                      .x_stride = 1,
                                      .y_stride = 1,
                                      .x = ends,
                                      .y = ends,
                                      .colour = 1,
                                      .dash = 2};
  const struct hud_panel panel = {.x_label = "{/:Italic v}_1",
                                  .y_label = "{/:Italic v}_2",
                                  .map = &pairs.map,
                                  .series_count = 1,
                                  .series = &diagonal};
  snprintf(subtitle, sizeof subtitle, "f_2(v_1, v_2) at t = %.4g", t);
  const struct hud_figure figure = {
      .title = title, .subtitle = subtitle, .panel_count = 1, .panels = &panel};
  status = hud_figure_draw(&figure, directory, "f2", missing, error);
  hud_free(pairs.root);
  return status;
}
