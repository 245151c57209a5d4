/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables and their CSV files: what is written comes back to the last bit; what is damaged is an
 * error with its place. */
#define _XOPEN_SOURCE 700
#include "scratch.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#include "base/random.h"
#include "output/csv.h"
#include "output/table.h"

static void test_table_grows_and_finds(void **state)
{
  (void)state;
  const char *const names[] = {"t", "mass", "f1_m0", "M12", "M2"};
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  assert_ok(hud_table_create(&table, 5, names, &error), &error);
  for (int r = 0; r < 1000; r++)
    assert_ok(hud_table_add(table, (double[]){r, 2.0 * r, 3.0 * r, 4.0 * r, 5.0 * r}, &error),
              &error);
  assert_int_equal(table->row_count, 1000);
  for (size_t c = 0; c < 5; c++) {
    size_t column = 99;
    assert_ok(hud_table_find(table, names[c], &column, &error), &error);
    assert_int_equal(column, c);
    assert_true(hud_table_has(table, names[c]));
    for (size_t r = 0; r < 1000; r++)
      assert_true(hud_table_value(table, r, c) == (double)(c + 1) * (double)r);
  }
  hud_table_free(table);
}

static void test_table_errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  static const char *const bad[] = {"", "1a", "a,b", "a b", "a\"", "a\nb", "\xc3\xa9", NULL};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *names[] = {"t", bad[i]};
    assert_error(hud_table_create(&table, 2, names, &error), HUD_ERROR_USAGE, &error, "column 2");
    assert_null(table);
  }
  const char *const twice[] = {"t", "x", "y", "x"};
  assert_error(hud_table_create(&table, 4, twice, &error), HUD_ERROR_USAGE, &error, "named 'x'");
  assert_error(hud_table_create(&table, 0, twice, &error), HUD_ERROR_USAGE, &error, "column");
  assert_ok(hud_table_create(&table, 3, twice, &error), &error);
  size_t column;
  assert_error(hud_table_find(table, "z", &column, &error), HUD_ERROR_INPUT, &error, "t, x, y");
  assert_false(hud_table_has(table, "z"));
  hud_table_free(table);
}

static void fill_with_corners(struct hud_table *table)
{
  static const double corners[] = {0.0,      -0.0,      1.0,          -1.0,   DBL_MIN,  -DBL_MIN,
                                   DBL_MAX,  -DBL_MAX,  DBL_TRUE_MIN, 0.1,    1.0 / 3., DBL_EPSILON,
                                   INFINITY, -INFINITY, (double)NAN,  1e-300, 1e22};
  enum { CORNERS = sizeof corners / sizeof *corners };
  struct hud_random random;
  hud_random_seed(&random, 7, 0);
  for (int r = 0; r < 500; r++) {
    double row[3];
    for (int c = 0; c < 3; c++) {
      double u = hud_random_uniform(&random);
      int exponent = (int)(2000.0 * hud_random_uniform(&random)) - 1000;
      row[c] = r < CORNERS ? corners[(r + c) % CORNERS] : ldexp(u - 0.5, exponent);
    }
    struct hud_error error = {0};
    assert_ok(hud_table_add(table, row, &error), &error);
  }
}

static void assert_same_bits(const struct hud_table *a, const struct hud_table *b)
{
  assert_int_equal(a->column_count, b->column_count);
  assert_int_equal(a->row_count, b->row_count);
  for (size_t c = 0; c < a->column_count; c++)
    assert_string_equal(a->names[c], b->names[c]);
  for (size_t i = 0; i < a->row_count * a->column_count; i++) {
    if (isnan(a->values[i]))
      assert_true(isnan(b->values[i]));
    else
      assert_memory_equal(&a->values[i], &b->values[i], sizeof(double));
  }
}

static void round_trip(const char *folder)
{
  char path[SCRATCH_PATH];
  const char *const names[] = {"t", "variance", "X_se"};
  struct hud_error error = {0};
  struct hud_table *table = NULL, *back = NULL;
  assert_ok(hud_table_create(&table, 3, names, &error), &error);
  fill_with_corners(table);
  assert_ok(hud_csv_write(table, folder, "a.csv", &error), &error);
  assert_int_equal(scratch_count(folder), 1);
  assert_ok(hud_csv_read(&back, scratch_path(path, folder, "a.csv"), &error), &error);
  assert_same_bits(table, back);
  hud_table_free(table);
  hud_table_free(back);
}

static void test_csv_round_trip(void **state)
{
  round_trip(*state);
}

/* A program under a locale with a decimal comma must write and read the same file. */
static void test_csv_in_comma_locale(void **state)
{
  static const char *const candidates[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
  const char *found = NULL;
  for (size_t i = 0; found == NULL && i < sizeof candidates / sizeof *candidates; i++)
    found = setlocale(LC_ALL, candidates[i]);
  if (found == NULL) {
    print_message("skipped: no locale with a decimal comma is installed\n");
    skip();
  }
  char text[32];
  snprintf(text, sizeof text, "%g", 0.5);
  assert_string_equal(text, "0,5");
  round_trip(*state);
  setlocale(LC_ALL, "C");
}

static void test_csv_text(void **state)
{
  const char *folder = *state;
  const char *const names[] = {"t", "x", "y"};
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  assert_ok(hud_table_create(&table, 3, names, &error), &error);
  assert_ok(hud_table_add(table, (double[]){0.0, (double)NAN, 0.1}, &error), &error);
  assert_ok(hud_table_add(table, (double[]){1.0, -2.0, (double)NAN}, &error), &error);
  assert_ok(hud_csv_write(table, folder, "a.csv", &error), &error);
  char *text = scratch_read(folder, "a.csv", NULL);
  assert_string_equal(text, "t,x,y\n0,,0.10000000000000001\n1,-2,\n");
  free(text);
  hud_table_free(table);
}

static void test_csv_reads_other_line_ends(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  const char text[] = "t,x\r\n1,2\r\n3,";
  scratch_write(folder, "a.csv", text, strlen(text));
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  assert_ok(hud_csv_read(&table, scratch_path(path, folder, "a.csv"), &error), &error);
  assert_int_equal(table->row_count, 2);
  assert_close(hud_table_value(table, 0, 1), 2.0, 0.0);
  assert_close(hud_table_value(table, 1, 0), 3.0, 0.0);
  assert_true(isnan(hud_table_value(table, 1, 1)));
  hud_table_free(table);
}

static void test_csv_errors(void **state)
{
  const char *folder = *state;
  static const struct {
    const char *text, *where, *message;
  } cases[] = {
      {"", "a.csv:0", "empty"},
      {"t,x\n1,2\n1\n", "a.csv:3", "1 cell; the header has 2"},
      {"t,x\n1,2,3\n", "a.csv:2", "3 cells; the header has 2"},
      {"t,x\n1,2\n\n", "a.csv:3", "1 cell"},
      {"t,x\n1,2\n3,4e\n", "a.csv:3:3", "'4e' is not a number (column 'x')"},
      {"t,x\n1,2 3\n", "a.csv:2:3", "not a number"},
      {"t,x\n1,0x\n", "a.csv:2:3", "not a number"},
      {"t,x\n1,1e999\n", "a.csv:2:3", "not a number"},
      {"t,x\n1;2,3\n", "a.csv:2:1", "not a number"},
      {"t,t\n1,2\n", "a.csv:1", "named 't'"},
      {"t,,x\n1,2,3\n", "a.csv:1", "column 2"},
      {"\"t\",x\n1,2\n", "a.csv:1", "column 1"},
  };
  char path[SCRATCH_PATH];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct hud_error error = {0};
    struct hud_table *table = NULL;
    scratch_write(folder, "a.csv", cases[i].text, strlen(cases[i].text));
    assert_error(hud_csv_read(&table, scratch_path(path, folder, "a.csv"), &error), HUD_ERROR_INPUT,
                 &error, cases[i].message);
    assert_string_equal(strrchr(error.where, '/') + 1, cases[i].where);
    assert_null(table);
  }
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  scratch_write(folder, "a.csv", "t\n1\0\n", 5);
  assert_error(hud_csv_read(&table, path, &error), HUD_ERROR_INPUT, &error, "NUL");
  assert_error(hud_csv_read(&table, folder, &error), HUD_ERROR_INPUT, &error, "regular");
  assert_error(hud_csv_read(&table, scratch_path(path, folder, "no.csv"), &error), HUD_ERROR_INPUT,
               &error, "No such file");
}

static void test_csv_write_errors(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  const char *const names[] = {"t"};
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  assert_ok(hud_table_create(&table, 1, names, &error), &error);
  assert_error(hud_csv_write(table, scratch_path(path, folder, "none"), "a.csv", &error),
               HUD_ERROR_OUTPUT, &error, "a.csv");
  /* a folder in the way of the temporary, then of the final name */
  assert_int_equal(mkdir(scratch_path(path, folder, "a.csv.tmp"), 0777), 0);
  assert_error(hud_csv_write(table, folder, "a.csv", &error), HUD_ERROR_OUTPUT, &error,
               "not a regular file");
  assert_int_equal(rmdir(path), 0);
  assert_int_equal(mkdir(scratch_path(path, folder, "a.csv"), 0777), 0);
  assert_error(hud_csv_write(table, folder, "a.csv", &error), HUD_ERROR_OUTPUT, &error, "rename");
  assert_int_equal(scratch_count(folder), 1);
  hud_table_free(table);
}

/* A link under the temporary name is replaced, not written through. */
static void test_csv_does_not_follow_links(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH], target[SCRATCH_PATH];
  scratch_write(folder, "precious", "keep", 4);
  assert_int_equal(
      symlink(scratch_path(target, folder, "precious"), scratch_path(path, folder, "a.csv.tmp")),
      0);
  const char *const names[] = {"t"};
  struct hud_error error = {0};
  struct hud_table *table = NULL;
  assert_ok(hud_table_create(&table, 1, names, &error), &error);
  assert_ok(hud_csv_write(table, folder, "a.csv", &error), &error);
  char *text = scratch_read(folder, "precious", NULL);
  assert_string_equal(text, "keep");
  free(text);
  hud_table_free(table);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table_grows_and_finds),
      cmocka_unit_test(test_table_errors),
      scratch_unit_test(test_csv_round_trip),
      scratch_unit_test(test_csv_in_comma_locale),
      scratch_unit_test(test_csv_text),
      scratch_unit_test(test_csv_reads_other_line_ends),
      scratch_unit_test(test_csv_errors),
      scratch_unit_test(test_csv_write_errors),
      scratch_unit_test(test_csv_does_not_follow_links),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
