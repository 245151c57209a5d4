/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The representation `grid`: densities on a uniform velocity grid.
 *
 * The window [min, max] is cut into n cells of width h with centres v_i = min + (i + 1/2) h. f_1 is
 * held by its n values at the centres; f_2, which is symmetric, by the n(n+1)/2 values
 * f_2(v_{j+d}, v_j) for d >= 0, diagonal by diagonal and contiguous in j: value (d, j) has index
 * d n - d(d-1)/2 + j; f_k, k >= 3, by one value for each multiset of k cells (clusters.h).
 * Integrals are sums times h^k. The gains that a quasi-stationary f_3 makes in f_1 and f_2 are a
 * fused operation: for alignment without f_3 in O(n^2 log n) (triple.c), for other forces by
 * forming f_3 in O(n^3).
 *
 * Limits: forces that are odd, F(-r) = -F(r), so that a pair keeps its mean and stays on its
 * antidiagonal of the grid; a closed window (stencil.c), fixed but for ops->adapt (regrid.c). */
#ifndef HUD_GRID_GRID_H
#define HUD_GRID_GRID_H

#include <stddef.h>

#include "network/potential.h"
#include "network/representation.h"

/* Smallest and largest number of cells. */
enum { HUD_GRID_MIN_CELLS = 8, HUD_GRID_MAX_CELLS = 16384 };
/* Cells to a standard deviation that f_1 needs: with fewer its L1 error is above one per cent
 * (docs/numerics.md), though its second moments stay right. */
enum { HUD_GRID_CELLS_NEEDED = 2 };
/* Largest cluster that can be held. */
enum { HUD_GRID_MAX_CLUSTERS = 6 };

/* A grid over the window of `velocity`, for free particles and pairs. scheme is SECOND_ORDER
 * or FOURTH_ORDER (smooth data) or UPWIND (atoms and jumps: first order, positive); AUTO must be
 * resolved before. FOURTH_ORDER is for pairs alone (hud_grid_hold) and forces that attract.
 * mu11 decides whether the innermost term, which makes second moments exact, is used (alignment:
 * mu11 >= 1; stencil.c). HUD_ERROR_INPUT for a window or a number of cells out of range or a force
 * that is not odd or not one for the scheme, HUD_ERROR_USAGE for an unresolved scheme. The
 * potential must live as long as the grid, whose flows follow it. Free with (*rep)->ops->free. The
 * first three-body gain plans its Fourier transforms, and FFTW's planner is not for two threads at
 * once.
 */
hud_status hud_grid_create(struct hud_representation **rep,
                           const struct hud_velocity_spec *velocity,
                           const struct hud_potential *potential, enum hud_drift_scheme scheme,
                           double mu11, struct hud_error *error);

/* HUD_ERROR_INPUT if the network has clusters above HUD_GRID_MAX_CLUSTERS. */
hud_status hud_grid_can_hold(const struct hud_network *network, struct hud_error *error);

/* Lets the grid hold the clusters of three and more that the network needs. Once, after creation.
 * HUD_ERROR_INPUT for sizes above HUD_GRID_MAX_CLUSTERS and for the fourth-order drift,
 * HUD_ERROR_MEMORY. */
hud_status hud_grid_hold(struct hud_representation *rep, const struct hud_network *network,
                         struct hud_error *error);

/* Bytes that a grid of n cells takes for itself (states not included) to serve the network, and
 * doubles of f_k, known before anything is allocated. */
double hud_grid_memory(size_t n, const struct hud_network *network, bool alignment);
double hud_grid_length(size_t n, int k);

/* Bytes more that the flows of the dynamic sizes (ops->flow) may come to keep: tables of their
 * characteristic maps for as many times as are kept. */
double hud_grid_flow_memory(size_t n, const struct hud_network *network);

/* Number of cells, cell width, and centre of cell i. rep must be a grid. */
size_t hud_grid_cells(const struct hud_representation *rep);
double hud_grid_spacing(const struct hud_representation *rep);
double hud_grid_velocity(const struct hud_representation *rep, size_t i);

/* Index of f_2(v_i, v_j) in the array that holds f_2; any order of i and j. */
size_t hud_grid_pair_index(const struct hud_representation *rep, size_t i, size_t j);

#endif
