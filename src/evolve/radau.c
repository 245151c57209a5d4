/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Radau IIA with a dense Newton matrix (radau.h). With Z_i = Y_i - y the stage equations are
 * (hA)^{-1} Z = F(y + Z); the simplified Newton iteration with one J for all stages splits, in the
 * eigenvectors of A^{-1}, into one real system and complex ones (I - (h/lambda) J) w = r. Z = O(h),
 * so nothing is lost to cancellation, and the residual is formed from F itself, so that linear
 * invariants hold whatever the accuracy of J. */
#include "evolve/radau.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "evolve/tableau.h"

enum { MOST = HUD_RADAU_MOST_STAGES, MOST_UNKNOWNS = 4096 };

/* Of the error that a step may make. */
static const double newton_tolerance = 0.02;

struct hud_radau {
  const struct hud_system *system;
  struct hud_evolve_options options;
  struct hud_radau_tableau tableau;
  struct hud_evolve_counters counters;
  size_t n;
  double start, time, step; /* step: proposal for the next one */
  double wall_start;
  double *y, *f;             /* solution and right-hand side at `time` */
  double *z, *trial;         /* stages x n: stage increments; right-hand sides */
  double *last_z, last_step; /* of the last accepted step; 0: none */
  double *scale, *scale_new, *weight;
  double *estimate, *state;
  double *jacobian, *real_lu; /* column by column */
  double complex *complex_lu[MOST], *complex_vector[MOST];
  int *pivots[MOST];
  bool jacobian_fresh, jacobian_known;
  double factored_step, contraction;
  double accepted_step, accepted_error; /* for the step-size prediction; 0: none */
};

/* ---- norms ---- */

/* Weights of the error norm for the larger of the scales at y and at `other`; blocks count equally.
 * An unknown that is allowed no error at all has scale 0 at both and is left out. */
static void set_weights(struct hud_radau *r, const double *other)
{
  const struct hud_system *system = r->system;
  system->scale(system->self, other, r->scale_new);
  for (int b = 0; b < system->block_count; b++) {
    size_t begin = system->offsets[b], end = system->offsets[b + 1];
    double share = 1.0 / (system->block_count * (double)(end - begin));
    for (size_t i = begin; i < end; i++) {
      double allowed = r->options.rtol * fmax(r->scale[i], r->scale_new[i]) + r->options.atol;
      r->weight[i] = allowed > 0.0 ? share / (allowed * allowed) : 0.0;
    }
  }
}

static double norm(const struct hud_radau *r, const double *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < r->n; i++)
    sum += r->weight[i] * x[i] * x[i];
  return sqrt(sum);
}

static hud_status evaluate(struct hud_radau *r, double t, const double *y, double *out,
                           struct hud_error *error)
{
  r->counters.rhs_evaluations++;
  return r->system->rhs(r->system->self, t, y, out, error);
}

static hud_status check_finite(const struct hud_radau *r, const char *what, double t,
                               const double *values, struct hud_error *error)
{
  for (size_t i = 0; i < r->n; i++) {
    if (isfinite(values[i]))
      continue;
    char place[HUD_ERROR_WHERE], where[HUD_ERROR_WHERE + 32];
    r->system->describe(r->system->self, i, place, sizeof place);
    snprintf(where, sizeof where, "%s, t = %.9g", place, t);
    return hud_fail_at(error, HUD_ERROR_COMPUTE, where, "%s is not finite (%g) at %s", what,
                       values[i], where);
  }
  return HUD_OK;
}

/* ---- linear algebra ---- */

static hud_status set_jacobian(struct hud_radau *r, struct hud_error *error)
{
  const struct hud_system *system = r->system;
  hud_status status = HUD_OK;
  memset(r->state, 0, r->n * sizeof *r->state);
  for (size_t c = 0; c < r->n && status == HUD_OK; c++) {
    r->state[c] = 1.0;
    status = system->jacobian_times(system->self, r->time, r->y, r->state, r->jacobian + c * r->n,
                                    error);
    r->state[c] = 0.0;
  }
  r->counters.jacobian_products += (int64_t)r->n;
  r->jacobian_fresh = r->jacobian_known = true;
  r->factored_step = 0.0;
  return status;
}

static hud_status factor(struct hud_radau *r, double h, struct hud_error *error)
{
  size_t n = r->n, entries = n * n;
  lapack_int size = (lapack_int)n;
  for (size_t a = 0; a < entries; a++)
    r->real_lu[a] = -h * r->tableau.gamma * r->jacobian[a];
  for (size_t i = 0; i < n; i++)
    r->real_lu[i * n + i] += 1.0;
  bool singular = LAPACKE_dgetrf(LAPACK_COL_MAJOR, size, size, r->real_lu, size, r->pivots[0]) != 0;
  for (int e = 1; e <= r->tableau.pairs; e++) {
    double complex shift = -h / r->tableau.eigenvalue[e], *lu = r->complex_lu[e];
    for (size_t a = 0; a < entries; a++)
      lu[a] = shift * r->jacobian[a];
    for (size_t i = 0; i < n; i++)
      lu[i * n + i] += 1.0;
    if (LAPACKE_zgetrf(LAPACK_COL_MAJOR, size, size, lu, size, r->pivots[e]) != 0)
      singular = true;
  }
  r->counters.preconditioner_setups++;
  r->factored_step = h;
  return singular ? hud_fail(error, HUD_ERROR_COMPUTE,
                             "the Newton matrix is singular at t = %.9g with step %.3g", r->time, h)
                  : HUD_OK;
}

static void solve_real(struct hud_radau *r, double *x)
{
  lapack_int n = (lapack_int)r->n;
  LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'N', n, 1, r->real_lu, n, r->pivots[0], x, n);
  r->counters.preconditioner_solves++;
}

/* ---- Newton iteration ---- */

/* Increments Z extrapolated from the collocation polynomial of the last step where that is safe,
 * else 0. */
static void start_iteration(struct hud_radau *r, double h)
{
  size_t n = r->n;
  int s = r->tableau.stages;
  double ratio = r->last_step > 0.0 ? h / r->last_step : INFINITY;
  memset(r->z, 0, (size_t)s * n * sizeof *r->z);
  if (!(ratio < 1.5))
    return;
  for (int i = 0; i < s; i++) {
    double weights[MOST + 1];
    hud_radau_tableau_weights(&r->tableau, 1.0 + r->tableau.c[i] * ratio, weights);
    weights[s] -= 1.0; /* relative to the end of the last step */
    for (int j = 0; j < s; j++)
      cblas_daxpy((int)n, weights[j + 1], r->last_z + (size_t)j * n, 1, r->z + (size_t)i * n, 1);
  }
}

/* Residual of the stage equations in `trial`: F(y + Z) - (hA)^{-1} Z. */
static hud_status set_residual(struct hud_radau *r, double h, struct hud_error *error)
{
  size_t n = r->n;
  int s = r->tableau.stages;
  for (int i = 0; i < s; i++) {
    double *out = r->trial + (size_t)i * n;
    for (size_t a = 0; a < n; a++)
      r->state[a] = r->y[a] + r->z[(size_t)i * n + a];
    hud_status status = evaluate(r, r->time + r->tableau.c[i] * h, r->state, out, error);
    if (status != HUD_OK)
      return status;
    for (int j = 0; j < s; j++)
      cblas_daxpy((int)n, -r->tableau.inverse[i][j] / h, r->z + (size_t)j * n, 1, out, 1);
  }
  return HUD_OK;
}

/* Z += the Newton correction; returns its norm. The weights follow the iterate. */
static double correct(struct hud_radau *r, double h)
{
  size_t n = r->n;
  int s = r->tableau.stages;
  lapack_int size = (lapack_int)n;
  const struct hud_radau_tableau *t = &r->tableau;
  for (int e = 0; e <= t->pairs; e++) {
    double complex *w = r->complex_vector[e], factor = h / t->eigenvalue[e];
    for (size_t a = 0; a < n; a++) {
      double complex sum = 0.0;
      for (int i = 0; i < s; i++)
        sum += t->left[e][i] * r->trial[(size_t)i * n + a];
      w[a] = factor * sum;
      r->state[a] = creal(w[a]);
    }
    if (e == 0) {
      solve_real(r, r->state);
      for (size_t a = 0; a < n; a++)
        w[a] = r->state[a];
    } else {
      LAPACKE_zgetrs(LAPACK_COL_MAJOR, 'N', size, 1, r->complex_lu[e], size, r->pivots[e], w, size);
      r->counters.preconditioner_solves++;
    }
  }
  for (int i = 0; i < s; i++)
    for (size_t a = 0; a < n; a++) {
      double change = 0.0;
      for (int e = 0; e <= t->pairs; e++)
        change += creal(t->right[i][e] * r->complex_vector[e][a]);
      r->trial[(size_t)i * n + a] = change;
      r->z[(size_t)i * n + a] += change;
    }
  for (size_t a = 0; a < n; a++)
    r->state[a] = r->y[a] + r->z[(size_t)(s - 1) * n + a];
  set_weights(r, r->state);
  double sum = 0.0;
  for (int i = 0; i < s; i++)
    sum += pow(norm(r, r->trial + (size_t)i * n), 2.0) / s;
  return sqrt(sum);
}

/* *iterations: 0 if the iteration failed to converge. */
static hud_status iterate(struct hud_radau *r, double h, int most, int *iterations,
                          struct hud_error *error)
{
  double before = 0.0, factor = 1.0;
  *iterations = 0;
  r->contraction = 0.0;
  start_iteration(r, h);
  for (int count = 1; count <= most; count++) {
    hud_status status = set_residual(r, h, error);
    if (status != HUD_OK)
      return status;
    double change = correct(r, h);
    r->counters.newton_iterations++;
    if (!isfinite(change))
      return HUD_OK;
    if (count > 1) {
      double ratio = change / before;
      bool small = change < 100.0 * newton_tolerance; /* near round-off the ratio means little */
      if (ratio > 0.99 && !small)
        return HUD_OK;
      r->contraction = fmax(r->contraction, small ? 0.0 : ratio);
      factor = ratio < 0.9 ? ratio / (1.0 - ratio) : 1.0;
    }
    if (factor * change <= newton_tolerance) {
      *iterations = count;
      return HUD_OK;
    }
    before = change;
  }
  return HUD_OK;
}

/* ---- steps ---- */

/* The embedded estimate in units of the tolerance, filtered by (I - h gamma J)^{-1} once. It has
 * order `stages` only. The usual remedies, to loosen its tolerance and to filter it again after a
 * rejection, are wrong for stiff components, which follow the others with that same order: measured
 * at rates of 1e2 to 1e6, they missed the tolerance by up to four digits. Here they keep it, and
 * what is not stiff is far better than asked for. */
static double estimate_error(struct hud_radau *r, double h)
{
  size_t n = r->n;
  double *e = r->estimate, slope = r->tableau.gamma * h;
  for (size_t a = 0; a < n; a++) {
    e[a] = slope * r->f[a];
    for (int i = 0; i < r->tableau.stages; i++)
      e[a] += r->tableau.estimate[i] * r->z[(size_t)i * n + a];
  }
  solve_real(r, e);
  return fmax(norm(r, e), 1e-12);
}

/* Factor for the next step size after error `size`, by Gustafsson's prediction. */
static double growth(const struct hud_radau *r, double h, double size, int iterations, int most)
{
  double safety = 0.9 * (1.0 + 2.0 * most) / (iterations + 2.0 * most);
  double power = 1.0 / (r->tableau.stages + 1.0);
  double ratio = safety * pow(size, -power);
  if (r->accepted_step > 0.0 && size < 1.0) {
    double predicted =
        safety * h / r->accepted_step * pow(r->accepted_error / size, power) * pow(size, -power);
    ratio = fmin(ratio, predicted);
  }
  double most_growth = r->accepted_step > 0.0 ? 8.0 : 20.0;
  return fmax(0.1, fmin(ratio, most_growth));
}

static hud_status accept(struct hud_radau *r, double h, double end, bool last, double size,
                         struct hud_error *error)
{
  size_t n = r->n;
  int s = r->tableau.stages;
  double *swap = r->last_z;
  for (size_t a = 0; a < n; a++)
    r->y[a] += r->z[(size_t)(s - 1) * n + a];
  r->last_z = r->z;
  r->z = swap;
  r->last_step = h;
  r->accepted_step = h;
  r->accepted_error = fmax(size, 1e-2);
  r->time = last ? end : r->time + h;
  r->jacobian_fresh = false;
  if (r->contraction > 1e-3)
    r->jacobian_known = false;
  r->counters.steps++;
  r->counters.last_step = h;
  hud_status status = evaluate(r, r->time, r->y, r->f, error);
  r->system->scale(r->system->self, r->y, r->scale);
  double whole = r->options.end - r->start;
  hud_log_progress(r->options.log, (r->time - r->start) / whole, "t = %.4g", r->time);
  return status;
}

static hud_status check_caps(const struct hud_radau *r, struct hud_error *error)
{
  const struct hud_evolve_options *o = &r->options;
  if (o->stop != NULL && *o->stop)
    return hud_fail(error, HUD_ERROR_INTERRUPTED, "stopped at t = %.9g", r->time);
  if (o->max_steps > 0 && r->counters.steps >= o->max_steps)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "step cap: %lld steps brought the run to t = %.9g of %.9g (solver.max_steps)",
                    (long long)r->counters.steps, r->time, o->end);
  if (o->max_wall > 0.0 && hud_clock() - r->wall_start > o->max_wall)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "wall cap: %.3g s brought the run to t = %.9g of %.9g (solver.max_wall)",
                    o->max_wall, r->time, o->end);
  return HUD_OK;
}

/* After a failed iteration: a fresh Jacobian first, then half the step. */
static void retry(struct hud_radau *r, double *h)
{
  r->counters.newton_failures++;
  r->contraction = 0.0;
  r->last_step = r->jacobian_fresh ? 0.0 : r->last_step;
  if (r->jacobian_fresh)
    *h *= 0.5;
  r->jacobian_known = r->jacobian_fresh;
}

/* One accepted step towards `end`, or an error. */
static hud_status one_step(struct hud_radau *r, double end, struct hud_error *error)
{
  int most = 7 + 5 * (r->tableau.stages - 3) / 2, iterations;
  hud_status status = check_caps(r, error);
  double h = r->step;
  while (status == HUD_OK) {
    bool last = r->time + 1.01 * h >= end;
    double used = last ? end - r->time : h;
    if (!last && r->time + 2.0 * h > end)
      used = 0.5 * (end - r->time);
    if (!(r->time + 0.1 * used > r->time))
      return hud_fail(error, HUD_ERROR_COMPUTE,
                      "the integrator stands still at t = %.9g: its step is below round-off",
                      r->time);
    if (!r->jacobian_known)
      status = set_jacobian(r, error);
    if (status == HUD_OK && r->factored_step != used)
      status = factor(r, used, error);
    if (status == HUD_OK)
      status = iterate(r, used, most, &iterations, error);
    if (status != HUD_OK)
      return status;
    if (iterations == 0) {
      h = used;
      retry(r, &h);
      continue;
    }
    double size = estimate_error(r, used);
    double next = used * (isfinite(size) ? growth(r, used, size, iterations, most) : 0.1);
    if (size < 1.0) {
      /* a step cut short at `end` says little about the one after it */
      r->step = used < 0.5 * h ? fmax(next, h) : next;
      if (next > 0.9 * used && next < 1.2 * used && !last)
        r->step = used; /* keeps the factors */
      return accept(r, used, end, last, size, error);
    }
    r->counters.error_test_failures++;
    h = next;
  }
  return status;
}

hud_status hud_radau_to(struct hud_radau *r, double t, double *y, struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (t > r->options.end)
    return hud_fail(error, HUD_ERROR_USAGE, "t = %.17g lies beyond the end %.17g", t,
                    r->options.end);
  if (t < r->time)
    return hud_fail(error, HUD_ERROR_USAGE, "t = %.17g lies before the time reached, %.17g", t,
                    r->time);
  while (r->time < t && status == HUD_OK)
    status = one_step(r, t, error);
  if (status == HUD_OK)
    status = check_finite(r, "the solution", r->time, r->y, error);
  if (status == HUD_OK)
    memcpy(y, r->y, r->n * sizeof *y);
  return status;
}

/* ---- creation ---- */

static hud_status allocate(struct hud_radau *r, struct hud_error *error)
{
  size_t n = r->n, s = (size_t)r->tableau.stages;
  double **vectors[] = {&r->y,      &r->f,        &r->scale, &r->scale_new,
                        &r->weight, &r->estimate, &r->state};
  double **stages[] = {&r->z, &r->trial, &r->last_z};
  hud_status status = HUD_OK;
  for (size_t a = 0; a < sizeof vectors / sizeof *vectors && status == HUD_OK; a++)
    status = HUD_NEW(vectors[a], n, "the integrator", error);
  for (size_t a = 0; a < sizeof stages / sizeof *stages && status == HUD_OK; a++)
    status = HUD_NEW(stages[a], s * n, "the integrator's stages", error);
  if (status == HUD_OK)
    status = HUD_NEW(&r->jacobian, n * n, "the Jacobian", error);
  if (status == HUD_OK)
    status = HUD_NEW(&r->real_lu, n * n, "the Newton matrix", error);
  for (int e = 0; e <= r->tableau.pairs && status == HUD_OK; e++) {
    status = HUD_NEW(&r->pivots[e], n, "the Newton matrix", error);
    if (status == HUD_OK)
      status = HUD_NEW(&r->complex_vector[e], n, "the integrator", error);
    if (status == HUD_OK && e > 0)
      status = HUD_NEW(&r->complex_lu[e], n * n, "the Newton matrix", error);
  }
  return status;
}

/* The first step changes nothing by more than a thousandth of its scale or 1000 tolerances, and is
 * short against the whole: nothing is known yet of what lies ahead. */
static void choose_first_step(struct hud_radau *r)
{
  double largest = 0.0, span = 0.01 * (r->options.end - r->time);
  for (size_t i = 0; i < r->n; i++) {
    double allowed = 1e-3 * r->scale[i] + 1e3 * (r->options.rtol * r->scale[i] + r->options.atol);
    if (allowed > 0.0)
      largest = fmax(largest, fabs(r->f[i]) / allowed);
  }
  r->step = largest > 0.0 ? fmin(span, 1.0 / largest) : span;
}

hud_status hud_radau_restart(struct hud_radau *r, double t, const double *y,
                             struct hud_error *error)
{
  hud_status status = check_finite(r, "the initial state", t, y, error);
  if (status != HUD_OK)
    return status;
  memcpy(r->y, y, r->n * sizeof *y);
  r->time = t;
  r->last_step = r->accepted_step = r->contraction = 0.0;
  r->jacobian_known = false;
  status = evaluate(r, t, r->y, r->f, error);
  if (status == HUD_OK)
    status = check_finite(r, "the right-hand side", t, r->f, error);
  r->system->scale(r->system->self, r->y, r->scale);
  choose_first_step(r);
  return status;
}

hud_status hud_radau_create(struct hud_radau **out, const struct hud_system *system, double t,
                            const double *y, const struct hud_evolve_options *options,
                            struct hud_error *error)
{
  *out = NULL;
  struct hud_radau *r = NULL;
  if (system->size > MOST_UNKNOWNS)
    return hud_fail(error, HUD_ERROR_USAGE,
                    "the Radau method factors dense matrices: %zu unknowns are more than %d",
                    system->size, MOST_UNKNOWNS);
  hud_status status = HUD_NEW(&r, 1, "the integrator", error);
  if (status != HUD_OK)
    return status;
  r->system = system;
  r->options = *options;
  r->n = system->size;
  r->start = t;
  r->wall_start = hud_clock();
  int stages = options->rtol > 1e-5 ? 3 : options->rtol > 1e-8 ? 5 : 7;
  r->counters.last_order = 2 * stages - 1;
  status = hud_radau_tableau_set(&r->tableau, stages, error);
  if (status == HUD_OK)
    status = allocate(r, error);
  if (status == HUD_OK)
    status = hud_radau_restart(r, t, y, error);
  if (status == HUD_OK)
    *out = r;
  else
    hud_radau_free(r);
  return status;
}

void hud_radau_free(struct hud_radau *r)
{
  if (r == NULL)
    return;
  double *blocks[] = {r->y,     r->f, r->scale, r->scale_new, r->weight,   r->estimate,
                      r->state, r->z, r->trial, r->last_z,    r->jacobian, r->real_lu};
  for (size_t a = 0; a < sizeof blocks / sizeof *blocks; a++)
    hud_free(blocks[a]);
  for (int e = 0; e < MOST; e++) {
    hud_free(r->pivots[e]);
    hud_free(r->complex_vector[e]);
    hud_free(r->complex_lu[e]);
  }
  hud_free(r);
}

void hud_radau_counters(const struct hud_radau *r, struct hud_evolve_counters *counters)
{
  *counters = r->counters;
}
