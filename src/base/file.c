/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files that are whole or absent. */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static hud_status fail_output(struct hud_error *error, const char *doing, const char *path)
{
  return hud_fail(error, HUD_ERROR_OUTPUT, "cannot %s %s: %s", doing, path, strerror(errno));
}

hud_status hud_path_join(char **path, const char *directory, const char *name,
                         struct hud_error *error)
{
  *path = NULL;
  size_t length = strlen(directory) + strlen(name) + 2;
  hud_status status = HUD_NEW(path, length, "a path", error);
  if (status == HUD_OK)
    snprintf(*path, length, "%s/%s", directory, name);
  return status;
}

bool hud_path_exists(const char *path)
{
  struct stat info;
  return lstat(path, &info) == 0;
}

static hud_status make_directory(const char *path, struct hud_error *error)
{
  if (mkdir(path, 0777) == 0)
    return HUD_OK;
  int reason = errno;
  struct stat info;
  if (reason == EEXIST && stat(path, &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return HUD_OK;
    reason = ENOTDIR;
  }
  errno = reason;
  return fail_output(error, "make the folder", path);
}

hud_status hud_directory_create(const char *path, struct hud_error *error)
{
  char *copy = NULL;
  hud_status status = hud_copy_text(&copy, path, error);
  for (char *slash = copy; status == HUD_OK && slash != NULL;) {
    slash = strchr(slash + 1, '/');
    if (slash != NULL)
      *slash = '\0';
    status = make_directory(copy, error);
    if (slash != NULL)
      *slash = '/';
  }
  hud_free(copy);
  return status;
}

static void forget(struct hud_file *file)
{
  hud_free(file->temporary);
  hud_free(file->final);
  *file = (struct hud_file){NULL, NULL, NULL};
}

/* A link is removed, not followed. */
static hud_status remove_leftover(const char *path, struct hud_error *error)
{
  struct stat info;
  if (lstat(path, &info) != 0)
    return HUD_OK;
  if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode))
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot write %s: it is there and not a regular file",
                    path);
  return unlink(path) == 0 ? HUD_OK : fail_output(error, "remove", path);
}

hud_status hud_file_reserve(struct hud_file *file, const char *directory, const char *name,
                            struct hud_error *error)
{
  *file = (struct hud_file){NULL, NULL, NULL};
  size_t length = strlen(name) + sizeof ".tmp";
  char *temporary_name = NULL;
  hud_status status = HUD_NEW(&temporary_name, length, "a path", error);
  if (status == HUD_OK) {
    snprintf(temporary_name, length, "%s.tmp", name);
    status = hud_path_join(&file->temporary, directory, temporary_name, error);
  }
  if (status == HUD_OK)
    status = hud_path_join(&file->final, directory, name, error);
  if (status == HUD_OK)
    status = remove_leftover(file->temporary, error);
  hud_free(temporary_name);
  if (status != HUD_OK)
    forget(file);
  return status;
}

hud_status hud_file_create(struct hud_file *file, const char *directory, const char *name,
                           struct hud_error *error)
{
  hud_status status = hud_file_reserve(file, directory, name, error);
  if (status != HUD_OK)
    return status;
  file->stream = fopen(file->temporary, "wx");
  if (file->stream == NULL) {
    status = fail_output(error, "write", file->temporary);
    forget(file);
  }
  return status;
}

static hud_status fail_continue(struct hud_error *error, const char *path, const char *reason)
{
  return hud_fail(error, HUD_ERROR_INPUT, "cannot go on writing %s: %s", path, reason);
}

hud_status hud_file_continue(struct hud_file *file, const char *directory, const char *name,
                             struct hud_error *error)
{
  *file = (struct hud_file){NULL, NULL, NULL};
  hud_status status = hud_path_join(&file->final, directory, name, error);
  size_t length = status == HUD_OK ? strlen(file->final) + sizeof ".tmp" : 0;
  if (status == HUD_OK)
    status = HUD_NEW(&file->temporary, length, "a path", error);
  struct stat info;
  if (status == HUD_OK) {
    snprintf(file->temporary, length, "%s.tmp", file->final);
    if (lstat(file->temporary, &info) != 0)
      status = fail_continue(error, file->temporary, strerror(errno));
    else if (!S_ISREG(info.st_mode))
      status = fail_continue(error, file->temporary, "it is not a regular file");
  }
  if (status == HUD_OK && (file->stream = fopen(file->temporary, "r+")) == NULL)
    status = fail_continue(error, file->temporary, strerror(errno));
  if (status != HUD_OK)
    forget(file);
  return status;
}

hud_status hud_file_sync(struct hud_file *file, long long *length, struct hud_error *error)
{
  if (ferror(file->stream) != 0 || fflush(file->stream) != 0 || fsync(fileno(file->stream)) != 0 ||
      (*length = ftello(file->stream)) < 0)
    return fail_output(error, "write", file->final);
  return HUD_OK;
}

hud_status hud_file_cut(struct hud_file *file, long long length, struct hud_error *error)
{
  struct stat info;
  if (fstat(fileno(file->stream), &info) != 0 || info.st_size < length)
    return fail_continue(error, file->temporary, "it is shorter than when the run was stopped");
  if (ftruncate(fileno(file->stream), (off_t)length) != 0 ||
      fseeko(file->stream, (off_t)length, SEEK_SET) != 0)
    return fail_output(error, "write", file->final);
  return HUD_OK;
}

void hud_file_leave(struct hud_file *file)
{
  if (file->stream != NULL)
    fclose(file->stream);
  forget(file);
}

void hud_file_discard(struct hud_file *file)
{
  if (file->stream != NULL)
    fclose(file->stream);
  if (file->temporary != NULL)
    unlink(file->temporary);
  forget(file);
}

static void sync_directory_of(const char *path)
{
  char parent[4096];
  snprintf(parent, sizeof parent, "%s", path);
  char *slash = strrchr(parent, '/');
  if (slash != NULL)
    slash[slash == parent ? 1 : 0] = '\0';
  int fd = open(slash != NULL ? parent : ".", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  fsync(fd); /* best effort: not every file system can */
  close(fd);
}

static hud_status sync_path(const char *path, const char *final, struct hud_error *error)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail_output(error, "open", path);
  hud_status status = fsync(fd) == 0 ? HUD_OK : fail_output(error, "write", final);
  close(fd);
  return status;
}

hud_status hud_file_seal(struct hud_file *file, struct hud_error *error)
{
  hud_status status = HUD_OK;
  FILE *stream = file->stream;
  file->stream = NULL;
  if (stream == NULL) {
    status = sync_path(file->temporary, file->final, error);
  } else {
    errno = 0;
    bool bad = ferror(stream) != 0;
    bad = fflush(stream) != 0 || bad;
    bad = fsync(fileno(stream)) != 0 || bad;
    int reason = errno;
    bad = fclose(stream) != 0 || bad;
    if (reason == 0)
      reason = errno;
    errno = reason != 0 ? reason : EIO;
    if (bad)
      status = fail_output(error, "write", file->final);
  }
  if (status != HUD_OK)
    hud_file_discard(file);
  return status;
}

hud_status hud_file_publish(struct hud_file *file, struct hud_error *error)
{
  if (rename(file->temporary, file->final) != 0) {
    hud_status status = fail_output(error, "rename to", file->final);
    hud_file_discard(file);
    return status;
  }
  sync_directory_of(file->final);
  forget(file);
  return HUD_OK;
}

hud_status hud_file_commit(struct hud_file *file, struct hud_error *error)
{
  hud_status status = hud_file_seal(file, error);
  return status == HUD_OK ? hud_file_publish(file, error) : status;
}

hud_status hud_file_rename(const char *temporary, const char *final, struct hud_error *error)
{
  hud_status status = sync_path(temporary, final, error);
  if (status != HUD_OK)
    return status;
  if (rename(temporary, final) != 0)
    return fail_output(error, "rename to", final);
  sync_directory_of(final);
  return HUD_OK;
}

hud_status hud_file_read(char **text, size_t *length, const char *path, size_t limit,
                         struct hud_error *error)
{
  *text = NULL;
  *length = 0;
  struct stat info;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* must not wait at a named pipe */
  FILE *stream = fd >= 0 ? fdopen(fd, "rb") : NULL;
  if (stream == NULL) {
    int reason = errno;
    if (fd >= 0)
      close(fd);
    return hud_fail(error, HUD_ERROR_INPUT, "cannot read %s: %s", path, strerror(reason));
  }
  hud_status status = HUD_OK;
  if (fstat(fileno(stream), &info) != 0 || !S_ISREG(info.st_mode))
    status = hud_fail(error, HUD_ERROR_INPUT, "cannot read %s: it is not a regular file", path);
  else if ((size_t)info.st_size > limit)
    status = hud_fail(error, HUD_ERROR_INPUT, "%s has %lld bytes; the limit is %zu", path,
                      (long long)info.st_size, limit);
  if (status == HUD_OK)
    status = HUD_NEW(text, (size_t)info.st_size + 1, "a file", error);
  if (status == HUD_OK) {
    *length = fread(*text, 1, (size_t)info.st_size, stream);
    if (ferror(stream))
      status = hud_fail(error, HUD_ERROR_INPUT, "cannot read %s: %s", path, strerror(errno));
  }
  fclose(stream);
  if (status != HUD_OK) {
    hud_free(*text);
    *text = NULL;
  }
  return status;
}
