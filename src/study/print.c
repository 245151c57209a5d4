/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of a study on paper: text, CSV, LaTeX. Nothing here depends on when or how often the
 * study was called: a study that was interrupted ends in the same bytes. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "study/points.h"
#include "study/print_fits.h"
#include "study/text.h"

enum { WORDS = 200 };

/* The order parameter, and what stands for it. */
static void parameter_name(const struct hud_study *study, char *text, size_t size)
{
  const char *name =
      study->order_parameter >= 0 ? study->parameters[study->order_parameter].name : "";
  if (study->against.expression != NULL)
    snprintf(text, size, "%s, %s", name, study->against.name);
  else
    snprintf(text, size, "%s", name);
}

/* The value of the order parameter at a point, or the whole point where there is none. */
static void point_label(const struct hud_study_plan *plan, size_t point, char *text, size_t size)
{
  const struct hud_study *study = plan->study;
  if (study->order_parameter < 0) {
    hud_study_point_text(study, point, -1, text, size);
    return;
  }
  const char *value = hud_study_value_text(study, point, (size_t)study->order_parameter);
  if (study->against.expression != NULL)
    snprintf(text, size, "%s, %.5g", value, hud_study_abscissa(study, point));
  else
    snprintf(text, size, "%s", value);
}

void hud_study_describe(const struct hud_study *study, char *text, size_t size)
{
  static const char *const norms[] = {"sup", "L2 norm", "value at the end", "least value"};
  bool relative = study->description.difference == HUD_DIFFERENCE_RELATIVE;
  const char *difference = relative ? "1 - ratio to" : "the difference from";
  char window[WORDS] = "the whole run", from[WORDS] = "";
  if (study->window[0] != NULL)
    snprintf(window, sizeof window, "t in [%.60s, %.60s]", hud_expression_text(study->window[0]),
             hud_expression_text(study->window[1]));
  if (study->reference == HUD_REFERENCE_THEORY)
    snprintf(from, sizeof from, " of %s theory", difference);
  else if (study->reference == HUD_REFERENCE_COMPOSITE)
    snprintf(from, sizeof from, " of the difference from layer and reduced system put together");
  else if (study->reference >= 0)
    snprintf(from, sizeof from, " of %s %.100s", difference,
             study->variants[study->reference].label);
  snprintf(text, size, "%s over %s%s", norms[study->description.norm], window, from);
}

static void print_order(const struct hud_study_entry *entry, char *text, size_t size)
{
  if (entry->withheld)
    snprintf(text, size, "withheld");
  else if (isnan(entry->order))
    text[0] = '\0';
  else if (isnan(entry->uncertainty))
    snprintf(text, size, "%.3f", entry->order);
  else
    snprintf(text, size, "%.3f +- %.1g", entry->order, entry->uncertainty);
}

/* ---- text ---- */

static void print_block(const struct hud_study_table *table, size_t group, size_t variant,
                        size_t quantity, FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  bool orders = study->order_parameter >= 0;
  char name[WORDS];
  parameter_name(study, name, sizeof name);
  fprintf(stream, "\n%s, %s\n%24s %14s %15s%s%s\n", study->quantities[quantity].name,
          study->variants[variant].label, name,
          study->reference == HUD_REFERENCE_NONE ? "value" : "error", "discretisation",
          table->theory ? "         theory" : "", orders ? "  order" : "");
  for (size_t i = 0; i < hud_study_group_size(plan); i++) {
    size_t point = hud_study_group_point(plan, group, i);
    const struct hud_study_entry *entry = hud_study_entry_at(table, point, variant, quantity);
    char label[WORDS], value[40], discretisation[40], theory[40], order[60];
    point_label(plan, point, label, sizeof label);
    hud_study_number_text(entry->value, 5, 'e', value, sizeof value);
    hud_study_number_text(entry->discretisation, 1, 'e', discretisation, sizeof discretisation);
    print_order(entry, order, sizeof order);
    hud_study_number_text(entry->theory, 5, 'e', theory, sizeof theory);
    fprintf(stream, "%24s %14s %15s", label, entry->failed ? "failed" : value, discretisation);
    if (table->theory)
      fprintf(stream, " %14s", theory);
    fprintf(stream, "%s%s\n", order[0] != '\0' ? "  " : "", order);
  }
}

static bool is_shown(const struct hud_study *study, size_t variant)
{
  return (int)variant != study->reference;
}

/* The last orders of all variants and quantities, at a glance. */
static void print_last_orders(const struct hud_study_table *table, size_t group, FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  size_t last = hud_study_group_point(plan, group, hud_study_group_size(plan) - 1);
  fprintf(stream, "\nLast observed orders in %s\n%-32s", hud_study_abscissa_name(study), "");
  for (size_t q = 0; q < study->quantity_count; q++)
    fprintf(stream, " %10s", study->quantities[q].name);
  for (size_t v = 0; v < study->variant_count; v++) {
    if (!is_shown(study, v))
      continue;
    fprintf(stream, "\n%-32s", study->variants[v].label);
    for (size_t q = 0; q < study->quantity_count; q++) {
      const struct hud_study_entry *entry = hud_study_entry_at(table, last, v, q);
      char order[40];
      hud_study_number_text(entry->order, 3, 'f', order, sizeof order);
      fprintf(stream, " %10s", entry->withheld ? "withheld" : order);
    }
  }
  fputc('\n', stream);
}

static bool some_withheld(const struct hud_study_table *table)
{
  const struct hud_study *study = table->plan->study;
  size_t count = table->plan->point_count * study->variant_count * study->quantity_count;
  for (size_t e = 0; e < count; e++)
    if (table->entries[e].withheld)
      return true;
  return false;
}

void hud_study_table_print(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  struct hud_locale locale = hud_locale_begin();
  char words[2 * WORDS];
  hud_study_describe(study, words, sizeof words);
  fprintf(stream, "%s\n%s\n\n%s\n", study->description.title, study->description.settles, words);
  for (size_t g = 0; g < hud_study_group_count(plan); g++) {
    char group[WORDS] = "";
    if (study->order_parameter >= 0)
      hud_study_point_text(study, hud_study_group_point(plan, g, 0), study->order_parameter, group,
                           sizeof group);
    if (group[0] != '\0')
      fprintf(stream, "\n---- %s ----\n", group);
    for (size_t q = 0; q < study->quantity_count; q++)
      for (size_t v = 0; v < study->variant_count; v++)
        if (is_shown(study, v))
          print_block(table, g, v, q, stream);
    if (study->order_parameter >= 0)
      print_last_orders(table, g, stream);
  }
  if (some_withheld(table))
    fputs("\nwithheld: the discretisation error exceeds a tenth of the value, or is not known\n",
          stream);
  hud_study_fits_print(table, stream);
  hud_locale_end(locale);
}

/* ---- CSV ---- */

void hud_study_table_csv(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  struct hud_locale locale = hud_locale_begin();
  for (size_t p = 0; p < study->parameter_count; p++)
    fprintf(stream, "%s,", study->parameters[p].name);
  if (study->against.expression != NULL)
    fprintf(stream, "%s,", study->against.name);
  fprintf(stream, "variant,quantity,%s,discretisation,%sorder,order_uncertainty,state\n",
          study->reference == HUD_REFERENCE_NONE ? "value" : "error",
          table->theory ? "theory," : "");
  for (size_t g = 0; g < hud_study_group_count(plan); g++)
    for (size_t q = 0; q < study->quantity_count; q++)
      for (size_t v = 0; v < study->variant_count; v++)
        for (size_t i = 0; is_shown(study, v) && i < hud_study_group_size(plan); i++) {
          size_t point = hud_study_group_point(plan, g, i);
          const struct hud_study_entry *entry = hud_study_entry_at(table, point, v, q);
          hud_study_csv_point(study, point, -1, stream);
          if (study->against.expression != NULL)
            fprintf(stream, "%.17g,", hud_study_abscissa(study, point));
          hud_study_csv_text(stream, study->variants[v].label);
          fprintf(stream, ",%s", study->quantities[q].name);
          hud_study_csv_number(stream, entry->value);
          hud_study_csv_number(stream, entry->discretisation);
          if (table->theory)
            hud_study_csv_number(stream, entry->theory);
          hud_study_csv_number(stream, entry->order);
          hud_study_csv_number(stream, isnan(entry->order) ? NAN : entry->uncertainty);
          fprintf(stream, ",%s\n",
                  entry->failed         ? "failed"
                  : isnan(entry->value) ? "undefined"
                  : entry->withheld     ? "withheld"
                                        : "");
        }
  hud_locale_end(locale);
}

/* ---- LaTeX ---- */

static void latex_number(FILE *stream, double value)
{
  if (isnan(value)) {
    fputs("--", stream);
    return;
  }
  int exponent = value != 0.0 ? (int)floor(log10(fabs(value))) : 0;
  double mantissa = value / pow(10.0, exponent);
  if (fabs(mantissa) >= 9.995) {
    mantissa /= 10.0;
    exponent++;
  }
  fprintf(stream, "$%.2f \\cdot 10^{%d}$", mantissa, exponent);
}

static void latex_row(const struct hud_study_table *table, size_t point, size_t quantity,
                      FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  char label[WORDS];
  point_label(table->plan, point, label, sizeof label);
  hud_study_latex_text(stream, label);
  for (size_t v = 0; v < study->variant_count; v++) {
    if (!is_shown(study, v))
      continue;
    const struct hud_study_entry *entry = hud_study_entry_at(table, point, v, quantity);
    fputs(" & ", stream);
    latex_number(stream, entry->value);
    if (study->order_parameter < 0)
      continue;
    fputs(" & ", stream);
    if (entry->withheld)
      fputs("withheld", stream);
    else if (!isnan(entry->order))
      fprintf(stream, "%.2f", entry->order);
  }
  fputs(" \\\\\n", stream);
}

static void latex_table(const struct hud_study_table *table, size_t group, size_t quantity,
                        FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  bool orders = study->order_parameter >= 0;
  char point[WORDS] = "";
  if (orders)
    hud_study_point_text(study, hud_study_group_point(plan, group, 0), study->order_parameter,
                         point, sizeof point);
  fprintf(stream, "\n%% %s%s%s\n\\begin{tabular}{l", study->quantities[quantity].name,
          point[0] != '\0' ? ", " : "", point);
  for (size_t v = 0; v < study->variant_count; v++)
    if (is_shown(study, v))
      fputs(orders ? "rr" : "r", stream);
  fputs("}\n\\hline\n", stream);
  char name[WORDS];
  parameter_name(study, name, sizeof name);
  hud_study_latex_text(stream, name);
  for (size_t v = 0; v < study->variant_count; v++)
    if (is_shown(study, v)) {
      fputs(orders ? " & \\multicolumn{2}{c}{" : " & {", stream);
      hud_study_latex_text(stream, study->variants[v].label);
      fputc('}', stream);
    }
  fputs(" \\\\\n\\hline\n", stream);
  for (size_t i = 0; i < hud_study_group_size(plan); i++)
    latex_row(table, hud_study_group_point(plan, group, i), quantity, stream);
  fputs("\\hline\n\\end{tabular}\n", stream);
}

void hud_study_table_latex(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  struct hud_locale locale = hud_locale_begin();
  char words[2 * WORDS];
  hud_study_describe(plan->study, words, sizeof words);
  fprintf(stream, "%% %s\n%% %s\n", plan->study->description.title, words);
  for (size_t g = 0; g < hud_study_group_count(plan); g++)
    for (size_t q = 0; q < plan->study->quantity_count; q++)
      latex_table(table, g, q, stream);
  hud_study_fits_latex(table, stream);
  hud_locale_end(locale);
}
