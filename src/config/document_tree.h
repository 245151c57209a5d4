/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inside of a document: its tree (document_tree.c), and the parser that makes it
 * (document_parse.c). */
#ifndef HUD_CONFIG_DOCUMENT_TREE_H
#define HUD_CONFIG_DOCUMENT_TREE_H

#include "config/document.h"
#include "config/source.h"

struct arena_block;

struct hud_document {
  struct arena_block *arena;
  struct hud_node *root;
  size_t source_count;
  struct hud_source *sources; /* 0: the file; n: the n-th override */
};

/* Room for `size` bytes, zero, that lives as long as the document; *out is a pointer to it. */
hud_status hud_document_new(struct hud_document *document, void *out, size_t size,
                            struct hud_error *error);
/* A copy of a text of `length` bytes, ended by a NUL. */
hud_status hud_document_text(struct hud_document *document, const char **out, const char *text,
                             size_t length, struct hud_error *error);
void hud_node_append(struct hud_node *parent, struct hud_node *child);
/* The child of a mapping with this key, or of a list with this index in digits; NULL if none. */
struct hud_node *hud_node_part(const struct hud_node *node, const char *part, size_t length);

/* Parses source number `source` from byte `skip` on; the first line's columns are `shift` further
 * right, and nesting starts at `depth`. *out is NULL if there is nothing in it. */
hud_status hud_document_parse(struct hud_document *document, size_t source, size_t skip,
                              size_t shift, size_t depth, struct hud_node **out,
                              struct hud_error *error);

#endif
