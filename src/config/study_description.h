/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a study file says, key by key as the schema reads it. Parts that are made of key paths of
 * models (what varies, what a variant sets) stay nodes of the document, whose places they keep: the
 * models that are built from them are checked by the reader of models. src/study gives them their
 * meaning. */
#ifndef HUD_CONFIG_STUDY_DESCRIPTION_H
#define HUD_CONFIG_STUDY_DESCRIPTION_H

#include "config/document.h"

/* Over the times of the window; of a difference, or, without a reference, of the quantity itself.
 */
enum hud_study_norm {
  HUD_NORM_SUP,
  HUD_NORM_L2,
  HUD_NORM_FINAL, /* at the last time */
  HUD_NORM_LEAST  /* smallest value: only without a reference */
};

struct hud_study_description {
  char *title, *settles, *reference, *parameter; /* NULL: not given */
  enum hud_study_norm norm;
  /* NULL: not given */
  const struct hud_node *base, *set, *vary, *link, *variants, *quantities, *window, *refine,
      *expect;
};

/* vary: {from: a, to: b, count: n}: n values from a to b, each a constant multiple of the last. */
struct hud_study_range {
  double from, to;
  int count;
};

struct hud_study_variant {
  char *label;
  const struct hud_node *set; /* or NULL */
};

/* What a study is expected to show: the last observed order of a variant. */
struct hud_study_expectation {
  char *variant, *quantity; /* quantity NULL: all */
  double order, within;
};

#endif
