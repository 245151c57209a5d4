/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The schema of model files: one table of keys that drives reading, checking, defaults,
 * did-you-mean, the canonical form, the reference page and the JSON schema. A row says where a key
 * stands, what it holds, where its value goes in struct hud_description, and which models and
 * methods use it. Keys below a density, a rate law and the like are rows of their own *scope*,
 * which stands for every place where such a value may occur. */
#ifndef HUD_CONFIG_SCHEMA_H
#define HUD_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "config/description.h"
#include "config/schema_choices.h"

enum hud_scope {
  HUD_SCOPE_MODEL, /* the file; rows address struct hud_description */
  HUD_SCOPE_RATE,
  HUD_SCOPE_DURATION,
  HUD_SCOPE_POTENTIAL,
  HUD_SCOPE_DENSITY,
  HUD_SCOPE_CLUSTER, /* initial data of f_k, k >= 2 */
  HUD_SCOPE_EXPRESSION,
  HUD_SCOPE_DOMAIN,
  HUD_SCOPE_GAS,   /* velocities of a gas */
  HUD_SCOPE_STUDY, /* a study file, and from here on what stands in one */
  HUD_SCOPE_RANGE,
  HUD_SCOPE_VARIANT,
  HUD_SCOPE_FIT,
  HUD_SCOPE_EXPECTATION,
  HUD_SCOPE_COUNT
};

/* What a scope's value looks like: a mapping of its keys; a mapping with exactly one of its keys;
 * or a mapping whose `type` says which other keys it has. */
enum hud_scope_form { HUD_FORM_MAPPING, HUD_FORM_ONE_OF, HUD_FORM_TAGGED };

enum hud_key_type {
  HUD_KEY_MAPPING, /* its keys are the rows "path.*" of the same scope */
  HUD_KEY_NUMBER,
  HUD_KEY_INTEGER,
  HUD_KEY_BOOLEAN,
  HUD_KEY_CHOICE,
  HUD_KEY_TEXT,
  HUD_KEY_FILE,       /* a file name, from the folder of the model file */
  HUD_KEY_NUMBERS,    /* a number or a list of at most HUD_MAX_NUMBERS */
  HUD_KEY_WORDS,      /* a list of `choices`, as bits */
  HUD_KEY_EXPRESSION, /* in the variables `symbol`; the word in `choices`, if any, means none */
  HUD_KEY_SCOPE,      /* a value of value_scope */
  HUD_KEY_LIST,       /* a list of values of value_scope */
  HUD_KEY_ATOMS,      /* a list of rows [weight, v, ...] */
  HUD_KEY_TABLE,      /* a file name, or a list of rows [v, f] */
  HUD_KEY_NODE        /* what the reader leaves to others: `symbol` says in words what it is */
};

/* The C type of a value in the struct that the scope addresses. */
enum hud_store {
  HUD_STORE_NONE,
  HUD_STORE_DOUBLE,
  HUD_STORE_INT,
  HUD_STORE_INT64,
  HUD_STORE_UINT64,
  HUD_STORE_BOOL,
  HUD_STORE_ENUM,
  HUD_STORE_TEXT,
  HUD_STORE_NUMBERS, /* struct hud_numbers */
  HUD_STORE_BITS,    /* int */
  HUD_STORE_EXPRESSION,
  HUD_STORE_STRUCT, /* of a scope: rate law, density, ... */
  HUD_STORE_GIVEN,  /* of a mapping: a bool that says whether it was given */
  HUD_STORE_NODE,   /* const struct hud_node *: of a list, its items are read by others */
  HUD_STORE_SIZE    /* initial data of f_k, k = offset: kept by the reader until K is known */
};

struct hud_key {
  enum hud_scope scope;
  const char *path; /* within the scope, parts separated by dots; parents stand before children */
  enum hud_key_type type;
  enum hud_store store;
  size_t offset;
  double scale;                     /* the stored value is scale * the value given; 0: 1 */
  bool required;                    /* by the models and methods that use it */
  bool min_open, max_open;          /* the end itself does not belong to the range */
  double min, max;                  /* of a number */
  const char *fallback;             /* the default, as YAML; NULL: none */
  const char *default_note;         /* a default that depends on others, in words */
  const struct hud_choice *choices; /* of a choice */
  enum hud_scope value_scope;
  int variant;        /* ONE_OF scopes: the value of the struct's type that a top-level key means */
  unsigned variants;  /* TAGGED scopes: the types that have this key, as bits; 0: all */
  unsigned models;    /* that use it, as bits 1u << hud_model_kind; 0: all */
  unsigned methods;   /* that use it, as bits 1u << hud_method; 0: all */
  unsigned optional;  /* methods among them that can do without it, though it is required */
  const char *symbol; /* in the papers; of an expression: its variables; of a node: what it is */
  const char *meaning;
};

struct hud_scope_info {
  const char *name, *title;
  enum hud_scope_form form;
  const struct hud_choice *words;        /* values that are a single word, or NULL */
  size_t size, type_offset, mark_offset; /* of the struct; no mark: HUD_NO_MARK */
  const char *prose;
};
#define HUD_NO_MARK ((size_t)-1)

/* Models of one family share their keys: a key of another family is unknown, a key of the same
 * family that a model does not use is accepted and noted. */
unsigned hud_schema_family(enum hud_model_kind model);

/* The bits of all models. */
unsigned hud_schema_all_models(void);

/* A key that the described model and method use. A model without the key `method` has no method. */
bool hud_key_is_used(const struct hud_key *key, const struct hud_description *description);

/* A key in use that must be given. */
bool hud_key_is_required(const struct hud_key *key, const struct hud_description *description);

const struct hud_key *hud_schema_keys(size_t *count);
const struct hud_scope_info *hud_schema_scope(enum hud_scope scope);

/* The last part of a key's path. */
const char *hud_key_name(const struct hud_key *key);

/* The row is a direct child of `parent` ("" for the top) in the scope. */
bool hud_key_is_child(const struct hud_key *key, enum hud_scope scope, const char *parent);

/* The row of `name` below `parent`, or NULL. */
const struct hud_key *hud_schema_find(enum hud_scope scope, const char *parent, const char *name);

/* "a number > 0", "an integer from 8 to 8192", "one of grid, spectral": what a key expects. */
void hud_key_describe(const struct hud_key *key, char *text, size_t size);

/* The same, a mapping with only those of its keys that one of these models (bits; 0: all) knows. */
void hud_key_describe_for(const struct hud_key *key, unsigned models, char *text, size_t size);

/* Is `value` in the key's range? */
bool hud_key_accepts(const struct hud_key *key, double value);

/* The candidate nearest to `word` by edit distance (letters inserted, deleted, replaced, swapped),
 * or NULL if none is near. Call with each candidate, `best` and `distance` kept between calls. */
struct hud_guess {
  const char *word, *best;
  size_t distance;
};
struct hud_guess hud_guess_begin(const char *word);
void hud_guess_consider(struct hud_guess *guess, const char *candidate);

/* The reference page docs/model-file.md (Markdown) and the JSON schema, to a stream whose errors
 * the caller checks. */
void hud_schema_write_reference(FILE *stream);
void hud_schema_write_study_reference(FILE *stream); /* docs/study-file.md */
void hud_schema_write_json(FILE *stream);

#endif
