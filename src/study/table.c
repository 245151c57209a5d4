/* SPDX-License-Identifier: GPL-3.0-or-later
 * Entries of the table: norms of differences, their discretisation errors, observed orders. */
#include "study/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/fit.h"
#include "analysis/theory.h"
#include "base/alloc.h"
#include "models/initial.h"
#include "study/execute.h"
#include "study/measure.h"

/* ---- groups ---- */

size_t hud_study_group_size(const struct hud_study_plan *plan)
{
  const struct hud_study *study = plan->study;
  return study->order_parameter >= 0 ? study->parameters[study->order_parameter].count
                                     : plan->point_count;
}

size_t hud_study_group_count(const struct hud_study_plan *plan)
{
  return plan->point_count / hud_study_group_size(plan);
}

size_t hud_study_group_point(const struct hud_study_plan *plan, size_t group, size_t i)
{
  const struct hud_study *study = plan->study;
  if (study->order_parameter < 0)
    return i;
  size_t p = (size_t)study->order_parameter, seen = 0;
  for (size_t point = 0; point < plan->point_count; point++)
    if (hud_study_value_index(study, point, p) == 0 && seen++ == group)
      return hud_study_point_with(study, point, p, i);
  return 0;
}

/* ---- one entry ---- */

static struct hud_study_entry *entry_of(struct hud_study_table *table, size_t point, size_t variant,
                                        size_t quantity)
{
  const struct hud_study *study = table->plan->study;
  return &table->entries[(point * study->variant_count + variant) * study->quantity_count +
                         quantity];
}

struct filling {
  struct hud_study_table *table;
  const char *directory;
  const volatile sig_atomic_t *stop;
  struct hud_study_result **results; /* of the runs; NULL: not read yet */
};

/* The result of a run, read when it is needed first; NULL if the run failed. */
static hud_status result_of(struct filling *filling, size_t run, struct hud_study_result **result,
                            struct hud_error *error)
{
  const struct hud_study_run *of = &filling->table->plan->runs[run];
  hud_status status = HUD_OK;
  *result = NULL;
  if (of->state == HUD_RUN_FAILED)
    return HUD_OK;
  if (filling->results[run] == NULL) {
    char *folder = NULL;
    status = hud_study_run_folder(&folder, filling->directory, of, error);
    if (status == HUD_OK)
      status = hud_study_result_open(&filling->results[run], folder, error);
    hud_free(folder);
  }
  *result = filling->results[run];
  return status;
}

/* gamma to first order in epsilon, for the model of a run. */
static hud_status theory_rate(const struct hud_study_run *run, double *rate,
                              struct hud_error *error)
{
  const struct hud_description *d = hud_model_file_description(run->file);
  struct hud_network *network = NULL;
  struct hud_theory theory;
  double mass = NAN, mean;
  hud_status status = hud_network_create(&network, d, error);
  if (status == HUD_OK)
    status = hud_initial_totals(&d->initial, network, &mass, &mean, error);
  if (status == HUD_OK)
    status = hud_theory_create(&theory, d, error);
  if (status == HUD_OK)
    *rate = hud_theory_decay_rate(&theory, mass);
  else if (status == HUD_ERROR_INPUT)
    hud_model_file_locate(run->file, error);
  hud_network_free(network);
  return status;
}

/* The discretisation error of one side: what the result says itself, or the distance from its
 * refined run. */
static hud_status side_error(struct filling *filling, const struct hud_study_measure *measure,
                             const struct hud_study_case *of, double *value,
                             struct hud_error *error)
{
  struct hud_study_result *result = NULL, *refined = NULL;
  double first, second;
  *value = NAN;
  hud_status status = result_of(filling, of->run, &result, error);
  if (status != HUD_OK || result == NULL)
    return status;
  *value = hud_study_own_error(measure, result);
  if (!isnan(*value) || of->refined == HUD_NO_RUN)
    return HUD_OK;
  status = result_of(filling, of->refined, &refined, error);
  if (status != HUD_OK || refined == NULL)
    return status;
  if (measure->norm != HUD_NORM_LEAST)
    return hud_study_compare(measure, result, refined, value, error);
  status = hud_study_compare(measure, result, NULL, &first, error);
  if (status == HUD_OK)
    status = hud_study_compare(measure, refined, NULL, &second, error);
  if (status == HUD_OK)
    *value = fabs(first - second);
  return status;
}

static hud_status fill_entry(struct filling *filling, const struct hud_study_measure *measure,
                             size_t point, size_t variant, struct hud_study_entry *entry,
                             struct hud_error *error)
{
  const struct hud_study_plan *plan = filling->table->plan;
  const struct hud_study *study = plan->study;
  const struct hud_study_case *of = hud_study_case_at(plan, point, variant), *reference = NULL;
  struct hud_study_result *a = NULL, *b = NULL;
  double rate = 0.0, other = 0.0;
  if (study->reference >= 0)
    reference = hud_study_case_at(plan, point, (size_t)study->reference);
  hud_status status = result_of(filling, of->run, &a, error);
  if (status == HUD_OK && reference != NULL)
    status = result_of(filling, reference->run, &b, error);
  if (status != HUD_OK)
    return status;
  entry->failed = a == NULL || (reference != NULL && b == NULL);
  if (entry->failed)
    return HUD_OK;
  status = hud_study_compare(measure, a, b, &entry->value, error);
  if (status == HUD_OK && study->reference == HUD_REFERENCE_THEORY) {
    status = theory_rate(&plan->runs[of->run], &rate, error);
    entry->value = fabs(entry->value - rate);
  }
  if (status == HUD_OK)
    status = side_error(filling, measure, of, &entry->discretisation, error);
  if (status == HUD_OK && reference != NULL)
    status = side_error(filling, measure, reference, &other, error);
  entry->discretisation += other;
  return status;
}

static hud_status fill(struct filling *filling, struct hud_error *error)
{
  struct hud_study_table *table = filling->table;
  const struct hud_study *study = table->plan->study;
  hud_status status = HUD_OK;
  for (size_t point = 0; point < table->plan->point_count; point++)
    for (size_t v = 0; v < study->variant_count; v++)
      for (size_t q = 0; q < study->quantity_count && status == HUD_OK; q++) {
        struct hud_study_entry *entry = entry_of(table, point, v, q);
        struct hud_study_measure measure = {&study->quantities[q], study->description.norm, 0.0,
                                            INFINITY};
        *entry = (struct hud_study_entry){NAN, NAN, NAN, NAN, false, false};
        if (study->window[0] != NULL) {
          measure.from = hud_study_evaluate(study, point, study->window[0]);
          measure.to = hud_study_evaluate(study, point, study->window[1]);
        }
        if (filling->stop != NULL && *filling->stop != 0)
          status = hud_fail(error, HUD_ERROR_INTERRUPTED,
                            "stopped; all runs are there, and the same command goes on");
        else if ((int)v != study->reference)
          status = fill_entry(filling, &measure, point, v, entry, error);
      }
  return status;
}

/* A quantity that no variant has is a mistake of the study. */
static hud_status check_defined(const struct hud_study_table *table, struct hud_error *error)
{
  const struct hud_study *study = table->plan->study;
  for (size_t q = 0; q < study->quantity_count; q++) {
    bool seen = false;
    for (size_t point = 0; point < table->plan->point_count; point++)
      for (size_t v = 0; v < study->variant_count; v++) {
        const struct hud_study_entry *entry = hud_study_entry_at(table, point, v, q);
        seen = seen || entry->failed || !isnan(entry->value);
      }
    if (!seen)
      return hud_study_fail(study, study->quantities[q].mark, error, NULL,
                            "`%s` is not defined in the window for any variant%s",
                            study->quantities[q].name,
                            study->reference >= 0 ? " and the reference together" : "");
  }
  return HUD_OK;
}

/* ---- orders ---- */

/* The order from i to i+1, into the entry of i+1. */
static void set_order(struct hud_study_entry *before, struct hud_study_entry *after, double ratio,
                      double order)
{
  bool both = before->value > 0.0 && after->value > 0.0;
  after->order = order;
  after->withheld = isnan(order) && both;
  after->uncertainty =
      (before->discretisation / before->value + after->discretisation / after->value) /
      fabs(log(ratio));
}

static hud_status observe_orders(struct hud_study_table *table, struct hud_error *error)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  if (study->order_parameter < 0)
    return HUD_OK;
  size_t n = hud_study_group_size(plan);
  const double *parameter = study->parameters[study->order_parameter].numbers;
  double *room = NULL;
  hud_status status = HUD_NEW(&room, 3 * n, "orders", error);
  if (status != HUD_OK)
    return status;
  double *value = room, *discretisation = room + n, *order = room + 2 * n;
  for (size_t g = 0; g < hud_study_group_count(plan); g++)
    for (size_t v = 0; v < study->variant_count; v++)
      for (size_t q = 0; q < study->quantity_count; q++) {
        struct hud_study_entry *entries[2] = {NULL, NULL};
        for (size_t i = 0; i < n; i++) {
          const struct hud_study_entry *entry =
              hud_study_entry_at(table, hud_study_group_point(plan, g, i), v, q);
          value[i] = entry->value;
          discretisation[i] = entry->discretisation;
        }
        hud_observed_orders(n, parameter, value,
                            study->refine == HUD_REFINE_NONE ? NULL : discretisation, order);
        for (size_t i = 0; i < n; i++) {
          entries[0] = entries[1];
          entries[1] = entry_of(table, hud_study_group_point(plan, g, i), v, q);
          if (i > 0)
            set_order(entries[0], entries[1], parameter[i - 1] / parameter[i], order[i - 1]);
        }
      }
  hud_free(room);
  return HUD_OK;
}

hud_status hud_study_table_create(struct hud_study_table **out, const struct hud_study_plan *plan,
                                  const char *directory, const volatile sig_atomic_t *stop,
                                  struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  struct hud_study_table *table = NULL;
  struct filling filling = {.directory = directory, .stop = stop};
  *out = NULL;
  hud_status status = HUD_NEW(&table, 1, "a table", error);
  if (status != HUD_OK)
    return status;
  table->plan = plan;
  filling.table = table;
  status =
      HUD_NEW(&table->entries, plan->point_count * study->variant_count * study->quantity_count,
              "a table", error);
  if (status == HUD_OK)
    status = hud_alloc((void *)&filling.results, plan->run_count, sizeof *filling.results,
                       "results", error);
  if (status == HUD_OK)
    status = fill(&filling, error);
  if (status == HUD_OK)
    status = check_defined(table, error);
  if (status == HUD_OK)
    status = observe_orders(table, error);
  for (size_t r = 0; filling.results != NULL && r < plan->run_count; r++)
    hud_study_result_close(filling.results[r]);
  hud_free(filling.results);
  if (status == HUD_OK)
    *out = table;
  else
    hud_study_table_free(table);
  return status;
}

void hud_study_table_free(struct hud_study_table *table)
{
  if (table == NULL)
    return;
  hud_free(table->entries);
  hud_free(table);
}
