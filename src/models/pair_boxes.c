/* SPDX-License-Identifier: GPL-3.0-or-later
 * How fine the boxes of a network have to be (pair_boxes.h). */
#include "models/pair_boxes.h"

#include <math.h>

#include "models/initial.h"

/* Of the nodes of sizes that matter little. */
static const double loosest_tolerance = 1e-4;

bool hud_pair_boxes_fit(const struct hud_network *network)
{
  return network->K >= 2 && network->K <= HUD_SIGNED_CLUSTERS &&
         !network->sizes[2].quasi_stationary;
}

int hud_pair_boxes_largest(const struct hud_network *network)
{
  return network->sizes[network->K].quasi_stationary ? network->K - 1 : network->K;
}

/* For typical masses: what splits off f_k, over what joins to f_2. */
static void set_shares(const struct hud_network *network, double mass,
                       const struct hud_initial_spec *initial, double *share)
{
  double masses[HUD_SIGNED_CLUSTERS + 1], rates[HUD_SIGNED_CLUSTERS + 1];
  hud_network_typical_masses(network, mass, masses);
  for (int k = 2; k <= hud_pair_boxes_largest(network); k++)
    masses[k] = fmax(masses[k], hud_initial_cluster_mass(initial, k));
  for (int k = 2; k <= hud_pair_boxes_largest(network); k++) {
    rates[k] = masses[k] * (hud_network_split_rate(network, k) + network->sizes[k].drift);
    share[k] = k == 2 ? 1.0 : 0.0;
    for (int m = 2; m < k; m++) {
      int partner;
      const struct hud_reaction *reaction = hud_network_reaction(network, m, k - m);
      double gain = hud_reaction_reactant(reaction, m, &partner) * reaction->mu * masses[k];
      if (gain > 0.0)
        share[k] += share[m] * (rates[m] > 0.0 ? fmin(1.0, gain / rates[m]) : 1.0);
    }
    share[k] = fmin(1.0, fmax(share[k], 1e-12));
  }
}

hud_status hud_pair_boxes_create(struct hud_signed_boxes **boxes, const struct hud_network *network,
                                 const struct hud_representation *rep, const double *f1,
                                 const struct hud_initial_spec *initial, double *share,
                                 struct hud_error *error)
{
  double tolerance[HUD_SIGNED_CLUSTERS + 1] = {0.0};
  *boxes = NULL;
  if (!hud_pair_boxes_fit(network))
    return hud_fail_at(error, HUD_ERROR_INPUT, "output.f2",
                       "method spectral gives f_2(v_1, v_2) of clusters of up to %d particles; "
                       "smaller `clusters`, or method grid or particles, give it",
                       HUD_SIGNED_CLUSTERS);
  set_shares(network, rep->ops->mass(rep, 1, f1), initial, share);
  for (int k = 2; k <= hud_pair_boxes_largest(network); k++)
    tolerance[k] = fmin(loosest_tolerance, HUD_PAIR_NODE_TOLERANCE / share[k]);
  return hud_signed_boxes_create(boxes, rep, f1, hud_pair_boxes_largest(network), tolerance, error);
}
