/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The moments come from Taylor coefficients and need no box; the box is for f_1(v) and for Fourier
 * metrics. fhat_1 decays on the scale 1/sigma(t) of the collapsing distribution, so the box is
 * twelve over the width expected at the end, but at least four and at most 24 over that at the
 * start unless solver.spectral_box says otherwise, and what is cut off is reported (fhat_cut).
 */
#include "models/spectral_setup.h"

#include <math.h>
#include <string.h>

#include "network/density.h"
#include "spectral/spectral.h"

enum { READ_OUT = 1025 };
static const double least_box = 4.0, most_box = 24.0, end_box = 12.0; /* X times sigma */
static const double mollifier_box = 6.0; /* X times its width: e^{-18} is left */
static const double window = 8.0;        /* of the read-out, in sigma(0) to either side */

/* Farthest velocity of the initial clusters from v_infinity; twelfth moments stand in for a radius.
 */
static hud_status cluster_radius(const struct hud_description *d, int K, double v_infinity,
                                 double *radius, struct hud_error *error)
{
  *radius = 0.0;
  for (int k = 2; k <= K && k <= d->initial.cluster_count; k++) {
    const struct hud_cluster_initial *initial = &d->initial.clusters[k];
    size_t columns = (size_t)k + 1;
    if (initial->type == HUD_CLUSTER_ATOMS)
      for (size_t a = 0; a < initial->point_count * columns; a++)
        if (a % columns != 0)
          *radius = fmax(*radius, fabs(initial->points[a] - v_infinity));
    if (initial->type != HUD_CLUSTER_PRODUCT)
      continue;
    struct hud_density *density = NULL;
    double moments[13];
    hud_status status = hud_density_create(&density, &initial->density, error);
    int order = status == HUD_OK && hud_density_finite_moments(density) >= 12 ? 12 : 2;
    if (status == HUD_OK)
      status = hud_density_moments(density, v_infinity, order, moments, error);
    hud_density_free(density);
    if (status != HUD_OK)
      return status;
    *radius = fmax(*radius, pow(moments[order] / moments[0], 1.0 / order));
  }
  return HUD_OK;
}

/* Width expected at the end, relative to the start: the slow rate of the limit (33). */
static double contraction(const struct hud_description *d, const struct hud_network *network,
                          double mass)
{
  const struct hud_reaction *pair = hud_network_reaction(network, 1, 1);
  return pair == NULL ? 1.0 : exp(-pair->lambda * mass * d->time.end / (2.0 + pair->mu));
}

/* X; 0: none can be told from the data. */
static double choose_box(const struct hud_description *d, const struct hud_network *network,
                         double mass, double stddev, double width)
{
  if (!(width > 0.0))
    return 0.0;
  if (d->solver.spectral_box > 0.0)
    return d->solver.spectral_box / (stddev > 0.0 ? stddev : width);
  double box = end_box / contraction(d, network, mass);
  box = fmax(least_box, fmin(box, most_box)) / width;
  return d->output.mollifier > 0.0 ? fmax(box, mollifier_box / d->output.mollifier) : box;
}

static hud_status set_velocities(struct hud_representation *rep, const struct hud_description *d,
                                 double v_infinity, double width, const struct hud_density *density,
                                 struct hud_error *error)
{
  double reach = width > 0.0 ? window * width : 1.0;
  const struct hud_velocity_spec *given = &d->velocity;
  if (given->given) { /* the midpoints, as on a grid */
    double half = 0.5 * (given->max - given->min) / given->cells;
    return hud_spectral_set_velocities(rep, given->min + half, given->max - half, given->cells,
                                       d->output.mollifier, density, error);
  }
  return hud_spectral_set_velocities(rep, v_infinity - reach, v_infinity + reach, READ_OUT,
                                     d->output.mollifier, density, error);
}

hud_status hud_spectral_setup(struct hud_representation **rep, const struct hud_description *d,
                              const struct hud_network *network, double v_infinity, bool finer,
                              struct hud_error *error)
{
  struct hud_density *density = NULL;
  struct hud_spectral_options options;
  struct hud_spectral_request request = {.clusters = network->K,
                                         .moment_order = d->moment_order < 4 ? 4 : d->moment_order,
                                         .origin = v_infinity,
                                         .epsilon = d->epsilon,
                                         .tolerance = d->solver.spectral_tol};
  double moments[3], width = 0.0;
  *rep = NULL;
  hud_status status = hud_density_create(&density, &d->initial.f1, error);
  if (status == HUD_OK && hud_density_finite_moments(density) < request.moment_order)
    request.moment_order = 2;
  if (status == HUD_OK)
    status = hud_density_moments(density, v_infinity, 2, moments, error);
  if (status == HUD_OK)
    status = cluster_radius(d, network->K, v_infinity, &request.radius, error);
  if (status == HUD_OK) {
    double stddev = sqrt(fmax(moments[2], 0.0) / moments[0]);
    width = fmax(stddev, 0.5 * request.radius);
    request.box = choose_box(d, network, moments[0], stddev, width);
    request.density = density;
    status = hud_spectral_choose(&request, &options, error);
    /* data with jumps need many polynomials on a large box: a smaller one shows its cut */
    while (status == HUD_ERROR_INPUT && !(d->solver.spectral_box > 0.0) &&
           request.box > 1.5 * least_box / width) {
      request.box /= 1.5;
      status = hud_spectral_choose(&request, &options, error);
    }
  }
  if (status == HUD_OK && finer)
    hud_spectral_refine(&options);
  if (status == HUD_OK)
    status = hud_spectral_create(rep, &options, error);
  if (status == HUD_OK)
    status = set_velocities(*rep, d, v_infinity, width, density, error);
  if (status != HUD_OK && *rep != NULL) {
    (*rep)->ops->free(*rep);
    *rep = NULL;
  }
  hud_density_free(density);
  return status;
}
