/* SPDX-License-Identifier: GPL-3.0-or-later
 * What runs with what: one row a model, with its equation and its place in the paper. */
#ifndef HUD_MODELS_REGISTRY_H
#define HUD_MODELS_REGISTRY_H

#include <stdbool.h>

#include "config/description.h"

struct hud_registry_row {
  enum hud_model_kind model;
  const char *name;
  const char *place;    /* "[KMS] (14)" */
  const char *summary;  /* one line */
  const char *equation; /* several lines */
  const char *keys;     /* the keys that matter most */
  unsigned methods;     /* bit 1 << method for each that runs */
  const char *solver; /* of a model that has one way to be solved and no key `method`, else NULL */
};

/* All rows; *count receives their number. */
const struct hud_registry_row *hud_registry(int *count);

const struct hud_registry_row *hud_registry_find(enum hud_model_kind model);

bool hud_registry_runs(enum hud_model_kind model, enum hud_method method);

const char *hud_method_name(enum hud_method method);
enum { HUD_METHOD_COUNT = 4 };

#endif
