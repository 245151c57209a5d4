/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Errors as values. Every function of huddle that can fail returns a hud_status and fills the
 * struct hud_error that the caller passed (which may be NULL). Nothing is printed, nothing exits.
 */
#ifndef HUDDLE_ERROR_H
#define HUDDLE_ERROR_H

/* Marks what the shared library exports. */
#if defined(__GNUC__)
#define HUD_API __attribute__((visibility("default")))
#else
#define HUD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong, coarse enough to decide the exit status of a program. */
typedef enum hud_status {
  HUD_OK = 0,
  HUD_ERROR_INPUT,   /* a model, study or data file is wrong; a key is missing or out of range */
  HUD_ERROR_USAGE,   /* a function or a command was called with arguments that do not fit */
  HUD_ERROR_MEMORY,  /* an allocation failed, or would exceed the limit */
  HUD_ERROR_COMPUTE, /* the computation failed: not finite, solver gave up, step or wall cap */
  HUD_ERROR_INTERRUPTED, /* stopped on request; a checkpoint was written where one is due */
  HUD_ERROR_OUTPUT       /* a result could not be written */
} hud_status;

enum { HUD_ERROR_TEXT = 1536, HUD_ERROR_WHERE = 256 };

/* code: as above. message: one or more lines for a person, with the values. where:
 * "file:line:column" of the input at fault, or a place in the computation ("f2 at v1=0.5, t=1.2"),
 * or empty. */
struct hud_error {
  hud_status code;
  char where[HUD_ERROR_WHERE];
  char message[HUD_ERROR_TEXT];
};

/* A short name of a status: "input", "compute", ... */
HUD_API const char *hud_status_name(hud_status status);

#ifdef __cplusplus
}
#endif
#endif
