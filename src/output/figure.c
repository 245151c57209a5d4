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
  if (table->row_count == 0)
    return HUD_OK;
  series->x = table->values + x_column;
  series->y = table->values + y_column;
  char spread[80];
  snprintf(spread, sizeof spread, "%.70s_se", y);
  if (hud_table_has(table, spread) && hud_table_find(table, spread, &y_column, error) == HUD_OK)
    series->spread = table->values + y_column;
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

static void print_name(FILE *stream, const char *name, size_t number, const char *text)
{
  fprintf(stream, "%s_%zu = ", name, number);
  print_quoted(stream, text != NULL ? text : "");
  fputc('\n', stream);
}

static void print_labels(FILE *stream, size_t panel, size_t count, const struct hud_series *series)
{
  for (size_t s = 0; s < count; s++)
    if (series[s].label != NULL) {
      fprintf(stream, "label_%zu", panel);
      print_name(stream, "", s + 1, series[s].label);
    }
}

/* Texts stand before the block that draws, where they are easy to find and to change. The legend
 * of the whole figure counts as a panel after the last. */
static void print_texts(FILE *stream, const struct hud_figure *figure)
{
  print_name(stream, "title", 1, figure->title);
  print_name(stream, "title", 2, figure->subtitle);
  for (size_t p = 0; p < figure->panel_count; p++) {
    const struct hud_panel *panel = &figure->panels[p];
    print_name(stream, "xlabel", p + 1, panel->x_label);
    print_name(stream, "ylabel", p + 1, panel->y_label);
    print_labels(stream, p + 1, panel->series_count, panel->series);
  }
  print_labels(stream, figure->panel_count + 1, figure->legend_count, figure->legend);
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

/* An error bar that reaches zero or below goes down to the foot of a logarithmic axis. */
static void print_point(FILE *stream, const struct hud_panel *panel,
                        const struct hud_series *series, size_t i, double x, double y)
{
  fprintf(stream, "%.10g %.10g", x, y);
  if (series->spread != NULL) {
    double bar = series->spread[i * series->y_stride];
    bar = isfinite(bar) ? bar : 0.0;
    fprintf(stream, " %.10g %.10g", panel->log_y && bar >= y ? 1e-3 * y : y - bar, y + bar);
  }
  fputc('\n', stream);
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
          print_point(stream, panel, &panel->series[s], i, x, y);
        else
          fputc('\n', stream); /* breaks the line */
      }
      fputs("END\n", stream);
    }
  }
}

/* ---- axes and curves ---- */

/* An axis over two decades and more has powers of ten; gnuplot would leave a shorter one nearly
 * without numbers, so it gets 1, 2, 5 of each decade, and 3, 4, 7 if it is short. */
static void print_log_axis(FILE *stream, char axis, struct range range)
{
  double decades = log10(range.high / range.low);
  fprintf(stream, "set logscale %c\n", axis);
  if (decades > 2.0) {
    fprintf(stream, "set %ctics auto\nset format %c '10^{%%T}'\n", axis, axis);
    return;
  }
  fprintf(stream, "set format %c '%%g'\nset %ctics (", axis, axis);
  const char *comma = "";
  for (int k = (int)floor(log10(range.low)) - 1; k <= (int)ceil(log10(range.high)); k++)
    for (int digit = 1; digit < 10; digit++)
      if (digit == 1 || digit == 2 || digit == 5 || (decades < 0.8 && (digit < 5 || digit == 7))) {
        fprintf(stream, "%s%de%d", comma, digit, k);
        comma = ", ";
      }
  fputs(")\n", stream);
}

/* A logarithmic axis ends a little beyond the data rather than at a power of ten. */
static void print_axis(FILE *stream, char axis, size_t panel, bool logarithmic, struct range given,
                       struct range data)
{
  fprintf(stream, "set %clabel %clabel_%zu offset 0,%s\n", axis, axis, panel,
          axis == 'x' ? "0.5" : "0");
  if (!logarithmic)
    fprintf(stream, "unset logscale %c\nset %ctics auto\nset format %c '%%g'\n", axis, axis, axis);
  if (given.low < given.high)
    data = given;
  else if (logarithmic && axis == 'y')
    data = (struct range){data.low / 1.5, data.high * 1.5};
  if (logarithmic)
    print_log_axis(stream, axis, data);
  if (given.low < given.high || (logarithmic && axis == 'y'))
    fprintf(stream, "set %crange [%.10g:%.10g]\n", axis, data.low, data.high);
  else
    fprintf(stream, "set %crange [*:*]\n", axis);
}

/* Points are open and filled by turns, the open ones larger: of curves that coincide both show. */
static void print_style(FILE *stream, size_t number, const struct hud_series *series)
{
  const char *colour = series->guide        ? "#808080"
                       : series->colour < 0 ? "#000000"
                                            : colours[series->colour % HUD_COLOURS];
  const char *dash = dashes[series->dash % HUD_DASHES];
  bool filled = number % 2 == 0;
  fprintf(stream, " with %s lc rgb '%s' lw %d dt %s", series->points ? "linespoints" : "lines",
          colour, series->guide ? 1 : 2, dash);
  if (series->points)
    fprintf(stream, " pt %zu ps %s", 4 + (number - 1) % 8, filled ? "0.5" : "0.9");
}

static void print_series(FILE *stream, size_t panel, size_t number, const struct hud_series *series)
{
  if (series->count > 0 && series->spread != NULL)
    fprintf(stream,
            "$data_%zu_%zu using 1:2:3:4 with yerrorbars lc rgb '%s' lw 1 pt 0 notitle, \\\n     ",
            panel, number, series->colour < 0 ? "#000000" : colours[series->colour % HUD_COLOURS]);
  if (series->count > 0)
    fprintf(stream, "$data_%zu_%zu using 1:2", panel, number);
  else
    fputs("NaN", stream);
  print_style(stream, number, series);
  fputs(" notitle", stream);
}

/* ---- the page ---- */

/* Lengths in pixels of 1/100 inch, from the top left. */
enum {
  WIDTH = 568,
  LEFT = 100,
  RIGHT = 22,
  SCALE = 96, /* right of a map */
  TOP = 18,
  BOTTOM = 64,
  HEIGHT = 404,
  LINE = 22, /* of the legend, and of the titles */
  SAMPLE = 60,
  LETTER = 10
};

struct page {
  size_t columns, rows, width, height;
  size_t head;        /* titles */
  size_t panel;       /* height of a panel */
  size_t legend_rows; /* of the longest legend of a panel */
};

static size_t letters(const char *text)
{
  size_t count = 0;
  for (; *text != '\0'; text++)
    count += ((unsigned char)*text & 0xC0) != 0x80;
  return count;
}

/* Lines of a legend in a width. */
static size_t legend_lines(size_t count, const struct hud_series *series, size_t width,
                           size_t *entries)
{
  size_t longest = 0;
  *entries = 0;
  for (size_t s = 0; s < count; s++)
    if (series[s].label != NULL) {
      size_t length = letters(series[s].label);
      longest = length > longest ? length : longest;
      (*entries)++;
    }
  size_t columns = width / (SAMPLE + LETTER * longest);
  columns = columns > 0 ? columns : 1;
  return (*entries + columns - 1) / columns;
}

static struct page make_page(const struct hud_figure *figure)
{
  bool all = figure->columns == 0 || figure->columns > figure->panel_count;
  struct page page = {.columns = all ? figure->panel_count : figure->columns, .panel = HEIGHT};
  size_t entries;
  page.rows = (figure->panel_count + page.columns - 1) / page.columns;
  page.width = page.columns * WIDTH;
  for (size_t p = 0; p < figure->panel_count; p++) {
    const struct hud_panel *panel = &figure->panels[p];
    size_t lines = legend_lines(panel->series_count, panel->series, WIDTH, &entries);
    page.legend_rows = lines > page.legend_rows ? lines : page.legend_rows;
    if (panel->map != NULL)
      page.panel = (size_t)(WIDTH - LEFT - SCALE + TOP + BOTTOM);
  }
  bool titled = figure->title != NULL && figure->title[0] != '\0';
  page.head = (size_t)((titled ? LINE + 8 : 0) + (figure->subtitle != NULL ? LINE : 0));
  page.height = page.head + page.rows * (page.panel + LINE * page.legend_rows) +
                LINE * legend_lines(figure->legend_count, figure->legend, page.width, &entries) +
                (size_t)(page.legend_rows > 0 || figure->legend_count > 0 ? LINE / 2 : 0);
  return page;
}

/* "0.25, 0.5": a place as gnuplot counts it. */
static void print_place(FILE *stream, const struct page *page, double x, double y)
{
  fprintf(stream, "screen %.6f, screen %.6f", x / (double)page->width,
          1.0 - y / (double)page->height);
}

/* Entries below a panel, or at the foot: keys without a plot. */
static void print_legend(FILE *stream, const struct page *page, size_t panel, size_t count,
                         const struct hud_series *series, double left, double top, double width)
{
  size_t entries, lines = legend_lines(count, series, (size_t)width, &entries);
  if (entries == 0)
    return;
  fputs("set lmargin at screen 0\nset rmargin at screen 1\nset tmargin at screen 1\n"
        "set bmargin at screen 0\nunset border\nunset tics\nunset grid\nunset xlabel\n"
        "unset ylabel\nunset logscale\nset xrange [0:1]\nset yrange [0:1]\nset key at ",
        stream);
  print_place(stream, page, left + 0.5 * width, top);
  fprintf(stream, " center top vertical maxrows %zu Left reverse samplen 3 spacing 1.15\nplot ",
          lines);
  const char *comma = "";
  for (size_t s = 0; s < count; s++)
    if (series[s].label != NULL) {
      fprintf(stream, "%sNaN", comma);
      print_style(stream, s + 1, &series[s]);
      fprintf(stream, " title label_%zu_%zu noenhanced", panel, s + 1);
      comma = ", \\\n     ";
    }
  fputs("\nunset key\n", stream);
}

static void print_map_style(FILE *stream, const struct hud_map *map)
{
  fputs("set palette defined (0 '#ffffff', 1 '#9ecae1', 3 '#3182bd', 6 '#08306b')\n", stream);
  if (map->mark_count == 0) {
    fputs("set cbtics auto format '%g'\n", stream);
    return;
  }
  fputs("set cbtics (", stream);
  for (size_t m = 0; m < map->mark_count; m++)
    if (map->marks[m] == 0.0 || map->marks[m] >= 1e-3)
      fprintf(stream, "%s'%g' %.8g", m > 0 ? ", " : "", map->marks[m], map->at[m]);
    else
      fprintf(stream, "%s'10^{%.3g}' %.8g", m > 0 ? ", " : "", log10(map->marks[m]), map->at[m]);
  fputs(")\n", stream);
}

static void print_frame(FILE *stream, const struct page *page, double left, double right,
                        double top, double bottom)
{
  double width = (double)page->width, height = (double)page->height;
  fprintf(stream,
          "set border 3 lw 0.8\nset xtics nomirror out scale 0.6\nset ytics nomirror out scale "
          "0.6\nset grid lt 1 dt solid lc rgb '#e4e4e4' lw 0.6\n"
          "set lmargin at screen %.6f\nset rmargin at screen %.6f\nset tmargin at screen %.6f\n"
          "set bmargin at screen %.6f\n",
          left / width, right / width, 1.0 - top / height, 1.0 - bottom / height);
}

static void print_panel(FILE *stream, const struct page *page, size_t number,
                        const struct hud_panel *panel, struct range x_range, struct range y_range)
{
  size_t row = (number - 1) / page->columns, column = (number - 1) % page->columns;
  double left = (double)(WIDTH * column);
  double top = (double)(page->head + row * (page->panel + LINE * page->legend_rows));
  double right = left + WIDTH - (panel->map != NULL ? SCALE : RIGHT);
  bool map = panel->map != NULL;
  print_frame(stream, page, left + LEFT, right, top + TOP, top + (double)page->panel - BOTTOM);
  print_axis(stream, 'x', number, panel->log_x,
             map ? x_range : (struct range){panel->x_min, panel->x_max}, x_range);
  print_axis(stream, 'y', number, panel->log_y,
             map ? y_range : (struct range){panel->y_min, panel->y_max}, y_range);
  if (map)
    print_map_style(stream, panel->map);
  fputs("plot ", stream);
  if (map)
    fprintf(stream, "$map_%zu using 1:2:3 with image notitle%s", number,
            panel->series_count > 0 ? ", \\\n     " : "");
  const char *comma = "";
  for (size_t s = 0; s < panel->series_count; s++)
    if (panel->series[s].count > 0) {
      fputs(comma, stream);
      print_series(stream, number, s + 1, &panel->series[s]);
      comma = ", \\\n     ";
    }
  fputs("\nunset label\n", stream); /* the titles, which the first panel has drawn */
  print_legend(stream, page, number, panel->series_count, panel->series, left,
               top + (double)page->panel, WIDTH);
}

static void print_terminals(FILE *stream, const struct page *page)
{
  size_t width = page->width, height = page->height;
  fprintf(stream,
          "  if (kind eq 'svg') { set terminal svg size %zu,%zu font 'Helvetica,14' enhanced "
          "background '#ffffff' }\n"
          "  if (kind eq 'pdf') { set terminal pdfcairo size %gin,%gin font 'Sans,10' enhanced }\n"
          "  if (kind eq 'png') { set terminal pngcairo size %zu,%zu font 'Sans,10' fontscale 2 "
          "linewidth 2 pointscale 2 enhanced background '#ffffff' }\n",
          width, height, (double)width / 100.0, (double)height / 100.0, 2 * width, 2 * height);
}

static void print_titles(FILE *stream, const struct page *page, const struct hud_figure *figure)
{
  bool titled = figure->title != NULL && figure->title[0] != '\0';
  for (int line = 0; line < 2; line++) {
    if (line == 0 ? !titled : figure->subtitle == NULL)
      continue;
    fprintf(stream, "set label %d title_%d at ", line + 1, line + 1);
    print_place(stream, page, 0.5 * (double)page->width,
                line == 0 ? 0.5 * LINE + 4.0 : (double)page->head - 0.5 * LINE);
    const char *text = line == 0 ? figure->title : figure->subtitle;
    double fits = 1.8 * (double)page->width / (double)(letters(text) + 1);
    fprintf(stream, " center noenhanced font ',%.0f'\n", fmin(line == 0 ? 16.0 : 14.0, fits));
  }
}

static hud_status print_script(FILE *stream, const struct hud_figure *figure, const char *name,
                               struct hud_error *error)
{
  struct page page = make_page(figure);
  fprintf(stream,
          "# Drawn by huddle; `gnuplot figure-%s.gp` draws it again.\n"
          "if (!exists('suffix')) suffix = ''\n"
          "set encoding utf8\nset minussign\nset samples 2\nunset key\n",
          name);
  print_texts(stream, figure);
  print_data(stream, figure);
  fprintf(stream, "available(t) = strstrt(GPVAL_TERMINALS.' ', t.' ') > 0\n"
                  "terminal(k) = k eq 'svg' ? 'svg' : k.'cairo'\n"
                  "do for [kind in 'svg pdf png'] {\n"
                  "  if (!available(terminal(kind))) { continue }\n");
  print_terminals(stream, &page);
  fprintf(stream, "set output 'figure-%s.'.kind.suffix\nset multiplot\n", name);
  print_titles(stream, &page, figure);
  for (size_t p = 0; p < figure->panel_count; p++) {
    struct range x_range, y_range;
    if (!find_range(&figure->panels[p], &x_range, &y_range))
      return hud_fail(error, HUD_ERROR_INPUT, "figure-%s: panel %zu has no point to draw", name,
                      p + 1);
    print_panel(stream, &page, p + 1, &figure->panels[p], x_range, y_range);
  }
  print_legend(stream, &page, figure->panel_count + 1, figure->legend_count, figure->legend, 0.0,
               (double)(page.head + page.rows * (page.panel + LINE * page.legend_rows)),
               (double)page.width);
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
