/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers and texts as tables, CSV and LaTeX write them. */
#ifndef HUD_STUDY_TEXT_H
#define HUD_STUDY_TEXT_H

#include <stdio.h>

#include "study/study_file.h"

/* The number as `%.*g`, `%.*f` or `%.*e`, as `form` says ('g', 'f', 'e'); "-" for NaN. */
void hud_study_number_text(double value, int digits, char form, char *text, size_t size);

/* Fields of a row of CSV: the values of the parameters of a point, `except` left out (-1: none),
 * each followed by a comma; a text in quotes; a number after a comma, empty for NaN. */
void hud_study_csv_point(const struct hud_study *study, size_t point, int except, FILE *stream);
void hud_study_csv_text(FILE *stream, const char *text);
void hud_study_csv_number(FILE *stream, double value);
void hud_study_latex_text(FILE *stream, const char *text);

#endif
