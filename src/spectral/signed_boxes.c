/* SPDX-License-Identifier: GPL-3.0-or-later
 * Terms between sizes (signed_boxes.h), each handed to the box that computes it. */
#include "spectral/signed_boxes.h"

#include "base/alloc.h"
#include "spectral/quadruple_box.h"
#include "spectral/triple_box.h"

struct hud_signed_boxes {
  struct hud_pair_box *pairs;
  struct hud_triple_box *triples;       /* NULL: sizes up to 2 */
  struct hud_quadruple_box *quadruples; /* NULL: sizes up to 3 */
};

hud_status hud_signed_boxes_create(struct hud_signed_boxes **out,
                                   const struct hud_representation *rep, const double *f1,
                                   int clusters, const double *tolerance, struct hud_error *error)
{
  struct hud_signed_boxes *boxes = NULL;
  *out = NULL;
  hud_status status = HUD_NEW(&boxes, 1, "boxes of frequencies", error);
  if (status != HUD_OK)
    return status;
  status = hud_pair_box_create(&boxes->pairs, rep, f1, tolerance[2], error);
  if (status == HUD_OK && clusters >= 3)
    status = hud_triple_box_create(&boxes->triples, boxes->pairs, f1, tolerance[3], error);
  if (status == HUD_OK && clusters >= 4)
    status = hud_quadruple_box_create(&boxes->quadruples, boxes->pairs, boxes->triples, f1,
                                      tolerance[4], error);
  if (status == HUD_OK)
    *out = boxes;
  else
    hud_signed_boxes_free(boxes);
  return status;
}

void hud_signed_boxes_free(struct hud_signed_boxes *boxes)
{
  if (boxes == NULL)
    return;
  hud_quadruple_box_free(boxes->quadruples);
  hud_triple_box_free(boxes->triples);
  hud_pair_box_free(boxes->pairs);
  hud_free(boxes);
}

struct hud_pair_box *hud_signed_boxes_pairs(struct hud_signed_boxes *boxes)
{
  return boxes->pairs;
}

size_t hud_signed_boxes_length(const struct hud_signed_boxes *boxes, int k)
{
  if (k == 2)
    return hud_pair_box_length(boxes->pairs);
  return k == 3 ? hud_triple_box_length(boxes->triples)
                : hud_quadruple_box_length(boxes->quadruples);
}

double hud_signed_boxes_memory(const struct hud_signed_boxes *boxes)
{
  return hud_pair_box_memory(boxes->pairs) +
         (boxes->triples != NULL ? hud_triple_box_memory(boxes->triples) : 0.0) +
         (boxes->quadruples != NULL ? hud_quadruple_box_memory(boxes->quadruples) : 0.0);
}

void hud_signed_boxes_set(const struct hud_signed_boxes *boxes, int k, hud_signed_transform fhat,
                          const void *context, double *F)
{
  if (k == 2)
    hud_pair_box_set(boxes->pairs, fhat, context, F);
  else if (k == 3)
    hud_triple_box_set(boxes->triples, fhat, context, F);
  else
    hud_quadruple_box_set(boxes->quadruples, fhat, context, F);
}

void hud_signed_boxes_tabulate(struct hud_signed_boxes *boxes, const double *f1,
                               const double *const *F, int largest)
{
  hud_pair_box_tabulate(boxes->pairs, f1, F[2]);
  if (largest >= 3)
    hud_triple_box_tabulate(boxes->triples, F[3]);
  if (largest >= 4)
    hud_quadruple_box_tabulate(boxes->quadruples, F[4]);
}

void hud_signed_boxes_join(struct hud_signed_boxes *boxes, double c, int i, int j, const double *f1,
                           double *out)
{
  if (i + j == 2)
    hud_pair_box_join(boxes->pairs, c, f1, f1, out);
  else if (i + j == 3)
    hud_triple_box_join(boxes->triples, c, out);
  else if (i == 1)
    hud_quadruple_box_join_triple(boxes->quadruples, c, out);
  else
    hud_quadruple_box_join_pairs(boxes->quadruples, c, out);
}

void hud_signed_boxes_marginal(const struct hud_signed_boxes *boxes, double c, int k, int i,
                               double *out)
{
  if (k == 3)
    hud_triple_box_marginal(boxes->triples, c, out);
  else if (i == 3)
    hud_quadruple_box_onto_triples(boxes->quadruples, c, out);
  else
    hud_quadruple_box_onto_pairs(boxes->quadruples, c, out);
}

void hud_signed_boxes_drift(const struct hud_signed_boxes *boxes, double c, int k, const double *F,
                            double *out)
{
  if (k == 2)
    hud_pair_box_drift(boxes->pairs, c, F, out);
  else if (k == 3)
    hud_triple_box_drift(boxes->triples, c, F, out);
  else
    hud_quadruple_box_drift(boxes->quadruples, c, F, out);
}

hud_status hud_signed_boxes_setup(struct hud_signed_boxes *boxes, int k, double loss, double drift,
                                  struct hud_error *error)
{
  if (k == 2)
    return hud_pair_box_setup(boxes->pairs, loss, drift, error);
  return k == 3 ? hud_triple_box_setup(boxes->triples, loss, drift, error)
                : hud_quadruple_box_setup(boxes->quadruples, loss, drift, error);
}

void hud_signed_boxes_solve(const struct hud_signed_boxes *boxes, int k, const double *r, double *z)
{
  if (k == 2)
    hud_pair_box_solve(boxes->pairs, r, z);
  else if (k == 3)
    hud_triple_box_solve(boxes->triples, r, z);
  else
    hud_quadruple_box_solve(boxes->quadruples, r, z);
}

double hud_signed_boxes_tail(const struct hud_signed_boxes *boxes, int k, const double *F)
{
  return k == 3 ? hud_triple_box_tail(boxes->triples, F)
                : hud_quadruple_box_tail(boxes->quadruples, F);
}
