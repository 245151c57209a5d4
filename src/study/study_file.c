/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a study file: the reader of models reads its rows; what rows cannot say (names that must
 * fit together, values that vary, expressions) is read here. */
#define _POSIX_C_SOURCE 200809L
#include "study/study_file.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/locale.h"
#include "study/study_reader.h"

/* ---- the base ---- */

/* The path of the base is from the folder of the study. */
static hud_status load_base_file(struct hud_study *study, const struct hud_node *node,
                                 struct hud_error *error)
{
  const char *name = hud_document_name(study->document), *slash = strrchr(name, '/');
  char *folder = NULL, *path = NULL, *text = NULL;
  size_t length = 0;
  struct hud_error reason = {0};
  hud_status status = hud_copy_text(&folder, slash != NULL ? name : ".", error);
  if (status == HUD_OK && slash != NULL)
    folder[slash == name ? 1 : slash - name] = '\0';
  if (status == HUD_OK && (node->text[0] == '/' || slash == NULL))
    status = hud_copy_text(&path, node->text, error);
  else if (status == HUD_OK)
    status = hud_path_join(&path, folder, node->text, error);
  if (status == HUD_OK &&
      hud_file_read(&text, &length, path, HUD_DOCUMENT_BYTES, &reason) != HUD_OK)
    status = hud_study_fail(study, node->mark, error,
                            "expected a model file, from the folder of "
                            "the study",
                            "`base`: %s", reason.message);
  if (status == HUD_OK)
    status = hud_document_create(&study->base, path, text, length, error);
  hud_free(folder);
  hud_free(path);
  hud_free(text);
  return status;
}

static hud_status read_base(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *node = study->description.base;
  if (node->kind == HUD_NODE_LIST)
    return hud_study_fail(study, node->mark, error, "expected the path of a model file, or a model",
                          "`base` is a list");
  if (node->kind == HUD_NODE_SCALAR)
    return load_base_file(study, node, error);
  return hud_document_extract(&study->base, study->document, node, error);
}

/* ---- variants and names ---- */

static hud_status read_variants(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *list = study->description.variants;
  hud_status status = HUD_NEW(&study->variants, list->count, "variants", error);
  if (status == HUD_OK)
    status = HUD_NEW(&study->variant_marks, list->count, "variants", error);
  for (const struct hud_node *node = list->first; node != NULL && status == HUD_OK;
       node = node->next) {
    char path[40];
    size_t v = study->variant_count++;
    snprintf(path, sizeof path, "variants.%zu", v);
    study->variant_marks[v] = node->mark;
    status = hud_study_read_scope(study, HUD_SCOPE_VARIANT, node, path, &study->variants[v], error);
    for (size_t other = 0; other < v && status == HUD_OK; other++)
      if (strcmp(study->variants[other].label, study->variants[v].label) == 0)
        status = hud_study_fail(study, hud_node_find(node, "label")->mark, error, NULL,
                                "two variants are called `%.60s`", study->variants[v].label);
    if (status == HUD_OK)
      status = hud_study_check_set(study, study->variants[v].set, path, error);
  }
  return status;
}

static hud_status read_reference(struct hud_study *study, struct hud_error *error)
{
  const char *label = study->description.reference;
  const struct hud_node *node = hud_study_node(study, "reference");
  size_t variant = 0;
  study->reference = HUD_REFERENCE_NONE;
  if (label == NULL)
    return HUD_OK;
  if (strcmp(label, "theory") == 0 || strcmp(label, "composite") == 0) {
    study->reference = label[0] == 't' ? HUD_REFERENCE_THEORY : HUD_REFERENCE_COMPOSITE;
    return HUD_OK;
  }
  hud_status status = hud_study_find_variant(study, label, node->mark, &variant, error);
  study->reference = (int)variant;
  if (status == HUD_OK && study->variant_count == 1)
    status = hud_study_fail(study, node->mark, error, NULL,
                            "there is no variant beside the reference `%.60s`", label);
  return status;
}

/* ---- refinement ---- */

static hud_status read_refine(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *node = study->description.refine;
  study->refine = HUD_REFINE_AUTO;
  if (node == NULL || (node->kind == HUD_NODE_SCALAR && strcmp(node->text, "auto") == 0))
    return HUD_OK;
  if (node->kind == HUD_NODE_SCALAR && strcmp(node->text, "none") == 0) {
    study->refine = HUD_REFINE_NONE;
    return HUD_OK;
  }
  study->refine = HUD_REFINE_SET;
  if (node->kind != HUD_NODE_MAPPING)
    return hud_study_fail(study, node->mark, error,
                          "expected auto, none, or a mapping of key paths to values",
                          "`refine` is `%.60s`", node->text);
  return hud_study_check_set(study, node, "refine", error);
}

/* ---- the whole ---- */

static hud_status read_study(struct hud_study *study, struct hud_error *error)
{
  const struct hud_node *root = hud_document_root(study->document);
  if (root->kind != HUD_NODE_MAPPING)
    return hud_study_fail(study, root->mark, error, "expected keys and values, like `huddle: 1`",
                          "the file is a list");
  if (hud_node_find(root, "model") != NULL && hud_node_find(root, "study") == NULL)
    return hud_study_fail(study, hud_node_find(root, "model")->key_mark, error,
                          "`huddle run` runs it; a study has it as its `base`",
                          "this is a model file, not a study");
  struct hud_study_description *d = &study->description;
  hud_status status = hud_study_read_scope(study, HUD_SCOPE_STUDY, root, "", d, error);
  if (status == HUD_OK)
    status = read_base(study, error);
  if (status == HUD_OK)
    status = hud_study_check_set(study, d->set, "set", error);
  if (status == HUD_OK)
    status = hud_study_read_parameters(study, error);
  if (status == HUD_OK)
    status = read_variants(study, error);
  if (status == HUD_OK)
    status = read_reference(study, error);
  if (status == HUD_OK && d->norm == HUD_NORM_LEAST && study->reference != HUD_REFERENCE_NONE)
    status = hud_study_fail(study, hud_study_node(study, "norm")->mark, error,
                            "expected sup, L2 or final", "`norm: least` is not for differences");
  if (status == HUD_OK)
    status = hud_study_read_quantities(study, error);
  if (status == HUD_OK)
    status = read_refine(study, error);
  return status == HUD_OK ? hud_study_read_expectations(study, error) : status;
}

hud_status hud_study_load(struct hud_study **out, const char *path, const char *const *overrides,
                          size_t override_count, struct hud_error *error)
{
  char *text = NULL;
  size_t length = 0;
  struct hud_study *study = NULL;
  *out = NULL;
  hud_status status = hud_file_read(&text, &length, path, HUD_DOCUMENT_BYTES, error);
  if (status == HUD_OK)
    status = HUD_NEW(&study, 1, "a study", error);
  if (status != HUD_OK) {
    hud_free(text);
    return status;
  }
  struct hud_locale locale = hud_locale_begin();
  status = hud_document_create(&study->document, path, text, length, error);
  for (size_t o = 0; o < override_count && status == HUD_OK; o++)
    status = hud_document_override(study->document, overrides[o], error);
  if (status == HUD_OK)
    status = read_study(study, error);
  hud_locale_end(locale);
  hud_free(text);
  if (status == HUD_OK)
    *out = study;
  else
    hud_study_free(study);
  return status;
}

void hud_study_free(struct hud_study *study)
{
  if (study == NULL)
    return;
  struct hud_study_description *d = &study->description;
  hud_free(d->title);
  hud_free(d->settles);
  hud_free(d->reference);
  hud_free(d->parameter);
  hud_study_clear_parameters(study);
  for (size_t v = 0; v < study->variant_count; v++)
    hud_free(study->variants[v].label);
  hud_free(study->variants);
  hud_free(study->variant_marks);
  hud_study_clear_quantities(study);
  hud_free(study->fits);
  hud_free(study->expected);
  hud_document_free(study->base);
  hud_document_free(study->document);
  hud_free(study);
}
