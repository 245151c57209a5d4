/* SPDX-License-Identifier: GPL-3.0-or-later
 * `huddle models`: the table of what runs with what. `huddle init`: model files to start from. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/templates.h"
#include "models/registry.h"

static void print_table(void)
{
  int count;
  const struct hud_registry_row *rows = hud_registry(&count);
  printf("%-21s %-20s", "model", "place");
  for (int m = 0; m < HUD_METHOD_COUNT; m++)
    printf(" %-9s", hud_method_name((enum hud_method)m));
  printf("\n");
  for (int i = 0; i < count; i++) {
    printf("%-21s %-20s", rows[i].name, rows[i].place);
    if (rows[i].solver != NULL)
      printf(" own solver, no key `method`: %s", rows[i].solver);
    for (int m = 0; rows[i].solver == NULL && m < HUD_METHOD_COUNT; m++)
      printf(" %-9s", hud_registry_runs(rows[i].model, (enum hud_method)m) ? "yes" : "-");
    printf("\n");
  }
  printf(
      "\n[KMS] Kanzler, Moschella, Schmeiser: First order non-instantaneous corrections in\n"
      "collisional kinetic alignment models. [APW] Ampatzoglou, Pavlovic, Warner: Derivation of\n"
      "the higher order Boltzmann equation for hard spheres. `huddle models NAME` prints the\n"
      "equation.\n");
}

int hud_cli_models(int argc, char **argv)
{
  int count;
  const struct hud_registry_row *rows = hud_registry(&count);
  if (argc < 2) {
    print_table();
    return HUD_EXIT_DONE;
  }
  if (argc > 2)
    return hud_cli_usage(argv[0], "unexpected argument %s", argv[2]);
  for (int i = 0; i < count; i++)
    if (strcmp(rows[i].name, argv[1]) == 0) {
      printf("%s: %s, %s\n\n%s\nkeys: %s\n", rows[i].name, rows[i].summary, rows[i].place,
             rows[i].equation, rows[i].keys);
      return HUD_EXIT_DONE;
    }
  fprintf(stderr, "huddle models: no model %s; there are:\n", argv[1]);
  for (int i = 0; i < count; i++)
    fprintf(stderr, "  %s\n", rows[i].name);
  return HUD_EXIT_INPUT;
}

static void list_templates(FILE *stream)
{
  for (int i = 0; i < hud_template_count; i++)
    fprintf(stream, "  %s\n", hud_templates[i].name);
}

int hud_cli_init(int argc, char **argv)
{
  if (argc > 2)
    return hud_cli_usage(argv[0], "unexpected argument %s", argv[2]);
  if (argc < 2) {
    printf("`huddle init NAME > my.yaml` prints one of these model files:\n");
    list_templates(stdout);
    return HUD_EXIT_DONE;
  }
  for (int i = 0; i < hud_template_count; i++)
    if (strcmp(hud_templates[i].name, argv[1]) == 0) {
      fputs(hud_templates[i].text, stdout);
      return HUD_EXIT_DONE;
    }
  fprintf(stderr, "huddle init: no model file %s; there are:\n", argv[1]);
  list_templates(stderr);
  return HUD_EXIT_INPUT;
}
