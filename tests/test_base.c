/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ground: errors, allocation, sums, random streams, whole-or-absent files, log. */
#define _XOPEN_SOURCE 700
#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "scratch.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/power_rule.h"
#include "base/random.h"
#include "base/sum.h"

/* ---- errors ---- */

static void test_error_text(void **state)
{
  (void)state;
  struct hud_error error;
  memset(&error, 'x', sizeof error);
  assert_int_equal(hud_fail(&error, HUD_ERROR_COMPUTE, "step %d at t = %g", 7, 0.5),
                   HUD_ERROR_COMPUTE);
  assert_int_equal(error.code, HUD_ERROR_COMPUTE);
  assert_string_equal(error.message, "step 7 at t = 0.5");
  assert_string_equal(error.where, "");
  assert_int_equal(hud_fail_at(&error, HUD_ERROR_INPUT, "a.yaml:3:5", "no"), HUD_ERROR_INPUT);
  assert_string_equal(error.where, "a.yaml:3:5");
  assert_int_equal(hud_fail_at(&error, HUD_ERROR_INPUT, NULL, "no"), HUD_ERROR_INPUT);
  assert_string_equal(error.where, "");
  assert_int_equal(hud_fail_memory(&error, "a grid", 123), HUD_ERROR_MEMORY);
  assert_string_equal(error.message, "not enough memory for a grid (123 bytes)");
  assert_int_equal(hud_fail(NULL, HUD_ERROR_OUTPUT, "nobody listens"), HUD_ERROR_OUTPUT);
}

static void test_error_text_is_cut(void **state)
{
  (void)state;
  struct {
    struct hud_error error;
    char guard;
  } held = {.guard = 'g'};
  char text[2 * HUD_ERROR_TEXT];
  memset(text, 'a', sizeof text);
  text[sizeof text - 1] = '\0';
  hud_fail_at(&held.error, HUD_ERROR_INPUT, text, "%s", text);
  assert_int_equal(strlen(held.error.message), HUD_ERROR_TEXT - 1);
  assert_int_equal(strlen(held.error.where), HUD_ERROR_WHERE - 1);
  assert_int_equal(held.guard, 'g');
}

static void test_status_names(void **state)
{
  (void)state;
  for (int a = HUD_OK; a <= HUD_ERROR_OUTPUT; a++) {
    assert_string_not_equal(hud_status_name((hud_status)a), "unknown");
    for (int b = HUD_OK; b < a; b++)
      assert_string_not_equal(hud_status_name((hud_status)a), hud_status_name((hud_status)b));
  }
  assert_string_equal(hud_status_name((hud_status)99), "unknown");
}

/* ---- allocation ---- */

/* AddressSanitizer would end the program where an allocation is meant to fail. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
  return "allocator_may_return_null=1";
}

static void test_alloc(void **state)
{
  (void)state;
  struct hud_error error = {0};
  for (size_t count = 0; count < 300; count += 7) {
    double *block = NULL;
    assert_ok(HUD_NEW(&block, count, "numbers", &error), &error);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % 64, 0);
    for (size_t i = 0; i < count; i++)
      assert_true(block[i] == 0.0);
    memset(block, 0xff, count * sizeof *block); /* so that a reused block would show */
    hud_free(block);
  }
  hud_free(NULL);
}

static void test_alloc_overflow(void **state)
{
  (void)state;
  struct hud_error error = {0};
  const size_t counts[] = {SIZE_MAX, SIZE_MAX / 8, SIZE_MAX / 8 + 2, SIZE_MAX / 16};
  for (int i = 0; i < 4; i++) {
    double *block = (double *)1;
    assert_error(HUD_NEW(&block, counts[i], "too many numbers", &error), HUD_ERROR_MEMORY, &error,
                 "too many numbers");
    assert_null(block);
  }
}

static void test_grow(void **state)
{
  (void)state;
  struct hud_error error = {0};
  int *block = NULL;
  assert_ok(hud_grow(&block, 0, 3, sizeof *block, "a list", &error), &error);
  for (int i = 0; i < 3; i++)
    block[i] = i + 1;
  assert_ok(hud_grow(&block, 3, 100, sizeof *block, "a list", &error), &error);
  for (int i = 0; i < 100; i++)
    assert_int_equal(block[i], i < 3 ? i + 1 : 0);
  int *before = block;
  assert_error(hud_grow(&block, 100, SIZE_MAX / 2, sizeof *block, "a list", &error),
               HUD_ERROR_MEMORY, &error, "a list");
  assert_ptr_equal(block, before); /* still there */
  assert_int_equal(block[2], 3);
  hud_free(block);
  char *text = (char *)1;
  assert_ok(hud_copy_text(&text, NULL, &error), &error);
  assert_null(text);
  assert_ok(hud_copy_text(&text, "lambda", &error), &error);
  assert_string_equal(text, "lambda");
  hud_free(text);
}

/* ---- sums ---- */

static void test_compensated_sum(void **state)
{
  (void)state;
  const double hard[4] = {1.0, 1e100, 1.0, -1e100};
  struct hud_sum sum = {0.0, 0.0};
  for (int i = 0; i < 4; i++)
    hud_sum_add(&sum, hard[i]);
  assert_true(hud_sum_result(&sum) == 2.0); /* a plain sum gives 0 */
  sum = (struct hud_sum){0.0, 0.0};
  double plain = 0.0;
  for (int i = 0; i < 1000000; i++) {
    hud_sum_add(&sum, 0.1);
    plain += 0.1;
  }
  double exact = 100000.000000000005551115123125782702; /* 1e6 times the double 0.1 */
  assert_close(hud_sum_result(&sum), exact, 2e-11);
  assert_true(fabs(plain - exact) > 1e-7);
}

/* ---- random streams ---- */

static void test_xoshiro_vector(void **state)
{
  (void)state;
  const uint64_t expected[6] = {UINT64_C(41943041),
                                UINT64_C(58720359),
                                UINT64_C(3588806011781223),
                                UINT64_C(3591011842654386),
                                UINT64_C(9228616714210784205),
                                UINT64_C(9973669472204895162)};
  struct hud_random random = {{1, 2, 3, 4}};
  for (int i = 0; i < 6; i++)
    assert_true(hud_random_bits(&random) == expected[i]);
}

static double uniform_law(double x)
{
  return x;
}
static double exponential_law(double x)
{
  return -expm1(-x);
}
static double normal_law(double x)
{
  return 0.5 * erfc(-x / sqrt(2.0));
}
static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}
static double draw_uniform(struct hud_random *random)
{
  return hud_random_uniform(random);
}

/* Kolmogorov and Smirnov's distance, below 1.95/sqrt(n) but for one seed in a thousand, and the
 * first four moments within four standard errors. */
static void test_distributions(void **state)
{
  (void)state;
  enum { COUNT = 100000 };
  static double sample[COUNT];
  static const struct {
    double (*draw)(struct hud_random *random);
    double (*law)(double x);
    double moment[9]; /* E x^p */
  } laws[3] = {{draw_uniform,
                uniform_law,
                {1.0, 1 / 2., 1 / 3., 1 / 4., 1 / 5., 1 / 6., 1 / 7., 1 / 8., 1 / 9.}},
               {hud_random_exponential, exponential_law, {1, 1, 2, 6, 24, 120, 720, 5040, 40320}},
               {hud_random_normal, normal_law, {1, 0, 1, 0, 3, 0, 15, 0, 105}}};
  for (int l = 0; l < 3; l++) {
    struct hud_random random;
    double sum[5] = {0.0}, distance = 0.0;
    hud_random_seed(&random, 20240607, (uint64_t)l);
    for (int i = 0; i < COUNT; i++) {
      sample[i] = laws[l].draw(&random);
      for (int p = 1; p <= 4; p++)
        sum[p] += pow(sample[i], p);
    }
    for (int p = 1; p <= 4; p++) {
      double variance = laws[l].moment[2 * p] - laws[l].moment[p] * laws[l].moment[p];
      assert_close(sum[p] / COUNT, laws[l].moment[p], 4.0 * sqrt(variance / COUNT));
    }
    qsort(sample, COUNT, sizeof sample[0], ascending);
    for (int i = 0; i < COUNT; i++) {
      double law = laws[l].law(sample[i]);
      distance = fmax(distance, fmax(law - (double)i / COUNT, (double)(i + 1) / COUNT - law));
    }
    assert_below(distance, 1.95 / sqrt(COUNT));
  }
}

/* Correlations between and along streams: standard error 1/sqrt(n). Streams of one seed, the same
 * stream of neighbouring seeds, and pairs that a careless mixing would make equal. */
static void test_streams_are_independent(void **state)
{
  (void)state;
  enum { COUNT = 20000, STREAMS = 7 };
  static double value[STREAMS][COUNT];
  const uint64_t key[STREAMS][2] = {{1, 0}, {1, 1}, {1, 2}, {2, 0}, {0, 1}, {2, 1}, {0, 0}};
  for (int s = 0; s < STREAMS; s++) {
    struct hud_random random;
    hud_random_seed(&random, key[s][0], key[s][1]);
    for (int i = 0; i < COUNT; i++)
      value[s][i] = sqrt(12.0) * (hud_random_uniform(&random) - 0.5);
  }
  for (int a = 0; a < STREAMS; a++)
    for (int b = 0; b <= a; b++)
      for (int lag = a == b ? 1 : 0; lag < 4; lag++) {
        double sum = 0.0, squares = 0.0;
        for (int i = lag; i < COUNT; i++) {
          sum += value[a][i] * value[b][i - lag];
          squares +=
              (value[a][i] * value[a][i] - 1.0) * (value[b][i - lag] * value[b][i - lag] - 1.0);
        }
        assert_close(sum / COUNT, 0.0, 4.5 / sqrt(COUNT));
        assert_close(squares / COUNT / 0.8, 0.0, 4.5 / sqrt(COUNT)); /* Var x^2 = 4/5 */
      }
}

static void test_seed_decides(void **state)
{
  (void)state;
  struct hud_random a, b;
  hud_random_seed(&a, 5, 6);
  hud_random_seed(&b, 5, 6);
  for (int i = 0; i < 10; i++)
    assert_true(hud_random_bits(&a) == hud_random_bits(&b));
  struct hud_random copy = a; /* a checkpoint */
  double next = hud_random_normal(&a);
  assert_true(hud_random_normal(&copy) == next);
}

static void test_below_is_fair(void **state)
{
  (void)state;
  enum { COUNT = 70000 };
  struct hud_random random;
  hud_random_seed(&random, 12, 0);
  int hits[7] = {0};
  for (int i = 0; i < COUNT; i++) {
    uint64_t value = hud_random_below(&random, 7);
    assert_true(value < 7);
    hits[value]++;
  }
  double chi = 0.0;
  for (int i = 0; i < 7; i++)
    chi += pow(hits[i] - COUNT / 7.0, 2.0) / (COUNT / 7.0);
  assert_below(chi, 22.5); /* one in a thousand, six degrees of freedom */
  assert_true(hud_random_below(&random, 1) == 0);
  /* of 3 * 2^62 numbers a plain remainder would hit the first third twice as often */
  int low = 0;
  for (int i = 0; i < 9000; i++)
    low += hud_random_below(&random, UINT64_C(3) << 62) < UINT64_C(1) << 62;
  assert_close(low / 9000.0, 1.0 / 3.0, 0.02);
}

/* ---- files ---- */

static void test_file_commit(void **state)
{
  (void)state;
  char folder[SCRATCH_PATH];
  scratch_create(folder);
  scratch_write(folder, "result.csv", "old", 3);
  struct hud_file file;
  struct hud_error error = {0};
  assert_ok(hud_file_create(&file, folder, "result.csv", &error), &error);
  fprintf(file.stream, "new result");
  assert_int_equal(scratch_count(folder), 2); /* the old one is untouched so far */
  assert_ok(hud_file_commit(&file, &error), &error);
  hud_file_discard(&file); /* safe */
  assert_int_equal(scratch_count(folder), 1);
  char *text = scratch_read(folder, "result.csv", NULL);
  assert_string_equal(text, "new result");
  free(text);
  scratch_remove(folder);
}

static void test_file_discard(void **state)
{
  (void)state;
  char folder[SCRATCH_PATH];
  scratch_create(folder);
  struct hud_file file;
  struct hud_error error = {0};
  assert_ok(hud_file_create(&file, folder, "result.csv", &error), &error);
  fprintf(file.stream, "half a res");
  hud_file_discard(&file);
  hud_file_discard(&file);
  assert_int_equal(scratch_count(folder), 0);
  scratch_remove(folder);
}

/* A write that fails, as on a full disk: by a limit on the size of files. It may be past by the
 * time of the commit: what was lost in between must not be forgotten. */
static void check_file_that_does_not_fit(bool until_the_end)
{
  char folder[SCRATCH_PATH];
  scratch_create(folder);
  scratch_write(folder, "result.csv", "old", 3);
  struct hud_file file;
  struct hud_error error = {0};
  struct rlimit limit, small;
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  small = limit;
  small.rlim_cur = 8192;
  assert_ok(hud_file_create(&file, folder, "result.csv", &error), &error);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  for (int i = 0; i < 10000; i++)
    fprintf(file.stream, "%d,%d\n", i, i);
  if (!until_the_end)
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  hud_status status = hud_file_commit(&file, &error);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, handler);
  assert_error(status, HUD_ERROR_OUTPUT, &error, "result.csv");
  assert_int_equal(scratch_count(folder), 1); /* no .tmp, and the old result as it was */
  char *text = scratch_read(folder, "result.csv", NULL);
  assert_string_equal(text, "old");
  free(text);
  scratch_remove(folder);
}

static void test_file_that_does_not_fit(void **state)
{
  (void)state;
  check_file_that_does_not_fit(true);
  check_file_that_does_not_fit(false);
}

static void test_file_that_cannot_be_made(void **state)
{
  (void)state;
  char folder[SCRATCH_PATH], path[SCRATCH_PATH];
  scratch_create(folder);
  struct hud_file file;
  struct hud_error error = {0};
  assert_error(hud_file_create(&file, scratch_path(path, folder, "nowhere"), "a", &error),
               HUD_ERROR_OUTPUT, &error, "nowhere/a.tmp");
  assert_null(file.stream);
  hud_file_discard(&file);
  scratch_write(folder, "plain", "x", 1);
  assert_error(hud_file_create(&file, scratch_path(path, folder, "plain"), "a", &error),
               HUD_ERROR_OUTPUT, &error, "plain/a.tmp");
  if (geteuid() != 0) { /* root may write anywhere */
    assert_int_equal(chmod(folder, 0500), 0);
    assert_error(hud_file_create(&file, folder, "a", &error), HUD_ERROR_OUTPUT, &error,
                 "Permission denied");
    assert_int_equal(chmod(folder, 0700), 0);
  }
  /* the final name is a folder: nothing is left behind */
  assert_int_equal(mkdir(scratch_path(path, folder, "taken"), 0700), 0);
  assert_ok(hud_file_create(&file, folder, "taken", &error), &error);
  assert_error(hud_file_commit(&file, &error), HUD_ERROR_OUTPUT, &error, "taken");
  assert_int_equal(scratch_count(folder), 2);
  scratch_remove(folder);
}

/* What stands under the temporary name: a link is not followed, a folder is an error. */
static void test_leftovers(void **state)
{
  (void)state;
  char folder[SCRATCH_PATH], path[SCRATCH_PATH], precious[SCRATCH_PATH];
  scratch_create(folder);
  scratch_write(folder, "precious", "data", 4);
  assert_int_equal(
      symlink(scratch_path(precious, folder, "precious"), scratch_path(path, folder, "a.tmp")), 0);
  struct hud_file file;
  struct hud_error error = {0};
  assert_ok(hud_file_create(&file, folder, "a", &error), &error);
  fprintf(file.stream, "mine");
  assert_ok(hud_file_commit(&file, &error), &error);
  char *text = scratch_read(folder, "precious", NULL);
  assert_string_equal(text, "data");
  free(text);
  assert_int_equal(mkdir(scratch_path(path, folder, "b.tmp"), 0700), 0);
  assert_error(hud_file_create(&file, folder, "b", &error), HUD_ERROR_OUTPUT, &error,
               "not a regular file");
  assert_true(scratch_has(folder, "b.tmp"));
  scratch_remove(folder);
}

static void test_directories(void **state)
{
  (void)state;
  char folder[SCRATCH_PATH], path[SCRATCH_PATH];
  scratch_create(folder);
  struct hud_error error = {0};
  scratch_path(path, folder, "a/b//c/");
  assert_false(hud_path_exists(path));
  assert_ok(hud_directory_create(path, &error), &error);
  assert_true(hud_path_exists(path));
  assert_ok(hud_directory_create(path, &error), &error);
  scratch_write(folder, "file", "x", 1);
  assert_error(hud_directory_create(scratch_path(path, folder, "file/d"), &error), HUD_ERROR_OUTPUT,
               &error, "make the folder");
  assert_error(hud_directory_create("", &error), HUD_ERROR_OUTPUT, &error, "make the folder");
  char *joined = NULL;
  assert_ok(hud_path_join(&joined, "x/y", "z", &error), &error);
  assert_string_equal(joined, "x/y/z");
  hud_free(joined);
  scratch_remove(folder);
}

static void test_file_read(void **state)
{
  (void)state;
  char folder[SCRATCH_PATH], path[SCRATCH_PATH], *text = NULL;
  size_t length;
  struct hud_error error = {0};
  scratch_create(folder);
  scratch_write(folder, "model", "a\0b", 3);
  scratch_path(path, folder, "model");
  assert_ok(hud_file_read(&text, &length, path, 3, &error), &error);
  assert_int_equal(length, 3);
  assert_memory_equal(text, "a\0b", 4); /* and the NUL after it */
  hud_free(text);
  assert_error(hud_file_read(&text, &length, path, 2, &error), HUD_ERROR_INPUT, &error,
               "the limit is 2");
  assert_null(text);
  assert_error(hud_file_read(&text, &length, folder, 100, &error), HUD_ERROR_INPUT, &error,
               "not a regular file");
  assert_error(hud_file_read(&text, &length, "/dev/zero", 100, &error), HUD_ERROR_INPUT, &error,
               "not a regular file");
  assert_int_equal(mkfifo(scratch_path(path, folder, "pipe"), 0600), 0); /* must not wait */
  assert_error(hud_file_read(&text, &length, path, 100, &error), HUD_ERROR_INPUT, &error,
               "not a regular file");
  assert_error(hud_file_read(&text, &length, scratch_path(path, folder, "none"), 100, &error),
               HUD_ERROR_INPUT, &error, "No such file");
  scratch_remove(folder);
}

/* ---- log ---- */

static void read_log(FILE *stream, char text[1024])
{
  rewind(stream);
  size_t length = fread(text, 1, 1023, stream);
  text[length] = '\0';
}

static void test_log(void **state)
{
  (void)state;
  for (int quiet = 0; quiet < 2; quiet++) {
    struct hud_stream_log held;
    char text[1024];
    FILE *stream = tmpfile();
    assert_non_null(stream);
    struct hud_log log = hud_log_to_stream(&held, stream, quiet != 0);
    hud_log_info(&log, "n = %d", 256);
    hud_log_progress(&log, 0.5, "t = %g", 1.5); /* too early for a line in a file */
    hud_log_warning(&log, "lost %.1f %%", 2.5);
    read_log(stream, text);
    assert_string_equal(text, quiet ? "warning: lost 2.5 %\n" : "n = 256\nwarning: lost 2.5 %\n");
    held.last -= 60.0; /* a minute later */
    hud_log_progress(&log, 0.5, "t = %g", 1.5);
    read_log(stream, text);
    assert_true((strstr(text, "t = 1.5, 50 %") != NULL) == (quiet == 0));
    fclose(stream);
  }
  hud_log_info(NULL, "nobody listens");
  hud_log_warning(NULL, "nobody listens");
  hud_log_progress(NULL, 0.5, "nobody listens");
  double before = hud_clock();
  assert_true(hud_clock() >= before);
}

/* Moments of a u^{a-1} on [0, 1]: a/(a + p). */
static void test_power_rule(void **state)
{
  (void)state;
  static const double exponents[] = {0.02, 0.3, 1.0, 1.5, 7.0, 170.0, 600.0, 1e5};
  double nodes[24], weights[24];
  struct hud_error error;
  for (int i = 0; i < 8; i++) {
    double a = exponents[i];
    assert_ok(hud_power_rule(24, a, nodes, weights, &error), &error);
    for (int p = 0; p < 48; p++) {
      double sum = 0.0;
      for (int j = 0; j < 24; j++) {
        assert_true(nodes[j] >= 0.0 && nodes[j] <= 1.0 && weights[j] >= 0.0);
        sum += weights[j] * pow(nodes[j], p);
      }
      assert_close(sum, a / (a + p), 1e-13);
    }
  }
  assert_ok(hud_power_rule(1, 2.0, nodes, weights, &error), &error);
  assert_close(nodes[0], 2.0 / 3.0, 1e-15);
  static const double wrong[] = {0.0, -1.0, NAN, INFINITY};
  for (int i = 0; i < 4; i++)
    assert_error(hud_power_rule(24, wrong[i], nodes, weights, &error), HUD_ERROR_COMPUTE, &error,
                 "no quadrature of 24 nodes");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_error_text),
      cmocka_unit_test(test_error_text_is_cut),
      cmocka_unit_test(test_status_names),
      cmocka_unit_test(test_alloc),
      cmocka_unit_test(test_power_rule),
      cmocka_unit_test(test_alloc_overflow),
      cmocka_unit_test(test_grow),
      cmocka_unit_test(test_compensated_sum),
      cmocka_unit_test(test_xoshiro_vector),
      cmocka_unit_test(test_distributions),
      cmocka_unit_test(test_streams_are_independent),
      cmocka_unit_test(test_seed_decides),
      cmocka_unit_test(test_below_is_fair),
      cmocka_unit_test(test_file_commit),
      cmocka_unit_test(test_file_discard),
      cmocka_unit_test(test_file_that_does_not_fit),
      cmocka_unit_test(test_file_that_cannot_be_made),
      cmocka_unit_test(test_leftovers),
      cmocka_unit_test(test_directories),
      cmocka_unit_test(test_file_read),
      cmocka_unit_test(test_log),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
