/* SPDX-License-Identifier: GPL-3.0-or-later
 * The JSON writer and summary.json, read by a small strict reader of JSON that is written here. */
#define _XOPEN_SOURCE 700
#include "scratch.h"

#include <math.h>

#include "output/json.h"
#include "output/summary.h"

/* ---- a strict reader: accepts exactly RFC 8259 without leading space ---- */

static const char *skip_space(const char *s)
{
  return s + strspn(s, " \n");
}

static const char *read_value(const char *s, int depth);

static const char *read_string(const char *s)
{
  if (*s++ != '"')
    return NULL;
  for (; *s != '"'; s++) {
    if ((unsigned char)*s < 0x20)
      return NULL;
    if (*s != '\\')
      continue;
    s++;
    if (*s == 'u' && strspn(s + 1, "0123456789abcdef") >= 4)
      s += 4;
    else if (*s == '\0' || strchr("\"\\/bfnrt", *s) == NULL)
      return NULL;
  }
  return s + 1;
}

static const char *read_number(const char *s)
{
  s += *s == '-';
  size_t digits = strspn(s, "0123456789");
  if (digits == 0 || (s[0] == '0' && digits > 1))
    return NULL;
  s += digits;
  if (*s == '.') {
    digits = strspn(++s, "0123456789");
    s += digits;
    if (digits == 0)
      return NULL;
  }
  if (*s == 'e' || *s == 'E') {
    s++;
    s += *s == '-' || *s == '+';
    digits = strspn(s, "0123456789");
    s += digits;
    if (digits == 0)
      return NULL;
  }
  return s;
}

static const char *read_group(const char *s, bool object, int depth)
{
  char closer = object ? '}' : ']';
  s = skip_space(s + 1);
  if (*s == closer)
    return s + 1;
  for (;;) {
    if (object) {
      s = read_string(s);
      if (s == NULL || *(s = skip_space(s)) != ':')
        return NULL;
      s = skip_space(s + 1);
    }
    s = read_value(s, depth + 1);
    if (s == NULL)
      return NULL;
    s = skip_space(s);
    if (*s == closer)
      return s + 1;
    if (*s != ',')
      return NULL;
    s = skip_space(s + 1);
  }
}

static const char *read_value(const char *s, int depth)
{
  static const char *const words[] = {"true", "false", "null"};
  if (depth > 100)
    return NULL;
  if (*s == '{' || *s == '[')
    return read_group(s, *s == '{', depth);
  if (*s == '"')
    return read_string(s);
  for (int w = 0; w < 3; w++)
    if (strncmp(s, words[w], strlen(words[w])) == 0)
      return s + strlen(words[w]);
  return read_number(s);
}

static bool is_json(const char *text)
{
  const char *end = read_value(text, 0);
  return end != NULL && strcmp(end, "\n") == 0;
}

static void test_reader_rejects(void **state)
{
  (void)state;
  static const char *const bad[] = {"",     "{\n", "{,}\n",   "[1,]\n",  "01\n",      "nan\n",
                                    "1.\n", "\"a", "[1 2]\n", "{1:2}\n", "\"\\q\"\n", "1 2\n"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(is_json(bad[i]));
  assert_true(is_json("{\"a\": [1, -2.5e-3, null, {}]}\n"));
}

/* ---- the writer ---- */

struct page {
  FILE *stream;
  char *text;
  size_t length;
};

static void open_page(struct page *page, struct hud_json *json)
{
  page->text = NULL;
  page->stream = open_memstream(&page->text, &page->length);
  assert_non_null(page->stream);
  hud_json_begin(json, page->stream);
}

static hud_status close_page(struct page *page, struct hud_json *json, struct hud_error *error)
{
  hud_status status = hud_json_end(json, error);
  fclose(page->stream);
  return status;
}

static void test_json_text(void **state)
{
  (void)state;
  struct page page;
  struct hud_json json;
  struct hud_error error = {0};
  open_page(&page, &json);
  hud_json_object_begin(&json, NULL);
  hud_json_number(&json, "tenth", 0.1);
  hud_json_number(&json, "nan", (double)NAN);
  hud_json_number(&json, "inf", -INFINITY);
  hud_json_integer(&json, "least", INT64_MIN);
  hud_json_boolean(&json, "yes", true);
  hud_json_string(&json, "none", NULL);
  hud_json_array_begin(&json, "list");
  hud_json_string(&json, NULL, "a");
  hud_json_object_begin(&json, NULL);
  hud_json_object_end(&json);
  hud_json_array_end(&json);
  hud_json_object_end(&json);
  assert_ok(close_page(&page, &json, &error), &error);
  assert_string_equal(page.text, "{\n  \"tenth\": 0.10000000000000001,\n  \"nan\": null,\n"
                                 "  \"inf\": null,\n  \"least\": -9223372036854775808,\n"
                                 "  \"yes\": true,\n  \"none\": null,\n  \"list\": [\n    \"a\",\n"
                                 "    {}\n  ]\n}\n");
  free(page.text);
}

static void test_json_strings(void **state)
{
  (void)state;
  static const struct {
    const char *value, *text;
  } cases[] = {
      {"a\"b\\c/", "\"a\\\"b\\\\c/\"\n"},
      {"\n\t\r\x01\x7f", "\"\\n\\t\\u000d\\u0001\\u007f\"\n"},
      {"\xce\xb5 \xe2\x86\x92 \xf0\x9f\x90\xa6", "\"\xce\xb5 \xe2\x86\x92 \xf0\x9f\x90\xa6\"\n"},
      {"\xff", "\"\\ufffd\"\n"},                                  /* no UTF-8 */
      {"\xe2\x86", "\"\\ufffd\\ufffd\"\n"},                       /* cut short */
      {"\xc0\xaf", "\"\\ufffd\\ufffd\"\n"},                       /* '/' written too long */
      {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"\n"},            /* surrogate */
      {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"\n"}, /* above U+10FFFF */
      {"\xe0\x80\x80", "\"\\ufffd\\ufffd\\ufffd\"\n"},
      {"", "\"\"\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct page page;
    struct hud_json json;
    struct hud_error error = {0};
    open_page(&page, &json);
    hud_json_string(&json, NULL, cases[i].value);
    assert_ok(close_page(&page, &json, &error), &error);
    assert_string_equal(page.text, cases[i].text);
    assert_true(is_json(page.text));
    free(page.text);
  }
}

/* Each misuse by a letter: { } [ ] open and close with key NULL, k number with key, n without. */
static hud_status play(const char *moves, struct hud_error *error)
{
  struct page page;
  struct hud_json json;
  open_page(&page, &json);
  for (const char *m = moves; *m != '\0'; m++) {
    if (*m == '{')
      hud_json_object_begin(&json, NULL);
    else if (*m == '}')
      hud_json_object_end(&json);
    else if (*m == '[')
      hud_json_array_begin(&json, NULL);
    else if (*m == ']')
      hud_json_array_end(&json);
    else
      hud_json_number(&json, *m == 'k' ? "key" : NULL, 1.0);
  }
  hud_status status = close_page(&page, &json, error);
  free(page.text);
  return status;
}

static void test_json_misuse(void **state)
{
  (void)state;
  static const char *const bad[] = {"",    "{",  "[",    "{]", "[}", "{n}",
                                    "[k]", "nn", "{}{}", "}",  "{}}"};
  struct hud_error error = {0};
  assert_ok(play("{kk}", &error), &error);
  assert_ok(play("[n[n]{}]", &error), &error);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_error(play(bad[i], &error), HUD_ERROR_USAGE, &error, "order");
  char deep[2 * HUD_JSON_DEPTH + 3];
  memset(deep, '[', HUD_JSON_DEPTH);
  memset(deep + HUD_JSON_DEPTH, ']', HUD_JSON_DEPTH);
  deep[2 * HUD_JSON_DEPTH] = '\0';
  assert_ok(play(deep, &error), &error);
  memset(deep, '[', HUD_JSON_DEPTH + 1);
  memset(deep + HUD_JSON_DEPTH + 1, ']', HUD_JSON_DEPTH + 1);
  deep[2 * HUD_JSON_DEPTH + 2] = '\0';
  assert_error(play(deep, &error), HUD_ERROR_USAGE, &error, "order");
}

/* ---- the summary ---- */

static char *print_summary(const struct hud_summary *summary,
                           const struct hud_provenance *provenance)
{
  static const char *const files[] = {"moments.csv", "result.nc"};
  char *text = NULL;
  size_t length;
  struct hud_error error = {0};
  FILE *stream = open_memstream(&text, &length);
  assert_non_null(stream);
  assert_ok(hud_summary_print(summary, provenance, 2, files, stream, &error), &error);
  fclose(stream);
  assert_true(is_json(text));
  return text;
}

static void test_summary(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_summary summary;
  hud_summary_init(&summary);
  summary.mass_drift = 0x1p-52;
  summary.peak_memory = hud_peak_memory();
  assert_ok(hud_extras_add_integer(&summary.counters, "steps", 3, &error), &error);
  assert_ok(hud_extras_add_integer(&summary.counters, "steps", 1234567890123, &error), &error);
  assert_ok(hud_extras_add_number(&summary.details, "negative_mass", -1e-9, &error), &error);
  assert_ok(hud_extras_add_text(&summary.details, "place", "v = \"0\"", &error), &error);
  assert_ok(hud_extras_add_text(&summary.details, "place", "v = 1", &error), &error);
  assert_ok(hud_summary_add_warning(&summary, "mass outside\nthe window", &error), &error);
  const struct hud_named_text libraries[] = {{"SUNDIALS", "6.4.1"}};
  struct hud_provenance provenance = {.title = "A \"test\"",
                                      .version = "0.1.0",
                                      .model_hash = "abc",
                                      .library_count = 1,
                                      .libraries = libraries};
  char *text = print_summary(&summary, &provenance);
  static const char *const parts[] = {"\"state\": \"done\"",
                                      "\"version\": \"0.1.0\"",
                                      "\"git_commit\": null",
                                      "\"title\": \"A \\\"test\\\"\"",
                                      "\"SUNDIALS\": \"6.4.1\"",
                                      "\"netCDF\": \"4.",
                                      "\"mass_drift\": 2.2204460492503131e-16",
                                      "\"mean_drift\": null",
                                      "\"steps\": 1234567890123",
                                      "\"negative_mass\": -1.0000000000000001e-09",
                                      "\"place\": \"v = 1\"",
                                      "\"mass outside\\nthe window\"",
                                      "\"moments.csv\",\n    \"result.nc\"\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strstr(text, parts[i]) == NULL)
      fail_msg("no %s in\n%s", parts[i], text);
  assert_null(strstr(text, "\"steps\": 3"));
  assert_true(summary.peak_memory > 1e6 && summary.peak_memory < 1e12);
  free(text);
  hud_summary_free(&summary);
  assert_int_equal(summary.warning_count, 0);
  text = print_summary(&summary, &(struct hud_provenance){.title = NULL});
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reader_rejects), cmocka_unit_test(test_json_text),
      cmocka_unit_test(test_json_strings),   cmocka_unit_test(test_json_misuse),
      cmocka_unit_test(test_summary),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
