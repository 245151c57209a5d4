/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of subcommands. */
#ifndef HUD_CLI_COMMANDS_H
#define HUD_CLI_COMMANDS_H

#include <stdio.h>

struct hud_command {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *arguments, *summary, *details;
};

const struct hud_command *hud_command_find(const char *name);
void hud_command_list(FILE *stream);

#endif
