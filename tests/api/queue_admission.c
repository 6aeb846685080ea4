/*
 * Who is let in, when, and for how long. The end of a session tells exactly when it began, so
 * batches and the cap are judged by what the answers say and not by when the test looked.
 */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static void join_all(struct user *u, size_t n, int64_t concert)
{
    for (size_t i = 0; i < n; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
}

static bool is_waiting(const struct user *u)
{
    const struct api_res *r = world_poll(u);
    return r->status == 200 && strcmp(api_text(r, "status"), "WAITING") == 0;
}

static bool is_gone(const struct user *u)
{
    return world_poll(u)->status == 410;
}

/* Polls everybody until all n have been inside at some time; fills the ends of their sessions. */
static void watch_all(const struct user *u, size_t n, int64_t *ends, double seconds)
{
    size_t seen = 0;
    memset(ends, 0, n * sizeof *ends);
    for (double end = api_now() + seconds; seen < n && api_now() < end; api_pause()) {
        for (size_t i = 0; i < n; i++) {
            const struct api_res *r = ends[i] ? NULL : world_poll(&u[i]);
            if (!r || strcmp(api_text(r, "status"), "ACTIVE") != 0)
                continue;
            ends[i] = TIME(r, "sessionExpiresAt");
            seen++;
        }
    }
    NEED(seen == n, "only %zu of %zu were let in", seen, n);
}

static void test_batches_of_admit_count(void)
{
    enum { N = 5 };
    struct user u[N];
    int64_t ends[N];
    join_all(u, N, world_queue("'admitCount':2,'admitIntervalSeconds':2,'maxActive':0"));
    watch_all(u, N, ends, 12);
    for (int i = 1; i < N; i++)
        CHECK(ends[i] >= ends[i - 1], "ticket %d was let in before %d", i, i - 1);
    for (int i = 2; i < N; i++)
        CHECK(ends[i] - ends[i - 2] >= 900, "three within %lld ms",
              (long long)(ends[i] - ends[i - 2]));
}

static void test_never_more_inside_than_the_cap(void)
{
    enum { N = 5, CAP = 2 };
    struct user u[N];
    int64_t ends[N];
    join_all(u, N, world_queue("'maxActive':2,'sessionSeconds':2,'claimSeconds':0"));
    watch_all(u, N, ends, 15);
    for (int i = CAP; i < N; i++)
        CHECK(ends[i] - ends[i - CAP] >= 2000, "%d are inside together for %lld ms", CAP + 1,
              2000 - (long long)(ends[i] - ends[i - CAP]));
}

static void test_a_freed_slot_goes_to_the_next(void)
{
    struct user u[4];
    int64_t concert = world_queue("'maxActive':1,'claimSeconds':0");
    int64_t schedule = world_schedule(concert, 5, 0);
    join_all(u, 4, concert);
    UNTIL(5, world_is_active(&u[0]));
    api_wait_for(api_wall_ms() + 2100); /* two ticks that must let nobody in */
    CHECK(is_waiting(&u[1]) && is_waiting(&u[2]), "let in beyond the cap");
    EXPECT(api_delete(u[0].queue, "/queue/tokens/me"), 204);
    UNTIL(3, world_is_active(&u[1]));
    CHECK(is_waiting(&u[2]), "two for one slot");
    EXPECT(world_pay(&u[1], world_held(&u[1], schedule, "1")), 201);
    UNTIL(3, world_is_active(&u[2]));
    CHECK(is_waiting(&u[3]), "two for one slot");
    CHECK_INT(INT(world_poll(&u[3]), "position"), 1);
}

static void test_the_lowest_ticket_is_next_after_others_left(void)
{
    struct user u[4];
    int64_t concert = world_queue("'maxActive':1,'claimSeconds':0");
    join_all(u, 4, concert);
    UNTIL(5, world_is_active(&u[0]));
    EXPECT(api_delete(u[1].queue, "/queue/tokens/me"), 204);
    EXPECT(api_delete(u[0].queue, "/queue/tokens/me"), 204);
    UNTIL(4, world_is_active(&u[2]));
    CHECK(is_waiting(&u[3]), "two for one slot");
}

static void test_a_larger_cap_takes_effect(void)
{
    struct user u[2];
    int64_t concert = world_queue("'maxActive':1,'claimSeconds':0");
    join_all(u, 2, concert);
    UNTIL(5, world_is_active(&u[0]));
    CHECK(is_waiting(&u[1]), "let in beyond the cap");
    EXPECT(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                     J("{'queue':{'maxActive':2}}")),
           200);
    UNTIL(3, world_is_active(&u[1]));
}

/* Seconds by which the estimate of u differs from a moment. */
static double estimate_error(const struct user *u, int64_t moment)
{
    const struct api_res *r = world_poll(u);
    if (api_is_null(r, "estimatedWaitSeconds"))
        return 1e9;
    double wait = (double)INT(r, "estimatedWaitSeconds");
    double error = wait - (double)(moment - r->ended_ms) / 1000;
    return error < 0 ? -error : error;
}

static void test_estimates_of_a_cycle_are_exact(void)
{
    enum { N = 5 };
    struct user u[N];
    int64_t before = api_wall_ms();
    int64_t concert = world_queue("'admitCount':2,'admitIntervalSeconds':300,'sessionSeconds':300,"
                                  "'maxActive':0,'claimSeconds':0");
    int64_t t0 = (before + api_wall_ms()) / 2;
    api_wait_for(t0 + 2500); /* the batch at t0 has fallen, and found nobody */
    join_all(u, N, concert);
    for (int i = 0; i < N; i++)
        UNTIL(3, estimate_error(&u[i], t0 + INT64_C(300000) * (1 + i / 2)) <= 1.2);
    EXPECT(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                     J("{'queue':{'admitIntervalSeconds':400}}")),
           200);
    for (int i = 0; i < N; i++)
        UNTIL(3, estimate_error(&u[i], t0 + INT64_C(400000) * (1 + i / 2)) <= 1.2);
}

static void test_a_cycle_begins_anew_when_the_queue_opens_again(void)
{
    enum { N = 4 };
    struct user u[N];
    int64_t concert = world_paused("'admitCount':2,'admitIntervalSeconds':300,"
                                   "'sessionSeconds':300,'maxActive':0,'claimSeconds':0");
    join_all(u, N, concert);
    UNTIL(3, api_is_null(world_poll(&u[0]), "estimatedWaitSeconds"));
    world_set_state(concert, "OPEN");
    int64_t t0 = api_wall_ms();
    UNTIL(3, world_is_active(&u[0]) && world_is_active(&u[1]));
    for (int i = 2; i < N; i++)
        UNTIL(3, estimate_error(&u[i], t0 + 300000) <= 1.2);
}

static void test_a_session_ends_exactly(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'sessionSeconds':3,'claimSeconds':0");
    int64_t schedule = world_schedule(concert, 2, 1);
    const char *list = F("/concerts/%lld/schedules", (long long)concert);
    world_enter(&u, 1, concert);
    int64_t end = TIME(world_poll(&u), "sessionExpiresAt");
    api_wait_for(end - 300);
    EXPECT(api_get(u.queue, list), 200);
    CHECK_INT(TIME(world_poll(&u), "sessionExpiresAt"), end);
    api_wait_for(end + 5);
    EXPECT_ERROR(world_poll(&u), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_get(u.queue, list), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(world_hold(&u, schedule, "1"), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_delete(u.queue, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
}

static void test_joining_again_after_the_session(void)
{
    struct user u = world_user(), other = world_user(), again;
    int64_t concert = world_queue("'sessionSeconds':1,'claimSeconds':0");
    world_enter(&u, 1, concert);
    world_join(&other, concert);
    UNTIL(4, is_gone(&u));
    again = u;
    world_join(&again, concert);
    CHECK(again.ticket > other.ticket, "%lld after %lld", (long long)again.ticket,
          (long long)other.ticket);
}

static int64_t now_serving(int64_t concert)
{
    return INT(api_get(NULL, F("/queue/concerts/%lld", (long long)concert)), "nowServing");
}

static void test_who_does_not_claim_loses_the_session(void)
{
    struct user u[3];
    int64_t concert = world_queue("'claimSeconds':1,'maxActive':2");
    join_all(u, 3, concert);
    UNTIL(5, world_is_active(&u[1])); /* claims; u[0] was let in too, and says nothing */
    UNTIL(3, now_serving(concert) >= u[0].ticket);
    api_wait_for(api_wall_ms() + 1100);
    EXPECT_ERROR(world_poll(&u[0]), 410, "QUEUE_TOKEN_EXPIRED");
    UNTIL(4, world_is_active(&u[2]));
    CHECK(world_is_active(&u[1]), "who claimed in time has lost the session");
}

static void test_claiming_by_a_call_counts(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'claimSeconds':2");
    const char *list = F("/concerts/%lld/schedules", (long long)concert);
    world_join(&u, concert);
    UNTIL(5, api_get(u.queue, list)->status == 200);
    api_wait_for(api_wall_ms() + 2200);
    EXPECT(api_get(u.queue, list), 200);
}

static void test_claiming_is_off_at_zero(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'claimSeconds':0");
    world_join(&u, concert);
    UNTIL(5, now_serving(concert) >= u.ticket);
    api_wait_for(api_wall_ms() + 2200);
    CHECK(world_is_active(&u), "the session was lost unclaimed");
}

static void test_a_waiting_token_lives_token_lifetime(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused("'tokenLifetimeSeconds':3"), begin = api_wall_ms();
    world_join(&u, concert);
    int64_t end = api_wall_ms() + 3000;
    api_wait_for(begin + 2000);
    CHECK(is_waiting(&u), "the token has ended early");
    world_join(&v, concert);
    api_wait_for(end + 5);
    EXPECT_ERROR(world_poll(&u), 410, "QUEUE_TOKEN_EXPIRED");
    UNTIL(3, INT(world_poll(&v), "position") == 1);
}

static void test_a_hold_lengthens_the_session_to_its_end(void)
{
    struct user u = world_user();
    int64_t concert = world_concert("'holdSeconds':4,'queue':{'sessionSeconds':2}");
    int64_t schedule = world_schedule(concert, 3, 1);
    world_enter(&u, 1, concert);
    int64_t first_end = TIME(world_poll(&u), "sessionExpiresAt");
    const struct api_res *hold = world_hold(&u, schedule, "1");
    EXPECT_NEED(hold, 201);
    int64_t hold_end = TIME(hold, "holdExpiresAt");
    CHECK_INT(TIME(world_poll(&u), "sessionExpiresAt"), hold_end);
    api_wait_for(first_end + 5);
    CHECK(world_is_active(&u), "the hold does not lengthen the session");
    EXPECT_ERROR(world_hold(&u, schedule, "2"), 410, "QUEUE_TOKEN_EXPIRED");
    api_wait_for(hold_end - 300);
    CHECK(world_is_active(&u), "the hold does not lengthen the session");
    api_wait_for(hold_end + 5);
    EXPECT_ERROR(world_poll(&u), 410, "QUEUE_TOKEN_EXPIRED");
}

SUITE_LONG(queue_admission, TEST(test_batches_of_admit_count),
           TEST(test_never_more_inside_than_the_cap), TEST(test_a_freed_slot_goes_to_the_next),
           TEST(test_the_lowest_ticket_is_next_after_others_left),
           TEST(test_a_larger_cap_takes_effect), TEST(test_estimates_of_a_cycle_are_exact),
           TEST(test_a_cycle_begins_anew_when_the_queue_opens_again),
           TEST(test_a_session_ends_exactly), TEST(test_joining_again_after_the_session),
           TEST(test_who_does_not_claim_loses_the_session), TEST(test_claiming_by_a_call_counts),
           TEST(test_claiming_is_off_at_zero), TEST(test_a_waiting_token_lives_token_lifetime),
           TEST(test_a_hold_lengthens_the_session_to_its_end));
