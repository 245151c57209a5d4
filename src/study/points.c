/* SPDX-License-Identifier: GPL-3.0-or-later
 * Points of a sweep; see points.h. */
#include "study/points.h"

#include <math.h>
#include <stdio.h>

/* The distance of neighbours in parameter p. */
static size_t stride(const struct hud_study *study, size_t p)
{
  size_t product = 1;
  for (size_t q = p + 1; q < study->parameter_count; q++)
    product *= study->parameters[q].count;
  return product;
}

size_t hud_study_value_index(const struct hud_study *study, size_t point, size_t p)
{
  return point / stride(study, p) % study->parameters[p].count;
}

size_t hud_study_point_with(const struct hud_study *study, size_t point, size_t p, size_t value)
{
  size_t now = hud_study_value_index(study, point, p);
  return point + value * stride(study, p) - now * stride(study, p);
}

const char *hud_study_value_text(const struct hud_study *study, size_t point, size_t p)
{
  const struct hud_node *node = study->parameters[p].values[hud_study_value_index(study, point, p)];
  if (node->kind == HUD_NODE_MAPPING && node->count > 0)
    return node->first->key;
  return node->kind == HUD_NODE_SCALAR ? node->text : "[...]";
}

void hud_study_point_text(const struct hud_study *study, size_t point, int except, char *text,
                          size_t size)
{
  size_t length = 0;
  text[0] = '\0';
  for (size_t p = 0; p < study->parameter_count && length < size; p++)
    if ((int)p != except)
      length += (size_t)snprintf(text + length, size - length, "%s%s = %s", length > 0 ? ", " : "",
                                 study->parameters[p].name, hud_study_value_text(study, point, p));
}

double hud_study_evaluate(const struct hud_study *study, size_t point,
                          const struct hud_expression *expression)
{
  double values[HUD_STUDY_PARAMETERS] = {0};
  for (size_t p = 0; p < study->parameter_count; p++) {
    const double *numbers = study->parameters[p].numbers;
    values[p] = numbers != NULL ? numbers[hud_study_value_index(study, point, p)] : NAN;
  }
  return hud_expression_evaluate(expression, values);
}

double hud_study_abscissa(const struct hud_study *study, size_t point)
{
  size_t p = (size_t)study->order_parameter;
  if (study->against.expression != NULL)
    return hud_study_evaluate(study, point, study->against.expression);
  return study->parameters[p].numbers[hud_study_value_index(study, point, p)];
}

const char *hud_study_abscissa_name(const struct hud_study *study)
{
  if (study->order_parameter < 0)
    return "";
  return study->against.expression != NULL ? study->against.name
                                           : study->parameters[study->order_parameter].name;
}
