/* SPDX-License-Identifier: GPL-3.0-or-later
 * Error values: formatting a code, a place and a message. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *hud_status_name(hud_status status)
{
  switch (status) {
  case HUD_OK:
    return "ok";
  case HUD_ERROR_INPUT:
    return "input";
  case HUD_ERROR_USAGE:
    return "usage";
  case HUD_ERROR_MEMORY:
    return "memory";
  case HUD_ERROR_COMPUTE:
    return "compute";
  case HUD_ERROR_INTERRUPTED:
    return "interrupted";
  case HUD_ERROR_OUTPUT:
    return "output";
  }
  return "unknown";
}

static void fill(struct hud_error *error, hud_status code, const char *where, const char *format,
                 va_list args)
{
  if (error == NULL)
    return;
  error->code = code;
  snprintf(error->where, sizeof error->where, "%s", where ? where : "");
  vsnprintf(error->message, sizeof error->message, format, args);
}

hud_status hud_fail(struct hud_error *error, hud_status code, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  fill(error, code, NULL, format, args);
  va_end(args);
  return code;
}

hud_status hud_fail_at(struct hud_error *error, hud_status code, const char *where,
                       const char *format, ...)
{
  va_list args;
  va_start(args, format);
  fill(error, code, where, format, args);
  va_end(args);
  return code;
}

hud_status hud_fail_memory(struct hud_error *error, const char *what, size_t bytes)
{
  return hud_fail(error, HUD_ERROR_MEMORY, "not enough memory for %s (%zu bytes)", what, bytes);
}
