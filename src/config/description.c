/* SPDX-License-Identifier: GPL-3.0-or-later
 * Freeing descriptions of runs. */
#include "config/description.h"

#include "base/alloc.h"
#include "config/expression.h"

void hud_density_spec_clear(struct hud_density_spec *spec)
{
  for (size_t p = 0; p < spec->part_count; p++)
    hud_density_spec_clear(&spec->parts[p]);
  hud_free(spec->parts);
  hud_free(spec->points);
  hud_expression_free(spec->expression);
  *spec = (struct hud_density_spec){0};
}

void hud_cluster_initial_clear(struct hud_cluster_initial *initial)
{
  hud_density_spec_clear(&initial->density);
  hud_free(initial->points);
  *initial = (struct hud_cluster_initial){0};
}

void hud_gas_spec_clear(struct hud_gas_spec *spec)
{
  for (size_t p = 0; p < spec->part_count; p++)
    hud_gas_spec_clear(&spec->parts[p]);
  hud_free(spec->parts);
  hud_free(spec->table);
  *spec = (struct hud_gas_spec){0};
}

static void clear_rate_law(struct hud_rate_law *law)
{
  hud_free(law->entries);
  hud_expression_free(law->expression);
}

void hud_description_clear(struct hud_description *description)
{
  struct hud_initial_spec *initial = &description->initial;
  hud_free(description->title);
  clear_rate_law(&description->lambda);
  clear_rate_law(&description->mu);
  hud_expression_free(description->potential.force);
  hud_density_spec_clear(&initial->f1);
  if (initial->clusters != NULL)
    for (int k = 0; k <= initial->cluster_count; k++)
      hud_cluster_initial_clear(&initial->clusters[k]);
  hud_free(initial->clusters);
  hud_cluster_initial_clear(&initial->others);
  hud_gas_spec_clear(&description->gas.velocity);
  hud_expression_free(description->gas.position);
  hud_expression_free(description->gas.series.observable);
  hud_expression_free(description->gas.observables.phi);
  *description = (struct hud_description){0};
}
