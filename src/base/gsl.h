/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GSL aborts the process on an error unless its handler is off. The library never changes the
 * handler for good: a function that calls GSL brackets it with these two. */
#ifndef HUD_BASE_GSL_H
#define HUD_BASE_GSL_H

#include <gsl/gsl_errno.h>

static inline gsl_error_handler_t *hud_gsl_begin(void)
{
  return gsl_set_error_handler_off();
}

static inline void hud_gsl_end(gsl_error_handler_t *previous)
{
  gsl_set_error_handler(previous);
}

#endif
