/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chebyshev interpolation in s on panels. Every case is first-kind Chebyshev interpolation on [0,1]
 * in a variable y: y = (s/b)^2 for even functions on the first panel, the same for an odd function
 * divided by s, and y = (s-a)/(b-a) on a plain panel. The barycentric formula is stable there. */
#include "spectral/radial.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clones.h"

static const double pi = 3.14159265358979323846;

/* Node j of n on [0,1], and its square root. */
static double node_root(size_t n, size_t j)
{
  return sin((2.0 * (double)j + 1.0) * pi / (4.0 * (double)n));
}

static double node(size_t n, size_t j)
{
  double root = node_root(n, j);
  return root * root;
}

/* Values at y of the n cardinal functions of the nodes. */
static void cardinal_row(size_t n, double y, double *row)
{
  double sum = 0.0;
  for (size_t j = 0; j < n; j++) {
    double distance = y - node(n, j);
    if (distance == 0.0) {
      memset(row, 0, n * sizeof *row);
      row[j] = 1.0;
      return;
    }
    double weight = sin((2.0 * (double)j + 1.0) * pi / (2.0 * (double)n)) / distance;
    row[j] = j % 2 == 0 ? weight : -weight;
    sum += row[j];
  }
  for (size_t j = 0; j < n; j++)
    row[j] /= sum;
}

/* Coefficient m of the shifted Chebyshev expansion as weights on the n values. */
static double coefficient_weight(size_t n, size_t m, size_t j)
{
  double angle = (2.0 * (double)j + 1.0) * pi / (2.0 * (double)n);
  double sign = m % 2 == 0 ? 1.0 : -1.0; /* nodes ascend: 2 y_j - 1 = -cos(angle) */
  return (m == 0 ? 1.0 : 2.0) / (double)n * sign * cos((double)m * angle);
}

/* Taylor coefficient q at y = 0 of T_m(2y - 1). */
static double taylor_of_chebyshev(size_t m, size_t q)
{
  double value = (m + q) % 2 == 0 ? 1.0 : -1.0;
  for (size_t k = 0; k < q; k++)
    value *= 2.0 * ((double)m * (double)m - (double)k * (double)k) / (2.0 * (double)k + 1.0) /
             (double)(k + 1);
  return value;
}

static size_t panel_size(const struct hud_radial *radial, size_t panel)
{
  return radial->offsets[panel + 1] - radial->offsets[panel];
}

static size_t panel_of(const struct hud_radial *radial, double s)
{
  size_t panel = 0;
  while (panel + 1 < radial->panels && s > radial->edges[panel + 1])
    panel++;
  return panel;
}

/* Weights within `panel`; s is expected in it. */
static void panel_row(const struct hud_radial *radial, int part, size_t panel, double s,
                      double *row)
{
  size_t n = panel_size(radial, panel);
  double a = radial->edges[panel], b = radial->edges[panel + 1];
  double x = (s - a) / (b - a);
  if (panel > 0 || radial->basis == HUD_SPECTRAL_ONE_SIDED) {
    cardinal_row(n, x, row);
    return;
  }
  cardinal_row(n, x * x, row);
  if (part == 1)
    for (size_t j = 0; j < n; j++)
      row[j] *= x / node_root(n, j);
}

void hud_radial_row(const struct hud_radial *radial, int part, double s, size_t *first,
                    size_t *size, double *row)
{
  size_t panel = panel_of(radial, s);
  *first = radial->offsets[panel];
  *size = panel_size(radial, panel);
  panel_row(radial, part, panel, s, row);
}

void hud_radial_taylor_row(const struct hud_radial *radial, int part, size_t q, double *row)
{
  size_t n = panel_size(radial, 0);
  bool parity = radial->basis == HUD_SPECTRAL_PARITY;
  bool odd = parity && part == 1;
  memset(row, 0, n * sizeof *row);
  if (parity && q % 2 != (size_t)part)
    return;
  size_t order = parity ? q / 2 : q; /* in y */
  double unit = pow(radial->edges[1], -(double)q);
  for (size_t j = 0; j < n; j++) {
    for (size_t m = order; m < n; m++)
      row[j] += taylor_of_chebyshev(m, order) * coefficient_weight(n, m, j);
    row[j] *= odd ? unit / node_root(n, j) : unit;
  }
}

hud_status hud_radial_create(struct hud_radial **out, enum hud_spectral_basis basis, double width,
                             size_t panels, size_t first_nodes, size_t more_nodes, size_t jets,
                             struct hud_error *error)
{
  struct hud_radial *radial = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&radial, 1, "a frequency axis", error);
  if (status != HUD_OK)
    return status;
  radial->basis = basis;
  radial->panels = panels;
  radial->nodes = first_nodes + (panels - 1) * more_nodes;
  radial->jets = jets;
  radial->count = radial->nodes + jets;
  radial->widest = panels > 1 && more_nodes > first_nodes ? more_nodes : first_nodes;
  status = HUD_NEW(&radial->edges, panels + 1, "frequency panels", error);
  if (status == HUD_OK)
    status = HUD_NEW(&radial->offsets, panels + 1, "frequency panels", error);
  if (status == HUD_OK)
    status = HUD_NEW(&radial->s, radial->nodes, "frequency nodes", error);
  if (status != HUD_OK) {
    hud_radial_free(radial);
    return status;
  }
  for (size_t p = 0; p <= panels; p++) {
    radial->edges[p] = width * (double)p;
    radial->offsets[p] = p == 0 ? 0 : first_nodes + (p - 1) * more_nodes;
  }
  for (size_t p = 0; p < panels; p++) {
    size_t n = panel_size(radial, p);
    bool root = p == 0 && basis == HUD_SPECTRAL_PARITY;
    for (size_t j = 0; j < n; j++)
      radial->s[radial->offsets[p] + j] =
          radial->edges[p] + width * (root ? node_root(n, j) : node(n, j));
  }
  *out = radial;
  return HUD_OK;
}

void hud_radial_free(struct hud_radial *radial)
{
  if (radial == NULL)
    return;
  hud_free(radial->edges);
  hud_free(radial->offsets);
  hud_free(radial->s);
  hud_free(radial);
}

/* Cuts the targets into segments by the panel of sigma s; returns their number. */
static size_t cut_segments(const struct hud_radial *radial, double sigma,
                           struct hud_dilation_segment *segments)
{
  size_t count = 0;
  for (size_t a = 0; a < radial->nodes; a++) {
    size_t panel = panel_of(radial, sigma * radial->s[a]);
    if (count > 0 && segments[count - 1].source == radial->offsets[panel]) {
      segments[count - 1].end = a + 1;
      continue;
    }
    segments[count++] =
        (struct hud_dilation_segment){a, a + 1, radial->offsets[panel], panel_size(radial, panel)};
  }
  return count;
}

hud_status hud_dilation_create(struct hud_dilation *dilation, const struct hud_radial *radial,
                               double sigma, struct hud_error *error)
{
  double *row = NULL;
  memset(dilation, 0, sizeof *dilation);
  dilation->sigma = sigma;
  hud_status status = HUD_NEW(&dilation->segments, radial->panels, "dilation segments", error);
  for (int part = 0; part < 2 && status == HUD_OK; part++)
    status = HUD_NEW(&dilation->weights[part], radial->widest * radial->nodes, "dilation weights",
                     error);
  if (status == HUD_OK)
    status = HUD_NEW(&row, radial->widest, "a row of weights", error);
  if (status != HUD_OK) {
    hud_dilation_clear(dilation);
    hud_free(row);
    return status;
  }
  dilation->segment_count = cut_segments(radial, sigma, dilation->segments);
  for (int part = 0; part < 2; part++)
    for (size_t a = 0; a < radial->nodes; a++) {
      size_t first, size;
      hud_radial_row(radial, part, sigma * radial->s[a], &first, &size, row);
      for (size_t b = 0; b < size; b++)
        dilation->weights[part][b * radial->nodes + a] = row[b];
    }
  hud_free(row);
  return HUD_OK;
}

void hud_dilation_clear(struct hud_dilation *dilation)
{
  hud_free(dilation->segments);
  hud_free(dilation->weights[0]);
  hud_free(dilation->weights[1]);
  memset(dilation, 0, sizeof *dilation);
}

HUD_CLONES
void hud_dilation_apply(const struct hud_dilation *dilation, const struct hud_radial *radial,
                        int part, const double *u, double *out)
{
  size_t n = radial->nodes;
  memset(out, 0, n * sizeof *out);
  for (size_t p = 0; p < dilation->segment_count; p++) {
    const struct hud_dilation_segment *segment = &dilation->segments[p];
    for (size_t b = 0; b < segment->source_size; b++) {
      const double *weights = dilation->weights[part] + b * n;
      double value = u[segment->source + b];
      for (size_t a = segment->begin; a < segment->end; a++)
        out[a] += weights[a] * value;
    }
  }
  double power = 1.0;
  for (size_t q = 0; q < radial->jets; q++) {
    out[n + q] = power * u[n + q];
    power *= dilation->sigma;
  }
}

double hud_radial_tail(const struct hud_radial *radial, int part, const double *u)
{
  double worst = 0.0;
  for (size_t p = 0; p < radial->panels; p++) {
    size_t n = panel_size(radial, p);
    bool parity = p == 0 && radial->basis == HUD_SPECTRAL_PARITY, odd = parity && part == 1;
    double end = radial->edges[p + 1];
    for (size_t m = parity ? n - 1 : n - 2; m < n; m++) {
      double coefficient = 0.0;
      for (size_t j = 0; j < n; j++)
        coefficient +=
            coefficient_weight(n, m, j) * u[radial->offsets[p] + j] / (odd ? node_root(n, j) : 1.0);
      worst = fmax(worst, fabs(coefficient) * end * end);
    }
  }
  return worst;
}
