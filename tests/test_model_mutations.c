/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mutated model files: whatever the text, the answer is a model that reads back as itself, or an
 * error of the input with a place and a message. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "config/model_file.h"

enum { MUTATIONS = 6000, MAX_TEXT = 4096 };

static const char model[] =
    "huddle: 1\n"
    "title: \"mutations\"\n"
    "model: hierarchy\n"
    "method: grid\n"
    "epsilon: 0.05\n"
    "clusters: 4\n"
    "rates:\n"
    "  lambda: {default: 1.0, \"1,1\": 1.0, \"1,2\": 0.8}\n"
    "  mu: {type: expression, expression: \"1 + i*j\"}\n"
    "potential: {type: power, exponent: 2}\n"
    "velocity: {min: -8, max: 8, cells: 256, regrid: false, drift: auto}\n"
    "initial:\n"
    "  f1: {mixture: [{gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}, {atoms: [[1, 2], [3, "
    "4]]}]}\n"
    "  f2: {product: {mass: 0.1, density: {table: [[0, 0], [1, 2], [3, 0]]}}}\n"
    "  f3: {atoms: [[0.1, 1, 2, 3]]}\n"
    "  clusters: quasi_stationary\n"
    "time: {end: 3.0, output_every: 0.05}\n"
    "solver: {rtol: 1.0e-8, atol: 1.0e-12}\n";

static const char *const pieces[] = {
    ".nan",   ".inf", "-1",      "1e999", "0",           "null", "~",
    "[]",     "{}",   "[",       "]",     "{",           "}",    ": ",
    ", ",     "\n",   "\t",      "\"",    "'",           "&a ",  "*a",
    "!!int ", "<<: ", "---\n",   "...\n", "%YAML 1.1\n", "# ",   "| ",
    "> ",     "? ",   "\\0",     "\xff",  "\xc3\xa9",    "\x01", "99999999999999999999",
    "zero",   "true", "initial", "f1",    "type",        "- ",   "=",
};

/* One random change: a byte, a digit, a removed or doubled stretch, or a piece of YAML put in. */
static void mutate(char *text, struct hud_random *random)
{
  size_t length = strlen(text);
  size_t at = hud_random_below(random, length), span = 1 + hud_random_below(random, 20);
  if (span > length - at)
    span = length - at;
  switch (hud_random_below(random, 5)) {
  case 0:
    text[at] = (char)(1 + hud_random_below(random, 255));
    break;
  case 4:
    text[at] = " 0123456789.e-"[hud_random_below(random, 14)];
    break;
  case 1:
    if (length > span + 10)
      memmove(text + at, text + at + span, length - at - span + 1);
    break;
  case 2:
    if (length + span < MAX_TEXT)
      memmove(text + at + span, text + at, length - at + 1);
    break;
  default: {
    const char *piece = pieces[hud_random_below(random, sizeof pieces / sizeof pieces[0])];
    size_t added = strlen(piece);
    if (length + added < MAX_TEXT) {
      memmove(text + at + added, text + at, length - at + 1);
      memcpy(text + at, piece, added);
    }
  }
  }
}

static void assert_reads_back(const struct hud_model_file *file)
{
  struct hud_model_file *again = NULL;
  struct hud_error error = {0};
  const char *text = hud_model_file_resolved(file);
  assert_ok(hud_model_file_parse(&again, "again.yaml", text, strlen(text), NULL, 0, &error),
            &error);
  assert_string_equal(hud_model_file_resolved(again), text);
  hud_model_file_free(again);
}

static void test_mutations(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 2026, 1);
  int good = 0;
  for (int n = 0; n < MUTATIONS; n++) {
    char text[MAX_TEXT];
    strcpy(text, model);
    for (uint64_t changes = 1 + hud_random_below(&random, 3); changes > 0; changes--)
      mutate(text, &random);
    struct hud_model_file *file = NULL;
    struct hud_error error = {0};
    hud_status status = hud_model_file_parse(&file, "m.yaml", text, strlen(text), NULL, 0, &error);
    if (status == HUD_OK) {
      good++;
      assert_reads_back(file);
    } else if (status != HUD_ERROR_INPUT || strncmp(error.where, "m.yaml:", 7) != 0 ||
               error.message[0] == '\0') {
      print_error("status %s at `%s`: %s\n%s\n", hud_status_name(status), error.where,
                  error.message, text);
      fail();
    }
    hud_model_file_free(file);
  }
  assert_true(good > 50 && good < MUTATIONS / 2);
}

/* The same for overrides. */
static void test_mutated_overrides(void **state)
{
  (void)state;
  static const char *const overrides[] = {"initial.f1.mixture.0.gaussian.stddev=2.5",
                                          "rates.lambda={default: 2, \"1,1\": 3}",
                                          "initial.f2={atoms: [[1, 2, 3]]}", "velocity.cells=128",
                                          "potential={type: expression, force: \"r*exp(-r^2)\"}"};
  struct hud_random random;
  hud_random_seed(&random, 2026, 2);
  int good = 0;
  for (int n = 0; n < MUTATIONS / 2; n++) {
    char text[MAX_TEXT];
    strcpy(text, overrides[n % 5]);
    if (n >= 5)
      mutate(text, &random);
    const char *override = text;
    struct hud_model_file *file = NULL;
    struct hud_error error = {0};
    hud_status status =
        hud_model_file_parse(&file, "m.yaml", model, strlen(model), &override, 1, &error);
    good += status == HUD_OK;
    if (status == HUD_OK)
      assert_reads_back(file);
    else
      assert_true(status == HUD_ERROR_INPUT && error.where[0] != '\0' && error.message[0] != '\0');
    hud_model_file_free(file);
  }
  assert_true(good >= 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mutations),
      cmocka_unit_test(test_mutated_overrides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
