/* SPDX-License-Identifier: GPL-3.0-or-later
 * Expressions: values, and hostile texts that must end in an error. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "config/expression.h"

static double value_of(const char *text, const char *variables, double a, double b)
{
  struct hud_expression *expression = NULL;
  struct hud_error error = {0};
  double values[2] = {a, b};
  assert_ok(hud_expression_create(&expression, text, variables, &error), &error);
  assert_string_equal(hud_expression_text(expression), text);
  double value = hud_expression_evaluate(expression, values);
  hud_expression_free(expression);
  return value;
}

static void assert_refused(const char *text, const char *message)
{
  struct hud_expression *expression = NULL;
  struct hud_error error = {0};
  assert_error(hud_expression_create(&expression, text, "r,s", &error), HUD_ERROR_INPUT, &error,
               message);
  assert_null(expression);
}

static void test_values(void **state)
{
  (void)state;
  assert_close_relative(value_of("r*exp(-r^2)", "r", 0.7, 0), 0.7 * exp(-0.49), 1e-15);
  assert_close(value_of("i+10*j", "i,j", 2, 3), 32.0, 0.0);
  assert_close(value_of("-2^2", "r", 0, 0), -4.0, 0.0);
  assert_close(value_of("2^3^2", "r", 0, 0), 512.0, 0.0);
  assert_close(value_of("log(r)", "r", 10, 0), log(10.0), 1e-15); /* natural */
  assert_close(value_of("erf(r)", "r", 0.5, 0), erf(0.5), 0.0);
  assert_close(value_of("cos(pi)", "r", 0, 0), -1.0, 1e-15);
  assert_close(value_of("r <= 1 ? 2 : 3", "r", 1, 0), 2.0, 0.0);
  assert_close(value_of("(r == 1) && (r != 2) || r > 5", "r", 1, 0), 1.0, 0.0);
  assert_close(value_of("1.5e-3", "r", 1, 0), 1.5e-3, 1e-18);
}

static void test_undefined_values(void **state)
{
  (void)state;
  assert_true(isnan(value_of("sqrt(r)", "r", -1, 0)));
  assert_true(isinf(value_of("1/r", "r", 0, 0)));
}

/* Two expressions do not share variables; one may be evaluated again and again. */
static void test_independence(void **state)
{
  (void)state;
  struct hud_expression *first = NULL, *second = NULL;
  struct hud_error error = {0};
  assert_ok(hud_expression_create(&first, "2*r", "r", &error), &error);
  assert_ok(hud_expression_create(&second, "3*r", "r", &error), &error);
  for (int n = 0; n < 5; n++) {
    double a = n, b = 10.0 + n;
    assert_close(hud_expression_evaluate(first, &a), 2 * a, 0.0);
    assert_close(hud_expression_evaluate(second, &b), 3 * b, 0.0);
  }
  hud_expression_free(first);
  hud_expression_free(second);
  hud_expression_free(NULL);
}

static void test_refused_texts(void **state)
{
  (void)state;
  assert_refused("", "empty");
  assert_refused("   ", "empty");
  assert_refused("r=5", "assign: `=` at character 2");
  assert_refused("r = 5", "assign");
  assert_refused("r+(s=r)", "assign");
  assert_refused("r += 2", "assign");
  assert_refused("\"text\"", "quote at character 1");
  assert_refused("'text'", "quote");
  assert_refused("1;2", "`;` at character 2");
  assert_refused("r@2", "`@`");
  assert_refused("r\\2", "`\\`");
  assert_refused("a[1]", "`[`");
  assert_refused("r\n+1", "byte 0x0a");
  assert_refused("\xce\xb5 + 1", "byte 0xce at position 1");
  assert_refused("r\x01", "byte 0x01");
  assert_refused("1e999", "not known");
  assert_refused("0x10", "not known");
  assert_refused("unknown", "not known: `unknown` at character 1");
  assert_refused("r s", "missing before this variable");
  assert_refused("2 3", "missing");
  assert_refused("r+", "ends too early");
  assert_refused("(r", "not closed");
  assert_refused("r)", "parenthesis");
  assert_refused("sin(r,s)", "too many arguments");
  assert_refused("sin()", "few arguments");
  assert_refused("r,s", "2 values");
  assert_refused("r?1", "no `:`");
  assert_refused("1:2", "no `?`");
}

static void test_sizes(void **state)
{
  (void)state;
  static char text[4001];
  memset(text, 'a', 3000);
  text[3000] = '\0';
  assert_refused(text, "3000 characters");
  text[400] = '\0';
  assert_refused(text, "more than 32 characters, from character 1");
  text[33] = '\0';
  assert_refused(text, "more than 32 characters");
  text[32] = '\0';
  assert_refused(text, "not known");
  memcpy(text, "1+1e5*b", 7);
  memset(text + 7, 'b', 32);
  text[39] = '\0';
  assert_refused(text, "from character 7");
  for (size_t depth = 100; depth <= 249; depth += 149) {
    memset(text, '(', depth);
    text[depth] = 'r';
    memset(text + depth + 1, ')', depth);
    text[2 * depth + 1] = '\0';
    assert_close(value_of(text, "r", 0.25, 0), 0.25, 0.0);
    text[2 * depth] = '\0';
    assert_refused(text, "not closed");
  }
  memset(text, '(', 2000);
  text[2000] = '\0';
  assert_refused(text, "2000 characters");
}

static void test_variables(void **state)
{
  (void)state;
  struct hud_expression *expression = NULL;
  struct hud_error error = {0};
  assert_error(hud_expression_create(&expression, "1",
                                     "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y", &error),
               HUD_ERROR_USAGE, &error, "bad list");
  assert_error(hud_expression_create(&expression, "1", "", &error), HUD_OK, &error, "");
  hud_expression_free(expression);
  assert_error(hud_expression_create(&expression, "1", "a,,b", &error), HUD_ERROR_USAGE, &error,
               "bad list");
}

static void test_variables_in_use(void **state)
{
  (void)state;
  struct hud_expression *expression = NULL;
  struct hud_error error = {0};
  assert_ok(hud_expression_create(&expression, "0*v1x + exp(v1y2)", "v1x,v1y,v1y2,w", &error),
            &error);
  static const bool expected[6] = {true, false, true, false, false, false};
  for (int i = 0; i < 6; i++) /* beyond the list none is in use */
    assert_int_equal(hud_expression_uses(expression, i), expected[i]);
  const double values[4] = {1.0, 5.0, 2.0, 7.0};
  assert_close(hud_expression_evaluate(expression, values), exp(2.0), 1e-14);
  hud_expression_free(expression);
}

/* Random texts over the accepted characters: a value or an error, never a crash. */
static void test_random_texts(void **state)
{
  (void)state;
  static const char letters[] = "rs0123456789.+-*/^()<>=!&|?:, eexpsinminmax";
  struct hud_random random;
  hud_random_seed(&random, 7, 0);
  int good = 0;
  for (int n = 0; n < 20000; n++) {
    char text[64];
    size_t length = 1 + hud_random_below(&random, 20);
    for (size_t c = 0; c < length; c++)
      text[c] = letters[hud_random_below(&random, sizeof letters - 1)];
    text[length] = '\0';
    struct hud_expression *expression = NULL;
    struct hud_error error = {0};
    double values[2] = {0.5, 2.0};
    hud_status status = hud_expression_create(&expression, text, "r,s", &error);
    if (status == HUD_OK) {
      good++;
      hud_expression_evaluate(expression, values);
    } else {
      assert_int_equal(status, HUD_ERROR_INPUT);
      assert_true(error.message[0] != '\0');
    }
    hud_expression_free(expression);
  }
  assert_true(good > 100);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_undefined_values),
      cmocka_unit_test(test_independence),
      cmocka_unit_test(test_refused_texts),
      cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_variables),
      cmocka_unit_test(test_variables_in_use),
      cmocka_unit_test(test_random_texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
