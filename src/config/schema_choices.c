/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words that keys of a model file or a study file accept; see schema_choices.h. */
#include "config/schema_choices.h"

#include <stddef.h>

#include "config/description.h"
#include "config/study_description.h"

const struct hud_choice hud_model_choices[] = {
    {"hierarchy", HUD_MODEL_HIERARCHY, "all cluster sizes 1..K, (8)"},
    {"first_order_hierarchy", HUD_MODEL_FIRST_ORDER_HIERARCHY,
     "the same without the terms of order epsilon^2, (9)"},
    {"relaxed_triple", HUD_MODEL_RELAXED_TRIPLE, "triples relax on the time scale delta, (37)"},
    {"first_order", HUD_MODEL_FIRST_ORDER, "triples are quasi-stationary, (14)"},
    {"scalar_implicit", HUD_MODEL_SCALAR_IMPLICIT, "one equation for f_1, implicit, (47)"},
    {"scalar", HUD_MODEL_SCALAR, "one equation for f_1, explicit, (48)"},
    {"instantaneous", HUD_MODEL_INSTANTANEOUS, "pairs are quasi-stationary, (33)"},
    {"hard_spheres", HUD_MODEL_HARD_SPHERES, "N hard spheres with collisions of many, [APW]"},
    {"boltzmann", HUD_MODEL_BOLTZMANN,
     "the Boltzmann equation with collisions of many, [APW] (3.21)"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_method_choices[] = {
    {"grid", HUD_METHOD_GRID, "cell masses on velocity grids"},
    {"spectral", HUD_METHOD_SPECTRAL, "characteristic functions on a closed frequency box"},
    {"moments", HUD_METHOD_MOMENTS, "polynomial moments, exact"},
    {"particles", HUD_METHOD_PARTICLES, "exact stochastic simulation"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_counting_choices[] = {
    {"conserving", HUD_COUNTING_CONSERVING, "every unordered pair of clusters counts once"},
    {"as_printed", HUD_COUNTING_AS_PRINTED, "as (1) is printed: does not conserve mass"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_three_body_drift_choices[] = {
    {"consistent", HUD_DRIFT_CONSISTENT, "kappa = 1"},
    {"as_printed", HUD_DRIFT_AS_PRINTED, "kappa = 1/2, as (10), (17), (18) are printed"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_drift_scheme_choices[] = {
    {"auto", HUD_SCHEME_AUTO, "second order for smooth data, upwind for atoms and jumps"},
    {"second_order", HUD_SCHEME_SECOND_ORDER, "linear second-order upwind"},
    {"fourth_order", HUD_SCHEME_FOURTH_ORDER,
     "linear, biased upwind, fourth order: for smooth data and pairs that attract (mu11 >= 1)"},
    {"upwind", HUD_SCHEME_UPWIND, "first-order upwind, never negative"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_matching_choices[] = {
    {"matched", HUD_MATCHING_MATCHED, "f_1 is shifted for the missing f_2: second order"},
    {"raw", HUD_MATCHING_RAW, "f_1 as given: first order"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_norm_choices[] = {
    {"sup", HUD_NORM_SUP, "the largest value over the window"},
    {"L2", HUD_NORM_L2, "(int e^2 dt)^(1/2) over the window, by the trapezoidal rule"},
    {"final", HUD_NORM_FINAL, "the value at the last time of the window"},
    {"least", HUD_NORM_LEAST, "the smallest value over the window; without a reference only"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_difference_choices[] = {
    {"absolute", HUD_DIFFERENCE_ABSOLUTE, "|value - reference|"},
    {"relative", HUD_DIFFERENCE_RELATIVE, "1 - value/reference, with its sign"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_event_format_choices[] = {
    {"csv", HUD_EVENTS_CSV, "events.csv"},
    {"netcdf", HUD_EVENTS_NETCDF, "events.nc"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_integrator_choices[] = {
    {"cvode", HUD_INTEGRATOR_CVODE, "BDF with Newton-Krylov"},
    {"picard", HUD_INTEGRATOR_PICARD, "fixed-point iteration of the mild form (30)"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_duration_choices[] = {
    {"exponential", HUD_DURATION_EXPONENTIAL, "pairs split at the rate mu"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_rate_type_choices[] = {
    {"constant", HUD_RATE_CONSTANT, "value"},
    {"additive", HUD_RATE_ADDITIVE, "value * (i + j)"},
    {"multiplicative", HUD_RATE_MULTIPLICATIVE, "value * i * j"},
    {"expression", HUD_RATE_EXPRESSION, "expression in i and j, symmetric"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_potential_word_choices[] = {
    {"alignment", HUD_POTENTIAL_ALIGNMENT, "F(r) = r, (2)"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_potential_type_choices[] = {
    {"alignment", HUD_POTENTIAL_ALIGNMENT, "F(r) = r, (2)"},
    {"power", HUD_POTENTIAL_POWER, "F(r) = |r|^(exponent-1) r"},
    {"bounded_confidence", HUD_POTENTIAL_BOUNDED_CONFIDENCE, "F(r) = r within the radius, else 0"},
    {"attraction_repulsion", HUD_POTENTIAL_ATTRACTION_REPULSION,
     "F(r) = r (|r| - distance)/(|r| + distance)"},
    {"expression", HUD_POTENTIAL_EXPRESSION, "F(r) = force"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_domain_word_choices[] = {
    {"whole_space", HUD_DOMAIN_WHOLE_SPACE, "no boundary; `initial.position` must be a density"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_uniform_choices[] = {
    {"uniform", 0, "uniform on the torus"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_fixed_total_choices[] = {
    {"momentum", HUD_FIX_MOMENTUM, "the total momentum is zero"},
    {"energy", HUD_FIX_ENERGY, "the total energy is its expected value"},
    {NULL, 0, NULL},
};

const struct hud_choice hud_cluster_word_choices[] = {
    {"zero", HUD_CLUSTER_ZERO, "no clusters of this size"},
    {"quasi_stationary", HUD_CLUSTER_QUASI_STATIONARY,
     "gain, drift and loss in balance with the smaller sizes"},
    {NULL, 0, NULL},
};

const char *hud_choice_name(const struct hud_choice *choices, int value)
{
  for (; choices->name != NULL; choices++)
    if (choices->value == value)
      return choices->name;
  return "?";
}
