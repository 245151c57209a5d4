/* SPDX-License-Identifier: GPL-3.0-or-later
 * report.html: the data as JSON in the page, and a script (page/report.js) that draws them. In the
 * JSON every `<` is written as an escape, so that no text of a user ends the element it stands in.
 */
#define _POSIX_C_SOURCE 200809L
#include "output/report.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "output/assets.h"
#include "output/plots.h"
#include "output/symbols.h"

enum { MOST_TIMES = 61, MOST_BYTES = 64 * 1024 * 1024, MAP_CELLS = 96 };

/* ---- numbers ---- */

/* Moments keep all digits, for the drifts that the page shows; six are more than a screen shows of
 * a density, and a third of the size. */
enum digits { DENSITY = 6, EXACT = 17 };

static void write_numbers(FILE *stream, const char *key, size_t count, const double *values,
                          size_t stride, enum digits digits)
{
  if (key != NULL)
    fprintf(stream, ",\"%s\":", key);
  fputc('[', stream);
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      fputc(',', stream);
    if (isfinite(values[i * stride]))
      fprintf(stream, "%.*g", (int)digits, values[i * stride]);
    else
      fputs("null", stream);
  }
  fputc(']', stream);
}

/* A JSON string. */
static void write_text(FILE *stream, const char *text)
{
  fputc('"', stream);
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      fprintf(stream, "\\%c", *c);
    else if (*c < 0x20 || *c == 0x7f || *c == '<')
      fprintf(stream, "\\u%04x", *c);
    else
      fputc(*c, stream);
  }
  fputc('"', stream);
}

/* ---- the data of a run ---- */

static void write_columns(FILE *stream, const struct hud_table *table)
{
  fputs(",\"columns\":[", stream);
  for (size_t c = 0; c < table->column_count; c++) {
    char sentence[160];
    hud_symbol_sentence(table->names[c], sentence, sizeof sentence);
    fprintf(stream, "%s{\"name\":", c > 0 ? ",\n" : "");
    write_text(stream, table->names[c]);
    fputs(",\"meaning\":", stream);
    write_text(stream, sentence);
    write_numbers(stream, "values", table->row_count, table->values + c, table->column_count,
                  EXACT);
    fputc('}', stream);
  }
  fputc(']', stream);
}

/* Evenly spread records, the first and the last among them. */
static size_t spread_record(size_t count, size_t shown, size_t i)
{
  return shown > 1 ? i * (count - 1) / (shown - 1) : 0;
}

static void write_densities(FILE *stream, const struct hud_netcdf_result *result)
{
  size_t n = result->v_count;
  size_t shown = result->time_count < MOST_TIMES ? result->time_count : MOST_TIMES;
  if (result->f1 == NULL || n == 0)
    return;
  write_numbers(stream, "v", n, result->v, 1, DENSITY);
  fputs(",\"f1\":[", stream);
  for (size_t i = 0; i < shown; i++) {
    size_t record = spread_record(result->time_count, shown, i);
    fprintf(stream, "%s{\"t\":%.9g", i > 0 ? ",\n" : "", result->time[record]);
    write_numbers(stream, "values", n, result->f1 + record * n, 1, DENSITY);
    fputc('}', stream);
  }
  fputc(']', stream);
}

/* Where f_2 is, thinned out to what a screen shows. */
static void write_map(FILE *stream, const struct hud_netcdf_result *result, const double *f2)
{
  size_t n = result->v_count, first, last;
  hud_plot_f2_window(n, f2, &first, &last);
  size_t step = (last - first + MAP_CELLS) / MAP_CELLS, shown = (last - first) / step + 1;
  fprintf(stream, ",\"f2\":{\"t\":%.9g", result->time[result->time_count - 1]);
  write_numbers(stream, "v", shown, result->v + first, step, DENSITY);
  fputs(",\"rows\":[", stream);
  for (size_t i = 0; i < shown; i++) {
    fputs(i > 0 ? ",\n" : "", stream);
    write_numbers(stream, NULL, shown, f2 + (first + i * step) * n + first, step, DENSITY);
  }
  fputs("]}", stream);
}

/* ---- the page ---- */

static void write_head(FILE *stream, const char *title)
{
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        stream);
  for (; *title != '\0'; title++) {
    if (strchr("<>&", *title) != NULL)
      fprintf(stream, "&#%d;", *title);
    else
      fputc(*title, stream);
  }
  fprintf(stream,
          "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<main id=\"page\">"
          "<noscript>This report draws its plots with JavaScript.</noscript></main>\n",
          hud_asset_uplot_css, hud_asset_report_css);
  fputs("<script type=\"application/json\" id=\"data\">\n", stream);
}

static void write_foot(FILE *stream)
{
  fprintf(stream,
          "\n</script>\n<!-- uPlot 1.6.32\n%s-->\n<script>\n%s</script>\n<script>\n%s</script>\n"
          "</body>\n</html>\n",
          hud_asset_uplot_licence, hud_asset_uplot_js, hud_asset_report_js);
}

/* A file of the folder as a member of the object: as it is (JSON), or as a text. */
static hud_status write_file(FILE *stream, const char *directory, const char *name, const char *key,
                             bool json, struct hud_error *error)
{
  char *path = NULL, *text = NULL;
  size_t length = 0;
  hud_status status = hud_path_join(&path, directory, name, error);
  if (status == HUD_OK)
    status = hud_file_read(&text, &length, path, MOST_BYTES, error);
  if (status == HUD_OK) {
    fprintf(stream, ",\"%s\":", key);
    for (const char *c = text; json && *c != '\0'; c++) {
      if (*c == '<')
        fputs("\\u003c", stream);
      else
        fputc(*c, stream);
    }
    if (!json)
      write_text(stream, text);
  }
  hud_free(path);
  hud_free(text);
  return status;
}

static hud_status write_run(FILE *stream, const char *directory,
                            const struct hud_netcdf_result *result, struct hud_error *error)
{
  double *f2 = NULL;
  char *path = NULL;
  const char *title = result->title[0] != '\0' ? result->title : directory;
  write_head(stream, title);
  fputs("{\"kind\":\"run\",\"title\":", stream);
  write_text(stream, title);
  write_columns(stream, result->moments);
  write_densities(stream, result);
  hud_status status = hud_path_join(&path, directory, "result.nc", error);
  if (status == HUD_OK && result->time_count > 0)
    status = hud_netcdf_read_f2(path, result->time_count - 1, result->v_count, &f2, error);
  if (status == HUD_OK && f2 != NULL)
    write_map(stream, result, f2);
  if (status == HUD_OK)
    status = write_file(stream, directory, "summary.json", "summary", true, error);
  if (status == HUD_OK)
    status = write_file(stream, directory, "model.yaml", "model", false, error);
  fputs("}", stream);
  write_foot(stream);
  hud_free(path);
  hud_free(f2);
  return status;
}

static hud_status write_study(FILE *stream, const char *directory, struct hud_error *error)
{
  write_head(stream, directory);
  fputs("{\"kind\":\"study\",\"title\":", stream);
  write_text(stream, directory);
  hud_status status = write_file(stream, directory, "table.csv", "csv", false, error);
  if (status == HUD_OK)
    status = write_file(stream, directory, "table.txt", "table", false, error);
  if (status == HUD_OK)
    status = write_file(stream, directory, "study.yaml", "model", false, error);
  fputs("}", stream);
  write_foot(stream);
  return status;
}

static hud_status write_page(const char *target, const char *directory,
                             const struct hud_netcdf_result *result, struct hud_error *error)
{
  struct hud_file file;
  hud_status status = hud_file_create(&file, target, "report.html", error);
  if (status != HUD_OK)
    return status;
  struct hud_locale locale = hud_locale_begin();
  status = result != NULL ? write_run(file.stream, directory, result, error)
                          : write_study(file.stream, directory, error);
  hud_locale_end(locale);
  if (status == HUD_OK)
    return hud_file_commit(&file, error);
  hud_file_discard(&file);
  return status;
}

hud_status hud_report_run(const char *target, const char *directory,
                          const struct hud_netcdf_result *result, struct hud_error *error)
{
  return write_page(target, directory, result, error);
}

hud_status hud_report_study(const char *target, const char *directory, struct hud_error *error)
{
  return write_page(target, directory, NULL, error);
}
