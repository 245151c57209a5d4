/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Log and progress. Library code reports through a struct hud_log that the caller gives; a NULL log
 * is silence. hud_log_to_stream makes the one that the program uses: a progress line with an ETA
 * where the stream is a terminal, plain lines otherwise. */
#ifndef HUD_BASE_LOG_H
#define HUD_BASE_LOG_H

#include <stdbool.h>
#include <stdio.h>

enum hud_log_level { HUD_LOG_INFO, HUD_LOG_WARNING };

struct hud_log {
  void (*line)(void *context, enum hud_log_level level, const char *text);
  /* fraction in [0,1] of the work done; label e.g. "t = 1.25". May be NULL. */
  void (*progress)(void *context, double fraction, const char *label);
  void *context;
};

void hud_log_info(const struct hud_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void hud_log_warning(const struct hud_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void hud_log_progress(const struct hud_log *log, double fraction, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* State of the log that writes to a stream. */
struct hud_stream_log {
  FILE *stream;
  bool terminal, quiet, line_open;
  double start, last; /* seconds of a monotonic clock */
};

/* A log over `state`, which must outlive it. quiet drops everything but warnings. */
struct hud_log hud_log_to_stream(struct hud_stream_log *state, FILE *stream, bool quiet);

/* Seconds of a monotonic clock. */
double hud_clock(void);

#endif
