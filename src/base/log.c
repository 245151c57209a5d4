/* SPDX-License-Identifier: GPL-3.0-or-later
 * Log and progress: plain lines, or one progress line with an ETA on a terminal. */
#define _POSIX_C_SOURCE 200809L
#include "base/log.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 1024 };

static void send(const struct hud_log *log, enum hud_log_level level, const char *format,
                 va_list args)
{
  if (log == NULL || log->line == NULL)
    return;
  char text[LINE];
  vsnprintf(text, sizeof text, format, args);
  log->line(log->context, level, text);
}

void hud_log_info(const struct hud_log *log, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  send(log, HUD_LOG_INFO, format, args);
  va_end(args);
}

void hud_log_warning(const struct hud_log *log, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  send(log, HUD_LOG_WARNING, format, args);
  va_end(args);
}

void hud_log_progress(const struct hud_log *log, double fraction, const char *format, ...)
{
  if (log == NULL || log->progress == NULL)
    return;
  char text[LINE];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  log->progress(log->context, fraction, text);
}

double hud_clock(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void stream_line(void *context, enum hud_log_level level, const char *text)
{
  struct hud_stream_log *state = context;
  if (state->quiet && level != HUD_LOG_WARNING)
    return;
  if (state->line_open)
    fprintf(state->stream, "\r\033[K");
  state->line_open = false;
  fprintf(state->stream, "%s%s\n", level == HUD_LOG_WARNING ? "warning: " : "", text);
  fflush(state->stream);
}

static void stream_progress(void *context, double fraction, const char *text)
{
  enum { BAR = 30 };
  struct hud_stream_log *state = context;
  double now = hud_clock();
  double pause = state->terminal ? 0.1 : 10.0;
  if (state->quiet || (fraction < 1.0 && now - state->last < pause))
    return;
  if (fraction >= 1.0 && !state->terminal)
    return;
  state->last = now;
  double left = fraction > 0.0 ? (now - state->start) * (1.0 - fraction) / fraction : 0.0;
  if (!state->terminal) {
    fprintf(state->stream, "%s, %.0f %%, %.0f s left\n", text, 100.0 * fraction, left);
  } else {
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
      bar[i] = i < (int)(fraction * BAR) ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(state->stream, "\r\033[K%s [%s] %3.0f %%  ETA %.0f s", text, bar, 100.0 * fraction,
            left);
    state->line_open = fraction < 1.0;
    if (!state->line_open)
      fprintf(state->stream, "\n");
  }
  fflush(state->stream);
}

struct hud_log hud_log_to_stream(struct hud_stream_log *state, FILE *stream, bool quiet)
{
  double now = hud_clock();
  *state = (struct hud_stream_log){
      .stream = stream, .terminal = isatty(fileno(stream)) == 1, .quiet = quiet, .start = now};
  state->last = now;
  return (struct hud_log){.line = stream_line, .progress = stream_progress, .context = state};
}
