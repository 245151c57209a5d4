/* SPDX-License-Identifier: GPL-3.0-or-later
 * Expressions in model files ("r*exp(-r^2)"), parsed by muParser behind checks of length and of
 * characters: assignments are refused, and so is what muParser is known not to survive. */
#ifndef HUD_CONFIG_EXPRESSION_H
#define HUD_CONFIG_EXPRESSION_H

#include <stdbool.h>

#include "base/error.h"

struct hud_expression;

/* `variables` is a list of names separated by commas ("r", "i,j", "x,y"), at most 24. The message
 * of an error names the position within the text and what was expected. */
hud_status hud_expression_create(struct hud_expression **expression, const char *text,
                                 const char *variables, struct hud_error *error);
void hud_expression_free(struct hud_expression *expression);

/* Values in the order of the names. NaN where the expression is not defined. Not for two threads at
 * once on one expression. */
double hud_expression_evaluate(const struct hud_expression *expression, const double *values);

/* Whether the variable of this number, from 0 in the order of the names, occurs in the text. */
bool hud_expression_uses(const struct hud_expression *expression, int variable);

const char *hud_expression_text(const struct hud_expression *expression);

#endif
