/* SPDX-License-Identifier: GPL-3.0-or-later
 * Look-up in the schema table, what a key expects in words, and guesses for misspelt words. */
#include "config/schema.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "config/scalar.h"

enum { MAX_WORD = 40 };

const char *hud_key_name(const struct hud_key *key)
{
  const char *dot = strrchr(key->path, '.');
  return dot != NULL ? dot + 1 : key->path;
}

bool hud_key_is_child(const struct hud_key *key, enum hud_scope scope, const char *parent)
{
  if (key->scope != scope)
    return false;
  size_t length = strlen(parent);
  const char *name = key->path;
  if (length > 0) {
    if (strncmp(name, parent, length) != 0 || name[length] != '.')
      return false;
    name += length + 1;
  }
  return strchr(name, '.') == NULL;
}

const struct hud_key *hud_schema_find(enum hud_scope scope, const char *parent, const char *name)
{
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++)
    if (hud_key_is_child(&keys[k], scope, parent) && strcmp(hud_key_name(&keys[k]), name) == 0)
      return &keys[k];
  return NULL;
}

unsigned hud_schema_all_models(void)
{
  unsigned all = 0;
  for (const struct hud_choice *model = hud_model_choices; model->name != NULL; model++)
    all |= 1u << model->value;
  return all;
}

bool hud_key_is_used(const struct hud_key *key, const struct hud_description *description)
{
  if (key->models != 0 && (key->models >> description->model & 1u) == 0)
    return false;
  if (key->methods != 0 && (key->methods >> description->method & 1u) == 0) {
    const struct hud_key *method = hud_schema_find(HUD_SCOPE_MODEL, "", "method");
    if ((method->models >> description->model & 1u) != 0)
      return false;
  }
  return key->store != HUD_STORE_SIZE || (int)key->offset <= description->clusters;
}

bool hud_key_is_required(const struct hud_key *key, const struct hud_description *description)
{
  return key->required && (key->optional >> description->method & 1u) == 0;
}

bool hud_key_accepts(const struct hud_key *key, double value)
{
  bool above = key->min_open ? value > key->min : value >= key->min;
  bool below = key->max_open ? value < key->max : value <= key->max;
  return above && below;
}

/* ---- words ---- */

static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t size, const char *format, ...)
{
  size_t length = strlen(text);
  va_list args;
  va_start(args, format);
  vsnprintf(text + length, size - length, format, args);
  va_end(args);
}

static void append_choices(char *text, size_t size, const struct hud_choice *choices)
{
  for (const struct hud_choice *c = choices; c->name != NULL; c++)
    append(text, size, "%s%s", c == choices ? "" : ", ", c->name);
}

/* models: only keys that one of these uses; 0: all. */
static void append_children(char *text, size_t size, enum hud_scope scope, const char *parent,
                            unsigned models)
{
  size_t count, found = 0;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++)
    if (hud_key_is_child(&keys[k], scope, parent) &&
        (models == 0 || keys[k].models == 0 || (keys[k].models & models) != 0))
      append(text, size, "%s%s", found++ > 0 ? ", " : "", hud_key_name(&keys[k]));
}

static void append_range(char *text, size_t size, const struct hud_key *key)
{
  char low[32], high[32];
  hud_scalar_print(low, sizeof low, key->min);
  hud_scalar_print(high, sizeof high, key->max);
  bool integer = key->type == HUD_KEY_INTEGER;
  if (integer && key->min == key->max)
    append(text, size, "%s", low);
  else if (integer && isfinite(key->max))
    append(text, size, "an integer from %s to %s", low, high);
  else if (integer)
    append(text, size, "an integer >= %s", low);
  else if (isfinite(key->max))
    append(text, size, "a number %s %s and %s %s", key->min_open ? ">" : ">=", low,
           key->max_open ? "<" : "<=", high);
  else if (isfinite(key->min))
    append(text, size, "a number %s %s", key->min_open ? ">" : ">=", low);
  else
    append(text, size, "a finite number");
}

static void append_scope(char *text, size_t size, enum hud_scope scope)
{
  const struct hud_scope_info *info = hud_schema_scope(scope);
  if (scope == HUD_SCOPE_RATE) {
    append(text, size, "a number, a table like {default: 1, \"1,2\": 0.8}, or {type: ...}");
    return;
  }
  if (scope == HUD_SCOPE_EXPRESSION)
    append(text, size, "an expression in v, or ");
  if (info->words != NULL) {
    append_choices(text, size, info->words);
    append(text, size, ", or ");
  }
  append(text, size,
         info->form == HUD_FORM_ONE_OF ? "a mapping with one of the keys "
                                       : "a mapping with the keys ");
  append_children(text, size, scope, "", 0);
}

void hud_key_describe(const struct hud_key *key, char *text, size_t size)
{
  hud_key_describe_for(key, 0, text, size);
}

void hud_key_describe_for(const struct hud_key *key, unsigned models, char *text, size_t size)
{
  text[0] = '\0';
  switch (key->type) {
  case HUD_KEY_MAPPING:
    append(text, size, "a mapping with the keys ");
    append_children(text, size, key->scope, key->path, models);
    break;
  case HUD_KEY_NUMBER:
  case HUD_KEY_INTEGER:
    append_range(text, size, key);
    break;
  case HUD_KEY_BOOLEAN:
    append(text, size, "true or false");
    break;
  case HUD_KEY_CHOICE:
    append(text, size, "one of ");
    append_choices(text, size, key->choices);
    break;
  case HUD_KEY_TEXT:
    append(text, size, "a text");
    break;
  case HUD_KEY_FILE:
    append(text, size, "the name of a file");
    break;
  case HUD_KEY_NUMBERS:
    append_range(text, size, key);
    append(text, size, ", or a list of at most %d", (int)HUD_MAX_NUMBERS);
    break;
  case HUD_KEY_WORDS:
    append(text, size, "a list of ");
    append_choices(text, size, key->choices);
    break;
  case HUD_KEY_EXPRESSION:
    append(text, size, "an expression in %s", key->symbol);
    if (key->choices != NULL) {
      append(text, size, ", or ");
      append_choices(text, size, key->choices);
    }
    break;
  case HUD_KEY_SCOPE:
    append_scope(text, size, key->value_scope);
    break;
  case HUD_KEY_LIST:
    append(text, size, "a list, each item ");
    append_scope(text, size, key->value_scope);
    break;
  case HUD_KEY_ATOMS:
    append(text, size, "a list of rows [weight, velocities]");
    break;
  case HUD_KEY_TABLE:
    append(text, size, "the name of a CSV file, or a list of rows [v, f]");
    break;
  case HUD_KEY_NODE:
    append(text, size, "%s", key->symbol);
    break;
  }
}

/* ---- guesses ---- */

static size_t smallest(size_t a, size_t b, size_t c)
{
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

/* Optimal string alignment distance; words over MAX_WORD are far from everything. */
static size_t edit_distance(const char *a, const char *b)
{
  size_t rows = strlen(a), columns = strlen(b);
  if (rows > MAX_WORD || columns > MAX_WORD)
    return MAX_WORD;
  size_t table[MAX_WORD + 1][MAX_WORD + 1];
  for (size_t i = 0; i <= rows; i++)
    table[i][0] = i;
  for (size_t j = 0; j <= columns; j++)
    table[0][j] = j;
  for (size_t i = 1; i <= rows; i++)
    for (size_t j = 1; j <= columns; j++) {
      size_t replace = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      table[i][j] = smallest(table[i - 1][j] + 1, table[i][j - 1] + 1, replace);
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped && table[i - 2][j - 2] + 1 < table[i][j])
        table[i][j] = table[i - 2][j - 2] + 1;
    }
  return table[rows][columns];
}

struct hud_guess hud_guess_begin(const char *word)
{
  return (struct hud_guess){word, NULL, 2 + strlen(word) / 4};
}

void hud_guess_consider(struct hud_guess *guess, const char *candidate)
{
  size_t distance = edit_distance(guess->word, candidate);
  size_t length = strlen(candidate);
  if (distance < guess->distance && distance < length) {
    guess->distance = distance;
    guess->best = candidate;
  }
}
