/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checks of a plan; see plan_check.h. */
#include "study/plan_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/gas.h"
#include "run/simulation.h"
#include "study/points.h"
#include "study/study_reader.h"
#include "study/theory.h"

/* ---- times and abscissae ---- */

static hud_status check_window(const struct hud_study_plan *plan, size_t point,
                               struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  if (study->window[0] == NULL)
    return HUD_OK;
  double from = hud_study_evaluate(study, point, study->window[0]);
  double to = hud_study_evaluate(study, point, study->window[1]);
  char where[200];
  hud_study_point_text(study, point, -1, where, sizeof where);
  const char *at = where[0] != '\0' ? " for " : "";
  if (!(from >= 0.0 && from <= to && isfinite(to)))
    return hud_study_fail(study, study->window_mark, error, "expected 0 <= from <= to",
                          "`window` is [%g, %g]%s%s", from, to, at, where);
  for (size_t v = 0; v < study->variant_count; v++) {
    size_t run = hud_study_case_at(plan, point, v)->run;
    double end = hud_model_file_description(plan->runs[run].file)->time.end;
    if (to > end * (1.0 + 1e-9))
      return hud_study_fail(study, study->window_mark, error, NULL,
                            "`window` ends at %g%s%s, after time.end = %g of the variant `%.60s`",
                            to, at, where, end, study->variants[v].label);
  }
  return HUD_OK;
}

/* Orders are ratios of logarithms. */
static hud_status check_against(const struct hud_study_plan *plan, struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  if (study->against.expression == NULL)
    return HUD_OK;
  size_t p = (size_t)study->order_parameter;
  for (size_t point = 0; point < plan->point_count; point++) {
    double x = hud_study_abscissa(study, point);
    char where[200];
    hud_study_point_text(study, point, -1, where, sizeof where);
    if (!(x > 0.0 && isfinite(x)))
      return hud_study_fail(study, study->against.mark, error, "expected a positive number",
                            "`against` is %g for %s", x, where);
    for (size_t i = 0; i < hud_study_value_index(study, point, p); i++)
      if (hud_study_abscissa(study, hud_study_point_with(study, point, p, i)) == x)
        return hud_study_fail(study, study->against.mark, error, NULL,
                              "`against` is %g twice, the second time for %s", x, where);
  }
  return HUD_OK;
}

/* ---- quantities ---- */

static const struct hud_description *description_at(const struct hud_study_plan *plan, size_t point,
                                                    size_t variant)
{
  return hud_model_file_description(plan->runs[hud_study_case_at(plan, point, variant)->run].file);
}

static bool is_of_gases(const struct hud_study_plan *plan)
{
  for (size_t v = 0; v < plan->study->variant_count; v++)
    if (!hud_gas_is_model(description_at(plan, 0, v)->model))
      return false;
  return true;
}

/* Columns that every model has, or that the name shows to be one of many. */
static bool is_usual_column(const char *name, bool gases)
{
  static const char *const usual[] = {"mass", "mean", "variance", "W", "T"};
  static const char *const of_gases[] = {"energy", "px", "py", "Tx", "Ty", "m4", "collisions_2"};
  for (size_t u = 0; gases && u < sizeof of_gases / sizeof of_gases[0]; u++)
    if (strcmp(of_gases[u], name) == 0)
      return true;
  if (gases)
    return false;
  for (size_t u = 0; u < sizeof usual / sizeof usual[0]; u++)
    if (strcmp(usual[u], name) == 0)
      return true;
  const char *digits = strchr("MIV", name[0]) != NULL  ? name + 1
                       : strncmp(name, "f1_m", 4) == 0 ? name + 4
                                                       : "";
  return digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

/* Looks for a column among those of the model of one run; near ones are guessed. */
static hud_status has_column(const struct hud_study_run *run, const char *name, bool *found,
                             struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  struct hud_simulation *simulation = NULL;
  const char *text = hud_model_file_resolved(run->file);
  hud_status status = hud_model_file_parse(&file, "model", text, strlen(text), NULL, 0, error);
  if (status == HUD_OK)
    status = hud_simulation_create(&simulation, file, NULL, NULL, error);
  if (status != HUD_OK)
    return status;
  size_t count;
  const char *const *names = hud_simulation_quantities(simulation, &count);
  for (size_t c = 1; c < count; c++)
    *found = *found || strcmp(names[c], name) == 0;
  hud_simulation_close(simulation);
  return status;
}

/* The run of a variant with the fewest particles: its columns are those of the others. */
static size_t smallest_run(const struct hud_study_plan *plan, size_t variant)
{
  size_t best = 0;
  for (size_t point = 1; point < plan->point_count; point++)
    if (description_at(plan, point, variant)->particles.count <
        description_at(plan, best, variant)->particles.count)
      best = point;
  return hud_study_case_at(plan, best, variant)->run;
}

/* An unusual column must be one of some variant's. Opening a model takes a while, so the usual ones
 * are taken on trust until the results are there. */
static hud_status check_column(const struct hud_study_plan *plan,
                               const struct hud_study_quantity *quantity, const char *name,
                               struct hud_error *error)
{
  static const char *const usual[] = {"mass", "mean",  "variance", "M1",    "M2",    "V1",
                                      "V2",   "f1_m1", "f1_m2",    "f1_m3", "f1_m4", "entropy"};
  static const char *const of_gases[] = {"energy", "Tx", "Ty",           "Tz",          "px",
                                         "m4",     "m6", "collisions_2", "collisions_3"};
  bool found = false, gases = is_of_gases(plan);
  hud_status status = HUD_OK;
  for (size_t v = 0; v < plan->study->variant_count && status == HUD_OK && !found; v++)
    status = has_column(&plan->runs[smallest_run(plan, v)], name, &found, error);
  if (status != HUD_OK || found)
    return status;
  char what[140];
  struct hud_guess guess = hud_guess_begin(name);
  hud_study_guess_quantity(&guess);
  for (size_t u = 0; !gases && u < sizeof usual / sizeof usual[0]; u++)
    hud_guess_consider(&guess, usual[u]);
  for (size_t u = 0; gases && u < sizeof of_gases / sizeof of_gases[0]; u++)
    hud_guess_consider(&guess, of_gases[u]);
  for (size_t d = 0; d < plan->study->define_count; d++)
    hud_guess_consider(&guess, plan->study->defines[d].name);
  snprintf(what, sizeof what, "no variant has a quantity `%.60s`", name);
  return hud_study_fail_word(plan->study, quantity->mark, &guess, error, what);
}

/* Collisions of `size` must be those of some gas. */
static hud_status check_collisions(const struct hud_study_plan *plan,
                                   const struct hud_study_quantity *quantity,
                                   struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  for (size_t point = 0; point < plan->point_count; point++)
    for (size_t v = 0; v < study->variant_count; v++) {
      const struct hud_description *d = description_at(plan, point, v);
      if (hud_gas_is_model(d->model) && quantity->size >= 2 && quantity->size <= d->gas.orders + 1)
        return HUD_OK;
    }
  return hud_study_fail(study, quantity->mark, error, NULL,
                        "no variant is a gas with collisions of %d, of which `%s` speaks",
                        quantity->size, quantity->name);
}

static hud_status check_theory(const struct hud_study_plan *plan,
                               const struct hud_study_quantity *quantity, struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  for (size_t point = 0; point < plan->point_count; point++)
    for (size_t v = 0; v < study->variant_count; v++) {
      double value;
      if (quantity->size > description_at(plan, point, v)->gas.orders + 1)
        continue;
      const struct hud_study_run *run = &plan->runs[hud_study_case_at(plan, point, v)->run];
      hud_status status = hud_study_theory(&value, quantity, run->file, error);
      if (status != HUD_OK)
        return status;
      if (isnan(value))
        return hud_study_fail(study, quantity->mark, error, NULL,
                              "`reference: theory` says nothing about `%.60s` of the variant "
                              "`%.60s`",
                              quantity->name, study->variants[v].label);
    }
  return HUD_OK;
}

/* Where a value is expected to be that of theory, there is one. */
static hud_status check_expected(const struct hud_study_plan *plan,
                                 const struct hud_study_expected *expected, struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  for (size_t q = 0; q < study->quantity_count; q++) {
    const struct hud_study_quantity *quantity = &study->quantities[q];
    if (expected->quantity != HUD_ALL && expected->quantity != (int)q)
      continue;
    for (size_t point = 0; point < plan->point_count; point++) {
      double value;
      size_t run = hud_study_case_at(plan, point, expected->variant)->run;
      hud_status status = hud_study_theory(&value, quantity, plan->runs[run].file, error);
      if (status != HUD_OK)
        return status;
      if (isnan(value))
        return hud_study_fail(study, quantity->mark, error, NULL,
                              "`expect` compares `%.60s` of the variant `%.60s` with theory, which "
                              "says nothing about it",
                              quantity->name, study->variants[expected->variant].label);
    }
  }
  return HUD_OK;
}

static hud_status check_quantity(const struct hud_study_plan *plan,
                                 const struct hud_study_quantity *quantity, struct hud_error *error)
{
  bool gases = is_of_gases(plan);
  hud_status status = HUD_OK;
  if (quantity->kind == HUD_QUANTITY_FREQUENCY || quantity->kind == HUD_QUANTITY_CONTACT)
    status = check_collisions(plan, quantity, error);
  bool series = quantity->kind == HUD_QUANTITY_COLUMN || quantity->kind == HUD_QUANTITY_DECAY ||
                quantity->kind == HUD_QUANTITY_SLOPE || quantity->kind == HUD_QUANTITY_RELAXATION;
  for (size_t c = 0; series && c < quantity->series.count && status == HUD_OK; c++)
    if (!is_usual_column(quantity->series.columns[c], gases))
      status = check_column(plan, quantity, quantity->series.columns[c], error);
  if (status == HUD_OK && plan->study->reference == HUD_REFERENCE_THEORY)
    status = check_theory(plan, quantity, error);
  struct hud_theory theory;
  for (size_t r = 0; r < plan->run_count && status == HUD_OK; r++)
    if (plan->study->reference == HUD_REFERENCE_COMPOSITE)
      status = hud_study_layer_theory(&theory, plan->runs[r].file, error);
  return status;
}

hud_status hud_study_plan_check(const struct hud_study_plan *plan, struct hud_error *error)
{
  hud_status status = check_against(plan, error);
  for (size_t point = 0; point < plan->point_count && status == HUD_OK; point++)
    status = check_window(plan, point, error);
  for (size_t q = 0; q < plan->study->quantity_count && status == HUD_OK; q++)
    status = check_quantity(plan, &plan->study->quantities[q], error);
  for (size_t e = 0; e < plan->study->expected_count && status == HUD_OK; e++)
    if (plan->study->expected[e].kind == HUD_EXPECT_THEORY)
      status = check_expected(plan, &plan->study->expected[e], error);
  return status;
}
