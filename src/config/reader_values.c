/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading one value of each type, and the values of scopes. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "config/expression.h"
#include "config/reader.h"
#include "config/scalar.h"

enum { MAX_TEXT = 1000 };

_Static_assert(sizeof(enum hud_model_kind) == sizeof(int), "enumerations are stored as int");

static void store(void *base, size_t offset, const void *value, size_t size)
{
  memcpy((char *)base + offset, value, size);
}

/* ---- numbers ---- */

static hud_status fail_number(struct hud_reader *reader, const struct hud_node *node,
                              enum hud_scalar_result result, const char *expected)
{
  char line[400];
  if (result != HUD_SCALAR_NOT_FINITE && result != HUD_SCALAR_TOO_LARGE)
    return hud_reader_fail_type(reader, node, expected);
  snprintf(line, sizeof line, "expected %s", expected);
  return hud_document_fail(
      reader->document, node->mark, reader->error, line, "`%s` is `%.60s`, %s", reader->path,
      node->text, result == HUD_SCALAR_NOT_FINITE ? "which is not finite" : "which is too large");
}

hud_status hud_reader_number(struct hud_reader *reader, const struct hud_node *node,
                             const char *expected, double *value)
{
  *value = 0.0;
  if (node->kind != HUD_NODE_SCALAR || node->quoted)
    return hud_reader_fail_type(reader, node, expected);
  enum hud_scalar_result result = hud_scalar_number(node->text, value);
  return result == HUD_SCALAR_OK ? HUD_OK : fail_number(reader, node, result, expected);
}

static hud_status read_number(struct hud_reader *reader, const struct hud_key *key,
                              const struct hud_node *node, void *base)
{
  char expected[120];
  double value;
  hud_key_describe(key, expected, sizeof expected);
  hud_status status = hud_reader_number(reader, node, expected, &value);
  if (status != HUD_OK)
    return status;
  if (!hud_key_accepts(key, value))
    return hud_reader_fail_type(reader, node, expected);
  if (key->scale != 0.0) /* rounded, so that writing and reading again changes nothing */
    value = round(value * key->scale);
  store(base, key->offset, &value, sizeof value);
  return HUD_OK;
}

static hud_status read_integer(struct hud_reader *reader, const struct hud_key *key,
                               const struct hud_node *node, void *base)
{
  char expected[120];
  int64_t value = 0;
  hud_key_describe(key, expected, sizeof expected);
  if (node->kind != HUD_NODE_SCALAR || node->quoted)
    return hud_reader_fail_type(reader, node, expected);
  enum hud_scalar_result result = hud_scalar_integer(node->text, &value);
  if (result != HUD_SCALAR_OK)
    return fail_number(reader, node, result, expected);
  if (!hud_key_accepts(key, (double)value))
    return hud_reader_fail_type(reader, node, expected);
  int small = (int)value;
  uint64_t natural = (uint64_t)value;
  if (key->store == HUD_STORE_INT)
    store(base, key->offset, &small, sizeof small);
  else if (key->store == HUD_STORE_INT64)
    store(base, key->offset, &value, sizeof value);
  else if (key->store == HUD_STORE_UINT64)
    store(base, key->offset, &natural, sizeof natural);
  return HUD_OK;
}

/* ---- words and texts ---- */

static hud_status read_boolean(struct hud_reader *reader, const struct hud_key *key,
                               const struct hud_node *node, void *base)
{
  bool value;
  if (node->kind != HUD_NODE_SCALAR || node->quoted || !hud_scalar_boolean(node->text, &value))
    return hud_reader_fail_type(reader, node, "true or false");
  store(base, key->offset, &value, sizeof value);
  return HUD_OK;
}

/* The value of a word, or an error that guesses what was meant; `expected` lists the words. */
static hud_status read_word(struct hud_reader *reader, const struct hud_node *node,
                            const struct hud_choice *choices, const char *expected, int *value)
{
  char line[400];
  *value = 0;
  if (node->kind != HUD_NODE_SCALAR)
    return hud_reader_fail_type(reader, node, expected);
  struct hud_guess guess = hud_guess_begin(node->text);
  for (const struct hud_choice *c = choices; c->name != NULL; c++) {
    if (strcmp(c->name, node->text) == 0) {
      *value = c->value;
      return HUD_OK;
    }
    hud_guess_consider(&guess, c->name);
  }
  if (guess.best == NULL)
    return hud_reader_fail_type(reader, node, expected);
  snprintf(line, sizeof line, "%s; did you mean `%s`?", expected, guess.best);
  return hud_reader_fail_type(reader, node, line);
}

static hud_status read_choice(struct hud_reader *reader, const struct hud_key *key,
                              const struct hud_node *node, void *base)
{
  char expected[300];
  int value;
  hud_key_describe(key, expected, sizeof expected);
  hud_status status = read_word(reader, node, key->choices, expected, &value);
  if (status == HUD_OK)
    store(base, key->offset, &value, sizeof value);
  return status;
}

static hud_status read_text(struct hud_reader *reader, const struct hud_key *key,
                            const struct hud_node *node, void *base)
{
  char *text = NULL;
  if (node->kind != HUD_NODE_SCALAR || hud_node_is_null(node))
    return hud_reader_fail_type(reader, node, "a text");
  if (strlen(node->text) > MAX_TEXT)
    return hud_document_fail(reader->document, node->mark, reader->error, NULL,
                             "`%s` has %zu bytes; at most %d fit", reader->path, strlen(node->text),
                             MAX_TEXT);
  hud_status status = hud_copy_text(&text, node->text, reader->error);
  if (status == HUD_OK)
    store(base, key->offset, &text, sizeof text);
  return status;
}

/* A path that is not absolute starts in the folder of the model file. */
static hud_status read_file(struct hud_reader *reader, const struct hud_key *key,
                            const struct hud_node *node, void *base)
{
  char *path = NULL;
  if (node->kind != HUD_NODE_SCALAR || hud_node_is_null(node) || node->text[0] == '\0')
    return hud_reader_fail_type(reader, node, "the name of a file");
  bool as_it_is = node->text[0] == '/' || strcmp(reader->folder, ".") == 0;
  hud_status status = as_it_is ? hud_copy_text(&path, node->text, reader->error)
                               : hud_path_join(&path, reader->folder, node->text, reader->error);
  if (status == HUD_OK)
    store(base, key->offset, &path, sizeof path);
  return status;
}

/* A list of numbers, or one number alone. */
static hud_status read_numbers(struct hud_reader *reader, const struct hud_key *key,
                               const struct hud_node *node, void *base)
{
  char expected[200];
  struct hud_numbers numbers = {0};
  hud_key_describe(key, expected, sizeof expected);
  bool list = node->kind == HUD_NODE_LIST;
  if (list && (node->count == 0 || node->count > HUD_MAX_NUMBERS))
    return hud_reader_fail_type(reader, node, expected);
  const struct hud_node *item = list ? node->first : node;
  for (size_t count = list ? node->count : 1; numbers.count < count; numbers.count++) {
    double *value = &numbers.value[numbers.count];
    hud_status status = hud_reader_number(reader, item, expected, value);
    if (status != HUD_OK)
      return status;
    if (!hud_key_accepts(key, *value))
      return hud_reader_fail_type(reader, item, expected);
    item = item->next;
  }
  store(base, key->offset, &numbers, sizeof numbers);
  return HUD_OK;
}

static hud_status read_words(struct hud_reader *reader, const struct hud_key *key,
                             const struct hud_node *node, void *base)
{
  char expected[200];
  int bits = 0;
  hud_key_describe(key, expected, sizeof expected);
  if (node->kind != HUD_NODE_LIST)
    return hud_reader_fail_type(reader, node, expected);
  for (const struct hud_node *item = node->first; item != NULL; item = item->next) {
    int value;
    hud_status status = read_word(reader, item, key->choices, expected, &value);
    if (status != HUD_OK)
      return status;
    bits |= value;
  }
  store(base, key->offset, &bits, sizeof bits);
  return HUD_OK;
}

static hud_status read_expression(struct hud_reader *reader, const struct hud_key *key,
                                  const struct hud_node *node, void *base)
{
  struct hud_error reason;
  struct hud_expression *expression = NULL;
  if (node->kind != HUD_NODE_SCALAR || hud_node_is_null(node)) {
    char expected[80];
    hud_key_describe(key, expected, sizeof expected);
    return hud_reader_fail_type(reader, node, expected);
  }
  for (const struct hud_choice *word = key->choices; word != NULL && word->name != NULL; word++)
    if (strcmp(word->name, node->text) == 0)
      return HUD_OK;
  hud_status status = hud_expression_create(&expression, node->text, key->symbol, &reason);
  if (status == HUD_ERROR_INPUT)
    return hud_document_fail(reader->document, node->mark, reader->error, NULL, "`%s`: %s",
                             reader->path, reason.message);
  if (status != HUD_OK)
    return hud_fail(reader->error, status, "%s", reason.message);
  store(base, key->offset, &expression, sizeof expression);
  return HUD_OK;
}

/* ---- values of scopes ---- */

static hud_status check_interval(struct hud_reader *reader, const struct hud_node *node,
                                 const struct hud_density_spec *spec)
{
  if (spec->min < spec->max)
    return HUD_OK;
  return hud_document_fail(reader->document, node->mark, reader->error, NULL,
                           "`%s` has min = %g and max = %g; expected min < max", reader->path,
                           spec->min, spec->max);
}

/* The mass, NaN where it depends on an expression. */
static double known_mass(const struct hud_density_spec *spec)
{
  double mass = 0.0;
  switch (spec->type) {
  case HUD_DENSITY_GAUSSIAN:
  case HUD_DENSITY_UNIFORM:
  case HUD_DENSITY_SELF_SIMILAR:
    return spec->mass;
  case HUD_DENSITY_MIXTURE:
    for (size_t p = 0; p < spec->part_count; p++)
      mass += known_mass(&spec->parts[p]);
    return mass;
  case HUD_DENSITY_ATOMS:
    for (size_t a = 0; a < spec->point_count; a++)
      mass += spec->points[2 * a];
    return mass;
  case HUD_DENSITY_TABLE:
    for (size_t a = 0; a + 1 < spec->point_count; a++) {
      const double *row = spec->points + 2 * a;
      mass += 0.5 * (row[2] - row[0]) * (row[1] + row[3]);
    }
    return mass;
  case HUD_DENSITY_EXPRESSION:
    break;
  }
  return NAN;
}

static void scale_mass(struct hud_density_spec *spec, double factor)
{
  spec->mass *= factor;
  for (size_t p = 0; p < spec->part_count; p++)
    scale_mass(&spec->parts[p], factor);
  for (size_t a = 0; a < spec->point_count; a++)
    spec->points[2 * a + (spec->type == HUD_DENSITY_TABLE)] *= factor;
}

/* Mass one for the factor of a product; what is one to round-off stays as it is, so that writing
 * and reading again changes nothing. The mass of an expression is not known here. */
static void normalise(struct hud_density_spec *spec)
{
  double mass = known_mass(spec);
  if (mass > 0.0 && fabs(mass - 1.0) > 1e-12)
    scale_mass(spec, 1.0 / mass);
}

/* What the rows cannot say about a density or initial clusters. */
static hud_status finish_scope(struct hud_reader *reader, enum hud_scope scope,
                               const struct hud_node *node, void *target)
{
  if (scope == HUD_SCOPE_DENSITY) {
    struct hud_density_spec *spec = target;
    if (spec->type == HUD_DENSITY_UNIFORM || spec->type == HUD_DENSITY_EXPRESSION)
      return check_interval(reader, node, spec);
    double mass = known_mass(spec);
    if (mass <= 0.0 || isinf(mass))
      return hud_document_fail(reader->document, node->mark, reader->error, NULL,
                               "`%s` has the mass %g; expected a finite mass > 0", reader->path,
                               mass);
  } else if (scope == HUD_SCOPE_CLUSTER) {
    struct hud_cluster_initial *initial = target;
    if (initial->type == HUD_CLUSTER_PRODUCT)
      normalise(&initial->density);
  }
  return HUD_OK;
}

/* A mapping with exactly one key, which says the type. */
static hud_status read_one_of(struct hud_reader *reader, enum hud_scope scope,
                              const struct hud_node *node, const char *expected, void *target)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  if (node->kind != HUD_NODE_MAPPING || node->count == 0)
    return hud_reader_fail_type(reader, node, expected);
  const struct hud_node *child = node->first;
  const struct hud_key *key = hud_schema_find(scope, "", child->key);
  if (key == NULL) /* the mapping reader knows what to say */
    return hud_reader_mapping(reader, node, scope, "", target, true, node->mark);
  if (node->count > 1)
    return hud_document_fail(reader->document, child->next->key_mark, reader->error, NULL,
                             "`%s` has both `%.40s` and `%.40s`; expected one of them",
                             reader->path, child->key, child->next->key);
  store(target, info->type_offset, &key->variant, sizeof key->variant);
  size_t length = hud_reader_enter(reader, child->key);
  hud_status status = hud_reader_value(reader, key, child, target, true);
  hud_reader_leave(reader, length);
  return status;
}

static hud_status read_constant_rate(struct hud_reader *reader, const struct hud_node *node,
                                     void *target)
{
  static const int type = HUD_RATE_CONSTANT;
  store(target, hud_schema_scope(HUD_SCOPE_RATE)->type_offset, &type, sizeof type);
  return read_number(reader, hud_schema_find(HUD_SCOPE_RATE, "", "value"), node, target);
}

static hud_status read_scope(struct hud_reader *reader, enum hud_scope scope,
                             const struct hud_node *node, void *target)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  const struct hud_key description = {.type = HUD_KEY_SCOPE, .value_scope = scope};
  char expected[300];
  hud_key_describe(&description, expected, sizeof expected);
  if (scope == HUD_SCOPE_EXPRESSION) {
    struct hud_density_spec *spec = target;
    spec->min = -INFINITY;
    spec->max = INFINITY;
    if (node->kind == HUD_NODE_SCALAR)
      return read_expression(reader, hud_schema_find(scope, "", "formula"), node, target);
  }
  if (scope == HUD_SCOPE_RATE && node->kind == HUD_NODE_SCALAR)
    return read_constant_rate(reader, node, target);
  if (scope == HUD_SCOPE_RATE && node->kind == HUD_NODE_MAPPING &&
      hud_node_find(node, "type") == NULL)
    return hud_reader_rate_table(reader, node, target);
  if (info->words != NULL && node->kind == HUD_NODE_SCALAR) {
    int value;
    hud_status status = read_word(reader, node, info->words, expected, &value);
    if (status == HUD_OK)
      store(target, info->type_offset, &value, sizeof value);
    return status;
  }
  if (info->form == HUD_FORM_ONE_OF)
    return read_one_of(reader, scope, node, expected, target);
  if (node->kind != HUD_NODE_MAPPING)
    return hud_reader_fail_type(reader, node, expected);
  return hud_reader_mapping(reader, node, scope, "", target, true, node->mark);
}

hud_status hud_reader_scope(struct hud_reader *reader, enum hud_scope scope,
                            const struct hud_node *node, void *target)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  if (info->mark_offset != HUD_NO_MARK)
    store(target, info->mark_offset, &node->mark, sizeof node->mark);
  hud_status status = read_scope(reader, scope, node, target);
  return status == HUD_OK ? finish_scope(reader, scope, node, target) : status;
}

/* initial.f2 ... f9: kept aside until all of them are known. */
static hud_status read_size(struct hud_reader *reader, const struct hud_key *key,
                            const struct hud_node *node, bool used)
{
  struct hud_cluster_initial aside = {0};
  struct hud_cluster_initial *target = used ? &reader->sizes[key->offset] : &aside;
  reader->k = (int)key->offset;
  hud_status status = hud_reader_scope(reader, key->value_scope, node, target);
  if (used)
    reader->size_given[key->offset] = true;
  hud_cluster_initial_clear(&aside);
  return status;
}

static hud_status read_atoms(struct hud_reader *reader, const struct hud_key *key,
                             const struct hud_node *node, void *base)
{
  if (key->scope == HUD_SCOPE_CLUSTER) {
    struct hud_cluster_initial *initial = base;
    return hud_reader_atoms(reader, node, (size_t)reader->k + 1, &initial->points,
                            &initial->point_count);
  }
  struct hud_density_spec *spec = base;
  return hud_reader_atoms(reader, node, 2, &spec->points, &spec->point_count);
}

/* Kept for others to read; a list has items. */
static hud_status read_node(struct hud_reader *reader, const struct hud_key *key,
                            const struct hud_node *node, void *base)
{
  char expected[400];
  hud_key_describe(key, expected, sizeof expected);
  bool list = key->type == HUD_KEY_LIST;
  if (hud_node_is_null(node) || (list && (node->kind != HUD_NODE_LIST || node->count == 0)))
    return hud_reader_fail_type(reader, node, expected);
  store(base, key->offset, &node, sizeof node);
  return HUD_OK;
}

static hud_status read_parts(struct hud_reader *reader, const struct hud_key *key,
                             const struct hud_node *node, void *base)
{
  struct hud_density_spec *density = base;
  struct hud_gas_spec *gas = base;
  if (key->value_scope == HUD_SCOPE_GAS)
    return hud_reader_items(reader, node, key->value_scope, &gas->parts, &gas->part_count);
  return hud_reader_items(reader, node, key->value_scope, &density->parts, &density->part_count);
}

hud_status hud_reader_value(struct hud_reader *reader, const struct hud_key *key,
                            const struct hud_node *node, void *base, bool used)
{
  static const bool given = true;
  switch (key->type) {
  case HUD_KEY_MAPPING:
    if (node->kind != HUD_NODE_MAPPING) {
      char expected[300];
      unsigned family = reader->identified ? hud_schema_family(reader->description->model) : 0;
      hud_key_describe_for(key, family, expected, sizeof expected);
      return hud_reader_fail_type(reader, node, expected);
    }
    if (key->store == HUD_STORE_GIVEN)
      store(base, key->offset, &given, sizeof given);
    return hud_reader_mapping(reader, node, key->scope, key->path, base, used, node->key_mark);
  case HUD_KEY_NUMBER:
    return read_number(reader, key, node, base);
  case HUD_KEY_INTEGER:
    return read_integer(reader, key, node, base);
  case HUD_KEY_BOOLEAN:
    return read_boolean(reader, key, node, base);
  case HUD_KEY_CHOICE:
    return read_choice(reader, key, node, base);
  case HUD_KEY_TEXT:
    return read_text(reader, key, node, base);
  case HUD_KEY_FILE:
    return read_file(reader, key, node, base);
  case HUD_KEY_NUMBERS:
    return read_numbers(reader, key, node, base);
  case HUD_KEY_WORDS:
    return read_words(reader, key, node, base);
  case HUD_KEY_EXPRESSION:
    return read_expression(reader, key, node, base);
  case HUD_KEY_SCOPE:
    if (key->store == HUD_STORE_SIZE)
      return read_size(reader, key, node, used);
    return hud_reader_scope(reader, key->value_scope, node, (char *)base + key->offset);
  case HUD_KEY_LIST:
    return key->store == HUD_STORE_NODE ? read_node(reader, key, node, base)
                                        : read_parts(reader, key, node, base);
  case HUD_KEY_NODE:
    return read_node(reader, key, node, base);
  case HUD_KEY_ATOMS:
    return read_atoms(reader, key, node, base);
  case HUD_KEY_TABLE:
    return hud_reader_table(reader, node, base);
  }
  return HUD_OK;
}
