/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The figures that every run has: the variance over time and f_1 at a few times, of one run or of
 * several to compare. */
#ifndef HUD_OUTPUT_PLOTS_H
#define HUD_OUTPUT_PLOTS_H

#include <stddef.h>

#include "base/error.h"
#include "output/table.h"

/* One run as a figure sees it. */
struct hud_plot_run {
  const char *label;               /* for the legend */
  const struct hud_table *moments; /* with columns t and variance */
  size_t time_count, v_count;      /* v_count 0: no densities */
  const double *time, *v;
  size_t v_stride;  /* the velocities of record i are at v + i v_stride; 0: they stay */
  const double *f1; /* time_count x v_count, or NULL */
};

/* figure-variance: total variance V(t), logarithmic. See figure.h for errors and `missing`. */
hud_status hud_plot_variance(const char *directory, size_t run_count,
                             const struct hud_plot_run *runs, const char *title, char **missing,
                             struct hud_error *error);

/* figure-f1: f_1(v, t) at (about) the given times: of each run the record nearest to the time.
 * Without times, at the start, the end, and two times between. Runs without densities are left
 * out; HUD_ERROR_INPUT if none is left. */
hud_status hud_plot_f1(const char *directory, size_t run_count, const struct hud_plot_run *runs,
                       size_t time_count, const double *times, const char *title, char **missing,
                       struct hud_error *error);

/* figure-overview: both, side by side; the variance alone if there are no densities. */
hud_status hud_plot_overview(const char *directory, size_t run_count,
                             const struct hud_plot_run *runs, size_t time_count,
                             const double *times, const char *title, char **missing,
                             struct hud_error *error);

/* figure-moments: M_1 and the moments m_2, m_3, m_4 of f_1 over time, for the runs and columns that
 * have them; a limit beside a model shows how far it is. */
hud_status hud_plot_moments(const char *directory, size_t run_count,
                            const struct hud_plot_run *runs, const char *title, char **missing,
                            struct hud_error *error);

/* figure-gas: temperatures, fourth moment, collisions and momentum of a gas over time, as far as
 * the runs have them. */
hud_status hud_plot_gas(const char *directory, size_t run_count, const struct hud_plot_run *runs,
                        const char *title, char **missing, struct hud_error *error);

/* The cells, first to last in both directions, where f_2 (v_count x v_count, v_count >= 1) exceeds
 * a ten-thousandth of its largest value, and a tenth more; all of them if it nowhere is positive.
 */
void hud_plot_f2_window(size_t v_count, const double *f2, size_t *first, size_t *last);

/* figure-f2: f_2(v_1, v_2) at time t as a map, where it is not next to nothing; the diagonal, where
 * it may be singular, is told at its ends. The darkness is the fourth root of the density, the
 * numbers beside the scale are of the density itself. v_count x v_count values. HUD_ERROR_INPUT if
 * v_count is 0.
 */
hud_status hud_plot_f2(const char *directory, size_t v_count, const double *v, const double *f2,
                       double t, const char *title, char **missing, struct hud_error *error);

#endif
