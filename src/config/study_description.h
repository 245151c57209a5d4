/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a study file says, key by key as the schema reads it. Parts that are made of key paths of
 * models (what varies, what a variant sets) stay nodes of the document, whose places they keep: the
 * models that are built from them are checked by the reader of models. src/study gives them their
 * meaning. */
#ifndef HUD_CONFIG_STUDY_DESCRIPTION_H
#define HUD_CONFIG_STUDY_DESCRIPTION_H

#include "config/description.h"
#include "config/document.h"

/* Over the times of the window; of a difference, or, without a reference, of the quantity itself.
 */
enum hud_study_norm {
  HUD_NORM_SUP,
  HUD_NORM_L2,
  HUD_NORM_FINAL, /* at the last time */
  HUD_NORM_LEAST  /* smallest value: only without a reference */
};

/* How a value and its reference become one number. */
enum hud_study_difference {
  HUD_DIFFERENCE_ABSOLUTE, /* |value - reference| */
  HUD_DIFFERENCE_RELATIVE  /* 1 - value/reference, with its sign */
};

struct hud_study_description {
  char *title, *settles, *reference, *parameter; /* NULL: not given */
  enum hud_study_norm norm;
  enum hud_study_difference difference;
  int seeds;         /* runs of each stochastic model */
  double compensate; /* figures show values over this power of the parameter */
  /* NULL: not given */
  const struct hud_node *base, *set, *vary, *link, *variants, *define, *quantities, *window,
      *against, *refine, *fit, *expect;
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

/* A curve through the values of a quantity: c x^p, or the sum of c_i x^powers[i]. */
struct hud_study_fit_row {
  char *quantity, *variant;  /* NULL: all */
  struct hud_numbers powers; /* none: the exponent is fitted */
  double largest;            /* value of the parameter that counts; infinite: all count */
};

/* What a study is expected to show of a variant: the last observed order, every value, bounds of
 * all values, or what was fitted. One of the numbers is finite, or `theory` is true. */
struct hud_study_expectation {
  char *variant, *quantity;  /* quantity NULL: all */
  const struct hud_node *at; /* NULL: everywhere */
  double order, value, exponent, coefficient, least, most;
  bool theory;           /* every value is that of theory */
  double within, sigmas; /* one of the two is finite, but for bounds */
};

#endif
