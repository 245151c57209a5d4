/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shared by all tests: CMocka in its required order, and comparisons that reject NaN. */
#ifndef HUD_TESTS_SUPPORT_H
#define HUD_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "huddle/error.h"

/* |value - expected| <= tolerance; NaN on any side fails. */
#define assert_close(value, expected, tolerance)                                                   \
  hud_test_close((value), (expected), (tolerance), #value, __FILE__, __LINE__)
/* |value - expected| <= tolerance * |expected|. */
#define assert_close_relative(value, expected, tolerance)                                          \
  hud_test_close_relative((value), (expected), (tolerance), #value, __FILE__, __LINE__)
/* value < bound; NaN fails. */
#define assert_below(value, bound) hud_test_below((value), (bound), #value, __FILE__, __LINE__)
/* status is HUD_OK, or the error is printed. */
#define assert_ok(status, error) hud_test_ok((status), (error), #status, __FILE__, __LINE__)
/* status is `expected` and the message contains `text`. */
#define assert_error(status, expected, error, text)                                                \
  hud_test_error((status), (expected), (error), (text), #status, __FILE__, __LINE__)

void hud_test_close(double value, double expected, double tolerance, const char *what,
                    const char *file, int line);
void hud_test_close_relative(double value, double expected, double tolerance, const char *what,
                             const char *file, int line);
void hud_test_below(double value, double bound, const char *what, const char *file, int line);
void hud_test_ok(hud_status status, const struct hud_error *error, const char *what,
                 const char *file, int line);
void hud_test_error(hud_status status, hud_status expected, const struct hud_error *error,
                    const char *text, const char *what, const char *file, int line);

#endif
