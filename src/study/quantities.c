/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a study measures: names that it defines, and its quantities. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/layer.h"
#include "base/alloc.h"
#include "study/study_reader.h"

/* ---- definitions ---- */

static bool is_name_character(char c, bool first)
{
  return isalpha((unsigned char)c) || c == '_' || (!first && isdigit((unsigned char)c));
}

/* The names in a text that are neither pi nor called as functions: the columns of an expression.
 * Numbers such as 1e5 are no names. */
static hud_status find_columns(const struct hud_study *study, const struct hud_node *node,
                               struct hud_study_series *series, struct hud_error *error)
{
  const char *c = node->text;
  while (*c != '\0') {
    if (isdigit((unsigned char)*c) || *c == '.') {
      char *end;
      strtod(c, &end);
      c = end > c ? end : c + 1;
      continue;
    }
    if (!is_name_character(*c, true)) {
      c++;
      continue;
    }
    const char *start = c;
    while (is_name_character(*c, false))
      c++;
    size_t length = (size_t)(c - start), known = 0;
    const char *next = c + strspn(c, " ");
    if (*next == '(' || (length == 2 && strncmp(start, "pi", 2) == 0))
      continue;
    while (known < series->count && (strlen(series->columns[known]) != length ||
                                     strncmp(series->columns[known], start, length) != 0))
      known++;
    if (known < series->count)
      continue;
    if (series->count == HUD_STUDY_COLUMNS || length >= HUD_STUDY_NAME)
      return hud_study_fail(study, node->mark, error, NULL,
                            "`define.%.60s` has more than %d names, or a longer one than %d",
                            node->key, HUD_STUDY_COLUMNS, HUD_STUDY_NAME - 1);
    snprintf(series->columns[series->count++], HUD_STUDY_NAME, "%.*s", (int)length, start);
  }
  return HUD_OK;
}

static hud_status read_define(struct hud_study *study, const struct hud_node *node,
                              struct hud_error *error)
{
  struct hud_study_define *define = &study->defines[study->define_count++];
  char names[HUD_STUDY_COLUMNS * (HUD_STUDY_NAME + 1)] = "";
  struct hud_error reason = {0};
  size_t length = 0;
  define->name = node->key;
  define->mark = node->key_mark;
  for (; is_name_character(node->key[length], length == 0); length++)
    ;
  if (node->key[length] != '\0' || length == 0 || length >= HUD_STUDY_NAME)
    return hud_study_fail(study, node->key_mark, error, "expected letters, digits and _",
                          "`%.60s` cannot name a column", node->key);
  if (node->kind != HUD_NODE_SCALAR || hud_node_is_null(node))
    return hud_study_fail(study, node->mark, error, "expected an expression, like Tx - Ty",
                          "`define.%.60s` is no expression", node->key);
  hud_status status = find_columns(study, node, &define->series, error);
  for (size_t c = 0; c < define->series.count; c++) {
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", c > 0 ? "," : "",
             define->series.columns[c]);
  }
  if (status == HUD_OK && define->series.count == 0)
    return hud_study_fail(study, node->mark, error, "expected an expression, like Tx - Ty",
                          "`define.%.60s` has no column in it", node->key);
  if (status == HUD_OK)
    status = hud_expression_create(&define->expression, node->text, names, &reason);
  if (status == HUD_ERROR_INPUT && reason.message[0] != '\0')
    return hud_study_fail(study, node->mark, error, NULL, "`define.%.60s`: %s", node->key,
                          reason.message);
  define->series.expression = define->expression;
  return status;
}

static hud_status read_defines(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *set = study->description.define;
  hud_status status = hud_study_check_set(study, set, "define", error);
  if (status != HUD_OK || set == NULL)
    return status;
  status = HUD_NEW(&study->defines, set->count, "definitions", error);
  for (const struct hud_node *node = set->first; node != NULL && status == HUD_OK;
       node = node->next)
    status = read_define(study, node, error);
  return status;
}

/* ---- quantities ---- */

static const struct {
  const char *name;
  enum hud_study_quantity_kind kind;
} named_quantities[] = {
    {"W1", HUD_QUANTITY_W1},
    {"W2", HUD_QUANTITY_W2},
    {"fourier", HUD_QUANTITY_FOURIER},
    {"L1", HUD_QUANTITY_L1},
    {"fourier_f2", HUD_QUANTITY_FOURIER_F2},
    {"W1_f2", HUD_QUANTITY_W1_F2},
    {"W1_r", HUD_QUANTITY_W1_R},
    {"decay_rate", HUD_QUANTITY_DECAY},
    {"f1_negative_mass", HUD_QUANTITY_DETAIL},
    {"f2_negative_mass", HUD_QUANTITY_DETAIL},
    {"f1_negative_since", HUD_QUANTITY_DETAIL},
    {"f2_negative_since", HUD_QUANTITY_DETAIL},
    {"f1_least_over_largest", HUD_QUANTITY_DETAIL},
    {"f2_least_over_largest", HUD_QUANTITY_DETAIL},
    {"smallest_f1_over_largest", HUD_QUANTITY_DETAIL},
};

/* name(column) */
static const struct {
  const char *name;
  enum hud_study_quantity_kind kind;
} functions[] = {
    {"decay_rate", HUD_QUANTITY_DECAY},
    {"slope", HUD_QUANTITY_SLOPE},
    {"relaxation", HUD_QUANTITY_RELAXATION},
};

/* name_k */
static const struct {
  const char *name;
  enum hud_study_quantity_kind kind;
} of_collisions[] = {
    {"frequency_", HUD_QUANTITY_FREQUENCY},
    {"contact_", HUD_QUANTITY_CONTACT},
};

void hud_study_guess_quantity(struct hud_guess *guess)
{
  static const char *const examples[] = {"frequency_2", "frequency_3", "contact_2", "contact_3"};
  for (size_t q = 0; q < sizeof named_quantities / sizeof named_quantities[0]; q++)
    hud_guess_consider(guess, named_quantities[q].name);
  for (size_t q = 0; q < sizeof examples / sizeof examples[0]; q++)
    hud_guess_consider(guess, examples[q]);
}

/* A column, or what is defined under its name. */
static hud_status set_series(const struct hud_study *study, struct hud_study_quantity *quantity,
                             const char *name, size_t length, struct hud_error *error)
{
  struct hud_study_series *series = &quantity->series;
  if (length == 0 || length >= HUD_STUDY_NAME)
    return hud_study_fail(study, quantity->mark, error, "expected a name, like f1_m2",
                          "`%.60s` names no column", quantity->name);
  for (size_t d = 0; d < study->define_count; d++)
    if (strlen(study->defines[d].name) == length &&
        strncmp(study->defines[d].name, name, length) == 0) {
      *series = study->defines[d].series;
      snprintf(series->name, sizeof series->name, "%s", study->defines[d].name);
      return HUD_OK;
    }
  snprintf(series->name, sizeof series->name, "%.*s", (int)length, name);
  memcpy(series->columns[0], series->name, sizeof series->name);
  series->count = 1;
  return HUD_OK;
}

static hud_status set_kind(const struct hud_study *study, struct hud_study_quantity *quantity,
                           struct hud_error *error)
{
  const char *name = quantity->name;
  size_t length = strlen(name), open = strcspn(name, "(");
  quantity->kind = HUD_QUANTITY_COLUMN;
  for (size_t q = 0; q < sizeof named_quantities / sizeof named_quantities[0]; q++)
    if (strcmp(named_quantities[q].name, name) == 0) {
      quantity->kind = named_quantities[q].kind;
      return set_series(study, quantity, "variance", strlen("variance"), error);
    }
  for (size_t q = 0; q < sizeof of_collisions / sizeof of_collisions[0]; q++) {
    size_t stem = strlen(of_collisions[q].name);
    if (strncmp(name, of_collisions[q].name, stem) == 0 && length == stem + 1 &&
        isdigit((unsigned char)name[stem])) {
      quantity->kind = of_collisions[q].kind;
      quantity->size = name[stem] - '0';
      return HUD_OK;
    }
  }
  if (open == length)
    return set_series(study, quantity, name, length, error);
  for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++)
    if (strlen(functions[f].name) == open && strncmp(name, functions[f].name, open) == 0 &&
        name[length - 1] == ')') {
      quantity->kind = functions[f].kind;
      return set_series(study, quantity, name + open + 1, length - open - 2, error);
    }
  return hud_study_fail(study, quantity->mark, error,
                        "expected decay_rate(X), slope(X) or relaxation(X) of a column X",
                        "`%.60s` is no quantity", name);
}

/* The composite has the second moments, as differences. */
static hud_status check_composite(const struct hud_study *study,
                                  const struct hud_study_quantity *quantity,
                                  struct hud_error *error)
{
  const struct hud_layer_moments any = {0};
  bool known = quantity->kind == HUD_QUANTITY_COLUMN;
  for (size_t c = 0; c < quantity->series.count && known; c++)
    known = !isnan(hud_layer_moment(&any, quantity->series.columns[c]));
  if (!known)
    return hud_study_fail(study, quantity->mark, error, "expected M1, M2, I1, I2, V1, V2, W or T",
                          "`reference: composite` says nothing about `%.60s`", quantity->name);
  if (study->description.difference == HUD_DIFFERENCE_RELATIVE)
    return hud_study_fail(study, quantity->mark, error, NULL,
                          "`%s` has no `difference: relative` to the composite", quantity->name);
  return HUD_OK;
}

/* What the norm and the reference ask of a quantity. */
static hud_status check_quantity(const struct hud_study *study,
                                 const struct hud_study_quantity *quantity, struct hud_error *error)
{
  bool distance = quantity->kind >= HUD_QUANTITY_W1;
  if (distance && study->reference < 0)
    return hud_study_fail(study, quantity->mark, error, NULL,
                          "`%s` is a distance: it needs a `reference` among the variants",
                          quantity->name);
  if (distance && study->description.difference == HUD_DIFFERENCE_RELATIVE)
    return hud_study_fail(study, quantity->mark, error, NULL,
                          "`%s` is a distance: `difference: relative` says nothing about it",
                          quantity->name);
  if ((quantity->kind == HUD_QUANTITY_COLUMN || quantity->kind == HUD_QUANTITY_DETAIL) &&
      study->reference == HUD_REFERENCE_THEORY)
    return hud_study_fail(study, quantity->mark, error,
                          "expected decay_rate, slope(X), relaxation(X), frequency_k or contact_k",
                          "`reference: theory` says nothing about `%.60s`", quantity->name);
  if (study->reference == HUD_REFERENCE_COMPOSITE)
    return check_composite(study, quantity, error);
  return HUD_OK;
}

hud_status hud_study_read_quantities(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *list = study->description.quantities;
  if (list->kind != HUD_NODE_LIST || list->count == 0)
    return hud_study_fail(study, list->mark, error, "expected a list of names, like [f1_m2, W1]",
                          "`quantities` is no list with items");
  hud_status status = read_defines(study, error);
  if (status == HUD_OK)
    status = HUD_NEW(&study->quantities, list->count, "quantities", error);
  for (const struct hud_node *node = list->first; node != NULL && status == HUD_OK;
       node = node->next) {
    if (node->kind != HUD_NODE_SCALAR || node->text[0] == '\0' || strlen(node->text) > 60)
      return hud_study_fail(study, node->mark, error, "expected a name, like f1_m2",
                            "an item of `quantities` is no name");
    struct hud_study_quantity *quantity = &study->quantities[study->quantity_count++];
    quantity->name = node->text;
    quantity->mark = node->mark;
    for (size_t q = 0; q + 1 < study->quantity_count && status == HUD_OK; q++)
      if (strcmp(study->quantities[q].name, quantity->name) == 0)
        status =
            hud_study_fail(study, node->mark, error, NULL, "`%s` is listed twice", quantity->name);
    if (status == HUD_OK)
      status = set_kind(study, quantity, error);
    if (status == HUD_OK)
      status = check_quantity(study, quantity, error);
  }
  return status;
}

void hud_study_clear_quantities(struct hud_study *study)
{
  for (size_t d = 0; d < study->define_count; d++)
    hud_expression_free(study->defines[d].expression);
  hud_free(study->defines);
  hud_free(study->quantities);
}
