/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures for paper: panels of curves or maps, drawn by gnuplot as SVG and PDF, and PNG to
 * look at. Colours are those of Okabe and Ito, told apart by the colour-blind; where two families
 * of curves meet, the second is told by the dash. The script holds the data and draws the same
 * figure wherever it is run: it goes with the figure. */
#ifndef HUD_OUTPUT_FIGURE_H
#define HUD_OUTPUT_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "output/table.h"

enum { HUD_COLOURS = 8, HUD_DASHES = 5 };

/* One curve: count points (x[i * x_stride], y[i * y_stride]); points that are not finite, or not
 * positive on a logarithmic axis, break the curve. A curve with no points but a label is an entry
 * of the legend. Arrays and texts are borrowed. Labels are plain text. */
struct hud_series {
  const char *label; /* NULL: not in the legend */
  size_t count, x_stride, y_stride;
  const double *x, *y;
  const double *spread; /* half the length of an error bar, as y; NULL: none */
  int colour, dash;     /* taken modulo HUD_COLOURS and HUD_DASHES; colour 0 is blue, -1 black */
  bool points;          /* points on the line */
  bool guide;           /* a thin grey line to compare with */
};

/* A function of two variables as a picture: y_count rows of x_count values at increasing x and y,
 * evenly spaced or not. Values that are not finite are left white. Darker is larger. What is drawn
 * may be a function of what is meant: marks of the scale stand at `at` and say `marks`. */
struct hud_map {
  size_t x_count, y_count;
  const double *x, *y, *z; /* z: y_count x x_count */
  size_t mark_count;       /* 0: as the data say */
  const double *at, *marks;
};

struct hud_panel {
  const char *x_label, *y_label; /* gnuplot's enhanced text: hud_symbol_markup */
  bool log_x, log_y;
  double x_min, x_max;       /* equal: as the data say */
  double y_min, y_max;       /* equal: as the data say */
  const struct hud_map *map; /* drawn below the series, or NULL */
  size_t series_count;
  const struct hud_series *series; /* their legend stands below the panel, where it hides nothing */
};

struct hud_figure {
  const char *title, *subtitle; /* plain text, or NULL */
  size_t columns;               /* panels in a row; 0: all */
  size_t panel_count;
  const struct hud_panel *panels;
  size_t legend_count; /* entries at the foot of the figure that all panels share */
  const struct hud_series *legend;
};

/* The curve of two columns of a table, with standard errors as bars where a column Y_se has them.
 * HUD_ERROR_INPUT if there is no such column. */
hud_status hud_series_from_table(struct hud_series *series, const struct hud_table *table,
                                 const char *x, const char *y, const char *label,
                                 struct hud_error *error);

/* Draws DIRECTORY/figure-NAME.svg, .pdf and .png, and leaves figure-NAME.gp. Pictures appear when
 * they are complete. A kind that this gnuplot cannot make is left out and named in *missing ("pdf
 * png", to be freed with hud_free; NULL if there is none; missing may be NULL). HUD_ERROR_INPUT: a
 * panel has no point to draw; HUD_ERROR_OUTPUT: gnuplot is absent (the script is there then) or
 * failed. */
hud_status hud_figure_draw(const struct hud_figure *figure, const char *directory, const char *name,
                           char **missing, struct hud_error *error);

#endif
