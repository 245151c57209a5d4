/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gain that a quasi-stationary f_3 makes in f_2, in O(n^2 log n): int f_3 dv_3 with
 *   f_3 = (mu + kappa div(U_3 .))^{-1} Sym(f_1 x f_2)
 *       = (1/kappa) int_0^1 u^{mu/kappa - 1} [push-forward of Sym(f_1 x f_2) for e^{-kappa s} = u]
 * du, [KMS] (12) with the drift of docs/corrections.md. The gain in f_1 is the marginal of this
 * one, so f_3 itself is never formed.
 *
 * A node u of Gauss-Jacobi quadrature (four are exact for moments to order 7) takes the free
 * particle a and the pair b, c to alpha v_a + beta (v_b + v_c) and so on, alpha = (1 + 2u)/3,
 * beta = (1 - u)/3. Of the three pairs that can be observed,
 *   1/3: b and c, at v_a (beta, beta) + (alpha v_b + beta v_c, beta v_b + alpha v_c);
 *   2/3: a and one of the pair, at v_a (alpha, beta) + (beta (v_b + v_c), alpha v_b + beta v_c),
 * both convolutions of a deposit of f_1 with a deposit of f_2. In coordinates (i - j, j) the first
 * is a convolution along j alone: one line of transforms; the second is two-dimensional. Deposits
 * of all nodes are summed in frequency space and transformed back once. Sums of positions stay
 * within the window by convexity; deposits may reach a few cells further, hence a margin, which is
 * folded back with mass and mean.
 *
 * The variance that the deposits add is taken out by factors 1 + (1 - cos k)/4 (second-order
 * scheme): then second moments are exact to round-off, W1 and fourth moments converge with order 2
 * or better. The factors overshoot at jumps, so the upwind scheme leaves them out, and removes the
 * round-off of the transforms below zero in a way that keeps mass and mean: its gain is
 * non-negative for non-negative data, and 3/4 h^2 too wide. */
#include "grid/triple.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clones.h"
#include "base/power_rule.h"
#include "base/sum.h"

static size_t good_period(size_t least)
{
  for (size_t period = least + least % 2;; period += 2) {
    size_t rest = period;
    for (size_t prime = 2; prime <= 7; prime++)
      while (rest % prime == 0)
        rest /= prime;
    if (rest == 1)
      return period;
  }
}

static size_t period_of(size_t n)
{
  return good_period(n + 2 * HUD_TRIPLE_MARGIN);
}

static size_t stride_of(size_t period)
{
  return (period + 2 + 7) / 8 * 8; /* rows start on 64 bytes: all transforms alike */
}

static size_t wide_length(size_t n)
{
  size_t m = n + 2 * HUD_TRIPLE_MARGIN;
  return m * (m + 1) / 2;
}

static size_t strip_rows_of(size_t n)
{
  return n / 3 + 8;
}

double hud_grid_triple_memory(size_t n)
{
  size_t period = period_of(n), plane = period * stride_of(period);
  return (double)sizeof(double) *
         ((double)(4 * plane) + (double)(n * n) + 2.0 * (double)(n * strip_rows_of(n)) +
          (double)(n * (n + 1) / 2) + (double)wide_length(n) +
          (double)(stride_of(period) + 2 * period));
}

static hud_status allocate(struct hud_grid_triple *t, struct hud_error *error)
{
  size_t n = t->n, plane = t->period * t->stride;
  const char *what = "three-body gain on the grid";
  struct {
    double **block;
    size_t count;
  } wanted[] = {{&t->square, n * n},
                {&t->strip, n * t->strip_rows},
                {&t->columns, n * t->strip_rows},
                {&t->line, t->stride},
                {&t->pair, plane},
                {&t->free, plane},
                {&t->sum, plane},
                {&t->along, plane},
                {&t->sharpen, 2 * t->period},
                {&t->gain, n * (n + 1) / 2},
                {&t->wide, wide_length(n)}};
  hud_status status = HUD_OK;
  for (size_t b = 0; b < sizeof wanted / sizeof *wanted && status == HUD_OK; b++)
    status = HUD_NEW(wanted[b].block, wanted[b].count, what, error);
  return status;
}

/* Planned by estimate, not by measurement: the choice of algorithm, and with it the last bits, must
 * not depend on timing. */
static hud_status plan(struct hud_grid_triple *t, struct hud_error *error)
{
  int length = (int)t->period, columns = length / 2 + 1, step = (int)(t->stride / 2);
  fftw_complex *line = (fftw_complex *)t->line, *plane = (fftw_complex *)t->sum;
  t->row_forward = fftw_plan_dft_r2c_1d(length, t->line, line, FFTW_ESTIMATE);
  t->row_backward = fftw_plan_dft_c2r_1d(length, line, t->line, FFTW_ESTIMATE);
  t->column_forward = fftw_plan_many_dft(1, &length, columns, plane, NULL, step, 1, plane, NULL,
                                         step, 1, FFTW_FORWARD, FFTW_ESTIMATE);
  t->column_backward = fftw_plan_many_dft(1, &length, columns, plane, NULL, step, 1, plane, NULL,
                                          step, 1, FFTW_BACKWARD, FFTW_ESTIMATE);
  if (t->row_forward == NULL || t->row_backward == NULL || t->column_forward == NULL ||
      t->column_backward == NULL)
    return hud_fail(error, HUD_ERROR_MEMORY, "no plan for Fourier transforms of length %d", length);
  return HUD_OK;
}

hud_status hud_grid_triple_create(struct hud_grid_triple **out, size_t n, double h,
                                  enum hud_drift_scheme scheme, struct hud_error *error)
{
  struct hud_grid_triple *t = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&t, 1, "three-body gain on the grid", error);
  if (status != HUD_OK)
    return status;
  t->n = n;
  t->h = h;
  t->compensate = scheme != HUD_SCHEME_UPWIND;
  t->wanted_nodes = scheme == HUD_SCHEME_FOURTH_ORDER ? HUD_TRIPLE_MORE_NODES : HUD_TRIPLE_NODES;
  t->period = period_of(n);
  t->stride = stride_of(t->period);
  t->strip_rows = strip_rows_of(n);
  t->offset = n % 2 == 0 ? 0.5 : 0.0;
  status = allocate(t, error);
  if (status == HUD_OK)
    status = plan(t, error);
  if (status != HUD_OK) {
    hud_grid_triple_free(t);
    return status;
  }
  double turn = 8.0 * atan(1.0) / (double)t->period;
  for (size_t k = 0; k < 2 * t->period; k++)
    t->sharpen[k] = t->compensate ? 1.25 - 0.25 * cos(turn * (double)(k % t->period)) : 1.0;
  *out = t;
  return HUD_OK;
}

void hud_grid_triple_free(struct hud_grid_triple *t)
{
  if (t == NULL)
    return;
  fftw_plan plans[] = {t->row_forward, t->row_backward, t->column_forward, t->column_backward};
  for (size_t p = 0; p < sizeof plans / sizeof *plans; p++)
    if (plans[p] != NULL)
      fftw_destroy_plan(plans[p]);
  double *blocks[] = {t->square, t->strip, t->columns, t->line, t->pair, t->free,
                      t->sum,    t->along, t->sharpen, t->gain, t->wide};
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
    hud_free(blocks[b]);
  hud_free(t);
}

/* Nodes and weights for u^{mu/kappa - 1} on (0, 1), weights normalised to the exact sum 1/mu. */
static hud_status choose_nodes(struct hud_grid_triple *t, double mu, double kappa,
                               struct hud_error *error)
{
  if (t->mu == mu && t->kappa == kappa)
    return HUD_OK;
  t->mu = 0.0;
  t->node_count = kappa == 0.0 ? 1 : t->wanted_nodes;
  t->u[0] = 1.0;
  t->weight[0] = 1.0 / mu;
  if (kappa > 0.0) {
    hud_status status = hud_power_rule(t->wanted_nodes, mu / kappa, t->u, t->weight, error);
    if (status != HUD_OK)
      return status;
    for (size_t q = 0; q < t->node_count; q++)
      t->weight[q] /= mu;
  }
  t->mu = mu;
  t->kappa = kappa;
  return HUD_OK;
}

/* out += c a b, complex, `count` values. */
HUD_CLONES static void add_complex_products(size_t count, double c, const double *restrict a,
                                            const double *restrict b, double *restrict out)
{
  for (size_t k = 0; k < count; k++) {
    double real = a[2 * k] * b[2 * k] - a[2 * k + 1] * b[2 * k + 1];
    double imaginary = a[2 * k] * b[2 * k + 1] + a[2 * k + 1] * b[2 * k];
    out[2 * k] += c * real;
    out[2 * k + 1] += c * imaginary;
  }
}

/* Transforms row r of a plane, if anything is in it. */
static bool transform_row(const struct hud_grid_triple *t, double *plane, size_t r)
{
  double *row = plane + r * t->stride;
  bool empty = true;
  for (size_t j = 0; j < t->period && empty; j++)
    empty = row[j] == 0.0;
  if (!empty)
    fftw_execute_dft_r2c(t->row_forward, row, (fftw_complex *)row);
  return !empty;
}

static void transform_plane(const struct hud_grid_triple *t, double *plane)
{
  for (size_t r = 0; r < t->period; r++)
    transform_row(t, plane, r);
  fftw_execute_dft(t->column_forward, (fftw_complex *)plane, (fftw_complex *)plane);
}

static void add_node(struct hud_grid_triple *t, double u, double weight, const double *f1,
                     const double *f2)
{
  size_t columns = t->period / 2 + 1;
  hud_grid_triple_free_line(t, u, f1);
  fftw_execute_dft_r2c(t->row_forward, t->line, (fftw_complex *)t->line);
  hud_grid_triple_pair_stays(t, u, f2);
  for (size_t r = 0; r < t->period; r++)
    if (transform_row(t, t->pair, r))
      add_complex_products(columns, weight / 3.0, t->line, t->pair + r * t->stride,
                           t->along + r * t->stride);

  hud_grid_triple_free_point(t, u, f1);
  transform_plane(t, t->free);
  hud_grid_triple_mixed_pair(t, u);
  transform_plane(t, t->pair);
  for (size_t r = 0; r < t->period; r++)
    add_complex_products(columns, 2.0 * weight / 3.0, t->free + r * t->stride,
                         t->pair + r * t->stride, t->sum + r * t->stride);
}

/* sum <- back-transform of sum and along, with the compensation of what the nodes deposited beside
 * the point deposit of each pair, which hud_grid_triple_collect takes out: along the diagonal twice
 * in `along`; along it and at the free particle's point in `sum`. Frequencies of (i - j, j) are
 * (k_1, k_1 + k_2). */
static void transform_back(struct hud_grid_triple *t)
{
  size_t columns = t->period / 2 + 1;
  double scale = 1.0 / (double)t->period;
  const double *sharpen = t->sharpen;
  for (size_t r = 0; r < t->period; r++) {
    double *row = t->sum + r * t->stride;
    const double *second = sharpen + (t->period - r); /* k_2 = column - r */
    for (size_t k = 0; k < columns; k++) {
      double factor = scale * scale * sharpen[r] * second[k] * sharpen[k];
      row[2 * k] *= factor;
      row[2 * k + 1] *= factor;
    }
  }
  fftw_execute_dft(t->column_backward, (fftw_complex *)t->sum, (fftw_complex *)t->sum);
  for (size_t r = 0; r < t->period; r++) {
    double *row = t->sum + r * t->stride;
    const double *along = t->along + r * t->stride;
    for (size_t k = 0; k < columns; k++) {
      double factor = scale * sharpen[k] * sharpen[k];
      row[2 * k] += factor * along[2 * k];
      row[2 * k + 1] += factor * along[2 * k + 1];
    }
    fftw_execute_dft_c2r(t->row_backward, (fftw_complex *)row, row);
  }
}

/* Non-negative up to the round-off that a time integrator leaves; directions of a derivative are
 * not. */
static bool is_density(size_t count, const double *x)
{
  double smallest = 0.0, largest = 0.0;
  for (size_t i = 0; i < count; i++) {
    smallest = x[i] < smallest ? x[i] : smallest;
    largest = x[i] > largest ? x[i] : largest;
  }
  return smallest >= -1e-9 * largest;
}

/* Sums of gain and of gain times v_1 + v_2 - 2 (centre), in cells. */
static void sums(const struct hud_grid_triple *t, double *mass, double *moment)
{
  struct hud_sum total = {0.0, 0.0}, first = {0.0, 0.0};
  for (size_t d = 0; d < t->n; d++) {
    const double *g = t->gain + hud_grid_offset(t->n, d);
    double sides = d == 0 ? 1.0 : 2.0, start = (double)d - (double)(t->n - 1);
    for (size_t j = 0; j < t->n - d; j++) {
      hud_sum_add(&total, sides * g[j]);
      hud_sum_add(&first, sides * g[j] * (start + 2.0 * (double)j));
    }
  }
  *mass = hud_sum_result(&total);
  *moment = hud_sum_result(&first);
}

/* Densities have a non-negative gain; what the transforms leave where it should be zero is
 * round-off of either sign (and, at the edges of the window, extrapolation below zero). Both go,
 * and the change of mass and mean, of the same size, is undone by a factor 1 + A + B (v_1 + v_2).
 */
static void remove_noise(struct hud_grid_triple *t)
{
  size_t n = t->n;
  double mass, moment, clipped_mass, clipped_moment, second = 0.0;
  sums(t, &mass, &moment);
  for (size_t i = 0; i < n * (n + 1) / 2; i++)
    if (t->gain[i] < 0.0)
      t->gain[i] = 0.0;
  sums(t, &clipped_mass, &clipped_moment);
  if (!(clipped_mass > 0.0))
    return;
  double mean = clipped_moment / clipped_mass;
  for (size_t d = 0; d < n; d++)
    for (size_t j = 0; j < n - d; j++) {
      double x = (double)d - (double)(n - 1) + 2.0 * (double)j - mean;
      second += (d == 0 ? 1.0 : 2.0) * x * x * t->gain[hud_grid_offset(n, d) + j];
    }
  double level = (mass - clipped_mass) / clipped_mass;
  double slope =
      second > 0.0 ? (moment - clipped_moment - mean * (mass - clipped_mass)) / second : 0.0;
  for (size_t d = 0; d < n; d++)
    for (size_t j = 0; j < n - d; j++) {
      double x = (double)d - (double)(n - 1) + 2.0 * (double)j - mean;
      t->gain[hud_grid_offset(n, d) + j] *= 1.0 + level + slope * x;
    }
}

hud_status hud_grid_triple_apply(struct hud_grid_triple *t, double mu, double kappa,
                                 const double *f1, const double *f2, struct hud_error *error)
{
  hud_status status = choose_nodes(t, mu, kappa, error);
  if (status != HUD_OK)
    return status;
  size_t plane = t->period * t->stride;
  memset(t->sum, 0, plane * sizeof *t->sum);
  memset(t->along, 0, plane * sizeof *t->along);
  hud_grid_triple_unfold(t, f2);
  for (size_t q = 0; q < t->node_count; q++)
    add_node(t, t->u[q], t->h * t->weight[q], f1, f2);
  transform_back(t);
  hud_grid_triple_collect(t);
  if (!t->compensate && is_density(t->n, f1) && is_density(t->n * (t->n + 1) / 2, f2))
    remove_noise(t);
  return HUD_OK;
}
