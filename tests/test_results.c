/* SPDX-License-Identifier: GPL-3.0-or-later
 * The results of a run: what is in the folder after success, after failure of every kind, and who
 * is refused a folder. Folders of one's own kind (small, read-only) are mounted where the system
 * allows it. */
#define _GNU_SOURCE
#include "scratch.h"

#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"
#include "output/csv.h"
#include "output/netcdf.h"
#include "output/results.h"

enum { CELLS = 16, COLUMNS = 3, RECORDS = 4 };
static const char *const columns[COLUMNS] = {"mass", "mean", "variance"};
static const struct hud_provenance provenance = {.title = "A run",
                                                 .model_text = "huddle: 1\nmodel: first_order\n",
                                                 .model_hash = "00ff",
                                                 .version = "0.1.0"};
static const char *const all_files[] = {"model.yaml", "moments.csv", "f1.csv", "result.nc",
                                        "summary.json"};

static struct hud_results_spec make_spec(const char *directory, const double *v)
{
  return (struct hud_results_spec){.directory = directory,
                                   .column_count = COLUMNS,
                                   .column_names = columns,
                                   .v_count = CELLS,
                                   .v = v,
                                   .f1 = true,
                                   .provenance = &provenance};
}

static double value(int record, int i)
{
  return sin(1.0 + record + 0.1 * i) / 3.0;
}

static hud_status record(struct hud_results *results, int r, struct hud_error *error)
{
  double row[COLUMNS], f1[CELLS];
  for (int i = 0; i < CELLS; i++)
    f1[i] = value(r, i);
  for (int c = 0; c < COLUMNS; c++)
    row[c] = value(r, 100 + c);
  return hud_results_record(results, 0.25 * r, row, f1, NULL, error);
}

/* A whole run of `records` records; the first error ends it as the program would. */
static hud_status run(const char *directory, bool force, int records, struct hud_error *error)
{
  double v[CELLS];
  for (int i = 0; i < CELLS; i++)
    v[i] = -1.0 + i / 7.0;
  struct hud_results_spec spec = make_spec(directory, v);
  spec.force = force;
  struct hud_results *results = NULL;
  struct hud_summary summary;
  hud_summary_init(&summary);
  hud_status status = hud_results_open(&results, &spec, error);
  for (int r = 0; status == HUD_OK && r < records; r++)
    status = record(results, r, error);
  if (status == HUD_OK)
    return hud_results_close(results, &summary, error);
  hud_results_abandon(results);
  return status;
}

static void test_files_and_bits(void **state)
{
  const char *folder = *state;
  char directory[SCRATCH_PATH], path[SCRATCH_PATH];
  scratch_path(directory, folder, "new/deep");
  struct hud_error error = {0};
  assert_ok(run(directory, false, RECORDS, &error), &error);
  assert_int_equal(scratch_count(directory), 5);
  for (int i = 0; i < 5; i++)
    assert_true(scratch_has(directory, all_files[i]));

  struct hud_table *moments = NULL, *f1 = NULL;
  struct hud_netcdf_result *netcdf = NULL;
  assert_ok(hud_csv_read(&moments, scratch_path(path, directory, "moments.csv"), &error), &error);
  assert_ok(hud_csv_read(&f1, scratch_path(path, directory, "f1.csv"), &error), &error);
  assert_ok(hud_netcdf_read(&netcdf, scratch_path(path, directory, "result.nc"), &error), &error);
  assert_int_equal(moments->row_count, RECORDS);
  assert_int_equal(netcdf->time_count, RECORDS);
  for (size_t r = 0; r < RECORDS; r++) {
    assert_true(hud_table_value(moments, r, 0) == 0.25 * (double)r);
    for (size_t c = 0; c < COLUMNS; c++) {
      assert_true(hud_table_value(moments, r, c + 1) == value((int)r, 100 + (int)c));
      assert_true(hud_table_value(netcdf->moments, r, c + 1) == value((int)r, 100 + (int)c));
    }
    for (size_t i = 0; i < CELLS; i++)
      assert_true(netcdf->f1[r * CELLS + i] == value((int)r, (int)i));
  }
  assert_int_equal(f1->row_count, CELLS);
  for (size_t i = 0; i < CELLS; i++) {
    assert_true(hud_table_value(f1, i, 0) == -1.0 + (double)i / 7.0);
    assert_true(hud_table_value(f1, i, 1) == value(0, (int)i));
    assert_true(hud_table_value(f1, i, 2) == value(RECORDS - 1, (int)i));
  }
  char *text = scratch_read(directory, "model.yaml", NULL);
  assert_string_equal(text, provenance.model_text);
  free(text);
  text = scratch_read(directory, "summary.json", NULL);
  assert_non_null(strstr(text, "\"f1.csv\",\n    \"result.nc\""));
  free(text);
  hud_table_free(moments);
  hud_table_free(f1);
  hud_netcdf_result_free(netcdf);
}

static void test_without_densities(void **state)
{
  const char *folder = *state;
  struct hud_results_spec spec = make_spec(folder, NULL);
  spec.v_count = 0;
  struct hud_error error = {0};
  struct hud_results *results = NULL;
  struct hud_summary summary;
  hud_summary_init(&summary);
  assert_ok(hud_results_open(&results, &spec, &error), &error);
  assert_ok(hud_results_record(results, 0.0, (double[]){1, 2, 3}, NULL, NULL, &error), &error);
  assert_int_equal(hud_results_moments(results)->row_count, 1);
  assert_ok(hud_results_close(results, &summary, &error), &error);
  assert_int_equal(scratch_count(folder), 4);
  assert_false(scratch_has(folder, "f1.csv"));
  char *text = scratch_read(folder, "summary.json", NULL);
  assert_null(strstr(text, "f1.csv"));
  free(text);
  spec.f2 = true;
  assert_error(hud_results_open(&results, &spec, &error), HUD_ERROR_USAGE, &error, "velocities");
}

static void test_record_errors(void **state)
{
  const char *folder = *state;
  char directory[SCRATCH_PATH];
  double v[CELLS] = {0.0}, row[COLUMNS] = {0.0};
  struct hud_results_spec spec = make_spec(scratch_path(directory, folder, "run"), v);
  struct hud_error error = {0};
  struct hud_results *results = NULL;
  assert_ok(hud_results_open(&results, &spec, &error), &error);
  assert_ok(hud_results_record(results, 1.0, row, v, NULL, &error), &error);
  assert_error(hud_results_record(results, 1.0, row, v, NULL, &error), HUD_ERROR_USAGE, &error,
               "t = 1 ");
  assert_error(hud_results_record(results, (double)NAN, row, v, NULL, &error), HUD_ERROR_USAGE,
               &error, "nan");
  assert_error(hud_results_record(results, 2.0, row, NULL, NULL, &error), HUD_ERROR_USAGE, &error,
               "t = 2");
  hud_results_abandon(results);
  assert_int_equal(scratch_count(folder), 0); /* the folder was ours */
}

/* ---- who may write where ---- */

static void test_refuses_what_is_there(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct hud_error error = {0};
  scratch_write(folder, "notes.txt", "mine", 4);
  assert_error(run(folder, false, RECORDS, &error), HUD_ERROR_USAGE, &error, "notes.txt");
  assert_int_equal(scratch_count(folder), 1);
  assert_ok(run(folder, true, RECORDS, &error), &error);
  assert_int_equal(scratch_count(folder), 6);
  assert_error(run(folder, false, RECORDS, &error), HUD_ERROR_USAGE, &error, "--force");
  char *text = scratch_read(folder, "notes.txt", NULL);
  assert_string_equal(text, "mine");
  free(text);
  assert_error(run(scratch_path(path, folder, "notes.txt"), true, RECORDS, &error),
               HUD_ERROR_OUTPUT, &error, "notes.txt");
  assert_error(run(scratch_path(path, folder, "notes.txt/run"), false, RECORDS, &error),
               HUD_ERROR_OUTPUT, &error, "notes.txt");
  assert_int_equal(unlink(scratch_path(path, folder, "f1.csv")), 0);
  assert_int_equal(mkdir(path, 0777), 0);
  assert_error(run(folder, true, RECORDS, &error), HUD_ERROR_OUTPUT, &error, "is a folder");
}

/* What a killed run left does not stand in the way; a device under its name does. */
static void test_leftovers(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct hud_error error = {0};
  scratch_write(folder, "result.nc.tmp", "old", 3);
  scratch_write(folder, "moments.csv.tmp", "old", 3);
  assert_ok(run(folder, false, RECORDS, &error), &error);
  assert_int_equal(scratch_count(folder), 5);
  assert_int_equal(mkfifo(scratch_path(path, folder, "result.nc.tmp"), 0666), 0);
  assert_error(run(folder, true, RECORDS, &error), HUD_ERROR_OUTPUT, &error, "regular file");
  assert_int_equal(scratch_count(folder), 6);
}

static void test_one_run_at_a_time(void **state)
{
  const char *folder = *state;
  double v[CELLS] = {0.0};
  struct hud_results_spec spec = make_spec(folder, v);
  struct hud_error error = {0};
  struct hud_results *results = NULL;
  assert_ok(hud_results_open(&results, &spec, &error), &error);
  assert_error(run(folder, true, RECORDS, &error), HUD_ERROR_USAGE, &error, "another run");
  assert_true(scratch_has(folder, "result.nc.tmp"));
  hud_results_abandon(results);
  assert_int_equal(scratch_count(folder), 0);
  assert_ok(run(folder, false, RECORDS, &error), &error);
}

/* The old results stay until the new are complete, and nothing of them after. */
static void test_force(void **state)
{
  const char *folder = *state;
  struct hud_error error = {0};
  static const char *const old[] = {"moments.csv", "f1.csv",        "summary.json",
                                    "report.html", "figure-f1.svg", "kept.txt"};
  for (int i = 0; i < 6; i++)
    scratch_write(folder, old[i], "old", 3);
  struct hud_results_spec spec = make_spec(folder, NULL);
  spec.v_count = 0;
  spec.force = true;
  struct hud_results *results = NULL;
  struct hud_summary summary;
  hud_summary_init(&summary);
  for (int pass = 0; pass < 2; pass++) {
    assert_ok(hud_results_open(&results, &spec, &error), &error);
    assert_ok(hud_results_record(results, 0.0, (double[]){1, 2, 3}, NULL, NULL, &error), &error);
    for (int i = 0; i < 6; i++) {
      char *text = scratch_read(folder, old[i], NULL);
      assert_string_equal(text, "old");
      free(text);
    }
    if (pass == 0)
      hud_results_abandon(results);
  }
  assert_ok(hud_results_close(results, &summary, &error), &error);
  assert_int_equal(scratch_count(folder), 5); /* four results and kept.txt */
  assert_true(scratch_has(folder, "kept.txt"));
  assert_false(scratch_has(folder, "f1.csv"));
}

/* ---- faults ---- */

/* Mounts a file system of `options` on the folder, for this process alone (main made that so), or
 * skips the test. */
static bool may_mount;

static void mount_small(const char *folder, const char *options, unsigned long flags)
{
  if (may_mount && mount("none", folder, "tmpfs", flags, options) == 0)
    return;
  print_message("skipped: this process may not mount a tmpfs of its own\n");
  skip();
}

static int unmount_teardown(void **state)
{
  umount(*state);
  return scratch_teardown(state);
}

/* Filled up at the header, at a record, and at the very end, when all but a little fits. */
static void test_full_disk(void **state)
{
  const char *folder = *state;
  mount_small(folder, "size=64k", 0);
  struct hud_error error = {0};
  char path[SCRATCH_PATH];
  static const int sizes[] = {64, 60, 56, 52, 48, 44, 40, 0};
  int failures = 0, successes = 0;
  for (int i = 0; i < 8; i++) {
    char *fill = calloc(1, 1024 * 64);
    assert_non_null(fill);
    if (sizes[i] > 0)
      scratch_write(folder, "ballast.tmp", fill, (size_t)sizes[i] * 1024);
    else
      assert_int_equal(unlink(scratch_path(path, folder, "ballast.tmp")), 0);
    free(fill);
    hud_status status = run(folder, false, 40, &error);
    int ballast = sizes[i] > 0 ? 1 : 0;
    if (status == HUD_OK) {
      successes++;
      assert_int_equal(scratch_count(folder), 5 + ballast);
      for (int f = 0; f < 5; f++)
        assert_int_equal(unlink(scratch_path(path, folder, all_files[f])), 0);
    } else {
      failures++;
      assert_error(status, HUD_ERROR_OUTPUT, &error, "No space left");
      assert_int_equal(scratch_count(folder), ballast);
    }
  }
  assert_true(failures >= 2 && successes >= 1);
}

/* A long run into a small disk: fails at a record, with what was there before untouched. */
static void test_full_disk_keeps_old(void **state)
{
  const char *folder = *state;
  mount_small(folder, "size=128k", 0);
  struct hud_error error = {0};
  assert_ok(run(folder, false, RECORDS, &error), &error);
  size_t length;
  char *before = scratch_read(folder, "result.nc", &length);
  assert_error(run(folder, true, 100000, &error), HUD_ERROR_OUTPUT, &error, "No space left");
  assert_int_equal(scratch_count(folder), 5);
  size_t length_after;
  char *after = scratch_read(folder, "result.nc", &length_after);
  assert_int_equal(length_after, length);
  assert_memory_equal(after, before, length);
  free(before);
  free(after);
}

static void test_read_only(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  mount_small(folder, "size=64k", MS_RDONLY);
  struct hud_error error = {0};
  assert_error(run(folder, false, RECORDS, &error), HUD_ERROR_OUTPUT, &error, "Read-only");
  assert_error(run(scratch_path(path, folder, "new"), false, RECORDS, &error), HUD_ERROR_OUTPUT,
               &error, "Read-only");
}

/* Runs `body` in a process of its own; its exit status, or minus the signal that ended it. */
static int in_child(void (*body)(const char *folder), const char *folder)
{
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    body(folder);
    _exit(0);
  }
  int outcome = 0;
  assert_int_equal(waitpid(child, &outcome, 0), child);
  return WIFSIGNALED(outcome) ? -WTERMSIG(outcome) : WEXITSTATUS(outcome);
}

static void run_with_file_limit(const char *folder)
{
  struct rlimit limit = {8192, 8192};
  struct hud_error error = {0};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  hud_status status = run(folder, false, 1000, &error);
  bool right = status == HUD_ERROR_OUTPUT && strstr(error.message, "File too large") != NULL &&
               strstr(error.message, "result.nc") != NULL && scratch_count(folder) == 0;
  _exit(right ? 0 : 1);
}

static void test_file_size_limit(void **state)
{
  const char *folder = *state;
  assert_int_equal(in_child(run_with_file_limit, folder), 0);
  assert_int_equal(scratch_count(folder), 0);
}

static void run_until_killed(const char *folder)
{
  double v[CELLS] = {0.0};
  struct hud_results_spec spec = make_spec(folder, v);
  spec.force = true;
  struct hud_results *results = NULL;
  if (hud_results_open(&results, &spec, NULL) != HUD_OK)
    _exit(1);
  for (int r = 0; r < RECORDS; r++)
    if (record(results, r, NULL) != HUD_OK)
      _exit(2);
  raise(SIGKILL);
}

/* Nothing stands under a final name; every complete record is in the temporary file. */
static void test_killed_between_records(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  assert_int_equal(in_child(run_until_killed, folder), -SIGKILL);
  for (int i = 0; i < 5; i++)
    assert_false(scratch_has(folder, all_files[i]));
  struct hud_error error = {0};
  struct hud_netcdf_result *result = NULL;
  assert_ok(hud_netcdf_read(&result, scratch_path(path, folder, "result.nc.tmp"), &error), &error);
  assert_int_equal(result->time_count, RECORDS);
  assert_true(result->f1[RECORDS * CELLS - 1] == value(RECORDS - 1, CELLS - 1));
  hud_netcdf_result_free(result);
  assert_ok(run(folder, false, RECORDS, &error), &error); /* and the next run is not refused */
  assert_int_equal(scratch_count(folder), 5);
}

/* A folder under a final name, put there while the run goes: the last rename but some fails, and
 * what was renamed before is withdrawn. */
static void test_rename_fails(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  double v[CELLS] = {0.0};
  struct hud_results_spec spec = make_spec(folder, v);
  struct hud_error error = {0};
  struct hud_results *results = NULL;
  struct hud_summary summary;
  hud_summary_init(&summary);
  assert_ok(hud_results_open(&results, &spec, &error), &error);
  assert_ok(record(results, 0, &error), &error);
  assert_int_equal(mkdir(scratch_path(path, folder, "result.nc"), 0777), 0);
  assert_error(hud_results_close(results, &summary, &error), HUD_ERROR_OUTPUT, &error, "rename");
  assert_int_equal(scratch_count(folder), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      scratch_unit_test(test_files_and_bits),
      scratch_unit_test(test_without_densities),
      scratch_unit_test(test_record_errors),
      scratch_unit_test(test_refuses_what_is_there),
      scratch_unit_test(test_leftovers),
      scratch_unit_test(test_one_run_at_a_time),
      scratch_unit_test(test_force),
      cmocka_unit_test_setup_teardown(test_full_disk, scratch_setup, unmount_teardown),
      cmocka_unit_test_setup_teardown(test_full_disk_keeps_old, scratch_setup, unmount_teardown),
      cmocka_unit_test_setup_teardown(test_read_only, scratch_setup, unmount_teardown),
      scratch_unit_test(test_file_size_limit),
      scratch_unit_test(test_killed_between_records),
      scratch_unit_test(test_rename_fails),
  };
  may_mount = unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
