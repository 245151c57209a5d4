/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words that keys of a model file or a study file accept, each with the value of the
 * enumeration that it stands for and its meaning in the reference pages. The rows of the schema's
 * table name these lists; each ends with a NULL name. */
#ifndef HUD_CONFIG_SCHEMA_CHOICES_H
#define HUD_CONFIG_SCHEMA_CHOICES_H

struct hud_choice {
  const char *name; /* the array ends with NULL */
  int value;
  const char *meaning;
};

/* Name of a choice's value; "?" if it has none. */
const char *hud_choice_name(const struct hud_choice *choices, int value);

extern const struct hud_choice hud_model_choices[];
extern const struct hud_choice hud_method_choices[];
extern const struct hud_choice hud_counting_choices[];
extern const struct hud_choice hud_three_body_drift_choices[];
extern const struct hud_choice hud_drift_scheme_choices[];
extern const struct hud_choice hud_matching_choices[];
extern const struct hud_choice hud_norm_choices[];
extern const struct hud_choice hud_difference_choices[];
extern const struct hud_choice hud_event_format_choices[];
extern const struct hud_choice hud_integrator_choices[];
extern const struct hud_choice hud_duration_choices[];
extern const struct hud_choice hud_rate_type_choices[];
extern const struct hud_choice hud_potential_word_choices[];
extern const struct hud_choice hud_potential_type_choices[];
extern const struct hud_choice hud_domain_word_choices[];
extern const struct hud_choice hud_uniform_choices[];
extern const struct hud_choice hud_fixed_total_choices[];
extern const struct hud_choice hud_cluster_word_choices[];

#endif
