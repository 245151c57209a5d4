/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HUDDLE_VERSION_H
#define HUDDLE_VERSION_H

#include "huddle/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0". Until 1.0 the interface may change with the second number; the soname changes with it.
 */
HUD_API const char *hud_version(void);

/* The commit that the library was built from, or "unknown". */
HUD_API const char *hud_version_commit(void);

#ifdef __cplusplus
}
#endif
#endif
