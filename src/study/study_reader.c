/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the parts of reading a study file share; see study_reader.h. */
#include "study/study_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "config/reader.h"

hud_status hud_study_fail(const struct hud_study *study, struct hud_mark mark,
                          struct hud_error *error, const char *expected, const char *format, ...)
{
  char message[HUD_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return hud_document_fail(study->document, mark, error, expected, "%s", message);
}

hud_status hud_study_fail_word(const struct hud_study *study, struct hud_mark mark,
                               const struct hud_guess *guess, struct hud_error *error,
                               const char *what)
{
  char hint[120];
  if (guess->best == NULL)
    return hud_study_fail(study, mark, error, NULL, "%s", what);
  snprintf(hint, sizeof hint, "did you mean `%.80s`?", guess->best);
  return hud_study_fail(study, mark, error, hint, "%s", what);
}

hud_status hud_study_read_scope(const struct hud_study *study, enum hud_scope scope,
                                const struct hud_node *node, const char *path, void *target,
                                struct hud_error *error)
{
  struct hud_description unused = {0}; /* no row of a study asks for the model */
  struct hud_reader *reader = NULL;
  hud_status status = HUD_NEW(&reader, 1, "a reader", error);
  if (status != HUD_OK)
    return status;
  reader->document = study->document;
  reader->error = error;
  reader->description = &unused;
  snprintf(reader->path, sizeof reader->path, "%s", path);
  status = hud_reader_scope(reader, scope, node, target);
  hud_reader_clear(reader);
  hud_free(reader);
  return status;
}

const struct hud_node *hud_study_node(const struct hud_study *study, const char *key)
{
  return hud_node_find(hud_document_root(study->document), key);
}

hud_status hud_study_find_variant(const struct hud_study *study, const char *label,
                                  struct hud_mark mark, size_t *variant, struct hud_error *error)
{
  char what[120];
  struct hud_guess guess = hud_guess_begin(label);
  for (size_t v = 0; v < study->variant_count; v++) {
    if (strcmp(study->variants[v].label, label) == 0) {
      *variant = v;
      return HUD_OK;
    }
    hud_guess_consider(&guess, study->variants[v].label);
  }
  snprintf(what, sizeof what, "no variant is called `%.60s`", label);
  return hud_study_fail_word(study, mark, &guess, error, what);
}
