/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checked allocation. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

static void *allocate(size_t count, size_t size, size_t *bytes)
{
  if (size != 0 && count > (PTRDIFF_MAX - ALIGNMENT) / size) {
    *bytes = SIZE_MAX;
    return NULL;
  }
  size_t wanted = count * size;
  *bytes = wanted;
  size_t rounded = (wanted + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
  void *block = aligned_alloc(ALIGNMENT, rounded);
  if (block != NULL)
    memset(block, 0, rounded);
  return block;
}

hud_status hud_alloc(void *out, size_t count, size_t size, const char *what,
                     struct hud_error *error)
{
  size_t bytes;
  void *block = allocate(count, size, &bytes);
  memcpy(out, &block, sizeof block);
  return block != NULL ? HUD_OK : hud_fail_memory(error, what, bytes);
}

hud_status hud_grow(void *block, size_t used, size_t count, size_t size, const char *what,
                    struct hud_error *error)
{
  void *old;
  memcpy(&old, block, sizeof old);
  size_t bytes;
  void *grown = allocate(count, size, &bytes);
  if (grown == NULL)
    return hud_fail_memory(error, what, bytes);
  if (used > 0)
    memcpy(grown, old, used * size);
  hud_free(old);
  memcpy(block, &grown, sizeof grown);
  return HUD_OK;
}

hud_status hud_copy_text(char **out, const char *text, struct hud_error *error)
{
  *out = NULL;
  if (text == NULL)
    return HUD_OK;
  size_t length = strlen(text) + 1;
  hud_status status = HUD_NEW(out, length, "text", error);
  if (status == HUD_OK)
    memcpy(*out, text, length);
  return status;
}

void hud_free(void *block)
{
  free(block);
}
