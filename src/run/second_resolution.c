/* SPDX-License-Identifier: GPL-3.0-or-later
 * A second resolution beside a spectral run (second_resolution.h). It takes no part in checkpoints:
 * a resumed run takes it from t = 0 again, and the comparisons before the checkpoint are kept with
 * what was watched. */
#include "run/second_resolution.h"

#include <math.h>

#include "base/alloc.h"
#include "evolve/evolve.h"
#include "run/simulation.h"
#include "spectral/spectral.h"

/* Below that, round-off is what a step controls. */
static const double least_rtol = 1e-14;

struct hud_second_resolution {
  struct hud_model *model;
  struct hud_evolve *evolve;
  double *y, time;
};

const char *const hud_checked_names[HUD_CHECKED_COUNT] = {
    "check_mass", "check_mean",  "check_variance", "check_m3",
    "check_m4",   "check_fhat1", "check_fhat2"};

hud_status hud_second_resolution_create(struct hud_second_resolution **out,
                                        const struct hud_description *description,
                                        const volatile sig_atomic_t *stop, struct hud_error *error)
{
  struct hud_second_resolution *second = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&second, 1, "a second resolution", error);
  if (status == HUD_OK)
    status = hud_model_create_finer(&second->model, description, error);
  if (status == HUD_OK)
    status = HUD_NEW(&second->y, hud_model_system(second->model)->size, "a state", error);
  if (status == HUD_OK)
    status = hud_model_initial(second->model, second->y, error);
  if (status == HUD_OK) {
    struct hud_evolve_options options = hud_simulation_solver(description, stop);
    options.rtol = fmin(options.rtol, fmax(0.1 * options.rtol, least_rtol));
    status = hud_evolve_create(&second->evolve, hud_model_system(second->model), 0.0, second->y,
                               &options, error);
  }
  if (status == HUD_OK)
    *out = second;
  else
    hud_second_resolution_free(second);
  return status;
}

void hud_second_resolution_free(struct hud_second_resolution *second)
{
  if (second == NULL)
    return;
  hud_evolve_free(second->evolve);
  hud_model_free(second->model);
  hud_free(second->y);
  hud_free(second);
}

size_t hud_second_resolution_unknowns(const struct hud_second_resolution *second)
{
  return hud_model_system(second->model)->size;
}

/* The larger, where NaN counts as the largest: a difference that is not known is not small. */
static void enter(struct hud_resolution_check *check, enum hud_checked what, double difference)
{
  if (isnan(difference) || difference > check->worst[what])
    check->worst[what] = difference;
}

static void compare_moments(const struct hud_model *a, const double *fk, const struct hud_model *b,
                            const double *gk, int k, struct hud_resolution_check *check)
{
  double f[5], g[5];
  a->rep->ops->moments(a->rep, k, fk, a->v_infinity, 4, f);
  b->rep->ops->moments(b->rep, k, gk, a->v_infinity, 4, g);
  double width = sqrt(g[2] / g[0]);
  enter(check, HUD_CHECKED_MASS, fabs(f[0] / g[0] - 1.0));
  enter(check, HUD_CHECKED_MEAN, fabs(f[1] - g[1]) / (g[0] * width));
  enter(check, HUD_CHECKED_VARIANCE, fabs(f[2] / g[2] - 1.0));
  enter(check, HUD_CHECKED_THIRD, fabs(f[3] - g[3]) / (g[2] * width));
  enter(check, HUD_CHECKED_FOURTH, fabs(f[4] / g[4] - 1.0));
}

hud_status hud_second_resolution_compare(struct hud_second_resolution *second, double t,
                                         const struct hud_model *model, const double *y,
                                         struct hud_resolution_check *check,
                                         struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (t > second->time)
    status = hud_evolve_to(second->evolve, t, second->y, error);
  second->time = t;
  bool pairs = false;
  for (int k = 1; k <= model->network->K && status == HUD_OK; k++) {
    double difference;
    const double *fk = hud_model_density(model, y, k);
    const double *gk = hud_model_density(second->model, second->y, k);
    if (fk == NULL)
      continue;
    pairs = pairs || k == 2;
    if (gk[0] == 0.0) /* no such clusters, as at t = 0 */
      continue;
    compare_moments(model, fk, second->model, gk, k, check);
    if (k > 2)
      continue;
    status = hud_spectral_difference(model->rep, k, fk, second->model->rep, gk, &difference, error);
    if (status == HUD_OK)
      enter(check, k == 1 ? HUD_CHECKED_FHAT1 : HUD_CHECKED_FHAT2, difference);
  }
  if (!pairs)
    check->worst[HUD_CHECKED_FHAT2] = NAN;
  return status;
}
