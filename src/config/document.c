/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libyaml's events to a tree with marks. Nodes and texts live in an arena that is freed at once, so
 * a refused text leaves nothing behind. Nesting is counted on the events: at the cap the parser has
 * read at most one line of look-ahead more. */
#include "config/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "config/source.h"

enum { ARENA_BLOCK = 1 << 16, ARENA_ALIGNMENT = 16 };

struct arena_block {
  struct arena_block *previous;
  size_t used, size;
  char *data;
};

struct hud_document {
  struct arena_block *arena;
  struct hud_node *root;
  size_t source_count;
  struct hud_source *sources; /* 0: the file; n: the n-th override */
};

/* One text on its way into the tree. */
struct parse {
  struct hud_document *document;
  yaml_parser_t yaml;
  size_t source, shift; /* shift: characters of the first line before the YAML starts */
  struct hud_error *error;
};

/* ---- storage ---- */

static hud_status arena_new(struct hud_document *document, void *out, size_t size,
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

static hud_status arena_text(struct hud_document *document, const char **out, const char *text,
                             size_t length, struct hud_error *error)
{
  char *copy = NULL;
  hud_status status = arena_new(document, &copy, length + 1, error);
  if (status != HUD_OK)
    return status;
  memcpy(copy, text, length);
  copy[length] = '\0';
  *out = copy;
  return HUD_OK;
}

static hud_status add_source(struct hud_document *document, const char *name, const char *text,
                             size_t length, bool is_override, struct hud_error *error)
{
  size_t count = document->source_count;
  struct hud_source source = {.length = length, .is_override = is_override};
  hud_status status = arena_text(document, &source.name, name, strlen(name), error);
  if (status == HUD_OK)
    status = arena_text(document, &source.text, text, length, error);
  if (status == HUD_OK)
    status = hud_grow(&document->sources, count, count + 1, sizeof *document->sources,
                      "a list of texts", error);
  if (status == HUD_OK)
    document->sources[document->source_count++] = source;
  return status;
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

static struct hud_mark mark_of(const struct parse *parse, yaml_mark_t mark)
{
  struct hud_mark result = {mark.line + 1, mark.column + 1, parse->source};
  if (mark.line == 0)
    result.column += parse->shift;
  return result;
}

/* What libyaml says, with its own place. Its reader knows only the offset of a bad byte. */
static hud_status fail_yaml(struct parse *parse)
{
  const yaml_parser_t *yaml = &parse->yaml;
  const struct hud_source *source = &parse->document->sources[parse->source];
  if (yaml->error == YAML_MEMORY_ERROR)
    return hud_fail_memory(parse->error, "a YAML text", source->length);
  struct hud_mark mark = mark_of(parse, yaml->problem_mark);
  if (yaml->error == YAML_READER_ERROR) {
    size_t skipped = source->is_override ? parse->shift : 0;
    hud_source_locate(source, yaml->problem_offset + skipped, &mark.line, &mark.column);
  }
  bool context = yaml->context != NULL;
  if (context && hud_source_character(source, mark.line, mark.column) == '\0')
    mark = mark_of(parse, yaml->context_mark); /* at the end: show what is not closed */
  const char *problem = yaml->problem != NULL ? yaml->problem : "cannot be parsed";
  const char *hint = NULL;
  if (hud_source_character(source, mark.line, mark.column) == '\t')
    hint = "YAML is indented with spaces, not with tabs";
  return hud_document_fail(parse->document, mark, parse->error, hint, "not valid YAML: %s%s%s%s",
                           problem, context ? " (" : "", context ? yaml->context : "",
                           context ? ")" : "");
}

static hud_status fail_event(struct parse *parse, const yaml_event_t *event, const char *expected,
                             const char *what)
{
  return hud_document_fail(parse->document, mark_of(parse, event->start_mark), parse->error,
                           expected, "%s", what);
}

/* ---- events to nodes ---- */

static hud_status next_event(struct parse *parse, yaml_event_t *event)
{
  if (!yaml_parser_parse(&parse->yaml, event)) {
    memset(event, 0, sizeof *event);
    return fail_yaml(parse);
  }
  return HUD_OK;
}

static hud_status check_event(struct parse *parse, const yaml_event_t *event, size_t depth)
{
  const yaml_char_t *anchor = NULL, *tag = NULL;
  if (event->type == YAML_ALIAS_EVENT)
    return fail_event(parse, event, "write the value out", "aliases are not accepted");
  if (event->type == YAML_SCALAR_EVENT) {
    anchor = event->data.scalar.anchor;
    tag = event->data.scalar.tag;
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL)
      return fail_event(parse, event, NULL, "a text with a NUL character is not accepted");
  } else if (event->type == YAML_SEQUENCE_START_EVENT) {
    anchor = event->data.sequence_start.anchor;
    tag = event->data.sequence_start.tag;
  } else if (event->type == YAML_MAPPING_START_EVENT) {
    anchor = event->data.mapping_start.anchor;
    tag = event->data.mapping_start.tag;
  }
  if (anchor != NULL)
    return fail_event(parse, event, NULL, "anchors are not accepted");
  if (tag != NULL)
    return fail_event(parse, event, NULL, "tags are not accepted");
  if (event->type != YAML_SCALAR_EVENT && depth >= HUD_DOCUMENT_DEPTH) {
    char what[80];
    snprintf(what, sizeof what, "nested more than %d levels deep", HUD_DOCUMENT_DEPTH);
    return fail_event(parse, event, NULL, what);
  }
  return HUD_OK;
}

static void append_child(struct hud_node *parent, struct hud_node *child)
{
  if (parent->last != NULL)
    parent->last->next = child;
  else
    parent->first = child;
  parent->last = child;
  parent->count++;
}

static hud_status new_scalar(struct parse *parse, struct hud_node *node, const yaml_event_t *event)
{
  node->kind = HUD_NODE_SCALAR;
  node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  return arena_text(parse->document, &node->text, (const char *)event->data.scalar.value,
                    event->data.scalar.length, parse->error);
}

static hud_status check_key(struct parse *parse, const struct hud_node *parent,
                            const yaml_event_t *event)
{
  if (event->type != YAML_SCALAR_EVENT)
    return fail_event(parse, event, NULL, "a key must be a plain word");
  const char *key = (const char *)event->data.scalar.value;
  if (strcmp(key, "<<") == 0)
    return fail_event(parse, event, "write the keys out", "merge keys are not accepted");
  const struct hud_node *other = hud_node_find(parent, key);
  if (other != NULL) {
    char before[80];
    snprintf(before, sizeof before, "it stands already at line %zu", other->key_mark.line);
    return hud_document_fail(parse->document, mark_of(parse, event->start_mark), parse->error,
                             before, "duplicate key `%.60s`", key);
  }
  if (parent->count >= HUD_DOCUMENT_KEYS)
    return hud_document_fail(parse->document, mark_of(parse, event->start_mark), parse->error, NULL,
                             "more than %d keys in one mapping", HUD_DOCUMENT_KEYS);
  return HUD_OK;
}

static hud_status parse_node(struct parse *parse, const yaml_event_t *event, size_t depth,
                             struct hud_node **out);

/* One child of `parent`; `event` is its key in a mapping, itself in a list. */
static hud_status parse_child(struct parse *parse, struct hud_node *parent,
                              const yaml_event_t *event, size_t depth)
{
  struct hud_node *child = NULL;
  if (parent->kind == HUD_NODE_LIST) {
    hud_status status = parse_node(parse, event, depth, &child);
    if (status == HUD_OK)
      append_child(parent, child);
    return status;
  }
  yaml_event_t value = {0};
  const char *key = NULL;
  hud_status status = check_event(parse, event, depth);
  if (status == HUD_OK)
    status = check_key(parse, parent, event);
  if (status == HUD_OK)
    status = arena_text(parse->document, &key, (const char *)event->data.scalar.value,
                        event->data.scalar.length, parse->error);
  if (status == HUD_OK)
    status = next_event(parse, &value);
  if (status == HUD_OK)
    status = parse_node(parse, &value, depth, &child);
  if (status == HUD_OK) {
    child->key = key;
    child->key_mark = mark_of(parse, event->start_mark);
    append_child(parent, child);
  }
  yaml_event_delete(&value);
  return status;
}

static hud_status parse_children(struct parse *parse, struct hud_node *parent, size_t depth)
{
  yaml_event_type_t end =
      parent->kind == HUD_NODE_LIST ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
  hud_status status = HUD_OK;
  for (bool done = false; !done && status == HUD_OK;) {
    yaml_event_t event;
    status = next_event(parse, &event);
    if (status == HUD_OK && event.type == end)
      done = true;
    else if (status == HUD_OK)
      status = parse_child(parse, parent, &event, depth);
    yaml_event_delete(&event);
  }
  return status;
}

static hud_status parse_node(struct parse *parse, const yaml_event_t *event, size_t depth,
                             struct hud_node **out)
{
  struct hud_node *node = NULL;
  hud_status status = check_event(parse, event, depth);
  if (status == HUD_OK)
    status = arena_new(parse->document, &node, sizeof *node, parse->error);
  if (status != HUD_OK)
    return status;
  node->mark = mark_of(parse, event->start_mark);
  node->text = "";
  if (event->type == YAML_SCALAR_EVENT) {
    status = new_scalar(parse, node, event);
  } else {
    node->kind = event->type == YAML_SEQUENCE_START_EVENT ? HUD_NODE_LIST : HUD_NODE_MAPPING;
    status = parse_children(parse, node, depth + 1);
  }
  *out = node;
  return status;
}

/* stream start, document start, one node, document end, stream end. */
static hud_status parse_stream(struct parse *parse, size_t depth, struct hud_node **out)
{
  yaml_event_t event = {0};
  *out = NULL;
  hud_status status = next_event(parse, &event);
  yaml_event_delete(&event);
  if (status == HUD_OK)
    status = next_event(parse, &event);
  if (status == HUD_OK && event.type == YAML_DOCUMENT_START_EVENT) {
    yaml_event_delete(&event);
    status = next_event(parse, &event);
    if (status == HUD_OK)
      status = parse_node(parse, &event, depth, out);
    yaml_event_delete(&event);
    if (status == HUD_OK)
      status = next_event(parse, &event); /* the document's end */
    yaml_event_delete(&event);
    if (status == HUD_OK)
      status = next_event(parse, &event);
    if (status == HUD_OK && event.type != YAML_STREAM_END_EVENT)
      status = fail_event(parse, &event, "one model in one file", "a second YAML document starts");
  }
  yaml_event_delete(&event);
  return status;
}

/* Parses source number `source` from byte `skip` on. */
static hud_status parse_source(struct hud_document *document, size_t source, size_t skip,
                               size_t shift, size_t depth, struct hud_node **out,
                               struct hud_error *error)
{
  struct parse parse = {
      .document = document, .source = source, .shift = shift, .error = error, .yaml = {0}};
  const struct hud_source *text = &document->sources[source];
  *out = NULL;
  if (!yaml_parser_initialize(&parse.yaml))
    return hud_fail_memory(error, "the YAML parser", 0);
  yaml_parser_set_encoding(&parse.yaml, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parse.yaml, (const unsigned char *)text->text + skip,
                               text->length - skip);
  hud_status status = parse_stream(&parse, depth, out);
  yaml_parser_delete(&parse.yaml);
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
    status = parse_source(document, 0, 0, 0, 0, &document->root, error);
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

/* ---- look-up and overrides ---- */

const struct hud_node *hud_document_root(const struct hud_document *document)
{
  return document->root;
}

const char *hud_document_name(const struct hud_document *document)
{
  return document->sources[0].name;
}

static struct hud_node *find_part(const struct hud_node *node, const char *part, size_t length)
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
  return find_part(node, key, strlen(key));
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
    const struct hud_node *child = find_part(node, path, length);
    if (child == NULL)
      break;
    node = child;
    path += length;
    path += *path == '.';
  }
  return node;
}

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
    struct hud_node *child = find_part(node, path + at, length);
    if (child == NULL && node->kind == HUD_NODE_LIST)
      return hud_document_fail(document, mark, error, "items are numbered from 0",
                               "the list has %zu items, none is `%.*s`", node->count,
                               length > 60 ? 60 : (int)length, path + at);
    if (child == NULL && node->kind == HUD_NODE_SCALAR)
      return hud_document_fail(document, mark, error, "set the whole of it, like key={a: 1, b: 2}",
                               "`%.*s` is `%.60s` in the file and has no keys",
                               at > 60 ? 60 : (int)at - 1, path, node->text);
    if (child == NULL) {
      hud_status status = arena_new(document, &child, sizeof *child, error);
      if (status == HUD_OK)
        status = arena_text(document, &child->key, path + at, length, error);
      if (status != HUD_OK)
        return status;
      child->kind = HUD_NODE_MAPPING;
      child->text = "";
      child->mark = child->key_mark = mark;
      append_child(node, child);
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
  status = parse_source(document, source, path_length + 1, characters, depth, &value, error);
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
  hud_status status = arena_new(document, &copy, sizeof *copy, error);
  if (status != HUD_OK)
    return status;
  *copy = (struct hud_node){
      .kind = node->kind, .quoted = node->quoted, .mark = node->mark, .key_mark = node->key_mark};
  status = arena_text(document, &copy->text, node->text, strlen(node->text), error);
  if (status == HUD_OK && node->key != NULL)
    status = arena_text(document, &copy->key, node->key, strlen(node->key), error);
  if (status == HUD_OK)
    status = adopt_source(document, other, node->mark.source, &copy->mark.source, error);
  if (status == HUD_OK && node->key != NULL)
    status = adopt_source(document, other, node->key_mark.source, &copy->key_mark.source, error);
  for (const struct hud_node *child = node->first; child != NULL && status == HUD_OK;
       child = child->next) {
    struct hud_node *twin = NULL;
    status = copy_node(document, other, child, &twin, error);
    if (status == HUD_OK)
      append_child(copy, twin);
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
