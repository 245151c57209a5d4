/* SPDX-License-Identifier: GPL-3.0-or-later
 * result.nc: the format, the bits, the attributes, and files that are not what they should be. */
#define _XOPEN_SOURCE 700
#include "scratch.h"

#include <float.h>
#include <math.h>
#include <netcdf.h>

#include "base/random.h"
#include "output/netcdf.h"

enum { CELLS = 6, COLUMNS = 4, RECORDS = 5 };
static const char *const columns[COLUMNS] = {"mass", "variance", "M12", "W_se"};
static const struct hud_named_text libraries[] = {{"SUNDIALS", "6.4.1"}, {"GSL", "2.7"}};
static const struct hud_provenance provenance = {.title = "Title with \xce\xb5",
                                                 .model_text = "huddle: 1\nmodel: first_order\n",
                                                 .model_hash = "0123abcd",
                                                 .version = "0.1.0",
                                                 .git_commit = "f00d",
                                                 .library_count = 2,
                                                 .libraries = libraries};

struct data {
  double time[RECORDS], v[CELLS], edges[CELLS + 1], rows[RECORDS][COLUMNS];
  double f1[RECORDS][CELLS], f2[RECORDS][CELLS][CELLS];
};

static void fill_random(double *values, size_t count, struct hud_random *random)
{
  for (size_t i = 0; i < count; i++)
    values[i] =
        ldexp(hud_random_uniform(random) - 0.5, (int)(600.0 * hud_random_uniform(random)) - 300);
}

static void make_data(struct data *data)
{
  struct hud_random random;
  hud_random_seed(&random, 11, 0);
  fill_random(&data->rows[0][0], (size_t)RECORDS * COLUMNS, &random);
  fill_random(&data->f1[0][0], (size_t)RECORDS * CELLS, &random);
  fill_random(&data->f2[0][0][0], (size_t)RECORDS * CELLS * CELLS, &random);
  for (int i = 0; i <= CELLS; i++)
    data->edges[i] = -1.0 + i / 3.0;
  for (int i = 0; i < CELLS; i++)
    data->v[i] = 0.5 * (data->edges[i] + data->edges[i + 1]);
  for (int r = 0; r < RECORDS; r++)
    data->time[r] = 0.1 * r;
  data->rows[0][0] = (double)NAN;
  data->rows[1][0] = -0.0;
  data->rows[2][0] = DBL_TRUE_MIN;
  data->rows[3][0] = DBL_MAX;
  data->rows[4][0] = INFINITY;
}

static struct hud_netcdf_spec make_spec(const struct data *data)
{
  return (struct hud_netcdf_spec){.column_count = COLUMNS,
                                  .column_names = columns,
                                  .v_count = CELLS,
                                  .v = data->v,
                                  .edges = data->edges,
                                  .f1 = true,
                                  .f2 = true,
                                  .provenance = &provenance};
}

static void write_file(const struct data *data, const struct hud_netcdf_spec *spec,
                       const char *path)
{
  struct hud_error error = {0};
  struct hud_netcdf *file = NULL;
  assert_ok(hud_netcdf_create(&file, path, spec, &error), &error);
  for (int r = 0; r < RECORDS; r++)
    assert_ok(hud_netcdf_record(file, data->time[r], data->rows[r], spec->f1 ? data->f1[r] : NULL,
                                spec->f2 ? &data->f2[r][0][0] : NULL, &error),
              &error);
  assert_ok(hud_netcdf_finish(file, &error), &error);
}

static void assert_same_bits(double a, double b)
{
  if (isnan(a))
    assert_true(isnan(b));
  else
    assert_memory_equal(&a, &b, sizeof a);
}

static void test_round_trip(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  write_file(&data, &spec, scratch_path(path, folder, "result.nc"));
  struct hud_error error = {0};
  struct hud_netcdf_result *result = NULL;
  assert_ok(hud_netcdf_read(&result, path, &error), &error);
  assert_int_equal(result->time_count, RECORDS);
  assert_int_equal(result->v_count, CELLS);
  assert_memory_equal(result->time, data.time, sizeof data.time);
  assert_memory_equal(result->v, data.v, sizeof data.v);
  assert_memory_equal(result->edges, data.edges, sizeof data.edges);
  assert_memory_equal(result->f1, data.f1, sizeof data.f1);
  assert_int_equal(result->moments->column_count, COLUMNS + 1);
  assert_int_equal(result->moments->row_count, RECORDS);
  for (size_t r = 0; r < RECORDS; r++) {
    assert_same_bits(hud_table_value(result->moments, r, 0), data.time[r]);
    for (size_t c = 0; c < COLUMNS; c++) {
      assert_string_equal(result->moments->names[c + 1], columns[c]);
      assert_same_bits(hud_table_value(result->moments, r, c + 1), data.rows[r][c]);
    }
  }
  assert_string_equal(result->title, provenance.title);
  assert_string_equal(result->model_text, provenance.model_text);
  assert_string_equal(result->model_hash, provenance.model_hash);
  assert_string_equal(result->version, provenance.version);
  hud_netcdf_result_free(result);
}

static void get_text(int id, int variable, const char *name, char text[256])
{
  size_t length = 0;
  assert_int_equal(nc_inq_attlen(id, variable, name, &length), NC_NOERR);
  assert_true(length < 256);
  assert_int_equal(nc_get_att_text(id, variable, name, text), NC_NOERR);
  text[length] = '\0';
}

static int get_variable(int id, const char *name)
{
  int variable = -1;
  assert_int_equal(nc_inq_varid(id, name, &variable), NC_NOERR);
  return variable;
}

/* The file as another program sees it. */
static void test_layout(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH], text[256];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  write_file(&data, &spec, scratch_path(path, folder, "result.nc"));
  char *bytes = scratch_read(folder, "result.nc", NULL);
  assert_memory_equal(bytes, "CDF\002", 4);
  free(bytes);
  int id, format, unlimited, dimensions[3], f2;
  assert_int_equal(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
  assert_int_equal(nc_inq_format(id, &format), NC_NOERR);
  assert_int_equal(format, NC_FORMAT_64BIT_OFFSET);
  assert_int_equal(nc_inq_unlimdim(id, &unlimited), NC_NOERR);
  f2 = get_variable(id, "f2");
  assert_int_equal(nc_inq_vardimid(id, f2, dimensions), NC_NOERR);
  assert_int_equal(dimensions[0], unlimited);
  const char *const names[] = {"time", "v", "v2"};
  for (int d = 0; d < 3; d++) {
    char name[NC_MAX_NAME + 1];
    assert_int_equal(nc_inq_dimname(id, dimensions[d], name), NC_NOERR);
    assert_string_equal(name, names[d]);
    get_variable(id, name);
  }
  double f2_back[RECORDS][CELLS][CELLS];
  assert_int_equal(nc_get_var_double(id, f2, &f2_back[0][0][0]), NC_NOERR);
  assert_memory_equal(f2_back, data.f2, sizeof data.f2);
  get_text(id, NC_GLOBAL, "Conventions", text);
  assert_string_equal(text, "CF-1.8");
  get_text(id, NC_GLOBAL, "libraries", text);
  assert_non_null(strstr(text, "SUNDIALS 6.4.1, GSL 2.7, netCDF 4."));
  get_text(id, NC_GLOBAL, "git_commit", text);
  assert_string_equal(text, "f00d");
  get_text(id, NC_GLOBAL, "history", text);
  assert_null(strchr(text, '/'));
  get_text(id, get_variable(id, "v"), "bounds", text);
  assert_string_equal(text, "v_bounds");
  get_text(id, get_variable(id, "M12"), "long_name", text);
  assert_string_equal(text, "M_12, mass of clusters of size 12");
  get_text(id, get_variable(id, "W_se"), "long_name", text);
  assert_string_equal(text, "standard error of: W, integral of (v_1-v_2)^2 f_2");
  double fill = 0.0;
  assert_int_equal(nc_get_att_double(id, get_variable(id, "mass"), "_FillValue", &fill), NC_NOERR);
  assert_true(isnan(fill));
  nc_close(id);
}

static void test_without_densities(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = {.column_count = COLUMNS,
                                 .column_names = columns,
                                 .provenance = &(struct hud_provenance){.title = NULL}};
  write_file(&data, &spec, scratch_path(path, folder, "result.nc"));
  struct hud_error error = {0};
  struct hud_netcdf_result *result = NULL;
  assert_ok(hud_netcdf_read(&result, path, &error), &error);
  assert_int_equal(result->time_count, RECORDS);
  assert_int_equal(result->v_count, 0);
  assert_null(result->v);
  assert_null(result->edges);
  assert_null(result->f1);
  assert_string_equal(result->title, "");
  assert_int_equal(result->moments->column_count, COLUMNS + 1);
  hud_netcdf_result_free(result);
}

/* Two runs of one model make the same file. */
static void test_same_bytes(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  write_file(&data, &spec, scratch_path(path, folder, "a.nc"));
  write_file(&data, &spec, scratch_path(path, folder, "b.nc"));
  size_t a_length, b_length;
  char *a = scratch_read(folder, "a.nc", &a_length), *b = scratch_read(folder, "b.nc", &b_length);
  assert_int_equal(a_length, b_length);
  assert_memory_equal(a, b, a_length);
  free(a);
  free(b);
}

static void test_create_errors(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  struct hud_error error = {0};
  struct hud_netcdf *file = NULL;
  scratch_write(folder, "there.nc", "keep", 4);
  assert_error(hud_netcdf_create(&file, scratch_path(path, folder, "there.nc"), &spec, &error),
               HUD_ERROR_OUTPUT, &error, "File exists");
  assert_null(file);
  char *text = scratch_read(folder, "there.nc", NULL);
  assert_string_equal(text, "keep");
  free(text);
  assert_error(hud_netcdf_create(&file, "/dev/null", &spec, &error), HUD_ERROR_OUTPUT, &error,
               "/dev/null");
  assert_int_equal(access("/dev/null", F_OK), 0);
  assert_error(hud_netcdf_create(&file, scratch_path(path, folder, "no/a.nc"), &spec, &error),
               HUD_ERROR_OUTPUT, &error, "No such file");
  const char *const clash[COLUMNS] = {"mass", "time", "a", "b"};
  spec.column_names = clash;
  assert_error(hud_netcdf_create(&file, scratch_path(path, folder, "a.nc"), &spec, &error),
               HUD_ERROR_OUTPUT, &error, "name");
  assert_null(file);
}

static void test_record_errors(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  struct hud_error error = {0};
  struct hud_netcdf *file = NULL;
  assert_ok(hud_netcdf_create(&file, scratch_path(path, folder, "a.nc"), &spec, &error), &error);
  assert_error(hud_netcdf_record(file, 0.5, data.rows[0], NULL, &data.f2[0][0][0], &error),
               HUD_ERROR_USAGE, &error, "t = 0.5");
  assert_error(hud_netcdf_record(file, 0.5, data.rows[0], data.f1[0], NULL, &error),
               HUD_ERROR_USAGE, &error, "t = 0.5");
  hud_netcdf_abort(file);
  hud_netcdf_abort(NULL);
}

/* Names that the library would take for addresses stay names of files. */
static void test_odd_paths(void **state)
{
  const char *folder = *state;
  char before[SCRATCH_PATH];
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(folder), 0);
  assert_int_equal(mkdir("file:", 0777), 0);
  assert_int_equal(mkdir("a#mode=zarr", 0777), 0);
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  static const char *const paths[] = {"file://x.nc", "a#mode=zarr/x.nc", "x y.nc", "\xce\xb5.nc"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    struct hud_error error = {0};
    struct hud_netcdf_result *result = NULL;
    write_file(&data, &spec, paths[i]);
    assert_int_equal(access(paths[i], F_OK), 0);
    assert_ok(hud_netcdf_read(&result, paths[i], &error), &error);
    assert_int_equal(result->time_count, RECORDS);
    hud_netcdf_result_free(result);
  }
  assert_int_equal(scratch_count("file:"), 1);
  assert_int_equal(scratch_count("a#mode=zarr"), 1);
  assert_int_equal(chdir(before), 0);
}

static void assert_unreadable(const char *folder, const char *name, const char *message)
{
  char path[SCRATCH_PATH];
  struct hud_error error = {0};
  struct hud_netcdf_result *result = NULL;
  assert_error(hud_netcdf_read(&result, scratch_path(path, folder, name), &error), HUD_ERROR_INPUT,
               &error, message);
  assert_null(result);
  assert_string_equal(error.where, path);
}

/* Cut anywhere, or with any byte of its header changed, a file is an error or is read: never a
 * crash, never memory beyond the length of the file. */
static void test_damaged_files(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  write_file(&data, &spec, scratch_path(path, folder, "whole.nc"));
  size_t length;
  char *bytes = scratch_read(folder, "whole.nc", &length);
  for (size_t cut = 8; cut < length; cut += 37) {
    scratch_write(folder, "cut.nc", bytes, length - cut);
    assert_unreadable(folder, "cut.nc", "");
  }
  struct hud_random random;
  hud_random_seed(&random, 5, 0);
  scratch_path(path, folder, "flip.nc");
  for (int i = 0; i < 1500; i++) {
    size_t at = (size_t)(hud_random_uniform(&random) * 2600.0);
    char old = bytes[at];
    bytes[at] = (char)(bytes[at] ^ (1 << (i % 8)));
    scratch_write(folder, "flip.nc", bytes, length);
    bytes[at] = old;
    struct hud_error error = {0};
    struct hud_netcdf_result *result = NULL;
    hud_status status = hud_netcdf_read(&result, path, &error);
    assert_true(status == HUD_OK || status == HUD_ERROR_INPUT);
    hud_netcdf_result_free(result);
  }
  free(bytes);
}

/* A file without a record is a result of length zero; cut in its velocities it is an error. */
static void test_no_records(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  struct data data;
  make_data(&data);
  struct hud_netcdf_spec spec = make_spec(&data);
  struct hud_error error = {0};
  struct hud_netcdf *file = NULL;
  struct hud_netcdf_result *result = NULL;
  assert_ok(hud_netcdf_create(&file, scratch_path(path, folder, "a.nc"), &spec, &error), &error);
  assert_ok(hud_netcdf_finish(file, &error), &error);
  assert_ok(hud_netcdf_read(&result, path, &error), &error);
  assert_int_equal(result->time_count, 0);
  assert_int_equal(result->moments->row_count, 0);
  assert_int_equal(result->v_count, CELLS);
  hud_netcdf_result_free(result);
  size_t length;
  char *bytes = scratch_read(folder, "a.nc", &length);
  scratch_write(folder, "cut.nc", bytes, length - 8);
  assert_unreadable(folder, "cut.nc", "cut short");
  free(bytes);
}

static void test_other_files(void **state)
{
  const char *folder = *state;
  char path[SCRATCH_PATH];
  scratch_write(folder, "text", "hello, world", 12);
  scratch_write(folder, "empty", "", 0);
  scratch_write(folder, "hdf", "\x89HDF\r\n\x1a\n", 8);
  assert_unreadable(folder, "text", "classic");
  assert_unreadable(folder, "empty", "classic");
  assert_unreadable(folder, "hdf", "classic");
  assert_unreadable(folder, ".", "regular");
  assert_unreadable(folder, "none", "No such file");
  int id, x, variable;
  assert_int_equal(nc_create(scratch_path(path, folder, "foreign"), NC_CLOBBER, &id), NC_NOERR);
  assert_int_equal(nc_def_dim(id, "x", 3, &x), NC_NOERR);
  assert_int_equal(nc_def_var(id, "y", NC_DOUBLE, 1, &x, &variable), NC_NOERR);
  assert_int_equal(nc_close(id), NC_NOERR);
  assert_unreadable(folder, "foreign", "time");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      scratch_unit_test(test_round_trip),        scratch_unit_test(test_layout),
      scratch_unit_test(test_without_densities), scratch_unit_test(test_same_bytes),
      scratch_unit_test(test_create_errors),     scratch_unit_test(test_record_errors),
      scratch_unit_test(test_odd_paths),         scratch_unit_test(test_damaged_files),
      scratch_unit_test(test_no_records),        scratch_unit_test(test_other_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
