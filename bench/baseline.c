/* SPDX-License-Identifier: GPL-3.0-or-later
 * CVODE on the same right-hand side with all its defaults and GMRES. */
#include "bench/baseline.h"

#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_spgmr.h>

#include "base/log.h"

struct baseline {
  const struct hud_system *system;
  double deadline;
};

static int rhs(sunrealtype t, N_Vector y, N_Vector ydot, void *data)
{
  struct baseline *baseline = data;
  struct hud_error error;
  if (hud_clock() > baseline->deadline)
    return -1;
  return baseline->system->rhs(baseline->system->self, t, NV_DATA_S(y), NV_DATA_S(ydot), &error) ==
                 HUD_OK
             ? 0
             : -1;
}

#if SUNDIALS_VERSION_MAJOR >= 7
#define NO_COMMUNICATOR SUN_COMM_NULL
#else
#define NO_COMMUNICATOR NULL
static void ignore(int code, const char *module, const char *function, char *text, void *data)
{
  (void)code;
  (void)module;
  (void)function;
  (void)text;
  (void)data;
}
#endif

static double mass_of(const struct hud_model *model, const double *y)
{
  double mass = 0.0;
  for (int k = 1; k <= model->network->K; k++) {
    const double *fk = hud_model_density(model, y, k);
    if (fk != NULL)
      mass += k * model->network->sizes[k].weight * model->rep->ops->mass(model->rep, k, fk);
  }
  return mass;
}

struct hud_baseline_result hud_baseline_run(struct hud_simulation *simulation, double end,
                                            double rtol, double seconds)
{
  struct hud_baseline_result result = {0};
  struct baseline baseline = {hud_model_system(simulation->model), hud_clock() + seconds};
  double before = mass_of(simulation->model, simulation->y);
  SUNContext context;
  SUNContext_Create(NO_COMMUNICATOR, &context);
  N_Vector y = N_VNew_Serial((sunindextype)baseline.system->size, context);
  memcpy(NV_DATA_S(y), simulation->y, baseline.system->size * sizeof(double));
  SUNLinearSolver solver = SUNLinSol_SPGMR(y, SUN_PREC_NONE, 0, context);
  void *cvode = CVodeCreate(CV_BDF, context);
#if SUNDIALS_VERSION_MAJOR >= 7
  SUNContext_ClearErrHandlers(context);
#else
  CVodeSetErrHandlerFn(cvode, ignore, NULL);
#endif
  CVodeInit(cvode, rhs, 0.0, y);
  CVodeSetUserData(cvode, &baseline);
  CVodeSStolerances(cvode, rtol, 1e-12);
  CVodeSetLinearSolver(cvode, solver, NULL);
  CVodeSetMaxNumSteps(cvode, 10000000);
  double start = hud_clock();
  long linear = 0;
  CVode(cvode, end, y, &result.time, CV_NORMAL);
  result.wall = hud_clock() - start;
  CVodeGetNumRhsEvals(cvode, &result.evaluations);
  CVodeGetNumLinRhsEvals(cvode, &linear);
  CVodeGetNumSteps(cvode, &result.steps);
  result.evaluations += linear;
  result.mass_drift = fabs(mass_of(simulation->model, NV_DATA_S(y)) - before) / before;
  CVodeFree(&cvode);
  SUNLinSolFree(solver);
  N_VDestroy(y);
  SUNContext_Free(&context);
  return result;
}
