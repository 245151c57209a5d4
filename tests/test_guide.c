/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * docs/guide.md and docs/python.md do what they say: their commands are run in their order in an
 * empty folder, and the Python blocks on what they left. Python is skipped where it has no xarray.
 * Runs the executable in the build folder (HUD_BUILD) from the root of the source. */
#define _GNU_SOURCE
#include <sys/wait.h>

#include "scratch.h"

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
  char command[8192];
  va_list args;
  va_start(args, format);
  vsnprintf(command, sizeof command, format, args);
  va_end(args);
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs the lines "    huddle ..." of a page in the scratch folder; returns their number. */
static int run_commands(const char *name)
{
  char *root = getcwd(NULL, 0), *rest = NULL;
  const char *folder = getenv("HUD_BUILD");
  const char *build = folder != NULL ? folder : "build";
  char *page = scratch_read("docs", name, NULL);
  int commands = 0;
  for (char *line = strtok_r(page, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    if (strncmp(line, "    huddle ", 11) != 0)
      continue;
    commands++;
    int status = run("cd %s && (%s%s%s/huddle %s) >>out.txt 2>log.txt", scratch,
                     build[0] == '/' ? "" : root, build[0] == '/' ? "" : "/", build, line + 11);
    if (status != 0) {
      print_error("%s\ngave %d\n", line, status);
      run("cat %s/log.txt", scratch);
      fail();
    }
  }
  free(page);
  free(root);
  return commands;
}

static void test_guide(void **state)
{
  (void)state;
  assert_true(run_commands("guide.md") >= 9);
  assert_true(scratch_has(scratch, "results/limits/figure-study.svg"));
  assert_true(scratch_has(scratch, "results/limits/report.html"));
}

static void test_python(void **state)
{
  (void)state;
  assert_int_equal(run_commands("python.md"), 2);
  if (run("/usr/bin/python3 -c 'import xarray, netCDF4' 2>/dev/null") != 0) {
    print_message("skipped: /usr/bin/python3 has no xarray with netCDF4\n");
    skip();
  }
  char *page = scratch_read("docs", "python.md", NULL);
  int blocks = 0;
  for (char *begin = strstr(page, "```python\n"); begin != NULL;) {
    begin += strlen("```python\n");
    char *end = strstr(begin, "```");
    assert_non_null(end);
    scratch_write(scratch, "block.py", begin, (size_t)(end - begin));
    blocks++;
    if (run("cd %s && /usr/bin/python3 block.py >out.txt 2>log.txt", scratch) != 0) {
      run("cat %s/log.txt", scratch);
      fail();
    }
    begin = strstr(end + 3, "```python\n");
  }
  assert_int_equal(blocks, 4);
  free(page);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_guide),
      cmocka_unit_test(test_python),
  };
  return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
