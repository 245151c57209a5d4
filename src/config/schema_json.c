/* SPDX-License-Identifier: GPL-3.0-or-later
 * The schema as JSON Schema (draft 2020-12), for editors that check YAML while it is typed. It says
 * less than the reader: which keys a model needs, and ranges that depend on others, are not in it.
 */
#include <math.h>
#include <string.h>

#include "config/scalar.h"
#include "config/schema.h"

static void write_text(FILE *stream, const char *text)
{
  fputc('"', stream);
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      fputc('\\', stream);
    fputc(*text, stream);
  }
  fputc('"', stream);
}

static void write_bound(FILE *stream, const char *name, const char *open_name, bool open,
                        double value)
{
  char text[40];
  if (!isfinite(value))
    return;
  hud_scalar_print(text, sizeof text, value);
  fprintf(stream, ", \"%s\": %s", open ? open_name : name, text);
}

static void write_words(FILE *stream, const struct hud_choice *choices)
{
  fputs("{\"enum\": [", stream);
  for (const struct hud_choice *c = choices; c->name != NULL; c++) {
    fputs(c == choices ? "" : ", ", stream);
    write_text(stream, c->name);
  }
  fputs("]", stream);
}

static void write_object(FILE *stream, enum hud_scope scope, const char *parent);

/* An open object "{..."; the caller adds the description and closes it. */
static void write_type(FILE *stream, const struct hud_key *key)
{
  switch (key->type) {
  case HUD_KEY_MAPPING:
    write_object(stream, key->scope, key->path);
    break;
  case HUD_KEY_NUMBER:
  case HUD_KEY_INTEGER:
    fprintf(stream, "{\"type\": \"%s\"", key->type == HUD_KEY_NUMBER ? "number" : "integer");
    write_bound(stream, "minimum", "exclusiveMinimum", key->min_open, key->min);
    write_bound(stream, "maximum", "exclusiveMaximum", key->max_open, key->max);
    break;
  case HUD_KEY_BOOLEAN:
    fputs("{\"type\": \"boolean\"", stream);
    break;
  case HUD_KEY_CHOICE:
    write_words(stream, key->choices);
    break;
  case HUD_KEY_FILE:
  case HUD_KEY_TEXT:
    fputs("{\"type\": \"string\"", stream);
    break;
  case HUD_KEY_NUMBERS:
    fprintf(stream,
            "{\"type\": [\"number\", \"array\"], \"minItems\": 1, \"maxItems\": %d, "
            "\"items\": {\"type\": \"number\"}",
            (int)HUD_MAX_NUMBERS);
    break;
  case HUD_KEY_WORDS:
    fputs("{\"type\": \"array\", \"items\": ", stream);
    write_words(stream, key->choices);
    fputs("}", stream);
    break;
  case HUD_KEY_EXPRESSION:
    fputs("{\"type\": [\"string\", \"number\"]", stream);
    break;
  case HUD_KEY_SCOPE:
    fprintf(stream, "{\"$ref\": \"#/$defs/%s\"", hud_schema_scope(key->value_scope)->name);
    break;
  case HUD_KEY_LIST:
    fprintf(stream, "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/%s\"}",
            hud_schema_scope(key->value_scope)->name);
    break;
  case HUD_KEY_ATOMS:
    fputs("{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", \"items\": "
          "{\"type\": \"number\"}, \"minItems\": 2}",
          stream);
    break;
  case HUD_KEY_TABLE:
    fputs("{\"type\": [\"string\", \"array\"]", stream);
    break;
  case HUD_KEY_NODE: /* only in study files, which have no JSON schema */
    fputs("{\"not\": {}", stream);
    break;
  }
}

static void write_required(FILE *stream, enum hud_scope scope, const char *parent)
{
  size_t count, written = 0;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++) {
    bool always = keys[k].required && keys[k].methods == 0 && keys[k].variants == 0 &&
                  (keys[k].models == 0 || keys[k].models == hud_schema_all_models());
    if (always && hud_key_is_child(&keys[k], scope, parent))
      fprintf(stream, "%s\"%s\"", written++ > 0 ? ", " : ", \"required\": [",
              hud_key_name(&keys[k]));
  }
  if (written > 0)
    fputs("]", stream);
}

static void write_object(FILE *stream, enum hud_scope scope, const char *parent)
{
  size_t count, written = 0;
  const struct hud_key *keys = hud_schema_keys(&count);
  fputs("{\"type\": \"object\", \"additionalProperties\": false", stream);
  if (hud_schema_scope(scope)->form == HUD_FORM_ONE_OF && parent[0] == '\0')
    fputs(", \"minProperties\": 1, \"maxProperties\": 1", stream);
  write_required(stream, scope, parent);
  fputs(", \"properties\": {", stream);
  for (size_t k = 0; k < count; k++) {
    if (!hud_key_is_child(&keys[k], scope, parent))
      continue;
    fprintf(stream, "%s\n\"%s\": ", written++ > 0 ? "," : "", hud_key_name(&keys[k]));
    write_type(stream, &keys[k]);
    fputs(", \"description\": ", stream);
    write_text(stream, keys[k].meaning);
    fputs("}", stream);
  }
  fputs("}", stream);
}

static void write_definition(FILE *stream, enum hud_scope scope)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  fprintf(stream, "\"%s\": {\"anyOf\": [", info->name);
  if (info->words != NULL) {
    write_words(stream, info->words);
    fputs("},\n", stream);
  }
  if (scope == HUD_SCOPE_RATE)
    fputs("{\"type\": \"number\", \"minimum\": 0},\n"
          "{\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": false,\n"
          "\"properties\": {\"default\": {\"type\": \"number\", \"minimum\": 0}},\n"
          "\"patternProperties\": {\"^ *[0-9]+ *, *[0-9]+$\": {\"type\": \"number\", \"minimum\": "
          "0}}},\n",
          stream);
  if (scope == HUD_SCOPE_EXPRESSION)
    fputs("{\"type\": [\"string\", \"number\"]},\n", stream);
  write_object(stream, scope, "");
  fputs("}]}", stream);
}

void hud_schema_write_json(FILE *stream)
{
  fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
        "\"title\": \"huddle model file\",\n\"$defs\": {\n",
        stream);
  for (int scope = HUD_SCOPE_MODEL + 1; scope < HUD_SCOPE_STUDY; scope++) {
    fputs(scope > HUD_SCOPE_MODEL + 1 ? ",\n" : "", stream);
    write_definition(stream, (enum hud_scope)scope);
  }
  fputs("},\n\"allOf\": [", stream);
  write_object(stream, HUD_SCOPE_MODEL, "");
  fputs("}]}\n", stream);
}
