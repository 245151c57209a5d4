/* SPDX-License-Identifier: GPL-3.0-or-later
 * Masses and loss rates: the assembler over moments of order 0, and GSL's Runge-Kutta of order 8.
 */
#include "evolve/masses.h"

#include <gsl/gsl_odeiv2.h>
#include <math.h>

#include "base/alloc.h"
#include "base/gsl.h"
#include "moments/moments.h"

hud_status hud_masses_create(struct hud_masses *m, const struct hud_network *network,
                             struct hud_error *error)
{
  *m = (struct hud_masses){.network = network};
  size_t sizes = (size_t)network->K + 1;
  hud_status status = hud_moments_create(&m->rep, network->K, 0, 0.0, error);
  if (status == HUD_OK)
    status = hud_assembler_create(&m->assembler, network, m->rep, 1, error);
  if (status == HUD_OK)
    status = HUD_NEW(&m->unknowns, 2 * sizes, "masses", error);
  if (status == HUD_OK)
    status = HUD_NEW(&m->by_size, sizes, "masses", error);
  return status;
}

void hud_masses_free(struct hud_masses *m)
{
  hud_assembler_free(m->assembler);
  if (m->rep != NULL)
    m->rep->ops->free(m->rep);
  hud_free(m->unknowns);
  hud_free(m->by_size);
  *m = (struct hud_masses){.network = NULL};
}

double hud_masses_loss(const struct hud_network *network, int k, const double *masses)
{
  double loss = hud_network_split_rate(network, k);
  for (size_t i = 0; i < network->reaction_count; i++) {
    const struct hud_reaction *r = &network->reactions[i];
    if (r->i == k)
      loss += r->reactant[0] * r->lambda * masses[r->j];
    if (r->j == k)
      loss += r->reactant[1] * r->lambda * masses[r->i];
  }
  return loss / network->sizes[k].weight;
}

static int derivative(double t, const double *x, double *xdot, void *context)
{
  (void)t;
  struct hud_masses *m = context;
  const struct hud_system *system = hud_assembler_system(m->assembler);
  if (system->rhs(system->self, 0.0, x, xdot, &m->error) != HUD_OK)
    return GSL_EFAILED;
  for (int k = 1; k <= m->network->K; k++) {
    const double *mass = hud_assembler_block_const(m->assembler, x, 0, k);
    m->by_size[k] = mass != NULL ? *mass : 0.0;
  }
  for (int k = 1; k <= m->network->K; k++)
    xdot[system->size + (size_t)k - 1] =
        m->network->sizes[k].quasi_stationary ? 0.0 : hud_masses_loss(m->network, k, m->by_size);
  return GSL_SUCCESS;
}

hud_status hud_masses_follow(struct hud_masses *m, const double *start, double h, size_t count,
                             const double *stops, double *integrals, struct hud_error *error)
{
  size_t dynamic = hud_assembler_system(m->assembler)->size, K = (size_t)m->network->K;
  for (size_t k = 1; k <= K; k++) {
    double *mass = hud_assembler_block(m->assembler, m->unknowns, 0, (int)k);
    if (mass != NULL)
      *mass = start[k];
    m->unknowns[dynamic + k - 1] = 0.0;
  }
  m->error = (struct hud_error){.code = HUD_OK};
  gsl_odeiv2_system system = {derivative, NULL, dynamic + K, m};
  gsl_error_handler_t *previous = hud_gsl_begin();
  gsl_odeiv2_driver *driver =
      gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 0.25 * h, 1e-15, 1e-14);
  int flag = driver != NULL ? gsl_odeiv2_driver_set_nmax(driver, 10000) : GSL_ENOMEM;
  double t = 0.0;
  for (size_t s = 0; s < count && flag == GSL_SUCCESS; s++) {
    if (h * stops[s] > t)
      flag = gsl_odeiv2_driver_apply(driver, &t, h * stops[s], m->unknowns);
    for (size_t k = 1; k <= K; k++)
      integrals[s * (K + 1) + k] = m->unknowns[dynamic + k - 1];
  }
  for (size_t i = 0; i < dynamic + K; i++) /* GSL's step control lets NaN pass */
    if (flag == GSL_SUCCESS && !isfinite(m->unknowns[i]))
      flag = GSL_EOVRFLW;
  if (driver != NULL)
    gsl_odeiv2_driver_free(driver);
  hud_gsl_end(previous);
  if (flag == GSL_ENOMEM)
    return hud_fail_memory(error, "a Runge-Kutta method", (dynamic + K) * sizeof(double));
  if (flag != GSL_SUCCESS)
    return hud_fail(error, HUD_ERROR_COMPUTE,
                    "the masses cannot be followed for a time of %.3g: %s", h,
                    m->error.code != HUD_OK ? m->error.message : gsl_strerror(flag));
  return HUD_OK;
}
