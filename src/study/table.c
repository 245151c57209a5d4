/* SPDX-License-Identifier: GPL-3.0-or-later
 * Entries of the table: norms of differences, their discretisation errors, observed orders. */
#include "study/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/fit.h"
#include "base/alloc.h"
#include "study/execute.h"
#include "study/measure.h"
#include "study/points.h"
#include "study/study_reader.h"
#include "study/theory.h"

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
  struct hud_study_result **room;    /* those of two cases */
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
      status = hud_study_result_open(&filling->results[run], folder, of->file, error);
    hud_free(folder);
  }
  *result = filling->results[run];
  return status;
}

/* The results of a case; none if one of its runs failed. `room` holds one pointer a seed. */
static hud_status sample_of(struct filling *filling, const struct hud_study_case *of,
                            struct hud_study_result **room, struct hud_study_sample *sample,
                            struct hud_error *error)
{
  hud_status status = HUD_OK;
  *sample = (struct hud_study_sample){.results = room};
  for (size_t s = 0; s < of->seed_count && status == HUD_OK; s++) {
    status = result_of(filling, of->seeds[s], &room[s], error);
    if (status != HUD_OK || room[s] == NULL)
      return status;
  }
  sample->count = of->seed_count;
  return status;
}

/* The discretisation error of one side: what its results say themselves, or the distance from its
 * refined run. */
static hud_status side_error(struct filling *filling, const struct hud_study_measure *measure,
                             const struct hud_study_case *case_of,
                             const struct hud_study_sample *of,
                             const struct hud_study_sample *other, bool is_reference, double *value,
                             struct hud_error *error)
{
  struct hud_study_result *room = NULL;
  *value = hud_study_own_error(measure, of, other, is_reference);
  if (!isnan(*value) || case_of->refined == HUD_NO_RUN)
    return HUD_OK;
  hud_status status = result_of(filling, case_of->refined, &room, error);
  const struct hud_study_sample refined = {1, &room};
  if (status != HUD_OK || room == NULL)
    return status;
  return hud_study_refined_error(measure, of, &refined, other, is_reference, value, error);
}

static hud_status fill_entry(struct filling *filling, const struct hud_study_measure *measure,
                             size_t point, size_t variant, struct hud_study_entry *entry,
                             struct hud_error *error)
{
  const struct hud_study_plan *plan = filling->table->plan;
  const struct hud_study *study = plan->study;
  const struct hud_study_case *of = hud_study_case_at(plan, point, variant), *reference = NULL;
  struct hud_study_sample a, b = {0};
  double other = 0.0;
  if (study->reference >= 0)
    reference = hud_study_case_at(plan, point, (size_t)study->reference);
  hud_status status = sample_of(filling, of, filling->room, &a, error);
  if (status == HUD_OK && reference != NULL)
    status = sample_of(filling, reference, filling->room + study->description.seeds, &b, error);
  if (status != HUD_OK)
    return status;
  entry->failed = a.count == 0 || (reference != NULL && b.count == 0);
  if (entry->failed)
    return HUD_OK;
  const struct hud_study_sample *from = reference != NULL ? &b : NULL;
  status = hud_study_compare(measure, &a, from, &entry->value, error);
  if (status == HUD_OK)
    status = side_error(filling, measure, of, &a, from, false, &entry->discretisation, error);
  if (status == HUD_OK && reference != NULL)
    status = side_error(filling, measure, reference, &b, &a, true, &other, error);
  entry->discretisation += other;
  return status;
}

/* What is measured of a quantity at a point, and what theory says of it. */
static hud_status set_measure(struct filling *filling, size_t point, size_t variant,
                              const struct hud_study_quantity *quantity,
                              struct hud_study_measure *measure, double *theory,
                              struct hud_error *error)
{
  const struct hud_study_plan *plan = filling->table->plan;
  const struct hud_study *study = plan->study;
  hud_study_measure_at(study, point, quantity, measure);
  *theory = NAN;
  if (study->reference >= 0)
    return HUD_OK;
  const struct hud_study_run *run = &plan->runs[hud_study_case_at(plan, point, variant)->run];
  if (study->reference == HUD_REFERENCE_THEORY)
    return hud_study_theory(&measure->theory, quantity, run->file, error);
  hud_status status = hud_study_theory(theory, quantity, run->file, NULL);
  return status == HUD_ERROR_MEMORY ? hud_fail_memory(error, "theory", 0) : HUD_OK;
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
        struct hud_study_measure measure;
        *entry = (struct hud_study_entry){NAN, NAN, NAN, NAN, NAN, false, false};
        if (filling->stop != NULL && *filling->stop != 0)
          return hud_fail(error, HUD_ERROR_INTERRUPTED,
                          "stopped; all runs are there, and the same command goes on");
        if ((int)v == study->reference)
          continue;
        status =
            set_measure(filling, point, v, &study->quantities[q], &measure, &entry->theory, error);
        table->theory = table->theory || !isnan(entry->theory);
        if (status == HUD_OK)
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
      return hud_study_fail(study, study->quantities[q].mark, error,
                            study->quantities[q].kind >= HUD_QUANTITY_FOURIER_F2
                                ? "f_2 is needed: output.f2: true, by grid or spectral"
                                : NULL,
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
  double *room = NULL;
  hud_status status = HUD_NEW(&room, 4 * n, "orders", error);
  if (status != HUD_OK)
    return status;
  double *value = room, *discretisation = room + n, *order = room + 2 * n,
         *parameter = room + 3 * n;
  for (size_t g = 0; g < hud_study_group_count(plan); g++)
    for (size_t v = 0; v < study->variant_count; v++)
      for (size_t q = 0; q < study->quantity_count; q++) {
        struct hud_study_entry *entries[2] = {NULL, NULL};
        for (size_t i = 0; i < n; i++) {
          const struct hud_study_entry *entry =
              hud_study_entry_at(table, hud_study_group_point(plan, g, i), v, q);
          value[i] = entry->value;
          parameter[i] = hud_study_abscissa(study, hud_study_group_point(plan, g, i));
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

/* ---- fits ---- */

/* One curve; undefined where the points do not allow it. Points whose runs failed are left out. */
static hud_status fit_one(const struct hud_study_table *table, struct hud_study_fitted *fitted,
                          struct hud_error *error)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study_fit *fit = &plan->study->fits[fitted->fit];
  size_t n = hud_study_group_size(plan), used = 0;
  double *room = NULL;
  bool weighted = true;
  hud_status status = HUD_NEW(&room, 3 * n, "a fit", error);
  if (status != HUD_OK)
    return status;
  double *x = room, *y = room + n, *sigma = room + 2 * n;
  for (size_t i = 0; i < n; i++) {
    size_t point = hud_study_group_point(plan, fitted->group, i);
    const struct hud_study_entry *entry =
        hud_study_entry_at(table, point, fitted->variant, fitted->quantity);
    x[used] = hud_study_abscissa(plan->study, point);
    if (entry->failed || x[used] > fit->largest)
      continue;
    y[used] = entry->value;
    sigma[used] = 0.5 * entry->discretisation;
    weighted = weighted && sigma[used] > 0.0;
    used++;
  }
  status = hud_fit_powers(used, x, y, weighted ? sigma : NULL, fit->powers.count, fit->powers.value,
                          &fitted->curve, error);
  fitted->defined = status == HUD_OK;
  hud_free(room);
  return status == HUD_ERROR_USAGE || status == HUD_ERROR_COMPUTE ? HUD_OK : status;
}

static hud_status fit_all(struct hud_study_table *table, struct hud_error *error)
{
  const struct hud_study *study = table->plan->study;
  size_t groups = hud_study_group_count(table->plan);
  struct hud_error reason = {0};
  if (study->fit_count == 0)
    return HUD_OK;
  hud_status status = HUD_NEW(
      &table->fitted, study->fit_count * groups * study->variant_count * study->quantity_count,
      "fits", error);
  for (size_t f = 0; f < study->fit_count; f++)
    for (size_t g = 0; g < groups; g++)
      for (size_t v = 0; v < study->variant_count; v++)
        for (size_t q = 0; q < study->quantity_count && status == HUD_OK; q++) {
          if ((int)v == study->reference || !hud_study_fit_covers(&study->fits[f], v, q))
            continue;
          struct hud_study_fitted *fitted = &table->fitted[table->fitted_count++];
          *fitted = (struct hud_study_fitted){.fit = f, .group = g, .variant = v, .quantity = q};
          status = fit_one(table, fitted, &reason);
        }
  return status == HUD_OK || reason.message[0] == '\0'
             ? status
             : hud_fail(error, status, "%s", reason.message);
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
    status = HUD_NEW(&filling.room, 2 * (size_t)study->description.seeds, "results", error);
  if (status == HUD_OK)
    status = fill(&filling, error);
  if (status == HUD_OK)
    status = check_defined(table, error);
  if (status == HUD_OK)
    status = observe_orders(table, error);
  if (status == HUD_OK)
    status = fit_all(table, error);
  for (size_t r = 0; filling.results != NULL && r < plan->run_count; r++)
    hud_study_result_close(filling.results[r]);
  hud_free(filling.results);
  hud_free(filling.room);
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
  hud_free(table->fitted);
  hud_free(table);
}
