/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree of a YAML text: its storage, look-up, and errors at its places. Nodes and texts live in
 * an arena that is freed at once, so a refused text leaves nothing behind. */
#include "config/document_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { ARENA_BLOCK = 1 << 16, ARENA_ALIGNMENT = 16 };

struct arena_block {
  struct arena_block *previous;
  size_t used, size;
  char *data;
};

/* ---- storage ---- */

hud_status hud_document_new(struct hud_document *document, void *out, size_t size,
                            struct hud_error *error)
{
  struct arena_block *block = document->arena;
  size_t wanted = (size + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
  if (block == NULL || block->size - block->used < wanted) {
    size_t capacity = wanted > ARENA_BLOCK ? wanted : ARENA_BLOCK;
    hud_status status = HUD_NEW(&block, 1, "a YAML text", error);
    if (status == HUD_OK)
      status = hud_alloc(&block->data, capacity, 1, "a YAML text", error);
    if (status != HUD_OK) {
      hud_free(block);
      return status;
    }
    block->size = capacity;
    block->previous = document->arena;
    document->arena = block;
  }
  void *memory = block->data + block->used;
  block->used += wanted;
  memcpy(out, &memory, sizeof memory);
  return HUD_OK;
}

hud_status hud_document_text(struct hud_document *document, const char **out, const char *text,
                             size_t length, struct hud_error *error)
{
  char *copy = NULL;
  hud_status status = hud_document_new(document, &copy, length + 1, error);
  if (status != HUD_OK)
    return status;
  memcpy(copy, text, length);
  copy[length] = '\0';
  *out = copy;
  return HUD_OK;
}

void hud_document_free(struct hud_document *document)
{
  if (document == NULL)
    return;
  while (document->arena != NULL) {
    struct arena_block *block = document->arena;
    document->arena = block->previous;
    hud_free(block->data);
    hud_free(block);
  }
  hud_free(document->sources);
  hud_free(document);
}

void hud_node_append(struct hud_node *parent, struct hud_node *child)
{
  if (parent->last != NULL)
    parent->last->next = child;
  else
    parent->first = child;
  parent->last = child;
  parent->count++;
}

/* ---- errors ---- */

hud_status hud_document_fail(const struct hud_document *document, struct hud_mark mark,
                             struct hud_error *error, const char *expected, const char *format, ...)
{
  char message[HUD_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  if (mark.line == 0 || mark.source >= document->source_count)
    return hud_fail(error, HUD_ERROR_INPUT, "%s%s%s", message, expected ? "\n" : "",
                    expected ? expected : "");
  return hud_source_fail(&document->sources[mark.source], mark.line, mark.column, message, expected,
                         error);
}

/* ---- look-up ---- */

const struct hud_node *hud_document_root(const struct hud_document *document)
{
  return document->root;
}

const char *hud_document_name(const struct hud_document *document)
{
  return document->sources[0].name;
}

struct hud_node *hud_node_part(const struct hud_node *node, const char *part, size_t length)
{
  if (node == NULL || node->kind == HUD_NODE_SCALAR)
    return NULL;
  size_t index = 0;
  for (struct hud_node *child = node->first; child != NULL; child = child->next, index++) {
    char number[24];
    const char *key = child->key;
    if (node->kind == HUD_NODE_LIST) {
      snprintf(number, sizeof number, "%zu", index);
      key = number;
    }
    if (strlen(key) == length && memcmp(key, part, length) == 0)
      return child;
  }
  return NULL;
}

const struct hud_node *hud_node_find(const struct hud_node *node, const char *key)
{
  if (node == NULL || node->kind != HUD_NODE_MAPPING)
    return NULL;
  return hud_node_part(node, key, strlen(key));
}

bool hud_node_is_null(const struct hud_node *node)
{
  if (node->kind != HUD_NODE_SCALAR || node->quoted)
    return false;
  return node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0;
}

const struct hud_node *hud_document_nearest(const struct hud_document *document, const char *path)
{
  const struct hud_node *node = document->root;
  while (*path != '\0') {
    size_t length = strcspn(path, ".");
    const struct hud_node *child = hud_node_part(node, path, length);
    if (child == NULL)
      break;
    node = child;
    path += length;
    path += *path == '.';
  }
  return node;
}
