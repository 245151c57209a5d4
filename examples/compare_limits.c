/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far is the instantaneous limit from the first-order model? Steps two simulations side by side
 * and prints their total variances, with exact moments (method: moments), for one epsilon. */
#include <stdio.h>
#include <stdlib.h>

#include <huddle.h>

#define DATA                                                                                       \
  "huddle: 1\n"                                                                                    \
  "method: moments\n"                                                                              \
  "rates: {lambda: {\"1,1\": 1.0, \"1,2\": 0.8}, mu: {\"1,1\": 2.0, \"1,2\": 1.5}}\n"              \
  "initial: {f1: {gaussian: {mass: 1.0, mean: 0.3, stddev: 1.0}}}\n"                               \
  "time: {end: 3.0}\n"

static struct hud_simulation *open_or_exit(const char *text, const char *name)
{
  struct hud_error error;
  struct hud_simulation *simulation;
  if (hud_simulation_parse(&simulation, text, name, &error) != HUD_OK) {
    fprintf(stderr, "%s: %s\n", error.where, error.message);
    exit(EXIT_FAILURE);
  }
  return simulation;
}

static double variance_at(struct hud_simulation *simulation, double t)
{
  struct hud_error error;
  double value;
  if (hud_simulation_advance(simulation, t, &error) != HUD_OK ||
      hud_simulation_quantity(simulation, "variance", &value, &error) != HUD_OK) {
    fprintf(stderr, "%s\n", error.message);
    exit(EXIT_FAILURE);
  }
  return value;
}

int main(void)
{
  struct hud_simulation *corrected =
      open_or_exit("model: first_order\nepsilon: 0.05\n" DATA, "corrected");
  struct hud_simulation *limit = open_or_exit("model: instantaneous\n" DATA, "limit");
  printf("%4s %18s %18s\n", "t", "first order", "instantaneous");
  for (int i = 0; i <= 6; i++) {
    double t = 0.5 * i;
    printf("%4.1f %18.15f %18.15f\n", t, variance_at(corrected, t), variance_at(limit, t));
  }
  hud_simulation_close(corrected);
  hud_simulation_close(limit);
  return EXIT_SUCCESS;
}
