/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the hard-sphere flow must keep: energy, momentum, zones, reversibility, Galilean and scale
 * invariance, the same bits after a stop; ties and grazing; the whole space; columns. */
#include "support.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spheres/neighbours.h"
#include "spheres/spheres.h"

static const struct hud_velocity_component gas = {.weight = 1.0, .temperature = {1.5, 0.5, 1.0}};

static struct hud_spheres_spec make_spec(int dimension, int orders, int64_t count)
{
  return (struct hud_spheres_spec){.dimension = dimension,
                                   .orders = orders,
                                   .count = count,
                                   .seed = 5,
                                   .replicas = 1,
                                   .zone = {1.0, 1.0, 1.0},
                                   .side = 1.0,
                                   .component_count = 1,
                                   .components = &gas};
}

static struct hud_system *make_system(const struct hud_spheres_spec *spec)
{
  struct hud_error error = {0};
  struct hud_system *system;
  assert_ok(hud_system_create(&system, spec, &error), &error);
  return system;
}

static void advance(struct hud_system *system, double until)
{
  struct hud_error error = {0};
  assert_ok(hud_system_advance(system, until, &error), &error);
}

static double least_gap(struct hud_system *system)
{
  struct hud_error error = {0};
  double gap;
  assert_ok(hud_spheres_least_gap(hud_system_state(system, 0), 0.0, &gap, &error), &error);
  return gap;
}

static int64_t collisions(struct hud_system *system, int size)
{
  struct hud_flow_counters counters;
  hud_system_counters(system, &counters);
  return counters.collisions[size];
}

/* Positions and velocities by label. */
static void read_state(struct hud_system *system, double *x, double *v)
{
  const struct hud_spheres *s = hud_system_state(system, 0);
  for (int64_t i = 0; i < s->count; i++) {
    int64_t place = (int64_t)s->particles[i].label * s->zones.dimension;
    hud_spheres_position(s, i, x + place);
    hud_spheres_velocity(s, i, v + place);
  }
}

/* 1e6 collisions, d = 2 with triples; then d = 3. */
static void energy_and_momentum_are_conserved(void **state)
{
  (void)state;
  for (int d = 2; d <= 3; d++) {
    struct hud_spheres_spec spec = make_spec(d, 2, 1000);
    struct hud_system *system = make_system(&spec);
    struct hud_spheres_moments before, after;
    struct hud_flow_counters counters;
    hud_spheres_measure(hud_system_state(system, 0), &before);
    double t = 0.0;
    do {
      advance(system, t += 10.0);
      hud_system_counters(system, &counters);
      assert_true(least_gap(system) > -1e-12);
    } while (counters.collisions[2] + counters.collisions[3] < (d == 2 ? 1000000 : 200000));
    hud_spheres_measure(hud_system_state(system, 0), &after);
    assert_close_relative(after.energy, before.energy, 1e-14);
    for (int a = 0; a < d; a++)
      assert_close(after.momentum[a], before.momentum[a], 1e-13 * sqrt(2.0 * before.energy));
    assert_true(counters.least_gap > -1e-12 && counters.least_gap < 1e-12);
    assert_true(counters.collisions[3] > (d == 2 ? 100000 : 100));
    /* All directions share the energy by now. */
    assert_close(after.temperature[0], after.temperature[1], 0.25 * after.temperature[0]);
    hud_system_free(system);
  }
}

static void reversal_returns(int64_t count, double share, double bound)
{
  struct hud_spheres_spec spec = make_spec(2, 2, count);
  struct hud_system *system = make_system(&spec);
  struct hud_spheres *spheres = hud_system_state(system, 0);
  size_t n = 2 * (size_t)count;
  double *data = calloc(4 * n, sizeof *data);
  assert_non_null(data);
  double *x = data, *v = data + n, *y = data + 2 * n, *w = data + 3 * n;
  double rate = 0.0;
  for (int l = 1; l <= 2; l++)
    rate += (l + 1) * hud_zones_rate(&spheres->zones, l, count, 1.0, hud_mean_impact(l, 1.0));
  double time = share * (double)count / rate;
  read_state(system, x, v);
  advance(system, time);
  assert_true((double)(collisions(system, 2) + collisions(system, 3)) >
              0.25 * share * (double)count);
  hud_spheres_reverse(spheres);
  advance(system, 2.0 * time);
  hud_spheres_reverse(spheres);
  read_state(system, y, w);
  for (size_t i = 0; i < n; i++) {
    double r = y[i] - x[i];
    assert_close(r - floor(r + 0.5), 0.0, bound);
    assert_close(w[i], v[i], bound);
  }
  free(data);
  hud_system_free(system);
}

static void reversal(void **state)
{
  (void)state;
  reversal_returns(64, 0.75, 1e-10);
  reversal_returns(1000, 0.1, 1e-10);
  reversal_returns(10000, 0.1, 1e-10);
}

struct list {
  int count;
  struct hud_collision event[512];
};

static void observe(void *context, const struct hud_collision *collision)
{
  struct list *list = context;
  assert_in_range(list->count, 0, 511);
  list->event[list->count++] = *collision;
}

/* The same members, in whatever order. */
static void assert_same_members(const struct hud_collision *one, const struct hud_collision *other)
{
  assert_int_equal(one->size, other->size);
  for (int p = 0; p < one->size; p++) {
    int found = 0;
    for (int q = 0; q < other->size; q++)
      found += one->label[p] == other->label[q];
    assert_int_equal(found, 1);
  }
}

static double total_angular_momentum(const struct hud_collision *c, const double *v, int d,
                                     int axis)
{
  int a = axis, b = (axis + 1) % 3;
  double sum = 0.0, mean[2] = {0.0};
  for (int p = 0; p < c->size; p++) {
    mean[0] += c->x[p * d + a] / c->size;
    mean[1] += c->x[p * d + b] / c->size;
  }
  for (int p = 0; p < c->size; p++)
    sum += (c->x[p * d + a] - mean[0]) * v[p * d + b] - (c->x[p * d + b] - mean[1]) * v[p * d + a];
  return sum;
}

/* The flow of spec with everything scaled, as a list of its collisions. */
static void list_collisions(const struct hud_spheres_spec *spec, const double *rows, double length,
                            double speed, const double *boost, struct list *list)
{
  struct hud_spheres_spec changed = *spec;
  int d = spec->dimension;
  static double data[64 * 6];
  for (int64_t i = 0; i < spec->count; i++)
    for (int a = 0; a < d; a++) {
      data[(2 * i) * d + a] = rows[(2 * i) * d + a] * length;
      data[(2 * i + 1) * d + a] = rows[(2 * i + 1) * d + a] * speed + boost[a];
    }
  changed.by_radii = true;
  for (int l = 0; l < spec->orders; l++)
    changed.zone[l] = spec->zone[l] * length;
  changed.side = spec->side * length;
  changed.rows = data;
  struct hud_system *system = make_system(&changed);
  list->count = 0;
  hud_flow_observe(hud_system_flow(system, 0), observe, list);
  for (int step = 1; step <= 4; step++)
    advance(system, 0.05 * step * length / speed);
  hud_system_free(system);
}

static void invariances(void **state)
{
  (void)state;
  static struct list plain, scaled, boosted;
  for (int d = 2; d <= 3; d++) {
    struct hud_spheres_spec spec = make_spec(d, 2, 64);
    spec.by_radii = true;
    spec.zone[0] = d == 2 ? 0.01 : 0.06;
    spec.zone[1] = d == 2 ? 0.05 : 0.2;
    struct hud_system *system = make_system(&spec);
    double x[192], v[192], rows[384];
    read_state(system, x, v);
    hud_system_free(system);
    for (int i = 0; i < 64; i++)
      for (int a = 0; a < d; a++) {
        rows[(2 * i) * d + a] = x[i * d + a];
        rows[(2 * i + 1) * d + a] = v[i * d + a];
      }
    const double rest[3] = {0.0}, boost[3] = {4.0, -7.0, 2.5};
    list_collisions(&spec, rows, 1.0, 1.0, rest, &plain);
    list_collisions(&spec, rows, 0x1.0p-20, 0x1.0p7, rest, &scaled);
    list_collisions(&spec, rows, 1.0, 1.0, boost, &boosted);
    assert_true(plain.count > 8);
    assert_int_equal(scaled.count, plain.count);
    assert_int_equal(boosted.count, plain.count);
    for (int e = 0; e < plain.count; e++) {
      const struct hud_collision *c = &plain.event[e];
      assert_same_members(&scaled.event[e], c);
      assert_close(scaled.event[e].time, c->time * 0x1.0p-27, 0.0); /* the same bits */
      assert_same_members(&boosted.event[e], c);
      assert_close(boosted.event[e].time, c->time, 1e-9);
      assert_true(c->b < 0.0);
      double epsilon = spec.zone[c->size - 2];
      assert_close_relative(hud_group_distance2(d, c->size, c->x), epsilon * epsilon, 1e-12);
      /* Before the collision b had the other sign, and the angular momentum was the same. */
      double before[3 * HUD_SPHERES_MAX_GROUP];
      memcpy(before, c->v, sizeof before);
      hud_group_collide(d, c->size, c->x, before);
      assert_close(hud_group_impact(d, c->size, c->x, before, epsilon), c->b, 1e-10);
      for (int axis = 0; axis < (d == 2 ? 1 : 3); axis++)
        assert_close(total_angular_momentum(c, c->v, d, axis),
                     total_angular_momentum(c, before, d, axis), 1e-13);
    }
  }
}

/* Two equal pairs that meet at the same time, and a particle hit from both sides at once. */
static void ties_are_counted(void **state)
{
  (void)state;
  struct hud_spheres_spec spec = make_spec(2, 1, 4);
  spec.by_radii = true;
  spec.zone[0] = 0.0625;
  double rows[20] = {0.25, 0.25, 1, 0, 0.5, 0.25, -1, 0, 0.25, 0.75, 1, 0, 0.5, 0.75, -1, 0};
  spec.rows = rows;
  struct hud_system *system = make_system(&spec);
  struct hud_error error = {0};
  double row[24];
  size_t count;
  advance(system, 0.125);
  assert_int_equal(collisions(system, 2), 2);
  assert_ok(hud_system_row(system, row, &error), &error);
  const char *const *names = hud_system_names(system, &count);
  assert_string_equal(names[10], "ties");
  assert_close(row[10], 1.0, 0.0);
  assert_close(row[8], 0.0, 1e-15); /* min_gap */
  assert_ok(hud_system_row(system, row, &error), &error);
  assert_true(isnan(row[8]));
  hud_system_free(system);
  spec.count = 3;
  double line[12] = {0.25, 0.5, 1, 0, 0.5, 0.5, 0, 0, 0.75, 0.5, -1, 0};
  spec.rows = line;
  system = make_system(&spec);
  struct hud_spheres_moments moments;
  advance(system, 0.375);
  assert_true(collisions(system, 2) >= 2);
  assert_true(least_gap(system) > -1e-12);
  hud_spheres_measure(hud_system_state(system, 0), &moments);
  assert_close(moments.energy, 1.0 / 3.0, 1e-15);
  assert_close(moments.momentum[0], 0.0, 1e-15);
  hud_system_free(system);
}

/* Lines that touch exactly: nothing happens, and it is counted. */
static void grazing_is_counted(void **state)
{
  (void)state;
  struct hud_spheres_spec spec = make_spec(2, 1, 2);
  spec.by_radii = true;
  spec.zone[0] = 0.0625;
  double rows[8] = {0.25, 0.5, 1, 0, 0.5, 0.5625, -1, 0};
  spec.rows = rows;
  struct hud_system *system = make_system(&spec);
  struct hud_flow_counters counters;
  double x[4], v[4];
  advance(system, 0.3); /* the touch is at 0.125, not at the end of a horizon */
  hud_system_counters(system, &counters);
  assert_int_equal(counters.collisions[2], 0);
  assert_int_equal(counters.grazing, 1);
  read_state(system, x, v);
  assert_close(v[0], 1.0, 0.0);
  assert_close(x[0], 0.55, 1e-15);
  hud_system_free(system);
}

/* Two particles that meet, and a third that flies off, in the whole space. */
static void whole_space(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_spheres_spec spec = make_spec(2, 2, 3);
  spec.by_radii = true;
  spec.zone[0] = 0.1;
  spec.zone[1] = 0.5;
  spec.whole_space = true;
  double rows[12] = {-1, 0, 1, 0, 1, 0, -1, 0, 5, 5, 10, 10};
  spec.rows = rows;
  struct hud_system *system = make_system(&spec);
  advance(system, 100.0);
  double x[6], v[6];
  read_state(system, x, v);
  assert_int_equal(collisions(system, 2), 1);
  assert_close(x[0], -1.0 - 100.0 + 2 * 0.95, 1e-11);
  assert_close(x[4], 1005.0, 1e-10);
  assert_close(v[0], -1.0, 1e-15);
  hud_system_free(system);
  spec.rows = NULL;
  assert_error(hud_system_create(&system, &spec, &error), HUD_ERROR_INPUT, &error, "whole space");
}

static double bump(void *context, const double *x)
{
  (void)context;
  return exp(-0.5 * (x[0] * x[0] + x[1] * x[1]));
}

/* A drop of gas expands; nothing comes back through the images. */
static void drop_expands(void **state)
{
  (void)state;
  struct hud_spheres_spec spec = make_spec(2, 2, 500);
  spec.by_radii = true;
  spec.zone[0] = 0.01;
  spec.zone[1] = 0.1;
  spec.whole_space = true;
  spec.density = (struct hud_position_density){
      .value = bump, .low = {-9.0, -9.0}, .high = {9.0, 9.0}, .maximum = 1.0};
  struct hud_system *system = make_system(&spec);
  struct hud_spheres_moments before, after;
  hud_spheres_measure(hud_system_state(system, 0), &before);
  advance(system, 1.0);
  int64_t early = collisions(system, 2) + collisions(system, 3);
  advance(system, 50.0);
  int64_t middle = collisions(system, 2) + collisions(system, 3);
  advance(system, 2000.0);
  hud_spheres_measure(hud_system_state(system, 0), &after);
  assert_true(early > 20);
  assert_true(collisions(system, 2) + collisions(system, 3) < middle + early / 4);
  assert_close_relative(after.energy, before.energy, 1e-14);
  assert_true(least_gap(system) > -1e-12);
  hud_system_free(system);
}

/* Stopped, written, read into a new system and continued: the same bits; and the same bits twice.
 */
static void saved_states_continue_with_the_same_bits(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_spheres_spec spec = make_spec(3, 1, 500);
  spec.replicas = 2;
  spec.insertions = 100;
  double rows[2][40];
  struct hud_system *one = make_system(&spec), *other = make_system(&spec);
  FILE *stream = tmpfile();
  assert_non_null(stream);
  advance(one, 0.3);
  assert_ok(hud_system_row(one, rows[0], &error), &error);
  assert_ok(hud_system_write(one, stream, &error), &error);
  advance(one, 0.6);
  rewind(stream);
  assert_ok(hud_system_read(other, stream, &error), &error);
  assert_close(hud_system_time(other), 0.3, 0.0);
  advance(other, 0.6);
  size_t count;
  hud_system_names(one, &count);
  assert_ok(hud_system_row(one, rows[0], &error), &error);
  assert_ok(hud_system_row(other, rows[1], &error), &error);
  assert_memory_equal(rows[0], rows[1], count * sizeof(double));
  double y[2], y_se[2];
  for (int i = 0; i < 2; i++)
    assert_true(hud_system_contact(i == 0 ? one : other, 2, &y[i], &y_se[i]));
  assert_close(y[0], y[1], 0.0);
  assert_close(y_se[0], y_se[1], 0.0);
  for (int r = 0; r < 2; r++)
    assert_memory_equal(hud_system_state(one, r)->particles, hud_system_state(other, r)->particles,
                        500 * sizeof(struct hud_sphere));
  assert_true(collisions(one, 2) > 500);
  /* Damage and strangers are refused. */
  long place = 500;
  assert_int_equal(fseek(stream, place, SEEK_SET), 0);
  int byte = fgetc(stream);
  fseek(stream, place, SEEK_SET);
  fputc(byte ^ 1, stream);
  rewind(stream);
  assert_error(hud_system_read(other, stream, &error), HUD_ERROR_INPUT, &error, "damaged");
  hud_system_free(other);
  spec.count = 501;
  other = make_system(&spec);
  rewind(stream);
  assert_error(hud_system_read(other, stream, &error), HUD_ERROR_INPUT, &error, "another system");
  fclose(stream);
  stream = tmpfile();
  assert_non_null(stream);
  assert_error(hud_system_read(other, stream, &error), HUD_ERROR_INPUT, &error, "no saved state");
  fclose(stream);
  hud_system_free(one);
  hud_system_free(other);
}

static void columns_and_replicas(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_spheres_spec spec = make_spec(2, 2, 200);
  spec.replicas = 5;
  spec.fix_energy = true;
  spec.fix_momentum = true;
  struct hud_system *system = make_system(&spec);
  size_t count;
  const char *const *names = hud_system_names(system, &count);
  const char *const expected[] = {"t",       "energy", "px",           "py",           "Tx",
                                  "Ty",      "m4",     "collisions_2", "collisions_3", "min_gap",
                                  "grazing", "ties",   "m6",           "wave_x",       "current_x",
                                  "heat_x"};
  assert_int_equal(count, 31);
  for (size_t i = 0; i < 16; i++)
    assert_string_equal(names[i], expected[i]);
  assert_string_equal(names[16], "energy_se");
  double row[31];
  assert_ok(hud_system_row(system, row, &error), &error);
  assert_close(row[1], 1.0, 1e-14);
  assert_close(row[16], 0.0, 1e-14);
  assert_true(row[19] > 0.0);
  assert_close(row[4] + row[5], 2.0, 1e-13);
  advance(system, 0.5);
  assert_ok(hud_system_row(system, row, &error), &error);
  assert_close(row[0], 0.5, 0.0);
  assert_true(row[7] > 100.0 && row[8] > 50.0);
  hud_system_free(system);
  spec.replicas = 0;
  assert_error(hud_system_create(&system, &spec, &error), HUD_ERROR_INPUT, &error, "replicas");
}

static double wave(void *context, const double *x)
{
  (void)context;
  return 1.0 + 0.5 * cos(2.0 * M_PI * x[0]);
}

static double bell(void *context, const double *x)
{
  (void)context;
  return exp(-x[0] * x[0] - x[1] * x[1]);
}

static void forecast(void **state)
{
  (void)state;
  struct hud_error error = {0};
  struct hud_spheres_spec spec = make_spec(2, 2, 1000);
  struct hud_spheres_forecast found;
  assert_ok(hud_spheres_forecast(&spec, &found, &error), &error);
  assert_close_relative(found.zones.radius[2], 1e-3, 1e-12);
  assert_close_relative(found.kappa[2], 1.0, 1e-12);
  assert_close(found.temperature, 1.0, 1e-15);
  assert_close_relative(found.boltzmann_rate[1], 3.54491, 1e-5);
  assert_close_relative(found.rate[1], 3.54491 * 999.0 / 2.0, 1e-5);
  assert_close(found.neighbours[1], 0.00314, 2e-4);
  assert_close(found.neighbours[2], 0.21, 5e-3);
  /* A density: rho^{l+1} is integrated. Of 1 + cos(2 pi x)/2 that is 9/8 and 11/8. */
  double rate[3] = {0.0, found.rate[1], found.rate[2]}, near = found.neighbours[2];
  spec.density = (struct hud_position_density){wave, NULL, {0, 0, 0}, {1, 1, 0}, 2.0};
  assert_ok(hud_spheres_forecast(&spec, &found, &error), &error);
  assert_close_relative(found.rate[1], 9.0 / 8.0 * rate[1], 1e-12);
  assert_close_relative(found.rate[2], 11.0 / 8.0 * rate[2], 1e-12);
  assert_close_relative(found.neighbours[2], 9.0 / 8.0 * near, 1e-12);
  /* exp(-x^2-y^2)/pi in the whole space: 1/(2 pi) and 1/(3 pi^2). */
  spec.whole_space = true;
  spec.density = (struct hud_position_density){bell, NULL, {-8, -8, 0}, {8, 8, 0}, 2.0};
  assert_ok(hud_spheres_forecast(&spec, &found, &error), &error);
  assert_close_relative(found.rate[1], rate[1] / (2.0 * M_PI), 1e-12);
  assert_close_relative(found.rate[2], rate[2] / (3.0 * M_PI * M_PI), 1e-12);
  /* A table: nothing is known but the zones. */
  spec.component_count = 0;
  assert_ok(hud_spheres_forecast(&spec, &found, &error), &error);
  assert_true(isnan(found.rate[1]) && isnan(found.neighbours[1]) && found.zones.radius[2] > 0.0);
  spec = make_spec(2, 2, 5);
  assert_error(hud_spheres_forecast(&spec, &found, &error), HUD_ERROR_INPUT, &error,
               "geometrically impossible");
  /* Memory: a million particles within a gigabyte. */
  spec.count = 1000000;
  assert_ok(hud_spheres_forecast(&spec, &found, &error), &error);
  assert_below(found.bytes, 1e9);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(energy_and_momentum_are_conserved),
      cmocka_unit_test(reversal),
      cmocka_unit_test(invariances),
      cmocka_unit_test(ties_are_counted),
      cmocka_unit_test(grazing_is_counted),
      cmocka_unit_test(whole_space),
      cmocka_unit_test(drop_expands),
      cmocka_unit_test(saved_states_continue_with_the_same_bits),
      cmocka_unit_test(columns_and_replicas),
      cmocka_unit_test(forecast),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
