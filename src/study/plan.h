/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The runs of a study: each point of the sweep times each variant, once as it is and once refined.
 * Models that come out the same share a run, whatever point or variant they belong to. */
#ifndef HUD_STUDY_PLAN_H
#define HUD_STUDY_PLAN_H

#include "config/model_file.h"
#include "study/study_file.h"

#define HUD_NO_RUN ((size_t)-1)

enum hud_study_run_state {
  HUD_RUN_WAITING,
  HUD_RUN_DONE,  /* finished in this call */
  HUD_RUN_KEPT,  /* was finished before */
  HUD_RUN_FAILED /* its computation failed; `failure` says why */
};

struct hud_study_run {
  struct hud_model_file *file;
  size_t point, variant; /* the first that needs it */
  bool refined;
  enum hud_study_run_state state;
  char *failure;
};

struct hud_study_case {
  size_t run, refined; /* HUD_NO_RUN */
  size_t seed_count;   /* 1 unless the model is stochastic */
  const size_t *seeds; /* runs with seeds seed, seed + 1, ...; the first is `run` */
};

struct hud_study_plan {
  const struct hud_study *study;
  size_t point_count, run_count, capacity;
  struct hud_study_run *runs;
  struct hud_study_case *cases; /* point_count x variant_count */
  size_t *seeds;                /* point_count x variant_count x study->description.seeds */
};

/* Builds all models and checks each by itself; plan_check.h has what they must be together.
 * HUD_ERROR_INPUT with its place in the study file, or in the file of
 * its base. */
hud_status hud_study_plan_create(struct hud_study_plan **plan, const struct hud_study *study,
                                 struct hud_error *error);
void hud_study_plan_free(struct hud_study_plan *plan);

static inline const struct hud_study_case *hud_study_case_at(const struct hud_study_plan *plan,
                                                             size_t point, size_t variant)
{
  return &plan->cases[point * plan->study->variant_count + variant];
}

#endif
