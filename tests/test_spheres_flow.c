/* SPDX-License-Identifier: GPL-3.0-or-later
 * The event-driven flow against a reference that looks at all groups of 2 .. M+1 particles before
 * every event, in double precision and straight from the definitions. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spheres/flow.h"
#include "spheres/initial.h"
#include "spheres/neighbours.h"

enum { MOST = 60, EVENTS = 400, LARGEST = 5 /* members */ };

/* ---- the reference flow ---- */

struct reference {
  int d, orders, n;
  double side, time;
  const double *radius; /* epsilon_2, epsilon_3, ... */
  double x[MOST * 3], v[MOST * 3];
};

struct event {
  double time;
  int size;
  int member[LARGEST];
};

static void difference(const struct reference *r, const double *data, int i, int j, bool wrap,
                       double *out)
{
  for (int a = 0; a < r->d; a++) {
    out[a] = data[j * r->d + a] - data[i * r->d + a];
    if (wrap)
      out[a] -= r->side * floor(out[a] / r->side + 0.5);
  }
}

/* First time > 0 at which the group has d_k = epsilon_k with approach, or INFINITY. */
static double contact_time(const struct reference *r, int size, const int *member)
{
  double a = 0.0, beta = 0.0, square = 0.0;
  double epsilon = r->radius[size - 2];
  for (int p = 0; p < size; p++)
    for (int q = p + 1; q < size; q++) {
      double x[3], v[3];
      difference(r, r->x, member[p], member[q], true, x);
      difference(r, r->v, member[p], member[q], false, v);
      for (int c = 0; c < r->d; c++) {
        a += v[c] * v[c];
        beta += x[c] * v[c];
        square += x[c] * x[c];
      }
    }
  double c = square - epsilon * epsilon;
  double discriminant = beta * beta - a * c;
  if (beta >= 0.0 || discriminant < 0.0)
    return INFINITY;
  return c / (-beta + sqrt(discriminant));
}

static void search(const struct reference *r, int size, int *member, struct event *best)
{
  if (size >= 2) {
    double time = contact_time(r, size, member);
    if (time < best->time) {
      best->time = time;
      best->size = size;
      memcpy(best->member, member, sizeof best->member);
    }
  }
  if (size == r->orders + 1 || size == LARGEST)
    return;
  for (int next = size == 0 ? 0 : member[size - 1] + 1; next < r->n; next++) {
    member[size] = next;
    search(r, size + 1, member, best);
  }
}

static void move(struct reference *r, double time)
{
  for (int i = 0; i < r->n * r->d; i++)
    r->x[i] += r->v[i] * time;
  r->time += time;
}

/* (1.13)-(1.14) as printed. */
static void collide(struct reference *r, int size, const int *member)
{
  double epsilon = r->radius[size - 2];
  double c = 0.0;
  double impulse[LARGEST * 3] = {0.0};
  for (int p = 0; p < size; p++)
    for (int q = 0; q < size; q++) {
      double x[3], v[3];
      difference(r, r->x, member[p], member[q], true, x);
      difference(r, r->v, member[p], member[q], false, v);
      for (int a = 0; a < r->d; a++) {
        c += 0.5 * 2.0 / size * x[a] * v[a] / epsilon;
        impulse[p * r->d + a] += x[a] / epsilon;
      }
    }
  for (int p = 0; p < size; p++)
    for (int a = 0; a < r->d; a++)
      r->v[member[p] * r->d + a] += c * impulse[p * r->d + a];
}

static int run_reference(struct reference *r, double until, struct event *events)
{
  int count = 0;
  while (r->time < until) {
    double fastest = 1e-300;
    for (int i = 0; i < r->n; i++) {
      double square = 0.0;
      for (int a = 0; a < r->d; a++)
        square += r->v[i * r->d + a] * r->v[i * r->d + a];
      fastest = fmax(fastest, sqrt(square));
    }
    /* One image only: no pair may travel more than a quarter of the side unseen. */
    double step = fmin(0.1 * r->side / fastest, until - r->time);
    struct event best = {.time = INFINITY};
    int member[LARGEST] = {0};
    search(r, 0, member, &best);
    if (best.time > step) {
      move(r, step);
      continue;
    }
    move(r, best.time);
    collide(r, best.size, best.member);
    assert_in_range(count, 0, EVENTS - 1);
    events[count] = best;
    events[count++].time = r->time;
  }
  return count;
}

/* ---- the library's flow, recorded ---- */

struct record {
  int count;
  struct event event[EVENTS];
};

static int by_value(const void *one, const void *other)
{
  return *(const int *)one - *(const int *)other;
}

static void observe(void *context, const struct hud_collision *collision)
{
  struct record *record = context;
  assert_in_range(record->count, 0, EVENTS - 1);
  struct event *event = &record->event[record->count++];
  *event = (struct event){.time = collision->time, .size = collision->size};
  for (int p = 0; p < collision->size; p++)
    event->member[p] = (int)collision->label[p];
  qsort(event->member, (size_t)event->size, sizeof(int), by_value);
}

static struct hud_spheres *make_state(int d, int orders, const double *radius, int n, double side,
                                      struct hud_random *random)
{
  struct hud_error error = {0};
  struct hud_zones zones;
  struct hud_spheres *spheres;
  assert_ok(hud_zones_from_radii(&zones, d, orders, radius, &error), &error);
  assert_ok(hud_spheres_create(&spheres, &zones, n, false, side, &error), &error);
  assert_ok(hud_spheres_draw_positions(spheres, NULL, HUD_POSITIONS_AUTO, random, NULL, &error),
            &error);
  struct hud_velocity_component gas = {.weight = 1.0, .temperature = {1.5, 0.5, 1.0}};
  assert_ok(hud_spheres_draw_velocities(spheres, &gas, 1, true, false, random, &error), &error);
  return spheres;
}

static void copy_state(const struct hud_spheres *spheres, struct reference *r)
{
  int d = r->d;
  for (int64_t i = 0; i < spheres->count; i++) {
    int label = (int)spheres->particles[i].label;
    hud_spheres_position(spheres, i, r->x + label * d);
    hud_spheres_velocity(spheres, i, r->v + label * d);
  }
}

/* One stretch of both flows from the present state. The flow is chaotic: errors grow by the ratio
 * of free path and zone with every collision, so stretches are short. */
static void compare_stretch(struct hud_flow *flow, struct hud_spheres *spheres,
                            struct record *record, struct reference *r, double until,
                            int64_t *by_size)
{
  struct hud_error error = {0};
  static struct event expected[EVENTS];
  copy_state(spheres, r);
  r->time = spheres->time;
  int count = run_reference(r, until, expected);
  record->count = 0;
  assert_ok(hud_flow_advance(flow, until, &error), &error);
  assert_close(spheres->time, until, 0.0);
  assert_int_equal(record->count, count);
  for (int e = 0; e < count; e++) {
    assert_int_equal(record->event[e].size, expected[e].size);
    assert_memory_equal(record->event[e].member, expected[e].member,
                        (size_t)expected[e].size * sizeof(int));
    assert_close(record->event[e].time, expected[e].time, 1e-9);
    by_size[expected[e].size]++;
  }
  struct reference after = *r;
  copy_state(spheres, &after);
  for (int i = 0; i < r->n * r->d; i++) {
    double x = after.x[i] - r->x[i];
    assert_close(x - floor(x + 0.5), 0.0, 1e-7);
    assert_close(after.v[i], r->v[i], 1e-7);
  }
}

static void compare_events(int d, int orders, int n, const double *radius,
                           struct hud_random *random, int64_t *by_size)
{
  struct hud_error error = {0};
  static struct record record;
  struct hud_spheres *spheres = make_state(d, orders, radius, n, 1.0, random);
  struct reference r = {.d = d, .orders = orders, .n = n, .side = 1.0, .radius = radius};
  double rate = 0.0;
  for (int order = 1; order <= orders; order++)
    rate +=
        (order + 1) * hud_zones_rate(&spheres->zones, order, n, 1.0, hud_mean_impact(order, 1.0));
  struct hud_flow *flow;
  assert_ok(hud_flow_create(&flow, spheres, &error), &error);
  hud_flow_observe(flow, observe, &record);
  for (int stretch = 1; stretch <= 6; stretch++)
    compare_stretch(flow, spheres, &record, &r, stretch * fmin(0.15 * n / rate, 1.0), by_size);
  hud_flow_free(flow);
  hud_spheres_free(spheres);
}

static double between(struct hud_random *random, double low, double high)
{
  return low + (high - low) * hud_random_uniform(random);
}

/* Zones at which collisions of all orders are frequent. */
static void draw_radii(struct hud_random *random, int d, int orders, int n, double *radius)
{
  if (d == 2) {
    radius[0] = between(random, 0.05, 0.3) / n;
    radius[1] = pow(between(random, 0.6, 1.1) / n, 1.0 / 1.5);
    radius[2] = fmin(pow(between(random, 1.5, 2.5) / n, 0.6), 0.35);
  } else {
    radius[0] = between(random, 0.01, 0.02);
    radius[1] = between(random, 0.12, 0.18);
    radius[2] = between(random, 0.26, 0.33);
  }
  radius[1] = fmax(radius[1], 1.8 * radius[0]);
  radius[2] = fmax(radius[2], 1.45 * radius[1]);
  /* Groups of five within a quarter of the torus are rare unless the smaller zones leave room. */
  if (orders == 4) {
    radius[0] *= 0.3;
    radius[1] = 0.06;
    radius[2] = 0.15;
    radius[3] = 0.395;
  }
}

/* 100 random states with N <= 60, M <= 3, and 20 with N <= 19, M = 4; d = 2 and 3. */
static void same_events_as_all_groups(void **state)
{
  (void)state;
  struct hud_random random;
  hud_random_seed(&random, 21, 0);
  int64_t by_size[LARGEST + 1] = {0};
  for (int draw = 0; draw < 120; draw++) {
    int d = draw < 100 ? 2 + draw % 2 : 2 + draw % 4 / 3;
    int orders = draw < 100 ? 1 + draw / 2 % 3 : 4;
    int most = orders == 4 ? 19 : orders == 3 ? 30 : MOST;
    int n = 12 + (int)hud_random_below(&random, (uint64_t)(most - 11));
    if (draw == 95) /* one with all groups of four at the full size */
      n = MOST;
    double radius[4];
    draw_radii(&random, d, orders, n, radius);
    compare_events(d, orders, n, radius, &random, by_size);
  }
  print_message("%lld, %lld, %lld and %lld collisions of 2, 3, 4 and 5\n", (long long)by_size[2],
                (long long)by_size[3], (long long)by_size[4], (long long)by_size[5]);
  assert_true(by_size[2] > 300 && by_size[3] > 200 && by_size[4] > 10 && by_size[5] > 4);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_events_as_all_groups),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
