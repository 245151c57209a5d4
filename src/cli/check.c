/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle check`: a model with its defaults, its size, and what theory says of it; runs nothing. */
#include <stdio.h>

#include "cli/cli.h"
#include "config/model_file.h"
#include "models/model.h"

static hud_status print_size(const struct hud_description *description, struct hud_error *error)
{
  double unknowns = 0.0, bytes = 0.0;
  hud_status status = hud_model_estimate(description, &unknowns, &bytes, error);
  if (status == HUD_OK)
    printf("\n# %.0f unknowns, about %.3g MB\n", unknowns, 1e-6 * bytes);
  return status;
}

static hud_status check(const struct hud_model_file *file, struct hud_error *error)
{
  printf("%s", hud_model_file_resolved(file));
  for (size_t i = 0; i < hud_model_file_note_count(file); i++)
    printf("# note: %s\n", hud_model_file_note(file, i));
  return print_size(hud_model_file_description(file), error);
}

int hud_cli_check(int argc, char **argv)
{
  struct hud_cli_options options;
  struct hud_model_file *file = NULL;
  struct hud_error error;
  int status;
  if (hud_cli_parse(&options, argc, argv, HUD_CLI_SET, 1, 1, &status)) {
    hud_status outcome = hud_model_file_load(&file, options.positional[0], options.overrides,
                                             options.override_count, &error);
    if (outcome == HUD_OK)
      outcome = check(file, &error);
    status = outcome == HUD_OK ? HUD_EXIT_DONE : hud_cli_report(&error);
  }
  hud_model_file_free(file);
  hud_cli_options_free(&options);
  return status;
}
