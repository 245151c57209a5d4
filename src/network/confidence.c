/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The flow of bounded confidence. Between events, the moments at which a pair enters or leaves the
 * radius, the field is linear, v' = A v with A = -(graph Laplacian of the pairs within
 * reach)/k, whose eigenvalues lie in [-1, 0]. A step of at most 1/4 is the Taylor polynomial of
 * e^{hA} v, exact to round-off, and the distances are known polynomials of h in which the first
 * event is found by bisection. There is no tolerance.
 *
 * Where the path crosses |r| = radius the field jumps, and the Jacobian determinant gets the factor
 * (normal speed after)/(normal speed before). In one dimension the order of velocities never
 * changes. Forward in time a path always crosses. Backward it may run into the surface from both
 * sides: then no state at the earlier time leads here, the map has rank less than k, and the
 * logarithm of its determinant is -infinity. A pair that touches the radius for less than about
 * 1e-7 of a time unit is not seen: there the flow is discontinuous anyway. */
#include "network/confidence.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

enum { TERMS = 18, CUTS = 8, BISECTIONS = 60 };
static const double LONGEST_STEP = 0.25;

struct confidence {
  int k;
  double radius, direction; /* +1 forward, -1 backward */
  bool *active;             /* k x k, symmetric: within reach */
  double *taylor;           /* TERMS x k: coefficients of v(h) */
};

/* out = direction * A v. */
static void apply_field(const struct confidence *flow, const double *v, double *out)
{
  for (int i = 0; i < flow->k; i++) {
    double sum = 0.0;
    for (int j = 0; j < flow->k; j++)
      if (flow->active[i * flow->k + j])
        sum += v[j] - v[i];
    out[i] = flow->direction * sum / flow->k;
  }
}

/* taylor[0] holds the state; fills the others. */
static void expand(const struct confidence *flow)
{
  for (int n = 1; n < TERMS; n++) {
    double *term = flow->taylor + n * flow->k;
    apply_field(flow, term - flow->k, term);
    for (int i = 0; i < flow->k; i++)
      term[i] /= n;
  }
}

/* |v_i - v_j| at h, and its derivative. */
static double distance(const struct confidence *flow, int i, int j, double h, double *speed)
{
  double value = 0.0, slope = 0.0;
  for (int n = TERMS - 1; n >= 0; n--) {
    slope = slope * h + value;
    value = value * h + (flow->taylor[n * flow->k + i] - flow->taylor[n * flow->k + j]);
  }
  *speed = value < 0.0 ? -slope : slope;
  return fabs(value);
}

/* A pair is past its event when it is not where `active` says. */
static bool is_past(const struct confidence *flow, int i, int j, double h)
{
  double speed, r = distance(flow, i, j, h, &speed);
  return flow->active[i * flow->k + j] ? r > flow->radius : r < flow->radius;
}

/* The first h in [from, to] past the event; `to` is past it. */
static double bisect_event(const struct confidence *flow, int i, int j, double from, double to)
{
  for (int n = 0; n < BISECTIONS; n++) {
    double middle = 0.5 * (from + to);
    if (is_past(flow, i, j, middle))
      to = middle;
    else
      from = middle;
  }
  return to;
}

/* Where the distance is extremal in [from, to], given that its speed changes sign there. */
static double bisect_extremum(const struct confidence *flow, int i, int j, double from, double to)
{
  double first, speed;
  distance(flow, i, j, from, &first);
  for (int n = 0; n < BISECTIONS; n++) {
    double middle = 0.5 * (from + to);
    distance(flow, i, j, middle, &speed);
    if (speed * first > 0.0)
      from = middle;
    else
      to = middle;
  }
  return from;
}

/* The first event of the pair in [0, h], or INFINITY. */
static double pair_event(const struct confidence *flow, int i, int j, double h)
{
  double speed_before, speed_after;
  distance(flow, i, j, 0.0, &speed_before);
  for (int cut = 0; cut < CUTS; cut++) {
    double from = h * cut / CUTS, to = h * (cut + 1) / CUTS;
    distance(flow, i, j, to, &speed_after);
    if (speed_before * speed_after < 0.0) {
      double top = bisect_extremum(flow, i, j, from, to);
      /* A touch at the very start is where the pair has just been. */
      if (top > from && is_past(flow, i, j, top))
        return bisect_event(flow, i, j, from, top);
    }
    if (is_past(flow, i, j, to))
      return bisect_event(flow, i, j, from, to);
    speed_before = speed_after;
  }
  return INFINITY;
}

/* sum_i d(field_i)/dv_i. */
static double divergence(const struct confidence *flow)
{
  double links = 0.0;
  for (int n = 0; n < flow->k * flow->k; n++)
    links += flow->active[n] ? 1.0 : 0.0;
  return -flow->direction * links / flow->k;
}

/* Moves the state, which is taylor[0], to h. */
static void advance(const struct confidence *flow, double h)
{
  for (int i = 0; i < flow->k; i++) {
    double value = 0.0;
    for (int n = TERMS - 1; n >= 0; n--)
      value = value * h + flow->taylor[n * flow->k + i];
    flow->taylor[i] = value;
  }
}

/* The pair changes sides. False if the path cannot go on: it would be sent back. */
static bool cross(const struct confidence *flow, int i, int j, double *log_jacobian)
{
  double before, after;
  expand(flow);
  distance(flow, i, j, 0.0, &before);
  flow->active[i * flow->k + j] = flow->active[j * flow->k + i] = !flow->active[i * flow->k + j];
  expand(flow);
  distance(flow, i, j, 0.0, &after);
  if (!(before * after > 0.0))
    return false;
  *log_jacobian += log(after / before);
  return true;
}

static hud_status run(const struct confidence *flow, double left, double *log_jacobian,
                      struct hud_error *error)
{
  const int k = flow->k;
  int events = 0, most = 1000 + 100 * k * k;
  *log_jacobian = 0.0;
  while (left > 0.0) {
    double h = fmin(left, LONGEST_STEP), first = INFINITY;
    int first_i = 0, first_j = 0;
    expand(flow);
    for (int i = 0; i < k; i++)
      for (int j = i + 1; j < k; j++) {
        double event = pair_event(flow, i, j, h);
        if (event < first) {
          first = event;
          first_i = i;
          first_j = j;
        }
      }
    h = fmin(h, first);
    *log_jacobian += divergence(flow) * h;
    advance(flow, h);
    left -= h;
    if (isinf(first))
      continue;
    if (++events > most)
      return hud_fail(error, HUD_ERROR_COMPUTE,
                      "the flow of bounded confidence passes its radius more than %d times", most);
    if (!cross(flow, first_i, first_j, log_jacobian)) {
      *log_jacobian = -INFINITY;
      return HUD_OK;
    }
  }
  return HUD_OK;
}

hud_status hud_confidence_flow(double radius, int k, double s, const double *v, double *out,
                               double *log_jacobian, struct hud_error *error)
{
  struct confidence flow = {.k = k, .radius = radius, .direction = s < 0.0 ? -1.0 : 1.0};
  size_t n = (size_t)k;
  hud_status status = HUD_NEW(&flow.active, n * n, "the pairs of a cluster", error);
  if (status == HUD_OK)
    status = HUD_NEW(&flow.taylor, TERMS * n, "a path of a cluster", error);
  if (status == HUD_OK) {
    memcpy(flow.taylor, v, n * sizeof *v);
    for (int i = 0; i < k; i++)
      for (int j = 0; j < k; j++)
        flow.active[i * k + j] = i != j && fabs(v[i] - v[j]) < radius;
    status = run(&flow, fabs(s), log_jacobian, error);
  }
  if (status == HUD_OK)
    memcpy(out, flow.taylor, n * sizeof *v);
  hud_free(flow.active);
  hud_free(flow.taylor);
  return status;
}
