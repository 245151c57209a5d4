/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expressions of model files. muParser (through its C interface) parses and evaluates; what it does
 * not survive or what has no meaning here is refused before it sees the text: texts over 500
 * characters, names over 32, characters outside a small set (so no string literals, no separators
 * of statements), and assignments, which muParser would take ("r=5" would set the variable).
 * Names are fixed: the variables the caller gives, pi, and muParser's functions with erf added.
 * `log` and `ln` are the natural logarithm. */
#include "config/expression.h"

#include <math.h>
#include <muParserDLL.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { MAX_LENGTH = 500, MAX_NAME = 32, MAX_VARIABLES = 24 };

struct hud_expression {
  muParserHandle_t parser;
  char *text;
  int variable_count;
  double *values; /* bound to the parser's variables, so they stay writable in a const object */
};

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* The '=' at `at` belongs to ==, <=, >= or !=. */
static bool is_comparison(const char *text, size_t at)
{
  return text[at + 1] == '=' || (at > 0 && strchr("=<>!", text[at - 1]) != NULL);
}

static hud_status check_character(const char *text, size_t at, struct hud_error *error)
{
  char c = text[at];
  if (is_letter(c) || is_digit(c) || strchr(" .,+-*/^()<>=!&|?:", c) != NULL) {
    if (c == '=' && !is_comparison(text, at))
      return hud_fail(error, HUD_ERROR_INPUT,
                      "an expression cannot assign: `=` at character %zu; a comparison is `==`",
                      at + 1);
    return HUD_OK;
  }
  if (c == '"' || c == '\'')
    return hud_fail(error, HUD_ERROR_INPUT, "an expression has no texts: quote at character %zu",
                    at + 1);
  if (c > ' ' && c <= '~')
    return hud_fail(error, HUD_ERROR_INPUT, "`%c` at character %zu means nothing in an expression",
                    c, at + 1);
  return hud_fail(error, HUD_ERROR_INPUT,
                  "byte 0x%02x at position %zu of the expression is not a plain character",
                  (unsigned)(unsigned char)c, at + 1);
}

static hud_status check_text(const char *text, struct hud_error *error)
{
  size_t length = strlen(text);
  if (length > MAX_LENGTH)
    return hud_fail(error, HUD_ERROR_INPUT, "the expression has %zu characters; at most %d fit",
                    length, MAX_LENGTH);
  if (strspn(text, " ") == length)
    return hud_fail(error, HUD_ERROR_INPUT, "the expression is empty");
  size_t name_length = 0;
  for (size_t at = 0; at < length; at++) {
    hud_status status = check_character(text, at, error);
    if (status != HUD_OK)
      return status;
    bool in_name = is_letter(text[at]) || (name_length > 0 && is_digit(text[at]));
    name_length = in_name ? name_length + 1 : 0;
    if (name_length > MAX_NAME)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "a name of more than %d characters, from character %zu of the expression",
                      MAX_NAME, at + 2 - name_length);
  }
  return HUD_OK;
}

/* muParser's error codes that a user meets, in words. */
static const char *describe_problem(int code)
{
  static const struct {
    int code;
    const char *words;
  } problems[] = {
      {0, "this operator does not fit here"},
      {1, "this name or number is not known"},
      {2, "the expression ends too early"},
      {3, "this comma does not fit here"},
      {4, "an operator is missing before this"},
      {5, "an operator is missing before this number"},
      {6, "an operator is missing before this variable"},
      {7, "this parenthesis does not fit here"},
      {11, "a parenthesis is not closed"},
      {12, "an operator is missing before this function"},
      {14, "this function has too many arguments"},
      {15, "this function has too few arguments"},
      {33, "a `?` has no `:`"},
      {34, "this `:` has no `?`"},
  };
  for (size_t p = 0; p < sizeof problems / sizeof problems[0]; p++)
    if (problems[p].code == code)
      return problems[p].words;
  return "the expression cannot be understood";
}

static hud_status parse(struct hud_expression *expression, const char *variables,
                        struct hud_error *error)
{
  int count = 0;
  mupSetExpr(expression->parser, expression->text);
  if (!mupError(expression->parser))
    mupEvalMulti(expression->parser, &count);
  if (mupError(expression->parser)) {
    int code = mupGetErrorCode(expression->parser);
    int position = mupGetErrorPos(expression->parser);
    int length = (int)strlen(expression->text);
    if (position < 0 || position >= length)
      return hud_fail(error, HUD_ERROR_INPUT, "%s: `%s`", describe_problem(code), expression->text);
    return hud_fail(error, HUD_ERROR_INPUT,
                    "%s: `%.40s` at character %d of the expression; known are %s, pi, numbers like "
                    "1.5e-3, + - * / ^, comparisons, a ? b : c, and functions such as exp, log, "
                    "sqrt, abs, min, max, sin, tanh, erf",
                    describe_problem(code), expression->text + position, position + 1, variables);
  }
  if (count != 1)
    return hud_fail(error, HUD_ERROR_INPUT, "the expression has %d values; expected one", count);
  return HUD_OK;
}

static hud_status define_variables(struct hud_expression *expression, const char *variables,
                                   struct hud_error *error)
{
  for (const char *name = variables; *name != '\0';) {
    size_t length = strcspn(name, ",");
    char copy[MAX_NAME + 1];
    if (length == 0 || length > MAX_NAME || expression->variable_count == MAX_VARIABLES)
      return hud_fail(error, HUD_ERROR_USAGE, "bad list of variables `%s`", variables);
    snprintf(copy, sizeof copy, "%.*s", (int)length, name);
    mupDefineVar(expression->parser, copy, &expression->values[expression->variable_count++]);
    if (mupError(expression->parser))
      return hud_fail(error, HUD_ERROR_USAGE, "bad name of a variable: `%s`", copy);
    name += length;
    name += *name == ',';
  }
  return HUD_OK;
}

hud_status hud_expression_create(struct hud_expression **out, const char *text,
                                 const char *variables, struct hud_error *error)
{
  struct hud_expression *expression = NULL;
  *out = NULL;
  hud_status status = check_text(text, error);
  if (status == HUD_OK)
    status = HUD_NEW(&expression, 1, "an expression", error);
  if (status == HUD_OK)
    status = hud_copy_text(&expression->text, text, error);
  if (status == HUD_OK)
    status = HUD_NEW(&expression->values, MAX_VARIABLES, "an expression", error);
  if (status == HUD_OK) {
    expression->parser = mupCreate(muBASETYPE_FLOAT);
    if (expression->parser == NULL)
      status = hud_fail_memory(error, "an expression", 0);
  }
  if (status == HUD_OK) {
    mupDefineFun1(expression->parser, "erf", erf, 1);
    mupDefineConst(expression->parser, "pi", acos(-1.0));
    status = define_variables(expression, variables, error);
  }
  if (status == HUD_OK)
    status = parse(expression, variables, error);
  if (status == HUD_OK)
    *out = expression;
  else
    hud_expression_free(expression);
  return status;
}

void hud_expression_free(struct hud_expression *expression)
{
  if (expression == NULL)
    return;
  if (expression->parser != NULL)
    mupRelease(expression->parser);
  hud_free(expression->values);
  hud_free(expression->text);
  hud_free(expression);
}

double hud_expression_evaluate(const struct hud_expression *expression, const double *values)
{
  memcpy(expression->values, values, (size_t)expression->variable_count * sizeof *values);
  double value = mupEval(expression->parser);
  if (mupError(expression->parser)) {
    mupErrorReset(expression->parser);
    return NAN;
  }
  return value;
}

bool hud_expression_uses(const struct hud_expression *expression, int variable)
{
  int count = mupGetExprVarNum(expression->parser);
  for (int i = 0; i < count && variable < expression->variable_count; i++) {
    const char *name = NULL;
    double *place = NULL;
    mupGetExprVar(expression->parser, (unsigned)i, &name, &place);
    if (place == &expression->values[variable])
      return true;
  }
  return false;
}

const char *hud_expression_text(const struct hud_expression *expression)
{
  return expression->text;
}
