/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * huddle: kinetic equations in which collisions take time and involve more than two bodies.
 * The public C interface. Errors are values (huddle/error.h); nothing prints, exits or aborts;
 * there is no global state, and separate objects may be used by separate threads. */
#ifndef HUDDLE_H
#define HUDDLE_H

#include "huddle/error.h"
#include "huddle/simulation.h"
#include "huddle/version.h"

#endif
