/*
 * Payments and charges that come at once are made together by one process of the host. Whatever
 * becomes of it, each is made once, and what is answered is true.
 */
#include "crowd.h"
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define CHARGES "/users/me/balance/charges"

enum { N = 48, MONEY = 5000 };

/* People inside with money, and the requests to pay for a hold each, with a key. */
struct till {
    int64_t concert, schedule;
    struct crowd crowd;
    struct api_req *reqs;
};

static const struct api_res **send_charges(const struct crowd *c, int64_t amount, bool keyed)
{
    struct api_req *reqs = api_alloc(c->n * sizeof *reqs);
    for (size_t i = 0; i < c->n; i++) {
        reqs[i] = crowd_post(c->v[i].user.token, CHARGES, J("{'amount':%lld}", (long long)amount));
        reqs[i].key = keyed ? api_unique() : NULL;
    }
    return crowd_send(reqs, c->n);
}

static struct till open_till(size_t n)
{
    struct till t = {.concert = world_concert("'queue':{'admitCount':1000,'maxActive':0,"
                                              "'claimSeconds':0,'sessionSeconds':300}")};
    t.crowd = crowd_join(t.concert, n, 300);
    crowd_wait(&t.crowd, 20);
    t.schedule = world_schedule_with(
        t.concert, "'startsAt':'2099-01-01T00:00:00Z','sections':[{'name':'Parkett A','rows':10,"
                   "'seatsPerRow':10,'price':1000}]");
    const struct api_res **r = send_charges(&t.crowd, MONEY, false);
    for (size_t i = 0; i < n; i++)
        EXPECT_NEED(r[i], 201);
    struct api_req *holds = api_alloc(n * sizeof *holds);
    for (size_t i = 0; i < n; i++)
        holds[i] = crowd_post(t.crowd.v[i].user.queue, "/reservations",
                              J("{'scheduleId':%lld,'seatNumbers':[%zu,%zu]}",
                                (long long)t.schedule, 2 * i + 2, 2 * i + 1));
    r = crowd_send(holds, n);
    t.reqs = api_alloc(n * sizeof *t.reqs);
    for (size_t i = 0; i < n; i++) {
        EXPECT_NEED(r[i], 201);
        t.reqs[i] = crowd_post(t.crowd.v[i].user.queue, "/payments",
                               J("{'reservationId':%lld}", (long long)INT(r[i], "reservationId")));
        t.reqs[i].key = api_unique();
    }
    return t;
}

/* Everybody has paid once, and nobody else's. */
static void expect_all_sold(const struct till *t)
{
    const struct api_res *stats =
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)t->concert));
    CHECK_INT(INT(stats, "schedules.0.sold"), 2 * (int64_t)t->crowd.n);
    CHECK_INT(INT(stats, "schedules.0.revenue"), INT64_C(2000) * (int64_t)t->crowd.n);
    for (size_t i = 0; i < t->crowd.n; i++)
        CHECK_INT(world_balance(&t->crowd.v[i].user), MONEY - 2000);
}

/* The answer with each digit made a 0, and runs of them one. */
static const char *shape_of(const struct api_res *r)
{
    char *shape = api_alloc(r->len + 1), *at = shape;
    for (const char *c = r->body; *c; c++) {
        bool digit = *c >= '0' && *c <= '9';
        if (!digit || at == shape || at[-1] != '0')
            *at++ = digit ? '0' : *c;
    }
    return shape;
}

static void test_a_crowd_pays_at_once(void)
{
    struct till t = open_till(N);
    const struct api_res **r = crowd_send(t.reqs, N);
    for (int i = 0; i < N; i++) {
        if (!EXPECT(r[i], 201))
            continue;
        CHECK_STR(shape_of(r[i]), shape_of(r[0]));
        CHECK_INT(INT(r[i], "balance"), MONEY - 2000);
        CHECK_INT(INT(r[i], "seats.0.seatNumber"), 2 * i + 1);
        CHECK_INT(INT(r[i], "seats.1.seatNumber"), 2 * i + 2);
        CHECK_STR(STR(r[i], "seats.0.section"), "Parkett A");
        for (int k = 0; k < i; k++)
            CHECK(INT(r[i], "paymentId") != INT(r[k], "paymentId"), "%d and %d", i, k);
    }
    const struct api_res **again = crowd_send(t.reqs, N);
    for (int i = 0; i < N; i++) {
        CHECK_STR(again[i]->body, r[i]->body);
        CHECK_STR(api_header(again[i], "Idempotent-Replayed"), "true");
    }
    expect_all_sold(&t);
}

/* Each request three times at once: one of them is done, the others get its answer. */
static void test_each_key_three_times_at_once(void)
{
    enum { FEW = 16, TIMES = 3 };
    struct till t = open_till(FEW);
    struct api_req reqs[FEW * TIMES];
    for (int i = 0; i < FEW * TIMES; i++)
        reqs[i] = t.reqs[i / TIMES];
    const struct api_res **r = crowd_send(reqs, COUNT(reqs));
    for (const struct api_res **own = r; own < r + COUNT(reqs); own += TIMES) {
        int first = 0;
        for (int k = 0; k < TIMES; k++) {
            EXPECT(own[k], 201);
            CHECK_STR(own[k]->body, own[0]->body);
            first += api_header(own[k], "Idempotent-Replayed") == NULL;
        }
        CHECK_INT(first, 1);
    }
    reqs[0].body = J("{'reservationId':1}");
    EXPECT_ERROR(api_send(&reqs[0]), 422, "IDEMPOTENCY_MISMATCH");
    expect_all_sold(&t);
}

static void test_who_pays_for_all_is_killed(void)
{
    struct till t = open_till(N);
    pid_t striker = crowd_strike("frontrow-pays", SIGKILL);
    crowd_insist(t.reqs, N);
    crowd_end_strike(striker);
    expect_all_sold(&t);
    UNTIL(15, crowd_has_clerk("frontrow-pays"));
}

/* With a key each is charged once; without, as often as it was told, or might have been. */
static void test_who_charges_for_all_is_killed(void)
{
    struct api_req reqs[2 * N];
    struct user u[N];
    int64_t told[N] = {0}, open[N] = {0};
    for (int i = 0; i < N; i++) {
        u[i] = world_user();
        reqs[i] = reqs[N + i] = crowd_post(u[i].token, CHARGES, J("{'amount':%d}", 100 + i));
        reqs[i].key = api_unique();
        reqs[N + i].body = J("{'amount':1}");
        world_charge(&u[i], 7);
    }
    pid_t striker = crowd_strike("frontrow-charge", SIGKILL);
    for (int round = 0; round < 5; round++) {
        const struct api_res **r = crowd_send(reqs, COUNT(reqs));
        for (int i = 0; i < N; i++) {
            told[i] += r[N + i]->status == 201;
            open[i] += r[N + i]->status == 503;
        }
    }
    crowd_end_strike(striker);
    crowd_insist(reqs, N);
    for (int i = 0; i < N; i++) {
        int64_t more = world_balance(&u[i]) - 7 - 100 - i;
        CHECK(more >= told[i] && more <= told[i] + open[i], "%lld, told of %lld, %lld unknown",
              (long long)more, (long long)told[i], (long long)open[i]);
        CHECK_INT(told[i] + open[i], 5);
    }
    UNTIL(15, crowd_has_clerk("frontrow-charge"));
}

/* Whoever stands still is not waited for: everybody goes alone, and nothing is done twice. */
static void test_who_stands_still_is_done_without(void)
{
    enum { FEW = 12 };
    struct till t = open_till(FEW);
    pid_t strikers[] = {crowd_strike("frontrow-pays", SIGSTOP),
                        crowd_strike("frontrow-charge", SIGSTOP)};
    const char *const names[] = {"frontrow-pays", "frontrow-charge"};
    for (size_t i = 0; i < COUNT(names); i++)
        UNTIL(5,
              proc_is_stopped(proc_children_named(proc_find("frontrow-worker"), names[i]).pid[0]));
    const struct api_res **r = send_charges(&t.crowd, 1, true);
    const struct api_res **paid = crowd_send(t.reqs, FEW);
    for (int i = 0; i < FEW; i++) {
        EXPECT(r[i], 201);
        EXPECT(paid[i], 201);
        CHECK_INT(INT(paid[i], "balance"), MONEY + 1 - 2000);
    }
    for (size_t i = 0; i < COUNT(names); i++) {
        crowd_end_strike(strikers[i]);
        kill(proc_children_named(proc_find("frontrow-worker"), names[i]).pid[0], SIGCONT);
    }
    r = send_charges(&t.crowd, 1, true);
    for (int i = 0; i < FEW; i++) {
        EXPECT(r[i], 201);
        CHECK_INT(world_balance(&t.crowd.v[i].user), MONEY + 2 - 2000);
    }
}

/* Two concerts, money for one: whichever is paid, the other is not. */
static void test_money_for_one_of_two_payments_at_once(void)
{
    struct stage s = world_stage(), other = world_stage();
    struct user both[STAGE_USERS];
    struct api_req reqs[STAGE_USERS][2];
    memcpy(both, s.u, sizeof both);
    world_enter(both, STAGE_USERS, other.concert);
    for (int i = 0; i < STAGE_USERS; i++) {
        const char *seat = F("%d", i + 1);
        int64_t a = world_held(&s.u[i], s.schedule, seat);
        int64_t b = world_held(&both[i], other.schedule, seat);
        world_charge(&s.u[i], STAGE_PRICE);
        reqs[i][0] =
            crowd_post(s.u[i].queue, "/payments", J("{'reservationId':%lld}", (long long)a));
        reqs[i][1] =
            crowd_post(both[i].queue, "/payments", J("{'reservationId':%lld}", (long long)b));
    }
    const struct api_res **r = crowd_send(reqs[0], sizeof reqs / sizeof reqs[0][0]);
    for (int i = 0; i < STAGE_USERS; i++, r += 2) {
        const struct api_res *lost = r[r[0]->status == 201];
        EXPECT(r[r[0]->status != 201], 201);
        EXPECT_ERROR(lost, 402, "INSUFFICIENT_BALANCE");
        CHECK_INT(INT(lost, "balance"), 0);
        CHECK_INT(world_balance(&both[i]), 0);
    }
}

static void test_the_books_are_right(void)
{
    crowd_verify();
}

SUITE(pay_together, TEST(test_a_crowd_pays_at_once), TEST(test_each_key_three_times_at_once),
      TEST(test_money_for_one_of_two_payments_at_once));

SUITE_LAST(pay_together_faults, TEST(test_who_pays_for_all_is_killed),
           TEST(test_who_charges_for_all_is_killed), TEST(test_who_stands_still_is_done_without),
           TEST(test_the_books_are_right));
