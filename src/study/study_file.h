/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A study file, read and checked: the base model, what varies, the variants, and what is compared.
 * The keys are those of the schema (config/schema.h, scopes from HUD_SCOPE_STUDY on). */
#ifndef HUD_STUDY_STUDY_FILE_H
#define HUD_STUDY_STUDY_FILE_H

#include "config/expression.h"
#include "config/study_description.h"

enum { HUD_STUDY_PARAMETERS = 4, HUD_STUDY_NAME = 32, HUD_STUDY_COLUMNS = 4 };

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

/* What stands for the order parameter: a name and an expression; no expression: nothing does. */
struct hud_study_against {
  char name[HUD_STUDY_NAME];
  struct hud_mark mark;
  struct hud_expression *expression;
};

/* A column of moments.csv, or an expression in several. */
struct hud_study_series {
  char name[HUD_STUDY_NAME];               /* of the column, or of the definition */
  const struct hud_expression *expression; /* NULL: the first column itself */
  size_t count;
  char columns[HUD_STUDY_COLUMNS][HUD_STUDY_NAME];
};

/* A name of the file for an expression in columns. */
struct hud_study_define {
  const char *name;
  struct hud_mark mark;
  struct hud_expression *expression;
  struct hud_study_series series;
};

enum hud_study_quantity_kind {
  HUD_QUANTITY_COLUMN,     /* of moments.csv, or defined */
  HUD_QUANTITY_DETAIL,     /* a number among the details of summary.json */
  HUD_QUANTITY_DECAY,      /* the fitted decay rate of a series */
  HUD_QUANTITY_SLOPE,      /* its derivative at the start of the window */
  HUD_QUANTITY_RELAXATION, /* minus that over its value */
  HUD_QUANTITY_FREQUENCY,  /* collisions of `size` per particle and unit time */
  HUD_QUANTITY_CONTACT,    /* the same over that of independent particles */
  HUD_QUANTITY_W1,         /* distances between the f_1 of two results */
  HUD_QUANTITY_W2,
  HUD_QUANTITY_FOURIER,
  HUD_QUANTITY_L1,
  HUD_QUANTITY_FOURIER_F2, /* and between the f_2 */
  HUD_QUANTITY_W1_F2,      /* of the marginals */
  HUD_QUANTITY_W1_R        /* of the laws of |v_1 - v_2| */
};
struct hud_study_quantity {
  const char *name;
  struct hud_mark mark;
  enum hud_study_quantity_kind kind;
  struct hud_study_series series; /* of the first kind, and of decay, slope, relaxation */
  int size;                       /* of collisions */
};

enum { HUD_ALL = -1 };

struct hud_study_fit {
  int quantity, variant;     /* HUD_ALL */
  struct hud_numbers powers; /* none: c x^p */
  double largest;
};

enum hud_study_expected_kind {
  HUD_EXPECT_ORDER,
  HUD_EXPECT_VALUE,
  HUD_EXPECT_THEORY,
  HUD_EXPECT_EXPONENT,
  HUD_EXPECT_COEFFICIENT,
  HUD_EXPECT_LEAST,
  HUD_EXPECT_MOST
};
#define HUD_ANY_VALUE ((size_t)-1)

struct hud_study_expected {
  size_t variant;
  int quantity; /* HUD_ALL */
  enum hud_study_expected_kind kind;
  double number;                   /* NaN: theory says it at each point */
  double within, sigmas;           /* one of the two is NaN, for bounds both */
  size_t at[HUD_STUDY_PARAMETERS]; /* the value that a parameter has, or HUD_ANY_VALUE */
};

enum { HUD_REFERENCE_NONE = -1, HUD_REFERENCE_THEORY = -2, HUD_REFERENCE_COMPOSITE = -3 };
enum hud_study_refine { HUD_REFINE_AUTO, HUD_REFINE_NONE, HUD_REFINE_SET };

struct hud_study {
  struct hud_document *document, *base;
  struct hud_study_description description;
  size_t parameter_count;
  struct hud_study_parameter parameters[HUD_STUDY_PARAMETERS];
  int order_parameter; /* where orders are observed; -1: nowhere */
  struct hud_study_against against;
  size_t link_count;
  struct hud_study_link *links;
  size_t variant_count;
  struct hud_study_variant *variants;
  struct hud_mark *variant_marks;
  int reference; /* a variant, or HUD_REFERENCE_... */
  size_t define_count;
  struct hud_study_define *defines;
  size_t quantity_count;
  struct hud_study_quantity *quantities;
  struct hud_expression *window[2]; /* both NULL: the whole run */
  struct hud_mark window_mark;
  enum hud_study_refine refine;
  size_t fit_count;
  struct hud_study_fit *fits;
  size_t expected_count;
  struct hud_study_expected *expected;
};

/* Reads the file at `path`; overrides are "key.path=value" of the study file. Errors
 * (HUD_ERROR_INPUT) have their place in the file, as those of models do. */
hud_status hud_study_load(struct hud_study **study, const char *path, const char *const *overrides,
                          size_t override_count, struct hud_error *error);
void hud_study_free(struct hud_study *study);

/* Does the fit cover this quantity of this variant? */
bool hud_study_fit_covers(const struct hud_study_fit *fit, size_t variant, size_t quantity);

#endif
