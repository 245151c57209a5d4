/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The typed description of a run: what a model file says, after validation, with defaults filled
 * in. Plain data; every later folder reads it and none changes it. Produced by config/model_file.h.
 * Symbols are those of [KMS] (Kanzler, Moschella, Schmeiser); equation numbers are from there.
 * [APW] is Ampatzoglou, Pavlovic, Warner. */
#ifndef HUD_CONFIG_DESCRIPTION_H
#define HUD_CONFIG_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HUD_MAX_CLUSTERS = 65536, HUD_MAX_DIMENSION = 3 };

/* The position of a value in the model file, for errors found after parsing: "file:line:column"
 * text is made by hud_model_file_fail. line 0: the value is a default. */
struct hud_mark {
  size_t line, column; /* from 1; the column counts characters, not bytes */
  size_t source;       /* 0: the file; n: the n-th override of the command line */
};

enum hud_model_kind {
  HUD_MODEL_HIERARCHY,             /* (8), all sizes 1..K */
  HUD_MODEL_FIRST_ORDER_HIERARCHY, /* (9), all sizes 1..K */
  HUD_MODEL_RELAXED_TRIPLE,        /* (37) */
  HUD_MODEL_FIRST_ORDER,           /* (14) */
  HUD_MODEL_SCALAR_IMPLICIT,       /* (47) */
  HUD_MODEL_SCALAR,                /* (48) */
  HUD_MODEL_INSTANTANEOUS,         /* (33) */
  HUD_MODEL_HARD_SPHERES,          /* the flow of [APW]; see struct hud_gas_description */
  HUD_MODEL_BOLTZMANN              /* its limit (3.21) by direct simulation; the same struct */
};

enum hud_method { HUD_METHOD_GRID, HUD_METHOD_SPECTRAL, HUD_METHOD_MOMENTS, HUD_METHOD_PARTICLES };

enum hud_counting { HUD_COUNTING_CONSERVING, HUD_COUNTING_AS_PRINTED };

/* kappa of MATHEMATICS: 1 (consistent) or 1/2 (as printed in (10), (17), (18)). */
enum hud_three_body_drift { HUD_DRIFT_CONSISTENT, HUD_DRIFT_AS_PRINTED };

struct hud_expression; /* config/expression.h */

/* rates.lambda or rates.mu: a symmetric function of two cluster sizes. */
enum hud_rate_type {
  HUD_RATE_TABLE,          /* entries, then `constant` if has_default */
  HUD_RATE_CONSTANT,       /* constant */
  HUD_RATE_ADDITIVE,       /* constant * (i + j) */
  HUD_RATE_MULTIPLICATIVE, /* constant * i * j */
  HUD_RATE_EXPRESSION      /* expression in i, j */
};
struct hud_rate_entry {
  int i, j; /* i <= j */
  double value;
};
struct hud_rate_law {
  enum hud_rate_type type;
  bool has_default;
  double constant;
  size_t entry_count;
  struct hud_rate_entry *entries;
  struct hud_expression *expression;
  struct hud_mark mark;
};

/* The pair force F of (U_k)_i = (1/k) sum_j F(v_j - v_i); alignment is F(r) = r, equation (2). */
enum hud_potential_type {
  HUD_POTENTIAL_ALIGNMENT,
  HUD_POTENTIAL_POWER,                /* F(r) = |r|^{exponent-1} r */
  HUD_POTENTIAL_BOUNDED_CONFIDENCE,   /* F(r) = r for |r| < radius, else 0 */
  HUD_POTENTIAL_ATTRACTION_REPULSION, /* F(r) = r (|r| - distance)/(|r| + distance): zero at
                                         `distance` */
  HUD_POTENTIAL_EXPRESSION            /* F(r) = force */
};
struct hud_potential_spec {
  enum hud_potential_type type;
  double exponent, radius, distance;
  struct hud_expression *force; /* in r */
  struct hud_mark mark;
};

/* A density (or measure) of one velocity. */
enum hud_density_type {
  HUD_DENSITY_GAUSSIAN,     /* mass, mean, scale = stddev */
  HUD_DENSITY_UNIFORM,      /* mass, on [min, max] */
  HUD_DENSITY_SELF_SIMILAR, /* (2 mass/(pi scale)) (1 + ((v-mean)/scale)^2)^-2 */
  HUD_DENSITY_MIXTURE,      /* sum of parts */
  HUD_DENSITY_ATOMS,        /* points: weight, v */
  HUD_DENSITY_TABLE,        /* piecewise linear through points: v, f; zero outside */
  HUD_DENSITY_EXPRESSION    /* f(v) = expression on [min, max], by default -INFINITY, INFINITY */
};
struct hud_density_spec {
  enum hud_density_type type;
  double mass, mean, scale, min, max;
  size_t part_count;
  struct hud_density_spec *parts;
  size_t point_count;
  double *points; /* point_count x 2, rows (weight, v) or (v, f), the latter with v increasing */
  struct hud_expression *expression;
  struct hud_mark mark;
};

/* Initial data of f_k, k >= 2. Rescaled f_k^epsilon of (7). */
enum hud_cluster_initial_type {
  HUD_CLUSTER_ZERO,
  HUD_CLUSTER_QUASI_STATIONARY, /* resolvent of the gain, with the chosen counting */
  HUD_CLUSTER_PRODUCT,          /* amount * density(v_1) ... density(v_k), density of mass one (an
                                   expression has the mass it has: divide by it) */
  HUD_CLUSTER_ATOMS             /* point_count x (1+k): weight, v_1..v_k, symmetrised */
};
struct hud_cluster_initial {
  enum hud_cluster_initial_type type;
  double amount; /* M_k of a product */
  struct hud_density_spec density;
  size_t point_count;
  double *points;
  struct hud_mark mark;
};

enum hud_matching { HUD_MATCHING_MATCHED, HUD_MATCHING_RAW };

struct hud_initial_spec {
  struct hud_density_spec f1;
  int cluster_count;                    /* clusters[k] is given for 2 <= k <= cluster_count */
  struct hud_cluster_initial *clusters; /* indexed by k, length cluster_count + 1, or NULL */
  struct hud_cluster_initial others; /* for sizes above cluster_count: zero or quasi-stationary */
  enum hud_matching matching;
};

enum hud_drift_scheme {
  HUD_SCHEME_AUTO,
  HUD_SCHEME_SECOND_ORDER,
  HUD_SCHEME_FOURTH_ORDER,
  HUD_SCHEME_UPWIND
};

struct hud_velocity_spec {
  bool given;
  double min, max;
  int cells;
  bool regrid;
  enum hud_drift_scheme drift;
  struct hud_mark mark;
};

struct hud_time_spec {
  double end, output_every; /* output at 0, output_every, 2 output_every, ..., end */
  int64_t checkpoint_every; /* rows of output; 0: no checkpoints */
};

enum hud_integrator { HUD_INTEGRATOR_CVODE, HUD_INTEGRATOR_PICARD };

struct hud_solver_spec {
  double rtol, atol;
  enum hud_integrator integrator;
  double spectral_tol;
  double spectral_box; /* X times the standard deviation of f_1 at t = 0; 0: chosen */
  bool spectral_check; /* run a second resolution beside the first */
  int64_t max_steps;   /* 0: no cap */
  double max_wall;     /* seconds; 0: no cap */
  double memory_limit; /* bytes */
};

struct hud_particles_spec {
  int64_t count;
  uint64_t seed;
  int replicas;
  int dimension; /* of velocities, 1..HUD_MAX_DIMENSION */
};

/* duration: the law of the holding time of a pair. */
enum hud_duration { HUD_DURATION_EXPONENTIAL, HUD_DURATION_DETERMINISTIC };

enum hud_event_format { HUD_EVENTS_CSV, HUD_EVENTS_NETCDF };

struct hud_output_spec {
  bool f1;               /* f1(time, v) in result.nc */
  bool f2;               /* f2(time, v, v2) in result.nc */
  double mollifier;      /* of densities by method spectral; 0: none */
  bool events, pictures; /* of a gas: events.csv or events.nc; gas.html and gas.svg */
  enum hud_event_format event_format;
  int64_t trajectories; /* of a gas: particles in trajectories.nc */
};

/* A short list of numbers. */
enum { HUD_MAX_NUMBERS = 9 };
struct hud_numbers {
  size_t count;
  double value[HUD_MAX_NUMBERS];
};

enum hud_domain_type { HUD_DOMAIN_TORUS, HUD_DOMAIN_WHOLE_SPACE };
struct hud_domain_spec {
  enum hud_domain_type type;
  double side; /* of the torus */
};

/* Velocities of a gas: Gaussian or Student distributions with one temperature an axis, or rows of a
 * file. */
enum hud_gas_type { HUD_GAS_GAUSSIAN, HUD_GAS_STUDENT, HUD_GAS_MIXTURE, HUD_GAS_TABLE };
struct hud_gas_spec {
  enum hud_gas_type type;
  struct hud_numbers temperature, mean; /* one number: the same for all axes; mean: none is zero */
  double weight;                        /* within a mixture */
  int degrees;                          /* of a Student distribution; 0: Gaussian */
  size_t part_count;
  struct hud_gas_spec *parts;
  char *table; /* path of a file of positions and velocities */
  struct hud_mark mark;
};

enum hud_fixed_total { HUD_FIX_MOMENTUM = 1, HUD_FIX_ENERGY = 2 };

/* What `huddle series` computes of a gas. */
struct hud_series_description {
  int terms;                         /* n: adjunctions */
  int64_t samples;                   /* trees */
  double energy_cut, separation;     /* R and delta of [APW] section 6; 0: none */
  struct hud_expression *observable; /* in the names of the schema; NULL: vx^2 - vy^2 */
  struct hud_numbers at;             /* X_s, s x d numbers; none: the mean over the torus */
  /* What R and what delta leave out is told for each of these. */
  struct hud_numbers energy_cuts, separations;
  struct hud_numbers counts; /* N of the BBGKY hierarchies beside it; none: no zones */
};

/* What is averaged over a gas beside its moments. */
struct hud_observables_description {
  struct hud_expression *phi; /* in vx, vy, vz; may be NULL */
  int64_t insertions;         /* at every row, for y_k; 0: none */
};

/* Hard spheres with collisions of 2 .. orders + 1 particles. */
struct hud_gas_description {
  int dimension, orders;           /* d, M */
  struct hud_numbers kappa, radii; /* one of them has `orders` numbers */
  struct hud_domain_spec domain;
  struct hud_gas_spec velocity;
  struct hud_expression *position; /* density in x, y, z; NULL: uniform */
  int fix;                         /* bits of hud_fixed_total */
  /* For the Boltzmann equation. */
  struct hud_numbers alpha; /* `orders` numbers */
  double density;           /* mean density */
  struct hud_numbers cells; /* none: homogeneous; one or two: cells along x, or x and y */
  double step;              /* longest time step in cells; 0: chosen */
  struct hud_series_description series;
  struct hud_observables_description observables;
};

struct hud_description {
  char *title; /* may be NULL */
  enum hud_model_kind model;
  enum hud_method method;
  double epsilon;
  int clusters; /* K, the largest size, quasi-stationary ones included: 2 for instantaneous, 3 for
                   all others but the hierarchy, where it is given */
  double delta; /* relaxed_triple */
  enum hud_counting counting;
  enum hud_three_body_drift three_body_drift;
  enum hud_duration duration;
  double duration_tau;
  struct hud_rate_law lambda, mu;
  struct hud_potential_spec potential;
  struct hud_velocity_spec velocity;
  struct hud_initial_spec initial;
  struct hud_time_spec time;
  struct hud_solver_spec solver;
  int moment_order;
  struct hud_particles_spec particles;
  struct hud_output_spec output;
  struct hud_gas_description gas;
};

/* Frees what the members own and clears *description; not the struct itself. */
void hud_description_clear(struct hud_description *description);
void hud_density_spec_clear(struct hud_density_spec *spec);
void hud_cluster_initial_clear(struct hud_cluster_initial *initial);
void hud_gas_spec_clear(struct hud_gas_spec *spec);

/* All sizes 1..K = clusters. */
static inline bool hud_description_is_hierarchy(const struct hud_description *d)
{
  return d->model == HUD_MODEL_HIERARCHY || d->model == HUD_MODEL_FIRST_ORDER_HIERARCHY;
}

/* kappa as a number. */
static inline double hud_description_kappa(const struct hud_description *d)
{
  return d->three_body_drift == HUD_DRIFT_CONSISTENT ? 1.0 : 0.5;
}

#endif
