/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the density f_1(v) on the velocity grid at the end of a run and prints its largest value.
 * Usage: read_density MODEL.yaml [key.path=value]... */
#include <stdio.h>
#include <stdlib.h>

#include <huddle.h>

static int fail(const struct hud_error *error)
{
  fprintf(stderr, "%s: %s\n", error->where, error->message);
  return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
  struct hud_error error;
  struct hud_simulation *simulation;
  if (argc < 2) {
    fprintf(stderr, "usage: read_density MODEL.yaml [key.path=value]...\n");
    return EXIT_FAILURE;
  }
  if (hud_simulation_open(&simulation, argv[1], (const char *const *)argv + 2, (size_t)argc - 2,
                          &error) != HUD_OK)
    return fail(&error);
  const double *v;
  size_t n = hud_simulation_velocities(simulation, &v);
  double *f1 = calloc(n + 1, sizeof *f1);
  hud_status status = f1 != NULL ? HUD_OK : HUD_ERROR_MEMORY;
  if (status == HUD_OK)
    status = hud_simulation_advance(simulation, hud_simulation_end(simulation), &error);
  if (status == HUD_OK)
    status = hud_simulation_density(simulation, 1, f1, n, &error);
  if (status == HUD_OK) {
    size_t top = 0;
    for (size_t i = 1; i < n; i++)
      if (f1[i] > f1[top])
        top = i;
    printf("t = %g: f_1 is largest at v = %.6f, where it is %.6f\n",
           hud_simulation_time(simulation), v[top], f1[top]);
  }
  free(f1);
  hud_simulation_close(simulation);
  return status == HUD_OK ? EXIT_SUCCESS : fail(&error);
}
