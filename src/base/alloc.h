/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checked allocation: sizes are multiplied with overflow checks, memory is zeroed and aligned to 64
 * bytes (so that loops over doubles vectorise), failure is an error value. Free with hud_free. */
#ifndef HUD_BASE_ALLOC_H
#define HUD_BASE_ALLOC_H

#include <stddef.h>

#include "base/error.h"

/* Zeroed memory for count objects of `size` bytes; *out is NULL on failure. count 0 gives a valid
 * pointer. `what` names the thing in the message ("pair density on the grid"). */
hud_status hud_alloc(void *out, size_t count, size_t size, const char *what,
                     struct hud_error *error);

/* Grows *block (from hud_alloc or NULL) from `used` to `count` objects; the new part is zeroed. */
hud_status hud_grow(void *block, size_t used, size_t count, size_t size, const char *what,
                    struct hud_error *error);

/* A copy of `text` (NULL gives NULL). */
hud_status hud_copy_text(char **out, const char *text, struct hud_error *error);

void hud_free(void *block);

/* hud_alloc for an array of the type that *out points to: HUD_NEW(&ptr, n, "what", error). */
#define HUD_NEW(out, count, what, error)                                                           \
  hud_alloc((void *)(out), (count), sizeof **(out), (what), (error))

#endif
