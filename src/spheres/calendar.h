/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The queue of predicted collisions within one horizon: a calendar of short lists over tau in
 * [0,1), about 0.7 expected events to a list. An event is never removed when it becomes void: it is
 * valid if none of its members has collided since it was predicted, by sequence numbers. */
#ifndef HUD_SPHERES_CALENDAR_H
#define HUD_SPHERES_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "spheres/collision.h"

#define HUD_CALENDAR_END UINT32_MAX

struct hud_encounter {
  uint64_t tau;
  uint32_t next;     /* in its list */
  uint32_t sequence; /* number of the last collision when it was predicted */
  uint32_t size;
  uint32_t member[HUD_SPHERES_MAX_GROUP]; /* slots */
};

struct hud_calendar {
  uint32_t *first; /* per list */
  uint32_t lists, list_room;
  uint32_t current; /* lists before this are empty */
  struct hud_encounter *encounter;
  uint32_t used, room;
};

/* Empties the calendar and gives it about `expected`/0.7 lists. */
hud_status hud_calendar_clear(struct hud_calendar *calendar, double expected,
                              struct hud_error *error);
void hud_calendar_free(struct hud_calendar *calendar);

/* A new encounter at tau, not before the last one taken; the caller fills size, sequence, member.
 * NULL if memory ran out. */
struct hud_encounter *hud_calendar_add(struct hud_calendar *calendar, uint64_t tau,
                                       struct hud_error *error);

/* Takes the earliest encounter out; NULL when none is left. Of two at one time the one with fewer
 * members goes first, then the one predicted first. Valid until the next add. */
const struct hud_encounter *hud_calendar_take(struct hud_calendar *calendar);

#endif
