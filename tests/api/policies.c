/*
 * How a queue of some hundred people is let in: by batches, in cycles, and by batches and a cap
 * together. Everybody waits when the queue opens, so that who comes in with which batch is certain.
 *
 * A batch never falls early; how late it is depends on the machine, and only whole batches are
 * told apart.
 */
#include "crowd.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

/* The opening lies between the two. */
struct opening {
    int64_t from, to;
};

static struct opening open_queue(int64_t concert)
{
    struct opening o = {api_wall_ms(), 0};
    world_set_state(concert, "OPEN");
    o.to = api_wall_ms();
    return o;
}

/* The visitors of batch k are let in together, not before its time, and nobody else with them
 * unless batches were made up for. */
static void check_batches(const struct crowd *c, const struct opening *o, size_t count,
                          int64_t interval_ms)
{
    for (size_t i = 0; i < c->n; i++) {
        int64_t late = c->v[i].admitted - o->from - (int64_t)(i / count) * interval_ms;
        if (late < 0 || late > interval_ms + 4000 ||
            c->v[i].admitted != c->v[i - i % count].admitted) {
            CHECK(false,
                  "ticket %zu came in %lld ms after its batch, the first of it %lld ms later", i,
                  (long long)late, (long long)(c->v[i - i % count].admitted - c->v[i].admitted));
            return;
        }
    }
}

static void test_twenty_at_a_time(void)
{
    int64_t concert = world_paused("'admitCount':20,'admitIntervalSeconds':1,'maxActive':0,"
                                   "'sessionSeconds':600,'claimSeconds':0");
    struct crowd c = crowd_join(concert, 200, 600);
    struct opening o = open_queue(concert);
    crowd_wait(&c, 25);
    check_batches(&c, &o, 20, 1000);
}

/* Whether v's estimate is the time that was left until a moment between the two. */
static bool is_exact(const struct visitor *v, int64_t from, int64_t to)
{
    enum { CLOCKS = 100 }; /* ms by which the host's idea of the database's clock may be off */
    int64_t least = from - v->asked_to - CLOCKS, most = to - v->asked_from + CLOCKS;
    return v->estimate * 1000 >= least && (v->estimate - 1) * 1000 <= most;
}

/* The first `count` are inside, and the others know it: their places are counted from 1 on. */
static bool first_batch_is_seen(struct crowd *c, size_t count)
{
    return crowd_called(c) == count && crowd_poll(c, c->n - 1, c->n) == 0 &&
           c->v[c->n - 1].position == (int64_t)(c->n - count);
}

static void check_cycle(const struct crowd *c, const struct opening *o, size_t count,
                        int64_t interval_ms)
{
    for (size_t i = count; i < c->n; i++) {
        const struct visitor *v = &c->v[i];
        int64_t later = (int64_t)(i / count) * interval_ms;
        CHECK_INT(v->position, (int64_t)(i - count) + 1);
        if (!is_exact(v, o->from + later, o->to + later)) {
            CHECK(false, "position %lld has %lld s, its batch comes in %lld ms",
                  (long long)v->position, (long long)v->estimate,
                  (long long)(o->from + later - v->asked_to));
            return;
        }
    }
}

static void test_fifty_every_five_minutes(void)
{
    int64_t concert = world_paused("'admitCount':50,'admitIntervalSeconds':300,'maxActive':0,"
                                   "'sessionSeconds':300");
    struct crowd c = crowd_join(concert, 300, 300);
    struct opening o = open_queue(concert);
    UNTIL(5, first_batch_is_seen(&c, 50));
    crowd_poll(&c, 0, c.n);
    check_cycle(&c, &o, 50, 300000);
    /* With another interval the batches fall on another grid, from the same beginning. */
    EXPECT(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                     J("{'queue':{'admitIntervalSeconds':200}}")),
           200);
    UNTIL(3, crowd_poll(&c, 50, 51) == 0 && c.v[50].estimate <= 200);
    crowd_poll(&c, 0, c.n);
    check_cycle(&c, &o, 50, 200000);
}

/* What was told at the beginning comes true. */
static void test_estimates_of_a_cycle_come_true(void)
{
    enum { INTERVAL = 4000 };
    int64_t concert = world_paused("'admitCount':100,'admitIntervalSeconds':4,'maxActive':0,"
                                   "'sessionSeconds':600,'claimSeconds':0");
    struct crowd c = crowd_join(concert, 300, 600);
    struct opening o = open_queue(concert);
    UNTIL(4, first_batch_is_seen(&c, 100));
    crowd_poll(&c, 0, c.n);
    check_cycle(&c, &o, 100, INTERVAL);
    crowd_wait(&c, 30);
    check_batches(&c, &o, 100, INTERVAL);
    for (size_t i = 100; i < c.n; i++) {
        int64_t off = c.v[i].admitted - (c.v[i].asked_to + c.v[i].estimate * 1000);
        if (llabs(off) > INTERVAL / 2) {
            CHECK(false, "ticket %zu came in %lld ms after its estimate", i, (long long)off);
            return;
        }
    }
}

/* Batches of 50 every two seconds, at most 90 inside for three seconds each. */
static void test_batches_and_a_cap(void)
{
    enum { N = 230, CAP = 90, COUNT_EACH = 50 };
    int64_t concert = world_paused("'admitCount':50,'admitIntervalSeconds':2,'maxActive':90,"
                                   "'sessionSeconds':3,'claimSeconds':0");
    struct crowd c = crowd_join(concert, N, 3);
    struct opening o = open_queue(concert);
    size_t seen = 0;
    for (double end = api_now() + 45; seen < N && api_now() < end; api_pause()) {
        size_t called = crowd_called(&c);
        if (called > seen)
            crowd_poll(&c, seen, called);
        seen = called;
    }
    for (size_t i = 0; i < N; i++) {
        int64_t t = c.v[i].admitted;
        size_t inside = 0;
        NEED(t > 0, "ticket %zu was not seen inside", i);
        for (size_t k = 0; k <= i; k++)
            inside += c.v[k].admitted <= t && c.v[k].ends > t;
        CHECK(inside <= CAP, "%zu are inside with ticket %zu", inside, i);
        CHECK(i == 0 || t >= c.v[i - 1].admitted, "ticket %zu came in before the one ahead", i);
        CHECK((int64_t)i < COUNT_EACH * ((t - o.from) / 2000 + 1), "ticket %zu came in early", i);
    }
}

/* --- Those who go away --- */

static bool counts_from_one(struct crowd *c, size_t step)
{
    crowd_poll(c, 0, c->n);
    for (size_t i = 0; i < c->n; i++)
        if (!c->v[i].is_over && c->v[i].position != (int64_t)(i / step) + 1)
            return false;
    return true;
}

/* Two of three leave, and the others are told where they stand now. */
static void test_places_follow_those_who_leave(void)
{
    enum { N = 300 };
    struct crowd c = crowd_join(world_paused(""), N, 600);
    struct api_req reqs[N];
    size_t n = 0;
    UNTIL(3, counts_from_one(&c, 1));
    for (size_t i = 0; i < N; i++) {
        if (i % 3 == 2)
            continue;
        c.v[i].is_over = true;
        reqs[n++] = (struct api_req){
            .method = "DELETE", .path = "/queue/tokens/me", .token = c.v[i].user.queue};
    }
    const struct api_res **r = crowd_send(reqs, n);
    for (size_t i = 0; i < n; i++)
        EXPECT(r[i], 204);
    UNTIL(2, counts_from_one(&c, 3));
    UNTIL(3, INT(crowd_state(c.concert), "waiting") == N / 3);
}

/* Those ahead, whose waiting has an end, are left out when it has come. */
static void test_places_follow_waits_that_end(void)
{
    enum { N = 100 };
    int64_t concert = world_paused("'tokenLifetimeSeconds':3");
    const char *path = F("/admin/concerts/%lld", (long long)concert);
    struct crowd short_lived = crowd_join(concert, N, 600);
    int64_t end = api_wall_ms() + 3000;
    EXPECT(api_patch(token_admin(), path, J("{'queue':{'tokenLifetimeSeconds':600}}")), 200);
    struct crowd c = crowd_join(concert, N, 600);
    if (api_wall_ms() < end - 1000)
        CHECK(c.v[0].position == 0 && !counts_from_one(&c, 1), "nobody is ahead");
    api_wait_for(end);
    UNTIL(3, counts_from_one(&c, 1));
    crowd_poll(&short_lived, 0, N);
    for (size_t i = 0; i < N; i++)
        CHECK(short_lived.v[i].is_over, "ticket %zu still waits", i);
}

/* Most of this is waiting: several suites, so that they do it at once. */
SUITE(policies_batch, TEST(test_twenty_at_a_time));
SUITE(policies_cycle, TEST(test_fifty_every_five_minutes),
      TEST(test_estimates_of_a_cycle_come_true));
SUITE(policies_mixed, TEST(test_batches_and_a_cap), TEST(test_places_follow_those_who_leave),
      TEST(test_places_follow_waits_that_end));
