/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operators A, B, C of [KMS] section 4 from the operations of a representation: joins,
 * resolvents and marginals, every double time integral of the paper being a power of a resolvent.
 * I + eps A is inverted by GMRES and not by the Neumann series that leads to (48): on polynomial
 * moments A is triangular with a positive diagonal, so the inverse exists for every eps, while the
 * series converges for small eps only. */
#include "models/scalar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gmres.h"

struct hud_scalar {
  struct hud_representation *rep;
  struct hud_scalar_rates rates;
  bool implicit;
  size_t length, pair_length;
  /* What the state of the last call determines: fbar_2, B and f'. */
  bool prepared;
  double *f, *pair, *binary, *rate;
  double *pair_a, *pair_b, *triple; /* scratch; triple where no fused operation is there */
  double *line;
  struct hud_gmres gmres;
  struct hud_scalar_counters counters;
  size_t offsets[2];
  struct hud_system system;
};

static void add(size_t n, double c, const double *x, double *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] += c * x[i];
}

/* ---- the operators ---- */

/* x = L^{-1} x on pairs. */
static hud_status resolve_pair(const struct hud_scalar *s, double *x, struct hud_error *error)
{
  return s->rep->ops->resolvent(s->rep, s->rates.mu11, 1.0, 2, x, x, error);
}

/* out = c G[f,g] */
static hud_status quasi_stationary_pair(const struct hud_scalar *s, double c, const double *f,
                                        const double *g, double *out, struct hud_error *error)
{
  memset(out, 0, s->pair_length * sizeof *out);
  s->rep->ops->join(s->rep, c * s->rates.lambda11, 1, f, 1, g, out);
  return resolve_pair(s, out, error);
}

/* out += c 2 mu11 int L^{-1} x dv_2; x is overwritten. */
static hud_status add_split(const struct hud_scalar *s, double c, double *x, double *out,
                            struct hud_error *error)
{
  hud_status status = resolve_pair(s, x, error);
  if (status == HUD_OK)
    s->rep->ops->marginal(s->rep, 2.0 * s->rates.mu11 * c, 2, x, 1, out);
  return status;
}

hud_status hud_scalar_delay(struct hud_scalar *s, double c, const double *f, const double *g,
                            double *out, struct hud_error *error)
{
  hud_status status = quasi_stationary_pair(s, 2.0, f, g, s->pair_a, error);
  return status == HUD_OK ? add_split(s, c, s->pair_a, out, error) : status;
}

/* The marginals of mu12 f_3 with f_3 made of h and pair: c1 times onto out1, once onto out2. */
static hud_status add_triple_marginals(const struct hud_scalar *s, const double *h,
                                       const double *pair, double c1, double *out1, double *out2,
                                       struct hud_error *error)
{
  const struct hud_representation_ops *ops = s->rep->ops;
  double strength = s->rates.lambda12 * s->rates.mu12;
  if (ops->joined_marginals != NULL)
    return ops->joined_marginals(s->rep, s->rates.mu12, s->rates.kappa, 1, h, 2, pair,
                                 c1 * strength, out1, strength, out2, error);
  memset(s->triple, 0, ops->length(s->rep, 3) * sizeof *s->triple);
  ops->join(s->rep, strength, 1, h, 2, pair, s->triple);
  hud_status status =
      ops->resolvent(s->rep, s->rates.mu12, s->rates.kappa, 3, s->triple, s->triple, error);
  if (status == HUD_OK) {
    ops->marginal(s->rep, c1, 3, s->triple, 1, out1);
    ops->marginal(s->rep, 1.0, 3, s->triple, 2, out2);
  }
  return status;
}

/* What triples do to pairs and, c1 times, to free particles:
 *   out2 = mu12 int f_3 dv_3 - lambda12 M_h pair,
 *   out1 += c1 (mu12 int int f_3 dv_2 dv_3 - lambda12 M_pair h). */
static hud_status exchange(const struct hud_scalar *s, const double *h, const double *pair,
                           double c1, double *out1, double *out2, struct hud_error *error)
{
  const struct hud_representation_ops *ops = s->rep->ops;
  memset(out2, 0, s->pair_length * sizeof *out2);
  if (!(s->rates.lambda12 > 0.0))
    return HUD_OK;
  add(s->pair_length, -s->rates.lambda12 * ops->mass(s->rep, 1, h), pair, out2);
  add(s->length, -c1 * s->rates.lambda12 * ops->mass(s->rep, 2, pair), h, out1);
  return add_triple_marginals(s, h, pair, c1, out1, out2, error);
}

/* out += c C with the pair density and the third particle given apart. */
static hud_status add_ternary(const struct hud_scalar *s, double c, const double *h,
                              const double *pair, double *out, struct hud_error *error)
{
  hud_status status = exchange(s, h, pair, c, out, s->pair_a, error);
  return status == HUD_OK ? add_split(s, c, s->pair_a, out, error) : status;
}

static void add_binary(const struct hud_scalar *s, double c, const double *f, const double *pair,
                       double *out)
{
  const struct hud_representation_ops *ops = s->rep->ops;
  ops->marginal(s->rep, 2.0 * s->rates.mu11 * c, 2, pair, 1, out);
  add(s->length, -2.0 * s->rates.lambda11 * c * ops->mass(s->rep, 1, f), f, out);
}

hud_status hud_scalar_binary(struct hud_scalar *s, double c, const double *f, double *out,
                             struct hud_error *error)
{
  hud_status status = quasi_stationary_pair(s, 1.0, f, f, s->pair_b, error);
  if (status == HUD_OK)
    add_binary(s, c, f, s->pair_b, out);
  return status;
}

hud_status hud_scalar_ternary(struct hud_scalar *s, double c, const double *f, double *out,
                              struct hud_error *error)
{
  hud_status status = quasi_stationary_pair(s, 1.0, f, f, s->pair_b, error);
  return status == HUD_OK ? add_ternary(s, c, f, s->pair_b, out, error) : status;
}

/* ---- the inverse of I + eps A[f,.] ---- */

struct delayed {
  struct hud_scalar *scalar;
  const double *f;
};

static hud_status apply_delay(void *context, const double *x, double *out, struct hud_error *error)
{
  const struct delayed *delayed = context;
  struct hud_scalar *s = delayed->scalar;
  memset(out, 0, s->length * sizeof *out);
  return hud_scalar_delay(s, s->rates.epsilon, delayed->f, x, out, error);
}

static hud_status invert(struct hud_scalar *s, const double *f, const double *b, double *x,
                         struct hud_error *error)
{
  struct delayed delayed = {s, f};
  int iterations = 0;
  hud_status status = hud_gmres_solve(&s->gmres, apply_delay, &delayed, b, x, &iterations, error);
  s->counters.inversions++;
  s->counters.iterations += iterations;
  if (iterations > s->counters.most)
    s->counters.most = iterations;
  return status;
}

/* ---- the system ---- */

/* rate = f' of (47) or (48), with fbar_2 and B kept: all that a Jacobian product or (46) needs. */
static hud_status prepare(struct hud_scalar *s, const double *f, struct hud_error *error)
{
  if (s->prepared && memcmp(s->f, f, s->length * sizeof *f) == 0)
    return HUD_OK;
  s->prepared = false;
  memcpy(s->f, f, s->length * sizeof *f);
  hud_status status = quasi_stationary_pair(s, 1.0, f, f, s->pair, error);
  if (status != HUD_OK)
    return status;
  memset(s->binary, 0, s->length * sizeof *s->binary);
  add_binary(s, 1.0, f, s->pair, s->binary);
  memcpy(s->rate, s->binary, s->length * sizeof *s->rate);
  status = add_ternary(s, s->rates.epsilon, f, s->pair, s->rate, error);
  if (status == HUD_OK)
    status = s->implicit ? invert(s, f, s->rate, s->rate, error)
                         : hud_scalar_delay(s, -s->rates.epsilon, f, s->binary, s->rate, error);
  s->prepared = status == HUD_OK;
  return status;
}

static hud_status rhs(void *self, double t, const double *y, double *ydot, struct hud_error *error)
{
  (void)t;
  struct hud_scalar *s = self;
  hud_status status = prepare(s, y, error);
  if (status == HUD_OK)
    memcpy(ydot, s->rate, s->length * sizeof *ydot);
  return status;
}

/* The derivative of B in the direction v. What is left out is of order eps: Newton's iterations and
 * evaluations were the same with it in trials (66 and 63 at eps = 0.2), the time threefold. */
static hud_status jacobian_times(void *self, double t, const double *y, const double *v, double *jv,
                                 struct hud_error *error)
{
  (void)t;
  struct hud_scalar *s = self;
  const struct hud_representation_ops *ops = s->rep->ops;
  hud_status status = quasi_stationary_pair(s, 2.0, y, v, s->pair_b, error);
  if (status != HUD_OK)
    return status;
  memset(jv, 0, s->length * sizeof *jv);
  ops->marginal(s->rep, 2.0 * s->rates.mu11, 2, s->pair_b, 1, jv);
  add(s->length, -2.0 * s->rates.lambda11 * ops->mass(s->rep, 1, y), v, jv);
  add(s->length, -2.0 * s->rates.lambda11 * ops->mass(s->rep, 1, v), y, jv);
  return HUD_OK;
}

/* Nothing is stiff: the identity preconditions, at about one linear iteration per Newton iteration.
 */
static hud_status precondition_setup(void *self, double t, const double *y, double gamma,
                                     struct hud_error *error)
{
  (void)self;
  (void)t;
  (void)y;
  (void)gamma;
  (void)error;
  return HUD_OK;
}

static hud_status precondition_solve(void *self, const double *r, double *z,
                                     struct hud_error *error)
{
  (void)error;
  const struct hud_scalar *s = self;
  memcpy(z, r, s->length * sizeof *z);
  return HUD_OK;
}

static void add_scale(void *self, const double *y, double *scale)
{
  const struct hud_scalar *s = self;
  if (s->rep->ops->scale != NULL) {
    s->rep->ops->scale(s->rep, 1, y, 0.0, y, scale);
    return;
  }
  for (size_t i = 0; i < s->length; i++)
    scale[i] = fabs(y[i]);
}

static void describe(void *self, size_t index, char *text, size_t size)
{
  const struct hud_scalar *s = self;
  char place[128];
  s->rep->ops->describe(s->rep, 1, index, place, sizeof place);
  snprintf(text, size, "f1 at %s", place);
}

const struct hud_system *hud_scalar_system(const struct hud_scalar *s)
{
  return &s->system;
}

struct hud_scalar_rates hud_scalar_get_rates(const struct hud_scalar *s)
{
  return s->rates;
}

/* ---- read-out and initial data ---- */

hud_status hud_scalar_pairs(struct hud_scalar *s, const double *f1, double *f2,
                            struct hud_error *error)
{
  hud_status status = prepare(s, f1, error);
  if (status != HUD_OK)
    return status;
  memset(s->line, 0, s->length * sizeof *s->line);
  status = exchange(s, f1, s->pair, 0.0, s->line, f2, error);
  if (status == HUD_OK)
    status = quasi_stationary_pair(s, -2.0, f1, s->rate, s->pair_b, error);
  if (status != HUD_OK)
    return status;
  add(s->pair_length, 1.0, s->pair_b, f2);
  status = resolve_pair(s, f2, error);
  for (size_t i = 0; i < s->pair_length; i++)
    f2[i] = s->pair[i] + s->rates.epsilon * f2[i];
  return status;
}

static double norm(size_t n, const double *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++)
    sum += x[i] * x[i];
  return sqrt(sum);
}

/* Newton's method for f + (eps/2) A[f,f] = target, whose derivative is I + eps A[f,.]. The mass
 * obeys a quadratic equation with one positive root, to which it converges from above. */
static hud_status solve_matching(struct hud_scalar *s, const double *target, double *f,
                                 double *residual, struct hud_error *error)
{
  enum { MOST = 30 };
  double size = norm(s->length, target), last = INFINITY;
  memcpy(f, target, s->length * sizeof *f);
  for (int iteration = 0; iteration < MOST; iteration++) {
    for (size_t i = 0; i < s->length; i++)
      residual[i] = target[i] - f[i];
    hud_status status = hud_scalar_delay(s, -0.5 * s->rates.epsilon, f, f, residual, error);
    if (status != HUD_OK)
      return status;
    double left = norm(s->length, residual);
    if (left <= 1e-15 * size || (left <= 1e-12 * size && left >= 0.5 * last))
      return HUD_OK;
    status = invert(s, f, residual, residual, error);
    if (status != HUD_OK)
      return status;
    add(s->length, 1.0, residual, f);
    last = left;
  }
  return hud_fail(error, HUD_ERROR_COMPUTE,
                  "matched initial data: no solution after %d iterations (residual %.2g of %.2g); "
                  "is epsilon = %g too large?",
                  (int)MOST, last, size, s->rates.epsilon);
}

hud_status hud_scalar_match(struct hud_scalar *s, const double *f2, double *f1,
                            struct hud_error *error)
{
  double *target = NULL, *residual = NULL;
  hud_status status = HUD_NEW(&target, s->length, "matched initial data", error);
  if (status == HUD_OK)
    status = HUD_NEW(&residual, s->length, "matched initial data", error);
  if (status == HUD_OK) {
    memcpy(target, f1, s->length * sizeof *target);
    memcpy(s->pair_a, f2, s->pair_length * sizeof *f2);
    status = add_split(s, s->rates.epsilon, s->pair_a, target, error);
  }
  if (status == HUD_OK)
    status = solve_matching(s, target, f1, residual, error);
  hud_free(target);
  hud_free(residual);
  return status;
}

void hud_scalar_counters(const struct hud_scalar *s, struct hud_scalar_counters *counters)
{
  *counters = s->counters;
}

/* ---- creation ---- */

static hud_status read_network(struct hud_scalar *s, const struct hud_network *network,
                               struct hud_error *error)
{
  const struct hud_reaction *pair = hud_network_reaction(network, 1, 1);
  const struct hud_reaction *triple = hud_network_reaction(network, 1, 2);
  if (pair == NULL || triple == NULL || !(network->sizes[2].weight > 0.0))
    return hud_fail(error, HUD_ERROR_USAGE,
                    "the scalar models are made from the network of the first-order model");
  if (!(pair->mu > 0.0))
    return hud_fail_at(error, HUD_ERROR_INPUT, "rates.mu",
                       "the scalar models need pairs that split: rates.mu at (1,1) must be > 0");
  s->rates = (struct hud_scalar_rates){.epsilon = network->sizes[2].weight,
                                       .lambda11 = pair->lambda,
                                       .mu11 = pair->mu,
                                       .lambda12 = triple->lambda,
                                       .mu12 = triple->mu,
                                       .kappa = network->sizes[3].drift / triple->product};
  return HUD_OK;
}

static hud_status allocate(struct hud_scalar *s, struct hud_error *error)
{
  const struct hud_representation_ops *ops = s->rep->ops;
  s->length = ops->length(s->rep, 1);
  s->pair_length = ops->length(s->rep, 2);
  size_t triple_length = ops->joined_marginals != NULL ? 0 : ops->length(s->rep, 3);
  if (s->pair_length == 0 || (ops->joined_marginals == NULL && triple_length == 0))
    return hud_fail(error, HUD_ERROR_INPUT,
                    "method %s cannot hold the clusters of the scalar models", ops->name);
  double **const singles[] = {&s->f, &s->binary, &s->rate, &s->line};
  double **const pairs[] = {&s->pair, &s->pair_a, &s->pair_b};
  hud_status status = HUD_NEW(&s->triple, triple_length, "a triple density", error);
  for (size_t i = 0; i < sizeof singles / sizeof singles[0] && status == HUD_OK; i++)
    status = HUD_NEW(singles[i], s->length, "a density", error);
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0] && status == HUD_OK; i++)
    status = HUD_NEW(pairs[i], s->pair_length, "a pair density", error);
  return status == HUD_OK ? hud_gmres_create(&s->gmres, s->length, error) : status;
}

hud_status hud_scalar_create(struct hud_scalar **out, const struct hud_network *network,
                             struct hud_representation *rep, bool implicit, struct hud_error *error)
{
  *out = NULL;
  struct hud_scalar *s = NULL;
  hud_status status = HUD_NEW(&s, 1, "the scalar model", error);
  if (status != HUD_OK)
    return status;
  s->rep = rep;
  s->implicit = implicit;
  status = read_network(s, network, error);
  if (status == HUD_OK)
    status = allocate(s, error);
  if (status != HUD_OK) {
    hud_scalar_free(s);
    return status;
  }
  s->offsets[1] = s->length;
  s->system = (struct hud_system){
      .self = s,
      .size = s->length,
      .block_count = 1,
      .offsets = s->offsets,
      .max_order = rep->ops->max_order,
      .rhs = rhs,
      .jacobian_times = jacobian_times,
      .precondition_setup = precondition_setup,
      .precondition_solve = precondition_solve,
      .scale = add_scale,
      .describe = describe,
  };
  *out = s;
  return HUD_OK;
}

void hud_scalar_free(struct hud_scalar *s)
{
  if (s == NULL)
    return;
  double *const blocks[] = {s->f,      s->pair,   s->binary, s->rate,
                            s->pair_a, s->pair_b, s->triple, s->line};
  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
    hud_free(blocks[i]);
  hud_gmres_free(&s->gmres);
  hud_free(s);
}
