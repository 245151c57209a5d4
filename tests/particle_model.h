/* SPDX-License-Identifier: GPL-3.0-or-later
 * The model that the tests of the cluster process share. */
#ifndef HUD_TESTS_PARTICLE_MODEL_H
#define HUD_TESTS_PARTICLE_MODEL_H

#include <string.h>

#include "particles/particles.h"
#include "support.h"

enum { ROW = 64 }; /* room for one measurement */

/* A hierarchy with rates lambda = 1 (0.6 for {1,2}) and mu = 1.5 (2 for {1,1}); Gaussian f_1. */
struct fixture {
  struct hud_description d;
  struct hud_rate_entry lambda[1], mu[1];
  struct hud_network *network;
  struct hud_particles_options options;
};

static inline void fixture_setup(struct fixture *x, enum hud_model_kind model, int K,
                                 double epsilon, enum hud_cluster_initial_type clusters,
                                 int64_t count)
{
  memset(x, 0, sizeof *x);
  x->d.model = model;
  x->d.clusters = K;
  x->d.epsilon = epsilon;
  x->d.delta = 0.5 * epsilon;
  x->lambda[0] = (struct hud_rate_entry){1, 2, 0.6};
  x->mu[0] = (struct hud_rate_entry){1, 1, 2.0};
  x->d.lambda = (struct hud_rate_law){
      .has_default = true, .constant = 1.0, .entry_count = 1, .entries = x->lambda};
  x->d.mu = (struct hud_rate_law){
      .has_default = true, .constant = 1.5, .entry_count = 1, .entries = x->mu};
  x->d.initial.f1 = (struct hud_density_spec){
      .type = HUD_DENSITY_GAUSSIAN, .mass = 1.0, .mean = 0.3, .scale = 1.0};
  x->d.initial.others.type = clusters;
  struct hud_error error;
  assert_ok(hud_network_create(&x->network, &x->d, &error), &error);
  x->options = (struct hud_particles_options){
      .network = x->network, .initial = &x->d.initial, .count = count, .seed = 7};
}

static inline void fixture_teardown(struct fixture *x)
{
  hud_network_free(x->network);
}

#endif
