/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Legendre series on panels. A panel is resolved when its last three of sixteen Legendre
 * coefficients are at round-off of the panel, or too small to matter for the whole mass; otherwise
 * it is cut in two. Kinks and jumps end in panels so narrow that their share of the mass is below
 * round-off.
 *
 * Moments are Gauss-Legendre sums with enough nodes to be exact for the polynomial, so that even
 * ones add only positive terms wherever the centre lies. The Fourier transform of a panel is exact,
 *
 *   int_{-1}^{1} e^{-i w x} P_n(x) dx = 2 (-i)^n j_n(w),
 *
 * with spherical Bessel functions j_n, and so has no trouble at small or large frequencies. */
#include "network/piecewise.h"

#include <float.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_bessel.h>
#include <limits.h>
#include <math.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "base/sum.h"

enum {
  FINITE_PANELS = 64, /* first cut of a finite interval */
  INNER_WIDTH = 32,   /* unit panels up to here where an end is infinite, then octaves */
  OCTAVES = 55,       /* 32 * 2^55 = 2^60 */
  FINE_OCTAVES = 6,   /* octaves cut into many panels, the others into few */
  FINE_CUTS = 32,
  COARSE_CUTS = 4,
  MAX_DEPTH = 56,
  MAX_PANELS = 40000
};

static void panel_legendre(double x, int degree, double *p)
{
  p[0] = 1.0;
  if (degree > 0)
    p[1] = x;
  for (int n = 1; n < degree; n++)
    p[n + 1] = ((2 * n + 1) * x * p[n] - n * p[n - 1]) / (n + 1);
}

static double panel_value(const struct hud_panel *panel, double x)
{
  double p[HUD_PANEL_COEFFICIENTS], value = 0.0;
  panel_legendre(x, panel->degree, p);
  for (int n = panel->degree; n >= 0; n--)
    value += panel->coefficient[n] * p[n];
  return value;
}

/* Integral over [from, to] in the panel's coordinate: a Gauss sum, so that a narrow cell loses
 * nothing to the difference of two antiderivatives. */
static double panel_integral(const struct hud_piecewise *pieces, const struct hud_panel *panel,
                             double from, double to)
{
  double middle = 0.5 * (from + to), half = 0.5 * (to - from), sum = 0.0;
  for (int i = 0; i < HUD_PANEL_NODES; i++)
    sum += pieces->weight[i] * panel_value(panel, middle + half * pieces->node[i]);
  return sum * half * panel->half;
}

static hud_status gauss_nodes(size_t count, double *node, double *weight, struct hud_error *error)
{
  gsl_error_handler_t *handler = hud_gsl_begin();
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(count);
  hud_gsl_end(handler);
  if (table == NULL)
    return hud_fail_memory(error, "Gauss-Legendre nodes", 2 * count * sizeof(double));
  for (size_t i = 0; i < count; i++)
    gsl_integration_glfixed_point(-1.0, 1.0, i, &node[i], &weight[i], table);
  gsl_integration_glfixed_table_free(table);
  return HUD_OK;
}

static hud_status pieces_new(struct hud_piecewise **out, struct hud_error *error)
{
  struct hud_piecewise *pieces = NULL;
  hud_status status = HUD_NEW(&pieces, 1, "a density", error);
  if (status == HUD_OK)
    status = gauss_nodes(HUD_PANEL_NODES, pieces->node, pieces->weight, error);
  *out = pieces;
  return status;
}

static hud_status pieces_add(struct hud_piecewise *pieces, const struct hud_panel *panel,
                             struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (pieces->count == pieces->capacity) {
    size_t capacity = 2 * pieces->capacity + 64;
    status = hud_grow(&pieces->panels, pieces->count, capacity, sizeof *panel,
                      "the panels of a density", error);
    if (status == HUD_OK)
      pieces->capacity = capacity;
  }
  if (status == HUD_OK)
    pieces->panels[pieces->count++] = *panel;
  return status;
}

/* A jump between panels, or from the outermost ones to zero, of more than 1e-6 of the peak. */
static bool pieces_jump(const struct hud_piecewise *pieces)
{
  double peak = 0.0, jump = 0.0, right = 0.0, edge = -INFINITY;
  for (size_t i = 0; i < pieces->count; i++) {
    const struct hud_panel *panel = &pieces->panels[i];
    double left = panel_value(panel, -1.0), start = panel->middle - panel->half;
    if (start - edge > 1e-3 * panel->half) {
      jump = fmax(jump, fabs(right)); /* a gap: zero between */
      right = 0.0;
    }
    jump = fmax(jump, fabs(left - right));
    right = panel_value(panel, 1.0);
    edge = panel->middle + panel->half;
    peak = fmax(peak, panel->mass / (2.0 * panel->half));
  }
  return fmax(jump, fabs(right)) > 1e-6 * peak;
}

static hud_status pieces_finish(struct hud_piecewise *pieces, struct hud_error *error)
{
  hud_status status = HUD_NEW(&pieces->cumulative, pieces->count, "a density", error);
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = 0; status == HUD_OK && i < pieces->count; i++) {
    hud_sum_add(&sum, pieces->panels[i].mass);
    pieces->cumulative[i] = hud_sum_result(&sum);
  }
  pieces->mass = hud_sum_result(&sum);
  pieces->jumps = pieces_jump(pieces);
  if (status == HUD_OK && !(pieces->mass > 0.0 && isfinite(pieces->mass)))
    status = hud_fail(error, HUD_ERROR_INPUT, "the mass of a density is %g; it must be positive",
                      pieces->mass);
  return status;
}

void hud_piecewise_free(struct hud_piecewise *pieces)
{
  if (pieces == NULL)
    return;
  hud_free(pieces->panels);
  hud_free(pieces->cumulative);
  hud_free(pieces);
}

hud_status hud_piecewise_create_linear(struct hud_piecewise **out, size_t count,
                                       const double *points, struct hud_error *error)
{
  struct hud_piecewise *pieces = NULL;
  *out = NULL;
  hud_status status = pieces_new(&pieces, error);
  for (size_t i = 0; status == HUD_OK && i + 1 < count; i++) {
    const double *p = points + 2 * i;
    struct hud_panel panel = {.middle = p[0] + 0.5 * (p[2] - p[0]),
                              .half = 0.5 * (p[2] - p[0]),
                              .degree = 1,
                              .coefficient = {0.5 * p[1] + 0.5 * p[3], 0.5 * (p[3] - p[1])}};
    panel.mass = 2.0 * panel.half * panel.coefficient[0];
    if (panel.mass > 0.0)
      status = pieces_add(pieces, &panel, error);
  }
  if (status == HUD_OK)
    status = pieces_finish(pieces, error);
  if (status == HUD_OK)
    *out = pieces;
  else
    hud_piecewise_free(pieces);
  return status;
}

/* ---- resolving a function ---- */

struct resolver {
  double (*function)(const void *context, double v);
  const void *context;
  struct hud_piecewise *pieces;
  double node[HUD_PANEL_COEFFICIENTS], weight[HUD_PANEL_COEFFICIENTS];
  double mass, peak;  /* estimates from the first cut */
  double unresolved;  /* bound of the mass in panels that were given up */
  bool counting_only; /* first pass: estimate, keep nothing */
};

static hud_status sample_panel(const struct resolver *resolver, double middle, double half,
                               double *value, struct hud_error *error)
{
  for (int i = 0; i < HUD_PANEL_COEFFICIENTS; i++) {
    double v = middle + half * resolver->node[i];
    value[i] = resolver->function(resolver->context, v);
    if (!isfinite(value[i]))
      return hud_fail(error, HUD_ERROR_INPUT, "the density is %g at v = %.17g; expected a number",
                      value[i], v);
    if (value[i] < -1e-14 * resolver->peak)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "the density is %g at v = %.17g; a density must not be negative", value[i],
                      v);
  }
  return HUD_OK;
}

static struct hud_panel fit_panel(const struct resolver *resolver, double middle, double half,
                                  const double *value)
{
  struct hud_panel panel = {.middle = middle, .half = half, .degree = HUD_PANEL_COEFFICIENTS - 1};
  for (int i = 0; i < HUD_PANEL_COEFFICIENTS; i++) {
    double p[HUD_PANEL_COEFFICIENTS];
    panel_legendre(resolver->node[i], panel.degree, p);
    for (int n = 0; n <= panel.degree; n++)
      panel.coefficient[n] += (n + 0.5) * resolver->weight[i] * value[i] * p[n];
  }
  panel.mass = 2.0 * half * panel.coefficient[0];
  return panel;
}

static hud_status resolve_panel(struct resolver *resolver, double a, double b, int depth,
                                struct hud_error *error)
{
  double middle = a + 0.5 * (b - a), half = 0.5 * (b - a);
  double value[HUD_PANEL_COEFFICIENTS];
  hud_status status = sample_panel(resolver, middle, half, value, error);
  if (status != HUD_OK)
    return status;
  struct hud_panel panel = fit_panel(resolver, middle, half, value);
  double high = value[0], tail = 0.0;
  for (int i = 1; i < HUD_PANEL_COEFFICIENTS; i++)
    high = fmax(high, value[i]);
  for (int n = panel.degree - 2; n <= panel.degree; n++)
    tail = fmax(tail, fabs(panel.coefficient[n]));
  if (resolver->counting_only) {
    resolver->mass += fmax(panel.mass, 0.0);
    resolver->peak = fmax(resolver->peak, high);
    return HUD_OK;
  }
  bool smooth = tail <= 2e-14 * high || high <= 1e-30 * resolver->peak;
  bool deep = depth >= MAX_DEPTH || !(a < middle && middle < b);
  if (!smooth && !deep && 2.0 * half * tail > 1e-17 * resolver->mass) {
    if (resolver->pieces->count >= MAX_PANELS)
      return hud_fail(error, HUD_ERROR_INPUT,
                      "the density is too rough to be resolved at v = %.17g", middle);
    status = resolve_panel(resolver, a, middle, depth + 1, error);
    return status == HUD_OK ? resolve_panel(resolver, middle, b, depth + 1, error) : status;
  }
  if (!smooth)
    resolver->unresolved += 2.0 * half * tail;
  return panel.mass > 0.0 ? pieces_add(resolver->pieces, &panel, error) : HUD_OK;
}

static hud_status resolve_equal(struct resolver *resolver, double a, double b, int cuts,
                                struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (int i = 0; i < cuts && status == HUD_OK; i++)
    status = resolve_panel(resolver, i == 0 ? a : a + (b - a) * i / cuts,
                           i == cuts - 1 ? b : a + (b - a) * (i + 1) / cuts, 0, error);
  return status;
}

/* One octave at distance 32 * 2^octave from `origin`, on the side of `sign`. */
static hud_status resolve_octave(struct resolver *resolver, double origin, int sign, int octave,
                                 struct hud_error *error)
{
  double near = origin + sign * ldexp(INNER_WIDTH, octave);
  double far = origin + sign * ldexp(INNER_WIDTH, octave + 1);
  return resolve_equal(resolver, fmin(near, far), fmax(near, far),
                       octave < FINE_OCTAVES ? FINE_CUTS : COARSE_CUTS, error);
}

static hud_status resolve_all(struct resolver *resolver, double min, double max,
                              struct hud_error *error)
{
  bool left = isinf(min), right = isinf(max);
  if (!left && !right)
    return resolve_equal(resolver, min, max, FINITE_PANELS, error);
  hud_status status = HUD_OK;
  double origin = !left ? min : !right ? max : 0.0;
  for (int octave = OCTAVES - 1; left && octave >= 0 && status == HUD_OK; octave--)
    status = resolve_octave(resolver, origin, -1, octave, error);
  if (left && status == HUD_OK)
    status = resolve_equal(resolver, origin - INNER_WIDTH, origin, INNER_WIDTH, error);
  if (right && status == HUD_OK)
    status = resolve_equal(resolver, origin, origin + INNER_WIDTH, INNER_WIDTH, error);
  for (int octave = 0; right && octave < OCTAVES && status == HUD_OK; octave++)
    status = resolve_octave(resolver, origin, 1, octave, error);
  return status;
}

hud_status hud_piecewise_create(struct hud_piecewise **out,
                                double (*function)(const void *context, double v),
                                const void *context, double min, double max,
                                struct hud_error *error)
{
  struct resolver resolver = {.function = function, .context = context, .counting_only = true};
  *out = NULL;
  if (!(min < max))
    return hud_fail(error, HUD_ERROR_INPUT, "a density on [%g, %g]: expected min < max", min, max);
  hud_status status = pieces_new(&resolver.pieces, error);
  if (status == HUD_OK)
    status = gauss_nodes(HUD_PANEL_COEFFICIENTS, resolver.node, resolver.weight, error);
  if (status == HUD_OK)
    status = resolve_all(&resolver, min, max, error);
  resolver.counting_only = false;
  if (status == HUD_OK)
    status = resolve_all(&resolver, min, max, error);
  if (status == HUD_OK)
    status = pieces_finish(resolver.pieces, error);
  if (status == HUD_OK && resolver.unresolved > 1e-12 * resolver.pieces->mass)
    status = hud_fail(error, HUD_ERROR_INPUT,
                      "the density cannot be integrated: a share %.1e of its mass is unresolved",
                      resolver.unresolved / resolver.pieces->mass);
  if (status == HUD_OK && hud_piecewise_finite_moments(resolver.pieces) < 0)
    status = hud_fail(error, HUD_ERROR_INPUT,
                      "the density decays too slowly: its mass is infinite or has not converged at "
                      "|v| = 2^60");
  if (status == HUD_OK)
    *out = resolver.pieces;
  else
    hud_piecewise_free(resolver.pieces);
  return status;
}

/* ---- operations ---- */

int hud_piecewise_finite_moments(const struct hud_piecewise *pieces)
{
  enum { HIGHEST = 64 };
  double far = ldexp(INNER_WIDTH, OCTAVES - 1);
  for (int p = 0; p <= HIGHEST; p++) {
    double last = 0.0, total = 0.0;
    for (size_t i = 0; i < pieces->count; i++) {
      const struct hud_panel *panel = &pieces->panels[i];
      /* in units of the largest |v|, so that no power overflows */
      double share = panel->mass * pow(fabs(panel->middle) / far, p);
      total += share;
      if (fabs(panel->middle) > far)
        last += share;
    }
    if (last == 0.0)
      return INT_MAX;
    if (last > 1e-15 * total)
      return p - 1;
  }
  return HIGHEST;
}

/* The first panel whose right end lies beyond v. */
static size_t find_panel(const struct hud_piecewise *pieces, double v)
{
  size_t low = 0, high = pieces->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct hud_panel *panel = &pieces->panels[middle];
    if (panel->middle + panel->half > v)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

double hud_piecewise_value(const struct hud_piecewise *pieces, double v)
{
  size_t i = find_panel(pieces, v);
  if (i == pieces->count && i > 0)
    i--; /* the right end itself belongs to the last panel */
  const struct hud_panel *panel = &pieces->panels[i];
  double x = (v - panel->middle) / panel->half;
  return fabs(x) <= 1.0 ? fmax(panel_value(panel, x), 0.0) : 0.0;
}

hud_status hud_piecewise_moments(const struct hud_piecewise *pieces, double center, int order,
                                 double *out, struct hud_error *error)
{
  size_t nodes = (size_t)(order + HUD_PANEL_COEFFICIENTS) / 2 + 1;
  size_t length = (size_t)order + 1;
  double *node = NULL, *weight = NULL;
  struct hud_sum *sums = NULL;
  hud_status status = HUD_NEW(&node, nodes, "quadrature nodes", error);
  if (status == HUD_OK)
    status = HUD_NEW(&weight, nodes, "quadrature weights", error);
  if (status == HUD_OK)
    status = HUD_NEW(&sums, length, "moments", error);
  if (status == HUD_OK)
    status = gauss_nodes(nodes, node, weight, error);
  for (size_t i = 0; status == HUD_OK && i < pieces->count; i++) {
    const struct hud_panel *panel = &pieces->panels[i];
    double offset = panel->middle - center;
    for (size_t q = 0; q < nodes; q++) {
      double term = panel->half * weight[q] * panel_value(panel, node[q]);
      for (size_t p = 0; p < length; p++, term *= offset + panel->half * node[q])
        hud_sum_add(&sums[p], term);
    }
  }
  for (size_t p = 0; status == HUD_OK && p < length; p++)
    out[p] = hud_sum_result(&sums[p]);
  hud_free(node);
  hud_free(weight);
  hud_free(sums);
  return status;
}

double hud_piecewise_interval(const struct hud_piecewise *pieces, double a, double b)
{
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = find_panel(pieces, a); i < pieces->count; i++) {
    const struct hud_panel *panel = &pieces->panels[i];
    double from = fmax((a - panel->middle) / panel->half, -1.0);
    double to = fmin((b - panel->middle) / panel->half, 1.0);
    if (to <= from)
      break;
    hud_sum_add(&sum,
                from == -1.0 && to == 1.0 ? panel->mass : panel_integral(pieces, panel, from, to));
  }
  return hud_sum_result(&sum);
}

/* j_0 .. j_degree at w >= 0: upwards where that is stable, by Steed's method below. */
static void spherical_bessel(int degree, double w, double *j)
{
  if (w <= HUD_PANEL_COEFFICIENTS) {
    gsl_sf_bessel_jl_steed_array(degree, w, j);
    return;
  }
  j[0] = sin(w) / w;
  if (degree > 0)
    j[1] = (j[0] - cos(w)) / w;
  for (int n = 1; n < degree; n++)
    j[n + 1] = (2 * n + 1) / w * j[n] - j[n - 1];
}

double complex hud_piecewise_characteristic(const struct hud_piecewise *pieces, double xi)
{
  static const double complex power[4] = {1.0, -I, -1.0, I}; /* (-i)^n */
  struct hud_sum re = {0.0, 0.0}, im = {0.0, 0.0};
  gsl_error_handler_t *handler = hud_gsl_begin();
  for (size_t i = 0; i < pieces->count; i++) {
    const struct hud_panel *panel = &pieces->panels[i];
    double j[HUD_PANEL_COEFFICIENTS];
    double complex sum = 0.0;
    spherical_bessel(panel->degree, fabs(xi) * panel->half, j);
    for (int n = 0; n <= panel->degree; n++)
      sum += power[n % 4] * (panel->coefficient[n] * j[n]);
    sum *= 2.0 * panel->half * cexp(-I * fabs(xi) * panel->middle);
    hud_sum_add(&re, creal(sum));
    hud_sum_add(&im, cimag(sum));
  }
  hud_gsl_end(handler);
  double complex value = hud_sum_result(&re) + I * hud_sum_result(&im);
  return xi < 0.0 ? conj(value) : value;
}

double hud_piecewise_sample(const struct hud_piecewise *pieces, struct hud_random *random)
{
  double target = hud_random_uniform(random) * pieces->mass;
  size_t low = 0, high = pieces->count - 1;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (pieces->cumulative[middle] > target)
      high = middle;
    else
      low = middle + 1;
  }
  const struct hud_panel *panel = &pieces->panels[low];
  target -= low > 0 ? pieces->cumulative[low - 1] : 0.0;
  double from = -1.0, to = 1.0, x = 2.0 * target / panel->mass - 1.0;
  for (int i = 0; i < 80 && to - from > DBL_EPSILON; i++) { /* Newton within a bracket */
    double excess = panel_integral(pieces, panel, -1.0, x) - target;
    if (excess > 0.0)
      to = x;
    else
      from = x;
    double step = excess / (panel->half * panel_value(panel, x));
    if (fabs(step) < 4.0 * DBL_EPSILON)
      break;
    double next = x - step;
    x = next >= from && next <= to ? next : 0.5 * (from + to);
  }
  return panel->middle + panel->half * x;
}
