/*
 * A crowd that wants more seats than there are: it comes in no faster than seats are left, learns
 * when all is sold, and goes on when something comes back.
 */
#include "crowd.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { N = 300, SEATS = 40, LAPSING = 8, HOLD_MS = 3000 };
/* Counts of a tick are taken a little before the moment that it notes. */
enum { COUNTING_MS = 200 };

/* What a visitor did, beside what its struct visitor tells; 0: nothing. */
struct deed {
    int64_t asked, held, until; /* the hold: sent, answered, over (INT64_MAX: paid) */
    int seats, first;
};

struct sale {
    struct crowd c;
    int64_t schedule;
    int most; /* seats per user */
    struct deed deed[N];
    int64_t taken_until[SEATS + 1];
};

/* The first visitors let their hold lapse, every sixth of the others leaves without one. */
static bool lets_lapse(size_t i)
{
    return i < LAPSING;
}

static bool leaves(size_t i)
{
    return !lets_lapse(i) && i % 6 == 5;
}

/* Finds up to `n` free seats in a row for visitor i, and takes them in the test's own books. */
static int choose(struct sale *s, size_t i, int n)
{
    int64_t now = api_wall_ms() - 100;
    for (int from = 1; from <= SEATS; from++) {
        int k = 0;
        while (k < n && from + k <= SEATS && s->taken_until[from + k] < now)
            k++;
        if (k == 0)
            continue;
        s->deed[i].first = from;
        s->deed[i].seats = k;
        for (int seat = from; seat < from + k; seat++)
            s->taken_until[seat] = INT64_MAX;
        return k;
    }
    return 0;
}

static const char *numbers(const struct deed *d)
{
    const char *text = F("%d", d->first);
    for (int k = 1; k < d->seats; k++)
        text = F("%s,%d", text, d->first + k);
    return text;
}

/* Whoever finds no seat leaves too. */
static struct api_req first_step(struct sale *s, size_t i)
{
    struct visitor *v = &s->c.v[i];
    struct deed *d = &s->deed[i];
    if (!leaves(i) && choose(s, i, 1 + (int)i % s->most) > 0) {
        d->asked = api_wall_ms();
        return crowd_post(
            v->user.queue, "/reservations",
            J("{'scheduleId':%lld,'seatNumbers':[%s]}", (long long)s->schedule, numbers(d)));
    }
    v->done = api_wall_ms();
    return (struct api_req){.method = "DELETE", .path = "/queue/tokens/me", .token = v->user.queue};
}

static void note_hold(struct sale *s, struct deed *d, const struct api_res *r)
{
    d->held = r->ended_ms;
    d->until = TIME(r, "holdExpiresAt");
    for (int k = 0; k < d->seats; k++)
        s->taken_until[d->first + k] = d->until;
}

/* Pays for what visitor i holds, which is sold then. */
static struct api_req second_step(struct sale *s, size_t i, const struct api_res *held)
{
    struct deed *d = &s->deed[i];
    s->c.v[i].done = api_wall_ms();
    d->until = INT64_MAX;
    for (int k = 0; k < d->seats; k++)
        s->taken_until[d->first + k] = INT64_MAX;
    return crowd_post(s->c.v[i].user.queue, "/payments",
                      J("{'reservationId':%lld}", (long long)INT(held, "reservationId")));
}

static void act(struct sale *s, size_t from, size_t to)
{
    struct api_req *reqs = api_alloc(N * sizeof *reqs);
    size_t payments = 0;
    for (size_t i = from; i < to; i++) {
        NEED(s->c.v[i].admitted > 0, "ticket %zu was called and is not inside", i);
        reqs[i - from] = first_step(s, i);
    }
    const struct api_res **r = crowd_send(reqs, to - from);
    for (size_t i = from; i < to; i++) {
        EXPECT_NEED(r[i - from], s->deed[i].asked ? 201 : 204);
        if (!s->deed[i].asked)
            continue;
        note_hold(s, &s->deed[i], r[i - from]);
        if (!lets_lapse(i))
            reqs[payments++] = second_step(s, i, r[i - from]);
    }
    r = crowd_send(reqs, payments);
    for (size_t i = 0; i < payments; i++)
        EXPECT(r[i], 201);
}

/* At the moment t: the most seats that can have been free, and the fewest inside who held none. */
static int64_t room_at(const struct sale *s, int64_t t)
{
    int64_t room = SEATS;
    for (size_t i = 0; i < N; i++) {
        const struct visitor *v = &s->c.v[i];
        const struct deed *d = &s->deed[i];
        if (d->held && d->held <= t - COUNTING_MS && d->until > t)
            room -= d->seats;
        bool inside = v->admitted && v->admitted < t && v->ends > t && (!v->done || v->done > t);
        if (inside && (!d->asked || d->asked > t))
            room--;
    }
    return room < 1 ? 1 : room;
}

static void check_admissions(const struct sale *s)
{
    for (size_t i = 0; i < N; i++) {
        int64_t t = s->c.v[i].admitted, together = 0;
        for (size_t k = 0; k < N; k++)
            together += t && s->c.v[k].admitted == t;
        CHECK(together <= room_at(s, t), "%lld came in for %lld seats", (long long)together,
              (long long)room_at(s, t));
    }
}

/* Everybody who waits is told, and nobody may join. */
static void check_sold_out(struct sale *s, size_t called)
{
    struct user late = world_user();
    UNTIL(5, crowd_state_is(s->c.concert, "SOLD_OUT"));
    EXPECT_ERROR(world_try_join(&late, s->c.concert), 409, "SOLD_OUT");
    CHECK(called >= SEATS / (size_t)s->most && called < N, "%zu came in", called);
    CHECK_INT((int64_t)crowd_poll(&s->c, called, N), 0);
    for (size_t i = called; i < N; i++) {
        const struct visitor *v = &s->c.v[i];
        CHECK(!v->is_over && v->position == (int64_t)(i - called) + 1, "position %lld",
              (long long)v->position);
        CHECK_INT(v->estimate, -1);
    }
    UNTIL(4, INT(crowd_state(s->c.concert), "waiting") == (int64_t)(N - called));
}

static void sell(int most)
{
    struct sale *s = api_alloc(sizeof *s);
    int64_t concert =
        world_concert(F("'holdSeconds':%d,'maxSeatsPerUser':%d,'queue':{'admitCount':1000,"
                        "'maxActive':0,'sessionSeconds':4,'claimSeconds':0}",
                        HOLD_MS / 1000, most));
    s->most = most;
    s->schedule = world_schedule(concert, SEATS, 0);
    world_set_state(concert, "PAUSED");
    s->c = crowd_join(concert, N, 4);
    world_set_state(concert, "OPEN");
    size_t seen = 0;
    for (double end = api_now() + 40; api_now() < end; api_pause()) {
        if (crowd_state_is(concert, "SOLD_OUT"))
            break;
        size_t called = crowd_called(&s->c);
        crowd_poll(&s->c, seen, called);
        act(s, seen, called);
        seen = called;
    }
    check_admissions(s);
    check_sold_out(s, seen);
    /* More seats open it again, and the next ones come in. */
    world_schedule(concert, 3, 0);
    UNTIL(4, crowd_called(&s->c) >= seen + 3);
    UNTIL(4, crowd_state_is(concert, "OPEN")); /* which the tick says after it has let them in */
}

static void test_three_hundred_want_forty_seats(void)
{
    sell(1);
}

static void test_three_hundred_want_up_to_four_of_forty_seats_each(void)
{
    sell(4);
}

/* One seat: while it is held nobody comes in, and yet it is not sold out. */
static void test_a_hold_that_lapses_lets_the_next_one_in(void)
{
    int64_t concert = world_concert("'holdSeconds':4,'queue':{'sessionSeconds':4,"
                                    "'claimSeconds':0}");
    int64_t schedule = world_schedule(concert, 1, 0);
    struct user first = world_user();
    world_enter(&first, 1, concert);
    const struct api_res *r = world_hold(&first, schedule, "1");
    EXPECT_NEED(r, 201);
    int64_t end = TIME(r, "holdExpiresAt");
    struct crowd c = crowd_join(concert, 20, 4);
    api_wait_for(end - 200);
    CHECK_INT((int64_t)crowd_poll(&c, 0, c.n), 0);
    CHECK(crowd_state_is(concert, "OPEN"), "sold out while a seat is held");
    UNTIL(4, crowd_poll(&c, 0, 1) == 1);
    CHECK(c.v[0].admitted >= end, "let in %lld ms before the seat was free",
          (long long)(end - c.v[0].admitted));
    EXPECT(world_pay(&c.v[0].user, world_held(&c.v[0].user, schedule, "1")), 201);
    UNTIL(4, crowd_state_is(concert, "SOLD_OUT"));
}

SUITE_LONG(seats_bound, TEST(test_three_hundred_want_forty_seats),
           TEST(test_three_hundred_want_up_to_four_of_forty_seats_each),
           TEST(test_a_hold_that_lapses_lets_the_next_one_in));
