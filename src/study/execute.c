/* SPDX-License-Identifier: GPL-3.0-or-later
 * Processes rather than threads: a run that is killed for its memory or crashes takes no other with
 * it, and libraries with a global state (NetCDF) are no concern. A child tells its end through a
 * pipe; it is killed with its parent, so that none writes after a killed study was called again. */
#define _DEFAULT_SOURCE
#include "study/execute.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/alloc.h"
#include "base/file.h"
#include "run/checkpoint.h"
#include "run/run.h"
#include "study/points.h"

enum { MODEL_BYTES = 4 * 1024 * 1024 };

struct worker {
  pid_t pid; /* 0: free */
  int pipe;  /* the child writes its struct hud_error here */
  size_t run;
};

struct crew {
  struct hud_study_plan *plan;
  const struct hud_study_execution *execution;
  int busy;
  struct worker *workers; /* execution->jobs */
  size_t finished, wanted;
};

hud_status hud_study_run_folder(char **folder, const char *directory,
                                const struct hud_study_run *run, struct hud_error *error)
{
  char name[40];
  snprintf(name, sizeof name, "runs/%s", hud_model_file_hash(run->file));
  return hud_path_join(folder, directory, name, error);
}

/* Is the result of the run there, complete and of this model? */
static hud_status is_finished(const struct hud_study_run *run, const char *directory,
                              bool *finished, struct hud_error *error)
{
  char *folder = NULL, *model = NULL, *summary = NULL, *text = NULL;
  size_t length;
  *finished = false;
  hud_status status = hud_study_run_folder(&folder, directory, run, error);
  if (status == HUD_OK)
    status = hud_path_join(&model, folder, "model.yaml", error);
  if (status == HUD_OK)
    status = hud_path_join(&summary, folder, "summary.json", error);
  if (status == HUD_OK && hud_path_exists(summary) &&
      hud_file_read(&text, &length, model, MODEL_BYTES, NULL) == HUD_OK)
    *finished = strcmp(text, hud_model_file_resolved(run->file)) == 0;
  hud_free(folder);
  hud_free(model);
  hud_free(summary);
  hud_free(text);
  return status;
}

/* ---- the child ---- */

/* A run that was stopped may have left a checkpoint of the same model, to go on from. */
static struct hud_checkpoint *find_checkpoint(const char *folder, const char *model)
{
  struct hud_checkpoint *checkpoint = NULL;
  if (hud_checkpoint_read(&checkpoint, folder, NULL) != HUD_OK)
    return NULL;
  if (strcmp(hud_checkpoint_model(checkpoint), model) == 0)
    return checkpoint;
  hud_checkpoint_free(checkpoint);
  return NULL;
}

static hud_status run_model(const struct hud_study_run *run,
                            const struct hud_study_execution *execution, struct hud_error *error)
{
  char *folder = NULL;
  struct hud_model_file *file = NULL;
  struct hud_checkpoint *checkpoint = NULL;
  const char *text = hud_model_file_resolved(run->file);
  hud_status status = hud_study_run_folder(&folder, execution->directory, run, error);
  if (status == HUD_OK)
    status = hud_model_file_parse(&file, "model", text, strlen(text), NULL, 0, error);
  if (status == HUD_OK && !execution->again)
    checkpoint = find_checkpoint(folder, text);
  const struct hud_run_options options = {
      .directory = folder, .force = true, .stop = execution->stop, .checkpoint = checkpoint};
  if (status == HUD_OK)
    status = hud_run(file, &options, error);
  hud_checkpoint_free(checkpoint);
  hud_free(folder);
  return status;
}

static void child(const struct hud_study_run *run, const struct hud_study_execution *execution,
                  pid_t parent, int out)
{
  struct hud_error error = {0};
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1);
#else
  (void)parent;
#endif
  error.code = run_model(run, execution, &error);
  ssize_t written = write(out, &error, sizeof error);
  _exit(written == (ssize_t)sizeof error ? 0 : 1);
}

/* ---- the parent ---- */

static hud_status start(struct crew *crew, size_t run, struct hud_error *error)
{
  int ends[2], slot = 0;
  while (crew->workers[slot].pid != 0)
    slot++;
  if (pipe(ends) != 0)
    return hud_fail(error, HUD_ERROR_COMPUTE, "a pipe cannot be made: %s", strerror(errno));
  pid_t self = getpid(), pid = fork();
  if (pid == 0) {
    close(ends[0]);
    child(&crew->plan->runs[run], crew->execution, self, ends[1]);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return hud_fail(error, HUD_ERROR_COMPUTE, "a process cannot be started: %s", strerror(errno));
  }
  crew->workers[slot] = (struct worker){pid, ends[0], run};
  crew->busy++;
  return HUD_OK;
}

/* What the child said, or what became of it. */
static void collect(const struct worker *worker, struct hud_error *found)
{
  int status = 0;
  size_t length = 0;
  ssize_t got = 1;
  while (got != 0 && length < sizeof *found) {
    got = read(worker->pipe, (char *)found + length, sizeof *found - length);
    if (got < 0 && errno != EINTR)
      break;
    length += got > 0 ? (size_t)got : 0;
  }
  close(worker->pipe);
  while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (length == sizeof *found)
    return;
  memset(found, 0, sizeof *found);
  if (WIFSIGNALED(status))
    hud_fail(found, HUD_ERROR_COMPUTE, "the process of the run was ended by signal %d (%s)",
             WTERMSIG(status), strsignal(WTERMSIG(status)));
  else
    hud_fail(found, HUD_ERROR_COMPUTE, "the process of the run ended without a word");
}

static void describe(const struct crew *crew, size_t number, char *text, size_t size)
{
  const struct hud_study *study = crew->plan->study;
  const struct hud_study_run *run = &crew->plan->runs[number];
  char point[80];
  hud_study_point_text(study, run->point, -1, point, sizeof point);
  snprintf(text, size, "%.60s%s%s%s", study->variants[run->variant].label,
           point[0] != '\0' ? ", " : "", point, run->refined ? ", refined" : "");
}

/* Takes in a finished child. */
static hud_status finish(struct crew *crew, struct worker *worker, struct hud_error *error)
{
  struct hud_error found = {0};
  struct hud_study_run *run = &crew->plan->runs[worker->run];
  char name[160];
  collect(worker, &found);
  worker->pid = 0;
  crew->busy--;
  describe(crew, worker->run, name, sizeof name);
  if (found.code == HUD_OK) {
    run->state = HUD_RUN_DONE;
    crew->finished++;
    hud_log_progress(crew->execution->log, (double)crew->finished / (double)crew->wanted,
                     "%zu of %zu runs", crew->finished, crew->wanted);
    return HUD_OK;
  }
  if (found.code == HUD_ERROR_COMPUTE) {
    run->state = HUD_RUN_FAILED;
    crew->finished++;
    hud_log_warning(crew->execution->log, "%s: %s", name, found.message);
    return hud_copy_text(&run->failure, found.message, error);
  }
  char place[HUD_ERROR_WHERE];
  snprintf(place, sizeof place, "%.120s%s%.120s", name, found.where[0] != '\0' ? ": " : "",
           found.where);
  return hud_fail_at(error, found.code, place, "%s", found.message);
}

/* Waits until a child ends, or a moment, so that *stop is seen. */
static hud_status wait_for_one(struct crew *crew, struct hud_error *error)
{
  hud_status status = HUD_OK;
  struct pollfd *polled = NULL;
  int jobs = crew->execution->jobs;
  if (HUD_NEW(&polled, (size_t)jobs, "processes", error) != HUD_OK)
    return HUD_ERROR_MEMORY;
  for (int w = 0; w < jobs; w++)
    polled[w] = (struct pollfd){crew->workers[w].pid != 0 ? crew->workers[w].pipe : -1, POLLIN, 0};
  int ready = poll(polled, (nfds_t)jobs, 200);
  for (int w = 0; w < jobs && ready > 0 && status == HUD_OK; w++)
    if (polled[w].fd >= 0 && polled[w].revents != 0)
      status = finish(crew, &crew->workers[w], error);
  hud_free(polled);
  return status;
}

/* Ends all children. A run that is asked to stop leaves nothing under a final name. */
static void stop_all(struct crew *crew)
{
  struct hud_error ignored;
  for (int w = 0; w < crew->execution->jobs; w++)
    if (crew->workers[w].pid != 0)
      kill(crew->workers[w].pid, SIGTERM);
  for (int w = 0; w < crew->execution->jobs; w++)
    if (crew->workers[w].pid != 0)
      collect(&crew->workers[w], &ignored);
  crew->busy = 0;
}

static bool must_stop(const struct hud_study_execution *execution)
{
  return execution->stop != NULL && *execution->stop != 0;
}

static hud_status work(struct crew *crew, struct hud_error *error)
{
  struct hud_study_plan *plan = crew->plan;
  hud_status status = HUD_OK;
  size_t next = 0;
  while (status == HUD_OK) {
    while (next < plan->run_count && plan->runs[next].state != HUD_RUN_WAITING)
      next++;
    if (must_stop(crew->execution))
      status = hud_fail(error, HUD_ERROR_INTERRUPTED,
                        "stopped; %zu of %zu runs are there, and the same command goes on",
                        plan->run_count - crew->wanted + crew->finished, plan->run_count);
    else if (next < plan->run_count && crew->busy < crew->execution->jobs)
      status = start(crew, next++, error);
    else if (crew->busy > 0)
      status = wait_for_one(crew, error);
    else
      break;
  }
  return status;
}

hud_status hud_study_execute(struct hud_study_plan *plan,
                             const struct hud_study_execution *execution, struct hud_error *error)
{
  struct crew crew = {.plan = plan, .execution = execution};
  hud_status status = HUD_OK;
  for (size_t r = 0; r < plan->run_count && status == HUD_OK; r++) {
    bool finished = false;
    if (!execution->again)
      status = is_finished(&plan->runs[r], execution->directory, &finished, error);
    plan->runs[r].state = finished ? HUD_RUN_KEPT : HUD_RUN_WAITING;
    crew.wanted += !finished;
  }
  if (status == HUD_OK)
    hud_log_info(execution->log, "%zu runs, %zu of them finished before", plan->run_count,
                 plan->run_count - crew.wanted);
  if (status == HUD_OK)
    status = HUD_NEW(&crew.workers, (size_t)execution->jobs, "processes", error);
  if (status == HUD_OK)
    status = work(&crew, error);
  if (crew.workers != NULL)
    stop_all(&crew);
  hud_free(crew.workers);
  return status;
}
