/* SPDX-License-Identifier: GPL-3.0-or-later
 * Version of the library; the numbers come from the Makefile. */
#include "huddle/version.h"

#include "version.h"

const char *hud_version(void)
{
  return HUD_VERSION;
}

const char *hud_version_commit(void)
{
  return HUD_GIT_COMMIT;
}
