/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle check`: a model with its defaults, its size, and what theory says of it; runs nothing. */
#include <math.h>
#include <complex.h>
#include <stdio.h>

#include "analysis/layer.h"
#include "analysis/theory.h"
#include "base/alloc.h"
#include "cli/cli.h"
#include "grid/grid.h"
#include "models/initial.h"
#include "models/model.h"
#include "network/density.h"
#include "run/gas.h"
#include "run/simulation.h"

static hud_status print_size(const struct hud_description *description, struct hud_error *error)
{
  struct hud_model_size size;
  hud_status status = hud_simulation_estimate(description, &size, error);
  if (status == HUD_OK)
    printf("# %.0f unknowns, about %.3g MB\n", size.unknowns, 1e-6 * size.bytes);
  if (status == HUD_OK && size.pair_unknowns > 0.0)
    printf("# of which %.3g MB for f_2(v_1, v_2), held by %.0f more\n", 1e-6 * size.pair_bytes,
           size.pair_unknowns);
  return status;
}

static hud_status print_corrected(const struct hud_theory *theory, double mass,
                                  struct hud_error *error)
{
  double M1, M2;
  double complex eigenvalues[3];
  hud_theory_equilibrium(theory, mass, &M1, &M2);
  printf("#   equilibrium (21)      M1 = %.12g, M2 = %.12g\n", M1, M2);
  printf("#   variance decays at    %.12g (to first order in epsilon)\n",
         hud_theory_decay_rate(theory, mass));
  hud_status status = hud_theory_variance_eigenvalues(theory, mass, eigenvalues, error);
  if (status != HUD_OK)
    return status;
  printf("#   eigenvalues of (V1, V2, W) at equilibrium:");
  for (int i = 0; i < 3; i++)
    printf(cimag(eigenvalues[i]) == 0.0 ? " %.12g" : " %.12g%+.12gi", creal(eigenvalues[i]),
           cimag(eigenvalues[i]));
  printf("\n");
  return HUD_OK;
}

static void print_instantaneous(const struct hud_theory *theory, double mass)
{
  struct hud_instantaneous_rates rates = hud_theory_instantaneous(theory, mass);
  printf("#   variance decays at    %.12g\n", rates.rate2);
  printf("#   central moments       c3' = -%.12g c3, c4' = -%.12g c4 + %.12g c2^2\n", rates.rate3,
         rates.rate4, rates.source4);
}

/* The initial second moments, which the moment method knows exactly. */
static hud_status initial_moments(const struct hud_description *d, double *v_infinity,
                                  struct hud_layer_moments *start, struct hud_error *error)
{
  struct hud_description moments = *d;
  struct hud_model *model = NULL;
  double *y = NULL, f1[3], f2[3];
  moments.method = HUD_METHOD_MOMENTS;
  moments.moment_order = 2;
  moments.velocity.regrid = false;
  hud_status status = hud_model_create(&model, &moments, error);
  if (status == HUD_OK)
    status = HUD_NEW(&y, hud_model_system(model)->size, "initial moments", error);
  if (status == HUD_OK)
    status = hud_model_initial(model, y, error);
  if (status == HUD_OK) {
    const struct hud_representation_ops *ops = model->rep->ops;
    const double *pairs = hud_model_density(model, y, 2);
    *v_infinity = model->v_infinity;
    ops->moments(model->rep, 1, hud_model_density(model, y, 1), *v_infinity, 2, f1);
    ops->moments(model->rep, 2, pairs, *v_infinity, 2, f2);
    *start = (struct hud_layer_moments){.M1 = f1[0],
                                        .M2 = f2[0],
                                        .I1 = f1[1] + *v_infinity * f1[0],
                                        .I2 = f2[1] + *v_infinity * f2[0],
                                        .V1 = f1[2],
                                        .V2 = f2[2],
                                        .W = ops->spread(model->rep, 2, pairs)};
  }
  hud_free(y);
  hud_model_free(model);
  return status;
}

/* (36), corrected: what pairs start with and what they have a few epsilon later. */
static void print_layer(const struct hud_description *d, const struct hud_theory *theory)
{
  struct hud_layer_moments start;
  double v_infinity, epsilon = theory->epsilon;
  if (initial_moments(d, &v_infinity, &start, NULL) != HUD_OK)
    return; /* data without second moments have no layer equations */
  struct hud_layer layer = hud_layer_begin(theory, v_infinity, &start);
  struct hud_layer_moments after = hud_layer_reduced(&layer, 0.0);
  printf("# initial layer (36), corrected: widths epsilon/mu11 = %.6g, epsilon/(2+mu11) = %.6g\n",
         epsilon / theory->mu11, epsilon / (2.0 + theory->mu11));
  static const char *const names[] = {"M2", "I2", "V2", "W", "T"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++)
    printf("#   %-2s  at t = 0: %-18.12g after it: %.12g + O(epsilon)\n", names[n],
           hud_layer_moment(&layer.start, names[n]), hud_layer_moment(&after, names[n]));
}

/* Cells to a standard deviation of f_1 at the end, where V decays at `rate`. */
static hud_status print_cells(const struct hud_description *d, double rate, struct hud_error *error)
{
  struct hud_density *density = NULL;
  double m[3], h = (d->velocity.max - d->velocity.min) / d->velocity.cells;
  if (d->method != HUD_METHOD_GRID || d->velocity.regrid)
    return HUD_OK;
  hud_status status = hud_density_create(&density, &d->initial.f1, error);
  bool finite = status == HUD_OK && hud_density_finite_moments(density) >= 2;
  if (finite)
    status = hud_density_moments(density, hud_density_mean(density), 2, m, error);
  if (finite && status == HUD_OK) {
    double cells = sqrt(m[2] / m[0]) / h, last = cells * exp(-0.5 * rate * d->time.end);
    printf("#   cells to a standard deviation of f_1: %.3g at t = 0, about %.2g at the end\n",
           cells, last);
    if (last < HUD_GRID_CELLS_NEEDED)
      printf("#   f_1 needs %d of them to be resolved: more cells, velocity.regrid: true, or "
             "method: spectral\n",
             HUD_GRID_CELLS_NEEDED);
  }
  hud_density_free(density);
  return status;
}

/* Theory is that of linear alignment: of (33), or of the first-order model with the same rates. */
static hud_status print_theory(const struct hud_description *d, struct hud_error *error)
{
  struct hud_network *network = NULL;
  struct hud_theory theory;
  double mass, mean;
  bool has_triples = d->clusters >= 3 || !hud_description_is_hierarchy(d);
  hud_status status = hud_network_create(&network, d, error);
  if (status == HUD_OK)
    status = hud_initial_totals(&d->initial, network, &mass, &mean, error);
  if (status == HUD_OK)
    printf("# mass %.12g, mean velocity %.12g\n", mass, mean);
  if (status == HUD_OK && d->potential.type == HUD_POTENTIAL_ALIGNMENT && has_triples) {
    printf("# theory (%s):\n", d->model == HUD_MODEL_INSTANTANEOUS
                                   ? "instantaneous limit"
                                   : "first-order model with these rates");
    status = hud_theory_create(&theory, d, error);
    if (status == HUD_OK && d->model == HUD_MODEL_INSTANTANEOUS)
      print_instantaneous(&theory, mass);
    else if (status == HUD_OK)
      status = print_corrected(&theory, mass, error);
    if (status == HUD_OK)
      status = print_cells(d,
                           d->model == HUD_MODEL_INSTANTANEOUS
                               ? hud_theory_instantaneous(&theory, mass).rate2
                               : hud_theory_decay_rate(&theory, mass),
                           error);
    bool own_pairs = d->model != HUD_MODEL_INSTANTANEOUS && d->model != HUD_MODEL_SCALAR &&
                     d->model != HUD_MODEL_SCALAR_IMPLICIT;
    if (status == HUD_OK && own_pairs)
      print_layer(d, &theory);
  }
  hud_network_free(network);
  return status;
}

/* A number, or "-" where it is not known. */
static const char *number_or_dash(char *text, size_t size, const char *format, double value)
{
  if (isnan(value))
    snprintf(text, size, "-");
  else
    snprintf(text, size, format, value);
  return text;
}

/* Zones, scaling and rates of an ideal gas; nu_l is that of the Boltzmann equation. */
static hud_status print_gas(const struct hud_description *d, struct hud_error *error)
{
  struct hud_spheres_forecast f;
  hud_status status = hud_gas_forecast(d, &f, error);
  if (status != HUD_OK)
    return status;
  printf("# order  zone epsilon   kappa     collisions/time  nu per particle  A(N,eps,1)  "
         "neighbours within reach\n");
  for (int l = 1; l <= d->gas.orders; l++) {
    char rate[32], nu[32], neighbours[32];
    printf("# %-5d  %-13.6g  %-8.4g  %-15s  %-15s  %-10.4g  %s\n", l, f.zones.radius[l + 1],
           f.kappa[l], number_or_dash(rate, sizeof rate, "%.6g", f.rate[l]),
           number_or_dash(nu, sizeof nu, "%.6g", f.boltzmann_rate[l]), f.prefactor[l],
           number_or_dash(neighbours, sizeof neighbours, "%.3g", f.neighbours[l]));
  }
  if (d->gas.velocity.type == HUD_GAS_TABLE) {
    printf("# rates and neighbours depend on the table of positions and velocities\n");
    return HUD_OK;
  }
  if (d->gas.position != NULL)
    printf("# rates and neighbours at t = 0, means over the density of positions\n");
  printf("# expected violations of independent positions %.4g: %s\n", f.violations,
         f.violations < 12.0       ? "exact rejection will be tried"
         : d->gas.position != NULL ? "exact rejection if it succeeds, else positions by Metropolis"
                                   : "positions by Metropolis");
  return HUD_OK;
}

/* Rates, and the local theory of section 4 with the constant C_d, which the paper does not give. */
static hud_status print_boltzmann(const struct hud_description *d, struct hud_error *error)
{
  struct hud_dilute_forecast f;
  hud_status status = hud_dilute_forecast(d, &f, error);
  if (status != HUD_OK)
    return status;
  printf("# order  alpha         nu per particle at T = %.6g   decay of a small Tx - Ty\n",
         f.temperature);
  for (int l = 1; l <= d->gas.orders; l++)
    printf("# %-5d  %-12.6g  %-27.6g  %.6g\n", l, d->gas.alpha.value[l - 1], f.rate[l], f.decay[l]);
  if (f.step > 0.0)
    printf("# longest time step %.4g\n", f.step);
  if (f.existence.time > 0.0)
    printf(
        "# local existence (section 4, corrected): T = %.4g/C_d with beta_0 = %.4g, mu_0 = %.4g, "
        "where |f_0| = 1/2; T = %.4g/C_d for these orders alone\n",
        f.existence.time, f.existence.beta, f.existence.mu, f.existence_orders);
  return HUD_OK;
}

static hud_status check(const struct hud_model_file *file, const struct hud_cli_options *options,
                        struct hud_error *error)
{
  (void)options;
  printf("%s", hud_model_file_resolved(file));
  for (size_t i = 0; i < hud_model_file_note_count(file); i++)
    printf("# note: %s\n", hud_model_file_note(file, i));
  const struct hud_description *description = hud_model_file_description(file);
  hud_status status = print_size(description, error);
  if (status == HUD_OK && description->model == HUD_MODEL_HARD_SPHERES)
    return print_gas(description, error);
  if (status == HUD_OK && description->model == HUD_MODEL_BOLTZMANN)
    return print_boltzmann(description, error);
  return status == HUD_OK ? print_theory(description, error) : status;
}

int hud_cli_check(int argc, char **argv)
{
  return hud_cli_examine(argc, argv, HUD_CLI_SET, check);
}
