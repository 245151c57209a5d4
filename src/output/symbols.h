/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the columns of moments.csv are: the papers' symbols for figures and sentences for the
 * attributes of result.nc. M_k, I_k, V_k, W, T are those of [KMS], section 3. */
#ifndef HUD_OUTPUT_SYMBOLS_H
#define HUD_OUTPUT_SYMBOLS_H

#include <stddef.h>

/* "mass of clusters of size 2, M_2"; an unknown name stands for itself. */
void hud_symbol_sentence(const char *column, char *text, size_t size);

/* "{/:Italic M}_2({/:Italic t})": gnuplot's enhanced text. An unknown name stands for itself, with
 * characters of markup escaped. */
void hud_symbol_markup(const char *column, char *text, size_t size);

/* Words like epsilon and mu11 of a plain text as the letters ε and μ11; a letter that does not fit
 * into `size` whole is left out. */
void hud_symbol_greek(const char *plain, char *text, size_t size);

#endif
