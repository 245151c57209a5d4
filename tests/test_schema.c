/* SPDX-License-Identifier: GPL-3.0-or-later
 * The schema table is consistent, every numeric key refuses what is no number or out of range, and
 * the reference page and the JSON schema are up to date. `test_schema --write` writes both again
 * (`make reference`). Runs in the root of the source tree. */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "config/document.h"
#include "config/model_file.h"
#include "config/schema.h"

static const char reference_page[] = "docs/model-file.md";
static const char study_page[] = "docs/study-file.md";
static const char json_schema[] = "docs/model-file.schema.json";

static const char model_text[] = "huddle: 1\n"
                                 "model: hierarchy\n"
                                 "method: grid\n"
                                 "epsilon: 0.05\n"
                                 "clusters: 3\n"
                                 "rates: {lambda: 1, mu: 2}\n"
                                 "velocity: {min: -8, max: 8, cells: 256}\n"
                                 "initial: {f1: {gaussian: {mean: 0.3, stddev: 1}}}\n"
                                 "time: {end: 3}\n";

static const char gas_text[] = "huddle: 1\n"
                               "model: hard_spheres\n"
                               "dimension: 2\n"
                               "orders: 1\n"
                               "particles: {count: 100}\n"
                               "initial: {velocity: {gaussian: {temperature: 1}}}\n"
                               "time: {end: 3}\n";

static const char boltzmann_text[] = "huddle: 1\n"
                                     "model: boltzmann\n"
                                     "dimension: 2\n"
                                     "orders: 1\n"
                                     "particles: {count: 100}\n"
                                     "initial: {velocity: {gaussian: {temperature: 1}}}\n"
                                     "time: {end: 3}\n";

static hud_status load_text(const char *text, const char *const *overrides, size_t count,
                            struct hud_error *error)
{
  struct hud_model_file *file = NULL;
  hud_status status =
      hud_model_file_parse(&file, "m.yaml", text, strlen(text), overrides, count, error);
  hud_model_file_free(file);
  return status;
}

static hud_status load(const char *const *overrides, size_t count, struct hud_error *error)
{
  return load_text(model_text, overrides, count, error);
}

/* A model that knows the key. */
static const char *text_with(const struct hud_key *key)
{
  bool of_clusters = (key->models & hud_schema_family(HUD_MODEL_HIERARCHY)) != 0;
  if (key->models == 0 || of_clusters)
    return model_text;
  return (key->models & 1u << HUD_MODEL_HARD_SPHERES) != 0 ? gas_text : boltzmann_text;
}

/* The model key below which the rows of a scope are tried, with what has to stand beside them. */
struct place {
  enum hud_scope scope;
  const char *prefix; /* before the row's path */
  const char *before; /* an override that makes the place, or NULL */
};
static const struct place places[] = {
    {HUD_SCOPE_MODEL, "", NULL},
    {HUD_SCOPE_RATE, "rates.mu.", "rates.mu={type: constant, value: 1}"},
    {HUD_SCOPE_DURATION, "duration.", NULL},
    {HUD_SCOPE_DENSITY, "initial.f1.", NULL},
    {HUD_SCOPE_CLUSTER, "initial.f2.", NULL},
    {HUD_SCOPE_EXPRESSION, "initial.f1.expression.",
     "initial.f1={expression: {formula: \"exp(-v^2)\"}}"},
};

/* Sets the potential's type so that the row is one of its keys; clears f1 for another density. */
static const char *prepare(const struct place *place, const struct hud_key *key)
{
  if (place->scope == HUD_SCOPE_DENSITY) {
    if (strncmp(key->path, "uniform.", 8) == 0)
      return "initial.f1={uniform: {min: 0, max: 1}}";
    if (strncmp(key->path, "self_similar.", 13) == 0)
      return "initial.f1={self_similar: {mean: 0, scale: 1}}";
  }
  return place->before;
}

static void assert_value_refused(const struct place *place, const struct hud_key *key,
                                 const char *value)
{
  char assignment[200], path[120];
  struct hud_error error = {0};
  snprintf(path, sizeof path, "`%s%s`", place->prefix, key->path);
  snprintf(assignment, sizeof assignment, "%s%s=%s", place->prefix, key->path, value);
  const char *before = prepare(place, key);
  const char *overrides[2] = {before != NULL ? before : assignment, assignment};
  hud_status status = load_text(text_with(key), overrides, before != NULL ? 2 : 1, &error);
  if (status != HUD_ERROR_INPUT || strncmp(error.where, "--set ", 6) != 0 ||
      strstr(error.message, path) == NULL) {
    print_error("%s gave %s: %s: %s\n", assignment, hud_status_name(status), error.where,
                error.message);
    fail();
  }
}

static void assert_number_checked(const struct place *place, const struct hud_key *key)
{
  static const char *const never[] = {".nan", ".inf", "-.inf",  "nan",   "1e999", "-1e999",
                                      "word", "[1]",  "{a: 1}", "\"1\"", "0x10",  "1_0",
                                      "true", "~",    "1 2",    "1e",    "--1",   "1,5"};
  for (size_t n = 0; n < sizeof never / sizeof never[0]; n++)
    assert_value_refused(place, key, never[n]);
  char value[40];
  if (key->type == HUD_KEY_INTEGER)
    assert_value_refused(place, key, "1.5");
  if (isfinite(key->min)) {
    snprintf(value, sizeof value, "%.17g", key->min_open ? key->min : key->min - 1.0);
    assert_value_refused(place, key, value);
  }
  if (isfinite(key->max)) {
    snprintf(value, sizeof value, "%.17g", key->max_open ? key->max : key->max + 1.0);
    assert_value_refused(place, key, value);
  }
}

static void test_numbers_are_checked(void **state)
{
  (void)state;
  size_t count, tried = 0;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
    for (size_t k = 0; k < count; k++) {
      bool number = keys[k].type == HUD_KEY_NUMBER || keys[k].type == HUD_KEY_INTEGER;
      if (keys[k].scope != places[p].scope || !number)
        continue;
      assert_number_checked(&places[p], &keys[k]);
      tried++;
    }
  assert_true(tried >= 30);
}

/* Numbers of the potentials, each with its type. */
static void test_potential_numbers_are_checked(void **state)
{
  (void)state;
  static const struct {
    const char *name, *before;
  } rows[] = {
      {"exponent", "potential={type: power, exponent: 2}"},
      {"radius", "potential={type: bounded_confidence, radius: 1}"},
      {"distance", "potential={type: attraction_repulsion, distance: 1}"},
  };
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    struct place place = {HUD_SCOPE_POTENTIAL, "potential.", rows[r].before};
    struct hud_error error = {0};
    assert_ok(load(&rows[r].before, 1, &error), &error);
    assert_number_checked(&place, hud_schema_find(HUD_SCOPE_POTENTIAL, "", rows[r].name));
  }
}

/* Every boolean, choice, text, mapping and list refuses values of another kind. */
static void test_other_types_are_checked(void **state)
{
  (void)state;
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++) {
    if (keys[k].scope != HUD_SCOPE_MODEL)
      continue;
    if (keys[k].type != HUD_KEY_MAPPING && keys[k].type != HUD_KEY_SCOPE)
      assert_value_refused(&places[0], &keys[k], "{a: 1}");
    if (keys[k].type != HUD_KEY_TEXT)
      assert_value_refused(&places[0], &keys[k], "a word");
    assert_value_refused(&places[0], &keys[k], "[a, b]");
    assert_value_refused(&places[0], &keys[k], "null");
    if (keys[k].type == HUD_KEY_BOOLEAN) {
      assert_value_refused(&places[0], &keys[k], "yes");
      assert_value_refused(&places[0], &keys[k], "1");
      assert_value_refused(&places[0], &keys[k], "\"true\"");
    }
  }
}

/* The table itself: parents before children, defaults within ranges, meanings everywhere. */
static void test_table_is_consistent(void **state)
{
  (void)state;
  size_t count;
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++) {
    const struct hud_key *key = &keys[k];
    char parent[80];
    snprintf(parent, sizeof parent, "%.*s",
             (int)(hud_key_name(key) - key->path > 0 ? hud_key_name(key) - key->path - 1 : 0),
             key->path);
    assert_non_null(key->meaning);
    assert_ptr_equal(hud_schema_find(key->scope, parent, hud_key_name(key)), key);
    assert_false(key->required && key->fallback != NULL);
    if (key->type == HUD_KEY_CHOICE)
      assert_non_null(key->choices);
    if (key->type == HUD_KEY_NUMBER || key->type == HUD_KEY_INTEGER) {
      assert_true(key->min < key->max || strcmp(key->path, "huddle") == 0);
      if (key->fallback != NULL)
        assert_true(hud_key_accepts(key, atof(key->fallback)));
    }
    if (parent[0] != '\0') {
      bool earlier = false;
      for (size_t e = 0; e < k; e++)
        earlier = earlier || (keys[e].scope == key->scope && strcmp(keys[e].path, parent) == 0);
      assert_true(earlier);
    }
  }
}

static void test_guesses(void **state)
{
  (void)state;
  static const struct {
    const char *word, *expected;
  } cases[] = {{"epsilom", "epsilon"},
               {"espilon", "epsilon"},
               {"epsiln", "epsilon"},
               {"viscosity", NULL},
               {"e", NULL},
               {"", NULL}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct hud_guess guess = hud_guess_begin(cases[c].word);
    hud_guess_consider(&guess, "delta");
    hud_guess_consider(&guess, "epsilon");
    hud_guess_consider(&guess, "clusters");
    if (cases[c].expected == NULL)
      assert_null(guess.best);
    else
      assert_string_equal(guess.best, cases[c].expected);
  }
}

static void assert_up_to_date(const char *path, void (*write)(FILE *))
{
  char *written = NULL, *committed = NULL;
  size_t length = 0, committed_length = 0;
  struct hud_error error = {0};
  FILE *stream = open_memstream(&written, &length);
  assert_non_null(stream);
  write(stream);
  assert_int_equal(fclose(stream), 0);
  assert_ok(hud_file_read(&committed, &committed_length, path, 1 << 20, &error), &error);
  if (strcmp(written, committed) != 0)
    print_error("%s is not what the schema says: run `make reference`\n", path);
  assert_string_equal(written, committed);
  free(written);
  hud_free(committed);
}

static void test_pages_are_up_to_date(void **state)
{
  (void)state;
  assert_up_to_date(reference_page, hud_schema_write_reference);
  assert_up_to_date(study_page, hud_schema_write_study_reference);
  assert_up_to_date(json_schema, hud_schema_write_json);
}

/* JSON is YAML: the written schema is well formed and has every key. */
static void test_json_is_well_formed(void **state)
{
  (void)state;
  char *text = NULL;
  size_t length = 0, count;
  struct hud_error error = {0};
  struct hud_document *document = NULL;
  FILE *stream = open_memstream(&text, &length);
  assert_non_null(stream);
  hud_schema_write_json(stream);
  assert_int_equal(fclose(stream), 0);
  assert_ok(hud_document_create(&document, "schema", text, length, &error), &error);
  const struct hud_node *model = hud_document_nearest(document, "allOf.0");
  const struct hud_key *keys = hud_schema_keys(&count);
  for (size_t k = 0; k < count; k++)
    if (hud_key_is_child(&keys[k], HUD_SCOPE_MODEL, "velocity")) {
      const struct hud_node *velocity =
          hud_node_find(hud_node_find(model, "properties"), "velocity");
      const struct hud_node *found =
          hud_node_find(hud_node_find(velocity, "properties"), hud_key_name(&keys[k]));
      assert_non_null(hud_node_find(found, "description"));
    }
  assert_non_null(hud_node_find(hud_node_find(hud_document_root(document), "$defs"), "density"));
  hud_document_free(document);
  free(text);
}

static hud_status write_page(const char *name, void (*write)(FILE *), struct hud_error *error)
{
  struct hud_file file;
  hud_status status = hud_directory_create("docs", error);
  if (status == HUD_OK)
    status = hud_file_create(&file, "docs", name + strlen("docs/"), error);
  if (status == HUD_OK) {
    write(file.stream);
    status = hud_file_commit(&file, error);
  }
  return status;
}

int main(int argument_count, char **arguments)
{
  if (argument_count > 1 && strcmp(arguments[1], "--write") == 0) {
    struct hud_error error = {0};
    hud_status status = write_page(reference_page, hud_schema_write_reference, &error);
    if (status == HUD_OK)
      status = write_page(study_page, hud_schema_write_study_reference, &error);
    if (status == HUD_OK)
      status = write_page(json_schema, hud_schema_write_json, &error);
    if (status != HUD_OK)
      fprintf(stderr, "%s\n", error.message);
    return status == HUD_OK ? 0 : 4;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table_is_consistent),
      cmocka_unit_test(test_guesses),
      cmocka_unit_test(test_numbers_are_checked),
      cmocka_unit_test(test_potential_numbers_are_checked),
      cmocka_unit_test(test_other_types_are_checked),
      cmocka_unit_test(test_pages_are_up_to_date),
      cmocka_unit_test(test_json_is_well_formed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
