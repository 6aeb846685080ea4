/*
 * Holds that come at once are made together by one process of the host. Whatever becomes of it, a
 * seat has one owner, and what is answered is true.
 */
#include "crowd.h"
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { N = 60, SEATS = 150, PRICE = 1000 };

/* People inside, before a hall of three rows of fifty. */
struct office {
    int64_t concert, schedule;
    struct crowd crowd;
};

static struct office open_office(size_t n)
{
    struct office o = {.concert = world_concert("'queue':{'admitCount':1000,'maxActive':0,"
                                                "'claimSeconds':0,'sessionSeconds':300}")};
    o.crowd = crowd_join(o.concert, n, 300);
    crowd_wait(&o.crowd, 20);
    o.schedule = world_schedule_with(
        o.concert, "'startsAt':'2099-01-01T00:00:00Z','sections':[{'name':'Parkett A','rows':3,"
                   "'seatsPerRow':50,'price':1000}]");
    return o;
}

/* Person i's hold of seats written as "1,2", with a key. */
static struct api_req wish(const struct office *o, int i, const char *seats)
{
    struct api_req req =
        crowd_post(o->crowd.v[i].user.queue, "/reservations",
                   J("{'scheduleId':%lld,'seatNumbers':[%s]}", (long long)o->schedule, seats));
    req.key = api_unique();
    return req;
}

/* Everybody's hold of two seats that nobody else wants. */
static struct api_req *wishes(const struct office *o)
{
    struct api_req *reqs = api_alloc(o->crowd.n * sizeof *reqs);
    for (int i = 0; i < (int)o->crowd.n; i++)
        reqs[i] = wish(o, i, F("%d,%d", 2 * i + 2, 2 * i + 1));
    return reqs;
}

static void expect_held(const struct office *o, int64_t seats)
{
    const struct api_res *stats =
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)o->concert));
    CHECK_INT(INT(stats, "schedules.0.held"), seats);
    CHECK_INT(INT(stats, "schedules.0.available"), SEATS - seats);
}

/* How many reservations a person has. */
static int64_t reservations_of(const struct office *o, int i)
{
    return (int64_t)LEN(api_get(o->crowd.v[i].user.token, "/users/me/reservations?limit=100"),
                        "reservations");
}

static void test_a_crowd_holds_at_once(void)
{
    struct office o = open_office(N);
    struct api_req *reqs = wishes(&o);
    const struct api_res **r = crowd_send(reqs, N);
    for (int i = 0; i < N; i++) {
        if (!EXPECT(r[i], 201))
            continue;
        const char *path = F("/reservations/%lld", (long long)INT(r[i], "reservationId"));
        CHECK_STR(api_header(r[i], "Location"), F("/api/v1%s", path));
        CHECK_STR(api_get(o.crowd.v[i].user.token, path)->body, r[i]->body);
        CHECK_STR(STR(r[i], "userId"), o.crowd.v[i].user.id);
        CHECK_INT(INT(r[i], "seats.0.seatNumber"), 2 * i + 1);
        CHECK_INT(INT(r[i], "seats.1.seatNumber"), 2 * i + 2);
        CHECK_INT(INT(r[i], "amount"), INT64_C(2) * PRICE);
    }
    const struct api_res **again = crowd_send(reqs, N);
    for (int i = 0; i < N; i++) {
        CHECK_STR(again[i]->body, r[i]->body);
        CHECK_STR(api_header(again[i], "Idempotent-Replayed"), "true");
    }
    expect_held(&o, INT64_C(2) * N);
}

/* Everybody wants two of ten seats: all or nothing, and no seat twice. */
static void test_a_crowd_wants_the_same_seats(void)
{
    enum { FEW = 10 };
    struct office o = open_office(N);
    struct api_req reqs[N];
    int owner[FEW + 1] = {0}, held = 0;
    for (int i = 0; i < N; i++)
        reqs[i] = wish(&o, i, F("%d,%d", i % FEW + 1, (i + 1 + i / FEW) % FEW + 1));
    const struct api_res **r = crowd_send(reqs, N);
    for (int i = 0; i < N; i++) {
        if (r[i]->status != 201) {
            EXPECT_ERROR(r[i], 409, "SEAT_TAKEN");
            continue;
        }
        held++;
        owner[INT(r[i], "seats.0.seatNumber")]++;
        owner[INT(r[i], "seats.1.seatNumber")]++;
    }
    for (int i = 1; i <= FEW; i++)
        CHECK(owner[i] <= 1, "seat %d has %d owners", i, owner[i]);
    CHECK(held >= 1, "nobody holds anything");
    expect_held(&o, INT64_C(2) * held);
}

/* Ten holds of one user at once, of whom four are allowed; each other key three times. */
static void test_one_user_at_once(void)
{
    enum { TIMES = 10, LIMIT = 4, KEYS = 12 };
    struct office o = open_office(1 + KEYS);
    struct api_req reqs[TIMES + 3 * KEYS];
    int held = 0;
    for (int i = 0; i < TIMES; i++)
        reqs[i] = wish(&o, 0, F("%d", 100 + i));
    for (int i = 0; i < 3 * KEYS; i++)
        reqs[TIMES + i] = i % 3 ? reqs[TIMES + i - 1] : wish(&o, 1 + i / 3, F("%d", 1 + i / 3));
    const struct api_res **r = crowd_send(reqs, COUNT(reqs));
    for (int i = 0; i < TIMES; i++) {
        held += r[i]->status == 201;
        if (r[i]->status != 201)
            EXPECT_ERROR(r[i], 422, "SEAT_LIMIT");
    }
    CHECK_INT(held, LIMIT);
    for (int i = 0; i < KEYS; i++) {
        const struct api_res **same = &r[TIMES + 3 * i];
        int first = 0;
        for (int k = 0; k < 3; k++) {
            EXPECT(same[k], 201);
            CHECK_STR(same[k]->body, same[0]->body);
            first += api_header(same[k], "Idempotent-Replayed") == NULL;
        }
        CHECK_INT(first, 1);
    }
    reqs[TIMES].body = J("{'scheduleId':%lld,'seatNumbers':[150]}", (long long)o.schedule);
    EXPECT_ERROR(api_send(&reqs[TIMES]), 422, "IDEMPOTENCY_MISMATCH");
    expect_held(&o, LIMIT + KEYS);
}

static void test_who_holds_for_all_is_killed(void)
{
    struct office o = open_office(N);
    struct api_req *reqs = wishes(&o);
    pid_t striker = crowd_strike("frontrow-holds", SIGKILL);
    crowd_insist(reqs, N);
    crowd_end_strike(striker);
    expect_held(&o, INT64_C(2) * N);
    for (int i = 0; i < N; i++)
        CHECK_INT(reservations_of(&o, i), 1);
    UNTIL(15, crowd_has_clerk("frontrow-holds"));
}

/* Without a key nobody can know what became of a hold that was not answered; but there is none that
 * was not asked for, and each that was answered. */
static void test_holds_without_keys_while_it_is_killed(void)
{
    struct office o = open_office(N);
    struct api_req *reqs = wishes(&o);
    int64_t held = 0, unknown = 0;
    for (int i = 0; i < N; i++)
        reqs[i].key = NULL;
    pid_t striker = crowd_strike("frontrow-holds", SIGKILL);
    const struct api_res **r = crowd_send(reqs, N);
    crowd_end_strike(striker);
    for (int i = 0; i < N; i++) {
        CHECK(r[i]->status == 201 || r[i]->status == 503, "%ld %s", r[i]->status, r[i]->body);
        int64_t has = reservations_of(&o, i);
        CHECK(has <= 1 && (has == 1 || r[i]->status == 503), "person %d has %lld", i,
              (long long)has);
        held += has;
        unknown += r[i]->status == 503;
    }
    CHECK(held >= N - unknown, "%lld of %d, %lld unknown", (long long)held, N, (long long)unknown);
    expect_held(&o, 2 * held);
    UNTIL(15, crowd_has_clerk("frontrow-holds"));
}

static pid_t clerk(void)
{
    return proc_children_named(proc_find("frontrow-worker"), "frontrow-holds").pid[0];
}

static void test_who_stands_still_is_done_without(void)
{
    struct office o = open_office(12);
    struct api_req *reqs = wishes(&o);
    pid_t striker = crowd_strike("frontrow-holds", SIGSTOP);
    UNTIL(5, proc_is_stopped(clerk()));
    const struct api_res **r = crowd_send(reqs, 6);
    for (int i = 0; i < 6; i++)
        EXPECT(r[i], 201);
    crowd_end_strike(striker);
    kill(clerk(), SIGCONT);
    r = crowd_send(reqs, 12);
    for (int i = 0; i < 12; i++) {
        EXPECT(r[i], 201);
        CHECK((api_header(r[i], "Idempotent-Replayed") != NULL) == (i < 6), "%d", i);
    }
    expect_held(&o, 24);
}

static void test_the_books_are_right(void)
{
    crowd_verify();
}

SUITE(holds_together, TEST(test_a_crowd_holds_at_once), TEST(test_a_crowd_wants_the_same_seats),
      TEST(test_one_user_at_once));

SUITE_LAST(holds_together_faults, TEST(test_who_holds_for_all_is_killed),
           TEST(test_holds_without_keys_while_it_is_killed),
           TEST(test_who_stands_still_is_done_without), TEST(test_the_books_are_right));
