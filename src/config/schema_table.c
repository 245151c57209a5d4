/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of keys. A model of another kind brings its keys as rows with its own bits in `models`;
 * nothing else has to change. */
#include "config/schema.h"

#include <math.h>

#include "config/study_description.h"

#define MODEL(kind) (1u << HUD_MODEL_##kind)
#define METHOD(kind) (1u << HUD_METHOD_##kind)
#define SCALAR_MODELS (MODEL(SCALAR_IMPLICIT) | MODEL(SCALAR))
#define HIERARCHIES (MODEL(HIERARCHY) | MODEL(FIRST_ORDER_HIERARCHY))
#define CLUSTER_MODELS                                                                             \
  (HIERARCHIES | MODEL(RELAXED_TRIPLE) | MODEL(FIRST_ORDER) | SCALAR_MODELS | MODEL(INSTANTANEOUS))
#define SPHERES MODEL(HARD_SPHERES)
#define BOLTZMANN MODEL(BOLTZMANN)
#define GASES (SPHERES | BOLTZMANN)
#define WITH_EPSILON (CLUSTER_MODELS & ~MODEL(INSTANTANEOUS))
#define DETERMINISTIC_METHODS (METHOD(GRID) | METHOD(SPECTRAL) | METHOD(MOMENTS))

#define IN(member) offsetof(struct hud_description, member)
#define IN_RATE(member) offsetof(struct hud_rate_law, member)
#define IN_POTENTIAL(member) offsetof(struct hud_potential_spec, member)
#define IN_DENSITY(member) offsetof(struct hud_density_spec, member)
#define IN_CLUSTER(member) offsetof(struct hud_cluster_initial, member)

#define IN_GAS(member) offsetof(struct hud_gas_spec, member)

#define IN_STUDY(member) offsetof(struct hud_study_description, member)
#define IN_RANGE(member) offsetof(struct hud_study_range, member)
#define IN_VARIANT(member) offsetof(struct hud_study_variant, member)
#define IN_FIT(member) offsetof(struct hud_study_fit_row, member)
#define IN_EXPECTATION(member) offsetof(struct hud_study_expectation, member)

#define ANY_NUMBER .min = -INFINITY, .max = INFINITY
#define POSITIVE .min = 0.0, .min_open = true, .max = INFINITY
#define NOT_NEGATIVE .min = 0.0, .max = INFINITY
#define RANGE(low, high) .min = (low), .max = (high)
#define NUMBER(place) .type = HUD_KEY_NUMBER, .store = HUD_STORE_DOUBLE, .offset = (place)
#define INTEGER(kind, place) .type = HUD_KEY_INTEGER, .store = HUD_STORE_##kind, .offset = (place)
#define CHOICE(place, list)                                                                        \
  .type = HUD_KEY_CHOICE, .store = HUD_STORE_ENUM, .offset = (place), .choices = (list)
#define BOOLEAN(place) .type = HUD_KEY_BOOLEAN, .store = HUD_STORE_BOOL, .offset = (place)
#define NUMBERS(place) .type = HUD_KEY_NUMBERS, .store = HUD_STORE_NUMBERS, .offset = (place)
#define EXPRESSION(place, variables)                                                               \
  .type = HUD_KEY_EXPRESSION, .store = HUD_STORE_EXPRESSION, .offset = (place),                    \
  .symbol = (variables)
#define SCOPE(of, place)                                                                           \
  .type = HUD_KEY_SCOPE, .store = HUD_STORE_STRUCT, .offset = (place), .value_scope = (of)
#define MAPPING .type = HUD_KEY_MAPPING
#define TEXT(place) .type = HUD_KEY_TEXT, .store = HUD_STORE_TEXT, .offset = (place)
#define NODE(place, words)                                                                         \
  .type = HUD_KEY_NODE, .store = HUD_STORE_NODE, .offset = (place), .symbol = (words)
#define ITEMS(place, of)                                                                           \
  .type = HUD_KEY_LIST, .store = HUD_STORE_NODE, .offset = (place), .value_scope = (of)

#define TOP .scope = HUD_SCOPE_MODEL
#define RATE .scope = HUD_SCOPE_RATE
#define POTENTIAL .scope = HUD_SCOPE_POTENTIAL
#define DENSITY .scope = HUD_SCOPE_DENSITY
#define CLUSTER .scope = HUD_SCOPE_CLUSTER
#define GAS .scope = HUD_SCOPE_GAS
#define FORMULA .scope = HUD_SCOPE_EXPRESSION
#define STUDY .scope = HUD_SCOPE_STUDY
#define RANGE_OF .scope = HUD_SCOPE_RANGE
#define VARIANT .scope = HUD_SCOPE_VARIANT
#define FIT .scope = HUD_SCOPE_FIT
#define EXPECTATION .scope = HUD_SCOPE_EXPECTATION
#define RATE_TYPE(kind) (1u << HUD_RATE_##kind)
#define POTENTIAL_TYPE(kind) (1u << HUD_POTENTIAL_##kind)
#define F_K(k, who, text)                                                                          \
  {                                                                                                \
    TOP, .path = "initial.f" #k, .type = HUD_KEY_SCOPE, .store = HUD_STORE_SIZE, .offset = (k),    \
         .value_scope = HUD_SCOPE_CLUSTER, .default_note = "as `initial.clusters` says",           \
         .models = (who), .symbol = "f_" #k, .meaning = text                                       \
  }

static const struct hud_key keys[] = {
    {TOP, .path = "huddle", .type = HUD_KEY_INTEGER, .required = true, RANGE(1, 1),
     .meaning = "version of the file format"},
    {TOP, .path = "title", .type = HUD_KEY_TEXT, .store = HUD_STORE_TEXT, .offset = IN(title),
     .meaning = "a line for figures and reports"},
    {TOP, .path = "model", CHOICE(IN(model), hud_model_choices), .required = true,
     .meaning = "the equations to solve"},
    {TOP, .path = "method", CHOICE(IN(method), hud_method_choices), .required = true,
     .models = CLUSTER_MODELS, .meaning = "how the densities are represented"},
    {TOP, .path = "epsilon", NUMBER(IN(epsilon)), .required = true, POSITIVE,
     .models = WITH_EPSILON, .symbol = "epsilon",
     .meaning = "ratio of the duration of a collision to the time between collisions, (7)"},
    {TOP, .path = "clusters", INTEGER(INT, IN(clusters)), .required = true,
     RANGE(1, HUD_MAX_CLUSTERS), .models = HIERARCHIES, .symbol = "K",
     .meaning = "the largest cluster size"},
    {TOP, .path = "delta", NUMBER(IN(delta)), .required = true, POSITIVE,
     .models = MODEL(RELAXED_TRIPLE), .symbol = "delta",
     .meaning = "time scale of triples, (37); delta = epsilon is the hierarchy with K = 3"},
    {TOP, .path = "counting", CHOICE(IN(counting), hud_counting_choices), .fallback = "conserving",
     .models = HIERARCHIES, .meaning = "how reactions of unequal clusters are counted"},
    {TOP, .path = "three_body_drift", CHOICE(IN(three_body_drift), hud_three_body_drift_choices),
     .fallback = "consistent", .models = MODEL(RELAXED_TRIPLE) | MODEL(FIRST_ORDER) | SCALAR_MODELS,
     .symbol = "kappa", .meaning = "strength of the drift within triples"},
    {TOP, .path = "duration", SCOPE(HUD_SCOPE_DURATION, 0), .fallback = "exponential",
     .models = CLUSTER_MODELS, .meaning = "law of the duration of a collision"},

    {TOP, .path = "dimension", INTEGER(INT, IN(gas.dimension)), .required = true, RANGE(2, 3),
     .models = GASES, .symbol = "d", .meaning = "dimension of space"},
    {TOP, .path = "orders", INTEGER(INT, IN(gas.orders)), .required = true, RANGE(1, 6),
     .models = GASES, .symbol = "M", .meaning = "collisions are of 2, 3, ..., M + 1 particles"},
    {TOP, .path = "zones", MAPPING, .models = GASES,
     .meaning = "interaction zones, by scaling or by their radii"},
    {TOP, .path = "zones.kappa", NUMBERS(IN(gas.kappa)), POSITIVE,
     .default_note = "1 for every order, unless `radii` are given",
     .symbol = "kappa_1, ..., kappa_M", .models = GASES,
     .meaning = "N epsilon_{l+1}^(d-1/l) = kappa_l; one number stands for all orders"},
    {TOP, .path = "zones.radii", NUMBERS(IN(gas.radii)), POSITIVE,
     .symbol = "epsilon_2, ..., epsilon_{M+1}", .models = SPHERES,
     .meaning = "the zones themselves, for each order"},
    {TOP, .path = "domain", SCOPE(HUD_SCOPE_DOMAIN, IN(gas.domain)),
     .default_note = "a torus of side 1", .models = GASES, .meaning = "where the particles move"},
    {TOP, .path = "alpha", NUMBERS(IN(gas.alpha)), NOT_NEGATIVE, .models = BOLTZMANN,
     .default_note = "kappa_l^l/l!, the limit of the flow", .symbol = "alpha_1, ..., alpha_M",
     .meaning = "factors of Q_2, ..., Q_{M+1}; 0 switches an order off"},
    {TOP, .path = "density", NUMBER(IN(gas.density)), POSITIVE, .fallback = "1",
     .models = BOLTZMANN, .symbol = "rho", .meaning = "mean number of particles per volume"},
    {TOP, .path = "cells", NUMBERS(IN(gas.cells)), RANGE(1, 1 << 24), .models = BOLTZMANN,
     .default_note = "none: the gas is homogeneous, in one cell",
     .meaning = "cells along x, or [n, n] along x and y, for data that depend on them"},
    {TOP, .path = "step", NUMBER(IN(gas.step)), NOT_NEGATIVE, .fallback = "0", .models = BOLTZMANN,
     .meaning = "longest time step where there are cells; 0: a quarter of a mean cell crossing or "
                "of a mean free time, whichever is less"},
    {TOP, .path = "series", MAPPING, .models = BOLTZMANN,
     .meaning = "what `huddle series` computes"},
    {TOP, .path = "series.terms", .models = BOLTZMANN, INTEGER(INT, IN(gas.series.terms)),
     RANGE(0, 8), .fallback = "4", .symbol = "n",
     .meaning = "number of adjunctions: the series ends with I_n"},
    {TOP, .path = "series.samples", .models = BOLTZMANN, INTEGER(INT64, IN(gas.series.samples)),
     RANGE(100, 1e12), .fallback = "400000",
     .meaning = "number of trees, shared out over the terms"},
    {TOP, .path = "series.energy_cut", .models = BOLTZMANN, NUMBER(IN(gas.series.energy_cut)),
     NOT_NEGATIVE, .fallback = "0", .symbol = "R",
     .meaning = "trees with energy above R^2 are left out; 0: none"},
    {TOP, .path = "series.separation", .models = BOLTZMANN, NUMBER(IN(gas.series.separation)),
     NOT_NEGATIVE, .fallback = "0", .symbol = "delta", .meaning = "least time between adjunctions"},
    {TOP, .path = "series.observable", .models = BOLTZMANN,
     EXPRESSION(IN(gas.series.observable), "vx,vy,vz,x,y,v1x,v1y,v1z,v2x,v2y,v2z,v3x,v3y,v3z,"
                                           "x1,y1,x2,y2,x3,y3"),
     .default_note = "vx^2 - vy^2",
     .meaning = "phi, of which the mean under f^(s)(t) is computed; s is the highest number of a "
                "particle in it, vx is v1x and x is x1"},
    {TOP, .path = "series.at", .models = BOLTZMANN, NUMBERS(IN(gas.series.at)), ANY_NUMBER,
     .default_note = "the mean over the torus", .symbol = "X_s",
     .meaning = "where the s particles are at the time of the observable, s x d numbers"},
    {TOP, .path = "series.energy_cuts", .models = BOLTZMANN, NUMBERS(IN(gas.series.energy_cuts)),
     POSITIVE, .default_note = "none", .symbol = "R",
     .meaning = "values of R for which is told what they leave out of the series"},
    {TOP, .path = "series.separations", .models = BOLTZMANN, NUMBERS(IN(gas.series.separations)),
     POSITIVE, .default_note = "none", .symbol = "delta",
     .meaning = "values of delta for which is told what they leave out of the series"},
    {TOP, .path = "series.counts", .models = BOLTZMANN, NUMBERS(IN(gas.series.counts)),
     RANGE(2, 1e15), .default_note = "none", .symbol = "N",
     .meaning = "numbers of particles for which recollisions are counted, with zones by kappa"},

    {TOP, .path = "observables", MAPPING, .models = GASES,
     .meaning = "averages in moments.csv beside the moments"},
    {TOP, .path = "observables.phi", EXPRESSION(IN(gas.observables.phi), "vx,vy,vz"),
     .models = GASES, .default_note = "none",
     .meaning = "a function of the velocity: its mean is the column `phi` and, with replicas, its "
                "covariance between two different particles the column `correlation`"},
    {TOP, .path = "observables.insertions", INTEGER(INT64, IN(gas.observables.insertions)),
     RANGE(0, 1e12), .models = SPHERES, .fallback = "0",
     .meaning =
         "trial insertions into each replica at every row, which give y_2, ..., y_{M+1}, the "
         "correlation at contact (torus only); 0: none"},

    {TOP, .path = "rates", MAPPING, .required = true, .models = CLUSTER_MODELS,
     .meaning = "rates of joining and splitting"},
    {TOP, .path = "rates.lambda", SCOPE(HUD_SCOPE_RATE, IN(lambda)), .required = true,
     .symbol = "lambda_ij", .meaning = "rate at which clusters of i and j join"},
    {TOP, .path = "rates.mu", SCOPE(HUD_SCOPE_RATE, IN(mu)), .required = true, .symbol = "mu_ij",
     .meaning = "rate at which a cluster of i+j splits into i and j"},

    {TOP, .path = "potential", SCOPE(HUD_SCOPE_POTENTIAL, IN(potential)), .fallback = "alignment",
     .models = CLUSTER_MODELS, .symbol = "U_k",
     .meaning = "force between the members of a cluster"},

    {TOP, .path = "velocity", MAPPING, .store = HUD_STORE_GIVEN, .offset = IN(velocity.given),
     .required = true, .optional = METHOD(PARTICLES) | METHOD(SPECTRAL), .models = CLUSTER_MODELS,
     .methods = METHOD(GRID) | METHOD(PARTICLES) | METHOD(SPECTRAL),
     .meaning = "the velocity grid; for particles the cells of histograms; for spectral "
                "their midpoints are where densities are read out"},
    {TOP, .path = "velocity.min", NUMBER(IN(velocity.min)), .required = true, ANY_NUMBER,
     .meaning = "left end of the window"},
    {TOP, .path = "velocity.max", NUMBER(IN(velocity.max)), .required = true, ANY_NUMBER,
     .meaning = "right end of the window, > min"},
    {TOP, .path = "velocity.cells", INTEGER(INT, IN(velocity.cells)), .required = true,
     RANGE(8, 8192), .symbol = "n", .meaning = "number of cells"},
    {TOP, .path = "velocity.regrid", BOOLEAN(IN(velocity.regrid)), .fallback = "false",
     .methods = METHOD(GRID), .meaning = "halve the grid when the density has become narrow"},
    {TOP, .path = "velocity.drift", CHOICE(IN(velocity.drift), hud_drift_scheme_choices),
     .fallback = "auto", .methods = METHOD(GRID), .meaning = "scheme of the drift within pairs"},

    {TOP, .path = "initial", MAPPING, .required = true, .meaning = "data at t = 0"},
    {TOP, .path = "initial.f1", SCOPE(HUD_SCOPE_DENSITY, IN(initial.f1)), .required = true,
     .models = CLUSTER_MODELS, .symbol = "f_1", .meaning = "density of free particles"},
    {TOP, .path = "initial.clusters", CHOICE(IN(initial.others.type), hud_cluster_word_choices),
     .fallback = "zero", .models = WITH_EPSILON,
     .meaning = "all clusters at once; `f2`, `f3`, ... override it for their size"},
    F_K(2, WITH_EPSILON, "density of pairs, rescaled as in (7)"),
    F_K(3, MODEL(HIERARCHY) | MODEL(RELAXED_TRIPLE), "density of triples"),
    F_K(4, MODEL(HIERARCHY), "density of clusters of 4"),
    F_K(5, MODEL(HIERARCHY), "density of clusters of 5"),
    F_K(6, MODEL(HIERARCHY), "density of clusters of 6"),
    F_K(7, MODEL(HIERARCHY), "density of clusters of 7"),
    F_K(8, MODEL(HIERARCHY), "density of clusters of 8"),
    F_K(9, MODEL(HIERARCHY), "density of clusters of 9"),
    {TOP, .path = "initial.matching", CHOICE(IN(initial.matching), hud_matching_choices),
     .fallback = "matched", .models = SCALAR_MODELS,
     .meaning = "whether f_1 is adapted to a model without f_2"},

    {TOP, .path = "initial.velocity", SCOPE(HUD_SCOPE_GAS, IN(gas.velocity)), .required = true,
     .models = GASES, .meaning = "velocities, or a table of positions and velocities"},
    {TOP, .path = "initial.position", EXPRESSION(IN(gas.position), "x,y,z"),
     .choices = hud_uniform_choices, .default_note = "uniform", .models = GASES,
     .meaning = "density of positions, which need not be normalised; for hard spheres conditioned "
                "on all zones"},
    {TOP, .path = "initial.fix", .type = HUD_KEY_WORDS, .store = HUD_STORE_BITS,
     .offset = IN(gas.fix), .choices = hud_fixed_total_choices, .models = GASES,
     .default_note = "none", .meaning = "totals that are made exact"},

    {TOP, .path = "time", MAPPING, .required = true, .meaning = "times"},
    {TOP, .path = "time.end", NUMBER(IN(time.end)), .required = true, POSITIVE,
     .meaning = "end of the run, which starts at t = 0"},
    {TOP, .path = "time.output_every", NUMBER(IN(time.output_every)), POSITIVE,
     .default_note = "time.end / 100", .meaning = "time between rows of output"},
    {TOP, .path = "time.checkpoint_every", INTEGER(INT64, IN(time.checkpoint_every)),
     RANGE(0, 1000000), .fallback = "0",
     .meaning = "rows of output between checkpoints, from which `huddle resume` goes on; the time "
                "integration starts afresh at each; 0: none"},

    {TOP, .path = "solver", MAPPING, .meaning = "tolerances and limits"},
    {TOP, .path = "solver.rtol", NUMBER(IN(solver.rtol)), .min = 0.0, .min_open = true, .max = 0.1,
     .fallback = "1e-8", .models = CLUSTER_MODELS, .methods = DETERMINISTIC_METHODS,
     .meaning = "relative tolerance of the time integration"},
    {TOP, .path = "solver.atol", NUMBER(IN(solver.atol)), .min = 0.0, .min_open = true, .max = 1.0,
     .fallback = "1e-12", .models = CLUSTER_MODELS, .methods = DETERMINISTIC_METHODS,
     .meaning = "absolute tolerance of the time integration"},
    {TOP, .path = "solver.integrator", CHOICE(IN(solver.integrator), hud_integrator_choices),
     .fallback = "cvode", .methods = DETERMINISTIC_METHODS, .models = CLUSTER_MODELS,
     .meaning = "time integration"},
    {TOP, .path = "solver.spectral_tol", NUMBER(IN(solver.spectral_tol)), .min = 0.0,
     .min_open = true, .max = 0.1, .fallback = "1e-9", .methods = METHOD(SPECTRAL),
     .models = CLUSTER_MODELS, .meaning = "tolerance that chooses the spectral resolution"},
    {TOP, .path = "solver.spectral_box", NUMBER(IN(solver.spectral_box)), RANGE(0, 1000),
     .fallback = "0", .methods = METHOD(SPECTRAL), .models = CLUSTER_MODELS,
     .meaning =
         "the largest frequency times the standard deviation of f_1 at t = 0; 0: twelve over "
         "the width expected at the end, from 4 to 24"},
    {TOP, .path = "solver.spectral_check", BOOLEAN(IN(solver.spectral_check)), .fallback = "false",
     .methods = METHOD(SPECTRAL), .models = CLUSTER_MODELS,
     .meaning =
         "also run a second resolution (half as many nodes and degrees again, a tenth of the "
         "tolerance in time) and report the differences, check_* in summary.json"},
    {TOP, .path = "solver.max_steps", INTEGER(INT64, IN(solver.max_steps)), RANGE(0, 1e15),
     .fallback = "0", .models = CLUSTER_MODELS, .methods = DETERMINISTIC_METHODS,
     .meaning = "cap on the steps of the whole run; 0: none"},
    {TOP, .path = "solver.max_wall", NUMBER(IN(solver.max_wall)), NOT_NEGATIVE, .fallback = "0",
     .symbol = "s", .meaning = "cap on the wall time in seconds; 0: none"},
    {TOP, .path = "solver.memory_gb", NUMBER(IN(solver.memory_limit)), .scale = 1e9, .min = 0.0,
     .min_open = true, .max = 1e6, .fallback = "8",
     .meaning = "a run that needs more memory, in 1e9 bytes, is refused before it starts"},

    {TOP, .path = "moments", MAPPING, .models = CLUSTER_MODELS, .meaning = "moments of f_1"},
    {TOP, .path = "moments.order", INTEGER(INT, IN(moment_order)), RANGE(0, 40), .fallback = "4",
     .symbol = "P", .meaning = "highest moment that is computed and written"},

    {TOP, .path = "particles", MAPPING, .methods = METHOD(PARTICLES),
     .meaning = "the stochastic simulation"},
    {TOP, .path = "particles.count", INTEGER(INT64, IN(particles.count)), .required = true,
     RANGE(1, 1e10), .symbol = "N", .meaning = "number of particles, not of clusters"},
    {TOP, .path = "particles.seed", INTEGER(UINT64, IN(particles.seed)), RANGE(0, INFINITY),
     .fallback = "1", .meaning = "seed of the random streams"},
    {TOP, .path = "particles.replicas", INTEGER(INT, IN(particles.replicas)), RANGE(1, 1e6),
     .fallback = "1", .meaning = "independent runs; above 1 the output has standard errors"},
    {TOP, .path = "particles.dimension", INTEGER(INT, IN(particles.dimension)),
     RANGE(1, HUD_MAX_DIMENSION), .models = CLUSTER_MODELS, .fallback = "1", .symbol = "d",
     .meaning = "of velocities (Remark 2.1); components are independent samples of the densities"},

    {TOP, .path = "output", MAPPING, .models = CLUSTER_MODELS | SPHERES,
     .meaning = "what is written beside moments.csv"},
    {TOP, .path = "output.f1", BOOLEAN(IN(output.f1)), .fallback = "true", .models = CLUSTER_MODELS,
     .meaning = "f_1(t, v) at all output times"},
    {TOP, .path = "output.f2", BOOLEAN(IN(output.f2)), .fallback = "false",
     .models = CLUSTER_MODELS,
     .meaning = "f_2(t, v_1, v_2) at all output times; by method spectral means over the "
                "cells, for all models with clusters of four at most"},
    {TOP, .path = "output.mollifier", NUMBER(IN(output.mollifier)), NOT_NEGATIVE, .fallback = "0",
     .models = CLUSTER_MODELS, .methods = METHOD(SPECTRAL),
     .meaning = "width (standard deviation) of a Gaussian that f1 and f2 are convolved with when "
                "they are read out: so atoms have a density too; 0: none"},
    {TOP, .path = "output.events", BOOLEAN(IN(output.events)), .fallback = "false",
     .models = SPHERES,
     .meaning = "events.csv: time, members, b and impact vector of every collision (replica 0)"},
    {TOP, .path = "output.event_format", CHOICE(IN(output.event_format), hud_event_format_choices),
     .fallback = "csv", .models = SPHERES, .meaning = "of the collisions"},
    {TOP, .path = "output.trajectories", INTEGER(INT64, IN(output.trajectories)), RANGE(0, 1 << 30),
     .fallback = "0", .models = SPHERES,
     .meaning = "trajectories.nc: positions and velocities of so many particles, the first ones, "
                "at all output times (replica 0)"},
    {TOP, .path = "output.pictures", BOOLEAN(IN(output.pictures)), .fallback = "false",
     .models = SPHERES,
     .meaning =
         "gas.html, which plays the output times, and gas.svg, the last of them (replica 0)"},

    {RATE, .path = "type", CHOICE(IN_RATE(type), hud_rate_type_choices), .required = true,
     .meaning = "how the rate depends on i and j"},
    {RATE, .path = "value", NUMBER(IN_RATE(constant)), .required = true, NOT_NEGATIVE,
     .variants = RATE_TYPE(CONSTANT) | RATE_TYPE(ADDITIVE) | RATE_TYPE(MULTIPLICATIVE),
     .meaning = "the factor"},
    {RATE, .path = "expression", EXPRESSION(IN_RATE(expression), "i,j"), .required = true,
     .variants = RATE_TYPE(EXPRESSION), .meaning = "the rate as a function of i and j"},

    {.scope = HUD_SCOPE_DURATION,
     .path = "deterministic",
     NUMBER(IN(duration_tau)),
     POSITIVE,
     .variant = HUD_DURATION_DETERMINISTIC,
     .symbol = "tau",
     .meaning = "every collision takes the time epsilon tau (binary models, particles)"},

    {POTENTIAL, .path = "type", CHOICE(IN_POTENTIAL(type), hud_potential_type_choices),
     .required = true, .meaning = "the pair force F of (U_k)_i = (1/k) sum_j F(v_j - v_i)"},
    {POTENTIAL, .path = "exponent", NUMBER(IN_POTENTIAL(exponent)), .required = true, RANGE(1, 100),
     .variants = POTENTIAL_TYPE(POWER), .symbol = "p", .meaning = "exponent of the force"},
    {POTENTIAL, .path = "radius", NUMBER(IN_POTENTIAL(radius)), .required = true, POSITIVE,
     .variants = POTENTIAL_TYPE(BOUNDED_CONFIDENCE), .meaning = "reach of the force"},
    {POTENTIAL, .path = "distance", NUMBER(IN_POTENTIAL(distance)), .required = true, POSITIVE,
     .variants = POTENTIAL_TYPE(ATTRACTION_REPULSION), .meaning = "where the force vanishes"},
    {POTENTIAL, .path = "force", EXPRESSION(IN_POTENTIAL(force), "r"), .required = true,
     .variants = POTENTIAL_TYPE(EXPRESSION), .meaning = "the force F(r)"},

    {DENSITY, .path = "gaussian", MAPPING, .variant = HUD_DENSITY_GAUSSIAN,
     .meaning = "a normal distribution"},
    {DENSITY, .path = "gaussian.mass", NUMBER(IN_DENSITY(mass)), POSITIVE, .fallback = "1",
     .meaning = "total mass"},
    {DENSITY, .path = "gaussian.mean", NUMBER(IN_DENSITY(mean)), .required = true, ANY_NUMBER,
     .meaning = "mean velocity"},
    {DENSITY, .path = "gaussian.stddev", NUMBER(IN_DENSITY(scale)), .required = true, POSITIVE,
     .meaning = "standard deviation"},
    {DENSITY, .path = "uniform", MAPPING, .variant = HUD_DENSITY_UNIFORM,
     .meaning = "constant on an interval"},
    {DENSITY, .path = "uniform.mass", NUMBER(IN_DENSITY(mass)), POSITIVE, .fallback = "1",
     .meaning = "total mass"},
    {DENSITY, .path = "uniform.min", NUMBER(IN_DENSITY(min)), .required = true, ANY_NUMBER,
     .meaning = "left end"},
    {DENSITY, .path = "uniform.max", NUMBER(IN_DENSITY(max)), .required = true, ANY_NUMBER,
     .meaning = "right end, > min"},
    {DENSITY, .path = "self_similar", MAPPING, .variant = HUD_DENSITY_SELF_SIMILAR,
     .meaning = "2 mass/(pi scale) (1 + ((v - mean)/scale)^2)^-2, the exact solution of (33)"},
    {DENSITY, .path = "self_similar.mass", NUMBER(IN_DENSITY(mass)), POSITIVE, .fallback = "1",
     .meaning = "total mass"},
    {DENSITY, .path = "self_similar.mean", NUMBER(IN_DENSITY(mean)), .required = true, ANY_NUMBER,
     .meaning = "mean velocity"},
    {DENSITY, .path = "self_similar.scale", NUMBER(IN_DENSITY(scale)), .required = true, POSITIVE,
     .meaning = "width, which is also the standard deviation"},
    {DENSITY, .path = "mixture", .type = HUD_KEY_LIST, .value_scope = HUD_SCOPE_DENSITY,
     .variant = HUD_DENSITY_MIXTURE, .meaning = "the sum of a list of densities"},
    {DENSITY, .path = "atoms", .type = HUD_KEY_ATOMS, .variant = HUD_DENSITY_ATOMS,
     .meaning = "weighted points, a list of [weight, v]"},
    {DENSITY, .path = "table", .type = HUD_KEY_TABLE, .variant = HUD_DENSITY_TABLE,
     .meaning = "a CSV file with columns v, f (path from the model file's folder; a header line is "
                "allowed), or a list of [v, f]; linear in between, zero outside"},
    {DENSITY, .path = "expression", SCOPE(HUD_SCOPE_EXPRESSION, 0),
     .variant = HUD_DENSITY_EXPRESSION,
     .meaning = "f(v) as a formula, or {formula: ..., min: ..., max: ...} to cut it off"},

    {FORMULA, .path = "formula", EXPRESSION(IN_DENSITY(expression), "v"), .required = true,
     .meaning = "f(v)"},
    {FORMULA, .path = "min", NUMBER(IN_DENSITY(min)), ANY_NUMBER, .default_note = "-infinity",
     .meaning = "zero below"},
    {FORMULA, .path = "max", NUMBER(IN_DENSITY(max)), ANY_NUMBER, .default_note = "infinity",
     .meaning = "zero above, > min"},

    {.scope = HUD_SCOPE_DOMAIN,
     .path = "torus",
     NUMBER(offsetof(struct hud_domain_spec, side)),
     POSITIVE,
     .variant = HUD_DOMAIN_TORUS,
     .meaning = "side of a periodic square or cube"},

    {GAS, .path = "gaussian", MAPPING, .variant = HUD_GAS_GAUSSIAN,
     .meaning = "a normal distribution"},
    {GAS, .path = "gaussian.temperature", NUMBERS(IN_GAS(temperature)), .required = true,
     NOT_NEGATIVE, .symbol = "T",
     .meaning = "variance of each component; one number stands for all"},
    {GAS, .path = "gaussian.mean", NUMBERS(IN_GAS(mean)), ANY_NUMBER, .default_note = "0",
     .meaning = "mean of each component"},
    {GAS, .path = "gaussian.weight", NUMBER(IN_GAS(weight)), POSITIVE, .fallback = "1",
     .meaning = "share within a mixture, up to a common factor"},
    {GAS, .path = "student", MAPPING, .variant = HUD_GAS_STUDENT,
     .meaning =
         "a Student distribution, with the tail |v|^-(degrees + d); |v|^p has a mean for p < "
         "degrees"},
    {GAS, .path = "student.degrees", INTEGER(INT, IN_GAS(degrees)), .required = true,
     RANGE(3, 1000), .meaning = "degrees of freedom"},
    {GAS, .path = "student.temperature", NUMBERS(IN_GAS(temperature)), .required = true,
     NOT_NEGATIVE, .symbol = "T",
     .meaning = "variance of each component; one number stands for all"},
    {GAS, .path = "student.mean", NUMBERS(IN_GAS(mean)), ANY_NUMBER, .default_note = "0",
     .meaning = "mean of each component"},
    {GAS, .path = "student.weight", NUMBER(IN_GAS(weight)), POSITIVE, .fallback = "1",
     .meaning = "share within a mixture, up to a common factor"},
    {GAS, .path = "mixture", .type = HUD_KEY_LIST, .value_scope = HUD_SCOPE_GAS,
     .variant = HUD_GAS_MIXTURE, .meaning = "a list of gaussian or student distributions"},
    {GAS, .path = "table", .type = HUD_KEY_FILE, .store = HUD_STORE_TEXT, .offset = IN_GAS(table),
     .variant = HUD_GAS_TABLE,
     .meaning = "a CSV file with one line a particle, x, y[, z], vx, vy[, vz] at t = 0 (path from "
                "the model file's folder; a header line is allowed)"},

    {CLUSTER, .path = "product", MAPPING, .variant = HUD_CLUSTER_PRODUCT,
     .meaning = "independent velocities: mass times a density of mass one in each"},
    {CLUSTER, .path = "product.mass", NUMBER(IN_CLUSTER(amount)), .required = true, POSITIVE,
     .symbol = "M_k", .meaning = "mass of f_k"},
    {CLUSTER, .path = "product.density", SCOPE(HUD_SCOPE_DENSITY, IN_CLUSTER(density)),
     .required = true, .meaning = "the density of one velocity; its own mass is scaled to one"},
    {CLUSTER, .path = "atoms", .type = HUD_KEY_ATOMS, .variant = HUD_CLUSTER_ATOMS,
     .meaning = "weighted points, a list of [weight, v_1, ..., v_k], symmetrised"},

    {STUDY, .path = "huddle", .type = HUD_KEY_INTEGER, .required = true, RANGE(1, 1),
     .meaning = "version of the format"},
    {STUDY, .path = "study", TEXT(IN_STUDY(title)), .required = true,
     .meaning = "the title of the study"},
    {STUDY, .path = "settles", TEXT(IN_STUDY(settles)), .required = true,
     .meaning = "the question that the study answers, in a sentence"},
    {STUDY, .path = "base", NODE(IN_STUDY(base), "the path of a model file, or a model"),
     .required = true, .meaning = "the model that everything starts from; a path is from here"},
    {STUDY, .path = "set", NODE(IN_STUDY(set), "a mapping of key paths to values"),
     .meaning = "changes to the base, for all runs"},
    {STUDY, .path = "vary",
     NODE(IN_STUDY(vary), "a mapping of key paths to lists of values or "
                          "{from: ..., to: ..., count: ...}"),
     .meaning = "what is swept; several paths make all combinations"},
    {STUDY, .path = "link", NODE(IN_STUDY(link), "a mapping of key paths to expressions"),
     .meaning = "values that follow from those of `vary`, by the last part of its key paths, such "
                "as `time.end: 10*epsilon` (`rates.mu.1,1` is called mu11)"},
    {STUDY, .path = "variants", ITEMS(IN_STUDY(variants), HUD_SCOPE_VARIANT), .required = true,
     .meaning = "the models to compare"},
    {STUDY, .path = "reference", TEXT(IN_STUDY(reference)),
     .default_note = "none: the quantities themselves are shown",
     .meaning = "the label of the variant from which the others differ, or `theory` or `composite` "
                "(see [theory](#theory))"},
    {STUDY, .path = "difference", CHOICE(IN_STUDY(difference), hud_difference_choices),
     .fallback = "absolute", .meaning = "how a value differs from its reference"},
    {STUDY, .path = "define", NODE(IN_STUDY(define), "a mapping of names to expressions"),
     .meaning = "columns made of up to four others, such as `anisotropy: Tx - Ty`"},
    {STUDY, .path = "quantities", NODE(IN_STUDY(quantities), "a list of names"), .required = true,
     .meaning = "see [quantities](#quantities)"},
    {STUDY, .path = "window", NODE(IN_STUDY(window), "a list of two times [from, to]"),
     .default_note = "the whole run",
     .meaning = "the times that count; numbers, or expressions as in `link`"},
    {STUDY, .path = "norm", CHOICE(IN_STUDY(norm), hud_norm_choices), .fallback = "sup",
     .meaning = "how the values over the window become one number"},
    {STUDY, .path = "parameter", TEXT(IN_STUDY(parameter)),
     .default_note = "the first of `vary` with two or more numbers",
     .meaning = "the key path in which orders are observed, or `none`"},
    {STUDY, .path = "against", NODE(IN_STUDY(against), "a mapping of one name to an expression"),
     .default_note = "the parameter itself",
     .meaning = "what stands for the parameter in orders, fits and figures: a name, and a positive "
                "expression as in `link`, such as `epsilon_3: count^(-2/3)`"},
    {STUDY, .path = "seeds", INTEGER(INT, IN_STUDY(seeds)), .fallback = "1", RANGE(1, 1000),
     .meaning =
         "runs of each stochastic model, with particles.seed, + 1, + 2, ...: what is shown is "
         "the mean, and its standard error from their scatter"},
    {STUDY, .path = "compensate", NUMBER(IN_STUDY(compensate)), ANY_NUMBER, .fallback = "0",
     .meaning = "the figure shows the values divided by this power of the parameter"},
    {STUDY, .path = "refine",
     NODE(IN_STUDY(refine), "auto, none, or a mapping of key paths to values"),
     .default_note = "auto: solver.rtol and atol / 100 (moments); / 10 with cells * 2 (grid) or "
                     "spectral_tol / 10 (spectral); another seed (particles, gases; gases with "
                     "replicas or seeds: nothing)",
     .meaning = "what the second run of each model changes; none: no discretisation errors"},
    {STUDY, .path = "fit", ITEMS(IN_STUDY(fit), HUD_SCOPE_FIT),
     .meaning = "curves through the values against the parameter, with error bars"},
    {STUDY, .path = "expect", ITEMS(IN_STUDY(expect), HUD_SCOPE_EXPECTATION),
     .meaning = "what the study is expected to show; it fails if that is not met"},

    {RANGE_OF, .path = "from", NUMBER(IN_RANGE(from)), .required = true, POSITIVE,
     .meaning = "the first value"},
    {RANGE_OF, .path = "to", NUMBER(IN_RANGE(to)), .required = true, POSITIVE,
     .meaning = "the last value"},
    {RANGE_OF, .path = "count", INTEGER(INT, IN_RANGE(count)), .required = true, RANGE(2, 1000),
     .meaning = "number of values, at equal ratios"},

    {VARIANT, .path = "label", TEXT(IN_VARIANT(label)), .required = true,
     .meaning = "what tables and figures call it"},
    {VARIANT, .path = "set", NODE(IN_VARIANT(set), "a mapping of key paths to values"),
     .meaning = "what this variant changes"},

    {FIT, .path = "quantity", TEXT(IN_FIT(quantity)), .default_note = "all",
     .meaning = "one of the quantities"},
    {FIT, .path = "variant", TEXT(IN_FIT(variant)), .default_note = "all", .meaning = "a label"},
    {FIT, .path = "powers", NUMBERS(IN_FIT(powers)), ANY_NUMBER,
     .default_note = "none: c x^p, the exponent p is fitted",
     .meaning = "the powers of a sum: [1, 2] fits c_1 x + c_2 x^2"},
    {FIT, .path = "largest", NUMBER(IN_FIT(largest)), POSITIVE, .default_note = "all count",
     .meaning = "the largest value of the parameter that counts"},

    {EXPECTATION, .path = "variant", TEXT(IN_EXPECTATION(variant)), .required = true,
     .meaning = "a label"},
    {EXPECTATION, .path = "quantity", TEXT(IN_EXPECTATION(quantity)), .default_note = "all",
     .meaning = "one of the quantities"},
    {EXPECTATION, .path = "at", NODE(IN_EXPECTATION(at), "a mapping of key paths to values"),
     .default_note = "all", .meaning = "the values of `vary` that are meant"},
    {EXPECTATION, .path = "order", NUMBER(IN_EXPECTATION(order)), ANY_NUMBER,
     .meaning = "the last observed order"},
    {EXPECTATION, .path = "value", NUMBER(IN_EXPECTATION(value)), ANY_NUMBER,
     .meaning = "every value"},
    {EXPECTATION, .path = "theory", BOOLEAN(IN_EXPECTATION(theory)), .default_note = "`false`",
     .meaning = "true: every value is that of [theory](#theory)"},
    {EXPECTATION, .path = "exponent", NUMBER(IN_EXPECTATION(exponent)), ANY_NUMBER,
     .meaning = "the exponent of the fit c x^p"},
    {EXPECTATION, .path = "coefficient", NUMBER(IN_EXPECTATION(coefficient)), ANY_NUMBER,
     .meaning = "the first coefficient of the fit by `powers`"},
    {EXPECTATION, .path = "least", NUMBER(IN_EXPECTATION(least)), ANY_NUMBER,
     .meaning = "a bound from below on every value less its discretisation error"},
    {EXPECTATION, .path = "most", NUMBER(IN_EXPECTATION(most)), ANY_NUMBER,
     .meaning = "a bound from above on every value and its discretisation error"},
    {EXPECTATION, .path = "within", NUMBER(IN_EXPECTATION(within)), POSITIVE,
     .meaning = "the largest deviation from it"},
    {EXPECTATION, .path = "sigmas", NUMBER(IN_EXPECTATION(sigmas)), POSITIVE,
     .meaning = "instead of `within`: the largest deviation in standard errors (half the "
                "discretisation error)"},
};

static const struct hud_scope_info scopes[HUD_SCOPE_COUNT] = {
    [HUD_SCOPE_MODEL] = {"model", "Model file", HUD_FORM_MAPPING, NULL,
                         sizeof(struct hud_description), 0, HUD_NO_MARK, NULL},
    [HUD_SCOPE_RATE] = {"rate", "Rates", HUD_FORM_TAGGED, NULL, sizeof(struct hud_rate_law),
                        IN_RATE(type), IN_RATE(mark),
                        "A number (the same for all pairs); or a table such as "
                        "`{default: 1.0, \"1,1\": 2.0, \"1,2\": 1.5}`, where the order in a pair "
                        "does not matter and a needed pair without entry and default is an error; "
                        "or a mapping with a `type`."},
    [HUD_SCOPE_DURATION] = {"duration", "Duration of collisions", HUD_FORM_ONE_OF,
                            hud_duration_choices, sizeof(struct hud_description), IN(duration),
                            HUD_NO_MARK, NULL},
    [HUD_SCOPE_POTENTIAL] = {"potential", "Potentials", HUD_FORM_TAGGED, hud_potential_word_choices,
                             sizeof(struct hud_potential_spec), IN_POTENTIAL(type),
                             IN_POTENTIAL(mark), NULL},
    [HUD_SCOPE_DENSITY] = {"density", "Densities of one velocity", HUD_FORM_ONE_OF, NULL,
                           sizeof(struct hud_density_spec), IN_DENSITY(type), IN_DENSITY(mark),
                           NULL},
    [HUD_SCOPE_CLUSTER] = {"cluster", "Initial clusters", HUD_FORM_ONE_OF, hud_cluster_word_choices,
                           sizeof(struct hud_cluster_initial), IN_CLUSTER(type), IN_CLUSTER(mark),
                           NULL},
    [HUD_SCOPE_EXPRESSION] = {"expression", "Densities as expressions", HUD_FORM_MAPPING, NULL,
                              sizeof(struct hud_density_spec), 0, HUD_NO_MARK,
                              "A formula in v, or a mapping."},
    [HUD_SCOPE_DOMAIN] = {"domain", "Domains", HUD_FORM_ONE_OF, hud_domain_word_choices,
                          sizeof(struct hud_domain_spec), offsetof(struct hud_domain_spec, type),
                          HUD_NO_MARK, NULL},
    [HUD_SCOPE_GAS] = {"gas", "Velocities of a gas", HUD_FORM_ONE_OF, NULL,
                       sizeof(struct hud_gas_spec), IN_GAS(type), IN_GAS(mark), NULL},
    [HUD_SCOPE_STUDY] = {"study", "Study file", HUD_FORM_MAPPING, NULL,
                         sizeof(struct hud_study_description), 0, HUD_NO_MARK, NULL},
    [HUD_SCOPE_RANGE] = {"range", "Ranges", HUD_FORM_MAPPING, NULL, sizeof(struct hud_study_range),
                         0, HUD_NO_MARK, "Values at equal ratios, instead of a list."},
    [HUD_SCOPE_VARIANT] = {"variant", "Variants", HUD_FORM_MAPPING, NULL,
                           sizeof(struct hud_study_variant), 0, HUD_NO_MARK, NULL},
    [HUD_SCOPE_FIT] = {"fit", "Fits", HUD_FORM_MAPPING, NULL, sizeof(struct hud_study_fit_row), 0,
                       HUD_NO_MARK,
                       "Weighted least squares with the inverse squares of the standard errors, "
                       "which are half the discretisation errors; for c x^p in logarithms. Where "
                       "no discretisation error is known the weights are equal, and the error "
                       "bars come from the scatter about the curve."},
    [HUD_SCOPE_EXPECTATION] = {"expectation", "Expectations", HUD_FORM_MAPPING, NULL,
                               sizeof(struct hud_study_expectation), 0, HUD_NO_MARK,
                               "What is expected, one of seven, and how far from it."},
};

unsigned hud_schema_family(enum hud_model_kind model)
{
  return (CLUSTER_MODELS >> model & 1u) != 0 ? CLUSTER_MODELS : 1u << model;
}

const struct hud_key *hud_schema_keys(size_t *count)
{
  *count = sizeof keys / sizeof keys[0];
  return keys;
}

const struct hud_scope_info *hud_schema_scope(enum hud_scope scope)
{
  return &scopes[scope];
}
