/* SPDX-License-Identifier: GPL-3.0-or-later
 * Running gnuplot with fork and exec. What it says is read through one pipe; why exec failed comes
 * through another, which a successful exec closes. */
#define _POSIX_C_SOURCE 200809L
#include "output/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

enum { TIME_LIMIT = 120, SAID = 800 };

/* What the child found when it could not even begin. */
struct failure {
  int reason;
  bool in_directory;
};

static bool open_pipe(int ends[2])
{
  if (pipe(ends) != 0)
    return false;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return true;
}

/* In the child: only calls that are safe after a fork in a program with threads. */
static void become_gnuplot(const char *directory, char *const arguments[], int said, int report)
{
  struct failure failure = {0, false};
  int nothing = open("/dev/null", O_RDWR);
  if (chdir(directory) != 0) {
    failure = (struct failure){errno, true};
  } else {
    dup2(nothing, 0);
    dup2(said, 1);
    dup2(said, 2);
    alarm(TIME_LIMIT); /* outlives exec */
    execvp("gnuplot", arguments);
    failure = (struct failure){errno, false};
  }
  ssize_t ignored = write(report, &failure, sizeof failure);
  _exit(ignored > 0 ? 127 : 126);
}

/* Keeps the first `size` bytes and reads the rest, so that the child never waits. */
static void drain(int fd, char *text, size_t size)
{
  size_t used = 0;
  char rest[512];
  for (;;) {
    bool keep = used + 1 < size;
    ssize_t got = read(fd, keep ? text + used : rest, keep ? size - 1 - used : sizeof rest);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    used += keep ? (size_t)got : 0;
  }
  while (used > 0 && (text[used - 1] == '\n' || text[used - 1] == ' '))
    used--;
  text[used] = '\0';
}

static hud_status judge(const char *directory, const char *script, const struct failure *failure,
                        int outcome, const char *said, struct hud_error *error)
{
  if (failure->in_directory)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot enter the folder %s: %s", directory,
                    strerror(failure->reason));
  if (failure->reason == ENOENT)
    return hud_fail(error, HUD_ERROR_OUTPUT,
                    "gnuplot is not installed, so no figure was drawn; once it is, `gnuplot %s` in "
                    "%s draws it",
                    script, directory);
  if (failure->reason != 0)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot run gnuplot: %s", strerror(failure->reason));
  if (WIFSIGNALED(outcome))
    return hud_fail(error, HUD_ERROR_OUTPUT, "gnuplot was stopped by signal %d while drawing %s/%s",
                    WTERMSIG(outcome), directory, script);
  if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
    return hud_fail(error, HUD_ERROR_OUTPUT, "gnuplot could not draw %s/%s: %s", directory, script,
                    said);
  return HUD_OK;
}

static hud_status run_child(const char *directory, const char *script, char *const arguments[],
                            const int said[2], const int report[2], struct hud_error *error)
{
  pid_t child = fork();
  if (child == 0)
    become_gnuplot(directory, arguments, said[1], report[1]);
  close(said[1]);
  close(report[1]);
  if (child < 0)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot run gnuplot: %s", strerror(errno));
  char text[SAID];
  struct failure failure = {0, false};
  drain(said[0], text, sizeof text);
  ssize_t got;
  do
    got = read(report[0], &failure, sizeof failure);
  while (got < 0 && errno == EINTR);
  int outcome = 0;
  while (waitpid(child, &outcome, 0) < 0 && errno == EINTR)
    continue;
  return judge(directory, script, &failure, outcome, text, error);
}

hud_status hud_gnuplot_run(const char *directory, const char *command, const char *script,
                           struct hud_error *error)
{
  char program[] = "gnuplot", defaults[] = "-d", execute[] = "-e";
  /* execvp does not write to its arguments; its type is older than const */
  char *arguments[] = {
      program, defaults, execute, (char *)(uintptr_t)command, (char *)(uintptr_t)script, NULL};
  int said[2], report[2];
  if (!open_pipe(said))
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot run gnuplot: %s", strerror(errno));
  if (!open_pipe(report)) {
    close(said[0]);
    close(said[1]);
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot run gnuplot: %s", strerror(errno));
  }
  hud_status status = run_child(directory, script, arguments, said, report, error);
  close(said[0]);
  close(report[0]);
  return status;
}
