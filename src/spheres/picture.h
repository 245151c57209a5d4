/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures of a gas. Every particle is a disc of diameter epsilon_2, so discs touch at a binary
 * contact, within a pale disc for each higher order k whose diameter is the pair reach
 * epsilon_k sqrt(2/k): only particles whose pale discs all overlap can be close to a collision of
 * k. In three dimensions the first two coordinates are shown. At most HUD_PICTURE_PARTICLES (by
 * label) are drawn. Errors of the stream are the caller's to check. */
#ifndef HUD_SPHERES_PICTURE_H
#define HUD_SPHERES_PICTURE_H

#include <stdio.h>

#include "spheres/state.h"

enum { HUD_PICTURE_PARTICLES = 2000 };

/* The square that is shown: the torus, or the bounding square of the gas. */
struct hud_picture_window {
  double low[2], side;
};
struct hud_picture_window hud_picture_window(const struct hud_spheres *spheres);

/* One frame as SVG. */
void hud_picture_svg(const struct hud_spheres *spheres, const struct hud_picture_window *window,
                     FILE *stream);

/* A page that plays frames, complete in itself: begin, any number of frames, end. */
void hud_picture_html_begin(const struct hud_spheres *spheres,
                            const struct hud_picture_window *window, FILE *stream);
void hud_picture_html_frame(const struct hud_spheres *spheres,
                            const struct hud_picture_window *window, FILE *stream);
void hud_picture_html_end(FILE *stream);

#endif
