/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a study fits, and what it is expected to show. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "config/scalar.h"
#include "study/study_reader.h"

static hud_status find_quantity(const struct hud_study *study, const char *name,
                                struct hud_mark mark, int *quantity, struct hud_error *error)
{
  char what[120];
  struct hud_guess guess = hud_guess_begin(name);
  for (size_t q = 0; q < study->quantity_count; q++) {
    if (strcmp(study->quantities[q].name, name) == 0) {
      *quantity = (int)q;
      return HUD_OK;
    }
    hud_guess_consider(&guess, study->quantities[q].name);
  }
  snprintf(what, sizeof what, "`%.60s` is not among the quantities", name);
  return hud_study_fail_word(study, mark, &guess, error, what);
}

/* The keys `variant` and `quantity` of an item; a key that is absent leaves its number. */
static hud_status find_names(const struct hud_study *study, const struct hud_node *node,
                             const char *label, const char *name, size_t *variant, int *quantity,
                             struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (label != NULL)
    status =
        hud_study_find_variant(study, label, hud_node_find(node, "variant")->mark, variant, error);
  if (status == HUD_OK && name != NULL)
    status = find_quantity(study, name, hud_node_find(node, "quantity")->mark, quantity, error);
  if (status == HUD_OK && label != NULL && study->reference == (int)*variant)
    status = hud_study_fail(study, hud_node_find(node, "variant")->mark, error, NULL,
                            "`%.60s` is the reference and has no order", label);
  return status;
}

static hud_status need_parameter(const struct hud_study *study, const struct hud_node *node,
                                 const char *what, struct hud_error *error)
{
  if (study->order_parameter >= 0)
    return HUD_OK;
  return hud_study_fail(study, node->mark, error, "`vary` two or more numbers",
                        "no parameter varies in which %s", what);
}

/* ---- fits ---- */

bool hud_study_fit_covers(const struct hud_study_fit *fit, size_t variant, size_t quantity)
{
  return (fit->variant == HUD_ALL || fit->variant == (int)variant) &&
         (fit->quantity == HUD_ALL || fit->quantity == (int)quantity);
}

static hud_status read_fit(struct hud_study *study, const struct hud_node *node,
                           struct hud_error *error)
{
  char path[40];
  struct hud_study_fit_row row = {.largest = INFINITY};
  struct hud_study_fit *fit = &study->fits[study->fit_count];
  size_t variant = 0;
  *fit = (struct hud_study_fit){.quantity = HUD_ALL, .variant = HUD_ALL};
  snprintf(path, sizeof path, "fit.%zu", study->fit_count++);
  hud_status status = hud_study_read_scope(study, HUD_SCOPE_FIT, node, path, &row, error);
  if (status == HUD_OK)
    status = find_names(study, node, row.variant, row.quantity, &variant, &fit->quantity, error);
  if (status == HUD_OK)
    status = need_parameter(study, node, "a curve could be fitted", error);
  fit->variant = row.variant != NULL ? (int)variant : HUD_ALL;
  fit->powers = row.powers;
  fit->largest = row.largest;
  for (size_t i = 0; i < fit->powers.count && status == HUD_OK; i++)
    for (size_t j = 0; j < i && status == HUD_OK; j++)
      if (fit->powers.value[i] == fit->powers.value[j])
        status = hud_study_fail(study, hud_node_find(node, "powers")->mark, error, NULL,
                                "`%s.powers` has %g twice", path, fit->powers.value[i]);
  hud_free(row.variant);
  hud_free(row.quantity);
  return status;
}

/* ---- expectations ---- */

static bool is_bound(const struct hud_study_expected *expected)
{
  return expected->kind == HUD_EXPECT_LEAST || expected->kind == HUD_EXPECT_MOST;
}

/* The one number that is given, and how far from it. */
static hud_status set_number(const struct hud_study *study, const struct hud_node *node,
                             const char *path, const struct hud_study_expectation *row,
                             struct hud_study_expected *expected, struct hud_error *error)
{
  const struct {
    const char *name;
    double number;
  } numbers[] = {[HUD_EXPECT_ORDER] = {"order", row->order},
                 [HUD_EXPECT_VALUE] = {"value", row->value},
                 [HUD_EXPECT_THEORY] = {"theory", row->theory ? 0.0 : NAN},
                 [HUD_EXPECT_EXPONENT] = {"exponent", row->exponent},
                 [HUD_EXPECT_COEFFICIENT] = {"coefficient", row->coefficient},
                 [HUD_EXPECT_LEAST] = {"least", row->least},
                 [HUD_EXPECT_MOST] = {"most", row->most}};
  size_t found = 0;
  for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++)
    if (!isnan(numbers[n].number)) {
      expected->kind = (enum hud_study_expected_kind)n;
      expected->number = n == HUD_EXPECT_THEORY ? NAN : numbers[n].number;
      found++;
    }
  expected->within = row->within;
  expected->sigmas = row->sigmas;
  if (found != 1)
    return hud_study_fail(
        study, node->mark, error,
        "expected one of order, value, theory, exponent, coefficient, least, most",
        "`%s` expects %s", path, found == 0 ? "nothing" : "more than one thing");
  if (is_bound(expected)) {
    const struct hud_node *within = hud_node_find(node, isnan(row->within) ? "sigmas" : "within");
    return within == NULL
               ? HUD_OK
               : hud_study_fail(study, within->key_mark, error, NULL,
                                "`%s`: a bound is met or not, `%s` does not go with `%s`", path,
                                within->key, numbers[expected->kind].name);
  }
  if (isnan(row->within) == isnan(row->sigmas))
    return hud_study_fail(study, node->mark, error, "expected one of within, sigmas",
                          "`%s` does not say how far from `%s` is allowed", path,
                          numbers[expected->kind].name);
  if (expected->kind == HUD_EXPECT_ORDER && isnan(row->within))
    return hud_study_fail(study, hud_node_find(node, "sigmas")->mark, error, "expected `within`",
                          "`%s`: an order has no standard error", path);
  return HUD_OK;
}

/* Something must have been fitted where an exponent or a coefficient is expected. */
static hud_status check_fitted(const struct hud_study *study, const struct hud_node *node,
                               const struct hud_study_expected *expected, struct hud_error *error)
{
  bool powers = expected->kind == HUD_EXPECT_COEFFICIENT;
  if (expected->kind != HUD_EXPECT_EXPONENT && !powers)
    return HUD_OK;
  for (size_t q = 0; q < study->quantity_count; q++) {
    bool covered = expected->quantity != HUD_ALL && expected->quantity != (int)q;
    for (size_t f = 0; f < study->fit_count && !covered; f++)
      covered = hud_study_fit_covers(&study->fits[f], expected->variant, q) &&
                (study->fits[f].powers.count > 0) == powers;
    if (!covered)
      return hud_study_fail(study, node->mark, error, NULL,
                            "no `fit` %s `powers` has `%.60s` of `%.60s`",
                            powers ? "by" : "without", study->quantities[q].name,
                            study->variants[expected->variant].label);
  }
  return HUD_OK;
}

/* A value of the file and one of `vary` are the same word or the same number. */
static bool same_value(const struct hud_node *a, const struct hud_node *b)
{
  double x, y;
  const char *text = b->kind == HUD_NODE_MAPPING && b->count > 0 ? b->first->key : b->text;
  if (a->kind != HUD_NODE_SCALAR || text == NULL)
    return false;
  return strcmp(a->text, text) == 0 || (hud_scalar_number(a->text, &x) == HUD_SCALAR_OK &&
                                        hud_scalar_number(text, &y) == HUD_SCALAR_OK && x == y);
}

/* Orders and fits are along the order parameter; only values and bounds can be at one of it. */
static hud_status find_value(const struct hud_study *study, const struct hud_node *node,
                             struct hud_study_expected *expected, struct hud_error *error)
{
  char what[160];
  struct hud_guess guess = hud_guess_begin(node->key);
  for (size_t p = 0; p < study->parameter_count; p++) {
    const struct hud_study_parameter *parameter = &study->parameters[p];
    hud_guess_consider(&guess, parameter->path);
    if (strcmp(parameter->path, node->key) != 0)
      continue;
    if ((int)p == study->order_parameter && expected->kind != HUD_EXPECT_VALUE &&
        expected->kind != HUD_EXPECT_THEORY && !is_bound(expected))
      return hud_study_fail(study, node->key_mark, error, "expected value, least or most with it",
                            "what is expected is along `%.60s`, not at one of its values",
                            node->key);
    for (size_t i = 0; i < parameter->count; i++)
      if (same_value(node, parameter->values[i])) {
        expected->at[p] = i;
        return HUD_OK;
      }
    return hud_study_fail(study, node->mark, error, NULL, "`vary.%.60s` has no value `%.60s`",
                          node->key, node->kind == HUD_NODE_SCALAR ? node->text : "{...}");
  }
  snprintf(what, sizeof what, "`%.60s` is not among the key paths of `vary`", node->key);
  return hud_study_fail_word(study, node->key_mark, &guess, error, what);
}

static hud_status read_at(const struct hud_study *study, const struct hud_node *at,
                          struct hud_study_expected *expected, struct hud_error *error)
{
  for (size_t p = 0; p < HUD_STUDY_PARAMETERS; p++)
    expected->at[p] = HUD_ANY_VALUE;
  if (at == NULL)
    return HUD_OK;
  if (at->kind != HUD_NODE_MAPPING)
    return hud_study_fail(study, at->mark, error, "expected values, like {initial.f2: zero}",
                          "`at` is no mapping");
  hud_status status = HUD_OK;
  for (const struct hud_node *node = at->first; node != NULL && status == HUD_OK; node = node->next)
    status = find_value(study, node, expected, error);
  return status;
}

static hud_status read_expectation(struct hud_study *study, const struct hud_node *node,
                                   struct hud_error *error)
{
  char path[40];
  struct hud_study_expectation row = {.order = NAN,
                                      .value = NAN,
                                      .exponent = NAN,
                                      .coefficient = NAN,
                                      .least = NAN,
                                      .most = NAN,
                                      .within = NAN,
                                      .sigmas = NAN};
  struct hud_study_expected *expected = &study->expected[study->expected_count];
  *expected = (struct hud_study_expected){.quantity = HUD_ALL};
  snprintf(path, sizeof path, "expect.%zu", study->expected_count++);
  hud_status status = hud_study_read_scope(study, HUD_SCOPE_EXPECTATION, node, path, &row, error);
  if (status == HUD_OK)
    status = find_names(study, node, row.variant, row.quantity, &expected->variant,
                        &expected->quantity, error);
  if (status == HUD_OK)
    status = set_number(study, node, path, &row, expected, error);
  if (status == HUD_OK)
    status = read_at(study, row.at, expected, error);
  if (status == HUD_OK && expected->kind == HUD_EXPECT_ORDER)
    status = need_parameter(study, node, "an order could be observed", error);
  if (status == HUD_OK)
    status = check_fitted(study, node, expected, error);
  if (status == HUD_OK && expected->kind == HUD_EXPECT_THEORY &&
      study->reference != HUD_REFERENCE_NONE)
    status = hud_study_fail(study, hud_node_find(node, "theory")->mark, error,
                            "expected `value: 0` of differences",
                            "`%s.theory` is for values, and there is a reference", path);
  hud_free(row.variant);
  hud_free(row.quantity);
  return status;
}

/* ---- both ---- */

hud_status hud_study_read_expectations(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *fits = study->description.fit, *list = study->description.expect;
  hud_status status = HUD_OK;
  if (fits != NULL)
    status = HUD_NEW(&study->fits, fits->count, "fits", error);
  for (const struct hud_node *node = fits != NULL ? fits->first : NULL;
       node != NULL && status == HUD_OK; node = node->next)
    status = read_fit(study, node, error);
  if (status == HUD_OK && list != NULL)
    status = HUD_NEW(&study->expected, list->count, "expectations", error);
  for (const struct hud_node *node = list != NULL ? list->first : NULL;
       node != NULL && status == HUD_OK; node = node->next)
    status = read_expectation(study, node, error);
  return status;
}
