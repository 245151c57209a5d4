/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time integration by CVODE; the only file that calls it. Three of its habits are fenced in here:
 * a NaN in the right-hand side makes it burn steps and blame the corrector (so every evaluation is
 * checked, and the message names the unknown and the time); it can report success without advancing
 * (so the returned time is verified); and it prints (so its messages are caught). */
#include "evolve/evolve.h"

#include <cvode/cvode.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_spgmr.h>

#include "base/alloc.h"
#include "evolve/vector.h"

enum { MESSAGE = 256 };

struct hud_evolve {
  const struct hud_system *system;
  struct hud_evolve_options options;
  SUNContext context;
  N_Vector y;
  SUNLinearSolver linear_solver;
  void *cvode;
  double start, time; /* where the integration began; how far the steps have come */
  double wall_start;
  struct hud_error error; /* set inside callbacks, because CVODE passes on only a number */
  char message[MESSAGE];  /* CVODE's own last words */
  struct hud_evolve_counters before; /* counters of earlier starts */
};

static double *values_of(N_Vector v)
{
  return NV_DATA_S(v);
}

static hud_status check_finite(const struct hud_system *system, const char *what, double t,
                               const double *values, struct hud_error *error)
{
  double probe = 0.0;
  for (size_t i = 0; i < system->size; i++)
    probe += 0.0 * values[i];
  if (probe == 0.0)
    return HUD_OK;
  size_t index = 0;
  while (index + 1 < system->size && isfinite(values[index]))
    index++;
  char place[HUD_ERROR_WHERE];
  system->describe(system->self, index, place, sizeof place);
  char where[HUD_ERROR_WHERE + 32];
  snprintf(where, sizeof where, "%s, t = %.9g", place, t);
  return hud_fail_at(error, HUD_ERROR_COMPUTE, where, "%s is not finite (%g) at %s", what,
                     values[index], where);
}

static int rhs(sunrealtype t, N_Vector y, N_Vector ydot, void *data)
{
  struct hud_evolve *evolve = data;
  const struct hud_system *system = evolve->system;
  hud_status status = system->rhs(system->self, t, values_of(y), values_of(ydot), &evolve->error);
  if (status == HUD_OK)
    status = check_finite(system, "the right-hand side", t, values_of(ydot), &evolve->error);
  return status == HUD_OK ? 0 : -1;
}

static int jacobian_times(N_Vector v, N_Vector jv, sunrealtype t, N_Vector y, N_Vector fy,
                          void *data, N_Vector scratch)
{
  (void)fy;
  (void)scratch;
  struct hud_evolve *evolve = data;
  const struct hud_system *system = evolve->system;
  return system->jacobian_times(system->self, t, values_of(y), values_of(v), values_of(jv),
                                &evolve->error) == HUD_OK
             ? 0
             : -1;
}

static int precondition_setup(sunrealtype t, N_Vector y, N_Vector fy, sunbooleantype current,
                              sunbooleantype *updated, sunrealtype gamma, void *data)
{
  (void)fy;
  (void)current;
  struct hud_evolve *evolve = data;
  const struct hud_system *system = evolve->system;
  *updated = SUNTRUE;
  return system->precondition_setup(system->self, t, values_of(y), gamma, &evolve->error) == HUD_OK
             ? 0
             : -1;
}

static int precondition_solve(sunrealtype t, N_Vector y, N_Vector fy, N_Vector r, N_Vector z,
                              sunrealtype gamma, sunrealtype delta, int side, void *data)
{
  (void)t;
  (void)y;
  (void)fy;
  (void)gamma;
  (void)delta;
  (void)side;
  struct hud_evolve *evolve = data;
  const struct hud_system *system = evolve->system;
  return system->precondition_solve(system->self, values_of(r), values_of(z), &evolve->error) ==
                 HUD_OK
             ? 0
             : -1;
}

/* Blocks weigh equally: the weight of block b carries sqrt(N/(B n_b)), so that the WRMS norm over
 * all unknowns is the root mean square over blocks of each block's own. */
static int error_weights(N_Vector y, N_Vector weight, void *data)
{
  const struct hud_evolve *evolve = data;
  const struct hud_system *system = evolve->system;
  double rtol = evolve->options.rtol, atol = evolve->options.atol;
  double *w = values_of(weight);
  system->scale(system->self, values_of(y), w);
  for (int b = 0; b < system->block_count; b++) {
    size_t begin = system->offsets[b], end = system->offsets[b + 1];
    double share = sqrt((double)system->size / (system->block_count * (double)(end - begin)));
    for (size_t i = begin; i < end; i++) {
      double allowed = rtol * w[i] + atol;
      if (!(allowed > 0.0))
        return -1;
      w[i] = share / allowed;
    }
  }
  return 0;
}

static void keep_message(struct hud_evolve *evolve, const char *text)
{
  snprintf(evolve->message, sizeof evolve->message, "%s", text);
  evolve->message[strcspn(evolve->message, "\n")] = '\0';
}

#if SUNDIALS_VERSION_MAJOR >= 7
static void catch_message(int line, const char *function, const char *file, const char *text,
                          SUNErrCode code, void *data, SUNContext context)
{
  (void)line;
  (void)function;
  (void)file;
  (void)code;
  (void)context;
  keep_message(data, text);
}
#else
static void catch_message(int code, const char *module, const char *function, char *text,
                          void *data)
{
  (void)code;
  (void)module;
  (void)function;
  keep_message(data, text);
}
#endif

static bool create_context(struct hud_evolve *evolve)
{
#if SUNDIALS_VERSION_MAJOR >= 7
  if (SUNContext_Create(SUN_COMM_NULL, &evolve->context) != 0)
    return false;
  SUNContext_ClearErrHandlers(evolve->context);
  return SUNContext_PushErrHandler(evolve->context, catch_message, evolve) == 0;
#else
  return SUNContext_Create(NULL, &evolve->context) == 0;
#endif
}

/* Every set-up call of CVODE in order; the first that fails is named. */
static const char *set_up(struct hud_evolve *evolve)
{
  const struct hud_system *system = evolve->system;
  void *cvode = evolve->cvode;
#if SUNDIALS_VERSION_MAJOR < 7
  if (CVodeSetErrHandlerFn(cvode, catch_message, evolve) != CV_SUCCESS)
    return "CVodeSetErrHandlerFn";
#endif
  if (CVodeInit(cvode, rhs, evolve->time, evolve->y) != CV_SUCCESS)
    return "CVodeInit";
  if (CVodeSetUserData(cvode, evolve) != CV_SUCCESS)
    return "CVodeSetUserData";
  if (CVodeWFtolerances(cvode, error_weights) != CV_SUCCESS)
    return "CVodeWFtolerances";
  if (CVodeSetMaxOrd(cvode, system->max_order) != CV_SUCCESS)
    return "CVodeSetMaxOrd";
  if (CVodeSetLinearSolver(cvode, evolve->linear_solver, NULL) != CV_SUCCESS)
    return "CVodeSetLinearSolver";
  if (CVodeSetJacTimes(cvode, NULL, jacobian_times) != CV_SUCCESS)
    return "CVodeSetJacTimes";
  if (CVodeSetPreconditioner(cvode, precondition_setup, precondition_solve) != CV_SUCCESS)
    return "CVodeSetPreconditioner";
  if (CVodeSetStopTime(cvode, evolve->options.end) != CV_SUCCESS)
    return "CVodeSetStopTime";
  return NULL;
}

hud_status hud_evolve_create(struct hud_evolve **out, const struct hud_system *system, double t,
                             const double *y, const struct hud_evolve_options *options,
                             struct hud_error *error)
{
  *out = NULL;
  hud_status status = check_finite(system, "the initial state", t, y, error);
  struct hud_evolve *evolve = NULL;
  if (status == HUD_OK)
    status = HUD_NEW(&evolve, 1, "the integrator", error);
  if (status != HUD_OK)
    return status;
  evolve->system = system;
  evolve->options = *options;
  evolve->start = evolve->time = t;
  evolve->wall_start = hud_clock();
  const char *failed = "SUNContext_Create";
  if (create_context(evolve)) {
    evolve->y = hud_vector_create(system->size, evolve->context);
    if (evolve->y != NULL) {
      memcpy(values_of(evolve->y), y, system->size * sizeof *y);
      evolve->linear_solver = SUNLinSol_SPGMR(evolve->y, SUN_PREC_LEFT, 0, evolve->context);
      evolve->cvode = CVodeCreate(CV_BDF, evolve->context);
    }
    failed = evolve->cvode != NULL && evolve->linear_solver != NULL ? set_up(evolve)
                                                                    : "allocating CVODE";
  }
  if (failed != NULL) {
    status = hud_fail(error, HUD_ERROR_COMPUTE, "the integrator cannot start: %s failed %s", failed,
                      evolve->message);
    hud_evolve_free(evolve);
    return status;
  }
  *out = evolve;
  return HUD_OK;
}

void hud_evolve_free(struct hud_evolve *evolve)
{
  if (evolve == NULL)
    return;
  if (evolve->cvode != NULL)
    CVodeFree(&evolve->cvode);
  if (evolve->linear_solver != NULL)
    SUNLinSolFree(evolve->linear_solver);
  if (evolve->y != NULL)
    N_VDestroy(evolve->y);
  if (evolve->context != NULL)
    SUNContext_Free(&evolve->context);
  hud_free(evolve);
}

static hud_status explain(struct hud_evolve *evolve, int flag, struct hud_error *error)
{
  if (evolve->error.code != HUD_OK) {
    if (error != NULL)
      *error = evolve->error;
    return evolve->error.code;
  }
  char *name = CVodeGetReturnFlagName(flag);
  hud_status status =
      hud_fail(error, HUD_ERROR_COMPUTE, "the integrator gave up at t = %.9g: %s (%s)",
               evolve->time, name != NULL ? name : "?", evolve->message);
  free(name);
  return status;
}

static hud_status check_caps(struct hud_evolve *evolve, struct hud_error *error)
{
  const struct hud_evolve_options *options = &evolve->options;
  if (options->stop != NULL && *options->stop)
    return hud_fail(error, HUD_ERROR_INTERRUPTED, "stopped at t = %.9g", evolve->time);
  long steps = 0;
  CVodeGetNumSteps(evolve->cvode, &steps);
  if (options->max_steps > 0 && evolve->before.steps + steps >= options->max_steps)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "step cap: %lld steps brought the run to t = %.9g of %.9g "
                    "(solver.max_steps)",
                    (long long)(evolve->before.steps + steps), evolve->time, options->end);
  if (options->max_wall > 0.0 && hud_clock() - evolve->wall_start > options->max_wall)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "wall cap: %.3g s brought the run to t = %.9g of %.9g (solver.max_wall)",
                    options->max_wall, evolve->time, options->end);
  return HUD_OK;
}

static hud_status one_step(struct hud_evolve *evolve, struct hud_error *error)
{
  hud_status status = check_caps(evolve, error);
  if (status != HUD_OK)
    return status;
  double before = evolve->time;
  int flag = CVode(evolve->cvode, evolve->options.end, evolve->y, &evolve->time, CV_ONE_STEP);
  if (flag < 0)
    return explain(evolve, flag, error);
  if (!(evolve->time > before))
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "the integrator stands still at t = %.9g: its step is below round-off", before);
  double whole = evolve->options.end - evolve->start;
  hud_log_progress(evolve->options.log, (evolve->time - evolve->start) / whole, "t = %.4g",
                   evolve->time);
  return HUD_OK;
}

hud_status hud_evolve_to(struct hud_evolve *evolve, double t, double *y, struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (t > evolve->options.end)
    return hud_fail(error, HUD_ERROR_USAGE, "t = %.17g lies beyond the end %.17g", t,
                    evolve->options.end);
  while (evolve->time < t && status == HUD_OK)
    status = one_step(evolve, error);
  if (status != HUD_OK)
    return status;
  if (t == evolve->time) {
    memcpy(y, values_of(evolve->y), evolve->system->size * sizeof *y);
  } else {
    N_Vector at = N_VMake_Serial((sunindextype)evolve->system->size, y, evolve->context);
    int flag = at != NULL ? CVodeGetDky(evolve->cvode, t, 0, at) : CV_MEM_NULL;
    if (at != NULL)
      N_VDestroy(at);
    if (flag != CV_SUCCESS)
      return explain(evolve, flag, error);
  }
  return check_finite(evolve->system, "the solution", t, y, error);
}

hud_status hud_evolve_restart(struct hud_evolve *evolve, double t, const double *y,
                              struct hud_error *error)
{
  hud_evolve_counters(evolve, &evolve->before);
  memcpy(values_of(evolve->y), y, evolve->system->size * sizeof *y);
  evolve->time = t;
  int flag = CVodeReInit(evolve->cvode, t, evolve->y);
  return flag == CV_SUCCESS ? check_finite(evolve->system, "the state", t, y, error)
                            : explain(evolve, flag, error);
}

hud_status hud_evolve_resume(struct hud_evolve *evolve, double t, const double *y,
                             const struct hud_evolve_counters *before, struct hud_error *error)
{
  hud_status status = hud_evolve_restart(evolve, t, y, error);
  evolve->before = *before;
  return status;
}

void hud_evolve_counters(const struct hud_evolve *evolve, struct hud_evolve_counters *counters)
{
  void *cvode = evolve->cvode;
  *counters = evolve->before;
  long steps = 0, evaluations = 0, setups = 0, failures = 0;
  int order = 0, next_order = 0;
  double first = 0.0, last = 0.0, next = 0.0, current = 0.0;
  CVodeGetIntegratorStats(cvode, &steps, &evaluations, &setups, &failures, &order, &next_order,
                          &first, &last, &next, &current);
  counters->steps += steps;
  counters->rhs_evaluations += evaluations;
  counters->error_test_failures += failures;
  counters->last_order = order;
  counters->last_step = last;
  long number = 0;
  if (CVodeGetNumNonlinSolvIters(cvode, &number) == CV_SUCCESS)
    counters->newton_iterations += number;
  if (CVodeGetNumNonlinSolvConvFails(cvode, &number) == CV_SUCCESS)
    counters->newton_failures += number;
  if (CVodeGetNumLinIters(cvode, &number) == CV_SUCCESS)
    counters->linear_iterations += number;
  if (CVodeGetNumLinConvFails(cvode, &number) == CV_SUCCESS)
    counters->linear_failures += number;
  if (CVodeGetNumJtimesEvals(cvode, &number) == CV_SUCCESS)
    counters->jacobian_products += number;
  if (CVodeGetNumPrecEvals(cvode, &number) == CV_SUCCESS)
    counters->preconditioner_setups += number;
  if (CVodeGetNumPrecSolves(cvode, &number) == CV_SUCCESS)
    counters->preconditioner_solves += number;
}

const char *hud_evolve_library_version(void)
{
  return SUNDIALS_VERSION;
}
