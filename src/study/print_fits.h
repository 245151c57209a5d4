/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fits of a study on paper, below its tables. */
#ifndef HUD_STUDY_PRINT_FITS_H
#define HUD_STUDY_PRINT_FITS_H

#include <stdio.h>

#include "study/table.h"

/* The fits as text and as a LaTeX comment and table; nothing where there are none. */
void hud_study_fits_print(const struct hud_study_table *table, FILE *stream);
void hud_study_fits_latex(const struct hud_study_table *table, FILE *stream);

#endif
