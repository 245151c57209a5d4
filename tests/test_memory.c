/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory that `huddle check` announces against what Picard's iteration comes to hold. This file
 * brings its own checked allocation, all of base/alloc.h so that the library's is not linked; it
 * counts. What FFTW and other libraries take for themselves is not in it. */
#define _POSIX_C_SOURCE 200809L
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/simulation.h"
#include "support.h"

enum { HEAD = 64 }; /* bytes before a block, which hold its size */

static size_t held, most;

hud_status hud_alloc(void *out, size_t count, size_t size, const char *what,
                     struct hud_error *error)
{
  size_t bytes = count * size;
  char *block = NULL;
  *(void **)out = NULL;
  if ((size > 0 && bytes / size != count) || bytes > SIZE_MAX / 2 ||
      posix_memalign((void **)&block, HEAD, HEAD + bytes) != 0)
    return hud_fail_memory(error, what, bytes);
  memset(block, 0, HEAD + bytes);
  memcpy(block, &bytes, sizeof bytes);
  held += bytes;
  most = held > most ? held : most;
  *(void **)out = block + HEAD;
  return HUD_OK;
}

void hud_free(void *block)
{
  size_t bytes;
  if (block == NULL)
    return;
  memcpy(&bytes, (char *)block - HEAD, sizeof bytes);
  held -= bytes;
  free((char *)block - HEAD);
}

hud_status hud_grow(void *block, size_t used, size_t count, size_t size, const char *what,
                    struct hud_error *error)
{
  void *old = *(void **)block, *grown;
  hud_status status = hud_alloc(&grown, count, size, what, error);
  if (status != HUD_OK)
    return status;
  if (old != NULL)
    memcpy(grown, old, used * size);
  hud_free(old);
  *(void **)block = grown;
  return HUD_OK;
}

hud_status hud_copy_text(char **out, const char *text, struct hud_error *error)
{
  *out = NULL;
  if (text == NULL)
    return HUD_OK;
  hud_status status = hud_alloc(out, strlen(text) + 1, 1, "a text", error);
  if (status == HUD_OK)
    strcpy(*out, text);
  return status;
}

static hud_status parse(struct hud_model_file **file, const char *head, const char *solver,
                        struct hud_error *error)
{
  char text[1024];
  snprintf(text, sizeof text,
           "huddle: 1\n%s\nepsilon: 0.5\nrates: {lambda: 1.0, mu: 2.0}\n"
           "initial: {f1: {gaussian: {mass: 1.0, mean: 0.1, stddev: 0.7}}}\n"
           "time: {end: 10.0}\nsolver: {rtol: 1.0e-4, %s}\n",
           head, solver);
  return hud_model_file_parse(file, "test.yaml", text, strlen(text), NULL, 0, error);
}

#define TRIPLES                                                                                    \
  "model: hierarchy\nclusters: 3\nmethod: grid\nvelocity: {min: -4, max: 4, cells: 20}"

/* Windows of two lengths, so that flows ask for more times than tables are kept for. */
static void test_picard(void **state)
{
  (void)state;
  static const char *const heads[] = {
      "model: first_order\nmethod: grid\nvelocity: {min: -4, max: 4, cells: 128}", TRIPLES,
      "model: relaxed_triple\ndelta: 0.5\nmethod: grid\nvelocity: {min: -4, max: 4, cells: 20}",
      "model: hierarchy\nclusters: 4\nmethod: grid\nvelocity: {min: -4, max: 4, cells: 10}",
      "model: first_order\nmethod: spectral"};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    struct hud_error error = {0};
    struct hud_model_file *file = NULL;
    struct hud_simulation *s = NULL;
    struct hud_model_size size;
    assert_ok(parse(&file, heads[i], "integrator: picard", &error), &error);
    assert_ok(hud_simulation_estimate(hud_model_file_description(file), &size, &error), &error);
    size_t before = most = held;
    assert_ok(hud_simulation_create(&s, file, NULL, NULL, &error), &error);
    assert_ok(hud_simulation_advance(s, 0.02, &error), &error);
    assert_ok(hud_simulation_advance(s, 0.05, &error), &error);
    double seen = (double)(most - before), said = size.bytes;
    hud_simulation_close(s);
    print_message("model %zu: %.0f bytes said, %.0f held, %.2f\n", i, said, seen, said / seen);
    assert_true(said >= 0.9 * seen && said <= 1.3 * seen);
  }
}

/* The tables count towards solver.memory_gb: CVODE may run where Picard may not. */
static void test_limit(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_model_file *file = NULL;
  struct hud_model_size size, picard;
  assert_ok(parse(&file, TRIPLES, "integrator: picard", &error), &error);
  assert_ok(hud_simulation_estimate(hud_model_file_description(file), &picard, &error), &error);
  hud_model_file_free(file);
  assert_ok(parse(&file, TRIPLES, "memory_gb: 5.0e-4", &error), &error);
  assert_ok(hud_simulation_estimate(hud_model_file_description(file), &size, &error), &error);
  assert_true(size.bytes < 5e5 && picard.bytes > 5e5);
  hud_model_file_free(file);
  assert_ok(parse(&file, TRIPLES, "integrator: picard, memory_gb: 5.0e-4", &error), &error);
  assert_error(hud_simulation_estimate(hud_model_file_description(file), &size, &error),
               HUD_ERROR_MEMORY, &error, "solver.memory_gb allows");
  hud_model_file_free(file);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_picard),
      cmocka_unit_test(test_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
