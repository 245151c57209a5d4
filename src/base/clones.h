/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HUD_CLONES before a hot function compiles it for several instruction sets and picks one when the
 * program starts. Contraction is off and no sum is reordered, so every clone gives the same bits.
 */
#ifndef HUD_BASE_CLONES_H
#define HUD_BASE_CLONES_H

#if defined(__SANITIZE_ADDRESS__) || defined(HUD_NO_CLONES)
#define HUD_CLONES
#elif defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define HUD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define HUD_CLONES
#endif

#endif
