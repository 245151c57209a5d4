/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The drift of a pair under an odd force F as differences on the antidiagonals of the grid.
 *
 * v_1 + v_2 stays and r = v_1 - v_2 obeys r' = -F(r); on the grid i + j stays and r = d h, so every
 * antidiagonal is a conservation law of its own on d = parity, parity + 2, ...: mass and mean are
 * exact whatever the fluxes are. With the flux q_d = F(d h)/(2 h) G_d at the nodes, the edge e
 * between d = e - 1 and d = e + 1 carries Phi_e towards smaller d:
 *   where F(e h) >= 0:  Phi_e = b1 q_{e+1} + b2 q_{e+3} + b3 q_{e+5}   (attraction, from outside)
 *   where F(e h) <  0:  Phi_e = b1 q_{e-1} + b2 q_{e-3} + b3 q_{e-5}   (repulsion, from inside)
 *   (DG)_d = (d = 0 ? 2 : 1) Phi_{d+1} - Phi_{d-1},
 * d = 0 taking in both signs of r. Next to a distance from which pairs part, q changes sign among
 * the nodes that an edge reads; there F is taken at the edge, q_d = F(e h)/(2 h) G_d, so that cells
 * empty by what they hold. Upwind: b1 = 1. Second order: b1 = 5/3, b2 = -5/6, b3 = 1/6, but for
 * attraction b1 = 2, b2 = -1 at e = 1 and b1 = 3/2 at e = 2: of the schemes that read from outside
 * only, that with the least dispersion that still damps every wave. Then d/dt sum r^2 f = -2 sum r
 * F(r) f exactly where the force attracts, but for the mass at r = +-h, which nothing moves; a term
 * q_1/2 in Phi_2 takes it into account and makes second moments exact at every n
 * (docs/numerics.md). It lets G_1 grow at rate F(h)/(4h), so it is used only where splitting
 * outweighs it (hud_grid_across). Linear second-order fluxes are not positive for unresolved data.
 *
 * Fourth order, where the force attracts throughout: q at the inner node e - 1 is read too, Phi_e =
 * q_{e-1}/4 + 13/12 q_{e+1} - 5/12 q_{e+3} + 1/12 q_{e+5}, since reading from outside alone damps
 * with order two at most; b1 = 5/4, b2 = -1/2 at e = 1 and b1 = 1, with the same term q_1/2, at
 * e = 2 keep second moments exact.
 *
 * The window is closed: the edge at its end carries nothing. What an attracting force moves never
 * gets there; what a repelling force would carry out is reported (hud_grid_blocked). */
#include "grid/internal.h"

#include "base/alloc.h"

/* The flux at an edge from q on its other side, and from the three nodes that it comes from. */
struct edge {
  double c0, b[3];
};

static struct edge edge_at(enum hud_drift_scheme scheme, long e, bool innermost)
{
  if (scheme == HUD_SCHEME_UPWIND)
    return (struct edge){0.0, {1.0, 0.0, 0.0}};
  if (scheme == HUD_SCHEME_FOURTH_ORDER) {
    if (innermost && e == 1)
      return (struct edge){0.0, {1.25, -0.5, 1.0 / 12.0}};
    if (innermost && e == 2)
      return (struct edge){0.0, {1.0, -5.0 / 12.0, 1.0 / 12.0}};
    return (struct edge){0.25, {13.0 / 12.0, -5.0 / 12.0, 1.0 / 12.0}};
  }
  if (innermost && e == 1)
    return (struct edge){0.0, {2.0, -1.0, 1.0 / 6.0}};
  return (struct edge){0.0, {innermost && e == 2 ? 1.5 : 5.0 / 3.0, -5.0 / 6.0, 1.0 / 6.0}};
}

/* True if the force at the nodes that edge e reads does not point the way it does at e. */
static bool turns(const struct hud_potential *potential, double h, long e, bool attraction)
{
  for (long l = 0; l < 3; l++) {
    double force = attraction ? hud_potential_force(potential, (double)(e + 1 + 2 * l) * h)
                              : -hud_potential_force(potential, (double)(e - 1 - 2 * l) * h);
    if (attraction ? force < 0.0 : force <= 0.0)
      return true;
  }
  return false;
}

/* What Phi_e takes from G_{d'} goes, times c, into weight[(d' - d)/2] at d. */
static void add_edge(const struct hud_potential *potential, enum hud_drift_scheme scheme, double h,
                     double c, long e, long d, double *const *weight)
{
  bool attraction = hud_potential_force(potential, (double)e * h) >= 0.0;
  bool at_edge = turns(potential, h, e, attraction);
  if (scheme == HUD_SCHEME_FOURTH_ORDER &&
      !(hud_potential_force(potential, (double)(e + 1) * h) > 0.0))
    scheme = HUD_SCHEME_SECOND_ORDER; /* nothing to move on the outer side: read nothing inside */
  struct edge edge = edge_at(scheme, e, attraction && !at_edge);
  for (long l = -1; l < 3; l++) {
    double share = l < 0 ? edge.c0 : edge.b[l];
    long from = attraction ? e + 1 + 2 * l : e - 1 - 2 * l;
    double force = hud_potential_force(potential, (double)(at_edge ? e : from) * h);
    if (share != 0.0)
      weight[(from - d) / 2 + HUD_GRID_REACH][d] += c * share * (0.5 * force / h);
  }
}

static hud_status allocate(struct hud_grid_stencil *stencil, size_t n, struct hud_error *error)
{
  for (int m = 0; m < HUD_GRID_STENCIL; m++) {
    hud_status status = HUD_NEW(&stencil->weight[m], n, "pair drift", error);
    if (status == HUD_OK)
      status = HUD_NEW(&stencil->border[m], n, "pair drift", error);
    if (status != HUD_OK)
      return status;
  }
  return HUD_OK;
}

hud_status hud_grid_stencil_create(struct hud_grid_stencil *stencil, size_t n, double h,
                                   enum hud_drift_scheme scheme,
                                   const struct hud_potential *potential, struct hud_error *error)
{
  hud_status status = allocate(stencil, n, error);
  if (status != HUD_OK)
    return status;
  stencil->attracting = true;
  for (size_t d = 0; d <= n; d++)
    if (hud_potential_force(potential, (double)d * h) < 0.0)
      stencil->attracting = false;
  for (long d = 0; d < (long)n; d++) {
    /* Nothing crosses r = 0, where the two sides mirror each other. */
    if (d >= 2)
      add_edge(potential, scheme, h, -1.0, d - 1, d, stencil->border);
    for (int m = 0; m < HUD_GRID_STENCIL; m++)
      stencil->weight[m][d] = stencil->border[m][d];
    add_edge(potential, scheme, h, d == 0 ? 2.0 : 1.0, d + 1, d, stencil->weight);
  }
  double innermost = hud_potential_force(potential, h);
  stencil->biased = scheme == HUD_SCHEME_FOURTH_ORDER;
  if (stencil->biased && !stencil->attracting)
    return hud_fail_at(error, HUD_ERROR_INPUT, "velocity.drift",
                       "the fourth-order drift is for forces that attract at every distance within "
                       "the window; expected second_order");
  if (stencil->attracting && scheme != HUD_SCHEME_UPWIND)
    stencil->innermost = 0.25 * innermost / h;
  return HUD_OK;
}

double hud_grid_across(const struct hud_grid_stencil *stencil, double split_rate)
{
  return split_rate >= 4.0 * stencil->innermost ? stencil->innermost : 0.0;
}

void hud_grid_stencil_clear(struct hud_grid_stencil *stencil)
{
  for (int m = 0; m < HUD_GRID_STENCIL; m++) {
    hud_free(stencil->weight[m]);
    hud_free(stencil->border[m]);
  }
}
