/* SPDX-License-Identifier: GPL-3.0-or-later
 * What single keys cannot say: which values go together. */
#include "config/reader.h"

enum { MAX_OUTPUTS = 1000000 };

static hud_status check_time(struct hud_reader *reader)
{
  struct hud_time_spec *time = &reader->description->time;
  static const char key[] = "time.output_every";
  if (time->output_every == 0.0)
    time->output_every = time->end / 100.0;
  if (time->output_every > time->end)
    return hud_reader_fail_path(reader, key, NULL, "`%s` is %g, more than `time.end`, which is %g",
                                key, time->output_every, time->end);
  if (time->end / time->output_every > MAX_OUTPUTS)
    return hud_reader_fail_path(
        reader, key, NULL, "`%s` is %g: %.3g rows of output up to t = %g; at most %d fit", key,
        time->output_every, time->end / time->output_every, time->end, MAX_OUTPUTS);
  return HUD_OK;
}

static hud_status check_velocity(struct hud_reader *reader)
{
  const struct hud_velocity_spec *velocity = &reader->description->velocity;
  if (!velocity->given || velocity->min < velocity->max)
    return HUD_OK;
  return hud_reader_fail_path(reader, "velocity.max", NULL,
                              "`velocity` has min = %g and max = %g; expected min < max",
                              velocity->min, velocity->max);
}

static hud_status check_potential(struct hud_reader *reader)
{
  const struct hud_description *d = reader->description;
  bool linear = d->method == HUD_METHOD_SPECTRAL || d->method == HUD_METHOD_MOMENTS;
  if (!linear || d->potential.type == HUD_POTENTIAL_ALIGNMENT)
    return HUD_OK;
  return hud_reader_fail_path(reader, "potential",
                              "expected alignment here, or the method grid or particles",
                              "the method %s closes for alignment only",
                              hud_choice_name(hud_schema_methods(), (int)d->method));
}

/* Deterministic durations are those of the binary models, as particles. */
static hud_status check_duration(struct hud_reader *reader)
{
  const struct hud_description *d = reader->description;
  if (d->duration == HUD_DURATION_EXPONENTIAL)
    return HUD_OK;
  bool binary =
      d->model == HUD_MODEL_INSTANTANEOUS || (d->model == HUD_MODEL_HIERARCHY && d->clusters == 2);
  if (!binary)
    return hud_reader_fail_path(reader, "duration",
                                "expected model: hierarchy with clusters: 2, or instantaneous",
                                "deterministic durations are for binary models only");
  if (d->method != HUD_METHOD_PARTICLES)
    return hud_reader_fail_path(reader, "duration", "expected method: particles",
                                "deterministic durations are simulated by particles only");
  return HUD_OK;
}

hud_status hud_reader_check(struct hud_reader *reader)
{
  hud_status (*const checks[])(struct hud_reader *) = {check_time, check_velocity, check_potential,
                                                       check_duration};
  hud_status status = HUD_OK;
  for (size_t c = 0; c < sizeof checks / sizeof checks[0] && status == HUD_OK; c++)
    status = checks[c](reader);
  return status;
}
