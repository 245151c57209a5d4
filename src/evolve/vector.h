/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Vectors for SUNDIALS with our own arithmetic. Debian's libsundials is compiled without
 * optimisation, and its vector loops would take over nine tenths of a run: the hot operations of a
 * serial N_Vector are replaced by loops with eight accumulators. The order of every sum is fixed,
 * so results do not depend on the number of threads. */
#ifndef HUD_EVOLVE_VECTOR_H
#define HUD_EVOLVE_VECTOR_H

#include <nvector/nvector_serial.h>

/* A new vector of `size` doubles, or NULL. Clones of it inherit the operations. */
N_Vector hud_vector_create(size_t size, SUNContext context);

#endif
