/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of a study: for every point, variant and quantity a number (an error where there is a
 * reference), how far it can be trusted, and the observed order to the value before. */
#ifndef HUD_STUDY_TABLE_H
#define HUD_STUDY_TABLE_H

#include <signal.h>
#include <stdio.h>

#include "analysis/fit.h"
#include "study/plan.h"

struct hud_study_entry {
  double value;          /* NaN: not defined for this variant, or its run failed */
  double discretisation; /* NaN: not known */
  double theory;         /* what theory says of a value; NaN: nothing, or there is a reference */
  double order;          /* from the value of the order parameter before; NaN: see `withheld` */
  double uncertainty;    /* of the order; NaN: not known */
  bool failed, withheld; /* withheld: there would be an order, but it could not be trusted */
};

/* A curve through the values of one variant and quantity in one group. */
struct hud_study_fitted {
  size_t fit, group, variant, quantity;
  bool defined;
  struct hud_power_fit curve;
};

struct hud_study_table {
  const struct hud_study_plan *plan;
  struct hud_study_entry *entries; /* point x variant x quantity */
  bool theory;                     /* some entry has one */
  size_t fitted_count;
  struct hud_study_fitted *fitted;
};

/* Reads the results of all finished runs below `directory`. Distances of densities can take a
 * while: HUD_ERROR_INTERRUPTED after *stop (NULL: never). */
hud_status hud_study_table_create(struct hud_study_table **table, const struct hud_study_plan *plan,
                                  const char *directory, const volatile sig_atomic_t *stop,
                                  struct hud_error *error);
void hud_study_table_free(struct hud_study_table *table);

static inline const struct hud_study_entry *hud_study_entry_at(const struct hud_study_table *table,
                                                               size_t point, size_t variant,
                                                               size_t quantity)
{
  const struct hud_study *study = table->plan->study;
  return &table->entries[(point * study->variant_count + variant) * study->quantity_count +
                         quantity];
}

/* The points of a table are shown in groups that differ in the order parameter only. The number of
 * groups; the first point of one; the i-th point of one; the points of each. Without an order
 * parameter every point is in one group. */
size_t hud_study_group_count(const struct hud_study_plan *plan);
size_t hud_study_group_size(const struct hud_study_plan *plan);
size_t hud_study_group_point(const struct hud_study_plan *plan, size_t group, size_t i);

/* What a number of the table is: "sup over t in [1, 3] of the difference from hierarchy". */
void hud_study_describe(const struct hud_study *study, char *text, size_t size);

/* Writes the table as text, CSV (one entry a row), and LaTeX. The caller looks at ferror. */
void hud_study_table_print(const struct hud_study_table *table, FILE *stream);
void hud_study_table_csv(const struct hud_study_table *table, FILE *stream);
void hud_study_table_latex(const struct hud_study_table *table, FILE *stream);

/* The fits, one coefficient a row. */
void hud_study_fits_csv(const struct hud_study_table *table, FILE *stream);

/* Prints which expectations are met (stream NULL: nothing); returns the number of those that are
 * not. */
size_t hud_study_table_expectations(const struct hud_study_table *table, FILE *stream);

/* figure-study: each quantity against the order parameter with slopes to compare, drawn into
 * DIRECTORY. Where there is no such parameter, columns against time; where there is no column,
 * nothing. See output/figure.h for `missing`. */
hud_status hud_study_table_draw(const struct hud_study_table *table, const char *directory,
                                char **missing, struct hud_error *error);

#endif
