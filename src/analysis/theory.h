/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What theory says about the alignment models with clusters of two and quasi-stationary triples:
 * equilibrium (21), decay rates, the closed system of second moments and its eigenvalues. Numbers
 * to compare runs with; nothing here is needed to run. V_k, W and T are as in MATHEMATICS, section
 * 5, where (20) and (23) of the paper hold and (29), (34) and (36) are corrected. */
#ifndef HUD_ANALYSIS_THEORY_H
#define HUD_ANALYSIS_THEORY_H

#include <complex.h>

#include "base/error.h"
#include "config/description.h"

/* Rates of the first-order model (14); kappa is the speed of the three-body drift. epsilon = 0 and
 * lambda12 = 0 are allowed. */
struct hud_theory {
  double lambda11, mu11, lambda12, mu12, epsilon, kappa;
};

/* From a description. What the model does not have (the pair {1,2} of the instantaneous limit) is
 * zero, and epsilon too. HUD_ERROR_INPUT for missing rates, and for mu11 = 0, where pairs never
 * part and nothing here holds. */
hud_status hud_theory_create(struct hud_theory *theory, const struct hud_description *description,
                             struct hud_error *error);

/* (21): M1 + 2 epsilon M2 = mass and lambda11 M1^2 = mu11 M2. The first moments at equilibrium are
 * I_k = v_infinity M_k. */
void hud_theory_equilibrium(const struct hud_theory *theory, double mass, double *M1, double *M2);

/* The slow rate at which V decays, to first order in epsilon:
 * gamma = (2 lambda11 mass/(2+mu11)) (1 + epsilon g). */
double hud_theory_decay_rate(const struct hud_theory *theory, double mass);

/* (V1, V2, W)' = matrix (V1, V2, W) + source, row by row, at given masses and first moments about
 * v_infinity, J_k = I_k - v_infinity M_k; T = M2 V1 + M1 V2 - 2 J1 J2 is eliminated. epsilon > 0.
 */
void hud_theory_variance_system(const struct hud_theory *theory, double M1, double M2, double J1,
                                double J2, double matrix[9], double source[3]);

/* y = (M1, M2, I1, I2, V1, V2, W), V_k about v_infinity = (I1 + 2 epsilon I2)/(M1 + 2 epsilon M2):
 * dydt by (20), (23) and the system above. */
void hud_theory_rhs(const struct hud_theory *theory, const double y[7], double dydt[7]);

/* The matrix of (34) as printed, of (V1, V2, W, T) as four unknowns; kappa is not used. It is
 * wrong: it has a growing mode for some rates, and is here to show that. */
void hud_theory_printed_matrix(const struct hud_theory *theory, double M1, double M2,
                               double matrix[16]);

/* Eigenvalues of a real n x n matrix by decreasing real part. HUD_ERROR_COMPUTE if the QR
 * iteration does not converge or the matrix is not finite. */
hud_status hud_eigenvalues(int n, const double *matrix, double complex *eigenvalues,
                           struct hud_error *error);

/* Eigenvalues of the 3x3 system at equilibrium, the slow one first: -Re is the exact decay rate of
 * V. epsilon > 0. */
hud_status hud_theory_variance_eigenvalues(const struct hud_theory *theory, double mass,
                                           double complex eigenvalues[3], struct hud_error *error);

/* Central moments (not normalised) of the instantaneous limit (33):
 * c2' = -rate2 c2, c3' = -rate3 c3, c4' = -rate4 c4 + source4 c2^2. */
struct hud_instantaneous_rates {
  double rate2, rate3, rate4, source4;
};
struct hud_instantaneous_rates hud_theory_instantaneous(const struct hud_theory *theory,
                                                        double mass);

#endif
