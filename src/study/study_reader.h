/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the parts of reading a study file share: study_file.c has the whole, parameters.c what
 * varies and what follows from it, quantities.c what is measured, expectations.c what is fitted and
 * expected. */
#ifndef HUD_STUDY_STUDY_READER_H
#define HUD_STUDY_STUDY_READER_H

#include "config/schema.h"
#include "study/study_file.h"

/* Fails at a mark of the study file. */
hud_status hud_study_fail(const struct hud_study *study, struct hud_mark mark,
                          struct hud_error *error, const char *expected, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Reads a mapping by the rows of a scope of the schema. */
hud_status hud_study_read_scope(const struct hud_study *study, enum hud_scope scope,
                                const struct hud_node *node, const char *path, void *target,
                                struct hud_error *error);

/* The node of a top-level key, or NULL. */
const struct hud_node *hud_study_node(const struct hud_study *study, const char *key);

/* Fails with `what` and the best guess. */
hud_status hud_study_fail_word(const struct hud_study *study, struct hud_mark mark,
                               const struct hud_guess *guess, struct hud_error *error,
                               const char *what);

/* The names of quantities that are no columns. */
void hud_study_guess_quantity(struct hud_guess *guess);

/* A mapping of key paths to values, or NULL. */
hud_status hud_study_check_set(const struct hud_study *study, const struct hud_node *set,
                               const char *path, struct hud_error *error);

/* define, quantities. */
hud_status hud_study_read_quantities(struct hud_study *study, struct hud_error *error);
void hud_study_clear_quantities(struct hud_study *study);

/* fit, expect. */
hud_status hud_study_read_expectations(struct hud_study *study, struct hud_error *error);

/* The number of the variant with this label; an error at the mark if there is none. */
hud_status hud_study_find_variant(const struct hud_study *study, const char *label,
                                  struct hud_mark mark, size_t *variant, struct hud_error *error);

/* vary, parameter, against, link, window. */
hud_status hud_study_read_parameters(struct hud_study *study, struct hud_error *error);
void hud_study_clear_parameters(struct hud_study *study);

#endif
