/* SPDX-License-Identifier: GPL-3.0-or-later
 * Symbols and sentences for the columns of moments.csv. */
#include "output/symbols.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbol {
  const char *column, *sentence, *markup;
};

static const struct symbol symbols[] = {
    {"t", "time", "{/:Italic t}"},
    {"time", "time", "{/:Italic t}"},
    {"v", "velocity", "{/:Italic v}"},
    {"mass", "total mass, sum of k w_k M_k over the dynamic sizes", "total mass"},
    {"mean", "mean velocity: total momentum over total mass", "mean velocity"},
    {"variance", "total variance V, sum of k w_k V_k, not divided by the mass",
     "{/:Italic V}({/:Italic t})"},
    {"W", "W, integral of (v_1-v_2)^2 f_2", "{/:Italic W}({/:Italic t})"},
    {"T", "T, integral of (v_1-v_2)^2 f_1(v_1) f_2(v_2,v_3)", "{/:Italic T}({/:Italic t})"},
    {"entropy", "entropy H", "{/:Italic H}({/:Italic t})"},
    {"min_f1", "smallest cell mean of f_1", "min {/:Italic f}_1"},
    {"outside_mass", "part of the total mass outside the velocity window", "mass outside"},
    {"outside_variance", "part of the total variance outside the velocity window",
     "variance outside"},
    {"window_min", "left end of the velocity window", "left end"},
    {"window_max", "right end of the velocity window", "right end"},
};

/* Columns that carry a number behind their name: cluster size k or order p. */
static const struct symbol families[] = {
    {"M", "M_%ld, mass of clusters of size %ld", "{/:Italic M}_{%ld}({/:Italic t})"},
    {"I", "I_%ld, first moment of v_1 over clusters of size %ld",
     "{/:Italic I}_{%ld}({/:Italic t})"},
    {"V", "V_%ld, second moment of v_1 about the mean velocity over clusters of size %ld",
     "{/:Italic V}_{%ld}({/:Italic t})"},
    {"f1_m", "raw moment of f_1 of order %ld, integral of v^%ld f_1",
     "{/:Italic m}_{%ld}({/:Italic t})"},
};

static const struct symbol *find_symbol(const char *column)
{
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    if (strcmp(column, symbols[i].column) == 0)
      return &symbols[i];
  return NULL;
}

static const struct symbol *find_family(const char *column, long *number)
{
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    size_t length = strlen(families[i].column);
    size_t digits = strspn(column + (strlen(column) < length ? 0 : length), "0123456789");
    if (strncmp(column, families[i].column, length) == 0 && digits > 0 && digits < 9 &&
        column[length + digits] == '\0') {
      *number = strtol(column + length, NULL, 10);
      return &families[i];
    }
  }
  return NULL;
}

/* The place of the one or two %ld of a family is taken by the number. */
static void fill_in(const char *pattern, long number, char *text, size_t size)
{
  size_t used = 0;
  for (const char *p = pattern; *p != '\0' && used + 1 < size;) {
    if (strncmp(p, "%ld", 3) == 0) {
      int written = snprintf(text + used, size - used, "%ld", number);
      used += (size_t)written < size - used ? (size_t)written : size - used - 1;
      p += 3;
    } else {
      text[used++] = *p++;
    }
  }
  text[used] = '\0';
}

void hud_symbol_sentence(const char *column, char *text, size_t size)
{
  enum { BASE = 256 };
  size_t length = strlen(column);
  char base[BASE];
  if (length > 3 && length < BASE && strcmp(column + length - 3, "_se") == 0) {
    char sentence[2 * BASE];
    snprintf(base, sizeof base, "%.*s", (int)(length - 3), column);
    hud_symbol_sentence(base, sentence, sizeof sentence);
    snprintf(text, size, "standard error of: %s", sentence);
    return;
  }
  long number = 0;
  const struct symbol *symbol = find_symbol(column);
  if (symbol == NULL)
    symbol = find_family(column, &number);
  fill_in(symbol != NULL ? symbol->sentence : column, number, text, size);
}

void hud_symbol_markup(const char *column, char *text, size_t size)
{
  long number = 0;
  const struct symbol *symbol = find_symbol(column);
  if (symbol == NULL)
    symbol = find_family(column, &number);
  if (symbol != NULL) {
    fill_in(symbol->markup, number, text, size);
    return;
  }
  size_t used = 0;
  for (const char *c = column; *c != '\0' && used + 3 < size; c++) {
    if (strchr("_^@&~{}\\", *c) != NULL)
      text[used++] = '\\';
    text[used++] = *c;
  }
  text[used] = '\0';
}
