/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers out of results: a quantity of one model, or the difference of two, over a window of times
 * and in a norm. A model has one result, or several with other seeds: then means over the seeds
 * count, and their scatter says how far to trust them. */
#ifndef HUD_STUDY_MEASURE_H
#define HUD_STUDY_MEASURE_H

#include "config/model_file.h"
#include "study/study_file.h"

struct hud_study_result; /* the results of one run, read once */

/* `file`, the model of the run, must outlive the result. HUD_ERROR_INPUT if the folder holds no
 * readable result. */
hud_status hud_study_result_open(struct hud_study_result **result, const char *folder,
                                 const struct hud_model_file *file, struct hud_error *error);
void hud_study_result_close(struct hud_study_result *result);

/* Results of a model. Distances of two models with several results pair them in order, and the
 * shorter list is used again. */
struct hud_study_sample {
  size_t count;
  struct hud_study_result **results;
};

/* What is measured. Times count from `from` to `to`, both included. */
struct hud_study_measure {
  const struct hud_study_quantity *quantity;
  enum hud_study_norm norm;
  enum hud_study_difference difference;
  double from, to;
  double theory;  /* the reference where there is no sample for it; NaN: none */
  bool composite; /* the reference is the composite of layer and reduced system */
};

/* Of a study at a point, without theory. */
void hud_study_measure_at(const struct hud_study *study, size_t point,
                          const struct hud_study_quantity *quantity,
                          struct hud_study_measure *measure);

/* The norm of the difference of two samples at the times that both have, or of one alone if b is
 * NULL (or of its difference from theory). NaN where it is not defined: a result lacks the column
 * or the density, the value is empty in the window, no time is shared there. */
hud_status hud_study_compare(const struct hud_study_measure *measure,
                             const struct hud_study_sample *a, const struct hud_study_sample *b,
                             double *value, struct hud_error *error);

/* What twice the standard error of the sample `of` changes in the number that hud_study_compare
 * gives: its own columns of errors, or the scatter of its results. `other` is the other sample
 * (NULL: theory or none), and is_reference says which of the two is `of`. NaN if nothing is known
 * about it. */
double hud_study_own_error(const struct hud_study_measure *measure,
                           const struct hud_study_sample *of, const struct hud_study_sample *other,
                           bool is_reference);

/* The same for the distance of the sample from a refined result. */
hud_status hud_study_refined_error(const struct hud_study_measure *measure,
                                   const struct hud_study_sample *of,
                                   const struct hud_study_sample *refined,
                                   const struct hud_study_sample *other, bool is_reference,
                                   double *value, struct hud_error *error);

/* A series over the records of the first result in the window: times, means, standard errors (0
 * where they are not known). Arrays of at least the number of records; *count is set. */
size_t hud_study_record_count(const struct hud_study_sample *sample);
void hud_study_curve(const struct hud_study_measure *measure, const struct hud_study_sample *sample,
                     double *t, double *value, double *standard_error, size_t *count);

#endif
