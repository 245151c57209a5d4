/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tree Monte Carlo for the hierarchy series; see series.h. A tree with k adjunctions is drawn level
 * by level from time 0 and branches into gain and loss at each level, so it has 2^k leaves; a leaf
 * knows V_s at time t and, read backwards, its pseudo-trajectory. Orders are drawn in proportion to
 * their Maxwellian rates. A pilot run decides how many trees each k gets. */
#include "spheres/series.h"

#include <math.h>
#include <string.h>

#include "spheres/scatter.h"

enum {
  PILOT = 500,
  LEAST = 10 /* trees of every k */
};

struct left_out {
  double value, square, absolute;
};

struct sums {
  double value, square, absolute;
  struct left_out energy[HUD_SERIES_MAX_LADDER], separation[HUD_SERIES_MAX_LADDER];
  double weight, weight_square, recollision, recollision_square, cross, overlap;
  double finite, finite_square;
  double displacement, norm;
  int64_t count;
};

/* What one tree adds up over its leaves. */
struct leaf_sums {
  double value, absolute, weight, recollision, overlap, finite;
};

struct tree {
  const struct hud_series_spec *spec;
  struct hud_random random;
  double rate[HUD_SPHERES_MAX_ORDER + 1]; /* alpha rho^l c_l, by order */
  double probability[HUD_SPHERES_MAX_ORDER + 1];
  int k;
  struct hud_pseudo pseudo;
  int below[HUD_PSEUDO_MAX_ADJUNCTIONS + 1]; /* particles before adjunction i */
  double prefactor;                          /* product of (3.9)/alpha over the tree */
  struct leaf_sums leaves;
  struct sums *sums;
};

static hud_status check_ladder(const struct hud_series_ladder *ladder, const char *what,
                               struct hud_error *error)
{
  if (ladder->count < 0 || ladder->count > HUD_SERIES_MAX_LADDER)
    return hud_fail(error, HUD_ERROR_INPUT, "%d %s; at most %d", ladder->count, what,
                    (int)HUD_SERIES_MAX_LADDER);
  for (int i = 0; i < ladder->count; i++)
    if (!(ladder->value[i] > 0.0))
      return hud_fail(error, HUD_ERROR_INPUT, "one of the %s is %g; expected numbers > 0", what,
                      ladder->value[i]);
  return HUD_OK;
}

static hud_status check_spec(const struct hud_series_spec *spec, struct hud_error *error)
{
  if (spec->dimension != 2 && spec->dimension != 3)
    return hud_fail(error, HUD_ERROR_INPUT, "dimension is %d; it must be 2 or 3", spec->dimension);
  if (spec->orders < 1 || spec->orders > HUD_SPHERES_MAX_ORDER)
    return hud_fail(error, HUD_ERROR_INPUT, "orders is %d; it must be from 1 to %d", spec->orders,
                    (int)HUD_SPHERES_MAX_ORDER);
  double total = 0.0;
  for (int l = 1; l <= spec->orders; l++) {
    if (!(spec->alpha[l - 1] >= 0.0) || !isfinite(spec->alpha[l - 1]))
      return hud_fail(error, HUD_ERROR_INPUT, "alpha_%d is %g; it must not be negative", l,
                      spec->alpha[l - 1]);
    total += spec->alpha[l - 1];
  }
  if (!(total > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT, "all alpha are zero: there is no series");
  if (!(spec->density > 0.0) || !isfinite(spec->density))
    return hud_fail(error, HUD_ERROR_INPUT, "the density is %g; it must be positive",
                    spec->density);
  if (spec->marginal < 1 || spec->marginal > HUD_PSEUDO_MAX_MARGINAL)
    return hud_fail(error, HUD_ERROR_INPUT, "the marginal is %d; it must be from 1 to %d",
                    spec->marginal, (int)HUD_PSEUDO_MAX_MARGINAL);
  if (spec->adjunctions < 0 || spec->adjunctions > HUD_PSEUDO_MAX_ADJUNCTIONS)
    return hud_fail(error, HUD_ERROR_INPUT, "the number of adjunctions is %d; it must be 0 to %d",
                    spec->adjunctions, (int)HUD_PSEUDO_MAX_ADJUNCTIONS);
  if (!(spec->time >= 0.0) || !isfinite(spec->time))
    return hud_fail(error, HUD_ERROR_INPUT, "the time is %g; it must not be negative", spec->time);
  if (!(spec->energy_cut > 0.0))
    return hud_fail(error, HUD_ERROR_INPUT, "the energy cut is %g; it must be positive",
                    spec->energy_cut);
  if (!(spec->separation >= 0.0) || !isfinite(spec->separation))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the separation of times is %g; it must not be negative", spec->separation);
  if (spec->samples < (int64_t)LEAST * (spec->adjunctions + 1))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "%lld samples are too few for a series of %d adjunctions: at least %d",
                    (long long)spec->samples, spec->adjunctions, LEAST * (spec->adjunctions + 1));
  if (!(spec->side >= 0.0) || !isfinite(spec->side))
    return hud_fail(error, HUD_ERROR_INPUT, "the side is %g; it must not be negative", spec->side);
  if (spec->zones != NULL && (spec->zones->dimension != spec->dimension ||
                              spec->zones->orders < spec->orders || spec->count < 1))
    return hud_fail(error, HUD_ERROR_INPUT, "the zones do not fit the series");
  hud_status status = check_ladder(&spec->energy_cuts, "energy cuts", error);
  if (status == HUD_OK)
    status = check_ladder(&spec->separations, "separations", error);
  return status == HUD_OK ? hud_velocity_mixture_check(&spec->velocity, spec->dimension, error)
                          : status;
}

/* ---- leaves ---- */

static double position_weight(const struct hud_series_spec *spec, int particles, const double *x)
{
  double product = 1.0;
  for (int p = 0; p < particles && spec->relative != NULL; p++)
    product *= spec->relative(spec->context, x + p * spec->dimension);
  return product;
}

/* A whole pseudo-trajectory with V_s = v and the weight that its levels have gathered. */
static void add_leaf(struct tree *tree, const double *v, double weight)
{
  const struct hud_series_spec *spec = tree->spec;
  struct leaf_sums *leaves = &tree->leaves;
  double phi = spec->observable(spec->context, tree->pseudo.x, v);
  if (spec->relative != NULL || spec->zones != NULL) {
    struct hud_pseudo_end end;
    memcpy(tree->pseudo.v, v, (size_t)(spec->marginal * spec->dimension) * sizeof *v);
    hud_pseudo_follow(&tree->pseudo, spec->zones, &end);
    bool met = end.overlap || end.recollision;
    if (!met)
      leaves->finite +=
          weight * tree->prefactor * phi * position_weight(spec, end.particles, end.finite);
    weight *= position_weight(spec, end.particles, end.infinite);
    leaves->recollision += met ? fabs(weight) : 0.0;
    leaves->overlap += end.overlap ? fabs(weight) : 0.0;
    tree->sums->displacement = fmax(tree->sums->displacement, end.displacement);
    tree->sums->norm = fmax(tree->sums->norm, end.norm);
  }
  leaves->value += weight * phi;
  leaves->absolute += fabs(weight * phi);
  leaves->weight += fabs(weight);
}

/* The levels i = level-1, ..., 0 for the velocities of all particles that are left. */
static void branch(struct tree *tree, int level, const double *velocity, double weight)
{
  if (level == 0) {
    add_leaf(tree, velocity, weight);
    return;
  }
  int d = tree->spec->dimension;
  struct hud_adjunction *adjunction = &tree->pseudo.adjunction[level - 1];
  int size = adjunction->order + 1;
  int below = tree->below[level - 1];
  double v[3 * HUD_PSEUDO_MAX_PARTICLES];
  memcpy(v, velocity, (size_t)((below + adjunction->order) * d) * sizeof *v);
  double *at[HUD_SPHERES_MAX_GROUP];
  at[0] = v + adjunction->parent * d;
  for (int q = 1; q < size; q++)
    at[q] = v + (below + q - 1) * d;
  double each = tree->rate[adjunction->order] * sqrt(hud_scatter_square(d, size, at)) * below /
                tree->probability[adjunction->order];
  if (!hud_scatter_draw_impact(&tree->random, d, size, at, adjunction->omega))
    return;
  /* Loss: b_+ holds for the velocities as they are. */
  adjunction->sign = -1;
  for (int q = 1; q < size; q++)
    memcpy(adjunction->velocity + (q - 1) * d, at[q], (size_t)d * sizeof *v);
  struct hud_adjunction saved = *adjunction;
  branch(tree, level - 1, v, -weight * each);
  /* Gain: they are those before the collision; b_+ holds after it for -omega. */
  *adjunction = saved;
  double group[3 * HUD_SPHERES_MAX_GROUP];
  for (int q = 0; q < size; q++)
    memcpy(group + q * d, at[q], (size_t)d * sizeof *v);
  (void)hud_impact_transform(d, size, adjunction->omega, group);
  memcpy(at[0], group, (size_t)d * sizeof *v);
  memcpy(adjunction->velocity, group + d, (size_t)(adjunction->order * d) * sizeof *v);
  for (int i = 0; i < adjunction->order * d; i++)
    adjunction->omega[i] = -adjunction->omega[i];
  adjunction->sign = 1;
  branch(tree, level - 1, v, weight * each);
}

/* ---- trees ---- */

/* Ordered times t_1 > ... > t_k in [0, t], apart from each other, from 0 and from t by delta:
 * returns the volume of their set. */
static double draw_times(struct tree *tree)
{
  const struct hud_series_spec *spec = tree->spec;
  int k = tree->k;
  if (k == 0)
    return 1.0; /* free flow has no times, and no separation takes it away */
  double span = spec->time - (k + 1) * spec->separation;
  if (span <= 0.0)
    return 0.0;
  double volume = 1.0;
  struct hud_adjunction *adjunction = tree->pseudo.adjunction;
  for (int i = 0; i < k; i++) {
    double time = span * hud_random_uniform(&tree->random);
    int j = i;
    for (; j > 0 && adjunction[j - 1].time < time; j--)
      adjunction[j].time = adjunction[j - 1].time;
    adjunction[j].time = time;
    volume *= span / (i + 1);
  }
  for (int i = 0; i < k; i++)
    adjunction[i].time += (k - i) * spec->separation;
  return volume;
}

/* The least of t - t_1, t_1 - t_2, ..., t_k. */
static double least_gap(const struct tree *tree)
{
  double gap = INFINITY; /* (6.25) is empty for k = 0: free flow is not truncated */
  double before = tree->spec->time;
  for (int i = 0; i <= tree->k && tree->k > 0; i++) {
    double time = i < tree->k ? tree->pseudo.adjunction[i].time : 0.0;
    gap = fmin(gap, before - time);
    before = time;
  }
  return gap;
}

static void leave_out(struct left_out *left_out, const struct leaf_sums *leaves)
{
  left_out->value += leaves->value;
  left_out->square += leaves->value * leaves->value;
  left_out->absolute += leaves->absolute;
}

static void add_left_out(struct tree *tree, double energy)
{
  const struct hud_series_spec *spec = tree->spec;
  double gap = least_gap(tree);
  for (int i = 0; i < spec->energy_cuts.count; i++)
    if (energy > spec->energy_cuts.value[i] * spec->energy_cuts.value[i])
      leave_out(&tree->sums->energy[i], &tree->leaves);
  for (int i = 0; i < spec->separations.count; i++)
    if (gap < spec->separations.value[i])
      leave_out(&tree->sums->separation[i], &tree->leaves);
}

static void draw_shape(struct tree *tree)
{
  const struct hud_series_spec *spec = tree->spec;
  int particles = spec->marginal;
  tree->prefactor = 1.0;
  for (int i = 0; i < tree->k; i++) {
    struct hud_adjunction *adjunction = &tree->pseudo.adjunction[i];
    int l = 1;
    double level = hud_random_uniform(&tree->random) - tree->probability[1];
    while (level >= 0.0 && l < spec->orders)
      level -= tree->probability[++l];
    while (tree->probability[l] == 0.0)
      l--; /* round-off beyond the last order in use */
    adjunction->order = l;
    adjunction->parent = (int)hud_random_below(&tree->random, (uint64_t)particles);
    tree->below[i] = particles;
    if (spec->zones != NULL)
      tree->prefactor *= hud_hierarchy_prefactor(spec->dimension, l, spec->count, particles,
                                                 spec->zones->radius[l + 1]) /
                         spec->alpha[l - 1];
    particles += l;
  }
  tree->below[tree->k] = particles;
}

static void add_tree(struct tree *tree)
{
  const struct hud_series_spec *spec = tree->spec;
  struct sums *sums = tree->sums;
  int d = spec->dimension;
  tree->leaves = (struct leaf_sums){.value = 0.0};
  tree->pseudo.adjunctions = tree->k;
  double volume = draw_times(tree);
  draw_shape(tree);
  for (int i = 0; i < spec->marginal * d && spec->side > 0.0; i++)
    tree->pseudo.x[i] = spec->side * hud_random_uniform(&tree->random);
  double v[3 * HUD_PSEUDO_MAX_PARTICLES];
  double energy = 0.0;
  for (int p = 0; p < tree->below[tree->k]; p++) {
    hud_velocity_draw(&spec->velocity, d, &tree->random, v + p * d);
    for (int a = 0; a < d; a++)
      energy += 0.5 * v[p * d + a] * v[p * d + a];
  }
  /* Energy is largest at time 0, where all particles are there: one test serves all levels. */
  if (volume > 0.0 && energy <= spec->energy_cut * spec->energy_cut)
    branch(tree, tree->k, v, volume);
  const struct leaf_sums *leaves = &tree->leaves;
  add_left_out(tree, energy);
  sums->count++;
  sums->value += leaves->value;
  sums->square += leaves->value * leaves->value;
  sums->absolute += leaves->absolute;
  sums->weight += leaves->weight;
  sums->weight_square += leaves->weight * leaves->weight;
  sums->recollision += leaves->recollision;
  sums->recollision_square += leaves->recollision * leaves->recollision;
  sums->cross += leaves->weight * leaves->recollision;
  sums->overlap += leaves->overlap;
  sums->finite += leaves->finite;
  sums->finite_square += leaves->finite * leaves->finite;
}

static double standard_error(double sum, double square, double n)
{
  double mean = sum / n;
  return sqrt(fmax(square / n - mean * mean, 0.0) / n);
}

static void summarise(const struct sums *sums, struct hud_series_term *term)
{
  double n = (double)sums->count;
  term->samples = sums->count;
  term->value = sums->value / n;
  term->error = standard_error(sums->value, sums->square, n);
  term->absolute = sums->absolute / n;
  term->finite_value = sums->finite / n;
  term->finite_error = standard_error(sums->finite, sums->finite_square, n);
  term->displacement = sums->displacement;
  term->norm = sums->norm;
  if (sums->weight > 0.0) { /* ratio of means, its variance linearised */
    double share = sums->recollision / sums->weight;
    double variance =
        sums->recollision_square - 2.0 * share * sums->cross + share * share * sums->weight_square;
    term->recollision = share;
    term->recollision_error = sqrt(fmax(variance, 0.0)) / sums->weight;
    term->overlap = sums->overlap / sums->weight;
  }
}

static void add_difference(struct hud_series_left_out *out, const struct left_out *sums, double n)
{
  double error = standard_error(sums->value, sums->square, n);
  out->value += sums->value / n;
  out->absolute += sums->absolute / n;
  out->error = hypot(out->error, error);
}

static void summarise_left_out(const struct hud_series_spec *spec, const struct sums *sums,
                               struct hud_series_result *result)
{
  double n = (double)sums->count;
  for (int i = 0; i < spec->energy_cuts.count; i++)
    add_difference(&result->beyond_energy[i], &sums->energy[i], n);
  for (int i = 0; i < spec->separations.count; i++)
    add_difference(&result->beyond_separation[i], &sums->separation[i], n);
}

/* Orders in proportion to their rates at the Maxwellian of the same temperature. */
static void set_rates(struct tree *tree)
{
  const struct hud_series_spec *spec = tree->spec;
  double temperature =
      hud_velocity_mean_square(&spec->velocity, spec->dimension, true) / spec->dimension;
  double total = 0.0;
  for (int l = 1; l <= spec->orders; l++) {
    tree->rate[l] =
        spec->alpha[l - 1] * pow(spec->density, l) * hud_scatter_constant(spec->dimension, l);
    tree->probability[l] = hud_boltzmann_rate(spec->dimension, l, spec->alpha[l - 1], spec->density,
                                              temperature > 0.0 ? temperature : 1.0);
    total += tree->probability[l];
  }
  for (int l = 1; l <= spec->orders; l++)
    tree->probability[l] /= total;
}

hud_status hud_series_run(const struct hud_series_spec *spec, struct hud_series_result *result,
                          struct hud_error *error)
{
  hud_status status = check_spec(spec, error);
  if (status != HUD_OK)
    return status;
  memset(result, 0, sizeof *result);
  struct sums sums[HUD_PSEUDO_MAX_ADJUNCTIONS + 1];
  memset(sums, 0, sizeof sums);
  struct tree tree = {.spec = spec};
  set_rates(&tree);
  tree.pseudo.dimension = spec->dimension;
  tree.pseudo.marginal = spec->marginal;
  tree.pseudo.time = spec->time;
  memcpy(tree.pseudo.x, spec->x, sizeof tree.pseudo.x);
  double need[HUD_PSEUDO_MAX_ADJUNCTIONS + 1];
  double total = 0.0;
  /* Samples in proportion to deviation/sqrt(cost), the cost of a tree being about 2^k. */
  for (int round = 0; round < 2; round++)
    for (tree.k = 0; tree.k <= spec->adjunctions; tree.k++) {
      struct sums *own = &sums[tree.k];
      double share = round == 0 ? 0.0 : (double)spec->samples * need[tree.k] / total;
      int64_t trees = round == 0 ? PILOT : (int64_t)fmax(share, LEAST);
      hud_random_seed(&tree.random, spec->seed, (uint64_t)(2 * tree.k + round));
      tree.sums = own;
      for (int64_t n = 0; n < trees; n++)
        add_tree(&tree);
      if (round == 0) {
        double deviation = standard_error(own->value, own->square, 1.0 * PILOT) * sqrt(PILOT);
        need[tree.k] = deviation / sqrt(ldexp(1.0, tree.k)) + 1e-12;
        total += need[tree.k];
        /* The pilot decides how many more are drawn; kept, it would bias the mean. */
        memset(own, 0, sizeof *own);
      }
    }
  double value = 0.0;
  double variance = 0.0;
  for (int k = 0; k <= spec->adjunctions; k++) {
    summarise(&sums[k], &result->term[k]);
    summarise_left_out(spec, &sums[k], result);
    value += result->term[k].value;
    variance += result->term[k].error * result->term[k].error;
    result->sum[k] = value;
    result->error[k] = sqrt(variance);
  }
  return HUD_OK;
}
