/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replicas of one cluster process, with independent random streams: averages and their standard
 * errors. Replicas run on several threads, each wholly on one, and sums run over replicas in order:
 * results do not depend on the number of threads. */
#ifndef HUD_PARTICLES_ENSEMBLE_H
#define HUD_PARTICLES_ENSEMBLE_H

#include "particles/particles.h"

struct hud_ensemble;

/* Replica r is the process of `options` with stream r (options->stream is not used). */
hud_status hud_ensemble_create(struct hud_ensemble **ensemble,
                               const struct hud_particles_options *options, int replicas,
                               int threads, struct hud_error *error);
void hud_ensemble_free(struct hud_ensemble *ensemble);

int hud_ensemble_replicas(const struct hud_ensemble *ensemble);
const struct hud_particles *hud_ensemble_replica(const struct hud_ensemble *ensemble, int r);

/* All replicas to time t. An error is that of the first replica that has one. */
hud_status hud_ensemble_advance(struct hud_ensemble *ensemble, double t, struct hud_error *error);

/* Mean over replicas of hud_particles_measure, and its standard error (NaN for one replica; both
 * NaN where a quantity is not defined). Both arrays have layout.length doubles. */
struct hud_particles_layout hud_ensemble_layout(const struct hud_ensemble *ensemble, int order);
hud_status hud_ensemble_measure(const struct hud_ensemble *ensemble, int order, double *mean,
                                double *standard_error, struct hud_error *error);

/* Mean over replicas of the histograms. */
hud_status hud_ensemble_histogram(const struct hud_ensemble *ensemble, double min, double max,
                                  int cells, double *out, double *lost, struct hud_error *error);
hud_status hud_ensemble_histogram_pairs(const struct hud_ensemble *ensemble, double min, double max,
                                        int cells, double *out, double *lost,
                                        struct hud_error *error);

/* Sum over replicas. */
struct hud_event_counts hud_ensemble_events(const struct hud_ensemble *ensemble, size_t r);

hud_status hud_ensemble_write(const struct hud_ensemble *ensemble, FILE *stream,
                              struct hud_error *error);
hud_status hud_ensemble_read(struct hud_ensemble *ensemble, FILE *stream, struct hud_error *error);

#endif
