/* SPDX-License-Identifier: GPL-3.0-or-later
 * f_2(v_1, v_2) where it is a function of f_1: (46) of the scalar models and the quasi-stationary
 * f_2 of the instantaneous limit. Its moments, the grid's, what goes on beyond the box, the limit
 * epsilon -> 0, positivity, and what it takes. (The closed form of a Gaussian is in
 * test_pair_density.c.) */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "huddle/simulation.h"

#include "run/simulation.h"
#include "scratch.h"
#include "spectral/spectral.h"
#include "read_pairs.h"
#include "support.h"

static const char *const gaussian = "{gaussian: {mass: 1, mean: 0.3, stddev: 1}}";
static const char *const bimodal = "{mixture: [{gaussian: {mass: 0.6, mean: -0.5, stddev: 0.5}}, "
                                   "{gaussian: {mass: 0.4, mean: 1.1, stddev: 0.6}}]}";
static const char *const models[] = {"scalar_implicit", "scalar", "instantaneous"};
enum { SCALARS = 2, MODELS = 3 };

struct setting {
  const char *model, *method, *f1, *more; /* more: "f2: .., matching: .." */
  double epsilon, mu11, end, min, max;
  int cells;
  double mollifier;
};

static struct hud_simulation *open_setting(const struct setting *a)
{
  char text[1024], mollifier[64] = "";
  struct hud_simulation *simulation = NULL;
  struct hud_error error;
  if (a->mollifier > 0.0)
    snprintf(mollifier, sizeof mollifier, "output: {mollifier: %g}\n", a->mollifier);
  snprintf(text, sizeof text,
           "huddle: 1\nmodel: %s\nmethod: %s\nepsilon: %g\n"
           "rates: {lambda: {default: 0.8, \"1,1\": 1.2}, mu: {default: 1.5, \"1,1\": %g}}\n"
           "velocity: {min: %g, max: %g, cells: %d}\ninitial: {f1: %s%s}\ntime: {end: %g}\n%s"
           "solver: {rtol: 1e-8, atol: 1e-14, spectral_tol: 1e-6}\n",
           a->model, a->method, a->epsilon, a->mu11, a->min, a->max, a->cells, a->f1, a->more,
           a->end, mollifier);
  assert_ok(hud_simulation_parse(&simulation, text, "test", &error), &error);
  return simulation;
}

static void advance(struct hud_simulation *s, double t)
{
  struct hud_error error;
  assert_ok(hud_simulation_advance(s, t, &error), &error);
}

/* f_2 of the setting at its end. */
static double *pairs_of(const struct setting *setting, size_t *count, double *step)
{
  struct hud_simulation *s = open_setting(setting);
  advance(s, setting->end);
  double *f2 = read_pairs(s, count, step);
  hud_simulation_close(s);
  return f2;
}

/* ---- moments ---- */

/* M_2, (I_2 - v_infinity M_2), V_2 and W of the same state, by frequencies of one sign. */
static void own_moments(struct hud_simulation *s, double moments[4])
{
  struct hud_representation *rep = s->model->rep;
  double *formed = malloc(rep->ops->length(rep, 2) * sizeof *formed);
  const double *f2 = hud_model_density(s->model, s->y, 2), *below[] = {NULL, s->y};
  struct hud_error error;
  assert_non_null(formed);
  if (f2 == NULL) {
    assert_ok(hud_assembler_quasi_stationary(s->model->assembler, 2, below, formed, &error),
              &error);
    f2 = formed;
  }
  rep->ops->moments(rep, 2, f2, s->model->v_infinity, 2, moments);
  moments[3] = rep->ops->spread(rep, 2, f2);
  free(formed);
}

static void test_moments(void **state)
{
  (void)state;
  for (int m = 0; m < MODELS; m++)
    for (int data = 0; data < 2; data++) {
      const struct setting setting = {.model = models[m],
                                      .method = "spectral",
                                      .f1 = data == 0 ? gaussian : bimodal,
                                      .more = data == 0 ? "" : ", f2: quasi_stationary",
                                      .epsilon = 0.1,
                                      .mu11 = data == 0 ? 2.0 : 2.6,
                                      .end = 0.6,
                                      .min = -8.0,
                                      .max = 8.0,
                                      .cells = 128};
      struct hud_simulation *s = open_setting(&setting);
      for (int i = 0; i < 2; i++) {
        double sums[4] = {0.0}, own[4], h, center = s->model->v_infinity;
        const double *v;
        size_t count;
        advance(s, 0.6 * i);
        hud_simulation_velocities(s, &v);
        double *f2 = read_pairs(s, &count, &h);
        for (size_t a = 0; a < count * count; a++) {
          double v1 = v[a / count] - center, v2 = v[a % count] - center;
          for (int p = 0; p < 3; p++)
            sums[p] += h * h * f2[a] * pow(v1, p);
          sums[3] += h * h * f2[a] * (v1 - v2) * (v1 - v2);
        }
        own_moments(s, own);
        assert_close_relative(sums[0], own[0], 1e-6);
        assert_close(sums[1], own[1], 1e-6 * own[0]);
        assert_close(sums[2], own[2] + h * h / 12.0 * own[0], 3e-6 * own[0]);
        assert_close(sums[3], own[3] + h * h / 6.0 * own[0], 1e-5 * own[0]);
        free(f2);
      }
      hud_simulation_close(s);
    }
}

/* From splitting that is so slow that nearly all of f_2 lies on the diagonal to so fast that no
 * power of it is left at the end of the box. */
static void test_extreme_rates(void **state)
{
  (void)state;
  static const double rates[] = {0.05, 0.1, 10.0, 30.0, 50.0, 150.0, 600.0};
  for (int m = 0; m < MODELS; m++)
    for (int n = 0; n < 7; n++) {
      const struct setting setting = {.model = models[m],
                                      .method = "spectral",
                                      .f1 = gaussian,
                                      .more = "",
                                      .epsilon = rates[n] < 1.0 ? 1e-3 : 0.1,
                                      .mu11 = rates[n],
                                      .end = 0.1,
                                      .min = -8.0,
                                      .max = 8.0,
                                      .cells = 32};
      struct hud_simulation *s = open_setting(&setting);
      double sum = 0.0, own[4], h;
      size_t count;
      double *f2 = read_pairs(s, &count, &h);
      for (size_t a = 0; a < count * count; a++)
        sum += h * h * f2[a];
      own_moments(s, own);
      assert_close_relative(sum, own[0], rates[n] < 1.0 ? 1e-4 : 1e-6);
      free(f2);
      hud_simulation_close(s);
    }
}

/* ---- against the grid ---- */

/* L1 over all cells, and over those at a distance from the kink on the diagonal. */
static void distances(const double *a, const double *b, size_t count, double h, double apart,
                      double out[2])
{
  out[0] = out[1] = 0.0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++) {
      double share = h * h * fabs(a[i * count + j] - b[i * count + j]);
      out[0] += share;
      if (h * fabs((double)i - (double)j) > apart)
        out[1] += share;
    }
}

static void test_grid(void **state)
{
  (void)state;
  static const double rates[] = {0.5, 2.0};
  static const double orders[] = {0.45, 1.4}; /* with the diagonal: f_2 ~ |r|^(mu11-1) */
  for (int m = 0; m < MODELS; m++)
    for (int r = 0; r < 2; r++) {
      double before[2] = {0.0}, now[2] = {0.0};
      for (int cells = 48; cells <= 192; cells *= 2) {
        size_t count;
        double h;
        struct setting setting = {.model = models[m],
                                  .method = "spectral",
                                  .f1 = bimodal,
                                  .more = "",
                                  .epsilon = 0.1,
                                  .mu11 = rates[r],
                                  .end = 0.25,
                                  .min = -6.0,
                                  .max = 6.0,
                                  .cells = cells};
        double *a = pairs_of(&setting, &count, &h);
        setting.method = "grid";
        double *b = pairs_of(&setting, &count, &h);
        memcpy(before, now, sizeof before);
        distances(a, b, count, h, 0.7, now);
        free(a);
        free(b);
      }
      assert_below(log2(now[0] / before[0]), -orders[r]);
      assert_below(log2(now[1] / before[1]), -1.9);
      assert_below(now[1], 1e-3);
    }
}

/* The f_2 that the grid gives for (33) is the one that its equation of f_1 is made with:
 * f_1' = 2 mu11 int f_2 dv_2 - 2 lambda11 M_1 f_1 to round-off, on a halved grid too. */
static void test_grid_of_the_limit(void **state)
{
  (void)state;
  for (int regrid = 0; regrid < 2; regrid++) {
    char text[512];
    struct hud_simulation *s = NULL;
    struct hud_error error;
    snprintf(text, sizeof text,
             "huddle: 1\nmodel: instantaneous\nmethod: grid\nrates: {lambda: 1.2, mu: 2}\n"
             "velocity: {min: -8, max: 8, cells: 64, regrid: %s}\ninitial: {f1: %s}\n"
             "time: {end: 8}\nsolver: {rtol: 1e-7, atol: 1e-12}\n",
             regrid ? "true" : "false", gaussian);
    assert_ok(hud_simulation_parse(&s, text, "test", &error), &error);
    advance(s, regrid ? 8.0 : 0.3);
    size_t count;
    double h, mass = s->model->rep->ops->mass(s->model->rep, 1, s->y), rate[64], f1[64];
    double *f2 = read_pairs(s, &count, &h);
    assert_int_equal(count, 64);
    assert_true(regrid == 0 || h < 0.13);
    const struct hud_system *system = hud_model_system(s->model);
    assert_ok(system->rhs(system->self, 0.0, s->y, rate, &error), &error);
    assert_ok(hud_simulation_density(s, 1, f1, count, &error), &error);
    for (size_t i = 0; i < count; i++) {
      double expected = -2.4 * mass * f1[i];
      for (size_t j = 0; j < count; j++)
        expected += 4.0 * h * f2[i * count + j];
      assert_close(rate[i], expected, 1e-13 * f1[count / 2]);
    }
    free(f2);
    hud_simulation_close(s);
  }
}

/* ---- beyond the box ---- */

/* The same state from a box twice as large, which a later end asks for: what (46) leaves at the end
 * of the smaller box, powers and logarithm, goes on as it is in the larger one. mu12/kappa = 1.5.
 */
static void test_tail(void **state)
{
  (void)state;
  static const double rates[] = {0.5, 1.0, 1.5, 2.0, 3.7};
  static const double ends[] = {0.02, 6.0};
  for (int m = 0; m < MODELS; m++)
    for (int r = 0; r < 5; r++) {
      double *f2[2], worst = 0.0, largest = 0.0, h;
      size_t count, length[2];
      for (int b = 0; b < 2; b++) {
        const struct setting setting = {.model = models[m],
                                        .method = "spectral",
                                        .f1 = gaussian,
                                        .more = ", matching: raw",
                                        .epsilon = 0.1,
                                        .mu11 = rates[r],
                                        .end = ends[b],
                                        .min = -1.7,
                                        .max = 2.3,
                                        .cells = 32};
        struct hud_simulation *s = open_setting(&setting);
        f2[b] = read_pairs(s, &count, &h);
        length[b] = hud_pair_density_unknowns(s->pairs);
        hud_simulation_close(s);
      }
      assert_true(length[1] > 2 * length[0]);
      for (size_t a = 0; a < count * count; a++) {
        worst = fmax(worst, fabs(f2[0][a] - f2[1][a]));
        largest = fmax(largest, f2[1][a]);
      }
      assert_below(worst, (m < SCALARS ? 3e-5 : 1e-7) * largest);
      free(f2[0]);
      free(f2[1]);
    }
}

/* ---- epsilon -> 0 ---- */

/* (46) is accurate to O(epsilon^2), the limit to O(epsilon); convolved alike, so that nothing hangs
 * on what lies beyond the box. From quasi-stationary data there is no layer. */
static void test_limit(void **state)
{
  (void)state;
  double before[SCALARS][2] = {{0.0}}, now[SCALARS][2] = {{0.0}};
  for (int n = 0; n < 3; n++) {
    size_t count;
    double h;
    struct setting setting = {.model = "first_order",
                              .method = "spectral",
                              .f1 = gaussian,
                              .more = ", f2: quasi_stationary",
                              .epsilon = 0.1 / (1 << n),
                              .mu11 = 1.0,
                              .end = 0.4,
                              .min = -4.7,
                              .max = 5.3,
                              .cells = 20,
                              .mollifier = 0.6};
    double *corrected = pairs_of(&setting, &count, &h);
    setting.model = "instantaneous";
    double *limit = pairs_of(&setting, &count, &h);
    for (int m = 0; m < SCALARS; m++) {
      double distance[2];
      setting.model = models[m];
      double *f2 = pairs_of(&setting, &count, &h);
      memcpy(before[m], now[m], sizeof before[m]);
      distances(f2, corrected, count, h, 0.0, distance);
      now[m][0] = distance[0];
      distances(f2, limit, count, h, 0.0, distance);
      now[m][1] = distance[0];
      free(f2);
    }
    free(corrected);
    free(limit);
  }
  for (int m = 0; m < SCALARS; m++) {
    assert_close(log2(before[m][0] / now[m][0]), 2.0, 0.06);
    assert_close(log2(before[m][1] / now[m][1]), 1.0, 0.06);
  }
}

/* ---- runs ---- */

static double number(const char *text, const char *name)
{
  char key[64];
  snprintf(key, sizeof key, "\"%s\": ", name);
  const char *found = strstr(text, key);
  assert_non_null(found);
  return strtod(found + strlen(key), NULL); /* 0 for null */
}

/* int max(-f, 0) of f_2 convolved with a Gaussian of standard deviation w in both velocities. */
static double negative_mass(double *f2, size_t count, double h, double w)
{
  double *line = malloc(count * sizeof *line), mass = 0.0;
  assert_non_null(line);
  for (int direction = 0; direction < 2; direction++)
    for (size_t i = 0; i < count; i++) {
      size_t first = direction == 0 ? i * count : i, step = direction == 0 ? 1 : count;
      for (size_t j = 0; j < count; j++) {
        line[j] = 0.0;
        for (size_t k = 0; k < count; k++) {
          double x = ((double)j - (double)k) * h / w;
          line[j] += h / (w * sqrt(2.0 * M_PI)) * exp(-0.5 * x * x) * f2[first + k * step];
        }
      }
      for (size_t j = 0; j < count; j++)
        f2[first + j * step] = line[j];
    }
  for (size_t a = 0; a < count * count; a++)
    mass += h * h * fmax(-f2[a], 0.0);
  free(line);
  return mass;
}

/* Two groups lose the positivity of f_2, by as much as on the grid convolved likewise; a Gaussian
 * does not. */
static void test_positivity(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  char folder[SCRATCH_PATH];
  size_t count;
  double h;
  scratch_create(folder);
  const char *grid[] = {"velocity={min: -5, max: 5, cells: 160}"};
  const char *overrides[] = {"velocity={min: -5, max: 5, cells: 80}",
                             "time={end: 0.02, output_every: 0.02}",
                             "method=spectral",
                             "solver={spectral_tol: 1e-4}",
                             "output={f2: true, mollifier: 0.2}",
                             "initial.f1={gaussian: {mass: 1, mean: 0, stddev: 1}}"};
  assert_ok(hud_simulation_open(&s, "models/scalar.yaml", grid, 1, &error), &error);
  double *f2 = read_pairs(s, &count, &h), mass = negative_mass(f2, count, h, 0.2);
  free(f2);
  hud_simulation_close(s);
  assert_true(mass > 5e-3);
  assert_ok(hud_simulation_run("models/scalar.yaml", overrides, 5, folder, 1, &error), &error);
  char *text = scratch_read(folder, "summary.json", NULL);
  assert_non_null(strstr(text, "f_2 lost its positivity"));
  assert_close_relative(number(text, "f2_negative_mass"), mass, 0.03);
  assert_below(number(text, "f2_negative_threshold"), 1e-4);
  assert_below(number(text, "f2_least_over_largest"), -1e-3);
  free(text);
  assert_ok(hud_simulation_run("models/scalar.yaml", overrides, 6, folder, 1, &error), &error);
  text = scratch_read(folder, "summary.json", NULL);
  assert_null(strstr(text, "lost its positivity"));
  assert_close(number(text, "f2_negative_mass"), 0.0, 0.0);
  free(text);
  overrides[4] = "output={f2: false}";
  assert_ok(hud_simulation_run("models/scalar.yaml", overrides, 5, folder, 1, &error), &error);
  text = scratch_read(folder, "summary.json", NULL);
  assert_non_null(strstr(text, "\"f2_positivity\": \"not measured"));
  free(text);
  scratch_remove(folder);
}

/* The summary says what the last f_2 cut off, and how many numbers held it, as was estimated. */
static void test_summary(void **state)
{
  (void)state;
  static const char *const all[] = {"scalar_implicit", "scalar", "instantaneous", "first_order"};
  for (int m = 0; m < 4; m++) {
    struct hud_error error = {0};
    char folder[SCRATCH_PATH], model[64];
    snprintf(model, sizeof model, "model=%s", all[m]);
    const char *const overrides[] = {model,
                                     "method=spectral",
                                     "output.f2=true",
                                     "time={end: 0.05, output_every: 0.05}",
                                     "velocity={min: -6, max: 6, cells: 40}",
                                     "solver={spectral_tol: 1e-6}"};
    scratch_create(folder);
    assert_ok(hud_simulation_run("models/first_order.yaml", overrides, 6, folder, 1, &error),
              &error);
    char *text = scratch_read(folder, "summary.json", NULL);
    struct hud_simulation *s = NULL;
    struct hud_model_size size, less;
    double cut, tail, *f2;
    size_t count;
    assert_ok(hud_simulation_open(&s, "models/first_order.yaml", overrides, 6, &error), &error);
    advance(s, 0.05);
    f2 = read_pairs(s, &count, &cut);
    hud_pair_density_errors(s->pairs, &cut, &tail);
    assert_close_relative(number(text, "f2hat_cut_end"), cut, 1e-6);
    assert_close_relative(number(text, "f2hat_error_end"), tail, 1e-6);
    assert_true(cut > 0.0 && cut < 1e-5 && tail > 0.0 && tail < 1e-6);
    assert_ok(hud_simulation_estimate(s->description, &size, &error), &error);
    assert_close(number(text, "f2_unknowns"), size.pair_unknowns, 0.0);
    assert_close(number(text, "unknowns"), size.unknowns, 0.0);
    free(f2);
    free(text);
    hud_simulation_close(s);
    assert_ok(hud_simulation_open(&s, "models/first_order.yaml", overrides, 2, &error), &error);
    assert_ok(hud_simulation_estimate(s->description, &less, &error), &error);
    assert_close(less.pair_unknowns + less.pair_bytes, 0.0, 0.0);
    hud_simulation_close(s);
    scratch_remove(folder);
  }
}

/* At the end of the box in p and q = 0, fhat_2 of (33) is M_2 fhat_1(X/2)^2 / M_1^2: which is
 * what is cut, but for the least q > 0 that is held. */
static void test_cut(void **state)
{
  (void)state;
  const struct setting setting = {.model = "instantaneous",
                                  .method = "spectral",
                                  .f1 = bimodal,
                                  .more = "",
                                  .epsilon = 0.1,
                                  .mu11 = 2.0,
                                  .end = 0.2,
                                  .min = -4.0,
                                  .max = 4.0,
                                  .cells = 16};
  struct hud_simulation *s = open_setting(&setting);
  size_t count;
  double h, cut, tail;
  free(read_pairs(s, &count, &h));
  hud_pair_density_errors(s->pairs, &cut, &tail);
  const struct hud_spectral_options *options = hud_spectral_get_options(s->model->rep);
  double X = options->panels * options->width;
  double f1 = cabs(hud_spectral_characteristic(s->model->rep, s->y, 0.5 * X));
  assert_true(f1 * f1 > 1e-7);
  assert_close_relative(cut, f1 * f1, 0.05);
  assert_true(tail > 1e-13 && tail < 2e-7);
  hud_simulation_close(s);
}

static void test_refused(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_simulation *s = NULL;
  double *f2 = NULL;
  /* a box of 300 with three standard deviations needs too many frequencies; that is said of the
   * key, before a run */
  const char *const rough[] = {"method=spectral", "model=instantaneous",
                               "output={f2: true, mollifier: 0.02}",
                               "initial.f1={gaussian: {mass: 1, mean: 0, stddev: 3}}"};
  assert_error(hud_simulation_open(&s, "models/first_order.yaml", rough, 4, &error),
               HUD_ERROR_INPUT, &error, "more than 160 frequencies");
  assert_null(s);
  /* what f_2 takes counts for the limit */
  const char *limited[] = {"method=spectral", "model=instantaneous", "solver.memory_gb=0.01",
                           "velocity={min: -6, max: 6, cells: 400}", "output.f2=true"};
  assert_ok(hud_simulation_open(&s, "models/first_order.yaml", limited, 4, &error), &error);
  hud_simulation_close(s);
  s = NULL;
  assert_error(hud_simulation_open(&s, "models/first_order.yaml", limited, 5, &error),
               HUD_ERROR_MEMORY, &error, "solver.memory_gb");
  assert_null(s);
  /* particles of the limit have no pairs to count */
  const char *const particles[] = {"method=particles", "model=instantaneous",
                                   "particles={count: 1000}",
                                   "velocity={min: -6, max: 6, cells: 40}"};
  assert_ok(hud_simulation_open(&s, "models/first_order.yaml", particles, 4, &error), &error);
  f2 = malloc(1600 * sizeof *f2);
  assert_non_null(f2);
  assert_error(hud_simulation_density(s, 2, f2, 1600, &error), HUD_ERROR_USAGE, &error,
               "no density f_2");
  free(f2);
  hud_simulation_close(s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_moments),
      cmocka_unit_test(test_extreme_rates),
      cmocka_unit_test(test_grid),
      cmocka_unit_test(test_tail),
      cmocka_unit_test(test_grid_of_the_limit),
      cmocka_unit_test(test_limit),
      cmocka_unit_test(test_positivity),
      cmocka_unit_test(test_summary),
      cmocka_unit_test(test_cut),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
