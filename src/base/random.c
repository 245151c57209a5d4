/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random streams: seeding and the distributions that are not worth inlining. */
#include "base/random.h"

#include <math.h>

static uint64_t splitmix64(uint64_t *state)
{
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

void hud_random_seed(struct hud_random *random, uint64_t seed, uint64_t stream)
{
  uint64_t state = seed;
  uint64_t mixed = splitmix64(&state) ^ (stream * UINT64_C(0xd1342543de82ef95));
  for (int i = 0; i < 4; i++)
    random->state[i] = splitmix64(&mixed);
}

uint64_t hud_random_below(struct hud_random *random, uint64_t count)
{
  uint64_t limit = UINT64_MAX - UINT64_MAX % count;
  uint64_t bits;
  do
    bits = hud_random_bits(random);
  while (bits >= limit);
  return bits % count;
}

double hud_random_exponential(struct hud_random *random)
{
  return -log1p(-hud_random_uniform(random));
}

/* Marsaglia's polar method; the second deviate is dropped so that the stream has no hidden state.
 */
double hud_random_normal(struct hud_random *random)
{
  double u, v, s;
  do {
    u = 2.0 * hud_random_uniform(random) - 1.0;
    v = 2.0 * hud_random_uniform(random) - 1.0;
    s = u * u + v * v;
  } while (s >= 1.0 || s == 0.0);
  return u * sqrt(-2.0 * log(s) / s);
}
