/* SPDX-License-Identifier: GPL-3.0-or-later
 * Filling error values (the type is public: huddle/error.h). */
#ifndef HUD_BASE_ERROR_H
#define HUD_BASE_ERROR_H

#include <stddef.h>

#include "huddle/error.h"

/* Sets *error (unless NULL) and returns `code`, so that `return hud_fail(...)` reads well. */
hud_status hud_fail(struct hud_error *error, hud_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with the place at fault. `where` may be NULL. */
hud_status hud_fail_at(struct hud_error *error, hud_status code, const char *where,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "not enough memory for WHAT (BYTES bytes)". */
hud_status hud_fail_memory(struct hud_error *error, const char *what, size_t bytes);

#endif
