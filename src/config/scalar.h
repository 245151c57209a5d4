/* SPDX-License-Identifier: GPL-3.0-or-later
 * Scalars of YAML 1.2 as values, strictly: the whole text must be a number, nothing is guessed. */
#ifndef HUD_CONFIG_SCALAR_H
#define HUD_CONFIG_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hud_scalar_result {
  HUD_SCALAR_OK,
  HUD_SCALAR_OTHER,      /* not written like a number */
  HUD_SCALAR_NOT_FINITE, /* .nan, .inf, nan, inf, infinity */
  HUD_SCALAR_TOO_LARGE,  /* does not fit the type */
  HUD_SCALAR_NOT_WHOLE   /* a number, but not an integer */
};

/* [sign] digits [. digits] [e [sign] digits], or the same starting with a dot. Reads in the locale
 * of the thread, which must have a decimal point. */
enum hud_scalar_result hud_scalar_number(const char *text, double *value);

/* A number without fractional part: 256, 1e6, 2.5e3. Exact for all of int64_t if it is written with
 * digits only, else up to 2^53. */
enum hud_scalar_result hud_scalar_integer(const char *text, int64_t *value);

/* true or false, nothing else. */
bool hud_scalar_boolean(const char *text, bool *value);

/* The shortest decimal text that reads back as `value`; size >= 32. */
void hud_scalar_print(char *text, size_t size, double value);

#endif
