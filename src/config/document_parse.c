/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libyaml's events to a tree with marks. Nesting is counted on the events: at the cap the parser
 * has read at most one line of look-ahead more. */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "config/document_tree.h"

/* One text on its way into the tree. */
struct parse {
  struct hud_document *document;
  yaml_parser_t yaml;
  size_t source, shift; /* shift: characters of the first line before the YAML starts */
  struct hud_error *error;
};

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

static hud_status new_scalar(struct parse *parse, struct hud_node *node, const yaml_event_t *event)
{
  node->kind = HUD_NODE_SCALAR;
  node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  return hud_document_text(parse->document, &node->text, (const char *)event->data.scalar.value,
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
      hud_node_append(parent, child);
    return status;
  }
  yaml_event_t value = {0};
  const char *key = NULL;
  hud_status status = check_event(parse, event, depth);
  if (status == HUD_OK)
    status = check_key(parse, parent, event);
  if (status == HUD_OK)
    status = hud_document_text(parse->document, &key, (const char *)event->data.scalar.value,
                               event->data.scalar.length, parse->error);
  if (status == HUD_OK)
    status = next_event(parse, &value);
  if (status == HUD_OK)
    status = parse_node(parse, &value, depth, &child);
  if (status == HUD_OK) {
    child->key = key;
    child->key_mark = mark_of(parse, event->start_mark);
    hud_node_append(parent, child);
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
    status = hud_document_new(parse->document, &node, sizeof *node, parse->error);
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

hud_status hud_document_parse(struct hud_document *document, size_t source, size_t skip,
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
