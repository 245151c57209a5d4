/* SPDX-License-Identifier: GPL-3.0-or-later
 * The corrections to [APW]: each is confirmed by its number, whatever the seed, and the list is
 * whole. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "spheres/corrections.h"

/* The comparison is made here again, so that a verdict that always says yes would be seen. */
static void every_correction_is_confirmed(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++)
    for (size_t i = 0; i < hud_correction_count(); i++) {
      struct hud_correction c;
      struct hud_error error = {0};
      assert_ok(hud_correction_check(i, seed, &c, &error), &error);
      if (!c.confirmed)
        print_error("%s: printed %g, corrected %g, found %g +- %g\n", c.place, c.printed,
                    c.corrected, c.found, c.error);
      assert_true(c.confirmed);
      if (c.kind == HUD_CORRECTION_WORDING)
        continue;
      assert_true(c.error > 0.0 && c.error < 0.05 * fmax(1.0, fabs(c.corrected)));
      double room = c.error * (1.0 + fabs(c.found));
      if (c.kind == HUD_CORRECTION_VALUE) {
        assert_close(c.found, c.corrected, room);
        assert_true(fabs(c.printed - c.corrected) > 1.5 * c.error);
      } else {
        assert_below(c.printed, c.found);
        assert_true(c.found <= c.corrected + room);
      }
    }
}

enum { MOST = 100 };

/* All of them for seed 1; returns their number. */
static size_t check_all(struct hud_correction *all)
{
  struct hud_error error = {0};
  assert_in_range(hud_correction_count(), 1, MOST);
  for (size_t i = 0; i < hud_correction_count(); i++)
    assert_ok(hud_correction_check(i, 1, &all[i], &error), &error);
  return hud_correction_count();
}

static const struct hud_correction *find(const struct hud_correction *all, size_t count,
                                         const char *place)
{
  for (size_t i = 0; i < count; i++)
    if (strstr(all[i].place, place) != NULL)
      return &all[i];
  fail_msg("no correction to %s", place);
  return NULL;
}

/* Formulas that a program computes by, and statements that cannot be evaluated. */
static void the_list_is_whole(void **state)
{
  (void)state;
  static const char *by_numbers[] = {"(1.22)",  "(3.22)",  "(4.6)",   "(9.11)",  "(4.23)",
                                     "(4.25)",  "(7.12)",  "(7.59)",  "(7.97)",  "(7.99)",
                                     "(7.112)", "(7.124)", "(7.130)", "(8.102)", "(8.103)",
                                     "(8.127)", "(8.192)", "(A.1)"};
  static const char *by_reading[] = {"(3.13)", "(6.13)", "(7.85)", "Definition 5.5"};
  struct hud_correction all[MOST];
  size_t count = check_all(all);
  for (size_t i = 0; i < sizeof by_numbers / sizeof by_numbers[0]; i++)
    assert_int_not_equal(find(all, count, by_numbers[i])->kind, HUD_CORRECTION_WORDING);
  for (size_t i = 0; i < sizeof by_reading / sizeof by_reading[0]; i++)
    assert_int_equal(find(all, count, by_reading[i])->kind, HUD_CORRECTION_WORDING);
  /* Closed forms that do not come from the checks themselves. */
  static const struct {
    const char *place;
    double corrected;
  } known[] = {{"(1.22)", 0.125},      {"(3.7)-", 4.5465208}, {"(4.13)", -1.5},
               {"(7.40)", 19.7392088}, {"(7.112)", 28.0},     {"(8.103)", 18.0},
               {"(8.127)", 2.0},       {"(8.128)", 4.0},      {"(7.10)", 9.688448}};
  for (size_t n = 0; n < sizeof known / sizeof known[0]; n++)
    assert_close_relative(find(all, count, known[n].place)->corrected, known[n].corrected, 1e-6);
}

static void errors(void **state)
{
  (void)state;
  struct hud_correction c;
  struct hud_error error = {0};
  assert_error(hud_correction_check(hud_correction_count(), 1, &c, &error), HUD_ERROR_INPUT, &error,
               "no correction");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_correction_is_confirmed),
      cmocka_unit_test(the_list_is_whole),
      cmocka_unit_test(errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
