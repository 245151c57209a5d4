/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walks a document by the rows of the schema. A key that the chosen model or method does not use is
 * read and checked like any other, but its value goes into a description that is thrown away, and a
 * note says so: the description of a run holds what decides its result and nothing else. */
#include "config/reader.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"

/* ---- messages ---- */

size_t hud_reader_enter(struct hud_reader *reader, const char *name)
{
  size_t length = strlen(reader->path);
  snprintf(reader->path + length, sizeof reader->path - length, "%s%.80s", length > 0 ? "." : "",
           name);
  return length;
}

void hud_reader_leave(struct hud_reader *reader, size_t length)
{
  reader->path[length] = '\0';
}

hud_status hud_reader_fail_type(struct hud_reader *reader, const struct hud_node *node,
                                const char *expected)
{
  char line[400], what[120] = "";
  snprintf(line, sizeof line, "expected %s", expected);
  if (node->kind != HUD_NODE_SCALAR)
    snprintf(what, sizeof what, "is %s %s", node->count == 0 ? "an empty" : "a",
             node->kind == HUD_NODE_LIST ? "list" : "mapping");
  else if (node->quoted)
    snprintf(what, sizeof what, "is the text \"%.60s\"", node->text);
  else if (hud_node_is_null(node))
    snprintf(what, sizeof what, "has no value");
  else
    snprintf(what, sizeof what, "is `%.60s`", node->text);
  return hud_document_fail(reader->document, node->mark, reader->error, line, "`%s` %s",
                           reader->path, what);
}

hud_status hud_reader_fail_path(struct hud_reader *reader, const char *path, const char *expected,
                                const char *format, ...)
{
  char message[400];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  const struct hud_node *node = hud_document_nearest(reader->document, path);
  return hud_document_fail(reader->document, node->mark, reader->error, expected, "%s", message);
}

hud_status hud_reader_note(struct hud_reader *reader, struct hud_mark mark, const char *format, ...)
{
  if (reader->note_count == HUD_MAX_NOTES)
    return HUD_OK;
  char text[400], place[80] = "--set: ";
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (mark.source == 0)
    snprintf(place, sizeof place, "line %zu: ", mark.line);
  size_t length = strlen(text) + strlen(place) + 1;
  hud_status status = hud_grow(&reader->notes, reader->note_count, reader->note_count + 1,
                               sizeof *reader->notes, "notes", reader->error);
  char **note = &reader->notes[reader->note_count];
  if (status == HUD_OK)
    status = HUD_NEW(note, length, "a note", reader->error);
  if (status == HUD_OK) {
    snprintf(*note, length, "%s%s", place, text);
    reader->note_count++;
  }
  return status;
}

/* ---- which keys a model knows and uses ---- */

static bool is_known(const struct hud_reader *reader, const struct hud_key *key)
{
  if (key->models == 0 || !reader->identified)
    return true;
  return (key->models & hud_schema_family(reader->description->model)) != 0;
}

/* In a scope with a `type`, the key belongs to the type that was read into `base`. */
static bool fits_type(const struct hud_key *key, const void *base, int *type)
{
  *type = 0;
  if (key->variants == 0)
    return true;
  memcpy(type, (const char *)base + hud_schema_scope(key->scope)->type_offset, sizeof *type);
  return (key->variants >> *type & 1u) != 0;
}

static hud_status fail_other_type(struct hud_reader *reader, const struct hud_key *key,
                                  const struct hud_node *node, int type)
{
  const struct hud_key *tag = hud_schema_find(key->scope, "", "type");
  return hud_document_fail(reader->document, node->key_mark, reader->error, NULL,
                           "`%s` has no key `%s` with `type: %s`", reader->path, key->path,
                           hud_choice_name(tag->choices, type));
}

static hud_status note_unused(struct hud_reader *reader, const struct hud_key *key,
                              const struct hud_node *node)
{
  const struct hud_description *d = reader->description;
  const char *model = hud_choice_name(hud_model_choices, (int)d->model);
  if (key->models != 0 && (key->models >> d->model & 1u) == 0)
    return hud_reader_note(reader, node->key_mark, "`%s` is not used by the model %s", key->path,
                           model);
  if (key->store == HUD_STORE_SIZE)
    return hud_reader_note(reader, node->key_mark,
                           "`%s` is not used: the model has no clusters of %zu", key->path,
                           key->offset);
  return hud_reader_note(reader, node->key_mark, "`%s` is not used by the method %s", key->path,
                         hud_choice_name(hud_method_choices, (int)d->method));
}

/* A hint for an unknown key: a near sibling, the same name elsewhere, or all the siblings. */
static void guess_key(const struct hud_reader *reader, enum hud_scope scope, const char *parent,
                      const char *name, char *hint, size_t size)
{
  size_t count, length = 0, found = 0;
  const struct hud_key *keys = hud_schema_keys(&count);
  struct hud_guess guess = hud_guess_begin(name);
  const char *elsewhere = NULL;
  for (size_t k = 0; k < count; k++) {
    if (!is_known(reader, &keys[k]))
      continue;
    if (hud_key_is_child(&keys[k], scope, parent))
      hud_guess_consider(&guess, hud_key_name(&keys[k]));
    else if (keys[k].scope == HUD_SCOPE_MODEL && scope < HUD_SCOPE_STUDY &&
             strcmp(hud_key_name(&keys[k]), name) == 0)
      elsewhere = keys[k].path;
  }
  if (guess.best != NULL) {
    snprintf(hint, size, "did you mean `%s`?", guess.best);
    return;
  }
  if (elsewhere != NULL) {
    snprintf(hint, size, "did you mean `%s`?", elsewhere);
    return;
  }
  for (size_t k = 0; k < count && length < size; k++)
    if (hud_key_is_child(&keys[k], scope, parent) && is_known(reader, &keys[k]))
      length += (size_t)snprintf(hint + length, size - length, "%s%s",
                                 found++ > 0 ? ", " : "known here: ", hud_key_name(&keys[k]));
}

static hud_status check_keys(struct hud_reader *reader, const struct hud_node *node,
                             enum hud_scope scope, const char *parent)
{
  for (const struct hud_node *child = node->first; child != NULL; child = child->next) {
    const struct hud_key *key = hud_schema_find(scope, parent, child->key);
    if (key != NULL && is_known(reader, key))
      continue;
    char hint[380];
    guess_key(reader, scope, parent, child->key, hint, sizeof hint);
    if (key != NULL)
      return hud_document_fail(reader->document, child->key_mark, reader->error, hint,
                               "`%s` is not a key of the model %s", key->path,
                               hud_choice_name(hud_model_choices, (int)reader->description->model));
    const char *within = reader->path;
    return hud_document_fail(reader->document, child->key_mark, reader->error, hint,
                             "unknown key `%.60s`%s%s%s", child->key, within[0] ? " in `" : "",
                             within, within[0] ? "`" : "");
  }
  return HUD_OK;
}

/* ---- mappings ---- */

static hud_status fail_missing(struct hud_reader *reader, const struct hud_key *key,
                               struct hud_mark place)
{
  char description[300], line[400];
  unsigned family = reader->identified ? hud_schema_family(reader->description->model) : 0;
  hud_key_describe_for(key, family, description, sizeof description);
  size_t length = hud_reader_enter(reader, hud_key_name(key));
  snprintf(line, sizeof line, "expected %s (%s)", description, key->meaning);
  hud_status status = hud_document_fail(reader->document, place, reader->error, line,
                                        "the key `%s` is missing", reader->path);
  hud_reader_leave(reader, length);
  return status;
}

/* Default of a row: its fallback read like any value. */
static hud_status apply_default(struct hud_reader *reader, const struct hud_key *key, void *base,
                                struct hud_mark place)
{
  if (key->type == HUD_KEY_MAPPING)
    return hud_reader_mapping(reader, NULL, key->scope, key->path, base, false, place);
  if (key->fallback == NULL)
    return HUD_OK;
  struct hud_node node = {.kind = HUD_NODE_SCALAR, .text = key->fallback};
  return hud_reader_value(reader, key, &node, base, true);
}

static hud_status read_row(struct hud_reader *reader, const struct hud_key *key,
                           const struct hud_node *node, void *base, bool used,
                           struct hud_mark place)
{
  int type;
  bool fits = fits_type(key, base, &type),
       row_used = used && fits && hud_key_is_used(key, reader->description);
  hud_status status = HUD_OK;
  if (node != NULL && !fits)
    return fail_other_type(reader, key, node, type);
  if (node != NULL && used && !row_used)
    status = note_unused(reader, key, node);
  if (status != HUD_OK)
    return status;
  size_t length = hud_reader_enter(reader, hud_key_name(key));
  bool in_model = key->scope == HUD_SCOPE_MODEL;
  if (node != NULL)
    status = hud_reader_value(reader, key, node, row_used || !in_model ? base : reader->unused,
                              row_used);
  else if (row_used && key->type == HUD_KEY_MAPPING && !key->required)
    status = hud_reader_mapping(reader, NULL, key->scope, key->path, base, true, place);
  hud_reader_leave(reader, length);
  if (status == HUD_OK && node == NULL && row_used && hud_key_is_required(key, reader->description))
    status = fail_missing(reader, key, place);
  bool filled = row_used && (node != NULL || key->type == HUD_KEY_MAPPING);
  if (status == HUD_OK && !filled && base != (void *)reader->unused)
    status = apply_default(reader, key, base, place);
  return status;
}

hud_status hud_reader_mapping(struct hud_reader *reader, const struct hud_node *node,
                              enum hud_scope scope, const char *parent, void *base, bool used,
                              struct hud_mark place)
{
  if (node != NULL) {
    hud_status status = check_keys(reader, node, scope, parent);
    if (status != HUD_OK)
      return status;
    place = node->key != NULL ? node->key_mark : node->mark;
  }
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++) {
    if (!hud_key_is_child(&keys[k], scope, parent) || !is_known(reader, &keys[k]))
      continue;
    const struct hud_node *child = hud_node_find(node, hud_key_name(&keys[k]));
    hud_status status = read_row(reader, &keys[k], child, base, used, place);
    if (status != HUD_OK)
      return status;
  }
  return HUD_OK;
}

/* ---- the whole file ---- */

/* `huddle`, `model` and, for a model that has one, `method` decide what the other keys mean. */
static hud_status identify(struct hud_reader *reader, const struct hud_node *root)
{
  static const char *const names[] = {"huddle", "model", "method"};
  struct hud_description *d = reader->description;
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
    const struct hud_key *key = hud_schema_find(HUD_SCOPE_MODEL, "", names[n]);
    const struct hud_node *node = hud_node_find(root, names[n]);
    if (!is_known(reader, key))
      continue;
    if (node == NULL)
      return fail_missing(reader, key, root->mark);
    size_t length = hud_reader_enter(reader, names[n]);
    hud_status status = hud_reader_value(reader, key, node, d, true);
    hud_reader_leave(reader, length);
    if (status != HUD_OK)
      return status;
    reader->identified = reader->identified || strcmp(names[n], "model") == 0;
  }
  reader->unused->model = d->model;
  reader->unused->method = d->method;
  d->epsilon = 1.0; /* (7) with epsilon = 1 is (1), where a model has no epsilon */
  d->clusters = d->model == HUD_MODEL_INSTANTANEOUS ? 2 : 3;
  return HUD_OK;
}

/* A model that is named rightly is known before its keys are looked at, so that what is said of an
 * unknown key speaks of this model. */
static void look_for_model(struct hud_reader *reader, const struct hud_node *root)
{
  const struct hud_node *node = hud_node_find(root, "model");
  if (node == NULL || node->kind != HUD_NODE_SCALAR)
    return;
  for (const struct hud_choice *c = hud_model_choices; c->name != NULL; c++)
    if (strcmp(c->name, node->text) == 0) {
      reader->description->model = (enum hud_model_kind)c->value;
      reader->identified = true;
    }
}

/* initial.f2 ... f9 and initial.clusters become description->initial.clusters. */
static hud_status gather_sizes(struct hud_reader *reader)
{
  struct hud_initial_spec *initial = &reader->description->initial;
  int last = 0;
  for (int k = 2; k <= HUD_NAMED_SIZES; k++)
    if (reader->size_given[k])
      last = k;
  if (last == 0)
    return HUD_OK;
  hud_status status =
      HUD_NEW(&initial->clusters, (size_t)last + 1, "initial clusters", reader->error);
  if (status != HUD_OK)
    return status;
  initial->cluster_count = last;
  for (int k = 2; k <= last; k++) {
    initial->clusters[k] = reader->size_given[k] ? reader->sizes[k] : initial->others;
    reader->sizes[k] = (struct hud_cluster_initial){0};
  }
  return HUD_OK;
}

hud_status hud_reader_run(struct hud_reader *reader)
{
  const struct hud_node *root = hud_document_root(reader->document);
  hud_status status = HUD_OK;
  if (root->kind != HUD_NODE_MAPPING)
    return hud_document_fail(reader->document, root->mark, reader->error,
                             "expected keys and values, like `huddle: 1`", "the file is a list");
  status = HUD_NEW(&reader->unused, 1, "a description", reader->error);
  look_for_model(reader, root);
  if (status == HUD_OK)
    status = check_keys(reader, root, HUD_SCOPE_MODEL, "");
  if (status == HUD_OK)
    status = identify(reader, root);
  if (status == HUD_OK)
    status = hud_reader_mapping(reader, root, HUD_SCOPE_MODEL, "", reader->description, true,
                                root->mark);
  if (status == HUD_OK)
    status = gather_sizes(reader);
  if (status == HUD_OK)
    status = hud_reader_check(reader);
  return status;
}

void hud_reader_clear(struct hud_reader *reader)
{
  for (int k = 0; k <= HUD_NAMED_SIZES; k++)
    hud_cluster_initial_clear(&reader->sizes[k]);
  if (reader->unused != NULL)
    hud_description_clear(reader->unused);
  hud_free(reader->unused);
  reader->unused = NULL;
  for (size_t n = 0; n < reader->note_count; n++)
    hud_free(reader->notes[n]);
  hud_free(reader->notes);
  reader->notes = NULL;
  reader->note_count = 0;
}
