/* SPDX-License-Identifier: GPL-3.0-or-later
 * Figures: writing gnuplot's script and gathering the pictures. No text of a user is ever read by
 * gnuplot as anything but text, and it is drawn without markup. */
#define _POSIX_C_SOURCE 200809L
#include "output/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "output/gnuplot.h"

static const char *const kinds[] = {"svg", "pdf", "png"};
enum { KINDS = 3 };

/* Okabe and Ito, in an order that puts the strongest on white first; yellow is last. */
static const char *const colours[HUD_COLOURS] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000", "#F0E442"};
static const char *const dashes[HUD_DASHES] = {"solid", "(12,6)", "(3,4)", "(12,5,3,5)",
                                               "(20,4,3,4,3,4)"};

hud_status hud_series_from_table(struct hud_series *series, const struct hud_table *table,
                                 const char *x, const char *y, const char *label,
                                 struct hud_error *error)
{
  size_t x_column = 0, y_column = 0, columns = table->column_count;
  hud_status status = hud_table_find(table, x, &x_column, error);
  if (status == HUD_OK)
    status = hud_table_find(table, y, &y_column, error);
  if (status != HUD_OK)
    return status;
  *series = (struct hud_series){
      .label = label, .count = table->row_count, .x_stride = columns, .y_stride = columns};
  if (table->row_count > 0) {
    series->x = table->values + x_column;
    series->y = table->values + y_column;
  }
  return HUD_OK;
}

/* ---- which points are drawn ---- */

struct range {
  double low, high;
};

static bool on_axis(double value, bool logarithmic)
{
  return isfinite(value) && (!logarithmic || value > 0.0);
}

static bool point(const struct hud_panel *panel, const struct hud_series *series, size_t i,
                  double *x, double *y)
{
  *x = series->x[i * series->x_stride];
  *y = series->y[i * series->y_stride];
  bool inside = panel->x_min == panel->x_max || (*x >= panel->x_min && *x <= panel->x_max);
  return on_axis(*x, panel->log_x) && on_axis(*y, panel->log_y) && inside;
}

static bool find_range(const struct hud_panel *panel, struct range *x_range, struct range *y_range)
{
  *x_range = *y_range = (struct range){HUGE_VAL, -HUGE_VAL};
  if (panel->legend_only)
    return true;
  if (panel->map != NULL && panel->map->x_count > 0 && panel->map->y_count > 0) {
    const struct hud_map *map = panel->map;
    *x_range = (struct range){map->x[0], map->x[map->x_count - 1]};
    *y_range = (struct range){map->y[0], map->y[map->y_count - 1]};
  }
  for (size_t s = 0; s < panel->series_count; s++)
    for (size_t i = 0; i < panel->series[s].count; i++) {
      double x, y;
      if (!point(panel, &panel->series[s], i, &x, &y))
        continue;
      *x_range = (struct range){fmin(x_range->low, x), fmax(x_range->high, x)};
      *y_range = (struct range){fmin(y_range->low, y), fmax(y_range->high, y)};
    }
  return x_range->low <= x_range->high;
}

/* ---- the script ---- */

/* A string of gnuplot that stands for exactly this text: what gnuplot might read as more than a
 * character is written as its octal number (it misreads a doubled quote at the start of a string,
 * and runs what stands in backquotes). What is not printed becomes a space. */
static void print_quoted(FILE *stream, const char *text)
{
  fputc('"', stream);
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
    if (*c < 0x20 || *c == 0x7f)
      fputc(' ', stream);
    else if (strchr("\"'`\\$@", *c) != NULL)
      fprintf(stream, "\\%03o", *c);
    else
      fputc(*c, stream);
  }
  fputc('"', stream);
}

/* Texts stand before the block that draws, where they are easy to find and to change. */
static void print_texts(FILE *stream, const struct hud_figure *figure)
{
  fputs("page_title = ", stream);
  print_quoted(stream, figure->title != NULL ? figure->title : "");
  fputc('\n', stream);
  for (size_t p = 0; p < figure->panel_count; p++) {
    const struct hud_panel *panel = &figure->panels[p];
    fprintf(stream, "xlabel_%zu = ", p + 1);
    print_quoted(stream, panel->x_label != NULL ? panel->x_label : "");
    fprintf(stream, "\nylabel_%zu = ", p + 1);
    print_quoted(stream, panel->y_label != NULL ? panel->y_label : "");
    fputc('\n', stream);
    for (size_t s = 0; s < panel->series_count; s++)
      if (panel->series[s].label != NULL) {
        fprintf(stream, "label_%zu_%zu = ", p + 1, s + 1);
        print_quoted(stream, panel->series[s].label);
        fputc('\n', stream);
      }
  }
}

static void print_map(FILE *stream, size_t number, const struct hud_map *map)
{
  fprintf(stream, "$map_%zu << END\n", number);
  for (size_t j = 0; j < map->y_count; j++) {
    for (size_t i = 0; i < map->x_count; i++) {
      double z = map->z[j * map->x_count + i];
      fprintf(stream, isfinite(z) ? "%.6g %.6g %.6g\n" : "%.6g %.6g NaN\n", map->x[i], map->y[j],
              z);
    }
    fputc('\n', stream);
  }
  fputs("END\n", stream);
}

static void print_data(FILE *stream, const struct hud_figure *figure)
{
  for (size_t p = 0; p < figure->panel_count; p++) {
    const struct hud_panel *panel = &figure->panels[p];
    if (panel->map != NULL)
      print_map(stream, p + 1, panel->map);
    for (size_t s = 0; s < panel->series_count; s++) {
      if (panel->series[s].count == 0)
        continue;
      fprintf(stream, "$data_%zu_%zu << END\n", p + 1, s + 1);
      for (size_t i = 0; i < panel->series[s].count; i++) {
        double x, y;
        if (point(panel, &panel->series[s], i, &x, &y))
          fprintf(stream, "%.10g %.10g\n", x, y);
        else
          fputc('\n', stream); /* breaks the line */
      }
      fputs("END\n", stream);
    }
  }
}

/* An axis over several decades has powers of ten; gnuplot would leave a shorter one nearly without
 * numbers, so it gets 1, 2, 5 of each decade, within reach of the data. */
static void print_log_axis(FILE *stream, char axis, struct range range)
{
  double decades = log10(range.high / range.low);
  fprintf(stream, "set logscale %c\n", axis);
  if (decades > 2.5) {
    fprintf(stream, "set %ctics auto\nset format %c '10^{%%T}'\n", axis, axis);
    return;
  }
  fprintf(stream, "set format %c '%%g'\nset %ctics (", axis, axis);
  const char *comma = "";
  for (int k = (int)floor(log10(range.low)) - 1; k <= (int)ceil(log10(range.high)); k++)
    for (int digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3) {
      fprintf(stream, "%s%de%d", comma, digit, k);
      comma = ", ";
    }
  fputs(")\n", stream);
}

static void print_axis(FILE *stream, char axis, size_t panel, bool logarithmic, struct range range)
{
  fprintf(stream, "set %clabel %clabel_%zu\n", axis, axis, panel);
  if (logarithmic)
    print_log_axis(stream, axis, range);
  else
    fprintf(stream, "unset logscale %c\nset %ctics auto\nset format %c '%%g'\n", axis, axis, axis);
}

static void print_series(FILE *stream, size_t panel, size_t number, const struct hud_series *series)
{
  const char *colour = series->colour < 0 ? "#000000" : colours[series->colour % HUD_COLOURS];
  const char *dash = dashes[series->dash % HUD_DASHES];
  bool solid = strcmp(dash, "solid") == 0;
  if (series->count > 0)
    fprintf(stream, "$data_%zu_%zu using 1:2", panel, number);
  else
    fputs("NaN", stream);
  fprintf(stream, " with %s lc rgb '%s' lw 2 dt %s%s", series->points ? "linespoints" : "lines",
          colour, solid ? "" : dash, solid ? "solid" : "");
  if (series->points)
    fprintf(stream, " pt %zu ps 0.6", 4 + number % 8);
  if (series->label != NULL)
    fprintf(stream, " title label_%zu_%zu noenhanced", panel, number);
  else
    fputs(" notitle", stream);
}

/* Entries without axes, in the middle of the panel's place. */
static void print_legend(FILE *stream, size_t number, const struct hud_panel *panel)
{
  fputs("unset border\nunset tics\nunset xlabel\nunset ylabel\nunset logscale\n"
        "set xrange [0:1]\nset yrange [0:1]\n"
        "set key at graph 0, graph 1 left top Left reverse samplen 2.5 spacing 1.2\nplot ",
        stream);
  for (size_t s = 0; s < panel->series_count; s++) {
    fputs(s > 0 ? ", \\\n     " : "", stream);
    print_series(stream, number, s + 1, &panel->series[s]);
  }
  fputs(
      "\nset border 3 lw 0.8\nset xtics nomirror out scale 0.6\nset ytics nomirror out scale 0.6\n",
      stream);
}

static void print_panel(FILE *stream, size_t number, const struct hud_panel *panel,
                        struct range x_range, struct range y_range)
{
  if (panel->legend_only) {
    print_legend(stream, number, panel);
    return;
  }
  print_axis(stream, 'x', number, panel->log_x, x_range);
  print_axis(stream, 'y', number, panel->log_y, y_range);
  if (panel->x_min == panel->x_max)
    fputs("set xrange [*:*]\n", stream);
  else
    fprintf(stream, "set xrange [%.10g:%.10g]\n", panel->x_min, panel->x_max);
  if (panel->map != NULL)
    fprintf(stream,
            "set xrange [%.10g:%.10g]\nset yrange [%.10g:%.10g]\nset size ratio -1\n"
            "set palette defined (0 '#ffffff', 1 '#9ecae1', 3 '#3182bd', 6 '#08306b')\n"
            "set cbtics format '%%g'\n",
            x_range.low, x_range.high, y_range.low, y_range.high);
  else
    fputs("set yrange [*:*]\n", stream);
  fprintf(stream, "set key %s Left reverse samplen 2.5 spacing 1.1\n",
          panel->legend_outside ? "outside right top" : "inside right top");
  fputs("plot ", stream);
  if (panel->map != NULL)
    fprintf(stream, "$map_%zu using 1:2:3 with image notitle%s", number,
            panel->series_count > 0 ? ", \\\n     " : "");
  for (size_t s = 0; s < panel->series_count; s++) {
    if (s > 0)
      fputs(", \\\n     ", stream);
    print_series(stream, number, s + 1, &panel->series[s]);
  }
  fputs(panel->map != NULL ? "\nset size noratio\n" : "\n", stream);
}

static size_t column_count(const struct hud_figure *figure)
{
  bool all = figure->columns == 0 || figure->columns > figure->panel_count;
  return all ? figure->panel_count : figure->columns;
}

/* Sizes in pixels of 1/100 inch for all kinds, so that they look alike. */
static void print_terminals(FILE *stream, const struct hud_figure *figure)
{
  size_t columns = column_count(figure), width = 0;
  size_t height = 420 * ((figure->panel_count + columns - 1) / columns);
  for (size_t p = 0; p < columns; p++)
    width += figure->panels[p].legend_outside ? 680 : 560;
  fprintf(stream,
          "  if (kind eq 'svg') { set terminal svg size %zu,%zu font 'Helvetica,13' enhanced "
          "background '#ffffff' }\n"
          "  if (kind eq 'pdf') { set terminal pdfcairo size %gin,%gin font 'Sans,11' enhanced }\n"
          "  if (kind eq 'png') { set terminal pngcairo size %zu,%zu font 'Sans,11' fontscale 2 "
          "linewidth 2 pointscale 2 enhanced background '#ffffff' }\n",
          width, height, (double)width / 100.0, (double)height / 100.0, 2 * width, 2 * height);
}

static hud_status print_script(FILE *stream, const struct hud_figure *figure, const char *name,
                               struct hud_error *error)
{
  fprintf(stream,
          "# Drawn by huddle; `gnuplot figure-%s.gp` draws it again.\n"
          "if (!exists('suffix')) suffix = ''\n"
          "set encoding utf8\n"
          "set border 3 lw 0.8\nset tics nomirror out scale 0.6\nset grid lt 1 dt solid lc rgb "
          "'#e4e4e4' lw 0.6\nset bmargin 3.6\n",
          name);
  print_texts(stream, figure);
  print_data(stream, figure);
  fprintf(stream, "available(t) = strstrt(GPVAL_TERMINALS.' ', t.' ') > 0\n"
                  "terminal(k) = k eq 'svg' ? 'svg' : k.'cairo'\n"
                  "do for [kind in 'svg pdf png'] {\n"
                  "  if (!available(terminal(kind))) { continue }\n");
  print_terminals(stream, figure);
  fprintf(stream, "set output 'figure-%s.'.kind.suffix\n", name);
  size_t columns = column_count(figure);
  fprintf(stream, "set multiplot layout %zu,%zu", (figure->panel_count + columns - 1) / columns,
          columns);
  if (figure->title != NULL && figure->title[0] != '\0')
    fputs(" title page_title noenhanced", stream);
  fputc('\n', stream);
  for (size_t p = 0; p < figure->panel_count; p++) {
    struct range x_range, y_range;
    if (!find_range(&figure->panels[p], &x_range, &y_range))
      return hud_fail(error, HUD_ERROR_INPUT, "figure-%s: panel %zu has no point to draw", name,
                      p + 1);
    print_panel(stream, p + 1, &figure->panels[p], x_range, y_range);
  }
  fputs("unset multiplot\nunset output\n}\n", stream);
  return HUD_OK;
}

/* ---- drawing ---- */

static hud_status write_script(const struct hud_figure *figure, const char *directory,
                               const char *name, const char *script, struct hud_error *error)
{
  struct hud_file file;
  hud_status status = hud_file_create(&file, directory, script, error);
  if (status != HUD_OK)
    return status;
  struct hud_locale saved = hud_locale_begin();
  status = print_script(file.stream, figure, name, error);
  hud_locale_end(saved);
  if (status == HUD_OK)
    return hud_file_commit(&file, error);
  hud_file_discard(&file);
  return status;
}

/* Renames the pictures that are there, and lists the others. */
static hud_status gather(struct hud_file files[KINDS], char **missing, struct hud_error *error)
{
  char list[16] = "";
  for (int k = 0; k < KINDS; k++) {
    if (!hud_path_exists(files[k].temporary)) {
      snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", list[0] != '\0' ? " " : "",
               kinds[k]);
      continue;
    }
    hud_status status = hud_file_commit(&files[k], error);
    if (status != HUD_OK)
      return status;
  }
  return missing != NULL && list[0] != '\0' ? hud_copy_text(missing, list, error) : HUD_OK;
}

hud_status hud_figure_draw(const struct hud_figure *figure, const char *directory, const char *name,
                           char **missing, struct hud_error *error)
{
  enum { NAME = 128 };
  char file_name[NAME];
  struct hud_file files[KINDS] = {{NULL, NULL, NULL}};
  if (missing != NULL)
    *missing = NULL;
  if (strlen(name) > NAME - 16 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == 0 ||
      name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")] != '\0')
    return hud_fail(error, HUD_ERROR_USAGE, "'%.60s' cannot name a figure", name);
  hud_status status = HUD_OK;
  for (int k = 0; status == HUD_OK && k < KINDS; k++) {
    snprintf(file_name, sizeof file_name, "figure-%s.%s", name, kinds[k]);
    status = hud_file_reserve(&files[k], directory, file_name, error);
  }
  snprintf(file_name, sizeof file_name, "figure-%s.gp", name);
  if (status == HUD_OK)
    status = write_script(figure, directory, name, file_name, error);
  if (status == HUD_OK)
    status = hud_gnuplot_run(directory, "suffix='.tmp'", file_name, error);
  if (status == HUD_OK)
    status = gather(files, missing, error);
  for (int k = 0; k < KINDS; k++)
    hud_file_discard(&files[k]);
  return status;
}
