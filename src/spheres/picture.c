/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures of a gas; see picture.h. */
#include "spheres/picture.h"

#include <math.h>

enum { PIXELS = 800, STEPS = 100000 /* resolution of coordinates in the player */ };

/* Fill colours by order: the particle itself, then zones of 3, 4, ... */
static const char *const colours[HUD_SPHERES_MAX_GROUP + 1] = {
    NULL, NULL, "#1f3b73", "#d9822b", "#3a9679", "#8e4585", "#b03a2e", "#7f8c8d"};

struct hud_picture_window hud_picture_window(const struct hud_spheres *spheres)
{
  struct hud_picture_window window = {.low = {0.0, 0.0}, .side = spheres->side};
  if (!spheres->whole_space)
    return window;
  double extent = 0.0, x[3];
  for (int64_t i = 0; i < spheres->count; i++) {
    hud_spheres_position(spheres, i, x);
    extent = fmax(extent, fmax(fabs(x[0]), fabs(x[1])));
  }
  window.side = 2.2 * (extent > 0.0 ? extent : 1.0);
  window.low[0] = window.low[1] = -0.5 * window.side;
  return window;
}

/* Radius in pixels of the disc of order k - 1; particles stay visible. */
static double disc(const struct hud_spheres *spheres, const struct hud_picture_window *window,
                   int size)
{
  double radius = 0.5 * hud_zones_reach(&spheres->zones, size) / window->side * PIXELS;
  return size == 2 ? fmax(radius, 0.8) : radius;
}

static void svg_discs(const struct hud_spheres *spheres, const struct hud_picture_window *window,
                      int size, FILE *stream)
{
  fprintf(stream, "<g fill=\"%s\" fill-opacity=\"%s\">\n", colours[size], size == 2 ? "1" : "0.25");
  for (int64_t i = 0; i < spheres->count; i++) {
    double x[3];
    if (spheres->particles[i].label >= HUD_PICTURE_PARTICLES)
      continue;
    hud_spheres_position(spheres, i, x);
    fprintf(stream, "<circle cx=\"%.3f\" cy=\"%.3f\" r=\"%.3f\"/>\n",
            (x[0] - window->low[0]) / window->side * PIXELS,
            (1.0 - (x[1] - window->low[1]) / window->side) * PIXELS, disc(spheres, window, size));
  }
  fputs("</g>\n", stream);
}

void hud_picture_svg(const struct hud_spheres *spheres, const struct hud_picture_window *window,
                     FILE *stream)
{
  fprintf(stream,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
          "viewBox=\"0 0 %d %d\">\n<title>t = %.6g</title>\n"
          "<rect width=\"%d\" height=\"%d\" fill=\"white\" stroke=\"#888\"/>\n",
          (int)PIXELS, (int)PIXELS, (int)PIXELS, (int)PIXELS, spheres->time, (int)PIXELS,
          (int)PIXELS);
  for (int size = spheres->zones.orders + 1; size >= 2; size--)
    svg_discs(spheres, window, size, stream);
  fputs("</svg>\n", stream);
}

void hud_picture_html_begin(const struct hud_spheres *spheres,
                            const struct hud_picture_window *window, FILE *stream)
{
  fprintf(stream,
          "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<title>Hard spheres</title>\n<style>body{font-family:sans-serif;margin:1em}"
          "canvas{border:1px solid #888;max-width:100%%}</style></head><body>\n"
          "<canvas id=\"c\" width=\"%d\" height=\"%d\"></canvas>\n"
          "<p><button id=\"p\">pause</button> <input id=\"s\" type=\"range\" min=\"0\" "
          "style=\"width:50%%\"> <span id=\"t\"></span></p>\n"
          "<p>Dark: diameter epsilon_2. Pale: pair reach of collisions of 3 and more.</p>\n"
          "<script>\nconst size=%d,steps=%d,discs=[",
          (int)PIXELS, (int)PIXELS, (int)PIXELS, (int)STEPS);
  for (int k = spheres->zones.orders + 1; k >= 2; k--)
    fprintf(stream, "[%.4f,\"%s\",%s]%s", disc(spheres, window, k), colours[k],
            k == 2 ? "1" : "0.25", k > 2 ? "," : "");
  fputs("];\nconst frames=[\n", stream);
}

static long step_of(double x, double low, double side)
{
  double step = (x - low) / side * STEPS;
  return isfinite(step) && fabs(step) < 1e9 ? lround(step) : -1000000;
}

void hud_picture_html_frame(const struct hud_spheres *spheres,
                            const struct hud_picture_window *window, FILE *stream)
{
  const char *comma = "";
  fprintf(stream, "[%.9g,[", spheres->time);
  for (int64_t i = 0; i < spheres->count; i++) {
    double x[3];
    if (spheres->particles[i].label >= HUD_PICTURE_PARTICLES)
      continue;
    hud_spheres_position(spheres, i, x);
    fprintf(stream, "%s%ld,%ld", comma, step_of(x[0], window->low[0], window->side),
            step_of(x[1], window->low[1], window->side));
    comma = ",";
  }
  fputs("]],\n", stream);
}

void hud_picture_html_end(FILE *stream)
{
  fputs("];\n"
        "const g=document.getElementById('c').getContext('2d');\n"
        "const slider=document.getElementById('s'),label=document.getElementById('t');\n"
        "const button=document.getElementById('p');\n"
        "slider.max=frames.length-1;let now=0,playing=true;\n"
        "function draw(){const [t,x]=frames[now];g.globalAlpha=1;g.clearRect(0,0,size,size);\n"
        "for(const [r,colour,alpha] of discs){g.fillStyle=colour;g.globalAlpha=alpha;\n"
        "for(let i=0;i<x.length;i+=2){g.beginPath();\n"
        "g.arc(x[i]/steps*size,(1-x[i+1]/steps)*size,r,0,7);g.fill();}}\n"
        "label.textContent='t = '+t;slider.value=now;}\n"
        "button.onclick=()=>{playing=!playing;button.textContent=playing?'pause':'play';};\n"
        "slider.oninput=()=>{playing=false;button.textContent='play';now=+slider.value;draw();};\n"
        "setInterval(()=>{if(playing){now=(now+1)%frames.length;draw();}},80);draw();\n"
        "</script></body></html>\n",
        stream);
}
