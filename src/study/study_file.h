/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A study file, read and checked: the base model, what varies, the variants, and what is compared.
 * The keys are those of the schema (config/schema.h, scopes from HUD_SCOPE_STUDY on). */
#ifndef HUD_STUDY_STUDY_FILE_H
#define HUD_STUDY_STUDY_FILE_H

#include "config/expression.h"
#include "config/study_description.h"

enum { HUD_STUDY_PARAMETERS = 4, HUD_STUDY_NAME = 32 };

/* A key path that varies. */
struct hud_study_parameter {
  const char *path;
  char name[HUD_STUDY_NAME]; /* in expressions and tables */
  struct hud_mark mark;
  size_t count;
  const struct hud_node **values;
  double *numbers; /* count, or NULL if some value is no number */
  struct hud_node *made;
  char (*texts)[32]; /* nodes of a range, or NULL */
};

/* A key path whose value is an expression in the parameters. */
struct hud_study_link {
  const char *path;
  struct hud_mark mark;
  struct hud_expression *expression;
};

enum hud_study_quantity_kind {
  HUD_QUANTITY_COLUMN, /* of moments.csv */
  HUD_QUANTITY_DETAIL, /* a number among the details of summary.json */
  HUD_QUANTITY_DECAY,  /* the fitted decay rate of the variance */
  HUD_QUANTITY_W1,     /* distances between the f_1 of two results */
  HUD_QUANTITY_W2,
  HUD_QUANTITY_FOURIER,
  HUD_QUANTITY_L1
};
struct hud_study_quantity {
  const char *name;
  struct hud_mark mark;
  enum hud_study_quantity_kind kind;
};

struct hud_study_expected {
  size_t variant;
  int quantity; /* -1: all */
  double order, within;
};

enum { HUD_REFERENCE_NONE = -1, HUD_REFERENCE_THEORY = -2 };
enum hud_study_refine { HUD_REFINE_AUTO, HUD_REFINE_NONE, HUD_REFINE_SET };

struct hud_study {
  struct hud_document *document, *base;
  struct hud_study_description description;
  size_t parameter_count;
  struct hud_study_parameter parameters[HUD_STUDY_PARAMETERS];
  int order_parameter; /* where orders are observed; -1: nowhere */
  size_t link_count;
  struct hud_study_link *links;
  size_t variant_count;
  struct hud_study_variant *variants;
  struct hud_mark *variant_marks;
  int reference; /* a variant, or HUD_REFERENCE_... */
  size_t quantity_count;
  struct hud_study_quantity *quantities;
  struct hud_expression *window[2]; /* both NULL: the whole run */
  struct hud_mark window_mark;
  enum hud_study_refine refine;
  size_t expected_count;
  struct hud_study_expected *expected;
};

/* Reads the file at `path`; overrides are "key.path=value" of the study file. Errors
 * (HUD_ERROR_INPUT) have their place in the file, as those of models do. */
hud_status hud_study_load(struct hud_study **study, const char *path, const char *const *overrides,
                          size_t override_count, struct hud_error *error);
void hud_study_free(struct hud_study *study);

/* Fails at a mark of the study file. */
hud_status hud_study_fail(const struct hud_study *study, struct hud_mark mark,
                          struct hud_error *error, const char *expected, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
