/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random streams: xoshiro256++ (Blackman and Vigna), seeded through splitmix64 from a pair
 * (seed, stream). Streams with different numbers are independent for all practical purposes, so a
 * result depends on the seed and on how the work is cut into streams, never on threads. The
 * state is 32 bytes of plain data and may be copied into a checkpoint. */
#ifndef HUD_BASE_RANDOM_H
#define HUD_BASE_RANDOM_H

#include <stdint.h>

struct hud_random {
  uint64_t state[4];
};

void hud_random_seed(struct hud_random *random, uint64_t seed, uint64_t stream);

static inline uint64_t hud_random_bits(struct hud_random *random)
{
  uint64_t *s = random->state;
  uint64_t sum = s[0] + s[3];
  uint64_t result = ((sum << 23) | (sum >> 41)) + s[0];
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = (s[3] << 45) | (s[3] >> 19);
  return result;
}

/* Uniform in [0, 1), 53 bits. */
static inline double hud_random_uniform(struct hud_random *random)
{
  return (double)(hud_random_bits(random) >> 11) * 0x1.0p-53;
}

/* Uniform in {0, ..., count-1}, without bias; count >= 1. */
uint64_t hud_random_below(struct hud_random *random, uint64_t count);

/* Standard exponential and standard normal. */
double hud_random_exponential(struct hud_random *random);
double hud_random_normal(struct hud_random *random);

#endif
