/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A YAML text as a tree of nodes that remember where they stand. Of YAML it takes what a model
 * needs (mappings, lists, scalars, comments) and refuses, with line and column, what hides mistakes
 * or costs time: duplicate keys, aliases, anchors, tags, merge keys, several documents, more than
 * HUD_DOCUMENT_BYTES, nesting beyond HUD_DOCUMENT_DEPTH (libyaml takes quadratic time in the depth,
 * so parsing stops there). Values from the command line ("key.path=value") enter the same tree. */
#ifndef HUD_CONFIG_DOCUMENT_H
#define HUD_CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/description.h"

enum {
  HUD_DOCUMENT_BYTES = 4 * 1024 * 1024,
  HUD_DOCUMENT_DEPTH = 32,
  HUD_DOCUMENT_KEYS = 4096 /* in one mapping */
};

enum hud_node_kind { HUD_NODE_SCALAR, HUD_NODE_LIST, HUD_NODE_MAPPING };

struct hud_node {
  enum hud_node_kind kind;
  bool quoted;      /* a scalar in quotes or a block scalar: text, never a number */
  const char *text; /* of a scalar, without NUL inside; "" otherwise */
  struct hud_mark mark;

  struct hud_node *first, *last; /* children of a list or mapping, in the order of the text */
  size_t count;
  struct hud_node *next; /* the next child of the same parent */
  const char *key;       /* of a child of a mapping, else NULL */
  struct hud_mark key_mark;
};

struct hud_document; /* owns its nodes and texts */

/* Parses `length` bytes of UTF-8. `name` is what error places show, usually the path. The root is a
 * mapping or a list. */
hud_status hud_document_create(struct hud_document **document, const char *name, const char *text,
                               size_t length, struct hud_error *error);
void hud_document_free(struct hud_document *document);

const struct hud_node *hud_document_root(const struct hud_document *document);
const char *hud_document_name(const struct hud_document *document);

/* Sets the node at "key.path" to "value" (YAML on one line), making mappings on the way. Items of
 * lists are named by their index from 0. */
hud_status hud_document_override(struct hud_document *document, const char *assignment,
                                 struct hud_error *error);

/* A document of its own with a copy of one node of another; its places remain those of the other.
 */
hud_status hud_document_extract(struct hud_document **document, const struct hud_document *other,
                                const struct hud_node *node, struct hud_error *error);

/* Sets the node at "key.path" to a copy of a node of another document, as hud_document_override
 * does. Errors about the value point into the text it comes from, those about the path to `place`,
 * a mark of the other document. */
hud_status hud_document_graft(struct hud_document *document, const char *path,
                              struct hud_mark place, const struct hud_document *other,
                              const struct hud_node *value, struct hud_error *error);

/* The child of a mapping with this key, or NULL (also if node is NULL or no mapping). */
const struct hud_node *hud_node_find(const struct hud_node *node, const char *key);

/* A key without value, or with `~` or `null`. */
bool hud_node_is_null(const struct hud_node *node);

/* The node at "key.path", or the deepest one on the way to it (the root if nothing fits). */
const struct hud_node *hud_document_nearest(const struct hud_document *document, const char *path);

/* Fails with HUD_ERROR_INPUT at a mark: where = "name:line:column" (or "--set key.path=value"), the
 * message is followed by the offending line with a caret under the mark and by `expected` (a line
 * of its own; may be NULL). mark.line 0 (a default) leaves the place empty. */
hud_status hud_document_fail(const struct hud_document *document, struct hud_mark mark,
                             struct hud_error *error, const char *expected, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
