/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks: the numbers of every model, the balance of mass they imply, and bad rates. */
#include <math.h>
#include <string.h>

#include "support.h"

#include "base/random.h"
#include "config/expression.h"
#include "network/network.h"

static struct hud_rate_law constant(double value)
{
  return (struct hud_rate_law){.type = HUD_RATE_CONSTANT, .constant = value};
}

static struct hud_description description(enum hud_model_kind model)
{
  return (struct hud_description){.model = model,
                                  .epsilon = 0.3,
                                  .clusters = 6,
                                  .delta = 0.07,
                                  .lambda = constant(1.25),
                                  .mu = constant(2.0)};
}

static struct hud_network *create(const struct hud_description *d)
{
  struct hud_network *network = NULL;
  struct hud_error error = {0};
  assert_ok(hud_network_create(&network, d, &error), &error);
  return network;
}

static struct hud_rate_law expression(const char *text)
{
  struct hud_rate_law law = {.type = HUD_RATE_EXPRESSION};
  struct hud_error error = {0};
  assert_ok(hud_expression_create(&law.expression, text, "i,j", &error), &error);
  return law;
}

/* w_k dM_k/dt of the equation at the top of network.h, written out from the numbers alone. */
static void mass_rates(const struct hud_network *network, const double *M, double *rate)
{
  memset(rate, 0, (size_t)(network->K + 1) * sizeof *rate);
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int i = reaction->i, j = reaction->j;
    double net = reaction->lambda * M[i] * M[j] - reaction->mu * M[i + j];
    rate[i + j] += reaction->product * net;
    rate[i] -= reaction->reactant[0] * net;
    rate[j] -= reaction->reactant[1] * net; /* i == j: twice */
  }
}

static double total_rate(const struct hud_network *network, const double *M, double *printed)
{
  double rate[16], total = 0.0;
  mass_rates(network, M, rate);
  *printed = 0.0;
  for (int k = 1; k <= network->K; k++)
    total += k * rate[k];
  for (size_t r = 0; r < network->reaction_count; r++) {
    const struct hud_reaction *reaction = &network->reactions[r];
    int k = reaction->i + reaction->j;
    if (reaction->i != reaction->j)
      *printed += k * reaction->reactant[0] *
                  (reaction->lambda * M[reaction->i] * M[reaction->j] - reaction->mu * M[k]);
  }
  return total;
}

static void test_mass_balance(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 31, 0);
  const enum hud_model_kind models[] = {HUD_MODEL_HIERARCHY, HUD_MODEL_RELAXED_TRIPLE,
                                        HUD_MODEL_FIRST_ORDER, HUD_MODEL_INSTANTANEOUS};
  struct hud_rate_law law = expression("1 + i*j/(i+j) + 0.1*(i-j)^2");
  for (int m = 0; m < 4; m++)
    for (int trial = 0; trial < 20; trial++) {
      struct hud_description d = description(models[m]);
      double M[16], printed;
      d.lambda = law;
      for (int k = 0; k < 16; k++)
        M[k] = hud_random_uniform(&random);
      struct hud_network *network = create(&d);
      assert_close(total_rate(network, M, &printed), 0.0, 1e-14);
      hud_network_free(network);
      if (models[m] != HUD_MODEL_HIERARCHY)
        continue;
      d.counting = HUD_COUNTING_AS_PRINTED; /* drifts by the off-diagonal reactions once more */
      network = create(&d);
      assert_close(total_rate(network, M, &printed), printed, 1e-14);
      assert_true(fabs(printed) > 1e-4);
      hud_network_free(network);
    }
  hud_expression_free(law.expression);
}

static void test_hierarchy(void **state)
{
  (void)state;
  struct hud_description d = description(HUD_MODEL_HIERARCHY);
  for (int K = 1; K <= 9; K++) {
    d.clusters = K;
    struct hud_network *network = create(&d);
    assert_int_equal(network->K, K);
    size_t expected = 0;
    for (int k = 2; k <= K; k++)
      for (int i = 1; i <= k / 2; i++) {
        const struct hud_reaction *reaction = hud_network_reaction(network, i, k - i);
        assert_non_null(reaction);
        assert_true(reaction == &network->reactions[expected]); /* by product size, then i */
        assert_true(reaction == hud_network_reaction(network, k - i, i));
        assert_true(reaction->i == i && reaction->j == k - i);
        assert_close_relative(reaction->product, pow(0.3, k - 2), 1e-15);
        assert_true(hud_reaction_conserves(reaction));
        expected++;
      }
    assert_int_equal(network->reaction_count, expected);
    assert_null(hud_network_reaction(network, 1, K));
    assert_null(hud_network_reaction(network, 0, 1));
    for (int k = 1; k <= K; k++) {
      assert_close_relative(network->sizes[k].weight, pow(0.3, k - 1), 1e-15);
      assert_close_relative(network->sizes[k].drift, k == 1 ? 0.0 : pow(0.3, k - 2), 1e-15);
      assert_false(network->sizes[k].quasi_stationary);
      /* k/2 ways to split, each at p mu */
      assert_close_relative(hud_network_split_rate(network, k),
                            k == 1 ? 0.0 : (k / 2) * 2.0 * pow(0.3, k - 2), 1e-14);
    }
    hud_network_free(network);
  }
  d.clusters = 5;
  d.counting = HUD_COUNTING_AS_PRINTED;
  struct hud_network *network = create(&d);
  for (size_t r = 0; r < network->reaction_count; r++)
    assert_true(network->reactions[r].product ==
                network->reactions[r].reactant[0] *
                    (network->reactions[r].i == network->reactions[r].j ? 1.0 : 2.0));
  hud_network_free(network);
}

static void test_relaxed_triple_is_the_hierarchy(void **state)
{
  (void)state;
  struct hud_description d = description(HUD_MODEL_RELAXED_TRIPLE);
  d.delta = d.epsilon;
  struct hud_network *relaxed = create(&d);
  d.model = HUD_MODEL_HIERARCHY;
  d.clusters = 3;
  struct hud_network *hierarchy = create(&d);
  assert_int_equal(relaxed->K, 3);
  assert_int_equal(relaxed->reaction_count, hierarchy->reaction_count);
  for (int k = 1; k <= 3; k++) {
    assert_close_relative(relaxed->sizes[k].weight, hierarchy->sizes[k].weight, 2e-16);
    assert_true(relaxed->sizes[k].drift == hierarchy->sizes[k].drift);
    assert_false(relaxed->sizes[k].quasi_stationary);
  }
  for (size_t r = 0; r < relaxed->reaction_count; r++)
    assert_memory_equal(&relaxed->reactions[r], &hierarchy->reactions[r],
                        sizeof relaxed->reactions[r]);
  hud_network_free(relaxed);
  hud_network_free(hierarchy);
  d.model = HUD_MODEL_RELAXED_TRIPLE;
  d.delta = 0.07;
  relaxed = create(&d);
  assert_close_relative(relaxed->sizes[3].weight, 0.021, 1e-15);
  hud_network_free(relaxed);
}

static void test_quasi_stationary_models(void **state)
{
  (void)state;
  struct hud_description d = description(HUD_MODEL_FIRST_ORDER);
  for (int drift = 0; drift < 2; drift++) {
    d.three_body_drift = drift == 0 ? HUD_DRIFT_CONSISTENT : HUD_DRIFT_AS_PRINTED;
    for (int m = 0; m < 3; m++) {
      const enum hud_model_kind models[] = {HUD_MODEL_FIRST_ORDER, HUD_MODEL_SCALAR_IMPLICIT,
                                            HUD_MODEL_SCALAR};
      d.model = models[m];
      struct hud_network *network = create(&d);
      assert_int_equal(network->K, 3);
      assert_int_equal(network->reaction_count, 2);
      assert_true(network->sizes[2].weight == 0.3 && network->sizes[2].drift == 1.0);
      assert_true(network->sizes[3].weight == 0.0 && network->sizes[3].quasi_stationary);
      assert_close_relative(network->sizes[3].drift, drift == 0 ? 0.3 : 0.15, 1e-15);
      hud_network_free(network);
    }
  }
  d.model = HUD_MODEL_INSTANTANEOUS;
  d.epsilon = 0.0; /* not used */
  struct hud_network *network = create(&d);
  assert_int_equal(network->K, 2);
  assert_int_equal(network->reaction_count, 1);
  assert_true(network->sizes[1].weight == 1.0 && network->sizes[2].quasi_stationary &&
              network->sizes[2].drift == 1.0 && network->reactions[0].product == 1.0);
  hud_network_free(network);
}

static void test_rate_laws(void **state)
{
  (void)state;
  struct hud_rate_entry entries[] = {{1, 2, 0.8}, {2, 2, 5.0}};
  struct hud_rate_law law = {.type = HUD_RATE_TABLE,
                             .has_default = true,
                             .constant = 1.5,
                             .entry_count = 2,
                             .entries = entries};
  struct hud_error error = {0};
  double value;
  const struct {
    enum hud_rate_type type;
    int i, j;
    double expected;
  } cases[] = {{HUD_RATE_TABLE, 1, 1, 1.5},         {HUD_RATE_TABLE, 1, 2, 0.8},
               {HUD_RATE_TABLE, 2, 1, 0.8},         {HUD_RATE_TABLE, 2, 2, 5.0},
               {HUD_RATE_CONSTANT, 2, 2, 1.5},      {HUD_RATE_ADDITIVE, 2, 3, 7.5},
               {HUD_RATE_MULTIPLICATIVE, 3, 2, 9.0}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    law.type = cases[c].type;
    assert_ok(hud_rate_evaluate(&law, "rates.mu", cases[c].i, cases[c].j, &value, &error), &error);
    assert_close(value, cases[c].expected, 1e-15);
  }
  struct hud_rate_law formula = expression("(i^2+j^2)/(i*j)");
  assert_ok(hud_rate_evaluate(&formula, "rates.mu", 3, 1, &value, &error), &error);
  assert_close(value, 10.0 / 3.0, 1e-15);
  hud_expression_free(formula.expression);
}

static void refuse(struct hud_description *d, const char *where, const char *text)
{
  struct hud_network *network = (struct hud_network *)1;
  struct hud_error error = {0};
  assert_error(hud_network_create(&network, d, &error), HUD_ERROR_INPUT, &error, text);
  assert_string_equal(error.where, where);
  assert_null(network);
}

static void test_bad_rates(void **state)
{
  (void)state;
  struct hud_description d = description(HUD_MODEL_HIERARCHY);
  struct hud_rate_entry entries[] = {{1, 1, 1.0}, {1, 2, 1.0}};
  d.clusters = 3;
  d.mu = (struct hud_rate_law){.type = HUD_RATE_TABLE, .entry_count = 2, .entries = entries};
  hud_network_free(create(&d)); /* all that three need */
  d.clusters = 4;
  refuse(&d, "rates.mu", "\"1,3\"");
  d.mu = constant(-1.0);
  refuse(&d, "rates.mu", ">= 0");
  d.mu = constant(INFINITY);
  refuse(&d, "rates.mu", ">= 0");
  d.mu = constant(1.0);
  const char *const bad[][2] = {{"i-0.5*j", "symmetric"},
                                {"i+2*j", "symmetric"},
                                {"1/(i-j)", "finite"},
                                {"i*j-5", ">= 0"},
                                {"sqrt(1.5-i)", "symmetric"}}; /* a number one way, NaN the other */
  for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
    d.lambda = expression(bad[n][0]);
    refuse(&d, "rates.lambda", bad[n][1]);
    hud_expression_free(d.lambda.expression);
  }
}

static void test_bad_networks(void **state)
{
  (void)state;
  struct hud_description d = description(HUD_MODEL_FIRST_ORDER);
  d.mu = constant(0.0);
  refuse(&d, "rates.mu", "(1,2)");
  d.model = HUD_MODEL_INSTANTANEOUS;
  refuse(&d, "rates.mu", "(1,1)");
  d.model = HUD_MODEL_HIERARCHY; /* all sizes dynamic: nothing to invert */
  hud_network_free(create(&d));
  d.clusters = 80;
  d.epsilon = 1e-5; /* 1e-395 */
  refuse(&d, "epsilon", "clusters of 63");
  d.epsilon = 0.0;
  refuse(&d, "epsilon", "clusters of 2");
  d.epsilon = -0.1;
  refuse(&d, "epsilon", "clusters of 2");
  d = description(HUD_MODEL_RELAXED_TRIPLE);
  d.delta = 0.0;
  refuse(&d, "epsilon", "clusters of 3");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mass_balance),
      cmocka_unit_test(test_hierarchy),
      cmocka_unit_test(test_relaxed_triple_is_the_hierarchy),
      cmocka_unit_test(test_quasi_stationary_models),
      cmocka_unit_test(test_rate_laws),
      cmocka_unit_test(test_bad_rates),
      cmocka_unit_test(test_bad_networks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
