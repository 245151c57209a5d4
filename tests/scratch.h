/* SPDX-License-Identifier: GPL-3.0-or-later
 * A folder for the files of a test, and looking at what is in a folder. A test file defines
 * _XOPEN_SOURCE 700 before its first include. */
#ifndef HUD_TESTS_SCRATCH_H
#define HUD_TESTS_SCRATCH_H

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

enum { SCRATCH_PATH = 512 };

static inline int scratch_remove_one(const char *path, const struct stat *info, int type,
                                     struct FTW *walk)
{
  (void)info;
  (void)type;
  (void)walk;
  return remove(path);
}

/* A new, empty folder; its path goes into `path`. */
static inline void scratch_create(char path[SCRATCH_PATH])
{
  const char *base = getenv("TMPDIR");
  snprintf(path, SCRATCH_PATH, "%s/huddle-test-XXXXXX", base != NULL ? base : "/tmp");
  assert_non_null(mkdtemp(path));
}

static inline void scratch_remove(const char *path)
{
  nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* For cmocka_unit_test_setup_teardown: *state is the path of a folder of the test's own, removed
 * also when the test fails. */
static inline int scratch_setup(void **state)
{
  char *path = malloc(SCRATCH_PATH);
  assert_non_null(path);
  scratch_create(path);
  *state = path;
  return 0;
}

static inline int scratch_teardown(void **state)
{
  scratch_remove(*state);
  free(*state);
  return 0;
}

/* For cmocka_run_group_tests: one folder, scratch, for all tests of a file. */
static char scratch[SCRATCH_PATH];

static inline int scratch_open(void **state)
{
  (void)state;
  scratch_create(scratch);
  return 0;
}

static inline int scratch_close(void **state)
{
  (void)state;
  scratch_remove(scratch);
  return 0;
}

#define scratch_unit_test(function)                                                                \
  cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

/* directory/name, in a buffer of the caller. */
static inline const char *scratch_path(char path[SCRATCH_PATH], const char *directory,
                                       const char *name)
{
  int length = snprintf(path, SCRATCH_PATH, "%s/%s", directory, name);
  assert_true(length > 0 && length < SCRATCH_PATH);
  return path;
}

/* Number of entries of a folder; -1 if it cannot be opened. */
static inline int scratch_count(const char *directory)
{
  DIR *stream = opendir(directory);
  if (stream == NULL)
    return -1;
  int count = 0;
  for (const struct dirent *entry; (entry = readdir(stream)) != NULL;)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(stream);
  return count;
}

static inline int scratch_has(const char *directory, const char *name)
{
  char path[SCRATCH_PATH];
  return access(scratch_path(path, directory, name), F_OK) == 0;
}

static inline void scratch_write(const char *directory, const char *name, const void *data,
                                 size_t length)
{
  char path[SCRATCH_PATH];
  FILE *stream = fopen(scratch_path(path, directory, name), "wb");
  assert_non_null(stream);
  assert_int_equal(fwrite(data, 1, length, stream), length);
  assert_int_equal(fclose(stream), 0);
}

/* The whole of a file, ended by NUL, to be freed with free. */
static inline char *scratch_read(const char *directory, const char *name, size_t *length)
{
  char path[SCRATCH_PATH];
  FILE *stream = fopen(scratch_path(path, directory, name), "rb");
  assert_non_null(stream);
  assert_int_equal(fseek(stream, 0, SEEK_END), 0);
  long size = ftell(stream);
  assert_true(size >= 0);
  rewind(stream);
  char *text = malloc((size_t)size + 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, (size_t)size, stream), size);
  text[size] = '\0';
  fclose(stream);
  if (length != NULL)
    *length = (size_t)size;
  return text;
}

#endif
