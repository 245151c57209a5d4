/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a model file into a folder, as `huddle run` does, from C.
 * Usage: run_model MODEL.yaml FOLDER */
#include <stdio.h>
#include <stdlib.h>

#include <huddle.h>

int main(int argc, char **argv)
{
  struct hud_error error;
  if (argc != 3) {
    fprintf(stderr, "usage: run_model MODEL.yaml FOLDER\n");
    return EXIT_FAILURE;
  }
  if (hud_simulation_run(argv[1], NULL, 0, argv[2], 0, &error) != HUD_OK) {
    fprintf(stderr, "%s: %s\n", error.where, error.message);
    return EXIT_FAILURE;
  }
  printf("huddle %s left the results in %s\n", hud_version(), argv[2]);
  return EXIT_SUCCESS;
}
