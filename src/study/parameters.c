/* SPDX-License-Identifier: GPL-3.0-or-later
 * What varies in a study: key paths with lists or ranges of values, and the expressions that follow
 * from them. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "config/scalar.h"
#include "study/study_reader.h"

enum { MAX_VALUES = 1000 };

hud_status hud_study_check_set(const struct hud_study *study, const struct hud_node *set,
                               const char *path, struct hud_error *error)
{
  if (set == NULL)
    return HUD_OK;
  if (set->kind != HUD_NODE_MAPPING || set->count == 0)
    return hud_study_fail(study, set->mark, error,
                          "expected key paths and values, like {epsilon: 0.1, solver.rtol: 1e-8}",
                          "`%s` is no mapping with keys", path);
  return HUD_OK;
}

/* ---- names ---- */

/* The last part of a path that begins with a letter, and what follows it, letters and digits only:
 * solver.rtol is rtol, rates.mu.1,1 is mu11. */
static void name_parameter(struct hud_study_parameter *parameter)
{
  const char *path = parameter->path, *start = path;
  for (const char *c = path; *c != '\0'; c++)
    if ((c == path || c[-1] == '.') && isalpha((unsigned char)*c))
      start = c;
  size_t length = 0;
  for (; *start != '\0' && length + 1 < sizeof parameter->name; start++)
    if (isalnum((unsigned char)*start) || *start == '_')
      parameter->name[length++] = *start;
  parameter->name[length] = '\0';
}

static hud_status check_name(const struct hud_study *study, size_t p, struct hud_error *error)
{
  const struct hud_study_parameter *parameter = &study->parameters[p];
  if (!isalpha((unsigned char)parameter->name[0]))
    return hud_study_fail(study, parameter->mark, error, "expected a key path, like solver.rtol",
                          "`%.60s` cannot vary", parameter->path);
  for (size_t other = 0; other < p; other++)
    if (strcmp(study->parameters[other].name, parameter->name) == 0)
      return hud_study_fail(study, parameter->mark, error, NULL,
                            "`%.60s` and `%.60s` would both be called %s",
                            study->parameters[other].path, parameter->path, parameter->name);
  return HUD_OK;
}

/* ---- values ---- */

static hud_status read_range(const struct hud_study *study, struct hud_study_parameter *parameter,
                             const struct hud_node *node, struct hud_error *error)
{
  struct hud_study_range range = {0};
  char path[120];
  snprintf(path, sizeof path, "vary.%.100s", parameter->path);
  hud_status status = hud_study_read_scope(study, HUD_SCOPE_RANGE, node, path, &range, error);
  if (status == HUD_OK && range.from == range.to)
    status = hud_study_fail(study, node->mark, error, NULL,
                            "`%s` has from = to: all its values are the same", path);
  size_t count = (size_t)range.count;
  if (status == HUD_OK)
    status = HUD_NEW(&parameter->made, count, "values", error);
  if (status == HUD_OK)
    status = HUD_NEW(&parameter->texts, count, "values", error);
  if (status == HUD_OK)
    status = HUD_NEW(&parameter->values, count, "values", error);
  for (size_t i = 0; status == HUD_OK && i < count; i++) {
    double value = range.from * pow(range.to / range.from, (double)i / (double)(count - 1));
    snprintf(parameter->texts[i], sizeof parameter->texts[i], "%.12g", value);
    parameter->made[i] =
        (struct hud_node){.kind = HUD_NODE_SCALAR, .text = parameter->texts[i], .mark = node->mark};
    parameter->values[i] = &parameter->made[i];
    parameter->count++;
  }
  return status;
}

static hud_status read_list(const struct hud_study *study, struct hud_study_parameter *parameter,
                            const struct hud_node *node, struct hud_error *error)
{
  if (node->count == 0 || node->count > MAX_VALUES)
    return hud_study_fail(study, node->mark, error, NULL,
                          "`vary.%.60s` has %zu values; expected 1 to %d", parameter->path,
                          node->count, MAX_VALUES);
  hud_status status = HUD_NEW(&parameter->values, node->count, "values", error);
  if (status != HUD_OK)
    return status;
  for (const struct hud_node *item = node->first; item != NULL; item = item->next)
    parameter->values[parameter->count++] = item;
  return HUD_OK;
}

/* The values as numbers, if they are; no number may stand there twice. */
static hud_status find_numbers(const struct hud_study *study, struct hud_study_parameter *parameter,
                               struct hud_error *error)
{
  hud_status status = HUD_NEW(&parameter->numbers, parameter->count, "values", error);
  for (size_t i = 0; status == HUD_OK && i < parameter->count; i++) {
    const struct hud_node *node = parameter->values[i];
    if (node->kind != HUD_NODE_SCALAR || node->quoted ||
        hud_scalar_number(node->text, &parameter->numbers[i]) != HUD_SCALAR_OK) {
      hud_free(parameter->numbers);
      parameter->numbers = NULL;
      return HUD_OK;
    }
    for (size_t other = 0; other < i && status == HUD_OK; other++)
      if (parameter->numbers[other] == parameter->numbers[i])
        status = hud_study_fail(study, node->mark, error, NULL, "`vary.%.60s` has %s twice",
                                parameter->path, node->text);
  }
  return status;
}

static hud_status read_parameter(struct hud_study *study, const struct hud_node *node,
                                 struct hud_error *error)
{
  struct hud_study_parameter *parameter = &study->parameters[study->parameter_count];
  parameter->path = node->key;
  parameter->mark = node->key_mark;
  name_parameter(parameter);
  hud_status status = check_name(study, study->parameter_count++, error);
  if (status != HUD_OK)
    return status;
  if (node->kind == HUD_NODE_MAPPING)
    status = read_range(study, parameter, node, error);
  else if (node->kind == HUD_NODE_LIST)
    status = read_list(study, parameter, node, error);
  else
    status = hud_study_fail(study, node->mark, error,
                            "expected a list of values, or {from: 0.1, to: 0.001, count: 3}",
                            "`vary.%.60s` is `%.60s`", parameter->path, node->text);
  return status == HUD_OK ? find_numbers(study, parameter, error) : status;
}

static hud_status read_vary(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *vary = study->description.vary;
  hud_status status = hud_study_check_set(study, vary, "vary", error);
  if (status != HUD_OK || vary == NULL)
    return status;
  for (const struct hud_node *node = vary->first; node != NULL && status == HUD_OK;
       node = node->next) {
    if (study->parameter_count == HUD_STUDY_PARAMETERS)
      return hud_study_fail(study, node->key_mark, error, NULL, "more than %d key paths vary",
                            HUD_STUDY_PARAMETERS);
    status = read_parameter(study, node, error);
  }
  return status;
}

/* ---- where orders are observed ---- */

/* Why no order can be observed in a parameter, or NULL. */
static const char *order_obstacle(const struct hud_study_parameter *parameter)
{
  if (parameter->numbers == NULL)
    return "its values are not all numbers";
  if (parameter->count < 2)
    return "it has a single value";
  for (size_t i = 0; i < parameter->count; i++)
    if (parameter->numbers[i] <= 0.0)
      return "its values are not all positive";
  return NULL;
}

static hud_status choose_order_parameter(struct hud_study *study, struct hud_error *error)
{
  const char *wanted = study->description.parameter;
  struct hud_guess guess = hud_guess_begin(wanted != NULL ? wanted : "");
  study->order_parameter = -1;
  if (wanted != NULL && strcmp(wanted, "none") == 0)
    return HUD_OK;
  for (size_t p = 0; p < study->parameter_count && study->order_parameter < 0; p++) {
    const struct hud_study_parameter *parameter = &study->parameters[p];
    const char *obstacle = order_obstacle(parameter);
    if (wanted == NULL && obstacle == NULL)
      study->order_parameter = (int)p;
    if (wanted == NULL)
      continue;
    hud_guess_consider(&guess, parameter->path);
    if (strcmp(wanted, parameter->path) != 0)
      continue;
    if (obstacle != NULL)
      return hud_study_fail(study, hud_study_node(study, "parameter")->mark, error, NULL,
                            "no order can be observed in `%.60s`: %s", wanted, obstacle);
    study->order_parameter = (int)p;
  }
  if (wanted == NULL || study->order_parameter >= 0)
    return HUD_OK;
  char what[120];
  snprintf(what, sizeof what, "`%.60s` does not vary", wanted);
  return hud_study_fail_word(study, hud_study_node(study, "parameter")->mark, &guess, error, what);
}

/* ---- expressions ---- */

/* Values that are no numbers stand as NaN in expressions. */
static hud_status read_expression(const struct hud_study *study, const struct hud_node *node,
                                  const char *path, struct hud_expression **expression,
                                  struct hud_error *error)
{
  char names[HUD_STUDY_PARAMETERS * (HUD_STUDY_NAME + 1)] = "";
  struct hud_error reason = {0};
  for (size_t p = 0; p < study->parameter_count; p++) {
    size_t length = strlen(names);
    snprintf(names + length, sizeof names - length, "%s%s", p > 0 ? "," : "",
             study->parameters[p].name);
  }
  if (node->kind != HUD_NODE_SCALAR || hud_node_is_null(node))
    return hud_study_fail(study, node->mark, error, "expected a number or an expression",
                          "`%s` is no number and no expression", path);
  hud_status status = hud_expression_create(expression, node->text,
                                            names[0] != '\0' ? names : "nothing_varies", &reason);
  if (status == HUD_ERROR_INPUT)
    return hud_study_fail(study, node->mark, error, NULL, "`%s`: %s", path, reason.message);
  return status == HUD_OK ? HUD_OK : hud_fail(error, status, "%s", reason.message);
}

static hud_status read_links(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *link = study->description.link;
  hud_status status = hud_study_check_set(study, link, "link", error);
  if (status != HUD_OK || link == NULL)
    return status;
  status = HUD_NEW(&study->links, link->count, "links", error);
  for (const struct hud_node *node = link->first; node != NULL && status == HUD_OK;
       node = node->next) {
    char path[120];
    struct hud_study_link *made = &study->links[study->link_count++];
    made->path = node->key;
    made->mark = node->mark;
    snprintf(path, sizeof path, "link.%.100s", node->key);
    status = read_expression(study, node, path, &made->expression, error);
  }
  return status;
}

static hud_status read_window(struct hud_study *study, struct hud_error *error)
{
  static const char *const paths[] = {"window.0", "window.1"};
  const struct hud_node *window = study->description.window;
  if (window == NULL)
    return HUD_OK;
  study->window_mark = window->mark;
  if (window->kind != HUD_NODE_LIST || window->count != 2)
    return hud_study_fail(study, window->mark, error, "expected two times, like [1, 3]",
                          "`window` is no list of two items");
  hud_status status = read_expression(study, window->first, paths[0], &study->window[0], error);
  if (status == HUD_OK)
    status = read_expression(study, window->last, paths[1], &study->window[1], error);
  return status;
}

/* One name and its expression. */
static hud_status read_against(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *against = study->description.against;
  struct hud_study_against *made = &study->against;
  if (against == NULL)
    return HUD_OK;
  made->mark = against->mark;
  if (against->kind != HUD_NODE_MAPPING || against->count != 1 ||
      strlen(against->first->key) >= sizeof made->name || against->first->key[0] == '\0')
    return hud_study_fail(study, against->mark, error,
                          "expected one name and its expression, like {epsilon_3: count^(-2/3)}",
                          "`against` is no mapping of one name");
  if (study->order_parameter < 0)
    return hud_study_fail(study, against->mark, error, "`vary` two or more numbers",
                          "no parameter varies for which `against` could stand");
  snprintf(made->name, sizeof made->name, "%s", against->first->key);
  return read_expression(study, against->first, "against", &made->expression, error);
}

hud_status hud_study_read_parameters(struct hud_study *study, struct hud_error *error)
{
  hud_status status = read_vary(study, error);
  if (status == HUD_OK)
    status = choose_order_parameter(study, error);
  if (status == HUD_OK)
    status = read_against(study, error);
  if (status == HUD_OK)
    status = read_links(study, error);
  return status == HUD_OK ? read_window(study, error) : status;
}

void hud_study_clear_parameters(struct hud_study *study)
{
  for (size_t p = 0; p < study->parameter_count; p++) {
    hud_free(study->parameters[p].values);
    hud_free(study->parameters[p].numbers);
    hud_free(study->parameters[p].made);
    hud_free(study->parameters[p].texts);
  }
  for (size_t l = 0; l < study->link_count; l++)
    hud_expression_free(study->links[l].expression);
  hud_free(study->links);
  hud_expression_free(study->against.expression);
  hud_expression_free(study->window[0]);
  hud_expression_free(study->window[1]);
}
