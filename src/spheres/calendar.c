/* SPDX-License-Identifier: GPL-3.0-or-later
 * The calendar of predicted collisions; see calendar.h. */
#include "spheres/calendar.h"

#include <math.h>

#include "base/alloc.h"
#include "spheres/motion.h"

hud_status hud_calendar_clear(struct hud_calendar *calendar, double expected,
                              struct hud_error *error)
{
  double wanted = fmin(fmax(expected / 0.7, 16.0), 0x1.0p28);
  calendar->lists = (uint32_t)wanted;
  if (calendar->lists > calendar->list_room) {
    /* Some spare, for the estimate varies a little from horizon to horizon. */
    uint32_t room = calendar->lists + calendar->lists / 8;
    hud_free(calendar->first);
    calendar->list_room = 0;
    hud_status status = HUD_NEW(&calendar->first, room, "event calendar", error);
    if (status != HUD_OK)
      return status;
    calendar->list_room = room;
  }
  for (uint32_t l = 0; l < calendar->lists; l++)
    calendar->first[l] = HUD_CALENDAR_END;
  calendar->current = 0;
  calendar->used = 0;
  return HUD_OK;
}

void hud_calendar_free(struct hud_calendar *calendar)
{
  hud_free(calendar->first);
  hud_free(calendar->encounter);
  *calendar = (struct hud_calendar){0};
}

struct hud_encounter *hud_calendar_add(struct hud_calendar *calendar, uint64_t tau,
                                       struct hud_error *error)
{
  if (calendar->used == calendar->room) {
    uint32_t room = calendar->room < 1024 ? 1024 : calendar->room + calendar->room / 2;
    if (hud_grow(&calendar->encounter, calendar->used, room, sizeof *calendar->encounter,
                 "predicted collisions", error) != HUD_OK)
      return NULL;
    calendar->room = room;
  }
  uint32_t list = (uint32_t)hud_high_word(tau, calendar->lists);
  uint32_t index = calendar->used++;
  struct hud_encounter *encounter = &calendar->encounter[index];
  encounter->tau = tau;
  encounter->next = calendar->first[list];
  calendar->first[list] = index;
  return encounter;
}

static uint32_t *earlier(const struct hud_calendar *calendar, uint32_t *link, uint32_t *other)
{
  const struct hud_encounter *a = &calendar->encounter[*link];
  const struct hud_encounter *b = &calendar->encounter[*other];
  if (a->tau != b->tau)
    return a->tau < b->tau ? link : other;
  if (a->size != b->size)
    return a->size < b->size ? link : other;
  return *link < *other ? link : other;
}

const struct hud_encounter *hud_calendar_take(struct hud_calendar *calendar)
{
  while (calendar->current < calendar->lists &&
         calendar->first[calendar->current] == HUD_CALENDAR_END)
    calendar->current++;
  if (calendar->current == calendar->lists)
    return NULL;
  uint32_t *best = &calendar->first[calendar->current];
  for (uint32_t *link = &calendar->encounter[*best].next; *link != HUD_CALENDAR_END;
       link = &calendar->encounter[*link].next)
    best = earlier(calendar, best, link);
  struct hud_encounter *taken = &calendar->encounter[*best];
  *best = taken->next;
  return taken;
}
