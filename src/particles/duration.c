/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs of deterministic duration (Kanzler, Schmeiser, Tora): every pair drifts with U_2 for the
 * time epsilon tau and then parts, so that M_1' = -2 lambda M_1^2 + 2 lambda M_1(t - epsilon
 * tau)^2. All durations are equal: pairs part in the order in which they formed, and the array of
 * pairs, appended at its end and emptied from its front, is the event queue. */
#include "particles/process.h"

/* What is left of the exponential wait for the next candidate is exponential again, at the rate of
 * the new bounds. */
static void rebuild(struct hud_particles *p)
{
  p->ring[p->head].wait = (p->next - p->time) * p->total;
  hud_sampler_rebuild(p, false);
  hud_sampler_schedule(p);
}

hud_status hud_particles_part_due(struct hud_particles *p, double until, struct hud_error *error)
{
  struct hud_clusters *pairs = &p->clusters[2];
  while (pairs->count > 0) {
    const double *first = hud_clusters_record(pairs, 0);
    double due = first[0] + p->holding_time;
    if (due > until || due > p->next)
      return HUD_OK;
    double v[2 * HUD_MAX_DIMENSION];
    for (int n = 0; n < 2 * p->dimension; n++)
      v[n] = first[1 + n];
    p->time = due;
    hud_status status = hud_cluster_flow(p->potential, 2, p->dimension, p->holding_flow, v, error);
    if (status == HUD_OK)
      status = hud_particles_append(p, 1, v, error);
    if (status == HUD_OK)
      status = hud_particles_append(p, 1, v + p->dimension, error);
    if (status != HUD_OK)
      return status;
    hud_clusters_remove_first(pairs);
    p->events[0].splits++;
    if (p->stale)
      rebuild(p);
  }
  return HUD_OK;
}
