/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fits on paper, and what was expected of the study. Error bars of fits are standard errors. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "base/locale.h"
#include "study/points.h"
#include "study/print_fits.h"
#include "study/text.h"

enum { WORDS = 200 };

/* Value and error with as many decimals as the error has: "1.57 +- 0.02". */
static void with_error(double value, double error, char *text, size_t size)
{
  int decimals = 6;
  if (error > 0.0 && isfinite(error))
    decimals = 1 - (int)floor(log10(error));
  decimals = decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
  snprintf(text, size, "%.*f +- %.*f", decimals, value, decimals, error);
}

static void group_text(const struct hud_study_table *table, size_t group, char *text, size_t size)
{
  const struct hud_study *study = table->plan->study;
  hud_study_point_text(study, hud_study_group_point(table->plan, group, 0), study->order_parameter,
                       text, size);
}

static void print_curve(const struct hud_study_table *table, const struct hud_study_fitted *fitted,
                        FILE *stream)
{
  const struct hud_power_fit *curve = &fitted->curve;
  const char *x = hud_study_abscissa_name(table->plan->study);
  char number[80];
  if (!fitted->defined) {
    fputs("not fitted: too few points, or points that cannot be fitted\n", stream);
    return;
  }
  for (size_t k = 0; k < curve->terms; k++) {
    with_error(curve->coefficient[k], curve->coefficient_error[k], number, sizeof number);
    fprintf(stream, "%s(%s) %s^", k > 0 ? " + " : "", number, x);
    if (curve->power_error > 0.0) {
      with_error(curve->power[k], curve->power_error, number, sizeof number);
      fprintf(stream, "(%s)", number);
    } else {
      fprintf(stream, "%g", curve->power[k]);
    }
  }
  fprintf(stream, ", %zu points", curve->count);
  if (!isnan(curve->chi_square))
    fprintf(stream, ", chi^2/dof = %.3g/%d", curve->chi_square, curve->degrees);
  fputc('\n', stream);
}

void hud_study_fits_print(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  if (table->fitted_count > 0)
    fputs("\nFits, with standard errors\n", stream);
  for (size_t f = 0; f < table->fitted_count; f++) {
    const struct hud_study_fitted *fitted = &table->fitted[f];
    char group[WORDS];
    group_text(table, fitted->group, group, sizeof group);
    fprintf(stream, "%s, %s%s%s", study->quantities[fitted->quantity].name,
            study->variants[fitted->variant].label, group[0] != '\0' ? ", " : "", group);
    double largest = study->fits[fitted->fit].largest;
    if (isfinite(largest))
      fprintf(stream, ", %s <= %g", hud_study_abscissa_name(study), largest);
    fputs(":\n    ", stream);
    print_curve(table, fitted, stream);
  }
}

void hud_study_fits_csv(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  struct hud_locale locale = hud_locale_begin();
  for (size_t p = 0; p < study->parameter_count; p++)
    if ((int)p != study->order_parameter)
      fprintf(stream, "%s,", study->parameters[p].name);
  fputs("variant,quantity,largest,power,power_error,coefficient,coefficient_error,chi_square,"
        "degrees,points\n",
        stream);
  for (size_t f = 0; f < table->fitted_count; f++) {
    const struct hud_study_fitted *fitted = &table->fitted[f];
    const struct hud_power_fit *curve = &fitted->curve;
    for (size_t k = 0; k < curve->terms; k++) {
      hud_study_csv_point(study, hud_study_group_point(table->plan, fitted->group, 0),
                          study->order_parameter, stream);
      hud_study_csv_text(stream, study->variants[fitted->variant].label);
      fprintf(stream, ",%s", study->quantities[fitted->quantity].name);
      double largest = study->fits[fitted->fit].largest;
      hud_study_csv_number(stream, isfinite(largest) ? largest : NAN);
      hud_study_csv_number(stream, curve->power[k]);
      hud_study_csv_number(stream, curve->power_error);
      hud_study_csv_number(stream, curve->coefficient[k]);
      hud_study_csv_number(stream, curve->coefficient_error[k]);
      hud_study_csv_number(stream, curve->chi_square);
      fprintf(stream, ",%d,%zu\n", curve->degrees, curve->count);
    }
  }
  hud_locale_end(locale);
}

void hud_study_fits_latex(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  if (table->fitted_count == 0)
    return;
  fputs("\n% fits, with standard errors: a variant and a quantity, then coefficients and powers\n"
        "\\begin{tabular}{llrr}\n\\hline\n",
        stream);
  for (size_t f = 0; f < table->fitted_count; f++) {
    const struct hud_study_fitted *fitted = &table->fitted[f];
    const struct hud_power_fit *curve = &fitted->curve;
    for (size_t k = 0; k < curve->terms; k++) {
      hud_study_latex_text(stream, study->variants[fitted->variant].label);
      fputs(" & ", stream);
      hud_study_latex_text(stream, study->quantities[fitted->quantity].name);
      fprintf(stream, " & $%.4g \\pm %.2g$ & $%.4g \\pm %.2g$ \\\\\n", curve->coefficient[k],
              curve->coefficient_error[k], curve->power[k], curve->power_error);
    }
  }
  fputs("\\hline\n\\end{tabular}\n", stream);
}

/* ---- expectations ---- */

static const char *const expected_names[] = {[HUD_EXPECT_ORDER] = "order",
                                             [HUD_EXPECT_VALUE] = "value",
                                             [HUD_EXPECT_THEORY] = "value",
                                             [HUD_EXPECT_EXPONENT] = "exponent",
                                             [HUD_EXPECT_COEFFICIENT] = "coefficient"};

/* Is the point, or its group if `along` is the order parameter, one of those that are meant? */
static bool is_meant(const struct hud_study *study, const struct hud_study_expected *expected,
                     size_t point, int along)
{
  for (size_t p = 0; p < study->parameter_count; p++)
    if ((int)p != along && expected->at[p] != HUD_ANY_VALUE &&
        expected->at[p] != hud_study_value_index(study, point, p))
      return false;
  return true;
}

/* A number that was seen. */
struct seen {
  double number, standard_error;
  double theory; /* of HUD_EXPECT_THEORY */
  bool withheld;
};

/* NaN is never met. */
static bool is_met(const struct hud_study_table *table, const struct hud_study_expected *expected,
                   size_t quantity, const char *place, const struct seen *seen, FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  bool by_sigmas = !isnan(expected->sigmas);
  double wanted = expected->kind == HUD_EXPECT_THEORY ? seen->theory : expected->number;
  double allowed = by_sigmas ? expected->sigmas * seen->standard_error : expected->within;
  bool met = fabs(seen->number - wanted) <= allowed;
  int digits = expected->kind == HUD_EXPECT_ORDER ? 3 : 5;
  char form = expected->kind == HUD_EXPECT_ORDER ? 'f' : 'g', text[40], error[60] = "";
  hud_study_number_text(seen->number, digits, form, text, sizeof text);
  if (expected->kind != HUD_EXPECT_ORDER && !isnan(seen->standard_error))
    snprintf(error, sizeof error, " (error %.2g)", seen->standard_error);
  if (stream != NULL)
    fprintf(stream, "%-7s %s, %s%s%s: %s %s%s, expected %.7g +- %g%s\n", met ? "met" : "NOT MET",
            study->variants[expected->variant].label, study->quantities[quantity].name,
            place[0] != '\0' ? ", " : "", place, expected_names[expected->kind],
            seen->withheld ? "withheld" : text, error, wanted,
            by_sigmas ? expected->sigmas : expected->within, by_sigmas ? " errors" : "");
  return met;
}

/* The last order, or all values, of a group. Returns how many are not met. */
static size_t miss_values(const struct hud_study_table *table,
                          const struct hud_study_expected *expected, size_t group, size_t quantity,
                          FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  bool order = expected->kind == HUD_EXPECT_ORDER;
  size_t missed = 0, n = hud_study_group_size(plan);
  for (size_t i = order ? n - 1 : 0; i < n; i++) {
    size_t point = hud_study_group_point(plan, group, i);
    const struct hud_study_entry *entry =
        hud_study_entry_at(table, point, expected->variant, quantity);
    char place[WORDS];
    if (!is_meant(study, expected, point, -1))
      continue;
    hud_study_point_text(study, point, order ? study->order_parameter : -1, place, sizeof place);
    const struct seen seen = {order ? entry->order : entry->value,
                              order ? NAN : 0.5 * entry->discretisation, entry->theory,
                              order && entry->withheld};
    missed += !is_met(table, expected, quantity, place, &seen, stream);
  }
  return missed;
}

/* The values of a group that are meant, from the least to the most that they can be: a bound is met
 * if it is with all of the discretisation error. Where that is not known (but would be measured)
 * they can be anything. */
static size_t miss_bounds(const struct hud_study_table *table,
                          const struct hud_study_expected *expected, size_t group, size_t quantity,
                          FILE *stream)
{
  const struct hud_study_plan *plan = table->plan;
  const struct hud_study *study = plan->study;
  double low = INFINITY, high = -INFINITY;
  bool known = true, some = false, below = expected->kind == HUD_EXPECT_MOST;
  char place[WORDS] = "";
  int except = study->order_parameter;
  if (except >= 0 && expected->at[except] != HUD_ANY_VALUE)
    except = -1;
  for (size_t i = 0; i < hud_study_group_size(plan); i++) {
    size_t point = hud_study_group_point(plan, group, i);
    const struct hud_study_entry *entry =
        hud_study_entry_at(table, point, expected->variant, quantity);
    if (!is_meant(study, expected, point, -1))
      continue;
    double spread = study->refine == HUD_REFINE_NONE && isnan(entry->discretisation)
                        ? 0.0
                        : entry->discretisation;
    known = known && !isnan(entry->value) && !isnan(spread);
    low = fmin(low, entry->value - spread);
    high = fmax(high, entry->value + spread);
    some = true;
    hud_study_point_text(study, point, except, place, sizeof place);
  }
  bool met = !some || (known && (below ? high <= expected->number : low >= expected->number));
  if (stream != NULL && some)
    fprintf(stream, "%-7s %s, %s%s%s: ", met ? "met" : "NOT MET",
            study->variants[expected->variant].label, study->quantities[quantity].name,
            place[0] != '\0' ? ", " : "", place);
  if (stream != NULL && some && known)
    fprintf(stream, "%.3e to %.3e, ", low, high);
  else if (stream != NULL && some)
    fputs("not known, ", stream);
  if (stream != NULL && some)
    fprintf(stream, "expected at %s %g\n", below ? "most" : "least", expected->number);
  return !met;
}

/* The exponent, or the first coefficient, of every fit that has one. */
static size_t miss_fits(const struct hud_study_table *table,
                        const struct hud_study_expected *expected, size_t group, size_t quantity,
                        FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  bool exponent = expected->kind == HUD_EXPECT_EXPONENT;
  size_t missed = 0;
  char place[WORDS];
  if (!is_meant(study, expected, hud_study_group_point(table->plan, group, 0),
                study->order_parameter))
    return 0;
  group_text(table, group, place, sizeof place);
  for (size_t f = 0; f < table->fitted_count; f++) {
    const struct hud_study_fitted *fitted = &table->fitted[f];
    const struct hud_power_fit *curve = &fitted->curve;
    if (fitted->group != group || fitted->variant != expected->variant ||
        fitted->quantity != quantity || (study->fits[fitted->fit].powers.count == 0) != exponent)
      continue;
    double number = exponent ? curve->power[0] : curve->coefficient[0];
    const struct seen seen = {fitted->defined ? number : NAN,
                              exponent ? curve->power_error : curve->coefficient_error[0], NAN,
                              false};
    missed += !is_met(table, expected, quantity, place, &seen, stream);
  }
  return missed;
}

size_t hud_study_table_expectations(const struct hud_study_table *table, FILE *stream)
{
  const struct hud_study *study = table->plan->study;
  size_t missed = 0;
  struct hud_locale locale = hud_locale_begin();
  if (stream != NULL && study->expected_count > 0)
    fputs("\nExpected\n", stream);
  for (size_t e = 0; e < study->expected_count; e++) {
    const struct hud_study_expected *expected = &study->expected[e];
    bool fits = expected->kind == HUD_EXPECT_EXPONENT || expected->kind == HUD_EXPECT_COEFFICIENT;
    bool bounds = expected->kind == HUD_EXPECT_LEAST || expected->kind == HUD_EXPECT_MOST;
    for (size_t g = 0; g < hud_study_group_count(table->plan); g++)
      for (size_t q = 0; q < study->quantity_count; q++)
        if (expected->quantity == HUD_ALL || expected->quantity == (int)q)
          missed += fits     ? miss_fits(table, expected, g, q, stream)
                    : bounds ? miss_bounds(table, expected, g, q, stream)
                             : miss_values(table, expected, g, q, stream);
  }
  hud_locale_end(locale);
  return missed;
}
