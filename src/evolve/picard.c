/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Picard iteration of the mild form (30), window by window. The gains are what the right-hand side
 * of the assembler is without drift and losses, which are added back; the sizes that are eliminated
 * are thereby whatever they are in the other integrator. */
#include "evolve/picard.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "evolve/contraction.h"
#include "evolve/masses.h"

enum { MAX_NODES = HUD_PICARD_MAX_NODES };

struct hud_picard {
  const struct hud_network *network;
  struct hud_representation *rep;
  const struct hud_assembler *assembler;
  const struct hud_system *system;
  struct hud_picard_options options;
  int nodes;
  /* On [0, 1]: Lobatto nodes, and per interval between them n Gauss points with their weights and
   * the values of the Lagrange polynomials of the nodes there. */
  double node[MAX_NODES], point[MAX_NODES][MAX_NODES], weight[MAX_NODES][MAX_NODES];
  double lagrange[MAX_NODES][MAX_NODES][MAX_NODES]; /* [interval][point][node] */
  double time, wall_start;
  double *y;                         /* at `time` */
  double *state, *next, *gain;       /* at the nodes of a window */
  double *source, *moved;            /* one state: an interpolated gain, and where it has gone */
  double *norms, *weights, *by_size; /* per size; the last is scratch */
  struct hud_masses masses;
  /* Every time of a window in order, on [0, 1]: per interval its first node and its Gauss points,
   * and the last node; there the integrals of the loss rates, by size. */
  double stops[MAX_NODES * (MAX_NODES + 1)];
  double *losses, *survival;
  struct hud_picard_counters counters;
};

static double *at(const struct hud_picard *p, double *states, int i)
{
  return states + (size_t)i * p->system->size;
}

/* f_k of a state, and its length in doubles; NULL and 0 where quasi-stationary. */
static double *block(const struct hud_picard *p, double *y, int k)
{
  return hud_assembler_block(p->assembler, y, 0, k);
}

static size_t length(const struct hud_picard *p, int k)
{
  return p->network->sizes[k].quasi_stationary ? 0 : p->rep->ops->length(p->rep, k);
}

/* ---- the time grid ---- */

/* P_n and its derivative. */
static double legendre(int n, double x, double *slope)
{
  double before = 1.0, value = x;
  for (int i = 2; i <= n; i++) {
    double next = ((2.0 * i - 1.0) * x * value - (i - 1.0) * before) / i;
    before = value;
    value = next;
  }
  *slope = n * (x * value - before) / (x * x - 1.0);
  return value;
}

/* Inner Lobatto nodes: the zeros of P'_{n-1}, by Newton's method with Legendre's equation. */
static void lobatto(int n, double *node)
{
  node[0] = 0.0;
  node[n - 1] = 1.0;
  for (int i = 1; i + 1 < n; i++) {
    double x = -cos(acos(-1.0) * i / (n - 1.0));
    for (int step = 0; step < 50; step++) {
      double slope, value = legendre(n - 1, x, &slope);
      double curvature = (2.0 * x * slope - (n - 1.0) * n * value) / (1.0 - x * x);
      x -= slope / curvature;
    }
    node[i] = 0.5 * (1.0 + x);
  }
}

/* The index among the stops of node i, or of Gauss point q behind it as stop(i) + 1 + q. */
static size_t stop(const struct hud_picard *p, int i)
{
  return (size_t)(i * (p->nodes + 1));
}

static hud_status lay_out_time(struct hud_picard *p, struct hud_error *error)
{
  int n = p->nodes;
  lobatto(n, p->node);
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc((size_t)n);
  for (int i = 0; table != NULL && i + 1 < n; i++)
    for (int q = 0; q < n; q++) {
      double *s = &p->point[i][q];
      gsl_integration_glfixed_point(p->node[i], p->node[i + 1], (size_t)q, s, &p->weight[i][q],
                                    table);
      for (int j = 0; j < n; j++) {
        p->lagrange[i][q][j] = 1.0;
        for (int l = 0; l < n; l++)
          if (l != j)
            p->lagrange[i][q][j] *= (*s - p->node[l]) / (p->node[j] - p->node[l]);
      }
    }
  hud_gsl_end(previous);
  if (table == NULL)
    return hud_fail_memory(error, "Gauss points", (size_t)n * sizeof(double));
  gsl_integration_glfixed_table_free(table);
  for (int i = 0; i < n; i++) {
    p->stops[stop(p, i)] = p->node[i];
    for (int q = 0; q < n && i + 1 < n; q++)
      p->stops[stop(p, i) + 1 + (size_t)q] = p->point[i][q];
  }
  return HUD_OK;
}

/* survival[k] = E_k from stop s to stop `end`. */
static void survive(const struct hud_picard *p, size_t s, size_t end)
{
  size_t K = (size_t)p->network->K;
  for (size_t k = 1; k <= K; k++)
    p->survival[k] = exp(p->losses[s * (K + 1) + k] - p->losses[end * (K + 1) + k]);
}

/* ---- gains ---- */

/* gain = the right-hand side without what E_k and S_k take care of. */
static hud_status find_gain(struct hud_picard *p, double *y, double *gain, struct hud_error *error)
{
  const struct hud_representation_ops *ops = p->rep->ops;
  hud_status status = p->system->rhs(p->system->self, p->time, y, gain, error);
  p->counters.rhs_evaluations++;
  if (status != HUD_OK)
    return status;
  for (int k = 1; k <= p->network->K; k++)
    p->by_size[k] =
        length(p, k) > 0 ? ops->mass(p->rep, k, block(p, y, k)) : 0.0; /* masses of the iterate */
  for (int k = 1; k <= p->network->K; k++) {
    double *f = block(p, y, k), *g = block(p, gain, k);
    double loss = hud_masses_loss(p->network, k, p->by_size);
    for (size_t i = 0; i < length(p, k); i++)
      g[i] += loss * f[i];
    if (k > 1 && length(p, k) > 0)
      ops->drift(p->rep, -p->network->sizes[k].drift / p->network->sizes[k].weight, k, f, g);
  }
  return HUD_OK;
}

/* ---- one window ---- */

/* out(f_k) += c E_k S_k from, over a duration, with E_k in survival. */
static hud_status carry(struct hud_picard *p, double c, double duration, double *from, double *out,
                        struct hud_error *error)
{
  for (int k = 1; k <= p->network->K; k++) {
    size_t n = length(p, k);
    if (n == 0)
      continue;
    const struct hud_size *size = &p->network->sizes[k];
    double *source = block(p, from, k), *moved = source, *to = block(p, out, k);
    if (k > 1) {
      moved = block(p, p->moved, k);
      hud_status status =
          p->rep->ops->flow(p->rep, duration * size->drift / size->weight, k, source, moved, error);
      if (status != HUD_OK)
        return status;
    }
    for (size_t i = 0; i < n; i++)
      to[i] += c * p->survival[k] * moved[i];
  }
  return HUD_OK;
}

/* The next iterate at node i + 1 from that at node i and the gains at all nodes. */
static hud_status advance_interval(struct hud_picard *p, double h, int i, struct hud_error *error)
{
  size_t size = p->system->size;
  double *from = at(p, p->next, i), *to = at(p, p->next, i + 1);
  double end = p->node[i + 1];
  memset(to, 0, size * sizeof *to);
  survive(p, stop(p, i), stop(p, i + 1));
  hud_status status = carry(p, 1.0, h * (end - p->node[i]), from, to, error);
  for (int q = 0; q < p->nodes && status == HUD_OK; q++) {
    memset(p->source, 0, size * sizeof *p->source);
    for (int j = 0; j < p->nodes; j++) {
      const double *gain = at(p, p->gain, j);
      for (size_t l = 0; l < size; l++)
        p->source[l] += p->lagrange[i][q][j] * gain[l];
    }
    survive(p, stop(p, i) + 1 + (size_t)q, stop(p, i + 1));
    status = carry(p, h * p->weight[i][q], h * (end - p->point[i][q]), p->source, to, error);
  }
  return status;
}

/* |f_k| as the representation measures it, or the largest entry where it does not. */
static double norm(const struct hud_picard *p, int k, const double *fk)
{
  if (p->rep->ops->norm != NULL)
    return p->rep->ops->norm(p->rep, k, fk);
  double largest = 0.0;
  for (size_t i = 0; i < length(p, k); i++)
    largest = fmax(largest, fabs(fk[i]));
  return largest;
}

/* max over sizes and nodes of |next - state|/x_k, and of |next|/x_k into *size; next becomes state;
 * the norms take the largest iterate in. NaN if any value is not finite, which a maximum hides. */
static double accept(struct hud_picard *p, double *size)
{
  double distance = 0.0, probe = 0.0;
  *size = 0.0;
  for (int i = 0; i < p->nodes; i++) {
    double *old = at(p, p->state, i), *new = at(p, p->next, i);
    for (size_t l = 0; l < p->system->size; l++) {
      probe += 0.0 * new[l];
      old[l] = new[l] - old[l];
    }
    for (int k = 1; k <= p->network->K; k++) {
      if (length(p, k) == 0)
        continue;
      double whole = norm(p, k, block(p, new, k));
      p->norms[k] = fmax(p->norms[k], whole);
      *size = fmax(*size, whole / p->weights[k]);
      distance = fmax(distance, norm(p, k, block(p, old, k)) / p->weights[k]);
    }
    memcpy(old, new, p->system->size * sizeof *old);
  }
  return distance + probe;
}

static hud_status iterate(struct hud_picard *p, double h, struct hud_error *error)
{
  /* Below this, relative to the state, a change is as much round-off as iteration. */
  const double noise = 1e-12;
  double before = NAN, size = 0.0;
  for (int iteration = 1; iteration <= HUD_PICARD_MAX_ITERATIONS; iteration++) {
    hud_status status = HUD_OK;
    for (int i = 0; i < p->nodes && status == HUD_OK; i++)
      status = find_gain(p, at(p, p->state, i), at(p, p->gain, i), error);
    memcpy(p->next, p->y, p->system->size * sizeof *p->next);
    for (int i = 0; i + 1 < p->nodes && status == HUD_OK; i++)
      status = advance_interval(p, h, i, error);
    if (status != HUD_OK)
      return status;
    double distance = accept(p, &size);
    p->counters.iterations++;
    if (iteration > p->counters.most)
      p->counters.most = iteration;
    if (!isfinite(distance))
      return hud_fail(error, HUD_ERROR_COMPUTE,
                      "the Picard iteration is not finite in the window from t = %.9g to %.9g",
                      p->time, p->time + h);
    if (p->rep->ops->norm != NULL && distance > noise * size && before > 0.0)
      p->counters.observed = fmax(p->counters.observed, distance / before);
    if (distance <= p->options.tolerance * size || (distance < noise * size && distance >= before))
      return HUD_OK;
    before = distance;
  }
  return hud_fail(error, HUD_ERROR_COMPUTE,
                  "the Picard iteration does not converge in the window from t = %.9g to %.9g: it "
                  "still changes by %.2g of %.2g after %d iterations; a shorter window is needed",
                  p->time, p->time + h, before, size, (int)HUD_PICARD_MAX_ITERATIONS);
}

static hud_status one_window(struct hud_picard *p, double h, struct hud_error *error)
{
  for (int k = 1; k <= p->network->K; k++)
    if (length(p, k) > 0)
      p->norms[k] = norm(p, k, block(p, p->y, k));
  hud_status status = hud_contraction_weights(p->network, h, p->norms, p->weights, error);
  if (status != HUD_OK)
    return status;
  for (int k = 1; k <= p->network->K; k++)
    p->by_size[k] = length(p, k) > 0 ? p->rep->ops->mass(p->rep, k, block(p, p->y, k)) : 0.0;
  status = hud_masses_follow(&p->masses, p->by_size, h, stop(p, p->nodes - 1) + 1, p->stops,
                             p->losses, error);
  for (int i = 0; i < p->nodes; i++)
    memcpy(at(p, p->state, i), p->y, p->system->size * sizeof *p->y);
  if (status == HUD_OK)
    status = iterate(p, h, error);
  double theory = NAN;
  if (status == HUD_OK)
    status = hud_contraction_bound(p->network, h, p->norms, p->weights, &theory, error);
  if (status != HUD_OK)
    return status;
  if (p->rep->ops->norm != NULL)
    p->counters.theory = fmax(p->counters.theory, theory);
  p->counters.windows++;
  memcpy(p->y, at(p, p->state, p->nodes - 1), p->system->size * sizeof *p->y);
  return HUD_OK;
}

/* ---- windows ---- */

/* Half of the shortest time scale (drift of fourth moments and losses), and a factor of 1/2 with
 * some room for norms that grow. */
static hud_status choose_window(struct hud_picard *p, double *window, struct hud_error *error)
{
  double fastest = 0.0, bound = 0.0;
  for (int k = 1; k <= p->network->K; k++) {
    p->by_size[k] = p->norms[k] = 0.0;
    if (length(p, k) == 0)
      continue;
    p->by_size[k] = p->rep->ops->mass(p->rep, k, block(p, p->y, k));
    p->norms[k] = norm(p, k, block(p, p->y, k));
  }
  for (int k = 1; k <= p->network->K; k++) {
    const struct hud_size *size = &p->network->sizes[k];
    if (length(p, k) > 0)
      fastest = fmax(fastest,
                     hud_masses_loss(p->network, k, p->by_size) + 4.0 * size->drift / size->weight);
  }
  *window = fastest > 0.0 ? 0.5 / fastest : 1.0;
  for (;; *window *= 0.5) {
    hud_status status = hud_contraction_weights(p->network, *window, p->norms, p->weights, error);
    if (status == HUD_OK)
      status = hud_contraction_bound(p->network, *window, p->norms, p->weights, &bound, error);
    if (status != HUD_OK || bound <= 0.4)
      return status;
    if (!isfinite(bound))
      return hud_fail(error, HUD_ERROR_COMPUTE, "the state has no finite norm at t = %.9g",
                      p->time);
  }
}

hud_status hud_picard_to(struct hud_picard *p, double t, double *y, struct hud_error *error)
{
  double window = p->options.window;
  hud_status status = HUD_OK;
  if (!(t >= p->time))
    return hud_fail(error, HUD_ERROR_USAGE, "t = %.17g lies before %.17g", t, p->time);
  if (!(window > 0.0))
    status = choose_window(p, &window, error);
  if (status != HUD_OK)
    return status;
  double start = p->time;
  double count = fmax(1.0, ceil((t - start) / window * (1.0 - 1e-12)));
  double h = (t - start) / count;
  for (double i = 0.0; i < count && h > 0.0 && status == HUD_OK; i++) {
    if (p->options.stop != NULL && *p->options.stop)
      return hud_fail(error, HUD_ERROR_INTERRUPTED, "stopped at t = %.9g", p->time);
    if (p->options.max_wall > 0.0 && hud_clock() - p->wall_start > p->options.max_wall)
      return hud_fail(error, HUD_ERROR_COMPUTE,
                      "wall cap: %.3g s brought the run to t = %.9g of %.9g (solver.max_wall)",
                      p->options.max_wall, p->time, t);
    status = one_window(p, h, error);
    p->time = i + 1.0 < count ? start + (i + 1.0) * h : t;
  }
  if (status == HUD_OK)
    memcpy(y, p->y, p->system->size * sizeof *y);
  return status;
}

/* ---- creation ---- */

hud_status hud_picard_resume(struct hud_picard *p, double t, const double *y,
                             const struct hud_picard_counters *counters, struct hud_error *error)
{
  for (size_t i = 0; i < p->system->size; i++)
    if (!isfinite(y[i])) {
      char place[HUD_ERROR_WHERE];
      p->system->describe(p->system->self, i, place, sizeof place);
      return hud_fail_at(error, HUD_ERROR_COMPUTE, place, "the state is not finite (%g) at %s",
                         y[i], place);
    }
  p->time = t;
  p->counters = *counters;
  memcpy(p->y, y, p->system->size * sizeof *y);
  return HUD_OK;
}

static hud_status allocate(struct hud_picard *p, struct hud_error *error)
{
  size_t size = p->system->size, sizes = (size_t)p->network->K + 1, nodes = (size_t)p->nodes;
  double **const states[] = {&p->y, &p->source, &p->moved};
  double **const windows[] = {&p->state, &p->next, &p->gain};
  double **const tables[] = {&p->norms, &p->weights, &p->by_size};
  hud_status status = HUD_OK;
  for (int i = 0; i < 3 && status == HUD_OK; i++) {
    status = HUD_NEW(states[i], size, "a state", error);
    if (status == HUD_OK)
      status = HUD_NEW(windows[i], nodes * size, "states at the nodes of a window", error);
    if (status == HUD_OK)
      status = HUD_NEW(tables[i], sizes, "tables of cluster sizes", error);
  }
  if (status == HUD_OK)
    status = HUD_NEW(&p->losses, nodes * (nodes + 1) * sizes, "loss rates", error);
  if (status == HUD_OK)
    status = HUD_NEW(&p->survival, sizes, "loss rates", error);
  return status == HUD_OK ? hud_masses_create(&p->masses, p->network, error) : status;
}

static hud_status check_options(const struct hud_picard_options *options, struct hud_error *error)
{
  if (options->nodes != 0 && (options->nodes < 2 || options->nodes > MAX_NODES))
    return hud_fail(error, HUD_ERROR_USAGE, "%d nodes in a window; expected 2 to %d",
                    options->nodes, (int)MAX_NODES);
  if (!(options->tolerance >= 0.0 && options->window >= 0.0 && isfinite(options->window)))
    return hud_fail(error, HUD_ERROR_USAGE, "tolerance %g and window %g; expected numbers >= 0",
                    options->tolerance, options->window);
  return HUD_OK;
}

hud_status hud_picard_create(struct hud_picard **out, const struct hud_network *network,
                             struct hud_representation *rep, const struct hud_assembler *assembler,
                             double t, const double *y, const struct hud_picard_options *options,
                             struct hud_error *error)
{
  *out = NULL;
  struct hud_picard *p = NULL;
  hud_status status = check_options(options, error);
  if (status == HUD_OK)
    status = HUD_NEW(&p, 1, "the Picard iteration", error);
  if (status != HUD_OK)
    return status;
  p->network = network;
  p->rep = rep;
  p->assembler = assembler;
  p->system = hud_assembler_system(assembler);
  p->options = *options;
  p->nodes = options->nodes > 0 ? options->nodes : HUD_PICARD_NODES;
  p->wall_start = hud_clock();
  const struct hud_picard_counters none = {.observed = NAN, .theory = NAN};
  status = allocate(p, error);
  if (status == HUD_OK)
    status = hud_contraction_weights(network, 1.0, p->norms, p->weights, error);
  if (status == HUD_OK)
    status = lay_out_time(p, error);
  if (status == HUD_OK)
    status = hud_picard_resume(p, t, y, &none, error);
  if (status == HUD_OK)
    *out = p;
  else
    hud_picard_free(p);
  return status;
}

void hud_picard_free(struct hud_picard *p)
{
  if (p == NULL)
    return;
  double *const blocks[] = {p->y,     p->state,   p->next,    p->gain,   p->source,  p->moved,
                            p->norms, p->weights, p->by_size, p->losses, p->survival};
  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
    hud_free(blocks[i]);
  hud_masses_free(&p->masses);
  hud_free(p);
}

void hud_picard_counters(const struct hud_picard *p, struct hud_picard_counters *counters)
{
  *counters = p->counters;
}
