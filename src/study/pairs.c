/* SPDX-License-Identifier: GPL-3.0-or-later
 * f_2 is read when it is compared: all times together may not fit into memory. */
#include "study/pairs.h"

#include <math.h>

#include "analysis/pair_distance.h"
#include "base/alloc.h"

static hud_status read(const struct hud_study_pairs *pairs, struct hud_pair_density *density,
                       double **f2)
{
  size_t n = pairs->result->v_count;
  hud_status status = hud_netcdf_read_f2(pairs->path, pairs->record, n, f2, NULL);
  if (status == HUD_OK && *f2 == NULL)
    status = HUD_ERROR_INPUT;
  *density = (struct hud_pair_density){
      .count = n, .v = pairs->result->v + pairs->record * pairs->result->v_stride, .f2 = *f2};
  return status;
}

double hud_study_pair_distance(enum hud_study_quantity_kind kind, const struct hud_study_pairs *a,
                               const struct hud_study_pairs *b)
{
  double *f2[2] = {NULL, NULL}, distance = NAN;
  struct hud_pair_density f, g;
  hud_status status = read(a, &f, &f2[0]);
  if (status == HUD_OK)
    status = read(b, &g, &f2[1]);
  if (status == HUD_OK && kind == HUD_QUANTITY_FOURIER_F2)
    status = hud_pair_fourier(&f, &g, &distance, NULL);
  else if (status == HUD_OK && kind == HUD_QUANTITY_W1_F2)
    status = hud_pair_wasserstein(&f, &g, &distance, NULL);
  else if (status == HUD_OK)
    status = hud_pair_wasserstein_difference(&f, &g, &distance, NULL);
  hud_free(f2[0]);
  hud_free(f2[1]);
  return status == HUD_OK ? distance : NAN;
}
