/* SPDX-License-Identifier: GPL-3.0-or-later
 * f_2 beside a spectral run (pair_density.h). */
#include "run/pair_density.h"

#include "base/alloc.h"
#include "evolve/evolve.h"
#include "models/pair_readout.h"
#include "models/pair_sector.h"
#include "run/simulation.h"

/* f_2 is read for its values, to a millionth or so. */
static const double pair_rtol = 1e-8;

/* Either the read-out, or the rest. */
struct hud_pair_density {
  struct hud_pair_readout *readout;
  struct hud_model *model;
  struct hud_pair_sector *sector;
  struct hud_evolve *evolve;
  double *y, time;
};

static hud_status start_sector(struct hud_pair_density *density,
                               const struct hud_description *description,
                               const volatile sig_atomic_t *stop, struct hud_error *error)
{
  hud_status status = hud_model_create(&density->model, description, error);
  if (status == HUD_OK)
    status = hud_pair_sector_create(&density->sector, density->model, error);
  if (status == HUD_OK)
    status = HUD_NEW(&density->y, hud_pair_density_unknowns(density), "a state", error);
  if (status == HUD_OK)
    status = hud_pair_sector_initial(density->sector, density->y, error);
  if (status == HUD_OK) {
    struct hud_evolve_options options = hud_simulation_solver(description, stop);
    options.rtol = pair_rtol;
    status = hud_evolve_create(&density->evolve, hud_pair_sector_system(density->sector), 0.0,
                               density->y, &options, error);
  }
  return status;
}

hud_status hud_pair_density_create(struct hud_pair_density **out, struct hud_model *model,
                                   const volatile sig_atomic_t *stop, struct hud_error *error)
{
  struct hud_pair_density *density = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&density, 1, "f_2", error);
  if (status == HUD_OK)
    status = hud_pair_readout_fits(model) ? hud_pair_readout_create(&density->readout, model, error)
                                          : start_sector(density, model->description, stop, error);
  if (status == HUD_OK)
    *out = density;
  else
    hud_pair_density_free(density);
  return status;
}

void hud_pair_density_free(struct hud_pair_density *density)
{
  if (density == NULL)
    return;
  hud_pair_readout_free(density->readout);
  hud_evolve_free(density->evolve);
  hud_pair_sector_free(density->sector);
  hud_model_free(density->model);
  hud_free(density->y);
  hud_free(density);
}

hud_status hud_pair_density_values(struct hud_pair_density *density, double t, const double *y,
                                   double *out, struct hud_error *error)
{
  hud_status status = HUD_OK;
  if (density->readout != NULL)
    return hud_pair_readout_values(density->readout, y, out, error);
  if (t > density->time)
    status = hud_evolve_to(density->evolve, t, density->y, error);
  if (status != HUD_OK)
    return status;
  density->time = t;
  return hud_pair_sector_values(density->sector, density->y, out, error);
}

void hud_pair_density_errors(const struct hud_pair_density *density, double *cut, double *tail)
{
  if (density->readout != NULL)
    hud_pair_readout_errors(density->readout, cut, tail);
  else
    hud_pair_sector_errors(density->sector, density->y, cut, tail);
}

size_t hud_pair_density_unknowns(const struct hud_pair_density *density)
{
  return density->readout != NULL ? hud_pair_readout_length(density->readout)
                                  : hud_pair_sector_system(density->sector)->size;
}
