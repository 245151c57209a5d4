/* SPDX-License-Identifier: GPL-3.0-or-later
 * The a posteriori estimates of the spectral method: what a second resolution says against what the
 * exact moments and a far finer box say, and where a run reports it. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "huddle/simulation.h"

#include "run/second_resolution.h"
#include "run/simulation.h"
#include "scratch.h"
#include "spectral/spectral.h"
#include "support.h"

static const char *const gaussian = "{gaussian: {mass: 1, mean: 0.3, stddev: 1}}";
static const char *const bimodal = "{mixture: [{gaussian: {mass: 0.6, mean: -0.7, stddev: 0.4}}, "
                                   "{gaussian: {mass: 0.4, mean: 1.3, stddev: 0.5}}]}";
static const char *const atoms = "{atoms: [[0.5, -0.7], [0.3, 1.1], [0.2, 0.4]]}";

struct trial {
  const char *model, *data;
  double epsilon, tolerance;
};

static struct hud_simulation *open_trial(const struct trial *trial, const char *method, double rtol,
                                         double tolerance)
{
  char text[1024];
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: %s\nclusters: 3\nmethod: %s\nepsilon: %g\n"
           "rates: {lambda: {default: 0.8, \"1,1\": 1}, mu: {default: 1.5, \"1,1\": 2}}\n"
           "initial: {f1: %s}\ntime: {end: 1}\n"
           "solver: {rtol: %g, atol: 1e-30, spectral_tol: %g, spectral_check: true}\n",
           trial->model, method, trial->epsilon, trial->data, rtol, tolerance);
  assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
  return simulation;
}

static void enter(double *worst, double value)
{
  *worst = fmax(*worst, fabs(value));
}

/* The errors of the present state in the units of the check, against moments and a finer box. */
static void true_errors(const struct hud_simulation *s, const struct hud_simulation *moments,
                        const struct hud_simulation *fine, double errors[HUD_CHECKED_COUNT])
{
  struct hud_error error;
  for (int k = 1; k <= s->model->network->K; k++) {
    const double *fk = hud_model_density(s->model, s->y, k);
    const double *mk = hud_model_density(moments->model, moments->y, k);
    double a[5], b[5], difference;
    if (fk == NULL)
      continue;
    s->model->rep->ops->moments(s->model->rep, k, fk, s->model->v_infinity, 4, a);
    moments->model->rep->ops->moments(moments->model->rep, k, mk, s->model->v_infinity, 4, b);
    double width = sqrt(b[2] / b[0]);
    enter(&errors[HUD_CHECKED_MASS], a[0] / b[0] - 1.0);
    enter(&errors[HUD_CHECKED_MEAN], (a[1] - b[1]) / (b[0] * width));
    enter(&errors[HUD_CHECKED_VARIANCE], a[2] / b[2] - 1.0);
    enter(&errors[HUD_CHECKED_THIRD], (a[3] - b[3]) / (b[2] * width));
    enter(&errors[HUD_CHECKED_FOURTH], a[4] / b[4] - 1.0);
    if (k > 2)
      continue;
    assert_ok(hud_spectral_difference(s->model->rep, k, fk, fine->model->rep,
                                      hud_model_density(fine->model, fine->y, k), &difference,
                                      &error),
              &error);
    enter(&errors[k == 1 ? HUD_CHECKED_FHAT1 : HUD_CHECKED_FHAT2], difference);
  }
}

/* The difference of two resolutions is the truth within a factor of two, down to round-off and the
 * tolerance in time of the second; the decay of coefficients finds its order. */
static void check_trial(const struct trial *trial)
{
  struct hud_error error;
  struct hud_resolution_check check = {{0.0}};
  struct hud_second_resolution *second = NULL;
  double errors[HUD_CHECKED_COUNT] = {0.0}, decay = 0.0, now;
  struct hud_simulation *s = open_trial(trial, "spectral", 1e-8, trial->tolerance);
  struct hud_simulation *moments = open_trial(trial, "moments", 1e-13, trial->tolerance);
  struct hud_simulation *fine = open_trial(trial, "spectral", 1e-13, 1e-4 * trial->tolerance);
  assert_ok(hud_second_resolution_create(&second, s->description, NULL, &error), &error);
  assert_true(hud_second_resolution_unknowns(second) > hud_model_system(s->model)->size);
  for (int n = 1; n <= 4; n++) {
    double t = 0.25 * n;
    assert_ok(hud_simulation_advance(s, t, &error), &error);
    assert_ok(hud_simulation_advance(moments, t, &error), &error);
    assert_ok(hud_simulation_advance(fine, t, &error), &error);
    assert_ok(hud_second_resolution_compare(second, t, s->model, s->y, &check, &error), &error);
    true_errors(s, moments, fine, errors);
    assert_ok(hud_simulation_quantity(s, "fhat_error", &now, &error), &error);
    decay = fmax(decay, now);
  }
  for (int i = 0; i < HUD_CHECKED_COUNT; i++) {
    if (i == HUD_CHECKED_FHAT2 && strcmp(trial->model, "instantaneous") == 0) {
      assert_true(isnan(check.worst[i]));
      continue;
    }
    assert_below(errors[i], 2.0 * check.worst[i] + 1e-13);
    assert_below(check.worst[i], 2.0 * errors[i] + 1e-11);
  }
  double largest = fmax(errors[HUD_CHECKED_FHAT1], errors[HUD_CHECKED_FHAT2]);
  assert_below(errors[HUD_CHECKED_FHAT1], 6.0 * decay);
  assert_below(largest, 10.0 * decay);
  assert_below(decay, 30.0 * largest);
  hud_second_resolution_free(second);
  hud_simulation_close(s);
  hud_simulation_close(moments);
  hud_simulation_close(fine);
}

static void test_estimate_against_truth(void **state)
{
  (void)state;
  const struct trial trials[] = {
      {"first_order", gaussian, 0.05, 1e-4},  {"first_order", bimodal, 0.2, 1e-3},
      {"first_order", atoms, 1e-3, 1e-3},     {"hierarchy", gaussian, 0.1, 1e-3},
      {"instantaneous", gaussian, 0.1, 1e-6}, {"instantaneous", bimodal, 0.1, 1e-4},
      {"scalar", gaussian, 0.05, 1e-4},
  };
  for (size_t n = 0; n < sizeof trials / sizeof *trials; n++)
    check_trial(&trials[n]);
}

static double detail(const char *text, const char *name)
{
  char line[64];
  snprintf(line, sizeof line, "\"%s\": ", name);
  const char *found = strstr(text, line);
  assert_non_null(found);
  return strtod(found + strlen(line), NULL);
}

/* A run reports the decay always and the second resolution where asked for. */
static void test_summary(void **state)
{
  (void)state;
  struct hud_error error = {0};
  char folder[SCRATCH_PATH];
  const char *const overrides[] = {"method=spectral", "time={end: 0.5, output_every: 0.25}",
                                   "solver={spectral_tol: 1e-5, spectral_check: true}"};
  const char *const plain[] = {overrides[0], overrides[1], "solver={spectral_tol: 1e-5}"};
  scratch_create(folder);
  assert_ok(hud_simulation_run("models/first_order.yaml", overrides, 3, folder, 1, &error), &error);
  char *text = scratch_read(folder, "summary.json", NULL);
  double end = detail(text, "fhat_error_end"), worst = detail(text, "fhat_error_worst");
  assert_true(end > 0.0 && end <= worst);
  assert_below(worst, 1e-3);
  assert_true(detail(text, "fhat_cut_end") > 0.0);
  assert_true(detail(text, "check_unknowns") > detail(text, "unknowns"));
  double transform = detail(text, "check_fhat1"), variance = detail(text, "check_variance");
  assert_true(transform > 1e-9 && variance > 0.0);
  assert_below(transform, 3.0 * worst);
  free(text);
  assert_ok(hud_simulation_run("models/first_order.yaml", plain, 3, folder, 1, &error), &error);
  text = scratch_read(folder, "summary.json", NULL);
  assert_null(strstr(text, "check_"));
  assert_close_relative(detail(text, "fhat_error_worst"), worst, 1e-12);
  free(text);
  scratch_remove(folder);
}

/* The second resolution has limits of its own, and says so. */
static void test_errors(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_second_resolution *second = NULL;
  struct hud_resolution_check check = {{0.0}};
  const struct trial trial = {"first_order", gaussian, 0.05, 1e-4};
  volatile sig_atomic_t stop = 1;
  struct hud_simulation *s = open_trial(&trial, "spectral", 1e-8, 1e-4);
  assert_ok(hud_second_resolution_create(&second, s->description, &stop, &error), &error);
  assert_error(hud_second_resolution_compare(second, 0.5, s->model, s->y, &check, &error),
               HUD_ERROR_INTERRUPTED, &error, "");
  hud_second_resolution_free(second);
  struct hud_description small = *s->description;
  small.solver.memory_limit = 1e5;
  assert_error(hud_second_resolution_create(&second, &small, NULL, &error), HUD_ERROR_MEMORY,
               &error, "memory_gb");
  assert_null(second);
  hud_simulation_close(s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_estimate_against_truth),
      cmocka_unit_test(test_summary),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
