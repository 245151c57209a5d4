/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The homogeneous Boltzmann equation sum_l alpha_l Q_{l+1} by direct simulation Monte Carlo: N
 * velocities in one cell as a Markov jump process, exact in time. Every (l+1)-subset S collides at
 * the rate
 *
 *   alpha_l l! rho^l/((N-1)...(N-l)) * integral of b_+(S) dmu     (scatter.h),
 *
 * the N-particle model of Kac with collisions of 2 .. M+1 members. Its only error against the
 * Boltzmann equation is that of finite N: the product (N-1)...(N-l) makes the expected rate of any
 * product state equal to Boltzmann's, what is left are correlations of order 1/N. Momentum and
 * energy are conserved to round-off.
 *
 * Candidates come from a majorant that is a sum over members, r(S) <= sum of phi(class of p), with
 * classes of speed about the mean velocity: the first member is drawn by weight, the others
 * uniformly, and the candidate collides with probability r/sum phi. Candidates are drawn in batches
 * and carried out in order. */
#ifndef HUD_SPHERES_KAC_H
#define HUD_SPHERES_KAC_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "spheres/scatter.h"
#include "spheres/gas_moments.h"
#include "spheres/observables.h"

struct hud_kac_spec {
  int dimension;                       /* d: 2 or 3 */
  int orders;                          /* M */
  double alpha[HUD_SPHERES_MAX_ORDER]; /* alpha_1 .. alpha_M, each >= 0 */
  double density;                      /* rho > 0: particles per volume */
  int64_t count;                       /* N > M */
  uint64_t seed, stream;
};

struct hud_kac_counters {
  int64_t collisions[HUD_SPHERES_MAX_GROUP + 1]; /* events by number of members */
  int64_t candidates;
};

enum { HUD_KAC_MAX_COUNT = 1 << 30 };

struct hud_kac;

/* Refuses values out of range (HUD_ERROR_INPUT). */
hud_status hud_kac_spec_check(const struct hud_kac_spec *spec, struct hud_error *error);

/* N particles at rest at t = 0. HUD_ERROR_INPUT for values out of range. */
hud_status hud_kac_create(struct hud_kac **kac, const struct hud_kac_spec *spec,
                          struct hud_error *error);
void hud_kac_free(struct hud_kac *kac);

/* Velocities v[i * d + a] of all particles; refuses values that are not finite. */
hud_status hud_kac_set_velocities(struct hud_kac *kac, const double *v, struct hud_error *error);

/* Velocities from a mixture of Gaussians, by the random stream of kac. */
hud_status hud_kac_draw_velocities(struct hud_kac *kac, const struct hud_velocity_mixture *mixture,
                                   bool fix_momentum, bool fix_energy, struct hud_error *error);

/* The velocity of particle i. */
void hud_kac_velocity(const struct hud_kac *kac, int64_t i, double *v);

/* Runs to the time `until` >= the present time. The bits depend on the times at which a run stops
 * to look, and on nothing else but the state. HUD_ERROR_COMPUTE if energy is not finite. */
hud_status hud_kac_advance(struct hud_kac *kac, double until, struct hud_error *error);

/* Asked now and then during a run, with the time; what it returns ends the run unless HUD_OK. */
typedef hud_status (*hud_gas_watch)(void *context, double t, struct hud_error *error);
void hud_kac_watch(struct hud_kac *kac, hud_gas_watch watch, void *context);

/* The state as it stands in memory, to a stream or from one into a gas of the same spec; false if
 * the stream fails. A run that goes on from it gives the same bits as one that was never stopped
 * but looked at then. */
bool hud_kac_write(const struct hud_kac *kac, FILE *stream);
bool hud_kac_read(struct hud_kac *kac, FILE *stream);

double hud_kac_time(const struct hud_kac *kac);
const struct hud_kac_counters *hud_kac_counters(const struct hud_kac *kac);
void hud_kac_moments(const struct hud_kac *kac, struct hud_gas_moments *moments);

/* Sums over the particles, for pairs; a homogeneous gas has no waves. */
struct hud_observer hud_kac_observe(const struct hud_kac *kac, const struct hud_phi *phi);

/* alpha_l = kappa_l^l/l!, the limit of the flow in the scaling N epsilon^{d-1/l} = kappa_l. */
double hud_boltzmann_alpha(int order, double kappa);

#endif
