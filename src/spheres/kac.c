/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The jump process of kac.h.
 *
 * Classes. With speeds w_p about the mean velocity, r <= sqrt(k-1) sum w_p and, by the inequality
 * of the means, r <= sum (k w_p^2/r_0 + r_0/k)/2 for any r_0; both are sums over members, and each
 * order takes the one that is smaller in total. w_p is replaced by the bound of its class. Class 0
 * holds the bulk and has no list: a first member of weight phi is drawn either uniformly from all
 * particles with weight phi_0, or from the list of a fast class with the excess phi_j - phi_0. The
 * last class is bounded by the energy, so no speed can leave the classes.
 *
 * Time. Within a batch the total candidate rate is constant because each list is given a fixed
 * number of places, some of them empty; an empty place is a candidate that does nothing. Should a
 * list outgrow its places, the rest of the batch is dropped: the candidates after a stopping time
 * are independent of what came before it, so the process is exact. A batch of n candidates ends at
 * a Gamma(n) time; if that lies beyond the end of the run, the number of candidates before the end
 * is binomial. */
#include "spheres/kac.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum {
  CLASSES = 24, /* of speed */
  BATCH = 64,
  WATCH_EVERY = 4096, /* batches */
  KINDS = CLASSES * HUD_SPHERES_MAX_ORDER,
  SAMPLE = 1024 /* speeds looked at to choose the classes */
};

/* Collisions per particle after which the classes are chosen anew. */
static const double retune_after = 16.0;

/* Candidates of one kind: an order, and where the first member comes from. */
struct kind {
  double start;  /* of its interval of rates */
  double places; /* per unit of rate: place = (level - start) * places */
  int size, class;
};

struct candidate {
  int size, class;
  uint32_t place; /* of the first member: particle for class 0, else in the class's list */
  uint32_t other[HUD_SPHERES_MAX_ORDER];
  double acceptance;
};

struct hud_kac {
  struct hud_kac_spec spec;
  struct hud_kac_counters counters;
  struct hud_random random;
  double time;
  double frame[3]; /* mean velocity at the start; velocities are relative to it */
  size_t stride;
  double *v;
  hud_gas_watch watch;
  void *watch_context;

  double square[CLASSES]; /* squares of the classes' bounds */
  double phi[HUD_SPHERES_MAX_GROUP + 1][CLASSES];
  double factor[HUD_SPHERES_MAX_GROUP + 1]; /* alpha rho^l c_l N^l/((N-1)...(N-l)), by size */
  uint32_t *list[CLASSES];                  /* members of class 1, 2, ... */
  size_t room[CLASSES];                     /* allocated */
  uint32_t length[CLASSES], places[CLASSES];
  uint32_t *slot; /* place of each particle in the list of its class */
  int64_t since;  /* collisions since the classes were chosen */

  double total; /* candidate rate of the batch under way */
  int kinds;
  struct kind kind[KINDS];
  struct candidate batch[BATCH];
};

double hud_boltzmann_alpha(int order, double kappa)
{
  return pow(kappa, order) / tgamma(order + 1.0);
}

hud_status hud_kac_spec_check(const struct hud_kac_spec *spec, struct hud_error *error)
{
  if (spec->dimension != 2 && spec->dimension != 3)
    return hud_fail(error, HUD_ERROR_INPUT, "dimension is %d; it must be 2 or 3", spec->dimension);
  if (spec->orders < 1 || spec->orders > HUD_SPHERES_MAX_ORDER)
    return hud_fail(error, HUD_ERROR_INPUT, "orders is %d; it must be from 1 to %d", spec->orders,
                    (int)HUD_SPHERES_MAX_ORDER);
  for (int l = 1; l <= spec->orders; l++)
    if (!(spec->alpha[l - 1] >= 0.0) || !isfinite(spec->alpha[l - 1]))
      return hud_fail(error, HUD_ERROR_INPUT, "alpha_%d is %g; it must not be negative", l,
                      spec->alpha[l - 1]);
  if (!(spec->density > 0.0) || !isfinite(spec->density))
    return hud_fail(error, HUD_ERROR_INPUT, "the density is %g; it must be positive",
                    spec->density);
  if (spec->count <= spec->orders || spec->count > HUD_KAC_MAX_COUNT)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the number of particles is %lld; it must be more than %d and at most 2^30",
                    (long long)spec->count, spec->orders);
  return HUD_OK;
}

hud_status hud_kac_create(struct hud_kac **kac, const struct hud_kac_spec *spec,
                          struct hud_error *error)
{
  *kac = NULL;
  hud_status status = hud_kac_spec_check(spec, error);
  if (status == HUD_OK)
    status = HUD_NEW(kac, 1, "gas in one cell", error);
  if (status != HUD_OK)
    return status;
  struct hud_kac *made = *kac;
  made->spec = *spec;
  made->stride = spec->dimension == 2 ? 2 : 4;
  hud_random_seed(&made->random, spec->seed, spec->stream);
  double n = (double)spec->count;
  double product = 1.0;
  for (int l = 1; l <= spec->orders; l++) {
    product *= spec->density * n / (n - l);
    made->factor[l + 1] = spec->alpha[l - 1] * hud_scatter_constant(spec->dimension, l) * product;
  }
  size_t count = (size_t)spec->count;
  status = HUD_NEW(&made->v, count * made->stride, "velocities", error);
  if (status == HUD_OK)
    status = HUD_NEW(&made->slot, count, "places of particles", error);
  if (status != HUD_OK) {
    hud_kac_free(made);
    *kac = NULL;
  }
  return status;
}

void hud_kac_free(struct hud_kac *kac)
{
  if (kac == NULL)
    return;
  for (int j = 0; j < CLASSES; j++)
    hud_free(kac->list[j]);
  hud_free(kac->slot);
  hud_free(kac->v);
  hud_free(kac);
}

static struct hud_velocity_array array_of(const struct hud_kac *kac)
{
  return (struct hud_velocity_array){kac->v, kac->stride, kac->spec.count, kac->spec.dimension};
}

/* Moves the mean of the stored velocities into the frame. */
static void choose_frame(struct hud_kac *kac)
{
  struct hud_velocity_array array = array_of(kac);
  struct hud_gas_moments moments;
  memset(kac->frame, 0, sizeof kac->frame);
  hud_gas_moments_of(&moments, &array, NULL);
  for (int a = 0; a < kac->spec.dimension; a++) {
    kac->frame[a] = moments.momentum[a];
    for (size_t i = 0; i < (size_t)kac->spec.count; i++)
      kac->v[i * kac->stride + (size_t)a] -= kac->frame[a];
  }
}

hud_status hud_kac_set_velocities(struct hud_kac *kac, const double *v, struct hud_error *error)
{
  size_t d = (size_t)kac->spec.dimension;
  for (size_t i = 0; i < (size_t)kac->spec.count; i++)
    for (size_t a = 0; a < d; a++) {
      if (!isfinite(v[i * d + a]))
        return hud_fail(error, HUD_ERROR_INPUT, "component %zu of velocity %zu is %g", a + 1, i + 1,
                        v[i * d + a]);
      kac->v[i * kac->stride + a] = v[i * d + a];
    }
  choose_frame(kac);
  return HUD_OK;
}

hud_status hud_kac_draw_velocities(struct hud_kac *kac, const struct hud_velocity_mixture *mixture,
                                   bool fix_momentum, bool fix_energy, struct hud_error *error)
{
  struct hud_velocity_array array = array_of(kac);
  hud_status status =
      hud_velocities_draw(&array, mixture, fix_momentum, fix_energy, &kac->random, error);
  if (status == HUD_OK)
    choose_frame(kac);
  return status;
}

void hud_kac_velocity(const struct hud_kac *kac, int64_t i, double *v)
{
  for (int a = 0; a < kac->spec.dimension; a++)
    v[a] = kac->v[(size_t)i * kac->stride + (size_t)a] + kac->frame[a];
}

double hud_kac_time(const struct hud_kac *kac)
{
  return kac->time;
}

const struct hud_kac_counters *hud_kac_counters(const struct hud_kac *kac)
{
  return &kac->counters;
}

void hud_kac_moments(const struct hud_kac *kac, struct hud_gas_moments *moments)
{
  struct hud_velocity_array array = array_of(kac);
  hud_gas_moments_of(moments, &array, kac->frame);
}

struct hud_observer hud_kac_observe(const struct hud_kac *kac, const struct hud_phi *phi)
{
  struct hud_observer observer = hud_observer_begin(phi);
  double v[3] = {0.0};
  for (int64_t i = 0; i < kac->spec.count; i++) {
    hud_kac_velocity(kac, i, v);
    hud_observer_add(&observer, 0.0, v);
  }
  return observer;
}

void hud_kac_watch(struct hud_kac *kac, hud_gas_watch watch, void *context)
{
  kac->watch = watch;
  kac->watch_context = context;
}

bool hud_kac_write(const struct hud_kac *kac, FILE *stream)
{
  size_t length = (size_t)kac->spec.count * kac->stride;
  return fwrite(&kac->counters, sizeof kac->counters, 1, stream) == 1 &&
         fwrite(&kac->random, sizeof kac->random, 1, stream) == 1 &&
         fwrite(&kac->time, sizeof kac->time, 1, stream) == 1 &&
         fwrite(kac->frame, sizeof kac->frame, 1, stream) == 1 &&
         fwrite(kac->v, sizeof *kac->v, length, stream) == length;
}

bool hud_kac_read(struct hud_kac *kac, FILE *stream)
{
  size_t length = (size_t)kac->spec.count * kac->stride;
  return fread(&kac->counters, sizeof kac->counters, 1, stream) == 1 &&
         fread(&kac->random, sizeof kac->random, 1, stream) == 1 &&
         fread(&kac->time, sizeof kac->time, 1, stream) == 1 &&
         fread(kac->frame, sizeof kac->frame, 1, stream) == 1 &&
         fread(kac->v, sizeof *kac->v, length, stream) == length;
}

/* ---- classes of speed ---- */

static inline double speed_square(int dimension, const double *v)
{
  double square = v[0] * v[0] + v[1] * v[1];
  return dimension == 2 ? square : square + v[2] * v[2];
}

static inline int class_of(const struct hud_kac *kac, double square)
{
  int j = 0;
  while (square > kac->square[j])
    j++;
  return j;
}

/* Bounds of the classes in units of the first: fine where Gaussian data have particles, then
 * doubling, which holds heavy tails in few classes. */
static double bound_ratio(int j)
{
  static const double fine[] = {1.0, 1.5, 2.2, 3.3, 5};
  enum { FINE = sizeof fine / sizeof fine[0] };
  return j < FINE ? fine[j] : ldexp(fine[FINE - 1], j - FINE + 1);
}

/* phi of a class with bound w for one order, in the linear or the quadratic form. */
static double weight_of(int size, double w, double r0)
{
  if (r0 > 0.0)
    return 0.5 * (size * w * w / r0 + r0 / size);
  return sqrt(size - 1.0) * w;
}

/* Sets the bounds for a first class up to `first`; `energy` = sum of squares of speeds. */
static void set_bounds(struct hud_kac *kac, double first, double energy)
{
  for (int j = 0; j < CLASSES; j++) {
    double bound = first * bound_ratio(j);
    kac->square[j] = bound * bound;
  }
  kac->square[CLASSES - 1] = fmax(kac->square[CLASSES - 1], 2.0 * energy);
}

/* Sets phi of every order from sampled speeds; returns the candidate rate per particle. */
static double set_weights(struct hud_kac *kac, const double *sample, int count)
{
  double first = 0.0;
  double second = 0.0;
  double share[CLASSES] = {0.0};
  for (int i = 0; i < count; i++)
    share[class_of(kac, sample[i])] += 1.0 / count;
  for (int j = 0; j < CLASSES; j++) {
    first += share[j] * sqrt(kac->square[j]);
    second += share[j] * kac->square[j];
  }
  double rate = 0.0;
  for (int size = 2; size <= kac->spec.orders + 1; size++) {
    /* Mean of the linear form sqrt(k-1) w, of the quadratic one sqrt(<w^2>) at its best r_0. */
    bool quadratic = sqrt(second) < sqrt(size - 1.0) * first;
    double r0 = quadratic ? size * sqrt(second) : 0.0;
    for (int j = 0; j < CLASSES; j++)
      kac->phi[size][j] = weight_of(size, sqrt(kac->square[j]), r0);
    rate += kac->factor[size] * (quadratic ? sqrt(second) : sqrt(size - 1.0) * first);
  }
  return rate;
}

/* The bound of the first class that makes candidates cheapest: their rate, and what it costs to
 * keep particles in lists. */
static void choose_classes(struct hud_kac *kac, double energy)
{
  static const double list_cost = 3.0;
  double sample[SAMPLE];
  size_t count = (size_t)kac->spec.count;
  size_t step = (count + SAMPLE - 1) / SAMPLE;
  int used = 0;
  for (size_t i = 0; i < count; i += step)
    sample[used++] = speed_square(kac->spec.dimension, kac->v + i * kac->stride);
  double thermal = sqrt(energy / (double)count);
  double best = thermal;
  double least = INFINITY;
  for (int trial = 0; trial < 24; trial++) {
    double first = thermal * 0.2 * pow(1.12, trial);
    set_bounds(kac, first, energy);
    double rate = set_weights(kac, sample, used);
    int fast = 0;
    for (int i = 0; i < used; i++)
      fast += sample[i] > kac->square[0];
    double cost = rate * (1.0 + list_cost * fast / used);
    if (cost < least) {
      least = cost;
      best = first;
    }
  }
  set_bounds(kac, best, energy);
  (void)set_weights(kac, sample, used);
}

static hud_status list_add(struct hud_kac *kac, int j, uint32_t particle, struct hud_error *error)
{
  if (kac->length[j] == kac->room[j]) {
    size_t room = kac->room[j] + kac->room[j] / 2 + 64;
    hud_status status = hud_grow((void *)&kac->list[j], kac->room[j], room, sizeof(uint32_t),
                                 "list of fast particles", error);
    if (status != HUD_OK)
      return status;
    kac->room[j] = room;
  }
  kac->slot[particle] = kac->length[j];
  kac->list[j][kac->length[j]++] = particle;
  return HUD_OK;
}

static void list_remove(struct hud_kac *kac, int j, uint32_t particle)
{
  uint32_t place = kac->slot[particle];
  uint32_t last = kac->list[j][--kac->length[j]];
  kac->list[j][place] = last;
  kac->slot[last] = place;
}

static hud_status rebuild(struct hud_kac *kac, struct hud_error *error)
{
  double energy = 0.0;
  size_t count = (size_t)kac->spec.count;
  for (size_t i = 0; i < count; i++)
    energy += speed_square(kac->spec.dimension, kac->v + i * kac->stride);
  if (!isfinite(energy))
    return hud_fail(error, HUD_ERROR_COMPUTE, "the energy of the gas is not finite at t = %.17g",
                    kac->time);
  memset(kac->length, 0, sizeof kac->length);
  kac->since = 0;
  if (energy == 0.0) {
    memset(kac->square, 0, sizeof kac->square);
    memset(kac->phi, 0, sizeof kac->phi);
    return HUD_OK;
  }
  choose_classes(kac, energy);
  hud_status status = HUD_OK;
  for (size_t i = 0; i < count && status == HUD_OK; i++) {
    int j = class_of(kac, speed_square(kac->spec.dimension, kac->v + i * kac->stride));
    if (j > 0)
      status = list_add(kac, j, (uint32_t)i, error);
  }
  return status;
}

/* ---- candidates ---- */

/* Fixes the number of places of each list and the kinds of candidates for the next batch. */
static void set_kinds(struct hud_kac *kac)
{
  double n = (double)kac->spec.count;
  for (int j = 1; j < CLASSES; j++) {
    uint32_t length = kac->length[j];
    uint32_t expected = (uint32_t)(256.0 * length / n);
    kac->places[j] = length == 0 ? 0 : length + 1 + (expected < length / 4 ? expected : length / 4);
  }
  kac->kinds = 0;
  kac->total = 0.0;
  for (int j = 0; j < CLASSES; j++)
    for (int size = 2; size <= kac->spec.orders + 1; size++) {
      double excess = kac->phi[size][j] - (j > 0 ? kac->phi[size][0] : 0.0);
      double each = kac->factor[size] * excess;
      double rate = each * (j > 0 ? kac->places[j] : n);
      if (rate > 0.0) {
        kac->kind[kac->kinds++] = (struct kind){kac->total, 1.0 / each, size, j};
        kac->total += rate;
      }
    }
}

/* `count` independent uniform numbers below n, two from a word, each by Lemire's product of 32 bits
 * with n; the few low halves that would give a bias are drawn again. */
static inline void draw_indices(struct hud_random *random, uint32_t n, int count, uint32_t *out)
{
  uint64_t bits = 0;
  for (int i = 0; i < count; i++) {
    bits = i % 2 == 0 ? hud_random_bits(random) : bits >> 32;
    uint64_t product = (bits & UINT32_MAX) * n;
    while ((uint32_t)product < n && (uint32_t)product < (UINT32_MAX - n + 1) % n)
      product = (hud_random_bits(random) >> 32) * n;
    out[i] = (uint32_t)(product >> 32);
  }
}

static void draw_batch(struct hud_kac *kac, int count)
{
  uint32_t n = (uint32_t)kac->spec.count;
  struct hud_random random = kac->random;
  for (int b = 0; b < count; b++) {
    struct candidate *candidate = &kac->batch[b];
    double level = hud_random_uniform(&random) * kac->total;
    int e = 0;
    while (e + 1 < kac->kinds && level >= kac->kind[e + 1].start)
      e++;
    const struct kind *kind = &kac->kind[e];
    uint32_t index[HUD_SPHERES_MAX_GROUP + 1];
    draw_indices(&random, n, kind->size, index);
    candidate->size = kind->size;
    candidate->class = kind->class;
    candidate->acceptance = hud_random_uniform(&random);
    candidate->place = index[0];
    uint32_t first = index[0];
    if (kind->class > 0) {
      uint32_t place = (uint32_t)((level - kind->start) * kind->places);
      uint32_t last = kac->places[kind->class] - 1;
      candidate->place = place < last ? place : last;
      if (candidate->place < kac->length[kind->class])
        first = kac->list[kind->class][candidate->place];
    }
    __builtin_prefetch(kac->v + first * kac->stride, 1);
    for (int p = 1; p < kind->size; p++) {
      candidate->other[p - 1] = index[p];
      __builtin_prefetch(kac->v + index[p] * kac->stride, 1);
    }
  }
  kac->random = random;
}

/* Puts a particle whose speed has changed into its list. */
static hud_status change_class(struct hud_kac *kac, uint32_t particle, int from, int to,
                               struct hud_error *error)
{
  if (from > 0)
    list_remove(kac, from, particle);
  return to > 0 ? list_add(kac, to, particle, error) : HUD_OK;
}

/* Carries out one candidate. *full becomes true if a list has outgrown its places. */
static inline hud_status carry_out(struct hud_kac *kac, const struct candidate *candidate,
                                   int dimension, int size, bool *full, struct hud_error *error)
{
  uint32_t index[HUD_SPHERES_MAX_GROUP];
  double *v[HUD_SPHERES_MAX_GROUP];
  int class[HUD_SPHERES_MAX_GROUP];
  index[0] = candidate->place;
  if (candidate->class > 0) {
    if (candidate->place >= kac->length[candidate->class])
      return HUD_OK;
    index[0] = kac->list[candidate->class][candidate->place];
  }
  double majorant = 0.0;
  for (int p = 0; p < size; p++) {
    if (p > 0)
      index[p] = candidate->other[p - 1];
    for (int q = 0; q < p; q++)
      if (index[q] == index[p])
        return HUD_OK;
    v[p] = kac->v + index[p] * kac->stride;
    class[p] = class_of(kac, speed_square(dimension, v[p]));
    majorant += kac->phi[size][class[p]];
  }
  double level = candidate->acceptance * majorant;
  if (level * level >= hud_scatter_square(dimension, size, v))
    return HUD_OK;
  hud_scatter(&kac->random, dimension, size, v);
  kac->counters.collisions[size]++;
  kac->since++;
  hud_status status = HUD_OK;
  for (int p = 0; p < size && status == HUD_OK; p++) {
    int to = class_of(kac, speed_square(dimension, v[p]));
    if (to != class[p]) {
      status = change_class(kac, index[p], class[p], to, error);
      *full |= kac->length[to] > kac->places[to] && to > 0;
    }
  }
  return status;
}

/* Carries out the first `count` candidates; *done becomes how many were, fewer if a list filled. */
static hud_status process(struct hud_kac *kac, int count, int *done, struct hud_error *error)
{
  bool full = false;
  hud_status status = HUD_OK;
  int b = 0;
  int dimension = kac->spec.dimension;
  for (; b < count && !full && status == HUD_OK; b++) {
    const struct candidate *candidate = &kac->batch[b];
    /* The branches give the compiler constants to unroll with. */
    if (candidate->size == 2 && dimension == 2)
      status = carry_out(kac, candidate, 2, 2, &full, error);
    else if (candidate->size == 2)
      status = carry_out(kac, candidate, 3, 2, &full, error);
    else
      status = carry_out(kac, candidate, dimension, candidate->size, &full, error);
  }
  kac->counters.candidates += b;
  *done = b;
  return status;
}

/* ---- time ---- */

/* Gamma(shape) for an integer shape >= 1 (Marsaglia and Tsang). */
static double draw_gamma(struct hud_random *random, int shape)
{
  double d = shape - 1.0 / 3.0;
  double c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    double x = hud_random_normal(random);
    double v = 1.0 + c * x;
    if (v <= 0.0)
      continue;
    v = v * v * v;
    if (log(1.0 - hud_random_uniform(random)) < 0.5 * x * x + d * (1.0 - v + log(v)))
      return d * v;
  }
}

/* The m-th smallest of n uniform numbers in [0, 1], 1 <= m <= n. */
static double draw_order_statistic(struct hud_random *random, int m, int n)
{
  double below = draw_gamma(random, m);
  return below / (below + draw_gamma(random, n - m + 1));
}

hud_status hud_kac_advance(struct hud_kac *kac, double until, struct hud_error *error)
{
  if (!(until >= kac->time) || !isfinite(until))
    return hud_fail(error, HUD_ERROR_USAGE, "advance to t = %g from t = %g", until, kac->time);
  hud_status status = rebuild(kac, error);
  for (int64_t batch = 1; status == HUD_OK && kac->time < until; batch++) {
    if (kac->watch != NULL && batch % WATCH_EVERY == 0)
      status = kac->watch(kac->watch_context, kac->time, error);
    if (status == HUD_OK && (double)kac->since > retune_after * (double)kac->spec.count)
      status = rebuild(kac, error);
    set_kinds(kac);
    if (status != HUD_OK || !(kac->total > 0.0))
      break;
    double span = draw_gamma(&kac->random, BATCH) / kac->total;
    int count = BATCH;
    if (kac->time + span > until) { /* the last candidate is beyond; who of the others is not? */
      double share = (until - kac->time) / span;
      span = until - kac->time;
      count = 0;
      for (int b = 0; b + 1 < BATCH; b++)
        count += hud_random_uniform(&kac->random) < share;
    }
    draw_batch(kac, count);
    int done;
    status = process(kac, count, &done, error);
    if (done == count)
      kac->time = count < BATCH ? until : kac->time + span;
    else /* of a whole batch the last candidate sits at the end, the others are uniform before it */
      kac->time += span * draw_order_statistic(&kac->random, done, count - (count == BATCH));
  }
  if (status == HUD_OK)
    kac->time = until;
  return status;
}
