/* SPDX-License-Identifier: GPL-3.0-or-later
 * Symbols and sentences for the columns of moments.csv, and for the quantities of studies. */
#include "output/symbols.h"

#include <ctype.h>
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
    {"min_f1", "smallest cell mean of f_1", "min\u00a0{/:Italic f}_1"},
    {"min_f2", "smallest cell mean of f_2", "min\u00a0{/:Italic f}_2"},
    {"min_f3", "smallest cell mean of f_3", "min\u00a0{/:Italic f}_3"},
    {"entropy_pair_reaction", "dissipation of H by joining and parting of pairs",
     "pair part of\u00a0{/:Italic H}'"},
    {"entropy_triple_reaction", "dissipation of H by joining and parting of triples",
     "triple part of\u00a0{/:Italic H}'"},
    {"entropy_drift", "growth of H by the drift", "drift part of\u00a0{/:Italic H}'"},
    {"entropy_skipped", "cells left out of the entropy, where no logarithm exists",
     "cells left out of\u00a0{/:Italic H}"},
    {"energy", "kinetic energy per particle, <|v|^2>/2", "energy per particle"},
    {"px", "momentum per particle along x", "{/:Italic p}_x"},
    {"py", "momentum per particle along y", "{/:Italic p}_y"},
    {"pz", "momentum per particle along z", "{/:Italic p}_z"},
    {"Tx", "temperature along x, the variance of v_x", "{/:Italic T}_x"},
    {"Ty", "temperature along y, the variance of v_y", "{/:Italic T}_y"},
    {"Tz", "temperature along z, the variance of v_z", "{/:Italic T}_z"},
    {"m4", "fourth moment of the velocities, <|v|^4>", "⟨|{/:Italic v}|^4⟩"},
    {"m6", "sixth moment of the velocities, <|v|^6>", "⟨|{/:Italic v}|^6⟩"},
    {"wave_x", "wave of the density, 2 <cos(2 pi x/L)>", "wave of density"},
    {"current_x", "wave of the current, 2 <v_x sin(2 pi x/L)>", "wave of current"},
    {"heat_x", "wave of the energy, <|v|^2 cos(2 pi x/L)>", "wave of energy"},
    {"min_gap", "smallest gap between spheres seen so far", "smallest gap"},
    {"grazing", "grazing collisions so far", "grazing collisions"},
    {"ties", "collisions at equal times so far", "ties"},
    {"decay_rate", "decay rate of the variance", "{/:Italic γ}"},
    {"W1", "Wasserstein distance of f_1 of order 1",
     "{/:Italic W}_1 distance of\u00a0{/:Italic f}_1"},
    {"W2", "Wasserstein distance of f_1 of order 2",
     "{/:Italic W}_2 distance of\u00a0{/:Italic f}_1"},
    {"fourier", "Fourier metric of f_1", "Fourier distance of\u00a0{/:Italic f}_1"},
    {"L1", "L^1 distance of f_1", "{/:Italic L}^1 distance of\u00a0{/:Italic f}_1"},
    {"fourier_f2", "Fourier metric of f_2", "Fourier distance of\u00a0{/:Italic f}_2"},
    {"W1_f2", "Wasserstein distance of order 1 of the marginals of f_2",
     "{/:Italic W}_1 distance of\u00a0∫{/:Italic f}_2 d{/:Italic v}_2"},
    {"W1_r", "Wasserstein distance of order 1 of |v_1-v_2| in pairs",
     "{/:Italic W}_1 distance of\u00a0|{/:Italic v}_1−{/:Italic v}_2|"},
    {"f1_negative_mass", "negative mass of f_1", "negative mass of\u00a0{/:Italic f}_1"},
    {"f2_negative_mass", "negative mass of f_2", "negative mass of\u00a0{/:Italic f}_2"},
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
    {"contact_", "y_%ld, rate of collisions of %ld over that of independent particles",
     "{/:Italic y}_{%ld}"},
    {"frequency_", "collisions of %ld that a particle takes part in per unit time",
     "frequency of collisions of %ld"},
    {"f1_m", "raw moment of f_1 of order %ld, integral of v^%ld f_1",
     "{/:Italic m}_{%ld}({/:Italic t})"},
    {"collisions_", "collisions of %ld bodies so far", "collisions of %ld bodies"},
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

void hud_symbol_greek(const char *plain, char *text, size_t size)
{
  static const struct {
    const char *name, *letter;
  } greek[] = {{"epsilon", "ε"}, {"lambda", "λ"}, {"delta", "δ"}, {"kappa", "κ"}, {"mu", "μ"}};
  size_t used = 0, before = 0; /* length of the word so far */
  while (*plain != '\0' && used + 3 < size) {
    size_t g = 0, length = 0, count = sizeof greek / sizeof greek[0];
    for (; g < count && length == 0; g++) {
      size_t name = strlen(greek[g].name);
      if (before == 0 && strncmp(plain, greek[g].name, name) == 0 &&
          !isalpha((unsigned char)plain[name]) && plain[name] != '_')
        length = name;
    }
    if (length > 0) {
      used += (size_t)snprintf(text + used, size - used, "%s", greek[g - 1].letter);
      plain += length;
      before = 1;
      continue;
    }
    before = isalnum((unsigned char)*plain) || *plain == '_' ? before + 1 : 0;
    text[used++] = *plain++;
  }
  /* a letter of several bytes that was cut, here or before, is left out */
  size_t lead = used;
  while (lead > 0 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80)
    lead--;
  unsigned char first = lead > 0 ? (unsigned char)text[lead - 1] : 0;
  size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (lead > 0 && lead - 1 + length > used)
    used = lead - 1;
  text[used] = '\0';
}
