/* SPDX-License-Identifier: GPL-3.0-or-later
 * The policy of result folders. The lock is an advisory one on the folder itself: it leaves nothing
 * behind and ends with the process. File systems that cannot lock go without. */
#define _DEFAULT_SOURCE
#include "output/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

struct hud_directory {
  char *path;
  int lock;
  bool made;
};

const char *const hud_result_names[] = {"model.yaml", "moments.csv",  "f1.csv",
                                        "result.nc",  "summary.json", NULL};

static bool ends_with(const char *text, const char *end)
{
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Something besides leftover temporaries? Its name goes into `found`. */
static hud_status look_inside(const char *path, char *found, size_t size, struct hud_error *error)
{
  found[0] = '\0';
  DIR *stream = opendir(path);
  if (stream == NULL)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot open the folder %s: %s", path,
                    strerror(errno));
  for (const struct dirent *entry; found[0] == '\0' && (entry = readdir(stream)) != NULL;) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !ends_with(name, ".tmp"))
      snprintf(found, size, "%s", name);
  }
  closedir(stream);
  return HUD_OK;
}

static hud_status lock_folder(struct hud_directory *directory, struct hud_error *error)
{
  directory->lock = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory->lock < 0)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot open the folder %s: %s", directory->path,
                    strerror(errno));
  if (flock(directory->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return hud_fail(error, HUD_ERROR_USAGE, "another run is writing to %s", directory->path);
  return HUD_OK;
}

/* Renaming a file over a folder fails, and that at the end of a run. */
static hud_status check_names(const char *path, struct hud_error *error)
{
  for (size_t i = 0; hud_result_names[i] != NULL; i++) {
    char *name = NULL;
    struct stat info;
    hud_status status = hud_path_join(&name, path, hud_result_names[i], error);
    if (status == HUD_OK && lstat(name, &info) == 0 && S_ISDIR(info.st_mode))
      status = hud_fail(error, HUD_ERROR_OUTPUT, "%s is a folder; a result has to go there", name);
    hud_free(name);
    if (status != HUD_OK)
      return status;
  }
  return HUD_OK;
}

hud_status hud_directory_prepare(struct hud_directory **directory, const char *path, bool force,
                                 struct hud_error *error)
{
  enum { NAME = 256 };
  char found[NAME];
  *directory = NULL;
  struct hud_directory *made = NULL;
  hud_status status = HUD_NEW(&made, 1, "a folder", error);
  if (status != HUD_OK)
    return status;
  made->lock = -1;
  made->made = !hud_path_exists(path);
  status = hud_copy_text(&made->path, path, error);
  if (status == HUD_OK)
    status = hud_directory_create(path, error);
  if (status == HUD_OK)
    status = lock_folder(made, error);
  if (status == HUD_OK)
    status = look_inside(path, found, sizeof found, error);
  if (status == HUD_OK && found[0] != '\0' && !force)
    status = hud_fail(error, HUD_ERROR_USAGE,
                      "%s is not empty (it has %s); name another folder, or use --force to "
                      "replace the results in it",
                      path, found);
  if (status == HUD_OK)
    status = check_names(path, error);
  if (status == HUD_OK)
    *directory = made;
  else
    hud_directory_release(made, true);
  return status;
}

const char *hud_directory_path(const struct hud_directory *directory)
{
  return directory->path;
}

static bool is_result(const char *name)
{
  for (size_t i = 0; hud_result_names[i] != NULL; i++)
    if (strcmp(name, hud_result_names[i]) == 0)
      return true;
  return strncmp(name, "figure-", 7) == 0 || strcmp(name, "report.html") == 0;
}

hud_status hud_directory_clear(const struct hud_directory *directory,
                               bool (*keep)(const void *context, const char *name),
                               const void *context, struct hud_error *error)
{
  DIR *stream = opendir(directory->path);
  if (stream == NULL)
    return hud_fail(error, HUD_ERROR_OUTPUT, "cannot open the folder %s: %s", directory->path,
                    strerror(errno));
  hud_status status = HUD_OK;
  for (const struct dirent *entry; status == HUD_OK && (entry = readdir(stream)) != NULL;) {
    const char *name = entry->d_name;
    if (!is_result(name) || keep(context, name))
      continue;
    if (unlinkat(directory->lock, name, 0) != 0 && errno != ENOENT)
      status = hud_fail(error, HUD_ERROR_OUTPUT, "cannot remove %s/%s: %s", directory->path, name,
                        strerror(errno));
  }
  closedir(stream);
  return status;
}

void hud_directory_release(struct hud_directory *directory, bool failed)
{
  if (directory == NULL)
    return;
  if (directory->lock >= 0) {
    if (failed && directory->made)
      rmdir(directory->path);
    close(directory->lock);
  }
  hud_free(directory->path);
  hud_free(directory);
}
