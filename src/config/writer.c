/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The canonical YAML of a description, by the rows of the schema: nested mappings of the model are
 * written in block style, everything below a density, a rate law or the like on one line. */
#include "config/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "config/expression.h"
#include "config/scalar.h"
#include "config/schema.h"

static void write_scope(FILE *stream, enum hud_scope scope, const void *target, int k);

static int load_int(const void *base, size_t offset)
{
  int value;
  memcpy(&value, (const char *)base + offset, sizeof value);
  return value;
}

static double load_double(const void *base, size_t offset)
{
  double value;
  memcpy(&value, (const char *)base + offset, sizeof value);
  return value;
}

static const void *load_pointer(const void *base, size_t offset)
{
  const void *value;
  memcpy(&value, (const char *)base + offset, sizeof value);
  return value;
}

static void write_number(FILE *stream, double value)
{
  char text[40];
  hud_scalar_print(text, sizeof text, value);
  fputs(text, stream);
}

/* Double-quoted, so that any text reads back as itself. */
static void write_text(FILE *stream, const char *text)
{
  fputc('"', stream);
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\')
      fprintf(stream, "\\%c", c);
    else if (c < ' ' || c == 0x7f)
      fprintf(stream, "\\x%02x", c);
    else
      fputc(c, stream);
  }
  fputc('"', stream);
}

static void write_rows(FILE *stream, const double *points, size_t count, size_t width)
{
  fputc('[', stream);
  for (size_t r = 0; r < count; r++) {
    fputs(r > 0 ? ", [" : "[", stream);
    for (size_t c = 0; c < width; c++) {
      fputs(c > 0 ? ", " : "", stream);
      write_number(stream, points[r * width + c]);
    }
    fputc(']', stream);
  }
  fputc(']', stream);
}

/* ---- values ---- */

static void write_integer(FILE *stream, const struct hud_key *key, const void *base)
{
  int64_t value = 1; /* `huddle` is stored nowhere */
  if (key->store == HUD_STORE_INT)
    value = load_int(base, key->offset);
  else if (key->store != HUD_STORE_NONE)
    memcpy(&value, (const char *)base + key->offset, sizeof value);
  fprintf(stream, "%" PRId64, value);
}

static void write_points(FILE *stream, const struct hud_key *key, const void *base, int k)
{
  if (key->scope == HUD_SCOPE_CLUSTER) {
    const struct hud_cluster_initial *initial = base;
    write_rows(stream, initial->points, initial->point_count, (size_t)k + 1);
    return;
  }
  const struct hud_density_spec *spec = base;
  write_rows(stream, spec->points, spec->point_count, 2);
}

static void write_parts(FILE *stream, enum hud_scope scope, const void *base)
{
  const struct hud_density_spec *density = base;
  const struct hud_gas_spec *gas = base;
  bool of_gas = scope == HUD_SCOPE_GAS;
  size_t count = of_gas ? gas->part_count : density->part_count;
  fputc('[', stream);
  for (size_t p = 0; p < count; p++) {
    fputs(p > 0 ? ", " : "", stream);
    write_scope(stream, scope,
                of_gas ? (const void *)&gas->parts[p] : (const void *)&density->parts[p], 1);
  }
  fputc(']', stream);
}

static void write_numbers(FILE *stream, const struct hud_key *key, const void *base)
{
  struct hud_numbers numbers;
  memcpy(&numbers, (const char *)base + key->offset, sizeof numbers);
  fputc('[', stream);
  for (size_t n = 0; n < numbers.count; n++) {
    fputs(n > 0 ? ", " : "", stream);
    write_number(stream, numbers.value[n]);
  }
  fputc(']', stream);
}

static void write_bits(FILE *stream, const struct hud_key *key, int bits)
{
  const char *comma = "";
  fputc('[', stream);
  for (const struct hud_choice *c = key->choices; c->name != NULL; c++)
    if ((bits & c->value) != 0) {
      fprintf(stream, "%s%s", comma, c->name);
      comma = ", ";
    }
  fputc(']', stream);
}

/* A value that is there to write: no default that is an absence (a NULL text, an infinite end). */
static bool is_present(const struct hud_key *key, const void *base)
{
  bool given;
  size_t count;
  switch (key->store) {
  case HUD_STORE_NUMBERS:
    memcpy(&count, (const char *)base + key->offset + offsetof(struct hud_numbers, count),
           sizeof count);
    return count > 0;
  case HUD_STORE_BITS:
    return load_int(base, key->offset) != 0;
  case HUD_STORE_GIVEN:
    memcpy(&given, (const char *)base + key->offset, sizeof given);
    return given;
  case HUD_STORE_TEXT:
  case HUD_STORE_EXPRESSION:
    return load_pointer(base, key->offset) != NULL;
  case HUD_STORE_DOUBLE:
    return isfinite(load_double(base, key->offset));
  default:
    return true;
  }
}

static void write_children(FILE *stream, enum hud_scope scope, const char *parent, const void *base,
                           int k);

static void write_value(FILE *stream, const struct hud_key *key, const void *base, int k)
{
  bool flag;
  switch (key->type) {
  case HUD_KEY_MAPPING:
    write_children(stream, key->scope, key->path, base, k);
    break;
  case HUD_KEY_NUMBER:
    write_number(stream, load_double(base, key->offset) / (key->scale != 0.0 ? key->scale : 1.0));
    break;
  case HUD_KEY_INTEGER:
    write_integer(stream, key, base);
    break;
  case HUD_KEY_BOOLEAN:
    memcpy(&flag, (const char *)base + key->offset, sizeof flag);
    fputs(flag ? "true" : "false", stream);
    break;
  case HUD_KEY_CHOICE:
    fputs(hud_choice_name(key->choices, load_int(base, key->offset)), stream);
    break;
  case HUD_KEY_TEXT:
  case HUD_KEY_FILE:
    write_text(stream, load_pointer(base, key->offset));
    break;
  case HUD_KEY_NUMBERS:
    write_numbers(stream, key, base);
    break;
  case HUD_KEY_WORDS:
    write_bits(stream, key, load_int(base, key->offset));
    break;
  case HUD_KEY_EXPRESSION:
    write_text(stream, hud_expression_text(load_pointer(base, key->offset)));
    break;
  case HUD_KEY_SCOPE:
    write_scope(stream, key->value_scope, (const char *)base + key->offset, k);
    break;
  case HUD_KEY_LIST:
    write_parts(stream, key->value_scope, base);
    break;
  case HUD_KEY_ATOMS:
  case HUD_KEY_TABLE:
    write_points(stream, key, base, k);
    break;
  case HUD_KEY_NODE: /* not in models */
    break;
  }
}

/* ---- scopes, on one line ---- */

static void write_children(FILE *stream, enum hud_scope scope, const char *parent, const void *base,
                           int k)
{
  size_t count, written = 0;
  const struct hud_key *keys = hud_schema_keys(&count);
  int type = load_int(base, hud_schema_scope(scope)->type_offset);
  fputc('{', stream);
  for (size_t r = 0; r < count; r++) {
    bool fits = keys[r].variants == 0 || (keys[r].variants >> type & 1u) != 0;
    if (!hud_key_is_child(&keys[r], scope, parent) || !fits || !is_present(&keys[r], base))
      continue;
    fprintf(stream, "%s%s: ", written++ > 0 ? ", " : "", hud_key_name(&keys[r]));
    write_value(stream, &keys[r], base, k);
  }
  fputc('}', stream);
}

static void write_rate_table(FILE *stream, const struct hud_rate_law *law)
{
  const char *comma = "";
  fputc('{', stream);
  if (law->has_default) {
    fputs("default: ", stream);
    write_number(stream, law->constant);
    comma = ", ";
  }
  for (size_t e = 0; e < law->entry_count; e++) {
    fprintf(stream, "%s\"%d,%d\": ", comma, law->entries[e].i, law->entries[e].j);
    write_number(stream, law->entries[e].value);
    comma = ", ";
  }
  fputc('}', stream);
}

static void write_one_of(FILE *stream, enum hud_scope scope, int type, const void *target, int k)
{
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t r = 0; r < count; r++)
    if (hud_key_is_child(&keys[r], scope, "") && keys[r].variant == type) {
      fprintf(stream, "{%s: ", keys[r].path);
      write_value(stream, &keys[r], target, k);
      fputc('}', stream);
    }
}

static void write_scope(FILE *stream, enum hud_scope scope, const void *target, int k)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  int type = load_int(target, info->type_offset);
  if (scope == HUD_SCOPE_RATE && type == HUD_RATE_TABLE) {
    write_rate_table(stream, target);
    return;
  }
  for (const struct hud_choice *word = info->words; word != NULL && word->name != NULL; word++)
    if (word->value == type) {
      fputs(word->name, stream);
      return;
    }
  if (info->form == HUD_FORM_ONE_OF)
    write_one_of(stream, scope, type, target, k);
  else
    write_children(stream, scope, "", target, k);
}

/* ---- the model, in blocks ---- */

static bool has_children(const struct hud_description *d, const char *parent);

/* f_k for k up to the last size given: those before it have the value of initial.clusters. */
static bool is_written(const struct hud_description *d, const struct hud_key *key)
{
  if (key->store == HUD_STORE_SIZE && (int)key->offset > d->initial.cluster_count)
    return false;
  if (!hud_key_is_used(key, d) || !is_present(key, d))
    return false;
  return key->type != HUD_KEY_MAPPING || has_children(d, key->path);
}

/* A mapping without children would not be read as one. */
static bool has_children(const struct hud_description *d, const char *parent)
{
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t r = 0; r < count; r++)
    if (hud_key_is_child(&keys[r], HUD_SCOPE_MODEL, parent) && is_written(d, &keys[r]))
      return true;
  return false;
}

static void write_block(FILE *stream, const struct hud_description *d, const char *parent,
                        int indent)
{
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t r = 0; r < count; r++) {
    const struct hud_key *key = &keys[r];
    if (!hud_key_is_child(key, HUD_SCOPE_MODEL, parent) || !is_written(d, key))
      continue;
    fprintf(stream, "%*s%s:%s", indent, "", hud_key_name(key),
            key->type == HUD_KEY_MAPPING ? "\n" : " ");
    if (key->type == HUD_KEY_MAPPING) {
      write_block(stream, d, key->path, indent + 2);
      continue;
    }
    if (key->store == HUD_STORE_SIZE)
      write_scope(stream, key->value_scope, &d->initial.clusters[key->offset], (int)key->offset);
    else
      write_value(stream, key, d, 1);
    fputc('\n', stream);
  }
}

void hud_description_write(const struct hud_description *description, FILE *stream)
{
  write_block(stream, description, "", 0);
}
