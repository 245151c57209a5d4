/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the printing of tables and of fits shares. */
#ifndef HUD_STUDY_PRINT_H
#define HUD_STUDY_PRINT_H

#include <stdio.h>

#include "study/table.h"

/* The number as `%.*g`, `%.*f` or `%.*e`, as `form` says ('g', 'f', 'e'); "-" for NaN. */
void hud_study_number_text(double value, int digits, char form, char *text, size_t size);

/* Fields of a row of CSV: the values of the parameters of a point, `except` left out (-1: none),
 * each followed by a comma; a text in quotes; a number after a comma, empty for NaN. */
void hud_study_csv_point(const struct hud_study *study, size_t point, int except, FILE *stream);
void hud_study_csv_text(FILE *stream, const char *text);
void hud_study_csv_number(FILE *stream, double value);
void hud_study_latex_text(FILE *stream, const char *text);

/* The fits as text and as a LaTeX comment and table; nothing where there are none. */
void hud_study_fits_print(const struct hud_study_table *table, FILE *stream);
void hud_study_fits_latex(const struct hud_study_table *table, FILE *stream);

#endif
