/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of corrections to [APW]; see corrections.h. The checks themselves are in
 * corrections_law.c and corrections_sets.c. */
#include "spheres/corrections.h"

#include <math.h>

#include "spheres/corrections_internal.h"

struct entry {
  const char *place, *change, *quantity;
  enum hud_correction_kind kind;
  hud_correction_function *check; /* NULL: wording */
};

#define VALUE(function) HUD_CORRECTION_VALUE, function
#define BOUND(function) HUD_CORRECTION_BOUND, function
#define WORDING HUD_CORRECTION_WORDING, NULL

static const struct entry entries[] = {
    {"(1.22), (3.11)", "N eps^(d-1/l) = 1/l! does not give A -> 1/l!; = 1 does",
     "A_{N,eps,1}^2, (3.9), in the scaling (1.22), N = 1e12, d = 2", VALUE(hud_correction_scaling)},
    {"(1.29), (3.1)", "the integral runs over R^{2d(N-s)}, not R^{d(N-s)}",
     "x and v of N - s particles are integrated out; Definition 5.2 has it right", WORDING},
    {"(1.31), (3.13)", "Z_s is in R^{2ds}, not R^{lds}",
     "Z_s = (X_s, V_s) has 2ds components, and there is no l on the left", WORDING},
    {"(2.53)", "the sum over j runs to l + 1, not l", "d_4^2 of a random group",
     VALUE(hud_correction_square)},
    {"(2.57)", "(sigma^2 + delta)^2 should be (sigma + delta)^2",
     "sigma and delta are lengths; (2.52) has it right", WORDING},
    {"(3.22), (4.6), (9.11)-(9.15)", "omega is on the ellipsoid E, not on a sphere S",
     "mean |energy after/before - 1| of T_omega; conserved (2.14). Also Definitions 9.4, 10.1",
     VALUE(hud_correction_ellipsoid)},
    {"(3.7)-(3.8), (3.15)-(3.22)", "d omega is dS/|B omega|, not dS, for l >= 2",
     "flux of free flight into d_3 = 1, T = 1, d = 2, counted", VALUE(hud_correction_flux)},
    {"(3.22)", "the same, by energy: with dS it drifts",
     "d<|v|^2>/dt, 0.75 N(0,0.5) + 0.25 N(0,2.5), l = d = 2, alpha = 1/2",
     VALUE(hud_correction_energy)},
    {"(4.13)", "beta^{-(d+1)/2}, not beta^{-d+1}", "power of beta, d = 2, by quadrature",
     VALUE(hud_correction_integral)},
    {"(4.23), (4.24)", "no constant independent of l does: 2^l l! A C_{l+1}/T grows beyond (4.23)",
     "left over right side of (4.24), l = 40, beta_0 = 2, mu_0 = 0",
     BOUND(hud_correction_constant)},
    {"(4.25), (4.29)",
     "sum_l l^3 y^l/l! = (y + 3y^2 + y^3) e^y, y = 2 e^{beta_0/2-mu_0} (2/beta_0)^{d/2}",
     "T C_d of sum_l 2^l A C_{l+1} = 1/2, beta_0 = 2, mu_0 = 0, d = 2", VALUE(hud_correction_time)},
    {"(4.50)", "the sum runs over i = 0..l of |g|^i |h|^{l-i}, not i = 0..l-1 of |g|^i |h|^{l-1-i}",
     "(4.44) has l other factors; as printed the bound fails where |g| = |h| is small", WORDING},
    {"(4.58), (4.60)", "Q(g,...,g) - Q(h,...,h), not Q(g-h,...,g-h)",
     "Q is not linear; (4.62) needs, and Lemma 4.17 gives, the difference", WORDING},
    {"Definition 5.5", "for all s, theta, phi_s, not: there exists s",
     "as printed phi_s = 0 would do for any sequence; Remark 5.7 has it right", WORDING},
    {"(6.13)", "f^(s,0)(t) = S_s^t f_0^(s), not T_s^t",
     "the Boltzmann hierarchy flows freely, (6.14)", WORDING},
    {"(6.21), (6.22), (6.26), (6.27)", "[E_s <= R^2] is the ball of radius sqrt(2) R, not R",
     "share of Maxwellian velocities with E <= R^2, R = 1, s = 1, d = 2",
     VALUE(hud_correction_energy_ball)},
    {"Remark 6.3", "the functionals vanish for t <= delta only for k >= 1",
     "(6.25) is not used for k = 0, where free flow remains", WORDING},
    {"Proposition 6.5", "the sums start at k = 0, not k = 1",
     "T_x - T_y at t = 0.02 by simulation (M = d = 2) and by the sums",
     VALUE(hud_correction_first_term)},
    {"(7.10), (7.13), (7.17)", "equalities for dS/|A x|, not for the surface measure",
     "length of x^2/4 + y^2 = 1, and |det T|^{-1} 2 pi", VALUE(hud_correction_surface)},
    {"(7.11)", "P does not leave E invariant: L must be the factor of P A P",
     "mean |T_3 x| over an ellipsoid, which is mapped to the unit sphere",
     VALUE(hud_correction_permutation)},
    {"(7.12)", "L/sqrt(c), not sqrt(c) L^{-1}",
     "mean |T_1 x| over an ellipsoid, which is mapped to the unit sphere",
     VALUE(hud_correction_factor)},
    {"(7.21)", "a factor r^{2d-1} on the right",
     "the left side is a measure on a sphere of radius "
     "r, as in (7.19)",
     WORDING},
    {"(7.28)", "the last sign under the root is a minus",
     "|eta_1|^2 + ... + |eta_l|^2 = 1 on the sphere", WORDING},
    {"(7.40), also (7.26), (7.68)",
     "a factor (1 - |omega_2|^2 - ...)^{-1/2} of the co-area formula",
     "|S^3| from its slices, l = d = 2", VALUE(hud_correction_slices)},
    {"(7.45)", "(1-u)^{(ld-d-2)/2}, not (ld-d-1)/2",
     "second integral of (7.44), l = d = 2, rho = 0.9 (factor 1/2 put in)",
     VALUE(hud_correction_substitution)},
    {"(7.55)", "omega_2 in a ball about omega_1's multiple, not omega_1 about omega_2's",
     "share of the strip (7.52) within the set, mu = 1, lambda = 3", VALUE(hud_correction_strip)},
    {"(7.59)", "S = sqrt(c) O D^{-1/2}, not sqrt(c) D O",
     "mean <S y, B S y> over the sphere, which must be c = 2", VALUE(hud_correction_axes)},
    {"(7.62)", "S^T A S, not S^{-T} A S^{-1}", "<x, A x> at x = S y as <y, A~ y>",
     VALUE(hud_correction_congruence)},
    {"(7.74)", "lambda_l (1 - r_1^2), ..., minus signs within the brackets",
     "rho(r, lambda) = (lambda_1 - lambda_2)|x_1|^2, l = 3, m = 1", VALUE(hud_correction_signs)},
    {"(7.85)", "b_{l+1}, not b_l", "the cross-section (2.11) of l + 1 velocities", WORDING},
    {"(7.97)", "a factor 2/(l+1): the gradient printed is that of b",
     "|grad c|, l = 3, by differences", VALUE(hud_correction_gradient)},
    {"(7.99)", "a factor 2/(l+1): the expression printed is b", "|c| that T_omega applies, l = 3",
     VALUE(hud_correction_cross_section)},
    {"(7.112)", "4(l+1), not 24", "largest |grad Psi|^2/Psi, l = 6",
     BOUND(hud_correction_norm_constant)},
    {"(7.124)", "the sum runs over j != i, not j <= i", "(l+1)(v_{i+1}* - mean)/r, l = 3, i = 2",
     VALUE(hud_correction_velocity_sum)},
    {"(7.130)", "-l omega_i, not +l omega_i", "v_2* by (1.13)-(1.14), l = 3",
     VALUE(hud_correction_velocity_sign)},
    {"(8.94), (8.97), (8.99), (8.186)", "arccos sqrt(1-gamma), not arccos sqrt(1-gamma/2)",
     "arccos gamma' with (8.42), gamma = 0.01, from the sign of (8.51)",
     VALUE(hud_correction_angle)},
    {"(8.102)", "2 sqrt(l+1) r, not 4r", "largest |grad Phi|/r, l = 6",
     BOUND(hud_correction_norm_bound)},
    {"(8.103)", "2(l+1) R^2, not 16 R^2 (enough for l <= 7)", "Phi/R^2 at velocities of B_R, l = 8",
     BOUND(hud_correction_velocity_ball)},
    {"(8.121)", "|B^{-1}|_op, not |B|_op^{-1}", "|v'|/|B v'| at v' = (u,u,u), l = 3",
     BOUND(hud_correction_inverse_norm)},
    {"(8.123)", "arcsin x <= (pi/2) x, not <= x", "arcsin 1/2", BOUND(hud_correction_arcsine)},
    {"(8.127)", "a factor 2 on the right", "|a-b|^2/(|a|^2+|b|^2) at b = -a",
     BOUND(hud_correction_pair_bound)},
    {"(8.128)", "r^2 <= (l+1)|v'|^2, not l|v'|^2", "largest r^2/|v'|^2, l = 3",
     BOUND(hud_correction_relative_bound)},
    {"(8.189)", "v_{m+2}* - v_{m+1}*, not v_{m+1}* - v_{m+2}*",
     "first component of the right-hand side, l = 3", VALUE(hud_correction_difference)},
    {"(8.192), (8.197)", "-(l+1)<omega_1,omega_2>, not -<omega_2,omega_1>",
     "Jac F^{1,2} by differences, l = 3, d = 2", VALUE(hud_correction_jacobian)},
    {"(A.1)", "lambda^n (1 + <w,u>/lambda), not lambda^n + (1 + lambda^{-n}<w,u>)",
     "det(lambda I + w u^T), n = 2; (7.102) has it right", VALUE(hud_correction_determinant)},
};

size_t hud_correction_count(void)
{
  return sizeof entries / sizeof entries[0];
}

static bool is_confirmed(const struct hud_correction *correction)
{
  double error = correction->error * (1.0 + fabs(correction->found));
  if (correction->kind == HUD_CORRECTION_BOUND)
    return correction->found > correction->printed + error &&
           correction->found <= correction->corrected + error;
  return fabs(correction->found - correction->corrected) <= error &&
         fabs(correction->found - correction->printed) > 1.5 * error;
}

hud_status hud_correction_check(size_t index, uint64_t seed, struct hud_correction *correction,
                                struct hud_error *error)
{
  if (index >= hud_correction_count())
    return hud_fail(error, HUD_ERROR_INPUT, "there is no correction %zu", index);
  const struct entry *entry = &entries[index];
  *correction = (struct hud_correction){.place = entry->place,
                                        .change = entry->change,
                                        .quantity = entry->quantity,
                                        .kind = entry->kind,
                                        .confirmed = true};
  if (entry->check == NULL)
    return HUD_OK;
  struct hud_random random;
  hud_random_seed(&random, seed, index);
  hud_status status = entry->check(&random, correction, error);
  if (status == HUD_OK)
    correction->confirmed = is_confirmed(correction);
  return status;
}
