/*
 * A cap, while several hundred people come, pay, leave, let their time run out or never show up.
 *
 * What the answers tell bounds how many were inside at any admission from below, and the public
 * document counts them; the rows themselves are judged by `frontrow verify`, which knows when
 * everybody was let in and ended.
 */
#include "crowd.h"
#include "proc.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { CAP = 50, N = 300, WAYS = 4 };
enum way { PAY, LEAVE, STAY, SILENT };

static enum way way_of(size_t i)
{
    return (enum way)(i * 7 / 3 % WAYS);
}

/* Those among v[from] to v[to - 1] who pay hold a seat of their own; those who leave do so. Then
 * those who hold pay. */
static void act(struct crowd *c, size_t from, size_t to, int64_t schedule)
{
    struct api_req *reqs = api_alloc((to - from + 1) * sizeof *reqs);
    size_t *who = api_alloc((to - from + 1) * sizeof *who), n = 0, holds = 0;
    for (size_t i = from; i < to; i++) {
        const char *token = c->v[i].user.queue;
        if (way_of(i) != PAY && way_of(i) != LEAVE)
            continue;
        NEED(c->v[i].admitted > 0, "ticket %zu was called and is not inside", i);
        c->v[i].done = api_wall_ms();
        who[n] = i;
        reqs[n++] =
            way_of(i) == PAY
                ? crowd_post(
                      token, "/reservations",
                      J("{'scheduleId':%lld,'seatNumbers':[%zu]}", (long long)schedule, i + 1))
                : (struct api_req){.method = "DELETE", .path = "/queue/tokens/me", .token = token};
    }
    const struct api_res **r = crowd_send(reqs, n);
    for (size_t k = 0; k < n; k++) {
        struct visitor *v = &c->v[who[k]];
        EXPECT_NEED(r[k], way_of(who[k]) == PAY ? 201 : 204);
        if (way_of(who[k]) == LEAVE)
            continue;
        v->done = api_wall_ms();
        reqs[holds++] =
            crowd_post(v->user.queue, "/payments",
                       J("{'reservationId':%lld}", (long long)INT(r[k], "reservationId")));
    }
    r = crowd_send(reqs, holds);
    for (size_t k = 0; k < holds; k++)
        EXPECT(r[k], 201);
}

/* Asks for those who were called and say something. */
static void ask(struct crowd *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        c->v[i].is_over = way_of(i) == SILENT;
    crowd_poll(c, from, to);
}

static void check_log(const struct crowd *c)
{
    for (size_t i = 0; i < c->n; i++) {
        int64_t t = c->v[i].admitted;
        size_t inside = 0;
        for (size_t k = 0; t && k < c->n; k++) {
            const struct visitor *v = &c->v[k];
            inside += v->admitted && v->admitted <= t && (v->done ? v->done : v->ends) > t;
        }
        CHECK(inside <= CAP, "%zu are inside with ticket %zu", inside, i);
    }
}

static void test_fifty_inside_whatever_they_do(void)
{
    int64_t concert = world_queue("'admitCount':1000,'maxActive':50,'sessionSeconds':3,"
                                  "'claimSeconds':2");
    int64_t schedule = world_schedule(concert, N, 0);
    world_set_state(concert, "PAUSED");
    struct crowd c = crowd_join(concert, N, 3);
    world_set_state(concert, "OPEN");
    size_t seen = 0;
    for (double end = api_now() + 60; seen < N && api_now() < end; api_pause()) {
        const struct api_res *r = crowd_state(concert);
        CHECK(INT(r, "active") <= CAP, "%s", r->body);
        size_t called = crowd_called(&c);
        ask(&c, seen, called);
        act(&c, seen, called, schedule);
        seen = called;
    }
    CHECK_INT((int64_t)seen, N);
    check_log(&c);
    const char *told;
    CHECK_INT(proc_run("frontrow", (const char *const[]){"verify", NULL}, &told), 0);
    CHECK(strstr(told, "FAULT") == NULL, "%s", told);
}

/* --- A freed slot --- */

/* Waits until the second visitors are inside, and notes when they came in. */
static void wait_for_seconds(struct user u[][2], int64_t *came)
{
    int seen = 0;
    for (double end = api_now() + 15; seen < WAYS && api_now() < end; api_pause()) {
        for (int w = 0; w < WAYS; w++) {
            const struct api_res *r = came[w] ? NULL : world_poll(&u[w][1]);
            if (!r || strcmp(api_text(r, "status"), "ACTIVE") != 0)
                continue;
            came[w] = TIME(r, "sessionExpiresAt") - (w == STAY ? 4000 : 600000);
            seen++;
        }
    }
    NEED(seen == WAYS, "%d of %d", seen, WAYS);
}

static void test_a_freed_slot_is_filled_within_two_ticks(void)
{
    static const char *const settings[WAYS] = {
        [PAY] = "'maxActive':1,'claimSeconds':0",
        [LEAVE] = "'maxActive':1,'claimSeconds':0",
        [STAY] = "'maxActive':1,'claimSeconds':0,'sessionSeconds':4",
        [SILENT] = "'maxActive':1,'claimSeconds':2",
    };
    struct user u[WAYS][2];
    int64_t concert[WAYS], freed[WAYS], came[WAYS] = {0};
    int64_t most = 2 * api_config.queue_tick_ms + 1000; /* and what a busy machine adds */
    for (int w = 0; w < WAYS; w++) {
        concert[w] = world_queue(settings[w]);
        u[w][0] = world_user();
        u[w][1] = world_user();
        world_join(&u[w][0], concert[w]);
        world_join(&u[w][1], concert[w]);
    }
    int64_t schedule = world_schedule(concert[PAY], 2, 0);
    UNTIL(5, INT(crowd_state(concert[SILENT]), "nowServing") == u[SILENT][0].ticket);
    freed[SILENT] = api_wall_ms() + 2000;
    UNTIL(5, world_is_active(&u[STAY][0]));
    freed[STAY] = TIME(world_poll(&u[STAY][0]), "sessionExpiresAt");
    UNTIL(5, world_is_active(&u[PAY][0]) && world_is_active(&u[LEAVE][0]));
    EXPECT(world_pay(&u[PAY][0], world_held(&u[PAY][0], schedule, "1")), 201);
    freed[PAY] = api_wall_ms();
    EXPECT(api_delete(u[LEAVE][0].queue, "/queue/tokens/me"), 204);
    freed[LEAVE] = api_wall_ms();
    wait_for_seconds(u, came);
    for (int w = 0; w < WAYS; w++)
        CHECK(came[w] - freed[w] <= most, "way %d: %lld ms", w, (long long)(came[w] - freed[w]));
    CHECK(came[STAY] >= freed[STAY], "before the session ended");
}

SUITE_LONG(policies_cap, TEST(test_fifty_inside_whatever_they_do),
           TEST(test_a_freed_slot_is_filled_within_two_ticks));
