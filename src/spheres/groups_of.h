/* SPDX-License-Identifier: GPL-3.0-or-later
 * Going through all groups of `size` out of `count` particles in lexicographic order:
 * hud_first_group(member, size); do { ... } while (hud_next_group(member, size, count)). */
#ifndef HUD_SPHERES_GROUPS_OF_H
#define HUD_SPHERES_GROUPS_OF_H

#include <stdbool.h>

static inline void hud_first_group(int *member, int size)
{
  for (int p = 0; p < size; p++)
    member[p] = p;
}

/* False after the last. */
static inline bool hud_next_group(int *member, int size, int count)
{
  int p = size - 1;
  while (p >= 0 && member[p] == count - size + p)
    p--;
  if (p < 0)
    return false;
  member[p]++;
  for (int q = p + 1; q < size; q++)
    member[q] = member[q - 1] + 1;
  return true;
}

#endif
