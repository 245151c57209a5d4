/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a study to its runs. A model is put together from nodes of the study file and of the base,
 * which keep their places, and read like any other model. */
#include "study/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "config/scalar.h"
#include "models/model.h"
#include "run/gas.h"
#include "study/points.h"
#include "study/study_reader.h"

enum { MAX_RUNS = 20000 };

/* ---- models ---- */

/* Do runs of the model depend on particles.seed? */
static bool is_stochastic(const struct hud_description *d)
{
  return hud_gas_is_model(d->model) || d->method == HUD_METHOD_PARTICLES;
}

static hud_status graft_set(struct hud_document *model, const struct hud_study *study,
                            const struct hud_node *set, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (const struct hud_node *node = set != NULL ? set->first : NULL;
       node != NULL && status == HUD_OK; node = node->next)
    status = hud_document_graft(model, node->key, node->key_mark, study->document, node, error);
  return status;
}

static hud_status graft_number(struct hud_document *model, const struct hud_study *study,
                               const char *path, struct hud_mark mark, double value,
                               struct hud_error *error)
{
  char text[40];
  hud_scalar_print(text, sizeof text, value);
  const struct hud_node node = {.kind = HUD_NODE_SCALAR, .text = text, .mark = mark};
  return hud_document_graft(model, path, mark, study->document, &node, error);
}

static hud_status graft_point(struct hud_document *model, const struct hud_study *study,
                              size_t point, struct hud_error *error)
{
  hud_status status = HUD_OK;
  for (size_t p = 0; p < study->parameter_count && status == HUD_OK; p++) {
    const struct hud_study_parameter *parameter = &study->parameters[p];
    status = hud_document_graft(model, parameter->path, parameter->mark, study->document,
                                parameter->values[hud_study_value_index(study, point, p)], error);
  }
  for (size_t l = 0; l < study->link_count && status == HUD_OK; l++) {
    const struct hud_study_link *link = &study->links[l];
    double value = hud_study_evaluate(study, point, link->expression);
    char where[200];
    hud_study_point_text(study, point, -1, where, sizeof where);
    if (!isfinite(value))
      return hud_study_fail(study, link->mark, error, NULL, "`link.%.60s` is %g for %s", link->path,
                            value, where);
    status = graft_number(model, study, link->path, link->mark, value, error);
  }
  return status;
}

/* Tolerances near round-off cannot be tightened: the second run is then the coarser one, and the
 * distance of the two an upper bound. */
static hud_status graft_tolerances(struct hud_document *model, const struct hud_study *study,
                                   const struct hud_description *d, struct hud_mark mark,
                                   double factor, struct hud_error *error)
{
  if (d->solver.rtol * factor < 1e-13)
    factor = 1.0 / factor;
  hud_status status =
      graft_number(model, study, "solver.rtol", mark, d->solver.rtol * factor, error);
  return status == HUD_OK
             ? graft_number(model, study, "solver.atol", mark, d->solver.atol * factor, error)
             : status;
}

static hud_status graft_refinement(struct hud_document *model, const struct hud_study *study,
                                   const struct hud_description *d, struct hud_mark mark,
                                   struct hud_error *error)
{
  if (study->refine == HUD_REFINE_SET)
    return graft_set(model, study, study->description.refine, error);
  hud_status status = HUD_OK;
  double next_seed = (double)d->particles.seed + 1.0;
  if (hud_gas_is_model(d->model))
    return graft_number(model, study, "particles.seed", mark, next_seed, error);
  switch (d->method) {
  case HUD_METHOD_GRID:
    status = graft_number(model, study, "velocity.cells", mark, 2.0 * d->velocity.cells, error);
    return status == HUD_OK ? graft_tolerances(model, study, d, mark, 0.1, error) : status;
  case HUD_METHOD_SPECTRAL:
    status = graft_number(model, study, "solver.spectral_tol", mark, 0.1 * d->solver.spectral_tol,
                          error);
    return status == HUD_OK ? graft_tolerances(model, study, d, mark, 0.1, error) : status;
  case HUD_METHOD_MOMENTS:
    return graft_tolerances(model, study, d, mark, 0.01, error);
  case HUD_METHOD_PARTICLES:
    return graft_number(model, study, "particles.seed", mark, next_seed, error);
  }
  return status;
}

/* The model of a variant at a point; `refined` is a description whose refinement is wanted, or
 * NULL; `seed` the seed of a repetition, or NULL. */
static hud_status build(struct hud_model_file **file, const struct hud_study *study, size_t point,
                        size_t variant, const struct hud_description *refined, const double *seed,
                        struct hud_error *error)
{
  struct hud_document *model = NULL;
  *file = NULL;
  hud_status status =
      hud_document_extract(&model, study->base, hud_document_root(study->base), error);
  if (status == HUD_OK)
    status = graft_set(model, study, study->description.set, error);
  if (status == HUD_OK)
    status = graft_point(model, study, point, error);
  if (status == HUD_OK)
    status = graft_set(model, study, study->variants[variant].set, error);
  if (status == HUD_OK && refined != NULL)
    status = graft_refinement(model, study, refined, study->variant_marks[variant], error);
  if (status == HUD_OK && seed != NULL)
    status =
        graft_number(model, study, "particles.seed", study->variant_marks[variant], *seed, error);
  if (status == HUD_OK)
    return hud_model_file_from_document(file, model, error);
  hud_document_free(model);
  return status;
}

/* Does the method run the model, and does it fit into memory? Are the orders of a gas possible?
 * Particles see to that themselves. */
static hud_status check_model(const struct hud_model_file *file, struct hud_error *error)
{
  struct hud_model_size size;
  const struct hud_description *d = hud_model_file_description(file);
  hud_status status = HUD_OK;
  if (hud_gas_is_model(d->model))
    status = hud_gas_check(d, error);
  else if (d->method != HUD_METHOD_PARTICLES)
    status = hud_model_estimate(d, &size, error);
  if (status == HUD_ERROR_INPUT)
    hud_model_file_locate(file, error);
  return status;
}

/* The run of a model, which is taken over, also on failure: a new one, or one that is there. */
static hud_status add_run(struct hud_study_plan *plan, struct hud_model_file *file, size_t point,
                          size_t variant, bool refined, size_t *number, struct hud_error *error)
{
  for (size_t r = 0; r < plan->run_count; r++)
    if (strcmp(hud_model_file_resolved(plan->runs[r].file), hud_model_file_resolved(file)) == 0) {
      hud_model_file_free(file);
      *number = r;
      return HUD_OK;
    }
  hud_status status = check_model(file, error);
  if (status == HUD_OK && plan->run_count == MAX_RUNS)
    status = hud_fail(error, HUD_ERROR_INPUT, "the study has more than %d runs", MAX_RUNS);
  if (status == HUD_OK && plan->run_count == plan->capacity) {
    size_t more = 2 * plan->capacity + 16;
    status = hud_grow(&plan->runs, plan->run_count, more, sizeof *plan->runs, "runs", error);
    plan->capacity = status == HUD_OK ? more : plan->capacity;
  }
  if (status != HUD_OK) {
    hud_model_file_free(file);
    return status;
  }
  *number = plan->run_count;
  plan->runs[plan->run_count++] =
      (struct hud_study_run){.file = file, .point = point, .variant = variant, .refined = refined};
  return HUD_OK;
}

/* The runs of a stochastic model with other seeds. */
static hud_status add_seeds(struct hud_study_plan *plan, size_t point, size_t variant,
                            struct hud_study_case *made, size_t *seeds, struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  const struct hud_description *d = hud_model_file_description(plan->runs[made->run].file);
  double first = (double)d->particles.seed;
  hud_status status = HUD_OK;
  seeds[0] = made->run;
  made->seeds = seeds;
  made->seed_count = 1;
  for (int s = 1; s < study->description.seeds && is_stochastic(d) && status == HUD_OK; s++) {
    double seed = first + s;
    struct hud_model_file *file = NULL;
    status = build(&file, study, point, variant, NULL, &seed, error);
    if (status == HUD_OK)
      status = add_run(plan, file, point, variant, false, &seeds[made->seed_count++], error);
  }
  return status;
}

/* Repetitions say themselves how far they can be trusted. */
static bool needs_refinement(const struct hud_study *study, const struct hud_description *d)
{
  if (study->refine == HUD_REFINE_NONE || (is_stochastic(d) && study->description.seeds > 1))
    return false;
  return study->refine == HUD_REFINE_SET || !hud_gas_is_model(d->model) ||
         d->particles.replicas == 1;
}

static hud_status add_case(struct hud_study_plan *plan, size_t point, size_t variant,
                           struct hud_error *error)
{
  const struct hud_study *study = plan->study;
  size_t number = point * study->variant_count + variant;
  struct hud_study_case *made = &plan->cases[number];
  struct hud_model_file *file = NULL;
  *made = (struct hud_study_case){HUD_NO_RUN, HUD_NO_RUN, 0, NULL};
  hud_status status = build(&file, study, point, variant, NULL, NULL, error);
  if (status == HUD_OK)
    status = add_run(plan, file, point, variant, false, &made->run, error);
  if (status == HUD_OK)
    status = add_seeds(plan, point, variant, made,
                       plan->seeds + number * (size_t)study->description.seeds, error);
  if (status != HUD_OK)
    return status;
  const struct hud_description *d = hud_model_file_description(plan->runs[made->run].file);
  if (!needs_refinement(study, d))
    return HUD_OK;
  status = build(&file, study, point, variant, d, NULL, error);
  if (status == HUD_OK)
    status = add_run(plan, file, point, variant, true, &made->refined, error);
  if (status == HUD_OK && made->refined == made->run)
    status = hud_study_fail(study, study->description.refine->mark, error, NULL,
                            "`refine` changes nothing in the variant `%.60s`",
                            study->variants[variant].label);
  return status;
}

/* ---- the whole ---- */

hud_status hud_study_plan_create(struct hud_study_plan **out, const struct hud_study *study,
                                 struct hud_error *error)
{
  struct hud_study_plan *plan = NULL;
  size_t variants = study->variant_count;
  *out = NULL;
  hud_status status = HUD_NEW(&plan, 1, "a plan", error);
  if (status != HUD_OK)
    return status;
  plan->study = study;
  plan->point_count = 1;
  for (size_t p = 0; p < study->parameter_count; p++)
    plan->point_count *= study->parameters[p].count;
  if (plan->point_count > MAX_RUNS)
    status =
        hud_study_fail(study, study->description.vary->mark, error, NULL,
                       "`vary` makes %zu points; at most %d are run", plan->point_count, MAX_RUNS);
  if (status == HUD_OK)
    status = HUD_NEW(&plan->cases, plan->point_count * variants, "cases", error);
  if (status == HUD_OK)
    status = HUD_NEW(&plan->seeds, plan->point_count * variants * (size_t)study->description.seeds,
                     "cases", error);
  for (size_t c = 0; c < plan->point_count * variants && status == HUD_OK; c++)
    status = add_case(plan, c / variants, c % variants, error);
  if (status == HUD_OK)
    *out = plan;
  else
    hud_study_plan_free(plan);
  return status;
}

void hud_study_plan_free(struct hud_study_plan *plan)
{
  if (plan == NULL)
    return;
  for (size_t r = 0; r < plan->run_count; r++) {
    hud_model_file_free(plan->runs[r].file);
    hud_free(plan->runs[r].failure);
  }
  hud_free(plan->runs);
  hud_free(plan->cases);
  hud_free(plan->seeds);
  hud_free(plan);
}
