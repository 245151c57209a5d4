/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Operations on polynomial moments of symmetric densities under linear alignment.
 *
 * Join. m_alpha(Sym f_i x f_j) is the average over the sets S of i among the k = i+j positions of
 * m_{alpha_S}(f_i) m_{alpha_{S^c}}(f_j). Of the l nonzero entries of alpha a given set of a falls
 * into S, and the rest outside, with probability i..(i-a+1) j..(j-l+a+1) / (k..(k-l+1)): a weight
 * of (l, a) times a sum that knows nothing of i and j.
 *
 * Drift. With (R m)_alpha = sum_i alpha_i m_{alpha-e_i} and (A m)_gamma = (1/k) sum_j m_{gamma+e_j}
 * (the moments of vbar v^gamma), the operator D_k of -div(U_k .) is R A - |alpha|.
 *
 * Flow. Time s moves v_i to u v_i + (1-u) vbar, u = e^{-s}. Expanding the product,
 *   m_alpha -> sum_n u^{p-n} (1-u)^n / n! (R^n A^n m)_alpha,   p = |alpha|:
 * n of the p factors are taken out and replaced by vbar.
 *
 * Resolvent. (mu - kappa D_k)^{-1} = int_0^infinity e^{-mu s} flow(kappa s) ds turns the
 * coefficients into Beta integrals,
 *   kappa^n / ((mu + kappa p) (mu + kappa (p-1)) .. (mu + kappa (p-n))).
 *
 * Both are sums with positive coefficients only (nothing cancels, no matrix is factorised or
 * cached), and map constant and linear moments exactly as they should. The sum over n is a Horner
 * scheme in R. */
#include "moments/moments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "moments/tables.h"

struct moments {
  struct hud_representation base;
  int K;
  double origin;
  struct hud_moment_tables tables;
  double *levels;       /* (P+1) arrays of all moments: A^n m, and the Horner scheme in place */
  double *coefficients; /* (P+1) x (P+1): row p, column n */
};

static const struct moments *moments_of(const struct hud_representation *rep)
{
  return (const struct moments *)rep;
}

static size_t order_of(const struct moments *moments)
{
  return moments->tables.partitions.order;
}

/* Number of parts that occur in the moments of f_k. */
static size_t parts_of(const struct moments *moments, int k)
{
  size_t most = moments->tables.partitions.parts;
  return (size_t)k < most ? (size_t)k : most;
}

static size_t moments_length(const struct hud_representation *rep, int k)
{
  const struct moments *moments = moments_of(rep);
  if (k < 1 || k > moments->K)
    return 0;
  return hud_partition_count(&moments->tables.partitions, (size_t)k);
}

/* n (n-1) .. (n-count+1) */
static double falling(int n, size_t count)
{
  double product = 1.0;
  for (size_t factor = 0; factor < count; factor++)
    product *= n - (double)factor;
  return product;
}

static void moments_join(struct hud_representation *rep, double c, int i, const double *fi, int j,
                         const double *fj, double *out)
{
  const struct moments *moments = moments_of(rep);
  const struct hud_moment_tables *tables = &moments->tables;
  size_t most = parts_of(moments, i + j);
  for (size_t parts = 0; parts <= most; parts++) {
    size_t first = parts > (size_t)j ? parts - (size_t)j : 0;
    size_t last = parts < (size_t)i ? parts : (size_t)i;
    double all = falling(i + j, parts);
    for (size_t left = first; left <= last; left++) {
      double weight = c * falling(i, left) * falling(j, parts - left) / all;
      size_t group = hud_moment_split_group(parts, left);
      const struct hud_moment_product *end = tables->split + tables->split_start[group + 1];
      for (const struct hud_moment_product *product = tables->split + tables->split_start[group];
           product < end; product++)
        out[product->row] += weight * product->count * fi[product->left] * fj[product->right];
    }
  }
}

static void moments_marginal(struct hud_representation *rep, double c, int k, const double *fk,
                             int i, double *out)
{
  (void)k; /* m_{alpha 0..0}: zeros are not stored, so the index is the same */
  size_t length = moments_length(rep, i);
  for (size_t index = 0; index < length; index++)
    out[index] += c * fk[index];
}

static double row_sum(const struct hud_moment_rows *rows, size_t row, const double *x)
{
  double sum = 0.0;
  for (size_t entry = rows->start[row]; entry < rows->start[row + 1]; entry++)
    sum += rows->coefficient[entry] * x[rows->column[entry]];
  return sum;
}

/* out = A in, for the degrees 0..limit, from those of `in` to limit + 1 <= P. */
static void raise_mean(const struct moments *moments, int k, size_t limit, const double *in,
                       double *out)
{
  const struct hud_moment_tables *tables = &moments->tables;
  size_t most = parts_of(moments, k);
  for (size_t parts = 0; parts <= most && parts <= limit; parts++) {
    double zeros = k - (double)parts;
    size_t end = hud_partition_start(&tables->partitions, parts, limit + 1);
    for (size_t row = hud_partition_start(&tables->partitions, parts, 0); row < end; row++) {
      double sum = row_sum(&tables->raise, row, in);
      if (zeros > 0.0)
        sum += zeros * in[tables->fresh[row]];
      out[row] = sum / k;
    }
  }
}

static void moments_drift(struct hud_representation *rep, double c, int k, const double *fk,
                          double *out)
{
  const struct moments *moments = moments_of(rep);
  const struct hud_moment_tables *tables = &moments->tables;
  size_t order = order_of(moments), most = parts_of(moments, k);
  if (k == 1 || order == 0)
    return;
  double *raised = moments->levels;
  raise_mean(moments, k, order - 1, fk, raised);
  for (size_t parts = 1; parts <= most; parts++)
    for (size_t degree = parts; degree <= order; degree++) {
      size_t end = hud_partition_start(&tables->partitions, parts, degree + 1);
      for (size_t row = hud_partition_start(&tables->partitions, parts, degree); row < end; row++)
        out[row] += c * (row_sum(&tables->lower, row, raised) - (double)degree * fk[row]);
    }
}

/* out_alpha = sum_n coefficients[|alpha|][n] (R^n A^n in)_alpha. */
static void redistribute(struct moments *moments, int k, const double *in, double *out)
{
  const struct hud_moment_tables *tables = &moments->tables;
  const struct hud_partitions *partitions = &tables->partitions;
  size_t order = order_of(moments), most = parts_of(moments, k), stride = partitions->count;
  size_t length = hud_partition_count(partitions, (size_t)k);
  memcpy(moments->levels, in, length * sizeof *in);
  for (size_t n = 1; n <= order; n++)
    raise_mean(moments, k, order - n, moments->levels + (n - 1) * stride,
               moments->levels + n * stride);
  for (size_t level = order + 1; level-- > 0;) {
    double *here = moments->levels + level * stride, *above = here + stride;
    for (size_t parts = 0; parts <= most; parts++)
      for (size_t degree = parts; degree + level <= order; degree++) {
        double c = moments->coefficients[(degree + level) * (order + 1) + level];
        size_t end = hud_partition_start(partitions, parts, degree + 1);
        for (size_t row = hud_partition_start(partitions, parts, degree); row < end; row++)
          here[row] = c * here[row] + (degree > 0 ? row_sum(&tables->lower, row, above) : 0.0);
      }
  }
  memcpy(out, moments->levels, length * sizeof *out);
}

static hud_status moments_resolvent(struct hud_representation *rep, double mu, double kappa, int k,
                                    const double *source, double *out, struct hud_error *error)
{
  struct moments *moments = (struct moments *)rep;
  if (!(isfinite(mu) && mu > 0.0 && isfinite(kappa) && kappa >= 0.0))
    return hud_fail(error, HUD_ERROR_USAGE,
                    "resolvent of f%d: mu = %g must be > 0 and kappa = %g >= 0, both finite", k, mu,
                    kappa);
  size_t order = order_of(moments);
  for (size_t p = 0; p <= order; p++) {
    double *row = moments->coefficients + p * (order + 1);
    row[0] = 1.0 / (mu + kappa * (double)p);
    for (size_t n = 1; n <= p; n++)
      row[n] = row[n - 1] * (kappa / (mu + kappa * (double)(p - n)));
  }
  redistribute(moments, k, source, out);
  return HUD_OK;
}

static hud_status moments_flow(struct hud_representation *rep, double s, int k, const double *fk,
                               double *out, struct hud_error *error)
{
  struct moments *moments = (struct moments *)rep;
  if (!(s >= 0.0))
    return hud_fail(error, HUD_ERROR_USAGE, "flow of f%d: the time s = %g must be >= 0", k, s);
  size_t order = order_of(moments);
  double u = exp(-s), rest = -expm1(-s);
  for (size_t p = 0; p <= order; p++) {
    double *row = moments->coefficients + p * (order + 1);
    double taken = 1.0, kept = 1.0; /* rest^n / n!, u^{p-n} */
    for (size_t n = 0; n <= p; n++, taken *= rest / (double)n)
      row[n] = taken;
    for (size_t n = p + 1; n-- > 0; kept *= u)
      row[n] *= kept;
  }
  redistribute(moments, k, fk, out);
  return HUD_OK;
}

static double moments_mass(const struct hud_representation *rep, int k, const double *fk)
{
  (void)rep;
  (void)k;
  return fk[0];
}

/* By the binomial theorem from the origin; NaN for p > P, which f_k does not determine. */
static void moments_moments(const struct hud_representation *rep, int k, const double *fk,
                            double center, int order, double *out)
{
  (void)k;
  const struct moments *moments = moments_of(rep);
  double shift = moments->origin - center;
  for (int p = 0; p <= order; p++) {
    if ((size_t)p > order_of(moments)) {
      out[p] = NAN;
      continue;
    }
    double binomial = 1.0, sum = fk[0];
    for (int q = 1; q <= p; q++) { /* Horner in shift: sum_q C(p,q) shift^{p-q} m_q */
      binomial = binomial * (p - q + 1) / q;
      sum = sum * shift + binomial * fk[q];
    }
    out[p] = sum;
  }
}

static int moments_max_moment(const struct hud_representation *rep)
{
  return (int)order_of(moments_of(rep));
}

/* 2 (m_20 - m_11); NaN if P < 2. */
static double moments_spread(const struct hud_representation *rep, int k, const double *fk)
{
  (void)k;
  const struct hud_partitions *partitions = &moments_of(rep)->tables.partitions;
  if (partitions->order < 2)
    return NAN;
  return 2.0 * (fk[2] - fk[hud_partition_start(partitions, 2, 2)]);
}

static hud_status moments_project(struct hud_representation *rep, const struct hud_density *density,
                                  double *out, double *lost, struct hud_error *error)
{
  const struct moments *moments = moments_of(rep);
  int order = (int)order_of(moments), finite = hud_density_finite_moments(density);
  *lost = 0.0;
  if (order > finite)
    return hud_fail(error, HUD_ERROR_INPUT,
                    "the initial density has finite moments only to order %d; moments of order %d "
                    "are asked for (moments.order)",
                    finite, order);
  return hud_density_moments(density, moments->origin, order, out, error);
}

/* The symmetrised point in k velocities is the join of its velocities one by one. `one`, `point`
 * and `next` are scratch for the moments of one, of some, and of one more velocity. */
static void add_point(struct hud_representation *rep, int k, const double *point_row,
                      double *const scratch[3], double *out)
{
  const struct moments *moments = moments_of(rep);
  size_t order = order_of(moments);
  double *one = scratch[0], *point = scratch[1], *next = scratch[2];
  memset(point, 0, moments_length(rep, k) * sizeof *point);
  for (int position = 1; position <= k; position++) {
    one[0] = 1.0;
    for (size_t p = 1; p <= order; p++)
      one[p] = one[p - 1] * (point_row[position] - moments->origin);
    size_t length = moments_length(rep, position);
    if (position == 1) {
      memcpy(point, one, length * sizeof *point);
      continue;
    }
    memset(next, 0, length * sizeof *next);
    moments_join(rep, 1.0, position - 1, point, 1, one, next);
    memcpy(point, next, length * sizeof *point);
  }
  size_t length = moments_length(rep, k);
  for (size_t index = 0; index < length; index++)
    out[index] += point_row[0] * point[index];
}

static hud_status moments_project_atoms(struct hud_representation *rep, int k, size_t count,
                                        const double *points, double *out, double *lost,
                                        struct hud_error *error)
{
  size_t length = moments_length(rep, k), width = (size_t)k + 1;
  *lost = 0.0;
  if (length == 0)
    return hud_fail(error, HUD_ERROR_USAGE, "atoms of f%d: this representation holds sizes 1..%d",
                    k, moments_of(rep)->K);
  for (size_t entry = 0; entry < count * width; entry++)
    if (!isfinite(points[entry]))
      return hud_fail(error, HUD_ERROR_INPUT,
                      "atom %zu of f%d: entry %zu of (weight, v1, ..) is %g", entry / width + 1, k,
                      entry % width + 1, points[entry]);
  double *scratch[3] = {NULL, NULL, NULL};
  hud_status status = HUD_OK;
  for (int part = 0; part < 3 && status == HUD_OK; part++)
    status = HUD_NEW(&scratch[part], length, "moments of an atom", error);
  if (status == HUD_OK) {
    memset(out, 0, length * sizeof *out);
    for (size_t point = 0; point < count; point++)
      add_point(rep, k, points + point * width, scratch, out);
  }
  for (int part = 0; part < 3; part++)
    hud_free(scratch[part]);
  return status;
}

/* Magnitude of the moments of each degree: the largest of the degree for even degrees, which for
 * f_k >= 0 is int v_1^p f_k >= mass * (second moment / mass)^{p/2}; for odd degrees, whose moments
 * pass through zero, the bound of Cauchy and Schwarz from the neighbours (extrapolated at the top).
 * All of it is built from the current f_k: variances keep relative accuracy however small they
 * become, and fourth moments when they stand out of mass * spread^4. */
static void moments_scale(const struct hud_representation *rep, int k, const double *fk,
                          double least, const double *f1, double *scale)
{
  (void)least;
  (void)f1;
  const struct moments *moments = moments_of(rep);
  const struct hud_partitions *partitions = &moments->tables.partitions;
  size_t order = order_of(moments), most = parts_of(moments, k);
  double magnitude[HUD_MOMENTS_MAX_ORDER + 1] = {0};
  for (size_t parts = 0; parts <= most; parts++)
    for (size_t p = parts; p <= order; p++)
      for (size_t index = hud_partition_start(partitions, parts, p);
           index < hud_partition_start(partitions, parts, p + 1); index++)
        magnitude[p] = fmax(magnitude[p], fabs(fk[index]));
  for (size_t p = 1; p <= order; p += 2) {
    double bound = 0.0;
    if (p < order)
      bound = sqrt(magnitude[p - 1]) * sqrt(magnitude[p + 1]);
    else if (p >= 3 && magnitude[p - 3] > 0.0)
      bound = magnitude[p - 1] * sqrt(magnitude[p - 1] / magnitude[p - 3]);
    magnitude[p] = fmax(magnitude[p], bound);
  }
  for (size_t parts = 0; parts <= most; parts++)
    for (size_t p = parts; p <= order; p++)
      for (size_t index = hud_partition_start(partitions, parts, p);
           index < hud_partition_start(partitions, parts, p + 1); index++)
        scale[index] = magnitude[p];
}

/* The largest moment about the origin. A join averages products of moments, a marginal takes some
 * of them, and a flow, whose velocities are convex combinations, averages moments of one degree. */
static double moments_norm(const struct hud_representation *rep, int k, const double *fk)
{
  double largest = 0.0;
  for (size_t index = 0; index < moments_length(rep, k); index++)
    largest = fmax(largest, fabs(fk[index]));
  return largest;
}

/* "moment (2,1)"; the mass is "moment (0)". */
static void moments_describe(const struct hud_representation *rep, int k, size_t index, char *text,
                             size_t size)
{
  (void)k;
  const struct hud_partitions *partitions = &moments_of(rep)->tables.partitions;
  const uint8_t *part = hud_partition_parts(partitions, index);
  size_t parts = partitions->sizes[index];
  if (parts == 0) {
    snprintf(text, size, "moment (0)");
    return;
  }
  size_t used = 0;
  for (size_t position = 0; position < parts && used < size; position++)
    used += (size_t)snprintf(text + used, size - used, "%s%d", position == 0 ? "moment (" : ",",
                             part[position]);
  if (used < size)
    snprintf(text + used, size - used, ")");
}

static void moments_free(struct hud_representation *rep)
{
  struct moments *moments = (struct moments *)rep;
  hud_moment_tables_free(&moments->tables);
  hud_free(moments->levels);
  hud_free(moments->coefficients);
  hud_free(moments);
}

static const struct hud_representation_ops moments_ops = {
    .name = "moments",
    .free = moments_free,
    .length = moments_length,
    .join = moments_join,
    .marginal = moments_marginal,
    .drift = moments_drift,
    .resolvent = moments_resolvent,
    .flow = moments_flow,
    .mass = moments_mass,
    .moments = moments_moments,
    .max_moment = moments_max_moment,
    .spread = moments_spread,
    .norm = moments_norm,
    .project = moments_project,
    .project_atoms = moments_project_atoms,
    .scale = moments_scale,
    .max_order = 5,
    .skip_triples_in_jacobian = 0,
    .describe = moments_describe,
};

hud_status hud_moments_create(struct hud_representation **rep, int K, int order, double origin,
                              struct hud_error *error)
{
  *rep = NULL;
  if (K < 1)
    return hud_fail(error, HUD_ERROR_INPUT, "largest cluster size %d; expected at least 1", K);
  if (order < 0 || order > HUD_MOMENTS_MAX_ORDER)
    return hud_fail(error, HUD_ERROR_INPUT, "moments.order is %d; expected 0 to %d", order,
                    (int)HUD_MOMENTS_MAX_ORDER);
  if (!isfinite(origin))
    return hud_fail(error, HUD_ERROR_INPUT, "moments about %g; expected a finite velocity", origin);
  struct moments *moments = NULL;
  hud_status status = HUD_NEW(&moments, 1, "moments", error);
  if (status != HUD_OK)
    return status;
  moments->base.ops = &moments_ops;
  moments->K = K;
  moments->origin = origin;
  size_t levels = (size_t)order + 1;
  status = hud_moment_tables_create(&moments->tables, (size_t)order, (size_t)K, error);
  if (status == HUD_OK)
    status = HUD_NEW(&moments->levels, levels * moments->tables.partitions.count, "moments", error);
  if (status == HUD_OK)
    status = HUD_NEW(&moments->coefficients, levels * levels, "moments", error);
  if (status == HUD_OK)
    *rep = &moments->base;
  else
    moments_free(&moments->base);
  return status;
}
