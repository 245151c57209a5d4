/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparisons that reject NaN (CMocka's assert_float_equal lets it pass and casts to float). */
#include "support.h"

#include <math.h>
#include <string.h>

void hud_test_close(double value, double expected, double tolerance, const char *what,
                    const char *file, int line)
{
  if (fabs(value - expected) <= tolerance)
    return;
  print_error("%s = %.17g, expected %.17g, difference %.3g, tolerance %.3g\n", what, value,
              expected, value - expected, tolerance);
  _fail(file, line);
}

void hud_test_close_relative(double value, double expected, double tolerance, const char *what,
                             const char *file, int line)
{
  hud_test_close(value, expected, tolerance * fabs(expected), what, file, line);
}

void hud_test_below(double value, double bound, const char *what, const char *file, int line)
{
  if (value < bound)
    return;
  print_error("%s = %.17g, expected less than %.17g\n", what, value, bound);
  _fail(file, line);
}

void hud_test_ok(hud_status status, const struct hud_error *error, const char *what,
                 const char *file, int line)
{
  if (status == HUD_OK)
    return;
  print_error("%s failed (%s): %s %s\n", what, hud_status_name(status), error ? error->where : "",
              error ? error->message : "");
  _fail(file, line);
}

void hud_test_error(hud_status status, hud_status expected, const struct hud_error *error,
                    const char *text, const char *what, const char *file, int line)
{
  if (status == expected && error != NULL && strstr(error->message, text) != NULL)
    return;
  print_error("%s gave %s: %s; expected %s with \"%s\"\n", what, hud_status_name(status),
              error ? error->message : "", hud_status_name(expected), text);
  _fail(file, line);
}
