/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Halving of the grid: the middle half of the window, about the conserved mean velocity, is cut out
 * and every cell in it is split in two. Splitting with weights (3/4, 1/4) and taking the variance
 * that this adds out again, 1 - (3/8) delta^2, is quadratic interpolation,
 *
 *   out(v_i -+ h/4) = (15/16) f_i + (5/32) f_{i-+1} - (3/32) f_{i+-1},
 *
 * which keeps mass, mean and second moment of the whole line exactly. For the fourth-order drift it
 * is interpolation of degree four, with (1890, 420, -252, -45, 35)/2048 of f_i, f_{i-+1}, f_{i+-1},
 * f_{i-+2}, f_{i+-2}, which keeps moments to the fourth (a polynomial that is interpolated exactly
 * at both halves is summed exactly over them). f_2 is not interpolated
 * itself, because it bends sharply at v_1 = v_2 and whatever does not fit the finer grid there
 * would relax in a time of order eps, at the cost of some hundred evaluations. Its source s = (mu -
 * d_2 D) f_2 is smooth: s is interpolated and the equation solved again on the new grid. Mass and
 * mean of f_2 are mu^{-1} those of s on any grid, and so are second moments where the drift keeps
 * them (pair.c). Inside, then, is what stems from sources inside; what the window loses, free
 * particles beyond it and pairs that came from there, is for the caller to account for.
 *
 * When: the standard deviation of f_1 is below NARROW cells, and no more than TAIL of its second
 * moment lies beyond the new window. Tails grow like |v|^{-4} (docs/numerics.md), so on few cells
 * the second condition decides. */
#include "grid/internal.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "grid/triple.h"

static const double NARROW = 8.0, TAIL = 2e-3;

/* Cells to either side that interpolation reads. */
enum { NEAR = 2, WIDTH = 2 * NEAR + 1 };

/* Interpolation weights of the left half of a cell on the cells around it; of the right half in
 * reverse. */
static const double quadratic[WIDTH] = {0.0, 5.0 / 32.0, 15.0 / 16.0, -3.0 / 32.0, 0.0};
static const double quartic[WIDTH] = {-45.0 / 2048.0, 420.0 / 2048.0, 1890.0 / 2048.0,
                                      -252.0 / 2048.0, 35.0 / 2048.0};

/* The weight of cell i + k - NEAR for child c of cell i. */
static double child_weight(const struct hud_grid *grid, size_t c, size_t k)
{
  const double *weight = grid->scheme == HUD_SCHEME_FOURTH_ORDER ? quartic : quadratic;
  return weight[c % 2 == 0 ? k : WIDTH - 1 - k];
}

void hud_grid_place(struct hud_grid *grid, double min, double max)
{
  grid->min = min;
  grid->max = max;
  grid->h = (max - min) / (double)grid->n;
  grid->linearisation.ready = false;
  if (grid->triple != NULL)
    grid->triple->h = grid->h;
  /* From both ends, so that a symmetric window has exactly symmetric centres. */
  for (size_t i = 0; i < grid->n; i++) {
    double right = (double)(2 * i + 1) / (double)(2 * grid->n);
    double left = (double)(2 * (grid->n - i) - 1) / (double)(2 * grid->n);
    grid->v[i] = min * left + max * right;
  }
}

void hud_grid_window(const struct hud_representation *rep, double window[2])
{
  window[0] = hud_grid_of(rep)->min;
  window[1] = hud_grid_of(rep)->max;
}

void hud_grid_set_window(struct hud_representation *rep, const double window[2])
{
  hud_grid_place((struct hud_grid *)rep, window[0], window[1]);
}

/* First of the n/2 cells that stay. */
static size_t first_kept(const struct hud_grid *grid, double center)
{
  double first = round((center - grid->min) / grid->h - 0.25 * (double)grid->n);
  double last = 0.5 * (double)grid->n;
  return first <= 0.0 ? 0 : first >= last ? grid->n / 2 : (size_t)first;
}

static bool is_narrow(const struct hud_grid *grid, double center, size_t first, const double *f1)
{
  double mass = 0.0, inside = 0.0, outside = 0.0;
  for (size_t i = 0; i < grid->n; i++) {
    double x = grid->v[i] - center, second = x * x * f1[i];
    mass += f1[i];
    if (i >= first && i < first + grid->n / 2)
      inside += second;
    else
      outside += fabs(second);
  }
  double limit = NARROW * grid->h;
  return mass > 0.0 && inside + outside < limit * limit * mass &&
         outside <= TAIL * (inside + outside);
}

/* out[0..n) from the n values of a line, where `first` stays first; zero beyond the line. */
static void refine_line(const struct hud_grid *grid, size_t first, const double *line, double *out)
{
  size_t n = grid->n;
  for (size_t c = 0; c < n; c++) {
    size_t i = first + c / 2;
    out[c] = 0.0;
    for (size_t k = 0; k < WIDTH; k++)
      if (i + k >= NEAR && i + k - NEAR < n)
        out[c] += child_weight(grid, c, k) * line[i + k - NEAR];
  }
}

/* Both velocities of f2, in place. square: n x n. */
static void refine_pairs(const struct hud_grid *grid, size_t first, double *square, double *f2)
{
  size_t n = grid->n;
  const struct hud_representation *rep = &grid->base;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++)
      grid->line[j] = f2[hud_grid_pair_index(rep, i, j)];
    refine_line(grid, first, grid->line, square + i * n);
  }
  for (size_t c = 0; c < n; c++) {
    size_t i = first + c / 2;
    for (size_t e = 0; e <= c; e++) {
      double value = 0.0;
      for (size_t k = 0; k < WIDTH; k++)
        if (i + k >= NEAR && i + k - NEAR < n)
          value += child_weight(grid, c, k) * square[(i + k - NEAR) * n + e];
      f2[hud_grid_pair_index(rep, c, e)] = value;
    }
  }
}

/* f_2 <- its source on the present grid, in place by way of `scratch`. */
static void form_source(struct hud_grid *grid, double own, double drift, double *scratch,
                        double *f2)
{
  memcpy(scratch, f2, grid->pair_length * sizeof *scratch);
  for (size_t i = 0; i < grid->pair_length; i++)
    f2[i] = own * scratch[i];
  hud_grid_drift(&grid->base, -drift, 2, scratch, f2);
}

static void halve(struct hud_grid *grid, const struct hud_network *network, size_t first,
                  double *square, double *const *f)
{
  double *f2 = network->K >= 2 ? f[2] : NULL, own = 0.0, drift = 0.0;
  if (f2 != NULL) {
    const struct hud_reaction *pairing = hud_network_reaction(network, 1, 1);
    drift = network->sizes[2].drift;
    own = pairing != NULL ? pairing->product * pairing->mu : 0.0;
    own = own > 0.0 ? own : drift > 0.0 ? drift : 1.0;
    form_source(grid, own, drift, square, f2);
    refine_pairs(grid, first, square, f2);
  }
  memcpy(grid->line, f[1], grid->n * sizeof *grid->line);
  refine_line(grid, first, grid->line, f[1]);
  double min = grid->min + (double)first * grid->h;
  hud_grid_place(grid, min, min + 0.5 * (grid->max - grid->min));
  if (f2 != NULL) {
    struct hud_grid_source source = {.stored = f2};
    hud_grid_sweep(grid, own, drift, &source, f2, 0.0, NULL);
  }
}

static hud_status check(const struct hud_grid *grid, const struct hud_network *network,
                        struct hud_error *error)
{
  for (int k = 3; k <= network->K; k++)
    if (!network->sizes[k].quasi_stationary)
      return hud_fail_at(error, HUD_ERROR_INPUT, "velocity.regrid",
                         "a grid that is halved holds clusters of one and two, not of %d", k);
  if (grid->n % 2 != 0)
    return hud_fail_at(error, HUD_ERROR_INPUT, "velocity.regrid",
                       "a grid of %zu cells cannot be halved; expected an even number", grid->n);
  if (grid->scheme == HUD_SCHEME_UPWIND)
    return hud_fail_at(error, HUD_ERROR_INPUT, "velocity.regrid",
                       "the upwind drift, which data with jumps or atoms get, loses variance in "
                       "proportion to h at every time, so that halving cannot help; expected "
                       "velocity.drift: second_order or fourth_order");
  return HUD_OK;
}

hud_status hud_grid_adapt(struct hud_representation *rep, const struct hud_network *network,
                          double center, double *const *f, int *changed, struct hud_error *error)
{
  struct hud_grid *grid = (struct hud_grid *)rep;
  double *square = NULL;
  *changed = 0;
  hud_status status = check(grid, network, error);
  if (status != HUD_OK || f == NULL)
    return status;
  size_t first = first_kept(grid, center);
  if (!is_narrow(grid, center, first, f[1]))
    return HUD_OK;
  if (network->K >= 2 && f[2] != NULL)
    status = HUD_NEW(&square, grid->n * grid->n, "a finer grid", error);
  if (status == HUD_OK) {
    halve(grid, network, first, square, f);
    *changed = 1;
  }
  hud_free(square);
  return status;
}
