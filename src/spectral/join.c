/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sym(f_i x f_j) in the unknowns of spectral.h. At a node alpha of size i + j let the set S of i
 * frequencies go to f_i, sigma = sum_S alpha, tau = 1 - sigma, G_i = g_i(sigma s, alpha_S/sigma).
 * Then the product fhat_i fhat_j has mass M_i M_j and the deviation
 *
 *   sigma^2 G_i (M_j - i tau s J_j) + tau^2 G_j (M_i - i sigma s J_i) + sigma tau J_i J_j
 *     - s^2 sigma^2 tau^2 G_i G_j,
 *
 * averaged over S; the average of sigma is i/(i+j), which gives J. Interpolation factors: first in
 * alpha, then one dilation in s, a matrix that depends on sigma alone. The Taylor coefficients at
 * s = 0 are multiplied as power series. */
#include <cblas.h>
#include <math.h>
#include <stdbool.h>

#include "base/alloc.h"
#include "base/clones.h"
#include "spectral/box.h"

/* ---- plans ---- */

static hud_status find_dilation(struct hud_spectral *sp, double sigma, size_t *index,
                                struct hud_error *error)
{
  for (*index = 0; *index < sp->dilation_count; (*index)++)
    if (fabs(sp->dilations[*index].sigma - sigma) < 1e-15)
      return HUD_OK;
  hud_status status = HUD_OK;
  if ((sp->dilation_count & (sp->dilation_count - 1)) == 0) /* capacity: powers of two */
    status = hud_grow(&sp->dilations, sp->dilation_count,
                      sp->dilation_count == 0 ? 1 : 2 * sp->dilation_count, sizeof *sp->dilations,
                      "dilations", error);
  if (status == HUD_OK)
    status = hud_dilation_create(&sp->dilations[*index], sp->radial, sigma, error);
  if (status == HUD_OK)
    sp->dilation_count++;
  return status;
}

/* The coordinates of alpha in the set (`inside`) or outside it, divided by their sum. */
static double choose(const double *alpha, int k, unsigned set, bool inside, double *chosen)
{
  double sum = 0.0;
  int count = 0;
  for (int a = 0; a < k; a++)
    if (((set >> a) & 1u) == (inside ? 1u : 0u)) {
      chosen[count++] = alpha[a];
      sum += alpha[a];
    }
  for (int a = 0; a < count; a++)
    chosen[a] = sum > 0.0 ? chosen[a] / sum : 1.0 / count;
  return sum;
}

static int set_size(unsigned set)
{
  int count = 0;
  for (; set != 0; set &= set - 1)
    count++;
  return count;
}

/* For i == j the complement of a set is the same choice: sets with frequency 1 suffice. */
static bool wanted(const struct hud_join *join, unsigned set)
{
  return set_size(set) == join->i && (join->i != join->j || (set & 1u) != 0);
}

static size_t count_sets(const struct hud_join *join)
{
  size_t count = 0;
  for (unsigned set = 1; set < 1u << (join->i + join->j); set++)
    count += wanted(join, set);
  return count;
}

static hud_status add_term(struct hud_spectral *sp, struct hud_join *join, size_t node,
                           unsigned set, size_t sets, double *scratch, struct hud_error *error)
{
  int k = join->i + join->j;
  const double *alpha = sp->simplex[k]->nodes + node * (size_t)k;
  double first[HUD_SPECTRAL_MAX_CLUSTERS], second[HUD_SPECTRAL_MAX_CLUSTERS];
  struct hud_join_term *term = &join->terms[join->count];
  double sigma = choose(alpha, k, set, true, first);
  double tau = choose(alpha, k, set, false, second);
  *term = (struct hud_join_term){
      .node = node, .share = 1.0 / (double)sets, .sigma = sigma / (sigma + tau)};
  const struct hud_simplex *si = sp->simplex[join->i], *sj = sp->simplex[join->j];
  if (join->rows[0] != NULL)
    hud_simplex_row(si, first, scratch, join->rows[0] + join->count * si->count);
  if (join->rows[1] != NULL)
    hud_simplex_row(sj, second, scratch, join->rows[1] + join->count * sj->count);
  hud_status status = find_dilation(sp, term->sigma, &term->dilation[0], error);
  if (status == HUD_OK)
    status = find_dilation(sp, 1.0 - term->sigma, &term->dilation[1], error);
  join->count++;
  return status;
}

static hud_status create_join(struct hud_spectral *sp, struct hud_join *join, int i, int j,
                              struct hud_error *error)
{
  const struct hud_simplex *simplex = sp->simplex[i + j];
  double *scratch = NULL;
  join->i = i;
  join->j = j;
  size_t sets = count_sets(join), most = sets * simplex->count;
  hud_status status = HUD_NEW(&join->terms, most, "terms of a join", error);
  if (status == HUD_OK && i > 1)
    status = HUD_NEW(&join->rows[0], most * sp->simplex[i]->count, "terms of a join", error);
  if (status == HUD_OK && j > 1)
    status = HUD_NEW(&join->rows[1], most * sp->simplex[j]->count, "terms of a join", error);
  if (status == HUD_OK)
    status = HUD_NEW(&scratch, sp->simplex[i]->count + sp->simplex[j]->count, "a join", error);
  for (size_t node = 0; node < simplex->count; node++)
    for (unsigned set = 1; set < 1u << (i + j) && status == HUD_OK; set++)
      if (wanted(join, set))
        status = add_term(sp, join, node, set, sets, scratch, error);
  hud_free(scratch);
  return status;
}

hud_status hud_join_create_all(struct hud_spectral *sp, struct hud_error *error)
{
  int K = sp->options.clusters;
  size_t most = 1;
  hud_status status = HUD_NEW(&sp->joins, (size_t)(K * K), "joins", error);
  for (int i = 1; i < K && status == HUD_OK; i++)
    for (int j = i; i + j <= K && status == HUD_OK; j++) {
      struct hud_join *join = &sp->joins[sp->join_count++];
      status = create_join(sp, join, i, j, error);
      if (join->count > most)
        most = join->count;
    }
  for (int a = 0; a < 4 && status == HUD_OK; a++) {
    status = HUD_NEW(&sp->contracted[a], most * sp->radial->count, "scratch of a join", error);
    if (status == HUD_OK)
      status = HUD_NEW(&sp->dilated[a], sp->radial->count, "scratch of a join", error);
  }
  return status;
}

void hud_join_free_all(struct hud_spectral *sp)
{
  for (size_t a = 0; a < sp->join_count; a++) {
    hud_free(sp->joins[a].terms);
    hud_free(sp->joins[a].rows[0]);
    hud_free(sp->joins[a].rows[1]);
  }
  for (size_t a = 0; a < sp->dilation_count; a++)
    hud_dilation_clear(&sp->dilations[a]);
  for (int a = 0; a < 4; a++) {
    hud_free(sp->contracted[a]);
    hud_free(sp->dilated[a]);
  }
  hud_free(sp->joins);
  hud_free(sp->dilations);
}

/* ---- products ---- */

/* One factor of a product at a term: mass, momentum, its share of s, and G. */
struct factor {
  double mass, momentum, share;
  const double *re, *im;
};

HUD_CLONES
static void multiply_values(const struct hud_radial *radial, double c, const struct factor *x,
                            const struct factor *y, double *re, double *im)
{
  double xx = c * x->share * x->share, yy = c * y->share * y->share;
  double both = c * x->share * y->share * x->momentum * y->momentum;
  double four = xx * y->share * y->share;
  double px = x->share * x->momentum, py = y->share * y->momentum;
  for (size_t a = 0; a < radial->nodes; a++) {
    double s = radial->s[a], sx = s * px, sy = s * py, quartic = four * s * s;
    double xr = x->re[a], xi = x->im[a], yr = y->re[a], yi = y->im[a];
    re[a] += xx * (xr * y->mass + xi * sy) + yy * (yr * x->mass + yi * sx) + both -
             quartic * (xr * yr - xi * yi);
    im[a] += xx * (xi * y->mass - xr * sy) + yy * (yi * x->mass - yr * sx) -
             quartic * (xr * yi + xi * yr);
  }
}

/* The same for the Taylor coefficients; those of G_x and G_y already carry share^q. */
static void multiply_jets(const struct hud_radial *radial, double c, const struct factor *x,
                          const struct factor *y, double *re, double *im)
{
  size_t n = radial->nodes;
  const double *xr = x->re + n, *xi = x->im + n, *yr = y->re + n, *yi = y->im + n;
  double xx = c * x->share * x->share, yy = c * y->share * y->share;
  double four = xx * y->share * y->share;
  double px = x->share * x->momentum, py = y->share * y->momentum;
  for (size_t q = 0; q < radial->jets; q++) {
    double real = xx * xr[q] * y->mass + yy * yr[q] * x->mass;
    double imaginary = xx * xi[q] * y->mass + yy * yi[q] * x->mass;
    if (q == 0)
      real += c * px * py;
    else {
      real += xx * xi[q - 1] * py + yy * yi[q - 1] * px;
      imaginary -= xx * xr[q - 1] * py + yy * yr[q - 1] * px;
    }
    for (size_t p = 0; p + 2 <= q; p++) {
      real -= four * (xr[p] * yr[q - 2 - p] - xi[p] * yi[q - 2 - p]);
      imaginary -= four * (xr[p] * yi[q - 2 - p] + xi[p] * yr[q - 2 - p]);
    }
    re[n + q] += real;
    im[n + q] += imaginary;
  }
}

/* Values at every term after interpolation in alpha; for size 1 there is nothing to do. */
static const double *contract(const struct hud_spectral *sp, const struct hud_join *join, int side,
                              const double *u, double *space)
{
  if (join->rows[side] == NULL)
    return u;
  size_t nodes = sp->simplex[side == 0 ? join->i : join->j]->count;
  hud_spectral_apply(sp, 1.0, join->rows[side], join->count, nodes, u, 0.0, space);
  return space;
}

static void join_ordered(struct hud_spectral *sp, const struct hud_join *join, double c,
                         const double *fi, const double *fj, double *out)
{
  const struct hud_radial *radial = sp->radial;
  size_t columns = radial->count, length = hud_spectral_part_length(sp, join->i + join->j);
  struct hud_deviation d[2] = {hud_deviation_of(sp, join->i, fi),
                               hud_deviation_of(sp, join->j, fj)};
  const double *u[2][2];
  for (int side = 0; side < 2; side++)
    for (int part = 0; part < 2; part++)
      u[side][part] = contract(sp, join, side, d[side].part[part], sp->contracted[2 * side + part]);
  for (size_t a = 0; a < join->count; a++) {
    const struct hud_join_term *term = &join->terms[a];
    for (int side = 0; side < 2; side++)
      for (int part = 0; part < 2; part++)
        hud_dilation_apply(&sp->dilations[term->dilation[side]], radial, part,
                           u[side][part] + (join->rows[side] == NULL ? 0 : a * columns),
                           sp->dilated[2 * side + part]);
    struct factor x = {d[0].mass, d[0].momentum, term->sigma, sp->dilated[0], sp->dilated[1]};
    struct factor y = {d[1].mass, d[1].momentum, 1.0 - term->sigma, sp->dilated[2], sp->dilated[3]};
    double *re = out + 2 + term->node * columns, *im = re + length;
    multiply_values(radial, c * term->share, &x, &y, re, im);
    multiply_jets(radial, c * term->share, &x, &y, re, im);
  }
}

void hud_spectral_join(struct hud_representation *rep, double c, int i, const double *fi, int j,
                       const double *fj, double *out)
{
  struct hud_spectral *sp = hud_spectral_of(rep);
  if (i > j) {
    hud_spectral_join(rep, c, j, fj, i, fi, out);
    return;
  }
  const struct hud_join *join = sp->joins;
  while (join->i != i || join->j != j)
    join++;
  out[0] += c * fi[0] * fj[0];
  out[1] += c * (i * fi[1] * fj[0] + j * fj[1] * fi[0]) / (i + j);
  if (i == j && fi != fj) {
    join_ordered(sp, join, 0.5 * c, fi, fj, out);
    join_ordered(sp, join, 0.5 * c, fj, fi, out);
  } else
    join_ordered(sp, join, c, fi, fj, out);
}
