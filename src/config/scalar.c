/* SPDX-License-Identifier: GPL-3.0-or-later
 * Scalars of YAML 1.2 as values. Forms of YAML 1.1 (0x10, 1_000, yes, 1:30) are not numbers or
 * booleans here. */
#include "config/scalar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789";

static bool looks_like_number(const char *text)
{
  text += *text == '+' || *text == '-';
  size_t whole = strspn(text, digits), fraction = 0;
  text += whole;
  if (*text == '.') {
    fraction = strspn(++text, digits);
    text += fraction;
  }
  if (whole + fraction == 0)
    return false;
  if (*text == 'e' || *text == 'E') {
    text++;
    text += *text == '+' || *text == '-';
    if (strspn(text, digits) == 0)
      return false;
    text += strspn(text, digits);
  }
  return *text == '\0';
}

static bool looks_not_finite(const char *text)
{
  static const char *const names[] = {".nan", ".NaN", ".NAN", "nan", "NaN", "NAN",      ".inf",
                                      ".Inf", ".INF", "inf",  "Inf", "INF", "infinity", "Infinity"};
  text += *text == '+' || *text == '-';
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
    if (strcmp(text, names[n]) == 0)
      return true;
  return false;
}

enum hud_scalar_result hud_scalar_number(const char *text, double *value)
{
  *value = 0.0;
  if (!looks_like_number(text))
    return looks_not_finite(text) ? HUD_SCALAR_NOT_FINITE : HUD_SCALAR_OTHER;
  char *end = NULL;
  double number = strtod(text, &end);
  if (*end != '\0')
    return HUD_SCALAR_OTHER;
  if (!isfinite(number))
    return HUD_SCALAR_TOO_LARGE;
  *value = number;
  return HUD_SCALAR_OK;
}

enum hud_scalar_result hud_scalar_integer(const char *text, int64_t *value)
{
  double number;
  *value = 0;
  enum hud_scalar_result result = hud_scalar_number(text, &number);
  if (result != HUD_SCALAR_OK)
    return result;
  if (strcspn(text, ".eE") == strlen(text)) {
    errno = 0;
    long long exact = strtoll(text, NULL, 10);
    if (errno == ERANGE)
      return HUD_SCALAR_TOO_LARGE;
    *value = exact;
    return HUD_SCALAR_OK;
  }
  if (number != floor(number))
    return HUD_SCALAR_NOT_WHOLE;
  if (fabs(number) > 0x1p53)
    return HUD_SCALAR_TOO_LARGE;
  *value = (int64_t)number;
  return HUD_SCALAR_OK;
}

bool hud_scalar_boolean(const char *text, bool *value)
{
  *value = strcmp(text, "true") == 0;
  return *value || strcmp(text, "false") == 0;
}

void hud_scalar_print(char *text, size_t size, double value)
{
  for (int digit_count = 15; digit_count <= 17; digit_count++) {
    snprintf(text, size, "%.*g", digit_count, value);
    if (strtod(text, NULL) == value)
      break;
  }
  char *exponent = strchr(text, 'e');
  if (exponent != NULL) { /* 1e-08 -> 1e-8, 1e+15 -> 1e15 */
    char *first = exponent + 1 + (exponent[1] == '-');
    size_t dropped = strspn(first, "+0");
    memmove(first, first + dropped, strlen(first + dropped) + 1);
  }
}
