/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program that uses the library may run under a locale with a decimal comma, which would turn
 * 0.5 into 0,5 in every printf and strtod. Code that writes or reads numbers for machines brackets
 * itself with these two; only the calling thread is concerned, and only in between. */
#ifndef HUD_BASE_LOCALE_H
#define HUD_BASE_LOCALE_H

#include <locale.h>

struct hud_locale {
  locale_t plain, previous;
};

static inline struct hud_locale hud_locale_begin(void)
{
  struct hud_locale saved = {newlocale(LC_ALL_MASK, "C", (locale_t)0), (locale_t)0};
  if (saved.plain != (locale_t)0)
    saved.previous = uselocale(saved.plain);
  return saved;
}

static inline void hud_locale_end(struct hud_locale saved)
{
  if (saved.plain == (locale_t)0)
    return;
  uselocale(saved.previous);
  freelocale(saved.plain);
}

#endif
