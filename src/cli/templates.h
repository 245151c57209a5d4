/* SPDX-License-Identifier: GPL-3.0-or-later
 * The model files of models/, built into the program for `huddle init`. */
#ifndef HUD_CLI_TEMPLATES_H
#define HUD_CLI_TEMPLATES_H

struct hud_template {
  const char *name, *text;
};

extern const struct hud_template hud_templates[];
extern const int hud_template_count;

#endif
