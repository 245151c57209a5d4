/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figures that every run has. In the figure of densities the colour says the time and the dash
 * says the run. */
#include "output/plots.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "output/figure.h"
#include "output/symbols.h"

enum { MARKUP = 128, LABEL = 64, DEFAULT_TIMES = 4, LONG_LEGEND = 7 };

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
  plot->panel.legend_outside = series_count >= LONG_LEGEND;
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
  plot->panel.legend_outside = time_count + run_count >= LONG_LEGEND;
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
  struct hud_figure figure = {title, 1, &plot.panel, 0};
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
  struct hud_figure figure = {title, 1, &plot.panel, 0};
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
  struct hud_figure figure = {title, densities ? 2 : 1, panels, 0};
  if (status == HUD_OK)
    status = hud_figure_draw(&figure, directory, "overview", missing, error);
  free_plot(&plots[0]);
  free_plot(&plots[1]);
  return status;
}

/* ---- moments ---- */

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
  struct hud_panel panels[COLUMNS];
  size_t shown = 0;
  hud_status status = HUD_OK;
  for (size_t c = 0; c < COLUMNS && status == HUD_OK; c++) {
    status = column_plot(&plots[c], run_count, runs, columns[c], error);
    if (plots[c].panel.series_count > 0)
      panels[shown++] = plots[c].panel;
  }
  if (status == HUD_OK && shown == 0)
    status = hud_fail(error, HUD_ERROR_INPUT, "there is no moment to draw");
  struct hud_figure figure = {title, shown, panels, 2};
  if (status == HUD_OK)
    status = hud_figure_draw(&figure, directory, "moments", missing, error);
  for (size_t c = 0; c < COLUMNS; c++)
    free_plot(&plots[c]);
  return status;
}

/* ---- pairs ---- */

hud_status hud_plot_f2(const char *directory, size_t v_count, const double *v, const double *f2,
                       const char *title, char **missing, struct hud_error *error)
{
  double *root = NULL;
  hud_status status = HUD_NEW(&root, v_count * v_count, "a figure", error);
  if (status != HUD_OK)
    return status;
  for (size_t i = 0; i < v_count * v_count; i++)
    root[i] = f2[i] > 0.0 ? sqrt(sqrt(f2[i])) : 0.0;
  const struct hud_map map = {v_count, v_count, v, v, root};
  const double ends[2] = {v_count > 0 ? v[0] : 0.0, v_count > 0 ? v[v_count - 1] : 0.0};
  const struct hud_series diagonal = {.label = NULL,
                                      .count = 2,
                                      .x_stride = 1,
                                      .y_stride = 1,
                                      .x = ends,
                                      .y = ends,
                                      .colour = 1,
                                      .dash = 2};
  const struct hud_panel panel = {.x_label = "{/:Italic v}_1",
                                  .y_label = "{/:Italic v}_2",
                                  .map = &map,
                                  .series_count = 1,
                                  .series = &diagonal};
  const struct hud_figure figure = {title, 1, &panel, 0};
  status = hud_figure_draw(&figure, directory, "f2", missing, error);
  hud_free(root);
  return status;
}
