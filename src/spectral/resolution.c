/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Choosing n and the degrees in alpha. f_1 is projected with more and more nodes until its last
 * coefficients are below the tolerance, then f_1 x f_1 with higher and higher degree, then f_1 x
 * f_2 and so on. A priori, n grows like X R e/4, R the radius of the data; measuring is surer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "spectral/box.h"

enum { LEAST_NODES = 6, TRIAL_NODES = 200 };

/* Highest degrees tried, by size: the symmetric polynomials multiply quickly with k, and making
 * their basis costs the square of their number. */
static const int trial_degree[HUD_SPECTRAL_MAX_CLUSTERS + 1] = {0, 0, 120, 36, 20, 14, 10};
enum { PAIR_DEGREE_WITH_TRIPLES = 48 };

/* Sizes k >= 3 may be coarser by epsilon^{2-k}, as f_1 and f_2 feel them only so much. An error of
 * fhat_2 reaches fhat_1 through its values at theta = 1 only and through mu + E:
 * measured on gaussians and mixtures, it arrives reduced by 400 to 3000. */
static const double angular_allowance = 100.0;

/* Phase across a panel, X R per panel: long panels converge faster, short ones cost less. */
static const double phase_per_panel = 16.0;

static hud_status set_box(const struct hud_spectral_request *request,
                          struct hud_spectral_options *o, struct hud_error *error)
{
  double moments[13];
  int finite = hud_density_finite_moments(request->density), order = finite < 12 ? 2 : 12;
  hud_status status = hud_density_moments(request->density, request->origin, order, moments, error);
  if (status != HUD_OK)
    return status;
  double width = sqrt(fmax(moments[2], 0.0) / moments[0]);
  double radius = order == 12 ? pow(moments[12] / moments[0], 1.0 / 12.0) : width;
  radius = fmax(radius, request->radius);
  if (!(width > 0.0))
    width = radius > 0.0 ? radius : 1.0;
  double box = request->box > 0.0 ? request->box : 4.0 / width;
  o->basis =
      finite < request->moment_order || finite < 12 ? HUD_SPECTRAL_ONE_SIDED : HUD_SPECTRAL_PARITY;
  o->panels = (int)fmax(1.0, ceil(box * radius / phase_per_panel));
  o->width = box / o->panels;
  return HUD_OK;
}

/* f_1 and, if asked for, two atoms at the radius. */
static hud_status trial_state(const struct hud_spectral_request *request,
                              struct hud_representation *rep, int which, double *f1,
                              struct hud_error *error)
{
  double lost, a = request->origin - request->radius, b = request->origin + request->radius;
  double points[] = {0.5, a, 0.5, b};
  if (which == 0)
    return rep->ops->project(rep, request->density, f1, &lost, error);
  return rep->ops->project_atoms(rep, 1, 2, points, f1, &lost, error);
}

/* The tails of the k-fold product of the trial states with these options: the larger over them. */
static hud_status measure(const struct hud_spectral_request *request,
                          const struct hud_spectral_options *options, int k, double *radial,
                          double *angular, struct hud_error *error)
{
  struct hud_representation *rep = NULL;
  double *f[HUD_SPECTRAL_MAX_CLUSTERS + 1] = {NULL};
  struct hud_spectral_options trial = *options;
  trial.clusters = k;
  hud_status status = hud_spectral_create(&rep, &trial, error);
  for (int i = 1; i <= k && status == HUD_OK; i++)
    status = HUD_NEW(&f[i], rep->ops->length(rep, i), "a trial resolution", error);
  *radial = *angular = 0.0;
  for (int which = 0; which < (request->radius > 0.0 ? 2 : 1) && status == HUD_OK; which++) {
    double s_tail, alpha_tail;
    status = trial_state(request, rep, which, f[1], error);
    if (status != HUD_OK)
      break;
    for (int i = 2; i <= k; i++) {
      memset(f[i], 0, rep->ops->length(rep, i) * sizeof *f[i]);
      rep->ops->join(rep, 1.0, 1, f[1], i - 1, f[i - 1], f[i]);
    }
    hud_spectral_tails(hud_spectral_const(rep), k, f[k], &s_tail, &alpha_tail);
    *radial = fmax(*radial, s_tail);
    *angular = fmax(*angular, alpha_tail);
  }
  for (int i = 1; i <= k; i++)
    hud_free(f[i]);
  if (rep != NULL)
    rep->ops->free(rep);
  return status;
}

static hud_status too_fine(const struct hud_spectral_request *request,
                           const struct hud_spectral_options *o, const char *what,
                           struct hud_error *error)
{
  return hud_fail(error, HUD_ERROR_INPUT,
                  "method spectral cannot hold these data to %.3g on frequencies up to %.4g with "
                  "%s; take a smaller solver.spectral_box or a larger solver.spectral_tol",
                  request->tolerance, o->width * o->panels, what);
}

static hud_status choose_nodes(const struct hud_spectral_request *request,
                               struct hud_spectral_options *o, struct hud_error *error)
{
  double radial = INFINITY, angular;
  for (int n = LEAST_NODES; n <= TRIAL_NODES; n += 2) {
    o->nodes = o->more_nodes = n;
    hud_status status = measure(request, o, 1, &radial, &angular, error);
    if (status != HUD_OK || radial <= request->tolerance)
      return status;
  }
  return too_fine(request, o, "200 nodes in a panel", error);
}

static hud_status choose_degree(const struct hud_spectral_request *request, int k,
                                struct hud_spectral_options *o, struct hud_error *error)
{
  double radial, angular = INFINITY;
  double tolerance =
      angular_allowance * request->tolerance / pow(fmax(request->epsilon, 1e-6), k > 2 ? k - 2 : 0);
  int least = request->moment_order > 4 ? request->moment_order : 4;
  int most = trial_degree[k];
  if (k == 2 && request->clusters > 2)
    most = PAIR_DEGREE_WITH_TRIPLES;
  for (int degree = least; degree <= most; degree += 2 + degree / 16 * 2) {
    o->degree[k] = degree;
    hud_status status = measure(request, o, k, &radial, &angular, error);
    if (status != HUD_OK || angular <= tolerance)
      return status;
  }
  char what[64];
  snprintf(what, sizeof what, "polynomials of degree %d in %d frequencies", most, k);
  return too_fine(request, o, what, error);
}

hud_status hud_spectral_choose(const struct hud_spectral_request *request,
                               struct hud_spectral_options *o, struct hud_error *error)
{
  memset(o, 0, sizeof *o);
  if (request->clusters < 1 || request->clusters > HUD_SPECTRAL_MAX_CLUSTERS)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "method spectral holds clusters of 1 to %d particles; %d were asked for",
                    HUD_SPECTRAL_MAX_CLUSTERS, request->clusters);
  if (!(request->tolerance >= 1e-14 && request->tolerance < 1.0))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "solver.spectral_tol is %g; expected a number from 1e-14 to below 1",
                    request->tolerance);
  o->clusters = request->clusters;
  o->origin = request->origin;
  o->moment_order = request->moment_order < 2 ? 2 : request->moment_order;
  hud_status status = set_box(request, o, error);
  if (status == HUD_OK)
    status = choose_nodes(request, o, error);
  for (int k = 2; k <= request->clusters && status == HUD_OK; k++)
    status = choose_degree(request, k, o, error);
  return status;
}

void hud_spectral_refine(struct hud_spectral_options *o)
{
  int *nodes[] = {&o->nodes, &o->more_nodes};
  for (int a = 0; a < 2; a++) {
    *nodes[a] += *nodes[a] / 2;
    if (*nodes[a] > HUD_SPECTRAL_MOST_NODES)
      *nodes[a] = HUD_SPECTRAL_MOST_NODES;
  }
  for (int k = 2; k <= o->clusters; k++)
    o->degree[k] += (o->degree[k] / 4 + 1) * 2;
}
