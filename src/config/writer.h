/* SPDX-License-Identifier: GPL-3.0-or-later
 * The canonical YAML of a description. */
#ifndef HUD_CONFIG_WRITER_H
#define HUD_CONFIG_WRITER_H

#include <stdio.h>

#include "config/description.h"

/* All keys that the model and the method use, in the order of the schema, numbers with the fewest
 * digits that read back exactly. The stream's errors are the caller's to check. */
void hud_description_write(const struct hud_description *description, FILE *stream);

#endif
