/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances on the line. Both kinds of measure become a list of pieces from left to right, each a
 * mass spread evenly over [left, right], left = right for an atom. Distribution functions and
 * quantile functions are then piecewise linear, and W1, W2 and L1 are sums of integrals of
 * |linear| and linear^2 over the common refinement: exact but for round-off. */
#include "analysis/distance.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/sum.h"

struct piece {
  double left, right, mass;
};

static void piece_at(const struct hud_measure *measure, size_t i, struct piece *piece)
{
  if (measure->edge != NULL)
    *piece = (struct piece){measure->edge[i], measure->edge[i + 1], measure->mass[i]};
  else
    *piece = (struct piece){measure->position[i], measure->position[i], measure->mass[i]};
}

double hud_measure_mass(const struct hud_measure *measure)
{
  struct hud_sum sum = {0.0, 0.0};
  for (size_t i = 0; i < measure->count; i++)
    hud_sum_add(&sum, measure->mass[i]);
  return hud_sum_result(&sum);
}

double hud_measure_mean(const struct hud_measure *measure)
{
  struct hud_sum sum = {0.0, 0.0};
  struct piece piece;
  for (size_t i = 0; i < measure->count; i++) {
    piece_at(measure, i, &piece);
    hud_sum_add(&sum, piece.mass * (0.5 * piece.left + 0.5 * piece.right));
  }
  return hud_sum_result(&sum) / hud_measure_mass(measure);
}

static int by_position(const void *a, const void *b)
{
  double x = ((const struct piece *)a)->left, y = ((const struct piece *)b)->left;
  return (x > y) - (x < y);
}

/* Checked, sorted and divided by `unit`. */
static hud_status make_pieces(struct piece **pieces, const struct hud_measure *measure, double unit,
                              struct hud_error *error)
{
  *pieces = NULL;
  if ((measure->edge == NULL) == (measure->position == NULL))
    return hud_fail(error, HUD_ERROR_USAGE, "a measure needs either positions or edges");
  hud_status status = HUD_NEW(pieces, measure->count, "a measure", error);
  for (size_t i = 0; status == HUD_OK && i < measure->count; i++) {
    struct piece *piece = &(*pieces)[i];
    piece_at(measure, i, piece);
    piece->mass /= unit;
    if (!isfinite(piece->left) || !isfinite(piece->right) || !isfinite(piece->mass))
      status = hud_fail(error, HUD_ERROR_USAGE, "mass %zu of a measure is not finite", i);
    else if (measure->edge != NULL && !(piece->left < piece->right))
      status = hud_fail(error, HUD_ERROR_USAGE, "edge %zu of a measure does not increase", i + 1);
  }
  if (status == HUD_OK && measure->position != NULL)
    qsort(*pieces, measure->count, sizeof **pieces, by_position);
  if (status != HUD_OK) {
    hud_free(*pieces);
    *pieces = NULL;
  }
  return status;
}

struct pieces {
  size_t count[2];
  struct piece *list[2];
};

static void free_pieces(struct pieces *both)
{
  hud_free(both->list[0]);
  hud_free(both->list[1]);
}

/* Both as probabilities. */
static hud_status make_probabilities(struct pieces *both, const struct hud_measure *f,
                                     const struct hud_measure *g, struct hud_error *error)
{
  const struct hud_measure *measure[2] = {f, g};
  *both = (struct pieces){{f->count, g->count}, {NULL, NULL}};
  hud_status status = HUD_OK;
  for (int side = 0; side < 2 && status == HUD_OK; side++) {
    double mass = hud_measure_mass(measure[side]);
    if (!(mass > 0.0 && isfinite(mass)))
      status = hud_fail(error, HUD_ERROR_USAGE, "a measure of mass %g; it must be positive", mass);
    else
      status = make_pieces(&both->list[side], measure[side], mass, error);
  }
  return status;
}

/* int |d| over a length on which d goes linearly from a to b. */
static double absolute_integral(double a, double b, double length)
{
  if ((a < 0.0) != (b < 0.0) && a != b)
    return 0.5 * length * (a * a + b * b) / (fabs(a) + fabs(b));
  return 0.5 * length * fabs(a + b);
}

/* ---- W1 and L1: along the line ---- */

/* A place where a density begins or ends, or a distribution function jumps. */
struct change {
  double place, jump, slope; /* changes of the distribution function and of its derivative */
};

static int by_place(const void *a, const void *b)
{
  double x = ((const struct change *)a)->place, y = ((const struct change *)b)->place;
  return (x > y) - (x < y);
}

/* All changes of F - G from left to right. */
static hud_status make_changes(struct change **changes, size_t *count, const struct pieces *both,
                               struct hud_error *error)
{
  *count = 2 * (both->count[0] + both->count[1]);
  hud_status status = HUD_NEW(changes, *count, "a difference of measures", error);
  struct change *next = *changes;
  for (int side = 0; side < 2 && status == HUD_OK; side++)
    for (size_t i = 0; i < both->count[side]; i++) {
      const struct piece *piece = &both->list[side][i];
      double mass = side == 0 ? piece->mass : -piece->mass;
      if (piece->left == piece->right) {
        *next++ = (struct change){piece->left, mass, 0.0};
      } else {
        double slope = mass / (piece->right - piece->left);
        *next++ = (struct change){piece->left, 0.0, slope};
        *next++ = (struct change){piece->right, 0.0, -slope};
      }
    }
  if (status == HUD_OK) {
    *count = (size_t)(next - *changes);
    qsort(*changes, *count, sizeof **changes, by_place);
  }
  return status;
}

hud_status hud_wasserstein_1(const struct hud_measure *f, const struct hud_measure *g,
                             double *distance, struct hud_error *error)
{
  struct pieces both;
  struct change *changes = NULL;
  size_t count = 0;
  hud_status status = make_probabilities(&both, f, g, error);
  if (status == HUD_OK)
    status = make_changes(&changes, &count, &both, error);
  struct hud_sum total = {0.0, 0.0}, value = {0.0, 0.0}, slope = {0.0, 0.0};
  for (size_t i = 0; status == HUD_OK && i < count; i++) {
    hud_sum_add(&value, changes[i].jump);
    hud_sum_add(&slope, changes[i].slope);
    if (i + 1 == count)
      break;
    double length = changes[i + 1].place - changes[i].place, before = hud_sum_result(&value);
    hud_sum_add(&value, hud_sum_result(&slope) * length);
    hud_sum_add(&total, absolute_integral(before, hud_sum_result(&value), length));
  }
  if (status == HUD_OK)
    *distance = hud_sum_result(&total);
  hud_free(changes);
  free_pieces(&both);
  return status;
}

hud_status hud_distance_l1(const struct hud_measure *f, const struct hud_measure *g,
                           double *distance, struct hud_error *error)
{
  struct pieces both = {{f->count, g->count}, {NULL, NULL}};
  struct change *changes = NULL;
  size_t count = 0;
  hud_status status = HUD_OK;
  if (f->edge == NULL || g->edge == NULL)
    status = hud_fail(error, HUD_ERROR_USAGE, "atoms have no density to compare in L1");
  if (status == HUD_OK)
    status = make_pieces(&both.list[0], f, 1.0, error);
  if (status == HUD_OK)
    status = make_pieces(&both.list[1], g, 1.0, error);
  if (status == HUD_OK)
    status = make_changes(&changes, &count, &both, error);
  struct hud_sum total = {0.0, 0.0}, slope = {0.0, 0.0};
  for (size_t i = 0; status == HUD_OK && i + 1 < count; i++) {
    hud_sum_add(&slope, changes[i].slope);
    hud_sum_add(&total, fabs(hud_sum_result(&slope)) * (changes[i + 1].place - changes[i].place));
  }
  if (status == HUD_OK)
    *distance = hud_sum_result(&total);
  hud_free(changes);
  free_pieces(&both);
  return status;
}

/* ---- W2: along the quantiles ---- */

/* Shares of mass that differ by less are the same share, summed in another order. */
static const double SAME_MASS = 1e-14;

/* Negative masses to zero, the others to a sum of one. */
static hud_status clip(size_t count, struct piece *list, struct hud_error *error)
{
  struct hud_sum kept = {0.0, 0.0}, dropped = {0.0, 0.0};
  for (size_t i = 0; i < count; i++) {
    hud_sum_add(list[i].mass > 0.0 ? &kept : &dropped, list[i].mass);
    list[i].mass = fmax(list[i].mass, 0.0);
  }
  double negative = -hud_sum_result(&dropped), unit = hud_sum_result(&kept);
  if (negative > 1e-6)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "a measure has negative mass, a share of %.2e; W2 is not defined", negative);
  for (size_t i = 0; i < count; i++)
    list[i].mass /= unit;
  return HUD_OK;
}

hud_status hud_wasserstein_2(const struct hud_measure *f, const struct hud_measure *g,
                             double *distance, struct hud_error *error)
{
  struct pieces both;
  hud_status status = make_probabilities(&both, f, g, error);
  for (int side = 0; side < 2 && status == HUD_OK; side++)
    status = clip(both.count[side], both.list[side], error);
  struct hud_sum total = {0.0, 0.0};
  size_t index[2] = {0, 0};
  double left[2] = {0.0, 0.0}; /* mass of the current pieces that is still to come */
  for (int side = 0; side < 2 && status == HUD_OK; side++)
    left[side] = both.list[side][0].mass;
  while (status == HUD_OK && index[0] < both.count[0] && index[1] < both.count[1]) {
    double step = fmin(left[0], left[1]), from[2], to[2];
    if (fabs(left[0] - left[1]) <= SAME_MASS) /* round-off must not pair far ends of a gap */
      step = left[0] = left[1] = fmin(left[0], left[1]);
    for (int side = 0; side < 2; side++) {
      const struct piece *piece = &both.list[side][index[side]];
      double width = piece->right - piece->left;
      from[side] = step > 0.0 ? piece->right - width * (left[side] / piece->mass) : 0.0;
      left[side] -= step;
      to[side] = step > 0.0 ? piece->right - width * (left[side] / piece->mass) : 0.0;
    }
    double a = from[0] - from[1], b = to[0] - to[1];
    hud_sum_add(&total, step * (a * a + a * b + b * b) / 3.0);
    for (int side = 0; side < 2; side++)
      if (left[side] <= 0.0 && ++index[side] < both.count[side])
        left[side] = both.list[side][index[side]].mass;
  }
  if (status == HUD_OK)
    *distance = sqrt(hud_sum_result(&total));
  free_pieces(&both);
  return status;
}
