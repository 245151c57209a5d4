/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers and texts on paper; see text.h. */
#include "study/text.h"

#include <math.h>
#include <string.h>

#include "study/points.h"

void hud_study_number_text(double value, int digits, char form, char *text, size_t size)
{
  if (isnan(value))
    snprintf(text, size, "-");
  else if (form == 'e')
    snprintf(text, size, "%.*e", digits, value);
  else if (form == 'f')
    snprintf(text, size, "%.*f", digits, value);
  else
    snprintf(text, size, "%.*g", digits, value);
}

void hud_study_csv_text(FILE *stream, const char *text)
{
  fputc('"', stream);
  for (; *text != '\0'; text++) {
    if (*text == '"')
      fputc('"', stream);
    fputc(*text == '\n' || *text == '\r' ? ' ' : *text, stream);
  }
  fputc('"', stream);
}

void hud_study_csv_number(FILE *stream, double value)
{
  fputc(',', stream);
  if (!isnan(value))
    fprintf(stream, "%.17g", value);
}

void hud_study_csv_point(const struct hud_study *study, size_t point, int except, FILE *stream)
{
  for (size_t p = 0; p < study->parameter_count; p++) {
    const char *text = hud_study_value_text(study, point, p);
    if ((int)p == except)
      continue;
    if (study->parameters[p].numbers != NULL)
      fputs(text, stream);
    else
      hud_study_csv_text(stream, text);
    fputc(',', stream);
  }
}

void hud_study_latex_text(FILE *stream, const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text == '\\')
      fputs("\\textbackslash{}", stream);
    else if (*text == '~' || *text == '^')
      fprintf(stream, "\\%c{}", *text);
    else if (strchr("&%$#_{}", *text) != NULL)
      fprintf(stream, "\\%c", *text);
    else
      fputc(*text, stream);
  }
}
