/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model ready to be integrated: the network, the representation and the initial data of one
 * description, and the initial value problem that they make. */
#ifndef HUD_MODELS_MODEL_H
#define HUD_MODELS_MODEL_H

#include <stdbool.h>

#include "base/log.h"
#include "config/description.h"
#include "models/assembler.h"
#include "models/scalar.h"
#include "network/potential.h"

struct hud_model {
  const struct hud_description *description; /* not owned; must outlive the model */
  struct hud_network *network;
  struct hud_potential *potential;
  struct hud_representation *rep;
  struct hud_assembler *assembler;
  struct hud_scalar *scalar; /* for the scalar models, else NULL; the assembler then serves (14),
                                for initial data */
  double *scalar_pairs;      /* f_2 of (46) as last read out */
  double v_infinity;         /* conserved mean velocity of the initial data */
  double total_mass;         /* sum_k k w_k M_k at t = 0 */
  double lost; /* mass of the initial data outside the velocity window; set by initial */
};

/* HUD_ERROR_INPUT: the method does not run this model, or cannot hold it; HUD_ERROR_MEMORY: more
 * than solver.memory_gb would be needed. */
hud_status hud_model_create(struct hud_model **model, const struct hud_description *description,
                            struct hud_error *error);
/* The same with method spectral at a second resolution (hud_spectral_refine), to check the first.
 */
hud_status hud_model_create_finer(struct hud_model **model,
                                  const struct hud_description *description,
                                  struct hud_error *error);

void hud_model_free(struct hud_model *model);

/* What a run will take: unknowns, and about how many bytes. Of these bytes those of f_2(v_1, v_2)
 * by method spectral (output.f2), and the real numbers that hold it; 0 where it is not asked for.
 */
struct hud_model_size {
  double unknowns, bytes;
  double pair_unknowns, pair_bytes;
};

/* Without allocating them. HUD_ERROR_INPUT and HUD_ERROR_MEMORY as for create; HUD_ERROR_INPUT also
 * where the data are too rough for f_2(v_1, v_2). */
hud_status hud_model_estimate(const struct hud_description *description,
                              struct hud_model_size *size, struct hud_error *error);

const struct hud_system *hud_model_system(const struct hud_model *model);

/* The initial state into y (hud_model_system()->size doubles); sets model->lost. */
hud_status hud_model_initial(struct hud_model *model, double *y, struct hud_error *error);

/* Lets the representation adapt itself to the state y, which is rewritten if *changed; only for
 * velocity.regrid. */
hud_status hud_model_adapt(struct hud_model *model, double *y, bool *changed,
                           struct hud_error *error);

/* f_k in the state y; NULL if size k is quasi-stationary. The f_2 of a scalar model is that of
 * (46), formed at each call (NaN if that fails) and valid until the next. */
const double *hud_model_density(const struct hud_model *model, const double *y, int k);

/* f_k in the state y, k = 1 or 2, at the velocities of the representation, as its `values`. The
 * quasi-stationary f_2 of the instantaneous limit (33) is formed of f_1. */
hud_status hud_model_values(const struct hud_model *model, const double *y, int k, double *out,
                            struct hud_error *error);

#endif
