/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * YAML texts as documents, overrides, and parts of documents as documents of their own.
 * document_tree.c has the tree, document_parse.c makes it. */
#include "config/document.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "config/document_tree.h"

static hud_status add_source(struct hud_document *document, const char *name, const char *text,
                             size_t length, bool is_override, struct hud_error *error)
{
  size_t count = document->source_count;
  struct hud_source source = {.length = length, .is_override = is_override};
  hud_status status = hud_document_text(document, &source.name, name, strlen(name), error);
  if (status == HUD_OK)
    status = hud_document_text(document, &source.text, text, length, error);
  if (status == HUD_OK)
    status = hud_grow(&document->sources, count, count + 1, sizeof *document->sources,
                      "a list of texts", error);
  if (status == HUD_OK)
    document->sources[document->source_count++] = source;
  return status;
}

hud_status hud_document_create(struct hud_document **out, const char *name, const char *text,
                               size_t length, struct hud_error *error)
{
  struct hud_document *document = NULL;
  *out = NULL;
  if (length > HUD_DOCUMENT_BYTES)
    return hud_fail_at(error, HUD_ERROR_INPUT, name, "the text has %zu bytes; at most %d are read",
                       length, HUD_DOCUMENT_BYTES);
  if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
    text += 3;
    length -= 3;
  }
  hud_status status = HUD_NEW(&document, 1, "a YAML text", error);
  if (status == HUD_OK)
    status = add_source(document, name, text, length, false, error);
  if (status == HUD_OK)
    status = hud_document_parse(document, 0, 0, 0, 0, &document->root, error);
  struct hud_mark start = {1, 1, 0};
  if (status == HUD_OK && document->root == NULL)
    status = hud_document_fail(document, start, error, NULL, "the file is empty");
  else if (status == HUD_OK && document->root->kind == HUD_NODE_SCALAR)
    status = hud_document_fail(document, document->root->mark, error,
                               "expected keys and values, like `huddle: 1`",
                               "the file holds a single word or text");
  if (status == HUD_OK)
    *out = document;
  else
    hud_document_free(document);
  return status;
}

/* ---- overrides ---- */

/* Puts `value` in the place of `old`, whose parent keeps its links. */
static void replace_node(struct hud_node *old, const struct hud_node *value, struct hud_mark mark)
{
  struct hud_node *next = old->next;
  const char *key = old->key;
  *old = *value;
  old->next = next;
  old->key = key;
  old->key_mark = mark;
}

/* Sets the node at a path of `length` bytes. `mark` is the place of the path; with `columns` its
 * parts stand at their own columns from there. */
static hud_status set_value(struct hud_document *document, const char *path, size_t path_length,
                            struct hud_mark place, bool columns, const struct hud_node *value,
                            struct hud_error *error)
{
  struct hud_node *node = document->root;
  for (size_t at = 0; at <= path_length;) {
    struct hud_mark mark = place;
    mark.column += columns ? at : 0;
    size_t length = strcspn(path + at, columns ? ".=" : ".");
    if (length == 0)
      return hud_document_fail(document, mark, error,
                               columns ? "expected key.path=value" : "expected key.path",
                               "a part of the key path is empty");
    struct hud_node *child = hud_node_part(node, path + at, length);
    if (child == NULL && node->kind == HUD_NODE_LIST)
      return hud_document_fail(document, mark, error, "items are numbered from 0",
                               "the list has %zu items, none is `%.*s`", node->count,
                               length > 60 ? 60 : (int)length, path + at);
    if (child == NULL && node->kind == HUD_NODE_SCALAR)
      return hud_document_fail(document, mark, error, "set the whole of it, like key={a: 1, b: 2}",
                               "`%.*s` is `%.60s` in the file and has no keys",
                               at > 60 ? 60 : (int)at - 1, path, node->text);
    if (child == NULL) {
      hud_status status = hud_document_new(document, &child, sizeof *child, error);
      if (status == HUD_OK)
        status = hud_document_text(document, &child->key, path + at, length, error);
      if (status != HUD_OK)
        return status;
      child->kind = HUD_NODE_MAPPING;
      child->text = "";
      child->mark = child->key_mark = mark;
      hud_node_append(node, child);
    }
    at += length + 1;
    node = child;
    if (at > path_length)
      replace_node(node, value, mark);
  }
  return HUD_OK;
}

hud_status hud_document_override(struct hud_document *document, const char *assignment,
                                 struct hud_error *error)
{
  const char *equals = strchr(assignment, '=');
  size_t length = strlen(assignment), path_length = equals ? (size_t)(equals - assignment) : 0;
  if (length > HUD_DOCUMENT_BYTES)
    return hud_fail_at(error, HUD_ERROR_INPUT, "--set", "the value has %zu bytes", length);
  hud_status status = add_source(document, "--set", assignment, length, true, error);
  if (status != HUD_OK)
    return status;
  size_t source = document->source_count - 1, depth = 0, characters = 1;
  for (size_t c = 0; c < path_length; c++) {
    depth += assignment[c] == '.';
    characters += ((unsigned char)assignment[c] & 0xc0) != 0x80;
  }
  struct hud_mark start = {1, 1, source}, after = {1, characters + 1, source};
  if (equals == NULL)
    return hud_document_fail(document, start, error, "expected key.path=value",
                             "there is no `=` in it");
  if (depth >= HUD_DOCUMENT_DEPTH)
    return hud_document_fail(document, start, error, NULL, "more than %d parts in the key path",
                             HUD_DOCUMENT_DEPTH);
  struct hud_node *value = NULL;
  status = hud_document_parse(document, source, path_length + 1, characters, depth, &value, error);
  if (status == HUD_OK && value == NULL)
    return hud_document_fail(document, after, error, NULL, "there is no value after `=`");
  if (status == HUD_OK)
    status = set_value(document, assignment, path_length, start, true, value, error);
  return status;
}

/* ---- parts of other documents ---- */

/* The number of a text of `other` among those of `document`, which takes it over if it is new. */
static hud_status adopt_source(struct hud_document *document, const struct hud_document *other,
                               size_t number, size_t *adopted, struct hud_error *error)
{
  const struct hud_source *source = &other->sources[number];
  for (size_t s = 0; s < document->source_count; s++) {
    const struct hud_source *mine = &document->sources[s];
    if (mine->is_override == source->is_override && mine->length == source->length &&
        strcmp(mine->name, source->name) == 0 &&
        memcmp(mine->text, source->text, source->length) == 0) {
      *adopted = s;
      return HUD_OK;
    }
  }
  *adopted = document->source_count;
  return add_source(document, source->name, source->text, source->length, source->is_override,
                    error);
}

static hud_status copy_node(struct hud_document *document, const struct hud_document *other,
                            const struct hud_node *node, struct hud_node **out,
                            struct hud_error *error)
{
  struct hud_node *copy = NULL;
  hud_status status = hud_document_new(document, &copy, sizeof *copy, error);
  if (status != HUD_OK)
    return status;
  *copy = (struct hud_node){
      .kind = node->kind, .quoted = node->quoted, .mark = node->mark, .key_mark = node->key_mark};
  status = hud_document_text(document, &copy->text, node->text, strlen(node->text), error);
  if (status == HUD_OK && node->key != NULL)
    status = hud_document_text(document, &copy->key, node->key, strlen(node->key), error);
  if (status == HUD_OK)
    status = adopt_source(document, other, node->mark.source, &copy->mark.source, error);
  if (status == HUD_OK && node->key != NULL)
    status = adopt_source(document, other, node->key_mark.source, &copy->key_mark.source, error);
  for (const struct hud_node *child = node->first; child != NULL && status == HUD_OK;
       child = child->next) {
    struct hud_node *twin = NULL;
    status = copy_node(document, other, child, &twin, error);
    if (status == HUD_OK)
      hud_node_append(copy, twin);
  }
  *out = copy;
  return status;
}

hud_status hud_document_extract(struct hud_document **out, const struct hud_document *other,
                                const struct hud_node *node, struct hud_error *error)
{
  struct hud_document *document = NULL;
  size_t first;
  *out = NULL;
  hud_status status = HUD_NEW(&document, 1, "a YAML text", error);
  if (status == HUD_OK)
    status = adopt_source(document, other, 0, &first, error);
  if (status == HUD_OK)
    status = copy_node(document, other, node, &document->root, error);
  if (status == HUD_OK) {
    document->root->key = NULL;
    *out = document;
  } else {
    hud_document_free(document);
  }
  return status;
}

hud_status hud_document_graft(struct hud_document *document, const char *path,
                              struct hud_mark place, const struct hud_document *other,
                              const struct hud_node *value, struct hud_error *error)
{
  struct hud_node *copy = NULL;
  hud_status status = adopt_source(document, other, place.source, &place.source, error);
  if (status == HUD_OK)
    status = copy_node(document, other, value, &copy, error);
  return status == HUD_OK ? set_value(document, path, strlen(path), place, false, copy, error)
                          : status;
}
