/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every model of tests/bad is refused with exactly the place and the message of its .expected
 * file, which is what the program prints. Runs in the root of the source tree. */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "config/model_file.h"

static const char folder[] = "tests/bad";

static int is_model(const struct dirent *entry)
{
  size_t length = strlen(entry->d_name);
  return length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

/* Returns true if the model is refused as expected. */
static bool check_model(const char *name)
{
  char path[512], printed[HUD_ERROR_WHERE + HUD_ERROR_TEXT + 8];
  char *expected = NULL;
  size_t length;
  struct hud_error error = {0};
  struct hud_model_file *file = NULL;
  snprintf(path, sizeof path, "%s/%.*s.expected", folder, (int)strlen(name) - 5, name);
  assert_ok(hud_file_read(&expected, &length, path, sizeof printed, &error), &error);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  hud_status status = hud_model_file_load(&file, path, NULL, 0, &error);
  snprintf(printed, sizeof printed, "%s: %s\n", error.where, error.message);
  bool same = status == HUD_ERROR_INPUT && file == NULL && strcmp(printed, expected) == 0;
  if (!same)
    print_error("%s: status %s, got\n%sexpected\n%s", name, hud_status_name(status), printed,
                expected);
  hud_model_file_free(file);
  hud_free(expected);
  return same;
}

static void test_bad_models(void **state)
{
  (void)state;
  struct dirent **entries = NULL;
  int wrong = 0, count = scandir(folder, &entries, is_model, alphasort);
  assert_true(count >= 45);
  for (int n = 0; n < count; n++) {
    wrong += !check_model(entries[n]->d_name);
    free(entries[n]);
  }
  free(entries);
  assert_int_equal(wrong, 0);
}

/* The twin: what the bad models were made from is good. */
static void test_good_models(void **state)
{
  (void)state;
  static const char *const paths[] = {"models/first_order.yaml", "models/instantaneous.yaml"};
  for (size_t p = 0; p < sizeof paths / sizeof paths[0]; p++) {
    struct hud_error error = {0};
    struct hud_model_file *file = NULL;
    assert_ok(hud_model_file_load(&file, paths[p], NULL, 0, &error), &error);
    assert_int_equal(hud_model_file_note_count(file), 0);
    hud_model_file_free(file);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bad_models),
      cmocka_unit_test(test_good_models),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
