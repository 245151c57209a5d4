/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the spectral method reaches: the exact self-similar solution, moments and hierarchies, the
 * whole box at two resolutions, densities against the grid with orders, the collapse
 * (verify_convergence has the geometric convergence). Every line is a measurement, with its bound
 * where the documentation states one; the program fails if a bound is missed. `verify_spectral
 * short` leaves out the largest boxes and grids. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/distance.h"
#include "bench/spectral_run.h"

static const double pi = 3.14159265358979323846;
static int missed;

static void report(const char *what, double value, double bound)
{
  printf("  %-58s %9.2e   (bound %.0e)%s\n", what, value, bound, value <= bound ? "" : "   MISSED");
  if (!(value <= bound))
    missed++;
}

/* ---- the exact solution ---- */

static void verify_self_similar(double mu11)
{
  char rates[64];
  snprintf(rates, sizeof rates, "rates={lambda: 1.3, mu: %g}", mu11);
  const char *overrides[] = {"model=instantaneous", "method=moments", "moments.order=2", rates,
                             "initial.f1={self_similar: {mass: 0.9, mean: 0.4, scale: 1}}"};
  struct hud_spectral_options options = {.clusters = 2,
                                         .origin = 0.4,
                                         .basis = HUD_SPECTRAL_ONE_SIDED,
                                         .width = 10.0,
                                         .panels = 6,
                                         .nodes = 20,
                                         .more_nodes = 20,
                                         .degree = {0, 0, 6},
                                         .moment_order = 2};
  struct run run;
  double f[801], sigma = exp(-1.3 * 0.9 * 2.0 / (mu11 + 2.0)), transform = 0.0, density = 0.0;
  const double *v = NULL;
  run_open(&run, overrides, 5, &options);
  hud_bench_require(hud_spectral_set_velocities(run.rep, -8.0, 8.0, 801, 0.0, run.density, &error),
                    &error);
  run_radau(run.system, 2.0, 1e-13, run.y);
  run.rep->ops->nodes(run.rep, &v);
  run.rep->ops->values(run.rep, 1, run.y, f);
  for (int a = 0; a <= 1000; a++) {
    double xi = 0.01 * a;
    double complex exact = 0.9 * (1.0 + sigma * xi) * exp(-sigma * xi) * cexp(-I * xi * 0.4);
    transform = fmax(transform, cabs(hud_spectral_characteristic(run.rep, run.y, xi) - exact));
  }
  for (int a = 0; a < 801; a++) {
    double w = (v[a] - 0.4) / sigma;
    density = fmax(density, fabs(f[a] - 1.8 / (pi * sigma) / pow(1.0 + w * w, 2.0)));
  }
  printf(" mu11 = %g\n", mu11);
  report("fhat_1 on X sigma(0) = 10 at t = 2", transform, 1e-10);
  report("f_1(v) from a box of 60, at t = 2", density, 1e-7);
  run_close(&run);
}

/* ---- moments ---- */

/* The worst relative error of M, I, V, m3 (natural units) in *second and of m4 in *fourth. */
static void moment_errors(struct run *run, double *second, double *fourth)
{
  const struct hud_model *model = run->source->model;
  const struct hud_representation_ops *ops = run->rep->ops, *exact = model->rep->ops;
  *second = *fourth = 0.0;
  for (int k = 1; k <= model->network->K; k++) {
    double a[5], b[5];
    if (model->network->sizes[k].quasi_stationary)
      continue;
    const double *f = hud_assembler_block_const(run->assembler, run->y, 0, k);
    const double *m = hud_assembler_block_const(model->assembler, run->source->y, 0, k);
    ops->moments(run->rep, k, f, model->v_infinity, 4, a);
    exact->moments(model->rep, k, m, model->v_infinity, 4, b);
    double width = sqrt(b[2] / b[0]);
    *second = fmax(*second, fabs(a[0] / b[0] - 1.0));
    *second = fmax(*second, fabs(a[1] - b[1]) / (b[0] * width));
    *second = fmax(*second, fabs(a[2] / b[2] - 1.0));
    *second = fmax(*second, fabs(a[3] - b[3]) / (b[2] * width));
    *fourth = fmax(*fourth, fabs(a[4] / b[4] - 1.0));
  }
}

static double between(struct hud_random *random, double low, double high)
{
  return low * pow(high / low, hud_random_uniform(random));
}

/* The same overrides with random numbers; atoms or a gaussian. */
static void random_case(struct hud_random *random, bool hierarchy, bool atoms, double worst[3],
                        size_t *unknowns)
{
  char epsilon[64], lambda[96], mu[96], data[160];
  snprintf(epsilon, sizeof epsilon, "epsilon=%.17g", between(random, 1e-5, 0.3));
  snprintf(lambda, sizeof lambda, "rates.lambda={default: 1, \"1,1\": %.17g, \"1,2\": %.17g}",
           between(random, 0.3, 3.0), between(random, 0.3, 3.0));
  snprintf(mu, sizeof mu, "rates.mu={default: 1.5, \"1,1\": %.17g, \"1,2\": %.17g}",
           between(random, 0.3, 5.0), between(random, 0.3, 5.0));
  snprintf(data, sizeof data,
           atoms ? "initial.f1={atoms: [[0.5, %.17g], [0.3, %.17g], [0.2, 0.9]]}"
                 : "initial.f1={gaussian: {mass: 1, mean: %.17g, stddev: %.17g}}",
           0.3 - hud_random_uniform(random), 1.0 + 0.2 * hud_random_uniform(random));
  const char *kappa =
      hud_random_below(random, 2) ? "three_body_drift=consistent" : "three_body_drift=as_printed";
  const char *overrides[] = {"method=moments",
                             epsilon,
                             lambda,
                             mu,
                             data,
                             hierarchy ? "initial.f2=zero" : kappa,
                             hierarchy ? "model=hierarchy" : "model=first_order",
                             "clusters=4"};
  struct hud_spectral_options options = {.clusters = hierarchy ? 4 : 3,
                                         .width = 1.0,
                                         .panels = 1,
                                         .nodes = hierarchy ? 5 : 8,
                                         .degree = {0, 0, 6, 6, 5},
                                         .moment_order = 4};
  struct run run;
  double second, fourth;
  struct hud_simulation *probe = hud_bench_open(overrides, hierarchy ? 8 : 7);
  options.origin = probe->model->v_infinity;
  hud_simulation_close(probe);
  run_open(&run, overrides, hierarchy ? 8 : 7, &options);
  run_to(&run, 3.0, 1e-13);
  run_radau(hud_model_system(run.source->model), 3.0, 1e-13, run.source->y);
  moment_errors(&run, &second, &fourth);
  worst[0] = fmax(worst[0], second);
  worst[1] = fmax(worst[1], fourth);
  worst[2] = fmax(worst[2], run.seconds);
  *unknowns = run.system->size;
  run_close(&run);
}

static void verify_moments(int trials)
{
  struct hud_random random;
  hud_random_seed(&random, 41, 1);
  for (int hierarchy = 0; hierarchy < 2; hierarchy++) {
    double worst[3] = {0.0, 0.0, 0.0};
    size_t unknowns = 0;
    for (int trial = 0; trial < (hierarchy ? trials / 4 : trials); trial++)
      random_case(&random, hierarchy, trial % 2 == 0, worst, &unknowns);
    printf(" %s: %zu unknowns\n", hierarchy ? "hierarchy, K = 4" : "first-order model", unknowns);
    report("M, I, V, m3 at t = 3", worst[0], 1e-9);
    report("m4", worst[1], 1e-8);
    report("slowest run, seconds of processor time", worst[2], hierarchy ? 1.0 : 0.3);
  }
}

/* ---- boxes ---- */

static const char *const uniform = "initial.f1={uniform: {mass: 1, min: -1.7, max: 1.7}}";

static void verify_box(const char *name, const char *data, double box)
{
  const char *overrides[] = {"method=moments", data};
  struct hud_spectral_options options = {.clusters = 3,
                                         .width = box,
                                         .panels = 1,
                                         .nodes = 16,
                                         .degree = {0, 0, 14, 14},
                                         .moment_order = 4};
  struct run coarse, fine;
  run_open(&coarse, overrides, 2, &options);
  hud_spectral_refine(&options);
  run_open(&fine, overrides, 2, &options);
  run_to(&coarse, 1.0, 1e-12);
  run_to(&fine, 1.0, 1e-13);
  printf(" %s: %zu unknowns, %.2f s\n", name, coarse.system->size, coarse.seconds);
  report("fhat_1 on X sigma = 4 against a second resolution", box_difference(&coarse, &fine, box),
         1e-9);
  run_close(&coarse);
  run_close(&fine);
}

/* ---- densities against the grid ---- */

enum { FINE = 4096, TIMES = 3 };
static const double times[TIMES] = {0.5, 2.0, 8.0};

struct profile {
  double edge[FINE + 1], value[FINE + 1], mass[FINE];
};

static void read_profile(struct run *run, struct profile *profile)
{
  run->rep->ops->values(run->rep, 1, run->y, profile->value);
  for (int a = 0; a <= FINE; a++)
    profile->edge[a] = -8.0 + 16.0 * a / FINE;
  for (int a = 0; a < FINE; a++)
    profile->mass[a] = 8.0 / FINE * (profile->value[a] + profile->value[a + 1]);
}

static void make_profile(const char *data, double end, double box, double tolerance,
                         struct profile *profile)
{
  const char *overrides[] = {"method=moments", data};
  struct hud_spectral_options options;
  struct run run;
  struct hud_simulation *probe = hud_bench_open(overrides, 2);
  struct hud_density *density = NULL;
  double extras[3], start = hud_clock();
  hud_bench_require(hud_density_create(&density, &probe->description->initial.f1, &error), &error);
  struct hud_spectral_request request = {.clusters = 3,
                                         .moment_order = 4,
                                         .epsilon = 0.05,
                                         .tolerance = tolerance,
                                         .box = box,
                                         .density = density};
  hud_bench_require(hud_spectral_choose(&request, &options, &error), &error);
  run_open(&run, overrides, 2, &options);
  hud_bench_require(hud_spectral_set_velocities(run.rep, -8.0, 8.0, FINE + 1, 0.0, density, &error),
                    &error);
  run_to(&run, end, 1e-10);
  read_profile(&run, profile);
  const double *f[4] = {NULL, run.y, NULL, NULL};
  run.rep->ops->extras(run.rep, run.source->model->network, f, extras);
  printf("  t = %g: box %g, %zu unknowns, %.1f s, cut %.1e\n", end, box, run.system->size,
         hud_clock() - start, extras[2]);
  hud_density_free(density);
  hud_simulation_close(probe);
  run_close(&run);
}

static void compare_grid(const char *data, int cells, const struct profile *profiles,
                         double l1[TIMES], double w1[TIMES])
{
  char velocity[64];
  double f[512], mass[512], edge[513];
  snprintf(velocity, sizeof velocity, "velocity={min: -8, max: 8, cells: %d}", cells);
  const char *overrides[] = {velocity, data, "time.end=8", "solver.rtol=1e-9", "solver.atol=1e-13"};
  struct hud_simulation *grid = hud_bench_open(overrides, 5);
  double h = 16.0 / cells;
  for (int n = 0; n < TIMES; n++) {
    hud_bench_require(hud_simulation_advance(grid, times[n], &error), &error);
    hud_bench_require(hud_simulation_density(grid, 1, f, (size_t)cells, &error), &error);
    l1[n] = 0.0;
    for (int a = 0; a < cells; a++) {
      int middle = (2 * a + 1) * (FINE / cells) / 2;
      l1[n] += h * fabs(f[a] - profiles[n].value[middle]);
      mass[a] = h * f[a];
      edge[a] = -8.0 + h * a;
    }
    edge[cells] = 8.0;
    struct hud_measure coarse = {.count = (size_t)cells, .mass = mass, .edge = edge};
    struct hud_measure fine = {.count = FINE, .mass = profiles[n].mass, .edge = profiles[n].edge};
    hud_bench_require(hud_wasserstein_1(&coarse, &fine, &w1[n], &error), &error);
  }
  hud_simulation_close(grid);
}

static void verify_grid(const char *name, const char *data, const double boxes[TIMES],
                        double tolerance, int largest)
{
  static struct profile profiles[TIMES];
  double before_l1[TIMES], before_w1[TIMES], l1[TIMES], w1[TIMES];
  printf(" %s\n", name);
  for (int n = 0; n < TIMES; n++)
    make_profile(data, times[n], boxes[n], tolerance, &profiles[n]);
  printf("  cells");
  for (int n = 0; n < TIMES; n++)
    printf("   L1(t=%-3g) order  W1(t=%-3g) order", times[n], times[n]);
  printf("\n");
  for (int cells = 64; cells <= largest; cells *= 2) {
    compare_grid(data, cells, profiles, l1, w1);
    printf("  %5d", cells);
    for (int n = 0; n < TIMES; n++) {
      if (cells == 64)
        printf("   %.2e      -  %.2e      - ", l1[n], w1[n]);
      else
        printf("   %.2e  %5.2f  %.2e  %5.2f", l1[n], log2(before_l1[n] / l1[n]), w1[n],
               log2(before_w1[n] / w1[n]));
      before_l1[n] = l1[n];
      before_w1[n] = w1[n];
    }
    printf("\n");
  }
}

/* ---- the collapse ---- */

static void verify_collapse(void)
{
  const char *overrides[] = {"method=moments", bimodal};
  struct hud_spectral_options options = {.clusters = 3,
                                         .width = 1.0,
                                         .panels = 1,
                                         .nodes = 8,
                                         .degree = {0, 0, 6, 6},
                                         .moment_order = 4};
  struct run run;
  double second, fourth, moments[5];
  run_open(&run, overrides, 2, &options);
  run_radau(run.system, 62.0, 1e-12, run.y);
  run_radau(hud_model_system(run.source->model), 62.0, 1e-13, run.source->y);
  moment_errors(&run, &second, &fourth);
  run.rep->ops->moments(run.rep, 1, run.y, 0.0, 4, moments);
  printf(" t = 62, V_1 = %.2e\n", moments[2]);
  report("M, I, V, m3", second, 1e-8);
  report("m4", fourth, 1e-6);
  run_close(&run);
}

int main(int argc, char **argv)
{
  openblas_set_num_threads(1);
  bool brief = argc > 1 && strcmp(argv[1], "short") == 0;
  printf("The exact self-similar solution of (33)\n");
  for (double mu11 = 0.5; mu11 < 5.0; mu11 *= 3.0)
    verify_self_similar(mu11);
  printf("Against moments, random parameters\n");
  verify_moments(brief ? 8 : 48);
  printf("The whole box, first-order model, epsilon = 0.05, t = 1\n");
  verify_box("gaussian", gaussian, 4.0);
  verify_box("bimodal", bimodal, 4.0 / sqrt(1.16));
  printf("The collapse\n");
  verify_collapse();
  printf("Densities: the grid against spectral\n");
  /* jumps make many polynomials: a smaller box, whose cut is printed, and a larger tolerance */
  static const double boxes[TIMES] = {16.0, 24.0, 60.0}, wide_boxes[TIMES] = {16.0, 24.0, 110.0},
                      small_boxes[TIMES] = {12.0, 12.0, 12.0};
  verify_grid("gaussian", gaussian, brief ? boxes : wide_boxes, 1e-8, brief ? 128 : 512);
  verify_grid("bimodal", bimodal, boxes, 1e-8, brief ? 128 : 512);
  verify_grid("uniform", uniform, small_boxes, 1e-6, brief ? 128 : 512);
  printf("%d bounds missed\n", missed);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
